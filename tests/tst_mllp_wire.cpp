#include "netclient/hl7/mllp.h"
#include "tests/support/certificates.h"
#include "tests/support/test_data.h"
#include "tests/support/wire.h"
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QSslKey>
#include <QTcpSocket>
#include <future>

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
        QStringList heard, names;
        QString words;
        MllpListener listener{[this](const Message& message) {
            heard << message.controlId(), names << message.text("PID-5");
            return MllpListener::Reply{message.controlId().startsWith('E') ? AckCode::Error : AckCode::Accepted, words};
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
    /// Who stops the wait for the application's answer is told so: it is not taken for pending, and the connection is left.
    void DEL_03_waitingForTheApplicationCanBeStopped()
    {
        Task task;
        WirePeer peer([&](Wire& wire, int) {
            (void)wire.bytes(framed(message("M1")).size());
            wire.write(answer("CA|M1"));
            (void)wire.bytes(1); // until we go
        });
        MllpTarget to = target(peer.port());
        to.applicationTimeoutMs = 20000;
        MllpSender sender(to);
        auto stopping = std::async(std::launch::async, [&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(500)); // the first answer is read by then
            task.cancel();
        });
        QCOMPARE(said(sender.send(message("M1"), "M1", task)), said(Fault::Cancelled, "sending was cancelled"));
        stopping.get();
        QVERIFY(sender.takeLate().empty());
    }

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
                      late = said(Fault::TimedOut, "no acknowledgement came in time"),
                      rubbish = said(Fault::Damaged, "the answer is no HL7 message"),
                      noCode = said(Fault::Damaged, "the answer holds no acknowledgement (MSA-1)");
        row("AA", answer("AA|M1"), "AA M1 ");
        row("in small letters", answer("aa|M1"), "AA M1 ");
        for (const QByteArray code : {"AE", "AR", "CE", "CR"})
            row(code.constData(), answer(code + "|M1|no"), code + " M1 no");
        row("CA, and no more", answer("CA|M1|wait"), "CA M1 wait");
        row("CA, then AA", answer("CA|M1") + answer("AA|M1|done"), "AA M1 done");
        row("CA, then AE", answer("CA|M1") + answer("AE|M1|wrong"), "AE M1 wrong");
        row("CA, then it hangs up", answer("CA|M1"), "CA M1 ", false, {}, true);
        row("CA, then rubbish", answer("CA|M1") + framed("hello"), rubbish, false);
        row("of another message first", answer("AE|M0|old") + answer("AA|M1"), "AA M1 ", true, {"AE M0 old"});
        row("of a thousand others first, and one", answer("AA|0").repeated(1001) + answer("AA|M1"), "AA M1 ", true,
            QStringList(1000, "AA 0 "));
        row("of another alone", answer("AA|M0"), late, false, {"AA M0 "});
        row("noise around it", "xx\r\n" + answer("AA|M1") + "yy", "AA M1 ");
        row("no CR at the end", answer("AA|M1").chopped(1), "AA M1 ");
        row("behind a frame without CR", answer("AA|M0").chopped(1) + answer("AA|M1"), "AA M1 ", true, {"AA M0 "});
        row("no HL7", framed("hello"), rubbish, false);
        row("no MSA", framed("MSH|^~\\&|C|D|A|B|20260101||ACK|Z|P|2.3.1\r"), noCode, false);
        row("another code", answer("OK|M1"), noCode, false);
        row("silence", {}, late, false);
        row("half a frame", answer("AA|M1").chopped(2), late, false);
        row("it hangs up", {}, broke, false, {}, true);
        row("half a frame, and it hangs up", answer("AA|M1").chopped(2), broke, false, {}, true);
        row("MSA-3 before all", answer("AE|M1|first", "ERR||PID^1|101|E|||third|second\r"), "AE M1 first");
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
    void DEL_05_whatIsNeverSent()
    {
        const QString ends = "the message holds a byte that would end its frame",
                      none = "the message has no control id (MSH-10)";
        for (const auto& [bytes, control, sentence] : {std::tuple(message("M1") + frameStart, "M1", ends),
                                                       {message("M1") + frameEnd, "M1", ends},
                                                       {message(""), "", none}}) {
            WirePeer peer([](Wire& wire, int) { (void)wire.bytes(1); });
            MllpSender sender(target(peer.port()));
            QCOMPARE(said(sender.send(bytes, control)), said(Fault::Invalid, sentence));
            QCOMPARE(peer.connections(), 0);
        }
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

    /// A peer that reads nothing, and one that hung up behind its answer.
    void DEL_02_peersOfManners()
    {
        std::atomic<bool> isOver = false, isClosed = false;
        WirePeer deaf([&](Wire&, int) { isOver.wait(false); });
        const auto end = qScopeGuard([&] { isOver = true, isOver.notify_all(); });
        MllpTarget to = target(deaf.port());
        to.answerTimeoutMs = 300;
        QCOMPARE(said(MllpSender(to).send(message("1") + QByteArray(64 << 20, 'x'), "1")),
                 said(Fault::TimedOut, "the peer does not take the message"));
        WirePeer curt([&](Wire& wire, int number) {
            (void)wire.bytes(framed(message("1")).size());
            wire.write(answer("AA|" + QByteArray::number(number + 1)));
            wire.close();
            isClosed = true;
        });
        MllpSender sender(target(curt.port()));
        QCOMPARE(said(sender.send(message("1"), "1")), QString("AA 1 "));
        QTRY_VERIFY(isClosed);
        QCOMPARE(said(sender.send(message("2"), "2")), QString("AA 2 ")); // over another connection
    }

    void DEL_03_whatAnAcknowledgementIs()
    {
        for (int code = 0; code <= int(AckCode::CommitRejected); ++code) {
            const Acknowledgement one{AckCode(code), {}, {}};
            QCOMPARE(one.isAccepted(), one.code == AckCode::Accepted);
            QCOMPARE(one.isPending(), one.code == AckCode::CommitAccepted);
            QCOMPARE(one.isRefused(), one.code != AckCode::Accepted && one.code != AckCode::CommitAccepted);
        }
    }

    /// What comes in pieces, and what is answered in which order.
    void NET_15_whatTheListenerMakesOfBytes()
    {
        const auto row = [](const QString& name, const QByteArrayList& pieces, const QStringList& codes,
                            const QStringList& heard) {
            Room room;
            QVERIFY(room.open());
            QSignalSpy answered(&room.listener, &MllpListener::answered);
            const auto socket = room.caller();
            for (const QByteArray& piece : pieces) {
                socket->write(piece);
                socket->flush();
                QCoreApplication::processEvents();
            }
            QByteArray got;
            QTRY_VERIFY_WITH_TIMEOUT((got += socket->readAll(), messagesIn(got).size() >= codes.size()), 10000);
            QCOMPARE(QStringList(name) + codesIn(got), QStringList(name) + codes);
            QCOMPARE(QStringList(name) + room.heard, QStringList(name) + heard);
            QCOMPARE(answered.size(), codes.size());
            QCOMPARE(socket->state(), QAbstractSocket::ConnectedState);
        };
        const QByteArray one = framed(message("1")), two = framed(message("2"));
        QByteArrayList bytes;
        for (char byte : one + two)
            bytes << QByteArray(1, byte);
        const QStringList both{"AA 1", "AA 2"}, bothHeard{"1", "2"};
        row("one", {one}, {"AA 1"}, {"1"});
        row("refused", {framed(message("E"))}, {"AE E"}, {"E"});
        row("two at once", {one + two}, both, bothHeard);
        row("byte by byte", bytes, both, bothHeard);
        row("the end in two pieces", {one.chopped(1), "\r" + two}, both, bothHeard);
        row("the beginning of a second", {one + two.left(5), two.mid(5)}, both, bothHeard);
        row("noise", {"\r\nxx" + one + "yy\r", "zz" + two}, both, bothHeard);
        row("FS without CR is no end", {framed(message("1") + "NTE|1||a\x1c" + "b\r")}, {"AA 1"}, {"1"});
        row("no HL7, then one", {framed("hello") + one}, {"AR ", "AA 1"}, {"1"});
        row("an empty frame, then one", {framed({}) + one}, {"AR ", "AA 1"}, {"1"});
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

    /// Also what had not been read when it did: here a read takes no more than three of its messages.
    void NET_15_whoHangsUpIsHeardToTheEnd()
    {
        MllpListener::Limits limits;
        limits.frameBytes = 3 * framed(message("100")).size();
        Room room;
        QVERIFY(room.open(limits));
        auto socket = room.caller();
        QStringList sent;
        for (int i = 0; i < 50; ++i) {
            sent << QString::number(100 + i);
            socket->write(framed(message(sent.last().toLatin1())));
        }
        QVERIFY(socket->waitForBytesWritten(5000));
        ::shutdown(int(socket->socketDescriptor()), SHUT_WR); // what closes with answers unread takes back what it sent
        QTRY_COMPARE(room.heard, sent);
    }

    /// And nobody waits until it has been: between two of its messages the others get their turn.
    void NET_15_whoHangsUpHoldsNobodyUp()
    {
        Room room;
        QVERIFY(room.open());
        QTcpSocket waiting;
        const auto call = [&] { waiting.connectToHost("127.0.0.1", room.listener.port()); };
        connect(&room.listener, &MllpListener::answered, &waiting, call, Qt::SingleShotConnection);
        connect(&waiting, &QTcpSocket::connected, &waiting, [&] { waiting.write(framed(message("2"))); });
        auto gone = room.caller();
        gone->write(QByteArray(framed("x")).repeated(500) + framed(message("1")));
        QVERIFY(gone->waitForBytesWritten(5000));
        gone->disconnectFromHost();
        gone.reset();
        QTRY_COMPARE_WITH_TIMEOUT(room.heard, (QStringList{"2", "1"}), 30000);
    }

    /// A frame without its end may be as long as the limit, and no byte longer.
    void NET_15_howLongAFrameMayBe()
    {
        MllpListener::Limits limits;
        limits.frameBytes = 1000;
        for (const int waiting : {1000, 1001}) {
            Room room;
            QVERIFY(room.open(limits));
            const auto socket = room.caller();
            socket->write("noise" + QByteArray(1, frameStart) + (message("1") + "NTE|1||").leftJustified(waiting - 1, 'x'));
            if (waiting > 1000) {
                QTRY_COMPARE(socket->state(), QAbstractSocket::UnconnectedState);
                QVERIFY(room.heard.isEmpty());
                return;
            }
            QTRY_COMPARE(socket->bytesToWrite(), 0);
            for (int turn = 0; turn < 20; ++turn) // it is read as far as it has come; noise in front of it is not counted
                QCoreApplication::processEvents();
            // Its end comes, and another message.
            socket->write("\x1c\r" + QByteArray(900, 'n'));
            QTRY_COMPARE(room.heard, QStringList{"1"});
            socket->write(QByteArray(900, 'n') + framed(message("2")));
            QTRY_COMPARE(room.heard, (QStringList{"1", "2"}));
        }
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

    void NET_10_whoMayCall()
    {
        for (const auto& [callers, isWelcome] :
             {std::pair("", true), {"127.0.0.9 127.0.0.2", true}, {"127.0.0.9 127.0.0.1", false}}) {
            Room room;
            MllpListener::Access access;
            for (const QString& caller : QString(callers).split(u' ', Qt::SkipEmptyParts))
                access.callers << QHostAddress(caller);
            QVERIFY(room.open({}, access));
            const auto socket = room.caller("127.0.0.2");
            socket->write(framed(message("1")));
            QTRY_VERIFY(isWelcome ? room.heard == QStringList{"1"}
                                  : socket->state() == QAbstractSocket::UnconnectedState);
            QCOMPARE(room.heard.size(), isWelcome ? 1 : 0);
        }
    }

    /// No message goes in the clear where TLS is wanted, nor to who cannot show that he is the one.
    void NET_10_overTlsOrNotAtAll()
    {
        QString why;
        test::Certificates certificates(&why);
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        const auto pair = certificates.signedFor("here", "IP:127.0.0.1");
        MllpListener::Access access;
        access.tls = QSslConfiguration::defaultConfiguration();
        access.tls->setLocalCertificateChain(QSslCertificate::fromPath(pair.certificate));
        access.tls->setPrivateKey(QSslKey(test::bytesOf(pair.key), QSsl::Rsa));
        const QString ca = certificates.authority(), taken = "AA 1 ", none = said(Fault::Unreachable, "it cannot be ");
        using Row = std::tuple<bool, bool, QString, QString>; // TLS of listener and sender, its authority, its answer
        for (const auto& [isListening, isSending, caFile, told] :
             {Row{true, true, ca, taken},
              {true, true, "", none},
              {true, true, certificates.otherAuthority(), none},
              {true, true, pair.key, said(Fault::Unreadable, "the certificates in " + pair.key + " cannot be read")},
              {true, false, ca, said(Fault::Unreachable, "the connection broke ")},
              {false, false, ca, taken},
              // It hears bytes without an end; where they happen to hold one, it answers in the clear.
              {false, true, ca, said(Fault::Unreachable, "it ")}}) {
            Room room;
            QVERIFY(room.open({}, isListening ? access : MllpListener::Access()));
            MllpTarget to = target(room.listener.port());
            to.connectTimeoutMs = isSending && !isListening ? 500 : 20000;
            to.security = isSending ? MllpTarget::Security::Tls : MllpTarget::Security::Plain;
            to.caFile = caFile;
            const auto send = [&to] { return said(MllpSender(to).send(message("1"), "1")); };
            auto sending = std::async(std::launch::async, send);
            while (sending.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready)
                QCoreApplication::processEvents();
            const QString got = sending.get().replace(QString("127.0.0.1:%1").arg(to.port), "it");
            QVERIFY2(got.startsWith(told), qPrintable(got));
            QCOMPARE(room.heard, told == taken ? QStringList{"1"} : QStringList());
        }
    }

    /// MSH-18 (HL7 v2.5.1 §2.15.9.18), else the assumed one; words of ours that do not fit it are left out.
    void NET_15_inWhichCharacterSet()
    {
        for (const auto& [declared, assumed, name, answer] : std::vector<std::array<const char*, 4>>{
                 {"8859/1", "", "\xe9", "MSA|AA|1|\xe9\r"},
                 {"UNICODE UTF-8", "8859/1", "\xc3\xa9", "MSA|AA|1|\xc3\xa9\r"},
                 {"", "8859/1", "\xe9", "MSA|AA|1\r"},
                 {"", "", "\xc3\xa9", "MSA|AA|1\r"},
                 {"KOI-7", "", "x", "MSA|AR|1|the HL7 character set \"KOI-7\" is not known\r"}}) {
            Room room;
            room.words = QChar(0xe9);
            room.listener.setAssumedCharacterSet(assumed);
            QVERIFY(room.open());
            const auto socket = room.caller();
            const QByteArray head = QByteArray("MSH|^~\\&|A|B|C|D|||ADT^A08|1|P|2.5||||||") + declared;
            socket->write(framed(head + "\rPID|||1||" + name + '\r'));
            QByteArray got;
            QTRY_VERIFY((got += socket->readAll(), !messagesIn(got).isEmpty()));
            QVERIFY2(got.contains(answer), got.constData());
            QCOMPARE(room.names, answer[5] == 'R' ? QStringList() : QStringList{QChar(0xe9)});
        }
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
        const QString sentence = QStringLiteral("Cannot be reached: port %1 cannot be listened on: ").arg(port);
        QVERIFY(diascope::message(refused.error()).startsWith(sentence));
        QCOMPARE(second.port(), 0);
        listener.close();
        QCOMPARE(listener.port(), 0);
        QTRY_COMPARE(socket.state(), QAbstractSocket::UnconnectedState);
    }
};

QTEST_GUILESS_MAIN(TestMllpWire)
#include "tst_mllp_wire.moc"
