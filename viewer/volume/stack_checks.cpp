#include "viewer/volume/stack_checks.h"
#include "viewer/volume/resample.h"
#include <algorithm>
#include <numbers>
#include <numeric>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

constexpr int leastSlices = 3;
constexpr double leastTiltDeg = 0.5;
constexpr double leastStepMm = 0.005;

QString mm(double value) { return QString::number(value, 'f', 2); }

struct Steps
{
    std::vector<double> distances; ///< between neighbours along the normal
    double median = 0;
    int missing = 0;
    bool isRegular = true;
};

double toleranceMm(double spacing) { return std::max(0.02, 0.02 * spacing); }

Steps measure(const Stack& stack)
{
    Steps steps;
    const Vec3 normal = stack.instances.front().plane->normal();
    for (int i = 1; i < stack.sliceCount; ++i)
        steps.distances.push_back(
            dot(stack.instances[size_t(i)].plane->originLps - stack.instances[size_t(i - 1)].plane->originLps, normal));
    std::vector<double> sorted = steps.distances;
    std::nth_element(sorted.begin(), sorted.begin() + qsizetype(sorted.size() / 2), sorted.end());
    steps.median = sorted[sorted.size() / 2];
    for (const double distance : steps.distances)
        if (std::abs(distance - steps.median) > toleranceMm(steps.median))
            steps.isRegular = false;
    return steps;
}

/// Every odd distance is a multiple of the median: slices are missing. Otherwise the spacing varies.
bool isMultiple(double distance, double median)
{
    const double times = std::round(distance / median);
    return times >= 2 && std::abs(distance - times * median) <= 2 * toleranceMm(median);
}

void nameIrregularities(Stack& stack, const Steps& steps)
{
    const auto isOdd = [&](double d) { return std::abs(d - steps.median) > toleranceMm(steps.median); };
    const auto odd = std::count_if(steps.distances.begin(), steps.distances.end(), isOdd);
    const bool areGaps = steps.median > 0 && odd * 3 <= qint64(steps.distances.size()) &&
                         std::all_of(steps.distances.begin(), steps.distances.end(),
                                     [&](double d) { return !isOdd(d) || isMultiple(d, steps.median); });
    if (!areGaps) {
        const auto [low, high] = std::minmax_element(steps.distances.begin(), steps.distances.end());
        stack.sliceSpacingMm.reset();
        stack.whyNoVolume = tr("the distance between slices varies from %1 to %2 mm").arg(mm(*low), mm(*high));
        stack.warnings.push_back({QStringLiteral("GEO-04"), tr("The distance between slices varies from %1 to %2 mm.").arg(mm(*low), mm(*high))});
        return;
    }
    for (size_t i = 0; i < steps.distances.size(); ++i) {
        if (!isOdd(steps.distances[i]))
            continue;
        const auto missing = qint64(std::min(1e9, std::round(steps.distances[i] / steps.median))) - 1;
        const auto number = [&](size_t slice) {
            const auto n = stack.instances[slice].instanceNumber;
            return n ? QString::number(*n) : QStringLiteral("–");
        };
        stack.warnings.push_back({QStringLiteral("GEO-03"), tr("%1 slice(s) missing between slice %2 (image %3) and slice %4 (image %5): %6 mm instead of %7 mm.")
                                                                .arg(missing)
                                                                .arg(i + 1)
                                                                .arg(number(i))
                                                                .arg(i + 2)
                                                                .arg(number(i + 1), mm(steps.distances[i]), mm(steps.median))});
    }
    stack.whyNoVolume = tr("slices are missing");
}

/// The angle between the way the origins go and the normal; the sign is that of the shift along the columns.
double tiltDeg(const Stack& stack)
{
    const PlaneGeometry& first = *stack.instances.front().plane;
    const Vec3 way = stack.instances[size_t(stack.sliceCount - 1)].plane->originLps - first.originLps;
    const double along = dot(way, first.normal());
    const double down = dot(way, first.columnDirection);
    const double across = dot(way, first.rowDirection);
    const double degrees = std::atan2(std::hypot(down, across), along) * 180 / std::numbers::pi;
    return down < 0 ? -degrees : degrees;
}

bool originsLieOnALine(const Stack& stack)
{
    const PlaneGeometry& first = *stack.instances.front().plane;
    const Vec3 way = stack.instances[size_t(stack.sliceCount - 1)].plane->originLps - first.originLps;
    const double tolerance = std::max(0.1, 0.25 * std::min(first.spacingMm.row, first.spacingMm.column));
    for (int i = 0; i < stack.sliceCount; ++i) {
        const Vec3 here = stack.instances[size_t(i)].plane->originLps - first.originLps;
        if (norm(here - way * (dot(here, first.normal()) / dot(way, first.normal()))) > tolerance)
            return false;
    }
    return true;
}

/// CT, MR and PET images, classic and enhanced, and doses must say where they lie; a localizer need not.
bool isSliceImage(const Instance& instance)
{
    static const QStringList classes{"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.4",
                                     "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.130",
                                     "1.2.840.10008.5.1.4.1.1.481.2"};
    return classes.contains(instance.sopClassUid) && !instance.isLocalizer;
}

} // namespace

void checkGeometry(Stack& stack)
{
    const Instance& first = stack.instances.front();
    if (!first.plane) {
        stack.whyNoVolume = tr("the images carry no position in the patient");
        if (isSliceImage(first) && first.patientOrientation.isEmpty())
            stack.warnings.push_back({QStringLiteral("GEO-16"), tr("The images do not say how they lie in the patient: left and right are not known.")});
        return;
    }
    if (first.plane->isInPatient)
        stack.orientation = orientationName(first.plane->normal());
    if (first.frameOfReference.isEmpty())
        stack.warnings.push_back({QStringLiteral("GEO-12"), tr("Without a frame of reference the images are not linked to others by position.")});
    if (stack.sliceCount < 2) {
        stack.whyNoVolume = tr("there are fewer than %1 slices").arg(leastSlices);
        return;
    }
    const Steps steps = measure(stack);
    // Positions are rounded when written: the mean over the whole way is the true spacing.
    const double way = std::accumulate(steps.distances.begin(), steps.distances.end(), 0.0);
    stack.sliceSpacingMm = steps.isRegular ? way / double(steps.distances.size()) : steps.median;
    if (!steps.isRegular)
        nameIrregularities(stack, steps);
    const double tilt = tiltDeg(stack);
    const bool isOnALine = originsLieOnALine(stack);
    const bool isTilted = isOnALine && std::abs(tilt) > leastTiltDeg; // a table that jumped is no tilt
    if (isTilted)
        stack.gantryTiltDeg = tilt;
    if (!isOnALine) {
        if (steps.isRegular)
            stack.whyNoVolume = tr("the slices are shifted against one another");
        stack.warnings.push_back({QStringLiteral("GEO-04"), tr("The slices are shifted against one another.")});
    }
    stack.needsResampling = !steps.isRegular || !isOnALine;
    const auto least = std::min_element(steps.distances.begin(), steps.distances.end());
    if (*least < leastStepMm)
        stack.whyNoVolume = tr("slice %1 and slice %2 lie in one plane").arg(least - steps.distances.begin() + 1).arg(least - steps.distances.begin() + 2);
    else if (stack.sliceCount < leastSlices)
        stack.whyNoVolume = tr("there are fewer than %1 slices").arg(leastSlices);
    else if (const QString refusal = stack.needsResampling ? whyNotResampled(stack) : QString(); !refusal.isEmpty())
        stack.whyNoVolume = refusal;
    else
        stack.canReslice = true;
    stack.needsResampling = stack.needsResampling && stack.canReslice;
    stack.isVolume = stack.canReslice && !stack.needsResampling && !isTilted;
    if (!isTilted)
        return;
    stack.warnings.push_back({QStringLiteral("GEO-05"), (stack.canReslice ? tr("The slices are tilted by %1°: MPR follows their true positions.") : tr("The slices are tilted by %1°."))
                                                            .arg(std::abs(tilt), 0, 'f', 1)});
    if (stack.whyNoVolume.isEmpty())
        stack.whyNoVolume = tr("the slices are tilted by %1°").arg(std::abs(tilt), 0, 'f', 1);
}

} // namespace diascope::viewer
