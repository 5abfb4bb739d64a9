#include "tests/support/viewer_phantoms.h"
#include "viewer/volume/stack.h"
#include <QTest>
#include <functional>
#include <numbers>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

/// What a stack says of where its slices lie, whole, at both sides of each bound.
class TestStackChecks : public QObject
{
    Q_OBJECT

    static QString lineOf(const Stack& stack)
    {
        QStringList warnings;
        for (const StackWarning& warning : stack.warnings)
            warnings << warning.code + u' ' + warning.text;
        const QString use = stack.isVolume          ? "volume"
                            : stack.needsResampling ? "resampled"
                            : stack.canReslice      ? "resliced"
                                                    : "flat";
        return QStringLiteral("%1 mm, %2°, %3; %4; %5")
            .arg(stack.sliceSpacingMm ? QString::number(*stack.sliceSpacingMm, 'f', 3) : "no",
                 QString::number(stack.gantryTiltDeg, 'f', 2), use, stack.whyNoVolume, warnings.join(u' '));
    }

    static Phantom stepped(double across, double down, double along = 2)
    {
        Phantom phantom;
        phantom.sliceStep = {across, down, along};
        return phantom;
    }

private Q_SLOTS:
    void GEO_04_whatTheDistancesSay_data()
    {
        QTest::addColumn<QList<double>>("steps"); // from slice to slice, along the normal
        QTest::addColumn<QString>("line");
        const auto varies = [](const char* from, const char* to) {
            return QStringLiteral("no mm, 0.00°, resampled; the distance between slices varies from %1 to %2 mm; "
                                  "GEO-04 The distance between slices varies from %1 to %2 mm.")
                .arg(from, to);
        };
        const auto gap = [](int missing, int slice, const char* is, const char* usual) {
            return QStringLiteral("GEO-03 %1 slice(s) missing between slice %2 (image %2) and slice %3 (image %3): %4 "
                                  "mm instead of %5 mm.")
                .arg(missing)
                .arg(slice)
                .arg(slice + 1)
                .arg(is, usual);
        };
        const QString missing = "2.000 mm, 0.00°, resampled; slices are missing; ";
        QTest::newRow("one slice") << QList<double>{} << "no mm, 0.00°, flat; there are fewer than 3 slices; ";
        QTest::newRow("two slices") << QList<double>{2} << "2.000 mm, 0.00°, flat; there are fewer than 3 slices; ";
        QTest::newRow("three slices") << QList<double>{2, 2} << "2.000 mm, 0.00°, volume; ; ";
        QTest::newRow("the mean of what is rounded")
            << QList<double>{1.01, 1, 0.99, 1.01, 1} << "1.002 mm, 0.00°, volume; ; ";
        QTest::newRow("2 % more") << QList<double>{2, 2.039, 2} << "2.013 mm, 0.00°, volume; ; ";
        QTest::newRow("over 2 % more") << QList<double>{2, 2.041, 2} << varies("2.00", "2.04");
        QTest::newRow("2 % less") << QList<double>{2, 1.961, 2} << "1.987 mm, 0.00°, volume; ; ";
        QTest::newRow("over 2 % less") << QList<double>{2, 1.959, 2} << varies("1.96", "2.00");
        QTest::newRow("thin slices: 0.02 mm") << QList<double>{0.5, 0.519, 0.5} << "0.506 mm, 0.00°, volume; ; ";
        QTest::newRow("thin slices: over 0.02 mm") << QList<double>{0.5, 0.521, 0.5} << varies("0.50", "0.52");
        QTest::newRow("one missing") << QList<double>{2, 2, 4, 2} << missing + gap(1, 3, "4.00", "2.00");
        QTest::newRow("one missing of a third") << QList<double>{2, 4, 2} << missing + gap(1, 2, "4.00", "2.00");
        QTest::newRow("one and two missing of a third")
            << QList<double>{2, 2, 4, 2, 2, 6} << missing + gap(1, 3, "4.00", "2.00") + ' ' + gap(2, 6, "6.00", "2.00");
        QTest::newRow("too often to be missing") << QList<double>{2, 4, 2, 4, 2} << varies("2.00", "4.00");
        QTest::newRow("nearly a multiple") << QList<double>{2, 2, 4.079, 2} << missing + gap(1, 3, "4.08", "2.00");
        QTest::newRow("no multiple") << QList<double>{2, 2, 4.081, 2} << varies("2.00", "4.08");
        QTest::newRow("half a step is no multiple") << QList<double>{2, 2, 1, 2} << varies("1.00", "2.00");
        QTest::newRow("five missing") << QList<double>{2, 2, 12, 2} << missing + gap(5, 3, "12.00", "2.00");
        QTest::newRow("six missing")
            << QList<double>{2, 2, 14, 2}
            << "2.000 mm, 0.00°, flat; more than 5 slices are missing between slice 3 and slice 4; " +
                   gap(6, 3, "14.00", "2.00");
    }
    void GEO_04_whatTheDistancesSay()
    {
        QFETCH(QList<double>, steps);
        const Phantom phantom;
        std::vector<Instance> instances{phantom.instance(0)};
        for (const double step : steps) {
            Instance next = phantom.instance(int(instances.size()));
            next.plane->originLps = instances.back().plane->originLps + Vec3{0, 0, step};
            instances.push_back(next);
        }
        const auto stacks = buildStacks(instances);
        QCOMPARE(stacks.size(), size_t(1));
        QTEST(lineOf(stacks.front()), "line");
    }

    void GEO_05_whatTheirWaySays_data()
    {
        QTest::addColumn<double>("across"); // degrees
        QTest::addColumn<double>("down");
        QTest::addColumn<int>("slices");
        QTest::addColumn<QString>("line");
        const auto tilted = [](const char* degrees, const char* shown) {
            return QStringLiteral("2.000 mm, %1°, resliced; the slices are tilted by %2°; GEO-05 The slices are tilted "
                                  "by %2°: MPR follows their true positions.")
                .arg(degrees, shown);
        };
        QTest::newRow("hardly") << 0.0 << 0.49 << 5 << "2.000 mm, 0.00°, volume; ; ";
        QTest::newRow("just") << 0.0 << 0.51 << 5 << tilted("0.51", "0.5");
        QTest::newRow("one degree") << 0.0 << 1.0 << 5 << tilted("1.00", "1.0");
        QTest::newRow("the other way") << 0.0 << -20.0 << 5 << tilted("-20.00", "20.0");
        QTest::newRow("across") << 15.0 << 0.0 << 5 << tilted("15.00", "15.0");
        QTest::newRow("across to the other side") << -15.0 << 0.0 << 5 << tilted("15.00", "15.0");
        QTest::newRow("both") << 30.0 << -30.0 << 5 << tilted("-39.23", "39.2"); // atan(√2 tan 30°)
        QTest::newRow("two slices")
            << 0.0 << 10.0 << 2
            << "2.000 mm, 10.00°, flat; there are fewer than 3 slices; GEO-05 The slices are tilted by 10.0°.";
    }
    void GEO_05_whatTheirWaySays()
    {
        QFETCH(double, across);
        QFETCH(double, down);
        QFETCH(int, slices);
        const auto shift = [](double degrees) { return 2 * std::tan(degrees * std::numbers::pi / 180); };
        Phantom phantom = stepped(shift(across), shift(down));
        phantom.slices = slices;
        QTEST(lineOf(phantom.stack()), "line");
    }

    void GEO_04_aSliceThatLiesBeside_data()
    {
        QTest::addColumn<double>("row"); // spacing
        QTest::addColumn<double>("column");
        QTest::addColumn<double>("shiftMm");
        QTest::addColumn<bool>("isShifted");
        QTest::newRow("a quarter of a pixel") << 1.0 << 1.0 << 0.24 << false;
        QTest::newRow("over that") << 1.0 << 1.0 << 0.26 << true;
        QTest::newRow("of the narrower side") << 2.0 << 1.0 << 0.26 << true;
        QTest::newRow("of the narrower side, either") << 1.0 << 2.0 << 0.26 << true;
        QTest::newRow("wide pixels") << 2.0 << 2.0 << 0.49 << false;
        QTest::newRow("fine pixels: 0.1 mm") << 0.2 << 0.2 << 0.09 << false;
        QTest::newRow("fine pixels: over 0.1 mm") << 0.2 << 0.2 << 0.11 << true;
    }
    void GEO_04_aSliceThatLiesBeside()
    {
        QFETCH(double, row);
        QFETCH(double, column);
        QFETCH(double, shiftMm);
        QFETCH(bool, isShifted);
        for (const Vec3 direction : {Vec3{1, 0, 0}, Vec3{0, -1, 0}})
            for (const int slice : {1, 2, 3}) {
                Phantom phantom;
                phantom.spacingMm = {row, column};
                auto instances = phantom.instances();
                instances[size_t(slice)].plane->originLps =
                    instances[size_t(slice)].plane->originLps + direction * shiftMm;
                QCOMPARE(lineOf(buildStacks(instances).front()),
                         isShifted ? "2.000 mm, 0.00°, resampled; the slices are shifted against one another; GEO-04 "
                                     "The slices are shifted against one another."
                                   : "2.000 mm, 0.00°, volume; ; ");
            }
    }

    /// Slices that go on in a tilted line and then jump are shifted, not tilted.
    void GEO_05_aTableThatJumpedIsNoTilt()
    {
        auto instances = stepped(0, 0.5).instances();
        for (size_t i = 3; i < instances.size(); ++i)
            instances[i].plane->originLps = instances[i].plane->originLps + Vec3{0, 2, 0};
        QCOMPARE(lineOf(buildStacks(instances).front()),
                 "2.000 mm, 0.00°, resampled; the slices are shifted against one another; GEO-04 The slices are "
                 "shifted against one another.");
    }

    /// The same wherever the stack stands in the patient.
    void GEO_02_whichWayTheSlicesLie_data()
    {
        QTest::addColumn<QList<double>>("row");
        QTest::addColumn<QList<double>>("column");
        QTest::addColumn<bool>("isInPatient");
        QTest::addColumn<QString>("orientation");
        const QList<double> left{1, 0, 0}, back{0, 1, 0}, down{0, 0, -1};
        const auto turned = [](double degrees) {
            return QList<double>{0, std::cos(degrees * std::numbers::pi / 180),
                                 std::sin(degrees * std::numbers::pi / 180)};
        };
        QTest::newRow("axial") << left << back << true << "axial";
        QTest::newRow("coronal") << left << down << true << "coronal";
        QTest::newRow("sagittal") << back << down << true << "sagittal";
        QTest::newRow("19° off") << left << turned(19) << true << "axial";
        QTest::newRow("21° off") << left << turned(21) << true << "oblique";
        QTest::newRow("of a device") << left << back << false << "none";
    }
    void GEO_02_whichWayTheSlicesLie()
    {
        QFETCH(QList<double>, row);
        QFETCH(QList<double>, column);
        QFETCH(bool, isInPatient);
        Phantom phantom;
        phantom.rowDirection = {row[0], row[1], row[2]};
        phantom.columnDirection = {column[0], column[1], column[2]};
        phantom.sliceStep = cross(phantom.rowDirection, phantom.columnDirection) * 3;
        auto instances = phantom.instances();
        for (Instance& instance : instances)
            instance.plane->isInPatient = isInPatient;
        const Stack stack = buildStacks(instances).front();
        QTEST(stack.orientation, "orientation");
        QCOMPARE(lineOf(stack), "3.000 mm, 0.00°, volume; ; ");
    }

    void GEO_12_withoutAFrameOfReference()
    {
        Phantom phantom;
        phantom.frameOfReference.clear();
        QCOMPARE(lineOf(phantom.stack()), "2.000 mm, 0.00°, volume; ; GEO-12 Without a frame of reference the images "
                                          "are not linked to others by position.");
    }

    void GEO_16_whoMustSayWhereItLies_data()
    {
        QTest::addColumn<QString>("sopClass");
        QTest::addColumn<bool>("isLocalizer");
        QTest::addColumn<QStringList>("letters");
        QTest::addColumn<bool>("isWarned");
        const QString base = "1.2.840.10008.5.1.4.1.1.";
        for (const char* one :
             {"2", "2.1", "4", "4.1", "128", "130", "481.2"}) // CT, MR, PET, each classic and enhanced; RT Dose
            QTest::newRow(one) << base + one << false << QStringList{} << true;
        for (const char* one :
             {"1", "1.1", "6.1", "7", "12.1", "20", "2.2", "481.1"}) // CR, DX, US, SC, XA, NM, legacy CT, RT Image
            QTest::newRow(one) << base + one << false << QStringList{} << false;
        QTest::newRow("a localizer") << base + "2" << true << QStringList{} << false;
        QTest::newRow("letters") << base + "2" << false << QStringList{"L", "P"} << false;
    }
    void GEO_16_whoMustSayWhereItLies()
    {
        QFETCH(QString, sopClass);
        QFETCH(bool, isLocalizer);
        QFETCH(QStringList, letters);
        QFETCH(bool, isWarned);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.plane.reset();
            instance.sopClassUid = sopClass;
            instance.isLocalizer = isLocalizer;
            instance.patientOrientation = letters;
        }
        QCOMPARE(lineOf(buildStacks(instances).front()),
                 QStringLiteral("no mm, 0.00°, flat; the images carry no position in the patient; ") +
                     (isWarned
                          ? "GEO-16 The images do not say how they lie in the patient: left and right are not known."
                          : ""));
    }
};

QTEST_GUILESS_MAIN(TestStackChecks)
#include "tst_stack_checks.moc"
