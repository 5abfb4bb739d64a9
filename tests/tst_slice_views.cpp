#include "tests/support/plain_presentation.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/slice/mpr_span.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QtTest>
#include <random>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom, test::plain;

namespace
{

/// The middle of what is bright, in pixels of the screen.
std::optional<QPointF> brightest(const QImage& image)
{
    QPointF sum;
    double weight = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            if (const int grey = qGray(image.pixel(x, y)); grey > 100) {
                sum += QPointF(x + 0.5, y + 0.5) * grey;
                weight += grey;
            }
    return weight > 0 ? std::optional(sum / weight) : std::nullopt;
}

/// Whether `letter` is first at an edge, and the point lies in that half of the picture.
bool liesTowards(const EdgeLetters& edges, QChar letter, QPointF point, QSize size)
{
    return edges.left.startsWith(letter)     ? point.x() < size.width() / 2.0
           : edges.right.startsWith(letter)  ? point.x() > size.width() / 2.0
           : edges.top.startsWith(letter)    ? point.y() < size.height() / 2.0
           : edges.bottom.startsWith(letter) ? point.y() > size.height() / 2.0
                                             : false;
}

} // namespace

/// Where the picture lies, and how it is shown at first.
class TestSliceViews : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A mark in the patient's left, anterior, upper part is seen on the sides that are lettered L, A and H: never mirrored.
    void GEO_15_thePictureLiesWhereItsLettersSay_data()
    {
        QTest::addColumn<Vec3>("row");
        QTest::addColumn<Vec3>("column");
        const auto row = [](const char* name, Vec3 along, Vec3 down) { QTest::newRow(qPrintable(QString("GEO-15 %1").arg(name))) << along << down; };
        row("axial", {1, 0, 0}, {0, 1, 0});
        row("axial, prone", {-1, 0, 0}, {0, -1, 0});
        row("coronal", {1, 0, 0}, {0, 0, -1});
        row("sagittal", {0, 1, 0}, {0, 0, -1});
        row("sagittal, from the other side", {0, -1, 0}, {0, 0, -1});
        row("feet up", {1, 0, 0}, {0, 0, 1});
        row("rows run down the patient", {0, 0, -1}, {1, 0, 0});
    }
    void GEO_15_thePictureLiesWhereItsLettersSay()
    {
        QFETCH(Vec3, row);
        QFETCH(Vec3, column);
        Phantom phantom;
        phantom.columns = 24;
        phantom.rows = 20;
        phantom.slices = 22;
        phantom.rowDirection = row;
        phantom.columnDirection = column;
        phantom.sliceStep = cross(row, column);
        const Stack stack = phantom.stack();
        const Vec3 middle = phantom.originLps + row * 11.5 + column * 9.5 + cross(row, column) * 10.5;
        // LPS: left is +x, anterior -y, head +z
        const auto volume = Phantom::volume(stack, [&](Vec3 p) {
            const Vec3 d = p - middle;
            return d.x > 3 && d.x < 7 && d.y < -3 && d.y > -7 && d.z > 3 && d.z < 7 ? 250 : 0;
        });
        QVERIFY(volume->grid());
        int looked = 0;
        for (int which = -1; which < 3; ++which)
            for (int turns = 0; turns < 4; ++turns)
                for (int flips = 0; flips < 4; ++flips) {
                    SliceView view;
                    view.quarterTurns = turns;
                    view.flipHorizontal = flips & 1;
                    view.flipVertical = flips & 2;
                    if (which >= 0) {
                        view.mpr = anatomicalPlane(AnatomicalPlane(which), middle + Vec3{5, -5, 5});
                    } else {
                        for (int i = 0; i < stack.sliceCount; ++i) // a slice that holds the mark
                            if (std::abs(dot(stack.instances[size_t(i)].plane->originLps - phantom.originLps, cross(row, column)) - 10.5 -
                                         dot(Vec3{5, -5, 5}, cross(row, column))) < 0.6)
                                view.frame = i;
                    }
                    const QSize size(90, 80);
                    // The plane through the mark is centred on it: seen from the volume's middle, the mark must lie where the letters say.
                    const RenderedSlice slice = render(*volume, view, plain(), size);
                    QVERIFY2(!slice.problem, slice.problem ? qPrintable(message(*slice.problem)) : "");
                    const auto mark = brightest(slice.image);
                    QVERIFY(mark);
                    const EdgeLetters edges = slice.transform.letters();
                    const auto centre = slice.transform.toScreen(middle);
                    QVERIFY(centre);
                    const QPointF seen = *mark - *centre + QPointF(size.width() / 2.0, size.height() / 2.0);
                    int shown = 0;
                    for (const QChar letter : {u'L', u'A', u'H'}) {
                        const bool isAtAnEdge = (edges.left + edges.right + edges.top + edges.bottom).contains(letter);
                        shown += isAtAnEdge;
                        if (isAtAnEdge)
                            QVERIFY2(liesTowards(edges, letter, seen, size),
                                     qPrintable(QString("%1 of %2 %3 %4 %5, turned %6, flips %7, plane %8: seen at %9 %10")
                                                    .arg(letter).arg(edges.left, edges.right, edges.top, edges.bottom).arg(turns).arg(flips).arg(which).arg(seen.x()).arg(seen.y())));
                    }
                    QCOMPARE(shown, 2);
                    ++looked;
                }
        QCOMPARE(looked, 64);
    }

    /// A field that is linear in space comes out of trilinear sampling exactly, to the outer borders of the voxels, also where a
    /// volume is one voxel thin; and the span holds just the pixels that lie in the volume.
    void aLinearFieldIsSampledExactly()
    {
        std::mt19937 random(5);
        const auto between = [&random](double low, double high) { return std::uniform_real_distribution(low, high)(random); };
        int compared = 0;
        for (const auto& [columns, rows, slices] : {std::array{7, 6, 5}, {1, 6, 5}, {7, 1, 5}, {7, 6, 1}, {2, 2, 2}, {1, 1, 1}})
            for (const bool isSigned : {true, false}) {
                const int size[3] = {columns, rows, slices};
                const int offset = isSigned ? -60 : 60;
                const auto field = [offset](double x, double y, double z) { return 3 * x + 5 * y + 7 * z + offset; };
                std::vector<qint16> voxels(size_t(columns * rows * slices) + 32); // the wide loop may read on behind the last
                for (int z = 0, i = 0; z < slices; ++z)
                    for (int y = 0; y < rows; ++y)
                        for (int x = 0; x < columns; ++x)
                            voxels[size_t(i++)] = qint16(field(x, y, z));
                const VoxelBlock block{voxels.data(), isSigned, columns, rows, slices};
                for (int round = 0; round < 40; ++round) {
                    constexpr int count = 60;
                    VoxelLine line{};
                    for (int axis = 0; axis < 3; ++axis) {
                        line.step[axis] = round % 4 == axis ? 0 : between(-0.4, 0.4);
                        line.start[axis] = between(-2, size[axis] + 1) - line.step[axis] * count / 2;
                    }
                    const auto at = [&line](int axis, int i) { return line.start[axis] + i * line.step[axis]; };
                    const Span span = clip(line, size, count);
                    for (int i = 0; i < count; ++i) {
                        bool isInside = true, isAtBorder = false;
                        for (int axis = 0; axis < 3; ++axis) {
                            isInside = isInside && at(axis, i) >= -0.5 && at(axis, i) <= size[axis] - 0.5;
                            isAtBorder = isAtBorder || std::abs(at(axis, i) + 0.5) < 1e-6 || std::abs(at(axis, i) - size[axis] + 0.5) < 1e-6;
                        }
                        QVERIFY(isAtBorder || (i >= span.from && i < span.to) == isInside);
                    }
                    for (const bool isPlain : {true, false}) {
                        std::vector<float> row(count, NAN);
                        (isPlain ? sampleSpanPlain : sampleSpan)(block, line, span, Blend::Maximum, row.data());
                        for (int i = 0; i < count; ++i) {
                            const auto clamped = [&](int axis) { return std::clamp(at(axis, i), 0.0, size[axis] - 1.0); };
                            if (i < span.from || i >= span.to) {
                                QVERIFY(std::isnan(row[size_t(i)])); // nothing is written beside the span
                                continue;
                            }
                            QVERIFY2(std::abs(double(row[size_t(i)]) - field(clamped(0), clamped(1), clamped(2))) < 0.01,
                                     qPrintable(QString("%1 of %2 %3 %4: %5").arg(i).arg(columns).arg(rows).arg(slices).arg(row[size_t(i)])));
                            ++compared;
                        }
                    }
                }
            }
        QVERIFY(compared > 2000);
    }

    void blendsKeepWhatTheyShould()
    {
        const std::vector<qint16> voxels(16 + 32, 10);
        const VoxelBlock block{voxels.data(), true, 4, 2, 2};
        const VoxelLine line{{0, 0, 0}, {1, 0, 0}};
        for (const bool isPlain : {true, false}) {
            const auto blended = [&](Blend blend, float before) {
                std::vector<float> row(4, before);
                (isPlain ? sampleSpanPlain : sampleSpan)(block, line, {0, 4}, blend, row.data());
                return row[2];
            };
            QCOMPARE(blended(Blend::Maximum, NAN), 10.0f);
            QCOMPARE(blended(Blend::Maximum, 5), 10.0f);
            QCOMPARE(blended(Blend::Maximum, 15), 15.0f);
            QCOMPARE(blended(Blend::Minimum, NAN), 10.0f);
            QCOMPARE(blended(Blend::Minimum, 5), 5.0f);
            QCOMPARE(blended(Blend::Minimum, 15), 10.0f);
            QCOMPARE(blended(Blend::Mean, 5), 15.0f); // a sum, until it is divided
        }
    }

    /// Of no frame, or of one that is not there, nothing lies anywhere; nothing is divided by.
    void GEO_16_whatIsNotThereHasNoPlace()
    {
        for (const auto& [columns, rows] : {std::pair(0, 0), {8, 0}, {0, 6}}) {
            Stack stack;
            stack.columns = columns;
            stack.rows = rows;
            const auto nothing = StackLoader(stack, {}).latest();
            QCOMPARE(fitZoom(*nothing, {}, {100, 80}), 1.0);
            QCOMPARE(oneToOneZoom(*nothing, {}), 1.0);
            const auto transform = SliceTransform::of(*nothing, {}, {100, 80});
            QCOMPARE(transform.zoom(), 1.0);
            QVERIFY(!transform.toPatient({5, 5}));
        }
        const Phantom phantom;
        const auto volume = Phantom::volume(phantom.stack(), [](Vec3) { return 0; });
        for (const QSize& size : {QSize(0, 80), QSize(100, 0), QSize()})
            QCOMPARE(fitZoom(*volume, {}, size), 1.0);
        Phantom across = phantom; // the same frame of reference, at a right angle
        across.rowDirection = {0, 1, 0};
        across.columnDirection = {0, 0, -1};
        across.sliceStep = {-1, 0, 0};
        across.originLps = phantom.originLps + Vec3{4, 0, 8};
        const auto other = Phantom::volume(across.stack(), [](Vec3) { return 0; });
        SliceView there;
        there.frame = 2;
        QVERIFY(referenceLine(*volume, there, *other, there) && referenceLine(*other, there, *volume, there));
        for (const int frame : {-1, phantom.slices}) {
            SliceView none;
            none.frame = frame;
            const auto transform = SliceTransform::of(*volume, none, {100, 80});
            QVERIFY(!transform.toPatient({5, 5}) && !transform.toScreen(Vec3{}) && !transform.distanceMm(Vec3{}));
            QVERIFY(transform.letters().left.isEmpty() && transform.letters().top.isEmpty());
            QVERIFY(!referenceLine(*volume, none, *other, there) && !referenceLine(*volume, there, *other, none));
        }
    }

    /// A shutter and overlays are of the frame as it was taken: no plane through several of them has one.
    void PIX_15_PIX_16_aPlaneHasNeitherShutterNorOverlays()
    {
        auto modules = std::make_shared<ImageModules>();
        modules->shutter.rectangle = {2, 2, 5, 3};
        modules->shutter.red = modules->shutter.green = modules->shutter.blue = 77;
        OverlayPlane overlay;
        overlay.group = 0x6000;
        overlay.rows = 6;
        overlay.columns = 8;
        overlay.frames = 1;
        overlay.isForEveryFrame = true;
        overlay.bits = QByteArray(6, char(0xAA));
        modules->overlays = {overlay};
        auto instances = Phantom{}.instances();
        const auto field = [](Vec3 p) { return 10 * (p.x + 10); };
        const auto bare = Phantom::volume(buildStacks(instances).front(), field);
        for (Instance& instance : instances)
            instance.modules = modules;
        const auto covered = Phantom::volume(buildStacks(instances).front(), field);
        SliceView view;
        view.frame = 3;
        QVERIFY(render(*covered, view, plain(), {16, 12}).image != render(*bare, view, plain(), {16, 12}).image);
        QCOMPARE(render(*covered, view, plain(), {16, 12}).frame, 3);
        Presentation open = plain();
        open.showsShutter = open.showsOverlayPlanes = false;
        QCOMPARE(render(*covered, view, open, {16, 12}).image, render(*bare, view, open, {16, 12}).image);
        for (const bool isShutter : {true, false}) { // each by itself
            Presentation one = open;
            (isShutter ? one.showsShutter : one.showsOverlayPlanes) = true;
            QVERIFY(render(*covered, view, one, {16, 12}).image != render(*covered, view, open, {16, 12}).image);
        }
        view.mpr = anatomicalPlane(AnatomicalPlane::Axial, bare->grid()->centreLps());
        QCOMPARE(render(*covered, view, plain(), {16, 12}).image, render(*bare, view, plain(), {16, 12}).image);
    }

    /// A window without a size has a picture of one pixel, an endless one of what can be drawn.
    void sizesOfPictures()
    {
        const auto volume = Phantom::volume(Phantom{}.stack(), [](Vec3) { return 0; });
        for (const auto& [asked, made] : {std::pair(QSize(0, 0), QSize(1, 1)), {QSize(-3, 5), QSize(1, 5)}, {QSize(16384, 1), QSize(16384, 1)}, {QSize(16385, 2), QSize(16384, 2)}, {QSize(2, 16385), QSize(2, 16384)}})
            QCOMPARE(render(*volume, {}, plain(), asked).image.size(), made);
    }

    /// Reset gives the whole view back; the place in the stack stays (BIR-07).
    void BIR_07_resetKeepsThePlaceAlone()
    {
        SliceView view;
        view.frame = 7;
        view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, {1, 2, 3});
        view.slabMm = 5;
        view.blend = Blend::Mean;
        view.zoom = 3;
        view.panPx = {4, 5};
        view.quarterTurns = 1;
        view.flipHorizontal = view.flipVertical = true;
        SliceView expected;
        expected.frame = 7;
        expected.mpr = view.mpr;
        expected.slabMm = 5;
        expected.blend = Blend::Mean;
        QVERIFY(reset(view) == expected);
    }

    /// Of values without a window: from the first percentile black to the 99th white, background aside (PIX-20).
    void PIX_20_theWindowComesFromTheValues_data()
    {
        QTest::addColumn<int>("background"); // pixels of -1000 among 100
        QTest::addColumn<int>("black");
        QTest::addColumn<int>("white");
        QTest::newRow("PIX-20 none") << 0 << 0 << 98;
        QTest::newRow("PIX-20 a tenth is no background") << 10 << -1000 << 98;
        QTest::newRow("PIX-20 more than a tenth is") << 11 << 11 << 98;
        QTest::newRow("PIX-20 half") << 50 << 50 << 98;
    }
    void PIX_20_theWindowComesFromTheValues()
    {
        QFETCH(int, background);
        QFETCH(int, black);
        QFETCH(int, white);
        Phantom phantom;
        phantom.columns = phantom.rows = 10;
        phantom.originLps = {0, 0, 0};
        const auto volume = Phantom::volume(phantom.stack(), [&](Vec3 p) { return p.y * 10 + p.x < background ? -1000 : p.y * 10 + p.x; });
        const Window window = autoWindow(*volume, 0);
        const auto grey = [&](double value) { return applyVoi(value, window, VoiFunction::Linear); };
        QCOMPARE(grey(black), 0.0);
        QVERIFY(grey(black + 1) > 0);
        QCOMPARE(grey(white), 1.0);
        QVERIFY(grey(white - 1) < 1);
    }

    /// A window that leaves more than nine tenths black, or white, was written for other values: it is left aside.
    void PIX_20_aWindowThatLeavesNothingToSee_data()
    {
        QTest::addColumn<int>("dark"); // of 20 pixels
        QTest::addColumn<int>("bright");
        QTest::addColumn<double>("slope"); // whole ones are taken as they were written
        QTest::addColumn<bool>("isKept");
        QTest::newRow("nine tenths black") << 18 << 0 << 0.5 << true;
        QTest::newRow("more") << 19 << 0 << 0.5 << false;
        QTest::newRow("nine tenths white") << 0 << 18 << 0.5 << true;
        QTest::newRow("more white") << 0 << 19 << 0.5 << false;
        QTest::newRow("some black, some white") << 10 << 10 << 0.5 << true;
        QTest::newRow("all black, of whole numbers") << 20 << 0 << 1.0 << true;
    }
    void PIX_20_aWindowThatLeavesNothingToSee()
    {
        QFETCH(int, dark);
        QFETCH(int, bright);
        QFETCH(double, slope);
        Phantom phantom;
        phantom.columns = 20;
        phantom.rows = 1;
        phantom.originLps = {0, 0, 0};
        auto instances = phantom.instances();
        for (Instance& instance : instances) {
            instance.modalityTransform.slope = slope;
            instance.windows = {{500 * slope, 100 * slope, "written", VoiFunction::LinearExact}};
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [&](Vec3 p) { return p.x < dark ? 10 + p.x : p.x < dark + bright ? 900 + p.x : 500; });
        QTEST(initialPresentation(*volume, 0).window == (Window{500 * slope, 100 * slope}), "isKept");
    }

    void PIX_20_nothingHasNoWindow()
    {
        const auto nothing = StackLoader(Stack{}, {}).latest();
        QCOMPARE(nothing->frameCount(), 0);
        QVERIFY(initialPresentation(*nothing, 0) == Presentation());
    }

    void PIX_20_oneValueIsNoWindow()
    {
        const auto volume = Phantom::volume(Phantom().stack(), [](Vec3) { return 7; });
        const Window window = autoWindow(*volume, 0);
        QCOMPARE(applyVoi(7, window, VoiFunction::Linear), 0.0);
        QCOMPARE(applyVoi(8, window, VoiFunction::Linear), 1.0);
    }

    /// From black over each named point to the last: PS3.6 Table B.1-1 for hot iron, and none where the name is unknown.
    void coloursOfTheMaps()
    {
        const auto at = [](const char* map, int level) { return QColor(colourMap(map)->colours[size_t(level)]).name(); };
        QCOMPARE(at("hot-iron", 0), "#000000");
        QCOMPARE(at("hot-iron", 127), "#fe0000");
        QCOMPARE(at("hot-iron", 191), "#ff7e00");
        QCOMPARE(at("hot-iron", 255), "#ffffff");
        QCOMPARE(at("pet", 64), "#000080");
        QCOMPARE(at("pet", 32), "#000040"); // half way
        QCOMPARE(at("pet", 192), "#ff8000");
        QCOMPARE(at("rainbow", 144), "#00ff00");
        QCOMPARE(at("rainbow", 120), "#00ff80"); // half way from cyan to green
        QCOMPARE(at("inverse-grey", 0), "#ffffff");
        QCOMPARE(at("inverse-grey", 255), "#000000");
        QCOMPARE(at("inverse-grey", 51), "#cccccc");
        QVERIFY(!colourMap("none"));
        for (const QString& id : colourMapIds())
            QVERIFY2(colourMap(id), qPrintable(id));
    }
};

QTEST_GUILESS_MAIN(TestSliceViews)
#include "tst_slice_views.moc"
