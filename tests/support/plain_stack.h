#pragma once
#include "tests/support/words.h"
#include "viewer/volume/stack.h"
#include <numbers>

/// A stack as it was made, and what positions and orientations say of it, by plain loops.
namespace diascope::test
{

using viewer::Vec3;
using Frames = std::vector<viewer::Instance>;

/// One stack as it was made: its frames in order.
struct Truth
{
    Frames frames;
    int slices = 0;
    QStringList dimensions; ///< the one that varies fastest first
    QStringList warnings;   ///< beyond those of the geometry
};

inline QString mm(double value)
{
    return QString::number(value, 'f', 2);
}
inline QString joined(const Frames& frames)
{
    QStringList names;
    for (const viewer::Instance& frame : frames)
        names << QStringLiteral("%1#%2").arg(frame.path).arg(frame.frame);
    return names.join(u' ');
}

inline QString lineOf(const viewer::Stack& stack, bool hasGeometry)
{
    QStringList dimensions, warnings;
    for (const viewer::StackDimension& dimension : stack.dimensions) {
        QStringList texts;
        for (int i = 0; i < dimension.size; ++i)
            texts << dimension.text(i);
        dimensions << dimension.name + u'=' + texts.join(u',');
    }
    for (const viewer::StackWarning& warning : stack.warnings)
        warnings << warning.code + u' ' + warning.text;
    const QString frames =
        QStringLiteral("%1 | %2x%3 | %4").arg(joined(stack.instances)).arg(stack.sliceCount).arg(stack.phaseCount).arg(dimensions.join(u';'));
    if (!hasGeometry)
        return frames;
    return QStringLiteral("%1 | %2 mm %3° %4 %5%6%7 %8 | %9 | ")
               .arg(frames, stack.sliceSpacingMm ? QString::number(*stack.sliceSpacingMm, 'f', 6) : "no", QString::number(stack.gantryTiltDeg, 'f', 4),
                    stack.orientation)
               .arg(int(stack.isVolume))
               .arg(int(stack.canReslice))
               .arg(int(stack.needsResampling))
               .arg(stack.whyNoVolume, warnings.join(u' ')) +
           QStringLiteral("%1x%2 %3 %4")
               .arg(stack.columns)
               .arg(stack.rows)
               .arg(stack.frameOfReference)
               .arg(stack.pixelSpacingMm ? stack.pixelSpacingMm->row : -1);
}

/// PS3.3 C.7.6.2.1.1 and stack.h, by plain loops: what positions and orientations say.
inline QString lineOf(const Truth& truth, bool hasGeometry, bool isScattered)
{
    const int n = truth.slices;
    const QString frames =
        QStringLiteral("%1 | %2x%3 | %4").arg(joined(truth.frames)).arg(n).arg(truth.frames.size() / size_t(n)).arg(truth.dimensions.join(u';'));
    if (!hasGeometry)
        return frames;
    const viewer::Instance& first = truth.frames.front();
    QString spacing = "no", why, orientation = "none";
    double tilt = 0;
    bool isVolume = false, canReslice = false, isIrregular = false, isBent = false;
    QStringList warnings;
    const QStringList slices{"1.2.840.10008.5.1.4.1.1.2",   "1.2.840.10008.5.1.4.1.1.4",   "1.2.840.10008.5.1.4.1.1.128",  "1.2.840.10008.5.1.4.1.1.2.1",
                             "1.2.840.10008.5.1.4.1.1.4.1", "1.2.840.10008.5.1.4.1.1.130", "1.2.840.10008.5.1.4.1.1.481.2"};
    if (!first.plane) {
        why = "the images carry no position in the patient";
        if (slices.contains(first.sopClassUid) && !first.isLocalizer && first.patientOrientation.isEmpty())
            warnings << "GEO-16 The images do not say how they lie in the patient: left and right are not known.";
    } else {
        const viewer::PlaneGeometry& plane = *first.plane;
        const Vec3 r = plane.rowDirection, c = plane.columnDirection;
        const Vec3 normal{r.y * c.z - r.z * c.y, r.z * c.x - r.x * c.z, r.x * c.y - r.y * c.x};
        const auto isWithin20Of = [](double cosine) { return std::acos(std::min(1.0, std::abs(cosine))) * 180 / std::numbers::pi <= 20; };
        if (plane.isInPatient)
            orientation = isWithin20Of(normal.z) ? "axial" : isWithin20Of(normal.x) ? "sagittal" : isWithin20Of(normal.y) ? "coronal" : "oblique";
        if (first.frameOfReference.isEmpty())
            warnings << (isScattered ? "GEO-12 Every image names another frame of reference; the series is not linked to others by position."
                                     : "GEO-12 Without a frame of reference the images are not linked to others by position.");
        std::vector<double> x, y, z, d;
        for (int i = 0; i < n; ++i) {
            const Vec3 o = truth.frames[size_t(i)].plane->originLps, f = plane.originLps;
            const double dx = o.x - f.x, dy = o.y - f.y, dz = o.z - f.z;
            x.push_back(dx * r.x + dy * r.y + dz * r.z);
            y.push_back(dx * c.x + dy * c.y + dz * c.z);
            z.push_back(dx * normal.x + dy * normal.y + dz * normal.z);
            if (i > 0)
                d.push_back(z[size_t(i)] - z[size_t(i - 1)]);
        }
        if (n < 2) {
            why = "there are fewer than 3 slices";
        } else {
            std::vector<double> sorted = d;
            std::sort(sorted.begin(), sorted.end());
            const double median = sorted[sorted.size() / 2], tolerance = median * 0.02 > 0.02 ? median * 0.02 : 0.02;
            int odd = 0, oddNoGap = 0;
            for (const double step : d)
                if (step > median + tolerance || step < median - tolerance) {
                    ++odd;
                    bool isGap = false;
                    for (int times = 2; times < 50; ++times)
                        isGap = isGap || (step >= times * median - 2 * tolerance && step <= times * median + 2 * tolerance);
                    oddNoGap += !isGap;
                }
            isIrregular = odd > 0;
            spacing = QString::number(odd == 0 ? z.back() / (n - 1) : median, 'f', 6);
            if (odd > 0 && (oddNoGap > 0 || odd * 3 > int(d.size()))) {
                spacing = "no";
                const QString range = QStringLiteral("varies from %1 to %2 mm").arg(mm(sorted.front()), mm(sorted.back()));
                why = "the distance between slices " + range;
                warnings << "GEO-04 The distance between slices " + range + '.';
            } else if (odd > 0) {
                why = "slices are missing";
                const auto image = [&](size_t i) {
                    return truth.frames[i].instanceNumber ? QString::number(*truth.frames[i].instanceNumber) : QStringLiteral("–");
                };
                for (size_t i = 0; i < d.size(); ++i)
                    if (d[i] > median + tolerance)
                        warnings << QStringLiteral("GEO-03 %1 slice(s) missing between slice %2 (image %3) and slice %4 (image %5): %6 mm instead of %7 mm.")
                                        .arg(qRound(d[i] / median) - 1)
                                        .arg(i + 1)
                                        .arg(image(i))
                                        .arg(i + 2)
                                        .arg(image(i + 1), mm(d[i]), mm(median));
            }
            const double pixel = plane.spacingMm.row < plane.spacingMm.column ? plane.spacingMm.row : plane.spacingMm.column;
            for (size_t i = 0; i < x.size(); ++i)
                isBent = isBent || std::hypot(x[i] - x.back() * z[i] / z.back(), y[i] - y.back() * z[i] / z.back()) > (0.25 * pixel > 0.1 ? 0.25 * pixel : 0.1);
            const double angle = std::atan(std::hypot(x.back(), y.back()) / z.back()) * 180 / std::numbers::pi;
            if (!isBent && angle > 0.5)
                tilt = y.back() < 0 ? -angle : angle;
            if (isBent) {
                warnings << "GEO-04 The slices are shifted against one another.";
                if (!isIrregular)
                    why = "the slices are shifted against one another";
            }
            QString refusal;
            for (size_t i = 0; i < d.size() && refusal.isEmpty(); ++i) {
                const double before = i > 0 ? d[i - 1] : 0, after = i + 1 < d.size() ? d[i + 1] : 0;
                if (d[i] > 6.5 * (before > after ? before : after))
                    refusal = QStringLiteral("more than 5 slices are missing between slice %1 and slice %2").arg(i + 1).arg(i + 2);
                else if (std::abs(x[i + 1] - x[i]) >= plane.columns * plane.spacingMm.column || std::abs(y[i + 1] - y[i]) >= plane.rows * plane.spacingMm.row)
                    refusal = QStringLiteral("slice %1 and slice %2 do not overlap").arg(i + 1).arg(i + 2);
            }
            const auto range = [](const std::vector<double>& v) { return *std::max_element(v.begin(), v.end()) - *std::min_element(v.begin(), v.end()); };
            const double columns = plane.columns + std::ceil(range(x) / plane.spacingMm.column - 0.02),
                         rows = plane.rows + std::ceil(range(y) / plane.spacingMm.row - 0.02);
            if (refusal.isEmpty() && columns * rows > 8.0 * plane.columns * plane.rows)
                refusal = "the slices are shifted too far against one another";
            if (n < 3)
                why = "there are fewer than 3 slices";
            else if ((isIrregular || isBent) && !refusal.isEmpty())
                why = refusal;
            else
                canReslice = true;
            isVolume = canReslice && !isIrregular && !isBent && tilt == 0;
            const QString degrees = QString::number(std::abs(tilt), 'f', 1);
            if (tilt != 0)
                warnings << QStringLiteral("GEO-05 The slices are tilted by %1°").arg(degrees) + (canReslice ? ": MPR follows their true positions." : ".");
            if (tilt != 0 && why.isEmpty())
                why = QStringLiteral("the slices are tilted by %1°").arg(degrees);
        }
    }
    warnings << truth.warnings;
    return QStringLiteral("%1 | %2 mm %3° %4 %5%6%7 %8 | %9 | ")
               .arg(frames, spacing, QString::number(tilt, 'f', 4), orientation)
               .arg(int(isVolume))
               .arg(int(canReslice))
               .arg(int(canReslice && (isIrregular || isBent)))
               .arg(why, warnings.join(u' ')) +
           QStringLiteral("%1x%2 %3 %4")
               .arg(first.pixels.columns)
               .arg(first.pixels.rows)
               .arg(isScattered ? QString() : first.frameOfReference.value)
               .arg(first.spacingMm->row);
}

} // namespace diascope::test
