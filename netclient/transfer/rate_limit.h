#pragma once
#include "netclient/base/task.h"
#include <QTime>
#include <mutex>
#include <optional>

namespace diascope::transfer
{

/// Limits of what goes on in the background, by the time of day: "07:00-19:00 2000; 12:00-13:00 0" gives 2 Mbit/s by day and
/// nothing over noon (the last that fits counts); outside of every range there is no limit.
struct RateLimits
{
    struct Range
    {
        QTime from, to; ///< `to` before `from` runs over midnight
        int kilobitsPerSecond = 0;
    };
    std::vector<Range> ranges;

    /// Invalid: what is wrong, in one sentence. An empty text is no limit.
    static Result<RateLimits> parse(const QString& text);
    /// Nothing: no limit. 0: stands still.
    std::optional<int> at(QTime time) const;
};

/// Makes those who pass through it wait so long that no more than the rate passes. Thread-safe.
class Throttle
{
public:
    /// Bits a second at this moment; nothing: no limit. Asked again as time goes by.
    using Rate = std::function<std::optional<int>()>;
    explicit Throttle(Rate kilobitsPerSecond) : m_rate(std::move(kilobitsPerSecond)) {}
    /// Returns when these bytes may have passed, or the task is cancelled.
    void pass(qint64 bytes, const Task& task);

private:
    Rate m_rate;
    std::mutex m_mutex;
    qint64 m_freeAtNs = 0;
};

} // namespace diascope::transfer
