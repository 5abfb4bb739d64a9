#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dicomweb/service.h"

namespace diascope::dicomweb
{

/// WADO-RS of a study or series, each instance in the transfer syntax the server keeps it in; whole, or where some is present
/// or the server wants it so, instance by instance. `sink` is called on the calling thread. What has been taken stays taken
/// whatever happens later: that is in `ended`, and the next call with `present` fetches the rest. Errors only where nothing
/// could begin. Progress: instances received of those missing.
Result<dicom::RetrieveResult> retrieve(const Service& service, const dicom::RetrieveRequest& request, const dicom::Sink& sink, Task& task);

} // namespace diascope::dicomweb
