#pragma once
#include "netclient/base/error.h"
#include "netclient/base/process_owner.h"
#include "netclient/base/settings.h"
#include "netclient/transfer/transfer_rows.h"
#include "tests/support/words.h"
#include <QDir>
#include <QLoggingCategory>
#include <QTemporaryDir>
#include <algorithm>
#include <atomic>
#include <memory>

namespace diascope::test
{

constexpr qint64 dayMs = 86'400'000;
constexpr int noFault = -1, anyFault = 99;
inline std::atomic<qint64> clockMs = 0; ///< what the program takes for the time while a Comparison lives

/// As a process of the same number that started at another time.
inline QString deadOwner() { return processOwnerName().section(u'|', 0, 2) + QStringLiteral("0|x"); }
inline QDateTime timeOf(qint64 ms) { return QDateTime::fromMSecsSinceEpoch(ms, Qt::UTC); }
template <typename T>
int faultOf(const Result<T>& done) { return done ? noFault : int(done.error().fault); }

/// Steps taken at random, and the first difference from what was expected.
class Comparison
{
protected:
    Comparison()
    {
        QLoggingCategory::setFilterRules(QStringLiteral("*.info=false"));
        transfer::setClock([] { return clockMs.load(); });
    }
    ~Comparison() { transfer::setClock(nullptr); }

    void start(int seed)
    {
        m_seed = seed;
        m_steps.clear();
        clockMs = 1'700'000'000'000;
    }
    /// In memory where there is such a place: thousands of commits that wait for a disk tell nothing more.
    void startInFolder(int seed)
    {
        const QString place = QDir(QStringLiteral("/dev/shm")).exists() ? QStringLiteral("/dev/shm") : QDir::tempPath();
        m_folder = std::make_unique<QTemporaryDir>(place + QStringLiteral("/diascope-XXXXXX"));
        start(seed);
    }
    Profile profile() const { return *Profile::open(m_folder->path()); }
    void moveClock(qint64 ms)
    {
        clockMs += ms;
        did("clock", clockMs - 1'700'000'000'000);
    }
    template <typename... Values>
    void did(const Values&... values) { m_steps << line(values...); }

    bool isSame() const { return m_difference.isEmpty(); }
    const QString& difference() const { return m_difference; }
    void compare(const QString& what, const QStringList& got, const QStringList& expected)
    {
        if (!isSame() || got == expected)
            return;
        int i = 0;
        while (i < got.size() && i < expected.size() && got[i] == expected[i])
            ++i;
        const QString is = got.value(i, "nothing"), wanted = expected.value(i, "nothing");
        const auto from = std::ranges::mismatch(is, wanted).in1 - is.begin(); // a report is long
        const auto cut = [&](const QString& text) { return text.mid(std::max<qsizetype>(0, from - 60), 250); };
        const QStringList latest = m_steps.mid(std::max<qsizetype>(0, m_steps.size() - 12));
        m_difference = QStringLiteral("seed %1, step %2, %3:\n is       %4\n expected %5\n after\n  %6")
                           .arg(m_seed).arg(m_steps.size())
                           .arg(what, cut(is), cut(wanted), latest.join(QStringLiteral("\n  ")));
    }
    template <typename Got, typename Expected>
    void compare(const QString& what, const Got& got, const Expected& expected) { compare(what, QStringList{say(got)}, QStringList{say(expected)}); }
    template <typename T>
    void compareFault(const QString& what, const Result<T>& done, int expected)
    {
        const int got = faultOf(done);
        compare(what, expected == anyFault && got != noFault ? anyFault : got, expected);
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    int m_seed = 0;
    QStringList m_steps;
    QString m_difference;
};

} // namespace diascope::test
