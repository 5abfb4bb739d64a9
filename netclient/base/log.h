#pragma once
#include <QLoggingCategory>
#include <QString>

namespace diascope
{

/// Log events, never patients: no names, IDs or file paths of a patient in a log line.
Q_DECLARE_LOGGING_CATEGORY(lcNet)
Q_DECLARE_LOGGING_CATEGORY(lcArchive)
Q_DECLARE_LOGGING_CATEGORY(lcView)
Q_DECLARE_LOGGING_CATEGORY(lcReport)
Q_DECLARE_LOGGING_CATEGORY(lcApp)

/// From now on Qt's messages go to `path` (rotated at 5 MB, mode 0600; empty: nowhere); warnings and worse to stderr too if `alsoStderr`.
enum class LogToStderr { No, Warnings };
void startLog(const QString& path, LogToStderr toStderr);

} // namespace diascope
