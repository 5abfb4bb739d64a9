#include "reporting/export/text_export.h"
#include "netclient/dicom/person_name.h"

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("ReportExport", text); }

QString minute(const QDateTime& time)
{
    const QDateTime local = time.toLocalTime();
    const int offset = local.offsetFromUtc() / 60;
    return local.toString(QStringLiteral("yyyy-MM-dd HH:mm ")) + QStringLiteral("%1%2:%3")
                                                                     .arg(QLatin1Char(offset < 0 ? '-' : '+'))
                                                                     .arg(std::abs(offset) / 60, 2, 10, QLatin1Char('0'))
                                                                     .arg(std::abs(offset) % 60, 2, 10, QLatin1Char('0'));
}

} // namespace

std::vector<Part> parts(const Report& given)
{
    const Report report = withPlainLines(given);
    std::vector<Part> list;
    const auto add = [&](Part::Kind kind, const QString& id, const QString& title, const QString& text) {
        if (!text.trimmed().isEmpty())
            list.push_back({kind, id, title, text});
    };
    for (const Section& section : report.sections)
        add(Part::Kind::Section, section.id, section.title, section.plainText());
    QStringList lines;
    for (const Measurement& measurement : report.measurements)
        lines << measurement.display();
    add(Part::Kind::Measurements, QStringLiteral("measurements"), tr("Measurements"), lines.join(u'\n'));
    lines.clear();
    for (size_t i = 0; i < report.keyImages.size(); ++i) {
        const QString caption = report.keyImages[i].caption.simplified();
        lines << (caption.isEmpty() ? tr("Image %1").arg(i + 1) : tr("Image %1: %2").arg(QString::number(i + 1), caption));
    }
    add(Part::Kind::KeyImages, QStringLiteral("key-images"), tr("Key images"), lines.join(u'\n'));
    if (report.critical.isCritical) {
        lines.clear();
        const CriticalResult& critical = report.critical;
        lines << (critical.finding.trimmed().isEmpty() ? tr("Critical result") : critical.finding);
        if (!critical.toldTo.isEmpty())
            lines << tr("Communicated to %1").arg(critical.toldTo) + (critical.how.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(critical.how)) +
                         (critical.toldAt.isValid() ? QStringLiteral(", ") + minute(critical.toldAt) : QString());
        if (!critical.acknowledgedBy.isEmpty())
            lines << tr("Acknowledged by %1").arg(critical.acknowledgedBy);
        add(Part::Kind::CriticalResult, QStringLiteral("critical-result"), tr("Critical result"), lines.join(u'\n'));
    }
    return list;
}

Report withPlainLines(Report report)
{
    StudyContext& study = report.study;
    for (QString* text : {&report.title, &report.signer, &report.author, &study.patientName, &study.patientId, &study.issuerOfPatientId, &study.birthDate, &study.sex,
                          &study.accession, &study.studyDate, &study.description, &study.referringPhysician, &study.modality,
                          &report.critical.toldTo, &report.critical.how, &report.critical.acknowledgedBy})
        *text = text->simplified();
    for (Section& section : report.sections) {
        section.title = section.title.simplified();
        for (Field& field : section.fields) {
            for (QString* text : {&field.label, &field.unit, &field.trailingText})
                *text = text->simplified();
            for (Option& option : field.options)
                option.label = option.label.simplified();
        }
    }
    for (Measurement& measurement : report.measurements)
        for (QString* text : {&measurement.label, &measurement.unit})
            *text = text->simplified();
    for (KeyImage& image : report.keyImages)
        image.caption = image.caption.simplified();
    return report;
}

QString signatureLine(const Report& report)
{
    if (!report.isSigned())
        return tr("DRAFT, not signed");
    const QString when = minute(report.signedAt), signer = report.signer.simplified();
    switch (report.status) {
    case Status::Preliminary:
        return tr("Preliminary report, signed by %1 on %2").arg(signer, when);
    case Status::Corrected:
        return tr("Corrected report, signed by %1 on %2").arg(signer, when);
    case Status::Addendum:
        return tr("Final report with addendum, signed by %1 on %2").arg(signer, when);
    case Status::Cancelled:
        return tr("CANCELLED by %1 on %2").arg(signer, when);
    default:
        return tr("Final report, signed by %1 on %2").arg(signer, when);
    }
}

QString toText(const Report& given)
{
    const Report report = withPlainLines(given);
    const StudyContext& study = report.study;
    QStringList lines;
    const auto line = [&](const QString& label, const QString& value) {
        if (!value.isEmpty())
            lines << label + QStringLiteral(": ") + value;
    };
    lines << report.title << QString();
    line(tr("Patient"), dicom::PersonName::parse(study.patientName).display());
    line(tr("Patient ID"), study.issuerOfPatientId.isEmpty() ? study.patientId : QStringLiteral("%1 (%2)").arg(study.patientId, study.issuerOfPatientId));
    line(tr("Birth date"), dicom::displayDate(study.birthDate));
    line(tr("Sex"), study.sex);
    line(tr("Accession number"), study.accession);
    line(tr("Study"), QStringLiteral("%1 %2").arg(dicom::displayDate(study.studyDate), study.description).trimmed());
    line(tr("Referring physician"), dicom::PersonName::parse(study.referringPhysician).display());
    for (const Part& part : parts(report))
        lines << QString() << part.title.toUpper() << part.text;
    lines << QString() << signatureLine(report);
    return lines.join(u'\n') + u'\n';
}

} // namespace diascope::reporting
