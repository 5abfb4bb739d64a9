#pragma once
#include "netclient/base/database.h"
#include <atomic>
#include <mutex>
#include <set>
#include <span>
#include <utility>

namespace diascope::archive
{

/// The files beside the index: pixels/ab/<sha256>, quarantine/<sha256> and, of files that lay in their place, <sha256>.1, .2 …,
/// incoming/<session>/. Knows nothing of DICOM.
///
/// A file comes to its place only inside a write transaction of the index, and its name stands in the session's journal
/// before: so after a kill the next process finds every file that has no row, without walking the store.
class PixelStore
{
public:
    /// Creates the folders and this process's session.
    static Result<std::unique_ptr<PixelStore>> open(const QString& folder);
    ~PixelStore();

    struct Temporary
    {
        QString path;
        QString sha256; ///< hex
        qint64 size = 0;
    };
    /// Writes, hashes and fsyncs a temporary file (0600). Thread-safe.
    Result<Temporary> write(std::span<const uchar> bytes);
    Result<Temporary> copy(const QString& source);
    void discard(const Temporary& temporary);

    QString pathOf(const QString& sha256) const;
    QString quarantinePathOf(const QString& kept) const;
    QString folder() const { return m_folder; }

    /// Names what is about to be placed or removed. Durable when it returns.
    Result<void> announce(const QStringList& names);
    /// rename() into place; syncFolders() afterwards. Inside a write transaction.
    Result<void> place(const Temporary& temporary);
    Result<void> placeInQuarantine(const Temporary& temporary);
    Result<void> syncFolders();
    /// What was announced is settled.
    void forget();
    /// Something announced could not be settled: from now on the journal keeps all names, for the next process to look after.
    void leaveToTheNext() { m_isLeft = true; }
    /// Some space kept for deleting: on a full disk the index could not even be told that something went. True: it is free now.
    static bool freeReserve(const QString& folder);
    void keepReserve(); ///< where there is room for it
    /// unlink(), and a file that is gone already is no error.
    static Result<void> removeFile(const QString& path);
    /// A name in quarantine that is free for a file that lies in its place: its bytes need not be those it is named by.
    QString freeNameInQuarantine(const QString& sha256) const;
    /// A second name for a file in its place: this free one in quarantine. Durable with syncFolders().
    Result<void> linkToQuarantine(const QString& sha256, const QString& name);

    /// Marks of studies that are open in a window of this process, seen by all, gone with the process.
    QString addOpenMark(const QString& study); ///< the mark's file, empty if there could be none
    void removeOpenMark(const QString& study, const QString& file);
    /// While it lives no study is marked; isOpen() holds until then.
    class MarkLock
    {
    public:
        explicit MarkLock(int descriptor) : m_descriptor(descriptor) {}
        MarkLock(MarkLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
        MarkLock& operator=(MarkLock&&) = delete;
        ~MarkLock();

    private:
        int m_descriptor;
    };
    Result<MarkLock> lockMarks() const;
    bool isOpen(const QString& study) const;

    /// The name in the journal of a file in quarantine.
    static QString quarantined(const QString& kept) { return u'q' + kept; }
    QString pathOfAnnounced(const QString& name) const;

    /// Sessions whose process is gone: the names they announced. The caller drops what has no row, then calls remove().
    struct Abandoned
    {
        QString folder;
        int lock = -1;
        QStringList names;
    };
    std::vector<Abandoned> abandoned() const;
    static void remove(const Abandoned& session);
    static void release(const Abandoned& session); ///< left as it is

    /// The folders the files lie in, and the names (SHA-256) in one of them.
    QStringList folders() const;
    static QStringList filesIn(const QString& folder);

    /// Hex SHA-256 of a file.
    static Result<QString> hash(const QString& path);

private:
    explicit PixelStore(QString folder) : m_folder(std::move(folder)) {}
    Result<void> startSession();
    QString nextTemporary();
    Result<void> move(const QString& from, const QString& to);

    QString m_folder;
    QString m_session;
    int m_lock = -1;
    int m_journal = -1;
    bool m_isLeft = false;
    mutable std::mutex m_marking; // guards the next
    std::multiset<QString> m_openHere;
    std::atomic<qint64> m_counter = 0;
    QStringList m_touchedFolders; // since the last syncFolders(); callers hold the archive's write lock
};

} // namespace diascope::archive
