#pragma once
#include <QPointF>
#include <QString>
#include <QStringList>
#include <cmath>
#include <optional>

namespace diascope::viewer
{

/// A point or direction in the patient coordinate system of PS3.3 C.7.6.2.1.1 (LPS: +x to the patient's left, +y to the
/// back, +z to the head), in mm.
struct Vec3
{
    double x = 0;
    double y = 0;
    double z = 0;

    friend Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
    friend Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
    friend Vec3 operator*(Vec3 a, double s) { return {a.x * s, a.y * s, a.z * s}; }
    friend Vec3 operator*(double s, Vec3 a) { return a * s; }
    friend Vec3 operator/(Vec3 a, double s) { return {a.x / s, a.y / s, a.z / s}; }
    Vec3 operator-() const { return {-x, -y, -z}; }
    friend bool operator==(const Vec3&, const Vec3&) = default;
};

inline double dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 cross(Vec3 a, Vec3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
inline double norm(Vec3 a) { return std::sqrt(dot(a, a)); }
inline Vec3 normalized(Vec3 a)
{
    const double length = norm(a);
    return length > 0 ? a / length : a;
}

/// Distance between neighbouring pixel centres: between rows (along a column) and between columns (along a row), the order
/// of Pixel Spacing (PS3.3 10.7.1.3).
struct PixelSpacing
{
    double row = 1;
    double column = 1;
    friend bool operator==(const PixelSpacing&, const PixelSpacing&) = default;
};

/// Where the pixels of one frame are in the patient. Image points are (column, row), pixel centres at integers.
struct PlaneGeometry
{
    Vec3 originLps;       ///< centre of the first pixel
    Vec3 rowDirection;    ///< unit vector of increasing column
    Vec3 columnDirection; ///< unit vector of increasing row
    PixelSpacing spacingMm;
    int rows = 0;
    int columns = 0;
    /// False: in a frame of the device's own (a transducer's), where x, y, z say nothing of left, back, head.
    bool isInPatient = true;

    Vec3 normal() const { return cross(rowDirection, columnDirection); }
    Vec3 toPatient(QPointF imagePx) const
    {
        return originLps + rowDirection * (imagePx.x() * spacingMm.column) + columnDirection * (imagePx.y() * spacingMm.row);
    }
    /// The foot of the perpendicular from `pointLps`.
    QPointF toPixel(Vec3 pointLps) const
    {
        const Vec3 v = pointLps - originLps;
        return {dot(v, rowDirection) / spacingMm.column, dot(v, columnDirection) / spacingMm.row};
    }
    double distanceMm(Vec3 pointLps) const { return dot(pointLps - originLps, normal()); } ///< signed, along the normal
    Vec3 centreLps() const { return toPatient({(columns - 1) / 2.0, (rows - 1) / 2.0}); }
};

/// The letters where a direction points: L R P A H F, strongest first, at most three ("L", "LA", "PFR"); components under
/// `threshold` (a direction cosine) are left out. Empty for a null vector.
QString orientationLetters(Vec3 direction, double threshold = 0.0873);
/// Opposite letters: "PFR" → "AHL".
QString oppositeLetters(const QString& letters);

/// "axial", "sagittal" or "coronal" if the normal is within `toleranceDeg` of that axis, else "oblique".
QString orientationName(Vec3 normal, double toleranceDeg = 20);

/// The line in which two bounded planes cut: where `other` cuts `shown`, clipped to the extent of `other` and
/// given as two points in the patient. Nothing for parallel planes (within 2°) or planes that do not meet (GEO-13).
struct LineSegment
{
    Vec3 fromLps;
    Vec3 toLps;
};
std::optional<LineSegment> intersection(const PlaneGeometry& shown, const PlaneGeometry& other);

} // namespace diascope::viewer
