#include "netclient/dicomweb/matching.h"
#include <algorithm>
#include <array>

namespace diascope::dicomweb
{

namespace
{

namespace tag = dicom::tag;
using dicom::FindKeys;

/// RFC 3986 §2.3.
bool isSentAsItIs(QChar c)
{
    const ushort u = c.unicode();
    return (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u == '-' || u == '.' || u == '_' || u == '~';
}

QString widened(const QString& value)
{
    QString wide;
    for (const QChar c : value) {
        const QChar sent = isSentAsItIs(c) ? c : QChar(u'*');
        if (sent != u'*' || !wide.endsWith(u'*'))
            wide += sent;
    }
    return wide;
}

/// How texts of a kind are compared: é is one letter however it is written, and what only fills up is none.
QString plainText(const QString& text) { return text.trimmed().normalized(QString::NormalizationForm_C); }

QString plainName(const QString& group)
{
    QString name = plainText(group).toCaseFolded();
    while (name.endsWith(u'^') || name.endsWith(u' '))
        name.chop(1);
    return name;
}

/// PS3.4 C.2.2.2.1.1: a name is found by the whole of it, or by one of its groups.
bool matchesName(const QString& name, const QString& pattern)
{
    const auto joined = [](const QString& groups) {
        QStringList all;
        for (const QString& group : groups.split(u'='))
            all << plainName(group);
        while (all.size() > 1 && all.last().isEmpty())
            all.removeLast();
        return all.join(u'=');
    };
    const QString wanted = joined(pattern);
    const QStringList groups = name.split(u'=');
    return matchesWildcards(joined(name), wanted) ||
           std::any_of(groups.begin(), groups.end(), [&](const QString& group) { return !group.isEmpty() && matchesWildcards(plainName(group), wanted); });
}

struct TextKey
{
    QString FindKeys::*value;
    dicom::Tag tag;
};
constexpr std::array ofStudies{TextKey{&FindKeys::patientId, tag::PatientID}, TextKey{&FindKeys::accession, tag::AccessionNumber},
                               TextKey{&FindKeys::modality, tag::ModalitiesInStudy}, TextKey{&FindKeys::description, tag::StudyDescription}};
constexpr std::array ofSeries{TextKey{&FindKeys::modality, tag::Modality}, TextKey{&FindKeys::description, tag::SeriesDescription}};

} // namespace

bool matchesWildcards(QStringView text, QStringView pattern)
{
    qsizetype t = 0, p = 0, star = -1, afterStar = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == u'*') {
            star = p++;
            afterStar = t;
        } else if (p < pattern.size() && (pattern[p] == u'?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star >= 0) { // the last asterisk takes one letter more
            p = star + 1;
            t = ++afterStar;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == u'*')
        ++p;
    return p == pattern.size();
}

std::optional<FindKeys> widened(const FindKeys& keys)
{
    FindKeys wide = keys;
    bool isWider = false;
    for (QString FindKeys::*value : {&FindKeys::patientId, &FindKeys::patientName, &FindKeys::accession, &FindKeys::modality, &FindKeys::description}) {
        wide.*value = widened(keys.*value);
        isWider = isWider || wide.*value != keys.*value;
    }
    return isWider ? std::optional(wide) : std::nullopt;
}

bool matches(const dicom::Dataset& row, dicom::Level level, const FindKeys& keys)
{
    const auto isToCheck = [](const QString& value) { return widened(value) != value; };
    if (level == dicom::Level::Study && isToCheck(keys.patientName) && !matchesName(row.text(tag::PatientName), keys.patientName))
        return false;
    const auto check = [&](const TextKey& key) {
        const QString pattern = plainText(keys.*(key.value));
        if (!isToCheck(pattern))
            return true;
        const QStringList texts = row.texts(key.tag);
        return std::any_of(texts.begin(), texts.end(), [&](const QString& text) { return matchesWildcards(plainText(text), pattern); });
    };
    switch (level) {
    case dicom::Level::Study:
        return std::all_of(ofStudies.begin(), ofStudies.end(), check);
    case dicom::Level::Series:
        return std::all_of(ofSeries.begin(), ofSeries.end(), check);
    case dicom::Level::Image:
        break;
    }
    return true;
}

} // namespace diascope::dicomweb
