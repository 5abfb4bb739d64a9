#pragma once
#include "app/session/session.h"
#include "netclient/media/file_set.h"

namespace diascope::app
{

/// Writes studies of the archive, with their signed reports as PDF, to an empty folder or (a path ending in .iso) as a disc
/// image. Any thread but for the session's own. Errors: Denied (viewing-only mode), NotFound, and those of media::.
Result<media::MediaReport> writeMedium(Session& session, const std::vector<dicom::StudyUid>& studies, const QString& out,
                                       media::MediaProfile profile, Task& task);

/// A compressed file as an uncompressed dataset, by the decode workers: for media and peers that take nothing else.
Result<dicom::Dataset> decompressed(const QString& path);

} // namespace diascope::app
