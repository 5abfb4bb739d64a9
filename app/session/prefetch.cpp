#include "app/session/prefetch.h"
#include "app/session/exchange.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/order_store.h"
#include "netclient/transfer/study_transfer.h"

namespace diascope::app
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Exchange", text); }

namespace tag = dicom::tag;

QString da(QDate day) { return day.toString(QStringLiteral("yyyyMMdd")); }

} // namespace

Result<std::vector<dicom::Dataset>> worklist(const Profile& profile, QDate day, Task& task)
{
    Settings settings(profile); // of this thread
    const QString name = settings.get(worklistNode);
    if (name.isEmpty())
        return fail(Fault::NotFound, tr("no worklist is set up (setting worklist.node)"));
    const auto configured = dimse::Nodes(settings).find(name);
    if (!configured)
        return fail(Fault::NotFound, tr("there is no node %1").arg(name));
    const auto peer = withSecret(*configured);
    if (!peer)
        return std::unexpected(peer.error());
    dicom::Dataset keys;
    for (const dicom::Tag tag : {tag::AccessionNumber, tag::ReferringPhysicianName, tag::PatientName, tag::PatientID, tag::IssuerOfPatientID,
                                 tag::PatientBirthDate, tag::PatientSex, tag::StudyInstanceUID, tag::RequestedProcedureDescription,
                                 tag::RequestedProcedureID})
        keys.setEmpty(tag);
    dicom::Dataset step = keys.addItem(tag::ScheduledProcedureStepSequence);
    (void)step.setText(tag::ScheduledProcedureStepStartDate, da(day));
    for (const dicom::Tag tag : {tag::Modality, tag::ScheduledStationAETitle, tag::ScheduledProcedureStepStartTime, tag::ScheduledProcedureStepDescription})
        step.setEmpty(tag);
    std::vector<dicom::Dataset> entries;
    const auto found = dimse::findWorklist(*peer, keys, [&](const dicom::Dataset& row) {
        entries.push_back(row.deepCopy());
        return entries.size() < 10'000;
    }, dimse::localOf(settings), task);
    if (!found)
        return std::unexpected(found.error());
    return entries;
}

namespace
{

/// Today's worklist, the orders the RIS sent, and what came in without either.
Result<std::vector<transfer::Order>> orders(const Profile& profile, const archive::Archive& archive, QStringList& unreachable, Task& task)
{
    std::vector<transfer::Order> orders;
    if (!Settings(profile).get(worklistNode).isEmpty()) {
        const auto entries = worklist(profile, QDate::currentDate(), task);
        if (!entries)
            unreachable << message(entries.error());
        else
            for (const dicom::Dataset& entry : *entries) {
                const auto step = entry.item(tag::ScheduledProcedureStepSequence);
                orders.push_back({entry.text(tag::PatientID), entry.text(tag::IssuerOfPatientID), entry.text(tag::PatientName),
                                  step ? step->texts(tag::Modality) : QStringList(), {}, entry.text(tag::RequestedProcedureDescription),
                                  QDate::currentDate(), {entry.text(tag::StudyInstanceUID)}});
            }
    }
    const QDate yesterday = QDate::currentDate().addDays(-1);
    const auto store = transfer::OrderStore::open(profile);
    const auto received = store ? (*store)->since(yesterday) : std::unexpected(store.error());
    if (!received)
        return std::unexpected(received.error());
    orders.insert(orders.end(), received->begin(), received->end());
    archive::Query today;
    today.dateFrom = da(yesterday);
    const auto rows = archive.studies(today);
    if (!rows)
        return std::unexpected(rows.error());
    for (const archive::StudyRow& row : *rows)
        orders.push_back({row.patientId, row.issuer, row.patientName, row.modalities, {}, row.description,
                          dicom::parseDate(row.date).value_or(QDate()), row.uid});
    return orders;
}

} // namespace

Result<std::vector<Prior>> prefetch(const Profile& profile, const archive::Archive& archive, QStringList& unreachable, Task& task,
                                    std::vector<transfer::Order> only)
{
    Settings settings(profile); // of this thread
    const auto queue = transfer::TransferQueue::open(profile);
    if (!queue)
        return std::unexpected(queue.error());
    const auto rules = transfer::parsePrefetch(settings.get(transfer::prefetchRules));
    if (!rules)
        return std::unexpected(rules.error());
    const auto wanted = only.empty() ? orders(profile, archive, unreachable, task) : Result<std::vector<transfer::Order>>(std::move(only));
    if (!wanted)
        return std::unexpected(wanted.error());
    std::vector<dimse::Node> peers; // the keyring is asked once for each, not once an order
    if (!wanted->empty())
        for (const dimse::Node& configured : dimse::Nodes(settings).list()) {
            auto peer = withSecret(configured);
            if (peer)
                peers.push_back(std::move(*peer));
            else
                unreachable << message(peer.error());
        }
    std::vector<Prior> priors;
    QSet<QString> chosen, silent;
    QHash<QString, QString> nodeOf;
    QHash<QString, std::vector<archive::StudyRow>> studiesOf; // by patient ID: one may be ordered several
    const auto ask = [&](const QString& patientId) {
        std::vector<archive::StudyRow> candidates;
        for (const dimse::Node& peer : peers) {
            if (patientId.isEmpty() || silent.contains(peer.name) || task.isCancelled())
                continue;
            dicom::FindKeys keys;
            keys.patientId = patientId;
            const auto found = transfer::find(peer, dicom::Level::Study, keys, [&](const dicom::Dataset& answer) {
                const archive::StudyRow row = transfer::studyRowOf(answer);
                if (!nodeOf.contains(row.uid.value)) {
                    nodeOf.insert(row.uid.value, peer.name);
                    candidates.push_back(row);
                }
                return candidates.size() < 1000;
            }, dimse::localOf(settings), task);
            if (!found) {
                silent.insert(peer.name);
                unreachable << message(found.error());
            }
        }
        return candidates;
    };
    for (const transfer::Order& order : *wanted) {
        if (!studiesOf.contains(order.patientId))
            studiesOf.insert(order.patientId, ask(order.patientId));
        const auto candidates = studiesOf.value(order.patientId);
        for (const archive::StudyRow& prior : transfer::priorsFor(*rules, order, candidates)) {
            const auto here = archive.study(prior.uid).value_or(std::nullopt); // what cannot be read is fetched
            if ((here && here->instances >= prior.instances) || chosen.contains(prior.uid.value))
                continue;
            chosen.insert(prior.uid.value);
            transfer::NewTransfer fetch;
            fetch.node = nodeOf.value(prior.uid.value);
            fetch.study = prior.uid;
            fetch.priority = transfer::Priority::Background;
            fetch.reason = transfer::Reason::Prefetch;
            fetch.title = dicom::PersonName::parse(prior.patientName).display();
            const auto id = (*queue)->add(fetch);
            if (!id)
                return std::unexpected(id.error());
            priors.push_back({order.patientId, prior, fetch.node, *id});
        }
    }
    return priors;
}

} // namespace diascope::app
