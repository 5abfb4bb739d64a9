#include "netclient/dicom/uid.h"
#include "tests/support/test_data.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/decode/pixel_source.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
namespace tag = dicom::tag;

namespace
{

/// pydicom's pixels of first and last frame as little-endian int32 (grey and palette: stored values after mask and sign; colour: RGB).
/// A row a file: path, frames, samples, "exact" or the tolerance, the file with the values of the first and the last frame.
const char* const expectedPixels = R"(
import sys, os, numpy, pydicom, warnings
from pydicom.pixel_data_handlers.util import convert_color_space, apply_color_lut
warnings.simplefilter('ignore')
lossless = {'1.2.840.10008.1.2.5', '1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.90'}
def one(p, to):
    try:
        if 'libdicom/generated' in p or 'embedded-sequence' in p: return  # made without real streams
        ds = pydicom.dcmread(p)
        if ds.file_meta.TransferSyntaxUID == '1.2.840.10008.1.2.2' and ds.BitsAllocated == 8 and ds['PixelData'].VR == 'OW':
            ds.PixelData = numpy.frombuffer(ds.PixelData, '>u2').astype('<u2').tobytes()  # PS3.5 7.3; pydicom 2 forgets it
        signed = ds.get('PixelRepresentation', 0)  # pydicom changes it while it decodes JPEG 2000
        if p.endswith('MR1_JLSL'):  # CharLS 2.4 under pydicom stumbles over its stray byte: DCMTK decodes it
            os.system('dcmdjpls "%s" "%s.dcm"' % (p, to)); ds = pydicom.dcmread(to + '.dcm')
        a = ds.pixel_array
    except Exception:
        return
    ts = ds.file_meta.TransferSyntaxUID
    frames, samples, pi = int(ds.get('NumberOfFrames', 1) or 1), ds.SamplesPerPixel, ds.PhotometricInterpretation
    if ds.BitsAllocated == 64 or 'PixelData' not in ds: return
    if samples == 3 and ds.BitsAllocated > 8: return
    if not ts.is_compressed or ts in lossless: tol = 'exact'
    elif ts in ('1.2.840.10008.1.2.4.81', '1.2.840.10008.1.2.4.91') : tol = '1'
    else: tol = '3'
    native = not ts.is_compressed or ts == '1.2.840.10008.1.2.5'
    if samples == 3:
        if ts.is_compressed and ts not in lossless: return
        if pi in ('YBR_FULL', 'YBR_FULL_422') and native: a, tol = convert_color_space(a, 'YBR_FULL', 'RGB'), '1'
        elif pi not in ('RGB', 'YBR_RCT'): return
    if frames == 1: a = a[None]
    a = a[[0, -1]].astype(numpy.int64)
    if samples == 1:
        bs = ds.BitsStored; lo = (ds.HighBit + 1 - bs) if native else 0
        a = (a >> lo) & ((1 << bs) - 1)
        if signed: a = numpy.where(a >= 1 << (bs - 1), a - (1 << bs), a)
        if pi == 'PALETTE COLOR':
            rgb = apply_color_lut(a.astype(numpy.uint16 if bs > 8 else numpy.uint8), ds)
            wide = ds.RedPaletteColorLookupTableDescriptor[2] == 16 and rgb.max() > 255
            a = (rgb >> 8 if wide else rgb).astype(numpy.int64); samples = 3
    a.astype('<i8').tofile(to)
    print(p, frames, samples, tol, to, sep='\t', flush=True)
n = 0
for d, _, fs in sorted(os.walk(sys.argv[1])):
    for f in sorted(fs):
        n += 1
        child = os.fork()  # GDCM under pydicom crashes on one of them
        if child == 0:
            one(os.path.join(d, f), os.path.join(sys.argv[2], 'expected%d' % n)); os._exit(0)
        os.waitpid(child, 0)
)";

std::vector<qint64> samplesOf(const Frame& frame)
{
    std::vector<qint64> values;
    if (frame.type == SampleType::Rgb8) {
        for (const quint8 v : frame.as<quint8>())
            values.push_back(v);
        return values;
    }
    for (int row = 0; row < frame.rows; ++row)
        for (int column = 0; column < frame.columns; ++column)
            values.push_back(qint64(frame.storedAt(column, row)));
    return values;
}

/// A grey image of `words` cells; what else is in it is up to the test.
Dataset greyImage(int rows, int columns, int allocated, int stored, int highBit, bool isSigned)
{
    Dataset dataset;
    (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.7");
    (void)dataset.setText(tag::SOPInstanceUID, dicom::newUid());
    (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
    dataset.setNumber(tag::SamplesPerPixel, 1);
    dataset.setNumber(tag::Rows, rows);
    dataset.setNumber(tag::Columns, columns);
    dataset.setNumber(tag::BitsAllocated, allocated);
    dataset.setNumber(tag::BitsStored, stored);
    dataset.setNumber(tag::HighBit, highBit);
    dataset.setNumber(tag::PixelRepresentation, isSigned);
    return dataset;
}

QByteArray wordBytes(std::initializer_list<int> words)
{
    QByteArray bytes;
    for (const int word : words)
        bytes.append(char(word & 0xFF)).append(char(word >> 8 & 0xFF));
    return bytes;
}

} // namespace

class TestDecode : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    QString written(const Dataset& dataset, const char* syntax = "1.2.840.10008.1.2.1")
    {
        static int n = 0;
        const QString path = m_folder.filePath(QString::number(n++) + ".dcm");
        const auto done = dataset.write(path, QString::fromLatin1(syntax));
        return done ? path : QString();
    }

private Q_SLOTS:
    void pixelsAreThoseOfAnIndependentDecoder_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("samples");
        QTest::addColumn<QString>("tolerance");
        QTest::addColumn<QString>("expected");
        const QString folder = test::dataFile("pixels");
        if (folder.isEmpty())
            return;
        const auto ran = test::python(expectedPixels, {folder, m_folder.path()});
        QVERIFY2(ran.code == 0, ran.err.constData());
        for (const QByteArray& line : ran.out.split('\n')) {
            const auto parts = QString::fromUtf8(line).split('\t');
            if (parts.size() == 5)
                QTest::newRow(qPrintable("PIX-18 PIX-13 " + parts[0].mid(folder.size() + 1)))
                    << parts[0] << parts[1].toInt() << parts[2].toInt() << parts[3] << parts[4];
        }
    }
    void pixelsAreThoseOfAnIndependentDecoder()
    {
        const QString folder = test::dataFile("pixels");
        NEEDS_TEST_DATA(folder);
        QFETCH(QString, path);
        QFETCH(int, frames);
        QFETCH(int, samples);
        QFETCH(QString, tolerance);
        QFETCH(QString, expected);
        const auto source = PixelSource::open(path);
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        QCOMPARE(source->description().frames, frames);
        QFile file(expected);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        const auto* wanted = reinterpret_cast<const qint64*>(bytes.constData());
        const size_t count = size_t(bytes.size()) / 16;
        const int allowed = tolerance == "exact" ? 0 : tolerance.toInt();
        for (int which = 0; which < 2; ++which) {
            const auto frame = source->frame(which ? frames - 1 : 0);
            QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
            QCOMPARE(frame->type == SampleType::Rgb8 ? 3 : 1, samples);
            const auto values = samplesOf(*frame);
            QCOMPARE(values.size(), count);
            size_t wrong = 0;
            qint64 worst = 0;
            for (size_t i = 0; i < count; ++i) {
                const qint64 off = std::abs(values[i] - wanted[which * count + i]);
                wrong += off > allowed;
                worst = std::max(worst, off);
            }
            QVERIFY2(wrong == 0, qPrintable(QString("%1 of %2 samples differ, at most by %3").arg(wrong).arg(count).arg(worst)));
        }
    }

    /// The same CT in every lossless syntax must be the same CT.
    void oneImageInEverySyntax()
    {
        const QString reference = test::dataFile("pixels/ct_all_syntaxes/CTImage.dcm");
        NEEDS_TEST_DATA(reference);
        const auto expected = PixelSource::open(reference)->frame(0);
        QVERIFY(expected);
        int compared = 0;
        for (const char* syntax : {"BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2", "DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99",
                                   "JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90", "JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80",
                                   "JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70", "JPEGProcess14TransferSyntax_1.2.840.10008.1.2.4.57",
                                   "LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1", "RLELosslessTransferSyntax_1.2.840.10008.1.2.5"}) {
            const QString path = reference + "_" + syntax + ".dcm";
            const auto source = PixelSource::open(path);
            QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
            const auto frame = source->frame(0);
            QVERIFY2(frame, frame ? "" : qPrintable(QString(syntax) + message(frame.error())));
            QVERIFY2(frame->pixels == expected->pixels, syntax);
            ++compared;
        }
        QCOMPARE(compared, 8);
    }

    void htj2kIsDecoded()
    {
        const QString path = test::dataFile("pixels/ohif_dx_htj2k/DX_Thorax_kl__703.1/1.3.46.670589.30.1.3.1.1625260923.1632320560625.2.dcm");
        NEEDS_TEST_DATA(path);
        const auto source = PixelSource::open(path);
        QVERIFY(source);
        const auto frame = source->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        const auto values = samplesOf(*frame);
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        QVERIFY(*low >= 0 && *high < 4096 && *high - *low > 1000);
    }

    /// PS3.5 8.1.1: expected values by hand.
    void bitsAboveHighBitAreNoValue_data()
    {
        QTest::addColumn<int>("stored");
        QTest::addColumn<int>("highBit");
        QTest::addColumn<bool>("isSigned");
        QTest::addColumn<int>("cell");
        QTest::addColumn<int>("value");
        QTest::newRow("PIX-01 12 of 16, overlay bit above") << 12 << 11 << false << 0x8FFF << 0x0FFF;
        QTest::newRow("PIX-01 signed 12 of 16, -1") << 12 << 11 << true << 0x0FFF << -1;
        QTest::newRow("PIX-01 signed 12 of 16, lowest") << 12 << 11 << true << 0x7800 << -2048;
        QTest::newRow("PIX-01 high bit 15 of 12 stored") << 12 << 15 << false << 0xABCD << 0x0ABC;
        QTest::newRow("PIX-01 signed, high bit 15 of 12 stored") << 12 << 15 << true << 0xFFFF << -1;
        QTest::newRow("PIX-01 high bit 13") << 12 << 13 << false << 0xFFFF << 0x0FFF;
    }
    void bitsAboveHighBitAreNoValue()
    {
        QFETCH(int, stored);
        QFETCH(int, highBit);
        QFETCH(bool, isSigned);
        QFETCH(int, cell);
        Dataset dataset = greyImage(1, 2, 16, stored, highBit, isSigned);
        dataset.setBytes(tag::PixelData, wordBytes({cell, 0}));
        const auto frame = PixelSource::open(written(dataset))->frame(0);
        QVERIFY(frame);
        QTEST(int(frame->storedAt(0, 0)), "value");
        QCOMPARE(int(frame->storedAt(1, 0)), 0);
    }

    /// Encoders that code the whole cell leave the value where it lay; DCMTK's do.
    void cellsInsideStreams_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<bool>("isSigned");
        for (const char* program : {"dcmcjpeg +e1", "dcmcjpls +pr", "dcmcjpls +pc", "dcmcrle"})
            for (const bool isSigned : {false, true})
                if (!isSigned || QLatin1String(program) != QLatin1String("dcmcjpls +pc")) // which stops on an assertion of its own
                    QTest::newRow(qPrintable(QStringLiteral("PIX-01 %1 %2").arg(QLatin1String(program)).arg(isSigned))) << QString(program) << isSigned;
    }
    void cellsInsideStreams()
    {
        QFETCH(QString, program);
        QFETCH(bool, isSigned);
        Dataset dataset = greyImage(1, 4, 16, 12, 15, isSigned);
        (void)dataset.setText(tag::StudyInstanceUID, dicom::newUid());
        dataset.setBytes(tag::PixelData, wordBytes({0x7FF0, 0xABC0, 0xFFF0, 0x0010}));
        const QString path = written(dataset);
        QStringList call = program.split(' ');
        const QString name = call.takeFirst();
        if (const auto ran = test::run(name, call + QStringList{path, path + "c"}); ran.code != 0)
            QSKIP(qPrintable(program + ": " + ran.err));
        const auto frame = PixelSource::open(path + "c")->frame(0);
        QVERIFY2(frame, frame ? "" : qPrintable(message(frame.error())));
        QCOMPARE(samplesOf(*frame), isSigned ? (std::vector<qint64>{2047, -1348, -1, 1}) : (std::vector<qint64>{2047, 2748, 4095, 1}));
    }

    /// PS3.5 6.2 of DS: a value that is none is no scale, and numbers that were not scaled have no unit.
    void aRescaleThatCannotBeReadScalesNothing_data()
    {
        QTest::addColumn<QString>("slope");
        QTest::addColumn<QString>("intercept");
        QTest::addColumn<double>("value"); // of 100
        QTest::addColumn<QString>("unit");
        QTest::newRow("PIX-03 plain") << "2" << "-1024" << -824.0 << "HU";
        QTest::newRow("PIX-03 exponents and spaces") << " 2E0 " << " -1.024e+3" << -824.0 << "HU";
        QTest::newRow("PIX-03 a comma") << "1,5" << "-1024" << 100.0 << "";
        QTest::newRow("PIX-03 no number") << "1" << "inf" << 100.0 << "";
        QTest::newRow("PIX-03 a slope of nothing") << "0" << "-1024" << 100.0 << "";
        QTest::newRow("PIX-03 empty") << "" << "-1024" << -924.0 << "HU";
    }
    void aRescaleThatCannotBeReadScalesNothing()
    {
        QFETCH(QString, slope);
        QFETCH(QString, intercept);
        Dataset dataset = greyImage(1, 1, 16, 16, 15, false);
        (void)dataset.setText(tag::Modality, "CT");
        (void)dataset.setText(tag::ImageType, "ORIGINAL\\PRIMARY\\AXIAL");
        (void)dataset.setText(tag::RescaleSlope, slope);
        (void)dataset.setText(tag::RescaleIntercept, intercept);
        const auto transform = ModalityTransform::of(dataset);
        QTEST(transform.apply(100), "value");
        QTEST(transform.unit, "unit");
    }

    /// PIX-02: three columns, two frames: the second frame begins inside a byte.
    void oneBitFramesNeedNotEndOnBytes()
    {
        Dataset dataset = greyImage(2, 3, 1, 1, 0, false);
        dataset.setNumber(tag::NumberOfFrames, 2);
        dataset.setBytes(tag::PixelData, QByteArray("\x2D\x0A", 2)); // bits from the lowest: 101101 00 | 0101 …
        const auto source = PixelSource::open(written(dataset));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        QCOMPARE(samplesOf(*source->frame(0)), (std::vector<qint64>{1, 0, 1, 1, 0, 1}));
        QCOMPARE(samplesOf(*source->frame(1)), (std::vector<qint64>{0, 0, 0, 1, 0, 1}));
    }

    void modalityLutComesBeforeRescale()
    {
        Dataset dataset = greyImage(1, 1, 16, 16, 15, false);
        dataset.setNumber(tag::RescaleSlope, 2);
        dataset.setNumber(tag::RescaleIntercept, -1000);
        QCOMPARE(ModalityTransform::of(dataset).apply(7), -986.0);
        Dataset lut = dataset.addItem(tag::ModalityLUTSequence);
        lut.setNumbers(tag::LUTDescriptor, {3, 5, 16});
        lut.setBytes(tag::LUTData, wordBytes({100, 200, 4000}));
        (void)lut.setText(tag::ModalityLUTType, "OD");
        const auto transform = ModalityTransform::of(dataset);
        QCOMPARE(transform.apply(6), 200.0);  // PIX-03
        QCOMPARE(transform.apply(0), 100.0);  // below the first: the first
        QCOMPARE(transform.apply(99), 4000.0);
        QCOMPARE(transform.unit, "OD");
    }

    /// PS3.3 C.11.1.1: the first value mapped is signed where the pixels are, also where it is written as unsigned.
    void modalityLutMayBeginBelowZero()
    {
        for (const int first : {-2, 65534}) {
            Dataset dataset = greyImage(1, 1, 16, 16, 15, true);
            Dataset lut = dataset.addItem(tag::ModalityLUTSequence);
            lut.setNumbers(tag::LUTDescriptor, {4, double(first), 16});
            lut.setBytes(tag::LUTData, wordBytes({100, 200, 300, 400}));
            const auto transform = ModalityTransform::of(dataset);
            QCOMPARE(transform.apply(-2), 100.0); // PIX-03
            QCOMPARE(transform.apply(-1), 200.0);
            QCOMPARE(transform.apply(1), 400.0);
            QCOMPARE(transform.apply(-99), 100.0);
        }
    }

    void hounsfieldOnlyWhereItIs_data()
    {
        QTest::addColumn<QString>("modality");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("rescaleType");
        QTest::addColumn<QString>("unit");
        QTest::newRow("MEA-07 CT") << "CT" << "ORIGINAL\\PRIMARY\\AXIAL" << "" << "HU";
        QTest::newRow("MEA-07 localizer") << "CT" << "ORIGINAL\\PRIMARY\\LOCALIZER" << "HU" << "";
        QTest::newRow("MEA-07 derived, says nothing") << "CT" << "DERIVED\\SECONDARY\\OTHER" << "" << "";
        QTest::newRow("MEA-07 unspecified") << "CT" << "DERIVED\\SECONDARY\\OTHER" << "US" << "";
        QTest::newRow("MEA-07 MR") << "MR" << "ORIGINAL\\PRIMARY\\M" << "" << "";
        QTest::newRow("MEA-07 dual energy") << "CT" << "DERIVED\\PRIMARY\\AXIAL" << "MGML" << "MGML";
    }
    void hounsfieldOnlyWhereItIs()
    {
        QFETCH(QString, modality);
        QFETCH(QString, type);
        QFETCH(QString, rescaleType);
        Dataset dataset;
        (void)dataset.setText(tag::Modality, modality);
        (void)dataset.setText(tag::ImageType, type);
        dataset.setNumber(tag::RescaleSlope, 1);
        dataset.setNumber(tag::RescaleIntercept, -1024);
        if (!rescaleType.isEmpty())
            (void)dataset.setText(tag::RescaleType, rescaleType);
        QTEST(ModalityTransform::of(dataset).unit, "unit");
    }

    void numbersThatContradictAreRefused_data()
    {
        QTest::addColumn<QList<int>>("numbers"); // rows, columns, frames, allocated, stored, high bit
        QTest::addColumn<int>("fault");
        QTest::newRow("FIL-04 overflow") << QList<int>{65535, 65535, 2147483647, 16, 16, 15} << int(Fault::Unsupported);
        QTest::newRow("FIL-04 many frames of nothing") << QList<int>{512, 512, 2147483647, 16, 16, 15} << int(Fault::Damaged);
        QTest::newRow("FIL-05 short pixel data") << QList<int>{512, 512, 1, 16, 16, 15} << int(Fault::Damaged);
        QTest::newRow("FIL-06 one bit in 52") << QList<int>{2, 2, 1, 52, 1, 0} << int(Fault::Damaged);
        QTest::newRow("FIL-07 high bit beyond") << QList<int>{2, 2, 1, 16, 12, 16} << int(Fault::Damaged);
        QTest::newRow("more stored than allocated") << QList<int>{2, 2, 1, 8, 12, 11} << int(Fault::Damaged);
        QTest::newRow("no rows") << QList<int>{0, 2, 1, 8, 8, 7} << int(Fault::Damaged);
    }
    void numbersThatContradictAreRefused()
    {
        QFETCH(QList<int>, numbers);
        QFETCH(int, fault);
        Dataset dataset = greyImage(numbers[0], numbers[1], numbers[3], numbers[4], numbers[5], false);
        dataset.setNumber(tag::NumberOfFrames, numbers[2]);
        dataset.setBytes(tag::PixelData, QByteArray(16, '\1'));
        const auto source = PixelSource::open(written(dataset));
        const auto frame = source ? source->frame(numbers[2] - 1) : std::unexpected(source.error());
        QVERIFY(!frame);
        const Error error = frame.error();
        QCOMPARE(int(error.fault), fault);
        QVERIFY(!error.detail.isEmpty());
    }

    /// PIX-09: the formulas of PS3.3 C.7.6.3.1.2 by hand: pure red is Y 76, Cb 85, Cr 255.
    void colourCodings_data()
    {
        QTest::addColumn<QString>("photometric");
        QTest::addColumn<int>("planar");
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("PIX-09 RGB by pixel") << "RGB" << 0 << QByteArray::fromHex("fe0000fe0000");
        QTest::newRow("PIX-09 RGB by plane") << "RGB" << 1 << QByteArray::fromHex("fefe00000000");
        QTest::newRow("PIX-09 YBR_FULL by pixel") << "YBR_FULL" << 0 << QByteArray::fromHex("4c55ff4c55ff");
        QTest::newRow("PIX-09 YBR_FULL by plane") << "YBR_FULL" << 1 << QByteArray::fromHex("4c4c5555ffff");
        QTest::newRow("PIX-09 YBR_FULL_422") << "YBR_FULL_422" << 0 << QByteArray::fromHex("4c4c55ff");
    }
    void colourCodings()
    {
        QFETCH(QString, photometric);
        QFETCH(int, planar);
        QFETCH(QByteArray, bytes);
        Dataset dataset = greyImage(1, 2, 8, 8, 7, false);
        (void)dataset.setText(tag::PhotometricInterpretation, photometric);
        dataset.setNumber(tag::SamplesPerPixel, 3);
        dataset.setNumber(tag::PlanarConfiguration, planar);
        dataset.setBytes(tag::PixelData, bytes);
        const auto frame = PixelSource::open(written(dataset))->frame(0);
        QVERIFY(frame);
        for (int pixel = 0; pixel < 2; ++pixel) {
            QVERIFY(frame->as<quint8>()[size_t(pixel * 3)] >= 253);
            QVERIFY(frame->as<quint8>()[size_t(pixel * 3 + 1)] <= 1);
            QVERIFY(frame->as<quint8>()[size_t(pixel * 3 + 2)] <= 1);
        }
    }

    /// PIX-10: PS3.3 C.7.9.2: discrete (2 entries), linear to 0xFF00 over 2.
    void segmentedPalette()
    {
        Dataset dataset = greyImage(1, 4, 8, 8, 7, false);
        (void)dataset.setText(tag::PhotometricInterpretation, "PALETTE COLOR");
        for (const auto descriptor : {tag::RedPaletteColorLookupTableDescriptor, tag::GreenPaletteColorLookupTableDescriptor,
                                      tag::BluePaletteColorLookupTableDescriptor})
            dataset.setNumbers(descriptor, {4, 0, 16});
        for (const auto data : {tag::SegmentedRedPaletteColorLookupTableData, tag::SegmentedGreenPaletteColorLookupTableData,
                                tag::SegmentedBluePaletteColorLookupTableData})
            dataset.setBytes(data, wordBytes({0, 2, 0x1000, 0x2000, 1, 2, 0xFF00}));
        dataset.setBytes(tag::PixelData, QByteArray("\0\1\2\xFF", 4)); // FIL-08: the last index is beyond the palette
        const auto source = PixelSource::open(written(dataset));
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        QCOMPARE(samplesOf(*source->frame(0)),
                 (std::vector<qint64>{0x10, 0x10, 0x10, 0x20, 0x20, 0x20, 0x8F, 0x8F, 0x8F, 0xFF, 0xFF, 0xFF}));
    }

    /// PS3.3 C.7.9.2.3: an indirect segment repeats earlier ones; its offset is in bytes.
    void PIX_10_segmentsThatReferBack_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<QByteArray>("segments");
        QTest::addColumn<QByteArray>("shown"); // of the first six indices; empty: refused
        QTest::newRow("of 16 bits") << 16 << wordBytes({0, 2, 0x1000, 0x2000, 0, 1, 0x3000, 2, 1, 8, 0, 2, 1, 0, 0}) << QByteArray("\x10\x20\x30\x30\x10\x20");
        QTest::newRow("two at once") << 16 << wordBytes({0, 2, 0x1000, 0x2000, 0, 1, 0x3000, 2, 2, 0, 0}) << QByteArray("\x10\x20\x30\x10\x20\x30");
        QTest::newRow("of 8 bits") << 8 << QByteArray::fromHex("00021020" "000130" "020104000000" "020100000000" "00") << QByteArray("\x10\x20\x30\x30\x10\x20");
        QTest::newRow("to one that refers back") << 16 << wordBytes({0, 1, 0x1000, 2, 1, 0, 0, 2, 1, 6, 0}) << QByteArray();
        QTest::newRow("beyond the end") << 16 << wordBytes({0, 1, 0x1000, 2, 1, 100, 0}) << QByteArray();
        QTest::newRow("of no kind") << 16 << wordBytes({0, 2, 0x1000, 0x2000, 3, 1, 0, 0}) << QByteArray();
    }
    void PIX_10_segmentsThatReferBack()
    {
        QFETCH(int, bits);
        QFETCH(QByteArray, segments);
        QFETCH(QByteArray, shown);
        Dataset dataset = greyImage(1, 6, 8, 8, 7, false);
        (void)dataset.setText(tag::PhotometricInterpretation, "PALETTE COLOR");
        for (const auto descriptor : {tag::RedPaletteColorLookupTableDescriptor, tag::GreenPaletteColorLookupTableDescriptor,
                                      tag::BluePaletteColorLookupTableDescriptor})
            dataset.setNumbers(descriptor, {6, 0, double(bits)});
        for (const auto data : {tag::SegmentedRedPaletteColorLookupTableData, tag::SegmentedGreenPaletteColorLookupTableData,
                                tag::SegmentedBluePaletteColorLookupTableData})
            dataset.setBytes(data, segments);
        dataset.setBytes(tag::PixelData, QByteArray("\0\1\2\3\4\5", 6));
        const auto source = PixelSource::open(written(dataset));
        if (shown.isEmpty()) {
            QVERIFY(!source || !(*source).frame(0));
            return;
        }
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        std::vector<qint64> expected;
        for (const char value : shown)
            expected.insert(expected.end(), 3, quint8(value));
        QCOMPARE(samplesOf(*source->frame(0)), expected);
    }

    void paddingIsReadAsStored()
    {
        Dataset dataset = greyImage(1, 1, 16, 16, 15, true);
        dataset.setBytes(tag::PixelData, wordBytes({0}));
        dataset.setNumber(tag::PixelPaddingValue, 63536); // written as US, means -2000
        const auto description = PixelDescription::of(dataset);
        QVERIFY(description && description->padding);
        QCOMPARE(description->padding->low, -2000.0);
        QVERIFY(description->padding->contains(-2000) && !description->padding->contains(-1999));
    }

    /// FIL-19: the worker is killed while it decodes; that frame is lost, the next one comes.
    void aKilledDecoderCostsOneFrame()
    {
        DecoderPool pool(1);
        DecodeRequest request;
        request.codec = DecodeRequest::Codec::TestHang;
        request.rows = request.columns = 1;
        std::vector<std::byte> out(1);
        Result<DecodedInfo> lost = DecodedInfo{};
        std::thread caller([&] { lost = pool.decode(request, std::span<const std::byte>(), out); });
        QTRY_COMPARE(pool.workers().size(), 1u);
        QCOMPARE(kill(pool.workers().front(), SIGKILL), 0);
        caller.join();
        QVERIFY(!lost);
        QCOMPARE(lost.error().fault, Fault::Damaged);

        QByteArray rle(64, '\0'); // one segment: the literal byte 42
        rle[0] = 1;
        rle[4] = 64;
        rle += QByteArray("\0*", 2);
        request.codec = DecodeRequest::Codec::Rle;
        const auto bytes = std::as_bytes(std::span(rle.constData(), size_t(rle.size())));
        const auto next = pool.decode(request, bytes, out);
        QVERIFY2(next, next ? "" : qPrintable(message(next.error())));
        QCOMPARE(int(out[0]), 42);

#ifndef DIASCOPE_SANITIZED // the sanitizers reserve terabytes of address space
        // FIL-04: what the worker may take is bounded by what it works on, with 2 GiB for the codecs' own needs.
        rlimit limit{};
        QCOMPARE(prlimit(pool.workers().front(), RLIMIT_AS, nullptr, &limit), 0);
        QVERIFY2(limit.rlim_cur >= rlim_t(2) << 30 && limit.rlim_cur <= rlim_t(4) << 30, QByteArray::number(qulonglong(limit.rlim_cur)).constData());
#endif

        // Killed while idle it costs nothing.
        QFile state(QString("/proc/%1/stat").arg(pool.workers().front()));
        QCOMPARE(kill(pool.workers().front(), SIGKILL), 0);
        QTRY_VERIFY(state.open(QIODevice::ReadOnly) && [&] {
            const bool isDead = state.readAll().contains(") Z ");
            state.close();
            return isDead;
        }());
        out[0] = {};
        QVERIFY(pool.decode(request, bytes, out));
        QCOMPARE(int(out[0]), 42);

        request.codec = DecodeRequest::Codec::TestCrash;
        QCOMPARE(pool.decode(request, std::span<const std::byte>(), out).error().fault, Fault::Damaged);
        request.codec = DecodeRequest::Codec::TestHang;
        pool.setTimeLimit(std::chrono::milliseconds(50));
        QCOMPARE(pool.decode(request, std::span<const std::byte>(), out).error().fault, Fault::TimedOut);
        pool.setTimeLimit(std::chrono::seconds(10));
        request.codec = DecodeRequest::Codec::Rle;
        QVERIFY(pool.decode(request, bytes, out));
    }

    /// A decoder that ends leaves no process, no descriptor and no memory behind.
    void FIL_19_whatADecoderTookIsGivenBack()
    {
        const auto taken = [] {
            const QByteArray maps = test::bytesOf("/proc/self/maps");
            qsizetype children = 0; // those that nobody has waited for too
            for (const QString& thread : QDir("/proc/self/task").entryList(QDir::Dirs | QDir::NoDotAndDotDot))
                children += test::bytesOf("/proc/self/task/" + thread + "/children").count(' ');
            return QStringLiteral("%1 descriptors, %2 shared, %3 children").arg(QDir("/proc/self/fd").entryList(QDir::System | QDir::Files).size()).arg(maps.count("memfd:")).arg(children);
        };
        const auto crash = [] {
            DecoderPool pool(1);
            DecodeRequest request;
            request.codec = DecodeRequest::Codec::TestCrash;
            request.rows = request.columns = 1;
            std::vector<std::byte> out(1);
            for (int i = 0; i < 3; ++i)
                QCOMPARE(pool.decode(request, std::span<const std::byte>(), out).error().fault, Fault::Damaged);
        };
        crash(); // what is opened once for all
        const QString before = taken();
        crash();
        QCOMPARE(taken(), before);
    }

    /// What a hijacked decoder would try is refused or ends it; the next frame comes all the same.
    void aDecoderIsConfined_data()
    {
        using Codec = DecodeRequest::Codec;
        QTest::addColumn<int>("codec");
        QTest::newRow("opens a file") << int(Codec::TestOpenFile);
        QTest::newRow("opens a socket") << int(Codec::TestOpenSocket);
        QTest::newRow("runs a program") << int(Codec::TestRunProgram);
        QTest::newRow("forks") << int(Codec::TestFork);
        QTest::newRow("signals others") << int(Codec::TestSignalOthers);
        QTest::newRow("makes executable memory") << int(Codec::TestExecutableMemory);
        QTest::newRow("FIL-19 takes all memory") << int(Codec::TestTakeMemory);
    }
    void aDecoderIsConfined()
    {
        QFETCH(int, codec);
        DecoderPool pool(1);
        pool.setTimeLimit(std::chrono::minutes(1)); // two gigabytes take their time on a busy machine
        const auto confined = pool.isConfined();
        QVERIFY(confined);
        QVERIFY2(*confined, "this system cannot confine a decoder: it has no seccomp");
#ifdef DIASCOPE_SANITIZED
        if (codec == int(DecodeRequest::Codec::TestTakeMemory))
            QSKIP("sanitizers reserve terabytes: there is no memory limit");
#endif
        DecodeRequest request;
        request.codec = DecodeRequest::Codec(codec);
        std::vector<std::byte> out(1);
        const auto tried = pool.decode(request, std::span<const std::byte>(), out);
        QVERIFY(!tried);
        QCOMPARE(tried.error().fault, Fault::Damaged);
        QVERIFY(*pool.isConfined()); // a worker is there again
    }

    /// PIX-02: Pixel Representation 1 says nothing of single bits.
    void aSingleBitHasNoSign()
    {
        Dataset dataset = greyImage(3, 5, 1, 1, 0, true);
        dataset.setBytes(tag::PixelData, QByteArray::fromHex("b56a"));
        const auto source = PixelSource::open(written(dataset));
        QVERIFY(source);
        const auto frame = source->frame(0);
        QVERIFY(frame);
        QCOMPARE(samplesOf(*frame), (std::vector<qint64>{1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1}));
    }

    /// A worker is handed its socket and its memory, nothing else of ours.
    void aDecoderInheritsNothing()
    {
        qputenv("DIASCOPE_TEST_SECRET", "1");
        const int leaky = open("/dev/null", O_RDONLY); // as other libraries open files: without O_CLOEXEC
        QVERIFY(leaky >= 0);
        DecoderPool pool(1);
        DecodeRequest request;
        request.codec = DecodeRequest::Codec::TestInherited;
        const auto looked = pool.decode(request, std::span<const std::byte>(), {});
        close(leaky);
        qunsetenv("DIASCOPE_TEST_SECRET");
        QVERIFY2(looked, looked ? "" : qPrintable(looked.error().detail));
    }

    /// FIL-10, FIL-12: every compressed file cut short is an error, not half a picture.
    void truncatedStreams()
    {
        const QString folder = test::dataFile("pixels/ct_all_syntaxes");
        NEEDS_TEST_DATA(folder);
        int refused = 0;
        for (const QFileInfo& info : QDir(folder).entryInfoList({"CTImage*1.2.840.10008.1.2.4.*.dcm", "CTImage*2.5.dcm"})) {
            const auto source = PixelSource::open(info.filePath());
            QVERIFY(source && !source->layout()->pieces.empty());
            const auto& pixels = source->description();
            const auto piece = source->layout()->pieces.front();
            QFile file(info.filePath());
            QVERIFY(file.open(QIODevice::ReadOnly) && file.seek(piece.offset));
            const QByteArray stream = file.read(piece.length);
            DecodeRequest request;
            request.codec = pixels.syntax.codec == dicom::TransferSyntax::Codec::Rle ? DecodeRequest::Codec::Rle : DecodeRequest::Codec::Jpeg;
            request.rows = uint32_t(pixels.rows);
            request.columns = uint32_t(pixels.columns);
            request.bitsAllocated = uint32_t(pixels.bitsAllocated);
            request.bitsStored = uint32_t(pixels.bitsStored);
            std::vector<std::byte> out(size_t(pixels.framePixels() * pixels.bitsAllocated / 8));
            for (const qsizetype length : {qsizetype(0), qsizetype(1), qsizetype(2), stream.size() / 50, stream.size() / 2}) {
                const auto bytes = std::as_bytes(std::span(stream.constData(), size_t(length)));
                const auto decoded = DecoderPool::instance().decode(request, bytes, out);
                if (!decoded)
                    ++refused;
                else
                    qInfo("%s: %lld of %lld bytes give a picture", qPrintable(pixels.syntax.name), qlonglong(length), qlonglong(stream.size()));
            }
        }
        QVERIFY(refused > 40);
    }

    void videoNamesItsSyntax()
    {
        Dataset dataset = greyImage(16, 16, 8, 8, 7, false);
        dataset.setBytes(tag::PixelData, QByteArray(256, '\0'));
        const QString path = written(dataset);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QByteArray bytes = file.readAll();
        // Encapsulated as H.264: the same header length with another UID, and the value as one fragment.
        bytes.replace(QByteArray("1.2.840.10008.1.2.1\0", 20), QByteArray("1.2.840.10008.1.2.4.102\0", 24));
        const int uid = int(bytes.indexOf("1.2.840.10008.1.2.4.102"));
        bytes[uid - 2] = 24;
        const int group = int(bytes.indexOf(QByteArray::fromHex("020000005554"))); // absent: group length is UL
        Q_UNUSED(group)
        bytes[140] = char(bytes[140] + 4);
        const int pixels = int(bytes.lastIndexOf(QByteArray::fromHex("e07f1000")));
        bytes = bytes.left(pixels) + QByteArray::fromHex("e07f10004f420000fffffffffeff00e000000000feff00e004000000") +
                QByteArray("\0\0\0\1", 4) + QByteArray::fromHex("feffdde000000000");
        file.resize(0);
        file.seek(0);
        file.write(bytes);
        file.close();
        const auto source = PixelSource::open(path);
        QVERIFY2(source, source ? "" : qPrintable(message(source.error())));
        const auto frame = source->frame(0);
        QVERIFY(!frame);
        QCOMPARE(frame.error().fault, Fault::Damaged); // PIX-13: four zero bytes are no video
        QVERIFY2(frame.error().detail.contains("H.264"), qPrintable(frame.error().detail));
    }

    void hostileFilesCostNothing()
    {
        const QString folder = test::dataFile("hostile");
        NEEDS_TEST_DATA(folder);
        DecoderPool::instance().setTimeLimit(std::chrono::seconds(2));
        int files = 0;
        int pictures = 0;
        QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            ++files;
            const auto source = PixelSource::open(it.next());
            if (!source) {
                QVERIFY(!source.error().detail.isEmpty());
                continue;
            }
            const auto frame = source->frame(0);
            pictures += frame.has_value();
            if (!frame)
                QVERIFY(!frame.error().detail.isEmpty());
        }
        DecoderPool::instance().setTimeLimit(std::chrono::seconds(10));
        QVERIFY(files > 100);
        qInfo("%d hostile files, %d pictures", files, pictures);
    }
};

QTEST_GUILESS_MAIN(TestDecode)
#include "tst_decode.moc"
