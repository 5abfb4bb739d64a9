#pragma once
#include <QFont>
#include <QStringList>

namespace diascope::viewer
{

/// What must be read is not cut off: it goes on in the next line, in scripts without spaces too (UAX #14).
QStringList wrappedLines(const QStringList& lines, const QFont& font, double widthPx);

} // namespace diascope::viewer
