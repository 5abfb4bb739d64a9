#pragma once
#include "viewer/figures/annotation_document.h"
#include "netclient/base/settings.h"
#include "viewer/slice/slice_renderer.h"
#include <memory>

namespace diascope::viewer
{

/// What a tool acts on: a viewport, without its widget.
class ToolTarget
{
public:
    virtual ~ToolTarget() = default;
    virtual std::shared_ptr<const Volume> volume() const = 0; ///< null: nothing is shown
    virtual const SliceView& view() const = 0;
    virtual const Presentation& presentation() const = 0;
    virtual SliceTransform transform() const = 0;
    virtual QSize sizePx() const = 0;
    virtual void setView(const SliceView& view) = 0;
    virtual void setPresentation(const Presentation& presentation) = 0;
    virtual void scrollBy(int frames) = 0; ///< frames, or steps through a reconstructed volume
    virtual void jumpTo(Vec3 pointLps) = 0; ///< shows the point here and in what is linked
    virtual bool isDownBrighter() const { return true; } ///< of dragging the window (BIR-09)

    virtual AnnotationDocument* document() const = 0; ///< null: nothing can be drawn
    virtual QString selectedFigure() const = 0;
    virtual void selectFigure(const QString& id) = 0;
    /// The figure being drawn or dragged, painted instead of the one with its id; nothing: none.
    virtual void setDraft(const std::optional<Figure>& draft) = 0;
    virtual void editText(const Figure& figure) = 0; ///< asks for its text in place, then adds or replaces it
};

struct Pointer
{
    QPointF positionPx;
    Qt::KeyboardModifiers modifiers;
};

/// One way of using the pointer. Press, moves, release come in this order; hover and double click between.
class Tool
{
public:
    virtual ~Tool() = default;
    virtual QString id() const = 0;
    virtual Qt::CursorShape cursor() const { return Qt::ArrowCursor; }
    virtual void press(ToolTarget&, const Pointer&) {}
    virtual void move(ToolTarget&, const Pointer&) {}
    virtual void release(ToolTarget&, const Pointer&) {}
    virtual void hover(ToolTarget&, const Pointer&) {}
    virtual void doubleClick(ToolTarget&, const Pointer&) {}
    virtual void cancel(ToolTarget&) {} ///< Esc
};

/// A tool as the toolbar and the key map know it. Exactly one is active (BIR-05).
struct ToolDescription
{
    QString id;   ///< "scroll", "window", "zoom", "pan", "select", "crosshair", or a figure kind
    QString name; ///< translated
    Qt::Key key;  ///< single letter, either case
    QString icon; ///< :/icons/<icon>.svg
};
const std::vector<ToolDescription>& toolDescriptions();
std::unique_ptr<Tool> makeTool(const QString& id);

/// Dragging down is brighter (lower level) unless told otherwise (BIR-09).
inline constexpr Setting<bool> downIsBrighter{"viewer.downIsBrighter", true};

/// A new figure of a kind with its points on the screen, in the patient where the image has a place there.
std::optional<Figure> figureAt(const ToolTarget& target, const QString& kind, const std::vector<QPointF>& screenPx);
/// The figure's points on the screen; nothing if it does not lie on what is shown.
std::optional<std::vector<QPointF>> pointsOnScreen(const Figure& figure, const Volume& volume, const SliceView& view,
                                                   const SliceTransform& transform);

} // namespace diascope::viewer
