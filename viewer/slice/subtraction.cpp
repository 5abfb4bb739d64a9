#include "viewer/slice/subtraction.h"
#include <algorithm>
#include <cmath>
#include <limits>

namespace diascope::viewer
{

namespace
{

/// Frame `number` (from 0) of the object that `frame` belongs to.
std::optional<int> frameOfObject(const Volume& volume, int frame, int number)
{
    const auto isIt = [&](int at) { return at >= 0 && at < volume.frameCount() && volume.instance(at).uid == volume.instance(frame).uid && volume.instance(at).frame == number; };
    if (isIt(number))
        return number;
    for (int at = 0; at < volume.frameCount(); ++at)
        if (isIt(at))
            return at;
    return std::nullopt;
}

/// The mean of frames, logarithmic in intensity.
std::vector<float> meanOf(const Volume& volume, const std::vector<int>& frames)
{
    std::vector<float> mean;
    for (const int frame : frames) {
        std::vector<float> values = volume.frameValues(frame);
        if (values.empty())
            return {};
        const Instance& instance = volume.instance(frame);
        const bool isLinear = instance.modules && instance.modules->intensityRelationship == QLatin1String("LIN") && !instance.modalityTransform.table;
        if (isLinear) {
            const double top = std::exp2(std::min(16, instance.pixels.bitsStored)) - 1;
            const double scale = top / std::log(top + 1);
            for (float& value : values)
                value = float(scale * std::log(std::max(double(value), 0.0) + 1));
        }
        if (mean.empty())
            mean.assign(values.size(), 0);
        for (size_t i = 0; i < mean.size(); ++i)
            mean[i] += values[i] / float(frames.size());
    }
    return mean;
}

} // namespace

bool canSubtract(const Volume& volume) { return !volume.isColour() && volume.frameCount() > 1 && volume.instance(0).isMultiFrame(); }

std::optional<SubtractionPlan> subtractionOf(const Volume& volume, int frame, const Subtraction& subtraction)
{
    if (frame < 0 || frame >= volume.frameCount() || !canSubtract(volume))
        return std::nullopt;
    SubtractionPlan plan{{frame}, subtraction.maskFrames, subtraction.shiftPx};
    if (!plan.maskFrames.empty())
        return plan;
    const Instance& instance = volume.instance(frame);
    if (!instance.modules)
        return std::nullopt;
    for (const MaskOperation& mask : instance.modules->masks) {
        if (!mask.appliesTo(instance.frame))
            continue;
        std::vector<int> wanted = mask.maskFrames;
        if (mask.kind == MaskOperation::Kind::TimeInterval) {
            wanted = {instance.frame - mask.intervalFrames};
        } else if (mask.kind == MaskOperation::Kind::ReverseTimeInterval) {
            // As far before the first frame, less the offset, as this one lies behind it.
            const int first = mask.applicableFrames.empty() ? 0 : mask.applicableFrames.front().first;
            wanted = {2 * first - mask.intervalFrames - instance.frame};
        }
        for (const int number : wanted)
            if (const auto at = frameOfObject(volume, frame, number))
                plan.maskFrames.push_back(*at);
        if (plan.maskFrames.size() != wanted.size())
            return std::nullopt; // a mask that is not there
        for (int i = 1; i < mask.contrastFrames; ++i)
            if (const auto at = frameOfObject(volume, frame, instance.frame + i))
                plan.contrastFrames.push_back(*at);
        QPointF own(-mask.shiftColumns, mask.shiftRows);
        for (const FrameShift& shift : instance.modules->frameShifts)
            if (shift.frame == instance.frame && shift.itemId == mask.itemId)
                own = {-shift.shiftColumns, shift.shiftRows};
        plan.shiftPx += own;
        return plan;
    }
    return std::nullopt;
}

std::optional<int> typicalSubtraction(const Volume& volume, const Subtraction& subtraction)
{
    std::vector<int> frames;
    for (int frame = 0; frame < volume.frameCount(); ++frame)
        if (const auto plan = subtractionOf(volume, frame, subtraction); plan && plan->maskFrames != std::vector<int>{frame})
            frames.push_back(frame);
    return frames.empty() ? std::nullopt : std::optional(frames[frames.size() / 2]);
}

std::vector<float> subtractedValues(const Volume& volume, int frame, const SubtractionPlan& plan)
{
    std::vector<float> values = meanOf(volume, plan.contrastFrames.empty() ? std::vector<int>{frame} : plan.contrastFrames);
    const std::vector<float> mask = meanOf(volume, plan.maskFrames);
    if (values.empty() || mask.empty())
        return {};
    const int columns = volume.columns();
    const int rows = volume.rows();
    const auto at = [&](int column, int row) {
        return mask[size_t(std::clamp(row, 0, rows - 1)) * size_t(columns) + size_t(std::clamp(column, 0, columns - 1))];
    };
    const auto between = [](float one, float other, float part) { return one * (1 - part) + other * part; };
    for (int row = 0; row < rows; ++row) {
        const double y = std::clamp(row - plan.shiftPx.y(), -1.0, double(rows));
        const int top = int(std::floor(y));
        const auto down = float(y - top);
        for (int column = 0; column < columns; ++column) {
            const double x = std::clamp(column - plan.shiftPx.x(), -1.0, double(columns));
            const int left = int(std::floor(x));
            const auto right = float(x - left);
            // Only what has a part in the value: 0 × padding is no number either.
            const auto along = [&](int line) { return between(at(left, line), right > 0 ? at(left + 1, line) : 0, right); };
            const float moved = between(along(top), down > 0 ? along(top + 1) : 0, down);
            values[size_t(row) * size_t(columns) + size_t(column)] -= moved;
        }
    }
    return values;
}

} // namespace diascope::viewer
