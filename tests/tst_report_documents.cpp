#include "netclient/dicom/dataset.h"
#include "reporting/export/dicom_export.h"
#include "reporting/export/hl7_export.h"
#include "reporting/export/text_export.h"
#include "reporting/model/life_cycle.h"
#include "tests/support/phantom_files.h"
#include <functional>

using namespace diascope;
using namespace diascope::reporting;

namespace
{

const QString ct = QStringLiteral("1.2.840.10008.5.1.4.1.1.2");

/// Every member says something else, so that none can stand in another's place unseen.
StudyContext fullContext()
{
    StudyContext study;
    study.patientName = "Doe^Jane^Mary^Dr.^Jr.";
    study.patientId = "4711";
    study.issuerOfPatientId = "HOSP";
    study.birthDate = "19800229";
    study.sex = "F";
    study.studyUid = "1.2.3";
    study.accession = "ACC-77";
    study.issuerOfAccession = "RIS-A";
    study.studyId = "SID-3";
    study.studyDate = "20180107";
    study.studyTime = "140312";
    study.description = "CT Head";
    study.modality = "CT\\SR";
    study.bodyPart = "HEAD";
    study.referringPhysician = "House^Gregory";
    study.requestingPhysician = "Wilson^James";
    study.institution = "St. Elsewhere";
    study.placerOrderNumber = "PL-1";
    study.fillerOrderNumber = "FI-2";
    study.requestedProcedureId = "RP-9";
    study.reasonForStudy = "Fall";
    study.visitNumber = "V-5";
    study.procedure = {"CTHEAD", "99LOCAL", "CT of the head"};
    return study;
}

Report fullDraft()
{
    Report report = blankReport(fullContext(), "resident");
    report.reportId = "r-1";
    report.version = 1;
    report.title = "CT of the head, report";
    report.findSection("clinical-information")->text = "Fell from a horse.";
    report.findSection("technique")->text = "Without contrast.";
    report.findSection("comparison")->text = "None.";
    report.findSection("findings")->text = "Line one\nLine two";
    report.findSection("impression")->text = "No fracture.";
    report.measurements = {{"m1", "Long axis", "length", 12.34, 1, "mm", {"1.2.3.4.1", 1, "fig-1", "1.2.3.4", ct}},
                           {"m2", "", "", 61, 0, QString::fromUtf8("cm²"), {"1.2.3.4.2", 3, "fig-2", "1.2.3.4", ct}}};
    report.keyImages = {{"k1", "Lesion", {"1.2.3.4.3", 1, "", "1.2.3.4", ct}, {}}};
    return report;
}

const QDateTime signedAt({2018, 1, 8}, {9, 30, 15}, Qt::UTC);

Report finalReport(const Report& draft = fullDraft()) { return *signedVersion(draft, SignAs::Final, "Strange^Stephen", signedAt); }

OruOptions options()
{
    OruOptions options;
    options.controlId = "DS-1";
    options.sendingFacility = "READING";
    options.receivingApplication = "RIS";
    options.receivingFacility = "RADIOLOGY";
    return options;
}

QStringList segments(const Report& report, const OruOptions& given = options())
{
    const auto message = toOru(report, given);
    return message ? message->toText().split(u'\r', Qt::SkipEmptyParts) : QStringList{message.error().detail};
}

} // namespace

/// The documents a signed report becomes, whole: each field, attribute and line, as the standards place them (REP-13, REP-14).
class TestReportDocuments : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "UTC"); }

    /// HL7 v2.5.1 §2.14.9 MSH, §3.4.2 PID, §3.4.3 PV1, §4.5.1 ORC, §4.5.3 OBR, §7.4.2 OBX; codes by LOINC.
    void REP_14_everyFieldStandsInItsPlace()
    {
        const QStringList expected{
            "MSH|^~\\&|DIASCOPE|READING|RIS|RADIOLOGY|20180108093015+0000||ORU^R01^ORU_R01|DS-1|P|2.5.1||||||UNICODE UTF-8",
            "PID|1||4711^^^HOSP^PI||Doe^Jane^Mary^Jr.^Dr.^^L^A||19800229|F",
            "PV1|1|U||||||^House^Gregory|||||||||||V-5",
            "ORC|RE|PL-1|FI-2||CM",
            "OBR|1|PL-1|FI-2|CTHEAD^CT of the head^99LOCAL|||20180107140312|||||||||^Wilson^James||ACC-77|RP-9|||20180108093015+0000||CT|F||||||"
            "^Fall|&Strange\\S\\Stephen^20180108093015+0000",
            "OBX|1|HD|113014^DICOM Study^DCM|1|1.2.3||||||F|||20180108093015+0000",
            "OBX|2|TX|55752-0^Clinical information^LN|2|Fell from a horse.||||||F|||20180108093015+0000",
            "OBX|3|TX|55111-9^Current imaging procedure descriptions^LN|3|Without contrast.||||||F|||20180108093015+0000",
            "OBX|4|TX|18834-2^Radiology Comparison study^LN|4|None.||||||F|||20180108093015+0000",
            "OBX|5|TX|59776-5^Procedure findings^LN|5|Line one||||||F|||20180108093015+0000",
            "OBX|6|TX|59776-5^Procedure findings^LN|5|Line two||||||F|||20180108093015+0000",
            "OBX|7|TX|19005-8^Radiology Imaging study [Impression]^LN|6|No fracture.||||||F|||20180108093015+0000",
            "OBX|8|NM|length^Long axis^L|M1|12.3|mm^mm^UCUM|||||F|||20180108093015+0000",
            QString::fromUtf8("OBX|9|NM|measurement^Measurement 2^L|M2|61|cm2^cm²^UCUM|||||F|||20180108093015+0000"),
            "OBX|10|TX|key-images^Key images^L|7|Image 1: Lesion||||||F|||20180108093015+0000",
            "OBX|11|TX|signature^Signature^L|8|Final report, signed by Strange\\S\\Stephen on 2018-01-08 09:30 +00:00||||||F|||20180108093015+0000"};
        QCOMPARE(segments(finalReport()), expected);
    }

    /// What is not known leaves its field empty, and the next best stands in where one is needed.
    void REP_14_whatIsNotKnown()
    {
        Report draft = fullDraft();
        draft.study.requestingPhysician.clear();
        draft.study.fillerOrderNumber.clear();
        draft.study.procedure = {};
        draft.study.reasonForStudy.clear();
        draft.study.studyTime.clear();
        draft.study.birthDate = "unknown";
        QStringList sent = segments(finalReport(draft));
        QCOMPARE(sent[1], "PID|1||4711^^^HOSP^PI||Doe^Jane^Mary^Jr.^Dr.^^L^A|||F");
        QCOMPARE(sent[3], "ORC|RE|PL-1|ACC-77||CM"); // without an order of its own the accession number is the filler's
        QCOMPARE(sent[4], "OBR|1|PL-1|ACC-77|18748-4^CT Head^LN|||20180107|||||||||^House^Gregory||ACC-77|RP-9|||20180108093015+0000||CT|F|||||||"
                          "&Strange\\S\\Stephen^20180108093015+0000");
        draft.study.description.clear();
        draft.study.studyDate = "2018";
        draft.study.patientId.clear();
        sent = segments(finalReport(draft));
        QCOMPARE(sent[1], "PID|1||^^^HOSP||Doe^Jane^Mary^Jr.^Dr.^^L^A|||F"); // no type of an identifier that is not there
        QCOMPARE(sent[4].section('|', 4, 7), "18748-4^Diagnostic imaging study^LN|||");
    }

    /// Tables 0038 (ORC-5), 0123 (OBR-25) and 0085 (OBX-11).
    void REP_14_theStatusOfEachVersion_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("order");
        QTest::addColumn<QString>("result");
        QTest::newRow("REP-14 preliminary") << int(Status::Preliminary) << "IP" << "P";
        QTest::newRow("REP-14 final") << int(Status::Final) << "CM" << "F";
        QTest::newRow("REP-14 corrected") << int(Status::Corrected) << "CM" << "C";
        QTest::newRow("REP-14 addendum") << int(Status::Addendum) << "CM" << "C";
        QTest::newRow("REP-14 cancelled") << int(Status::Cancelled) << "CA" << "X";
    }
    void REP_14_theStatusOfEachVersion()
    {
        QFETCH(int, status);
        QFETCH(QString, order);
        QFETCH(QString, result);
        Report report = finalReport();
        report.status = Status(status);
        const auto message = toOru(report, options());
        QVERIFY(message);
        QCOMPARE(message->text("ORC-5"), order);
        QCOMPARE(message->text("OBR-25"), result);
        QCOMPARE(message->count("OBX"), 11);
        for (int i = 1; i <= 11; ++i)
            QCOMPARE(message->text(QString("OBX(%1)-11").arg(i)), result);
    }

    /// UCUM (unitsofmeasure.org), for HL7 and for DICOM (PS3.16 CID 7181).
    void REP_14_unitsAreThoseOfUcum_data()
    {
        QTest::addColumn<QString>("shown");
        QTest::addColumn<QString>("code");
        for (const auto& [shown, code] : {std::pair("mm", "mm"), {"cm", "cm"}, {"HU", "[hnsf'U]"}, {"mm²", "mm2"}, {"cm²", "cm2"}, {"mm³", "mm3"}, {"cm³", "cm3"}, {"°", "deg"}})
            QTest::newRow(qPrintable(QString("REP-14 %1").arg(QString::fromUtf8(shown)))) << QString::fromUtf8(shown) << QString(code);
    }
    void REP_14_unitsAreThoseOfUcum()
    {
        QFETCH(QString, shown);
        QFETCH(QString, code);
        Report report = fullDraft();
        report.measurements = {{"m1", "One", "other", 2, 0, shown, {}}};
        report = finalReport(report);
        QCOMPARE(toOru(report, options())->text("OBX(8)-6.1"), code);
        QCOMPARE(toOru(report, options())->text("OBX(8)-6.3"), "UCUM");
        const auto sr = toSr(report);
        QVERIFY(sr);
        const QString path = m_folder.filePath("unit.dcm");
        QVERIFY(sr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python(R"PY(
import sys, pydicom
def walk(d):
    for c in d.get('ContentSequence', []):
        if c.ValueType == 'NUM':
            v = c.MeasuredValueSequence[0]; u = v.MeasurementUnitsCodeSequence[0]
            print(v.NumericValue, u.CodeValue, u.CodingSchemeDesignator)
        walk(c)
walk(pydicom.dcmread(sys.argv[1]))
)PY", {path});
        SUCCEEDS(ran);
        QCOMPARE(QString::fromUtf8(ran.out.trimmed()), QString("2 %1 UCUM").arg(code));
    }

    void REP_14_thePdfTravelsWhole()
    {
        OruOptions given = options();
        given.pdf = "%PDF-1.4 not shown here";
        const QStringList sent = segments(finalReport(), given);
        QCOMPARE(sent.size(), 17);
        // "%PDF-1.4 not shown here" by base64(1)
        QCOMPARE(sent[16], "OBX|12|ED|18748-4^Diagnostic imaging study^LN|9|^application^pdf^Base64^JVBERi0xLjQgbm90IHNob3duIGhlcmU=||||||F|||20180108093015+0000");
    }

    /// PS3.3 A.35.2 (Enhanced SR), C.17.2, C.17.3; PS3.16 TID 2000, 1204, 1002, 1003. Read by pydicom.
    void REP_13_theStructuredReportIsWhole()
    {
        const auto sr = toSr(finalReport());
        QVERIFY(sr);
        const QString path = m_folder.filePath("whole.dcm");
        QVERIFY(sr->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto ran = test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
for k in ('SOPClassUID Modality PatientName PatientID IssuerOfPatientID PatientBirthDate PatientSex StudyInstanceUID StudyDate StudyTime '
          'ReferringPhysicianName StudyID AccessionNumber StudyDescription SeriesNumber SeriesDescription InstanceNumber Manufacturer ContentDate ContentTime '
          'CompletionFlag PreliminaryFlag VerificationFlag ValueType ContinuityOfContent').split():
    print(k, d[k].value)
o = d.VerifyingObserverSequence[0]
print('verified', o.VerifyingObserverName, o.VerifyingOrganization, o.VerificationDateTime, len(d.VerifyingObserverSequence))
t = d.ContentTemplateSequence[0]
print('template', t.MappingResource, t.TemplateIdentifier)
for s in d.CurrentRequestedProcedureEvidenceSequence:
    for r in s.ReferencedSeriesSequence:
        for i in r.ReferencedSOPSequence:
            print('evidence', s.StudyInstanceUID, r.SeriesInstanceUID, i.ReferencedSOPClassUID, i.ReferencedSOPInstanceUID)
print('PertinentOtherEvidenceSequence' in d, 'PredecessorDocumentsSequence' in d)
def code(s): return '%s %s "%s"' % (s[0].CodeValue, s[0].CodingSchemeDesignator, s[0].CodeMeaning)
def walk(item, depth):
    name = code(item.ConceptNameCodeSequence) if 'ConceptNameCodeSequence' in item else '-'
    line = '.' * depth + ' ' + item.get('RelationshipType', 'root') + ' ' + item.ValueType + ' ' + name
    if item.ValueType == 'TEXT': line += ' = ' + item.TextValue.replace('\r\n', '/')
    if item.ValueType == 'CODE': line += ' = ' + code(item.ConceptCodeSequence)
    if item.ValueType == 'PNAME': line += ' = ' + str(item.PersonName)
    if item.ValueType == 'CONTAINER': line += ' ' + item.ContinuityOfContent
    if item.ValueType == 'NUM':
        v = item.MeasuredValueSequence[0]
        line += ' = ' + str(v.NumericValue) + ' ' + code(v.MeasurementUnitsCodeSequence)
    if item.ValueType == 'IMAGE':
        r = item.ReferencedSOPSequence[0]
        line += ' = %s %s %s' % (r.ReferencedSOPClassUID, r.ReferencedSOPInstanceUID, r.get('ReferencedFrameNumber', '-'))
    print(line)
    for c in item.get('ContentSequence', []): walk(c, depth + 1)
walk(d, 0)
)PY", {path});
        SUCCEEDS(ran);
        const QString expected = QString::fromUtf8(R"(SOPClassUID 1.2.840.10008.5.1.4.1.1.88.22
Modality SR
PatientName Doe^Jane^Mary^Dr.^Jr.
PatientID 4711
IssuerOfPatientID HOSP
PatientBirthDate 19800229
PatientSex F
StudyInstanceUID 1.2.3
StudyDate 20180107
StudyTime 140312
ReferringPhysicianName House^Gregory
StudyID SID-3
AccessionNumber ACC-77
StudyDescription CT Head
SeriesNumber 9900
SeriesDescription CT of the head, report
InstanceNumber 1
Manufacturer Diascope
ContentDate 20180108
ContentTime 093015
CompletionFlag COMPLETE
PreliminaryFlag FINAL
VerificationFlag VERIFIED
ValueType CONTAINER
ContinuityOfContent SEPARATE
verified Strange^Stephen St. Elsewhere 20180108093015 1
template DCMR 2000
evidence 1.2.3 1.2.3.4 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.1
evidence 1.2.3 1.2.3.4 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.2
evidence 1.2.3 1.2.3.4 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.3
False False
 root CONTAINER 18748-4 LN "Diagnostic Imaging Report" SEPARATE
. HAS CONCEPT MOD CODE 121049 DCM "Language of Content Item and Descendants" = en RFC5646 "English"
. HAS OBS CONTEXT CODE 121005 DCM "Observer Type" = 121006 DCM "Person"
. HAS OBS CONTEXT PNAME 121008 DCM "Person Observer Name" = Strange^Stephen
. CONTAINS CONTAINER 121060 DCM "History" SEPARATE
.. CONTAINS TEXT 121060 DCM "History" = Fell from a horse.
. CONTAINS CONTAINER 121064 DCM "Current Procedure Descriptions" SEPARATE
.. CONTAINS TEXT 121065 DCM "Procedure Description" = Without contrast.
. CONTAINS CONTAINER 121066 DCM "Prior Procedure Descriptions" SEPARATE
.. CONTAINS TEXT 121065 DCM "Procedure Description" = None.
. CONTAINS CONTAINER 121070 DCM "Findings" SEPARATE
.. CONTAINS TEXT 121071 DCM "Finding" = Line one/Line two
. CONTAINS CONTAINER 121072 DCM "Impressions" SEPARATE
.. CONTAINS TEXT 121073 DCM "Impression" = No fracture.
. CONTAINS CONTAINER 121070 DCM "Findings" SEPARATE
.. CONTAINS TEXT 121071 DCM "Finding" = Long axis: 12.3 mm
... INFERRED FROM NUM 410668003 SCT "Length" = 12.3 mm UCUM "millimeter"
.... INFERRED FROM IMAGE - = 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.1 -
.. CONTAINS TEXT 121071 DCM "Finding" = 61 cm²
... INFERRED FROM NUM M2 99DIASCOPE "Measurement" = 61 cm2 UCUM "square centimeter"
.... INFERRED FROM IMAGE - = 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.2 3
. CONTAINS CONTAINER 121070 DCM "Findings" SEPARATE
.. CONTAINS TEXT 121071 DCM "Finding" = Image 1: Lesion
... INFERRED FROM IMAGE - = 1.2.840.10008.5.1.4.1.1.2 1.2.3.4.3 -
)");
        QCOMPARE(QString::fromUtf8(ran.out).split('\n'), expected.split('\n'));
    }

    /// A report without numbers is Basic Text SR; a preliminary one is not verified; what the study does not state is absent or empty.
    void REP_13_whatADocumentDoesNotState()
    {
        Report draft = fullDraft();
        draft.measurements.clear();
        draft.study.issuerOfPatientId.clear();
        draft.study.description.clear();
        draft.study.institution.clear();
        draft.language = "zh-CN";
        Report report = *signedVersion(draft, SignAs::Preliminary, "Resident^R", signedAt);
        auto sr = toSr(report);
        QVERIFY(sr);
        namespace tag = dicom::tag;
        QCOMPARE(sr->text(tag::SOPClassUID), "1.2.840.10008.5.1.4.1.1.88.11");
        QCOMPARE(sr->text(tag::VerificationFlag), "UNVERIFIED");
        QCOMPARE(sr->text(dicom::Tag{0x0040, 0xA496}), "PRELIMINARY");
        QVERIFY(!sr->contains(tag::VerifyingObserverSequence));
        QVERIFY(!sr->contains(tag::IssuerOfPatientID));
        QVERIFY(!sr->contains(tag::StudyDescription));
        const auto language = sr->items(tag::ContentSequence).front().item(tag::ConceptCodeSequence);
        QVERIFY(language);
        QCOMPARE(language->text(tag::CodeValue), "zh-CN");
        QCOMPARE(language->text(tag::CodeMeaning), "Chinese");
        sr = toSr(*signedVersion(draft, SignAs::Final, "Strange^Stephen", signedAt));
        QCOMPARE(sr->item(tag::VerifyingObserverSequence)->text(tag::VerifyingOrganization), "not stated"); // Type 1
        Report unknown = report;
        unknown.study.studyUid = "not a UID";
        QVERIFY(!toSr(unknown));
        unknown = report;
        unknown.reportId.clear();
        QVERIFY(!toSr(unknown));
    }

    /// PS3.3 A.45.1, C.24.1, C.24.2.
    void REP_13_theEncapsulatedPdfIsWhole()
    {
        const QByteArray pdf = "%PDF-1.4 odd"; // 12 bytes
        namespace tag = dicom::tag;
        for (const QByteArray& content : {pdf, pdf + "+"}) {
            const auto object = toEncapsulatedPdf(finalReport(), content);
            QVERIFY(object);
            const QString path = m_folder.filePath("pdf.dcm");
            QVERIFY(object->write(path, QString::fromUtf16(dicom::explicitLittleEndian)));
            const auto ran = test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
for k in 'SOPClassUID Modality PatientID StudyInstanceUID AccessionNumber ConversionType BurnedInAnnotation DocumentTitle VerificationFlag MIMETypeOfEncapsulatedDocument'.split():
    print(k, d[k].value)
c = d.ConceptNameCodeSequence[0]
print(c.CodeValue, c.CodingSchemeDesignator, c.CodeMeaning)
print(d.EncapsulatedDocument)
)PY", {path});
            SUCCEEDS(ran);
            const QByteArray padded = content.size() % 2 ? content + "\\x00" : content;
            QCOMPARE(ran.out, "SOPClassUID 1.2.840.10008.5.1.4.1.1.104.1\nModality DOC\nPatientID 4711\nStudyInstanceUID 1.2.3\nAccessionNumber ACC-77\n"
                              "ConversionType WSD\nBurnedInAnnotation YES\nDocumentTitle CT of the head, report\nVerificationFlag VERIFIED\n"
                              "MIMETypeOfEncapsulatedDocument application/pdf\n18748-4 LN Diagnostic Imaging Report\nb'" + padded + "'\n");
        }
        // the SR and the PDF of one report are two objects in two series
        const auto sr = toSr(finalReport());
        const auto object = toEncapsulatedPdf(finalReport(), pdf);
        QVERIFY(sr->text(tag::SOPInstanceUID) != object->text(tag::SOPInstanceUID));
        QVERIFY(sr->text(tag::SeriesInstanceUID) != object->text(tag::SeriesInstanceUID));
    }

    void REP_13_theTextIsWhole()
    {
        Report draft = fullDraft();
        draft.critical = {true, "Bleeding", "Dr. Cox", "telephone", signedAt.addSecs(-1800), "Dr. Cox himself"};
        const QString expected = QString::fromUtf8("CT of the head, report\n\n"
                                                   "Patient: Doe, Dr. Jane Mary Jr.\nPatient ID: 4711 (HOSP)\nBirth date: 1980-02-29\nSex: F\nAccession number: ACC-77\n"
                                                   "Study: 2018-01-07 CT Head\nReferring physician: House, Gregory\n\n"
                                                   "CLINICAL INFORMATION\nFell from a horse.\n\nTECHNIQUE\nWithout contrast.\n\nCOMPARISON\nNone.\n\n"
                                                   "FINDINGS\nLine one\nLine two\n\nIMPRESSION\nNo fracture.\n\n"
                                                   "MEASUREMENTS\nLong axis: 12.3 mm\n61 cm²\n\nKEY IMAGES\nImage 1: Lesion\n\n"
                                                   "CRITICAL RESULT\nBleeding\nCommunicated to Dr. Cox (telephone), 2018-01-08 09:00 +00:00\nAcknowledged by Dr. Cox himself\n\n"
                                                   "Final report, signed by Strange^Stephen on 2018-01-08 09:30 +00:00\n");
        QCOMPARE(toText(finalReport(draft)).split('\n'), expected.split('\n'));
        // what is not known about a critical result has no words
        draft.critical = {true, "", "", "", {}, ""};
        draft.keyImages[0].caption.clear();
        const QString text = toText(finalReport(draft));
        QVERIFY(text.contains("\nKEY IMAGES\nImage 1\n\nCRITICAL RESULT\nCritical result\n\nFinal report"));
    }

    void REP_12_theSignatureLineNamesTheKindOfVersion()
    {
        Report report = fullDraft();
        QCOMPARE(signatureLine(report), "DRAFT, not signed");
        report = finalReport(report);
        const QString by = " by Strange^Stephen on 2018-01-08 09:30 +00:00";
        for (const auto& [status, words] : {std::pair(Status::Preliminary, "Preliminary report, signed"), {Status::Final, "Final report, signed"},
                                            {Status::Corrected, "Corrected report, signed"}, {Status::Addendum, "Final report with addendum, signed"},
                                            {Status::Cancelled, "CANCELLED"}}) {
            report.status = status;
            QCOMPARE(signatureLine(report), words + by);
        }
    }

    /// New York is five hours behind UTC in winter, Kolkata five and a half before it; in Shanghai it is the next day.
    void REP_13_timesAreThoseOfThePlace()
    {
        const auto clear = qScopeGuard([] { qputenv("TZ", "UTC"); tzset(); });
        for (const auto& [zone, time] : {std::pair("America/New_York", "04:30 -05:00"), {"Asia/Kolkata", "15:00 +05:30"}}) {
            qputenv("TZ", zone);
            tzset();
            QCOMPARE(signatureLine(finalReport()), QStringLiteral("Final report, signed by Strange^Stephen on 2018-01-08 ") + time);
        }
        qputenv("TZ", "Asia/Shanghai");
        tzset();
        const auto sr = toSr(*signedVersion(fullDraft(), SignAs::Final, "Strange^Stephen", QDateTime({2018, 1, 8}, {20, 0}, Qt::UTC)));
        QVERIFY(sr);
        namespace tag = dicom::tag;
        QCOMPARE(sr->text(tag::ContentDate), "20180109");
        QCOMPARE(sr->text(tag::ContentTime), "040000");
        QCOMPARE(sr->item(tag::VerifyingObserverSequence)->text(tag::VerificationDateTime), "20180109040000");
    }

    /// OBX-3: LOINC for an addendum; a section that has a code of its own is sent with it.
    void REP_14_whatEachSectionIs()
    {
        Report draft = fullDraft();
        draft.findSection("findings")->code = {"X1", "99L", "Liver"};
        Report addendum = *succeed(finalReport(draft), Purpose::Addendum, "resident");
        addendum.findSection("addendum")->text = "Seen again.";
        const QStringList sent = segments(finalReport(addendum));
        QCOMPARE(sent.filter("|Seen again.|").value(0).section('|', 3, 3), "55107-7^Addendum Document^LN");
        QCOMPARE(sent.filter("|Line one|").value(0).section('|', 3, 3), "X1^Liver^99L");
    }

    /// What an image says about its study (PS3.6 for the tags), and a report keeps.
    void DEL_08_theContextIsReadFromTheRightAttributes()
    {
        const auto made = test::writeFiles(m_folder.path(), R"PY(
ds = image()
ds.PatientName = 'Doe^Jane^Mary^Dr.^Jr.'; ds.PatientID = '4711'; ds.IssuerOfPatientID = 'HOSP'; ds.PatientBirthDate = '19800229'; ds.PatientSex = 'F'
ds.StudyInstanceUID = '1.2.3'; ds.StudyID = 'SID-3'; ds.StudyDate = '20180107'; ds.StudyTime = '140312'; ds.StudyDescription = 'CT Head'; ds.Modality = 'CT'
ds.BodyPartExamined = 'HEAD'; ds.ReferringPhysicianName = 'House^Gregory'; ds.RequestingPhysician = 'Wilson^James'; ds.InstitutionName = 'St. Elsewhere'
ds.PlacerOrderNumberImagingServiceRequest = 'PL-1'; ds.FillerOrderNumberImagingServiceRequest = 'FI-2'
ds.ReasonForTheRequestedProcedure = 'Fall'; ds.AdmissionID = 'V-5'
r = Dataset(); r.AccessionNumber = 'IN-SEQ'; r.RequestedProcedureID = 'RP-SEQ'; ds.RequestAttributesSequence = [r]
c = Dataset(); c.CodeValue = 'CTHEAD'; c.CodingSchemeDesignator = '99LOCAL'; c.CodeMeaning = 'CT of the head'; ds.RequestedProcedureCodeSequence = [c]
save(ds, 'in-sequence')
ds.AccessionNumber = 'ACC-77'; ds.RequestedProcedureID = 'RP-9'
save(ds, 'plain')
)PY");
        SUCCEEDS(made);
        StudyContext expected = fullContext();
        expected.issuerOfAccession.clear(); // no attribute of an image's own
        expected.modality = "CT";
        const auto plain = dicom::Dataset::read(m_folder.filePath("plain"));
        QVERIFY(plain);
        QCOMPARE(StudyContext::fromDataset(*plain).toJson(), expected.toJson());
        QVERIFY(StudyContext::fromDataset(*plain) == expected);
        expected.accession = "IN-SEQ";
        expected.requestedProcedureId = "RP-SEQ";
        const auto inSequence = dicom::Dataset::read(m_folder.filePath("in-sequence"));
        QVERIFY(inSequence);
        QVERIFY(StudyContext::fromDataset(*inSequence) == expected);
    }

    /// Whatever of a signed report is changed, its hash is another; what counts working copies alone does not matter.
    void REP_10_everyMemberIsFrozen()
    {
        Report full = fullDraft();
        full.templateId = "t";
        full.language = "en";
        full.createdAt = full.modifiedAt = full.signedAt = signedAt;
        full.signer = "Strange^Stephen";
        full.predecessorHash = "ab";
        full.critical = {true, "Bleeding", "Dr. Cox", "telephone", signedAt, "himself"};
        Field field;
        field.id = "f";
        field.label = "Size";
        field.unit = "mm";
        field.value = "4";
        field.options = {{"a", "A", {"c", "s", "m"}}};
        full.findSection("findings")->fields = {field};
        full.keyImages[0].png = "picture";
        const QString hash = contentHash(full);
        QCOMPARE(hash.size(), 64);
        using Change = std::function<void(Report&)>;
        const auto later = signedAt.addMSecs(1);
        const std::pair<const char*, Change> changes[] = {
            {"id", [](Report& r) { r.reportId += "x"; }},
            {"version", [](Report& r) { ++r.version; }},
            {"status", [](Report& r) { r.status = Status::Corrected; }},
            {"purpose", [](Report& r) { r.purpose = Purpose::Addendum; }},
            {"template", [](Report& r) { r.templateId += "x"; }},
            {"title", [](Report& r) { r.title += "x"; }},
            {"language", [](Report& r) { r.language = "de"; }},
            {"author", [](Report& r) { r.author += "x"; }},
            {"created", [&](Report& r) { r.createdAt = later; }},
            {"modified", [&](Report& r) { r.modifiedAt = later; }},
            {"signer", [](Report& r) { r.signer += "x"; }},
            {"signed", [&](Report& r) { r.signedAt = later; }},
            {"version before", [](Report& r) { r.predecessorHash += "0"; }},
            {"patient", [](Report& r) { r.study.patientName += "x"; }},
            {"patient's ID", [](Report& r) { r.study.patientId = "1"; }},
            {"study", [](Report& r) { r.study.studyUid += ".1"; }},
            {"procedure", [](Report& r) { r.study.procedure.meaning += "x"; }},
            {"a section's text", [](Report& r) { r.sections[3].text += "x"; }},
            {"a section's title", [](Report& r) { r.sections[3].title += "x"; }},
            {"a section's level", [](Report& r) { ++r.sections[3].level; }},
            {"a section's lock", [](Report& r) { r.sections[3].isLocked = true; }},
            {"order of sections", [](Report& r) { std::swap(r.sections[3], r.sections[4]); }},
            {"a section less", [](Report& r) { r.sections.pop_back(); }},
            {"a field's value", [](Report& r) { r.sections[3].fields[0].value = "5"; }},
            {"a field's label", [](Report& r) { r.sections[3].fields[0].label += "x"; }},
            {"a field's unit", [](Report& r) { r.sections[3].fields[0].unit = "cm"; }},
            {"the text behind a field", [](Report& r) { r.sections[3].fields[0].trailingText = "of 4"; }},
            {"what a field is filled from", [](Report& r) { r.sections[3].fields[0].mergeName = "x"; }},
            {"a field's lock", [](Report& r) { r.sections[3].fields[0].isReadOnly = true; }},
            {"a section's code", [](Report& r) { r.sections[3].code = {"X1", "99L", "Liver"}; }},
            {"a choice's label", [](Report& r) { r.sections[3].fields[0].options[0].label += "x"; }},
            {"a choice's code", [](Report& r) { r.sections[3].fields[0].options[0].code.value += "x"; }},
            {"a measurement's value", [](Report& r) { r.measurements[0].value += 0.01; }},
            {"a measurement's decimals", [](Report& r) { ++r.measurements[0].decimals; }},
            {"a measurement's unit", [](Report& r) { r.measurements[0].unit = "cm"; }},
            {"a measurement's label", [](Report& r) { r.measurements[0].label += "x"; }},
            {"a measurement's kind", [](Report& r) { r.measurements[0].kind = "area"; }},
            {"a measurement's image", [](Report& r) { r.measurements[0].where.sopInstanceUid += ".1"; }},
            {"a measurement's frame", [](Report& r) { ++r.measurements[0].where.frame; }},
            {"a measurement's study", [](Report& r) { r.measurements[0].where.studyUid = "1.9"; }},
            {"a key image's picture", [](Report& r) { r.keyImages[0].png += "x"; }},
            {"a key image's caption", [](Report& r) { r.keyImages[0].caption += "x"; }},
            {"whether it is critical", [](Report& r) { r.critical.isCritical = false; }},
            {"who was told", [](Report& r) { r.critical.toldTo += "x"; }},
            {"when", [&](Report& r) { r.critical.toldAt = later; }},
        };
        for (const auto& [what, change] : changes) {
            Report changed = full;
            change(changed);
            QVERIFY2(contentHash(changed) != hash, what);
            QVERIFY2(*reportFromJson(toJson(changed, Images::Embedded)) == changed, what); // and kept as it is
        }
        Report counted = full;
        ++counted.revision;
        counted.contentHash = hash;
        QCOMPARE(contentHash(counted), hash);
    }

    void REP_10_theContextIsKeptWhole()
    {
        const StudyContext context = fullContext();
        const QJsonObject json = context.toJson();
        QCOMPARE(json.size(), 23); // nothing left out, nothing under another's name
        QVERIFY(StudyContext::fromJson(json) == context);
        QCOMPARE(json["patientName"].toString(), context.patientName);
        QCOMPARE(json["accession"].toString(), context.accession);
        QCOMPARE(json["procedure"].toObject()["meaning"].toString(), "CT of the head");
        QVERIFY(StudyContext::fromJson(StudyContext().toJson()) == StudyContext());
        QCOMPARE(StudyContext().toJson().size(), 0);
    }
};

QTEST_MAIN(TestReportDocuments)
#include "tst_report_documents.moc"
