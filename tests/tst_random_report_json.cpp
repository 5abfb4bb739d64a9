// Random reports as they are stored, their context and what a template makes of it, member by member.
#include "netclient/dicom/dataset.h"
#include "reporting/templates/template.h"
#include "tests/support/drawn_report.h"
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <map>

using namespace diascope;
using namespace diascope::reporting;
using namespace diascope::test;

namespace
{

/// A report with everything that is stored of it, which the outputs do not show.
Report storedReport(Dice& dice)
{
    Report report = drawnReport(dice).report;
    const auto some = [&](const char* text) { return dice.isOneOf(2) ? QString() : QString(text); };
    const auto number = [&] { return dice.isOneOf(2) ? std::optional<double>() : dice.of({0.0, -1.5, 10.0}); };
    const auto time = [&] { return dice.isOneOf(2) ? QDateTime() : report.signedAt.addMSecs(dice.of({0, 1, 999})); };
    const auto code = [&] { return dice.isOneOf(2) ? Code() : Code{"c", some("s"), some("m")}; };
    const auto completion = [&] { return dice.of({Field::Completion::None, Field::Completion::Alert, Field::Completion::Prohibit}); };
    report.createdAt = time();
    report.modifiedAt = time();
    report.signedAt = time();
    report.signer = some("Strange");
    report.predecessorHash = some("aa");
    report.contentHash = some("bb");
    report.critical.isCritical = report.critical.isCritical && dice.isOneOf(2);
    for (Section& section : report.sections) {
        section.level = dice.from(0, 2);
        section.isLocked = dice.isOneOf(2);
        section.completion = completion();
        section.code = code();
        section.fields.clear();
        for (int i = dice.upTo(2); i > 0; --i) {
            Field field{some("f"),       some("Size"),    some("behind"), Field::Type(dice.upTo(6)), some("mm"), number(), number(), number(), {},
                        dice.isOneOf(2), dice.isOneOf(2), completion(),   some("PatientID"),         code(),     some("4")};
            for (int j = dice.upTo(2); j > 0; --j)
                field.options.push_back({some("a"), some("A"), code()});
            section.fields.push_back(field);
        }
    }
    return report;
}

/// What is stored: members in their order of names, and none that has its default, so that what was stored long ago keeps its bytes.
QJsonObject& with(QJsonObject& object, std::initializer_list<std::pair<const char*, QString>> texts)
{
    for (const auto& [name, text] : texts)
        if (!text.isEmpty())
            object[name] = text;
    return object;
}
void withCode(QJsonObject& object, const Code& code, const char* name = "code")
{
    if (!code.value.isEmpty())
        object[name] = QJsonObject{{"value", code.value}, {"scheme", code.scheme}, {"meaning", code.meaning}};
}
QString stored(const QDateTime& time) { return time.isValid() ? time.toUTC().toString("yyyy-MM-ddTHH:mm:ss.zzzZ") : QString(); }
QString stored(Field::Completion completion) { return QStringList{"", "alert", "prohibit"}[int(completion)]; }
QString sha256(const QByteArray& bytes) { return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex(); }

QJsonObject plainJson(const InstanceRef& where)
{
    QJsonObject object{{"frame", where.frame}};
    return with(object, {{"sopInstanceUid", where.sopInstanceUid}, {"figureId", where.figureId}, {"seriesUid", where.seriesUid},
                         {"sopClassUid", where.sopClassUid}, {"studyUid", where.studyUid}});
}

QJsonObject plainJson(const StudyContext& study)
{
    QJsonObject object;
    with(object, {{"patientName", study.patientName}, {"patientId", study.patientId}, {"issuerOfPatientId", study.issuerOfPatientId},
                  {"birthDate", study.birthDate}, {"sex", study.sex}, {"studyUid", study.studyUid}, {"accession", study.accession},
                  {"issuerOfAccession", study.issuerOfAccession}, {"studyId", study.studyId}, {"studyDate", study.studyDate}, {"studyTime", study.studyTime},
                  {"description", study.description}, {"modality", study.modality}, {"bodyPart", study.bodyPart},
                  {"referringPhysician", study.referringPhysician}, {"requestingPhysician", study.requestingPhysician}, {"institution", study.institution},
                  {"placerOrderNumber", study.placerOrderNumber}, {"fillerOrderNumber", study.fillerOrderNumber},
                  {"requestedProcedureId", study.requestedProcedureId}, {"reasonForStudy", study.reasonForStudy}, {"visitNumber", study.visitNumber}});
    withCode(object, study.procedure, "procedure");
    return object;
}

QJsonObject plainJson(const Field& field)
{
    const char* const types[] = {"text", "textarea", "number", "date", "time", "checkbox", "selection"};
    QJsonObject object{{"id", field.id}, {"type", types[int(field.type)]}, {"value", field.value}};
    with(object, {{"label", field.label}, {"trailingText", field.trailingText}, {"unit", field.unit}, {"mergeName", field.mergeName},
                  {"completion", stored(field.completion)}});
    for (const auto& [name, number] : {std::pair("minimum", field.minimum), {"maximum", field.maximum}, {"step", field.step}})
        if (number)
            object[name] = *number;
    if (field.isMultiple)
        object["multiple"] = true;
    if (field.isReadOnly)
        object["readOnly"] = true;
    withCode(object, field.code);
    QJsonArray options;
    for (const Option& option : field.options) {
        QJsonObject one{{"value", option.value}};
        withCode(with(one, {{"label", option.label}}), option.code);
        options << one;
    }
    if (!options.isEmpty())
        object["options"] = options;
    return object;
}

QJsonObject plainJson(const Report& report, Images images)
{
    const char* const states[] = {"draft", "preliminary", "final", "corrected", "addendum", "cancelled"};
    const char* const purposes[] = {"report", "addendum", "correction"};
    QJsonArray sections, measurements, keyImages;
    for (const Section& section : report.sections) {
        QJsonObject one{{"id", section.id}, {"title", section.title}, {"level", section.level}, {"text", section.text}};
        withCode(with(one, {{"completion", stored(section.completion)}}), section.code);
        if (section.isLocked)
            one["locked"] = true;
        QJsonArray fields;
        for (const Field& field : section.fields)
            fields << plainJson(field);
        if (!fields.isEmpty())
            one["fields"] = fields;
        sections << one;
    }
    for (const Measurement& one : report.measurements) {
        QJsonObject object{{"id", one.id}, {"value", one.value}, {"decimals", one.decimals}, {"unit", one.unit}, {"where", plainJson(one.where)}};
        measurements << with(object, {{"label", one.label}, {"kind", one.kind}});
    }
    for (const KeyImage& image : report.keyImages) {
        QJsonObject one{{"id", image.id}, {"where", plainJson(image.where)}, {"sha256", sha256(image.png)}};
        if (images == Images::Embedded)
            one["png"] = QString(image.png.toBase64());
        keyImages << with(one, {{"caption", image.caption}});
    }
    QJsonObject object{{"format", 1}, {"reportId", report.reportId}, {"version", report.version}, {"revision", report.revision},
                       {"status", states[int(report.status)]}, {"purpose", purposes[int(report.purpose)]}, {"study", plainJson(report.study)},
                       {"sections", sections}, {"measurements", measurements}, {"keyImages", keyImages}};
    with(object, {{"templateId", report.templateId}, {"title", report.title}, {"language", report.language}, {"author", report.author},
                  {"createdAt", stored(report.createdAt)}, {"modifiedAt", stored(report.modifiedAt)}, {"signer", report.signer},
                  {"signedAt", stored(report.signedAt)}, {"predecessorHash", report.predecessorHash}, {"contentHash", report.contentHash}});
    const CriticalResult& critical = report.critical;
    QJsonObject result{{"isCritical", critical.isCritical}};
    with(result, {{"finding", critical.finding}, {"toldTo", critical.toldTo}, {"how", critical.how}, {"toldAt", stored(critical.toldAt)},
                  {"acknowledgedBy", critical.acknowledgedBy}});
    if (critical.isCritical || result.size() > 1)
        object["critical"] = result;
    return object;
}

/// One member changed, at the end of a path through objects and first elements.
QJsonValue changed(const QJsonValue& value, const QStringList& path, const QJsonValue& to)
{
    if (path.isEmpty())
        return to;
    if (value.isArray()) {
        QJsonArray array = value.toArray();
        array[0] = changed(array[0], path, to);
        return array;
    }
    QJsonObject object = value.toObject();
    const QJsonValue inner = changed(object[path[0]], path.mid(1), to);
    if (inner.isUndefined())
        object.remove(path[0]);
    else
        object[path[0]] = inner;
    return object;
}

QStringList linesOf(const QJsonObject& object) { return QString(QJsonDocument(object).toJson()).split('\n'); }

} // namespace

class TestRandomReportJson : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup()
    {
        qputenv("TZ", "UTC");
        tzset();
    }

    /// Stored and read again nothing is lost; no default is written; what a report cannot be without is missed.
    void REP_10_everyMemberOfAStoredReport()
    {
        test::Reached reached({"with pictures", "a report", "a field", "an option", "a measurement", "a key image", "critical", "not critical, with words",
                               "damaged", "missing without harm"});
        for (int seed = 1; seed <= test::rounds(1000); ++seed) {
            Dice dice(seed);
            Report report = storedReport(dice);
            const Images images = dice.of({Images::HashOnly, Images::Embedded});
            const QJsonObject json = toJson(report, images);
            const QJsonObject expected = plainJson(report, images);
            const QString problem = json == expected ? QString() : difference(seed, "JSON", linesOf(json), linesOf(expected));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            QJsonObject frozen = plainJson(report, Images::HashOnly);
            frozen.remove("revision");
            frozen.remove("contentHash");
            const QByteArray bytes = QJsonDocument(frozen).toJson(QJsonDocument::Compact);
            QCOMPARE(canonicalBytes(report), bytes);
            QCOMPARE(contentHash(report), sha256(bytes));
            if (images == Images::HashOnly)
                for (KeyImage& image : report.keyImages)
                    image.png.clear();
            const auto read = reportFromJson(json);
            QVERIFY2(read && *read == report, qPrintable(QString("seed %1").arg(seed)));
            const Section* first = report.sections.empty() ? nullptr : &report.sections.front();
            const bool hasField = first && !first->fields.empty(), isMeasured = !report.measurements.empty(), hasImage = !report.keyImages.empty();
            const auto path = [&](const char* text) { return QString(text).split('.'); };
            std::vector<const char*> required{"status", "format", "sections"};
            if (hasField)
                required.push_back("sections.fields.type");
            if (isMeasured)
                required.push_back("measurements.value");
            const char* const which = dice.of(required);
            const auto refused =
                reportFromJson(changed(json, path(which), dice.of({QJsonValue(QJsonValue::Undefined), QJsonValue("2"), QJsonValue(QJsonObject())})).toObject());
            QVERIFY2(!refused && refused.error().fault == Fault::Damaged, qPrintable(QString("seed %1, %2").arg(seed).arg(which)));
            reached.count("damaged");
            using Change = void (*)(Report&);
            std::vector<std::pair<const char*, Change>> optional{{"purpose", [](Report& one) { one.purpose = Purpose::Report; }},
                                                                 {"critical", [](Report& one) { one.critical = {}; }},
                                                                 {"measurements", [](Report& one) { one.measurements.clear(); }},
                                                                 {"keyImages", [](Report& one) { one.keyImages.clear(); }}};
            if (first) {
                optional.push_back({"sections.level", [](Report& one) { one.sections[0].level = 1; }});
                optional.push_back({"sections.completion", [](Report& one) { one.sections[0].completion = Field::Completion::None; }});
            }
            if (hasField)
                optional.push_back({"sections.fields.completion", [](Report& one) { one.sections[0].fields[0].completion = Field::Completion::None; }});
            if (isMeasured) {
                optional.push_back({"measurements.decimals", [](Report& one) { one.measurements[0].decimals = 1; }});
                optional.push_back({"measurements.where.frame", [](Report& one) { one.measurements[0].where.frame = 1; }});
            }
            const auto& [without, change] = dice.of(optional);
            Report rest = report;
            change(rest);
            const auto left = reportFromJson(changed(json, path(without), QJsonValue::Undefined).toObject());
            QVERIFY2(left && *left == rest, qPrintable(QString("seed %1, without %2").arg(seed).arg(without)));
            reached.count("missing without harm");
            reached.count("with pictures", images == Images::Embedded && hasImage && !report.keyImages[0].png.isEmpty());
            reached.count("a report");
            reached.count("a field", hasField);
            reached.count("an option", hasField && !first->fields[0].options.empty());
            reached.count("a measurement", isMeasured);
            reached.count("a key image", hasImage);
            reached.count("critical", report.critical.isCritical);
            reached.count("not critical, with words", !report.critical.isCritical && !report.critical.finding.isEmpty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// PS3.6: what an image says of its study; what it does not say is empty, unless its request says it.
    void DEL_08_everyAttributeOfTheContext()
    {
        test::Reached reached({"said", "not said", "by the request", "by both", "by the request's second item", "a procedure"});
        for (int seed = 1; seed <= test::rounds(1500); ++seed) {
            Dice dice(seed);
            StudyContext expected;
            dicom::Dataset dataset;
            const std::pair<quint32, QString*> members[] = {{0x00100010, &expected.patientName}, {0x00100020, &expected.patientId},
                                                            {0x00100021, &expected.issuerOfPatientId}, {0x00100030, &expected.birthDate},
                                                            {0x00100040, &expected.sex}, {0x0020000D, &expected.studyUid}, {0x00080050, &expected.accession},
                                                            {0x00200010, &expected.studyId}, {0x00080020, &expected.studyDate},
                                                            {0x00080030, &expected.studyTime}, {0x00081030, &expected.description},
                                                            {0x00080060, &expected.modality}, {0x00180015, &expected.bodyPart},
                                                            {0x00080090, &expected.referringPhysician}, {0x00321032, &expected.requestingPhysician},
                                                            {0x00080080, &expected.institution}, {0x00402016, &expected.placerOrderNumber},
                                                            {0x00402017, &expected.fillerOrderNumber}, {0x00401001, &expected.requestedProcedureId},
                                                            {0x00401002, &expected.reasonForStudy}, {0x00380010, &expected.visitNumber}};
            const auto tagOf = [](quint32 number) { return dicom::Tag{quint16(number >> 16), quint16(number)}; };
            int number = 0;
            for (const auto& [tag, member] : members) {
                ++number;
                const bool isSaid = dice.isOneOf(2);
                reached.count(isSaid ? "said" : "not said");
                if (!isSaid)
                    continue;
                *member = QString::number(100 + number);
                QVERIFY(dataset.setText(tagOf(tag), *member));
            }
            for (int item = dice.upTo(2), i = 0; i < item; ++i) {
                dicom::Dataset request = dataset.addItem(tagOf(0x00400275));
                for (const auto& [tag, member] : {std::pair(0x00080050, &expected.accession), {0x00401001, &expected.requestedProcedureId}})
                    if (dice.isOneOf(2)) {
                        const QString other = QString::number(900 + 2 * i + (tag == 0x00080050));
                        QVERIFY(request.setText(tagOf(tag), other));
                        reached.count(i > 0 ? "by the request's second item" : member->isEmpty() ? "by the request" : "by both");
                        if (i == 0 && member->isEmpty())
                            *member = other;
                    }
            }
            if (dice.isOneOf(2)) {
                dicom::Dataset code = dataset.addItem(tagOf(0x00321064));
                QVERIFY(code.setText(tagOf(0x00080100), expected.procedure.value = "V") && code.setText(tagOf(0x00080102), expected.procedure.scheme = "S"));
                QVERIFY(code.setText(tagOf(0x00080104), expected.procedure.meaning = "M"));
                reached.count("a procedure");
            }
            const StudyContext said = StudyContext::fromDataset(dataset);
            const QString problem = said == expected ? QString() : difference(seed, "context", linesOf(plainJson(said)), linesOf(plainJson(expected)));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            QVERIFY(said.toJson() == plainJson(expected));
            QVERIFY(StudyContext::fromJson(plainJson(expected)) == expected);
            StudyContext other;
            other.setPatient({expected.patientId, expected.issuerOfPatientId, expected.patientName, expected.birthDate, expected.sex});
            QCOMPARE((QStringList{other.patientId, other.issuerOfPatientId, other.patientName, other.birthDate, other.sex}),
                     (QStringList{expected.patientId, expected.issuerOfPatientId, expected.patientName, expected.birthDate, expected.sex}));
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }

    /// Each name of a merge field, however it is spelled, gives its own value, in the form the field holds; what is not known changes nothing.
    void REP_01_REP_04_everyFieldOfATemplate()
    {
        test::Reached reached({"retired", "only a part", "merged", "an unknown name", "not said", "by its value", "by its label", "among no choice", "a date",
                               "no date", "not resolved", "no language", "no such value"});
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            Dice dice(seed);
            const Drawn drawn = drawnReport(dice);
            StudyContext study = drawn.report.study;
            study.sex = dice.of({"", "F", "female", "m"});
            const QString procedure = study.procedure.meaning.isEmpty() ? study.description : study.procedure.meaning;
            const std::pair<QStringList, QString> known[] = {
                {{"PatientName", "Patient's Name", "(0010,0010)", "PID-5"}, drawn.patient.shown},
                {{"patient_id", "PatientMRN", "MRN", "Medical Record Number", "0010,0020", "PID.3"}, study.patientId},
                {{"PatientBirthDate", "Patient's Birth Date", "birth-date", "Date of Birth", "Patient DOB", "DOB", "00100030", "pid7"}, drawn.birth.shown},
                {{"patient.sex", "Patient's Sex", "SEX", "gender", "Patient Gender", "00100040", "PID-8"}, study.sex},
                {{"Accession Number", "accession", "00080050", "OBR-18"}, study.accession},
                {{"StudyDate", "exam date", "00080020", "OBR-7"}, drawn.studyDate.shown}, {{"StudyTime", "exam time", "00080030"}, drawn.studyTime.shown},
                {{"StudyDescription", "ExamName", "examination", "00081030"}, study.description},
                {{"procedure", "Procedure Name", "RequestedProcedureDescription", "00321060", "OBR-44"}, procedure}, {{"Modality", "00080060"}, study.modality},
                {{"BodyPart", "BodyPartExamined", "00180015"}, study.bodyPart},
                {{"ReferringPhysician", "ReferringPhysicianName", "Referring Physician's Name", "00080090", "PV1-8"}, drawn.referring.shown},
                {{"RequestingPhysician", "OrderingPhysician", "OrderingProvider", "00321032", "OBR-16"}, drawn.requesting.shown},
                {{"Institution", "InstitutionName", "00080080"}, study.institution},
                {{"ReasonForStudy", "ReasonForExam", "Indication", "ClinicalInformation", "ReasonForTheRequestedProcedure", "00401002", "OBR-31"},
                 study.reasonForStudy},
                {{"StudyInstanceUID", "StudyUID", "0020000D"}, study.studyUid}, {{"StudyID", "00200010"}, study.studyId},
                {{"PlacerOrderNumber", "00402016", "ORC-2", "OBR-2"}, study.placerOrderNumber},
                {{"FillerOrderNumber", "00402017", "ORC-3", "OBR-3"}, study.fillerOrderNumber}, {{"ShoeSize", "PID-99", "patient"}, {}}};
            const auto& [spellings, value] = known[dice.isOneOf(2) ? dice.of({2, 3, 5}) : dice.upTo(int(std::size(known)) - 1)];
            const QString name = dice.of(spellings);
            const bool isKnown = spellings[0] != "ShoeSize", isBirth = spellings[0] == "PatientBirthDate", isStudyDay = spellings[0] == "StudyDate";
            QVERIFY2(mergeValue(name, study) == (isKnown ? std::optional(value) : std::nullopt), qPrintable(QString("seed %1, %2").arg(seed).arg(name)));

            Template from;
            from.id = "t";
            from.title = "Title";
            from.language = dice.of({"", "de"});
            from.status = dice.of({Template::Status::Active, Template::Status::Draft, Template::Status::Active, Template::Status::Retired});
            from.isTopLevel = !dice.isOneOf(6);
            Field field;
            field.id = "f";
            field.value = "as it was";
            field.type = dice.isOneOf(2) ? dice.of({Field::Type::Date, Field::Type::Selection}) : Field::Type(dice.upTo(6));
            field.mergeName = dice.isOneOf(8) ? QString() : name;
            field.options =
                dice.of({std::vector<Option>{{"m", "Male", {}}, {"f", "Female", {}}}, {{"1", "M", {}}, {"2", "f", {}}, {"F", "", {}}}, {{"x", "X", {}}}});
            const When& day = isBirth ? drawn.birth : drawn.studyDate;
            Section section, part;
            section.id = "s";
            section.text = "text";
            section.fields = {Field(), field};
            part.id = "@1";
            from.sections = {section, part, section};
            const auto report = merge(from, study, "author");
            if (from.status == Template::Status::Retired || !from.isTopLevel) {
                QVERIFY2(!report && report.error().fault == Fault::Denied, qPrintable(QString::number(seed)));
                reached.count(from.isTopLevel ? "retired" : "only a part");
                continue;
            }
            const bool isMerged = isKnown && !value.isEmpty() && !field.mergeName.isEmpty();
            if (isMerged && field.type == Field::Type::Date && (isBirth || isStudyDay)) {
                section.fields[1].value = day.hl7.isEmpty() ? QString() : day.shown;
                reached.count(day.hl7.isEmpty() ? "no date" : "a date");
            } else if (isMerged) {
                // What cannot stand in the field is left out.
                bool isNumber = false;
                value.toDouble(&isNumber);
                const bool isChoice = field.type == Field::Type::Selection || field.type == Field::Type::CheckBox; // a box is ticked or empty
                const bool isLeftOut = field.type == Field::Type::Date     ? !QDate::fromString(value, "yyyy-MM-dd").isValid()
                                       : field.type == Field::Type::Time   ? !QTime::fromString(value, "HH:mm").isValid()
                                       : field.type == Field::Type::Number ? !isNumber
                                                                           : isChoice;
                section.fields[1].value = reached.count("no such value", isLeftOut) ? QString() : value;
                const auto is = [&](const QString& text) { return text.toLower() == value.toLower(); };
                const auto chosen = std::find_if(field.options.begin(), field.options.end(), [&](const Option& one) { return is(one.value) || is(one.label); });
                if (isChoice && chosen != field.options.end()) {
                    section.fields[1].value = chosen->value;
                    reached.count(is(chosen->value) ? "by its value" : "by its label");
                }
                reached.count("among no choice", isChoice && chosen == field.options.end());
            }
            Report expected;
            expected.templateId = "t";
            expected.title = "Title";
            expected.language = from.language.isEmpty() ? "en" : from.language;
            expected.study = study;
            expected.author = "author";
            expected.sections = {section, section};
            const QString problem =
                report && *report == expected
                    ? QString()
                    : difference(seed, qPrintable(name), report ? linesOf(plainJson(*report, Images::HashOnly)) : QStringList{report.error().detail},
                                 linesOf(plainJson(expected, Images::HashOnly)));
            QVERIFY2(problem.isEmpty(), qPrintable(problem));
            reached.count("merged", isMerged);
            reached.count("an unknown name", !isKnown);
            reached.count("not said", isKnown && value.isEmpty());
            reached.count("not resolved");
            reached.count("no language", from.language.isEmpty());
        }
        qInfo("%s", qPrintable(reached.summary()));
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomReportJson)
#include "tst_random_report_json.moc"
