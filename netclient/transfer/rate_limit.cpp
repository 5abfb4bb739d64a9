#include "netclient/transfer/rate_limit.h"
#include <QRegularExpression>
#include <chrono>
#include <thread>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

constexpr std::chrono::milliseconds slice{100}; // how often cancelling and the clock are looked at

qint64 nowNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

Result<RateLimits> RateLimits::parse(const QString& text)
{
    static const QRegularExpression form(QStringLiteral("^(\\d{1,2}:\\d{2})\\s*-\\s*(\\d{1,2}:\\d{2})\\s+(\\d{1,7})$"));
    RateLimits limits;
    for (const QString& part : text.split(u';', Qt::SkipEmptyParts)) {
        const auto match = form.match(part.trimmed());
        const QTime from = QTime::fromString(match.captured(1), QStringLiteral("H:mm"));
        const QTime to = match.captured(2) == QLatin1String("24:00") ? QTime(0, 0) : QTime::fromString(match.captured(2), QStringLiteral("H:mm"));
        if (!from.isValid() || !to.isValid()) // nor are they where nothing matched
            return fail(Fault::Invalid, tr("\"%1\" is no limit: \"07:00-19:00 2000\" is, in kbit/s").arg(part.trimmed()));
        limits.ranges.push_back({from, to, match.captured(3).toInt()});
    }
    return limits;
}

std::optional<int> RateLimits::at(QTime time) const
{
    std::optional<int> limit;
    for (const Range& range : ranges) {
        const bool isInside = range.from < range.to ? time >= range.from && time < range.to : time >= range.from || time < range.to;
        if (isInside)
            limit = range.kilobitsPerSecond;
    }
    return limit;
}

void Throttle::pass(qint64 bytes, const Task& task)
{
    const std::lock_guard lock(m_mutex);
    auto rate = m_rate();
    while (rate && *rate <= 0 && !task.isCancelled()) {
        std::this_thread::sleep_for(slice);
        rate = m_rate();
    }
    if (!rate)
        return;
    m_freeAtNs = std::max(m_freeAtNs, nowNs()) + bytes * 8'000'000 / std::max(1, *rate);
    while (!task.isCancelled()) {
        const qint64 left = m_freeAtNs - nowNs();
        if (left <= 0)
            return;
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(slice, std::chrono::nanoseconds(left)));
    }
}

} // namespace diascope::transfer
