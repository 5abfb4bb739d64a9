#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/volume/not_shown.h"
#include "viewer/volume/stack.h"
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <functional>
#include <numbers>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using test::Phantom;
namespace tag = dicom::tag;

/// Series in which several things lie together: what belongs to one stack, and in which order.
class TestStackMixes : public QObject
{
    Q_OBJECT

    std::vector<Instance> m_instances;

    Instance& add(int slice, const Phantom& phantom = {})
    {
        m_instances.push_back(phantom.instance(slice));
        Instance& added = m_instances.back();
        added.uid.value = QStringLiteral("1.2.%1").arg(m_instances.size());
        return added;
    }

    /// In an order, and with instance numbers, that say nothing.
    std::vector<Stack> stacks()
    {
        std::mt19937 random(11);
        std::shuffle(m_instances.begin(), m_instances.end(), random);
        int number = 1;
        for (Instance& instance : m_instances)
            instance.instanceNumber = number++;
        return buildStacks(m_instances);
    }

    static QStringList codes(const Stack& stack)
    {
        QStringList found;
        for (const StackWarning& warning : stack.warnings)
            found << warning.code;
        return found;
    }

    static Dataset image(const QString& modality)
    {
        Dataset dataset;
        (void)dataset.setText(tag::SOPInstanceUID, "1.2.3");
        (void)dataset.setText(tag::SOPClassUID, modality == "CT" ? "1.2.840.10008.5.1.4.1.1.2" : "1.2.840.10008.5.1.4.1.1.4");
        (void)dataset.setText(tag::Modality, modality);
        (void)dataset.setText(tag::PhotometricInterpretation, "MONOCHROME2");
        for (const auto& [attribute, value] : {std::pair(tag::Rows, 2), {tag::Columns, 2}, {tag::SamplesPerPixel, 1}, {tag::BitsAllocated, 8},
                                               {tag::BitsStored, 8}, {tag::HighBit, 7}, {tag::PixelRepresentation, 0}})
            dataset.setNumber(attribute, value);
        dataset.setBytes(tag::PixelData, QByteArray(4, '\1'));
        return dataset;
    }

    static Instance read(const Dataset& dataset)
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("image");
        return dataset.write(path, "1.2.840.10008.1.2.1") ? readInstances(path).value_or(std::vector(1, Instance{})).front() : Instance{};
    }

private Q_SLOTS:
    /// One property that differs keeps images apart, whichever it is; what differs by rounding does not (GEO-11).
    void GEO_11_whatIsNoOneStack()
    {
        const std::pair<const char*, std::function<void(Instance&)>> changes[] = {
            {"rows", [](Instance& i) { i.pixels.rows = i.plane->rows = 7; }},
            {"columns", [](Instance& i) { i.pixels.columns = i.plane->columns = 7; }},
            {"sample type", [](Instance& i) { i.pixels.isSigned = false; }},
            {"series", [](Instance& i) { i.seriesUid = {"1.9"}; }},
            {"modality", [](Instance& i) { i.modality = "PT"; }},
            {"frame of reference", [](Instance& i) { i.frameOfReference = {"1.2.9"}; }},
            {"localizer", [](Instance& i) { i.isLocalizer = true; }},
            {"stack of its own", [](Instance& i) { i.stackId = "2"; }},
            {"geometry", [](Instance& i) { i.plane.reset(); }},
            {"inverted", [](Instance& i) { i.isInverted = true; }},
            {"row spacing", [](Instance& i) { i.plane->spacingMm.row = 1.01; }},
            {"column spacing", [](Instance& i) { i.plane->spacingMm.column = 1.01; }},
            {"row direction", [](Instance& i) { i.plane->rowDirection = {std::cos(0.03), std::sin(0.03), 0}; i.plane->columnDirection = {-std::sin(0.03), std::cos(0.03), 0}; }},
            {"column direction", [](Instance& i) { i.plane->columnDirection = {0, std::cos(0.03), std::sin(0.03)}; }},
            {"columns upside down", [](Instance& i) { i.plane->columnDirection = i.plane->columnDirection * -1; }},
            {"rows the other way", [](Instance& i) { i.plane->rowDirection = i.plane->rowDirection * -1; }},
        };
        for (const auto& [what, change] : changes) {
            m_instances.clear();
            for (int slice = 0; slice < 8; ++slice)
                add(slice);
            QCOMPARE(stacks().size(), 1u);
            m_instances.clear();
            for (int slice = 0; slice < 8; ++slice) {
                Instance& added = add(slice);
                if (slice >= 4)
                    change(added);
            }
            const auto apart = stacks();
            QVERIFY2(apart.size() == 2 && apart[0].frameCount() == 4 && apart[1].frameCount() == 4, what);
        }
        const std::pair<const char*, std::function<void(Instance&)>> roundings[] = {
            {"spacing", [](Instance& i) { i.plane->spacingMm = {1.0005, 0.9995}; }},
            {"direction", [](Instance& i) { i.plane->rowDirection = {std::cos(0.01), std::sin(0.01), 0}; i.plane->columnDirection = {-std::sin(0.01), std::cos(0.01), 0}; }},
            {"bits stored", [](Instance& i) { i.pixels.bitsStored = 12; i.pixels.highBit = 11; }},
            {"window", [](Instance& i) { i.windows = {{40, 80, "", VoiFunction::Linear}}; }},
        };
        for (const auto& [what, change] : roundings) {
            m_instances.clear();
            for (int slice = 0; slice < 8; ++slice)
                if (Instance& added = add(slice); slice >= 4)
                    change(added);
            QVERIFY2(stacks().size() == 1, what);
        }
    }

    void init() { m_instances.clear(); }

    /// Of many missing parts twenty are named.
    void OBJ_10_missingPartsThatAreNamed()
    {
        for (const int missing : {0, 1, 19, 20, 21}) {
            m_instances.clear();
            Instance& added = add(0);
            added.concatenationUid = "1.7";
            added.concatenationNumber = added.concatenationTotal = missing + 1;
            QStringList numbers, found;
            for (int i = 1; i <= std::min(missing, 20); ++i)
                numbers << QString::number(i);
            const auto made = stacks();
            for (const StackWarning& warning : made.at(0).warnings)
                if (warning.code == "OBJ-10")
                    found << warning.text;
            QCOMPARE(found, missing == 0 ? QStringList() : QStringList{QStringLiteral("Part %1 of %2 of this image is missing.").arg(numbers.join(", ")).arg(missing + 1)});
        }
    }

    void picturesBesideOneAnotherAreStacks_data()
    {
        QTest::addColumn<double>("tiltDeg");
        QTest::addColumn<int>("phases");
        QTest::newRow("GEO-04 both ears") << 0.0 << 1;
        QTest::newRow("GEO-05 two legs, tilted") << 20.0 << 1;
        QTest::newRow("GEO-08 both ears, two phases") << 0.0 << 2;
    }
    void picturesBesideOneAnotherAreStacks()
    {
        QFETCH(double, tiltDeg);
        QFETCH(int, phases);
        Phantom here;
        here.slices = 9;
        here.sliceStep = {0, 2 * std::tan(tiltDeg * std::numbers::pi / 180), 2};
        Phantom there = here;
        there.originLps = there.originLps + Vec3{60, 0, 0};
        for (int slice = 0; slice < 9; ++slice)
            for (int phase = 0; phase < phases; ++phase) {
                add(slice, here).acquisitionNumber = phase;
                if (slice > 1)
                    add(slice, there).acquisitionNumber = phase;
            }
        const auto found = stacks();
        QCOMPARE(found.size(), 2u);
        for (const Stack& stack : found) {
            QVERIFY(stack.canReslice && !stack.needsResampling);
            QCOMPARE(stack.phaseCount, phases);
            QVERIFY(std::abs(stack.gantryTiltDeg - tiltDeg) < 1e-6);
            for (const Instance& instance : stack.instances)
                QCOMPARE(instance.plane->originLps.x, stack.instances.front().plane->originLps.x);
        }
        QCOMPARE(found[0].sliceCount + found[1].sliceCount, 16);
    }

    /// A stack that leans towards the other one is followed from where both are, be it above, below or in the middle.
    void GEO_05_aLeaningStackIsFollowed_data()
    {
        QTest::addColumn<int>("first"); // slices of which the other one has pictures too
        QTest::addColumn<int>("last");
        QTest::addColumn<double>("lean"); // mm from slice to slice
        for (const double lean : {5.0, -5.0}) {
            QTest::addRow("GEO-05 at the end, %g mm", lean) << 7 << 9 << lean;
            QTest::addRow("GEO-05 at the begin, %g mm", lean) << 0 << 2 << lean;
            QTest::addRow("GEO-05 in the middle, %g mm", lean) << 4 << 6 << lean;
        }
    }
    void GEO_05_aLeaningStackIsFollowed()
    {
        QFETCH(int, first);
        QFETCH(int, last);
        QFETCH(double, lean);
        Phantom one;
        one.sliceStep = {lean, 0, 10};
        Phantom other = one;
        other.originLps = other.originLps + Vec3{60, 0, 0};
        for (const bool isTurned : {false, true}) { // either may be the longer one
            m_instances.clear();
            for (int slice = 0; slice < 10; ++slice) {
                const bool isShort = slice < first || slice > last;
                if (!isShort || !isTurned)
                    add(slice, one).contentTimeS = 1;
                if (!isShort || isTurned)
                    add(slice, other).contentTimeS = 2;
            }
            const auto found = stacks();
            QCOMPARE(found.size(), 2u);
            for (const Stack& stack : found) {
                const std::optional<double> ofAll = stack.instances.front().contentTimeS;
                for (const Instance& instance : stack.instances)
                    QCOMPARE(instance.contentTimeS, ofAll);
                QCOMPARE(stack.sliceCount, (ofAll == 1) != isTurned ? 10 : 3);
            }
        }
    }

    /// Phases that were written with a little less than the same position are phases.
    void phasesMayLieAHairApart()
    {
        for (int slice = 0; slice < 5; ++slice)
            for (int phase = 0; phase < 2; ++phase) {
                Instance& instance = add(slice);
                instance.acquisitionNumber = phase;
                instance.plane->originLps.x += 0.03 * phase; // GEO-08
            }
        const auto found = stacks();
        QCOMPARE(found.size(), 1u);
        QCOMPARE(found[0].phaseCount, 2);
        QVERIFY(found[0].isVolume);
    }

    /// GEO-05: a table that jumped is no tilted gantry, also where the ends alone look like one.
    void aShiftIsNoTilt()
    {
        for (int slice = 0; slice < 10; ++slice)
            add(slice).plane->originLps.x += slice < 5 ? 0 : 3;
        const auto found = stacks();
        QCOMPARE(found.size(), 1u);
        QCOMPARE(codes(found[0]), QStringList{"GEO-04"});
        QCOMPARE(found[0].gantryTiltDeg, 0.0);
        QVERIFY(found[0].needsResampling);
    }

    /// Before and after contrast with another table start: evenly spaced each, together a zigzag of two pictures.
    void acquisitionsBetweenOneAnotherAreStacks()
    {
        for (int slice = 0; slice < 9; ++slice) {
            add(slice).acquisitionNumber = 1;
            Instance& later = add(slice);
            later.acquisitionNumber = 2;
            later.plane->originLps.z += 0.5;
        }
        auto found = stacks();
        QCOMPARE(found.size(), 2u); // GEO-04
        for (const Stack& stack : found) {
            QVERIFY(stack.isVolume);
            QCOMPARE(*stack.sliceSpacingMm, 2.0);
            for (const Instance& instance : stack.instances)
                QCOMPARE(instance.acquisitionNumber, stack.instances.front().acquisitionNumber);
        }
        // Odd and even slices acquired one after the other are one volume.
        m_instances.clear();
        for (int slice = 0; slice < 9; ++slice)
            add(slice).acquisitionNumber = slice % 2;
        found = stacks();
        QCOMPARE(found.size(), 1u);
        QVERIFY(found[0].isVolume);
        // One that lies within the other is one of its own, one behind the other goes on; of two slices there is no volume.
        for (const auto& [heights, count] : {std::pair(std::vector<double>{4.5, 5, 5.5}, 2u), {{9, 9.5, 10}, 1u}, {{-3, -2.5, -2}, 1u}, {{4.5, 5}, 1u}, {{4.5, 5, 5.6}, 1u}}) {
            m_instances.clear();
            for (int slice = 0; slice < 5; ++slice)
                add(slice).acquisitionNumber = 1; // 2 mm apart
            for (const double height : heights) {
                Instance& later = add(0);
                later.acquisitionNumber = 2;
                later.plane->originLps.z += height;
            }
            found = stacks();
            QCOMPARE(found.size(), count);
            QCOMPARE(std::max(found.front().frameCount(), found.back().frameCount()), count == 2 ? 5 : 5 + int(heights.size()));
        }
    }

    void differentPicturesAreNotMixed_data()
    {
        QTest::addColumn<int>("what");
        QTest::newRow("GEO-08 water and fat at three echoes") << 0;
        QTest::newRow("GEO-08 two kernels") << 1;
        QTest::newRow("GEO-08 thick and thin slices") << 2;
        QTest::newRow("GEO-08 phases and echoes, one image lost") << 3;
    }
    void differentPicturesAreNotMixed()
    {
        QFETCH(int, what);
        for (int slice = 0; slice < 13; ++slice)
            for (int kind = 0; kind < 2; ++kind)
                for (int echo = 0; echo < (what == 0 || what == 3 ? 3 : 1); ++echo) {
                    if ((what == 2 && kind == 1 && slice % 4 != 0) || (what == 3 && kind == 1 && echo == 1 && slice == 5))
                        continue;
                    Instance& instance = add(slice);
                    if (what == 0 || what == 3)
                        instance.echoTimeMs = 3 * echo + 2;
                    if (what == 0)
                        instance.imageType = {"DERIVED", "PRIMARY", "DIXON", kind ? "W" : "F"};
                    else if (what == 1)
                        instance.kernel = kind ? "B30f" : "B70f";
                    else if (what == 2)
                        instance.sliceThicknessMm = kind ? 8 : 2;
                    else
                        instance.temporalPosition = kind;
                    instance.acquisitionTimeS = kind;
                }
        const auto found = stacks();
        QCOMPARE(found.size(), what == 3 ? 6u : 2u);
        for (const Stack& stack : found) {
            QCOMPARE(stack.phaseCount, what == 0 ? 3 : 1);
            for (const Instance& instance : stack.instances)
                QCOMPARE(instance.acquisitionTimeS, stack.instances.front().acquisitionTimeS);
            if (what == 0)
                QCOMPARE(stack.dimensions.front().name, "echo time");
        }
    }

    /// Another kernel in one place alone tells no stacks apart: the times do.
    void GEO_08_kindsTellApartWhereEachPlaceHasThem()
    {
        for (const bool isEverywhere : {false, true}) {
            m_instances.clear();
            for (int slice = 0; slice < 4; ++slice)
                for (int phase = 0; phase < 2; ++phase) {
                    Instance& instance = add(slice);
                    instance.contentTimeS = 100 * phase + slice;
                    instance.kernel = phase == 1 && (isEverywhere || slice == 3) ? "B70f" : "B30f";
                }
            const auto found = stacks();
            QCOMPARE(found.size(), isEverywhere ? 2u : 1u);
            for (const Stack& stack : found) {
                QCOMPARE(stack.frameCount(), isEverywhere ? 4 : 8);
                QCOMPARE(stack.phaseCount, isEverywhere ? 1 : 2);
            }
        }
    }

    /// Stacks come by their lowest number, those of the same number as they came.
    void theOrderOfStacks()
    {
        for (const std::array<int, 3>& numbers : {std::array{5, 5, 5}, {7, 5, 5}, {5, 7, 5}, {0, 0, 0}, {0, 3, 0}}) {
            std::vector<Instance> instances;
            for (size_t i = 0; i < 3; ++i)
                for (int slice = 0; slice < 3; ++slice) {
                    instances.push_back(Phantom{}.instance(slice));
                    instances.back().uid.value = QStringLiteral("1.3.%1.%2").arg(i).arg(slice);
                    instances.back().stackId = QString::number(i);
                    instances.back().instanceNumber.reset();
                    if (numbers[i] > 0)
                        instances.back().instanceNumber = numbers[i] + (slice + 2) % 3; // the second is the lowest
                }
            std::vector<size_t> order{0, 1, 2};
            std::ranges::stable_sort(order, {}, [&](size_t i) { return numbers[i] == 0 ? std::numeric_limits<int>::max() : numbers[i]; });
            const auto found = buildStacks(instances);
            QCOMPARE(found.size(), 3u);
            for (size_t i = 0; i < 3; ++i)
                QCOMPARE(found[i].instances.front().stackId, QString::number(order[i]));
        }
    }

    void aSingleFrameIsAStackOfItself()
    {
        Phantom phantom;
        phantom.spacingMm = {0.5, 0.25};
        Instance instance = phantom.instance(3);
        const Stack stack = singleFrame(instance);
        QCOMPARE(stack.frameCount(), 1);
        QCOMPARE(stack.instances.front().uid, instance.uid);
        QCOMPARE(stack.sliceCount, 1);
        QCOMPARE(stack.phaseCount, 1);
        QCOMPARE(stack.rows, 6);
        QCOMPARE(stack.columns, 8);
        QVERIFY(stack.pixelSpacingMm == instance.spacingMm);
        QCOMPARE(stack.frameOfReference, "1.2.3");
        QVERIFY(!stack.canReslice && !stack.isVolume);
        QVERIFY(phantom.stack().pixelSpacingMm == instance.spacingMm);
    }

    void valuesThatTellFramesApartAreDimensions_data()
    {
        QTest::addColumn<QStringList>("names");
        QTest::newRow("GEO-08 tube voltage") << QStringList{"tube voltage"};
        QTest::newRow("GEO-08 flip angle") << QStringList{"flip angle"};
        QTest::newRow("GEO-08 frame reference time") << QStringList{"frame reference time"};
        QTest::newRow("GEO-08 heart phase") << QStringList{"heart phase"};
        QTest::newRow("GEO-08 acquisition") << QStringList{"acquisition"};
        QTest::newRow("GEO-08 content time") << QStringList{"content time"};
        QTest::newRow("GEO-08 three dimensions") << QStringList{"inversion time", "echo time", "temporal position"};
    }
    void valuesThatTellFramesApartAreDimensions()
    {
        QFETCH(QStringList, names);
        for (int slice = 0; slice < 5; ++slice)
            for (int phase = 0; phase < 8; ++phase) {
                Instance& instance = add(slice);
                if (names[0] == "tube voltage") {
                    instance.tubeVoltageKv = 80 + 5 * phase;
                } else if (names[0] == "flip angle") {
                    instance.flipAngleDeg = 2 + phase;
                } else if (names[0] == "frame reference time") {
                    instance.frameReferenceTimeMs = 1000 * phase;
                } else if (names[0] == "heart phase") {
                    instance.cardiacPhasePercent = 10 * phase;
                    instance.triggerTimeMs = 120; // all alike
                } else if (names[0] == "acquisition") {
                    instance.acquisitionNumber = 1 + phase;
                } else if (names[0] == "content time") {
                    instance.contentTimeS = 36000 + phase;
                } else {
                    instance.inversionTimeMs = 100 + phase % 2;
                    instance.echoTimeMs = 10 + phase / 2 % 2;
                    instance.temporalPosition = phase / 4;
                }
            }
        const auto found = stacks();
        QCOMPARE(found.size(), 1u);
        QCOMPARE(found[0].phaseCount, 8);
        QCOMPARE(int(found[0].dimensions.size()), int(names.size()));
        for (size_t i = 0; i < found[0].dimensions.size(); ++i)
            QCOMPARE(found[0].dimensions[i].name, names[qsizetype(i)]);
        const QHash<QString, QStringList> thirds{{"heart phase", {"heart phase 20 %"}}, {"acquisition", {"acquisition 3"}}, {"content time", {"content time 36002 s"}}};
        if (thirds.contains(names[0]))
            QCOMPARE(found[0].dimensionTexts(5 * 2), thirds[names[0]]);
        if (names.size() == 3)
            QCOMPARE(found[0].dimensionTexts(5 * 3), (QStringList{"inversion time 101 ms", "echo time 11 ms", "temporal position 0"}));
    }

    /// Times count from the midnight of the study's date: what runs over midnight stays in order.
    void timesOverMidnightStayInOrder_data()
    {
        QTest::addColumn<int>("how");
        QTest::newRow("GEO-08 Acquisition Date and Time") << 0;
        QTest::newRow("GEO-08 Acquisition Date Time") << 1;
        QTest::newRow("GEO-08 Content Date and Time") << 2;
    }
    void timesOverMidnightStayInOrder()
    {
        QFETCH(int, how);
        const auto timeOf = [&](const QString& date, const QString& time) {
            Dataset dataset = image("CT");
            (void)dataset.setText(tag::StudyDate, "20240229");
            (void)dataset.setText(how == 2 ? tag::ContentDate : tag::AcquisitionDate, date);
            if (how == 1)
                (void)dataset.setText(tag::AcquisitionDateTime, date + time + "+0100");
            else
                (void)dataset.setText(how == 2 ? tag::ContentTime : tag::AcquisitionTime, time);
            const Instance instance = read(dataset);
            return (how == 2 ? instance.contentTimeS : instance.acquisitionTimeS).value_or(-1);
        };
        QCOMPARE(timeOf("20240229", "235950.5"), 86390.5);
        QCOMPARE(timeOf("20240301", "000010"), 86410.0);
        if (how != 1)
            QCOMPARE(timeOf("", "000010"), 10.0); // without a date the time alone
    }

    /// OBJ-12: a file that was indexed where it lies and is now another image's, perhaps another patient's.
    void aFileThatBecameAnotherImageIsNotShown()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("image");
        Dataset dataset = image("CT");
        (void)dataset.setText(tag::SeriesInstanceUID, "1.2");
        QVERIFY(dataset.write(path, "1.2.840.10008.1.2.1"));
        QVERIFY(readKnownInstances(path, {"1.2"}, {"1.2.3"}));
        QVERIFY(readKnownInstances(path, {}, {}));
        QCOMPARE(readKnownInstances(path, {"1.9"}).error().fault, Fault::Conflict);
        QCOMPARE(readKnownInstances(path, {"1.2"}, {"1.2.9"}).error().fault, Fault::Conflict);
    }

    /// GEO-08: where the b-value stands in the vendor's own attributes only.
    void privateBValues()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("image");
        QVERIFY(image("MR").write(path, "1.2.840.10008.1.2.1"));
        // An element of the vendor's, by pydicom: group, creator, low byte of the element, VR, value, transfer syntax.
        const char* const addPrivate = R"(
import sys, pydicom
path, group, creator, low, vr, value, syntax = sys.argv[1:8]
d = pydicom.dcmread(path)
d.file_meta.TransferSyntaxUID, d.is_implicit_VR = syntax, syntax == '1.2.840.10008.1.2'
values = [float(v) if vr in ('FL', 'FD') else int(v) for v in value.split(',')]
d.private_block(int(group, 16), creator, create=True).add_new(int(low, 16), vr, values if vr != 'UN' else value.encode())
d.save_as(path + low + vr + syntax, write_like_original=False)
)";
        const auto bValueOf = [&](const QString& group, const QString& creator, const QString& low, const QString& vr, const QString& value, const QString& syntax) {
            test::python(addPrivate, {path, group, creator, low, vr, value, syntax});
            const auto instances = readInstances(path + low + vr + syntax);
            return instances ? instances->front().bValue.value_or(-1) : -2;
        };
        for (const char* syntax : {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}) {
            QCOMPARE(bValueOf("0019", "SIEMENS MR HEADER", "0c", "IS", "1000", syntax), 1000.0);
            QCOMPARE(bValueOf("0019", "SIEMENS MR HEADER", "0c", "UN", "1000", syntax), 1000.0);
            QCOMPARE(bValueOf("0019", "SIEMENS MR HEADER", "0c", "FD", "750.5", syntax), 750.5);
            QCOMPARE(bValueOf("0043", "GEMS_PARM_01", "39", "IS", "1000000800,8,0,0", syntax), 800.0);
            QCOMPARE(bValueOf("2001", "Philips Imaging DD 001", "03", "FL", "500", syntax), 500.0);
            QCOMPARE(bValueOf("0043", "SOMEBODY ELSE", "39", "IS", "800,8,0,0", syntax), -1.0);
        }
    }
};

QTEST_GUILESS_MAIN(TestStackMixes)
#include "tst_stack_mixes.moc"
