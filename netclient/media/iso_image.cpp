#include "netclient/media/file_set.h"
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>

namespace diascope::media
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Media", text); }

} // namespace

Result<void> writeIso(const QString& folder, const QString& isoPath, const QString& volumeId, Task& task)
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("xorriso"));
    if (program.isEmpty())
        return fail(Fault::NotFound, tr("the program xorriso is not installed"));
    if (!QFileInfo(folder).isDir())
        return fail(Fault::NotFound, tr("there is no folder %1").arg(folder));
    const QString target = QFileInfo(isoPath).absoluteFilePath();
    const QString temporary = target + QStringLiteral(".part");
    QFile::remove(temporary);
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setStandardInputFile(QProcess::nullDevice());
    // PS3.12 Annex F: ISO 9660 level 1; Joliet beside it for systems that show it.
    process.start(program, {QStringLiteral("-as"), QStringLiteral("mkisofs"), QStringLiteral("-quiet"), QStringLiteral("-iso-level"),
                            QStringLiteral("1"), QStringLiteral("-J"), QStringLiteral("-V"), volumeId.left(16), QStringLiteral("-o"), temporary,
                            QFileInfo(folder).absoluteFilePath()});
    if (!process.waitForStarted())
        return fail(Fault::Internal, process.errorString());
    while (!process.waitForFinished(200)) {
        if (process.state() == QProcess::NotRunning)
            break;
        if (task.isCancelled()) {
            process.kill();
            process.waitForFinished();
            QFile::remove(temporary);
            return fail(Fault::Cancelled, tr("stopped; there is no image"));
        }
        task.report(QFileInfo(temporary).size(), 0);
    }
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0) {
        QFile::remove(temporary);
        const QString words = QString::fromUtf8(process.readAll()).trimmed().right(500);
        const bool isFull = words.contains(QLatin1String("No space left"));
        return fail(isFull ? Fault::DiskFull : Fault::Internal, tr("xorriso: %1").arg(words));
    }
    QFile::remove(target);
    if (!QFile::rename(temporary, target)) {
        QFile::remove(temporary);
        return fail(Fault::Unreadable, tr("%1 cannot be written").arg(target));
    }
    return {};
}

} // namespace diascope::media
