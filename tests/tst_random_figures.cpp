// What figures of every kind measure, on images and on planes through them, against plain geometry.
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include "viewer/figures/figure.h"
#include <QTest>
#include <array>
#include <cstring>
#include <numbers>
#include <numeric>
#include <set>

using namespace diascope;
using namespace diascope::viewer;
using test::Dice, test::Reached, test::line;

namespace
{

using Unit = UltrasoundRegion::Unit;
using Points = std::vector<QPointF>;
using Pairs = std::vector<std::pair<Vec3, Vec3>>;
constexpr int columns = 7, rows = 5;
constexpr Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};
const QStringList unitNames{"", "%", "dB", "mm", "s", "Hz", "dB/s", "cm/s", ""}; // of Unit
Reached reached{"in pixels of an image", "in the patient", "on a plane", "not measured", "colour", "phases", "padding in a region", "no samples",
                "time", "depth", "velocity", "difference", "one region", "not within one region", "a region of low priority", "SUV", "calibrated",
                "at the detector", "calibration unknown", "pixels", "on the edge", "off the plane", "flat in the patient"};

/// A stack of small whole numbers: coordinates are multiples of a quarter, so that what lies on an edge is known.
struct Image
{
    Stack stack;
    std::vector<std::vector<int>> stored;
    bool isColour = false;
    Vec3 across, down, step;
    std::shared_ptr<const Volume> volume;

    std::optional<double> at(int frame, int column, int row) const
    {
        if (isColour || column < 0 || row < 0 || column >= columns || row >= rows)
            return std::nullopt;
        const Instance& instance = stack.instances[size_t(frame)];
        const double value = stored[size_t(frame)][size_t(row * columns + column)];
        const auto& padding = instance.pixels.padding;
        const bool isPadding = padding && value >= padding->low && value <= padding->high;
        return isPadding ? std::nullopt : std::optional(value * instance.modalityTransform.slope + instance.modalityTransform.intercept);
    }
    double smallestStep() const { return std::min({stack.instances[0].spacingMm->row, stack.instances[0].spacingMm->column, norm(step)}); }
    /// Trilinear, from all eight neighbours that weigh anything.
    std::optional<double> at(Vec3 point) const
    {
        const Vec3 from = point - stack.instances[0].plane->originLps;
        const PixelSpacing& spacing = *stack.instances[0].spacingMm;
        const Vec3 voxel{dot(from, across) / spacing.column, dot(from, down) / spacing.row, dot(from, step) / dot(step, step)};
        const auto part = [](double distance) { return std::max(0.0, 1 - std::abs(distance)); };
        double sum = 0, weights = 0;
        for (int slice = 0; slice < stack.sliceCount; ++slice)
            for (int row = 0; row < rows; ++row)
                for (int column = 0; column < columns; ++column) {
                    const double weight = part(voxel.x - column) * part(voxel.y - row) * part(voxel.z - slice);
                    if (const auto value = weight > 0 ? at(slice, column, row) : 0)
                        sum += weight * *value, weights += weight;
                    else
                        return std::nullopt;
                }
        return weights > 0.999 && stack.phaseCount == 1 ? std::optional(sum) : std::nullopt;
    }
};

std::shared_ptr<ImageModules> drawModules(Dice& dice)
{
    auto modules = std::make_shared<ImageModules>();
    if (dice.chance(50)) {
        modules->pet.emplace();
        modules->pet->units = "CNTS";
        if (dice.chance(80))
            modules->pet->philipsSuvFactor = dice.of<double>({0.5, 0.01, 2});
    }
    for (int i = dice.chance(60) ? dice.from(1, 4) : 0; i > 0; --i) {
        UltrasoundRegion region;
        const bool isWide = dice.chance(40);
        region.left = dice.from(-1, isWide ? 0 : 4), region.top = dice.from(-1, isWide ? 0 : 3); // the last column and row are in it
        region.right = region.left + dice.from(isWide ? 6 : 0, 9), region.bottom = region.top + dice.from(isWide ? 4 : 0, 7);
        const auto unit = [&] { return dice.chance(40) ? Unit::Centimetre : Unit(dice.upTo(int(Unit::Other))); };
        region.unitX = unit(), region.unitY = unit();
        region.isLowPriority = dice.chance(40);
        region.deltaX = dice.of<double>({0.05, -0.5, 0.002, 3}), region.deltaY = dice.of<double>({0.04, -0.25, -10, 1});
        modules->regions.push_back(region);
    }
    return modules;
}

Image drawImage(Dice& dice)
{
    Image image;
    Stack& stack = image.stack;
    stack.sliceCount = dice.from(2, 4), stack.phaseCount = dice.chance(15) ? 2 : 1;
    stack.rows = rows, stack.columns = columns;
    const bool hasPlane = dice.chance(80);
    stack.canReslice = hasPlane && dice.chance(85), stack.isVolume = stack.canReslice && dice.chance(50);
    image.isColour = dice.chance(10);
    std::tie(image.across, image.down) = dice.of(Pairs{{x, y}, {y, -z}, {x, -z}, {-x, -y}});
    if (!stack.canReslice && dice.chance(30))
        image.across = {0.6, 0.8, 0}, image.down = {-0.8, 0.6, 0};
    image.step = cross(image.across, image.down) * dice.of<double>({0.5, 1, 2});
    const PixelSpacing spacing = stack.canReslice ? dice.of<PixelSpacing>({{1, 1}, {0.5, 1}, {2, 0.5}, {2, 2}})
                                                  : dice.of<PixelSpacing>({{1, 1}, {0.7, 0.9}, {3, 0.1}});
    const bool hasSpacing = hasPlane || dice.chance(60), hasModules = dice.chance(60), isMultiFrame = dice.chance(50);
    const Vec3 origin{11, -20.5, 30};
    std::vector<std::byte> bytes;
    for (int i = 0; i < stack.sliceCount * stack.phaseCount; ++i) {
        Instance made;
        made.seriesUid = {"1.2"};
        made.uid = {QString("1.2.%1").arg(isMultiFrame ? 1 + i / 3 : i + 1)};
        made.frame = isMultiFrame ? i % 3 : 0;
        if (hasPlane) // what cannot be resliced may lie aslant
            made.plane = {origin + image.step * (i % stack.sliceCount) + image.across * (stack.canReslice ? 0.0 : i),
                          image.across, image.down, spacing, rows, columns, true};
        if (hasSpacing)
            made.spacingMm = spacing;
        made.spacingOrigin = hasSpacing ? SpacingOrigin(dice.from(1, 4)) : SpacingOrigin::None;
        made.pixelAspect = hasSpacing ? spacing.row / spacing.column : dice.of<double>({1, 0.5, 1.5});
        made.modalityTransform = {dice.of<double>({1, 2, -0.5}), dice.of<double>({0, -1024, 0.25}), {}, 0, dice.of<QString>({"HU", "CNTS", ""})};
        if (const int low = dice.from(-20, 60); dice.chance(40))
            made.pixels.padding = PaddingRange{double(low), double(low + dice.upTo(9))};
        if (hasModules)
            made.modules = drawModules(dice);
        stack.instances.push_back(made);
        image.stored.emplace_back();
        for (int pixel = 0; pixel < rows * columns; ++pixel) {
            const auto value = qint16(image.stored.back().emplace_back(dice.from(-20, 60)));
            bytes.resize(bytes.size() + (image.isColour ? 3 : 2));
            std::memcpy(bytes.data() + bytes.size() - 2, &value, 2);
        }
    }
    image.volume = *Volume::fromPixels(stack, image.isColour ? SampleType::Rgb8 : SampleType::Int16, bytes);
    reached.count("colour", image.isColour), reached.count("phases", stack.phaseCount > 1);
    return image;
}

/// Of the regions over the nearest pixel the last one of high priority, else the last (PS3.3 C.8.5.5.1.3).
const UltrasoundRegion* regionOf(const Instance& instance, QPointF at)
{
    const double column = std::floor(at.x() + 0.5), row = std::floor(at.y() + 0.5);
    for (const bool isLow : {false, true})
        for (size_t i = instance.modules ? instance.modules->regions.size() : 0; i > 0; --i)
            if (const UltrasoundRegion& one = instance.modules->regions[i - 1];
                one.isLowPriority == isLow && column >= one.left && column <= one.right && row >= one.top && row <= one.bottom) {
                reached.count("a region of low priority", isLow);
                return &one;
            }
    return nullptr;
}

/// What there is to know of an image for these points, but for its values.
MeasuringPlane planeOf(const Instance& instance, const Points& points)
{
    const QStringList calibrations{"none: in pixels", "pixel spacing in the patient", "calibrated pixel spacing", "at the detector, magnified",
                                   "pixel spacing of unknown origin"}; // of SpacingOrigin
    MeasuringPlane plane;
    plane.isCalibrated = instance.spacingMm.has_value();
    plane.spacing = plane.isCalibrated ? *instance.spacingMm : PixelSpacing{instance.pixelAspect, 1};
    plane.calibration = calibrations[int(instance.spacingOrigin)];
    plane.note = QStringList{"", "", "calibrated", "at the detector", "calibration unknown"}[int(instance.spacingOrigin)];
    plane.unit = instance.modalityTransform.unit;
    plane.suvFactor = instance.modules && instance.modules->pet ? instance.modules->pet->philipsSuvFactor.value_or(0) : 0;
    plane.columns = columns, plane.rows = rows;
    if (!points.empty() && instance.modules && !instance.modules->regions.empty()) {
        std::set<const UltrasoundRegion*> all;
        for (const QPointF& point : points)
            all.insert(regionOf(instance, point));
        const UltrasoundRegion* one = all.size() == 1 ? *all.begin() : nullptr;
        const QString unitX = one ? unitNames[int(one->unitX)] : "", unitY = one ? unitNames[int(one->unitY)] : "";
        plane.isCalibrated = reached.count("one region", !unitX.isEmpty() && !unitY.isEmpty());
        plane.spacing = {instance.pixelAspect, 1};
        plane.calibration = plane.isCalibrated ? "ultrasound region" : "not within one ultrasound region: in pixels";
        plane.note = plane.isCalibrated ? "" : "not within one region";
        if (plane.isCalibrated)
            plane.spacing = {std::abs(one->deltaY) * (unitY == "mm" ? 10 : 1), std::abs(one->deltaX) * (unitX == "mm" ? 10 : 1)};
        if (plane.isCalibrated && (unitX != "mm" || unitY != "mm"))
            plane.unitX = unitX, plane.unitY = unitY;
    }
    reached.count("pixels", !plane.isCalibrated);
    return plane;
}

double crossProduct(QPointF a, QPointF b) { return a.x() * b.y() - a.y() * b.x(); }

/// Edges included; of a polygon what an upward ray leaves an odd number of times.
bool isInside(const QString& kind, const Points& points, QPointF p)
{
    if (kind == "polygon") {
        bool isOdd = false;
        for (size_t i = 0; i < points.size(); ++i) {
            const QPointF a = points[i] - p, b = points[i == 0 ? points.size() - 1 : i - 1] - p;
            const double turn = crossProduct(a, b);
            if (turn == 0 && a.x() * b.x() <= 0 && a.y() * b.y() <= 0)
                return reached.count("on the edge");
            if ((a.x() < 0) != (b.x() < 0))
                isOdd = isOdd != (a.x() < 0 ? turn < 0 : turn > 0);
        }
        return isOdd;
    }
    const QPointF a = points[0] - p, b = points[1] - p, middle = a + b, size = a - b;
    if (a.x() * b.x() > 0 || a.y() * b.y() > 0)
        return false;
    return kind == "rectangle" || std::pow(middle.x() * size.y(), 2) + std::pow(middle.y() * size.x(), 2) <= std::pow(size.x() * size.y(), 2);
}

template <typename ValueAt>
std::vector<FigureValue> expectedValues(const QString& kind, const Points& points, const MeasuringPlane& plane, const ValueAt& valueAt)
{
    const auto from = [&](size_t i, size_t to) {
        return QPointF((points[to].x() - points[i].x()) * plane.spacing.column, (points[to].y() - points[i].y()) * plane.spacing.row);
    };
    if (!plane.note.isEmpty())
        reached.count(plane.note);
    if (kind == "length" && !plane.unitX.isEmpty()) {
        const auto along = [](double difference, const QString& of) {
            const QString name = of == "s" ? "time" : of == "mm" ? "depth" : of == "cm/s" ? "velocity" : "difference";
            reached.count(name);
            return FigureValue{name, std::abs(difference), of};
        };
        return {along(from(0, 1).x(), plane.unitX), along(from(0, 1).y(), plane.unitY)};
    }
    if (kind == "length")
        return {{"length", std::sqrt(QPointF::dotProduct(from(0, 1), from(0, 1))), plane.isCalibrated ? "mm" : "px", plane.note}};
    if (kind == "angle" && plane.unitX.isEmpty()) {
        const double turn = std::abs(std::atan2(from(1, 0).y(), from(1, 0).x()) - std::atan2(from(1, 2).y(), from(1, 2).x()));
        return {{"angle", std::min(turn, 2 * std::numbers::pi - turn) * 180 / std::numbers::pi, "deg"}};
    }
    if (kind != "ellipse" && kind != "rectangle" && kind != "polygon")
        return {};
    std::vector<double> inside;
    for (int i = -20; i <= 20; ++i)
        for (int j = -20; j <= 20; ++j)
            if (const QPointF at(j * plane.sampleStep, i * plane.sampleStep); isInside(kind, points, at))
                if (const std::optional<double> value = valueAt(at); !reached.count("padding in a region", !value))
                    inside.push_back(*value);
    std::vector<FigureValue> values;
    if (!reached.count("no samples", inside.empty())) {
        const double n = double(inside.size()), mean = std::accumulate(inside.begin(), inside.end(), 0.0) / n;
        double squares = 0;
        for (const double value : inside)
            squares += (value - mean) * (value - mean);
        std::sort(inside.begin(), inside.end());
        const double sd = std::sqrt(squares / n); // of the population
        values = {{"mean", mean, plane.unit}, {"sd", sd, plane.unit}, {"min", inside.front(), plane.unit}, {"max", inside.back(), plane.unit}};
        if (const double suv = plane.suvFactor; reached.count("SUV", suv > 0))
            values.insert(values.end(), {{"suvbw-mean", mean * suv, "g/ml"}, {"suvbw-max", inside.back() * suv, "g/ml"}});
    }
    const QPointF size = points[1] - points[0];
    double area = kind == "polygon" ? 0 : size.x() * size.y() * (kind == "ellipse" ? std::numbers::pi / 4 : 1);
    for (size_t i = 2; i < points.size(); ++i)
        area += crossProduct(points[i - 1] - points[0], points[i] - points[0]) / 2; // triangles from the first point
    area = std::abs(area) * (plane.isCalibrated ? plane.spacing.row * plane.spacing.column : 1);
    if (plane.unitX.isEmpty())
        values.push_back({"area", area, plane.isCalibrated ? "mm2" : "px2", plane.note});
    values.push_back({"count", double(inside.size()), ""});
    return values;
}

QString differs(const std::vector<FigureValue>& got, const std::vector<FigureValue>& expected)
{
    for (size_t i = 0; i < got.size() && i < expected.size(); ++i) {
        const FigureValue &is = got[i], &wanted = expected[i];
        const double tolerance = is.name == "sd" ? 1e-6 : 1e-9 * (1 + std::abs(wanted.value));
        if (is.name != wanted.name || is.unit != wanted.unit || is.note != wanted.note || !(std::abs(is.value - wanted.value) <= tolerance))
            return line(is.name, is.value, is.unit, is.note, "and not", wanted.name, wanted.value, wanted.unit, wanted.note);
    }
    return got.size() == expected.size() ? QString() : line(int(got.size()), "values and not", int(expected.size()));
}

struct Drawing
{
    Figure figure;
    Points points; ///< on the image in pixels, or on a plane of the patient in mm from its first one
    int frame = 0;
    Vec3 start, u, v; ///< the plane's
    bool isOnPlane = false, isSpoilt = false;
};

Drawing draw(Dice& dice, const Image& image)
{
    Drawing drawn;
    Figure& figure = drawn.figure;
    Points& points = drawn.points;
    drawn.frame = dice.upTo(image.stack.frameCount() - 1);
    const Instance& instance = image.stack.instances[size_t(drawn.frame)];
    figure.kind = dice.of<QString>({"ellipse", "rectangle", "polygon", "ellipse", "polygon", "length", "angle", "arrow", "text", "lenght"});
    const int most = dice.of({1, 2, 10});
    const bool isWhole = dice.chance(40);
    const double left = dice.from(-2, columns), top = dice.from(-2, rows); // never in the middle between two pixels: either may be the nearest
    for (int i = figure.kind == "polygon" ? dice.from(3, 7) : figure.kind == "angle" ? 3 : figure.kind == "text" ? 1 : 2; i > 0; --i) {
        const auto along = [&](double from) { return from + dice.upTo(most) + (isWhole ? 0 : dice.of({-1, 0, 1}) / 4.0); };
        points.emplace_back(along(left), along(top));
    }
    for (const size_t end : {0, 2}) // without an arm there is no angle
        if (figure.kind == "angle" && points[end] == points[1])
            points[end].rx() += 3;
    figure.id = "f";
    if ((drawn.isOnPlane = reached.count("on a plane", instance.plane && dice.chance(35)))) {
        std::tie(drawn.u, drawn.v) = dice.of(Pairs{{x, y}, {y, z}, {z, x}, {y, x}, {z, y}});
        drawn.start = instance.plane->toPatient(QPointF(dice.upTo(2 * columns) * 0.5, dice.upTo(2 * rows) * 0.5)) + image.step * (dice.upTo(3) * 0.5);
        figure.normal = cross(drawn.u, drawn.v);
        const QPointF first = points[0];
        for (QPointF& point : points) {
            point = (point - first) * image.smallestStep();
            const double off = reached.count("off the plane", !figure.points.empty()) ? dice.of<double>({0, 0, 2.5, -1}) : 0;
            figure.points.push_back(drawn.start + drawn.u * point.x() + drawn.v * point.y() + figure.normal * off);
        }
        figure.frameOfReference = {"1.9"};
        figure.reconstructedFrom = {dice.of<QString>({"1.2", "1.2", ""})};
    } else {
        figure.image = ImageRef{{"1.2"}, instance.uid, instance.frame};
        const bool isInPatient = reached.count("in the patient", instance.plane && dice.chance(50));
        reached.count("in pixels of an image", !isInPatient);
        const bool isFlat = points[0].x() == points.back().x() || points[0].y() == points.back().y();
        reached.count("flat in the patient", isInPatient && figure.kind == "ellipse" && isFlat);
        for (const QPointF& point : points) {
            const Vec3 off = image.step * dice.of<double>({0, 0, 4, -2});
            figure.points.push_back(isInPatient ? instance.plane->toPatient(point) + off : Vec3{point.x(), point.y(), 0});
        }
        figure.frameOfReference = {isInPatient ? "1.9" : ""};
    }
    const int fault = dice.upTo(9); // what keeps it from being measured
    drawn.isSpoilt = fault < 2 || (fault < 4 && drawn.isOnPlane) || (fault == 4 && !drawn.isOnPlane && !instance.plane);
    if (fault == 0)
        figure.image ? void(figure.image->instanceUid = {"1.2.99"}) : void(figure.reconstructedFrom = {"1.3"});
    if (fault == 1)
        figure.image ? void(figure.image->frame = 9) : void(figure.frameOfReference = {});
    if (fault == 2)
        figure.normal = {};
    if (fault == 3 && drawn.isOnPlane)
        figure.points.clear();
    if (fault == 4 && drawn.isSpoilt)
        figure.frameOfReference = {"1.9"};
    reached.count("not measured", drawn.isSpoilt);
    return drawn;
}

QString compareMeasures(const Image& image, const Drawing& drawn)
{
    MeasuringPlane plane = planeOf(image.stack.instances[drawn.isOnPlane ? 0 : size_t(drawn.frame)], drawn.isOnPlane ? Points() : drawn.points);
    if (drawn.isOnPlane)
        plane.spacing = {1, 1}, plane.note = "", plane.sampleStep = image.smallestStep();
    const auto valueAt = [&](QPointF at) {
        return drawn.isOnPlane ? image.at(drawn.start + drawn.u * at.x() + drawn.v * at.y()) : image.at(drawn.frame, int(at.x()), int(at.y()));
    };
    const bool isNothing = drawn.isSpoilt || (drawn.isOnPlane && !image.stack.canReslice);
    return differs(measure(drawn.figure, image.volume), expectedValues(isNothing ? "none" : drawn.figure.kind, drawn.points, plane, valueAt));
}

QString comparePlanes(Dice& dice, const Image& image, const Drawing& drawn)
{
    const Instance& instance = image.stack.instances[size_t(drawn.frame)];
    const auto words = [](const MeasuringPlane& made) {
        return line(made.spacing.column, made.spacing.row, made.isCalibrated,
                    QStringList{made.calibration, made.note, made.unitX, made.unitY, made.unit}.join(';'),
                    made.columns, made.rows, made.suvFactor, made.sampleStep);
    };
    const MeasuringPlane bare = MeasuringPlane::ofFrame(image.volume, drawn.frame);
    for (const Points& points : {Points(), drawn.isOnPlane ? Points() : drawn.points}) {
        const QString got = words(MeasuringPlane::ofFrame(image.volume, drawn.frame, points)), expected = words(planeOf(instance, points));
        if (got != expected || (points.empty() && words(bare) != expected))
            return line(got, "or", words(bare), "and not", expected);
    }
    const int column = dice.from(-1, columns), row = dice.from(-1, rows);
    const auto value = bare.valueAt(QPointF(column + dice.real(-0.49, 0.49), row + dice.real(-0.49, 0.49)));
    const bool isIts = drawn.figure.image == ImageRef{{"1.2"}, instance.uid, instance.frame};
    const int frame = frameOf(drawn.figure, *image.volume).value_or(-1);
    return value == image.at(drawn.frame, column, row) && frame == (isIts ? drawn.frame : -1) ? QString() : line("value", value, "frame", frame);
}

} // namespace

class TestRandomFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void MEA_01_MEA_02_MEA_03_MEA_06_whatFiguresMeasure()
    {
        for (int seed = 1; seed <= test::rounds(1500); ++seed) {
            Dice dice(seed);
            const Image image = drawImage(dice);
            for (int n = 0; n < 12; ++n) {
                const Drawing drawn = draw(dice, image);
                const QString difference = compareMeasures(image, drawn) + comparePlanes(dice, image, drawn);
                QVERIFY2(difference.isEmpty(), qPrintable(line("seed", seed, "figure", n, drawn.figure.kind, difference)));
            }
            QVERIFY(measure(draw(dice, image).figure, nullptr).empty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QVERIFY2(reached.missing().isEmpty(), qPrintable(reached.missing()));
    }
};

QTEST_GUILESS_MAIN(TestRandomFigures)
#include "tst_random_figures.moc"
