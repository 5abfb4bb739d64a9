#include "netclient/dimse/retrieve_session.h"
#include "netclient/dicom/judgement.h"
#include "netclient/dimse/query.h"

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

namespace tag = dicom::tag;

/// Peers there are that answer with more than was asked for. A row that does not say is taken at its word.
bool isOf(const dicom::Dataset& row, dicom::Tag key, const QString& uid)
{
    const QString its = row.text(key);
    return its.isEmpty() || its == uid;
}

} // namespace

qint64 Inventory::listed() const
{
    qint64 total = 0;
    for (const QStringList& series : instances)
        total += series.size();
    return total;
}

Result<Inventory> countInstances(const Node& node, const RetrieveRequest& request, const Local& local, Task& task)
{
    constexpr dicom::Tag sopClassesInStudy = tag::SOPClassesInStudy;
    Inventory inventory;
    FindKeys keys;
    keys.studyUid = request.study.value;
    keys.seriesUid = request.series.value;
    keys.alsoReturn = {sopClassesInStudy};
    const bool isSeries = !request.series.isEmpty();
    const dicom::Tag counter = isSeries ? tag::NumberOfSeriesRelatedInstances : tag::NumberOfStudyRelatedInstances;
    const auto rows = findQuietly(node, isSeries ? Level::Series : Level::Study, keys, [&](const dicom::Dataset& row) {
        if (!isOf(row, tag::StudyInstanceUID, request.study.value) ||
            (isSeries && !isOf(row, tag::SeriesInstanceUID, request.series.value)))
            return !task.isCancelled();
        inventory.isKnown = true;
        inventory.patientId = row.text(tag::PatientID);
        inventory.sopClasses = row.texts(sopClassesInStudy);
        if (const auto count = row.integer(counter))
            inventory.count = count;
        return !task.isCancelled();
    }, local, task);
    if (!rows)
        return std::unexpected(rows.error());
    return inventory;
}

Result<void> listSeries(Inventory& inventory, const Node& node, const RetrieveRequest& request, const Local& local, Task& task)
{
    FindKeys keys;
    keys.studyUid = request.study.value;
    const auto rows = findQuietly(
        node, Level::Series, keys,
        [&](const dicom::Dataset& row) {
            if (isOf(row, tag::StudyInstanceUID, request.study.value))
                inventory.series.push_back(
                    {row.text(tag::SeriesInstanceUID), row.integer(tag::NumberOfSeriesRelatedInstances).value_or(0)});
            return !task.isCancelled();
        },
        local, task);
    if (!rows)
        return std::unexpected(rows.error());
    return {};
}

Result<void> listInstances(Inventory& inventory, const Node& node, const RetrieveRequest& request, const Local& local, Task& task)
{
    if (!request.series.isEmpty())
        inventory.series = {{request.series.value, 0}};
    else if (inventory.series.empty())
        if (auto listed = listSeries(inventory, node, request, local, task); !listed)
            return listed;
    FindKeys keys;
    keys.studyUid = request.study.value;
    QSet<QString> classes;
    for (const Inventory::Series& series : inventory.series) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped"));
        keys.seriesUid = series.uid;
        QStringList& instances = inventory.instances[series.uid];
        const auto rows = findQuietly(node, Level::Image, keys, [&](const dicom::Dataset& row) {
            const QString uid = row.text(tag::SOPInstanceUID);
            if (!isOf(row, tag::StudyInstanceUID, request.study.value) || !isOf(row, tag::SeriesInstanceUID, series.uid) ||
                !dicom::isValidUid(uid))
                return !task.isCancelled();
            instances << uid;
            if (const QString sopClass = row.text(tag::SOPClassUID); !sopClass.isEmpty())
                classes.insert(sopClass);
            return !task.isCancelled();
        }, local, task);
        instances.removeDuplicates();
        if (!rows)
            return std::unexpected(rows.error());
    }
    inventory.hasInstances = true;
    if (!classes.isEmpty())
        inventory.sopClasses = QStringList(classes.begin(), classes.end());
    return {};
}

std::vector<dicom::Dataset> identifiers(const RetrieveRequest& request, const Inventory& inventory, Split split)
{
    const auto identifier = [&](const char* level) {
        dicom::Dataset dataset;
        dataset.remove(tag::SpecificCharacterSet);
        (void)dataset.setText(tag::QueryRetrieveLevel, QLatin1String(level));
        (void)dataset.setText(tag::StudyInstanceUID, request.study.value);
        return dataset;
    };
    std::vector<dicom::Dataset> requests;
    if (split == Split::Whole) {
        requests.push_back(identifier(request.series.isEmpty() ? "STUDY" : "SERIES"));
        if (!request.series.isEmpty())
            (void)requests.back().setText(tag::SeriesInstanceUID, request.series.value);
        return requests;
    }
    if (split == Split::Series) {
        auto series = inventory.series;
        std::stable_sort(series.begin(), series.end(), [](const auto& a, const auto& b) { return a.count > b.count; });
        for (const Inventory::Series& one : series) {
            requests.push_back(identifier("SERIES"));
            (void)requests.back().setText(tag::SeriesInstanceUID, one.uid);
        }
        return requests;
    }
    for (auto it = inventory.instances.constBegin(); it != inventory.instances.constEnd(); ++it) {
        QStringList missing;
        for (const QString& uid : it.value())
            if (!request.present.contains(uid))
                missing << uid;
        constexpr qsizetype most = 100; // UIDs in one list: peers have limits of their own
        for (qsizetype at = 0; at < missing.size(); at += most) {
            requests.push_back(identifier("IMAGE"));
            (void)requests.back().setText(tag::SeriesInstanceUID, it.key());
            (void)requests.back().setText(tag::SOPInstanceUID, missing.mid(at, most).join(u'\\'));
        }
    }
    return requests;
}

void Intake::expect(qint64 count)
{
    const std::lock_guard lock(m_mutex);
    m_spokenOf = std::max(m_spokenOf, count);
}

qint64 Intake::spokenOf() const
{
    const std::lock_guard lock(m_mutex);
    return m_spokenOf - m_repeated;
}

void Intake::ended(const Error& error)
{
    const std::lock_guard lock(m_mutex);
    if (!m_result.ended)
        m_result.ended = error;
}

void Intake::failed(const QString& instanceUid, const QString& reason)
{
    const std::lock_guard lock(m_mutex);
    if (!instanceUid.isEmpty() && m_failed.contains(instanceUid))
        return;
    m_failed.insert(instanceUid);
    m_result.failed.push_back({instanceUid, reason});
}

void Intake::arrived(const QSet<QString>& instanceUids)
{
    qint64 count = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_received += instanceUids;
        count = m_result.received = m_received.size();
    }
    m_task.report(count, std::max(m_total, count));
}

QSet<QString> Intake::receivedUids() const
{
    const std::lock_guard lock(m_mutex);
    return m_received;
}

Result<void> Intake::take(Received&& received, qint64 datasetOffset)
{
    const QString uid = received.sopInstanceUid;
    const auto taken = [&]() -> Result<void> {
        const auto identity = dicom::identityOf(received.part10, received.transferSyntaxUid, datasetOffset);
        if (!identity)
            return std::unexpected(identity.error());
        if (auto judged = dicom::judge(*identity, m_request, uid); !judged)
            return judged;
        std::unique_lock one(m_sinkMutex, std::defer_lock);
        if (m_calls == Calls::OneAtATime)
            one.lock();
        return m_sink(std::move(received));
    }();
    if (!taken) {
        failed(uid, message(taken.error()));
        return taken;
    }
    const std::lock_guard lock(m_mutex);
    m_repeated += m_received.contains(uid);
    m_received.insert(uid);
    if (m_failed.remove(uid)) // another association brought it
        std::erase_if(m_result.failed, [&](const InstanceFailure& failure) { return failure.sopInstanceUid == uid; });
    const qint64 count = m_result.received = (m_received - m_request.present).size();
    m_task.report(count, std::max(m_total, count)); // with the lock: it never goes back
    return taken;
}

void settle(RetrieveResult& result, Inventory& inventory, const RetrieveRequest& request, const Intake& intake, const Node& node,
            const Local& local, Task& task)
{
    result.expected = std::max({result.expected, inventory.size(), intake.spokenOf()});
    const bool isComplete = !result.ended && result.failed.empty() && inventory.size() > 0 &&
                            result.received + result.present >= result.expected;
    if (isComplete || task.isCancelled())
        return;
    // Something is missing, or nobody knows: now it is worth asking for every instance by name.
    if (!inventory.hasInstances)
        (void)listInstances(inventory, node, request, local, task);
    result.expected = std::max(result.expected, inventory.size());
    QSet<QString> named;
    for (const InstanceFailure& failure : result.failed)
        named.insert(failure.sopInstanceUid);
    const QSet<QString> received = intake.receivedUids();
    std::vector<InstanceFailure> missing;
    for (const QStringList& series : inventory.instances)
        for (const QString& uid : series)
            if (!received.contains(uid) && !request.present.contains(uid) && !named.contains(uid))
                missing.push_back({uid, tr("the peer has it and did not send it")});
    // A failure the peer only counted is told by name now.
    if (!missing.empty() || inventory.isWholeListed())
        std::erase_if(result.failed, [](const InstanceFailure& failure) { return failure.sopInstanceUid.isEmpty(); });
    result.failed.insert(result.failed.end(), missing.begin(), missing.end());
    const qint64 lacking = result.expected - result.received - result.present;
    if (lacking > 0 && result.failed.empty() && !result.ended) // it names none of them
        result.failed.push_back({{}, tr("the peer counts %1 instances more than it sent").arg(lacking)});
}

quint16 storeStatus(const Error& error)
{
    switch (error.fault) {
    case Fault::DiskFull:
        return 0xA700; // out of resources
    case Fault::Conflict:
        return 0xA900; // does not match
    case Fault::Denied:
        return 0x0124; // not authorised
    case Fault::Internal:
    case Fault::TimedOut:
    case Fault::Unreadable:
    case Fault::Cancelled:
        return 0xA701;
    default:
        return 0xC000; // cannot understand
    }
}

} // namespace diascope::dimse
