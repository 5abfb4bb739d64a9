#include "netclient/transfer/transfer_attempt.h"
#include "netclient/base/log.h"
#include "netclient/dicom/person_name.h"
#include "netclient/dimse/commitment.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/rate_limit.h"
#include "netclient/transfer/transfer_rows.h"
#include <new>
#include <typeinfo>

namespace diascope::transfer
{

namespace
{

using State = Transfer::State;

constexpr std::chrono::milliseconds tick{250};  // how often progress is written down and wishes are looked at
constexpr int mostAttempts = 40;                 // at a quarter of an hour: some nine hours of a peer that is away
constexpr int mostFruitlessAttempts = 3;         // of a peer that answers, and does not give what it has

constexpr int sameAssociationSeconds = 2;        // some answer a commitment at once, most over an association of their own
constexpr qint64 commitmentWaitMs = 60'000;      // for whoever waits at a command line
constexpr qint64 commitmentPatienceSeconds = 24 * 3600; // then it is asked for again

QDateTime now() { return QDateTime::fromMSecsSinceEpoch(nowMs(), Qt::UTC); }

/// Worth trying again by itself: the peer, the line or the disk may be better in a while.
bool passes(const Error& error)
{
    return error.fault == Fault::Unreachable || error.fault == Fault::TimedOut || error.fault == Fault::DiskFull || dimse::isTransient(error);
}

} // namespace

void TransferRunner::Attempt::progressed(qint64 done, qint64 total)
{
    // What is sent again counts from none again: progress never runs backwards.
    const bool isSend = m_claimed.what.kind == TransferKind::Send;
    m_done = isSend ? std::max<qint64>(m_done, done) : done;
    m_total = isSend ? std::max<qint64>(m_total, total) : total;
    m_isTotalKnown = m_isTotalKnown || total > 0;
    if (m_watched) {
        m_watched->report(m_before + m_done, m_before + m_total);
        if (m_watched->isCancelled())
            m_task.cancel();
    }
}

Transfer TransferRunner::Attempt::current() const
{
    Transfer now = m_claimed;
    now.done = m_before + m_done;
    if (m_isTotalKnown) // an attempt that never got through to the peer knows no better than those before it (SAF-04)
        now.total = m_before + m_total;
    now.present = m_before;
    now.bytes = m_bytes;
    const double seconds = double(m_clock.nsecsElapsed()) / 1e9;
    now.bytesPerSecond = seconds > 0 ? double(m_bytes) / seconds : 0;
    return now;
}

void TransferRunner::Attempt::monitor()
{
    const auto queue = TransferQueue::open(m_runner.profile);
    std::unique_lock lock(m_mutex);
    qint64 lastWritten = -1;
    for (int count = 1; !m_overChanged.wait_for(lock, tick, [this] { return m_isOver.load(); }); ++count) {
        if (m_watched && m_watched->isCancelled())
            m_task.cancel();
        // The disk is spared where nothing moves; the claim has to be renewed all the same.
        if (!queue || (m_bytes == lastWritten && count % 4 != 0))
            continue;
        lastWritten = m_bytes;
        if (const auto wish = (*queue)->report(current(), m_runner.claimant); wish && *wish != TransferQueue::Wish::GoOn) {
            m_wish = *wish;
            m_task.cancel();
        }
        Q_EMIT m_runner.owner.changed();
    }
}

/// The node as it is configured now, with its secret.
Result<dimse::Node> TransferRunner::Attempt::connectable() const
{
    Settings settings(m_runner.profile); // of this thread
    auto node = dimse::Nodes(settings).find(m_transfer.what.node);
    if (!node)
        return fail(Fault::NotFound, tr("there is no node %1 any more").arg(m_transfer.what.node));
    return m_runner.options.complete ? m_runner.options.complete(*node) : *node;
}

dimse::Local TransferRunner::Attempt::local() const
{
    return dimse::localOf(Settings(m_runner.profile), m_runner.options.local);
}

Transfer TransferRunner::Attempt::run()
{
    m_clock.start();
    auto queue = TransferQueue::open(m_runner.profile);
    if (!queue) {
        m_transfer.lastError = message(queue.error());
        return m_transfer;
    }
    std::thread watch([this] { monitor(); });
    // Whatever the job comes to is its own: an exception that left here would end the process, and the queue start it again.
    try {
        execute(**queue);
    } catch (const std::bad_alloc&) {
        failed({Fault::Internal, tr("there is not enough memory for it")});
    } catch (const std::exception& exception) {
        qCWarning(lcNet) << "transfer" << m_transfer.id << "failed by an exception:" << typeid(exception).name();
        failed({Fault::Internal, tr("an unexpected failure")});
    }
    {
        const std::lock_guard lock(m_mutex);
        m_isOver = true;
    }
    m_overChanged.notify_all();
    watch.join();
    // What a person (or somebody who waits) wanted outranks how the attempt ended, unless it is done.
    if (m_transfer.state != State::Done) {
        const bool isCallerGone = m_watched && m_watched->isCancelled();
        if (m_wish == TransferQueue::Wish::Pause)
            m_transfer.state = State::Paused;
        else if (m_wish == TransferQueue::Wish::Cancel || isCallerGone)
            m_transfer.state = State::Cancelled;
        else if (m_isYielding || m_runner.isStopping) {
            m_transfer.state = State::Queued;
            m_transfer.nextDue = now();
            m_transfer.attempts = std::max(0, m_transfer.attempts - 1);
        }
        if (m_task.isCancelled() || isCallerGone) // the monitor may not have looked yet
            m_transfer.lastError.clear();
    }
    if (m_transfer.what.title.isEmpty()) // asked for by a UID alone: now it is known whose it is
        if (const auto row = m_runner.archive.study(m_transfer.what.study); row && *row)
            m_transfer.what.title = dicom::PersonName::parse((*row)->patientName).display();
    if (auto finished = (*queue)->finish(m_transfer, m_runner.claimant); !finished) {
        qCWarning(lcNet) << "the end of a transfer could not be written down:" << int(finished.error().fault);
        m_transfer.lastError = message(finished.error());
    }
    qCInfo(lcNet) << "transfer" << m_transfer.id << name(m_transfer.state) << "attempt" << m_transfer.attempts << m_transfer.done << "of" << m_transfer.total;
    Q_EMIT m_runner.owner.changed();
    if (m_transfer.what.kind == TransferKind::Retrieve)
        Q_EMIT m_runner.owner.retrieved(m_transfer.what.study.value);
    return m_transfer;
}

void TransferRunner::Attempt::execute(TransferQueue& queue)
{
    const auto peer = connectable();
    if (!peer)
        return failed(peer.error());
    if (m_transfer.what.kind == TransferKind::Retrieve)
        retrieve(queue, *peer);
    else
        send(queue, *peer);
}

void TransferRunner::Attempt::failed(const Error& error)
{
    ended(error, {}, 0);
}

/// Done, another attempt, or given up.
void TransferRunner::Attempt::ended(const std::optional<Error>& error, const std::vector<dicom::InstanceFailure>& failures, qint64 moved)
{
    m_transfer = current();
    m_transfer.isPeerBusy = error && dimse::isTransient(*error);
    m_transfer.failed = failures;
    m_transfer.nextDue = now();
    if (!error && failures.empty()) {
        m_transfer.state = State::Done;
        m_transfer.lastError.clear();
        return;
    }
    m_transfer.lastError = error ? message(*error)
                                 : tr("%1 of %2 instances are missing: %3").arg(m_transfer.total - m_transfer.done).arg(m_transfer.total).arg(failures.front().reason);
    // All is here: what came beside it and was refused comes no better another time.
    const bool isAllHere = !error && m_transfer.total > 0 && m_transfer.done >= m_transfer.total;
    if (isAllHere)
        m_transfer.lastError = tr("all %1 instances are there, but not everything was in order: %2").arg(m_transfer.total).arg(failures.front().reason);
    const bool hasHope = error ? passes(*error) && m_transfer.attempts < mostAttempts : m_transfer.attempts < mostFruitlessAttempts;
    m_transfer.state = !isAllHere && (hasHope || moved > 0) ? State::Queued : State::Failed;
    if (m_transfer.state == State::Queued) {
        if (moved > 0)
            m_transfer.attempts = 1; // it gets on: begin with short pauses again
        m_transfer.nextDue = m_transfer.nextDue.addSecs(delayAfter(m_transfer.attempts));
    }
}

void TransferRunner::Attempt::retrieve(TransferQueue& queue, const dimse::Node& node)
{
    const NewTransfer& what = m_transfer.what;
    if (m_runner.options.makeRoom)
        m_runner.options.makeRoom();
    const auto limits = RateLimits::parse(Settings(m_runner.profile).get(backgroundLimits)).value_or(RateLimits{});
    Throttle throttle([&limits] { return limits.at(QTime::currentTime()); });
    RetrieveOptions options;
    options.local = local();
    options.destination = {options.local.aeTitle, quint16(Settings(m_runner.profile).get(dimse::listenPort)), dimse::ListenerOptions::Interface::Any, {}, {}};
    if (m_runner.options.listenerTls)
        options.destination.tls = m_runner.options.listenerTls();
    options.onBytes = [&](qint64 bytes) {
        m_bytes += bytes;
        if (what.priority == Priority::Background)
            throttle.pass(bytes, m_task);
    };
    options.onPresent = [this](qint64 present) { m_before = present; };
    const auto learned = queue.waysOf(node.name).value_or(std::vector<TransferQueue::Way>{});
    Result<dicom::RetrieveResult> result = fail(Fault::Refused, tr("%1 offers no way to retrieve").arg(node.name));
    std::optional<dicom::RetrieveResult> turnedDown;
    for (const RetrieveBy way : waysToTry(node, what.way, learned)) {
        m_bytes = 0;
        QElapsedTimer clock;
        clock.start();
        result = retrieveStudy(m_runner.archive, node, what.study, what.series, way, options, m_task);
        const bool isRefused = !result ? isNotOffered(way, result.error())
                                       : result->ended && result->received == 0 && isNotOffered(way, *result->ended);
        const double seconds = double(clock.nsecsElapsed()) / 1e9;
        // A few images tell nothing of a line's speed, and a web server that is down today may be the quicker one tomorrow.
        const auto fault = !result ? result.error().fault : result->ended ? result->ended->fault : Fault::Internal;
        const bool isForGood = way != RetrieveBy::Web || fault == Fault::NotFound || fault == Fault::Unsupported || fault == Fault::NotDicom;
        if (isRefused ? isForGood : m_bytes > 1'000'000)
            (void)queue.learn(node.name, {name(way), isRefused ? 0 : double(m_bytes) / seconds, isRefused});
        // A peer that permits one way and not another says so by a status, or breaks off (Orthanc): today, and to us.
        const bool isTurnedDown = !isRefused && result && result->received == 0 && result->ended &&
                                  (fault == Fault::Refused || fault == Fault::Unreachable) && !dimse::isTransient(*result->ended);
        if (isTurnedDown && !turnedDown)
            turnedDown = *result;
        if (!(isRefused || isTurnedDown) || m_task.isCancelled())
            break;
    }
    if (turnedDown && (!result || (result->received == 0 && result->ended)))
        result = *turnedDown; // the others did no better
    if (!result)
        return failed(result.error());
    m_before = result->present;
    m_done = result->received;
    m_total = std::max(result->expected - result->present, result->received);
    m_isTotalKnown = m_isTotalKnown || result->expected > 0;
    std::optional<Error> error = result->ended;
    if (!error && result->expected == 0)
        error = Error{Fault::NotFound, what.series.isEmpty() ? tr("%1 has no such study").arg(node.name) : tr("%1 has no such series").arg(node.name)};
    if (error && error->fault == Fault::DiskFull && m_runner.options.makeRoom)
        m_runner.options.makeRoom();
    ended(error, result->failed, result->received);
}

void TransferRunner::Attempt::send(TransferQueue& queue, const dimse::Node& node)
{
    const NewTransfer& what = m_transfer.what;
    const auto confirmed = queue.confirmed(m_transfer.id);
    if (!confirmed)
        return failed(confirmed.error());
    SendOptions options;
    options.local = local();
    options.transcode = m_runner.options.transcode;
    options.onBytes = [this](qint64 bytes) { m_bytes += bytes; };
    options.onConfirmed = [&](const QStringList& instances) { (void)queue.confirm(m_transfer.id, instances); };
    const auto files = what.study.isEmpty() ? filesOf(what.paths) : filesOf(m_runner.archive, what.study, what.series);
    if (!files)
        return failed(files.error());
    std::vector<OutgoingFile> rest;
    for (const OutgoingFile& file : *files)
        if (!confirmed->contains(file.key()))
            rest.push_back(file);
    m_before = qint64(files->size() - rest.size());
    m_total = qint64(rest.size());
    m_isTotalKnown = true;
    if (rest.empty())
        return settleSent(queue, node, *files);
    const auto result = sendFiles(m_runner.archive, node, rest, options, m_task);
    if (!result) { // none went out: each is listed all the same (SAF-05)
        std::vector<dicom::InstanceFailure> unsent;
        for (const OutgoingFile& file : rest)
            unsent.push_back({file.key(), message(result.error())});
        m_done = 0;
        return ended(result.error(), unsent, 0);
    }
    m_done = result->confirmed;
    std::vector<dicom::InstanceFailure> failures;
    for (const dicom::SendFailure& failure : result->failed)
        failures.push_back({failure.sopInstanceUid.isEmpty() ? failure.path : failure.sopInstanceUid, failure.reason});
    if (result->isComplete())
        return settleSent(queue, node, *files);
    ended(result->ended, failures, result->confirmed);
}

/// All is confirmed. Where a commitment is wanted it is asked for, and waited for: a caller waits here, the queue looks again
/// when it comes (PS3.4 Annex J).
void TransferRunner::Attempt::settleSent(TransferQueue& queue, const dimse::Node& node, const std::vector<OutgoingFile>& files)
{
    if (m_transfer.what.commitment == Commitment::NotWanted)
        return ended({}, {}, qint64(files.size()));
    auto state = queue.commitmentOf(m_transfer.id);
    if (!state)
        return failed(state.error());
    const bool isToAsk = !*state || (!(*state)->isSettled && (*state)->requested.secsTo(now()) > commitmentPatienceSeconds);
    if (isToAsk)
        if (auto asked = askForCommitment(queue, node, files); !asked)
            return failed(asked.error());
    QElapsedTimer clock;
    clock.start();
    do {
        state = queue.commitmentOf(m_transfer.id);
        if (!state)
            return failed(state.error());
        if (*state && (*state)->isSettled)
            break;
        std::this_thread::sleep_for(tick);
    } while (m_watched && !m_task.isCancelled() && clock.elapsed() < commitmentWaitMs);
    if (!*state || !(*state)->isSettled) {
        ended(Error{Fault::TimedOut, tr("the peer has everything and has not yet committed itself to keep it")}, {}, 0);
        m_transfer.attempts = 0; // nothing has failed: it may take days
        m_transfer.state = State::Queued;
        return;
    }
    QStringList back;
    for (const dicom::InstanceFailure& failure : (*state)->failed)
        back << failure.sopInstanceUid;
    std::vector<dicom::InstanceUid> kept;
    for (const QString& uid : (*state)->instances)
        if (!back.contains(uid))
            kept.push_back({uid});
    (void)m_runner.archive.markConfirmed(kept, node.name);
    if (back.isEmpty())
        return ended({}, {}, 0);
    if (auto taken = queue.takeBack(m_transfer.id, back); !taken)
        return failed(taken.error());
    ended({}, (*state)->failed, 0);
}

Result<void> TransferRunner::Attempt::askForCommitment(TransferQueue& queue, const dimse::Node& node, const std::vector<OutgoingFile>& files)
{
    std::vector<dimse::InstanceReference> references;
    QStringList uids;
    for (const OutgoingFile& file : files) {
        const auto named = namedFile(file);
        if (!named)
            return std::unexpected(named.error());
        references.push_back({named->sopClassUid, named->instance.value});
        uids << named->instance.value;
    }
    const QString transaction = dicom::newUid();
    // Written down first: the answer may be here before the question is over.
    if (auto noted = queue.requested(transaction, m_transfer.id, uids); !noted)
        return noted;
    const auto report = dimse::requestCommitment(node, transaction, references, local(), m_task, sameAssociationSeconds);
    if (!report)
        return std::unexpected(report.error());
    if (!*report)
        return {};
    const auto settled = queue.settle((*report)->transactionUid, (*report)->committed, (*report)->failed);
    return settled ? Result<void>{} : std::unexpected(settled.error());
}

} // namespace diascope::transfer
