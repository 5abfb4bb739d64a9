#pragma once

namespace diascope::viewer
{

/// What a dragged thumbnail carries: the stack's index as decimal text.
inline constexpr char stackMimeType[] = "application/x-diascope-stack";

} // namespace diascope::viewer
