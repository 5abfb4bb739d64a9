// Values of dice volumes, and of regions in them, against plain loops.
#include "viewer/figures/figure.h"
#include "tests/support/plain_picture.h"
#include <QTest>
#include <numbers>

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::test;

namespace {

Reached reachedValues{"values: at points",
                      "values: colour codes",
                      "values: missing frames",
                      "values: no numbers",
                      "values: no range",
                      "values: nothing at points",
                      "values: padding"};
Reached reachedRegions{"regions: angle",
                       "regions: ellipse",
                       "regions: empty",
                       "regions: in the patient",
                       "regions: length",
                       "regions: polygon",
                       "regions: rectangle"};

QString differs(const Case& c, const QString& what, std::optional<double> got, double expected, double tolerance = 0)
{
    const bool isSame = got ? std::abs(*got - expected) <= tolerance || *got == expected : std::isnan(expected);
    return isSame ? QString() : QString("%1: %2 is %3, expected %4").arg(c.words(), what).arg(got.value_or(noNumber), 0, 'g', 12).arg(expected, 0, 'g', 12);
}

QString compareValues(const Case& c, const Volume& volume)
{
    int missing = 0;
    double low = infinity, high = -infinity;
    for (int frame = 0; frame < c.frames(); ++frame) {
        missing += c.isMissing[size_t(frame)];
        const std::vector<float> values = volume.frameValues(frame);
        const bool hasValues = !c.isMissing[size_t(frame)] && c.cells != Cells::Rgb;
        if (volume.isLoaded(frame) == c.isMissing[size_t(frame)] || volume.error(frame).has_value() != c.isMissing[size_t(frame)] ||
            values.empty() == hasValues)
            return c.words() + QString(": frame %1 is loaded or not").arg(frame);
        for (int row = -1; row <= rows; ++row)
            for (int column = -1; column <= columns; ++column) {
                const QString place = QString("of frame %1 at %2 %3").arg(frame).arg(column).arg(row);
                const bool isThere = row >= 0 && column >= 0 && row < rows && column < columns && !c.isMissing[size_t(frame)];
                const auto got = volume.storedAt(frame, column, row);
                if (!isThere || c.cells == Cells::Rgb) { // luminance of ITU-R BT.601
                    const double* rgb = isThere ? &c.stored[size_t(frame)][size_t(row * columns + column) * 3] : nullptr;
                    if (const QString text = differs(c, "stored value " + place, got, rgb ? 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] : noNumber, 1e-9) +
                                             differs(c, "value " + place, volume.valueAt(frame, column, row), noNumber);
                        !text.isEmpty())
                        return text;
                    continue;
                }
                const double stored = c.at(frame, column, row), value = modality(c, frame, stored);
                const bool isPad = isPadding(c, frame, stored);
                if (!got || (*got != stored && !(std::isnan(*got) && std::isnan(stored))))
                    return differs(c, "stored value " + place, got, stored);
                if (const QString text = differs(c, "value " + place, volume.valueAt(frame, column, row), measured(c, frame, column, row)); !text.isEmpty())
                    return text;
                const float quick = values[size_t(row * columns + column)];
                if (isPad || std::isnan(value) ? !std::isnan(quick) : quick != float(value))
                    return differs(c, "frame value " + place, double(quick), isPad ? noNumber : value);
                if (volume.isPadding(frame, stored) != isPad || volume.isColourCode(frame, stored) != isCode(c, frame, stored))
                    return c.words() + ": padding or code " + place;
                reachedValues.count("values: padding", isPad);
                reachedValues.count("values: colour codes", isCode(c, frame, stored));
                reachedValues.count("values: no numbers", !std::isfinite(value));
                if (!isPad && std::isfinite(value))
                    low = std::min(low, value), high = std::max(high, value);
            }
    }
    for (const int none : {-1, c.frames()})
        if (volume.isLoaded(none) || volume.error(none) || !volume.storedBytes(none).empty() || volume.storedAt(none, 0, 0) || !volume.frameValues(none).empty())
            return c.words() + QString(": frame %1 of %2").arg(none).arg(c.frames());
    if (volume.loadedCount() != c.frames() - missing || volume.failedCount() != missing || !volume.isComplete())
        return c.words() + ": counts of frames";
    reachedValues.count("values: missing frames", missing > 0);
    if (!c.supplemental) {
        const auto range = volume.valueRange();
        if (range.has_value() != (low <= high) || (range && (range->low != low || range->high != high)))
            return c.words() + QString(": range %1 to %2, expected %3 to %4").arg(range ? range->low : noNumber).arg(range ? range->high : noNumber).arg(low).arg(high);
        reachedValues.count("values: no range", !range);
    }
    Dice dice(c.seed + 99);
    for (int n = 0; n < 40; ++n) {
        const auto along = [&](int count) {
            return dice.of<double>({0, 1, count - 1.0, count - 1 + 1e-8, -1e-8, -0.1, count - 0.9, dice.real(0, count - 1), dice.real(0, count - 1)});
        };
        const Vec3 voxel{along(columns), along(rows), along(c.slices)};
        const int phase = dice.upTo(c.phases) - (n == 0 ? 1 : 0);
        const bool isInside =
            voxel.x > -1e-6 && voxel.y > -1e-6 && voxel.z > -1e-6 && voxel.x < columns - 1 + 1e-6 && voxel.y < rows - 1 + 1e-6 && voxel.z < c.slices - 1 + 1e-6;
        const Vec3 point = c.origin + c.across * (voxel.x * c.spacing.column) + c.down * (voxel.y * c.spacing.row) + c.step * voxel.z;
        double sum = c.hasPlane && isInside && phase >= 0 && phase < c.phases ? 0 : noNumber, largest = 0;
        bool isUnsure = false;
        for (int i = 0; i < rows * columns * c.slices && !std::isnan(sum); ++i) {
            const int x = i % columns, y = i / columns % rows, z = i / columns / rows;
            const double weight =
                std::max(0.0, 1 - std::abs(voxel.x - x)) * std::max(0.0, 1 - std::abs(voxel.y - y)) * std::max(0.0, 1 - std::abs(voxel.z - z));
            if (const double value = weight > 0 ? (c.cells == Cells::Rgb ? noNumber : measured(c, z + c.slices * phase, x, y)) : 0;
                weight > 1e-7 || !std::isnan(value))
                sum += weight * value, largest = std::max(largest, std::abs(value));
        }
        // Beside a sample by rounding: whether the next one counts is open.
        for (int i = 0; i < 3; ++i)
            isUnsure = isUnsure || std::abs((&voxel.x)[i] - std::round((&voxel.x)[i])) < 1e-6;
        const auto got = volume.valueAt(point, phase);
        if ((!isUnsure || got) && !differs(c, {}, got, sum, 1e-6 + largest * 1e-6).isEmpty())
            return differs(c, QString("voxel %1 %2 %3 of phase %4").arg(voxel.x, 0, 'g', 10).arg(voxel.y, 0, 'g', 10).arg(voxel.z, 0, 'g', 10).arg(phase), got,
                           sum);
        if (isUnsure && !got && !std::isnan(sum) && missing == 0 && !c.supplemental && c.cells == Cells::Whole &&
            std::none_of(c.padding.begin(), c.padding.end(), [](const auto& p) { return p.has_value(); }))
            return c.words() + ": nothing at a sample itself";
        reachedValues.count("values: at points", got.has_value());
        reachedValues.count("values: nothing at points", !got.has_value());
    }
    return {};
}

// Regions (MEA-06), in quarters of a pixel: whole numbers, so that what lies on an edge is known.

struct Corner
{
    qint64 x, y;
};

/// Even-odd, edges included.
bool isInPolygon(const std::vector<Corner>& polygon, Corner p)
{
    bool isInside = false;
    for (size_t i = 0; i < polygon.size(); ++i) {
        const Corner a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        const qint64 side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
        if (side == 0 && p.x >= std::min(a.x, b.x) && p.x <= std::max(a.x, b.x) && p.y >= std::min(a.y, b.y) && p.y <= std::max(a.y, b.y))
            return true;
        if ((a.y <= p.y) != (b.y <= p.y) && (b.y > a.y ? side > 0 : side < 0))
            isInside = !isInside;
    }
    return isInside;
}

QString compareRegions(const Case& c, const std::shared_ptr<const Volume>& volume)
{
    Dice dice(c.seed + 5);
    for (int n = 0; n < 12; ++n) {
        const QString kind = dice.of<QString>({"rectangle", "ellipse", "polygon", "length", "angle"});
        std::vector<Corner> corners;
        for (int i = kind == "polygon" ? 3 + dice.upTo(3) : kind == "angle" ? 3 : 2; i > 0; --i) {
            const bool isWhole = dice.chance(50);
            corners.push_back({isWhole ? 4 * dice.upTo(columns + 1) - 4 : dice.upTo(4 * columns + 15) - 8,
                               isWhole ? 4 * dice.upTo(rows + 1) - 4 : dice.upTo(4 * rows + 15) - 8});
        }
        Figure figure;
        figure.kind = kind;
        figure.image = ImageRef{{"1.2"}, {QString("1.2.%1").arg(c.view.frame + 1)}, 0};
        for (const Corner& corner : corners)
            figure.points.push_back({double(corner.x) / 4, double(corner.y) / 4, 0});
        if (c.hasPlane && kind != "ellipse" && dice.chance(50)) { // drawn in the patient; an ellipse's edge is not for rounding
            figure.frameOfReference = {"1.9"};
            for (Vec3& point : figure.points)
                point = c.origin + c.step * (c.view.frame % c.slices) + c.across * (point.x * c.spacing.column) + c.down * (point.y * c.spacing.row);
            reachedRegions.count("regions: in the patient");
        }
        const auto values = measure(figure, volume);
        if (c.isMissing[size_t(c.view.frame)]) {
            if (!values.empty())
                return c.words() + ": measured before it is loaded";
            continue;
        }
        std::map<QString, double> expected;
        double largest = 0, span = 0;
        const double sx = c.hasSpacing ? c.spacing.column : 1, sy = c.hasSpacing ? c.spacing.row : c.aspect;
        const auto arm = [&](size_t from, size_t to) {
            return QPointF(double(corners[to].x - corners[from].x) / 4 * sx, double(corners[to].y - corners[from].y) / 4 * sy);
        };
        if (kind == "length") {
            expected["length"] = std::sqrt(arm(0, 1).x() * arm(0, 1).x() + arm(0, 1).y() * arm(0, 1).y());
        } else if (kind == "angle") {
            const QPointF a = arm(1, 0), b = arm(1, 2);
            const double lengths = std::hypot(a.x(), a.y()) * std::hypot(b.x(), b.y());
            if (lengths == 0)
                continue;
            expected["angle"] = std::acos(std::clamp((a.x() * b.x() + a.y() * b.y()) / lengths, -1.0, 1.0)) * 180 / std::numbers::pi;
        } else {
            const qint64 left = std::min(corners[0].x, corners[1].x), right = std::max(corners[0].x, corners[1].x);
            const qint64 top = std::min(corners[0].y, corners[1].y), bottom = std::max(corners[0].y, corners[1].y), w = right - left, h = bottom - top;
            std::vector<double> inside;
            for (int row = 0; row < rows; ++row)
                for (int column = 0; column < columns; ++column) {
                    const Corner p{4 * column, 4 * row};
                    const qint64 dx = (2 * p.x - left - right) * h, dy = (2 * p.y - top - bottom) * w;
                    const bool isInBox = p.x >= left && p.x <= right && p.y >= top && p.y <= bottom;
                    const bool isInside = kind == "polygon"     ? isInPolygon(corners, p)
                                          : kind == "rectangle" ? isInBox
                                                                : isInBox && dx * dx + dy * dy <= w * w * h * h;
                    const double value = isInside && c.cells != Cells::Rgb ? measured(c, c.view.frame, column, row) : noNumber;
                    if (!std::isnan(value))
                        inside.push_back(value);
                }
            double doubled = 0;
            for (size_t i = 0; i < corners.size(); ++i)
                doubled += double(corners[i].x * corners[(i + 1) % corners.size()].y - corners[(i + 1) % corners.size()].x * corners[i].y) / 16;
            const double area = kind == "polygon" ? std::abs(doubled) / 2 : double(w * h) / 16 * (kind == "ellipse" ? std::numbers::pi / 4 : 1);
            expected["area"] = c.hasSpacing ? area * sx * sy : area;
            expected["count"] = double(inside.size());
            if (!inside.empty()) {
                double sum = 0, squares = 0;
                for (const double v : inside)
                    sum += v;
                const double mean = sum / double(inside.size());
                for (const double v : inside)
                    squares += (v - mean) * (v - mean), largest = std::max(largest, std::abs(v)), span = std::max(span, std::abs(v - inside.front()));
                expected["mean"] = mean;
                expected["sd"] = std::sqrt(squares / double(inside.size())); // of the population
                expected["min"] = *std::min_element(inside.begin(), inside.end());
                expected["max"] = *std::max_element(inside.begin(), inside.end());
                if (c.modules && c.modules->pet) { // PIX-19
                    expected["suvbw-mean"] = mean * 0.25;
                    expected["suvbw-max"] = expected["max"] * 0.25;
                }
            }
            reachedRegions.count("regions: empty", inside.empty());
        }
        reachedRegions.count("regions: " + kind);
        std::map<QString, QString> units{{"length", c.hasSpacing ? "mm" : "px"},
                                         {"area", c.hasSpacing ? "mm2" : "px2"},
                                         {"angle", "deg"},
                                         {"count", ""},
                                         {"suvbw-mean", "g/ml"},
                                         {"suvbw-max", "g/ml"}};
        for (const FigureValue& value : values) {
            const auto wanted = expected.find(value.name);
            // Sums of squares lose half of the digits; acos its last third near 0 and 180.
            const double tolerance = wanted == expected.end() ? 0
                                     : value.name == "angle"  ? 1e-5
                                     : value.name == "sd"     ? 1e-7 * (1 + span)
                                                              : 1e-9 * (1 + largest + std::abs(wanted->second));
            if (wanted == expected.end() || !(std::abs(value.value - wanted->second) <= tolerance) ||
                value.unit != (units.contains(value.name) ? units[value.name] : "HU"))
                return c.words() + QString(": %1 of %2 number %3 is %4 %5, expected %6")
                                       .arg(value.name, kind)
                                       .arg(n)
                                       .arg(value.value, 0, 'g', 12)
                                       .arg(value.unit)
                                       .arg(wanted == expected.end() ? noNumber : wanted->second, 0, 'g', 12);
        }
        if (values.size() != expected.size())
            return c.words() + QString(": %1 values of a %2, expected %3").arg(values.size()).arg(kind).arg(expected.size());
    }
    return {};
}

} // namespace

class TestRandomValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_01_PIX_03_PIX_11_MEA_11_values()
    {
        QCOMPARE(differenceOf(20000, 150, [](const Case& c, const auto& volume) { return compareValues(c, *volume); }), QString());
        QCOMPARE(reachedValues.missing(), QString());
    }
    void MEA_01_MEA_06_regions()
    {
        QCOMPARE(differenceOf(30000, 250, [](const Case& c, const auto& volume) { return compareRegions(c, volume); }), QString());
        QCOMPARE(reachedRegions.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomValues)
#include "tst_random_values.moc"
