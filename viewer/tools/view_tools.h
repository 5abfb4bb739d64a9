#pragma once
#include "viewer/tools/tool.h"

namespace diascope::viewer
{

/// Scroll, window, zoom, pan and crosshair: tools that change what is seen and nothing else. Null for other ids.
std::unique_ptr<Tool> makeViewTool(const QString& id);
/// Select, and one tool for every kind of figure. Null for other ids.
std::unique_ptr<Tool> makeFigureTool(const QString& id);

} // namespace diascope::viewer
