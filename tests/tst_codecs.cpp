#include "tests/support/dice.h"
#include "tests/support/test_data.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/worker/jpeg_lossless.h"
#include "viewer/decode/worker/jpeg_ls_lossless.h"
#include "viewer/decode/pixel_source.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <charls/charls.h>
#include <random>

using namespace diascope;
using namespace diascope::viewer;

/// PIX-18: our own codecs against others, bit for bit. Each own decoder may also say "not mine" (then the other one decodes),
/// but never deliver other pixels.
class TestCodecs : public QObject
{
    Q_OBJECT

    using Samples = std::vector<uint16_t>;

    /// What scanners make and what breaks decoders: smooth, noisy, flat, extremes, stripes.
    static Samples picture(int kind, int width, int height, int precision, std::mt19937& random)
    {
        const int maximum = (1 << precision) - 1;
        Samples samples;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x) {
                int value = 0;
                if (kind == 0)
                    value = (x * 3 + y * 5) * maximum / (3 * width + 5 * height);
                else if (kind == 1)
                    value = int(random() & unsigned(maximum));
                else if (kind == 2)
                    value = maximum / 3;
                else if (kind == 3)
                    value = random() % 2 ? maximum : 0;
                else if (kind == 4)
                    value = x / 7 % 2 ? maximum / 2 + int(random() % 3) : 0;
                else
                    value = (x * x + y * y) % (maximum + 1) / 2 + int(random() % unsigned(1 + maximum / 64));
                samples.push_back(uint16_t(std::clamp(value, 0, maximum)));
            }
        return samples;
    }
    static std::vector<uint8_t> asBytes(const Samples& samples, int precision)
    {
        std::vector<uint8_t> bytes;
        for (const uint16_t sample : samples) {
            bytes.push_back(uint8_t(sample));
            if (precision > 8)
                bytes.push_back(uint8_t(sample >> 8));
        }
        return bytes;
    }
    static std::vector<uint8_t> encoded(const std::vector<uint8_t>& pixels, int width, int height, int precision,
                                        const charls::jpegls_pc_parameters& parameters = {}, int near = 0)
    {
        charls::jpegls_encoder encoder;
        encoder.frame_info({uint32_t(width), uint32_t(height), precision, 1});
        encoder.preset_coding_parameters(parameters);
        encoder.near_lossless(near);
        std::vector<uint8_t> stream(encoder.estimated_destination_size() * 2 + 1024);
        encoder.destination(stream);
        stream.resize(encoder.encode(pixels));
        return stream;
    }
    struct Decoded
    {
        bool isOurs = false;
        std::vector<uint8_t> pixels;
    };
    static Decoded byUs(std::vector<uint8_t> stream, int width, int height, size_t bytes)
    {
        DecodeRequest request;
        request.rows = uint32_t(height);
        request.columns = uint32_t(width);
        request.bitsAllocated = 16;
        Decoded decoded{false, std::vector<uint8_t>(bytes)};
        decoded.isOurs = worker::decodeJpegLsLossless(stream, request, decoded.pixels);
        return decoded;
    }
    static std::vector<uint8_t> byCharls(const std::vector<uint8_t>& stream)
    {
        try {
            charls::jpegls_decoder decoder(stream, true);
            std::vector<uint8_t> pixels(decoder.destination_size());
            decoder.decode(pixels);
            return pixels;
        } catch (const std::exception&) {
            return {};
        }
    }

private Q_SLOTS:
    void jpegLsAgreesWithCharls_data()
    {
        QTest::addColumn<int>("precision");
        for (int precision = 2; precision <= 16; ++precision)
            QTest::addRow("PIX-18 JPEG-LS %d bits", precision) << precision;
    }
    void jpegLsAgreesWithCharls()
    {
        QFETCH(int, precision);
        std::mt19937 random{unsigned(precision)};
        for (const auto& [width, height] : {std::pair{1, 1}, {1, 9}, {9, 1}, {2, 2}, {64, 33}, {257, 70}, {512, 40}})
            for (int kind = 0; kind < 6; ++kind) {
                const auto pixels = asBytes(picture(kind, width, height, precision, random), precision);
                const auto stream = encoded(pixels, width, height, precision);
                const Decoded decoded = byUs(stream, width, height, pixels.size());
                QVERIFY2(decoded.isOurs, qPrintable(QString("kind %1, %2 × %3: left to CharLS").arg(kind).arg(width).arg(height)));
                QVERIFY2(decoded.pixels == pixels, qPrintable(QString("kind %1, %2 × %3").arg(kind).arg(width).arg(height)));
            }
    }

    /// Noise of many bits: the codes are as long as they may be (T.87 A.5.3), and a reader comes by them with as few bits as it may.
    void jpegLsLongCodes()
    {
        std::mt19937 random{3};
        for (int n = 0; n < test::rounds(6000); ++n) {
            const int precision = 13 + n % 4, width = 1 + int(random() % 40), height = 1 + int(random() % 10);
            const auto pixels = asBytes(picture(n % 8 ? 1 : 5, width, height, precision, random), precision);
            const Decoded decoded = byUs(encoded(pixels, width, height, precision), width, height, pixels.size());
            QVERIFY2(decoded.isOurs && decoded.pixels == pixels, qPrintable(QString("%1 bits, picture %2").arg(precision).arg(n)));
        }
    }

    /// Parameters of the writer's own (T.87 C.2.4.1.1), 0 for the default; each bound of them, and what lies beyond.
    /// CharLS counts in bytes: what a RESET over 255 comes to, it does not know.
    void jpegLsParameters()
    {
        std::mt19937 random{7};
        const int width = 61, height = 40;
        for (const int precision : {2, 6, 7, 8, 12, 16}) {
            const int maximum = (1 << precision) - 1, mostReset = std::max(255, maximum);
            using Row = std::array<int, 5>;
            std::vector<Row> taken{{maximum, 1, 1, 1, 3}, {0, maximum, maximum, maximum, 255}, {0, 0, 0, 0, 31}, {maximum, 1, 2, 3, 64}};
            for (int n = 0; n < 12; ++n) {
                std::array<int, 3> t;
                for (int& one : t)
                    one = 1 + int(random() % unsigned(maximum));
                std::ranges::sort(t);
                taken.push_back({random() % 2 ? 0 : maximum, t[0], t[1], t[2], 3 + int(random() % 253)});
            }
            for (const Row& row : taken)
                for (int kind = 0; kind < 6; ++kind) {
                    const auto pixels = asBytes(picture(kind, width, height, precision, random), precision);
                    const auto stream = encoded(pixels, width, height, precision, {row[0], row[1], row[2], row[3], row[4]});
                    const Decoded decoded = byUs(stream, width, height, pixels.size());
                    const QString what = QString("%1 bits, kind %2: %3 %4 %5 %6").arg(precision).arg(kind).arg(row[1]).arg(row[2]).arg(row[3]).arg(row[4]);
                    QVERIFY2(decoded.isOurs, qPrintable(what));
                    QVERIFY2(decoded.pixels == pixels, qPrintable(what));
                }
            if (precision < 6)
                continue;
            const auto pixels = asBytes(picture(5, width, height, precision, random), precision);
            const auto stream = encoded(pixels, width, height, precision);
            const std::array<uint8_t, 2> marker{0xFF, 0xDA};
            const auto scan = std::ranges::search(stream, marker).begin();
            const auto withParameters = [&](const Row& row) {
                std::vector<uint8_t> with{0xFF, 0xF8, 0, 13, 1};
                for (const int value : row) {
                    with.push_back(uint8_t(value >> 8));
                    with.push_back(uint8_t(value));
                }
                with.insert(with.begin(), stream.begin(), scan);
                with.insert(with.end(), scan, stream.end());
                return byUs(with, width, height, pixels.size());
            };
            QVERIFY(withParameters({}).pixels == pixels);
            for (const Row& row : std::vector<Row>{{maximum - 1, 0, 0, 0, 0},
                                                   {0, 9, 8, 20, 0},
                                                   {0, 9, 20, 19, 0},
                                                   {0, 3, 5, maximum + 1, 0},
                                                   {0, 0, 0, 0, 1},
                                                   {0, 0, 0, 0, 2},
                                                   {0, 0, 0, 0, mostReset + 1}})
                if (row[3] <= 65535 && row[4] <= 65535)
                    QVERIFY2(!withParameters(row).isOurs, qPrintable(QString("%1: %2 %3 %4 %5").arg(precision).arg(row[1]).arg(row[2]).arg(row[3]).arg(row[4])));
        }
    }

    /// What is another kind of JPEG-LS than the plain one is left to CharLS: each byte that says so, and each that lies.
    void jpegLsLeftToCharls()
    {
        std::mt19937 random{11};
        const int width = 48, height = 31;
        const auto pixels = asBytes(picture(5, width, height, 8, random), 8);
        const auto stream = encoded(pixels, width, height, 8);
        const auto find = [&stream](uint8_t marker) {
            for (size_t at = 0;; ++at)
                if (stream.at(at) == 0xFF && stream.at(at + 1) == marker)
                    return at;
        };
        const size_t frame = find(0xF7), scan = find(0xDA), end = stream.size() - 2;
        const auto isOurs = [&](const std::vector<uint8_t>& bytes) { return byUs(bytes, width, height, pixels.size()).isOurs; };
        QVERIFY(isOurs(stream));
        QCOMPARE(byUs(stream, width, height, pixels.size() - 1).isOurs, false);
        QVERIFY(!isOurs(encoded(pixels, width, height, 8, {}, 1)));
        using Row = std::tuple<const char*, size_t, uint8_t>;
        for (const auto& [what, at, value] : {Row{"no marker", frame, 0xFE},
                                              Row{"no marker of a segment", frame + 1, 0xBF},
                                              Row{"a frame that is longer", frame + 3, 12},
                                              Row{"a segment shorter than its length", frame + 3, 1},
                                              Row{"a segment beyond the end", frame + 2, 0xFF},
                                              Row{"one bit", frame + 4, 1},
                                              Row{"17 bits", frame + 4, 17},
                                              Row{"other rows", frame + 6, height + 1},
                                              Row{"other columns", frame + 8, width + 1},
                                              Row{"two components", frame + 9, 2},
                                              Row{"a restart interval in place of the frame", frame + 1, 0xDD},
                                              Row{"a scan that is longer", scan + 3, 9},
                                              Row{"two components in the scan", scan + 4, 2},
                                              Row{"a mapping table", scan + 6, 1},
                                              Row{"near lossless", scan + 7, 1},
                                              Row{"lines in turn", scan + 8, 1},
                                              Row{"shifted", scan + 9, 1}}) {
            auto changed = stream;
            changed.at(at) = value;
            QVERIFY2(!isOurs(changed), what);
        }
        const auto with = [&stream](size_t at, const std::vector<uint8_t>& bytes) {
            auto changed = stream;
            changed.insert(changed.begin() + std::ptrdiff_t(at), bytes.begin(), bytes.end());
            return changed;
        };
        const std::vector<uint8_t> preset{0xFF, 0xF8, 0, 13, 1, 0, 255, 0, 3, 0, 7, 0, 21, 0, 64}, comment{0xFF, 0xFE, 0, 4, 'a', 'b'};
        QVERIFY(isOurs(with(2, preset)) && isOurs(with(2, comment)) && isOurs(with(scan, comment)));
        auto table = preset;
        table[4] = 2; // a mapping table
        QVERIFY(!isOurs(with(2, table)));
        auto longer = preset;
        longer[3] = 14;
        longer.push_back(0);
        QVERIFY(!isOurs(with(2, longer)));
        QVERIFY(!isOurs(with(2, {0xFF, 0xDD, 0, 4, 0, 1})));
        QVERIFY(!isOurs(with(end, {0})) && !isOurs(with(end, {0x55, 0x2A}))); // more than the samples that are wanted
        QVERIFY(!isOurs({stream.begin(), stream.begin() + std::ptrdiff_t(scan)}));
        QVERIFY(!isOurs({stream.begin(), stream.begin() + 3}) && !isOurs({}));
    }

    /// FIL-10: bent and cut streams: refused, or what CharLS makes of them.
    void brokenJpegLs()
    {
        std::mt19937 random{5};
        int refused = 0;
        int different = 0;
        for (int n = 0; n < 3000; ++n) {
            const int precision = n % 2 ? 12 : 8;
            const auto pixels = asBytes(picture(n % 6, 48, 31, precision, random), precision);
            auto stream = encoded(pixels, 48, 31, precision);
            if (n % 3 == 0)
                stream.resize(random() % stream.size());
            else
                for (int k = 0; k < 1 + n % 4; ++k)
                    stream[random() % stream.size()] = uint8_t(random());
            const Decoded decoded = byUs(stream, 48, 31, pixels.size());
            refused += !decoded.isOurs;
            if (decoded.isOurs) {
                const auto other = byCharls(stream);
                different += !other.empty() && other != decoded.pixels;
            }
        }
        QVERIFY(refused > 1000);
        QCOMPARE(different, 0);
    }

    /// The conformance streams and whatever else of JPEG-LS is among the test data.
    void jpegLsStreamsOfOthers()
    {
        const QString folder = test::dataFile("hostile");
        NEEDS_TEST_DATA(folder);
        int streams = 0;
        int ours = 0;
        QDirIterator it(folder, {"*.jls", "*.JLS"}, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            QFile file(it.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QByteArray bytes = file.readAll();
            const std::vector<uint8_t> stream(bytes.begin(), bytes.end());
            int width = 0;
            int height = 0;
            for (qsizetype at = 2; at + 9 < bytes.size() && width == 0; ++at)
                if (quint8(bytes[at]) == 0xFF && quint8(bytes[at + 1]) == 0xF7) {
                    height = quint8(bytes[at + 5]) << 8 | quint8(bytes[at + 6]);
                    width = quint8(bytes[at + 7]) << 8 | quint8(bytes[at + 8]);
                }
            const auto other = byCharls(stream);
            ++streams;
            const Decoded decoded = byUs(stream, width, height, std::max<size_t>(other.size(), size_t(width) * size_t(height) * 2));
            if (!decoded.isOurs || other.empty())
                continue;
            ++ours;
            QVERIFY2(std::equal(other.begin(), other.end(), decoded.pixels.begin()), qPrintable(file.fileName()));
        }
        qInfo("%d JPEG-LS streams, %d decoded by us", streams, ours);
        QVERIFY(streams > 0);
    }

    /// DCMTK's encoder, every predictor, grey and colour: the values that went in.
    void jpegLossless_data()
    {
        QTest::addColumn<int>("predictor");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("isColour");
        for (int predictor = 1; predictor <= 7; ++predictor) {
            QTest::addRow("PIX-18 JPEG lossless predictor %d, 12 bits", predictor) << predictor << 12 << false;
            QTest::addRow("PIX-18 JPEG lossless predictor %d, 16 bits", predictor) << predictor << 16 << false;
            QTest::addRow("PIX-18 JPEG lossless predictor %d, colour", predictor) << predictor << 8 << true;
        }
    }
    void jpegLossless()
    {
        QFETCH(int, predictor);
        QFETCH(int, bits);
        QFETCH(bool, isColour);
        QTemporaryDir folder;
        const auto made = test::python(R"(
import sys, numpy, pydicom
from pydicom.dataset import Dataset, FileMetaDataset
bits, colour, path = int(sys.argv[1]), sys.argv[2] == '1', sys.argv[3]
r = numpy.random.default_rng(bits); h, w = 61, 83
a = (numpy.add.outer(numpy.arange(h) * 7, numpy.arange(w) * 11) % (1 << bits))[..., None] + numpy.zeros(3 if colour else 1, int)
a = (a + r.integers(0, 1 << (bits - 3), a.shape)) % (1 << bits)
a[20:30] = (1 << bits) - 1; a[30:35] = 0; a[40:44] = r.integers(0, 1 << bits, a[40:44].shape)
ds = Dataset(); ds.file_meta = FileMetaDataset(); ds.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2.1'
ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.7'
ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = pydicom.uid.generate_uid()
ds.is_little_endian, ds.is_implicit_VR = True, False
ds.SamplesPerPixel = a.shape[2]; ds.PhotometricInterpretation = 'RGB' if colour else 'MONOCHROME2'
if colour: ds.PlanarConfiguration = 0
ds.Rows, ds.Columns, ds.PixelRepresentation = h, w, 0
ds.BitsAllocated = 8 if bits == 8 else 16; ds.BitsStored = bits; ds.HighBit = bits - 1
ds.PixelData = a.astype(numpy.uint8 if bits == 8 else numpy.uint16).tobytes() + (b'\0' if a.size * ds.BitsAllocated // 8 % 2 else b'')
ds['PixelData'].VR = 'OW'
pydicom.dcmwrite(path, ds, write_like_original=False)
a.astype('<u2').tofile(path + '.raw')
)",
                                       {QString::number(bits), isColour ? "1" : "0", folder.filePath("a.dcm")});
        QVERIFY2(made.code == 0, made.err.constData());
        const QStringList options{"+el", "+sv", QString::number(predictor)}; // true lossless: no change of colour model
        const auto ran = test::run("dcmcjpeg", options + QStringList{folder.filePath("a.dcm"), folder.filePath("b.dcm")});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto raw = [&] {
            QFile file(folder.filePath("a.dcm.raw"));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        }();
        const auto source = PixelSource::open(folder.filePath("b.dcm"));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        const auto* wanted = reinterpret_cast<const quint16*>(raw.constData());
        for (qsizetype i = 0; i < raw.size() / 2; ++i) {
            const int got = isColour ? int(frame->as<quint8>()[size_t(i)]) : int(frame->as<quint16>()[size_t(i)]);
            QVERIFY2(got == wanted[i], qPrintable(QString("sample %1: %2, not %3").arg(i).arg(got).arg(wanted[i])));
        }
    }

    /// With restart markers, which no encoder at hand writes: each interval of rows begins anew (ITU-T T.81 H.1.1, F.1.1.5). A code of
    /// four bits for each of eleven categories; the differences are those of the standard's table H.1, by another hand.
    void jpegLosslessWithRestarts_data()
    {
        QTest::addColumn<int>("predictor");
        QTest::addColumn<int>("rows"); // from marker to marker; 0: none
        for (int predictor = 1; predictor <= 7; ++predictor)
            for (const int rows : {0, 1, 3, 9})
                QTest::addRow("PIX-18 predictor %d, a marker each %d rows", predictor, rows) << predictor << rows;
    }
    void jpegLosslessWithRestarts()
    {
        QFETCH(int, predictor);
        QFETCH(int, rows);
        QTemporaryDir folder;
        const auto made = test::python(R"(
import sys, numpy, pydicom, struct
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
predictor, rows, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
h, w, bits = 9, 13, 10
a = numpy.random.default_rng(predictor * 10 + rows).integers(0, 1 << bits, (h, w)).astype(int)
def flush(s): s += '1' * (-len(s) % 8); return bytes(int(s[i:i+8], 2) for i in range(0, len(s), 8)).replace(bytes([255]), bytes([255, 0]))
out, s, number = b'', '', 0
for y in range(h):
    if rows and y and y % rows == 0:
        out += flush(s) + bytes([0xff, 0xd0 + number % 8]); s = ''; number += 1
    first = y == 0 or (rows and y % rows == 0)
    for x in range(w):
        l, u, ul = (a[y, x-1] if x else 0), (a[y-1, x] if y else 0), (a[y-1, x-1] if x and y else 0)
        if first: p = l if x else 1 << (bits - 1)
        elif x == 0: p = u
        else: p = [0, l, u, ul, l + u - ul, l + ((u - ul) >> 1), u + ((l - ul) >> 1), (l + u) >> 1][predictor]
        d = int(a[y, x]) - int(p)
        n = abs(d).bit_length()
        s += format(n, '04b') + (format(d if d > 0 else d + (1 << n) - 1, '0%db' % n) if n else '')
out += flush(s)
def segment(marker, body): return bytes([255, marker]) + struct.pack('>H', len(body) + 2) + body
stream = bytes([255, 0xd8]) + segment(0xc3, struct.pack('>BHHB', bits, h, w, 1) + bytes([1, 0x11, 0])) +     segment(0xc4, bytes([0]) + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12))) +     (segment(0xdd, struct.pack('>H', rows * w)) if rows else b'') + segment(0xda, bytes([1, 1, 0, predictor, 0, 0])) + out + bytes([255, 0xd9])
ds = Dataset(); ds.file_meta = FileMetaDataset(); ds.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2.4.57'
ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.7'
ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = pydicom.uid.generate_uid()
ds.is_little_endian, ds.is_implicit_VR = True, False
ds.SamplesPerPixel = 1; ds.PhotometricInterpretation = 'MONOCHROME2'; ds.Rows, ds.Columns, ds.PixelRepresentation = h, w, 0
ds.BitsAllocated = 16; ds.BitsStored = bits; ds.HighBit = bits - 1
ds.PixelData = encapsulate([stream]); ds['PixelData'].VR = 'OB'; ds['PixelData'].is_undefined_length = True
pydicom.dcmwrite(path, ds, write_like_original=False)
a.astype('<u2').tofile(path + '.raw')
)",
                                       {QString::number(predictor), QString::number(rows), folder.filePath("a.dcm")});
        SUCCEEDS(made);
        QFile file(folder.filePath("a.dcm.raw"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray raw = file.readAll();
        const auto source = PixelSource::open(folder.filePath("a.dcm"));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        const auto* wanted = reinterpret_cast<const quint16*>(raw.constData());
        for (size_t i = 0; i < size_t(raw.size()) / 2; ++i)
            QVERIFY2(frame->as<quint16>()[i] == wanted[i], qPrintable(QString("sample %1: %2, not %3").arg(i).arg(frame->as<quint16>()[i]).arg(wanted[i])));
    }

    /// FIL-10: a real stream bent and cut 600 times: an answer each time, and none of a picture that ends early.
    void brokenJpegLossless()
    {
        const QString path = test::dataFile("pixels/ct_all_syntaxes/CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm");
        NEEDS_TEST_DATA(path);
        const auto layout = PixelSource::open(path)->layout();
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(layout->pieces.front().offset));
        const QByteArray bytes = file.read(layout->pieces.front().length);
        std::vector<uint8_t> out(size_t(layout->description.framePixels()) * 2);
        std::mt19937 random{3};
        const auto decodes = [&out](const std::vector<uint8_t>& stream) {
            try {
                return worker::decodeJpegLossless(stream, 2, out);
            } catch (const worker::Failure& failure) {
                return failure.reason.empty();
            }
        };
        QVERIFY(decodes({bytes.begin(), bytes.end()}));
        for (int n = 0; n < 600; ++n) {
            std::vector<uint8_t> stream(bytes.begin(), bytes.end());
            if (n % 3 == 0) {
                stream.resize(random() % (stream.size() - 64));
                QVERIFY(!decodes(stream));
                continue;
            }
            const size_t reach = n % 3 == 1 ? 200 : stream.size(); // headers get their share
            for (int k = 0; k < 1 + n % 5; ++k)
                stream[random() % reach] = uint8_t(random());
            decodes(stream);
        }
    }

    /// FIL-09: PS3.5 Annex G headers that lie.
    void rleOffsetsOutOfRange()
    {
        DecoderPool pool(1);
        DecodeRequest request; // an RLE frame
        request.rows = request.columns = 2;
        std::vector<std::byte> out(4);
        const auto decoded = [&](const std::vector<quint32>& offsets, quint32 segments) {
            QByteArray rle(64, '\0');
            memcpy(rle.data(), &segments, 4);
            memcpy(rle.data() + 4, offsets.data(), 4 * offsets.size());
            rle += QByteArray("\3abcd\3efgh", 10); // four literal bytes, twice
            return pool.decode(request, std::as_bytes(std::span(rle.constData(), size_t(rle.size()))), out);
        };
        QVERIFY(decoded({64}, 1));
        for (const quint32 offset : {0u, 63u, 74u, 75u, 0xFFFFFFF0u})
            QVERIFY2(!decoded({offset}, 1) && decoded({offset}, 1).error().fault == Fault::Damaged, qPrintable(QString::number(offset)));
        QVERIFY(!decoded({64, 69}, 2));
        request.bitsAllocated = request.bitsStored = 16;
        out.resize(8);
        QVERIFY(decoded({64, 69}, 2));
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(out.data()), 8), QByteArray("eafbgchd"));
        for (const quint32 offset : {0u, 63u, 64u, 68u, 74u, 75u, 5000u})
            QVERIFY2(!decoded({64, offset}, 2), qPrintable(QString::number(offset)));
        QVERIFY(!decoded({64}, 1));
        // PS3.5 G.5: fifteen segments at most.
        request.samplesPerPixel = 8;
        out.resize(64);
        QVERIFY(!decoded(std::vector<quint32>(15, 64), 16));
        QVERIFY(!pool.decode(request, std::span<const std::byte>(), out)); // FIL-12: nothing at all
    }

    /// PS3.5 Annex G, written in every way it may be: literal and replicate runs of any length, the byte that means nothing, a last run
    /// that goes on into the padding.
    void PIX_13_runLengthsOfAnyWriter()
    {
        test::Reached reached{"literal", "replicate", "nothing", "padded", "colour", "more than a byte"};
        DecoderPool pool(1);
        for (int seed = 1; seed <= test::rounds(500); ++seed) {
            test::Dice dice(seed);
            DecodeRequest request;
            request.codec = DecodeRequest::Codec::Rle;
            request.rows = uint32_t(dice.from(1, 6));
            request.columns = uint32_t(dice.of({1, 7, 40, 150}));
            request.bitsAllocated = request.bitsStored = uint32_t(dice.of({8, 8, 16, 32}));
            request.samplesPerPixel = uint32_t(dice.of({1, 1, 3}));
            const size_t pixels = size_t(request.rows) * request.columns, width = request.bitsAllocated / 8, samples = request.samplesPerPixel;
            reached.count("colour", samples == 3);
            reached.count("more than a byte", width > 1);
            QByteArray plain(qsizetype(pixels * width * samples), '\0');
            for (char& byte : plain)
                byte = char(dice.of({0, 0, 0, 1, 255, 128}));
            QByteArray rle(64, '\0');
            rle[0] = char(samples * width);
            qsizetype needed = 0;
            for (size_t segment = 0; segment < samples * width; ++segment) {
                const quint32 offset = quint32(rle.size());
                std::memcpy(rle.data() + 4 + 4 * segment, &offset, 4);
                const size_t sample = segment / width, byte = width - 1 - segment % width; // the most significant first
                const auto at = [&](size_t pixel) { return plain[qsizetype((pixel * samples + sample) * width + byte)]; };
                for (size_t i = 0; i < pixels;) {
                    if (reached.count("nothing", dice.isOneOf(6)))
                        rle += char(-128);
                    size_t same = 1;
                    while (i + same < pixels && same < 128 && at(i + same) == at(i))
                        ++same;
                    if (reached.count("replicate", same > 1 && dice.isOneOf(2))) {
                        size_t run = size_t(dice.from(2, int(same)));
                        i += run;
                        if (reached.count("padded", i == pixels && run < 128 && dice.isOneOf(2)))
                            ++run;
                        rle += char(1 - int(run));
                        rle += at(i - 1);
                        continue;
                    }
                    const size_t run = size_t(dice.from(1, int(std::min<size_t>(128, pixels - i))));
                    reached.count("literal", run > 1);
                    rle += char(run - 1);
                    for (size_t end = i + run; i < end; ++i)
                        rle += at(i);
                }
                needed = rle.size();
                if (rle.size() % 2)
                    rle += '\0';
            }
            std::vector<std::byte> out(size_t(plain.size()));
            const auto decoded = pool.decode(request, std::as_bytes(std::span(rle.constData(), size_t(rle.size()))), out);
            QVERIFY2(decoded, decoded ? "" : qPrintable(QString("seed %1: %2").arg(seed).arg(message(decoded.error()))));
            QVERIFY2(std::memcmp(out.data(), plain.constData(), out.size()) == 0, qPrintable(QString("seed %1").arg(seed)));
            // FIL-12: what lacks a byte is no picture.
            const auto cut = std::as_bytes(std::span(rle.constData(), size_t(needed - dice.of({1, 1, 2, 3}))));
            QVERIFY2(!pool.decode(request, cut, out), qPrintable(QString("seed %1").arg(seed)));
        }
        QCOMPARE(reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestCodecs)
#include "tst_codecs.moc"
