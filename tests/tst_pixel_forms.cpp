#include "tests/support/part_ten.h"
#include "tests/support/test_data.h"
#include "viewer/decode/colour.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/pixel_source.h"
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <cmath>
#include <cstring>
#include <sys/resource.h>

using namespace diascope;
using namespace diascope::viewer;
using test::element;
using test::fragments;
using test::ImageNumbers;
using test::littleEndian;
using test::word;

/// The forms pixels come in: colour, palettes, floats, fragments. Expected values by hand from the standard's formulas.
class TestPixelForms : public QObject
{
    Q_OBJECT

    static constexpr const char* explicitVr = "1.2.840.10008.1.2.1";
    static constexpr const char* rle = "1.2.840.10008.1.2.5";
    static constexpr const char* jpegLossless = "1.2.840.10008.1.2.4.70";
    QTemporaryDir m_folder;

    QString written(const QByteArray& bytes)
    {
        static int n = 0;
        const QString path = m_folder.filePath(QStringLiteral("f%1.dcm").arg(n++));
        QFile file(path);
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? path : QString();
    }
    Result<PixelSource> opened(const QByteArray& syntax, const ImageNumbers& image, const QByteArray& more)
    {
        return PixelSource::open(written(test::partTen(syntax, image, more)));
    }
    static QByteArray rgbOf(const Frame& frame)
    {
        return QByteArray(reinterpret_cast<const char*>(frame.pixels.data()), qsizetype(frame.pixels.size()));
    }
    static QByteArray words(std::initializer_list<int> values)
    {
        QByteArray bytes;
        for (const int value : values)
            bytes += word(value);
        return bytes;
    }
    /// One RLE frame of 2 × 2 bytes, all of this value (PS3.5 Annex G).
    static QByteArray rleFrame(char value) { return word(1) + word(0) + word(64) + QByteArray(58, '\0') + char(-3) + value; }
    static QByteArray tables(const QByteArray& descriptor, const QByteArray& data)
    {
        QByteArray bytes;
        for (quint16 number : {0x1101, 0x1102, 0x1103})
            bytes += element(0x28, number, "US", descriptor);
        for (quint16 number : {0x1201, 0x1202, 0x1203})
            bytes += element(0x28, number, "OW", data);
        return bytes;
    }

private Q_SLOTS:
    void colours_data()
    {
        QTest::addColumn<QByteArray>("photometric");
        QTest::addColumn<QList<int>>("numbers"); // rows, columns, allocated, stored, samples
        QTest::addColumn<QByteArray>("pixels");
        QTest::addColumn<QByteArray>("rgb"); // empty: refused, naming the photometric interpretation
        const auto row = [](const char* name, const char* photometric, QList<int> numbers, QByteArray pixels, const char* rgb) {
            QTest::newRow(name) << QByteArray(photometric) << numbers << pixels << QByteArray::fromHex(rgb);
        };
        row("PIX-09 12 of 16 bits are rounded", "RGB", {1, 1, 16, 12, 3}, words({0xFFF, 0x800, 8}), "ff8000");
        row("PIX-09 16 bits are rounded", "RGB", {1, 1, 16, 16, 3}, words({0xFFFF, 0x00C0, 0x7FFF}), "ff017f");
        row("PIX-09 8 of 16 bits", "RGB", {1, 1, 16, 8, 3}, words({0xFF, 0x80, 8}), "ff8008");
        row("PIX-09 32 bits", "RGB", {1, 1, 32, 32, 3}, QByteArray::fromHex("ffffffff0000008000000000"), "ff8000");
        row("PIX-09 6 of 8 bits", "RGB", {1, 1, 8, 6, 3}, QByteArray::fromHex("3f2000"), "ff8200");
        row("PIX-09 16-bit YBR_FULL", "YBR_FULL", {1, 1, 16, 16, 3}, words({0x4C4C, 0x5555, 0xFFFF}), "fe0000");
        row("PIX-09 YBR_PARTIAL_422, white and black", "YBR_PARTIAL_422", {1, 2, 8, 8, 3}, QByteArray::fromHex("eb108080"), "ffffff000000");
        row("PIX-09 YBR_FULL_422, odd columns, row by row", "YBR_FULL_422", {2, 3, 8, 8, 3},
            QByteArray::fromHex("10208080300080804050808060008080"), "101010202020303030404040505050606060");
        row("PIX-09 YBR_FULL_422, odd columns, one after the other", "YBR_FULL_422", {2, 3, 8, 8, 3},
            QByteArray::fromHex("102080803040808050608080"), "101010202020303030404040505050606060");
        row("PIX-09 YBR_FULL_422 over whole planes", "YBR_FULL_422", {1, 2, 8, 8, 3}, QByteArray::fromHex("108080208080"), "101010202020");
        row("PIX-09 HSV", "HSV", {1, 4, 8, 8, 3}, QByteArray::fromHex("00ffff55ffffaaffff2a0080"), "ff000000ff000000ff808080");
        row("PIX-09 CMYK", "CMYK", {1, 2, 8, 8, 4}, QByteArray::fromHex("ff0000000000007f"), "00ffff808080");
        row("PIX-09 ARGB", "ARGB", {1, 1, 8, 8, 4}, QByteArray::fromHex("00010203"), "");
        row("PIX-09 YBR_PARTIAL_420 uncompressed", "YBR_PARTIAL_420", {1, 2, 8, 8, 3}, QByteArray::fromHex("000102030405"), "");
    }
    void colours()
    {
        QFETCH(QByteArray, photometric);
        QFETCH(QList<int>, numbers);
        QFETCH(QByteArray, pixels);
        QFETCH(QByteArray, rgb);
        const ImageNumbers image{numbers[0], numbers[1], 1, numbers[2], numbers[3], numbers[4], false, photometric};
        const auto source = opened(explicitVr, image, element(0x7FE0, 0x10, "OW", pixels));
        if (rgb.isEmpty()) {
            QVERIFY(!source);
            QCOMPARE(source.error().fault, Fault::Unsupported);
            QVERIFY2(source.error().detail.contains(QString::fromLatin1(photometric)), qPrintable(source.error().detail));
            return;
        }
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(rgbOf(*frame).toHex(), rgb.toHex());
    }

    /// Whole planes of an odd length, with and without the byte that makes it even.
    void PIX_09_wholePlanesOfAnOddLength()
    {
        const QByteArray planes = QByteArray::fromHex("108080208080308080");
        for (const int length : {9, 10}) {
            const QByteArray value = planes + QByteArray(length - 9, '\0');
            const auto source = opened(explicitVr, {1, 3, 1, 8, 8, 3, false, "YBR_FULL_422"}, QByteArray::fromHex("e07f10004f570000") + littleEndian(quint64(length), 4) + value);
            const auto frame = source ? source->frame(0) : std::unexpected(source.error());
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            QCOMPARE(rgbOf(*frame).toHex(), "101010202020303030");
        }
    }

    /// What is not YBR_FULL_422 letter by letter is not read as if two pixels shared their colour: that would be past its end.
    void aMisspeltInterpretationIsNotReadPastTheEnd()
    {
        const ImageNumbers image{100, 100, 1, 8, 8, 3, false, "YBR_FUL_422"};
        const auto source = opened(explicitVr, image, element(0x7FE0, 0x10, "OW", QByteArray(20000, 'L')));
        const auto frame = source ? source->frame(0) : std::unexpected(source.error());
        QVERIFY(!frame);
        QVERIFY2(!frame.error().detail.isEmpty(), qPrintable(message(frame.error())));
    }

    void palettes_data()
    {
        QTest::addColumn<QList<int>>("numbers"); // allocated, stored, signed
        QTest::addColumn<QByteArray>("descriptor");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<QByteArray>("pixels");
        QTest::addColumn<QByteArray>("grey"); // one byte a pixel: all three tables are alike; empty: damaged
        const auto row = [](const char* name, QList<int> numbers, QByteArray descriptor, QByteArray data, QByteArray pixels, const char* grey) {
            QTest::newRow(name) << numbers << descriptor << data << pixels << QByteArray::fromHex(grey);
        };
        const QByteArray three = words({0x1000, 0x2000, 0xFF00});
        row("PIX-10 16-bit indices from 1000", {16, 16, 0}, words({3, 1000, 16}), three, words({999, 1000, 1001, 1002}), "101020ff");
        row("PIX-10 signed indices from -1", {16, 16, 1}, words({3, 0xFFFF, 16}), three, words({-5, -1, 0, 1}), "101020ff");
        row("PIX-10 8-bit entries, two in a word", {8, 8, 0}, words({4, 0, 8}), QByteArray::fromHex("10203040"), QByteArray::fromHex("00010203"), "10203040");
        row("PIX-10 8-bit entries, one in a word", {8, 8, 0}, words({4, 0, 8}), words({0x10, 0x20, 0x30, 0x40}), QByteArray::fromHex("00010203"), "10203040");
        row("FIL-08 more entries said than there are", {8, 8, 0}, words({256, 0, 16}), three, QByteArray::fromHex("000102ff"), "1020ffff");
        row("FIL-08 fewer entries said than there are", {8, 8, 0}, words({2, 0, 16}), three, QByteArray::fromHex("00010203"), "10202020");
        row("FIL-08 16 bits said over bytes", {8, 8, 0}, words({4, 0, 16}), QByteArray::fromHex("10203040"), QByteArray::fromHex("00010203"), "10203040");
        row("FIL-08 8 bits said over words", {8, 8, 0}, words({3, 0, 8}), three, QByteArray::fromHex("00010203"), "1020ffff");
        row("FIL-08 no data", {8, 8, 0}, words({3, 0, 16}), {}, QByteArray::fromHex("00010203"), "");
        row("FIL-08 half a descriptor", {8, 8, 0}, words({3, 0}), three, QByteArray::fromHex("00010203"), "");
    }
    void palettes()
    {
        QFETCH(QList<int>, numbers);
        QFETCH(QByteArray, descriptor);
        QFETCH(QByteArray, data);
        QFETCH(QByteArray, pixels);
        QFETCH(QByteArray, grey);
        const ImageNumbers image{1, 4, 1, numbers[0], numbers[1], 1, numbers[2] == 1, "PALETTE COLOR"};
        const auto source = opened(explicitVr, image, tables(descriptor, data) + element(0x7FE0, 0x10, "OW", pixels));
        if (grey.isEmpty()) {
            QVERIFY(!source);
            QCOMPARE(source.error().fault, Fault::Damaged);
            return;
        }
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QByteArray wanted;
        for (const char value : grey)
            wanted += QByteArray(3, value);
        QCOMPARE(rgbOf(*frame).toHex(), wanted.toHex());
    }

    /// PS3.3 C.7.9.2: segments that fill a whole table, and one entry more; where they end, and where they lead.
    void PIX_10_howMuchSegmentsMayBe_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<int>("entries"); // -1: broken
        const auto row = [](const char* name, int bits, const QByteArray& data, int entries) { QTest::newRow(qPrintable(QString("PIX-10 %1").arg(name))) << bits << data << entries; };
        const QByteArray one = words({0, 1, 7}), discrete = words({0, 65535}) + QByteArray(2 * 65535, 'v'), line = words({1, 65535, 9});
        row("a line to the end of the table", 16, one + line, 65536);
        row("a line beyond it", 16, one + one + line, -1);
        row("values to the end of the table", 16, one + discrete, 65536);
        row("values beyond it", 16, one + one + discrete, -1);
        row("a short line", 16, one + words({1, 2, 9}), 3);
        row("half a segment behind it is nothing", 16, one + words({1}), 1);
        row("a line without its end", 16, one + words({1, 1}), -1);
        row("again, of words", 16, one + words({2, 1, 0, 0}), 2);
        row("again, cut", 16, one + words({2, 1, 0}), -1);
        row("again from the last word", 16, one + words({2, 1, 12, 0}), 1); // half a segment there
        row("again from behind it", 16, one + words({2, 1, 14, 0}), -1);
        row("again and again", 16, one + words({2, 1, 0, 0, 2, 1, 6, 0}), -1); // one that leads to one that leads
        row("again, of bytes", 8, QByteArray::fromHex("000107020100000000") + '\0', 2);
        row("again, of bytes, cut", 8, QByteArray::fromHex("0001070201000000"), -1);
        row("again from far behind", 8, QByteArray::fromHex("000107020100010000") + '\0', -1);
        row("again, of nothing", 16, one + words({2, 0, 0, 0}), 1);
        row("no such segment", 16, one + words({3, 1, 0, 0}), -1);
        row("values cut", 16, words({0, 3, 7}), -1);
        row("a line from nothing", 16, words({1, 2, 9}), -1);
        row("a line of no length", 16, one + words({1, 0, 9}), -1);
        row("twice again", 16, one + words({0, 1, 8, 2, 2, 0, 0}), 4);
    }
    void PIX_10_howMuchSegmentsMayBe()
    {
        QFETCH(int, bits);
        QFETCH(QByteArray, data);
        QFETCH(int, entries);
        dicom::Dataset dataset;
        for (const quint16 number : {0x1101, 0x1102, 0x1103})
            dataset.setNumbers({0x0028, number}, {0, 0, double(bits)});
        for (const quint16 number : {0x1221, 0x1222, 0x1223})
            dataset.setBytes({0x0028, number}, data);
        const auto palette = Palette::of(dataset, false);
        QCOMPARE(palette ? int((*palette)->colours.size()) : -1, entries);
        if (!palette)
            QCOMPARE(palette.error().fault, Fault::Damaged);
    }

    /// The first value is signed as the pixels are, whichever way it is written.
    void PIX_10_whereAPaletteBegins()
    {
        const auto first = [](const char* vr, int value, bool isSigned) {
            QByteArray file = test::partTen(explicitVr, {1, 1, 1, 16, 16, 1, isSigned, "PALETTE COLOR"}, {});
            for (const quint16 number : {0x1101, 0x1102, 0x1103})
                file += element(0x28, number, vr, words({1, value, 16}));
            for (const quint16 number : {0x1201, 0x1202, 0x1203})
                file += element(0x28, number, "OW", word(7));
            return file + element(0x7FE0, 0x10, "OW", word(0));
        };
        for (const char* vr : {"US", "SS"})
            for (const int value : {0, 1, 32767, 32768, 65535})
                for (const bool isSigned : {false, true}) {
                    const auto source = PixelSource::open(written(first(vr, value, isSigned)));
                    QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
                    QCOMPARE(source->layout()->palette->firstMapped, isSigned && value > 32767 ? value - 65536 : value);
                }
    }

    /// A dark channel of a 16-bit palette stays dark beside bright ones.
    void oneChannelOfAPaletteIsDark()
    {
        QByteArray more;
        for (quint16 number : {0x1101, 0x1102, 0x1103})
            more += element(0x28, number, "US", words({1, 0, 16}));
        more += element(0x28, 0x1201, "OW", word(0xFF00)) + element(0x28, 0x1202, "OW", word(0x00FF)) + element(0x28, 0x1203, "OW", word(0));
        const auto source = opened(explicitVr, {1, 1, 1, 8, 8, 1, false, "PALETTE COLOR"}, more + element(0x7FE0, 0x10, "OW", word(0)));
        QVERIFY(source);
        QCOMPARE(rgbOf(*source->frame(0)).toHex(), "ff0000"); // PIX-10
    }

    /// PIX-10: PS3.3 C.7.6.19: the frame stays grey, the palette comes beside it.
    void supplementalPaletteLeavesTheGrey()
    {
        QByteArray file = test::partTen(explicitVr, {1, 2, 1, 16, 16, 1, false, "MONOCHROME2"},
                                        tables(words({2, 4000, 16}), words({0x8000, 0xFF00})) + element(0x7FE0, 0x10, "OW", words({100, 4001})));
        const qsizetype group28 = file.indexOf(element(0x28, 2, "US", word(1)));
        file.insert(group28, element(8, 0x9205, "CS", "COLOR"));
        const auto source = PixelSource::open(written(file));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY(frame && frame->type == SampleType::UInt16);
        QCOMPARE(frame->storedAt(1, 0), 4001.0);
        const auto supplemental = source->layout()->supplemental;
        QVERIFY(supplemental);
        QCOMPARE(supplemental->firstMapped, 4000);
        QCOMPARE(int((*supplemental)(4001)[0]), 0xFF);
        QVERIFY(!source->layout()->palette);
        // Without a palette it is grey, and a palette in a grey image that does not ask for it changes nothing.
        QByteArray bare = test::partTen(explicitVr, {1, 2, 1, 16, 16, 1, false, "MONOCHROME2"}, element(0x7FE0, 0x10, "OW", words({100, 4001})));
        bare.insert(bare.indexOf(element(0x28, 2, "US", word(1))), element(8, 0x9205, "CS", "COLOR"));
        const auto alone = PixelSource::open(written(bare));
        QVERIFY2(alone, alone ? "" : qPrintable(message(alone.error())));
        QVERIFY(!alone->layout()->supplemental && alone->frame(0)->storedAt(1, 0) == 4001.0);
        QByteArray inverse = file;
        inverse.replace("MONOCHROME2", "MONOCHROME1");
        const auto other = PixelSource::open(written(inverse));
        QVERIFY(other && !other->layout()->supplemental && !other->layout()->palette);
        for (const char* presentation : {"MONOCHROME", ""}) {
            QByteArray grey = test::partTen(explicitVr, {1, 2, 1, 16, 16, 1, false, "MONOCHROME2"},
                                            tables(words({2, 4000, 16}), words({0x8000, 0xFF00})) + element(0x7FE0, 0x10, "OW", words({100, 4001})));
            if (*presentation)
                grey.insert(grey.indexOf(element(0x28, 2, "US", word(1))), element(8, 0x9205, "CS", presentation));
            const auto plain = PixelSource::open(written(grey));
            QVERIFY(plain);
            QVERIFY(!plain->layout()->supplemental && !plain->layout()->palette);
        }
    }

    /// PIX-11, PIX-08: floats as they are, doubles and 64-bit integers to a millionth, with their padding.
    void numbersWiderThanWords()
    {
        const std::vector<double> values{-1e-30, 123456789.123456, 3.5, -9999, 1e300};
        QByteArray floats;
        QByteArray doubles;
        for (const double value : values) {
            const float single = float(std::min(value, 1e38));
            floats.append(reinterpret_cast<const char*>(&single), sizeof single);
            doubles.append(reinterpret_cast<const char*>(&value), sizeof value);
        }
        const float pad = -9999;
        const double wide = -9999;
        const auto bytesOf = [](const auto& number) { return QByteArray(reinterpret_cast<const char*>(&number), sizeof number); };
        const auto single = opened(explicitVr, {1, 5, 1, 32, 32}, element(0x28, 0x122, "FL", bytesOf(pad)) + element(0x7FE0, 8, "OF", floats));
        const auto both = opened(explicitVr, {1, 5, 1, 64, 64}, element(0x28, 0x123, "FD", bytesOf(wide)) + element(0x7FE0, 9, "OD", doubles));
        for (const auto* source : {&single, &both}) {
            QVERIFY2(*source, *source ? "" : qPrintable(message(source->error())));
            const auto frame = (*source)->frame(0);
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            for (int i = 1; i < 4; ++i)
                QVERIFY(std::abs(frame->storedAt(i, 0) - values[size_t(i)]) <= 1e-6 * std::abs(values[size_t(i)]));
            QVERIFY(std::isfinite(frame->storedAt(4, 0)) && frame->storedAt(4, 0) > 9e37);
            const auto padding = (*source)->description().padding;
            QVERIFY(padding && padding->contains(frame->storedAt(3, 0)) && !padding->contains(frame->storedAt(2, 0)));
        }
        const QByteArray longs = littleEndian(quint64(-5'000'000'000'000), 8) + littleEndian(7, 8);
        const auto integers = opened(explicitVr, {1, 2, 1, 64, 64, 1, true}, element(0x7FE0, 0x10, "OW", longs));
        QVERIFY2(integers, integers ? "" : qPrintable(message(integers.error())));
        const auto frame = integers->frame(0);
        QVERIFY(frame && std::abs(frame->storedAt(0, 0) + 5e12) <= 5e6);
        QCOMPARE(frame->storedAt(1, 0), 7.0);
    }

    /// PS3.5 8.1.1: the lowest bit first, through the ends of bytes; no byte behind the last pixel is written.
    void PIX_11_bitsOneByOne()
    {
        const QByteArray packed = QByteArray::fromHex("b24d"); // 10110010 01001101, from the highest bit
        const char* const bits = "0100110110110010";
        for (int first = 0; first < 16; ++first)
            for (int count = 0; first + count <= 16; ++count) {
                std::vector<std::byte> place(17, std::byte('x'));
                unpackBits(std::as_bytes(std::span(packed.constData(), 2)), first, std::span(place).first(size_t(count)));
                for (int i = 0; i < 17; ++i)
                    QCOMPARE(int(place[size_t(i)]), i < count ? bits[first + i] - '0' : int('x'));
            }
    }

    /// What is not compressed is as large as it is (64 MiB, a hole in the file).
    void FIL_04_aLargeImageAsItIs()
    {
        constexpr qint64 bytes = 8192 * 8192;
        const QString path = written(test::partTen(explicitVr, {8192, 8192, 1, 8, 8}, QByteArray::fromHex("e07f10004f570000") + littleEndian(quint64(bytes), 4)));
        QVERIFY(QFile::resize(path, QFileInfo(path).size() + bytes));
        const auto source = PixelSource::open(path);
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        QCOMPARE(source->wholeBytes().value_or(-1), bytes);
    }

    /// Codecs know no cells of 64 bits.
    void PIX_11_whatNoCodecHolds()
    {
        const QByteArray stream = word(8) + word(0) + QByteArray(60, '\0') + QByteArray(16, '\0');
        const auto source = opened(rle, {1, 1, 1, 64, 64}, fragments({stream}));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY(!frame);
        QCOMPARE(frame.error().fault, Fault::Unsupported);
        QVERIFY2(frame.error().detail.startsWith("64 bits a sample in "), qPrintable(frame.error().detail));
    }

    /// Cells of 12 stored bits, read from elsewhere or turned into samples where they lie.
    void PIX_11_cellsInTheirPlaceAndElsewhere()
    {
        for (const int highBit : {11, 15})
            for (const bool isSigned : {false, true})
                for (const bool isInPlace : {false, true}) {
                    PixelDescription pixels;
                    pixels.bitsAllocated = 16;
                    pixels.bitsStored = 12;
                    pixels.highBit = highBit;
                    pixels.isSigned = isSigned;
                    const int other = highBit == 11 ? 0xF000 : 0x000F; // what is not stored
                    const QByteArray cells = words({0x801 << (highBit - 11) | other, 0x7FF << (highBit - 11), 5 << (highBit - 11) | other});
                    std::vector<std::byte> place(8, std::byte('x'));
                    if (isInPlace)
                        std::memcpy(place.data(), cells.constData(), 6);
                    const auto to = std::span(place).first(6);
                    storedToFrame(isInPlace ? std::span<const std::byte>(to) : std::as_bytes(std::span(cells.constData(), 6)), pixels, highBit, to);
                    QCOMPARE(QByteArray(reinterpret_cast<const char*>(place.data()), 8), words({isSigned ? -2047 : 2049, 2047, 5}) + "xx");
                }
    }

    void PIX_11_negative32BitValues()
    {
        const auto source = opened(explicitVr, {1, 2, 1, 32, 32, 1, true}, element(0x7FE0, 0x10, "OW", QByteArray::fromHex("ffffffff07000000")));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(frame->storedAt(0, 0), -1.0);
        QCOMPARE(frame->storedAt(1, 0), 7.0);
        QCOMPARE(modalityValues(*frame, {}), (std::vector{-1.0f, 7.0f}));
    }

    /// Who wonders why there is no picture is told in which syntax it is: JPEG XL, and one that nobody knows.
    void PIX_13_theSyntaxThatCannotBeDecodedIsNamed()
    {
        for (const auto& [syntax, pixelData] : {std::pair("1.2.840.10008.1.2.4.110", fragments({"abcd"})), {"1.2.3.4.5", element(0x7FE0, 0x10, "OW", "abcd")}}) {
            const auto source = opened(syntax, {1, 2}, pixelData);
            QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
            const auto frame = source->frame(0);
            QVERIFY(!frame);
            QCOMPARE(frame.error().fault, Fault::Unsupported);
            QVERIFY2(frame.error().detail.contains(syntax), qPrintable(frame.error().detail));
        }
    }

    /// PS3.5 7.3: bytes of OW lie in pairs through which frames of odd length cut; cells of 32 bits as words, the lowest first,
    /// though half of the writers turn the whole cell around. DCMTK writes the former, the reversal is by hand.
    void bigEndianFrames_data()
    {
        QTest::addColumn<int>("allocated");
        QTest::addColumn<bool>("isWholeCell");
        QTest::newRow("PIX-13 bytes") << 8 << false;
        QTest::newRow("PIX-13 words") << 16 << false;
        QTest::newRow("PIX-13 32 bits as words") << 32 << false;
        QTest::newRow("PIX-13 32 bits as cells") << 32 << true;
        QTest::newRow("PIX-13 bits") << 1 << false;
    }
    void bigEndianFrames()
    {
        QFETCH(int, allocated);
        QFETCH(bool, isWholeCell);
        constexpr int frames = 3;
        constexpr int pixels = 15;
        const auto value = [allocated](int at) { return allocated == 1 ? at % 7 % 2 : at * at % 200 + (allocated == 32 ? 70000 : 0); };
        QByteArray little((frames * pixels * allocated + 7) / 8, '\0');
        for (int at = 0; at < frames * pixels; ++at)
            for (int bit = 0; bit < allocated; ++bit)
                if (bit < 31 && (value(at) >> bit & 1))
                    little[(at * allocated + bit) / 8] = char(little[(at * allocated + bit) / 8] | 1 << (at * allocated + bit) % 8);
        const QString path = written(test::partTen(explicitVr, {3, 5, frames, allocated, allocated}, element(0x7FE0, 0x10, "OW", little)));
        if (const auto ran = test::run("dcmconv", {"+tb", path, path + "b"}); ran.code != 0)
            QSKIP("dcmconv is missing");
        if (isWholeCell) {
            QFile file(path + "b");
            QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() - little.size()));
            QByteArray cells = file.read(little.size());
            for (qsizetype at = 0; at < cells.size(); at += 4) {
                std::swap(cells[at], cells[at + 2]);
                std::swap(cells[at + 1], cells[at + 3]);
            }
            QVERIFY(file.seek(file.size() - little.size()) && file.write(cells) == cells.size());
        }
        const auto source = PixelSource::open(path + "b");
        QVERIFY2(source && source->description().syntax.isBigEndian, source ? "" : qPrintable(message(source.error())));
        for (int n = 0; n < frames; ++n) {
            const auto frame = source->frame(n);
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            for (int at = 0; at < pixels; ++at)
                QCOMPARE(int(frame->storedAt(at % 5, at / 5)), value(n * pixels + at));
        }
    }

    /// The Transfer Syntax UID names another encoding than the dataset has.
    void mislabelledFilesAreRead_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QByteArray>("label");
        for (const char* option : {"+te", "+ti", "+tb"})
            for (const char* label : {"1.2.840.10008.1.2\0", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})
                QTest::addRow("FIL-15 %s says %s", option, label) << QString(option) << QByteArray(label);
    }
    void mislabelledFilesAreRead()
    {
        QFETCH(QString, option);
        QFETCH(QByteArray, label);
        const QString path = written(test::partTen(explicitVr, {1, 2}, element(0x7FE0, 0x10, "OW", words({258, 772}))));
        if (const auto ran = test::run("dcmconv", {option, path, path + "c"}); ran.code != 0)
            QSKIP("dcmconv is missing");
        QFile file(path + "c");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        const QByteArray uid = QByteArray::fromHex("020010005549");
        const qsizetype at = bytes.indexOf(uid);
        QVERIFY(at > 0);
        const qsizetype end = at + 8 + quint8(bytes[at + 6]);
        const auto source = PixelSource::open(written(bytes.left(at) + element(2, 0x10, "UI", label) + bytes.mid(end)));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(frame->storedAt(0, 0), 258.0);
        QCOMPARE(frame->storedAt(1, 0), 772.0);
    }

    /// Without a header a whole file may be shorter than the preamble of one.
    void FIL_15_aFileShorterThanAPreamble()
    {
        QByteArray file = element(8, 0x60, "CS", "OT") + element(0x28, 2, "US", word(1)) + element(0x28, 4, "CS", "MONOCHROME2") + element(0x28, 0x10, "US", word(1)) + element(0x28, 0x11, "US", word(2)) +
                          element(0x28, 0x100, "US", word(16)) + element(0x7FE0, 0x10, "OW", words({258, 772}));
        QVERIFY(file.size() < 132);
        for (; file.size() <= 140; file.insert(0, element(8, 8, "CS", "DERIVED\\PRIMARY"))) { // and a little longer
            const auto source = PixelSource::open(written(file));
            const auto frame = source ? source->frame(0) : std::unexpected(source.error());
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            QCOMPARE(frame->storedAt(0, 0), 258.0);
            QCOMPARE(frame->storedAt(1, 0), 772.0);
        }
    }

    /// Some writers mix: one element without a representation among others that have theirs.
    void FIL_15_anElementWithoutARepresentation()
    {
        const auto source = opened(explicitVr, {1, 2}, QByteArray::fromHex("2900011004000000") + "abcd" + element(0x7FE0, 0x10, "OW", words({258, 772})));
        const auto frame = source ? source->frame(0) : std::unexpected(source.error());
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(frame->storedAt(0, 0), 258.0);
        QCOMPARE(frame->storedAt(1, 0), 772.0);
    }

    /// Three RLE frames of 11, 22 and 33; how they are cut and what the tables say.
    void fragmentsFindTheirFrames_data()
    {
        QTest::addColumn<QByteArray>("pixelData");
        QTest::addColumn<QList<int>>("values"); // -1: said to be missing or damaged
        const QByteArray a = rleFrame(11);
        const QByteArray b = rleFrame(22);
        const QByteArray c = rleFrame(33);
        const quint64 each = quint64(a.size()) + 8;
        const auto table = [](QList<quint64> offsets, int width) {
            QByteArray bytes;
            for (const quint64 offset : offsets)
                bytes += littleEndian(offset, width);
            return bytes;
        };
        const auto extended = [&](QList<quint64> offsets) {
            return element(0x7FE0, 1, "OV", table(offsets, 8)) + element(0x7FE0, 2, "OV", table({66, 66, 66}, 8));
        };
        QTest::newRow("FIL-12 no table") << fragments({a, b, c}) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 a true table") << fragments({a, b, c}, table({0, each, 2 * each}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 a table that lies, one fragment a frame") << fragments({a, b, c}, table({0, 7, 0xFFFFFFF0}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, with a table") << fragments({a.left(20), a.mid(20), b, c.left(2), c.mid(2, 62), c.mid(64)}, table({0, each + 8, 2 * each + 8}, 4))
                                                 << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, without a table") << fragments({a.left(20), a.mid(20), b, c.left(2), c.mid(2, 62), c.mid(64)}) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, the table lies") << fragments({a.left(20), a.mid(20), b, c}, table({0, 4, 8}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, the table points between fragments") << fragments({a.left(20), a.mid(20), b, c}, table({0, 10, each + 6}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, the table points behind all") << fragments({a.left(20), a.mid(20), b, c}, table({0, each + 8, 0xFFFFFFF0}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, the table names one twice") << fragments({a.left(20), a.mid(20), b, c}, table({0, each + 8, each + 8}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 cut, extended table") << extended({0, each + 8, 2 * each + 8}) + fragments({a.left(20), a.mid(20), b, c}) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 extended table lies, basic one does not")
            << extended({0, 1, quint64(-1)}) + fragments({a.left(20), a.mid(20), b, c}, table({0, each + 8, 2 * each + 8}, 4)) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 empty fragments between") << fragments({a, {}, b, {}, {}, c}) << QList<int>{11, 22, 33};
        QTest::newRow("FIL-12 the second frame is empty") << fragments({a, {}, c}) << QList<int>{11, -1, 33};
        QTest::newRow("FIL-12 fragments under three bytes") << fragments({a, "x", c}) << QList<int>{11, -1, 33};
        QTest::newRow("FIL-05 fewer frames than said") << fragments({a, b}) << QList<int>{11, 22, -1};
        QTest::newRow("FIL-12 more streams than frames, no table") << fragments({a, b, c, a}) << QList<int>{-1, -1, -1};
        QTest::newRow("FIL-05 nothing at all") << fragments({}) << QList<int>{-1, -1, -1};
    }
    void fragmentsFindTheirFrames()
    {
        QFETCH(QByteArray, pixelData);
        QFETCH(QList<int>, values);
        const auto source = opened(rle, {2, 2, 3, 8, 8}, pixelData);
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        for (int n = 0; n < 3; ++n) {
            const auto frame = source->frame(n);
            QCOMPARE(frame ? int(frame->storedAt(1, 1)) : -1, values[n]);
            QVERIFY(frame || !frame.error().detail.isEmpty());
        }
        QVERIFY(!source->frame(3) && !source->frame(-1));
    }

    /// What becomes of a file after its header was read is said when its pixels are, and no file stays open.
    void FIL_05_aFileThatChangesBelowItsReader_data()
    {
        QTest::addColumn<QByteArray>("syntax");
        QTest::addColumn<QByteArray>("pixelData");
        QTest::addColumn<int>("behind"); // the last pixel
        QTest::newRow("FIL-05 native") << QByteArray(explicitVr) << element(0x7FE0, 0x10, "OW", QByteArray(4, 'a') + QByteArray(4, 'b')) << 0;
        QTest::newRow("FIL-05 in fragments") << QByteArray(rle) << fragments({rleFrame('a'), rleFrame('b')}) << 8;
    }
    void FIL_05_aFileThatChangesBelowItsReader()
    {
        QFETCH(QByteArray, syntax);
        QFETCH(QByteArray, pixelData);
        QFETCH(int, behind);
        const QString path = written(test::partTen(syntax, {2, 2, 2, 8, 8}, pixelData));
        const auto source = PixelSource::open(path);
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        QVERIFY(source->frame(0)); // its decoder is there from now on
        const auto openFiles = [] { return QDir("/proc/self/fd").entryList(QDir::System | QDir::Files).size(); };
        const auto before = openFiles();
        for (int i = 0; i < 20; ++i) {
            const auto frame = source->frame(i % 2);
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            QCOMPARE(frame->storedAt(1, 1), i % 2 ? double('b') : double('a'));
        }
        QCOMPARE(openFiles(), before);
        const auto refusal = [&](int n) {
            const auto frame = source->frame(n);
            return frame ? Error{Fault::Internal, "is shown"} : frame.error();
        };
        QVERIFY(QFile::resize(path, QFileInfo(path).size() - behind - 1));
        QVERIFY(source->frame(0));
        QCOMPARE(refusal(1).fault, Fault::Damaged);
        QVERIFY2(refusal(1).detail.endsWith("the file ends within the pixel data"), qPrintable(refusal(1).detail));
        QVERIFY(QFile::remove(path));
        QCOMPARE(refusal(0).fault, Fault::Unreadable);
        QVERIFY2(refusal(0).detail.endsWith("the file cannot be read"), qPrintable(refusal(0).detail));
        QVERIFY(QDir().mkdir(path));
        QCOMPARE(refusal(0).fault, Fault::Unreadable);
        QVERIFY2(refusal(0).detail.endsWith("Is a directory"), qPrintable(refusal(0).detail));
        QCOMPARE(openFiles(), before);
    }

    /// FIL-13: 600 MB of zeros from 600 kB; FIL-01 behind deflate; and an honest deflated image.
    void deflateBomb()
    {
        const char* const script = R"(
import sys, zlib, struct
head = open(sys.argv[1], 'rb').read()
def write(path, *parts):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    with open(path, 'wb') as f:
        f.write(head)
        for p in parts: f.write(z.compress(p))
        f.write(z.flush())
us = lambda e, v: struct.pack('<HH2sHH', 0x28, e, b'US', 2, v)
image = us(2, 1) + struct.pack('<HH2sH12s', 0x28, 4, b'CS', 12, b'MONOCHROME2 ') + us(0x10, 2) + us(0x11, 2) + us(0x100, 8) + us(0x101, 8) + us(0x102, 7) + us(0x103, 0)
pixels = lambda n: struct.pack('<HH2sHI', 0x7fe0, 0x10, b'OW', 0, n)
write(sys.argv[2] + 'bomb.dcm', image, pixels(600 << 20), *([bytes(1 << 20)] * 600))
write(sys.argv[2] + 'nested.dcm', struct.pack('<HH2sHI', 0x40, 0xa730, b'SQ', 0, 0xffffffff) + struct.pack('<HHI', 0xfffe, 0xe000, 0xffffffff), *([struct.pack('<HH2sHI', 0x40, 0xa730, b'SQ', 0, 0xffffffff) + struct.pack('<HHI', 0xfffe, 0xe000, 0xffffffff)] * 100000))
write(sys.argv[2] + 'honest.dcm', image, pixels(4), b'\1\2\3\4')
)";
        const QByteArray meta = element(2, 0x10, "UI", "1.2.840.10008.1.2.1.99");
        const QString head = written(QByteArray(128, '\0') + "DICM" + element(2, 0, "UL", littleEndian(quint64(meta.size()), 4)) + meta);
        const auto ran = test::python(script, {head, m_folder.path() + '/'});
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto memoryKb = [] {
            rusage usage{};
            getrusage(RUSAGE_SELF, &usage);
            return usage.ru_maxrss;
        };
        const long before = memoryKb();
        for (const char* name : {"bomb.dcm", "nested.dcm"}) {
            const auto source = PixelSource::open(m_folder.filePath(name));
            QVERIFY2(!source, name);
            QCOMPARE(source.error().fault, Fault::Damaged);
        }
#ifndef DIASCOPE_SANITIZED // they keep freed memory
        QVERIFY2(memoryKb() - before < 450 * 1024, qPrintable(QString::number(memoryKb() - before)));
#else
        Q_UNUSED(before)
#endif
        const auto honest = PixelSource::open(m_folder.filePath("honest.dcm"));
        QVERIFY2(honest, honest ? "" : qPrintable(message(honest.error())));
        QCOMPARE(honest->frame(0)->storedAt(1, 1), 4.0);
    }

    /// A JPEG stream cut at every place into two fragments is the same picture.
    void jpegFramesCutAnywhere()
    {
        const QString path = test::dataFile("pixels/ct_all_syntaxes/CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm");
        NEEDS_TEST_DATA(path);
        const auto whole = PixelSource::open(path);
        QVERIFY(whole);
        const auto expected = whole->frame(0);
        QVERIFY(expected);
        const auto piece = whole->layout()->pieces.front();
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(piece.offset));
        const QByteArray stream = file.read(piece.length);
        const auto& pixels = whole->description();
        const ImageNumbers image{pixels.rows, pixels.columns, 2, pixels.bitsAllocated, pixels.bitsStored, 1, pixels.isSigned};
        const auto mislabelled = opened(rle, image, fragments({stream, stream}));
        QVERIFY(mislabelled);
        const auto second = mislabelled->frame(1);
        QVERIFY2(second && second->pixels == expected->pixels, second ? "PIX-13 JPEG that says RLE" : qPrintable(message(second.error())));
        for (const qsizetype cut : {qsizetype(2), qsizetype(4), qsizetype(600), stream.size() / 4 * 2, stream.size() - 2}) {
            const auto source = opened(jpegLossless, image, fragments({stream.left(cut), stream.mid(cut), stream.left(2), stream.mid(2)}));
            QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
            for (const int n : {0, 1}) {
                const auto frame = source->frame(n);
                QVERIFY2(frame && frame->pixels == expected->pixels, qPrintable(QString("frame %1 cut at %2").arg(n).arg(cut)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestPixelForms)
#include "tst_pixel_forms.moc"
