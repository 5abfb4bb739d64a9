// Series of any geometry: every frame is in exactly one stack, duplicates aside, and slices ascend.
#include "tests/fuzz/fuzzing.h"
#include "viewer/volume/stack.h"
#include <algorithm>
#include <cmath>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

double number(FuzzedDataProvider& data)
{
    static constexpr double values[] = {0, 1, -1, 0.5, 3, 1e-9, 1e9, 1e300, -1e300, NAN, INFINITY, 0.9999, 2.00001};
    if (data.ConsumeBool())
        return values[data.ConsumeIntegralInRange<size_t>(0, std::size(values) - 1)];
    return data.ConsumeIntegralInRange<int>(-40, 40) * 0.5;
}

std::optional<double> perhaps(FuzzedDataProvider& data)
{
    return data.ConsumeBool() ? std::optional(double(data.ConsumeIntegralInRange<int>(0, 3))) : std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    std::vector<Instance> instances;
    const Vec3 normals[] = {{0, 0, 1}, {0, 1, 0}, {1, 0, 0}};
    while (data.remaining_bytes() > 4 && instances.size() < 40) {
        Instance instance;
        instance.uid = {QStringLiteral("1.2.%1").arg(data.ConsumeIntegralInRange<int>(0, 50))};
        instance.seriesUid = {QStringLiteral("1.%1").arg(data.ConsumeIntegralInRange<int>(0, 1))};
        instance.frame = data.ConsumeIntegralInRange<int>(0, 2);
        instance.modality = QStringLiteral("MR");
        instance.instanceNumber = data.ConsumeIntegralInRange<int>(0, 9);
        instance.pixels.rows = instance.pixels.columns = data.ConsumeIntegralInRange<int>(1, 2);
        instance.pixels.frames = 3;
        if (data.ConsumeIntegralInRange<int>(0, 3)) {
            PlaneGeometry plane;
            plane.originLps = {number(data), number(data), number(data)};
            const size_t axis = data.ConsumeIntegralInRange<size_t>(0, 2);
            plane.rowDirection = normals[axis];
            plane.columnDirection = normals[(axis + 1) % 3];
            plane.spacingMm = {std::abs(number(data)), std::abs(number(data))};
            plane.rows = plane.columns = 2;
            instance.plane = plane;
            instance.spacingMm = plane.spacingMm;
        }
        if (data.ConsumeBool())
            instance.frameOfReference = {QStringLiteral("1.9")};
        instance.temporalPosition = perhaps(data);
        instance.echoTimeMs = perhaps(data);
        instance.bValue = perhaps(data);
        instance.acquisitionTimeS = perhaps(data);
        instance.isLocalizer = data.ConsumeIntegralInRange<int>(0, 5) == 0;
        instances.push_back(std::move(instance));
    }
    const size_t given = instances.size();
    const auto stacks = buildStacks(std::move(instances));
    size_t placed = 0;
    for (const Stack& stack : stacks) {
        fuzz::demand(!stack.instances.empty());
        fuzz::demand(stack.sliceCount * stack.phaseCount == stack.frameCount());
        placed += stack.instances.size();
    }
    fuzz::demand(placed <= given && (given == 0) == (placed == 0));
    return 0;
}
