#include "netclient/transfer/reception.h"
#include "netclient/transfer/study_transfer.h"
#include "netclient/transfer/transfer_runner.h"
#include "tests/support/archive_fixture.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_http.h"
#include "tests/support/scripted_scp.h"
#include <numeric>

using namespace diascope;
using namespace diascope::transfer;
using test::element;
using test::ScriptedHttp;
using test::ScriptedScp;
namespace tag = diascope::dicom::tag;

/// Studies between a peer and the archive: by which door, what is asked again, what is counted.
class TestStudyTransfer : public QObject, test::ArchiveFixture
{
    Q_OBJECT

    const QByteArray m_class = "1.2.840.10008.5.1.4.1.1.7";
    Task m_task;

    static dimse::Node nodeAt(quint16 port)
    {
        dimse::Node node;
        node.name = "pacs";
        node.aeTitle = "PACS";
        node.host = "127.0.0.1";
        node.port = port;
        return node;
    }
    static dimse::Local local()
    {
        dimse::Local made;
        made.connectSeconds = made.acseSeconds = made.dimseSeconds = 5;
        return made;
    }
    QByteArray dataset(const QByteArray& uid) const
    {
        return element(8, 0x16, test::uid(m_class)) + element(8, 0x18, test::uid(uid)) + element(8, 0x60, "OT") + element(0x10, 0x10, "Doe^Jane") + element(0x10, 0x20, "P1") +
               element(0x20, 0x0d, test::uid("1.2.3")) + element(0x20, 0x0e, test::uid("1.2.3.1"));
    }

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void NET_01_anAnswerAsARow()
    {
        dicom::Dataset answer;
        const std::pair<dicom::Tag, const char*> texts[] = {{tag::StudyInstanceUID, "1.2.3"}, {tag::PatientName, "Doe^Jane"}, {tag::PatientID, "P1"}, {tag::IssuerOfPatientID, "HOSP"},
                                                            {tag::PatientBirthDate, "19850930"}, {tag::PatientSex, "F"}, {tag::StudyDate, "20260102"}, {tag::StudyTime, "103000"},
                                                            {tag::AccessionNumber, "A7"}, {tag::StudyDescription, "Thorax"}, {tag::ModalitiesInStudy, "SR\\\\CT"}};
        for (const auto& [attribute, text] : texts)
            QVERIFY(answer.setText(attribute, text));
        answer.setNumber(tag::NumberOfStudyRelatedSeries, 3);
        answer.setNumber(tag::NumberOfStudyRelatedInstances, 250);
        const archive::StudyRow row = studyRowOf(answer);
        QCOMPARE((QStringList{row.uid.value, row.patientName, row.patientId, row.issuer, row.birthDate, row.sex, row.date, row.time, row.accession, row.description, row.modalities.join('+')}),
                 (QStringList{"1.2.3", "Doe^Jane", "P1", "HOSP", "19850930", "F", "20260102", "103000", "A7", "Thorax", "CT+SR"}));
        QCOMPARE(row.series, 3);
        QCOMPARE(row.instances, 250);
        const archive::StudyRow nothing = studyRowOf(dicom::Dataset());
        QVERIFY(nothing.uid.isEmpty() && nothing.modalities.isEmpty() && nothing.series == 0 && nothing.instances == 0);
    }

    void NET_01_theServiceOfANode()
    {
        dimse::Node node = nodeAt(104);
        node.dicomWebUrl = "https://pacs/x";
        node.tls = {"ca", "certificate", "key"};
        node.login = dicom::Login::Kind::Basic;
        node.user = "anna";
        node.secret = "sesame";
        node.assumedCharacterSet = "GB18030";
        node.isSlowLine = true;
        for (const auto& [associations, parallel] : {std::pair(0, 1), std::pair(1, 1), std::pair(6, 6), std::pair(7, 6)}) {
            node.associations = associations;
            const dicomweb::Service service = serviceOf(node, {"HERE", 11, 12, 13});
            QCOMPARE(service.parallel, parallel);
            QCOMPARE(service.connectSeconds, 11);
            QCOMPARE(service.silenceSeconds, 13);
            QCOMPARE(service.url, "https://pacs/x");
            QCOMPARE(service.tls.caFile + service.tls.certificateFile + service.tls.keyFile, "cacertificatekey");
            QCOMPARE(service.login.kind, dicom::Login::Kind::Basic);
            QCOMPARE(service.login.user + service.login.secret, "annasesame");
            QCOMPARE(service.assumedCharacterSet, "GB18030");
            QVERIFY(service.wantsCompressed);
        }
    }

    /// By which door a search goes: the web where it is wanted, or where nobody is at the DICOM port and there is no other wish.
    void NET_01_byWhichDoor_data()
    {
        QTest::addColumn<QString>("by");
        QTest::addColumn<QString>("port"); // "dicom": it answers; "refuses"; "nobody"
        QTest::addColumn<bool>("hasWeb");
        QTest::addColumn<QString>("found"); // "dicom", "web" or nothing
        QTest::newRow("DICOM") << "auto" << "dicom" << true << "dicom";
        QTest::newRow("web, as wanted") << "web" << "dicom" << true << "web";
        QTest::newRow("nobody at the port") << "auto" << "nobody" << true << "web";
        QTest::newRow("nobody at the port, and no web") << "auto" << "nobody" << false << "";
        QTest::newRow("nobody at the port, DICOM wanted") << "get" << "nobody" << true << "";
        QTest::newRow("it refuses") << "auto" << "refuses" << true << "";
        QTest::newRow("it breaks off behind a row") << "auto" << "breaks" << true << "dicom"; // which is not given out once more
    }
    void NET_01_byWhichDoor()
    {
        QFETCH(QString, by);
        QFETCH(QString, port);
        QFETCH(bool, hasWeb);
        QFETCH(QString, found);
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            if (port == "dicom" || port == "breaks")
                conversation.respond(asked, 0xff00, element(0x10, 0x10, "dicom "));
            if (port == "breaks")
                return conversation.close();
            conversation.respond(asked, port == "dicom" ? 0 : 0x0124);
        });
        ScriptedHttp web([](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            to.answer(200, "application/dicom+json", R"([{"0020000D":{"vr":"UI","Value":["1.2.3"]},"00100010":{"vr":"PN","Value":[{"Alphabetic":"web"}]}}])");
        });
        dimse::Node node = nodeAt(port == "nobody" ? test::freePort() : peer.port());
        node.retrieveBy = *dimse::retrieveByOf(by);
        if (hasWeb)
            node.dicomWebUrl = web.url();
        QStringList names;
        const auto rows = transfer::find(node, dicom::Level::Study, {}, [&](const dicom::Dataset& row) {
            names << row.text(tag::PatientName);
            return true;
        }, local(), m_task);
        QCOMPARE(names.join(u' '), found);
        QCOMPARE(rows.has_value(), !found.isEmpty() && port != "breaks");
        if (port != "refuses" && !rows)
            QCOMPARE(rows.error().fault, Fault::Unreachable); // of the door that was wanted
        if (rows)
            QCOMPARE(*rows, 1);
    }

    void SAF_05_whichFilesAreSent()
    {
        QDir(m_folder->path()).mkpath("in/below");
        const QString a = test::makeFile(file("in/a"), "1.2.3", "P1", "1.2.3.7"), b = test::makeFile(file("in/below/b"), "1.2.3", "P1", "1.2.3.8", "Made^Up", "1.2.3.2");
        const auto paths = [](const Result<std::vector<OutgoingFile>>& files) {
            QStringList all;
            if (files)
                for (const OutgoingFile& one : *files)
                    all << one.path + u' ' + one.instance.value + u' ' + one.sopClassUid;
            else
                all << message(files.error());
            return all;
        };
        QCOMPARE(paths(filesOf(QStringList{file("in")})), (QStringList{a + "  ", b + "  "}));
        QCOMPARE(paths(filesOf(QStringList{b, file("in")})), (QStringList{b + "  ", a + "  ", b + "  "}));
        QCOMPARE(paths(filesOf(QStringList{file("in/none")})), QStringList{"Not found: there is no " + file("in/none")});
        QVERIFY(QDir(m_folder->path()).mkpath("empty"));
        QCOMPARE(paths(filesOf(QStringList{file("empty")})), QStringList{"Not found: there are no files in " + file("empty")});
        (void)import({a, b});
        QCOMPARE(filesOf(*m_archive, {"1.2.3"})->size(), size_t(2));
        const auto ofSeries = filesOf(*m_archive, {"1.2.3"}, {"1.2.3.2"});
        QCOMPARE(ofSeries->size(), size_t(1));
        QCOMPARE(ofSeries->front().instance.value, "1.2.3.8");
        QCOMPARE(ofSeries->front().sopClassUid, QString(m_class));
        QCOMPARE(ofSeries->front().key(), "1.2.3.8");
        QCOMPARE(filesOf(*m_archive, {"1.2.9"}).error().fault, Fault::NotFound);
        const auto named = namedFile({b, {}, {}});
        QCOMPARE(named->instance.value + u' ' + named->sopClassUid + u' ' + named->path, "1.2.3.8 " + m_class + ' ' + b);
        QCOMPARE(namedFile({b, {"1.2"}, {}})->instance.value, "1.2.3.8"); // half a name is read again
        QCOMPARE(namedFile({"/nowhere", {"1.2"}, "1.3"})->instance.value, "1.2"); // a whole one is not
        QCOMPARE((OutgoingFile{b, {}, {}}).key(), b);
    }

    /// What failed while something came is asked for once more, and counted once.
    void NET_06_whatFailedIsAskedForOnceMore_data()
    {
        QTest::addColumn<QString>("first");  // what comes the first time: numbers of 1.2.3.N, "!" the line breaks
        QTest::addColumn<QString>("second");  // "-": and then it lists no third one
        QTest::addColumn<QString>("account"); // received, expected, failed
        QTest::addColumn<int>("gets");
        QTest::newRow("all at once") << "1 2 3" << "" << "3 of 3" << 1;
        QTest::newRow("the rest the second time") << "1 2" << "3" << "3 of 3" << 2;
        QTest::newRow("one never") << "1" << "2" << "2 of 3, 1.2.3.3" << 2;
        QTest::newRow("one of another patient's") << "1 2 p" << "p" << "2 of 3, 1.2.3.3" << 2; // which the archive sets aside
        QTest::newRow("one that is not listed any more") << "1" << "2 -" << "2 of 3, 1.2.3.3" << 2;
        QTest::newRow("nothing the first time") << "" << "1 2 3" << "0 of 3, 1.2.3.1 1.2.3.2 1.2.3.3" << 1;
        QTest::newRow("the line breaks") << "1 !" << "2 3" << "3 of 3" << 2;
        QTest::newRow("the line breaks before anything came") << "!" << "1 2 3" << "0 of 3, 1.2.3.1 1.2.3.2 1.2.3.3, ended" << 1;
    }
    void NET_06_whatFailedIsAskedForOnceMore()
    {
        QFETCH(QString, first);
        QFETCH(QString, second);
        QFETCH(int, gets);
        std::atomic<int> asked = 0, lists = 0;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020) {
                const bool isStudy = message.dataset.contains("STUDY"), isSeries = message.dataset.contains("SERIES");
                const QByteArray study = element(0x20, 0x0d, test::uid("1.2.3"));
                if (isStudy)
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + study + element(0x20, 0x1208, "3 "));
                else if (isSeries)
                    conversation.respond(message, 0xff00, study + element(0x20, 0x0e, test::uid("1.2.3.1")) + element(0x20, 0x1209, "3 "));
                else
                    for (const char* n : lists++ > 0 && second.endsWith(u'-') ? std::vector{"1", "2"} : std::vector{"1", "2", "3"})
                        conversation.respond(message, 0xff00, element(8, 0x16, test::uid(m_class)) + element(8, 0x18, test::uid(QByteArray("1.2.3.") + n)) + study + element(0x20, 0x0e, test::uid("1.2.3.1")));
                return conversation.respond(message, 0);
            }
            for (const QString& word : (asked++ == 0 ? first : second).split(u' ', Qt::SkipEmptyParts)) {
                if (word == "!")
                    return conversation.close();
                if (word == "-")
                    continue;
                ScriptedScp::Message answer;
                const QByteArray uid = "1.2.3." + (word == "p" ? QByteArray("3") : word.toLatin1()), patient = element(0x10, 0x20, "P1");
                if (!conversation.store(m_class, uid, dataset(uid).replace(patient, word == "p" ? element(0x10, 0x20, "P2") : patient)) || !conversation.receive(answer))
                    return;
            }
            conversation.respond(message, 0);
        });
        RetrieveOptions options;
        options.local = local();
        std::atomic<qint64> bytes = 0;
        QList<qint64> present;
        options.onBytes = [&](qint64 more) { bytes += more; };
        options.onPresent = [&](qint64 count) { present << count; };
        const auto got = retrieveStudy(*m_archive, nodeAt(peer.port()), {"1.2.3"}, {}, RetrieveBy::Get, options, m_task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QStringList failed;
        for (const dicom::InstanceFailure& failure : got->failed)
            failed << failure.sopInstanceUid;
        failed.removeAll(QString()); // what a count says beside the list has no name
        failed.sort();
        QTEST(QStringLiteral("%1 of %2").arg(got->received).arg(got->expected) + (failed.isEmpty() ? "" : ", " + failed.join(u' ')) + (got->ended ? ", ended" : ""), "account");
        QCOMPARE(asked.load(), gets);
        QCOMPARE(got->present, 0);
        QCOMPARE(m_archive->instancesOfStudy({"1.2.3"})->size(), size_t(got->received));
        const int firstCount = int(first.split(u' ', Qt::SkipEmptyParts).filter(QRegularExpression("\\d")).size());
        QCOMPARE(present, gets == 1 ? QList<qint64>{0} : (QList<qint64>{0, firstCount}));
        QCOMPARE(bytes > 0, got->received > 0);
        // Now all of it is here: nothing is asked for.
        if (got->received == 3) {
            const auto again = retrieveStudy(*m_archive, nodeAt(peer.port()), {"1.2.3"}, {}, RetrieveBy::Get, options, m_task);
            QVERIFY(again && again->isComplete());
            QCOMPARE(again->present, 3);
            QCOMPARE(again->received, 0);
            QCOMPARE(asked.load(), gets);
        }
    }

    /// Where our listener runs already what is moved comes by it; else by one of the move's own, and its bytes are counted.
    void NET_01_whatComesByAMove_data()
    {
        QTest::addColumn<bool>("hasListener");
        QTest::newRow("NET-01 by a listener of its own") << false;
        QTest::newRow("NET-01 by the one that runs") << true;
    }
    void NET_01_whatComesByAMove()
    {
        QFETCH(bool, hasListener);
        RetrieveOptions options;
        options.local = local();
        options.destination.port = test::freePort();
        options.destination.interface = dimse::ListenerOptions::Interface::Loopback;
        const dimse::Node us{"us", "DIASCOPE", "127.0.0.1", options.destination.port, false, {}, {}, {}};
        const QStringList files{test::makeFile(file("a"), "1.2.3", "P1", "1.2.3.1"), test::makeFile(file("b"), "1.2.3", "P1", "1.2.3.2")};
        (void)import({files[0]}); // is here, and is not asked for again
        QByteArray asked;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020) {
                const QByteArray study = element(0x20, 0x0d, test::uid("1.2.3")), series = element(0x20, 0x0e, test::uid("1.2.3.1"));
                if (message.dataset.contains("STUDY"))
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + study + element(0x20, 0x1208, "2 "));
                else if (message.dataset.contains("SERIES"))
                    conversation.respond(message, 0xff00, study + series + element(0x20, 0x1209, "2 "));
                else
                    for (const char* n : {"1", "2"})
                        conversation.respond(message, 0xff00, element(8, 0x16, test::uid(m_class)) +
                                                                   element(8, 0x18, test::uid(QByteArray("1.2.3.") + n)) + study + series);
                return conversation.respond(message, 0);
            }
            asked += message.destination.trimmed() + ' ';
            Task task;
            const auto sent = dimse::store(us, {files[1]}, local(), task);
            conversation.respond(message, sent && sent->confirmed == 1 ? 0 : 0xA702);
        });
        dimse::ListenerOptions listening;
        listening.port = options.destination.port;
        listening.interface = options.destination.interface;
        const auto listener = hasListener ? listenInto(*m_archive, *Profile::open(profileFolder()), listening) : Result<std::unique_ptr<dimse::Listener>>();
        QVERIFY2(listener, listener ? "" : qPrintable(message(listener.error())));
        std::atomic<qint64> bytes = 0;
        options.onBytes = [&](qint64 more) { bytes += more; };
        const auto got = retrieveStudy(*m_archive, nodeAt(peer.port()), {"1.2.3"}, {}, RetrieveBy::Move, options, m_task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY2(!got->ended, got->ended ? qPrintable(message(*got->ended)) : "");
        QCOMPARE(QStringLiteral("%1 new, %2 here before, %3 failed").arg(got->received).arg(got->present).arg(got->failed.size()),
                 "1 new, 1 here before, 0 failed");
        QCOMPARE(asked, "DIASCOPE ");
        QCOMPARE(bytes > 0, !hasListener);
        QCOMPARE(m_archive->instancesOfStudy({"1.2.3"})->size(), size_t(2));
        QCOMPARE((*m_archive->instance({"1.2.3.2"}))->confirmedBy, "pacs"); // which keeps it
        QCOMPARE((*m_archive->instance({"1.2.3.1"}))->confirmedBy, "");     // of this one it said nothing
    }

    /// Another attempt, or given up: after three of a peer that answers and gives nothing, forty of one that is away, at once of one that
    /// refuses; what gets on begins again with short pauses.
    void NET_04_howOftenItIsTried_data()
    {
        QTest::addColumn<QString>("peer"); // "away"; "full": now it has no room; or what comes of three: numbers of 1.2.3.N, "x" one of another study
        QTest::addColumn<int>("before");   // attempts so far
        QTest::addColumn<QString>("after"); // state, attempts, seconds to the next, done of total
        QTest::newRow("all") << "1 2 3" << 0 << "done 1 0, 3 of 3";
        QTest::newRow("away, the first time") << "away" << 0 << "queued 1 5, 0 of 0";
        QTest::newRow("away, the 39th time") << "away" << 38 << "queued 39 900, 0 of 0";
        QTest::newRow("away, the 40th time") << "away" << 39 << "failed 40 0, 0 of 0";
        QTest::newRow("busy, the 39th time") << "busy" << 38 << "queued 39 900, 0 of 3";
        QTest::newRow("nothing, the second time") << "" << 1 << "queued 2 10, 0 of 3";
        QTest::newRow("nothing, the third time") << "" << 2 << "failed 3 0, 0 of 3";
        QTest::newRow("one of three, the ninth time") << "1" << 8 << "queued 1 5, 1 of 3";
        QTest::newRow("refused") << "refused" << 0 << "failed 1 0, 0 of 3";
        QTest::newRow("all, and one of another study") << "1 2 3 x" << 0 << "failed 1 0, 3 of 3";
    }
    void NET_04_howOftenItIsTried()
    {
        QFETCH(QString, peer);
        QFETCH(int, before);
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            const QByteArray study = element(0x20, 0x0d, test::uid("1.2.3"));
            if (message.field == 0x0020) {
                if (message.dataset.contains("STUDY"))
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + study + element(0x20, 0x1208, "3 "));
                return conversation.respond(message, 0);
            }
            if (peer == "busy" || peer == "refused")
                return conversation.respond(message, peer == "busy" ? 0xA702 : 0x0124);
            for (const QString& word : peer.split(u' ', Qt::SkipEmptyParts)) {
                const QByteArray uid = "1.2.3." + QByteArray(word == "x" ? "9" : word.toLatin1());
                ScriptedScp::Message answer;
                if (!conversation.store(m_class, uid, dataset(uid).replace(study, word == "x" ? element(0x20, 0x0d, test::uid("1.2.4")) : study)) || !conversation.receive(answer))
                    return;
            }
            conversation.respond(message, 0);
        });
        Settings settings(*Profile::open(profileFolder()));
        dimse::Node node = nodeAt(peer == "away" ? test::freePort() : scp.port());
        node.retrieveBy = dimse::Node::RetrieveBy::Get;
        QVERIFY(dimse::Nodes(settings).add(node));
        const auto queue = TransferQueue::open(*Profile::open(profileFolder()));
        NewTransfer wanted;
        wanted.node = "pacs";
        wanted.study = {"1.2.3"};
        const qint64 id = *(*queue)->add(wanted);
        auto earlier = *(*queue)->claim({}, "me");
        earlier->attempts = before;
        earlier->state = Transfer::State::Queued;
        QVERIFY((*queue)->finish(*earlier, "me"));
        TransferRunner::Options options;
        options.local = local();
        TransferRunner runner(*m_archive, *Profile::open(profileFolder()), options);
        runner.start();
        const auto now = [&] { return **(*queue)->find(id); };
        QTRY_VERIFY_WITH_TIMEOUT(now().attempts != before && now().state != Transfer::State::Running, 30000);
        const Transfer one = now();
        const qint64 pause = one.state == Transfer::State::Queued ? (one.started.msecsTo(one.nextDue) - one.started.msecsTo(one.updated) + 500) / 1000 : 0;
        QTEST(QStringLiteral("%1 %2 %3, %4 of %5").arg(name(one.state)).arg(one.attempts).arg(pause).arg(one.done).arg(one.total), "after");
        QCOMPARE(one.lastError.isEmpty(), one.state == Transfer::State::Done);
        QCOMPARE(one.lastError.startsWith("all 3 instances are there, but"), peer.endsWith(u'x'));
        QCOMPARE(one.what.title, one.done > 0 ? "Doe, Jane" : ""); // asked for by its UID: now it is known whose it is
    }

    /// What was not confirmed goes once more; what was is noted at once.
    void SAF_05_whatWasNotConfirmedGoesOnceMore_data()
    {
        QTest::addColumn<QList<int>>("statuses"); // of each request, in order
        QTest::addColumn<QString>("account");     // sent, confirmed, failed
        QTest::addColumn<QStringList>("confirmed");
        QTest::newRow("all") << QList<int>{0, 0} << "2 2" << QStringList{"1.2.3.7", "1.2.3.8"};
        QTest::newRow("the second time") << QList<int>{0x0124, 0, 0} << "2 2" << QStringList{"1.2.3.8", "1.2.3.7"};
        QTest::newRow("never") << QList<int>{0x0124, 0, 0x0122} << "2 1 1.2.3.7 the peer does not support this kind of object (0x0122)" << QStringList{"1.2.3.8"};
        QTest::newRow("neither") << QList<int>{0x0124, 0x0124, 0x0124, 0x0124} << "2 0 1.2.3.7 the peer does not permit it (0x0124)" << QStringList{};
    }
    void SAF_05_whatWasNotConfirmedGoesOnceMore()
    {
        QFETCH(QList<int>, statuses);
        QFETCH(QStringList, confirmed);
        std::atomic<int> requests = 0;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) { conversation.respond(asked, quint16(statuses.value(requests++, 0xC000))); }, {.syntaxes = {"1.2.840.10008.1.2.1"}});
        const QString a = test::makeFile(file("a"), "1.2.3", "P1", "1.2.3.7"), b = test::makeFile(file("b"), "1.2.3", "P1", "1.2.3.8");
        (void)import({a, b});
        SendOptions options;
        options.local = local();
        QStringList noted;
        qint64 bytes = 0;
        options.onConfirmed = [&](const QStringList& keys) { noted += keys; };
        options.onBytes = [&](qint64 more) { bytes += more; };
        const auto sent = sendFiles(*m_archive, nodeAt(peer.port()), {{a, {"1.2.3.7"}, QString(m_class)}, {b, {"1.2.3.8"}, QString(m_class)}}, options, m_task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QString account = QStringLiteral("%1 %2").arg(sent->sent).arg(sent->confirmed);
        if (!sent->failed.empty())
            account += u' ' + sent->failed[0].sopInstanceUid + u' ' + sent->failed[0].reason;
        QTEST(account, "account");
        QCOMPARE(requests.load(), int(statuses.size()));
        QCOMPARE(noted, confirmed);
        QCOMPARE(bytes, confirmed.size() * QFileInfo(a).size());
        QCOMPARE((*m_archive->study({"1.2.3"}))->onlyHere, 2 - confirmed.size()); // what a peer has is not only here
    }

    /// However quickly it goes: no more than a hundred are in the air.
    void SAF_05_whatIsConfirmedIsNotedSoon()
    {
        ScriptedScp peer([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) { conversation.respond(asked, 0); }, {.syntaxes = {"1.2.840.10008.1.2.1"}});
        std::vector<OutgoingFile> files;
        for (int i = 0; i < 350; ++i) {
            const QString uid = QStringLiteral("1.2.3.%1").arg(1000 + i);
            files.push_back({test::makeFile(file("n" + uid), "1.2.3", "P1", uid), {uid}, QString(m_class)});
        }
        SendOptions options;
        options.local = local();
        QList<qsizetype> noted;
        options.onConfirmed = [&](const QStringList& keys) { noted << keys.size(); };
        QElapsedTimer clock;
        clock.start();
        const auto sent = sendFiles(*m_archive, nodeAt(peer.port()), files, options, m_task);
        QVERIFY(sent && sent->confirmed == 350);
        // nor is the disk waited for at each of them: but every hundred, every half second, and at the end
        QVERIFY2(noted.size() <= 350 / 100 + clock.elapsed() / 500 + 1, qPrintable(QString::number(noted.size())));
        QCOMPARE(std::accumulate(noted.begin(), noted.end(), qsizetype(0)), 350);
        QVERIFY2(*std::max_element(noted.begin(), noted.end()) <= 100, qPrintable(QString::number(noted.size())));
    }
};

QTEST_GUILESS_MAIN(TestStudyTransfer)
#include "tst_study_transfer.moc"
