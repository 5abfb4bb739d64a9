#include "tests/support/phantom_files.h"
#include "viewer/volume/instance.h"

using namespace diascope;
using namespace diascope::viewer;

/// What a file says about its display (PS3.3 C.7.6.5, C.7.6.10, C.7.6.11, C.8.5.5, C.9.2): each number from its own attribute, and
/// what makes no sense left out. Files by pydicom.
class TestImageModules : public QObject
{
    Q_OBJECT

    test::PhantomBatch m_files;

    QString file(const QString& change, const QString& image = "image(rows=60, columns=80)") { return m_files.add("ds = " + image + "\n" + change); }
    ImageModules read(const QString& name)
    {
        const auto instances = readInstances(m_files.path(name));
        return instances ? *instances->front().modules : ImageModules();
    }
    ImageModules modules(const QString& change, const QString& image = "image(rows=60, columns=80)") { return read(file(change, image)); }

private Q_SLOTS:
    void PIX_15_anOverlayLiesWhereItSays()
    {
        const auto found = modules(R"py(
overlay(ds, 0x6002, np.ones((2, 3), int), origin=(5, -7), kind='R', frames=None)
ds.add_new((0x6002, 0x0022), 'LO', 'described'); ds.add_new((0x6002, 0x1500), 'LO', 'labelled')
overlay(ds, 0x6004, np.ones((4, 2, 3), int), frames=4, first=3)
ds.add_new((0x6004, 0x0022), 'LO', 'described'))py");
        QCOMPARE(found.overlays.size(), 2u);
        const OverlayPlane& one = found.overlays[0];
        QCOMPARE(int(one.group), 0x6002);
        QVERIFY(one.rows == 2 && one.columns == 3 && one.firstRow == 4 && one.firstColumn == -8);
        QVERIFY(one.frames == 1 && one.firstFrame == 0 && !one.isForEveryFrame && one.isRoi && one.embeddedBit == -1);
        QCOMPARE(one.label, "labelled");
        const OverlayPlane& other = found.overlays[1];
        QVERIFY(other.frames == 4 && other.firstFrame == 2 && !other.isForEveryFrame && !other.isRoi);
        QCOMPARE(other.label, "described");
        QVERIFY(!other.frameOver(1));
        QCOMPARE(other.frameOver(2), std::optional(0));
        QCOMPARE(other.frameOver(5), std::optional(3));
        QVERIFY(!other.frameOver(6));
        // a single one over a cine lies over every frame, unless it names one
        const QString over = file("overlay(ds, 0x6000, np.ones((2, 3), int))", "image(frames=3)"), second = file("overlay(ds, 0x6000, np.ones((2, 3), int), first=2)", "image(frames=3)"),
                      three = file("overlay(ds, 0x6000, np.ones((3, 2, 3), int), frames=3)", "image(frames=3)");
        const auto every = read(over);
        QVERIFY(every.overlays.at(0).isForEveryFrame);
        QCOMPARE(every.overlays.at(0).frameOver(2), std::optional(0));
        QVERIFY(!read(second).overlays.at(0).isForEveryFrame);
        QVERIFY(!read(three).overlays.at(0).isForEveryFrame);
    }

    void PIX_15_whatIsNoOverlay_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("overlays");
        QTest::addColumn<int>("findings");
        const QString declared = "ds.add_new((0x6000, 0x0010), 'US', 6); ds.add_new((0x6000, 0x0011), 'US', 8); ds.add_new((0x6000, 0x0100), 'US', 16); ds.add_new((0x6000, 0x0102), 'US', %1)";
        QTest::newRow("PIX-15 none") << file("") << 0 << 0;
        QTest::newRow("PIX-15 in an unused bit") << file(declared.arg(12), "image(stored=12)") << 1 << 0;
        QTest::newRow("PIX-15 in the highest bit") << file(declared.arg(15), "image(stored=12)") << 1 << 0;
        QTest::newRow("PIX-15 in a bit of the pixels") << file(declared.arg(11), "image(stored=12)") << 0 << 0;
        QTest::newRow("PIX-15 in a bit beyond the cell") << file(declared.arg(16), "image(stored=12)") << 0 << 0;
        QTest::newRow("PIX-15 in an unused bit of colours") << file(declared.arg(12), "image(stored=12, samples=3, photometric='RGB')") << 0 << 0;
        QTest::newRow("PIX-15 rows alone") << file("ds.add_new((0x6000, 0x0010), 'US', 6)") << 0 << 1;
        QTest::newRow("PIX-15 no rows") << file("ds.add_new((0x6000, 0x0010), 'US', 0); ds.add_new((0x6000, 0x0011), 'US', 6)") << 0 << 1;
        QTest::newRow("PIX-15 cut off") << file("overlay(ds, 0x6000, np.ones((20, 30), int)); ds[0x6000, 0x3000].value = b'\\1\\2'") << 1 << 1;
        QTest::newRow("PIX-15 as wide as can be") << file("overlay(ds, 0x6000, np.ones((1, 65535), int))") << 1 << 0;
        QTest::newRow("PIX-15 as high as can be") << file("overlay(ds, 0x6000, np.ones((65535, 1), int))") << 1 << 0;
        QTest::newRow("PIX-15 too wide") << file("overlay(ds, 0x6000, np.ones((1, 65535), int)); ds.add_new((0x6000, 0x0011), 'UL', 65536)") << 0 << 1;
        QTest::newRow("PIX-15 too high") << file("overlay(ds, 0x6000, np.ones((65535, 1), int)); ds.add_new((0x6000, 0x0010), 'UL', 65536)") << 0 << 1;
        QTest::newRow("PIX-15 the last group") << file("overlay(ds, 0x601E, np.ones((2, 3), int))") << 1 << 0;
        QTest::newRow("PIX-15 beyond the last group") << file("overlay(ds, 0x6020, np.ones((2, 3), int))") << 0 << 0;
    }
    void PIX_15_whatIsNoOverlay()
    {
        QFETCH(QString, file);
        QFETCH(int, overlays);
        QFETCH(int, findings);
        const auto found = read(file);
        QCOMPARE(int(found.overlays.size()), overlays);
        QCOMPARE(int(found.findings.size()), findings);
    }

    /// Overlay Origin is SS; others write it US. A place that no image has is none: then the overlay lies at 1\1.
    void PIX_15_whereAnOverlayBegins_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("row");
        QTest::addColumn<int>("column");
        const auto row = [this](const char* vr, int down, int across, int firstRow, int firstColumn) {
            QTest::addRow("PIX-15 %s %d %d", vr, down, across)
                << file(QString("overlay(ds, 0x6000, np.ones((2, 3), int)); ds.add_new((0x6000, 0x0050), '%1', [%2, %3])").arg(vr).arg(down).arg(across)) << firstRow << firstColumn;
        };
        row("SS", 32767, -32768, 32766, -32769);
        row("US", 32767, 32768, 32766, -32769);
        row("US", 65535, 1, -2, 0);
        row("UL", 65536, 65535, 65535, -2);
        row("DS", 1000000, -1000000, 999999, -1000001);
        row("DS", 1000001, 5, 0, 0);
        row("DS", 5, -1000001, 0, 0);
    }
    void PIX_15_whereAnOverlayBegins()
    {
        QFETCH(QString, file);
        QFETCH(int, row);
        QFETCH(int, column);
        const auto found = read(file);
        QCOMPARE(found.overlays.at(0).firstRow, row);
        QCOMPARE(found.overlays.at(0).firstColumn, column);
    }

    void PIX_16_theShapesOfAShutter()
    {
        const auto found = modules(R"py(
ds.ShutterShape = ['RECTANGULAR', 'CIRCULAR', 'POLYGONAL', 'BITMAP']
ds.ShutterLeftVerticalEdge = 5; ds.ShutterRightVerticalEdge = 70; ds.ShutterUpperHorizontalEdge = 6; ds.ShutterLowerHorizontalEdge = 50
ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 20
ds.VerticesOfThePolygonalShutter = [1, 2, 3, 40, 50, 6]; ds.ShutterOverlayGroup = 0x6004; ds.ShutterPresentationValue = 32896)py");
        const Shutter& shutter = found.shutter;
        QVERIFY(shutter.rectangle && shutter.rectangle->left == 4 && shutter.rectangle->right == 69 && shutter.rectangle->top == 5 && shutter.rectangle->bottom == 49);
        QVERIFY(shutter.circle && shutter.circle->row == 29 && shutter.circle->column == 39 && shutter.circle->radius == 20);
        QCOMPARE(shutter.polygon.size(), 3u);
        QVERIFY(shutter.polygon[0].row == 0 && shutter.polygon[0].column == 1 && shutter.polygon[1].row == 2 && shutter.polygon[1].column == 39);
        QVERIFY(shutter.polygon[2].row == 49 && shutter.polygon[2].column == 5);
        QCOMPARE(shutter.overlayGroup, std::optional<quint16>(0x6004));
        QVERIFY(shutter.red == 128 && shutter.green == 128 && shutter.blue == 128); // 32896 = 128 · 257
        QVERIFY(found.findings.isEmpty());
    }

    void PIX_16_whatIsNoShutter_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("isApplied");
        const auto row = [this](const char* name, const char* shape, const QString& attributes, bool isApplied) {
            QTest::newRow(qPrintable(QString("PIX-16 %1, %2").arg(QString(shape).toLower(), name))) << file(QString("ds.ShutterShape = '%1'\n%2").arg(shape, attributes)) << isApplied;
        };
        const auto rectangle = [](int left, int right, int top, int bottom) {
            return QString("ds.ShutterLeftVerticalEdge = %1; ds.ShutterRightVerticalEdge = %2; ds.ShutterUpperHorizontalEdge = %3; ds.ShutterLowerHorizontalEdge = %4").arg(left).arg(right).arg(top).arg(bottom);
        };
        row("whole", "RECTANGULAR", rectangle(1, 80, 1, 60), true);
        row("a single pixel", "RECTANGULAR", rectangle(80, 80, 60, 60), true);
        row("beyond the image", "RECTANGULAR", rectangle(-5, 100, -5, 100), true);
        row("the other way round", "RECTANGULAR", rectangle(70, 5, 6, 50), false);
        row("upside down", "RECTANGULAR", rectangle(5, 70, 50, 6), false);
        row("left of the image", "RECTANGULAR", rectangle(-9, 0, 6, 50), false);
        row("above the image", "RECTANGULAR", rectangle(5, 70, -9, 0), false);
        row("right of the image", "RECTANGULAR", rectangle(81, 90, 6, 50), false);
        row("below the image", "RECTANGULAR", rectangle(5, 70, 61, 70), false);
        row("an edge missing", "RECTANGULAR", "ds.ShutterLeftVerticalEdge = 5; ds.ShutterRightVerticalEdge = 70; ds.ShutterUpperHorizontalEdge = 6", false);
        row("of one pixel", "CIRCULAR", "ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 1", true);
        row("of no size", "CIRCULAR", "ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 0", false);
        row("without a centre", "CIRCULAR", "ds.RadiusOfCircularShutter = 5", false);
        row("half a centre", "CIRCULAR", "ds.CenterOfCircularShutter = 30; ds.RadiusOfCircularShutter = 5", false);
        row("a triangle", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2, 3, 4, 5, 6]", true);
        row("two corners", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2, 3, 4]", false);
        row("half a corner", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2, 3, 4, 5, 6, 7]", false);
        row("as large as can be", "CIRCULAR", "ds.CenterOfCircularShutter = [1000000, -1000000]; ds.RadiusOfCircularShutter = 1000000", true);
        row("too large", "CIRCULAR", "ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 1000001", false);
        row("too far down", "CIRCULAR", "ds.CenterOfCircularShutter = [1000001, 40]; ds.RadiusOfCircularShutter = 9", false);
        row("too far to the left", "CIRCULAR", "ds.CenterOfCircularShutter = [30, -1000001]; ds.RadiusOfCircularShutter = 9", false);
        row("too far", "RECTANGULAR", rectangle(1, 1000001, 1, 60), false);
        row("a corner too far", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2, 3, 4, 5, 1000001]", false);
        row("as many corners as can be", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2] * 10000", true);
        row("too many corners", "POLYGONAL", "ds.VerticesOfThePolygonalShutter = [1, 2] * 10001", false);
        row("of a group", "BITMAP", "ds.ShutterOverlayGroup = 0x601E", true);
        row("of no group", "BITMAP", "", false);
        row("of an odd group", "BITMAP", "ds.ShutterOverlayGroup = 0x6001", false);
        row("of a group before the first", "BITMAP", "ds.ShutterOverlayGroup = 0x5FFE", false);
        row("of a group behind the last", "BITMAP", "ds.ShutterOverlayGroup = 0x6020", false);
    }
    void PIX_16_whatIsNoShutter()
    {
        QFETCH(QString, file);
        QFETCH(bool, isApplied);
        const auto found = read(file);
        QCOMPARE(!found.shutter.isEmpty(), isApplied);
        QCOMPARE(int(found.findings.size()), isApplied ? 0 : 1); // what is left out is said
    }

    /// CIE L*a*b* (D50) to sRGB, by the formulas of ICC and IEC 61966-2-1; reference values of public converters.
    void PIX_16_theColourOfAShutter_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("colour");
        const auto row = [this](double l, double a, double b, const char* colour) {
            QTest::addRow("PIX-16 %g %g %g", l, a, b) << file(QString("ds.ShutterShape = 'CIRCULAR'; ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 9; ds.ShutterPresentationValue = 9\n"
                                                                      "ds.ShutterPresentationColorCIELabValue = [%1, %2, %3]").arg(qRound(l * 655.35)).arg(qRound((a + 128) * 257)).arg(qRound((b + 128) * 257)))
                                                       << QString(colour);
        };
        row(0, 0, 0, "#000000");
        row(100, 0, 0, "#ffffff");
        row(50, 0, 0, "#777777");
        row(5, 0, 0, "#111111"); // in the straight part of the lightness
        row(2, 0, 0, "#070707"); // and in that of sRGB
        row(54.29, 80.81, 69.89, "#ff0000"); // the primaries of sRGB in D50
        row(87.82, -79.29, 80.99, "#00ff00");
        row(29.57, 68.30, -112.03, "#0000ff");
        // What is no colour at all is not said: then the grey value counts.
        const QString beyond = "ds.ShutterShape = 'CIRCULAR'; ds.CenterOfCircularShutter = [30, 40]; ds.RadiusOfCircularShutter = 9; ds.ShutterPresentationValue = 32896\n"
                               "ds.add_new((0x0018, 0x1624), '%1', %2)";
        QTest::newRow("PIX-16 of numbers too large") << file(beyond.arg("DS", "[1000001, 32896, 32896]")) << "#808080";
        QTest::newRow("PIX-16 of two numbers") << file(beyond.arg("US", "[65535, 32896]")) << "#808080";
    }
    void PIX_16_theColourOfAShutter()
    {
        QFETCH(QString, file);
        QFETCH(QString, colour);
        const Shutter shutter = read(file).shutter;
        const auto value = [&colour](int at) { return colour.mid(at, 2).toInt(nullptr, 16); };
        QVERIFY2(std::abs(shutter.red - value(1)) <= 1 && std::abs(shutter.green - value(3)) <= 1 && std::abs(shutter.blue - value(5)) <= 1,
                 qPrintable(QString("%1 %2 %3").arg(shutter.red).arg(shutter.green).arg(shutter.blue)));
    }

    /// C.7.6.16.2.16: a frame's own shutter before the one they share, that before the image's.
    void PIX_16_aFrameMayHaveItsOwn()
    {
        const auto found = modules(R"py(
def circle(radius):
    d = Dataset(); d.ShutterShape = 'CIRCULAR'; d.CenterOfCircularShutter = [3, 4]; d.RadiusOfCircularShutter = radius
    return Sequence([d])
for k, v in (('ShutterShape', 'CIRCULAR'), ('CenterOfCircularShutter', [3, 4]), ('RadiusOfCircularShutter', 1)): setattr(ds, k, v)
shared = Dataset(); shared.FrameDisplayShutterSequence = circle(2); ds.SharedFunctionalGroupsSequence = Sequence([shared])
own = Dataset(); own.FrameDisplayShutterSequence = circle(3); ds.PerFrameFunctionalGroupsSequence = Sequence([Dataset(), own, Dataset()]))py", "image(frames=3)");
        QCOMPARE(found.shutterOf(0).circle->radius, 2.0);
        QCOMPARE(found.shutterOf(1).circle->radius, 3.0);
        QCOMPARE(found.shutterOf(2).circle->radius, 2.0);
    }

    /// A frame of a slide is shown by the profile of the optical path it names (PS3.3 C.8.12.5).
    void PIX_12_eachFrameHasItsPathsProfile()
    {
        const auto found = modules(R"py(
def path(identifier, profile):
    p = Dataset(); p.OpticalPathIdentifier = identifier; p.ICCProfile = profile
    return p
def frame(identifier):
    i = Dataset(); i.OpticalPathIdentifier = identifier
    g = Dataset(); g.OpticalPathIdentificationSequence = Sequence([i])
    return g
ds.OpticalPathSequence = Sequence([path('1', b'first '), path('2', b'second')])
ds.PerFrameFunctionalGroupsSequence = Sequence([frame('2'), frame('1')]))py", "image(frames=2, samples=3, bits=8, photometric='RGB')");
        QCOMPARE(found.profileOf(0), QByteArray("second"));
        QCOMPARE(found.profileOf(1), QByteArray("first "));
        QCOMPARE(found.profileOf(2), QByteArray("first ")); // of a frame that names none: the first
    }

    void MEA_03_anUltrasoundRegion()
    {
        const auto found = modules(R"py(
r = Dataset()
r.RegionSpatialFormat = 3; r.RegionDataType = 4; r.RegionFlags = 3
r.RegionLocationMinX0 = 10; r.RegionLocationMinY0 = 12; r.RegionLocationMaxX1 = 70; r.RegionLocationMaxY1 = 50
r.PhysicalUnitsXDirection = 4; r.PhysicalUnitsYDirection = 7; r.PhysicalDeltaX = 0.005; r.PhysicalDeltaY = -1.5
r.ReferencePixelX0 = 2; r.ReferencePixelY0 = 20; r.ReferencePixelPhysicalValueX = 0.25; r.ReferencePixelPhysicalValueY = -30.0
ds.SequenceOfUltrasoundRegions = Sequence([r]))py");
        QCOMPARE(found.regions.size(), 1u);
        const UltrasoundRegion& one = found.regions[0];
        QVERIFY(one.spatialFormat == 3 && one.dataType == 4 && one.isLowPriority);
        QVERIFY(one.left == 10 && one.top == 12 && one.right == 70 && one.bottom == 50);
        QVERIFY(one.unitX == UltrasoundRegion::Unit::Second && one.unitY == UltrasoundRegion::Unit::CentimetrePerSecond);
        QVERIFY(one.deltaX == 0.005 && one.deltaY == -1.5);
        QVERIFY(one.referenceX == 12 && one.referenceY == 32); // relative to the region's corner
        QVERIFY(one.referenceValueX == 0.25 && one.referenceValueY == -30);
        QVERIFY(one.contains(10, 12) && one.contains(70, 50) && !one.contains(9.9, 30) && !one.contains(70.1, 30) && !one.contains(30, 11.9) && !one.contains(30, 50.1));
        QVERIFY(!one.isInCentimetres());
    }

    /// PS3.3 C.8.5.5.1.15, the units' codes; centimetres are shown in millimetres.
    void MEA_03_unitsOfARegion()
    {
        const QString made = "r = Dataset(); r.RegionLocationMinX0 = r.RegionLocationMinY0 = 0; r.RegionLocationMaxX1 = r.RegionLocationMaxY1 = 9; r.PhysicalDeltaX = r.PhysicalDeltaY = 0.1\n"
                             "r.PhysicalUnitsXDirection = %1; r.PhysicalUnitsYDirection = %2\nds.SequenceOfUltrasoundRegions = Sequence([r])";
        const char* const names[] = {"", "%", "dB", "mm", "s", "Hz", "dB/s", "cm/s", "", ""};
        QStringList files;
        for (int code = 0; code < 10; ++code)
            files << file(made.arg(code).arg(3));
        for (int code = 0; code < 10; ++code) {
            const auto found = read(files[code]);
            QCOMPARE(unitName(found.regions.at(0).unitX), QLatin1String(names[code]));
            QCOMPARE(found.regions.at(0).isInCentimetres(), code == 3);
            QCOMPARE(found.regions.at(0).unitX == UltrasoundRegion::Unit::Other, code > 7);
        }
    }

    void MEA_03_whatIsNoRegion_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("regions");
        const QString made = "r = Dataset(); r.RegionLocationMinX0 = 0; r.RegionLocationMinY0 = 0; r.RegionLocationMaxX1 = 9; r.RegionLocationMaxY1 = 9; r.PhysicalDeltaX = 0.1; r.PhysicalDeltaY = 0.1\n"
                             "%1\nds.SequenceOfUltrasoundRegions = Sequence([r])";
        QTest::newRow("MEA-03 as it should be") << file(made.arg("")) << 1;
        QTest::newRow("MEA-03 a single pixel") << file(made.arg("r.RegionLocationMaxX1 = 0; r.RegionLocationMaxY1 = 0")) << 1;
        QTest::newRow("MEA-03 the other way round") << file(made.arg("r.RegionLocationMinX0 = 10")) << 0;
        QTest::newRow("MEA-03 upside down") << file(made.arg("r.RegionLocationMinY0 = 10")) << 0;
        QTest::newRow("MEA-03 no corner") << file(made.arg("del r.RegionLocationMaxY1")) << 0;
        QTest::newRow("MEA-03 no width of a pixel") << file(made.arg("r.PhysicalDeltaX = 0.0")) << 0;
        QTest::newRow("MEA-03 no height of a pixel") << file(made.arg("r.PhysicalDeltaY = 0.0")) << 0;
        QTest::newRow("MEA-03 no size of a pixel") << file(made.arg("del r.PhysicalDeltaX")) << 0;
    }
    void MEA_03_whatIsNoRegion()
    {
        QFETCH(QString, file);
        QFETCH(int, regions);
        QCOMPARE(int(read(file).regions.size()), regions);
    }

    void OBJ_08_aMaskAsItIsWritten()
    {
        const auto found = modules(R"py(
i = Dataset(); i.MaskOperation = 'AVG_SUB'; i.ApplicableFrameRange = [3, 4, 7, 9]; i.MaskFrameNumbers = [1, 2]; i.ContrastFrameAveraging = 5; i.MaskSubPixelShift = [1.5, -2.5]; i.SubtractionItemID = 7
j = Dataset(); j.MaskOperation = 'TID'; j.TIDOffset = 3
k = Dataset(); k.MaskOperation = 'REV_TID'; k.TIDOffset = 2
n = Dataset(); n.MaskOperation = 'NONE'
m = Dataset(); m.MaskOperation = 'AVG_SUB'
ds.MaskSubtractionSequence = Sequence([i, j, k, n, m]); ds.RecommendedViewingMode = 'SUB'; ds.PixelIntensityRelationship = 'LOG')py", "image(frames=10)");
        QVERIFY(found.isSubtractedAtFirst);
        QCOMPARE(found.intensityRelationship, "LOG");
        QCOMPARE(found.masks.size(), 3u); // neither NONE nor an average of nothing
        const MaskOperation& one = found.masks[0];
        QVERIFY(one.kind == MaskOperation::Kind::AverageSubtraction);
        QVERIFY(one.maskFrames == (std::vector{0, 1}) && one.contrastFrames == 5 && one.shiftRows == 1.5 && one.shiftColumns == -2.5 && one.itemId == 7);
        for (int frame = 0; frame < 10; ++frame)
            QCOMPARE(one.appliesTo(frame), (frame >= 2 && frame <= 3) || (frame >= 6 && frame <= 8));
        QVERIFY(found.masks[1].kind == MaskOperation::Kind::TimeInterval && found.masks[1].intervalFrames == 3 && found.masks[1].appliesTo(0));
        QVERIFY(found.masks[1].contrastFrames == 1 && found.masks[1].shiftRows == 0 && !found.masks[1].itemId);
        QVERIFY(found.masks[2].kind == MaskOperation::Kind::ReverseTimeInterval && found.masks[2].intervalFrames == 2);
        QVERIFY(!modules("").isSubtractedAtFirst);
    }

    /// Frames and shifts that no image has count as not said.
    void OBJ_08_whatNoMaskCanBe()
    {
        const auto found = modules(R"py(
i = Dataset(); i.MaskOperation = 'AVG_SUB'; i.add_new((0x0028, 0x6110), 'DS', [1, 1000000, 1000001]); i.MaskSubPixelShift = [1000000.0, -1000000.0]; i.SubtractionItemID = 7
j = Dataset(); j.MaskOperation = 'TID'; j.MaskSubPixelShift = [1000001.0, 1.0]; j.TIDOffset = 3
k = Dataset(); k.MaskOperation = 'TID'; k.add_new((0x0028, 0x6102), 'DS', [1, 1000001])
ds.MaskSubtractionSequence = Sequence([i, j, k])
def shift(item, by):
    d = Dataset(); d.SubtractionItemID = item; d.MaskSubPixelShift = by
    return d
shared = Dataset(); shared.FramePixelShiftSequence = Sequence([shift(7, [2.0, 3.0]), shift(8, [1000001.0, 3.0]), shift(9, [4.0])]); ds.SharedFunctionalGroupsSequence = Sequence([shared]))py",
                                   "image(frames=2)");
        QCOMPARE(found.masks.size(), 2u);
        QCOMPARE(found.masks[0].maskFrames, (std::vector{0, 999'999}));
        QVERIFY(found.masks[0].shiftRows == 1e6 && found.masks[0].shiftColumns == -1e6);
        QVERIFY(found.masks[1].shiftRows == 0 && found.masks[1].shiftColumns == 0 && found.masks[1].intervalFrames == 3);
        QCOMPARE(found.frameShifts.size(), 2u);
        for (int frame = 0; frame < 2; ++frame) {
            const FrameShift& one = found.frameShifts[size_t(frame)];
            QVERIFY(one.frame == frame && one.itemId == 7 && one.shiftRows == 2 && one.shiftColumns == 3);
        }
    }

    void OBJ_07_howItIsPlayed_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<double>("frameMs"); // 0: none
        QTest::addColumn<bool>("isSweeping");
        QTest::addColumn<int>("first"); // -1: none
        QTest::addColumn<int>("last");
        const auto row = [this](const char* name, const char* attributes, double frameMs, bool isSweeping, int first, int last) {
            QTest::newRow(qPrintable(QString("OBJ-07 %1").arg(name))) << file(attributes, "image(frames=5)") << frameMs << isSweeping << first << last;
        };
        row("nothing said", "", 0, false, -1, -1);
        row("looping", "ds.PreferredPlaybackSequencing = 0", 0, false, -1, -1);
        row("sweeping", "ds.PreferredPlaybackSequencing = 1", 0, true, -1, -1);
        row("trimmed", "ds.StartTrim = 2; ds.StopTrim = 4", 0, false, 1, 3);
        row("trimmed to all", "ds.StartTrim = 1; ds.StopTrim = 5", 0, false, 0, 4);
        row("beyond the end", "ds.StartTrim = 1; ds.StopTrim = 6", 0, false, -1, -1);
        row("before the begin", "ds.StartTrim = 0; ds.StopTrim = 4", 0, false, -1, -1);
        row("to one frame", "ds.StartTrim = 3; ds.StopTrim = 3", 0, false, -1, -1);
        row("an end alone", "ds.StopTrim = 3", 0, false, -1, -1);
        row("a begin alone", "ds.StartTrim = 3", 0, false, -1, -1);
        row("the display's rate first", "ds.RecommendedDisplayFrameRate = 25; ds.FrameTime = 50; ds.CineRate = 10", 40, false, -1, -1);
        row("then the frame's time", "ds.FrameTime = 50; ds.CineRate = 10", 50, false, -1, -1);
        row("then the cine's rate", "ds.CineRate = 10", 100, false, -1, -1);
        row("no rate", "ds.RecommendedDisplayFrameRate = 0; ds.CineRate = -3", 0, false, -1, -1);
    }
    void OBJ_07_howItIsPlayed()
    {
        QFETCH(QString, file);
        QFETCH(double, frameMs);
        QFETCH(bool, isSweeping);
        QFETCH(int, first);
        QFETCH(int, last);
        const Cine cine = read(file).cine;
        QCOMPARE(cine.frameMs.value_or(0), frameMs);
        QCOMPARE(cine.isSweeping, isSweeping);
        QCOMPARE(cine.firstFrame.value_or(-1), first);
        QCOMPARE(cine.lastFrame.value_or(-1), last);
    }

    void PIX_14_whatIsSaidOfItsWorth()
    {
        const QString derived = file("ds.DerivationDescription = 'NOT FOR DIAGNOSIS'"), commented = file("ds.ImageComments = 'a picture not for diagnostic use'"),
                      none = file("ds.LossyImageCompressionRatio = '0'");
        const auto found = modules("ds.LossyImageCompressionMethod = ['ISO_10918_1', 'ISO_15444_1']; ds.LossyImageCompressionRatio = ['12.5', '3']; ds.QualityControlImage = 'BOTH'");
        QCOMPARE(found.lossyMethods, (QStringList{"ISO_10918_1", "ISO_15444_1"}));
        QCOMPARE(found.lossyRatios, (std::vector{12.5, 3.0}));
        QCOMPARE(found.qualityControl, "BOTH");
        QVERIFY(!found.isDeclaredNotForDiagnosis);
        QVERIFY(read(derived).isDeclaredNotForDiagnosis);
        QVERIFY(read(commented).isDeclaredNotForDiagnosis);
        QVERIFY(read(none).lossyRatios.empty());
    }

    /// C.11.6: the values of the table as parts of the whole; a table that is cut off is none.
    void PIX_07_aPresentationTable()
    {
        const QString made = "i = Dataset(); i.LUTDescriptor = [%1, 0, %2]; i.add_new((0x0028, 0x3006), 'OW', struct.pack('<%3H', %4)); ds.PresentationLUTSequence = Sequence([i])";
        const QString cut = file(made.arg("4", "10", "3", "0, 1023, 512")), wide = file(made.arg("3", "17", "3", "0, 1023, 512")), narrow = file(made.arg("3", "7", "3", "0, 1023, 512"));
        const auto found = modules(made.arg("3", "10", "3", "0, 1023, 512"));
        QVERIFY(found.presentationLut);
        QCOMPARE(found.presentationLut->values, (std::vector{0.0f, 1.0f, 512.0f / 1023}));
        QCOMPARE(found.presentationLut->apply(0), 0.0f);
        QCOMPARE(found.presentationLut->apply(0.24), 0.0f);
        QCOMPARE(found.presentationLut->apply(0.26), 1.0f);
        QCOMPARE(found.presentationLut->apply(1), 512.0f / 1023);
        QCOMPARE(found.presentationLut->apply(7), 512.0f / 1023);
        QVERIFY(!read(cut).presentationLut);
        QVERIFY(!read(wide).presentationLut);
        QVERIFY(!read(narrow).presentationLut);
        QVERIFY(!modules("").presentationLut);
    }
};

QTEST_GUILESS_MAIN(TestImageModules)
#include "tst_image_modules.moc"
