#include "netclient/hl7/mllp.h"
#include "tests/support/wire.h"
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTest>

using namespace diascope;
using namespace diascope::hl7;
using test::Wire;
using test::WirePeer;

namespace {

QByteArray framed(const QByteArray& message)
{
    return frameStart + message + frameEnd + '\r';
}
QByteArray message(const QByteArray& control)
{
    return "MSH|^~\\&|A|B|C|D|20260101||ORM^O01|" + control + "|P|2.3.1\rPID|1||P1\r";
}
QByteArray answer(const QByteArray& msa, const QByteArray& more = {})
{
    return framed("MSH|^~\\&|C|D|A|B|20260101||ACK|Z|P|2.3.1\rMSA|" + msa + '\r' + more);
}

QString lineOf(const Acknowledgement& one)
{
    return code(one.code) + u' ' + one.controlId + u' ' + one.text;
}
QString said(const Result<Acknowledgement>& result)
{
    return result ? lineOf(*result) : QStringLiteral("%1 %2").arg(int(result.error().fault)).arg(result.error().detail);
}
QString said(Fault fault, const QString& sentence)
{
    return QStringLiteral("%1 %2").arg(int(fault)).arg(sentence);
}

/// The messages between the frames' ends, the rest behind the last.
QByteArrayList messagesIn(const QByteArray& bytes)
{
    QByteArrayList found;
    for (qsizetype at = 0; (at = bytes.indexOf(frameStart, at)) >= 0;) {
        const qsizetype end = bytes.indexOf("\x1c\r", at);
        if (end < 0)
            break;
        found << bytes.mid(at + 1, end - at - 1);
        at = end + 2;
    }
    return found;
}

/// "AA 1", "AR " …: MSA-1 and MSA-2 of each.
QStringList codesIn(const QByteArray& bytes)
{
    QStringList codes;
    for (const QByteArray& one : messagesIn(bytes)) {
        const auto parsed = Message::fromBytes(one);
        codes << (parsed ? parsed->text("MSA-1") + u' ' + parsed->text("MSA-2") : QString("?"));
    }
    return codes;
}

} // namespace

/// MLLP from the wire: the bytes of both sides (HL7 v2 Transport Specification, MLLP Release 1).
class TestMllpWire : public QObject
{
    Q_OBJECT

    static MllpTarget target(quint16 port)
    {
        MllpTarget made;
        made.host = "127.0.0.1";
        made.port = port;
        made.connectTimeoutMs = 5000;
        made.answerTimeoutMs = made.applicationTimeoutMs = 20000; // who waits for nothing says so
        return made;
    }

    struct Room
    {
        QStringList heard;
        MllpListener listener{[this](const Message& message) {
            heard << message.controlId();
            return MllpListener::Reply{message.controlId().startsWith('E') ? AckCode::Error : AckCode::Accepted, {}};
        }};
        bool open(const MllpListener::Limits& limits = {}, const MllpListener::Access& access = {})
        {
            listener.setLimits(limits);
            listener.setAccess(access);
            return listener.listen(QHostAddress::LocalHost, 0).has_value();
        }
        std::unique_ptr<QTcpSocket> caller(const char* from = "127.0.0.1") const
        {
            auto socket = std::make_unique<QTcpSocket>();
            socket->bind(QHostAddress(QLatin1String(from)));
            socket->connectToHost("127.0.0.1", listener.port());
            return socket->waitForConnected(5000) ? std::move(socket) : nullptr;
        }
    };

private Q_SLOTS:
    void DEL_03_whatAnAnswerComesTo_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("closes");
        QTest::addColumn<QString>("line");
        QTest::addColumn<QStringList>("late");
        QTest::addColumn<bool>("isKept"); // the connection, for the next message
        const auto row = [](const char* name, const QByteArray& bytes, const QString& line, bool isKept = true,
                            const QStringList& late = {},
                            bool closes = false) { QTest::newRow(name) << bytes << closes << line << late << isKept; };
        const QString broke = said(Fault::Unreachable, "the connection broke before the acknowledgement"),
                      late = said(Fault::TimedOut, "no acknowledgement came in time");
        row("AA", answer("AA|M1"), "AA M1 ");
        row("in small letters", answer("aa|M1"), "AA M1 ");
        row("AE", answer("AE|M1|wrong"), "AE M1 wrong");
        row("AR", answer("AR|M1|no"), "AR M1 no");
        row("CE", answer("CE|M1|wrong"), "CE M1 wrong");
        row("CR", answer("CR|M1|no"), "CR M1 no");
        row("CA, and no more", answer("CA|M1|wait"), "CA M1 wait");
        row("CA, then AA", answer("CA|M1") + answer("AA|M1|done"), "AA M1 done");
        row("CA, then AE", answer("CA|M1") + answer("AE|M1|wrong"), "AE M1 wrong");
        row("CA, then it hangs up", answer("CA|M1"), "CA M1 ", false, {}, true);
        row("CA, then rubbish", answer("CA|M1") + framed("hello"), said(Fault::Damaged, "the answer is no HL7 message"),
            false);
        row("of another message first", answer("AE|M0|old") + answer("AA|M1"), "AA M1 ", true, {"AE M0 old"});
        row("of another alone", answer("AA|M0"), late, false, {"AA M0 "});
        row("noise around it", "xx\r\n" + answer("AA|M1") + "yy", "AA M1 ");
        row("no CR at the end", answer("AA|M1").chopped(1), "AA M1 ");
        row("behind a frame without CR", answer("AA|M0").chopped(1) + answer("AA|M1"), "AA M1 ", true, {"AA M0 "});
        row("no HL7", framed("hello"), said(Fault::Damaged, "the answer is no HL7 message"), false);
        row("no MSA", framed("MSH|^~\\&|C|D|A|B|20260101||ACK|Z|P|2.3.1\r"),
            said(Fault::Damaged, "the answer holds no acknowledgement (MSA-1)"), false);
        row("another code", answer("OK|M1"), said(Fault::Damaged, "the answer holds no acknowledgement (MSA-1)"),
            false);
        row("silence", {}, late, false);
        row("half a frame", answer("AA|M1").chopped(2), late, false);
        row("it hangs up", {}, broke, false, {}, true);
        row("half a frame, and it hangs up", answer("AA|M1").chopped(2), broke, false, {}, true);
        row("the reason of MSA-3 before all", answer("AE|M1|first", "ERR||PID^1|101|E|||third|second\r"),
            "AE M1 first");
        row("of ERR-8", answer("AE|M1", "ERR||PID^1|101^table|E|||third|second\r"), "AE M1 second");
        row("of ERR-7", answer("AE|M1", "ERR||PID^1|101^table|E|||third\r"), "AE M1 third");
        row("of ERR-3", answer("AE|M1", "ERR||PID^1|101^table|E\r"), "AE M1 table");
        row("of ERR-1", answer("AE|M1", "ERR|PID^1^3^101&old table\r"), "AE M1 old table");
        row("an answer without an end", QByteArray(1, frameStart) + QByteArray((16 << 20) + 1, 'x'),
            said(Fault::Damaged, "the answer has no end"), false);
    }
    void DEL_03_whatAnAnswerComesTo()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, closes);
        QFETCH(QString, line);
        QFETCH(QStringList, late);
        QFETCH(bool, isKept);
        const QByteArray first = message("M1"), second = message("M2");
        QByteArray got, gotSecond;
        {
            WirePeer peer([&](Wire& wire, int number) {
                if (number == 0) {
                    got = wire.bytes(framed(first).size());
                    wire.write(bytes);
                    if (closes)
                        return;
                }
                if (const QByteArray more = wire.bytes(framed(second).size());
                    !more.isEmpty()) { // else it was given up
                    gotSecond = more;
                    wire.write(answer("AA|M2"));
                }
            });
            MllpTarget to = target(peer.port());
            if (line.contains("in time"))
                to.answerTimeoutMs = 600;
            if (line.startsWith("CA") && !closes)
                to.applicationTimeoutMs = 400;
            MllpSender sender(to);
            QCOMPARE(said(sender.send(first, "M1")), line);
            QStringList kept;
            for (const Acknowledgement& one : sender.takeLate())
                kept << lineOf(one);
            QCOMPARE(kept, late);
            QVERIFY(sender.takeLate().empty());
            QCOMPARE(said(sender.send(second, "M2")), QString("AA M2 "));
            QCOMPARE(peer.connections(), isKept ? 1 : 2);
        }
        QCOMPARE(got, framed(first));
        QCOMPARE(gotSecond, framed(second));
    }

    /// What must not be sent is not: nobody is even called.
    void DEL_05_whatIsNeverSent_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("control");
        QTest::addColumn<QString>("sentence");
        const QString ends = "the message holds a byte that would end its frame";
        QTest::newRow("VT") << message("M1") + frameStart << "M1" << ends;
        QTest::newRow("FS") << message("M1") + frameEnd << "M1" << ends;
        QTest::newRow("no control id") << message("") << ""
                                       << "the message has no control id (MSH-10)";
    }
    void DEL_05_whatIsNeverSent()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, control);
        QFETCH(QString, sentence);
        WirePeer peer([](Wire& wire, int) { (void)wire.bytes(1); });
        MllpSender sender(target(peer.port()));
        QCOMPARE(said(sender.send(bytes, control)), said(Fault::Invalid, sentence));
        QCOMPARE(peer.connections(), 0);
    }

    /// The last word after CA comes on the connection that was kept.
    void DEL_03_theLastWordComesLater()
    {
        std::atomic<bool> mayGoOn = false;
        WirePeer peer([&](Wire& wire, int) {
            (void)wire.bytes(framed(message("M1")).size());
            wire.write(answer("CA|M1"));
            while (!mayGoOn)
                std::this_thread::yield();
            wire.write(framed("rubbish") + answer("AA|M1|done"));
            (void)wire.bytes(1);
        });
        MllpTarget to = target(peer.port());
        to.applicationTimeoutMs = 400;
        MllpSender sender(to);
        QCOMPARE(said(sender.send(message("M1"), "M1")), QString("CA M1 "));
        QVERIFY(sender.takeLate().empty());
        mayGoOn = true;
        QStringList late;
        QTRY_VERIFY([&] {
            for (const Acknowledgement& one : sender.takeLate())
                late << lineOf(one);
            return !late.isEmpty();
        }());
        QCOMPARE(late, QStringList{"AA M1 done"});
        sender.close();
        QVERIFY(sender.takeLate().empty());
    }

    void DEL_03_whatAnAcknowledgementIs_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("kind");
        QTest::newRow("AA") << int(AckCode::Accepted) << "accepted";
        QTest::newRow("CA") << int(AckCode::CommitAccepted) << "pending";
        for (const AckCode refused : {AckCode::Error, AckCode::Rejected, AckCode::CommitError, AckCode::CommitRejected})
            QTest::newRow(qPrintable(code(refused))) << int(refused) << "refused";
    }
    void DEL_03_whatAnAcknowledgementIs()
    {
        QFETCH(int, code);
        const Acknowledgement one{AckCode(code), {}, {}};
        QTEST(QStringList({one.isAccepted() ? "accepted" : "", one.isPending() ? "pending" : "",
                           one.isRefused() ? "refused" : ""})
                  .join(""),
              "kind");
    }

    /// What comes in pieces, and what is answered in which order.
    void NET_15_whatTheListenerMakesOfBytes_data()
    {
        QTest::addColumn<QByteArrayList>("pieces");
        QTest::addColumn<QStringList>("codes");
        QTest::addColumn<QStringList>("heard");
        const QByteArray one = framed(message("1")), two = framed(message("2"));
        QByteArrayList bytes;
        for (char byte : one + two)
            bytes << QByteArray(1, byte);
        QTest::newRow("one") << QByteArrayList{one} << QStringList{"AA 1"} << QStringList{"1"};
        QTest::newRow("refused") << QByteArrayList{framed(message("E"))} << QStringList{"AE E"} << QStringList{"E"};
        QTest::newRow("two at once") << QByteArrayList{one + two} << QStringList{"AA 1", "AA 2"}
                                     << QStringList{"1", "2"};
        QTest::newRow("byte by byte") << bytes << QStringList{"AA 1", "AA 2"} << QStringList{"1", "2"};
        QTest::newRow("the end in two pieces")
            << QByteArrayList{one.chopped(1), "\r" + two} << QStringList{"AA 1", "AA 2"} << QStringList{"1", "2"};
        QTest::newRow("the beginning of a second")
            << QByteArrayList{one + two.left(5), two.mid(5)} << QStringList{"AA 1", "AA 2"} << QStringList{"1", "2"};
        QTest::newRow("noise") << QByteArrayList{"\r\nxx" + one + "yy\r", "zz" + two} << QStringList{"AA 1", "AA 2"}
                               << QStringList{"1", "2"};
        QTest::newRow("FS without CR is no end") << QByteArrayList{framed(message("1") + "NTE|1||a\x1c"
                                                                                         "b\r")}
                                                 << QStringList{"AA 1"} << QStringList{"1"};
        QTest::newRow("no HL7, then one")
            << QByteArrayList{framed("hello") + one} << QStringList{"AR ", "AA 1"} << QStringList{"1"};
        QTest::newRow("an empty frame, then one")
            << QByteArrayList{framed({}) + one} << QStringList{"AR ", "AA 1"} << QStringList{"1"};
    }
    void NET_15_whatTheListenerMakesOfBytes()
    {
        QFETCH(QByteArrayList, pieces);
        QFETCH(QStringList, codes);
        QFETCH(QStringList, heard);
        Room room;
        QVERIFY(room.open());
        QSignalSpy answered(&room.listener, &MllpListener::answered);
        const auto socket = room.caller();
        QVERIFY(socket);
        QByteArray got;
        for (const QByteArray& piece : pieces) {
            socket->write(piece);
            socket->flush();
            QCoreApplication::processEvents();
        }
        QTRY_VERIFY_WITH_TIMEOUT((got += socket->readAll(), messagesIn(got).size() >= codes.size()), 10000);
        QCOMPARE(codesIn(got), codes);
        QCOMPARE(room.heard, heard);
        QCOMPARE(answered.size(), codes.size());
        QCOMPARE(socket->state(), QAbstractSocket::ConnectedState);
    }

    /// Who sends and hangs up has sent nevertheless.
    void NET_15_whoHangsUpIsHeard()
    {
        Room room;
        QVERIFY(room.open());
        auto socket = room.caller();
        socket->write(framed(message("1")) + framed(message("2")) + framed(message("3")));
        QVERIFY(socket->waitForBytesWritten(5000));
        socket->disconnectFromHost();
        socket.reset();
        QTRY_COMPARE(room.heard, (QStringList{"1", "2", "3"}));
    }

    void NET_15_howLongAFrameMayBe_data()
    {
        QTest::addColumn<int>("waiting"); // bytes of a frame without its end
        QTest::addColumn<bool>("isKept");
        QTest::newRow("as long as it may be") << 1000 << true;
        QTest::newRow("one byte more") << 1001 << false;
    }
    void NET_15_howLongAFrameMayBe()
    {
        QFETCH(int, waiting);
        QFETCH(bool, isKept);
        Room room;
        MllpListener::Limits limits;
        limits.frameBytes = 1000;
        QVERIFY(room.open(limits));
        const auto socket = room.caller();
        socket->write(QByteArray(1, frameStart) + (message("1") + "NTE|1||").leftJustified(waiting - 1, 'x'));
        if (!isKept) {
            QTRY_COMPARE(socket->state(), QAbstractSocket::UnconnectedState);
            QVERIFY(room.heard.isEmpty());
            return;
        }
        // Its end comes, and another message: noise in front of it is not counted.
        socket->write("\x1c\r" + QByteArray(900, 'n'));
        QTRY_COMPARE(room.heard, QStringList{"1"});
        socket->write(QByteArray(900, 'n') + framed(message("2")));
        QTRY_COMPARE(room.heard, (QStringList{"1", "2"}));
    }

    /// Of too many the quietest goes: of the same address first, then of all.
    void NET_12_whoMakesRoom()
    {
        Room room;
        MllpListener::Limits limits;
        limits.connections = 4;
        limits.connectionsOfAddress = 2;
        QVERIFY(room.open(limits));
        const auto speaks = [&](QTcpSocket& socket, const QByteArray& control) {
            socket.write(framed(message(control)));
            return QTest::qWaitFor([&] { return room.heard.value(room.heard.size() - 1) == QString(control); }, 5000);
        };
        const auto a = room.caller("127.0.0.2"), b = room.caller("127.0.0.2");
        QVERIFY(speaks(*a, "1") && speaks(*b, "2") && speaks(*a, "3")); // b is the quieter one
        QTest::qWait(5);
        const auto c = room.caller("127.0.0.2");
        QTRY_COMPARE(b->state(), QAbstractSocket::UnconnectedState);
        QVERIFY(speaks(*a, "4") && speaks(*c, "5"));
        const auto d = room.caller("127.0.0.3"), e = room.caller("127.0.0.3");
        QVERIFY(speaks(*d, "6") && speaks(*e, "7") && speaks(*a, "8")); // four now, c the quietest
        QTest::qWait(5);
        const auto f = room.caller("127.0.0.4");
        QTRY_COMPARE(c->state(), QAbstractSocket::UnconnectedState);
        QVERIFY(speaks(*a, "9") && speaks(*d, "10") && speaks(*e, "11") && speaks(*f, "12"));
    }

    /// A connection lives as long as whole frames come; half ones do not keep it.
    void NET_12_whoIsIdleIsEnded()
    {
        Room room;
        MllpListener::Limits limits;
        limits.idleTimeoutMs = 2000;
        QVERIFY(room.open(limits));
        QElapsedTimer clock;
        clock.start();
        const auto speaking = room.caller(), dripping = room.caller();
        int count = 0;
        while (dripping->state() == QAbstractSocket::ConnectedState && clock.elapsed() < 20000) {
            speaking->write(framed(message(QByteArray::number(++count))));
            dripping->write(count == 1 ? QByteArray(1, frameStart) : QByteArray("x"));
            QTest::qWait(100);
        }
        QVERIFY(clock.elapsed() >= 1850); // Qt's timers may be 5 % early
        QCOMPARE(dripping->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(speaking->state(), QAbstractSocket::ConnectedState);
        QTRY_COMPARE(room.heard.size(), count);
    }

    void NET_10_whoMayCall_data()
    {
        QTest::addColumn<QStringList>("callers");
        QTest::addColumn<bool>("isWelcome");
        QTest::newRow("everybody") << QStringList{} << true;
        QTest::newRow("named") << QStringList{"127.0.0.9", "127.0.0.2"} << true;
        QTest::newRow("others") << QStringList{"127.0.0.9", "127.0.0.1"} << false;
    }
    void NET_10_whoMayCall()
    {
        QFETCH(QStringList, callers);
        QFETCH(bool, isWelcome);
        Room room;
        MllpListener::Access access;
        for (const QString& caller : callers)
            access.callers << QHostAddress(caller);
        QVERIFY(room.open({}, access));
        const auto socket = room.caller("127.0.0.2");
        socket->write(framed(message("1")));
        if (isWelcome)
            QTRY_COMPARE(room.heard, QStringList{"1"});
        else
            QTRY_COMPARE(socket->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(room.heard.size(), isWelcome ? 1 : 0);
    }

    void NET_15_withNobodyToTakeThem()
    {
        MllpListener listener(nullptr);
        QVERIFY(listener.listen(QHostAddress::LocalHost, 0));
        const quint16 port = listener.port();
        QTcpSocket socket;
        socket.connectToHost("127.0.0.1", port);
        QVERIFY(socket.waitForConnected(5000));
        socket.write(framed(message("1")));
        QByteArray got;
        QTRY_VERIFY((got += socket.readAll(), !messagesIn(got).isEmpty()));
        QCOMPARE(codesIn(got), QStringList{"AE 1"});
        QVERIFY(got.contains("nothing takes messages here"));
        // A port is had once; closed, it is free again.
        MllpListener second(nullptr);
        const auto refused = second.listen(QHostAddress::LocalHost, port);
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Unreachable);
        QVERIFY(refused.error().detail.startsWith(QStringLiteral("port %1 cannot be listened on: ").arg(port)));
        QCOMPARE(second.port(), 0);
        listener.close();
        QCOMPARE(listener.port(), 0);
        QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
    }
};

QTEST_GUILESS_MAIN(TestMllpWire)
#include "tst_mllp_wire.moc"
