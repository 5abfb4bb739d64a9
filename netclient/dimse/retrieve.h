#pragma once
#include "netclient/base/task.h"
#include "netclient/dimse/listener.h"
#include <QSet>
#include <vector>

namespace diascope::dimse
{

struct RetrieveRequest
{
    dicom::StudyUid study;
    dicom::SeriesUid series; ///< empty: the whole study
    QSet<QString> present;   ///< SOP Instance UIDs that are here already: only what is missing is asked for
    QString patientId;       ///< where given, instances of any other patient are refused
};

struct InstanceFailure
{
    QString sopInstanceUid; ///< may be empty where the peer does not say which
    QString reason;         ///< translated
};

/// Complete when received + present == expected and nothing failed and nothing ended it early.
struct RetrieveResult
{
    qint64 expected = 0; ///< instances in the study or series, by the peer's own account (C-FIND), else by its sub-operations
    qint64 present = 0;  ///< of these, here before
    qint64 received = 0; ///< taken by the sink
    std::vector<InstanceFailure> failed; ///< refused by us, failed at the peer, or never sent: fetch again
    std::optional<Error> ended;          ///< what ended it early: abort, timeout, cancel. What was received counts
    bool isComplete() const { return !ended && failed.empty() && received + present >= expected; }
};

/// C-GET, study root. What arrives goes to `sink` on the calling thread. Errors only where no association came about;
/// anything later is in `ended`. Progress: instances received of expected.
Result<RetrieveResult> get(const Node& node, const RetrieveRequest& request, const Sink& sink, const Local& local, Task& task);

struct MoveDestination
{
    QString aeTitle = QStringLiteral("DIASCOPE"); ///< the peer knows it with our host and port
    quint16 port = 0; ///< our own listener for the time of the move
    ListenerOptions::Interface interface = ListenerOptions::Interface::Any;
};
/// C-MOVE to a listener of our own that lives as long as the move. `sink` may be called on several threads.
Result<RetrieveResult> move(const Node& node, const RetrieveRequest& request, const MoveDestination& destination, const Sink& sink,
                            const Local& local, Task& task);

} // namespace diascope::dimse
