#include "app/demo/writer.h"
#include "netclient/base/program_part.h"
#include "netclient/dicom/uid.h"
#include <QFile>
#include <QLibrary>
#include <QProcess>

namespace diascope::demo
{

using namespace dicom;

Result<Dataset> begin(const Patient& patient, const Study& study, const QString& modality, int instanceNumber)
{
    const QMap<QString, QString> sopClasses{{"CT", "1.2.840.10008.5.1.4.1.1.2"},
                                            {"MR", "1.2.840.10008.5.1.4.1.1.4"},
                                            {"CR", "1.2.840.10008.5.1.4.1.1.1"}};
    const QString seriesSeed = QStringLiteral("%1/%2/%3").arg(study.seed, modality).arg(study.seriesNumber);
    Dataset dataset;
    const std::pair<Tag, QString> texts[] = {
        {tag::SpecificCharacterSet, patient.characterSet},
        {tag::SOPClassUID, sopClasses.value(modality)},
        {tag::SOPInstanceUID, uidFor(QStringLiteral("%1/%2").arg(seriesSeed).arg(instanceNumber))},
        {tag::StudyDate, study.date},
        {tag::SeriesDate, study.date},
        {tag::ContentDate, study.date},
        {tag::StudyTime, study.time},
        {tag::SeriesTime, study.time},
        {tag::ContentTime, study.time},
        {tag::AccessionNumber, study.accession},
        {tag::Modality, modality},
        {tag::Manufacturer, QStringLiteral("Diascope")},
        {tag::ManufacturerModelName, QStringLiteral("Phantom")},
        {tag::InstitutionName, QStringLiteral("Diascope demonstration")},
        {tag::ReferringPhysicianName, study.referringPhysician},
        {tag::StudyDescription, study.description},
        {tag::SeriesDescription, study.seriesDescription},
        {tag::PatientName, patient.name},
        {tag::PatientID, patient.id},
        {tag::IssuerOfPatientID, patient.issuer},
        {tag::PatientBirthDate, patient.birthDate},
        {tag::PatientSex, patient.sex},
        {tag::StudyInstanceUID, studyUidOf(study.seed)},
        {tag::SeriesInstanceUID, uidFor(seriesSeed)},
        {tag::StudyID, QStringLiteral("1")},
        {tag::SeriesNumber, QString::number(study.seriesNumber)},
        {tag::InstanceNumber, QString::number(instanceNumber)},
    };
    for (const auto& [at, text] : texts)
        if (!text.isEmpty())
            if (auto put = dataset.setText(at, text); !put)
                return std::unexpected(put.error());
    return dataset;
}

namespace
{

void put(Dataset& dataset, Tag at, const char* text)
{
    if (*text)
        (void)dataset.setText(at, QString::fromLatin1(text)); // ASCII fits every character set
    else
        dataset.setEmpty(at);
}

void putFrameOfReference(Dataset& dataset)
{
    (void)dataset.setText(tag::FrameOfReferenceUID,
                          uidFor(dataset.text(tag::StudyInstanceUID) + QStringLiteral("/frame of reference")));
    put(dataset, tag::PositionReferenceIndicator, "");
    put(dataset, tag::PatientPosition, "HFS");
    put(dataset, tag::AcquisitionNumber, "1");
}

} // namespace

void putCt(Dataset& dataset, const QString& imageType)
{
    putFrameOfReference(dataset);
    (void)dataset.setText(tag::ImageType, imageType);
    put(dataset, tag::KVP, "120");
    put(dataset, tag::BodyPartExamined, "HEAD");
    dataset.setNumber(tag::RescaleIntercept, -1024);
    dataset.setNumber(tag::RescaleSlope, 1);
    put(dataset, tag::RescaleType, "HU");
}

void putMr(Dataset& dataset, int weighting)
{
    putFrameOfReference(dataset);
    put(dataset, tag::ImageType, "ORIGINAL\\PRIMARY\\M\\SE");
    put(dataset, tag::BodyPartExamined, "BRAIN");
    put(dataset, tag::ScanningSequence, "SE");
    put(dataset, tag::SequenceVariant, "NONE");
    put(dataset, tag::ScanOptions, "");
    put(dataset, tag::MRAcquisitionType, "2D");
    put(dataset, tag::RepetitionTime, weighting == 1 ? "500" : "4000");
    put(dataset, tag::EchoTime, weighting == 1 ? "12" : "100");
    put(dataset, tag::EchoTrainLength, "1");
    dataset.setNumber(tag::WindowCenter, 500);
    dataset.setNumber(tag::WindowWidth, 1000);
}

void putCr(Dataset& dataset)
{
    put(dataset, tag::ImageType, "ORIGINAL\\PRIMARY");
    put(dataset, tag::BodyPartExamined, "CHEST");
    put(dataset, tag::ViewPosition, "PA");
    put(dataset, tag::PatientOrientation, "L\\F");
    dataset.setNumbers(tag::ImagerPixelSpacing, {0.4, 0.4});
    dataset.setNumber(tag::WindowCenter, 1700);
    dataset.setNumber(tag::WindowWidth, 3000);
}

Result<void> finish(Dataset& dataset, const QString& path, const Sampling& sampling, const QByteArray& pixels, StoredAs as)
{
    dataset.setNumber(tag::SamplesPerPixel, 1);
    put(dataset, tag::PhotometricInterpretation, "MONOCHROME2");
    dataset.setNumber(tag::Rows, sampling.rows);
    dataset.setNumber(tag::Columns, sampling.columns);
    dataset.setNumber(tag::BitsAllocated, 16);
    dataset.setNumber(tag::BitsStored, as.bitsStored);
    dataset.setNumber(tag::HighBit, as.bitsStored - 1);
    dataset.setNumber(tag::PixelRepresentation, as.isSigned ? 1 : 0);
    dataset.setBytes(tag::PixelData, pixels);
    const TransferSyntax syntax = TransferSyntax::fromUid(sampling.transferSyntaxUid);
    const QString written = syntax.isEncapsulated() ? QString::fromUtf16(explicitLittleEndian) : sampling.transferSyntaxUid;
    if (auto done = dataset.write(path, written); !done)
        return done;
    return syntax.isEncapsulated() ? transcode(path, sampling.transferSyntaxUid) : Result<void>{};
}

Result<void> transcode(const QString& path, const QString& transferSyntaxUid)
{
    // GDCM's and DCMTK's CharLS have functions of one name: in one process the wrong one may be called.
    if (TransferSyntax::fromUid(transferSyntaxUid).codec == TransferSyntax::Codec::JpegLs) {
        const QString lossless = TransferSyntax::fromUid(transferSyntaxUid).isLossy ? QStringLiteral("--encode-nearlossless") : QStringLiteral("--encode-lossless");
        QProcess program;
        program.start(QStringLiteral("dcmcjpls"), {lossless, path, path + QStringLiteral(".jls")});
        if (!program.waitForFinished() || program.exitCode() != 0 || !QFile::remove(path) || !QFile::rename(path + QStringLiteral(".jls"), path))
            return fail(Fault::Unsupported, QCoreApplication::translate("Demo", "%1 cannot be rewritten as %2").arg(path, transferSyntaxUid));
        return {};
    }
    QLibrary module(programPart(QStringLiteral("diascope-transcoder.so")));
    const auto rewrite = reinterpret_cast<bool (*)(const char*, const char*)>(module.resolve("diascopeTranscode"));
    if (!rewrite || !rewrite(QFile::encodeName(path).constData(), transferSyntaxUid.toLatin1().constData()))
        return fail(Fault::Unsupported, QCoreApplication::translate("Demo", "%1 cannot be rewritten as %2").arg(path, transferSyntaxUid));
    return {};
}

} // namespace diascope::demo
