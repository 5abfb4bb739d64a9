// PER-04: C-GET of 1,000 CT (512 MB) from a real Orthanc into a real archive, beside getscu. PER-05: C-FIND of 10,000 studies beside
// findscu -X. Ends with tables of medians. DIASCOPE_BENCH_CT and DIASCOPE_BENCH_STUDIES make them smaller.
#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/transfer/study_transfer.h"
#include "tests/support/orthanc.h"
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdio>
#include <functional>
#include <map>
#include <random>

using namespace diascope;
namespace tag = diascope::dicom::tag;

namespace
{

int countOf(const char* name, int usual)
{
    const int wanted = qEnvironmentVariableIntValue(name);
    return wanted > 0 ? wanted : usual;
}

/// 512² 16-bit slices in so many series that no file system and no line compresses away.
QString writeStudy(const QString& folder, int count, int series)
{
    const QString study = dicom::newUid();
    std::mt19937 random(1);
    QByteArray pixels(512 * 512 * 2, '\0');
    for (int i = 0; i < count; ++i) {
        for (qsizetype at = 0; at < pixels.size(); at += 4) {
            const quint32 four = random() & 0x0fff0fff;
            std::memcpy(pixels.data() + at, &four, 4);
        }
        dicom::Dataset slice;
        const std::pair<dicom::Tag, QString> texts[] = {{tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2"},
                                                        {tag::SOPInstanceUID, dicom::newUid()},
                                                        {tag::StudyInstanceUID, study},
                                                        {tag::SeriesInstanceUID, QStringLiteral("%1.%2").arg(study).arg(i % series + 1)},
                                                        {tag::PatientID, "BENCH"},
                                                        {tag::PatientName, "Bench^Network"},
                                                        {tag::Modality, "CT"},
                                                        {tag::InstanceNumber, QString::number(i + 1)},
                                                        {tag::PhotometricInterpretation, "MONOCHROME2"}};
        for (const auto& [name, value] : texts)
            (void)slice.setText(name, value);
        const std::pair<dicom::Tag, double> numbers[] = {{tag::SamplesPerPixel, 1}, {tag::Rows, 512}, {tag::Columns, 512}, {tag::BitsAllocated, 16},
                                                         {tag::BitsStored, 12}, {tag::HighBit, 11}, {tag::PixelRepresentation, 0}};
        for (const auto& [name, value] : numbers)
            slice.setNumber(name, value);
        slice.setBytes(tag::PixelData, pixels);
        (void)slice.write(QDir(folder).filePath(QString::number(i)), QString::fromUtf16(dicom::explicitLittleEndian));
    }
    return study;
}

void writeManyStudies(const QString& folder, int count)
{
    for (int i = 0; i < count; ++i) {
        dicom::Dataset one;
        const QString study = dicom::newUid();
        const std::pair<dicom::Tag, QString> texts[] = {{tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7"}, {tag::SOPInstanceUID, dicom::newUid()},
                                                        {tag::StudyInstanceUID, study}, {tag::SeriesInstanceUID, study + ".1"},
                                                        {tag::PatientID, QStringLiteral("MANY%1").arg(i)},
                                                        {tag::PatientName, QStringLiteral("Many^Number%1").arg(i)}, {tag::StudyDate, "20240101"},
                                                        {tag::StudyDescription, "One of many"}, {tag::Modality, "OT"}};
        for (const auto& [name, value] : texts)
            (void)one.setText(name, value);
        (void)one.write(QDir(folder).filePath(QString::number(i)), QString::fromUtf16(dicom::explicitLittleEndian));
    }
}

/// Seconds; negative: it failed. `seen` is asked every millisecond until it says yes; that time goes to `firstSeconds`.
double runProgram(const QString& program, const QStringList& arguments, bool isQuick, const std::function<bool()>& seen = {},
                  double* firstSeconds = nullptr)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (isQuick)
        environment.insert("TCP_NODELAY", "1");
    process.setProcessEnvironment(environment);
    process.setStandardOutputFile(QProcess::nullDevice());
    process.setStandardErrorFile(QProcess::nullDevice());
    QElapsedTimer clock;
    clock.start();
    process.start(program, arguments);
    bool hasSeen = false;
    while (!process.waitForFinished(seen && !hasSeen ? 1 : 1000) && process.state() != QProcess::NotRunning)
        if (seen && !hasSeen && seen()) {
            hasSeen = true;
            *firstSeconds = clock.nsecsElapsed() / 1e9;
        }
    return process.exitCode() == 0 ? clock.nsecsElapsed() / 1e9 : -1;
}

struct Times
{
    std::vector<double> all, first;
};
std::map<std::string, Times> times;

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

void add(const std::string& name, int rounds, const std::function<double(double& first)>& work)
{
    benchmark::RegisterBenchmark(name.c_str(), [name, work](benchmark::State& state) {
        for (auto _ : state) {
            double first = 0;
            const double seconds = work(first);
            if (seconds < 0) {
                state.SkipWithError("incomplete");
                break;
            }
            state.SetIterationTime(seconds);
            times[name].all.push_back(seconds);
            times[name].first.push_back(first);
        }
    })->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(rounds);
}

double retrieve(dimse::Node node, const QString& study, int associations, int count)
{
    QTemporaryDir folder;
    const auto profile = Profile::open(folder.path());
    const auto archive = archive::Archive::open(*profile);
    node.associations = associations;
    Task task;
    QElapsedTimer clock;
    clock.start();
    const auto got = transfer::retrieveStudy(**archive, node, {study}, {}, transfer::RetrieveBy::Get, {}, task);
    return got && got->isComplete() && got->received == count ? clock.nsecsElapsed() / 1e9 : -1;
}

double getscu(quint16 port, const QString& study, bool isAtItsBest, int count)
{
    QTemporaryDir folder;
    QStringList arguments{"-aec", "ORTHANC", "-S", "-k", "0008,0052=STUDY", "-k", "0020,000D=" + study, "-od", folder.path()};
    if (isAtItsBest)
        arguments << QStringList{"-pdu", "131072"};
    const double seconds = runProgram("getscu", arguments + QStringList{"127.0.0.1", QString::number(port)}, isAtItsBest);
    return QDir(folder.path()).entryList(QDir::Files).size() == count ? seconds : -1;
}

double find(const dimse::Node& node, int count, double& first)
{
    Task task;
    qint64 rows = 0;
    QElapsedTimer clock;
    clock.start();
    dimse::FindKeys keys;
    keys.patientName = "Many*";
    const auto found = dimse::find(node, dimse::Level::Study, keys, [&](const dicom::Dataset&) {
        if (++rows == 1)
            first = clock.nsecsElapsed() / 1e9;
        return true;
    }, {}, task);
    return found && *found == count ? clock.nsecsElapsed() / 1e9 : -1;
}

double findscu(quint16 port, int count, double& first)
{
    QTemporaryDir folder;
    QStringList arguments{"-aec", "ORTHANC", "-S", "-X", "-od", folder.path(), "-k", "0008,0052=STUDY", "-k", "0010,0010=Many*"};
    for (const char* key : {"0020,000D", "0008,0020", "0008,0030", "0008,0050", "0008,0061", "0008,0090", "0008,1030", "0010,0020", "0010,0021",
                            "0010,0030", "0010,0040", "0020,0010", "0020,1206", "0020,1208"})
        arguments << "-k" << key; // the keys that ours asks for
    const double seconds = runProgram("findscu", arguments + QStringList{"127.0.0.1", QString::number(port)}, true, [&] {
        return QFileInfo::exists(folder.filePath("rsp0001.dcm"));
    }, &first);
    return QDir(folder.path()).entryList(QDir::Files).size() == count ? seconds : -1;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    benchmark::Initialize(&argc, argv);
    const int slices = countOf("DIASCOPE_BENCH_CT", 1000);
    const int studies = countOf("DIASCOPE_BENCH_STUDIES", 10000);
    QString why;
    const auto orthanc = test::Orthanc::start(1, &why, R"(,"SyncStorageArea":false)"); // only filling it is quicker
    if (!orthanc) {
        std::fprintf(stderr, "%s\n", qPrintable(why));
        return 1;
    }
    QString study;
    {
        QTemporaryDir ct, many;
        study = writeStudy(ct.path(), slices);
        writeManyStudies(many.path(), studies);
        for (const QString& folder : {ct.path(), many.path()})
            runProgram("storescu", {"-aec", "ORTHANC", "-pdu", "131072", "127.0.0.1", QString::number(orthanc->port), "+sd", folder}, true);
    }
    const dimse::Node node{"orthanc", "ORTHANC", "127.0.0.1", orthanc->port, false, {}, {}, {}};
    add("PER-04/ours, one association", 3, [&](double&) { return retrieve(node, study, 1, slices); });
    add("PER-04/ours, several", 3, [&](double&) { return retrieve(node, study, 2, slices); });
    add("PER-04/getscu at its best", 3, [&](double&) { return getscu(orthanc->port, study, true, slices); });
    add("PER-04/getscu as shipped", 1, [&](double&) { return getscu(orthanc->port, study, false, slices); });
    add("PER-05/ours", 3, [&](double& first) { return find(node, studies, first); });
    add("PER-05/findscu -X", 3, [&](double& first) { return findscu(orthanc->port, studies, first); });
    benchmark::RunSpecifiedBenchmarks();
    const auto ratio = [](const char* peer, const char* ours) { return median(times[peer].all) / median(times[ours].all); };
    std::printf("\nPER-04, %d CT, medians in s; ratios: getscu's time to ours (aims: as shipped 20, at its best 1.0 and 1.5)\n", slices);
    for (const char* name : {"PER-04/ours, one association", "PER-04/ours, several"})
        std::printf("%-30s %8.2f  as shipped %6.1f  at its best %5.2f\n", name, median(times[name].all), ratio("PER-04/getscu as shipped", name),
                    ratio("PER-04/getscu at its best", name));
    std::printf("getscu as shipped %.2f, at its best %.2f\n", median(times["PER-04/getscu as shipped"].all), median(times["PER-04/getscu at its best"].all));
    std::printf("\nPER-05, %d studies: all rows %.2f s, first %.3f s; findscu -X %.2f s, first %.3f s; ratio of all %.2f (aim 1.0), of the first %.1f "
                "(aim 5; Orthanc answers nothing before it has them all)\n",
                studies, median(times["PER-05/ours"].all), median(times["PER-05/ours"].first), median(times["PER-05/findscu -X"].all),
                median(times["PER-05/findscu -X"].first), ratio("PER-05/findscu -X", "PER-05/ours"),
                median(times["PER-05/findscu -X"].first) / median(times["PER-05/ours"].first));
    return 0;
}
