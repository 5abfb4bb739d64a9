#include "app/demo/servers.h"
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <csignal>
#include <sys/prctl.h>

namespace diascope::demo
{

namespace
{

constexpr int startMs = 15000;

QString tr(const char* text) { return QCoreApplication::translate("Demo", text); }

quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

bool answersWithin(quint16 port, int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < milliseconds) {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port);
        if (socket.waitForConnected(200))
            return true;
    }
    return false;
}

/// A server of ours does not outlive us, however we end.
void tieToUs(QProcess& process)
{
    process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGTERM); });
}

void end(QProcess& process)
{
    process.terminate();
    if (!process.waitForFinished(3000)) {
        process.kill();
        process.waitForFinished(3000);
    }
}

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

constexpr char risProgram[] = R"(
import asyncio, os, sys
import hl7.mllp
folder = sys.argv[1]
async def serve(reader, writer):
    while not writer.is_closing():
        try:
            message = await reader.readmessage()
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        answer = message.create_ack()
        for name, what in (('message.hl7', message), ('acknowledgement.hl7', answer)):
            with open(os.path.join(folder, name), 'wb') as f:
                f.write(str(what).encode('utf-8'))
        writer.writemessage(answer)
        await writer.drain()
async def main():
    server = await hl7.mllp.start_hl7_server(serve, host='127.0.0.1', port=0, encoding='utf-8')
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()
asyncio.run(main())
)";

} // namespace

Result<std::unique_ptr<Pacs>> Pacs::start(const QString& folder)
{
    const QString program = QStandardPaths::findExecutable(QStringLiteral("dcmqrscp"));
    if (program.isEmpty())
        return fail(Fault::NotFound, tr("dcmqrscp (package dcmtk) is not installed"));
    QDir().mkpath(folder + QStringLiteral("/store"));
    auto pacs = std::make_unique<Pacs>();
    pacs->m_node = {QStringLiteral("Demonstration PACS"), QStringLiteral("DEMOPACS"), QStringLiteral("127.0.0.1"), freePort(), false, {}, QStringLiteral("ISO_IR 192"), {}};
    QFile config(folder + QStringLiteral("/dcmqrscp.cfg"));
    if (!config.open(QIODevice::WriteOnly))
        return fail(Fault::Unreadable, config.errorString());
    config.write(QStringLiteral("NetworkTCPPort = %1\nMaxPDUSize = 131072\nMaxAssociations = 16\n"
                                "HostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
                                "AETable BEGIN\n%2 %3/store RW (200, 4096mb) ANY\nAETable END\n")
                     .arg(pacs->m_node.port)
                     .arg(pacs->m_node.aeTitle, folder)
                     .toUtf8());
    config.close();
    pacs->m_process.setStandardOutputFile(QProcess::nullDevice());
    pacs->m_process.setStandardErrorFile(QProcess::nullDevice());
    tieToUs(pacs->m_process);
    pacs->m_process.start(program, {QStringLiteral("-c"), config.fileName()});
    if (!pacs->m_process.waitForStarted() || !answersWithin(pacs->m_node.port, startMs))
        return fail(Fault::TimedOut, tr("dcmqrscp does not answer"));
    return pacs;
}

Pacs::~Pacs() { end(m_process); }

Result<std::unique_ptr<Ris>> Ris::start(const QString& folder)
{
    if (!QFile::exists(QStringLiteral("/usr/bin/python3")))
        return fail(Fault::NotFound, tr("python3 is not installed"));
    QDir().mkpath(folder);
    auto ris = std::make_unique<Ris>();
    ris->m_folder = folder;
    ris->m_process.setStandardErrorFile(QProcess::nullDevice());
    tieToUs(ris->m_process);
    ris->m_process.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), QLatin1String(risProgram), folder});
    QElapsedTimer timer;
    timer.start();
    while (!ris->m_process.canReadLine() && timer.elapsed() < startMs && ris->m_process.state() != QProcess::NotRunning)
        ris->m_process.waitForReadyRead(200);
    ris->m_port = ris->m_process.readLine().trimmed().toUShort();
    if (ris->m_port == 0)
        return fail(Fault::NotFound, tr("python3-hl7 is not installed"));
    return ris;
}

Ris::~Ris() { end(m_process); }
QByteArray Ris::lastAcknowledgement() const { return contents(m_folder + QStringLiteral("/acknowledgement.hl7")); }
QByteArray Ris::lastMessage() const { return contents(m_folder + QStringLiteral("/message.hl7")); }

} // namespace diascope::demo
