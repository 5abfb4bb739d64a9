#include "netclient/transfer/rules.h"
#include "netclient/dicom/person_name.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace diascope::transfer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Transfer", text); }

Result<QJsonArray> arrayOf(const QString& json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8(), &error);
    if (error.error != QJsonParseError::NoError)
        return fail(Fault::Invalid, tr("the rules are no JSON: %1 at character %2").arg(error.errorString()).arg(error.offset));
    if (!document.isArray())
        return fail(Fault::Invalid, tr("the rules are a list: [ {…}, {…} ]"));
    return document.array();
}

/// Reads the members of one rule and complains of what it does not know: a misspelt word is no rule that fits everything.
class Reader
{
public:
    Reader(const QJsonValue& value, int number) : m_object(value.toObject()), m_number(number)
    {
        if (!value.isObject())
            m_error = tr("rule %1 is not of the form {…}").arg(number);
    }
    QStringList list(const char* name)
    {
        const QJsonValue value = take(name);
        QStringList texts;
        if (value.isString())
            texts << value.toString().toUpper();
        for (const QJsonValue& entry : value.toArray()) {
            if (entry.toString().isEmpty())
                complain(name); // what is left out of a list must not make it one that fits everything
            texts << entry.toString().toUpper();
        }
        if (!value.isUndefined() && !value.isString() && !value.isArray())
            complain(name);
        texts.removeAll(QString());
        return texts;
    }
    QString text(const char* name)
    {
        const QJsonValue value = take(name);
        if (!value.isUndefined() && !value.isString())
            complain(name);
        return value.toString();
    }
    bool isTrue(const char* name)
    {
        const QJsonValue value = take(name);
        if (!value.isUndefined() && !value.isBool())
            complain(name);
        return value.toBool();
    }
    int number(const char* name, int otherwise, int most)
    {
        const QJsonValue value = take(name);
        if (value.isUndefined())
            return otherwise;
        if (value.toInt(-1) < 1 || value.toInt(-1) > most) // -1: no whole number
            complain(name);
        return value.toInt(otherwise);
    }
    Result<void> end()
    {
        if (m_error.isEmpty() && !m_object.isEmpty())
            m_error = tr("rule %1: \"%2\" is not known").arg(m_number).arg(m_object.keys().first());
        return m_error.isEmpty() ? Result<void>{} : fail(Fault::Invalid, m_error);
    }
    void complain(const char* name)
    {
        if (m_error.isEmpty())
            m_error = tr("rule %1: \"%2\" has no such value").arg(m_number).arg(QLatin1String(name));
    }

private:
    QJsonValue take(const char* name) { return m_object.take(QLatin1String(name)); }
    QJsonObject m_object;
    int m_number;
    QString m_error;
};

bool isOneOf(const QStringList& list, const QString& text) { return list.isEmpty() || list.contains(text.trimmed(), Qt::CaseInsensitive); }

bool isAnyOf(const QStringList& list, const QStringList& texts)
{
    return list.isEmpty() || std::any_of(texts.begin(), texts.end(), [&](const QString& text) { return list.contains(text, Qt::CaseInsensitive); });
}

/// Words of descriptions for a body part (CID 4 terms of Body Part Examined), English and Chinese.
struct BodyWords
{
    const char* bodyPart;
    const char* words;
};
constexpr BodyWords bodyWords[] = {
    {"HEAD", "head|brain|skull|cranial|cerebral|颅|头|脑"},
    {"NECK", "neck|carotid|颈"},
    {"CHEST", "chest|thorax|lung|胸|肺"},
    {"HEART", "heart|cardiac|coronary|心"},
    {"BREAST", "breast|mammo|乳"},
    {"ABDOMEN", "abdomen|abdominal|abd|liver|hepatic|renal|kidney|pancrea|腹|肝|肾|胰"},
    {"PELVIS", "pelvis|pelvic|prostate|盆|前列腺"},
    {"SPINE", "spine|spinal|lumbar|cervical|椎"},
    {"KNEE", "knee|膝"},
    {"SHOULDER", "shoulder|肩"},
    {"HIP", "hip|髋"},
    {"EXTREMITY", "hand|wrist|foot|ankle|elbow|腕|手|足|踝|肘"},
};

} // namespace

Result<std::vector<RouteRule>> parseRoutes(const QString& json)
{
    std::vector<RouteRule> rules;
    if (json.trimmed().isEmpty())
        return rules;
    const auto array = arrayOf(json);
    if (!array)
        return std::unexpected(array.error());
    for (const QJsonValue& value : *array) {
        Reader reader(value, int(rules.size()) + 1);
        RouteRule rule{reader.list("from"), reader.list("modalities"), reader.list("bodyParts"), reader.text("description"), reader.text("to"),
                       reader.isTrue("commit")};
        if (rule.to.isEmpty())
            reader.complain("to");
        if (auto read = reader.end(); !read)
            return std::unexpected(read.error());
        rules.push_back(std::move(rule));
    }
    return rules;
}

Result<std::vector<PrefetchRule>> parsePrefetch(const QString& json)
{
    if (json.trimmed().isEmpty())
        return std::vector<PrefetchRule>{PrefetchRule{}};
    const auto array = arrayOf(json);
    if (!array)
        return std::unexpected(array.error());
    std::vector<PrefetchRule> rules;
    for (const QJsonValue& value : *array) {
        Reader reader(value, int(rules.size()) + 1);
        PrefetchRule rule{reader.list("modalities"), reader.list("bodyParts"), reader.list("priors"), reader.isTrue("sameBodyPart"),
                          reader.number("years", 5, 120), reader.number("atMost", 3, 100)};
        if (auto read = reader.end(); !read)
            return std::unexpected(read.error());
        rules.push_back(std::move(rule));
    }
    return rules;
}

bool fits(const RouteRule& rule, const Arrival& arrival)
{
    const bool isDescribed = arrival.studyDescription.contains(rule.description, Qt::CaseInsensitive) ||
                             arrival.seriesDescription.contains(rule.description, Qt::CaseInsensitive);
    return isOneOf(rule.from, arrival.callingAe) && isOneOf(rule.modalities, arrival.modality) && isDescribed &&
           isOneOf(rule.bodyParts, bodyPartOf(arrival.bodyPart, arrival.seriesDescription + u' ' + arrival.studyDescription));
}

QString bodyPartOf(const QString& bodyPartExamined, const QString& description)
{
    const QString named = bodyPartExamined.trimmed().toUpper();
    for (const QString& text : {named, description})
        for (const BodyWords& body : bodyWords)
            for (const QString& word : QString::fromUtf8(body.words).split(u'|'))
                if (text.contains(word, Qt::CaseInsensitive))
                    return QLatin1String(body.bodyPart);
    return named;
}

namespace
{

/// Whether two names may be one person's: a RIS may write in letters what the PACS has in ideographs beside its letters.
bool isOneName(const QString& one, const QString& other)
{
    const auto groups = [](const QString& name) {
        QStringList all;
        for (const QString& group : name.split(u'=')) {
            const QString plain = dicom::PersonName::parse(group).comparable();
            if (!plain.isEmpty())
                all << plain << QString(plain).remove(u'^').remove(u' ');
        }
        return all;
    };
    const QStringList ours = groups(one), theirs = groups(other);
    return ours.isEmpty() || theirs.isEmpty() || std::any_of(ours.begin(), ours.end(), [&theirs](const QString& group) { return theirs.contains(group); });
}

} // namespace

std::vector<archive::StudyRow> priorsFor(const std::vector<PrefetchRule>& rules, const Order& order, const std::vector<archive::StudyRow>& candidates)
{
    const QString bodyPart = bodyPartOf(order.bodyPart, order.description);
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const PrefetchRule& candidate) {
        return isAnyOf(candidate.modalities, order.modalities) && isOneOf(candidate.bodyParts, bodyPart);
    });
    if (rule == rules.end() || order.patientId.isEmpty())
        return {};
    const QStringList modalities = rule->priors.isEmpty() ? order.modalities : rule->priors;
    std::vector<archive::StudyRow> priors;
    for (const archive::StudyRow& row : candidates) {
        const bool isOtherPatient = row.patientId != order.patientId ||
                                    (!row.issuer.isEmpty() && !order.issuer.isEmpty() && row.issuer != order.issuer) ||
                                    !isOneName(order.patientName, row.patientName);
        const auto date = dicom::parseDate(row.date);
        const bool isInTime = date && (!order.date.isValid() || (*date <= order.date && *date >= order.date.addYears(-rule->years)));
        const bool isOfKind = isAnyOf(modalities, row.modalities) && (!rule->needsSameBodyPart || bodyPartOf({}, row.description) == bodyPart);
        if (!isOtherPatient && isInTime && isOfKind && row.uid != order.study)
            priors.push_back(row);
    }
    std::stable_sort(priors.begin(), priors.end(), [](const auto& a, const auto& b) { return a.date + a.time > b.date + b.time; });
    priors.resize(std::min(priors.size(), size_t(rule->atMost)));
    return priors;
}

} // namespace diascope::transfer
