#include "netclient/dimse/command_guard.h"
#include "netclient/dimse/retrieve_session.h"
#include "netclient/dimse/store.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/phantom_files.h"
#include "tests/support/scripted_scp.h"
#include <QTcpServer>
#include <condition_variable>
#include <thread>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;

using test::big;
using test::element;
using test::little;
using test::ScriptedScp;

namespace {

QByteArray tags(const QByteArray& hex)
{
    return QByteArray::fromHex(hex);
}

/// A P-DATA-TF PDU of several values: context, flags, bytes.
QByteArray dataPdu(const QByteArrayList& values)
{
    return test::pdu(0x04, values.join());
}
QByteArray value(uchar flags, const QByteArray& bytes)
{
    return big(quint64(bytes.size() + 2), 4) + '\1' + char(flags) + bytes;
}

QString lineOf(const RetrieveResult& result)
{
    QStringList failed;
    for (const InstanceFailure& failure : result.failed)
        failed << failure.sopInstanceUid + u':' + failure.reason;
    failed.sort();
    return QStringLiteral("%1 of %2, %3 before%4%5%6")
        .arg(result.received)
        .arg(result.expected)
        .arg(result.present)
        .arg(failed.isEmpty() ? "" : "; " + failed.join(", "),
             result.ended ? "; ended: " + result.ended->detail : QString(), result.isComplete() ? "; complete" : "");
}

QByteArray part10(const QByteArray& study, const QByteArray& instance, const QByteArray& patient)
{
    const auto put = [](const QByteArray& hex, const QByteArray& vr, const QByteArray& bytes) {
        return tags(hex) + vr + little(quint64(bytes.size()), 2) + bytes;
    };
    const QByteArray meta = put("02001000", "UI", test::uid("1.2.840.10008.1.2.1"));
    return QByteArray(128, '\0') + "DICM" + put("02000000", "UL", little(quint64(meta.size()), 4)) + meta +
           put("08001600", "UI", test::uid("1.2.840.10008.5.1.4.1.1.7")) + put("08001800", "UI", test::uid(instance)) +
           put("10002000", "LO", test::text(patient)) + put("20000d00", "UI", test::uid(study)) +
           put("20000e00", "UI", test::uid(study + ".1"));
}

} // namespace

/// What is asked for, what came and what is missing; what is sent and confirmed; what is no command.
class TestDimseAccount : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase() { m_local.connectSeconds = m_local.acseSeconds = m_local.dimseSeconds = 5; }

    /// PS3.8 §9.3.5, PS3.7 §6.3.1. The same however the bytes are cut.
    void NET_13_whatMayBeACommand_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("isTaken");
        constexpr int most = 1 << 20;
        const QByteArray item = tags("feff00e0");
        const auto command = [](const QByteArray& elements) { return dataPdu({value(3, elements)}); };
        const auto pieces = [](int total) {
            QByteArray all;
            // One element each of 65536 bytes with its head, in PDUs of that size.
            for (int left = total; left > 0; left -= 65536)
                all += dataPdu(
                    {value(left <= 65536 ? 3 : 1, element(8, 0x58, QByteArray(std::min(left, 65536) - 8, '1')))});
            return all;
        };
        QTest::newRow("a command") << command(test::commandSet(element(0, 2, "1.2.3 "))) << true;
        QTest::newRow("of another group") << command(element(8, 0x58, "1.2.3 ")) << true;
        QTest::newRow("an empty element last") << command(element(0, 2, "1.2.3 ") + element(0, 0x0600, {})) << true;
        QTest::newRow("an item in front") << command(element(8, 0x1140, item + little(0, 4))) << false;
        QTest::newRow("an item behind other elements")
            << command(element(0, 2, "1.2.3 ") + element(0, 0x600, {}) + element(8, 0x1140, item + little(0, 4)))
            << false;
        QTest::newRow("an item's tag and no more") << command(element(8, 0x1140, item)) << false;
        QTest::newRow("the tag further on") << command(element(8, 0x1140, "1234" + item)) << true;
        QTest::newRow("three bytes of it") << command(element(8, 0x1140, item.left(3))) << true;
        QTest::newRow("of unknown length") << command(tags("08004011ffffffff")) << false;
        QTest::newRow("as long as a command may be, and more is due")
            << command(element(8, 0x1140, {}).left(4) + little(most, 4)) << true;
        QTest::newRow("longer than a command may be")
            << command(element(8, 0x1140, {}).left(4) + little(most + 1, 4)) << false;
        QTest::newRow("as many bytes as may be") << pieces(most) << true;
        QTest::newRow("one element too many") << pieces(most) + pieces(most) << true; // two commands
        QTest::newRow("too many bytes") << pieces(most + 65536) << false;
        QTest::newRow("an item in the second value of a PDU")
            << dataPdu({value(1, element(0, 2, "1.2.3 ")), value(3, element(8, 0x1140, item))}) << false;
        QTest::newRow("an item cut by a value's end") << dataPdu({value(1, element(8, 0x1140, item).left(9))}) +
                                                             dataPdu({value(3, element(8, 0x1140, item).mid(9))})
                                                      << false;
        QTest::newRow("a dataset of items")
            << command(element(0, 2, "1.2.3 ")) + dataPdu({value(2, element(8, 0x1140, item))}) << true;
        QTest::newRow("a command behind a dataset")
            << dataPdu({value(0, item), value(2, item), value(3, element(8, 0x1140, item))}) << false;
        QTest::newRow("an unfinished element, then another command")
            << dataPdu({value(3, element(8, 0x1140, item).left(6))}) + command(element(8, 0x1140, item)) << false;
        QTest::newRow("an unfinished element, then a good command")
            << dataPdu({value(3, element(8, 0x1140, "12345678").left(12))}) + command(item + little(0, 4)) << true;
        QTest::newRow("another PDU, and a command")
            << test::pdu(0x05, big(0, 4)) + command(element(8, 0x1140, item)) << false;
        QTest::newRow("an empty PDU, and a command")
            << test::pdu(0x05, {}) + command(element(8, 0x1140, item)) << false;
        QTest::newRow("another PDU full of items") << test::pdu(0x01, command(element(8, 0x1140, item))) << true;
        QTest::newRow("a value longer than its PDU is not looked at")
            << test::pdu(0x04, big(100, 4) + "\1\3" + element(8, 0x1140, item)) << true;
        QTest::newRow("one by a byte") << test::pdu(0x04, big(15, 4) + "\1\3" + element(8, 0x1140, item)) << true;
        QTest::newRow("a value without its head is not looked at")
            << test::pdu(0x04, big(1, 4) + "\1\3" + element(8, 0x1140, item)) << true;
        QTest::newRow("after it things are as before")
            << test::pdu(0x04, big(1, 4) + "\1\3" + element(8, 0x1140, item)) + command(element(8, 0x1140, item))
            << false;
        QTest::newRow("an empty value, then another")
            << dataPdu({value(1, {}), value(3, element(8, 0x1140, item))}) << false;
        QTest::newRow("five bytes left over, then another PDU")
            << dataPdu({value(2, "x"), "12345"}) + command(element(8, 0x1140, item)) << false;
    }
    void NET_13_whatMayBeACommand()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, isTaken);
        for (qsizetype step : {bytes.size(), qsizetype(1), qsizetype(7), qsizetype(13)}) {
            CommandGuard guard;
            bool goesOn = true;
            for (qsizetype at = 0; at < bytes.size() && goesOn; at += step)
                goesOn = guard.take(bytes.constData() + at, size_t(std::min(step, bytes.size() - at)));
            QVERIFY2(goesOn == isTaken, QByteArray::number(step).constData());
        }
    }

    /// PS3.4 C.4.2.1.4, C.4.3.1.3.
    void NET_06_whatIsAskedFor_data()
    {
        QTest::addColumn<int>("split");
        QTest::addColumn<QString>("series");
        QTest::addColumn<QList<int>>("instances"); // in series 1.2.1, 1.2.2 ...
        QTest::addColumn<int>("present");          // the first of each
        QTest::addColumn<QStringList>("asked");    // level, series, how many, the first
        const QList<int> none;
        QTest::newRow("a study") << int(Split::Whole) << "" << none << 0 << QStringList{"STUDY  0 "};
        QTest::newRow("a series") << int(Split::Whole) << "1.2.7" << none << 0 << QStringList{"SERIES 1.2.7 0 "};
        QTest::newRow("one by name") << int(Split::Lists) << "" << QList<int>{1} << 0
                                     << QStringList{"IMAGE 1.2.1 1 1.2.1.0"};
        QTest::newRow("all are here") << int(Split::Lists) << "" << QList<int>{3} << 3 << QStringList{};
        QTest::newRow("but one") << int(Split::Lists) << "" << QList<int>{3} << 2
                                 << QStringList{"IMAGE 1.2.1 1 1.2.1.2"};
        QTest::newRow("a hundred") << int(Split::Lists) << "" << QList<int>{100} << 0
                                   << QStringList{"IMAGE 1.2.1 100 1.2.1.0"};
        QTest::newRow("one more") << int(Split::Lists) << "" << QList<int>{101} << 0
                                  << QStringList{"IMAGE 1.2.1 1 1.2.1.100", "IMAGE 1.2.1 100 1.2.1.0"};
        QTest::newRow("two series") << int(Split::Lists) << "" << QList<int>{103, 2} << 1
                                    << QStringList{"IMAGE 1.2.1 100 1.2.1.1", "IMAGE 1.2.1 2 1.2.1.101",
                                                   "IMAGE 1.2.2 1 1.2.2.1"};
    }
    void NET_06_whatIsAskedFor()
    {
        QFETCH(int, split);
        QFETCH(QString, series);
        QFETCH(QList<int>, instances);
        QFETCH(int, present);
        QFETCH(QStringList, asked);
        RetrieveRequest request{{"1.2"}, {series}, {}, {}};
        Inventory inventory;
        for (int of = 1; of <= instances.size(); ++of)
            for (int i = 0; i < instances[of - 1]; ++i) {
                const QString uid = QStringLiteral("1.2.%1.%2").arg(of).arg(i);
                inventory.instances[QStringLiteral("1.2.%1").arg(of)] << uid;
                if (i < present)
                    request.present.insert(uid);
            }
        QStringList got;
        for (const dicom::Dataset& identifier : identifiers(request, inventory, Split(split))) {
            const QStringList uids = identifier.texts(tag::SOPInstanceUID);
            QCOMPARE(identifier.text(tag::StudyInstanceUID), "1.2");
            QVERIFY(!identifier.contains(tag::SpecificCharacterSet));
            got << QStringLiteral("%1 %2 %3 %4")
                       .arg(identifier.text(tag::QueryRetrieveLevel), identifier.text(tag::SeriesInstanceUID))
                       .arg(uids.size())
                       .arg(uids.value(0));
        }
        got.sort();
        QCOMPARE(got, asked);
    }

    void NET_07_howManyThereAre_data()
    {
        QTest::addColumn<int>("count");  // -1: the peer does not say
        QTest::addColumn<int>("listed"); // -1: it was not asked
        QTest::addColumn<int>("size");
        QTest::addColumn<bool>("isWholeListed");
        QTest::newRow("nothing is known") << -1 << -1 << 0 << false;
        QTest::newRow("a count") << 5 << -1 << 5 << false;
        QTest::newRow("a list") << -1 << 4 << 4 << true;
        QTest::newRow("an empty list") << -1 << 0 << 0 << false;
        QTest::newRow("both alike") << 4 << 4 << 4 << true;
        QTest::newRow("a list cut short") << 5 << 4 << 5 << false;
        QTest::newRow("a count too small") << 3 << 4 << 4 << true;
    }
    void NET_07_howManyThereAre()
    {
        QFETCH(int, count);
        QFETCH(int, listed);
        Inventory inventory;
        if (count >= 0)
            inventory.count = count;
        inventory.hasInstances = listed >= 0;
        for (int i = 0; i < listed; ++i)
            inventory.instances[i % 2 ? "1.2.1" : "1.2.2"] << QString::number(i);
        QTEST(int(inventory.size()), "size");
        QTEST(inventory.isWholeListed(), "isWholeListed");
    }

    /// What came, however it came, against what the peer has. Steps: "take 1", "again 1", "refuse 1", "other 1"
    /// (patient), "fail 1", "fail" (unnamed), "expect 5", "here 1" (before), "arrive 1", "end", "stop".
    void NET_07_theAccountOfARetrieve_data()
    {
        QTest::addColumn<QString>("steps");
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("listed"); // 1.2.1 to 1.2.N; -1: the peer cannot
        QTest::addColumn<QString>("account");
        QTest::addColumn<QString>("last"); // progress
        const QString counted = "; :the peer counts %1 instances more than it sent",
                      missing = ":the peer has it and did not send it";
        QTest::newRow("all") << "take 1,take 2" << 2 << -1 << "2 of 2, 0 before; complete"
                             << "2 of 2";
        QTest::newRow("one twice") << "take 1,take 1,take 2,expect 3" << 2 << -1 << "2 of 2, 0 before; complete"
                                   << "2 of 2";
        QTest::newRow("one too few by the count")
            << "take 1" << 2 << -1 << "1 of 2, 0 before" + counted.arg(1) << "1 of 2";
        QTest::newRow("one too few by the list")
            << "take 1" << 2 << 2 << "1 of 2, 0 before; 1.2.2" + missing << "1 of 2";
        QTest::newRow("more listed than counted")
            << "take 1,take 2" << 2 << 3 << "2 of 3, 0 before; 1.2.3" + missing << "2 of 2";
        QTest::newRow("more spoken of than counted")
            << "expect 3,take 1,take 2" << 2 << -1 << "2 of 3, 0 before" + counted.arg(1) << "2 of 2";
        QTest::newRow("fewer spoken of") << "expect 4,expect 1,take 1" << 1 << -1 << "1 of 4, 0 before" + counted.arg(3)
                                         << "1 of 1";
        QTest::newRow("nothing is known, nothing came") << "" << -1 << -1 << "0 of 0, 0 before; complete"
                                                        << "";
        QTest::newRow("nothing is known, one came") << "take 1" << -1 << -1 << "1 of 0, 0 before; complete"
                                                    << "1 of 1";
        QTest::newRow("refused by us") << "take 1,refuse 2" << 2 << -1
                                       << "1 of 2, 0 before; 1.2.2:The disk is full: no room"
                                       << "1 of 2";
        QTest::newRow("refused, then taken") << "refuse 1,take 1" << 1 << -1 << "1 of 1, 0 before; complete"
                                             << "1 of 1";
        QTest::newRow("refused twice is named once")
            << "refuse 1,refuse 1" << 1 << -1 << "0 of 1, 0 before; 1.2.1:The disk is full: no room"
            << "";
        QTest::newRow("of another patient")
            << "other 1" << 1 << -1
            << "0 of 1, 0 before; 1.2.1:Contradiction: it belongs to another patient than was asked for"
            << "";
        QTest::newRow("failed by the peer") << "take 1,fail 2" << 2 << 2 << "1 of 2, 0 before; 1.2.2:why"
                                            << "1 of 2";
        QTest::newRow("failed unnamed, then named by the list")
            << "take 1,fail" << 2 << 2 << "1 of 2, 0 before; 1.2.2" + missing << "1 of 2";
        QTest::newRow("failed unnamed, and all came after all")
            << "take 1,take 2,fail" << 2 << 2 << "2 of 2, 0 before; complete"
            << "2 of 2";
        QTest::newRow("failed unnamed twice") << "take 1,fail,fail" << 3 << -1 << "1 of 3, 0 before; :why, :why"
                                              << "1 of 3";
        QTest::newRow("failed unnamed, and the list names one of two")
            << "take 1,fail" << 3 << 2 << "1 of 3, 0 before; 1.2.2" + missing << "1 of 3";
        QTest::newRow("stopped: what did not come was not held back")
            << "take 1,stop" << 2 << 2 << "1 of 2, 0 before"
            << "1 of 2";
        QTest::newRow("failed unnamed, and nobody can name it") << "take 1,fail" << 2 << 1 << "1 of 2, 0 before; :why"
                                                                << "1 of 2";
        QTest::newRow("here before") << "here 1,take 2" << 2 << 2 << "1 of 2, 1 before; complete"
                                     << "1 of 1";
        QTest::newRow("here before and sent again") << "here 1,take 1,take 2" << 2 << 2 << "1 of 2, 1 before; complete"
                                                    << "1 of 1";
        QTest::newRow("here before, one missing")
            << "here 1,take 2" << 3 << 3 << "1 of 3, 1 before; 1.2.3" + missing << "1 of 2";
        QTest::newRow("arrived elsewhere") << "arrive 1,arrive 2" << 2 << -1 << "2 of 2, 0 before; complete"
                                           << "2 of 2";
        QTest::newRow("ended") << "take 1,end" << 2 << 1 << "1 of 2, 0 before; ended: broke"
                               << "1 of 2";
        QTest::newRow("ended, with a list")
            << "take 1,end" << 2 << 2 << "1 of 2, 0 before; 1.2.2" + missing + "; ended: broke"
            << "1 of 2";
    }
    void NET_07_theAccountOfARetrieve()
    {
        QFETCH(QString, steps);
        QFETCH(int, count);
        QFETCH(int, listed);
        Inventory inventory;
        if (count >= 0)
            inventory.count = count;
        inventory.hasInstances = true; // what can be asked was: no peer is needed here
        for (int i = 1; i <= listed; ++i)
            inventory.instances["1.2.9"] << QStringLiteral("1.2.%1").arg(i);
        RetrieveRequest request{{"1.2"}, {}, {}, "P1"};
        const QStringList all = steps.split(u',', Qt::SkipEmptyParts);
        for (const QString& step : all)
            if (step.startsWith("here"))
                request.present.insert("1.2." + step.section(u' ', 1));
        RetrieveResult result;
        result.expected = std::max(count, 0);
        result.present = request.present.size();
        QString last;
        Task task(
            [&](qint64 done, qint64 total, const QString&) { last = QStringLiteral("%1 of %2").arg(done).arg(total); });
        bool isFull = false;
        const Sink sink = [&](Received&&) {
            return isFull ? Result<void>(fail(Fault::DiskFull, "no room")) : Result<void>();
        };
        Intake intake(request, sink, Intake::Calls::OneAtATime, task, result);
        for (const QString& step : all) {
            const QString word = step.section(u' ', 0, 0), number = step.section(u' ', 1), uid = "1.2." + number;
            isFull = word == "refuse";
            if (word == "take" || word == "refuse" || word == "other") {
                Received received;
                received.sopInstanceUid = uid;
                received.part10 = part10("1.2", uid.toLatin1(), word == "other" ? "P2" : "P1");
                QCOMPARE(intake.take(std::move(received), 0).has_value(), word == "take");
            } else if (word == "fail") {
                intake.failed(number.isEmpty() ? QString() : uid, "why");
            } else if (word == "expect") {
                intake.expect(number.toInt());
            } else if (word == "arrive") {
                intake.arrived({uid});
            } else if (word == "stop") {
                task.cancel();
            } else if (word == "end") {
                intake.ended({Fault::Unreachable, "broke"});
                intake.ended({Fault::Unreachable, "and again"});
            }
        }
        settle(result, inventory, request, intake, {}, m_local, task);
        QTEST(lineOf(result), "account");
        QTEST(last, "last");
    }

    /// A sink is called one at a time where that was promised, and by as many as come where not.
    void NET_06_howManyAreInTheSinkAtOnce_data()
    {
        QTest::addColumn<bool>("isAlone");
        QTest::newRow("one at a time") << true;
        QTest::newRow("at once") << false;
    }
    void NET_06_howManyAreInTheSinkAtOnce()
    {
        QFETCH(bool, isAlone);
        std::mutex mutex;
        std::condition_variable changed;
        int inside = 0, most = 0;
        const Sink sink = [&](Received&&) -> Result<void> {
            std::unique_lock lock(mutex);
            most = std::max(most, ++inside);
            changed.notify_all();
            // Time for the other to come in; where it may, it does.
            changed.wait_for(lock, std::chrono::milliseconds(isAlone ? 100 : 10000), [&] { return most == 2; });
            --inside;
            return {};
        };
        const RetrieveRequest request{{"1.2"}, {}, {}, "P1"};
        RetrieveResult result;
        Task task;
        Intake intake(request, sink, isAlone ? Intake::Calls::OneAtATime : Intake::Calls::AtOnce, task, result);
        std::vector<std::thread> threads;
        for (const char* uid : {"1.2.1", "1.2.2"})
            threads.emplace_back([&, uid] {
                Received received;
                received.sopInstanceUid = uid;
                received.part10 = part10("1.2", uid, "P1");
                (void)intake.take(std::move(received), 0);
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(most, isAlone ? 1 : 2);
        QCOMPARE(result.received, 2);
    }

    /// What the last response counts is what there is, where nobody said so before; each of its four numbers counts (PS3.7 §9.1.3).
    void NET_07_whatTheLastResponseCounts_data()
    {
        QTest::addColumn<QList<int>>("counts"); // remaining, completed, failed, warning
        QTest::addColumn<bool>("isPending");    // they came with a response before the last
        QTest::addColumn<int>("expected");
        for (const bool isPending : {false, true}) {
            QTest::addRow("completed%s", isPending ? ", before" : "") << QList<int>{0, 3, 0, 0} << isPending << 3;
            QTest::addRow("failed%s", isPending ? ", before" : "") << QList<int>{0, 1, 4, 0} << isPending << 5;
            QTest::addRow("with a warning%s", isPending ? ", before" : "") << QList<int>{0, 1, 0, 5} << isPending << 6;
            QTest::addRow("remaining%s", isPending ? ", before" : "") << QList<int>{6, 1, 0, 0} << isPending << 7;
        }
    }
    void NET_07_whatTheLastResponseCounts()
    {
        QFETCH(QList<int>, counts);
        QFETCH(bool, isPending);
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            if (asked.field == 0x0020) { // it has the study, and does not say how much of it
                if (asked.dataset.contains("STUDY"))
                    conversation.respond(asked, 0xff00, element(8, 0x62, test::uid("1.2.840.10008.5.1.4.1.1.7")) + element(0x20, 0x0d, test::uid("1.2.3")));
                return conversation.respond(asked, 0);
            }
            QByteArray numbers;
            for (int i = 0; i < 4; ++i)
                numbers += element(0, quint16(0x1020 + i), little(quint64(counts[i]), 2));
            if (isPending)
                conversation.respond(asked, 0xff00, {}, numbers);
            conversation.respond(asked, 0, {}, isPending ? QByteArray() : numbers);
        });
        Task task;
        const auto got = dimse::get(
            {"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {{"1.2.3"}, {}, {}, {}}, [](Received&&) { return Result<void>(); }, m_local, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QTEST(int(got->expected), "expected");
        QCOMPARE(got->received, 0);
        QVERIFY(!got->isComplete());
        QCOMPARE(got->failed.size(), size_t(1));
        QVERIFY2(!got->ended, got->ended ? qPrintable(got->ended->detail) : "");
        QCOMPARE(got->failed[0].reason, counts[2] > 0 && !isPending ? QStringLiteral("the peer could not send 4 instances")
                                                                    : QStringLiteral("the peer counts %1 instances more than it sent").arg(got->expected));
    }

    /// A peer that offers no C-GET is known by that, also where it has no such study: C-MOVE may do.
    void NET_01_aPeerWithoutGetIsKnownByThat_data()
    {
        QTest::addColumn<bool>("hasStudy");
        QTest::newRow("NET-01 of a study it has") << true;
        QTest::newRow("NET-01 of a study it does not have") << false;
    }
    void NET_01_aPeerWithoutGetIsKnownByThat()
    {
        QFETCH(bool, hasStudy);
        bool isAsked = false;
        ScriptedScp peer(
            [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
                isAsked |= asked.field == 0x0010;
                if (hasStudy && asked.dataset.contains("STUDY"))
                    conversation.respond(asked, 0xff00, element(8, 0x62, test::uid("1.2.840.10008.5.1.4.1.1.7")) + element(0x20, 0x0d, test::uid("1.2.3")));
                conversation.respond(asked, 0);
            },
            {.refused = {"1.2.840.10008.5.1.4.1.2.2.3"}});
        Task task;
        const auto got = dimse::get(
            {"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {{"1.2.3"}, {}, {}, {}}, [](Received&&) { return Result<void>(); }, m_local, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->ended && isNotOffered(*got->ended));
        QVERIFY2(got->ended->detail.startsWith("the peer does not offer C-GET; C-MOVE may work"), qPrintable(got->ended->detail));
        QVERIFY(!isAsked);
    }

    /// PS3.4 table B.2-1. What is refused compressed goes once more uncompressed where that may help.
    void SAF_05_eachStatusOfAStore_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("isConfirmed");
        QTest::addColumn<bool>("goesAgain");
        const auto row = [](int status, bool isConfirmed, bool goesAgain) {
            QTest::newRow(qPrintable(QString::number(status, 16))) << status << isConfirmed << goesAgain;
        };
        row(0x0000, true, false);
        row(0xB000, true, false);
        row(0xB006, true, false);
        row(0xB007, true, false);
        row(0xBFFF, true, false);
        row(0x0122, false, false);
        row(0x0124, false, false);
        row(0xA6FF, false, false);
        row(0xA700, false, true);
        row(0xA7FF, false, true);
        row(0xA800, false, false);
        row(0xA8FF, false, false);
        row(0xA900, false, true);
        row(0xA9FF, false, true);
        row(0xAA00, false, false);
        row(0xC000, false, true);
        row(0xCFFF, false, true);
        row(0xD000, false, false);
    }
    void SAF_05_eachStatusOfAStore()
    {
        QFETCH(int, status);
        QFETCH(bool, isConfirmed);
        QFETCH(bool, goesAgain);
        QTemporaryDir folder;
        const QString plain = folder.filePath("plain"), packed = folder.filePath("packed");
        SUCCEEDS(test::python(
            "import pydicom,sys\nfrom pydicom.dataset import FileDataset,FileMetaDataset\n"
            "m=FileMetaDataset(); m.MediaStorageSOPClassUID='1.2.840.10008.5.1.4.1.1.7'; "
            "m.MediaStorageSOPInstanceUID='1.2.3.4'; m.TransferSyntaxUID='1.2.840.10008.1.2.1'\n"
            "d=FileDataset(sys.argv[1],{},file_meta=m,preamble=bytes(128)); d.is_little_endian=True; "
            "d.is_implicit_VR=False\n"
            "d.SOPClassUID=m.MediaStorageSOPClassUID; d.SOPInstanceUID='1.2.3.4'; d.StudyInstanceUID='1.2.3'; "
            "d.SeriesInstanceUID='1.2.3.1'\n"
            "d.Rows=d.Columns=16; d.BitsAllocated=d.BitsStored=8; d.HighBit=7; d.PixelRepresentation=0; "
            "d.SamplesPerPixel=1; d.PhotometricInterpretation='MONOCHROME2'; d.PixelData=bytes(range(256))\n"
            "d.save_as(sys.argv[1])\n",
            {plain}));
        SUCCEEDS(test::run("dcmcrle", {plain, packed}));
        QStringList got;
        ScriptedScp peer(
            [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
                got << (asked.context == 1 ? "packed" : "plain"); // its own syntax is offered first
                conversation.respond(asked, got.size() == 1 ? quint16(status) : quint16(0));
            },
            {.syntaxes = {"1.2.840.10008.1.2.5", "1.2.840.10008.1.2"}});
        Task task;
        QStringList confirmed;
        const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {packed},
                                       m_local, task, {}, [&](const QString& path) { confirmed << path; });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(got, goesAgain ? (QStringList{"packed", "plain"}) : QStringList{"packed"});
        const bool isGood = isConfirmed || goesAgain;
        QCOMPARE(sent->sent, 1);
        QCOMPARE(sent->confirmed, isGood ? 1 : 0);
        QCOMPARE(confirmed, isGood ? QStringList{packed} : QStringList());
        QVERIFY(!sent->ended);
        QStringList failed;
        for (const SendFailure& failure : sent->failed)
            failed << failure.path + u' ' + failure.sopInstanceUid + u' ' + failure.reason;
        QCOMPARE(failed, isGood ? QStringList() : QStringList{packed + " 1.2.3.4 " + statusText(quint16(status))});
    }

    /// PS3.3 C.7.6.1.1.5: what was compressed with a loss says so when it goes uncompressed.
    void SAF_05_aLossIsSaidWhenItGoesUncompressed()
    {
        QTemporaryDir folder;
        const QString plain = folder.filePath("plain"), lossy = folder.filePath("lossy");
        dicom::Dataset image;
        for (const auto& [name, value] : {std::pair{tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7"},
                                          {tag::SOPInstanceUID, "1.2.3.4"},
                                          {tag::StudyInstanceUID, "1.2.3"},
                                          {tag::SeriesInstanceUID, "1.2.3.1"},
                                          {tag::PhotometricInterpretation, "MONOCHROME2"}})
            QVERIFY(image.setText(name, value));
        for (const auto& [name, value] : {std::pair{tag::Rows, 16},
                                          {tag::Columns, 16},
                                          {tag::BitsAllocated, 8},
                                          {tag::BitsStored, 8},
                                          {tag::HighBit, 7},
                                          {tag::PixelRepresentation, 0},
                                          {tag::SamplesPerPixel, 1}})
            image.setNumber(name, value);
        image.setBytes(tag::PixelData, QByteArray(256, 'x'));
        QVERIFY(image.write(plain, "1.2.840.10008.1.2.1"));
        // As by a compressor that says nothing of it.
        SUCCEEDS(test::run("dcmcjpeg", {"+eb", plain, lossy}));
        SUCCEEDS(test::run("dcmodify", {"-nb", "-ea", "(0028,2110)", "-ea", "(0028,2112)", "-ea", "(0028,2114)", lossy}));
        QByteArray got;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            got = asked.dataset;
            conversation.respond(asked, 0);
        });
        Task task;
        const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {lossy}, m_local, task);
        QVERIFY2(sent && sent->isComplete(), sent && !sent->failed.empty() ? qPrintable(sent->failed[0].reason) : "");
        QVERIFY(got.contains(element(0x28, 0x2110, "01")));
        QVERIFY(got.contains(element(0x28, 0x2114, test::text("ISO_10918_1"))));
    }

    /// PS3.5 §A.5: a file whose dataset is deflated goes so to who takes it, and as it reads to all others.
    /// What a header says of compressed frames is held against the bytes that are there; a blank picture is small, and whole (PS3.5 G.3.2: two bytes for 128).
    void FIL_04_compressedFramesThatAreThereAndNot()
    {
        QTemporaryDir folder;
        SUCCEEDS(test::writeFiles(folder.path(), R"PY(
from pydicom.encaps import encapsulate
def make(name, fragments, **how):
    ds = image(rows=1, columns=2, bits=8)
    for keyword, value in how.items(): setattr(ds, keyword, value)
    ds.PixelData = encapsulate(fragments); ds['PixelData'].is_undefined_length = True
    save(ds, name, RLELossless)
blank = struct.pack('<16I', 1, 64, *[0] * 14) + b'\x81\x00' * (2048 * 4096 // 128)
make('blank', [blank] * 8, Rows=2048, Columns=4096, NumberOfFrames=8)
make('missing', [blank] * 7, Rows=2048, Columns=4096, NumberOfFrames=8)
make('short', [blank[:66]] * 8, Rows=2048, Columns=4096, NumberOfFrames=8)
make('large', [blank] * 2, Rows=65535, Columns=65535, NumberOfFrames=2)
)PY"));
        qint64 got = 0;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            got = asked.dataset.size();
            conversation.respond(asked, 0);
        });
        for (const auto& [name, reason] : {std::pair("blank", ""), {"missing", "the compressed data of frame 8 of 8 are missing"},
                                           {"short", "the compressed data are far too short for 8 frames"},
                                           {"large", "the peer does not accept RLE Lossless, and it cannot be decompressed here"}}) {
            Task task;
            const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {folder.filePath(name)}, m_local, task);
            QVERIFY2(sent, name);
            QCOMPARE(sent->failed.empty() ? QString() : sent->failed[0].reason, reason);
            QCOMPARE(sent->confirmed, *reason ? 0 : 1);
        }
        QVERIFY(got > 64 << 20);
    }

    void SAF_05_aDeflatedFile_data()
    {
        QTest::addColumn<QByteArray>("syntax");
        QTest::newRow("deflated") << QByteArray("1.2.840.10008.1.2.1.99");
        QTest::newRow("explicit little endian") << QByteArray("1.2.840.10008.1.2.1");
    }
    void SAF_05_aDeflatedFile()
    {
        QFETCH(QByteArray, syntax);
        QTemporaryDir folder;
        const QString path = folder.filePath("deflated");
        SUCCEEDS(test::run("dcmconv", {"+td", test::makeFile(folder.filePath("plain"), "1.2.3", "P", "1.2.3.4"), path}));
        QByteArray got, sopClass;
        ScriptedScp peer(
            [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
                got = asked.dataset;
                sopClass = asked.sopClass;
                conversation.respond(asked, 0);
            },
            {.syntaxes = {syntax}});
        Task task;
        const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {path}, m_local, task);
        QVERIFY2(sent && sent->isComplete(), sent && !sent->failed.empty() ? qPrintable(sent->failed[0].reason) : "");
        QCOMPARE(sopClass, "1.2.840.10008.5.1.4.1.1.7");
        // Behind a header that names the syntax it was sent in, dcmdump reads it.
        const QByteArray meta = tags("02001000") + "UI" + little(quint64(test::uid(syntax).size()), 2) + test::uid(syntax);
        QFile file(folder.filePath("got"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(128, '\0') + "DICM" + tags("02000000") + "UL" + little(4, 2) + little(quint64(meta.size()), 4) + meta + got);
        file.close();
        const auto read = test::run("dcmdump", {"-q", "+P", "SOPInstanceUID", "+P", "PatientName", file.fileName()});
        QVERIFY2(read.out.contains("[1.2.3.4]") && read.out.contains("[Made^Up]"), (read.out + read.err).constData());
    }

    /// Each of five, whatever becomes of it; progress counts what is settled.
    void SAF_05_theAccountOfASending_data()
    {
        QTest::addColumn<QString>("what"); // happens at the third
        QTest::addColumn<QStringList>("failed");
        QTest::addColumn<int>("sent");
        QTest::addColumn<int>("confirmed");
        QTest::addColumn<int>("ended");
        QTest::addColumn<QStringList>("progress");
        const QStringList all{"1/5", "2/5", "3/5", "4/5", "5/5", "5/5"};
        const QString over = "not sent: the association was over", broke = "NAMEthe connection broke",
                      abort = "NAMEthe peer aborted the association",
                      wrong = "the peer broke the protocol: an answer to something else came";
        QTest::newRow("nothing") << "" << QStringList{} << 5 << 5 << -1 << all;
        QTest::newRow("a refusal") << "refuse" << QStringList{"3 the peer does not permit it (0x0124)"} << 5 << 4 << -1
                                   << all;
        QTest::newRow("it breaks") << "close" << QStringList{"3 " + broke, "4 " + over, "5 " + over} << 2 << 2
                                   << int(Fault::Unreachable) << QStringList{"1/5", "2/5", "3/5", "5/5"};
        QTest::newRow("another answer") << "other" << QStringList{"3 " + wrong, "4 " + over, "5 " + over} << 2 << 2
                                        << int(Fault::Damaged) << QStringList{"1/5", "2/5", "3/5", "5/5"};
        QTest::newRow("it is stopped") << "stop" << QStringList{"4 stopped", "5 " + over} << 3 << 3
                                       << int(Fault::Cancelled) << QStringList{"1/5", "2/5", "3/5", "4/5", "5/5"};
        QTest::newRow("a file goes missing") << "missing" << QStringList{"4 No such file or directory"} << 4 << 4 << -1 << all; // the others go
    }
    void SAF_05_theAccountOfASending()
    {
        QFETCH(QString, what);
        QFETCH(QStringList, failed);
        QTemporaryDir folder;
        QStringList files;
        for (int i = 1; i <= 5; ++i)
            files << test::makeFile(folder.filePath(QString::number(i)), "1.2.3", "P",
                                    QStringLiteral("1.2.3.4.%1").arg(i));
        QStringList progress;
        Task task([&](qint64 done, qint64 total, const QString&) {
            progress << QStringLiteral("%1/%2").arg(done).arg(total);
        });
        int asked = 0;
        ScriptedScp peer(
            [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
                if (++asked == 3 && what == "close")
                    return conversation.close();
                if (asked == 3 && what == "missing")
                    QFile::remove(files[3]);
                ScriptedScp::Message to = message;
                if (asked == 3 && what == "other")
                    to.field = 0x0020;
                conversation.respond(to, asked == 3 && what == "refuse" ? 0x0124 : 0);
            },
            {.syntaxes = {"1.2.840.10008.1.2.1"}});
        const Node node{"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}};
        const auto sent = dimse::store(node, files, m_local, task, {}, [&](const QString& path) {
            if (what == "stop" && path == files[2])
                task.cancel();
        });
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QStringList lines;
        for (const SendFailure& failure : sent->failed) {
            QCOMPARE(failure.sopInstanceUid, "1.2.3.4." + QFileInfo(failure.path).fileName());
            lines << QFileInfo(failure.path).fileName() + u' ' + failure.reason;
        }
        QCOMPARE(lines, failed.replaceInStrings("NAME", peerName(node) + ": "));
        QTEST(int(sent->sent), "sent");
        QTEST(int(sent->confirmed), "confirmed");
        QTEST(sent->ended ? int(sent->ended->fault) : -1, "ended");
        QTEST(progress, "progress");
        QCOMPARE(sent->isComplete(), what.isEmpty());
    }

    /// What is no file to send is said of it alone; without any there is nothing to do.
    void SAF_05_whatCannotBeSentIsSaid()
    {
        QTemporaryDir folder;
        Task task;
        const Node nobody{"s", "SCRIPTED", "127.0.0.1", test::freePort(), false, {}, {}, {}};
        QCOMPARE(message(dimse::store(nobody, {}, m_local, task).error()), "Not valid: there is nothing to send");
        const QString good = test::makeFile(folder.filePath("good"), "1.2.3", "P", "1.2.3.4");
        QCOMPARE(dimse::store(nobody, {good}, m_local, task).error().fault, Fault::Unreachable);
        const QString nameless = test::makeFile(folder.filePath("nameless"), "1.2.3", "P", "1.2.x");
        QFile whole(good), cut(folder.filePath("cut"));
        QVERIFY(whole.open(QIODevice::ReadOnly) && cut.open(QIODevice::WriteOnly));
        cut.write(whole.readAll().chopped(1));
        cut.close();
        const auto sent = dimse::store(nobody, {nameless, cut.fileName(), folder.filePath("none")}, m_local, task);
        QVERIFY(sent);
        QStringList lines;
        for (const SendFailure& failure : sent->failed)
            lines << QFileInfo(failure.path).fileName() + u' ' + failure.reason.section(u':', 0, 0);
        QCOMPARE(lines, (QStringList{"nameless Damaged", "cut Damaged", "none Not found"}));
        QCOMPARE(sent->failed.front().reason, "Damaged: it has no SOP class or instance UID");
        QVERIFY(sent->sent == 0 && sent->confirmed == 0 && !sent->ended);
    }

    /// 64 kinds of object make 128 presentation contexts; the next goes over another association.
    void SAF_05_manyKindsGoOverSeveralAssociations()
    {
        QTemporaryDir folder;
        QStringList files;
        for (int i = 0; i < 65; ++i) {
            dicom::Dataset dataset;
            (void)dataset.setText(tag::SOPClassUID, QStringLiteral("1.2.900.%1").arg(i));
            (void)dataset.setText(tag::SOPInstanceUID, QStringLiteral("1.2.901.%1").arg(i));
            files << folder.filePath(QString::number(i));
            QVERIFY(dataset.write(files.back(), "1.2.840.10008.1.2.1"));
        }
        QList<int> numbers;
        ScriptedScp peer(
            [&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
                numbers << conversation.number();
                conversation.respond(asked, 0);
            },
            {.syntaxes = {"1.2.840.10008.1.2.1"}});
        Task task;
        const auto sent =
            dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, files, m_local, task);
        QVERIFY(sent && sent->isComplete());
        QCOMPARE(sent->confirmed, 65);
        QCOMPARE(numbers, QList<int>(64, 0) + QList<int>{1});
    }
};

QTEST_GUILESS_MAIN(TestDimseAccount)
#include "tst_dimse_account.moc"
