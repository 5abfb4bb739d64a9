#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_scp.h"
#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <condition_variable>
#include <mutex>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;

using test::abdomen;
using test::Collector;
using test::element;
using test::little;
using test::makeFile;
using test::ScriptedScp;

namespace
{

const QByteArray ct = "1.2.840.10008.5.1.4.1.1.2", study = "2.25.800", series = "2.25.800.1", instance = "2.25.800.1.1";

/// Explicit VR little endian (PS3.5 §7.1.2).
QByteArray explicitElement(quint16 group, quint16 name, const QByteArray& vr, const QByteArray& value)
{
    return little(group, 2) + little(name, 2) + vr + little(quint64(value.size()), 2) + value;
}

/// A CT whose pixels are encapsulated (PS3.5 §A.4): an empty offset table and one fragment, which no decoder has to like.
QByteArray encapsulated()
{
    QByteArray fragment;
    for (int i = 0; i < 4000; ++i)
        fragment += char(i * 7 % 251);
    const auto item = [](const QByteArray& value) { return QByteArray::fromHex("feff00e0") + little(quint64(value.size()), 4) + value; };
    return explicitElement(8, 0x16, "UI", test::uid(ct)) + explicitElement(8, 0x18, "UI", test::uid(instance)) +
           explicitElement(8, 0x60, "CS", "CT") + explicitElement(0x10, 0x20, "LO", "P1") +
           explicitElement(0x20, 0x0d, "UI", test::uid(study)) + explicitElement(0x20, 0x0e, "UI", test::uid(series)) +
           QByteArray::fromHex("e07f1000") + "OB" + little(0, 2) + little(0xffffffff, 4) + item({}) + item(fragment) +
           QByteArray::fromHex("feffdde000000000");
}

void compressions()
{
    QTest::addColumn<QByteArray>("syntax");
    QTest::newRow("NET-01 HTJ2K lossless") << QByteArray("1.2.840.10008.1.2.4.201");
    QTest::newRow("NET-01 HTJ2K lossless RPCL") << QByteArray("1.2.840.10008.1.2.4.202");
    QTest::newRow("NET-01 HTJ2K") << QByteArray("1.2.840.10008.1.2.4.203");
    QTest::newRow("NET-01 JPEG-LS lossless") << QByteArray("1.2.840.10008.1.2.4.80");
    QTest::newRow("NET-01 JPEG-LS") << QByteArray("1.2.840.10008.1.2.4.81");
    QTest::newRow("NET-01 JPEG 2000 lossless") << QByteArray("1.2.840.10008.1.2.4.90");
    QTest::newRow("NET-01 JPEG 2000") << QByteArray("1.2.840.10008.1.2.4.91");
}

} // namespace

/// Storage, both ways: C-STORE to servers, and the listener.
class TestDimseStorage : public QObject
{
    Q_OBJECT

    Local m_local;

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 20;
    }

    void store_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("option");
        QTest::newRow("NET-01 C-STORE uncompressed") << QString() << "+x=";
        QTest::newRow("NET-01 C-STORE JPEG-LS to who takes only uncompressed") << "JPEG-LS" << "+x=";
        QTest::newRow("NET-01 C-STORE JPEG-LS to who takes all") << "JPEG-LS" << "+xa";
    }
    void store()
    {
        QFETCH(QString, file);
        QFETCH(QString, option);
        QString path = abdomen(1).value(0);
        if (!file.isEmpty()) {
            const auto listed = test::run("/bin/sh", {"-c", "awk -F'\\t' '$4==\"1.2.840.10008.1.2.4.80\" && $2==\"CT\"{print $1; exit}' " +
                                                                test::dataFile("MANIFEST.tsv")});
            path = test::dataFile(QString::fromUtf8(listed.out).trimmed());
        }
        NEEDS_TEST_DATA(path);
        QString why;
        const auto server = test::StoreScp::start({option}, &why);
        NEEDS_SERVER(server, why);
        Task task;
        const Node node{"s", "STORESCP", "127.0.0.1", server->port, false, {}, {}, {}};
        const auto sent = dimse::store(node, {path}, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY2(sent->isComplete(), sent->failed.empty() ? "" : qPrintable(sent->failed.front().reason));
        QCOMPARE(sent->confirmed, 1);
        const QStringList stored = QDir(server->folder.path()).entryList(QDir::Files);
        QCOMPARE(stored.size(), 1);
        const auto received = dicom::Dataset::read(server->folder.filePath(stored.front()));
        const auto original = dicom::Dataset::read(path);
        QVERIFY(received);
        QCOMPARE(received->text(tag::SOPInstanceUID), original->text(tag::SOPInstanceUID));
        const bool isConverted = !file.isEmpty() && option == "+x=";
        if (!isConverted)
            QCOMPARE(received->transferSyntax().uid, original->transferSyntax().uid);
        else // pydicom decodes nothing here; DCMTK's own dcmdjpls does, in another process
            QCOMPARE(received->transferSyntax().codec, dicom::TransferSyntax::Codec::None);
        if (isConverted) {
            QTemporaryDir folder;
            QCOMPARE(test::run("dcmdjpls", {path, folder.filePath("plain")}).code, 0);
            QCOMPARE(received->bytes(tag::PixelData), dicom::Dataset::read(folder.filePath("plain"))->bytes(tag::PixelData));
        }
    }

    void SAF_05_everyUnconfirmedInstanceIsListed()
    {
        QTemporaryDir folder;
        QStringList files;
        for (int i = 0; i < 5; ++i)
            files << makeFile(folder.filePath(QString::number(i)), "2.25.77", "P", QStringLiteral("2.25.77.%1").arg(i + 10));
        QFile bad(folder.filePath("bad"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("no DICOM");
        bad.close();
        files << bad.fileName();
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, [](Received&& received) -> Result<void> {
            if (received.sopInstanceUid.endsWith("12"))
                return fail(Fault::DiskFull, {});
            return {};
        });
        QVERIFY(listener);
        Task task;
        const auto sent = dimse::store({"l", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}}, files, m_local, task);
        QVERIFY(sent);
        QVERIFY(!sent->isComplete());
        QCOMPARE(sent->confirmed, 4);
        QCOMPARE(sent->failed.size(), size_t(2));
        QSet<QString> paths;
        for (const auto& failure : sent->failed) {
            paths.insert(failure.path);
            QVERIFY(!failure.reason.isEmpty());
        }
        QCOMPARE(paths, (QSet<QString>{files[2], bad.fileName()}));
    }

    void storesGoOverOneAssociationWhereNobodyKnowsBetter_data()
    {
        QTest::addColumn<int>("associations"); // 0: as a node has it
        QTest::addColumn<int>("used");
        QTest::addColumn<int>("count"); // of files: fifty are worth another association
        QTest::newRow("SAF-05 as a node has it") << 0 << 1 << 120;
        QTest::newRow("SAF-05 one") << 1 << 1 << 120;
        QTest::newRow("SAF-05 three") << 3 << 3 << 120;
        QTest::newRow("SAF-05 three, few files") << 3 << 1 << 49;
        QTest::newRow("SAF-05 three, some files") << 3 << 2 << 50;
    }
    void storesGoOverOneAssociationWhereNobodyKnowsBetter()
    {
        QFETCH(int, associations);
        QFETCH(int, used);
        QFETCH(int, count);
        QTemporaryDir folder;
        QStringList files;
        for (int i = 1; i <= count; ++i)
            files << makeFile(folder.filePath(QString::number(i)), "2.25.81", "P", QStringLiteral("2.25.81.%1").arg(i));
        std::mutex mutex;
        std::condition_variable more;
        QSet<int> numbers;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            {
                std::unique_lock lock(mutex);
                numbers.insert(conversation.number());
                more.notify_all();
                more.wait_for(lock, std::chrono::seconds(5), [&] { return numbers.size() >= used; }); // nobody sends everything alone
            }
            conversation.respond(asked, 0);
        });
        Node node{"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}};
        if (associations > 0)
            node.associations = associations;
        Task task;
        const auto sent = dimse::store(node, files, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY(sent->isComplete());
        QCOMPARE(sent->confirmed, count);
        QCOMPARE(numbers.size(), used);
    }

    /// The same pixels whatever is in them, by C-GET from a peer that has nothing but this syntax.
    void whatIsFetchedIsKeptByteForByte_data() { compressions(); }
    void whatIsFetchedIsKeptByteForByte()
    {
        QFETCH(QByteArray, syntax);
        bool isAgreedOn = false;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            const bool isFind = asked.field == 0x0020;
            if (isFind)
                conversation.respond(asked, 0xff00, element(8, 0x62, test::uid(ct)) + element(0x20, 0x0d, test::uid(study)) +
                                                        element(0x20, 0x1208, "1 "));
            ScriptedScp::Message answer;
            if (!isFind) {
                isAgreedOn = conversation.store(ct, instance, encapsulated(), syntax);
                if (isAgreedOn)
                    conversation.receive(answer);
            }
            conversation.respond(asked, 0);
        }, {.syntaxes = {syntax, "1.2.840.10008.1.2"}});
        Collector collector;
        Task task;
        const auto result = dimse::get({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {{QString(study)}, {}, {}, {}},
                                       collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY(isAgreedOn);
        QVERIFY2(result->isComplete(), result->ended ? qPrintable(message(*result->ended)) : "");
        QCOMPARE(collector.all.size(), size_t(1));
        QCOMPARE(collector.all.front().transferSyntaxUid, QString(syntax));
        QVERIFY(collector.all.front().part10.endsWith(encapsulated()));
        QCOMPARE(dicom::Dataset::fromBytes(collector.all.front().part10)->transferSyntax().uid, QString(syntax));
    }

    /// A sub-operation of a C-GET that we refuse is answered as refused, and listed: our disk is full, or the instance is another
    /// than its command announced. The peer counts it as failed; nothing of it counts as received.
    void NET_06_aRefusedSubOperationIsNoSuccess_data()
    {
        QTest::addColumn<QByteArray>("announced");
        QTest::addColumn<bool>("isFull");
        QTest::addColumn<int>("status");
        QTest::newRow("NET-01 taken") << instance << false << 0;
        QTest::newRow("NET-06 no room") << instance << true << 0xA700;
        QTest::newRow("NET-08 another instance than announced") << QByteArray("2.25.800.1.9") << false << 0xC000;
    }
    void NET_06_aRefusedSubOperationIsNoSuccess()
    {
        QFETCH(QByteArray, announced);
        QFETCH(bool, isFull);
        QFETCH(int, status);
        const QByteArray syntax = "1.2.840.10008.1.2.4.90";
        std::atomic<int> answered = -1;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            const bool isFind = asked.field == 0x0020;
            if (isFind)
                conversation.respond(asked, 0xff00, element(8, 0x62, test::uid(ct)) + element(0x20, 0x0d, test::uid(study)) +
                                                        element(0x20, 0x1208, "1 "));
            ScriptedScp::Message answer;
            if (!isFind && conversation.store(ct, announced, encapsulated(), syntax) && conversation.receive(answer))
                answered = answer.status;
            conversation.respond(asked, 0); // whatever we said
        }, {.syntaxes = {syntax, "1.2.840.10008.1.2"}});
        Collector collector;
        Task task;
        const auto result = dimse::get({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {{QString(study)}, {}, {}, {}},
                                       [&](Received&& received) { return isFull ? Result<void>(fail(Fault::DiskFull, "no room")) : collector.sink()(std::move(received)); },
                                       m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QCOMPARE(int(answered), status);
        const int taken = status == 0 ? 1 : 0;
        QCOMPARE(result->isComplete(), taken == 1);
        QCOMPARE(result->received, taken);
        QCOMPARE(collector.all.size(), size_t(taken));
        QCOMPARE(result->failed.size(), size_t(1 - taken));
        if (!taken)
            QCOMPARE(result->failed.front().sopInstanceUid, QString(announced));
    }

    /// The same by C-STORE to the listener.
    void whatIsSentToUsIsKeptByteForByte_data() { compressions(); }
    void whatIsSentToUsIsKeptByteForByte()
    {
        QFETCH(QByteArray, syntax);
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(socket.waitForConnected(5000));
        socket.write(test::associateRequest("DIASCOPE        ", ct, syntax));
        QVERIFY(socket.waitForReadyRead(5000));
        const QByteArray accepted = socket.readAll();
        QCOMPARE(int(accepted.at(0)), 2);
        QVERIFY(accepted.contains(test::item(0x40, syntax)));
        socket.write(test::pdv(1, 3, test::commandSet(element(0, 2, test::uid(ct)) + element(0, 0x100, little(1, 2)) +
                                                      element(0, 0x110, little(1, 2)) + element(0, 0x700, little(0, 2)) +
                                                      element(0, 0x800, little(1, 2)) + element(0, 0x1000, test::uid(instance)))) +
                     test::pdv(1, 2, encapsulated()));
        QByteArray answer;
        const QByteArray success = QByteArray::fromHex("00000009020000000000"); // (0000,0900) is 0
        while (!answer.contains(success) && socket.waitForReadyRead(5000))
            answer += socket.readAll();
        QVERIFY(answer.contains(success));
        QCOMPARE(collector.all.size(), size_t(1));
        QCOMPARE(collector.all.front().transferSyntaxUid, QString(syntax));
        QVERIFY(collector.all.front().part10.endsWith(encapsulated()));
    }

    /// And from a file of ours to a peer that takes this syntax.
    void whatWeSendGoesByteForByte_data() { compressions(); }
    void whatWeSendGoesByteForByte()
    {
        QFETCH(QByteArray, syntax);
        const auto meta = [](quint16 name, const QByteArray& vr, const QByteArray& value) { return explicitElement(2, name, vr, value); };
        const QByteArray group = meta(2, "UI", test::uid(ct)) + meta(3, "UI", test::uid(instance)) + meta(0x10, "UI", test::uid(syntax));
        QTemporaryDir folder;
        QFile file(folder.filePath("ct"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(128, '\0') + "DICM" + meta(0, "UL", little(quint64(group.size()), 4)) + group + encapsulated());
        file.close();
        QByteArray got;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& asked) {
            got = asked.dataset;
            conversation.respond(asked, 0);
        }, {.syntaxes = {syntax}});
        Task task;
        const auto sent = dimse::store({"s", "SCRIPTED", "127.0.0.1", peer.port(), false, {}, {}, {}}, {file.fileName()}, m_local, task);
        QVERIFY2(sent, sent ? "" : qPrintable(message(sent.error())));
        QVERIFY2(sent->isComplete(), sent->failed.empty() ? "" : qPrintable(sent->failed.front().reason));
        QCOMPARE(sent->confirmed, 1);
        QCOMPARE(got, encapsulated());
    }

    void listenerAnswersIndependentClients_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("options");
        QTest::newRow("NET-01 echoscu") << "echoscu" << QStringList{};
        QTest::newRow("NET-01 storescu") << "storescu" << QStringList{};
    }
    void listenerAnswersIndependentClients()
    {
        QFETCH(QString, program);
        const QString path = abdomen(1).value(0);
        NEEDS_TEST_DATA(path);
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        QStringList arguments{"-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port())};
        if (program == "storescu")
            arguments << path;
        const auto ran = test::run(program, arguments);
        QVERIFY2(ran.code == 0, ran.err.constData());
        QCOMPARE(collector.all.size(), size_t(program == "storescu" ? 1 : 0));
        arguments[1] = "WRONG";
        QVERIFY(test::run(program, arguments).code != 0);
    }

    /// Over the wire nothing but digits and dots passes as a UID; the sink never sees another (NET-11).
    void NET_11_aUidThatIsAPathIsRefused()
    {
        QTemporaryDir folder;
        const QString path = makeFile(folder.filePath("evil"), "2.25.78", "P", "../../../evil");
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        const auto ran = test::run("storescu", {"-v", "-aec", "DIASCOPE", "127.0.0.1", QString::number((*listener)->port()), path});
        QVERIFY2((ran.out + ran.err).contains("CannotUnderstand") || ran.code != 0, (ran.out + ran.err).constData());
        QVERIFY(collector.all.empty());
    }

    /// What the command announces is what is stored and answered for: another instance, or one of another class, is refused
    /// with 0xA900 (PS3.4 table B.2-1), and its sender does not take the announced one for stored.
    void NET_13_anotherInstanceThanAnnouncedIsRefused_data()
    {
        QTest::addColumn<QByteArray>("announced");
        QTest::addColumn<QByteArray>("syntax");
        QTest::addColumn<QByteArray>("status");
        QTest::newRow("NET-13 the same") << instance << QByteArray("1.2.840.10008.1.2.4.90") << QByteArray::fromHex("00000009020000000000");
        QTest::newRow("NET-13 another instance") << QByteArray("2.25.800.1.2") << QByteArray("1.2.840.10008.1.2.4.90") << QByteArray::fromHex("000000090200000000a9");
        QTest::newRow("NET-13 the beginning of its UID") << instance.chopped(2) << QByteArray("1.2.840.10008.1.2.4.90") << QByteArray::fromHex("000000090200000000a9");
    }
    void NET_13_anotherInstanceThanAnnouncedIsRefused()
    {
        QFETCH(QByteArray, announced);
        QFETCH(QByteArray, syntax);
        QFETCH(QByteArray, status);
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(socket.waitForConnected(5000));
        socket.write(test::associateRequest("DIASCOPE        ", ct, syntax));
        QVERIFY(socket.waitForReadyRead(5000));
        QCOMPARE(int(socket.readAll().at(0)), 2);
        socket.write(test::pdv(1, 3, test::commandSet(element(0, 2, test::uid(ct)) + element(0, 0x100, little(1, 2)) +
                                                      element(0, 0x110, little(1, 2)) + element(0, 0x700, little(0, 2)) +
                                                      element(0, 0x800, little(1, 2)) + element(0, 0x1000, test::uid(announced)))) +
                     test::pdv(1, 2, encapsulated()));
        QByteArray answer;
        while (!answer.contains(QByteArray::fromHex("000000090200")) && socket.waitForReadyRead(5000))
            answer += socket.readAll();
        QVERIFY2(answer.contains(status), answer.toHex(' ').constData());
        QCOMPARE(collector.all.size(), size_t(announced == instance ? 1 : 0));
    }

    void NET_12_idleConnectionsDoNotShutTheListener()
    {
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        Collector collector;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        std::vector<std::unique_ptr<QTcpSocket>> idle;
        for (int i = 0; i < 1000; ++i) {
            idle.push_back(std::make_unique<QTcpSocket>());
            idle.back()->connectToHost(QHostAddress::LocalHost, (*listener)->port());
            QVERIFY(idle.back()->waitForConnected(5000));
        }
        QTRY_COMPARE((*listener)->connections(), 1000);
        Task task;
        QElapsedTimer clock;
        clock.start();
        const auto echoed = dimse::echo({"l", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}}, m_local, task);
        QVERIFY2(echoed, echoed ? "" : qPrintable(message(echoed.error())));
        QVERIFY(clock.elapsed() < 2000);
    }

    void NET_13_brokenMessagesDoNotHarmTheListener_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray aRequest = QByteArray::fromHex("0100000000440001000044494153434f50452020202020202020") +
                                    QByteArray("NOBODY          ") + QByteArray(32, '\0');
        QTest::newRow("NET-13 truncated PDU") << aRequest.left(20);
        QTest::newRow("NET-13 A-ASSOCIATE-RQ without contexts") << aRequest;
        QTest::newRow("NET-13 length of 4 GB") << QByteArray::fromHex("0100ffffffff00010000");
        QTest::newRow("NET-13 data before association") << QByteArray::fromHex("0400000000060000000201030000");
        QTest::newRow("NET-13 HTTP") << QByteArray("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        QTest::newRow("NET-13 zeros") << QByteArray(4096, '\0');
    }
    void NET_13_brokenMessagesDoNotHarmTheListener()
    {
        QFETCH(QByteArray, bytes);
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        Collector collector;
        const auto listener = Listener::start(options, collector.sink());
        QVERIFY(listener);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*listener)->port());
        QVERIFY(socket.waitForConnected());
        socket.write(bytes);
        QVERIFY(socket.waitForBytesWritten() || socket.bytesToWrite() == 0);
        socket.disconnectFromHost();
        Task task;
        QVERIFY(dimse::echo({"l", "DIASCOPE", "127.0.0.1", (*listener)->port(), false, {}, {}, {}}, m_local, task));
        QTRY_VERIFY_WITH_TIMEOUT((*listener)->connections() <= 1, 5000);
    }

    void aTakenPortSaysSo()
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.port = taken.serverPort();
        const auto listener = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(!listener);
        QCOMPARE(listener.error().fault, Fault::Conflict);
    }
};

QTEST_GUILESS_MAIN(TestDimseStorage)
#include "tst_dimse_storage.moc"
