#include "viewer/volume/frame_memory.h"
#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QStorageInfo>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

qint64 halfOfTheMachine() { return qint64(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / 2; }

std::atomic<qint64> budgetBytes{0}; // 0: half of the machine
std::atomic<qint64> usedBytes{0};   // in memory, not in files
std::mutex folderMutex;
QString namedFolder;

QString pagingFolder()
{
    const std::lock_guard lock(folderMutex);
    return namedFolder.isEmpty() ? QStandardPaths::writableLocation(QStandardPaths::CacheLocation) : namedFolder;
}

/// An open file that no other program can see, and that is gone with the last one who has it open.
int openNameless(const QString& folder)
{
    QDir().mkpath(folder);
    const int fd = ::open(QFile::encodeName(folder).constData(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    QByteArray name = QFile::encodeName(folder + QStringLiteral("/frames-XXXXXX")); // not every file system has O_TMPFILE
    const int named = ::mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0)
        ::unlink(name.constData());
    return named;
}

} // namespace

void setMemoryBudget(qint64 bytes, const QString& folder)
{
    budgetBytes = bytes;
    const std::lock_guard lock(folderMutex);
    namedFolder = folder;
}

qint64 memoryBudget() { return budgetBytes > 0 ? qint64(budgetBytes) : halfOfTheMachine(); }

FrameMemory::~FrameMemory()
{
    if (!m_data)
        return;
    ::munmap(m_data, m_bytes);
    if (!m_isPaged)
        usedBytes -= qint64(m_bytes);
}

FrameMemory& FrameMemory::operator=(FrameMemory&& other) noexcept
{
    std::swap(m_data, other.m_data);
    std::swap(m_bytes, other.m_bytes);
    std::swap(m_isPaged, other.m_isPaged);
    return *this;
}

Result<FrameMemory> FrameMemory::reserve(qint64 bytes)
{
    FrameMemory memory;
    memory.m_bytes = size_t(bytes);
    memory.m_isPaged = usedBytes.fetch_add(bytes) + bytes > memoryBudget();
    int fd = -1;
    if (memory.m_isPaged) {
        usedBytes -= bytes;
        fd = openNameless(pagingFolder());
        if (fd < 0)
            return fail(Fault::Unreadable, tr("the images are larger than the memory set aside for them, and the cache folder cannot be written: %1")
                                               .arg(QString::fromLocal8Bit(std::strerror(errno))));
        // Reserved now: a full disk is an error here, and not a crash when a page is written. What cannot fit is not tried: it would take
        // all that is left, for a moment in which nobody else can write.
        const qint64 free = QStorageInfo(pagingFolder()).bytesAvailable(); // -1: not known
        const bool isHopeless = free >= 0 && bytes > free;
        if (const int error = isHopeless ? ENOSPC : ::posix_fallocate(fd, 0, bytes)) {
            ::close(fd);
            return fail(Fault::DiskFull, tr("the images are larger than the memory set aside for them, and the cache folder has no room for %1 MiB: %2")
                                             .arg(bytes >> 20)
                                             .arg(QString::fromLocal8Bit(std::strerror(error))));
        }
    }
    void* data = ::mmap(nullptr, memory.m_bytes, PROT_READ | PROT_WRITE,
                        memory.m_isPaged ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, fd, 0);
    const int error = errno;
    if (fd >= 0)
        ::close(fd); // the mapping keeps the file
    if (data == MAP_FAILED) {
        if (!memory.m_isPaged)
            usedBytes -= bytes;
        return fail(Fault::Unsupported, tr("there is not enough memory for these images: %1").arg(QString::fromLocal8Bit(std::strerror(error))));
    }
    memory.m_data = static_cast<std::byte*>(data);
    return memory;
}

void FrameMemory::letGo(qint64 offset, qint64 length) const
{
    if (!m_isPaged || length <= 0)
        return;
    // Whole pages, also those shared with a neighbour: nothing is lost, it lies in the file.
    const qint64 page = sysconf(_SC_PAGESIZE);
    const qint64 from = offset / page * page;
    ::madvise(m_data + from, size_t(std::min(offset + length, qint64(m_bytes)) - from), MADV_DONTNEED);
}

} // namespace diascope::viewer
