#pragma once
#include "reporting/model/study_context.h"
#include <optional>

namespace diascope::reporting
{

/// The UCUM code of a unit as we show it ("mm²": mm2, square millimeter); nothing: we know none.
std::optional<Code> ucum(const QString& unit);

} // namespace diascope::reporting
