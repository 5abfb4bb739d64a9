#include "reporting/model/life_cycle.h"

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

bool hasContent(const Report& report)
{
    return std::any_of(report.sections.begin(), report.sections.end(),
                       [](const Section& section) { return !section.isLocked && !section.isEmpty(); });
}

/// Everything in a report lies on its own study, or on a study of the same patient that it names (DEL-08).
QString problemOf(const Report& report, const Evidence::Placed& placed)
{
    if (!placed.study)
        return tr("The image under \"%1\" is not in the archive.").arg(placed.label);
    if (placed.study->studyUid == report.study.studyUid)
        return placed.where.studyUid.isEmpty() || placed.where.studyUid == report.study.studyUid
                   ? QString()
                   : tr("\"%1\" lies on another study than it names.").arg(placed.label);
    if (!dicom::isOnePatient(report.study.patient(), placed.study->patient()))
        return tr("\"%1\" lies on an image of another patient.").arg(placed.label);
    return placed.where.studyUid == placed.study->studyUid ? QString() : tr("\"%1\" lies on another study than it names.").arg(placed.label);
}

} // namespace

SignCheck checkSigning(const Report& report, SignAs as, const Evidence& evidence)
{
    SignCheck check;
    if (report.isSigned())
        check.blocking << tr("The report is signed already.");
    if (!hasContent(report))
        check.blocking << (report.purpose == Purpose::Addendum ? tr("The addendum is empty.") : tr("The report is empty."));
    if (report.study.patientId.trimmed().isEmpty() && report.study.patientName.trimmed().isEmpty())
        check.blocking << tr("The report names no patient.");
    if (as == SignAs::Preliminary && report.purpose != Purpose::Report)
        check.blocking << tr("An addendum or a correction is signed final.");
    for (const StudyContext& images : evidence.images)
        check.blocking += contradictions(report.study, tr("report"), images, tr("images"));
    for (const StudyContext& order : evidence.orders) {
        check.blocking += contradictions(report.study, tr("report"), order, tr("order"));
        for (const StudyContext& images : evidence.images)
            check.blocking += contradictions(images, tr("images"), order, tr("order"));
    }
    for (const Evidence::Placed& placed : evidence.placed)
        if (const QString problem = problemOf(report, placed); !problem.isEmpty())
            check.blocking << problem;
    check.blocking.removeDuplicates(); // each series says it
    for (const Section& section : report.sections) {
        if (!section.isLocked && section.text.trimmed().isEmpty()) {
            if (section.completion == Field::Completion::Prohibit)
                check.blocking << tr("\"%1\" must be filled in.").arg(section.title);
            else if (section.completion == Field::Completion::Alert)
                check.alerts << tr("\"%1\" is not filled in.").arg(section.title);
        }
        for (const Field& field : section.fields) {
            if (section.isLocked)
                continue;
            const QString what = field.label.trimmed().isEmpty() ? section.title : field.label.trimmed();
            if (const QString problem = field.problem(); !problem.isEmpty())
                check.blocking << tr("%1: %2.").arg(section.title, problem);
            else if (!field.hasValue() && field.completion == Field::Completion::Prohibit)
                check.blocking << tr("\"%1\" must be filled in.").arg(what);
            else if (!field.hasValue() && field.completion == Field::Completion::Alert)
                check.alerts << tr("\"%1\" is not filled in.").arg(what);
        }
    }
    if (report.critical.isCritical && report.critical.toldTo.trimmed().isEmpty())
        check.alerts << tr("The result is critical, and nobody is named who was told.");
    return check;
}

Status statusAfterSigning(const Report& report, SignAs as)
{
    switch (report.purpose) {
    case Purpose::Addendum:
        return Status::Addendum;
    case Purpose::Correction:
        return Status::Corrected;
    case Purpose::Report:
        break;
    }
    return as == SignAs::Final ? Status::Final : Status::Preliminary;
}

Result<Report> succeed(const Report& signedReport, Purpose purpose, const QString& author)
{
    if (!signedReport.isSigned())
        return fail(Fault::Conflict, tr("the report is not signed yet"));
    if (signedReport.status == Status::Cancelled)
        return fail(Fault::Conflict, tr("the report is cancelled"));
    const bool isPreliminary = signedReport.status == Status::Preliminary;
    if (isPreliminary != (purpose == Purpose::Report))
        return fail(Fault::Conflict, isPreliminary ? tr("a preliminary report is edited on, it takes no addendum")
                                                   : tr("a final report takes only an addendum or a correction"));
    Report next = signedReport;
    next.status = Status::Draft;
    next.purpose = purpose;
    next.version = signedReport.version + 1;
    next.revision = 0;
    next.author = author;
    next.predecessorHash = signedReport.contentHash;
    next.contentHash.clear();
    next.signer.clear();
    next.signedAt = {};
    for (Section& section : next.sections)
        section.isLocked = purpose == Purpose::Addendum;
    if (purpose == Purpose::Addendum) {
        const QString base = QString::fromUtf16(section::addendum);
        QString id = base;
        for (int i = 2; next.findSection(id); ++i)
            id = base + u'-' + QString::number(i);
        Section addendum;
        addendum.id = id;
        addendum.title = tr("Addendum");
        next.sections.push_back(addendum);
    }
    return next;
}

Result<Report> signedVersion(const Report& report, SignAs as, const QString& signer, const QDateTime& at, const Evidence& evidence)
{
    const SignCheck check = checkSigning(report, as, evidence);
    if (!check.isAllowed())
        return fail(Fault::Conflict, check.blocking.join(u' '));
    if (signer.trimmed().isEmpty())
        return fail(Fault::Invalid, tr("nobody is named who signs"));
    Report signedReport = report;
    signedReport.status = statusAfterSigning(report, as);
    signedReport.signer = signer;
    signedReport.signedAt = at.toUTC();
    signedReport.contentHash = contentHash(signedReport);
    return signedReport;
}

Report blankReport(const StudyContext& study, const QString& author)
{
    Report report;
    report.study = study;
    report.author = author;
    report.title = study.description;
    report.language = QStringLiteral("en");
    const std::pair<const char16_t*, QString> sections[] = {
        {section::clinicalInformation, tr("Clinical information")}, {section::technique, tr("Technique")},
        {section::comparison, tr("Comparison")}, {section::findings, tr("Findings")}, {section::impression, tr("Impression")}};
    for (const auto& [id, title] : sections) {
        Section one;
        one.id = QString::fromUtf16(id);
        one.title = title;
        report.sections.push_back(one);
    }
    return report;
}

} // namespace diascope::reporting
