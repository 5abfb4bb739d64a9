// Random patients, written in many ways, against what is one person by their words.
#include "netclient/dicom/patient_identity.h"
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include <QTest>
#include <array>

using namespace diascope;
using test::Dice, test::Reached, test::difference;

namespace
{

/// Writings of one word of a name, the plainest first.
using Words = std::vector<QStringList>;
const Words letters{{"muller", "Müller", "MULLER", "mu\u0308ller", "ＭＵＬＬＥＲ"}, {"miller", "Miller"}, {"oneil", "O'Neil", "ONEIL", "O-Neil"}, {"doe2", "Doe2"}, {"weiss", "Weiß", "WEISS", "WEIẞ"}, {"doe", "DOE", "Doe."}, {"कि"}, {"क"}};
const Words ideographs{{"王"}, {"李"}, {"𠀀"}, {"𠀁"}, {"ㄅ"}, {"たろ王"}, {"王たろ"}};
const Words syllables{{"ヤマダ", "ﾔﾏﾀﾞ"}, {"ヤマタ"}, {"やまだ"}, {"김"}, {"홍"}};

/// Family, given and middle name run together: separators make no difference.
struct Writing
{
    QString first, middle, text;
    QString whole() const { return first + middle; }
    bool isStated() const { return !whole().isEmpty(); }
    bool isOne(const Writing& other) const { return whole() == other.whole() || (middle.isEmpty() != other.middle.isEmpty() && first == other.first); }
};

struct Person
{
    std::array<std::array<int, 3>, 3> words{}; ///< of family, given and middle name, from 1; 0: none
    std::array<Writing, 3> writings;
    dicom::PatientIdentity said;
    QString birthDate, sex; ///< what is meant: "" nothing
    bool hasName() const { return std::any_of(writings.begin(), writings.end(), [](const Writing& one) { return one.isStated(); }); }
};

Person person(Dice& dice, const Person* like, Reached& reached)
{
    Person one;
    const auto isLike = [&] { return like && !dice.isOneOf(4); };
    QStringList groups{"", "", ""};
    std::vector<int> places = dice.of(std::vector<std::vector<int>>{{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}});
    for (size_t i = dice.isOneOf(4) ? 3 : 0; i < 3; ++i) {
        const Words& words = i == 0 ? letters : i == 1 ? ideographs : syllables;
        Writing& made = one.writings[i];
        const bool isCopy = isLike();
        const auto draw = [&](size_t part, int n, QString& plain) {
            int& word = one.words[i][part];
            if (isCopy && !dice.isOneOf(8))
                word = like->words[i][part];
            else if (dice.isOneOf(n))
                word = dice.from(1, int(words.size()));
            plain += word > 0 ? words[size_t(word - 1)][0] : QString();
            return word > 0 ? dice.of(words[size_t(word - 1)]) : QString();
        };
        const QString family = draw(0, i == 0 ? 2 : 3, made.first), given = draw(1, 2, made.first), middle = draw(2, 3, made.middle);
        if (!made.isStated())
            continue;
        const bool isRunTogether = !family.isEmpty() && !given.isEmpty() && dice.isOneOf(4);
        reached.count("family and given name in one", isRunTogether);
        reached.count("a middle name", !middle.isEmpty());
        made.text = isRunTogether ? family + ' ' + given + '^' : family + '^' + given;
        made.text += '^' + middle + dice.of({"", "", "^", "^Dr.", "^^jr", "^Dr.^jr"});
        while (dice.isOneOf(2) && made.text.endsWith('^'))
            made.text.chop(1);
        reached.count(std::array{"letters", "ideographs", "syllables"}[i]);
        reached.count("a group in another place", places[i] != int(i));
        groups[places[i]] = dice.isOneOf(8) ? ' ' + made.text + ' ' : made.text;
    }
    if (groups[places[0]].isEmpty() && dice.isOneOf(3))
        groups[places[0]] = one.writings[0].text = "^^^Dr.", reached.count("a prefix alone");
    one.said.name = groups.join('=');
    while (one.said.name.endsWith('='))
        one.said.name.chop(1);
    const auto text = [&](QString dicom::PatientIdentity::*part, const QStringList& all) { one.said.*part = isLike() ? like->said.*part : dice.of(all); };
    text(&dicom::PatientIdentity::patientId, {"", " ", "1", "1 ", "01", "a", "A"});
    text(&dicom::PatientIdentity::issuer, {"", "", " ", "H", "h"});
    text(&dicom::PatientIdentity::birthDate, {"", "", " ", "19600228", "1960.02.28", " 19600228", "19600229", "19610229", "1960"});
    text(&dicom::PatientIdentity::sex, {"", "M", "m ", "F", "O", "U", "X", " "});
    one.birthDate = one.said.birthDate.trimmed().remove('.');
    one.sex = one.said.sex.trimmed().toUpper();
    one.sex = QString("MFO").contains(one.sex) ? one.sex : QString();
    return one;
}

} // namespace

class TestRandomPatients : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// The promise of patient_identity.h (PS3.3 C.7.1.1, PS3.5 §6.2.1.1).
    void NET_09_whoIsOnePatient()
    {
        using dicom::IdentityPart;
        Reached reached({"letters", "ideographs", "syllables", "a group in another place", "a middle name", "family and given name in one", "other name", "other ID", "other issuer",
                         "other birth date", "other sex", "one patient", "one by name", "one by birth date", "not one, without a contradiction", "both say nothing", "a writing more", "a prefix alone"});
        for (int seed = 1; seed <= test::rounds(10000); ++seed) {
            Dice dice(seed);
            const Person a = person(dice, nullptr, reached), b = person(dice, &a, reached);
            const auto differ = [](const QString& x, const QString& y) { return !x.isEmpty() && !y.isEmpty() && x != y; };
            dicom::IdentityParts expected;
            bool isOneByName = false;
            for (size_t i = 0; i < 3; ++i)
                if (a.writings[i].isStated() && b.writings[i].isStated()) {
                    const bool isOne = a.writings[i].isOne(b.writings[i]);
                    expected |= isOne ? dicom::IdentityParts() : IdentityPart::Name;
                    isOneByName = isOneByName || isOne;
                }
            const QString idA = a.said.patientId.trimmed(), idB = b.said.patientId.trimmed();
            expected.setFlag(IdentityPart::PatientId, differ(idA, idB));
            expected.setFlag(IdentityPart::Issuer, differ(a.said.issuer.trimmed(), b.said.issuer.trimmed()));
            expected.setFlag(IdentityPart::BirthDate, differ(a.birthDate, b.birthDate));
            expected.setFlag(IdentityPart::Sex, differ(a.sex, b.sex));
            const QString where = QStringLiteral("%1|%2|%3|%4|%5 and ").arg(a.said.patientId, a.said.issuer, a.said.name, a.said.birthDate, a.said.sex) +
                                  QStringLiteral("%1|%2|%3|%4|%5").arg(b.said.patientId, b.said.issuer, b.said.name, b.said.birthDate, b.said.sex);
            const auto number = [](auto parts) { return QString::number(int(parts)); };
            QString wrong = difference(seed, number(contradictions(a.said, b.said)), number(expected), where);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

            const bool isOneById = !idA.isEmpty() && !idB.isEmpty(), isOneByDate = !a.birthDate.isEmpty() && !b.birthDate.isEmpty();
            const bool isNobodyA = idA.isEmpty() && !a.hasName(), isNobodyB = idB.isEmpty() && !b.hasName();
            const bool isOne = !expected && (isOneById || isOneByName || (isNobodyA ? isNobodyB : !isNobodyB && isOneByDate));
            wrong = difference(seed, number(isOnePatient(a.said, b.said)), number(isOne), where + " one patient");
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));

            for (const auto& [part, name] : {std::pair(IdentityPart::Name, "other name"), {IdentityPart::PatientId, "other ID"}, {IdentityPart::Issuer, "other issuer"},
                                             {IdentityPart::BirthDate, "other birth date"}, {IdentityPart::Sex, "other sex"}})
                reached.count(name, expected == part);
            reached.count("one patient", isOne);
            reached.count("one by name", isOne && !isOneById && isOneByName);
            reached.count("one by birth date", isOne && !isOneById && !isOneByName && isOneByDate && !isNobodyA);
            reached.count("both say nothing", isNobodyA && isNobodyB);
            reached.count("not one, without a contradiction", !isOne && !expected);

            const auto merged = a.said.mergedWith(b.said);
            QStringList names;
            bool hasMore = false;
            for (size_t i = 0; i < 3; ++i) {
                hasMore = hasMore || (a.writings[i].text.isEmpty() && !b.writings[i].text.isEmpty());
                names << (a.writings[i].text.isEmpty() ? b.writings[i].text : a.writings[i].text);
            }
            while (names.size() > 1 && names.back().isEmpty())
                names.removeLast();
            reached.count("a writing more", hasMore);
            const auto either = [](const QString& mine, const QString& other) { return mine.trimmed().isEmpty() ? other : mine; };
            const QStringList all{hasMore ? names.join('=') : a.said.name, either(a.said.patientId, b.said.patientId), either(a.said.issuer, b.said.issuer),
                                  either(a.said.birthDate, b.said.birthDate), either(a.said.sex, b.said.sex)};
            wrong = difference(seed, QStringList{merged.name, merged.patientId, merged.issuer, merged.birthDate, merged.sex}.join('|'), all.join('|'), where + " merged");
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomPatients)
#include "tst_random_patients.moc"
