#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dimse/node.h"
#include <functional>

namespace diascope::dimse
{

struct SendFailure
{
    QString path;
    QString sopInstanceUid;
    QString reason; ///< translated
};

struct SendResult
{
    qint64 sent = 0;      ///< C-STORE requests that went out
    qint64 confirmed = 0; ///< answered with success or a warning
    std::vector<SendFailure> failed; ///< everything that was not confirmed, each with its reason
    std::optional<Error> ended;      ///< what ended it early
    bool isComplete() const { return !ended && failed.empty(); }
};

/// Turns a file into an uncompressed dataset where the peer accepts nothing else and DCMTK has no decoder.
using Transcode = std::function<Result<dicom::Dataset>(const QString& path)>;

/// C-STORE of Part 10 files. Each is offered in its own transfer syntax and, where it can be decompressed, in explicit and
/// implicit little endian. The bytes of an unconverted file go out as they are. Errors only where nothing could be sent.
Result<SendResult> store(const Node& node, const QStringList& paths, const Local& local, Task& task,
                         const Transcode& transcode = {});

} // namespace diascope::dimse
