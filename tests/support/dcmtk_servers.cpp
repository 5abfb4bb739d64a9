#include "tests/support/dcmtk_servers.h"
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpSocket>

namespace diascope::test
{

quint16 freePort()
{
    constexpr int Lowest = 10240, Count = 22000; // below the ports that outgoing connections get: a probe of one can be connected to itself
    static int next = static_cast<int>(QCoreApplication::applicationPid() * 131 % Count);
    for (int tried = 0; tried < Count; ++tried) {
        const auto port = static_cast<quint16>(Lowest + next);
        next = (next + 1) % Count;
        QTcpServer server;
        if (server.listen(QHostAddress::LocalHost, port))
            return port;
    }
    return 0;
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
    return server->comesUpOn(port, why) ? std::move(server) : nullptr;
}

bool ServerProcess::comesUpOn(quint16 port, QString* why)
{
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 20000 && !m_process.waitForFinished(20)) {
        QTcpSocket probe;
        probe.connectToHost(QHostAddress::LocalHost, port);
        if (probe.waitForConnected(200))
            return true;
    }
    *why = QStringLiteral("%1 did not come up on port %2").arg(m_process.program()).arg(port);
    return false;
}

ServerProcess::~ServerProcess() { kill(); }

void ServerProcess::kill()
{
    m_process.kill();
    m_process.waitForFinished(5000);
}

std::unique_ptr<DcmQrScp> DcmQrScp::start(quint16 movePort, QString* why, const QStringList& options, int associations)
{
    auto server = std::make_unique<DcmQrScp>();
    server->port = freePort();
    QFile config(server->folder.filePath("dcmqrscp.cfg"));
    if (!config.open(QIODevice::WriteOnly))
        return nullptr;
    QDir(server->folder.path()).mkdir("db");
    config.write(QStringLiteral("NetworkTCPPort = %1\nMaxPDUSize = 131072\nMaxAssociations = %4\n"
                                "HostTable BEGIN\ndia = (DIASCOPE, 127.0.0.1, %2)\nHostTable END\n"
                                "VendorTable BEGIN\nVendorTable END\n"
                                "AETable BEGIN\nQRSCP %3 RW (200, 1024mb) ANY\nAETable END\n")
                     .arg(server->port).arg(movePort).arg(server->folder.filePath("db")).arg(associations).toUtf8());
    config.close();
    server->process = ServerProcess::start("dcmqrscp", options + QStringList{"-c", config.fileName()}, server->port, why);
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

} // namespace diascope::test
