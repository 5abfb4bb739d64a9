#include "netclient/dicom/uid.h"
#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/volume/stack.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <algorithm>
#include <ctime>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using test::Phantom;
namespace tag = dicom::tag;

namespace
{

QStringList codes(const Stack& stack)
{
    QStringList found;
    for (const StackWarning& warning : stack.warnings)
        found << warning.code;
    return found;
}

std::vector<Instance> shuffled(std::vector<Instance> instances)
{
    std::mt19937 random(7);
    std::shuffle(instances.begin(), instances.end(), random);
    return instances;
}

/// Positions, spacing and tilt of a folder's largest series by pydicom and numpy, from the definitions of PS3.3 C.7.6.2.
const char* const geometryByNumpy = R"(
import sys, os, pydicom, numpy
series = {}
for d, _, fs in os.walk(sys.argv[1]):
    for f in fs:
        p = os.path.join(d, f)
        try: ds = pydicom.dcmread(p, stop_before_pixels=True)
        except Exception: continue
        if 'ImagePositionPatient' in ds and 'ImageOrientationPatient' in ds and 'PixelSpacing' in ds:
            key = (ds.SeriesInstanceUID, tuple(numpy.round([float(v) for v in ds.ImageOrientationPatient], 2)), 'LOCALIZER' in ds.get('ImageType', []))
            series.setdefault(key, []).append((p, ds))
for key, files in sorted(series.items(), key=lambda s: s[0][0]):
    ds = files[0][1]
    o = numpy.array([float(v) for v in ds.ImageOrientationPatient]); r, c = o[:3], o[3:]; n = numpy.cross(r, c)
    at = sorted((float(numpy.dot([float(v) for v in d.ImagePositionPatient], n)), d.SOPInstanceUID, p) for p, d in files)
    s = numpy.array([a[0] for a in at])
    if len(s) < 4 or numpy.diff(s).min() < 0.02: continue
    gaps = numpy.diff(s); regular = gaps.max() - gaps.min() < 0.05
    first = numpy.array([float(v) for v in [d for p, d in files if d.SOPInstanceUID == at[0][1]][0].ImagePositionPatient])
    last = numpy.array([float(v) for v in [d for p, d in files if d.SOPInstanceUID == at[-1][1]][0].ImagePositionPatient])
    way = (last - first) / numpy.linalg.norm(last - first)
    tilt = numpy.degrees(numpy.arccos(min(1, abs(numpy.dot(way, n)))))
    print(';'.join(a[2] for a in at), len(s), gaps.mean() if regular else -1, tilt, ds.PixelSpacing[0], ds.PixelSpacing[1], ';'.join(a[1] for a in at), sep='\t')
)";

} // namespace

class TestStacks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void realSeriesAgreeWithNumpy_data()
    {
        QTest::addColumn<QStringList>("columns");
        for (const char* folder : {"volumes/fnndsc_andrei_abdomen_ct", "volumes/dcm_qa_ct_tilt", "volumes/taichi_cd_ct_mr_mr", "volumes/cerr_ibsi_ct_rtstruct",
                                   "volumes/ohif_petct_acrin_nsclc", "volumes/dicom2nifti_odd_volumes", "volumes/dcm_qa_decubitus"}) {
            const QString path = test::dataFile(folder);
            if (path.isEmpty())
                continue;
            int n = 0;
            for (const QByteArray& line : test::python(geometryByNumpy, {path}).out.split('\n')) {
                const QStringList columns = QString::fromUtf8(line).split('\t');
                if (columns.size() == 7)
                    QTest::addRow("GEO-01 GEO-02 GEO-05 %s %d", folder, n++) << columns;
            }
        }
    }
    void realSeriesAgreeWithNumpy()
    {
        const QString folder = test::dataFile("volumes");
        NEEDS_TEST_DATA(folder);
        QFETCH(QStringList, columns);
        std::vector<Instance> instances;
        for (const QString& path : columns[0].split(';')) {
            auto read = readInstances(path);
            if (read)
                std::move(read->begin(), read->end(), std::back_inserter(instances));
        }
        QCOMPARE(int(instances.size()), columns[1].toInt());
        const auto stacks = buildStacks(shuffled(instances));
        const auto largest = std::max_element(stacks.begin(), stacks.end(), [](const Stack& a, const Stack& b) { return a.frameCount() < b.frameCount(); });
        const Stack& stack = *largest;
        if (stacks.size() > 1)
            QSKIP("several formats in one orientation: split, nothing to compare");
        QStringList order;
        for (const Instance& instance : stack.instances)
            order << instance.uid.value;
        QCOMPARE(order.join(';'), columns[6]);
        const double spacing = columns[2].toDouble();
        if (spacing > 0) {
            QVERIFY(stack.sliceSpacingMm);
            QVERIFY2(std::abs(*stack.sliceSpacingMm - spacing) < 0.01, qPrintable(QString::number(*stack.sliceSpacingMm)));
        } else {
            QVERIFY(!stack.isVolume);
            QVERIFY2(codes(stack).contains("GEO-03") || codes(stack).contains("GEO-04"), qPrintable(codes(stack).join(' ')));
        }
        QVERIFY2(std::abs(std::abs(stack.gantryTiltDeg) - (columns[3].toDouble() > 0.5 ? columns[3].toDouble() : 0)) < 0.1,
                 qPrintable(QString::number(stack.gantryTiltDeg)));
        QCOMPARE(stack.pixelSpacingMm->row, columns[4].toDouble());
        QCOMPARE(stack.pixelSpacingMm->column, columns[5].toDouble());
    }

    void slicesAreSortedByPositionNotByNumber()
    {
        Phantom phantom;
        auto instances = phantom.instances();
        for (size_t i = 0; i < instances.size(); ++i) {
            instances[i].instanceNumber = int(instances.size() - i); // numbered from the head down
            instances[i].sliceThicknessMm = 5;                       // overlapping: thicker than apart
        }
        const auto stacks = buildStacks(shuffled(instances));
        QCOMPARE(stacks.size(), 1u);
        for (int i = 1; i < stacks[0].sliceCount; ++i)
            QVERIFY(stacks[0].instances[size_t(i)].plane->originLps.z > stacks[0].instances[size_t(i - 1)].plane->originLps.z);
        QCOMPARE(*stacks[0].sliceSpacingMm, 2.0);
        QVERIFY(stacks[0].isVolume);
        QVERIFY(stacks[0].warnings.empty());
        QCOMPARE(stacks[0].orientation, "axial");
    }

    /// Slices closer than a millimetre lie in order too, whatever their numbers say.
    void fractionsOfAMillimetreAreSorted()
    {
        Phantom phantom;
        phantom.slices = 40;
        for (const double step : {0.5, 0.2}) {
            phantom.sliceStep = {0, 0, step};
            auto instances = phantom.instances();
            for (size_t i = 0; i < instances.size(); ++i)
                instances[i].instanceNumber = int(instances.size() - i);
            const auto stacks = buildStacks(shuffled(instances));
            QCOMPARE(stacks.size(), 1u);
            for (int i = 0; i < phantom.slices; ++i)
                QVERIFY(std::abs(stacks[0].instances[size_t(i)].plane->originLps.z - (30 + i * step)) < 1e-9); // GEO-01
            QVERIFY(std::abs(*stacks[0].sliceSpacingMm - step) < 1e-9);
            QVERIFY(stacks[0].isVolume && stacks[0].warnings.empty());
        }
    }

    void aMissingSliceIsNamed()
    {
        Phantom phantom;
        phantom.slices = 10;
        auto instances = phantom.instances();
        instances.erase(instances.begin() + 4);
        const Stack stack = buildStacks(shuffled(instances)).front();
        QCOMPARE(codes(stack), QStringList{"GEO-03"});
        QVERIFY2(stack.warnings[0].text.contains("image 4") && stack.warnings[0].text.contains("image 6"), qPrintable(stack.warnings[0].text));
        QVERIFY(!stack.isVolume && stack.canReslice && stack.needsResampling && !stack.whyNoVolume.isEmpty());
        QCOMPARE(*stack.sliceSpacingMm, 2.0);
    }

    void GEO_03_howManyAreMissingAndWhere()
    {
        Phantom phantom;
        phantom.slices = 9;
        auto instances = phantom.instances();
        instances.erase(instances.begin() + 4, instances.begin() + 6); // images 5 and 6
        const Stack stack = buildStacks(instances).front();
        QCOMPARE(codes(stack), QStringList{"GEO-03"});
        QVERIFY2(stack.warnings[0].text.startsWith("2 slice(s) missing between slice 4 (image 4) and slice 5 (image 7): 6"), qPrintable(stack.warnings[0].text));
    }

    void variableSpacingIsNoVolume()
    {
        Phantom phantom;
        auto instances = phantom.instances();
        instances[3].plane->originLps.z += 0.7;
        const Stack stack = buildStacks(instances).front();
        QCOMPARE(codes(stack), QStringList{"GEO-04"});
        QVERIFY(!stack.isVolume && !stack.sliceSpacingMm);
    }

    void tiltComesFromPositions_data()
    {
        QTest::addColumn<double>("degrees");
        for (const double degrees : {1.0, 5.0, 20.0, -5.0})
            QTest::addRow("GEO-05 %g degrees", degrees) << degrees;
    }
    void tiltComesFromPositions()
    {
        QFETCH(double, degrees);
        Phantom phantom;
        const double angle = degrees * M_PI / 180;
        phantom.columnDirection = {0, std::cos(angle), std::sin(angle)}; // the gantry leans, the table moves along z
        const Stack stack = phantom.stack();
        QVERIFY(std::abs(stack.gantryTiltDeg - degrees) < 1e-6); // GEO-05: its sign is that of the shift along the columns
        QVERIFY(codes(stack).contains("GEO-05"));
        QVERIFY(!stack.isVolume && stack.canReslice);
        QVERIFY(std::abs(*stack.sliceSpacingMm - 2 * std::cos(angle)) < 1e-9);
    }

    void localizerAndSecondOrientationAreStacksOfTheirOwn()
    {
        Phantom axial;
        Phantom coronal;
        coronal.columnDirection = {0, 0, -1};
        coronal.sliceStep = {0, 3, 0};
        auto instances = axial.instances();
        for (Instance& instance : coronal.instances()) {
            instance.uid.value += ".7";
            instance.instanceNumber = *instance.instanceNumber + 100;
            instances.push_back(instance);
        }
        Instance scout = axial.instance(2);
        scout.uid.value = "1.9";
        scout.isLocalizer = true;
        scout.instanceNumber = 900;
        instances.push_back(scout);
        const auto stacks = buildStacks(shuffled(instances));
        QCOMPARE(stacks.size(), 3u); // GEO-06, GEO-07
        QCOMPARE(stacks[0].orientation, "axial");
        QCOMPARE(stacks[1].orientation, "coronal");
        QVERIFY(stacks[2].instances.front().isLocalizer);
        QVERIFY(stacks[0].isVolume && stacks[1].isVolume && !stacks[2].isVolume);
    }

    void repeatedPositionsBecomeADimension_data()
    {
        QTest::addColumn<int>("what");
        QTest::addColumn<QString>("name");
        QTest::newRow("GEO-08 temporal position") << 0 << "temporal position";
        QTest::newRow("GEO-08 echo time") << 1 << "echo time";
        QTest::newRow("GEO-08 b-value") << 2 << "b-value";
        QTest::newRow("GEO-08 trigger time") << 3 << "trigger time";
        QTest::newRow("GEO-08 acquisition time") << 4 << "acquisition time";
    }
    void repeatedPositionsBecomeADimension()
    {
        QFETCH(int, what);
        std::vector<Instance> instances;
        for (int phase = 0; phase < 3; ++phase)
            for (Instance& instance : Phantom{}.instances()) {
                instance.uid.value += QString(".%1").arg(phase);
                instance.instanceNumber = *instance.instanceNumber * 3 + phase;
                if (what == 0)
                    instance.temporalPosition = phase + 1;
                else if (what == 1)
                    instance.echoTimeMs = 10 * phase + 5;
                else if (what == 2)
                    instance.bValue = 500 * phase;
                else if (what == 3)
                    instance.triggerTimeMs = 40 * phase;
                else
                    instance.acquisitionTimeS = 1000 + 7 * phase + 0.1 * *instance.instanceNumber;
                instances.push_back(instance);
            }
        const auto stacks = buildStacks(shuffled(instances));
        QCOMPARE(stacks.size(), 1u);
        QCOMPARE(stacks[0].sliceCount, 5);
        QCOMPARE(stacks[0].phaseCount, 3);
        QCOMPARE(stacks[0].dimensions.size(), 1u);
        QTEST(stacks[0].dimensions[0].name, "name");
        QCOMPARE(stacks[0].dimensions[0].size, 3);
        QVERIFY(stacks[0].isVolume);
        QVERIFY(stacks[0].instances[5].uid.value.endsWith(".1")); // all of phase 0, then phase 1
    }

    void unevenRepetitionsBecomeStacksOfTheirOwn()
    {
        auto instances = Phantom{}.instances();
        for (int slice = 1; slice < 4; ++slice) {
            Instance extra = Phantom{}.instance(slice);
            extra.uid.value += ".8";
            extra.acquisitionNumber = 2;
            extra.instanceNumber = 50 + slice;
            instances.push_back(extra);
        }
        for (int i = 0; i < 5; ++i)
            instances[size_t(i)].acquisitionNumber = 1;
        const auto stacks = buildStacks(shuffled(instances));
        QCOMPARE(stacks.size(), 2u); // GEO-08
        QCOMPARE(stacks[0].frameCount(), 5);
        QCOMPARE(stacks[1].frameCount(), 3);
        QVERIFY(codes(stacks[0]).contains("GEO-08"));
    }

    /// GEO-10: rows run to the right (−x): the normal points to the feet, slices ascend along it.
    void aLeftHandedOrderIsNotMirrored()
    {
        Phantom phantom;
        phantom.rowDirection = {-1, 0, 0};
        const Stack stack = buildStacks(shuffled(phantom.instances())).front();
        QVERIFY(stack.isVolume);
        QVERIFY(stack.instances.front().plane->originLps.z > stack.instances.back().plane->originLps.z);
        const auto volume = Phantom::volume(stack, [](Vec3 p) { return 3 * p.x + 5 * p.y + 7 * p.z; });
        QVERIFY(std::abs(*volume->valueAt(Vec3{-12.5, -17.5, 33}) - (3 * -12.5 + 5 * -17.5 + 7 * 33)) < 1e-6);
        const auto grid = *volume->grid();
        QVERIFY(dot(cross(grid.columnStep, grid.rowStep), grid.sliceStep) > 0);
    }

    void duplicatesAreShownOnce()
    {
        auto instances = Phantom{}.instances();
        instances.push_back(instances[1]);
        Stack stack = buildStacks(instances).front();
        QCOMPARE(stack.frameCount(), 5); // GEO-18
        QCOMPARE(codes(stack), QStringList{"GEO-18"});
        instances[1].contentHash = "a";
        instances.back().contentHash = "b";
        stack = buildStacks(instances).front();
        QCOMPARE(stack.frameCount(), 5);
        QVERIFY(stack.warnings[0].text.contains("different"));
    }

    void withoutFrameOfReferenceThereIsAWarning()
    {
        Phantom phantom;
        phantom.frameOfReference.clear();
        QCOMPARE(codes(phantom.stack()), QStringList{"GEO-12"});
        Phantom other;
        other.frameOfReference = "9.9";
        auto instances = Phantom{}.instances();
        for (Instance& instance : other.instances()) {
            instance.uid.value += ".5";
            instances.push_back(instance);
        }
        QCOMPARE(buildStacks(instances).size(), 2u);
    }

    /// GEO-16: a file without Image Orientation gets no orientation, no letters, no volume.
    void withoutOrientationNothingIsInvented()
    {
        QTemporaryDir folder;
        std::vector<Instance> instances;
        for (int i = 0; i < 4; ++i) {
            Dataset dataset;
            (void)dataset.setText(tag::SOPInstanceUID, dicom::newUid());
            (void)dataset.setText(tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
            (void)dataset.setText(tag::Modality, "CT");
            (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
            for (const auto& [t, value] : {std::pair(tag::SamplesPerPixel, 1), {tag::Rows, 2}, {tag::Columns, 2}, {tag::BitsAllocated, 8}, {tag::BitsStored, 8},
                                           {tag::HighBit, 7}, {tag::PixelRepresentation, 0}, {tag::InstanceNumber, 4 - i}})
                dataset.setNumber(t, value);
            dataset.setNumbers(tag::ImagePositionPatient, {0, 0, double(i)});
            dataset.setNumbers(tag::PixelSpacing, {1, 1});
            dataset.setBytes(tag::PixelData, QByteArray(4, '\1'));
            const QString path = folder.filePath(QString::number(i));
            QVERIFY(dataset.write(path, "1.2.840.10008.1.2.1"));
            auto read = readInstances(path);
            QVERIFY(read);
            QCOMPARE(read->size(), 1u);
            QVERIFY(!read->front().plane);
            instances.push_back(read->front());
        }
        const auto stacks = buildStacks(instances);
        QCOMPARE(stacks.size(), 1u);
        QCOMPARE(stacks[0].orientation, "none");
        QVERIFY(!stacks[0].sliceSpacingMm && !stacks[0].isVolume && !stacks[0].whyNoVolume.isEmpty());
        QCOMPARE(*stacks[0].instances.front().instanceNumber, 1);
    }

    /// One frame of reference an image is an anonymiser's fault: one stack, not linked to anything.
    void scatteredFramesOfReferenceAreOneStack()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.frameOfReference.value += instance.uid.value;
        const auto stacks = buildStacks(instances);
        QCOMPARE(stacks.size(), 1u);
        QVERIFY(stacks[0].isVolume && stacks[0].frameOfReference.isEmpty());
        QCOMPARE(codes(stacks[0]), QStringList{"GEO-12"});
    }

    void lettersOfDirections_data()
    {
        QTest::addColumn<QList<double>>("direction");
        QTest::addColumn<QString>("letters");
        QTest::newRow("GEO-17 left") << QList<double>{1, 0, 0} << "L";
        QTest::newRow("GEO-17 foot") << QList<double>{0, 0, -1} << "F";
        QTest::newRow("GEO-17 oblique") << QList<double>{0.8, -0.6, 0} << "LA";
        QTest::newRow("GEO-17 below 5 degrees of it") << QList<double>{std::cos(4.9 * M_PI / 180), -std::sin(4.9 * M_PI / 180), 0} << "L";
        QTest::newRow("GEO-17 above 5 degrees of it") << QList<double>{std::cos(5.1 * M_PI / 180), -std::sin(5.1 * M_PI / 180), 0} << "LA";
        QTest::newRow("GEO-17 of any length") << QList<double>{0, -10, 0.5} << "A";
        QTest::newRow("GEO-17 a short one") << QList<double>{0, -0.01, 0.01} << "AH";
        QTest::newRow("GEO-17 double oblique") << QList<double>{-0.3, 0.8, -0.52} << "PFR";
        QTest::newRow("none") << QList<double>{0, 0, 0} << "";
    }
    void lettersOfDirections()
    {
        QFETCH(QList<double>, direction);
        QFETCH(QString, letters);
        QCOMPARE(orientationLetters({direction[0], direction[1], direction[2]}), letters);
        QCOMPARE(oppositeLetters(letters), orientationLetters({-direction[0], -direction[1], -direction[2]}));
    }

    /// Within 20° of an axis, from either side and of any length; each axis has its own name.
    void whichWayAPlaneLies()
    {
        const std::array<Vec3, 3> axes{Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}};
        const char* const names[] = {"sagittal", "coronal", "axial"};
        for (size_t axis = 0; axis < 3; ++axis)
            for (const double side : {1.0, -1.0})
                for (const size_t towards : {(axis + 1) % 3, (axis + 2) % 3})
                    for (const double degrees : {0.0, 19.9, 20.1, 45.0, 69.9, 70.1}) {
                        const double angle = degrees * M_PI / 180;
                        const Vec3 normal = (axes[axis] * std::cos(angle) + axes[towards] * std::sin(angle)) * (side * 7);
                        QCOMPARE(orientationName(normal), degrees < 20 ? names[axis] : degrees > 70 ? names[towards] : "oblique");
                        QCOMPARE(orientationName(normal, 5), degrees < 5 ? names[axis] : "oblique");
                        QCOMPARE(orientationName(axes[axis] * side, 0), names[axis]); // the axis itself
                    }
        QCOMPARE(orientationName({}), "none");
        QCOMPARE(oppositeLetters("x-"), ""); // no letters of directions
        QCOMPARE(orientationLetters({0, 3, 4}, 0.6), "H"); // what is just at the threshold is left out
    }

    /// GEO-19, OBJ-10: positions of the frames of enhanced objects by pydicom.
    void enhancedObjectsAreExpanded()
    {
        const QString folder = test::dataFile("modalities");
        NEEDS_TEST_DATA(folder);
        const auto ran = test::python(R"(
import sys, os, pydicom
for d, _, fs in os.walk(sys.argv[1]):
    for f in fs:
        p = os.path.join(d, f)
        try: ds = pydicom.dcmread(p)
        except Exception: continue
        if 'PerFrameFunctionalGroupsSequence' not in ds or 'PixelData' not in ds or ds.SOPClassUID.name.startswith('Segm'): continue
        out = []
        shared = ds.SharedFunctionalGroupsSequence[0] if ds.get('SharedFunctionalGroupsSequence') else {}
        for g in ds.PerFrameFunctionalGroupsSequence:
            pos = g.get('PlanePositionSequence') or shared.get('PlanePositionSequence')
            val = g.get('PixelValueTransformationSequence') or shared.get('PixelValueTransformationSequence')
            if not pos or 'ImagePositionPatient' not in pos[0]: out = None; break
            out.append(','.join(str(float(v)) for v in pos[0].ImagePositionPatient) + ',' + (str(float(val[0].RescaleSlope)) if val else '1'))
        if out: print(p, ';'.join(out), sep='\t')
)",
                                      {folder});
        QCOMPARE(ran.code, 0);
        int compared = 0;
        for (const QByteArray& line : ran.out.split('\n')) {
            const QStringList columns = QString::fromUtf8(line).split('\t');
            if (columns.size() != 2)
                continue;
            const QStringList frames = columns[1].split(';');
            const auto instances = readInstances(columns[0]);
            QVERIFY2(instances, instances ? "" : qPrintable(message(instances.error())));
            QCOMPARE(int(instances->size()), int(frames.size()));
            for (int i = 0; i < frames.size(); ++i) {
                const QStringList numbers = frames[i].split(',');
                const Instance& instance = (*instances)[size_t(i)];
                QVERIFY2(instance.plane, qPrintable(columns[0]));
                QCOMPARE(instance.plane->originLps.x, numbers[0].toDouble());
                QCOMPARE(instance.plane->originLps.y, numbers[1].toDouble());
                QCOMPARE(instance.plane->originLps.z, numbers[2].toDouble());
                QCOMPARE(instance.modalityTransform.slope, numbers[3].toDouble());
            }
            QVERIFY(!buildStacks(*instances).empty());
            ++compared;
        }
        qInfo("%d enhanced objects", compared);
        QVERIFY(compared > 0);
    }

    void largeSeriesAreSortedAtOnce_data()
    {
        QTest::addColumn<int>("slices");
        QTest::addColumn<int>("phases");
        QTest::addColumn<bool>("areCines");
        QTest::newRow("GEO-08 5,000 frames in four dimensions") << 50 << 100 << false;
        QTest::newRow("10,000 slices") << 10000 << 1 << false;
        QTest::newRow("10,000 cines") << 10000 << 1 << true;
    }
    void largeSeriesAreSortedAtOnce()
    {
        QFETCH(int, slices);
        QFETCH(int, phases);
        QFETCH(bool, areCines);
        Phantom phantom;
        std::vector<Instance> instances;
        for (int phase = 0; phase < phases; ++phase)
            for (int slice = 0; slice < slices; ++slice) {
                Instance instance = phantom.instance(slice);
                instance.uid.value += QString(".%1").arg(phase);
                instance.acquisitionTimeS = 1000 + 2.5 * phase + 0.01 * slice; // the last thing that is looked at but one
                if (areCines) {
                    instance.plane.reset();
                    instance.pixels.frames = 2;
                }
                instances.push_back(instance);
            }
        instances = shuffled(std::move(instances));
        const std::clock_t since = std::clock(); // of the processor: others may be at work here
        const auto stacks = buildStacks(std::move(instances));
        const qint64 ms = qint64(std::clock() - since) * 1000 / CLOCKS_PER_SEC;
        qInfo("%lld ms", ms);
        QCOMPARE(stacks.size(), areCines ? size_t(slices) : 1u);
        QCOMPARE(stacks[0].phaseCount, phases);
        QVERIFY2(ms < 1500, qPrintable(QString::number(ms)));
    }

    /// GEO-16: a slice image that does not say how it lies is named as such; a screenshot is not.
    void aSliceWithoutAPlaceIsNamed()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.plane.reset();
            instance.sopClassUid = "1.2.840.10008.5.1.4.1.1.2";
        }
        QCOMPARE(codes(buildStacks(instances).front()), QStringList{"GEO-16"});
        for (Instance& instance : instances)
            instance.patientOrientation = {"L", "P"};
        QVERIFY(buildStacks(instances).front().warnings.empty());
        for (Instance& instance : instances) {
            instance.patientOrientation.clear();
            instance.sopClassUid = "1.2.840.10008.5.1.4.1.1.7";
        }
        QVERIFY(buildStacks(instances).front().warnings.empty());
    }

    void hostileFilesGiveStacksOrReasons()
    {
        const QString folder = test::dataFile("hostile");
        NEEDS_TEST_DATA(folder);
        QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext()) {
            auto instances = readInstances(it.next());
            if (instances)
                QVERIFY(!buildStacks(*instances).empty());
            else
                QVERIFY(!instances.error().detail.isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(TestStacks)
#include "tst_stacks.moc"
