#include "app/demo/phantom.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/program.h"
#include <QDirIterator>
#include <QRandomGenerator>

using namespace diascope;
using test::FaultProxy;
using test::Program;
using test::Ran;
using Way = test::FaultProxy::Way;

namespace
{

constexpr int slices = 24;
constexpr qint64 sliceBytes = 64 * 64 * 2; // of pixels; the header comes on top

/// What one call of the program gave: exactly one JSON document, or none.
struct Answer
{
    int code = -1;
    QByteArray err;
    QJsonDocument json;
    qint64 number(const char* field) const { return json.object()[QLatin1String(field)].toInteger(-1); }
    QJsonArray failed() const { return json.object()["failed"].toArray(); }
};

Answer ask(const Program& program, const QStringList& words)
{
    Answer answer;
    answer.json = program.json(words, &answer.code, &answer.err);
    return answer;
}

/// The program in the background, to be killed.
std::unique_ptr<QProcess> started(const Program& program, const QStringList& words)
{
    auto process = std::make_unique<QProcess>();
    program.start(*process, words);
    (void)process->waitForStarted();
    return process;
}

int filesUnder(const QString& folder)
{
    int files = 0;
    for (QDirIterator all(folder, QDir::Files, QDirIterator::Subdirectories); all.hasNext(); all.next())
        ++files;
    return files;
}

} // namespace

/// Retrieving and sending by the program as a script calls it, against servers of others and over bad lines.
class TestCliTransfers : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_why;
    quint16 m_ourPort = 0;
    std::unique_ptr<test::Orthanc> m_orthanc;
    QString m_study = demo::studyUidOf("line"), m_other = demo::studyUidOf("other");
    QStringList m_files, m_otherFiles;
    QStringList m_series; ///< of m_study: the first has `slices` instances, the second 3

    QStringList phantom(const QString& name, const QString& seed, int count, int seriesNumber = 1)
    {
        demo::Study study;
        study.seed = seed;
        study.seriesNumber = seriesNumber;
        demo::Sampling sampling;
        sampling.slices = count;
        sampling.columns = sampling.rows = 64;
        return demo::writeCt(m_folder.filePath(name), {}, study, sampling).value_or(QStringList());
    }
    Ran addNode(const Program& program, const QString& name, quint16 port, const QString& ae = "ORTHANC", const QStringList& more = {"--associations", "1"})
    {
        return program.run(QStringList{"node", "add", name, "--ae", ae, "--host", "127.0.0.1", "--port", QString::number(port)} + more);
    }
    QString web() const { return QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(m_orthanc->httpPort); }
    QStringList webFlags(const QString& way = "auto") const { return {"--dicomweb", web(), "--retrieve-by", way}; }
    int here(const Program& program) const
    {
        for (const QJsonValue& study : program.json({"studies"}).array())
            if (study["studyUid"].toString() == m_study)
                return study["instances"].toInt();
        return 0;
    }
    static FaultProxy::Faults slow(qint64 bytesPerSecond)
    {
        FaultProxy::Faults faults;
        faults.bytesPerSecond = bytesPerSecond;
        return faults;
    }
    /// A storescp whose log has one line, the file's name with the SOP Instance UID, for every C-STORE it answered.
    std::unique_ptr<test::StoreScp> storeScp(const QString& log, QString* why)
    {
        return test::StoreScp::start({"--exec-on-reception", "echo '#f' >> " + log, "--exec-sync"}, why);
    }
    static QStringList linesOf(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts) : QStringList();
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_ourPort = test::freePort();
        m_orthanc = test::Orthanc::start(m_ourPort, &m_why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true})");
        m_files = phantom("line", "line", slices) + phantom("line2", "line", 3, 2);
        m_otherFiles = phantom("other", "other", 4);
        QCOMPARE(m_files.size(), slices + 3);
        if (!m_orthanc)
            return;
        const auto sent = test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port)} + m_files + m_otherFiles);
        QVERIFY2(sent.code == 0, sent.err.constData());
        for (const QString& file : {m_files.first(), m_files.last()})
            m_series << QString::fromUtf8(test::python("import sys,pydicom\nprint(pydicom.dcmread(sys.argv[1]).SeriesInstanceUID)", {file}).out.trimmed());
        QVERIFY(m_series[0] != m_series[1]);
    }
    void init()
    {
        if (!m_orthanc)
            QSKIP(qPrintable(m_why));
    }

    void aStudyComesByEveryWay_data()
    {
        QTest::addColumn<QStringList>("flags");
        QTest::addColumn<QString>("nodeWay");
        QTest::newRow("NET-01 C-GET") << QStringList() << "get";
        QTest::newRow("NET-01 C-MOVE by flag") << QStringList{"--move"} << "auto";
        QTest::newRow("NET-01 C-MOVE by the node") << QStringList() << "move";
        QTest::newRow("NET-01 DICOMweb by flag") << QStringList{"--web"} << "auto";
        QTest::newRow("NET-01 DICOMweb by the node") << QStringList() << "web";
    }
    void aStudyComesByEveryWay()
    {
        QFETCH(QStringList, flags);
        QFETCH(QString, nodeWay);
        Program program;
        SUCCEEDS(addNode(program, "O", m_orthanc->port, "ORTHANC", webFlags(nodeWay)));
        SUCCEEDS(program.run({"config", "set", "listen.port", QString::number(m_ourPort)}));
        // One series, then the rest of the study: what is here is not fetched again.
        const Answer series = ask(program, QStringList{"get", "O", m_study, "--series", m_series[1]} + flags);
        QCOMPARE(series.code, 0);
        QCOMPARE(series.number("expected"), 3);
        QCOMPARE(series.number("received"), 3);
        QCOMPARE(here(program), 3);
        const Answer all = ask(program, QStringList{"get", "O", m_study, m_other} + flags);
        QVERIFY2(all.code == 0, all.err.constData());
        QCOMPARE(all.number("expected"), m_files.size() + m_otherFiles.size());
        QCOMPARE(all.number("present"), 3);
        QCOMPARE(all.number("received"), slices + m_otherFiles.size());
        QCOMPARE(all.failed().size(), 0);
        QCOMPARE(here(program), m_files.size());
        const Answer again = ask(program, QStringList{"get", "O", m_study} + flags);
        QCOMPARE(again.code, 0);
        QCOMPARE(again.number("received"), 0);
        QCOMPARE(again.number("present"), m_files.size());
        QCOMPARE(again.number("expected"), m_files.size());
        SUCCEEDS(program.run({"verify"}));
        const Answer unknown = ask(program, QStringList{"get", "O", "1.2.3.4"} + flags);
        QCOMPARE(unknown.code, 1);
        QVERIFY2(test::isOnePlainLine(unknown.err), unknown.err.constData());
        QCOMPARE(unknown.number("received"), 0);
    }

    /// Killed in the middle: the next call knows what is missing, by the server's own count, also without the transfer's line.
    void SAF_04_studiesNamesWhatIsIncomplete()
    {
        FaultProxy line(m_orthanc->port);
        Program program;
        SUCCEEDS(addNode(program, "O", line.port()));
        line.set(Way::ToClient, slow(3 * sliceBytes)); // three images a second
        const auto getting = started(program, {"get", "O", m_study});
        QTRY_VERIFY_WITH_TIMEOUT(here(program) > 0, 20000);
        getting->kill();
        QVERIFY(getting->waitForFinished());
        line.clear();
        const int partly = here(program);
        QVERIFY2(partly > 0 && partly < m_files.size(), QByteArray::number(partly).constData());
        for (const QJsonValue& transfer : program.json({"transfers"}).array())
            SUCCEEDS(program.run({"transfers", "cancel", QString::number(transfer["id"].toInt())}));
        SUCCEEDS(program.run({"transfers", "run", "--wait", "5"})); // takes note of who is dead
        SUCCEEDS(program.run({"transfers", "clear"}));
        QCOMPARE(program.json({"transfers"}).array().size(), 0);
        QCOMPARE(program.json({"studies"}).array().at(0)["expected"].toInt(), int(m_files.size()));
        const QByteArray said = program.run({"studies"}).out;
        QVERIFY2(said.contains(QStringLiteral("incomplete: %1 of %2 images").arg(partly).arg(m_files.size()).toUtf8()), said.constData());
        QCOMPARE(ask(program, {"get", "O", m_study}).code, 0);
        QCOMPARE(here(program), m_files.size());
        QVERIFY(!program.run({"studies"}).out.contains("incomplete"));
    }

    void NET_01_aNodeWithoutCGetIsMovedFrom()
    {
        QString why;
        const quint16 port = test::freePort();
        const auto server = test::DcmQrScp::start(port, &why, {"--disable-get"});
        if (!server)
            QSKIP(qPrintable(why));
        SUCCEEDS(test::run("storescu", QStringList{"-aec", "QRSCP", "127.0.0.1", QString::number(server->port)} + m_otherFiles));
        Program program;
        SUCCEEDS(addNode(program, "Q", server->port, "QRSCP"));
        SUCCEEDS(program.run({"config", "set", "listen.port", QString::number(port)}));
        const Answer got = ask(program, {"get", "Q", m_other});
        QVERIFY2(got.code == 0, got.err.constData());
        QCOMPARE(got.number("received"), m_otherFiles.size());
        // Told to use C-GET alone, it says that the peer has none.
        Program getter;
        SUCCEEDS(addNode(getter, "Q", server->port, "QRSCP", {"--retrieve-by", "get"}));
        const Answer refused = ask(getter, {"get", "Q", m_other});
        QCOMPARE(refused.code, 1);
        QVERIFY2(test::isOnePlainLine(refused.err), refused.err.constData());
        QCOMPARE(refused.number("received"), 0);
    }

    void whoeverDoesNotAnswerRightlyIsSaid()
    {
        Program program;
        SUCCEEDS(addNode(program, "DEAD", test::freePort()));
        SUCCEEDS(addNode(program, "WRONG", m_orthanc->port, "SOMEBODY"));
        FaultProxy line(m_orthanc->port);
        line.stall();
        SUCCEEDS(addNode(program, "STALLED", line.port(), "ORTHANC", {"--retrieve-by", "get"}));
        FAILS_PLAINLY(program.run({"config", "set", "network.acseSeconds", "0"}));
        SUCCEEDS(program.run({"config", "set", "network.acseSeconds", "2"}));
        SUCCEEDS(program.run({"config", "set", "network.dimseSeconds", "2"}));
        QElapsedTimer clock;
        clock.start();
        QSet<QByteArray> sentences;
        const std::pair<const char*, const char*> expected[] = {{"DEAD", "refused"}, {"WRONG", "AE title"}, {"STALLED", "answer"}}; // NET-03, NET-04
        for (const auto& [name, word] : expected) {
            const Ran ran = program.run({"get", name, m_study});
            FAILS_PLAINLY(ran);
            QVERIFY2(QByteArray(ran.err).toLower().contains(QByteArray(word).toLower()), ran.err.constData());
            sentences << ran.err.mid(ran.err.indexOf(name) + qstrlen(name));
        }
        QCOMPARE(sentences.size(), 3);
        QVERIFY2(clock.elapsed() < 20000, "the settings' patience holds");
    }

    void aCutCableLosesNothing_data()
    {
        QTest::addColumn<QString>("way");
        QTest::addColumn<bool>("isStalled");
        QTest::newRow("NET-02 C-GET") << "get" << false;
        QTest::newRow("NET-02 DICOMweb") << "web" << false;
        QTest::newRow("NET-03 C-GET falls silent") << "get" << true;
    }
    void aCutCableLosesNothing()
    {
        QFETCH(QString, way);
        QFETCH(bool, isStalled);
        const quint16 port = way == "web" ? m_orthanc->httpPort : m_orthanc->port;
        const auto addLine = [&](const Program& program, const FaultProxy& line) {
            const QString url = QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(line.port());
            return addNode(program, "C", way == "web" ? m_orthanc->port : line.port(), "ORTHANC", {"--retrieve-by", way, "--dicomweb", url, "--associations", "1"});
        };
        // A line that breaks again and again: each time it goes on by itself, and nothing comes twice.
        Program patient;
        FaultProxy breaking(port);
        breaking.cutAfter(8 * sliceBytes);
        SUCCEEDS(addLine(patient, breaking));
        const Answer whole = ask(patient, {"get", "C", m_study});
        QVERIFY2(whole.code == 0, whole.err.constData());
        QCOMPARE(whole.number("received"), m_files.size());
        QCOMPARE(here(patient), m_files.size());
        QVERIFY(breaking.connections() >= 3); // 27 instances do not fit into two such connections
        SUCCEEDS(patient.run({"verify"}));

        if (way == "web") // the server has put everything into the line before it could be cut
            return;
        // A line that stays cut or falls silent: what came counts, the next call brings the rest.
        Program program;
        FaultProxy line(port);
        line.set(Way::ToClient, slow(60'000));
        SUCCEEDS(addLine(program, line));
        SUCCEEDS(program.run({"config", "set", "network.acseSeconds", "2"}));
        SUCCEEDS(program.run({"config", "set", "network.dimseSeconds", "2"}));
        const int before = filesUnder(program.profile() + "/pixels");
        const auto getting = started(program, {"get", "C", m_study, "--json"});
        QTRY_VERIFY_WITH_TIMEOUT(filesUnder(program.profile() + "/pixels") >= before + 4 || getting->state() == QProcess::NotRunning, 15000);
        QCOMPARE(getting->state(), QProcess::Running);
        if (isStalled)
            line.stall();
        else
            line.cutAfter(0);
        QVERIFY(getting->waitForFinished(30000));
        QCOMPARE(getting->exitCode(), 1);
        const QByteArray err = getting->readAllStandardError();
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        QVERIFY2(!isStalled || err.contains("No answer in time"), err.constData());
        const QJsonObject cut = QJsonDocument::fromJson(getting->readAllStandardOutput()).object();
        const int first = cut["received"].toInt(-1);
        QVERIFY2(first > 0 && first < m_files.size(), qPrintable(QString::number(first)));
        QCOMPARE(here(program), first);
        QCOMPARE(cut["expected"].toInt(), m_files.size()); // SAF-04
        line.clear();
        const Answer rest = ask(program, {"get", "C", m_study});
        QVERIFY2(rest.code == 0, rest.err.constData());
        QCOMPARE(rest.number("present"), first);
        QCOMPARE(rest.number("received"), m_files.size() - first);
        QCOMPARE(here(program), m_files.size());
        SUCCEEDS(program.run({"verify"}));
    }

    /// Killed at any moment, the queue brings exactly the rest (NET-02, STO-01).
    void NET_02_aKilledRetrievalGoesOn()
    {
        for (int round = 0; round < 5; ++round) {
            Program program;
            FaultProxy line(m_orthanc->port);
            line.set(Way::ToClient, slow(150'000));
            SUCCEEDS(addNode(program, "K", line.port(), "ORTHANC", {"--retrieve-by", "get", "--associations", "1"}));
            const int moment = QRandomGenerator::global()->bounded(3, slices - 8);
            const int empty = filesUnder(program.profile() + "/pixels");
            const auto getting = started(program, {"get", "K", m_study});
            QTRY_VERIFY_WITH_TIMEOUT(filesUnder(program.profile() + "/pixels") >= empty + moment || getting->state() == QProcess::NotRunning, 15000);
            QCOMPARE(getting->state(), QProcess::Running);
            getting->kill();
            QVERIFY(getting->waitForFinished(5000));
            line.clear();
            const qsizetype carried = line.recorded(Way::ToClient).size();
            const int before = here(program);
            QVERIFY2(before < m_files.size(), qPrintable(QString::number(before)));
            const Answer ran = ask(program, {"transfers", "run", "--wait", "40"});
            QVERIFY2(ran.code == 0, ran.err.constData());
            const QJsonValue transfer = ran.json.array().at(0);
            QCOMPARE(ran.json.array().size(), 1);
            QCOMPARE(transfer["state"].toString(), "done");
            QCOMPARE(transfer["done"].toInt(), m_files.size());
            QCOMPARE(here(program), m_files.size());
            // Only the rest came over the line: what was here would have made at least this much more.
            const qint64 again = line.recorded(Way::ToClient).size() - carried;
            QVERIFY2(again < (m_files.size() - before + 2) * (sliceBytes + 2500), qPrintable(QStringLiteral("%1 bytes after %2 instances").arg(again).arg(before)));
            SUCCEEDS(program.run({"verify"}));
        }
    }

    void aSendIsCompleteAndConfirmed_data()
    {
        QTest::addColumn<QStringList>("what");
        QTest::addColumn<int>("count");
        QTest::newRow("SAF-05 a study") << QStringList{"--study", m_study} << slices + 3;
        QTest::newRow("SAF-05 a folder") << QStringList{m_folder.filePath("other")} << 4;
        QTest::newRow("SAF-05 files and a folder") << QStringList{m_folder.filePath("line2"), m_otherFiles.first()} << 4;
    }
    void aSendIsCompleteAndConfirmed()
    {
        QFETCH(QStringList, what);
        QFETCH(int, count);
        QTemporaryDir logs;
        QString why;
        const auto scp = storeScp(logs.filePath("log"), &why);
        if (!scp)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run({"import", m_folder.filePath("line"), m_folder.filePath("line2")}));
        SUCCEEDS(addNode(program, "S", scp->port, "STORESCP"));
        const Answer sent = ask(program, QStringList{"send", "S"} + what);
        QVERIFY2(sent.code == 0, sent.err.constData());
        QCOMPARE(sent.number("sent"), count);
        QCOMPARE(sent.number("confirmed"), count);
        QCOMPARE(linesOf(logs.filePath("log")).size(), count);
        QCOMPARE(filesUnder(scp->folder.path()), count);
    }

    void SAF_05_whatIsRefusedIsListed()
    {
        QTemporaryDir folder;
        QVERIFY(QFile::copy(m_otherFiles[0], folder.filePath("good.dcm")));
        const auto made = test::python("import sys,pydicom\nd=pydicom.dcmread(sys.argv[1])\nd.SOPClassUID='1.2.840.99999.7.7.7'\nd.file_meta.MediaStorageSOPClassUID=d.SOPClassUID\n"
                                       "d.SOPInstanceUID='1.2.3.987'\nd.file_meta.MediaStorageSOPInstanceUID=d.SOPInstanceUID\nd.save_as(sys.argv[2])",
                                       {m_otherFiles[0], folder.filePath("private.dcm")});
        QVERIFY2(made.code == 0, made.err.constData());
        QFile text(folder.filePath("notes.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image") > 0);
        text.close();
        Program program;
        SUCCEEDS(addNode(program, "O", m_orthanc->port));
        const Answer sent = ask(program, {"send", "O", folder.path()});
        QCOMPARE(sent.code, 1);
        QVERIFY2(test::isOnePlainLine(sent.err), sent.err.constData());
        QCOMPARE(sent.number("confirmed"), 1);
        QCOMPARE(sent.failed().size(), 2);
        QSet<QString> named;
        for (const QJsonValue& failure : sent.failed()) {
            QVERIFY(!failure["reason"].toString().isEmpty());
            named << failure["sopInstanceUid"].toString() << QFileInfo(failure["path"].toString()).fileName();
        }
        QVERIFY(named.contains("1.2.3.987") || named.contains("private.dcm"));
        QVERIFY(named.contains("notes.txt"));
    }

    void nothingConfirmedIsSentTwice_data()
    {
        QTest::addColumn<bool>("isKilled");
        QTest::newRow("NET-02 cut cable") << false;
        QTest::newRow("NET-02 kill -9") << true;
    }
    void nothingConfirmedIsSentTwice()
    {
        QFETCH(bool, isKilled);
        QTemporaryDir logs;
        QString why;
        const QString log = logs.filePath("log");
        const auto scp = storeScp(log, &why);
        if (!scp)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run({"import", m_folder.filePath("line"), m_folder.filePath("line2")}));
        FaultProxy line(scp->port);
        FaultProxy::Faults faults;
        faults.bytesPerSecond = 40'000;
        line.set(Way::ToServer, faults);
        SUCCEEDS(addNode(program, "S", line.port(), "STORESCP"));
        const QStringList send{"send", "S", "--study", m_study};
        if (isKilled) {
            const auto sending = started(program, send);
            QTRY_VERIFY_WITH_TIMEOUT(linesOf(log).size() >= 8 || sending->state() == QProcess::NotRunning, 15000);
            QCOMPARE(sending->state(), QProcess::Running);
            sending->kill();
            QVERIFY(sending->waitForFinished(5000));
        } else {
            const auto sending = started(program, send + QStringList{"--json"});
            QTRY_VERIFY_WITH_TIMEOUT(linesOf(log).size() >= 8 || sending->state() == QProcess::NotRunning, 15000);
            QCOMPARE(sending->state(), QProcess::Running);
            faults.cutAfter = 0;
            line.set(Way::ToServer, faults);
            QVERIFY(sending->waitForFinished(30000));
            QCOMPARE(sending->exitCode(), 1);
            const QByteArray err = sending->readAllStandardError();
            QVERIFY2(test::isOnePlainLine(err), err.constData());
            const QJsonObject cut = QJsonDocument::fromJson(sending->readAllStandardOutput()).object();
            const int confirmed = cut["confirmed"].toInt(-1);
            QVERIFY2(confirmed > 0 && confirmed < m_files.size(), qPrintable(QString::number(confirmed)));
            QCOMPARE(cut["failed"].toArray().size(), m_files.size() - confirmed);
            QVERIFY(linesOf(log).size() - confirmed <= 2); // the last may be there without our having its answer
        }
        line.clear();
        QVERIFY(linesOf(log).size() < m_files.size());
        if (!isKilled)
            SUCCEEDS(program.run({"transfers", "retry", "1"}));
        const Answer ran = ask(program, {"transfers", "run", "--wait", "40"});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QCOMPARE(ran.json.array().at(0)["state"].toString(), "done");
        QCOMPARE(ran.json.array().at(0)["done"].toInt(), m_files.size());
        const QStringList stored = linesOf(log);
        QCOMPARE(QSet<QString>(stored.begin(), stored.end()).size(), m_files.size());
        QVERIFY2(stored.size() - m_files.size() <= 4, qPrintable(QStringLiteral("%1 C-STORE for %2 instances").arg(stored.size()).arg(m_files.size())));
    }

    void NET_01_aCommitmentComesOverAnAssociationOfItsOwn()
    {
        Program program;
        SUCCEEDS(addNode(program, "O", m_orthanc->port));
        SUCCEEDS(program.run({"config", "set", "listen.port", QString::number(m_ourPort)}));
        const Answer sent = ask(program, {"send", "O", "--commit", m_folder.filePath("other")});
        QVERIFY2(sent.code == 0, sent.err.constData());
        QCOMPARE(sent.number("confirmed"), 4);
        QVERIFY(sent.json.object()["committed"].toBool());
        // A peer without storage commitment: sent, but not done, and said.
        QString why;
        const auto scp = test::StoreScp::start({}, &why);
        if (!scp)
            QSKIP(qPrintable(why));
        SUCCEEDS(addNode(program, "S", scp->port, "STORESCP"));
        const Answer without = ask(program, {"send", "S", "--commit", m_folder.filePath("other")});
        QCOMPARE(without.code, 1);
        QVERIFY2(test::isOnePlainLine(without.err), without.err.constData());
        QVERIFY(!without.json.object()["committed"].toBool());
        QCOMPARE(without.number("confirmed"), 4);
    }

    void NET_01_aDicomWebNodeIsSentToByStow()
    {
        QString why;
        const auto empty = test::Orthanc::start(test::freePort(), &why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true})");
        if (!empty)
            QSKIP(qPrintable(why));
        Program program;
        // The DICOM port is a dead one: what arrives can only have come by STOW.
        SUCCEEDS(addNode(program, "W", test::freePort(), "ORTHANC", {"--retrieve-by", "web", "--dicomweb", QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(empty->httpPort)}));
        const Answer sent = ask(program, {"send", "W", m_folder.filePath("other")});
        QVERIFY2(sent.code == 0, sent.err.constData());
        QCOMPARE(sent.number("confirmed"), 4);
        QCOMPARE(empty->instanceIds().size(), 4);
    }

    void transfersAreChangedInEveryState()
    {
        Program program;
        SUCCEEDS(addNode(program, "O", m_orthanc->port));
        SUCCEEDS(addNode(program, "DEAD", test::freePort()));
        QCOMPARE(ask(program, {"transfers"}).json.array().size(), 0);
        const QJsonArray queued = ask(program, {"get", "O", m_study, m_other, "--queue"}).json.array();
        QCOMPARE(queued.size(), 2);
        QCOMPARE(queued[0]["state"].toString(), "queued");
        QCOMPARE(here(program), 0);
        const QString one = QString::number(queued[0]["id"].toInteger()), two = QString::number(queued[1]["id"].toInteger());
        const auto states = [&] {
            QStringList found;
            for (const QJsonValue& transfer : program.json({"transfers", "list"}).array())
                found << QString::number(transfer["id"].toInteger()) + transfer["state"].toString();
            found.sort();
            return found;
        };
        const auto refuses = [&](const QStringList& words, int code) {
            const Ran ran = program.run(QStringList{"transfers"} + words);
            return ran.code == code && ran.err.startsWith("diascope: ") && !ran.err.contains("transfer 0");
        };
        FAILS_PLAINLY(program.run({"transfers", "resume", one})); // it is not paused
        SUCCEEDS(program.run({"transfers", "pause", one}));
        SUCCEEDS(program.run({"transfers", "cancel", two}));
        QCOMPARE(states(), (QStringList{one + "paused", two + "cancelled"}));
        // What is paused or cancelled does not run.
        SUCCEEDS(program.run({"transfers", "run", "--wait", "5"}));
        QCOMPARE(here(program), 0);
        SUCCEEDS(program.run({"transfers", "resume", one}));
        SUCCEEDS(program.run({"transfers", "retry", two}));
        SUCCEEDS(program.run({"transfers", "run", "--wait", "30"}));
        QCOMPARE(states(), (QStringList{one + "done", two + "done"}));
        QCOMPARE(here(program), m_files.size());
        for (const char* verb : {"pause", "resume", "cancel", "retry"})
            QVERIFY2(refuses({verb, one}, 1), verb); // it is done
        for (const char* verb : {"pause", "resume", "cancel", "retry"}) {
            QVERIFY2(refuses({verb, "4711"}, 1), verb);
            QVERIFY2(refuses({verb, "seven"}, 2), verb);
            QVERIFY2(refuses({verb}, 2), verb);
        }
        QVERIFY(refuses({"explode"}, 2));
        QVERIFY(refuses({"run", "--wait", "soon"}, 2));
        SUCCEEDS(program.run({"transfers", "clear"}));
        QCOMPARE(program.json({"transfers"}).array().size(), 0);
        // A peer that is away: it waits, is not through, and `clear` leaves it.
        const Answer waiting = ask(program, {"send", "DEAD", "--study", m_study, "--queue"});
        QCOMPARE(waiting.code, 0);
        QCOMPARE(waiting.json.object()["kind"].toString(), "send");
        const Answer ran = ask(program, {"transfers", "run", "--wait", "1"});
        QCOMPARE(ran.code, 1);
        QVERIFY2(test::isOnePlainLine(ran.err), ran.err.constData());
        QCOMPARE(ran.json.array().at(0)["state"].toString(), "queued");
        SUCCEEDS(program.run({"transfers", "clear"}));
        QCOMPARE(program.json({"transfers"}).array().size(), 1);
        // What is still to be sent is not deleted (SAF-15).
        const Ran removed = program.run({"remove", m_study});
        FAILS_PLAINLY(removed);
        QVERIFY2(removed.err.contains("not sent yet"), removed.err.constData());
        QCOMPARE(here(program), m_files.size());
        SUCCEEDS(program.run({"transfers", "cancel", QString::number(waiting.number("id"))}));
        SUCCEEDS(program.run({"remove", m_study}));
        QCOMPARE(here(program), 0);
    }
};

QTEST_GUILESS_MAIN(TestCliTransfers)
#include "tst_cli_transfers.moc"
