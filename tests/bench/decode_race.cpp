#include "tests/bench/decode_race.h"
#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/uid.h"
#include "viewer/decode/decoder_pool.h"
#include <QFile>
#include <QProcess>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <ctime>
#include <gdcmImageReader.h>
#include <gdcmTrace.h>
#include <sched.h>
#include <random>
#include <thread>

namespace diascope::bench
{

namespace
{

using Clock = std::chrono::steady_clock;
constexpr int side = 512;
constexpr double noiseHu = 12;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double cpuSeconds()
{
    const auto of = [](clockid_t clock) {
        timespec time{};
        return clock_gettime(clock, &time) == 0 ? double(time.tv_sec) + double(time.tv_nsec) / 1e9 : 0.0;
    };
    double sum = of(CLOCK_PROCESS_CPUTIME_ID);
    for (const pid_t pid : viewer::DecoderPool::instance().workers())
        if (clockid_t clock{}; clock_getcpuclockid(pid, &clock) == 0)
            sum += of(clock);
    return sum;
}

/// Slices of the head at twice its resolution, 0 to 4095 for -1024 to 3071 HU.
std::vector<quint16> headFrames(const QString& folder, int frames)
{
    const auto files = demo::writeHead(folder, {}, {});
    if (!files || files->isEmpty())
        return {};
    std::vector<quint16> pixels;
    pixels.reserve(size_t(frames) * side * side);
    std::mt19937 random(1); // the same noise each time
    std::normal_distribution<double> noise(0, noiseHu);
    for (int n = 0; n < frames; ++n) {
        const auto source = viewer::PixelSource::open(files->at(qsizetype(n) * files->size() / frames));
        const auto frame = source ? source->frame(0) : std::unexpected(source.error());
        if (!frame)
            return {};
        for (int row = 0; row < side; ++row)
            for (int column = 0; column < side; ++column) {
                const double x = std::min(column * double(frame->columns) / side, frame->columns - 1.001);
                const double y = std::min(row * double(frame->rows) / side, frame->rows - 1.001);
                const auto at = [&](int dx, int dy) { return frame->storedAt(int(x) + dx, int(y) + dy); };
                const double fx = x - int(x);
                const double fy = y - int(y);
                const double stored = (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
                pixels.push_back(quint16(std::clamp(std::lround(stored + noise(random)), 0L, 4095L)));
            }
    }
    return pixels;
}

bool write(const QString& path, const QByteArray& pixels, int frames, int allocated, int stored)
{
    using namespace dicom;
    Dataset dataset;
    (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7.3");
    (void)dataset.setText(tag::SOPInstanceUID, newUid());
    (void)dataset.setText(tag::Modality, "CT");
    (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
    dataset.setNumber(tag::SamplesPerPixel, 1);
    dataset.setNumber(tag::NumberOfFrames, frames);
    dataset.setNumber(tag::Rows, side);
    dataset.setNumber(tag::Columns, side);
    dataset.setNumber(tag::BitsAllocated, allocated);
    dataset.setNumber(tag::BitsStored, stored);
    dataset.setNumber(tag::HighBit, stored - 1);
    dataset.setNumber(tag::PixelRepresentation, 0);
    dataset.setBytes(tag::PixelData, pixels);
    return dataset.write(path, "1.2.840.10008.1.2.1").has_value();
}

} // namespace

std::vector<Course> layOut(const QString& folder, int frames)
{
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    const auto pixels = headFrames(folder, frames);
    if (pixels.empty())
        return {};
    QByteArray narrow(qsizetype(pixels.size()), '\0');
    for (size_t i = 0; i < pixels.size(); ++i) // the brain window
        narrow[qsizetype(i)] = char(std::clamp((int(pixels[i]) - 1024) * 255 / 80, 0, 255));
    const QString plain = folder + "/plain.dcm";
    const QString plain8 = folder + "/plain8.dcm";
    const QByteArray wide(reinterpret_cast<const char*>(pixels.data()), qsizetype(pixels.size() * 2));
    if (!write(plain, wide, frames, 16, 12) || !write(plain8, narrow, frames, 8, 8))
        return {};
    std::vector<Course> courses{{"uncompressed", plain, 0, true}};
    const auto add = [&](const char* name, double aim, bool isLossless, const QString& program, QStringList arguments, const QString& from) {
        const QString to = folder + QStringLiteral("/%1.dcm").arg(courses.size());
        QProcess process;
        process.start(program, arguments + QStringList{from, to});
        if (process.waitForFinished(-1) && process.exitCode() == 0 && QFile::exists(to))
            courses.push_back({name, to, aim, isLossless});
        else
            qWarning("%s: %s failed", name, qPrintable(program));
    };
    add("RLE", 10, true, "gdcmconv", {"--rle"}, plain);
    add("JPEG lossless SV1", 1.9, true, "gdcmconv", {"--jpeg"}, plain);
    add("JPEG lossless", 1.9, true, "dcmcjpeg", {"+el", "+sv", "4"}, plain);
    add("JPEG-LS", 5, true, "dcmcjpls", {}, plain);
    add("JPEG 2000 lossless", 1.9, true, "gdcmconv", {"--j2k"}, plain);
    add("JPEG 2000", 1.9, false, "gdcmconv", {"--j2k", "--lossy", "-r", "10"}, plain);
    add("JPEG 12-bit", 1.9, false, "dcmcjpeg", {"+ee"}, plain);
    add("JPEG 8-bit", 1.9, false, "dcmcjpeg", {"+eb"}, plain8);
    return courses;
}

Spent ours(const Course& course)
{
    const auto opened = viewer::PixelSource::open(course.path);
    if (!opened)
        return {};
    const int frames = opened->description().frames;
    std::atomic<int> next = 0;
    std::atomic<bool> isGood = true;
    const double cpu = cpuSeconds();
    const auto start = Clock::now();
    const auto work = [&] {
        std::vector<std::byte> frame(size_t(opened->description().frameBytes()));
        for (int n = 0; (n = next++) < frames;)
            if (!opened->readFrame(n, frame))
                isGood = false;
    };
    std::thread other(work);
    work();
    other.join();
    return isGood ? Spent{secondsSince(start), cpuSeconds() - cpu} : Spent{};
}

namespace
{

/// Keeps this thread, and those it starts, on one core: the OpenJPEG under GDCM 3.0.21 takes all it sees.
class OneCore
{
public:
    OneCore()
    {
        sched_getaffinity(0, sizeof m_before, &m_before);
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(sched_getcpu(), &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    ~OneCore() { sched_setaffinity(0, sizeof m_before, &m_before); }
    OneCore(const OneCore&) = delete;
    OneCore& operator=(const OneCore&) = delete;

private:
    cpu_set_t m_before;
};

} // namespace

Spent gdcms(const Course& course)
{
    const OneCore oneCore;
    gdcm::ImageReader reader;
    reader.SetFileName(QFile::encodeName(course.path).constData());
    if (!reader.Read())
        return {};
    std::vector<char> pixels(reader.GetImage().GetBufferLength());
    const double cpu = cpuSeconds();
    const auto start = Clock::now();
    return reader.GetImage().GetBuffer(pixels.data()) ? Spent{secondsSince(start), cpuSeconds() - cpu} : Spent{};
}

bool isSame(const Course& course)
{
    gdcm::ImageReader reader;
    reader.SetFileName(QFile::encodeName(course.path).constData());
    const auto opened = viewer::PixelSource::open(course.path);
    if (!reader.Read() || !opened)
        return false;
    std::vector<char> pixels(reader.GetImage().GetBufferLength());
    if (!reader.GetImage().GetBuffer(pixels.data()))
        return false;
    const size_t each = size_t(opened->description().frameBytes());
    for (int n = 0; n < opened->description().frames; ++n) {
        const auto frame = opened->frame(n);
        if (!frame || std::memcmp(frame->pixels.data(), pixels.data() + each * size_t(n), each) != 0)
            return false;
    }
    return true;
}

} // namespace diascope::bench
