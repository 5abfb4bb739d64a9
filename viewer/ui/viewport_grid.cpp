#include "viewer/ui/viewport_grid.h"
#include <QGridLayout>

namespace diascope::viewer
{

namespace
{

constexpr int maximumViewports = 9;

/// The plane a viewport shows, in the patient; nothing without geometry or frame of reference.
std::optional<PlaneGeometry> planeOf(const Viewport& viewport)
{
    const auto volume = viewport.volume();
    if (!volume || volume->instance(viewport.view().frame).frameOfReference.isEmpty())
        return std::nullopt;
    if (!viewport.view().mpr)
        return volume->plane(viewport.view().frame);
    // A reconstruction is bounded by what is seen of the volume: a square around it, large enough for any direction.
    const auto grid = volume->grid();
    if (!grid)
        return std::nullopt;
    const Vec3 diagonal = grid->toPatient({double(grid->columns - 1), double(grid->rows - 1), double(grid->slices - 1)}) - grid->originLps;
    PlaneGeometry plane;
    plane.rowDirection = viewport.view().mpr->rowDirection;
    plane.columnDirection = viewport.view().mpr->columnDirection;
    plane.columns = int(norm(diagonal)) + 1;
    plane.rows = plane.columns;
    const Vec3 normal = plane.normal();
    const Vec3 centre = grid->centreLps() + normal * dot(viewport.view().mpr->centreLps - grid->centreLps(), normal);
    plane.originLps = centre - plane.rowDirection * ((plane.columns - 1) / 2.0) - plane.columnDirection * ((plane.rows - 1) / 2.0);
    return plane;
}

bool shareFrameOfReference(const Viewport& a, const Viewport& b)
{
    const auto first = a.volume();
    const auto second = b.volume();
    if (!first || !second)
        return false;
    const auto& uid = first->instance(a.view().frame).frameOfReference;
    return !uid.isEmpty() && uid == second->instance(b.view().frame).frameOfReference;
}

} // namespace

ViewportGrid::ViewportGrid(QWidget* parent) : QWidget(parent), m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(2);
    for (int i = 0; i < maximumViewports; ++i) {
        auto* viewport = new Viewport(this);
        m_viewports.push_back(viewport);
        connect(viewport, &Viewport::activated, this, &ViewportGrid::activate);
        connect(viewport, &Viewport::scrolled, this, &ViewportGrid::follow);
        connect(viewport, &Viewport::pointChosen, this, &ViewportGrid::followPoint);
        connect(viewport, &Viewport::phaseChosen, this, &ViewportGrid::followPhase);
        connect(viewport, &Viewport::maximizeWanted, this, &ViewportGrid::toggleMaximized);
        connect(viewport, &Viewport::figureSelected, this, &ViewportGrid::figureSelected);
        connect(viewport, &Viewport::stackDropped, this, &ViewportGrid::stackDropped);
        connect(viewport, &Viewport::viewChanged, this, [this](Viewport* changed) {
            updateReferenceLines();
            Q_EMIT viewChanged(changed);
        });
    }
    arrange();
    activate(m_viewports.front());
}

void ViewportGrid::setLayoutSize(int rows, int columns)
{
    m_rows = std::clamp(rows, 1, 3);
    m_columns = std::clamp(columns, 1, 3);
    m_maximized = nullptr;
    arrange();
    if (!m_active->isVisibleTo(this))
        activate(m_viewports.front());
    updateReferenceLines();
}

void ViewportGrid::arrange()
{
    for (int i = 0; i < maximumViewports; ++i) {
        Viewport* viewport = m_viewports[size_t(i)];
        m_layout->removeWidget(viewport);
        const bool isShown = m_maximized ? viewport == m_maximized : i < m_rows * m_columns;
        if (isShown)
            m_layout->addWidget(viewport, m_maximized ? 0 : i / m_columns, m_maximized ? 0 : i % m_columns);
        viewport->setVisible(isShown);
    }
    for (int i = 0; i < 3; ++i) {
        m_layout->setRowStretch(i, i < (m_maximized ? 1 : m_rows) ? 1 : 0);
        m_layout->setColumnStretch(i, i < (m_maximized ? 1 : m_columns) ? 1 : 0);
    }
}

std::vector<Viewport*> ViewportGrid::visibleViewports() const
{
    std::vector<Viewport*> visible;
    for (Viewport* viewport : m_viewports)
        if (viewport->isVisibleTo(this))
            visible.push_back(viewport);
    return visible;
}

void ViewportGrid::activate(Viewport* viewport)
{
    if (viewport == m_active)
        return;
    if (m_active)
        m_active->setActive(false);
    m_active = viewport;
    m_active->setActive(true);
    updateReferenceLines();
    Q_EMIT activeChanged(viewport);
    Q_EMIT figureSelected(viewport->selectedFigure());
}

void ViewportGrid::setTool(const QString& toolId)
{
    m_tool = toolId;
    for (Viewport* viewport : m_viewports)
        viewport->setTool(toolId);
}

void ViewportGrid::setDownIsBrighter(bool isBrighter)
{
    for (Viewport* viewport : m_viewports)
        viewport->setDownIsBrighter(isBrighter);
}

void ViewportGrid::setLinked(bool isLinked) { m_isLinked = isLinked; }

void ViewportGrid::setReferenceLinesShown(bool isShown)
{
    m_areLinesShown = isShown;
    updateReferenceLines();
}

void ViewportGrid::setOverlay(OverlayDetail detail)
{
    m_overlay = detail;
    for (Viewport* viewport : m_viewports)
        viewport->setOverlay(detail);
}

void ViewportGrid::showPlanes(const std::shared_ptr<OpenStack>& stack, AnnotationDocument* document)
{
    if (!stack || !stack->stack().canReslice)
        return;
    setLayoutSize(2, 2);
    const AnatomicalPlane planes[] = {AnatomicalPlane::Axial, AnatomicalPlane::Sagittal, AnatomicalPlane::Coronal};
    for (size_t i = 0; i < 3; ++i)
        m_viewports[i]->showPlane(stack, document, planes[i]);
    m_viewports[3]->showStack(stack, document);
    activate(m_viewports.front());
}

void ViewportGrid::clear()
{
    for (Viewport* viewport : m_viewports)
        viewport->showStack(nullptr, nullptr);
}

void ViewportGrid::toggleMaximized(Viewport* viewport)
{
    m_maximized = m_maximized ? nullptr : viewport;
    arrange();
    activate(viewport);
    updateReferenceLines();
}

void ViewportGrid::follow(Viewport* leader)
{
    if (!m_isLinked)
        return;
    const auto leading = planeOf(*leader);
    if (!leading)
        return;
    for (Viewport* viewport : visibleViewports()) {
        if (viewport == leader || !shareFrameOfReference(*leader, *viewport))
            continue;
        const auto following = planeOf(*viewport);
        // Only stacks that run the same way scroll together; across them the reference line tells where one is.
        if (following && std::abs(dot(leading->normal(), following->normal())) > 0.95)
            viewport->showPoint(leading->centreLps());
    }
}

void ViewportGrid::followPoint(Vec3 pointLps, Viewport* leader)
{
    for (Viewport* viewport : visibleViewports())
        if (viewport != leader && shareFrameOfReference(*leader, *viewport))
            viewport->showPoint(pointLps);
}

void ViewportGrid::followPhase(int phase, Viewport* leader)
{
    // Planes of one reconstruction show one moment; a stack put twice beside itself compares two.
    for (Viewport* viewport : visibleViewports())
        if (viewport != leader && viewport->stack() == leader->stack() && (viewport->isReconstruction() || leader->isReconstruction()))
            viewport->showPhase(phase);
}

void ViewportGrid::updateReferenceLines()
{
    const auto visible = visibleViewports();
    for (Viewport* viewport : visible) {
        std::vector<ReferenceLine> lines;
        const auto shown = m_areLinesShown ? planeOf(*viewport) : std::nullopt;
        if (shown)
            for (Viewport* other : visible) {
                if (other == viewport || !shareFrameOfReference(*viewport, *other))
                    continue;
                const auto plane = planeOf(*other);
                const auto line = plane ? intersection(*shown, *plane) : std::nullopt;
                if (line)
                    lines.push_back({*line, other == m_active});
            }
        viewport->setReferenceLines(std::move(lines));
    }
}

} // namespace diascope::viewer
