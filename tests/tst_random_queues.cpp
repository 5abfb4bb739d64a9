// Random operations on what lasts against plain models: after every step all that the public interface tells is compared.
#include "netclient/base/process_owner.h"
#include "netclient/transfer/delivery_queue.h"
#include "netclient/transfer/order_store.h"
#include "netclient/transfer/rate_limit.h"
#include "netclient/transfer/transfer_queue.h"
#include "netclient/transfer/transfer_rows.h"
#include "reporting/model/report_document.h"
#include "reporting/store/report_store.h"
#include <QCryptographicHash>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QtTest>
#include <random>

using namespace diascope;
using namespace diascope::transfer;
using namespace diascope::reporting;
using State = Transfer::State;
using Wish = TransferQueue::Wish;

namespace {

constexpr qint64 day = 86'400'000;
std::atomic<qint64> clockMs = 0;
const QString deadOwner = processOwnerName().section(u'|', 0, 2) + "0|x"; ///< this process's number with another time of its start

/// The same on every machine, unlike std::uniform_int_distribution.
class Draw
{
public:
    explicit Draw(int seed) : m_engine(unsigned(seed)) {}
    int below(int count) { return int(m_engine() % unsigned(count)); }
    bool oneIn(int count) { return below(count) == 0; }
    template <typename T>
    T of(const std::vector<T>& values)
    {
        return values[size_t(below(int(values.size())))];
    }
    QString of(std::initializer_list<const char*> values) { return QString::fromUtf8(values.begin()[below(int(values.size()))]); }

private:
    std::mt19937 m_engine;
};

QMap<QString, int> reachedCounts;
void reach(const QString& what)
{
    ++reachedCounts[what];
}

constexpr int anyFault = 99; ///< refused, whatever the word for it
template <typename T>
int faultOf(const Result<T>& done)
{
    return done ? -1 : int(done.error().fault);
}

QString idsOf(const std::vector<qint64>& ids)
{
    QStringList texts;
    for (qint64 id : ids)
        texts << QString::number(id);
    return texts.join(u' ');
}

// ------------------------------------------------------------------------------------------------ transfers

struct PlainTransfer
{
    Transfer seen;
    int starts = 0; ///< without an orderly end, and without anything moved
    Wish wish = Wish::GoOn;
    QString owner;
    qint64 leaseUntil = 0;
    QSet<QString> confirmed;
};
struct PlainCommitment
{
    QString uid;
    qint64 transfer = 0;
    QStringList instances;
    qint64 requested = 0;
    bool isSettled = false;
    std::vector<dicom::InstanceFailure> failed;
};

QDateTime timeOf(qint64 ms)
{
    return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC);
}
QString words(const std::vector<dicom::InstanceFailure>& failed)
{
    QStringList texts;
    for (const auto& failure : failed)
        texts << failure.sopInstanceUid + ':' + failure.reason;
    return texts.join(u',');
}
/// From what came since the latest start, in whole seconds; nothing while that tells nothing.
qint64 remainingOf(const Transfer& one)
{
    const qint64 seconds = (one.updated.toMSecsSinceEpoch() - one.started.toMSecsSinceEpoch()) / 1000, came = one.done - one.present;
    if (one.state != State::Running || seconds < 1 || came <= 0 || one.total <= one.done || one.bytes <= 0 || one.bytesPerSecond <= 0)
        return -1;
    reach("time remains");
    return qint64(double(one.total - one.done) * (double(one.bytes) / double(came)) / one.bytesPerSecond);
}
QString words(const Transfer& one, bool isOpen, qint64 remains)
{
    const NewTransfer& what = one.what;
    return QString("%1 state %2 kind %3 %4 study '%5' series '%6' paths '%7' ")
               .arg(one.id)
               .arg(int(one.state))
               .arg(int(what.kind))
               .arg(what.node, what.study.value, what.series.value, what.paths.join(u',')) +
           QString("priority %1 reason %2 commitment %3 way '%4' title '%5' ")
               .arg(int(what.priority))
               .arg(int(what.reason))
               .arg(int(what.commitment))
               .arg(what.way, what.title) +
           QString("done %1 of %2 present %3 bytes %4 rate %5 attempts %6 ")
               .arg(one.done)
               .arg(one.total)
               .arg(one.present)
               .arg(one.bytes)
               .arg(one.bytesPerSecond)
               .arg(one.attempts) +
           QString("error '%1' failed '%2' created %3 updated %4 started %5 due %6 open %7 remains %8")
               .arg(one.lastError, words(one.failed))
               .arg(one.created.toMSecsSinceEpoch())
               .arg(one.updated.toMSecsSinceEpoch())
               .arg(one.started.toMSecsSinceEpoch())
               .arg(one.nextDue.toMSecsSinceEpoch())
               .arg(isOpen)
               .arg(remains);
}

QString words(const Transfer& one)
{
    return words(one, one.isOpen(), one.remainingSeconds().value_or(-1));
}

const QStringList studies{"1.1", "1.2", ""};
const QStringList nodes{"pacs", "other"};
using Lines = QStringList;

struct PlainTransfers
{
    std::vector<PlainTransfer> all;
    std::vector<PlainCommitment> commitments; ///< as they were asked for
    QMap<QString, std::vector<TransferQueue::Way>> ways;
    QMap<QString, TransferQueue::Count> counts;
    qint64 next = 1;
    bool isChanged = false; ///< what others must look at again

    PlainTransfer* find(qint64 id)
    {
        for (PlainTransfer& one : all)
            if (one.seen.id == id)
                return &one;
        return nullptr;
    }
    static bool isOpen(const Transfer& one) { return one.state == State::Queued || one.state == State::Running || one.state == State::Paused; }
    static bool isOver(const Transfer& one) { return one.state == State::Done || one.state == State::Cancelled; }
    void erase(const std::function<bool(const PlainTransfer&)>& isGone)
    {
        for (const PlainTransfer& one : all)
            if (isGone(one)) {
                isChanged = true;
                std::erase_if(commitments, [&](const PlainCommitment& asked) { return asked.transfer == one.seen.id; });
            }
        std::erase_if(all, isGone);
    }

    std::optional<qint64> add(const NewTransfer& what, qint64 now)
    {
        if (what.node.isEmpty() || (what.study.value.isEmpty() && what.paths.isEmpty()))
            return std::nullopt;
        isChanged = true;
        const qint64 due = now + what.startsInSeconds * 1000LL;
        for (PlainTransfer& one : all) {
            Transfer& seen = one.seen;
            const bool isSame = seen.what.kind == what.kind && seen.what.node == what.node && seen.what.study == what.study &&
                                seen.what.series == what.series && seen.what.paths == what.paths && seen.what.commitment == what.commitment;
            const bool goesOn =
                seen.state == State::Queued || seen.state == State::Paused || (seen.state == State::Running && what.kind == TransferKind::Retrieve);
            if (!isSame || !goesOn)
                continue;
            reach(QString("asked for again by %1 in state %2").arg(int(what.reason)).arg(int(seen.state)));
            seen.what.priority = Priority(std::max(int(seen.what.priority), int(what.priority)));
            seen.updated = timeOf(now);
            if (what.reason == Reason::Person) {
                if (seen.state == State::Paused)
                    seen.state = State::Queued;
                if (due < seen.nextDue.toMSecsSinceEpoch())
                    seen.nextDue = timeOf(due);
            } else if (seen.what.reason == Reason::Route && seen.attempts == 0 && due > seen.nextDue.toMSecsSinceEpoch()) {
                reach("a route waits for more of its study");
                seen.nextDue = timeOf(due);
            }
            return seen.id;
        }
        PlainTransfer one;
        one.seen.id = next++;
        one.seen.what = what;
        one.seen.created = one.seen.updated = timeOf(now);
        one.seen.started = timeOf(0);
        one.seen.nextDue = timeOf(due);
        all.push_back(one);
        const auto before = all.size();
        erase([&](const PlainTransfer& other) { return isOver(other.seen) && other.seen.id + 500 <= one.seen.id; });
        if (all.size() < before)
            reach("the list of what is over is cut");
        return one.seen.id;
    }

    PlainTransfer* claim(const TransferQueue::Claim& wanted, const QString& owner, qint64 now)
    {
        for (PlainTransfer& one : all) {
            if (one.seen.state != State::Running)
                continue;
            const bool isTimeUp = one.leaseUntil <= now, isOfAnotherClock = one.leaseUntil > now + day;
            if (!isTimeUp && !isOfAnotherClock && one.owner != deadOwner)
                continue;
            reach(isTimeUp ? "a lease ran out" : isOfAnotherClock ? "a lease of another clock" : "a dead process's lease");
            isChanged = true;
            one.seen.state = one.wish == Wish::Pause    ? State::Paused
                             : one.wish == Wish::Cancel ? State::Cancelled
                             : one.starts >= 2          ? State::Failed
                                                        : State::Queued;
            reach(QString("left behind with wish %1 becomes %2").arg(int(one.wish)).arg(int(one.seen.state)));
            if (one.seen.state == State::Failed)
                one.seen.lastError = "given up: the program ended 2 times while it was at this transfer";
            one.wish = Wish::GoOn;
            one.owner.clear();
            one.leaseUntil = 0;
        }
        PlainTransfer* best = nullptr;
        for (PlainTransfer& one : all) {
            const Transfer& seen = one.seen;
            const qint64 due = seen.nextDue.toMSecsSinceEpoch();
            if (wanted.id != 0 ? seen.id != wanted.id || (seen.state != State::Queued && seen.state != State::Paused)
                               : seen.state != State::Queued || seen.what.priority < wanted.atLeast || (due > now && due <= now + day))
                continue;
            if (wanted.only && *wanted.only != seen.what.kind)
                continue;
            if (wanted.busyNodes.contains(seen.what.node) && seen.what.priority <= wanted.busyNodes.at(seen.what.node))
                continue;
            if (!best || seen.what.priority > best->seen.what.priority)
                best = &one;
        }
        if (!best)
            return nullptr;
        isChanged = true;
        reach(wanted.id != 0 ? "claimed by number" : "claimed in turn");
        best->seen.state = State::Running;
        best->seen.attempts += 1;
        best->starts += 1;
        best->seen.bytes = 0;
        best->seen.bytesPerSecond = 0;
        best->seen.started = best->seen.updated = timeOf(now);
        best->wish = Wish::GoOn;
        best->owner = owner;
        best->leaseUntil = now + wanted.leaseSeconds * 1000LL;
        return best;
    }
    PlainTransfer* owned(qint64 id, const QString& owner)
    {
        PlainTransfer* one = find(id);
        return one && one->seen.state == State::Running && one->owner == owner ? one : nullptr;
    }
    void move(PlainTransfer& one, const Transfer& how, qint64 now)
    {
        if (how.total > 0 && how.total != one.seen.total && one.seen.what.kind == TransferKind::Retrieve && one.seen.what.series.value.isEmpty())
            counts[one.seen.what.study.value] = {one.seen.what.node, how.total};
        one.seen.done = how.done;
        one.seen.total = how.total;
        one.seen.present = how.present;
        one.seen.bytes = how.bytes;
        one.seen.bytesPerSecond = how.bytesPerSecond;
        one.seen.updated = timeOf(now);
        isChanged = true;
    }
    Wish report(const Transfer& how, const QString& owner, int leaseSeconds, qint64 now)
    {
        PlainTransfer* one = owned(how.id, owner);
        if (!one)
            return Wish::Lost;
        if (how.done > one->seen.done)
            one->starts = 1;
        move(*one, how, now);
        one->leaseUntil = now + leaseSeconds * 1000LL;
        reach(QString("report hears %1").arg(int(one->wish)));
        return one->wish;
    }
    void finish(const Transfer& how, const QString& owner, qint64 now)
    {
        PlainTransfer* one = owned(how.id, owner);
        reach(one ? QString("finished as %1").arg(int(how.state)) : "finished by who lost it");
        if (!one)
            return;
        move(*one, how, now);
        one->seen.state = how.state;
        one->seen.lastError = how.lastError;
        one->seen.failed = how.failed;
        one->seen.attempts = how.attempts;
        one->seen.nextDue = how.nextDue.isValid() ? how.nextDue : timeOf(now);
        if (one->seen.what.title.isEmpty())
            one->seen.what.title = how.what.title;
        one->starts = 0;
        one->wish = Wish::GoOn;
        one->owner.clear();
        one->leaseUntil = 0;
    }
    int wish(qint64 id, Wish wanted, State idle, qint64 now)
    {
        PlainTransfer* one = find(id);
        if (!one)
            return int(Fault::NotFound);
        if (!isOpen(one->seen))
            return int(Fault::Conflict);
        reach(QString("wish %1 in state %2").arg(int(wanted)).arg(int(one->seen.state)));
        isChanged = true;
        one->seen.updated = timeOf(now);
        if (one->seen.state == State::Running) {
            one->wish = wanted;
        } else {
            one->seen.state = idle;
            one->wish = Wish::GoOn;
        }
        return -1;
    }
    int resume(qint64 id, qint64 now)
    {
        PlainTransfer* one = find(id);
        if (!one)
            return anyFault;
        const bool isToPause = one->seen.state == State::Running && one->wish == Wish::Pause;
        if (one->seen.state != State::Paused && !isToPause)
            return int(Fault::Conflict);
        reach(isToPause ? "resumed before it paused" : "resumed");
        isChanged = true;
        one->seen.state = isToPause ? State::Running : State::Queued;
        one->wish = Wish::GoOn;
        one->seen.nextDue = one->seen.updated = timeOf(now);
        return -1;
    }
    int retry(qint64 id, qint64 now)
    {
        PlainTransfer* one = find(id);
        if (!one)
            return anyFault;
        if (one->seen.state == State::Running || one->seen.state == State::Done)
            return int(Fault::Conflict);
        reach(QString("retried in state %1").arg(int(one->seen.state)));
        isChanged = true;
        one->seen.state = State::Queued;
        one->seen.attempts = 0;
        one->starts = 0;
        one->seen.nextDue = one->seen.updated = timeOf(now);
        return -1;
    }
    Lines told(bool isWhole, int step)
    {
        Lines lines;
        std::vector<qint64> open;
        std::optional<qint64> due;
        for (PlainTransfer& one : all) {
            lines << words(one.seen, isOpen(one.seen), remainingOf(one.seen));
            if (isOpen(one.seen))
                open.push_back(one.seen.id);
            if (one.seen.state == State::Queued)
                due = std::min(due.value_or(INT64_MAX), one.seen.nextDue.toMSecsSinceEpoch());
        }
        lines << "open " + idsOf(open) << QString("next due %1").arg(due.value_or(-1));
        for (const QString& study : isWhole ? studies : studies.mid(step % 3, 1)) {
            std::vector<qint64> unfinished;
            qint64 latest = 0;
            for (const PlainTransfer& one : all) {
                if (one.seen.what.study.value != study)
                    continue;
                if (isOpen(one.seen) || (one.seen.what.kind == TransferKind::Send && one.seen.state == State::Failed))
                    unfinished.push_back(one.seen.id);
                if (one.seen.what.kind == TransferKind::Retrieve && one.seen.what.series.value.isEmpty())
                    latest = one.seen.id;
            }
            lines << QString("study '%1' unfinished %2 latest %3 counted %4 by '%5'")
                         .arg(study, idsOf(unfinished))
                         .arg(latest)
                         .arg(counts[study].instances)
                         .arg(counts[study].node);
        }
        for (const PlainTransfer& one : all) {
            if (!isWhole)
                break;
            QStringList confirmed(one.confirmed.begin(), one.confirmed.end());
            confirmed.sort();
            QString line = QString("of %1 confirmed %2").arg(one.seen.id).arg(confirmed.join(u','));
            const auto asked =
                std::find_if(commitments.rbegin(), commitments.rend(), [&](const PlainCommitment& other) { return other.transfer == one.seen.id; });
            if (asked != commitments.rend())
                line += QString(" asked %1 at %2 settled %3 failed %4")
                            .arg(asked->instances.join(u','))
                            .arg(asked->requested)
                            .arg(asked->isSettled)
                            .arg(words(asked->failed));
            lines << line;
        }
        for (const QString& node : isWhole ? nodes : QStringList())
            lines << node + ": " + wordsOf(ways[node]);
        return lines;
    }
    /// The quickest first; two alike in either order.
    static QString wordsOf(std::vector<TransferQueue::Way> list)
    {
        QStringList texts;
        std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
            return a.bytesPerSecond > b.bytesPerSecond || (a.bytesPerSecond == b.bytesPerSecond && a.way < b.way);
        });
        for (const auto& way : list)
            texts << QString("%1 %2 %3").arg(way.way).arg(way.bytesPerSecond).arg(way.isRefused);
        return texts.join(u',');
    }
};

Lines told(const TransferQueue& queue, bool isWhole, int step)
{
    const auto idsIn = [](const std::vector<Transfer>& list) {
        std::vector<qint64> ids;
        for (const Transfer& one : list)
            ids.push_back(one.id);
        return idsOf(ids);
    };
    Lines lines;
    const auto all = *queue.list();
    for (const Transfer& one : all)
        lines << words(one);
    const auto due = *queue.nextDue();
    lines << "open " + idsIn(*queue.list(TransferQueue::Which::Open)) << QString("next due %1").arg(due ? due->toMSecsSinceEpoch() : -1);
    auto counts = *queue.countsOf(studies);
    for (const QString& study : isWhole ? studies : studies.mid(step % 3, 1)) {
        const auto latest = *queue.latestRetrievalOf({study});
        lines << QString("study '%1' unfinished %2 latest %3 counted %4 by '%5'")
                     .arg(study, idsIn(*queue.unfinishedOf({study})))
                     .arg(latest ? latest->id : 0)
                     .arg(counts[study].instances)
                     .arg(counts[study].node);
    }
    for (const Transfer& one : all) {
        if (!isWhole)
            break;
        const auto found = *queue.confirmed(one.id);
        QStringList confirmed(found.begin(), found.end());
        confirmed.sort();
        QString line = QString("of %1 confirmed %2").arg(one.id).arg(confirmed.join(u','));
        if (const auto asked = *queue.commitmentOf(one.id))
            line += QString(" asked %1 at %2 settled %3 failed %4")
                        .arg(asked->instances.join(u','))
                        .arg(asked->requested.toMSecsSinceEpoch())
                        .arg(asked->isSettled)
                        .arg(words(asked->failed));
        lines << line;
        if (const auto same = *queue.find(one.id); !same || words(*same) != words(one))
            lines << "found otherwise than listed";
    }
    for (const QString& node : isWhole ? nodes : QStringList()) {
        const auto ways = *queue.waysOf(node);
        if (!std::is_sorted(ways.begin(), ways.end(), [](const auto& a, const auto& b) { return a.bytesPerSecond > b.bytesPerSecond; }))
            lines << "the quickest way is not first";
        lines << node + ": " + PlainTransfers::wordsOf(ways);
    }
    return lines;
}

} // namespace

class TestRandomQueues : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    int m_seed = 0;
    QStringList m_history;
    QString m_problem;

    static int rounds(int usual)
    {
        return qEnvironmentVariableIsSet("DIASCOPE_RANDOM_ROUNDS") ? qEnvironmentVariableIntValue("DIASCOPE_RANDOM_ROUNDS") : usual;
    }
    Profile profile() const { return *Profile::open(m_folder->path()); }
    /// In memory where there is such a place: thousands of commits that wait for a disk tell nothing more.
    void start(int seed, bool needsFolder = true)
    {
        if (needsFolder)
            m_folder = std::make_unique<QTemporaryDir>(QDir("/dev/shm").exists() ? "/dev/shm/diascope-XXXXXX" : QDir::tempPath() + "/diascope-XXXXXX");
        m_seed = seed;
        m_history.clear();
        clockMs = 1'700'000'000'000;
    }
    void did(const QString& words) { m_history << words; }
    void compare(const QString& what, const QStringList& got, const QStringList& expected)
    {
        if (!m_problem.isEmpty() || got == expected)
            return;
        int i = 0;
        while (i < got.size() && i < expected.size() && got[i] == expected[i])
            ++i;
        m_problem =
            QString("seed %1, step %2, %3:\n is       %4\n expected %5\n after\n  %6")
                .arg(m_seed)
                .arg(m_history.size())
                .arg(what, got.value(i, "nothing"), expected.value(i, "nothing"), m_history.mid(std::max<qsizetype>(0, m_history.size() - 12)).join("\n  "));
    }
    void compare(const QString& what, const QString& got, const QString& expected) { compare(what, QStringList{got}, QStringList{expected}); }
    void compare(const QString& what, qint64 got, qint64 expected) { compare(what, QString::number(got), QString::number(expected)); }
    void compareFault(const QString& what, int got, int expected) { compare(what, expected == anyFault && got >= 0 ? anyFault : got, expected); }
    QString missing(const QStringList& expected)
    {
        QStringList none;
        for (const QString& what : expected)
            if (reachedCounts.value(what) == 0)
                none << what;
        return none.join("; ");
    }

private Q_SLOTS:
    void initTestCase()
    {
        QLoggingCategory::setFilterRules("*.info=false");
        setClock([] { return clockMs.load(); });
    }
    void init()
    {
        m_problem.clear();
        reachedCounts.clear();
    }
    void cleanup()
    {
        for (auto one = reachedCounts.begin(); one != reachedCounts.end() && qEnvironmentVariableIsSet("DIASCOPE_RANDOM_TELL"); ++one)
            std::fprintf(stderr, "%6d %s\n", one.value(), qPrintable(one.key()));
    }
    void cleanupTestCase() { setClock(nullptr); }

    /// Two connections to one profile, three runners (one of this process, one elsewhere, one that died), a clock that goes both ways.
    void NET_02_SAF_04_SAF_05_SAF_15_STO_01_transfers()
    {
        for (int seed = 1; seed <= rounds(36); ++seed) {
            start(seed);
            Draw draw(seed);
            PlainTransfers plain;
            std::unique_ptr<TransferQueue> queues[2];
            for (auto& queue : queues)
                queue = std::move(*TransferQueue::open(profile()));
            const auto database = *Database::open(profile().databasePath());
            const QStringList owners{processOwnerName(), "elsewhere", deadOwner};
            int transactions = 0;
            for (int step = 0; step < 90 && m_problem.isEmpty(); ++step) {
                auto& queue = queues[draw.below(2)];
                const qint64 counter = queue->changeCounter();
                plain.isChanged = false;
                const int what = draw.of(
                    std::vector<int>{0, 0, 0, 0, 0, 6, 6, 6, 6, 11, 11, 11, 14, 14, 14, 16, 16, 17, 18, 18, 19, 20, 20, 21, 22, 23, 24, 24, 25, 25, 26, 26});
                const qint64 id = plain.all.empty() || draw.oneIn(25) ? draw.of(std::vector<qint64>{0, plain.next, 4711})
                                                                      : plain.all[size_t(draw.below(int(plain.all.size())))].seen.id;
                PlainTransfer* chosen = plain.find(id);
                const qint64 now = clockMs;
                for (PlainTransfer& one : plain.all) // by whoever runs it, mostly
                    if (what >= 11 && what < 16 && one.seen.state == State::Running && (!chosen || chosen->seen.state != State::Running || draw.oneIn(2)))
                        chosen = &one;
                const QString instance = draw.of({"1.1.1", "1.1.2", "1.1.3"}), other = draw.of({"1.1.1", "1.1.4", "1.1.3"});
                if (what < 5) {
                    NewTransfer wanted;
                    wanted.kind = TransferKind(draw.below(2));
                    wanted.node = draw.oneIn(30) ? "" : draw.of({"pacs", "other"});
                    wanted.study = {draw.of({"1.1", "1.1", "1.2", "1.2", ""})};
                    wanted.series = {draw.oneIn(4) ? "1.1.5" : ""};
                    if (draw.oneIn(5) || (wanted.study.value.isEmpty() && draw.oneIn(2)))
                        wanted.paths = draw.oneIn(2) ? QStringList{"/a"} : QStringList{"/a", QString::fromUtf8("/b \"ä\"")};
                    wanted.priority = Priority(draw.below(3));
                    wanted.reason = Reason(draw.below(3));
                    wanted.commitment = draw.oneIn(4) ? Commitment::Wanted : Commitment::NotWanted;
                    wanted.way = draw.of({"", "get", "web"});
                    wanted.title = draw.oneIn(3) ? QString() : draw.of({"", "Doe"});
                    if (chosen && !draw.oneIn(3)) { // the same again, or nearly
                        const NewTransfer drawn = std::exchange(wanted, chosen->seen.what);
                        wanted.priority = drawn.priority;
                        wanted.reason = drawn.reason;
                        const int differs = draw.below(12);
                        wanted.kind = differs == 0 ? drawn.kind : wanted.kind;
                        wanted.series = differs == 1 ? drawn.series : wanted.series;
                        wanted.paths = differs == 2 ? drawn.paths : wanted.paths;
                        wanted.commitment = differs == 3 ? drawn.commitment : wanted.commitment;
                        wanted.node = differs == 4 ? drawn.node : wanted.node;
                    }
                    wanted.startsInSeconds = draw.of(std::vector<int>{0, 0, 0, 5, 60, 90, 86400, 86401, 3 * 86400});
                    did(QString("add kind %1 to %2 study '%3' series '%4' paths %5 priority %6 reason %7 commitment %8 in %9 s")
                            .arg(int(wanted.kind))
                            .arg(wanted.node, wanted.study.value, wanted.series.value)
                            .arg(wanted.paths.size())
                            .arg(int(wanted.priority))
                            .arg(int(wanted.reason))
                            .arg(int(wanted.commitment))
                            .arg(wanted.startsInSeconds));
                    const auto added = queue->add(wanted);
                    const auto expected = plain.add(wanted, now);
                    compare("number of the added", added ? *added : -int(added.error().fault), expected ? *expected : -int(Fault::Invalid));
                    if (!expected)
                        reach("refused: no node, or nothing to transfer");
                } else if (what < 11) {
                    TransferQueue::Claim wanted;
                    wanted.atLeast = Priority(draw.of(std::vector<int>{0, 0, 0, 1, 2}));
                    if (draw.oneIn(3))
                        wanted.busyNodes[draw.of({"pacs", "other", "third"})] = Priority(draw.below(3));
                    wanted.id = draw.oneIn(4) ? id : 0;
                    wanted.leaseSeconds = draw.of(std::vector<int>{60, 60, 5, 0, -1, 86400, 86401});
                    if (draw.oneIn(4))
                        wanted.only = TransferKind(draw.below(2));
                    const QString owner = owners[draw.below(3)];
                    did(QString("claim %1 at least %2 only %3 busy %4 for %5 s by %6")
                            .arg(wanted.id)
                            .arg(int(wanted.atLeast))
                            .arg(wanted.only ? int(*wanted.only) : -1)
                            .arg(wanted.busyNodes.empty() ? "none"
                                                          : wanted.busyNodes.begin()->first + QString(" %1").arg(int(wanted.busyNodes.begin()->second)))
                            .arg(wanted.leaseSeconds)
                            .arg(owners.indexOf(owner)));
                    const auto claimed = *queue->claim(wanted, owner);
                    const PlainTransfer* expected = plain.claim(wanted, owner, now);
                    compare("claimed", claimed ? words(*claimed) : "none", expected ? words(expected->seen, true, remainingOf(expected->seen)) : "none");
                } else if (what < 16) {
                    Transfer how = chosen ? chosen->seen : Transfer();
                    const QString owner = chosen && !draw.oneIn(4) ? chosen->owner : owners[draw.below(3)];
                    how.done = draw.of(std::vector<qint64>{0, how.done, how.done, how.done + 1, 20});
                    how.total = draw.of(std::vector<qint64>{0, how.total, 20, 72, 80});
                    how.present = draw.of(std::vector<qint64>{0, 0, 1, how.done});
                    how.bytes = draw.of(std::vector<qint64>{0, 800, 10'000'000});
                    how.bytesPerSecond = draw.of(std::vector<double>{0, 80, 2e6});
                    if (what < 14 && draw.oneIn(2))
                        how.done = 30, how.total = draw.of(std::vector<qint64>{30, 31, 90}), how.present = draw.of(std::vector<qint64>{10, 29, 30}),
                        how.bytes = 30'000'000, how.bytesPerSecond = 5e6;
                    how.attempts = draw.of(std::vector<int>{how.attempts, 0, 7});
                    how.state = draw.of(std::vector<State>{State::Queued, State::Queued, State::Paused, State::Done, State::Failed, State::Cancelled});
                    how.lastError = draw.oneIn(3) ? QString() : draw.of({"", "not now"});
                    how.failed.assign(size_t(draw.below(3)), {instance, "why \"so\""});
                    how.nextDue = draw.oneIn(3) ? QDateTime() : timeOf(now + draw.of(std::vector<qint64>{-1000, 1, 30'000, day, day + 1}));
                    how.what.title = draw.oneIn(2) ? QString() : "Roe";
                    if (what < 14) {
                        const int lease = draw.of(std::vector<int>{60, 5, 0, -1});
                        did(QString("report of %1 by %2: %3 of %4").arg(how.id).arg(owners.indexOf(owner)).arg(how.done).arg(how.total));
                        compare("what report tells", int(*queue->report(how, owner, lease)), int(plain.report(how, owner, lease, now)));
                    } else {
                        did(QString("finish of %1 by %2 as %3, %4 of %5")
                                .arg(how.id)
                                .arg(owners.indexOf(owner))
                                .arg(int(how.state))
                                .arg(how.done)
                                .arg(how.total));
                        compareFault("finish", faultOf(queue->finish(how, owner)), -1);
                        plain.finish(how, owner, now);
                    }
                } else if (what == 16) {
                    did(QString("pause %1").arg(id));
                    compareFault("pause", faultOf(queue->pause(id)), plain.wish(id, Wish::Pause, State::Paused, now));
                } else if (what == 17) {
                    did(QString("cancel %1").arg(id));
                    compareFault("cancel", faultOf(queue->cancel(id)), plain.wish(id, Wish::Cancel, State::Cancelled, now));
                } else if (what == 18) {
                    did(QString("resume %1").arg(id));
                    compareFault("resume", faultOf(queue->resume(id)), plain.resume(id, now));
                } else if (what == 19) {
                    did(QString("retry %1").arg(id));
                    compareFault("retry", faultOf(queue->retry(id)), plain.retry(id, now));
                } else if (what == 20) {
                    const auto priority = Priority(draw.below(3));
                    const bool isGivenUp = draw.oneIn(2), isOpen = chosen && PlainTransfers::isOpen(chosen->seen),
                               isQueued = chosen && chosen->seen.state == State::Queued;
                    did(isGivenUp ? QString("give up %1").arg(id) : QString("priority of %1 is %2").arg(id).arg(int(priority)));
                    if (isGivenUp)
                        compareFault("give up", faultOf(queue->giveUp(id)), -1);
                    else
                        compareFault("priority", faultOf(queue->setPriority(id, priority)), isOpen ? -1 : anyFault);
                    if (isGivenUp ? isQueued : isOpen) {
                        reach(isGivenUp ? "given up" : "priority set");
                        plain.isChanged = true;
                        isGivenUp ? void(chosen->seen.state = State::Failed) : void(chosen->seen.what.priority = priority);
                        chosen->seen.updated = timeOf(now);
                    }
                } else if (what == 21) {
                    if (draw.oneIn(3)) {
                        did("clear finished");
                        compareFault("clear", faultOf(queue->clearFinished()), -1);
                        plain.erase([](const PlainTransfer& one) { return PlainTransfers::isOver(one.seen); });
                        reach("cleared");
                    } else if (const int many = draw.of(std::vector<int>{490, 498, 499});
                               database->execute("UPDATE sqlite_sequence SET seq=seq+? WHERE name='transfer'", {many}) && database->changes() > 0) {
                        did(QString("%1 others came and went").arg(many));
                        plain.next += many;
                    }
                } else if (what == 22) {
                    did(QString("confirm of %1 %2 %3").arg(id).arg(instance, other));
                    compareFault("confirm", faultOf(queue->confirm(id, {instance, other})), chosen ? -1 : anyFault);
                    if (chosen)
                        chosen->confirmed += {instance, other};
                } else if (what == 23) {
                    did(QString("take back of %1 %2 %3").arg(id).arg(instance, other));
                    compareFault("take back", faultOf(queue->takeBack(id, {instance, other})), -1);
                    if (chosen) {
                        chosen->confirmed -= {instance, other};
                        std::erase_if(plain.commitments, [&](const PlainCommitment& asked) { return asked.transfer == id; });
                        reach("taken back");
                    }
                } else if (what == 24) {
                    const bool isOfEarlierClock = std::any_of(plain.commitments.begin(), plain.commitments.end(),
                                                              [&](const PlainCommitment& asked) { return asked.transfer == id && asked.requested > now; });
                    if (isOfEarlierClock)
                        continue;
                    const QString uid = QString("2.25.%1").arg(draw.oneIn(6) ? transactions : ++transactions);
                    const bool isTaken =
                        std::any_of(plain.commitments.begin(), plain.commitments.end(), [&](const PlainCommitment& asked) { return asked.uid == uid; });
                    did(QString("commitment %1 for %2: %3 %4").arg(uid).arg(id).arg(instance, other));
                    compareFault("request", faultOf(queue->requested(uid, id, {instance, other})), chosen && !isTaken ? -1 : anyFault);
                    if (chosen && !isTaken)
                        plain.commitments.push_back({uid, id, {instance, other}, now, false, {}});
                } else if (what == 25) {
                    const QString uid =
                        plain.commitments.empty() || draw.oneIn(8) ? "2.25.99999" : plain.commitments[size_t(draw.below(int(plain.commitments.size())))].uid;
                    const QStringList kept = draw.oneIn(4) ? QStringList() : QStringList{draw.of({"1.1.1", "1.1.2", "1.1.9"}), draw.of({"1.1.3", "1.1.4"})};
                    std::vector<dicom::InstanceFailure> failed;
                    if (draw.oneIn(2))
                        failed.push_back({draw.of({"1.1.1", "1.1.3", "1.1.8"}), "no such object"});
                    did(QString("answer to %1: kept %2 failed %3").arg(uid, kept.join(u','), words(failed)));
                    const auto settled = queue->settle(uid, kept, failed);
                    const auto asked =
                        std::find_if(plain.commitments.begin(), plain.commitments.end(), [&](const PlainCommitment& one) { return one.uid == uid; });
                    compare("settled", settled ? *settled : -int(settled.error().fault),
                            asked != plain.commitments.end() ? asked->transfer : -int(Fault::Conflict));
                    reach(asked == plain.commitments.end() ? "an answer nobody asked for" : "a commitment is answered");
                    if (asked != plain.commitments.end()) {
                        const auto named = failed;
                        for (const QString& one : asked->instances) // twice asked for and not named: told twice
                            if (!kept.contains(one) &&
                                std::none_of(named.begin(), named.end(), [&](const auto& failure) { return failure.sopInstanceUid == one; }))
                                failed.push_back({one, "the peer's commitment does not name it"});
                        asked->isSettled = true;
                        asked->failed = failed;
                        plain.isChanged = true;
                        if (Transfer& seen = plain.find(asked->transfer)->seen; seen.state == State::Queued)
                            seen.nextDue = timeOf(now);
                    }
                } else {
                    const QString node = draw.of({"pacs", "other"});
                    const TransferQueue::Way way{draw.of({"get", "move", "web"}), draw.of(std::vector<double>{0, 1e6, 2e6, 4e6}), draw.oneIn(3)};
                    auto& ways = plain.ways[node];
                    if (draw.oneIn(5)) {
                        did("forget " + node);
                        compareFault("forget", faultOf(queue->forget(node)), -1);
                        ways.clear();
                    } else {
                        did(QString("learn %1 %2 %3 %4").arg(node, way.way).arg(way.bytesPerSecond).arg(way.isRefused));
                        compareFault("learn", faultOf(queue->learn(node, way)), -1);
                        const auto known = std::find_if(ways.begin(), ways.end(), [&](const auto& one) { return one.way == way.way; });
                        if (known == ways.end()) {
                            ways.push_back(way);
                        } else {
                            const double before = known->bytesPerSecond;
                            *known = way;
                            if (before > 0)
                                known->bytesPerSecond = way.bytesPerSecond > 0 ? (before + way.bytesPerSecond) / 2 : before;
                            reach("a way is learned again");
                        }
                    }
                }
                if (draw.oneIn(15)) {
                    did("opened again");
                    queue.reset();
                    queue = std::move(*TransferQueue::open(profile()));
                }
                const bool isWhole = what > 20 || step % 8 == 7;
                compare("the list", told(*queues[draw.below(2)], isWhole, step), plain.told(isWhole, step));
                compare("whether others see a change", queues[draw.below(2)]->changeCounter() > counter, plain.isChanged);
                clockMs +=
                    draw.of(std::vector<qint64>{0, 0, 0, 0, 1, 1, 999, 1000, 1000, 5000, 5000, 59'999, 60'000, 90'000, 3'600'000, day, -1, -30'000, -day - 1});
                did(QString("clock %1").arg(clockMs - 1'700'000'000'000));
            }
            QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        }
        QCOMPARE(missing({"asked for again by 0 in state 0",
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
                          "time remains"}),
                 QString());
    }

    // -------------------------------------------------------------------------------------------- deliveries

private:
    struct PlainDelivery
    {
        Delivery seen;
        int owner = 0; ///< number of the call that claimed it; 0: none, -1: of a process that died
        qint64 leaseUntil = 0;
        bool isOpen() const { return seen.state != Delivery::State::Acknowledged && seen.state != Delivery::State::Cancelled; }
    };
    struct Killed
    {
    }; ///< out of the middle of a call, as a process that ends there

    static QString deliveryWords(const Delivery& one)
    {
        return QString("%1 of %2 to %3 %4 '%5' %6 state %7 attempts %8 ")
                   .arg(one.id)
                   .arg(one.subject, one.target, one.kind, one.controlId, QString::fromUtf8(one.payload))
                   .arg(int(one.state))
                   .arg(one.attempts) +
               QString("error '%1' created %2 updated %3 due %4 behind %5 open %6 remark '%7'")
                   .arg(one.lastError)
                   .arg(one.created.toMSecsSinceEpoch())
                   .arg(one.updated.toMSecsSinceEpoch())
                   .arg(one.nextDue.toMSecsSinceEpoch())
                   .arg(one.behind)
                   .arg(one.isOpen())
                   .arg(remark(one));
    }

    std::vector<PlainDelivery> m_plain;
    std::unique_ptr<DeliveryQueue> m_queues[2];
    int m_calls = 0;

    static bool isBefore(const PlainDelivery& one, const PlainDelivery& other)
    {
        return one.seen.id < other.seen.id && one.seen.subject == other.seen.subject && one.seen.target == other.seen.target;
    }
    QString plainWords(const PlainDelivery& one) const
    {
        Delivery seen = one.seen;
        seen.behind =
            one.isOpen()
                ? int(std::count_if(m_plain.begin(), m_plain.end(), [&](const PlainDelivery& later) { return isBefore(one, later) && later.isOpen(); }))
                : 0;
        QString text = deliveryWords(seen);
        const QString waits = QString("later versions of this report that wait behind it: %1").arg(seen.behind);
        const QString why = seen.behind == 0 ? seen.lastError : seen.lastError.isEmpty() ? waits : seen.lastError + "; " + waits;
        return text.left(text.indexOf(" open ")) + QString(" open %1 remark '%2'").arg(one.isOpen()).arg(why);
    }
    Lines plainDeliveries() const
    {
        Lines lines;
        std::optional<qint64> due;
        for (const PlainDelivery& one : m_plain) {
            lines << plainWords(one);
            if (one.seen.state == Delivery::State::Queued || one.seen.state == Delivery::State::Sent)
                due = std::min(due.value_or(INT64_MAX), one.seen.nextDue.toMSecsSinceEpoch());
        }
        lines << QString("open %1, next due %2")
                     .arg(std::count_if(m_plain.begin(), m_plain.end(), [](const auto& one) { return one.isOpen(); }))
                     .arg(due.value_or(-1));
        for (const PlainDelivery& one : m_plain)
            if (one.seen.subject == "R1")
                lines << QString::number(one.seen.id);
        return lines;
    }
    static Lines toldDeliveries(const DeliveryQueue& queue)
    {
        Lines lines;
        const auto all = *queue.list(), ofOne = *queue.list("R1");
        for (const Delivery& one : all)
            lines << deliveryWords(one);
        const auto due = *queue.nextDue();
        lines << QString("open %1, next due %2").arg(*queue.pending()).arg(due ? due->toMSecsSinceEpoch() : -1);
        for (const Delivery& one : ofOne)
            lines << QString::number(one.id);
        return lines;
    }
    static qint64 pauseAfter(int attempts) ///< 5, 10, 20 s … at most 15 minutes
    {
        qint64 seconds = 5;
        for (int i = 1; i < attempts && seconds < 900; ++i)
            seconds *= 2;
        return std::min<qint64>(seconds, 900) * 1000;
    }
    static QString wordsFor(Acknowledgement::Code code, const QString& text)
    {
        const QStringList sentences{"", "the receiver could not process it: " + text, "the receiver rejected it: " + text,
                                    "the receiver has it and has not said yet that it processed it"};
        return sentences[int(code)];
    }
    static Delivery::State stateFor(Acknowledgement::Code code)
    {
        using S = Delivery::State;
        return code == Acknowledgement::Accept ? S::Acknowledged : code == Acknowledgement::Commit ? S::Committed : S::Held;
    }
    PlainDelivery* nextToSend(const QSet<qint64>& tried, const QSet<QString>& left, bool isEarly)
    {
        const qint64 now = clockMs;
        PlainDelivery* best = nullptr;
        for (PlainDelivery& one : m_plain) {
            if (one.owner == -1 && one.seen.state == Delivery::State::Sent)
                one.leaseUntil = 0;
            const qint64 due = one.seen.nextDue.toMSecsSinceEpoch();
            const bool isDue = due <= now || due > now + 2 * 900'000, isFree = one.leaseUntil <= now || one.leaseUntil > now + day;
            const bool isFirst =
                std::none_of(m_plain.begin(), m_plain.end(), [&](const PlainDelivery& earlier) { return earlier.isOpen() && isBefore(earlier, one); });
            if ((one.seen.state != Delivery::State::Queued && one.seen.state != Delivery::State::Sent) || !isFirst || !isFree || (!isDue && !isEarly))
                continue;
            if (tried.contains(one.seen.id) || left.contains(one.seen.target)) {
                if (left.contains(one.seen.target))
                    reach("left alone");
                continue;
            }
            if (one.seen.state == Delivery::State::Sent)
                reach(one.owner == -1 ? "of a dead process" : one.leaseUntil > now ? "of a lease of another clock" : "of a lease that ran out");
            if (due > now + 2 * 900'000)
                reach("due by another clock");
            if (!best || (best->seen.attempts > 0 && one.seen.attempts == 0))
                best = &one;
        }
        return best;
    }
    PlainDelivery& plainDelivery(qint64 id)
    {
        return *std::find_if(m_plain.begin(), m_plain.end(), [&](const auto& one) { return one.seen.id == id; });
    }
    /// One round of sending by one of the connections, step by step beside the plain list.
    void deliver(Draw& draw, int which, bool isWithin)
    {
        const int call = ++m_calls, lease = draw.of(std::vector<int>{120, 60, 1, 0, 2 * 86400}), stopAfter = draw.oneIn(8) ? 1 + draw.below(3) : 99,
                  killAt = !isWithin && draw.oneIn(5) ? 1 + draw.below(3) : 99;
        const bool isEarly = draw.oneIn(3);
        QSet<qint64> tried;
        QSet<QString> left;
        QHash<QString, int> unanswered;
        int acknowledged = 0, held = 0, sent = 0;
        qint64 toldDone = 0;
        Task task([&](qint64 done, qint64, const QString&) { toldDone = done; });
        const QString mood = draw.of({"any", "any", "timeouts", "nobody", "well"});
        did(QString("deliver%1 by connection %2, lease %3 s%4").arg(isWithin ? " within" : "").arg(which).arg(lease).arg(isEarly ? ", even early" : ""));
        const Sender sender = [&](const Delivery& given) -> Result<Acknowledgement> {
            PlainDelivery* expected = nextToSend(tried, left, isEarly);
            compare("what goes next", given.id, expected ? expected->seen.id : 0);
            if (!expected)
                return fail(Fault::Internal, {});
            const qint64 id = given.id;
            expected->seen.state = Delivery::State::Sent;
            expected->seen.attempts += 1;
            expected->owner = call;
            expected->leaseUntil = clockMs + lease * 1000LL;
            const int attempts = expected->seen.attempts;
            compare("what the sender gets",
                    QString("%1 %2 %3 %4 %5 %6 %7")
                        .arg(given.id)
                        .arg(given.controlId, QString::fromUtf8(given.payload), given.subject, given.kind)
                        .arg(given.attempts)
                        .arg(int(given.state)),
                    QString("%1 %2 %3 %4 %5 %6 1")
                        .arg(id)
                        .arg(expected->seen.controlId, QString::fromUtf8(expected->seen.payload), expected->seen.subject, expected->seen.kind)
                        .arg(attempts));
            expected->seen.updated = timeOf(clockMs);
            compare("the list while it is on its way", toldDeliveries(*m_queues[draw.below(2)]), plainDeliveries());
            tried << id;
            if (++sent == killAt) {
                did("killed there");
                reach("killed on the way");
                throw Killed();
            }
            clockMs += draw.of(std::vector<qint64>{0, 10, 1000, 61'000, -500});
            if (draw.oneIn(6))
                settle(draw, given.controlId);
            if (draw.oneIn(6))
                giveUp(draw, id);
            if (!isWithin && draw.oneIn(4))
                deliver(draw, 1 - which, true);
            if (sent == stopAfter)
                task.cancel();
            Result<Acknowledgement> answer =
                Acknowledgement{Acknowledgement::Code(draw.below(4)), draw.oneIn(8) ? "another" : given.controlId, QString("words %1").arg(sent)};
            const int kind = mood == "well"       ? 9
                             : mood == "timeouts" ? draw.of(std::vector<int>{0, 0, 0, 0, 9})
                             : mood == "nobody"   ? draw.of(std::vector<int>{1, 9})
                                                  : draw.below(10);
            if (kind < 3)
                answer = fail(kind == 0 ? Fault::TimedOut : kind == 1 ? Fault::Unreachable : Fault::Refused, QString("line %1").arg(sent));
            if (mood == "well" && answer->controlId == given.controlId)
                answer->code = Acknowledgement::Accept;
            did(QString("answer to %1: %2").arg(id).arg(answer ? QString("%1 for %2").arg(int(answer->code)).arg(answer->controlId) : message(answer.error())));
            unanswered[given.target] = kind == 0 ? unanswered[given.target] + 1 : 0;
            if (kind == 1 || unanswered[given.target] >= 3)
                left << given.target;
            reach(kind == 0 && unanswered[given.target] >= 3 ? "three in a row unanswered"
                  : kind < 3                                 ? QString("no answer %1").arg(kind)
                  : answer->controlId != given.controlId     ? "a wrong answer"
                                                             : QString("answer %1").arg(int(answer->code)));
            const bool isOurs = answer && answer->controlId == given.controlId;
            acknowledged += isOurs && answer->code == Acknowledgement::Accept;
            held += isOurs && (answer->code == Acknowledgement::Error || answer->code == Acknowledgement::Reject);
            PlainDelivery& one = plainDelivery(id);
            if (one.owner != call || one.seen.state != Delivery::State::Sent) {
                reach("the last word is another's");
                return answer;
            }
            one.seen.state = isOurs ? stateFor(answer->code) : Delivery::State::Queued;
            one.seen.lastError = isOurs   ? wordsFor(answer->code, answer->text)
                                 : answer ? "the receiver answered another message than the one sent"
                                          : title(answer.error().fault) + ": " + answer.error().detail;
            one.seen.updated = timeOf(clockMs);
            one.seen.nextDue = timeOf(clockMs + pauseAfter(attempts));
            one.owner = 0;
            one.leaseUntil = 0;
            return answer;
        };
        try {
            const auto outcome = m_queues[which]->deliverDue(sender, task, isEarly ? DeliveryQueue::Force::EvenEarly : DeliveryQueue::Force::OnlyDue, lease);
            const PlainDelivery* more = task.isCancelled() ? nullptr : nextToSend(tried, left, isEarly);
            compare("what was not sent", 0, more ? more->seen.id : 0);
            using S = Delivery::State;
            const auto waiting = std::count_if(m_plain.begin(), m_plain.end(), [](const auto& one) {
                return one.seen.state == S::Queued || one.seen.state == S::Sent || one.seen.state == S::Committed;
            });
            compare("outcome", outcome ? QString("%1 %2 %3").arg(outcome->acknowledged).arg(outcome->held).arg(outcome->waiting) : message(outcome.error()),
                    QString("%1 %2 %3").arg(acknowledged).arg(held).arg(waiting));
            compare("how far the task is", toldDone, sent);
            if (task.isCancelled())
                reach("stopped");
        } catch (const Killed&) {
        }
    }
    void settle(Draw& draw, const QString& controlId)
    {
        const Acknowledgement answer{Acknowledgement::Code(draw.below(4)), controlId, "late words"};
        did(QString("late answer %1 for %2").arg(int(answer.code)).arg(controlId));
        bool isWaiting = false;
        for (PlainDelivery& one : m_plain) {
            using S = Delivery::State;
            const S then = stateFor(answer.code);
            if (one.seen.controlId != controlId || one.seen.attempts == 0 ||
                (one.seen.state != S::Queued && one.seen.state != S::Sent && one.seen.state != S::Committed) || one.seen.state == then)
                continue;
            reach(QString("late answer %1 in state %2").arg(int(answer.code)).arg(int(one.seen.state)));
            isWaiting = true;
            one.seen.state = then;
            one.seen.lastError = wordsFor(answer.code, answer.text);
            one.seen.updated = timeOf(clockMs);
            one.owner = 0;
            one.leaseUntil = 0;
        }
        const auto done = m_queues[draw.below(2)]->settle(answer);
        compare("belonged to a waiting one", done ? int(*done) : -1, int(isWaiting));
    }
    void giveUp(Draw& draw, qint64 id)
    {
        const QString why = draw.oneIn(6) ? draw.of({"", " "}) : " on paper ";
        did(QString("give up %1 for '%2'").arg(id).arg(why));
        int expected = why.trimmed().isEmpty() ? int(Fault::Invalid) : int(Fault::NotFound);
        for (PlainDelivery& one : m_plain)
            if (one.seen.id == id && !why.trimmed().isEmpty()) {
                if (!one.isOpen() || one.leaseUntil > clockMs) {
                    reach(one.isOpen() ? "not given up: on its way" : "not given up: over");
                    continue;
                }
                reach(QString("given up in state %1").arg(int(one.seen.state)));
                expected = -1;
                one.seen.state = Delivery::State::Cancelled;
                one.seen.lastError = "given up by Ann: on paper";
                one.seen.updated = timeOf(clockMs);
            }
        compareFault("give up", faultOf(m_queues[draw.below(2)]->cancel(id, "Ann", why)), expected);
    }

private Q_SLOTS:
    void DEL_01_DEL_02_DEL_03_DEL_04_DEL_10_deliveries()
    {
        using S = Delivery::State;
        for (int seed = 1; seed <= rounds(45); ++seed) {
            start(seed);
            Draw draw(seed);
            m_plain.clear();
            m_calls = 0;
            for (auto& queue : m_queues)
                queue = std::move(*DeliveryQueue::open(profile()));
            const auto database = *Database::open(profile().databasePath());
            for (int step = 0; step < 40 && m_problem.isEmpty(); ++step) {
                const qint64 id = m_plain.empty() || draw.oneIn(10) ? 4711 : m_plain[size_t(draw.below(int(m_plain.size())))].seen.id;
                const int what = draw.below(20);
                if (what < 8) {
                    const bool isUndone = draw.oneIn(8);
                    NewDelivery wanted{draw.of({"R1", "R1", "R1", "R2", "R2", "R3", "R4", "R5", "R6"}), draw.of({"hl7", "fhir"}),
                                       draw.of({"RIS", "RIS", "PACS"}), QString("C%1").arg(draw.oneIn(8) ? draw.below(5) : 100 + step),
                                       draw.oneIn(4) ? QByteArray() : QByteArray("MSH|1")};
                    if (draw.oneIn(12))
                        draw.of(std::vector<QString*>{&wanted.subject, &wanted.target, &wanted.controlId})->clear();
                    if (draw.oneIn(8))
                        wanted.kind = QString();
                    const bool isTaken = std::any_of(m_plain.begin(), m_plain.end(), [&](const auto& one) { return one.seen.controlId == wanted.controlId; });
                    const bool isInvalid = wanted.subject.isEmpty() || wanted.target.isEmpty() || wanted.controlId.isEmpty();
                    did(QString("enqueue %1 of '%2' to '%3'%4").arg(wanted.controlId, wanted.subject, wanted.target, isUndone ? ", undone" : ""));
                    auto transaction = Transaction::begin(*database);
                    const auto added = DeliveryQueue::enqueue(*database, wanted);
                    compareFault("enqueue", faultOf(added), isInvalid ? int(Fault::Invalid) : isTaken ? int(Fault::Conflict) : -1);
                    reach(isInvalid ? "invalid" : isTaken ? "control ID taken" : isUndone ? "undone" : "enqueued");
                    if (added && !isUndone) {
                        compare("commit", faultOf(transaction->commit()), -1);
                        PlainDelivery one;
                        one.seen = {*added,
                                    wanted.subject,
                                    wanted.kind,
                                    wanted.target,
                                    wanted.controlId,
                                    wanted.payload,
                                    S::Queued,
                                    0,
                                    {},
                                    timeOf(clockMs),
                                    timeOf(clockMs),
                                    timeOf(clockMs),
                                    0};
                        compare("numbers grow", m_plain.empty() || m_plain.back().seen.id < *added, true);
                        m_plain.push_back(one);
                    }
                } else if (what < 12) {
                    deliver(draw, draw.below(2), false);
                } else if (what < 14) {
                    if (const auto committed = std::find_if(m_plain.begin(), m_plain.end(), [](const auto& one) { return one.seen.state == S::Committed; });
                        committed != m_plain.end() && draw.oneIn(2))
                        settle(draw, committed->seen.controlId);
                    else
                        settle(draw, m_plain.empty() || draw.oneIn(8) ? "nobody's" : plainDelivery(id == 4711 ? m_plain.front().seen.id : id).seen.controlId);
                } else if (what < 16) {
                    const int after = draw.of(std::vector<int>{0, 1, 10, 3600});
                    int count = 0;
                    for (PlainDelivery& one : m_plain)
                        if (one.seen.state == S::Committed && one.seen.updated.toMSecsSinceEpoch() + after * 1000LL <= clockMs) {
                            ++count;
                            reach("never the last word");
                            one.seen.state = S::Held;
                            one.seen.lastError = "the receiver took it and never said that it processed it";
                            one.seen.updated = timeOf(clockMs);
                        } else if (one.seen.state == S::Committed) {
                            reach("the last word may still come");
                        }
                    did(QString("hold committed after %1 s").arg(after));
                    const auto done = m_queues[draw.below(2)]->holdCommitted(std::chrono::seconds(after));
                    compare("held", done ? *done : -1, count);
                } else if (what < 18) {
                    int expected = int(Fault::NotFound);
                    for (PlainDelivery& one : m_plain)
                        if (one.seen.id == id && one.seen.state == S::Held) {
                            reach("released");
                            expected = -1;
                            one.seen.state = S::Queued;
                            one.seen.nextDue = one.seen.updated = timeOf(clockMs);
                        }
                    did(QString("release %1").arg(id));
                    compareFault("release", faultOf(m_queues[draw.below(2)]->release(id)), expected);
                } else if (what < 19) {
                    giveUp(draw, id);
                } else if (draw.oneIn(2)) {
                    did("opened again");
                    for (auto& queue : m_queues) {
                        queue.reset();
                        queue = std::move(*DeliveryQueue::open(profile()));
                    }
                } else {
                    did("who sends now died");
                    QVERIFY(database->execute("UPDATE delivery SET lease_owner=? WHERE state=1", {deadOwner}));
                    for (PlainDelivery& one : m_plain)
                        if (one.seen.state == S::Sent)
                            one.owner = -1;
                }
                compare("the list", toldDeliveries(*m_queues[draw.below(2)]), plainDeliveries());
                clockMs += draw.of(std::vector<qint64>{0, 1, 1000, 4999, 5000, 10'000, 60'000, 900'000, 1'800'001, day, -1, -60'000, -3'600'000, -2 * day});
                did(QString("clock %1").arg(clockMs - 1'700'000'000'000));
            }
            for (auto& queue : m_queues)
                queue.reset();
            QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        }
        for (int attempts = -2; attempts < 40; ++attempts)
            QCOMPARE(delayAfter(attempts) * 1000, pauseAfter(attempts));
        QCOMPARE(missing({"left alone",
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
                          "given up in state 3",
                          "given up in state 4",
                          "given up in state 1",
                          "invalid",
                          "control ID taken",
                          "undone",
                          "enqueued",
                          "never the last word",
                          "the last word may still come",
                          "released"}),
                 QString());
    }

    // -------------------------------------------------------------------------------------------- reports

private:
    struct PlainReport
    {
        QString id;
        int revision = 0;
        std::optional<Report> working;
        struct Version
        {
            Report report;
            QString signedAs;
        };
        std::vector<Version> versions;
        Report stored; ///< the working copy that was stored last, there or gone
        QDateTime modified;
        const Report& newest() const { return working ? *working : versions.back().report; }
    };
    std::vector<PlainReport> m_reports;
    std::vector<bool> m_underKey; ///< of each signature, in their order

    static QString textOf(const Report& report)
    {
        return QString::fromUtf8(QJsonDocument(toJson(report, Images::Embedded)).toJson(QJsonDocument::Compact)) + QString(" revision %1").arg(report.revision);
    }
    void compareReport(const QString& what, const Result<Report>& got, const std::expected<Report, int>& expected)
    {
        if (got && expected && *got == *expected)
            return;
        compare(what, got ? textOf(*got) : QString("refused %1").arg(int(got.error().fault)),
                expected ? textOf(*expected) : QString("refused %1").arg(expected.error()));
        if (got && expected && m_problem.isEmpty())
            m_problem = what + ": differs in what the JSON does not show";
    }
    static QString lineOf(const ReportSummary& one)
    {
        return QStringList{one.reportId,
                           one.studyUid,
                           one.patientId,
                           one.issuerOfPatientId,
                           one.accession,
                           one.title,
                           QString::number(int(one.status)),
                           QString::number(one.hasWorkingCopy),
                           QString::number(one.version),
                           one.author,
                           one.signer,
                           one.createdAt.toString(Qt::ISODateWithMs),
                           one.modifiedAt.toString(Qt::ISODateWithMs),
                           one.signedAt.toString(Qt::ISODateWithMs)}
            .join(u'|');
    }
    static Lines linesOf(const Result<std::vector<ReportSummary>>& list)
    {
        Lines lines;
        for (const ReportSummary& one : *list)
            lines << lineOf(one);
        return lines;
    }
    Lines plainSummaries(const std::function<bool(const ReportSummary&)>& isWanted) const
    {
        std::vector<ReportSummary> list;
        for (const PlainReport& one : m_reports) {
            const StudyContext& study = one.stored.study;
            ReportSummary summary{one.id,
                                  study.studyUid,
                                  study.patientId,
                                  study.issuerOfPatientId,
                                  study.accession,
                                  one.stored.title,
                                  Status::Draft,
                                  one.working.has_value(),
                                  0,
                                  one.stored.author,
                                  {},
                                  one.stored.createdAt,
                                  one.modified,
                                  {}};
            if (!one.versions.empty()) {
                const Report& last = one.versions.back().report;
                summary.status = last.status;
                summary.version = last.version;
                summary.signer = last.signer;
                summary.signedAt = last.signedAt;
            }
            if (isWanted(summary))
                list.push_back(summary);
        }
        std::sort(list.begin(), list.end(),
                  [](const auto& a, const auto& b) { return std::pair(a.createdAt, a.reportId) < std::pair(b.createdAt, b.reportId); });
        Lines lines;
        for (const ReportSummary& one : list)
            lines << lineOf(one);
        return lines;
    }
    PlainReport* plainReport(const QString& id)
    {
        for (PlainReport& one : m_reports)
            if (one.id == id)
                return &one;
        return nullptr;
    }
    /// Something else in the report: any part of it, so that what was signed is touched too.
    static void edit(Draw& draw, Report& report)
    {
        if (report.purpose == Purpose::Addendum && !draw.oneIn(3)) { // else hardly one would do
            report.sections.back().text = draw.of({"Words.", "More words.", ""});
            if (report.sections.size() > 1 && draw.oneIn(4)) { // nothing added, what was signed laid open
                report.sections.pop_back();
                for (Section& section : report.sections)
                    section.isLocked = false;
            }
            return;
        }
        const int what = draw.below(14);
        if (what < 6 && !report.sections.empty()) {
            report.sections[size_t(draw.below(int(report.sections.size())))].text = draw.of({"", " ", "A lesion.", "No lesion.", "One.\nTwo."});
            if (draw.oneIn(2))
                report.sections.back().text = "Words.";
        } else if (what == 6) {
            report.measurements.push_back({QString("m%1").arg(draw.below(3)),
                                           "Lesion",
                                           "length",
                                           draw.of(std::vector<double>{0, 12.3, -1}),
                                           draw.below(3),
                                           "mm",
                                           {"1.2.3.1", 1, "f", "", ""}});
        } else if (what == 7 && !report.measurements.empty()) {
            draw.oneIn(2) ? report.measurements.pop_back() : void(report.measurements.front().value += 1);
        } else if (what == 8) {
            report.keyImages.push_back(
                {QString("k%1").arg(draw.below(3)), draw.of({"", "here"}), {"1.2.3.1", 2, "", "", ""}, draw.of({"png one", "png two", "other"}).toUtf8()});
        } else if (what == 9 && !report.keyImages.empty()) {
            draw.oneIn(2) ? report.keyImages.pop_back() : void(report.keyImages.front().caption += "x");
        } else if (what == 10) {
            report.title = draw.of({"CT Head", "CT Head", "MR Knee"});
        } else if (what == 11) {
            report.critical.isCritical = draw.oneIn(2);
            report.critical.toldTo = report.critical.isCritical ? "Dr. X" : "";
        } else if (what == 12) {
            report.study.accession = draw.of({"A1", "A1", "A2"});
        } else if (what == 13) {
            if (draw.oneIn(3) && !report.sections.empty())
                report.sections.pop_back();
            else
                report.sections.push_back({QString("more-%1").arg(report.sections.size()),
                                           "More",
                                           1,
                                           draw.of({"", "more"}),
                                           {},
                                           {},
                                           draw.oneIn(3) ? Field::Completion::Prohibit : Field::Completion::None,
                                           false});
        }
    }
    static bool mayBeSigned(const Report& report, SignAs as)
    {
        bool saysSomething = false, isComplete = true;
        for (const Section& section : report.sections) {
            const bool isBlank = section.text.trimmed().isEmpty();
            saysSomething = saysSomething || (!section.isLocked && !isBlank);
            isComplete = isComplete && (section.isLocked || !isBlank || section.completion != Field::Completion::Prohibit);
        }
        return report.status == Status::Draft && saysSomething && isComplete && !(report.study.patientId.isEmpty() && report.study.patientName.isEmpty()) &&
               (as == SignAs::Final || report.purpose == Purpose::Report);
    }
    /// An addendum adds: all that was signed before stands in it.
    static bool keepsAll(const Report& now, const Report& before)
    {
        if (now.sections.size() <= before.sections.size() || now.study != before.study || now.title != before.title ||
            (before.critical.isCritical && !now.critical.isCritical))
            return false;
        for (size_t i = 0; i < before.sections.size(); ++i) {
            Section one = before.sections[i], other = now.sections[i];
            one.isLocked = other.isLocked = false;
            if (one != other)
                return false;
        }
        for (const Measurement& one : before.measurements)
            if (std::count(now.measurements.begin(), now.measurements.end(), one) == 0)
                return false;
        for (const KeyImage& one : before.keyImages)
            if (std::count(now.keyImages.begin(), now.keyImages.end(), one) == 0)
                return false;
        return true;
    }
    /// What may follow a signed version: a preliminary one is edited on, any other takes an addendum or a correction, a void one nothing.
    static std::expected<Report, int> followed(const Report& before, Purpose purpose, const QString& author)
    {
        const bool fits = before.status == Status::Preliminary ? purpose == Purpose::Report
                          : before.status == Status::Final || before.status == Status::Corrected || before.status == Status::Addendum
                              ? purpose != Purpose::Report
                              : false;
        reach(QString("%1 on status %2 %3").arg(name(purpose)).arg(int(before.status)).arg(fits ? "allowed" : "refused"));
        if (!fits)
            return std::unexpected(int(Fault::Conflict));
        Report next = before;
        next.version = before.version + 1;
        next.revision = 0;
        next.status = Status::Draft;
        next.purpose = purpose;
        next.author = author;
        next.predecessorHash = before.contentHash;
        next.contentHash = next.signer = QString();
        next.signedAt = QDateTime();
        QStringList ids;
        for (Section& section : next.sections) {
            section.isLocked = purpose == Purpose::Addendum;
            ids << section.id;
        }
        if (purpose == Purpose::Addendum) {
            Section added;
            added.id = "addendum";
            for (int i = 2; ids.contains(added.id); ++i)
                added.id = QString("addendum-%1").arg(i);
            added.title = "Addendum";
            next.sections.push_back(added);
        }
        return next;
    }
    static QString hashOf(const QByteArray& bytes) { return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex()); }
    /// Everything the store tells of one report, and the chain as it stands in the database.
    void compareStored(const ReportStore& store, Database& database, const PlainReport& one)
    {
        compareReport("load", store.load(one.id), one.newest());
        const auto rows = *rowsOf<std::pair<QByteArray, QString>>(database, "SELECT content, sha256 FROM report_version WHERE report_id=? ORDER BY version",
                                                                  {one.id}, [](const Statement& row) { return std::pair(row.blob(0), row.text(1)); });
        Lines history, expected;
        QString before;
        for (const auto& [content, hash] : rows) {
            const QJsonObject object = QJsonDocument::fromJson(content).object();
            compare("hash of the frozen bytes", hash, hashOf(content));
            compare("the hash it follows", object["predecessorHash"].toString(), before);
            compare("no hash of itself in it", QString::number(object.contains("contentHash") || object.contains("revision")), "0");
            before = hash;
        }
        for (size_t i = 0; i < one.versions.size(); ++i) {
            const Report& version = one.versions[i].report;
            compareReport("version", store.loadVersion(one.id, int(i) + 1), version);
            expected << QString("%1 %2 %3 %4 %5")
                            .arg(i + 1)
                            .arg(int(version.status))
                            .arg(version.signer, version.signedAt.toString(Qt::ISODateWithMs), i < rows.size() ? rows[i].second : "");
        }
        const auto told = *store.history(one.id);
        for (const ReportVersion& version : told)
            history << QString("%1 %2 %3 %4 %5")
                           .arg(version.version)
                           .arg(int(version.status))
                           .arg(version.signer, version.signedAt.toString(Qt::ISODateWithMs), version.contentHash);
        compare("history", history, expected);
        for (const int none : {0, int(one.versions.size()) + 1})
            compareReport("no such version", store.loadVersion(one.id, none), std::unexpected(int(Fault::NotFound)));
    }
    void compareSeals(const ReportStore& store, bool hasKey)
    {
        int withoutKey = 0;
        for (size_t i = m_underKey.size(); i > 0 && !m_underKey[i - 1]; --i)
            ++withoutKey;
        const auto check = *store.verify();
        compare(hasKey ? "seals under the key" : "seals", QString("%1 %2 %3").arg(check.sealed).arg(check.withoutKey).arg(check.problems.join("; ")),
                QString("%1 %2 ").arg(m_underKey.size()).arg(withoutKey));
        if (!m_reports.empty()) {
            const auto one = *store.verify(m_reports.back().id);
            compare("seals of one", QString("%1 %2").arg(one.sealed).arg(one.problems.join("; ")), QString("%1 ").arg(m_reports.back().versions.size()));
        }
    }
    Report drawnDraft(Draw& draw)
    {
        StudyContext study;
        study.studyUid = draw.of({"1.2.3", "1.2.3", "1.2.4"});
        const int patient = draw.below(8);
        study.patientId = patient == 0 ? "" : patient < 3 ? "P2" : "P1";
        study.patientName = patient == 0 ? "" : patient < 3 ? "Roe^Ann" : "Doe^Jane";
        study.issuerOfPatientId = draw.of({"", "", "", "H"});
        study.accession = "A1";
        Report draft = blankReport(study, draw.of({"resident", "consultant"}));
        draft.sections.resize(size_t(1 + draw.below(3)));
        draft.title = "CT Head";
        for (int i = draw.below(5); i > 0; --i)
            edit(draw, draft);
        return draft;
    }

private Q_SLOTS:
    /// Two authors at one database, who hold copies old and new.
    void REP_09_REP_10_REP_15_DEL_07_reports()
    {
        for (int seed = 1; seed <= rounds(45); ++seed) {
            start(seed);
            Draw draw(seed);
            m_reports.clear();
            m_underKey.clear();
            const QString path = profile().databasePath();
            std::unique_ptr<ReportStore> stores[2];
            for (auto& store : stores)
                store = std::move(*ReportStore::open(path));
            const auto database = *Database::open(path);
            bool hasKey = false;
            std::vector<Report> held; ///< what somebody had before his eyes at some time
            std::optional<std::pair<Report, Signing>> last;
            for (int step = 0; step < 60 && m_problem.isEmpty(); ++step) {
                ReportStore& store = *stores[draw.below(2)];
                int what = m_reports.size() < 2 ? 0 : draw.below(24);
                if (what < 3 && m_reports.size() > 4)
                    what = 8 + draw.below(10);
                Report copy = m_reports.empty() || draw.oneIn(25) ? drawnDraft(draw) : m_reports[size_t(draw.below(int(m_reports.size())))].newest();
                if (!held.empty() && draw.oneIn(8))
                    copy = held[size_t(draw.below(int(held.size())))];
                for (const PlainReport& each : m_reports) // a draft for what becomes an addendum, a signed one for what follows it
                    if (((what == 20 || what == 21) && each.versions.empty() && draw.oneIn(2)) || (what >= 14 && what < 18 && !each.working && draw.oneIn(2)))
                        copy = each.newest();
                PlainReport* one = plainReport(copy.reportId);
                if (what >= 14 && what < 18 && one && one->working && draw.below(4) > 0)
                    what = 9;
                const bool isCurrent = one && one->working && one->revision == copy.revision;
                const QString id = copy.reportId;
                const bool isToFill = what >= 8 && what < 14 && isCurrent && !mayBeSigned(copy, SignAs::Final) && !draw.oneIn(4);
                if (isToFill) {
                    what = 3;
                    if (copy.purpose == Purpose::Addendum && draw.oneIn(2))
                        for (int i = 0; i < 3; ++i)
                            edit(draw, copy);
                    for (Section& section : copy.sections)
                        if (!section.isLocked && section.text.trimmed().isEmpty())
                            section.text = "Words.";
                }
                const QDateTime before = QDateTime::currentDateTimeUtc();
                const auto isNow = [&](const QDateTime& time) { return time.isValid() && time >= before && time <= QDateTime::currentDateTimeUtc(); };
                const auto append = [&](const Report& version, const QString& as) {
                    one->versions.push_back({version, as});
                    one->working.reset();
                    one->revision = version.revision + 1;
                    one->modified = version.signedAt;
                    m_underKey.push_back(hasKey);
                };
                int called = 0;
                const bool isQueueBroken = draw.oneIn(6);
                const ReportStore::InSameTransaction queue = [&](Database&, const Report& version) -> Result<void> {
                    ++called;
                    compare("what is queued is signed", int(version.isSigned()), 1);
                    return isQueueBroken ? fail(Fault::DiskFull, "full") : Result<void>{};
                };
                if (what < 3) {
                    Report draft = drawnDraft(draw);
                    did("create");
                    auto created = store.create(draft);
                    draft.version = draft.revision = 1;
                    if (created) {
                        draft.reportId = created->reportId;
                        draft.createdAt = draft.modifiedAt = created->createdAt;
                        compare("a new id and times", int(!created->reportId.isEmpty() && !plainReport(created->reportId) && isNow(created->createdAt)), 1);
                    }
                    compareReport("create", created, draft);
                    m_reports.push_back({draft.reportId, 1, draft, {}, draft, draft.modifiedAt});
                    held.push_back(draft);
                } else if (what < 8) {
                    for (int i = isToFill ? 0 : draw.below(3); i > 0; --i)
                        edit(draw, copy);
                    did(QString("save %1 revision %2").arg(id).arg(copy.revision));
                    const auto saved = store.saveDraft(copy);
                    if (copy.isSigned() || !isCurrent) {
                        reach(copy.isSigned() ? "saved over a signed one" : one ? "saved by an author who was overtaken" : "saved and not there");
                        compareReport("save", saved, std::unexpected(int(copy.isSigned() || one ? Fault::Conflict : Fault::NotFound)));
                    } else {
                        ++copy.revision;
                        if (saved) {
                            copy.modifiedAt = saved->modifiedAt;
                            compare("time of the save", int(isNow(saved->modifiedAt)), 1);
                        }
                        compareReport("save", saved, copy);
                        one->working = one->stored = copy;
                        one->revision = copy.revision;
                        one->modified = copy.modifiedAt;
                        held.push_back(copy);
                        reach("saved");
                    }
                } else if (what < 14) {
                    Signing signing{draw.oneIn(10) ? draw.of({"", " "}) : draw.of({"supervisor", "resident"}),
                                    draw.oneIn(3) ? SignAs::Preliminary : SignAs::Final,
                                    {},
                                    draw.oneIn(3)};
                    if (draw.oneIn(10)) {
                        signing.evidence.images.push_back(copy.study);
                        signing.evidence.images.back().patientId = "P9";
                    }
                    if (last && draw.oneIn(6)) {
                        std::tie(copy, signing) = *last;
                        one = plainReport(copy.reportId);
                    }
                    const bool isStill = one && one->working && one->revision == copy.revision,
                               contradicts = !signing.evidence.images.empty() && !copy.study.patientId.isEmpty();
                    const QString as = signing.as == SignAs::Final ? "final" : "preliminary";
                    did(QString("sign %1 version %2 revision %3 %4 by '%5'%6")
                            .arg(copy.reportId)
                            .arg(copy.version)
                            .arg(copy.revision)
                            .arg(as, signing.user, signing.isOnlyOfStudy ? ", only of its study" : ""));
                    const bool isBesideOther = std::any_of(m_reports.begin(), m_reports.end(), [&](const PlainReport& other) {
                        return other.id != copy.reportId && other.stored.study.studyUid == copy.study.studyUid && !other.versions.empty() &&
                               other.versions.back().report.status != Status::Cancelled;
                    });
                    const auto done = store.sign(copy, signing, queue);
                    const PlainReport::Version* same = nullptr;
                    if (one && copy.version >= 1 && size_t(copy.version) <= one->versions.size() && !isStill)
                        if (const auto& version = one->versions[size_t(copy.version) - 1];
                            version.report.revision == copy.revision && version.signedAs == as && version.report.signer == signing.user)
                            same = &version;
                    std::expected<Report, int> expected = std::unexpected(int(Fault::Conflict));
                    bool isQueued = false;
                    if (!one) {
                        expected = std::unexpected(int(Fault::NotFound));
                        reach("signed and not there");
                    } else if (!isStill) {
                        if (same)
                            expected = same->report;
                        reach(same ? "signed twice" : "signed by an author who was overtaken");
                    } else if (copy.purpose == Purpose::Addendum && !keepsAll(copy, one->versions.back().report)) {
                        reach("an addendum that changes");
                    } else if (signing.isOnlyOfStudy && copy.version == 1 && isBesideOther) {
                        reach("another report of the study is signed");
                    } else if (!mayBeSigned(copy, signing.as) || contradicts) {
                        reach(contradicts ? "contradicts" : "may not be signed");
                    } else if (signing.user.trimmed().isEmpty()) {
                        expected = std::unexpected(int(Fault::Invalid));
                        reach("nobody signs");
                    } else {
                        isQueued = true;
                        reach(isQueueBroken ? "the queue breaks" : QString("signed %1 as %2").arg(int(copy.purpose)).arg(int(signing.as)));
                        Report version = copy;
                        version.status = copy.purpose == Purpose::Addendum     ? Status::Addendum
                                         : copy.purpose == Purpose::Correction ? Status::Corrected
                                         : signing.as == SignAs::Final         ? Status::Final
                                                                               : Status::Preliminary;
                        version.signer = signing.user;
                        if (done) {
                            version.signedAt = done->signedAt;
                            version.contentHash = done->contentHash; // held against the database below
                            compare("time of the signature", int(isNow(done->signedAt)), 1);
                        }
                        if (isQueueBroken) {
                            expected = std::unexpected(int(Fault::DiskFull));
                        } else {
                            expected = version;
                            append(version, as);
                            last = {copy, signing};
                        }
                    }
                    compareReport("sign", done, expected);
                    compare("the queue was called", called, isQueued ? 1 : 0);
                } else if (what < 18) {
                    const Purpose purpose = draw.of(std::vector<Purpose>{Purpose::Report, Purpose::Addendum, Purpose::Addendum, Purpose::Correction});
                    did(QString("follow %1 by %2").arg(id, name(purpose)));
                    const auto done = store.follow(id, purpose, "author two");
                    std::expected<Report, int> expected = std::unexpected(int(one ? Fault::Conflict : Fault::NotFound));
                    if (one && one->working)
                        reach("followed and unsigned");
                    if (one && !one->working)
                        expected = followed(one->versions.back().report, purpose, "author two");
                    if (expected) {
                        expected->revision = one->revision + 1;
                        if (done) {
                            expected->modifiedAt = done->modifiedAt;
                            compare("time of the follower", int(isNow(done->modifiedAt)), 1);
                        }
                        one->working = one->stored = *expected;
                        one->revision = expected->revision;
                        one->modified = expected->modifiedAt;
                        held.push_back(*expected);
                    }
                    compareReport("follow", done, expected);
                } else if (what == 18) {
                    did(QString("discard %1 revision %2").arg(id).arg(copy.revision));
                    compareFault("discard", faultOf(store.discardDraft(copy)), isCurrent ? -1 : int(Fault::Conflict));
                    reach(!isCurrent              ? "discarded by an author who was overtaken"
                          : one->versions.empty() ? "discarded altogether"
                                                  : "discarded on a signed one");
                    if (isCurrent && one->versions.empty()) {
                        std::erase_if(m_reports, [&](const PlainReport& other) { return other.id == id; });
                        compareReport("discarded", store.load(id), std::unexpected(int(Fault::NotFound)));
                    } else if (isCurrent) {
                        one->working.reset();
                        ++one->revision;
                    }
                } else if (what == 19) {
                    const auto done = store.cancel(id, "chief", queue);
                    did(QString("cancel %1").arg(id));
                    std::expected<Report, int> expected = std::unexpected(int(one ? Fault::Conflict : Fault::NotFound));
                    if (one && !one->working && one->versions.back().report.status != Status::Cancelled) {
                        reach("made void");
                        Report version = one->versions.back().report;
                        version.version += 1;
                        version.revision = one->revision + 1;
                        version.status = Status::Cancelled;
                        version.predecessorHash = version.contentHash;
                        version.signer = "chief";
                        if (done) {
                            version.signedAt = done->signedAt;
                            version.contentHash = done->contentHash;
                            compare("time of the end", int(isNow(done->signedAt)), 1);
                        }
                        if (isQueueBroken) {
                            expected = std::unexpected(int(Fault::DiskFull));
                        } else {
                            expected = version;
                            append(version, "cancel");
                        }
                        compare("the queue was called", called, 1);
                    } else {
                        reach(!one ? "made void and not there" : one->working ? "made void and unsigned" : "made void twice");
                    }
                    compareReport("cancel", done, expected);
                } else if (what < 22) {
                    const bool isCandidate = copy.version == 1 && !copy.isSigned();
                    if (isCandidate && !isCurrent) { // somebody went on with it: refused before anything is stored
                        const auto refused = store.becomeAddendum(copy, m_reports.front().id, "author three");
                        compare("an old draft became an addendum", refused.has_value(), false);
                        reach("an old draft becomes no addendum");
                        continue;
                    }
                    PlainReport* first = m_reports.empty() ? nullptr : &m_reports[size_t(draw.below(int(m_reports.size())))];
                    for (PlainReport& other : m_reports)
                        if (!draw.oneIn(3) && !other.working && other.stored.study.studyUid == copy.study.studyUid)
                            first = &other;
                    const QString firstId = first ? first->id : "none";
                    did(QString("%1 becomes an addendum of %2").arg(id, firstId));
                    const auto done = store.becomeAddendum(copy, firstId, "author three");
                    std::expected<Report, int> expected = std::unexpected(int(!isCandidate || first ? Fault::Conflict : Fault::NotFound));
                    const bool isOne = first && first->newest().study.studyUid == copy.study.studyUid &&
                                       first->newest().study.patientId == copy.study.patientId &&
                                       (first->newest().study.issuerOfPatientId == copy.study.issuerOfPatientId ||
                                        first->newest().study.issuerOfPatientId.isEmpty() || copy.study.issuerOfPatientId.isEmpty());
                    if (!isCandidate)
                        reach("no draft becomes an addendum");
                    else if (first && !isOne)
                        reach("of another study or patient");
                    if (isCandidate && isOne && !first->working)
                        expected = followed(first->versions.back().report, Purpose::Addendum, "author three");
                    if (expected) {
                        reach("became an addendum");
                        expected->revision = first->revision + 2;
                        QStringList texts;
                        for (const Section& section : copy.sections)
                            if (!section.text.trimmed().isEmpty())
                                texts << section.title + ":\n" + section.text;
                        expected->sections.back().text = texts.join("\n\n");
                        for (const Measurement& measurement : copy.measurements)
                            expected->measurements.push_back(measurement);
                        for (const KeyImage& image : copy.keyImages)
                            expected->keyImages.push_back(image);
                        if (done)
                            expected->modifiedAt = done->modifiedAt;
                        first->working = first->stored = *expected;
                        first->revision = expected->revision;
                        first->modified = expected->modifiedAt;
                        std::erase_if(m_reports, [&](const PlainReport& other) { return other.id == id; });
                    }
                    compareReport("become an addendum", done, expected);
                } else if (what == 22) {
                    hasKey = draw.oneIn(2);
                    did(hasKey ? "under a key" : "under no key");
                    for (auto& each : stores)
                        each->setSealKey(hasKey ? "key" : "");
                } else {
                    did("opened again");
                    for (auto& each : stores) {
                        each.reset();
                        each = std::move(*ReportStore::open(path));
                        each->setSealKey(hasKey ? "key" : "");
                    }
                }
                const ReportStore& look = *stores[draw.below(2)];
                const bool isWhole = step % 11 == 10 || step == 59;
                for (const PlainReport& each : m_reports)
                    if (isWhole || each.id == id)
                        compareStored(look, *database, each);
                compare("all", linesOf(look.listAll()), plainSummaries([](const auto&) { return true; }));
                for (const QString& study : isWhole ? QStringList{"1.2.3", "1.2.4"} : QStringList()) {
                    compare("of a study", linesOf(look.list(study)), plainSummaries([&](const auto& summary) { return summary.studyUid == study; }));
                    Report asking;
                    asking.study.studyUid = study;
                    asking.reportId = draw.oneIn(2) && !m_reports.empty() ? m_reports.front().id : "none";
                    const auto beside = *look.signedBeside(asking);
                    compare("signed beside", beside ? lineOf(*beside) : "", plainSummaries([&](const auto& summary) {
                                                                                return summary.studyUid == study && summary.version > 0 &&
                                                                                       summary.status != Status::Cancelled &&
                                                                                       summary.reportId != asking.reportId;
                                                                            }).value(0));
                }
                for (const QString& patient : isWhole ? QStringList{"P1", "P2", ""} : QStringList())
                    compare("of a patient", linesOf(look.listForPatient(patient, "")),
                            plainSummaries([&](const auto& summary) { return summary.patientId == patient && summary.issuerOfPatientId.isEmpty(); }));
                if (isWhole)
                    compareSeals(look, hasKey);
            }
            if (m_problem.isEmpty() && !m_underKey.empty())
                tamper(draw, *stores[0], *database);
            QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        }
        QCOMPARE(missing({"saved",
                          "saved over a signed one",
                          "saved by an author who was overtaken",
                          "saved and not there",
                          "signed and not there",
                          "signed twice",
                          "signed by an author who was overtaken",
                          "an addendum that changes",
                          "another report of the study is signed",
                          "contradicts",
                          "may not be signed",
                          "nobody signs",
                          "the queue breaks",
                          "signed 0 as 0",
                          "signed 0 as 1",
                          "signed 1 as 1",
                          "signed 2 as 1",
                          "followed and unsigned",
                          "report on status 1 allowed",
                          "addendum on status 1 refused",
                          "report on status 2 refused",
                          "addendum on status 2 allowed",
                          "correction on status 2 allowed",
                          "addendum on status 3 allowed",
                          "addendum on status 4 allowed",
                          "addendum on status 5 refused",
                          "discarded altogether",
                          "discarded on a signed one",
                          "discarded by an author who was overtaken",
                          "made void",
                          "made void and unsigned",
                          "made void twice",
                          "made void and not there",
                          "no draft becomes an addendum",
                          "of another study or patient",
                          "became an addendum",
                          "tampered 0",
                          "tampered 1",
                          "tampered 2",
                          "tampered 3",
                          "tampered 4",
                          "tampered 5"}),
                 QString());
    }

private:
    /// One thing is changed behind the store's back, by somebody who knows the tables.
    void tamper(Draw& draw, ReportStore& store, Database& database)
    {
        for (const char* name : {"report_version_stays", "report_version_is_kept", "report_seal_stays", "report_seal_is_kept"})
            QVERIFY(database.execute(QString("DROP TRIGGER ") + name));
        std::vector<PlainReport*> candidates;
        for (PlainReport& each : m_reports)
            if (!each.versions.empty())
                candidates.push_back(&each);
        const PlainReport& one = *draw.of(candidates);
        const int version = 1 + draw.below(int(one.versions.size())), what = draw.below(6);
        QVERIFY(database.execute("PRAGMA foreign_keys=OFF"));
        const QString where = QString(" WHERE report_id='%1' AND version=%2").arg(one.id).arg(version);
        const QString content = database.value("SELECT content FROM report_version" + where).value()->toString(),
                      changed = QString(content).replace("\"signer\":\"", "\"signer\":\"x");
        if (what == 0)
            QVERIFY(database.execute("UPDATE report_version SET content=?" + where, {changed.toUtf8()}));
        else if (what == 1)
            QVERIFY(database.execute("UPDATE report_version SET content=?, sha256=?" + where, {changed.toUtf8(), hashOf(changed.toUtf8())}));
        else if (what == 2)
            QVERIFY(database.execute("DELETE FROM report_version" + where));
        else if (what == 3)
            QVERIFY(database.execute("DELETE FROM report_seal" + where));
        else if (what == 4)
            QVERIFY(database.execute("UPDATE report_seal SET previous='00'" + where));
        else
            QVERIFY(database.execute("DELETE FROM report_version WHERE (report_id, version)=(SELECT report_id, version FROM report_seal ORDER BY number DESC"
                                     " LIMIT 1)") && // the last signature, with all that tells of it
                    database.execute("DELETE FROM report_seal WHERE number=(SELECT max(number) FROM report_seal)"));
        did(QString("tampered %1 version %2 of %3").arg(what).arg(version).arg(one.id));
        reach(QString("tampered %1").arg(what));
        compare("what was done is seen", int(store.verify()->problems.isEmpty()), 0);
        if (what < 5)
            compare("and of whom", int(store.verify(one.id)->problems.isEmpty()), 0);
        for (int i = 1; i <= int(one.versions.size()) && what < 5; ++i)
            compareFault(QString("version %1").arg(i), faultOf(store.loadVersion(one.id, i)),
                         i != version ? -1 : int(what == 2 ? Fault::NotFound : Fault::Damaged));
    }

private Q_SLOTS:
    /// What blocks signing and what is asked, of any report with any evidence; what a section says; what follows a signed version.
    void REP_02_REP_09_REP_13_DEL_08_signing()
    {
        const auto isBlank = [](const QString& text) { return text.trimmed().isEmpty(); };
        for (int seed = 1; seed <= rounds(2500) && m_problem.isEmpty(); ++seed) {
            start(seed, false);
            Draw draw(seed);
            Report report;
            report.status = draw.oneIn(4) ? Status(draw.below(6)) : Status::Draft;
            report.purpose = Purpose(draw.oneIn(2) ? 0 : draw.below(3));
            const auto drawnStudy = [&](int oddOneIn) {
                StudyContext study;
                const auto usual = [&](const char* text, const char* other) { return draw.oneIn(oddOneIn) ? draw.of({other, ""}) : QString(text); };
                study.patientId = usual("P1", "P2"), study.patientName = usual("Doe^Jane", "Roe^Ann"), study.accession = usual("A1", "A2"),
                study.studyUid = usual("1.2.3", "1.2.4");
                return study;
            };
            report.study = drawnStudy(9);
            if (draw.oneIn(8))
                report.study.patientId = report.study.patientName = draw.of({"", " "});
            if (report.study.studyUid.isEmpty())
                report.study.studyUid = "1.2.3";
            QStringList ids{"findings", "addendum", "addendum-2", "more"};
            for (int i = draw.below(4); i > 0; --i) {
                Section section{ids.takeAt(draw.below(int(ids.size()))),
                                QString("Title %1").arg(i),
                                1,
                                draw.of({"", "", " ", "\n", "x", "a\nb \n", " lead"}),
                                {},
                                {},
                                Field::Completion(draw.oneIn(2) ? 0 : draw.below(3)),
                                draw.oneIn(4)};
                for (int j = draw.below(4); j > 0; --j) {
                    Field field;
                    field.id = QString("f%1").arg(j);
                    field.label = draw.of({"", " ", "Size", "Size:", "Yes", "Yes::"});
                    field.type = Field::Type(draw.below(7));
                    field.completion = Field::Completion(draw.below(3));
                    field.trailingText = draw.oneIn(4) ? "behind" : "";
                    field.unit = draw.oneIn(2) ? "mm" : "";
                    if (draw.oneIn(2))
                        field.minimum = draw.of(std::vector<double>{0, 5});
                    if (draw.oneIn(2))
                        field.maximum = draw.of(std::vector<double>{10, 5});
                    if (draw.oneIn(2))
                        field.options = {{"a", "Yes", {}}};
                    else
                        field.options = {{"a", "Yes", {}}, {"b", "", {}}};
                    field.value = draw.oneIn(4) ? draw.of({"", " "})
                                  : field.type == Field::Type::Number
                                      ? draw.of({"5", "0", "10", "10.001", "-0.001", "4.999", "5.001", "9,5", "nan", "inf", " 7 ", "1e1"})
                                  : field.type == Field::Type::Date ? draw.of({"2018-02-28", "2018-02-30", "2018", " 2018-01-07 "})
                                  : field.type == Field::Type::Time ? draw.of({"14:03", "25:00", "x"})
                                  : field.type == Field::Type::Selection || field.type == Field::Type::CheckBox ? draw.of({"a", "a\nb", "c", "a\nc", "\na"})
                                                                                                                : draw.of({"word", " two words "});
                    section.fields.push_back(field);
                }
                report.sections.push_back(section);
            }
            report.critical.isCritical = draw.oneIn(3);
            report.critical.toldTo = draw.of({"", " ", "Dr. X"});
            const SignAs as = draw.oneIn(3) ? SignAs::Preliminary : SignAs::Final;
            Evidence evidence;
            for (int i = draw.below(3); i > 0; --i)
                evidence.images.push_back(drawnStudy(12));
            for (int i = draw.below(3); i > 0 && draw.oneIn(2); --i)
                evidence.orders.push_back(drawnStudy(12));
            for (int i = draw.below(3); i > 0; --i)
                evidence.placed.push_back({QString("L%1").arg(i),
                                           {"1.9", 1, "", "", "", draw.of({"", "1.2.3", "1.2.4"})},
                                           draw.oneIn(6) ? std::optional<StudyContext>() : drawnStudy(6)});
            did(textOf(report));

            QStringList blocking, alerts;
            const auto differ = [](const QString& a, const QString& b) {
                return !a.trimmed().isEmpty() && !b.trimmed().isEmpty() && a.trimmed() != b.trimmed();
            };
            const auto hold = [&](const StudyContext& a, const char* nameOfA, const StudyContext& b, const char* nameOfB) {
                const auto say = [&](const char* what, const QString& one, const QString& other) {
                    if (differ(one, other))
                        blocking << QString("The %1 of %2 and %3 differs.").arg(what, nameOfA, nameOfB), reach(what);
                };
                say("patient ID", a.patientId, b.patientId), say("patient name", a.patientName, b.patientName),
                    say("accession number", a.accession, b.accession), say("study", a.studyUid, b.studyUid);
            };
            for (const auto& images : evidence.images)
                hold(report.study, "report", images, "images");
            for (const auto& order : evidence.orders) {
                hold(report.study, "report", order, "order");
                for (const auto& images : evidence.images)
                    hold(images, "images", order, "order");
            }
            for (const auto& placed : evidence.placed) {
                const QString quoted = '"' + placed.label + '"';
                if (!placed.study) {
                    blocking << "The image under " + quoted + " is not in the archive.";
                    continue;
                }
                const StudyContext &a = report.study, &b = *placed.study;
                const bool isOnePatient = !differ(a.patientId, b.patientId) && !differ(a.patientName, b.patientName) &&
                                          ((!isBlank(a.patientId) && !isBlank(b.patientId)) || (!isBlank(a.patientName) && !isBlank(b.patientName)) ||
                                           (isBlank(a.patientId) && isBlank(b.patientId) && isBlank(a.patientName) && isBlank(b.patientName)));
                const bool isOwn = b.studyUid == a.studyUid, isNamed = placed.where.studyUid == b.studyUid || (isOwn && placed.where.studyUid.isEmpty());
                if (!isOwn && !isOnePatient)
                    blocking << quoted + " lies on an image of another patient.", reach("placed on another patient");
                else if (!isNamed)
                    blocking << quoted + " lies on another study than it names.", reach(isOwn ? "placed on its own study" : "placed on another study");
                else
                    reach(isOwn ? "placed well" : "placed on a prior");
            }
            if (report.status != Status::Draft)
                blocking << "The report is signed already.";
            bool saysSomething = false;
            for (const Section& section : report.sections) {
                QStringList lines;
                for (const Field& field : section.fields) {
                    saysSomething = saysSomething || (!section.isLocked && !isBlank(field.value));
                    QString label = field.label.trimmed(), shown = field.value.trimmed();
                    while (label.endsWith(':'))
                        label.chop(1);
                    if (field.type == Field::Type::Number && !field.unit.isEmpty())
                        shown += ' ' + field.unit;
                    if (field.type == Field::Type::Selection || field.type == Field::Type::CheckBox) {
                        QStringList choices;
                        for (const QString& choice : field.value.split('\n'))
                            if (!choice.isEmpty())
                                choices << (choice == "a" ? "Yes" : choice);
                        shown = choices.join("; ");
                    }
                    if (!isBlank(field.value)) {
                        const bool isSentence = field.type == Field::Type::CheckBox && field.options.size() == 1 && shown == label;
                        lines << (label.isEmpty() || isSentence ? shown : label + ": " + shown) + (field.trailingText.isEmpty() ? "" : " behind");
                        compare("what a field shows", field.display(), shown);
                    }
                    QString problem;
                    bool isNumber = false;
                    const double number = field.value.trimmed().toDouble(&isNumber);
                    if (field.type == Field::Type::Number && !isBlank(field.value))
                        problem = !isNumber || number != number || number == number * 2 + 1 ? "is no number"
                                  : field.minimum && number < *field.minimum                ? QString("is below %1").arg(*field.minimum)
                                  : field.maximum && number > *field.maximum                ? QString("is above %1").arg(*field.maximum)
                                                                                            : QString();
                    if (field.type == Field::Type::Date && (field.value == "2018-02-30" || field.value == "2018"))
                        problem = "is no date";
                    if (field.type == Field::Type::Time && (field.value == "25:00" || field.value == "x"))
                        problem = "is no time";
                    if (field.type == Field::Type::Selection && (field.value.contains('c') || (field.value.contains('b') && field.options.size() == 1)))
                        problem = "has a value that is not among its choices";
                    if (!problem.isEmpty())
                        problem = '"' + field.label + "\" " + problem;
                    compare("problem of a field", field.problem(), problem);
                    if (section.isLocked)
                        continue;
                    const QString quoted = '"' + (isBlank(field.label) ? section.title : field.label.trimmed()) + '"';
                    if (!problem.isEmpty())
                        blocking << section.title + ": " + problem + '.', reach(problem.section('"', 2).left(9));
                    else if (isBlank(field.value) && field.completion == Field::Completion::Prohibit)
                        blocking << quoted + " must be filled in.", reach("field prohibits");
                    else if (isBlank(field.value) && field.completion == Field::Completion::Alert)
                        alerts << quoted + " is not filled in.", reach("field alerts");
                }
                QString text = section.text;
                while (text.endsWith('\n') || text.endsWith(' '))
                    text.chop(1);
                if (!isBlank(text))
                    lines << text;
                compare("what a section says", section.plainText(), lines.join('\n'));
                compare("whether a section is empty", int(section.isEmpty()),
                        int(isBlank(section.text) &&
                            std::all_of(section.fields.begin(), section.fields.end(), [&](const Field& field) { return isBlank(field.value); })));
                saysSomething = saysSomething || (!section.isLocked && !isBlank(section.text));
                if (!section.isLocked && isBlank(section.text) && section.completion == Field::Completion::Prohibit)
                    blocking << '"' + section.title + "\" must be filled in.", reach("section prohibits");
                if (!section.isLocked && isBlank(section.text) && section.completion == Field::Completion::Alert)
                    alerts << '"' + section.title + "\" is not filled in.", reach("section alerts");
            }
            if (!saysSomething)
                blocking << (report.purpose == Purpose::Addendum ? "The addendum is empty." : "The report is empty."), reach("empty");
            if (isBlank(report.study.patientId) && isBlank(report.study.patientName))
                blocking << "The report names no patient.", reach("nobody");
            if (as == SignAs::Preliminary && report.purpose != Purpose::Report)
                blocking << "An addendum or a correction is signed final.", reach("preliminary addendum");
            if (report.critical.isCritical && isBlank(report.critical.toldTo))
                alerts << "The result is critical, and nobody is named who was told.", reach("nobody told");
            SignCheck check = checkSigning(report, as, evidence);
            // Said once for all series; a field's sentence stands for each field.
            const auto sorted = [](QStringList list, bool once) {
                QStringList kept;
                for (const QString& one : list)
                    if (!once || !one.endsWith("differs.") || !kept.contains(one))
                        kept << one;
                kept.sort();
                return kept;
            };
            compare("what blocks", sorted(check.blocking, false), sorted(blocking, true));
            compare("what is asked", sorted(check.alerts, false), sorted(alerts, false));
            const QString signer = draw.oneIn(6) ? " " : "supervisor";
            const QDateTime at(QDate(2026, 3, 1), QTime(12, 0), Qt::OffsetFromUTC, 3600);
            const auto done = signedVersion(report, as, signer, at, evidence);
            if (!blocking.isEmpty() || isBlank(signer)) {
                compareFault("signed", faultOf(done), int(blocking.isEmpty() ? Fault::Invalid : Fault::Conflict));
            } else if (done) {
                reach("signed");
                Report version = report;
                version.status = report.purpose == Purpose::Report     ? (as == SignAs::Final ? Status::Final : Status::Preliminary)
                                 : report.purpose == Purpose::Addendum ? Status::Addendum
                                                                       : Status::Corrected;
                version.signer = signer;
                version.signedAt = timeOf(at.toMSecsSinceEpoch());
                version.contentHash = hashOf(canonicalBytes(version));
                compareReport("signed version", done, version);
            } else {
                compare("signed", "refused", "signed");
            }
            const Purpose purpose = Purpose(draw.below(3));
            report.version = draw.below(4);
            report.contentHash = "hash";
            report.signer = "somebody";
            const auto expected = followed(report, purpose, "next");
            compareReport("succeed", succeed(report, purpose, "next"), expected);
            const auto drawn =
                draw.of(std::vector<Status>{Status::Draft, Status::Preliminary, Status::Final, Status::Corrected, Status::Addendum, Status::Cancelled});
            compare("name of a status", int(statusFromName(name(drawn)).value_or(Status(77))), int(drawn));
        }
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QStringList expected{"patient ID",
                             "patient name",
                             "accession number",
                             "study",
                             "placed on another patient",
                             "placed on its own study",
                             "placed on another study",
                             "placed well",
                             "placed on a prior",
                             " is no num",
                             "field prohibits",
                             "field alerts",
                             "section prohibits",
                             "section alerts",
                             "empty",
                             "nobody",
                             "preliminary addendum",
                             "nobody told",
                             "signed",
                             " is no dat",
                             " is no tim",
                             " has a va",
                             " is above",
                             " is below"};
        for (int i = 0; i < 3; ++i)
            for (int status = 0; status < 6; ++status)
                expected << QString("%1 on status %2 %3")
                                .arg(name(Purpose(i)))
                                .arg(status)
                                .arg(status == 0 || status == 5  ? "refused"
                                     : (status == 1) == (i == 0) ? "allowed"
                                                                 : "refused");
        for (QString& what : expected)
            if (what.startsWith(" is no") || what.startsWith(" has"))
                what = what.left(9);
        QCOMPARE(missing(expected), QString());
    }

    /// Any edit of an open report: what it changes, what it refuses, who hears of it; what a save leaves modified.
    void REP_05_REP_07_REP_15_edits()
    {
        for (int seed = 1; seed <= rounds(150) && m_problem.isEmpty(); ++seed) {
            start(seed, false);
            Draw draw(seed);
            Report plain = drawnDraft(draw);
            const auto finish = [&](Report& report) {
                Field open, fixed;
                open.id = "f", fixed.id = "g";
                fixed.isReadOnly = true;
                if (report.sections.empty())
                    report.sections = blankReport({}, {}).sections;
                report.sections.front().fields = {open, fixed};
                report.sections.back().isLocked = draw.oneIn(3);
                report.status = draw.oneIn(5) ? Status(draw.below(6)) : Status::Draft;
            };
            finish(plain);
            ReportDocument document(plain);
            bool isViewing = false, isModified = false;
            Report snapshot = plain; ///< what is being stored
            QMap<QString, int> heard, expected;
            connect(&document, &ReportDocument::reset, this, [&] { ++heard["reset"]; });
            connect(&document, &ReportDocument::changed, this, [&] { ++heard["changed"]; });
            connect(&document, &ReportDocument::sectionChanged, this, [&](const QString& id) { ++heard["section " + id]; });
            connect(&document, &ReportDocument::sectionsChanged, this, [&] { ++heard["sections"]; });
            connect(&document, &ReportDocument::measurementsChanged, this, [&] { ++heard["measurements"]; });
            connect(&document, &ReportDocument::keyImagesChanged, this, [&] { ++heard["key images"]; });
            connect(&document, &ReportDocument::stateChanged, this, [&] { ++heard["state"]; });
            for (int step = 0; step < 40 && m_problem.isEmpty(); ++step) {
                heard.clear();
                expected.clear();
                const auto changes = [&](const QString& signal) {
                    isModified = true;
                    ++expected["changed"], ++expected["state"];
                    if (!signal.isEmpty())
                        ++expected[signal];
                };
                const QString id = draw.oneIn(8)            ? draw.of({"", "none"})
                                   : plain.sections.empty() ? "none"
                                                            : plain.sections[size_t(draw.below(int(plain.sections.size())))].id;
                size_t at = 0;
                while (at < plain.sections.size() && plain.sections[at].id != id)
                    ++at;
                const bool isOpen = plain.status == Status::Draft && !isViewing, isThere = at < plain.sections.size(),
                           isFree = isOpen && isThere && !plain.sections[at].isLocked;
                const int what = draw.below(18);
                const QString other = QString("m%1").arg(draw.below(3));
                did(QString("edit %1 of '%2' open %3").arg(what).arg(id).arg(isOpen));
                if (what < 4) {
                    const QString text = draw.of({"", "A", "A\n", "B"}), before = isThere ? plain.sections[at].text : "";
                    const bool appends = what < 2;
                    const QString after = !appends ? text : before.isEmpty() || before.endsWith('\n') ? before + text : before + '\n' + text;
                    compare("text", int(appends ? document.appendSectionText(id, text) : document.setSectionText(id, text)), int(isFree));
                    reach(!isFree ? "text refused" : before == after ? "the same text" : appends ? "appended" : "text set");
                    if (isFree && before != after) {
                        plain.sections[at].text = after;
                        changes("section " + id);
                    }
                } else if (what < 6) {
                    const QString field = draw.of({"f", "f", "g", "h"}), value = draw.of({"", "1", "2"});
                    const bool takes = isFree && field == "f" && !plain.sections[at].fields.empty();
                    compare("field", int(document.setFieldValue(id, field, value)), int(takes));
                    reach(takes ? "field set" : "field refused");
                    if (takes && plain.sections[at].fields[0].value != value) {
                        plain.sections[at].fields[0].value = value;
                        changes("section " + id);
                    }
                } else if (what == 6) {
                    Section added;
                    added.id = draw.oneIn(3) ? id : QString("new-%1").arg(step);
                    const int size = int(plain.sections.size()), index = draw.of(std::vector<int>{-2, -1, 0, 1, size, size + 1});
                    const bool takes = isOpen && !added.id.isEmpty() &&
                                       std::none_of(plain.sections.begin(), plain.sections.end(), [&](const Section& one) { return one.id == added.id; });
                    compare("add a section", int(document.addSection(added, index)), int(takes));
                    if (takes) {
                        plain.sections.insert(index < 0 || index > size ? plain.sections.end() : plain.sections.begin() + index, added);
                        changes("sections");
                        reach("section added");
                    }
                } else if (what == 7) {
                    compare("remove a section", int(document.removeSection(id)), int(isFree));
                    if (isFree) {
                        plain.sections.erase(plain.sections.begin() + qsizetype(at));
                        changes("sections");
                        reach("section removed");
                    }
                } else if (what == 8) {
                    const int size = int(plain.sections.size()), index = draw.of(std::vector<int>{-1, 0, 1, size - 1, size});
                    const bool takes = isFree && index >= 0 && index < size;
                    compare("move a section", int(document.moveSection(id, index)), int(takes));
                    if (takes) {
                        const Section moved = plain.sections[at];
                        plain.sections.erase(plain.sections.begin() + qsizetype(at));
                        plain.sections.insert(plain.sections.begin() + index, moved);
                        changes("sections");
                        reach("section moved");
                    }
                } else if (what < 11) {
                    const QString wanted = draw.oneIn(4) ? QString() : other;
                    Measurement measurement{wanted, "L", "length", double(step), 1, "mm", {}};
                    KeyImage image{wanted, QString::number(step), {}, "png"};
                    const QString got = what == 9 ? document.insertMeasurement(measurement) : document.insertKeyImage(image);
                    compare("whether it was inserted", int(!got.isEmpty()), int(isOpen));
                    compare("under which id", isOpen && !wanted.isEmpty() ? got : wanted, wanted);
                    const auto put = [&](auto& list, auto& one) {
                        one.id = got;
                        for (auto& former : list)
                            if (former.id == got) {
                                former = one;
                                reach("replaced");
                                return;
                            }
                        list.push_back(one);
                    };
                    if (isOpen)
                        what == 9 ? put(plain.measurements, measurement) : put(plain.keyImages, image);
                    if (isOpen)
                        changes(what == 9 ? "measurements" : "key images");
                } else if (what < 13) {
                    const auto gone = isOpen ? (what == 11 ? std::erase_if(plain.measurements, [&](const auto& one) { return one.id == other; })
                                                           : std::erase_if(plain.keyImages, [&](const auto& one) { return one.id == other; }))
                                             : 0;
                    compare("remove", int(what == 11 ? document.removeMeasurement(other) : document.removeKeyImage(other)), int(gone > 0));
                    if (gone > 0)
                        changes(what == 11 ? "measurements" : "key images"), reach("taken out");
                } else if (what == 13) {
                    const auto image = std::find_if(plain.keyImages.begin(), plain.keyImages.end(), [&](const KeyImage& one) { return one.id == other; });
                    const bool takes = isOpen && image != plain.keyImages.end();
                    compare("caption", int(document.setKeyImageCaption(other, QString("c%1").arg(step))), int(takes));
                    if (takes) {
                        image->caption = QString("c%1").arg(step);
                        changes({});
                        reach("caption");
                    }
                } else if (what == 14) {
                    CriticalResult critical;
                    critical.finding = QString::number(step);
                    compare("critical", int(document.setCritical(critical)), int(isOpen));
                    if (isOpen) {
                        plain.critical = critical;
                        changes({});
                    }
                } else if (what == 15) {
                    if (draw.oneIn(3)) {
                        isViewing = draw.oneIn(4);
                        document.setViewingOnly(isViewing);
                        ++expected["state"];
                    } else {
                        plain = drawnDraft(draw);
                        finish(plain);
                        document.setReport(plain);
                        isModified = false;
                        ++expected["state"], ++expected["reset"];
                    }
                } else if (what == 16) {
                    snapshot = plain;
                } else {
                    Report saved = draw.oneIn(2) ? plain : snapshot;
                    saved.reportId = "id", saved.version = 1 + draw.below(3), saved.revision = step, saved.author = draw.of({"x", "y"});
                    saved.createdAt = timeOf(1000 * step), saved.modifiedAt = timeOf(2000 * step), saved.contentHash = draw.of({"", "h"});
                    document.markSaved(saved);
                    plain.reportId = saved.reportId, plain.version = saved.version, plain.revision = saved.revision, plain.author = saved.author;
                    plain.createdAt = saved.createdAt, plain.modifiedAt = saved.modifiedAt;
                    saved.contentHash = plain.contentHash; // what was typed and drawn counts, no bookkeeping
                    isModified = saved != plain;
                    reach(isModified ? "saved, and gone on" : "saved");
                    ++expected["state"];
                }
                compareReport("the report", document.report(), plain);
                const auto wordsOf = [](const QMap<QString, int>& signal) {
                    QStringList texts;
                    for (auto one = signal.begin(); one != signal.end(); ++one)
                        texts << QString("%1 %2").arg(one.key()).arg(one.value());
                    return texts.join(", ");
                };
                compare("who hears of it", wordsOf(heard), wordsOf(expected));
                compare("modified, editable, viewing", QString("%1%2%3").arg(document.isModified()).arg(document.isEditable()).arg(document.isViewingOnly()),
                        QString("%1%2%3").arg(isModified).arg(plain.status == Status::Draft && !isViewing).arg(isViewing));
                compare("blocked while viewing", int(document.checkSigning(SignAs::Final).blocking.contains("This is viewing-only mode.")), int(isViewing));
            }
        }
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QCOMPARE(missing({"text refused", "the same text", "appended", "text set", "field set", "field refused", "section added", "section removed",
                          "section moved", "replaced", "taken out", "caption", "saved, and gone on", "saved"}),
                 QString());
    }

    // -------------------------------------------------------------------------------------------- orders and rules

    void NET_15_orders()
    {
        const QDate today = QDate::currentDate();
        for (int seed = 1; seed <= rounds(14) && m_problem.isEmpty(); ++seed) {
            start(seed);
            Draw draw(seed);
            struct Kept
            {
                ReceivedOrder order;
                qint64 received = 0;
            };
            QMap<QString, Kept> kept;
            auto store = std::move(*OrderStore::open(profile()));
            const auto database = *Database::open(profile().databasePath());
            const qint64 startOfToday = today.startOfDay().toMSecsSinceEpoch();
            for (int step = 0; step < 40 && m_problem.isEmpty(); ++step) {
                ReceivedOrder order;
                order.number = QString("F%1").arg(draw.below(8));
                order.isCancelled = draw.oneIn(6);
                order.order = {draw.of({"", "P1"}),
                               draw.of({"", "H"}),
                               draw.of({"", "Doe^Jane"}),
                               draw.oneIn(3)   ? QStringList()
                               : draw.oneIn(2) ? QStringList{"CT"}
                                               : QStringList{"CT", "MR"},
                               draw.of({"", "CHEST"}),
                               draw.of({"", "CT Thorax"}),
                               today.addDays(draw.of(std::vector<int>{-400, -1, 0, 1, 30})),
                               {draw.of({"", "1.2", "1.3"})}};
                order.accession = draw.of({"", "A1", "A2"});
                order.filler = draw.of({"", "N1", "N2"});
                order.patientIds = draw.oneIn(2) ? QStringList() : QStringList{"P1", "P2"};
                order.birthDate = draw.of({"", "19850930"});
                order.sex = draw.of({"", "F"});
                did(QString("order %1%2 of '%3' accession '%4' filler '%5'")
                        .arg(order.number, order.isCancelled ? " cancelled" : "", order.order.study.value, order.accession, order.filler));
                compareFault("store", faultOf(store->store(order)), -1);
                if (order.isCancelled) {
                    reach(kept.remove(order.number) ? "cancelled" : "cancelled and not there");
                } else {
                    const qint64 now = QDateTime::currentMSecsSinceEpoch();
                    for (auto one = kept.begin(); one != kept.end();) { // three months are 92 days
                        const bool isOld = one->received < now - 92 * day && one->order.order.date < today;
                        reach(isOld ? "forgotten" : one->received < now - 92 * day ? "old and planned" : "kept");
                        one = isOld ? kept.erase(one) : std::next(one);
                    }
                    // When it came, as the generator wants: at another minute each.
                    const qint64 received =
                        step * 60'000 + draw.of(std::vector<qint64>{startOfToday, startOfToday - day, startOfToday - 91 * day, startOfToday - 94 * day});
                    QVERIFY(database->execute("UPDATE imaging_order SET received=? WHERE number=?", {received, order.number}));
                    kept[order.number] = {order, received};
                }
                std::vector<Kept> inOrder(kept.begin(), kept.end());
                std::sort(inOrder.begin(), inOrder.end(), [](const Kept& a, const Kept& b) { return a.received < b.received; });
                const auto wordsOf = [](const transfer::Order& one) {
                    return QStringList{
                        one.patientId,  one.issuer, one.patientName, one.modalities.join('+'), one.bodyPart, one.description, one.date.toString("yyyyMMdd"),
                        one.study.value}
                        .join('|');
                };
                const auto wholeOf = [&](const ReceivedOrder& one) {
                    return wordsOf(one.order) + '|' +
                           QStringList{
                               one.number, one.accession, one.filler, one.patientIds.join('+'), one.birthDate, one.sex, QString::number(one.isCancelled)}
                               .join('|');
                };
                if (draw.oneIn(5))
                    store = std::move(*OrderStore::open(profile()));
                const QDate since = today.addDays(draw.of(std::vector<int>{-100, -91, -1, 0, 1, 2, 31}));
                const QString study = draw.of({"", "1.2"}), accession = draw.of({"", " A1 ", "A2"}), filler = draw.of({"", "N1 "});
                Lines got, expected;
                const auto listed = *store->since(since);
                const auto found = *store->ofStudy({study}, accession, filler);
                for (const auto& one : listed)
                    got << wordsOf(one);
                for (const auto& one : found)
                    got << wholeOf(one);
                for (const Kept& one : inOrder)
                    if (one.received >= since.startOfDay().toMSecsSinceEpoch() || one.order.order.date >= since)
                        expected << wordsOf(one.order.order), reach("since");
                for (const Kept& one : inOrder)
                    if ((!study.isEmpty() && one.order.order.study.value == study) || (!accession.isEmpty() && one.order.accession == accession.trimmed()) ||
                        (!filler.isEmpty() && one.order.filler == filler.trimmed()))
                        expected << wholeOf(one.order), reach("of a study");
                compare(QString("since %1 and of '%2' '%3' '%4'").arg(since.toString("yyyyMMdd"), study, accession, filler), got, expected);
            }
        }
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QCOMPARE(missing({"cancelled", "forgotten", "old and planned", "kept", "since", "of a study"}), QString());
    }

    void NET_15_NET_17_rules()
    {
        // One word for each part of the body, in the order in which the table of the program has them.
        const std::vector<std::pair<QString, QStringList>> parts{{"HEAD", {"brain", "SKULL", QString::fromUtf8("头颅")}},
                                                                 {"NECK", {"carotid"}},
                                                                 {"CHEST", {"Thorax", "lung"}},
                                                                 {"HEART", {"coronary"}},
                                                                 {"ABDOMEN", {"liver", "abd"}},
                                                                 {"PELVIS", {"prostate"}},
                                                                 {"SPINE", {"lumbar"}},
                                                                 {"KNEE", {"knee"}},
                                                                 {"HIP", {"hip"}},
                                                                 {"EXTREMITY", {"wrist"}}};
        const auto partOf = [&](const QString& named, const QString& description) {
            for (const QString& text : {named, description})
                for (const auto& [part, known] : parts)
                    for (const QString& word : known + QStringList{part})
                        if (text.contains(word, Qt::CaseInsensitive) && part != "EXTREMITY")
                            return part;
                        else if (text.contains("wrist", Qt::CaseInsensitive) && part == "EXTREMITY")
                            return part;
            return named.trimmed().toUpper();
        };
        for (int seed = 1; seed <= rounds(3000) && m_problem.isEmpty(); ++seed) {
            start(seed, false);
            Draw draw(seed);
            const auto drawnList = [&](std::initializer_list<const char*> values) {
                QStringList list;
                for (int i = draw.below(3); i > 0; --i)
                    list << draw.of(values);
                return list;
            };
            const auto isIn = [](const QStringList& list, const QString& text) {
                for (const QString& one : list)
                    if (one.toUpper() == text.trimmed().toUpper())
                        return true;
                return list.isEmpty();
            };
            const auto anyIn = [&](const QStringList& list, const QStringList& texts) {
                for (const QString& text : texts)
                    if (!list.isEmpty() && isIn(list, text))
                        return true;
                return list.isEmpty();
            };
            const QString described = draw.of({"", "Thorax", "CT brain", "LUMBAR spine", "wrist left", "liver of a knee", "nothing", "prostate"}),
                          other = draw.of({"", "lung", "carotid", "hip"}), named = draw.of({"", "", " chest ", "HEAD", "TOE", "knee"});
            compare("part of the body", bodyPartOf(named, described), partOf(named, described));
            RouteRule rule{drawnList({"CT1", "ct2"}),
                           drawnList({"CT", "mr"}),
                           drawnList({"CHEST", "head", "TOE"}),
                           draw.of({"", "", "thorax", "lu"}),
                           "archive",
                           draw.oneIn(2)};
            const Arrival arrival{draw.of({"CT1", "ct1 ", "CT2", "X"}), draw.of({"CT", "MR", "US"}), named, described, other};
            const bool saysSo = rule.description.isEmpty() || described.contains(rule.description, Qt::CaseInsensitive) ||
                                other.contains(rule.description, Qt::CaseInsensitive);
            const bool goes = isIn(rule.from, arrival.callingAe) && isIn(rule.modalities, arrival.modality) &&
                              isIn(rule.bodyParts, partOf(named, other + ' ' + described)) && saysSo;
            did(QString("rule from %1 modalities %2 parts %3 '%4'; arrival %5 %6 '%7' '%8' '%9'")
                    .arg(rule.from.join(','), rule.modalities.join(','), rule.bodyParts.join(','), rule.description, arrival.callingAe, arrival.modality, named,
                         described, other));
            compare("route", int(fits(rule, arrival)), int(goes));
            reach(goes ? "routed" : "not routed");

            std::vector<PrefetchRule> rules(size_t(draw.below(3)));
            for (PrefetchRule& one : rules)
                one = {drawnList({"CT", "mr"}), drawnList({"CHEST", "head", "TOE"}), drawnList({"CT", "CR"}),
                       draw.oneIn(3),           draw.of(std::vector<int>{1, 5}),     draw.of(std::vector<int>{1, 2, 3})};
            transfer::Order order{draw.oneIn(12) ? "" : "P1",
                                  draw.of({"", "H"}),
                                  draw.of({"Doe^Jane", "DOE^JANE", "", "Wang^Hua=王^华"}),
                                  drawnList({"CT", "MR"}),
                                  named,
                                  described,
                                  draw.oneIn(6) ? QDate() : QDate(2024, 2, 29),
                                  {"1.1"}};
            std::vector<archive::StudyRow> rows(size_t(draw.below(6)));
            for (size_t i = 0; i < rows.size(); ++i) {
                rows[i].uid = {draw.oneIn(6) ? "1.1" : QString("1.2.%1").arg(i)};
                rows[i].patientId = draw.oneIn(8) ? "P2" : "P1";
                rows[i].issuer = draw.of({"", "H", "H", "K"});
                rows[i].patientName = draw.of({"Doe^Jane", "doe^jane^^", "Roe^Ann", "", "王^华"});
                rows[i].modalities = drawnList({"CT", "CR", "MR"});
                rows[i].date = draw.of({"20240229", "20240301", "20240228", "20230301", "20230228", "20190301", "20190228", "20190227", "", "2020"});
                rows[i].time = draw.of({"080000", "120000"});
                rows[i].description = draw.of({"", "Thorax", "brain", "TOE"});
            }
            const auto nameGroups = [](const QString& name) {
                QStringList groups;
                for (QString group : name.split('=')) {
                    while (group.endsWith('^'))
                        group.chop(1);
                    if (!group.isEmpty())
                        groups << group.toUpper();
                }
                return groups;
            };
            Lines expected;
            const PrefetchRule* first = nullptr;
            for (const PrefetchRule& one : rules)
                if (!first && anyIn(one.modalities, order.modalities) && isIn(one.bodyParts, partOf(named, described)))
                    first = &one;
            std::vector<archive::StudyRow> wanted;
            for (const auto& row : rows) {
                if (!first || order.patientId.isEmpty() || row.patientId != order.patientId || row.uid == order.study ||
                    (!row.issuer.isEmpty() && !order.issuer.isEmpty() && row.issuer != order.issuer))
                    continue;
                const QStringList ours = nameGroups(order.patientName), theirs = nameGroups(row.patientName);
                bool isOneName = ours.isEmpty() || theirs.isEmpty();
                for (const QString& group : ours)
                    isOneName = isOneName || theirs.contains(group);
                // Five years before the 29th of February 2024 is the 28th of February 2019.
                const bool hasDate = row.date.size() == 8,
                           isInTime =
                               hasDate && (!order.date.isValid() || (row.date <= "20240229" && row.date >= (first->years == 1 ? "20230228" : "20190228")));
                const bool isOfKind = anyIn(first->priors.isEmpty() ? order.modalities : first->priors, row.modalities),
                           isOfPart = !first->needsSameBodyPart || partOf("", row.description) == partOf(named, described);
                reach(!isOneName ? "another name" : !isInTime ? "not in time" : !isOfKind ? "another kind" : !isOfPart ? "another part" : "a prior");
                if (isOneName && isInTime && isOfKind && isOfPart)
                    wanted.push_back(row);
            }
            std::stable_sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return std::pair(a.date, a.time) > std::pair(b.date, b.time); });
            for (size_t i = 0; i < wanted.size() && i < size_t(first->atMost); ++i)
                expected << wanted[i].uid.value;
            Lines got;
            for (const auto& row : priorsFor(rules, order, rows))
                got << row.uid.value;
            did(QString("order '%1' '%2' '%3' %4").arg(order.patientId, order.issuer, order.patientName, order.modalities.join(',')));
            compare("priors", got, expected);
        }
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QCOMPARE(missing({"routed", "not routed", "another name", "not in time", "another kind", "another part", "a prior"}), QString());
    }

    void NET_15_writtenRules()
    {
        for (int seed = 1; seed <= rounds(2000) && m_problem.isEmpty(); ++seed) {
            start(seed, false);
            Draw draw(seed);
            QStringList rules;
            Lines expected;
            bool isRoute = draw.oneIn(2), isValid = true;
            for (int i = draw.below(3); i > 0; --i) {
                QStringList members, words;
                const auto list = [&](const char* name) {
                    const int kind = draw.below(8);
                    if (kind < 2)
                        members << QString("\"%1\":%2").arg(name, kind == 0 ? "[\"ct\",\"MR\"]" : "\"ct\"");
                    if (kind >= 5 && draw.oneIn(8)) {
                        members << QString("\"%1\":%2").arg(name, draw.of({"5", "[\"\"]", "[1]", "true", "{}", "null"}));
                        isValid = false;
                        reach("no such list");
                    }
                    words << (kind == 0 ? "CT,MR" : kind == 1 ? "CT" : "");
                };
                const auto whole = [&](const char* name, int usual, int most) {
                    int value = usual;
                    if (draw.oneIn(3)) {
                        value = draw.of(std::vector<int>{1, most, most, 7, 0, -1, most + 1});
                        isValid = isValid && value >= 1 && value <= most;
                        reach(value >= 1 && value <= most ? "number" : "no such number");
                        members << QString("\"%1\":%2").arg(name).arg(value);
                    }
                    words << QString::number(value);
                };
                const auto flag = [&](const char* name) {
                    const QString value = draw.of({"", "true", "false", "true", "1"});
                    if (!value.isEmpty())
                        members << QString("\"%1\":%2").arg(name, value);
                    isValid = isValid && value != "1";
                    words << (value == "true" ? "1" : "0");
                };
                if (isRoute) {
                    list("from"), list("modalities"), list("bodyParts");
                    const QString description = draw.of({"", "\"chest\"", "5"}), to = draw.of({"\"archive\"", "\"archive\"", "\"archive\"", "\"\"", "", "7"});
                    if (!description.isEmpty())
                        members << "\"description\":" + description;
                    if (!to.isEmpty())
                        members << "\"to\":" + to;
                    isValid = isValid && description != "5" && to == "\"archive\"";
                    words << (description == "\"chest\"" ? "chest" : "") << "archive";
                    flag("commit");
                } else {
                    list("modalities"), list("bodyParts"), list("priors");
                    flag("sameBodyPart");
                    whole("years", 5, 120), whole("atMost", 3, 100);
                }
                if (draw.oneIn(12)) {
                    members << "\"modality\":[\"CT\"]";
                    isValid = false;
                    reach("a misspelt word");
                }
                rules << (draw.oneIn(20) ? isValid = false, QString("5") : '{' + members.join(',') + '}');
                expected << words.join('|');
            }
            QString json = '[' + rules.join(',') + ']';
            if (draw.oneIn(12)) {
                json = draw.of({"", " \n", "{}", "[", "5"});
                isValid = json.trimmed().isEmpty();
                expected = isRoute ? Lines() : Lines{"|||0|5|3"};
            }
            did((isRoute ? "routes " : "prefetch ") + json);
            Lines got;
            int fault = -1;
            if (isRoute) {
                const auto parsed = parseRoutes(json);
                fault = faultOf(parsed);
                for (const RouteRule& one : parsed.value_or(std::vector<RouteRule>()))
                    got << QStringList{one.from.join(','),
                                       one.modalities.join(','),
                                       one.bodyParts.join(','),
                                       one.description,
                                       one.to,
                                       QString::number(one.wantsCommitment)}
                               .join('|');
            } else {
                const auto parsed = parsePrefetch(json);
                fault = faultOf(parsed);
                for (const PrefetchRule& one : parsed.value_or(std::vector<PrefetchRule>()))
                    got << QStringList{one.modalities.join(','),   one.bodyParts.join(','),    one.priors.join(','), QString::number(one.needsSameBodyPart),
                                       QString::number(one.years), QString::number(one.atMost)}
                               .join('|');
            }
            compareFault("whether it is taken", fault, isValid ? -1 : int(Fault::Invalid));
            compare("rules", got, isValid ? expected : Lines());
            reach(isValid ? "taken" : "refused");

            // Limits by the time of day: the last that fits counts.
            QStringList texts;
            struct Plain
            {
                int from, to, rate;
            };
            std::vector<Plain> plain;
            bool isLimit = true;
            for (int i = draw.below(4); i > 0; --i) {
                const int from = draw.of(std::vector<int>{0, 1, 419, 420, 1320, 1439}), to = draw.of(std::vector<int>{0, 60, 420, 421, 1140, 1439, 1440}),
                          rate = draw.of(std::vector<int>{0, 1, 2000, 9'999'999});
                const auto clock = [&](int minutes) {
                    return QString("%1:%2").arg(minutes / 60, draw.oneIn(2) ? 2 : 1, 10, QChar('0')).arg(minutes % 60, 2, 10, QChar('0'));
                };
                texts << clock(from) + draw.of({"-", " - ", "-"}) + clock(to) + ' ' + QString::number(rate);
                plain.push_back({from, to % 1440, rate});
                if (draw.oneIn(12)) {
                    texts.last() = draw.of({"all day", "07:00-19:00", "7-19 100", "24:00-07:00 5", "07:60-08:00 5", "07:00-08:00 -5", "07:00-25:00 5",
                                            "07:00-08:00 12345678", "x07:00-08:00 5"});
                    isLimit = false;
                }
            }
            const QString text = texts.join(draw.of({";", "; ", " ;"})) + draw.of({"", ";"});
            did("limits " + text);
            const auto limits = RateLimits::parse(text);
            compareFault("limits", faultOf(limits), isLimit ? -1 : int(Fault::Invalid));
            for (const int minute : {0, 1, 59, 60, 419, 420, 421, 1139, 1140, 1320, 1438, 1439}) {
                int expectedRate = -1;
                for (const Plain& one : plain)
                    for (int at = one.from, i = 0; i < 1440 && (at != one.to || i == 0);
                         at = (at + 1) % 1440, ++i) // from the one minute to the other, over midnight if need be
                        if (at == minute)
                            expectedRate = one.rate;
                if (limits)
                    compare(QString("limit at minute %1").arg(minute), limits->at(QTime(minute / 60, minute % 60)).value_or(-1), expectedRate),
                        reach(expectedRate < 0 ? "no limit" : "limited");
            }
        }
        QVERIFY2(m_problem.isEmpty(), qPrintable(m_problem));
        QCOMPARE(missing({"no such list", "number", "no such number", "a misspelt word", "taken", "refused", "no limit", "limited"}), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomQueues)
#include "tst_random_queues.moc"
