#include "viewer/ui/viewer_mime.h"
#include "viewer/ui/viewport.h"
#include <QDragEnterEvent>
#include <QMimeData>
#include <QWheelEvent>

/// What pointer and wheel do to a viewport.
namespace diascope::viewer
{

namespace
{

/// "A 58.5": the letter of the side instead of a sign.
QString sided(double mm, QChar positive, QChar negative)
{
    return QStringLiteral("%1 %2").arg(mm < 0 ? negative : positive).arg(std::abs(mm), 0, 'f', 1);
}

} // namespace

void Viewport::mousePressEvent(QMouseEvent* event)
{
    Q_EMIT activated(this);
    if (m_activeTool && m_heldButtons != Qt::NoButton)
        m_activeTool->cancel(*this); // a second button changes the tool
    m_heldButtons = event->buttons();
    m_activeTool = toolFor(m_heldButtons);
    if (m_activeTool)
        m_activeTool->press(*this, {event->position(), event->modifiers()});
}

void Viewport::mouseMoveEvent(QMouseEvent* event)
{
    updateProbe(event->position());
    const Pointer pointer{event->position(), event->modifiers()};
    if (event->buttons() != Qt::NoButton && m_activeTool)
        m_activeTool->move(*this, pointer);
    else if (Tool* tool = toolFor(Qt::LeftButton))
        tool->hover(*this, pointer);
}

void Viewport::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_activeTool && event->buttons() == Qt::NoButton)
        m_activeTool->release(*this, {event->position(), event->modifiers()});
    m_heldButtons = event->buttons();
    if (m_heldButtons == Qt::NoButton)
        m_activeTool = nullptr;
}

void Viewport::mouseDoubleClickEvent(QMouseEvent* event)
{
    const bool wasDrawing = isDrawing();
    Tool* tool = toolFor(Qt::LeftButton);
    if (event->button() == Qt::LeftButton && tool && (wasDrawing || tool->id() == QLatin1String("select")))
        tool->doubleClick(*this, {event->position(), event->modifiers()});
    else if (event->button() == Qt::LeftButton)
        Q_EMIT maximizeWanted(this);
}

void Viewport::wheelEvent(QWheelEvent* event)
{
    Q_EMIT activated(this);
    const auto current = volume();
    if (event->modifiers() & Qt::ControlModifier) {
        if (current)
            setView(zoomedAt(*current, m_view, size(), event->position(), std::exp(event->angleDelta().y() / 800.0)));
        return;
    }
    // Some platforms turn the wheel's axis when Shift is held.
    if (event->modifiers() & Qt::ShiftModifier) {
        const QPoint delta = event->angleDelta();
        m_phaseWheelRest += (delta.y() ? delta.y() : delta.x()) / 120.0;
        const int phases = int(m_phaseWheelRest);
        m_phaseWheelRest -= phases;
        scrollPhases(-phases);
        updateProbe(event->position());
        return;
    }
    m_wheelRest += event->angleDelta().y() / 120.0;
    const int steps = int(m_wheelRest);
    m_wheelRest -= steps;
    scrollBy(-steps);
    updateProbe(event->position());
}

void Viewport::leaveEvent(QEvent*)
{
    m_probePx.reset();
    m_probe.clear();
    update();
}

void Viewport::updateProbe(QPointF positionPx)
{
    m_probePx = positionPx;
    m_probe.clear();
    if (const auto current = volume()) {
        const SliceTransform at = transform();
        const auto pointLps = at.toPatient(positionPx);
        if (!m_view.mpr)
            m_probe = viewer::probeText(*current, m_view.frame, at.toImage(positionPx));
        else if (const auto value = pointLps ? current->valueAt(*pointLps, phase()) : std::nullopt)
            m_probe = viewer::probeText(*value, current->instance(m_view.frame));
        if (!m_probe.isEmpty() && pointLps && !current->instance(m_view.frame).frameOfReference.isEmpty())
            m_probe += QStringLiteral("   %1  %2  %3 mm").arg(sided(pointLps->x, u'L', u'R'), sided(pointLps->y, u'P', u'A'), sided(pointLps->z, u'H', u'F'));
    }
    update();
}

void Viewport::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasFormat(QLatin1String(stackMimeType)))
        event->acceptProposedAction();
}

void Viewport::dropEvent(QDropEvent* event)
{
    Q_EMIT activated(this);
    Q_EMIT stackDropped(event->mimeData()->data(QLatin1String(stackMimeType)).toInt(), this);
    event->acceptProposedAction();
}

} // namespace diascope::viewer
