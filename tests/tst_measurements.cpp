#include "app/session/session.h"
#include "tests/support/viewer_phantoms.h"
#include <QTest>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

/// What a figure on an image becomes in a report.
class TestMeasurements : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A file of five frames, 1 mm a pixel; the value at (column, row) of frame i is 100 · i + 10 · row + column.
    void REP_07_aReportSaysWhichValueItIs_data()
    {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QList<QPointF>>("points");
        QTest::addColumn<int>("origin");
        QTest::addColumn<double>("suvFactor");
        QTest::addColumn<QStringList>("lines"); // label: value unit
        const QList<QPointF> box{{1, 1}, {3, 2}}, slope{{1, 1}, {4, 5}}; // 211, 212, 213, 221, 222, 223; 3 and 4 mm
        const int patient = int(SpacingOrigin::Patient), detector = int(SpacingOrigin::Detector), calibrated = int(SpacingOrigin::Calibrated);
        QTest::newRow("REP-07 a rectangle") << "rectangle" << box << patient << 0.0
                                            << QStringList{"Rectangle Mean: 217.0 HU", "Rectangle SD: 5.1 HU", "Rectangle Min: 211.0 HU", "Rectangle Max: 223.0 HU",
                                                           QString::fromUtf8("Rectangle Area: 2.0 mm²")};
        QTest::newRow("MEA-02 at the detector") << "rectangle" << box << detector << 0.0
                                                << QStringList{"Rectangle Mean: 217.0 HU", "Rectangle SD: 5.1 HU", "Rectangle Min: 211.0 HU", "Rectangle Max: 223.0 HU",
                                                               QString::fromUtf8("Rectangle Area (at the detector): 2.0 mm²")};
        QTest::newRow("REP-07 a length") << "length" << slope << patient << 0.0 << QStringList{"Length: 5.0 mm"};
        QTest::newRow("MEA-02 a length at the detector") << "length" << slope << detector << 0.0 << QStringList{"Length (at the detector): 5.0 mm"};
        QTest::newRow("MEA-04 a calibrated length") << "length" << slope << calibrated << 0.0 << QStringList{"Length (calibrated): 5.0 mm"};
        // 217 · 0.0108 = 2.3436, 223 · 0.0108 = 2.4084.
        QTest::newRow("REP-13 decimals of an SUV") << "rectangle" << box << patient << 0.0108
                                                   << QStringList{"Rectangle Mean: 217.0 HU", "Rectangle SD: 5.1 HU", "Rectangle Min: 211.0 HU", "Rectangle Max: 223.0 HU",
                                                                  "Rectangle SUVbw-mean: 2.34 g/ml", "Rectangle SUVbw-max: 2.41 g/ml",
                                                                  QString::fromUtf8("Rectangle Area: 2.0 mm²")};
    }
    void REP_07_aReportSaysWhichValueItIs()
    {
        QFETCH(QString, kind);
        QFETCH(QList<QPointF>, points);
        QFETCH(int, origin);
        QFETCH(double, suvFactor);
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.uid = {"1.2.9"};
            instance.studyUid = {"1.1"};
            instance.sopClassUid = "1.2.840.10008.5.1.4.1.1.2.1";
            instance.frame = *instance.instanceNumber - 1;
            instance.instanceNumber = 1;
            instance.spacingOrigin = SpacingOrigin(origin);
            auto modules = std::make_shared<ImageModules>();
            modules->pet = PetData();
            modules->pet->units = "CNTS";
            if (suvFactor > 0)
                modules->pet->philipsSuvFactor = suvFactor;
            instance.modules = modules;
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 at) { return at.x + 10 + 10 * (at.y + 20) + 50 * (at.z - 30); });
        Figure figure;
        figure.id = "f";
        figure.kind = kind;
        figure.image = ImageRef{{"1.2"}, {"1.2.9"}, 2};
        figure.frameOfReference = volume->instance(2).frameOfReference;
        figure.normal = volume->instance(2).plane->normal();
        for (const QPointF& point : points)
            figure.points.push_back(volume->instance(2).plane->toPatient(point));
        const auto measurements = app::measurementsOf(figure, volume);
        QStringList lines;
        for (const reporting::Measurement& measurement : measurements)
            lines << measurement.display();
        QTEST(lines, "lines");
        for (const reporting::Measurement& measurement : measurements) {
            QCOMPARE(measurement.where.frame, 3); // counted from 1
            QCOMPARE(measurement.where, (reporting::InstanceRef{"1.2.9", 3, "f", "1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.1"}));
        }
    }
};

QTEST_GUILESS_MAIN(TestMeasurements)
#include "tst_measurements.moc"
