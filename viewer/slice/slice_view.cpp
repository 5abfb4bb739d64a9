#include "viewer/slice/slice_view.h"
#include <algorithm>
#include <array>
#include <limits>

namespace diascope::viewer
{

namespace
{

/// Screen pixels an image unit takes at zoom 1: mm where known, else pixel widths (GEO-11).
QPointF unitSize(const Volume& volume, const SliceView& view)
{
    if (view.mpr || volume.frameCount() == 0)
        return {1, 1};
    const Instance& instance = volume.instance(std::clamp(view.frame, 0, volume.frameCount() - 1));
    if (instance.spacingMm)
        return {instance.spacingMm->column, instance.spacingMm->row};
    return {1, instance.pixelAspect};
}

/// Of the volume along the plane's axes, to the outer borders of its voxels, from the plane's centre.
struct Extent
{
    double left = 0;
    double right = 0;
    double top = 0;
    double bottom = 0;
};
std::optional<Extent> extentOf(const Volume& volume, const MprPlane& plane)
{
    const auto grid = volume.grid();
    if (!grid)
        return std::nullopt;
    constexpr double inf = std::numeric_limits<double>::infinity();
    Extent extent{inf, -inf, inf, -inf};
    for (int corner = 0; corner < 8; ++corner) {
        const Vec3 voxel{corner & 1 ? grid->columns - 0.5 : -0.5, corner & 2 ? grid->rows - 0.5 : -0.5, corner & 4 ? grid->slices - 0.5 : -0.5};
        const Vec3 from = grid->toPatient(voxel) - plane.centreLps;
        extent.left = std::min(extent.left, dot(from, plane.rowDirection));
        extent.right = std::max(extent.right, dot(from, plane.rowDirection));
        extent.top = std::min(extent.top, dot(from, plane.columnDirection));
        extent.bottom = std::max(extent.bottom, dot(from, plane.columnDirection));
    }
    return extent;
}

std::optional<PlaneGeometry> boundedPlane(const Volume& volume, const SliceView& view)
{
    if (!view.mpr)
        return view.frame >= 0 && view.frame < volume.frameCount() ? volume.plane(view.frame) : std::nullopt;
    const auto extent = extentOf(volume, *view.mpr);
    if (!extent)
        return std::nullopt;
    PlaneGeometry plane;
    plane.rowDirection = view.mpr->rowDirection;
    plane.columnDirection = view.mpr->columnDirection;
    plane.columns = std::max(1, int(std::ceil(extent->right - extent->left)));
    plane.rows = std::max(1, int(std::ceil(extent->bottom - extent->top)));
    plane.originLps = view.mpr->centreLps + plane.rowDirection * (extent->left + 0.5) + plane.columnDirection * (extent->top + 0.5);
    return plane;
}

} // namespace

MprPlane anatomicalPlane(AnatomicalPlane plane, Vec3 centreLps)
{
    switch (plane) {
    case AnatomicalPlane::Axial:
        return {centreLps, {1, 0, 0}, {0, 1, 0}};
    case AnatomicalPlane::Coronal:
        return {centreLps, {1, 0, 0}, {0, 0, -1}};
    case AnatomicalPlane::Sagittal:
        return {centreLps, {0, 1, 0}, {0, 0, -1}};
    }
    return {centreLps, {1, 0, 0}, {0, 1, 0}};
}

double fitZoom(const Volume& volume, const SliceView& view, QSize sizePx)
{
    double width = 1;
    double height = 1;
    if (view.mpr) {
        if (const auto extent = extentOf(volume, *view.mpr)) {
            width = extent->right - extent->left;
            height = extent->bottom - extent->top;
        }
    } else {
        const QPointF unit = unitSize(volume, view);
        width = volume.columns() * unit.x();
        height = volume.rows() * unit.y();
    }
    if (view.quarterTurns % 2)
        std::swap(width, height);
    if (!(width > 0) || !(height > 0) || sizePx.isEmpty())
        return 1;
    return std::min(sizePx.width() / width, sizePx.height() / height);
}

double oneToOneZoom(const Volume& volume, const SliceView& view)
{
    if (view.mpr)
        return volume.grid() ? 1 / volume.grid()->smallestSpacingMm() : 1;
    const QPointF unit = unitSize(volume, view);
    return 1 / std::min(unit.x(), unit.y());
}

SliceTransform SliceTransform::of(const Volume& volume, const SliceView& view, QSize sizePx)
{
    SliceTransform transform;
    transform.m_sizePx = sizePx;
    transform.m_zoom = view.zoom > 0 ? view.zoom : fitZoom(volume, view, sizePx);
    const QPointF unit = unitSize(volume, view) * transform.m_zoom;
    QPointF centre;
    if (view.mpr) {
        PlaneGeometry plane;
        plane.originLps = view.mpr->centreLps;
        plane.rowDirection = view.mpr->rowDirection;
        plane.columnDirection = view.mpr->columnDirection;
        plane.rows = plane.columns = 1;
        transform.m_plane = plane;
    } else {
        centre = {(volume.columns() - 1) / 2.0, (volume.rows() - 1) / 2.0};
        if (view.frame >= 0 && view.frame < volume.frameCount()) {
            transform.m_plane = volume.plane(view.frame);
            transform.m_patientOrientation = volume.instance(view.frame).patientOrientation;
        }
    }
    QTransform toScreen;
    toScreen.translate(sizePx.width() / 2.0 + view.panPx.x(), sizePx.height() / 2.0 + view.panPx.y());
    toScreen.rotate(90.0 * (((view.quarterTurns % 4) + 4) % 4));
    toScreen.scale(view.flipHorizontal ? -unit.x() : unit.x(), view.flipVertical ? -unit.y() : unit.y());
    toScreen.translate(-centre.x(), -centre.y());
    transform.m_toScreen = toScreen;
    transform.m_toImage = toScreen.inverted();
    return transform;
}

std::optional<Vec3> SliceTransform::toPatient(QPointF screenPx) const
{
    return m_plane ? std::optional(m_plane->toPatient(toImage(screenPx))) : std::nullopt;
}

std::optional<QPointF> SliceTransform::toScreen(Vec3 pointLps) const
{
    return m_plane ? std::optional(m_toScreen.map(m_plane->toPixel(pointLps))) : std::nullopt;
}

std::optional<double> SliceTransform::distanceMm(Vec3 pointLps) const
{
    return m_plane ? std::optional(m_plane->distanceMm(pointLps)) : std::nullopt;
}

EdgeLetters SliceTransform::letters() const
{
    const auto lettersTowards = [this](QPointF screenStep) -> QString {
        const QPointF step = m_toImage.map(screenStep) - m_toImage.map(QPointF(0, 0));
        if (m_plane && !m_plane->isInPatient)
            return {};
        if (m_plane)
            return orientationLetters(m_plane->rowDirection * (step.x() * m_plane->spacingMm.column) +
                                      m_plane->columnDirection * (step.y() * m_plane->spacingMm.row));
        if (m_patientOrientation.size() != 2)
            return {};
        const bool isAlongRow = std::abs(step.x()) > std::abs(step.y());
        const QString letters = m_patientOrientation[isAlongRow ? 0 : 1];
        return (isAlongRow ? step.x() : step.y()) > 0 ? oppositeLetters(oppositeLetters(letters)) : oppositeLetters(letters);
    };
    return {lettersTowards({-1, 0}), lettersTowards({1, 0}), lettersTowards({0, -1}), lettersTowards({0, 1})};
}

SliceView zoomedAt(const Volume& volume, SliceView view, QSize sizePx, QPointF cursorPx, double factor)
{
    const double before = view.zoom > 0 ? view.zoom : fitZoom(volume, view, sizePx);
    view.zoom = std::clamp(before * factor, 0.001, 1000.0);
    const QPointF middle(sizePx.width() / 2.0, sizePx.height() / 2.0);
    view.panPx = cursorPx - middle - (cursorPx - middle - view.panPx) * (view.zoom / before);
    return view;
}

SliceView reset(SliceView view)
{
    view.zoom = 0;
    view.panPx = {};
    view.quarterTurns = 0;
    view.flipHorizontal = false;
    view.flipVertical = false;
    return view;
}

std::optional<LineSegment> referenceLine(const Volume& shown, const SliceView& shownView, const Volume& other, const SliceView& otherView)
{
    const QString frame = shown.stack().frameOfReference;
    if (frame.isEmpty() || frame != other.stack().frameOfReference)
        return std::nullopt;
    const auto shownPlane = boundedPlane(shown, shownView);
    const auto otherPlane = boundedPlane(other, otherView);
    return shownPlane && otherPlane ? intersection(*shownPlane, *otherPlane) : std::nullopt;
}

} // namespace diascope::viewer
