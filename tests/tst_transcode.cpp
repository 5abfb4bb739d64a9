// What a peer or a medium gets that takes nothing compressed: the pixels of the file, told by other decoders (DCMTK's, pydicom).
#include "app/session/media.h"
#include "tests/support/test_data.h"
#include <QTemporaryDir>
#include <QtTest>

using namespace diascope;

class TestTranscode : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void PIX_18_theSamePixelsUncompressed_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("tool");
        QTest::addColumn<bool>("isPalette");
        QTest::newRow("PIX-18 JPEG-LS, signed 16") << "pydicom_test_files/MR_small_jpeg_ls_lossless.dcm" << "dcmdjpls" << false;
        QTest::newRow("PIX-18 JPEG Lossless, 12 of 16") << "weasis_dicom_tools/org/dcm4che3/img/CT-JPEGLosslessSV1.dcm" << "dcmdjpeg" << false;
        QTest::newRow("PIX-18 RLE, RGB of two frames") << "pydicom_test_files/SC_rgb_rle_2frame.dcm" << "dcmdrle" << false;
        QTest::newRow("PIX-18 JPEG-LS, palette of ten frames") << "weasis_dicom_tools/org/dcm4che3/img/palette-multiframe-jpeg-ls.dcm" << "dcmdjpls" << true;
    }
    void PIX_18_theSamePixelsUncompressed()
    {
        QFETCH(QString, file);
        QFETCH(QString, tool);
        QFETCH(bool, isPalette);
        const QString path = test::dataFile("pixels/" + file);
        NEEDS_TEST_DATA(path);
        QTemporaryDir folder;
        const auto plain = app::decompressed(path);
        QVERIFY2(plain, plain ? "" : qPrintable(message(plain.error())));
        QVERIFY(plain->write(folder.filePath("ours"), "1.2.840.10008.1.2.1"));
        SUCCEEDS(test::run(tool, {path, folder.filePath("theirs")}));
        const auto ran = test::python(R"PY(
import sys, numpy as np, pydicom
from pydicom.pixel_data_handlers.util import apply_color_lut
ours, theirs = (pydicom.dcmread(p) for p in sys.argv[1:3])
expected = theirs.pixel_array
if sys.argv[3] == '1':
    expected = apply_color_lut(expected, theirs)
    expected = (expected >> 8).astype('u1') if expected.dtype == np.uint16 else expected
assert ours.file_meta.TransferSyntaxUID == '1.2.840.10008.1.2.1'
got = ours.pixel_array
assert got.shape == expected.shape and got.dtype == expected.dtype, (got.shape, got.dtype, expected.shape, expected.dtype)
assert (got == expected).all(), np.argwhere(got != expected)[:3]
same = ['SOPInstanceUID', 'SOPClassUID', 'StudyInstanceUID', 'PatientName', 'Rows', 'Columns', 'NumberOfFrames', 'RescaleSlope', 'WindowCenter']
same += [] if sys.argv[3] == '1' else ['BitsAllocated', 'BitsStored', 'HighBit', 'PixelRepresentation', 'PhotometricInterpretation']
for keyword in same:
    assert ours.get(keyword) == theirs.get(keyword), (keyword, ours.get(keyword), theirs.get(keyword))
assert ours.get('LossyImageCompression', '00') != '01'
)PY", {folder.filePath("ours"), folder.filePath("theirs"), isPalette ? "1" : "0"});
        QVERIFY2(ran.code == 0, ran.err.constData());
    }

    /// A palette over values of 16 bits becomes colour of 8, and the header says so throughout (PS3.3 C.7.6.3.1).
    void PIX_10_aWidePaletteBecomesColour()
    {
        QTemporaryDir folder;
        SUCCEEDS(test::python(R"PY(
import sys, numpy as np, pydicom
from pydicom.dataset import Dataset, FileMetaDataset
d = Dataset(); d.file_meta = FileMetaDataset(); d.file_meta.TransferSyntaxUID = '1.2.840.10008.1.2.1'
d.file_meta.MediaStorageSOPClassUID = d.SOPClassUID = '1.2.840.10008.5.1.4.1.1.7'
d.file_meta.MediaStorageSOPInstanceUID = d.SOPInstanceUID = '1.2.3.4'
d.is_little_endian, d.is_implicit_VR = True, False
d.SamplesPerPixel, d.PhotometricInterpretation, d.Rows, d.Columns, d.PixelRepresentation = 1, 'PALETTE COLOR', 2, 2, 0
d.BitsAllocated, d.BitsStored, d.HighBit = 16, 10, 9
for c, keyword in enumerate(('Red', 'Green', 'Blue')):
    setattr(d, keyword + 'PaletteColorLookupTableDescriptor', [1024, 0, 16])
    setattr(d, keyword + 'PaletteColorLookupTableData', (((np.arange(1024) * (c + 1)) % 256) << 8).astype('<u2').tobytes())
d.PixelData = np.array([0, 5, 300, 1023], '<u2').tobytes(); d['PixelData'].VR = 'OW'
pydicom.dcmwrite(sys.argv[1], d, write_like_original=False)
)PY", {folder.filePath("palette")}));
        const auto plain = app::decompressed(folder.filePath("palette"));
        QVERIFY2(plain, plain ? "" : qPrintable(message(plain.error())));
        QVERIFY(plain->write(folder.filePath("ours"), "1.2.840.10008.1.2.1"));
        SUCCEEDS(test::python(R"PY(
import sys, pydicom
d = pydicom.dcmread(sys.argv[1])
said = (d.SamplesPerPixel, d.PhotometricInterpretation, d.PlanarConfiguration, d.BitsAllocated, d.BitsStored, d.HighBit)
assert said == (3, 'RGB', 0, 8, 8, 7), said
assert d.pixel_array.reshape(4, 3).tolist() == [[v * (c + 1) % 256 for c in range(3)] for v in (0, 5, 300, 1023)], d.pixel_array
assert not [e for e in d if 'Palette' in e.name], d
)PY", {folder.filePath("ours")}));
    }

    /// What was lost stays said: the flag and the ratio (PS3.3 C.7.6.1.1.5), though the file left that to its transfer syntax.
    void PIX_14_whatWasLossyStaysMarked()
    {
        const QString path = test::dataFile("pixels/pydicom_test_files/SC_rgb_jpeg_dcmtk.dcm");
        NEEDS_TEST_DATA(path);
        QTemporaryDir folder;
        SUCCEEDS(test::python("import sys, pydicom\n"
                              "d = pydicom.dcmread(sys.argv[1])\n"
                              "for k in ('LossyImageCompression', 'LossyImageCompressionRatio', 'LossyImageCompressionMethod'):\n"
                              "    if k in d: del d[k]\n"
                              "d.save_as(sys.argv[2])\n",
                              {path, folder.filePath("unmarked")}));
        const auto plain = app::decompressed(folder.filePath("unmarked"));
        QVERIFY2(plain, plain ? "" : qPrintable(message(plain.error())));
        QCOMPARE(plain->text(dicom::tag::LossyImageCompression), "01");
        QVERIFY(plain->number(dicom::tag::LossyImageCompressionRatio).value_or(0) > 1);
        QCOMPARE(plain->text(dicom::tag::PhotometricInterpretation), "RGB");
    }

    void whatCannotBeReadIsNotMadeUp()
    {
        QTemporaryDir folder;
        QVERIFY(!app::decompressed(folder.filePath("nowhere")));
        const QString path = test::dataFile("pixels/pydicom_test_files/MR_small_jpeg_ls_lossless.dcm");
        NEEDS_TEST_DATA(path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QFile cut(folder.filePath("cut"));
        QVERIFY(cut.open(QIODevice::WriteOnly));
        const QByteArray bytes = file.readAll();
        cut.write(bytes.left(bytes.size() - 2000));
        cut.close();
        QVERIFY(!app::decompressed(cut.fileName()));
    }
};

QTEST_GUILESS_MAIN(TestTranscode)
#include "tst_transcode.moc"
