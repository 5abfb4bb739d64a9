#include "tests/support/viewer_phantoms.h"
#include "viewer/figures/figure.h"
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <limits>
#include <numbers>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

namespace {

QString lineOf(const std::vector<FigureValue>& values)
{
    QStringList texts;
    for (const FigureValue& value : values)
        texts << QStringLiteral("%1=%2 %3%4")
                     .arg(value.name, QString::number(value.value, 'g', 7), value.unit,
                          value.note.isEmpty() ? QString() : " (" + value.note + ')');
    return texts.join(", ");
}

/// 8 columns of 0.5 mm by 6 rows of 2 mm; the value at (column, row) is 10 · row + column.
MeasuringPlane plane(bool isCalibrated = true)
{
    MeasuringPlane made;
    made.spacing = isCalibrated ? PixelSpacing{2, 0.5} : PixelSpacing{1, 1};
    made.isCalibrated = isCalibrated;
    made.unit = "HU";
    made.columns = 8;
    made.rows = 6;
    made.valueAt = [](QPointF at) -> std::optional<double> {
        return at == QPointF(7, 5) ? std::nullopt : std::optional(10 * at.y() + at.x()); // the last one is padding
    };
    return made;
}

UltrasoundRegion region(double left, double top, double right, double bottom, UltrasoundRegion::Unit x,
                        UltrasoundRegion::Unit y, double deltaX, double deltaY, bool isLowPriority = false)
{
    UltrasoundRegion made;
    made.left = left;
    made.top = top;
    made.right = right;
    made.bottom = bottom;
    made.unitX = x;
    made.unitY = y;
    made.deltaX = deltaX;
    made.deltaY = deltaY;
    made.isLowPriority = isLowPriority;
    return made;
}

std::shared_ptr<const Volume> volumeOf(const Phantom& phantom, const std::function<void(Instance&)>& change = {})
{
    auto instances = phantom.instances();
    for (Instance& instance : instances)
        if (change)
            change(instance);
    return Phantom::volume(buildStacks(instances).front(),
                           [&](Vec3 at) { return at.x - phantom.originLps.x + 10 * (at.z - phantom.originLps.z); });
}

/// Counts, of which the maker's own factor makes SUV (Philips, (7053,1000)).
void makePet(Instance& instance)
{
    auto modules = std::make_shared<ImageModules>();
    modules->pet.emplace();
    modules->pet->units = "CNTS";
    modules->pet->philipsSuvFactor = 0.5;
    instance.modules = modules;
    instance.modalityTransform.unit = "CNTS";
}

} // namespace

/// What figures measure, worked out by hand, and how it is said.
class TestFigureValues : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void MEA_04_whatIsMeasured_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QList<double>>("points");
        QTest::addColumn<bool>("isCalibrated");
        QTest::addColumn<QString>("line");
        const QString pi6 = QString::number(6 * std::numbers::pi, 'g', 7),
                      piPx = QString::number(6 * std::numbers::pi, 'g', 7);
        QTest::newRow("a length along a row") << "length" << QList<double>{1, 1, 5, 1} << true << "length=2 mm";
        QTest::newRow("along a column") << "length" << QList<double>{1, 1, 1, 4} << true << "length=6 mm";
        QTest::newRow("aslant: 1.5 and 2 mm") << "length" << QList<double>{4, 2, 1, 1} << true << "length=2.5 mm";
        QTest::newRow("in pixels") << "length" << QList<double>{1, 1, 4, 5} << false << "length=5 px";
        QTest::newRow("a right angle") << "angle" << QList<double>{4, 1, 1, 1, 1, 5} << true << "angle=90 deg";
        QTest::newRow("45° in mm, not in pixels")
            << "angle" << QList<double>{5, 1, 1, 1, 5, 2} << true << "angle=45 deg"; // 2 mm and 2 mm
        QTest::newRow("135°") << "angle" << QList<double>{5, 2, 1, 2, -3, 1} << true << "angle=135 deg";
        QTest::newRow("from the other side") << "angle" << QList<double>{5, 2, 1, 1, 5, 1} << true << "angle=45 deg";
        QTest::newRow("straight") << "angle" << QList<double>{0, 1, 1, 1, 5, 1} << true << "angle=180 deg";
        // Columns 1 to 3, rows 1 to 2: 11, 12, 13, 21, 22, 23: mean 17, SD √(25 + 2/3).
        QTest::newRow("a rectangle") << "rectangle" << QList<double>{1, 1, 3, 2} << true
                                     << "mean=17 HU, sd=5.066228 HU, min=11 HU, max=23 HU, area=2 mm2, count=6 ";
        QTest::newRow("drawn backwards") << "rectangle" << QList<double>{3, 2, 1, 1} << true
                                         << "mean=17 HU, sd=5.066228 HU, min=11 HU, max=23 HU, area=2 mm2, count=6 ";
        QTest::newRow("between the pixels")
            << "rectangle" << QList<double>{0.6, 0.6, 3.4, 2.4} << true
            << "mean=17 HU, sd=5.066228 HU, min=11 HU, max=23 HU, area=5.04 mm2, count=6 ";
        QTest::newRow("in pixels, one") << "rectangle" << QList<double>{2, 3, 2, 3} << false
                                        << "mean=32 HU, sd=0 HU, min=32 HU, max=32 HU, area=0 px2, count=1 ";
        QTest::newRow("over the edges") << "rectangle" << QList<double>{-3, -3, 0.4, 0.4} << true
                                        << "mean=0 HU, sd=0 HU, min=0 HU, max=0 HU, area=11.56 mm2, count=1 ";
        QTest::newRow("over the other edges, padding left out")
            << "rectangle" << QList<double>{6, 5, 20, 20} << true
            << "mean=56 HU, sd=0 HU, min=56 HU, max=56 HU, area=210 mm2, count=1 ";
        QTest::newRow("of nothing") << "rectangle" << QList<double>{20, 20, 22, 21} << true << "area=2 mm2, count=0 ";
        // Centre (3, 2), half axes 3 and 2: 5 + 2·5 + … rows 0 and 4 only at column 3, rows 1 and 3 columns 1 to 5, row
        // 2 columns 0 to 6.
        QTest::newRow("an ellipse")
            << "ellipse" << QList<double>{0, 0, 6, 4} << true
            << "mean=23 HU, sd=" +
                   QString::number(std::sqrt((2 * 400. + 10 * 100 + 2 * 2 * (4 + 1) + 2 * (9 + 4 + 1)) / 19), 'g', 7) +
                   " HU, min=3 HU, max=43 HU, area=" + pi6 + " mm2, count=19 ";
        QTest::newRow("an ellipse, in pixels")
            << "ellipse" << QList<double>{0, 0, 6, 4} << false
            << "mean=23 HU, sd=" +
                   QString::number(std::sqrt((2 * 400. + 10 * 100 + 2 * 2 * (4 + 1) + 2 * (9 + 4 + 1)) / 19), 'g', 7) +
                   " HU, min=3 HU, max=43 HU, area=" + piPx + " px2, count=19 ";
        QTest::newRow("a flat ellipse") << "ellipse" << QList<double>{1, 2, 3, 2} << true
                                        << "mean=22 HU, sd=0.8164966 HU, min=21 HU, max=23 HU, area=0 mm2, count=3 ";
        QTest::newRow("an upright flat ellipse") << "ellipse" << QList<double>{2, 1, 2, 3} << true
                                                 << "mean=22 HU, sd=8.164966 HU, min=12 HU, max=32 HU, area=0 mm2, count=3 ";
        // Begun at its last corner: (2,2), (1,2), (1,1), (2,1), all four samples.
        QTest::newRow("a polygon begun at its far corner")
            << "polygon" << QList<double>{2, 2, 1, 2, 1, 1, 2, 1} << true
            << "mean=16.5 HU, sd=5.024938 HU, min=11 HU, max=22 HU, area=1 mm2, count=4 "; // √(25 + 1/4)
        // The triangle (0,0), (4,0), (0,4): 5 + 4 + 3 + 2 + 1 pixels, its edges in it.
        QTest::newRow("a triangle")
            << "polygon" << QList<double>{0, 0, 4, 0, 0, 4} << true
            << "mean=" + QString::number((10 + 4 * 10 + 6 + 3 * 20 + 3 + 2 * 30 + 1 + 40) / 15., 'g', 7) + " HU, sd=" +
                   QString::number(
                       [] {
                           double sum = 0, squares = 0;
                           for (int row = 0; row <= 4; ++row)
                               for (int column = 0; column <= 4 - row; ++column) {
                                   sum += 10 * row + column;
                                   squares += (10 * row + column) * (10 * row + column);
                               }
                           return std::sqrt(squares / 15 - sum / 15 * sum / 15);
                       }(),
                       'g', 7) +
                   " HU, min=0 HU, max=40 HU, area=8 mm2, count=15 ";
        // A U: what lies between its arms (column 2, rows 0 and 1) is outside.
        QTest::newRow("a polygon with a bay")
            << "polygon" << QList<double>{0, 0, 1, 0, 1, 2, 3, 2, 3, 0, 4, 0, 4, 3, 0, 3} << true
            << "mean=" + QString::number((4 * (0 + 10) + 2 * 8 + 5 * (20 + 30) + 2 * 10) / 18., 'g', 7) + " HU, sd=" +
                   QString::number(
                       [] {
                           double sum = 0, squares = 0;
                           for (int row = 0; row <= 3; ++row)
                               for (int column = 0; column <= 4; ++column)
                                   if (column != 2 || row >= 2) {
                                       sum += 10 * row + column;
                                       squares += (10 * row + column) * (10 * row + column);
                                   }
                           return std::sqrt(squares / 18 - sum / 18 * sum / 18);
                       }(),
                       'g', 7) +
                   " HU, min=0 HU, max=34 HU, area=8 mm2, count=18 ";
    }
    void MEA_04_whatIsMeasured()
    {
        QFETCH(QString, kind);
        QFETCH(QList<double>, points);
        QFETCH(bool, isCalibrated);
        std::vector<QPointF> at;
        for (qsizetype i = 0; i < points.size(); i += 2)
            at.emplace_back(points[i], points[i + 1]);
        QTEST(lineOf(figureKind(kind)->values(at, plane(isCalibrated))), "line");
    }

    /// Values of one sign, and large ones close together: extremes and spread are of the samples alone.
    void MEA_06_extremesAndSpreadAreOfTheSamples_data()
    {
        QTest::addColumn<double>("offset");
        QTest::addColumn<QList<double>>("points");
        QTest::addColumn<QString>("line"); // of (1, 1) to (3, 1): 11, 12, 13 and the offset
        QTest::newRow("all below zero") << -1000.0 << QList<double>{1, 1, 3, 1}
                                        << "mean=-988 HU, sd=0.8164966 HU, min=-989 HU, max=-987 HU, area=0 mm2, count=3 ";
        QTest::newRow("one below zero") << -1000.0 << QList<double>{2, 1, 2, 1} << "mean=-988 HU, sd=0 HU, min=-988 HU, max=-988 HU, area=0 mm2, count=1 ";
        QTest::newRow("about zero") << -12.0 << QList<double>{1, 1, 3, 1} << "mean=0 HU, sd=0.8164966 HU, min=-1 HU, max=1 HU, area=0 mm2, count=3 ";
        QTest::newRow("all above zero") << 1000.0 << QList<double>{1, 1, 3, 1} << "mean=1012 HU, sd=0.8164966 HU, min=1011 HU, max=1013 HU, area=0 mm2, count=3 ";
        QTest::newRow("far from zero") << 1e9 << QList<double>{1, 1, 3, 1} << "mean=1e+09 HU, sd=0.8164966 HU, min=1e+09 HU, max=1e+09 HU, area=0 mm2, count=3 ";
    }
    void MEA_06_extremesAndSpreadAreOfTheSamples()
    {
        QFETCH(double, offset);
        QFETCH(QList<double>, points);
        MeasuringPlane shifted = plane();
        shifted.valueAt = [offset](QPointF at) -> std::optional<double> { return offset + 10 * at.y() + at.x(); };
        const std::vector<QPointF> at{{points[0], points[1]}, {points[2], points[3]}};
        QTEST(lineOf(figureKind("rectangle")->values(at, shifted)), "line");
    }

    /// A pixel on the edge counts wherever the patient lies: points come back from millimetres with a rounding error.
    void MEA_06_MEA_10_pixelsOnTheEdge()
    {
        const PlaneGeometry geometry{{-1234.567, 987.654, -1543.21}, normalized(Vec3{1, 2, -0.3}), normalized(Vec3{2, -1, 0}), {0.07, 0.03}, 90, 90, true};
        MeasuringPlane plane;
        plane.valueAt = [](QPointF) { return 1.0; };
        const auto count = [&](const char* kind, QPointF from, QPointF to) {
            const auto turned = [&](QPointF at) { return geometry.toPixel(geometry.toPatient(at)); };
            return figureKind(kind)->values({turned(from), turned(to)}, plane).back().value;
        };
        for (double x = 2; x < 60; x += 3)
            for (double y = 2; y < 60; y += 5) {
                QCOMPARE(count("ellipse", {x - 1, y - 1}, {x + 1, y + 1}), 5); // a round one, its centre and four on the edge
                for (const char* kind : {"ellipse", "rectangle"}) {
                    QCOMPARE(count(kind, {x - 1, y}, {x + 1, y}), 3); // flat
                    QCOMPARE(count(kind, {x, y - 1}, {x, y + 1}), 3);
                    QCOMPARE(count(kind, {x, y}, {x, y}), 1);
                }
            }
    }

    /// Samples of a reconstructed plane lie on a grid of their own distance, left and above of the first point too.
    void MEA_06_samplesOfAReconstructedPlane()
    {
        MeasuringPlane made = plane();
        made.spacing = {1, 1};
        made.columns = made.rows = 0;
        made.sampleStep = 0.5;
        made.valueAt = [](QPointF at) -> std::optional<double> { return 10 * at.y() + at.x(); };
        // Columns -1, -0.5 and 0, rows -0.5 and 0.
        QCOMPARE(lineOf(figureKind("rectangle")->values({{0.2, 0}, {-1, -0.6}}, made)),
                 "mean=-3 HU, sd=2.533114 HU, min=-6 HU, max=0 HU, area=0.72 mm2, count=6 "); // √(25/4 + 1/6)
    }

    /// Seconds along the row, centimetres a second along the column: each by itself, no area and no angle.
    void MEA_03_axesOfTheirOwn()
    {
        MeasuringPlane doppler = plane();
        doppler.unitX = "s";
        doppler.unitY = "cm/s";
        QCOMPARE(lineOf(figureKind("length")->values({{4, 4}, {2, 1}}, doppler)), "time=1 s, velocity=6 cm/s");
        doppler.unitY = "mm";
        QCOMPARE(lineOf(figureKind("length")->values({{2, 1}, {4, 4}}, doppler)), "time=1 s, depth=6 mm");
        doppler.unitX = "dB";
        QCOMPARE(lineOf(figureKind("length")->values({{2, 1}, {4, 4}}, doppler)), "difference=1 dB, depth=6 mm");
        QCOMPARE(lineOf(figureKind("angle")->values({{2, 1}, {4, 4}, {1, 1}}, doppler)), "");
        QCOMPARE(lineOf(figureKind("rectangle")->values({{2, 1}, {2, 1}}, doppler)),
                 "mean=12 HU, sd=0 HU, min=12 HU, max=12 HU, count=1 ");
    }

    void PIX_19_upTakeBesideTheValues()
    {
        MeasuringPlane pet = plane();
        pet.suvFactor = 0.5;
        pet.note = "calibrated";
        QCOMPARE(lineOf(figureKind("rectangle")->values({{1, 1}, {3, 1}}, pet)),
                 "mean=12 HU, sd=0.8164966 HU, min=11 HU, max=13 HU, suvbw-mean=6 g/ml, suvbw-max=6.5 g/ml, area=0 mm2 "
                 "(calibrated), count=3 ");
        QCOMPARE(lineOf(figureKind("length")->values({{1, 1}, {3, 1}}, pet)), "length=1 mm (calibrated)");
        const auto volume = volumeOf({}, makePet);
        QCOMPARE(MeasuringPlane::ofFrame(volume, 1).suvFactor, 0.5);
        QCOMPARE(probeText(12, volume->instance(0)), "12 CNTS   SUVbw 6.00");
        QCOMPARE(probeText(*volume, 1, {3, 1}), "23 CNTS   SUVbw 11.50");
    }

    /// An arrow's head is at its first point: barbs of a fifth of its length, at least 3, at most half.
    void MEA_07_theHeadOfAnArrow_data()
    {
        QTest::addColumn<double>("length");
        QTest::addColumn<double>("barb");
        QTest::newRow("long") << 40.0 << 8.0;
        QTest::newRow("middling") << 10.0 << 3.0;
        QTest::newRow("short") << 4.0 << 2.0;
        QTest::newRow("none") << 0.0 << 0.0;
    }
    void MEA_07_theHeadOfAnArrow()
    {
        QFETCH(double, length);
        QFETCH(double, barb);
        const QPainterPath path = figureKind("arrow")->outline({{5, 5}, {5 + length, 5}});
        QCOMPARE(path.elementCount(), length > 0 ? 6 : path.elementCount());
        QRectF box = path.boundingRect();
        QVERIFY(std::abs(box.height() - 2 * barb * std::sin(0.4)) < 1e-9);
        QVERIFY(std::abs(box.width() - length) < 1e-9);
        if (length > 0)
            QVERIFY(std::abs(path.elementAt(3).x - (5 + barb * std::cos(0.4))) < 1e-9);
    }

    void MEA_09_howAValueIsSaid_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<QString>("note");
        QTest::addColumn<QString>("text");
        QTest::newRow("length") << "length" << 12.345 << "mm"
                                << ""
                                << "12.3 mm";
        QTest::newRow("with where from") << "length" << 12.345 << "mm"
                                         << "at the detector"
                                         << "12.3 mm (at the detector)";
        QTest::newRow("angle") << "angle" << 45.04 << "deg"
                               << "" << QString::fromUtf8("45.0°");
        QTest::newRow("time") << "time" << 0.0126 << "s"
                              << ""
                              << "0.013 s";
        QTest::newRow("mean") << "mean" << -1000.24 << "HU"
                              << ""
                              << "Mean -1000.2 HU";
        QTest::newRow("no unit") << "mean" << 7.0 << ""
                                 << ""
                                 << "Mean 7.0";
        QTest::newRow("sd") << "sd" << 3.06 << "HU"
                            << ""
                            << "SD 3.1 HU";
        QTest::newRow("min") << "min" << 1.0 << "BQML"
                             << ""
                             << "Min 1.0 Bq/ml";
        QTest::newRow("max") << "max" << 1.0 << "GML"
                             << ""
                             << "Max 1.0 g/ml";
        QTest::newRow("area") << "area" << 10.26 << "mm2"
                              << "" << QString::fromUtf8("Area 10.3 mm²");
        QTest::newRow("area in pixels") << "area" << 10.0 << "px2"
                                        << "" << QString::fromUtf8("Area 10.0 px²");
        QTest::newRow("count") << "count" << 1234.0 << ""
                               << ""
                               << "1234 pixels";
        QTest::newRow("SUV mean") << "suvbw-mean" << 2.345 << "g/ml"
                                  << ""
                                  << "SUVbw-mean 2.35";
        QTest::newRow("SUV max") << "suvbw-max" << 12.0 << "g/ml"
                                 << ""
                                 << "SUVbw-max 12.00";
    }
    void MEA_09_howAValueIsSaid()
    {
        QFETCH(QString, name);
        QFETCH(double, value);
        QFETCH(QString, unit);
        QFETCH(QString, note);
        const FigureValue one{name, value, unit, note};
        QTEST(describe(one), "text");
        QCOMPARE(describe(std::vector{one, one}),
                 name == "count" ? QStringList() : QStringList({describe(one), describe(one)}));
    }

    void MEA_02_whereTheMillimetresComeFrom_data()
    {
        QTest::addColumn<int>("origin");
        QTest::addColumn<QString>("calibration");
        QTest::addColumn<QString>("note");
        QTest::newRow("none") << int(SpacingOrigin::None) << "none: in pixels"
                              << "";
        QTest::newRow("patient") << int(SpacingOrigin::Patient) << "pixel spacing in the patient"
                                 << "";
        QTest::newRow("calibrated") << int(SpacingOrigin::Calibrated) << "calibrated pixel spacing"
                                    << "calibrated";
        QTest::newRow("detector") << int(SpacingOrigin::Detector) << "at the detector, magnified"
                                  << "at the detector";
        QTest::newRow("unknown") << int(SpacingOrigin::Unknown) << "pixel spacing of unknown origin"
                                 << "calibration unknown";
    }
    void MEA_02_whereTheMillimetresComeFrom()
    {
        QFETCH(int, origin);
        const auto volume = volumeOf({}, [&](Instance& instance) { instance.spacingOrigin = SpacingOrigin(origin); });
        const MeasuringPlane made = MeasuringPlane::ofFrame(volume, 1);
        QTEST(made.calibration, "calibration");
        QTEST(made.note, "note");
        QCOMPARE(made.unit, "HU");
        QCOMPARE(made.columns, 8);
        QCOMPARE(made.rows, 6);
        QCOMPARE(made.suvFactor, 0.0);
        QVERIFY(made.isCalibrated);
        QCOMPARE(made.valueAt({3.4, 0.6}), std::optional(23.0)); // the nearest pixel of the second slice
        QCOMPARE(made.valueAt({7.4, 5.4}), std::optional(27.0));
        QCOMPARE(made.valueAt({7.6, 0}), std::nullopt);
        const auto mixed = volumeOf({}, [](Instance& instance) { // PIX-04: each slice has its own
            if (instance.uid.value == "1.2.2")
                makePet(instance);
        });
        QCOMPARE(MeasuringPlane::ofFrame(mixed, 1).unit, "CNTS");
        QCOMPARE(MeasuringPlane::ofFrame(mixed, 1).suvFactor, 0.5);
        QCOMPARE(probeText(*mixed, 1, {3, 1}), "23 CNTS   SUVbw 11.50");
        QCOMPARE(probeText(*mixed, 0, {3, 1}), "3 HU");
        // Without a spacing pixels keep their shape.
        const auto bare = volumeOf({}, [&](Instance& instance) {
            instance.spacingMm.reset();
            instance.pixelAspect = 1.5;
        });
        const MeasuringPlane pixels = MeasuringPlane::ofFrame(bare, 0);
        QVERIFY(!pixels.isCalibrated);
        QCOMPARE(pixels.spacing.row, 1.5);
        QCOMPARE(pixels.spacing.column, 1.0);
    }

    /// Of the regions over a pixel the last one counts, those of low priority behind all others (PS3.3 C.8.5.5.1.3).
    void MEA_03_whichRegionCounts_data()
    {
        QTest::addColumn<QList<double>>("points");
        QTest::addColumn<QString>("line"); // spacing row, column; units; calibration; note
        QTest::newRow("the low one alone") << QList<double>{7, 5} << "0.5 0.3 mm; ultrasound region; ";
        QTest::newRow("the low one comes last and loses") << QList<double>{1, 1} << "2 1 mm; ultrasound region; ";
        QTest::newRow("the later of two") << QList<double>{3, 1} << "30 0.002 s mm; ultrasound region; ";
        QTest::newRow("both ends in one") << QList<double>{0, 0, 2, 2} << "2 1 mm; ultrasound region; ";
        QTest::newRow("by the nearest pixel") << QList<double>{2.4, 1} << "2 1 mm; ultrasound region; ";
        QTest::newRow("by the nearest pixel, further on")
            << QList<double>{2.6, 1} << "30 0.002 s mm; ultrasound region; ";
        QTest::newRow("two regions") << QList<double>{2, 2, 3, 2}
                                     << "1 1 px; not within one ultrasound region: in pixels; not within one region";
        QTest::newRow("one without a unit")
            << QList<double>{5, 1} << "1 1 px; not within one ultrasound region: in pixels; not within one region";
        QTest::newRow("one without a unit along the row")
            << QList<double>{0, 4} << "1 1 px; not within one ultrasound region: in pixels; not within one region";
        QTest::newRow("outside") << QList<double>{0, 5}
                                 << "1 1 px; not within one ultrasound region: in pixels; not within one region";
    }
    void MEA_03_whichRegionCounts()
    {
        QFETCH(QList<double>, points);
        using Unit = UltrasoundRegion::Unit;
        const auto volume = volumeOf({}, [](Instance& instance) {
            auto modules = std::make_shared<ImageModules>();
            modules->regions = {region(0, 0, 4, 3, Unit::Centimetre, Unit::Centimetre, 0.1, -0.2),
                                region(3, 0, 4, 3, Unit::Second, Unit::Centimetre, -0.002, 3),
                                region(5, 0, 6, 3, Unit::Second, Unit::None, 1, 1),
                                region(0, 4, 0, 4, Unit::None, Unit::Centimetre, 1, 1),
                                region(1, 0, 7, 5, Unit::Centimetre, Unit::Centimetre, 0.03, 0.05, true)};
            instance.modules = modules;
        });
        std::vector<QPointF> at;
        for (qsizetype i = 0; i < points.size(); i += 2)
            at.emplace_back(points[i], points[i + 1]);
        const MeasuringPlane made = MeasuringPlane::ofFrame(volume, 0, at);
        const QString units = made.unitX.isEmpty() && made.unitY.isEmpty() ? (made.isCalibrated ? "mm" : "px")
                                                                           : made.unitX + u' ' + made.unitY;
        QTEST(QStringLiteral("%1 %2 %3; %4; %5")
                  .arg(made.spacing.row)
                  .arg(made.spacing.column)
                  .arg(units, made.calibration, made.note),
              "line");
    }

    void BIR_10_whatTheProbeSays_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<QString>("text");
        QTest::newRow("whole") << 3.0 << "HU"
                               << "3 HU";
        QTest::newRow("small and broken") << 3.146 << "HU"
                                          << "3.15 HU";
        QTest::newRow("just under ten") << -9.994 << "HU"
                                        << "-9.99 HU";
        QTest::newRow("ten and more") << 10.4 << "HU"
                                      << "10 HU";
        QTest::newRow("no unit") << 40.0 << ""
                                 << "40";
        QTest::newRow("becquerel") << 1234.0 << "BQML"
                                   << "1234 Bq/ml";
    }
    void BIR_10_whatTheProbeSays()
    {
        QFETCH(double, value);
        QFETCH(QString, unit);
        Instance instance;
        instance.modalityTransform.unit = unit;
        QTEST(probeText(value, instance), "text");
    }

    /// The axes of a spectrum or an M-mode are read off from their reference pixel.
    void MEA_03_whatTheProbeReadsOff()
    {
        using Unit = UltrasoundRegion::Unit;
        UltrasoundRegion spectrum = region(0, 0, 3, 5, Unit::Second, Unit::CentimetrePerSecond, 0.25, -10);
        spectrum.referenceX = 1;
        spectrum.referenceY = 3;
        spectrum.referenceValueX = 2;
        spectrum.referenceValueY = 5;
        UltrasoundRegion motion = region(4, 0, 5, 5, Unit::Centimetre, Unit::Second, 0.1, 1);
        motion.referenceX = 4; // and none along the column
        UltrasoundRegion picture = region(6, 0, 7, 5, Unit::Centimetre, Unit::Centimetre, 1, 1); // where it lies says nothing
        picture.referenceX = picture.referenceY = 6;
        const auto volume = volumeOf({}, [&](Instance& instance) {
            auto modules = std::make_shared<ImageModules>();
            modules->regions = {spectrum, motion, picture};
            instance.modules = modules;
        });
        QCOMPARE(probeText(*volume, 0, {3, 1}), "3 HU   2.500 s   25.0 cm/s");
        QCOMPARE(probeText(*volume, 0, {5, 1}), "5 HU   1.0 mm");
        QCOMPARE(probeText(*volume, 0, {7, 1}), "7 HU");
        QCOMPARE(probeText(*volume, 0, {9, 1}), "");
        QCOMPARE(probeText(*volumeOf({}, [&](Instance& instance) { // no unit, no number
            UltrasoundRegion bare = spectrum;
            bare.unitX = bare.unitY = Unit::None;
            auto modules = std::make_shared<ImageModules>();
            modules->regions = {bare};
            instance.modules = modules;
        }), 0, {3, 1}), "3 HU");
        // Pixel centres are at integers (MEA-11): half of a pixel lies on each side.
        QCOMPARE(probeText(*volume, 0, {6.6, 1}), "7 HU");
        QCOMPARE(probeText(*volume, 0, {7.4, 5.4}), "7 HU");
        QCOMPARE(probeText(*volume, 0, {7, 5.6}), "");
        QCOMPARE(probeText(*volume, 0, {7.6, 5}), "");
    }

    void MEA_10_everyMemberIsStored_data()
    {
        QTest::addColumn<bool>("isOnImage");
        QTest::addColumn<QByteArray>("json");
        const QByteArray head =
            R"({"frameOfReference":"1.9","hidden":true,"id":"f1","kind":"length","normal":[0,0.6,0.8],"points":[[1,2.5,-3],[4,5,6]])";
        QTest::newRow("on an image")
            << true
            << QByteArray(
                   R"({"frame":3,"frameOfReference":"1.9","hidden":true,"id":"f1","kind":"length","normal":[0,0.6,0.8],"points":[[1,2.5,-3],[4,5,6]],"seriesUid":"1.5","sopInstanceUid":"1.6","text":"here"})");
        QTest::newRow("on a plane through a series")
            << false << head + QByteArray(R"(,"seriesUid":"1.7","text":"here"})");
    }
    void MEA_10_everyMemberIsStored()
    {
        QFETCH(bool, isOnImage);
        QFETCH(QByteArray, json);
        Figure figure;
        figure.id = "f1";
        figure.kind = "length";
        figure.frameOfReference = {"1.9"};
        figure.points = {{1, 2.5, -3}, {4, 5, 6}};
        figure.normal = {0, 0.6, 0.8};
        figure.text = "here";
        figure.isHidden = true;
        if (isOnImage)
            figure.image = ImageRef{{"1.5"}, {"1.6"}, 3};
        else
            figure.reconstructedFrom = {"1.7"};
        QCOMPARE(QJsonDocument(toJson(figure)).toJson(QJsonDocument::Compact), json);
        const auto back = figureFromJson(QJsonDocument::fromJson(json).object());
        QVERIFY(back);
        QCOMPARE(*back, figure);
        figure.image.reset();
        figure.reconstructedFrom = {};
        QVERIFY(!toJson(figure).contains("seriesUid"));
    }

    /// Where a figure can be measured, and where nothing is said.
    void MEA_10_whereAFigureIsMeasured()
    {
        const auto volume = volumeOf({});
        Figure figure;
        figure.id = "f1";
        figure.kind = "rectangle";
        figure.frameOfReference = {"1.2.3"};
        figure.normal = {0, 0, 1};
        figure.points = {{-9, -19, 34}, {-7, -19, 34}};
        figure.image = ImageRef{{"1.2"}, {"1.2.3"}, 0};
        const QString onImage =
            "mean=42 HU, sd=0.8164966 HU, min=41 HU, max=43 HU, area=0 mm2, count=3 "; // the third slice: 4 mm up
        QCOMPARE(frameOf(figure, *volume), std::optional(2));
        QCOMPARE(lineOf(measure(figure, volume)), onImage);
        QCOMPARE(lineOf(measure(figure, nullptr)), "");
        const auto changed = [&](const std::function<void(Figure&)>& change) {
            Figure other = figure;
            change(other);
            return lineOf(measure(other, volume));
        };
        QCOMPARE(changed([](Figure& f) { f.image->instanceUid = {"1.2.9"}; }), "");
        QCOMPARE(changed([](Figure& f) { f.image->frame = 1; }), "");
        QCOMPARE(changed([](Figure& f) { f.kind = "arrow"; }), "");
        QCOMPARE(changed([](Figure& f) { f.kind = "circle"; }), "");
        figure.image.reset();
        // On a plane: samples as far apart as the finest spacing; 3 along the line.
        QCOMPARE(lineOf(measure(figure, volume)), onImage);
        QCOMPARE(lineOf(measure(figure, volumeOf({}, makePet))), // PIX-19
                 "mean=42 CNTS, sd=0.8164966 CNTS, min=41 CNTS, max=43 CNTS, suvbw-mean=21 g/ml, suvbw-max=21.5 g/ml, "
                 "area=0 mm2, count=3 ");
        QCOMPARE(changed([](Figure& f) { f.reconstructedFrom = {"1.2"}; }), onImage);
        QCOMPARE(changed([](Figure& f) { f.reconstructedFrom = {"1.3"}; }), "");
        QCOMPARE(changed([](Figure& f) { f.frameOfReference = {}; }), "");
        QCOMPARE(changed([](Figure& f) { f.points.clear(); }), "");
        QCOMPARE(changed([](Figure& f) { f.normal = {}; }), "");
        QCOMPARE(changed([](Figure& f) { f.normal = {0, 0, -1}; }), onImage); // seen from the other side
        // Columns 0.25 mm apart: three samples on half a millimetre.
        Phantom fine;
        fine.spacingMm = {1, 0.25};
        const auto finer = volumeOf(fine);
        figure.points = {{-9.5, -19, 34}, {-9, -19, 34}};
        QVERIFY2(lineOf(measure(figure, finer)).endsWith("count=3 "), qPrintable(lineOf(measure(figure, finer))));
        figure.points = {{-9, -19, 34}, {-7, -19, 34}};
        // Along the height: 5 slices 2 mm apart, of which a line of 4 mm meets the samples 1 mm apart.
        QCOMPARE(changed([](Figure& f) {
                     f.kind = "length";
                     f.normal = {1, 0, 0};
                     f.points = {{-9, -19, 30}, {-9, -19, 34}};
                 }),
                 "length=4 mm");
    }

    /// Luminance is no measured value.
    void MEA_07_coloursHaveNoValues()
    {
        const auto volume = *Volume::fromPixels(Phantom{}.stack(), SampleType::Rgb8, std::vector<std::byte>(8 * 6 * 5 * 3, std::byte(200)));
        QCOMPARE(volume->valueAt(2, 1, 1), std::nullopt);
        QCOMPARE(probeText(*volume, 2, {1, 1}), "");
        Figure figure;
        figure.id = "f1";
        figure.kind = "rectangle";
        figure.frameOfReference = {"1.2.3"};
        figure.normal = {0, 0, 1};
        figure.points = {{-9, -19, 34}, {-7, -18, 34}};
        figure.image = ImageRef{{"1.2"}, {"1.2.3"}, 0};
        QCOMPARE(lineOf(measure(figure, volume)), "area=2 mm2, count=0 ");
        figure.image.reset();
        QCOMPARE(lineOf(measure(figure, volume)), "area=2 mm2, count=0 ");
    }

    /// A figure on a plane of a 4D stack does not say which phase it was drawn on: sizes, and no value of another phase.
    void MEA_10_noValuesOfAnotherPhase()
    {
        std::vector<Instance> instances;
        for (int phase = 0; phase < 2; ++phase)
            for (Instance instance : Phantom{}.instances()) {
                instance.uid.value += QString(".%1").arg(phase);
                instance.temporalPosition = phase + 1;
                instances.push_back(instance);
            }
        const Stack stack = buildStacks(instances).front();
        QCOMPARE(stack.phaseCount, 2);
        const auto volume = Phantom::volume(stack, [](Vec3) { return 40.0; });
        Figure figure;
        figure.id = "f1";
        figure.kind = "rectangle";
        figure.frameOfReference = {"1.2.3"};
        figure.normal = {0, 0, 1};
        figure.points = {{-9, -19, 34}, {-7, -17, 34}};
        QCOMPARE(lineOf(measure(figure, volume)), "area=4 mm2, count=0 ");
        figure.image = ImageRef{{"1.2"}, volume->instance(stack.frameOf(2, 1)).uid, 0}; // on an image there is no doubt
        QVERIFY2(lineOf(measure(figure, volume)).startsWith("mean=40 HU"), qPrintable(lineOf(measure(figure, volume))));
    }

    void MEA_10_howFarAPointMayBeOffThePlane()
    {
        const PlaneGeometry geometry = *Phantom{}.instance(0).plane;
        Figure figure;
        figure.frameOfReference = {"1.2.3"};
        figure.points = {{-8, -19, 30.4}};
        QCOMPARE(pointsOnPlane(figure, geometry, 0.5), (std::optional(std::vector<QPointF>{{2, 1}})));
        QCOMPARE(pointsOnPlane(figure, geometry, 0.3), std::nullopt);
        for (const double z : {30.5, 29.5}) { // just as far
            figure.points = {{-8, -19, z}};
            QVERIFY(pointsOnPlane(figure, geometry, 0.5) && !pointsOnPlane(figure, geometry, 0.499));
        }
        figure.points = {{-8, -19, 29.6}}; // on the other side
        QCOMPARE(pointsOnPlane(figure, geometry, 0.3), std::nullopt);
        figure.points = {{-8, -19, 30}, {-8, -19, 31}}; // the second alone
        QCOMPARE(pointsOnPlane(figure, geometry, 0.5), std::nullopt);
        QCOMPARE(pointsOnPlane(figure, std::nullopt, 0.5), std::nullopt);
        figure.frameOfReference = {};
        figure.points = {{-8, -19, 30.4}};
        QCOMPARE(pointsOnPlane(figure, std::nullopt, 0.5), (std::optional(std::vector<QPointF>{{-8, -19}})));
    }
};

QTEST_GUILESS_MAIN(TestFigureValues)
#include "tst_figure_values.moc"
