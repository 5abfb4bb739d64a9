#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
#include <QElapsedTimer>
#include <QTcpSocket>
#include <QTimer>
#include <QtConcurrent/QtConcurrentRun>
#include <netinet/in.h>
#include <numeric>
#include <random>
#include <sys/socket.h>
#include <unistd.h>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;
using test::abdomen;
using test::Collector;
using test::FaultProxy;
using test::big;
using test::element;
using test::item;
using test::little;
using test::pdu;
using test::pdv;

namespace
{

/// An A-ASSOCIATE-RQ by PS3.8 §9.3.2 with so many presentation contexts.
QByteArray associateRequest(int contexts, const QByteArray& sopClass = "1.2.840.10008.5.1.4.1.1.7")
{
    QByteArray items = item(0x10, "1.2.840.10008.3.1.1.1");
    for (int i = 0; i < contexts; ++i)
        items += item(0x20, QByteArray(1, char(2 * i + 1)) + QByteArray(3, '\0') + item(0x30, sopClass) +
                                item(0x40, "1.2.840.10008.1.2"));
    items += item(0x50, item(0x51, big(16384, 4)) + item(0x52, "1.2.3.4"));
    return pdu(0x01, big(1, 2) + QByteArray(2, '\0') + "DIASCOPE        " + "HOSTILE         " + QByteArray(32, '\0') + items);
}

/// A command by PS3.7 §9.3 and E.1.
QByteArray command(quint16 field, const QByteArray& sopClass = QByteArray("1.2.840.10008.5.1.4.1.1.7\0", 26))
{
    const QByteArray body = element(0, 2, sopClass) + element(0, 0x100, little(field, 2)) + element(0, 0x110, little(1, 2)) +
                            element(0, 0x700, little(0, 2)) + element(0, 0x800, little(1, 2)) + element(0, 0x1000, "1.2.3.45");
    return element(0, 0, little(quint64(body.size()), 4)) + body;
}

qint64 residentKiB()
{
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').value(0).toLongLong();
    return 0;
}

} // namespace

class TestDimseFaults : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Orthanc> m_orthanc;
    std::unique_ptr<FaultProxy> m_toUs; ///< Orthanc's way to the listener of a C-MOVE
    quint16 m_movePort = 0;
    QString m_whyNot, m_study;
    QHash<QString, QByteArray> m_pixels; ///< by SOP Instance UID
    QStringList m_files;
    Local m_local;

    Node node(quint16 port) const { return {"orthanc", "ORTHANC", "127.0.0.1", port, false, {}, "ISO_IR 192", {}}; }
    bool areWhole(const Collector& collector) const
    {
        return std::all_of(collector.all.begin(), collector.all.end(), [&](const Received& received) {
            const auto dataset = dicom::Dataset::fromBytes(received.part10);
            return dataset && m_pixels.value(received.sopInstanceUid) == dataset->bytes(tag::PixelData);
        });
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 3;
        m_local.acseSeconds = 2;
        m_local.dimseSeconds = 2;
        m_movePort = test::freePort();
        m_toUs = std::make_unique<FaultProxy>(m_movePort);
        m_orthanc = test::Orthanc::start(m_toUs->port(), &m_whyNot);
        if (!m_orthanc)
            QSKIP(qPrintable(m_whyNot));
        m_files = abdomen(6);
        if (m_files.isEmpty())
            QSKIP("the real test data is not here");
        for (const QString& file : m_files) {
            const auto dataset = dicom::Dataset::read(file);
            m_study = dataset->text(tag::StudyInstanceUID);
            m_pixels.insert(dataset->text(tag::SOPInstanceUID), dataset->bytes(tag::PixelData));
        }
        SUCCEEDS(test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(m_orthanc->port)} + m_files));
    }

    void faultsInServices_data()
    {
        QTest::addColumn<QString>("service");
        QTest::addColumn<QString>("fault");
        for (const char* service : {"C-FIND", "C-GET", "C-MOVE", "C-STORE"})
            for (const char* fault : {"cut", "reset", "dropped", "stalled", "header corrupted", "swapped"}) {
                const char* id = qstrcmp(fault, "stalled") == 0                               ? "NET-03"
                                 : qstrcmp(fault, "cut") == 0 || qstrcmp(fault, "reset") == 0 ? "NET-02"
                                                                                              : "NET-13";
                QTest::newRow(qPrintable(QStringLiteral("%1 %2 %3").arg(id, service, fault))) << service << fault;
            }
    }
    /// At places drawn by chance: it ends in bounded time, counts only what came whole, and an honest line brings the rest.
    /// Bytes changed within pixels cannot be seen by DICOM without TLS: here only where PDUs have their headers, and whole
    /// blocks.
    void faultsInServices()
    {
        QFETCH(QString, service);
        QFETCH(QString, fault);
        const quint32 seed =
            qEnvironmentVariableIsSet("DIASCOPE_SEED") ? qEnvironmentVariableIntValue("DIASCOPE_SEED") : std::random_device()();
        std::mt19937 random(seed);
        const QByteArray note = "DIASCOPE_SEED=" + QByteArray::number(seed);
        FaultProxy proxy(m_orthanc->port);
        for (int round = 0; round < (fault == "stalled" ? 1 : 3); ++round) {
            const bool isBig = service != "C-FIND";
            const auto way = service == "C-STORE" || service == "C-MOVE" ? FaultProxy::Way::ToServer : FaultProxy::Way::ToClient;
            const qint64 at = isBig ? std::uniform_int_distribution<qint64>(100, 3'000'000)(random)
                                    : std::uniform_int_distribution<qint64>(10, 900)(random);
            FaultProxy::Faults faults;
            if (fault == "cut" || fault == "reset")
                faults.cutAfter = at;
            if (fault == "reset")
                faults.ending = FaultProxy::Ending::Reset;
            if (fault == "dropped") {
                faults.dropFrom = at;
                faults.dropTo = at + 7;
            }
            if (fault == "header corrupted") { // the answer to the association request
                faults.corruptAt = std::uniform_int_distribution<qint64>(0, 5)(random);
                faults.corruptCount = 6;
            }
            if (fault == "swapped") {
                faults.swapAt = at / 2;
                faults.swapSize = isBig ? 150000 : 100; // more than a PDU: headers are among them
            }
            FaultProxy& line = service == "C-MOVE" ? *m_toUs : proxy;
            line.clear();
            if (fault == "stalled")
                line.stall();
            else
                line.set(way, faults);
            Collector collector;
            Task task;
            QElapsedTimer clock;
            clock.start();
            const Node peer = node(service == "C-MOVE" ? m_orthanc->port : proxy.port());
            const RetrieveRequest request{{m_study}, {}, {}, {}};
            const MoveDestination destination{"DIASCOPE", m_movePort, ListenerOptions::Interface::Loopback};
            const auto retrieve = [&](const RetrieveRequest& what) {
                return service == "C-MOVE" ? dimse::move(peer, what, destination, collector.sink(), m_local, task)
                                           : dimse::get(peer, what, collector.sink(), m_local, task);
            };
            if (service == "C-FIND") {
                FindKeys keys;
                keys.studyUid = m_study;
                const auto rows = dimse::find(
                    peer, Level::Study, keys, [&](const dicom::Dataset&) { return true; }, m_local, task);
                QVERIFY2(rows ? *rows == 1 : !rows.error().detail.isEmpty(), note.constData());
                if (fault == "stalled")
                    QCOMPARE(rows.error().fault, Fault::TimedOut);
            } else if (service == "C-STORE") {
                const auto sent = dimse::store(peer, m_files, m_local, task);
                if (sent)
                    QVERIFY2(sent->confirmed + qint64(sent->failed.size()) == m_files.size(), note.constData());
                else
                    QVERIFY2(!sent.error().detail.isEmpty(), note.constData());
                if (fault == "stalled")
                    QCOMPARE(sent.error().fault, Fault::TimedOut);
            } else {
                const auto got = retrieve(request);
                if (got)
                    QVERIFY2(got->received == qint64(collector.all.size()), note.constData());
                QVERIFY2(got || !got.error().detail.isEmpty(), note.constData());
                if (got && got->received < m_pixels.size())
                    QVERIFY2(!got->isComplete(), note.constData());
            }
            QVERIFY2(clock.elapsed() < 30000, note.constData());
            if (fault != "swapped") // two blocks that change places are two corruptions of pixels
                QVERIFY2(areWhole(collector), note.constData());
            line.clear();
            if (service == "C-STORE") {
                const auto again = dimse::store(peer, m_files, m_local, task);
                QVERIFY2(again && again->isComplete() && again->confirmed == m_files.size(), note.constData());
            } else if (service != "C-FIND") {
                const auto rest = retrieve({{m_study}, {}, collector.uids(), {}});
                QVERIFY2(rest, rest ? "" : qPrintable(message(rest.error())));
                QVERIFY2(rest->isComplete(), note.constData());
                QCOMPARE(collector.uids().size(), m_pixels.size());
                QCOMPARE(qsizetype(collector.all.size()), m_pixels.size()); // none twice
            }
        }
    }

    void cutsAtManyPlaces_data()
    {
        QTest::addColumn<QString>("service");
        QTest::newRow("NET-05 NET-02 C-GET") << "C-GET";
        QTest::newRow("NET-02 C-MOVE") << "C-MOVE";
        QTest::newRow("NET-02 C-STORE") << "C-STORE";
    }
    /// Anywhere from the first byte to the last: what came is whole and counted, and one more call brings exactly the rest.
    /// DIASCOPE_ROUNDS: more than the usual dozen places.
    void cutsAtManyPlaces()
    {
        QFETCH(QString, service);
        const quint32 seed =
            qEnvironmentVariableIsSet("DIASCOPE_SEED") ? qEnvironmentVariableIntValue("DIASCOPE_SEED") : std::random_device()();
        const int rounds = std::max(12, qEnvironmentVariableIntValue("DIASCOPE_ROUNDS"));
        std::mt19937 random(seed);
        qInfo("DIASCOPE_SEED=%u", seed);
        FaultProxy proxy(m_orthanc->port);
        FaultProxy& line = service == "C-MOVE" ? *m_toUs : proxy;
        const Node peer = node(service == "C-MOVE" ? m_orthanc->port : proxy.port());
        const MoveDestination destination{"DIASCOPE", m_movePort, ListenerOptions::Interface::Loopback};
        const qint64 all = std::accumulate(m_pixels.begin(), m_pixels.end(), qint64(0),
                                           [](qint64 sum, const QByteArray& one) { return sum + one.size(); });
        int partial = 0;
        for (int round = 0; round < rounds; ++round) {
            FaultProxy::Faults faults;
            faults.cutAfter = std::uniform_int_distribution<qint64>(1, all + 10'000)(random);
            const QByteArray note =
                "DIASCOPE_SEED=" + QByteArray::number(seed) + ", cut after " + QByteArray::number(faults.cutAfter);
            line.clear();
            line.set(service == "C-GET" ? FaultProxy::Way::ToClient : FaultProxy::Way::ToServer, faults);
            Task task;
            Collector collector;
            QElapsedTimer clock;
            clock.start();
            if (service == "C-STORE") {
                const auto sent = dimse::store(peer, m_files, m_local, task);
                const qint64 confirmed = sent ? sent->confirmed : 0;
                QVERIFY2(!sent || confirmed + qint64(sent->failed.size()) == m_files.size(), note.constData());
                QVERIFY2(sent ? sent->isComplete() == (confirmed == m_files.size()) : !sent.error().detail.isEmpty(),
                         note.constData());
                partial += confirmed > 0 && confirmed < m_files.size();
                line.clear();
                const QStringList rest = m_files.mid(confirmed); // in order: one association
                const auto again = rest.isEmpty() ? Result<SendResult>() : dimse::store(peer, rest, m_local, task);
                QVERIFY2(again && again->isComplete(), note.constData());
            } else {
                const auto retrieve = [&](const QSet<QString>& present) {
                    const RetrieveRequest what{{m_study}, {}, present, {}};
                    return service == "C-MOVE" ? dimse::move(peer, what, destination, collector.sink(), m_local, task)
                                               : dimse::get(peer, what, collector.sink(), m_local, task);
                };
                const auto got = retrieve({});
                const qint64 received = got ? got->received : 0;
                QVERIFY2(received == qint64(collector.all.size()) && areWhole(collector), note.constData());
                QVERIFY2(got ? got->isComplete() == (received == m_pixels.size()) : !got.error().detail.isEmpty(),
                         note.constData());
                partial += received > 0 && received < m_pixels.size();
                line.clear();
                const auto rest = retrieve(collector.uids());
                QVERIFY2(rest && rest->isComplete() && rest->received == m_pixels.size() - received, note.constData());
                QVERIFY2(areWhole(collector) && qsizetype(collector.all.size()) == m_pixels.size(),
                         note.constData()); // none twice
                QVERIFY2(collector.uids().size() == m_pixels.size(), note.constData());
            }
            QVERIFY2(clock.elapsed() < 30000, note.constData());
        }
        QVERIFY2(partial > 0, "no cut was in the middle"); // or this tested nothing
    }

    /// Latency and a narrow line only take time.
    void NET_16_aSlowLineIsNoFault()
    {
        FaultProxy proxy(m_orthanc->port);
        FaultProxy::Faults slow;
        slow.delayMs = 50;
        slow.bytesPerSecond = 4'000'000;
        proxy.set(FaultProxy::Way::ToClient, slow);
        slow.bytesPerSecond = 0;
        proxy.set(FaultProxy::Way::ToServer, slow);
        Collector collector;
        Task task;
        const auto got = dimse::get(node(proxy.port()), {{m_study}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(got, got ? "" : qPrintable(message(got.error())));
        QVERIFY(got->isComplete());
        QVERIFY(areWhole(collector));
    }

    /// Everything hostile there is, many times over, in an order drawn by chance.
    void NET_13_anAssaultDoesNotHarmTheListener()
    {
        const quint32 seed =
            qEnvironmentVariableIsSet("DIASCOPE_SEED") ? qEnvironmentVariableIntValue("DIASCOPE_SEED") : std::random_device()();
        std::mt19937 random(seed);
        qInfo("DIASCOPE_SEED=%u", seed);
        const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
        Collector collector;
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.acseSeconds = 2;
        options.dimseSeconds = 1;
        // What keeps instances looks at them, as the archive does.
        const auto started = Listener::start(options, [&](Received&& received) -> Result<void> {
            const auto dataset = dicom::Dataset::fromBytes(received.part10);
            return dataset ? collector.sink()(std::move(received)) : std::unexpected(dataset.error());
        });
        QVERIFY(started);
        Listener& listener = **started;
        const QByteArray good = associateRequest(1);
        const QByteArray store = pdv(1, 3, command(0x0001));
        const QList<QByteArray> attacks{
            good.left(40), // half a request
            associateRequest(0),
            associateRequest(128),
            associateRequest(1200),            // none, all, more than there are numbers for
            pdu(0x01, QByteArray(65000, 'x')), // a request of letters
            good + big(0x0400ffffffff, 6),     // a PDU of 4 GB
            good + pdv(1, 3, command(0x0130)), // N-ACTION
            good + pdv(1, 3, command(0x0020)) + pdv(1, 2, element(8, 0x52, "STUDY ")), // C-FIND without its context
            good + pdv(3, 3, command(0x0001)),                                         // a context never agreed on
            good + store +
                pdv(1, 2, little(0x7fe0, 2) + little(0x10, 2) + little(0xfffffff0, 4)), // pixels of 4 GB, of which nothing comes
            good + store.left(60),                                                      // half a command
            good + store,                                                               // a dataset that never comes
            good + pdv(1, 3, QByteArray(5000, '\xff')),                                 // a command of rubbish
            good + pdv(1, 1, command(0x0001)).repeated(200),                            // a command without an end
            good + big(0x040000000006, 6) + big(0xffffffff, 4) + "\x01\x03",            // a PDV longer than its PDU
            associateRequest(1, "1.2.3.4.5.6.7") + store,                               // an unknown SOP class
            good + pdu(0x07, big(0, 4)),
            good + pdu(0x05, big(0, 4)),
            good + pdu(0x09, "?"),
            QByteArray(100, '\0'),
            "GET / HTTP/1.1\r\n\r\n"};
        const qint64 memory = residentKiB();
        std::vector<std::unique_ptr<QTcpSocket>> open;
        for (int i = 0; i < 600; ++i) {
            QByteArray bytes = attacks[below(int(attacks.size()))];
            for (int changes = below(3) ? 0 : below(8); changes > 0 && !bytes.isEmpty(); --changes)
                bytes[below(int(bytes.size()))] = char(below(256));
            auto socket = std::make_unique<QTcpSocket>();
            socket->connectToHost(QHostAddress::LocalHost, listener.port());
            QVERIFY(socket->waitForConnected(5000));
            socket->write(bytes);
            socket->waitForBytesWritten(500);
            if (const int end = below(3); end == 0) { // gone by a reset
                const linger abrupt{1, 0};
                ::setsockopt(int(socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
                socket->abort();
            } else if (end == 1) {
                socket->disconnectFromHost();
            } else {
                open.push_back(std::move(socket)); // stays, silent
            }
        }
        QTRY_VERIFY_WITH_TIMEOUT(listener.connections() == 0 || listener.status().associations == 0, 30000);
        open.clear();
        Task task;
        QTRY_VERIFY_WITH_TIMEOUT(
            dimse::echo({"l", "DIASCOPE", "127.0.0.1", listener.port(), false, {}, {}, {}}, m_local, task).has_value(), 20000);
        QVERIFY(collector.all.empty()); // no attack became an instance
        SUCCEEDS(test::run("storescu", {"-aec", "DIASCOPE", "127.0.0.1", QString::number(listener.port()), m_files.front()}));
        QCOMPARE(collector.all.size(), size_t(1));
        QVERIFY(areWhole(collector));
        QVERIFY2(listener.status().refused > 100, QByteArray::number(listener.status().refused).constData());
        QVERIFY2(residentKiB() - memory < 200'000, QByteArray::number(residentKiB() - memory).constData());
    }

    /// What makes DCMTK's parser throw (see tst_dataset) or run out of stack ends that association alone: in a command, in the
    /// dataset of a report. The same where what keeps the instances throws.
    void NET_12_whatBreaksTheParserEndsOneAssociation()
    {
        const QByteArray type = element(4, 0x1430, QByteArray(40, 'A'));
        const QByteArray record = element(4, 0x1220, little(0xe000fffe, 4) + little(quint64(type.size()), 4) + type);
        const QByteArray commitment = "1.2.840.10008.1.20.1";
        const QByteArray report = element(0, 2, test::uid(commitment)) + element(0, 0x100, little(0x0100, 2)) + element(0, 0x110, little(1, 2)) +
                                  element(0, 0x800, little(1, 2)) + element(0, 0x1000, test::uid("1.2.840.10008.1.20.1.1")) + element(0, 0x1002, little(1, 2));
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.acseSeconds = 2;
        int reports = 0;
        options.onCommitment = [&](const CommitmentReport&) { ++reports; };
        std::atomic<int> taken = 0;
        const auto started = Listener::start(options, [&](Received&&) -> Result<void> {
            ++taken;
            throw std::bad_alloc();
        });
        QVERIFY(started);
        Listener& listener = **started;
        Task task;
        QByteArray nested; // to the end of any stack
        for (int i = 0; i < 60'000; ++i)
            nested += little(0x11400008, 4) + little(0xffffffff, 4) + little(0xe000fffe, 4) + little(0xffffffff, 4);
        const QByteArray deep = command(0x0001) + nested;
        QByteArray depths;
        for (qsizetype at = 0; at < deep.size(); at += 16000)
            depths += pdv(1, at + 16000 < deep.size() ? 1 : 3, deep.mid(at, 16000));
        const QByteArray instance = element(8, 0x16, test::uid("1.2.840.10008.5.1.4.1.1.7")) + element(8, 0x18, "1.2.3.45");
        const QList<QByteArray> attacks{associateRequest(1) + pdv(1, 3, command(0x0001) + record),
                                        associateRequest(1) + depths,
                                        associateRequest(1) + pdv(1, 3, command(0x0001) + little(0, 4) + little(0xfffffff0, 4)),
                                        associateRequest(1) + pdv(1, 3, command(0x0001)) + pdv(1, 2, instance),
                                        associateRequest(1, commitment) + pdv(1, 3, test::commandSet(report)) + pdv(1, 2, record)};
        for (const QByteArray& attack : attacks) {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHost, listener.port());
            QVERIFY(socket.waitForConnected(5000));
            socket.write(attack);
            QTRY_COMPARE_WITH_TIMEOUT(socket.state(), QAbstractSocket::UnconnectedState, 20000);
            QVERIFY(dimse::echo({"l", "DIASCOPE", "127.0.0.1", listener.port(), false, {}, {}, {}}, m_local, task));
        }
        QCOMPARE(reports, 0);
        QCOMPARE(taken.load(), 1);
    }

    /// One address fills its share; another still comes in.
    void NET_12_oneAddressDoesNotShutOutTheOthers()
    {
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.maximumAssociations = 8;
        options.maximumPerAddress = 4;
        const auto started = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(started);
        std::vector<std::unique_ptr<QTcpSocket>> held;
        for (int i = 0; i < 6; ++i) {
            auto socket = std::make_unique<QTcpSocket>();
            QVERIFY(socket->bind(QHostAddress("127.0.0.2")));
            socket->connectToHost(QHostAddress::LocalHost, (*started)->port());
            QVERIFY(socket->waitForConnected(5000));
            socket->write(associateRequest(1));
            QVERIFY(socket->waitForReadyRead(5000));
            QCOMPARE(int(socket->read(1).at(0)), i < 4 ? 2 : 3); // A-ASSOCIATE-AC, then A-ASSOCIATE-RJ
            held.push_back(std::move(socket));
        }
        Task task;
        QVERIFY(dimse::echo({"l", "DIASCOPE", "127.0.0.1", (*started)->port(), false, {}, {}, {}}, m_local, task));
        const ListenerStatus status = (*started)->status();
        QCOMPARE(status.refused, 2);
        QVERIFY2(status.lastRefusal.startsWith("127.0.0.2: "), qPrintable(status.lastRefusal));
    }

    /// Two addresses hold all places, each in the middle of an instance of which a byte comes now and then; a third still comes in,
    /// and who sends at speed stays.
    void NET_12_slowAssociationsMakeRoom()
    {
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.maximumAssociations = 5;
        options.maximumPerAddress = 2;
        options.rateWindowMs = 300;
        const auto started = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(started);
        std::vector<std::unique_ptr<QTcpSocket>> slow;
        const auto join = [&](const char* address) {
            auto socket = std::make_unique<QTcpSocket>();
            if (!socket->bind(QHostAddress(QLatin1String(address))))
                return std::unique_ptr<QTcpSocket>();
            socket->connectToHost(QHostAddress::LocalHost, (*started)->port());
            socket->write(associateRequest(1));
            if (!socket->waitForConnected(5000) || !socket->waitForReadyRead(5000) || socket->readAll().at(0) != 2)
                return std::unique_ptr<QTcpSocket>();
            socket->write(pdv(1, 3, command(0x0001)));
            return socket;
        };
        for (const char* address : {"127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"})
            slow.push_back(join(address));
        const auto quick = join("127.0.0.4");
        QVERIFY(quick && std::all_of(slow.begin(), slow.end(), [](const auto& socket) { return socket != nullptr; }));
        const QByteArray piece = pdv(1, 0, QByteArray(1 << 14, 'x'));
        const QByteArray trickle = pdv(1, 0, QByteArray(5000, 'x'));
        QTimer sending;
        qsizetype at = 0;
        connect(&sending, &QTimer::timeout, this, [&] {
            for (const auto& socket : slow)
                socket->write(trickle.mid(at % trickle.size(), 1));
            ++at;
            quick->write(piece);
        });
        sending.start(20);
        Task task;
        Local local = m_local;
        const auto third = [&] { return dimse::echo({"l", "DIASCOPE", "127.0.0.1", (*started)->port(), false, {}, {}, {}}, local, task).has_value(); };
        const auto echoed = [&] {
            auto asked = QtConcurrent::run(third);
            while (!asked.isFinished())
                QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
            return asked.result();
        };
        QTRY_VERIFY_WITH_TIMEOUT(echoed(), 8000);
        const ListenerStatus status = (*started)->status();
        QVERIFY2(status.lastRefusal.startsWith("127.0.0.2: ") || status.lastRefusal.startsWith("127.0.0.3: "), qPrintable(status.lastRefusal));
        QCOMPARE(quick->state(), QAbstractSocket::ConnectedState);
    }

    /// A byte now and then in the middle of a message is no life: it is ended as silence is, also after an instance that came whole.
    void NET_12_aTrickleIsEnded_data()
    {
        QTest::addColumn<bool>("isAfterAnother");
        QTest::newRow("NET-12 the first instance") << false;
        QTest::newRow("NET-12 the second") << true;
    }
    void NET_12_aTrickleIsEnded()
    {
        QFETCH(bool, isAfterAnother);
        ListenerOptions options;
        options.interface = ListenerOptions::Interface::Loopback;
        options.dimseSeconds = 1;
        options.rateWindowMs = 200;
        const auto started = Listener::start(options, [](Received&&) { return Result<void>(); });
        QVERIFY(started);
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, (*started)->port());
        socket.write(associateRequest(1));
        if (isAfterAnother) {
            socket.write(pdv(1, 3, command(0x0001)) + pdv(1, 2, element(8, 0x16, test::uid("1.2.840.10008.5.1.4.1.1.7"))));
            QByteArray answered;
            QTRY_VERIFY_WITH_TIMEOUT((answered += socket.readAll(), answered.contains(QByteArray::fromHex("00000001020000000180"))), 5000); // C-STORE-RSP
        }
        socket.write(pdv(1, 3, command(0x0001)));
        const QByteArray trickle = pdv(1, 0, QByteArray(5000, 'x'));
        QTimer sending;
        qsizetype at = 0;
        connect(&sending, &QTimer::timeout, this, [&] { socket.write(trickle.mid(at++, 1)); });
        sending.start(100);
        QTRY_COMPARE_WITH_TIMEOUT((*started)->status().associations, 1, 5000);
        QTRY_COMPARE_WITH_TIMEOUT((*started)->status().associations, 0, 8000);
        QVERIFY2((*started)->status().lastRefusal.startsWith("127.0.0.1: "), qPrintable((*started)->status().lastRefusal));
    }
};

QTEST_GUILESS_MAIN(TestDimseFaults)
#include "tst_dimse_faults.moc"
