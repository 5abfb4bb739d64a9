#pragma once
#include "viewer/volume/stack.h"

namespace diascope::viewer
{

/// How long each frame of a stack stays and which comes next (PS3.3 C.7.6.5). A value, without a clock of its own.
class CineClock
{
public:
    CineClock() = default;
    /// Durations by the frames' own files; `framesPerSecond` > 0 plays at that mean rate instead, keeping the proportions.
    static CineClock of(const Stack& stack, double framesPerSecond = 0);

    bool isSweeping = false; ///< forwards and backwards, else over and over again

    double rate() const; ///< mean frames a second
    double durationMs(int frame) const;
    /// `step` is 1 or -1 and turns at the ends of a sweep. Frames trimmed away are not played.
    int next(int frame, int& step) const;

private:
    int m_first = 0;
    std::vector<double> m_durationsMs; ///< of the frames from m_first on
};

} // namespace diascope::viewer
