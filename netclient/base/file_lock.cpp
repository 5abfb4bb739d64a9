#include "netclient/base/file_lock.h"
#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace diascope
{

namespace
{

Fault faultOf(int code)
{
    switch (code) {
    case EWOULDBLOCK:
        return Fault::Denied;
    case ENOSPC:
    case EDQUOT:
        return Fault::DiskFull;
    case ENOENT:
        return Fault::NotFound;
    case ENOLCK:
    case EOPNOTSUPP:
    case EINVAL:
    case EBADF: // a file system that takes locks for writing only from who may write
        return Fault::Unsupported;
    default:
        return Fault::Unreadable;
    }
}

std::unexpected<Error> failure(const QString& path, int code)
{
    return fail(faultOf(code), QStringLiteral("%1: %2").arg(path, QString::fromLocal8Bit(std::strerror(code))));
}

} // namespace

Result<FileLock> FileLock::take(const QString& path, Kind kind, IfHeld ifHeld)
{
    const int flags = QFileInfo(path).isDir() ? O_RDONLY | O_DIRECTORY : O_RDWR | O_CREAT;
    FileLock lock;
    lock.m_descriptor = ::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, 0600);
    if (lock.m_descriptor < 0)
        return failure(path, errno);
    const int operation = (kind == Kind::Shared ? LOCK_SH : LOCK_EX) | (ifHeld == IfHeld::Refuse ? LOCK_NB : 0);
    while (::flock(lock.m_descriptor, operation) != 0)
        if (errno != EINTR)
            return failure(path, errno);
    return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

FileLock::~FileLock()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

} // namespace diascope
