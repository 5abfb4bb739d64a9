#include "app/demo/phantom.h"
#include "tests/support/certificates.h"
#include "tests/support/listening.h"
#include "tests/support/mllp_receiver.h"
#include "tests/support/scripted_scp.h"
#include <QTcpServer>
#include <QTcpSocket>
#include <QtTest>
#include <signal.h>
#include <unistd.h>

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

/// With the port for HL7 open.
struct Listening : test::Listening
{
    quint16 port = orderPort;
    explicit Listening(const Program& program) : test::Listening(program, {"--hl7-port", "0"}) {}
    bool isRunning() { return process.state() == QProcess::Running && ::kill(pid_t(process.processId()), 0) == 0; }
    /// From /proc/PID/status.
    qint64 peakMiB() const
    {
        QFile file(QStringLiteral("/proc/%1/status").arg(process.processId()));
        if (file.open(QIODevice::ReadOnly))
            for (const QByteArray& line : file.readAll().split('\n'))
                if (line.startsWith("VmHWM:"))
                    return line.simplified().split(' ').value(1).toLongLong() / 1024;
        return 0;
    }
    double cpuSeconds() const
    {
        QFile file(QStringLiteral("/proc/%1/stat").arg(process.processId()));
        if (!file.open(QIODevice::ReadOnly))
            return 0;
        const auto fields = file.readAll().split(' ');
        return double(fields.value(13).toLongLong() + fields.value(14).toLongLong()) / double(sysconf(_SC_CLK_TCK));
    }
};

QByteArray order(int number, const QByteArray& patient)
{
    const QByteArray n = QByteArray::number(number);
    return "\x0bMSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||ORM^O01|C" + n + "|P|2.3.1||||||UNICODE UTF-8\rPID|1||" + patient +
           "||Doe^Jane||19850930|F\rORC|NW|P" + n + "|F" + n + "\rOBR|1|P" + n + "|F" + n + "|7^CT chest^L||||||||||||||||||||CT\r\x1c\r";
}

/// What the listener answers to this; "": nothing within the time.
QByteArray ask(quint16 port, const QByteArray& bytes, const char* until = "\x1c\r")
{
    QTcpSocket socket;
    socket.connectToHost("127.0.0.1", port);
    if (!socket.waitForConnected(5000))
        return {};
    socket.write(bytes);
    QByteArray answer;
    while (!answer.contains(until) && socket.waitForReadyRead(15000))
        answer += socket.readAll();
    return answer;
}

/// `s` is a connection to the port.
test::Ran attack(quint16 port, const QByteArray& python)
{
    return test::python(QString::fromUtf8("import socket,struct,sys,time,select\n"
                                          "def connect():\n"
                                          "  s=socket.create_connection(('127.0.0.1',int(sys.argv[1])),20); s.setsockopt(socket.IPPROTO_TCP,socket.TCP_NODELAY,1); return s\n" + python),
                        {QString::number(port)});
}

/// A report that is signed and waits for the RIS.
QString signedReport(const Program& program)
{
    const QTemporaryDir folder;
    demo::Sampling sampling;
    sampling.columns = sampling.rows = 16;
    sampling.slices = 1;
    (void)demo::writeCt(folder.path(), {}, {}, sampling);
    (void)program.run({"import", folder.path()});
    const QString id = program.json({"report", "new", "--study", demo::studyUidOf("phantom"), "--template", "general"}).object()["reportId"].toString();
    for (const char* section : {"findings", "impression"})
        (void)program.run({"report", "set", id, section, "A ball."});
    (void)program.run({"report", "sign", id});
    return id;
}

void setRis(const Program& program, quint16 port)
{
    (void)program.run({"config", "set", "ris.hl7.host", "127.0.0.1"});
    (void)program.run({"config", "set", "ris.hl7.port", QString::number(port)});
}

/// A report the RIS refuses, and its addendum that waits behind it.
void holdWithAddendum(const Program& program, QString& report)
{
    report = signedReport(program);
    QVERIFY(program.run({"deliver"}).code == 1);
    SUCCEEDS(program.run({"report", "addendum", report}));
    SUCCEEDS(program.run({"report", "set", report, "addendum", "And another."}));
    SUCCEEDS(program.run({"report", "sign", report}));
}

QStringList statesIn(const QJsonDocument& deliveries)
{
    QStringList states;
    for (const QJsonValue& delivery : deliveries.array())
        states << delivery["state"].toString();
    return states;
}

} // namespace

/// The RIS and who pretends to be it: the port for HL7 under attack, and reports that it refuses, keeps or forgets.
class TestCliRis : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// What is freed while it is in use ends the process sooner or later: often enough.
    void NET_15_pipelinedOrdersAndAResetEndNothing()
    {
        const Program program;
        Listening listener(program);
        QVERIFY(listener.port);
        const QByteArray frames = order(1, "P1").toHex();
        const Ran ran = attack(listener.port, "data=bytes.fromhex('" + frames + "')*40\n"
                                              "for i in range(60):\n"
                                              "  s=connect(); s.sendall(data)\n"
                                              "  s.setsockopt(socket.SOL_SOCKET,socket.SO_LINGER,struct.pack('ii',1,0)); s.close()\n");
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(ask(listener.port, order(2, "P2")).contains("MSA|AA|C2"));
        QVERIFY(listener.isRunning());
    }

    void NET_15_aPeerGetsNoMoreMemoryThanIsItsDue_data()
    {
        QTest::addColumn<QByteArray>("python");
        QTest::newRow("field separators") << QByteArray("s=connect()\ntry: s.sendall(b'\\x0bMSH|^~\\\\&|RIS|H|D|R|1||ORM^O01|1|P|2.3.1\\rPID'+b'|'*31_000_000+b'\\x1c\\r'); s.recv(9999)\nexcept OSError: pass\n");
        QTest::newRow("as many as a frame may hold") << QByteArray("s=connect()\ntry: s.sendall(b'\\x0bMSH|^~\\\\&|RIS|H|D|R|1||ORM^O01|1|P|2.3.1\\rPID'+b'|'*8_000_000+b'\\x1c\\r'); s.recv(9999)\nexcept OSError: pass\n");
        QTest::newRow("segments") << QByteArray("s=connect()\ntry: s.sendall(b'\\x0bMSH|^~\\\\&|RIS|H|D|R|1||ORM^O01|1|P|2.3.1\\r'+b'PID\\r'*2_000_000+b'\\x1c\\r'); s.recv(9999)\nexcept OSError: pass\n");
        // Small frames, and nobody who takes the answers.
        QTest::newRow("unread answers") << QByteArray("s=connect(); s.setblocking(False); data=b'\\x0bx\\x1c\\r'*50_000; sent=0\n"
                                                      "while sent<24_000_000:\n"
                                                      "  if not select.select([],[s],[],1.5)[1]: break\n"
                                                      "  try: sent+=s.send(data)\n"
                                                      "  except BlockingIOError: pass\n"
                                                      "  except OSError: break\n");
    }
    void NET_15_aPeerGetsNoMoreMemoryThanIsItsDue()
    {
#ifdef DIASCOPE_SANITIZED
        QSKIP("the sanitizer has memory of its own");
#endif
        QFETCH(QByteArray, python);
        const Program program;
        Listening listener(program);
        QVERIFY(listener.port);
        QVERIFY(ask(listener.port, order(1, "P1")).contains("MSA|AA|C1"));
        const qint64 before = listener.peakMiB();
        const Ran ran = attack(listener.port, python);
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(ask(listener.port, order(2, "P2")).contains("MSA|AA|C2"));
        constexpr qint64 mostMiB = 200;
        QVERIFY2(listener.peakMiB() - before < mostMiB, qPrintable(QString("%1 MiB more").arg(listener.peakMiB() - before)));
    }

    /// The same bytes in as many pieces: what waits behind the frame's first 7 MB costs no more than what comes in front of them.
    void NET_15_aSlowFrameCostsNoSecondLook()
    {
        const QByteArray large = "s.sendall(b'x'*7_000_000)\n";
        const QByteArray pieces = "for i in range(3000):\n  s.send(b'y'); time.sleep(0.0005)\n";
        const auto cost = [](const QByteArray& sends) -> double {
            const Program program;
            const Listening listener(program);
            const double before = listener.cpuSeconds();
            const Ran ran = attack(listener.port, "s=connect(); s.sendall(b'\\x0b')\n" + sends);
            return listener.port && ran.code == 0 ? listener.cpuSeconds() - before : -1;
        };
        const double before = cost(pieces + large);
        const double behind = cost(large + pieces);
        QVERIFY(before >= 0 && behind >= 0);
        QVERIFY2(behind < 3 * before + 0.2, qPrintable(QString("%1 s and %2 s").arg(behind).arg(before)));
    }

    void NET_12_idleConnectionsDoNotShutTheRisOut()
    {
        const Program program;
        Listening listener(program);
        QVERIFY(listener.port);
        std::vector<std::unique_ptr<QTcpSocket>> idle;
        for (int i = 0; i < 40; ++i) {
            idle.push_back(std::make_unique<QTcpSocket>());
            idle.back()->connectToHost("127.0.0.1", listener.port);
            QVERIFY(idle.back()->waitForConnected(5000));
        }
        QVERIFY(ask(listener.port, order(1, "P1")).contains("MSA|AA|C1"));
    }

    void NET_15_eachOrderAsksForItsPatientAlone()
    {
        std::atomic<int> questions = 0;
        test::ScriptedScp pacs([&](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& message) {
            if (message.field != 0x0020)
                return;
            ++questions;
            conversation.respond(message, 0);
        });
        const Program program;
        SUCCEEDS(program.run({"node", "add", "PACS", "--ae", "PACS", "--host", "127.0.0.1", "--port", QString::number(pacs.port())}));
        Listening listener(program);
        QVERIFY(listener.port);
        constexpr int orders = 30;
        for (int i = 1; i <= orders; ++i) {
            QVERIFY(ask(listener.port, order(i, "P" + QByteArray::number(i))).contains("MSA|AA|C"));
            QTRY_VERIFY_WITH_TIMEOUT(questions >= i, 15000);
        }
        listener.process.terminate();
        QVERIFY(listener.process.waitForFinished(15000));
        QCOMPARE(questions.load(), orders);
    }

    /// What is not on the disk is not acknowledged: the RIS keeps it and sends it again.
    void NET_15_anOrderThatCannotBeStoredIsNotAccepted()
    {
        const Program program;
        Listening listener(program);
        QVERIFY(listener.port);
        const auto change = [&program](const QString& sql) {
            return test::python("import sqlite3,sys\nc=sqlite3.connect(sys.argv[1])\nc.execute(sys.argv[2])\nc.commit()", {program.profile() + "/diascope.db", sql});
        };
        QVERIFY(ask(listener.port, order(1, "P1")).contains("MSA|AA|C1"));
        SUCCEEDS(change("ALTER TABLE imaging_order RENAME TO elsewhere"));
        const QByteArray refused = ask(listener.port, order(2, "P2"));
        QVERIFY2(refused.contains("MSA|AE|C2"), refused.constData());
        SUCCEEDS(change("ALTER TABLE elsewhere RENAME TO imaging_order"));
        QVERIFY(ask(listener.port, order(2, "P2")).contains("MSA|AA|C2"));
    }

    void DEL_04_aHeldReportIsReleasedOrGivenUp()
    {
        const Program program;
        test::MllpReceiver ris("AE,AA");
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not here");
        setRis(program, ris.port());
        QString report;
        holdWithAddendum(program, report);
        int code = 0;
        auto deliveries = program.json({"deliver"}, &code);
        QCOMPARE(code, 1);
        QCOMPARE(statesIn(deliveries), (QStringList{"held", "queued"}));
        QCOMPARE(deliveries[0]["waitingBehind"].toInt(), 1);
        const Ran said = program.run({"deliver"});
        QVERIFY2(said.out.contains("wait behind it: 1"), said.out.constData());
        FAILS_PLAINLY(program.run({"remove", demo::studyUidOf("phantom")}));
        // Wrong words change nothing.
        QCOMPARE(program.run({"deliver", "--cancel", report}).code, 2);
        FAILS_PLAINLY(program.run({"deliver", "--cancel", report, "--why", "  "}));
        FAILS_PLAINLY(program.run({"deliver", "--release", "4711"}));
        FAILS_PLAINLY(program.run({"--view-only", "deliver", "--release", report}));
        QCOMPARE(statesIn(program.json({"deliver"}, &code)), (QStringList{"held", "queued"}));
        QCOMPARE(ris.messages().size(), 1);
        SUCCEEDS(program.run({"deliver", "--release", report}));
        QCOMPARE(statesIn(program.json({"deliver"})), (QStringList{"acknowledged", "acknowledged"}));
        const auto messages = ris.messages();
        QCOMPARE(messages.size(), 3);
        QCOMPARE(messages[0], messages[1]); // with the same control ID
        SUCCEEDS(program.run({"remove", demo::studyUidOf("phantom")}));
    }

    void DEL_04_whatIsGivenUpHoldsNothingUp()
    {
        const Program program;
        test::MllpReceiver ris("AE,AA");
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not here");
        setRis(program, ris.port());
        QString report;
        holdWithAddendum(program, report);
        SUCCEEDS(program.run({"deliver", "--cancel", report, "--why", "told them by telephone"}));
        QCOMPARE(ris.messages().size(), 1); // giving up sends nothing
        const auto deliveries = program.json({"deliver"});
        QCOMPARE(statesIn(deliveries), (QStringList{"cancelled", "acknowledged"}));
        QVERIFY(deliveries[0]["lastError"].toString().contains("told them by telephone"));
        QCOMPARE(ris.messages().size(), 2);
        SUCCEEDS(program.run({"remove", demo::studyUidOf("phantom")}));
    }

    /// What a peer or a file says moves no cursor, and text may begin like an option.
    void SEC_06_wordsOfOthersAreShownAsText()
    {
        const Program program;
        const QTemporaryDir folder;
        QFile file(folder.filePath("a\033[2J\x07.dcm"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no image") > 0);
        file.close();
        const Ran ran = program.run({"import", folder.path()});
        QVERIFY2(ran.out.contains("[2J"), ran.out.constData());
        QVERIFY(!(ran.out + ran.err).contains('\033') && !(ran.out + ran.err).contains('\x07'));
        const QString report = signedReport(program);
        SUCCEEDS(program.run({"report", "addendum", report}));
        for (const char* text : {"-no haemorrhage", "--help me", "- a list"}) {
            SUCCEEDS(program.run({"report", "set", report, "addendum", text}));
            QVERIFY2(program.run({"report", "show", report}).out.contains(text), text);
        }
        // U+009B is CSI to many terminals.
        SUCCEEDS(program.run({"report", "set", report, "addendum", QString::fromUtf8("a\u009b2Jb\u007fc")}));
        const QByteArray shown = program.run({"report", "show", report}).out, json = program.run({"report", "show", report, "--json"}).out;
        QVERIFY2(shown.contains("a\uFFFD2Jb\u2421c"), shown.constData());
        QVERIFY2(json.contains("a\\u009b2Jb\\u007fc") && !json.contains("\xc2\x9b") && !json.contains('\x7f'), json.constData());
    }

    /// What the RIS says may name the patient: it is shown, and ~Program does not find it in the log.
    void SEC_04_whatTheRisSaysIsNotLogged()
    {
        const Program program;
        test::MllpReceiver ris("named");
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not here");
        setRis(program, ris.port());
        (void)signedReport(program);
        int code = 0;
        const auto deliveries = program.json({"deliver"}, &code);
        QCOMPARE(code, 1);
        QCOMPARE(statesIn(deliveries), QStringList{"held"});
        QVERIFY2(deliveries[0]["lastError"].toString().endsWith("unknown patient Doe, Jane"), qPrintable(deliveries[0]["lastError"].toString()));
        QVERIFY(test::bytesOf(program.profile() + "/diascope.log").contains("attempt 1 held"));
    }

    void DEL_03_whatIsCommittedIsNotSentAgain()
    {
        const Program program;
        test::MllpReceiver ris("CA");
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not here");
        setRis(program, ris.port());
        const QString report = signedReport(program);
        int code = 0;
        auto deliveries = program.json({"deliver", "--wait", "25"}, &code); // over two rounds and a backoff
        QCOMPARE(code, 1);
        QCOMPARE(ris.messages().size(), 1);
        QCOMPARE(statesIn(deliveries), QStringList{"sent"});
        QVERIFY(deliveries[0]["committed"].toBool());
        FAILS_PLAINLY(program.run({"remove", demo::studyUidOf("phantom")}));
        // The last word comes to our port: it is answered, and settles.
        Listening listener(program);
        QVERIFY(listener.port);
        const QByteArray controlId = deliveries[0]["controlId"].toString().toLatin1();
        const auto ack = [&](const QByteArray& code, const QByteArray& of) {
            return "\x0bMSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||ACK^R01|A1|P|2.5.1\rMSA|" + code + "|" + of + "\r\x1c\r";
        };
        QVERIFY(ask(listener.port, ack("AA", "DSNEVERSENT")).contains("MSA|CR|A1"));
        QVERIFY(ask(listener.port, ack("AA", controlId)).contains("MSA|CA|A1"));
        QCOMPARE(statesIn(program.json({"deliver"})), QStringList{"acknowledged"});
        QCOMPARE(ris.messages().size(), 1);
    }

    void DEL_03_aMissingLastWordIsEscalated()
    {
        const Program program;
        test::MllpReceiver ris("CA");
        if (!ris.isRunning())
            QSKIP("python3-hl7 is not here");
        setRis(program, ris.port());
        SUCCEEDS(program.run({"config", "set", "ris.hl7.answerMinutes", "0"}));
        (void)signedReport(program);
        int code = 0;
        const auto deliveries = program.json({"deliver"}, &code);
        QCOMPARE(code, 1);
        QCOMPARE(statesIn(deliveries), QStringList{"held"});
        QVERIFY2(deliveries[0]["lastError"].toString().contains("never said"), qPrintable(deliveries[0]["lastError"].toString()));
    }

    /// A RIS of Python's, over TLS: what it saw before and behind the handshake.
    void NET_10_reportsGoOverTlsOrNotAtAll_data()
    {
        QTest::addColumn<QString>("certificate"); // of the RIS; empty: it speaks in the clear
        QTest::addColumn<bool>("isTrusted");
        QTest::addColumn<bool>("isDelivered");
        QTest::newRow("trusted") << "IP:127.0.0.1" << true << true;
        QTest::newRow("unknown authority") << "IP:127.0.0.1" << false << false;
        QTest::newRow("another host") << "DNS:elsewhere.example" << true << false;
        QTest::newRow("no TLS there") << "" << true << false;
    }
    void NET_10_reportsGoOverTlsOrNotAtAll()
    {
        QFETCH(QString, certificate);
        QFETCH(bool, isTrusted);
        QFETCH(bool, isDelivered);
        QString why;
        test::Certificates certificates(&why);
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        const auto pair = certificates.signedFor("ris", certificate.isEmpty() ? QString("IP:127.0.0.1") : certificate);
        QProcess ris;
        ris.start("python3", {"-c",
                              "import socket,ssl,sys,re\n"
                              "l=socket.create_server(('127.0.0.1',0)); print(l.getsockname()[1],flush=True)\n"
                              "c,_=l.accept(); c.settimeout(8)\n"
                              "first=c.recv(3,socket.MSG_PEEK); print('tls' if first[:1]==b'\\x16' else 'clear',flush=True)\n"
                              "try:\n"
                              "  if sys.argv[3]:\n"
                              "    x=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); x.load_cert_chain(sys.argv[1],sys.argv[2]); c=x.wrap_socket(c,server_side=True)\n"
                              "  d=b''\n"
                              "  while b'\\x1c\\r' not in d:\n"
                              "    m=c.recv(65536)\n"
                              "    if not m: break\n"
                              "    d+=m\n"
                              "  if b'MSH' in d:\n"
                              "    print('message',flush=True); i=d.split(b'|')[9]\n"
                              "    c.sendall(b'\\x0bMSH|^~\\\\&|R|H|D|D|1||ACK|1|P|2.5.1\\rMSA|AA|'+i+b'\\r\\x1c\\r'); c.recv(1)\n"
                              "except OSError: pass\n",
                              pair.certificate, pair.key, certificate});
        QVERIFY(ris.waitForReadyRead(15000));
        const Program program;
        setRis(program, quint16(ris.readLine().trimmed().toUInt()));
        SUCCEEDS(program.run({"config", "set", "ris.hl7.tls", "true"}));
        if (isTrusted)
            SUCCEEDS(program.run({"config", "set", "ris.hl7.ca", certificates.authority()}));
        (void)signedReport(program);
        const Ran ran = program.run({"deliver"});
        QCOMPARE(ran.code, isDelivered ? 0 : 1);
        QVERIFY(ris.waitForFinished(15000));
        QCOMPARE(QString::fromUtf8(ris.readAll()).split(u'\n', Qt::SkipEmptyParts), isDelivered ? QStringList({"tls", "message"}) : QStringList{"tls"});
    }

    void NET_10_ordersComeOverTlsWhereItIsSet()
    {
        QString why;
        test::Certificates certificates(&why);
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        const auto pair = certificates.signedFor("here", "IP:127.0.0.1");
        const Program program;
        SUCCEEDS(program.run({"config", "set", "listen.hl7Tls", "true"}));
        FAILS_PLAINLY(program.run({"listen", "--port", "0", "--hl7-port", "0"})); // no certificate
        SUCCEEDS(program.run({"config", "set", "listen.tls.certificate", pair.certificate}));
        SUCCEEDS(program.run({"config", "set", "listen.tls.key", pair.key}));
        const auto byTls = [&](quint16 port, int number, const test::Certificates::Pair& own) {
            return test::python("import socket,ssl,sys\n"
                                "x=ssl.create_default_context(cafile=sys.argv[2])\n"
                                "if sys.argv[4]: x.load_cert_chain(sys.argv[4], sys.argv[5])\n"
                                "s=x.wrap_socket(socket.create_connection(('127.0.0.1',int(sys.argv[1])),10),server_hostname='127.0.0.1')\n"
                                "s.sendall(bytes.fromhex(sys.argv[3])); print(s.recv(9999).decode())\n",
                                {QString::number(port), certificates.authority(), QString::fromLatin1(order(number, "P2").toHex()), own.certificate, own.key})
                .out;
        };
        {
            Listening listener(program);
            QVERIFY(listener.port);
            QVERIFY(!ask(listener.port, order(1, "P1")).contains("MSA"));
            QVERIFY(byTls(listener.port, 2, {}).contains("MSA|AA|C2"));
        }
        // Where an authority is set, callers show a certificate of it.
        SUCCEEDS(program.run({"config", "set", "listen.tls.ca", certificates.authority()}));
        Listening listener(program);
        QVERIFY(listener.port);
        QVERIFY(!byTls(listener.port, 3, {}).contains("MSA"));
        QVERIFY(!byTls(listener.port, 4, certificates.byOther("ris", "DNS:ris")).contains("MSA"));
        QVERIFY(byTls(listener.port, 5, certificates.signedFor("ris", "DNS:ris")).contains("MSA|AA|C5"));
    }

    void NET_10_theOrderPortIsOfThisMachineAlone()
    {
        const Program program;
        SUCCEEDS(program.run({"config", "set", "listen.hl7Callers", "127.0.0.2"}));
        {
            Listening listener(program);
            QVERIFY(listener.port);
            QVERIFY(ask(listener.port, order(1, "P1")).isEmpty()); // 127.0.0.1 may not call
            // Another address of the machine is not listened on: only the loopback one that is set.
            const Ran listening = test::run("ss", {"-Hltn", QString("sport = :%1").arg(listener.port)});
            if (listening.code == 0) // LISTEN 0 50 here:port peer
                QVERIFY2(listening.out.simplified().split(' ').value(3).startsWith("127.0.0.1:"), listening.out.constData());
        }
        SUCCEEDS(program.run({"config", "set", "listen.hl7Callers", "127.0.0.2, 127.0.0.1"}));
        {
            Listening listener(program);
            QVERIFY(ask(listener.port, order(1, "P1")).contains("MSA|AA|C1"));
        }
        // Where every address is listened on, a caller of IPv4 may come as ::ffff:127.0.0.1.
        SUCCEEDS(program.run({"config", "set", "listen.hl7Address", "*"}));
        {
            Listening listener(program);
            QVERIFY(ask(listener.port, order(1, "P1")).contains("MSA|AA|C1"));
        }
        SUCCEEDS(program.run({"config", "set", "listen.hl7Callers", "nobody"}));
        FAILS_PLAINLY(program.run({"listen", "--port", "0", "--hl7-port", "0"}));
    }
};

QTEST_GUILESS_MAIN(TestCliRis)
#include "tst_cli_ris.moc"
