#include "tests/support/certificates.h"
#include "tests/support/test_data.h"
#include <QDateTime>
#include <QFile>

namespace diascope::test
{

Certificates::Certificates(QString* why) : m_why(why)
{
    for (const char* name : {"ca", "other-ca"})
        run({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", QStringLiteral("/CN=Test %1").arg(name), "-keyout",
             m_folder.filePath(QStringLiteral("%1.key").arg(name)), "-out", m_folder.filePath(QStringLiteral("%1.pem").arg(name)), "-addext",
             "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign"});
}

bool Certificates::run(const QStringList& arguments)
{
    const Ran ran = test::run("openssl", arguments);
    if (ran.code != 0)
        *m_why = QStringLiteral("openssl %1: %2").arg(arguments.value(0), QString::fromUtf8(ran.err));
    return ran.code == 0;
}

Certificates::Pair Certificates::issue(const QString& ca, const QString& name, const QString& names, int fromDay, int toDay)
{
    const Pair pair{m_folder.filePath(name + ".pem"), m_folder.filePath(name + ".key")};
    const QString request = m_folder.filePath(name + ".csr");
    QFile config(m_folder.filePath("ca.cnf"));
    if (!config.open(QIODevice::WriteOnly))
        return {};
    QFile(m_folder.filePath("index.txt")).open(QIODevice::WriteOnly | QIODevice::Truncate);
    config.write(QStringLiteral("[ca]\ndefault_ca=d\n[d]\ndatabase=%1/index.txt\nnew_certs_dir=%1\nrand_serial=yes\ndefault_md=sha256\n"
                                "policy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=%2\nbasicConstraints=CA:FALSE\n")
                     .arg(m_folder.path(), names).toUtf8());
    config.close();
    const auto day = [](int days) { return QDateTime::currentDateTimeUtc().addDays(days).toString("yyyyMMddHHmmss") + "Z"; };
    run({"req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", pair.key, "-out", request});
    run({"ca", "-batch", "-notext", "-config", config.fileName(), "-cert", m_folder.filePath(ca + ".pem"), "-keyfile",
         m_folder.filePath(ca + ".key"), "-startdate", day(fromDay), "-enddate", day(toDay), "-in", request, "-out", pair.certificate});
    return pair;
}

Certificates::Pair Certificates::signedFor(const QString& name, const QString& names, int fromDay, int toDay)
{
    return issue("ca", name, names, fromDay, toDay);
}

Certificates::Pair Certificates::byOther(const QString& name, const QString& names) { return issue("other-ca", name, names, -1, 30); }

Certificates::Pair Certificates::selfSigned(const QString& name, const QString& names)
{
    const Pair pair{m_folder.filePath(name + ".pem"), m_folder.filePath(name + ".key")};
    run({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=" + name, "-keyout", pair.key, "-out", pair.certificate,
         "-addext", "subjectAltName=" + names});
    return pair;
}

} // namespace diascope::test
