#include "reporting/model/study_context.h"
#include "netclient/dicom/dataset.h"
#include <QCoreApplication>

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Report", text); }

struct Member
{
    const char* name;
    QString StudyContext::*text;
};
constexpr Member members[] = {
    {"patientName", &StudyContext::patientName},
    {"patientId", &StudyContext::patientId},
    {"issuerOfPatientId", &StudyContext::issuerOfPatientId},
    {"birthDate", &StudyContext::birthDate},
    {"sex", &StudyContext::sex},
    {"studyUid", &StudyContext::studyUid},
    {"accession", &StudyContext::accession},
    {"issuerOfAccession", &StudyContext::issuerOfAccession},
    {"studyId", &StudyContext::studyId},
    {"studyDate", &StudyContext::studyDate},
    {"studyTime", &StudyContext::studyTime},
    {"description", &StudyContext::description},
    {"modality", &StudyContext::modality},
    {"bodyPart", &StudyContext::bodyPart},
    {"referringPhysician", &StudyContext::referringPhysician},
    {"requestingPhysician", &StudyContext::requestingPhysician},
    {"institution", &StudyContext::institution},
    {"placerOrderNumber", &StudyContext::placerOrderNumber},
    {"fillerOrderNumber", &StudyContext::fillerOrderNumber},
    {"requestedProcedureId", &StudyContext::requestedProcedureId},
    {"reasonForStudy", &StudyContext::reasonForStudy},
    {"visitNumber", &StudyContext::visitNumber},
};

} // namespace

void StudyContext::setPatient(const dicom::PatientIdentity& patient)
{
    patientId = patient.patientId;
    issuerOfPatientId = patient.issuer;
    patientName = patient.name;
    birthDate = patient.birthDate;
    sex = patient.sex;
}

StudyContext StudyContext::fromDataset(const dicom::Dataset& dataset)
{
    namespace tag = dicom::tag;
    StudyContext context;
    context.patientName = dataset.text(tag::PatientName);
    context.patientId = dataset.text(tag::PatientID);
    context.issuerOfPatientId = dataset.text(tag::IssuerOfPatientID);
    context.birthDate = dataset.text(tag::PatientBirthDate);
    context.sex = dataset.text(tag::PatientSex);
    context.studyUid = dataset.text(tag::StudyInstanceUID);
    context.accession = dataset.text(tag::AccessionNumber);
    context.studyId = dataset.text(tag::StudyID);
    context.studyDate = dataset.text(tag::StudyDate);
    context.studyTime = dataset.text(tag::StudyTime);
    context.description = dataset.text(tag::StudyDescription);
    context.modality = dataset.text(tag::Modality);
    context.bodyPart = dataset.text(tag::BodyPartExamined);
    context.referringPhysician = dataset.text(tag::ReferringPhysicianName);
    context.requestingPhysician = dataset.text(tag::RequestingPhysician);
    context.institution = dataset.text(tag::InstitutionName);
    context.placerOrderNumber = dataset.text(tag::PlacerOrderNumberImagingServiceRequest);
    context.fillerOrderNumber = dataset.text(tag::FillerOrderNumberImagingServiceRequest);
    context.requestedProcedureId = dataset.text(tag::RequestedProcedureID);
    context.reasonForStudy = dataset.text(tag::ReasonForTheRequestedProcedure);
    context.visitNumber = dataset.text(tag::AdmissionID);
    if (const auto request = dataset.item(tag::RequestAttributesSequence)) {
        if (context.accession.isEmpty())
            context.accession = request->text(tag::AccessionNumber);
        if (context.requestedProcedureId.isEmpty())
            context.requestedProcedureId = request->text(tag::RequestedProcedureID);
    }
    if (const auto code = dataset.item(tag::RequestedProcedureCodeSequence))
        context.procedure = {code->text(tag::CodeValue), code->text(tag::CodingSchemeDesignator), code->text(tag::CodeMeaning)};
    return context;
}

QJsonObject StudyContext::toJson() const
{
    QJsonObject object;
    for (const Member& member : members)
        if (!(this->*member.text).isEmpty())
            object[QLatin1String(member.name)] = this->*member.text;
    if (!procedure.isEmpty())
        object[QStringLiteral("procedure")] = QJsonObject{
            {QStringLiteral("value"), procedure.value}, {QStringLiteral("scheme"), procedure.scheme}, {QStringLiteral("meaning"), procedure.meaning}};
    return object;
}

StudyContext StudyContext::fromJson(const QJsonObject& object)
{
    StudyContext context;
    for (const Member& member : members)
        context.*member.text = object[QLatin1String(member.name)].toString();
    const QJsonObject procedure = object[QStringLiteral("procedure")].toObject();
    context.procedure = {procedure[QStringLiteral("value")].toString(), procedure[QStringLiteral("scheme")].toString(),
                         procedure[QStringLiteral("meaning")].toString()};
    return context;
}

QStringList contradictions(const StudyContext& a, const QString& nameOfA, const StudyContext& b, const QString& nameOfB)
{
    QStringList found;
    const auto differ = [](const QString& left, const QString& right) {
        return !left.trimmed().isEmpty() && !right.trimmed().isEmpty() && left.trimmed() != right.trimmed();
    };
    const auto say = [&](const QString& sentence) { found << sentence.arg(nameOfA, nameOfB); };
    const dicom::IdentityParts parts = dicom::contradictions(a.patient(), b.patient());
    const std::pair<dicom::IdentityPart, const char*> sentences[] = {
        {dicom::IdentityPart::PatientId, QT_TRANSLATE_NOOP("Report", "The patient ID of %1 and %2 differs.")},
        {dicom::IdentityPart::Issuer, QT_TRANSLATE_NOOP("Report", "The issuer of the patient ID of %1 and %2 differs.")},
        {dicom::IdentityPart::Name, QT_TRANSLATE_NOOP("Report", "The patient name of %1 and %2 differs.")},
        {dicom::IdentityPart::BirthDate, QT_TRANSLATE_NOOP("Report", "The birth date of %1 and %2 differs.")},
        {dicom::IdentityPart::Sex, QT_TRANSLATE_NOOP("Report", "The sex of %1 and %2 differs.")}};
    for (const auto& [part, sentence] : sentences)
        if (parts.testFlag(part))
            say(tr(sentence));
    if (differ(a.accession, b.accession))
        say(tr("The accession number of %1 and %2 differs."));
    if (differ(a.studyUid, b.studyUid))
        say(tr("The study of %1 and %2 differs."));
    return found;
}

} // namespace diascope::reporting
