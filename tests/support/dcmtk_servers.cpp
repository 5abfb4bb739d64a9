#include "tests/support/dcmtk_servers.h"
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>
#include <atomic>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diascope::test
{

quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost, 0);
    return server.serverPort();
}

std::unique_ptr<ServerProcess> ServerProcess::start(const QString& program, const QStringList& arguments, quint16 port, QString* why,
                                                    const QString& workingFolder)
{
    const QString path = QStandardPaths::findExecutable(program, {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/bin")});
    if (path.isEmpty()) {
        *why = QStringLiteral("%1 is not installed").arg(program);
        return nullptr;
    }
    auto server = std::make_unique<ServerProcess>();
    server->m_port = port;
    server->m_process.setWorkingDirectory(workingFolder);
    server->m_process.setProcessChannelMode(QProcess::MergedChannels);
    server->m_process.setStandardOutputFile(QProcess::nullDevice());
    server->m_process.setStandardInputFile(QProcess::nullDevice());
    server->m_process.start(path, arguments);
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 20000 && !server->m_process.waitForFinished(20)) {
        QTcpSocket probe;
        probe.connectToHost(QHostAddress::LocalHost, port);
        if (probe.waitForConnected(200))
            return server;
    }
    *why = QStringLiteral("%1 did not come up on port %2").arg(program).arg(port);
    return nullptr;
}

ServerProcess::~ServerProcess() { kill(); }

void ServerProcess::kill()
{
    m_process.kill();
    m_process.waitForFinished(5000);
}

std::unique_ptr<DcmQrScp> DcmQrScp::start(quint16 movePort, QString* why)
{
    auto server = std::make_unique<DcmQrScp>();
    server->port = freePort();
    QFile config(server->folder.filePath("dcmqrscp.cfg"));
    if (!config.open(QIODevice::WriteOnly))
        return nullptr;
    QDir(server->folder.path()).mkdir("db");
    config.write(QStringLiteral("NetworkTCPPort = %1\nMaxPDUSize = 131072\nMaxAssociations = 16\n"
                                "HostTable BEGIN\ndia = (DIASCOPE, 127.0.0.1, %2)\nHostTable END\n"
                                "VendorTable BEGIN\nVendorTable END\n"
                                "AETable BEGIN\nQRSCP %3 RW (200, 1024mb) ANY\nAETable END\n")
                     .arg(server->port).arg(movePort).arg(server->folder.filePath("db")).toUtf8());
    config.close();
    server->process = ServerProcess::start("dcmqrscp", {"-c", config.fileName()}, server->port, why);
    return server->process ? std::move(server) : nullptr;
}

std::unique_ptr<StoreScp> StoreScp::start(const QStringList& options, QString* why)
{
    auto server = std::make_unique<StoreScp>();
    server->port = freePort();
    server->process = ServerProcess::start("storescp", options + QStringList{"-od", server->folder.path(), "-aet", "STORESCP",
                                                                              QString::number(server->port)},
                                           server->port, why);
    return server->process ? std::move(server) : nullptr;
}

struct CuttingProxy::Private
{
    int listener = -1;
    quint16 port = 0;
    quint16 to = 0;
    std::atomic<qint64> cutAfter = -1;
    std::atomic<bool> isStopping = false;
    std::atomic<bool> isStalled = false;
    std::thread thread;

    struct Pair
    {
        int client, server;
        qint64 left;
    };

    static sockaddr_in loopback(quint16 port)
    {
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    void run()
    {
        std::vector<Pair> pairs;
        std::vector<char> block(65536);
        while (!isStopping) {
            std::vector<pollfd> fds{{listener, POLLIN, 0}};
            for (const Pair& pair : pairs) {
                fds.push_back({pair.client, POLLIN, 0});
                fds.push_back({pair.server, POLLIN, 0});
            }
            ::poll(fds.data(), fds.size(), 50);
            std::vector<Pair> still;
            for (size_t i = 0; i < pairs.size(); ++i)
                if (forward(pairs[i], fds[1 + 2 * i].revents, fds[2 + 2 * i].revents, block))
                    still.push_back(pairs[i]);
            pairs = std::move(still);
            if (fds[0].revents & POLLIN) {
                const int client = ::accept(listener, nullptr, nullptr);
                const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
                sockaddr_in address = loopback(to);
                if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
                    pairs.push_back({client, server, cutAfter});
            }
        }
        for (const Pair& pair : pairs) {
            ::close(pair.client);
            ::close(pair.server);
        }
    }

    bool forward(Pair& pair, short fromClient, short fromServer, std::vector<char>& block)
    {
        bool isOpen = true;
        if (fromClient) {
            const ssize_t count = ::recv(pair.client, block.data(), block.size(), 0);
            isOpen = count > 0 && (isStalled || ::send(pair.server, block.data(), size_t(count), MSG_NOSIGNAL) == count);
        }
        if (isOpen && fromServer) {
            ssize_t count = ::recv(pair.server, block.data(), block.size(), 0);
            isOpen = count > 0;
            if (isOpen && pair.left >= 0) {
                isOpen = count <= pair.left;
                count = std::min<ssize_t>(count, pair.left);
                pair.left -= count;
            }
            if (count > 0 && !isStalled)
                ::send(pair.client, block.data(), size_t(count), MSG_NOSIGNAL);
        }
        if (!isOpen) {
            ::close(pair.client);
            ::close(pair.server);
        }
        return isOpen;
    }
};

CuttingProxy::CuttingProxy(quint16 to, qint64 cutAfterBytes) : d(std::make_unique<Private>())
{
    d->to = to;
    d->cutAfter = cutAfterBytes;
    d->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Private::loopback(0);
    socklen_t size = sizeof address;
    ::bind(d->listener, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(d->listener, 16);
    ::getsockname(d->listener, reinterpret_cast<sockaddr*>(&address), &size);
    d->port = ntohs(address.sin_port);
    d->thread = std::thread([this] { d->run(); });
}

CuttingProxy::~CuttingProxy()
{
    d->isStopping = true;
    d->thread.join();
    ::close(d->listener);
}

quint16 CuttingProxy::port() const { return d->port; }
void CuttingProxy::setCutAfter(qint64 bytes) { d->cutAfter = bytes; }
void CuttingProxy::stall() { d->isStalled = true; }

} // namespace diascope::test
