#pragma once
#include "netclient/dicom/dataset.h"
#include "tests/support/test_data.h"
#include <QDir>
#include <QFileInfo>

/// Small files for archives, and an independent look at what an archive made of them.
namespace diascope::test
{

/// By value: what a range-for iterates over has to outlive the Result.
template <typename T>
T value(Result<T> result)
{
    return result ? std::move(*result) : T();
}

struct Made
{
    QString study = "2.25.100", series = "2.25.100.1", instance = "2.25.100.1.1";
    QString patientId = "P1", issuer = {}, name = "Doe^Jane", accession = "A1", description = "CT HEAD", date = "20180107", modality = "CT", bodyPart = {}, birthDate = {}, sex = {};
    QByteArray pixels = "pixels";
};

inline QString make(const QString& path, const Made& made = {}, const QString& syntax = QString::fromUtf16(dicom::explicitLittleEndian))
{
    dicom::Dataset dataset;
    (void)dataset.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
    const std::pair<dicom::Tag, QString> values[] = {
        {dicom::tag::SOPInstanceUID, made.instance}, {dicom::tag::StudyInstanceUID, made.study}, {dicom::tag::SeriesInstanceUID, made.series},
        {dicom::tag::PatientID, made.patientId}, {dicom::tag::IssuerOfPatientID, made.issuer}, {dicom::tag::PatientName, made.name},
        {dicom::tag::AccessionNumber, made.accession}, {dicom::tag::StudyDescription, made.description}, {dicom::tag::StudyDate, made.date},
        {dicom::tag::Modality, made.modality}, {dicom::tag::BodyPartExamined, made.bodyPart},
        {dicom::tag::PatientBirthDate, made.birthDate}, {dicom::tag::PatientSex, made.sex}};
    for (const auto& [tag, text] : values)
        if (!text.isEmpty())
            (void)dataset.setText(tag, text);
    dataset.setBytes(dicom::tag::EncapsulatedDocument, made.pixels);
    QDir().mkpath(QFileInfo(path).path());
    const auto written = dataset.write(path, syntax);
    if (!written)
        qWarning() << message(written.error());
    return path;
}

/// What STO-01 asks for, read with Python's SQLite and not with ours: (integrity, rows without file, files without row, rows).
inline QString soundness(const QString& profileFolder)
{
    const auto ran = python(
        "import sys,os,sqlite3\n"
        "p=sys.argv[1]; c=sqlite3.connect(p+'/diascope.db')\n"
        "rows=set(r[0] for r in c.execute('select sha256 from instance where reference is null'))\n"
        "files=set(f for d in os.listdir(p+'/pixels') if len(d)==2 for f in os.listdir(p+'/pixels/'+d))\n"
        "counts=c.execute('select (select sum(instances) from study),(select sum(instances) from series),(select count(*) from instance)').fetchone()\n"
        "parts=[f for d,_,fs in os.walk(p+'/pixels') for f in fs if f.endswith('.part')]\n"
        "print(c.execute('pragma integrity_check').fetchone()[0],len(rows-files),len(files-rows),len(set(x or 0 for x in counts))==1,len(parts),len(rows))\n",
        {profileFolder});
    return QString::fromUtf8(ran.out + ran.err).trimmed();
}

} // namespace diascope::test
