#include "netclient/archive/archive_private.h"

namespace diascope::archive
{

namespace
{

constexpr qint64 maximumWaitingBytes = 64 << 20;
constexpr qint64 maximumWaiting = 1024;
constexpr size_t maximumBatch = 512;
constexpr std::chrono::milliseconds patience{25};

} // namespace

Pipeline::Pipeline(Archive::Private& archive, Settled settled) : m_archive(archive), m_settled(std::move(settled))
{
    const unsigned workers = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
    for (unsigned i = 0; i < workers; ++i)
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
        Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        lock.unlock();
        Candidate candidate = job.prepare();
        lock.lock();
        m_ready.emplace(job.index, std::pair(std::move(candidate), job.bytes));
        m_hasReady.notify_one();
    }
}

void Pipeline::decide()
{
    qint64 next = 0;
    while (true) {
        std::vector<Candidate> batch;
        qint64 bytes = 0;
        {
            std::unique_lock lock(m_mutex);
            m_hasReady.wait(lock, [&] { return m_isFinishing || m_ready.contains(next); });
            // A transaction waits for the disk whatever its size: while more is under way, a moment's patience makes it worth that.
            m_hasReady.wait_for(lock, patience, [&] {
                return m_isFinishing || qint64(m_ready.size()) >= std::min(qint64(maximumBatch), m_added - next);
            });
            while (batch.size() < maximumBatch) {
                auto ready = m_ready.extract(next + qint64(batch.size()));
                if (ready.empty())
                    break;
                bytes += ready.mapped().second;
                batch.push_back(std::move(ready.mapped().first));
            }
            if (batch.empty())
                return;
        }
        const auto outcomes = m_archive.commit(batch);
        for (size_t i = 0; i < batch.size(); ++i)
            m_settled(next + qint64(i), batch[i],
                      outcomes ? Result<Outcome>((*outcomes)[i]) : Result<Outcome>(std::unexpected(outcomes.error())));
        next += qint64(batch.size());
        const std::lock_guard lock(m_mutex);
        m_settledCount = next;
        m_waitingBytes -= bytes;
        m_hasRoom.notify_all();
    }
}

} // namespace diascope::archive
