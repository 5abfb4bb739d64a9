#include "app/demo/phantom.h"
#include "app/session/courier.h"
#include "app/session/exchange.h"
#include "app/session/order_intake.h"
#include "app/session/prefetch.h"
#include "app/session/session.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/scripted_scp.h"
#include "tests/support/test_data.h"
#include "tests/support/wire.h"
#include <QTcpServer>
#include <QtTest>
#include <netinet/in.h>

using namespace diascope;
using test::element;
using test::ScriptedScp;

namespace {

std::unique_ptr<app::Session> openSession(const QString& profile, app::Mode mode = app::Mode::Reading)
{
    auto session = app::Session::open(profile, mode);
    return session ? std::move(*session) : nullptr;
}

template <typename T>
int faultOf(const Result<T>& result)
{
    return result ? -1 : int(result.error().fault);
}

dimse::Node nodeAt(quint16 port, const QString& name = "pacs")
{
    dimse::Node node;
    node.name = name;
    node.aeTitle = "PACS";
    node.host = "127.0.0.1";
    node.port = port;
    return node;
}

QByteArray order(const QByteArray& control, const QByteArray& type, const QByteArray& status,
                 const QByteArray& msa = {})
{
    return "MSH|^~\\&|RIS|H|DIASCOPE|R|20260101120000||" + type + "|" + control + "|P|2.3.1||||||UNICODE UTF-8\r" +
           (msa.isEmpty() ? "PID|1||P7^^^HOSPITAL^MR||Wang^XiaoDong||19850930|F\rORC|" + status + "|P1|F" + control +
                                "\rOBR|1|P1|F" + control + "|7^CT Thorax^L|||||||||||^^^CHEST|||A77||||||CT\r"
                          : "MSA|" + msa + '\r');
}

} // namespace

/// What a session lets happen, and what its settings make of it.
class TestSessionRules : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    dicom::StudyUid importPhantom(app::Session& session, const QString& seed = "phantom")
    {
        QTemporaryDir folder;
        demo::Sampling sampling;
        sampling.slices = 2;
        sampling.columns = sampling.rows = 16;
        demo::Study study;
        study.seed = seed;
        Task task;
        (void)demo::writeCt(folder.path(), {}, study, sampling);
        (void)session.archive().import({folder.path()}, archive::ImportMode::Copy, task);
        return {demo::studyUidOf(seed)};
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    /// Each change a session can be asked for, in both modes: in viewing-only mode nothing is written but the cache.
    void SAF_11_whatEachModePermits()
    {
        const QString profile = m_folder->path();
        dicom::StudyUid study;
        {
            const auto session = openSession(profile);
            study = importPhantom(*session);
            Settings settings(session->profile());
            QVERIFY(dimse::Nodes(settings).add(nodeAt(test::freePort())));
        }
        for (const auto mode : {app::Mode::ViewOnly, app::Mode::Reading}) {
            const auto session = openSession(profile, mode);
            QVERIFY(session);
            const bool isReading = mode == app::Mode::Reading;
            const auto is = [&](int fault) {
                return isReading ? fault != int(Fault::Denied) : fault == int(Fault::Denied);
            };
            app::Exchange& exchange = session->exchange();
            transfer::NewTransfer transfer;
            transfer.node = "pacs";
            transfer.study = study;
            transfer.startsInSeconds = 3600;
            const auto retrieve = exchange.request(transfer);
            QCOMPARE(faultOf(retrieve), -1); // in both
            QVERIFY(exchange.queue().cancel(*retrieve));
            transfer.kind = transfer::TransferKind::Send;
            const auto send = exchange.request(transfer);
            QVERIFY(is(faultOf(send)));
            if (send)
                QVERIFY(exchange.queue().cancel(*send));
            dimse::ListenerOptions options = exchange.listenerOptions();
            options.port = 0;
            options.interface = dimse::ListenerOptions::Interface::Loopback;
            QVERIFY(is(faultOf(exchange.startListener(options))));
            QCOMPARE(exchange.listener() != nullptr, isReading);
            exchange.stopListener();
            QVERIFY(is(faultOf(exchange.startOrders(0))));
            QCOMPARE(exchange.orders() != nullptr, isReading);
            QVERIFY(is(faultOf(exchange.storeNode(nodeAt(104, "other"), {}))));
            QVERIFY(is(faultOf(exchange.removeNode("other"))));
            QVERIFY(is(faultOf(session->configure("ris.hl7.host", "ris"))));
            QVERIFY(is(faultOf(session->removeFromQuarantine(1))));
            QVERIFY(is(faultOf(session->acceptFromQuarantine(1, "who"))));
            QVERIFY(is(faultOf(session->releaseDelivery(1))));
            QVERIFY(is(faultOf(session->cancelDelivery(1, "who", "why"))));
            QVERIFY(is(faultOf(session->newReport(study, "general", "who"))));
            QVERIFY(is(faultOf(session->saveFigure(study, {}))));
            QCOMPARE(session->figures() != nullptr, isReading);
            Task task;
            QVERIFY(is(faultOf(session->import({"/nowhere"}, archive::ImportMode::Copy, task))));
            for (const auto action :
                 {app::Action::Import, app::Action::Annotate, app::Action::Report, app::Action::Sign,
                  app::Action::Delete, app::Action::Send, app::Action::Export, app::Action::ChangeSettings})
                QCOMPARE(faultOf(session->permit(action)), isReading ? -1 : int(Fault::Denied));
            QCOMPARE(faultOf(session->permit(app::Action::Retrieve)), -1);
            QCOMPARE(faultOf(exchange.remove(study)),
                     isReading ? int(Fault::Conflict) : int(Fault::Denied)); // a draft was begun above
        }
    }

    /// What a setting may be, at both sides of each bound; what is refused changes nothing.
    void whatASettingMayBe_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("sentence"); // "": it is taken
        const auto row = [](const QString& key, const QString& value, const QString& sentence = {}) {
            QTest::addRow("%s = %s", qPrintable(key), qPrintable(value.left(20)))
                << key << value
                << (sentence.isEmpty() || sentence.contains("there is no") ? sentence : key + ": " + sentence);
        };
        const QString port = "a port lies between 1 and 65535",
                      orNone = "a port lies between 1 and 65535, and 0 is none", whole = "a whole number is wanted",
                      seconds = "1 to 3600 seconds are possible", positive = "a number of 0 or more is wanted",
                      truth = "true or false is wanted", ae = "an AE title has 1 to 16 characters";
        const auto rows = [&](const char* key, const QStringList& values, const QString& sentence = {}) {
            for (const QString& value : values)
                row(key, value, sentence);
        };
        for (const char* key : {"listen.port", "ris.hl7.port"}) {
            rows(key, {"1", "65535"});
            rows(key, {"0", "65536"}, port);
            rows(key, {"-1", "1.5", ""}, whole);
        }
        rows("listen.hl7Port", {"0", "65535"});
        rows("listen.hl7Port", {"65536"}, orNone);
        rows("network.acseSeconds", {"1", "3600"});
        rows("network.acseSeconds", {"0", "3601"}, seconds);
        rows("archive.quotaGiB", {"0", "1e+06"});
        rows("archive.quotaGiB", {"1000001", "-0.1", "nan"}, positive);
        rows("ris.hl7.tls", {"true", "false"});
        rows("ris.hl7.tls", {"yes"}, truth);
        rows("ui.language", {"", "en", "zh_CN"});
        rows("ui.language", {"de"}, "the languages are en and zh_CN");
        rows("ris.hl7.charset", {"GB 18030-2000"});
        rows("ris.hl7.charset", {"KLINGON"}, "this character set is not known");
        rows("listen.ae", {"A", QString(16, u'A')});
        rows("listen.ae", {QString(17, u'A'), "  "}, ae);
        rows("ris.hl7.host", {"anything"});
        rows("no.such.key", {"1"}, "there is no setting no.such.key");
        rows("transfer.limits", {"", "07:00-19:00 2000"});
        for (const char* value : {"all day", "07:00-25:00 5"})
            QTest::addRow("NET-15 transfer.limits = %s", value)
                << QString("transfer.limits") << QString(value)
                << QString("\"%1\" is no limit: \"07:00-19:00 2000\" is, in kbit/s").arg(value);
    }
    void whatASettingMayBe()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, sentence);
        const auto session = openSession(m_folder->path());
        QSignalSpy changed(session.get(), &app::Session::settingsChanged);
        const QString before = session->configured(key).value_or("none");
        const auto done = session->configure(key, value);
        QCOMPARE(done ? QString() : done.error().detail, sentence);
        if (!done)
            QCOMPARE(done.error().fault, sentence.contains("there is no") ? Fault::NotFound : Fault::Invalid);
        QCOMPARE(changed.size(), done ? 1 : 0);
        QCOMPARE(session->configured(key).value_or("none"), done ? value : before);
    }

    /// "DS" and the first 18 digits of the SHA-256 of what was signed: 20 characters, as MSH-10 has (HL7 v2.5.1
    /// §2.14.9.10).
    void DEL_02_aControlIdFollowsFromWhatWasSigned()
    {
        QCOMPARE(app::controlIdOf("R1", 2, "abc"), "DSF3477D4E26AB2AC3F8"); // printf R1/2/abc | sha256sum
        QCOMPARE(app::controlIdOf("R1", 2, "abc").size(), 20);
    }

    /// What lies on an image goes into a report of its own study without a word, and into no other patient's.
    void DEL_08_whereAnImageIsPlaced()
    {
        const auto session = openSession(m_folder->path());
        const auto study = importPhantom(*session), prior = importPhantom(*session, "prior");
        const auto report = session->newReport(study, "ct-chest", "Reader");
        QVERIFY(report);
        const auto placed = [&](const dicom::StudyUid& of, const QString& said) {
            reporting::InstanceRef where;
            where.sopInstanceUid = session->archive().instancesOfStudy(of)->front().uid.value;
            where.studyUid = said;
            QString label = "Length";
            const auto done = session->place(*report, where, label);
            return done ? where.studyUid + u'|' + label : message(done.error());
        };
        QCOMPARE(placed(study, {}), "|Length");
        QCOMPARE(placed(study, "1.2.9"), "|Length"); // whatever it said before
        const QDate day = QDate::fromString((*session->archive().study(prior))->date, "yyyyMMdd");
        QCOMPARE(placed(prior, {}), prior.value + "|Length (" + day.toString(Qt::ISODate) + ')');
        reporting::InstanceRef nowhere;
        nowhere.sopInstanceUid = "1.2.9";
        QString label;
        QCOMPARE(faultOf(session->place(*report, nowhere, label)), int(Fault::NotFound));
    }

    /// The listener is as the settings say.
    void NET_12_theListenersSettings()
    {
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        QVERIFY(session->configure("listen.ae", "HERE"));
        QVERIFY(session->configure("listen.port", "4711"));
        auto options = exchange.listenerOptions();
        QCOMPARE(options.aeTitle, "HERE");
        QCOMPARE(options.port, 4711);
        QVERIFY(!options.tls);
        QVERIFY(options.isKnown);
        QVERIFY(!options.isKnown("PACS", INADDR_LOOPBACK));
        QVERIFY(exchange.storeNode(nodeAt(104), {}));
        QVERIFY(options.isKnown("PACS", INADDR_LOOPBACK)); // as they are now
        QVERIFY(options.isKnown("pacs", INADDR_LOOPBACK));
        QVERIFY(!options.isKnown("PACS", INADDR_LOOPBACK + 1));
        QVERIFY(!options.isKnown("OTHER", INADDR_LOOPBACK));
        QVERIFY(session->configure("listen.anyone", "true"));
        QVERIFY(!exchange.listenerOptions().isKnown);
        const std::pair<const char*, QString dicom::TlsFiles::*> files[] = {
            {"listen.tls.ca", &dicom::TlsFiles::caFile},
            {"listen.tls.certificate", &dicom::TlsFiles::certificateFile},
            {"listen.tls.key", &dicom::TlsFiles::keyFile}};
        for (const auto& [key, member] : files) { // one of them is enough: what lacks is said, never left out
            QVERIFY(session->configure(key, "/some/file"));
            options = exchange.listenerOptions();
            QVERIFY(options.tls);
            for (const auto& [other, its] : files)
                QCOMPARE((*options.tls).*its, its == member ? QString("/some/file") : QString());
            QVERIFY(session->configure(key, ""));
        }
    }

    void NET_12_whatRunsFromTheStart_data()
    {
        QTest::addColumn<bool>("isAlways");
        QTest::addColumn<bool>("hasOrders");
        QTest::addColumn<QString>("taken"); // "listen", "orders": by another program
        QTest::addColumn<bool>("isViewing");
        QTest::addColumn<QString>("running");
        QTest::addColumn<QString>("trouble");
        const auto row = [](const char* name, bool isAlways, bool hasOrders, const QString& taken, bool isViewing,
                            const QString& running, const QString& trouble = "") {
            QTest::newRow(name) << isAlways << hasOrders << taken << isViewing << running << trouble;
        };
        row("nothing", false, false, "", false, "");
        row("the listener", true, false, "", false, "listener");
        row("orders", false, true, "", false, "orders");
        row("both", true, true, "", false, "listener orders");
        row("its port is taken", true, true, "listen", false, "orders",
            "Nobody can send to this workstation: port %1 is taken by another program");
        row("the port for orders is taken", true, true, "orders", false, "listener",
            "No orders can be received: port %2 cannot be listened on: ");
        row("viewing only", true, true, "", true, "");
    }
    void NET_12_whatRunsFromTheStart()
    {
        QFETCH(bool, isAlways);
        QFETCH(bool, hasOrders);
        QFETCH(QString, taken);
        QFETCH(bool, isViewing);
        QFETCH(QString, trouble);
        const quint16 port = test::freePort(), orders = test::freePort();
        {
            const auto session = openSession(m_folder->path());
            QVERIFY(session->configure("listen.port", QString::number(port)));
            QVERIFY(session->configure("listen.hl7Port", QString::number(hasOrders ? orders : 0)));
            QVERIFY(session->configure("listen.always", isAlways ? "true" : "false"));
        }
        QTcpServer other;
        if (!taken.isEmpty())
            QVERIFY(other.listen(QHostAddress::AnyIPv4, taken == "listen" ? port : orders));
        const auto session = openSession(m_folder->path(), isViewing ? app::Mode::ViewOnly : app::Mode::Reading);
        app::Exchange& exchange = session->exchange();
        const auto running = [&] {
            return QStringList({exchange.listener() ? "listener" : "", exchange.orders() ? "orders" : ""})
                .join(u' ')
                .trimmed();
        };
        QCOMPARE(running(), ""); // not before it is told to
        exchange.start();
        QTEST(running(), "running");
        if (exchange.listener())
            QCOMPARE(exchange.listener()->port(), port);
        if (exchange.orders())
            QCOMPARE(exchange.orders()->port(), orders);
        trouble.replace("%1", QString::number(port)).replace("%2", QString::number(orders));
        QCOMPARE(exchange.listenerTrouble().left(trouble.size()), trouble);
        QCOMPARE(exchange.listenerTrouble().isEmpty(), trouble.isEmpty());
        // A changed setting holds at once.
        if (!isViewing && isAlways && taken.isEmpty()) {
            QVERIFY(session->configure("listen.always", "false"));
            QCOMPARE(exchange.listener(), nullptr);
            QCOMPARE(exchange.orders() != nullptr, hasOrders);
        }
    }

    void SAF_15_whyAStudyStays()
    {
        const auto session = openSession(m_folder->path());
        app::Exchange& exchange = session->exchange();
        QVERIFY(exchange.storeNode(nodeAt(test::freePort()), {}));
        const auto study = importPhantom(*session), other = importPhantom(*session, "other");
        const auto why = [&] { return exchange.reasonToKeep(study).value_or("it may go"); };
        QCOMPARE(why(), "it may go");
        transfer::NewTransfer transfer;
        transfer.node = "pacs";
        transfer.study = study;
        transfer.startsInSeconds = 3600;
        for (const auto& [kind, reason] : {std::pair(transfer::TransferKind::Retrieve, "it is being retrieved"),
                                           std::pair(transfer::TransferKind::Send, "it is not sent yet")}) {
            transfer.kind = kind;
            const auto id = exchange.request(transfer);
            QVERIFY(id);
            QCOMPARE(why(), reason);
            QCOMPARE(exchange.remove(study).error().detail, QStringLiteral("the study stays: ") + reason);
            QVERIFY(exchange.queue().cancel(*id));
        }
        QCOMPARE(why(), "it may go");
        auto draft = session->newReport(study, "ct-chest", "Reader");
        QVERIFY(draft);
        QCOMPARE(why(), "its report is not signed yet");
        draft->findSection("findings")->text = "A ball.";
        draft->findSection("impression")->text = "Phantom.";
        QVERIFY(session->configure("ris.hl7.host", "127.0.0.1"));
        QVERIFY(session->configure("ris.hl7.port", QString::number(test::freePort())));
        QVERIFY(session->sign(*session->saveDraft(*draft), reporting::SignAs::Final, "Reader"));
        QCOMPARE(why(), "the RIS has not acknowledged its report yet");
        const auto deliveries = session->deliveries().list(draft->reportId);
        QCOMPARE(deliveries->size(), size_t(1));
        QVERIFY(session->cancelDelivery(deliveries->front().id, "Reader", "on paper"));
        QCOMPARE(why(), "it may go");
        for (const bool isAddendum : {true, false}) { // what follows a signed version holds it as well
            const auto next = isAddendum ? session->addendum(draft->reportId, "Reader") : session->correction(draft->reportId, "Reader");
            QVERIFY(next);
            QCOMPARE(why(), "its report is not signed yet");
            QVERIFY(session->reports().discardDraft(*next));
            QCOMPARE(why(), "it may go");
        }
        QVERIFY(exchange.remove(study));
        QCOMPARE(faultOf(exchange.remove(study)), int(Fault::NotFound));
        QCOMPARE(exchange.reasonToKeep(other), std::nullopt);
    }

    void STO_07_whetherThereIsRoom()
    {
        const auto session = openSession(m_folder->path());
        (void)importPhantom(*session);
        app::Exchange& exchange = session->exchange();
        QSignalSpy made(&exchange, &app::Exchange::roomMade);
        qsizetype looks = 0;
        for (const QString& row : QString("0 0 0;1 0 0;1e-9 1 1;0 0 1;1 1 0;1 0 0").split(u';')) {
            const QStringList parts = row.split(u' '); // the quota, whether it looks, whether it is over
            QVERIFY(session->configure("archive.quotaGiB", parts[0]));
            exchange.makeRoom();
            QCOMPARE(made.size(), looks += parts[1].toInt());
            QCOMPARE(exchange.roomTrouble().contains(" over its quota: 1 stud(ies) must stay ("), parts[2] == "1");
        }
    }

    void DEL_03_whatTheRisSaysInPlainWords()
    {
        const QByteArray kinds = "AERCER"; // of AA, AE, AR, CA, CE and CR: accepted, error, rejected, committed
        for (int i = 0; i < kinds.size(); ++i) {
            const transfer::Acknowledgement said = app::plain({hl7::AckCode(i), "C1", "words"});
            QCOMPARE("AERC"[said.code], kinds[i]);
            QCOMPARE(said.controlId + said.text, "C1words");
        }
    }

    /// The RIS stores it safely (CA), and says on the same connection later that it processed it.
    void DEL_03_theLastWordComesOnTheKeptConnection()
    {
        const auto session = openSession(m_folder->path());
        const QByteArray message = order("C1", "ORM^O01", "NW");
        std::atomic<bool> isCommitted = false;
        std::atomic<int> sent = 0;
        test::WirePeer ris([&](test::Wire& wire, int) {
            sent += wire.bytes(message.size() + 3).size() == message.size() + 3;
            wire.write('\v' + order("A1", "ACK", "", "CA|C1") + "\x1c\r");
            while (!isCommitted)
                std::this_thread::yield();
            wire.write('\v' + order("A2", "ACK", "", "AA|C1") + "\x1c\r");
            sent += !wire.bytes(1).isEmpty();
        });
        QVERIFY(session->configure("ris.hl7.host", "127.0.0.1"));
        QVERIFY(session->configure("ris.hl7.port", QString::number(ris.port())));
        QVERIFY(transfer::DeliveryQueue::enqueue(session->reports().database(), {"R1", "hl7", "ris", "C1", message}));
        const auto delivery = [&] { return session->deliveries().list()->front(); };
        Task task;
        {
            app::Courier courier(session->profile());
            QCOMPARE(courier.round(task, transfer::DeliveryQueue::Force::OnlyDue)->waiting, 1);
            QCOMPARE(delivery().state, transfer::Delivery::State::Committed);
            isCommitted = true;
            QTRY_COMPARE((void(courier.round(task, transfer::DeliveryQueue::Force::OnlyDue)), delivery().state), transfer::Delivery::State::Acknowledged);
            QCOMPARE(delivery().lastError, "");
        }
        QCOMPARE(sent.load(), 1);
    }

    void DEL_03_theLastWordIsWaitedForMinutes()
    {
        const auto session = openSession(m_folder->path());
        QVERIFY(session->configure("ris.hl7.answerMinutes", "2"));
        Database& database = session->reports().database();
        QVERIFY(transfer::DeliveryQueue::enqueue(database, {"R1", "hl7", "ris", "C1", "message"}));
        Task task;
        for (const auto& [seconds, state] : {std::pair(110, transfer::Delivery::State::Committed), {121, transfer::Delivery::State::Held}}) {
            QVERIFY(database.execute("UPDATE delivery SET state=4, updated=?1", {QDateTime::currentMSecsSinceEpoch() - seconds * 1000}));
            QVERIFY(app::Courier(session->profile()).round(task, transfer::DeliveryQueue::Force::OnlyDue));
            QCOMPARE(session->deliveries().list()->front().state, state);
        }
    }

    /// The last word may come to our own port; whoever looks at the report is told.
    void SAF_10_theLastWordAtOurPortIsToldOf()
    {
        const auto session = openSession(m_folder->path());
        Database& database = session->reports().database();
        QVERIFY(transfer::DeliveryQueue::enqueue(database, {"R1", "hl7", "ris", "C1", "message"}));
        QVERIFY(database.execute("UPDATE delivery SET state=4, attempts=1"));
        QSignalSpy delivered(session.get(), &app::Session::delivered);
        QVERIFY(session->exchange().startOrders(0));
        hl7::MllpTarget target;
        target.host = "127.0.0.1";
        target.port = session->exchange().orders()->port();
        target.applicationTimeoutMs = 300;
        const auto said = hl7::MllpSender(target).send(order("7", "ACK", "", "AA|C1"), "7");
        QVERIFY2(said, said ? "" : qPrintable(said.error().detail));
        QCOMPARE(hl7::code(said->code), "CA");
        QCOMPARE(session->deliveries().list()->front().state, transfer::Delivery::State::Acknowledged);
        QTRY_COMPARE(delivered.size(), 1);
    }

    void NET_15_whatIsAnsweredToTheRis_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QString>("answer");
        QTest::addColumn<int>("told"); // of an order
        const auto row = [](const char* name, const QByteArray& message, const QString& answer, int told = 0) {
            QTest::newRow(name) << message << answer << told;
        };
        row("an order", order("1", "ORM^O01", "NW"), "AA 1 ", 1);
        row("a cancelled one", order("2", "ORM^O01", "CA"), "AA 2 ");
        row("another kind of message", order("3", "ADT^A01", "NW"),
            "AR 3 messages of type ADT^A01 are not taken here, only orders (ORM^O01, OMI^O23, OMG^O19)");
        row("an order without a number", order("4", "ORM^O01", "NW").replace("|P1|F4", "||").replace("|A77|", "||"),
            "AE 4 the order has no number (ORC-2, ORC-3)");
        row("an acknowledgement nobody waits for", order("5", "ACK", "", "AA|X"),
            "CR 5 no message with this control ID waits for an acknowledgement (MSA-2)");
        row("an acknowledgement without a code", order("6", "ACK", "", "|X"),
            "CR 6 the acknowledgement has no code (MSA-1)");
    }
    void NET_15_whatIsAnsweredToTheRis()
    {
        QFETCH(QByteArray, message);
        QFETCH(QString, answer);
        QFETCH(int, told);
        const auto session = openSession(m_folder->path());
        std::atomic<int> ordered = 0, settled = 0;
        const auto intake = app::OrderIntake::start(session->profile(), 0,
                                                    {[&](const transfer::Order&) { ++ordered; }, [&] { ++settled; }});
        QVERIFY(intake);
        QVERIFY((*intake)->port() > 0);
        hl7::MllpTarget target;
        target.host = "127.0.0.1";
        target.port = (*intake)->port();
        hl7::MllpSender sender(target);
        const auto said = sender.send(message, hl7::Message::fromBytes(message)->controlId());
        QVERIFY2(said, said ? "" : qPrintable(said.error().detail));
        QCOMPARE(hl7::code(said->code) + u' ' + said->controlId + u' ' + said->text, answer);
        QCOMPARE(ordered.load(), told);
        QCOMPARE(settled.load(), 0);
        const auto store = transfer::OrderStore::open(session->profile());
        QCOMPARE((*store)->since(QDate(2000, 1, 1))->size(), size_t(told));
    }

    void NET_10_whereOrdersAreTaken_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("sentence"); // "": they are
        const auto row = [](const char* name, const QString& key, const QString& value, const QString& sentence = "") {
            QTest::newRow(name) << key << value << sentence;
        };
        row("this machine", "listen.hl7Address", "127.0.0.1");
        row("everywhere", "listen.hl7Address", "*");
        row("no address", "listen.hl7Address", "ris", "ris is no address (setting listen.hl7Address)");
        row("two callers", "listen.hl7Callers", "10.0.0.1, 10.0.0.2");
        row("a caller that is no address", "listen.hl7Callers", "10.0.0.1, ris",
            "ris is no address (setting listen.hl7Callers)");
        row("TLS without a certificate", "listen.hl7Tls", "true",
            "TLS for orders wants a certificate and its key (settings listen.tls.certificate and listen.tls.key)");
    }
    void NET_10_whereOrdersAreTaken()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, sentence);
        const auto session = openSession(m_folder->path());
        QVERIFY(session->configure(key, value));
        const auto intake = app::OrderIntake::start(session->profile(), 0, {});
        QCOMPARE(intake ? QString() : intake.error().detail, sentence);
        if (!intake)
            QCOMPARE(faultOf(intake), int(Fault::Invalid));
        if (key != "listen.hl7Tls" || intake)
            return;
        for (const auto& [certificate, other] : {std::pair("listen.tls.certificate", "listen.tls.key"),
                                                 std::pair("listen.tls.key", "listen.tls.certificate")}) {
            QVERIFY(session->configure(certificate, "/some/file"));
            QVERIFY(session->configure(other, ""));
            QCOMPARE(app::OrderIntake::start(session->profile(), 0, {}).error().detail,
                     sentence); // half of it is not enough
        }
    }

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
        import("P0", 3);
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
        QCOMPARE(asked, QByteArrayList{"P9"});
        QCOMPARE(priors->size(), size_t(1));
        QCOMPARE(priors->front().study.uid.value, "1.2.9.1");
        QCOMPARE(priors->front().patientId, "P9");
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

    /// The same number of another hospital is another patient, though the name is the same: the worklist says whose number it is.
    /// Each member of a worklist's entry holds: of these studies one alone is a prior of its patient, step, body part, and another study.
    void NET_15_theIssuerOfTheWorklistHolds()
    {
        const auto session = openSession(m_folder->path());
        const QByteArray patient = element(0x10, 0x10, "Wang^XiaoDong ") + element(0x10, 0x20, "P7"), other = element(0x10, 0x10, "Li^Na ") + element(0x10, 0x20, "P7");
        struct Study
        {
            QByteArray issuer, uid, modality, description, patient;
        };
        const Study studies[] = {{"H ", "1.2.9.1", "CT", "Chest ", patient}, {"OTHER ", "1.2.9.2", "CT", "Chest ", patient}, {"H ", "1.2.8", "CT", "Chest ", patient},
                                 {"H ", "1.2.9.3", "MR", "Chest ", patient}, {"H ", "1.2.9.4", "CT", "Knee", patient},      {"H ", "1.2.9.5", "CT", "Chest ", other}};
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.sopClass == "1.2.840.10008.5.1.4.31") // the worklist
                conversation.respond(message, 0xff00, patient + element(0x10, 0x21, "H ") + element(0x20, 0x0d, test::uid("1.2.8")) +
                                                          element(0x32, 0x1060, "CT Thorax ") + element(0x40, 0x100, element(0xfffe, 0xe000, element(8, 0x60, "CT"))));
            else
                for (const Study& one : studies)
                    conversation.respond(message, 0xff00, element(8, 0x20, "20260101") + element(8, 0x61, one.modality) + element(8, 0x1030, one.description) + one.patient +
                                                              element(0x10, 0x21, one.issuer) + element(0x20, 0x0d, test::uid(one.uid)) + element(0x20, 0x1208, "5 "));
            conversation.respond(message, 0);
        });
        QVERIFY(session->exchange().storeNode(nodeAt(peer.port()), {}));
        QVERIFY(session->configure("worklist.node", "pacs"));
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

QTEST_GUILESS_MAIN(TestSessionRules)
#include "tst_session_rules.moc"
