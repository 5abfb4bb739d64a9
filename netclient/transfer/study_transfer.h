#pragma once
#include "netclient/archive/archive.h"
#include "netclient/dicomweb/service.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "netclient/transfer/transfer_queue.h"

namespace diascope::transfer
{

enum class RetrieveBy { Get, Move, Web };
/// "get", "move", "web"
QString name(RetrieveBy way);

struct RetrieveOptions
{
    dimse::Local local;
    dimse::MoveDestination destination;
    std::function<void(qint64 bytes)> onBytes;     ///< as they come; on several threads
    std::function<void(qint64 instances)> onPresent; ///< what is here already, before anything is asked for
};

/// Fetches a study (or one series) into the archive; only what is not there yet. Everything counted as received is durable.
/// Quarantined instances are among `failed` with the reason. Retries what failed once, at image level.
/// Errors: those of dimse::get() and of the archive; where a peer does not offer the way, isNotOffered() says so.
Result<dicom::RetrieveResult> retrieveStudy(archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                            const dicom::SeriesUid& series, RetrieveBy way, const RetrieveOptions& options, Task& task);

/// The ways to retrieve from a node, the best first. `wanted` ("get", "move", "web"): this one only; else what the node's
/// setting says; else of those it may offer the quickest known, one not tried yet before it, refused ones last.
std::vector<RetrieveBy> waysToTry(const dimse::Node& node, const QString& wanted, const std::vector<TransferQueue::Way>& learned);

/// Nothing came by this way, and another may work: the peer does not offer the service, or its web service is not there.
bool isNotOffered(RetrieveBy way, const Error& error);

/// The DICOMweb service of a node.
dicomweb::Service serviceOf(const dimse::Node& node, const dimse::Local& local = {});
/// C-FIND or, where the node is asked by the web, or nothing listens at its DICOM port, QIDO-RS. Errors: those of the two.
Result<qint64> find(const dimse::Node& node, dicom::Level level, const dicom::FindKeys& keys, const dicom::OnMatch& onMatch,
                    const dimse::Local& local, Task& task);

/// A node's answer at study level, as a row of the archive would be.
archive::StudyRow studyRowOf(const dicom::Dataset& answer);

struct OutgoingFile
{
    QString path;
    dicom::InstanceUid instance; ///< empty where only the file itself tells
    QString sopClassUid;
    QString key() const { return instance.isEmpty() ? path : instance.value; } ///< in TransferQueue::confirmed()
};

/// The files of a study (or a series) of the archive. NotFound: no such study.
Result<std::vector<OutgoingFile>> filesOf(const archive::Archive& archive, const dicom::StudyUid& study, const dicom::SeriesUid& series = {});
/// Files and the files in folders. NotFound: one is not there, or there are none.
Result<std::vector<OutgoingFile>> filesOf(const QStringList& paths);

/// With the UIDs that the file itself tells, where they are not known.
Result<OutgoingFile> namedFile(const OutgoingFile& file);

struct SendOptions
{
    dimse::Local local;
    dicom::Transcode transcode;
    std::function<void(qint64 bytes)> onBytes;
    std::function<void(const QStringList& keys)> onConfirmed; ///< durable at the peer, by its own word
};

/// Sends files, retrying once what was not confirmed; by STOW-RS where the node is asked by the web, or nothing listens at its
/// DICOM port.
Result<dicom::SendResult> sendFiles(archive::Archive& archive, const dimse::Node& node, const std::vector<OutgoingFile>& files,
                                    const SendOptions& options, Task& task);

} // namespace diascope::transfer
