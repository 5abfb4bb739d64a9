#include "netclient/transfer/transfer_runner.h"
#include "netclient/base/log.h"
#include "netclient/transfer/transfer_attempt.h"

namespace diascope::transfer
{

namespace
{

using State = Transfer::State;

constexpr std::chrono::milliseconds slice{250};  // of a pause between two attempts
constexpr std::chrono::milliseconds round{2000}; // how often the queue is looked at where nobody wakes us

} // namespace

TransferRunner::TransferRunner(archive::Archive& archive, const Profile& profile, Options options)
    : d(std::make_unique<Private>(*this, archive, profile, std::move(options)))
{
}

TransferRunner::~TransferRunner()
{
    {
        const std::lock_guard lock(d->mutex);
        d->isStopping = true;
        for (const auto& [id, attempt] : d->running)
            attempt->yield();
    }
    d->hasWork.notify_all();
    for (std::thread& thread : d->threads)
        thread.join();
}

void TransferRunner::start()
{
    if (!d->threads.empty())
        return;
    const int count = std::clamp(Settings(d->profile).get(atOnce), 1, 8);
    for (int i = 0; i <= count; ++i)
        d->threads.emplace_back([this, i] { d->work(i == 0 ? Priority::Waiting : Priority::Background); });
}

void TransferRunner::wake()
{
    {
        const std::lock_guard lock(d->mutex);
        ++d->wakes;
    }
    d->hasWork.notify_all();
}

/// What is due, and not for a node that something as important is running on already: one line is shared by none.
std::optional<Transfer> TransferRunner::Private::next(TransferQueue& queue, Priority atLeast)
{
    TransferQueue::Claim claim;
    claim.atLeast = atLeast;
    claim.only = options.only;
    {
        const std::lock_guard lock(mutex);
        if (isStopping)
            return std::nullopt;
        for (const auto& [id, attempt] : running) {
            auto& priority = claim.busyNodes[attempt->node()];
            priority = std::max(priority, attempt->priority());
        }
    }
    auto claimed = queue.claim(claim, claimant);
    if (!claimed) {
        qCWarning(lcNet) << "the transfers cannot be read:" << int(claimed.error().fault);
        return std::nullopt;
    }
    return *claimed;
}

void TransferRunner::Private::makeWay(const Transfer& claimed)
{
    const std::lock_guard lock(mutex);
    for (const auto& [id, attempt] : running)
        if (attempt->node() == claimed.what.node && attempt->priority() < claimed.what.priority)
            attempt->yield();
}

void TransferRunner::Private::work(Priority atLeast)
{
    const auto queue = TransferQueue::open(profile);
    if (!queue) {
        qCWarning(lcNet) << "no transfers will run:" << int(queue.error().fault);
        return;
    }
    quint64 seen = 0;
    while (true) {
        while (true) {
            std::unique_lock claim(claiming);
            const auto transfer = next(**queue, atLeast);
            if (!transfer)
                break;
            makeWay(*transfer);
            Attempt attempt(*this, *transfer, nullptr);
            claim.unlock();
            Q_EMIT owner.changed();
            attempt.run();
        }
        std::unique_lock lock(mutex);
        if (isStopping)
            return;
        hasWork.wait_for(lock, round, [&] { return isStopping || wakes != seen; });
        seen = wakes;
    }
}

Result<Transfer> TransferRunner::attemptNow(qint64 id, Task& task)
{
    const auto queue = TransferQueue::open(d->profile);
    if (!queue)
        return std::unexpected(queue.error());
    TransferQueue::Claim claim;
    claim.id = id;
    claim.only = d->options.only;
    std::unique_lock claiming(d->claiming);
    const auto claimed = (*queue)->claim(claim, d->claimant);
    if (!claimed)
        return std::unexpected(claimed.error());
    if (!*claimed)
        return fail(Fault::Conflict, tr("transfer %1 is over, or runs already").arg(id));
    d->makeWay(**claimed);
    Attempt attempt(*d, **claimed, &task);
    claiming.unlock();
    return attempt.run();
}

Result<Transfer> TransferRunner::runNow(qint64 id, Task& task)
{
    constexpr int mostTries = 6;
    qint64 done = 0, present = std::numeric_limits<qint64>::max();
    for (int tries = 1;; ++tries) {
        auto transfer = attemptNow(id, task);
        if (transfer) // what an earlier attempt of this call brought was not here before it
            present = transfer->present = std::min(present, transfer->present);
        if (!transfer || transfer->state != State::Queued)
            return transfer;
        // The caller waits: again at once while it gets on, and not for ever where the peer is away.
        const bool getsOn = transfer->done > done || transfer->isPeerBusy;
        done = transfer->done;
        if (!getsOn || tries == mostTries || task.isCancelled()) {
            const auto queue = TransferQueue::open(d->profile);
            if (auto given = queue ? (*queue)->giveUp(id) : std::unexpected(queue.error()); !given)
                return std::unexpected(given.error());
            transfer->state = State::Failed;
            return transfer;
        }
        std::unique_lock lock(d->mutex);
        for (int slices = 5 * tries; slices > 0 && !task.isCancelled() && !d->isStopping; --slices)
            d->hasWork.wait_for(lock, slice);
    }
}

} // namespace diascope::transfer
