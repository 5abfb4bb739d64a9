#pragma once
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <optional>
#include <type_traits>
#include <vector>

/// Values as text, for comparisons and messages.
namespace diascope::test
{

inline QString say(const QString& value) { return value; }
inline QString say(const char* value) { return QString::fromUtf8(value); }
inline QString say(const QByteArray& value) { return QString::fromUtf8(value); }
inline QString say(const QStringList& value) { return value.join(u','); }
inline QString say(const QDateTime& value) { return QString::number(value.toMSecsSinceEpoch()); }
template <typename Value>
    requires std::is_arithmetic_v<Value> || std::is_enum_v<Value>
QString say(Value value)
{
    if constexpr (std::is_floating_point_v<Value>)
        return QString::number(double(value), 'g', 9);
    else
        return QString::number(qint64(value));
}
template <typename Value>
QString say(const std::optional<Value>& value) { return value ? say(*value) : QStringLiteral("-"); }
template <typename Value>
QString say(const std::vector<Value>& values)
{
    QStringList texts;
    for (const Value& value : values)
        texts << say(value);
    return texts.join(u',');
}

/// All of them, a space between two.
template <typename... Values>
QString line(const Values&... values) { return QStringList{say(values)...}.join(u' '); }

/// "": they are the same.
inline QString difference(int seed, const QString& found, const QString& expected, const QString& of)
{
    return found == expected ? QString() : QStringLiteral("seed %1: \"%2\", not \"%3\" of %4").arg(seed).arg(found, expected, of);
}

} // namespace diascope::test
