#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/ct_stack.h"
#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/figures/annotation_document.h"
#include "viewer/tools/tool.h"
#include "viewer/volume/stack_loader.h"
#include <QJsonDocument>
#include <QTemporaryDir>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

namespace
{

/// A viewport without its widget: what tools act on.
class Target : public ToolTarget
{
public:
    Target(std::shared_ptr<const Volume> shown, AnnotationDocument* document) : m_volume(std::move(shown)), m_document(document) {}
    std::shared_ptr<const Volume> volume() const override { return m_volume; }
    const SliceView& view() const override { return m_view; }
    const Presentation& presentation() const override { return m_presentation; }
    SliceTransform transform() const override { return SliceTransform::of(*m_volume, m_view, sizePx()); }
    QSize sizePx() const override { return {400, 300}; }
    void setView(const SliceView& view) override { m_view = view; }
    void setPresentation(const Presentation& presentation) override { m_presentation = presentation; }
    void scrollBy(int) override {}
    void jumpTo(Vec3) override {}
    AnnotationDocument* document() const override { return m_document; }
    QString selectedFigure() const override { return m_selected; }
    void selectFigure(const QString& id) override { m_selected = id; }
    void setDraft(const std::optional<Figure>& draft) override { m_draft = draft; }
    void editText(const Figure& figure) override
    {
        Figure written = figure;
        written.text = QStringLiteral("here");
        m_document->add(written);
    }

    /// A press, a move and a release, or where they are the same point a click.
    void drag(Tool& tool, QPointF from, QPointF to)
    {
        tool.press(*this, {from, {}});
        if (from != to)
            tool.move(*this, {to, {}});
        tool.release(*this, {to, {}});
    }

    SliceView m_view;
    Presentation m_presentation;
    QString m_selected;
    std::optional<Figure> m_draft;

private:
    std::shared_ptr<const Volume> m_volume;
    AnnotationDocument* m_document;
};

double valueOf(const std::vector<FigureValue>& values, const QString& name)
{
    for (const FigureValue& value : values)
        if (value.name == name)
            return value.value;
    return std::numeric_limits<double>::quiet_NaN();
}

QString unitOf(const std::vector<FigureValue>& values, const QString& name)
{
    for (const FigureValue& value : values)
        if (value.name == name)
            return value.unit;
    return QStringLiteral("there is no such value");
}

/// On frame 0 of the volume, from pixels.
Figure figureOn(const Volume& volume, const QString& kind, const std::vector<QPointF>& pixels, int frame = 0)
{
    const Instance& instance = volume.instance(frame);
    Figure figure;
    figure.id = QStringLiteral("f-") + kind;
    figure.kind = kind;
    figure.image = ImageRef{instance.seriesUid, instance.uid, instance.frame};
    if (instance.plane) {
        figure.frameOfReference = instance.frameOfReference;
        figure.normal = instance.plane->normal();
    }
    for (const QPointF& pixel : pixels)
        figure.points.push_back(figure.isInPatientSpace() ? instance.plane->toPatient(pixel) : Vec3{pixel.x(), pixel.y(), 0});
    return figure;
}

std::shared_ptr<const Volume> noise(const Phantom& phantom, std::optional<double> padding = {})
{
    auto instances = phantom.instances();
    for (Instance& instance : instances)
        if (padding)
            instance.pixels.padding = PaddingRange{*padding, *padding};
    auto random = std::make_shared<std::mt19937>(7);
    return Phantom::volume(buildStacks(instances).front(), [random, padding](Vec3) {
        const int value = int((*random)() % 2001) - 1000;
        return padding && value % 7 == 0 ? *padding : double(value);
    });
}

} // namespace

class TestFigures : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lengthUsesSpacingNotPixels()
    {
        Phantom phantom;
        phantom.spacingMm = {2, 0.5}; // rows 2 mm apart, columns 0.5 mm
        const auto volume = noise(phantom);
        const auto length = [&](QPointF a, QPointF b) { return measure(figureOn(*volume, "length", {a, b}), volume).front(); };
        QCOMPARE(length({1, 1}, {7, 1}).value, 3.0); // MEA-01, GEO-11
        QCOMPARE(length({1, 1}, {1, 3}).value, 4.0);
        QCOMPARE(length({1, 1}, {7, 3}).value, 5.0);
        QCOMPARE(describe(length({1, 1}, {7, 3})), "5.0 mm");
    }

    void withoutCalibrationLengthsAreInPixels()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.plane.reset();
            instance.spacingMm.reset();
            instance.spacingOrigin = SpacingOrigin::None;
            instance.pixelAspect = 1;
        }
        const auto volume = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
        const auto length = measure(figureOn(*volume, "length", {{1, 1}, {4, 5}}), volume).front();
        QCOMPARE(length.value, 5.0); // MEA-01
        QCOMPARE(length.unit, "px");
        QCOMPARE(describe(length), "5.0 px");
        const auto area = measure(figureOn(*volume, "rectangle", {{1, 1}, {4, 5}}), volume);
        QCOMPARE(unitOf(area, "area"), "px2");
        QCOMPARE(valueOf(area, "area"), 12.0);
    }

    void aRadiographSaysAtTheDetector()
    {
        QTemporaryDir folder;
        const auto paths = demo::writeCr(folder.path(), {}, {});
        QVERIFY(paths);
        const auto volume = *StackLoader::load(buildStacks(*readInstances(paths->first())).front());
        // The marker bar of the phantom: 40 mm of detector, 100 columns of 0.4 mm.
        const auto length = measure(figureOn(*volume, "length", {{150, 435}, {250, 435}}), volume).front();
        QCOMPARE(length.value, 40.0);
        QCOMPARE(describe(length), "40.0 mm (at the detector)"); // MEA-02
        QVERIFY(MeasuringPlane::ofFrame(volume, 0).calibration.contains("detector"));
        QCOMPARE(unitOf(measure(figureOn(*volume, "ellipse", {{150, 100}, {250, 200}}), volume), "mean"), ""); // MEA-07
    }

    /// Drawn by its tool, found, moved as a whole, by a handle, hidden, deleted; every step undone and redone.
    void everyKindCanBeDrawnEditedAndUndone_data()
    {
        QTest::addColumn<QString>("kind");
        for (const FigureKind& kind : builtinFigures())
            QTest::newRow(qPrintable("MEA-05 " + kind.id)) << kind.id;
    }
    void everyKindCanBeDrawnEditedAndUndone()
    {
        QFETCH(QString, kind);
        const auto volume = noise(Phantom{});
        AnnotationDocument document({"1"}, nullptr);
        Target target(volume, &document);
        const auto tool = makeTool(kind);
        QVERIFY(tool);
        const FigureKind& description = *figureKind(kind);
        const QPointF corners[] = {{100, 60}, {260, 80}, {220, 200}};
        if (description.pointCount == 1) {
            target.drag(*tool, corners[0], corners[0]);
        } else if (description.pointCount == 2) {
            target.drag(*tool, corners[0], corners[1]);
        } else {
            for (const QPointF& corner : corners) {
                tool->hover(target, {corner, {}});
                target.drag(*tool, corner, corner);
            }
            if (description.isOpenEnded)
                tool->doubleClick(target, {corners[2], {}});
        }
        QCOMPARE(document.figures().size(), 1u);
        QVERIFY(!target.m_draft);
        const Figure drawn = document.figures().front();
        QCOMPARE(drawn.kind, kind);
        const auto onScreen = [&] { return *pointsOnScreen(document.figures().front(), *volume, target.m_view, target.transform()); };
        auto points = onScreen();
        QCOMPARE(int(points.size()), description.pointCount);
        for (size_t i = 0; i < points.size(); ++i)
            QVERIFY((points[i] - corners[i]).manhattanLength() < 1e-6);

        // By the first handle: only that point goes.
        const auto select = makeTool("select");
        target.drag(*select, corners[0], corners[0] + QPointF(-20, 10));
        QCOMPARE(target.m_selected, drawn.id);
        points = onScreen();
        QVERIFY((points[0] - corners[0] - QPointF(-20, 10)).manhattanLength() < 1e-6);
        if (points.size() > 1)
            QVERIFY((points[1] - corners[1]).manhattanLength() < 1e-6);
        document.undoStack().undo();
        QCOMPARE(document.figures().front(), drawn);

        // By its line: all go together.
        if (points.size() > 1) {
            const QPointF onLine = description.outline(onScreen()).pointAtPercent(0.3);
            target.drag(*select, onLine, onLine + QPointF(7, 9));
            points = onScreen();
            for (size_t i = 0; i < points.size(); ++i)
                QVERIFY((points[i] - corners[i] - QPointF(7, 9)).manhattanLength() < 1e-6);
            document.undoStack().undo();
        }
        document.undoStack().redo();
        QVERIFY(document.figures().front() != drawn);
        document.undoStack().undo();

        Figure hidden = drawn;
        hidden.isHidden = true;
        document.replace(hidden);
        target.drag(*select, corners[0], corners[0]);
        QCOMPARE(target.m_selected, "");
        document.undoStack().undo();

        document.remove(drawn.id);
        QVERIFY(document.figures().empty());
        document.undoStack().undo();
        QCOMPARE(document.figures().front(), drawn);
        document.undoStack().redo();
        QVERIFY(document.figures().empty());
    }

    /// Calipers set on one frame of a cine loop are of that frame alone, however they were drawn.
    void MEA_09_aFigureIsOfItsFrameOfACine()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.uid = {QStringLiteral("1.2.9")};
            instance.frame = instance.instanceNumber.value() - 1;
            instance.instanceNumber = 1;
            instance.plane.reset();
        }
        const auto volume = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
        Target target(volume, nullptr);
        target.m_view.frame = 2;
        const Figure figure = *figureAt(target, "length", {{100, 100}, {180, 150}});
        QCOMPARE(figure.image->frame, 2);
        for (int frame = 0; frame < 5; ++frame) {
            target.m_view.frame = frame;
            QCOMPARE(pointsOnScreen(figure, *volume, target.m_view, target.transform()).has_value(), frame == 2);
        }
    }

    void GEO_12_aFigureIsOfItsFrameOfReference()
    {
        const auto volume = noise(Phantom{});
        const Figure figure = figureOn(*volume, "length", {{1, 1}, {4, 5}});
        for (const char* frameOfReference : {"1.2.3", "9.9"}) {
            auto instances = Phantom{.frameOfReference = frameOfReference}.instances();
            for (Instance& instance : instances)
                instance.uid.value += ".7";
            const auto other = *Volume::fromPixels(buildStacks(instances).front(), SampleType::Int16, std::vector<std::byte>(480));
            const Target target(other, nullptr);
            QCOMPARE(pointsOnScreen(figure, *other, target.m_view, target.transform()).has_value(), frameOfReference == QLatin1String("1.2.3"));
        }
    }

    /// The text of an arrow is edited by a double click; a length has none.
    void MEA_05_aDoubleClickEditsTheText_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("text");
        QTest::newRow("arrow") << "arrow" << "here";
        QTest::newRow("length") << "length" << "";
    }
    void MEA_05_aDoubleClickEditsTheText()
    {
        QFETCH(QString, kind);
        QFETCH(QString, text);
        AnnotationDocument document({"1"}, nullptr);
        Target target(noise(Phantom{}), &document);
        const Figure drawn = *figureAt(target, kind, {{100, 60}, {260, 80}});
        document.add(drawn);
        makeTool("select")->doubleClick(target, {{100, 60}, {}});
        QCOMPARE(document.figures().back().text, text);
        QCOMPARE(document.figures().back().id, drawn.id);
    }

    void escapeLeavesNothingBehind()
    {
        AnnotationDocument document({"1"}, nullptr);
        Target target(noise(Phantom{}), &document);
        const auto tool = makeTool("length");
        tool->press(target, {{100, 100}, {}});
        tool->move(target, {{150, 100}, {}});
        QVERIFY(target.m_draft);
        tool->cancel(target);
        QVERIFY(!target.m_draft);
        tool->move(target, {{160, 100}, {}});
        tool->release(target, {{160, 100}, {}});
        QVERIFY(document.figures().empty());
    }

    void withoutADocumentNothingCanBeDrawn()
    {
        Target target(noise(Phantom{}), nullptr);
        for (const FigureKind& kind : builtinFigures()) {
            const auto tool = makeTool(kind.id);
            target.drag(*tool, {100, 100}, {180, 150});
            tool->doubleClick(target, {{180, 150}, {}});
            QVERIFY(!target.m_draft);
        }
    }

    /// The same pixels chosen and summed up by numpy.
    void areasAgreeWithNumpy_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QPolygonF>("points");
        QTest::addColumn<bool>("hasPadding");
        QTest::newRow("MEA-06 rectangle") << "rectangle" << QPolygonF{{2.5, 1.2}, {20.4, 17.9}} << false;
        QTest::newRow("MEA-06 rectangle drawn upwards, edges on pixels") << "rectangle" << QPolygonF{{20, 17}, {3, 2}} << false;
        QTest::newRow("MEA-06 ellipse") << "ellipse" << QPolygonF{{2.3, 3.1}, {25.7, 18.4}} << false;
        QTest::newRow("MEA-06 ellipse with padding") << "ellipse" << QPolygonF{{2.3, 3.1}, {25.7, 18.4}} << true;
        QTest::newRow("MEA-06 rectangle beyond the image") << "rectangle" << QPolygonF{{-5.5, -3.5}, {8.5, 60.5}} << true;
        QTest::newRow("MEA-06 concave polygon") << "polygon" << QPolygonF{{2.2, 2.3}, {28.1, 4.4}, {15.3, 9.7}, {26.6, 20.2}, {4.9, 21.8}} << true;
    }
    void areasAgreeWithNumpy()
    {
        QFETCH(QString, kind);
        QFETCH(QPolygonF, points);
        QFETCH(bool, hasPadding);
        Phantom phantom;
        phantom.columns = 32;
        phantom.rows = 24;
        phantom.slices = 3;
        phantom.spacingMm = {0.7, 0.9};
        const auto volume = noise(phantom, hasPadding ? std::optional(-2000.0) : std::nullopt);
        QTemporaryDir folder;
        QFile raw(folder.filePath("frame"));
        QVERIFY(raw.open(QIODevice::WriteOnly));
        const auto bytes = volume->storedBytes(1);
        raw.write(reinterpret_cast<const char*>(bytes.data()), qint64(bytes.size()));
        raw.close();
        QStringList flat;
        for (const QPointF& point : points)
            flat << QString::number(point.x(), 'g', 17) << QString::number(point.y(), 'g', 17);
        const auto ran = test::python(QStringLiteral(R"(
import sys,numpy as n
a=n.fromfile(sys.argv[1],'<i2').reshape(24,32).astype(float)
p=n.array([float(v) for v in sys.argv[3:]]).reshape(-1,2)
y,x=n.mgrid[0:24,0:32]
lo,hi=p.min(0),p.max(0)
if sys.argv[2]=='rectangle':
    m=(x>=lo[0])&(x<=hi[0])&(y>=lo[1])&(y<=hi[1]); area=n.prod(hi-lo)
elif sys.argv[2]=='ellipse':
    c,r=(lo+hi)/2,(hi-lo)/2
    m=((x-c[0])/r[0])**2+((y-c[1])/r[1])**2<=1; area=n.pi*r[0]*r[1]
else:
    q=n.roll(p,-1,0); turned=0
    for (ax,ay),(bx,by) in zip(p,q): # the angle under which each edge is seen: together a full turn from inside
        turned=turned+n.arctan2((ax-x)*(by-y)-(bx-x)*(ay-y),(ax-x)*(bx-x)+(ay-y)*(by-y))
    m=abs(turned)>n.pi; area=abs((p[:,0]*q[:,1]-q[:,0]*p[:,1]).sum())/2
v=a[m&(a!=-2000)]
print(repr(v.mean()),repr(v.std()),v.min(),v.max(),repr(area*0.63),v.size))"),
                                      QStringList{raw.fileName(), kind} + flat);
        if (ran.err.contains("No module named"))
            QSKIP("numpy or matplotlib is not installed");
        QVERIFY2(ran.code == 0, ran.err.constData());
        const auto expected = ran.out.simplified().split(' ');
        const auto values = measure(figureOn(*volume, kind, {points.begin(), points.end()}, 1), volume);
        const char* names[] = {"mean", "sd", "min", "max", "area", "count"};
        for (int i = 0; i < 6; ++i) {
            const double wanted = expected[i].toDouble();
            QVERIFY2(std::abs(valueOf(values, names[i]) - wanted) <= 1e-9 * std::max(1.0, std::abs(wanted)),
                     qPrintable(QStringLiteral("%1: %2, not %3").arg(names[i]).arg(valueOf(values, names[i])).arg(wanted)));
        }
        QVERIFY(expected[5].toInt() > 20);
    }

    void onlyHounsfieldUnitsAreCalledSo_data()
    {
        QTest::addColumn<bool>("isCt");
        QTest::addColumn<QString>("rescaleType");
        QTest::addColumn<QString>("unit");
        QTest::newRow("MEA-07 CT in HU") << true << "HU" << "HU";
        QTest::newRow("MEA-07 CT in something else") << true << "US" << "";
        QTest::newRow("MEA-07 MR") << false << QString() << "";
    }
    void onlyHounsfieldUnitsAreCalledSo()
    {
        QFETCH(bool, isCt);
        QFETCH(QString, rescaleType);
        QFETCH(QString, unit);
        QTemporaryDir folder;
        const demo::Sampling sampling{.columns = 32, .rows = 32, .slices = 1};
        const auto paths = isCt ? demo::writeCt(folder.path(), {}, {}, sampling) : demo::writeMr(folder.path(), {}, {}, sampling, demo::Plane::Axial, 1);
        auto dataset = *dicom::Dataset::read(paths->first());
        if (!rescaleType.isEmpty())
            QVERIFY(dataset.setText(dicom::tag::RescaleType, rescaleType));
        Stack stack = buildStacks(*readInstances(dataset, paths->first())).front();
        const auto volume = *Volume::fromPixels(stack, SampleType::UInt16, std::vector<std::byte>(2048));
        const auto values = measure(figureOn(*volume, "rectangle", {{1, 1}, {4, 4}}), volume);
        QCOMPARE(unitOf(values, "mean"), unit);
        QCOMPARE(unitOf(values, "sd"), unit);
    }

    /// MEA-08: on a plane turned about two axes, the tool's length is the distance of the two places.
    void lengthOnAnObliquePlaneIsTheDistanceInSpace()
    {
        Phantom phantom;
        phantom.columns = phantom.rows = 40;
        phantom.slices = 20;
        phantom.spacingMm = {0.8, 0.8};
        const auto volume = noise(phantom);
        AnnotationDocument document({"1"}, nullptr);
        Target target(volume, &document);
        const Vec3 row = normalized({1, 0.4, -0.3});
        const Vec3 column = normalized(cross(normalized(cross(row, {0.2, 1, 0.5})), row));
        target.m_view.mpr = MprPlane{volume->grid()->centreLps(), row, column};
        const QPointF from(150, 110);
        const QPointF to(260, 190);
        const Vec3 a = *target.transform().toPatient(from);
        const Vec3 b = *target.transform().toPatient(to);
        target.drag(*makeTool("length"), from, to);
        QCOMPARE(document.figures().size(), 1u);
        const Figure drawn = document.figures().front();
        QVERIFY(!drawn.image);
        const auto values = measure(drawn, volume);
        QVERIFY(std::abs(valueOf(values, "length") - norm(b - a)) < 1e-9);
        QVERIFY(std::abs(a.z - b.z) > 1); // else the test says nothing
        QCOMPARE(unitOf(values, "length"), "mm");
        // It is seen on that plane, and not on another one.
        QVERIFY(pointsOnScreen(drawn, *volume, target.m_view, target.transform()));
        target.m_view.mpr->centreLps = target.m_view.mpr->centreLps + target.m_view.mpr->normal() * 2;
        QVERIFY(!pointsOnScreen(drawn, *volume, target.m_view, target.transform()));
    }

    /// Who turns or moves the plane between press and release draws nothing through two planes.
    void MEA_08_aFigureLiesOnOnePlane()
    {
        Phantom phantom;
        phantom.columns = phantom.rows = 40;
        phantom.slices = 20;
        const auto volume = noise(phantom);
        AnnotationDocument document({"1"}, nullptr);
        Target target(volume, &document);
        target.m_view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, volume->grid()->centreLps());
        const auto tool = makeTool("length");
        tool->press(target, {{150, 110}, {}});
        target.m_view.mpr->centreLps = target.m_view.mpr->centreLps + target.m_view.mpr->normal() * 2;
        tool->move(target, {{260, 190}, {}});
        tool->release(target, {{260, 190}, {}});
        QVERIFY(document.figures().empty() && !target.m_draft);
        target.drag(*makeTool("length"), {150, 110}, {260, 190});
        QCOMPARE(document.figures().size(), 1u);
    }

    /// A window that is drawn takes the place of the image's table.
    void BIR_08_theWindowToolLeavesTheTable()
    {
        Target target(noise(Phantom{}), nullptr);
        target.m_presentation.voiLut = 0;
        target.drag(*makeTool("window"), {150, 110}, {160, 120});
        QCOMPARE(target.m_presentation.voiLut, -1);
    }

    void MEA_09_halfASeriesHasNoValuesYet()
    {
        QTemporaryDir folder;
        Stack stack = test::ctStack(folder.path());
        const std::shared_ptr<const Volume> whole = *StackLoader::load(stack);
        AnnotationDocument document({"1"}, nullptr);
        Target target(whole, &document);
        target.m_view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, whole->grid()->centreLps());
        target.drag(*makeTool("length"), {190, 145}, {210, 155});
        QCOMPARE(document.figures().size(), 1u);
        const Figure drawn = document.figures().front();
        QVERIFY(!measure(drawn, whole).empty());
        const QString pipe = folder.filePath("pipe"); // whoever opens it waits
        QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        Instance& late = stack.instances[2];
        auto layout = std::make_shared<PixelLayout>(*late.layout);
        layout->path = late.path = pipe;
        late.layout = layout;
        late.file.reset();
        StackLoader loader(stack, {}, 0, std::chrono::seconds(60));
        QTRY_VERIFY(loader.latest()->loadedCount() > 0);
        QVERIFY(!loader.latest()->isComplete() && measure(drawn, loader.latest()).empty());
        Figure onImage = drawn; // of the one that is not there yet
        onImage.image = ImageRef{late.seriesUid, late.uid, late.frame};
        QVERIFY(!measure(onImage, whole).empty());
        QVERIFY(measure(onImage, loader.latest()).empty());
        const int fd = ::open(QFile::encodeName(pipe).constData(), O_RDWR | O_NONBLOCK);
        QVERIFY(fd >= 0);
        ::close(fd);
    }

    void aPlanesValuesAreThoseOfItsSeries()
    {
        Phantom phantom;
        phantom.columns = phantom.rows = 16;
        const auto volumeOf = [&](const QString& series, double value) {
            auto instances = phantom.instances();
            for (Instance& instance : instances) {
                instance.seriesUid = {series};
                instance.uid.value += series;
            }
            return Phantom::volume(buildStacks(instances).front(), [value](Vec3) { return value; });
        };
        const auto arterial = volumeOf("1.2.10", 150);
        const auto venous = volumeOf("1.2.20", 90);
        AnnotationDocument document({"1"}, nullptr);
        Target target(venous, &document);
        target.m_view.mpr = anatomicalPlane(AnatomicalPlane::Coronal, venous->grid()->centreLps());
        target.drag(*makeTool("rectangle"), {180, 130}, {220, 170});
        const Figure drawn = document.figures().front();
        QCOMPARE(valueOf(measure(drawn, venous), "mean"), 90.0);
        QVERIFY(measure(drawn, arterial).empty()); // same place, other values
        QCOMPARE(*figureFromJson(toJson(drawn)), drawn);
    }

    void valuesDoNotChangeWithTheView()
    {
        Phantom phantom;
        phantom.columns = 40;
        phantom.rows = 30;
        phantom.spacingMm = {0.7, 1.1};
        const auto volume = noise(phantom);
        AnnotationDocument document({"1"}, nullptr);
        Target target(volume, &document);
        std::vector<QPointF> drawnAt;
        for (const QPointF& pixel : {QPointF(5, 6), QPointF(30, 22), QPointF(12, 25)})
            drawnAt.push_back(pixel);
        for (int turns = 0; turns < 4; ++turns)
            for (const double zoom : {0.0, 3.7})
                for (const bool flips : {false, true}) {
                    target.m_view.quarterTurns = turns;
                    target.m_view.zoom = zoom;
                    target.m_view.panPx = {zoom * 5, -zoom * 3};
                    target.m_view.flipHorizontal = flips;
                    target.m_presentation.window = {zoom * 100, 10 + zoom};
                    for (const FigureKind& kind : builtinFigures()) {
                        if (!kind.values)
                            continue;
                        const std::vector<QPointF> pixels(drawnAt.begin(), drawnAt.begin() + kind.pointCount);
                        std::vector<QPointF> screen;
                        for (const QPointF& pixel : pixels)
                            screen.push_back(target.transform().toScreen(pixel));
                        const auto figure = figureAt(target, kind.id, screen);
                        const auto values = measure(*figure, volume);
                        const auto expected = measure(figureOn(*volume, kind.id, pixels), volume);
                        QCOMPARE(values.size(), expected.size()); // MEA-10
                        for (size_t i = 0; i < values.size(); ++i)
                            QVERIFY2(std::abs(values[i].value - expected[i].value) < 1e-6, qPrintable(kind.id + ' ' + values[i].name));
                    }
                }
    }

    void anglesAreTakenInMillimetres()
    {
        Phantom phantom;
        phantom.spacingMm = {2, 1};
        const auto volume = noise(phantom);
        // 2 columns = 2 mm, 1 row = 2 mm: 45°, though 26.6° in pixels.
        QVERIFY(std::abs(measure(figureOn(*volume, "angle", {{5, 2}, {3, 2}, {5, 3}}), volume).front().value - 45) < 1e-9); // GEO-11
        QVERIFY(std::abs(measure(figureOn(*volume, "angle", {{5, 2}, {3, 2}, {1, 2}}), volume).front().value - 180) < 1e-9);
    }

    /// However it lies, an angle between 0° and 180° is the difference of its arms' directions.
    void MEA_05_anAngleIsTheSameTurnedEveryWay()
    {
        Phantom phantom;
        phantom.spacingMm = {0.5, 0.8};
        const auto volume = noise(phantom);
        for (const double opening : {1.0, 30.0, 89.0, 90.0, 91.0, 135.0, 179.0})
            for (int turn = 0; turn < 360; turn += 25) {
                const auto arm = [&](double degrees, double mm) {
                    const double angle = degrees * std::numbers::pi / 180;
                    return QPointF(3 + mm * std::cos(angle) / phantom.spacingMm.column, 2 + mm * std::sin(angle) / phantom.spacingMm.row);
                };
                const double value = measure(figureOn(*volume, "angle", {arm(turn, 1.3), QPointF(3, 2), arm(turn + opening, 0.7)}), volume).front().value;
                QVERIFY2(std::abs(value - opening) < 1e-6, qPrintable(QString("%1 for %2 at %3").arg(value).arg(opening).arg(turn)));
            }
    }

    /// Written by one process, read by another that opens the file while the first still runs: nothing waits for a clean end.
    void everyChangeIsStoredAtOnce()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("profile.db");
        const auto volume = noise(Phantom{});
        const auto store = FigureStore::open(path);
        QVERIFY(store);
        const auto stored = [&] {
            const auto other = FigureStore::open(path);
            return (*other)->load({"1.2.840"})->figures;
        };
        AnnotationDocument document({"1.2.840"}, store->get());
        const Figure first = figureOn(*volume, "length", {{1, 1}, {4, 5}});
        const Figure second = figureOn(*volume, "ellipse", {{1, 1}, {4, 5}});
        document.add(first);
        document.add(second);
        QCOMPARE(stored(), (std::vector{first, second})); // SAF-06
        Figure moved = first;
        moved.points[0].x += 1;
        document.replace(moved);
        QCOMPARE(stored(), (std::vector{moved, second}));
        document.remove(second.id);
        QCOMPARE(stored(), (std::vector{moved}));
        document.undoStack().undo();
        document.undoStack().undo();
        QCOMPARE(stored(), (std::vector{first, second}));
        document.remove(first.id);
        document.undoStack().undo(); // the first again
        QCOMPARE(document.figures(), (std::vector{first, second}));
        QCOMPARE(stored(), (std::vector{first, second}));
        AnnotationDocument reopened({"1.2.840"}, store->get());
        QCOMPARE(reopened.figures(), (std::vector{first, second}));
        AnnotationDocument otherStudy({"1.2.841"}, store->get());
        QVERIFY(otherStudy.figures().empty());
    }

    void withoutAStoreNothingIsWritten()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("profile.db");
        QVERIFY(FigureStore::open(path));
        const auto volume = noise(Phantom{});
        {
            AnnotationDocument document({"1"}, nullptr);
            document.add(figureOn(*volume, "length", {{1, 1}, {4, 5}}));
            QCOMPARE(document.figures().size(), 1u);
        }
        const auto store = FigureStore::open(path);
        QVERIFY((*store)->load({"1"})->figures.empty()); // SAF-11
    }

    void figuresSurviveJson()
    {
        const auto volume = noise(Phantom{});
        for (const FigureKind& kind : builtinFigures()) {
            Figure figure = figureOn(*volume, kind.id, {{1.25, 1}, {4, 5}, {1.0 / 3, 7}}, 2);
            figure.points.resize(size_t(kind.pointCount));
            figure.text = QString::fromUtf8("小结节 <b>5 mm</b>");
            figure.isHidden = true;
            const QByteArray text = QJsonDocument(toJson(figure)).toJson();
            const auto back = figureFromJson(QJsonDocument::fromJson(text).object());
            QVERIFY(back);
            QCOMPARE(*back, figure);
        }
    }

    void damagedJsonIsRefused_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("nothing") << QByteArray("{}");
        QTest::newRow("unknown kind") << QByteArray(R"({"id":"a","kind":"lenght","points":[[0,0,0],[1,1,1]],"normal":[0,0,1]})");
        QTest::newRow("without id") << QByteArray(R"({"kind":"length","points":[[0,0,0],[1,1,1]],"normal":[0,0,1]})");
        QTest::newRow("a point short") << QByteArray(R"({"id":"a","kind":"length","points":[[0,0,0]],"normal":[0,0,1]})");
        QTest::newRow("a point too many") << QByteArray(R"({"id":"a","kind":"length","points":[[0,0,0],[1,1,1],[2,2,2]],"normal":[0,0,1]})");
        QTest::newRow("a coordinate is text") << QByteArray(R"({"id":"a","kind":"length","points":[[0,0,0],[1,"1",1]],"normal":[0,0,1]})");
        QTest::newRow("a coordinate is missing") << QByteArray(R"({"id":"a","kind":"length","points":[[0,0,0],[1,1]],"normal":[0,0,1]})");
        QTest::newRow("without normal") << QByteArray(R"({"id":"a","kind":"length","points":[[0,0,0],[1,1,1]]})");
    }
    void damagedJsonIsRefused()
    {
        QFETCH(QByteArray, json);
        const auto figure = figureFromJson(QJsonDocument::fromJson(json).object());
        QVERIFY(!figure);
        QCOMPARE(figure.error().fault, Fault::Damaged);
    }

    void SAF_06_aFigureThatCannotBeStoredIsSaid()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("profile.db");
        const auto store = FigureStore::open(path);
        AnnotationDocument document({"1"}, store->get());
        QSignalSpy failed(&document, &AnnotationDocument::failed);
        const Figure figure = figureOn(*noise(Phantom{}), "ellipse", {{1, 1}, {4, 5}});
        QVERIFY((*Database::open(path))->execute("ALTER TABLE figure RENAME TO elsewhere", {}));
        document.add(figure);
        QCOMPARE(failed.size(), 1);
        document.remove(figure.id);
        QCOMPARE(failed.size(), 2);
    }

    void aDamagedRowCostsOneFigure()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath("profile.db");
        const auto store = FigureStore::open(path);
        const auto volume = noise(Phantom{});
        const Figure whole = figureOn(*volume, "ellipse", {{1, 1}, {4, 5}});
        QVERIFY((*store)->save({"1"}, figureOn(*volume, "length", {{1, 1}, {4, 5}})));
        QVERIFY((*store)->save({"1"}, whole));
        QVERIFY((*Database::open(path))->execute("UPDATE figure SET json=substr(json,1,40) WHERE id='f-length'", {}));
        AnnotationDocument document({"1"}, store->get());
        QSignalSpy failed(&document, &AnnotationDocument::failed);
        QCOMPARE(document.figures(), std::vector{whole});
        QTRY_COMPARE(failed.size(), 1); // and it is said
    }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "tst_figures.moc"
