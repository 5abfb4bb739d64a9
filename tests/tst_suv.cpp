#include "tests/support/phantom_files.h"
#include "viewer/slice/presentation.h"
#include "viewer/volume/instance.h"
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

/// 70 kg, 370 MBq of F-18 (half-life 6586.2 s) at 10:00, scan an hour later.
PetData wholeBody()
{
    PetData pet;
    pet.units = "BQML";
    pet.decayCorrection = "START";
    pet.isAttenuationCorrected = pet.isDecayCorrected = true;
    pet.weightKg = 70;
    pet.heightM = 1.75;
    pet.sex = "M";
    pet.radiopharmaceuticals = 1;
    pet.doseBq = 370e6;
    pet.halfLifeS = 6586.2;
    pet.startS = 36000;
    pet.seriesS = 39600;
    pet.acquisitionS = 39700;
    return pet;
}

const double hourLater = 370e6 * std::exp2(-3600 / 6586.2); // Bq, by hand

} // namespace

class TestSuv : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void factors_data()
    {
        QTest::addColumn<PetData>("pet");
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("factor");
        const auto row = [](const char* name, const PetData& pet, SuvKind kind, double factor) { QTest::newRow(name) << pet << int(kind) << factor; };
        PetData pet = wholeBody();
        row("PIX-19 body weight", pet, SuvKind::BodyWeight, 70000 / hourLater);
        // BMI 22.857: 9270·70/(6680+216·22.857) = 55.8505 kg; 0.007184·70^0.425·175^0.725 = 1.84809 m²
        row("PIX-19 lean body mass, man", pet, SuvKind::LeanBodyMass, 9270.0 * 70 / (6680 + 216 * 70 / (1.75 * 1.75)) * 1000 / hourLater);
        row("PIX-19 body surface", pet, SuvKind::BodySurface, 0.007184 * std::pow(70, 0.425) * std::pow(175, 0.725) * 1e4 / hourLater);
        pet.sex = "F";
        row("PIX-19 lean body mass, woman", pet, SuvKind::LeanBodyMass, 9270.0 * 70 / (8780 + 244 * 70 / (1.75 * 1.75)) * 1000 / hourLater);
        pet = wholeBody();
        pet.startS = 86400 - 1800; // 23:30, only a time of day; scan at 00:30
        pet.seriesS = 2459000.0 * 86400 + 1800;
        pet.acquisitionS = *pet.seriesS + 60;
        row("PIX-19 injected before midnight", pet, SuvKind::BodyWeight, 70000 / hourLater);
        pet = wholeBody();
        pet.startS = 39600 + 300; // a dynamic scan began five minutes before the injection, of which only the time of day is known
        pet.seriesS = pet.acquisitionS = 2459000.0 * 86400 + 39600;
        row("PIX-19 dynamic, injected while it ran", pet, SuvKind::BodyWeight, 70000 / (370e6 * std::exp2(300 / 6586.2)));
        pet = wholeBody();
        pet.seriesS = 39600 + 1800; // a series time written later than the acquisition: back from the frame's reference
        pet.acquisitionS = 39600 + 600;
        pet.frameDurationMs = 180000;
        const double decay = std::log(2.0) / 6586.2 * 180;
        pet.frameReferenceMs = 1000 * (600 + std::log(decay / (1 - std::exp(-decay))) / (std::log(2.0) / 6586.2));
        row("PIX-19 series time after the acquisition", pet, SuvKind::BodyWeight, 70000 / hourLater);
        pet.decayReferenceS = 39600;
        row("PIX-19 the maker's scan time", pet, SuvKind::BodyWeight, 70000 / hourLater);
        pet = wholeBody();
        pet.decayCorrection = "ADMIN";
        pet.startS.reset();
        row("PIX-19 corrected to the injection", pet, SuvKind::BodyWeight, 70000 / 370e6);
        pet = wholeBody();
        pet.decayCorrection = "NONE";
        pet.isDecayCorrected = false;
        pet.acquisitionS = 39600;
        row("PIX-19 not decay corrected", pet, SuvKind::BodyWeight, 70000 / hourLater);
        pet = wholeBody();
        pet.units = "GML";
        pet.doseBq.reset();
        row("PIX-19 stored as SUV", pet, SuvKind::BodyWeight, 1);
        pet = wholeBody();
        pet.units = "CNTS";
        pet.philipsSuvFactor = 0.00038;
        row("PIX-19 counts with the maker's SUV factor", pet, SuvKind::BodyWeight, 0.00038);
        pet.philipsSuvFactor.reset();
        pet.philipsActivityFactor = 1.5;
        row("PIX-19 counts with the maker's activity factor", pet, SuvKind::BodyWeight, 1.5 * 70000 / hourLater);
    }
    void factors()
    {
        QFETCH(PetData, pet);
        QFETCH(int, kind);
        QFETCH(double, factor);
        const Suv found = suv(pet, SuvKind(kind));
        QVERIFY2(found.factor.has_value(), qPrintable(found.reason));
        QVERIFY2(std::abs(*found.factor / factor - 1) < 1e-9, qPrintable(QStringLiteral("%1, not %2").arg(*found.factor).arg(factor)));
        QVERIFY(!found.basis.isEmpty());
    }

    void withoutADatumTheReasonIsSaid_data()
    {
        QTest::addColumn<PetData>("pet");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("word");
        const auto row = [](const char* name, auto change, const char* word, SuvKind kind = SuvKind::BodyWeight) {
            PetData pet = wholeBody();
            change(pet);
            QTest::newRow(name) << pet << int(kind) << word;
        };
        row("PIX-19 no weight", [](PetData& p) { p.weightKg.reset(); }, "weight");
        row("PIX-19 weight in grams", [](PetData& p) { p.weightKg = 70000; }, "70000 kg");
        row("PIX-19 no dose", [](PetData& p) { p.doseBq.reset(); }, "dose");
        row("PIX-19 dose in MBq", [](PetData& p) { p.doseBq = 370; }, "MBq");
        row("PIX-19 no half-life", [](PetData& p) { p.halfLifeS.reset(); }, "half-life");
        row("PIX-19 no injection time", [](PetData& p) { p.startS.reset(); }, "injection");
        row("PIX-19 no scan time", [](PetData& p) { p.seriesS.reset(); p.acquisitionS.reset(); }, "scan");
        row("PIX-19 injected days before", [](PetData& p) { p.isStartDated = true; p.startS = -3 * 86400.0; }, "half-lives");
        row("PIX-19 injected after the scan", [](PetData& p) { p.isStartDated = true; p.startS = 50000; }, "after the scan");
        row("PIX-19 not attenuation corrected", [](PetData& p) { p.isAttenuationCorrected = false; }, "attenuation");
        row("PIX-19 counts", [](PetData& p) { p.units = "CNTS"; }, "counts");
        row("PIX-19 another unit", [](PetData& p) { p.units = "PROPCPS"; }, "PROPCPS");
        row("PIX-19 unknown decay correction", [](PetData& p) { p.decayCorrection = "XYZ"; }, "decay");
        row("PIX-19 decay correction START but not DECY", [](PetData& p) { p.isDecayCorrected = false; }, "contradicts");
        row("PIX-19 decay correction NONE but DECY", [](PetData& p) { p.decayCorrection = "NONE"; }, "contradicts");
        row("PIX-19 decay correction not said", [](PetData& p) { p.decayCorrection.clear(); }, "decay");
        row("PIX-19 two radiopharmaceuticals", [](PetData& p) { p.radiopharmaceuticals = 2; }, "several");
        row("PIX-19 no height for lean body mass", [](PetData& p) { p.heightM.reset(); }, "height", SuvKind::LeanBodyMass);
        row("PIX-19 height in cm", [](PetData& p) { p.heightM = 175; }, "175 m", SuvKind::BodySurface);
        row("PIX-19 no sex for lean body mass", [](PetData& p) { p.sex.clear(); }, "sex", SuvKind::LeanBodyMass);
        row("PIX-19 stored by lean body mass", [](PetData& p) { p.units = "GML"; p.suvType = "LBM"; }, "LBM");
    }
    void withoutADatumTheReasonIsSaid()
    {
        QFETCH(PetData, pet);
        QFETCH(int, kind);
        QFETCH(QString, word);
        const Suv found = suv(pet, SuvKind(kind));
        QVERIFY(!found.factor);
        QVERIFY2(found.reason.contains(word), qPrintable(found.reason));
    }

    /// From files: times of the file's zone, and a Date Time that carries another (PIX-19).
    void filesWithTimes_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::newRow("PIX-19 time of day") << "drug.RadiopharmaceuticalStartTime = '100000.000'";
        QTest::newRow("PIX-19 Date Time") << "drug.RadiopharmaceuticalStartDateTime = '20200229100000'";
        QTest::newRow("PIX-19 Date Time in another zone") << "ds.TimezoneOffsetFromUTC = '+0100'; drug.RadiopharmaceuticalStartDateTime = '20200229040000.00-0500'";
        QTest::newRow("PIX-19 across midnight") << "ds.SeriesDate = ds.AcquisitionDate = '20200301'; ds.SeriesTime = '003000'; ds.AcquisitionTime = '003100'; drug.RadiopharmaceuticalStartDateTime = '20200229233000'";
        QTest::newRow("PIX-19 across midnight, time of day only") << "ds.SeriesDate = ds.AcquisitionDate = '20200301'; ds.SeriesTime = '003000'; ds.AcquisitionTime = '003100'; drug.RadiopharmaceuticalStartTime = '233000'";
        QTest::newRow("PIX-19 the study alone is dated") << "del ds.SeriesDate; del ds.AcquisitionDate; drug.RadiopharmaceuticalStartDateTime = '20200229100000'";
        QTest::newRow("PIX-19 enhanced") << "ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.130'; del ds.Units; ds.DecayCorrected = 'YES'; ds.AttenuationCorrected = 'YES'; ds.DecayCorrectionDateTime = '20200229110000'; ds.AcquisitionDateTime = '20200229111000'; drug.RadiopharmaceuticalStartDateTime = '20200229100000'; u = Dataset(); u.CodeValue = 'Bq/ml'; u.CodingSchemeDesignator = 'UCUM'; m = Dataset(); m.RealWorldValueSlope = 2.0; m.RealWorldValueIntercept = 0.0; m.MeasurementUnitsCodeSequence = Sequence([u]); t = Dataset(); t.RescaleSlope = 2; t.RescaleIntercept = 0; g = Dataset(); g.RealWorldValueMappingSequence = Sequence([m]); g.PixelValueTransformationSequence = Sequence([t]); ds.SharedFunctionalGroupsSequence = Sequence([g])";
    }
    void filesWithTimes()
    {
        QFETCH(QString, attributes);
        QTemporaryDir folder;
        WRITES(folder.path(), QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128')
ds.Units = 'BQML'; ds.CorrectedImage = ['DECY', 'ATTN']; ds.DecayCorrection = 'START'; ds.PatientWeight = 70
ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = '20200229'; ds.SeriesTime = '110000'; ds.AcquisitionTime = '110100'
drug = Dataset(); drug.RadionuclideTotalDose = 370e6; drug.RadionuclideHalfLife = 6586.2
%1
ds.RadiopharmaceuticalInformationSequence = Sequence([drug])
save(ds, 'pet.dcm')
)py")
                                  .arg(attributes));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const auto& pet = instances->front().modules->pet;
        QVERIFY(pet.has_value());
        const Suv found = suv(*pet);
        QVERIFY2(found.factor.has_value(), qPrintable(found.reason));
        QVERIFY(std::abs(*found.factor * hourLater / 70000 - 1) < 1e-6);
        // The window is in SUV at first: 0 to 10.
        const auto preset = findWindowPreset(instances->front(), "suv-0-10");
        QVERIFY(preset.has_value());
        QVERIFY(std::abs((preset->window.centre + preset->window.width / 2) * *found.factor - 10) < 1e-6);
        QVERIFY(std::abs((preset->window.centre - preset->window.width / 2) * *found.factor) < 1e-6);
    }

    void PIX_19_aFileWithoutTheTimeOfItsScanHasNoSuv()
    {
        QTemporaryDir folder;
        WRITES(folder.path(), QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128')
ds.Units = 'BQML'; ds.CorrectedImage = ['DECY', 'ATTN']; ds.DecayCorrection = 'START'; ds.PatientWeight = 70
ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = '20200229'
drug = Dataset(); drug.RadionuclideTotalDose = 370e6; drug.RadionuclideHalfLife = 6586.2
drug.RadiopharmaceuticalStartDateTime = '20200228233000'
ds.RadiopharmaceuticalInformationSequence = Sequence([drug])
save(ds, 'pet.dcm')
)py"));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const Suv found = suv(*instances->front().modules->pet);
        QVERIFY(!found.factor);
        QVERIFY2(found.reason.contains("the time of the scan is missing"), qPrintable(found.reason));
    }

    /// Real scans against a computation of its own in Python.
    void realScansAgreeWithPython_data()
    {
        QTest::addColumn<QString>("folder");
        NEEDS_TEST_DATA(test::dataFolder());
        QTest::newRow("PIX-19 ACRIN PET/CT") << test::dataFile("volumes/ohif_petct_acrin_nsclc/PT_PET_AC_81015");
        QTest::newRow("PIX-19 IHE CT and PET") << test::dataFile("volumes/iheos_ct_pet_mr");
    }
    void realScansAgreeWithPython()
    {
        QFETCH(QString, folder);
        const auto found = test::python(QStringLiteral(R"py(
import sys, os, pydicom, datetime as dt
def when(d, t): return dt.datetime.strptime(d + t.split('.')[0], '%Y%m%d%H%M%S') + dt.timedelta(seconds=float('0.' + (t.split('.') + ['0'])[1]))
n = 0
for root, _, files in os.walk(sys.argv[1]):
    for f in sorted(files):
        try: ds = pydicom.dcmread(os.path.join(root, f), stop_before_pixels=True)
        except Exception: continue
        if ds.get('Modality') != 'PT' or 'Units' not in ds or ds.Units != 'BQML' or ds.DecayCorrection != 'START': continue
        drug = ds.RadiopharmaceuticalInformationSequence[0]
        scan = when(ds.SeriesDate, ds.SeriesTime)
        if scan > when(ds.AcquisitionDate, ds.AcquisitionTime): continue
        start = when(ds.SeriesDate, drug.RadiopharmaceuticalStartTime)
        if start > scan: start -= dt.timedelta(days=1)
        left = float(drug.RadionuclideTotalDose) * 2 ** (-(scan - start).total_seconds() / float(drug.RadionuclideHalfLife))
        print('%s|%.12g' % (os.path.join(root, f), float(ds.PatientWeight) * 1000 / left))
        n += 1
        if n == 5: sys.exit()
)py"),
                                        {folder});
        QCOMPARE(found.code, 0);
        const QStringList lines = QString::fromUtf8(found.out).split(u'\n', Qt::SkipEmptyParts);
        if (lines.isEmpty())
            QSKIP("no scan there has all the data");
        for (const QString& line : lines) {
            const auto instances = readInstances(line.section(u'|', 0, 0));
            QVERIFY(instances.has_value());
            const Suv ours = suv(*instances->front().modules->pet);
            QVERIFY2(ours.factor.has_value(), qPrintable(ours.reason));
            const double expected = line.section(u'|', 1).toDouble();
            QVERIFY2(std::abs(*ours.factor / expected - 1) < 1e-6, qPrintable(QStringLiteral("%1, not %2").arg(*ours.factor).arg(expected)));
        }
    }
};

QTEST_GUILESS_MAIN(TestSuv)
#include "tst_suv.moc"
