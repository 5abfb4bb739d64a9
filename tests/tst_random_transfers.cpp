// Random operations on the queue of transfers; after each step all that it tells is compared with a plain model.
#include "tests/support/plain_transfers.h"
#include <QTest>

using namespace diascope;
using namespace diascope::transfer;
using test::PlainTransfer;
using test::State;
using test::Wish;

class TestRandomTransfers : public QObject, test::Comparison
{
    Q_OBJECT

    test::Dice m_dice{0};
    test::Reached m_reached{"asked for again by 0 in state 0",
                            "asked for again by 0 in state 1",
                            "asked for again by 0 in state 2",
                            "asked for again by 1 in state 0",
                            "asked for again by 2 in state 0",
                            "asked for again by 2 in state 2",
                            "a route waits for more of its study",
                            "the list of what is over is cut",
                            "a lease ran out",
                            "a lease of another clock",
                            "a dead process's lease",
                            "left behind with wish 0 becomes 0",
                            "left behind with wish 0 becomes 4",
                            "left behind with wish 1 becomes 2",
                            "left behind with wish 2 becomes 5",
                            "claimed by number",
                            "claimed in turn",
                            "report hears 0",
                            "report hears 1",
                            "report hears 2",
                            "finished as 0",
                            "finished as 2",
                            "finished as 3",
                            "finished as 4",
                            "finished as 5",
                            "finished by who lost it",
                            "wish 1 in state 0",
                            "wish 1 in state 1",
                            "wish 1 in state 2",
                            "wish 2 in state 0",
                            "wish 2 in state 1",
                            "wish 2 in state 2",
                            "resumed",
                            "resumed before it paused",
                            "retried in state 0",
                            "retried in state 2",
                            "retried in state 4",
                            "retried in state 5",
                            "given up",
                            "priority set",
                            "cleared",
                            "taken back",
                            "an answer nobody asked for",
                            "a commitment is answered",
                            "a way is learned again",
                            "refused: no node, or nothing to transfer",
                            "time remains"};
    std::unique_ptr<test::PlainTransfers> m_plain;
    std::unique_ptr<TransferQueue> m_queues[2];
    std::unique_ptr<Database> m_database;
    const QStringList m_owners{processOwnerName(), "elsewhere", test::deadOwner()};
    int m_transactions = 0;

    TransferQueue& anyQueue() { return *m_dice.in(m_queues); }
    /// Of a transfer that is there, mostly.
    qint64 anyId()
    {
        return m_plain->all.empty() || m_dice.isOneOf(25) ? m_dice.of<qint64>({0, m_plain->nextId, 4711}) : m_dice.in(m_plain->all).seen.id;
    }
    QStringList someInstances() { return {m_dice.text({"1.1.1", "1.1.2", "1.1.3"}), m_dice.text({"1.1.1", "1.1.4", "1.1.3"})}; }

    void add()
    {
        NewTransfer wanted;
        wanted.kind = TransferKind(m_dice.upTo(1));
        wanted.node = m_dice.isOneOf(30) ? "" : m_dice.text({"pacs", "other"});
        wanted.study = {m_dice.text({"1.1", "1.1", "1.2", "1.2", ""})};
        wanted.series = {m_dice.isOneOf(4) ? "1.1.5" : ""};
        if (m_dice.isOneOf(5) || (wanted.study.value.isEmpty() && m_dice.isOneOf(2)))
            wanted.paths = m_dice.isOneOf(2) ? QStringList{"/a"} : QStringList{"/a", QString::fromUtf8("/b \"ä\"")};
        wanted.priority = Priority(m_dice.upTo(2));
        wanted.reason = Reason(m_dice.upTo(2));
        wanted.commitment = m_dice.isOneOf(4) ? Commitment::Wanted : Commitment::NotWanted;
        wanted.way = m_dice.text({"", "get", "web"});
        wanted.title = m_dice.isOneOf(3) ? QString() : m_dice.text({"", "Doe"});
        if (const PlainTransfer* known = m_plain->find(anyId()); known && !m_dice.isOneOf(3)) { // the same again, or nearly
            const NewTransfer drawn = std::exchange(wanted, known->seen.what);
            wanted.priority = drawn.priority;
            wanted.reason = drawn.reason;
            switch (m_dice.upTo(11)) {
            case 0: wanted.kind = drawn.kind; break;
            case 1: wanted.series = drawn.series; break;
            case 2: wanted.paths = drawn.paths; break;
            case 3: wanted.commitment = drawn.commitment; break;
            case 4: wanted.node = drawn.node; break;
            default: break;
            }
        }
        wanted.startsInSeconds = m_dice.of({0, 0, 0, 5, 60, 90, 86400, 86401, 3 * 86400});
        did("add kind", wanted.kind, "node", wanted.node, "study", wanted.study.value, "series", wanted.series.value, "paths", wanted.paths,
            "priority", wanted.priority, "reason", wanted.reason, "commitment", wanted.commitment, "in", wanted.startsInSeconds, "s");
        const auto added = anyQueue().add(wanted);
        const auto expected = m_plain->add(wanted);
        m_reached.count("refused: no node, or nothing to transfer", !expected);
        compareFault("add", added, expected ? test::noFault : int(Fault::Invalid));
        compare("number of the added", added.value_or(0), expected.value_or(0));
    }
    void claim()
    {
        TransferQueue::Claim wanted;
        wanted.atLeast = Priority(m_dice.of({0, 0, 0, 1, 2}));
        if (m_dice.isOneOf(3))
            wanted.busyNodes[m_dice.text({"pacs", "other", "third"})] = Priority(m_dice.upTo(2));
        wanted.id = m_dice.isOneOf(4) ? anyId() : 0;
        wanted.leaseSeconds = m_dice.of({60, 60, 5, 0, -1, 86400, 86401});
        if (m_dice.isOneOf(4))
            wanted.only = TransferKind(m_dice.upTo(1));
        const QString owner = m_dice.of(m_owners);
        did("claim", wanted.id, "at least", wanted.atLeast, "only", wanted.only, "for", wanted.leaseSeconds, "s by", owner);
        for (const auto& [node, priority] : wanted.busyNodes)
            did("where", node, "is busy at", priority);
        const auto claimed = *anyQueue().claim(wanted, owner);
        const PlainTransfer* expected = m_plain->claim(wanted, owner);
        compare("claimed", claimed ? test::lineOf(*claimed) : "none", expected ? test::lineOf(*expected) : "none");
    }
    /// By whoever runs it, mostly.
    void reportOrFinish(bool isFinish)
    {
        const PlainTransfer* chosen = m_plain->find(anyId());
        for (const PlainTransfer& one : m_plain->all)
            if (one.isRunning() && (!chosen || !chosen->isRunning() || m_dice.isOneOf(2)))
                chosen = &one;
        Transfer how = chosen ? chosen->seen : Transfer();
        const QString owner = chosen && !m_dice.isOneOf(4) ? chosen->owner : m_dice.of(m_owners);
        how.done = m_dice.of<qint64>({0, how.done, how.done, how.done + 1, 20});
        how.total = m_dice.of<qint64>({0, how.total, 20, 72, 80});
        how.present = m_dice.of<qint64>({0, 0, 1, how.done});
        how.bytes = m_dice.of<qint64>({0, 800, 10'000'000});
        how.bytesPerSecond = m_dice.of({0.0, 80.0, 2e6});
        if (!isFinish) {
            if (m_dice.isOneOf(2)) { // so that it can be told how long it will take
                how.done = 30;
                how.total = m_dice.of<qint64>({30, 31, 90});
                how.present = m_dice.of<qint64>({10, 29, 30});
                how.bytes = 30'000'000;
                how.bytesPerSecond = 5e6;
            }
            const int lease = m_dice.of({60, 5, 0, -1});
            did("report of", how.id, "by", owner, how.done, "of", how.total);
            compare("what report tells", *anyQueue().report(how, owner, lease), m_plain->report(how, owner, lease));
            return;
        }
        how.attempts = m_dice.of({how.attempts, 0, 7});
        how.state = m_dice.of({State::Queued, State::Queued, State::Paused, State::Done, State::Failed, State::Cancelled});
        how.lastError = m_dice.isOneOf(3) ? QString() : m_dice.text({"", "not now"});
        how.failed.assign(size_t(m_dice.upTo(2)), {someInstances().front(), "why \"so\""});
        how.nextDue = m_dice.isOneOf(3) ? QDateTime() : test::timeOf(test::clockMs + m_dice.of<qint64>({-1000, 1, 30'000, test::dayMs, test::dayMs + 1}));
        how.what.title = m_dice.isOneOf(2) ? QString() : "Roe";
        did("finish of", how.id, "by", owner, "as", how.state, how.done, "of", how.total);
        compareFault("finish", anyQueue().finish(how, owner), test::noFault);
        m_plain->finish(how, owner);
    }
    void report() { reportOrFinish(false); }
    void finish() { reportOrFinish(true); }
    void pause()
    {
        const qint64 id = anyId();
        did("pause", id);
        compareFault("pause", anyQueue().pause(id), m_plain->pauseOrCancel(id, Wish::Pause));
    }
    void cancel()
    {
        const qint64 id = anyId();
        did("cancel", id);
        compareFault("cancel", anyQueue().cancel(id), m_plain->pauseOrCancel(id, Wish::Cancel));
    }
    void resume()
    {
        const qint64 id = anyId();
        did("resume", id);
        compareFault("resume", anyQueue().resume(id), m_plain->resume(id));
    }
    void retry()
    {
        const qint64 id = anyId();
        did("retry", id);
        compareFault("retry", anyQueue().retry(id), m_plain->retry(id));
    }
    void giveUp()
    {
        const qint64 id = anyId();
        did("give up", id);
        compareFault("give up", anyQueue().giveUp(id), test::noFault);
        m_plain->giveUp(id);
    }
    void setPriority()
    {
        const qint64 id = anyId();
        const auto priority = Priority(m_dice.upTo(2));
        did("priority of", id, "is", priority);
        compareFault("priority", anyQueue().setPriority(id, priority), m_plain->setPriority(id, priority));
    }
    void clearFinished()
    {
        if (m_dice.isOneOf(3)) {
            did("clear finished");
            compareFault("clear", anyQueue().clearFinished(), test::noFault);
            m_plain->clearFinished();
        } else if (const int many = m_dice.of({490, 498, 499});
                   m_database->execute("UPDATE sqlite_sequence SET seq=seq+? WHERE name='transfer'", {many}) && m_database->changes() > 0) {
            did(many, "others came and went");
            m_plain->nextId += many;
        }
    }
    void confirm()
    {
        const qint64 id = anyId();
        PlainTransfer* one = m_plain->find(id);
        const QStringList instances = someInstances();
        did("confirm of", id, instances);
        compareFault("confirm", anyQueue().confirm(id, instances), one ? test::noFault : test::anyFault);
        if (one)
            one->confirmed.unite(QSet(instances.begin(), instances.end()));
    }
    void takeBack()
    {
        const qint64 id = anyId();
        const QStringList instances = someInstances();
        did("take back of", id, instances);
        compareFault("take back", anyQueue().takeBack(id, instances), test::noFault);
        if (PlainTransfer* one = m_plain->find(id); m_reached.count("taken back", one != nullptr)) {
            one->confirmed.subtract(QSet(instances.begin(), instances.end()));
            std::erase_if(m_plain->commitments, [&](const auto& asked) { return asked.transfer == id; });
        }
    }
    void requestCommitment()
    {
        const qint64 id = anyId();
        const QDateTime now = test::timeOf(test::clockMs);
        // Which of two is the later one is told by their times.
        if (std::ranges::any_of(m_plain->commitments, [&](const auto& asked) { return asked.transfer == id && asked.requested > now; }))
            return;
        const QString uid = QString("2.25.%1").arg(m_dice.isOneOf(6) ? m_transactions : ++m_transactions);
        const QStringList instances = someInstances();
        const bool isTaken = m_plain->find(id) && !m_plain->findCommitment(uid);
        did("commitment", uid, "for", id, instances);
        compareFault("request", anyQueue().requested(uid, id, instances), isTaken ? test::noFault : test::anyFault);
        if (isTaken)
            m_plain->commitments.push_back({uid, id, instances, now, false, {}});
    }
    void settle()
    {
        const QString uid = m_plain->commitments.empty() || m_dice.isOneOf(8) ? "2.25.99999" : m_dice.in(m_plain->commitments).uid;
        QStringList kept;
        if (!m_dice.isOneOf(4))
            kept = {m_dice.text({"1.1.1", "1.1.2", "1.1.9"}), m_dice.text({"1.1.3", "1.1.4"})};
        std::vector<dicom::InstanceFailure> failed;
        if (m_dice.isOneOf(2))
            failed.push_back({m_dice.text({"1.1.1", "1.1.3", "1.1.8"}), "no such object"});
        did("answer to", uid, "kept", kept, "failed", test::say(failed));
        const auto settled = anyQueue().settle(uid, kept, failed);
        const auto expected = m_plain->settle(uid, kept, failed);
        compareFault("settle", settled, expected ? test::noFault : int(Fault::Conflict));
        compare("settled", settled.value_or(0), expected.value_or(0));
    }
    void learnOrForget()
    {
        const QString node = m_dice.of(test::nodes);
        if (m_dice.isOneOf(5)) {
            did("forget", node);
            compareFault("forget", anyQueue().forget(node), test::noFault);
            m_plain->ways[node].clear();
            return;
        }
        const TransferQueue::Way way{m_dice.text({"get", "move", "web"}), m_dice.of({0.0, 1e6, 2e6, 4e6}), m_dice.isOneOf(3)};
        did("learn", node, way.way, way.bytesPerSecond, way.isRefused);
        compareFault("learn", anyQueue().learn(node, way), test::noFault);
        m_plain->learn(node, way);
    }

private Q_SLOTS:
    /// Two connections to one profile, three runners (one of this process, one elsewhere, one that died), a clock that goes both ways.
    void NET_02_SAF_04_SAF_05_SAF_15_STO_01_transfers()
    {
        using Test = TestRandomTransfers;
        struct Operation
        {
            void (Test::*take)();
            int weight;
            bool isOfParts; ///< concerns what only a whole comparison shows
        };
        const Operation operations[] = {{&Test::add, 10, false},      {&Test::claim, 8, false},         {&Test::report, 6, false},
                                        {&Test::finish, 6, false},    {&Test::pause, 4, false},         {&Test::cancel, 2, false},
                                        {&Test::resume, 4, false},    {&Test::retry, 2, false},         {&Test::giveUp, 2, false},
                                        {&Test::setPriority, 2, false}, {&Test::clearFinished, 2, true}, {&Test::confirm, 2, true},
                                        {&Test::takeBack, 2, true},   {&Test::requestCommitment, 4, true}, {&Test::settle, 4, true},
                                        {&Test::learnOrForget, 4, true}};
        std::vector<const Operation*> drawn;
        for (const Operation& one : operations)
            drawn.insert(drawn.end(), size_t(one.weight), &one);
        for (int seed = 1; seed <= test::rounds(36); ++seed) {
            startInFolder(seed);
            m_dice = test::Dice(seed);
            m_plain = std::make_unique<test::PlainTransfers>(m_reached);
            m_transactions = 0;
            for (auto& queue : m_queues)
                queue = std::move(*TransferQueue::open(profile()));
            m_database = std::move(*Database::open(profile().databasePath()));
            for (int step = 0; step < 90 && isSame(); ++step) {
                const qint64 counter = anyQueue().changeCounter();
                m_plain->isChanged = false;
                const Operation& operation = *m_dice.of(drawn);
                (this->*operation.take)();
                if (m_dice.isOneOf(15)) {
                    did("opened again");
                    m_dice.in(m_queues) = std::move(*TransferQueue::open(profile()));
                }
                const bool isWhole = operation.isOfParts || step % 8 == 7;
                compare("the list", test::linesOf(anyQueue(), isWhole, step), m_plain->lines(isWhole, step));
                compare("whether others see a change", anyQueue().changeCounter() > counter, m_plain->isChanged);
                moveClock(m_dice.of<qint64>({0, 0, 0, 0, 1, 1, 999, 1000, 1000, 5000, 5000, 59'999, 60'000, 90'000, 3'600'000, test::dayMs, -1, -30'000,
                                             -test::dayMs - 1}));
            }
            QVERIFY2(isSame(), qPrintable(difference()));
        }
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomTransfers)
#include "tst_random_transfers.moc"
