#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dimse/node.h"

namespace diascope::dimse
{

/// C-ECHO. The errors of every function of this room: Unreachable (host unknown, unreachable, connection refused),
/// Refused (called or calling AE title not recognised, no presentation context accepted, rejected, aborted, a failure
/// status), TimedOut, Cancelled, Damaged (the peer broke the protocol). `detail` says which, in one sentence.
Result<void> echo(const Node& node, const Local& local, Task& task);

/// The peer turned the association down only for now (PS3.8 §9.3.4, result 2) or is out of resources (0xA7xx): worth another
/// try after a while.
bool isTransient(const Error& error);
/// The peer does not offer the service that was asked for: another one (C-MOVE for C-GET) may do.
bool isNotOffered(const Error& error);
/// The peer gave only some of the rows there are, by a limit of its own: those that came are good.
bool isCutShort(const Error& error);

using dicom::FindKeys;
using dicom::Level;
using dicom::OnMatch;

/// C-FIND, study root. Text is encoded in the node's character set (Error Unsupported: it does not fit). Keys of the levels above
/// the one asked for hold as well: over a peer's relational queries, or by asking level by level. Returns the number of rows.
Result<qint64> find(const Node& node, Level level, const FindKeys& keys, const OnMatch& onMatch, const Local& local, Task& task);
/// The patients of a peer (patient root): name, ID and birth date are keys.
Result<qint64> findPatients(const Node& node, const FindKeys& keys, const OnMatch& onMatch, const Local& local, Task& task);
/// The same as find() with keys of one's own (QueryRetrieveLevel is set from `level`).
Result<qint64> find(const Node& node, Level level, const dicom::Dataset& keys, const OnMatch& onMatch, const Local& local,
                    Task& task);
/// Modality worklist (PS3.4 Annex K): keys and rows as they are.
Result<qint64> findWorklist(const Node& node, const dicom::Dataset& keys, const OnMatch& onMatch, const Local& local, Task& task);

} // namespace diascope::dimse
