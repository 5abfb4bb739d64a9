// Random planes through a volume against a plain renderer; and where screen, image and patient meet.
#include "tests/support/plain_picture.h"
#include <QTest>

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::test;

namespace {

Reached reachedPlanes{"MPR: colours of the palette",
                      "MPR: missing slices",
                      "MPR: mixed meanings",
                      "MPR: mixed meanings, slab 0",
                      "MPR: mixed meanings, slab 1",
                      "MPR: mixed meanings, slab 2",
                      "MPR: nearest",
                      "MPR: nearest, slab 0",
                      "MPR: nearest, slab 1",
                      "MPR: nearest, slab 2",
                      "MPR: not offered",
                      "MPR: one meaning",
                      "MPR: one meaning, slab 0",
                      "MPR: one meaning, slab 1",
                      "MPR: one meaning, slab 2",
                      "MPR: pixels in the volume",
                      "MPR: second phase",
                      "MPR: tilted"};
Reached reachedLetters{"letters: Patient Orientation",
                       "letters: of the plane"};

struct Sampled
{
    double value = noNumber;
    bool isUnsure = false; // rounding decides
};

/// To the outer borders of the voxels; trilinear of what can be mixed (PIX-08), nothing where most of it cannot.
Sampled sampledAt(const Case& c, Vec3 voxel, int phase, bool isNearest, bool& isInside)
{
    const double counts[3] = {columns, rows, double(c.slices)}, at[3] = {voxel.x, voxel.y, voxel.z};
    Sampled sampled;
    double inside[3];
    isInside = true;
    for (int i = 0; i < 3; ++i) {
        sampled.isUnsure = sampled.isUnsure || std::abs(at[i] + 0.5) < 1e-5 || std::abs(at[i] - counts[i] + 0.5) < 1e-5 ||
                           (isNearest && std::abs(at[i] - std::floor(at[i]) - 0.5) < 1e-5);
        isInside = isInside && at[i] >= -0.5 && at[i] <= counts[i] - 0.5;
        inside[i] = std::clamp(isNearest ? std::floor(at[i] + 0.5) : at[i], 0.0, counts[i] - 1);
    }
    if (!isInside)
        return sampled;
    double sum = 0, weights = 0;
    for (int z = int(inside[2]); z < std::min(c.slices, int(inside[2]) + 2); ++z)
        for (int y = int(inside[1]); y < std::min(rows, int(inside[1]) + 2); ++y)
            for (int x = int(inside[0]); x < std::min(columns, int(inside[0]) + 2); ++x) {
                const double weight =
                    std::max(0.0, 1 - std::abs(inside[0] - x)) * std::max(0.0, 1 - std::abs(inside[1] - y)) * std::max(0.0, 1 - std::abs(inside[2] - z));
                const double value = weight > 0 ? measured(c, z + c.slices * phase, x, y) : noNumber;
                if (!std::isnan(value))
                    sum += weight * value, weights += weight;
            }
    sampled.isUnsure = sampled.isUnsure || std::abs(weights - 0.5) < 1e-4;
    sampled.value = weights > 0.5 ? sum / weights : noNumber;
    return sampled;
}

QString compareMpr(Case c, const Volume& volume)
{
    const RenderedSlice slice = render(volume, c.view, c.presentation, c.size);
    if (!c.hasPlane || c.cells == Cells::Rgb) {
        reachedPlanes.count("MPR: not offered");
        return slice.problem && (c.hasPlane || slice.problem->detail == "no positions") ? QString() : c.words() + ": MPR is offered";
    }
    if (slice.problem)
        return c.words() + ": " + slice.problem->detail;
    const int phase = c.view.frame / c.slices, first = phase * c.slices;
    c.isInverted = c.isFrameInverted(first);
    const bool isNearest = c.presentation.interpolation == Interpolation::Nearest;
    // At least a sample every voxel, both faces of the slab included.
    const double finest = std::min({c.spacing.column, c.spacing.row, norm(c.step)});
    const int samples = c.view.slabMm > 0 ? std::max(1, int(std::ceil(c.view.slabMm / finest - 1e-6))) + 1 : 1;
    // Words of one meaning may be mixed as they are stored, and are rounded then.
    bool isUniform = c.isWord() && !isNearest && !c.table && !c.supplemental;
    double largest = 0;
    for (int frame = first; frame < first + c.slices; ++frame) {
        isUniform = isUniform && !c.isMissing[size_t(frame)] && !c.padding[size_t(frame)] && c.slope[size_t(frame)] == c.slope[size_t(first)] &&
                    c.intercept[size_t(frame)] == c.intercept[size_t(first)] && c.slope[size_t(frame)] > 0;
        for (int i = 0; i < rows * columns; ++i)
            if (const double value = measured(c, frame, i % columns, i / columns); !std::isnan(value))
                largest = std::max(largest, std::abs(value));
    }
    const double tolerance = isUniform ? 0.5 * c.slope[size_t(first)] + largest * 2e-5 : isNearest && samples == 1 ? 0 : largest * 1e-6;
    const double zoom = mprZoom(c);
    int seen = 0;
    for (int y = 0; y < c.size.height(); ++y)
        for (int x = 0; x < c.size.width(); ++x) {
            const QPointF mm = fromCentre(c, QPointF(x + 0.5, y + 0.5), zoom);
            const Vec3 point = c.view.mpr->centreLps + c.view.mpr->rowDirection * mm.x() + c.view.mpr->columnDirection * mm.y();
            double value = noNumber, count = 0;
            bool isUnsure = false;
            for (int sample = 0; sample < samples; ++sample) {
                const Vec3 through = samples == 1 ? Vec3{} : c.view.mpr->normal() * (c.view.slabMm * (double(sample) / (samples - 1) - 0.5));
                bool isInside = false;
                const Sampled sampled = sampledAt(c, voxelAt(c, point + through), phase, isNearest, isInside);
                isUnsure = isUnsure || sampled.isUnsure;
                if (!isInside || std::isnan(sampled.value))
                    continue;
                const double v = double(float(sampled.value));
                value = count == 0 ? v : c.view.blend == Blend::Maximum ? std::max(value, v) : c.view.blend == Blend::Minimum ? std::min(value, v) : value + v;
                ++count;
            }
            if (isUnsure)
                continue;
            if (c.view.blend == Blend::Mean && count > 0)
                value /= count;
            const QRgb got = slice.image.pixel(x, y);
            const Vec3 voxel = voxelAt(c, point);
            const int column = int(std::floor(voxel.x + 0.5)), row = int(std::floor(voxel.y + 0.5)), z = int(std::floor(voxel.z + 0.5));
            if (c.supplemental && samples == 1 && column >= 0 && row >= 0 && z >= 0 && column < columns && row < rows && z < c.slices) {
                const bool isBetween = std::abs(voxel.x - std::floor(voxel.x) - 0.5) < 1e-5 || std::abs(voxel.y - std::floor(voxel.y) - 0.5) < 1e-5 ||
                                       std::abs(voxel.z - std::floor(voxel.z) - 0.5) < 1e-5;
                if (isBetween)
                    continue;
                if (const double stored = c.at(first + z, column, row); !c.isMissing[size_t(first + z)] && isCode(c, first + z, stored)) {
                    reachedPlanes.count("MPR: colours of the palette");
                    if (got != colourOf(c, first + z, stored))
                        return placeOf(c, x, y, QString("voxel %1 %2 %3").arg(column).arg(row).arg(z), got,
                                       QString::number(colourOf(c, first + z, stored), 16));
                    continue;
                }
            }
            const Levels levels = std::isnan(value) ? Levels{0, 0} : greyAround(c, value, tolerance);
            seen += !std::isnan(value);
            if (!isOf(c, got, levels))
                return placeOf(c, x, y, QString("voxel %1 %2 %3, %4 samples").arg(voxel.x).arg(voxel.y).arg(voxel.z).arg(samples), got,
                               QString("%1 (%2 to %3)").arg(value).arg(levels.low).arg(levels.high));
        }
    reachedPlanes.count("MPR: pixels in the volume", seen > 0);
    reachedPlanes.count(QString("MPR: ") +
              (isUniform   ? "one meaning"
               : isNearest ? "nearest"
                           : "mixed meanings") +
              (samples > 1 ? QString(", slab %1").arg(int(c.view.blend)) : QString()));
    reachedPlanes.count("MPR: second phase", phase == 1);
    reachedPlanes.count("MPR: tilted", c.isTilted);
    reachedPlanes.count("MPR: missing slices", std::count(c.isMissing.begin() + first, c.isMissing.begin() + first + c.slices, true) > 0);
    return {};
}

QString lettersOf(Vec3 d)
{
    const double length = norm(d), part[3] = {std::abs(d.x) / length, std::abs(d.y) / length, std::abs(d.z) / length};
    const QString names[3] = {d.x > 0 ? "L" : "R", d.y > 0 ? "P" : "A", d.z > 0 ? "H" : "F"};
    QString letters;
    bool isUsed[3] = {};
    for (int turn = 0; turn < 3; ++turn) {
        int best = -1;
        for (int i = 0; i < 3; ++i)
            if (!isUsed[i] && (best < 0 || part[i] > part[best] + 1e-9))
                best = i;
        isUsed[best] = true;
        letters += part[best] > 0.0873 ? names[best] : QString();
    }
    return letters;
}

QString compareTransforms(const Case& c, const Volume& volume)
{
    const SliceTransform transform = SliceTransform::of(volume, c.view, c.size);
    const bool hasPatient = c.hasPlane;
    const Vec3 origin = c.view.mpr ? c.view.mpr->centreLps : c.origin + c.step * (c.view.frame % c.slices);
    const Vec3 across = c.view.mpr ? c.view.mpr->rowDirection : c.across * c.spacing.column,
               down = c.view.mpr ? c.view.mpr->columnDirection : c.down * c.spacing.row;
    const QPointF unit = c.view.mpr ? QPointF(1, 1) : unitOf(c);
    const double zoom = c.view.mpr ? mprZoom(c) : zoomOf(c, columns * unit.x(), rows * unit.y());
    const auto imageOf = [&](QPointF screen) { return c.view.mpr ? fromCentre(c, screen, zoom) : imageAt(c, screen); };
    const auto patientOf = [&](QPointF screen) { return origin + across * imageOf(screen).x() + down * imageOf(screen).y(); };
    const auto isFar = [](QPointF a, QPointF b) { return !(std::hypot(a.x() - b.x(), a.y() - b.y()) < 1e-7 * (1 + std::hypot(a.x(), a.y()))); };
    Dice dice(c.seed + 17);
    const QString words = c.words() + (c.view.mpr ? " MPR" : "");
    for (int n = 0; n < 4; ++n) {
        const QPointF screen(dice.real(-5, 30), dice.real(-5, 30));
        if (isFar(transform.toImage(screen), imageOf(screen)) || isFar(transform.toScreen(imageOf(screen)), screen))
            return words + QString(": screen %1 %2 is image %3 %4")
                               .arg(screen.x())
                               .arg(screen.y())
                               .arg(transform.toImage(screen).x())
                               .arg(transform.toImage(screen).y());
        const auto point = transform.toPatient(screen);
        const double off = dice.of<double>({0, 2, -3});
        const Vec3 above = patientOf(screen) + normalized(cross(across, down)) * off;
        if (point.has_value() != hasPatient || transform.toScreen(above).has_value() != hasPatient || transform.distanceMm(above).has_value() != hasPatient)
            return words + ": a place in the patient, or none";
        if (point &&
            (norm(*point - patientOf(screen)) > 1e-7 || isFar(*transform.toScreen(above), screen) || std::abs(*transform.distanceMm(above) - off) > 1e-7))
            return words + ": screen and patient";
        const double factor = dice.of<double>({1.5, 0.5, 1});
        Case other = c;
        other.view = zoomedAt(volume, c.view, c.size, screen, factor);
        if (std::abs(other.view.zoom - zoom * factor) > 1e-9 * zoom ||
            isFar(other.view.mpr ? fromCentre(other, screen, other.view.zoom) : imageAt(other, screen), imageOf(screen)))
            return words + ": zoomed at the cursor";
    }
    Case fit = c;
    fit.view.zoom = 0;
    const double fitted = c.view.mpr ? mprZoom(fit) : zoomOf(fit, columns * unit.x(), rows * unit.y());
    const double finest = c.view.mpr ? std::min({c.spacing.column, c.spacing.row, norm(c.step)}) : std::min(unit.x(), unit.y());
    if (std::abs(transform.zoom() - zoom) > 1e-9 * zoom || std::abs(fitZoom(volume, c.view, c.size) - fitted) > 1e-9 * fitted ||
        std::abs(oneToOneZoom(volume, c.view) * finest - 1) > 1e-9)
        return words + QString(": zoom %1, fit %2, one to one %3").arg(transform.zoom()).arg(fitZoom(volume, c.view, c.size)).arg(oneToOneZoom(volume, c.view));
    const EdgeLetters letters = transform.letters();
    const std::tuple<QPointF, QString, const char*> edges[] = {
        {{-1, 0}, letters.left, "left"}, {{1, 0}, letters.right, "right"}, {{0, -1}, letters.top, "top"}, {{0, 1}, letters.bottom, "bottom"}};
    for (const auto& [step, got, name] : edges) {
        const QPointF image = imageOf(step) - imageOf({0, 0});
        // Patient Orientation (PS3.3 C.7.6.1.1.1) says P along the row and FR along the column.
        QString expected = std::abs(image.x()) > std::abs(image.y()) ? image.x() > 0 ? "P" : "A" : image.y() > 0 ? "FR" : "HL";
        if (hasPatient)
            expected = lettersOf(patientOf(step) - patientOf({0, 0}));
        QString sorted[2] = {got, expected};
        if (c.view.mpr || c.across.y != 0) // of equal parts either may be the first
            for (QString& text : sorted)
                std::sort(text.begin(), text.end());
        if (sorted[0] != sorted[1])
            return words + QString(": %1 edge %2, expected %3").arg(name, got, expected);
        reachedLetters.count(hasPatient ? "letters: of the plane" : "letters: Patient Orientation");
    }
    return {};
}

} // namespace

class TestRandomPlanes : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_04_PIX_08_planesAndSlabs()
    {
        QCOMPARE(differenceOf(10000, 700, [](const Case& c, const auto& volume) { return compareMpr(withPlane(c), *volume); }), QString());
        QCOMPARE(reachedPlanes.missing(), QString());
    }
    void GEO_11_GEO_15_GEO_16_screenImagePatient()
    {
        QCOMPARE(differenceOf(40000, 200, [](const Case& c, const auto& volume) {
            return compareTransforms(c, *volume) + (c.hasPlane ? compareTransforms(withPlane(c), *volume) : QString());
        }), QString());
        QCOMPARE(reachedLetters.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomPlanes)
#include "tst_random_planes.moc"
