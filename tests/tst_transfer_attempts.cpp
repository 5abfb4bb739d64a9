#include "netclient/dimse/listener.h"
#include "netclient/transfer/transfer_runner.h"
#include "tests/support/archive_fixture.h"
#include "tests/support/dcmtk_servers.h"
#include "tests/support/dimse_peers.h"
#include "tests/support/scripted_http.h"
#include "tests/support/scripted_scp.h"
#include <QSignalSpy>
#include <stdexcept>
#include <thread>

using namespace diascope;
using namespace diascope::transfer;
using test::element;
using test::ScriptedHttp;
using test::ScriptedScp;
using State = Transfer::State;

/// What becomes of one attempt to retrieve or to send the study 1.2.3 of three instances, 1.2.3.1 to 1.2.3.3.
class TestTransferAttempts : public QObject, test::ArchiveFixture
{
    Q_OBJECT

    /// Two peers that take a request and say nothing until they are let go.
    struct StallingPeers
    {
        std::atomic<int> atOne = 0, atOther = 0; ///< requests that came
        std::atomic<bool> isOver = false;
        ScriptedScp one{stalling(atOne)}, other{stalling(atOther)};

        ~StallingPeers() { letGo(); }
        void letGo()
        {
            isOver = true;
            isOver.notify_all();
        }
        std::function<void(ScriptedScp::Conversation&, const ScriptedScp::Message&)> stalling(std::atomic<int>& inside)
        {
            return [this, &inside](ScriptedScp::Conversation& conversation, const ScriptedScp::Message&) {
                ++inside;
                isOver.wait(false);
                conversation.close();
            };
        }
    };

    const QByteArray m_class = "1.2.840.10008.5.1.4.1.1.7";
    std::unique_ptr<TransferQueue> m_queue;

    Profile profile() const { return *Profile::open(profileFolder()); }
    TransferRunner::Options options() const
    {
        TransferRunner::Options made;
        made.local.connectSeconds = made.local.acseSeconds = made.local.dimseSeconds = 5;
        return made;
    }
    dimse::Node addNode(quint16 port, const QString& webUrl = {})
    {
        dimse::Node node;
        node.name = "pacs";
        node.aeTitle = "PACS";
        node.host = "127.0.0.1";
        node.port = port;
        node.dicomWebUrl = webUrl;
        Settings settings(profile());
        if (!dimse::Nodes(settings).add(node))
            qWarning("the node is not stored");
        return node;
    }
    static NewTransfer wanted(TransferKind kind, Commitment commitment = Commitment::NotWanted)
    {
        NewTransfer transfer;
        transfer.kind = kind;
        transfer.node = "pacs";
        transfer.study = {"1.2.3"};
        transfer.commitment = commitment;
        return transfer;
    }
    void importThree()
    {
        QStringList files;
        for (const char* n : {"1", "2", "3"})
            files << test::makeFile(file(n), "1.2.3", "P1", QStringLiteral("1.2.3.") + n, "Doe^Jane");
        (void)import(files);
    }
    const QByteArray m_study = element(0x20, 0x0d, "1.2.3 "), m_series = element(0x20, 0x0e, "1.2.3.1 ");
    /// Answers a query: the three of them.
    void list(ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) const
    {
        if (message.dataset.contains("STUDY"))
            conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + m_study + element(0x20, 0x1208, "3 "));
        else if (message.dataset.contains("SERIES"))
            conversation.respond(message, 0xff00, m_study + m_series + element(0x20, 0x1209, "3 "));
        else
            for (const char* n : {"1", "2", "3"})
                conversation.respond(message, 0xff00, element(8, 0x16, test::uid(m_class)) + element(8, 0x18, test::uid(QByteArray("1.2.3.") + n)) + m_study + m_series);
        conversation.respond(message, 0);
    }
    /// Runs it in the background until its first attempt is over.
    Transfer firstAttempt(qint64 id, const TransferRunner::Options& with)
    {
        TransferRunner runner(*m_archive, profile(), with);
        QSignalSpy retrieved(&runner, &TransferRunner::retrieved);
        runner.start();
        const auto now = [&] { return **m_queue->find(id); };
        (void)QTest::qWaitFor([&] { return now().started.toMSecsSinceEpoch() > 0 && now().state != State::Running; }, 30000);
        const bool isRetrieval = now().what.kind == TransferKind::Retrieve;
        if (!QTest::qWaitFor([&] { return retrieved.size() == isRetrieval; }, 5000) || (isRetrieval && retrieved[0][0] != "1.2.3"))
            QTest::qFail("whoever waits for the study is not told", __FILE__, __LINE__);
        return now();
    }
    static QString account(const Transfer& transfer)
    {
        QStringList failed;
        for (const dicom::InstanceFailure& failure : transfer.failed)
            failed << failure.sopInstanceUid;
        failed.sort();
        return (QStringLiteral("%1 %2, %3+%4 of %5 ").arg(name(transfer.state)).arg(transfer.attempts).arg(transfer.present).arg(transfer.done - transfer.present).arg(transfer.total) + failed.join(u' ')).trimmed();
    }

private Q_SLOTS:
    void init()
    {
        start();
        m_queue = std::move(*TransferQueue::open(profile()));
    }
    void cleanup()
    {
        m_queue.reset();
        end();
    }

    /// One way after the other, while the peer does not offer or does not permit it to us; never where it is busy or away. What is not
    /// offered is remembered, and of several refusals the first is told.
    void NET_04_whichWaysAreTried_data()
    {
        QTest::addColumn<int>("get"); // how it ends; -1: it closes the line
        QTest::addColumn<int>("web"); // the HTTP status; 0: there is none
        QTest::addColumn<int>("move");
        QTest::addColumn<QString>("tried");
        QTest::addColumn<QString>("refused"); // ways remembered as such
        QTest::addColumn<QString>("after");   // state, attempts, and a part of what is said
        const auto row = [](const char* name, int get, int web, int move, const char* tried, const char* refused, const char* after) {
            QTest::newRow(name) << get << web << move << QString(tried) << QString(refused) << QString(after);
        };
        row("not permitted by either", 0x0124, 0, 0xa801, "get move", "", "failed 1 0x0124");
        row("nor by the web", 0x0124, 404, 0xa801, "get web move", "web", "failed 1 0x0124");
        row("the web is down", 0x0124, 500, 0xa801, "get web move", "", "failed 1 0x0124");
        row("busy", 0xa702, 404, 0, "get", "", "queued 1 for now");
        row("it breaks off", -1, 0, 0xa801, "get move", "", "queued 1 ");
        row("the other way is busy", 0x0124, 0, 0xa702, "get move", "", "failed 1 0x0124");
        row("nothing comes of it", 0, 404, 0xa801, "get", "", "queued 1 3 of 3 instances are missing");
    }
    void NET_04_whichWaysAreTried()
    {
        QFETCH(int, get);
        QFETCH(int, web);
        QFETCH(int, move);
        QFETCH(QString, after);
        std::mutex mutex;
        QStringList tried;
        const auto note = [&](const char* way) {
            const std::lock_guard lock(mutex);
            if (!tried.contains(way))
                tried << way;
        };
        ScriptedScp peer([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020) {
                if (message.dataset.contains("STUDY"))
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + element(0x20, 0x0d, "1.2.3 ") + element(0x20, 0x1208, "3 "));
                return conversation.respond(message, 0);
            }
            note(message.field == 0x0010 ? "get" : "move");
            const int status = message.field == 0x0010 ? get : move;
            status < 0 ? conversation.close() : conversation.respond(message, quint16(status));
        });
        ScriptedHttp server([&](const ScriptedHttp::Request&, ScriptedHttp::Connection& to) {
            note("web");
            to.answer(web, "text/plain", "no");
        });
        (void)addNode(peer.port(), web != 0 ? server.url() : QString());
        Settings settings(profile());
        QVERIFY(settings.set(dimse::listenPort, int(test::freePort())));
        const qint64 id = *m_queue->add(wanted(TransferKind::Retrieve));
        TransferRunner::Options with = options();
        std::atomic<int> roomMade = 0;
        with.makeRoom = [&] { ++roomMade; };
        const Transfer transfer = firstAttempt(id, with);
        QCOMPARE(roomMade.load(), 1); // before it; again only where the disk was full
        QTEST(tried.join(u' '), "tried");
        QStringList refused;
        const auto learned = m_queue->waysOf("pacs").value();
        for (const TransferQueue::Way& way : learned)
            if (way.isRefused)
                refused << way.way;
        QTEST(refused.join(u' '), "refused");
        QCOMPARE(QStringLiteral("%1 %2").arg(name(transfer.state)).arg(transfer.attempts), after.section(u' ', 0, 1));
        QVERIFY2(transfer.lastError.contains(after.section(u' ', 2)), qPrintable(transfer.lastError));
    }

    /// Each instance that did not go out is listed, what had been confirmed is not sent again, and the sums hold.
    void SAF_05_whatBecomesOfASend_data()
    {
        QTest::addColumn<QString>("peer");      // "away", or which of the instances it never takes
        QTest::addColumn<QString>("confirmed"); // before
        QTest::addColumn<QString>("stored");    // what it was sent, each once
        QTest::addColumn<QString>("after");     // state, attempts, confirmed before + now of all, failed
        const auto row = [](const char* name, const char* peer, const char* confirmed, const char* stored, const char* after) {
            QTest::newRow(name) << QString(peer) << QString(confirmed) << QString(stored) << QString(after);
        };
        row("all", "", "", "1 2 3", "done 4, 0+3 of 3");
        row("the rest", "", "2", "1 3", "done 4, 1+2 of 3");
        row("all were confirmed", "", "1 2 3", "", "done 4, 3+0 of 3");
        row("one is not taken", "2", "", "1 2 3", "queued 1, 0+2 of 3 1.2.3.2"); // it gets on
        row("of the rest one is not taken", "2", "1", "2 3", "queued 1, 1+1 of 3 1.2.3.2");
        row("none is taken", "1 2 3", "", "1 2 3", "failed 4, 0+0 of 3 1.2.3.1 1.2.3.2 1.2.3.3");
        row("nobody is there", "away", "", "", "queued 4, 0+0 of 3 1.2.3.1 1.2.3.2 1.2.3.3");
        row("nobody is there for the rest", "away", "3", "", "queued 4, 1+0 of 3 1.2.3.1 1.2.3.2");
    }
    void SAF_05_whatBecomesOfASend()
    {
        QFETCH(QString, peer);
        QFETCH(QString, confirmed);
        importThree();
        std::mutex mutex;
        QStringList stored;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            const qsizetype place = message.dataset.indexOf("1.2.3.");
            const QString number = QString::fromLatin1(message.dataset.mid(place + 6, 1));
            {
                const std::lock_guard lock(mutex);
                if (!stored.contains(number))
                    stored << number;
            }
            conversation.respond(message, peer.contains(number) ? 0x0124 : 0);
        }, {.syntaxes = {"1.2.840.10008.1.2.1"}});
        (void)addNode(peer == "away" ? test::freePort() : scp.port());
        const qint64 id = *m_queue->add(wanted(TransferKind::Send));
        auto earlier = *m_queue->claim({}, "me");
        earlier->attempts = 3;
        earlier->state = State::Queued;
        QVERIFY(m_queue->finish(*earlier, "me"));
        QStringList before;
        for (const QString& number : confirmed.split(u' ', Qt::SkipEmptyParts))
            before << "1.2.3." + number;
        QVERIFY(m_queue->confirm(id, before));
        QVERIFY((*Database::open(profile().databasePath()))->execute("UPDATE transfer SET started=0"));
        const Transfer transfer = firstAttempt(id, options());
        QTEST(account(transfer), "after");
        stored.sort();
        QTEST(stored.join(u' '), "stored");
        QCOMPARE(transfer.lastError.isEmpty(), transfer.state == State::Done);
        for (const dicom::InstanceFailure& failure : transfer.failed)
            QVERIFY(!failure.reason.isEmpty());
        QCOMPARE(transfer.what.title, "Doe, Jane"); // it was asked for by the UID alone
        QCOMPARE(m_queue->confirmed(id)->size(), transfer.done);
        QCOMPARE(transfer.bytes > 0, transfer.done > transfer.present);
        QCOMPARE(transfer.bytesPerSecond > 0, transfer.bytes > 0);
    }

    /// What is sent once more does not take the progress back for whoever looks on.
    void SAF_05_progressOfASendNeverRunsBackwards()
    {
        importThree();
        std::atomic<int> requests = 0;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, requests++ == 1 ? 0x0124 : 0); },
                        {.syntaxes = {"1.2.840.10008.1.2.1"}});
        (void)addNode(scp.port());
        std::mutex mutex;
        QStringList seen;
        Task watched([&](qint64 done, qint64 total, const QString&) {
            const std::lock_guard lock(mutex);
            const QString line = QStringLiteral("%1/%2").arg(done).arg(total);
            if (seen.isEmpty() || seen.last() != line)
                seen << line;
        });
        TransferRunner runner(*m_archive, profile(), options());
        const auto transfer = runner.runNow(*m_queue->add(wanted(TransferKind::Send)), watched);
        QVERIFY(transfer);
        QCOMPARE(account(*transfer), "done 1, 0+3 of 3");
        QCOMPARE(requests.load(), 4);
        QStringList sorted = seen;
        sorted.sort();
        QCOMPARE(seen, sorted);
        QVERIFY2(seen.filter(QRegularExpression("/3$")).size() == seen.size(), qPrintable(seen.join(u' ')));
    }

    /// Files without a study are known by their paths until the peer has a name for them.
    void SAF_05_filesByTheirPaths()
    {
        ScriptedScp scp([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0); }, {.syntaxes = {"1.2.840.10008.1.2.1"}});
        (void)addNode(scp.port());
        const QString good = test::makeFile(file("good"), "1.2.3", "P1", "1.2.3.1"), bad = file("bad");
        QFile text(bad);
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image") == 8);
        text.close();
        NewTransfer send = wanted(TransferKind::Send);
        send.study = {};
        send.paths = QStringList{good, bad};
        const Transfer transfer = firstAttempt(*m_queue->add(send), options());
        QCOMPARE(account(transfer), "queued 1, 0+1 of 2 " + bad);
        QCOMPARE(*m_queue->confirmed(transfer.id), QSet<QString>{good});
    }

    /// A transfer that cannot begin says why, and is tried again only where that may help.
    void NET_02_whyATransferDoesNotBegin_data()
    {
        QTest::addColumn<QString>("why");
        QTest::addColumn<bool>("isSend");
        QTest::addColumn<QString>("after");
        const auto row = [](const char* why, bool isSend, const char* after) { QTest::newRow(why) << QString(why) << isSend << QString(after); };
        row("no node", false, "failed 1 Not found: there is no node pacs any more");
        row("no secret", false, "failed 1 Cannot be read: locked");
        row("its secret comes late", true, "queued 1 No answer in time: locked");
        row("no memory", false, "failed 1 Internal error: there is not enough memory for it");
        row("an exception", true, "failed 1 Internal error: an unexpected failure");
        row("no such study here", true, "failed 1 Not found: there is no study 1.2.3");
    }
    void NET_02_whyATransferDoesNotBegin()
    {
        QFETCH(QString, why);
        QFETCH(bool, isSend);
        ScriptedScp scp([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0); });
        if (why != "no node")
            (void)addNode(scp.port());
        TransferRunner::Options with = options();
        with.complete = [&](const dimse::Node& node) -> Result<dimse::Node> {
            if (why == "no memory")
                throw std::bad_alloc();
            if (why == "an exception")
                throw std::runtime_error("x");
            if (why.contains("secret"))
                return fail(why == "no secret" ? Fault::Unreadable : Fault::TimedOut, "locked");
            return node;
        };
        const Transfer transfer = firstAttempt(*m_queue->add(wanted(isSend ? TransferKind::Send : TransferKind::Retrieve)), with);
        QTEST(QStringLiteral("%1 %2 %3").arg(name(transfer.state)).arg(transfer.attempts).arg(transfer.lastError), "after");
        QCOMPARE(transfer.total, 0);
    }

    /// While it runs its progress is written down, and what a person wants of it meanwhile is done: the peer goes on when it is seen.
    void NET_02_whatIsSeenWhileItRuns_data()
    {
        QTest::addColumn<QString>("wish");
        QTest::addColumn<QString>("after");
        QTest::newRow("none") << "" << "done 1, 1+2 of 3";
        QTest::newRow("pause") << "pause" << "paused 1, 1+1 of 3";
        QTest::newRow("cancel") << "cancel" << "cancelled 1, 1+1 of 3";
        QTest::newRow("the program ends") << "end" << "queued 0, 1+1 of 3"; // the attempt does not count
    }
    void NET_02_whatIsSeenWhileItRuns()
    {
        QFETCH(QString, wish);
        (void)import({test::makeFile(file("1"), "1.2.3", "P1", "1.2.3.1", "Doe^Jane")});
        std::atomic<bool> mayGoOn = false;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020)
                return list(conversation, message);
            for (const char* n : {"2", "3"}) {
                const QByteArray uid = QByteArray("1.2.3.") + n;
                ScriptedScp::Message answer;
                if (!conversation.store(m_class, uid, element(8, 0x16, test::uid(m_class)) + element(8, 0x18, test::uid(uid)) + element(8, 0x60, "OT") + element(0x10, 0x10, "Doe^Jane") +
                                                          element(0x10, 0x20, "P1") + m_study + m_series) || !conversation.receive(answer))
                    return;
                while (!mayGoOn)
                    std::this_thread::yield();
            }
            conversation.respond(message, 0);
        });
        const auto goOn = qScopeGuard([&] { mayGoOn = true; });
        const dimse::Node node = addNode(scp.port());
        const qint64 id = *m_queue->add(wanted(TransferKind::Retrieve));
        const auto now = [&] { return **m_queue->find(id); };
        auto runner = std::make_unique<TransferRunner>(*m_archive, profile(), options());
        QSignalSpy changed(runner.get(), &TransferRunner::changed);
        runner->start();
        QTRY_VERIFY_WITH_TIMEOUT(now().bytes > 0, 20000);
        QTRY_COMPARE(account(now()), "running 1, 1+1 of 3");
        QTRY_VERIFY(changed.size() >= 2); // it began, and got on
        if (wish == "pause")
            QVERIFY(m_queue->pause(id));
        else if (wish == "cancel")
            QVERIFY(m_queue->cancel(id));
        if (wish == "end")
            runner.reset();
        else if (wish.isEmpty())
            mayGoOn = true;
        QTRY_VERIFY_WITH_TIMEOUT(now().state != State::Running, 20000);
        QTEST(account(now()), "after");
        QCOMPARE(now().lastError, "");
        if (wish == "end")
            QVERIFY(now().nextDue <= now().updated); // it goes on when the program begins again, not after a pause
        QCOMPARE((*m_archive->study({"1.2.3"}))->instances, wish.isEmpty() ? 3 : 2);
        mayGoOn = true;
    }

    /// Whatever is asked of a peer, it is asked under the name that is set up.
    void NET_01_underWhichNameItCalls()
    {
        importThree();
        Settings settings(profile());
        QVERIFY(settings.set(dimse::listenAe, QStringLiteral("WORKPLACE")));
        std::mutex mutex;
        QStringList callers;
        dimse::ListenerOptions strict;
        strict.aeTitle = "PACS";
        strict.port = 0;
        strict.interface = dimse::ListenerOptions::Interface::Loopback;
        strict.isKnown = [&](const QString& callingAe, quint32) {
            const std::lock_guard lock(mutex);
            callers << callingAe;
            return false;
        };
        const auto listener = dimse::Listener::start(strict, [](dicom::Received&&) -> Result<void> { return {}; });
        QVERIFY2(listener, listener ? "" : qPrintable(message(listener.error())));
        (void)addNode((*listener)->port());
        const qint64 toKeep = *m_queue->add(wanted(TransferKind::Send, Commitment::Wanted));
        QVERIFY(m_queue->confirm(toKeep, {"1.2.3.1", "1.2.3.2", "1.2.3.3"}));
        for (const qint64 id : {*m_queue->add(wanted(TransferKind::Retrieve)), *m_queue->add(wanted(TransferKind::Send)), toKeep}) {
            callers.clear();
            Task task;
            TransferRunner runner(*m_archive, profile(), options());
            (void)runner.runNow(id, task);
            QVERIFY(!callers.isEmpty());
            QCOMPARE(QSet<QString>(callers.begin(), callers.end()), QSet<QString>{"WORKPLACE"});
        }
    }

    /// Who waits and goes away has it cancelled, without a word of an error; who waits on is told.
    void NET_02_whoWaitsMayGo_data()
    {
        QTest::addColumn<bool>("isGone");
        QTest::newRow("gone") << true;
        QTest::newRow("there") << false;
    }
    void NET_02_whoWaitsMayGo()
    {
        QFETCH(bool, isGone);
        Task watched;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (isGone)
                watched.cancel();
            conversation.respond(message, 0x0124);
        });
        (void)addNode(scp.port());
        TransferRunner runner(*m_archive, profile(), options());
        const auto transfer = runner.runNow(*m_queue->add(wanted(TransferKind::Retrieve)), watched);
        QVERIFY(transfer);
        QCOMPARE(transfer->state, isGone ? State::Cancelled : State::Failed);
        QCOMPARE(transfer->lastError.isEmpty(), isGone);
        QCOMPARE((*m_queue->find(transfer->id))->state, transfer->state);
    }

    /// A peer that has nothing of what is asked for is no success, and says of what.
    void SAF_04_whatThePeerDoesNotHave()
    {
        ScriptedScp scp([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0); });
        (void)addNode(scp.port());
        NewTransfer series = wanted(TransferKind::Retrieve);
        series.series = {"1.2.3.7"};
        for (const auto& [what, said] : {std::pair(wanted(TransferKind::Retrieve), "has no such study"), {series, "has no such series"}}) {
            const Transfer transfer = firstAttempt(*m_queue->add(what), options());
            QCOMPARE(account(transfer), "failed 1, 0+0 of 0");
            QVERIFY2(transfer.lastError.startsWith("Not found: ") && transfer.lastError.endsWith(said), qPrintable(transfer.lastError));
        }
    }

    /// What is here already is counted and not asked for.
    void SAF_04_whatIsHereIsDone()
    {
        importThree();
        std::atomic<int> asked = 0;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020)
                return list(conversation, message);
            ++asked;
            conversation.respond(message, 0);
        });
        (void)addNode(scp.port());
        QCOMPARE(account(firstAttempt(*m_queue->add(wanted(TransferKind::Retrieve)), options())), "done 1, 3+0 of 3");
        QCOMPARE(asked.load(), 0);
    }

    /// Who waits for a send waits for the commitment too, which may come to our listener.
    void SAF_05_whoWaitsWaitsForTheCommitment()
    {
        importThree();
        ScriptedScp scp([](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0130)
                conversation.respond(message, 0);
            conversation.close();
        });
        (void)addNode(scp.port());
        const qint64 id = *m_queue->add(wanted(TransferKind::Send, Commitment::Wanted));
        const QStringList all{"1.2.3.1", "1.2.3.2", "1.2.3.3"};
        QVERIFY(m_queue->confirm(id, all));
        TransferRunner runner(*m_archive, profile(), options());
        std::atomic<bool> isOver = false;
        Result<Transfer> transfer = fail(Fault::Internal, {});
        std::thread waiting([&] {
            Task task;
            transfer = runner.runNow(id, task);
            isOver = true;
        });
        const auto join = qScopeGuard([&] { waiting.join(); });
        const auto database = Database::open(profile().databasePath());
        const auto transaction = [&] { return (*database)->value("SELECT transaction_uid FROM transfer_commitment").value_or(std::nullopt).value_or(QVariant()).toString(); };
        QTRY_VERIFY_WITH_TIMEOUT(!transaction().isEmpty(), 20000);
        QVERIFY(!isOver);
        QVERIFY(m_queue->settle(transaction(), all, {}));
        QTRY_VERIFY_WITH_TIMEOUT(isOver, 10000);
        QVERIFY2(transfer, transfer ? "" : qPrintable(message(transfer.error())));
        QCOMPARE(account(*transfer), "done 1, 3+0 of 3");
    }

    /// A peer that is busy is asked again for who waits, soon.
    void NET_04_whoWaitsIsServedWhenThePeerIsFree()
    {
        std::atomic<int> asked = 0;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020) {
                if (message.dataset.contains("STUDY"))
                    conversation.respond(message, 0xff00, element(8, 0x62, test::uid(m_class)) + element(0x20, 0x0d, "1.2.3 ") + element(0x20, 0x1208, "3 "));
                return conversation.respond(message, 0);
            }
            if (message.field == 0x0010)
                ++asked;
            conversation.respond(message, asked == 1 ? 0xa702 : 0x0124);
        });
        (void)addNode(scp.port());
        Task task;
        TransferRunner runner(*m_archive, profile(), options());
        const auto transfer = runner.runNow(*m_queue->add(wanted(TransferKind::Retrieve)), task);
        QVERIFY(transfer);
        QCOMPARE(asked.load(), 2);
        QVERIFY2(transfer->lastError.contains("0x0124"), qPrintable(transfer->lastError));
        QCOMPARE(transfer->attempts, 2);
    }

    /// Who waits is not kept waiting for ever by a peer that is busy: six times, and then a person decides. One that is away: once.
    void NET_04_whoWaitsIsToldInTheEnd_data()
    {
        QTest::addColumn<bool>("isAway");
        QTest::addColumn<int>("times");
        QTest::newRow("busy") << false << 6;
        QTest::newRow("away") << true << 1;
    }
    void NET_04_whoWaitsIsToldInTheEnd()
    {
        QFETCH(bool, isAway);
        QFETCH(int, times);
        std::atomic<int> asked = 0;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field == 0x0020)
                return list(conversation, message);
            ++asked;
            conversation.respond(message, 0xa702);
        });
        (void)addNode(isAway ? test::freePort() : scp.port());
        TransferRunner runner(*m_archive, profile(), options());
        std::atomic<bool> isOver = false;
        std::thread hurry([&] { // being woken shortens the pauses
            while (!isOver) {
                runner.wake();
                std::this_thread::yield();
            }
        });
        const auto join = qScopeGuard([&] {
            isOver = true;
            hurry.join();
        });
        Task task;
        const auto transfer = runner.runNow(*m_queue->add(wanted(TransferKind::Retrieve)), task);
        QVERIFY2(transfer, transfer ? "" : qPrintable(message(transfer.error())));
        QCOMPARE(transfer->state, State::Failed);
        QCOMPARE(transfer->attempts, times);
        QVERIFY(!transfer->lastError.isEmpty());
        QCOMPARE((*m_queue->find(transfer->id))->state, State::Failed);
        QCOMPARE(asked.load(), isAway ? 0 : times);
    }

    /// The setting says how many run at once, one to eight; one more is kept free for what a person waits for.
    void NET_02_howManyRunAtOnce_data()
    {
        QTest::addColumn<int>("setting");
        QTest::addColumn<int>("background");
        for (const auto& [setting, background] : {std::pair(0, 1), {3, 3}, {9, 8}})
            QTest::addRow("%d", setting) << setting << background;
    }
    void NET_02_howManyRunAtOnce()
    {
        QFETCH(int, setting);
        QFETCH(int, background);
        std::atomic<int> inside = 0;
        std::atomic<bool> isOver = false;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message&) {
            ++inside;
            isOver.wait(false);
            conversation.close();
        });
        Settings settings(profile());
        QVERIFY(settings.set(atOnce, setting));
        dimse::Node node{"", "PACS", "127.0.0.1", scp.port(), false, {}, {}, {}};
        NewTransfer one = wanted(TransferKind::Retrieve);
        for (int i = 0; i < 12; ++i) { // to one node there would be one at a time
            one.node = node.name = QStringLiteral("node%1").arg(i);
            QVERIFY(dimse::Nodes(settings).add(node));
            one.priority = Priority::Background;
            if (i < 10)
                QVERIFY(m_queue->add(one));
        }
        const auto release = qScopeGuard([&] {
            isOver = true;
            isOver.notify_all();
        });
        TransferRunner runner(*m_archive, profile(), options());
        runner.start();
        QTRY_COMPARE_WITH_TIMEOUT(inside.load(), background, 20000);
        one.priority = Priority::Waiting;
        QVERIFY(m_queue->add(one));
        runner.wake();
        QTRY_COMPARE_WITH_TIMEOUT(inside.load(), background + 1, 20000);
        int running = 0;
        for (const auto transfers = *m_queue->list(); const Transfer& transfer : transfers)
            running += transfer.state == State::Running;
        QCOMPARE(running, background + 1);
        isOver = true;
        isOver.notify_all();
    }

    /// What a person waits for is given the line to its node; what comes from another node goes on.
    void NET_02_onlyItsOwnLineIsMadeFree_data()
    {
        QTest::addColumn<bool>("isCalled");
        QTest::newRow("by its turn") << false;
        QTest::newRow("by a call") << true;
    }
    void NET_02_onlyItsOwnLineIsMadeFree()
    {
        QFETCH(bool, isCalled);
        StallingPeers peers;
        (void)addNode(peers.one.port());
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).add({"other", "OTHER", "127.0.0.1", peers.other.port(), false, {}, {}, {}}));
        NewTransfer wish = wanted(TransferKind::Retrieve);
        wish.priority = Priority::Background;
        const qint64 here = *m_queue->add(wish);
        wish.node = "other";
        const qint64 there = *m_queue->add(wish);
        TransferRunner runner(*m_archive, profile(), options());
        runner.start();
        QTRY_VERIFY_WITH_TIMEOUT(peers.atOne == 1 && peers.atOther == 1, 20000);
        wish = wanted(TransferKind::Retrieve);
        wish.study = {"1.2.4"};
        wish.priority = Priority::Waiting;
        const qint64 waiting = *m_queue->add(wish);
        Task task;
        std::thread who;
        const auto join = qScopeGuard([&] {
            peers.letGo();
            task.cancel();
            if (who.joinable())
                who.join();
        });
        if (isCalled)
            who = std::thread([&] { (void)runner.runNow(waiting, task); });
        else
            runner.wake();
        const auto stateOf = [&](qint64 id) { return (*m_queue->find(id))->state; };
        QTRY_VERIFY_WITH_TIMEOUT(peers.atOne == 2 && stateOf(here) == State::Queued, 20000);
        QCOMPARE(stateOf(waiting), State::Running);
        QCOMPARE(stateOf(there), State::Running);
        QCOMPARE(peers.atOther.load(), 1);
        QCOMPARE((*m_queue->find(here))->attempts, 0); // having made way is no attempt
        peers.letGo();
    }

    /// Where a workplace only views, nothing is sent: not in the background, and not for who waits.
    void SAF_11_whoOnlyViewsSendsNothing()
    {
        importThree();
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) { conversation.respond(message, 0x0124); });
        (void)addNode(scp.port());
        NewTransfer wish = wanted(TransferKind::Send);
        wish.priority = Priority::Normal;
        const qint64 send = *m_queue->add(wish);
        wish = wanted(TransferKind::Retrieve);
        wish.priority = Priority::Background; // its turn comes behind
        const qint64 retrieve = *m_queue->add(wish);
        TransferRunner::Options viewing = options();
        viewing.only = TransferKind::Retrieve;
        QCOMPARE(firstAttempt(retrieve, viewing).state, State::Failed);
        Task task;
        TransferRunner runner(*m_archive, profile(), viewing);
        QCOMPARE(runner.runNow(send, task).error().fault, Fault::Conflict);
        QCOMPARE((*m_queue->find(send))->state, State::Queued);
        QCOMPARE((*m_queue->find(send))->attempts, 0);
    }

    /// Two that are as important are not brought over one line at once: the next in order is one from another node.
    void NET_02_equalsDoNotShareALine()
    {
        StallingPeers peers;
        (void)addNode(peers.one.port());
        Settings settings(profile());
        QVERIFY(dimse::Nodes(settings).add({"other", "OTHER", "127.0.0.1", peers.other.port(), false, {}, {}, {}}));
        QVERIFY(settings.set(atOnce, 2));
        NewTransfer wish = wanted(TransferKind::Retrieve);
        wish.priority = Priority::Normal;
        QVERIFY(m_queue->add(wish));
        wish.study = {"1.2.4"};
        const qint64 second = *m_queue->add(wish);
        wish.node = "other";
        wish.priority = Priority::Background;
        QVERIFY(m_queue->add(wish));
        TransferRunner runner(*m_archive, profile(), options());
        runner.start();
        QTRY_VERIFY_WITH_TIMEOUT(peers.atOne == 1 && peers.atOther == 1, 20000);
        QCOMPARE((*m_queue->find(second))->state, State::Queued);
        peers.letGo();
    }

    /// What the peer commits itself to keep, what not, and how long it has to say so (PS3.4 J.3).
    void SAF_05_whatBecomesOfACommitment_data()
    {
        QTest::addColumn<QString>("peer");   // what it says on the same association: "all", "one failed", "nothing", "refuses"
        QTest::addColumn<int>("askedBefore"); // seconds ago; 0: not yet
        QTest::addColumn<int>("questions");
        QTest::addColumn<QString>("after");
        QTest::addColumn<QString>("kept"); // of 1, 2, 3: what is not only here
        const auto row = [](const char* name, const char* peer, int askedBefore, int questions, const char* after, const char* kept) {
            QTest::newRow(name) << QString(peer) << askedBefore << questions << QString(after) << QString(kept);
        };
        row("all are kept", "all", 0, 1, "done 1, 3+0 of 3", "1 2 3");
        row("one is not", "one failed", 0, 1, "failed 1, 3+0 of 3 1.2.3.2", "1 3"); // a person decides: it took it and would not keep it
        row("it says nothing yet", "nothing", 0, 1, "queued 0, 3+0 of 3", "");
        row("it was asked a day ago", "all", 24 * 3600 - 30, 0, "queued 0, 3+0 of 3", "");
        row("it was asked more than a day ago", "all", 24 * 3600 + 2, 1, "done 1, 3+0 of 3", "1 2 3");
        row("it refuses", "refuses", 0, 1, "failed 1, 3+0 of 3", "");
    }
    void SAF_05_whatBecomesOfACommitment()
    {
        QFETCH(QString, peer);
        QFETCH(int, askedBefore);
        QFETCH(int, questions);
        importThree();
        std::atomic<int> asked = 0;
        QByteArray question;
        ScriptedScp scp([&](ScriptedScp::Conversation& conversation, const ScriptedScp::Message& message) {
            if (message.field != 0x0130)
                return;
            ++asked;
            question = message.dataset;
            conversation.respond(message, peer == "refuses" ? 0x0110 : 0);
            const auto reference = [&](const char* number, const QByteArray& more = {}) {
                return element(0xfffe, 0xe000, element(8, 0x1150, test::uid(m_class)) + element(8, 0x1155, test::uid(QByteArray("1.2.3.") + number)) + more);
            };
            const qsizetype at = question.indexOf(QByteArray::fromHex("08009511"));
            const QByteArray transaction = question.mid(at, 8 + uchar(question[at + 4]));
            if (peer == "all")
                conversation.report(1, transaction + element(8, 0x1199, reference("1") + reference("2") + reference("3")));
            else if (peer == "one failed")
                conversation.report(2, transaction + element(8, 0x1198, reference("2", element(8, 0x1197, test::little(0x0213, 2)))) + element(8, 0x1199, reference("1") + reference("3")));
        });
        (void)addNode(scp.port());
        const qint64 id = *m_queue->add(wanted(TransferKind::Send, Commitment::Wanted));
        const QStringList all{"1.2.3.1", "1.2.3.2", "1.2.3.3"};
        QVERIFY(m_queue->confirm(id, all));
        if (peer == "nothing") // however often it was looked for already
            QVERIFY((*Database::open(profile().databasePath()))->execute("UPDATE transfer SET attempts=39"));
        if (askedBefore > 0) {
            QVERIFY(m_queue->requested("2.25.7", id, all));
            QVERIFY((*Database::open(profile().databasePath()))->execute("UPDATE transfer_commitment SET requested=requested-?1", {askedBefore * 1000}));
        }
        const Transfer transfer = firstAttempt(id, options());
        QCOMPARE(asked.load(), questions);
        QTEST(account(transfer), "after");
        if (asked > 0)
            for (const QString& uid : all)
                QVERIFY(question.contains(uid.toLatin1()));
        QStringList kept;
        const auto rows = *m_archive->instancesOfStudy({"1.2.3"});
        for (const archive::InstanceRow& row : rows)
            if (row.confirmedBy == "pacs")
                kept << row.uid.value.section(u'.', 3);
        kept.sort();
        QTEST(kept.join(u' '), "kept");
        if (peer == "nothing" || askedBefore == 24 * 3600 - 30)
            QVERIFY2(transfer.lastError.contains("has not yet committed itself"), qPrintable(transfer.lastError));
        const bool isTakenBack = peer == "one failed";
        QCOMPARE(m_queue->confirmed(id)->contains("1.2.3.2"), !isTakenBack);
        QCOMPARE((*m_queue->commitmentOf(id)).has_value(), !isTakenBack);
    }
};

QTEST_GUILESS_MAIN(TestTransferAttempts)
#include "tst_transfer_attempts.moc"
