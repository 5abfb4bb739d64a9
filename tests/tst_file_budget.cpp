#include "app/session/media.h"
#include "netclient/archive/archive.h"
#include "netclient/media/file_set.h"
#include "tests/support/part_ten.h"
#include "tests/support/test_data.h"
#include "viewer/decode/pixel_source.h"
#include "viewer/volume/stack.h"
#include <QElapsedTimer>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <sys/resource.h>
#include <thread>
#include <zlib.h>

using namespace diascope;
using test::element;
using test::littleEndian;
using test::partTen;
using test::word;

namespace
{

const QByteArray explicitSyntax = "1.2.840.10008.1.2.1";
const QByteArray deflatedSyntax = "1.2.840.10008.1.2.1.99";
const QByteArray rleSyntax = "1.2.840.10008.1.2.5";

QByteArray uids() { return element(0x20, 0x0D, "UI", "1.2.3") + element(0x20, 0x0E, "UI", "1.2.3.4"); }

/// Of undefined length.
QByteArray sequence(quint16 group, quint16 number, const QList<QByteArray>& items)
{
    QByteArray bytes = littleEndian(group, 2) + littleEndian(number, 2) + "SQ" + word(0) + QByteArray::fromHex("ffffffff");
    for (const QByteArray& item : items)
        bytes += QByteArray::fromHex("feff00e0") + littleEndian(quint64(item.size()), 4) + item;
    return bytes + QByteArray::fromHex("feffdde000000000");
}

QByteArray pixelData(qsizetype bytes) { return element(0x7FE0, 0x10, "OW", QByteArray(bytes, '\1')); }

/// The file with everything behind its header deflated (PS3.5 A.5); `elements` stand in front of its own.
QByteArray deflatedFile(const QByteArray& elements)
{
    const QByteArray whole = partTen(deflatedSyntax, {}, {});
    const qsizetype begin = 132 + 12 + qsizetype(quint8(whole[140]));
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
    QByteArray dataset = elements;
    QByteArray out(qsizetype(deflateBound(&stream, uLong(dataset.size()))), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(dataset.data());
    stream.avail_in = uInt(dataset.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = uInt(out.size());
    deflate(&stream, Z_FINISH);
    out.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return whole.left(begin) + out;
}

/// "VmHWM" of this process, in bytes.
qint64 peakBytes()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("VmHWM:"))
            return line.mid(6).trimmed().split(' ').front().toLongLong() * 1024;
    return 0;
}

void tell(const char* what, const QString& sentence)
{
    std::fprintf(stderr, "%s: %s\n", what, qPrintable(sentence));
}

/// What each part of the program does with a file; whether it is refused or taken is other tests' business.
void work(const QString& what, const QString& path)
{
    Task task;
    if (what == "import" || what == "import of four") {
        QTemporaryDir folder;
        const auto archive = archive::Archive::open(*Profile::open(folder.path()));
        QStringList paths{path};
        for (int i = 1; what == "import of four" && i < 4; ++i)
            paths << path + QString::number(i);
        const auto report = (*archive)->import(paths, archive::ImportMode::Copy, task);
        tell("import", report ? QStringLiteral("%1 imported, %2 in quarantine").arg(report->imported).arg(report->quarantined.size()) : report.error().detail);
    } else if (what == "series") {
        auto instances = viewer::readInstances(path);
        tell("series", instances ? QStringLiteral("%1 frames").arg(instances->size()) : instances.error().detail);
        if (instances)
            (void)viewer::buildStacks(std::move(*instances));
    } else if (what == "pixels") {
        const auto source = viewer::PixelSource::open(path);
        const auto frame = source ? source->frame(0) : std::unexpected(source.error());
        tell("pixels", frame ? QStringLiteral("a frame") : frame.error().detail);
    } else if (what == "transcode") {
        const auto dataset = app::decompressed(path);
        tell("transcode", dataset ? QStringLiteral("done") : dataset.error().detail);
    } else if (what == "medium") {
        QTemporaryDir folder;
        const auto written = media::writeFileSet({path}, folder.filePath("out"), {}, task);
        tell("medium", written ? QStringLiteral("%1 written").arg(written->written) : written.error().detail);
    }
}

} // namespace

/// What a file of at most 1 MiB may cost, whatever its header says: each in a process of its own, whose peak is measured.
class TestFileBudget : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    static constexpr qint64 longestMs = 5000;
    static constexpr int patienceMs = 60'000;
    static constexpr qint64 mostBytes = 500'000'000;

private Q_SLOTS:
    void FIL_04_aSmallFileCostsLittle_data()
    {
        QTest::addColumn<QByteArray>("file");
        test::ImageNumbers many;
        many.frames = 2'000'000'000;
        many.rows = many.columns = 2;
        QTest::newRow("2,000,000,000 frames over 8 bytes") << partTen(explicitSyntax, many, pixelData(8));
        test::ImageNumbers wide = many;
        wide.frames = 1;
        wide.rows = wide.columns = 32'000;
        QTest::newRow("a frame of 2 GB over 8 bytes") << partTen(explicitSyntax, wide, pixelData(8));
        test::ImageNumbers rle = many;
        rle.rows = rle.columns = 4000;
        rle.frames = 60'000;
        QTest::newRow("60,000 frames of 32 MB over one RLE fragment")
            << partTen(rleSyntax, rle, test::fragments({QByteArray::fromHex("02000000400000004400000000").leftJustified(80, '\0')}));
        rle.frames = 60;
        QTest::newRow("60 frames of 32 MB over 60 RLE fragments of nothing")
            << partTen(rleSyntax, rle, test::fragments(QList<QByteArray>(60, QByteArray::fromHex("02000000400000004400000000").leftJustified(80, '\0'))));

        const test::ImageNumbers one;
        QByteArray values;
        while (values.size() < 65'000)
            values += "1\\";
        values += "1";
        QTest::newRow("47 KiB of window centres, and more")
            << partTen(explicitSyntax, one, element(0x28, 0x1050, "DS", values.left(65'001)) + element(0x28, 0x1051, "DS", values.left(65'001)) + pixelData(2));
        const QByteArray long_ = values.repeated(8).left(500'001);
        QTest::newRow("250,000 values of no VR")
            << partTen(explicitSyntax, one, element(0x28, 0x1050, "UN", long_) + element(0x28, 0x1051, "UN", long_) + pixelData(2));
        test::ImageNumbers cine;
        cine.frames = 10'000;
        QTest::newRow("10,000 frames that share 32,000 windows")
            << partTen(explicitSyntax, cine, element(0x28, 0x1050, "DS", values.left(65'001)) + element(0x28, 0x1051, "DS", values.left(65'001)) + pixelData(20'000));
        const QByteArray spacing = "0.5\\0.5\\" + values.left(64'993);
        QTest::newRow("10,000 frames of functional groups that share long values")
            << partTen(explicitSyntax, cine,
                       sequence(0x5200, 0x9229,
                                {sequence(0x28, 0x9110, {element(0x28, 0x30, "DS", spacing)}) + sequence(0x28, 0x9132, {element(0x28, 0x1050, "DS", values) + element(0x28, 0x1051, "DS", values)})}) +
                           pixelData(20'000));
        // Each frame has a group of its own, so it is read for itself; what it shares is long.
        QTest::newRow("10,000 frames with groups of their own and long values for all")
            << partTen(explicitSyntax, cine,
                       sequence(0x5200, 0x9229,
                                {sequence(0x28, 0x9110, {element(0x28, 0x30, "DS", spacing)}) + sequence(0x28, 0x9132, {element(0x28, 0x1050, "DS", values) + element(0x28, 0x1051, "DS", values)})}) +
                           sequence(0x5200, 0x9230, QList<QByteArray>(10'000, element(0x18, 0x9005, "SH", "x "))) + pixelData(20'000));
        QByteArray vertices;
        for (int i = 0; i < 9'000; ++i)
            vertices += "1\\2\\";
        const QByteArray shutter = element(0x18, 0x1600, "CS", "POLYGONAL") + element(0x18, 0x1620, "IS", vertices + "1\\2");
        QTest::newRow("a polygon of 9,000 corners that 20,000 frames share")
            << partTen(explicitSyntax, cine,
                       sequence(0x5200, 0x9229, {sequence(0x18, 0x9472, {shutter})}) +
                           sequence(0x5200, 0x9230, QList<QByteArray>{sequence(0x18, 0x9472, {shutter})} + QList<QByteArray>(20'000, QByteArray())) + pixelData(20'000));
        QTest::newRow("200 MB of zeros, deflated") << deflatedFile(element(8, 0x16, "UI", "1.2.840.10008.5.1.4.1.1.7") + element(8, 0x18, "UI", "1.2.3.4.5") + uids() + element(0x28, 2, "US", word(1)) + element(0x28, 4, "CS", "MONOCHROME2") +
                                                                   element(0x28, 0x10, "US", word(10'000)) + element(0x28, 0x11, "US", word(10'000)) +
                                                                   element(0x28, 0x100, "US", word(16)) + element(0x28, 0x101, "US", word(16)) +
                                                                   element(0x28, 0x102, "US", word(15)) + element(0x28, 0x103, "US", word(0)) + pixelData(200'000'000));
        QTest::newRow("100,000 empty items")
            << partTen(explicitSyntax, one, sequence(0x5200, 0x9230, QList<QByteArray>(100'000, QByteArray())) + pixelData(2));
    }
    void FIL_04_aSmallFileCostsLittle()
    {
        QFETCH(QByteArray, file);
        QVERIFY2(file.size() <= 1 << 20, QByteArray::number(file.size()).constData());
        // In front of the pixels, where PS3.5 wants them.
        if (const qsizetype at = file.indexOf(QByteArray::fromHex("28000200")); at > 0 && !file.contains(uids()))
            file.insert(at, uids());
        const QString path = m_folder.filePath("small.dcm");
        for (const char* more : {"", "1", "2", "3"}) {
            QFile out(path + QLatin1String(more));
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(file) == file.size());
        }
        const bool isAllPixels = QByteArray(QTest::currentDataTag()).endsWith("deflated"); // written uncompressed they are what they are
        for (const char* what : {"import", "import of four", "series", "pixels", "transcode", "medium"}) {
            if (isAllPixels && (QByteArray(what) == "transcode" || QByteArray(what) == "medium"))
                continue;
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {"-child", QLatin1String(what), path});
            const bool isOver = child.waitForFinished(patienceMs);
            if (!isOver) {
                child.kill();
                child.waitForFinished();
            }
            const QByteArray err = child.readAllStandardError();
            const QList<QByteArray> cost = child.readAllStandardOutput().trimmed().split(' ');
            QVERIFY2(isOver && child.exitStatus() == QProcess::NormalExit && cost.size() == 2,
                     (QByteArray(what) + (isOver ? " ended its process: " : " took too long: ") + err.right(300)).constData());
#ifndef DIASCOPE_SANITIZED // those builds take time and memory of their own
            QVERIFY2(cost[0].toLongLong() < longestMs, (QByteArray(what) + " took " + cost[0] + " ms").constData());
            QVERIFY2(cost[1].toLongLong() < mostBytes, (QByteArray(what) + " took " + cost[1] + " bytes").constData());
#endif
            if (qEnvironmentVariableIsSet("DIASCOPE_SHOW_COST"))
                qInfo("%s: %s ms, %lld MB, %s", what, cost[0].constData(), cost[1].toLongLong() / 1'000'000, err.trimmed().constData());
        }
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "-child") {
#ifndef DIASCOPE_SANITIZED
        const rlimit limit{4'000'000'000, 4'000'000'000}; // the machine that tests is not to suffer
        ::setrlimit(RLIMIT_DATA, &limit);
#endif
        QElapsedTimer clock;
        clock.start();
        work(arguments.value(2), arguments.value(3));
        std::printf("%lld %lld\n", clock.elapsed(), peakBytes());
        return 0;
    }
    TestFileBudget test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_file_budget.moc"
