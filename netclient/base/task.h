#pragma once
#include "netclient/base/error.h"
#include <atomic>
#include <functional>

namespace diascope
{

/// Handed to everything long: it reports how far it is and asks whether to go on. Thread-safe; shared by pointer or
/// reference between the worker and whoever watches. A default Task neither watches nor cancels.
class Task
{
public:
    using Watcher = std::function<void(qint64 done, qint64 total, const QString& what)>;

    Task() = default;
    /// The watcher is called on the worker's thread.
    explicit Task(Watcher watcher) : m_watcher(std::move(watcher)) {}

    void cancel() { m_cancelled = true; }
    bool isCancelled() const { return m_cancelled; }
    /// total 0: not known yet.
    void report(qint64 done, qint64 total, const QString& what = {})
    {
        m_done = done;
        m_total = total;
        if (m_watcher)
            m_watcher(done, total, what);
    }
    qint64 done() const { return m_done; }
    qint64 total() const { return m_total; }

private:
    std::atomic<bool> m_cancelled = false;
    std::atomic<qint64> m_done = 0;
    std::atomic<qint64> m_total = 0;
    Watcher m_watcher;
};

} // namespace diascope
