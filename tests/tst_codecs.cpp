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
#include <numeric>
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

    /// A Huffman code of the seventeen categories (T.81 Annex C): each value's length and bits; no code is all ones.
    struct HuffmanCode
    {
        std::array<int, 17> lengths;
        std::array<uint32_t, 17> codes;
        std::vector<uint8_t> table; ///< as it is written into a DHT segment

        explicit HuffmanCode(test::Dice& dice)
        {
            // The leaves of a tree that is split at random: often its deepest leaf, for the codes shall be long as well.
            std::vector<int> leaves{0};
            const bool isDeep = dice.isOneOf(2);
            while (leaves.size() < 18) {
                std::ranges::sort(leaves);
                auto leaf = isDeep && !dice.isOneOf(4) ? leaves.end() - 1 : leaves.begin() + dice.upTo(int(leaves.size()) - 1);
                while (*leaf == 16)
                    --leaf;
                ++*leaf;
                leaves.push_back(*leaf);
            }
            std::ranges::sort(leaves);
            leaves.pop_back(); // the last code of the longest
            std::vector<uint8_t> values(17);
            std::iota(values.begin(), values.end(), uint8_t(0));
            dice.shuffle(values);
            table.assign(16, 0);
            table.insert(table.end(), values.begin(), values.end());
            uint32_t code = 0;
            for (size_t i = 0; i < 17; ++i) {
                code = i ? (code + 1) << (leaves[i] - leaves[i - 1]) : 0;
                lengths[values[i]] = leaves[i];
                codes[values[i]] = code;
                ++table[size_t(leaves[i]) - 1];
            }
        }
    };
    struct BitWriter
    {
        std::vector<uint8_t> bytes;
        uint32_t held = 0;
        int count = 0;

        void put(uint32_t bits, int length)
        {
            for (int i = length - 1; i >= 0; --i) {
                held = held << 1 | (bits >> i & 1);
                if (++count == 8) {
                    bytes.push_back(uint8_t(held));
                    if (bytes.back() == 0xFF)
                        bytes.push_back(0);
                    held = 0, count = 0;
                }
            }
        }
        void fill() ///< to the end of the byte, with ones (T.81 F.1.2.3)
        {
            while (count)
                put(1, 1);
        }
    };
    struct LosslessStream
    {
        std::vector<uint8_t> bytes;
        std::vector<uint8_t> pixels; ///< what it says
        uint32_t width = 1;          ///< of a sample, in bytes
        size_t data = 0;             ///< where the data of the last scan begin
        size_t end = 0;              ///< and end
    };
    /// JPEG lossless as any writer may write it (ITU-T T.81 Annex H), by another hand than the decoder.
    static LosslessStream losslessStream(test::Dice& dice, test::Reached& reached)
    {
        LosslessStream made;
        const int precision = dice.from(2, 16), rows = dice.from(1, 7), columns = dice.of({1, 2, 5, 16, 33}), components = dice.of({1, 1, 1, 2, 3, 4});
        const bool isInterleaved = dice.isOneOf(2), isNoisy = dice.isOneOf(2);
        const int transform = dice.isOneOf(5) ? dice.from(0, precision - 1) : 0, rowsToRestart = dice.isOneOf(3) ? dice.from(1, rows) : 0;
        made.width = precision > 8 || dice.isOneOf(8) ? 2 : 1;
        reached.count("interleaved", components > 1 && isInterleaved);
        reached.count("one after the other", components > 1 && !isInterleaved);
        reached.count("point transform", transform > 0);
        std::vector<int> samples(size_t(rows * columns * components));
        for (size_t i = 0; i < samples.size(); ++i)
            samples[i] = isNoisy ? dice.upTo((1 << precision) - 1) : dice.of({0, 0, 1, (1 << precision) - 1, 1 << (precision - 1)});
        for (const int sample : samples) {
            const int kept = sample >> transform << transform;
            made.pixels.push_back(uint8_t(kept));
            if (made.width == 2)
                made.pixels.push_back(uint8_t(kept >> 8));
        }
        const auto byte = [&made](int value) { made.bytes.push_back(uint8_t(value)); };
        const auto segment = [&](int marker, const std::vector<uint8_t>& content) {
            for (int i = dice.isOneOf(9) ? dice.from(1, 2) : 0; i > 0; --i)
                byte(0xFF); // fills
            byte(0xFF), byte(marker), byte(int(content.size() + 2) >> 8), byte(int(content.size() + 2));
            made.bytes.insert(made.bytes.end(), content.begin(), content.end());
        };
        byte(0xFF), byte(0xD8);
        if (reached.count("a comment", dice.isOneOf(4)))
            segment(0xFE, {0xFF, 0xC3, 'x'});
        const int identifier = dice.upTo(200);
        std::vector<uint8_t> frame{uint8_t(precision), 0, uint8_t(rows), 0, uint8_t(columns), uint8_t(components)};
        for (int c = 0; c < components; ++c)
            frame.insert(frame.end(), {uint8_t(identifier + 3 * c), uint8_t(0x11), 0});
        const bool isFrameFirst = dice.isOneOf(2);
        if (isFrameFirst)
            segment(0xC3, frame);
        std::vector<HuffmanCode> codes;
        std::vector<uint8_t> all;
        const bool isOneSegment = dice.isOneOf(2);
        for (int id = 0; id < 4; ++id) {
            codes.emplace_back(dice);
            std::vector<uint8_t> one{uint8_t(id)};
            one.insert(one.end(), codes.back().table.begin(), codes.back().table.end());
            all.insert(all.end(), one.begin(), one.end());
            if (!isOneSegment)
                segment(0xC4, one);
            reached.count("long codes", std::ranges::max(codes.back().lengths) > 11);
        }
        if (isOneSegment)
            segment(0xC4, all);
        if (!isFrameFirst)
            segment(0xC3, frame);
        if (rowsToRestart)
            segment(0xDD, {uint8_t(rowsToRestart * columns >> 8), uint8_t(rowsToRestart * columns)});
        std::vector<std::vector<int>> scans;
        for (int c = 0; c < components; ++c)
            if (isInterleaved && c)
                scans[0].push_back(c);
            else
                scans.push_back({c});
        if (!isInterleaved)
            dice.shuffle(scans);
        for (const std::vector<int>& scan : scans) {
            const int predictor = dice.from(1, 7);
            reached.count(QString("predictor %1").arg(predictor));
            std::vector<uint8_t> header{uint8_t(scan.size())};
            std::vector<int> tables;
            for (const int c : scan) {
                tables.push_back(dice.upTo(3));
                header.insert(header.end(), {uint8_t(identifier + 3 * c), uint8_t(tables.back() << 4)});
            }
            header.insert(header.end(), {uint8_t(predictor), 0, uint8_t(transform)});
            segment(0xDA, header);
            made.data = made.bytes.size();
            BitWriter bits;
            for (int y = 0; y < rows; ++y) {
                const bool isRestart = rowsToRestart && y && y % rowsToRestart == 0, isFirst = y == 0 || isRestart;
                if (isRestart) {
                    bits.fill();
                    if (reached.count("fills before a restart", dice.isOneOf(5)))
                        bits.bytes.push_back(0xFF);
                    bits.bytes.insert(bits.bytes.end(), {0xFF, uint8_t(0xD0 + (y / rowsToRestart - 1) % 8)});
                }
                for (int x = 0; x < columns; ++x)
                    for (size_t i = 0; i < scan.size(); ++i) {
                        const auto at = [&](int column, int row) { return samples[size_t((row * columns + column) * components + scan[i])] >> transform; };
                        int guess = 1 << (precision - transform - 1);
                        if (isFirst && x)
                            guess = at(x - 1, y);
                        else if (!isFirst && !x)
                            guess = at(x, y - 1);
                        else if (!isFirst) { // table H.1
                            const int a = at(x - 1, y), b = at(x, y - 1), c = at(x - 1, y - 1);
                            guess = std::array{0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1}[size_t(predictor)];
                        }
                        int difference = int16_t(at(x, y) - guess); // modulo 2^16, from -32767 to 32768 (H.1.2.2)
                        if (difference == -32768)
                            difference = 32768;
                        const int category = std::bit_width(unsigned(std::abs(difference)));
                        reached.count("the longest difference", category == 16);
                        const HuffmanCode& code = codes[size_t(tables[i])];
                        bits.put(code.codes[size_t(category)], code.lengths[size_t(category)]);
                        if (category < 16)
                            bits.put(uint32_t(difference > 0 ? difference : difference + (1 << category) - 1), category);
                    }
            }
            bits.fill();
            made.bytes.insert(made.bytes.end(), bits.bytes.begin(), bits.bytes.end());
            made.end = made.bytes.size();
        }
        byte(0xFF), byte(0xD9);
        return made;
    }
    static QString decodedLossless(const std::vector<uint8_t>& stream, uint32_t width, std::vector<uint8_t>& out)
    {
        try {
            return worker::decodeJpegLossless(stream, width, out) ? "decoded" : "left";
        } catch (const worker::Failure& failure) {
            return QString::fromStdString(failure.reason);
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

    /// Runs over many lines grow to the longest there are (T.87 A.7.1); then one is broken off.
    void jpegLsLongRuns()
    {
        for (const int precision : {8, 12, 16}) {
            const int width = 700, height = 500, maximum = (1 << precision) - 1;
            Samples samples(size_t(width * height), uint16_t(maximum / 3));
            samples[width * 430 + 350] = uint16_t(maximum);
            samples[width * 430 + 351] = 0;
            samples[width * 440] = 1;
            samples.back() = 0;
            const auto pixels = asBytes(samples, precision);
            const Decoded decoded = byUs(encoded(pixels, width, height, precision), width, height, pixels.size());
            QVERIFY(decoded.isOurs && decoded.pixels == pixels);
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
            const auto pixels = asBytes(Samples(size_t(width * height)), precision); // nothing in it depends on the parameters
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
    /// Once in a picture of much, once in one of zeros, which would come out the same were it taken.
    void jpegLsLeftToCharls_data()
    {
        QTest::addColumn<bool>("isFlat");
        QTest::newRow("a picture") << false;
        QTest::newRow("zeros") << true;
    }
    void jpegLsLeftToCharls()
    {
        QFETCH(bool, isFlat);
        std::mt19937 random{11};
        const int width = 48, height = 31;
        const auto pixels = asBytes(isFlat ? Samples(width * height) : picture(5, width, height, 8, random), 8);
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
        auto longFrame = with(frame + 13, {0}), longScan = with(scan + 10, {0});
        ++longFrame[frame + 3];
        ++longScan[scan + 3];
        QVERIFY(!isOurs(longFrame) && !isOurs(longScan));
        QVERIFY(isOurs(with(2, {0xFF, 0xFE, 0, 2})) && !isOurs(with(2, {0xFF, 0xFE, 0, 1})) && !isOurs(with(2, {0xFF, 0xBF, 0, 2})));
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
        static const QTemporaryDir folder;
        const QString kind = folder.filePath(QString("%1").arg(bits));
        test::Ran made;
        made.code = 0;
        if (!QFile::exists(kind)) // the predictors share it
            made = test::python(R"(
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
                                       {QString::number(bits), isColour ? "1" : "0", kind});
        QVERIFY2(made.code == 0, made.err.constData());
        const QStringList options{"+el", "+sv", QString::number(predictor)}; // true lossless: no change of colour model
        const auto ran = test::run("dcmcjpeg", options + QStringList{kind, folder.filePath("b.dcm")});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto raw = [&] {
            QFile file(kind + ".raw");
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

    /// JPEG lossless as any writer may write it.
    void PIX_18_jpegLosslessOfAnyWriter()
    {
        test::Reached reached{"predictor 1", "predictor 7", "interleaved", "one after the other", "point transform", "a comment", "long codes",
                              "fills before a restart", "the longest difference"};
        for (int seed = 1; seed <= test::rounds(3000); ++seed) {
            test::Dice dice(seed);
            const LosslessStream stream = losslessStream(dice, reached);
            std::vector<uint8_t> out(stream.pixels.size());
            const QString said = decodedLossless(stream.bytes, stream.width, out);
            QVERIFY2(said == "decoded" && out == stream.pixels, qPrintable(QString("seed %1: %2").arg(seed).arg(said)));
            // FIL-12: what lacks a byte of its data is no picture, whatever stands there in its place.
            auto cut = stream.bytes;
            const size_t lacking = size_t(dice.from(1, 3));
            if (stream.end - stream.data > lacking + 1) {
                cut.erase(cut.begin() + std::ptrdiff_t(stream.end - lacking), cut.begin() + std::ptrdiff_t(stream.end));
                const QString withoutIt = decodedLossless(cut, stream.width, out);
                QVERIFY2(withoutIt == "the JPEG stream ends too early" || withoutIt.contains("restart") || withoutIt.contains("does not exist"),
                         qPrintable(QString("seed %1, %2 bytes fewer: %3").arg(seed).arg(lacking).arg(withoutIt)));
            }
            out.pop_back();
            QCOMPARE(decodedLossless(stream.bytes, stream.width, out), "the JPEG stream has another size than the image");
        }
        QCOMPARE(reached.missing(), QString());
    }

    /// Each number in the headers: what is left to another decoder, and what is refused. Four pixels of three components, all of them as
    /// guessed: a code of one bit, twelve times.
    void jpegLosslessHeaders()
    {
        const auto segment = [](int marker, const QByteArray& content) {
            return QByteArray("\xFF") + char(marker) + char((content.size() + 2) >> 8) + char(content.size() + 2) + content;
        };
        const auto huffman = [](char id, char ones = 1, char value = 0) { return id + (ones + QByteArray(15, '\0')) + value; };
        const auto bytes = [](std::initializer_list<int> list) {
            QByteArray all;
            for (const int one : list)
                all += char(one);
            return all;
        };
        const QByteArray plainFrame = segment(0xC3, bytes({8, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0})), plainTable = segment(0xC4, huffman(0)),
                         plainScan = segment(0xDA, bytes({3, 1, 0, 2, 0, 3, 0, 1, 0, 0})), data = bytes({0, 15}), ends = bytes({0xFF, 0xD9});
        const auto said = [&](const QByteArray& frame, const QByteArray& table, const QByteArray& scan, uint32_t width = 1, const QByteArray& content = {}) {
            const QByteArray stream = bytes({0xFF, 0xD8}) + frame + table + scan + (content.isEmpty() ? data : content) + ends;
            std::vector<uint8_t> out(12 * width, 1);
            const QString what = decodedLossless({stream.begin(), stream.end()}, width, out);
            return what == "decoded" ? QString("%1 and %2").arg(out[0]).arg(out[11 * width + width - 1]) : what;
        };
        const QString frameBroken = "the JPEG frame header is broken", frameCut = "the JPEG frame header is cut off", scanBroken = "the JPEG scan header is broken",
                      tableBroken = "a Huffman table of the JPEG stream is broken", early = "the JPEG stream ends too early",
                      size = "the JPEG stream has another size than the image", cut = "a segment of the JPEG stream is cut off";
        QCOMPARE(said(plainFrame, plainTable, plainScan), "128 and 128");
        QCOMPARE(said(plainFrame, plainTable, plainScan, 2), "128 and 0");
        using Row = std::pair<QByteArray, QString>;
        for (const auto& [frame, what] : {Row{bytes({8, 0, 2, 0, 2, 3, 1, 0x22, 0, 2, 0x22, 0, 3, 0x22, 0}), "128 and 128"},
                                          Row{bytes({8, 0, 2, 0, 2, 3, 1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0}), "left"},
                                          Row{bytes({8, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x12, 0}), "left"},
                                          Row{bytes({2, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), "2 and 2"},
                                          Row{bytes({1, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), frameBroken},
                                          Row{bytes({17, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), frameBroken},
                                          Row{bytes({8, 0, 0, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), frameBroken},
                                          Row{bytes({8, 0, 2, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), frameBroken},
                                          Row{bytes({8, 0, 2, 0, 2, 0, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), frameBroken},
                                          Row{bytes({8, 0, 2, 0, 2, 5}) + QByteArray(15, '\x11'), frameBroken},
                                          Row{bytes({8, 0, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11}), frameCut},
                                          Row{bytes({8, 0, 2, 0, 2}), frameCut},
                                          Row{bytes({8, 0, 3, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), size},
                                          Row{bytes({8, 1, 2, 0, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), size},
                                          Row{bytes({8, 0, 2, 1, 2, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}), size}})
            QVERIFY2(said(segment(0xC3, frame), plainTable, plainScan) == what, qPrintable(frame.toHex() + ": " + what));
        for (const auto& [table, what] :
             {Row{segment(0xC4, huffman(0) + huffman(3)), "128 and 128"},
              Row{segment(0xC4, huffman(4)), "left"},
              Row{segment(0xC4, huffman(0x10)), "left"},
              Row{segment(0xC4, huffman(1)), scanBroken}, // 0 is not defined
              Row{{}, scanBroken},
              Row{segment(0xC4, huffman(0, 1, 16)), "128 and 128"}, // the difference of 32768, and modulo 2^16 again
              Row{segment(0xC4, huffman(0, 1, 17)), tableBroken},
              Row{segment(0xC4, huffman(0, 2) + '\0'), "128 and 128"},
              Row{segment(0xC4, huffman(0, 3) + QByteArray(2, '\0')), tableBroken}, // more codes than a bit has
              Row{segment(0xC4, huffman(0, 2)), tableBroken},                       // a value is missing
              Row{segment(0xC4, huffman(0).left(16)), "a Huffman table of the JPEG stream is cut off"},
              Row{plainTable + segment(0xDD, bytes({0, 2})), "a restart marker of the JPEG stream is missing"},
              Row{plainTable + segment(0xDD, bytes({0, 3})), "left"},
              Row{plainTable + segment(0xDD, bytes({0, 0})), "128 and 128"},
              Row{plainTable + segment(0xDD, bytes({2})), "128 and 128"},
              Row{plainTable + segment(0xDC, bytes({0, 2})), "left"},
              Row{plainTable + bytes({0xFF, 0xFE, 0, 1}), cut},
              Row{plainTable + bytes({0xFF, 0xFE, 0xFF, 0xFF}), cut},
              Row{plainTable + bytes({0xFF, 0xFE, 0, 2}), "128 and 128"},
              Row{plainTable + bytes({0xFF, 0x01, 0xFF, 0x00, 0xFF, 0xD3, 7, 7}), "128 and 128"},
              Row{plainTable + ends, early}})
            QVERIFY2(said(plainFrame, table, plainScan) == what, qPrintable(table.toHex() + ": " + what + ", not " + said(plainFrame, table, plainScan)));
        for (const auto& [scan, what] : {Row{bytes({3, 1, 0, 2, 0, 3, 0, 7, 0, 0}), "128 and 128"},
                                         Row{bytes({3, 1, 0, 2, 0, 3, 0, 0, 0, 0}), "the JPEG stream names a predictor that does not exist"},
                                         Row{bytes({3, 1, 0, 2, 0, 3, 0, 8, 0, 0}), "the JPEG stream names a predictor that does not exist"},
                                         Row{bytes({3, 1, 0, 2, 0, 3, 0, 1, 0, 7}), "128 and 128"}, // a bit is left, and it is 1
                                         Row{bytes({3, 1, 0, 2, 0, 3, 0, 1, 0, 8}), scanBroken},
                                         Row{bytes({3, 1, 0, 2, 0, 4, 0, 1, 0, 0}), scanBroken},
                                         Row{bytes({3, 1, 0, 2, 0x10, 3, 0, 1, 0, 0}), scanBroken},
                                         Row{bytes({3, 1, 0, 2, 0x40, 3, 0, 1, 0, 0}), scanBroken},
                                         Row{bytes({4, 1, 0, 2, 0, 3, 0, 1, 0, 1, 0, 0}), scanBroken},
                                         Row{bytes({0, 1, 0, 2, 0, 3, 0, 1, 0, 0}), scanBroken},
                                         Row{bytes({3, 1, 0, 2, 0, 3, 0, 1, 0}), scanBroken},
                                         Row{{}, scanBroken},
                                         Row{bytes({2, 1, 0, 2, 0, 1, 0, 0}), early}}) // the third component never comes
            QVERIFY2(said(plainFrame, plainTable, segment(0xDA, scan)) == what, qPrintable(scan.toHex() + ": " + what));
        QCOMPARE(said({}, plainTable, plainScan), scanBroken);
        QCOMPARE(said(plainFrame, plainTable, {}), early);
        // With one code of a bit there is none that begins with 1.
        QCOMPARE(said(plainFrame, plainTable, plainScan, 1, bytes({0x80, 15})), "the JPEG stream holds a code that does not exist");
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
};

QTEST_GUILESS_MAIN(TestCodecs)
#include "tst_codecs.moc"
