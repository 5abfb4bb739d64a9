#include "app/session/exchange.h"
#include "netclient/hl7/mllp.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/environment_variable.h"
#include "tests/support/open_session.h"
#include "tests/support/scripted_scp.h"
#include <QtTest>

using namespace diascope;
using test::importPhantom;
using test::nodeAt;
using test::openSession;

namespace
{

template <typename T>
int faultOf(const Result<T>& result)
{
    return result ? -1 : int(result.error().fault);
}

} // namespace

/// What a session exchanges with others: its nodes, what is queued, and the room for what comes.
class TestExchange : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    static QStringList nodesOf(app::Session& session)
    {
        QStringList all;
        Settings settings(session.profile());
        for (const dimse::Node& node : dimse::Nodes(settings).list())
            all << QStringLiteral("%1:%2").arg(node.name).arg(node.port);
        return all;
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    /// A node is stored with its secret or not at all; what was learnt of a peer is of the peer as it was.
    void nodesComeAndGo()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        QSignalSpy changed(session.get(), &app::Session::settingsChanged);
        const auto learn = [&] { QVERIFY(exchange.queue().learn("pacs", {"get", 1000, false})); };
        const auto ways = [&] { return exchange.queue().waysOf("pacs")->size(); };
        learn();
        QVERIFY(exchange.storeNode(nodeAt(104), {}));
        QCOMPARE(changed.size(), 1);
        QCOMPARE(ways(), size_t(0));
        QVERIFY(exchange.storeNode(nodeAt(105), {})); // of the same name: it is changed
        QCOMPARE(changed.size(), 2);
        QCOMPARE(nodesOf(*session), QStringList{"pacs:105"});
        learn();
        dimse::Node wrong = nodeAt(106);
        wrong.aeTitle = "MORE THAN SIXTEEN";
        QCOMPARE(faultOf(exchange.storeNode(wrong, {})), int(Fault::Invalid));
        dimse::Node secret = nodeAt(107);
        secret.login = dicom::Login::Kind::Bearer;
        secret.dicomWebUrl = "http://127.0.0.1/dicom-web";
        QVERIFY(!exchange.storeNode(secret, "token"));
        secret.name = "another";
        QVERIFY(!exchange.storeNode(secret, "token"));
        QCOMPARE(faultOf(exchange.removeNode("another")), int(Fault::NotFound));
        QCOMPARE(nodesOf(*session), QStringList{"pacs:105"});
        QCOMPARE(changed.size(), 2);
        QCOMPARE(ways(), size_t(1));
        QVERIFY(exchange.removeNode("pacs"));
        QCOMPARE(changed.size(), 3);
        QCOMPARE(ways(), size_t(0));
        QCOMPARE(nodesOf(*session), QStringList());
    }

    /// Whoever connects to a node gets its secret with it; without it nobody connects.
    void aNodeComesWithItsSecret()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        dimse::Node node = nodeAt(104);
        QVERIFY(exchange.storeNode(node, {}));
        const auto open = exchange.node("pacs");
        QVERIFY(open);
        QCOMPARE(open->secret, "");
        QCOMPARE(exchange.node("other").error().detail, "there is no node other");
        node.login = dicom::Login::Kind::Bearer;
        node.dicomWebUrl = "http://127.0.0.1/dicom-web";
        QVERIFY(exchange.storeNode(node, {}));
        QVERIFY(!exchange.node("pacs"));
        const test::EnvironmentVariable secret("DIASCOPE_SECRET_PACS", "token");
        const auto locked = exchange.node("pacs");
        QVERIFY2(locked, locked ? "" : qPrintable(message(locked.error())));
        QCOMPARE(locked->secret, "token");
        QCOMPARE(locked->port, 104);
    }

    /// What cannot be looked at is not taken for finished: the study stays, with the reason.
    void SAF_15_whatCannotBeLookedAtStays_data()
    {
        QTest::addColumn<QString>("breaks");
        QTest::addColumn<QString>("mends");
        QTest::addColumn<bool>("isOfOne"); // only asked where a study is
        for (const char* table : {"transfer", "report", "delivery"})
            QTest::newRow(table) << QString("ALTER TABLE %1 RENAME TO elsewhere").arg(table) << QString("ALTER TABLE elsewhere RENAME TO %1").arg(table) << true;
        for (const char* owner : {"transfers", "reporting", "transfer"})
            QTest::addRow("a newer version of %s", owner) << QString("UPDATE schema_version SET version=version+100 WHERE owner='%1'").arg(owner)
                                                          << QString("UPDATE schema_version SET version=version-100 WHERE owner='%1'").arg(owner) << false;
    }
    void SAF_15_whatCannotBeLookedAtStays()
    {
        QFETCH(QString, breaks);
        QFETCH(QString, mends);
        QFETCH(bool, isOfOne);
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        const auto study = importPhantom(*session);
        auto draft = session->newReport(study, "ct-chest", "Reader");
        QVERIFY(draft);
        draft->findSection("findings")->text = "A ball.";
        draft->findSection("impression")->text = "Phantom.";
        QVERIFY(session->sign(*session->saveDraft(*draft), reporting::SignAs::Final, "Reader"));
        QVERIFY(session->cancelDelivery(session->deliveries().list()->front().id, "Reader", "on paper"));
        QCOMPARE(exchange.reasonToKeep(study), std::nullopt);
        QVERIFY(session->configure("archive.evictImported", "true"));
        QVERIFY(session->configure("archive.quotaGiB", "1e-9"));
        const auto database = Database::open(session->profile().databasePath());
        QVERIFY((*database)->execute("PRAGMA foreign_keys=OFF"));
        QVERIFY((*database)->execute("PRAGMA legacy_alter_table=ON")); // what refers to the table goes on referring to its name
        QVERIFY((*database)->execute(breaks));
        const auto reason = exchange.reasonToKeep(study);
        QVERIFY(reason && !reason->isEmpty());
        QCOMPARE(faultOf(exchange.remove(study)), int(Fault::Conflict));
        exchange.makeRoom();
        QVERIFY(*session->archive().study(study));
        QVERIFY2(exchange.roomTrouble().contains(*reason), qPrintable(exchange.roomTrouble()));
        QCOMPARE(exchange.roomTrouble().contains("1 stud(ies) must stay"), isOfOne);
        QVERIFY((*database)->execute(mends));
        QCOMPARE(exchange.reasonToKeep(study), std::nullopt);
        // And goes when it can be looked at again; then nothing is said any more.
        exchange.makeRoom();
        QVERIFY(!*session->archive().study(study));
        QCOMPARE(exchange.roomTrouble(), "");
    }

    /// What is queued runs with the session, with the node's secret; what others queued to send does not in viewing-only mode.
    void SAF_11_whatRunsWithTheSession()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        dicom::StudyUid study;
        {
            const auto session = openSession(m_folder->path());
            study = importPhantom(*session);
            dimse::Node locked = nodeAt(test::freePort(), "locked");
            locked.login = dicom::Login::Kind::Bearer;
            locked.dicomWebUrl = "http://127.0.0.1/dicom-web";
            QVERIFY(session->exchange().storeNode(locked, {}));
        }
        for (const auto mode : {app::Mode::ViewOnly, app::Mode::Reading}) {
            const auto session = openSession(m_folder->path(), mode);
            app::Exchange& exchange = session->exchange();
            transfer::NewTransfer wanted;
            wanted.node = "locked";
            wanted.study = study;
            wanted.kind = transfer::TransferKind::Send;
            const qint64 send = *exchange.queue().add(wanted);
            wanted.kind = transfer::TransferKind::Retrieve;
            wanted.node = "nobody";
            const qint64 retrieve = *exchange.queue().add(wanted);
            const auto at = [&](qint64 id) { return **exchange.queue().find(id); };
            exchange.start();
            QTRY_COMPARE_WITH_TIMEOUT(at(retrieve).state, transfer::Transfer::State::Failed, 20000);
            QVERIFY2(at(retrieve).lastError.contains("there is no node nobody any more"), qPrintable(at(retrieve).lastError));
            if (mode == app::Mode::ViewOnly) {
                QCOMPARE(at(send).attempts, 0);
                QCOMPARE(at(send).state, transfer::Transfer::State::Queued);
            } else {
                QTRY_COMPARE_WITH_TIMEOUT(at(send).attempts, 1, 20000);
                QTRY_VERIFY_WITH_TIMEOUT(at(send).state != transfer::Transfer::State::Running, 20000);
                QCOMPARE(at(send).lastError, message(app::withSecret(*dimse::Nodes(session->settings()).find("locked")).error()));
            }
        }
    }

    /// Room is made before what is asked for comes.
    void STO_07_roomIsMadeBeforeWhatComes()
    {
        test::ScriptedScp peer([](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& message) { conversation.respond(message, 0x0124); });
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        (void)importPhantom(*session);
        QVERIFY(exchange.storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->configure("archive.quotaGiB", "1e-9"));
        QSignalSpy made(&exchange, &app::Exchange::roomMade);
        exchange.start();
        transfer::NewTransfer wanted;
        wanted.node = "pacs";
        wanted.study = {"1.2.3"};
        QVERIFY(exchange.request(wanted));
        QTRY_VERIFY_WITH_TIMEOUT(made.size() == 1, 20000);
        QVERIFY(!exchange.roomTrouble().isEmpty());
    }

    /// Where orders are taken their priors are looked for, though nothing else was started.
    void NET_15_anOrderAsksForItsPriors()
    {
        std::atomic<int> asked = 0;
        test::ScriptedScp peer([&](test::ScriptedScp::Conversation& conversation, const test::ScriptedScp::Message& message) {
            ++asked;
            conversation.respond(message, 0);
        });
        const auto session = openSession(m_folder->path());
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->exchange().startOrders(0));
        hl7::MllpTarget target;
        target.host = "127.0.0.1";
        target.port = session->exchange().orders()->port();
        const auto said = hl7::MllpSender(target).send(QByteArray("MSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||ORM^O01|1|P|2.3.1\rPID|1||P7^^^H^MR||Wang^XiaoDong\r"
                                                                  "ORC|NW|P1|F1\rOBR|1|P1|F1|7^CT Thorax^L|||||||||||^^^CHEST|||A77||||||CT\r"), "1");
        QVERIFY2(said, said ? "" : qPrintable(message(said.error())));
        QTRY_COMPARE_WITH_TIMEOUT(asked.load(), 1, 20000);
    }

    /// Imported files are only here: they go where an administrator said that they may.
    void STO_07_whatMayGo()
    {
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        const auto study = importPhantom(*session);
        QSignalSpy made(&exchange, &app::Exchange::roomMade);
        QVERIFY(session->configure("archive.quotaGiB", "1e-9"));
        for (const bool mayGo : {false, true}) {
            QVERIFY(session->configure("archive.evictImported", mayGo ? "true" : "false"));
            exchange.makeRoom();
            QCOMPARE((*session->archive().study(study)).has_value(), !mayGo);
            QCOMPARE(exchange.roomTrouble().isEmpty(), mayGo);
        }
        QCOMPARE(made.size(), 2);
    }
};

QTEST_GUILESS_MAIN(TestExchange)
#include "tst_exchange.moc"
