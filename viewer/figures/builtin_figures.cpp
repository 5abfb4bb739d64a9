#include "viewer/figures/figure.h"
#include <algorithm>
#include <numbers>

namespace diascope::viewer
{

namespace
{

using Points = std::vector<QPointF>;

double distance(QPointF a, QPointF b, const MeasuringPlane& plane)
{
    return std::hypot((b.x() - a.x()) * plane.spacing.column, (b.y() - a.y()) * plane.spacing.row);
}

QString lengthUnit(const MeasuringPlane& plane) { return plane.isCalibrated ? QStringLiteral("mm") : QStringLiteral("px"); }

/// Mean, population SD, min, max, area and count of the samples in `box` for which `isInside` holds (MEA-06).
template <typename Inside>
std::vector<FigureValue> statistics(QRectF box, double area, const MeasuringPlane& plane, Inside isInside)
{
    double sum = 0;
    double sumOfSquares = 0;
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    double first = 0;
    qint64 count = 0;
    const double step = plane.sampleStep;
    double left = std::ceil(box.left() / step - 1e-9) * step;
    double top = std::ceil(box.top() / step - 1e-9) * step;
    double right = box.right();
    double bottom = box.bottom();
    if (plane.columns > 0) { // outside the image there is nothing
        left = std::max(left, 0.0);
        top = std::max(top, 0.0);
        right = std::min(right, double(plane.columns - 1));
        bottom = std::min(bottom, double(plane.rows - 1));
    }
    for (double y = top; y <= bottom + 1e-9; y += step)
        for (double x = left; x <= right + 1e-9; x += step) {
            if (!isInside(QPointF(x, y)))
                continue;
            const auto value = plane.valueAt(QPointF(x, y));
            if (!value)
                continue;
            if (count == 0)
                first = *value; // sums of differences: no cancellation for large offsets
            const double difference = *value - first;
            sum += difference;
            sumOfSquares += difference * difference;
            low = std::min(low, *value);
            high = std::max(high, *value);
            ++count;
        }
    std::vector<FigureValue> values;
    if (count > 0) {
        const double mean = sum / double(count);
        const double variance = std::max(0.0, sumOfSquares / double(count) - mean * mean);
        values = {{"mean", first + mean, plane.unit},
                  {"sd", std::sqrt(variance), plane.unit},
                  {"min", low, plane.unit},
                  {"max", high, plane.unit}};
        if (plane.suvFactor > 0) {
            values.push_back({"suvbw-mean", (first + mean) * plane.suvFactor, "g/ml"});
            values.push_back({"suvbw-max", high * plane.suvFactor, "g/ml"});
        }
    }
    if (!plane.unitX.isEmpty()) { // seconds by centimetres are no area
        values.push_back({"count", double(count), QString()});
        return values;
    }
    const double pixelArea = plane.spacing.row * plane.spacing.column;
    values.push_back({"area", plane.isCalibrated ? area * pixelArea : area, plane.isCalibrated ? "mm2" : "px2", plane.note});
    values.push_back({"count", double(count), QString()});
    return values;
}

QPainterPath polyline(const Points& points)
{
    QPainterPath path(points.empty() ? QPointF() : points.front());
    for (size_t i = 1; i < points.size(); ++i)
        path.lineTo(points[i]);
    return path;
}

QRectF boxOf(const Points& points) { return QRectF(points[0], points[1]).normalized(); }

QPainterPath ellipseOutline(const Points& points)
{
    QPainterPath path;
    path.addEllipse(boxOf(points));
    return path;
}

QPainterPath rectangleOutline(const Points& points)
{
    QPainterPath path;
    path.addRect(boxOf(points));
    return path;
}

QPainterPath polygonOutline(const Points& points)
{
    QPainterPath path = polyline(points);
    path.closeSubpath();
    return path;
}

/// The head is at the first point.
QPainterPath arrowOutline(const Points& points)
{
    QPainterPath path = polyline(points);
    const QPointF back = points[1] - points[0];
    const double length = std::hypot(back.x(), back.y());
    if (length > 0) {
        const double barb = std::min(length / 2, std::max(length / 5, 3.0));
        const double direction = std::atan2(back.y(), back.x());
        for (const double angle : {0.4, -0.4}) {
            path.moveTo(points[0]);
            path.lineTo(points[0] + barb * QPointF(std::cos(direction + angle), std::sin(direction + angle)));
        }
    }
    return path;
}

QPainterPath noOutline(const Points&) { return {}; }

std::vector<FigureValue> lengthValues(const Points& points, const MeasuringPlane& plane)
{
    if (!plane.unitX.isEmpty()) { // along each axis for itself
        const auto along = [](double pixels, double spacing, const QString& unit) {
            const QString name = unit == QLatin1String("s") ? "time" : unit == QLatin1String("mm") ? "depth" : unit == QLatin1String("cm/s") ? "velocity" : "difference";
            return FigureValue{name, std::abs(pixels) * spacing, unit};
        };
        return {along(points[1].x() - points[0].x(), plane.spacing.column, plane.unitX), along(points[1].y() - points[0].y(), plane.spacing.row, plane.unitY)};
    }
    return {{"length", distance(points[0], points[1], plane), lengthUnit(plane), plane.note}};
}

/// The angle at the second point, on the plane in mm.
std::vector<FigureValue> angleValues(const Points& points, const MeasuringPlane& plane)
{
    const auto arm = [&](QPointF to) {
        return QPointF((to.x() - points[1].x()) * plane.spacing.column, (to.y() - points[1].y()) * plane.spacing.row);
    };
    if (!plane.unitX.isEmpty())
        return {}; // between seconds and centimetres there is no angle
    const QPointF a = arm(points[0]);
    const QPointF b = arm(points[2]);
    const double angle = std::atan2(std::abs(a.x() * b.y() - a.y() * b.x()), a.x() * b.x() + a.y() * b.y());
    return {{"angle", angle * 180 / std::numbers::pi, "deg"}};
}

std::vector<FigureValue> ellipseValues(const Points& points, const MeasuringPlane& plane)
{
    const QRectF box = boxOf(points);
    const QPointF centre = box.center();
    const double a = box.width() / 2;
    const double b = box.height() / 2;
    return statistics(box, std::numbers::pi * a * b, plane, [&](QPointF point) {
        // What is flat may be a hair high after rounding in the patient (MEA-10); the box says what lies on it.
        constexpr double rounding = 1e-9;
        const double x = a > rounding ? (point.x() - centre.x()) / a : 0;
        const double y = b > rounding ? (point.y() - centre.y()) / b : 0;
        return x * x + y * y <= 1 + rounding;
    });
}

std::vector<FigureValue> rectangleValues(const Points& points, const MeasuringPlane& plane)
{
    const QRectF box = boxOf(points);
    return statistics(box, box.width() * box.height(), plane, [](QPointF) { return true; });
}

/// Even-odd; points on the edge count.
bool isInPolygon(const Points& polygon, QPointF point)
{
    bool isInside = false;
    for (size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
        const QPointF a = polygon[j];
        const QPointF b = polygon[i];
        const double side = (b.x() - a.x()) * (point.y() - a.y()) - (b.y() - a.y()) * (point.x() - a.x());
        // Points come from screens and from the patient: what lay on the edge still does after rounding (MEA-10).
        constexpr double rounding = 1e-9;
        const bool isBetween = point.x() >= std::min(a.x(), b.x()) - rounding && point.x() <= std::max(a.x(), b.x()) + rounding &&
                               point.y() >= std::min(a.y(), b.y()) - rounding && point.y() <= std::max(a.y(), b.y()) + rounding;
        if (std::abs(side) < rounding && isBetween)
            return true;
        if ((a.y() > point.y()) != (b.y() > point.y()) &&
            point.x() < (b.x() - a.x()) * (point.y() - a.y()) / (b.y() - a.y()) + a.x())
            isInside = !isInside;
    }
    return isInside;
}

std::vector<FigureValue> polygonValues(const Points& points, const MeasuringPlane& plane)
{
    double doubled = 0;
    QRectF box(points[0], points[0]);
    for (size_t i = 0; i < points.size(); ++i) {
        const QPointF next = points[(i + 1) % points.size()];
        doubled += points[i].x() * next.y() - next.x() * points[i].y();
        box.setLeft(std::min(box.left(), next.x()));
        box.setRight(std::max(box.right(), next.x()));
        box.setTop(std::min(box.top(), next.y()));
        box.setBottom(std::max(box.bottom(), next.y()));
    }
    return statistics(box, std::abs(doubled) / 2, plane, [&](QPointF point) { return isInPolygon(points, point); });
}

} // namespace

const std::vector<FigureKind>& builtinFigures()
{
    const auto name = [](const char* text) { return QCoreApplication::translate("Figures", text); };
    static const std::vector<FigureKind> kinds{
        {"length", name(QT_TRANSLATE_NOOP("Figures", "Length")), 2, false, false, polyline, lengthValues},
        {"angle", name(QT_TRANSLATE_NOOP("Figures", "Angle")), 3, false, false, polyline, angleValues},
        {"ellipse", name(QT_TRANSLATE_NOOP("Figures", "Ellipse")), 2, false, false, ellipseOutline, ellipseValues},
        {"rectangle", name(QT_TRANSLATE_NOOP("Figures", "Rectangle")), 2, false, false, rectangleOutline, rectangleValues},
        {"polygon", name(QT_TRANSLATE_NOOP("Figures", "Polygon")), 3, true, false, polygonOutline, polygonValues},
        {"arrow", name(QT_TRANSLATE_NOOP("Figures", "Arrow")), 2, false, true, arrowOutline, nullptr},
        {"text", name(QT_TRANSLATE_NOOP("Figures", "Text")), 1, false, true, noOutline, nullptr},
    };
    return kinds;
}

const FigureKind* figureKind(const QString& id)
{
    for (const FigureKind& kind : builtinFigures())
        if (kind.id == id)
            return &kind;
    return nullptr;
}

} // namespace diascope::viewer
