#include "tests/support/phantom_files.h"
#include "viewer/slice/colour_transform.h"
#include "viewer/slice/profile_check.h"
#include <QTemporaryDir>
#include <ctime>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using test::bytesOf;

/// Colour profiles out of files: those of every form are used, bent ones do no harm (PIX-12, FIL).
class TestProfiles : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QList<QByteArray> m_profiles; ///< matrix; lut16 to Lab; lutAToB to XYZ

    static void put(QByteArray& bytes, qsizetype at, quint32 value)
    {
        for (int i = 0; i < 4 && at + i < bytes.size(); ++i)
            bytes[at + i] = char(value >> (24 - 8 * i));
    }

private Q_SLOTS:
    void initTestCase()
    {
        WRITES(m_folder.path(), QStringLiteral(R"py(
from PIL import Image, ImageCms
import io
def s15(x): return struct.pack('>i', int(round(x * 65536)))
def xyz(v): return b'XYZ \0\0\0\0' + b''.join(s15(x) for x in v)
def curve(g): return b'curv\0\0\0\0' + struct.pack('>IH', 1, int(g * 256)) + b'\0\0'
def made(tags, pcs, version):
    tags = tags + [(b'wtpt', xyz((0.9642, 1, 0.8249))), (b'desc', b'desc\0\0\0\0' + struct.pack('>I', 5) + b'made\0' + bytes(83)), (b'cprt', b'text\0\0\0\0none\0\0\0\0')]
    body, table, at = b'', struct.pack('>I', len(tags)), 128 + 4 + 12 * len(tags)
    for t, d in tags:
        d += b'\0' * (-len(d) % 4); table += t + struct.pack('>II', at + len(body), len(d)); body += d
    head = struct.pack('>I', at + len(body)) + bytes(4) + version + b'scnr' + b'RGB ' + pcs + bytes(12) + b'acsp' + bytes(28) + s15(0.9642) + s15(1) + s15(0.8249) + bytes(48)
    return head + table + body
matrix = made([(b'rXYZ', xyz((0.4360, 0.2225, 0.0139))), (b'gXYZ', xyz((0.3851, 0.7169, 0.0971))), (b'bXYZ', xyz((0.1431, 0.0606, 0.7141)))] + [(t, curve(1.4)) for t in (b'rTRC', b'gTRC', b'bTRC')], b'XYZ ', b'\x02\x10\0\0')
n = 5
grid = np.stack(np.meshgrid(*[np.linspace(0, 1, n)] * 3, indexing='ij'), -1).reshape(-1, 3)
lab = np.stack([grid.mean(1), 0.5 + 0.3 * (grid[:, 0] - grid[:, 1]), 0.5 + 0.3 * (grid[:, 1] - grid[:, 2])], 1)
ramp = np.arange(256) * 257
mft2 = b'mft2\0\0\0\0' + bytes([3, 3, n, 0]) + b''.join(s15(x) for x in np.eye(3).ravel()) + struct.pack('>HH', 256, 256) + \
    np.tile(ramp, 3).astype('>u2').tobytes() + (lab * 65280).astype('>u2').tobytes() + np.tile(ramp, 3).astype('>u2').tobytes()
table = made([(b'A2B0', mft2)], b'Lab ', b'\x02\x10\0\0')
curves = curve(1.0) * 3; clut = bytes([n] * 3 + [0] * 13) + b'\2\0\0\0' + (lab * 65535).astype('>u2').tobytes(); clut += b'\0' * (-len(clut) % 4)
at = 32; b = at; m = b + len(curves); mx = m + len(curves); c = mx + 48; a = c + len(clut)
mab = b'mAB \0\0\0\0' + bytes([3, 3, 0, 0]) + struct.pack('>5I', b, mx, m, c, a) + curves + curves + b''.join(s15(x) for x in list(np.eye(3).ravel()) + [0, 0, 0]) + clut + curves
pipeline = made([(b'A2B0', mab)], b'Lab ', b'\x04\x20\0\0')
rgb = np.random.default_rng(3).integers(0, 256, (1, 200, 3)).astype(np.uint8)
for i, p in enumerate([matrix, table, pipeline]):
    open(os.path.join(out, '%d.icc' % i), 'wb').write(p)
    seen = ImageCms.profileToProfile(Image.fromarray(rgb, 'RGB'), ImageCms.ImageCmsProfile(io.BytesIO(p)), ImageCms.createProfile('sRGB'), renderingIntent=0)
    open(os.path.join(out, '%d.seen' % i), 'wb').write(np.asarray(seen).tobytes())
open(os.path.join(out, 'rgb'), 'wb').write(rgb.tobytes())
)py"));
        for (int i = 0; i < 3; ++i)
            m_profiles << bytesOf(m_folder.filePath(QStringLiteral("%1.icc").arg(i)));
    }

    void formsOfProfiles_data()
    {
        QTest::addColumn<int>("index");
        QTest::newRow("PIX-12 matrix and curves") << 0;
        QTest::newRow("PIX-12 lut16 to Lab") << 1;
        QTest::newRow("PIX-12 lutAToB to Lab") << 2;
    }
    void formsOfProfiles() // against PIL's ImageCms
    {
        QFETCH(int, index);
        const auto transform = ColourTransform::of(m_profiles[index]);
        QVERIFY2(transform, "the check refuses what is sound");
        const QByteArray rgb = bytesOf(m_folder.filePath("rgb"));
        const QByteArray seen = bytesOf(m_folder.filePath(QStringLiteral("%1.seen").arg(index)));
        QCOMPARE(seen.size(), rgb.size());
        for (qsizetype i = 0; i < rgb.size(); i += 3) {
            QRgb pixel = qRgb(quint8(rgb[i]), quint8(rgb[i + 1]), quint8(rgb[i + 2]));
            (*transform)->apply(&pixel, 1);
            const int channels[] = {qRed(pixel), qGreen(pixel), qBlue(pixel)};
            for (int k = 0; k < 3; ++k)
                QVERIFY(std::abs(channels[k] - int(quint8(seen[i + k]))) <= 1);
        }
    }

    void sizesAreCheckedFirst_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<int>("at"); // negative: in the first tag
        QTest::addColumn<quint32>("value");
        QTest::newRow("PIX-12 size beyond the bytes") << 0 << 0 << 0x00ffffffu;
        QTest::newRow("PIX-12 no signature") << 0 << 36 << 0u;
        QTest::newRow("PIX-12 two thousand million tags") << 0 << 128 << 0x7fffffffu;
        QTest::newRow("PIX-12 tag outside") << 0 << 136 << 0xfffffff0u;
        QTest::newRow("PIX-12 tag longer than the file") << 0 << 140 << 0x7fffffffu;
        QTest::newRow("PIX-12 fifteen channels, 255 grid points") << 1 << -8 << 0x0f0fff00u;
        QTest::newRow("PIX-12 three channels, 255 grid points") << 1 << -8 << 0x0303ff00u;
        QTest::newRow("PIX-12 table offset outside") << 2 << -24 << 0xffffff00u;
        QTest::newRow("PIX-12 curves outside") << 2 << -28 << 0x7fffffffu;
        QTest::newRow("PIX-12 multi-process element") << 2 << -1000 << 0x6d706574u;
    }
    void sizesAreCheckedFirst()
    {
        QFETCH(int, index);
        QFETCH(int, at);
        QFETCH(quint32, value);
        QByteArray bent = m_profiles[index];
        QVERIFY(isProfileSound(bent));
        const qsizetype firstTag = 128 + 4 + 12 * 4; // the table and the pipeline have four tags
        put(bent, at >= 0 ? at : at == -1000 ? firstTag : firstTag - at, value);
        QVERIFY(!isProfileSound(bent));
        QVERIFY(!ColourTransform::of(bent));
    }

    void bentProfilesDoNoHarm() // PIX-12, SAF-12
    {
        std::mt19937 random(20260);
        const auto below = [&](qsizetype n) { return qsizetype(random() % quint32(n)); };
        const quint32 values[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
        const int rounds = qEnvironmentVariableIsSet("DIASCOPE_PROFILE_ROUNDS") ? qEnvironmentVariableIntValue("DIASCOPE_PROFILE_ROUNDS") : 300;
        int used = 0;
        qint64 longestMs = 0;
        for (int round = 0; round < rounds; ++round) {
            QByteArray bent = m_profiles[round % 3];
            for (qsizetype change = below(6); change >= 0; --change) {
                // Half of the changes go where the numbers are that others are read by.
                const qsizetype at = random() % 2 ? below(300) : below(bent.size());
                if (random() % 3 == 0)
                    put(bent, at, values[below(std::size(values))]);
                else
                    bent[at] = char(random() % 4 ? random() : values[below(6)]);
            }
            if (random() % 8 == 0)
                bent.truncate(below(bent.size()));
            const std::clock_t since = std::clock(); // of the processor: others may be at work here
            if (const auto transform = ColourTransform::of(bent)) {
                ++used;
                std::vector<QRgb> pixels(256);
                for (size_t i = 0; i < pixels.size(); ++i)
                    pixels[i] = qRgb(int(i), int(255 - i), int(i * 7 % 256));
                (*transform)->apply(pixels.data(), int(pixels.size()));
            }
            longestMs = std::max(longestMs, qint64(std::clock() - since) * 1000 / CLOCKS_PER_SEC);
        }
        qInfo("%d of %d bent profiles were used; the longest took %lld ms", used, rounds, longestMs);
        QVERIFY2(used * 10 > rounds, "the library is reached");
        QVERIFY(longestMs < 2000);
    }
};

QTEST_GUILESS_MAIN(TestProfiles)
#include "tst_profiles.moc"
