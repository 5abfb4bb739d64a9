#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dicomweb/service.h"

namespace diascope::dicomweb
{

/// STOW-RS of Part 10 files, streamed from the disk in requests of bounded size. A file is confirmed only where the server
/// names it as stored; where it names none, it is asked for. What the server takes only uncompressed goes through `transcode`
/// once. Errors only where nothing could be sent.
Result<dicom::SendResult> store(const Service& service, const QStringList& paths, Task& task, const dicom::Transcode& transcode = {},
                                const dicom::OnConfirmed& onConfirmed = {});

} // namespace diascope::dicomweb
