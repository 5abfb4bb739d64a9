#pragma once
#include "viewer/slice/presentation.h"

namespace diascope::test
{

/// A window that maps stored 0..255 to grey 0..255 exactly: LINEAR_EXACT would too, LINEAR with width 256 is the standard's.
inline viewer::Presentation plain()
{
    viewer::Presentation presentation;
    presentation.window = {128, 256};
    presentation.interpolation = viewer::Interpolation::Linear;
    return presentation;
}

} // namespace diascope::test
