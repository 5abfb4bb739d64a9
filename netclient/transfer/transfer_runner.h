#pragma once
#include "netclient/archive/archive.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/transfer/transfer_queue.h"
#include <QObject>
#include <thread>

namespace diascope::transfer
{

/// Limits of prefetching and routing by the time of day, see RateLimits.
inline const Setting<QString> backgroundLimits{"transfer.limits", {}};
/// How many transfers run at once; one more is kept for what a person waits for.
inline const Setting<int> atOnce{"transfer.atOnce", 2};

/// Runs what lies in the queue, on threads of its own or on the caller's. What a person waits for goes first: a thread is kept
/// for it, and what runs in the background on the same node makes way and goes on afterwards with what is missing.
class TransferRunner : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        dimse::Local local; ///< times; our AE title and port are those of the settings at the time
        dicom::Transcode transcode;
        /// Of the listener a C-MOVE opens for its own time; nothing: in the clear.
        std::function<std::optional<dicom::TlsFiles>()> listenerTls;
        std::optional<TransferKind> only; ///< no other kind is run
        /// Gives a node its secret from the keyring. May be empty.
        std::function<Result<dimse::Node>(const dimse::Node&)> complete;
        /// Room for what comes, before a retrieval and again when the disk was full. May be empty.
        std::function<void()> makeRoom;
    };
    /// The archive has to live longer.
    TransferRunner(archive::Archive& archive, const Profile& profile, Options options);
    /// Stops what runs: it is queued again, nothing is lost.
    ~TransferRunner() override;

    /// From now on transfers run by themselves.
    void start();
    /// Something was queued: do not wait for the next look. Any thread.
    void wake();
    /// Runs this transfer on the calling thread until it is done, paused, cancelled or given up; a few attempts, while it gets on
    /// or the peer says "not now". Progress goes to `task` as well, cancelling it cancels the transfer. A killed process's is
    /// queued, not given up. Error Conflict: it is over, or another process runs it.
    Result<Transfer> runNow(qint64 id, Task& task);

Q_SIGNALS:
    /// The list has changed, or the progress of something in it. Queued connections only.
    void changed();
    /// An attempt to retrieve this study has ended, with whatever came.
    void retrieved(const QString& studyUid);

private:
    struct Private;
    class Attempt;
    Result<Transfer> attemptNow(qint64 id, Task& task);
    std::unique_ptr<Private> d;
};

} // namespace diascope::transfer
