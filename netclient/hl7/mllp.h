#pragma once
#include "netclient/base/task.h"
#include "netclient/hl7/message.h"
#include <QHostAddress>
#include <QObject>
#include <QSslConfiguration>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
    friend bool operator==(const MllpTarget&, const MllpTarget&) = default;
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

/// What an acknowledgement says; nothing: it is none (no MSA-1 of table 0008).
std::optional<Acknowledgement> acknowledgementIn(const Message& message);

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

    /// Sends and waits for the acknowledgement whose MSA-2 is `controlId`; others are kept for takeLate() and waited past.
    /// Errors: Invalid (VT or FS in the message), Unreachable (no connection, or it broke before the answer), TimedOut,
    /// Damaged (the answer is no HL7), Cancelled.
    Result<Acknowledgement> send(const QByteArray& message, const QString& controlId, const Task& task = {});
    /// Encodes and sends; control id from MSH-10. Unsupported: see Message::toBytes.
    Result<Acknowledgement> send(const Message& message, const Task& task = {});
    /// Acknowledgements of earlier messages that came on the kept connection meanwhile: after a CA the last word may take its time.
    std::vector<Acknowledgement> takeLate();
    void close();

private:
    Result<void> connectToPeer(const Task& task);
    Result<QByteArray> readFrame(qint64 deadlineMs, const Task& task);
    void keepLate(Acknowledgement acknowledgement);
    MllpTarget m_target;
    std::unique_ptr<QTcpSocket> m_socket;
    QByteArray m_buffer;
    std::vector<Acknowledgement> m_late;
};

/// Receives messages over MLLP and answers each. Lives on the thread of its event loop (move it before listen()). A peer gets no
/// more of the machine than the limits say, whatever it sends and however it leaves.
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
        qsizetype frameBytes = 8 * 1024 * 1024;
        qsizetype answerBytes = 256 * 1024; ///< not taken by the peer: until then nothing more of it is read
        int connections = 32;
        int connectionsOfAddress = 8; ///< the one that has been quiet longest makes room for a new one
        int idleTimeoutMs = 120'000;  ///< without a complete frame
    };
    /// Who may call. Both empty: anybody, in the clear.
    struct Access
    {
        QList<QHostAddress> callers; ///< empty: every address
        std::optional<QSslConfiguration> tls;
    };

    explicit MllpListener(Handler handler, QObject* parent = nullptr);
    ~MllpListener() override;

    void setLimits(const Limits& limits) { m_limits = limits; }
    void setAccess(const Access& access) { m_access = access; } ///< before listen()
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
    // By number: what a peer does while it is written to may end its connection, so each is looked up again.
    void accept();
    void makeRoom(const QHostAddress& address);
    void next(quint64 id);
    void read(quint64 id);
    void answerNext(quint64 id);
    void drop(quint64 id);
    Connection* find(quint64 id);
    QByteArray answer(const QByteArray& frame);

    Handler m_handler;
    Limits m_limits;
    Access m_access;
    QString m_assumedCharacterSet;
    std::unique_ptr<QTcpServer> m_server;
    std::map<quint64, std::unique_ptr<Connection>> m_connections;
    quint64 m_nextId = 0;
};

} // namespace diascope::hl7
