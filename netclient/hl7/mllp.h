#pragma once
#include "netclient/base/task.h"
#include "netclient/hl7/message.h"
#include <QHostAddress>
#include <QObject>
#include <functional>
#include <memory>
#include <vector>

class QTcpServer;
class QTcpSocket;

namespace diascope::hl7
{

inline constexpr char frameStart = '\x0b'; ///< VT
inline constexpr char frameEnd = '\x1c';   ///< FS, followed by CR

/// One HL7 peer (setting keys ris.hl7.host, .port, .tls).
struct MllpTarget
{
    enum class Security { Plain, Tls };

    QString host;
    quint16 port = 2575;
    Security security = Security::Plain;
    QString caFile; ///< PEM with further trusted authorities, for TLS; empty: the system's
    int connectTimeoutMs = 5000;
    int answerTimeoutMs = 30000;      ///< for the first acknowledgement that answers our message
    int applicationTimeoutMs = 10000; ///< after a CA: how long to wait for the AA on this connection
};

/// What the peer said to one message.
struct Acknowledgement
{
    AckCode code = AckCode::Accepted;
    QString controlId; ///< MSA-2
    QString text;      ///< MSA-3, else ERR-8/ERR-7; may hold patient data: show it, do not log it

    bool isAccepted() const { return code == AckCode::Accepted; }
    /// CA alone: safely stored by the peer, not yet processed; wait, do not resend.
    bool isPending() const { return code == AckCode::CommitAccepted; }
    /// AE, AR, CE, CR: hold, show, never resend blindly.
    bool isRefused() const { return !isAccepted() && !isPending(); }
};

/// Sends messages one at a time over one kept connection; blocking, for a worker thread. One instance a thread.
/// It never resends: after an error nobody knows whether the peer got the message, so the queue resends it with the same
/// MSH-10 and the peer recognises it.
class MllpSender
{
public:
    explicit MllpSender(const MllpTarget& target);
    ~MllpSender();
    MllpSender(const MllpSender&) = delete;
    MllpSender& operator=(const MllpSender&) = delete;

    /// Sends and waits for the acknowledgement whose MSA-2 is `controlId`; others are ignored and waited past.
    /// Errors: Invalid (VT or FS in the message), Unreachable (no connection, or it broke before the answer), TimedOut,
    /// Damaged (the answer is no HL7), Cancelled.
    Result<Acknowledgement> send(const QByteArray& message, const QString& controlId, const Task& task = {});
    /// Encodes and sends; control id from MSH-10. Unsupported: see Message::toBytes.
    Result<Acknowledgement> send(const Message& message, const Task& task = {});
    void close();

private:
    Result<void> connectToPeer(const Task& task);
    Result<QByteArray> readFrame(qint64 deadlineMs, const Task& task);
    MllpTarget m_target;
    std::unique_ptr<QTcpSocket> m_socket;
    QByteArray m_buffer;
};

/// Receives messages over MLLP and answers each. Lives on the thread of its event loop (move it before listen()).
class MllpListener : public QObject
{
    Q_OBJECT

public:
    struct Reply
    {
        AckCode code = AckCode::Accepted;
        QString text;
    };
    /// Called on the listener's thread, one message after the other. What it accepts must be durable when it returns.
    using Handler = std::function<Reply(const Message&)>;
    struct Limits
    {
        qsizetype frameBytes = 32 * 1024 * 1024;
        int connections = 32;
        int idleTimeoutMs = 600'000;
    };

    explicit MllpListener(Handler handler, QObject* parent = nullptr);
    ~MllpListener() override;

    void setLimits(const Limits& limits) { m_limits = limits; }
    void setAssumedCharacterSet(const QString& characterSet) { m_assumedCharacterSet = characterSet; }
    /// port 0: any free one. Unreachable: the port cannot be had.
    Result<void> listen(const QHostAddress& address, quint16 port);
    quint16 port() const;
    void close();

Q_SIGNALS:
    /// After each answer; for logs and counters.
    void answered(diascope::hl7::AckCode code);

private:
    struct Connection;
    void accept();
    void read(Connection& connection);
    QByteArray answer(const QByteArray& frame);

    Handler m_handler;
    Limits m_limits;
    QString m_assumedCharacterSet;
    std::unique_ptr<QTcpServer> m_server;
    std::vector<std::unique_ptr<Connection>> m_connections;
};

} // namespace diascope::hl7
