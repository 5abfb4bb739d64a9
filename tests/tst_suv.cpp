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

/// The same as a file; `attributes` say when the drug was given, and may change the rest.
QString petFile(const QString& attributes)
{
    return QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128')
ds.Units = 'BQML'; ds.CorrectedImage = ['DECY', 'ATTN']; ds.DecayCorrection = 'START'; ds.PatientWeight = 70
ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = '20200229'; ds.SeriesTime = '110000'; ds.AcquisitionTime = '110100'
drug = Dataset(); drug.RadionuclideTotalDose = 370e6; drug.RadionuclideHalfLife = 6586.2; drugs = [drug]
%1
ds.RadiopharmaceuticalInformationSequence = Sequence(drugs)
save(ds, 'pet.dcm')
)py").arg(attributes);
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
        // BMI 22.857: 9270·70/(6680+216·22.857) = 55.857 kg; 0.007184·70^0.425·175^0.725 = 1.84814 m²
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
        // bounds: what still counts
        pet = wholeBody();
        pet.weightKg = 700;
        row("PIX-19 as heavy as anybody", pet, SuvKind::BodyWeight, 700000 / hourLater);
        pet = wholeBody();
        pet.heightM = 0.2;
        row("PIX-19 as short as anybody", pet, SuvKind::BodySurface, 0.007184 * std::pow(70, 0.425) * std::pow(20, 0.725) * 1e4 / hourLater);
        pet.heightM = 2.8;
        row("PIX-19 as tall as anybody", pet, SuvKind::BodySurface, 0.007184 * std::pow(70, 0.425) * std::pow(280, 0.725) * 1e4 / hourLater);
        pet = wholeBody();
        pet.doseBq = 1e5;
        row("PIX-19 the least dose", pet, SuvKind::BodyWeight, 70000 / (1e5 * std::exp2(-3600 / 6586.2)));
        pet.doseBq = 1e12;
        row("PIX-19 the largest dose", pet, SuvKind::BodyWeight, 70000 / (1e12 * std::exp2(-3600 / 6586.2)));
        pet = wholeBody();
        pet.isStartDated = true;
        pet.startS = *pet.seriesS - 10 * 6586.2;
        row("PIX-19 ten half-lives", pet, SuvKind::BodyWeight, 70000 / (370e6 / 1024));
        pet.startS = *pet.seriesS + 600;
        row("PIX-19 a dynamic scan ten minutes ahead", pet, SuvKind::BodyWeight, 70000 / (370e6 * std::exp2(600 / 6586.2)));
        pet = wholeBody();
        pet.seriesS = pet.acquisitionS;
        pet.startS = *pet.acquisitionS - 3600;
        row("PIX-19 series and acquisition at once", pet, SuvKind::BodyWeight, 70000 / hourLater);
        pet = wholeBody(); // back from the frame's reference, whose duration is not known: no guess
        pet.decayCorrection = "NONE";
        pet.isDecayCorrected = false;
        pet.acquisitionS = 39600;
        pet.frameDurationMs = 600000;
        const double tenMinutes = std::log(2.0) / 6586.2 * 600;
        row("PIX-19 not decay corrected, of a long frame", pet, SuvKind::BodyWeight,
            70000 / (370e6 * std::exp2(-(3600 + std::log(tenMinutes / (1 - std::exp(-tenMinutes))) * 6586.2 / std::log(2.0)) / 6586.2)));
        pet = wholeBody(); // of an isotope that hardly decays the mean is the middle
        pet.decayCorrection = "NONE";
        pet.isDecayCorrected = false;
        pet.halfLifeS = 1e13;
        pet.frameDurationMs = 60000;
        row("PIX-19 hardly decaying", pet, SuvKind::BodyWeight, 70000 / 370e6);
        pet = wholeBody();
        pet.units = "CM2ML";
        row("PIX-19 stored by body surface", pet, SuvKind::BodySurface, 1);
        pet.units = "GML";
        pet.suvType = "LBMJANMA";
        row("PIX-19 stored by lean body mass of Janmahasatian", pet, SuvKind::LeanBodyMass, 1);
        pet.suvType.clear();
        row("PIX-19 stored by weight, asked by lean body mass", pet, SuvKind::LeanBodyMass, 9270.0 / (6680 + 216 * 70 / (1.75 * 1.75)));
        row("PIX-19 stored by weight, asked by body surface", pet, SuvKind::BodySurface, 0.007184 * std::pow(70, 0.425) * std::pow(175, 0.725) * 1e4 / 70000);
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
        row("PIX-19 the maker's factor is by body weight", [](PetData& p) { p.units = "CNTS"; p.philipsSuvFactor = 0.00038; }, "counts", SuvKind::LeanBodyMass);
        row("PIX-19 the maker's factor is not by body surface", [](PetData& p) { p.units = "CNTS"; p.philipsSuvFactor = 0.00038; }, "counts", SuvKind::BodySurface);
        row("PIX-19 another unit", [](PetData& p) { p.units = "PROPCPS"; }, "PROPCPS");
        row("PIX-19 unknown decay correction", [](PetData& p) { p.decayCorrection = "XYZ"; }, "decay");
        row("PIX-19 decay correction START but not DECY", [](PetData& p) { p.isDecayCorrected = false; }, "contradicts");
        row("PIX-19 decay correction NONE but DECY", [](PetData& p) { p.decayCorrection = "NONE"; }, "contradicts");
        row("PIX-19 decay correction not said", [](PetData& p) { p.decayCorrection.clear(); }, "decay");
        row("PIX-19 two radiopharmaceuticals", [](PetData& p) { p.radiopharmaceuticals = 2; }, "several");
        row("PIX-19 no height for lean body mass", [](PetData& p) { p.heightM.reset(); }, "height", SuvKind::LeanBodyMass);
        row("PIX-19 height in cm", [](PetData& p) { p.heightM = 175; }, "175 m", SuvKind::BodySurface);
        row("PIX-19 no sex for lean body mass", [](PetData& p) { p.sex.clear(); }, "sex", SuvKind::LeanBodyMass);
        row("PIX-19 heavier than anybody", [](PetData& p) { p.weightKg = 700.1; }, "700.1 kg");
        row("PIX-19 shorter than anybody", [](PetData& p) { p.heightM = 0.19; }, "0.19 m", SuvKind::LeanBodyMass);
        row("PIX-19 taller than anybody", [](PetData& p) { p.heightM = 2.81; }, "2.81 m", SuvKind::LeanBodyMass);
        row("PIX-19 less than the least dose", [](PetData& p) { p.doseBq = 99999; }, "MBq");
        row("PIX-19 more than the largest dose", [](PetData& p) { p.doseBq = 1.01e12; }, "1.01e+12 Bq");
        row("PIX-19 no half-life to speak of", [](PetData& p) { p.halfLifeS = 0.9; }, "half-life");
        row("PIX-19 over ten half-lives", [](PetData& p) { p.isStartDated = true; p.startS = *p.seriesS - 65900; }, "over ten half-lives");
        row("PIX-19 over ten minutes after the scan", [](PetData& p) { p.isStartDated = true; p.startS = *p.seriesS + 660; }, "11 min after the scan");
        row("PIX-19 no reference of the frame", [](PetData& p) { p.seriesS.reset(); p.frameDurationMs = 1000; }, "scan");
        row("PIX-19 a reference of nothing", [](PetData& p) { p.seriesS.reset(); p.frameDurationMs = 1000; p.frameReferenceMs = 0; }, "scan");
        row("PIX-19 no sex but another's", [](PetData& p) { p.sex = "O"; }, "sex", SuvKind::LeanBodyMass);
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
        QTest::newRow("PIX-19 time of day, hours alone") << "drug.RadiopharmaceuticalStartTime = '10'";
        QTest::newRow("PIX-19 time of day, hours and minutes") << "drug.RadiopharmaceuticalStartTime = '1000'";
        QTest::newRow("PIX-19 minutes, seconds and their parts") << "ds.SeriesTime = '110203.25'; ds.AcquisitionTime = '1103'; drug.RadiopharmaceuticalStartTime = '100203.25'";
        QTest::newRow("PIX-19 time of day as ACR-NEMA wrote it") << "ds.SeriesDate = '2020.02.29'; ds.SeriesTime = '11:00:00'; drug.RadiopharmaceuticalStartTime = '10:00:00'";
        QTest::newRow("PIX-19 Date Time alone of the acquisition") << "del ds.SeriesTime; del ds.AcquisitionTime; ds.AcquisitionDateTime = '20200229110000'; ds.DecayCorrection = 'NONE'; ds.CorrectedImage = ['ATTN']; drug.RadiopharmaceuticalStartTime = '100000'";
        QTest::newRow("PIX-19 the acquisition's own time before its Date Time") << "del ds.SeriesTime; ds.AcquisitionTime = '110000'; ds.AcquisitionDateTime = '20200229120000'; ds.DecayCorrection = 'NONE'; ds.CorrectedImage = ['ATTN']; drug.RadiopharmaceuticalStartTime = '100000'";
        QTest::newRow("PIX-19 scan time of GE") << "ds.SeriesTime = '113000'; ds.AcquisitionTime = '112000'; b = ds.private_block(0x0009, 'GEMS_PETD_01', create=True); b.add_new(0x0D, 'DT', '20200229110000.00'); drug.RadiopharmaceuticalStartTime = '100000'";
        QTest::newRow("PIX-19 Date Time") << "drug.RadiopharmaceuticalStartDateTime = '20200229100000'";
        QTest::newRow("PIX-19 Date Time in another zone") << "ds.TimezoneOffsetFromUTC = '+0100'; drug.RadiopharmaceuticalStartDateTime = '20200229040000.00-0500'";
        QTest::newRow("PIX-19 Date Time in a zone, the file's unknown") << "drug.RadiopharmaceuticalStartDateTime = '20200229100000.00-0500'";
        QTest::newRow("PIX-19 Date Time, the file's zone known") << "ds.TimezoneOffsetFromUTC = '+0100'; drug.RadiopharmaceuticalStartDateTime = '20200229100000'";
        QTest::newRow("PIX-19 half an hour west of the file's zone") << "ds.TimezoneOffsetFromUTC = '-0300'; drug.RadiopharmaceuticalStartDateTime = '20200229093000-0330'";
        QTest::newRow("PIX-19 across midnight") << "ds.SeriesDate = ds.AcquisitionDate = '20200301'; ds.SeriesTime = '003000'; ds.AcquisitionTime = '003100'; drug.RadiopharmaceuticalStartDateTime = '20200229233000'";
        QTest::newRow("PIX-19 across midnight, time of day only") << "ds.SeriesDate = ds.AcquisitionDate = '20200301'; ds.SeriesTime = '003000'; ds.AcquisitionTime = '003100'; drug.RadiopharmaceuticalStartTime = '233000'";
        QTest::newRow("PIX-19 the study alone is dated") << "del ds.SeriesDate; del ds.AcquisitionDate; drug.RadiopharmaceuticalStartDateTime = '20200229100000'";
        QTest::newRow("PIX-19 enhanced") << "ds.SOPClassUID = '1.2.840.10008.5.1.4.1.1.130'; del ds.Units; del ds.CorrectedImage; del ds.DecayCorrection; ds.DecayCorrected = 'YES'; ds.AttenuationCorrected = 'YES'; ds.DecayCorrectionDateTime = '20200229110000'; ds.SeriesTime = '105000'; ds.AcquisitionDateTime = '20200229111000'; drug.RadiopharmaceuticalStartDateTime = '20200229100000'; u = Dataset(); u.CodeValue = 'Bq/ml'; u.CodingSchemeDesignator = 'UCUM'; m = Dataset(); m.RealWorldValueSlope = 2.0; m.RealWorldValueIntercept = 0.0; m.MeasurementUnitsCodeSequence = Sequence([u]); t = Dataset(); t.RescaleSlope = 2; t.RescaleIntercept = 0; g = Dataset(); g.RealWorldValueMappingSequence = Sequence([m]); g.PixelValueTransformationSequence = Sequence([t]); ds.SharedFunctionalGroupsSequence = Sequence([g])";
    }
    void filesWithTimes()
    {
        QFETCH(QString, attributes);
        QTemporaryDir folder;
        WRITES(folder.path(), petFile(attributes));
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

    /// What else of a file the factor comes from (70 kg, 1.75 m: BMI 22.857); a word of the reason where there is none.
    void PIX_19_theFactorComesFromTheFile_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("factor");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* attributes, SuvKind kind, double factor, const char* reason = "") {
            QTest::newRow(name) << attributes << int(kind) << factor << reason;
        };
        const char* const lean = "ds.Units = 'GML'; ds.add_new(0x00541006, 'CS', 'LBM')";
        row("stored by lean body mass, asked by weight", lean, SuvKind::BodyWeight, 0, "LBM");
        row("stored by lean body mass", lean, SuvKind::LeanBodyMass, 1);
        const char* const man = "ds.Units = 'GML'; ds.PatientSize = 1.75; ds.PatientSex = 'M'";
        row("lean body mass, man", man, SuvKind::LeanBodyMass, 55.8571 / 70);
        row("lean body mass, woman", "ds.Units = 'GML'; ds.PatientSize = 1.75; ds.PatientSex = 'F'", SuvKind::LeanBodyMass, 45.1970 / 70);
        row("body surface", man, SuvKind::BodySurface, 18481.4 / 70000);
        // The mean activity of ten minutes lies 298.42 s after their start, that of three minutes 89.858 s.
        row("not decay corrected, of a long frame",
            "ds.CorrectedImage = ['ATTN']; ds.DecayCorrection = 'NONE'; del ds.SeriesTime; ds.AcquisitionTime = '110000'; ds.ActualFrameDuration = 600000; "
            "drug.RadiopharmaceuticalStartTime = '100000'",
            SuvKind::BodyWeight, 70000 / (370e6 * std::exp2(-3898.42 / 6586.2)));
        row("series time after the acquisition",
            "ds.SeriesTime = '113000'; ds.AcquisitionTime = '111000'; ds.ActualFrameDuration = 180000; ds.FrameReferenceTime = 689858; "
            "drug.RadiopharmaceuticalStartTime = '100000'",
            SuvKind::BodyWeight, 70000 / hourLater);
        row("two radiopharmaceuticals", "drug.RadiopharmaceuticalStartTime = '100000'; drugs *= 2", SuvKind::BodyWeight, 0, "several");
    }
    void PIX_19_theFactorComesFromTheFile()
    {
        QFETCH(QString, attributes);
        QFETCH(int, kind);
        QFETCH(double, factor);
        QFETCH(QString, reason);
        QTemporaryDir folder;
        WRITES(folder.path(), petFile(attributes));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const Suv found = suv(*instances->front().modules->pet, SuvKind(kind));
        QCOMPARE(found.factor.has_value(), reason.isEmpty());
        QVERIFY2(found.reason.contains(reason), qPrintable(found.reason));
        QVERIFY2(std::abs(found.factor.value_or(0) - factor) <= 1e-5 * factor,
                 qPrintable(QStringLiteral("%1, not %2").arg(found.factor.value_or(0)).arg(factor)));
    }

    /// An injection with its date is of that day, and not of the scan's.
    void PIX_19_aDatedInjectionIsOfItsDay()
    {
        QTemporaryDir folder;
        WRITES(folder.path(), petFile("drug.RadiopharmaceuticalStartDateTime = '20200228100000'"));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const Suv found = suv(*instances->front().modules->pet);
        QVERIFY(!found.factor);
        QVERIFY2(found.reason.contains("25.0 h before the scan, over ten half-lives"), qPrintable(found.reason));
    }

    /// A time that is none is no time: nothing is guessed from it (PS3.5 6.2, TM).
    void PIX_19_whatIsNoTimeIsNone_data()
    {
        QTest::addColumn<QString>("attributes");
        for (const char* time : {"240000", "106000", "100061", "1", "1x0000", "10000x", "100000-1", "-10000"})
            QTest::newRow(qPrintable(QString("PIX-19 %1").arg(time))) << QString("drug.RadiopharmaceuticalStartTime = '%1'").arg(time);
        for (const char* time : {"20200229", "20201329100000", "2020022910x000"})
            QTest::newRow(qPrintable(QString("PIX-19 %1").arg(time))) << QString("drug.RadiopharmaceuticalStartDateTime = '%1'").arg(time);
    }
    void PIX_19_whatIsNoTimeIsNone()
    {
        QFETCH(QString, attributes);
        QTemporaryDir folder;
        WRITES(folder.path(), petFile(attributes));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const Suv found = suv(*instances->front().modules->pet);
        QVERIFY(!found.factor);
        QVERIFY2(found.reason.contains("the time of the injection is missing"), qPrintable(found.reason));
    }

    /// Enhanced PET: the units of the real world values count where these are the rescaled ones (PS3.3 C.7.6.16.2.11).
    void PIX_19_theUnitsOfEnhancedPet_data()
    {
        QTest::addColumn<QString>("change");
        QTest::addColumn<QString>("units");
        QTest::newRow("PIX-19 Bq/ml") << "" << "BQML";
        QTest::newRow("PIX-19 g/ml") << "u.CodeValue = 'g/ml'" << "GML";
        QTest::newRow("PIX-19 another unit") << "u.CodeValue = '{counts}'" << "{counts}";
        QTest::newRow("PIX-19 another slope") << "m.RealWorldValueSlope = 2.001" << "";
        QTest::newRow("PIX-19 another intercept") << "m.RealWorldValueIntercept = 0.001" << "";
        QTest::newRow("PIX-19 the same, but for rounding") << "m.RealWorldValueSlope = 2.000001; m.RealWorldValueIntercept = 0.0000005" << "BQML";
        QTest::newRow("PIX-19 a large intercept, but for rounding") << "t.RescaleIntercept = '-1024'; m.RealWorldValueIntercept = -1024.0005" << "BQML";
        QTest::newRow("PIX-19 no slope of its own") << "del m.RealWorldValueSlope" << "";
        QTest::newRow("PIX-19 nothing rescaled") << "del g.PixelValueTransformationSequence; m.RealWorldValueSlope = 1.0" << "BQML";
        QTest::newRow("PIX-19 of the first frame") << "del ds.SharedFunctionalGroupsSequence; ds.PerFrameFunctionalGroupsSequence = Sequence([g])" << "BQML";
        QTest::newRow("PIX-19 none") << "del m.MeasurementUnitsCodeSequence" << "";
    }
    void PIX_19_theUnitsOfEnhancedPet()
    {
        QFETCH(QString, change);
        QFETCH(QString, units);
        QTemporaryDir folder;
        WRITES(folder.path(), QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.130')
u = Dataset(); u.CodeValue = 'Bq/ml'; u.CodingSchemeDesignator = 'UCUM'
m = Dataset(); m.RealWorldValueSlope = 2.0; m.RealWorldValueIntercept = 0.0; m.MeasurementUnitsCodeSequence = Sequence([u])
t = Dataset(); t.RescaleSlope = 2; t.RescaleIntercept = 0
g = Dataset(); g.RealWorldValueMappingSequence = Sequence([m]); g.PixelValueTransformationSequence = Sequence([t])
ds.SharedFunctionalGroupsSequence = Sequence([g])
%1
save(ds, 'pet.dcm')
)py").arg(change));
        const auto dataset = dicom::Dataset::read(folder.filePath("pet.dcm"));
        QVERIFY(dataset);
        const auto pet = PetData::of(*dataset);
        QVERIFY(pet);
        QCOMPARE(pet->units, units);
    }

    /// What a file says about its corrections, in the words of each kind of object.
    void PIX_19_whatIsCorrectedIsSaidInTwoWays_data()
    {
        QTest::addColumn<QString>("attributes");
        QTest::addColumn<bool>("attenuation");
        QTest::addColumn<bool>("decay");
        QTest::newRow("PIX-19 neither") << "" << false << false;
        QTest::newRow("PIX-19 attenuation") << "ds.CorrectedImage = ['ATTN']" << true << false;
        QTest::newRow("PIX-19 decay") << "ds.CorrectedImage = ['DECY']" << false << true;
        QTest::newRow("PIX-19 attenuation, enhanced") << "ds.AttenuationCorrected = 'YES'; ds.DecayCorrected = 'NO'" << true << false;
        QTest::newRow("PIX-19 decay, enhanced") << "ds.AttenuationCorrected = 'NO'; ds.DecayCorrected = 'YES'" << false << true;
    }
    void PIX_19_whatIsCorrectedIsSaidInTwoWays()
    {
        QFETCH(QString, attributes);
        QFETCH(bool, attenuation);
        QFETCH(bool, decay);
        QTemporaryDir folder;
        WRITES(folder.path(), QStringLiteral("ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128')\n%1\nsave(ds, 'pet.dcm')").arg(attributes));
        const auto dataset = dicom::Dataset::read(folder.filePath("pet.dcm"));
        QVERIFY(dataset);
        QCOMPARE(PetData::of(*dataset)->isAttenuationCorrected, attenuation);
        QCOMPARE(PetData::of(*dataset)->isDecayCorrected, decay);
    }

    /// Philips' factors (private group 7053) are read from the file, each from its own element.
    void PIX_19_theMakersFactorsAreRead()
    {
        QTemporaryDir folder;
        WRITES(folder.path(), QStringLiteral(R"py(
ds = image(modality='PT', sop='1.2.840.10008.5.1.4.1.1.128')
ds.Units = 'CNTS'
b = ds.private_block(0x7053, 'Philips PET Private Group', create=True)
b.add_new(0x00, 'DS', '0.00038'); b.add_new(0x09, 'DS', '1.5')
save(ds, 'pet.dcm')
)py"));
        const auto instances = readInstances(folder.filePath("pet.dcm"));
        QVERIFY(instances.has_value());
        const auto& pet = instances->front().modules->pet;
        QCOMPARE(pet->philipsSuvFactor, std::optional(0.00038));
        QCOMPARE(pet->philipsActivityFactor, std::optional(1.5));
        QCOMPARE(suv(*pet).factor, std::optional(0.00038));
    }

    void PIX_19_aFileWithoutTheTimeOfItsScanHasNoSuv()
    {
        QTemporaryDir folder;
        WRITES(folder.path(), petFile("del ds.SeriesTime; del ds.AcquisitionTime; drug.RadiopharmaceuticalStartDateTime = '20200228233000'"));
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
