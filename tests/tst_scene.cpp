#include "app/demo/phantom.h"
#include "tests/support/ct_stack.h"
#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/scene/scene_pipeline.h"
#include "viewer/scene/scene_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QElapsedTimer>
#include <QtTest>
#include <atomic>
#include <mutex>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

namespace
{

/// Bone (1000 HU) where `isBone`, air elsewhere, in a cube of 64 mm around (0, 0, 0).
std::shared_ptr<const Volume> cube(const std::function<bool(Vec3)>& isBone)
{
    Phantom phantom;
    phantom.columns = phantom.rows = phantom.slices = 64;
    phantom.originLps = {-31.5, -31.5, -31.5};
    phantom.sliceStep = {0, 0, 1};
    return Phantom::volume(phantom.stack(), [&](Vec3 p) { return isBone(p) ? 1000 : -1000; });
}

/// Middle of what is not black, from the middle of the picture, in parts of its height; and how much is not black.
struct Lit
{
    double x = 0;
    double y = 0;
    int pixels = 0;
};
Lit litPart(const QImage& image)
{
    Lit lit;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (qGray(image.pixel(x, y)) > 20) {
                lit.x += x + 0.5 - image.width() / 2.0;
                lit.y += y + 0.5 - image.height() / 2.0;
                ++lit.pixels;
            }
    if (lit.pixels) {
        lit.x /= double(lit.pixels) * image.height();
        lit.y /= double(lit.pixels) * image.height();
    }
    return lit;
}

SceneView bone(double azimuth = 0, double elevation = 0)
{
    SceneView view;
    view.azimuthDeg = azimuth;
    view.elevationDeg = elevation;
    return view;
}

} // namespace

class TestScene : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        const bool isPicture = !QByteArrayView(QTest::currentTestFunction()).contains("voxels");
        if (isPicture && qEnvironmentVariableIsEmpty("DISPLAY"))
            QSKIP("3D needs an X display: run under xvfb-run");
    }

    /// Whatever the slices' own rescale: voxel × slope + intercept of what 3D gets is the modality value (PS3.3 C.11.1.1.2).
    void PIX_04_voxelsAreModalityValues_data()
    {
        QTest::addColumn<int>("stored");
        QTest::addColumn<QList<double>>("slopes"); // of slice 0 and from slice to slice
        QTest::addColumn<QList<double>>("intercepts");
        QTest::addColumn<QList<double>>("values"); // the same
        QTest::newRow("one rescale for all") << 587 << QList<double>{2, 0} << QList<double>{-1024, 0} << QList<double>{150, 0};
        QTest::newRow("a slope a slice") << 100 << QList<double>{1, 1} << QList<double>{0, 0} << QList<double>{100, 100};
        QTest::newRow("an intercept a slice") << 100 << QList<double>{1, 0} << QList<double>{0, 50} << QList<double>{100, 50};
    }
    void PIX_04_voxelsAreModalityValues()
    {
        QFETCH(int, stored);
        QFETCH(QList<double>, slopes);
        QFETCH(QList<double>, intercepts);
        QFETCH(QList<double>, values);
        auto instances = Phantom{}.instances();
        for (size_t i = 0; i < instances.size(); ++i) {
            instances[i].modalityTransform.slope = slopes[0] + double(i) * slopes[1];
            instances[i].modalityTransform.intercept = intercepts[0] + double(i) * intercepts[1];
        }
        const auto pixels = scenePixels(Phantom::volume(buildStacks(instances).front(), [&](Vec3) { return stored; }), 0);
        QVERIFY(pixels.isSigned);
        const auto* voxels = static_cast<const qint16*>(pixels.voxels);
        for (int i = 0; i < 8 * 6 * 5; ++i) {
            const double value = voxels[i] * pixels.slope + pixels.intercept;
            const double expected = values[0] + i / (8 * 6) * values[1];
            QVERIFY2(std::abs(value - expected) < 0.05, qPrintable(QString("%1: %2, not %3").arg(i).arg(value).arg(expected))); // spread over 4095 steps
        }
    }

    void GEO_08_voxelsAreOfThePhaseAskedFor_data()
    {
        QTest::addColumn<bool>("isPadded");
        QTest::newRow("where they lie") << false;
        QTest::newRow("copied") << true;
    }
    void GEO_08_voxelsAreOfThePhaseAskedFor()
    {
        QFETCH(bool, isPadded);
        std::vector<Instance> instances;
        for (int phase = 0; phase < 2; ++phase)
            for (Instance instance : Phantom{}.instances()) {
                instance.uid.value += QString(".%1").arg(phase);
                instance.temporalPosition = phase + 1;
                if (isPadded)
                    instance.pixels.padding = PaddingRange{-2000, -2000};
                instances.push_back(instance);
            }
        const Stack stack = buildStacks(instances).front();
        QCOMPARE(stack.phaseCount, 2);
        int call = 0;
        const auto volume = Phantom::volume(stack, [&](Vec3 p) {
            const int phase = stack.instances[size_t(call++ / (8 * 6))].temporalPosition.value_or(0);
            return p.x == -10 ? 100.0 * phase : p.y == -20 ? 0 : 1000; // from 0 to 1000: a step of a copy is 1
        });
        for (int phase = 0; phase < 2; ++phase) {
            const auto pixels = scenePixels(volume, phase);
            QCOMPARE(pixels.slope, 1.0);
            QCOMPARE(pixels.intercept, 0.0);
            QCOMPARE(pixels.owner == volume, !isPadded);
            for (int slice = 0; slice < 5; ++slice)
                QCOMPARE(static_cast<const qint16*>(pixels.voxels)[slice * 8 * 6], qint16(phase == 0 ? 100 : 200));
        }
    }

    /// A ball of 12 mm radius 14 mm to the left, 10 mm up, 8 mm back: where it appears tells which way is which.
    void aBallIsWhereItIs_data()
    {
        QTest::addColumn<double>("azimuth");
        QTest::addColumn<double>("elevation");
        QTest::addColumn<double>("rightMm");
        QTest::addColumn<double>("upMm");
        QTest::newRow("from the front: left is right, head is up") << 0.0 << 0.0 << 14.0 << 10.0;
        QTest::newRow("from the left: back is right") << 90.0 << 0.0 << 8.0 << 10.0;
        QTest::newRow("from behind") << 180.0 << 0.0 << -14.0 << 10.0;
        QTest::newRow("from above: back is up") << 0.0 << 90.0 << 14.0 << 8.0;
    }
    void aBallIsWhereItIs()
    {
        QFETCH(double, azimuth);
        QFETCH(double, elevation);
        QFETCH(double, rightMm);
        QFETCH(double, upMm);
        const auto volume = cube([](Vec3 p) { return norm(p - Vec3{14, 8, 10}) < 12; });
        const auto image = SceneRenderer::renderOnce(volume, bone(azimuth, elevation), {300, 200});
        QVERIFY2(image, image ? "" : qPrintable(message(image.error())));
        QCOMPARE(image->size(), QSize(300, 200));
        const Lit lit = litPart(*image);
        const double heightMm = 64 * std::sqrt(3.0); // the whole volume fits
        QVERIFY2(std::abs(lit.x * heightMm - rightMm) < 1, qPrintable(QString::number(lit.x * heightMm)));
        QVERIFY2(std::abs(-lit.y * heightMm - upMm) < 1, qPrintable(QString::number(-lit.y * heightMm)));
        const double expected = M_PI * 12 * 12 / (heightMm * heightMm) * 200 * 200;
        QVERIFY2(std::abs(lit.pixels - expected) < 0.1 * expected, qPrintable(QString("%1 %2").arg(lit.pixels).arg(expected)));
    }

    /// Acquired in whatever direction, tilted or unevenly spaced: the ball is where it is, round, and never mirrored.
    void everyAcquisitionShowsTheSame_data()
    {
        QTest::addColumn<QList<double>>("axes"); // row, column, step from file to file
        QTest::addColumn<bool>("isUneven");
        const double s = std::sqrt(0.5);
        const double c = std::cos(20 * M_PI / 180);
        const double t = std::sin(20 * M_PI / 180);
        QTest::newRow("GEO-09 sagittal") << QList<double>{0, 1, 0, 0, 0, -1, 1, 0, 0} << false;
        QTest::newRow("GEO-10 sagittal, from left to right") << QList<double>{0, 1, 0, 0, 0, -1, -1, 0, 0} << false;
        QTest::newRow("GEO-09 coronal") << QList<double>{1, 0, 0, 0, 0, -1, 0, 1, 0} << false;
        QTest::newRow("GEO-10 axial, rows to the right, from the head down") << QList<double>{-1, 0, 0, 0, 1, 0, 0, 0, -1} << false;
        QTest::newRow("GEO-09 oblique") << QList<double>{s, s, 0, 0, 0, -1, -s, s, 0} << false;
        QTest::newRow("GEO-05 tilted") << QList<double>{1, 0, 0, 0, c, t, 0, 0, 1} << false;
        QTest::newRow("GEO-04 uneven") << QList<double>{1, 0, 0, 0, 1, 0, 0, 0, 1} << true;
        QTest::newRow("GEO-04 GEO-05 tilted and uneven") << QList<double>{1, 0, 0, 0, c, -t, 0, 0, 1} << true;
    }
    void everyAcquisitionShowsTheSame()
    {
        QFETCH(QList<double>, axes);
        QFETCH(bool, isUneven);
        Phantom phantom;
        phantom.columns = phantom.rows = phantom.slices = 64;
        phantom.rowDirection = {axes[0], axes[1], axes[2]};
        phantom.columnDirection = {axes[3], axes[4], axes[5]};
        phantom.sliceStep = {axes[6], axes[7], axes[8]};
        phantom.originLps = (phantom.rowDirection + phantom.columnDirection + phantom.sliceStep) * -31.5;
        auto instances = phantom.instances();
        for (size_t i = 0; isUneven && i < instances.size(); ++i)
            instances[i].plane->originLps = instances[i].plane->originLps + phantom.sliceStep * (i % 2 ? 0.3 : 0);
        const Vec3 centre{9, 5, 7};
        const auto volume = Phantom::volume(buildStacks(instances).front(), [&](Vec3 p) { return norm(p - centre) < 12 ? 1000 : -1000; });
        SceneView view = bone();
        const auto regular = *volume->regular();
        const VolumeGrid grid = *regular->grid();
        const Vec3 from = centre - grid.centreLps(); // the picture's middle
        const double heightMm = norm(grid.columnStep * grid.columns + grid.rowStep * grid.rows + grid.sliceStep * grid.slices);
        for (const auto& [azimuth, rightMm] : {std::pair(0.0, from.x), std::pair(90.0, from.y), std::pair(180.0, -from.x)}) {
            view.azimuthDeg = azimuth;
            const auto image = SceneRenderer::renderOnce(volume, view, {200, 200});
            QVERIFY2(image, image ? "" : qPrintable(message(image.error())));
            const Lit lit = litPart(*image);
            QVERIFY2(std::abs(lit.x * heightMm - rightMm) < 1 && std::abs(-lit.y * heightMm - from.z) < 1,
                     qPrintable(QString("%1 %2").arg(lit.x * heightMm - rightMm).arg(-lit.y * heightMm - from.z)));
            const double expected = M_PI * 12 * 12 / (heightMm * heightMm) * 200 * 200;
            QVERIFY2(std::abs(lit.pixels / expected - 1) < 0.15, qPrintable(QString::number(lit.pixels / expected)));
        }
    }

    void everyPresetShowsSomething()
    {
        const auto volume = cube([](Vec3 p) { return norm(p) < 20; });
        QVERIFY(scenePresets().size() >= 4);
        for (const ScenePreset& preset : scenePresets()) {
            if (preset.id == "ct-lung")
                continue; // the ball is no lung
            SceneView view;
            view.preset = preset.id;
            const auto image = SceneRenderer::renderOnce(volume, view, {100, 100});
            QVERIFY(image);
            QVERIFY2(litPart(*image).pixels > 300, qPrintable(preset.id));
        }
    }

    void paddingIsNotThere()
    {
        Phantom phantom;
        phantom.columns = phantom.rows = phantom.slices = 32;
        auto instances = phantom.instances();
        for (Instance& instance : instances)
            instance.pixels.padding = PaddingRange{3000, 3000}; // brighter than bone, and nothing
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 3000; });
        const auto image = SceneRenderer::renderOnce(volume, bone(), {80, 80});
        QVERIFY(image);
        QCOMPARE(litPart(*image).pixels, 0); // PIX-08
    }

    void coarseFirstThenStillByItself()
    {
        const auto volume = cube([](Vec3 p) { return norm(p) < 20; });
        std::mutex mutex;
        std::vector<SceneQuality> qualities;
        auto renderer = SceneRenderer::create(volume, [&](Result<SceneRenderer::Picture> picture) {
            const std::lock_guard lock(mutex);
            if (picture)
                qualities.push_back(picture->quality);
        });
        QVERIFY(renderer);
        (*renderer)->request(bone(10), {200, 200}, SceneQuality::Interactive);
        const auto count = [&] {
            const std::lock_guard lock(mutex);
            return qualities.size();
        };
        QTRY_COMPARE(count(), 2u);
        QCOMPARE(int(qualities[0]), int(SceneQuality::Interactive));
        QCOMPARE(int(qualities[1]), int(SceneQuality::Still));
        QVERIFY(!(*renderer)->description().isEmpty());
        qInfo("%s", qPrintable((*renderer)->description()));
    }

    void whatIsNoVolumeIsRefusedWithTheReason()
    {
        Phantom phantom;
        phantom.slices = 2;
        const auto volume = Phantom::volume(phantom.stack(), [](Vec3) { return 0; });
        const auto image = SceneRenderer::renderOnce(volume, bone(), {80, 80});
        QVERIFY(!image);
        QCOMPARE(image.error().fault, Fault::Unsupported);
        QVERIFY(image.error().detail.contains("slices")); // GEO-14
        SceneView nonsense;
        nonsense.preset = "nonsense";
        QCOMPARE(SceneRenderer::renderOnce(cube([](Vec3) { return true; }), nonsense, {80, 80}).error().fault, Fault::Invalid);
    }

    /// Where an image could not be read there would be a hole that nobody sees.
    void GEO_14_withoutAnImageThereIsNone()
    {
        QTemporaryDir folder;
        const Stack stack = test::ctStack(folder.path());
        QVERIFY(!whyNoScene(**StackLoader::load(stack)));
        QVERIFY(QFile::remove(stack.instances[2].path));
        const auto volume = StackLoader::load(stack);
        QVERIFY(volume && (*volume)->failedCount() == 1 && (*volume)->isComplete());
        const auto reason = whyNoScene(**volume);
        QVERIFY(reason && reason->contains("could not be read"));
    }

    void withoutADisplayItIsAPlainError()
    {
        const QByteArray display = qgetenv("DISPLAY");
        qputenv("DISPLAY", ":4711");
        const auto image = SceneRenderer::renderOnce(cube([](Vec3) { return true; }), bone(), {80, 80});
        qputenv("DISPLAY", display);
        QVERIFY(!image);
        QCOMPARE(image.error().fault, Fault::Unsupported);
    }

    /// An installation that lost the module with VTK reads on, and says what is missing where somebody asks for 3D.
    void withoutItsModuleItIsAPlainError()
    {
        QTemporaryDir place;
        const QString program = place.filePath("diascope");
        QVERIFY(QFile::copy(QCoreApplication::applicationDirPath() + "/diascope", program));
        QVERIFY(QDir().mkdir(place.filePath("images")));
        demo::Study study;
        QVERIFY(demo::writeCt(place.filePath("images"), {}, study, {.columns = 16, .rows = 16, .slices = 8}));
        const QStringList profile{"--profile", place.filePath("profile")};
        QCOMPARE(test::run(program, profile + QStringList{"import", place.filePath("images")}).code, 0);
        const auto drawn = test::run(program, profile + QStringList{"render", "--study", demo::studyUidOf(study.seed), "--3d", "ct-bone",
                                                                    "--out", place.filePath("scene.png")});
        QCOMPARE(drawn.code, 1);
        QVERIFY2(drawn.err.contains("diascope-scene.so"), drawn.err.constData());
        QVERIFY(!QFile::exists(place.filePath("scene.png")));
    }
};

QTEST_GUILESS_MAIN(TestScene)
#include "tst_scene.moc"
