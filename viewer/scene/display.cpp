#include "viewer/scene/display.h"
// Xlib's macros (None, Status) collide with others' names: nothing else is included here.
#include <X11/Xlib.h>

namespace diascope::viewer
{

bool hasDisplay()
{
    Display* display = XOpenDisplay(nullptr);
    if (!display)
        return false;
    XCloseDisplay(display);
    return true;
}

} // namespace diascope::viewer
