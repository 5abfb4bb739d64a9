// Random operations on the queue of deliveries; after each step all that it tells is compared with a plain model.
#include "netclient/transfer/delivery_queue.h"
#include "netclient/transfer/transfer_queue.h"
#include "tests/support/comparison.h"
#include "tests/support/dice.h"
#include <QTest>

using namespace diascope;
using namespace diascope::transfer;
using test::clockMs;
using test::timeOf;
using State = Delivery::State;

namespace {

struct PlainDelivery
{
    Delivery seen;
    int owner = 0; ///< number of the call that claimed it; 0: none, -1: of a process that died
    qint64 leaseUntil = 0;

    bool isOpen() const { return seen.state != State::Acknowledged && seen.state != State::Cancelled; }
    bool isToSend() const { return seen.state == State::Queued || seen.state == State::Sent; }
    bool isBefore(const PlainDelivery& other) const
    {
        return seen.id < other.seen.id && seen.subject == other.seen.subject && seen.target == other.seen.target;
    }
    void change(State state, const QString& error)
    {
        seen.state = state;
        seen.lastError = error;
        seen.updated = timeOf(clockMs);
    }
    void release()
    {
        owner = 0;
        leaseUntil = 0;
    }
};

/// Thrown out of the middle of a call, as a process that ends there.
struct Killed
{
};

QString lineOf(const Delivery& one, bool isOpen, const QString& remark)
{
    return test::line(one.id, "of", one.subject, "to", one.target, one.kind, one.controlId, one.payload, "state", one.state, "attempts", one.attempts,
                      "error", one.lastError) +
           test::line(" created", one.created, "updated", one.updated, "due", one.nextDue, "behind", one.behind, "open", isOpen, "remark", remark);
}

QString errorFor(const Acknowledgement& answer)
{
    switch (answer.code) {
    case Acknowledgement::Error: return "the receiver could not process it: " + answer.text;
    case Acknowledgement::Reject: return "the receiver rejected it: " + answer.text;
    case Acknowledgement::Commit: return "the receiver has it and has not said yet that it processed it";
    default: return {};
    }
}

State stateFor(const Acknowledgement& answer)
{
    return answer.code == Acknowledgement::Accept ? State::Acknowledged : answer.code == Acknowledgement::Commit ? State::Committed : State::Held;
}

/// 5, 10, 20 s … at most 15 minutes.
int plainDelay(int attempts)
{
    int seconds = 5;
    for (int i = 1; i < attempts && seconds < 900; ++i)
        seconds *= 2;
    return std::min(seconds, 900);
}

} // namespace

class TestRandomDeliveries : public QObject, test::Comparison
{
    Q_OBJECT

    test::Dice m_dice{0};
    test::Reached m_reached{"left alone",
                            "of a dead process",
                            "of a lease of another clock",
                            "of a lease that ran out",
                            "due by another clock",
                            "killed on the way",
                            "three in a row unanswered",
                            "no answer 0",
                            "no answer 1",
                            "no answer 2",
                            "a wrong answer",
                            "answer 0",
                            "answer 1",
                            "answer 2",
                            "answer 3",
                            "the last word is another's",
                            "stopped",
                            "late answer 0 in state 0",
                            "late answer 0 in state 1",
                            "late answer 0 in state 4",
                            "late answer 3 in state 0",
                            "late answer 3 in state 1",
                            "late answer 1 in state 4",
                            "not given up: on its way",
                            "not given up: over",
                            "given up in state 0",
                            "given up in state 1",
                            "given up in state 3",
                            "given up in state 4",
                            "invalid",
                            "control ID taken",
                            "undone",
                            "enqueued",
                            "never the last word",
                            "the last word may still come",
                            "released"};
    std::vector<PlainDelivery> m_plain;
    std::unique_ptr<DeliveryQueue> m_queues[2];
    std::unique_ptr<Database> m_database;
    int m_calls = 0;

    DeliveryQueue& anyQueue() { return *m_dice.in(m_queues); }
    qint64 anyId() { return m_plain.empty() || m_dice.isOneOf(10) ? 4711 : m_dice.in(m_plain).seen.id; }
    PlainDelivery* find(qint64 id)
    {
        const auto one = std::ranges::find(m_plain, id, [](const auto& other) { return other.seen.id; });
        return one == m_plain.end() ? nullptr : &*one;
    }

    QStringList plainLines() const
    {
        QStringList lines;
        std::optional<QDateTime> due;
        for (const PlainDelivery& one : m_plain) {
            Delivery seen = one.seen;
            seen.behind = one.isOpen() ? int(std::ranges::count_if(m_plain, [&](const auto& later) { return one.isBefore(later) && later.isOpen(); })) : 0;
            const QString waits = QString("later versions of this report that wait behind it: %1").arg(seen.behind);
            const QString remark = seen.behind == 0 ? seen.lastError : seen.lastError.isEmpty() ? waits : seen.lastError + "; " + waits;
            lines << lineOf(seen, one.isOpen(), remark);
            if (one.isToSend())
                due = due ? std::min(*due, seen.nextDue) : seen.nextDue;
        }
        lines << test::line("open", std::ranges::count_if(m_plain, &PlainDelivery::isOpen), "next due", due);
        for (const PlainDelivery& one : m_plain)
            if (one.seen.subject == "R1")
                lines << test::say(one.seen.id);
        return lines;
    }
    static QStringList linesOf(const DeliveryQueue& queue)
    {
        QStringList lines;
        const auto all = *queue.list(), ofOne = *queue.list("R1");
        for (const Delivery& one : all)
            lines << lineOf(one, one.isOpen(), remark(one));
        lines << test::line("open", *queue.pending(), "next due", *queue.nextDue());
        for (const Delivery& one : ofOne)
            lines << test::say(one.id);
        return lines;
    }

    /// What one call of deliverDue has seen.
    struct Call
    {
        int number = 0, lease = 0;
        bool isEarly = false;
        QString mood;
        QSet<qint64> tried{};
        QSet<QString> left{}; ///< targets that do not answer
        QHash<QString, int> unanswered{};
        int acknowledged = 0, held = 0, sent = 0;
    };
    PlainDelivery* nextToSend(const Call& call)
    {
        constexpr qint64 farMs = 2 * 900'000;
        PlainDelivery* best = nullptr;
        for (PlainDelivery& one : m_plain) {
            if (one.owner == -1 && one.seen.state == State::Sent)
                one.leaseUntil = 0;
            const qint64 due = one.seen.nextDue.toMSecsSinceEpoch();
            const bool isDue = due <= clockMs || due > clockMs + farMs, isFree = one.leaseUntil <= clockMs || one.leaseUntil > clockMs + test::dayMs;
            const bool isFirst = std::ranges::none_of(m_plain, [&](const auto& earlier) { return earlier.isOpen() && earlier.isBefore(one); });
            if (!one.isToSend() || !isFirst || !isFree || (!isDue && !call.isEarly))
                continue;
            if (m_reached.count("left alone", call.left.contains(one.seen.target)) || call.tried.contains(one.seen.id))
                continue;
            if (one.seen.state == State::Sent)
                m_reached.count(one.owner == -1                   ? "of a dead process"
                                : one.leaseUntil > clockMs ? "of a lease of another clock"
                                                                  : "of a lease that ran out");
            m_reached.count("due by another clock", due > clockMs + farMs);
            if (!best || (best->seen.attempts > 0 && one.seen.attempts == 0))
                best = &one;
        }
        return best;
    }
    Result<Acknowledgement> drawAnswer(Call& call, const Delivery& given)
    {
        const int kind = call.mood == "well"       ? 9
                         : call.mood == "timeouts" ? m_dice.of({0, 0, 0, 0, 9})
                         : call.mood == "nobody"   ? m_dice.of({1, 9})
                                                   : m_dice.upTo(9);
        int& unanswered = call.unanswered[given.target];
        unanswered = kind == 0 ? unanswered + 1 : 0;
        if (kind == 1 || unanswered >= 3)
            call.left << given.target;
        if (kind < 3) {
            m_reached.count(kind == 0 && unanswered >= 3 ? "three in a row unanswered" : test::line("no answer", kind));
            const Fault faults[] = {Fault::TimedOut, Fault::Unreachable, Fault::Refused};
            did("no answer to", given.id, kind);
            return fail(faults[kind], test::line("line", call.sent));
        }
        Acknowledgement answer{Acknowledgement::Code(m_dice.upTo(3)), m_dice.isOneOf(8) ? "another" : given.controlId, test::line("words", call.sent)};
        const bool isOurs = answer.controlId == given.controlId;
        if (call.mood == "well" && isOurs)
            answer.code = Acknowledgement::Accept;
        m_reached.count(isOurs ? test::line("answer", answer.code) : "a wrong answer");
        did("answer to", given.id, answer.code, "for", answer.controlId);
        call.acknowledged += isOurs && answer.code == Acknowledgement::Accept;
        call.held += isOurs && stateFor(answer) == State::Held;
        return answer;
    }
    void take(PlainDelivery& one, const Call& call, const Result<Acknowledgement>& answer, int attempts)
    {
        if (m_reached.count("the last word is another's", one.owner != call.number || one.seen.state != State::Sent))
            return;
        if (!answer)
            one.change(State::Queued, title(answer.error().fault) + ": " + answer.error().detail);
        else if (answer->controlId != one.seen.controlId)
            one.change(State::Queued, "the receiver answered another message than the one sent");
        else
            one.change(stateFor(*answer), errorFor(*answer));
        one.seen.nextDue = timeOf(clockMs + plainDelay(attempts) * 1000);
        one.release();
    }

    /// One round of sending by one of the connections, step by step beside the plain list.
    void deliver(int which, bool isWithin)
    {
        Call call{++m_calls, m_dice.of({120, 60, 1, 0, 2 * 86400}), m_dice.isOneOf(3), m_dice.text({"any", "any", "timeouts", "nobody", "well"})};
        const int stopAfter = m_dice.isOneOf(8) ? m_dice.from(1, 3) : 99, killAt = !isWithin && m_dice.isOneOf(3) ? m_dice.from(1, 2) : 99;
        qint64 toldDone = 0;
        Task task([&](qint64 done, qint64, const QString&) { toldDone = done; });
        did("deliver within", isWithin, "by connection", which, "lease", call.lease, "early", call.isEarly);
        const Sender sender = [&](const Delivery& given) -> Result<Acknowledgement> {
            PlainDelivery* expected = nextToSend(call);
            compare("what goes next", given.id, expected ? expected->seen.id : 0);
            if (!expected)
                return fail(Fault::Internal, {});
            const int attempts = ++expected->seen.attempts;
            expected->change(State::Sent, expected->seen.lastError);
            expected->owner = call.number;
            expected->leaseUntil = clockMs + call.lease * 1000LL;
            const auto lineTo = [](const Delivery& one) { return test::line(one.id, one.controlId, one.payload, one.subject, one.kind, one.attempts, one.state); };
            compare("what the sender gets", lineTo(given), lineTo(expected->seen));
            compare("the list while it is on its way", linesOf(anyQueue()), plainLines());
            call.tried << given.id;
            if (m_reached.count("killed on the way", ++call.sent == killAt)) {
                did("killed there");
                throw Killed();
            }
            clockMs += m_dice.of<qint64>({0, 10, 1000, 61'000, -500});
            if (m_dice.isOneOf(6))
                settle(given.controlId);
            if (m_dice.isOneOf(6))
                giveUp(given.id);
            if (!isWithin && m_dice.isOneOf(4))
                deliver(1 - which, true);
            if (call.sent == stopAfter)
                task.cancel();
            const auto answer = drawAnswer(call, given);
            take(*find(given.id), call, answer, attempts);
            return answer;
        };
        try {
            const auto force = call.isEarly ? DeliveryQueue::Force::EvenEarly : DeliveryQueue::Force::OnlyDue;
            const auto outcome = m_queues[which]->deliverDue(sender, task, force, call.lease);
            const PlainDelivery* more = task.isCancelled() ? nullptr : nextToSend(call);
            compare("what was not sent", 0, more ? more->seen.id : 0);
            const auto waiting = std::ranges::count_if(m_plain, [](const auto& one) { return one.isToSend() || one.seen.state == State::Committed; });
            compare("outcome", outcome ? test::line(outcome->acknowledged, outcome->held, outcome->waiting) : message(outcome.error()),
                    test::line(call.acknowledged, call.held, waiting));
            compare("how far the task is", toldDone, call.sent);
            m_reached.count("stopped", task.isCancelled());
        } catch (const Killed&) {
            if (m_dice.isOneOf(2))
                killSender();
        }
    }
    void settle(const QString& controlId)
    {
        const Acknowledgement answer{Acknowledgement::Code(m_dice.upTo(3)), controlId, "late words"};
        did("late answer", answer.code, "for", controlId);
        bool isWaiting = false;
        for (PlainDelivery& one : m_plain) {
            const bool isOpen = one.isToSend() || one.seen.state == State::Committed;
            if (one.seen.controlId != controlId || one.seen.attempts == 0 || !isOpen || one.seen.state == stateFor(answer))
                continue;
            m_reached.count(test::line("late answer", answer.code, "in state", one.seen.state));
            isWaiting = true;
            one.change(stateFor(answer), errorFor(answer));
            one.release();
        }
        const auto done = anyQueue().settle(answer);
        compareFault("settle", done, test::noFault);
        compare("belonged to a waiting one", done.value_or(false), isWaiting);
    }
    void giveUp(qint64 id)
    {
        const QString why = m_dice.isOneOf(6) ? m_dice.text({"", " "}) : " on paper ";
        did("give up", id, "for", why);
        int expected = int(why.trimmed().isEmpty() ? Fault::Invalid : Fault::NotFound);
        if (PlainDelivery* one = find(id); one && !why.trimmed().isEmpty()) {
            if (!one->isOpen() || one->leaseUntil > clockMs) {
                m_reached.count(one->isOpen() ? "not given up: on its way" : "not given up: over");
            } else {
                m_reached.count(test::line("given up in state", one->seen.state));
                expected = test::noFault;
                one->change(State::Cancelled, "given up by Ann: on paper");
            }
        }
        compareFault("give up", anyQueue().cancel(id, "Ann", why), expected);
    }
    void enqueue(int step)
    {
        const bool isUndone = m_dice.isOneOf(8);
        NewDelivery wanted{m_dice.text({"R1", "R1", "R1", "R2", "R2", "R3", "R4", "R5", "R6"}), m_dice.text({"hl7", "fhir"}),
                           m_dice.text({"RIS", "RIS", "PACS"}), QString("C%1").arg(m_dice.isOneOf(8) ? m_dice.upTo(4) : 100 + step),
                           m_dice.isOneOf(4) ? QByteArray() : QByteArray("MSH|1")};
        if (m_dice.isOneOf(12))
            m_dice.of({&wanted.subject, &wanted.target, &wanted.controlId})->clear();
        if (m_dice.isOneOf(8))
            wanted.kind = QString();
        const bool isTaken = std::ranges::any_of(m_plain, [&](const auto& one) { return one.seen.controlId == wanted.controlId; });
        const bool isInvalid = wanted.subject.isEmpty() || wanted.target.isEmpty() || wanted.controlId.isEmpty();
        did("enqueue", wanted.controlId, "of", wanted.subject, "to", wanted.target, isUndone ? "undone" : "");
        auto transaction = Transaction::begin(*m_database);
        const auto added = DeliveryQueue::enqueue(*m_database, wanted);
        compareFault("enqueue", added, isInvalid ? int(Fault::Invalid) : isTaken ? int(Fault::Conflict) : test::noFault);
        m_reached.count(isInvalid ? "invalid" : isTaken ? "control ID taken" : isUndone ? "undone" : "enqueued");
        if (!added || isUndone)
            return;
        compareFault("commit", transaction->commit(), test::noFault);
        compare("numbers grow", m_plain.empty() || m_plain.back().seen.id < *added, true);
        const QDateTime now = timeOf(clockMs);
        PlainDelivery one;
        one.seen = {*added, wanted.subject, wanted.kind, wanted.target, wanted.controlId, wanted.payload, State::Queued, 0, {}, now, now, now, 0};
        m_plain.push_back(one);
    }
    void settleAny(qint64 id)
    {
        const auto committed = std::ranges::find(m_plain, State::Committed, [](const auto& one) { return one.seen.state; });
        if (committed != m_plain.end() && m_dice.isOneOf(2))
            settle(committed->seen.controlId);
        else if (m_plain.empty() || m_dice.isOneOf(8))
            settle("nobody's");
        else
            settle(find(id) ? find(id)->seen.controlId : m_plain.front().seen.controlId);
    }
    void holdCommitted()
    {
        const int after = m_dice.of({0, 1, 10, 3600});
        int count = 0;
        for (PlainDelivery& one : m_plain) {
            if (one.seen.state != State::Committed)
                continue;
            const bool isOver = one.seen.updated.toMSecsSinceEpoch() + after * 1000LL <= clockMs;
            m_reached.count(isOver ? "never the last word" : "the last word may still come");
            count += isOver;
            if (isOver)
                one.change(State::Held, "the receiver took it and never said that it processed it");
        }
        did("hold committed after", after, "s");
        const auto done = anyQueue().holdCommitted(std::chrono::seconds(after));
        compare("held", done ? *done : -1, count);
    }
    void release(qint64 id)
    {
        PlainDelivery* one = find(id);
        const bool isHeld = m_reached.count("released", one && one->seen.state == State::Held);
        if (isHeld) {
            one->change(State::Queued, one->seen.lastError);
            one->seen.nextDue = timeOf(clockMs);
        }
        did("release", id);
        compareFault("release", anyQueue().release(id), isHeld ? test::noFault : int(Fault::NotFound));
    }
    void openAgain()
    {
        did("opened again");
        for (auto& queue : m_queues)
            queue = std::move(*DeliveryQueue::open(profile()));
    }
    void killSender()
    {
        did("who sends now died");
        QVERIFY(m_database->execute("UPDATE delivery SET lease_owner=? WHERE state=1", {test::deadOwner()}));
        for (PlainDelivery& one : m_plain)
            if (one.seen.state == State::Sent)
                one.owner = -1;
    }

private Q_SLOTS:
    void DEL_01_DEL_02_DEL_03_DEL_04_DEL_10_deliveries()
    {
        for (int seed = 1; seed <= test::rounds(45); ++seed) {
            startInFolder(seed);
            m_dice = test::Dice(seed);
            m_plain.clear();
            m_calls = 0;
            openAgain();
            m_database = std::move(*Database::open(profile().databasePath()));
            for (int step = 0; step < 40 && isSame(); ++step) {
                const qint64 id = anyId();
                const int what = m_dice.upTo(19);
                if (what < 8)
                    enqueue(step);
                else if (what < 12)
                    deliver(m_dice.upTo(1), false);
                else if (what < 14)
                    settleAny(id);
                else if (what < 16)
                    holdCommitted();
                else if (what < 18)
                    release(id);
                else if (what < 19)
                    giveUp(id);
                else if (m_dice.isOneOf(2))
                    openAgain();
                else
                    killSender();
                compare("the list", linesOf(anyQueue()), plainLines());
                moveClock(m_dice.of<qint64>(
                    {0, 1, 1000, 4999, 5000, 10'000, 60'000, 900'000, 1'800'001, test::dayMs, -1, -60'000, -3'600'000, -2 * test::dayMs}));
            }
            for (auto& queue : m_queues)
                queue.reset();
            QVERIFY2(isSame(), qPrintable(difference()));
        }
        QCOMPARE(m_reached.missing(), QString());
    }
    void DEL_04_theDelayDoublesUpToAQuarterOfAnHour()
    {
        for (int attempts = -2; attempts < 40; ++attempts)
            QCOMPARE(delayAfter(attempts), plainDelay(attempts));
    }
};

QTEST_GUILESS_MAIN(TestRandomDeliveries)
#include "tst_random_deliveries.moc"
