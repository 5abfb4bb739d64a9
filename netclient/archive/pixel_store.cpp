#include "netclient/archive/pixel_store.h"
#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QUuid>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace diascope::archive
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Archive", text); }

Error errorOfErrno(const QString& path)
{
    const int code = errno;
    const bool isFull = code == ENOSPC || code == EDQUOT;
    const Fault fault = isFull ? Fault::DiskFull : code == ENOENT ? Fault::NotFound : Fault::Unreadable;
    return {fault, QStringLiteral("%1: %2").arg(path, QString::fromLocal8Bit(std::strerror(code)))};
}

class Descriptor
{
public:
    Descriptor(const QString& path, int flags, mode_t mode = 0600)
        : m_value(::open(QFile::encodeName(path).constData(), flags | O_CLOEXEC, mode))
    {
    }
    ~Descriptor()
    {
        if (m_value >= 0)
            ::close(m_value);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    bool isOpen() const { return m_value >= 0; }
    int value() const { return m_value; }
    int release() { return std::exchange(m_value, -1); }

private:
    int m_value;
};

class Sha256
{
public:
    Sha256() : m_context(EVP_MD_CTX_new()) { EVP_DigestInit_ex(m_context, EVP_sha256(), nullptr); }
    ~Sha256() { EVP_MD_CTX_free(m_context); }
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(const void* bytes, size_t size) { EVP_DigestUpdate(m_context, bytes, size); }
    QString hex()
    {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned int size = 0;
        EVP_DigestFinal_ex(m_context, digest, &size);
        return QString::fromLatin1(QByteArray::fromRawData(reinterpret_cast<const char*>(digest), int(size)).toHex());
    }

private:
    EVP_MD_CTX* m_context;
};

bool writeAll(int descriptor, const void* bytes, size_t size)
{
    const auto* at = static_cast<const char*>(bytes);
    while (size > 0) {
        const ssize_t written = ::write(descriptor, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        at += written;
        size -= size_t(written);
    }
    return true;
}

/// Calls `use` with each block of the file.
template <typename Use>
Result<qint64> readBlocks(const QString& path, const Use& use)
{
    // Non-blocking: a FIFO put in place of the file between listing and opening must not hold us.
    Descriptor source(path, O_RDONLY | O_NONBLOCK);
    struct stat status = {};
    if (!source.isOpen() || ::fstat(source.value(), &status) != 0)
        return std::unexpected(errorOfErrno(path));
    if (!S_ISREG(status.st_mode))
        return fail(Fault::Unreadable, tr("%1 is not a plain file").arg(path));
    QByteArray block(qMin<qint64>(qMax<qint64>(status.st_size, 4096), 1 << 20), Qt::Uninitialized);
    qint64 total = 0;
    while (true) {
        const ssize_t count = ::read(source.value(), block.data(), size_t(block.size()));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return std::unexpected(errorOfErrno(path));
        if (count == 0)
            return total;
        total += count;
        if (auto used = use(block.constData(), size_t(count)); !used)
            return std::unexpected(used.error());
    }
}

bool syncFolder(const QString& path)
{
    Descriptor folder(path, O_RDONLY | O_DIRECTORY);
    return folder.isOpen() && ::fsync(folder.value()) == 0;
}

bool makeFolder(const QString& path)
{
    return ::mkdir(QFile::encodeName(path).constData(), 0700) == 0 || errno == EEXIST;
}

} // namespace

Result<std::unique_ptr<PixelStore>> PixelStore::open(const QString& folder)
{
    if (!makeFolder(folder))
        return std::unexpected(errorOfErrno(folder));
    const QString real = QFileInfo(folder).canonicalFilePath(); // the paths in remarks outlive a link
    std::unique_ptr<PixelStore> store(new PixelStore(real.isEmpty() ? folder : real));
    for (const QString& path : {store->m_folder + QStringLiteral("/incoming"), store->m_folder + QStringLiteral("/quarantine")})
        if (!makeFolder(path))
            return std::unexpected(errorOfErrno(path));
    const Descriptor marks(folder + QStringLiteral("/open.lock"), O_RDWR | O_CREAT); // now: on a full disk it could not be made
    Result<void> started;
    // Another process that cleans up may hold a new session's lock for a moment: then a second one is made.
    for (int attempt = 0; attempt < 3; ++attempt)
        if (started = store->startSession(); started) {
            store->keepReserve(); // last: what was freed to open is not taken again before
            return store;
        }
    return std::unexpected(started.error());
}

Result<void> PixelStore::startSession()
{
    m_session = m_folder + QStringLiteral("/incoming/") + QUuid::createUuid().toString(QUuid::Id128);
    if (!makeFolder(m_session))
        return std::unexpected(errorOfErrno(m_session));
    Descriptor lock(m_session + QStringLiteral("/lock"), O_RDWR | O_CREAT | O_EXCL);
    if (!lock.isOpen() || ::flock(lock.value(), LOCK_EX | LOCK_NB) != 0)
        return std::unexpected(errorOfErrno(m_session));
    Descriptor journal(m_session + QStringLiteral("/journal"), O_RDWR | O_CREAT | O_EXCL | O_APPEND);
    if (!journal.isOpen())
        return std::unexpected(errorOfErrno(m_session));
    m_lock = lock.release();
    m_journal = journal.release();
    syncFolder(m_session);
    syncFolder(m_folder + QStringLiteral("/incoming"));
    return {};
}

PixelStore::~PixelStore()
{
    if (m_lock < 0)
        return;
    // An unfinished journal stays for the next process.
    struct stat status = {};
    const bool isSettled = ::fstat(m_journal, &status) == 0 && status.st_size == 0;
    if (isSettled)
        QDir(m_session).removeRecursively();
    ::close(m_journal);
    ::close(m_lock);
}

QString PixelStore::nextTemporary() { return QStringLiteral("%1/%2.part").arg(m_session).arg(++m_counter); }

Result<PixelStore::Temporary> PixelStore::write(std::span<const uchar> bytes)
{
    Temporary temporary{nextTemporary(), {}, qint64(bytes.size())};
    Descriptor file(temporary.path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.isOpen())
        return std::unexpected(errorOfErrno(temporary.path));
    Sha256 sha;
    sha.add(bytes.data(), bytes.size());
    temporary.sha256 = sha.hex();
    if (!writeAll(file.value(), bytes.data(), bytes.size()) || ::fdatasync(file.value()) != 0) {
        const Error error = errorOfErrno(temporary.path);
        discard(temporary);
        return std::unexpected(error);
    }
    return temporary;
}

Result<PixelStore::Temporary> PixelStore::copy(const QString& source)
{
    Temporary temporary{nextTemporary(), {}, 0};
    Descriptor file(temporary.path, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.isOpen())
        return std::unexpected(errorOfErrno(temporary.path));
    Sha256 sha;
    auto read = readBlocks(source, [&](const char* bytes, size_t size) -> Result<void> {
        sha.add(bytes, size);
        if (!writeAll(file.value(), bytes, size))
            return std::unexpected(errorOfErrno(temporary.path));
        return {};
    });
    if (read && ::fdatasync(file.value()) != 0)
        read = std::unexpected(errorOfErrno(temporary.path));
    if (!read) {
        discard(temporary);
        return std::unexpected(read.error());
    }
    temporary.sha256 = sha.hex();
    temporary.size = *read;
    return temporary;
}

void PixelStore::discard(const Temporary& temporary)
{
    if (!temporary.path.isEmpty())
        ::unlink(QFile::encodeName(temporary.path).constData());
}

QString PixelStore::pathOf(const QString& sha256) const { return m_folder + u'/' + sha256.left(2) + u'/' + sha256; }
QString PixelStore::quarantinePathOf(const QString& kept) const { return m_folder + QStringLiteral("/quarantine/") + kept; }

QString PixelStore::pathOfAnnounced(const QString& name) const
{
    return name.startsWith(u'q') ? quarantinePathOf(name.mid(1)) : pathOf(name);
}

Result<void> PixelStore::announce(const QStringList& names)
{
    // The first line break ends what a write that failed may have left.
    const QByteArray lines = '\n' + names.join(u'\n').toLatin1() + '\n';
    if (!writeAll(m_journal, lines.constData(), size_t(lines.size())) || ::fdatasync(m_journal) != 0)
        return std::unexpected(errorOfErrno(m_session));
    return {};
}

void PixelStore::forget()
{
    // A journal that cannot be emptied costs the next process a look at names that are settled.
    if (!m_isLeft)
        (void)!::ftruncate(m_journal, 0);
}

Result<void> PixelStore::removeFile(const QString& path)
{
    if (::unlink(QFile::encodeName(path).constData()) != 0 && errno != ENOENT)
        return std::unexpected(errorOfErrno(path));
    return {};
}

bool PixelStore::freeReserve(const QString& folder) { return ::unlink(QFile::encodeName(folder + QStringLiteral("/reserve")).constData()) == 0; }

void PixelStore::keepReserve()
{
    constexpr off_t enough = 4 << 20; // the log of removing a study of some thousand images
    const QString path = m_folder + QStringLiteral("/reserve");
    Descriptor file(path, O_WRONLY | O_CREAT | O_EXCL);
    if (file.isOpen() && ::posix_fallocate(file.value(), 0, enough) != 0)
        (void)removeFile(path);
}

QString PixelStore::freeNameInQuarantine(const QString& sha256) const
{
    for (int number = 1;; ++number)
        if (const QString name = QStringLiteral("%1.%2").arg(sha256).arg(number); !QFileInfo::exists(quarantinePathOf(name)))
            return name;
}

Result<void> PixelStore::linkToQuarantine(const QString& sha256, const QString& name)
{
    const QString kept = quarantinePathOf(name);
    if (::link(QFile::encodeName(pathOf(sha256)).constData(), QFile::encodeName(kept).constData()) != 0) {
        const bool canLink = errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS;
        if (canLink)
            return std::unexpected(errorOfErrno(kept));
        auto copied = copy(pathOf(sha256)); // a file system without links
        if (!copied)
            return std::unexpected(copied.error());
        if (auto moved = move(copied->path, kept); !moved) {
            discard(*copied);
            return moved;
        }
    }
    if (const QString folder = m_folder + QStringLiteral("/quarantine"); !m_touchedFolders.contains(folder))
        m_touchedFolders << folder;
    return {};
}

Result<void> PixelStore::move(const QString& from, const QString& to)
{
    const QString folder = to.left(to.lastIndexOf(u'/'));
    if (::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0) {
        const bool isNewFolder = errno == ENOENT && makeFolder(folder);
        if (isNewFolder && !m_touchedFolders.contains(m_folder))
            m_touchedFolders << m_folder;
        if (!isNewFolder || ::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
            return std::unexpected(errorOfErrno(to));
    }
    if (!m_touchedFolders.contains(folder))
        m_touchedFolders << folder;
    return {};
}

Result<void> PixelStore::place(const Temporary& temporary) { return move(temporary.path, pathOf(temporary.sha256)); }

Result<void> PixelStore::placeInQuarantine(const Temporary& temporary)
{
    return move(temporary.path, quarantinePathOf(temporary.sha256));
}

Result<void> PixelStore::syncFolders()
{
    for (const QString& folder : std::exchange(m_touchedFolders, {}))
        if (!syncFolder(folder))
            return std::unexpected(errorOfErrno(folder));
    return {};
}

std::vector<PixelStore::Abandoned> PixelStore::abandoned() const
{
    std::vector<Abandoned> found;
    const QDir incoming(m_folder + QStringLiteral("/incoming"));
    for (const QFileInfo& info : incoming.entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString folder = info.absoluteFilePath();
        if (folder == m_session)
            continue;
        Descriptor lock(folder + QStringLiteral("/lock"), O_RDWR);
        if (!lock.isOpen()) {
            // Another process may just be making it.
            if (info.lastModified().secsTo(QDateTime::currentDateTime()) > 60)
                QDir(folder).removeRecursively();
            continue;
        }
        if (::flock(lock.value(), LOCK_EX | LOCK_NB) != 0)
            continue; // its process lives
        QFile journal(folder + QStringLiteral("/journal"));
        // A process that took the lock of its new session but has no journal yet is alive for its next system call only.
        if (!journal.open(QIODevice::ReadOnly) && info.lastModified().secsTo(QDateTime::currentDateTime()) <= 60)
            continue;
        QStringList names;
        for (const QByteArray& line : journal.readAll().split('\n'))
            if (line.size() >= 64) // a torn last line was never acted on
                names << QString::fromLatin1(line);
        found.push_back({folder, lock.release(), names});
    }
    return found;
}

void PixelStore::remove(const Abandoned& session)
{
    QDir(session.folder).removeRecursively();
    ::close(session.lock);
}

void PixelStore::release(const Abandoned& session) { ::close(session.lock); }

QStringList PixelStore::folders() const
{
    QStringList found;
    for (const QString& name : QDir(m_folder).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name))
        if (name.size() == 2)
            found << m_folder + u'/' + name;
    return found;
}

QStringList PixelStore::filesIn(const QString& folder) { return QDir(folder).entryList(QDir::Files | QDir::Hidden, QDir::Name); }

Result<QString> PixelStore::hash(const QString& path)
{
    Sha256 sha;
    const auto read = readBlocks(path, [&](const char* bytes, size_t size) -> Result<void> {
        sha.add(bytes, size);
        return {};
    });
    if (!read)
        return std::unexpected(read.error());
    return sha.hex();
}

} // namespace diascope::archive
