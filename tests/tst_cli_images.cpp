#include "app/demo/phantom.h"
#include "tests/support/phantom_files.h"
#include "tests/support/program.h"
#include <QImage>

using namespace diascope;
using test::Program;
using test::Ran;

namespace
{

/// A frame's values after the modality LUT by pydicom (uncompressed) or by GDCM's decoders, against our NumPy file.
constexpr char pixelsScript[] = R"(
import sys, numpy as np, pydicom
path, frame, ours, by = sys.argv[1], int(sys.argv[2]), np.load(sys.argv[3]), sys.argv[4]
d = pydicom.dcmread(path, force=True)
colour = int(d.SamplesPerPixel) == 3
if by == 'pydicom':
    a = d.pixel_array
else:
    import gdcm
    r = gdcm.ImageReader(); r.SetFileName(path); assert r.Read()
    image = r.GetImage()
    planar = image.GetPlanarConfiguration()
    bits = int(d.BitsAllocated)
    raw = image.GetBuffer().encode('utf-8', 'surrogateescape')
    a = np.frombuffer(raw, {8: '<u1', 16: '<i2' if int(d.PixelRepresentation) else '<u2'}[bits])
    frames, rows, columns = int(d.get('NumberOfFrames', 1) or 1), int(d.Rows), int(d.Columns)
    shape = ((frames,) if frames > 1 else ()) + ((3, rows, columns) if colour and planar else (rows, columns) + ((3,) if colour else ()))
    a = a.reshape(shape)
    if colour and planar: a = np.moveaxis(a, -3, -1)
if int(d.get('NumberOfFrames', 1) or 1) > 1: a = a[frame - 1]
if d.PhotometricInterpretation == 'PALETTE COLOR':
    from pydicom.pixel_data_handlers.util import apply_color_lut
    a = apply_color_lut(a, d)
    a = (a >> 8).astype('u1') if a.dtype.itemsize == 2 else a
    colour = True
elif d.PhotometricInterpretation.startswith('YBR_FULL') and by == 'pydicom':
    from pydicom.pixel_data_handlers.util import convert_color_space
    a = convert_color_space(a, d.PhotometricInterpretation, 'RGB')
if colour:
    expected, kind = a.astype('u1'), 'uint8'
else:
    stored = int(d.BitsStored)
    slope, intercept = float(d.get('DoseGridScaling', d.get('RescaleSlope', 1)) or 1), float(d.get('RescaleIntercept', 0) or 0)
    if stored < int(d.BitsAllocated) and not int(d.PixelRepresentation):
        a = a & ((1 << stored) - 1) # an overlay may lie in the bits above
    expected, kind = (a.astype('f8') * slope + intercept).astype('f4'), 'float32'
if str(ours.dtype) != kind: print('type', ours.dtype, 'for', kind)
elif ours.shape != expected.shape: print('shape', ours.shape, 'for', expected.shape)
elif not np.array_equal(ours, expected): print('values', int((ours != expected).sum()), 'differ, at most by', float(np.abs(ours.astype('f8') - expected).max()))
else: print('equal')
)";

/// A figure's values by numpy: kind, x1,y1,…  A closed figure holds the pixels whose centres lie in it or on its edge.
constexpr char measureScript[] = R"(
import sys, json, numpy as np, pydicom
d = pydicom.dcmread(sys.argv[1], force=True)
kind, p = sys.argv[2], np.array([float(x) for x in sys.argv[3].split(',')]).reshape(-1, 2)
row, column = [float(x) for x in d.get('PixelSpacing', [1, 1])]
calibrated = 'PixelSpacing' in d
scale = np.array([column, row])
out = {}
if kind == 'length':
    out['length'] = float(np.linalg.norm((p[1] - p[0]) * scale))
elif kind == 'angle':
    a, b = (p[0] - p[1]) * scale, (p[2] - p[1]) * scale
    out['angle'] = float(np.degrees(np.arccos(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))))
else:
    v = d.pixel_array.astype('f8') * float(d.get('RescaleSlope', 1)) + float(d.get('RescaleIntercept', 0))
    y, x = np.mgrid[0:v.shape[0], 0:v.shape[1]].astype('f8')
    low, high = p.min(0), p.max(0)
    if kind == 'rectangle':
        inside = (x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1])
        area = np.prod(high - low)
    elif kind == 'ellipse':
        c, r = (low + high) / 2, (high - low) / 2
        inside = ((x - c[0]) / r[0]) ** 2 + ((y - c[1]) / r[1]) ** 2 <= 1
        area = np.pi * r[0] * r[1]
    else:
        inside = np.zeros(v.shape, bool)
        n = len(p)
        for i in range(n):
            (x1, y1), (x2, y2) = p[i], p[(i + 1) % n]
            if y1 == y2: continue
            inside ^= ((y1 > y) != (y2 > y)) & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
        area = abs(sum(p[i][0] * p[(i + 1) % n][1] - p[(i + 1) % n][0] * p[i][1] for i in range(n))) / 2
    s = v[inside]
    out = dict(mean=s.mean(), sd=s.std(), min=s.min(), max=s.max(), count=float(s.size), area=area * (row * column if calibrated else 1))
print(json.dumps({k: float(x) for k, x in out.items()}))
)";

QMap<QString, QPair<double, QString>> valuesOf(const QJsonObject& measured)
{
    QMap<QString, QPair<double, QString>> values;
    for (const QJsonValue& value : measured["values"].toArray())
        values[value["name"].toString()] = {value["value"].toDouble(), value["unit"].toString()};
    return values;
}

} // namespace

/// Pixels, measurements and pictures of the program against pydicom, numpy and GDCM.
class TestCliImages : public QObject
{
    Q_OBJECT

    Program m_program;
    QTemporaryDir m_folder;

    /// A phantom with pixels that are not square.
    QString nonSquare(int slice = 4)
    {
        demo::Sampling sampling;
        sampling.slices = 9;
        sampling.columnSpacingMm = 0.7;
        sampling.rowSpacingMm = 1.3;
        sampling.columns = 160;
        sampling.rows = 90;
        sampling.sliceSpacingMm = 3;
        const auto paths = demo::writeCt(m_folder.filePath("nonsquare"), {}, {}, sampling);
        return paths ? paths->at(slice) : QString();
    }

private Q_SLOTS:
    void pixelsAreBitExact_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("frame");
        QTest::addColumn<QString>("by");
        const auto row = [](const char* by, const char* file, int frame = 1) {
            const QString name = QString::fromLatin1(file).section('/', -1) + (frame > 1 ? QString(" frame %1").arg(frame) : QString());
            QTest::newRow(qPrintable(QString("%1 %2").arg(QLatin1String(by), name))) << QString::fromUtf8(file) << frame << by;
        };
        // signed 16, implicit and big endian, rescaled, unsigned 12, 8 bit, RGB, many frames, PET with a broken slope
        row("pydicom", "pixels/pydicom_test_files/CT_small.dcm");
        row("pydicom", "pixels/pydicom_test_files/MR_small_implicit.dcm");
        row("pydicom", "pixels/pydicom_test_files/MR_small_bigendian.dcm");
        row("pydicom", "pixels/weasis_dicom_tools/org/dcm4che3/img/signed-raw-9bit.dcm");
        row("pydicom", "pixels/dcm4che_test_data/ovly_p01.dcm");
        row("pydicom", "modalities/dicom_fuzzer_seeds/dicom-seeds/dx/dx_352x370_14bit_evle.dcm");
        row("pydicom", "modalities/openrem_dose_headers/NM-PetIm-Siemens.dcm");
        row("pydicom", "media/nema_compsamples_refanddir/compsamples_refanddir/IMAGES/REF/US1_UNC");
        row("pydicom", "pixels/pydicom_test_files/examples_rgb_color.dcm");
        row("pydicom", "pixels/pydicom_test_files/SC_rgb_small_odd.dcm");
        row("pydicom", "pixels/pydicom_test_files/ExplVR_BigEnd.dcm");
        row("pydicom", "pixels/dcm4che_test_data/NM-MONO2-16-13x-heart", 1);
        row("pydicom", "pixels/dcm4che_test_data/NM-MONO2-16-13x-heart", 13);
        row("pydicom", "pixels/tfio/test_dicom/US-MONO2-8-8x-execho.dcm", 5);
        row("pydicom", "modalities/highdicom/sm_image_control.dcm", 7);
        row("pydicom", "pixels/pydicom_test_files/examples_palette.dcm");
        row("pydicom", "pixels/ct_all_syntaxes/TestPattern_Palette_16.dcm");
        row("pydicom", "pixels/pydicom_test_files/SC_ybr_full_422_uncompressed.dcm");
        row("pydicom", "pixels/pydicom_test_files/liver_1frame.dcm");
        row("pydicom", "modalities/highdicom/seg_image_ct_true_fractional.dcm", 2);
        row("pydicom", "pixels/pydicom_test_files/rtdose.dcm", 15);
        row("gdcm", "pixels/nema_wg04/compsamples_rle_20040210/IMAGES/RLE/CT1_RLE");
        row("gdcm", "pixels/nema_wg04/compsamples_rle_20040210/IMAGES/RLE/US1_RLE");
        row("gdcm", "pixels/nema_wg04/compsamples_jpeg/IMAGES/JPLL/CT1_JPLL");
        row("gdcm", "pixels/nema_wg04/compsamples_jpeg/IMAGES/JPLL/XA1_JPLL");
        row("gdcm", "pixels/nema_wg04/compsamples_j2k/IMAGES/J2KR/MR1_J2KR");
        row("gdcm", "pixels/nema_wg04/compsamples_j2k/IMAGES/J2KR/US1_J2KR");
        row("gdcm", "pixels/nema_wg04/compsamples_jpegls/IMAGES/JLSL/MR3_JLSL");
        row("gdcm", "pixels/nema_wg04/compsamples_jpegls/IMAGES/JLSL/CT1_JLSL");
        row("gdcm", "pixels/pydicom_test_files/SC_rgb_rle_2frame.dcm", 2);
    }
    void pixelsAreBitExact()
    {
        QFETCH(QString, file);
        QFETCH(int, frame);
        QFETCH(QString, by);
        const QString path = test::dataFile(file);
        NEEDS_TEST_DATA(path);
        const QString out = m_folder.filePath("pixels.npy");
        const Ran ran = m_program.run({"pixels", path, "--frame", QString::number(frame), "--out", out});
        SUCCEEDS(ran);
        const auto compared = test::python(pixelsScript, {path, QString::number(frame), out, by});
        QVERIFY2(compared.out.trimmed() == "equal", (compared.out + compared.err).constData());
    }

    void bytesInBigEndianWordsComeInOrder()
    {
        // 8 bit in OW, odd length: pydicom 2.3 swaps them, so its little endian twin is the reference (PS3.5 8.2, A.3).
        const QString path = test::dataFile("pixels/pydicom_test_files/SC_rgb_small_odd_big_endian.dcm");
        NEEDS_TEST_DATA(path);
        const QString out = m_folder.filePath("big.npy");
        SUCCEEDS(m_program.run({"pixels", path, "--out", out}));
        const auto compared = test::python(pixelsScript, {test::dataFile("pixels/pydicom_test_files/SC_rgb_small_odd.dcm"), "1", out, "pydicom"});
        QVERIFY2(compared.out.trimmed() == "equal", (compared.out + compared.err).constData());
    }

    void framesCountFromOne()
    {
        const QString path = test::dataFile("pixels/dcm4che_test_data/NM-MONO2-16-13x-heart");
        NEEDS_TEST_DATA(path);
        for (const char* frame : {"0", "14", "-1", "two"})
            FAILS_PLAINLY(m_program.run({"pixels", path, QString("--frame=%1").arg(frame), "--out", m_folder.filePath("none.npy")}));
        FAILS_PLAINLY(m_program.run({"pixels", m_folder.filePath("missing.dcm"), "--out", m_folder.filePath("none.npy")}));
        FAILS_PLAINLY(m_program.run({"pixels", path, "--out", "/nowhere/at/all.npy"}));
        QVERIFY(!QFile::exists(m_folder.filePath("none.npy")));
        const QString noPixels = test::dataFile("pixels/ct_all_syntaxes/no-pixel-data.dcm");
        FAILS_PLAINLY(m_program.run({"pixels", noPixels, "--out", m_folder.filePath("none.npy")}));
    }

    void measurementsAgreeWithNumpy_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("points");
        QTest::addColumn<QString>("unit");
        const auto row = [](const char* name, const char* file, const char* kind, const char* points, const char* unit) {
            QTest::newRow(name) << QString::fromLatin1(file) << QString::fromLatin1(kind) << QString::fromLatin1(points) << QString::fromLatin1(unit);
        };
        row("MEA-01 length, not square", "", "length", "10,20,110.5,60.25", "mm");
        row("MEA-01 length along a row", "", "length", "10,20,110,20", "mm");
        row("MEA-01 length along a column", "", "length", "10,20,10,80", "mm");
        row("angle, not square", "", "angle", "100,20,20,20,80,70", "deg");
        row("MEA-06 rectangle on pixel centres", "", "rectangle", "30,30,60,50", "HU");
        row("MEA-06 rectangle between centres, drawn backwards", "", "rectangle", "90.5,70.5,40.2,21.7", "HU");
        row("MEA-06 ellipse", "", "ellipse", "20.3,15.2,130.9,75.6", "HU");
        row("MEA-06 polygon, concave", "", "polygon", "20.3,15.7,130.1,20.4,75.2,40.9,120.8,80.3,25.6,77.1", "HU");
        row("MEA-06 rectangle over the edge", "", "rectangle", "-20.5,-10.5,30.5,40.5", "HU");
        row("MEA-06 CT of others", "pixels/pydicom_test_files/CT_small.dcm", "ellipse", "20,30,100.5,90.5", "HU");
        row("MEA-07 MR has no HU", "pixels/pydicom_test_files/MR_small.dcm", "rectangle", "5,6,40,50", "");
        row("MEA-01 length of others", "pixels/pydicom_test_files/MR_small.dcm", "length", "5,6,40,50", "mm");
        row("MEA-06 PET", "modalities/openrem_dose_headers/NM-PetIm-Siemens.dcm", "rectangle", "100,100,300,300", "BQML");
    }
    void measurementsAgreeWithNumpy()
    {
        QFETCH(QString, file);
        QFETCH(QString, kind);
        QFETCH(QString, points);
        QFETCH(QString, unit);
        const QString path = file.isEmpty() ? nonSquare() : test::dataFile(file);
        NEEDS_TEST_DATA(path);
        // "--rectangle=" for points that begin with a minus
        const auto measured = valuesOf(m_program.json({"measure", path, "--" + kind + "=" + points}).object());
        const auto reference = test::python(measureScript, {path, kind, points});
        const QJsonObject expected = QJsonDocument::fromJson(reference.out).object();
        QVERIFY2(!expected.isEmpty(), reference.err.constData());
        if (QTest::currentDataTag() == QByteArray("MEA-06 rectangle over the edge"))
            QVERIFY(measured.contains("area"));
        for (auto value = expected.begin(); value != expected.end(); ++value) {
            QVERIFY2(measured.contains(value.key()), qPrintable(value.key()));
            const double ours = measured[value.key()].first;
            QVERIFY2(qAbs(ours - value.value().toDouble()) <= 1e-9 * std::max(1.0, qAbs(value.value().toDouble())),
                     qPrintable(QString("%1: %2 for %3").arg(value.key()).arg(ours, 0, 'g', 12).arg(value.value().toDouble(), 0, 'g', 12)));
        }
        const QString first = kind == "length" ? "length" : kind == "angle" ? "angle" : "mean";
        QCOMPARE(measured[first].second, unit);
        if (measured.contains("area"))
            QCOMPARE(measured["area"].second, "mm2");
    }

    void withoutSpacingLengthsAreInPixels() // MEA-01
    {
        const QString path = test::dataFile("pixels/ct_all_syntaxes/no-pixel-spacing.dcm");
        NEEDS_TEST_DATA(path);
        const QJsonObject measured = m_program.json({"measure", path, "--length", "10,10,40,50"}).object();
        const auto values = valuesOf(measured);
        QCOMPARE(values["length"].second, "px");
        QCOMPARE(values["length"].first, 50.0);
        QVERIFY(!measured["calibration"].toString().isEmpty());
        const auto area = valuesOf(m_program.json({"measure", path, "--rectangle", "10,10,40,50"}).object());
        QCOMPARE(area["area"].second, "px2");
    }

    void aDetectorsSpacingIsNamed() // MEA-02
    {
        const auto paths = demo::writeCr(m_folder.filePath("cr"), {}, {});
        QVERIFY(paths);
        const QJsonObject measured = m_program.json({"measure", paths->first(), "--length", "10,10,110,10"}).object();
        const auto values = valuesOf(measured);
        QCOMPARE(values["length"].second, "mm");
        QVERIFY2(measured["calibration"].toString().contains("detector"), qPrintable(measured["calibration"].toString()));
    }

    void aSavedFigureGoesIntoTheReport() // MEA-09
    {
        const QString path = nonSquare();
        SUCCEEDS(m_program.run({"import", m_folder.filePath("nonsquare")}));
        const QJsonObject measured = m_program.json({"measure", path, "--length", "10,20,110,60", "--save"}).object();
        const QString figure = measured["figureId"].toString();
        QVERIFY(!figure.isEmpty());
        const QString study = demo::studyUidOf("phantom");
        const QString report = m_program.json({"report", "new", "--study", study, "--template", "ct-chest"}).object()["reportId"].toString();
        SUCCEEDS(m_program.run({"report", "measure", report, figure}));
        const QJsonArray measurements = m_program.json({"report", "show", report}).object()["measurements"].toArray();
        QCOMPARE(measurements.size(), 1);
        QCOMPARE(measurements.at(0)["unit"].toString(), "mm");
        QVERIFY(qAbs(measurements.at(0)["value"].toDouble() - valuesOf(measured)["length"].first) < 1e-6);
        QVERIFY(!measurements.at(0)["sopInstanceUid"].toString().isEmpty());
        QCOMPARE(measurements.at(0)["frame"].toInt(), 1);
        SUCCEEDS(m_program.run({"report", "measure", report, figure}));
        QCOMPARE(m_program.json({"report", "show", report}).object()["measurements"].toArray().size(), 1);
        FAILS_PLAINLY(m_program.run({"report", "measure", report, "no-such-figure"}));
    }

    void MEA_09_aSavedFigureStaysOnItsFrame()
    {
        QVERIFY(QDir(m_folder.path()).mkdir("frames"));
        WRITES(m_folder.filePath("frames"), "ds = image(frames=4); px(ds, np.full((4, 6, 8), 10, np.uint16) * np.arange(1, 5, dtype=np.uint16).reshape(4, 1, 1)); save(ds, 'f.dcm')");
        SUCCEEDS(m_program.run({"import", m_folder.filePath("frames")}));
        const QString figure = m_program.json({"measure", m_folder.filePath("frames/f.dcm"), "--frame", "3", "--rectangle", "1,1,4,4", "--save"}).object()["figureId"].toString();
        QVERIFY(!figure.isEmpty());
        const QString report = m_program.json({"report", "new", "--study", "1.2.3.4", "--template", "ct-chest"}).object()["reportId"].toString();
        SUCCEEDS(m_program.run({"report", "measure", report, figure}));
        QMap<QString, QJsonObject> measurements;
        for (const QJsonValue& measurement : m_program.json({"report", "show", report}).object()["measurements"].toArray())
            measurements[measurement["id"].toString()] = measurement.toObject();
        const QJsonObject mean = measurements[figure + "/mean"];
        QCOMPARE(mean["value"].toDouble(), 30.0);
        QCOMPARE(mean["frame"].toInt(), 3);
    }

    void picturesHaveTheSizeAndThePlane()
    {
        const QString path = nonSquare();
        SUCCEEDS(m_program.run({"import", m_folder.filePath("nonsquare")}));
        const QString study = demo::studyUidOf("phantom");
        const QString out = m_folder.filePath("picture.png");
        SUCCEEDS(m_program.run({"render", path, "--out", out}));
        QCOMPARE(QImage(out).size(), QSize(512, 512));
        for (const char* plane : {"native", "axial", "sagittal", "coronal"}) {
            SUCCEEDS(m_program.run({"render", "--study", study, "--plane", plane, "--size", "300x200", "--window", "40/400", "--out", out}));
            QCOMPARE(QImage(out).size(), QSize(300, 200));
        }
        // The window 40/1 splits at 40 HU: bone of 1000 HU is white, air black.
        SUCCEEDS(m_program.run({"render", path, "--size", "160x90", "--1to1", "--window", "40/2", "--out", out}));
        const QImage split(out);
        QCOMPARE(qGray(split.pixel(2, 2)), 0);
        // Through (0,0,0): the body ends at 55 mm left and right, 45 mm front and back, so that the axial picture is wider than
        // high in millimetres although the pixels are not square (GEO-11).
        SUCCEEDS(m_program.run({"render", path, "--size", "400x400", "--window", "-500/2", "--out", out}));
        const QImage axial(out);
        int left = 400, right = 0, top = 400, bottom = 0;
        for (int y = 0; y < 400; ++y)
            for (int x = 0; x < 400; ++x)
                if (qGray(axial.pixel(x, y)) > 128) {
                    left = std::min(left, x);
                    right = std::max(right, x);
                    top = std::min(top, y);
                    bottom = std::max(bottom, y);
                }
        const double aspect = double(right - left + 1) / (bottom - top + 1);
        QVERIFY2(qAbs(aspect - 55.0 / 45.0) < 0.03, qPrintable(QString::number(aspect)));

        SUCCEEDS(m_program.run({"render", path, "--overlay", "none", "--out", out}));
        const QImage plain(out);
        SUCCEEDS(m_program.run({"render", path, "--overlay", "full", "--out", out}));
        QCOMPARE(QImage(out).size(), QSize(512, 512));
        QVERIFY2(QImage(out) != plain, "the overlay shows");
    }

    void slabsTakeTheirBlend()
    {
        (void)nonSquare();
        SUCCEEDS(m_program.run({"import", m_folder.filePath("nonsquare")}));
        const QString study = demo::studyUidOf("phantom");
        QHash<QString, double> brightness;
        for (const char* blend : {"mip", "minip", "mean"}) {
            const QString out = m_folder.filePath("slab.png");
            SUCCEEDS(m_program.run({"render", "--study", study, "--plane", "axial", "--slab", "20", "--blend", blend, "--window", "0/2000",
                                    "--size", "200x200", "--out", out}));
            const QImage image(out);
            double sum = 0;
            for (int y = 0; y < 200; ++y)
                for (int x = 0; x < 200; ++x)
                    sum += qGray(image.pixel(x, y));
            brightness[blend] = sum;
        }
        QVERIFY(brightness["minip"] < brightness["mean"] && brightness["mean"] < brightness["mip"]);
    }

    void whatCannotBeRenderedSaysWhy_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::newRow("GEO-14 one slice has no other plane") << QStringList{"FILE", "--plane", "sagittal"} << 1;
        QTest::newRow("unknown study") << QStringList{"--study", "1.2.3"} << 1;
        QTest::newRow("unknown window preset") << QStringList{"FILE", "--preset", "none-such"} << 1;
        QTest::newRow("unknown plane") << QStringList{"FILE", "--plane", "diagonal"} << 2;
        QTest::newRow("unknown blend") << QStringList{"FILE", "--blend", "most"} << 2;
        QTest::newRow("unknown overlay") << QStringList{"FILE", "--overlay", "some"} << 2;
        QTest::newRow("slab is no number") << QStringList{"FILE", "--slab", "thick"} << 2;
        QTest::newRow("unknown 3D preset") << QStringList{"FILE", "--3d", "none-such"} << 2;
        QTest::newRow("window without width") << QStringList{"FILE", "--window", "40"} << 2;
        QTest::newRow("point of two numbers") << QStringList{"FILE", "--at", "1,2"} << 2;
        QTest::newRow("frame past the end") << QStringList{"FILE", "--frame", "2"} << 1;
        QTest::newRow("no such stack") << QStringList{"FILE", "--stack", "2"} << 1;
        QTest::newRow("3D of one slice") << QStringList{"FILE", "--3d", "ct-bone"} << 1;
    }
    void whatCannotBeRenderedSaysWhy()
    {
        QFETCH(QStringList, words);
        QFETCH(int, code);
        words.replaceInStrings("FILE", nonSquare());
        const QString out = m_folder.filePath("none.png");
        QFile::remove(out);
        const Ran ran = m_program.run(QStringList{"render"} + words + QStringList{"--out", out});
        QVERIFY2(ran.code == code, ran.err.constData());
        if (code == 1)
            QVERIFY2(test::isOnePlainLine(ran.err), ran.err.constData());
        QVERIFY(!QFile::exists(out));
    }
};

QTEST_GUILESS_MAIN(TestCliImages)
#include "tst_cli_images.moc"
