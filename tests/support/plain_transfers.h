#pragma once
#include "netclient/transfer/transfer_queue.h"
#include "tests/support/comparison.h"
#include "tests/support/dice.h"

/// A TransferQueue by plain loops over lists.
namespace diascope::test
{

using transfer::NewTransfer;
using transfer::Transfer;
using transfer::TransferKind;
using transfer::TransferQueue;
using State = Transfer::State;
using Wish = TransferQueue::Wish;

struct PlainTransfer
{
    Transfer seen;
    int starts = 0; ///< without an orderly end, and without anything moved
    Wish wish = Wish::GoOn;
    QString owner;
    qint64 leaseUntil = 0;
    QSet<QString> confirmed;

    qint64 due() const { return seen.nextDue.toMSecsSinceEpoch(); }
    bool isQueued() const { return seen.state == State::Queued; }
    bool isRunning() const { return seen.state == State::Running; }
    bool isOpen() const { return isQueued() || isRunning() || seen.state == State::Paused; }
    bool isOver() const { return seen.state == State::Done || seen.state == State::Cancelled; }
    bool isOfWholeStudy() const { return seen.what.kind == TransferKind::Retrieve && seen.what.series.value.isEmpty(); }
    /// From what came since the latest start, in whole seconds; nothing while that tells nothing.
    std::optional<qint64> remainingSeconds() const
    {
        const qint64 seconds = (seen.updated.toMSecsSinceEpoch() - seen.started.toMSecsSinceEpoch()) / 1000, came = seen.done - seen.present;
        if (!isRunning() || seconds < 1 || came <= 0 || seen.total <= seen.done || seen.bytes <= 0 || seen.bytesPerSecond <= 0)
            return std::nullopt;
        return qint64(double(seen.total - seen.done) * (double(seen.bytes) / double(came)) / seen.bytesPerSecond);
    }
    void release(State then)
    {
        seen.state = then;
        wish = Wish::GoOn;
        owner.clear();
        leaseUntil = 0;
    }
};

struct PlainCommitment
{
    QString uid;
    qint64 transfer = 0;
    QStringList instances;
    QDateTime requested;
    bool isSettled = false;
    std::vector<dicom::InstanceFailure> failed;
};

inline const QStringList studies{"1.1", "1.2", ""}, nodes{"pacs", "other"};

inline QString say(const std::vector<dicom::InstanceFailure>& failed)
{
    QStringList texts;
    for (const auto& failure : failed)
        texts << failure.sopInstanceUid + ':' + failure.reason;
    return texts.join(u',');
}

/// The quickest first; two alike in either order.
inline QString say(std::vector<TransferQueue::Way> ways)
{
    std::ranges::sort(ways, {}, [](const auto& way) { return std::pair(-way.bytesPerSecond, way.way); });
    QStringList texts;
    for (const auto& way : ways)
        texts << line(way.way, way.bytesPerSecond, way.isRefused);
    return texts.join(u',');
}

inline QString lineOf(const Transfer& one, bool isOpen, std::optional<qint64> remainingSeconds)
{
    const NewTransfer& what = one.what;
    return line(one.id, "state", one.state, "kind", what.kind, what.node, "study", what.study.value, "series", what.series.value, "paths", what.paths,
                "priority", what.priority, "reason", what.reason, "commitment", what.commitment, "way", what.way, "title", what.title) +
           line(" done", one.done, "of", one.total, "present", one.present, "bytes", one.bytes, "rate", one.bytesPerSecond, "attempts", one.attempts,
                "error", one.lastError, "failed", say(one.failed), "created", one.created, "updated", one.updated, "started", one.started,
                "due", one.nextDue, "open", isOpen, "remains", remainingSeconds);
}
inline QString lineOf(const Transfer& one) { return lineOf(one, one.isOpen(), one.remainingSeconds()); }
inline QString lineOf(const PlainTransfer& one) { return lineOf(one.seen, one.isOpen(), one.remainingSeconds()); }
inline QString lineOf(QStringList confirmed)
{
    confirmed.sort();
    return "confirmed " + confirmed.join(u',');
}
inline QString lineOf(const QStringList& instances, const QDateTime& requested, bool isSettled, const std::vector<dicom::InstanceFailure>& failed)
{
    return line("asked", instances, "at", requested, "settled", isSettled, "failed", say(failed));
}

/// All that the queue tells; `isWhole`: of each transfer and node too, else of one study alone.
inline QStringList linesOf(const TransferQueue& queue, bool isWhole, int step)
{
    const auto idsOf = [](const std::vector<Transfer>& list) {
        std::vector<qint64> ids;
        for (const Transfer& one : list)
            ids.push_back(one.id);
        return ids;
    };
    QStringList lines;
    const auto all = *queue.list();
    for (const Transfer& one : all)
        lines << lineOf(one);
    lines << line("open", idsOf(*queue.list(TransferQueue::Which::Open)), "next due", *queue.nextDue());
    auto counts = *queue.countsOf(studies);
    for (const QString& study : isWhole ? studies : studies.mid(step % 3, 1)) {
        const auto latest = *queue.latestRetrievalOf({study});
        lines << line("study", study, "unfinished", idsOf(*queue.unfinishedOf({study})), "latest", latest ? latest->id : 0,
                      "counted", counts[study].instances, "by", counts[study].node);
    }
    if (!isWhole)
        return lines;
    for (const Transfer& one : all) {
        lines << lineOf((*queue.confirmed(one.id)).values());
        if (const auto asked = *queue.commitmentOf(one.id))
            lines << lineOf(asked->instances, asked->requested, asked->isSettled, asked->failed);
        if (const auto same = *queue.find(one.id); !same || lineOf(*same) != lineOf(one))
            lines << "found otherwise than listed";
    }
    for (const QString& node : nodes) {
        const auto ways = *queue.waysOf(node);
        if (!std::ranges::is_sorted(ways, std::greater{}, &TransferQueue::Way::bytesPerSecond))
            lines << "the quickest way is not first";
        lines << node + ": " + say(ways);
    }
    return lines;
}

class PlainTransfers
{
public:
    explicit PlainTransfers(Reached& reached) : m_reached(reached) {}

    std::vector<PlainTransfer> all;
    std::vector<PlainCommitment> commitments; ///< as they were asked for
    QMap<QString, std::vector<TransferQueue::Way>> ways;
    qint64 nextId = 1;
    bool isChanged = false; ///< what others must look at again

    PlainTransfer* find(qint64 id)
    {
        const auto one = std::ranges::find(all, id, [](const PlainTransfer& other) { return other.seen.id; });
        return one == all.end() ? nullptr : &*one;
    }
    PlainCommitment* findCommitment(const QString& uid)
    {
        const auto one = std::ranges::find(commitments, uid, &PlainCommitment::uid);
        return one == commitments.end() ? nullptr : &*one;
    }

    std::optional<qint64> add(const NewTransfer& what)
    {
        if (what.node.isEmpty() || (what.study.value.isEmpty() && what.paths.isEmpty()))
            return std::nullopt;
        isChanged = true;
        const QDateTime due = timeOf(clockMs + what.startsInSeconds * 1000LL);
        for (PlainTransfer& one : all) {
            Transfer& seen = one.seen;
            const bool isSame = seen.what.kind == what.kind && seen.what.node == what.node && seen.what.study == what.study &&
                                seen.what.series == what.series && seen.what.paths == what.paths && seen.what.commitment == what.commitment;
            if (!isSame || !one.isOpen() || (one.isRunning() && what.kind == TransferKind::Send))
                continue;
            m_reached.count(line("asked for again by", what.reason, "in state", seen.state));
            seen.what.priority = std::max(seen.what.priority, what.priority);
            seen.updated = timeOf(clockMs);
            if (what.reason == transfer::Reason::Person) {
                if (seen.state == State::Paused)
                    seen.state = State::Queued;
                seen.nextDue = std::min(seen.nextDue, due);
            } else if (seen.what.reason == transfer::Reason::Route && seen.attempts == 0) {
                m_reached.count("a route waits for more of its study", due > seen.nextDue);
                seen.nextDue = std::max(seen.nextDue, due);
            }
            return seen.id;
        }
        PlainTransfer one;
        one.seen.id = nextId++;
        one.seen.what = what;
        one.seen.created = one.seen.updated = timeOf(clockMs);
        one.seen.started = timeOf(0);
        one.seen.nextDue = due;
        all.push_back(one);
        const auto before = all.size();
        erase([&](const PlainTransfer& other) { return other.isOver() && other.seen.id + 500 <= one.seen.id; });
        m_reached.count("the list of what is over is cut", all.size() < before);
        return one.seen.id;
    }

    PlainTransfer* claim(const TransferQueue::Claim& wanted, const QString& owner)
    {
        requeueLeftBehind();
        PlainTransfer* best = nullptr;
        for (PlainTransfer& one : all) {
            const bool isDue = one.due() <= clockMs || one.due() > clockMs + dayMs;
            const bool isOne = wanted.id != 0 ? one.seen.id == wanted.id && (one.isQueued() || one.seen.state == State::Paused)
                                              : one.isQueued() && one.seen.what.priority >= wanted.atLeast && isDue;
            const auto busy = wanted.busyNodes.find(one.seen.what.node);
            if (!isOne || (wanted.only && *wanted.only != one.seen.what.kind) || (busy != wanted.busyNodes.end() && one.seen.what.priority <= busy->second))
                continue;
            if (!best || one.seen.what.priority > best->seen.what.priority)
                best = &one;
        }
        if (!best)
            return nullptr;
        isChanged = true;
        m_reached.count(wanted.id != 0 ? "claimed by number" : "claimed in turn");
        best->seen.state = State::Running;
        best->seen.attempts += 1;
        best->starts += 1;
        best->seen.bytes = 0;
        best->seen.bytesPerSecond = 0;
        best->seen.started = best->seen.updated = timeOf(clockMs);
        best->wish = Wish::GoOn;
        best->owner = owner;
        best->leaseUntil = clockMs + wanted.leaseSeconds * 1000LL;
        return best;
    }

    Wish report(const Transfer& how, const QString& owner, int leaseSeconds)
    {
        PlainTransfer* one = owned(how.id, owner);
        if (!one)
            return Wish::Lost;
        if (how.done > one->seen.done)
            one->starts = 1;
        setProgress(*one, how);
        one->leaseUntil = clockMs + leaseSeconds * 1000LL;
        m_reached.count(line("report hears", one->wish));
        m_reached.count("time remains", one->remainingSeconds().has_value());
        return one->wish;
    }

    void finish(const Transfer& how, const QString& owner)
    {
        PlainTransfer* one = owned(how.id, owner);
        m_reached.count(one ? line("finished as", how.state) : QStringLiteral("finished by who lost it"));
        if (!one)
            return;
        setProgress(*one, how);
        one->seen.lastError = how.lastError;
        one->seen.failed = how.failed;
        one->seen.attempts = how.attempts;
        one->seen.nextDue = how.nextDue.isValid() ? how.nextDue : timeOf(clockMs);
        if (one->seen.what.title.isEmpty())
            one->seen.what.title = how.what.title;
        one->starts = 0;
        one->release(how.state);
    }

    int pauseOrCancel(qint64 id, Wish wanted)
    {
        PlainTransfer* one = find(id);
        if (!one || !one->isOpen())
            return int(one ? Fault::Conflict : Fault::NotFound);
        m_reached.count(line("wish", wanted, "in state", one->seen.state));
        change(*one);
        one->wish = one->isRunning() ? wanted : Wish::GoOn;
        if (!one->isRunning())
            one->seen.state = wanted == Wish::Pause ? State::Paused : State::Cancelled;
        return noFault;
    }
    int resume(qint64 id)
    {
        PlainTransfer* one = find(id);
        const bool isToPause = one && one->isRunning() && one->wish == Wish::Pause;
        if (!one || (one->seen.state != State::Paused && !isToPause))
            return int(one ? Fault::Conflict : Fault::NotFound);
        m_reached.count(isToPause ? "resumed before it paused" : "resumed");
        change(*one);
        one->seen.state = isToPause ? State::Running : State::Queued;
        one->wish = Wish::GoOn;
        one->seen.nextDue = timeOf(clockMs);
        return noFault;
    }
    int retry(qint64 id)
    {
        PlainTransfer* one = find(id);
        if (!one || one->isRunning() || one->seen.state == State::Done)
            return int(one ? Fault::Conflict : Fault::NotFound);
        m_reached.count(line("retried in state", one->seen.state));
        change(*one);
        one->seen.state = State::Queued;
        one->seen.attempts = one->starts = 0;
        one->seen.nextDue = timeOf(clockMs);
        return noFault;
    }
    void giveUp(qint64 id)
    {
        PlainTransfer* one = find(id);
        if (!one || !one->isQueued())
            return;
        m_reached.count("given up");
        change(*one);
        one->seen.state = State::Failed;
    }
    int setPriority(qint64 id, transfer::Priority priority)
    {
        PlainTransfer* one = find(id);
        if (!one || !one->isOpen())
            return int(one ? Fault::Conflict : Fault::NotFound);
        m_reached.count("priority set");
        change(*one);
        one->seen.what.priority = priority;
        return noFault;
    }
    void clearFinished()
    {
        m_reached.count("cleared");
        erase([](const PlainTransfer& one) { return one.isOver(); });
    }

    std::optional<qint64> settle(const QString& uid, const QStringList& kept, const std::vector<dicom::InstanceFailure>& failed)
    {
        PlainCommitment* asked = findCommitment(uid);
        m_reached.count(asked ? "a commitment is answered" : "an answer nobody asked for");
        if (!asked)
            return std::nullopt;
        asked->isSettled = true;
        asked->failed = failed;
        for (const QString& one : asked->instances) // twice asked for and not named: told twice
            if (!kept.contains(one) && std::ranges::find(failed, one, &dicom::InstanceFailure::sopInstanceUid) == failed.end())
                asked->failed.push_back({one, "the peer's commitment does not name it"});
        isChanged = true;
        if (PlainTransfer* one = find(asked->transfer); one->isQueued())
            one->seen.nextDue = timeOf(clockMs);
        return asked->transfer;
    }
    void learn(const QString& node, const TransferQueue::Way& way)
    {
        auto& known = ways[node];
        const auto former = std::ranges::find(known, way.way, &TransferQueue::Way::way);
        if (former == known.end()) {
            known.push_back(way);
            return;
        }
        m_reached.count("a way is learned again");
        const double before = former->bytesPerSecond;
        *former = way;
        if (before > 0)
            former->bytesPerSecond = way.bytesPerSecond > 0 ? (before + way.bytesPerSecond) / 2 : before;
    }

    QStringList lines(bool isWhole, int step)
    {
        QStringList lines;
        std::vector<qint64> open;
        std::optional<QDateTime> due;
        for (const PlainTransfer& one : all) {
            lines << lineOf(one);
            if (one.isOpen())
                open.push_back(one.seen.id);
            if (one.isQueued())
                due = due ? std::min(*due, one.seen.nextDue) : one.seen.nextDue;
        }
        lines << line("open", open, "next due", due);
        for (const QString& study : isWhole ? studies : studies.mid(step % 3, 1)) {
            std::vector<qint64> unfinished;
            qint64 latest = 0;
            for (const PlainTransfer& one : all) {
                if (one.seen.what.study.value != study)
                    continue;
                if (one.isOpen() || (one.seen.what.kind == TransferKind::Send && one.seen.state == State::Failed))
                    unfinished.push_back(one.seen.id);
                if (one.isOfWholeStudy())
                    latest = one.seen.id;
            }
            lines << line("study", study, "unfinished", unfinished, "latest", latest, "counted", m_counts[study].instances, "by", m_counts[study].node);
        }
        if (!isWhole)
            return lines;
        for (const PlainTransfer& one : all) {
            lines << lineOf(one.confirmed.values());
            const auto asked = std::find_if(commitments.rbegin(), commitments.rend(), [&](const auto& other) { return other.transfer == one.seen.id; });
            if (asked != commitments.rend())
                lines << lineOf(asked->instances, asked->requested, asked->isSettled, asked->failed);
        }
        for (const QString& node : nodes)
            lines << node + ": " + say(ways[node]);
        return lines;
    }

private:
    template <typename IsGone>
    void erase(const IsGone& isGone)
    {
        for (const PlainTransfer& one : all)
            if (isGone(one)) {
                isChanged = true;
                std::erase_if(commitments, [&](const PlainCommitment& asked) { return asked.transfer == one.seen.id; });
            }
        std::erase_if(all, isGone);
    }
    void change(PlainTransfer& one)
    {
        isChanged = true;
        one.seen.updated = timeOf(clockMs);
    }
    PlainTransfer* owned(qint64 id, const QString& owner)
    {
        PlainTransfer* one = find(id);
        return one && one->isRunning() && one->owner == owner ? one : nullptr;
    }
    void requeueLeftBehind()
    {
        for (PlainTransfer& one : all) {
            const bool isTimeUp = one.leaseUntil <= clockMs, isOfAnotherClock = one.leaseUntil > clockMs + dayMs;
            if (!one.isRunning() || (!isTimeUp && !isOfAnotherClock && one.owner != deadOwner()))
                continue;
            m_reached.count(isTimeUp ? "a lease ran out" : isOfAnotherClock ? "a lease of another clock" : "a dead process's lease");
            isChanged = true;
            const State then = one.wish == Wish::Pause    ? State::Paused
                               : one.wish == Wish::Cancel ? State::Cancelled
                               : one.starts >= 2          ? State::Failed
                                                          : State::Queued;
            m_reached.count(line("left behind with wish", one.wish, "becomes", then));
            if (then == State::Failed)
                one.seen.lastError = "given up: the program ended 2 times while it was at this transfer";
            one.release(then);
        }
    }
    void setProgress(PlainTransfer& one, const Transfer& how)
    {
        if (how.total > 0 && how.total != one.seen.total && one.isOfWholeStudy())
            m_counts[one.seen.what.study.value] = {one.seen.what.node, how.total};
        one.seen.done = how.done;
        one.seen.total = how.total;
        one.seen.present = how.present;
        one.seen.bytes = how.bytes;
        one.seen.bytesPerSecond = how.bytesPerSecond;
        change(one);
    }

    Reached& m_reached;
    QMap<QString, TransferQueue::Count> m_counts;
};

} // namespace diascope::test
