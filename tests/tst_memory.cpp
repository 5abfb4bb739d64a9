#include "netclient/dicom/uid.h"
#include "tests/support/test_data.h"
#include "viewer/volume/frame_memory.h"
#include "viewer/volume/stack_loader.h"
#include <QFile>
#include <QStorageInfo>
#include <QTemporaryDir>
#include <atomic>
#include <thread>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
namespace tag = dicom::tag;

namespace
{

constexpr int slices = 1000;
constexpr int size = 512;
constexpr qint64 pixelBytes = qint64(slices) * size * size * 2;

/// Low and high byte of the 128 pixels of one run: by slice, row and quarter of the row.
quint8 lowByte(int slice, int row, int quarter) { return quint8(slice * 7 + row * 3 + quarter * 11); }
quint8 highByte(int slice, int row, int quarter) { return quint8((slice + row + quarter) % 16); }

QByteArray rows(int slice, bool isCompressed)
{
    QByteArray bytes;
    if (!isCompressed) {
        bytes.resize(size * size * 2);
        char* to = bytes.data();
        for (int row = 0; row < size; ++row)
            for (int column = 0; column < size; ++column) {
                *to++ = char(lowByte(slice, row, column / 128));
                *to++ = char(highByte(slice, row, column / 128));
            }
        return bytes;
    }
    // PS3.5 Annex G: a header of 64 bytes, then the high and the low bytes as runs of 128.
    const auto number = [](quint32 n) { return QByteArray(reinterpret_cast<const char*>(&n), 4); };
    bytes += number(2) + number(64) + number(64 + size * 8);
    bytes.resize(64, '\0');
    for (int segment = 0; segment < 2; ++segment)
        for (int row = 0; row < size; ++row)
            for (int quarter = 0; quarter < 4; ++quarter) {
                bytes += char(-127);
                bytes += char(segment == 0 ? highByte(slice, row, quarter) : lowByte(slice, row, quarter));
            }
    return bytes;
}

/// A CT slice; compressed ones get their fragments here, since nothing of ours writes RLE.
bool writeSlice(const QString& path, int slice, bool isCompressed)
{
    Dataset dataset;
    (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
    (void)dataset.setText(tag::SOPInstanceUID, QString("1.2.3.4.%1").arg(slice + 1));
    (void)dataset.setText(tag::SeriesInstanceUID, "1.2.3.4");
    (void)dataset.setText(tag::StudyInstanceUID, "1.2.3");
    (void)dataset.setText(tag::FrameOfReferenceUID, "1.2.3.5");
    (void)dataset.setText(tag::Modality, "CT");
    (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
    for (const auto& [t, value] : {std::pair(tag::SamplesPerPixel, 1), {tag::Rows, size}, {tag::Columns, size}, {tag::BitsAllocated, 16}, {tag::BitsStored, 16},
                                   {tag::HighBit, 15}, {tag::PixelRepresentation, 0}, {tag::InstanceNumber, slice + 1}})
        dataset.setNumber(t, value);
    dataset.setNumbers(tag::ImagePositionPatient, {0, 0, double(slice)});
    dataset.setNumbers(tag::ImageOrientationPatient, {1, 0, 0, 0, 1, 0});
    dataset.setNumbers(tag::PixelSpacing, {0.5, 0.5});
    if (!isCompressed) {
        dataset.setBytes(tag::PixelData, rows(slice, false));
        return dataset.write(path, "1.2.840.10008.1.2.1").has_value();
    }
    if (!dataset.write(path, "1.2.840.10008.1.2.1"))
        return false;
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite))
        return false;
    QByteArray all = file.readAll();
    // Another transfer syntax of another length: UID, its length and the group's.
    const QByteArray before = QByteArray("\x02\x00\x10\x00UI\x14\x00", 8) + QByteArray("1.2.840.10008.1.2.1") + QByteArray(1, '\0');
    const QByteArray after = QByteArray("\x02\x00\x10\x00UI\x14\x00", 8) + QByteArray("1.2.840.10008.1.2.5") + QByteArray(1, '\0');
    if (!all.contains(before))
        return false;
    all.replace(before, after);
    const QByteArray frame = rows(slice, true);
    const auto item = [](const char* tagBytes, quint32 length) { return QByteArray(tagBytes, 4) + QByteArray(reinterpret_cast<const char*>(&length), 4); };
    all += QByteArray("\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF", 12) + item("\xFE\xFF\x00\xE0", 0) + item("\xFE\xFF\x00\xE0", quint32(frame.size())) + frame +
           item("\xFE\xFF\xDD\xE0", 0);
    file.resize(0);
    file.seek(0);
    return file.write(all) == all.size();
}

qint64 peakBytes()
{
    QFile status("/proc/self/status");
    if (!status.open(QIODevice::ReadOnly))
        return -1;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("VmHWM:"))
            return line.mid(6).trimmed().split(' ').front().toLongLong() * 1024;
    return -1;
}

/// In a process of its own: opens the folder as the program does, looks at every frame, prints the peak.
int openAsChild(const QString& folder, qint64 budget, const QString& cache)
{
    if (budget > 0)
        setMemoryBudget(budget, cache);
    std::vector<Instance> instances;
    for (int slice = 0; slice < slices; ++slice) {
        auto read = readInstances(folder + '/' + QString::number(slice));
        if (!read)
            return 2;
        instances.push_back(std::move(read->front()));
    }
    auto stacks = buildStacks(std::move(instances));
    if (stacks.size() != 1 || stacks[0].frameCount() != slices)
        return 3;
    StackLoader loader(std::move(stacks[0]), {}, slices / 2);
    loader.wait();
    const auto volume = loader.latest();
    int wrong = 0;
    for (int slice = 0; slice < slices; ++slice) {
        loader.want(slice); // as somebody who scrolls through
        const auto pixels = volume->stored<quint16>(slice);
        bool isRight = pixels.size() == size_t(size) * size;
        for (size_t i = 0; isRight && i < pixels.size(); ++i) {
            const int row = int(i) / size;
            const int quarter = int(i) % size / 128;
            isRight = pixels[i] == (lowByte(slice, row, quarter) | highByte(slice, row, quarter) << 8);
        }
        wrong += !isRight;
    }
    std::printf("%d %lld\n", wrong, (long long)peakBytes());
    return 0;
}

} // namespace

/// What a thin CT takes in memory, measured by the system.
class TestMemory : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString series(bool isCompressed)
    {
        const QString folder = m_folder.filePath(isCompressed ? "rle" : "plain");
        if (QDir(folder).exists())
            return folder;
        QDir().mkpath(folder);
        for (int slice = 0; slice < slices; ++slice)
            if (!writeSlice(folder + '/' + QString::number(slice), slice, isCompressed))
                return {};
        return folder;
    }

private Q_SLOTS:
    void aThousandSlices_data()
    {
        QTest::addColumn<bool>("isCompressed");
        QTest::addColumn<int>("budgetMiB");
        QTest::addColumn<double>("most"); // times the pixels' bytes
        QTest::newRow("PER-10 uncompressed") << false << 0 << 1.3;
        QTest::newRow("PER-10 RLE") << true << 0 << 1.3;
        QTest::newRow("uncompressed, paged within 64 MiB") << false << 64 << 0.3;
        QTest::newRow("RLE, paged within 64 MiB") << true << 64 << 0.3;
    }
    void aThousandSlices()
    {
#ifdef __SANITIZE_ADDRESS__
        QSKIP("the sanitizer has memory of its own");
#endif
        QFETCH(bool, isCompressed);
        QFETCH(int, budgetMiB);
        QFETCH(double, most);
        if (QStorageInfo(m_folder.path()).bytesAvailable() < 3 * pixelBytes)
            QSKIP("no room for a thousand slices");
        const QString folder = series(isCompressed);
        QVERIFY(!folder.isEmpty());
        const auto ran = test::run(QCoreApplication::applicationFilePath(),
                                   {"--open", folder, QString::number(qint64(budgetMiB) << 20), m_folder.filePath("cache")});
        QCOMPARE(ran.code, 0);
        const auto numbers = ran.out.trimmed().split(' ');
        QCOMPARE(numbers[0].toInt(), 0); // every frame is right
        const double times = double(numbers[1].toLongLong()) / double(pixelBytes);
        qInfo("%.2f times the pixels' bytes", times);
        QVERIFY2(times < most, qPrintable(QString::number(times)));
        QVERIFY(QDir(m_folder.filePath("cache")).isEmpty()); // nothing is left behind
    }

    void aFullCacheFolderIsAPlainError()
    {
        setMemoryBudget(1 << 20, m_folder.filePath("cache"));
        const qint64 tooMuch = QStorageInfo(m_folder.path()).bytesAvailable() + (qint64(1) << 40);
        // Nor is the disk full for anybody else in the meantime.
        const qint64 free = QStorageInfo(m_folder.path()).bytesAvailable();
        std::atomic<bool> isOver = false;
        qint64 lowest = free;
        std::thread looking([&] {
            while (!isOver)
                lowest = std::min(lowest, QStorageInfo(m_folder.path()).bytesAvailable());
        });
        const auto memory = FrameMemory::reserve(tooMuch);
        isOver = true;
        looking.join();
        QVERIFY(!memory);
        QCOMPARE(memory.error().fault, Fault::DiskFull);
        QVERIFY2(lowest > free / 4, qPrintable(QString("%1 of %2").arg(lowest).arg(free)));
        setMemoryBudget(1 << 20, "/proc/nowhere");
        QCOMPARE(FrameMemory::reserve(2 << 20).error().fault, Fault::Unreadable);
        setMemoryBudget(0);
        QVERIFY(!FrameMemory::reserve(2 << 20)->isPaged());
    }

    void volumesShareTheBudget()
    {
        setMemoryBudget(10 << 20, m_folder.filePath("cache"));
        {
            const auto first = FrameMemory::reserve(6 << 20);
            const auto second = FrameMemory::reserve(6 << 20);
            QVERIFY(!first->isPaged() && second->isPaged());
            std::memset(second->data(), 42, 6 << 20);
            second->letGo(0, 6 << 20);
            QCOMPARE(int(second->data()[5 << 20]), 42);
        }
        QVERIFY(!FrameMemory::reserve(6 << 20)->isPaged());
        setMemoryBudget(0);
    }

    /// Memory, its part of the budget and the files are those of what is there, also where there was an error.
    void PER_10_whatIsReservedIsGivenBack()
    {
        constexpr qint64 budget = 10 << 20;
        const auto held = [] { // bytes in mappings, and open files
            QFile pages("/proc/self/statm");
            return std::pair(pages.open(QIODevice::ReadOnly) ? pages.readAll().split(' ').front().toLongLong() * sysconf(_SC_PAGESIZE) : -1,
                             QDir("/proc/self/fd").entryList(QDir::System | QDir::Files).size());
        };
        const auto isWhole = [] { // all of the budget, and no more
            const auto all = FrameMemory::reserve(budget), more = FrameMemory::reserve(1);
            return !all->isPaged() && more->isPaged();
        };
        setMemoryBudget(budget, m_folder.filePath("cache"));
        QCOMPARE(memoryBudget(), budget);
        QVERIFY(isWhole());
        const auto before = held();
        for (int i = 0; i < 20; ++i) {
            const auto first = FrameMemory::reserve(6 << 20), second = FrameMemory::reserve(6 << 20), third = FrameMemory::reserve(4 << 20);
            QVERIFY(!first->isPaged() && second->isPaged() && !third->isPaged());
        }
        QVERIFY(isWhole());
        // One that takes the place of another, and the other way round.
        for (const auto& [one, other] : {std::pair(6 << 20, 8 << 20), {8 << 20, 6 << 20}}) {
            auto first = FrameMemory::reserve(one), second = FrameMemory::reserve(other);
            const std::byte* address = second->data();
            *first = std::move(*second);
            QVERIFY(first->isPaged() && first->data() == address);
        }
        QVERIFY(isWhole());
        // No room in the folder, no folder, and more than any machine has.
        const qint64 tooMuch = QStorageInfo(m_folder.path()).bytesAvailable() + (qint64(1) << 40);
        QCOMPARE(FrameMemory::reserve(tooMuch).error().fault, Fault::DiskFull);
        setMemoryBudget(budget, "/proc/nowhere");
        QCOMPARE(FrameMemory::reserve(budget + 1).error().fault, Fault::Unreadable);
        setMemoryBudget(qint64(1) << 60);
        QCOMPARE(FrameMemory::reserve(qint64(1) << 59).error().fault, Fault::Unsupported);
        setMemoryBudget(budget, m_folder.filePath("cache"));
        QVERIFY(isWhole());
        const auto after = held();
        QVERIFY2(after.first - before.first < (4 << 20), qPrintable(QString::number(after.first - before.first)));
        QCOMPARE(after.second, before.second);
        // Without a folder of its own the files are in the user's cache.
        const QByteArray usual = qgetenv("XDG_CACHE_HOME");
        qputenv("XDG_CACHE_HOME", m_folder.filePath("home").toLocal8Bit());
        setMemoryBudget(budget);
        QVERIFY(FrameMemory::reserve(budget + 1)->isPaged());
        QVERIFY(QDir(m_folder.filePath("home")).exists());
        usual.isEmpty() ? qunsetenv("XDG_CACHE_HOME") : qputenv("XDG_CACHE_HOME", usual);
        setMemoryBudget(0);
        QVERIFY(memoryBudget() > budget);
    }

    /// What is not needed soon leaves the memory where it lies in a file, and is never lost.
    void PER_10_whatIsLetGoIsStillThere()
    {
        const qint64 page = sysconf(_SC_PAGESIZE), bytes = 8 * page + 100;
        for (const bool isPaged : {false, true}) {
            setMemoryBudget(isPaged ? page : 1 << 20, m_folder.filePath("cache"));
            const auto memory = FrameMemory::reserve(bytes);
            QVERIFY(memory && memory->isPaged() == isPaged);
            std::memset(memory->data(), 42, size_t(bytes));
            for (const auto& [offset, length] : {std::pair(qint64(0), bytes), {3 * page + 5, page}, {7 * page, 2 * page}, {5, qint64(0)}, {2 * page, -page}})
                memory->letGo(offset, length);
            for (qint64 i = 0; i < bytes; ++i)
                QCOMPARE(int(memory->data()[i]), 42);
        }
        setMemoryBudget(0);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "--open")
        return openAsChild(arguments.value(2), arguments.value(3).toLongLong(), arguments.value(4));
    TestMemory test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_memory.moc"
