#include "app/session/exchange.h"
#include "app/session/media.h"
#include "netclient/base/log.h"
#include "netclient/base/secrets.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/reception.h"
#include "netclient/transfer/study_transfer.h"
#include <QLocale>

namespace diascope::app
{

namespace
{

namespace tag = dicom::tag;

QString da(QDate day) { return day.toString(QStringLiteral("yyyyMMdd")); }

archive::StudyRow rowOf(const dicom::Dataset& answer)
{
    archive::StudyRow row;
    row.uid = {answer.text(tag::StudyInstanceUID)};
    row.patientName = answer.text(tag::PatientName);
    row.patientId = answer.text(tag::PatientID);
    row.issuer = answer.text(tag::IssuerOfPatientID);
    row.date = answer.text(tag::StudyDate);
    row.time = answer.text(tag::StudyTime);
    row.description = answer.text(tag::StudyDescription);
    row.modalities = answer.texts(tag::ModalitiesInStudy);
    row.instances = answer.integer(tag::NumberOfStudyRelatedInstances).value_or(0);
    return row;
}

std::optional<dicom::TlsFiles> listenerTls(const Settings& settings)
{
    const dicom::TlsFiles files{settings.get(listenCa), settings.get(listenCertificate), settings.get(listenKey)};
    const bool isWanted = !files.certificateFile.isEmpty() || !files.keyFile.isEmpty() || !files.caFile.isEmpty();
    return isWanted ? std::optional(files) : std::nullopt;
}

} // namespace

Result<std::unique_ptr<Exchange>> Exchange::open(Session& session)
{
    std::unique_ptr<Exchange> exchange(new Exchange(session));
    auto queue = transfer::TransferQueue::open(session.profile());
    if (!queue)
        return std::unexpected(queue.error());
    exchange->m_queue = std::move(*queue);
    transfer::TransferRunner::Options options;
    options.transcode = decompressed;
    options.complete = withSecret;
    options.listenerTls = [profile = session.profile()] { return listenerTls(Settings(profile)); };
    options.makeRoom = [made = exchange.get()] { made->makeRoom(); };
    exchange->m_runner = std::make_unique<transfer::TransferRunner>(session.archive(), session.profile(), std::move(options));
    connect(&session, &Session::settingsChanged, exchange.get(), &Exchange::applySettings);
    return exchange;
}

Exchange::~Exchange()
{
    m_listener.reset();
    m_runner.reset();
}

Result<qint64> Exchange::request(const transfer::NewTransfer& transfer)
{
    const Action action = transfer.kind == transfer::TransferKind::Send ? Action::Send : Action::Retrieve;
    if (auto permitted = m_session.permit(action); !permitted)
        return std::unexpected(permitted.error());
    auto id = m_queue->add(transfer);
    if (id)
        m_runner->wake();
    return id;
}

void Exchange::start()
{
    m_isStarted = true;
    m_runner->start();
    applySettings();
}

dimse::ListenerOptions Exchange::listenerOptions() const
{
    dimse::ListenerOptions options;
    options.aeTitle = m_session.local().aeTitle;
    options.port = quint16(m_session.settings().get(dimse::listenPort));
    options.tls = listenerTls(m_session.settings());
    return options;
}

Result<void> Exchange::startListener(const dimse::ListenerOptions& options)
{
    if (auto permitted = m_session.permit(Action::Import); !permitted)
        return permitted;
    auto listener = transfer::listenInto(m_session.archive(), m_session.profile(), options, [this] { Q_EMIT arrived(); });
    if (!listener)
        return std::unexpected(listener.error());
    m_listener = std::move(*listener);
    return {};
}

void Exchange::applySettings()
{
    if (!m_isStarted || m_session.mode() == Mode::ViewOnly)
        return;
    m_listener.reset();
    m_listenerTrouble.clear();
    if (!m_session.settings().get(listenAlways))
        return;
    if (auto started = startListener(listenerOptions()); !started) {
        m_listenerTrouble = message(started.error());
        qCWarning(lcNet) << "the listener does not run:" << int(started.error().fault);
    }
}

Result<dimse::Node> Exchange::node(const QString& name) const
{
    auto node = dimse::Nodes(m_session.settings()).find(name);
    if (!node)
        return fail(Fault::NotFound, tr("there is no node %1").arg(name));
    return withSecret(*node);
}

Result<dimse::Node> withSecret(dimse::Node node)
{
    if (node.login == dicom::Login::Kind::None)
        return node;
    auto secret = readSecret(node.name);
    if (!secret)
        return std::unexpected(secret.error());
    node.secret = *secret;
    return node;
}

Result<void> Exchange::storeNode(const dimse::Node& node, const QString& secret)
{
    if (auto permitted = m_session.permit(Action::ChangeSettings); !permitted)
        return permitted;
    dimse::Nodes nodes(m_session.settings());
    const auto before = nodes.find(node.name);
    if (auto stored = before ? nodes.replace(node) : nodes.add(node); !stored)
        return stored;
    if (!secret.isEmpty())
        if (auto kept = storeSecret(node.name, secret); !kept) {
            (void)(before ? nodes.replace(*before) : nodes.remove(node.name));
            return kept;
        }
    (void)m_queue->forget(node.name); // what was learnt of it may hold no more
    Q_EMIT m_session.settingsChanged();
    return {};
}

Result<void> Exchange::removeNode(const QString& name)
{
    if (auto permitted = m_session.permit(Action::ChangeSettings); !permitted)
        return permitted;
    dimse::Nodes nodes(m_session.settings());
    const auto node = nodes.find(name);
    if (auto removed = nodes.remove(name); !removed)
        return removed;
    if (node->login != dicom::Login::Kind::None)
        if (auto gone = removeSecret(name); !gone)
            qCWarning(lcNet) << "a secret stayed in the keyring:" << int(gone.error().fault);
    (void)m_queue->forget(name);
    Q_EMIT m_session.settingsChanged();
    return {};
}

Result<void> Exchange::remove(const dicom::StudyUid& study)
{
    if (auto permitted = m_session.permit(Action::Delete); !permitted)
        return permitted;
    if (const auto reason = reasonToKeep(study))
        return fail(Fault::Conflict, tr("the study stays: %1").arg(*reason));
    return m_session.archive().removeStudy(study);
}

void Exchange::makeRoom()
{
    const std::unique_lock making(m_makingRoom, std::try_to_lock);
    const Settings settings(m_session.profile()); // of this thread
    const qint64 quota = qint64(settings.get(archive::quotaGiB)) << 30;
    if (!making || quota <= 0)
        return;
    const auto stored = m_session.archive().storedBytes();
    if (!stored || (*stored <= quota && roomTrouble().isEmpty()))
        return;
    Task task;
    const auto onlyHere = settings.get(evictImported) ? archive::Archive::OnlyHere::ImportedMayGo : archive::Archive::OnlyHere::Stays;
    const auto report = m_session.archive().evict(quota, [this](const dicom::StudyUid& study) { return reasonToKeep(study).value_or(QString()); },
                                                  task, onlyHere);
    QString trouble;
    if (!report)
        trouble = message(report.error());
    else if (report->bytesOver > 0)
        trouble = tr("The archive is %1 over its quota: %2")
                      .arg(QLocale().formattedDataSize(report->bytesOver),
                           report->kept.empty() ? tr("nothing can go") : tr("%n stud(ies) must stay (%1)", nullptr, int(report->kept.size())).arg(report->kept.front().reason));
    if (report && !report->evicted.empty())
        qCInfo(lcArchive) << "evicted" << report->evicted.size() << "studies";
    {
        const std::lock_guard lock(m_roomMutex);
        m_roomTrouble = trouble;
    }
    Q_EMIT roomMade();
}

QString Exchange::roomTrouble() const
{
    const std::lock_guard lock(m_roomMutex);
    return m_roomTrouble;
}

std::optional<QString> Exchange::reasonToKeep(const dicom::StudyUid& study) const
{
    const auto queue = transfer::TransferQueue::open(m_session.profile()); // of this thread
    const auto unfinished = queue ? (*queue)->unfinishedOf(study) : std::unexpected(queue.error());
    if (!unfinished)
        return message(unfinished.error());
    if (!unfinished->empty())
        return unfinished->front().what.kind == transfer::TransferKind::Send ? tr("it is not sent yet") : tr("it is being retrieved");
    auto reports = reporting::ReportStore::open(m_session.profile().databasePath());
    const auto list = reports ? (*reports)->list(study.value) : std::unexpected(reports.error());
    if (!list)
        return message(list.error());
    const auto deliveries = transfer::DeliveryQueue::open(m_session.profile());
    if (!deliveries)
        return message(deliveries.error());
    for (const reporting::ReportSummary& report : *list) {
        if (report.hasWorkingCopy)
            return tr("its report is not signed yet");
        const auto sent = (*deliveries)->list(report.reportId);
        if (!sent)
            return message(sent.error());
        for (const transfer::Delivery& delivery : *sent)
            if (delivery.state != transfer::Delivery::State::Acknowledged)
                return tr("the RIS has not acknowledged its report yet");
    }
    return std::nullopt;
}

Result<std::vector<dicom::Dataset>> Exchange::worklist(QDate day, Task& task) const
{
    const QString name = m_session.settings().get(worklistNode);
    if (name.isEmpty())
        return fail(Fault::NotFound, tr("no worklist is set up (setting worklist.node)"));
    const auto peer = node(name);
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
    }, m_session.local(), task);
    if (!found)
        return std::unexpected(found.error());
    return entries;
}

/// Today's worklist, and what came in today without one.
Result<std::vector<transfer::Order>> Exchange::orders(QStringList& unreachable, Task& task) const
{
    std::vector<transfer::Order> orders;
    if (!m_session.settings().get(worklistNode).isEmpty()) {
        const auto entries = worklist(QDate::currentDate(), task);
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
    archive::Query today;
    today.dateFrom = da(QDate::currentDate().addDays(-1));
    const auto rows = m_session.archive().studies(today);
    if (!rows)
        return std::unexpected(rows.error());
    for (const archive::StudyRow& row : *rows)
        orders.push_back({row.patientId, row.issuer, row.patientName, row.modalities, {}, row.description,
                          dicom::parseDate(row.date).value_or(QDate()), row.uid});
    return orders;
}

Result<std::vector<Exchange::Prior>> Exchange::prefetch(QStringList& unreachable, Task& task)
{
    const auto rules = transfer::parsePrefetch(m_session.settings().get(transfer::prefetchRules));
    if (!rules)
        return std::unexpected(rules.error());
    const auto wanted = orders(unreachable, task);
    if (!wanted)
        return std::unexpected(wanted.error());
    std::vector<Prior> priors;
    QSet<QString> chosen, silent;
    for (const transfer::Order& order : *wanted) {
        std::vector<archive::StudyRow> candidates;
        QHash<QString, QString> nodeOf;
        for (const dimse::Node& configured : dimse::Nodes(m_session.settings()).list()) {
            if (order.patientId.isEmpty() || silent.contains(configured.name) || task.isCancelled())
                continue;
            dicom::FindKeys keys;
            keys.patientId = order.patientId;
            const auto peer = node(configured.name);
            const auto found = !peer ? std::unexpected(peer.error()) : transfer::find(*peer, dicom::Level::Study, keys, [&](const dicom::Dataset& answer) {
                const archive::StudyRow row = rowOf(answer);
                if (!nodeOf.contains(row.uid.value)) {
                    nodeOf.insert(row.uid.value, configured.name);
                    candidates.push_back(row);
                }
                return candidates.size() < 1000;
            }, m_session.local(), task);
            if (!found) {
                silent.insert(configured.name);
                unreachable << message(found.error());
            }
        }
        for (const archive::StudyRow& prior : transfer::priorsFor(*rules, order, candidates)) {
            const auto here = m_session.archive().study(prior.uid);
            const bool isHere = here && *here && (*here)->instances >= prior.instances && (*here)->instances > 0;
            if (isHere || chosen.contains(prior.uid.value))
                continue;
            chosen.insert(prior.uid.value);
            transfer::NewTransfer fetch;
            fetch.node = nodeOf.value(prior.uid.value);
            fetch.study = prior.uid;
            fetch.priority = transfer::Priority::Background;
            fetch.reason = transfer::Reason::Prefetch;
            fetch.title = dicom::PersonName::parse(prior.patientName).display();
            const auto id = request(fetch);
            if (!id)
                return std::unexpected(id.error());
            priors.push_back({order.patientId, prior, fetch.node, *id});
        }
    }
    return priors;
}

} // namespace diascope::app
