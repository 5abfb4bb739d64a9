#pragma once
#include "netclient/base/database.h"
#include "netclient/base/settings.h"
#include "netclient/dicom/exchange.h"
#include <QDateTime>
#include <QHash>
#include <map>

namespace diascope::transfer
{

enum class TransferKind {
    Retrieve, ///< a study or series from a node into the archive
    Send,     ///< a study of the archive, or files, to a node
};

/// What a person waits for goes first.
enum class Priority { Background, Normal, Waiting };

/// Who wanted it.
enum class Reason { Person, Prefetch, Route };

enum class Commitment { NotWanted, Wanted };

struct NewTransfer
{
    TransferKind kind = TransferKind::Retrieve;
    QString node; ///< a configured node's name
    dicom::StudyUid study;
    dicom::SeriesUid series; ///< empty: the whole study
    QStringList paths;       ///< of Send: files that are not in the archive; then `study` is empty
    Priority priority = Priority::Normal;
    Reason reason = Reason::Person;
    Commitment commitment = Commitment::NotWanted;
    QString way;             ///< of Retrieve: "auto", "get", "move", "web"; empty: as the node says
    QString title;           ///< for people: whose study
    int startsInSeconds = 0; ///< not before
};

struct Transfer
{
    enum class State {
        Queued,    ///< waits for its turn, or for the next attempt
        Running,
        Paused,    ///< by a person
        Done,
        Failed,    ///< given up: a person has to look; `retry` queues it again
        Cancelled,
    };
    qint64 id = 0;
    NewTransfer what;
    State state = State::Queued;
    qint64 done = 0;  ///< instances here (there), those of earlier attempts too
    qint64 total = 0; ///< 0: not known yet
    qint64 present = 0; ///< of those done, what was there before the latest attempt
    qint64 bytes = 0; ///< moved by the latest attempt
    double bytesPerSecond = 0;
    int attempts = 0;
    QString lastError; ///< translated, one sentence; empty after success
    std::vector<dicom::InstanceFailure> failed;
    bool isPeerBusy = false; ///< of an attempt just made: the peer said "not now"
    QDateTime created;  ///< UTC
    QDateTime updated;  ///< UTC
    QDateTime started;  ///< UTC, of the latest attempt
    QDateTime nextDue;  ///< UTC, when the next attempt is due
    bool isOpen() const { return state == State::Queued || state == State::Running || state == State::Paused; }
    /// From the instances moved since the latest start; nothing while that tells nothing.
    std::optional<qint64> remainingSeconds() const;
};

/// "queued", "running", "paused", "done", "failed", "cancelled"
QString name(Transfer::State state);
QString name(TransferKind kind);
QString name(Priority priority);
QString name(Reason reason);

/// The transfers of a profile, durable: a killed process's running transfers are queued again and go on with what is missing.
/// One object a thread; several processes may share a profile.
class TransferQueue
{
public:
    static Result<std::unique_ptr<TransferQueue>> open(const Profile& profile);

    /// An open transfer of the same thing is not doubled: it gets the higher priority, and its number is returned.
    /// A route that waits for more of its study starts later again.
    Result<qint64> add(const NewTransfer& transfer);
    /// Newest last. `onlyOpen`: queued, running, paused.
    enum class Which { All, Open };
    Result<std::vector<Transfer>> list(Which which = Which::All) const;
    Result<std::optional<Transfer>> find(qint64 id) const;
    /// Open transfers of a study to or from anywhere, sends that failed too: what is not finished with it (SAF-15).
    Result<std::vector<Transfer>> unfinishedOf(const dicom::StudyUid& study) const;

    /// The newest retrieval of the whole study, whatever became of it: by its count a study that is not all here is known.
    Result<std::optional<Transfer>> latestRetrievalOf(const dicom::StudyUid& study) const;

    /// What a node counted of a study when it was last retrieved from there, whatever became of that and of its line in the
    /// list: by this a study that is not all here is known for good (SAF-04). Studies nobody counted are not in it.
    struct Count
    {
        QString node;
        qint64 instances = 0;
    };
    Result<QHash<QString, Count>> countsOf(const QStringList& studyUids) const;

    /// By a person. A running one is stopped by whoever runs it, within a second. Errors: NotFound; Conflict (it is over,
    /// or not in a state for this).
    Result<void> pause(qint64 id);
    Result<void> resume(qint64 id);
    Result<void> cancel(qint64 id);
    Result<void> retry(qint64 id); ///< a failed, cancelled or paused one, or a queued one at once
    Result<void> giveUp(qint64 id); ///< a queued one waits no more: it has failed with its last error; any other is left as it is
    Result<void> setPriority(qint64 id, Priority priority);
    Result<void> clearFinished(); ///< done and cancelled ones go from the list

    // What runs transfers:

    /// A transfer that was left twice without an end, and moved nothing in between, is taken for what ended its process: failed.
    /// Takes the next one that is due: the highest priority, then the oldest, none of `busyNodes`' (node → highest priority
    /// running there; one that ranks higher is taken all the same). `id`: this one and no other.
    struct Claim
    {
        Priority atLeast = Priority::Background;
        std::map<QString, Priority> busyNodes;
        qint64 id = 0;
        int leaseSeconds = 60;
        std::optional<TransferKind> only{}; ///< no other kind: viewing-only mode sends nothing
    };
    Result<std::optional<Transfer>> claim(const Claim& claim, const QString& owner);
    enum class Wish { GoOn, Pause, Cancel, Lost };
    /// How far it is; renews the claim. Returns what a person wants of it meanwhile. Lost: it is no longer the owner's.
    Result<Wish> report(const Transfer& transfer, const QString& owner, int leaseSeconds = 60);
    /// How the attempt ended: sets state, error, failures, the next attempt.
    Result<void> finish(const Transfer& transfer, const QString& owner);
    /// When the next one is due; nothing if none waits.
    Result<std::optional<QDateTime>> nextDue() const;
    /// Grows with every change by whichever process.
    qint64 changeCounter() const;

    /// Instances that a peer has confirmed of a send, so that a resumed one sends only the rest (SOP Instance UIDs, or paths
    /// where files were given).
    Result<void> confirm(qint64 id, const QStringList& instances);
    Result<QSet<QString>> confirmed(qint64 id) const;

    /// Storage commitment (PS3.4 Annex J): requested, and the answer that may come days later.
    Result<void> requested(const QString& transactionUid, qint64 id, const QStringList& instances);
    /// Conflict: nobody asked for this transaction. `failed`: what the peer does not commit to; what was asked for and stands in neither
    /// list is not kept either. Returns the transfer it was for.
    Result<qint64> settle(const QString& transactionUid, const QStringList& committed, std::vector<dicom::InstanceFailure> failed);
    struct CommitmentState
    {
        bool isSettled = false; ///< the peer has answered
        std::vector<dicom::InstanceFailure> failed; ///< what it does not keep
        QStringList instances;  ///< asked for
        QDateTime requested;    ///< UTC
    };
    /// The latest; nothing: none was asked for.
    Result<std::optional<CommitmentState>> commitmentOf(qint64 id) const;
    /// These are not there after all: they are sent again, and a new commitment is asked for.
    Result<void> takeBack(qint64 id, const QStringList& instances);

    /// What retrieving from a node by a way has shown: the quicker one is used.
    struct Way
    {
        QString way; ///< "get", "move", "web"
        double bytesPerSecond = 0;
        bool isRefused = false; ///< the peer does not offer it
    };
    Result<void> learn(const QString& node, const Way& way);
    Result<std::vector<Way>> waysOf(const QString& node) const;
    Result<void> forget(const QString& node); ///< its settings were changed

private:
    explicit TransferQueue(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    Result<void> change(qint64 id, const QString& sql, const QVariantList& values, const char* why);
    Result<void> wish(qint64 id, Wish wish, Transfer::State idleState);
    std::unique_ptr<Database> m_database;
};

/// Seconds until attempt number `attempts` + 1: 5, 10, 20 … at most 15 minutes.
qint64 delayAfter(int attempts);

} // namespace diascope::transfer
