#pragma once
#include <QString>

namespace diascope
{

/// Where a file lies that was installed with the running program: beside it, in ../lib/diascope or in ../libexec. Empty: it
/// is not there.
QString programPart(const QString& name);

} // namespace diascope
