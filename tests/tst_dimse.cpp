#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/retrieve.h"
#include "netclient/dimse/store.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/test_data.h"
#include <QElapsedTimer>
#include <QTcpServer>
#include <atomic>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace diascope;
using namespace diascope::dimse;
namespace tag = diascope::dicom::tag;

using test::abdomen;
using test::Collector;
using test::makeFile;

class TestDimse : public QObject
{
    Q_OBJECT

    std::unique_ptr<test::Orthanc> m_orthanc;
    std::unique_ptr<test::DcmQrScp> m_qrscp;
    quint16 m_movePort = 0;
    QString m_whyNot, m_whyNotQr;
    QString m_study;
    QSet<QString> m_uids;
    Local m_local;

    Node orthanc() const { return {"orthanc", "ORTHANC", "127.0.0.1", m_orthanc->port, false, {}, "ISO_IR 192", {}}; }
    Node qrscp() const { return {"qrscp", "QRSCP", "127.0.0.1", m_qrscp->port, false, {}, {}, {}}; }

private Q_SLOTS:
    void initTestCase()
    {
        m_local.connectSeconds = 5;
        m_local.acseSeconds = 5;
        m_local.dimseSeconds = 20;
        m_movePort = test::freePort();
        m_orthanc = test::Orthanc::start(m_movePort, &m_whyNot);
        m_qrscp = test::DcmQrScp::start(m_movePort, &m_whyNotQr);
        const QStringList files = abdomen(30);
        if (files.isEmpty() || !m_orthanc || !m_qrscp)
            return;
        for (const QString& file : files) {
            const auto dataset = dicom::Dataset::read(file);
            QVERIFY(dataset);
            m_study = dataset->text(tag::StudyInstanceUID);
            m_uids.insert(dataset->text(tag::SOPInstanceUID));
        }
        // Filled by an independent program.
        for (const auto& [aet, port] : {std::pair{"ORTHANC", m_orthanc->port}, std::pair{"QRSCP", m_qrscp->port}})
            SUCCEEDS(test::run("storescu", QStringList{"-aec", aet, "127.0.0.1", QString::number(port)} + files));
    }

    void nodesAreKeptAndChecked()
    {
        QTemporaryDir folder;
        const auto profile = Profile::open(folder.path());
        Settings settings(*profile);
        Nodes nodes(settings);
        QVERIFY(nodes.add({"pacs", "PACS", "pacs.example.org", 104, false, {}, "ISO_IR 100", {}}));
        QCOMPARE(nodes.add({"pacs", "PACS", "h", 104, false, {}, {}, {}}).error().fault, Fault::Conflict);
        for (const Node& bad : {Node{"a", "", "h", 104, false, {}, {}, {}}, Node{"a", "SEVENTEENLETTERSX", "h", 104, false, {}, {}, {}},
                                Node{"a", "B\\C", "h", 104, false, {}, {}, {}}, Node{"a", "AE", "", 104, false, {}, {}, {}},
                                Node{"", "AE", "h", 104, false, {}, {}, {}}, Node{"a", "AE", "h", 0, false, {}, {}, {}}})
            QCOMPARE(nodes.add(bad).error().fault, Fault::Invalid);
        Settings again(*profile);
        QCOMPARE(Nodes(again).find("pacs")->characterSet, "ISO_IR 100");
        QVERIFY(nodes.remove("pacs"));
        QCOMPARE(nodes.remove("pacs").error().fault, Fault::NotFound);
    }

    void echo_data()
    {
        QTest::addColumn<bool>("isOrthanc");
        QTest::newRow("NET-01 C-ECHO Orthanc") << true;
        QTest::newRow("NET-01 C-ECHO dcmqrscp") << false;
    }
    void echo()
    {
        QFETCH(bool, isOrthanc);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        Task task;
        const auto done = dimse::echo(isOrthanc ? orthanc() : qrscp(), m_local, task);
        QVERIFY2(done, done ? "" : qPrintable(message(done.error())));
    }

    void eachWayToFailHasItsOwnMessage_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("words");
        QTest::newRow("NET-04 wrong called AE") << "called" << int(Fault::Refused) << "called AE title not recognised";
        QTest::newRow("NET-04 wrong calling AE") << "calling" << int(Fault::Refused) << "calling AE title not recognised";
        QTest::newRow("NET-04 no presentation context") << "context" << int(Fault::Refused) << "no presentation context accepted";
        QTest::newRow("NET-04 transient") << "transient" << int(Fault::Refused) << "try again later";
        QTest::newRow("NET-04 connection refused") << "refused" << int(Fault::Unreachable) << "connection was refused";
        QTest::newRow("NET-04 unknown host") << "host" << int(Fault::Unreachable) << "host name is unknown";
        QTest::newRow("NET-04 not DICOM") << "http" << int(Fault::Damaged) << "does not speak DICOM";
        QTest::newRow("NET-03 silent after connect") << "silent" << int(Fault::TimedOut) << "association request";
    }
    void eachWayToFailHasItsOwnMessage()
    {
        QFETCH(QString, kind);
        QFETCH(int, fault);
        QFETCH(QString, words);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        Node node = orthanc();
        Local local = m_local;
        local.acseSeconds = 2;
        std::unique_ptr<Listener> listener;
        QTcpServer silent;
        Task task;
        Result<void> done;
        if (kind == "called")
            node.aeTitle = "NOBODY";
        if (kind == "refused")
            node.port = test::freePort();
        if (kind == "host")
            node.host = "no-such-host.invalid";
        if (kind == "http")
            node.port = m_orthanc->httpPort;
        if (kind == "silent") {
            QVERIFY(silent.listen(QHostAddress::LocalHost));
            node.port = silent.serverPort();
        }
        if (kind == "transient") {
            ListenerOptions options;
            options.maximumAssociations = 0;
            options.interface = ListenerOptions::Interface::Loopback;
            auto started = Listener::start(options, [](Received&&) { return Result<void>(); });
            QVERIFY(started);
            listener = std::move(*started);
            node.port = listener->port();
            node.aeTitle = "DIASCOPE";
        }
        QElapsedTimer clock;
        clock.start();
        if (kind == "context") {
            QString why;
            const auto storescp = test::StoreScp::start({}, &why);
            NEEDS_SERVER(storescp, why);
            node.port = storescp->port;
            const auto found = dimse::find(node, Level::Study, FindKeys{}, [](const dicom::Dataset&) { return true; }, local, task);
            QVERIFY(!found);
            done = std::unexpected(found.error());
        } else if (kind == "calling") {
            // A peer of our own making, answering as PS3.8 §9.3.4 says: rejected, permanent, service user, reason 3.
            QVERIFY(silent.listen(QHostAddress::LocalHost));
            node.port = silent.serverPort();
            std::thread peer([socket = silent.socketDescriptor()] {
                pollfd descriptor{int(socket), POLLIN, 0};
                ::poll(&descriptor, 1, 5000);
                const int client = ::accept(int(socket), nullptr, nullptr);
                char request[4096];
                (void)!::read(client, request, sizeof request);
                const char reject[] = {3, 0, 0, 0, 0, 4, 0, 1, 1, 3};
                (void)!::write(client, reject, sizeof reject);
                (void)!::read(client, request, sizeof request);
                ::close(client);
            });
            done = dimse::echo(node, local, task);
            peer.join();
        } else {
            done = dimse::echo(node, local, task);
        }
        QVERIFY(!done);
        const QByteArray got = QByteArray::number(int(done.error().fault)) + " " + message(done.error()).toUtf8();
        QVERIFY2(int(done.error().fault) == fault && message(done.error()).contains(words), got.constData());
        QCOMPARE(isTransient(done.error()), kind == "transient");
        QVERIFY(clock.elapsed() < 8000);
    }

    void get_data()
    {
        QTest::addColumn<bool>("isOrthanc");
        QTest::newRow("NET-01 C-GET Orthanc") << true;
        QTest::newRow("NET-01 C-GET dcmqrscp") << false;
    }
    void get()
    {
        QFETCH(bool, isOrthanc);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        const Node node = isOrthanc ? orthanc() : qrscp();
        Collector collector;
        qint64 last = 0, total = 0;
        Task task([&](qint64 done, qint64 of, const QString&) { last = done, total = of; });
        const auto result = dimse::get(node, {{m_study}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY2(result->isComplete(), result->ended ? qPrintable(message(*result->ended)) : "");
        QCOMPARE(result->expected, m_uids.size());
        QCOMPARE(result->received, m_uids.size());
        QCOMPARE(collector.uids(), m_uids);
        QCOMPARE(last, m_uids.size());
        QCOMPARE(total, m_uids.size());
        // The bytes are a file that others read, and the pixels are those that were sent.
        QTemporaryDir folder;
        QFile file(folder.filePath("received.dcm"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(collector.all.front().part10);
        file.close();
        const auto dumped = test::run("dcmdump", {"-q", "+P", "SOPInstanceUID", file.fileName()});
        QVERIFY(dumped.out.contains(collector.all.front().sopInstanceUid.toUtf8()));
        for (const QString& original : abdomen(30)) {
            const auto source = dicom::Dataset::read(original);
            if (source->text(tag::SOPInstanceUID) == collector.all.front().sopInstanceUid)
                QCOMPARE(dicom::Dataset::read(file.fileName())->bytes(tag::PixelData), source->bytes(tag::PixelData));
        }
    }

    void onlyWhatIsMissingIsFetched()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        QSet<QString> present = m_uids;
        present.erase(present.begin());
        present.erase(present.begin());
        Collector collector;
        Task task;
        const auto result = dimse::get(orthanc(), {{m_study}, {}, present, {}}, collector.sink(), m_local, task);
        QVERIFY(result);
        QVERIFY(result->isComplete());
        QCOMPARE(result->present, present.size());
        QCOMPARE(result->received, 2);
        QCOMPARE(collector.uids(), m_uids - present);
    }

    void move_data() { get_data(); }
    void move()
    {
        QFETCH(bool, isOrthanc);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        NEEDS_SERVER(m_qrscp, m_whyNotQr);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        Collector collector;
        Task task;
        const MoveDestination destination{"DIASCOPE", m_movePort, ListenerOptions::Interface::Loopback};
        const auto result = dimse::move(isOrthanc ? orthanc() : qrscp(), {{m_study}, {}, {}, {}}, destination, collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY2(result->isComplete(), result->ended ? qPrintable(message(*result->ended)) : "");
        QCOMPARE(collector.uids(), m_uids);
    }

    void anUnknownMoveDestinationSaysSo()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        Collector collector;
        Task task;
        const auto result = dimse::move(orthanc(), {{m_study}, {}, {}, {}}, {"STRANGER", 0, ListenerOptions::Interface::Loopback}, collector.sink(), m_local, task);
        QVERIFY(!result || !result->isComplete());
        QVERIFY(result && result->received == 0 && result->expected == m_uids.size());
    }

    /// The cable is cut in the middle of C-GET: what came is counted, the rest is fetched by a second call.
    void NET_05_aCutGetIsPartialAndTheRestCanBeFetched()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        test::FaultProxy proxy(m_orthanc->port);
        proxy.cutAfter(5 * 530000);
        Node node = orthanc();
        node.port = proxy.port();
        Collector collector;
        Task task;
        const auto cut = dimse::get(node, {{m_study}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(cut, cut ? "" : qPrintable(message(cut.error())));
        QVERIFY(!cut->isComplete());
        QVERIFY(cut->ended);
        QCOMPARE(cut->ended->fault, Fault::Unreachable);
        QVERIFY2(cut->received > 0 && cut->received < m_uids.size(), QByteArray::number(cut->received).constData());
        QCOMPARE(cut->expected, m_uids.size());
        QCOMPARE(cut->received, qint64(collector.all.size()));
        QCOMPARE(qint64(cut->failed.size()), cut->expected - cut->received); // every missing one by name
        proxy.clear();
        const auto rest = dimse::get(node, {{m_study}, {}, collector.uids(), {}}, collector.sink(), m_local, task);
        QVERIFY(rest && rest->isComplete());
        QCOMPARE(qint64(collector.all.size()), m_uids.size()); // none twice
        QCOMPARE(collector.uids(), m_uids);
    }

    void NET_03_aPeerThatStallsTimesOut()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        test::FaultProxy proxy(m_orthanc->port);
        Node node = orthanc();
        node.port = proxy.port();
        Local local = m_local;
        local.dimseSeconds = 2;
        Task task;
        int count = 0;
        QElapsedTimer clock;
        clock.start();
        const auto result = dimse::get(node, {{m_study}, {}, {}, {}}, [&](Received&&) -> Result<void> {
            if (++count == 3)
                proxy.stall();
            return {};
        }, local, task);
        QVERIFY(result && result->ended);
        QCOMPARE(result->ended->fault, Fault::TimedOut);
        QVERIFY(result->received >= 3);
        QVERIFY2(clock.elapsed() < 15000, QByteArray::number(clock.elapsed()).constData());
    }

    void cancellingEndsWithinASecond_data()
    {
        QTest::addColumn<QString>("when");
        QTest::newRow("while receiving") << "receiving";
        QTest::newRow("while the peer stalls") << "stalled";
        QTest::newRow("while connecting") << "connecting";
    }
    void cancellingEndsWithinASecond()
    {
        QFETCH(QString, when);
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        test::FaultProxy proxy(m_orthanc->port);
        Node node = orthanc();
        node.port = proxy.port();
        Task task;
        std::atomic<qint64> cancelledAt = 0;
        QElapsedTimer clock;
        clock.start();
        const auto cancel = [&] {
            cancelledAt = clock.elapsed();
            task.cancel();
        };
        if (when == "connecting") {
            QTcpServer silent;
            QVERIFY(silent.listen(QHostAddress::LocalHost));
            node.port = silent.serverPort();
            std::thread other([&] {
                while (!silent.hasPendingConnections() && clock.elapsed() < 300)
                    std::this_thread::yield();
                cancel();
            });
            QCOMPARE(dimse::echo(node, m_local, task).error().fault, Fault::Cancelled);
            other.join();
        } else {
            int count = 0;
            std::thread other;
            const auto result = dimse::get(node, {{m_study}, {}, {}, {}}, [&](Received&&) -> Result<void> {
                if (++count == 3 && when == "receiving")
                    cancel();
                if (count == 3 && when == "stalled") {
                    proxy.stall();
                    other = std::thread([&, from = clock.elapsed()] {
                        while (clock.elapsed() < from + 500)
                            std::this_thread::yield();
                        cancel();
                    });
                }
                return {};
            }, m_local, task);
            if (other.joinable())
                other.join();
            QVERIFY(result && result->ended);
            QCOMPARE(result->ended->fault, Fault::Cancelled);
            QVERIFY(result->received >= 3);
        }
        QVERIFY2(clock.elapsed() - cancelledAt < 1500, QByteArray::number(clock.elapsed() - cancelledAt).constData());
    }

    /// What our sink refuses becomes a failed sub-operation at the peer, is listed by name, and does not end the rest.
    void NET_06_aFailedSubOperationIsListedAndFetchedAgain()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        Collector collector;
        int count = 0;
        QString refused;
        Task task;
        const auto result = dimse::get(orthanc(), {{m_study}, {}, {}, {}}, [&](Received&& received) -> Result<void> {
            if (++count == 4) {
                refused = received.sopInstanceUid;
                return fail(Fault::DiskFull, "no room");
            }
            return collector.sink()(std::move(received));
        }, m_local, task);
        QVERIFY(result);
        QVERIFY(!result->isComplete());
        QCOMPARE(result->received, m_uids.size() - 1);
        QCOMPARE(result->failed.size(), size_t(1));
        QCOMPARE(result->failed.front().sopInstanceUid, refused);
        QVERIFY(result->failed.front().reason.contains("no room"));
        const auto again = dimse::get(orthanc(), {{m_study}, {}, collector.uids(), {}}, collector.sink(), m_local, task);
        QVERIFY(again && again->isComplete());
        QCOMPARE(collector.uids(), m_uids);
    }

    /// A real server whose files went behind its back: dcmqrscp's index still counts them.
    void NET_07_missingInstancesAreFoundByTheCount()
    {
        QString why;
        const auto server = test::DcmQrScp::start(1, &why);
        NEEDS_SERVER(server, why);
        const QStringList files = abdomen(6);
        if (files.isEmpty())
            QSKIP("the real test data is not here");
        SUCCEEDS(test::run("storescu", QStringList{"-aec", "QRSCP", "127.0.0.1", QString::number(server->port)} + files));
        const QDir db(server->folder.filePath("db"));
        QStringList stored = db.entryList({"CT*"}, QDir::Files);
        QCOMPARE(stored.size(), 6);
        const QString gone = dicom::Dataset::read(db.filePath(stored[2]))->text(tag::SOPInstanceUID);
        QVERIFY(QFile::remove(db.filePath(stored[2])));
        Node node = qrscp();
        node.port = server->port;
        Collector collector;
        Task task;
        const auto result = dimse::get(node, {{m_study}, {}, {}, {}}, collector.sink(), m_local, task);
        QVERIFY2(result, result ? "" : qPrintable(message(result.error())));
        QVERIFY(!result->isComplete());
        QCOMPARE(result->expected, 6);
        QVERIFY(std::any_of(result->failed.begin(), result->failed.end(), [&](const auto& f) { return f.sopInstanceUid == gone; }));
    }

    /// A listener as the peer of a C-MOVE that brings somebody else's images.
    void NET_08_anotherPatientsImageIsRefused()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        Collector collector;
        Task task;
        const auto result = dimse::get(orthanc(), {{m_study}, {}, {}, "SOMEBODY-ELSE"}, collector.sink(), m_local, task);
        QVERIFY(result);
        QCOMPARE(result->received, 0);
        QVERIFY(collector.all.empty());
        QCOMPARE(qint64(result->failed.size()), m_uids.size());
        QVERIFY(result->failed.front().reason.contains("another patient"));
    }

    void NET_08_anotherStudyInAMoveIsRefused()
    {
        NEEDS_SERVER(m_orthanc, m_whyNot);
        if (m_study.isEmpty())
            QSKIP("the real test data is not here");
        QTemporaryDir folder;
        const QString stranger = makeFile(folder.filePath("other"), dicom::newUid(), "OTHER", dicom::newUid());
        Collector collector;
        std::atomic<bool> hasIntruded = false;
        std::thread intruder;
        std::atomic<int> code = -1;
        Task task;
        const auto result = dimse::move(orthanc(), {{m_study}, {}, {}, {}}, {"DIASCOPE", m_movePort, ListenerOptions::Interface::Loopback},
            [&](Received&& received) -> Result<void> {
                if (!hasIntruded.exchange(true)) // while the move runs, somebody sends another study
                    code = test::run("storescu", {"-aec", "DIASCOPE", "127.0.0.1", QString::number(m_movePort), stranger}).code;
                return collector.sink()(std::move(received));
            }, m_local, task);
        QVERIFY(result);
        QCOMPARE(collector.uids(), m_uids);
        QVERIFY(std::any_of(result->failed.begin(), result->failed.end(), [](const auto& f) { return f.reason.contains("another study"); }));
    }
};

QTEST_GUILESS_MAIN(TestDimse)
#include "tst_dimse.moc"
