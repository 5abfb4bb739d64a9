#include "viewer/scene/display.h"
// Xlib's macros (None, Status) collide with others' names: nothing of ours is included here.
#include <X11/Xlib.h>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

namespace diascope::viewer
{

/// The connection stays open: an X server that loses its last client starts anew (Xvfb), and VTK, coming next, would find
/// nobody and end the program.
bool hasDisplay()
{
    static std::mutex mutex;
    static std::map<std::string, Display*> connections;
    const char* name = std::getenv("DISPLAY");
    if (!name || !*name)
        return false;
    const std::lock_guard lock(mutex);
    Display*& display = connections[name];
    if (!display)
        display = XOpenDisplay(name);
    return display;
}

} // namespace diascope::viewer
