#pragma once
#include "viewer/volume/volume.h"
#include <QSize>
#include <QTransform>

namespace diascope::viewer
{

/// A free plane through the volume, as it lies on the screen before rotation and flips: rowDirection points to the right,
/// columnDirection down. Unit vectors at right angles. The centre is shown in the middle of the screen (plus pan).
struct MprPlane
{
    Vec3 centreLps;
    Vec3 rowDirection{1, 0, 0};
    Vec3 columnDirection{0, 1, 0};
    Vec3 normal() const { return cross(rowDirection, columnDirection); }
    friend bool operator==(const MprPlane&, const MprPlane&) = default;
};

enum class Blend { Maximum, Minimum, Mean };

/// What is seen, and how large: a value, kept by a viewport.
struct SliceView
{
    int frame = 0;               ///< shown when mpr is empty; picks the phase when it is not
    std::optional<MprPlane> mpr;
    double slabMm = 0;           ///< MPR only; 0: a single plane
    Blend blend = Blend::Maximum;

    /// Screen pixels per mm; per image pixel's width where the frame has no spacing. 0: fit to the window.
    double zoom = 0;
    QPointF panPx; ///< where the picture's centre lies from the middle of the screen, in screen pixels
    int quarterTurns = 0; ///< clockwise, applied after the flips
    bool flipHorizontal = false;
    bool flipVertical = false;

    friend bool operator==(const SliceView&, const SliceView&) = default;
};

enum class AnatomicalPlane { Axial, Sagittal, Coronal };
/// In the conventional orientation: axial R at the left, A up; coronal R left, H up; sagittal A left, H up.
MprPlane anatomicalPlane(AnatomicalPlane plane, Vec3 centreLps);

/// Letters at the screen's edges; empty where nothing is known (GEO-16).
struct EdgeLetters
{
    QString left;
    QString right;
    QString top;
    QString bottom;
};

/// Between screen, image and patient for one rendered slice. A value. Screen points are QImage coordinates: pixel (0,0)
/// covers 0..1, its centre is at 0.5. Image points are (column, row) with pixel centres at integers; for MPR they are mm
/// along (rowDirection, columnDirection) from MprPlane::centreLps.
class SliceTransform
{
public:
    SliceTransform() = default;
    /// For `size` screen pixels.
    static SliceTransform of(const Volume& volume, const SliceView& view, QSize sizePx);

    QPointF toImage(QPointF screenPx) const { return m_toImage.map(screenPx); }
    QPointF toScreen(QPointF imagePx) const { return m_toScreen.map(imagePx); }
    /// Nothing without geometry.
    std::optional<Vec3> toPatient(QPointF screenPx) const;
    /// The perpendicular foot on the plane shown; see distanceMm for how far off the plane the point is.
    std::optional<QPointF> toScreen(Vec3 pointLps) const;
    std::optional<double> distanceMm(Vec3 pointLps) const;
    /// The plane shown, in image coordinates (MPR: 1 mm pixels); nothing without geometry.
    const std::optional<PlaneGeometry>& plane() const { return m_plane; }
    EdgeLetters letters() const;
    double zoom() const { return m_zoom; } ///< the one in force, also where the view says fit
    const QTransform& imageToScreen() const { return m_toScreen; }
    QSize sizePx() const { return m_sizePx; }

private:
    QTransform m_toScreen;
    QTransform m_toImage;
    std::optional<PlaneGeometry> m_plane;
    QStringList m_patientOrientation; // without geometry: letters of the row's and the column's direction
    double m_zoom = 1;
    QSize m_sizePx;
};

/// Zoom that shows the whole frame, or the whole volume for MPR.
double fitZoom(const Volume& volume, const SliceView& view, QSize sizePx);
/// One image pixel = one screen pixel (along the smaller spacing).
double oneToOneZoom(const Volume& volume, const SliceView& view);
/// Zoomed by `factor` so that what is under the cursor stays there.
SliceView zoomedAt(const Volume& volume, SliceView view, QSize sizePx, QPointF cursorPx, double factor);
/// The view without pan, zoom, rotation, flips.
SliceView reset(SliceView view);

/// Where the plane of `other` cuts the shown plane, as points of the patient: only within one frame of reference, not for parallel
/// planes (GEO-12, GEO-13).
std::optional<LineSegment> referenceLine(const Volume& shown, const SliceView& shownView, const Volume& other,
                                         const SliceView& otherView);

} // namespace diascope::viewer
