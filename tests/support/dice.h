#pragma once
#include <QMap>
#include <QString>
#include <QtGlobal>
#include <algorithm>
#include <initializer_list>
#include <random>
#include <vector>

namespace diascope::test
{

/// Draws from one seed: the same seed gives the same draws.
class Dice
{
public:
    explicit Dice(int seed) : m_random(quint32(seed)) {}
    int upTo(int most) { return int(m_random() % quint32(most + 1)); } ///< 0 … most
    int from(int least, int most) { return least + upTo(most - least); }
    bool isOneOf(int n) { return m_random() % quint32(n) == 0; } ///< true once in n draws
    bool chance(int percent) { return upTo(99) < percent; }
    double real(double least, double most) { return least + (most - least) * upTo(100'000) / 100'000; }
    quint32 bits() { return m_random(); }
    template <typename T>
    T of(std::initializer_list<T> list) { return *(list.begin() + upTo(int(list.size()) - 1)); }
    template <typename List>
    auto of(const List& list) { return *(std::begin(list) + upTo(int(std::size(list)) - 1)); }
    template <typename List>
    auto& in(List& list) { return *(std::begin(list) + upTo(int(std::size(list)) - 1)); } ///< to be changed in its place
    QString text(std::initializer_list<const char*> list) { return QString::fromUtf8(of(list)); }
    template <typename List>
    void shuffle(List& list) { std::shuffle(std::begin(list), std::end(list), m_random); }

private:
    std::mt19937 m_random;
};

/// How many seeds a test takes: DIASCOPE_RANDOM_ROUNDS, for a long run, or what it takes by itself.
inline int rounds(int usual)
{
    const int wanted = qEnvironmentVariableIntValue("DIASCOPE_RANDOM_ROUNDS");
    return wanted > 0 ? wanted : usual;
}

/// What a generator has reached: a feature that was named and never seen makes a test that shows nothing.
class Reached
{
public:
    Reached() = default;
    explicit Reached(std::initializer_list<const char*> features)
    {
        for (const char* feature : features)
            m_counts.insert(QString::fromUtf8(feature), 0);
    }
    bool count(const QString& feature, bool isThere = true)
    {
        m_counts[feature] += isThere;
        return isThere;
    }
    bool count(const char* feature, bool isThere = true) { return count(QString::fromUtf8(feature), isThere); }
    /// "": all of them.
    QString missing() const { return m_counts.keys(0).join(QStringLiteral(", ")); }
    QString summary() const
    {
        QString all;
        for (auto it = m_counts.cbegin(); it != m_counts.cend(); ++it)
            all += QStringLiteral("%1 %2; ").arg(it.key()).arg(it.value());
        return all;
    }

private:
    QMap<QString, int> m_counts;
};

} // namespace diascope::test
