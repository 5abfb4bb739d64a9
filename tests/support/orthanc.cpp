#include "tests/support/orthanc.h"
#include "tests/support/test_data.h"
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>

namespace diascope::test
{

std::unique_ptr<Orthanc> Orthanc::start(quint16 movePort, QString* why, const QByteArray& moreJson)
{
    auto server = std::make_unique<Orthanc>();
    server->port = freePort();
    server->httpPort = freePort();
    QFile config(server->folder.filePath("orthanc.json"));
    if (!config.open(QIODevice::WriteOnly))
        return nullptr;
    config.write(QStringLiteral(R"({"Name":"test","StorageDirectory":"%1","IndexDirectory":"%1","StorageCompression":false,
"HttpServerEnabled":true,"HttpPort":%3,"RemoteAccessAllowed":false,"AuthenticationEnabled":false,
"DicomServerEnabled":true,"DicomAet":"ORTHANC","DicomCheckCalledAet":true,"DicomPort":%2,"Plugins":[],
"DicomAlwaysAllowEcho":true,"DicomAlwaysAllowStore":true,"DicomAlwaysAllowFind":true,"DicomAlwaysAllowGet":true,
"DicomAlwaysAllowMove":true,"DefaultEncoding":"Utf8","UnknownSopClassAccepted":false,
"DicomModalities":{"dia":["DIASCOPE","127.0.0.1",%4]}%5})")
                     .arg(server->folder.filePath("store")).arg(server->port).arg(server->httpPort).arg(movePort)
                     .arg(QString::fromUtf8(moreJson)).toUtf8());
    config.close();
    server->process = ServerProcess::start("Orthanc", {config.fileName()}, server->port, why);
    return server->process && server->process->comesUpOn(server->httpPort, why) ? std::move(server) : nullptr;
}

QByteArray Orthanc::get(const QString& path) const
{
    return python("import sys,urllib.request\nsys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())",
                  {QStringLiteral("http://127.0.0.1:%1%2").arg(httpPort).arg(path)})
        .out;
}

QStringList Orthanc::instanceIds() const
{
    QStringList ids;
    for (const QJsonValue& value : QJsonDocument::fromJson(get("/instances")).array())
        ids << value.toString();
    return ids;
}

} // namespace diascope::test
