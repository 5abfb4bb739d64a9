#include "netclient/dicom/uid.h"
#include "netclient/dimse/commitment.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_scp.h"
#include "tests/support/wire.h"
#include <QTcpServer>
#include <QTcpSocket>
#include <condition_variable>
#include <thread>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;
using test::Collector;
using test::element;
using test::little;
using test::makeFile;
using test::ScriptedScp;
using Conversation = ScriptedScp::Conversation;
using Message = ScriptedScp::Message;

namespace
{

const QByteArray secondaryCapture = "1.2.840.10008.5.1.4.1.1.7";
const QByteArray study = "1.2.3.4", series = "1.2.3.4.5";
const QList<QByteArray> instances{"1.2.3.4.5.1", "1.2.3.4.5.2", "1.2.3.4.5.3"};

enum Field : quint16 { Find = 0x0020, Get = 0x0010, Move = 0x0021, Store = 0x0001, Action = 0x0130, EventResponse = 0x8100 };

QByteArray row(const QByteArray& patientId, const QByteArray& name = "Some^Body", const QByteArray& characterSet = {})
{
    return (characterSet.isEmpty() ? QByteArray() : element(8, 5, test::text(characterSet))) + element(8, 0x52, "STUDY ") +
           element(0x10, 0x10, test::text(name)) + element(0x10, 0x20, test::text(patientId)) +
           element(0x20, 0x0d, test::uid(study));
}

QByteArray image(const QByteArray& instance, const QByteArray& sopClass = secondaryCapture)
{
    return element(8, 0x16, test::uid(sopClass)) + element(8, 0x18, test::uid(instance)) + element(8, 0x60, "OT") +
           element(0x10, 0x20, "P1") + element(0x20, 0x0d, test::uid(study)) + element(0x20, 0x0e, test::uid(series));
}

/// Remaining, completed, failed, with a warning (PS3.7 Table 9.3-10).
QByteArray counts(int remaining, int completed, int failed, int warning = 0)
{
    return element(0, 0x1020, little(quint64(remaining), 2)) + element(0, 0x1021, little(quint64(completed), 2)) +
           element(0, 0x1022, little(quint64(failed), 2)) + element(0, 0x1023, little(quint64(warning), 2));
}

/// The study of three at every level, as a good peer tells it.
void answerFind(Conversation& peer, const Message& asked)
{
    const QByteArray keys = element(0x20, 0x0d, test::uid(study));
    if (asked.dataset.contains("IMAGE"))
        for (const QByteArray& instance : instances)
            peer.respond(asked, 0xff00, element(8, 0x16, test::uid(secondaryCapture)) + element(8, 0x18, test::uid(instance)) +
                                            element(8, 0x52, "IMAGE ") + keys + element(0x20, 0x0e, test::uid(series)));
    else if (asked.dataset.contains("SERIES"))
        peer.respond(asked, 0xff00, element(8, 0x52, "SERIES") + keys + element(0x20, 0x0e, test::uid(series)));
    else
        peer.respond(asked, 0xff00,
                     element(8, 0x52, "STUDY ") + element(8, 0x62, test::uid(secondaryCapture)) + keys +
                         element(0x20, 0x1208, "3 "));
    peer.respond(asked, 0);
}

Node nodeAt(quint16 port, const QString& assumedCharacterSet = {})
{
    return {"scripted", "SCRIPTED", "127.0.0.1", port, false, {}, {}, assumedCharacterSet};
}

} // namespace

class TestDimseQuirks : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 5;
    }

    void findsOfUnusualPeers_data()
    {
        QTest::addColumn<QString>("quirk");
        for (const char* quirk : {"pending 0xFF01", "pending without a dataset", "success with a dataset", "odd length",
                                  "closes instead of a release", "takes PDUs of 4096"})
            QTest::newRow(qPrintable(QStringLiteral("NET-01 %1").arg(quirk))) << quirk;
    }
    void findsOfUnusualPeers()
    {
        QFETCH(QString, quirk);
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            const quint16 pending = quirk == "pending 0xFF01" ? 0xff01 : 0xff00;
            conversation.respond(asked, pending, row("A1"));
            if (quirk == "pending without a dataset")
                conversation.respond(asked, pending);
            conversation.respond(asked, pending,
                                 quirk == "odd length" ? element(8, 0x52, "STUDY") + element(0x10, 0x20, "A12") : row("A2"));
            conversation.respond(asked, 0, quirk == "success with a dataset" ? row("NOT-A-ROW") : QByteArray());
            if (quirk == "closes instead of a release")
                conversation.close();
        }, {.maximumPdu = quirk == "takes PDUs of 4096" ? 4096U : 16384U});
        QStringList ids;
        Task task;
        const auto rows = dimse::find(nodeAt(peer.port()), Level::Study, FindKeys{}, [&](const dicom::Dataset& found) {
            ids << found.text(tag::PatientID);
            return true;
        }, m_local, task);
        QVERIFY2(rows, rows ? "" : qPrintable(message(rows.error())));
        QCOMPARE(ids, quirk == "odd length" ? (QStringList{"A1", "A12"}) : (QStringList{"A1", "A2"}));
        QCOMPARE(*rows, 2);
        if (quirk != "closes instead of a release")
            QTRY_COMPARE(peer.releases(), 1);
    }

    /// A row may have 64 MiB. What has more is read to its end and refused; what goes on beyond all measure is not read.
    void NET_13_howLargeARowMayBe_data()
    {
        QTest::addColumn<int>("mebibytes");
        QTest::addColumn<bool>("isTaken");
        QTest::addColumn<bool>("isReadToItsEnd");
        QTest::newRow("NET-13 63 MiB") << 63 << true << true;
        QTest::newRow("NET-13 64 MiB and a little") << 64 << false << true;
        QTest::newRow("NET-13 127 MiB") << 127 << false << true;
        QTest::newRow("NET-13 200 MiB") << 200 << false << false;
    }
    void NET_13_howLargeARowMayBe()
    {
        QFETCH(int, mebibytes);
        QFETCH(bool, isTaken);
        QFETCH(bool, isReadToItsEnd);
        bool isEnd = false;
        {
            test::WirePeer peer([&](test::Wire& wire, int) {
                const QByteArray request = wire.pdu();
                wire.write(test::acceptAll(request));
                const QByteArray command = wire.pdu();
                (void)wire.pdu();
                const auto response = [&](quint16 status, quint16 datasetType) {
                    return test::pdv(1, 3,
                                     test::commandSet(element(0, 2, test::uid("1.2.840.10008.5.1.4.1.2.2.1")) + element(0, 0x100, little(0x8020, 2)) +
                                                      element(0, 0x120, little(1, 2)) + element(0, 0x800, little(datasetType, 2)) +
                                                      element(0, 0x900, little(status, 2))));
                };
                const auto longElement = [](quint16 group, quint16 name, const char* vr, int size) {
                    return little(group, 2) + little(name, 2) + vr + QByteArray(2, '\0') + little(quint64(size), 4);
                };
                wire.write(response(0xff00, 1) + test::pdv(1, 0, longElement(0x7FE0, 0x10, "OB", mebibytes << 20)));
                const QByteArray part = test::pdv(1, 0, QByteArray(65536, 'x'));
                for (qint64 left = qint64(mebibytes) << 20; left > 65536; left -= 65536)
                    wire.write(part);
                wire.write(test::pdv(1, 2, QByteArray(65536, 'x')) + response(0, 0x0101));
                const int last = test::byteAt(wire.pdu(), 0);
                isEnd = last == 5 || last == 7; // A-RELEASE-RQ or A-ABORT, read in its place
                wire.write(test::pdu(0x06, test::big(0, 4)));
            });
            int rows = 0;
            Task task;
            const auto found = dimse::find(nodeAt(peer.port()), Level::Study, FindKeys{}, [&](const dicom::Dataset&) { return ++rows > 0; }, m_local, task);
            QCOMPARE(found.has_value(), isTaken);
            QCOMPARE(rows, isTaken ? 1 : 0);
            if (!isTaken)
                QVERIFY2(found.error().fault == Fault::Damaged && found.error().detail.endsWith("it sent more than was agreed"),
                         qPrintable(message(found.error())));
        }
        QVERIFY(isEnd || !isReadToItsEnd);
    }

    void SAF_07_aWronglyDeclaredCharacterSet_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("declared");
        QTest::addColumn<QString>("assumed");
        QTest::addColumn<QString>("name");
        const QByteArray gb = QByteArray::fromHex("d5c55ec8fd"); // 张^三 by GB18030
        QTest::newRow("SAF-07 GB18030 said to be ISO_IR 100")
            << gb << QByteArray("ISO_IR 100") << "GB18030" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 GB18030 not declared") << gb << QByteArray() << "GB18030" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 said to be a set there is not")
            << gb << QByteArray("ISO_IR 999") << "GB18030" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 UTF-8 said to be ISO_IR 100")
            << QString::fromUtf8("李^四").toUtf8() << QByteArray("ISO_IR 100") << "ISO_IR 192" << QString::fromUtf8("李^四");
        const QByteArray korean = QByteArray::fromHex("c8ab5eb1e6b5bf"); // 홍^길동 by KS X 1001 (PS3.5 I.2)
        QTest::newRow("SAF-07 ISO 2022 IR 58 without escape sequences")
            << gb << QByteArray("ISO 2022 IR 58") << "" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 ISO 2022 IR 58 as the second, without escape sequences")
            << gb << QByteArray("\\ISO 2022 IR 58") << "" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 ISO 2022 IR 149 without escape sequences")
            << korean << QByteArray("\\ISO 2022 IR 149") << "" << QString::fromUtf8("홍^길동");
        QTest::newRow("SAF-07 rightly declared, nothing assumed")
            << gb << QByteArray("GB18030") << "" << QString::fromUtf8("张^三");
        QTest::newRow("SAF-07 believed where nothing is assumed")
            << gb << QByteArray("ISO_IR 100") << "" << QString::fromUtf8("ÕÅ^Èý"); // by ISO 8859-1
    }
    void SAF_07_aWronglyDeclaredCharacterSet()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, declared);
        QFETCH(QString, assumed);
        QFETCH(QString, name);
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            conversation.respond(asked, 0xff00, row("A1", bytes, declared));
            conversation.respond(asked, 0);
        });
        QStringList names;
        Task task;
        const auto rows = dimse::find(nodeAt(peer.port(), assumed), Level::Study, FindKeys{}, [&](const dicom::Dataset& found) {
            names << found.text(tag::PatientName);
            return true;
        }, m_local, task);
        QVERIFY2(rows, rows ? "" : qPrintable(message(rows.error())));
        QCOMPARE(names, QStringList{name});
    }

    void retrievesOfUnusualPeers_data()
    {
        QTest::addColumn<bool>("isMove");
        QTest::addColumn<int>("status");   // of the last response
        QTest::addColumn<int>("sent");     // of three
        QTest::addColumn<bool>("isListed"); // the failed, by name
        QTest::addColumn<QString>("quirk");
        for (bool isMove : {false, true}) {
            const auto add = [&](const char* name, int status, int sent, bool isListed, const char* quirk) {
                QTest::newRow(qPrintable(QStringLiteral("%1 %2").arg(QString(name).arg(isMove ? "C-MOVE" : "C-GET"), quirk)))
                    << isMove << status << sent << isListed << quirk;
            };
            add("NET-06 %1 0xB000 with a list", 0xb000, 2, true, "");
            add("NET-06 %1 0xB000 without a list", 0xb000, 2, false, "");
            add("NET-07 %1 success, one missing", 0, 2, false, "");
            add("NET-01 %1 0xA701", 0xa701, 0, false, "");
            add("NET-01 %1 0xA702", 0xa702, 0, false, "");
            add("NET-01 %1", 0, 3, false, "without a pending response");
            add("NET-01 %1", 0, 3, false, "pending 0xFF01");
            add("NET-01 %1", 0, 3, false, "closes instead of a release");
            add("NET-01 %1", 0, 3, false, "takes PDUs of 4096");
            add("NET-01 %1", 0, 3, false, "no counts");
        }
    }
    void retrievesOfUnusualPeers()
    {
        QFETCH(bool, isMove);
        QFETCH(int, status);
        QFETCH(int, sent);
        QFETCH(bool, isListed);
        QFETCH(QString, quirk);
        QTemporaryDir folder;
        QStringList files;
        for (int i = 0; i < sent; ++i)
            files << makeFile(folder.filePath(QString::number(i)), study, "P1", instances[i]);
        const quint16 port = test::freePort();
        const quint16 pending = quirk == "pending 0xFF01" ? 0xff01 : 0xff00;
        std::atomic<int> movedBy = 0;
        std::mutex mutex;
        QList<int> answers; // to the stores of a C-GET
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(conversation, asked);
            if (asked.field == Move && sent > 0)
                movedBy =
                    test::run("storescu", QStringList{"-aec", asked.destination, "127.0.0.1", QString::number(port)} + files)
                        .code;
            for (int i = 0; i < sent; ++i) {
                if (asked.field == Get) {
                    conversation.store(secondaryCapture, instances[i], image(instances[i]));
                    Message answer;
                    const std::lock_guard lock(mutex);
                    answers << (conversation.receive(answer) ? answer.status : -1);
                }
                if (quirk != "without a pending response")
                    conversation.respond(asked, pending, {}, counts(2 - i, i + 1, 0));
            }
            const QByteArray failed = isListed ? element(8, 0x58, test::uid(instances[2])) : QByteArray();
            conversation.respond(asked, quint16(status), failed,
                                 quirk == "no counts" ? QByteArray() : counts(0, sent, status == 0xb000 ? 1 : 0));
            if (quirk == "closes instead of a release")
                conversation.close();
        }, {.maximumPdu = quirk == "takes PDUs of 4096" ? 4096U : 16384U});
        Collector collector;
        Task task;
        const RetrieveRequest request{{QString(study)}, {}, {}, {}};
        const auto result =
            isMove ? dimse::move(nodeAt(peer.port()), request, {"DIASCOPE", port, ListenerOptions::Interface::Loopback},
                                 collector.sink(), m_local, task)
                   : dimse::get(nodeAt(peer.port()), request, collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QCOMPARE(movedBy, 0);
        for (int answer : answers)
            QCOMPARE(answer, 0);
        QCOMPARE(answers.size(), isMove ? 0 : sent);
        QCOMPARE(result->received, sent);
        QCOMPARE(collector.all.size(), size_t(sent));
        QCOMPARE(result->expected, 3);
        QCOMPARE(result->isComplete(), sent == 3);
        const bool isOutOfResources = status == 0xa701 || status == 0xa702;
        QCOMPARE(result->ended.has_value(), isOutOfResources);
        if (isOutOfResources) {
            QCOMPARE(result->ended->fault, Fault::Refused);
            QVERIFY(isTransient(*result->ended));
        }
        QStringList failed;
        for (const InstanceFailure& failure : result->failed)
            failed << failure.sopInstanceUid;
        failed.sort();
        QStringList missing;
        for (int i = sent; i < 3; ++i)
            missing << QString(instances[i]);
        QCOMPARE(failed, missing);
        if (isListed)
            QCOMPARE(result->failed.front().reason, "the peer could not send it");
    }

    /// Series share the work of a large study, where they make it up: else only the study brings all of it. No more associations than
    /// there are series, or than the node bears.
    void NET_06_howAStudyIsShared_data()
    {
        QTest::addColumn<int>("inStudy");
        QTest::addColumn<int>("series");
        QTest::addColumn<int>("inSeries"); // each
        QTest::addColumn<int>("associations");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QStringList>("asked");
        QTest::addColumn<int>("most"); // associations that ask
        const QStringList whole{"STUDY"}, two{"SERIES 1.2.3.100", "SERIES 1.2.3.101"};
        QTest::newRow("NET-06 two series, all of it") << 300 << 2 << 150 << 2 << "" << two << 2;
        QTest::newRow("NET-06 two series, one image is in none") << 301 << 2 << 150 << 2 << "" << whole << 1;
        QTest::newRow("NET-06 two series with more than the study counts") << 299 << 2 << 150 << 2 << "" << two << 2;
        QTest::newRow("NET-06 one series") << 300 << 1 << 300 << 2 << "" << whole << 1;
        QTest::newRow("NET-06 just large enough") << 200 << 2 << 100 << 2 << "" << two << 2;
        QTest::newRow("NET-06 just too small") << 199 << 2 << 100 << 2 << "" << whole << 1;
        QTest::newRow("NET-06 one association") << 300 << 2 << 150 << 1 << "" << whole << 1;
        QTest::newRow("NET-06 more associations than series") << 300 << 2 << 150 << 5 << "" << two << 2;
        QTest::newRow("NET-06 the classes have to be asked for") << 300 << 2 << 150 << 2 << "classes unknown" << two << 2;
        QTest::newRow("NET-06 a series of it") << 300 << 2 << 150 << 2 << "a series" << QStringList{"SERIES 1.2.3.100"} << 1;
        QTest::newRow("NET-06 some are here, and it names none") << 300 << 2 << 150 << 2 << "here" << whole << 1;
        QTest::newRow("NET-06 C-MOVE") << 300 << 2 << 150 << 2 << "move" << whole << 1;
        QStringList many;
        for (int i = 100; i < 117; ++i)
            many << QStringLiteral("SERIES 1.2.3.%1").arg(i);
        QTest::newRow("NET-06 as many as a node may bear") << 340 << 17 << 20 << 99 << "" << many << 16;
    }
    void NET_06_howAStudyIsShared()
    {
        QFETCH(int, inStudy);
        QFETCH(int, series);
        QFETCH(int, inSeries);
        QFETCH(int, associations);
        QFETCH(QString, kind);
        QFETCH(QStringList, asked);
        QFETCH(int, most);
        std::mutex mutex;
        QStringList got;
        int finds = 0, findsOfSeries = 0;
        ScriptedScp peer([&](Conversation& conversation, const Message& message) {
            const QByteArray keys = element(0x20, 0x0d, test::uid(study));
            const std::lock_guard lock(mutex);
            if (message.field != Find) {
                const qsizetype at = message.dataset.indexOf("1.2.3.1");
                got << (message.dataset.contains("SERIES")  ? "SERIES " + QString::fromLatin1(message.dataset.mid(at, 9))
                        : message.dataset.contains("IMAGE") ? "IMAGE"
                                                            : "STUDY");
                return conversation.respond(message, 0, {}, counts(0, 0, 0));
            }
            ++finds;
            findsOfSeries += message.dataset.contains("SERIES");
            if (message.dataset.contains("IMAGE") && kind == "classes unknown")
                for (int i = 0; i < inSeries; ++i)
                    conversation.respond(message, 0xff00,
                                         element(8, 0x16, test::uid(secondaryCapture)) + element(8, 0x18, test::uid("1.2.3.9." + QByteArray::number(i + 1))) +
                                             element(8, 0x52, "IMAGE ") + keys);
            if (message.dataset.contains("SERIES"))
                for (int i = 0; i < series; ++i)
                    conversation.respond(message, 0xff00,
                                         element(8, 0x52, "SERIES") + keys + element(0x20, 0x0e, test::uid("1.2.3." + QByteArray::number(100 + i))) +
                                             element(0x20, 0x1209, test::text(QByteArray::number(inSeries))));
            else if (message.dataset.contains("STUDY"))
                conversation.respond(message, 0xff00,
                                     element(8, 0x52, "STUDY ") + (kind == "classes unknown" ? QByteArray() : element(8, 0x62, test::uid(secondaryCapture))) +
                                         keys + element(0x20, 0x1208, test::text(QByteArray::number(inStudy))));
            conversation.respond(message, 0);
        });
        Node node = nodeAt(peer.port());
        node.associations = associations;
        RetrieveRequest request{{QString(study)}, {kind == "a series" ? "1.2.3.100" : ""}, {}, {}};
        if (kind == "here")
            request.present = {"1.2.3.100.1"};
        const Sink none = [](Received&&) { return Result<void>(); };
        Task task;
        if (kind == "move")
            (void)dimse::move(node, request, {"DIASCOPE", 0, ListenerOptions::Interface::Loopback}, none, m_local, task);
        else
            (void)dimse::get(node, request, none, m_local, task);
        {
            const std::lock_guard lock(mutex);
            got.sort();
            QCOMPARE(got, asked);
            QCOMPARE(findsOfSeries, 1); // nothing is asked twice
        }
        QTRY_COMPARE(peer.releases(), finds + most);
    }

    /// What breaks while it is asked what there is ends the retrieve before it begins; a peer that only cannot say is asked for all.
    void NET_03_aPeerThatBreaksBeforeTheRetrieve_data()
    {
        QTest::addColumn<QByteArray>("level");
        for (const char* level : {"STUDY", "SERIES", "IMAGE"})
            QTest::addRow("NET-03 %s", level) << QByteArray(level);
    }
    void NET_03_aPeerThatBreaksBeforeTheRetrieve()
    {
        QFETCH(QByteArray, level);
        bool isAsked = false;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            isAsked |= asked.field == Get;
            if (asked.dataset.contains(level))
                return conversation.close();
            if (!asked.dataset.contains("STUDY")) // which says of no classes
                return answerFind(conversation, asked);
            conversation.respond(asked, 0xff00, element(8, 0x52, "STUDY ") + element(0x20, 0x0d, test::uid(study)) + element(0x20, 0x1208, "3 "));
            conversation.respond(asked, 0);
        });
        Task task;
        const auto result = dimse::get(nodeAt(peer.port()), {{QString(study)}, {}, {}, {}}, [](Received&&) { return Result<void>(); }, m_local, task);
        QVERIFY(!result && result.error().fault == Fault::Unreachable);
        QVERIFY(!isAsked);
    }

    /// What breaks an association is tried on another; what breaks two is not tried on a third.
    void NET_05_whatBreaksTwiceIsGivenUp_data()
    {
        QTest::addColumn<int>("breaks");
        QTest::newRow("NET-05 once") << 1;
        QTest::newRow("NET-05 each time") << 3;
    }
    void NET_05_whatBreaksTwiceIsGivenUp()
    {
        QFETCH(int, breaks);
        std::mutex mutex;
        std::condition_variable changed;
        QSet<int> associations; // that ask for a series
        int asked = 0, done = 0; // the first series, the others
        ScriptedScp peer([&](Conversation& conversation, const Message& message) {
            const QByteArray keys = element(0x20, 0x0d, test::uid(study));
            if (message.field == Get) {
                std::unique_lock lock(mutex);
                associations.insert(conversation.number());
                changed.notify_all();
                changed.wait_for(lock, std::chrono::seconds(10), [&] { return associations.size() == 3; });
                const bool isFirst = message.dataset.contains("1.2.3.100");
                asked += isFirst;
                if (isFirst && asked == 1) // when the others have done theirs and wait for more
                    changed.wait_for(lock, std::chrono::seconds(10), [&] { return done == 2; });
                done += !isFirst;
                changed.notify_all();
                return isFirst && asked <= breaks ? conversation.close() : conversation.respond(message, 0, {}, counts(0, 100, 0));
            }
            if (message.dataset.contains("SERIES"))
                for (int i = 0; i < 3; ++i)
                    conversation.respond(message, 0xff00,
                                         element(8, 0x52, "SERIES") + keys + element(0x20, 0x0e, test::uid("1.2.3." + QByteArray::number(100 + i))) +
                                             element(0x20, 0x1209, "100 "));
            else if (message.dataset.contains("STUDY"))
                conversation.respond(message, 0xff00,
                                     element(8, 0x52, "STUDY ") + element(8, 0x62, test::uid(secondaryCapture)) + keys + element(0x20, 0x1208, "300 "));
            conversation.respond(message, 0);
        });
        Node node = nodeAt(peer.port());
        node.associations = 3;
        Task task;
        const auto result = dimse::get(node, {{QString(study)}, {}, {}, {}}, [](Received&&) { return Result<void>(); }, m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QCOMPARE(result->ended ? int(result->ended->fault) : -1, breaks == 1 ? -1 : int(Fault::Unreachable));
        QCOMPARE(asked, 2);
    }

    /// Nobody but this computer reaches a port that is only for it.
    void NET_13_whoReachesThePortOfAMove_data()
    {
        QTest::addColumn<bool>("isLoopback");
        QTest::newRow("NET-13 this computer") << true;
        QTest::newRow("NET-13 any") << false;
    }
    void NET_13_whoReachesThePortOfAMove()
    {
        QFETCH(bool, isLoopback);
        const quint16 port = test::freePort();
        std::atomic<bool> isReached = false;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(conversation, asked);
            QTcpSocket socket; // another address of ours, which a listener on 127.0.0.1 does not have
            socket.connectToHost(QHostAddress("127.0.0.2"), port);
            isReached = socket.waitForConnected(5000);
            conversation.respond(asked, 0);
        });
        Task task;
        (void)dimse::move(
            nodeAt(peer.port()), {{QString(study)}, {}, {}, {}},
            {"DIASCOPE", port, isLoopback ? ListenerOptions::Interface::Loopback : ListenerOptions::Interface::Any}, [](Received&&) { return Result<void>(); },
            m_local, task);
        QCOMPARE(isReached, !isLoopback);
    }

    /// What comes instead of the answer to a retrieve ends it, with its reason; what the peer has is named.
    void NET_03_whatComesInsteadOfTheAnswerToARetrieve_data()
    {
        QTest::addColumn<bool>("isMove");
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("sentence");
        for (bool isMove : {false, true}) {
            const char* const name = isMove ? "C-MOVE" : "C-GET";
            QTest::addRow("NET-03 %s, another answer", name)
                << isMove << "other" << int(Fault::Damaged) << "the peer broke the protocol: an answer to something else came";
            QTest::addRow("NET-03 %s, it closes", name) << isMove << "close" << int(Fault::Unreachable) << "the connection broke";
            QTest::addRow("NET-03 %s, a list that is none", name) << isMove << "list" << int(Fault::Damaged) << "";
        }
    }
    void NET_03_whatComesInsteadOfTheAnswerToARetrieve()
    {
        QFETCH(bool, isMove);
        QFETCH(QString, what);
        QFETCH(int, fault);
        QFETCH(QString, sentence);
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(conversation, asked);
            Message to = asked;
            if (what == "other")
                to.field = Find;
            if (what == "close")
                return conversation.close();
            conversation.respond(to, 0, what == "list" ? QByteArray("no dataset, this") : QByteArray());
        });
        Task task;
        const RetrieveRequest request{{QString(study)}, {}, {}, {}};
        const Sink none = [](Received&&) { return Result<void>(); };
        const auto result = isMove ? dimse::move(nodeAt(peer.port()), request, {"DIASCOPE", 0, ListenerOptions::Interface::Loopback}, none, m_local, task)
                                   : dimse::get(nodeAt(peer.port()), request, none, m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY(result->ended);
        QVERIFY2(int(result->ended->fault) == fault && result->ended->detail.endsWith(sentence), qPrintable(message(*result->ended)));
        QCOMPARE(result->received, 0);
        QCOMPARE(result->failed.size(), size_t(3));
    }

    /// Where our port is taken by a listener of ours, what came by it counts; where it is another's, that is said.
    void NET_01_aMoveToAPortThatIsTaken_data()
    {
        QTest::addColumn<bool>("isTaken");
        QTest::addColumn<bool>("isOurs"); // somebody can say what came by it
        QTest::addColumn<bool>("hasFiles"); // for encryption
        QTest::addColumn<int>("fault"); // -1: none
        QTest::addColumn<int>("received");
        QTest::newRow("NET-01 by our listener") << true << true << true << -1 << 2;
        QTest::newRow("NET-01 by another program") << true << false << true << int(Fault::Conflict) << 0;
        QTest::newRow("NET-01 it is free") << false << true << true << -1 << 0;
        QTest::newRow("NET-01 another fault of ours") << false << true << false << int(Fault::Invalid) << 0;
    }
    void NET_01_aMoveToAPortThatIsTaken()
    {
        QFETCH(bool, isTaken);
        QFETCH(bool, isOurs);
        QFETCH(bool, hasFiles);
        QFETCH(int, fault);
        QFETCH(int, received);
        int moves = 0;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            if (asked.field == Find)
                return answerFind(conversation, asked);
            ++moves;
            conversation.respond(asked, 0);
        });
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        MoveDestination destination{"DIASCOPE", isTaken ? other.serverPort() : quint16(0), ListenerOptions::Interface::Loopback};
        if (!hasFiles)
            destination.tls = dicom::TlsFiles{};
        bool isAsked = false;
        if (isOurs)
            destination.arrivedElsewhere = [&] {
                isAsked = true;
                return QSet<QString>{QString(instances[0]), QString(instances[2])};
            };
        Task task;
        const auto result = dimse::move(
            nodeAt(peer.port()), {{QString(study)}, {}, {}, {}}, destination, [](Received&&) { return Result<void>(); }, m_local, task);
        QCOMPARE(result ? -1 : int(result.error().fault), fault);
        QCOMPARE(moves, result ? 1 : 0);
        QCOMPARE(isAsked, isTaken && isOurs);
        if (!result)
            return;
        QCOMPARE(result->received, received);
        QCOMPARE(result->failed.size(), size_t(3 - received));
        if (received == 2)
            QCOMPARE(result->failed[0].sopInstanceUid, QString(instances[1]));
    }

    /// What we send stays within what the peer takes.
    void NET_01_aPeerWithSmallPdusGetsSmallPdus()
    {
        const QString path = test::abdomen(1).value(0);
        NEEDS_TEST_DATA(path);
        QByteArray got;
        ScriptedScp peer([&](Conversation& conversation, const Message& asked) {
            got = asked.dataset;
            conversation.respond(asked, 0);
        }, {.maximumPdu = 4096});
        Task task;
        const auto sent = dimse::store(nodeAt(peer.port()), {path}, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY2(sent->isComplete(), sent->failed.empty() ? "" : qPrintable(sent->failed.front().reason));
        QTRY_COMPARE(peer.releases(), 1);
        QVERIFY2(peer.largestPdu() <= 4096 && peer.largestPdu() > 4000, QByteArray::number(peer.largestPdu()).constData());
        QVERIFY(got.endsWith(dicom::Dataset::read(path)->bytes(tag::PixelData).right(100000)));
    }

    void ourAeTitleIsKnownHoweverItIsWritten_data()
    {
        QTest::addColumn<QByteArray>("called");
        QTest::addColumn<int>("answer"); // PDU type: 2 accepted, 3 rejected
        QTest::newRow("NET-04 as it is") << QByteArray("DIASCOPE        ") << 2;
        QTest::newRow("NET-04 padded in front") << QByteArray("     DIASCOPE   ") << 2;
        QTest::newRow("NET-04 another case") << QByteArray("Diascope        ") << 2;
        QTest::newRow("NET-04 padded with zeros") << QByteArray("DIASCOPE\0\0\0\0\0\0\0\0", 16) << 2;
        QTest::newRow("NET-04 another") << QByteArray("DIASCOPE2       ") << 3;
        QTest::newRow("NET-04 part of it") << QByteArray("DIASCOP         ") << 3;
    }
    void ourAeTitleIsKnownHoweverItIsWritten()
    {
        QFETCH(QByteArray, called);
        QFETCH(int, answer);
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(listener);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(socket.waitForConnected(5000));
        socket.write(test::associateRequest(called, secondaryCapture));
        QVERIFY(socket.waitForReadyRead(5000));
        QCOMPARE(int(socket.read(1).at(0)), answer);
    }

    /// A CT by name on the presentation context of a secondary capture is refused, and the association goes on.
    void NET_13_anotherSopClassThanAgreedOnIsRefused()
    {
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(socket.waitForConnected(5000));
        socket.write(test::associateRequest("DIASCOPE        ", secondaryCapture));
        QByteArray answer;
        const auto read = [&] { // one PDU
            while (answer.size() < 6 || answer.size() < 6 + (uchar(answer[4]) << 8 | uchar(answer[5])))
                if (!socket.waitForReadyRead(5000))
                    return false;
                else
                    answer += socket.readAll();
            return true;
        };
        QVERIFY(read());
        for (const QByteArray& sopClass : {QByteArray("1.2.840.10008.5.1.4.1.1.2"), secondaryCapture}) {
            const QByteArray command = test::commandSet(
                element(0, 2, test::uid(sopClass)) + element(0, 0x100, little(Store, 2)) + element(0, 0x110, little(1, 2)) +
                element(0, 0x700, little(0, 2)) + element(0, 0x800, little(1, 2)) + element(0, 0x1000, test::uid(instances[0])));
            socket.write(test::pdv(1, 3, command) + test::pdv(1, 2, image(instances[0], sopClass)));
            answer.clear();
            QVERIFY(read());
            const qsizetype at = answer.indexOf(QByteArray::fromHex("0000000902000000")); // (0000,0900), 2 bytes
            QVERIFY(at > 0);
            QCOMPARE(int(uchar(answer[at + 8]) | uchar(answer[at + 9]) << 8),
                     sopClass == secondaryCapture ? 0 : 0x0122); // PS3.7 Annex C
        }
        QCOMPARE(collector.all.size(), size_t(1));
        QCOMPARE(collector.all.front().sopClassUid, QString(secondaryCapture));
    }

    /// While one instance is being stored another finds no room: refused for now and read to its end, for what follows it on the
    /// same association is taken. Later it is taken, too.
    void NET_12_whatIsNotStoredYetHasABound()
    {
        QTemporaryDir folder;
        const auto big = [&](const QString& name, const QString& uid, int size) {
            const QString path = makeFile(folder.filePath(name), "2.25.80", "P", uid);
            auto dataset = *dicom::Dataset::read(path);
            dataset.setBytes(tag::PixelData, QByteArray(size, 'x'));
            (void)dataset.write(path, QString::fromUtf16(dicom::explicitLittleEndian));
            return path;
        };
        const QString first = big("1first", "2.25.80.1", 700'000), second = big("2second", "2.25.80.2", 700'000),
                      small = big("3small", "2.25.80.3", 1000);
        std::mutex mutex;
        std::condition_variable change;
        bool isHeld = true, isInside = false;
        QStringList stored;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.maximumBytesHeld = 1'600'000;
        const auto listener = Listener::start(options, [&](Received&& received) -> Result<void> {
            std::unique_lock lock(mutex);
            if (received.sopInstanceUid == "2.25.80.1") {
                isInside = true;
                change.notify_all();
                change.wait_for(lock, std::chrono::seconds(30), [&] { return !isHeld; });
            }
            stored << received.sopInstanceUid;
            return {};
        });
        QVERIFY(listener);
        const auto send = [&](const QStringList& files) {
            return test::run("storescu",
                             QStringList{"-v", "-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port())} + files);
        };
        std::thread sender([&] { send({first}); });
        {
            std::unique_lock lock(mutex);
            change.wait_for(lock, std::chrono::seconds(20), [&] { return isInside; });
        }
        const auto refused = send({"-nh", second, small}); // goes on after a failure
        {
            const std::lock_guard lock(mutex);
            isHeld = false;
            change.notify_all();
        }
        sender.join();
        QVERIFY(isInside);
        QVERIFY2((refused.out + refused.err).contains("Refused: OutOfResources"), (refused.out + refused.err).constData());
        QCOMPARE(stored, (QStringList{"2.25.80.3", "2.25.80.1"}));
        const auto again = send({second});
        QVERIFY2((again.out + again.err).contains("(Success)"), (again.out + again.err).constData());
        QCOMPARE(stored.size(), 3);
    }

    void NET_01_aCommitmentReportOnTheSameAssociation_data()
    {
        QTest::addColumn<QString>("kind");
        for (const char* kind : {"all kept", "one failed", "another transaction's first", "another event's first", "a nameless one first", "no report",
                                 "ends the association"})
            QTest::newRow(qPrintable(QStringLiteral("NET-01 %1").arg(kind))) << kind;
    }
    void NET_01_aCommitmentReportOnTheSameAssociation()
    {
        QFETCH(QString, kind);
        const QString transaction = dicom::newUid();
        std::mutex mutex;
        QByteArray asked;
        QList<int> answers; // ours to its reports
        ScriptedScp peer([&](Conversation& conversation, const Message& request) {
            const std::lock_guard lock(mutex);
            if (request.field == EventResponse) {
                answers << request.status;
                return;
            }
            asked = request.dataset;
            conversation.respond(request, 0);
            const auto references = [](quint16 sequence, const QByteArray& instance, const QByteArray& more = {}) {
                const QByteArray reference =
                    element(8, 0x1150, test::uid(secondaryCapture)) + element(8, 0x1155, test::uid(instance)) + more;
                return element(8, sequence,
                               little(0xfffe, 2) + little(0xe000, 2) + little(quint64(reference.size()), 4) + reference);
            };
            const QByteArray ours = element(8, 0x1195, test::uid(transaction.toLatin1()));
            if (kind == "another transaction's first")
                conversation.report(1, element(8, 0x1195, "1.2.3.99") + references(0x1199, instances[0]));
            if (kind == "another event's first") // there are two (PS3.4 Table J.3.3.1-1)
                conversation.report(3, ours + references(0x1199, instances[1]));
            if (kind == "a nameless one first")
                conversation.report(1, references(0x1199, instances[1]));
            if (kind == "one failed")
                conversation.report(2, ours + references(0x1198, instances[1], element(8, 0x1197, little(0x0213, 2))) +
                                           references(0x1199, instances[0]));
            else if (kind == "ends the association")
                conversation.close();
            else if (kind != "no report")
                conversation.report(1, ours + references(0x1199, instances[0]));
        });
        Task task;
        const auto report = requestCommitment(nodeAt(peer.port()), transaction,
                                              {{secondaryCapture, instances[0]}, {secondaryCapture, instances[1]}}, m_local, task,
                                              kind == "no report" ? 1 : 20);
        QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
        QVERIFY(asked.contains(transaction.toLatin1()) && asked.contains(instances[0]) && asked.contains(instances[1]));
        const bool isNone = kind == "no report" || kind == "ends the association";
        QCOMPARE(report->has_value(), !isNone);
        if (kind != "ends the association")
            QTRY_COMPARE(peer.releases(), 1);
        if (isNone)
            return;
        QCOMPARE((*report)->transactionUid, transaction);
        QCOMPARE((*report)->committed, QStringList{QString(instances[0])});
        QCOMPARE((*report)->failed.size(), size_t(kind == "one failed"));
        if (kind == "one failed") {
            QCOMPARE((*report)->failed.front().sopInstanceUid, QString(instances[1]));
            QCOMPARE((*report)->failed.front().reason,
                     "the peer has no room for it"); // 0213H, resource limitation (PS3.3 C.14.1.1)
        }
        const std::lock_guard lock(mutex);
        QCOMPARE(answers, kind.endsWith("first") ? (QList<int>{0x0110, 0}) : QList<int>{0});
    }
};

QTEST_GUILESS_MAIN(TestDimseQuirks)
#include "tst_dimse_quirks.moc"
