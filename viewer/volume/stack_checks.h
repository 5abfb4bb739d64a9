#pragma once
#include "viewer/volume/stack.h"

namespace diascope::viewer
{

/// Fills in spacing, tilt, orientation, isVolume and the warnings of a stack whose instances are in their final order.
void checkGeometry(Stack& stack);

} // namespace diascope::viewer
