#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dimse/node.h"

namespace diascope::dimse
{

using dicom::OnConfirmed;
using dicom::SendFailure;
using dicom::SendResult;
using dicom::Transcode;

/// C-STORE of Part 10 files. Each is offered in its own transfer syntax and, where it can be decompressed, in explicit and
/// implicit little endian. The bytes of an unconverted file go out as they are. Compressed images that a peer accepts and then
/// cannot take (0xA7xx, 0xA9xx, 0xCxxx) go once more uncompressed. Many files go over up to `node.associations` at once;
/// `transcode` is called one at a time, not always on the calling thread. Errors only where nothing could be sent.
Result<SendResult> store(const Node& node, const QStringList& paths, const Local& local, Task& task,
                         const Transcode& transcode = {}, const OnConfirmed& onConfirmed = {});

} // namespace diascope::dimse
