#pragma once
#include "netclient/archive/archive.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"

namespace diascope::transfer
{

enum class RetrieveBy { Get, Move };

/// Fetches a study (or one series) into the archive; only what is not there yet. Everything counted as received is durable.
/// Quarantined instances are among `failed` with the reason. Retries what failed once, at image level.
/// Errors: those of dimse::get() and of the archive.
Result<dimse::RetrieveResult> retrieveStudy(archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                            const dicom::SeriesUid& series, RetrieveBy how, const dimse::Local& local, Task& task,
                                            const dimse::MoveDestination& destination = {});

/// Sends every instance of a study of the archive. Error NotFound: no such study.
Result<dimse::SendResult> sendStudy(const archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                    const dimse::Local& local, Task& task, const dimse::Transcode& transcode = {});

/// Sends files, retrying once what was not confirmed.
Result<dimse::SendResult> sendInstances(const dimse::Node& node, const QStringList& paths, const dimse::Local& local, Task& task,
                                        const dimse::Transcode& transcode = {});

/// Stores what any peer sends. The listener lives as long as the caller keeps it, the archive has to live longer.
Result<std::unique_ptr<dimse::Listener>> listenInto(archive::Archive& archive, const dimse::ListenerOptions& options);

} // namespace diascope::transfer
