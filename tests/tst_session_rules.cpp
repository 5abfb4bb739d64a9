#include "app/session/courier.h"
#include "app/session/exchange.h"
#include "app/session/order_intake.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include "tests/support/certificates.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/environment_variable.h"
#include "tests/support/open_session.h"
#include "tests/support/test_data.h"
#include "tests/support/wire.h"
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QtTest>
#include <netinet/in.h>

using namespace diascope;
using test::importPhantom;
using test::nodeAt;
using test::openSession;

namespace {

template <typename T>
int faultOf(const Result<T>& result)
{
    return result ? -1 : int(result.error().fault);
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

    /// What was queued under a number that no signed version has was not signed; the key that a report is sealed with is the keyring's.
    void REP_10_whatIsVerified()
    {
        const test::EnvironmentVariable noKeyring("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        const auto session = openSession(m_folder->path());
        QVERIFY(session->configure("report.severalOfStudy", "true"));
        const auto study = importPhantom(*session);
        const auto sign = [&] {
            auto draft = session->newReport(study, "ct-chest", "Reader");
            draft->findSection("findings")->text = "A ball.";
            draft->findSection("impression")->text = "Phantom.";
            const auto done = session->sign(*session->saveDraft(*draft), reporting::SignAs::Final, "Reader");
            return done ? done->reportId : message(done.error());
        };
        const auto check = [](app::Session& of, const QString& report = {}) {
            const auto found = of.verifyReports(report);
            return found ? QString("%1 %2 %3 %4").arg(found->versions).arg(found->withoutKey).arg(found->hasKey ? "key" : "none").arg(found->problems.join(u';')).trimmed()
                         : message(found.error());
        };
        QCOMPARE(check(*session), "0 0 none");
        const QString first = sign();
        QCOMPARE(check(*session), "1 1 none");
        QString second;
        {
            const test::EnvironmentVariable key("DIASCOPE_SECRET_REPORT_SEAL", "a key of the keyring");
            QCOMPARE(check(*session), "1 1 none"); // the keyring is not asked again by who looks, only by who signs
            second = sign();
            QCOMPARE(check(*session), "2 0 key");
            QCOMPARE(check(*openSession(m_folder->path())), "2 0 key");
        }
        QCOMPARE(check(*session), "2 0 key"); // asked for once
        QCOMPARE(check(*session, first).section(u' ', 0, 0), "1");
        Database& database = session->reports().database();
        QVERIFY(transfer::DeliveryQueue::enqueue(database, {second, "paper", "PRINTER", "C0", "message"}));
        QCOMPARE(check(*session), "2 0 key");
        QVERIFY(transfer::DeliveryQueue::enqueue(database, {second, "hl7", "RIS", "C1", "message"}));
        QVERIFY(transfer::DeliveryQueue::enqueue(database, {second, "hl7", "RIS", "C2", "message"}));
        const QString said = "Report %1: what was queued for the RIS as %2 is not among its signed versions";
        QCOMPARE(check(*session), "2 0 key " + said.arg(second, "C1") + ';' + said.arg(second, "C2"));
        QCOMPARE(check(*session, first).section(u' ', 3), "");
        for (const char* table : {"delivery", "report_seal"}) {
            QVERIFY(database.execute(QString("ALTER TABLE %1 RENAME TO elsewhere").arg(table)));
            QVERIFY(!session->verifyReports());
            QVERIFY(database.execute(QString("ALTER TABLE elsewhere RENAME TO %1").arg(table)));
        }
    }

    /// A database that is none, or of a newer Diascope, opens no session, and says why; where images are left, what can be done.
    void whatCannotBeOpened()
    {
        const QString path = m_folder->path() + "/diascope.db";
        const auto said = [&] {
            const auto session = app::Session::open(m_folder->path(), app::Mode::Reading);
            return session ? QString() : session.error().detail;
        };
        QCOMPARE(said(), "");
        for (const char* owner : {"archive", "reporting", "figures", "transfer", "orders", "transfers"}) {
            const auto change = [&](int by) {
                const auto database = Database::open(path);
                return (*database)->execute("UPDATE schema_version SET version=version+?1 WHERE owner=?2", {by, owner}).has_value() && (*database)->changes() == 1;
            };
            QVERIFY2(change(100), owner);
            QCOMPARE(said(), "the database was written by a newer version of Diascope");
            QVERIFY(change(-100));
        }
        QCOMPARE(said(), "");
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray torn = file.readAll();
        file.close();
        QVERIFY(torn.size() > 3 * 4096);
        torn = torn.left(4096) + QByteArray(2 * 4096, 'x'); // its first page says what should follow
        for (const QByteArray& content : {QByteArray(4096, 'x'), torn}) {
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
            file.close();
            QCOMPARE(said().count("diascope rebuild"), 1);
            QCOMPARE(said().contains(path), content != torn);
        }
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray(4096, 'x')) == 4096);
        file.close();
        QVERIFY(QDir((*Profile::open(m_folder->path())).pixelFolder()).removeRecursively());
        QCOMPARE(said(), "file is not a database");
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
        if (!taken.isEmpty()) { // the other has gone: nothing is said any more
            other.close();
            QVERIFY(session->configure("listen.ae", "AGAIN"));
            QCOMPARE(exchange.listenerTrouble(), "");
            QCOMPARE(running(), "listener orders");
        }
        // A changed setting holds at once.
        if (!isViewing && isAlways && taken.isEmpty()) {
            QVERIFY(session->configure("listen.always", "false"));
            QCOMPARE(exchange.listener(), nullptr);
            QCOMPARE(exchange.orders() != nullptr, hasOrders);
            QCOMPARE(exchange.listenerTrouble(), "");
            QVERIFY(session->configure("listen.hl7Port", "0"));
            QCOMPARE(exchange.orders(), nullptr);
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

    /// How the RIS is reached is as the settings say at the time, over TLS where that is wanted, and held against the authority that is
    /// named. The receiver takes orders alone: that it rejects a report shows that it has it.
    void DEL_04_howTheRisIsReached()
    {
        QString why;
        test::Certificates certificates(&why);
        const auto here = certificates.signedFor("here", "IP:127.0.0.1");
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        QTemporaryDir other;
        const auto receiver = openSession(other.path());
        const auto receive = [&](bool isTls) {
            (void)receiver->configure("listen.hl7Tls", isTls ? "true" : "false");
            (void)receiver->configure("listen.tls.certificate", here.certificate);
            (void)receiver->configure("listen.tls.key", here.key);
            return app::OrderIntake::start(receiver->profile(), 0, {});
        };
        const auto open = receive(false), encrypted = receive(true);
        QVERIFY(open && encrypted);
        const auto session = openSession(m_folder->path());
        app::Courier courier(session->profile());
        const QByteArray report = "MSH|^~\\&|A|B|C|D|20260101||ORU^R01|C1|P|2.5.1\r";
        QVERIFY(transfer::DeliveryQueue::enqueue(session->reports().database(), {"R1", "hl7", "ris", "C1", report}));
        const auto after = [&](const char* host, int port, bool isTls, const QString& ca) {
            (void)session->configure("ris.hl7.host", host);
            (void)session->configure("ris.hl7.port", QString::number(port));
            (void)session->configure("ris.hl7.tls", isTls ? "true" : "false");
            (void)session->configure("ris.hl7.ca", ca);
            (void)session->deliveries().release(1); // if it is held
            Task task;
            const auto outcome = courier.round(task, transfer::DeliveryQueue::Force::EvenEarly);
            const transfer::Delivery delivery = session->deliveries().list()->front();
            return QStringLiteral("%1 %2 %3").arg(transfer::name(delivery.state)).arg(outcome ? outcome->held : -1).arg(delivery.lastError);
        };
        QCOMPARE(after("", 1, false, {}), "queued 0 " + message(Error{Fault::Unreachable, "no RIS is set up (setting ris.hl7.host)"}));
        QVERIFY(after("127.0.0.1", test::freePort(), false, {}).startsWith("queued 0"));
        const QString has = "held 1 the receiver rejected it: messages of type ORU^R01 are not taken here";
        QVERIFY(after("127.0.0.1", (*open)->port(), false, {}).startsWith(has));
        QVERIFY(after("127.0.0.1", (*encrypted)->port(), false, {}).startsWith("queued 0"));
        QVERIFY(after("127.0.0.1", (*encrypted)->port(), true, certificates.otherAuthority()).startsWith("queued 0"));
        QVERIFY(after("127.0.0.1", (*encrypted)->port(), true, certificates.authority()).startsWith(has));
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

    /// Who may bring an order: by address, over TLS, with a certificate of the authority that is set up.
    void NET_10_whoBringsOrders_data()
    {
        QTest::addColumn<QString>("callers");
        QTest::addColumn<bool>("isTls");
        QTest::addColumn<bool>("hasAuthority"); // that callers are held against
        QTest::addColumn<QString>("caller");    // "": in the clear; else whose certificate it shows
        QTest::addColumn<bool>("isTaken");
        const auto row = [](const char* name, const QString& callers, bool isTls, bool hasAuthority, const QString& caller, bool isTaken) {
            QTest::newRow(name) << callers << isTls << hasAuthority << caller << isTaken;
        };
        row("anybody", "", false, false, "", true);
        row("who is named", "10.0.0.1, 127.0.0.1", false, false, "", true);
        row("who is not", "10.0.0.1,10.0.0.2", false, false, "", false);
        row("in the clear where TLS is wanted", "", true, false, "", false);
        row("over TLS", "", true, false, "none", true);
        row("over TLS, not named", "10.0.0.1", true, false, "none", false);
        row("without the certificate that is wanted", "", true, true, "none", false);
        row("with it", "", true, true, "ours", true);
        row("with another authority's", "", true, true, "others", false);
    }
    void NET_10_whoBringsOrders()
    {
        QFETCH(QString, callers);
        QFETCH(bool, isTls);
        QFETCH(bool, hasAuthority);
        QFETCH(QString, caller);
        QFETCH(bool, isTaken);
        static QString why;
        static test::Certificates certificates(&why);
        static const auto here = certificates.signedFor("here", "IP:127.0.0.1"), ours = certificates.signedFor("ours", "IP:127.0.0.1"),
                          others = certificates.byOther("others", "IP:127.0.0.1");
        if (!why.isEmpty())
            QSKIP(qPrintable(why));
        const auto session = openSession(m_folder->path());
        QVERIFY(session->configure("listen.hl7Callers", callers));
        QVERIFY(session->configure("listen.hl7Tls", isTls ? "true" : "false"));
        QVERIFY(session->configure("listen.tls.certificate", here.certificate));
        QVERIFY(session->configure("listen.tls.key", here.key));
        QVERIFY(session->configure("listen.tls.ca", hasAuthority ? certificates.authority() : QString()));
        const auto intake = app::OrderIntake::start(session->profile(), 0, {});
        QVERIFY2(intake, intake ? "" : qPrintable(message(intake.error())));
        QSslSocket socket;
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(certificates.authority()));
        const auto& shown = caller == "ours" ? ours : others;
        if (caller == "ours" || caller == "others") {
            configuration.setPrivateKey(QSslKey(test::bytesOf(shown.key), QSsl::Rsa));
            configuration.setLocalCertificateChain(QSslCertificate::fromPath(shown.certificate));
        }
        socket.setSslConfiguration(configuration);
        if (caller.isEmpty())
            socket.connectToHost("127.0.0.1", (*intake)->port());
        else
            socket.connectToHostEncrypted("127.0.0.1", (*intake)->port());
        const bool isConnected = caller.isEmpty() ? socket.waitForConnected() : socket.waitForEncrypted();
        if (isConnected)
            socket.write('\v' + order("1", "ORM^O01", "NW") + "\x1c\r");
        QByteArray answer;
        while (isConnected && !answer.contains("MSA|AA|1") && socket.waitForReadyRead(5000))
            answer += socket.readAll();
        QCOMPARE(answer.contains("MSA|AA|1"), isTaken);
        QCOMPARE((*transfer::OrderStore::open(session->profile()))->since(QDate(2000, 1, 1))->size(), size_t(isTaken));
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
};

QTEST_GUILESS_MAIN(TestSessionRules)
#include "tst_session_rules.moc"
