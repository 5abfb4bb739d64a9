#include "netclient/dicom/dataset.h"
#include "tests/support/phantom_files.h"
#include "viewer/decode/modality_transform.h"
#include "viewer/decode/pixel_description.h"
#include <cmath>
#include <functional>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
namespace tag = dicom::tag;

namespace
{

using Change = std::function<void(Dataset&)>;

/// Grey, 16 bits, 8 × 6.
Dataset image()
{
    Dataset dataset;
    (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
    for (const auto& [attribute, value] : {std::pair(tag::SamplesPerPixel, 1), {tag::Rows, 6}, {tag::Columns, 8}, {tag::BitsAllocated, 16}, {tag::BitsStored, 16},
                                           {tag::HighBit, 15}, {tag::PixelRepresentation, 0}})
        dataset.setNumber(attribute, value);
    dataset.setBytes(tag::PixelData, QByteArray(96, '\0'));
    return dataset;
}

Change bits(int allocated, int stored, int high)
{
    return [=](Dataset& d) {
        d.setNumber(tag::BitsAllocated, allocated);
        d.setNumber(tag::BitsStored, stored);
        d.setNumber(tag::HighBit, high);
    };
}
Change colour(const char* photometric, int samples, int allocated = 8)
{
    return [=](Dataset& d) {
        (void)d.setText(tag::PhotometricInterpretation, photometric);
        d.setNumber(tag::SamplesPerPixel, samples);
        bits(allocated, allocated, allocated - 1)(d);
    };
}
Change number(dicom::Tag attribute, double value)
{
    return [=](Dataset& d) { d.setNumber(attribute, value); };
}

} // namespace

Q_DECLARE_METATYPE(Change)

/// What an image's header may say of its pixels (PS3.3 C.7.6.3), what contradicts itself, and what the values then mean (C.11.1).
class TestPixelDescription : public QObject
{
    Q_OBJECT

    test::PhantomBatch m_files;

private Q_SLOTS:
    void FIL_07_whatContradictsItselfIsRefused_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<int>("fault"); // -1: none
        const auto row = [](const char* name, const Change& change, std::optional<Fault> fault = std::nullopt) {
            QTest::newRow(qPrintable(QString("FIL-07 %1").arg(name))) << change << (fault ? int(*fault) : -1);
        };
        row("as it should be", [](Dataset&) {});
        row("no rows", number(tag::Rows, 0), Fault::Damaged);
        row("no columns", number(tag::Columns, 0), Fault::Damaged);
        row("one pixel", [](Dataset& d) { d.setNumber(tag::Rows, 1); d.setNumber(tag::Columns, 1); });
        row("no pixels", [](Dataset& d) { d.remove(tag::PixelData); }, Fault::NotFound);
        for (const auto& [allocated, stored, high] : {std::array{1, 1, 0}, {8, 8, 7}, {8, 1, 0}, {8, 1, 7}, {16, 12, 11}, {16, 12, 15}, {32, 32, 31}, {64, 64, 63}})
            row(qPrintable(QString("%1 %2 %3").arg(allocated).arg(stored).arg(high)), bits(allocated, stored, high));
        for (const auto& [allocated, stored, high] : {std::array{12, 12, 11}, {52, 1, 0}, {16, 0, 15}, {16, 17, 16}, {16, 12, 10}, {16, 12, 16}, {8, 8, 8}, {2, 2, 1}})
            row(qPrintable(QString("%1 %2 %3").arg(allocated).arg(stored).arg(high)), bits(allocated, stored, high), Fault::Damaged);
        for (const int allocated : {24, 40, 48, 128})
            row(qPrintable(QString("%1 bits").arg(allocated)), bits(allocated, allocated, allocated - 1), Fault::Unsupported);
        for (const char* one : {"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"}) {
            row(qPrintable(QString("%1 with one sample").arg(one)), colour(one, 1));
            row(qPrintable(QString("%1 with three").arg(one)), colour(one, 3), Fault::Damaged);
        }
        for (const char* three : {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "HSV"}) {
            row(qPrintable(QString("%1 with three samples").arg(three)), colour(three, 3));
            row(qPrintable(QString("%1 with one").arg(three)), colour(three, 1), Fault::Damaged);
            row(qPrintable(QString("%1 with four").arg(three)), colour(three, 4), Fault::Damaged);
        }
        row("CMYK with four", colour("CMYK", 4));
        row("CMYK with three", colour("CMYK", 3), Fault::Damaged);
        row("ARGB", colour("ARGB", 4), Fault::Unsupported);
        row("4:2:0 uncompressed", colour("YBR_PARTIAL_420", 3), Fault::Unsupported);
        row("no such colour", colour("PURPLE", 3), Fault::Unsupported);
        row("colour of 16 bits", colour("RGB", 3, 16));
        row("colour of 32 bits", colour("RGB", 3, 32));
        row("colour of 64 bits", colour("RGB", 3, 64), Fault::Unsupported);
        row("colour of one bit", colour("RGB", 3, 1), Fault::Unsupported);
        row("a palette of 16 bits", colour("PALETTE COLOR", 1, 16));
        row("a palette of 32 bits", colour("PALETTE COLOR", 1, 32), Fault::Damaged);
        row("no photometric interpretation of one sample", [](Dataset& d) { d.remove(tag::PhotometricInterpretation); });
        row("no photometric interpretation of three", [](Dataset& d) { colour("RGB", 3)(d); d.remove(tag::PhotometricInterpretation); }, Fault::Unsupported);
        row("small letters", [](Dataset& d) { (void)d.setText(tag::PhotometricInterpretation, "monochrome2"); });
        row("no frames", [](Dataset& d) { (void)d.setText(tag::NumberOfFrames, "0"); });
        row("fewer than none", [](Dataset& d) { (void)d.setText(tag::NumberOfFrames, "-1"); }, Fault::Damaged);
        row("as many as may be", [](Dataset& d) { (void)d.setText(tag::NumberOfFrames, "2147483647"); });
        row("as large as may be", [](Dataset& d) { d.setNumber(tag::Rows, 16384); d.setNumber(tag::Columns, 65535); });
        row("larger", [](Dataset& d) { d.setNumber(tag::Rows, 16385); d.setNumber(tag::Columns, 65535); }, Fault::Unsupported);
        // 2 GiB as they are stored, and as they are shown: three bytes of a colour.
        const auto sized = [](const Change& first, int rows, int columns) {
            return [=](Dataset& d) { first(d); d.setNumber(tag::Rows, rows); d.setNumber(tag::Columns, columns); };
        };
        row("just 2 GiB", sized(bits(16, 16, 15), 32768, 32768));
        row("a column more", sized(bits(16, 16, 15), 32768, 32769), Fault::Unsupported);
        row("2 GiB of a palette", sized(colour("PALETTE COLOR", 1), 32768, 21845));
        row("more than 2 GiB of a palette", sized(colour("PALETTE COLOR", 1), 32768, 21846), Fault::Unsupported);
        row("2 GiB of CMYK", sized(colour("CMYK", 4), 16384, 32768));
        row("more than 2 GiB of CMYK", sized(colour("CMYK", 4), 16384, 32769), Fault::Unsupported);
    }
    void FIL_07_whatContradictsItselfIsRefused()
    {
        QFETCH(Change, change);
        QFETCH(int, fault);
        Dataset made = image();
        change(made);
        QTemporaryDir folder; // what is uncompressed is so in a file
        QVERIFY(made.write(folder.filePath("a"), QString::fromUtf16(dicom::explicitLittleEndian)));
        const auto dataset = Dataset::read(folder.filePath("a"));
        QVERIFY(dataset);
        const auto description = PixelDescription::of(*dataset);
        QCOMPARE(description ? -1 : int(description.error().fault), fault);
        if (!description)
            QVERIFY(!description.error().detail.isEmpty());
    }

    /// The first number that is wrong is named.
    void FIL_07_whichNumberIsWrong()
    {
        const auto reason = [](const Change& change) {
            Dataset dataset = image();
            change(dataset);
            const auto p = PixelDescription::of(dataset);
            return p ? QString() : p.error().detail;
        };
        QCOMPARE(reason(bits(16, 17, 16)), "Bits Stored 17 contradicts Bits Allocated 16");
        QCOMPARE(reason(bits(16, 0, 15)), "Bits Stored 0 contradicts Bits Allocated 16");
        QCOMPARE(reason(bits(16, 12, 10)), "High Bit 10 contradicts Bits Stored 12 and Bits Allocated 16");
        QCOMPARE(reason(bits(16, 12, 16)), "High Bit 16 contradicts Bits Stored 12 and Bits Allocated 16");
        // Numbers that no US holds.
        const QStringList files{m_files.add("ds = image()\nds.add_new(0x00280010, 'UL', 65536)"), m_files.add("ds = image()\nds.add_new(0x00280011, 'UL', 65536)"),
                                m_files.add("ds = image(bits=8)\nds.Rows = 65535"), m_files.add("ds = image(bits=8)\nds.Columns = 65535")};
        const auto read = [this](const QString& file) { return PixelDescription::of(*Dataset::read(m_files.path(file))); };
        QCOMPARE(read(files[0]).error().detail, "Rows and Columns say 65536 × 8");
        QCOMPARE(read(files[1]).error().detail, "Rows and Columns say 6 × 65536");
        QVERIFY(read(files[2])->rows == 65535 && read(files[3])->columns == 65535);
    }

    /// Floats are of 32 bits and doubles of 64, all of them stored, whatever else the header says.
    void PIX_11_theBitsOfFloats()
    {
        for (const int width : {32, 64})
            for (const bool isSaid : {false, true}) {
                Dataset dataset = image();
                dataset.remove(tag::PixelData);
                dataset.setNumbers({0x7FE0, quint16(width == 32 ? 8 : 9)}, std::vector<double>(48, 0));
                bits(16, 12, 11)(dataset);
                if (!isSaid)
                    for (const auto attribute : {tag::BitsAllocated, tag::BitsStored, tag::HighBit})
                        dataset.remove(attribute);
                const auto p = PixelDescription::of(dataset);
                QVERIFY(p && p->bitsAllocated == width && p->bitsStored == width && p->highBit == width - 1);
                QCOMPARE(p->storedFrameBits(), 48 * width);
            }
    }

    void FIL_07_whatIsSaidIsTaken()
    {
        Dataset dataset = image();
        bits(16, 12, 11)(dataset);
        dataset.setNumber(tag::PixelRepresentation, 1);
        dataset.setNumber(tag::PlanarConfiguration, 1);
        (void)dataset.setText(tag::NumberOfFrames, "7");
        const auto p = PixelDescription::of(dataset);
        QVERIFY(p);
        QVERIFY(p->rows == 6 && p->columns == 8 && p->frames == 7 && p->samplesPerPixel == 1 && p->bitsAllocated == 16 && p->bitsStored == 12 && p->highBit == 11);
        QVERIFY(p->isSigned && p->planarConfiguration == 1 && p->photometric == "MONOCHROME2" && !p->isColour() && !p->padding);
        QCOMPARE(p->framePixels(), 48);
        QCOMPARE(p->frameBytes(), 96);
        QCOMPARE(p->storedFrameBits(), 48 * 16);
        for (const auto attribute : {tag::BitsStored, tag::HighBit, tag::PixelRepresentation, tag::SamplesPerPixel, tag::NumberOfFrames, tag::PlanarConfiguration})
            dataset.remove(attribute);
        const auto bare = PixelDescription::of(dataset);
        QVERIFY(bare && bare->bitsStored == 16 && bare->highBit == 15 && !bare->isSigned && bare->samplesPerPixel == 1 && bare->frames == 1 && bare->planarConfiguration == 0);
    }

    void PIX_01_theSamplesThatComeOut_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<bool>("isSigned");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("bytes");
        const auto row = [](const char* name, const Change& change, bool isSigned, SampleType type, int bytes) { QTest::newRow(name) << change << isSigned << int(type) << bytes; };
        row("PIX-01 1 bit", bits(1, 1, 0), false, SampleType::UInt8, 1);
        row("PIX-01 1 bit, signed it says", bits(1, 1, 0), true, SampleType::UInt8, 1);
        row("PIX-01 8", bits(8, 8, 7), false, SampleType::UInt8, 1);
        row("PIX-01 8 signed", bits(8, 8, 7), true, SampleType::Int16, 2);
        row("PIX-01 16", bits(16, 16, 15), false, SampleType::UInt16, 2);
        row("PIX-01 16 signed", bits(16, 12, 11), true, SampleType::Int16, 2);
        row("PIX-01 32", bits(32, 32, 31), false, SampleType::UInt32, 4);
        row("PIX-01 32 signed", bits(32, 32, 31), true, SampleType::Int32, 4);
        row("PIX-01 64", bits(64, 64, 63), false, SampleType::Float32, 4);
        row("PIX-01 colour", colour("RGB", 3), false, SampleType::Rgb8, 3);
        row("PIX-01 colour of 16 bits", colour("RGB", 3, 16), false, SampleType::Rgb8, 3);
        row("PIX-01 palette", colour("PALETTE COLOR", 1, 16), false, SampleType::Rgb8, 3);
        row("PIX-01 float", [](Dataset& d) { d.setNumbers({0x7FE0, 0x0008}, std::vector<double>(48, 0)); d.remove(tag::PixelData); d.setNumber(tag::BitsAllocated, 32); }, false, SampleType::Float32, 4);
        row("PIX-01 double", [](Dataset& d) { d.setNumbers({0x7FE0, 0x0009}, std::vector<double>(48, 0)); d.remove(tag::PixelData); d.setNumber(tag::BitsAllocated, 64); }, false, SampleType::Float32, 4);
    }
    void PIX_01_theSamplesThatComeOut()
    {
        QFETCH(Change, change);
        QFETCH(bool, isSigned);
        QFETCH(int, type);
        QFETCH(int, bytes);
        Dataset dataset = image();
        change(dataset);
        dataset.setNumber(tag::PixelRepresentation, isSigned);
        const auto p = PixelDescription::of(dataset);
        QVERIFY2(p, p ? "" : qPrintable(message(p.error())));
        QCOMPARE(int(p->sampleType()), type);
        QCOMPARE(bytesPerPixel(p->sampleType()), bytes);
        QCOMPARE(p->frameBytes(), 48 * bytes);
    }

    /// C.11.1.1.1: a table's first value is signed where the pixels are; no value is none of the table's.
    void PIX_03_whereAModalityTableBegins()
    {
        for (const int value : {0, 1, 32767, 32768, 65535})
            for (const bool isSigned : {false, true}) {
                Dataset dataset = image();
                dataset.setNumber(tag::PixelRepresentation, isSigned);
                Dataset item = dataset.addItem(tag::ModalityLUTSequence);
                item.setNumbers(tag::LUTDescriptor, {2, double(value), 16});
                item.setBytes(tag::LUTData, QByteArray::fromHex("07000900"));
                const auto transform = ModalityTransform::of(dataset, 0);
                const int first = isSigned && value > 32767 ? value - 65536 : value;
                QVERIFY(transform.table && transform.table->size() == 2);
                QCOMPARE(int(transform.firstMapped), first);
                QVERIFY(transform.apply(first) == 7 && transform.apply(first + 1) == 9 && transform.apply(first - 5) == 7 && transform.apply(first + 5) == 9);
                QVERIFY(std::isnan(transform.apply(std::nan(""))));
            }
    }

    /// C.7.5.1.1.2: written as US or SS it means what is stored; a range in either order; none in colours.
    void PIX_08_whatIsPadding_data()
    {
        QTest::addColumn<bool>("isSigned");
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("limit"); // 1e9: none
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("PIX-08 unsigned") << false << 65535.0 << 1e9 << 65535.0 << 65535.0;
        QTest::newRow("PIX-08 signed") << true << -2000.0 << 1e9 << -2000.0 << -2000.0;
        QTest::newRow("PIX-08 signed, written as US") << true << 63536.0 << 1e9 << -2000.0 << -2000.0;
        QTest::newRow("PIX-08 the largest signed") << true << 32767.0 << 1e9 << 32767.0 << 32767.0;
        QTest::newRow("PIX-08 the smallest signed, written as US") << true << 32768.0 << 1e9 << -32768.0 << -32768.0;
        QTest::newRow("PIX-08 nought") << false << 0.0 << 1e9 << 0.0 << 0.0;
        QTest::newRow("PIX-08 a range") << false << 10.0 << 20.0 << 10.0 << 20.0;
        QTest::newRow("PIX-08 a range downwards") << true << -10.0 << -20.0 << -20.0 << -10.0;
    }
    void PIX_08_whatIsPadding()
    {
        QFETCH(bool, isSigned);
        QFETCH(double, value);
        QFETCH(double, limit);
        QFETCH(double, low);
        QFETCH(double, high);
        Dataset dataset = image();
        dataset.setNumber(tag::PixelRepresentation, isSigned);
        dataset.setNumber(tag::PixelPaddingValue, value);
        if (limit < 1e9)
            dataset.setNumber(tag::PixelPaddingRangeLimit, limit);
        const auto p = PixelDescription::of(dataset);
        QVERIFY(p && p->padding);
        QCOMPARE(p->padding->low, low);
        QCOMPARE(p->padding->high, high);
        QVERIFY(p->padding->contains(low) && p->padding->contains(high) && !p->padding->contains(low - 1) && !p->padding->contains(high + 1));
        colour("RGB", 3)(dataset);
        QVERIFY(!PixelDescription::of(dataset)->padding);
    }

    /// The unit of the values: as said; HU where a CT leaves it out (C.8.2.1.1.2); none where nobody says so.
    void PIX_04_theUnitOfTheValues_data()
    {
        QTest::addColumn<QString>("modality");
        QTest::addColumn<QString>("imageType");
        QTest::addColumn<QString>("rescaleType"); // "-": no rescale at all
        QTest::addColumn<QString>("unit");
        const auto row = [](const char* modality, const char* imageType, const char* rescaleType, const char* unit) {
            QTest::newRow(qPrintable(QString("PIX-04 %1 %2 %3").arg(modality, imageType, rescaleType))) << QString(modality) << QString(imageType) << QString(rescaleType) << QString(unit);
        };
        row("CT", "ORIGINAL\\PRIMARY\\AXIAL", "", "HU");
        row("CT", "DERIVED\\SECONDARY\\AXIAL", "", "HU");
        row("CT", "DERIVED\\SECONDARY\\OTHER", "", "");
        row("CT", "ORIGINAL\\PRIMARY\\LOCALIZER", "", "");
        row("CT", "ORIGINAL\\PRIMARY\\LOCALIZER", "HU", "");
        row("CT", "ORIGINAL\\PRIMARY\\AXIAL", "-", "");
        row("CT", "ORIGINAL\\PRIMARY\\AXIAL", "HU", "HU");
        row("CT", "DERIVED\\SECONDARY\\OTHER", "HU", "HU");
        row("CT", "ORIGINAL\\PRIMARY\\AXIAL", "US", ""); // unspecified, no microseconds
        row("CT", "ORIGINAL\\PRIMARY\\AXIAL", "MGML", "MGML");
        row("MR", "ORIGINAL\\PRIMARY\\M", "", "");
        row("MR", "ORIGINAL\\PRIMARY\\M", "US", "");
    }
    void PIX_04_theUnitOfTheValues()
    {
        QFETCH(QString, modality);
        QFETCH(QString, imageType);
        QFETCH(QString, rescaleType);
        QFETCH(QString, unit);
        Dataset dataset = image();
        (void)dataset.setText(tag::Modality, modality);
        (void)dataset.setText(tag::ImageType, imageType);
        if (rescaleType != "-") {
            (void)dataset.setText(tag::RescaleSlope, "2");
            (void)dataset.setText(tag::RescaleIntercept, "-1024");
            if (!rescaleType.isEmpty())
                (void)dataset.setText(tag::RescaleType, rescaleType);
        }
        const ModalityTransform transform = ModalityTransform::of(dataset);
        QCOMPARE(transform.unit, unit);
        QCOMPARE(transform.apply(100), rescaleType == "-" ? 100.0 : -824.0);
    }

    /// What cannot be a rescale leaves stored values, and no unit: nobody is shown HU that are none.
    void PIX_04_aMistakenRescaleIsNone_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("value"); // of a stored 10
        QTest::addColumn<QString>("unit");
        const auto row = [this](const char* name, const char* slope, const char* intercept, double value, const char* unit) {
            // As the bytes stand: pydicom would write no such number by itself.
            QTest::newRow(qPrintable(QString("PIX-04 %1").arg(name))) << m_files.add(QStringLiteral(R"PY(
from pydicom.dataelem import RawDataElement
ds = image(modality='CT'); ds.ImageType = ['ORIGINAL', 'PRIMARY', 'AXIAL']
for tag, text in ((0x00281053, b'%1'), (0x00281052, b'%2')):
    if text: ds[tag] = RawDataElement(pydicom.tag.Tag(tag), 'DS', len(text) + len(text) % 2, text + b' ' * (len(text) % 2), 0, False, True)
)PY").arg(slope, intercept)) << value << QString(unit);
        };
        row("both", "2", "-5", 15, "HU");
        row("slope alone", "2", "", 20, "HU");
        row("intercept alone", "", "-5", 5, "HU");
        row("a slope of nought", "0", "-5", 10, "");
        row("a comma", "1,5", "-5", 10, "");
        row("no number", "2", "x", 10, "");
        row("a negative slope", "-1", "0", -10, "HU");
    }
    void PIX_04_aMistakenRescaleIsNone()
    {
        QFETCH(QString, file);
        QFETCH(double, value);
        QFETCH(QString, unit);
        const auto dataset = Dataset::read(m_files.path(file));
        QVERIFY(dataset);
        const ModalityTransform transform = ModalityTransform::of(*dataset);
        QCOMPARE(transform.apply(10), value);
        QCOMPARE(transform.unit, unit);
    }
};

QTEST_GUILESS_MAIN(TestPixelDescription)
#include "tst_pixel_description.moc"
