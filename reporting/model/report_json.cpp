#include "reporting/model/report.h"
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTimeZone>

namespace diascope::reporting
{

namespace
{

QString key(const char* text) { return QString::fromLatin1(text); }

/// Members with the default value are left out, so that old content keeps its bytes when members are added.
void put(QJsonObject& object, const char* name, const QString& text)
{
    if (!text.isEmpty())
        object[key(name)] = text;
}
void put(QJsonObject& object, const char* name, const QDateTime& time)
{
    if (time.isValid())
        object[key(name)] = time.toUTC().toString(Qt::ISODateWithMs);
}
void put(QJsonObject& object, const char* name, const std::optional<double>& number)
{
    if (number)
        object[key(name)] = *number;
}
void put(QJsonObject& object, const char* name, const Code& code)
{
    if (!code.isEmpty())
        object[key(name)] = QJsonObject{{key("value"), code.value}, {key("scheme"), code.scheme}, {key("meaning"), code.meaning}};
}
void putTrue(QJsonObject& object, const char* name, bool flag)
{
    if (flag)
        object[key(name)] = true;
}

QString text(const QJsonObject& object, const char* name) { return object[key(name)].toString(); }
QDateTime time(const QJsonObject& object, const char* name)
{
    return QDateTime::fromString(text(object, name), Qt::ISODateWithMs);
}
std::optional<double> number(const QJsonObject& object, const char* name)
{
    const QJsonValue value = object[key(name)];
    return value.isDouble() ? std::optional(value.toDouble()) : std::nullopt;
}
Code code(const QJsonObject& object, const char* name)
{
    const QJsonObject code = object[key(name)].toObject();
    return {text(code, "value"), text(code, "scheme"), text(code, "meaning")};
}

constexpr const char* fieldTypes[] = {"text", "textarea", "number", "date", "time", "checkbox", "selection"};
constexpr const char* completions[] = {"none", "alert", "prohibit"};

template <size_t N>
std::optional<int> indexOf(const char* const (&names)[N], const QString& name)
{
    for (size_t i = 0; i < N; ++i)
        if (name == QLatin1String(names[i]))
            return int(i);
    return std::nullopt;
}

QJsonObject toJson(const Field& field)
{
    QJsonObject object{{key("id"), field.id}, {key("type"), key(fieldTypes[int(field.type)])}, {key("value"), field.value}};
    put(object, "label", field.label);
    put(object, "trailingText", field.trailingText);
    put(object, "unit", field.unit);
    put(object, "minimum", field.minimum);
    put(object, "maximum", field.maximum);
    put(object, "step", field.step);
    put(object, "mergeName", field.mergeName);
    put(object, "code", field.code);
    putTrue(object, "multiple", field.isMultiple);
    putTrue(object, "readOnly", field.isReadOnly);
    if (field.completion != Field::Completion::None)
        object[key("completion")] = key(completions[int(field.completion)]);
    QJsonArray options;
    for (const Option& option : field.options) {
        QJsonObject one{{key("value"), option.value}};
        put(one, "label", option.label);
        put(one, "code", option.code);
        options << one;
    }
    if (!options.isEmpty())
        object[key("options")] = options;
    return object;
}

std::optional<Field> fieldFromJson(const QJsonObject& object)
{
    const auto type = indexOf(fieldTypes, text(object, "type"));
    if (!type)
        return std::nullopt;
    Field field;
    field.type = Field::Type(*type);
    field.id = text(object, "id");
    field.value = text(object, "value");
    field.label = text(object, "label");
    field.trailingText = text(object, "trailingText");
    field.unit = text(object, "unit");
    field.minimum = number(object, "minimum");
    field.maximum = number(object, "maximum");
    field.step = number(object, "step");
    field.mergeName = text(object, "mergeName");
    field.code = code(object, "code");
    field.isMultiple = object[key("multiple")].toBool();
    field.isReadOnly = object[key("readOnly")].toBool();
    field.completion = Field::Completion(indexOf(completions, text(object, "completion")).value_or(0));
    for (const QJsonValue& value : object[key("options")].toArray()) {
        const QJsonObject one = value.toObject();
        field.options.push_back({text(one, "value"), text(one, "label"), code(one, "code")});
    }
    return field;
}

QJsonObject toJson(const InstanceRef& where)
{
    QJsonObject object{{key("frame"), where.frame}};
    put(object, "sopInstanceUid", where.sopInstanceUid);
    put(object, "figureId", where.figureId);
    put(object, "seriesUid", where.seriesUid);
    put(object, "sopClassUid", where.sopClassUid);
    put(object, "studyUid", where.studyUid);
    return object;
}

InstanceRef refFromJson(const QJsonObject& object)
{
    return {text(object, "sopInstanceUid"), object[key("frame")].toInt(1), text(object, "figureId"), text(object, "seriesUid"),
            text(object, "sopClassUid"), text(object, "studyUid")};
}

QString hashOf(const QByteArray& bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

} // namespace

QJsonObject toJson(const Report& report, Images images)
{
    QJsonObject object{{key("format"), 1},
                       {key("reportId"), report.reportId},
                       {key("version"), report.version},
                       {key("revision"), report.revision},
                       {key("status"), name(report.status)},
                       {key("purpose"), name(report.purpose)},
                       {key("study"), report.study.toJson()}};
    put(object, "templateId", report.templateId);
    put(object, "title", report.title);
    put(object, "language", report.language);
    put(object, "author", report.author);
    put(object, "createdAt", report.createdAt);
    put(object, "modifiedAt", report.modifiedAt);
    put(object, "signer", report.signer);
    put(object, "signedAt", report.signedAt);
    put(object, "predecessorHash", report.predecessorHash);
    put(object, "contentHash", report.contentHash);
    QJsonArray sections;
    for (const Section& section : report.sections) {
        QJsonObject one{{key("id"), section.id}, {key("title"), section.title}, {key("level"), section.level}, {key("text"), section.text}};
        put(one, "code", section.code);
        putTrue(one, "locked", section.isLocked);
        if (section.completion != Field::Completion::None)
            one[key("completion")] = key(completions[int(section.completion)]);
        QJsonArray fields;
        for (const Field& field : section.fields)
            fields << toJson(field);
        if (!fields.isEmpty())
            one[key("fields")] = fields;
        sections << one;
    }
    object[key("sections")] = sections;
    QJsonArray measurements;
    for (const Measurement& measurement : report.measurements) {
        QJsonObject one{{key("id"), measurement.id},
                        {key("value"), measurement.value},
                        {key("decimals"), measurement.decimals},
                        {key("unit"), measurement.unit},
                        {key("where"), toJson(measurement.where)}};
        put(one, "label", measurement.label);
        put(one, "kind", measurement.kind);
        measurements << one;
    }
    object[key("measurements")] = measurements;
    QJsonArray keyImages;
    for (const KeyImage& image : report.keyImages) {
        QJsonObject one{{key("id"), image.id}, {key("where"), toJson(image.where)}, {key("sha256"), hashOf(image.png)}};
        put(one, "caption", image.caption);
        if (images == Images::Embedded)
            one[key("png")] = QString::fromLatin1(image.png.toBase64());
        keyImages << one;
    }
    object[key("keyImages")] = keyImages;
    if (report.critical != CriticalResult()) {
        QJsonObject one{{key("isCritical"), report.critical.isCritical}};
        put(one, "finding", report.critical.finding);
        put(one, "toldTo", report.critical.toldTo);
        put(one, "how", report.critical.how);
        put(one, "toldAt", report.critical.toldAt);
        put(one, "acknowledgedBy", report.critical.acknowledgedBy);
        object[key("critical")] = one;
    }
    return object;
}

Result<Report> reportFromJson(const QJsonObject& object)
{
    const auto damaged = [] {
        return fail(Fault::Damaged, QCoreApplication::translate("Report", "the stored report cannot be understood"));
    };
    const auto status = statusFromName(text(object, "status"));
    if (!status || object[key("format")].toInt() != 1 || !object[key("sections")].isArray())
        return damaged();
    Report report;
    report.status = *status;
    report.reportId = text(object, "reportId");
    report.version = object[key("version")].toInt();
    report.revision = object[key("revision")].toInt();
    for (const Purpose purpose : {Purpose::Report, Purpose::Addendum, Purpose::Correction})
        if (name(purpose) == text(object, "purpose"))
            report.purpose = purpose;
    report.study = StudyContext::fromJson(object[key("study")].toObject());
    report.templateId = text(object, "templateId");
    report.title = text(object, "title");
    report.language = text(object, "language");
    report.author = text(object, "author");
    report.createdAt = time(object, "createdAt");
    report.modifiedAt = time(object, "modifiedAt");
    report.signer = text(object, "signer");
    report.signedAt = time(object, "signedAt");
    report.predecessorHash = text(object, "predecessorHash");
    report.contentHash = text(object, "contentHash");
    for (const QJsonValue& value : object[key("sections")].toArray()) {
        const QJsonObject one = value.toObject();
        Section section{text(one, "id"), text(one, "title"), one[key("level")].toInt(1), text(one, "text"), {}, code(one, "code"),
                        Field::Completion(indexOf(completions, text(one, "completion")).value_or(0)), one[key("locked")].toBool()};
        for (const QJsonValue& field : one[key("fields")].toArray()) {
            auto parsed = fieldFromJson(field.toObject());
            if (!parsed)
                return damaged();
            section.fields.push_back(std::move(*parsed));
        }
        report.sections.push_back(std::move(section));
    }
    for (const QJsonValue& value : object[key("measurements")].toArray()) {
        const QJsonObject one = value.toObject();
        if (!one[key("value")].isDouble())
            return damaged();
        report.measurements.push_back({text(one, "id"), text(one, "label"), text(one, "kind"), one[key("value")].toDouble(),
                                       one[key("decimals")].toInt(1), text(one, "unit"), refFromJson(one[key("where")].toObject())});
    }
    for (const QJsonValue& value : object[key("keyImages")].toArray()) {
        const QJsonObject one = value.toObject();
        report.keyImages.push_back({text(one, "id"), text(one, "caption"), refFromJson(one[key("where")].toObject()),
                                    QByteArray::fromBase64(text(one, "png").toLatin1())});
    }
    const QJsonObject critical = object[key("critical")].toObject();
    report.critical = {critical[key("isCritical")].toBool(), text(critical, "finding"),     text(critical, "toldTo"),
                       text(critical, "how"),                time(critical, "toldAt"), text(critical, "acknowledgedBy")};
    return report;
}

QByteArray canonicalBytes(const Report& report)
{
    QJsonObject object = toJson(report); // QJsonObject keeps its keys sorted
    object.remove(key("revision"));
    object.remove(key("contentHash"));
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QString contentHash(const Report& report) { return hashOf(canonicalBytes(report)); }

} // namespace diascope::reporting
