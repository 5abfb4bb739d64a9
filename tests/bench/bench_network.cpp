// PER-04: C-GET of 1,000 CT (512 MB), in one series and in four, from a real Orthanc into a real archive, beside getscu.
// PER-05: C-FIND of 10,000 studies beside findscu -X, from Orthanc (which answers nothing before it has them all) and from a
// peer that answers as fast as the line takes it. Ends with tables of medians. DIASCOPE_BENCH_CT and DIASCOPE_BENCH_STUDIES
// make them smaller, DIASCOPE_BENCH_ROUNDS makes the rounds fewer or more than 3.
#include "netclient/dicom/uid.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/store.h"
#include "netclient/transfer/study_transfer.h"
#include "tests/support/orthanc.h"
#include "tests/support/scripted_scp.h"
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
        const std::pair<dicom::Tag, QString> texts[] = {
            {tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2"},
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
        const std::pair<dicom::Tag, double> numbers[] = {{tag::SamplesPerPixel, 1},    {tag::Rows, 512},      {tag::Columns, 512},
                                                         {tag::BitsAllocated, 16},     {tag::BitsStored, 12}, {tag::HighBit, 11},
                                                         {tag::PixelRepresentation, 0}};
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
        const std::pair<dicom::Tag, QString> texts[] = {{tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7"},
                                                        {tag::SOPInstanceUID, dicom::newUid()},
                                                        {tag::StudyInstanceUID, study},
                                                        {tag::SeriesInstanceUID, study + ".1"},
                                                        {tag::PatientID, QStringLiteral("MANY%1").arg(i)},
                                                        {tag::PatientName, QStringLiteral("Many^Number%1").arg(i)},
                                                        {tag::StudyDate, "20240101"},
                                                        {tag::StudyDescription, "One of many"},
                                                        {tag::Modality, "OT"}};
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

/// What a good and fast peer answers: the rows are ready, in implicit little endian.
std::unique_ptr<test::ScriptedScp> streamingPeer(int count)
{
    using test::element, test::text, test::uid;
    std::vector<QByteArray> rows;
    for (int i = 0; i < count; ++i) {
        const QByteArray number = QByteArray::number(i);
        rows.push_back(
            element(8, 5, text("ISO_IR 192")) + element(8, 0x20, "20240101") + element(8, 0x30, text("101500")) +
            element(8, 0x50, text("ACC" + number)) + element(8, 0x52, "STUDY ") + element(8, 0x61, "CT\\MR ") +
            element(8, 0x90, text(QString::fromUtf8("Zuweiserin^Jörg").toUtf8())) +
            element(8, 0x1030, text("CT of the chest and abdomen")) +
            element(0x10, 0x10, text(QString::fromUtf8("Müller^Number").toUtf8() + number)) +
            element(0x10, 0x20, text("MANY" + number)) + element(0x10, 0x21, text("HOSPITAL")) + element(0x10, 0x30, "19600101") +
            element(0x10, 0x40, "F ") + element(0x20, 0x0d, uid("1.2.826.0.1.3680043.9.7777." + number)) +
            element(0x20, 0x10, text("S" + number)) + element(0x20, 0x1206, "4 ") + element(0x20, 0x1208, text("512")));
    }
    return std::make_unique<test::ScriptedScp>(
        [rows](test::ScriptedScp::Conversation& peer, const test::ScriptedScp::Message& asked) {
            for (const QByteArray& row : rows)
                peer.respond(asked, 0xff00, row);
            peer.respond(asked, 0);
        });
}

double find(const dimse::Node& node, int count, double& first)
{
    Task task;
    qint64 rows = 0, named = 0;
    QElapsedTimer clock;
    clock.start();
    dimse::FindKeys keys;
    keys.patientName = "M*";
    const auto found = dimse::find(
        node, dimse::Level::Study, keys,
        [&](const dicom::Dataset& row) {
            if (++rows == 1)
                first = clock.nsecsElapsed() / 1e9;
            named += row.text(tag::PatientID).startsWith(QLatin1String("MANY"));
            return true;
        },
        {}, task);
    return found && *found == count && named == count ? clock.nsecsElapsed() / 1e9 : -1;
}

double findscu(quint16 port, int count, double& first)
{
    QTemporaryDir folder;
    QStringList arguments{"-aec", "ORTHANC", "-S", "-X", "-od", folder.path(), "-k", "0008,0052=STUDY", "-k", "0010,0010=M*"};
    for (const char* key : {"0020,000D", "0008,0020", "0008,0030", "0008,0050", "0008,0061", "0008,0090", "0008,1030",
                            "0010,0020", "0010,0021", "0010,0030", "0010,0040", "0020,0010", "0020,1206", "0020,1208"})
        arguments << "-k" << key; // the keys that ours asks for
    const double seconds = runProgram("findscu", arguments + QStringList{"127.0.0.1", QString::number(port)}, true, [&] {
        return QFileInfo::exists(folder.filePath("rsp0001.dcm"));
    }, &first);
    return QDir(folder.path()).entryList(QDir::Files).size() == count ? seconds : -1;
}

void printRetrieves(const char* what, int slices)
{
    const std::string shipped = "PER-04/getscu as shipped", best = std::string("PER-04/getscu at its best, ") + what;
    std::printf(
        "\nPER-04, %d CT in %s, medians in s; ratios: getscu's time to ours (aims: as shipped 20, at its best 1.0 and 1.5)\n",
        slices, what);
    for (const char* ours : {"ours, one association, ", "ours, two, ", "ours, four, "}) {
        const std::string name = std::string("PER-04/") + ours + what;
        std::printf("  %-38s %8.2f  as shipped %6.1f  at its best %5.2f\n", name.c_str(), median(times[name].all),
                    median(times[shipped].all) / median(times[name].all), median(times[best].all) / median(times[name].all));
    }
    std::printf("  getscu as shipped (one series) %.2f, at its best %.2f\n", median(times[shipped].all), median(times[best].all));
}

void printFinds(const char* peer, int studies)
{
    const Times& ours = times[std::string("PER-05/ours, ") + peer];
    const Times& theirs = times[std::string("PER-05/findscu -X, ") + peer];
    std::printf(
        "\nPER-05, %d studies from %s, medians in s\n  ours: all %.3f, first row %.4f; findscu -X: all %.3f, first file %.4f\n"
        "  ratio of all %.2f (aim 1.0); our first row is %.1f times sooner than its end (aim 5), %.1f times sooner than its "
        "first file\n",
        studies, peer, median(ours.all), median(ours.first), median(theirs.all), median(theirs.first),
        median(theirs.all) / median(ours.all), median(theirs.all) / median(ours.first),
        median(theirs.first) / median(ours.first));
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
    const int rounds = countOf("DIASCOPE_BENCH_ROUNDS", 3);
    std::map<std::string, QString> made; // studies
    const dimse::Node node{"orthanc", "ORTHANC", "127.0.0.1", orthanc->port, false, {}, {}, {}};
    {
        QTemporaryDir one, four, many;
        made["one series"] = writeStudy(one.path(), slices, 1);
        made["four series"] = writeStudy(four.path(), slices, 4);
        writeManyStudies(many.path(), studies);
        // By us: filling is not what is measured, and counts are compared below.
        for (const QString& folder : {one.path(), four.path(), many.path()}) {
            QStringList files;
            for (const QFileInfo& file : QDir(folder).entryInfoList(QDir::Files))
                files << file.filePath();
            Task task;
            const auto sent = dimse::store(node, files, {}, task);
            if (!sent || !sent->isComplete()) {
                std::fprintf(stderr, "Orthanc could not be filled\n");
                return 1;
            }
        }
    }
    for (const auto& [what, study] : made) {
        for (const auto& [name, associations] :
             {std::pair{"ours, one association, ", 1}, std::pair{"ours, two, ", 2}, std::pair{"ours, four, ", 4}})
            add(std::string("PER-04/") + name + what, rounds,
                [=](double&) { return retrieve(node, study, associations, slices); });
        add("PER-04/getscu at its best, " + what, rounds,
            [=, port = orthanc->port](double&) { return getscu(port, study, true, slices); });
    }
    add("PER-04/getscu as shipped", 1, [&](double&) { return getscu(orthanc->port, made["one series"], false, slices); });
    const auto streaming = streamingPeer(studies);
    dimse::Node fast = node;
    fast.port = streaming->port();
    for (const auto& [name, peer] : {std::pair{"Orthanc", node}, std::pair{"a fast peer", fast}}) {
        add(std::string("PER-05/ours, ") + name, rounds, [=](double& first) { return find(peer, studies, first); });
        add(std::string("PER-05/findscu -X, ") + name, rounds, [=](double& first) { return findscu(peer.port, studies, first); });
    }
    benchmark::RunSpecifiedBenchmarks();
    for (const auto& [what, study] : made)
        printRetrieves(what.c_str(), slices);
    for (const char* peer : {"Orthanc", "a fast peer"})
        printFinds(peer, studies);
    return 0;
}
