#pragma once
#include "tests/support/scripted_scp.h"
#include <arpa/inet.h>
#include <functional>
#include <mutex>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

/// Upper Layer PDUs over a socket, each byte under the test's control (PS3.8 §9.3).
namespace diascope::test {

/// One end of a TCP connection. Waits at most 20 s for a byte.
class Wire
{
public:
    explicit Wire(int socket) : m_socket(socket)
    {
        const int on = 1;
        ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Wire() { close(); }
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    static int connectedTo(quint16 port)
    {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        (void)::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address);
        return socket;
    }

    void write(const QByteArray& bytes)
    {
        for (qsizetype at = 0; at < bytes.size();) {
            const ssize_t count = ::send(m_socket, bytes.constData() + at, size_t(bytes.size() - at), MSG_NOSIGNAL);
            if (count <= 0)
                return;
            at += count;
        }
    }
    /// The next PDU with its head; nothing: the other end closed, or said nothing.
    QByteArray pdu()
    {
        QByteArray head = bytes(6);
        if (head.size() < 6)
            return {};
        qsizetype length = 0;
        for (int i = 2; i < 6; ++i)
            length = length << 8 | uchar(head[i]);
        return head + bytes(std::min<qsizetype>(length, 64 << 20));
    }
    /// So many bytes, or fewer where the other end closed.
    QByteArray bytes(qsizetype count)
    {
        QByteArray read(count, '\0');
        qsizetype at = 0;
        while (at < count) {
            pollfd descriptor{m_socket, POLLIN, 0};
            const ssize_t got =
                ::poll(&descriptor, 1, 20000) > 0 ? ::recv(m_socket, read.data() + at, size_t(count - at), 0) : -1;
            if (got <= 0)
                break;
            at += got;
        }
        return read.left(at);
    }
    void endWriting() { ::shutdown(m_socket, SHUT_WR); }
    /// Everybody's bytes are thrown away (RST).
    void reset()
    {
        const linger hard{1, 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close();
    }
    void close()
    {
        if (m_socket >= 0)
            ::close(m_socket);
        m_socket = -1;
    }

private:
    int m_socket;
};

/// Listens on a loopback port; each connection is `talk`'s, on a thread of its own, and ends with it.
class WirePeer
{
public:
    using Talk = std::function<void(Wire& wire, int number)>; ///< number: which connection, from 0
    explicit WirePeer(Talk talk) : m_talk(std::move(talk))
    {
        m_socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_socket, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(m_socket, 64) == 0 &&
            ::getsockname(m_socket, reinterpret_cast<sockaddr*>(&address), &size) == 0)
            m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] {
            for (int client; (client = ::accept4(m_socket, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;)
                m_talks.emplace_back([this, client, number = m_connections++] {
                    Wire wire(client);
                    m_talk(wire, number);
                });
        });
    }
    ~WirePeer()
    {
        ::shutdown(m_socket, SHUT_RDWR);
        m_thread.join();
        for (std::thread& talk : m_talks)
            talk.join();
        ::close(m_socket);
    }
    quint16 port() const { return m_port; }
    int connections() const { return m_connections; }

private:
    Talk m_talk;
    int m_socket = -1;
    quint16 m_port = 0;
    std::atomic<int> m_connections = 0;
    std::thread m_thread;
    std::vector<std::thread> m_talks;
};

/// 0 behind the end.
inline uchar byteAt(const QByteArray& bytes, qsizetype at)
{
    return at < bytes.size() ? uchar(bytes[at]) : uchar(0);
}

/// The items of an A-ASSOCIATE-RQ or -AC behind its fixed fields, in their order; and those in an item.
inline std::vector<std::pair<int, QByteArray>> itemsOf(const QByteArray& bytes)
{
    std::vector<std::pair<int, QByteArray>> found;
    for (qsizetype at = 0; at + 4 <= bytes.size();) {
        const qsizetype length = uchar(bytes[at + 2]) << 8 | uchar(bytes[at + 3]);
        found.emplace_back(uchar(bytes[at]), bytes.mid(at + 4, length));
        at += 4 + length;
    }
    return found;
}

/// The A-ASSOCIATE-AC that takes every context of a request in its first transfer syntax, and what else it asks for.
inline QByteArray acceptAll(const QByteArray& request, quint32 maximumPdu = 16384)
{
    QByteArray answers = item(0x10, "1.2.840.10008.3.1.1.1"),
               user = item(0x51, big(maximumPdu, 4)) + item(0x52, "1.2.3.4");
    for (const auto& [type, value] : itemsOf(request.mid(74))) {
        if (type == 0x20) {
            QByteArray syntax;
            for (const auto& [kind, uid] : itemsOf(value.mid(4)))
                if (kind == 0x40 && syntax.isEmpty())
                    syntax = uid;
            answers += item(0x21, value.left(1) + QByteArray(3, '\0') + item(0x40, syntax));
        }
        if (type == 0x50)
            for (const auto& [kind, bytes] : itemsOf(value))
                if (kind == 0x54)
                    user += item(0x54, bytes);
    }
    return pdu(0x02, request.mid(6, 68) + answers + item(0x50, user));
}

} // namespace diascope::test
