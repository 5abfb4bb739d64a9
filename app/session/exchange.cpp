#include "app/session/exchange.h"
#include "app/session/media.h"
#include "app/session/prefetch.h"
#include "netclient/base/log.h"
#include "netclient/base/secrets.h"
#include "netclient/transfer/reception.h"
#include <QDeadlineTimer>
#include <QLocale>

namespace diascope::app
{

namespace
{

std::optional<dicom::TlsFiles> listenerTls(const Settings& settings)
{
    const dicom::TlsFiles files{settings.get(listenCa), settings.get(listenCertificate), settings.get(listenKey)};
    const bool isWanted = !files.certificateFile.isEmpty() || !files.keyFile.isEmpty() || !files.caFile.isEmpty();
    return isWanted ? std::optional(files) : std::nullopt;
}

} // namespace

RoundThread::Round prefetchRound(Session& session, transfer::TransferRunner& runner, NewOrders& newOrders, const PrefetchPace& pace)
{
    return [&session, &runner, &newOrders, pace, quiet = std::optional<QDeadlineTimer>()](Task& task, RoundThread::Why why) mutable {
        auto orders = newOrders.take(); // asked for alone: the others were when they came
        const bool isForOrder = !orders.empty();
        const auto remainingMs = [&] { return std::max(1, int(quiet->remainingTime())); };
        if (!isForOrder && why == RoundThread::Why::Woken) { // once for all that arrives meanwhile
            if (!quiet) {
                quiet.emplace(pace.quietMs);
                return pace.quietMs;
            }
            if (!quiet->hasExpired())
                return remainingMs();
        }
        if (!isForOrder)
            quiet.reset();
        const int minutes = Settings(session.profile()).get(prefetchMinutes);
        if (minutes <= 0 && !isForOrder)
            return pace.minuteMs;
        QStringList unreachable;
        const auto priors = app::prefetch(session.profile(), session.archive(), unreachable, task, std::move(orders));
        if (!priors)
            qCWarning(lcNet) << "priors cannot be looked for:" << int(priors.error().fault);
        else if (!priors->empty())
            runner.wake();
        return quiet ? remainingMs() : std::max(minutes, 1) * pace.minuteMs;
    };
}

namespace
{

/// What is not finished with studies, read through connections of this thread that are opened once for any number of them.
class UnfinishedWork
{
public:
    static Result<UnfinishedWork> open(const Profile& profile)
    {
        UnfinishedWork work;
        auto transfers = transfer::TransferQueue::open(profile);
        if (!transfers)
            return std::unexpected(transfers.error());
        auto reports = reporting::ReportStore::open(profile.databasePath());
        if (!reports)
            return std::unexpected(reports.error());
        auto deliveries = transfer::DeliveryQueue::open(profile);
        if (!deliveries)
            return std::unexpected(deliveries.error());
        work.m_transfers = std::move(*transfers);
        work.m_reports = std::move(*reports);
        work.m_deliveries = std::move(*deliveries);
        return work;
    }

    std::optional<QString> reasonToKeep(const dicom::StudyUid& study) const
    {
        const auto unfinished = m_transfers->unfinishedOf(study);
        if (!unfinished)
            return message(unfinished.error());
        if (!unfinished->empty())
            return unfinished->front().what.kind == transfer::TransferKind::Send ? Exchange::tr("it is not sent yet") : Exchange::tr("it is being retrieved");
        const auto reports = m_reports->list(study.value);
        if (!reports)
            return message(reports.error());
        for (const reporting::ReportSummary& report : *reports) {
            if (report.hasWorkingCopy)
                return Exchange::tr("its report is not signed yet");
            const auto sent = m_deliveries->list(report.reportId);
            if (!sent)
                return message(sent.error());
            for (const transfer::Delivery& delivery : *sent)
                if (delivery.isOpen())
                    return Exchange::tr("the RIS has not acknowledged its report yet");
        }
        return std::nullopt;
    }

private:
    UnfinishedWork() = default;
    std::unique_ptr<transfer::TransferQueue> m_transfers;
    std::unique_ptr<reporting::ReportStore> m_reports;
    std::unique_ptr<transfer::DeliveryQueue> m_deliveries;
};

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
    if (session.mode() == Mode::ViewOnly)
        options.only = transfer::TransferKind::Retrieve; // also what others have queued (SAF-11)
    options.listenerTls = [profile = session.profile()] { return listenerTls(Settings(profile)); };
    options.makeRoom = [made = exchange.get()] { made->makeRoom(); };
    exchange->m_runner = std::make_unique<transfer::TransferRunner>(session.archive(), session.profile(), std::move(options));
    connect(&session, &Session::settingsChanged, exchange.get(), &Exchange::applySettings);
    return exchange;
}

Exchange::Exchange(Session& session) : m_session(session) {}

Exchange::~Exchange()
{
    m_orders.reset();
    m_prefetcher.reset();
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

void Exchange::start(const PrefetchPace& pace)
{
    m_isStarted = true;
    m_prefetchPace = pace;
    m_runner->start();
    startPrefetching();
    applySettings();
}

void Exchange::startPrefetching()
{
    if (m_prefetcher)
        return;
    m_prefetcher = std::make_unique<RoundThread>(m_prefetchPace.minuteMs, prefetchRound(m_session, *m_runner, m_newOrders, m_prefetchPace));
    m_prefetcher->start();
    connect(this, &Exchange::arrived, m_prefetcher.get(), [this] { m_prefetcher->wakeUp(); }, Qt::DirectConnection);
}

dimse::ListenerOptions Exchange::listenerOptions() const
{
    dimse::ListenerOptions options;
    options.aeTitle = m_session.local().aeTitle;
    options.port = quint16(m_session.settings().get(dimse::listenPort));
    options.tls = listenerTls(m_session.settings());
    if (!m_session.settings().get(listenAnyone))
        options.isKnown = [profile = m_session.profile()](const QString& callingAe, quint32 address) {
            Settings settings(profile); // of this thread, and as they are now
            const auto nodes = dimse::Nodes(settings).list();
            return std::any_of(nodes.begin(), nodes.end(), [&](const dimse::Node& node) { return dimse::isCaller(node, callingAe, address); });
        };
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

Result<void> Exchange::startOrders(quint16 port)
{
    if (auto permitted = m_session.permit(Action::Import); !permitted)
        return permitted;
    startPrefetching();
    auto orders = OrderIntake::start(m_session.profile(), port, {[this](const transfer::Order& order) {
                                                                     m_newOrders.add(order);
                                                                     m_prefetcher->wakeUp();
                                                                 },
                                                                 [this] { Q_EMIT m_session.delivered(); }});
    if (!orders)
        return std::unexpected(orders.error());
    m_orders = std::move(*orders);
    return {};
}

void Exchange::applySettings()
{
    if (!m_isStarted || m_session.mode() == Mode::ViewOnly)
        return;
    m_listener.reset();
    m_orders.reset();
    m_listenerTrouble.clear();
    if (const int port = m_session.settings().get(orderPort); port > 0)
        if (auto started = startOrders(quint16(port)); !started) {
            m_listenerTrouble = tr("No orders can be received: %1").arg(started.error().detail);
            qCWarning(lcNet) << "orders cannot be received:" << int(started.error().fault);
        }
    if (!m_session.settings().get(listenAlways))
        return;
    if (auto started = startListener(listenerOptions()); !started) {
        m_listenerTrouble = tr("Nobody can send to this workstation: %1").arg(started.error().detail);
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
    if (node->login != dicom::Login::Kind::None) // a window does not wait for a keyring that waits for a person
        m_secretRemoval = std::async(std::launch::async, [name, before = std::move(m_secretRemoval)] {
            if (auto gone = removeSecret(name); !gone)
                qCWarning(lcNet) << "a secret stayed in the keyring:" << int(gone.error().fault);
        });
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
    const qint64 quota = qint64(settings.get(archive::quotaGiB) * double(1 << 30));
    if (!making || quota <= 0)
        return;
    const auto stored = m_session.archive().storedBytes();
    if (!stored || (*stored <= quota && roomTrouble().isEmpty()))
        return;
    Task task;
    const auto onlyHere = settings.get(evictImported) ? archive::Archive::OnlyHere::ImportedMayGo : archive::Archive::OnlyHere::Stays;
    const auto work = UnfinishedWork::open(m_session.profile());
    const auto reasonToKeep = [&](const dicom::StudyUid& study) { return work->reasonToKeep(study).value_or(QString()); };
    const auto report = work ? m_session.archive().evict(quota, reasonToKeep, task, onlyHere) : std::unexpected(work.error());
    QString trouble;
    if (!report) {
        trouble = message(report.error());
    } else {
        if (!report->evicted.empty())
            qCInfo(lcArchive) << "evicted" << report->evicted.size() << "studies";
        if (report->bytesOver > 0)
            trouble = tr("The archive is %1 over its quota: %2")
                          .arg(QLocale().formattedDataSize(report->bytesOver),
                               report->kept.empty() ? tr("nothing can go") : tr("%n stud(ies) must stay (%1)", nullptr, int(report->kept.size())).arg(report->kept.front().reason));
    }
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
    const auto work = UnfinishedWork::open(m_session.profile());
    return work ? work->reasonToKeep(study) : message(work.error());
}

} // namespace diascope::app
