#pragma once
#include "viewer/volume/volume.h"
#include <QPointF>

namespace diascope::viewer
{

/// Mask subtraction as the viewer asks for it: with the file's own masks, or with frames chosen by the user.
struct Subtraction
{
    std::vector<int> maskFrames; ///< of the stack; empty: those of the file's Mask Subtraction Sequence
    QPointF shiftPx;             ///< of the mask, to the right and down, in image pixels, on top of the file's own
    friend bool operator==(const Subtraction&, const Subtraction&) = default;
};

/// What is subtracted from a frame of the stack: means of frames, and the mask moved (PS3.3 C.7.6.10.1).
struct SubtractionPlan
{
    std::vector<int> contrastFrames;
    std::vector<int> maskFrames;
    QPointF shiftPx; ///< of the mask, to the right and down
};

/// Nothing where this frame is shown as it is: outside the applicable frames, no mask, colour.
std::optional<SubtractionPlan> subtractionOf(const Volume& volume, int frame, const Subtraction& subtraction);

/// A frame that shows what subtraction is for: the middle one of those that have a mask; nothing: none has.
std::optional<int> typicalSubtraction(const Volume& volume, const Subtraction& subtraction);

/// Whether a mask can be subtracted at all: several grey frames of one object.
bool canSubtract(const Volume& volume);

/// Contrast minus mask, row by row, proportional to the logarithm of the intensity: pixels said to be linear go through a
/// logarithm over the same range first (C.8.7.1.1.2). NaN where either is padding; empty where a frame is not loaded.
std::vector<float> subtractedValues(const Volume& volume, int frame, const SubtractionPlan& plan);

} // namespace diascope::viewer
