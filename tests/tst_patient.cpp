#include "netclient/dicom/patient_identity.h"
#include "netclient/dicom/person_name.h"
#include <QtTest>

using namespace diascope::dicom;

Q_DECLARE_METATYPE(PatientIdentity)

namespace
{

QString utf8(const char* text) { return QString::fromUtf8(text); }

QString partsOf(IdentityParts parts)
{
    QStringList names;
    for (const auto& [part, name] : {std::pair(IdentityPart::PatientId, "id"), {IdentityPart::Issuer, "issuer"}, {IdentityPart::Name, "name"},
                                     {IdentityPart::BirthDate, "birth"}, {IdentityPart::Sex, "sex"}})
        if (parts.testFlag(part))
            names << name;
    return names.join(' ');
}

} // namespace

/// Whether two objects speak of one person, and how a person, a date and an age are shown.
class TestPatient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void NET_09_whoIsOnePatient_data()
    {
        QTest::addColumn<PatientIdentity>("a");
        QTest::addColumn<PatientIdentity>("b");
        QTest::addColumn<QString>("contradictions");
        QTest::addColumn<bool>("isOne");
        const auto row = [](const char* name, const PatientIdentity& a, const PatientIdentity& b, const char* parts, bool isOne) {
            QTest::newRow(qPrintable(QString("NET-09 %1").arg(name))) << a << b << QString(parts) << isOne;
        };
        const PatientIdentity jane{"7", "H", "Doe^Jane", "19800229", "F"};
        const auto with = [&jane](auto change) {
            PatientIdentity other = jane;
            change(other);
            return other;
        };
        row("the same", jane, jane, "", true);
        row("sharp s and its capitals", with([](auto& p) { p.name = utf8("Weiß^Jane"); }), with([](auto& p) { p.name = "WEISS^JANE"; }), "", true);
        // each part alone contradicts
        row("another ID", jane, with([](auto& p) { p.patientId = "8"; }), "id", false);
        row("another issuer", jane, with([](auto& p) { p.issuer = "I"; }), "issuer", false);
        row("another name", jane, with([](auto& p) { p.name = "Roe^Jane"; }), "name", false);
        row("another birth date", jane, with([](auto& p) { p.birthDate = "19800228"; }), "birth", false);
        row("another sex", jane, with([](auto& p) { p.sex = "M"; }), "sex", false);
        row("everything", jane, {"8", "I", "Roe^John", "19700101", "M"}, "id issuer name birth sex", false);
        // and its absence does not
        row("no ID", jane, with([](auto& p) { p.patientId.clear(); }), "", true);
        row("no issuer", jane, with([](auto& p) { p.issuer.clear(); }), "", true);
        row("no name", jane, with([](auto& p) { p.name.clear(); }), "", true);
        row("no birth date", jane, with([](auto& p) { p.birthDate.clear(); }), "", true);
        row("no sex", jane, with([](auto& p) { p.sex.clear(); }), "", true);
        row("blanks around", jane, {" 7 ", " H ", " Doe^Jane ", " 19800229 ", " f "}, "", true);
        // what is a statement
        row("a sex that is none", jane, with([](auto& p) { p.sex = "U"; }), "", true);
        row("other is a sex", jane, with([](auto& p) { p.sex = "O"; }), "sex", false);
        row("a date as ACR-NEMA wrote it", jane, with([](auto& p) { p.birthDate = "1980.02.29"; }), "", true);
        row("two dates that are none", with([](auto& p) { p.birthDate = "unknown"; }), with([](auto& p) { p.birthDate = "?"; }), "birth", false);
        // names
        row("capitals", jane, with([](auto& p) { p.name = "DOE^JANE"; }), "", true);
        row("a blank for the delimiter", jane, with([](auto& p) { p.name = "Doe Jane"; }), "", true);
        row("with prefix and suffix", jane, with([](auto& p) { p.name = "Doe^Jane^^Dr.^Jr."; }), "", true);
        row("a middle name that one lacks", jane, with([](auto& p) { p.name = "Doe^Jane^Mary"; }), "", true);
        row("another middle name", with([](auto& p) { p.name = "Doe^Jane^Ann"; }), with([](auto& p) { p.name = "Doe^Jane^Mary"; }), "name", false);
        row("another given name beside a middle name", jane, with([](auto& p) { p.name = "Doe^Joan^Mary"; }), "name", false);
        row("another family name beside a middle name", jane, with([](auto& p) { p.name = "Roe^Jane^Mary"; }), "name", false);
        row("accents", with([](auto& p) { p.name = utf8("Müller^Zoë"); }), with([](auto& p) { p.name = "Muller^Zoe"; }), "", true);
        for (const ushort accent : {0x0300, 0x0301, 0x0327, 0x036F}) { // Combining Diacritical Marks, the first and the last of them too
            const QString name = QStringLiteral("Doe^Jane") + QChar(accent);
            row(qPrintable(QString("accent %1").arg(accent, 0, 16)), jane, with([&](auto& p) { p.name = name; }), "", true);
        }
        row("a grave accent", with([](auto& p) { p.name = utf8("Clève^Zoë"); }), with([](auto& p) { p.name = "CLEVE^ZOE"; }), "", true);
        row("a mark that is a vowel", with([](auto& p) { p.name = utf8("कि^क"); }), with([](auto& p) { p.name = utf8("क^क"); }), "name", false);
        row("wide letters", jane, with([](auto& p) { p.name = utf8("Ｄｏｅ^Ｊａｎｅ"); }), "", true);
        row("a hyphen", with([](auto& p) { p.name = "Smith-Doe^Jane"; }), with([](auto& p) { p.name = "Smith Doe^Jane"; }), "", true);
        row("ideographs beside letters", with([](auto& p) { p.name = utf8("Wang^XiaoDong=王^小东"); }), with([](auto& p) { p.name = utf8("Wang^XiaoDong"); }), "", true);
        row("ideographs in the first group", with([](auto& p) { p.name = utf8("Wang^XiaoDong=王^小东"); }), with([](auto& p) { p.name = utf8("王^小东"); }), "", true);
        row("other ideographs", with([](auto& p) { p.name = utf8("Wang^XiaoDong=王^小东"); }), with([](auto& p) { p.name = utf8("Wang^XiaoDong=王^晓东"); }), "name", false);
        row("other letters, the same ideographs", with([](auto& p) { p.name = utf8("Wang^XiaoDong=王^小东"); }), with([](auto& p) { p.name = utf8("Wong^SiuTung=王^小东"); }), "name", false);
        row("other ideographs alone", with([](auto& p) { p.name = utf8("王^小东"); }), with([](auto& p) { p.name = utf8("李^小东"); }), "name", false);
        row("letters and ideographs", with([](auto& p) { p.name = utf8("王^小东"); }), with([](auto& p) { p.name = utf8("Wang^XiaoDong"); }), "", true);
        row("kana in any group", with([](auto& p) { p.name = utf8("Yamada^Tarou=山田^太郎=やまだ^たろう"); }), with([](auto& p) { p.name = utf8("やまだ^たろう"); }), "", true);
        row("other kana", with([](auto& p) { p.name = utf8("Yamada^Tarou=山田^太郎=やまだ^たろう"); }), with([](auto& p) { p.name = utf8("==やまた^たろう"); }), "name", false);
        row("narrow kana", with([](auto& p) { p.name = utf8("ヤマダ^タロウ"); }), with([](auto& p) { p.name = utf8("ﾔﾏﾀﾞ^ﾀﾛｳ"); }), "", true);
        row("hangul", with([](auto& p) { p.name = utf8("Hong^Gildong=洪^吉洞=홍^길동"); }), with([](auto& p) { p.name = utf8("Hong^Gildong=洪^吉洞=김^길동"); }), "name", false);
        row("letters beyond 16 bits", with([](auto& p) { p.name = utf8("𠮷^田"); }), with([](auto& p) { p.name = utf8("𠮸^田"); }), "name", false);
        // without an ID in common
        const auto noId = [&with](auto change) {
            PatientIdentity other = with(change);
            other.patientId.clear();
            return other;
        };
        row("no ID, the same name", noId([](auto& p) { p.birthDate.clear(); }), noId([](auto& p) { p.birthDate.clear(); }), "", true);
        row("no ID of one, no name of the other, one birth date", jane, noId([](auto& p) { p.name.clear(); }), "", false);
        row("no ID of one, other writings, one birth date", with([](auto& p) { p.name = utf8("王^小东"); }), noId([](auto& p) { p.name = "Wang^XiaoDong"; }), "", true);
        row("no ID of one, other writings, no birth date", with([](auto& p) { p.name = utf8("王^小东"); }), noId([](auto& p) { p.name = "Wang^XiaoDong"; p.birthDate.clear(); }), "", false);
        row("no ID of one, other writings, no birth date there", with([](auto& p) { p.name = utf8("王^小东"); p.birthDate.clear(); }), noId([](auto& p) { p.name = "Wang^XiaoDong"; }), "", false);
        row("one says nothing", jane, {}, "", false);
        row("one says nothing but a birth date", jane, {"", "", "", "19800229", "F"}, "", false);
        row("both say nothing", {}, {}, "", true);
        row("both say nothing but two birth dates", {"", "", "", "19800229", ""}, {"", "", "", "19800228", ""}, "birth", false);
        row("an ID of nobody in particular", {"7", "", "", "", ""}, {"7", "", "", "", ""}, "", true);
        row("a blank is no ID", {" ", "", "Doe^Jane", "", ""}, {"7", "", "Roe^Jane", "", ""}, "name", false);
    }
    void NET_09_whoIsOnePatient()
    {
        QFETCH(PatientIdentity, a);
        QFETCH(PatientIdentity, b);
        QFETCH(QString, contradictions);
        QFETCH(bool, isOne);
        QCOMPARE(partsOf(diascope::dicom::contradictions(a, b)), contradictions);
        QCOMPARE(partsOf(diascope::dicom::contradictions(b, a)), contradictions);
        QCOMPARE(isOnePatient(a, b), isOne);
        QCOMPARE(isOnePatient(b, a), isOne);
    }

    void NET_09_whatOneLacksComesFromTheOther()
    {
        const PatientIdentity full{"7", "H", utf8("Wang^XiaoDong=王^小东"), "19800229", "F"}, other{"8", "I", "Roe^John", "19700101", "M"};
        QVERIFY(full.mergedWith(other) == full); // what it states stays
        QVERIFY(PatientIdentity{}.mergedWith(full) == full);
        QVERIFY((PatientIdentity{" ", " ", "", " ", " "}).mergedWith(full) == full);
        QVERIFY(full.mergedWith({}) == full);
        const auto merged = [](const char* mine, const char* others) { return PatientIdentity{"", "", utf8(mine), "", ""}.mergedWith({"", "", utf8(others), "", ""}).name; };
        QCOMPARE(merged("Wang^XiaoDong", "王^小东"), utf8("Wang^XiaoDong=王^小东"));
        QCOMPARE(merged("王^小东", "Wang^XiaoDong"), utf8("Wang^XiaoDong=王^小东"));
        QCOMPARE(merged("王^小东", "李^小东"), utf8("王^小东")); // nothing new: as it stands
        QCOMPARE(merged("Yamada^Tarou", "==やまだ^たろう"), utf8("Yamada^Tarou==やまだ^たろう"));
        QCOMPARE(merged("", "==やまだ^たろう"), utf8("==やまだ^たろう"));
    }

    void namesAreShownAsPeopleReadThem_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* name, const char* shown) { QTest::newRow(name) << utf8(name) << utf8(shown); };
        row("Doe^Jane", "Doe, Jane");
        row("Doe^Jane^Mary^Dr.^Jr.", "Doe, Dr. Jane Mary Jr.");
        row("Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy B.A. M.Div."); // the standard's own (PS3.5 6.2.1.1)
        row("Doe", "Doe");
        row("", "");
        row("^Jane", "Jane");
        row(" Doe ^ Jane ", "Doe, Jane");
        row("Wang^XiaoDong=王^小东", "王 小东 (Wang, XiaoDong)");
        row("=王^小东", "王 小东");
        row("==やまだ^たろう", "やまだ たろう");
        row("Yamada^Tarou==やまだ^たろう", "Yamada, Tarou");
        row("王=王", "王"); // not twice
    }
    void namesAreShownAsPeopleReadThem()
    {
        QFETCH(QString, name);
        QFETCH(QString, shown);
        QCOMPARE(PersonName::parse(name).display(), shown);
    }

    void namesAreComparedWithoutWhatDiffersByHabit()
    {
        QCOMPARE(PersonName::parse(" DOE ^ Jane  Mary ^^").comparable(), "doe^jane mary");
        QCOMPARE(PersonName::parse("DOE^JANE^^").comparable(), PersonName::parse("Doe^Jane").comparable());
        QVERIFY(PersonName::parse("Doe^Jane").comparable() != PersonName::parse("Doe^John").comparable());
        QCOMPARE(PersonName::parse(utf8("=王^小东")).comparable(), utf8("王^小东"));
        QCOMPARE(PersonName::parse(utf8("Wang^XiaoDong=王^小东")).comparable(), "wang^xiaodong");
    }

    /// PS3.5 6.2, TM; a leap second is in its minute.
    void timesAreRead_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("time");
        const auto row = [](const char* text, const char* time) { QTest::newRow(text) << QString(text) << QString(time); };
        row("14", "14:00:00.000");
        row("1403", "14:03:00.000");
        row("140312", "14:03:12.000");
        row(" 140312.5 ", "14:03:12.500");
        row("140312.123456", "14:03:12.123");
        row("14:03:12", "14:03:12.000");
        row("235960", "23:59:59.000");
        for (const char* none : {"", "1", "140", "24", "1460", "x", "14031"})
            row(none, "");
    }
    void timesAreRead()
    {
        QFETCH(QString, text);
        QFETCH(QString, time);
        const auto read = parseTime(text);
        QCOMPARE(read ? read->toString("HH:mm:ss.zzz") : QString(), time);
        QCOMPARE(displayTime(text), read ? time.left(5) : text); // what cannot be read is shown as it stands
    }

    void datesAreRead()
    {
        QCOMPARE(parseDate(" 20180107 "), std::optional(QDate(2018, 1, 7)));
        QCOMPARE(parseDate("2018.01.07"), std::optional(QDate(2018, 1, 7)));
        QCOMPARE(parseDate("20180107140312"), std::optional(QDate(2018, 1, 7)));
        for (const char* none : {"", "2018", "20181301", "20180230", "x0180107"})
            QVERIFY2(!parseDate(none), none);
        QCOMPARE(displayDate("20180107"), "2018-01-07");
        QCOMPARE(displayDate("soon"), "soon");
    }

    /// In years from two on, in months from one on, in days before.
    void agesAreThoseOfTheDay_data()
    {
        QTest::addColumn<QString>("born");
        QTest::addColumn<QString>("day");
        QTest::addColumn<QString>("age");
        const auto row = [](const char* born, const char* day, const char* age) {
            QTest::newRow(qPrintable(QString("%1 on %2").arg(born, day))) << QString(born) << QString(day) << QString(age);
        };
        row("19800229", "20180107", "37 y");
        row("19800107", "20180107", "38 y"); // on the birthday
        row("19800108", "20180107", "37 y"); // the day before it
        row("20160107", "20180107", "2 y");
        row("20160108", "20180107", "23 m");
        row("20171207", "20180107", "1 m");
        row("20171208", "20180107", "30 d");
        row("20180107", "20180107", "0 d");
        row("20180106", "20180107", "1 d");
        row("20180108", "20180107", ""); // not born yet
        row("", "20180107", "");
        row("19800107", "", "");
        row("20161231", "20180130", "12 m");
        row("19800615", "20180614", "37 y");
        row("19800615", "20180615", "38 y");
        row("20180101", "20190601", "17 m");
        row("20180101", "20180113", "12 d");
    }
    void agesAreThoseOfTheDay()
    {
        QFETCH(QString, born);
        QFETCH(QString, day);
        QFETCH(QString, age);
        QCOMPARE(ageAt(born, day), age);
    }
};

QTEST_GUILESS_MAIN(TestPatient)
#include "tst_patient.moc"
