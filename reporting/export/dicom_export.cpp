#include "reporting/export/dicom_export.h"
#include "netclient/dicom/uid.h"
#include "reporting/export/text_export.h"
#include "reporting/export/units.h"
#include <QHash>
#include <QLocale>
#include <QMap>
#include <QSet>

namespace diascope::reporting
{

namespace
{

namespace tag = dicom::tag;
using dicom::Dataset;
using dicom::Tag;

constexpr Tag performedProcedureCodeSequence{0x0040, 0xA372};
constexpr Tag verifyingObserverIdentificationCodeSequence{0x0040, 0xA088};
constexpr Tag preliminaryFlag{0x0040, 0xA496};
constexpr Tag referencedPerformedProcedureStepSequence{0x0008, 0x1111};
constexpr Tag personName{0x0040, 0xA123};
constexpr Tag referencedSopSequence{0x0008, 0x1199};
constexpr Tag acquisitionDateTime{0x0008, 0x002A};

QString tr(const char* text) { return QCoreApplication::translate("ReportExport", text); }
QString s(const char* text) { return QString::fromLatin1(text); }

QString documentUid(const QString& kind, const Report& report, int version)
{
    return dicom::uidFor(QStringLiteral("diascope %1 %2 %3").arg(kind, report.reportId).arg(version));
}
QString seriesUid(const QString& kind, const Report& report)
{
    return dicom::uidFor(QStringLiteral("diascope %1 series %2").arg(kind, report.reportId));
}

/// Collects the first error of many setText(), so that building an object reads like the object.
class Builder
{
public:
    void text(Dataset item, Tag tag, const QString& value)
    {
        if (value.isEmpty())
            item.setEmpty(tag);
        else if (auto done = item.setText(tag, value); !done && !m_error)
            m_error = done.error();
    }
    void code(Dataset item, Tag sequence, const Code& code)
    {
        Dataset one = item.addItem(sequence);
        text(one, tag::CodeValue, code.value.left(16));
        text(one, tag::CodingSchemeDesignator, code.scheme.left(16));
        text(one, tag::CodeMeaning, code.meaning.left(64));
    }
    const std::optional<Error>& error() const { return m_error; }

private:
    std::optional<Error> m_error;
};

const Code finding{s("121071"), s("DCM"), s("Finding")};

/// PS3.16 CID 7001 headings and what their text is called, CID 7002.
std::pair<Code, Code> codesOf(const Part& part)
{
    static const QHash<QString, std::pair<Code, Code>> known{
        {s("clinical-information"), {{s("121060"), s("DCM"), s("History")}, {s("121060"), s("DCM"), s("History")}}},
        {s("technique"), {{s("121064"), s("DCM"), s("Current Procedure Descriptions")}, {s("121065"), s("DCM"), s("Procedure Description")}}},
        {s("comparison"), {{s("121066"), s("DCM"), s("Prior Procedure Descriptions")}, {s("121065"), s("DCM"), s("Procedure Description")}}},
        {s("findings"), {{s("121070"), s("DCM"), s("Findings")}, finding}},
        {s("impression"), {{s("121072"), s("DCM"), s("Impressions")}, {s("121073"), s("DCM"), s("Impression")}}},
    };
    if (part.kind != Part::Kind::Section) // what our own parts hold are findings; their text says which
        return known.value(s("findings"));
    if (part.id.startsWith(section::addendum))
        return {{s("55107-7"), s("LN"), s("Addendum")}, finding};
    return known.value(part.id, {{part.id.left(16), s("99DIASCOPE"), part.title.trimmed().isEmpty() ? part.id : part.title}, finding});
}

Code unitCode(const QString& unit)
{
    return unit.isEmpty() ? Code{s("1"), s("UCUM"), s("no units")} : ucum(unit).value_or(Code{unit, s("99DIASCOPE"), unit});
}

Code quantityCode(const Measurement& measurement, int number)
{
    static const QHash<QString, Code> known{
        {s("length"), {s("410668003"), s("SCT"), s("Length")}},
        {s("area"), {s("42798000"), s("SCT"), s("Area")}},
        {s("angle"), {s("1483009"), s("SCT"), s("Angle")}},
        {s("mean"), {s("373098007"), s("SCT"), s("Mean")}},
    };
    const QString label = measurement.label.simplified(), meaning = label.isEmpty() ? s("Measurement") : label;
    return known.value(measurement.kind, Code{QStringLiteral("M%1").arg(number), s("99DIASCOPE"), meaning});
}

/// At most 16 characters (PS3.5 6.2, DS), rounded where there is no room for all.
QString decimalString(const Measurement& measurement)
{
    constexpr int most = 16;
    QString text = measurement.valueText();
    for (int decimals = measurement.decimals; text.size() > most && decimals > 0;)
        text = QString::number(measurement.value, 'f', --decimals);
    return text.size() <= most ? text : QString::number(measurement.value, 'g', 9);
}

/// The multi-frame IODs (PS3.3 A, PS3.4 B.5). Of them a reference without a frame means all frames (PS3.3 10.3).
bool isMultiFrameClass(const QString& sopClass)
{
    static const QSet<QString> classes = [] {
        QSet<QString> uids;
        for (const char* end : {"2.1", "2.2", "3.1", "4.1", "4.2", "4.3", "4.4", "6.2", "7.1", "7.2", "7.3", "7.4", "12.1", "12.1.1", "12.2", "12.2.1", "13.1.1", "13.1.2", "13.1.3", "13.1.4", "13.1.5",
                                "14.1", "14.2", "20", "30", "66.4", "66.7", "77.1.1.1", "77.1.2.1", "77.1.4.1", "77.1.5.2", "77.1.5.4", "77.1.5.5", "77.1.5.6", "77.1.6", "128.1", "130", "481.2"})
            uids << s("1.2.840.10008.5.1.4.1.1.") + s(end);
        return uids;
    }();
    return classes.contains(sopClass);
}

bool isImage(const InstanceRef& where) { return dicom::isValidUid(where.sopInstanceUid) && dicom::isValidUid(where.sopClassUid); }

/// Basic Text SR holds no numbers.
QString srClassOf(const Report& report) { return report.measurements.empty() ? s("1.2.840.10008.5.1.4.1.1.88.11") : s("1.2.840.10008.5.1.4.1.1.88.22"); }

class Document
{
public:
    Document(const Report& report, const QString& kind, const Report* predecessor = nullptr) : m_report(report), m_predecessor(predecessor), m_kind(kind) {}

    /// Patient, General Study, Series, Equipment (PS3.3 C.7.1.1, C.7.2.1, C.7.5.1) and SOP Common.
    void context(const QString& sopClass, const QString& modality)
    {
        const StudyContext& study = m_report.study;
        put(tag::SOPClassUID, sopClass);
        put(tag::SOPInstanceUID, documentUid(m_kind, m_report, m_report.version));
        put(tag::PatientName, study.patientName);
        put(tag::PatientID, study.patientId);
        if (!study.issuerOfPatientId.isEmpty())
            put(tag::IssuerOfPatientID, study.issuerOfPatientId);
        put(tag::PatientBirthDate, study.birthDate);
        put(tag::PatientSex, study.sex);
        put(tag::StudyInstanceUID, study.studyUid);
        put(tag::StudyDate, study.studyDate);
        put(tag::StudyTime, study.studyTime);
        put(tag::ReferringPhysicianName, study.referringPhysician);
        put(tag::StudyID, study.studyId);
        put(tag::AccessionNumber, study.accession);
        if (!study.description.isEmpty())
            put(tag::StudyDescription, study.description);
        put(tag::Modality, modality);
        put(tag::SeriesInstanceUID, seriesUid(m_kind, m_report));
        put(tag::SeriesNumber, s("9900"));
        put(tag::SeriesDescription, m_report.title.left(64));
        put(tag::InstanceNumber, QString::number(m_report.version));
        put(tag::Manufacturer, s("Diascope"));
        const QDateTime at = m_report.signedAt.toLocalTime();
        put(tag::ContentDate, at.toString(s("yyyyMMdd")));
        put(tag::ContentTime, at.toString(s("HHmmss")));
    }

    void structuredReport()
    {
        context(srClassOf(m_report), s("SR"));
        m_dataset.setEmpty(referencedPerformedProcedureStepSequence);
        general();
        evidence();
        put(tag::ValueType, s("CONTAINER"));
        m_build.code(m_dataset, tag::ConceptNameCodeSequence, {s("18748-4"), s("LN"), s("Diagnostic Imaging Report")});
        put(tag::ContinuityOfContent, s("SEPARATE"));
        Dataset used = m_dataset.addItem(tag::ContentTemplateSequence);
        m_build.text(used, tag::MappingResource, s("DCMR"));
        m_build.text(used, tag::TemplateIdentifier, s("2000"));
        language();
        observer();
        for (const Part& part : parts(m_report)) {
            const auto [heading, textCode] = codesOf(part);
            Dataset section = content(m_dataset, s("CONTAINS"), s("CONTAINER"), heading);
            m_build.text(section, tag::ContinuityOfContent, s("SEPARATE"));
            if (part.kind == Part::Kind::Measurements)
                measurements(section, part);
            else if (part.kind == Part::Kind::KeyImages)
                keyImages(section, part);
            else
                textItem(section, textCode, part.text);
        }
    }

    void encapsulatedPdf(const QByteArray& pdf)
    {
        context(s("1.2.840.10008.5.1.4.1.1.104.1"), s("DOC"));
        put(tag::ConversionType, s("WSD"));
        m_dataset.setEmpty(acquisitionDateTime);
        put(tag::BurnedInAnnotation, s("YES"));
        put(tag::DocumentTitle, m_report.title);
        m_build.code(m_dataset, tag::ConceptNameCodeSequence, {s("18748-4"), s("LN"), s("Diagnostic Imaging Report")});
        put(tag::VerificationFlag, m_report.status == Status::Preliminary ? s("UNVERIFIED") : s("VERIFIED"));
        put(tag::MIMETypeOfEncapsulatedDocument, s("application/pdf"));
        m_dataset.setBytes(tag::EncapsulatedDocument, pdf.size() % 2 ? pdf + '\0' : pdf);
    }

    Result<Dataset> finished() const
    {
        if (m_build.error())
            return std::unexpected(*m_build.error());
        return m_dataset;
    }

private:
    void put(Tag tag, const QString& text) { m_build.text(m_dataset, tag, text); }

    /// SR Document General (PS3.3 C.17.2).
    void general()
    {
        put(tag::CompletionFlag, s("COMPLETE"));
        put(preliminaryFlag, m_report.status == Status::Preliminary ? s("PRELIMINARY") : s("FINAL"));
        m_dataset.setEmpty(performedProcedureCodeSequence);
        if (m_report.status == Status::Preliminary) {
            put(tag::VerificationFlag, s("UNVERIFIED"));
        } else {
            put(tag::VerificationFlag, s("VERIFIED"));
            Dataset observer = m_dataset.addItem(tag::VerifyingObserverSequence);
            m_build.text(observer, tag::VerifyingObserverName, m_report.signer);
            m_build.text(observer, tag::VerifyingOrganization, m_report.study.institution.isEmpty() ? s("not stated") : m_report.study.institution.left(64));
            m_build.text(observer, tag::VerificationDateTime, m_report.signedAt.toLocalTime().toString(s("yyyyMMddHHmmss")));
            observer.setEmpty(verifyingObserverIdentificationCodeSequence);
        }
        if (m_report.version > 1)
            reference(m_dataset, tag::PredecessorDocumentsSequence, m_report.study.studyUid,
                      {{seriesUid(m_kind, m_report), {{srClassOf(m_predecessor ? *m_predecessor : m_report), documentUid(m_kind, m_report, m_report.version - 1)}}}});
    }

    using Instances = QList<std::pair<QString, QString>>; // class, instance
    /// Hierarchical SOP Instance Reference (PS3.3 C.17.2.1) of one study.
    void reference(Dataset into, Tag sequence, const QString& studyUid, const QMap<QString, Instances>& bySeries)
    {
        Dataset study = into.addItem(sequence);
        m_build.text(study, tag::StudyInstanceUID, studyUid);
        for (auto series = bySeries.begin(); series != bySeries.end(); ++series) {
            Dataset one = study.addItem(tag::ReferencedSeriesSequence);
            m_build.text(one, tag::SeriesInstanceUID, series.key());
            for (const auto& [sopClass, instance] : series.value()) {
                Dataset reference = one.addItem(referencedSopSequence);
                m_build.text(reference, tag::ReferencedSOPClassUID, sopClass);
                m_build.text(reference, tag::ReferencedSOPInstanceUID, instance);
            }
        }
    }

    void evidence()
    {
        QMap<QString, QMap<QString, Instances>> byStudy;
        const auto add = [&](const InstanceRef& where) {
            const std::pair<QString, QString> one{where.sopClassUid, where.sopInstanceUid};
            auto& bySeries = byStudy[where.studyUid.isEmpty() ? m_report.study.studyUid : where.studyUid];
            if (isReferable(where) && !bySeries[where.seriesUid].contains(one))
                bySeries[where.seriesUid] << one;
        };
        for (const Measurement& measurement : m_report.measurements)
            add(measurement.where);
        for (const KeyImage& image : m_report.keyImages)
            add(image.where);
        for (auto study = byStudy.begin(); study != byStudy.end(); ++study) // priors belong to other requests (PS3.3 C.17.2)
            if (!study.value().isEmpty())
                reference(m_dataset, study.key() == m_report.study.studyUid ? tag::CurrentRequestedProcedureEvidenceSequence : tag::PertinentOtherEvidenceSequence,
                          study.key(), study.value());
    }

    static bool isReferable(const InstanceRef& where) { return isImage(where) && dicom::isValidUid(where.seriesUid); }

    Dataset content(Dataset parent, const QString& relationship, const QString& valueType, const Code& name)
    {
        Dataset item = parent.addItem(tag::ContentSequence);
        m_build.text(item, tag::RelationshipType, relationship);
        m_build.text(item, tag::ValueType, valueType);
        if (!name.isEmpty())
            m_build.code(item, tag::ConceptNameCodeSequence, name);
        return item;
    }

    Dataset textItem(Dataset parent, const Code& name, QString text)
    {
        Dataset item = content(parent, s("CONTAINS"), s("TEXT"), name);
        m_build.text(item, tag::TextValue, text.replace(u'\n', s("\r\n"))); // PS3.5 §6.1.2.3
        return item;
    }

    void language()
    {
        const QString code = m_report.language.isEmpty() ? s("en") : m_report.language;
        Dataset item = content(m_dataset, s("HAS CONCEPT MOD"), s("CODE"), {s("121049"), s("DCM"), s("Language of Content Item and Descendants")});
        m_build.code(item, tag::ConceptCodeSequence, {code, s("RFC5646"), QLocale(code).language() == QLocale::C ? code : QLocale::languageToString(QLocale(code).language())});
    }

    /// TID 1002 and 1003: the person who signed.
    void observer()
    {
        Dataset type = content(m_dataset, s("HAS OBS CONTEXT"), s("CODE"), {s("121005"), s("DCM"), s("Observer Type")});
        m_build.code(type, tag::ConceptCodeSequence, {s("121006"), s("DCM"), s("Person")});
        Dataset person = content(m_dataset, s("HAS OBS CONTEXT"), s("PNAME"), {s("121008"), s("DCM"), s("Person Observer Name")});
        m_build.text(person, personName, m_report.signer);
    }

    void image(Dataset parent, const InstanceRef& where)
    {
        if (!isReferable(where))
            return;
        Dataset item = content(parent, s("INFERRED FROM"), s("IMAGE"), {});
        Dataset reference = item.addItem(referencedSopSequence);
        m_build.text(reference, tag::ReferencedSOPClassUID, where.sopClassUid);
        m_build.text(reference, tag::ReferencedSOPInstanceUID, where.sopInstanceUid);
        if (where.frame > 1 || (where.frame == 1 && isMultiFrameClass(where.sopClassUid)))
            m_build.text(reference, tag::ReferencedFrameNumber, QString::number(where.frame));
    }

    void measurements(Dataset section, const Part& part)
    {
        const QStringList sentences = part.text.split(u'\n');
        int number = 0;
        for (const Measurement& measurement : m_report.measurements) {
            Dataset sentence = textItem(section, finding, sentences.value(number));
            Dataset item = content(sentence, s("INFERRED FROM"), s("NUM"), quantityCode(measurement, ++number));
            Dataset value = item.addItem(tag::MeasuredValueSequence);
            m_build.text(value, tag::NumericValue, decimalString(measurement));
            m_build.code(value, tag::MeasurementUnitsCodeSequence, unitCode(measurement.unit.simplified()));
            image(item, measurement.where);
        }
    }

    void keyImages(Dataset section, const Part& part)
    {
        const QStringList captions = part.text.split(u'\n');
        for (size_t i = 0; i < m_report.keyImages.size(); ++i)
            image(textItem(section, finding, captions.value(qsizetype(i))), m_report.keyImages[i].where);
    }

    const Report& m_report;
    const Report* m_predecessor;
    QString m_kind;
    Dataset m_dataset;
    Builder m_build;
};

Result<void> checkSigned(const Report& report)
{
    if (!report.isSigned() || report.reportId.isEmpty())
        return fail(Fault::Invalid, tr("only a signed report becomes a DICOM object"));
    if (!dicom::isValidUid(report.study.studyUid))
        return fail(Fault::Invalid, tr("the report names no study"));
    return {};
}

} // namespace

Result<dicom::Dataset> toSr(const Report& report, const Report* predecessor)
{
    if (auto check = checkSigned(report); !check)
        return std::unexpected(check.error());
    Document document(report, s("sr"), predecessor);
    document.structuredReport();
    return document.finished();
}

Result<dicom::Dataset> toEncapsulatedPdf(const Report& report, const QByteArray& pdf)
{
    if (auto check = checkSigned(report); !check)
        return std::unexpected(check.error());
    if (!pdf.startsWith("%PDF-"))
        return fail(Fault::Invalid, tr("the document is no PDF"));
    Document document(report, s("pdf"));
    document.encapsulatedPdf(pdf);
    return document.finished();
}

} // namespace diascope::reporting
