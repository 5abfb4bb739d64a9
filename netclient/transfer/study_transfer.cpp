#include "netclient/transfer/study_transfer.h"
#include <mutex>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

Result<QSet<QString>> presentIn(const archive::Archive& archive, const dicom::StudyUid& study, const dicom::SeriesUid& series)
{
    const auto rows = series.isEmpty() ? archive.instancesOfStudy(study) : archive.instances(series, study);
    if (!rows)
        return std::unexpected(rows.error());
    QSet<QString> present;
    for (const archive::InstanceRow& row : *rows)
        if (!row.isReference) // shown in place: the medium may go any moment
            present.insert(row.uid.value);
    return present;
}

/// One retrieval whose count is what the archive holds durably, not what came over the wire.
Result<dimse::RetrieveResult> retrieveOnce(archive::Archive& archive, const dimse::Node& node, const dimse::RetrieveRequest& request,
                                           RetrieveBy how, const dimse::Local& local, Task& task, const dimse::MoveDestination& destination)
{
    if (how == RetrieveBy::Move) // the sender is answered for each instance: durable first
        return dimse::move(node, request, destination, [&](dimse::Received&& received) -> Result<void> {
            const auto stored = archive.storeReceived(received.part10, node.name);
            if (!stored)
                return std::unexpected(stored.error());
            return {};
        }, local, task);
    // C-GET: the peer keeps what it gave us, so it need not wait for our disk; we count when the disk has it.
    std::mutex mutex;
    std::vector<dimse::InstanceFailure> refused;
    std::optional<Error> full;
    std::atomic<bool> isFull = false;
    Result<dimse::RetrieveResult> result = fail(Fault::Internal, {});
    {
        const auto intake = archive.intake(node.name, [&](const dicom::InstanceUid& uid, const Result<archive::Stored>& stored) {
            if (stored)
                return;
            const std::lock_guard lock(mutex);
            refused.push_back({uid.value, message(stored.error())});
            if (stored.error().fault == Fault::DiskFull) {
                full = stored.error();
                isFull = true;
            }
        });
        result = dimse::get(node, request, [&](dimse::Received&& received) -> Result<void> {
            if (isFull)
                return fail(Fault::DiskFull, tr("no space is left"));
            const dicom::InstanceUid uid{received.sopInstanceUid};
            intake->add(std::move(received.part10), uid);
            return {};
        }, local, task);
        intake->finish();
    }
    if (!result)
        return result;
    result->received -= qint64(refused.size());
    result->failed.insert(result->failed.end(), refused.begin(), refused.end());
    if (full && !result->ended)
        result->ended = full;
    return result;
}

} // namespace

Result<dimse::RetrieveResult> retrieveStudy(archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                            const dicom::SeriesUid& series, RetrieveBy how, const dimse::Local& local, Task& task,
                                            const dimse::MoveDestination& destination)
{
    const auto before = presentIn(archive, study, series);
    if (!before)
        return std::unexpected(before.error());
    const dimse::RetrieveRequest request{study, series, *before, {}};
    auto first = retrieveOnce(archive, node, request, how, local, task, destination);
    const bool isWorthAnother = first && !first->failed.empty() && first->received > 0 && !task.isCancelled() &&
                                (!first->ended || first->ended->fault == Fault::Unreachable || first->ended->fault == Fault::Refused);
    if (!isWorthAnother)
        return first;
    const auto between = presentIn(archive, study, series);
    if (!between)
        return first;
    auto second = retrieveOnce(archive, node, {study, series, *between, {}}, how, local, task, destination);
    if (!second)
        return first;
    second->received += first->received;
    second->present = first->present;
    second->expected = std::max(first->expected, second->expected);
    return second;
}

Result<dimse::SendResult> sendStudy(const archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                    const dimse::Local& local, Task& task, const dimse::Transcode& transcode)
{
    const auto rows = archive.instancesOfStudy(study);
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->empty())
        return fail(Fault::NotFound, tr("there is no study %1").arg(study.value));
    QStringList paths;
    for (const archive::InstanceRow& row : *rows)
        paths << row.path;
    return sendInstances(node, paths, local, task, transcode);
}

Result<dimse::SendResult> sendInstances(const dimse::Node& node, const QStringList& paths, const dimse::Local& local, Task& task,
                                        const dimse::Transcode& transcode)
{
    auto first = dimse::store(node, paths, local, task, transcode);
    if (!first || first->failed.empty() || task.isCancelled())
        return first;
    QStringList again;
    for (const dimse::SendFailure& failure : first->failed)
        again << failure.path;
    auto second = dimse::store(node, again, local, task, transcode);
    if (!second)
        return first;
    second->confirmed += first->confirmed;
    second->sent = second->confirmed + qint64(second->failed.size());
    return second;
}

Result<std::unique_ptr<dimse::Listener>> listenInto(archive::Archive& archive, const dimse::ListenerOptions& options)
{
    return dimse::Listener::start(options, [&archive](dimse::Received&& received) -> Result<void> {
        const auto stored = archive.storeReceived(received.part10, received.callingAe);
        if (!stored)
            return std::unexpected(stored.error());
        return {};
    });
}

} // namespace diascope::transfer
