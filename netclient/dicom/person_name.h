#pragma once
#include <QDate>
#include <QString>
#include <QTime>
#include <optional>

namespace diascope::dicom
{

/// A person name with its three component groups (PS3.5 §6.2.1.2), each still with its `^`.
struct PersonName
{
    QString alphabetic;
    QString ideographic;
    QString phonetic;

    static PersonName parse(const QString& text);
    /// For people: "山田 太郎 (Yamada, Taro)", "Müller, Hans Peter"; empty for an empty name.
    QString display() const;
    /// Equal for the same person's name written with other case, padding or trailing `^`.
    QString comparable() const;
};

/// DA: YYYYMMDD, and the older YYYY.MM.DD.
std::optional<QDate> parseDate(const QString& text);
/// TM: HH[MM[SS[.FFFFFF]]], and the older HH:MM:SS.
std::optional<QTime> parseTime(const QString& text);
/// ISO 8601 for people and JSON-independent display: "2018-01-07"; the text itself where it is no date.
QString displayDate(const QString& da);
/// "14:03"; the text itself where it is no time.
QString displayTime(const QString& tm);
/// Age on `day` as radiologists write it: "34 y", "5 m", "12 d"; empty when unknown.
QString ageAt(const QString& birthDate, const QString& day);

} // namespace diascope::dicom
