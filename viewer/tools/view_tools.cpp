#include "viewer/tools/view_tools.h"
#include <cmath>

namespace diascope::viewer
{

namespace
{

/// Tools whose drag is a difference from where it began.
class DragTool : public Tool
{
public:
    void press(ToolTarget& target, const Pointer& pointer) override
    {
        m_startPx = pointer.positionPx;
        m_lastPx = pointer.positionPx;
        m_view = target.view();
        m_presentation = target.presentation();
        m_isDragging = target.volume() != nullptr;
    }
    void move(ToolTarget& target, const Pointer& pointer) override
    {
        if (m_isDragging)
            drag(target, pointer.positionPx);
        m_lastPx = pointer.positionPx;
    }
    void release(ToolTarget&, const Pointer&) override { m_isDragging = false; }

protected:
    virtual void drag(ToolTarget& target, QPointF positionPx) = 0;
    QPointF m_startPx;
    QPointF m_lastPx;
    SliceView m_view;
    Presentation m_presentation;
    bool m_isDragging = false;
};

class ScrollTool : public DragTool
{
public:
    QString id() const override { return QStringLiteral("scroll"); }
    Qt::CursorShape cursor() const override { return Qt::SizeVerCursor; }
    void press(ToolTarget& target, const Pointer& pointer) override
    {
        DragTool::press(target, pointer);
        m_scrolled = 0;
    }

protected:
    void drag(ToolTarget& target, QPointF positionPx) override
    {
        // The whole stack over three quarters of the height, and never less than a step in 24 pixels.
        const int frames = target.volume()->frameCount();
        const double pixelsPerFrame = std::clamp(0.75 * target.sizePx().height() / std::max(1, frames), 2.0, 24.0);
        const int wanted = int((positionPx.y() - m_startPx.y()) / pixelsPerFrame);
        if (wanted != m_scrolled)
            target.scrollBy(wanted - m_scrolled);
        m_scrolled = wanted;
    }

private:
    int m_scrolled = 0;
};

class WindowTool : public DragTool
{
public:
    QString id() const override { return QStringLiteral("window"); }
    Qt::CursorShape cursor() const override { return Qt::SizeAllCursor; }

protected:
    void drag(ToolTarget& target, QPointF positionPx) override
    {
        // Speed follows the window's width: a narrow one is set finely.
        const bool isLinear = m_presentation.function == VoiFunction::Linear;
        const double step = (isLinear ? std::max(m_presentation.window.width, 1.0) : m_presentation.window.width) / 300;
        Presentation changed = m_presentation;
        changed.voiLut = -1;
        // LINEAR has no window under 1 (PS3.3 C.11.2.1.2); values that are no whole numbers have the exact one.
        const double least = isLinear ? 1 : step / 3;
        changed.window.width = std::max(least, m_presentation.window.width + (positionPx.x() - m_startPx.x()) * step);
        const double brighter = (positionPx.y() - m_startPx.y()) * (target.isDownBrighter() ? 1 : -1);
        changed.window.centre = m_presentation.window.centre - brighter * step;
        target.setPresentation(changed);
    }
};

class ZoomTool : public DragTool
{
public:
    QString id() const override { return QStringLiteral("zoom"); }
    Qt::CursorShape cursor() const override { return Qt::SizeVerCursor; }

protected:
    void drag(ToolTarget& target, QPointF positionPx) override
    {
        const double factor = std::exp((positionPx.y() - m_startPx.y()) / 200);
        target.setView(zoomedAt(*target.volume(), m_view, target.sizePx(), m_startPx, factor));
    }
};

class PanTool : public DragTool
{
public:
    QString id() const override { return QStringLiteral("pan"); }
    Qt::CursorShape cursor() const override { return Qt::OpenHandCursor; }

protected:
    void drag(ToolTarget& target, QPointF positionPx) override
    {
        SliceView view = target.view();
        view.panPx = m_view.panPx + positionPx - m_startPx;
        target.setView(view);
    }
};

class CrosshairTool : public DragTool
{
public:
    QString id() const override { return QStringLiteral("crosshair"); }
    Qt::CursorShape cursor() const override { return Qt::CrossCursor; }
    void press(ToolTarget& target, const Pointer& pointer) override
    {
        DragTool::press(target, pointer);
        if (m_isDragging)
            drag(target, pointer.positionPx);
    }

protected:
    void drag(ToolTarget& target, QPointF positionPx) override
    {
        if (const auto pointLps = target.transform().toPatient(positionPx))
            target.jumpTo(*pointLps);
    }
};

} // namespace

std::unique_ptr<Tool> makeViewTool(const QString& id)
{
    if (id == QLatin1String("scroll"))
        return std::make_unique<ScrollTool>();
    if (id == QLatin1String("window"))
        return std::make_unique<WindowTool>();
    if (id == QLatin1String("zoom"))
        return std::make_unique<ZoomTool>();
    if (id == QLatin1String("pan"))
        return std::make_unique<PanTool>();
    if (id == QLatin1String("crosshair"))
        return std::make_unique<CrosshairTool>();
    return nullptr;
}

} // namespace diascope::viewer
