#include "reporting/model/report_document.h"
#include "reporting/store/report_seal.h"
#include "reporting/store/report_store.h"
#include "tests/support/test_data.h"
#include <QTimeZone>
#include <QTemporaryDir>
#include <QtConcurrent>

using namespace diascope;
using namespace diascope::reporting;

namespace
{

StudyContext someStudy()
{
    StudyContext study;
    study.patientName = QString::fromUtf8("Wang^XiaoDong=王^小东");
    study.patientId = "4711";
    study.issuerOfPatientId = "A";
    study.birthDate = "19800101";
    study.sex = "M";
    study.studyUid = "1.2.3";
    study.accession = "A1";
    study.modality = "CT";
    return study;
}

Report written(const QString& findings = "No haemorrhage.")
{
    Report report = blankReport(someStudy(), "resident");
    report.findSection("findings")->text = findings;
    return report;
}

Field field(Field::Type type, const QString& value)
{
    Field field;
    field.id = "f";
    field.label = "Field";
    field.type = type;
    field.value = value;
    return field;
}

} // namespace

class TestReport : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void REP_02_completionActions()
    {
        Report report = written();
        Field needed = field(Field::Type::Selection, "");
        needed.completion = Field::Completion::Prohibit;
        Field wanted = field(Field::Type::Text, " ");
        wanted.id = "g";
        wanted.completion = Field::Completion::Alert;
        report.findSection("findings")->fields = {needed, wanted};
        SignCheck check = checkSigning(report, SignAs::Final);
        QVERIFY(!check.isAllowed());
        QCOMPARE(check.alerts.size(), 1);
        report.findSection("findings")->fields[0].options = {{"yes", "Yes", {}}};
        report.findSection("findings")->fields[0].value = "yes";
        check = checkSigning(report, SignAs::Final);
        QVERIFY(check.isAllowed());
        QCOMPARE(check.alerts.size(), 1);
        report.findSection("findings")->fields[1].value = "x";
        QVERIFY(checkSigning(report, SignAs::Final).alerts.isEmpty());
    }

    /// What the template prohibits is prohibited after the report was stored and opened again, too.
    void REP_02_anEmptySectionStaysProhibited()
    {
        auto store = open("prohibited");
        Report report = written();
        report.findSection("impression")->text = "Normal.";
        report.findSection("findings")->completion = Field::Completion::Prohibit;
        auto again = store->load(store->create(report)->reportId);
        QVERIFY(again);
        again->findSection("findings")->text.clear();
        const auto refused = store->sign(*again, {"supervisor", SignAs::Final, {}});
        QVERIFY(!refused && refused.error().fault == Fault::Conflict);
        QVERIFY2(refused.error().detail.contains("must be filled in"), qPrintable(refused.error().detail));
        again->findSection("findings")->fields = {field(Field::Type::Text, "12 mm")}; // a value is not what was to be written
        const auto stillRefused = store->sign(*again, {"supervisor", SignAs::Final, {}});
        QVERIFY(!stillRefused && stillRefused.error().fault == Fault::Conflict);
        again->findSection("findings")->isLocked = true; // of a version before: nobody can fill it in now
        QVERIFY2(checkSigning(*again, SignAs::Final).isAllowed(), qPrintable(checkSigning(*again, SignAs::Final).blocking.join(u'\n')));
    }

    void valuesThatCannotStandBlockSigning()
    {
        Field number = field(Field::Type::Number, "12");
        number.minimum = 0;
        number.maximum = 10;
        QVERIFY(!number.problem().isEmpty());
        for (const char* allowed : {"9.5", "0", "10"}) { // the bounds themselves, too
            number.value = allowed;
            QVERIFY2(number.problem().isEmpty(), allowed);
        }
        for (const char* refused : {"-0.001", "10.001"}) {
            number.value = refused;
            QVERIFY2(!number.problem().isEmpty(), refused);
        }
        number.value = "9,5";
        QVERIFY(!number.problem().isEmpty());
        number.value = "nan";
        QVERIFY(!number.problem().isEmpty());
        QVERIFY(!field(Field::Type::Date, "2018-02-30").problem().isEmpty());
        QVERIFY(field(Field::Type::Date, "2018-02-28").problem().isEmpty());
        QVERIFY(!field(Field::Type::Time, "25:00").problem().isEmpty());
        Report report = written();
        report.findSection("findings")->fields = {field(Field::Type::Date, "2018-02-30")};
        QVERIFY(!checkSigning(report, SignAs::Final).isAllowed());
    }

    void DEL_08_contradictingIdentityBlocksSigning_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("value");
        QTest::addColumn<bool>("isAllowed");
        QTest::newRow("DEL-08 the same") << "" << "" << true;
        QTest::newRow("DEL-08 other patient ID") << "patient ID" << "4712" << false;
        QTest::newRow("DEL-08 other name") << "patient name" << "Wang^Hua" << false;
        QTest::newRow("DEL-08 other ideographic name") << "patient name" << QString::fromUtf8("Wang^XiaoDong=李^小东") << false;
        QTest::newRow("name without the ideographic group") << "patient name" << "WANG^XIAODONG^^" << true;
        QTest::newRow("name with the ideographic group alone") << "patient name" << QString::fromUtf8("=王^小东") << true;
        QTest::newRow("DEL-08 other accession") << "accession number" << "A2" << false;
        QTest::newRow("accession not stated") << "accession number" << "" << true;
        QTest::newRow("DEL-08 other study") << "study" << "1.2.4" << false;
        QTest::newRow("DEL-08 other issuer") << "issuer of the patient ID" << "B" << false;
        QTest::newRow("DEL-08 other birth date") << "birth date" << "19800102" << false;
        QTest::newRow("DEL-08 other sex") << "sex" << "F" << false;
    }
    void DEL_08_contradictingIdentityBlocksSigning()
    {
        QFETCH(QString, member);
        QFETCH(QString, value);
        StudyContext other = someStudy();
        for (auto [name, part] : {std::pair("patient ID", &other.patientId), {"patient name", &other.patientName}, {"accession number", &other.accession},
                                  {"study", &other.studyUid}, {"issuer of the patient ID", &other.issuerOfPatientId}, {"birth date", &other.birthDate}, {"sex", &other.sex}})
            if (member == name)
                *part = value;
        ReportDocument document(written());
        QSignalSpy stateChanged(&document, &ReportDocument::stateChanged);
        Evidence evidence;
        evidence.images = {other};
        document.setEvidence(evidence);
        QCOMPARE(stateChanged.size(), 1);
        QTEST(document.canSign(SignAs::Final), "isAllowed");
        if (!document.canSign(SignAs::Final))
            QCOMPARE(document.checkSigning(SignAs::Final).blocking, QStringList("The " + member + " of report and images differs."));
        evidence.images = {someStudy()};
        evidence.orders = {other};
        document.setEvidence(evidence);
        QTEST(document.canSign(SignAs::Final), "isAllowed");
        // where the report itself says nothing of it, images and order are held against each other
        if (member == "accession number" && !value.isEmpty()) {
            Report silent = written();
            silent.study.accession.clear();
            ReportDocument open(silent);
            open.setEvidence(evidence);
            QCOMPARE(open.checkSigning(SignAs::Final).blocking, QStringList("The accession number of images and order differs."));
            evidence.images = {someStudy(), someStudy()}; // of two series: said once
            open.setEvidence(evidence);
            QCOMPARE(open.checkSigning(SignAs::Final).blocking.size(), 1);
        }
        // and the store does not sign it either
        auto store = open("contradiction-" + member + value.left(6).toUtf8().toHex());
        const auto stored = store->create(written());
        const auto signedReport = store->sign(*stored, {"supervisor", SignAs::Final, evidence});
        QTEST(signedReport.has_value(), "isAllowed");
    }

    /// Whoever takes a template's sentences out has taken them out.
    void REP_05_anEmptiedSectionIsEmpty()
    {
        ReportDocument document(written());
        for (const QString text : {"A lesion.", "", " ", "\n", ""}) {
            QVERIFY(document.setSectionText("findings", text));
            QCOMPARE(document.report().findSection("findings")->text, text);
        }
        QVERIFY(document.isModified());
    }

    /// A field set to what it says already is no change, and emptied it is missing (REP-02).
    void REP_05_whatCountsAsAChange()
    {
        Report report = written();
        Field given = field(Field::Type::Number, "5"), fixed = field(Field::Type::Text, "as known");
        given.completion = Field::Completion::Prohibit;
        fixed.id = "g";
        fixed.isReadOnly = true;
        report.findSection("findings")->fields = {given, fixed};
        ReportDocument document(report);
        QSignalSpy changed(&document, &ReportDocument::changed);
        QSignalSpy stateChanged(&document, &ReportDocument::stateChanged);
        QSignalSpy sectionChanged(&document, &ReportDocument::sectionChanged);
        QVERIFY(document.setFieldValue("findings", "f", "5"));
        QVERIFY(document.setSectionText("findings", "No haemorrhage."));
        for (const auto& [section, id] : {std::pair("findings", "g"), {"findings", "h"}, {"technique", "f"}})
            QVERIFY2(!document.setFieldValue(section, id, "x"), id);
        QVERIFY(!document.isModified() && document.report() == report);
        QCOMPARE(changed.size() + stateChanged.size() + sectionChanged.size(), 0);
        QVERIFY(document.canSign(SignAs::Final));
        for (const QString value : {"6", ""}) {
            QVERIFY(document.setFieldValue("findings", "f", value));
            report.findSection("findings")->fields[0].value = value;
            QVERIFY2(document.isModified() && document.report() == report, qPrintable(value));
        }
        QCOMPARE(changed.size(), 2);
        QCOMPARE(stateChanged.size(), 2);
        QCOMPARE(sectionChanged, (QList<QVariantList>{{"findings"}, {"findings"}}));
        QVERIFY(document.setSectionText("findings", "Haemorrhage."));
        QCOMPARE(sectionChanged.size(), 3);
        QCOMPARE(document.checkSigning(SignAs::Final).blocking, QStringList("\"Field\" must be filled in."));
    }

    void REP_05_sectionsStandWhereTheyArePut()
    {
        Report report = written();
        report.sections.resize(3);
        for (size_t i = 0; i < 3; ++i)
            report.sections[i].id = QStringLiteral("abc").mid(qsizetype(i), 1);
        report.sections[2].isLocked = true;
        ReportDocument document(report);
        QSignalSpy sectionsChanged(&document, &ReportDocument::sectionsChanged);
        const auto order = [&] {
            QString ids;
            for (const Section& section : document.report().sections)
                ids += section.id;
            return ids;
        };
        const auto named = [](const char* id) {
            Section section;
            section.id = QLatin1String(id);
            return section;
        };
        QVERIFY(!document.moveSection("a", -1) && !document.moveSection("a", 3) && !document.moveSection("c", 0) && !document.removeSection("c"));
        QVERIFY(!document.removeSection("d") && !document.addSection(named("")) && !document.addSection(named("b")) && !document.appendSectionText("c", "x"));
        QVERIFY(!document.isModified() && document.report() == report);
        QCOMPARE(sectionsChanged.size(), 0);
        QVERIFY(document.moveSection("a", 2));
        QCOMPARE(order(), "bca");
        QVERIFY(document.isModified());
        QVERIFY(document.moveSection("a", 0));
        QCOMPARE(order(), "abc");
        for (const auto& [id, at] : {std::pair("d", -1), {"e", 9}, {"f", 5}, {"g", 1}})
            QVERIFY(document.addSection(named(id), at));
        QCOMPARE(order(), "agbcdef"); // at the end where no place is named, or one that is none
        QVERIFY(document.removeSection("d"));
        QCOMPARE(order(), "agbcef");
        QCOMPARE(sectionsChanged.size(), 7);
    }

    /// What is put in goes below what is there.
    void REP_06_whatIsAddedIsALineOfItsOwn()
    {
        ReportDocument document(written("One."));
        for (const auto& [added, text] : {std::pair("Two.", "One.\nTwo."), {"Three.\n", "One.\nTwo.\nThree.\n"}, {"Four.", "One.\nTwo.\nThree.\nFour."}}) {
            QVERIFY(document.appendSectionText("findings", added));
            QCOMPARE(document.report().findSection("findings")->text, QString(text));
        }
        QVERIFY(document.appendSectionText("technique", "Plain.")); // empty before
        QCOMPARE(document.report().findSection("technique")->text, "Plain.");
    }

    /// REP-11: who was told is part of the report, and is saved with it.
    void REP_11_whoWasToldIsAChange()
    {
        ReportDocument document(written());
        QSignalSpy changed(&document, &ReportDocument::changed);
        const CriticalResult critical{true, "bleeding", "Dr A", "telephone", QDateTime({2020, 1, 2}, {3, 4}, Qt::UTC), "Dr B"};
        QVERIFY(document.setCritical(critical));
        QVERIFY(document.isModified() && document.report().critical == critical);
        QCOMPARE(changed.size(), 1);
        document.setViewingOnly(true); // SAF-11
        QVERIFY(!document.setCritical({}) && !document.setSectionText("findings", "x") && !document.moveSection("findings", 0));
        QVERIFY(document.report().critical == critical);
        QCOMPARE(document.checkSigning(SignAs::Final).blocking, QStringList("This is viewing-only mode."));
    }

    /// What is edited on begins as a draft of its own: nobody's signature stands under it, and only an addendum locks.
    void REP_09_whatTheNextVersionBeginsWith()
    {
        const QDateTime at({2026, 3, 1}, {8, 0}, Qt::UTC);
        Report first = written();
        first.version = 1;
        first.revision = 7;
        const Report final = *signedVersion(first, SignAs::Final, "Strange^Stephen", at);
        Report addendum = *succeed(final, Purpose::Addendum, "other");
        addendum.findSection("addendum")->text = "Seen again.";
        const Report added = *signedVersion(addendum, SignAs::Final, "Strange^Stephen", at);
        for (const Purpose purpose : {Purpose::Addendum, Purpose::Correction}) {
            const Report next = *succeed(added, purpose, "third");
            QCOMPARE(next.status, Status::Draft);
            QVERIFY(next.purpose == purpose);
            QCOMPARE(next.version, 3);
            QCOMPARE(next.revision, 0);
            QCOMPARE(next.author, "third");
            QCOMPARE(next.predecessorHash, added.contentHash);
            QVERIFY(next.contentHash.isEmpty() && next.signer.isEmpty() && !next.signedAt.isValid());
            QVERIFY(next.study == final.study);
            for (const Section& section : next.sections)
                QVERIFY2(section.isLocked == (purpose == Purpose::Addendum && section.id != u"addendum-2"), qPrintable(section.id));
            QCOMPARE(next.sections.back().id, purpose == Purpose::Addendum ? "addendum-2" : "addendum");
        }
    }

    void anEmptyReportIsNotSigned()
    {
        QVERIFY(!checkSigning(blankReport(someStudy(), "a"), SignAs::Final).isAllowed());
        Report nobody = written();
        nobody.study = {};
        QVERIFY(!checkSigning(nobody, SignAs::Final).isAllowed());
    }

    void jsonKeepsEverything()
    {
        Report report = written();
        report.reportId = "r";
        report.version = 3;
        report.revision = 9;
        report.language = "zh-CN";
        report.study.procedure = {"24725-4", "LN", "CT Head"};
        Field number = field(Field::Type::Number, "3.5");
        number.minimum = 0;
        number.maximum = 3;
        number.step = 0.5;
        number.trailingText = "of 4";
        number.mergeName = "Grade";
        number.isReadOnly = true;
        number.unit = "mm";
        number.code = {"RID1", "RADLEX", "x"};
        Field choice = field(Field::Type::Selection, "a\nb");
        choice.isMultiple = true;
        choice.options = {{"a", "A", {"1", "S", "m"}}, {"b", "B", {}}};
        choice.completion = Field::Completion::Alert;
        report.sections[0].fields = {number, choice};
        report.sections[1].isLocked = true;
        report.sections[2].code = {"X1", "99L", "Liver"};
        report.findSection("findings")->completion = Field::Completion::Prohibit;
        report.findSection("impression")->completion = Field::Completion::Alert;
        report.measurements = {{"m1", "Lesion", "length", 12.34, 2, "mm", {"1.2.3.4", 2, "fig", "1.2.3", "1.2.840.10008.5.1.4.1.1.2"}}};
        report.keyImages = {{"k", QString::fromUtf8("图"), {"1.2.3.4", 1, "", "", ""}, QByteArray("\x89PNG\0x", 6)}};
        report.critical = {true, "bleeding", "Dr A", "telephone", QDateTime({2020, 1, 2}, {3, 4, 5, 6}, Qt::UTC), "Dr B"};
        report.createdAt = QDateTime({2020, 1, 2}, {3, 4, 5, 6}, Qt::UTC);
        const auto again = reportFromJson(toJson(report, Images::Embedded));
        QVERIFY(again);
        QVERIFY(*again == report);
        QCOMPARE(again->sections[0].fields[0].problem(), "\"Field\" is above 3");
        QVERIFY(!reportFromJson({}));
        for (const auto& [key, value] : {std::pair("status", QJsonValue("forged")), std::pair("status", QJsonValue()), std::pair("format", QJsonValue(2)), std::pair("format", QJsonValue()), std::pair("sections", QJsonValue("none"))}) {
            QJsonObject json = toJson(report, Images::Embedded);
            json[QLatin1String(key)] = value;
            const auto damaged = reportFromJson(json);
            QVERIFY2(!damaged && damaged.error().fault == Fault::Damaged, key);
        }
    }

    void REP_07_insertedMeasurementsKeepTheirLink()
    {
        ReportDocument document(written());
        QSignalSpy changed(&document, &ReportDocument::measurementsChanged);
        const InstanceRef where{"1.2.3.4", 7, "figure-1", "1.2.3", ""};
        const QString id = document.insertMeasurement({"", "Lesion", "length", 12.3, 1, "mm", where});
        QVERIFY(!id.isEmpty());
        QCOMPARE(changed.size(), 1);
        QCOMPARE(document.report().measurements[0].where, where);
        QCOMPARE(document.insertMeasurement({id, "Lesion", "length", 14, 1, "mm", where}), id);
        QCOMPARE(document.report().measurements.size(), 1u);
        QCOMPARE(document.report().measurements[0].valueText(), "14.0");
    }

    void REP_07_whatIsTakenOutIsTheOneNamed()
    {
        Report report = written();
        report.measurements = {{"m1", "", "", 1, 1, "mm", {}}, {"m2", "", "", 2, 1, "mm", {}}, {"m3", "", "", 3, 1, "mm", {}}};
        report.keyImages = {{"k1", "", {}, "a picture"}, {"k2", "", {}, "another"}};
        Report final = report;
        final.status = Status::Final;
        ReportDocument document(report);
        ReportDocument closed(final);
        QSignalSpy measurementsChanged(&document, &ReportDocument::measurementsChanged);
        QSignalSpy keyImagesChanged(&document, &ReportDocument::keyImagesChanged);
        QVERIFY(!document.removeMeasurement("k1") && !document.removeKeyImage("m2") && !closed.removeMeasurement("m2") && !closed.removeKeyImage("k1"));
        QVERIFY(!document.isModified() && document.report() == report && closed.report() == final);
        QVERIFY(document.removeMeasurement("m2"));
        report.measurements.erase(report.measurements.begin() + 1);
        QVERIFY(document.report() == report);
        QVERIFY(document.removeKeyImage("k1"));
        report.keyImages.erase(report.keyImages.begin());
        QVERIFY(document.report() == report);
        QCOMPARE(measurementsChanged.size(), 1);
        QCOMPARE(keyImagesChanged.size(), 1);
    }

    void REP_05_sectionsCanBeAddedMovedAndRemoved()
    {
        ReportDocument document(written());
        Section extra;
        extra.id = "extra";
        QVERIFY(document.addSection(extra, 0));
        QVERIFY(document.isModified());
        QVERIFY(!document.addSection(extra));
        QVERIFY(document.moveSection("extra", 2));
        QCOMPARE(document.report().sections[2].id, "extra");
        QVERIFY(document.removeSection("extra"));
        QVERIFY(document.removeSection("technique"));
        QCOMPARE(document.report().sections.size(), 4u);
        document.setReport(written()); // another one is opened: nothing of it is unsaved
        QVERIFY(!document.isModified());
    }

    void SAF_09_aSignedReportRefusesEveryChange()
    {
        auto store = open("immutable");
        const auto draft = store->create(written());
        const auto signedReport = store->sign(*draft, {"supervisor", SignAs::Final, {}});
        QVERIFY(signedReport);
        ReportDocument document(*signedReport);
        QVERIFY(!document.isEditable());
        QVERIFY(!document.setSectionText("findings", "x"));
        QVERIFY(!document.removeSection("findings"));
        QVERIFY(document.insertMeasurement({}).isEmpty());
        QVERIFY(document.insertKeyImage({}).isEmpty());
        QVERIFY(!document.setCritical({}));
        QVERIFY(!document.canSign(SignAs::Final));
        QVERIFY(document.report() == *signedReport);
        QCOMPARE(store->saveDraft(*signedReport).error().fault, Fault::Conflict);
        QCOMPARE(store->saveDraft(*draft).error().fault, Fault::Conflict);
        QCOMPARE(store->discardDraft(*signedReport).error().fault, Fault::Conflict);
        // nor can SQL
        QVERIFY(!store->database().execute("UPDATE report_version SET status='draft'"));
        QVERIFY(!store->database().execute("DELETE FROM report_version"));
        const auto loaded = store->load(draft->reportId);
        QVERIFY(loaded);
        QVERIFY(*loaded == *signedReport);
    }

    /// An addendum adds below what was signed: whoever hands the store something else is refused, whatever it is.
    void SAF_09_anAddendumChangesNothingBefore()
    {
        auto store = open("addendum");
        Report first = written();
        first.findSection("findings")->fields = {field(Field::Type::Text, "v")};
        first.critical = {true, "bleeding", "Dr A", "telephone", {}, {}};
        const auto draft = store->create(first);
        QVERIFY(store->sign(*draft, {"supervisor", SignAs::Final, {}}));
        auto addendum = store->addendum(draft->reportId, "supervisor");
        QVERIFY(addendum);
        addendum->findSection("addendum")->text = "Seen again.";
        const std::pair<const char*, std::function<void(Report&)>> changes[] = {
            {"a text", [](Report& r) { r.sections[3].text = "x"; }},
            {"a text of nothing", [](Report& r) { r.sections[0].text = "x"; }},
            {"a title", [](Report& r) { r.sections[3].title = "x"; }},
            {"the last section before", [](Report& r) { r.sections[4].text = "x"; }},
            {"a field", [](Report& r) { r.sections[3].fields[0].value = "w"; }},
            {"a code", [](Report& r) { r.sections[3].code.value = "x"; }},
            {"the order", [](Report& r) { std::swap(r.sections[3], r.sections[4]); }},
            {"a section less", [](Report& r) { r.sections.erase(r.sections.begin()); }},
            {"nothing added", [](Report& r) { r.sections.pop_back(); r.sections[3].isLocked = false; }},
            {"the study", [](Report& r) { r.study.description = "x"; }},
            {"the patient", [](Report& r) { r.study.patientName = "x"; }},
            {"what was critical", [](Report& r) { r.critical.isCritical = false; }},
        };
        for (const auto& [what, change] : changes) {
            Report changed = *addendum;
            change(changed);
            const auto refused = store->sign(changed, {"supervisor", SignAs::Final, {}});
            QVERIFY2(!refused && refused.error().fault == Fault::Conflict, what);
            QVERIFY2(store->load(draft->reportId)->version == 2 && !store->load(draft->reportId)->isSigned(), what); // still a working copy
        }
        Report opened = *addendum; // locks are of the screen alone
        for (Section& section : opened.sections)
            section.isLocked = false;
        const auto added = store->sign(opened, {"supervisor", SignAs::Final, {}});
        QVERIFY2(added, added ? "" : qPrintable(message(added.error())));
        QCOMPARE(added->status, Status::Addendum);
    }

    /// A blank is nobody, and the moment is one for readers in every zone.
    void REP_10_whoSignedAndWhen()
    {
        const QDateTime at({2026, 3, 1}, {8, 0}, QTimeZone("Asia/Shanghai"));
        QCOMPARE(signedVersion(written(), SignAs::Final, " \t", at).error().fault, Fault::Invalid);
        const auto signedReport = signedVersion(written(), SignAs::Final, "Strange^Stephen", at);
        QVERIFY(signedReport);
        QCOMPARE(signedReport->signedAt.timeSpec(), Qt::UTC);
        QCOMPARE(signedReport->signedAt.toString(Qt::ISODate), "2026-03-01T00:00:00Z");
    }

    /// SAF-09: numbers and pictures that were signed stand in the addendum as they were.
    void REP_09_anAddendumKeepsWhatWasSigned()
    {
        auto store = open("kept");
        Report report = written();
        report.title = "CT Head";
        report.measurements = {{"m1", "Lesion", "length", 12.3, 1, "mm", {"1.2.3", 1, "f", "1.2", "", ""}}, {"m2", "Node", "length", 4, 1, "mm", {"1.2.4", 1, "g", "1.2", "", ""}}};
        report.keyImages = {{"k1", "Lesion", {"1.2.3", 1, "", "1.2", "", ""}, "a picture"}};
        auto draft = store->create(report);
        QVERIFY(draft);
        QVERIFY(store->sign(*draft, {"supervisor", SignAs::Final, {}}));
        auto addendum = store->addendum(draft->reportId, "supervisor");
        QVERIFY(addendum);
        addendum->findSection("addendum")->text = "And another.";
        using Change = std::function<void(Report&)>;
        for (const Change& change : {Change([](Report& r) { r.measurements.erase(r.measurements.begin()); }), Change([](Report& r) { r.measurements[1].value = 40; }),
                                     Change([](Report& r) { r.keyImages.clear(); }), Change([](Report& r) { r.keyImages[0].caption = "Nothing"; }),
                                     Change([](Report& r) { r.keyImages[0].png = "another"; }), Change([](Report& r) { r.title = "CT Knee"; })}) {
            Report changed = *addendum;
            change(changed);
            const auto refused = store->sign(changed, {"supervisor", SignAs::Final, {}});
            QVERIFY(!refused);
            QCOMPARE(refused.error().fault, Fault::Conflict);
        }
        addendum->measurements.push_back({"m3", "New", "length", 7, 1, "mm", {"1.2.5", 1, "h", "1.2", "", ""}});
        const auto added = store->sign(*addendum, {"supervisor", SignAs::Final, {}});
        QVERIFY2(added, added ? "" : qPrintable(message(added.error())));
        QCOMPARE(added->measurements.size(), size_t(3));
        QCOMPARE(added->keyImages.size(), size_t(1));
    }

    /// Another study's draft is no addendum, and stays what it is (SAF-02); this study's takes its pictures along.
    void REP_15_aDraftOfAnotherStudyIsNoAddendum()
    {
        auto store = open("other");
        const auto first = store->create(written());
        QVERIFY(store->sign(*first, {"supervisor", SignAs::Final, {}}));
        Report elsewhere = written("Of another study.");
        elsewhere.study.studyUid += ".9";
        const auto other = store->create(elsewhere);
        QCOMPARE(store->becomeAddendum(*other, first->reportId, "supervisor").error().fault, Fault::Conflict);
        QCOMPARE(store->load(other->reportId)->findSection("findings")->text, "Of another study.");
        QCOMPARE(store->load(first->reportId)->version, 1);
        Report own = written("Of this study.");
        own.findSection("impression")->text = "Nothing else.\n";
        own.measurements = {{"m1", "Lesion", "length", 12.3, 1, "mm", {"1.2.3", 1, "f", "1.2", "", ""}}};
        own.keyImages = {{"k1", "Lesion", {"1.2.3", 1, "", "1.2", "", ""}, "a picture"}};
        const auto draft = store->create(own);
        const auto goneOn = store->saveDraft(*draft); // elsewhere: this one is an old copy now
        QVERIFY(goneOn);
        const auto old = store->becomeAddendum(*draft, first->reportId, "supervisor");
        QVERIFY(!old);
        QCOMPARE(old.error().fault, Fault::Conflict);
        QVERIFY(store->load(first->reportId)->isSigned()); // no working copy is left on top of it
        const auto addendum = store->becomeAddendum(*goneOn, first->reportId, "supervisor");
        QVERIFY2(addendum, addendum ? "" : qPrintable(message(addendum.error())));
        QCOMPARE(addendum->findSection("addendum")->text, "Findings:\nOf this study.\n\nImpression:\nNothing else.");
        QVERIFY(!addendum->findSection("addendum")->isLocked && addendum->findSection("findings")->text == first->findSection("findings")->text);
        QCOMPARE(addendum->measurements, own.measurements);
        QCOMPARE(addendum->keyImages, own.keyImages);
    }

    void REP_09_lifeCycle()
    {
        auto store = open("life");
        auto draft = store->create(written());
        QVERIFY(draft);
        QVERIFY(!store->addendum(draft->reportId, "resident")); // not signed
        const auto preliminary = store->sign(*draft, {"resident", SignAs::Preliminary, {}});
        QVERIFY(preliminary);
        QCOMPARE(preliminary->status, Status::Preliminary);
        QCOMPARE(store->addendum(draft->reportId, "x").error().fault, Fault::Conflict);
        auto second = store->follow(draft->reportId, Purpose::Report, "supervisor");
        QVERIFY(second);
        second->findSection("impression")->text = "Normal.";
        const auto final = store->sign(*second, {"supervisor", SignAs::Final, {}});
        QVERIFY(final);
        QCOMPARE(final->status, Status::Final);
        QCOMPARE(final->version, 2);
        QCOMPARE(final->predecessorHash, preliminary->contentHash);
        QCOMPARE(store->follow(draft->reportId, Purpose::Report, "x").error().fault, Fault::Conflict);

        auto addendum = store->addendum(draft->reportId, "supervisor");
        QVERIFY(addendum);
        QCOMPARE(store->addendum(draft->reportId, "other").error().fault, Fault::Conflict); // one working copy
        ReportDocument document(*addendum);
        QVERIFY(!document.setSectionText("findings", "rewritten"));
        QVERIFY(!document.canSign(SignAs::Final)); // empty
        QVERIFY(document.setSectionText("addendum", "Compared with the outside study."));
        QVERIFY(document.canSign(SignAs::Final));
        QVERIFY(!document.canSign(SignAs::Preliminary));
        Report rewritten = document.report();
        rewritten.findSection("findings")->text = "rewritten";
        QCOMPARE(store->sign(rewritten, {"supervisor", SignAs::Final, {}}).error().fault, Fault::Conflict);
        const auto added = store->sign(document.report(), {"supervisor", SignAs::Final, {}});
        QVERIFY(added);
        QCOMPARE(added->status, Status::Addendum);
        QCOMPARE(added->findSection("findings")->text, "No haemorrhage.");

        auto correction = store->follow(draft->reportId, Purpose::Correction, "supervisor");
        correction->findSection("findings")->text = "Haemorrhage.";
        const auto corrected = store->sign(*correction, {"supervisor", SignAs::Final, {}});
        QCOMPARE(corrected->status, Status::Corrected);
        const auto second2 = store->addendum(draft->reportId, "supervisor");
        QVERIFY(second2->findSection("addendum-2"));
        QVERIFY(store->discardDraft(*second2));
        const auto cancelled = store->cancel(draft->reportId, "supervisor");
        QCOMPARE(cancelled->status, Status::Cancelled);
        QVERIFY(!store->addendum(draft->reportId, "x"));

        const auto history = store->history(draft->reportId);
        QStringList names;
        for (const ReportVersion& version : *history)
            names << name(version.status);
        QCOMPARE(names, (QStringList{"preliminary", "final", "addendum", "corrected", "cancelled"}));
        QCOMPARE(store->loadVersion(draft->reportId, 2)->findSection("findings")->text, "No haemorrhage.");
        QCOMPARE(store->verify()->problems, QStringList());
        const auto list = store->list("1.2.3");
        QCOMPARE(list->size(), 1u);
        QCOMPARE(list->front().status, Status::Cancelled);
        QVERIFY(!list->front().hasWorkingCopy);
    }

    /// A list says of each report what was stored, and only of whom it is asked.
    void REP_12_whatAListSays()
    {
        auto store = open("lists");
        Report first = written();
        first.title = "CT Head";
        const auto draft = store->create(first);
        QVERIFY(draft);
        Report elsewhere = written();
        elsewhere.study.studyUid = "1.2.9";
        elsewhere.study.issuerOfPatientId = "B";
        const auto other = store->create(elsewhere);
        QVERIFY(store->list("1.2.3")->size() == 1 && store->list("1.2.4")->empty() && store->listAll()->size() == 2);
        QVERIFY(store->listForPatient("4711", "A")->size() == 1 && store->listForPatient("4711", "B")->front().reportId == other->reportId);
        QVERIFY(store->listForPatient("4711", {})->empty() && store->listForPatient("4712", "A")->empty());
        ReportSummary said = store->list("1.2.3")->front();
        QCOMPARE((QStringList{said.reportId, said.studyUid, said.patientId, said.issuerOfPatientId, said.accession, said.title, said.author, said.signer}),
                 (QStringList{draft->reportId, "1.2.3", "4711", "A", "A1", "CT Head", "resident", ""}));
        QVERIFY(said.status == Status::Draft && said.hasWorkingCopy && said.version == 0 && !said.signedAt.isValid());
        QVERIFY(said.createdAt == draft->createdAt && said.modifiedAt == draft->modifiedAt);
        const auto signedReport = store->sign(*draft, {"supervisor", SignAs::Preliminary, {}});
        said = store->list("1.2.3")->front();
        QVERIFY(said.status == Status::Preliminary && !said.hasWorkingCopy && said.version == 1 && said.signer == "supervisor");
        QVERIFY(said.signedAt == signedReport->signedAt && said.createdAt == draft->createdAt);
        QVERIFY(store->follow(draft->reportId, Purpose::Report, "other"));
        said = store->list("1.2.3")->front();
        QVERIFY(said.status == Status::Preliminary && said.hasWorkingCopy && said.version == 1 && said.author == "other");
    }

    /// A signed report is void once, by its signer, and then holds up no other of its study.
    void REP_09_whatIsVoidHoldsNothingUp()
    {
        auto store = open("void");
        const auto first = store->create(written());
        const auto second = store->create(written("Of another reader."));
        QCOMPARE(store->cancel(first->reportId, "supervisor").error().fault, Fault::Conflict); // a draft
        QCOMPARE(store->cancel("nobody", "supervisor").error().fault, Fault::NotFound);
        QVERIFY(!*store->signedBeside(*second)); // a draft beside it is none that is signed
        QVERIFY(store->sign(*first, {"supervisor", SignAs::Final, {}}));
        Signing only{"other", SignAs::Final, {}};
        only.isOnlyOfStudy = true;
        QCOMPARE(store->sign(*second, only).error().fault, Fault::Conflict);
        QCOMPARE((*store->signedBeside(*second))->reportId, first->reportId);
        QVERIFY(!*store->signedBeside(*first)); // it is not beside itself
        int queued = 0;
        const auto gone = store->cancel(first->reportId, "supervisor", [&](Database&, const Report& version) -> Result<void> {
            queued += version.status == Status::Cancelled && version.version == 2;
            return {};
        });
        QVERIFY(gone);
        QCOMPARE(queued, 1);
        QCOMPARE(gone->signer, "supervisor");
        QCOMPARE(gone->findSection("findings")->text, "No haemorrhage.");
        QCOMPARE(store->cancel(first->reportId, "supervisor").error().fault, Fault::Conflict);
        QVERIFY(!*store->signedBeside(*second));
        QVERIFY(store->sign(*second, only));
        QVERIFY(store->verify()->problems.isEmpty());
    }

    void REP_10_aLaterChangeIsDetected()
    {
        auto store = open("tampered");
        Report report = written();
        report.keyImages = {{"k", "", {}, "png bytes"}};
        const auto draft = store->create(report);
        const auto signedReport = store->sign(*draft, {"supervisor", SignAs::Final, {}});
        QVERIFY(signedReport);
        // the frozen bytes, the stored hash and an independent SHA-256 agree
        const auto content = store->database().value("SELECT content FROM report_version");
        QCOMPARE(test::run("sha256sum", {}, (*content)->toByteArray()).out.left(64), signedReport->contentHash.toLatin1());
        QVERIFY(store->verify()->problems.isEmpty());
        QVERIFY(store->database().execute("DROP TRIGGER report_image_stays; "));
        QVERIFY(store->database().execute("UPDATE report_image SET png=x'00'"));
        QCOMPARE(store->verify()->problems.size(), 1);
        QCOMPARE(store->load(draft->reportId).error().fault, Fault::Damaged);
        QVERIFY(store->database().execute("UPDATE report_image SET png=CAST('png bytes' AS BLOB)"));
        QVERIFY(store->verify()->problems.isEmpty());
        QVERIFY(store->database().execute("DROP TRIGGER report_version_stays"));
        QVERIFY(store->database().execute("UPDATE report_version SET content=CAST(replace(CAST(content AS TEXT),'No haem','Haem') AS BLOB)"));
        QCOMPARE(store->verify()->problems.size(), 1);
        QCOMPARE(store->loadVersion(draft->reportId, 1).error().fault, Fault::Damaged);
    }

    /// Whole and sealed each by itself, but not what belongs there: a forged predecessor, a version left out, another report or version in its place.
    void REP_10_eachVersionFollowsTheOneBefore()
    {
        const std::tuple<const char*, int, const char*, int, const char*> rows[] = {
            // the id of it, its version, what it says comes before it, in which place it lies: what is said of that
            {"", 2, "", 2, ""},
            {"", 2, "00", 2, "version 2 does not follow the one before it"},
            {"", 3, "", 3, "version 3 does not follow the one before it"},
            {"", 3, "", 2, "version 2 holds another report"},
            {"", 1, "", 2, "version 2 holds another report"},
            {"other", 2, "", 2, "version 2 holds another report"}};
        for (int i = 0; const auto& [id, version, predecessor, place, problem] : rows) {
            auto store = open(QString("follows %1").arg(++i));
            const auto first = store->sign(*store->create(written()), {"supervisor", SignAs::Final, {}});
            auto next = succeed(*first, Purpose::Correction, "resident");
            QVERIFY(next && next->version == 2 && next->predecessorHash == first->contentHash);
            next->reportId = *id ? id : first->reportId;
            next->version = version;
            next->predecessorHash = *predecessor ? predecessor : first->contentHash;
            const QByteArray bytes = canonicalBytes(*next);
            const QString hash = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
            QVERIFY(store->database().execute("INSERT INTO report_version VALUES(?,?,'corrected','x','2018-01-08T09:30:00.000Z',?,?,9,'final')",
                                              {first->reportId, place, hash, bytes}));
            QVERIFY(appendSeal(store->database(), first->reportId, place, hash, {}));
            const QString said = QString("Report %1: %2").arg(first->reportId, problem);
            QCOMPARE(store->verify()->problems, *problem ? QStringList{said} : QStringList());
        }
    }

    void REP_15_twoAuthorsCannotOverwriteOneAnother()
    {
        auto first = open("two");
        auto second = open("two");
        const auto created = first->create(written());
        auto mine = *first->load(created->reportId);
        auto theirs = *second->load(created->reportId);
        mine.findSection("findings")->text = "mine";
        theirs.findSection("findings")->text = "theirs";
        const auto saved = first->saveDraft(mine);
        QVERIFY(saved);
        const auto refused = second->saveDraft(theirs);
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::Conflict);
        QCOMPARE(second->sign(theirs, {"b", SignAs::Final, {}}).error().fault, Fault::Conflict);
        QCOMPARE(second->load(created->reportId)->findSection("findings")->text, "mine");
        QVERIFY(first->saveDraft(*saved));
    }

    void DEL_07_signingTwiceSignsOnce()
    {
        auto store = open("double");
        QVERIFY(store->database().execute("CREATE TABLE queue(id TEXT)"));
        const auto draft = store->create(written());
        const auto queue = [](Database& database, const Report& report) {
            return database.execute("INSERT INTO queue VALUES(?)", {report.reportId});
        };
        // two windows, at the same moment
        const auto signOnce = [&] {
            auto mine = ReportStore::open(m_folder.filePath("double.db"));
            return (*mine)->sign(*draft, {"supervisor", SignAs::Final, {}}, queue);
        };
        auto a = QtConcurrent::run(signOnce);
        auto b = QtConcurrent::run(signOnce);
        const auto first = a.result();
        const auto second = b.result();
        QVERIFY(first && second);
        QVERIFY(*first == *second);
        QCOMPARE(store->history(draft->reportId)->size(), 1u);
        QCOMPARE(store->database().value("SELECT count(*) FROM queue").value()->toInt(), 1);
        // another signer is no double click
        QCOMPARE(store->sign(*draft, {"other", SignAs::Final, {}}).error().fault, Fault::Conflict);
    }

    /// What was signed is another text, or signed as something else: no double click, and nobody is told it was theirs.
    void DEL_07_anotherTextOrStatusIsNoSecondClick()
    {
        auto store = open("second");
        const auto old = store->create(written("old"));
        Report later = *old;
        later.findSection("findings")->text = "new";
        const auto saved = store->saveDraft(later);
        const auto preliminary = store->sign(*saved, {"supervisor", SignAs::Preliminary, {}});
        QVERIFY(preliminary);
        QCOMPARE(store->sign(*old, {"supervisor", SignAs::Preliminary, {}}).error().fault, Fault::Conflict);
        QCOMPARE(store->sign(*saved, {"supervisor", SignAs::Final, {}}).error().fault, Fault::Conflict);
        QVERIFY(*store->load(old->reportId) == *preliminary);
        QCOMPARE(store->history(old->reportId)->size(), 1u);
    }

    void DEL_01_aFailedQueueUndoesTheSignature()
    {
        auto store = open("undone");
        const auto draft = store->create(written());
        const auto refused = store->sign(*draft, {"supervisor", SignAs::Final, {}},
                                         [](Database&, const Report&) -> Result<void> { return fail(Fault::DiskFull, "full"); });
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, Fault::DiskFull);
        QVERIFY(store->history(draft->reportId)->empty());
        QVERIFY(!store->load(draft->reportId)->isSigned());
        QVERIFY(store->sign(*draft, {"supervisor", SignAs::Final, {}}));
    }

    void signaturesAreFullyDurable()
    {
        auto store = open("durable");
        QCOMPARE(store->database().value("PRAGMA synchronous").value()->toInt(), 2); // FULL
        QCOMPARE(store->database().value("PRAGMA journal_mode").value()->toString(), "wal");
    }

private:
    std::unique_ptr<ReportStore> open(const QString& name)
    {
        auto store = ReportStore::open(m_folder.filePath(name + ".db"));
        return store ? std::move(*store) : nullptr;
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
