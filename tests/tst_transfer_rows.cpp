#include "netclient/base/process_owner.h"
#include "netclient/transfer/delivery_queue.h"
#include "netclient/transfer/rate_limit.h"
#include "netclient/transfer/transfer_queue.h"
#include "netclient/transfer/transfer_rows.h"
#include <QtTest>

using namespace diascope;
using namespace diascope::transfer;
using State = Transfer::State;
using Act = std::function<QString(qint64 id)>;

namespace {

constexpr qint64 begin = 1'700'000'000'000; ///< what the clock shows when a row is made
std::atomic<qint64> clockMs = begin;
/// Of a process that has ended: this one's number with another time of its start.
const QString deadOwner = processOwnerName().section(u'|', 0, 2) + "0|x";
const QString taken = "attempts=4 bytes=0 lease_owner=me lease_until=+70000 rate=0.0 started=+10000 starts=3 state=1 @";

template <typename T>
QString wordOf(const Result<T>& done)
{
    return done ? QString() : message(done.error());
}

NewTransfer retrieval()
{
    NewTransfer transfer;
    transfer.node = "pacs";
    transfer.study = {"1.1"};
    return transfer;
}

} // namespace

/// Every change of a transfer and of a delivery, as the whole row: what is not named in a row of these tables stayed.
class TestTransferRows : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<TransferQueue> m_queue;
    std::unique_ptr<DeliveryQueue> m_deliveries;
    Task m_task;

    void sql(const QString& text, const QVariantList& values = {})
    {
        const auto done = m_database->execute(text, values);
        QVERIFY2(done, qPrintable(text + ": " + wordOf(done)));
    }
    QJsonObject rowOf(const QString& table, qint64 id)
    {
        QStringList members;
        const auto names =
            m_database->value("SELECT group_concat(name) FROM pragma_table_info(?)", {table}).value()->toString();
        for (const QString& name : names.split(u','))
            members << QStringLiteral("'%1', CAST(%1 AS TEXT)").arg(name);
        const auto json = m_database->value(
            QString("SELECT json_object(%1) FROM %2 WHERE id=?").arg(members.join(u','), table), {id});
        return *json ? QJsonDocument::fromJson((**json).toString().toUtf8()).object() : QJsonObject();
    }
    /// "name=value" of what changed, by name; times in milliseconds since the row was made.
    static QString changes(const QJsonObject& before, const QJsonObject& after)
    {
        static const QStringList times{"created", "updated", "started", "next_due", "lease_until"};
        QStringList all;
        for (auto member = before.begin(); member != before.end() && !after.isEmpty(); ++member) {
            const QString value = after[member.key()].toString();
            if (value == member->toString())
                continue;
            const bool isTime = times.contains(member.key()) && value != "0";
            all << member.key() + '=' + (isTime ? QStringLiteral("+%1").arg(value.toLongLong() - begin) : value);
        }
        return after.isEmpty() ? "gone" : all.join(u' ');
    }
    /// A transfer as `set` says, under way for some time, and the clock 10 s later.
    qint64 transferWith(const QString& set)
    {
        clockMs = begin;
        sql("DELETE FROM transfer");
        sql("DELETE FROM sqlite_sequence WHERE name='transfer'");
        const qint64 id = *m_queue->add(retrieval());
        sql("UPDATE transfer SET attempts=3, starts=2, bytes=700, rate=70, last_error='old', next_due=?",
            {begin + 50'000});
        sql("UPDATE transfer SET " + set);
        sql("UPDATE transfer SET lease_owner='me', lease_until=? WHERE state=1 AND lease_owner=''", {begin + 60'000});
        clockMs = begin + 10'000;
        return id;
    }
    qint64 deliveryWith(const QString& set)
    {
        clockMs = begin;
        sql("DELETE FROM delivery");
        sql("DELETE FROM sqlite_sequence WHERE name='delivery'");
        const qint64 id = *DeliveryQueue::enqueue(*m_database, {"R1", "hl7", "RIS", "C1", "MSH"});
        sql("UPDATE delivery SET attempts=3, last_error='old'");
        sql("UPDATE delivery SET " + set);
        sql("UPDATE delivery SET lease_owner='me', lease_until=? WHERE state=1 AND lease_owner=''", {begin + 60'000});
        clockMs = begin + 10'000;
        return id;
    }

    /// One action in each state; `outcomes` by state, "a|b|…": what is said, what changed. @: updated now; %1: `words`.
    void compare(const QStringList& states, const QString& outcomes, const QString& words, const Act& act)
    {
        QStringList got, expected = QString(outcomes).replace("%1", words).replace('@', "updated=+10000").split(u'|');
        for (const QString& state : states) {
            const QString table = state.section(u':', 0, 0), set = state.section(u':', 1);
            const qint64 id = table == "transfer" ? transferWith(set) : deliveryWith(set);
            const QJsonObject before = rowOf(table, id);
            const qint64 counter = m_queue->changeCounter();
            const QString said = act(id), changed = changes(before, rowOf(table, id));
            got << QStringList{said, changed}.join(u' ').simplified();
            const qint64 counted = m_queue->changeCounter() - counter; // by this others know that they must look again
            if (counted != (table == "transfer" && !changed.isEmpty() ? 1 : 0))
                got.last() += QString(", counted %1").arg(counted);
        }
        QCOMPARE(got.join(u'\n'), expected.join(u'\n'));
    }
    Transfer moved(qint64 id, int done) const
    {
        Transfer transfer = **m_queue->find(id);
        transfer.done = done, transfer.total = 20, transfer.present = 4;
        transfer.bytes = 800, transfer.bytesPerSecond = 80;
        return transfer;
    }
    /// Sends what is due to a receiver that says this: "acknowledged/held/waiting".
    Act sending(const Result<Acknowledgement>& answer)
    {
        return [this, answer](qint64) {
            const auto done = *m_deliveries->deliverDue([&](const Delivery&) { return answer; }, m_task);
            return QString("%1/%2/%3").arg(done.acknowledged).arg(done.held).arg(done.waiting);
        };
    }

private Q_SLOTS:
    void init()
    {
        clockMs = begin;
        setClock([] { return clockMs.load(); });
        m_folder = std::make_unique<QTemporaryDir>();
        const auto profile = *Profile::open(m_folder->path());
        m_queue = std::move(*TransferQueue::open(profile));
        m_deliveries = std::move(*DeliveryQueue::open(profile));
        m_database = std::move(*Database::open(profile.databasePath()));
    }
    void cleanup() { setClock(nullptr); }

    /// What each wish of a person, and each word of who runs it, does to a transfer in each state.
    void NET_02_eachActionInEachState()
    {
        const auto row = [this](const QString& outcomes, const QString& words, const Act& act) {
            QStringList states{"state=0", "state=1", "state=1, wish=1", "state=1, wish=2",
                               "state=2", "state=3", "state=4",         "state=5"};
            compare(states.replaceInStrings("state=", "transfer:state="), outcomes, words, act);
        };
        const QString over = "Contradiction: transfer 1 is over already",
                      runs = "Contradiction: transfer 1 is running or done";
        row("state=2 @|@ wish=1|@|@ wish=1|@|%1|%1|%1", over, [&](qint64 id) { return wordOf(m_queue->pause(id)); });
        row("state=5 @|@ wish=2|@ wish=2|@|state=5 @|%1|%1|%1", over,
            [&](qint64 id) { return wordOf(m_queue->cancel(id)); });
        row("%1|%1|next_due=+10000 @ wish=0|%1|next_due=+10000 state=0 @|%1|%1|%1",
            "Contradiction: transfer 1 is not paused", [&](qint64 id) { return wordOf(m_queue->resume(id)); });
        const QString again = "attempts=0 next_due=+10000 starts=0 state=0 @";
        row(QString(again).remove("state=0 ") + "|%1|%1|%1|" + again + "|%1|" + again + "|" + again, runs,
            [&](qint64 id) { return wordOf(m_queue->retry(id)); });
        row("state=4 @|||||||", "", [&](qint64 id) { return wordOf(m_queue->giveUp(id)); });
        row(QString("priority=2 @|").repeated(5) + "%1|%1|%1", over,
            [&](qint64 id) { return wordOf(m_queue->setPriority(id, Priority::Waiting)); });
        row("|||||gone||gone", "", [&](qint64) { return wordOf(m_queue->clearFinished()); });
        row("%1||||%1|||", taken, [&](qint64 id) { return wordOf(m_queue->claim({.busyNodes = {}, .id = id}, "me")); });
        row("|||||||", "", [&](qint64) { return wordOf(m_queue->claim({}, "me")); }); // it is due in 40 s
        const auto report = [&](qint64 id, int done, const char* owner) {
            return QString(
                QStringList{"go on", "pause", "cancel", "lost"}[int(*m_queue->report(moved(id, done), owner, 30))]);
        };
        const char* const wishes = "lost|go on %1|pause %1|cancel %1|lost|lost|lost|lost";
        row(wishes, "bytes=800 done=9 lease_until=+40000 present=4 rate=80.0 starts=1 total=20 @",
            [&](qint64 id) { return report(id, 9, "me"); });
        row(wishes, "bytes=800 lease_until=+40000 present=4 rate=80.0 total=20 @",
            [&](qint64 id) { return report(id, 0, "me"); });
        row("lost|lost|lost|lost|lost|lost|lost|lost", "", [&](qint64 id) { return report(id, 9, "other"); });
        const auto finish = [&](qint64 id, const char* owner, bool isWell) {
            Transfer ended = moved(id, 9);
            ended.state = isWell ? State::Done : State::Queued;
            ended.attempts = 7, ended.lastError = isWell ? QString() : "new", ended.what.title = isWell ? "" : "Doe";
            ended.failed.resize(isWell ? 0 : 1, {"1.2", "why"});
            ended.nextDue = isWell ? QDateTime() : QDateTime::fromMSecsSinceEpoch(begin + 99'000, Qt::UTC);
            return wordOf(m_queue->finish(ended, owner));
        };
        const QString end = "attempts=7 bytes=800 done=9 %1last_error=%2 lease_owner= lease_until=0 next_due=+%3 "
                            "present=4 rate=80.0 starts=0 %4 total=20 updated=+10000";
        row("|%1|%1 wish=0|%1 wish=0||||", end.arg("failed=[[\"1.2\",\"why\"]] ", "new", "99000", "state=0 title=Doe"),
            [&](qint64 id) { return finish(id, "me", false); });
        row("|%1|%1 wish=0|%1 wish=0||||", end.arg("", "", "10000", "state=3"),
            [&](qint64 id) { return finish(id, "me", true); });
        row("|||||||", "", [&](qint64 id) { return finish(id, "other", true); });
        for (const auto& done : {m_queue->pause(9), m_queue->cancel(9)})
            QCOMPARE(wordOf(done), "Not found: there is no transfer 9");
    }

    /// What lists and scripts read.
    void NET_02_theWordsOfATransfer()
    {
        QStringList words;
        for (int i = 0; i <= 5; ++i)
            words << name(State(i));
        for (const auto kind : {TransferKind::Retrieve, TransferKind::Send})
            words << name(kind);
        for (int i = 0; i <= 2; ++i)
            words << name(Priority(i)) << name(Reason(i));
        QCOMPARE(words.join(u' '), "queued running paused done failed cancelled retrieve send background person normal prefetch waiting route");
    }

    /// Whose lease is over or whose process is gone: whoever looks next finds it waiting.
    void STO_01_whatWasLeftIsFreed()
    {
        const auto row = [this](const QString& set, const QString& change) {
            compare({"transfer:state=1, " + set}, change, "",
                    [&](qint64) { return *m_queue->claim({.busyNodes = {}, .id = 99}, "me") ? "?" : ""; });
        };
        const QString now = QString::number(begin + 10'000), freed = "lease_owner= lease_until=0 state=";
        const QString alive = "starts=1, lease_owner='" + processOwnerName() + "', lease_until=" + now;
        row(alive + "+1", "");
        row(alive, freed + "0");
        row(alive + "+86400000", "");
        row(alive + "+86400001", freed + "0"); // of a clock that was set back since
        const QString dead = ", lease_owner='" + deadOwner + "', lease_until=" + now + "+60000",
                      why = "last_error=given up: the program ended 2 times while it was at this transfer ";
        row("starts=1" + dead, freed + "0");
        row("starts=2" + dead, why + freed + "4");
        row("starts=3" + dead, why + freed + "4");
        row("starts=2, wish=1" + dead, freed + "2 wish=0");
        row("starts=2, wish=2" + dead, freed + "5 wish=0");
    }

    /// Whether a waiting transfer is taken, at both sides of each bound.
    void NET_15_whatIsTaken()
    {
        TransferQueue::Claim wanted;
        const auto row = [&](const QString& set, bool isTaken) {
            compare({"transfer:" + set}, isTaken ? "yes %1" : "no", taken, [&](qint64 id) {
                const auto one = *m_queue->claim(wanted, "me");
                if (!one)
                    return "no";
                const Transfer stored = **m_queue->find(id); // what is handed out is what is written
                const bool isSame = one->state == State::Running && one->attempts == stored.attempts &&
                                    one->bytes == 0 && one->bytesPerSecond == 0;
                return isSame && one->started == stored.started && one->updated == stored.updated ? "yes" : "otherwise";
            });
            wanted = {};
        };
        const QString due = "next_due=" + QString::number(begin + 10'000);
        row(due, true);
        row(due + "+1", false);
        row(due + "+86400000", false);
        row(due + "+86400001", true); // of a clock that was set back since
        for (int priority = 0; priority <= 2; ++priority)
            for (int other = 0; other <= 2; ++other) {
                wanted.atLeast = Priority(other);
                row(due + QString(", priority=%1").arg(priority), priority >= other);
                wanted.busyNodes["pacs"] = Priority(other);
                row(due + QString(", priority=%1").arg(priority), priority > other);
            }
        wanted.busyNodes["pacs"] = Priority::Waiting;
        row(due + ", node='other'", true);
        for (int kind = 0; kind <= 1; ++kind)
            for (int only = 0; only <= 1; ++only) {
                wanted.only = TransferKind(only);
                row(due + QString(", kind=%1").arg(kind), kind == only);
            }
    }

    /// What is asked for again: one that is open gets on, one that is over is another one.
    void NET_15_whatIsAskedForAgain()
    {
        using Change = std::function<void(NewTransfer & asked)>;
        const auto row = [this](
                             const QString& set, const QString& outcome, const Change& change = [](NewTransfer&) {}) {
            compare({"transfer:" + set}, outcome, "next_due=+10000", [&](qint64 id) {
                NewTransfer asked = retrieval();
                change(asked);
                const auto added = m_queue->add(asked);
                return !added ? message(added.error()) : *added == id ? "" : "another";
            });
        };
        const Change send = [](NewTransfer& asked) { asked.kind = TransferKind::Send; };
        const auto route = [](int seconds) -> Change {
            return [seconds](NewTransfer& asked) { asked.reason = Reason::Route, asked.startsInSeconds = seconds; };
        };
        const QString another = "another, counted 1",
                      invalid = "Not valid: a transfer needs a node, and a study or files";
        row("state=0", "%1 @");
        row("state=1", "%1 @");
        row("state=2", "%1 state=0 @");
        for (const char* over : {"state=3", "state=4", "state=5"})
            row(over, another);
        row("state=0, kind=1", "%1 @", send);
        row("state=1, kind=1", another, send); // it has read its list
        row("state=2, kind=1", "%1 state=0 @", send);
        row("state=0", "%1 priority=2 @", [](NewTransfer& asked) { asked.priority = Priority::Waiting; });
        row("state=0, priority=2", "%1 @");
        row("state=0", "@", [](NewTransfer& asked) { asked.startsInSeconds = 90; }); // it is due sooner
        row("state=2, reason=1", "@", route(0)); // whoever is no person wakes no paused one
        row("state=0, reason=1, attempts=0", "@", route(90));
        row("state=0, reason=2, attempts=1", "@", route(90));
        row("state=0, reason=2, attempts=0", "next_due=+100000 @", route(90));
        row("state=0, reason=2, attempts=0", "@", route(30));
        row("state=0", another, send);
        row("state=0", another, [](NewTransfer& asked) { asked.node = "other"; });
        row("state=0", another, [](NewTransfer& asked) { asked.study = {"1.2"}; });
        row("state=0", another, [](NewTransfer& asked) { asked.series = {"1.1.1"}; });
        row("state=0", another, [](NewTransfer& asked) { asked.paths = QStringList{"/a"}; });
        row("state=0", another, [](NewTransfer& asked) { asked.commitment = Commitment::Wanted; });
        row("state=0", "%1 @", [](NewTransfer& asked) { asked.way = "get", asked.title = "Doe"; });
        row("state=0", invalid, [](NewTransfer& asked) { asked.node.clear(); });
        row("state=0", invalid, [](NewTransfer& asked) { asked.study = {}; });
        row("state=0", another, [](NewTransfer& asked) { asked.study = {}, asked.paths = QStringList{"/a"}; });
    }

    /// The same of a delivery: what a person, the receiver and time do to it in each state. 1 is claimed for 50 s more.
    void DEL_03_eachActionInEachState()
    {
        const auto row = [this](const QString& outcomes, const QString& words, const Act& act) {
            QStringList states{"state=0", "state=1", "state=2", "state=3", "state=4", "state=5"};
            compare(states.replaceInStrings("state=", "delivery:state="), outcomes, words, act);
        };
        row("%1|%1|%1|next_due=+10000 state=0 @|%1|%1", "Not found: there is no held delivery 1",
            [&](qint64 id) { return wordOf(m_deliveries->release(id)); });
        row(QString("%2|%1|%1|%2|%2|%1").replace("%2", "last_error=given up by Ann: on paper state=5 @"),
            "Not found: there is no delivery 1 that could be given up now",
            [&](qint64 id) { return wordOf(m_deliveries->cancel(id, "Ann", " on paper ")); });
        row("%1|%1|%1|%1|%1|%1", "Not valid: a delivery is given up only with the reason",
            [&](qint64 id) { return wordOf(m_deliveries->cancel(id, "Ann", " ")); });
        const auto hold = [&](int seconds) {
            return QString::number(*m_deliveries->holdCommitted(std::chrono::seconds(seconds)));
        };
        row("0|0|0|0|1 last_error=%1 state=3 @|0", "the receiver took it and never said that it processed it",
            [&](qint64) { return hold(10); });
        row("0|0|0|0|0|0", "", [&](qint64) { return hold(11); });
        using Answer = Acknowledgement;
        const QString others = "|0/0/1|0/0/0|0/0/0|0/0/1|0/0/0";
        const auto said = [&](Answer::Code code, int state, const QString& account, const QString& words) {
            const Answer answer{code, "C1", "words"};
            const QString yes = "yes last_error=%1 ", then = QString("state=%1 @").arg(state),
                          sent = account + " attempts=4 last_error=%1 next_due=+50000 ";
            const QString again = "|no|no|" + (state == 4 ? "no" : yes + then) + "|no";
            row(yes + then + '|' + yes + "lease_owner= lease_until=0 " + then + again, words,
                [&](qint64) { return *m_deliveries->settle(answer) ? "yes" : "no"; });
            row(sent + then + others, words, sending(answer)); // the fourth attempt: 5, 10, 20, 40 s
        };
        said(Answer::Accept, 2, "1/0/0", "");
        said(Answer::Error, 3, "0/1/0", "the receiver could not process it: words");
        said(Answer::Reject, 3, "0/1/0", "the receiver rejected it: words");
        said(Answer::Commit, 4, "0/0/1", "the receiver has it and has not said yet that it processed it");
        const QString waits = "0/0/1 attempts=4 last_error=%1 next_due=+50000 @" + others;
        row(waits, "the receiver answered another message than the one sent",
            sending(Answer{Answer::Accept, "C2", "words"}));
        row(waits, "No answer in time: words", sending(fail(Fault::TimedOut, "words")));
        deliveryWith("attempts=0");
        QVERIFY(!*m_deliveries->settle({Answer::Accept, "C1", {}})); // it was never sent
    }

    /// Whether a delivery is sent now, and may be given up, at both sides of each bound; when it goes again.
    void DEL_01_whenADeliveryGoes()
    {
        using Force = DeliveryQueue::Force;
        const auto row = [this](const QString& set, bool isDue, bool isEarly, bool isFree = true, int seconds = 40) {
            const auto send = [&](Force force) {
                const qint64 id = deliveryWith(set);
                QString lease = "none ";
                const Sender sender = [&](const Delivery&) -> Result<Acknowledgement> {
                    lease = QString("%1 ").arg(rowOf("delivery", id)["lease_until"].toString().toLongLong() - clockMs);
                    return fail(Fault::Damaged, {});
                };
                (void)m_deliveries->deliverDue(sender, m_task, force, 7);
                return lease + rowOf("delivery", id)["next_due"].toString();
            };
            const qint64 id = deliveryWith(set);
            const QString still = "none " + rowOf("delivery", id)["next_due"].toString(),
                          again = QString("7000 %1").arg(clockMs + 1000 * seconds);
            QCOMPARE(send(Force::OnlyDue), isDue ? again : still);
            QCOMPARE(send(Force::EvenEarly), isEarly ? again : still);
            QCOMPARE(m_deliveries->cancel(deliveryWith(set), "Ann", "x").has_value(), isFree);
        };
        const QString now = QString::number(begin + 10'000), leased = "state=1, lease_owner='x', lease_until=" + now;
        row("next_due=" + now, true, true);
        row("next_due=" + now + "+1", false, true);
        row("next_due=" + now + "+1800000", false, true); // twice the longest pause
        row("next_due=" + now + "+1800001", true, true);  // of a clock that was set back since
        row(leased, true, true);
        row(leased + "+1", false, false, false);
        row(leased + "+86400000", false, false, false);
        row(leased + "+86400001", true, true, false);
        row("state=1, lease_until=" + now + "+1, lease_owner='" + deadOwner + "'", true, true, false);
        for (const auto& [attempts, seconds] : {std::pair(0, 5), {1, 10}, {6, 320}, {7, 640}, {8, 900}, {20, 900}}) {
            row(QString("attempts=%1").arg(attempts), true, true, true, seconds);
            if (attempts > 0) // a transfer's pause is the same
                QCOMPARE(delayAfter(attempts + 1), seconds);
        }
        // What several dead processes had claimed goes at once, all of it.
        deliveryWith("state=2");
        for (int i = 0; i < 3; ++i) {
            const qint64 id = *DeliveryQueue::enqueue(*m_database, {QString("R%1").arg(i), "hl7", "RIS", QString("D%1").arg(i), {}});
            sql("UPDATE delivery SET state=1, lease_until=?, lease_owner=? WHERE id=?", {clockMs + 60'000, deadOwner + QString(i, u'x'), id});
        }
        const Sender accepts = [](const Delivery& one) { return Acknowledgement{Acknowledgement::Accept, one.controlId, {}}; };
        QCOMPARE(m_deliveries->deliverDue(accepts, m_task, Force::EvenEarly)->acknowledged, 3);
    }

    /// A queue that cannot be written takes nothing, and says no wrong reason; the one reason it knows is said.
    void DEL_01_whatTheQueueCannotTake()
    {
        const auto said = [&] { return wordOf(DeliveryQueue::enqueue(*m_database, {"R1", "hl7", "RIS", "C1", "MSH"})); };
        deliveryWith("state=0");
        QCOMPARE(said(), "Contradiction: a delivery with the control ID C1 is in the queue already");
        sql("ALTER TABLE delivery RENAME TO elsewhere");
        const QString broken = said();
        sql("ALTER TABLE elsewhere RENAME TO delivery");
        QVERIFY2(!broken.isEmpty() && !broken.contains("C1"), qPrintable(broken));
    }

    /// Who waits for whom: those behind one that is neither acknowledged nor given up, of one subject and target.
    void DEL_04_whoWaits()
    {
        for (int state = 0; state <= 5; ++state) {
            deliveryWith(QString("state=%1, lease_until=%2").arg(state).arg(begin + 60'000)); // nobody sends it now
            for (const auto& [control, subject, target] :
                 {std::tuple("D1", "R1", "RIS"), {"D2", "R1", "RIS"}, {"D3", "R2", "RIS"}, {"D4", "R1", "PACS"}})
                QVERIFY(DeliveryQueue::enqueue(*m_database, {subject, "hl7", target, control, {}}));
            QStringList sent, waiting;
            const auto all = *m_deliveries->list();
            for (const Delivery& one : all)
                waiting << QString::number(one.behind);
            const Sender rejects = [&](const Delivery& one) {
                sent << one.controlId;
                return Acknowledgement{Acknowledgement::Reject, one.controlId, {}};
            };
            QVERIFY(m_deliveries->deliverDue(rejects, m_task));
            const char* const expected = state == 2 || state == 5 ? "D1 D3 D4 0 1 0 0 0" : "D3 D4 2 1 0 0 0";
            QCOMPARE((sent + waiting).join(u' '), expected);
        }
    }

    /// T: no answer, U: nobody there, D: rubbish, A: acknowledged; small letters: another target. What one round tries.
    void DEL_04_whenATargetIsLeftAlone()
    {
        const QMap<QChar, Fault> faults{{'T', Fault::TimedOut}, {'U', Fault::Unreachable}, {'D', Fault::Damaged}};
        for (const QString tried : {"TTT A", "TTATTT A", "TTDTTT A", "DDDDA", "Ua AA", "TtTtTt aA"}) {
            deliveryWith("state=2");
            const QString answers = QString(tried).remove(u' ');
            for (int i = 0; i < answers.size(); ++i) {
                const QString number = QString::number(i), target = answers[i].isLower() ? "PACS" : "RIS";
                QVERIFY(DeliveryQueue::enqueue(*m_database, {number, "hl7", target, answers[i] + number, {}}));
            }
            QString sent;
            const Sender sender = [&](const Delivery& one) -> Result<Acknowledgement> {
                sent += one.controlId[0];
                if (const auto fault = faults.constFind(one.controlId[0].toUpper()); fault != faults.constEnd())
                    return fail(*fault, {});
                return Acknowledgement{Acknowledgement::Accept, one.controlId, {}};
            };
            QVERIFY(m_deliveries->deliverDue(sender, m_task));
            QCOMPARE(sent, tried.section(u' ', 0, 0));
        }
    }

    /// 20 of 50 came, 10 of them now, a megabyte each: the rest is 30 MB, at 2 MB/s.
    void NET_15_theTimeThatRemains()
    {
        const auto with = [](const std::function<void(Transfer&)>& change) {
            Transfer one;
            one.state = State::Running;
            one.done = 20, one.total = 50, one.present = 10, one.bytes = 10'000'000, one.bytesPerSecond = 2e6;
            one.started = QDateTime::fromMSecsSinceEpoch(begin, Qt::UTC), one.updated = one.started.addSecs(1);
            change(one);
            return one.remainingSeconds().value_or(-1);
        };
        QCOMPARE(with([](Transfer&) {}), 15);
        QCOMPARE(with([](Transfer& one) { one.total = 21; }), 0); // half a second
        QCOMPARE(with([](Transfer& one) { one.present = 19; }), 150);
        QCOMPARE(with([](Transfer& one) { one.state = State::Queued; }), -1);
        QCOMPARE(with([](Transfer& one) { one.bytesPerSecond = 0; }), -1);
        QCOMPARE(with([](Transfer& one) { one.present = 20; }), -1);
        QCOMPARE(with([](Transfer& one) { one.total = 20; }), -1);
        QCOMPARE(with([](Transfer& one) { one.updated = one.started.addMSecs(999); }), -1);
        QCOMPARE(with([](Transfer& one) { one.bytes = 0; }), -1);
    }

    /// The first minute of a range is in it, its end is not; the last that fits counts.
    void NET_15_limitsByTheMinute()
    {
        const auto limits = *RateLimits::parse("7:00-19:00 2000; 22:00 - 2:00 500;23:00-24:00 9999999;");
        const QString expected =
            "06:59 -1,07:00 2000,18:59 2000,19:00 -1,21:59 -1,22:00 500,23:00 9999999,00:00 500,01:59 500,02:00 -1";
        for (const QString& row : expected.split(u','))
            QCOMPARE(limits.at(QTime::fromString(row.left(5), "hh:mm")).value_or(-1), row.mid(6).toInt());
        const auto always = *RateLimits::parse("00:00-24:00 2000");
        for (const QTime time : {QTime(0, 0), QTime(12, 0), QTime(23, 59)})
            QCOMPARE(always.at(time).value_or(-1), 2000);
    }

    /// An answer wakes who waits for it, and nobody else; of several questions the latest counts.
    void SAF_05_whatACommitmentChanges()
    {
        for (int state = 0; state <= 5; ++state)
            compare({QString("transfer:state=%1").arg(state)},
                    state == 0 ? "next_due=+10000, counted 2" : ", counted 1", "", [&](qint64 id) {
                        const QString first = QString("2.25.%1").arg(state), second = first + ".1";
                        const bool isAsked =
                            m_queue->requested(first, id, {"1"}) && m_queue->requested(second, id, {"2"});
                        const auto settled = m_queue->settle(second, {}, {{"2", "gone"}});
                        const auto one = *m_queue->commitmentOf(id);
                        const bool isLatest =
                            one->isSettled && one->instances == QStringList{"2"} && one->failed.size() == 1;
                        return isAsked && settled == id && isLatest && one->requested.toMSecsSinceEpoch() == clockMs
                                   ? ""
                                   : "?";
                    });
    }

    void NET_04_aRefusalLeavesTheRate()
    {
        for (const auto& [rate, known] : {std::pair(0, 0), {4, 4}, {0, 4}, {2, 3}}) {
            QVERIFY(m_queue->learn("pacs", {"get", double(rate), rate == 0}) &&
                    m_queue->learn("other", {"get", 9, true}));
            const auto ways = *m_queue->waysOf("pacs");
            QVERIFY(ways.size() == 1 && ways[0].bytesPerSecond == known && ways[0].isRefused == (rate == 0));
        }
    }
};

QTEST_GUILESS_MAIN(TestTransferRows)
#include "tst_transfer_rows.moc"
