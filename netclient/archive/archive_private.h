#pragma once
#include "netclient/archive/archive.h"
#include "netclient/archive/index.h"
#include "netclient/archive/pixel_store.h"
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace diascope::archive
{

/// A file on its way in: read, hashed, and lying in a temporary file, but not decided upon.
struct Candidate
{
    QString source; ///< path, or who sent it
    bool isReceived = false;
    Origin origin = Origin::Imported;
    Result<InstanceHeader> header = fail(Fault::Internal, {});
    PixelStore::Temporary temporary; ///< empty path: a reference
    QString referencePath;
    qint64 sizeBytes = 0;
    qint64 modifiedMs = 0;
};

struct Outcome
{
    enum Kind { New, Duplicate, Quarantined, Skipped, Directory } kind = Skipped;
    Error error; ///< of Quarantined, Skipped and Directory
    QString studyUid;
};

struct Archive::Private
{
    Private(Archive& owner, const Profile& ofProfile) : archive(owner), profile(ofProfile) {}

    /// A connection for reading, back into the pool when it goes.
    class Reader
    {
    public:
        Reader(const Private& owner, std::unique_ptr<Database> database) : m_owner(&owner), m_database(std::move(database)) {}
        Reader(Reader&&) noexcept = default;
        Reader& operator=(Reader&&) = delete;
        ~Reader();
        Database* operator->() const { return m_database.get(); }
        Database& operator*() const { return *m_database; }

    private:
        const Private* m_owner;
        std::unique_ptr<Database> m_database;
    };
    Result<Reader> reader() const;

    /// Decides on the candidates, in order, in one transaction. An error: none of them was stored.
    Result<std::vector<Outcome>> commit(std::vector<Candidate>& candidates);
    Result<Outcome> decide(IndexWriter& writer, Candidate& candidate);
    Result<Outcome> decideOnKnown(IndexWriter& writer, Candidate& candidate, const StoredInstance& known);
    /// The candidate's file is the known instance's from now on, if it is of the same patient.
    Result<Outcome> takePlace(IndexWriter& writer, Candidate& candidate, const StoredInstance& known, IndexWriter::Content content);
    enum class Whose { Same, AnotherPatient };
    Result<Outcome> quarantine(IndexWriter& writer, Candidate& candidate, const Error& error, Whose whose = Whose::Same);
    /// Removes files of these announced names that no row knows. The caller holds `writing`.
    Result<void> dropUnreferenced(const QStringList& names);
    /// The same after a transaction that failed: until another one is durable nobody knows which of its rows a power cut would
    /// bring back (the log may hold them, unsynced), and no file of theirs may go.
    void dropAfterFailure(const QStringList& names);
    Result<void> cleanUpAfterOthers(bool isIndexNew);

    enum class Removal {
        Whole,   ///< everything of the study
        OurFiles ///< references stay
    };
    /// One study's rows, then its files. `mayGo` is asked inside the transaction; false: nothing is done and false comes back.
    /// The caller holds `writing`.
    Result<bool> remove(qint64 study, Removal removal, const std::function<Result<bool>()>& mayGo = {});
    /// Does it again with the reserved space where the disk was full.
    template <typename Work>
    auto makingRoom(const Work& work)
    {
        auto done = work();
        if (!done && done.error().fault == Fault::DiskFull && PixelStore::freeReserve(profile.pixelFolder())) {
            done = work();
            store->keepReserve();
        }
        return done;
    }
    /// Removes these instances' rows if they still have these hashes; a `rotten` one's file goes to quarantine first.
    struct Broken
    {
        qint64 id = 0;
        QString sha256;
        bool isRotten = false;
    };
    Result<qint64> removeBroken(const std::vector<Broken>& broken);
    /// A file of the store without row, and not one that is just coming or going.
    Result<bool> isOrphan(const QString& sha256, const QString& path);
    /// Indexes an orphan, or puts it in quarantine.
    Result<bool> adopt(const QString& sha256, const QString& path);

    Candidate prepareCopy(const QString& path);
    Candidate prepareReference(const QString& path);
    Candidate prepareReceived(const QByteArray& part10, const QString& source, Arrival arrival);
    Placement placementOf(const Candidate& candidate) const;

    Archive& archive;
    Profile profile;
    std::mutex writing; // guards `writer`, and the store's placing
    std::unique_ptr<Database> writer;
    std::shared_ptr<PixelStore> store; // marks of open studies hold it too
    mutable std::mutex pooling;
    mutable std::vector<std::unique_ptr<Database>> pool;
};

/// Reading, hashing and fsync on two threads, decisions in batches on a third.
class Pipeline
{
public:
    using Prepare = std::function<Candidate()>;
    /// On the deciding thread, in order of add(). Error: nothing of the batch was stored.
    using Settled = std::function<void(qint64 index, const Candidate&, const Result<Outcome>&)>;

    Pipeline(Archive::Private& archive, Settled settled);
    ~Pipeline(); ///< finish()
    /// Blocks while too much waits. Indices count from 0.
    void add(Prepare prepare, qint64 bytes);
    void finish();

private:
    void work();
    void decide();
    bool isWorthACommit() const;

    struct Job
    {
        qint64 index;
        qint64 bytes;
        Prepare prepare;
    };
    Archive::Private& m_archive;
    Settled m_settled;
    std::mutex m_mutex;
    std::condition_variable m_hasWork, m_hasReady, m_hasRoom;
    std::deque<Job> m_jobs;
    std::map<qint64, std::pair<Candidate, qint64>> m_ready;
    qint64 m_added = 0, m_settledCount = 0, m_waitingBytes = 0;
    qint64 m_next = 0; ///< the first that is not decided upon
    bool m_isFinishing = false, m_isGathering = false;
    std::vector<std::thread> m_workers;
    std::thread m_decider;
};

/// The same instance though the files differ: other file meta header, or another uncompressed encoding of equal elements.
bool hasSameContent(const QString& path, const QString& otherPath);

} // namespace diascope::archive
