#include "tests/support/phantom_files.h"
#include "viewer/volume/instance.h"

using namespace diascope;
using namespace diascope::viewer;

/// What the viewer knows of an image: each member from its own attribute, in classic and in enhanced objects. Files by pydicom.
class TestInstance : public QObject
{
    Q_OBJECT

    test::PhantomBatch m_files;

    QString file(const QString& script) { return m_files.add(script); }
    std::vector<Instance> read(const QString& name)
    {
        auto instances = readInstances(m_files.path(name));
        return instances ? std::move(*instances) : std::vector<Instance>();
    }

private Q_SLOTS:
    void GEO_08_everyMemberComesFromItsOwnAttribute()
    {
        const auto frames = read(file(R"py(
ds = image(modality='MR', bits=16, stored=12)
ds.StudyInstanceUID = '1.1'; ds.SeriesInstanceUID = '1.2'; ds.SOPInstanceUID = '1.3'; ds.FrameOfReferenceUID = '1.4'
ds.ImageType = ['ORIGINAL', 'PRIMARY', 'M']; ds.InstanceNumber = 11; ds.AcquisitionNumber = 12
ds.PatientOrientation = ['L', 'P']; ds.PixelSpacing = [0.7, 0.9]; ds.SliceThickness = 3.5
ds.ImagePositionPatient = [-10, -20, 30]; ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
ds.RescaleSlope = 2; ds.RescaleIntercept = -5; ds.RescaleType = 'XY'
ds.WindowCenter = [40, 50]; ds.WindowWidth = [80, 90]; ds.WindowCenterWidthExplanation = ['SOFT', 'HARD']; ds.VOILUTFunction = 'SIGMOID'
ds.TemporalPositionIdentifier = 2; ds.EchoTime = 21.5; ds.DiffusionBValue = 800.0; ds.DiffusionGradientOrientation = [0.6, 0.8, 0.0]
ds.InversionTime = 900; ds.TriggerTime = 120; ds.FlipAngle = 30; ds.KVP = 120; ds.ConvolutionKernel = 'B30f'
ds.NominalPercentageOfCardiacPhase = 35.0; ds.FrameReferenceTime = 77
ds.StudyDate = '20200101'; ds.AcquisitionDate = '20200101'; ds.AcquisitionTime = '100102.5'; ds.ContentDate = '20200102'; ds.ContentTime = '000001'
ds.PositionerPrimaryAngle = 12.5; ds.PositionerSecondaryAngle = -7.5
ds.LossyImageCompression = '01'; ds.LossyImageCompressionRatio = '12.5'; ds.PresentationIntentType = 'FOR PROCESSING')py"));
        QCOMPARE(frames.size(), 1u);
        const Instance& one = frames[0];
        QCOMPARE(one.frame, 0);
        QCOMPARE(one.path, m_files.path("1.dcm"));
        QVERIFY(one.file);
        QCOMPARE(one.studyUid.value, "1.1");
        QCOMPARE(one.seriesUid.value, "1.2");
        QCOMPARE(one.uid.value, "1.3");
        QCOMPARE(one.frameOfReference.value, "1.4");
        QCOMPARE(one.sopClassUid, "1.2.840.10008.5.1.4.1.1.7");
        QCOMPARE(one.modality, "MR");
        QCOMPARE(one.imageType, (QStringList{"ORIGINAL", "PRIMARY", "M"}));
        QCOMPARE(one.instanceNumber, std::optional(11));
        QCOMPARE(one.acquisitionNumber, std::optional(12));
        QCOMPARE(one.patientOrientation, (QStringList{"L", "P"}));
        QVERIFY(one.spacingMm && one.spacingMm->row == 0.7 && one.spacingMm->column == 0.9);
        QCOMPARE(int(one.spacingOrigin), int(SpacingOrigin::Patient));
        QCOMPARE(one.pixelAspect, 0.7 / 0.9);
        QCOMPARE(one.sliceThicknessMm, std::optional(3.5));
        QVERIFY(one.plane);
        QVERIFY(one.plane->originLps == (Vec3{-10, -20, 30}) && one.plane->rowDirection == (Vec3{1, 0, 0}) && one.plane->columnDirection == (Vec3{0, 1, 0}));
        QVERIFY(one.plane->rows == 6 && one.plane->columns == 8 && one.plane->isInPatient);
        QVERIFY(one.plane->spacingMm.row == 0.7 && one.plane->spacingMm.column == 0.9);
        QCOMPARE(one.modalityTransform.slope, 2.0);
        QCOMPARE(one.modalityTransform.intercept, -5.0);
        QCOMPARE(one.modalityTransform.unit, "XY");
        QCOMPARE(one.windows.size(), 2u);
        QVERIFY(one.windows[0] == (StoredWindow{40, 80, "SOFT", VoiFunction::Sigmoid}));
        QVERIFY(one.windows[1] == (StoredWindow{50, 90, "HARD", VoiFunction::Sigmoid}));
        QVERIFY(!one.isInverted);
        QCOMPARE(one.temporalPosition, std::optional(2.0));
        QCOMPARE(one.echoTimeMs, std::optional(21.5));
        QCOMPARE(one.bValue, std::optional(800.0));
        QVERIFY(one.gradient && *one.gradient == (Vec3{0.6, 0.8, 0}));
        QCOMPARE(one.inversionTimeMs, std::optional(900.0));
        QCOMPARE(one.triggerTimeMs, std::optional(120.0));
        QCOMPARE(one.flipAngleDeg, std::optional(30.0));
        QCOMPARE(one.tubeVoltageKv, std::optional(120.0));
        QCOMPARE(one.kernel, "B30f");
        QCOMPARE(one.cardiacPhasePercent, std::optional(35.0));
        QCOMPARE(one.frameReferenceTimeMs, std::optional(77.0));
        QCOMPARE(one.acquisitionTimeS, std::optional(36062.5));
        QCOMPARE(one.contentTimeS, std::optional(86401.0)); // after the midnight of the study's day
        QCOMPARE(one.positionerPrimaryDeg, std::optional(12.5));
        QCOMPARE(one.positionerSecondaryDeg, std::optional(-7.5));
        QVERIFY(one.isLossy);
        QCOMPARE(one.lossyRatio, "12.5");
        QVERIFY(one.isForProcessing);
        QVERIFY(!one.isLocalizer);
        QVERIFY(!one.frameTimeMs);
        QVERIFY(one.concatenationUid.isEmpty() && one.concatenationNumber == 1 && one.concatenationTotal == 0 && one.firstFrameInObject == 0);
        QCOMPARE(one.objectUid(), "1.3");
    }

    void GEO_08_whatAnImageDoesNotSayIsNotThere()
    {
        const auto frames = read(file("ds = image()"));
        QCOMPARE(frames.size(), 1u);
        const Instance& one = frames[0];
        QVERIFY(!one.instanceNumber && !one.acquisitionNumber && !one.plane && !one.spacingMm && !one.sliceThicknessMm && one.windows.empty() && one.voiLuts.empty());
        QCOMPARE(int(one.spacingOrigin), int(SpacingOrigin::None));
        QVERIFY(!one.temporalPosition && !one.echoTimeMs && !one.bValue && !one.gradient && !one.inversionTimeMs && !one.triggerTimeMs && !one.flipAngleDeg);
        QVERIFY(!one.tubeVoltageKv && !one.cardiacPhasePercent && !one.frameReferenceTimeMs && !one.acquisitionTimeS && !one.contentTimeS);
        QVERIFY(!one.positionerPrimaryDeg && !one.positionerSecondaryDeg && !one.frameTimeMs && !one.dimensionIndex && one.kernel.isEmpty());
        QVERIFY(!one.isLossy && !one.isForProcessing && !one.isLocalizer && !one.isInverted && one.frameOfReference.value.isEmpty());
        QCOMPARE(one.pixelAspect, 1.0);
        QCOMPARE(one.modalityTransform.slope, 1.0);
        QCOMPARE(one.modalityTransform.intercept, 0.0);
        QCOMPARE(one.modalityTransform.unit, "");
    }

    /// Each functional group of a frame (PS3.3 C.7.6.16.2), where the object itself says something else.
    void GEO_19_everyMemberComesFromItsGroup()
    {
        const auto frames = read(file(R"py(
ds = image(modality='MR', frames=2)
def seq(**values):
    d = Dataset()
    for k, v in values.items(): setattr(d, k, v)
    return Sequence([d])
ds.EchoTime = 1; ds.DiffusionBValue = 1.0; ds.InversionTime = 1; ds.TriggerTime = 1; ds.TemporalPositionIdentifier = 9; ds.PixelSpacing = [9, 9]; ds.StudyDate = '20200101'
ds.ImagePositionPatient = [9, 9, 9]; ds.ImageOrientationPatient = [0, 1, 0, 0, 0, 1]
g = Dataset()
g.FrameContentSequence = seq(TemporalPositionIndex=3, StackID='S', FrameAcquisitionDateTime='20200101100000.25')
g.MREchoSequence = seq(EffectiveEchoTime=21.5)
g.MRDiffusionSequence = seq(DiffusionBValue=800.0, DiffusionGradientDirectionSequence=seq(DiffusionGradientOrientation=[0.0, 0.6, 0.8]))
g.MRModifierSequence = seq(InversionTimes=900.0)
g.CardiacSynchronizationSequence = seq(NominalCardiacTriggerDelayTime=120.0, NominalPercentageOfCardiacPhase=35.0)
g.PositionerPositionSequence = seq(PositionerPrimaryAngle=12.5, PositionerSecondaryAngle=-7.5)
g.PixelMeasuresSequence = seq(PixelSpacing=[0.7, 0.9], SliceThickness=3.5)
g.PlanePositionSequence = seq(ImagePositionPatient=[-10.0, -20.0, 30.0])
g.PlaneOrientationSequence = seq(ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
g.PixelValueTransformationSequence = seq(RescaleSlope=2, RescaleIntercept=-5, RescaleType='XY')
g.FrameVOILUTSequence = seq(WindowCenter=40, WindowWidth=80, VOILUTFunction='LINEAR_EXACT')
g.MRImageFrameTypeSequence = seq(FrameType=['DERIVED', 'PRIMARY', 'DIFFUSION'])
ds.PerFrameFunctionalGroupsSequence = Sequence([g, Dataset()]))py"));
        QCOMPARE(frames.size(), 2u);
        const Instance& one = frames[0];
        QCOMPARE(one.frame, 0);
        QCOMPARE(frames[1].frame, 1);
        QCOMPARE(one.temporalPosition, std::optional(3.0));
        QCOMPARE(one.stackId, "S");
        QCOMPARE(one.acquisitionTimeS, std::optional(36000.25));
        QCOMPARE(one.echoTimeMs, std::optional(21.5));
        QCOMPARE(one.bValue, std::optional(800.0));
        QVERIFY(one.gradient && *one.gradient == (Vec3{0, 0.6, 0.8}));
        QCOMPARE(one.inversionTimeMs, std::optional(900.0));
        QCOMPARE(one.triggerTimeMs, std::optional(120.0));
        QCOMPARE(one.cardiacPhasePercent, std::optional(35.0));
        QCOMPARE(one.positionerPrimaryDeg, std::optional(12.5));
        QCOMPARE(one.positionerSecondaryDeg, std::optional(-7.5));
        QVERIFY(one.spacingMm && one.spacingMm->row == 0.7 && one.spacingMm->column == 0.9);
        QCOMPARE(one.sliceThicknessMm, std::optional(3.5));
        QVERIFY(one.plane && one.plane->originLps == (Vec3{-10, -20, 30}) && one.plane->rowDirection == (Vec3{1, 0, 0}) && one.plane->columnDirection == (Vec3{0, 1, 0}));
        QCOMPARE(one.modalityTransform.slope, 2.0);
        QCOMPARE(one.modalityTransform.intercept, -5.0);
        QCOMPARE(one.modalityTransform.unit, "XY");
        QCOMPARE(one.windows.size(), 1u);
        QVERIFY(one.windows[0] == (StoredWindow{40, 80, "", VoiFunction::LinearExact}));
        QCOMPARE(one.imageType, (QStringList{"DERIVED", "PRIMARY", "DIFFUSION"}));
    }

    /// PS3.3 C.7.6.16: each kind of enhanced object names a frame's type in a sequence of its own; the object itself says something else.
    void GEO_08_eachKindOfObjectNamesAFramesType_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* sequence : {"CTImageFrameTypeSequence", "MRImageFrameTypeSequence", "PETFrameTypeSequence", "USImageDescriptionSequence", "XRay3DFrameTypeSequence"})
            QTest::addRow("GEO-08 %s", sequence) << file(QString("ds = image(frames=2)\nds.ImageType = ['ORIGINAL', 'PRIMARY', 'VOLUME', 'MIXED']\n"
                                                                 "d = Dataset(); d.FrameType = ['DERIVED', 'PRIMARY', 'WATER']\ng = Dataset(); g.%1 = Sequence([d])\n"
                                                                 "ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), g])").arg(sequence));
    }
    void GEO_08_eachKindOfObjectNamesAFramesType()
    {
        QFETCH(QString, file);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 2u);
        QCOMPARE(frames[0].imageType, (QStringList{"ORIGINAL", "PRIMARY", "VOLUME", "MIXED"}));
        QCOMPARE(frames[1].imageType, (QStringList{"DERIVED", "PRIMARY", "WATER"}));
    }

    /// PS3.3 C.11.2.1.2.1, C.11.2.1.3: LINEAR is at least 1 wide, the others wider than 0; the rest are no windows.
    void PIX_06_howWideAWindowMayBe_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<std::vector<double>>("widths");
        const auto row = [this](const char* name, const char* widths, const char* function, const std::vector<double>& valid) {
            QTest::addRow("PIX-06 %s", name) << file(QString("ds = image()\nds.WindowWidth = [%1]; ds.WindowCenter = [40, 50]\n%2").arg(widths, function)) << valid;
        };
        row("LINEAR", "0, 0.5", "", {});
        row("LINEAR, one of two", "0, 90", "ds.VOILUTFunction = 'LINEAR'", {90});
        row("LINEAR, the narrowest", "1, -90", "", {1});
        row("SIGMOID", "0.5, 0", "ds.VOILUTFunction = 'SIGMOID'", {0.5});
        row("LINEAR_EXACT", "0, 0.5", "ds.VOILUTFunction = 'LINEAR_EXACT'", {0.5});
    }
    void PIX_06_howWideAWindowMayBe()
    {
        QFETCH(QString, file);
        QFETCH(std::vector<double>, widths);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 1u);
        std::vector<double> found;
        for (const StoredWindow& window : frames[0].windows)
            found.push_back(window.width);
        QCOMPARE(found, widths);
    }

    /// C.11.2.1.1: its first value is signed where the values are; what is no table is none.
    void PIX_06_whichTablesAreOffered_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("first"); // 1 << 20: no table
        QTest::addColumn<int>("entries");
        const auto row = [this](const char* name, const char* image, const char* first, int bits, const char* data, int firstMapped, int entries) {
            QTest::addRow("PIX-06 %s", name) << file(QString("ds = image(%1)\ni = Dataset(); i.add_new(0x00283002, 'US', [3, %2, %3]); i.add_new(0x00283006, 'OW', %4); ds.VOILUTSequence = Sequence([i])")
                                                         .arg(image, first).arg(bits).arg(data)) << firstMapped << entries;
        };
        const char* const three = "b'\\1\\0\\2\\0\\3\\0'";
        row("the largest signed", "signed=1", "32767", 16, three, 32767, 3);
        row("the smallest signed", "signed=1", "32768", 16, three, -32768, 3);
        row("minus one", "signed=1", "65535", 16, three, -1, 3);
        row("unsigned", "", "32768", 16, three, 32768, 3);
        row("unsigned to the end", "", "65535", 16, three, 65535, 3);
        QTest::newRow("PIX-06 values below zero") << file(QString("ds = image()\nds.RescaleSlope = 1; ds.RescaleIntercept = -1\ni = Dataset(); i.add_new(0x00283002, 'US', [3, 65535, 16]); "
                                                                  "i.add_new(0x00283006, 'OW', %1); ds.VOILUTSequence = Sequence([i])").arg(three)) << -1 << 3;
        row("one bit", "", "0", 1, three, 0, 3);
        row("no bits", "", "0", 0, three, 1 << 20, 0);
        row("seventeen bits", "", "0", 17, three, 1 << 20, 0);
        row("no data", "", "0", 16, "b''", 1 << 20, 0);
        row("more than it says", "", "0", 16, "b'\\1\\0\\2\\0\\3\\0\\4\\0'", 0, 3);
        row("fewer than it says", "", "0", 16, "b'\\1\\0\\2\\0'", 0, 2);
        row("bytes", "", "0", 8, "b'\\1\\2\\3\\0'", 0, 3);
        row("bytes in words", "", "0", 8, three, 0, 3);
    }
    void PIX_06_whichTablesAreOffered()
    {
        QFETCH(QString, file);
        QFETCH(int, first);
        QFETCH(int, entries);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 1u);
        QCOMPARE(frames[0].voiLuts.size(), entries > 0 ? 1u : 0u);
        if (entries == 0)
            return;
        QCOMPARE(int(frames[0].voiLuts[0]->firstMapped), first);
        QCOMPARE(int(frames[0].voiLuts[0]->values.size()), entries);
    }

    /// Text and float forms of the makers' own b-values; what is none is none (GEO-08).
    void GEO_08_aBValueIsNoNegativeNumber()
    {
        const QString made = "ds = image(modality='%1')\nb = ds.private_block(0x0019, 'SIEMENS MR HEADER', create=True)\nb.add_new(0x0C, 'IS', '%2'); b.add_new(0x0E, 'FD', [0.6, 0.8, 0.0])\n%3";
        const QString thousand = file(made.arg("MR", "1000", "")), nought = file(made.arg("MR", "0", "")), negative = file(made.arg("MR", "-1", "")), other = file(made.arg("CT", "1000", "")),
                      standard = file(made.arg("MR", "1000", "ds.DiffusionBValue = 500.0")), along = file(made.arg("MR", "1000", "ds.DiffusionGradientOrientation = [1.0, 0.0, 0.0]"));
        QCOMPARE(read(thousand).at(0).bValue, std::optional(1000.0));
        QVERIFY(*read(thousand).at(0).gradient == (Vec3{0.6, 0.8, 0}));
        QCOMPARE(read(nought).at(0).bValue, std::optional(0.0));
        QVERIFY(!read(negative).at(0).bValue);
        QVERIFY(!read(other).at(0).bValue); // of MR alone
        QCOMPARE(read(standard).at(0).bValue, std::optional(500.0)); // the standard's own first
        QVERIFY(*read(along).at(0).gradient == (Vec3{1, 0, 0}));
    }

    /// Value 3 of Image Type says so, no other (PS3.3 C.7.6.1.1.2).
    void GEO_06_whatIsALocalizer()
    {
        for (const auto& [type, isLocalizer] : {std::pair("'ORIGINAL', 'PRIMARY', 'LOCALIZER'", true), {"'ORIGINAL', 'LOCALIZER', 'AXIAL'", false}, {"'DERIVED', 'SECONDARY', 'LOCALIZER', 'X'", true}})
            QCOMPARE(read(file(QStringLiteral("ds = image(modality='CT')\nds.ImageType = [%1]").arg(type)))[0].isLocalizer, isLocalizer);
    }

    /// A cine's time a frame, in the order in which makers write it; without any it has none.
    void OBJ_07_theTimeOfAFrame_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("milliseconds"); // 0: none
        QTest::newRow("OBJ-07 none") << file(QString("ds = image(frames=3)\n") + "") << 0.0;
        QTest::newRow("OBJ-07 Frame Time") << file(QString("ds = image(frames=3)\n") + "ds.FrameTime = 40; ds.RecommendedDisplayFrameRate = 10; ds.CineRate = 5") << 40.0;
        QTest::newRow("OBJ-07 Recommended Display Frame Rate") << file(QString("ds = image(frames=3)\n") + "ds.RecommendedDisplayFrameRate = 10; ds.CineRate = 5") << 100.0;
        QTest::newRow("OBJ-07 Cine Rate") << file(QString("ds = image(frames=3)\n") + "ds.CineRate = 5") << 200.0;
        QTest::newRow("OBJ-07 no rate") << file(QString("ds = image(frames=3)\n") + "ds.CineRate = 0") << 0.0;
    }
    void OBJ_07_theTimeOfAFrame()
    {
        QFETCH(QString, file);
        QFETCH(double, milliseconds);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 3u);
        QCOMPARE(frames[0].frameTimeMs.value_or(0), milliseconds);
        QVERIFY(!frames[0].modules->cine.isSweeping);
        QVERIFY(!frames[0].modules->cine.firstFrame && !frames[0].modules->cine.lastFrame);
    }

    /// PIX-07: MONOCHROME1 and the presentation's shape, each once.
    void PIX_07_lowValuesAreBrightOnce_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("isInverted");
        QTest::newRow("PIX-07 MONOCHROME2") << file(QString("ds = image()\n") + "") << false;
        QTest::newRow("PIX-07 MONOCHROME1") << file(QString("ds = image()\n") + "ds.PhotometricInterpretation = 'MONOCHROME1'") << true;
        QTest::newRow("PIX-07 INVERSE") << file(QString("ds = image()\n") + "ds.PresentationLUTShape = 'INVERSE'") << true;
        QTest::newRow("PIX-07 IDENTITY") << file(QString("ds = image()\n") + "ds.PresentationLUTShape = 'IDENTITY'") << false;
        QTest::newRow("PIX-07 colours") << file(QString("ds = image(samples=3, bits=8, photometric='RGB')\n") + "ds.PresentationLUTShape = 'INVERSE'") << false;
        QTest::newRow("PIX-07 both") << file(QString("ds = image()\n") + "ds.PhotometricInterpretation = 'MONOCHROME1'; ds.PresentationLUTShape = 'INVERSE'") << true;
    }
    void PIX_07_lowValuesAreBrightOnce()
    {
        QFETCH(QString, file);
        QFETCH(bool, isInverted);
        QCOMPARE(read(file).at(0).isInverted, isInverted);
    }

    /// Directions that are no unit vectors at right angles, or places that are none, give no geometry (GEO-16).
    void GEO_16_whatIsNoPlaneIsNone_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("isPlane");
        const QString sound = "ds = image(modality='CT')\nds.PixelSpacing = [1, 1]; ds.ImagePositionPatient = [1, 2, 3]; ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]\n";
        const auto row = [&](const char* name, const char* change, bool isPlane) { QTest::newRow(qPrintable(QString("GEO-16 %1").arg(name))) << file(sound + change) << isPlane; };
        row("as it should be", "", true);
        row("no position", "del ds.ImagePositionPatient", false);
        row("no orientation", "del ds.ImageOrientationPatient", false);
        row("no spacing", "del ds.PixelSpacing", false);
        row("a short position", "ds.ImagePositionPatient = [1, 2]", false);
        row("a short orientation", "ds.ImageOrientationPatient = [1, 0, 0, 0, 1]", false);
        row("few digits", "ds.ImageOrientationPatient = [0.96, 0, 0, 0, 1.04, 0]", true);
        row("a row too long", "ds.ImageOrientationPatient = [1.06, 0, 0, 0, 1, 0]", false);
        row("a row too short", "ds.ImageOrientationPatient = [0.94, 0, 0, 0, 1, 0]", false);
        row("a column too long", "ds.ImageOrientationPatient = [1, 0, 0, 0, 1.06, 0]", false);
        row("nearly at right angles", "ds.ImageOrientationPatient = [1, 0, 0, 0.04, 1, 0]", true);
        row("not at right angles", "ds.ImageOrientationPatient = [1, 0, 0, 0.06, 1, 0]", false);
        row("nothing", "ds.ImageOrientationPatient = [0, 0, 0, 0, 0, 0]", false);
        row("as far as a patient may be", "ds.ImagePositionPatient = [100000, 0, 0]", true);
        row("as far along the others", "ds.ImagePositionPatient = [0, -100000, 100000]", true);
        row("farther", "ds.ImagePositionPatient = [100001, 0, 0]", false);
        row("farther to the front", "ds.ImagePositionPatient = [0, -100001, 0]", false);
        row("farther up", "ds.ImagePositionPatient = [0, 0, 100001]", false);
        row("as fine as can be", "ds.PixelSpacing = ['0.000001', '0.000001']", true);
        row("rows too fine", "ds.PixelSpacing = ['0.0000009', '1']", false);
        row("columns too fine", "ds.PixelSpacing = ['1', '0.0000009']", false);
        row("as coarse as can be", "ds.PixelSpacing = [100000, 100000]", true);
        row("rows too coarse", "ds.PixelSpacing = [100001, 1]", false);
        row("columns too coarse", "ds.PixelSpacing = [1, 100001]", false);
        row("no width", "ds.PixelSpacing = [1, 0]", false);
        row("a negative width", "ds.PixelSpacing = [1, -1]", false);
        row("one width for both", "ds.PixelSpacing = 1", false);
    }
    void GEO_16_whatIsNoPlaneIsNone()
    {
        QFETCH(QString, file);
        QFETCH(bool, isPlane);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 1u);
        QCOMPARE(frames[0].plane.has_value(), isPlane);
        if (isPlane)
            QVERIFY(std::abs(norm(frames[0].plane->rowDirection) - 1) < 1e-12 && std::abs(norm(frames[0].plane->columnDirection) - 1) < 1e-12 &&
                    std::abs(dot(frames[0].plane->rowDirection, frames[0].plane->columnDirection)) < 1e-12);
    }

    /// MEA-02: what a distance between pixels means, for each way of saying it.
    void MEA_02_whatASpacingMeans_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("origin");
        QTest::addColumn<double>("row"); // 0: none
        const auto row = [this](const char* name, const QString& attributes, SpacingOrigin origin, double mm) {
            QTest::newRow(qPrintable(QString("MEA-02 %1").arg(name))) << file("ds = image()\n" + attributes) << int(origin) << mm;
        };
        row("CT", "ds.Modality = 'CT'; ds.PixelSpacing = [0.7, 0.9]", SpacingOrigin::Patient, 0.7);
        for (const char* modality : {"CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX"}) {
            const QString projection = QString("ds.Modality = '%1'; ").arg(modality);
            row(qPrintable(QString("%1, spacing alone").arg(modality)), projection + "ds.PixelSpacing = [0.7, 0.9]", SpacingOrigin::Unknown, 0.7);
            row(qPrintable(QString("%1, detector alone").arg(modality)), projection + "ds.ImagerPixelSpacing = [0.2, 0.2]", SpacingOrigin::Detector, 0.2);
        }
        const QString dx = "ds.Modality = 'DX'; ";
        row("the detector's again", dx + "ds.PixelSpacing = ds.ImagerPixelSpacing = [0.2, 0.2]", SpacingOrigin::Detector, 0.2);
        row("other than the detector's", dx + "ds.PixelSpacing = [0.1, 0.1]; ds.ImagerPixelSpacing = [0.2, 0.2]", SpacingOrigin::Calibrated, 0.1);
        row("other columns than the detector's", dx + "ds.PixelSpacing = [0.2, 0.1]; ds.ImagerPixelSpacing = [0.2, 0.2]", SpacingOrigin::Calibrated, 0.2);
        row("said to be calibrated", dx + "ds.PixelSpacing = [0.1, 0.1]; ds.PixelSpacingCalibrationType = 'GEOMETRY'", SpacingOrigin::Calibrated, 0.1);
        row("scanned film", "ds.NominalScannedPixelSpacing = [0.3, 0.3]", SpacingOrigin::Unknown, 0.3);
        row("none", dx, SpacingOrigin::None, 0);
        row("an ultrasound's", "ds.Modality = 'US'; ds.PixelSpacing = [0.7, 0.9]", SpacingOrigin::Patient, 0.7);
    }
    void MEA_02_whatASpacingMeans()
    {
        QFETCH(QString, file);
        QFETCH(int, origin);
        QFETCH(double, row);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 1u);
        QCOMPARE(int(frames[0].spacingOrigin), origin);
        QCOMPARE(frames[0].spacingMm ? frames[0].spacingMm->row : 0, row);
    }

    /// NM reconstructions alone are placed by the spacing of their slices, its sign says which way (PS3.3 C.8.4.15); an RT dose by its
    /// offsets, which count from the first plane or are z themselves (C.8.8.3.2). Other frames without groups have no place.
    void GEO_19_whichFramesHaveAPlace_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QList<double>>("heights"); // z of each frame; empty: no place
        const auto row = [this](const char* name, const char* modality, const QString& attributes, const QList<double>& heights) {
            const QString made = "ds.PixelSpacing = [1, 1]; ds.ImagePositionPatient = [1, 2, 30]; ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]\n" + attributes;
            QTest::newRow(qPrintable(QString("GEO-19 %1").arg(name))) << file("ds = image(frames=3, modality='" + QString(modality) + "')\n" + made) << heights;
        };
        const QString recon = "ds.ImageType = ['ORIGINAL', 'PRIMARY', '%1', 'EMISSION']; ds.SpacingBetweenSlices = %2\n";
        row("NM reconstruction", "NM", recon.arg("RECON TOMO").arg(4), {30, 34, 38});
        row("NM gated reconstruction", "NM", recon.arg("RECON GATED TOMO").arg(4), {30, 34, 38});
        row("NM the other way", "NM", recon.arg("RECON TOMO").arg(-4), {30, 26, 22});
        row("NM slices in another order", "NM", recon.arg("RECON TOMO").arg(4) + "ds.SliceVector = [3, 1, 2]", {38, 30, 34});
        row("NM without a spacing", "NM", recon.arg("RECON TOMO").arg(0), {});
        row("NM projections", "NM", recon.arg("TOMO").arg(4), {});
        row("NM planar", "NM", recon.arg("STATIC").arg(4), {});
        row("NM place in the detector's words", "NM", recon.arg("RECON TOMO").arg(4) + "del ds.ImagePositionPatient; del ds.ImageOrientationPatient\n"
            "d = Dataset(); d.ImagePositionPatient = [1, 2, 50]; d.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]; ds.DetectorInformationSequence = Sequence([d])", {50, 54, 58});
        row("NM with a detector that says no place", "NM", recon.arg("RECON TOMO").arg(4) + "ds.DetectorInformationSequence = Sequence([Dataset()])", {30, 34, 38});
        row("NM slices of fewer frames", "NM", recon.arg("RECON TOMO").arg(4) + "ds.SliceVector = [3, 1]", {30, 34, 38});
        row("NM that says no spacing of slices", "NM", "ds.ImageType = ['ORIGINAL', 'PRIMARY', 'RECON TOMO', 'EMISSION']", {});
        row("NM without a spacing of pixels", "NM", recon.arg("RECON TOMO").arg(4) + "del ds.PixelSpacing", {});
        row("NM without a position", "NM", recon.arg("RECON TOMO").arg(4) + "del ds.ImagePositionPatient", {});
        row("NM without an orientation", "NM", recon.arg("RECON TOMO").arg(4) + "del ds.ImageOrientationPatient", {});
        row("no nuclear medicine", "OT", recon.arg("RECON TOMO").arg(4), {});
        row("frames of angiography", "XA", "", {});
        row("dose, offsets from the first plane", "RTDOSE", "ds.GridFrameOffsetVector = [0, 2, 5]", {30, 32, 35});
        row("dose, offsets downwards", "RTDOSE", "ds.GridFrameOffsetVector = [0, -2, -5]", {30, 28, 25});
        row("dose, feet first", "RTDOSE", "ds.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]; ds.GridFrameOffsetVector = [0, 2, 5]", {30, 28, 25}); // row x column points to the feet
        row("dose, z itself", "RTDOSE", "ds.GridFrameOffsetVector = [30, 32, 35]", {30, 32, 35});
        row("dose, z of another plane", "RTDOSE", "ds.GridFrameOffsetVector = [31, 33, 36]", {});
        row("dose, z nearly", "RTDOSE", "ds.GridFrameOffsetVector = ['30.009', '32', '35']", {30.009, 32, 35});
        row("dose, z not quite", "RTDOSE", "ds.GridFrameOffsetVector = ['30.011', '32', '35']", {});
        row("dose, z of tilted columns", "RTDOSE", "ds.ImageOrientationPatient = ['1', '0', '0', '0', '0.8', '0.6']; ds.GridFrameOffsetVector = [30, 32, 35]", {});
        row("dose, z of tilted rows", "RTDOSE", "ds.ImageOrientationPatient = ['0.8', '0', '0.6', '0', '1', '0']; ds.GridFrameOffsetVector = [30, 32, 35]", {});
        row("dose, more offsets than frames", "RTDOSE", "ds.GridFrameOffsetVector = [0, 2, 5, 9]", {30, 32, 35});
        row("dose without a position", "RTDOSE", "del ds.ImagePositionPatient; ds.GridFrameOffsetVector = [0, 2, 5]", {});
        row("dose, too few offsets", "RTDOSE", "ds.GridFrameOffsetVector = [0, 2]", {});
        row("dose, z of planes that are not transverse", "RTDOSE", "ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]; ds.GridFrameOffsetVector = [30, 32, 35]", {});
    }
    void GEO_19_whichFramesHaveAPlace()
    {
        QFETCH(QString, file);
        QFETCH(QList<double>, heights);
        const auto frames = read(file);
        QCOMPARE(frames.size(), 3u);
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(frames[size_t(i)].plane.has_value(), !heights.isEmpty());
            if (!heights.isEmpty())
                QVERIFY2(frames[size_t(i)].plane->originLps == (Vec3{1, 2, heights[i]}), qPrintable(QString::number(frames[size_t(i)].plane->originLps.z)));
        }
    }

    void GEO_11_theShapeOfAPixel()
    {
        const QString ratio = file("ds = image()\nds.PixelAspectRatio = [3, 2]"), both = file("ds = image()\nds.PixelAspectRatio = [3, 2]; ds.PixelSpacing = [1, 2]"),
                      none = file("ds = image()\nds.PixelAspectRatio = [0, 2]");
        QCOMPARE(read(ratio).at(0).pixelAspect, 1.5); // vertical by horizontal
        QCOMPARE(read(both).at(0).pixelAspect, 0.5);
        QCOMPARE(read(none).at(0).pixelAspect, 1.0);
    }

    /// Seconds since the midnight of the study's day: what was acquired after midnight comes after.
    void GEO_08_timesGoOnAfterMidnight_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("seconds"); // -1e9: none
        QTest::newRow("GEO-08 time alone") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '0102'") << 3720.0;
        QTest::newRow("GEO-08 seconds with their parts") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '010203.5'") << 3723.5;
        QTest::newRow("GEO-08 the day after") << file(QString("ds = image()\n") + "ds.StudyDate = '20200229'; ds.AcquisitionDate = '20200301'; ds.AcquisitionTime = '0001'") << 86460.0;
        QTest::newRow("GEO-08 the day before") << file(QString("ds = image()\n") + "ds.StudyDate = '20200301'; ds.AcquisitionDate = '20200229'; ds.AcquisitionTime = '2359'") << -60.0;
        QTest::newRow("GEO-08 a year apart is a mistake") << file(QString("ds = image()\n") + "ds.StudyDate = '20200101'; ds.AcquisitionDate = '20210101'; ds.AcquisitionTime = '0001'") << 60.0;
        QTest::newRow("GEO-08 Date Time first") << file(QString("ds = image()\n") + "ds.AcquisitionDateTime = '20200101000200'; ds.AcquisitionTime = '0001'") << 120.0;
        QTest::newRow("GEO-08 Date Time with its zone") << file(QString("ds = image()\n") + "ds.AcquisitionDateTime = '20200101000200.5-0500'") << 120.5;
        QTest::newRow("GEO-08 Date Time to the minute") << file(QString("ds = image()\n") + "ds.AcquisitionDateTime = '202001010002'") << 120.0;
        QTest::newRow("GEO-08 a Date Time too short") << file(QString("ds = image()\n") + "ds.AcquisitionDateTime = '2020010100'; ds.AcquisitionTime = '0003'") << 180.0;
        QTest::newRow("GEO-08 hours alone") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '01'") << -1e9;
        QTest::newRow("GEO-08 no time") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '0x02'") << -1e9;
        QTest::newRow("GEO-08 no minutes") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '01x2'") << -1e9;
        QTest::newRow("GEO-08 no seconds") << file(QString("ds = image()\n") + "ds.AcquisitionTime = '0102xx'") << -1e9;
    }
    void GEO_08_timesGoOnAfterMidnight()
    {
        QFETCH(QString, file);
        QFETCH(double, seconds);
        QCOMPARE(read(file).at(0).acquisitionTimeS.value_or(-1e9), seconds);
    }

    /// Of many frames all that are there are shown, and one for those that are not; of a claim without pixels a bounded number.
    void FIL_04_asManyFramesAsTheFileHolds()
    {
        const QString many = "ds = image(rows=8, columns=16, bits=8, frames=%1)\nds.NumberOfFrames = %2";
        QCOMPARE(read(file(many.arg(20'000).arg(2'000'000'000))).size(), 20'001u);
        QCOMPARE(read(file(many.arg(20'000).arg(20'000))).size(), 20'000u);
        QCOMPARE(read(file(many.arg(3).arg(2'000'000'000))).size(), 10'000u);
        QCOMPARE(read(file(many.arg(3).arg(4))).size(), 4u);
    }

    void GEO_19_partsOfOneObject()
    {
        const auto whole = read(file("ds = image(frames=2)\nds.ConcatenationUID = '1.9'; ds.InConcatenationNumber = 3; ds.InConcatenationTotalNumber = 5; ds.ConcatenationFrameOffsetNumber = 40")).at(1);
        QCOMPARE(whole.concatenationUid, "1.9");
        QCOMPARE(whole.objectUid(), "1.9");
        QCOMPARE(whole.concatenationNumber, 3);
        QCOMPARE(whole.concatenationTotal, 5);
        QCOMPARE(whole.firstFrameInObject, 40);
        const QString part = "ds = image(frames=2)\nds.ConcatenationUID = '1.9'; ds.InConcatenationNumber = %1";
        QVERIFY(read(file(part.arg(2))).at(0).firstFrameInObject > read(file(part.arg(1))).at(0).firstFrameInObject); // in their order, without offsets too
        QCOMPARE(read(file(part.arg(1))).at(0).firstFrameInObject, 0);
    }
};

QTEST_GUILESS_MAIN(TestInstance)
#include "tst_instance.moc"
