#include "tests/support/plain_presentation.h"
#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/mpr_span.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QTemporaryDir>
#include <numbers>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom, test::plain;

namespace
{

int greyAt(const QImage& image, int x, int y) { return qGray(image.pixel(x, y)); }

} // namespace

class TestSlice : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// PS3.3 C.11.2.1.2.1, worked by hand; output 0..1.
    void windowFormulas_data()
    {
        QTest::addColumn<int>("function");
        QTest::addColumn<double>("centre");
        QTest::addColumn<double>("width");
        QTest::addColumn<double>("value");
        QTest::addColumn<double>("output");
        const int linear = int(VoiFunction::Linear);
        QTest::newRow("PIX-06 LINEAR 0 is dark") << linear << 2048.0 << 4096.0 << 0.0 << 0.0;
        QTest::newRow("PIX-06 LINEAR 4095 is bright") << linear << 2048.0 << 4096.0 << 4095.0 << 1.0;
        QTest::newRow("PIX-06 LINEAR 1 of 4095") << linear << 2048.0 << 4096.0 << 1.0 << 1 / 4095.0;
        QTest::newRow("PIX-06 width 1 below") << linear << 100.0 << 1.0 << 99.0 << 0.0;
        QTest::newRow("PIX-06 width 1 at c - 0.5") << linear << 100.0 << 1.0 << 99.5 << 0.0;
        QTest::newRow("PIX-06 width 1 above") << linear << 100.0 << 1.0 << 100.0 << 1.0;
        QTest::newRow("PIX-06 LINEAR_EXACT low") << int(VoiFunction::LinearExact) << 2048.0 << 4096.0 << 0.0 << 0.0;
        QTest::newRow("PIX-06 LINEAR_EXACT middle") << int(VoiFunction::LinearExact) << 10.0 << 20.0 << 10.0 << 0.5;
        QTest::newRow("PIX-06 LINEAR_EXACT high") << int(VoiFunction::LinearExact) << 10.0 << 20.0 << 20.0 << 1.0;
        QTest::newRow("PIX-06 LINEAR far below") << linear << 2048.0 << 4096.0 << -100.0 << 0.0;
        QTest::newRow("PIX-06 LINEAR far above") << linear << 2048.0 << 4096.0 << 5000.0 << 1.0;
        QTest::newRow("PIX-06 LINEAR_EXACT far below") << int(VoiFunction::LinearExact) << 10.0 << 20.0 << -5.0 << 0.0;
        QTest::newRow("PIX-06 LINEAR_EXACT far above") << int(VoiFunction::LinearExact) << 10.0 << 20.0 << 25.0 << 1.0;
        QTest::newRow("PIX-06 LINEAR_EXACT narrower than 1") << int(VoiFunction::LinearExact) << 0.5 << 0.4 << 0.4 << 0.25;
        QTest::newRow("PIX-06 LINEAR_EXACT of no width, at its centre") << int(VoiFunction::LinearExact) << 10.0 << 0.0 << 10.0 << 0.0;
        QTest::newRow("PIX-06 LINEAR_EXACT of no width, above") << int(VoiFunction::LinearExact) << 10.0 << 0.0 << 10.5 << 1.0;
        QTest::newRow("PIX-06 SIGMOID centre") << int(VoiFunction::Sigmoid) << 50.0 << 100.0 << 50.0 << 0.5;
        QTest::newRow("PIX-06 SIGMOID c + w/4") << int(VoiFunction::Sigmoid) << 50.0 << 100.0 << 75.0 << 1 / (1 + std::exp(-1.0));
    }
    void windowFormulas()
    {
        QFETCH(int, function);
        QFETCH(double, centre);
        QFETCH(double, width);
        QFETCH(double, value);
        QFETCH(double, output);
        QVERIFY(std::abs(applyVoi(value, {centre, width}, VoiFunction(function)) - output) < 1e-12);
    }

    /// 1 : 1, every pixel is the standard's formula.
    void nativeFrameAtOneToOne_data()
    {
        QTest::addColumn<bool>("isInverted");
        QTest::addColumn<bool>("invert");
        QTest::newRow("MONOCHROME2") << false << false;
        QTest::newRow("PIX-07 MONOCHROME1") << true << false;
        QTest::newRow("PIX-07 MONOCHROME1 and the user inverts") << true << true;
    }
    void nativeFrameAtOneToOne()
    {
        QFETCH(bool, isInverted);
        QFETCH(bool, invert);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.isInverted = isInverted;
        const auto field = [](Vec3 p) { return 17 * (p.x + 10) + 11 * (p.y + 20) + 3; };
        const auto volume = Phantom::volume(buildStacks(instances).front(), field);
        Presentation presentation = plain();
        presentation.window = {100, 150};
        presentation.invert = invert;
        const auto slice = render(*volume, SliceView{}, presentation, {8, 6});
        QVERIFY(!slice.problem);
        QCOMPARE(slice.transform.zoom(), 1.0);
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 8; ++x) {
                const int level = int(applyVoi(17 * x + 11 * y + 3, {100, 150}, VoiFunction::Linear) * 255 + 0.5);
                QCOMPARE(greyAt(slice.image, x, y), isInverted != invert ? 255 - level : level);
            }
    }

    void enlargedFrameIsBilinear()
    {
        const auto volume = Phantom::volume(Phantom{}.stack(), [](Vec3 p) { return 20 * (p.x + 10) + 5 * (p.y + 20); });
        const auto slice = render(*volume, SliceView{}, plain(), {80, 60});
        for (int y = 10; y < 50; ++y)
            for (int x = 10; x < 70; ++x) {
                const QPointF image = slice.transform.toImage(QPointF(x + 0.5, y + 0.5));
                QVERIFY(std::abs(greyAt(slice.image, x, y) - (20 * image.x() + 5 * image.y())) <= 1);
            }
    }

    /// GEO-11: 2 mm rows, 1 mm columns: a square of patient is a square of screen.
    void nonSquarePixelsKeepTheirAspect()
    {
        Phantom phantom;
        phantom.spacingMm = {2, 1};
        const auto volume = Phantom::volume(phantom.stack(), [](Vec3) { return 200; });
        const auto slice = render(*volume, SliceView{}, plain(), {240, 240});
        const QPointF a = slice.transform.toScreen(QPointF(2, 2));
        const QPointF right = slice.transform.toScreen(QPointF(4, 2));
        const QPointF down = slice.transform.toScreen(QPointF(2, 3));
        QVERIFY(std::abs((right.x() - a.x()) - (down.y() - a.y())) < 1e-9);
        QCOMPARE(slice.transform.zoom(), 20.0); // 12 mm high in 240
        auto aspect = phantom.instances();
        for (Instance& instance : aspect) {
            instance.plane.reset();
            instance.spacingMm.reset();
        }
        const Stack stack = buildStacks(aspect).front();
        const auto flat = *Volume::fromPixels(stack, SampleType::Int16, std::vector<std::byte>(size_t(8 * 6 * 5 * 2)));
        const auto transform = SliceTransform::of(*flat, SliceView{}, {240, 240});
        QVERIFY(std::abs((transform.toScreen(QPointF(1, 0)).x() - transform.toScreen(QPointF(0, 0)).x()) * 2 -
                         (transform.toScreen(QPointF(0, 1)).y() - transform.toScreen(QPointF(0, 0)).y())) < 1e-9);
    }

    void screenAndPatientAreInverse()
    {
        Phantom phantom;
        phantom.spacingMm = {0.7, 0.9};
        const auto volume = Phantom::volume(phantom.stack(), [](Vec3) { return 0; });
        for (int turns = 0; turns < 4; ++turns)
            for (const bool flip : {false, true}) {
                SliceView view;
                view.quarterTurns = turns;
                view.flipHorizontal = flip;
                view.zoom = 3.3;
                view.panPx = {12, -7};
                const auto transform = SliceTransform::of(*volume, view, {200, 100});
                const QPointF screen(33.25, 71.5);
                const auto point = transform.toPatient(screen);
                QVERIFY(point);
                const QPointF back = *transform.toScreen(*point);
                QVERIFY(std::abs(back.x() - screen.x()) < 1e-9 && std::abs(back.y() - screen.y()) < 1e-9);
                QVERIFY(std::abs(*transform.distanceMm(*point + Vec3{0, 0, 4}) - 4) < 1e-9);
                QVERIFY(std::abs(*transform.distanceMm(*point - Vec3{0, 0, 3}) + 3) < 1e-9);
            }
    }

    void lettersFollowRotationAndFlips()
    {
        const auto volume = Phantom::volume(Phantom{}.stack(), [](Vec3) { return 0; });
        const auto letters = [&](int turns, bool flip) {
            SliceView view;
            view.quarterTurns = turns;
            view.flipHorizontal = flip;
            const auto edges = SliceTransform::of(*volume, view, {100, 100}).letters();
            return edges.left + edges.right + edges.top + edges.bottom;
        };
        QCOMPARE(letters(0, false), "RLAP"); // GEO-15
        QCOMPARE(letters(0, true), "LRAP");
        QCOMPARE(letters(1, false), "PARL"); // clockwise: what was at the left is at the top
        QCOMPARE(letters(2, false), "LRPA");
        QCOMPARE(letters(3, false), "APLR");
        QCOMPARE(letters(-1, false), "APLR");
        QCOMPARE(letters(1, true), "PALR"); // flipped first
        SliceView upsideDown;
        upsideDown.flipVertical = true;
        const auto turned = SliceTransform::of(*volume, upsideDown, {100, 100}).letters();
        QCOMPARE(turned.left + turned.right + turned.top + turned.bottom, "RLPA");
        const auto plane = [&](AnatomicalPlane which) {
            SliceView view;
            view.mpr = anatomicalPlane(which, volume->grid()->centreLps());
            const auto edges = SliceTransform::of(*volume, view, {100, 100}).letters();
            return edges.left + edges.right + edges.top + edges.bottom;
        };
        QCOMPARE(plane(AnatomicalPlane::Axial), "RLAP");
        QCOMPARE(plane(AnatomicalPlane::Coronal), "RLHF");
        QCOMPARE(plane(AnatomicalPlane::Sagittal), "APHF");
    }

    void withoutGeometryOnlyPatientOrientationGivesLetters()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.plane.reset();
        const auto none = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
        auto edges = SliceTransform::of(*none, SliceView{}, {100, 100}).letters();
        QCOMPARE(edges.left + edges.right + edges.top + edges.bottom, ""); // GEO-16
        for (Instance& instance : instances)
            instance.patientOrientation = QStringList{"L", "F"};
        const auto some = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
        edges = SliceTransform::of(*some, SliceView{}, {100, 100}).letters();
        QCOMPARE(edges.left + edges.right + edges.top + edges.bottom, "RLHF");
        QVERIFY(!SliceTransform::of(*some, SliceView{}, {100, 100}).toPatient({1, 1}));
        SliceView views[3];
        views[0].quarterTurns = 1;
        views[1].flipHorizontal = true;
        views[2].flipVertical = true;
        for (const auto& [view, expected] : {std::pair(views[0], "FHRL"), {views[1], "LRHF"}, {views[2], "RLFH"}}) { // GEO-15
            edges = SliceTransform::of(*some, view, {100, 100}).letters();
            QCOMPARE(edges.left + edges.right + edges.top + edges.bottom, expected);
        }
    }

    void zoomStaysUnderTheCursor()
    {
        const auto volume = Phantom::volume(Phantom{}.stack(), [](Vec3) { return 0; });
        SliceView view;
        view.quarterTurns = 1;
        const QSize size(300, 200);
        const QPointF cursor(70, 150);
        const QPointF before = SliceTransform::of(*volume, view, size).toImage(cursor);
        const SliceView zoomed = zoomedAt(*volume, view, size, cursor, 2.5);
        const QPointF after = SliceTransform::of(*volume, zoomed, size).toImage(cursor);
        QVERIFY(std::abs(before.x() - after.x()) < 1e-9 && std::abs(before.y() - after.y()) < 1e-9);
        QCOMPARE(reset(zoomed).zoom, 0.0);
        SliceView all{2, {}, 5, Blend::Mean, 3, {4, 5}, 1, true, true};
        QCOMPARE(reset(all), (SliceView{2, {}, 5, Blend::Mean, 0, {0, 0}, 0, false, false})); // what is seen stays
    }

    /// Of pixels 0.25 mm wide and 0.5 mm high, one pixel of the screen is 0.25 mm at one to one.
    void GEO_11_fitAndOneToOne()
    {
        Phantom phantom; // 8 columns, 6 rows, 5 slices 2 mm apart: 2 x 3 x 10 mm
        phantom.spacingMm = {0.5, 0.25};
        const auto volume = Phantom::volume(phantom.stack(), [](Vec3) { return 0; });
        SliceView view;
        QCOMPARE(oneToOneZoom(*volume, view), 4.0);
        QCOMPARE(fitZoom(*volume, view, {100, 90}), 30.0);
        view.quarterTurns = 1; // 3 mm across, 2 mm down
        QCOMPARE(fitZoom(*volume, view, {100, 90}), 100 / 3.0);
        view.quarterTurns = 0;
        for (const auto& [plane, fit] : {std::pair(AnatomicalPlane::Axial, 30.0), {AnatomicalPlane::Coronal, 9.0}, {AnatomicalPlane::Sagittal, 9.0}}) {
            view.mpr = anatomicalPlane(plane, volume->grid()->centreLps());
            QCOMPARE(oneToOneZoom(*volume, view), 4.0);
            QVERIFY(std::abs(fitZoom(*volume, view, {100, 90}) - fit) < 1e-9);
        }
        auto instances = phantom.instances();
        for (Instance& instance : instances) {
            instance.plane.reset();
            instance.spacingMm.reset();
            instance.pixelAspect = 0.5;
        }
        const auto bare = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
        QCOMPARE(oneToOneZoom(*bare, SliceView{}), 2.0); // rows are half as high as columns are wide
        QCOMPARE(fitZoom(*bare, SliceView{}, {80, 90}), 10.0);
        QCOMPARE(fitZoom(*bare, SliceView{}, {160, 30}), 10.0);
    }

    /// Trilinear interpolation reproduces a ramp exactly; expected values are the ramp's own.
    void mprOfARamp_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("axial") << 0;
        QTest::newRow("sagittal") << 1;
        QTest::newRow("coronal") << 2;
        QTest::newRow("oblique") << 3;
        QTest::newRow("GEO-05 coronal of a tilted stack") << 4;
        QTest::newRow("GEO-05 tilted by 5 degrees") << 5;
        QTest::newRow("GEO-05 tilted by 1 degree") << 6;
    }
    void mprOfARamp()
    {
        QFETCH(int, kind);
        Phantom phantom;
        phantom.columns = 40;
        phantom.rows = 30;
        phantom.slices = 20;
        phantom.sliceStep = {0, 0, 1.5};
        const double angle = (kind == 4 ? 18 : kind == 5 ? 5 : 1) * M_PI / 180;
        if (kind >= 4)
            phantom.columnDirection = {0, std::cos(angle), std::sin(angle)};
        const auto ramp = [](Vec3 p) { return 100 * p.x + 60 * p.y + 80 * p.z - 1000; };
        const auto volume = Phantom::volume(phantom.stack(), ramp);
        SliceView view;
        const Vec3 centre = volume->grid()->centreLps();
        if (kind == 3)
            view.mpr = MprPlane{centre, normalized({1, 0.5, 0.2}), normalized(cross(cross(Vec3{1, 0.5, 0.2}, Vec3{0.1, 1, -0.4}), Vec3{1, 0.5, 0.2}))};
        else
            view.mpr = anatomicalPlane(kind == 1 ? AnatomicalPlane::Sagittal : kind == 0 ? AnatomicalPlane::Axial : AnatomicalPlane::Coronal, centre);
        view.zoom = 4;
        Presentation presentation = plain();
        presentation.window = {ramp(centre), 4000};
        const auto slice = render(*volume, view, presentation, {120, 100});
        QVERIFY(!slice.problem);
        int compared = 0;
        for (int y = 0; y < 100; ++y)
            for (int x = 0; x < 120; ++x) {
                const Vec3 point = *slice.transform.toPatient(QPointF(x + 0.5, y + 0.5));
                if (!volume->valueAt(point))
                    continue;
                const double expected = applyVoi(ramp(point), presentation.window, VoiFunction::Linear) * 255;
                QVERIFY2(std::abs(greyAt(slice.image, x, y) - expected) <= 1.0, qPrintable(QString("%1 %2: %3 %4").arg(x).arg(y).arg(greyAt(slice.image, x, y)).arg(expected)));
                ++compared;
            }
        QVERIFY(compared > 2000);
    }

    void wideAndPlainLoopsAgree()
    {
        std::mt19937 random(3);
        std::vector<qint16> voxels(size_t(33 * 21 * 17) + 32);
        for (qint16& v : voxels)
            v = qint16(random());
        const int size[3] = {33, 21, 17};
        for (const bool isSigned : {true, false})
            for (const Blend blend : {Blend::Maximum, Blend::Minimum, Blend::Mean}) {
                const VoxelBlock block{voxels.data(), isSigned, 33, 21, 17};
                const VoxelLine line{{-3.2, 1.7, 0.3}, {0.31, 0.11, 0.13}};
                const Span span = clip(line, size, 200);
                QVERIFY(span.to - span.from > 50);
                std::vector<float> wide(200, blend == Blend::Mean ? 0 : NAN);
                std::vector<float> slow = wide;
                sampleSpan(block, line, span, blend, wide.data());
                sampleSpanPlain(block, line, span, blend, slow.data());
                for (int i = span.from; i < span.to; ++i)
                    QVERIFY2(std::abs(wide[size_t(i)] - slow[size_t(i)]) < 0.5f, qPrintable(QString("%1: %2 %3").arg(i).arg(wide[size_t(i)]).arg(slow[size_t(i)])));
            }
    }

    void slabsOfAPoint_data()
    {
        QTest::addColumn<bool>("hasPadding");
        QTest::newRow("of 16 bits") << false;
        QTest::newRow("PIX-08 with padding") << true;
    }
    void slabsOfAPoint()
    {
        QFETCH(bool, hasPadding);
        Phantom phantom;
        phantom.slices = 11;
        phantom.sliceStep = {0, 0, 1};
        auto instances = phantom.instances();
        for (Instance& instance : instances)
            if (hasPadding)
                instance.pixels.padding = PaddingRange{-2000, -2000};
        const auto volume = Phantom::volume(buildStacks(instances).front(), [&](Vec3 p) {
            return p.x != -6 || p.y != -17 ? 20 : p.z == 33 ? 220 : hasPadding && p.z == 34 ? -2000 : 20;
        });
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, {-6, -17, 35});
        view.zoom = 1;
        const auto greyAtPoint = [&](double slab, Blend blend) {
            view.slabMm = slab;
            view.blend = blend;
            return greyAt(render(*volume, view, plain(), {9, 9}).image, 4, 4);
        };
        QCOMPARE(greyAtPoint(0, Blend::Maximum), 20);
        QCOMPARE(greyAtPoint(4, Blend::Maximum), 220);
        QCOMPARE(greyAtPoint(2, Blend::Maximum), 20);
        QCOMPARE(greyAtPoint(4, Blend::Minimum), 20);
        QCOMPARE(greyAtPoint(4, Blend::Mean), hasPadding ? 70 : 60); // 220 and three or four times 20
    }

    void paddingIsBlackAndNotMixed_data()
    {
        QTest::addColumn<bool>("mpr");
        QTest::newRow("PIX-08 native") << false;
        QTest::newRow("PIX-08 MPR") << true;
    }
    void paddingIsBlackAndNotMixed()
    {
        QFETCH(bool, mpr);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.pixels.padding = PaddingRange{-2000, -2000};
            instance.isInverted = true; // padding is black for MONOCHROME1 too
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -6.5 ? -2000 : 100; });
        SliceView view;
        if (mpr)
            view.mpr = anatomicalPlane(AnatomicalPlane::Axial, volume->grid()->centreLps());
        const auto slice = render(*volume, view, plain(), {80, 60});
        for (int x = 0; x < 80; ++x)
            QVERIFY(greyAt(slice.image, x, 30) == 0 || greyAt(slice.image, x, 30) == 155);
        QCOMPARE(greyAt(slice.image, 5, 30), 0);
        QCOMPARE(greyAt(slice.image, 70, 30), 155);
    }

    /// The padding value is a stored one (PS3.3 C.7.5.1.1.2), whatever the rescale makes of it: 0 is black, 0 HU is not.
    void PIX_08_paddingIsAStoredValue()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.pixels.padding = PaddingRange{0, 0};
            instance.modalityTransform.intercept = -1024;
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -8.5 ? 0 : p.x < -6.5 ? 1 : 1024; });
        for (const auto interpolation : {Interpolation::Nearest, Interpolation::Linear}) {
            Presentation presentation = plain();
            presentation.window = {-512, 4096};
            presentation.interpolation = interpolation;
            const auto slice = render(*volume, SliceView{}, presentation, {8, 6});
            QCOMPARE(slice.transform.zoom(), 1.0);
            QCOMPARE(greyAt(slice.image, 0, 3), 0);
            QCOMPARE(greyAt(slice.image, 2, 3), 96);  // -1023 HU: ((-1023 + 512.5) / 4095 + 0.5) * 255 = 95.7
            QCOMPARE(greyAt(slice.image, 5, 3), 159); // 0 HU: ((0 + 512.5) / 4095 + 0.5) * 255 = 159.4
        }
    }

    /// PIX-08: a picture smaller than the frame shows the means of what is no padding. Every other column is padding, or as the
    /// others; values grow by 40 a row: rows 0 and 1 give 20, 2 and 3 give 100, 4 and 5 give 180.
    void PIX_08_aReducedFrameShowsTheMeans_data()
    {
        QTest::addColumn<bool>("hasPadding");
        QTest::newRow("padding left out") << true;
        QTest::newRow("without padding") << false;
    }
    void PIX_08_aReducedFrameShowsTheMeans()
    {
        QFETCH(bool, hasPadding);
        auto instances = Phantom{}.instances();
        if (hasPadding)
            for (Instance& instance : instances)
                instance.pixels.padding = PaddingRange{-2000, -2000};
        const auto volume = Phantom::volume(buildStacks(instances).front(), [&](Vec3 p) {
            return hasPadding && std::lround(p.x + 10) % 2 ? -2000 : 40 * (p.y + 20);
        });
        const auto slice = render(*volume, SliceView{}, plain(), {4, 3});
        QCOMPARE(slice.transform.zoom(), 0.5);
        for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 4; ++x)
                QCOMPARE(greyAt(slice.image, x, y), 20 + 80 * y);
    }

    void rescaleOfEachSliceReachesTheScreen()
    {
        auto instances = Phantom{}.instances();
        for (size_t i = 0; i < instances.size(); ++i) {
            instances[i].modalityTransform.slope = double(i + 1);
            instances[i].modalityTransform.intercept = -7.0 * double(i);
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 40; });
        SliceView view;
        view.frame = 4;
        QCOMPARE(greyAt(render(*volume, view, plain(), {8, 6}).image, 3, 3), 172); // PIX-04: 40 · 5 - 7 · 4
        view = {};
        view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, volume->grid()->centreLps());
        view.zoom = 1;
        const auto slice = render(*volume, view, plain(), {9, 9});
        const Vec3 point = *slice.transform.toPatient(QPointF(4.5, 3.5));
        const double between = (point.z - 30) / 2; // slices, 2 mm apart from 30 mm on
        QVERIFY(between > 0 && between < 4);
        QVERIFY2(std::abs(greyAt(slice.image, 4, 3) - (40 * (between + 1) - 7 * between)) <= 1, qPrintable(QString::number(greyAt(slice.image, 4, 3))));
    }

    /// Stored values alike, one slice after the other and back: each is shown by its own rescale.
    void PIX_04_scrollingShowsEachSlicesRescale_data()
    {
        QTest::addColumn<double>("slope");
        QTest::addColumn<double>("intercept");
        QTest::addColumn<int>("grey");
        QTest::newRow("slope") << 2.0 << 0.0 << 80;
        QTest::newRow("intercept") << 1.0 << 30.0 << 70;
    }
    void PIX_04_scrollingShowsEachSlicesRescale()
    {
        QFETCH(double, slope);
        QFETCH(double, intercept);
        QFETCH(int, grey);
        auto instances = Phantom{}.instances();
        instances[1].modalityTransform.slope = slope;
        instances[1].modalityTransform.intercept = intercept;
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 40; });
        SliceView view;
        for (const int frame : {0, 1, 0}) {
            view.frame = frame;
            QCOMPARE(greyAt(render(*volume, view, plain(), {8, 6}).image, 3, 3), frame ? grey : 40);
        }
    }

    /// Stored values alike, rescale not: a sloped and an even picture of the same bytes (PIX-04).
    void PIX_04_theRescaleOfEachSliceReachesThePlane_data()
    {
        QTest::addColumn<double>("slope"); // more, from slice to slice
        QTest::addColumn<double>("intercept");
        QTest::newRow("intercept") << 0.0 << 30.0;
        QTest::newRow("slope") << 0.75 << 0.0;
    }
    void PIX_04_theRescaleOfEachSliceReachesThePlane()
    {
        QFETCH(double, slope);
        QFETCH(double, intercept);
        auto instances = Phantom{}.instances();
        for (size_t i = 0; i < instances.size(); ++i)
            instances[i].modalityTransform.slope = 1 + slope * double(i), instances[i].modalityTransform.intercept = intercept * double(i);
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 40; });
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, volume->grid()->centreLps());
        view.zoom = 1;
        for (const auto interpolation : {Interpolation::Linear, Interpolation::Nearest}) {
            Presentation presentation = plain();
            presentation.interpolation = interpolation;
            const auto slice = render(*volume, view, presentation, {9, 9});
            for (const double y : {1.5, 3.5, 5.5}) { // 30 mm on, slices 2 mm apart
                const double between = (slice.transform.toPatient(QPointF(4.5, y))->z - 30) / 2;
                const double expected = 40 + (40 * slope + intercept) * (interpolation == Interpolation::Linear ? between : std::floor(between + 0.5));
                const int grey = greyAt(slice.image, 4, int(y));
                QVERIFY2(std::abs(grey - expected) <= 1, qPrintable(QString("%1 at slice %2").arg(grey).arg(between)));
            }
        }
    }

    /// What lies between samples, or is the mean of some, is no padding even where it is the same number.
    void PIX_08_aMixedValueIsNoPadding()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.pixels.padding = PaddingRange{0, 0};
        Presentation presentation = plain();
        presentation.invert = true; // what is nothing stays black, what is low is white
        const auto edge = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -6.5 ? -8 : 12; });
        SliceView view;
        view.zoom = 5; // two fifths of the way from one to the other it is 0
        const auto slice = render(*edge, view, presentation, {40, 30});
        for (int x = 0; x < 40; ++x)
            QVERIFY2(greyAt(slice.image, x, 15) > 200, QByteArray::number(x).constData());
        const auto stripes = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return std::lround(p.x + 10) % 2 ? -10 : 10; });
        const auto small = render(*stripes, SliceView{}, presentation, {4, 3}); // two by two are one
        QCOMPARE(small.transform.zoom(), 0.5);
        for (int x = 0; x < 4; ++x)
            QVERIFY2(greyAt(small.image, x, 1) > 200, QByteArray::number(x).constData());
    }

    /// A mean that falls among the padding values is shown as the nearest that is none, above before below.
    void PIX_08_aMeanAmongPaddingIsTheNextValue_data()
    {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("seen"); // the mean is 0
        QTest::newRow("beside it") << 1.0 << 2.0 << 0;
        QTest::newRow("it alone") << 0.0 << 0.0 << 1;
        QTest::newRow("it and the one above") << 0.0 << 1.0 << -1;
        QTest::newRow("its neighbours too") << -1.0 << 1.0 << 2;
        QTest::newRow("more above than below") << -1.0 << 2.0 << -2;
        QTest::newRow("more below than above") << -3.0 << 2.0 << 3;
    }
    void PIX_08_aMeanAmongPaddingIsTheNextValue()
    {
        QFETCH(double, low);
        QFETCH(double, high);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.pixels.padding = PaddingRange{low, high};
            instance.modalityTransform.intercept = 100;
        }
        const auto stripes = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return std::lround(p.x + 10) % 2 ? -10 : 10; });
        const auto small = render(*stripes, SliceView{}, plain(), {4, 3}); // two by two are one
        for (int x = 0; x < 4; ++x)
            QTEST(greyAt(small.image, x, 1) - 100, "seen");
    }

    /// Beside padding a plane is tissue up to half way, then nothing: neither a rim of mixed values nor tissue drawn out.
    void PIX_08_aPlaneEndsHalfWayToPadding()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.pixels.padding = PaddingRange{-2000, -2000};
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -6.5 ? -2000 : 200; });
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, volume->grid()->centreLps());
        view.zoom = 10;
        const auto slice = render(*volume, view, plain(), {80, 20});
        int tissue = 0;
        int nothing = 0;
        for (int x = 0; x < 80; ++x) {
            const double at = slice.transform.toPatient(QPointF(x + 0.5, 10.5))->x; // the last padding at -7, the first tissue at -6
            if (at > -9.9 && at < -6.51 && ++nothing)
                QCOMPARE(greyAt(slice.image, x, 10), 0);
            if (at > -6.49 && at < -3.1 && ++tissue)
                QCOMPARE(greyAt(slice.image, x, 10), 200);
        }
        QVERIFY(tissue > 20 && nothing > 20);
        // Just half way between two slices, of which one is padding: all of it is of the other, wherever between columns and rows.
        const auto half = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.z < 35 ? -2000 : 200; });
        view.mpr->centreLps.z = 35;
        view.zoom = 7.3;
        const auto between = render(*half, view, plain(), {40, 30});
        for (int y = 0; y < 30; ++y)
            for (int x = 0; x < 40; ++x)
                QCOMPARE(greyAt(between.image, x, y), 200);
    }

    /// A slice that could not be read is a gap in every plane through it, in the quick path and in the general one.
    void SAF_12_aPlaneThroughAMissingSliceHasAGap()
    {
        QTemporaryDir folder;
        std::vector<Instance> instances;
        for (int i = 0; i < 5; ++i) {
            dicom::Dataset dataset;
            (void)dataset.setText(dicom::tag::SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
            (void)dataset.setText(dicom::tag::SOPInstanceUID, QString("1.2.3.%1").arg(i + 1));
            (void)dataset.setText(dicom::tag::SeriesInstanceUID, "1.2");
            (void)dataset.setText(dicom::tag::Modality, "CT");
            (void)dataset.setText(dicom::tag::PhotometricInterpretation, "MONOCHROME2");
            for (const auto& [t, n] : {std::pair(dicom::tag::SamplesPerPixel, 1), {dicom::tag::Rows, 16}, {dicom::tag::Columns, 16}, {dicom::tag::BitsAllocated, 16},
                                       {dicom::tag::BitsStored, 16}, {dicom::tag::HighBit, 15}, {dicom::tag::PixelRepresentation, 0}, {dicom::tag::InstanceNumber, i + 1}})
                dataset.setNumber(t, n);
            dataset.setNumbers(dicom::tag::ImagePositionPatient, {0, 0, 2.0 * i});
            dataset.setNumbers(dicom::tag::ImageOrientationPatient, {1, 0, 0, 0, 1, 0});
            dataset.setNumbers(dicom::tag::PixelSpacing, {1, 1});
            QByteArray pixels;
            for (int pixel = 0; pixel < 16 * 16; ++pixel)
                pixels.append(char(100 + 20 * i)).append('\0');
            dataset.setBytes(dicom::tag::PixelData, pixels);
            const QString path = folder.filePath(QString::number(i));
            QVERIFY(dataset.write(path, "1.2.840.10008.1.2.1"));
            instances.push_back(readInstances(path)->front());
        }
        QVERIFY(QFile::remove(folder.filePath("3")));
        const auto volume = *StackLoader::load(buildStacks(instances).front());
        QCOMPARE(volume->failedCount(), 1);
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, volume->grid()->centreLps());
        view.zoom = 10;
        for (const auto interpolation : {Interpolation::Linear, Interpolation::Nearest}) {
            Presentation presentation = plain();
            presentation.interpolation = interpolation;
            const auto slice = render(*volume, view, presentation, {20, 90});
            int gap = 0;
            for (int y = 0; y < 90; ++y) {
                const double at = slice.transform.toPatient(QPointF(10.5, y + 0.5))->z / 2;
                if (at < 0.01 || at > 3.99 || std::abs(std::abs(at - 3) - 0.5) < 0.01)
                    continue;
                const bool isMissing = std::abs(at - 3) < 0.5;
                gap += isMissing;
                // Up to half way to the missing slice its neighbour stands alone.
                const double known = interpolation == Interpolation::Nearest ? std::floor(at + 0.5) : at > 2 && at < 4 ? (at < 3 ? 2 : 4) : at;
                const double expected = isMissing ? 0 : 100 + 20 * known;
                QVERIFY2(std::abs(greyAt(slice.image, 10, y) - expected) <= 1, qPrintable(QString("%1 at slice %2").arg(greyAt(slice.image, 10, y)).arg(at)));
            }
            QVERIFY2(gap >= 18, qPrintable(QString::number(gap)));
        }
    }

    void autoWindowIgnoresPaddingAndAir()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances)
            instance.pixels.padding = PaddingRange{-3000, -3000};
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -8.5 ? -3000 : p.x < -6.5 ? 0 : 100 + 10 * (p.x + 6); });
        const Window window = initialPresentation(*volume, 0).window; // PIX-20
        QVERIFY(window.centre - window.width / 2 >= 90 && window.centre + window.width / 2 <= 145);
    }

    /// Values from 100 on, one more in each of 48 pixels; the first `background` of them -1000. The 1st and the 99th of a hundred are
    /// the lowest and the second highest. LINEAR: black at the first, white at the last (PS3.3 C.11.2.1.2.1).
    void PIX_20_theWindowOfAnImageWithoutOne_data()
    {
        QTest::addColumn<int>("background");
        QTest::addColumn<double>("slope");
        QTest::addColumn<double>("intercept");
        QTest::addColumn<int>("function");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        const int linear = int(VoiFunction::Linear), exact = int(VoiFunction::LinearExact);
        QTest::newRow("all of them") << 0 << 1.0 << 0.0 << linear << 100.0 << 146.0;
        QTest::newRow("less than a tenth is no background") << 4 << 1.0 << 0.0 << linear << -1000.0 << 146.0;
        QTest::newRow("over a tenth is background") << 6 << 1.0 << 0.0 << linear << 106.0 << 146.0;
        QTest::newRow("whole slope and intercept") << 0 << 2.0 << -1024.0 << linear << -824.0 << -732.0;
        QTest::newRow("a broken slope") << 0 << 0.5 << 0.0 << exact << 50.0 << 73.0;
        QTest::newRow("a broken intercept") << 0 << 1.0 << 0.5 << exact << 100.5 << 146.5;
    }
    void PIX_20_theWindowOfAnImageWithoutOne()
    {
        QFETCH(int, background);
        QFETCH(double, slope);
        QFETCH(double, intercept);
        QFETCH(int, function);
        QFETCH(double, low);
        QFETCH(double, high);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.modalityTransform.slope = slope;
            instance.modalityTransform.intercept = intercept;
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [&](Vec3 p) {
            const double pixel = p.x + 10 + 8 * (p.y + 20);
            return pixel < background - 0.5 ? -1000 : 100 + pixel;
        });
        const Presentation presentation = initialPresentation(*volume, 1);
        QCOMPARE(int(presentation.function), function);
        const double widened = function == int(VoiFunction::Linear) ? 1 : 0;
        QCOMPARE(presentation.window, (Window{(low + high + widened) / 2, high - low + widened}));
        QCOMPARE(applyVoi(low, presentation.window, presentation.function), 0.0);
        QCOMPARE(applyVoi(high, presentation.window, presentation.function), 1.0);
    }

    /// A segmentation without a window: 1 is white on black, also where the first frame has none of it.
    void PIX_20_masksAreSeen()
    {
        for (const bool isEmptyAtFirst : {false, true}) {
            const Phantom phantom;
            const auto volume = Phantom::volume(buildStacks(phantom.instances()).front(), [&](Vec3 p) {
                return isEmptyAtFirst && p.z < 1e-6 + phantom.instance(0).plane->originLps.z ? 0 : p.x < -6.5 ? 1 : 0;
            });
            const Presentation presentation = initialPresentation(*volume, 0);
            QCOMPARE(applyVoi(0, presentation.window, presentation.function), 0.0);
            QCOMPARE(applyVoi(1, presentation.window, presentation.function), 1.0);
        }
    }

    void storedWindowsAreOfferedByName()
    {
        Instance instance = Phantom{}.instance(0);
        instance.windows = {{40, 80, "BRAIN", VoiFunction::Linear}, {600, 2800, "BONE", VoiFunction::Sigmoid}};
        const auto presets = windowPresets(instance);
        QCOMPARE(presets[0].name, "BRAIN"); // PIX-05
        QCOMPARE(presets[1].name, "BONE");
        QCOMPARE(int(presets[1].function), int(VoiFunction::Sigmoid));
        QCOMPARE(findWindowPreset(instance, "lung")->window, (Window{-600, 1500}));
        QCOMPARE(findWindowPreset(instance, "bone")->window, (Window{600, 2800})); // the image's own comes first
        QVERIFY(!findWindowPreset(instance, "nonsense"));
        instance.windows[1].name.clear();
        for (const char* name : {"stored-2", "Stored 2", "2"})
            QCOMPARE(findWindowPreset(instance, name)->window, (Window{600, 2800}));
        instance.modality = "MR";
        QVERIFY(!findWindowPreset(instance, "lung"));
        auto modules = std::make_shared<ImageModules>(); // PIX-19: SUV 5 is 10 counts
        modules->pet.emplace();
        modules->pet->units = "CNTS";
        modules->pet->philipsSuvFactor = 0.5;
        instance.modules = modules;
        for (const int top : {5, 7, 10, 15, 20}) {
            const auto preset = findWindowPreset(instance, QString("suv-0-%1").arg(top));
            QVERIFY(preset);
            QCOMPARE(preset->window, (Window{double(top), 2.0 * top}));
            QCOMPARE(int(preset->function), int(VoiFunction::LinearExact));
        }
    }

    void referenceLinesOnlyWhereTheyMeanSomething()
    {
        Phantom axial;
        axial.columns = axial.rows = 21;
        axial.slices = 11;
        Phantom sagittal = axial;
        sagittal.originLps = {0, -20, 50};
        sagittal.rowDirection = {0, 1, 0};
        sagittal.columnDirection = {0, 0, -1};
        sagittal.sliceStep = {-1, 0, 0};
        const auto field = [](Vec3) { return 0; };
        const auto a = Phantom::volume(axial.stack(), field);
        const auto s = Phantom::volume(sagittal.stack(), field);
        SliceView third;
        third.frame = 3;
        const auto line = referenceLine(*s, SliceView{}, *a, third);
        QVERIFY(line); // the axial slice at z 36 on the first sagittal image
        QVERIFY(std::abs(line->fromLps.z - 36) < 1e-9 && std::abs(line->toLps.z - 36) < 1e-9);
        // To the outer borders of the pixels: rows from -20 to 0, 1 mm apart.
        QCOMPARE(std::minmax(line->fromLps.y, line->toLps.y), (std::pair<const double&, const double&>(-20.5, 0.5)));
        QVERIFY(std::abs(line->fromLps.x) < 1e-9 && std::abs(line->toLps.x) < 1e-9);
        for (const double x : {10.4, 10.6, -10.6}) { // columns from -10 to 10
            Phantom aside = sagittal;
            aside.originLps.x = x;
            QCOMPARE(referenceLine(*Phantom::volume(aside.stack(), field), SliceView{}, *a, third).has_value(), x == 10.4);
        }
        SliceView coronal;
        coronal.mpr = anatomicalPlane(AnatomicalPlane::Coronal, a->grid()->centreLps() + Vec3{0, 3, 0});
        const auto cut = referenceLine(*a, third, *a, coronal); // the whole width of the volume, 3 mm behind its middle
        QVERIFY(cut);
        QCOMPARE(std::minmax(cut->fromLps.x, cut->toLps.x), (std::pair<const double&, const double&>(-10.5, 10.5)));
        QVERIFY(std::abs(cut->fromLps.y + 7) < 1e-9 && std::abs(cut->toLps.z - 36) < 1e-9);
        QVERIFY(!referenceLine(*a, SliceView{}, *a, third)); // GEO-13 parallel
        for (const int frame : {-1, 10, 11}) { // of 0 to 10: a view may be of another stack than it was made for
            SliceView odd;
            odd.frame = frame;
            QCOMPARE(referenceLine(*s, SliceView{}, *a, odd).has_value(), frame == 10);
        }
        for (const double degrees : {0.0, 1.0, 1.9, 2.1, 45.0}) { // the same slice, turned about its row direction through its middle
            PlaneGeometry turned = *a->instance(3).plane;
            const Vec3 middle = turned.toPatient({10, 10});
            const double angle = degrees * std::numbers::pi / 180;
            turned.columnDirection = turned.columnDirection * std::cos(angle) + turned.normal() * std::sin(angle);
            turned.originLps = turned.originLps + (middle - turned.toPatient({10, 10}));
            QCOMPARE(intersection(*a->instance(3).plane, turned).has_value(), degrees > 2);
        }
        Phantom elsewhere = sagittal;
        elsewhere.frameOfReference = "7.7";
        QVERIFY(!referenceLine(*Phantom::volume(elsewhere.stack(), field), SliceView{}, *a, third)); // GEO-13, GEO-12
        elsewhere.frameOfReference.clear();
        Phantom without = axial;
        without.frameOfReference.clear();
        QVERIFY(!referenceLine(*Phantom::volume(elsewhere.stack(), field), SliceView{}, *Phantom::volume(without.stack(), field), third));
    }

    void whatCannotBeShownSaysWhy()
    {
        auto instances = Phantom{}.instances();
        instances.resize(2);
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 0; });
        SliceView view;
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, {0, 0, 0});
        const auto slice = render(*volume, view, plain(), {50, 40});
        QVERIFY(slice.problem && !slice.problem->detail.isEmpty());
        QCOMPARE(slice.image.size(), QSize(50, 40));
        view = {};
        view.frame = 99;
        QVERIFY(render(*volume, view, plain(), {50, 40}).problem);
    }
};

QTEST_GUILESS_MAIN(TestSlice)
#include "tst_slice.moc"
