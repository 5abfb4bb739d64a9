#include "app/session/media.h"
#include "netclient/base/scratch_folder.h"
#include "netclient/dicom/lossy.h"
#include "reporting/export/pdf_export.h"
#include "viewer/decode/pixel_source.h"
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <algorithm>

namespace diascope::app
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Media", text); }

Result<dicom::Dataset> decode(const QString& path)
{
    using namespace dicom;
    const auto dataset = Dataset::read(path);
    if (!dataset)
        return dataset;
    const auto source = viewer::PixelSource::open(path);
    if (!source)
        return std::unexpected(source.error());
    const viewer::PixelDescription& description = source->description();
    const auto bytes = source->wholeBytes();
    if (!bytes)
        return std::unexpected(bytes.error());
    QByteArray pixels(*bytes, Qt::Uninitialized);
    for (int frame = 0; frame < description.frames; ++frame) {
        char* at = pixels.data() + frame * description.frameBytes();
        if (auto read = source->readFrame(frame, std::as_writable_bytes(std::span(at, size_t(description.frameBytes())))); !read)
            return std::unexpected(read.error());
    }
    Dataset plain = dataset->deepCopy();
    markLossy(plain, description.syntax, double(pixels.size()) / double(std::max<qint64>(1, QFileInfo(path).size())));
    if (description.isColour()) {
        (void)plain.setText(tag::PhotometricInterpretation, QStringLiteral("RGB"));
        plain.setNumber(tag::PlanarConfiguration, 0);
        plain.setNumber(tag::SamplesPerPixel, 3);
        plain.setNumber(tag::BitsAllocated, 8);
        plain.setNumber(tag::BitsStored, 8);
        plain.setNumber(tag::HighBit, 7);
        for (const quint16 element : {0x1101, 0x1102, 0x1103, 0x1199, 0x1201, 0x1202, 0x1203, 0x1221, 0x1222, 0x1223})
            plain.remove({0x0028, element}); // palettes
    } else {
        const int bits = 8 * viewer::bytesPerPixel(description.sampleType());
        plain.setNumber(tag::BitsAllocated, bits);
        plain.setNumber(tag::BitsStored, std::min(bits, description.bitsStored));
        plain.setNumber(tag::HighBit, std::min(bits, description.bitsStored) - 1);
    }
    plain.remove(tag::PixelData);
    plain.setBytes(tag::PixelData, pixels);
    return plain;
}

} // namespace

Result<dicom::Dataset> decompressed(const QString& path)
{
    try { // called on threads of libraries that expect none
        return decode(path);
    } catch (const std::bad_alloc&) {
        return fail(Fault::Unsupported, tr("there is not enough memory to decompress the image"));
    }
}

Result<media::MediaReport> writeMedium(Session& session, const std::vector<dicom::StudyUid>& studies, const QString& out,
                                       media::MediaProfile profile, Task& task)
{
    if (auto permitted = session.permit(Action::Export); !permitted)
        return std::unexpected(permitted.error());
    const bool isImage = out.endsWith(QLatin1String(".iso"), Qt::CaseInsensitive);
    if (isImage && QFileInfo::exists(out))
        return fail(Fault::Conflict, tr("%1 is there already").arg(out));
    const auto scratch = ScratchFolder::make();
    if (!scratch)
        return std::unexpected(scratch.error());

    QStringList paths;
    media::MediaOptions options;
    options.profile = profile;
    options.transcode = decompressed;
    int reportNumber = 0;
    for (const dicom::StudyUid& study : studies) {
        const auto instances = session.archive().instancesOfStudy(study);
        if (!instances)
            return std::unexpected(instances.error());
        if (instances->empty())
            return fail(Fault::NotFound, tr("there is no study %1 in the archive").arg(study.value));
        for (const archive::InstanceRow& instance : *instances)
            paths << instance.path;
        if (const auto context = session.studyContext(study); context && options.institution.isEmpty())
            options.institution = context->institution;
        const auto summaries = session.reports().list(study.value);
        if (!summaries)
            return std::unexpected(summaries.error());
        for (const reporting::ReportSummary& summary : *summaries) {
            if (summary.version == 0)
                continue;
            const auto report = session.reports().loadVersion(summary.reportId, summary.version);
            if (!report)
                return std::unexpected(report.error());
            const auto pdf = reporting::toPdf(*report);
            if (!pdf)
                return std::unexpected(pdf.error());
            const QString path = scratch->filePath(QStringLiteral("report%1.pdf").arg(++reportNumber));
            QFile file(path);
            if (!file.open(QIODevice::WriteOnly) || file.write(*pdf) != pdf->size())
                return fail(Fault::DiskFull, file.errorString());
            options.extraFiles.push_back({path, QStringLiteral("REPORTS/REPORT%1.PDF").arg(reportNumber, 2, 10, QLatin1Char('0'))});
        }
    }
    const QString folder = isImage ? scratch->filePath(QStringLiteral("medium")) : out;
    auto written = media::writeFileSet(paths, folder, options, task);
    if (!written || !isImage)
        return written;
    if (auto imaged = media::writeIso(folder, out, options.fileSetId, task); !imaged)
        return std::unexpected(imaged.error());
    return written;
}

} // namespace diascope::app
