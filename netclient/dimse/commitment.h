#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dimse/node.h"
#include <QStringList>
#include <functional>

namespace diascope::dimse
{

struct InstanceReference
{
    QString sopClassUid;
    QString sopInstanceUid;
};

/// What a peer says it keeps safely (PS3.4 J.3.3).
struct CommitmentReport
{
    QString transactionUid;
    QStringList committed; ///< SOP Instance UIDs
    std::vector<dicom::InstanceFailure> failed; ///< each with the reason (PS3.3 C.14.1.1)
    QString callingAe; ///< who says so, where it came to the listener
};

/// Called on a thread of the listener.
using OnCommitment = std::function<void(const CommitmentReport&)>;

/// Asks the peer to keep these (Storage Commitment Push Model, PS3.4 Annex J): N-ACTION. The report may come on this association
/// within `waitSeconds`; nothing: it will come to our listener (ListenerOptions::onCommitment), maybe much later.
/// Errors: as echo(); Invalid (nothing to ask for, no transaction UID).
Result<std::optional<CommitmentReport>> requestCommitment(const Node& node, const QString& transactionUid,
                                                          const std::vector<InstanceReference>& instances, const Local& local,
                                                          Task& task, int waitSeconds = 0);

} // namespace diascope::dimse
