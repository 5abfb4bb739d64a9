#include "viewer/ui/cine_clock.h"
#include <algorithm>
#include <numeric>

namespace diascope::viewer
{

namespace
{

constexpr double defaultFrameMs = 1000 / 15.0;

} // namespace

CineClock CineClock::of(const Stack& stack, double framesPerSecond)
{
    CineClock clock;
    if (stack.instances.empty())
        return clock;
    const auto& front = stack.instances.front();
    const bool isOneFile = std::all_of(stack.instances.begin(), stack.instances.end(), [&](const Instance& i) { return i.uid == front.uid; });
    int last = stack.frameCount() - 1;
    if (isOneFile && front.modules) {
        const Cine& cine = front.modules->cine;
        clock.isSweeping = cine.isSweeping;
        if (cine.firstFrame && cine.lastFrame && *cine.lastFrame <= last) {
            clock.m_first = *cine.firstFrame;
            last = *cine.lastFrame;
        }
    }
    for (int frame = clock.m_first; frame <= last; ++frame) {
        const Instance& instance = stack.instances[size_t(frame)];
        double ms = instance.frameTimeMs && *instance.frameTimeMs > 0 ? *instance.frameTimeMs : defaultFrameMs;
        if (instance.modules) {
            const Cine& cine = instance.modules->cine;
            if (size_t(instance.frame) < cine.durationsMs.size())
                ms = cine.durationsMs[size_t(instance.frame)];
            else if (cine.frameMs)
                ms = *cine.frameMs;
        }
        clock.m_durationsMs.push_back(std::clamp(ms, 1000 / 120.0, 60000.0));
    }
    if (framesPerSecond > 0) {
        const double factor = clock.rate() / framesPerSecond;
        for (double& ms : clock.m_durationsMs)
            ms *= factor;
    }
    return clock;
}

double CineClock::rate() const
{
    const double total = std::accumulate(m_durationsMs.begin(), m_durationsMs.end(), 0.0);
    return total > 0 ? 1000 * double(m_durationsMs.size()) / total : 1000 / defaultFrameMs;
}

double CineClock::durationMs(int frame) const
{
    const int at = frame - m_first;
    return at >= 0 && at < int(m_durationsMs.size()) ? m_durationsMs[size_t(at)] : 1000 / rate();
}

int CineClock::next(int frame, int& step) const
{
    const int last = m_first + int(m_durationsMs.size()) - 1;
    if (!isSweeping)
        step = 1;
    else if (frame + step < m_first || frame + step > last)
        step = -step;
    const int wanted = frame + step;
    return wanted < m_first || wanted > last ? m_first : wanted;
}

} // namespace diascope::viewer
