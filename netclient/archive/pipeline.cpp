#include "netclient/archive/archive_private.h"

namespace diascope::archive
{

namespace
{

constexpr qint64 maximumWaitingBytes = 64 << 20;
constexpr qint64 maximumWaiting = 2048;
constexpr size_t maximumBatch = 512;
constexpr std::chrono::milliseconds patience{25};
constexpr size_t mostAtOnce = 16; ///< jobs a worker takes, so that threads do not wake one another for each

bool isForWantOfSpace(const Candidate& candidate) { return !candidate.header && candidate.header.error().fault == Fault::DiskFull; }

const size_t workers = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);

} // namespace

Pipeline::Pipeline(Archive::Private& archive, Settled settled) : m_archive(archive), m_settled(std::move(settled))
{
    for (size_t i = 0; i < workers; ++i)
        m_workers.emplace_back([this] { work(); });
    m_decider = std::thread([this] { decide(); });
}

Pipeline::~Pipeline()
{
    finish();
    {
        const std::lock_guard lock(m_mutex);
        m_isFinishing = true;
    }
    m_hasWork.notify_all();
    m_hasReady.notify_all();
    for (std::thread& worker : m_workers)
        worker.join();
    m_decider.join();
}

void Pipeline::add(Prepare prepare, qint64 bytes)
{
    std::unique_lock lock(m_mutex);
    m_hasRoom.wait(lock, [&] {
        return m_added - m_settledCount < maximumWaiting && (m_waitingBytes == 0 || m_waitingBytes + bytes <= maximumWaitingBytes);
    });
    m_waitingBytes += bytes;
    m_jobs.push_back({m_added++, bytes, std::move(prepare)});
    m_hasWork.notify_one();
}

void Pipeline::finish()
{
    std::unique_lock lock(m_mutex);
    m_hasRoom.wait(lock, [&] { return m_settledCount == m_added; });
}

void Pipeline::work()
{
    while (true) {
        std::unique_lock lock(m_mutex);
        m_hasWork.wait(lock, [&] { return m_isFinishing || !m_jobs.empty(); });
        if (m_jobs.empty())
            return;
        const auto last = m_jobs.begin() + qsizetype(std::clamp<size_t>(m_jobs.size() / (2 * workers), 1, mostAtOnce));
        const std::vector<Job> jobs(std::move_iterator(m_jobs.begin()), std::move_iterator(last));
        m_jobs.erase(m_jobs.begin(), last);
        lock.unlock();
        std::vector<Candidate> candidates;
        for (const Job& job : jobs)
            candidates.push_back(job.prepare());
        lock.lock();
        for (size_t i = 0; i < jobs.size(); ++i)
            m_ready.emplace(jobs[i].index, std::pair(std::move(candidates[i]), jobs[i].bytes));
        if (m_isGathering ? isWorthACommit() : m_ready.contains(m_next))
            m_hasReady.notify_one();
    }
}

/// A transaction waits for the disk whatever its size: while more is under way, a moment's patience makes it worth that.
bool Pipeline::isWorthACommit() const { return m_isFinishing || qint64(m_ready.size()) >= std::min(qint64(maximumBatch), m_added - m_next); }

void Pipeline::decide()
{
    while (true) {
        std::vector<Candidate> batch;
        qint64 bytes = 0;
        {
            std::unique_lock lock(m_mutex);
            m_hasReady.wait(lock, [&] { return m_isFinishing || m_ready.contains(m_next); });
            m_isGathering = true;
            m_hasReady.wait_for(lock, patience, [&] { return isWorthACommit(); });
            m_isGathering = false;
            while (batch.size() < maximumBatch) {
                auto ready = m_ready.extract(m_next + qint64(batch.size()));
                if (ready.empty())
                    break;
                if (!batch.empty() && isForWantOfSpace(ready.mapped().first)) { // what came before it has its place
                    m_ready.insert(std::move(ready));
                    break;
                }
                bytes += ready.mapped().second;
                batch.push_back(std::move(ready.mapped().first));
            }
            if (batch.empty())
                return;
        }
        const auto outcomes = m_archive.commit(batch);
        for (size_t i = 0; i < batch.size(); ++i)
            m_settled(m_next + qint64(i), batch[i],
                      outcomes ? Result<Outcome>((*outcomes)[i]) : Result<Outcome>(std::unexpected(outcomes.error())));
        const std::lock_guard lock(m_mutex);
        m_settledCount = m_next += qint64(batch.size());
        m_waitingBytes -= bytes;
        m_hasRoom.notify_all();
    }
}

} // namespace diascope::archive
