#include "reporting/templates/template.h"
#include "netclient/dicom/person_name.h"

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Template", text); }

/// "Patient's Name", "patient.name", "PatientName" and "patient_name" are one.
QString bare(const QString& name)
{
    QString out;
    for (const QChar c : name.toLower())
        if (c.isLetterOrNumber())
            out += c;
    return out;
}

/// The value in the form a field of this type holds; empty where it cannot stand there.
QString forField(Field field, const QString& value)
{
    field.value = value;
    if (field.type == Field::Type::Selection || field.type == Field::Type::CheckBox) {
        const auto isMeant = [&](const Option& option) {
            return option.value.compare(value, Qt::CaseInsensitive) == 0 || option.label.compare(value, Qt::CaseInsensitive) == 0;
        };
        if (const auto chosen = std::find_if(field.options.begin(), field.options.end(), isMeant); chosen != field.options.end())
            field.value = chosen->value;
        else if (field.type == Field::Type::CheckBox)
            return {}; // ticked or empty, nothing else
    }
    return field.problem().isEmpty() ? field.value : QString();
}

} // namespace

std::optional<QString> mergeValue(const QString& name, const StudyContext& study)
{
    const auto person = [](const QString& text) { return dicom::PersonName::parse(text).display(); };
    using Reader = std::function<QString()>;
    const std::pair<QStringList, Reader> known[] = {
        {{"patientname", "patientsname", "00100010", "pid5"}, [&] { return person(study.patientName); }},
        {{"patientid", "patientmrn", "mrn", "medicalrecordnumber", "00100020", "pid3"}, [&] { return study.patientId; }},
        {{"patientbirthdate", "patientsbirthdate", "birthdate", "dateofbirth", "patientdob", "dob", "00100030", "pid7"},
         [&] { return dicom::displayDate(study.birthDate); }},
        {{"patientsex", "patientssex", "sex", "gender", "patientgender", "00100040", "pid8"}, [&] { return study.sex; }},
        {{"patientage", "patientsage", "age", "00101010"}, [&] { return dicom::ageAt(study.birthDate, study.studyDate); }},
        {{"accessionnumber", "accession", "00080050", "obr18"}, [&] { return study.accession; }},
        {{"studydate", "examdate", "00080020", "obr7"}, [&] { return dicom::displayDate(study.studyDate); }},
        {{"studytime", "examtime", "00080030"}, [&] { return dicom::displayTime(study.studyTime); }},
        {{"studydescription", "examname", "examination", "00081030"}, [&] { return study.description; }},
        {{"procedure", "procedurename", "requestedproceduredescription", "00321060", "obr44"},
         [&] { return study.procedure.meaning.isEmpty() ? study.description : study.procedure.meaning; }},
        {{"modality", "00080060"}, [&] { return study.modality; }},
        {{"bodypart", "bodypartexamined", "00180015"}, [&] { return study.bodyPart; }},
        {{"referringphysician", "referringphysicianname", "referringphysiciansname", "00080090", "pv18"},
         [&] { return person(study.referringPhysician); }},
        {{"requestingphysician", "orderingphysician", "orderingprovider", "00321032", "obr16"},
         [&] { return person(study.requestingPhysician); }},
        {{"institution", "institutionname", "00080080"}, [&] { return study.institution; }},
        {{"reasonforstudy", "reasonforexam", "indication", "clinicalinformation", "reasonfortherequestedprocedure", "00401002", "obr31"},
         [&] { return study.reasonForStudy; }},
        {{"studyinstanceuid", "studyuid", "0020000d"}, [&] { return study.studyUid; }},
        {{"studyid", "00200010"}, [&] { return study.studyId; }},
        {{"placerordernumber", "00402016", "orc2", "obr2"}, [&] { return study.placerOrderNumber; }},
        {{"fillerordernumber", "00402017", "orc3", "obr3"}, [&] { return study.fillerOrderNumber; }},
    };
    const QString wanted = bare(name);
    for (const auto& [names, read] : known)
        if (names.contains(wanted))
            return read();
    return std::nullopt;
}

Result<Report> merge(const Template& from, const StudyContext& study, const QString& author)
{
    if (from.status == Template::Status::Retired)
        return fail(Fault::Denied, tr("the template \"%1\" is retired").arg(from.title));
    if (!from.isTopLevel)
        return fail(Fault::Denied, tr("the template \"%1\" is only a part of others").arg(from.title));
    Report report;
    report.templateId = from.id;
    report.title = from.title;
    report.language = from.language.isEmpty() ? QStringLiteral("en") : from.language;
    report.study = study;
    report.author = author;
    for (Section section : from.sections) {
        if (section.id.startsWith(u'@'))
            continue; // a template to be embedded that nobody resolved
        for (Field& field : section.fields) {
            if (field.mergeName.isEmpty())
                continue;
            const auto value = mergeValue(field.mergeName, study);
            if (value && !value->isEmpty())
                field.value = forField(field, *value);
        }
        report.sections.push_back(std::move(section));
    }
    return report;
}

} // namespace diascope::reporting
