#pragma once
#include "app/session/order_intake.h"
#include "app/session/session.h"
#include "netclient/dimse/listener.h"
#include "netclient/transfer/rules.h"
#include "netclient/transfer/transfer_runner.h"
#include <future>
#include <mutex>

namespace diascope::app
{

/// The listener runs with the windows from their start.
inline const Setting<bool> listenAlways{"listen.always", false};
/// The listener takes associations from anybody, not from the nodes alone (AE title and address).
inline const Setting<bool> listenAnyone{"listen.anyone", false};
/// The listener's certificate, key and the authorities its peers' certificates must come from (PEM files); empty: in the clear.
inline const Setting<QString> listenCertificate{"listen.tls.certificate", QString()};
inline const Setting<QString> listenKey{"listen.tls.key", QString()};
inline const Setting<QString> listenCa{"listen.tls.ca", QString()};
/// Imported files may be evicted too when the quota is full: whoever imported them has the files.
inline const Setting<bool> evictImported{"archive.evictImported", false};
/// Orders whose priors nobody has looked for yet. Any thread.
class NewOrders
{
public:
    void add(const transfer::Order& order)
    {
        const std::lock_guard lock(m_mutex);
        m_orders.push_back(order);
    }
    std::vector<transfer::Order> take()
    {
        const std::lock_guard lock(m_mutex);
        return std::exchange(m_orders, {});
    }

private:
    std::mutex m_mutex;
    std::vector<transfer::Order> m_orders;
};

/// How time passes for who looks for priors.
struct PrefetchPace
{
    int minuteMs = 60'000;
    int quietMs = 30'000; ///< from the first thing that arrives to the search for all that has arrived by then
};
/// Fetches priors by itself: every so many minutes, soon after something came in, and at once for an order.
RoundThread::Round prefetchRound(Session& session, transfer::TransferRunner& runner, NewOrders& newOrders, const PrefetchPace& pace = {});

/// What a session exchanges with its peers: the queue of transfers and who runs them, the listener, priors,
/// room in the archive.
/// Lives on the session's thread, except where said.
class Exchange : public QObject
{
    Q_OBJECT

public:
    static Result<std::unique_ptr<Exchange>> open(Session& session);
    ~Exchange() override;

    transfer::TransferQueue& queue() { return *m_queue; }
    transfer::TransferRunner& runner() { return *m_runner; }

    /// Queues it and wakes who runs it. Denied: viewing-only mode sends nothing.
    Result<qint64> request(const transfer::NewTransfer& transfer);
    /// Transfers run by themselves from now on, and the listener where the settings want it.
    void start(const PrefetchPace& pace = {});

    /// Errors: those of Listener::start() and of the route rules.
    Result<void> startListener(const dimse::ListenerOptions& options);
    void stopListener() { m_listener.reset(); }
    const dimse::Listener* listener() const { return m_listener.get(); }
    /// Orders of the RIS are taken over HL7 from now on, and the priors of each are looked for at once. Errors: those of
    /// OrderIntake::start(); Denied.
    Result<void> startOrders(quint16 port);
    const OrderIntake* orders() const { return m_orders.get(); }
    /// Why a listener the settings want does not run; empty where it does.
    QString listenerTrouble() const { return m_listenerTrouble; }
    /// From the settings: AE title and port.
    dimse::ListenerOptions listenerOptions() const;

    /// Adds or replaces a node; a secret that is not empty goes to the keyring. Errors: Denied, those of Nodes and of the keyring
    /// (then nothing was stored).
    Result<void> storeNode(const dimse::Node& node, const QString& secret);
    Result<void> removeNode(const QString& name); ///< its secret goes too, in the background
    /// A node as it is configured, with its secret (see withSecret()). NotFound, and the keyring's errors.
    Result<dimse::Node> node(const QString& name) const;

    /// Why nothing of this study may go now: unsent, unsigned, being transferred. Nothing: it may. Any thread.
    std::optional<QString> reasonToKeep(const dicom::StudyUid& study) const;

    /// Removes a study from the archive. Errors: Denied, NotFound; Conflict with the reason to keep it (SAF-15).
    Result<void> remove(const dicom::StudyUid& study);

    /// Brings the archive under its quota (archive.quotaGiB; 0: none) where it is over it. Any thread; one at a time.
    void makeRoom();
    /// Why the archive stays over its quota, for a person; empty where it does not. Any thread.
    QString roomTrouble() const;

Q_SIGNALS:
    /// Something came in by the listener.
    void arrived();
    /// Studies were evicted, or could not be: see roomTrouble().
    void roomMade();

private:
    explicit Exchange(Session& session);
    void applySettings();
    void startPrefetching();

    Session& m_session;
    std::unique_ptr<transfer::TransferQueue> m_queue;
    std::unique_ptr<transfer::TransferRunner> m_runner;
    std::future<void> m_secretRemoval; ///< awaited in the end
    std::unique_ptr<dimse::Listener> m_listener;
    QString m_listenerTrouble;
    std::mutex m_makingRoom;
    mutable std::mutex m_roomMutex;
    QString m_roomTrouble;
    NewOrders m_newOrders;
    PrefetchPace m_prefetchPace;
    std::unique_ptr<RoundThread> m_prefetcher;
    std::unique_ptr<OrderIntake> m_orders;
    bool m_isStarted = false;
};

/// The node with its secret from the keyring, which may ask a person: a worker's thread. Errors: the keyring's.
Result<dimse::Node> withSecret(dimse::Node node);

} // namespace diascope::app
