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
    plane.columns = volume->columns();
    plane.rows = volume->rows();
    plane.valueAt = [volume, frame](QPointF point) {
        return volume->valueAt(frame, int(std::lround(point.x())), int(std::lround(point.y())));
    };
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
        {"mm2", QStringLiteral("mm²")}, {"px2", QStringLiteral("px²")}, {"deg", QStringLiteral("°")}};
    return displayed.value(unit, unit);
}

QString describe(const FigureValue& value)
{
    if (value.name == QLatin1String("count"))
        return tr("%1 pixels").arg(qint64(value.value));
    // One decimal always, as in the report: the same value looks the same everywhere (MEA-09).
    const QString number = QString::number(value.value, 'f', 1);
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
        return points ? kind->values(*points, MeasuringPlane::ofFrame(volume, *frame)) : std::vector<FigureValue>{};
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
    measuring.calibration = tr("pixel spacing in the patient");
    measuring.unit = volume->unit(0);
    measuring.sampleStep = volume->grid()->smallestSpacingMm();
    measuring.valueAt = [&](QPointF point) { return volume->valueAt(plane.toPatient(point)); };
    const auto points = pointsOnPlane(figure, plane, 1e6);
    return kind->values(*points, measuring);
}

} // namespace diascope::viewer
