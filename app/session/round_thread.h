#pragma once
#include "netclient/base/task.h"
#include <QMutex>
#include <QThread>
#include <QWaitCondition>
#include <functional>

namespace diascope::app
{

/// A thread of its own for what is done again and again: a round, then waiting until the next is due or somebody wakes it.
/// Ends when destroyed, with the round cancelled.
class RoundThread : public QThread
{
public:
    enum class Why { ItIsTime, Woken };
    /// Does one round and returns the milliseconds to the next.
    using Round = std::function<int(Task&, Why)>;
    RoundThread(int firstInMs, Round round) : m_waitMs(firstInMs), m_round(std::move(round)) {}
    ~RoundThread() override;
    void wakeUp(); ///< any thread

protected:
    void run() override;

private:
    int m_waitMs;
    Round m_round;
    Task m_task;
    QMutex m_mutex;
    QWaitCondition m_wake;
    bool m_isStopping = false;
    bool m_isWoken = false;
};

} // namespace diascope::app
