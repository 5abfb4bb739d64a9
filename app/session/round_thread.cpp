#include "app/session/round_thread.h"

namespace diascope::app
{

RoundThread::~RoundThread()
{
    m_task.cancel();
    {
        const QMutexLocker lock(&m_mutex);
        m_isStopping = true;
        m_wake.wakeAll();
    }
    wait();
}

void RoundThread::wakeUp()
{
    const QMutexLocker lock(&m_mutex);
    m_isWoken = true;
    m_wake.wakeAll();
}

void RoundThread::run()
{
    QMutexLocker lock(&m_mutex);
    while (!m_isStopping) {
        QDeadlineTimer due(m_waitMs);
        while (!m_isStopping && !m_isWoken && !due.hasExpired())
            m_wake.wait(&m_mutex, due);
        if (m_isStopping)
            return;
        const Why why = std::exchange(m_isWoken, false) ? Why::Woken : Why::ItIsTime;
        lock.unlock();
        m_waitMs = m_round(m_task, why);
        lock.relock();
    }
}

} // namespace diascope::app
