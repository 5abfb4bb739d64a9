#include "app/demo/phantom.h"
#include "app/demo/writer.h"
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

namespace diascope::demo
{

using namespace dicom;

namespace
{

// Of the project in the package, from its main.plist: int16, x fastest, rows from the back of the head to the front
// (VTK's upward y), slices from the feet to the head.
constexpr char headArchive[] = "/usr/share/doc/invesalius-examples/examples/Cranium.inv3";
constexpr int headColumns = 256;
constexpr int headRows = 256;
constexpr int headSlices = 108;
constexpr double headPixelMm = 0.9570312;
constexpr double headSliceMm = 1.5;

QString tr(const char* text) { return QCoreApplication::translate("Demo", text); }

Result<QByteArray> headVoxels()
{
    if (!QFile::exists(QLatin1String(headArchive)))
        return fail(Fault::NotFound, tr("the package invesalius-examples is not installed"));
    QProcess tar;
    tar.start(QStringLiteral("tar"), {"-xOf", QLatin1String(headArchive), "--wildcards", "*/matrix.dat"});
    if (!tar.waitForFinished(60000) || tar.exitCode() != 0)
        return fail(Fault::Damaged, tr("the head in invesalius-examples cannot be unpacked"));
    const QByteArray voxels = tar.readAllStandardOutput();
    if (voxels.size() != qsizetype(headColumns) * headRows * headSlices * 2)
        return fail(Fault::Damaged, tr("the head in invesalius-examples has another size than expected"));
    return voxels;
}

} // namespace

Result<QStringList> writeHead(const QString& folder, const Patient& patient, const Study& study)
{
    const auto voxels = headVoxels();
    if (!voxels)
        return std::unexpected(voxels.error());
    if (!QDir().mkpath(folder))
        return fail(Fault::Unreadable, tr("the folder %1 cannot be created").arg(folder));
    Sampling sampling;
    sampling.columns = headColumns;
    sampling.rows = headRows;
    QStringList paths;
    for (int slice = 0; slice < headSlices; ++slice) {
        const int number = headSlices - slice; // the first image is the top of the head
        auto dataset = begin(patient, study, QStringLiteral("CT"), number);
        if (!dataset)
            return std::unexpected(dataset.error());
        putCt(*dataset, QStringLiteral("ORIGINAL\\PRIMARY\\AXIAL"));
        dataset->setNumber(tag::RescaleIntercept, 0);
        dataset->setNumbers(tag::WindowCenter, {40, 500});
        dataset->setNumbers(tag::WindowWidth, {80, 2000});
        (void)dataset->setText(tag::WindowCenterWidthExplanation, QStringLiteral("BRAIN\\BONE"));
        dataset->setNumbers(tag::ImageOrientationPatient, {1, 0, 0, 0, 1, 0});
        dataset->setNumbers(tag::PixelSpacing, {headPixelMm, headPixelMm});
        dataset->setNumber(tag::SliceThickness, headSliceMm);
        const double halfWidthMm = (headColumns - 1) / 2.0 * headPixelMm;
        dataset->setNumbers(tag::ImagePositionPatient,
                            {-halfWidthMm, -halfWidthMm, (slice - (headSlices - 1) / 2.0) * headSliceMm});
        QByteArray pixels(qsizetype(headColumns) * headRows * 2, Qt::Uninitialized);
        const qsizetype rowBytes = headColumns * 2;
        const char* from = voxels->constData() + slice * pixels.size();
        for (int row = 0; row < headRows; ++row)
            std::copy_n(from + (headRows - 1 - row) * rowBytes, rowBytes, pixels.data() + row * rowBytes);
        const QString path = QDir(folder).filePath(QStringLiteral("IM%1.dcm").arg(number, 5, 10, QLatin1Char('0')));
        if (auto written = finish(*dataset, path, sampling, pixels, {16, true}); !written)
            return std::unexpected(written.error());
        paths << path;
    }
    return paths;
}

Result<QStringList> writeDemonstration(const QString& folder, Task& task)
{
    Patient anna{"Demonstration^Anna", "DEMO-0001", "DIASCOPE", "19710412", "F", "ISO_IR 192"};
    Patient wang{QString::fromUtf8("Wang^XiaoDong=王^小东"), "DEMO-0002", "DIASCOPE", "19850930", "M", "GB18030"};
    const Study head{headStudySeed, "20260110", "101500", "ACC-1001", "CT head", "Head 1.5 mm", 2, "Referrer^Rosa"};
    const Study current{"demonstration abdomen", "20260110", "104000", "ACC-1002", "CT abdomen follow-up", "Abdomen 2 mm", 1, "Referrer^Rosa"};
    const Study prior{"demonstration abdomen prior", "20250704", "090500", "ACC-0417", "CT abdomen", "Abdomen 2 mm", 1, "Referrer^Rosa"};
    Study mr{"demonstration brain", "20260112", "083000", "ACC-1003", QString::fromUtf8("颅脑磁共振"), QString(), 1, QString::fromUtf8("Li^Na=李^娜")};
    const Study chest{"demonstration chest", "20260112", "090000", "ACC-1004", QString::fromUtf8("胸部正位"), QString::fromUtf8("胸部 后前位"), 1, QString::fromUtf8("Li^Na=李^娜")};
    const Sampling ct{.columns = 160, .rows = 160, .slices = 60, .columnSpacingMm = 0.8, .rowSpacingMm = 0.8};
    const Sampling brain{.columns = 200, .rows = 200, .slices = 30, .columnSpacingMm = 1, .rowSpacingMm = 1, .sliceSpacingMm = 5};

    const auto mrSeries = [&](int number, const char* description, Plane plane, int weighting) {
        return [&, number, description, plane, weighting] {
            mr.seriesNumber = number;
            mr.seriesDescription = QString::fromUtf8(description);
            return writeMr(folder + QStringLiteral("/brain/%1").arg(number), wang, mr, brain, plane, weighting);
        };
    };
    const std::vector<std::function<Result<QStringList>()>> steps{
        [&] { return writeHead(folder + "/head", anna, head); },
        [&] { return writeCt(folder + "/abdomen", anna, current, ct, 9); },
        [&] { return writeCt(folder + "/abdomen-prior", anna, prior, ct, 6); },
        mrSeries(1, "T1 轴位", Plane::Axial, 1),
        mrSeries(2, "T2 矢状位", Plane::Sagittal, 2),
        mrSeries(3, "T2 冠状位", Plane::Coronal, 2),
        [&] { return writeCr(folder + "/chest", wang, chest); },
    };
    QStringList paths;
    for (size_t i = 0; i < steps.size(); ++i) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, {});
        task.report(qint64(i), qint64(steps.size()));
        const auto written = steps[i]();
        if (!written && written.error().fault == Fault::NotFound && i == 0)
            continue; // the head's package is not there: the phantoms do
        if (!written)
            return written;
        paths += *written;
    }
    task.report(qint64(steps.size()), qint64(steps.size()));
    return paths;
}

} // namespace diascope::demo
