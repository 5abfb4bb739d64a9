#pragma once
#include "tests/support/dcmtk_servers.h"

namespace diascope::test
{

/// Certificates made by openssl: an authority, and what it or another one has signed.
struct Certificates
{
    static std::unique_ptr<Certificates> make(QString* why);
    QTemporaryDir folder;
    QString file(const char* name) const { return folder.filePath(QLatin1String(name)); }
    // ca.pem; {server,expired,otherhost,client,weak,clientonly}.{pem,key} of it (server: 127.0.0.1 and localhost); stranger.{pem,key} signed by itself
};

/// nginx with TLS and HTTP/2 before a server on loopback.
struct WebProxy
{
    /// `more`: lines of the server block, for example "ssl_verify_client on;".
    static std::unique_ptr<WebProxy> start(quint16 to, const QString& certificate, const QString& key, const QString& more, QString* why);
    QTemporaryDir folder;
    std::unique_ptr<ServerProcess> process;
    quint16 port = 0;
    QByteArray log() const; ///< "PROTOCOL STATUS URI" a line
};

} // namespace diascope::test
