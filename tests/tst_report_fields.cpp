#include "reporting/model/life_cycle.h"
#include "tests/support/test_data.h"
#include <QtTest>

using namespace diascope;
using namespace diascope::reporting;

namespace {

using Type = Field::Type;

Field field(Type type, const QString& value, const QString& label = "Field")
{
    Field made;
    made.id = "f";
    made.label = label;
    made.type = type;
    made.value = value;
    return made;
}

Field choice(Type type, const QString& value, std::vector<Option> options = {{"1", "one", {}}, {"2", "", {}}})
{
    Field made = field(type, value);
    made.options = std::move(options);
    return made;
}

StudyContext study(const QString& uid = "1.2.3", const QString& patientId = "4711")
{
    StudyContext made;
    made.patientName = "Doe^Jane";
    made.patientId = patientId;
    made.studyUid = uid;
    return made;
}

} // namespace

/// What a field may hold, how it is said, and what keeps a report from being signed.
class TestReportFields : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void REP_02_whatAFieldMayHold_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("problem"); // "": it can stand
        const auto row = [](const char* name, Type type, const QString& value, const QString& problem = {}) {
            QTest::newRow(name) << int(type) << value << problem;
        };
        row("a number", Type::Number, "5");
        row("the least", Type::Number, "2");
        row("below", Type::Number, "1.99", "\"Field\" is below 2");
        row("the most", Type::Number, "9.5");
        row("above", Type::Number, "9.51", "\"Field\" is above 9.5");
        row("no number", Type::Number, "five", "\"Field\" is no number");
        row("infinite", Type::Number, "inf", "\"Field\" is no number");
        row("not a number", Type::Number, "nan", "\"Field\" is no number");
        row("nothing", Type::Number, "  ");
        row("a date", Type::Date, "2024-02-29");
        row("no date", Type::Date, "2023-02-29", "\"Field\" is no date");
        row("a time", Type::Time, "14:03");
        row("no time", Type::Time, "25:03", "\"Field\" is no time");
        row("a choice", Type::Selection, "1");
        row("two choices", Type::Selection, "1\n2");
        row("a choice that is none", Type::Selection, "1\n3", "\"Field\" has a value that is not among its choices");
        row("a box", Type::CheckBox, "whatever");
        row("text", Type::Text, "whatever");
        row("longer text", Type::TextArea, "what\never");
    }
    void REP_02_whatAFieldMayHold()
    {
        QFETCH(int, type);
        QFETCH(QString, value);
        Field one = choice(Type(type), value);
        if (Type(type) == Type::Number) {
            one.minimum = 2;
            one.maximum = 9.5;
        }
        QTEST(one.problem(), "problem");
        one.minimum.reset();
        one.maximum.reset();
        if (Type(type) == Type::Number && value.contains(QRegularExpression("^[0-9.]+$")))
            QCOMPARE(one.problem(), ""); // without bounds any number stands
    }

    void REP_13_howAFieldIsSaid_data()
    {
        QTest::addColumn<int>("type");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, Type type, const QString& value, const QString& unit,
                            const QString& text) { QTest::newRow(name) << int(type) << value << unit << text; };
        row("a number and its unit", Type::Number, " 5 ", "mm", "5 mm");
        row("a number", Type::Number, "5", "", "5");
        row("no number, no unit", Type::Number, " ", "mm", "");
        row("a choice by its label", Type::Selection, "1", "", "one");
        row("a choice without a label", Type::Selection, "2", "", "2");
        row("two choices", Type::Selection, "1\n\n2", "", "one; 2");
        row("one nobody offers", Type::Selection, "3", "", "3");
        row("a box", Type::CheckBox, "1", "", "one");
        row("text", Type::Text, " a ", "mm", "a");
        row("a date", Type::Date, "2024-02-29", "", "2024-02-29");
    }
    void REP_13_howAFieldIsSaid()
    {
        QFETCH(int, type);
        QFETCH(QString, value);
        QFETCH(QString, unit);
        Field one = choice(Type(type), value);
        one.unit = unit;
        QTEST(one.display(), "text");
    }

    void REP_13_whatASectionSays()
    {
        Section section;
        QCOMPARE(section.plainText(), "");
        QVERIFY(section.isEmpty());
        section.text = "A ball.\n  \n";
        QCOMPARE(section.plainText(), "A ball.");
        section.text = "  ";
        QVERIFY(section.isEmpty());
        QCOMPARE(section.plainText(), "");
        Field size = field(Type::Number, "5", " Size:: ");
        size.unit = "mm";
        Field nameless = field(Type::Text, "seen", ""), nothing = field(Type::Text, " ", "Nothing");
        Field trailing = field(Type::Number, "2", "Grade");
        trailing.trailingText = "of 4";
        section.fields = {size, nothing, nameless, trailing};
        section.text = "Then.";
        QCOMPARE(section.plainText(), "Size: 5 mm\nseen\nGrade: 2 of 4\nThen.");
        QVERIFY(!section.isEmpty());
        // A lone box that says its own label is a sentence; others have their label in front.
        Field box = choice(Type::CheckBox, "1", {{"1", "No fracture", {}}});
        box.label = "No fracture:";
        section.text.clear();
        section.fields = {box};
        QCOMPARE(section.plainText(), "No fracture");
        section.fields[0].label = "Bones";
        QCOMPARE(section.plainText(), "Bones: No fracture");
        section.fields[0].label = "No fracture";
        section.fields[0].options.push_back({"2", "Fracture", {}});
        QCOMPARE(section.plainText(), "No fracture: No fracture");
        section.fields[0].type = Type::Selection;
        section.fields[0].options.resize(1);
        QCOMPARE(section.plainText(), "No fracture: No fracture");
        QCOMPARE(section.findField("f"), &section.fields[0]);
        QCOMPARE(section.findField("g"), nullptr);
    }

    void REP_07_howAMeasurementIsSaid()
    {
        Measurement one{"m", "Lesion", "length", 12.345, 2, "mm", {}};
        QCOMPARE(one.display(), "Lesion: 12.35 mm");
        one.unit.clear();
        QCOMPARE(one.display(), "Lesion: 12.35");
        one.label.clear();
        QCOMPARE(one.display(), "12.35");
        one.decimals = -1;
        QCOMPARE(one.valueText(), "12");
        one.decimals = 12;
        QCOMPARE(one.valueText(), "12.3450000000");
    }

    void REP_09_theirNames()
    {
        const std::pair<Status, std::pair<const char*, const char*>> all[] = {
            {Status::Draft, {"draft", "Draft"}},
            {Status::Preliminary, {"preliminary", "Preliminary"}},
            {Status::Final, {"final", "Final"}},
            {Status::Corrected, {"corrected", "Corrected"}},
            {Status::Addendum, {"addendum", "With addendum"}},
            {Status::Cancelled, {"cancelled", "Cancelled"}}};
        for (const auto& [status, words] : all) {
            QCOMPARE(name(status), words.first);
            QCOMPARE(displayName(status), words.second);
            QCOMPARE(statusFromName(words.first), std::optional(status));
        }
        QCOMPARE(statusFromName("forged"), std::nullopt);
    }

    /// What keeps a report from being signed, and what is asked before.
    void REP_10_whatKeepsFromSigning_data()
    {
        QTest::addColumn<std::function<void(Report&)>>("change");
        QTest::addColumn<bool>("isPreliminary");
        QTest::addColumn<QString>("blocking");
        QTest::addColumn<QString>("alerts");
        const auto row = [](const char* name, const std::function<void(Report&)>& change, const QString& blocking,
                            const QString& alerts = {}, bool isPreliminary = false) {
            QTest::newRow(name) << change << isPreliminary << blocking << alerts;
        };
        row(
            "nothing", [](Report&) {}, "");
        row(
            "signed already", [](Report& r) { r.status = Status::Final; }, "The report is signed already.");
        row(
            "empty", [](Report& r) { r.findSection("findings")->text = " "; }, "The report is empty.");
        row(
            "an empty addendum",
            [](Report& r) {
                r.findSection("findings")->isLocked = true;
                r.purpose = Purpose::Addendum;
            },
            "The addendum is empty.");
        row(
            "nobody's", [](Report& r) { r.study.patientId = r.study.patientName = " "; },
            "The report names no patient.");
        row(
            "a name is enough", [](Report& r) { r.study.patientId.clear(); }, "");
        row(
            "an ID is enough", [](Report& r) { r.study.patientName.clear(); }, "");
        row(
            "a preliminary report", [](Report&) {}, "", "", true);
        row(
            "a preliminary addendum", [](Report& r) { r.purpose = Purpose::Addendum; },
            "An addendum or a correction is signed final.", "", true);
        row(
            "a section that must be filled in",
            [](Report& r) { r.findSection("impression")->completion = Field::Completion::Prohibit; },
            "\"Impression\" must be filled in.");
        row(
            "a section that should be",
            [](Report& r) { r.findSection("impression")->completion = Field::Completion::Alert; }, "",
            "\"Impression\" is not filled in.");
        row(
            "locked, and it should be",
            [](Report& r) {
                r.findSection("impression")->completion = Field::Completion::Prohibit;
                r.findSection("impression")->isLocked = true;
            },
            "");
        const auto withField = [](const std::function<void(Field&)>& change) {
            return [change](Report& r) {
                Field one = field(Type::Number, "");
                change(one);
                r.findSection("findings")->fields = {one};
            };
        };
        row("a field that is wrong", withField([](Field& f) { f.value = "x"; }), "Findings: \"Field\" is no number.");
        row("a field that must be filled in", withField([](Field& f) { f.completion = Field::Completion::Prohibit; }),
            "\"Field\" must be filled in.");
        row("without a label: its section", withField([](Field& f) {
                f.completion = Field::Completion::Prohibit;
                f.label = " ";
            }),
            "\"Findings\" must be filled in.");
        row("a field that should be", withField([](Field& f) { f.completion = Field::Completion::Alert; }), "",
            "\"Field\" is not filled in.");
        row("it is", withField([](Field& f) {
                f.completion = Field::Completion::Prohibit;
                f.value = "3";
            }),
            "");
        row(
            "critical, and nobody was told",
            [](Report& r) {
                r.critical.isCritical = true;
                r.critical.toldTo = " ";
            },
            "", "The result is critical, and nobody is named who was told.");
        row(
            "critical, and somebody was",
            [](Report& r) {
                r.critical.isCritical = true;
                r.critical.toldTo = "Dr A";
            },
            "");
    }
    void REP_10_whatKeepsFromSigning()
    {
        QFETCH(std::function<void(Report&)>, change);
        QFETCH(bool, isPreliminary);
        Report report = blankReport(study(), "resident");
        report.findSection("findings")->text = "A ball.";
        for (Section& section : report.sections)
            section.completion = Field::Completion::None;
        change(report);
        const SignCheck check = checkSigning(report, isPreliminary ? SignAs::Preliminary : SignAs::Final);
        QTEST(check.blocking.join(u' '), "blocking");
        QTEST(check.alerts.join(u' '), "alerts");
        QCOMPARE(check.isAllowed(), check.blocking.isEmpty());
    }

    /// DEL-08: everything lies on the report's own study, or on one of the same patient that it names.
    void DEL_08_whereSomethingMayLie_data()
    {
        QTest::addColumn<QString>("lies"); // study; "": it is not here
        QTest::addColumn<QString>("patient");
        QTest::addColumn<QString>("named");
        QTest::addColumn<QString>("problem");
        const QString another = "\"Lesion\" lies on another study than it names.";
        QTest::newRow("its own") << "1.2.3"
                                 << "4711"
                                 << ""
                                 << "";
        QTest::newRow("its own, named") << "1.2.3"
                                        << "4711"
                                        << "1.2.3"
                                        << "";
        QTest::newRow("its own, another named") << "1.2.3"
                                                << "4711"
                                                << "1.2.9" << another;
        QTest::newRow("a prior, named") << "1.2.9"
                                        << "4711"
                                        << "1.2.9"
                                        << "";
        QTest::newRow("a prior, not named") << "1.2.9"
                                            << "4711"
                                            << "" << another;
        QTest::newRow("a prior, another named") << "1.2.9"
                                                << "4711"
                                                << "1.2.8" << another;
        QTest::newRow("of another patient") << "1.2.9"
                                            << "9"
                                            << "1.2.9"
                                            << "\"Lesion\" lies on an image of another patient.";
        QTest::newRow("not here") << ""
                                  << ""
                                  << ""
                                  << "The image under \"Lesion\" is not in the archive.";
    }
    void DEL_08_whereSomethingMayLie()
    {
        QFETCH(QString, lies);
        QFETCH(QString, patient);
        QFETCH(QString, named);
        Report report = blankReport(study(), "resident");
        report.findSection("findings")->text = "A ball.";
        for (Section& section : report.sections)
            section.completion = Field::Completion::None;
        Evidence evidence;
        InstanceRef where;
        where.studyUid = named;
        evidence.placed = {{"Lesion", where, lies.isEmpty() ? std::optional<StudyContext>() : study(lies, patient)}};
        QTEST(checkSigning(report, SignAs::Final, evidence).blocking.join(u' '), "problem");
    }
};

QTEST_GUILESS_MAIN(TestReportFields)
#include "tst_report_fields.moc"
