#include "app/demo/phantom.h"
#include "app/demo/servers.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/mllp_receiver.h"
#include "tests/support/orthanc.h"
#include "tests/support/program.h"
#include <QDirIterator>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

QString field(const QByteArray& message, const char* segment, int number)
{
    for (const QByteArray& line : message.split('\r'))
        if (line.startsWith(QByteArray(segment) + '|'))
            return QString::fromUtf8(line.split('|').value(number));
    return {};
}

} // namespace

/// Peers, reports and their delivery, through the program itself, against servers of others.
class TestCliExchange : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_study = demo::studyUidOf("phantom");

    QStringList phantom(const QString& name, int slices, const demo::Patient& patient = {}, const demo::Study& study = {})
    {
        demo::Sampling sampling;
        sampling.slices = slices;
        sampling.columns = sampling.rows = 32;
        return demo::writeCt(m_folder.filePath(name), patient, study, sampling).value_or(QStringList());
    }
    Ran addNode(const Program& program, const QString& name, const QString& ae, quint16 port)
    {
        return program.run({"node", "add", name, "--ae", ae, "--host", "127.0.0.1", "--port", QString::number(port)});
    }
    /// A report on the phantom, in this profile.
    QString written(const Program& program)
    {
        (void)phantom("report", 3);
        (void)program.run({"import", m_folder.filePath("report")});
        const QString id = program.json({"report", "new", "--study", m_study, "--template", "ct-chest", "--user", "Reader"}).object()["reportId"].toString();
        (void)program.run({"report", "set", id, "findings", "A ball of 9 mm | in the & left ^ lung.\nNothing else."});
        (void)program.run({"report", "set", id, "impression", QString::fromUtf8("Phantom. 正常")});
        return id;
    }

private Q_SLOTS:
    void nodesAreKept()
    {
        Program program;
        QCOMPARE(program.json({"node", "list"}).array().size(), 0);
        SUCCEEDS(program.run({"node", "add", "Archive", "--ae", "PACS1", "--host", "10.1.2.3", "--port", "11112", "--charset", "GB18030"}));
        const QJsonArray nodes = program.json({"node", "list"}).array();
        QCOMPARE(nodes.size(), 1);
        QCOMPARE(nodes.at(0)["name"].toString(), "Archive");
        QCOMPARE(nodes.at(0)["ae"].toString(), "PACS1");
        QCOMPARE(nodes.at(0)["host"].toString(), "10.1.2.3");
        QCOMPARE(nodes.at(0)["port"].toInt(), 11112);
        QCOMPARE(nodes.at(0)["charset"].toString(), "GB18030");
        SUCCEEDS(program.run({"node", "remove", "Archive"}));
        QCOMPARE(program.json({"node", "list"}).array().size(), 0);
        FAILS_PLAINLY(program.run({"node", "remove", "Archive"}));
        FAILS_PLAINLY(program.run({"echo", "Archive"}));
        FAILS_PLAINLY(program.run({"node", "add", "X", "--ae", "AE TITLE OF TOO MANY LETTERS", "--host", "h", "--port", "104"}));
        // What cannot be done is refused, not left out: a node that should be TLS is never stored plain (NET-10).
        SUCCEEDS(program.run({"node", "add", "T", "--ae", "T", "--host", "127.0.0.1", "--port", QString::number(test::freePort()), "--tls", "--dicomweb", "https://h/dicom-web"}));
        const QJsonArray kept = program.json({"node", "list"}).array();
        QVERIFY(kept.at(0)["tls"].toBool());
        QCOMPARE(kept.at(0)["dicomweb"].toString(), "https://h/dicom-web");
        FAILS_PLAINLY(program.run({"echo", "T"}));
    }

    /// Twelve administrators at once: what one adds is not taken away by what another had read before. Names of machines and
    /// people are in it: it is nobody else's to read, also in a folder that was there already.
    void NET_01_nodesAddedAtOnceAreAllKept()
    {
        Program program;
        std::vector<std::unique_ptr<QProcess>> adding;
        for (int number = 0; number < 12; ++number) {
            adding.push_back(std::make_unique<QProcess>());
            program.start(*adding.back(), {"node", "add", QStringLiteral("N%1").arg(number), "--ae", "A", "--host", "127.0.0.1", "--port", "104"});
        }
        for (const auto& process : adding) {
            QVERIFY(process->waitForFinished(60000));
            QVERIFY2(process->exitCode() == 0, process->readAllStandardError().constData());
        }
        QCOMPARE(program.json({"node", "list"}).array().size(), 12);
        std::vector<std::unique_ptr<QProcess>> removing;
        for (int number = 0; number < 11; ++number) {
            removing.push_back(std::make_unique<QProcess>());
            program.start(*removing.back(), {"node", "remove", QStringLiteral("N%1").arg(number)});
        }
        for (const auto& process : removing)
            QVERIFY(process->waitForFinished(60000));
        QCOMPARE(program.json({"node", "list"}).array().size(), 1);
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOther;
        QCOMPARE(QFile::permissions(program.profile() + "/settings.ini") & others, QFile::Permissions());
        QFile::setPermissions(program.profile() + "/settings.ini", QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
        SUCCEEDS(program.run({"config", "set", "listen.ae", "HERE"})); // an older version's
        QCOMPARE(QFile::permissions(program.profile() + "/settings.ini") & others, QFile::Permissions());
    }

    /// The terminal it was started from goes: it has nobody to tell any more, and goes on.
    void NET_12_aListenerOutlivesItsTerminal()
    {
        if (QStandardPaths::findExecutable("echoscu").isEmpty())
            QSKIP("echoscu (package dcmtk) is not installed");
        Program program;
        const quint16 port = test::freePort();
        QProcess listener;
        const QByteArray terminal = QFile::encodeName(m_folder.filePath("terminal"));
        QCOMPARE(::mkfifo(terminal.constData(), 0600), 0);
        const int reader = ::open(terminal.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        listener.setStandardErrorFile(QFile::decodeName(terminal), QIODevice::Append);
        listener.setChildProcessModifier([] { ::signal(SIGPIPE, SIG_DFL); }); // as a shell leaves it
        program.start(listener, {"listen", "--port", QString::number(port), "--ae", "HERE"});
        QVERIFY(listener.waitForReadyRead(15000));
        ::close(reader);
        QTcpSocket stranger;
        stranger.connectToHost(QHostAddress::LocalHost, port);
        QVERIFY(stranger.waitForConnected(5000));
        stranger.write("GET / HTTP/1.1\r\n\r\n"); // which is something to tell
        QVERIFY(stranger.waitForBytesWritten(5000));
        QVERIFY2(!listener.waitForFinished(6000), qPrintable(QStringLiteral("it ended with %1").arg(listener.exitCode())));
        SUCCEEDS(addNode(program, "Somebody", "ECHOSCU", 104));
        QCOMPARE(test::run("echoscu", {"-aec", "HERE", "127.0.0.1", QString::number(port)}).code, 0);
        listener.terminate();
        QVERIFY(listener.waitForFinished(15000));
        QCOMPARE(listener.exitCode(), 0);
    }

    /// Who is not set up with this AE title and address is turned away, and that is said; a setting opens the door.
    void NET_04_theListenerTakesKnownPeersOnly()
    {
        if (QStandardPaths::findExecutable("echoscu").isEmpty())
            QSKIP("echoscu (package dcmtk) is not installed");
        Program program;
        SUCCEEDS(addNode(program, "Known", "Modality1", 104));
        SUCCEEDS(program.run({"node", "add", "Elsewhere", "--ae", "MODALITY2", "--host", "127.0.0.9", "--port", "104"}));
        const auto listen = [&](QProcess& listener) {
            program.start(listener, {"listen", "--port", "0", "--ae", "HERE", "--json"});
            QByteArray said;
            while (!QJsonDocument::fromJson(said).isObject() && listener.waitForReadyRead(15000))
                said += listener.readAllStandardOutput();
            return QJsonDocument::fromJson(said).object()["port"].toInt();
        };
        const auto call = [](const char* ae, int port) { return test::run("echoscu", {"-v", "-aet", ae, "-aec", "HERE", "127.0.0.1", QString::number(port)}); };
        QProcess listener;
        const int port = listen(listener);
        QVERIFY(port > 0);
        QCOMPARE(call("MODALITY1", port).code, 0); // as a called title is, in whatever case
        const auto stranger = call("STRANGER", port), displaced = call("MODALITY2", port);
        QVERIFY(stranger.code != 0 && displaced.code != 0);
        QVERIFY2((stranger.out + stranger.err).contains("Calling AE Title Not Recognized"), (stranger.out + stranger.err).constData());
        QByteArray told;
        listener.setReadChannel(QProcess::StandardError);
        while (!told.contains("MODALITY2") && listener.waitForReadyRead(6000))
            told += listener.readAllStandardError();
        QVERIFY2(told.contains("MODALITY2") && told.contains("127.0.0.1"), told.constData());
        SUCCEEDS(addNode(program, "Now", "STRANGER", 104)); // while it runs
        QCOMPARE(call("STRANGER", port).code, 0);
        listener.terminate();
        QVERIFY(listener.waitForFinished(15000));
        SUCCEEDS(program.run({"config", "set", "listen.anyone", "true"}));
        QProcess open;
        QCOMPARE(call("MODALITY2", listen(open)).code, 0);
        open.terminate();
        QVERIFY(open.waitForFinished(15000));
    }

    void NET_01_theListenerTakesWhatOthersSend()
    {
        if (QStandardPaths::findExecutable("storescu").isEmpty())
            QSKIP("storescu (package dcmtk) is not installed");
        Program program;
        SUCCEEDS(addNode(program, "Modality", "STORESCU", 104));
        const QStringList files = phantom("listened", 4);
        QProcess listener;
        program.start(listener, {"listen", "--port", "0", "--ae", "HERE", "--json"});
        QByteArray said;
        while (!QJsonDocument::fromJson(said).isObject() && listener.waitForReadyRead(15000))
            said += listener.readAllStandardOutput();
        const QString port = QString::number(QJsonDocument::fromJson(said)["port"].toInt());
        QVERIFY(port != "0");
        const auto sent = test::run("storescu", QStringList{"-aec", "HERE", "127.0.0.1", port} + files);
        QVERIFY2(sent.code == 0, sent.err.constData());
        const auto wrong = test::run("echoscu", {"-aec", "ELSEWHERE", "127.0.0.1", port});
        QVERIFY(wrong.code != 0);
        listener.terminate();
        QVERIFY(listener.waitForFinished(15000));
        QCOMPARE(listener.exitStatus(), QProcess::NormalExit);
        QCOMPARE(listener.exitCode(), 0);
        QCOMPARE(program.json({"studies"}).array().at(0)["instances"].toInt(), 4);
        SUCCEEDS(program.run({"verify"}));
    }

    void NET_01_aWholeStudyGoesToOrthancAndComesBack()
    {
        QString why;
        const quint16 ourPort = test::freePort();
        const auto orthanc = test::Orthanc::start(ourPort, &why);
        if (!orthanc)
            QSKIP(qPrintable(why));
        const demo::Patient chinese{QString::fromUtf8("Wang^XiaoDong=王^小东"), "ZH-1", "HOSPITAL", "19850930", "F", "GB18030"};
        const QStringList files = phantom("orthanc", 5, chinese);
        QCOMPARE(files.size(), 5);
        Program sender;
        SUCCEEDS(sender.run({"import", m_folder.filePath("orthanc")}));
        SUCCEEDS(addNode(sender, "O", "ORTHANC", orthanc->port));
        SUCCEEDS(sender.run({"echo", "O"}));
        const QJsonObject sent = sender.json({"send", "O", "--study", m_study}).object();
        QCOMPARE(sent["sent"].toInt(), 5);
        QCOMPARE(sent["confirmed"].toInt(), 5);
        QCOMPARE(sent["failed"].toArray().size(), 0);
        QCOMPARE(orthanc->instanceIds().size(), 5);

        Program reader;
        SUCCEEDS(addNode(reader, "O", "ORTHANC", orthanc->port));
        SUCCEEDS(reader.run({"config", "set", "listen.port", QString::number(ourPort)}));
        const QJsonArray found = reader.json({"find", "O", "--patient-id", "ZH-1"}).array();
        const QJsonObject expected{{"studyUid", m_study}, {"patientName", chinese.name}, {"patientId", "ZH-1"}, {"issuer", "HOSPITAL"},
                                   {"birthDate", "19850930"}, {"sex", "F"}, {"date", "20260110"}, {"time", "101500"}, {"accession", "A0001"}, {"description", "CT phantom"},
                                   {"modalities", QJsonArray{"CT"}}, {"series", 1}, {"instances", 5}};
        QCOMPARE(found, QJsonArray{expected});
        QCOMPARE(reader.json({"find", "O", "--patient-id", "NOBODY"}).array().size(), 0);
        const QJsonArray series = reader.json({"find", "O", "--level", "series", "--study-uid", m_study}).array();
        QCOMPARE(series.size(), 1);
        QCOMPARE(series.at(0)["modality"].toString(), "CT");
        QCOMPARE(reader.json({"find", "O", "--level", "image", "--study-uid", m_study, "--series-uid", series.at(0)["seriesUid"].toString()}).array().size(), 5);

        const QJsonObject first = reader.json({"get", "O", m_study}).object();
        QCOMPARE(first["expected"].toInt(), 5);
        QCOMPARE(first["received"].toInt(), 5);
        QCOMPARE(first["failed"].toArray().size(), 0);
        const QJsonObject second = reader.json({"get", "O", m_study}).object();
        QCOMPARE(second["received"].toInt(), 0);
        QCOMPARE(reader.json({"studies"}).array().at(0)["instances"].toInt(), 5);
        FAILS_PLAINLY(reader.run({"get", "O", "1.2.3.4"}));

        Program mover;
        SUCCEEDS(addNode(mover, "O", "ORTHANC", orthanc->port));
        SUCCEEDS(mover.run({"config", "set", "listen.port", QString::number(ourPort)}));
        QCOMPARE(mover.json({"get", "O", m_study, "--move"}).object()["received"].toInt(), 5);
        QCOMPARE(mover.json({"studies"}).array().at(0)["patientName"].toString(), QString::fromUtf8("Wang^XiaoDong=王^小东"));

        // A wrong called AE title is refused in words (NET-04).
        SUCCEEDS(addNode(reader, "WRONG", "NOTORTHANC", orthanc->port));
        const Ran wrong = reader.run({"echo", "WRONG"});
        FAILS_PLAINLY(wrong);
        QVERIFY2(wrong.err.toLower().contains("ae title") || wrong.err.toLower().contains("called"), wrong.err.constData());
    }

    void NET_01_dcmqrscpAnswersToo()
    {
        QTemporaryDir folder;
        const auto pacs = demo::Pacs::start(folder.path());
        if (!pacs)
            QSKIP(qPrintable(message(pacs.error())));
        Program program;
        const QStringList files = phantom("dcmqrscp", 3);
        const dimse::Node node = (*pacs)->node();
        SUCCEEDS(addNode(program, "P", node.aeTitle, node.port));
        QCOMPARE(program.json(QStringList{"send", "P"} + files).object()["confirmed"].toInt(), 3);
        QCOMPARE(program.json({"get", "P", m_study}).object()["received"].toInt(), 3);
        QCOMPARE(program.json({"get", "P", m_study}).object()["received"].toInt(), 0);
        SUCCEEDS(program.run({"verify"}));
    }

    void aPeerThatIsNotThereIsSaid_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("NET-04 echo") << QStringList{"echo", "GONE"};
        QTest::newRow("NET-04 find") << QStringList{"find", "GONE", "--patient-id", "1"};
        QTest::newRow("NET-04 get") << QStringList{"get", "GONE", "1.2.3"};
        QTest::newRow("SAF-05 send") << QStringList{"send", "GONE", "--study", demo::studyUidOf("phantom")};
        QTest::newRow("SAF-05 send of nothing") << QStringList{"send", "GONE", "--study", "1.2.3"};
        QTest::newRow("SAF-05 send of a missing file") << QStringList{"send", "GONE", "/not/there.dcm"};
    }
    void aPeerThatIsNotThereIsSaid()
    {
        QFETCH(QStringList, words);
        Program program;
        (void)phantom("gone", 2);
        SUCCEEDS(program.run({"import", m_folder.filePath("gone")}));
        SUCCEEDS(addNode(program, "GONE", "GONE", test::freePort()));
        FAILS_PLAINLY(program.run(words));
        QCOMPARE(program.json({"studies"}).array().size(), 1);
    }

    void aReportIsWrittenSignedAndFrozen()
    {
        Program program;
        const QString id = written(program);
        QVERIFY(!id.isEmpty());
        QJsonObject report = program.json({"report", "show", id}).object();
        QCOMPARE(report["status"].toString(), "draft");
        QCOMPARE(report["studyUid"].toString(), m_study);
        QCOMPARE(report["templateId"].toString(), "ct-chest");
        QStringList sections;
        for (const QJsonValue& section : report["sections"].toArray())
            sections << section["id"].toString();
        for (const char* section : {"clinical-information", "technique", "comparison", "findings", "impression"})
            QVERIFY2(sections.contains(QLatin1String(section)), section);
        FAILS_PLAINLY(program.run({"report", "set", id, "no-such-section", "text"}));
        FAILS_PLAINLY(program.run({"report", "show", "no-such-report"}));
        FAILS_PLAINLY(program.run({"report", "new", "--study", "1.2.3", "--template", "general"}));
        FAILS_PLAINLY(program.run({"report", "new", "--study", m_study, "--template", "no-such-template"}));

        const QJsonObject isSigned = program.json({"report", "sign", id, "--user", "Reader"}).object();
        QCOMPARE(isSigned["status"].toString(), "final");
        QCOMPARE(isSigned["signer"].toString(), "Reader");
        QVERIFY(!isSigned["contentHash"].toString().isEmpty());
        FAILS_PLAINLY(program.run({"report", "set", id, "findings", "something else"})); // SAF-09
        const QJsonObject status = program.json({"report", "status", id}).object();
        QVERIFY(status["intact"].toBool());
        QCOMPARE(status["deliveries"].toArray().size(), 1);
        QCOMPARE(program.json({"report", "show", id}).object()["sections"], isSigned["sections"]);
        // Signed twice by two commands: refused, still one signature and one delivery (DEL-07).
        FAILS_PLAINLY(program.run({"report", "sign", id, "--user", "Somebody Else"}));
        QCOMPARE(program.json({"report", "status", id}).object()["deliveries"].toArray().size(), 1);
        QCOMPARE(program.json({"report", "status", id}).object()["version"].toInt(), isSigned["version"].toInt());

        const QString pdf = m_folder.filePath("r.pdf");
        const QString sr = m_folder.filePath("r.dcm");
        const QString hl7 = m_folder.filePath("r.hl7");
        const QString text = m_folder.filePath("r.txt");
        for (const auto& [format, file] : {std::pair{"pdf", pdf}, {"sr", sr}, {"hl7", hl7}, {"text", text}})
            SUCCEEDS(program.run({"report", "export", id, "--format", format, "--out", file}));
        const auto read = test::run("pdftotext", {pdf, "-"});
        if (read.code == 0)
            QVERIFY2(read.out.contains("A ball of 9 mm"), read.out.constData());
        const auto tree = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nprint(d.StudyInstanceUID,d.CompletionFlag,d.VerificationFlag,any('A ball of 9 mm' in str(e.value) for e in d.iterall() if e.keyword=='TextValue'))", {sr});
        QCOMPARE(tree.out.trimmed(), (m_study + " COMPLETE VERIFIED True").toUtf8());
        const auto parsed = test::python("import sys,hl7\nm=hl7.parse(open(sys.argv[1],encoding='utf-8',newline='').read().strip('\\r\\n')+'\\r')\n"
                                         "print(m.segment('PID')[3][0][0][0] if False else str(m.segment('PID')[3]).split('^')[0], str(m.segment('OBR')[25]))",
                                         {hl7});
        QCOMPARE(parsed.out.trimmed(), QByteArray("PH-0001 F"));
        FAILS_PLAINLY(program.run({"report", "export", id, "--format", "pdf", "--out", "/nowhere/at/all.pdf"}));
        FAILS_PLAINLY(program.run({"report", "export", id, "--format", "sr", "--out", "/nowhere/at/all.dcm"}));
        QCOMPARE(program.run({"report", "export", id, "--format", "docx", "--out", pdf}).code, 2);

        const QJsonObject addendum = program.json({"report", "addendum", id, "--user", "Reader"}).object();
        QVERIFY(!addendum.isEmpty());
        const QString addendumId = addendum["reportId"].toString();
        QString section;
        for (const QJsonValue& each : addendum["sections"].toArray())
            if (!sections.contains(each["id"].toString()))
                section = each["id"].toString();
        QVERIFY2(!section.isEmpty(), "the addendum has a section of its own");
        SUCCEEDS(program.run({"report", "set", addendumId, section, "Second thought."}));
        FAILS_PLAINLY(program.run({"report", "set", addendumId, "findings", "rewritten"})); // SAF-09
        SUCCEEDS(program.run({"report", "sign", addendumId, "--user", "Reader"}));
        QCOMPARE(program.json({"report", "status", addendumId}).object()["deliveries"].toArray().size(), 2);
    }

    /// The resident signs preliminary, the supervisor final: one report, two versions, two deliveries in order (REP-09).
    void aPreliminaryReportIsSignedFinalByAnother()
    {
        Program program;
        const QString id = written(program);
        QCOMPARE(program.json({"report", "sign", id, "--user", "Resident", "--preliminary"}).object()["status"].toString(), "preliminary");
        FAILS_PLAINLY(program.run({"report", "sign", id, "--user", "Resident", "--preliminary"}));
        const QJsonObject last = program.json({"report", "sign", id, "--user", "Supervisor"}).object();
        QCOMPARE(last["status"].toString(), "final");
        QCOMPARE(last["signer"].toString(), "Supervisor");
        QCOMPARE(program.json({"report", "status", id}).object()["deliveries"].toArray().size(), 2);
    }

    void settingsAreChecked()
    {
        Program program;
        SUCCEEDS(program.run({"config", "set", "ris.hl7.host", "127.0.0.1"}));
        SUCCEEDS(program.run({"config", "set", "ris.hl7.port", "2576"}));
        QCOMPARE(program.json({"config", "get", "ris.hl7.host"}).object()["ris.hl7.host"].toVariant().toString(), "127.0.0.1");
        QCOMPARE(program.json({"config", "get", "ris.hl7.port"}).object()["ris.hl7.port"].toVariant().toInt(), 2576);
        FAILS_PLAINLY(program.run({"config", "set", "ris.hl7.port", "70000"}));
        FAILS_PLAINLY(program.run({"config", "set", "ris.hl7.port", "many"}));
        SUCCEEDS(program.run({"config", "set", "archive.quotaGiB", "0.25"}));
        QCOMPARE(program.json({"config", "get", "archive.quotaGiB"}).object()["archive.quotaGiB"].toVariant().toDouble(), 0.25);
        for (const char* wrong : {"nan", "inf", "much", ""})
            FAILS_PLAINLY(program.run({"config", "set", "archive.quotaGiB", wrong}));
        FAILS_PLAINLY(program.run({"config", "set", "ris.hl7.charset", "KLINGON"}));
        FAILS_PLAINLY(program.run({"config", "set", "no.such.key", "1"}));
        FAILS_PLAINLY(program.run({"config", "get", "no.such.key"}));
        QCOMPARE(program.json({"config", "get", "ris.hl7.port"}).object()["ris.hl7.port"].toVariant().toInt(), 2576);
        for (const char* key : {"ris.hl7.host", "ris.hl7.port", "ris.hl7.tls", "ris.hl7.charset", "archive.quotaGiB", "ui.language", "listen.port", "listen.ae"})
            SUCCEEDS(program.run({"config", "get", key}));
    }

    void aReportWaitsForTheRisAndArrivesOnce()
    {
        Program program;
        const QString id = written(program);
        SUCCEEDS(program.run({"report", "sign", id, "--user", "Reader"}));
        // No RIS set up, then one that is down: the report waits, the attempts are counted (SAF-10).
        int code = 0;
        QByteArray err;
        (void)program.json({"deliver"}, &code, &err);
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        SUCCEEDS(program.run({"config", "set", "ris.hl7.host", "127.0.0.1"}));
        SUCCEEDS(program.run({"config", "set", "ris.hl7.port", QString::number(test::freePort())}));
        const QJsonArray down = program.json({"deliver"}, &code, &err).array();
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        QCOMPARE(down.size(), 1);
        QCOMPARE(down.at(0)["reportId"].toString(), id);
        QCOMPARE(down.at(0)["target"].toString(), "RIS");
        QCOMPARE(down.at(0)["state"].toString(), "queued");
        QVERIFY(!down.at(0)["lastError"].toString().isEmpty());
        const int attempts = down.at(0)["attempts"].toInt();
        QVERIFY(attempts >= 1);
        const QJsonArray again = program.json({"deliver"}, &code, &err).array();
        QCOMPARE(again.at(0)["attempts"].toInt(), attempts + 1);
        const QString controlId = again.at(0)["controlId"].toString();
        QVERIFY(!controlId.isEmpty());
        QCOMPARE(controlId, down.at(0)["controlId"].toString());

        test::MllpReceiver ris;
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        SUCCEEDS(program.run({"config", "set", "ris.hl7.port", QString::number(ris.port())}));
        const QJsonArray delivered = program.json({"deliver", "--wait", "10"}).array();
        QCOMPARE(delivered.size(), 1);
        QCOMPARE(delivered.at(0)["state"].toString(), "acknowledged");
        QCOMPARE(delivered.at(0)["lastError"].toString(), QString());
        QCOMPARE(delivered.at(0)["controlId"].toString(), controlId);
        SUCCEEDS(program.run({"deliver"}));
        QCOMPARE(ris.messages().size(), 1);
        const QByteArray message = ris.messages().first();
        QCOMPARE(field(message, "MSH", 9), controlId); // MSH-10: the separator is MSH-1
        QVERIFY(field(message, "MSH", 8).startsWith("ORU^R01"));
        QVERIFY(field(message, "PID", 3).startsWith("PH-0001"));
        QVERIFY2(message.contains("A ball of 9 mm \\F\\ in the \\T\\ left \\S\\ lung."), message.constData()); // DEL-05
        QVERIFY(message.contains("正常"));
        const QJsonObject status = program.json({"report", "status", id}).object();
        QCOMPARE(status["deliveries"].toArray().at(0)["state"].toString(), "acknowledged");
    }

    void aRefusalIsHeldAndALostAnswerResent_data()
    {
        QTest::addColumn<QString>("answers");
        QTest::addColumn<QString>("state");
        QTest::addColumn<int>("messages");
        QTest::newRow("DEL-03 AE") << "AE" << "held" << 1;
        QTest::newRow("DEL-03 AR") << "AR" << "held" << 1;
        QTest::newRow("DEL-02 the connection ends before the answer") << "close,AA" << "acknowledged" << 2;
    }
    void aRefusalIsHeldAndALostAnswerResent()
    {
        QFETCH(QString, answers);
        QFETCH(QString, state);
        QFETCH(int, messages);
        test::MllpReceiver ris(answers);
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not installed");
        Program program;
        const QString id = written(program);
        SUCCEEDS(program.run({"config", "set", "ris.hl7.host", "127.0.0.1"}));
        SUCCEEDS(program.run({"config", "set", "ris.hl7.port", QString::number(ris.port())}));
        SUCCEEDS(program.run({"report", "sign", id, "--user", "Reader"}));
        int code = 0;
        QByteArray err;
        (void)program.json({"deliver"}, &code, &err);
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        const QJsonArray deliveries = program.json({"deliver"}, &code, &err).array();
        QCOMPARE(deliveries.at(0)["state"].toString(), state);
        QCOMPARE(code, state == "held" ? 1 : 0);
        const QList<QByteArray> came = ris.messages();
        QCOMPARE(came.size(), messages);
        for (const QByteArray& message : came)
            QCOMPARE(field(message, "MSH", 9), deliveries.at(0)["controlId"].toString());
    }
};

QTEST_GUILESS_MAIN(TestCliExchange)
#include "tst_cli_exchange.moc"
