#include "netclient/base/scratch_folder.h"
#include <QDir>
#include <QFile>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace diascope
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Base", text); }

/// Where they all lie. Anybody may put something under this name into a folder that all share: only a folder of ours that nobody else
/// can look into is taken.
QString commonFolder()
{
    const QString path = QStringLiteral("%1/diascope-%2").arg(QDir::tempPath()).arg(getuid());
    const QByteArray name = QFile::encodeName(path);
    (void)mkdir(name.constData(), 0700);
    struct stat known = {};
    const bool isOurs = lstat(name.constData(), &known) == 0 && S_ISDIR(known.st_mode) && known.st_uid == getuid() && (known.st_mode & 077) == 0;
    return isOurs ? path : QString();
}

} // namespace

Result<ScratchFolder> ScratchFolder::make()
{
    const QString common = commonFolder();
    auto whileMaking = common.isEmpty() ? Result<FileLock>(FileLock()) : FileLock::take(common, FileLock::Kind::Shared, FileLock::IfHeld::Wait);
    if (!whileMaking)
        return std::unexpected(whileMaking.error());
    QByteArray name = QFile::encodeName(common.isEmpty() ? QDir::tempPath() + QStringLiteral("/diascope-XXXXXX") : common + QStringLiteral("/XXXXXX"));
    if (!mkdtemp(name.data()))
        return fail(errno == ENOSPC || errno == EDQUOT ? Fault::DiskFull : Fault::Unreadable,
                    tr("there is no folder for temporary files: %1").arg(QString::fromLocal8Bit(std::strerror(errno))));
    const QString path = QFile::decodeName(name);
    auto lock = FileLock::take(path, FileLock::Kind::Exclusive, FileLock::IfHeld::Refuse);
    if (!lock)
        return std::unexpected(lock.error());
    return ScratchFolder(path, std::move(*lock));
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : m_path(std::exchange(other.m_path, {})), m_lock(std::move(other.m_lock)) {}

ScratchFolder::~ScratchFolder()
{
    if (!m_path.isEmpty())
        QDir(m_path).removeRecursively();
}

void ScratchFolder::removeAbandoned()
{
    const QString common = commonFolder();
    if (common.isEmpty())
        return;
    const auto alone = FileLock::take(common, FileLock::Kind::Exclusive, FileLock::IfHeld::Refuse); // nobody is between making and locking
    if (!alone)
        return;
    for (const QFileInfo& entry : QDir(common).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks))
        if (const auto lock = FileLock::take(entry.filePath(), FileLock::Kind::Exclusive, FileLock::IfHeld::Refuse)) // its process is gone
            QDir(entry.filePath()).removeRecursively();
}

} // namespace diascope
