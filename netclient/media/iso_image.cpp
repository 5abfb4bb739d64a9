#include "netclient/base/scratch_folder.h"
#include "netclient/media/file_set.h"
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QScopeGuard>
#include <QStandardPaths>
#include <fcntl.h>
#include <unistd.h>

namespace diascope::media
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Media", text); }

/// `growing`: the file whose size is the progress. Errors: Cancelled, DiskFull, and `fault` with xorriso's own words.
Result<void> runXorriso(const QString& program, const QStringList& arguments, const QString& growing, Fault fault, Task& task)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(program, arguments);
    if (!process.waitForStarted())
        return fail(Fault::Internal, process.errorString());
    while (!process.waitForFinished(200)) {
        if (process.state() == QProcess::NotRunning)
            break;
        if (task.isCancelled()) {
            process.kill();
            process.waitForFinished();
            return fail(Fault::Cancelled, tr("stopped; there is no image"));
        }
        task.report(QFileInfo(growing).size(), 0);
    }
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
        return {};
    const QString words = QString::fromUtf8(process.readAll()).trimmed().right(500);
    const bool isFull = words.contains(QLatin1String("No space left"));
    return fail(isFull ? Fault::DiskFull : fault, tr("xorriso: %1").arg(words));
}

bool isSame(QFile& one, QFile& other)
{
    constexpr qint64 mostAtOnce = 1 << 20;
    if (!one.open(QIODevice::ReadOnly) || !other.open(QIODevice::ReadOnly) || one.size() != other.size())
        return false;
    while (!one.atEnd())
        if (const QByteArray bytes = one.read(mostAtOnce); bytes.isEmpty() || bytes != other.read(mostAtOnce))
            return false;
    return true;
}

/// What xorriso reads out of the image is what lies in the folder, byte for byte (PDI-07). Error Damaged names what is not.
Result<void> verifyImage(const QString& program, const QString& image, const QString& folder, Task& task)
{
    const auto scratch = ScratchFolder::make();
    if (!scratch)
        return std::unexpected(scratch.error());
    if (const int file = ::open(QFile::encodeName(image).constData(), O_RDONLY | O_CLOEXEC); file >= 0) {
        ::fsync(file); // read from the disk, not from what the kernel still holds
        ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
        ::close(file);
    }
    const QString readBack = scratch->filePath(QStringLiteral("image"));
    const QStringList arguments{QStringLiteral("-osirrox"), QStringLiteral("on"), QStringLiteral("-indev"), image,
                                QStringLiteral("-extract"), QStringLiteral("/"), readBack};
    if (auto read = runXorriso(program, arguments, image, Fault::Damaged, task); !read)
        return read;
    QDirIterator all(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped; there is no image"));
        QFile written(all.next());
        const QString name = QDir(folder).relativeFilePath(written.fileName());
        QFile read(readBack + u'/' + name);
        if (!read.exists())
            return fail(Fault::Damaged, tr("%1 is not on the medium").arg(name));
        if (!isSame(written, read))
            return fail(Fault::Damaged, tr("%1 is not as it was written").arg(name));
    }
    return {};
}

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
    auto removed = qScopeGuard([&] { QFile::remove(temporary); });
    // PS3.12 Annex F: ISO 9660 level 1; Joliet beside it for systems that show it.
    const QStringList arguments{QStringLiteral("-as"), QStringLiteral("mkisofs"), QStringLiteral("-quiet"), QStringLiteral("-iso-level"),
                                QStringLiteral("1"), QStringLiteral("-J"), QStringLiteral("-V"), volumeId.left(16), QStringLiteral("-o"), temporary,
                                QFileInfo(folder).absoluteFilePath()};
    if (auto made = runXorriso(program, arguments, temporary, Fault::Internal, task); !made)
        return made;
    if (auto verified = verifyImage(program, temporary, QFileInfo(folder).absoluteFilePath(), task); !verified)
        return verified;
    QFile::remove(target);
    if (!QFile::rename(temporary, target))
        return fail(Fault::Unreadable, tr("%1 cannot be written").arg(target));
    removed.dismiss();
    return {};
}

} // namespace diascope::media
