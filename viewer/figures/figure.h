#pragma once
#include "netclient/dicom/uid.h"
#include "viewer/volume/volume.h"
#include <QJsonObject>
#include <QPainterPath>
#include <functional>

namespace diascope::viewer
{

/// The image a figure was drawn on.
struct ImageRef
{
    dicom::SeriesUid seriesUid;
    dicom::InstanceUid instanceUid;
    int frame = 0; ///< in the instance, from 0
    friend bool operator==(const ImageRef&, const ImageRef&) = default;
};

/// An annotation or measurement: plain data. It lives in patient space, keyed by its frame of reference; on an image without
/// geometry (CR, ultrasound) its points are that image's pixels.
struct Figure
{
    QString id;   ///< never reused
    QString kind; ///< of builtinFigures(): "length", "ellipse", …
    dicom::FrameOfReferenceUid frameOfReference; ///< empty: points are (column, row, 0) of `image`
    std::optional<ImageRef> image;               ///< empty for figures drawn on a reconstructed plane
    dicom::SeriesUid reconstructedFrom;          ///< without image: the series whose values it measures
    std::vector<Vec3> points;                    ///< LPS in mm, or image pixels
    Vec3 normal;                                 ///< of the plane it was drawn on; zero without geometry
    QString text;                                ///< of "text" and "arrow"
    bool isHidden = false;

    bool isInPatientSpace() const { return !frameOfReference.isEmpty(); }
    friend bool operator==(const Figure&, const Figure&) = default;
};

QJsonObject toJson(const Figure& figure);
Result<Figure> figureFromJson(const QJsonObject& json);

/// One value of a figure: name is one of CLI.md's ("length", "mean", "sd", "min", "max", "area", "count", "angle",
/// "suvbw-mean", "suvbw-max", "time", "depth", "velocity").
struct FigureValue
{
    QString name;
    double value = 0;
    QString unit; ///< "mm", "px", "mm2", "px2", "deg", "HU", … ; empty for counts and unitless pixels
    QString note = {}; ///< what people must know of its millimetres: "at the detector" (MEA-02); mostly empty
};

/// What a figure needs to know of the plane it lies on. Plane coordinates are image points (column, row) with pixel
/// centres at integers, or mm for a reconstructed plane.
struct MeasuringPlane
{
    PixelSpacing spacing;                           ///< mm, or {1,1} with isCalibrated false
    bool isCalibrated = false;                      ///< false: lengths are in pixels (MEA-01)
    QString calibration;                            ///< says where the millimetres come from (MEA-02)
    QString note;                                   ///< the same in brief, beside each value; empty: in the patient, or px
    QString unit;                                   ///< of the values
    int columns = 0;                                ///< of the image; 0 for a reconstructed plane
    int rows = 0;
    QString unitX;                                  ///< other than mm along the row: "s" in M-mode and spectra (MEA-03)
    QString unitY;                                  ///< the same along the column: "cm/s"
    double suvFactor = 0;                           ///< modality value × factor = SUV by body weight; 0: none (PIX-19)
    double sampleStep = 1;                          ///< distance between samples of an area, in plane coordinates
    std::function<std::optional<double>(QPointF)> valueAt; ///< modality value; nothing outside, padding, colour

    /// A native frame of a volume. Values are read when asked for, from the stored pixels.
    static MeasuringPlane ofFrame(std::shared_ptr<const Volume> volume, int frame);
    /// The same for a figure with these points: in ultrasound the region that holds them all decides scale and units; across
    /// regions and outside, pixels (MEA-03).
    static MeasuringPlane ofFrame(std::shared_ptr<const Volume> volume, int frame, const std::vector<QPointF>& points);
};

/// A kind of figure: declared once in builtin_figures.cpp; one painter and one interactor serve all.
struct FigureKind
{
    QString id;
    QString name; ///< translated
    int pointCount = 2;      ///< for polygons the least
    bool isOpenEnded = false; ///< more points until a double click
    bool hasText = false;
    /// The line to paint, from the points in plane coordinates.
    QPainterPath (*outline)(const std::vector<QPointF>& points) = nullptr;
    std::vector<FigureValue> (*values)(const std::vector<QPointF>& points, const MeasuringPlane& plane) = nullptr;
};

const std::vector<FigureKind>& builtinFigures();
const FigureKind* figureKind(const QString& id);

/// A figure's points in the coordinates of an image plane; nothing if one is more than `toleranceMm` off it.
std::optional<std::vector<QPointF>> pointsOnPlane(const Figure& figure, const std::optional<PlaneGeometry>& plane,
                                                  double toleranceMm);

/// A unit as people read it: "mm2" → "mm²", "deg" → "°".
QString displayUnit(const QString& unit);

/// Values for people, line by line: {"23.4 mm"}, {"Mean 41.2 HU", "SD 3.1 HU", …}.
QStringList describe(const std::vector<FigureValue>& values);
QString describe(const FigureValue& value);
/// The same in the view and in the report: the same value looks the same everywhere (MEA-09).
int decimalsOf(const FigureValue& value);
/// The value under an image point as people read it, with SUV in PET and the place on the axes of an ultrasound region; empty
/// where there is none.
QString probeText(const Volume& volume, int frame, QPointF imagePx);
QString probeText(double modalityValue, const Instance& instance);

/// A figure's values on the volume it was drawn on, wherever that image is in the stack; empty if the image is not there or
/// not loaded yet, and for figures on a reconstructed plane until all of their series is.
std::vector<FigureValue> measure(const Figure& figure, std::shared_ptr<const Volume> volume);
/// The frame of the stack that a figure lies on.
std::optional<int> frameOf(const Figure& figure, const Volume& volume);

} // namespace diascope::viewer
