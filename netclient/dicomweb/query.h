#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/exchange.h"
#include "netclient/dicomweb/service.h"

namespace diascope::dicomweb
{

class Http;

/// Whether the service is there, speaks DICOMweb and lets us in.
Result<void> check(const Service& service, Task& task);

/// QIDO-RS, page by page until there is no more; each row once, whatever pages the server makes. Rows come as they arrive.
/// Series level without a study, and image level without a study or series, search the whole service.
/// Errors: Invalid (a UID that is none), and every way a server may refuse or break.
Result<qint64> find(const Service& service, dicom::Level level, const dicom::FindKeys& keys, const dicom::OnMatch& onMatch, Task& task);

/// The same over connections that are open, leaving the task's progress alone. `atLeast`: so many are known to be there, and a
/// server that gives fewer on a page is asked for the next one.
Result<qint64> findQuietly(Http& http, const Service& service, dicom::Level level, const dicom::FindKeys& keys,
                           const dicom::OnMatch& onMatch, Task& task, qint64 atLeast = 0);

/// WADO-RS metadata of a study, or of one series (empty: all): everything but large values.
Result<std::vector<dicom::Dataset>> metadata(const Service& service, const dicom::StudyUid& study, const dicom::SeriesUid& series, Task& task);

/// The same over connections that are open, one instance in memory at a time.
Result<void> readMetadata(Http& http, const Service& service, const dicom::StudyUid& study, const dicom::SeriesUid& series,
                          const std::function<void(dicom::Dataset&&)>& onInstance);

} // namespace diascope::dicomweb
