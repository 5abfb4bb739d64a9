#include "netclient/base/log.h"
#include <QDateTime>
#include <QFile>
#include <QMutex>
#include <cstdio>

namespace diascope
{

Q_LOGGING_CATEGORY(lcNet, "diascope.net")
Q_LOGGING_CATEGORY(lcArchive, "diascope.archive")
Q_LOGGING_CATEGORY(lcView, "diascope.view")
Q_LOGGING_CATEGORY(lcReport, "diascope.report")
Q_LOGGING_CATEGORY(lcApp, "diascope.app")

namespace
{

constexpr qint64 maximumLogBytes = 5'000'000;
QMutex mutex;
QFile file;
bool warningsToStderr = false;

void write(QtMsgType type, const QMessageLogContext& context, const QString& text)
{
    static constexpr const char* names[] = {"debug", "warning", "critical", "fatal", "info"};
    const QMutexLocker lock(&mutex);
    const QByteArray line = QStringLiteral("%1 %2 %3: %4\n")
                                .arg(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs), QLatin1String(names[type]),
                                     QLatin1String(context.category), text)
                                .toUtf8();
    if (file.isOpen()) {
        file.write(line);
        file.flush();
    }
    if (warningsToStderr && type != QtDebugMsg && type != QtInfoMsg)
        std::fputs(line.constData(), stderr);
}

} // namespace

void startLog(const QString& path, LogToStderr toStderr)
{
    const QMutexLocker lock(&mutex);
    if (QFile::exists(path) && QFile(path).size() > maximumLogBytes) {
        QFile::remove(path + QStringLiteral(".1"));
        QFile::rename(path, path + QStringLiteral(".1"));
    }
    file.close();
    file.setFileName(path);
    if (!path.isEmpty() && file.open(QIODevice::WriteOnly | QIODevice::Append))
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    warningsToStderr = toStderr == LogToStderr::Warnings;
    qInstallMessageHandler(write);
}

} // namespace diascope
