#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/phantom_files.h"
#include "viewer/ui/measurement_table.h"
#include "viewer/ui/thumbnail_list.h"
#include "viewer/ui/viewer_mime.h"
#include "viewer/ui/viewport_grid.h"
#include "viewer/ui/wrapped_lines.h"
#include <QDropEvent>
#include <QMimeData>
#include <QTemporaryDir>
#include <QWheelEvent>
#include <set>

using namespace diascope;
using namespace diascope::viewer;

namespace
{

std::shared_ptr<OpenStack> openStack(const QStringList& paths)
{
    std::vector<Instance> instances;
    for (const QString& path : paths) {
        const auto read = readInstances(path);
        instances.insert(instances.end(), read->begin(), read->end());
    }
    return std::make_shared<OpenStack>(buildStacks(instances).front(), ImageTexts::of(*dicom::Dataset::read(paths.first())));
}

const demo::Sampling small{.columns = 128, .rows = 128, .slices = 12, .sliceSpacingMm = 5};

void wheel(QWidget& widget, QPointF at, int angle, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(at, widget.mapToGlobal(at), {}, {0, angle}, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

void drag(QWidget& widget, Qt::MouseButton button, QPoint from, QPoint to)
{
    QTest::mousePress(&widget, button, {}, from);
    QTest::mouseMove(&widget, to);
    QTest::mouseRelease(&widget, button, {}, to);
}

QString lettersOf(const Viewport& viewport)
{
    const EdgeLetters letters = viewport.transform().letters();
    return letters.left + letters.right + letters.top + letters.bottom;
}

/// The grey on the screen where a point of the patient is.
int greyAt(Viewport& viewport, Vec3 pointLps)
{
    const QPoint at = viewport.transform().toScreen(pointLps)->toPoint();
    return qGray(viewport.grab().toImage().pixel(at));
}

} // namespace

class TestViewport : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<ViewportGrid> m_grid;

    QStringList ct(const QString& name, demo::Sampling sampling = small, const QString& seed = QStringLiteral("ct"))
    {
        demo::Study study;
        study.seed = seed;
        return *demo::writeCt(m_folder.filePath(name), {}, study, sampling);
    }
    QStringList mr(const QString& name, demo::Plane plane, int series, double spacingMm, const QString& seed = QStringLiteral("mr"))
    {
        demo::Study study;
        study.seed = seed;
        study.seriesNumber = series;
        demo::Sampling sampling{.columns = 64, .rows = 64, .slices = int(60 / spacingMm) + 1, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = spacingMm};
        return *demo::writeMr(m_folder.filePath(name), {}, study, sampling, plane, 1);
    }
    Viewport& shown(const QStringList& paths)
    {
        Viewport& viewport = *m_grid->active();
        viewport.showStack(openStack(paths), nullptr);
        settle(viewport);
        return viewport;
    }
    static void settle(Viewport& viewport)
    {
        QTRY_VERIFY(viewport.volume() && viewport.volume()->isComplete() && !viewport.isWaitingForPixels());
    }

private Q_SLOTS:
    void init()
    {
        m_grid = std::make_unique<ViewportGrid>();
        m_grid->resize(640, 480);
        m_grid->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
    }
    void cleanup() { m_grid.reset(); }

    void whatMustBeReadIsNotCutOff_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("words") << "⚠ Every image names another frame of reference; the series is not linked to others by position.";
        QTest::newRow("Chinese, without spaces") << QString::fromUtf8("⚠ 每幅图像的参考坐标系都不同，该序列不与其他序列按位置关联。每幅图像的参考坐标系都不同，该序列不与其他序列按位置关联。");
        QTest::newRow("a long name") << "/a/folder/of/somebody/with_a_name_that_has_no_end_and_no_space_at_all_in_it/image.dcm";
    }

    void whatMustBeReadIsNotCutOff()
    {
        QFETCH(QString, text);
        const QFont font;
        const QFontMetricsF metrics(font);
        const double width = 150;
        const QStringList lines = wrappedLines({text}, font, width);
        QVERIFY(lines.size() > 1);
        for (const QString& line : lines)
            QVERIFY2(metrics.horizontalAdvance(line) <= width, qPrintable(line));
        QCOMPARE(lines.join(QString()).remove(u' '), QString(text).remove(u' ')); // and nothing is lost
        QVERIFY(lines.first().size() > 2); // the sign does not stand alone
    }

    void firstDisplay()
    {
        QCOMPARE(m_grid->visibleViewports().size(), 1u);
        QCOMPARE(m_grid->active(), m_grid->visibleViewports().front()); // BIR-10
        QCOMPARE(m_grid->tool(), "scroll");                             // BIR-03
        Viewport& viewport = shown(ct("first"));
        QCOMPARE(viewport.frame(), 6);
        QCOMPARE(viewport.transform().zoom(), viewport.height() / 128.0); // 128 mm high: fitted
        const Presentation expected = initialPresentation(*viewport.volume(), 6);
        QCOMPARE(viewport.presentation(), expected);
        const auto level = [&](double hu) { return int(applyVoi(hu, expected.window, expected.function) * 255 + 0.5); };
        QVERIFY(std::abs(greyAt(viewport, {0, -35, 0}) - level(40)) <= 1);
        QVERIFY(std::abs(greyAt(viewport, {-25, 0, 0}) - level(1000)) <= 1);
        QVERIFY(level(40) != level(-1000));
    }

    void wheelScrollsOneImageANotch()
    {
        Viewport& viewport = shown(ct("wheel"));
        const auto z = [&] { return viewport.volume()->plane(viewport.frame())->originLps.z; };
        const double start = z();
        wheel(viewport, {300, 200}, -120);
        QCOMPARE(viewport.frame(), 5);
        QCOMPARE(z(), start - 5); // down the patient, as on a film
        wheel(viewport, {300, 200}, 120);
        wheel(viewport, {300, 200}, 240);
        QCOMPARE(viewport.frame(), 8);
        for (int i = 0; i < 4; ++i) { // a fine wheel
            QCOMPARE(viewport.frame(), 8);
            wheel(viewport, {300, 200}, -30);
        }
        QCOMPARE(viewport.frame(), 7);
        wheel(viewport, {300, 200}, 120 * 100);
        QCOMPARE(viewport.frame(), 11); // stays at the end
    }

    void draggingDownIsBrighter()
    {
        Viewport& viewport = shown(ct("window"));
        viewport.applyPreset({{}, {}, {40, 400}});
        settle(viewport);
        const int before = greyAt(viewport, {0, -35, 0});
        drag(viewport, Qt::RightButton, {200, 200}, {200, 260});
        settle(viewport);
        QVERIFY(viewport.presentation().window.centre < 40); // BIR-09
        QCOMPARE(viewport.presentation().window.width, 400.0);
        QVERIFY(greyAt(viewport, {0, -35, 0}) > before);
        drag(viewport, Qt::RightButton, {200, 200}, {260, 200});
        QVERIFY(viewport.presentation().window.width > 400);
        m_grid->setDownIsBrighter(false);
        const double centre = viewport.presentation().window.centre;
        drag(viewport, Qt::RightButton, {200, 200}, {200, 260});
        QVERIFY(viewport.presentation().window.centre > centre);
        QCOMPARE(viewport.frame(), 6);
    }

    void middleDragPansAndBothButtonsZoom()
    {
        Viewport& viewport = shown(ct("pan"));
        const Vec3 held = *viewport.transform().toPatient({300, 200});
        drag(viewport, Qt::MiddleButton, {300, 200}, {340, 190});
        QVERIFY((*viewport.transform().toScreen(held) - QPointF(340, 190)).manhattanLength() < 1e-9);
        const Presentation presentation = viewport.presentation();
        const double zoom = viewport.transform().zoom();
        QTest::mousePress(&viewport, Qt::LeftButton, {}, {300, 200});
        QTest::mousePress(&viewport, Qt::RightButton, {}, {300, 200});
        QTest::mouseMove(&viewport, {300, 260});
        QTest::mouseRelease(&viewport, Qt::RightButton, {}, {300, 260});
        QTest::mouseRelease(&viewport, Qt::LeftButton, {}, {300, 260});
        QVERIFY(viewport.transform().zoom() > zoom * 1.2);
        QCOMPARE(viewport.presentation(), presentation);
        QCOMPARE(viewport.frame(), 6);
    }

    void controlWheelZoomsAtTheCursor()
    {
        Viewport& viewport = shown(ct("zoom"));
        const QPointF cursor(150, 330);
        const Vec3 under = *viewport.transform().toPatient(cursor);
        const double zoom = viewport.transform().zoom();
        wheel(viewport, cursor, 120, Qt::ControlModifier);
        QVERIFY(viewport.transform().zoom() > zoom);
        QVERIFY((*viewport.transform().toScreen(under) - cursor).manhattanLength() < 1e-9);
        QCOMPARE(viewport.frame(), 6);
    }

    void oneToolAtATime()
    {
        Viewport& viewport = shown(ct("tools"));
        const auto zoom = [&] { return viewport.transform().zoom(); };
        m_grid->setTool("zoom");
        const double before = zoom();
        drag(viewport, Qt::LeftButton, {300, 200}, {300, 240});
        QVERIFY(zoom() > before); // BIR-05
        QCOMPARE(viewport.frame(), 6);
        m_grid->setTool("window");
        const double zoomed = zoom();
        const Window window = viewport.presentation().window;
        drag(viewport, Qt::LeftButton, {300, 200}, {300, 240});
        QCOMPARE(zoom(), zoomed);
        QVERIFY(viewport.presentation().window != window);
        std::set<QString> ids;
        std::set<int> keys;
        for (const ToolDescription& tool : toolDescriptions()) {
            QVERIFY(makeTool(tool.id));
            QVERIFY(ids.insert(tool.id).second);
            QVERIFY(keys.insert(tool.key).second);
        }
    }

    void resetKeepsTheScrollPosition()
    {
        Viewport& viewport = shown(ct("reset"));
        viewport.showFrame(3);
        settle(viewport);
        const SliceView before = viewport.view();
        const Presentation first = initialPresentation(*viewport.volume(), 3);
        viewport.rotateBy(1);
        viewport.flip(Qt::Horizontal);
        viewport.invert();
        viewport.applyPreset({{}, {}, {700, 20}});
        wheel(viewport, {100, 100}, 120, Qt::ControlModifier);
        drag(viewport, Qt::MiddleButton, {100, 100}, {150, 120});
        viewport.resetView();
        QCOMPARE(viewport.view(), before); // BIR-07
        QCOMPARE(viewport.frame(), 3);
        QCOMPARE(viewport.presentation(), first);
    }

    void presetsInvertAndAutomaticWindow()
    {
        Viewport& viewport = shown(ct("presets"));
        const auto presets = windowPresets(viewport.volume()->instance(0));
        QVERIFY(presets.size() > 3); // BIR-08
        for (const WindowPreset& preset : presets) {
            viewport.applyPreset(preset);
            QCOMPARE(viewport.presentation().window, preset.window);
        }
        viewport.applyPreset({{}, {}, {0, 400}});
        settle(viewport);
        const int grey = greyAt(viewport, {0, -35, 0}); // 40 HU
        QVERIFY(std::abs(grey - 153) <= 1);             // (40 + 200) / 400 of 255
        viewport.invert();
        settle(viewport);
        QVERIFY(std::abs(greyAt(viewport, {0, -35, 0}) - (255 - grey)) <= 1);
        viewport.invert();
        viewport.autoWindow();
        QCOMPARE(viewport.presentation().window, autoWindow(*viewport.volume(), viewport.frame()));
    }

    void cinePlaysLoopsAndStops()
    {
        Viewport& viewport = shown(ct("cine"));
        QCOMPARE(viewport.cineRate(), 15.0);
        viewport.setCineRate(100000);
        QCOMPARE(viewport.cineRate(), 120.0); // BIR-11
        std::vector<int> frames{viewport.frame()};
        connect(&viewport, &Viewport::viewChanged, &viewport, [&] {
            if (viewport.frame() != frames.back())
                frames.push_back(viewport.frame());
        });
        viewport.play(true);
        QVERIFY(viewport.isPlaying());
        QTRY_VERIFY(frames.size() > 14);
        for (size_t i = 1; i < frames.size(); ++i)
            QCOMPARE(frames[i], (frames[i - 1] + 1) % 12); // none left out, round at the end
        viewport.setCineSweep(true);
        frames = {viewport.frame()};
        QTRY_VERIFY(frames.size() > 26);
        for (size_t i = 1; i < frames.size(); ++i)
            QCOMPARE(std::abs(frames[i] - frames[i - 1]), 1);
        viewport.play(false);
        QVERIFY(!viewport.isPlaying());
        const int stopped = viewport.frame();
        QCoreApplication::processEvents();
        QCOMPARE(viewport.frame(), stopped);
        viewport.play(true);
        viewport.showStack(nullptr, nullptr);
        QVERIFY(!viewport.isPlaying());
    }

    /// Of an axial image of a patient on the back, head first; letters in the order left, right, top, bottom.
    void lettersFollowEveryTurn()
    {
        Viewport& viewport = shown(ct("letters"));
        QCOMPARE(lettersOf(viewport), "RLAP"); // GEO-15
        viewport.rotateBy(1);                  // clockwise: what was at the left is at the top
        QCOMPARE(lettersOf(viewport), "PARL");
        viewport.flip(Qt::Horizontal); // left and right of the screen, whatever the rotation
        QCOMPARE(lettersOf(viewport), "APRL");
        viewport.flip(Qt::Vertical);
        QCOMPARE(lettersOf(viewport), "APLR");
        viewport.rotateBy(1);
        QCOMPARE(lettersOf(viewport), "RLAP");
        viewport.rotateBy(-1);
        QCOMPARE(lettersOf(viewport), "APLR");
    }

    void withoutOrientationNoLetterIsInvented()
    {
        const QString path = demo::writeCr(m_folder.filePath("cr"), {}, {})->first();
        QCOMPARE(lettersOf(shown({path})), "RLHF"); // PatientOrientation L\F: row to the left, column to the feet
        auto dataset = *dicom::Dataset::read(path);
        QVERIFY(dataset.setText(dicom::tag::PatientOrientation, QString()));
        const QString without = m_folder.filePath("without.dcm");
        QVERIFY(dataset.write(without, "1.2.840.10008.1.2.1"));
        QCOMPARE(lettersOf(shown({without})), ""); // GEO-16
    }

    void linkedScrollingStaysWithinOneFrameOfReference()
    {
        m_grid->setLayoutSize(1, 3);
        const auto viewports = m_grid->visibleViewports();
        viewports[0]->showStack(openStack(mr("link1", demo::Plane::Axial, 1, 5)), nullptr);
        viewports[1]->showStack(openStack(mr("link2", demo::Plane::Axial, 2, 2.5)), nullptr);
        viewports[2]->showStack(openStack(mr("link3", demo::Plane::Axial, 1, 5, "somebody else's space")), nullptr);
        for (Viewport* viewport : viewports)
            settle(*viewport);
        const auto z = [&](int i) { return viewports[size_t(i)]->volume()->plane(viewports[size_t(i)]->frame())->originLps.z; };
        const double other = z(2);
        wheel(*viewports[0], {50, 50}, -240);
        QCOMPARE(z(0), -10.0);
        QCOMPARE(z(1), -10.0); // by position, not by number
        QCOMPARE(z(2), other); // GEO-12
        m_grid->setLinked(false);
        wheel(*viewports[0], {50, 50}, -120);
        QCOMPARE(z(0), -15.0);
        QCOMPARE(z(1), -10.0);
    }

    void referenceLinesOnlyWithinOneFrameOfReference()
    {
        m_grid->setLayoutSize(2, 2);
        const auto viewports = m_grid->visibleViewports();
        viewports[0]->showStack(openStack(mr("line1", demo::Plane::Axial, 1, 5)), nullptr);
        viewports[1]->showStack(openStack(mr("line2", demo::Plane::Sagittal, 2, 5)), nullptr);
        viewports[2]->showStack(openStack(mr("line3", demo::Plane::Axial, 3, 10)), nullptr);
        viewports[3]->showStack(openStack(mr("line4", demo::Plane::Coronal, 1, 5, "another space")), nullptr);
        for (Viewport* viewport : viewports)
            settle(*viewport);
        wheel(*viewports[0], {50, 50}, -240);
        const auto& onSagittal = viewports[1]->referenceLines();
        QCOMPARE(onSagittal.size(), 2u); // of both axial ones, not of the other space
        for (const ReferenceLine& line : onSagittal) {
            QCOMPARE(line.line.fromLps.z, -10.0); // the linked one went along
            QCOMPARE(line.line.toLps.z, -10.0);
            QVERIFY(norm(line.line.toLps - line.line.fromLps) > 100);
        }
        QCOMPARE(onSagittal[0].isActive, true);
        QCOMPARE(viewports[0]->referenceLines().size(), 1u); // GEO-13: none between parallel planes
        QCOMPARE(viewports[0]->referenceLines()[0].line.fromLps.x, viewports[1]->volume()->plane(viewports[1]->frame())->originLps.x);
        QVERIFY(viewports[3]->referenceLines().empty()); // GEO-12
        m_grid->setReferenceLinesShown(false);
        QVERIFY(viewports[1]->referenceLines().empty());
    }

    void crosshairShowsThePointInEveryPlane()
    {
        m_grid->setLayoutSize(1, 2);
        const auto viewports = m_grid->visibleViewports();
        viewports[0]->showStack(openStack(mr("cross1", demo::Plane::Axial, 1, 5)), nullptr);
        viewports[1]->showStack(openStack(mr("cross2", demo::Plane::Sagittal, 2, 5)), nullptr);
        settle(*viewports[0]);
        settle(*viewports[1]);
        m_grid->setTool("crosshair");
        const Vec3 lesion{30, -10, 0};
        QTest::mouseClick(viewports[0], Qt::LeftButton, {}, viewports[0]->transform().toScreen(lesion)->toPoint());
        QVERIFY(std::abs(viewports[1]->volume()->plane(viewports[1]->frame())->originLps.x - 30) <= 2.5);
    }

    void reconstructionIsThreePlanesAndTheImagesAcquired()
    {
        const auto stack = openStack(ct("mpr", {.columns = 64, .rows = 64, .slices = 30, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = 4}));
        m_grid->showPlanes(stack, nullptr);
        const auto viewports = m_grid->visibleViewports();
        QCOMPARE(viewports.size(), 4u);
        for (Viewport* viewport : viewports)
            settle(*viewport);
        const QString letters[] = {"RLAP", "APHF", "RLHF", "RLAP"};
        for (size_t i = 0; i < 4; ++i) {
            QCOMPARE(viewports[i]->isReconstruction(), i < 3);
            QCOMPARE(lettersOf(*viewports[i]), letters[i]); // GEO-15
        }
        viewports[0]->play(true);
        QVERIFY(!viewports[0]->isPlaying()); // a plane has no frames to play
    }

    /// SAF-13: what is looked at stays, however much arrives behind it.
    void loadingBehindDoesNotChangeThePicture()
    {
        demo::Sampling sampling{.columns = 512, .rows = 512, .slices = 16, .columnSpacingMm = 0.25, .rowSpacingMm = 0.25, .sliceSpacingMm = 1};
        sampling.transferSyntaxUid = QStringLiteral("1.2.840.10008.1.2.4.90"); // takes its time
        const auto stack = openStack(ct("growing", sampling));
        Viewport& viewport = *m_grid->active();
        viewport.setOverlay(OverlayDetail::Off);
        QSignalSpy painted(&viewport, &Viewport::painted);
        viewport.showStack(stack, nullptr);
        QTRY_VERIFY(!painted.isEmpty() && !viewport.keyImage().isNull());
        const auto middle = [&] { return viewport.grab(QRect(120, 40, 300, 300)).toImage(); };
        const QImage first = middle();
        const int frame = viewport.frame();
        QVERIFY(qGray(first.pixel(150, 150)) > 0);
        const int loadedAtFirst = stack->volume()->loadedCount();
        connect(stack.get(), &OpenStack::grown, &viewport, [&] {
            QCOMPARE(viewport.frame(), frame);
            QCOMPARE(middle(), first);
        });
        QTRY_VERIFY(stack->volume()->isComplete());
        QCOMPARE(middle(), first);
        if (stack->volume()->loadedCount() == loadedAtFirst)
            QSKIP("everything was loaded before the first picture");
    }

    /// BIR-01: the late picture of what was here before does not appear under the next one's name.
    void aFormerStacksPictureIsNeverPainted()
    {
        Viewport& viewport = shown(ct("former"));
        viewport.setOverlay(OverlayDetail::Off);
        demo::Sampling sampling{.columns = 512, .rows = 512, .slices = 1, .columnSpacingMm = 0.25, .rowSpacingMm = 0.25};
        sampling.transferSyntaxUid = QStringLiteral("1.2.840.10008.1.2.4.90"); // later than the picture that is on its way
        const auto next = openStack(ct("next", sampling));
        const QPoint centre = viewport.rect().center();
        viewport.applyPreset({{}, {}, {-3000, 100}}); // all white
        viewport.showStack(next, nullptr);
        bool isMixed = false;
        const auto look = [&] {
            const QImage picture = viewport.keyImage(); // what is on the screen
            isMixed = isMixed || (!picture.isNull() && qGray(picture.pixel(centre)) == 255);
        };
        connect(&viewport, &Viewport::painted, &viewport, look);
        QTRY_VERIFY((look(), next->volume() && !viewport.isWaitingForPixels()));
        QVERIFY2(!isMixed, "the picture of the former stack was shown");
        QVERIFY(!viewport.keyImage().isNull());
    }

    void oneDamagedImageCostsOneImage()
    {
        const QStringList paths = ct("damaged");
        const auto stack = openStack(paths);
        QFile::remove(stack->stack().instances[4].path);
        QVERIFY(QFile::resize(stack->stack().instances[8].path, 4000));
        Viewport& viewport = *m_grid->active();
        viewport.showStack(stack, nullptr);
        settle(viewport);
        QCOMPARE(viewport.volume()->failedCount(), 2);
        const QImage whole = viewport.grab().toImage();
        for (const int broken : {4, 8}) {
            QVERIFY(viewport.volume()->error(broken)); // SAF-12
            QVERIFY(!message(*viewport.volume()->error(broken)).isEmpty());
            viewport.showFrame(broken);
            settle(viewport);
            QVERIFY(viewport.keyImage().isNull()); // no picture that could be taken for one
            QVERIFY(viewport.grab().toImage() != whole);
            viewport.showFrame(broken + 1);
            settle(viewport);
            QVERIFY(!viewport.keyImage().isNull());
        }
        // The first of a stack is damaged: the reason stands there, scrolling goes on.
        viewport.showFrame(0);
        settle(viewport);
        QVERIFY(!viewport.keyImage().isNull());
    }

    void droppingAStackShowsItWhereItFell()
    {
        ThumbnailList thumbnails;
        thumbnails.add(openStack(ct("drop1")));
        thumbnails.add(openStack(mr("drop2", demo::Plane::Sagittal, 1, 5)));
        QCOMPARE(thumbnails.count(), 2); // BIR-02
        QVERIFY(thumbnails.item(1)->text().contains("MR"));
        QVERIFY(thumbnails.item(1)->text().contains("13 image"));
        m_grid->setLayoutSize(1, 2);
        connect(m_grid.get(), &ViewportGrid::stackDropped, this, [&](int index, Viewport* viewport) { viewport->showStack(thumbnails.stackAt(index), nullptr); });
        Viewport* second = m_grid->visibleViewports()[1];
        QMimeData data;
        data.setData(QLatin1String(stackMimeType), "1");
        QDragEnterEvent enter({20, 20}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(second, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(second, &drop);
        QCOMPARE(second->stack(), thumbnails.stackAt(1));
        QCOMPARE(m_grid->active(), second);
        settle(*second);
    }

    /// MEA-05 as a hand does it: three clicks, or clicks and a double click; the wheel turns in between.
    void figuresAreDrawnByClicks()
    {
        AnnotationDocument document({"1"}, nullptr);
        Viewport& viewport = *m_grid->active();
        viewport.showStack(openStack(ct("clicks")), &document);
        settle(viewport);
        m_grid->setTool("angle");
        const QPoint corners[] = {{200, 100}, {200, 200}, {300, 200}};
        for (const QPoint& corner : corners)
            QTest::mouseClick(&viewport, Qt::LeftButton, {}, corner);
        QCOMPARE(document.figures().size(), 1u);
        QVERIFY(std::abs(measure(document.figures()[0], viewport.volume()).front().value - 90) < 1e-6);
        m_grid->setTool("polygon");
        const QPoint area[] = {{330, 100}, {400, 110}, {420, 180}, {340, 170}};
        for (const QPoint& corner : area)
            QTest::mouseClick(&viewport, Qt::LeftButton, {}, corner);
        QTest::mouseDClick(&viewport, Qt::LeftButton, {}, area[3]);
        QTest::mouseRelease(&viewport, Qt::LeftButton, {}, area[3]);
        QCOMPARE(document.figures().size(), 2u);
        QCOMPARE(document.figures()[1].points.size(), 4u);
        // Zoomed between two clicks: both points lie where they were set.
        m_grid->setTool("length");
        const Vec3 from = *viewport.transform().toPatient(QPointF(150, 300));
        QTest::mouseClick(&viewport, Qt::LeftButton, {}, {150, 300});
        wheel(viewport, {400, 380}, 240, Qt::ControlModifier);
        const Vec3 to = *viewport.transform().toPatient(QPointF(250, 350));
        QTest::mouseClick(&viewport, Qt::LeftButton, {}, {250, 350});
        QCOMPARE(document.figures().size(), 3u);
        QVERIFY(norm(document.figures()[2].points[0] - from) < 1e-6);
        QVERIFY(norm(document.figures()[2].points[1] - to) < 1e-6);
        // Scrolled between two clicks: no figure through two images.
        QTest::mouseClick(&viewport, Qt::LeftButton, {}, {60, 60});
        wheel(viewport, {60, 60}, 120);
        QTest::mouseClick(&viewport, Qt::LeftButton, {}, {120, 90});
        QCOMPARE(document.figures().size(), 3u);
        viewport.cancelTool();
        viewport.showStack(nullptr, nullptr);
    }

    void aTickHidesAFigure()
    {
        AnnotationDocument document({"1"}, nullptr);
        Viewport& viewport = *m_grid->active();
        viewport.showStack(openStack(ct("hide")), &document);
        settle(viewport);
        const QImage without = viewport.grab().toImage();
        document.add(*figureAt(viewport, "length", {{200, 200}, {300, 210}}));
        const QImage with = viewport.grab().toImage();
        QVERIFY(with != without);
        MeasurementTable table([&](const Figure&) { return viewport.volume(); });
        table.setDocument(&document);
        table.topLevelItem(0)->setCheckState(0, Qt::Unchecked);
        QTRY_VERIFY(document.figures().front().isHidden); // MEA-05
        QCOMPARE(viewport.grab().toImage(), without);
        QCOMPARE(table.topLevelItem(0)->checkState(0), Qt::Unchecked);
        document.undoStack().undo();
        QCOMPARE(viewport.grab().toImage(), with);
        QCOMPARE(table.topLevelItem(0)->checkState(0), Qt::Checked);
        viewport.showStack(nullptr, nullptr);
    }

    void theProbeNamesValueAndSide()
    {
        Viewport& viewport = shown(ct("probe"));
        const QPointF at = *viewport.transform().toScreen(Vec3{-25, -4, 0});
        QMouseEvent move(QEvent::MouseMove, at, viewport.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
        QApplication::sendEvent(&viewport, &move);
        const double z = viewport.volume()->plane(viewport.frame())->originLps.z;
        QCOMPARE(viewport.probeText(), QStringLiteral("1000 HU   R 25.0  A 4.0  %1 %2 mm").arg(z < 0 ? "F" : "H").arg(std::abs(z), 0, 'f', 1)); // MEA-11
    }

    /// MEA-10 on the real widget, and Esc ends the drawing instead of resetting the view.
    void aFigureIsDrawnAndStays()
    {
        AnnotationDocument document({"1"}, nullptr);
        Viewport& viewport = *m_grid->active();
        viewport.showStack(openStack(ct("figure")), &document);
        settle(viewport);
        m_grid->setTool("length");
        const QPoint from = viewport.transform().toScreen(Vec3{-40, -20, 2.5})->toPoint();
        const QPoint to = viewport.transform().toScreen(Vec3{40, -20, 2.5})->toPoint();
        const double mm = double(to.x() - from.x()) / viewport.transform().zoom();
        drag(viewport, Qt::LeftButton, from, to);
        QCOMPARE(document.figures().size(), 1u);
        const auto value = [&] { return measure(document.figures().front(), viewport.volume()).front().value; };
        QVERIFY(std::abs(value() - mm) < 1e-6);
        QCOMPARE(viewport.selectedFigure(), document.figures().front().id);
        viewport.rotateBy(1);
        viewport.flip(Qt::Horizontal);
        wheel(viewport, {10, 10}, 360, Qt::ControlModifier);
        viewport.invert();
        QVERIFY(std::abs(value() - mm) < 1e-6);
        m_grid->setTool("text");
        QTest::mouseClick(&viewport, Qt::LeftButton, {}, {100, 300});
        QVERIFY(viewport.isDrawing());
        viewport.cancelTool();
        QVERIFY(!viewport.isDrawing());
        QCOMPARE(document.figures().size(), 1u);
        viewport.showStack(nullptr, nullptr); // before its document goes
    }

    /// MEA-05: what is drawn stands at once; only an arrow and a text ask for words.
    void MEA_05_aMarkAsksForItsWordsAndAMeasurementDoesNot_data()
    {
        QTest::addColumn<bool>("asks");
        for (const char* measured : {"length", "ellipse", "rectangle"})
            QTest::newRow(measured) << false;
        QTest::newRow("arrow") << true;
    }
    void MEA_05_aMarkAsksForItsWordsAndAMeasurementDoesNot()
    {
        QFETCH(bool, asks);
        AnnotationDocument document({"1"}, nullptr);
        Viewport& viewport = *m_grid->active();
        viewport.showStack(openStack(ct("figure")), &document);
        settle(viewport);
        m_grid->setTool(QTest::currentDataTag());
        drag(viewport, Qt::LeftButton, {100, 100}, {180, 160});
        QCOMPARE(viewport.isDrawing(), asks);
        QCOMPARE(document.figures().size(), asks ? 0u : 1u);
        viewport.cancelTool();
        viewport.showStack(nullptr, nullptr); // before its document goes
    }

    void throughThePhasesOfASlice() // GEO-08
    {
        WRITES(m_folder.path(), QStringLiteral(R"py(
for t in range(3):
    for z in range(4):
        ds = image(16, 16, modality='MR', sop='1.2.840.10008.5.1.4.1.1.4')
        ds.FrameOfReferenceUID = '1.2.3'; ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]; ds.PixelSpacing = [1, 1]
        ds.ImagePositionPatient = [0, 0, z]; ds.InstanceNumber = t * 4 + z + 1; ds.TemporalPositionIdentifier = t + 1; ds.NumberOfTemporalPositions = 3
        px(ds, np.full((16, 16), 100 * t + z, np.uint16))
        save(ds, 'phase%d_%d.dcm' % (t, z))
)py"));
        QStringList paths;
        for (int t = 0; t < 3; ++t)
            for (int z = 0; z < 4; ++z)
                paths << m_folder.filePath(QStringLiteral("phase%1_%2.dcm").arg(t).arg(z));
        Viewport& viewport = shown(paths);
        QCOMPARE(viewport.stack()->stack().phaseCount, 3);
        viewport.showFrame(1);
        wheel(viewport, {200, 200}, -120, Qt::ShiftModifier);
        QCOMPARE(viewport.frame(), 5); // the same slice, the next moment
        QCOMPARE(viewport.stack()->stack().dimensionTexts(viewport.frame()), QStringList{"temporal position 2"});
        viewport.scrollPhases(5);
        QCOMPARE(viewport.frame(), 9); // the last is the last
        wheel(viewport, {200, 200}, 360, Qt::ShiftModifier);
        QCOMPARE(viewport.frame(), 1);
        // All planes of a reconstruction show one moment, with the values of that moment.
        m_grid->showPlanes(viewport.stack(), nullptr);
        const auto planes = m_grid->visibleViewports();
        QTRY_VERIFY(planes[1]->isReconstruction() && !planes[1]->isWaitingForPixels());
        m_grid->active()->scrollPhases(1);
        for (Viewport* plane : planes) {
            QCOMPARE(plane->phase(), 1);
            settle(*plane);
        }
        QTest::mouseMove(planes[0], {planes[0]->width() / 2, planes[0]->height() / 2});
        QTRY_VERIFY2(planes[0]->probeText().startsWith("10"), qPrintable(planes[0]->probeText()));
        m_grid->active()->scrollPhases(1); // by keys: the pointer stays, the value does not (MEA-11)
        QTRY_VERIFY2(planes[0]->probeText().startsWith("20"), qPrintable(planes[0]->probeText()));
    }
};

QTEST_MAIN(TestViewport)
#include "tst_viewport.moc"
