#include "netclient/transfer/study_transfer.h"
#include "netclient/base/log.h"
#include "netclient/dicomweb/query.h"
#include "netclient/dicomweb/retrieve.h"
#include "netclient/dicomweb/store.h"
#include "netclient/dimse/query.h"
#include <QDirIterator>
#include <QElapsedTimer>
#include <QFileInfo>
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

/// The sender is answered for each instance: durable first. Where our listener runs already (here or in another process of this
/// profile), they come by it into the same archive, which then tells what has come.
Result<dicom::RetrieveResult> moveOnce(archive::Archive& archive, const dimse::Node& node, const dicom::RetrieveRequest& request,
                                       const RetrieveOptions& options, const std::function<void(const dicom::Received&)>& count, Task& task)
{
    dimse::MoveDestination destination = options.destination;
    bool hasComeElsewhere = false;
    destination.arrivedElsewhere = [&] {
        hasComeElsewhere = true;
        return presentIn(archive, request.study, request.series).value_or(QSet<QString>()) - request.present;
    };
    auto result = dimse::move(node, request, destination, [&](dicom::Received&& received) -> Result<void> {
        count(received);
        const auto stored = archive.storeReceived(received.part10, node.name, archive::Arrival::Fetched);
        if (!stored)
            return std::unexpected(stored.error());
        return {};
    }, options.local, task);
    if (result && hasComeElsewhere) {
        std::vector<dicom::InstanceUid> fetched;
        for (const QString& uid : presentIn(archive, request.study, request.series).value_or(QSet<QString>()) - request.present)
            fetched.push_back({uid});
        (void)archive.markConfirmed(fetched, node.name); // the node keeps them: what is not noted is only kept longer
    }
    return result;
}

/// One retrieval whose count is what the archive holds durably, not what came over the wire.
Result<dicom::RetrieveResult> retrieveOnce(archive::Archive& archive, const dimse::Node& node, const dicom::RetrieveRequest& request,
                                           RetrieveBy way, const RetrieveOptions& options, Task& task)
{
    const auto count = [&](const dicom::Received& received) {
        if (options.onBytes)
            options.onBytes(received.part10.size());
    };
    if (way == RetrieveBy::Move)
        return moveOnce(archive, node, request, options, count, task);
    // C-GET and WADO-RS: the peer keeps what it gave us, so it need not wait for our disk; we count when the disk has it.
    std::mutex mutex;
    std::vector<dicom::InstanceFailure> refused;
    QSet<QString> stored; // one that comes twice, the second time with other bytes, is here all the same
    std::optional<Error> full;
    std::atomic<bool> isFull = false;
    Result<dicom::RetrieveResult> result = fail(Fault::Internal, {});
    {
        const auto intake = archive.intake(node.name, [&](const dicom::InstanceUid& uid, const Result<archive::Stored>& result) {
            const std::lock_guard lock(mutex);
            if (result) {
                stored.insert(uid.value);
                return;
            }
            refused.push_back({uid.value, message(result.error())});
            if (result.error().fault == Fault::DiskFull) {
                full = result.error();
                isFull = true;
            }
        }, archive::Arrival::Fetched);
        const dicom::Sink sink = [&](dicom::Received&& received) -> Result<void> {
            if (isFull)
                return fail(Fault::DiskFull, tr("no space is left"));
            count(received);
            const dicom::InstanceUid uid{received.sopInstanceUid};
            intake->add(std::move(received.part10), uid);
            return {};
        };
        result = way == RetrieveBy::Web ? dicomweb::retrieve(serviceOf(node, options.local), request, sink, task)
                                        : dimse::get(node, request, sink, options.local, task);
        intake->finish();
    }
    if (!result)
        return result;
    result->received = (stored - request.present).size();
    result->failed.insert(result->failed.end(), refused.begin(), refused.end());
    if (full) // whatever the peer made of our refusals
        result->ended = full;
    return result;
}

} // namespace

QString name(RetrieveBy way)
{
    static const char* const names[] = {"get", "move", "web"};
    return QLatin1String(names[int(way)]);
}

bool isNotOffered(RetrieveBy way, const Error& error)
{
    if (way == RetrieveBy::Web)
        return error.fault != Fault::Cancelled && error.fault != Fault::DiskFull;
    return dimse::isNotOffered(error);
}

namespace
{

/// Nothing listens at its DICOM port, and it has another door.
template <typename T>
bool isReachedByWebAlone(const dimse::Node& node, const Result<T>& done)
{
    return !done && done.error().fault == Fault::Unreachable && !node.dicomWebUrl.isEmpty() && node.retrieveBy == dimse::Node::RetrieveBy::Auto;
}

} // namespace

dicomweb::Service serviceOf(const dimse::Node& node, const dimse::Local& local)
{
    dicomweb::Service service;
    service.connectSeconds = local.connectSeconds;
    service.silenceSeconds = local.dimseSeconds;
    service.url = node.dicomWebUrl;
    service.tls = node.tls;
    service.login = {node.login, node.user, node.secret};
    service.assumedCharacterSet = node.assumedCharacterSet;
    service.parallel = std::clamp(node.associations, 1, 6);
    service.wantsCompressed = node.isSlowLine;
    return service;
}

Result<qint64> find(const dimse::Node& node, dicom::Level level, const dicom::FindKeys& keys, const dicom::OnMatch& onMatch,
                    const dimse::Local& local, Task& task)
{
    const auto byWeb = [&] { return dicomweb::find(serviceOf(node, local), level, keys, onMatch, task); };
    if (node.retrieveBy == dimse::Node::RetrieveBy::Web)
        return byWeb();
    bool hasRow = false; // a row given out is not given out twice
    auto found = dimse::find(node, level, keys, [&](const dicom::Dataset& row) {
        hasRow = true;
        return onMatch(row);
    }, local, task);
    return !hasRow && isReachedByWebAlone(node, found) ? byWeb() : found;
}

std::vector<RetrieveBy> waysToTry(const dimse::Node& node, const QString& wanted, const std::vector<TransferQueue::Way>& learned)
{
    using By = dimse::Node::RetrieveBy;
    const By by = wanted.isEmpty() ? node.retrieveBy : dimse::retrieveByOf(wanted).value_or(By::Auto);
    switch (by) {
    case By::Get:
        return {RetrieveBy::Get};
    case By::Move:
        return {RetrieveBy::Move};
    case By::Web:
        return {RetrieveBy::Web};
    case By::Auto:
        break;
    }
    // C-MOVE last: it needs a port of ours that the peer knows and reaches.
    std::vector<RetrieveBy> ways{RetrieveBy::Get};
    if (!node.dicomWebUrl.isEmpty())
        ways.push_back(RetrieveBy::Web);
    const auto rank = [&](RetrieveBy way) {
        if (node.isSlowLine) // its first images come small by the web alone
            return way == RetrieveBy::Web ? 1.0 : 0.0;
        for (const TransferQueue::Way& known : learned)
            if (known.way == name(way))
                return known.isRefused ? -1.0 : known.bytesPerSecond;
        return std::numeric_limits<double>::infinity(); // not tried yet: now it is
    };
    std::stable_sort(ways.begin(), ways.end(), [&](RetrieveBy a, RetrieveBy b) { return rank(a) > rank(b); });
    ways.push_back(RetrieveBy::Move);
    return ways;
}

Result<dicom::RetrieveResult> retrieveStudy(archive::Archive& archive, const dimse::Node& node, const dicom::StudyUid& study,
                                            const dicom::SeriesUid& series, RetrieveBy way, const RetrieveOptions& options, Task& task)
{
    const auto before = presentIn(archive, study, series);
    if (!before)
        return std::unexpected(before.error());
    if (options.onPresent)
        options.onPresent(before->size());
    auto first = retrieveOnce(archive, node, {study, series, *before, {}}, way, options, task);
    const bool isWorthAnother = first && !first->failed.empty() && first->received > 0 && !task.isCancelled() &&
                                (!first->ended || first->ended->fault == Fault::Unreachable || first->ended->fault == Fault::Refused);
    if (!isWorthAnother)
        return first;
    const auto between = presentIn(archive, study, series);
    if (!between)
        return first;
    if (options.onPresent)
        options.onPresent(between->size());
    auto second = retrieveOnce(archive, node, {study, series, *between, {}}, way, options, task);
    if (!second)
        return first;
    // What was refused although it is here (another version of it) or was never asked for stays refused.
    const auto after = presentIn(archive, study, series);
    QSet<QString> named;
    for (const dicom::InstanceFailure& failure : second->failed)
        named.insert(failure.sopInstanceUid);
    for (const dicom::InstanceFailure& failure : first->failed) {
        const bool isMended = after && after->contains(failure.sopInstanceUid) && !between->contains(failure.sopInstanceUid);
        if (!isMended && !named.contains(failure.sopInstanceUid))
            second->failed.push_back(failure);
    }
    second->received += first->received;
    second->present = first->present;
    second->expected = std::max(first->expected, second->expected);
    return second;
}

archive::StudyRow studyRowOf(const dicom::Dataset& answer)
{
    using namespace dicom;
    archive::StudyRow row;
    row.uid = {answer.text(tag::StudyInstanceUID)};
    row.patientName = answer.text(tag::PatientName);
    row.patientId = answer.text(tag::PatientID);
    row.issuer = answer.text(tag::IssuerOfPatientID);
    row.birthDate = answer.text(tag::PatientBirthDate);
    row.sex = answer.text(tag::PatientSex);
    row.date = answer.text(tag::StudyDate);
    row.time = answer.text(tag::StudyTime);
    row.accession = answer.text(tag::AccessionNumber);
    row.description = answer.text(tag::StudyDescription);
    row.modalities = answer.texts(tag::ModalitiesInStudy);
    row.modalities.removeAll(QString());
    row.modalities.sort();
    row.series = int(answer.integer(tag::NumberOfStudyRelatedSeries).value_or(0));
    row.instances = answer.integer(tag::NumberOfStudyRelatedInstances).value_or(0);
    return row;
}

Result<std::vector<OutgoingFile>> filesOf(const archive::Archive& archive, const dicom::StudyUid& study, const dicom::SeriesUid& series)
{
    const auto rows = series.isEmpty() ? archive.instancesOfStudy(study) : archive.instances(series, study);
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->empty())
        return fail(Fault::NotFound, tr("there is no study %1").arg(study.value));
    std::vector<OutgoingFile> files;
    for (const archive::InstanceRow& row : *rows)
        files.push_back({row.path, row.uid, row.sopClassUid});
    return files;
}

Result<std::vector<OutgoingFile>> filesOf(const QStringList& paths)
{
    std::vector<OutgoingFile> files;
    for (const QString& path : paths) {
        const QFileInfo info(path);
        if (!info.exists())
            return fail(Fault::NotFound, tr("there is no %1").arg(path));
        if (!info.isDir()) {
            files.push_back({info.absoluteFilePath(), {}, {}});
            continue;
        }
        QStringList found;
        QDirIterator all(path, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            found << QFileInfo(all.next()).absoluteFilePath();
        found.sort();
        for (const QString& file : found)
            files.push_back({file, {}, {}});
    }
    if (files.empty())
        return fail(Fault::NotFound, tr("there are no files in %1").arg(paths.join(QStringLiteral(", "))));
    return files;
}

Result<OutgoingFile> namedFile(const OutgoingFile& file)
{
    if (!file.instance.isEmpty() && !file.sopClassUid.isEmpty())
        return file;
    const auto dataset = dicom::Dataset::read(file.path);
    if (!dataset)
        return std::unexpected(dataset.error());
    return OutgoingFile{file.path, {dataset->text(dicom::tag::SOPInstanceUID)}, dataset->text(dicom::tag::SOPClassUID)};
}

namespace
{

/// Writes down what a peer has confirmed as it does, in batches: a process that is killed sends little twice, and a transaction
/// for each image would cost more than the image. Called one at a time.
class Confirmations
{
public:
    Confirmations(archive::Archive& archive, const dimse::Node& node, const SendOptions& options) : m_archive(archive), m_node(node), m_options(options)
    {
        m_clock.start();
    }
    void add(const OutgoingFile& file)
    {
        if (m_options.onBytes)
            m_options.onBytes(QFileInfo(file.path).size());
        m_waiting << file.key();
        if (m_waiting.size() >= mostWaiting || m_clock.elapsed() > longestWaitMs)
            flush();
    }
    void flush()
    {
        m_clock.restart();
        if (m_waiting.isEmpty())
            return;
        if (m_options.onConfirmed)
            m_options.onConfirmed(m_waiting);
        // From now on it is not only here (STO-07).
        std::vector<dicom::InstanceUid> instances;
        for (const QString& key : std::as_const(m_waiting))
            if (!key.startsWith(u'/'))
                instances.push_back({key});
        m_waiting.clear();
        if (auto marked = m_archive.markConfirmed(instances, m_node.name); !marked)
            qCWarning(lcNet) << "what a peer confirmed could not be written down:" << int(marked.error().fault);
    }

private:
    static constexpr qsizetype mostWaiting = 100;
    static constexpr qint64 longestWaitMs = 500;
    archive::Archive& m_archive;
    const dimse::Node& m_node;
    const SendOptions& m_options;
    QStringList m_waiting;
    QElapsedTimer m_clock;
};

Result<dicom::SendResult> sendOnce(const dimse::Node& node, const QStringList& paths, const SendOptions& options, const dicom::OnConfirmed& onConfirmed,
                                   Task& task)
{
    const auto byWeb = [&] { return dicomweb::store(serviceOf(node, options.local), paths, task, options.transcode, onConfirmed); };
    if (node.retrieveBy == dimse::Node::RetrieveBy::Web)
        return byWeb();
    auto sent = dimse::store(node, paths, options.local, task, options.transcode, onConfirmed);
    return isReachedByWebAlone(node, sent) ? byWeb() : sent;
}

} // namespace

Result<dicom::SendResult> sendFiles(archive::Archive& archive, const dimse::Node& node, const std::vector<OutgoingFile>& files,
                                    const SendOptions& options, Task& task)
{
    QHash<QString, const OutgoingFile*> byPath;
    QStringList paths;
    for (const OutgoingFile& file : files) {
        byPath.insert(file.path, &file);
        paths << file.path;
    }
    Confirmations confirmations(archive, node, options);
    const dicom::OnConfirmed onConfirmed = [&](const QString& path) {
        if (const OutgoingFile* file = byPath.value(path))
            confirmations.add(*file);
    };
    auto first = sendOnce(node, paths, options, onConfirmed, task);
    confirmations.flush();
    if (!first || first->failed.empty() || task.isCancelled())
        return first;
    QStringList again;
    for (const dicom::SendFailure& failure : first->failed)
        again << failure.path;
    auto second = sendOnce(node, again, options, onConfirmed, task);
    confirmations.flush();
    if (!second)
        return first;
    second->confirmed += first->confirmed;
    second->sent = second->confirmed + qint64(second->failed.size());
    return second;
}

} // namespace diascope::transfer
