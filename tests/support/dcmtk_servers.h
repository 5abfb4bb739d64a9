#pragma once
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <functional>
#include <memory>

namespace diascope::test
{

/// A loopback port nobody listens on.
quint16 freePort();

/// A program that serves on a loopback port and ends with this object.
class ServerProcess
{
public:
    /// Null where the program is not installed or does not come up within 20 s; `why` says it.
    static std::unique_ptr<ServerProcess> start(const QString& program, const QStringList& arguments, quint16 port, QString* why,
                                                const QString& workingFolder = {});
    ~ServerProcess();
    bool comesUpOn(quint16 port, QString* why); ///< another port of it, within 20 s
    quint16 port() const { return m_port; }
    void kill();

private:
    QProcess m_process;
    quint16 m_port = 0;
};

/// dcmqrscp with one storage area for AE title QRSCP; it knows DIASCOPE at 127.0.0.1:`movePort`.
struct DcmQrScp
{
    static std::unique_ptr<DcmQrScp> start(quint16 movePort, QString* why, const QStringList& options = {}, int associations = 16);
    QTemporaryDir folder;
    std::unique_ptr<ServerProcess> process;
    quint16 port = 0;
};

/// storescp writing into a folder.
struct StoreScp
{
    static std::unique_ptr<StoreScp> start(const QStringList& options, QString* why);
    QTemporaryDir folder;
    std::unique_ptr<ServerProcess> process;
    quint16 port = 0;
};

} // namespace diascope::test
