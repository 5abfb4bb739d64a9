#include "tests/support/scripted_http.h"
#include <QString>
#include <QUrl>
#include <arpa/inet.h>
#include <atomic>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diascope::test
{

struct ScriptedHttp::Private
{
    Script script;
    int listener = -1;
    quint16 port = 0;
    mutable std::mutex mutex;
    QList<Request> requests;
    std::vector<int> sockets;
    std::vector<std::thread> threads;
    std::thread acceptor;
    std::atomic<bool> isOver = false;

    void accept();
    void serve(int socket);
    bool readRequest(int socket, QByteArray& buffer, Request& request);
};

namespace
{

bool readMore(int socket, QByteArray& buffer)
{
    char bytes[65536];
    const ssize_t count = ::recv(socket, bytes, sizeof bytes, 0);
    if (count <= 0)
        return false;
    buffer.append(bytes, count);
    return true;
}

} // namespace

QList<QByteArray> ScriptedHttp::Request::values(const QByteArray& name) const
{
    QList<QByteArray> found;
    const qsizetype mark = target.indexOf('?');
    for (const QByteArray& pair : mark < 0 ? QList<QByteArray>() : target.mid(mark + 1).split('&'))
        if (pair.startsWith(name + "="))
            found << QByteArray::fromPercentEncoding(pair.mid(name.size() + 1));
    return found;
}

bool ScriptedHttp::Connection::send(const QByteArray& bytes)
{
    qint64 done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::send(m_socket, bytes.constData() + done, size_t(bytes.size() - done), MSG_NOSIGNAL);
        if (count <= 0)
            return false;
        done += count;
        m_sent += count;
    }
    return true;
}

void ScriptedHttp::Connection::answer(int status, const QByteArray& contentType, const QByteArray& body, const QByteArray& headers)
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(status) + " Scripted\r\n" + headers;
    if (!contentType.isEmpty())
        head += "Content-Type: " + contentType + "\r\n";
    if (!headers.toLower().contains("content-length:") && status != 204)
        head += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    send(head + "\r\n" + body);
}

bool ScriptedHttp::Connection::waitUntilGone(int milliseconds)
{
    pollfd descriptor{m_socket, POLLIN, 0};
    if (::poll(&descriptor, 1, milliseconds) <= 0)
        return false;
    char byte;
    return ::recv(m_socket, &byte, 1, MSG_PEEK) <= 0;
}

void ScriptedHttp::Connection::reset()
{
    const linger hard{1, 0};
    ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    m_isOver = true;
}

ScriptedHttp::ScriptedHttp(Script script) : d(std::make_shared<Private>())
{
    d->script = std::move(script);
    d->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(d->listener, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(d->listener, 64);
    socklen_t size = sizeof address;
    ::getsockname(d->listener, reinterpret_cast<sockaddr*>(&address), &size);
    d->port = ntohs(address.sin_port);
    d->acceptor = std::thread([d = d.get()] { d->accept(); });
}

ScriptedHttp::~ScriptedHttp()
{
    d->isOver = true;
    ::shutdown(d->listener, SHUT_RDWR);
    d->acceptor.join();
    ::close(d->listener);
    {
        const std::lock_guard lock(d->mutex);
        for (const int socket : d->sockets)
            ::shutdown(socket, SHUT_RDWR);
    }
    for (std::thread& thread : d->threads)
        thread.join();
}

void ScriptedHttp::Private::accept()
{
    while (!isOver) {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        const std::lock_guard lock(mutex);
        sockets.push_back(socket);
        threads.emplace_back([this, socket] { serve(socket); });
    }
}

bool ScriptedHttp::Private::readRequest(int socket, QByteArray& buffer, Request& request)
{
    qsizetype end = -1;
    while ((end = buffer.indexOf("\r\n\r\n")) < 0)
        if (buffer.startsWith('\x16') || !readMore(socket, buffer)) { // TLS: answered as real servers do
            (void)!::send(socket, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL);
            return false;
        }
    const QList<QByteArray> lines = buffer.left(end).split('\n');
    const QList<QByteArray> words = lines.front().trimmed().split(' ');
    request.method = words.value(0);
    request.target = words.value(1);
    for (const QByteArray& line : lines.mid(1))
        request.headers.insert(line.left(line.indexOf(':')).trimmed().toLower(), line.mid(line.indexOf(':') + 1).trimmed());
    buffer.remove(0, end + 4);
    const qint64 length = request.headers.value("content-length").toLongLong();
    while (buffer.size() < length)
        if (!readMore(socket, buffer))
            return false;
    request.body = buffer.left(length);
    buffer.remove(0, length);
    return true;
}

void ScriptedHttp::Private::serve(int socket)
{
    QByteArray buffer;
    Connection connection(socket);
    while (!isOver && !connection.m_isOver) {
        Request request;
        if (!readRequest(socket, buffer, request))
            break;
        {
            const std::lock_guard lock(mutex);
            request.number = int(requests.size());
            requests << request;
        }
        script(request, connection);
    }
    const std::lock_guard lock(mutex);
    std::erase(sockets, socket);
    ::close(socket);
}

quint16 ScriptedHttp::port() const { return d->port; }
QString ScriptedHttp::url(const QString& path) const { return QStringLiteral("http://127.0.0.1:%1%2").arg(d->port).arg(path); }

QList<ScriptedHttp::Request> ScriptedHttp::requests() const
{
    const std::lock_guard lock(d->mutex);
    return d->requests;
}

} // namespace diascope::test
