#pragma once
#include <QIcon>

namespace diascope::windows
{

/// One of resources/icons, by its file's name without ending.
inline QIcon icon(const QString& name) { return QIcon(QStringLiteral(":/icons/%1.svg").arg(name)); }

} // namespace diascope::windows
