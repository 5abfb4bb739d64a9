#include "tests/support/web_proxy.h"
#include "tests/support/test_data.h"
#include <QFile>

namespace diascope::test
{

std::unique_ptr<Certificates> Certificates::make(QString* why)
{
    auto made = std::make_unique<Certificates>();
    const auto ran = run(QStringLiteral("/bin/sh"), {QStringLiteral("-ec"), QStringLiteral(R"sh(
cd "$1"
new() { openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"; }
sign() { printf "$2" > ext; openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -out "$1.pem" $3 -extfile ext; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj "/CN=Test authority"
for name in server expired otherhost client; do new $name; done
sign server "subjectAltName=IP:127.0.0.1,DNS:localhost" "-days 30"
sign otherhost "subjectAltName=DNS:elsewhere.example.org" "-days 30"
sign expired "subjectAltName=IP:127.0.0.1" "-days -1"
sign client "extendedKeyUsage=clientAuth" "-days 30"
openssl req -newkey rsa:1024 -nodes -keyout weak.key -out weak.csr -subj "/CN=weak"
sign weak "subjectAltName=IP:127.0.0.1" "-days 30"
new clientonly
sign clientonly "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=clientAuth" "-days 30"
openssl req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -out stranger.pem -days 30 -subj "/CN=stranger" -addext "subjectAltName=IP:127.0.0.1"
)sh"), QStringLiteral("sh"), made->folder.path()});
    if (ran.code == 0)
        return made;
    *why = QStringLiteral("openssl made no certificates: ") + QString::fromUtf8(ran.err.right(300));
    return nullptr;
}

std::unique_ptr<WebProxy> WebProxy::start(quint16 to, const QString& certificate, const QString& key, const QString& more, QString* why)
{
    auto proxy = std::make_unique<WebProxy>();
    proxy->port = freePort();
    QFile config(proxy->folder.filePath("nginx.conf"));
    if (!config.open(QIODevice::WriteOnly))
        return nullptr;
    config.write(QStringLiteral(R"(daemon off; worker_processes 1; pid %1/pid; error_log %1/error.log;
events {} http { log_format short '$server_protocol $status $request_uri'; access_log %1/access.log short;
client_body_temp_path %1/body; proxy_temp_path %1/proxy; fastcgi_temp_path %1/f; uwsgi_temp_path %1/u; scgi_temp_path %1/s;
client_max_body_size 0; proxy_max_temp_file_size 0; proxy_request_buffering off; server { listen 127.0.0.1:%2 ssl http2; ssl_certificate %4; ssl_certificate_key %5; %6
location / { proxy_pass http://127.0.0.1:%3; proxy_set_header Host $http_host; } } })")
                     .arg(proxy->folder.path()).arg(proxy->port).arg(to).arg(certificate, key, more).toUtf8());
    config.close();
    proxy->process = ServerProcess::start("nginx", {"-p", proxy->folder.path(), "-c", config.fileName(), "-e", proxy->folder.filePath("error.log")}, proxy->port, why);
    return proxy->process ? std::move(proxy) : nullptr;
}

QByteArray WebProxy::log() const
{
    return bytesOf(folder.filePath("access.log"));
}

} // namespace diascope::test
