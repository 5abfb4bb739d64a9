#pragma once
#include "netclient/base/task.h"
#include "netclient/dimse/listener.h"

namespace diascope::dimse
{

using dicom::InstanceFailure;
using dicom::RetrieveRequest;
using dicom::RetrieveResult;

/// C-GET, study root; the series of a large study over up to `node.associations` at once. What arrives goes to `sink`, one at a
/// time, but not always on the calling thread. Errors only where no association came about; anything later is in `ended`.
/// Progress: instances received of expected. A peer without C-GET: isNotOffered().
Result<RetrieveResult> get(const Node& node, const RetrieveRequest& request, const Sink& sink, const Local& local, Task& task);

struct MoveDestination
{
    QString aeTitle = QStringLiteral("DIASCOPE"); ///< the peer knows it with our host and port
    quint16 port = 0; ///< our own listener for the time of the move
    ListenerOptions::Interface interface = ListenerOptions::Interface::Any;
    std::optional<dicom::TlsFiles> tls{}; ///< of our own listener
    /// Where the port is taken by a listener that may be ours as well: what has come by it (SOP Instance UIDs), asked when the
    /// move is over. Empty: a taken port is an error.
    std::function<QSet<QString>()> arrivedElsewhere{};
};
/// C-MOVE to a listener of our own that lives as long as the move. `sink` may be called on several threads.
Result<RetrieveResult> move(const Node& node, const RetrieveRequest& request, const MoveDestination& destination,
                            const Sink& sink, const Local& local, Task& task);

} // namespace diascope::dimse
