#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/certificates.h"
#include "tests/support/listening.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include <QDate>
#include <QDirIterator>
#include <QTcpSocket>

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

/// That anybody may send to; who calls is asked in tst_cli_exchange.
struct Listening : test::Listening
{
    explicit Listening(const Program& program, const QStringList& options = {}) : test::Listening(opened(program), options) {}

private:
    static const Program& opened(const Program& program)
    {
        (void)program.run({"config", "set", "listen.anyone", "true"});
        return program;
    }
};

Ran storescu(const QString& port, const QStringList& files, const QStringList& options = {}, const QString& ae = "HERE")
{
    return test::run("storescu", options + QStringList{"-aec", ae, "127.0.0.1", port} + files);
}

} // namespace

/// Peers, their secrets and certificates, the listener, worklist and priors: by the program, as a script calls it.
class TestCliSecurity : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_why;

    QStringList phantom(const QString& seed, int slices, const QString& date = "20260110", const demo::Patient& patient = {})
    {
        demo::Study study;
        study.seed = seed;
        study.date = date;
        demo::Sampling sampling;
        sampling.slices = slices;
        sampling.columns = sampling.rows = 32;
        return demo::writeCt(m_folder.filePath(seed), patient, study, sampling).value_or(QStringList());
    }
    static QStringList node(const QString& name, quint16 port, const QStringList& more = {}, const QString& ae = "ORTHANC")
    {
        return QStringList{"node", "add", name, "--ae", ae, "--host", "127.0.0.1", "--port", QString::number(port)} + more;
    }

private Q_SLOTS:
    void everyFlagOfANodeIsKept()
    {
        Program program;
        const QString ca = m_folder.filePath("ca.pem"), certificate = m_folder.filePath("us.pem"), key = m_folder.filePath("us.key");
        for (const QString& path : {ca, certificate, key})
            QVERIFY(QFile(path).open(QIODevice::WriteOnly));
        SUCCEEDS(program.run({"node", "add", "N", "--ae", "PACS", "--host", "pacs.example", "--port", "2762", "--tls", "--dicomweb", "https://pacs.example/web",
                              "--charset", "ISO_IR 192", "--assumed-charset", "GB18030", "--ca", ca, "--certificate", certificate, "--key", key,
                              "--login", "basic", "--user", "reader", "--retrieve-by", "move", "--associations", "3", "--slow-line"}));
        const QJsonObject kept = program.json({"node", "list"}).array().at(0).toObject();
        const QJsonObject expected{{"name", "N"}, {"ae", "PACS"}, {"host", "pacs.example"}, {"port", 2762}, {"tls", true},
                                   {"dicomweb", "https://pacs.example/web"}, {"charset", "ISO_IR 192"}, {"assumedCharset", "GB18030"}, {"ca", ca},
                                   {"certificate", certificate}, {"key", key}, {"login", "basic"}, {"user", "reader"}, {"retrieveBy", "move"},
                                   {"associations", 3}, {"slowLine", true}};
        for (auto field = expected.begin(); field != expected.end(); ++field)
            QVERIFY2(kept[field.key()] == field.value(), qPrintable(field.key()));
    }

    void aBadNodeIsRefusedInWords_data()
    {
        QTest::addColumn<QStringList>("flags");
        QTest::addColumn<int>("code");
        QTest::newRow("port 0") << QStringList{"--ae", "A", "--host", "h", "--port", "0"} << 2;
        QTest::newRow("port 65536") << QStringList{"--ae", "A", "--host", "h", "--port", "65536"} << 2;
        QTest::newRow("no port") << QStringList{"--ae", "A", "--host", "h"} << 2;
        QTest::newRow("no AE title") << QStringList{"--host", "h", "--port", "104"} << 2;
        QTest::newRow("backslash in the AE title") << QStringList{"--ae", "A\\B", "--host", "h", "--port", "104"} << 1;
        QTest::newRow("empty AE title") << QStringList{"--ae", " ", "--host", "h", "--port", "104"} << 1;
        QTest::newRow("empty host") << QStringList{"--ae", "A", "--host", "", "--port", "104"} << 1;
        QTest::newRow("login by magic") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--login", "magic"} << 2;
        QTest::newRow("retrieve by mail") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--retrieve-by", "mail"} << 2;
        QTest::newRow("17 associations") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--associations", "17"} << 2;
        QTest::newRow("no URL") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--dicomweb", "ftp://h/x"} << 1;
        QTest::newRow("unknown flag") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--magic"} << 2;
        QTest::newRow("certificate without key") << QStringList{"--ae", "A", "--host", "h", "--port", "104", "--certificate", "/c/us.pem"} << 1;
    }
    void aBadNodeIsRefusedInWords()
    {
        QFETCH(QStringList, flags);
        QFETCH(int, code);
        Program program;
        const Ran ran = program.run(QStringList{"node", "add", "BAD"} + flags);
        QVERIFY2(ran.code == code, ran.err.constData());
        QVERIFY2(ran.err.startsWith("diascope: ") && ran.err.count('\n') == (code == 2 ? 2 : 1), ran.err.constData()); // and the usage
        QCOMPARE(program.json({"node", "list"}).array().size(), 0);
    }

    void SAF_11_viewingOnlyForbids_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("SAF-11 send") << QStringList{"send", "N", "--study", "1.2.3"};
        QTest::newRow("SAF-11 send later") << QStringList{"send", "N", "--study", "1.2.3", "--queue"};
        QTest::newRow("SAF-11 remove") << QStringList{"remove", demo::studyUidOf("kept")};
        QTest::newRow("SAF-11 listen") << QStringList{"listen", "--port", "0"};
        QTest::newRow("SAF-11 node add") << node("M", 104);
        QTest::newRow("SAF-11 node remove") << QStringList{"node", "remove", "N"};
        QTest::newRow("SAF-11 config set") << QStringList{"config", "set", "listen.port", "1104"};
        QTest::newRow("SAF-11 transfers cancel") << QStringList{"transfers", "cancel", "1"};
        QTest::newRow("SAF-11 transfers clear") << QStringList{"transfers", "clear"};
        QTest::newRow("SAF-11 transfers run") << QStringList{"transfers", "run", "--wait", "1"};
    }
    void SAF_11_viewingOnlyForbids()
    {
        QFETCH(QStringList, words);
        Program program;
        (void)phantom("kept", 2);
        SUCCEEDS(program.run({"import", m_folder.filePath("kept")}));
        SUCCEEDS(program.run(node("N", test::freePort())));
        SUCCEEDS(program.run({"send", "N", "--study", demo::studyUidOf("kept"), "--queue"}));
        const Ran ran = program.run(QStringList{"--view-only"} + words);
        FAILS_PLAINLY(ran);
        QVERIFY2(ran.err.contains("viewing-only"), ran.err.constData());
        QCOMPARE(program.json({"node", "list"}).array().size(), 1);
        QCOMPARE(program.json({"transfers"}).array().at(0)["state"].toString(), "queued");
        QCOMPARE(program.json({"transfers"}).array().at(0)["attempts"].toInt(), 0);
        QCOMPARE(program.json({"studies"}).array().size(), 1);
    }

    void aWebServerThatCannotBeTrustedIsRefused_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QByteArray>("word");
        QTest::newRow("NET-10 expired certificate") << "expired" << QByteArray("expired");
        QTest::newRow("NET-10 wrong host") << "host" << QByteArray("another host");
        QTest::newRow("NET-10 self-signed") << "self" << QByteArray("signed by itself");
        QTest::newRow("NET-10 unknown CA") << "other" << QByteArray("not trusted");
        QTest::newRow("NET-10 good") << "good" << QByteArray();
    }
    /// DICOM over TLS and https alike, by echo and get.
    void aWebServerThatCannotBeTrustedIsRefused()
    {
        QFETCH(QString, kind);
        QFETCH(QByteArray, word);
        test::Certificates certificates(&m_why);
        if (!m_why.isEmpty())
            QSKIP(qPrintable(m_why));
        const QString names = "DNS:localhost,IP:127.0.0.1";
        const auto pair = kind == "expired" ? certificates.signedFor("c", names, -10, -1)
                          : kind == "host"  ? certificates.signedFor("c", "DNS:elsewhere.example,IP:10.9.9.9")
                          : kind == "self"  ? certificates.selfSigned("c", names)
                          : kind == "other" ? certificates.byOther("c", names)
                                            : certificates.signedFor("c", names);
        QFile both(m_folder.filePath("both.pem"));
        QFile certificate(pair.certificate), key(pair.key);
        QVERIFY(both.open(QIODevice::WriteOnly | QIODevice::Truncate) && certificate.open(QIODevice::ReadOnly) && key.open(QIODevice::ReadOnly));
        both.write(certificate.readAll() + key.readAll());
        both.close();
        QString why;
        // Only handshakes that fail go to its https: Debian's Orthanc dies of one that succeeds.
        const QString settings = QStringLiteral(R"("DicomTlsCertificate":"%1","DicomTlsPrivateKey":"%2","DicomTlsTrustedCertificates":"%3","SslCertificate":"%4")")
                                  .arg(pair.certificate, pair.key, certificates.authority(), both.fileName());
        const auto orthanc = test::Orthanc::start(test::freePort(), &why, QByteArray(R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true},)")
                                                  + R"("SslEnabled":true,"DicomTlsEnabled":true,"DicomTlsRemoteCertificateRequired":false,)" + settings.toUtf8());
        if (!orthanc)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run(node("T", orthanc->port, {"--tls", "--ca", certificates.authority(), "--dicomweb", QStringLiteral("https://127.0.0.1:%1/dicom-web").arg(orthanc->httpPort)})));
        SUCCEEDS(program.run(node("PLAIN", orthanc->port)));
        if (word.isEmpty()) {
            const QStringList files = phantom("tls", 3);
            SUCCEEDS(program.run(QStringList{"send", "T"} + files));
            QCOMPARE(program.json({"get", "T", demo::studyUidOf("tls")}).object()["received"].toInt(), 3);
            SUCCEEDS(program.run({"echo", "T"}));
            FAILS_PLAINLY(program.run({"echo", "PLAIN"}));
            return;
        }
        for (const QStringList& words : {QStringList{"echo", "T"}, {"get", "T", "1.2.3"}, {"get", "T", "1.2.3", "--web"}}) {
            const Ran ran = program.run(words);
            FAILS_PLAINLY(ran);
            const bool isSelfByWeb = kind == "self" && words.contains("--web"); // OpenSSL under Qt does not tell it from an unknown authority here
            QVERIFY2(ran.err.contains(isSelfByWeb ? QByteArray("not trusted") : word), (words.join(' ').toUtf8() + ": " + ran.err).constData());
        }
    }

    void NET_10_aSecretComesFromTheEnvironmentOrIsMissed()
    {
        QString why;
        const auto orthanc = test::Orthanc::start(test::freePort(), &why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true},"AuthenticationEnabled":true,"RegisteredUsers":{"reader":"s3cret"})");
        if (!orthanc)
            QSKIP(qPrintable(why));
        const QStringList files = phantom("secret", 3);
        QCOMPARE(storescu(QString::number(orthanc->port), files, {}, "ORTHANC").code, 0);
        Program program;
        SUCCEEDS(program.run(node("my pacs", orthanc->port, {"--retrieve-by", "web", "--user", "reader", "--dicomweb", QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(orthanc->httpPort)})));
        const QStringList get{"get", "my pacs", demo::studyUidOf("secret")};
        qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        const Ran without = program.run(get);
        FAILS_PLAINLY(without); // no keyring, no variable
        qputenv("DIASCOPE_SECRET_MY_PACS", "wrong");
        const Ran wrong = program.run(get);
        FAILS_PLAINLY(wrong);
        QVERIFY(wrong.err != without.err);
        qputenv("DIASCOPE_SECRET_MY_PACS", "s3cret");
        const QJsonObject got = program.json(get).object();
        qunsetenv("DIASCOPE_SECRET_MY_PACS");
        QCOMPARE(got["received"].toInt(), 3);
        for (QDirIterator all(program.profile(), QDir::Files, QDirIterator::Subdirectories); all.hasNext();) {
            QFile file(all.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY2(!file.readAll().contains("s3cret"), qPrintable(file.fileName()));
        }
    }

    void NET_15_NET_11_theListenerRoutesAndKeepsInside()
    {
        QString why;
        const auto scp = test::StoreScp::start({}, &why);
        if (!scp)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run(node("S", scp->port, {}, "STORESCP")));
        for (const char* nonsense : {"[", "{}", "[{\"to\":3}]", "[{\"modalities\":[\"CT\"]}]", "[{\"to\":\"S\",\"magic\":1}]"})
            FAILS_PLAINLY(program.run({"config", "set", "transfer.routes", nonsense}));
        SUCCEEDS(program.run({"config", "set", "transfer.routes", R"([{"from":["STORESCU"],"modalities":["CT"],"to":"S"}])"}));
        const QStringList files = phantom("routed", 3);
        const auto evil = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nd.StudyInstanceUID='../../../../escaped'\nd.SOPInstanceUID='1.2.3.4.5'\n"
                                       "d.file_meta.MediaStorageSOPInstanceUID=d.SOPInstanceUID\nd.save_as(sys.argv[2])",
                                       {files[0], m_folder.filePath("evil.dcm")});
        QVERIFY2(evil.code == 0, evil.err.constData());
        Listening listener(program);
        QVERIFY(listener.port != "0");
        QCOMPARE(storescu(listener.port, files).code, 0);
        (void)storescu(listener.port, {m_folder.filePath("evil.dcm")}, {"-aet", "EVIL"});
        const auto sentOn = [&] { return QDir(scp->folder.path()).entryList(QDir::Files).size(); };
        QTRY_COMPARE_WITH_TIMEOUT(sentOn(), 3, 30000);
        QVERIFY(listener.endsCleanly());
        QVERIFY(!QFileInfo::exists(program.profile() + "/../escaped") && !QFileInfo::exists(program.profile() + "/../../escaped"));
        for (QDirIterator all(program.profile(), QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot, QDirIterator::Subdirectories); all.hasNext();)
            QVERIFY(!all.next().contains("escaped"));
        SUCCEEDS(program.run({"verify"}));
    }

    void NET_12_aThousandIdleConnectionsAreSaidAndShutNobodyOut()
    {
        Program program;
        Listening listener(program);
        QVERIFY(listener.port != "0");
        std::vector<std::unique_ptr<QTcpSocket>> idle;
        for (int i = 0; i < 1000; ++i) {
            idle.push_back(std::make_unique<QTcpSocket>());
            idle.back()->connectToHost(QHostAddress::LocalHost, quint16(listener.port.toUInt()));
        }
        QTRY_VERIFY_WITH_TIMEOUT(std::all_of(idle.begin(), idle.end(), [](const auto& socket) { return socket->state() == QAbstractSocket::ConnectedState; }), 30000);
        QCOMPARE(storescu(listener.port, phantom("idle", 2)).code, 0);
        QByteArray said;
        QTRY_VERIFY_WITH_TIMEOUT((said += listener.process.readAllStandardError()).contains("idle connections: 1000"), 15000);
        QVERIFY(listener.endsCleanly());
    }

    void NET_10_theListenerSpeaksOnlyTls()
    {
        test::Certificates certificates(&m_why);
        if (!m_why.isEmpty())
            QSKIP(qPrintable(m_why));
        const auto pair = certificates.signedFor("here", "DNS:localhost,IP:127.0.0.1");
        Program program;
        SUCCEEDS(program.run({"config", "set", "listen.tls.certificate", "/not/there.pem"}));
        SUCCEEDS(program.run({"config", "set", "listen.tls.key", pair.key}));
        FAILS_PLAINLY(program.run({"listen", "--port", "0"})); // never in the clear instead
        SUCCEEDS(program.run({"config", "set", "listen.tls.certificate", pair.certificate}));
        Listening listener(program);
        QVERIFY(listener.port != "0");
        const QStringList files = phantom("overtls", 2);
        QVERIFY(storescu(listener.port, files).code != 0);
        QCOMPARE(program.json({"studies"}).array().size(), 0);
        const Ran sent = storescu(listener.port, files, {"+tla", "+cf", certificates.authority()});
        QVERIFY2(sent.code == 0, sent.err.constData());
        QVERIFY(listener.endsCleanly());
        QCOMPARE(program.json({"studies"}).array().at(0)["instances"].toInt(), 2);
    }

    /// What is asked for by C-MOVE comes in by the same door, and never in the clear.
    void NET_10_whatIsMovedHereComesByTls()
    {
        test::Certificates certificates(&m_why);
        if (!m_why.isEmpty())
            QSKIP(qPrintable(m_why));
        const auto pair = certificates.signedFor("door", "DNS:localhost,IP:127.0.0.1");
        const QStringList files = phantom("moved", 1);
        const auto image = dicom::Dataset::read(files.value(0));
        QVERIFY(image);
        const auto key = [&](quint16 group, quint16 name) { return test::element(group, name, test::uid(image->text({group, name}).toLatin1())); };
        const QByteArray classAndUid = key(8, 0x16) + key(8, 0x18);
        const QByteArray others = key(0x10, 0x20) + key(0x20, 0xd) + key(0x20, 0xe) + test::element(0x20, 0x1208, "1 ");
        const QString port = QString::number(test::freePort());
        std::atomic<bool> isByTls = false;
        std::atomic<int> stored = -1;
        test::ScriptedScp peer([&](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& asked) {
            if (asked.field == 0x0021) { // C-MOVE
                stored = storescu(port, files, isByTls ? QStringList{"+tla", "+cf", certificates.authority()} : QStringList(), asked.destination).code;
                return conversation.respond(asked, stored == 0 ? 0 : 0xa801);
            }
            const char* level = asked.dataset.contains("IMAGE") ? "IMAGE " : asked.dataset.contains("SERIES") ? "SERIES" : "STUDY ";
            conversation.respond(asked, 0xff00, classAndUid + test::element(8, 0x52, level) + others);
            conversation.respond(asked, 0);
        });
        Program program;
        SUCCEEDS(program.run(node("PEER", peer.port(), {"--retrieve-by", "move"})));
        SUCCEEDS(program.run({"config", "set", "listen.port", port}));
        SUCCEEDS(program.run({"config", "set", "listen.tls.certificate", pair.certificate}));
        SUCCEEDS(program.run({"config", "set", "listen.tls.key", pair.key}));
        FAILS_PLAINLY(program.run({"get", "PEER", demo::studyUidOf("moved")}));
        QVERIFY2(stored > 0, QByteArray::number(stored).constData());
        QCOMPARE(program.json({"studies"}).array().size(), 0);
        isByTls = true;
        QCOMPARE(program.json({"get", "PEER", demo::studyUidOf("moved")}).object()["received"].toInt(), 1);
        QCOMPARE(stored, 0);
    }

    void NET_01_NET_15_worklistAndPriorsComeOnce()
    {
        QString why;
        QDir(m_folder.path()).mkpath("wl/WLM");
        QFile(m_folder.filePath("wl/WLM/lockfile")).open(QIODevice::WriteOnly);
        const QString name = QString::fromUtf8("Wang^XiaoDong=王^小东");
        const auto made = test::python("import sys,pydicom\nfrom pydicom.dataset import Dataset,FileMetaDataset\nd=Dataset()\nd.SpecificCharacterSet='GB18030'\nd.PatientName=sys.argv[2]\n"
                                       "d.PatientID='ZH-7'\nd.PatientBirthDate='19850930'\nd.PatientSex='F'\nd.AccessionNumber='ACC7'\nd.StudyInstanceUID='1.2.3.77'\n"
                                       "d.RequestedProcedureID='R7'\nd.RequestedProcedureDescription='CT chest'\ns=Dataset()\ns.Modality='CT'\ns.ScheduledStationAETitle='CT1'\n"
                                       "s.ScheduledProcedureStepStartDate=sys.argv[3]\ns.ScheduledProcedureStepStartTime='101500'\ns.ScheduledProcedureStepID='S7'\n"
                                       "s.ScheduledProcedureStepDescription='CT chest'\nd.ScheduledProcedureStepSequence=[s]\n"
                                       "m=FileMetaDataset()\nm.TransferSyntaxUID='1.2.840.10008.1.2.1'\nm.MediaStorageSOPClassUID='1.2.276.0.7230010.3.1.0.1'\nm.MediaStorageSOPInstanceUID='1.2.3.78'\n"
                                       "d.file_meta=m\nd.is_little_endian=True\nd.is_implicit_VR=False\npydicom.dcmwrite(sys.argv[1],d,write_like_original=False)",
                                       {m_folder.filePath("wl/WLM/one.wl"), name, QDate::currentDate().toString("yyyyMMdd")});
        QVERIFY2(made.code == 0, made.err.constData());
        const quint16 port = test::freePort();
        const auto server = test::ServerProcess::start("wlmscpfs", {"-dfp", m_folder.filePath("wl"), "--disable-file-reject", "--keep-char-set", QString::number(port)}, port, &why);
        if (!server)
            QSKIP(qPrintable(why));
        const auto pacs = test::Orthanc::start(test::freePort(), &why);
        if (!pacs)
            QSKIP(qPrintable(why));
        const demo::Patient patient{name, "ZH-7", {}, "19850930", "F", "GB18030"};
        const demo::Patient namesake{"Other^Person", "ZH-7", {}, "19700101", "M", "ISO_IR 192"};
        const QDate today = QDate::currentDate();
        const auto day = [&](int months) { return today.addMonths(-months).toString("yyyyMMdd"); };
        const QStringList files = phantom("newest", 2, day(3), patient) + phantom("older", 2, day(12), patient) + phantom("ancient", 2, day(90), patient)
                                  + phantom("namesake", 2, day(2), namesake);
        const Ran stored = storescu(QString::number(pacs->port), files, {}, "ORTHANC");
        QVERIFY2(stored.code == 0, stored.err.constData());

        Program program;
        FAILS_PLAINLY(program.run({"worklist"})); // none is set up
        SUCCEEDS(program.run(node("RIS", port, {}, "WLM")));
        SUCCEEDS(program.run({"config", "set", "worklist.node", "RIS"}));
        const QJsonArray list = program.json({"worklist"}).array();
        QCOMPARE(list.size(), 1);
        QCOMPARE(list[0]["patientName"].toString(), name); // SAF-07
        QCOMPARE(list[0]["patientId"].toString(), "ZH-7");
        QCOMPARE(list[0]["accession"].toString(), "ACC7");
        QCOMPARE(list[0]["modality"].toString(), "CT");
        QCOMPARE(list[0]["birthDate"].toString(), "19850930");
        QCOMPARE(list[0]["sex"].toString(), "F");
        QCOMPARE(list[0]["studyUid"].toString(), "1.2.3.77");
        QCOMPARE(list[0]["description"].toString(), "CT chest");
        QCOMPARE(list[0]["date"].toString(), QDate::currentDate().toString("yyyyMMdd"));
        QCOMPARE(list[0]["time"].toString(), "101500");
        QCOMPARE(list[0]["station"].toString(), "CT1");

        SUCCEEDS(program.run({"node", "remove", "RIS"}));
        FAILS_PLAINLY(program.run({"worklist"}));
        SUCCEEDS(program.run(node("RIS", port, {}, "WLM")));
        SUCCEEDS(program.run(node("PACS", pacs->port)));
        FAILS_PLAINLY(program.run({"config", "set", "transfer.prefetch", "[{\"years\":\"many\"}]"}));
        int code = 0;
        QByteArray err;
        const QJsonArray priors = program.json({"prefetch"}, &code, &err).array();
        QStringList fetched;
        for (const QJsonValue& prior : priors)
            fetched << prior["studyUid"].toString();
        QCOMPARE(fetched, (QStringList{demo::studyUidOf("newest"), demo::studyUidOf("older")}));
        QCOMPARE(program.json({"studies"}).array().size(), 2);
        QCOMPARE(program.json({"prefetch"}, &code, &err).array().size(), 0);
    }

    /// An order comes in by HL7, and what it needs is here before anybody asks for it.
    void NET_15_thePriorsOfAnOrderComeByThemselves()
    {
        QString why;
        const auto pacs = test::Orthanc::start(test::freePort(), &why);
        if (!pacs)
            QSKIP(qPrintable(why));
        // The RIS writes the name in ideographs, the PACS in letters and ideographs.
        const demo::Patient patient{QString::fromUtf8("Wang^XiaoDong=王^小东"), "ZH-8", {}, "19850930", "F", "GB18030"};
        const demo::Patient other{"Other^Person", "ZH-9", {}, "19700101", "M", "ISO_IR 192"};
        const QString lastYear = QDate::currentDate().addMonths(-12).toString("yyyyMMdd");
        const QStringList files = phantom("prior", 3, lastYear, patient) + phantom("somebody", 2, lastYear, other);
        const Ran stored = storescu(QString::number(pacs->port), files, {}, "ORTHANC");
        QVERIFY2(stored.code == 0, stored.err.constData());
        Program program;
        SUCCEEDS(program.run(node("PACS", pacs->port)));
        QCOMPARE(program.run({"listen", "--hl7-port", "70000"}).code, 2);
        Listening listener(program, {"--hl7-port", "0"});
        QVERIFY(listener.orderPort > 0);
        QTcpSocket ris;
        ris.connectToHost("127.0.0.1", listener.orderPort);
        QVERIFY(ris.waitForConnected(5000));
        ris.write("\x0bMSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||ORM^O01|C1|P|2.3.1||||||UNICODE UTF-8\rPID|1||ZH-8||王小东||19850930|F\r"
                  "ORC|NW|P1|F1\rOBR|1|P1|F1|7^CT chest^L||||||||||||||||||||CT\r\x1c\r");
        QByteArray answer;
        while (!answer.endsWith("\x1c\r") && ris.waitForReadyRead(5000))
            answer += ris.readAll();
        QVERIFY2(answer.contains("MSA|AA|C1"), answer.constData());
        QJsonArray here;
        QTRY_COMPARE_WITH_TIMEOUT((here = program.json({"studies"}).array()).at(0)["instances"].toInt(), 3, 30000);
        QCOMPARE(here.size(), 1);
        QCOMPARE(here.at(0)["studyUid"].toString(), demo::studyUidOf("prior"));
        QVERIFY(listener.endsCleanly());
    }
};

QTEST_GUILESS_MAIN(TestCliSecurity)
#include "tst_cli_security.moc"
