#include "netclient/dicom/patient_identity.h"
#include "netclient/dicom/person_name.h"
#include <QStringList>
#include <array>

namespace diascope::dicom
{

namespace
{

enum Writing { Letters, Ideographs, Syllables };

/// Whoever writes ideographs without `=` puts them into the first group: the writing tells, not the place.
Writing writingOf(const QString& group)
{
    Writing found = Letters;
    for (const char32_t letter : group.toStdU32String()) {
        switch (QChar::script(letter)) {
        case QChar::Script_Han:
        case QChar::Script_Bopomofo:
            return Ideographs;
        case QChar::Script_Hiragana:
        case QChar::Script_Katakana:
        case QChar::Script_Hangul:
            found = Syllables;
            break;
        default:
            break;
        }
    }
    return found;
}

/// The name's groups by their writing, as they stand.
std::array<QString, 3> writings(const QString& name)
{
    const PersonName groups = PersonName::parse(name);
    std::array<QString, 3> found;
    for (const QString& group : {groups.alphabetic, groups.ideographic, groups.phonetic})
        if (QString& place = found[writingOf(group)]; place.isEmpty())
            place = group;
    return found;
}

QString folded(const QString& text)
{
    QString plain;
    for (const QChar letter : text.normalized(QString::NormalizationForm_KD)) {
        const bool isAccent = letter.unicode() >= 0x300 && letter.unicode() < 0x370;
        if (letter.isLetterOrNumber() || (letter.isMark() && !isAccent) || letter.isSurrogate())
            plain += letter;
    }
    return plain.normalized(QString::NormalizationForm_KC).toCaseFolded().replace(u'ß', QLatin1String("ss")); // Qt folds letter by letter
}

/// Family, given and middle name run together: some write "Doe John" and others "Doe^John".
QString wholeName(const QString& group) { return folded(group.section(u'^', 0, 2)); }

bool isOneWriting(const QString& a, const QString& b)
{
    const bool hasMiddleA = !folded(a.section(u'^', 2, 2)).isEmpty(), hasMiddleB = !folded(b.section(u'^', 2, 2)).isEmpty();
    return wholeName(a) == wholeName(b) || (hasMiddleA != hasMiddleB && folded(a.section(u'^', 0, 1)) == folded(b.section(u'^', 0, 1)));
}

QString comparableDate(const QString& text)
{
    const auto date = parseDate(text);
    return date ? date->toString(Qt::ISODate) : text.trimmed();
}

QString comparableSex(const QString& text)
{
    const QString sex = text.trimmed().toUpper();
    return sex == QLatin1String("M") || sex == QLatin1String("F") || sex == QLatin1String("O") ? sex : QString();
}

bool differ(const QString& a, const QString& b) { return !a.isEmpty() && !b.isEmpty() && a != b; }

/// Whether a writing that both have says the same.
bool agreeInName(const PatientIdentity& a, const PatientIdentity& b)
{
    const auto left = writings(a.name), right = writings(b.name);
    for (size_t i = 0; i < left.size(); ++i)
        if (!wholeName(left[i]).isEmpty() && !wholeName(right[i]).isEmpty() && isOneWriting(left[i], right[i]))
            return true;
    return false;
}

} // namespace

PatientIdentity PatientIdentity::mergedWith(const PatientIdentity& other) const
{
    PatientIdentity merged = *this;
    for (QString PatientIdentity::*part : {&PatientIdentity::patientId, &PatientIdentity::issuer, &PatientIdentity::birthDate, &PatientIdentity::sex})
        if ((merged.*part).trimmed().isEmpty())
            merged.*part = other.*part;
    auto mine = writings(name);
    const auto others = writings(other.name);
    bool hasMore = false;
    for (size_t i = 0; i < mine.size(); ++i)
        if (mine[i].isEmpty() && !others[i].isEmpty()) {
            mine[i] = others[i];
            hasMore = true;
        }
    if (!hasMore)
        return merged;
    merged.name = mine[Letters] + u'=' + mine[Ideographs] + u'=' + mine[Syllables];
    while (merged.name.endsWith(u'='))
        merged.name.chop(1);
    return merged;
}

IdentityParts contradictions(const PatientIdentity& a, const PatientIdentity& b)
{
    IdentityParts parts;
    parts.setFlag(IdentityPart::PatientId, differ(a.patientId.trimmed(), b.patientId.trimmed()));
    parts.setFlag(IdentityPart::Issuer, differ(a.issuer.trimmed(), b.issuer.trimmed()));
    const auto left = writings(a.name), right = writings(b.name);
    for (size_t i = 0; i < left.size(); ++i)
        if (differ(wholeName(left[i]), wholeName(right[i])) && !isOneWriting(left[i], right[i]))
            parts |= IdentityPart::Name;
    parts.setFlag(IdentityPart::BirthDate, differ(comparableDate(a.birthDate), comparableDate(b.birthDate)));
    parts.setFlag(IdentityPart::Sex, differ(comparableSex(a.sex), comparableSex(b.sex)));
    return parts;
}

bool isOnePatient(const PatientIdentity& a, const PatientIdentity& b)
{
    if (contradictions(a, b))
        return false;
    if (!a.patientId.trimmed().isEmpty() && !b.patientId.trimmed().isEmpty())
        return true;
    const auto saysNothing = [](const PatientIdentity& one) {
        const auto names = writings(one.name);
        return one.patientId.trimmed().isEmpty() && std::all_of(names.begin(), names.end(), [](const QString& name) { return wholeName(name).isEmpty(); });
    };
    if (saysNothing(a) && saysNothing(b))
        return true;
    const bool hasOneBirthDate = !comparableDate(a.birthDate).isEmpty() && !comparableDate(b.birthDate).isEmpty();
    return agreeInName(a, b) || (hasOneBirthDate && !saysNothing(a) && !saysNothing(b));
}

} // namespace diascope::dicom
