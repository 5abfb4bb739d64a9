#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/certificates.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include <QElapsedTimer>
#include <QProcess>
#include <QSslSocket>
#include <QTcpServer>
#include <QTcpSocket>
#include <atomic>
#include <thread>

using namespace diascope;
using namespace diascope::dimse;
using test::abdomen;
using test::Collector;

namespace {

constexpr char applicationContext[] = "1.2.840.10008.3.1.1.1"; ///< stands in every A-ASSOCIATE-RQ (PS3.8 §9.3.2.1)

} // namespace

class TestDimseTls : public QObject
{
    Q_OBJECT

    QString m_why;
    std::unique_ptr<test::Certificates> m_certificates;
    test::Certificates::Pair m_good, m_client;
    Local m_local;

    Node node(quint16 port, const QString& ae = "DIASCOPE") const
    {
        Node made{"n", ae, "127.0.0.1", port, true, {}, "ISO_IR 192", {}};
        made.tls.caFile = m_certificates->authority();
        return made;
    }
    ListenerOptions listening(const test::Certificates::Pair& pair) const
    {
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.tls = dicom::TlsFiles{{}, pair.certificate, pair.key};
        return options;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 20;
        m_certificates = std::make_unique<test::Certificates>(&m_why);
        if (m_why.isEmpty()) {
            m_good = m_certificates->signedFor("good", "DNS:localhost,IP:127.0.0.1");
            m_client = m_certificates->signedFor("client", "DNS:workstation");
        }
        if (!m_why.isEmpty())
            QSKIP(qPrintable(m_why));
    }

    void untrustedPeersAreRefusedWithTheReason_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-10 expired certificate")
            << "expired"
            << "its certificate expired on " + QDateTime::currentDateTimeUtc().addDays(-2).toString("yyyy-MM-dd");
        QTest::newRow("NET-10 not yet valid") << "future"
                                              << "its certificate is not valid before " +
                                                     QDateTime::currentDateTimeUtc().addDays(5).toString("yyyy-MM-dd");
        QTest::newRow("NET-10 wrong host name") << "host"
                                                << "for another host";
        QTest::newRow("NET-10 wrong IP address") << "address"
                                                 << "for another host";
        QTest::newRow("NET-10 unknown CA") << "other"
                                           << "authority that is not trusted";
        QTest::newRow("NET-10 self-signed") << "self"
                                            << "signed by itself";
        QTest::newRow("NET-10 TLS 1.1") << "tls1_1"
                                        << "no TLS newer than 1.1";
        QTest::newRow("NET-10 TLS 1.0") << "tls1"
                                        << "no TLS newer than 1.1";
        QTest::newRow("NET-10 cipher not of BCP 195") << "cipher"
                                                      << "no cipher in common";
        QTest::newRow("NET-10 a peer without TLS") << "plain"
                                                   << "may not speak TLS";
        QTest::newRow("NET-10 HTTP") << "http"
                                     << "does not speak TLS";
        QTest::newRow("NET-10 wants a certificate of ours") << "mutual"
                                                            << "wants a certificate of ours";
        QTest::newRow("NET-10 wants another certificate of ours") << "rejects"
                                                                  << "does not trust our certificate";
        QTest::newRow("NET-03 silent in the handshake") << "silent"
                                                        << "request for encryption";
    }
    /// Whatever goes wrong: a sentence of its own, and no association request in the clear.
    void untrustedPeersAreRefusedWithTheReason()
    {
        QFETCH(QString, kind);
        QFETCH(QString, words);
        const QString both = "DNS:localhost,IP:127.0.0.1";
        test::Certificates::Pair pair = m_good;
        QString host = "127.0.0.1";
        if (kind == "expired")
            pair = m_certificates->signedFor("expired", both, -20, -2);
        if (kind == "future")
            pair = m_certificates->signedFor("future", both, 5, 20);
        if (kind == "host") {
            pair = m_certificates->signedFor("elsewhere", "DNS:pacs.example.org,IP:127.0.0.1");
            host = "localhost";
        }
        if (kind == "address")
            pair = m_certificates->signedFor("address", "DNS:localhost,IP:127.0.0.2");
        if (kind == "other")
            pair = m_certificates->byOther("stranger", both);
        if (kind == "self")
            pair = m_certificates->selfSigned("self", both);
        QVERIFY2(m_why.isEmpty(), qPrintable(m_why));

        const quint16 port = test::freePort();
        QStringList arguments{"s_server", "-accept", QString::number(port), "-cert", pair.certificate, "-key",
                              pair.key,   "-quiet"};
        if (kind.startsWith("tls1"))
            arguments << QStringList{"-" + kind, "-cipher", "DEFAULT:@SECLEVEL=0"};
        if (kind == "cipher")
            arguments << QStringList{"-tls1_2", "-cipher", "AES128-SHA"};
        if (kind == "mutual")
            arguments << QStringList{"-Verify", "2", "-verify_return_error", "-CAfile", m_certificates->authority()};
        if (kind == "rejects")
            arguments << QStringList{"-Verify", "2", "-verify_return_error", "-CAfile",
                                     m_certificates->otherAuthority()};
        QString why;
        std::unique_ptr<test::ServerProcess> server;
        std::unique_ptr<test::StoreScp> plain;
        std::unique_ptr<test::Orthanc> orthanc;
        QTcpServer silent;
        quint16 to = port;
        if (kind == "plain") {
            plain = test::StoreScp::start({}, &why);
            NEEDS_SERVER(plain, why);
            to = plain->port;
        } else if (kind == "http") {
            orthanc = test::Orthanc::start(1, &why);
            NEEDS_SERVER(orthanc, why);
            to = orthanc->httpPort;
        } else if (kind == "silent") {
            QVERIFY(silent.listen(QHostAddress::LocalHost));
            to = silent.serverPort();
        } else {
            server = test::ServerProcess::start("openssl", arguments, port, &why);
            NEEDS_SERVER(server, why);
        }
        test::FaultProxy proxy(to);
        Node peer = node(proxy.port());
        peer.host = host;
        if (kind == "rejects") {
            peer.tls.certificateFile = m_client.certificate;
            peer.tls.keyFile = m_client.key;
        }
        Local local = m_local;
        local.acseSeconds = 3;
        Task task;
        const auto done = dimse::echo(peer, local, task);
        QVERIFY(!done);
        QVERIFY2(message(done.error()).contains(words), qPrintable(message(done.error())));
        QVERIFY(message(done.error()).contains(host));
        const QByteArray sent = proxy.recorded(test::FaultProxy::Way::ToServer);
        QVERIFY(sent.startsWith('\x16')); // a TLS handshake record (RFC 8446 §5.1) and nothing before it
        QVERIFY(!sent.contains(applicationContext));
    }

    void filesThatAreWrongAreSaidBeforeAnythingIsSent_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("authority");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-10 key of another certificate")
            << m_client.certificate << m_good.key << QString() << "does not belong";
        QTest::newRow("NET-10 no key file") << m_client.certificate << "/nonexistent/key" << QString() << "key file";
        QTest::newRow("NET-10 no certificate file")
            << "/nonexistent/certificate" << m_client.key << QString() << "certificate file";
        QTest::newRow("NET-10 a key for a certificate")
            << m_client.key << m_client.key << QString() << "no certificate in";
        QTest::newRow("NET-10 a certificate for a key")
            << m_client.certificate << m_client.certificate << QString() << "no private key";
        QTest::newRow("NET-10 no file of authorities") << QString() << QString() << "/nonexistent/ca"
                                                       << "authorities";
    }
    void filesThatAreWrongAreSaidBeforeAnythingIsSent()
    {
        QFETCH(QString, certificate);
        QFETCH(QString, key);
        QFETCH(QString, authority);
        QFETCH(QString, words);
        test::FaultProxy proxy(test::freePort());
        Node peer = node(proxy.port());
        peer.tls = {authority.isEmpty() ? m_certificates->authority() : authority, certificate, key};
        Task task;
        const auto done = dimse::echo(peer, m_local, task);
        QVERIFY(!done);
        QVERIFY2(message(done.error()).contains(words), qPrintable(message(done.error())));
        QCOMPARE(proxy.connections(), 0);
    }

    /// Independent implementations on the other side, with and without a certificate of ours.
    void NET_10_encryptedServers_data()
    {
        QTest::addColumn<bool>("isMutual");
        QTest::newRow("NET-10 storescp, its certificate alone") << false;
        QTest::newRow("NET-10 storescp, both certificates") << true;
    }
    void NET_10_encryptedServers()
    {
        QFETCH(bool, isMutual);
        const QStringList files = abdomen(3);
        NEEDS_TEST_DATA(files.value(0));
        QString why;
        QStringList options{"+tls", m_good.key, m_good.certificate};
        options << (isMutual ? QStringList{"-rc", "+cf", m_certificates->authority()} : QStringList{"-ic"});
        const auto server = test::StoreScp::start(options, &why);
        NEEDS_SERVER(server, why);
        test::FaultProxy proxy(server->port);
        Node peer = node(proxy.port(), "STORESCP");
        if (isMutual) {
            peer.tls.certificateFile = m_client.certificate;
            peer.tls.keyFile = m_client.key;
        }
        Task task;
        const auto sent = dimse::store(peer, files, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY(sent->isComplete());
        QCOMPARE(sent->confirmed, 3);
        QCOMPARE(QDir(server->folder.path()).entryList(QDir::Files).size(), 3);
        QVERIFY(!proxy.recorded(test::FaultProxy::Way::ToServer).contains(applicationContext));
        // The same way in the clear shows that the proxy would have seen it.
        test::FaultProxy clear(server->port);
        peer.useTls = false;
        peer.port = clear.port();
        const auto inTheClear = dimse::echo(peer, m_local, task);
        QVERIFY(!inTheClear);
        QVERIFY2(message(inTheClear.error()).contains("turn TLS on"), qPrintable(message(inTheClear.error())));
        QVERIFY(clear.recorded(test::FaultProxy::Way::ToServer).contains(applicationContext));
    }

    /// The end of an encrypted connection is said (RFC 8446 §6.1): the peer knows that nothing was cut off.
    void NET_10_theEndIsSaid()
    {
        QProcess peer;
        peer.start("/usr/bin/python3", {"-c", R"(
import socket, ssl, sys
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
listener = socket.create_server(('127.0.0.1', 0))
print(listener.getsockname()[1], flush=True)
stream = context.wrap_socket(listener.accept()[0], server_side=True, suppress_ragged_eofs=False)
stream.recv(4096)
stream.sendall(bytes.fromhex('03000000000400010101'))
try:
    while stream.recv(4096):
        pass
    print('said')
except ssl.SSLError:
    print('cut')
)", m_good.certificate, m_good.key});
        QVERIFY(peer.waitForStarted() && peer.waitForReadyRead());
        Task task;
        QVERIFY(!dimse::echo(node(quint16(peer.readLine().trimmed().toUInt())), m_local, task));
        QVERIFY(peer.waitForFinished());
        QCOMPARE(peer.readAllStandardOutput().trimmed(), "said");
    }

    void NET_10_orthancOverTls()
    {
        const QStringList files = abdomen(10);
        NEEDS_TEST_DATA(files.value(0));
        QString why;
        const QByteArray json =
            QStringLiteral(R"(,"DicomTlsEnabled":true,"DicomTlsCertificate":"%1","DicomTlsPrivateKey":"%2",
"DicomTlsTrustedCertificates":"%3","DicomTlsRemoteCertificateRequired":true)")
                .arg(m_good.certificate, m_good.key, m_certificates->authority())
                .toUtf8();
        const auto orthanc = test::Orthanc::start(1, &why, json);
        NEEDS_SERVER(orthanc, why);
        Node peer = node(orthanc->port, "ORTHANC");
        peer.tls.certificateFile = m_client.certificate;
        peer.tls.keyFile = m_client.key;
        Task task;
        const auto sent = dimse::store(peer, files, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->confirmed, files.size());
        const QString study = dicom::Dataset::read(files[0])->text(dicom::tag::StudyInstanceUID);
        Collector collector;
        const auto got = dimse::get(peer, {{study}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->isComplete());
        QCOMPARE(collector.uids().size(), files.size());
        // Without a certificate of ours it does not let us in, and that is what it says.
        peer.tls.certificateFile.clear();
        const auto refused = dimse::echo(peer, m_local, task);
        QVERIFY(!refused);
        QVERIFY2(message(refused.error()).contains("certificate"), qPrintable(message(refused.error())));
        peer.useTls = false;
        const auto inTheClear = dimse::echo(peer, m_local, task);
        QVERIFY(!inTheClear);
        QVERIFY2(message(inTheClear.error()).contains("turn TLS on"), qPrintable(message(inTheClear.error())));
    }

    void listenerOverTls_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<bool>("isMutual");
        QTest::addColumn<bool>("isLetIn");
        const QStringList trusts{"+cf", m_certificates->authority()};
        QTest::newRow("NET-10 storescu over TLS") << (QStringList{"+tla"} + trusts) << false << true;
        QTest::newRow("NET-10 storescu in the clear") << QStringList{} << false << false;
        QTest::newRow("NET-10 storescu with the certificate asked for")
            << (QStringList{"+tls", m_client.key, m_client.certificate} + trusts) << true << true;
        QTest::newRow("NET-10 storescu without the certificate asked for")
            << (QStringList{"+tla"} + trusts) << true << false;
    }
    void listenerOverTls()
    {
        QFETCH(QStringList, options);
        QFETCH(bool, isMutual);
        QFETCH(bool, isLetIn);
        const QStringList files = abdomen(2);
        NEEDS_TEST_DATA(files.value(0));
        Collector collector;
        ListenerOptions listens = listening(m_good);
        if (isMutual)
            listens.tls->caFile = m_certificates->authority();
        const auto listener = Listener::start(listens, collector.sink());
        QVERIFY2(listener, listener ? "" : qPrintable(message(listener.error())));
        const auto ran = test::run(
            "storescu",
            options + QStringList{"-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port())} + files);
        QCOMPARE(ran.code == 0, isLetIn);
        QCOMPARE(collector.all.size(), size_t(isLetIn ? 2 : 0));
        if (!isLetIn) {
            QTRY_VERIFY((*listener)->status().refused >= 1);
            QVERIFY((*listener)->status().lastRefusal.startsWith("127.0.0.1: "));
        }
    }

    /// What comes through the door, and what is said of the rest: nobody is let in before the whole request is there.
    void NET_13_whatComesThroughTheDoor_data()
    {
        QTest::addColumn<QByteArrayList>("pieces");
        QTest::addColumn<QString>("then");   // "": wait for an answer; "close"; "plain": not even encrypted
        QTest::addColumn<QString>("reason"); // "": an association
        const QByteArray whole = test::associateRequest("DIASCOPE        ", "1.2.840.10008.1.1");
        QByteArrayList bytes;
        for (char byte : whole)
            bytes << QByteArray(1, byte);
        const QString gone = "127.0.0.1: it went before it asked for an association",
                      late = "127.0.0.1: it asked for no association in time";
        QTest::newRow("whole") << QByteArrayList{whole} << ""
                               << "";
        QTest::newRow("byte by byte") << bytes << ""
                                      << "";
        QTest::newRow("another PDU") << QByteArrayList{test::pdu(0x04, QByteArray(100, '\0'))} << "" << gone;
        QTest::newRow("longer than any request") << QByteArrayList{QByteArray::fromHex("01000000fffb")} << "" << gone;
        QTest::newRow("as long as one may be, and no more comes")
            << QByteArrayList{QByteArray::fromHex("01000000fffa")} << "" << late;
        QTest::newRow("five bytes, closed") << QByteArrayList{whole.left(5)} << "close" << gone;
        QTest::newRow("all but the last byte, closed") << QByteArrayList{whole.chopped(1)} << "close" << gone;
        QTest::newRow("nothing, closed") << QByteArrayList{} << "close" << gone;
        QTest::newRow("nothing") << QByteArrayList{} << "" << late;
        QTest::newRow("in the clear") << QByteArrayList{whole} << "plain"
                                      << "127.0.0.1: no encrypted connection: the peer does not speak TLS there";
    }
    void NET_13_whatComesThroughTheDoor()
    {
        QFETCH(QByteArrayList, pieces);
        QFETCH(QString, then);
        QFETCH(QString, reason);
        ListenerOptions options = listening(m_good);
        options.acseSeconds = reason.contains("in time") ? 1 : 20;
        const auto listener = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        QSslSocket socket;
        socket.setPeerVerifyMode(QSslSocket::VerifyNone);
        if (then == "plain")
            socket.connectToHost("127.0.0.1", (*listener)->port());
        else
            socket.connectToHostEncrypted("127.0.0.1", (*listener)->port());
        QVERIFY(then == "plain" ? socket.waitForConnected(20000) : socket.waitForEncrypted(20000));
        for (const QByteArray& piece : pieces) {
            socket.write(piece);
            socket.waitForBytesWritten(20000);
        }
        if (then == "close")
            socket.disconnectFromHost();
        QByteArray got;
        QTRY_VERIFY_WITH_TIMEOUT((socket.waitForReadyRead(10), got += socket.readAll(),
                                  !got.isEmpty() || socket.state() == QAbstractSocket::UnconnectedState),
                                 20000);
        QCOMPARE(then == "plain" || got.isEmpty() ? 0 : int(got[0]), reason.isEmpty() ? 2 : 0);
        QTRY_COMPARE((*listener)->status().lastRefusal, reason);
        QCOMPARE((*listener)->status().refused, reason.isEmpty() ? 0 : 1);
    }

    /// Whom a listener that asks for certificates turns away.
    void NET_10_whoseCertificateIsWanted_data()
    {
        QTest::addColumn<QString>("who");
        QTest::addColumn<QString>("reason");
        QTest::newRow("ours") << "ours"
                              << "";
        QTest::newRow("none") << "none"
                              << "127.0.0.1: no encrypted connection: the peer has no certificate to show";
        QTest::newRow("of another authority")
            << "other"
            << "127.0.0.1: no encrypted connection: its certificate was issued by an authority that is not trusted";
        QTest::newRow("signed by itself")
            << "self"
            << "127.0.0.1: no encrypted connection: its certificate is signed by itself and not among those trusted";
        QTest::newRow("expired") << "expired"
                                 << "127.0.0.1: no encrypted connection: its certificate expired on " +
                                        QDateTime::currentDateTimeUtc().addDays(-2).toString("yyyy-MM-dd");
    }
    void NET_10_whoseCertificateIsWanted()
    {
        QFETCH(QString, who);
        QFETCH(QString, reason);
        ListenerOptions options = listening(m_good);
        options.tls->caFile = m_certificates->authority();
        const auto listener = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        const auto pair = who == "other"     ? m_certificates->byOther("visitor", "DNS:x")
                          : who == "self"    ? m_certificates->selfSigned("alone", "DNS:x")
                          : who == "expired" ? m_certificates->signedFor("old", "DNS:x", -20, -2)
                                             : m_client;
        Node peer = node((*listener)->port());
        if (who != "none") {
            peer.tls.certificateFile = pair.certificate;
            peer.tls.keyFile = pair.key;
        }
        Task task;
        QCOMPARE(dimse::echo(peer, m_local, task).has_value(), reason.isEmpty());
        QTRY_COMPARE((*listener)->status().lastRefusal, reason);
    }

    /// What a listener needs for TLS.
    void NET_10_aListenerWithoutACertificate()
    {
        ListenerOptions options = listening({});
        QCOMPARE(message(Listener::start(options, [](Received&&) { return Result<void>(); }).error()),
                 "Not valid: listening with TLS needs a certificate and its key");
        options = listening(m_good);
        options.tls->caFile = m_good.key; // a file without a certificate
        QCOMPARE(message(Listener::start(options, [](Received&&) { return Result<void>(); }).error()),
                 "Not valid: there is no certificate in the file of authorities " + m_good.key);
        // Certificate and key may lie in one file.
        QFile certificate(m_good.certificate), key(m_good.key);
        QVERIFY(certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
        QTemporaryDir folder;
        QFile both(folder.filePath("both.pem"));
        QVERIFY(both.open(QIODevice::WriteOnly));
        both.write(certificate.readAll() + key.readAll());
        both.close();
        const auto listener =
            Listener::start(listening({both.fileName(), {}}), [](Received&&) { return Result<void>(); });
        QVERIFY2(listener, listener ? "" : qPrintable(message(listener.error())));
        Task task;
        QVERIFY(dimse::echo(node((*listener)->port()), m_local, task));
    }

    /// Connections that never shake hands cost no thread and shut nobody out.
    void NET_12_idleConnectionsDoNotShutTheEncryptedListener()
    {
        Collector collector;
        const auto listener = Listener::start(listening(m_good), collector.sink());
        QVERIFY(listener);
        const auto threads = [] { return QDir("/proc/self/task").entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(); };
        const auto before = threads();
        std::vector<std::unique_ptr<QTcpSocket>> idle;
        for (int i = 0; i < 1000; ++i) {
            idle.push_back(std::make_unique<QTcpSocket>());
            idle.back()->connectToHost(QHostAddress::LocalHost, (*listener)->port());
            QVERIFY(idle.back()->waitForConnected(5000));
            if (i % 3 == 0) {
                idle.back()->write(
                    QByteArray::fromHex(i % 2 ? "16030102" : "1603010200010001fc0303")); // half a ClientHello
                idle.back()->waitForBytesWritten(1000);
            }
        }
        QTRY_COMPARE((*listener)->status().idle, 1000);
        QCOMPARE(threads(), before);
        Task task;
        QElapsedTimer clock;
        clock.start();
        const auto echoed = dimse::echo(node((*listener)->port()), m_local, task);
        QVERIFY2(echoed, echoed ? "" : qPrintable(message(echoed.error())));
        QVERIFY(clock.elapsed() < 3000);
    }

    /// A stopped listener keeps nobody on the line, also who is not through the door yet.
    void NET_12_stoppingHangsUpAtTheDoor()
    {
        Collector collector;
        const auto listener = Listener::start(listening(m_good), collector.sink());
        QVERIFY(listener);
        QTcpSocket guest;
        guest.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(guest.waitForConnected(5000));
        QTRY_COMPARE((*listener)->status().idle, 1);
        (*listener)->stop();
        QTRY_COMPARE(guest.state(), QAbstractSocket::UnconnectedState);
    }

    void cancellingAHandshakeEndsWithinASecond()
    {
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        Task task;
        std::atomic<qint64> cancelledAt = 0;
        QElapsedTimer clock;
        clock.start();
        test::FaultProxy proxy(silent.serverPort());
        std::thread other([&] {
            while (proxy.recorded(test::FaultProxy::Way::ToServer).isEmpty() && clock.elapsed() < 3000)
                std::this_thread::yield();
            cancelledAt = clock.elapsed();
            task.cancel();
        });
        QCOMPARE(dimse::echo(node(proxy.port()), m_local, task).error().fault, Fault::Cancelled);
        other.join();
        QVERIFY2(clock.elapsed() - cancelledAt < 1500, QByteArray::number(clock.elapsed() - cancelledAt).constData());
    }

    /// Bytes changed under way are seen by TLS, whatever they are: nothing of it is counted.
    void NET_13_corruptionUnderTlsIsSeen()
    {
        const QStringList files = abdomen(4);
        NEEDS_TEST_DATA(files.value(0));
        Collector collector;
        const auto listener = Listener::start(listening(m_good), collector.sink());
        QVERIFY(listener);
        test::FaultProxy proxy((*listener)->port());
        test::FaultProxy::Faults faults;
        faults.corruptAt = 800000; // in the pixels of the second file
        proxy.set(test::FaultProxy::Way::ToServer, faults);
        Task task;
        const auto sent = dimse::store(node(proxy.port()), files, m_local, task);
        QVERIFY(sent);
        QVERIFY(!sent->isComplete());
        QCOMPARE(sent->confirmed, 1);
        QCOMPARE(collector.all.size(), size_t(1));
        QCOMPARE(sent->failed.size(), size_t(3));
    }
};

QTEST_GUILESS_MAIN(TestDimseTls)
#include "tst_dimse_tls.moc"
