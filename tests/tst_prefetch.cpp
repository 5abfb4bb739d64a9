#include "app/session/exchange.h"
#include "app/session/prefetch.h"
#include "netclient/transfer/order_store.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/environment_variable.h"
#include "tests/support/open_session.h"
#include "tests/support/scripted_scp.h"
#include <QtTest>

using namespace diascope;
using test::element;
using test::importPhantom;
using test::nodeAt;
using test::openSession;
using test::ScriptedScp;

namespace
{

template <typename T>
int faultOf(const Result<T>& result)
{
    return result ? -1 : int(result.error().fault);
}

/// Searched by DICOMweb, with a token that lies in the keyring.
dimse::Node nodeWithLogin(quint16 port)
{
    dimse::Node node = nodeAt(port, "login");
    node.dicomWebUrl = "http://127.0.0.1/dicom-web";
    node.login = dicom::Login::Kind::Bearer;
    return node;
}

} // namespace

/// The worklist, and which priors are fetched before anybody asks for them.
class TestPrefetch : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    /// Which priors are fetched for an order: those the rules want, from the peer that has them, once; what is here is
    /// not.
    void NET_15_whichPriorsAreFetched()
    {
        const auto session = openSession(m_folder->path());
        const QByteArray here = importPhantom(*session).value.toLatin1(),
                         part = importPhantom(*session, "part").value.toLatin1();
        const QByteArrayList uids{here, part, "1.2.9.1"}, counts{"2 ", "3 ", "5 "}; // of the first two, two are here
        QStringList asked;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020) {
                const qsizetype at = message.dataset.indexOf(QByteArray::fromHex("10002000"));
                asked << QString::fromLatin1(message.dataset.mid(at + 8, 2));
                for (int i = 0; i < 3; ++i)
                    conversation.respond(message, 0xff00,
                                         element(8, 0x20, "2025010" + QByteArray::number(i + 1)) +
                                             element(8, 0x61, "CT") + element(0x10, 0x10, "Wang^XiaoDong ") +
                                             element(0x10, 0x20, "P7") + element(0x20, 0x0d, test::uid(uids[i])) +
                                             element(0x20, 0x1208, counts[i]));
            }
            conversation.respond(message, 0);
        });
        // Nodes are asked by name: the first has nothing, the last has the same.
        ScriptedScp empty([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0); });
        QVERIFY(session->exchange().storeNode(nodeAt(empty.port(), "archive"), {}));
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port(), "twin"), {}));
        QVERIFY(session->exchange().storeNode(nodeAt(test::freePort(), "quiet"), {}));
        QVERIFY(session->configure("network.connectSeconds", "2"));
        transfer::Order first{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate(2026, 1, 1), {"1.2.8"}};
        transfer::Order nobody = first;
        nobody.patientId.clear();
        QStringList unreachable;
        Task task;
        const auto priors =
            app::prefetch(session->profile(), session->archive(), unreachable, task, {first, nobody, first});
        QVERIFY(priors);
        QCOMPARE(asked, (QStringList{"P7", "P7"})); // one patient, one question to each
        QCOMPARE(unreachable.size(), 1);
        QVERIFY2(unreachable[0].contains("refused"), qPrintable(unreachable[0]));
        QSet<QString> fetched;
        for (const app::Prior& prior : *priors) {
            QCOMPARE(prior.patientId, "P7");
            QCOMPARE(prior.node, "pacs");
            fetched.insert(prior.study.uid.value);
            const auto transfer = session->exchange().queue().find(prior.transfer);
            QVERIFY(transfer && *transfer);
            QCOMPARE((*transfer)->what.node, "pacs");
            QCOMPARE((*transfer)->what.study, prior.study.uid);
            QCOMPARE((*transfer)->what.priority, transfer::Priority::Background);
            QCOMPARE((*transfer)->what.reason, transfer::Reason::Prefetch);
            QCOMPARE((*transfer)->what.title, "Wang, XiaoDong");
        }
        QCOMPARE(fetched, (QSet<QString>{part, "1.2.9.1"}));
        QCOMPARE(priors->size(), size_t(2));
        first.patientId = "P8"; // told of none, it asks for those that came since yesterday
        first.date = QDate::currentDate();
        QVERIFY((*transfer::OrderStore::open(session->profile()))->store({"F1", first, false}));
        QVERIFY(app::prefetch(session->profile(), session->archive(), unreachable, task));
        QVERIFY2(asked.contains("P8"), qPrintable(asked.join(u' ')));
    }

    /// What comes in without an order asks for its priors too, for as long as it is of today or yesterday.
    void NET_15_whatCameInAsksForItsPriors()
    {
        const auto session = openSession(m_folder->path());
        const auto import = [&](const QString& id, int daysAgo) {
            QTemporaryDir folder;
            demo::Patient patient;
            patient.id = id;
            patient.name = "Wang^XiaoDong";
            demo::Study study;
            study.seed = id;
            study.date = QDate::currentDate().addDays(-daysAgo).toString("yyyyMMdd");
            Task task;
            (void)demo::writeCt(folder.path(), patient, study, {.columns = 16, .rows = 16, .slices = 1});
            (void)session->archive().import({folder.path()}, archive::ImportMode::Copy, task);
        };
        import("P9", 0);
        import("P1", 1);
        import("P2", 2);
        QByteArrayList asked;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            asked << message.dataset.mid(message.dataset.indexOf(QByteArray::fromHex("10002000")) + 8, 2);
            const QByteArray lastYear = QDate::currentDate().addYears(-1).toString("yyyyMMdd").toLatin1();
            conversation.respond(message, 0xff00,
                                 element(8, 0x20, lastYear) + element(8, 0x61, "CT") + element(0x10, 0x10, "Wang^XiaoDong ") +
                                     element(0x10, 0x20, asked.last()) + element(0x20, 0x0d, test::uid("1.2.9.1")) + element(0x20, 0x1208, "5 "));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QStringList unreachable;
        Task task;
        const auto priors = app::prefetch(session->profile(), session->archive(), unreachable, task);
        QVERIFY2(priors, priors ? "" : qPrintable(priors.error().detail));
        std::sort(asked.begin(), asked.end());
        QCOMPARE(asked, (QByteArrayList{"P1", "P9"}));
        QCOMPARE(priors->size(), size_t(1)); // both have the same one
        QCOMPARE(priors->front().study.uid.value, "1.2.9.1");
    }

    /// By itself every so many minutes and when what arrives has come to rest; never where nobody wants it; for an order at once.
    void NET_15_whenPriorsAreLookedFor()
    {
        const auto session = openSession(m_folder->path());
        std::atomic<int> asked = 0;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            ++asked;
            conversation.respond(message, 0);
        });
        app::Exchange& exchange = session->exchange();
        QVERIFY(exchange.storeNode(nodeAt(peer.port()), {}));
        const transfer::Order order{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate::currentDate(), {"1.2.8"}};
        QVERIFY((*transfer::OrderStore::open(session->profile()))->store({"F1", order, false}));
        app::NewOrders orders;
        const auto round = app::prefetchRound(*session, exchange.runner(), orders);
        using Why = app::RoundThread::Why;
        const std::tuple<const char*, Why, bool, int, int> rounds[] = {
            // minutes, why, an order came, ms to the next round, questions so far
            {"0", Why::ItIsTime, false, 60'000, 0}, {"0", Why::Woken, true, 60'000, 1},     {"0", Why::Woken, false, 30'000, 1},
            {"0", Why::ItIsTime, false, 60'000, 1}, {"2", Why::ItIsTime, false, 120'000, 2}, {"2", Why::Woken, false, 30'000, 2},
            {"2", Why::ItIsTime, false, 120'000, 3}};
        Task task;
        for (const auto& [minutes, why, hasOrder, nextMs, questions] : rounds) {
            QVERIFY(session->configure("transfer.prefetchMinutes", minutes));
            if (hasOrder)
                orders.add(order);
            QCOMPARE(round(task, why), nextMs);
            QCOMPARE(asked.load(), questions);
        }
        // Whatever arrives within the quiet time is searched for at its end, once; an order is not kept waiting.
        QCOMPARE(round(task, Why::Woken), 30'000);
        for (int i = 0; i < 5; ++i) {
            const int nextMs = round(task, Why::Woken);
            QVERIFY2(nextMs > 0 && nextMs <= 30'000, qPrintable(QString::number(nextMs)));
        }
        QCOMPARE(asked.load(), 3);
        orders.add(order);
        const int nextMs = round(task, Why::Woken);
        QVERIFY2(nextMs > 0 && nextMs <= 30'000, qPrintable(QString::number(nextMs)));
        QCOMPARE(asked.load(), 4);
        // With the thread that does it: what arrives wakes it.
        exchange.start({.minuteMs = 600'000, .quietMs = 1});
        Q_EMIT exchange.arrived();
        QTRY_COMPARE(asked.load(), 5);
    }

    /// Each member of what asks for priors holds, wherever it comes from: of these studies one alone is a prior of its patient, issuer, step,
    /// body part and day, and another study. The same number of another hospital is another patient, though the name is the same.
    void NET_15_eachMemberOfWhatAsksHolds_data()
    {
        QTest::addColumn<QString>("source");
        for (const char* source : {"the worklist", "the RIS", "what came in"})
            QTest::newRow(source) << source;
    }
    void NET_15_eachMemberOfWhatAsksHolds()
    {
        QFETCH(QString, source);
        const auto session = openSession(m_folder->path());
        const QDate today = QDate::currentDate();
        QByteArray ours = "1.2.8";
        if (source == "what came in") { // a part of it: the peer has more
            const QTemporaryDir folder;
            demo::Patient patient;
            patient.id = "P7";
            patient.name = "Wang^XiaoDong";
            patient.issuer = "H";
            demo::Study study;
            study.date = today.toString("yyyyMMdd");
            study.description = "CT Thorax";
            Task task;
            QVERIFY(demo::writeCt(folder.path(), patient, study, {.columns = 16, .rows = 16, .slices = 1}));
            QVERIFY(session->archive().import({folder.path()}, archive::ImportMode::Copy, task));
            ours = demo::studyUidOf(study.seed).toLatin1();
        } else if (source == "the RIS") {
            const transfer::Order order{"P7", "H", "Wang^XiaoDong", {"CT"}, "CHEST", {}, today, {"1.2.8"}};
            QVERIFY((*transfer::OrderStore::open(session->profile()))->store({"F1", order, false}));
        } else {
            QVERIFY(session->configure("worklist.node", "pacs"));
        }
        const QByteArray patient = element(0x10, 0x10, "Wang^XiaoDong ") + element(0x10, 0x20, "P7"), other = element(0x10, 0x10, "Li^Na ") + element(0x10, 0x20, "P7");
        struct Study
        {
            QByteArray issuer, uid, modality, description, patient;
            QDate day;
        };
        const QDate before = today.addMonths(-2);
        const Study studies[] = {{"H ", "1.2.9.1", "CT", "Chest ", patient, before},     {"OTHER ", "1.2.9.2", "CT", "Chest ", patient, before},
                                 {"H ", ours, "CT", "Chest ", patient, before},          {"H ", "1.2.9.3", "MR", "Chest ", patient, before},
                                 {"H ", "1.2.9.4", "CT", "Knee", patient, before},       {"H ", "1.2.9.5", "CT", "Chest ", other, before},
                                 {"H ", "1.2.9.6", "CT", "Chest ", patient, today.addDays(1)}};
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.sopClass == "1.2.840.10008.5.1.4.31") // the worklist
                conversation.respond(message, 0xff00, patient + element(0x10, 0x21, "H ") + element(0x20, 0x0d, test::uid(ours)) +
                                                          element(0x32, 0x1060, "CT Thorax ") + element(0x40, 0x100, element(0xfffe, 0xe000, element(8, 0x60, "CT"))));
            else
                for (const Study& one : studies)
                    conversation.respond(message, 0xff00, element(8, 0x20, one.day.toString("yyyyMMdd").toLatin1()) + element(8, 0x61, one.modality) +
                                                              element(8, 0x1030, one.description) + one.patient + element(0x10, 0x21, one.issuer) +
                                                              element(0x20, 0x0d, test::uid(one.uid)) + element(0x20, 0x1208, "5 "));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->configure("transfer.prefetch", R"([{"sameBodyPart":true,"atMost":9}])"));
        QStringList unreachable, fetched;
        Task task;
        const auto priors = app::prefetch(session->profile(), session->archive(), unreachable, task);
        QVERIFY2(priors, priors ? "" : qPrintable(priors.error().detail));
        QCOMPARE(unreachable, QStringList());
        for (const app::Prior& prior : *priors)
            fetched << prior.study.uid.value;
        QCOMPARE(fetched, QStringList{"1.2.9.1"});
    }

    /// Of the orders of the RIS those of yesterday and later, by the day they came or the day they are for.
    void NET_15_theDaysOfTheOrders()
    {
        const auto session = openSession(m_folder->path());
        const QDate today = QDate::currentDate();
        const auto store = transfer::OrderStore::open(session->profile());
        const auto database = Database::open(session->profile().databasePath());
        const std::tuple<const char*, int, int> orders[] = {{"P1", 9, 1}, {"P2", 9, 2}, {"P3", 1, 9}, {"P4", 2, 9}}; // came, is for: days ago
        for (const auto& [patient, came, isFor] : orders) {
            const transfer::Order order{patient, {}, "Wang^XiaoDong", {"CT"}, {}, {}, today, {"1.2.8"}};
            QVERIFY((*store)->store({patient, order, false}));
            QVERIFY((*database)->execute("UPDATE imaging_order SET received=?1, date=?2 WHERE number=?3",
                                         {QDateTime(today.addDays(-came), QTime(12, 0)).toMSecsSinceEpoch(), today.addDays(-isFor).toString("yyyyMMdd"), patient}));
        }
        QByteArrayList asked;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            asked << message.dataset.mid(message.dataset.indexOf(QByteArray::fromHex("10002000")) + 8, 2);
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QStringList unreachable;
        Task task;
        QVERIFY(app::prefetch(session->profile(), session->archive(), unreachable, task));
        std::sort(asked.begin(), asked.end());
        QCOMPARE(asked, (QByteArrayList{"P1", "P3"}));
    }

    /// A peer that does not answer is asked once, and said once, whatever the number of patients; the others are asked for each. Where
    /// nobody waits any more, nobody is asked.
    void NET_15_whoIsAsked()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        const auto session = openSession(m_folder->path());
        std::atomic<int> refused = 0, locked = 0;
        QByteArrayList asked;
        Task task;
        ScriptedScp refuses([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            ++refused;
            conversation.respond(message, 0xa700);
        });
        ScriptedScp behindALogin([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            ++locked;
            conversation.respond(message, 0);
        });
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            asked << message.dataset.mid(message.dataset.indexOf(QByteArray::fromHex("10002000")) + 8, 2);
            conversation.respond(message, 0xff00, element(8, 0x20, "20250101") + element(8, 0x61, "CT") + element(0x10, 0x10, "Wang^XiaoDong ") +
                                                      element(0x10, 0x20, asked.last()) + element(0x20, 0x0d, test::uid("1.2.9." + asked.last().mid(1))));
            conversation.respond(message, 0);
        });
        Settings settings(session->profile());
        dimse::Nodes nodes(settings);
        const dimse::Node login = nodeWithLogin(behindALogin.port());
        for (const dimse::Node& node : {nodeAt(refuses.port(), "archive"), login, nodeAt(peer.port())})
            QVERIFY(nodes.add(node));
        QStringList unreachable;
        QVERIFY(app::prefetch(session->profile(), session->archive(), unreachable, task)); // nothing is ordered: nor is the keyring asked
        QCOMPARE(unreachable, QStringList());
        std::vector<transfer::Order> orders;
        for (const char* patient : {"P7", "P8", "P9"})
            orders.push_back({patient, {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate(2026, 1, 1), {"1.2.8"}});
        const auto priors = app::prefetch(session->profile(), session->archive(), unreachable, task, orders);
        QVERIFY2(priors, priors ? "" : qPrintable(priors.error().detail));
        QCOMPARE(priors->size(), size_t(3));
        QCOMPARE(refused.load(), 1);
        QCOMPARE(locked.load(), 0);
        QCOMPARE(asked, (QByteArrayList{"P7", "P8", "P9"}));
        QCOMPARE(unreachable.size(), 2);
        unreachable.clear();
        task.cancel();
        QVERIFY(nodes.remove("login"));
        const auto none = app::prefetch(session->profile(), session->archive(), unreachable, task, orders);
        QVERIFY(none && none->empty());
        QCOMPARE(unreachable, QStringList());
        QCOMPARE(refused.load() + asked.size(), 4);
    }

    /// What is here in full is not fetched: with as many instances as the peer says, or where it says no number. An archive that cannot
    /// say keeps nobody from his priors.
    void NET_15_whatIsHereIsNotFetched()
    {
        const auto session = openSession(m_folder->path());
        const QByteArray here = importPhantom(*session).value.toLatin1(); // two
        QByteArray count;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            conversation.respond(message, 0xff00, element(8, 0x20, "20250101") + element(8, 0x61, "CT") + element(0x10, 0x10, "Wang^XiaoDong ") +
                                                      element(0x10, 0x20, "P7") + element(0x20, 0x0d, test::uid(here)) + element(0x20, 0x1208, count));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        const auto fetched = [&] {
            QStringList unreachable;
            Task task;
            const auto priors = app::prefetch(session->profile(), session->archive(), unreachable, task,
                                              {{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate(2026, 1, 1), {"1.2.8"}}});
            return priors ? int(priors->size()) : -1;
        };
        const std::pair<const char*, int> rows[] = {{"1 ", 0}, {"2 ", 0}, {"3 ", 1}, {"", 0}};
        for (const auto& [said, expected] : rows) {
            count = said;
            QCOMPARE(fetched(), expected);
        }
        QVERIFY((*Database::open(session->profile().databasePath()))->execute("ALTER TABLE study RENAME TO elsewhere"));
        QCOMPARE(fetched(), 1);
        QVERIFY((*Database::open(session->profile().databasePath()))->execute("ALTER TABLE elsewhere RENAME TO study"));
    }

    /// What cannot be read or written is said; a search that went wrong is none that found nothing.
    void NET_15_whatGoesWrongIsSaid_data()
    {
        QTest::addColumn<QString>("breaks");
        QTest::addColumn<bool>("isToldOrders");
        QTest::newRow("the orders") << "ALTER TABLE imaging_order RENAME TO elsewhere" << false;
        QTest::newRow("what came in") << "ALTER TABLE study RENAME TO elsewhere" << false;
        QTest::newRow("the queue") << "CREATE TRIGGER full BEFORE INSERT ON transfer BEGIN SELECT RAISE(ABORT, 'no room'); END" << true;
        QTest::newRow("the queue of another version") << "UPDATE schema_version SET version=999 WHERE owner='transfers'" << true;
        QTest::newRow("the orders of another version") << "UPDATE schema_version SET version=999 WHERE owner='orders'" << false;
        QTest::newRow("the rules") << "" << true;
    }
    void NET_15_whatGoesWrongIsSaid()
    {
        QFETCH(QString, breaks);
        QFETCH(bool, isToldOrders);
        const auto session = openSession(m_folder->path());
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            conversation.respond(message, 0xff00, element(8, 0x20, "20250101") + element(8, 0x61, "CT") + element(0x10, 0x10, "Wang^XiaoDong ") +
                                                      element(0x10, 0x20, "P7") + element(0x20, 0x0d, "1.2.9.1 "));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        const transfer::Order order{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate::currentDate(), {"1.2.8"}};
        QVERIFY((*transfer::OrderStore::open(session->profile()))->store({"F1", order, false}));
        if (breaks.isEmpty())
            QVERIFY(Settings(session->profile()).set(transfer::prefetchRules, QStringLiteral("[{\"yaers\":1}]")));
        else
            QVERIFY((*Database::open(session->profile().databasePath()))->execute(breaks));
        QStringList unreachable;
        Task task;
        const auto priors =
            app::prefetch(session->profile(), session->archive(), unreachable, task, isToldOrders ? std::vector{order} : std::vector<transfer::Order>());
        QVERIFY(!priors);
        if (breaks.isEmpty())
            QCOMPARE(priors.error().detail, "rule 1: \"yaers\" is not known");
    }

    /// A worklist that cannot be asked is said, and the orders of the RIS and what came in have their priors all the same.
    void NET_15_aWorklistThatCannotBeAsked()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        const auto session = openSession(m_folder->path());
        std::atomic<int> asked = 0;
        ScriptedScp refuses([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0xa700); });
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            ++asked;
            conversation.respond(message, 0);
        });
        Settings settings(session->profile());
        dimse::Nodes nodes(settings);
        const dimse::Node login = nodeWithLogin(peer.port());
        QVERIFY(nodes.add(login));
        QVERIFY(nodes.add(nodeAt(refuses.port(), "refuses")));
        Task task;
        QVERIFY(session->configure("worklist.node", "login"));
        const auto locked = app::worklist(session->profile(), QDate::currentDate(), task);
        QVERIFY(!locked);
        QCOMPARE(locked.error().fault, app::withSecret(login).error().fault);
        QCOMPARE(asked.load(), 0);
        QVERIFY(nodes.remove("login"));
        QVERIFY(session->configure("worklist.node", "refuses"));
        QCOMPARE(faultOf(app::worklist(session->profile(), QDate::currentDate(), task)), int(Fault::Refused));
        QVERIFY(session->configure("worklist.node", "gone"));
        QVERIFY(nodes.remove("refuses"));
        QVERIFY(nodes.add(nodeAt(peer.port())));
        const transfer::Order order{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate::currentDate(), {"1.2.8"}};
        QVERIFY((*transfer::OrderStore::open(session->profile()))->store({"F1", order, false}));
        QStringList unreachable;
        QVERIFY(app::prefetch(session->profile(), session->archive(), unreachable, task));
        QCOMPARE(unreachable.size(), 1);
        QVERIFY2(unreachable[0].contains("there is no node gone"), qPrintable(unreachable[0]));
        QCOMPARE(asked.load(), 1);
    }

    /// A peer that never ends its answers: the first thousand studies of a patient are looked at, the last of them too.
    void NET_15_aThousandCandidatesAreEnough()
    {
        const auto session = openSession(m_folder->path());
        ScriptedScp peer([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field != 0x0020)
                return;
            for (int i = 1; i <= 1001; ++i) // each is a day younger
                conversation.respond(message, 0xff00, element(8, 0x20, QDate(2020, 1, 1).addDays(i).toString("yyyyMMdd").toLatin1()) + element(8, 0x61, "CT") +
                                                          element(0x10, 0x10, "Wang^XiaoDong ") + element(0x10, 0x20, "P7") +
                                                          element(0x20, 0x0d, test::uid("1.2.9." + QByteArray::number(i))) + element(0x20, 0x1208, "5 "));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->configure("transfer.prefetch", R"([{"years":20,"atMost":1}])"));
        QStringList unreachable;
        Task task;
        const auto priors = app::prefetch(session->profile(), session->archive(), unreachable, task,
                                          {{"P7", {}, "Wang^XiaoDong", {"CT"}, {}, {}, QDate(2026, 1, 1), {"1.2.8"}}});
        QVERIFY2(priors, priors ? "" : qPrintable(priors.error().detail));
        QCOMPARE(priors->size(), size_t(1));
        QCOMPARE(priors->front().study.uid.value, "1.2.9.1000");
    }

    void NET_15_theWorklist()
    {
        const auto session = openSession(m_folder->path());
        QByteArray question;
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            question = message.dataset;
            conversation.respond(message, 0xff00, element(0x10, 0x20, "P7") + element(0x10, 0x10, "Wang^XiaoDong "));
            conversation.respond(message, 0);
        });
        Task task;
        const auto said = [&] { return app::worklist(session->profile(), QDate(2026, 1, 2), task); };
        QCOMPARE(said().error().detail, "no worklist is set up (setting worklist.node)");
        QVERIFY(session->configure("worklist.node", "pacs"));
        QCOMPARE(said().error().detail, "there is no node pacs");
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        const auto entries = said();
        QVERIFY2(entries, entries ? "" : qPrintable(entries.error().detail));
        QCOMPARE(entries->size(), size_t(1));
        QCOMPARE(entries->front().text(dicom::tag::PatientID), "P7");
        // A worklist has an end: ten thousand entries are no day's work.
        {
            ScriptedScp endless([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
                if (message.field == 0x0020)
                    for (int i = 0; i < 10'050; ++i)
                        conversation.respond(message, 0xff00, element(0x10, 0x20, "P7"));
                conversation.respond(message, message.field == 0x0020 ? 0 : 0xfe00);
            });
            QVERIFY(session->exchange().storeNode(nodeAt(endless.port()), {}));
            const auto many = said();
            QVERIFY2(many, many ? "" : qPrintable(many.error().detail));
            QCOMPARE(many->size(), size_t(10'000));
        }
        // PS3.4 K.6.1.2: what is asked for, and the day in the step (PS3.3 C.4.10).
        QVERIFY(question.contains(QByteArray::fromHex("40000200") + test::little(8, 4) + "20260102"));
        for (const char* tag : {"08005000", "08009000", "10001000", "10002000", "10002100", "10003000", "10004000",
                                "20000d00", "32006010", "40000110", "08006000", "40000100", "40000300", "40000700"})
            QVERIFY2(question.contains(QByteArray::fromHex(tag) + test::little(0, 4)), tag);
    }
};

QTEST_GUILESS_MAIN(TestPrefetch)
#include "tst_prefetch.moc"
