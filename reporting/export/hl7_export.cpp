#include "reporting/export/hl7_export.h"
#include "netclient/dicom/person_name.h"
#include "reporting/export/text_export.h"
#include "reporting/export/units.h"
#include <QHash>

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("ReportExport", text); }
QString s(const char* text) { return QString::fromLatin1(text); }

/// DICOM PN → XPN components: family, given, middle, suffix, prefix (PS3.5 §6.2.1 orders prefix before suffix).
QStringList nameComponents(const QString& group)
{
    QStringList parts = group.split(u'^');
    while (parts.size() < 5)
        parts << QString();
    return {parts[0], parts[1], parts[2], parts[4], parts[3]};
}

/// A person name with its writings as repetitions: A alphabetic, I ideographic, P phonetic (table 4000).
void setName(hl7::Segment& segment, int field, const QString& personName, const QString& nameType)
{
    const auto name = dicom::PersonName::parse(personName);
    int repetition = 0;
    for (const auto& [group, representation] : {std::pair(name.alphabetic, "A"), {name.ideographic, "I"}, {name.phonetic, "P"}})
        if (!group.isEmpty())
            segment.setComponents(field, nameComponents(group) + QStringList{QString(), nameType, s(representation)}, ++repetition);
}

/// In letters or, where it was not written so, in another way; empty: nobody is named.
QString writtenName(const QString& personName)
{
    const auto name = dicom::PersonName::parse(personName);
    return !name.alphabetic.isEmpty() ? name.alphabetic : !name.ideographic.isEmpty() ? name.ideographic : name.phonetic;
}

/// XCN: an empty id, then the name.
void setPhysician(hl7::Segment& segment, int field, const QString& personName)
{
    if (const QString name = writtenName(personName); !name.isEmpty())
        segment.setComponents(field, QStringList{QString()} + nameComponents(name));
}

/// Table 0123: what the receiver does with the earlier version.
QString resultStatus(Status status)
{
    switch (status) {
    case Status::Preliminary:
        return s("P");
    case Status::Corrected:
    case Status::Addendum:
        return s("C"); // the whole report again, replacing the one before
    case Status::Cancelled:
        return s("X");
    default:
        return s("F");
    }
}

/// LOINC codes of our sections; others go by their own code or id.
Code codeOf(const Report& report, const Part& part)
{
    static const QHash<QString, Code> known{
        {s("clinical-information"), {s("55752-0"), s("LN"), s("Clinical information")}},
        {s("technique"), {s("55111-9"), s("LN"), s("Current imaging procedure descriptions")}},
        {s("comparison"), {s("18834-2"), s("LN"), s("Radiology Comparison study")}},
        {s("findings"), {s("59776-5"), s("LN"), s("Procedure findings")}},
        {s("impression"), {s("19005-8"), s("LN"), s("Radiology Imaging study [Impression]")}},
    };
    const Code own{part.id.left(20), s("L"), part.title};
    if (part.kind != Part::Kind::Section)
        return own;
    if (const Section* section = report.findSection(part.id); section && !section->code.isEmpty())
        return section->code;
    if (part.id.startsWith(section::addendum))
        return {s("55107-7"), s("LN"), s("Addendum Document")};
    return known.value(part.id, own);
}

QString dicomTimestamp(const StudyContext& study)
{
    const auto date = dicom::parseDate(study.studyDate);
    if (!date)
        return {};
    const auto time = dicom::parseTime(study.studyTime);
    return date->toString(s("yyyyMMdd")) + (time ? time->toString(s("HHmmss")) : QString());
}

class Writer
{
public:
    Writer(const Report& report, const OruOptions& options)
        : m_report(report), m_options(options), m_status(resultStatus(report.status)),
          m_message(hl7::Message::create(s("ORU^R01^ORU_R01"), options.controlId, options.time.isValid() ? options.time : report.signedAt,
                                         options.characterSet))
    {
    }

    hl7::Message write()
    {
        header();
        patient();
        order();
        request();
        observations();
        return m_message;
    }

private:
    void header()
    {
        hl7::Segment& msh = *m_message.segment(s("MSH"));
        msh.set(3, m_options.sendingApplication).set(4, m_options.sendingFacility);
        msh.set(5, m_options.receivingApplication).set(6, m_options.receivingFacility);
    }

    void patient()
    {
        const StudyContext& study = m_report.study;
        hl7::Segment& pid = m_message.add(s("PID"));
        pid.set(1, s("1"));
        pid.setComponents(3, {study.patientId, {}, {}, study.issuerOfPatientId, study.patientId.isEmpty() ? QString() : s("PI")});
        setName(pid, 5, study.patientName, s("L"));
        if (const auto birth = dicom::parseDate(study.birthDate))
            pid.set(7, birth->toString(s("yyyyMMdd")));
        pid.set(8, study.sex);
        hl7::Segment& visit = m_message.add(s("PV1"));
        visit.set(1, s("1")).set(2, s("U"));
        setPhysician(visit, 8, study.referringPhysician);
        visit.set(19, study.visitNumber);
    }

    /// The RIS finds its order by these; without an order of its own the accession number stands for the filler's.
    QString filler() const { return m_report.study.fillerOrderNumber.isEmpty() ? m_report.study.accession : m_report.study.fillerOrderNumber; }

    void order()
    {
        hl7::Segment& orc = m_message.add(s("ORC"));
        orc.set(1, s("RE"));
        orc.set(2, m_report.study.placerOrderNumber).set(3, filler());
        orc.set(5, m_report.status == Status::Cancelled ? s("CA") : m_report.status == Status::Preliminary ? s("IP") : s("CM"));
    }

    void request()
    {
        const StudyContext& study = m_report.study;
        hl7::Segment& obr = m_message.add(s("OBR"));
        obr.set(1, s("1"));
        obr.set(2, study.placerOrderNumber).set(3, filler());
        const Code procedure = study.procedure.isEmpty()
                                   ? Code{s("18748-4"), s("LN"), study.description.isEmpty() ? s("Diagnostic imaging study") : study.description}
                                   : study.procedure;
        obr.setComponents(4, {procedure.value, procedure.meaning, procedure.scheme});
        obr.set(7, dicomTimestamp(study));
        setPhysician(obr, 16, writtenName(study.requestingPhysician).isEmpty() ? study.referringPhysician : study.requestingPhysician);
        obr.set(18, study.accession);
        obr.set(19, study.requestedProcedureId);
        obr.set(22, hl7::timestamp(m_report.signedAt));
        obr.set(24, study.modality.section(u'\\', 0, 0));
        obr.set(25, m_status);
        obr.set(31, 2, study.reasonForStudy);
        if (study.reasonForStudy.isEmpty())
            obr.set(31, QString());
        // NDL: its first component is a CNN, so its parts are subcomponents: id & family & given
        obr.set(32, 1, m_report.signer, 1, 2);
        obr.set(32, 2, hl7::timestamp(m_report.signedAt));
    }

    hl7::Segment& observation(const QString& type, const Code& code, const QString& subId)
    {
        hl7::Segment& obx = m_message.add(s("OBX"));
        obx.set(1, QString::number(++m_observation));
        obx.set(2, type);
        obx.setComponents(3, {code.value, code.meaning, code.scheme});
        obx.set(4, subId);
        obx.set(11, m_status);
        obx.set(14, hl7::timestamp(m_report.signedAt));
        return obx;
    }

    void observations()
    {
        // Which study this is about (as IHE RAD and senders in the field write it).
        observation(s("HD"), {s("113014"), s("DCM"), s("DICOM Study")}, s("1")).set(5, m_report.study.studyUid);
        int subId = 1;
        for (const Part& part : parts(m_report)) {
            if (part.kind == Part::Kind::Measurements) {
                numbers();
                continue;
            }
            // A text observation for each line: receivers that know no \.br\ show lines all the same.
            const QString sub = QString::number(++subId);
            const Code code = codeOf(m_report, part);
            for (const QString& line : part.text.split(u'\n'))
                observation(s("TX"), code, sub).set(5, line);
        }
        observation(s("TX"), {s("signature"), s("L"), s("Signature")}, QString::number(++subId)).set(5, signatureLine(m_report));
        if (!m_options.pdf.isEmpty())
            // ED: type^subtype^encoding^data; base64 holds no delimiter
            observation(s("ED"), {s("18748-4"), s("LN"), s("Diagnostic imaging study")}, QString::number(++subId))
                .setComponents(5, {s(""), s("application"), s("pdf"), s("Base64"), QString::fromLatin1(m_options.pdf.toBase64())});
    }

    void numbers()
    {
        for (size_t i = 0; i < m_report.measurements.size(); ++i) {
            const Measurement& measurement = m_report.measurements[i];
            const QString named = measurement.label.simplified(), label = named.isEmpty() ? tr("Measurement %1").arg(i + 1) : named;
            hl7::Segment& obx = observation(s("NM"), {measurement.kind.isEmpty() ? s("measurement") : measurement.kind, s("L"), label},
                                            s("M") + QString::number(i + 1));
            obx.set(5, measurement.valueText());
            if (const QString unit = measurement.unit.simplified(); !unit.isEmpty()) {
                const auto code = ucum(unit);
                obx.setComponents(6, {code ? code->value : unit, unit, code ? code->scheme : s("L")});
            }
        }
    }

    const Report& m_report;
    const OruOptions& m_options;
    QString m_status;
    hl7::Message m_message;
    int m_observation = 0;
};

} // namespace

Result<hl7::Message> toOru(const Report& report, const OruOptions& options)
{
    if (!report.isSigned())
        return fail(Fault::Invalid, tr("only a signed report is sent"));
    if (options.controlId.isEmpty())
        return fail(Fault::Invalid, tr("the message has no control id (MSH-10)"));
    const hl7::Message message = Writer(report, options).write();
    if (const auto bytes = message.toBytes(); !bytes)
        return std::unexpected(bytes.error());
    return message;
}

} // namespace diascope::reporting
