#include "netclient/dicom/person_name.h"
#include <QCoreApplication>
#include <QStringList>

namespace diascope::dicom
{

namespace
{

QString readable(const QString& group, bool isIdeographic)
{
    QStringList parts = group.split(u'^');
    for (QString& part : parts)
        part = part.trimmed();
    const auto part = [&](int i) { return parts.value(i); };
    QStringList given{part(3), part(1), part(2), part(4)};
    given.removeAll(QString());
    const QString rest = given.join(u' ');
    if (part(0).isEmpty() || rest.isEmpty())
        return part(0) + rest;
    return part(0) + (isIdeographic ? QStringLiteral(" ") : QStringLiteral(", ")) + rest;
}

} // namespace

PersonName PersonName::parse(const QString& text)
{
    const QStringList groups = text.split(u'=');
    return {groups.value(0).trimmed(), groups.value(1).trimmed(), groups.value(2).trimmed()};
}

QString PersonName::display() const
{
    const QString latin = readable(alphabetic, false);
    const QString ideograms = readable(ideographic, true);
    if (ideograms.isEmpty() || ideograms == latin)
        return latin.isEmpty() ? readable(phonetic, true) : latin;
    return latin.isEmpty() ? ideograms : QStringLiteral("%1 (%2)").arg(ideograms, latin);
}

QString PersonName::comparable() const
{
    QString text = (alphabetic.isEmpty() ? ideographic : alphabetic).toCaseFolded();
    QStringList parts = text.split(u'^');
    for (QString& part : parts)
        part = part.simplified();
    while (!parts.isEmpty() && parts.last().isEmpty())
        parts.removeLast();
    return parts.join(u'^');
}

std::optional<QDate> parseDate(const QString& text)
{
    QString digits = text.trimmed();
    digits.remove(u'.');
    const QDate date = QDate::fromString(digits.left(8), QStringLiteral("yyyyMMdd"));
    return date.isValid() ? std::optional(date) : std::nullopt;
}

std::optional<QTime> parseTime(const QString& text)
{
    QString digits = text.trimmed();
    digits.remove(u':');
    const QString whole = digits.section(u'.', 0, 0);
    if (whole.size() < 2 || whole.size() % 2 != 0)
        return std::nullopt;
    const int milliseconds = (digits.section(u'.', 1).leftJustified(3, u'0')).left(3).toInt();
    // A leap second counts as the last second of its minute.
    const QTime time(whole.mid(0, 2).toInt(), whole.mid(2, 2).toInt(), qMin(59, whole.mid(4, 2).toInt()), milliseconds);
    return time.isValid() ? std::optional(time) : std::nullopt;
}

QString displayDate(const QString& da)
{
    const auto date = parseDate(da);
    return date ? date->toString(Qt::ISODate) : da;
}

QString displayTime(const QString& tm)
{
    const auto time = parseTime(tm);
    return time ? time->toString(QStringLiteral("HH:mm")) : tm;
}

QString ageAt(const QString& birthDate, const QString& day)
{
    const auto born = parseDate(birthDate);
    const auto on = parseDate(day);
    if (!born || !on || *on < *born)
        return {};
    int years = on->year() - born->year();
    if (born->addYears(years) > *on)
        --years;
    if (years >= 2)
        return QCoreApplication::translate("Age", "%1 y", "age in years").arg(years);
    int months = (on->year() - born->year()) * 12 + on->month() - born->month();
    if (born->addMonths(months) > *on)
        --months;
    if (months >= 1)
        return QCoreApplication::translate("Age", "%1 m", "age in months").arg(months);
    return QCoreApplication::translate("Age", "%1 d", "age in days").arg(born->daysTo(*on));
}

} // namespace diascope::dicom
