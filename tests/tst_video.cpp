#include "tests/support/part_ten.h"
#include "tests/support/test_data.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/pixel_source.h"
#include <QFile>
#include <QTemporaryDir>
#include <csignal>
#include <thread>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

constexpr int columns = 160;
constexpr int rows = 128;
constexpr int frames = 300; ///< more than the decoder keeps decoded: jumps back are real

/// A video object around a stream cut into `pieces` fragments, without an offset table.
QByteArray videoFile(const QByteArray& syntax, const QByteArray& stream, int numberOfFrames, int width, int height, int pieces)
{
    const qsizetype each = (stream.size() / pieces + 1) & ~qsizetype(1);
    QList<QByteArray> cut;
    for (int i = 0; i < pieces; ++i)
        cut << (i + 1 < pieces ? stream.mid(i * each, each) : stream.mid(i * each));
    return test::partTen(syntax, {height, width, numberOfFrames, 8, 8, 3, false, "YBR_PARTIAL_420"}, test::fragments(cut));
}

/// Colour bars that move, with the frame's number as the grey of the upper left corner: 16 + 3 (n mod 70).
const QString pattern = QStringLiteral("testsrc2=size=%1x%2:rate=25,format=yuv444p,geq=lum='if(lt(X,32)*lt(Y,32),16+3*mod(N,70),lum(X,Y))'"
                                       ":cb='if(lt(X,32)*lt(Y,32),128,cb(X,Y))':cr='if(lt(X,32)*lt(Y,32),128,cr(X,Y))'");

} // namespace

class TestVideo : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QMap<QString, QByteArray> m_made;

    /// A stream made by ffmpeg; `options` as words.
    QByteArray stream(const QString& options, const QString& suffix, int width = columns, int height = rows, int count = frames)
    {
        const QString key = options + suffix + QString::number(width) + '/' + QString::number(count);
        if (!m_made.contains(key)) {
            const QString path = m_folder.filePath(QString::number(m_made.size()) + "." + suffix);
            QStringList arguments{"-v", "error", "-f", "lavfi", "-i", pattern.arg(width).arg(height), "-frames:v", QString::number(count)};
            const auto ran = test::run("ffmpeg", arguments + options.split(' ') + QStringList{"-y", path});
            if (ran.code != 0)
                qWarning("%s", ran.err.constData());
            QFile file(path);
            m_made[key] = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }
        return m_made[key];
    }
    QString written(const QByteArray& bytes)
    {
        static int n = 0;
        const QString path = m_folder.filePath(QStringLiteral("v%1.dcm").arg(n++));
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? path : QString();
    }
    /// All frames as RGB by the ffmpeg program; `filter` names matrix and range.
    QByteArray expected(const QByteArray& bytes, const QString& suffix, const QString& filter)
    {
        const QString from = m_folder.filePath("stream." + suffix);
        QFile file(from);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            return {};
        file.close();
        const QString to = m_folder.filePath("expected.rgb");
        const auto ran = test::run("ffmpeg", {"-v", "error", "-i", from, "-vsync", "0", "-vf", filter, "-pix_fmt", "rgb24", "-f", "rawvideo", "-y", to});
        QFile raw(to);
        return ran.code == 0 && raw.open(QIODevice::ReadOnly) ? raw.readAll() : QByteArray();
    }
    static int worstDifference(const Frame& frame, const QByteArray& all, int n)
    {
        const auto rgb = frame.as<quint8>();
        const auto* wanted = reinterpret_cast<const quint8*>(all.constData()) + rgb.size() * size_t(n);
        int worst = 0;
        for (size_t i = 0; i < rgb.size(); ++i)
            worst = std::max(worst, std::abs(int(rgb[i]) - int(wanted[i])));
        return worst;
    }
    static const char* filterFor(int height)
    {
        return height >= 720 ? "scale=flags=bicubic+full_chroma_int+full_chroma_inp+accurate_rnd:in_h_chr_pos=0:in_v_chr_pos=128:in_color_matrix=bt709:in_range=tv:out_range=pc"
                             : "scale=flags=bicubic+full_chroma_int+full_chroma_inp+accurate_rnd:in_h_chr_pos=0:in_v_chr_pos=128:in_color_matrix=bt601:in_range=tv:out_range=pc";
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (test::run("ffmpeg", {"-version"}).code != 0)
            QSKIP("ffmpeg is not here");
    }

    void everySyntax_data()
    {
        QTest::addColumn<QByteArray>("syntax");
        QTest::addColumn<QString>("options");
        QTest::addColumn<QString>("suffix");
        QTest::addColumn<int>("pieces");
        const auto row = [](const char* name, const char* uid, const char* options, const char* suffix, int pieces) {
            QTest::newRow(qPrintable(QStringLiteral("PIX-13 %1").arg(name))) << QByteArray("1.2.840.10008.1.2.4.") + uid << QString(options) << QString(suffix) << pieces;
        };
        const char* mpeg2 = "-c:v mpeg2video -pix_fmt yuv420p -q:v 3 -g 12 -bf 2";
        const char* h264 = "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -crf 18";
        const char* hevc = "-c:v libx265 -pix_fmt yuv420p -x265-params keyint=20:bframes=3:log-level=none";
        row("MPEG-2 main level, elementary", "100", mpeg2, "m2v", 1);
        row("MPEG-2 main level, fragmentable, in pieces", "100.1", mpeg2, "m2v", 7);
        row("MPEG-2 high level, program stream", "101", mpeg2, "mpg", 1);
        row("MPEG-2 high level, fragmentable, transport stream", "101.1", mpeg2, "ts", 3);
        row("H.264 4.1, MP4", "102", h264, "mp4", 1);
        row("H.264 4.1, fragmentable, elementary in pieces", "102.1", h264, "h264", 5);
        row("H.264 BD, transport stream", "103", h264, "ts", 1);
        row("H.264 BD, fragmentable", "103.1", h264, "ts", 2);
        row("H.264 4.2 2D, open groups of pictures", "104", "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -x264-params open-gop=1", "h264", 1);
        row("H.264 4.2 2D, fragmentable", "104.1", h264, "mp4", 4);
        row("H.264 4.2 3D", "105", h264, "mp4", 1);
        row("H.264 4.2 3D, fragmentable", "105.1", h264, "mp4", 2);
        row("H.264 stereo", "106", h264, "mp4", 1);
        row("H.264 stereo, fragmentable", "106.1", h264, "mp4", 2);
        row("H.264 interlaced", "103", "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 2 -flags +ildct -x264-params tff=1", "h264", 1);
        row("MPEG-2 interlaced", "101", "-c:v mpeg2video -pix_fmt yuv420p -q:v 3 -g 12 -bf 2 -flags +ildct+ilme", "m2v", 1);
        row("HEVC Main, MP4", "107", hevc, "mp4", 1);
        row("HEVC Main, elementary", "107", hevc, "hevc", 1);
        row("HEVC Main 10", "108", "-c:v libx265 -pix_fmt yuv420p10le -x265-params keyint=20:bframes=3:log-level=none", "mp4", 1);
    }
    /// Every frame as the ffmpeg program decodes it, read forwards, backwards and across; and it carries its own number.
    void everySyntax()
    {
        QFETCH(QByteArray, syntax);
        QFETCH(QString, options);
        QFETCH(QString, suffix);
        QFETCH(int, pieces);
        const QByteArray bytes = stream(options, suffix);
        QVERIFY(!bytes.isEmpty());
        const QByteArray all = expected(bytes, suffix, filterFor(rows));
        QCOMPARE(all.size(), qsizetype(columns) * rows * 3 * frames);
        const auto source = PixelSource::open(written(videoFile(syntax, bytes, frames, columns, rows, pieces)));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        std::vector<int> order;
        for (int n = 0; n < frames; ++n)
            order.push_back(n);
        for (int n = frames - 1; n >= 0; n -= 13)
            order.push_back(n);
        order.insert(order.end(), {150, 12, 151, 11, 299, 0, 41, 40, 20, 19, 240, 239, 241, 100, 99});
        for (const int n : order) {
            const auto frame = source->frame(n);
            QVERIFY2(frame, frame ? "" : qPrintable(QString::number(n) + ": " + message(frame.error())));
            QVERIFY2(worstDifference(*frame, all, n) <= 1, qPrintable(QString("frame %1 differs by %2").arg(n).arg(worstDifference(*frame, all, n))));
            const double grey = (3 * (n % 70)) * 255.0 / 219;
            QVERIFY2(std::abs(frame->storedAt(10, 10) - grey) < 6, qPrintable(QString("frame %1 shows %2 instead of %3").arg(n).arg(frame->storedAt(10, 10)).arg(grey)));
        }
    }

    /// PS3.5 8.2.6: high definition without words of its own is BT.709; the stream's words come first.
    void matrixAndRange_data()
    {
        QTest::addColumn<QString>("options");
        QTest::addColumn<int>("height");
        QTest::addColumn<QString>("filter");
        const QString flags = "scale=flags=bicubic+full_chroma_int+full_chroma_inp+accurate_rnd:in_h_chr_pos=0:in_v_chr_pos=128:out_range=pc:";
        const QString h264 = "-c:v libx264 -pix_fmt yuv420p -crf 18";
        QTest::newRow("silent, 720 rows: BT.709") << h264 << 720 << flags + "in_color_matrix=bt709:in_range=tv";
        QTest::newRow("silent, small: BT.601") << h264 << 128 << flags + "in_color_matrix=bt601:in_range=tv";
        QTest::newRow("small, says BT.709") << h264 + " -colorspace bt709" << 128 << flags + "in_color_matrix=bt709:in_range=tv";
        QTest::newRow("720 rows, says BT.601") << h264 + " -colorspace smpte170m" << 720 << flags + "in_color_matrix=bt601:in_range=tv";
        QTest::newRow("full range") << QString("-c:v libx264 -pix_fmt yuvj420p -crf 18") << 128 << flags + "in_color_matrix=bt601:in_range=pc";
    }
    void matrixAndRange()
    {
        QFETCH(QString, options);
        QFETCH(int, height);
        QFETCH(QString, filter);
        const int width = height == 720 ? 1280 : columns;
        const QByteArray bytes = stream(options, "mp4", width, height, 3);
        const QByteArray all = expected(bytes, "mp4", filter);
        const auto source = PixelSource::open(written(videoFile("1.2.840.10008.1.2.4.102", bytes, 3, width, height, 1)));
        QVERIFY(source);
        const auto frame = source->frame(1);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QVERIFY2(worstDifference(*frame, all, 1) <= 1, qPrintable(QString::number(worstDifference(*frame, all, 1))));
    }

    /// Number of Frames says more than there are: those that are missing say so, the others are shown.
    void fewerFramesThanSaid()
    {
        const QByteArray bytes = stream("-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -crf 18", "mp4");
        const auto source = PixelSource::open(written(videoFile("1.2.840.10008.1.2.4.102", bytes, frames + 5, columns, rows, 1)));
        QVERIFY(source && source->frame(frames - 1));
        const auto beyond = source->frame(frames + 4);
        QVERIFY(!beyond);
        QCOMPARE(beyond.error().fault, Fault::Damaged);
        QVERIFY2(beyond.error().detail.contains(QString::number(frames)), qPrintable(beyond.error().detail));
        QVERIFY(source->frame(3));
    }

    /// FIL-10: streams cut short, bent and replaced: a sentence or a picture; of one cut short the right picture.
    void brokenStreams()
    {
        for (const char* suffix : {"m2v", "ts", "h264", "mp4", "hevc"}) {
            const QString kind = suffix;
            const QString options = kind == "m2v" ? "-c:v mpeg2video -pix_fmt yuv420p -q:v 3 -g 12 -bf 2"
                                    : kind == "hevc" ? "-c:v libx265 -pix_fmt yuv420p -x265-params keyint=20:bframes=3:log-level=none"
                                                     : "-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -crf 18";
            const QByteArray whole = stream(options, suffix);
            const QByteArray all = expected(whole, suffix, filterFor(rows));
            QVERIFY(!whole.isEmpty() && !all.isEmpty());
            std::vector<QByteArray> broken{whole.left(whole.size() / 2), whole.left(100), whole.left(3), QByteArray(5000, '\x55')};
            std::srand(7);
            for (int i = 0; i < 6; ++i) {
                QByteArray bent = whole;
                for (int k = 0; k < 20; ++k)
                    bent[std::rand() % bent.size()] = char(std::rand());
                broken.push_back(bent);
            }
            int shown = 0;
            int refused = 0;
            for (const QByteArray& bytes : broken) {
                const auto source = PixelSource::open(written(videoFile("1.2.840.10008.1.2.4.102", bytes, frames, columns, rows, 1)));
                QVERIFY(source);
                for (const int n : {0, 200, frames - 1, 5}) {
                    const auto frame = source->frame(n);
                    ++(frame ? shown : refused);
                    if (frame && &bytes == &broken.front())
                        QVERIFY2(worstDifference(*frame, all, n) <= 1, qPrintable(QString("%1 frame %2").arg(suffix).arg(n)));
                    QVERIFY(frame || !frame.error().detail.isEmpty());
                }
            }
            qInfo("%s: %d frames shown, %d refused", suffix, shown, refused);
            QVERIFY(refused >= 12); // the cut ones' ends and the replaced ones at least
        }
    }

    /// Of large frames few are kept: sixty of 12 MB would be 750 MB.
    void FIL_04_aLongVideoCostsNoMoreMemory()
    {
        const QString path = m_folder.filePath("large.m2v");
        const auto ran = test::run("ffmpeg", {"-v", "error", "-f", "lavfi", "-i", "color=gray:size=3840x2160:rate=25", "-frames:v", "60",
                                              "-c:v", "mpeg2video", "-pix_fmt", "yuv420p", "-g", "12", "-y", path});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto source = PixelSource::open(written(videoFile("1.2.840.10008.1.2.4.100", test::bytesOf(path), 60, 3840, 2160, 1)));
        QVERIFY(source && source->frame(0) && source->frame(59));
        qint64 mostKiB = 0;
        for (const QString& pid : QDir("/proc").entryList(QDir::Dirs)) {
            const QString status = QString::fromUtf8(test::bytesOf("/proc/" + pid + "/status"));
            if (status.startsWith("Name:\tdiascope-video") && status.contains(QString("PPid:\t%1\n").arg(::getpid())))
                mostKiB = std::max(mostKiB, status.section("VmHWM:", 1).section("kB", 0, 0).trimmed().toLongLong());
        }
        QVERIFY2(mostKiB > 50'000 && mostKiB < 550'000, QByteArray::number(mostKiB).constData());
    }

    /// FIL-19: the decoder is killed between two frames: nobody notices. Several threads may ask.
    void severalThreadsAndVideosAtOnce()
    {
        const QByteArray bytes = stream("-c:v libx264 -pix_fmt yuv420p -g 20 -bf 3 -crf 18", "mp4");
        const QByteArray all = expected(bytes, "mp4", filterFor(rows));
        std::vector<PixelSource> sources;
        for (int i = 0; i < 6; ++i) // more than decoders are kept
            sources.push_back(*PixelSource::open(written(videoFile("1.2.840.10008.1.2.4.102", bytes, frames, columns, rows, 1))));
        std::atomic<int> wrong = 0;
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 40; ++i) {
                    const int n = (i * (t + 1)) % frames;
                    const auto frame = sources[size_t(i + t) % sources.size()].frame(n);
                    wrong += !frame || worstDifference(*frame, all, n) > 1;
                }
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(wrong.load(), 0);
    }
};

QTEST_GUILESS_MAIN(TestVideo)
#include "tst_video.moc"
