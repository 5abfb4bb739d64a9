#include "viewer/tools/view_tools.h"

namespace diascope::viewer
{

const std::vector<ToolDescription>& toolDescriptions()
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("Tools", text); };
    static const std::vector<ToolDescription> descriptions{
        {"scroll", tr(QT_TRANSLATE_NOOP("Tools", "Scroll")), Qt::Key_S, "scroll"},
        {"window", tr(QT_TRANSLATE_NOOP("Tools", "Window")), Qt::Key_W, "window"},
        {"zoom", tr(QT_TRANSLATE_NOOP("Tools", "Zoom")), Qt::Key_Z, "zoom"},
        {"pan", tr(QT_TRANSLATE_NOOP("Tools", "Pan")), Qt::Key_T, "pan"},
        {"crosshair", tr(QT_TRANSLATE_NOOP("Tools", "Crosshair")), Qt::Key_J, "crosshair"},
        {"select", tr(QT_TRANSLATE_NOOP("Tools", "Select")), Qt::Key_V, "select"},
        {"length", tr(QT_TRANSLATE_NOOP("Tools", "Distance")), Qt::Key_D, "length"},
        {"angle", tr(QT_TRANSLATE_NOOP("Tools", "Angle")), Qt::Key_A, "angle"},
        {"ellipse", tr(QT_TRANSLATE_NOOP("Tools", "Ellipse")), Qt::Key_E, "ellipse"},
        {"rectangle", tr(QT_TRANSLATE_NOOP("Tools", "Rectangle")), Qt::Key_B, "rectangle"},
        {"polygon", tr(QT_TRANSLATE_NOOP("Tools", "Polygon")), Qt::Key_G, "polygon"},
        {"arrow", tr(QT_TRANSLATE_NOOP("Tools", "Arrow")), Qt::Key_Q, "arrow"},
        {"text", tr(QT_TRANSLATE_NOOP("Tools", "Text")), Qt::Key_X, "text"},
    };
    return descriptions;
}

std::unique_ptr<Tool> makeTool(const QString& id)
{
    if (auto tool = makeViewTool(id))
        return tool;
    return makeFigureTool(id);
}

} // namespace diascope::viewer
