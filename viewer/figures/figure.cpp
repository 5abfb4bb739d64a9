#include "viewer/figures/figure.h"
#include <QJsonArray>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Figures", text); }

QJsonArray toJson(Vec3 v) { return {v.x, v.y, v.z}; }

/// Nothing unless it is three numbers: a damaged point must not become the origin.
std::optional<Vec3> vectorFrom(const QJsonValue& value)
{
    const QJsonArray array = value.toArray();
    if (array.size() != 3 || !array.at(0).isDouble() || !array.at(1).isDouble() || !array.at(2).isDouble())
        return std::nullopt;
    return Vec3{array.at(0).toDouble(), array.at(1).toDouble(), array.at(2).toDouble()};
}

/// The region of an image point: of several the one of high priority, else the last (PS3.3 C.8.5.5.1.3).
const UltrasoundRegion* regionAt(const std::vector<UltrasoundRegion>& regions, QPointF point)
{
    const UltrasoundRegion* found = nullptr;
    for (const UltrasoundRegion& region : regions)
        if (region.contains(std::lround(point.x()), std::lround(point.y())) && (!found || found->isLowPriority || !region.isLowPriority))
            found = &region;
    return found;
}

double suvFactorOf(const Instance& instance)
{
    return instance.modules && instance.modules->pet ? suv(*instance.modules->pet).factor.value_or(0) : 0;
}

} // namespace

QJsonObject toJson(const Figure& figure)
{
    QJsonArray points;
    for (const Vec3& point : figure.points)
        points << toJson(point);
    QJsonObject json{{"id", figure.id},
                     {"kind", figure.kind},
                     {"frameOfReference", figure.frameOfReference.value},
                     {"points", points},
                     {"normal", toJson(figure.normal)},
                     {"text", figure.text},
                     {"hidden", figure.isHidden}};
    if (figure.image) {
        json["seriesUid"] = figure.image->seriesUid.value;
        json["sopInstanceUid"] = figure.image->instanceUid.value;
        json["frame"] = figure.image->frame;
    } else if (!figure.reconstructedFrom.isEmpty()) {
        json["seriesUid"] = figure.reconstructedFrom.value;
    }
    return json;
}

Result<Figure> figureFromJson(const QJsonObject& json)
{
    Figure figure;
    figure.id = json["id"].toString();
    figure.kind = json["kind"].toString();
    figure.frameOfReference = {json["frameOfReference"].toString()};
    const auto damaged = [] { return fail(Fault::Damaged, tr("a stored annotation cannot be read")); };
    for (const QJsonValue& value : json["points"].toArray()) {
        const auto point = vectorFrom(value);
        if (!point)
            return damaged();
        figure.points.push_back(*point);
    }
    const auto normal = vectorFrom(json["normal"]);
    if (!normal)
        return damaged();
    figure.normal = *normal;
    figure.text = json["text"].toString();
    figure.isHidden = json["hidden"].toBool();
    if (json.contains("sopInstanceUid"))
        figure.image = ImageRef{{json["seriesUid"].toString()}, {json["sopInstanceUid"].toString()}, json["frame"].toInt()};
    else
        figure.reconstructedFrom = {json["seriesUid"].toString()};
    const FigureKind* kind = figureKind(figure.kind);
    const int count = int(figure.points.size());
    if (figure.id.isEmpty() || !kind || count < kind->pointCount || (count > kind->pointCount && !kind->isOpenEnded))
        return damaged();
    return figure;
}

MeasuringPlane MeasuringPlane::ofFrame(std::shared_ptr<const Volume> volume, int frame)
{
    const Instance& instance = volume->instance(frame);
    MeasuringPlane plane;
    plane.isCalibrated = instance.spacingMm.has_value();
    plane.spacing = instance.spacingMm.value_or(viewer::PixelSpacing{instance.pixelAspect, 1});
    switch (instance.spacingOrigin) {
    case SpacingOrigin::None:
        plane.calibration = tr("none: in pixels");
        break;
    case SpacingOrigin::Patient:
        plane.calibration = tr("pixel spacing in the patient");
        break;
    case SpacingOrigin::Calibrated:
        plane.calibration = tr("calibrated pixel spacing");
        plane.note = tr("calibrated");
        break;
    case SpacingOrigin::Detector:
        plane.calibration = tr("at the detector, magnified");
        plane.note = tr("at the detector");
        break;
    case SpacingOrigin::Unknown:
        plane.calibration = tr("pixel spacing of unknown origin");
        plane.note = tr("calibration unknown");
        break;
    }
    plane.unit = volume->unit(frame);
    plane.suvFactor = suvFactorOf(instance);
    plane.columns = volume->columns();
    plane.rows = volume->rows();
    plane.valueAt = [volume, frame](QPointF point) {
        return volume->valueAt(frame, int(std::lround(point.x())), int(std::lround(point.y())));
    };
    return plane;
}

MeasuringPlane MeasuringPlane::ofFrame(std::shared_ptr<const Volume> volume, int frame, const std::vector<QPointF>& points)
{
    const auto& modules = volume->instance(frame).modules;
    MeasuringPlane plane = ofFrame(volume, frame);
    if (!modules || modules->regions.empty() || points.empty())
        return plane;
    const UltrasoundRegion* region = regionAt(modules->regions, points.front());
    for (const QPointF& point : points)
        if (regionAt(modules->regions, point) != region) {
            region = nullptr;
            break;
        }
    plane.isCalibrated = false;
    plane.spacing = {volume->instance(frame).pixelAspect, 1};
    plane.calibration = tr("not within one ultrasound region: in pixels");
    plane.note = tr("not within one region");
    const QString unitX = region ? unitName(region->unitX) : QString();
    const QString unitY = region ? unitName(region->unitY) : QString();
    if (unitX.isEmpty() || unitY.isEmpty())
        return plane;
    const auto scale = [](double delta, UltrasoundRegion::Unit unit) { return std::abs(delta) * (unit == UltrasoundRegion::Unit::Centimetre ? 10 : 1); };
    plane.isCalibrated = true;
    plane.spacing = {scale(region->deltaY, region->unitY), scale(region->deltaX, region->unitX)};
    plane.note.clear();
    plane.calibration = tr("ultrasound region");
    if (!region->isInCentimetres()) {
        plane.unitX = unitX;
        plane.unitY = unitY;
    }
    return plane;
}

std::optional<std::vector<QPointF>> pointsOnPlane(const Figure& figure, const std::optional<PlaneGeometry>& plane,
                                                  double toleranceMm)
{
    std::vector<QPointF> points;
    for (const Vec3& point : figure.points) {
        if (!figure.isInPatientSpace()) {
            points.emplace_back(point.x, point.y);
            continue;
        }
        if (!plane || std::abs(plane->distanceMm(point)) > toleranceMm)
            return std::nullopt;
        points.push_back(plane->toPixel(point));
    }
    return points;
}

QString displayUnit(const QString& unit)
{
    static const QMap<QString, QString> displayed{
        {"mm2", QStringLiteral("mm²")}, {"px2", QStringLiteral("px²")}, {"deg", QStringLiteral("°")}, {"BQML", QStringLiteral("Bq/ml")}, {"GML", QStringLiteral("g/ml")}};
    return displayed.value(unit, unit);
}

int decimalsOf(const FigureValue& value) { return value.unit == QLatin1String("s") ? 3 : value.name.startsWith(QLatin1String("suv")) ? 2 : 1; }

QString describe(const FigureValue& value)
{
    if (value.name == QLatin1String("count"))
        return tr("%1 pixels").arg(qint64(value.value));
    const QString number = QString::number(value.value, 'f', decimalsOf(value));
    const QString unit = displayUnit(value.unit);
    if (value.unit == QLatin1String("deg"))
        return number + unit;
    QString amount = unit.isEmpty() ? number : number + u' ' + unit;
    if (!value.note.isEmpty())
        amount += QStringLiteral(" (%1)").arg(value.note);
    if (value.name == QLatin1String("mean"))
        return tr("Mean %1").arg(amount);
    if (value.name == QLatin1String("sd"))
        return tr("SD %1").arg(amount);
    if (value.name == QLatin1String("min"))
        return tr("Min %1").arg(amount);
    if (value.name == QLatin1String("max"))
        return tr("Max %1").arg(amount);
    if (value.name == QLatin1String("suvbw-mean"))
        return tr("SUVbw-mean %1").arg(number);
    if (value.name == QLatin1String("suvbw-max"))
        return tr("SUVbw-max %1").arg(number);
    if (value.name == QLatin1String("area"))
        return tr("Area %1").arg(amount);
    return amount;
}

QStringList describe(const std::vector<FigureValue>& values)
{
    QStringList lines;
    for (const FigureValue& value : values)
        if (value.name != QLatin1String("count"))
            lines << describe(value);
    return lines;
}

QString probeText(double value, const Instance& instance)
{
    const bool isFine = std::abs(value) < 10 && value != std::round(value);
    QString text = QStringLiteral("%1 %2").arg(value, 0, 'f', isFine ? 2 : 0).arg(displayUnit(instance.modalityTransform.unit)).trimmed();
    if (const double factor = suvFactorOf(instance); factor > 0)
        text += QStringLiteral("   SUVbw %1").arg(value * factor, 0, 'f', 2);
    return text;
}

QString probeText(const Volume& volume, int frame, QPointF imagePx)
{
    const Instance& instance = volume.instance(frame);
    const auto value = volume.valueAt(frame, int(std::lround(imagePx.x())), int(std::lround(imagePx.y())));
    QStringList parts;
    if (value)
        parts << probeText(*value, instance);
    const UltrasoundRegion* region = instance.modules ? regionAt(instance.modules->regions, imagePx) : nullptr;
    if (region && !region->isInCentimetres()) {
        const auto axis = [&](UltrasoundRegion::Unit unit, double at, std::optional<double> reference, double delta, double referenceValue) {
            if (unitName(unit).isEmpty() || !reference)
                return;
            const double scale = unit == UltrasoundRegion::Unit::Centimetre ? 10 : 1;
            parts << QStringLiteral("%1 %2").arg(scale * (referenceValue + (at - *reference) * delta), 0, 'f', unit == UltrasoundRegion::Unit::Second ? 3 : 1).arg(unitName(unit));
        };
        axis(region->unitX, imagePx.x(), region->referenceX, region->deltaX, region->referenceValueX);
        axis(region->unitY, imagePx.y(), region->referenceY, region->deltaY, region->referenceValueY);
    }
    return parts.join(QStringLiteral("   "));
}

std::optional<int> frameOf(const Figure& figure, const Volume& volume)
{
    if (!figure.image)
        return std::nullopt;
    for (int frame = 0; frame < volume.frameCount(); ++frame) {
        const Instance& instance = volume.instance(frame);
        if (instance.uid == figure.image->instanceUid && instance.frame == figure.image->frame)
            return frame;
    }
    return std::nullopt;
}

std::vector<FigureValue> measure(const Figure& figure, std::shared_ptr<const Volume> volume)
{
    const FigureKind* kind = figureKind(figure.kind);
    if (!kind || !kind->values || !volume)
        return {};
    if (figure.image) {
        const auto frame = frameOf(figure, *volume);
        if (!frame || !volume->isLoaded(*frame))
            return {};
        const auto points = pointsOnPlane(figure, volume->plane(*frame), 1e6);
        return points ? kind->values(*points, MeasuringPlane::ofFrame(volume, *frame, *points)) : std::vector<FigureValue>{};
    }
    // On a reconstructed plane: the plane's own mm through the first point. Another series in the same place has other
    // values, and half a series has none yet.
    const bool isItsSeries = figure.reconstructedFrom.isEmpty() || figure.reconstructedFrom == volume->instance(0).seriesUid;
    if (!figure.isInPatientSpace() || figure.points.empty() || norm(figure.normal) == 0 || !volume->grid() || !isItsSeries ||
        !volume->isComplete())
        return {};
    PlaneGeometry plane;
    plane.originLps = figure.points.front();
    const Vec3 helper = std::abs(figure.normal.z) < 0.9 ? Vec3{0, 0, 1} : Vec3{1, 0, 0};
    plane.rowDirection = normalized(cross(helper, figure.normal));
    plane.columnDirection = normalized(cross(figure.normal, plane.rowDirection));
    MeasuringPlane measuring;
    measuring.isCalibrated = true;
    measuring.unit = volume->unit(0);
    measuring.suvFactor = suvFactorOf(volume->instance(0));
    measuring.sampleStep = volume->grid()->smallestSpacingMm();
    // The figure does not say which phase it was drawn on, and the number of another one would be wrong: lengths and areas alone.
    measuring.valueAt = [&](QPointF point) { return volume->phaseCount() > 1 ? std::nullopt : volume->valueAt(plane.toPatient(point)); };
    const auto points = pointsOnPlane(figure, plane, 1e6);
    return kind->values(*points, measuring);
}

} // namespace diascope::viewer
