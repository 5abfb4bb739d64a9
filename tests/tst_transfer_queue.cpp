#include "netclient/base/process_owner.h"
#include "netclient/transfer/rate_limit.h"
#include "netclient/transfer/transfer_queue.h"
#include "tests/support/test_data.h"
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/wait.h>
#include <ctime>
#include <thread>
#include <unistd.h>

using namespace diascope;
using namespace diascope::transfer;
using State = Transfer::State;

namespace
{

NewTransfer retrieval(const QString& study, const QString& node = "pacs", Priority priority = Priority::Normal)
{
    NewTransfer transfer;
    transfer.node = node;
    transfer.study = {study};
    transfer.priority = priority;
    return transfer;
}

NewTransfer sending(const QString& study, const QString& node = "pacs")
{
    NewTransfer transfer = retrieval(study, node);
    transfer.kind = TransferKind::Send;
    return transfer;
}

} // namespace

class TestTransferQueue : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<TransferQueue> m_queue;
    const QString m_owner = processOwnerName();

    Profile profile() const { return *Profile::open(m_folder->path()); }
    std::optional<Transfer> claim(Priority atLeast = Priority::Background, std::map<QString, Priority> busy = {})
    {
        TransferQueue::Claim claim;
        claim.atLeast = atLeast;
        claim.busyNodes = std::move(busy);
        return *m_queue->claim(claim, m_owner);
    }
    State stateOf(qint64 id) { return (**m_queue->find(id)).state; }
    void finish(Transfer transfer, State state)
    {
        transfer.state = state;
        QVERIFY(m_queue->finish(transfer, m_owner));
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_queue = std::move(*TransferQueue::open(profile()));
    }
    void cleanup() { m_queue.reset(); }

    void whatAPersonWaitsForGoesFirst()
    {
        const qint64 first = *m_queue->add(retrieval("1.1"));
        const qint64 background = *m_queue->add(retrieval("1.2", "pacs", Priority::Background));
        const qint64 waiting = *m_queue->add(retrieval("1.3", "pacs", Priority::Waiting));
        QCOMPARE(claim()->id, waiting);
        QCOMPARE(claim()->id, first);
        QCOMPARE(claim()->id, background);
        QVERIFY(!claim());
    }

    void aThreadKeptForThoseWhoWaitTakesNothingElse()
    {
        QVERIFY(m_queue->add(retrieval("1.1")));
        QVERIFY(!claim(Priority::Waiting));
        QVERIFY(claim(Priority::Normal));
    }

    void oneLineIsSharedOnlyWithWhatRanksHigher()
    {
        QVERIFY(m_queue->add(retrieval("1.1", "pacs")));
        const qint64 elsewhere = *m_queue->add(retrieval("1.2", "other"));
        QCOMPARE(claim(Priority::Background, {{"pacs", Priority::Normal}})->id, elsewhere);
        QVERIFY(!claim(Priority::Background, {{"pacs", Priority::Normal}}));
        QVERIFY(claim(Priority::Background, {{"pacs", Priority::Background}}));
    }

    void SAF_11_viewingOnlyTakesNoSend()
    {
        QVERIFY(m_queue->add(sending("1.1")));
        TransferQueue::Claim viewing;
        viewing.only = TransferKind::Retrieve;
        QVERIFY(!*m_queue->claim(viewing, m_owner));
        const qint64 id = *m_queue->add(retrieval("1.2"));
        QCOMPARE((**m_queue->claim(viewing, m_owner)).id, id);
    }

    void nothingIsQueuedTwice()
    {
        const qint64 id = *m_queue->add(retrieval("1.1", "pacs", Priority::Background));
        QCOMPARE(*m_queue->add(retrieval("1.1", "pacs", Priority::Waiting)), id);
        QCOMPARE((**m_queue->find(id)).what.priority, Priority::Waiting);
        QVERIFY(*m_queue->add(retrieval("1.1", "other")) != id);
        QVERIFY(*m_queue->add(sending("1.1")) != id);
        QCOMPARE(m_queue->list()->size(), 3u);
        finish(*claim(), State::Done);
        QVERIFY(*m_queue->add(retrieval("1.1", "pacs")) != id); // what is over is over: now it is another one
    }

    void aSendThatRunsHasReadItsListSoWhatComesLaterIsAnother()
    {
        const qint64 id = *m_queue->add(sending("1.1"));
        QCOMPARE(claim()->id, id);
        QVERIFY(*m_queue->add(sending("1.1")) != id);
    }

    void aRouteWaitsUntilItsStudyIsQuiet()
    {
        NewTransfer route = sending("1.1");
        route.reason = Reason::Route;
        route.startsInSeconds = 60;
        const qint64 id = *m_queue->add(route);
        QVERIFY(!claim());
        const auto before = (**m_queue->find(id)).nextDue;
        route.startsInSeconds = 90;
        QCOMPARE(*m_queue->add(route), id);
        QVERIFY((**m_queue->find(id)).nextDue >= before.addSecs(25));
    }

    void pauseResumeCancelRetryWhileItWaits()
    {
        const qint64 id = *m_queue->add(retrieval("1.1"));
        QVERIFY(m_queue->pause(id));
        QCOMPARE(stateOf(id), State::Paused);
        QVERIFY(!claim());
        QVERIFY(m_queue->resume(id));
        QCOMPARE(m_queue->resume(id).error().fault, Fault::Conflict);
        QVERIFY(m_queue->cancel(id));
        QCOMPARE(stateOf(id), State::Cancelled);
        QCOMPARE(m_queue->pause(id).error().fault, Fault::Conflict);
        QVERIFY(m_queue->retry(id));
        QCOMPARE(claim()->id, id);
        QCOMPARE(m_queue->cancel(4711).error().fault, Fault::NotFound);
    }

    void aWishReachesWhoeverRunsIt()
    {
        const qint64 id = *m_queue->add(retrieval("1.1"));
        const Transfer running = *claim();
        QCOMPARE(*m_queue->report(running, m_owner), TransferQueue::Wish::GoOn);
        const auto other = TransferQueue::open(profile()); // another process's window
        QVERIFY((*other)->pause(id));
        QCOMPARE(stateOf(id), State::Running);
        QCOMPARE(*m_queue->report(running, m_owner), TransferQueue::Wish::Pause);
        QVERIFY((*other)->resume(id));
        QCOMPARE(*m_queue->report(running, m_owner), TransferQueue::Wish::GoOn);
        QVERIFY((*other)->cancel(id));
        QCOMPARE(*m_queue->report(running, m_owner), TransferQueue::Wish::Cancel);
        QCOMPARE(*m_queue->report(running, "somebody else"), TransferQueue::Wish::Lost);
    }

    void progressIsWrittenAndToldWithRemainingTime()
    {
        const qint64 id = *m_queue->add(retrieval("1.1"));
        Transfer running = *claim();
        running.done = 30;
        running.total = 90;
        running.present = 10;
        running.bytes = 30'000'000;
        running.bytesPerSecond = 5'000'000;
        running.started = running.started.addSecs(-6);
        QVERIFY(m_queue->report(running, m_owner));
        Transfer seen = **m_queue->find(id);
        QCOMPARE(seen.done, 30);
        QCOMPARE(seen.total, 90);
        QCOMPARE(seen.present, 10);
        seen.started = seen.updated.addSecs(-6);
        // 1.5 MB an instance of the 20 that came; 60 are missing: 90 MB at 5 MB/s.
        QCOMPARE(*seen.remainingSeconds(), 18);
        seen.bytesPerSecond = 0;
        QVERIFY(!seen.remainingSeconds());
    }

    /// kill -9 of the process that runs it: the next one takes it at once, with what a person wanted of it meanwhile.
    void STO_01_aKilledProcesssTransferIsQueuedAgain_data()
    {
        QTest::addColumn<QString>("wish");
        QTest::addColumn<int>("state");
        QTest::newRow("STO-01 killed while running") << "" << int(State::Queued);
        QTest::newRow("STO-01 killed after a pause was asked for") << "pause" << int(State::Paused);
        QTest::newRow("STO-01 killed after a cancel was asked for") << "cancel" << int(State::Cancelled);
    }
    void STO_01_aKilledProcesssTransferIsQueuedAgain()
    {
        QFETCH(QString, wish);
        QFETCH(int, state);
        const qint64 id = *m_queue->add(retrieval("1.1"));
        m_queue.reset(); // no connection crosses the fork
        const pid_t child = ::fork();
        if (child == 0) {
            auto queue = TransferQueue::open(*Profile::open(m_folder->path()));
            const auto claimed = (*queue)->claim({}, processOwnerName());
            ::raise(claimed && *claimed ? SIGKILL : SIGTERM);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        m_queue = std::move(*TransferQueue::open(profile()));
        QCOMPARE(stateOf(id), State::Running);
        if (wish == "pause")
            QVERIFY(m_queue->pause(id));
        if (wish == "cancel")
            QVERIFY(m_queue->cancel(id));
        const auto again = claim();
        QCOMPARE(bool(again), State(state) == State::Queued);
        if (again)
            QCOMPARE(again->attempts, 2);
        else
            QCOMPARE(int(stateOf(id)), state);
    }

    /// What ends the process that runs it would end every later one too. What gets on is not meant, nor what a person wants again.
    void STO_01_aTransferThatEndedItsProcessTwiceIsGivenUp_data()
    {
        QTest::addColumn<bool>("movesSomething");
        QTest::newRow("nothing moved in between") << false;
        QTest::newRow("each brought an instance") << true;
    }
    void STO_01_aTransferThatEndedItsProcessTwiceIsGivenUp()
    {
        QFETCH(bool, movesSomething);
        const qint64 id = *m_queue->add(sending("1.1"));
        for (int death = 1; death <= 2; ++death) {
            m_queue.reset(); // no connection crosses the fork
            const pid_t child = ::fork();
            if (child == 0) {
                auto queue = TransferQueue::open(*Profile::open(m_folder->path()));
                const QString owner = processOwnerName();
                auto claimed = (*queue)->claim({}, owner);
                bool isReady = claimed && *claimed;
                if (isReady && movesSomething) {
                    (*claimed)->done = death;
                    isReady = bool((*queue)->report(**claimed, owner));
                }
                ::raise(isReady ? SIGKILL : SIGTERM);
            }
            int status = 0;
            QCOMPARE(::waitpid(child, &status, 0), child);
            QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
            m_queue = std::move(*TransferQueue::open(profile()));
        }
        QCOMPARE(bool(claim()), movesSomething);
        QCOMPARE(stateOf(id), movesSomething ? State::Running : State::Failed);
        if (movesSomething)
            return;
        QVERIFY2((**m_queue->find(id)).lastError.contains("ended 2 times"), qPrintable((**m_queue->find(id)).lastError));
        QVERIFY(m_queue->retry(id)); // by a person: from the beginning
        const auto again = claim();
        QVERIFY(again);
        finish(*again, State::Queued); // an orderly end
        QCOMPARE(stateOf(id), State::Queued);
    }

    void twoProcessesNeverRunOneTransferAtATime()
    {
        for (int i = 0; i < 60; ++i)
            QVERIFY(m_queue->add(retrieval(QStringLiteral("1.%1").arg(i), QStringLiteral("n%1").arg(i))));
        std::mutex mutex;
        QHash<qint64, int> taken;
        const auto run = [&] {
            auto queue = TransferQueue::open(profile());
            const QString owner = processOwnerName();
            while (const auto transfer = *(*queue)->claim({}, owner)) {
                const std::lock_guard lock(mutex);
                ++taken[transfer->id];
            }
        };
        std::thread one(run), two(run);
        one.join();
        two.join();
        QCOMPARE(taken.size(), 60);
        for (int count : taken)
            QCOMPARE(count, 1);
    }

    void whoLostTheClaimHasNoLastWord()
    {
        const qint64 id = *m_queue->add(retrieval("1.1"));
        TransferQueue::Claim expired;
        expired.leaseSeconds = -1; // a lease that has run out
        const Transfer late = **m_queue->claim(expired, "another machine's process");
        const Transfer mine = *claim();
        QCOMPARE(mine.id, id);
        Transfer ended = late;
        ended.state = State::Failed;
        QVERIFY(m_queue->finish(ended, "another machine's process"));
        QCOMPARE(stateOf(id), State::Running);
        ended.done = 77; // nor a word in the middle
        const auto wish = m_queue->report(ended, "another machine's process");
        QVERIFY(wish);
        QCOMPARE(*wish, TransferQueue::Wish::Lost);
        QVERIFY((**m_queue->find(id)).done != 77);
        TransferQueue::Claim next;
        QVERIFY(!*m_queue->claim(next, "a third"));
        finish(mine, State::Done);
        QCOMPARE(stateOf(id), State::Done);
    }

    void NET_04_attemptsBackOff()
    {
        QCOMPARE(delayAfter(1), 5);
        QCOMPARE(delayAfter(2), 10);
        QCOMPARE(delayAfter(5), 80);
        QCOMPARE(delayAfter(30), 900);
        const qint64 id = *m_queue->add(retrieval("1.1"));
        Transfer failed = *claim();
        failed.state = State::Queued;
        failed.lastError = "not now";
        failed.nextDue = QDateTime::currentDateTimeUtc().addSecs(30);
        QVERIFY(m_queue->finish(failed, m_owner));
        QVERIFY(!claim()); // not due
        QCOMPARE((**m_queue->find(id)).lastError, "not now");
        QVERIFY(m_queue->retry(id)); // a person does not want to wait
        QVERIFY(claim());
    }

    void aClockThatWasSetBackHoldsNothingUp()
    {
        NewTransfer later = retrieval("1.1");
        later.startsInSeconds = 3 * 86400; // as if queued by a clock three days ahead
        QVERIFY(m_queue->add(later));
        QVERIFY(claim());
    }

    void SAF_15_unfinishedWorkOfAStudyIsKnown()
    {
        const qint64 id = *m_queue->add(sending("1.1"));
        QCOMPARE(m_queue->unfinishedOf({"1.1"})->size(), 1u);
        QVERIFY(m_queue->unfinishedOf({"1.2"})->empty());
        finish(*claim(), State::Failed);
        QCOMPARE(m_queue->unfinishedOf({"1.1"})->size(), 1u); // given up is unsent
        QVERIFY(m_queue->retry(id));
        finish(*claim(), State::Done);
        QVERIFY(m_queue->unfinishedOf({"1.1"})->empty());
        QVERIFY(m_queue->add(retrieval("1.1")));
        finish(*claim(), State::Failed);
        QVERIFY(m_queue->unfinishedOf({"1.1"})->empty()); // the peer still has it
    }

    void SAF_04_whatANodeCountedIsKnownForGood()
    {
        const qint64 id = *m_queue->add(retrieval("1.1"));
        auto running = *claim();
        running.done = 3;
        running.total = 72;
        QCOMPARE(*m_queue->report(running, m_owner), TransferQueue::Wish::GoOn);
        QVERIFY(m_queue->cancel(id));
        finish(running, State::Cancelled);
        NewTransfer series = retrieval("1.1");
        series.series = {"1.1.7"};
        QVERIFY(m_queue->add(series)); // of one series: that is no count of the study
        auto ofSeries = *claim();
        ofSeries.total = ofSeries.done = 9;
        finish(ofSeries, State::Done);
        QVERIFY(m_queue->clearFinished());
        QVERIFY(m_queue->list()->empty());
        m_queue = std::move(*TransferQueue::open(profile())); // another day
        auto counts = *m_queue->countsOf({"1.1", "1.2"});
        QCOMPARE(counts.size(), 1);
        QCOMPARE(counts["1.1"].instances, 72);
        QCOMPARE(counts["1.1"].node, retrieval("1.1").node);
        QVERIFY(m_queue->add(retrieval("1.1"))); // images were added there meanwhile
        auto again = *claim();
        again.total = again.done = 80;
        finish(again, State::Done);
        QCOMPARE((*m_queue->countsOf({"1.1"}))["1.1"].instances, 80);
    }

    void SAF_04_countsOfTheListAreTakenOverByAnUpgrade()
    {
        QVERIFY(m_queue->add(retrieval("1.1")));
        auto running = *claim();
        running.total = 72;
        finish(running, State::Failed);
        m_queue.reset();
        // As the first version left it.
        const auto ran = test::run("sqlite3", {profile().databasePath(), "DROP TRIGGER transfer_counted; DROP TABLE transfer_count; ALTER TABLE transfer DROP COLUMN starts;"
                                                                         "UPDATE schema_version SET version=1 WHERE owner='transfers'"});
        QCOMPARE(ran.code, 0);
        m_queue = std::move(*TransferQueue::open(profile()));
        QCOMPARE((*m_queue->countsOf({"1.1"}))["1.1"].instances, 72);
    }

    void SAF_05_whatWasConfirmedIsNotSentAgain()
    {
        const qint64 id = *m_queue->add(sending("1.1"));
        QVERIFY(m_queue->confirm(id, {"1.1.1", "1.1.2"}));
        QVERIFY(m_queue->confirm(id, {"1.1.2", "1.1.3"}));
        const auto other = TransferQueue::open(profile());
        QCOMPARE(*(*other)->confirmed(id), (QSet<QString>{"1.1.1", "1.1.2", "1.1.3"}));
        QVERIFY((*other)->confirmed(id + 1)->isEmpty());
    }

    void aCommitmentMayComeDaysLater()
    {
        const qint64 id = *m_queue->add(sending("1.1"));
        const QDateTime before = QDateTime::currentDateTimeUtc();
        QVERIFY(m_queue->requested("2.25.1", id, {"1.1.1", "1.1.2"}));
        const auto asked = **m_queue->commitmentOf(id);
        QVERIFY(!asked.isSettled && asked.failed.empty());
        QVERIFY(asked.requested >= before && asked.requested <= QDateTime::currentDateTimeUtc());
        QVERIFY(!m_queue->commitmentOf(id + 1)->has_value());
        QCOMPARE(m_queue->settle("2.25.99", {"1.1.1", "1.1.2"}, {}).error().fault, Fault::Conflict);
        QCOMPARE(*m_queue->settle("2.25.1", {"1.1.1"}, {{"1.1.2", "no such object"}}), id);
        const auto answer = *m_queue->commitmentOf(id);
        QVERIFY(answer && answer->isSettled && answer->failed.size() == 1);
        QCOMPARE(answer->failed.front().sopInstanceUid, "1.1.2");
        QCOMPARE(answer->instances, (QStringList{"1.1.1", "1.1.2"}));
        QVERIFY(m_queue->confirm(id, {"1.1.1", "1.1.2"}));
        QVERIFY(m_queue->takeBack(id, {"1.1.2"})); // it goes out again
        QCOMPARE(*m_queue->confirmed(id), QSet<QString>{"1.1.1"});
        QVERIFY(!m_queue->commitmentOf(id)->has_value());
    }

    /// What was asked for and stands in neither list is not kept (PS3.4 J.3.3): it must not be taken for safe.
    void SAF_05_aCommitmentThatNamesNotAll()
    {
        const qint64 id = *m_queue->add(sending("1.1"));
        QVERIFY(m_queue->requested("2.25.1", id, {"1.1.1", "1.1.2", "1.1.3", "1.1.4"}));
        QVERIFY(m_queue->settle("2.25.1", {"1.1.1", "1.1.9"}, {{"1.1.2", "no such object"}}));
        QStringList failed;
        const auto answer = *m_queue->commitmentOf(id);
        for (const auto& failure : answer->failed)
            failed << failure.sopInstanceUid;
        QCOMPARE(failed, (QStringList{"1.1.2", "1.1.3", "1.1.4"}));
    }

    void waysAreRememberedAndForgotten()
    {
        QVERIFY(m_queue->learn("pacs", {"get", 1e6, false}));
        QVERIFY(m_queue->learn("pacs", {"web", 4e6, false}));
        QVERIFY(m_queue->learn("pacs", {"get", 3e6, false}));
        auto ways = *m_queue->waysOf("pacs");
        QCOMPARE(ways.size(), 2u);
        QCOMPARE(ways[0].way, "web");
        QCOMPARE(ways[1].bytesPerSecond, 2e6);
        QVERIFY(m_queue->learn("pacs", {"web", 0, true}));
        ways = *m_queue->waysOf("pacs");
        QVERIFY(std::any_of(ways.begin(), ways.end(), [](const auto& way) { return way.way == "web" && way.isRefused; }));
        QVERIFY(m_queue->forget("pacs"));
        QVERIFY(m_queue->waysOf("pacs")->empty());
    }

    void thousandsOfFinishedOnesDoNotPileUp()
    {
        for (int i = 0; i < 620; ++i) {
            QVERIFY(m_queue->add(retrieval(QStringLiteral("1.%1").arg(i))));
            finish(*claim(), State::Done);
        }
        QVERIFY2(m_queue->list()->size() <= 501, QByteArray::number(qulonglong(m_queue->list()->size())).constData());
        QVERIFY(m_queue->clearFinished());
        QVERIFY(m_queue->list()->empty());
    }

    void NET_15_limitsByTheTimeOfDay()
    {
        const auto limits = RateLimits::parse("07:00-19:00 2000; 12:00-13:00 0; 22:00-2:00 500");
        QVERIFY(limits);
        QCOMPARE(*limits->at(QTime(8, 0)), 2000);
        QCOMPARE(*limits->at(QTime(12, 30)), 0);
        QVERIFY(!limits->at(QTime(19, 0)));
        QCOMPARE(*limits->at(QTime(23, 0)), 500);
        QCOMPARE(*limits->at(QTime(1, 59)), 500);
        QVERIFY(!limits->at(QTime(2, 0)));
        QVERIFY(RateLimits::parse("")->ranges.empty());
        // each holds from its first minute on, and not at its end; 24:00 is the end of the day, and equal times are all day
        const std::pair<const char*, QStringList> holds[] = {{"07:00-19:00 5", {"7:00", "18:59"}}, {"22:00-2:00 5", {"22:00", "1:59", "0:00"}},
                                                             {"22:00-24:00 5", {"22:00", "23:59"}},
                                                             {"0:00-24:00 5", {"0:00", "12:00", "23:59"}}, {"7:00-7:00 5", {"6:59", "7:00", "7:01"}}};
        const std::pair<const char*, QStringList> holdsNot[] = {{"07:00-19:00 5", {"6:59", "19:00", "0:00"}}, {"22:00-2:00 5", {"21:59", "2:00"}},
                                                                {"22:00-24:00 5", {"21:59", "0:00", "0:01"}}};
        for (const auto& [range, times] : holds)
            for (const QString& time : times)
                QVERIFY2(RateLimits::parse(range)->at(QTime::fromString(time, "H:mm")) == 5, qPrintable(range + (" at " + time)));
        for (const auto& [range, times] : holdsNot)
            for (const QString& time : times)
                QVERIFY2(!RateLimits::parse(range)->at(QTime::fromString(time, "H:mm")), qPrintable(range + (" at " + time)));
        for (const char* bad : {"all day", "07:00-19:00", "7-19 100", "25:00-07:00 5", "07:00-25:00 5", "07:00-24:01 5", "07:00-19:00 -5", "07:00-19:00 5; x"})
            QCOMPARE(RateLimits::parse(bad).error().fault, Fault::Invalid);
        QCOMPARE(RateLimits::parse("07:00-19:00 5; all day").error().detail, "\"all day\" is no limit: \"07:00-19:00 2000\" is, in kbit/s");
    }

    void NET_15_noMorePassesThanTheRate()
    {
        const auto workedMs = [] { // of this thread: who waits leaves the processor to others
            timespec time{};
            ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
            return qint64(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
        };
        const qint64 before = workedMs();
        Throttle throttle([] { return std::optional(8000); }); // 1 MB/s
        Task task;
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < 4; ++i)
            throttle.pass(100'000, task);
        QVERIFY2(clock.elapsed() >= 390, QByteArray::number(clock.elapsed()).constData());
        Throttle open([] { return std::optional<int>(); });
        clock.start();
        open.pass(1'000'000'000, task);
        QVERIFY(clock.elapsed() < 390);
        Throttle shut([] { return std::optional(0); });
        std::thread cancel([&] {
            while (clock.elapsed() < 300)
                std::this_thread::yield();
            task.cancel();
        });
        const qint64 between = workedMs();
        shut.pass(1, task); // stands still until it is cancelled
        QVERIFY(task.isCancelled());
        cancel.join();
        QVERIFY2(between - before < 150, QByteArray::number(between - before).constData());
        QVERIFY2(workedMs() - between < 100, QByteArray::number(workedMs() - between).constData());
    }
};

QTEST_GUILESS_MAIN(TestTransferQueue)
#include "tst_transfer_queue.moc"
