#include "netclient/dicom/uid.h"
#include "netclient/dimse/association.h"
#include "netclient/dimse/commitment.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/wire.h"
#include <QElapsedTimer>

using namespace diascope;
using namespace diascope::dimse;

using test::big;
using test::element;
using test::little;
using test::Wire;
using test::WirePeer;

namespace {

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1", implicitSyntax = "1.2.840.10008.1.2";
const QByteArray verification = "1.2.840.10008.1.1", studyFind = "1.2.840.10008.5.1.4.1.2.2.1",
                 studyGet = "1.2.840.10008.5.1.4.1.2.2.3", studyMove = "1.2.840.10008.5.1.4.1.2.2.2",
                 ct = "1.2.840.10008.5.1.4.1.1.2";
const QByteArray releaseAnswer = test::pdu(0x06, big(0, 4));

/// An A-ASSOCIATE-RQ (PS3.8 §9.3.2), a line for each thing it says, without the maker's name and version.
QStringList linesOf(const QByteArray& request)
{
    QStringList lines{QStringLiteral("type %1, version %2, '%3' by '%4'")
                          .arg(int(test::byteAt(request, 0)))
                          .arg(test::byteAt(request, 6) << 8 | test::byteAt(request, 7))
                          .arg(QLatin1String(request.mid(10, 16)), QLatin1String(request.mid(26, 16)))};
    for (const auto& [type, value] : test::itemsOf(request.mid(74))) {
        if (type == 0x10)
            lines << QStringLiteral("application %1").arg(QLatin1String(value));
        if (type == 0x20) {
            QStringList names;
            for (const auto& [kind, uid] : test::itemsOf(value.mid(4)))
                names << QLatin1String(uid);
            lines << QStringLiteral("context %1 ").arg(int(test::byteAt(value, 0))) + names.join(u' ');
        }
        if (type != 0x50)
            continue;
        for (const auto& [kind, bytes] : test::itemsOf(value)) {
            const auto uidLength = test::byteAt(bytes, 0) << 8 | test::byteAt(bytes, 1);
            if (kind == 0x51)
                lines << QStringLiteral("maximum %1").arg(bytes.toHex().toUInt(nullptr, 16));
            else if (kind == 0x54 || kind == 0x56)
                lines << QStringLiteral("%1 %2 %3")
                             .arg(kind == 0x54 ? "role" : "extended", QLatin1String(bytes.mid(2, uidLength)),
                                  QLatin1String(bytes.mid(2 + uidLength).toHex()));
            else if (kind != 0x52 && kind != 0x55)
                lines << QStringLiteral("item %1").arg(kind, 0, 16);
        }
    }
    return lines;
}

/// A response without a dataset to the command in this PDU.
QByteArray response(const QByteArray& commandPdu, quint16 field, quint16 status, const QByteArray& more = {})
{
    return test::pdv(test::byteAt(commandPdu, 10), 3,
                     test::commandSet(element(0, 0x0002, test::uid(verification)) +
                                      element(0, 0x0100, little(field, 2)) + element(0, 0x0120, little(1, 2)) +
                                      element(0, 0x0800, little(0x0101, 2)) + element(0, 0x0900, little(status, 2)) +
                                      more));
}

/// "TimedOut the sentence", or "done".
template <typename Result>
QString said(const Result& result)
{
    return result ? QStringLiteral("done") : QString::number(int(result.error().fault)) + u' ' + result.error().detail;
}
QString said(Fault fault, const QString& sentence)
{
    return QString::number(int(fault)) + u' ' + sentence;
}

} // namespace

/// What we say as the one who asks, and what we make of every answer, byte by byte.
class TestDimseWire : public QObject
{
    Q_OBJECT

    Local m_local;

    Node node(quint16 port) const { return {"n", "PEER", "127.0.0.1", port, false, {}, {}, {}}; }
    QString name(const WirePeer& peer) const { return QStringLiteral("127.0.0.1:%1 (PEER): ").arg(peer.port()); }

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 3;
        m_local.dimseSeconds = 3;
    }

    void NET_01_whatEachServiceAsksFor_data()
    {
        QTest::addColumn<QString>("service");
        QTest::addColumn<QStringList>("lines");
        const auto context = [](const char* of) {
            return QStringLiteral("context 1 %1 1.2.840.10008.1.2.1 1.2.840.10008.1.2").arg(of);
        };
        QTest::newRow("C-ECHO") << "echo" << QStringList{context("1.2.840.10008.1.1"), "maximum 131072"};
        QTest::newRow("C-FIND of studies")
            << "studies" << QStringList{context("1.2.840.10008.5.1.4.1.2.2.1"), "maximum 131072"};
        QTest::newRow("C-FIND of series of all studies")
            << "series"
            << QStringList{context("1.2.840.10008.5.1.4.1.2.2.1"), "maximum 131072",
                           "extended 1.2.840.10008.5.1.4.1.2.2.1 01"};
        QTest::newRow("C-FIND of patients")
            << "patients" << QStringList{context("1.2.840.10008.5.1.4.1.2.1.1"), "maximum 131072"};
        QTest::newRow("worklist") << "worklist" << QStringList{context("1.2.840.10008.5.1.4.31"), "maximum 131072"};
        QTest::newRow("C-MOVE") << "move" << QStringList{context("1.2.840.10008.5.1.4.1.2.2.2"), "maximum 131072"};
        QTest::newRow("storage commitment")
            << "commitment" << QStringList{context("1.2.840.10008.1.20.1"), "maximum 131072"};
        QTest::newRow("C-STORE of two classes")
            << "store"
            << QStringList{"context 1 1.2.840.10008.5.1.4.1.1.7 1.2.840.10008.1.2.1",
                           "context 3 1.2.840.10008.5.1.4.1.1.7 1.2.840.10008.1.2.1 1.2.840.10008.1.2",
                           "context 5 1.2.840.10008.5.1.4.1.1.4 1.2.840.10008.1.2.1",
                           "context 7 1.2.840.10008.5.1.4.1.1.4 1.2.840.10008.1.2.1 1.2.840.10008.1.2",
                           "maximum 131072"};
    }
    void NET_01_whatEachServiceAsksFor()
    {
        QFETCH(QString, service);
        QFETCH(QStringList, lines);
        std::mutex mutex;
        QStringList last;
        WirePeer peer([&](Wire& wire, int number) {
            const QByteArray request = wire.pdu();
            {
                const std::lock_guard lock(mutex);
                last = linesOf(request);
            }
            if (service == "move" && number == 0) { // it answers no C-FIND
                wire.write(test::pdu(0x03, big(0x00010101, 4)));
                (void)wire.pdu();
            }
        });
        Node to = node(peer.port());
        Task task;
        const auto each = [](const dicom::Dataset&) { return true; };
        const RetrieveRequest study{{"1.2.3"}, {}, {}, {}};
        QTemporaryDir folder;
        if (service == "echo")
            (void)echo(to, m_local, task);
        else if (service == "studies")
            (void)find(to, Level::Study, FindKeys{}, each, m_local, task);
        else if (service == "series")
            (void)find(to, Level::Series, FindKeys{}, each, m_local, task);
        else if (service == "patients")
            (void)findPatients(to, {}, each, m_local, task);
        else if (service == "worklist")
            (void)findWorklist(to, {}, each, m_local, task);
        else if (service == "move")
            (void)move(
                to, study, {"DIASCOPE", 0, ListenerOptions::Interface::Loopback},
                [](Received&&) { return Result<void>(); }, m_local, task);
        else if (service == "commitment")
            (void)requestCommitment(to, "1.2.3", {{QString(ct), "1.2.3.4"}}, m_local, task);
        else if (service == "store") {
            dicom::Dataset mr;
            (void)mr.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.4");
            (void)mr.setText(dicom::tag::SOPInstanceUID, "1.2.3.9");
            QVERIFY(mr.write(folder.filePath("mr"), QString(explicitSyntax)));
            (void)store(to,
                        {test::makeFile(folder.filePath("a"), "1.2.3", "P", "1.2.3.7"),
                         test::makeFile(folder.filePath("b"), "1.2.3", "P", "1.2.3.8"), folder.filePath("mr")},
                        m_local, task);
        }
        lines.prepend("application 1.2.840.10008.3.1.1.1");
        lines.prepend("type 1, version 1, 'PEER            ' by 'DIASCOPE        '");
        const std::lock_guard lock(mutex);
        QCOMPARE(last, lines);
    }

    /// The classes that are in the study with each syntax apart, so that they come as they are; then all others,
    /// uncompressed; 128 contexts in all, each with us as the provider (PS3.7 D.3.3.4: SCU 0, SCP 1).
    void NET_01_aGetAsksForWhatThePeerHas()
    {
        const QByteArray rare = "1.2.840.10008.5.1.4.1.1.6.2";
        std::mutex mutex;
        QStringList last;
        WirePeer peer([&](Wire& wire, int number) {
            const QByteArray request = wire.pdu();
            {
                const std::lock_guard lock(mutex);
                last = linesOf(request);
            }
            if (number > 0)
                return;
            wire.write(test::acceptAll(request));
            const QByteArray command = wire.pdu();
            (void)wire.pdu();
            const uchar on = test::byteAt(command, 10);
            wire.write(
                test::pdv(on, 3,
                          test::commandSet(element(0, 2, test::uid(studyFind)) + element(0, 0x100, little(0x8020, 2)) +
                                           element(0, 0x120, little(1, 2)) + element(0, 0x800, little(1, 2)) +
                                           element(0, 0x900, little(0xff00, 2)))));
            const auto explicitUid = [](quint16 group, quint16 name, const QByteArray& value) {
                return little(group, 2) + little(name, 2) + "UI" + little(quint64(value.size()), 2) + value;
            };
            wire.write(test::pdv(on, 2,
                                 explicitUid(8, 0x62, test::uid(ct + "\\\\" + rare + '\\' + ct)) +
                                     explicitUid(0x20, 0x0d, "1.2.3" + QByteArray(1, '\0'))));
            wire.write(response(command, 0x8020, 0));
            (void)wire.pdu();
            wire.write(releaseAnswer);
        });
        Task task;
        (void)get(
            node(peer.port()), {{"1.2.3"}, {}, {}, {}}, [](Received&&) { return Result<void>(); }, m_local, task);
        const std::lock_guard lock(mutex);
        QStringList contexts, roles;
        for (const QString& line : last) {
            if (line.startsWith("context"))
                contexts << line.section(u' ', 2);
            if (line.startsWith("role"))
                roles << line;
        }
        QCOMPARE(contexts.size(), 128);
        QCOMPARE(last.filter(QRegularExpression("^context 255 ")).size(), 1);
        QCOMPARE(contexts[0], QLatin1String(studyGet + ' ' + explicitSyntax + ' ' + implicitSyntax));
        // PS3.5 Annex A, each by itself; then uncompressed.
        const QStringList syntaxes{"1.2.840.10008.1.2.4.90",  "1.2.840.10008.1.2.4.91",
                                   "1.2.840.10008.1.2.4.80",  "1.2.840.10008.1.2.4.81",
                                   "1.2.840.10008.1.2.4.70",  "1.2.840.10008.1.2.4.57",
                                   "1.2.840.10008.1.2.4.50",  "1.2.840.10008.1.2.4.51",
                                   "1.2.840.10008.1.2.5",     "1.2.840.10008.1.2.4.102",
                                   "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202",
                                   "1.2.840.10008.1.2.4.203", "1.2.840.10008.1.2.1.99",
                                   "1.2.840.10008.1.2.2",     "1.2.840.10008.1.2.1 1.2.840.10008.1.2"};
        QStringList expected;
        for (const QByteArray& sopClass : {ct, rare})
            for (const QString& syntax : syntaxes)
                expected << QLatin1String(sopClass) + u' ' + syntax;
        QCOMPARE(contexts.mid(1, 32), expected);
        QSet<QString> others, withRole;
        for (const QString& context : contexts.mid(33)) {
            QVERIFY2(context.endsWith(" 1.2.840.10008.1.2.1 1.2.840.10008.1.2"), qPrintable(context));
            others.insert(context.section(u' ', 0, 0));
        }
        QCOMPARE(others.size(), 128 - 33);
        QVERIFY(!others.contains(QString(ct)) && !others.contains(QString(rare)));
        QVERIFY(others.contains("1.2.840.10008.5.1.4.1.1.4") && others.contains("1.2.840.10008.5.1.4.1.1.128"));
        for (const QString& role : roles) {
            QVERIFY2(role.endsWith(" 0001"), qPrintable(role));
            withRole.insert(role.section(u' ', 1, 1));
        }
        QCOMPARE(withRole, (others + QSet<QString>{QString(ct), QString(rare)}));
    }

    /// PS3.8 §9.3.4.
    void NET_04_eachRejectionIsSaid_data()
    {
        QTest::addColumn<QByteArray>("answer"); // result, source, reason
        QTest::addColumn<QString>("reason");
        QTest::addColumn<bool>("isForNow");
        const QString none = "it gives no reason";
        QTest::newRow("user: no reason") << QByteArray::fromHex("010101") << none << false;
        QTest::newRow("user: application context")
            << QByteArray::fromHex("010102") << "it does not speak this version of the protocol" << false;
        QTest::newRow("user: calling AE") << QByteArray::fromHex("010103")
                                          << "it does not know our AE title (calling AE title not recognised)" << false;
        QTest::newRow("user: called AE") << QByteArray::fromHex("010107")
                                         << "it does not know itself by this AE title (called AE title not recognised)"
                                         << false;
        QTest::newRow("user: called AE, for now")
            << QByteArray::fromHex("020107")
            << "it does not know itself by this AE title (called AE title not recognised)" << true;
        QTest::newRow("ACSE: no reason") << QByteArray::fromHex("010201") << none << false;
        QTest::newRow("ACSE: protocol version")
            << QByteArray::fromHex("010202") << "it does not speak this version of the protocol" << false;
        QTest::newRow("presentation: congestion") << QByteArray::fromHex("020301") << "it has too much to do" << true;
        QTest::newRow("presentation: local limit")
            << QByteArray::fromHex("020302") << "it has too many connections" << true;
        QTest::newRow("presentation: local limit, for ever")
            << QByteArray::fromHex("010302") << "it has too many connections" << false;
    }
    void NET_04_eachRejectionIsSaid()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, reason);
        QFETCH(bool, isForNow);
        WirePeer peer([&](Wire& wire, int) {
            (void)wire.pdu();
            wire.write(test::pdu(0x03, '\0' + answer));
            (void)wire.pdu();
        });
        Task task;
        const auto done = echo(node(peer.port()), m_local, task);
        QCOMPARE(said(done), said(Fault::Refused, name(peer) + "the association was rejected: " + reason +
                                                      (isForNow ? " (for now: try again later)" : "")));
        QCOMPARE(isTransient(done.error()), isForNow);
        QVERIFY(!isNotOffered(done.error()) && !isCutShort(done.error()));
        QCOMPARE(peer.connections(), 1);
    }

    /// Who has no room for now is asked three times more, who says never is not, and nobody asks who was told to stop.
    void NET_04_forNowIsTriedAgain_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<int>("rejections");
        QTest::addColumn<int>("connections");
        QTest::addColumn<bool>("isOpened");
        QTest::newRow("never") << QByteArray::fromHex("010107") << 9 << 1 << false;
        QTest::newRow("the second time") << QByteArray::fromHex("020302") << 1 << 2 << true;
        QTest::newRow("the fourth time") << QByteArray::fromHex("020301") << 3 << 4 << true;
        QTest::newRow("not in the time") << QByteArray::fromHex("020301") << 9 << 4 << false;
    }
    void NET_04_forNowIsTriedAgain()
    {
        QFETCH(QByteArray, answer);
        QFETCH(int, rejections);
        QFETCH(int, connections);
        QFETCH(bool, isOpened);
        WirePeer peer([&](Wire& wire, int number) {
            const QByteArray request = wire.pdu();
            wire.write(number < rejections ? test::pdu(0x03, '\0' + answer) : test::acceptAll(request));
            if (wire.pdu().startsWith('\5'))
                wire.write(releaseAnswer);
        });
        Task task;
        const std::vector<Context> contexts{{QString(verification), {QString(implicitSyntax)}}};
        {
            auto opened = Association::open(node(peer.port()), m_local, contexts, task);
            QCOMPARE(opened.has_value(), isOpened);
            QCOMPARE(peer.connections(), connections);
            if (opened)
                (*opened)->release();
        }
        QCOMPARE(Association::open(node(peer.port()), m_local, contexts, task, Association::Patience::None).has_value(),
                 isOpened);
        QCOMPARE(peer.connections(), connections + 1);
    }
    void NET_04_aStoppedTaskTriesNothingAgain()
    {
        Task task;
        WirePeer peer([&](Wire& wire, int) {
            (void)wire.pdu();
            task.cancel();
            wire.write(test::pdu(0x03, '\0' + QByteArray::fromHex("020301")));
            (void)wire.pdu();
        });
        QVERIFY(
            !Association::open(node(peer.port()), m_local, {{QString(verification), {QString(implicitSyntax)}}}, task));
        QCOMPARE(peer.connections(), 1);
    }

    /// What comes instead of an answer to the request.
    void NET_03_whatComesInsteadOfAnAssociation_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("then");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("sentence");
        const QString hint = "; if it wants encryption, turn TLS on for this node";
        QTest::newRow("closed") << QByteArray() << "close" << int(Fault::Unreachable)
                                << "the peer closed the connection without an answer" + hint;
        QTest::newRow("aborted") << test::pdu(0x07, big(0, 4)) << "close" << int(Fault::Refused)
                                 << "the peer aborted the association" + hint;
        QTest::newRow("silence") << QByteArray() << "wait" << int(Fault::TimedOut)
                                 << "the peer did not answer the association request within 3 s";
        QTest::newRow("half an answer") << QByteArray::fromHex("020000000100") << "wait" << int(Fault::TimedOut)
                                        << "the peer did not answer the association request within 3 s";
        QTest::newRow("not DICOM") << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n") << "wait" << int(Fault::Damaged)
                                   << "what answers there does not speak DICOM" + hint;
        QTest::newRow("a PDU over what was agreed")
            << QByteArray::fromHex("0200001000010001") << "wait" << int(Fault::Damaged)
            << "what answers there does not speak DICOM" + hint;
    }
    void NET_03_whatComesInsteadOfAnAssociation()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, then);
        QFETCH(int, fault);
        QFETCH(QString, sentence);
        WirePeer peer([&](Wire& wire, int) {
            (void)wire.pdu();
            wire.write(bytes);
            if (then == "wait")
                (void)wire.bytes(1 << 20); // until we go
        });
        Task task;
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(said(echo(node(peer.port()), m_local, task)), said(Fault(fault), name(peer) + sentence));
        if (fault == int(Fault::TimedOut))
            QVERIFY(clock.elapsed() >= 2500);
    }

    /// Once the connection stands, the patience is that for the association, however short the other is.
    void NET_03_aSlowAssociationIsWaitedFor()
    {
        WirePeer peer([&](Wire& wire, int) {
            const QByteArray request = wire.pdu();
            std::this_thread::sleep_for(std::chrono::milliseconds(2500)); // longer than a connection may take
            wire.write(test::acceptAll(request));
            wire.write(response(wire.pdu(), 0x8030, 0));
            (void)wire.pdu();
            wire.write(releaseAnswer);
        });
        Task task;
        Local local = m_local;
        local.connectSeconds = 1;
        local.acseSeconds = 10;
        QCOMPARE(said(echo(node(peer.port()), local, task)), "done");
    }

    void NET_04_whoAcceptsNothingSaysSo()
    {
        std::atomic<bool> isReleased = false;
        WirePeer peer([&](Wire& wire, int) {
            QByteArray answer = test::acceptAll(wire.pdu());
            const qsizetype at = answer.indexOf(QByteArray::fromHex("2100"));
            answer[at + 6] = 3; // abstract syntax not supported (PS3.8 table 9-18)
            wire.write(answer);
            isReleased = wire.pdu().startsWith('\5');
            wire.write(releaseAnswer);
        });
        Task task;
        const auto done = echo(node(peer.port()), m_local, task);
        QCOMPARE(
            said(done),
            said(Fault::Refused, name(peer) + "it accepts none of what we ask for (no presentation context accepted)"));
        QVERIFY(isNotOffered(done.error()) && !isTransient(done.error()));
        QTRY_VERIFY(isReleased);
    }

    /// What comes after a C-ECHO-RQ.
    void NET_03_whatComesInsteadOfAnAnswer_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("success") << "0x0000" << -1 << "";
        QTest::newRow("a failure") << "0x0122" << int(Fault::Refused)
                                   << "the peer does not support this kind of object (0x0122)";
        QTest::newRow("an answer to something else")
            << "find" << int(Fault::Damaged) << "the peer broke the protocol: an answer to something else came";
        QTest::newRow("aborted") << "abort" << int(Fault::Refused) << "NAMEthe peer aborted the association";
        QTest::newRow("released") << "release" << int(Fault::Refused) << "NAMEthe peer ended the association too early";
        QTest::newRow("closed") << "close" << int(Fault::Unreachable) << "NAMEthe connection broke";
        QTest::newRow("reset") << "reset" << int(Fault::Unreachable) << "NAMEthe connection broke";
        QTest::newRow("silence") << "silence" << int(Fault::TimedOut) << "NAMEthe peer was silent for 3 s";
        QTest::newRow("a longer PDU than agreed")
            << "long" << int(Fault::Damaged)
            << "NAMEthe peer broke the protocol: DIMSE Failed to receive message\n0006:020c DIMSE Read PDV "
               "failed\n0006:0308 DUL Illegal PDU Length 1048577.  Max expected 131072";
        QTest::newRow("a command without an end") << "endless" << int(Fault::Damaged) << "NAMEthe peer broke the protocol: it sent more than was agreed";
        QTest::newRow("a command of items")
            << "items" << int(Fault::Damaged)
            << "NAMEthe peer broke the protocol: it sent something else where a command was due";
    }
    void NET_03_whatComesInsteadOfAnAnswer()
    {
        QFETCH(QString, what);
        QFETCH(int, fault);
        QFETCH(QString, sentence);
        QByteArray last;
        {
            WirePeer peer([&](Wire& wire, int) {
                wire.write(test::acceptAll(wire.pdu()));
                const QByteArray command = wire.pdu();
                if (what.startsWith("0x"))
                    wire.write(response(command, 0x8030, quint16(what.mid(2).toInt(nullptr, 16))));
                else if (what == "find")
                    wire.write(response(command, 0x8020, 0));
                else if (what == "abort")
                    wire.write(test::pdu(0x07, big(0, 4)));
                else if (what == "release")
                    wire.write(test::pdu(0x05, big(0, 4)));
                else if (what == "long")
                    wire.write(QByteArray::fromHex("040000100001"));
                else if (what == "endless")
                    wire.write(test::pdv(1, 1, {}).repeated(400000)); // of parts that hold nothing
                else if (what == "items")
                    wire.write(
                        test::pdv(1, 3, test::commandSet(element(8, 0x1115, QByteArray::fromHex("feff00e000000000")))));
                else if (what == "close")
                    return;
                else if (what == "reset")
                    return wire.reset();
                last = wire.pdu();
                if (last.startsWith('\5'))
                    wire.write(releaseAnswer);
            });
            Task task;
            const auto done = echo(node(peer.port()), m_local, task);
            QCOMPARE(said(done), fault < 0 ? "done" : said(Fault(fault), sentence.replace("NAME", name(peer))));
        }
        // What we say last: A-RELEASE-RQ where all is well, A-RELEASE-RP where we were asked, else A-ABORT (PS3.8
        // §9.3.6 to 9.3.8).
        const char end = what.startsWith("0x") ? '\5' : what == "release" ? '\6' : '\7';
        if (what != "close" && what != "reset" && what != "abort")
            QCOMPARE(int(test::byteAt(last, 0)), int(end));
    }

    /// Behind a release nothing is said, and who does not answer it holds nobody up, whatever patience he has otherwise.
    void NET_03_nothingIsSaidBehindTheEnd_data()
    {
        QTest::addColumn<int>("answered");
        QTest::newRow("answers the release") << 10;
        QTest::newRow("half of it") << 8;
        QTest::newRow("not at all") << 0;
    }
    void NET_03_nothingIsSaidBehindTheEnd()
    {
        QFETCH(int, answered);
        QByteArray first, second;
        QElapsedTimer clock;
        clock.start();
        qint64 took = 0;
        {
            WirePeer peer([&](Wire& wire, int) {
                wire.write(test::acceptAll(wire.pdu()));
                wire.write(response(wire.pdu(), 0x8030, 0));
                first = wire.pdu();
                wire.write(releaseAnswer.left(answered));
                second = wire.bytes(6);
            });
            Task task;
            Local patient = m_local;
            patient.dimseSeconds = 60;
            QCOMPARE(said(echo(node(peer.port()), patient, task)), "done");
            took = clock.elapsed();
        }
        QCOMPARE(int(test::byteAt(first, 0)), 5);
        QCOMPARE(second, QByteArray());
        QVERIFY(clock.elapsed() < 18000); // the connection is closed
        QVERIFY2(took < 15000 && (answered == 10 || took >= 2500), qPrintable(QString::number(took)));
    }

    /// The lengths of a user identity are 16 bits (PS3.7 table D.3-14).
    void NET_01_howLongANameMayBe_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("user");
        QTest::addColumn<int>("secret");
        QTest::addColumn<QString>("sentence");
        using Kind = dicom::Login::Kind;
        QTest::newRow("as long as it may be") << int(Kind::Basic) << 65535 << 0 << "";
        QTest::newRow("longer") << int(Kind::Basic) << 65536 << 0 << "the name or password is too long";
        QTest::newRow("none") << int(Kind::Basic) << 0 << 0 << "NAMEthere is no name or secret to log in with";
        QTest::newRow("a token, and none is there") << int(Kind::Bearer) << 0 << 0 << "NAMEthere is no name or secret to log in with";
        QTest::newRow("a password in the clear") << int(Kind::Basic) << 4 << 4
                                                 << "NAMEa password or token is never sent in the clear: turn encryption (TLS) on for this node";
    }
    void NET_01_howLongANameMayBe()
    {
        QFETCH(int, kind);
        QFETCH(int, user);
        QFETCH(int, secret);
        QFETCH(QString, sentence);
        WirePeer peer([](Wire& wire, int) { (void)wire.pdu(); });
        Node to = node(peer.port());
        to.login = dicom::Login::Kind(kind);
        to.user = QString(user, u'u');
        to.secret = QString(secret, u's');
        Task task;
        const auto done = echo(to, m_local, task);
        QVERIFY(!done);
        QCOMPARE(done.error().fault == Fault::Invalid, !sentence.isEmpty());
        if (!sentence.isEmpty())
            QCOMPARE(done.error().detail, sentence.replace("NAME", name(peer)));
        QTRY_COMPARE(peer.connections(), sentence.isEmpty() ? 1 : 0);
    }

    /// A C-ECHO-RQ and a C-STORE-RQ, whole (PS3.7 tables 9.3-12, 9.3-1).
    void NET_01_ourCommandsByteForByte()
    {
        QByteArray echoed, stored;
        QTemporaryDir folder;
        const QString path = test::makeFile(folder.filePath("odd"), "1.2.3", "P", "1.2.3.4");
        {
            WirePeer peer([&](Wire& wire, int) {
                wire.write(test::acceptAll(wire.pdu()));
                const QByteArray command = wire.pdu();
                const bool isEcho = command.contains(test::uid(verification));
                (isEcho ? echoed : stored) = command;
                if (!isEcho)
                    (void)wire.pdu();
                wire.write(response(command, isEcho ? 0x8030 : 0x8001, 0));
                (void)wire.pdu();
                wire.write(releaseAnswer);
            });
            Task task;
            QCOMPARE(said(echo(node(peer.port()), m_local, task)), QString("done"));
            const auto sent = store(node(peer.port()), {path}, m_local, task);
            QVERIFY(sent && sent->isComplete());
        }
        QCOMPARE(
            echoed.toHex(' '),
            test::pdv(1, 3,
                      test::commandSet(element(0, 2, test::uid(verification)) + element(0, 0x100, little(0x30, 2)) +
                                       element(0, 0x110, little(1, 2)) + element(0, 0x800, little(0x101, 2))))
                .toHex(' '));
        QCOMPARE(stored.toHex(' '),
                 test::pdv(1, 3,
                           test::commandSet(element(0, 2, test::uid("1.2.840.10008.5.1.4.1.1.7")) +
                                            element(0, 0x100, little(1, 2)) + element(0, 0x110, little(1, 2)) +
                                            element(0, 0x700, little(0, 2)) + element(0, 0x800, little(0, 2)) +
                                            element(0, 0x1000, test::uid("1.2.3.4"))))
                     .toHex(' '));
    }

    /// 65 kinds of object need a second association. Where the peer does not give it, what became of the first counts.
    void SAF_05_aSecondAssociationThatIsRefused_data()
    {
        QTest::addColumn<int>("answered"); // over the first
        QTest::newRow("SAF-05 the first is good") << 64;
        QTest::newRow("SAF-05 the first breaks") << 0;
    }
    void SAF_05_aSecondAssociationThatIsRefused()
    {
        QFETCH(int, answered);
        QTemporaryDir folder;
        QStringList files;
        for (int i = 0; i < 66; ++i) {
            dicom::Dataset dataset;
            (void)dataset.setText(dicom::tag::SOPClassUID, QStringLiteral("1.2.900.%1").arg(std::min(i, 64)));
            (void)dataset.setText(dicom::tag::SOPInstanceUID, QStringLiteral("1.2.901.%1").arg(i));
            files << folder.filePath(QString::number(i));
            QVERIFY(dataset.write(files.back(), QString(explicitSyntax)));
        }
        WirePeer peer([&](Wire& wire, int number) {
            const QByteArray request = wire.pdu();
            wire.write(number > 0 ? test::pdu(0x03, big(0x00010107, 4)) : test::acceptAll(request));
            for (QByteArray command = wire.pdu(); command.startsWith('\4'); command = wire.pdu()) {
                (void)wire.pdu();
                if (answered == 0)
                    return;
                wire.write(response(command, 0x8001, 0));
            }
            wire.write(releaseAnswer);
        });
        Task task;
        const auto sent = store(node(peer.port()), files, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QCOMPARE(sent->sent, answered);
        QCOMPARE(sent->confirmed, answered);
        QVERIFY(sent->ended && sent->ended->fault == Fault::Refused && sent->ended->detail.contains("called AE title not recognised"));
        QCOMPARE(sent->failed.size(), size_t(66 - answered));
        for (qsizetype i = answered; i < 66; ++i) {
            const SendFailure& failure = sent->failed[size_t(i - answered)];
            QCOMPARE(failure.path, files[i]);
            QCOMPARE(failure.sopInstanceUid, QStringLiteral("1.2.901.%1").arg(i));
            QCOMPARE(failure.reason, i >= 64 ? sent->ended->detail
                                     : i > 0 ? QStringLiteral("not sent: the association was over")
                                             : name(peer) + "the connection broke");
        }
    }

    /// A file that becomes shorter while it is sent: the peer is never told that this was all of it.
    void SAF_05_aFileThatShrinksWhileItIsSent()
    {
        QTemporaryDir folder;
        dicom::Dataset dataset;
        (void)dataset.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
        (void)dataset.setText(dicom::tag::SOPInstanceUID, "1.2.3.4");
        dataset.setBytes(dicom::tag::PixelData, QByteArray(32 << 20, 'x')); // more than any socket holds
        const QString path = folder.filePath("a");
        QVERIFY(dataset.write(path, QString(explicitSyntax)));
        bool isShorter = false, isWhole = false;
        int last = 0;
        {
            WirePeer peer([&](Wire& wire, int) {
                wire.write(test::acceptAll(wire.pdu()));
                (void)wire.pdu();
                isShorter = QFile::resize(path, 1 << 20);
                for (QByteArray data = wire.pdu(); !data.isEmpty(); data = wire.pdu()) {
                    last = test::byteAt(data, 0);
                    isWhole |= last == 4 && test::byteAt(data, 11) & 2;
                    if (last == 7)
                        return;
                }
            });
            Task task;
            Local patient = m_local; // making it shorter takes a while
            patient.dimseSeconds = 20;
            const auto sent = store(node(peer.port()), {path}, patient, task);
            QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
            QVERIFY(sent->ended && sent->confirmed == 0 && sent->failed.size() == 1);
            QCOMPARE(sent->failed[0].reason, "the file became shorter while it was sent");
        }
        QVERIFY(isShorter);
        QVERIFY(!isWhole);
        QCOMPARE(last, 7); // A-ABORT
    }

    /// PDVs are even, and no longer than the peer takes (PS3.8 §9.3.5.1, Annex D.1), the last one marked.
    void NET_01_whatIsSentInPieces_data()
    {
        QTest::addColumn<int>("maximum");
        for (int maximum : {4096, 4097, 16384})
            QTest::newRow(QByteArray::number(maximum).constData()) << maximum;
    }
    void NET_01_whatIsSentInPieces()
    {
        QFETCH(int, maximum);
        QTemporaryDir folder;
        dicom::Dataset dataset;
        (void)dataset.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
        (void)dataset.setText(dicom::tag::SOPInstanceUID, "1.2.3.4");
        (void)dataset.setText(dicom::tag::StudyDescription, QString(20000, u'x'));
        QVERIFY(dataset.write(folder.filePath("a"), QString(explicitSyntax)));
        QFile file(folder.filePath("a"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray whole = file.readAll();
        QByteArray got;
        QStringList wrong;
        {
            WirePeer peer([&](Wire& wire, int) {
                wire.write(test::acceptAll(wire.pdu(), quint32(maximum)));
                const QByteArray command = wire.pdu();
                for (bool isLast = false; !isLast;) {
                    const QByteArray data = wire.pdu();
                    if (data.isEmpty())
                        return;
                    isLast = data[11] & 2;
                    got += data.mid(12);
                    if (data.size() - 6 > maximum || data.size() % 2 || data[11] & 1)
                        wrong << QString::number(data.size());
                }
                wire.write(response(command, 0x8001, 0));
                (void)wire.pdu();
                wire.write(releaseAnswer);
            });
            Task task;
            const auto sent = store(node(peer.port()), {folder.filePath("a")}, m_local, task);
            QVERIFY(sent && sent->isComplete());
        }
        QCOMPARE(wrong, QStringList());
        QVERIFY(got.size() > 20000 && whole.endsWith(got));
    }

    /// PS3.7 Annex C, PS3.4 tables B.2-1, C.4-2; both sides of each range.
    void NET_04_eachStatusIsSaid_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("sentence");
        const auto row = [](int status, const char* words) {
            const QString code = QStringLiteral("0x%1").arg(status, 4, 16, QLatin1Char('0'));
            QTest::newRow(qPrintable(code)) << status << QStringLiteral("%1 (%2)").arg(QLatin1String(words), code);
        };
        row(0x0110, "the peer reported a failure");
        row(0x0121, "the peer reported a failure");
        row(0x0122, "the peer does not support this kind of object");
        row(0x0123, "the peer reported a failure");
        row(0x0124, "the peer does not permit it");
        row(0xA6FF, "the peer reported a failure");
        row(0xA700, "the peer is out of resources");
        row(0xA7FF, "the peer is out of resources");
        row(0xA800, "the peer reported a failure");
        row(0xA801, "the peer does not know the move destination: it has to be told our AE title, host and port");
        row(0xA802, "the peer reported a failure");
        row(0xA900, "the peer says the data does not match its kind");
        row(0xA9FF, "the peer says the data does not match its kind");
        row(0xAA00, "the peer reported a failure");
        row(0xBFFF, "the peer reported a failure");
        row(0xC000, "the peer was unable to process it");
        row(0xCFFF, "the peer was unable to process it");
        row(0xD000, "the peer reported a failure");
        row(0xFE00, "the peer stopped as asked");
        row(0xFE01, "the peer reported a failure");
    }
    void NET_04_eachStatusIsSaid()
    {
        QFETCH(int, status);
        QFETCH(QString, sentence);
        const bool isForNow = status >> 8 == 0xA7;
        QCOMPARE(statusText(quint16(status)), isForNow ? sentence + " (for now: try again later)" : sentence);
        QCOMPARE(isTransient({Fault::Refused, statusText(quint16(status))}), isForNow);
        QVERIFY(!isTransient({Fault::Damaged, statusText(quint16(status))}));
    }
};

QTEST_GUILESS_MAIN(TestDimseWire)
#include "tst_dimse_wire.moc"
