#include "viewer/tools/view_tools.h"
#include <QUuid>

namespace diascope::viewer
{

namespace
{

constexpr double handleReachPx = 8;
constexpr double outlineReachPx = 6;
constexpr double clickReachPx = 4;

/// What is under the pointer: a handle of a figure, or (handle -1) its line.
struct Hit
{
    Figure figure;
    int handle = -1;
};

std::optional<Hit> hitAt(const ToolTarget& target, QPointF positionPx)
{
    const AnnotationDocument* document = target.document();
    const auto volume = target.volume();
    if (!document || !volume)
        return std::nullopt;
    const SliceTransform transform = target.transform();
    std::optional<Hit> nearest;
    double nearestPx = handleReachPx;
    for (const Figure& figure : document->figures()) {
        if (figure.isHidden)
            continue;
        const auto points = pointsOnScreen(figure, *volume, target.view(), transform);
        if (!points)
            continue;
        for (size_t i = 0; i < points->size(); ++i) {
            const double apartPx = std::hypot((*points)[i].x() - positionPx.x(), (*points)[i].y() - positionPx.y());
            if (apartPx < nearestPx) {
                nearestPx = apartPx;
                nearest = Hit{figure, int(i)};
            }
        }
    }
    if (nearest)
        return nearest;
    for (const Figure& figure : document->figures()) {
        const FigureKind* kind = figureKind(figure.kind);
        const auto points = figure.isHidden ? std::nullopt : pointsOnScreen(figure, *volume, target.view(), transform);
        if (!kind || !points)
            continue;
        QPainterPathStroker stroker;
        stroker.setWidth(2 * outlineReachPx);
        if (stroker.createStroke(kind->outline(*points)).contains(positionPx))
            return Hit{figure, -1};
    }
    return std::nullopt;
}

/// What lay under the pointer when something began: wheel and keys work while one draws.
struct Place
{
    int frame = -1;
    std::optional<MprPlane> mpr;
    SliceTransform transform;

    static Place of(const ToolTarget& target) { return {target.view().frame, target.view().mpr, target.transform()}; }
    bool isSamePlace(const ToolTarget& target) const { return frame == target.view().frame && mpr == target.view().mpr; }
};

/// `figure` with its points moved to these places of the screen; everything else stays.
Figure movedTo(const ToolTarget& target, Figure figure, const std::vector<QPointF>& screenPx)
{
    if (const auto placed = figureAt(target, figure.kind, screenPx))
        figure.points = placed->points;
    return figure;
}

/// Picks figures, drags them and their handles.
class SelectTool : public Tool
{
public:
    QString id() const override { return QStringLiteral("select"); }
    void press(ToolTarget& target, const Pointer& pointer) override { grab(target, pointer); }

    bool grab(ToolTarget& target, const Pointer& pointer)
    {
        m_hit = hitAt(target, pointer.positionPx);
        target.selectFigure(m_hit ? m_hit->figure.id : QString());
        if (!m_hit)
            return false;
        m_startPx = pointer.positionPx;
        m_points = *pointsOnScreen(m_hit->figure, *target.volume(), target.view(), target.transform());
        m_start = Place::of(target);
        m_moved = m_hit->figure;
        return true;
    }
    bool isDragging() const { return m_hit.has_value(); }

    void move(ToolTarget& target, const Pointer& pointer) override
    {
        if (!m_hit)
            return;
        if (!m_start.isSamePlace(target))
            return cancel(target); // scrolled on meanwhile: it does not go to another image
        auto points = m_points;
        for (size_t i = 0; i < points.size(); ++i)
            if (m_hit->handle < 0 || m_hit->handle == int(i))
                points[i] += pointer.positionPx - m_startPx;
        m_moved = movedTo(target, m_hit->figure, points);
        target.setDraft(m_moved);
    }
    void release(ToolTarget& target, const Pointer&) override
    {
        target.setDraft(std::nullopt);
        if (m_hit && target.document())
            target.document()->replace(m_moved);
        m_hit.reset();
    }
    void doubleClick(ToolTarget& target, const Pointer& pointer) override
    {
        const auto hit = hitAt(target, pointer.positionPx);
        const FigureKind* kind = hit ? figureKind(hit->figure.kind) : nullptr;
        if (kind && kind->hasText)
            target.editText(hit->figure);
    }
    void cancel(ToolTarget& target) override
    {
        m_hit.reset();
        target.setDraft(std::nullopt);
    }

private:
    std::optional<Hit> m_hit;
    Place m_start;
    Figure m_moved;
    QPointF m_startPx;
    std::vector<QPointF> m_points;
};

/// Draws any kind: two-point figures by a drag (or two clicks), others click by click; a press on a handle edits instead.
class FigureTool : public Tool
{
public:
    explicit FigureTool(const FigureKind& kind) : m_kind(kind) {}
    QString id() const override { return m_kind.id; }
    Qt::CursorShape cursor() const override { return Qt::CrossCursor; }

    void press(ToolTarget& target, const Pointer& pointer) override
    {
        if (!target.volume() || !target.document())
            return;
        if (m_points.empty() && m_select.grab(target, pointer))
            return;
        followView(target);
        m_pressPx = pointer.positionPx;
        m_isLastPoint = false;
        if (m_points.empty()) {
            m_points = {pointer.positionPx, pointer.positionPx}; // the second follows the pointer
        } else {
            m_points.back() = pointer.positionPx;
            const bool isNew = (m_points.back() - m_points[m_points.size() - 2]).manhattanLength() >= clickReachPx;
            m_isLastPoint = isNew && isComplete();
            if (isNew && !m_isLastPoint)
                m_points.push_back(pointer.positionPx);
        }
        show(target);
    }
    void move(ToolTarget& target, const Pointer& pointer) override
    {
        if (m_select.isDragging())
            return m_select.move(target, pointer);
        hover(target, pointer);
    }
    void hover(ToolTarget& target, const Pointer& pointer) override
    {
        followView(target);
        if (m_points.empty())
            return;
        m_points.back() = pointer.positionPx;
        show(target);
    }
    void release(ToolTarget& target, const Pointer& pointer) override
    {
        if (m_select.isDragging())
            return m_select.release(target, pointer);
        followView(target);
        if (m_points.empty())
            return;
        if (m_kind.pointCount == 1) {
            m_points.resize(1);
            return finish(target);
        }
        const bool isClick = (pointer.positionPx - m_pressPx).manhattanLength() < clickReachPx;
        if (!isClick)
            m_points.back() = pointer.positionPx; // a drag sets two points at once
        if (m_isLastPoint || (!isClick && isComplete()))
            finish(target);
        else if (!isClick)
            m_points.push_back(pointer.positionPx);
    }
    void doubleClick(ToolTarget& target, const Pointer&) override
    {
        followView(target);
        if (!m_kind.isOpenEnded || m_points.empty())
            return;
        while (m_points.size() > 1 && (m_points.back() - m_points[m_points.size() - 2]).manhattanLength() < clickReachPx)
            m_points.pop_back();
        if (int(m_points.size()) >= m_kind.pointCount)
            finish(target);
        else
            cancel(target);
    }
    void cancel(ToolTarget& target) override
    {
        m_points.clear();
        m_select.cancel(target);
        target.setDraft(std::nullopt);
    }

private:
    /// Points stay on the image when it is zoomed or moved between clicks; on another image the figure is given up.
    void followView(ToolTarget& target)
    {
        if (!m_points.empty() && !m_place.isSamePlace(target))
            cancel(target);
        const SliceTransform now = target.transform();
        for (QPointF& point : m_points)
            point = now.toScreen(m_place.transform.toImage(point));
        m_place = Place::of(target);
    }
    bool isComplete() const { return !m_kind.isOpenEnded && int(m_points.size()) == m_kind.pointCount; }
    void show(ToolTarget& target)
    {
        auto points = m_points;
        while (int(points.size()) < m_kind.pointCount)
            points.push_back(points.back());
        target.setDraft(figureAt(target, m_kind.id, points));
    }
    void finish(ToolTarget& target)
    {
        const auto figure = figureAt(target, m_kind.id, m_points);
        m_points.clear();
        target.setDraft(std::nullopt);
        if (!figure)
            return;
        if (m_kind.hasText)
            return target.editText(*figure);
        target.document()->add(*figure);
        target.selectFigure(figure->id);
    }

    const FigureKind& m_kind;
    SelectTool m_select;
    std::vector<QPointF> m_points;
    QPointF m_pressPx;
    bool m_isLastPoint = false;
    Place m_place;
};

} // namespace

std::optional<Figure> figureAt(const ToolTarget& target, const QString& kind, const std::vector<QPointF>& screenPx)
{
    const auto volume = target.volume();
    if (!volume)
        return std::nullopt;
    const SliceTransform transform = target.transform();
    const bool isReconstructed = target.view().mpr.has_value();
    const Instance& instance = volume->instance(target.view().frame);
    Figure figure;
    figure.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
    figure.kind = kind;
    if (transform.plane() && (isReconstructed || instance.plane)) {
        figure.frameOfReference = instance.frameOfReference;
        figure.normal = transform.plane()->normal();
    }
    if (isReconstructed && !figure.isInPatientSpace())
        return std::nullopt;
    if (!isReconstructed)
        figure.image = ImageRef{instance.seriesUid, instance.uid, instance.frame};
    else
        figure.reconstructedFrom = instance.seriesUid;
    for (const QPointF& point : screenPx) {
        const QPointF imagePx = transform.toImage(point);
        figure.points.push_back(figure.isInPatientSpace() ? transform.plane()->toPatient(imagePx)
                                                          : Vec3{imagePx.x(), imagePx.y(), 0});
    }
    return figure;
}

std::optional<std::vector<QPointF>> pointsOnScreen(const Figure& figure, const Volume& volume, const SliceView& view,
                                                   const SliceTransform& transform)
{
    const Instance& instance = volume.instance(view.frame);
    const bool isThisImage = !view.mpr && figure.image && figure.image->instanceUid == instance.uid &&
                             figure.image->frame == instance.frame;
    // Elsewhere it is shown only within its own frame of reference, where all of it lies on the plane (GEO-12).
    if (!isThisImage && (!figure.isInPatientSpace() || figure.frameOfReference != instance.frameOfReference))
        return std::nullopt;
    const double toleranceMm = isThisImage ? 1e6 : 0.5;
    auto points = pointsOnPlane(figure, transform.plane(), toleranceMm);
    if (points)
        for (QPointF& point : *points)
            point = transform.toScreen(point);
    return points;
}

std::unique_ptr<Tool> makeFigureTool(const QString& id)
{
    if (id == QLatin1String("select"))
        return std::make_unique<SelectTool>();
    const FigureKind* kind = figureKind(id);
    return kind ? std::make_unique<FigureTool>(*kind) : nullptr;
}

} // namespace diascope::viewer
