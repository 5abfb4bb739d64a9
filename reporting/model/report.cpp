#include "reporting/model/report.h"
#include <QDate>
#include <QTime>
#include <cmath>

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

QString labelOf(const Field& field, const QString& value)
{
    for (const Option& option : field.options)
        if (option.value == value)
            return option.label.isEmpty() ? option.value : option.label;
    return value;
}

} // namespace

QString Field::display() const
{
    switch (type) {
    case Type::Number:
        return unit.isEmpty() || !hasValue() ? value.trimmed() : value.trimmed() + u' ' + unit;
    case Type::CheckBox:
    case Type::Selection: {
        QStringList labels;
        for (const QString& one : value.split(u'\n', Qt::SkipEmptyParts))
            labels << labelOf(*this, one);
        return labels.join(QStringLiteral("; "));
    }
    default:
        return value.trimmed();
    }
}

QString Field::problem() const
{
    if (!hasValue())
        return {};
    switch (type) {
    case Type::Number: {
        bool isNumber = false;
        const double number = value.trimmed().toDouble(&isNumber);
        if (!isNumber || !std::isfinite(number))
            return tr("\"%1\" is no number").arg(label);
        if (minimum && number < *minimum)
            return tr("\"%1\" is below %2").arg(label).arg(*minimum);
        if (maximum && number > *maximum)
            return tr("\"%1\" is above %2").arg(label).arg(*maximum);
        return {};
    }
    case Type::Date:
        return QDate::fromString(value.trimmed(), Qt::ISODate).isValid() ? QString() : tr("\"%1\" is no date").arg(label);
    case Type::Time:
        return QTime::fromString(value.trimmed(), Qt::ISODate).isValid() ? QString() : tr("\"%1\" is no time").arg(label);
    case Type::Selection:
        for (const QString& one : value.split(u'\n', Qt::SkipEmptyParts))
            if (std::none_of(options.begin(), options.end(), [&](const Option& option) { return option.value == one; }))
                return tr("\"%1\" has a value that is not among its choices").arg(label);
        return {};
    default:
        return {};
    }
}

const Field* Section::findField(const QString& fieldId) const
{
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const Field& field) { return field.id == fieldId; });
    return found == fields.end() ? nullptr : &*found;
}

bool Section::isEmpty() const
{
    return text.trimmed().isEmpty() && std::none_of(fields.begin(), fields.end(), [](const Field& f) { return f.hasValue(); });
}

QString Section::plainText() const
{
    QStringList lines;
    for (const Field& field : fields) {
        if (!field.hasValue())
            continue;
        QString label = field.label.trimmed();
        while (label.endsWith(u':'))
            label.chop(1);
        const QString trailing = field.trailingText.isEmpty() ? QString() : u' ' + field.trailingText;
        // A lone ticked box is its own sentence.
        const bool isSentence = field.type == Field::Type::CheckBox && field.options.size() == 1 && field.display() == label;
        lines << (label.isEmpty() || isSentence ? field.display() : label + QStringLiteral(": ") + field.display()) + trailing;
    }
    QString body = text;
    while (body.endsWith(u'\n') || body.endsWith(u' '))
        body.chop(1);
    if (!body.trimmed().isEmpty())
        lines << body;
    return lines.join(u'\n');
}

QString Measurement::valueText() const
{
    return QString::number(value, 'f', std::clamp(decimals, 0, 10));
}

QString Measurement::display() const
{
    const QString number = unit.isEmpty() ? valueText() : valueText() + u' ' + unit;
    return label.isEmpty() ? number : label + QStringLiteral(": ") + number;
}

QString name(Status status)
{
    switch (status) {
    case Status::Draft:
        return QStringLiteral("draft");
    case Status::Preliminary:
        return QStringLiteral("preliminary");
    case Status::Final:
        return QStringLiteral("final");
    case Status::Corrected:
        return QStringLiteral("corrected");
    case Status::Addendum:
        return QStringLiteral("addendum");
    case Status::Cancelled:
        return QStringLiteral("cancelled");
    }
    return {};
}

std::optional<Status> statusFromName(const QString& text)
{
    for (const Status status : {Status::Draft, Status::Preliminary, Status::Final, Status::Corrected, Status::Addendum, Status::Cancelled})
        if (name(status) == text)
            return status;
    return std::nullopt;
}

QString displayName(Status status)
{
    switch (status) {
    case Status::Draft:
        return tr("Draft");
    case Status::Preliminary:
        return tr("Preliminary");
    case Status::Final:
        return tr("Final");
    case Status::Corrected:
        return tr("Corrected");
    case Status::Addendum:
        return tr("With addendum");
    case Status::Cancelled:
        return tr("Cancelled");
    }
    return {};
}

QString name(Purpose purpose)
{
    switch (purpose) {
    case Purpose::Report:
        return QStringLiteral("report");
    case Purpose::Addendum:
        return QStringLiteral("addendum");
    case Purpose::Correction:
        return QStringLiteral("correction");
    }
    return {};
}

const Section* Report::findSection(const QString& id) const
{
    const auto found = std::find_if(sections.begin(), sections.end(), [&](const Section& section) { return section.id == id; });
    return found == sections.end() ? nullptr : &*found;
}

Section* Report::findSection(const QString& id) { return const_cast<Section*>(std::as_const(*this).findSection(id)); }

} // namespace diascope::reporting
