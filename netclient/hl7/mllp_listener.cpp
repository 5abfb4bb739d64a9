#include "netclient/base/log.h"
#include "netclient/hl7/mllp.h"
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

namespace diascope::hl7
{

struct MllpListener::Connection
{
    QTcpSocket* socket = nullptr; // owned by the server
    QTimer* idle = nullptr;       // owned by the socket
    QByteArray buffer;
};

MllpListener::MllpListener(Handler handler, QObject* parent) : QObject(parent), m_handler(std::move(handler)) {}

MllpListener::~MllpListener() { close(); }

Result<void> MllpListener::listen(const QHostAddress& address, quint16 port)
{
    close();
    m_server = std::make_unique<QTcpServer>();
    connect(m_server.get(), &QTcpServer::newConnection, this, &MllpListener::accept);
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
    for (const auto& connection : m_connections)
        connection->socket->disconnect(this);
    m_connections.clear();
    m_server.reset(); // with its sockets
}

void MllpListener::accept()
{
    while (QTcpSocket* socket = m_server->nextPendingConnection()) {
        if (qsizetype(m_connections.size()) >= m_limits.connections) {
            qCWarning(lcNet, "HL7 listener: too many connections, one refused");
            socket->abort();
            socket->deleteLater();
            continue;
        }
        auto owned = std::make_unique<Connection>();
        Connection* connection = owned.get();
        connection->socket = socket;
        connection->idle = new QTimer(socket);
        connection->idle->setSingleShot(true);
        connection->idle->start(m_limits.idleTimeoutMs);
        socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_connections.push_back(std::move(owned));
        connect(connection->idle, &QTimer::timeout, socket, [socket] { socket->abort(); });
        connect(socket, &QTcpSocket::readyRead, this, [this, connection] { read(*connection); });
        connect(socket, &QTcpSocket::disconnected, this, [this, connection] {
            connection->socket->disconnect(this);
            connection->socket->deleteLater();
            std::erase_if(m_connections, [connection](const auto& other) { return other.get() == connection; });
        });
    }
}

void MllpListener::read(Connection& connection)
{
    connection.idle->start(m_limits.idleTimeoutMs);
    connection.buffer += connection.socket->readAll();
    for (;;) {
        QByteArray& buffer = connection.buffer;
        const qsizetype start = buffer.indexOf(frameStart);
        if (start < 0) {
            buffer.clear(); // noise between frames
            return;
        }
        const qsizetype end = buffer.indexOf(QByteArray("\x1c\r", 2), start);
        if (end < 0) {
            buffer.remove(0, start);
            if (buffer.size() > m_limits.frameBytes) {
                qCWarning(lcNet, "HL7 listener: a frame over the limit, connection closed");
                connection.socket->abort(); // deletes the connection
            }
            return;
        }
        const QByteArray frame = buffer.mid(start + 1, end - start - 1);
        buffer.remove(0, end + 2);
        connection.socket->write(frameStart + answer(frame) + frameEnd + '\r');
        connection.socket->flush();
    }
}

QByteArray MllpListener::answer(const QByteArray& frame)
{
    const auto message = Message::fromBytes(frame, m_assumedCharacterSet);
    Reply reply{AckCode::Rejected, {}};
    Message received;
    if (!message) {
        reply.text = message.error().detail;
        received = Message::create(QStringLiteral("ACK"), {}, QDateTime::currentDateTime());
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
