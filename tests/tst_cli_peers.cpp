#include "netclient/transfer/transfer_runner.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/orthanc.h"
#include "tests/support/program.h"
#include "tests/support/scripted_scp.h"
#include <QScopeGuard>
#include <QStorageInfo>
#include <csignal>

using namespace diascope;
using test::element;
using test::little;
using test::Program;
using test::Ran;
using test::ScriptedScp;
using Conversation = ScriptedScp::Conversation;
using Message = ScriptedScp::Message;

namespace
{

const QByteArray secondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
const QByteArray study = "2.25.700", otherStudy = "2.25.701";
enum Field : quint16 { Find = 0x0020, Get = 0x0010, Move = 0x0021 };

/// What a peer says it has, and what it gives.
struct Hoard
{
    int studyCount = 0; ///< NumberOfStudyRelatedInstances; 0: it does not say
    int seriesCount = 0;
    enum class Lists { All, Less, Nothing, Refused, EverythingThereIs } lists = Lists::All;
    enum class Knows { Study, Nothing, OtherStudiesToo } knows = Knows::Study;
    QByteArrayList instances; ///< of the first series, by their last number
    QByteArrayList sent;      ///< in this order
    QByteArray patientId = "P1";
    QByteArray patientOf(const QByteArray& instance) const { return others.contains(instance) ? QByteArray("P2") : patientId; }
    QByteArrayList others{};  ///< of another patient
    quint16 getStatus = 0;
};

QByteArray uidOf(const QByteArray& instance) { return study + ".1." + instance; }

QByteArray image(const Hoard& hoard, const QByteArray& instance)
{
    return element(8, 0x16, test::uid(secondaryCapture)) + element(8, 0x18, test::uid(uidOf(instance))) + element(8, 0x60, "OT") +
           element(0x10, 0x10, "Some^One") + element(0x10, 0x20, test::text(hoard.patientOf(instance))) +
           element(0x20, 0x0d, test::uid(study)) + element(0x20, 0x0e, test::uid(study + ".1")) + element(0x20, 0x13, "1 ");
}

void answerFind(const Hoard& hoard, Conversation& peer, const Message& asked)
{
    const auto row = [&](const char* level, const QByteArray& ofStudy, const QByteArray& more) {
        peer.respond(asked, 0xff00, element(8, 0x52, level) + more + element(0x20, 0x0d, test::uid(ofStudy)));
    };
    const auto number = [](int count) { return test::text(QByteArray::number(count)); };
    const QByteArray series = element(0x20, 0x0e, test::uid(study + ".1"));
    if (hoard.knows == Hoard::Knows::Nothing)
        return peer.respond(asked, 0);
    if (asked.dataset.contains("IMAGE")) {
        if (hoard.lists == Hoard::Lists::Refused)
            return peer.respond(asked, 0xa900);
        QByteArrayList listed = hoard.lists == Hoard::Lists::Nothing ? QByteArrayList() : hoard.instances;
        if (hoard.lists == Hoard::Lists::Less)
            listed.removeLast();
        for (const QByteArray& instance : listed)
            peer.respond(asked, 0xff00, element(8, 0x16, test::uid(secondaryCapture)) +
                                            element(8, 0x18, test::uid(uidOf(instance))) + element(8, 0x52, "IMAGE ") +
                                            element(0x20, 0x0d, test::uid(study)) + series);
        if (hoard.lists == Hoard::Lists::EverythingThereIs)
            peer.respond(asked, 0xff00, element(8, 0x18, test::uid("2.25.701.1.1")) + element(8, 0x52, "IMAGE ") +
                                            element(0x20, 0x0d, test::uid(otherStudy)) +
                                            element(0x20, 0x0e, test::uid("2.25.701.1")));
    } else if (asked.dataset.contains("SERIES")) {
        row("SERIES", study, series + (hoard.seriesCount ? element(0x20, 0x1209, number(hoard.seriesCount)) : QByteArray()));
    } else {
        row("STUDY ", study, element(0x10, 0x20, test::text(hoard.patientId)) +
                                 (hoard.studyCount ? element(0x20, 0x1208, number(hoard.studyCount)) : QByteArray()));
        if (hoard.knows == Hoard::Knows::OtherStudiesToo)
            row("STUDY ", otherStudy, element(0x10, 0x20, "P9") + element(0x20, 0x1208, "99"));
    }
    peer.respond(asked, 0);
}

/// Gives what it gives; asked for by a list of UIDs only those of it.
void answerGet(const Hoard& hoard, Conversation& peer, const Message& asked)
{
    int done = 0;
    for (const QByteArray& instance : hoard.sent) {
        if (asked.dataset.contains("IMAGE") && !asked.dataset.contains(uidOf(instance)))
            continue;
        Message answer;
        if (!peer.store(secondaryCapture, uidOf(instance), image(hoard, instance)) || !peer.receive(answer))
            return;
        ++done;
    }
    peer.respond(asked, hoard.getStatus, {}, element(0, 0x1021, little(quint64(done), 2)));
}

ScriptedScp::Script scriptOf(const Hoard& hoard)
{
    return [hoard](Conversation& peer, const Message& asked) {
        asked.field == Find ? answerFind(hoard, peer, asked) : answerGet(hoard, peer, asked);
    };
}

Ran addNode(const Program& program, quint16 port, const QStringList& more = {"--retrieve-by", "get"})
{
    return program.run(QStringList{"node", "add", "PEER", "--ae", "PEER", "--host", "127.0.0.1", "--port", QString::number(port)} + more);
}

} // namespace

Q_DECLARE_METATYPE(Hoard)

/// The program as a script calls it, against peers that err.
class TestCliPeers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theCountIsThePeersOwn_data()
    {
        using Lists = Hoard::Lists;
        using Knows = Hoard::Knows;
        QTest::addColumn<Hoard>("hoard");
        QTest::addColumn<QStringList>("what");
        QTest::addColumn<int>("expected");
        QTest::addColumn<int>("received");
        QTest::addColumn<int>("failed");
        const QByteArrayList three{"1", "2", "3"};
        const QStringList whole, oneSeries{"--series", study + ".1"};
        const auto hoard = [&](int studyCount, Lists lists, const QByteArrayList& sent, Knows knows = Knows::Study) {
            Hoard made;
            made.studyCount = studyCount;
            made.lists = lists;
            made.knows = knows;
            made.instances = three;
            made.sent = sent;
            return made;
        };
        QTest::newRow("SAF-04 all is well") << hoard(3, Lists::All, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 no count") << hoard(0, Lists::All, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 no count and no list") << hoard(0, Lists::Nothing, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 no count, the list is refused") << hoard(0, Lists::Refused, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 the count is too small") << hoard(2, Lists::All, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 the list is too short") << hoard(3, Lists::Less, three) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 rows of other studies") << hoard(3, Lists::EverythingThereIs, three, Knows::OtherStudiesToo) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 each is sent twice") << hoard(0, Lists::All, {"1", "1", "2", "2", "3", "3"}) << whole << 3 << 3 << 0;
        QTest::newRow("SAF-04 more than it counts and lists") << hoard(3, Lists::All, {"1", "2", "3", "4"}) << whole << 4 << 4 << 0;
        QTest::newRow("NET-07 one of three is not sent") << hoard(3, Lists::All, {"1", "2"}) << whole << 3 << 2 << 1;
        QTest::newRow("NET-07 not sent, no list") << hoard(3, Lists::Nothing, {"1", "2"}) << whole << 3 << 2 << 1;
        QTest::newRow("NET-07 not sent, the list is refused") << hoard(3, Lists::Refused, {"1", "2"}) << whole << 3 << 2 << 1;
        QTest::newRow("NET-07 not sent and not listed") << hoard(3, Lists::Less, {"1", "2"}) << whole << 3 << 2 << 1;
        Hoard series = hoard(9, Lists::All, three);
        series.seriesCount = 3;
        QTest::newRow("SAF-04 a series") << series << oneSeries << 3 << 3 << 0;
        series.seriesCount = 0;
        QTest::newRow("SAF-04 a series without a count") << series << oneSeries << 3 << 3 << 0;
        series.sent.removeLast();
        QTest::newRow("NET-07 one of a series is not sent") << series << oneSeries << 3 << 2 << 1;
        Hoard mixed = hoard(3, Lists::All, three);
        mixed.others = {"2"};
        QTest::newRow("NET-08 another patient under the study's UID") << mixed << whole << 3 << 2 << 1;
        mixed.others = {"2", "1", "3"};
        QTest::newRow("NET-08 all are of another patient") << mixed << whole << 3 << 0 << 3;
    }
    void theCountIsThePeersOwn()
    {
        QFETCH(Hoard, hoard);
        QFETCH(QStringList, what);
        QFETCH(int, expected);
        QFETCH(int, received);
        QFETCH(int, failed);
        ScriptedScp peer(scriptOf(hoard));
        Program program;
        SUCCEEDS(addNode(program, peer.port()));
        int code = -1;
        QByteArray err;
        const QJsonObject got = program.json(QStringList{"get", "PEER", study} + what, &code, &err).object();
        QCOMPARE(got["expected"].toInt(-1), expected);
        QCOMPARE(got["received"].toInt(-1), received);
        QCOMPARE(got["failed"].toArray().size(), failed);
        QVERIFY2(code == (failed == 0 ? 0 : 1), err.constData());
        if (failed == 0)
            return;
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        const QJsonValue failure = got["failed"].toArray().first();
        QVERIFY(!failure["reason"].toString().isEmpty());
        if (hoard.lists == Hoard::Lists::All && failed == 1)
            QCOMPARE(failure["sopInstanceUid"].toString(), QString(uidOf(hoard.others.isEmpty() ? "3" : "2")));
        if (!hoard.others.isEmpty())
            QVERIFY2(failure["reason"].toString().contains("another patient"), qPrintable(failure["reason"].toString()));
        // What was missing is there later: only it is counted.
        hoard.sent = hoard.instances;
        hoard.others.clear();
        ScriptedScp better(scriptOf(hoard));
        SUCCEEDS(program.run({"node", "remove", "PEER"}));
        SUCCEEDS(addNode(program, better.port()));
        const QJsonObject rest = program.json(QStringList{"get", "PEER", study} + what, &code, &err).object();
        QVERIFY2(code == 0, err.constData());
        QCOMPARE(rest["expected"].toInt(-1), 3);
        QCOMPARE(rest["present"].toInt(-1), received);
        QCOMPARE(rest["received"].toInt(-1), 3 - received);
    }

    /// Peers say all kinds of things when they are asked for what they do not have.
    void SAF_04_aStudyThePeerDoesNotHave()
    {
        for (const quint16 status : {quint16(0), quint16(0xc000), quint16(0xa900)}) {
            Hoard nothing;
            nothing.knows = Hoard::Knows::Nothing;
            nothing.getStatus = status;
            ScriptedScp peer(scriptOf(nothing));
            Program program;
            SUCCEEDS(addNode(program, peer.port()));
            const Ran ran = program.run({"get", "PEER", study});
            FAILS_PLAINLY(ran);
            QVERIFY2(ran.err.contains("has no such study"), ran.err.constData());
        }
    }

    void whoDoesNotPermitOneWayIsAskedByAnother_data()
    {
        QTest::addColumn<bool>("isAborting"); // or says that it is not permitted
        QTest::addColumn<bool>("mayMove");
        QTest::newRow("NET-01 C-GET is broken off, C-MOVE is permitted") << true << true;
        QTest::newRow("NET-01 C-GET is not permitted, C-MOVE is") << false << true;
        QTest::newRow("NET-04 neither is permitted") << false << false;
    }
    void whoDoesNotPermitOneWayIsAskedByAnother()
    {
        QFETCH(bool, isAborting);
        QFETCH(bool, mayMove);
        QTemporaryDir folder;
        const QString file = test::makeFile(folder.filePath("one"), study, "P1", uidOf("1"), "Some^One", study + ".1");
        Hoard hoard;
        hoard.studyCount = 1;
        hoard.instances = {"1"};
        const quint16 port = test::freePort();
        std::atomic<int> gets = 0;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(hoard, conversation, asked);
            gets += asked.field == Get;
            if (asked.field == Get && isAborting)
                return conversation.close();
            const bool isMoved = asked.field == Move && mayMove &&
                                 test::run("storescu", {"-aec", asked.destination, "127.0.0.1", QString::number(port), file}).code == 0;
            conversation.respond(asked, isMoved ? 0 : asked.field == Get ? 0x0124 : 0xa801);
        });
        Program program;
        SUCCEEDS(addNode(program, peer.port(), {"--retrieve-by", "auto"}));
        SUCCEEDS(program.run({"config", "set", "listen.port", QString::number(port)}));
        int code = -1;
        QByteArray err;
        const QJsonObject got = program.json({"get", "PEER", study}, &code, &err).object();
        QCOMPARE(got["expected"].toInt(-1), 1);
        QCOMPARE(got["received"].toInt(-1), mayMove ? 1 : 0);
        QVERIFY(gets > 0);
        QVERIFY2(code == (mayMove ? 0 : 1), err.constData());
        if (!mayMove)
            QVERIFY2(test::isOnePlainLine(err) && err.contains("does not permit it"), err.constData());
    }

    /// A peer breaks off over a file that ends too early (Orthanc, storescp): the others are sent all the same.
    void SAF_05_aTruncatedFileHoldsUpNoOther()
    {
        QTemporaryDir folder;
        for (int i = 1; i <= 5; ++i)
            test::makeFile(folder.filePath(QString::number(i)), study, "P1", uidOf(QByteArray::number(i)), "Some^One", study + ".1");
        QFile second(folder.filePath("2"));
        QVERIFY(second.resize(second.size() - 3)); // in the middle of its last value
        QString why;
        const auto server = test::StoreScp::start({}, &why);
        if (!server)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run({"node", "add", "S", "--ae", "STORESCP", "--host", "127.0.0.1", "--port", QString::number(server->port)}));
        int code = -1;
        QByteArray err;
        const QJsonObject sent = program.json({"send", "S", folder.path()}, &code, &err).object();
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err), err.constData());
        QCOMPARE(sent["confirmed"].toInt(-1), 4);
        QCOMPARE(sent["failed"].toArray().size(), 1);
        QVERIFY(sent["failed"].toArray().first()["path"].toString().endsWith("/2"));
        QCOMPARE(QDir(server->folder.path()).entryList(QDir::Files).size(), 4);
    }

    void aServerThatBearsLittle_data()
    {
        QTest::addColumn<int>("associations");
        QTest::newRow("NET-04 dcmqrscp with one association") << 1;
        QTest::newRow("SAF-05 dcmqrscp as it comes") << 16;
    }
    /// It rejects every other association for now, as it notices the end of one only when the next comes; and two stores at once
    /// may get one file. Nothing of it is lost to us.
    void aServerThatBearsLittle()
    {
        QFETCH(int, associations);
        QString why;
        const auto server = test::DcmQrScp::start(test::freePort(), &why, {}, associations);
        if (!server)
            QSKIP(qPrintable(why));
        constexpr int count = 110;
        QTemporaryDir folder;
        for (int i = 1; i <= count; ++i)
            test::makeFile(folder.filePath(QString::number(i)), study, "P1", uidOf(QByteArray::number(i)), "Some^One", study + ".1");
        Program program;
        SUCCEEDS(program.run({"node", "add", "Q", "--ae", "QRSCP", "--host", "127.0.0.1", "--port", QString::number(server->port)}));
        int code = -1;
        QByteArray err;
        const QJsonObject sent = program.json({"send", "Q", folder.path()}, &code, &err).object();
        QVERIFY2(code == 0, err.constData());
        QCOMPARE(sent["confirmed"].toInt(-1), count);
        const QJsonArray images = program.json({"find", "Q", "--level", "image", "--patient-id", "P1"}).array();
        QSet<QString> uids;
        for (const QJsonValue& row : images)
            uids.insert(row["sopInstanceUid"].toString());
        QCOMPARE(uids.size(), count);
        const QJsonObject got = program.json({"get", "Q", study}, &code, &err).object();
        QVERIFY2(code == 0, err.constData());
        QCOMPARE(got["expected"].toInt(-1), count);
        QCOMPARE(got["received"].toInt(-1), count);
    }

    void whoIsStoppedTellsWhatCame_data()
    {
        QTest::addColumn<int>("signal");
        QTest::addColumn<QString>("state");
        QTest::newRow("NET-05 a person presses Ctrl-C") << SIGINT << "cancelled";
        QTest::newRow("NET-05 the system shuts down") << SIGTERM << "queued";
    }
    void whoIsStoppedTellsWhatCame()
    {
        QFETCH(int, signal);
        QFETCH(QString, state);
        Hoard hoard;
        hoard.studyCount = 3;
        hoard.instances = hoard.sent = {"1", "2", "3"};
        std::atomic<int> given = 0;
        std::atomic<bool> isSlow = true;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find || !isSlow)
                return scriptOf(hoard)(conversation, asked);
            Message answer;
            for (const char* instance : {"1", "2"})
                given += conversation.store(secondaryCapture, uidOf(instance), image(hoard, instance)) && conversation.receive(answer);
            conversation.receive(answer); // the third never comes
        });
        Program program;
        SUCCEEDS(addNode(program, peer.port()));
        QProcess getting;
        program.start(getting, {"get", "PEER", study, "--json"});
        QTRY_COMPARE_WITH_TIMEOUT(given, 2, 15000);
        QCOMPARE(::kill(pid_t(getting.processId()), signal), 0);
        QVERIFY(getting.waitForFinished(10000));
        QCOMPARE(getting.exitStatus(), QProcess::NormalExit);
        QCOMPARE(getting.exitCode(), 1);
        const QByteArray err = getting.readAllStandardError();
        QVERIFY2(test::isOnePlainLine(err) && err.contains("was stopped"), err.constData());
        const QJsonObject told = QJsonDocument::fromJson(getting.readAllStandardOutput()).object();
        QCOMPARE(told["expected"].toInt(-1), 3);
        QCOMPARE(told["received"].toInt(-1), 2);
        QVERIFY(told["error"].toString().contains("was stopped"));
        QCOMPARE(program.json({"transfers"}).array().at(0)["state"].toString(), state);
        isSlow = false;
        SUCCEEDS(program.run({"transfers", "run", "--wait", "20"})); // goes on with what nobody gave up
        QCOMPARE(program.json({"studies"}).array().at(0)["instances"].toInt(), signal == SIGTERM ? 3 : 2);
    }

    /// A disk with room for some of it: it is ours that is full, whatever the peer makes of it.
    void SAF_04_ourFullDiskIsNotThePeers()
    {
        QTemporaryDir small;
        if (test::run("mount", {"-t", "tmpfs", "-o", "size=12m", "tmpfs", small.path()}).code != 0)
            QSKIP("no small disk can be mounted here");
        const auto unmounted = qScopeGuard([&] { test::run("umount", {small.path()}); });
        Hoard hoard;
        hoard.studyCount = 6;
        hoard.instances = {"1", "2", "3", "4", "5", "6"};
        const QByteArray pixels = element(0x7fe0, 0x10, QByteArray(3'000'000, 'x'));
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(hoard, conversation, asked);
            Message answer;
            for (const QByteArray& instance : hoard.instances) {
                if (asked.dataset.contains("IMAGE") && !asked.dataset.contains(uidOf(instance)))
                    continue;
                if (!conversation.store(secondaryCapture, uidOf(instance), image(hoard, instance) + pixels) || !conversation.receive(answer))
                    return;
            }
            conversation.respond(asked, 0xa702); // "out of resources": ours
        });
        Program program;
        const QStringList there{"--profile", small.filePath("profile")};
        SUCCEEDS(program.run(there + QStringList{"node", "add", "PEER", "--ae", "PEER", "--host", "127.0.0.1", "--port", QString::number(peer.port()),
                                                 "--retrieve-by", "get"}));
        int code = -1;
        QByteArray err;
        const QJsonObject got = program.json(there + QStringList{"get", "PEER", study}, &code, &err).object();
        QCOMPARE(code, 1);
        QVERIFY2(test::isOnePlainLine(err) && err.contains("disk is full"), err.constData());
        QCOMPARE(got["expected"].toInt(-1), 6);
        const int received = got["received"].toInt(-1);
        QVERIFY2(received > 0 && received < 6, qPrintable(QString::number(received)));
        QCOMPARE(got["failed"].toArray().size(), 6 - received);
        QCOMPARE(program.json(there + QStringList{"studies"}).array().at(0)["instances"].toInt(), received);
    }

    /// A disk on which not one image fits: room is made before it begins and once it has turned out full, and then it waits.
    void STO_02_aFullDiskIsWaitedFor()
    {
        QTemporaryDir small;
        if (test::run("mount", {"-t", "tmpfs", "-o", "size=12m", "tmpfs", small.path()}).code != 0)
            QSKIP("no small disk can be mounted here");
        const auto unmounted = qScopeGuard([&] { test::run("umount", {small.path()}); });
        Hoard hoard;
        hoard.studyCount = 2;
        hoard.instances = {"1", "2"};
        const QByteArray pixels = element(0x7fe0, 0x10, QByteArray(3'000'000, 'x'));
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(hoard, conversation, asked);
            Message answer;
            if (conversation.store(secondaryCapture, uidOf("1"), image(hoard, "1") + pixels) && conversation.receive(answer))
                conversation.respond(asked, 0xa702); // "out of resources": ours
        });
        const auto profile = Profile::open(small.filePath("profile"));
        QVERIFY(profile);
        const auto archive = archive::Archive::open(*profile);
        const auto queue = transfer::TransferQueue::open(*profile);
        QVERIFY(archive && queue);
        Settings settings(*profile);
        dimse::Node node{"PEER", "PEER", "127.0.0.1", peer.port(), false, {}, "ISO_IR 192", {}};
        node.retrieveBy = dimse::Node::RetrieveBy::Get;
        QVERIFY(dimse::Nodes(settings).add(node));
        transfer::NewTransfer what;
        what.node = "PEER";
        what.study = {QString::fromLatin1(study)};
        const auto id = (*queue)->add(what);
        QVERIFY(id);
        QFile filler(small.filePath("filler"));
        const QByteArray filling(qsizetype(QStorageInfo(small.path()).bytesAvailable() - (1 << 20)), 'x');
        QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && filler.write(filling) == filling.size());
        std::atomic<int> roomMade = 0;
        transfer::TransferRunner::Options options;
        options.makeRoom = [&] { ++roomMade; };
        const auto found = [&] { return **(*queue)->find(*id); };
        {
            transfer::TransferRunner runner(**archive, *profile, std::move(options));
            runner.start();
            QTRY_VERIFY_WITH_TIMEOUT(!found().lastError.isEmpty(), 20000);
        }
        QCOMPARE(found().state, transfer::Transfer::State::Queued);
        QVERIFY2(found().lastError.contains("disk is full"), qPrintable(found().lastError));
        QVERIFY(found().nextDue > QDateTime::currentDateTimeUtc());
        QCOMPARE(roomMade, 2);
    }

    /// The worklist of a real server, in two character sets; what is not of today is not in it.
    void NET_01_aWorklistOfToday()
    {
        const QString plugin = "/usr/share/orthanc/plugins/libModalityWorklists.so";
        if (!QFile::exists(plugin))
            QSKIP("Orthanc has no worklists here");
        QTemporaryDir folder;
        const auto made = test::python(R"(
import sys, datetime, pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
def make(number, name, sets, day):
    d = Dataset(); d.SpecificCharacterSet = sets; d.AccessionNumber = 'A%d' % number; d.PatientName = name; d.PatientID = 'W%d' % number
    d.StudyInstanceUID = '2.25.70%d' % number; d.RequestedProcedureDescription = 'Chest'
    s = Dataset(); s.Modality = 'CT'; s.ScheduledStationAETitle = 'CT1'; s.ScheduledProcedureStepStartDate = day
    s.ScheduledProcedureStepStartTime = '101500'; d.ScheduledProcedureStepSequence = Sequence([s])
    d.file_meta = FileMetaDataset(); d.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2.1'
    d.file_meta.MediaStorageSOPClassUID = '1.2.276.0.7230010.3.1.0.1'; d.file_meta.MediaStorageSOPInstanceUID = '1.2.3'
    d.is_little_endian = True; d.is_implicit_VR = False
    d.save_as(sys.argv[1] + '/%d.wl' % number, write_like_original=False)
today = datetime.date.today().strftime('%Y%m%d')
make(1, 'Wang^XiaoDong=\u738b^\u5c0f\u4e1c', 'GB18030', today)
make(2, 'Yamada^Tarou=\u5c71\u7530^\u592a\u90ce', ['', 'ISO 2022 IR 87'], today)
make(3, 'Doe^Jane', 'ISO_IR 100', '20200101')
)", {folder.path()});
        QVERIFY2(made.code == 0, made.err.constData());
        QString why;
        const auto server = test::Orthanc::start(test::freePort(), &why,
                                                 QStringLiteral(R"(,"Plugins":["%1"],"Worklists":{"Enable":true,"Database":"%2"},)"
                                                                R"("DicomAlwaysAllowFindWorklist":true)").arg(plugin, folder.path()).toUtf8());
        if (!server)
            QSKIP(qPrintable(why));
        Program program;
        SUCCEEDS(program.run({"node", "add", "W", "--ae", "ORTHANC", "--host", "127.0.0.1", "--port", QString::number(server->port)}));
        SUCCEEDS(program.run({"config", "set", "worklist.node", "W"}));
        QHash<QString, QString> names;
        for (const QJsonValue& entry : program.json({"worklist"}).array())
            names.insert(entry["accession"].toString(), entry["patientName"].toString());
        QCOMPARE(names, (QHash<QString, QString>{{"A1", QString::fromUtf8("Wang^XiaoDong=王^小东")},
                                                 {"A2", QString::fromUtf8("Yamada^Tarou=山田^太郎")}}));
    }

    void aLineThatIsNoUse_data()
    {
        QTest::addColumn<QStringList>("words");
        const auto row = [](const char* name, const QStringList& words) { QTest::newRow(name) << words; };
        row("NET-11 get ..", {"get", "PEER", "../../etc"});
        row("NET-11 get absolute", {"get", "PEER", "/tmp/x"});
        row("NET-11 get over-long", {"get", "PEER", QString("1.").repeated(40) + "1"});
        row("NET-11 get a wildcard", {"get", "PEER", "1.2.*"});
        row("NET-11 get two in one", {"get", "PEER", "1.2\\1.3"});
        row("NET-11 get empty", {"get", "PEER", ""});
        row("NET-11 get a series ..", {"get", "PEER", "1.2.3", "--series", "../x"});
        row("NET-11 get an empty series", {"get", "PEER", "1.2.3", "--series", ""});
        row("NET-11 send ..", {"send", "PEER", "--study", "../../etc"});
        row("NET-04 listen as nobody", {"listen", "--port", "0", "--ae", ""});
        row("NET-04 listen by too long a title", {"listen", "--port", "0", "--ae", "SEVENTEENLETTERSX"});
        row("find no date", {"find", "PEER", "--date", "garbage"});
        row("find no day", {"find", "PEER", "--date", "20230229"});
        row("find no UID", {"find", "PEER", "--study-uid", "1.2.*"});
        row("find a backslash", {"find", "PEER", "--name", "A\\B"});
        row("find no level", {"find", "PEER", "--level", "pixel"});
    }
    void aLineThatIsNoUse()
    {
        QFETCH(QStringList, words);
        std::atomic<int> asked = 0;
        ScriptedScp peer([&](Conversation&, const Message&) { ++asked; });
        Program program;
        SUCCEEDS(addNode(program, peer.port()));
        const Ran ran = program.run(words + QStringList{"--json"});
        QCOMPARE(ran.code, 2);
        QVERIFY2(ran.err.startsWith("diascope: ") && ran.err.contains("\nusage: diascope "), ran.err.constData());
        const QByteArray why = QJsonDocument::fromJson(ran.out)["error"].toString().toUtf8();
        QVERIFY2(!why.isEmpty() && ran.err.contains(why), ran.out.constData());
        QCOMPARE(asked, 0);
    }
};

QTEST_GUILESS_MAIN(TestCliPeers)
#include "tst_cli_peers.moc"
