#pragma once
#include <QtGlobal>
#include <atomic>

namespace diascope::dimse
{

/// How much of what peers send may be in memory at once, over all associations of a listener. Thread-safe.
class ReceiveBudget
{
public:
    explicit ReceiveBudget(qint64 limit) : m_limit(limit) {}
    bool take(qint64 bytes)
    {
        qint64 used = m_used;
        do {
            if (used + bytes > m_limit)
                return false;
        } while (!m_used.compare_exchange_weak(used, used + bytes));
        return true;
    }
    void give(qint64 bytes) { m_used -= bytes; }

private:
    const qint64 m_limit;
    std::atomic<qint64> m_used = 0;
};

/// The part of it that one instance has, until it is stored.
class HeldBytes
{
public:
    explicit HeldBytes(ReceiveBudget& budget) : m_budget(budget) {}
    ~HeldBytes() { release(); }
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;
    bool grow(qint64 bytes)
    {
        if (!m_budget.take(bytes))
            return false;
        m_bytes += bytes;
        return true;
    }
    void release()
    {
        m_budget.give(m_bytes);
        m_bytes = 0;
    }

private:
    ReceiveBudget& m_budget;
    qint64 m_bytes = 0;
};

} // namespace diascope::dimse
