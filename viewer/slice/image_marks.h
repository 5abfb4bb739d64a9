#pragma once
#include "viewer/volume/instance.h"

namespace diascope::viewer
{

/// What must stand on an image whatever else is hidden, translated: lossy compression with its steps (PIX-14), FOR PROCESSING
/// (PIX-17), not for diagnosis, and what of its display could not be followed.
QStringList imageMarks(const Instance& instance);

} // namespace diascope::viewer
