#include "app/session/exchange.h"
#include "app/session/media.h"
#include "app/session/prefetch.h"
#include "netclient/base/log.h"
#include "netclient/base/secrets.h"
#include "netclient/transfer/reception.h"
#include <QLocale>
#include <QMutex>
#include <QThread>
#include <QWaitCondition>

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

/// Fetches priors by itself: every so many minutes, and soon after something came in. On a thread of its own.
class Exchange::Prefetcher : public QThread
{
public:
    explicit Prefetcher(Exchange& exchange) : m_exchange(exchange) {}
    ~Prefetcher() override
    {
        m_task.cancel();
        {
            const QMutexLocker lock(&m_mutex);
            m_isStopping = true;
            m_wake.wakeAll();
        }
        wait();
    }
    void wakeUp()
    {
        const QMutexLocker lock(&m_mutex);
        m_hasArrivals = true;
        m_wake.wakeAll();
    }

protected:
    void run() override
    {
        constexpr int quietMs = 30'000; // a study is taken for arrived when so much time has gone by
        QMutexLocker lock(&m_mutex);
        while (!m_isStopping) {
            const int minutes = Settings(m_exchange.m_session.profile()).get(prefetchMinutes);
            m_wake.wait(&m_mutex, QDeadlineTimer(minutes > 0 ? minutes * 60'000LL : 60'000LL));
            if (std::exchange(m_hasArrivals, false) && !m_isStopping)
                m_wake.wait(&m_mutex, quietMs);
            if (m_isStopping || minutes <= 0)
                continue;
            lock.unlock();
            QStringList unreachable;
            const auto priors = app::prefetch(m_exchange.m_session.profile(), m_exchange.m_session.archive(), unreachable, m_task);
            if (!priors)
                qCWarning(lcNet) << "priors cannot be looked for:" << int(priors.error().fault);
            else if (!priors->empty())
                m_exchange.m_runner->wake();
            lock.relock();
        }
    }

private:
    Exchange& m_exchange;
    Task m_task;
    QMutex m_mutex;
    QWaitCondition m_wake;
    bool m_isStopping = false;
    bool m_hasArrivals = false;
};

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

void Exchange::start()
{
    m_isStarted = true;
    m_runner->start();
    m_prefetcher = std::make_unique<Prefetcher>(*this);
    m_prefetcher->start();
    connect(this, &Exchange::arrived, m_prefetcher.get(), [this] { m_prefetcher->wakeUp(); }, Qt::DirectConnection);
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

} // namespace diascope::app
