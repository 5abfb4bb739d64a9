#include "tests/support/test_data.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/server_picture.h"
#include <QRandomGenerator>
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::viewer;

/// Pictures that servers make are decoded outside of the program. PIL makes them here and says what they show.
class TestServerPicture : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QByteArray bytesOf(const QString& name) const { return test::bytesOf(m_folder.filePath(name)); }
    static Result<ServerPicture> decoded(const QByteArray& bytes, int mostPx = 2048) { return decodeServerPicture(std::as_bytes(std::span(bytes)), mostPx); }

private Q_SLOTS:
    void initTestCase()
    {
        const auto made = test::python(R"py(
import sys, os, zlib, struct, numpy as np
from PIL import Image
out = sys.argv[1]
rows, columns = 60, 100
y, x = np.mgrid[0:rows, 0:columns]
rgb = np.stack([x * 2, y * 4, (x + y)], -1).astype(np.uint8)
def keep(name, image, **how):
    image.save(os.path.join(out, name), **how)
    open(os.path.join(out, name + '.rgb'), 'wb').write(Image.open(os.path.join(out, name)).convert('RGB').tobytes())
keep('colour.png', Image.fromarray(rgb))
keep('grey.png', Image.fromarray(rgb[..., 0]))
keep('palette.png', Image.fromarray(rgb).quantize(16))
keep('colour.jpeg', Image.fromarray(rgb), quality=90)
keep('grey.jpeg', Image.fromarray(rgb[..., 1]), quality=90)
for kind in ('png', 'jpeg'):
    Image.new('RGB', (100, 100), (200, 100, 50)).save(os.path.join(out, 'square.' + kind))
    Image.new('RGB', (60, 100), (200, 100, 50)).save(os.path.join(out, 'tall.' + kind))
keep('progressive.jpeg', Image.fromarray(rgb), quality=90, progressive=True)
# A megabyte that says it is 60,000 by 60,000 pixels.
def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
open(os.path.join(out, 'bomb.png'), 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 60000, 60000, 8, 2, 0, 0, 0)) +
    chunk(b'IDAT', zlib.compress(bytes(100_000_000), 9)) + chunk(b'IEND', b''))
jpeg = bytearray(open(os.path.join(out, 'colour.jpeg'), 'rb').read())
at = jpeg.index(b'\xff\xc0')
jpeg[at + 5:at + 9] = struct.pack('>HH', 65000, 65000)
open(os.path.join(out, 'bomb.jpeg'), 'wb').write(jpeg)
Image.fromarray(rgb).convert('CMYK').save(os.path.join(out, 'cmyk.jpeg'))
)py", {m_folder.path()});
        QVERIFY2(made.code == 0, made.err.constData());
    }

    void theyShowWhatAnIndependentDecoderShows_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("tolerance");
        for (const char* name : {"colour.png", "grey.png", "palette.png"})
            QTest::newRow(qPrintable(QStringLiteral("NET-16 %1").arg(QLatin1String(name)))) << name << 0;
        for (const char* name : {"colour.jpeg", "grey.jpeg", "progressive.jpeg"}) // the same library, other roundings
            QTest::newRow(qPrintable(QStringLiteral("NET-16 %1").arg(QLatin1String(name)))) << name << 3;
    }
    void theyShowWhatAnIndependentDecoderShows()
    {
        QFETCH(QString, name);
        QFETCH(int, tolerance);
        const auto picture = decoded(bytesOf(name));
        QVERIFY2(picture, picture ? "" : qPrintable(message(picture.error())));
        QCOMPARE(picture->rows, 60);
        QCOMPARE(picture->columns, 100);
        const QByteArray expected = bytesOf(name + ".rgb");
        QCOMPARE(qsizetype(picture->pixels.size()), expected.size());
        int worst = 0;
        for (qsizetype i = 0; i < expected.size(); ++i)
            worst = std::max(worst, std::abs(int(picture->pixels[size_t(i)]) - int(uchar(expected[i]))));
        QVERIFY2(worst <= tolerance, QByteArray::number(worst).constData());
    }

    void hostileOnesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("NET-16 nothing") << QByteArray();
        QTest::newRow("NET-16 a web page") << QByteArray("<html>");
        QTest::newRow("NET-16 PNG of 60,000 x 60,000") << bytesOf("bomb.png");
        QTest::newRow("NET-16 JPEG of 65,000 x 65,000") << bytesOf("bomb.jpeg");
        QTest::newRow("NET-16 JPEG for printers") << bytesOf("cmyk.jpeg");
        QTest::newRow("NET-16 half a JPEG") << bytesOf("colour.jpeg").chopped(400);
        QTest::newRow("NET-16 half a PNG") << bytesOf("colour.png").chopped(60);
    }
    void hostileOnesAreRefused()
    {
        QFETCH(QByteArray, bytes);
        const auto picture = decoded(bytes);
        QVERIFY(!picture);
        QCOMPARE(picture.error().fault, Fault::Damaged);
    }

    void NET_16_oneThatIsLargerThanAskedForIsRefused()
    {
        for (const char* name : {"colour.png", "colour.jpeg", "square.png", "square.jpeg", "tall.png", "tall.jpeg"}) { // the longer side has 100
            QVERIFY2(decoded(bytesOf(name), 100), name);
            QVERIFY2(!decoded(bytesOf(name), 99), name);
        }
        QCOMPARE(decoded(bytesOf("square.png"), 100)->pixels.size(), 30000u);
    }

    /// Bytes changed anywhere, a thousand times: a picture or an error, and the program goes on.
    void NET_16_whateverIsInItTheProgramGoesOn()
    {
        QRandomGenerator random(16);
        int refused = 0;
        for (int i = 0; i < 1000; ++i) {
            QByteArray bytes = bytesOf(i % 2 ? "progressive.jpeg" : "palette.png");
            for (int changes = 1 + i % 8; changes > 0; --changes)
                bytes[qsizetype(random.bounded(quint32(bytes.size())))] = char(random.bounded(256));
            const auto picture = decoded(bytes, 256);
            refused += !picture;
            QVERIFY(!picture || (picture->rows <= 256 && picture->pixels.size() == size_t(picture->rows) * size_t(picture->columns) * 3));
        }
        QVERIFY(refused > 100);
        QVERIFY(decoded(bytesOf("colour.png")));
    }

    /// Where it is done, and that this place is confined; that a crash there costs one frame is in tst_decode.
    void NET_16_theyAreDecodedInAConfinedProcess()
    {
        QVERIFY(decoded(bytesOf("colour.png")));
        QVERIFY(!DecoderPool::instance().workers().empty());
        QVERIFY(DecoderPool::instance().isConfined().value_or(false));
#ifndef DIASCOPE_SANITIZED // those builds load every library of DCMTK, and these with them
        QFile maps(QStringLiteral("/proc/self/maps"));
        QVERIFY(maps.open(QIODevice::ReadOnly));
        const QByteArray loaded = maps.readAll();
        QVERIFY(!loaded.contains("libpng") && !loaded.contains("libjpeg"));
#endif
    }
};

QTEST_GUILESS_MAIN(TestServerPicture)
#include "tst_server_picture.moc"
