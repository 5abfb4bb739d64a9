#include "netclient/base/log.h"
#include "netclient/hl7/mllp.h"
#include <QElapsedTimer>
#include <QSslServer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>
#include <deque>

namespace diascope::hl7
{

struct MllpListener::Connection
{
    QTcpSocket* socket = nullptr; // owned by the server
    QHostAddress address;         // the socket forgets it with the connection
    bool isOver = false;          // the peer hung up; what it sent is still answered, in its turn
    QTimer* idle = nullptr;       // owned by the socket
    QElapsedTimer quiet;          // since its last complete frame
    QByteArray buffer;            // from the start of a frame that is not complete
    qsizetype searched = 0;       // so far no end is in the buffer
    std::deque<QByteArray> frames; // complete, not answered
};

MllpListener::MllpListener(Handler handler, QObject* parent) : QObject(parent), m_handler(std::move(handler)) {}

MllpListener::~MllpListener() { close(); }

Result<void> MllpListener::listen(const QHostAddress& address, quint16 port)
{
    close();
    if (m_access.tls) {
        auto server = std::make_unique<QSslServer>();
        server->setSslConfiguration(*m_access.tls);
        m_server = std::move(server);
    } else {
        m_server = std::make_unique<QTcpServer>();
    }
    connect(m_server.get(), &QTcpServer::pendingConnectionAvailable, this, &MllpListener::accept);
    if (m_server->listen(address, port))
        return {};
    const QString reason = m_server->errorString();
    m_server.reset();
    return fail(Fault::Unreachable,
                QCoreApplication::translate("Mllp", "port %1 cannot be listened on: %2").arg(port).arg(reason));
}

quint16 MllpListener::port() const { return m_server ? m_server->serverPort() : 0; }

void MllpListener::close()
{
    for (const auto& [id, connection] : m_connections)
        connection->socket->disconnect(this);
    m_connections.clear();
    m_server.reset(); // with its sockets
}

MllpListener::Connection* MllpListener::find(quint64 id)
{
    const auto found = m_connections.find(id);
    return found == m_connections.end() ? nullptr : found->second.get();
}

void MllpListener::drop(quint64 id)
{
    const auto node = m_connections.extract(id);
    if (!node)
        return;
    QTcpSocket* socket = node.mapped()->socket;
    socket->disconnect(this);
    socket->abort();
    socket->deleteLater(); // it may be in the middle of a signal
}

void MllpListener::makeRoom(const QHostAddress& address)
{
    const auto quietest = [&](auto isCandidate) {
        quint64 longest = 0;
        qint64 longestMs = -1;
        for (const auto& [id, connection] : m_connections)
            if (isCandidate(*connection) && connection->quiet.elapsed() > longestMs) {
                longest = id;
                longestMs = connection->quiet.elapsed();
            }
        return longest;
    };
    const auto isOfAddress = [&](const Connection& connection) { return connection.address.isEqual(address); };
    const auto ofAddress = std::count_if(m_connections.begin(), m_connections.end(), [&](const auto& one) { return isOfAddress(*one.second); });
    if (ofAddress >= m_limits.connectionsOfAddress) {
        qCInfo(lcNet, "HL7 listener: too many connections of one address, its quietest goes");
        drop(quietest(isOfAddress));
    } else if (qsizetype(m_connections.size()) >= m_limits.connections) {
        qCWarning(lcNet, "HL7 listener: too many connections, the quietest goes");
        drop(quietest([](const Connection&) { return true; }));
    }
}

void MllpListener::accept()
{
    while (QTcpSocket* socket = m_server->nextPendingConnection()) {
        const QHostAddress address = socket->peerAddress();
        const bool isWelcome = m_access.callers.isEmpty() || std::any_of(m_access.callers.begin(), m_access.callers.end(),
                                                                         [&](const QHostAddress& caller) { return caller.isEqual(address); });
        if (!isWelcome) {
            qCWarning(lcNet) << "HL7 listener: an address that may not call is turned away:" << address.toString();
            socket->abort();
            socket->deleteLater();
            continue;
        }
        makeRoom(address);
        const quint64 id = ++m_nextId;
        auto connection = std::make_unique<Connection>();
        connection->socket = socket;
        connection->address = address;
        connection->quiet.start();
        connection->idle = new QTimer(socket);
        connection->idle->setSingleShot(true);
        connection->idle->start(m_limits.idleTimeoutMs);
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        socket->setReadBufferSize(std::min<qint64>(m_limits.frameBytes, 1024 * 1024)); // the rest waits with the peer
        connect(connection->idle, &QTimer::timeout, this, [this, id] { drop(id); });
        connect(socket, &QTcpSocket::readyRead, this, [this, id] { read(id); });
        connect(socket, &QTcpSocket::bytesWritten, this, [this, id] { answerNext(id); });
        connect(socket, &QTcpSocket::disconnected, this, [this, id] {
            if (Connection* connection = find(id)) { // whoever sends and hangs up has sent nevertheless
                connection->isOver = true;
                connection->idle->stop();
                next(id);
            }
        });
        m_connections.emplace(id, std::move(connection));
        if (socket->bytesAvailable() > 0)
            read(id);
    }
}

/// In another turn of the event loop: between two answers to one peer the others get theirs.
void MllpListener::next(quint64 id)
{
    const auto go = [this, id] {
        if (const Connection* connection = find(id))
            connection->frames.empty() ? read(id) : answerNext(id);
    };
    QMetaObject::invokeMethod(this, go, Qt::QueuedConnection);
}

/// Takes complete frames out of what has come; they are answered afterwards, one a turn of the event loop.
void MllpListener::read(quint64 id)
{
    Connection* connection = find(id);
    if (!connection || !connection->frames.empty())
        return; // read on when these are answered
    QByteArray& buffer = connection->buffer;
    if (connection->socket->isOpen())
        buffer += connection->socket->readAll();
    qsizetype taken = 0;
    for (;;) {
        const qsizetype start = buffer.indexOf(frameStart, taken);
        if (start < 0) {
            taken = buffer.size(); // noise between frames
            break;
        }
        const qsizetype end = buffer.indexOf("\x1c\r", std::max(start, connection->searched));
        if (end < 0) {
            taken = start;
            connection->searched = std::max<qsizetype>(0, buffer.size() - taken - 1); // the first half of an end may be there
            break;
        }
        connection->frames.push_back(buffer.mid(start + 1, end - start - 1));
        taken = end + 2;
        connection->searched = taken;
    }
    buffer.remove(0, taken);
    if (buffer.isEmpty())
        connection->searched = 0;
    if (buffer.size() > m_limits.frameBytes) {
        qCWarning(lcNet, "HL7 listener: a frame over the limit, connection closed");
        return drop(id);
    }
    if (connection->frames.empty())
        return connection->isOver ? drop(id) : void();
    connection->quiet.restart();
    next(id);
}

void MllpListener::answerNext(quint64 id)
{
    Connection* connection = find(id);
    if (!connection || connection->frames.empty() || (!connection->isOver && connection->socket->bytesToWrite() > m_limits.answerBytes))
        return;
    const QByteArray frame = std::move(connection->frames.front());
    connection->frames.pop_front();
    const QByteArray said = answer(frame);
    connection = find(id); // whoever handles a message may let events in
    if (!connection)
        return;
    if (!connection->isOver) {
        connection->idle->start(m_limits.idleTimeoutMs);
        connection->socket->write(frameStart + said + frameEnd + '\r');
    }
    next(id);
}

QByteArray MllpListener::answer(const QByteArray& frame)
{
    const auto message = Message::fromBytes(frame, m_assumedCharacterSet);
    Reply reply{AckCode::Rejected, {}};
    Message received;
    if (!message) {
        reply.text = message.error().detail;
        // The sender learns which of its messages it was, where that much can be read; in ASCII, for its set may be unknown.
        received = Message::headerOf(frame).value_or(Message::create(QStringLiteral("ACK"), {}, QDateTime::currentDateTime()));
        received.segment(QStringLiteral("MSH"))->set(18, {});
    } else {
        received = *message;
        reply = m_handler ? m_handler(received) : Reply{AckCode::Error, QStringLiteral("nothing takes messages here")};
    }
    auto bytes = acknowledge(received, reply.code, reply.text).toBytes();
    if (!bytes) // our words do not fit the sender's character set: the code alone does
        bytes = acknowledge(received, reply.code).toBytes();
    Q_EMIT answered(reply.code);
    return bytes.value_or(QByteArray());
}

} // namespace diascope::hl7
