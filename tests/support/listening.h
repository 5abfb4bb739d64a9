#pragma once
#include "tests/support/program.h"

namespace diascope::test
{

/// `diascope listen` as AE title HERE, ended by SIGTERM.
struct Listening
{
    QProcess process;
    QString port;
    quint16 orderPort = 0; ///< 0: it was not asked for
    explicit Listening(const Program& program, const QStringList& options = {})
    {
        program.start(process, QStringList{"listen", "--port", "0", "--ae", "HERE", "--json"} + options);
        QByteArray said;
        while (!QJsonDocument::fromJson(said).isObject() && process.waitForReadyRead(15000))
            said += process.readAllStandardOutput();
        port = QString::number(QJsonDocument::fromJson(said)["port"].toInt());
        orderPort = quint16(QJsonDocument::fromJson(said)["hl7Port"].toInt());
    }
    ~Listening() { (void)endsCleanly(); }
    bool endsCleanly()
    {
        process.terminate();
        return process.waitForFinished(15000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
    }
};

} // namespace diascope::test
