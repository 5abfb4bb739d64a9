#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QDirIterator>
#include <ctime>
#include <numbers>
#include <random>
#include <span>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

namespace
{

/// A ball whose edge is a ramp of 100 a mm around 500: where linear interpolation puts 500, the edge is.
struct Ball
{
    Vec3 centre;
    double radiusMm;
    double operator()(Vec3 p) const { return std::clamp(500 + 100 * (radiusMm - norm(p - centre)), 0.0, 1000.0); }
};

/// Slices at these heights along the table (z), leaning by `tiltDeg` about the x axis, `shiftMm` along the rows.
std::vector<Instance> slicesAt(const std::vector<double>& heights, double tiltDeg = 0, double shiftMm = 0)
{
    const double angle = tiltDeg * std::numbers::pi / 180;
    Phantom phantom;
    phantom.columns = phantom.rows = 96;
    phantom.columnDirection = {0, std::cos(angle), std::sin(angle)};
    std::vector<Instance> instances;
    for (size_t i = 0; i < heights.size(); ++i) {
        Instance made = phantom.instance(int(i));
        made.plane->originLps = Vec3{-47.5, 0, heights[i]} - phantom.columnDirection * 47.5 + Vec3{i % 2 ? shiftMm : 0, 0, 0};
        instances.push_back(made);
    }
    return instances;
}

std::vector<double> evenly(int count, double step)
{
    std::vector<double> heights;
    for (int i = 0; i < count; ++i)
        heights.push_back((i - (count - 1) / 2.0) * step);
    return heights;
}

QStringList codes(const Stack& stack)
{
    QStringList found;
    for (const StackWarning& warning : stack.warnings)
        found << warning.code;
    return found;
}

/// Middle of what is brighter than half, from the middle of the picture, and how much it is; screen pixels.
struct Bright
{
    double x = 0;
    double y = 0;
    int pixels = 0;
};
Bright brightPart(const QImage& image)
{
    Bright bright;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (qGray(image.pixel(x, y)) >= 128) {
                bright.x += x + 0.5 - image.width() / 2.0;
                bright.y += y + 0.5 - image.height() / 2.0;
                ++bright.pixels;
            }
    if (bright.pixels) {
        bright.x /= bright.pixels;
        bright.y /= bright.pixels;
    }
    return bright;
}

Presentation halfAt500()
{
    Presentation presentation;
    presentation.window = {500, 1000};
    presentation.function = VoiFunction::LinearExact;
    return presentation;
}

/// Linear between the slices around each point, along the line of their origins: positions from the tags, pixels by pydicom.
const char* const interpolatedByNumpy = R"(
import sys, os, pydicom, numpy as np
files = [pydicom.dcmread(os.path.join(sys.argv[1], f)) for f in sorted(os.listdir(sys.argv[1])) if not f.startswith('.')]
o = np.array(files[0].ImageOrientationPatient, float); r, c = o[:3], o[3:]; n = np.cross(r, c)
files.sort(key=lambda d: float(np.dot(np.array(d.ImagePositionPatient, float), n)))
at = np.array([np.array(d.ImagePositionPatient, float) for d in files]); h = at @ n
px = [d.pixel_array * float(d.get('RescaleSlope', 1)) + float(d.get('RescaleIntercept', 0)) for d in files]
sy, sx = [float(v) for v in files[0].PixelSpacing]
for line in sys.stdin.read().split('\n'):
    if not line: continue
    p = np.array([float(v) for v in line.split()])
    k = min(max(int(np.searchsorted(h, p @ n, 'right')) - 1, 0), len(h) - 2)
    f = (p @ n - h[k]) / (h[k + 1] - h[k])
    q = p - at[k] - (at[k + 1] - at[k]) * f
    x, y = q @ r / sx, q @ c / sy
    i, j = int(np.floor(x + 1e-9)), int(np.floor(y + 1e-9)); fx, fy = x - i, y - j
    if i < 0 or j < 0 or i + 1 >= px[0].shape[1] or j + 1 >= px[0].shape[0]: print('outside'); continue
    v = 0
    for dk, wk in ((0, 1 - f), (1, f)):
        for dj, wj in ((0, 1 - fy), (1, fy)):
            for di, wi in ((0, 1 - fx), (1, fx)):
                v += wk * wj * wi * px[k + dk][j + dj, i + di]
    print(v)
)";

} // namespace

class TestResample : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void edgesLieWhereTheyAre_data()
    {
        QTest::addColumn<std::vector<double>>("heights");
        QTest::addColumn<double>("tilt");
        QTest::addColumn<double>("shift");
        QTest::addColumn<QStringList>("warnings");
        std::vector<double> varying{-40};
        while (varying.back() < 40)
            varying.push_back(varying.back() + std::array{1.5, 2.1, 1.5, 2.6}[varying.size() % 4]);
        std::vector<double> gapped = evenly(41, 2);
        gapped.erase(gapped.begin() + 25, gapped.begin() + 27);
        std::vector<double> twoSpacings = evenly(16, 4);
        for (double& height : twoSpacings)
            height -= 10;
        while (twoSpacings.back() < 40)
            twoSpacings.push_back(twoSpacings.back() + 1.5);
        QTest::newRow("GEO-04 varying") << varying << 0.0 << 0.0 << QStringList{"GEO-04"};
        QTest::newRow("GEO-04 two spacings") << twoSpacings << 0.0 << 0.0 << QStringList{"GEO-04"};
        QTest::newRow("GEO-03 two slices missing") << gapped << 0.0 << 0.0 << QStringList{"GEO-03"};
        QTest::newRow("GEO-04 shifted") << evenly(41, 2) << 0.0 << 3.3 << QStringList{"GEO-04"};
        QTest::newRow("GEO-05 tilted") << evenly(45, 2) << 18.5 << 0.0 << QStringList{"GEO-05"};
        QTest::newRow("GEO-05 tilted, varying") << varying << 22.0 << 0.0 << QStringList{"GEO-04", "GEO-05"};
        QTest::newRow("GEO-05 tilted the other way, varying") << varying << -22.0 << 0.0 << QStringList{"GEO-04", "GEO-05"};
    }
    void edgesLieWhereTheyAre()
    {
        QFETCH(std::vector<double>, heights);
        QFETCH(double, tilt);
        QFETCH(double, shift);
        QFETCH(QStringList, warnings);
        const Ball ball{{3.5, -5, 2}, 20};
        const auto stacks = buildStacks(slicesAt(heights, tilt, shift));
        QCOMPARE(stacks.size(), 1u);
        QCOMPARE(codes(stacks[0]), warnings);
        QVERIFY(stacks[0].canReslice && !stacks[0].isVolume);
        const auto volume = Phantom::volume(stacks[0], ball);
        const auto regular = volume->regular();
        QVERIFY2(regular, regular ? "" : qPrintable(message(regular.error())));
        QCOMPARE(regular->get(), volume->regular()->get()); // made once
        QVERIFY((*regular)->stack().isVolume);
        QCOMPARE(codes((*regular)->stack()), warnings); // what was wrong is still said
        const VolumeGrid grid = *(*regular)->grid();

        // The edge along rays in all directions: where 500 is crossed.
        std::mt19937 random(3);
        std::normal_distribution<double> any;
        for (int i = 0; i < 200; ++i) {
            const Vec3 ray = normalized({any(random), any(random), any(random)});
            double low = ball.radiusMm - 4;
            double high = ball.radiusMm + 4;
            const auto isInside = [&](double r) { return (*regular)->valueAt(ball.centre + ray * r).value_or(-1) >= 500; };
            QVERIFY(isInside(low) && !isInside(high));
            for (int step = 0; step < 30; ++step)
                (isInside((low + high) / 2) ? low : high) = (low + high) / 2;
            QVERIFY2(std::abs(low - ball.radiusMm) < 0.35, qPrintable(QString("%1 mm at %2 %3 %4").arg(low - ball.radiusMm).arg(ray.x).arg(ray.y).arg(ray.z)));
            const auto direct = volume->valueAt(ball.centre + ray * ball.radiusMm); // from the acquired slices
            QVERIFY(direct && std::abs(*direct - 500) < 35);
        }
        // Nothing that was acquired is cut off; the first and the last slice are the ends of the volume.
        for (const Instance& instance : std::span(stacks[0].instances).subspan(1, stacks[0].instances.size() - 2))
            for (const auto& [column, row] : {std::pair(4, 4), {91, 4}, {4, 91}, {91, 91}}) { // at the very edge its neighbours do not lie beside it
                const Vec3 corner = instance.plane->originLps + instance.plane->rowDirection * (column * instance.plane->spacingMm.column) +
                                    instance.plane->columnDirection * (row * instance.plane->spacingMm.row);
                QVERIFY2((*regular)->valueAt(corner), qPrintable(QString("%1 %2 of the slice at %3").arg(column).arg(row).arg(instance.plane->originLps.z)));
            }
        qint64 inside = 0;
        for (int slice = 0; slice < grid.slices; ++slice)
            for (const float value : (*regular)->frameValues(slice))
                inside += value >= 500;
        const double expectedMm3 = 4.0 / 3 * std::numbers::pi * std::pow(ball.radiusMm, 3);
        const double mm3 = double(inside) * norm(grid.columnStep) * norm(grid.rowStep) * norm(grid.sliceStep);
        QVERIFY2(std::abs(mm3 / expectedMm3 - 1) < 0.01, qPrintable(QString::number(mm3 / expectedMm3)));

        for (const AnatomicalPlane plane : {AnatomicalPlane::Axial, AnatomicalPlane::Coronal, AnatomicalPlane::Sagittal}) {
            SliceView view;
            view.mpr = anatomicalPlane(plane, ball.centre);
            view.zoom = 4;
            const RenderedSlice slice = render(*volume, view, halfAt500(), {300, 300});
            QVERIFY2(!slice.problem, slice.problem ? qPrintable(message(*slice.problem)) : "");
            const Bright bright = brightPart(slice.image);
            const double area = std::numbers::pi * ball.radiusMm * ball.radiusMm * 16;
            QVERIFY2(std::abs(bright.pixels / area - 1) < 0.015, qPrintable(QString::number(bright.pixels / area)));
            QVERIFY2(std::hypot(bright.x, bright.y) < 1, qPrintable(QString("%1 %2").arg(bright.x).arg(bright.y))); // 0.25 mm
        }
    }

    /// Nothing in the result may pass for an acquired image.
    void theResultIsDerived()
    {
        auto instances = slicesAt({0, 2, 4, 7, 9});
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 1; });
        const auto regular = *volume->regular();
        QCOMPARE(regular->sliceCount(), 6); // 9 mm in steps of about 2
        for (const Instance& instance : regular->stack().instances) {
            QVERIFY(instance.uid.isEmpty() && instance.path.isEmpty() && !instance.instanceNumber && !instance.layout);
            QCOMPARE(instance.imageType.value(0), "DERIVED");
            QCOMPARE(instance.frameOfReference.value, "1.2.3");
        }
        const auto same = Phantom{}.stack();
        const auto already = Phantom::volume(same, [](Vec3) { return 1; });
        QCOMPARE((*already->regular())->storedBytes(0).data(), already->storedBytes(0).data());
    }

    void paddingNeverMixes()
    {
        auto instances = slicesAt({0, 2, 4, 7, 9}, 20);
        for (Instance& instance : instances) {
            instance.pixels.padding = PaddingRange{-2000, -2000};
            instance.modalityTransform.intercept = -1000; // PIX-08: the test is on stored values
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < 0.3 * p.z ? -2000.0 : 1100.0; });
        const auto regular = *volume->regular();
        int tissue = 0;
        int nothing = 0;
        for (int slice = 0; slice < regular->sliceCount(); ++slice)
            for (const float value : regular->frameValues(slice)) {
                QVERIFY2(std::isnan(value) || value == 100.0f, qPrintable(QString::number(value)));
                (std::isnan(value) ? nothing : tissue)++;
            }
        QVERIFY(tissue > 1000 && nothing > 1000);
        const auto& padding = regular->instance(0).pixels.padding;
        QVERIFY(padding && padding->low != -2000 && !padding->contains(1100));
    }

    void thePaddingValueIsNoValueOfTheSource()
    {
        auto instances = slicesAt({0, 2, 4, 7, 9}, 20);
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < 0 ? -32768.0 : 32767.0; });
        const auto regular = *volume->regular();
        const Vec3 inside{-20, 0, 4};
        QCOMPARE(*regular->valueAt(inside), -32768.0); // an air value at the end of its range is a value
    }

    /// Within 2 % of the spacing slices are even; beyond, the millimetres between them are not one number.
    void GEO_04_whatIsEvenHasABound()
    {
        QVERIFY(buildStacks(slicesAt({0, 5, 10.05, 15, 20}))[0].warnings.empty());
        for (const double odd : {10.2, 9.7, 10.9}) {
            const auto stacks = buildStacks(slicesAt({0, 5, odd, 15, 20}));
            QVERIFY2(codes(stacks[0]).contains("GEO-04") && !stacks[0].isVolume && !stacks[0].sliceSpacingMm, qPrintable(QString::number(odd)));
        }
    }

    void rescaleBelongsToTheSlice()
    {
        for (const bool isSlope : {true, false}) {
            auto instances = slicesAt({0, 2, 4, 7, 9});
            for (size_t i = 0; i < instances.size(); ++i)
                (isSlope ? instances[i].modalityTransform.slope : instances[i].modalityTransform.intercept) = isSlope ? double(i + 1) : 10.0 * double(i); // PIX-04
            const auto regular = *Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 10; })->regular();
            QVERIFY(std::abs(*regular->valueAt(Vec3{0, 0, 9}) - 50) < 1e-4);
            QVERIFY(std::abs(*regular->valueAt(Vec3{0, 0, 5.4}) - (30 + 10 * 1.4 / 3)) < 1e-4);
            QCOMPARE(regular->unit(0), "HU");
        }
        auto instances = slicesAt({0, 2, 4, 7, 9}); // one rescale for all: it is applied once
        for (Instance& instance : instances) {
            instance.modalityTransform.slope = 2;
            instance.modalityTransform.intercept = -10;
        }
        const auto regular = *Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 10; })->regular();
        QCOMPARE(*regular->valueAt(Vec3{0, 0, 5.4}), 10.0);
    }

    /// Between the acquired slices, however far apart, a value is that of the line between them; outside them there is none.
    void GEO_04_valuesBetweenUnevenSlices_data()
    {
        QTest::addColumn<double>("height");
        QTest::addColumn<bool>("isInside");
        for (const double height : {0.0, 0.5, 1.9, 2.0, 3.3, 4.0, 5.5, 6.9, 7.0, 8.2, 9.0})
            QTest::addRow("%g mm", height) << height << true;
        for (const double height : {-3.0, -0.1, 9.1, 12.0})
            QTest::addRow("%g mm", height) << height << false;
    }
    void GEO_04_valuesBetweenUnevenSlices()
    {
        QFETCH(double, height);
        QFETCH(bool, isInside);
        const auto volume = Phantom::volume(buildStacks(slicesAt({0, 2, 4, 7, 9})).front(), [](Vec3 p) { return 10 * p.z + 2 * p.x; });
        QVERIFY(volume->stack().needsResampling);
        const auto value = volume->valueAt(Vec3{3, 0, height});
        QCOMPARE(value.has_value(), isInside);
        if (isInside)
            QVERIFY2(std::abs(*value - (10 * height + 6)) < 1e-6, qPrintable(QString::number(*value)));
    }

    void everyPhaseIsResampled()
    {
        std::vector<Instance> instances;
        for (int phase = 0; phase < 2; ++phase)
            for (Instance instance : slicesAt({0, 2, 4, 7, 9})) {
                instance.uid.value += QString(".%1").arg(phase);
                instance.temporalPosition = phase + 1;
                instances.push_back(instance);
            }
        const Stack stack = buildStacks(instances).front();
        QCOMPARE(stack.phaseCount, 2);
        int call = 0;
        const auto volume = Phantom::volume(stack, [&](Vec3) { return call++ < 5 * 96 * 96 ? 100.0 : 200.0; });
        for (int phase = 0; phase < 2; ++phase) // whoever comes from another plane stays in the phase looked at
            QCOMPARE(volume->nearestFrame({0, 0, 6.5}, phase), std::optional(stack.frameOf(3, phase)));
        QVERIFY(!volume->nearestFrame({0, 0, 6.5}, 2));
        const auto regular = *volume->regular();
        QCOMPARE(regular->phaseCount(), 2);
        QCOMPARE(int(regular->sampleType()), int(volume->sampleType())); // one transform for all: no more memory than the images take
        QCOMPARE(*regular->valueAt(Vec3{0, 0, 5.5}, 0), 100.0);
        QCOMPARE(*regular->valueAt(Vec3{0, 0, 5.5}, 1), 200.0);
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, {0, 0, 5.5});
        view.frame = stack.frameOf(3, 1);
        Presentation presentation;
        presentation.window = {150, 50};
        QCOMPARE(qGray(render(*volume, view, presentation, {10, 10}).image.pixel(5, 5)), 255);
        view.frame = stack.frameOf(3, 0);
        QCOMPARE(qGray(render(*volume, view, presentation, {10, 10}).image.pixel(5, 5)), 0);
    }

    void whatMustNotBeInterpolatedIsRefused_data()
    {
        QTest::addColumn<std::vector<double>>("heights");
        QTest::addColumn<double>("shift");
        QTest::addColumn<QString>("reason");
        QTest::newRow("GEO-04 six slices missing") << std::vector<double>{0, 1, 2, 3, 10, 11, 12, 13} << 0.0 << "between slice 4 and slice 5";
        QTest::newRow("five slices missing") << std::vector<double>{0, 1, 2, 3, 9, 10, 11, 12} << 0.0 << "";
        QTest::newRow("GEO-04 beside one another") << evenly(8, 1) << 96.0 << "do not overlap";
        QTest::newRow("GEO-04 beside one another in one plane: a stack each") << std::vector<double>{0, 0, 0, 0} << 20.0 << "fewer than 3";
        QTest::newRow("GEO-04 two in one plane: two stacks") << std::vector<double>{0, 1, 2, 2, 3, 4} << 20.0 << "";
        QTest::newRow("two slices") << std::vector<double>{0, 1} << 0.0 << "fewer than 3";
    }
    void whatMustNotBeInterpolatedIsRefused()
    {
        QFETCH(std::vector<double>, heights);
        QFETCH(double, shift);
        QFETCH(QString, reason);
        const Stack stack = buildStacks(slicesAt(heights, 0, shift)).front();
        QCOMPARE(stack.canReslice, reason.isEmpty());
        if (reason.isEmpty())
            return;
        QVERIFY2(stack.whyNoVolume.contains(reason), qPrintable(stack.whyNoVolume));
        const auto volume = Phantom::volume(stack, [](Vec3) { return 1; });
        QVERIFY(!volume->grid());
        QCOMPARE(volume->regular().error().detail, stack.whyNoVolume); // GEO-14
    }

    void realSeriesAgreeWithNumpy_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::newRow("GEO-04 GEO-05 head, tilted, 4 mm and 7 mm") << "volumes/dcm_qa_ct_tilt/GE";
        QTest::newRow("GEO-05 tilted") << "volumes/dicom2nifti_odd_volumes/tests/data/failing/gantrytilting/001";
    }
    void realSeriesAgreeWithNumpy()
    {
        QFETCH(QString, folder);
        const QString path = test::dataFile(folder);
        NEEDS_TEST_DATA(path);
        std::vector<Instance> instances;
        QDirIterator it(path, QDir::Files);
        while (it.hasNext())
            if (auto read = readInstances(it.next()))
                std::move(read->begin(), read->end(), std::back_inserter(instances));
        const auto stacks = buildStacks(instances);
        QCOMPARE(stacks.size(), 1u);
        QVERIFY2(stacks[0].canReslice && !stacks[0].isVolume, qPrintable(stacks[0].whyNoVolume));
        const auto volume = *StackLoader::load(stacks[0]);
        const auto regular = *volume->regular();
        const VolumeGrid grid = *regular->grid();
        qInfo("%d slices of %d x %d from %d", grid.slices, grid.columns, grid.rows, volume->sliceCount());
        std::mt19937 random(11);
        QByteArray points;
        std::vector<std::array<int, 3>> voxels;
        for (int i = 0; i < 3000; ++i) {
            const std::array voxel{int(random() % unsigned(grid.columns)), int(random() % unsigned(grid.rows)), int(random() % unsigned(grid.slices))};
            const Vec3 p = grid.toPatient({double(voxel[0]), double(voxel[1]), double(voxel[2])});
            points += QStringLiteral("%1 %2 %3\n").arg(p.x, 0, 'g', 15).arg(p.y, 0, 'g', 15).arg(p.z, 0, 'g', 15).toUtf8();
            voxels.push_back(voxel);
        }
        const auto ran = test::run("/usr/bin/python3", {"-c", interpolatedByNumpy, path}, points);
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto lines = ran.out.trimmed().split('\n');
        QCOMPARE(size_t(lines.size()), voxels.size());
        int compared = 0;
        for (size_t i = 0; i < voxels.size(); ++i) {
            if (lines[qsizetype(i)] == "outside")
                continue;
            const auto value = regular->valueAt(voxels[i][2], voxels[i][0], voxels[i][1]);
            if (!value) // beside the source's own padding
                continue;
            ++compared;
            QVERIFY2(std::abs(*value - lines[qsizetype(i)].toDouble()) < 0.51,
                     qPrintable(QString("%1 instead of %2").arg(*value).arg(QString(lines[qsizetype(i)]))));
        }
        QVERIFY2(compared > 1000, qPrintable(QString::number(compared)));
    }

    void acquisitionsShowUndistortedInEveryPlane_data()
    {
        QTest::addColumn<QList<double>>("axes"); // row, column, step from file to file
        const double s = std::sqrt(0.5);
        QTest::newRow("GEO-09 axial") << QList<double>{1, 0, 0, 0, 1, 0, 0, 0, 2};
        QTest::newRow("GEO-10 axial, from the head down") << QList<double>{1, 0, 0, 0, 1, 0, 0, 0, -2};
        QTest::newRow("GEO-10 axial, rows to the right") << QList<double>{-1, 0, 0, 0, 1, 0, 0, 0, 2};
        QTest::newRow("GEO-09 sagittal") << QList<double>{0, 1, 0, 0, 0, -1, 2, 0, 0};
        QTest::newRow("GEO-10 sagittal, from left to right") << QList<double>{0, 1, 0, 0, 0, -1, -2, 0, 0};
        QTest::newRow("GEO-09 coronal") << QList<double>{1, 0, 0, 0, 0, -1, 0, 2, 0};
        QTest::newRow("GEO-10 coronal, from front to back") << QList<double>{1, 0, 0, 0, 0, -1, 0, -2, 0};
        QTest::newRow("GEO-09 oblique") << QList<double>{s, s, 0, 0, 0, -1, -2 * s, 2 * s, 0};
        QTest::newRow("GEO-09 oblique, tilted") << QList<double>{s, s, 0, 0, 0, -1, -2 * s, 2 * s, 0.7};
    }
    void acquisitionsShowUndistortedInEveryPlane()
    {
        QFETCH(QList<double>, axes);
        Phantom phantom;
        phantom.columns = 100;
        phantom.rows = 60;
        phantom.slices = 40;
        phantom.spacingMm = {1.25, 0.8};
        phantom.rowDirection = {axes[0], axes[1], axes[2]};
        phantom.columnDirection = {axes[3], axes[4], axes[5]};
        phantom.sliceStep = {axes[6], axes[7], axes[8]};
        phantom.originLps = phantom.rowDirection * (-49.5 * 0.8) + phantom.columnDirection * (-29.5 * 1.25) + phantom.sliceStep * -19.5;
        const Ball ball{{11, 8, 6}, 12}; // left, back, up: off the middle in every direction
        auto instances = phantom.instances();
        std::shuffle(instances.begin(), instances.end(), std::mt19937(5));
        const auto volume = Phantom::volume(buildStacks(instances).front(), ball);
        QVERIFY(volume->grid());
        struct Shown
        {
            AnatomicalPlane plane;
            double right;
            double down;
            QString letters;
        };
        for (const Shown& shown : {Shown{AnatomicalPlane::Axial, 11, 8, "RLAP"}, Shown{AnatomicalPlane::Coronal, 11, -6, "RLHF"},
                                   Shown{AnatomicalPlane::Sagittal, 8, -6, "APHF"}}) {
            const Vec3 centre = shown.plane == AnatomicalPlane::Axial ? Vec3{0, 0, 6} : shown.plane == AnatomicalPlane::Coronal ? Vec3{0, 8, 0} : Vec3{11, 0, 0};
            SliceView view;
            view.mpr = anatomicalPlane(shown.plane, centre);
            view.zoom = 4;
            const RenderedSlice slice = render(*volume, view, halfAt500(), {400, 400});
            QVERIFY(!slice.problem);
            const Bright bright = brightPart(slice.image);
            QVERIFY2(std::abs(bright.x - 4 * shown.right) < 1 && std::abs(bright.y - 4 * shown.down) < 1, qPrintable(QString("%1 %2").arg(bright.x).arg(bright.y)));
            const double area = std::numbers::pi * 12 * 12 * 16;
            QVERIFY2(std::abs(bright.pixels / area - 1) < 0.02, qPrintable(QString::number(bright.pixels / area)));
            const EdgeLetters letters = slice.transform.letters();
            QCOMPARE(letters.left + letters.right + letters.top + letters.bottom, shown.letters);
        }
    }

    void aLargeStackTakesSeconds()
    {
        Phantom phantom;
        phantom.columns = phantom.rows = 512;
        std::vector<Instance> instances;
        for (int i = 0; i < 300; ++i) {
            instances.push_back(phantom.instance(i));
            instances.back().plane->originLps.z = i + (i > 150 ? 0.5 : 0);
        }
        const auto volume = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(size_t(300) * 512 * 512 * 2));
        const std::clock_t since = std::clock(); // of the processor, all threads: others may be at work here
        QVERIFY(volume->regular());
        const double seconds = double(std::clock() - since) / CLOCKS_PER_SEC;
        qInfo("300 slices of 512² in %.1f s", seconds);
#ifndef __SANITIZE_ADDRESS__
        QVERIFY2(seconds < 10, "4 s usually");
#endif
    }
};

QTEST_GUILESS_MAIN(TestResample)
#include "tst_resample.moc"
