#include "tests/support/test_data.h"
#include "viewer/slice/slice_view.h"
#include "viewer/volume/stack_loader.h"
#include <QDir>
#include <QTemporaryDir>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

/// Multi-frame objects by pydicom, each of known geometry; every pixel of a frame has the frame's number as its value.
const char* const phantoms = R"(
import sys, numpy as np, pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import generate_uid, ExplicitVRLittleEndian
out = sys.argv[1]
def seq(**values):
    d = Dataset()
    for k, v in values.items(): setattr(d, k, v)
    return Sequence([d])
def base(sop, modality, frames, rows=4, columns=5, numbers=None, **values):
    meta = FileMetaDataset(); meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop; meta.MediaStorageSOPInstanceUID = generate_uid()
    d = FileDataset('', {}, file_meta=meta, preamble=b'\0' * 128)
    d.is_little_endian, d.is_implicit_VR = True, False
    d.SOPClassUID, d.SOPInstanceUID = sop, meta.MediaStorageSOPInstanceUID
    d.StudyInstanceUID, d.SeriesInstanceUID, d.FrameOfReferenceUID = '1.2.3', '1.2.3.4', '1.2.3.5'
    d.Modality, d.InstanceNumber, d.PatientID, d.PatientName = modality, 1, 'P', 'P'
    d.SamplesPerPixel, d.PhotometricInterpretation, d.PixelRepresentation = 1, 'MONOCHROME2', 0
    d.Rows, d.Columns, d.NumberOfFrames, d.BitsAllocated, d.BitsStored, d.HighBit = rows, columns, frames, 16, 16, 15
    for k, v in values.items(): setattr(d, k, v)
    numbers = range(frames) if numbers is None else numbers
    d.PixelData = b''.join(np.full(rows * columns, n, '<u2').tobytes() for n in numbers)
    return d
def save(d, name): d.save_as(out + '/' + name, write_like_original=False)
def index(*pairs):
    items = []
    for pointer, group, label in pairs:
        i = Dataset(); i.DimensionIndexPointer = Tag(pointer); i.FunctionalGroupPointer = Tag(group)
        if label: i.DimensionDescriptionLabel = label
        items.append(i)
    return Sequence(items)
def plane(z, y=0.0): return seq(ImagePositionPatient=[0.0, y, float(z)])
shared = Sequence([Dataset()])
shared[0].PlaneOrientationSequence = seq(ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
shared[0].PixelMeasuresSequence = seq(PixelSpacing=[2.0, 1.0], SliceThickness=9.0)
MR, CT = '1.2.840.10008.5.1.4.1.1.4.1', '1.2.840.10008.5.1.4.1.1.2.1'

# Diffusion: 3 slices, b = 0 once and b = 1000 in three directions; frames by direction, slices from the head down.
directions = [None, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)]
frames = [(k, s) for k in range(4) for s in (2, 1, 0)]
d = base(MR, 'MR', 12, SharedFunctionalGroupsSequence=shared)
d.DimensionIndexSequence = index(('StackID', 'FrameContentSequence', ''), ('InStackPositionNumber', 'FrameContentSequence', ''),
                                 ('DiffusionBValue', 'MRDiffusionSequence', 'Diffusion b'), ('DiffusionGradientOrientation', 'MRDiffusionSequence', ''))
groups = []
for k, s in frames:
    g = Dataset()
    g.FrameContentSequence = seq(StackID='1', InStackPositionNumber=s + 1, DimensionIndexValues=[1, s + 1, 1 if k == 0 else 2, max(1, k)])
    g.PlanePositionSequence = plane(s * 3)
    g.MRDiffusionSequence = seq(DiffusionBValue=0.0 if k == 0 else 1000.0, DiffusionDirectionality='NONE' if k == 0 else 'DIRECTIONAL')
    if k: g.MRDiffusionSequence[0].DiffusionGradientDirectionSequence = seq(DiffusionGradientOrientation=list(directions[k]))
    groups.append(g)
d.PerFrameFunctionalGroupsSequence = Sequence(groups)
save(d, 'dwi')
del d.DimensionIndexSequence
save(d, 'dwi_without_index')

# Two echoes, three heart phases in percent: a full grid.
d = base(MR, 'MR', 12, SharedFunctionalGroupsSequence=shared)
d.DimensionIndexSequence = index(('InStackPositionNumber', 'FrameContentSequence', ''), ('EffectiveEchoTime', 'MREchoSequence', ''),
                                 ('NominalPercentageOfCardiacPhase', 'CardiacSynchronizationSequence', ''))
groups = []
for s in range(2):
    for p in range(3):
        for e in range(2):
            g = Dataset()
            g.FrameContentSequence = seq(InStackPositionNumber=s + 1, DimensionIndexValues=[s + 1, e + 1, p + 1])
            g.PlanePositionSequence = plane(s * 3)
            g.MREchoSequence = seq(EffectiveEchoTime=12.5 * (e + 1))
            g.CardiacSynchronizationSequence = seq(NominalPercentageOfCardiacPhase=30.0 * p)
            groups.append(g)
d.PerFrameFunctionalGroupsSequence = Sequence(groups)
save(d, 'grid')
d.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence = seq(ImageOrientationPatient=[1.0, 0.0, 0.0, 0.02, 1.0, 0.0])
save(d, 'askew')
d.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence = seq(ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])

# A dimension of somebody's own, with no label: the keyword of the attribute.
d = base(CT, 'CT', 4, SharedFunctionalGroupsSequence=shared)
d.DimensionIndexSequence = index(('ImagePositionPatient', 'PlanePositionSequence', ''), ('FrameAcquisitionNumber', 'FrameContentSequence', ''))
d.PerFrameFunctionalGroupsSequence = Sequence([])
for n in range(4):
    g = Dataset()
    g.FrameContentSequence = seq(FrameAcquisitionNumber=7 + n % 2, DimensionIndexValues=[1 + n // 2, 1 + n % 2])
    g.PlanePositionSequence = plane(n // 2)
    d.PerFrameFunctionalGroupsSequence.append(g)
save(d, 'keyword')
for n, g in enumerate(d.PerFrameFunctionalGroupsSequence): # an index is any number of 32 bits
    g.FrameContentSequence[0].DimensionIndexValues = [1 + n // 2, 4294967294 + n % 2]
save(d, 'keyword_of_large_indices')

# A volume of nine frames, whole and as a concatenation of three parts (PS3.3 C.7.6.16.2.2.4).
order = [4, 0, 8, 1, 7, 2, 6, 3, 5]
def part(frames, **values):
    p = base(CT, 'CT', len(frames), numbers=frames, SharedFunctionalGroupsSequence=shared, **values)
    p.PerFrameFunctionalGroupsSequence = Sequence([])
    for n in frames:
        g = Dataset(); g.PlanePositionSequence = plane(2 * order[n]); g.FrameContentSequence = seq(StackID='1')
        p.PerFrameFunctionalGroupsSequence.append(g)
    return p
save(part(range(9)), 'whole')
for i in range(3):
    save(part(range(3 * i, 3 * i + 3), ConcatenationUID='1.2.9', InConcatenationNumber=i + 1, InConcatenationTotalNumber=3,
              ConcatenationFrameOffsetNumber=3 * i), 'part%d' % (i + 1))
    c = base('1.2.840.10008.5.1.4.1.1.7.2', 'OT', 2 - i // 2, numbers=[2 * i, 2 * i + 1][:2 - i // 2], ConcatenationUID='1.2.10', InConcatenationNumber=i + 1,
             ConcatenationFrameOffsetNumber=2 * i)
    save(c, 'cine%d' % (i + 1))

# Enhanced ultrasound volume: in the transducer's frame.
d = base('1.2.840.10008.5.1.4.1.1.6.2', 'US', 4, VolumeFrameOfReferenceUID='1.2.77', UltrasoundAcquisitionGeometry='APEX')
d.SharedFunctionalGroupsSequence = Sequence([Dataset()])
d.SharedFunctionalGroupsSequence[0].PlaneOrientationVolumeSequence = seq(ImageOrientationVolume=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
d.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence = seq(PixelSpacing=[1.0, 1.0])
d.PerFrameFunctionalGroupsSequence = Sequence([])
for n in range(4):
    g = Dataset(); g.PlanePositionVolumeSequence = seq(ImagePositionVolume=[0.0, 0.0, 0.5 * n]); d.PerFrameFunctionalGroupsSequence.append(g)
save(d, 'us')

# Enhanced XA: no plane; angles and spacing at the detector by frame.
d = base('1.2.840.10008.5.1.4.1.1.12.1.1', 'XA', 3)
d.SharedFunctionalGroupsSequence = Sequence([Dataset()])
d.SharedFunctionalGroupsSequence[0].FramePixelDataPropertiesSequence = seq(ImagerPixelSpacing=[0.3, 0.3])
d.PerFrameFunctionalGroupsSequence = Sequence([])
for n in range(3):
    g = Dataset(); g.PositionerPositionSequence = seq(PositionerPrimaryAngle=10.0 * n, PositionerSecondaryAngle=-5.0); d.PerFrameFunctionalGroupsSequence.append(g)
save(d, 'xa')
d = base('1.2.840.10008.5.1.4.1.1.12.1', 'XA', 3, PositionerPrimaryAngle=20.0, PositionerSecondaryAngle=1.0, PositionerPrimaryAngleIncrement=[0.0, 1.5, 3.0])
save(d, 'rotation')

# NM: reconstructed, gated: 3 slices of 2 time slots, stacked against the normal.
d = base('1.2.840.10008.5.1.4.1.1.20', 'NM', 6, ImageType=['ORIGINAL', 'PRIMARY', 'RECON GATED TOMO', 'EMISSION'], PixelSpacing=[4.0, 4.0], SpacingBetweenSlices=-5.0)
d.DetectorInformationSequence = seq(ImagePositionPatient=[1.0, 2.0, 30.0], ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])
d.TimeSlotVector, d.SliceVector = [1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3]
save(d, 'nm')
d.ImageType = ['ORIGINAL', 'PRIMARY', 'TOMO', 'EMISSION']
del d.SliceVector, d.TimeSlotVector
d.DetectorVector, d.AngularViewVector = [1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3]
save(d, 'nm_projections')

# Breast tomosynthesis: slices in the patient, of modality MG.
d = base('1.2.840.10008.5.1.4.1.1.13.1.3', 'MG', 4)
d.SharedFunctionalGroupsSequence = Sequence([Dataset()])
d.SharedFunctionalGroupsSequence[0].PlaneOrientationSequence = seq(ImageOrientationPatient=[0.0, 1.0, 0.0, 0.0, 0.0, -1.0])
d.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence = seq(PixelSpacing=[0.1, 0.1], SliceThickness=1.0)
d.PerFrameFunctionalGroupsSequence = Sequence([])
for n in range(4):
    g = Dataset(); g.PlanePositionSequence = seq(ImagePositionPatient=[1.0 * n, 0.0, 0.0]); d.PerFrameFunctionalGroupsSequence.append(g)
save(d, 'tomosynthesis')

# RT dose, offsets from the first plane and as z.
for name, offsets in (('dose_relative', [0.0, 2.5, 5.0, 7.5]), ('dose_absolute', [-40.0, -37.5, -35.0, -32.5]), ('dose_nowhere', [6.0, 8.5, 11.0, 13.5])):
    d = base('1.2.840.10008.5.1.4.1.1.481.2', 'RTDOSE', 4, ImagePositionPatient=[1.0, 2.0, -40.0], ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
             PixelSpacing=[3.0, 3.0], DoseUnits='GY', DoseGridScaling='0.25', GridFrameOffsetVector=offsets)
    save(d, name)

# Classic MR: directions of one b-value, a file each.
for k in range(4):
    for s in range(3):
        d = base('1.2.840.10008.5.1.4.1.1.4', 'MR', 1, numbers=[10 * k + s], ImagePositionPatient=[0.0, 0.0, 3.0 * s], ImageOrientationPatient=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                 PixelSpacing=[1.0, 1.0], DiffusionBValue=1000.0 if k else 0.0)
        if k: d.DiffusionGradientOrientation = list(directions[k])
        d.InstanceNumber = 12 - (3 * k + s)
        del d.NumberOfFrames
        save(d, 'classic_%d_%d' % (k, s))
)";

} // namespace

/// Frames of multi-frame objects: their place, what tells them apart, parts that belong together.
class TestFrames : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

    std::vector<Stack> stacksOf(const QStringList& names) const
    {
        std::vector<Instance> instances;
        for (const QString& name : names) {
            auto read = readInstances(m_folder.filePath(name));
            if (!read)
                qFatal("%s: %s", qPrintable(name), qPrintable(message(read.error())));
            std::move(read->begin(), read->end(), std::back_inserter(instances));
        }
        return buildStacks(std::move(instances));
    }
    /// The value of each frame's pixels, in the stack's order.
    static QList<int> values(const Stack& stack)
    {
        const auto volume = *StackLoader::load(stack);
        QList<int> all;
        for (int frame = 0; frame < volume->frameCount(); ++frame)
            all << int(volume->storedAt(frame, 2, 2).value_or(-1));
        return all;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const auto ran = test::python(phantoms, {m_folder.path()});
        QVERIFY2(ran.code == 0, ran.err.constData());
    }

    void directionsOfOneBValueStayApart()
    {
        const auto stacks = stacksOf({"dwi"});
        QCOMPARE(stacks.size(), 1u); // GEO-08, OBJ-10
        const Stack& stack = stacks[0];
        QCOMPARE(stack.sliceCount, 3);
        QCOMPARE(stack.phaseCount, 4);
        QVERIFY(stack.isVolume);
        QCOMPARE(*stack.sliceSpacingMm, 3.0);
        QCOMPARE(stack.dimensions.size(), 1u);
        QCOMPARE(stack.dimensions[0].name, "Diffusion b, gradient direction");
        QCOMPARE(stack.dimensions[0].values, (std::vector<double>{0, 1000, 1000, 1000}));
        QCOMPARE(stack.dimensions[0].text(0).section(',', 0, 0), "0 s/mm²");
        QCOMPARE(stack.dimensions[0].text(2), "1000 s/mm², 0 1 0");
        QCOMPARE(values(stack), (QList<int>{2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9}));
        QCOMPARE(stack.dimensionTexts(7), QStringList{"Diffusion b, gradient direction 1000 s/mm², 0 1 0"});
    }

    void withoutAnIndexTheValuesThemselvesCount()
    {
        const auto stacks = stacksOf({"dwi_without_index"});
        QCOMPARE(stacks.size(), 1u);
        QCOMPARE(stacks[0].phaseCount, 4);
        QCOMPARE(stacks[0].dimensions[0].name, "b-value and gradient direction");
        QCOMPARE(values(stacks[0]).mid(0, 3), (QList<int>{2, 1, 0}));
        QStringList files;
        for (const QString& name : QDir(m_folder.path()).entryList({"classic_*"}))
            files << name;
        QCOMPARE(files.size(), 12);
        const auto classic = stacksOf(files);
        QCOMPARE(classic.size(), 1u);
        QCOMPARE(classic[0].phaseCount, 4);
        QCOMPARE(classic[0].dimensions[0].unit, "s/mm²");
        QCOMPARE(values(classic[0]), (QList<int>{0, 1, 2, 30, 31, 32, 20, 21, 22, 10, 11, 12})); // b, then x, y, z ascending
    }

    /// Pixel Spacing is rows first (PS3.3 10.7.1.3); the plane follows it, its directions at right angles though written with few digits.
    void GEO_11_spacingIsRowsFirst()
    {
        const auto stacks = stacksOf({"grid"});
        const Instance& first = stacks.at(0).instances.at(0);
        QCOMPARE(first.spacingMm->row, 2.0);
        QCOMPARE(first.spacingMm->column, 1.0);
        QCOMPARE(first.pixelAspect, 2.0);
        const Vec3 origin = first.plane->toPatient(QPointF(0, 0));
        QVERIFY(norm(first.plane->toPatient(QPointF(1, 0)) - origin - Vec3{1, 0, 0}) < 1e-9);
        QVERIFY(norm(first.plane->toPatient(QPointF(0, 1)) - origin - Vec3{0, 2, 0}) < 1e-9);
        const auto askew = stacksOf({"askew"});
        const PlaneGeometry& plane = *askew.at(0).instances.at(0).plane;
        QVERIFY(std::abs(dot(plane.rowDirection, plane.columnDirection)) < 1e-12 && std::abs(norm(plane.columnDirection) - 1) < 1e-12);
        QVERIFY(plane.rowDirection.x == 1); // as it is written; the column gives way
    }

    /// Pixel Aspect Ratio is vertical \ horizontal (PS3.3 C.7.6.3.1.7); a spacing said to be calibrated is (MEA-02).
    void GEO_11_aspectAndCalibrationOfAProjection()
    {
        using namespace dicom;
        const auto read = [](const auto& fill) {
            Dataset dataset;
            (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.1");
            (void)dataset.setText(tag::SOPInstanceUID, "1.2.3");
            (void)dataset.setText(tag::Modality, "CR");
            (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
            for (const auto& [t, n] : {std::pair(tag::SamplesPerPixel, 1), {tag::Rows, 4}, {tag::Columns, 4}, {tag::BitsAllocated, 8}, {tag::BitsStored, 8}, {tag::HighBit, 7}, {tag::PixelRepresentation, 0}})
                dataset.setNumber(t, n);
            dataset.setBytes(tag::PixelData, QByteArray(16, 1));
            fill(dataset);
            QTemporaryDir folder;
            const QString path = folder.filePath("file");
            return dataset.write(path, "1.2.840.10008.1.2.1") ? readInstances(path)->front() : Instance{};
        };
        QCOMPARE(read([](Dataset& d) { (void)d.setText(tag::PixelAspectRatio, "3\\2"); }).pixelAspect, 1.5);
        const auto calibrated = read([](Dataset& d) {
            d.setNumbers(tag::PixelSpacing, {0.2, 0.2});
            (void)d.setText(tag::PixelSpacingCalibrationType, "FIDUCIAL");
        });
        QCOMPARE(int(calibrated.spacingOrigin), int(SpacingOrigin::Calibrated));
        const auto unsaid = read([](Dataset& d) { d.setNumbers(tag::PixelSpacing, {0.2, 0.2}); });
        QCOMPARE(int(unsaid.spacingOrigin), int(SpacingOrigin::Unknown));
    }

    void aFullGridIsTwoDimensions()
    {
        const auto stacks = stacksOf({"grid"});
        QCOMPARE(stacks.size(), 1u);
        const Stack& stack = stacks[0];
        QCOMPARE(stack.dimensions.size(), 2u);
        QCOMPARE(stack.dimensions[0].name, "heart phase"); // the last index varies fastest
        QCOMPARE(stack.dimensions[0].unit, "%");
        QCOMPARE(stack.dimensions[0].values, (std::vector<double>{0, 30, 60}));
        QCOMPARE(stack.dimensions[1].name, "echo time");
        QCOMPARE(stack.dimensions[1].values, (std::vector<double>{12.5, 25}));
        // written by slice, phase, echo; shown by echo, phase, slice
        QCOMPARE(values(stack), (QList<int>{0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11}));
        QCOMPARE(stack.dimensionTexts(stack.frameOf(1, 4)), (QStringList{"heart phase 30 %", "echo time 25 ms"}));
        for (const char* file : {"keyword", "keyword_of_large_indices"}) {
            const auto own = stacksOf({file});
            QVERIFY(own.size() == 1 && own[0].dimensions.size() == 1);
            QCOMPARE(own[0].dimensions[0].name, "FrameAcquisitionNumber");
            QCOMPARE(own[0].dimensions[0].values, (std::vector<double>{7, 8}));
        }
        QCOMPARE(stacksOf({"keyword"})[0].dimensions[0].values, (std::vector<double>{7, 8}));
    }

    void partsOfAConcatenationAreTheWhole()
    {
        const auto whole = stacksOf({"whole"});
        const auto parts = stacksOf({"part3", "part1", "part2"});
        QCOMPARE(whole.size(), 1u);
        QCOMPARE(parts.size(), 1u); // OBJ-10
        QVERIFY(parts[0].isVolume && parts[0].warnings.empty());
        QCOMPARE(values(parts[0]), values(whole[0]));
        QCOMPARE(values(whole[0]), (QList<int>{1, 3, 5, 7, 0, 8, 6, 4, 2}));
        for (int i = 0; i < 9; ++i)
            QCOMPARE(parts[0].instances[size_t(i)].plane->originLps, whole[0].instances[size_t(i)].plane->originLps);

        const auto cine = stacksOf({"cine3", "cine2", "cine1"});
        QCOMPARE(cine.size(), 1u);
        QCOMPARE(values(cine[0]), (QList<int>{0, 1, 2, 3, 4}));
    }

    void aMissingPartIsNamed()
    {
        for (const QStringList& names : {QStringList{"part1", "part3"}, QStringList{"cine1", "cine3"}}) {
            const auto stacks = stacksOf(names);
            QCOMPARE(stacks.size(), 1u);
            const auto& warnings = stacks[0].warnings;
            const auto found = std::find_if(warnings.begin(), warnings.end(), [](const StackWarning& w) { return w.code == "OBJ-10"; });
            QVERIFY(found != warnings.end());
            QVERIFY2(found->text.contains("Part 2 of 3"), qPrintable(found->text));
        }
        const auto last = stacksOf({"part1", "part2"});
        QCOMPARE(last[0].warnings.back().code, "OBJ-10"); // the total number tells
    }

    void anUltrasoundVolumeHasNoPatientLetters()
    {
        const auto stacks = stacksOf({"us"});
        QCOMPARE(stacks.size(), 1u);
        const Stack& stack = stacks[0];
        QVERIFY(stack.isVolume); // OBJ-10
        QCOMPARE(*stack.sliceSpacingMm, 0.5);
        QCOMPARE(stack.orientation, "none"); // GEO-16
        QCOMPARE(stack.frameOfReference, "1.2.77");
        const auto volume = *StackLoader::load(stack);
        const EdgeLetters letters = SliceTransform::of(*volume, {}, {50, 50}).letters();
        QCOMPARE(letters.left + letters.right + letters.top + letters.bottom, "");
    }

    void angiographyHasAnglesAndNoPlane()
    {
        const auto xa = stacksOf({"xa"});
        QCOMPARE(xa.size(), 1u);
        QVERIFY(!xa[0].instances[1].plane && !xa[0].canReslice);
        QCOMPARE(*xa[0].instances[2].positionerPrimaryDeg, 20.0);
        QCOMPARE(*xa[0].instances[2].positionerSecondaryDeg, -5.0);
        QCOMPARE(xa[0].instances[1].spacingMm->row, 0.3);
        QCOMPARE(int(xa[0].instances[1].spacingOrigin), int(SpacingOrigin::Detector));
        const auto rotation = stacksOf({"rotation"});
        QCOMPARE(*rotation[0].instances[2].positionerPrimaryDeg, 23.0);
    }

    void aNuclearReconstructionIsAVolume()
    {
        const auto stacks = stacksOf({"nm"});
        QCOMPARE(stacks.size(), 1u);
        const Stack& stack = stacks[0];
        QVERIFY2(stack.isVolume, qPrintable(stack.whyNoVolume));
        QCOMPARE(stack.sliceCount, 3);
        QCOMPARE(*stack.sliceSpacingMm, 5.0);
        QCOMPARE(stack.dimensions[0].name, "time slot");
        // Spacing Between Slices is negative: the first frame is the highest.
        QCOMPARE(stack.instances[0].plane->originLps, (Vec3{1, 2, 20}));
        QCOMPARE(values(stack), (QList<int>{2, 1, 0, 5, 4, 3}));
        const auto projections = stacksOf({"nm_projections"});
        QVERIFY(!projections[0].instances[0].plane && !projections[0].canReslice);
        QCOMPARE(projections[0].dimensionTexts(4), (QStringList{"detector 2", "angular view 2"}));
    }

    void tomosynthesisIsAVolumeInThePatient()
    {
        const auto stacks = stacksOf({"tomosynthesis"});
        QCOMPARE(stacks.size(), 1u); // GEO-19
        QVERIFY(stacks[0].isVolume);
        QCOMPARE(stacks[0].orientation, "sagittal");
        QCOMPARE(*stacks[0].sliceSpacingMm, 1.0);
        QCOMPARE(int(stacks[0].instances[0].spacingOrigin), int(SpacingOrigin::Patient));
        QCOMPARE(values(stacks[0]), (QList<int>{3, 2, 1, 0})); // along the normal, which points to the right
    }

    void doseLiesWhereItsOffsetsSay_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("GEO-19 from the first plane") << "dose_relative";
        QTest::newRow("GEO-19 z itself") << "dose_absolute";
    }
    void doseLiesWhereItsOffsetsSay()
    {
        QFETCH(QString, file);
        const auto stacks = stacksOf({file});
        QCOMPARE(stacks.size(), 1u);
        QVERIFY(stacks[0].isVolume);
        const auto volume = *StackLoader::load(stacks[0]);
        QCOMPARE(volume->plane(3)->originLps, (Vec3{1, 2, -32.5}));
        QCOMPARE(*volume->valueAt(3, 1, 1), 0.75);
        QCOMPARE(*volume->valueAt(Vec3{4, 5, -36.25}), 0.375);
        QCOMPARE(volume->unit(3), "GY");
    }

    /// GEO-19: offsets that begin neither with 0 nor with the first plane's z mean nothing (PS3.3 C.8.8.3.2).
    void doseIsNotGuessed()
    {
        const auto stacks = stacksOf({"dose_nowhere"});
        QCOMPARE(stacks.size(), 1u);
        QVERIFY(!stacks[0].canReslice && !stacks[0].instances.front().plane);
        QCOMPARE(stacks[0].warnings.front().code, "GEO-16");
    }
};

QTEST_GUILESS_MAIN(TestFrames)
#include "tst_frames.moc"
