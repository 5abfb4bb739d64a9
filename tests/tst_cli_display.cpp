#include "tests/support/phantom_files.h"
#include "tests/support/program.h"
#include <QImage>

using namespace diascope;

/// Display as the command line shows it: SUV, ultrasound scales, overlays and marks.
class TestCliDisplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void suvOfARegionAgreesWithNumpy() // PIX-19
    {
        const QString folder = test::dataFile("volumes/ohif_petct_acrin_nsclc/PT_PET_AC_81015");
        NEEDS_TEST_DATA(folder);
        const QString path = QDir(folder).filePath(QDir(folder).entryList({"*.dcm"}, QDir::Files).value(60));
        const QString values = m_folder.filePath("pet.npy");
        SUCCEEDS(m_program.run({"pixels", path, "--out", values}));
        const auto truth = test::python(QStringLiteral(R"py(
import sys, json, numpy as np, pydicom
ds = pydicom.dcmread(sys.argv[1], stop_before_pixels=True)
v = np.load(sys.argv[2])[40:61, 50:81].astype(float)
d = ds.RadiopharmaceuticalInformationSequence[0]
s = lambda t: int(t[:2]) * 3600 + int(t[2:4]) * 60 + float(t[4:])
k = float(ds.PatientWeight) * 1000 / (float(d.RadionuclideTotalDose) * 2 ** (-(s(ds.SeriesTime) - s(d.RadiopharmaceuticalStartTime)) / float(d.RadionuclideHalfLife)))
print(json.dumps([v.mean() * k, v.max() * k]))
)py"),
                                        {path, values});
        QVERIFY2(truth.code == 0, truth.err.constData());
        const auto expected = QJsonDocument::fromJson(truth.out).array();
        const auto json = m_program.json({"measure", path, "--rectangle", "50,40,80,60"}).object();
        QMap<QString, double> found;
        for (const QJsonValue& value : json["values"].toArray())
            found[value["name"].toString()] = value["value"].toDouble();
        QVERIFY(std::abs(found["suvbw-mean"] / expected[0].toDouble() - 1) < 1e-6);
        QVERIFY(std::abs(found["suvbw-max"] / expected[1].toDouble() - 1) < 1e-6);
        QVERIFY(!json["suv"].toString().isEmpty());
    }

    /// 70 kg, 1.75 m, a man. Lean body mass (Janmahasatian): 9270 / (6680 + 216 · 22.857) = 0.79796 of the weight; body surface
    /// (Du Bois): 0.007184 · 70^0.425 · 175^0.725 = 1.84814 m², 0.26402 cm² a gram.
    void PIX_19_suvByBodyComposition()
    {
        WRITES(m_folder.path(), QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128'); px(ds, np.arange(48).reshape(6, 8).astype(np.uint16) * 100)
ds.Units = 'BQML'; ds.CorrectedImage = ['ATTN', 'DECY']; ds.DecayCorrection = 'START'; ds.PatientWeight = 70; ds.PatientSize = 1.75; ds.PatientSex = 'M'
ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = '20200229'; ds.SeriesTime = '110000'; ds.AcquisitionTime = '110100'
d = Dataset(); d.RadionuclideTotalDose = 370e6; d.RadionuclideHalfLife = 6586.2; d.RadiopharmaceuticalStartTime = '100000'
ds.RadiopharmaceuticalInformationSequence = Sequence([d]); save(ds, 'body.dcm')
)py"));
        QMap<QString, QJsonObject> found;
        for (const QJsonValue& value : m_program.json({"measure", m_folder.filePath("body.dcm"), "--rectangle", "0,0,3,3"}).object()["values"].toArray())
            found[value["name"].toString()] = value.toObject();
        for (const QString part : {"mean", "max"}) {
            const double byWeight = found["suvbw-" + part]["value"].toDouble();
            QVERIFY(byWeight > 0);
            const double byLeanBody = found["suvlbm-" + part]["value"].toDouble() / byWeight;
            QVERIFY2(std::abs(byLeanBody - 0.79796) < 1e-5, qPrintable(QString::number(byLeanBody)));
            const double bySurface = found["suvbsa-" + part]["value"].toDouble() / byWeight;
            QVERIFY2(std::abs(bySurface - 0.26402) < 1e-5, qPrintable(QString::number(bySurface)));
            QCOMPARE(found["suvlbm-" + part]["unit"].toString(), "g/ml");
            QCOMPARE(found["suvbsa-" + part]["unit"].toString(), "cm2/ml");
        }
    }

    void withoutSuvTheReasonIsSaid() // PIX-19
    {
        WRITES(m_folder.path(), QStringLiteral("ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128'); ds.Units = 'BQML'; ds.CorrectedImage = ['ATTN', 'DECY']; ds.DecayCorrection = 'START'\nsave(ds, 'w.dcm')"));
        const auto json = m_program.json({"measure", m_folder.filePath("w.dcm"), "--rectangle", "0,0,3,3"}).object();
        QVERIFY2(json["suv"].toString().contains("weight"), qPrintable(json["suv"].toString()));
        for (const QJsonValue& value : json["values"].toArray())
            QVERIFY(!value["name"].toString().startsWith("suv"));
    }

    /// Lines through real ultrasound images: the region's own increments, read by pydicom.
    void ultrasoundLengthsAgreeWithPydicom_data()
    {
        QTest::addColumn<QString>("path");
        NEEDS_TEST_DATA(test::dataFolder());
        for (const char* path : {"modalities/grailbio_us_xa/I_000008.dcm", "modalities/grailbio_us_xa/I_000001.dcm", "pixels/pydicom_test_files/examples_palette.dcm",
                                 "pixels/ct_all_syntaxes/US-YBR_FULL_422-EVRLE.dcm"})
            QTest::newRow(qPrintable(QStringLiteral("MEA-03 ") + QFileInfo(QLatin1String(path)).fileName())) << test::dataFile(QLatin1String(path));
    }
    void ultrasoundLengthsAgreeWithPydicom()
    {
        QFETCH(QString, path);
        const auto truth = test::python(QStringLiteral(R"py(
import sys, json, pydicom
ds = pydicom.dcmread(sys.argv[1], stop_before_pixels=True)
for r in ds.SequenceOfUltrasoundRegions:
    others = [o for o in ds.SequenceOfUltrasoundRegions if o is not r and o.RegionLocationMinX0 <= r.RegionLocationMaxX1 and o.RegionLocationMaxX1 >= r.RegionLocationMinX0 and o.RegionLocationMinY0 <= r.RegionLocationMaxY1 and o.RegionLocationMaxY1 >= r.RegionLocationMinY0]
    if r.PhysicalUnitsXDirection == 3 and r.PhysicalUnitsYDirection == 3 and not others:
        x, y = r.RegionLocationMinX0 + 10, r.RegionLocationMinY0 + 10
        print(json.dumps([x, y, 10 * ((30 * r.PhysicalDeltaX) ** 2 + (40 * r.PhysicalDeltaY) ** 2) ** 0.5])); break
)py"),
                                        {path});
        QVERIFY2(truth.code == 0, truth.err.constData());
        const auto line = QJsonDocument::fromJson(truth.out).array();
        if (line.isEmpty())
            QSKIP("no region of tissue there stands alone");
        const double x = line[0].toDouble();
        const double y = line[1].toDouble();
        const auto json = m_program.json({"measure", path, "--length", QStringLiteral("%1,%2,%3,%4").arg(x).arg(y).arg(x + 30).arg(y + 40)}).object();
        const auto value = json["values"].toArray().first().toObject();
        QCOMPARE(value["unit"].toString(), QStringLiteral("mm"));
        QVERIFY(std::abs(value["value"].toDouble() / line[2].toDouble() - 1) < 1e-6);
        QVERIFY(json["calibration"].toString().contains("region"));
    }

    void overlaysAreInThePicture() // PIX-15
    {
        const QString path = test::dataFile("pixels/pydicom_test_files/examples_overlay.dcm");
        NEEDS_TEST_DATA(path);
        const auto truth = test::python(QStringLiteral("import sys, pydicom\na = pydicom.dcmread(sys.argv[1]).overlay_array(0x6000)\nsys.stdout.write('%d %d ' % a.shape + ''.join(map(str, a.ravel().astype(int))))"), {path});
        QCOMPARE(truth.code, 0);
        const int rows = truth.out.split(' ')[0].toInt();
        const int columns = truth.out.split(' ')[1].toInt();
        const QByteArray bits = truth.out.split(' ')[2];
        const QString out = m_folder.filePath("overlay.png");
        SUCCEEDS(m_program.run({"render", path, "--out", out, "--size", QStringLiteral("%1x%2").arg(columns).arg(rows)}));
        const QImage image(out);
        QCOMPARE(image.size(), QSize(columns, rows));
        int on = 0;
        for (int y = 0; y < rows; ++y)
            for (int x = 0; x < columns; ++x) {
                const bool isSet = bits[y * columns + x] == '1';
                on += isSet;
                const QRgb pixel = image.pixel(x, y);
                QCOMPARE(qBlue(pixel) > qRed(pixel) + 60, isSet);
            }
        QVERIFY(on > 0);
    }

    void lossyCompressionIsWrittenInThePicture() // PIX-14
    {
        WRITES(m_folder.path(), QStringLiteral("ds = image(64, 64); save(ds, 'plain.dcm'); ds.LossyImageCompression = '01'; ds.LossyImageCompressionRatio = '10'; save(ds, 'lossy.dcm')"));
        const auto warningPixels = [&](const char* name, const char* overlay) {
            const QString out = m_folder.filePath("mark.png");
            if (m_program.run({"render", m_folder.filePath(QLatin1String(name)), "--out", out, "--overlay", QLatin1String(overlay), "--size", "400x400"}).code != 0)
                return -1;
            const QImage image(out);
            int count = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    count += qRed(image.pixel(x, y)) > 200 && qBlue(image.pixel(x, y)) < 100;
            return count;
        };
        QCOMPARE(warningPixels("plain.dcm", "minimal"), 0);
        QVERIFY(warningPixels("lossy.dcm", "minimal") > 100);
        QVERIFY(warningPixels("lossy.dcm", "full") > 100);
    }

private:
    QTemporaryDir m_folder;
    test::Program m_program;
};

QTEST_GUILESS_MAIN(TestCliDisplay)
#include "tst_cli_display.moc"
