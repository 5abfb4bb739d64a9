#pragma once
#include "netclient/dimse/association.h"
#include "netclient/dimse/listener.h"
#include "netclient/dimse/tls_door.h"
#include <thread>

struct T_DIMSE_N_EventReportRQ;

namespace diascope::dimse
{

qint64 nowMs();

/// One association of the listener on its thread.
class Session
{
public:
    enum class Welcome { Served, TurnedAway };
    using Refused = std::function<void(quint32 address, const QString& reason)>;

    Session(Guest&& guest, const ListenerOptions& options, const Sink& sink, Welcome welcome, const Refused& refused,
            ReceiveBudget& budget);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    bool isOver() const { return m_isOver; }
    bool isStopping() const { return m_watch->stop; }
    quint32 address() const { return m_address; }
    /// How long it has waited for the next message; -1: it is in the middle of one.
    qint64 idleMs() const;
    /// Looks how much has come since the last time; to be called often, on one thread.
    void measure();
    /// Over the last whole window; nothing: not known yet.
    std::optional<qint64> bytesPerSecond() const { return m_bytesPerSecond; }
    /// How long it has been slower in the middle of a message than any line is.
    qint64 trickleMs() const { return m_trickleMs; }
    void stop() { m_watch->stop = true; }

private:
    void run();
    bool accept();
    enum class Rejection { TooMany, OtherAe, Stranger };
    bool reject(Rejection rejection, const QString& reason);
    void acceptContexts();
    void serve();
    bool handle(T_DIMSE_Message& message, quint8 context);
    bool handleStore(T_DIMSE_C_StoreRQ& request, quint8 context);
    bool handleEvent(const T_DIMSE_N_EventReportRQ& request, quint8 context);

    int m_socket;
    const quint32 m_address;
    const ListenerOptions& m_options;
    const Sink& m_sink;
    const Welcome m_welcome;
    const Refused& m_refused;
    ReceiveBudget& m_budget;
    std::shared_ptr<Watch> m_watch = std::make_shared<Watch>();
    std::unique_ptr<DcmTransportLayer> m_layer;
    T_ASC_Network* m_network = nullptr;
    T_ASC_Association* m_association = nullptr;
    Syntaxes m_syntaxes;
    QString m_callingAe;
    std::atomic<qint64> m_idleSince = -1;
    std::atomic<bool> m_isStoring = false; ///< the peer waits for us
    std::atomic<bool> m_isOver = false;
    qint64 m_windowSince = nowMs(), m_windowBytes = 0, m_trickleMs = 0;
    std::optional<qint64> m_bytesPerSecond;
    std::thread m_thread;
};

} // namespace diascope::dimse
