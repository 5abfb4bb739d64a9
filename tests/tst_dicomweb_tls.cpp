#include "netclient/dicomweb/query.h"
#include "tests/support/scripted_http.h"
#include "tests/support/test_data.h"
#include "tests/support/web_proxy.h"

using namespace diascope;
using namespace diascope::dicomweb;

/// https: real TLS servers (nginx, openssl), certificates made by openssl.
class TestDicomWebTls : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Certificates> m_certificates;
    std::unique_ptr<test::ScriptedHttp> m_plain;
    QString m_why;

    Service service(quint16 port, const QString& host = QStringLiteral("127.0.0.1")) const
    {
        Service service;
        service.url = QStringLiteral("https://%1:%2/dicom-web").arg(host).arg(port);
        service.tls.caFile = m_certificates->file("ca.pem");
        service.connectSeconds = service.silenceSeconds = 5;
        return service;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_certificates = test::Certificates::make(&m_why);
        m_plain = std::make_unique<test::ScriptedHttp>([](const test::ScriptedHttp::Request& request, test::ScriptedHttp::Connection& to) {
            if (!request.target.contains("PatientID=none"))
                return to.answer(200, "application/dicom+json", "[]");
            to.close();
            to.send("HTTP/1.1 200 OK\r\nContent-Type: application/dicom+json\r\n\r\n");
        });
    }
    void init()
    {
        if (!m_certificates)
            QSKIP(qPrintable(m_why));
    }

    void eachBadServerIsRefusedWithItsReason_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("more");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-10 expired certificate") << "expired" << "" << "has expired";
        QTest::newRow("NET-10 wrong host") << "otherhost" << "" << "for another host name";
        QTest::newRow("NET-10 unknown CA") << "stranger" << "" << "authority that is not trusted";
        QTest::newRow("NET-10 RSA of 1024 bits") << "weak" << "ssl_ciphers DEFAULT@SECLEVEL=0;" << "no longer safe";
        QTest::newRow("NET-10 a client's certificate") << "clientonly" << "" << "not one for a server";
        QTest::newRow("NET-10 TLS 1.0") << "server" << "ssl_protocols TLSv1; ssl_ciphers DEFAULT@SECLEVEL=0;" << "no longer safe (older than TLS 1.2)";
        QTest::newRow("NET-10 TLS 1.1") << "server" << "ssl_protocols TLSv1.1; ssl_ciphers DEFAULT@SECLEVEL=0;" << "no longer safe (older than TLS 1.2)";
    }
    void eachBadServerIsRefusedWithItsReason()
    {
        QFETCH(QString, certificate);
        QFETCH(QString, more);
        QFETCH(QString, words);
        QString why;
        const auto proxy = test::WebProxy::start(m_plain->port(), m_certificates->folder.filePath(certificate + ".pem"),
                                                 m_certificates->folder.filePath(certificate + ".key"), more, &why);
        if (!proxy)
            QSKIP(qPrintable(why));
        const auto before = m_plain->requests().size();
        Task task;
        const auto done = check(service(proxy->port), task);
        QVERIFY(!done);
        QVERIFY2(done.error().fault == Fault::Refused && done.error().detail.contains(words), qPrintable(message(done.error())));
        QCOMPARE(m_plain->requests().size(), before); // nothing was asked before the refusal
    }

    void aTrustedServerIsSpokenToOverHttp2()
    {
        QString why;
        const auto proxy = test::WebProxy::start(m_plain->port(), m_certificates->file("server.pem"), m_certificates->file("server.key"), {}, &why);
        if (!proxy)
            QSKIP(qPrintable(why));
        Task task;
        Service secret = service(proxy->port);
        secret.login = {dicom::Login::Kind::Basic, "anna", "sesame"};
        const auto done = check(secret, task);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        QTRY_VERIFY2(proxy->log().startsWith("HTTP/2.0 200 /dicom-web/studies"), proxy->log().constData());
        QCOMPARE(m_plain->requests().last().headers["authorization"], "Basic YW5uYTpzZXNhbWU=");
        // The end of a stream is the end of an answer (RFC 9113 8.1); the end of a connection may be a broken one.
        dicom::FindKeys none;
        none.patientId = "none";
        const auto find = [&](const Service& of) { return dicomweb::find(of, dicom::Level::Study, none, [](const dicom::Dataset&) { return true; }, task); };
        QCOMPARE(find(secret).value_or(-1), 0);
        Service plain;
        plain.url = m_plain->url();
        const auto cut = find(plain);
        QVERIFY(!cut && cut.error().fault == Fault::Damaged);
        // The authority is trusted because its file says so, not anyway.
        secret.tls.caFile.clear();
        QVERIFY(check(secret, task).error().detail.contains("not trusted"));
    }

    void ourCertificateIsShownWhereItIsWanted()
    {
        QString why;
        const auto proxy = test::WebProxy::start(m_plain->port(), m_certificates->file("server.pem"), m_certificates->file("server.key"),
                                                 "ssl_verify_client on; ssl_client_certificate " + m_certificates->file("ca.pem") + ";", &why);
        if (!proxy)
            QSKIP(qPrintable(why));
        Task task;
        Service known = service(proxy->port);
        QVERIFY(!check(known, task)); // nginx answers 400
        known.tls.certificateFile = m_certificates->file("client.pem");
        known.tls.keyFile = m_certificates->file("client.key");
        const auto done = check(known, task);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
        known.tls.keyFile = m_certificates->file("server.key");
        const auto other = check(known, task);
        QVERIFY(!other && other.error().fault == Fault::Invalid);
        QVERIFY2(other.error().detail.contains("is not that of the certificate"), qPrintable(other.error().detail));
        known.tls.keyFile = m_certificates->file("ca.pem"); // no key in it
        QCOMPARE(check(known, task).error().fault, Fault::Invalid);
        known.tls.keyFile = m_certificates->file("none");
        QCOMPARE(check(known, task).error().fault, Fault::Unreadable);
    }

    void NET_10_httpsNeverBecomesHttp()
    {
        QString why;
        test::ScriptedHttp moving([&](const test::ScriptedHttp::Request&, test::ScriptedHttp::Connection& to) {
            to.answer(302, {}, {}, "Location: " + m_plain->url().toLatin1() + "\r\n");
        });
        const auto proxy = test::WebProxy::start(moving.port(), m_certificates->file("server.pem"), m_certificates->file("server.key"), "proxy_redirect off;", &why);
        if (!proxy)
            QSKIP(qPrintable(why));
        const auto before = m_plain->requests().size();
        Task task;
        const auto done = check(service(proxy->port), task);
        QVERIFY(!done);
        QVERIFY2(done.error().detail.contains("unencrypted"), qPrintable(message(done.error())));
        QCOMPARE(m_plain->requests().size(), before);
    }

    void NET_10_plainHttpBehindHttpsSaysSo()
    {
        Task task;
        const auto done = check(service(m_plain->port()), task);
        QVERIFY(!done);
        QVERIFY2(done.error().detail.contains("does not speak TLS"), qPrintable(message(done.error())));
    }
};

QTEST_GUILESS_MAIN(TestDicomWebTls)
#include "tst_dicomweb_tls.moc"
