#pragma once

namespace diascope::viewer
{

/// Whether an X server answers: VTK 9.1 ends the program when it does not.
bool hasDisplay();

} // namespace diascope::viewer
