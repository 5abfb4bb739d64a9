#include "netclient/archive/pixel_store.h"
#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

/// Marks of open studies are files in the session's folder: whose process is gone is told by the session's lock, which the
/// system releases with it.
namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

QString nameOfMark(const QString& study)
{
    return QStringLiteral("open-") + QString::fromLatin1(QCryptographicHash::hash(study.toUtf8(), QCryptographicHash::Sha256).toHex().left(32));
}

int openLocked(const QString& path, int flags, int lock)
{
    const int descriptor = ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return -1;
    int locked = -1;
    do
        locked = ::flock(descriptor, lock);
    while (locked != 0 && errno == EINTR);
    if (locked == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

} // namespace

PixelStore::MarkLock::~MarkLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Result<PixelStore::MarkLock> PixelStore::lockMarks() const
{
    const int descriptor = openLocked(m_folder + QStringLiteral("/open.lock"), O_RDWR | O_CREAT, LOCK_EX);
    if (descriptor < 0)
        return fail(errno == ENOSPC || errno == EDQUOT ? Fault::DiskFull : Fault::Unreadable, tr("which studies are open cannot be told"));
    return MarkLock(descriptor);
}

QString PixelStore::addOpenMark(const QString& study)
{
    const MarkLock shared(openLocked(m_folder + QStringLiteral("/open.lock"), O_RDWR | O_CREAT, LOCK_SH));
    {
        const std::lock_guard lock(m_marking);
        m_openHere.insert(study);
    }
    const QString path = QStringLiteral("%1/%2-%3").arg(m_session, nameOfMark(study)).arg(++m_counter);
    const int file = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return {}; // on a full disk at least this process knows
    ::close(file);
    return path;
}

void PixelStore::removeOpenMark(const QString& study, const QString& file)
{
    if (!file.isEmpty())
        (void)removeFile(file); // goes with the session at the latest
    const std::lock_guard lock(m_marking);
    if (const auto mark = m_openHere.find(study); mark != m_openHere.end())
        m_openHere.erase(mark);
}

bool PixelStore::isOpen(const QString& study) const
{
    {
        const std::lock_guard lock(m_marking);
        if (m_openHere.contains(study))
            return true;
    }
    const QDir incoming(m_folder + QStringLiteral("/incoming"));
    for (const QString& session : incoming.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QDir folder(incoming.filePath(session));
        if (folder.entryList({nameOfMark(study) + u'*'}, QDir::Files | QDir::Hidden).isEmpty())
            continue;
        const int lock = openLocked(folder.filePath(QStringLiteral("lock")), O_RDWR, LOCK_EX | LOCK_NB);
        if (lock < 0)
            return true; // its process lives
        ::close(lock);
    }
    return false;
}

} // namespace diascope::archive
