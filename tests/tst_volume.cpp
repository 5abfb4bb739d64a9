#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/volume/stack_loader.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <atomic>
#include <mutex>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;

class TestVolume : public QObject
{
    Q_OBJECT

    static Stack realStack()
    {
        std::vector<Instance> instances;
        QDirIterator it(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), QDir::Files, QDirIterator::Subdirectories);
        while (it.hasNext())
            if (auto read = readInstances(it.next()))
                std::move(read->begin(), read->end(), std::back_inserter(instances));
        auto stacks = buildStacks(std::move(instances));
        return stacks.empty() ? Stack{} : *std::max_element(stacks.begin(), stacks.end(), [](auto& a, auto& b) { return a.frameCount() < b.frameCount(); });
    }

private Q_SLOTS:
    void aRampIsReproducedBetweenTheSamples_data()
    {
        QTest::addColumn<double>("tilt");
        QTest::newRow("straight") << 0.0;
        QTest::newRow("GEO-05 tilted: along the true positions") << 15.0;
    }
    void aRampIsReproducedBetweenTheSamples()
    {
        QFETCH(double, tilt);
        Phantom phantom;
        const double angle = tilt * M_PI / 180;
        phantom.columnDirection = {0, std::cos(angle), std::sin(angle)};
        phantom.spacingMm = {1, 1};
        const auto ramp = [](Vec3 p) { return 100 * p.x + 40 * p.z; }; // whole numbers at the samples of x; rounding is under 1
        const auto volume = Phantom::volume(phantom.stack(), ramp);
        QVERIFY(volume->grid());
        const auto grid = *volume->grid();
        for (const Vec3 voxel : {Vec3{0, 0, 0}, Vec3{3.25, 2.5, 1.75}, Vec3{7, 5, 4}, Vec3{0.1, 4.9, 3.3}}) {
            const Vec3 point = grid.toPatient(voxel);
            const auto value = volume->valueAt(point);
            QVERIFY(value);
            QVERIFY2(std::abs(*value - ramp(point)) <= 0.5 + 1e-6, qPrintable(QString::number(*value - ramp(point))));
        }
        QVERIFY(!volume->valueAt(grid.toPatient(Vec3{-0.6, 0, 0})));
    }

    void rescaleBelongsToTheSlice()
    {
        auto instances = Phantom{}.instances();
        for (size_t i = 0; i < instances.size(); ++i)
            instances[i].modalityTransform.slope = double(i + 1);
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 10; });
        QCOMPARE(*volume->valueAt(0, 3, 3), 10.0);
        QCOMPARE(*volume->valueAt(4, 3, 3), 50.0); // PIX-04
        QCOMPARE(volume->frameValues(2).front(), 30.0f);
        const auto grid = *volume->grid();
        QCOMPARE(*volume->valueAt(grid.toPatient(Vec3{3, 3, 0.5})), 15.0);
    }

    void paddingIsNoValue()
    {
        auto instances = Phantom{}.instances();
        for (Instance& instance : instances) {
            instance.pixels.padding = PaddingRange{-2000, -2000};
            instance.modalityTransform.intercept = -1024; // the test is on stored values (PIX-08)
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3 p) { return p.x < -7 ? -2000 : 100; });
        QVERIFY(!volume->valueAt(0, 0, 0));
        QCOMPARE(*volume->valueAt(0, 5, 0), -924.0);
        QVERIFY(std::isnan(volume->frameValues(0).front()));
        QCOMPARE(volume->valueRange()->low, -924.0);
        QVERIFY(!volume->valueAt(volume->grid()->toPatient(Vec3{2.5, 2, 2}))); // between padding and tissue
    }

    void snapshotsGrowAndNeverChange()
    {
        if (test::dataFile("volumes/fnndsc_andrei_abdomen_ct").isEmpty())
            QSKIP("the real test data is not here");
        const Stack stack = realStack();
        QVERIFY(stack.frameCount() >= 60);
        std::mutex mutex;
        std::vector<std::shared_ptr<const Volume>> published;
        StackLoader loader(
            stack,
            [&](std::shared_ptr<const Volume> volume) {
                const std::lock_guard lock(mutex);
                published.push_back(std::move(volume));
            },
            30);
        loader.wait();
        const std::lock_guard lock(mutex);
        QVERIFY(published.size() >= 2);
        QVERIFY(published.front()->loadedCount() < stack.frameCount()); // the first picture before the last is read
        QVERIFY(published.front()->isLoaded(30) || published.front()->isLoaded(29) || published.front()->isLoaded(31));
        QCOMPARE(published.back()->loadedCount(), stack.frameCount());
        QVERIFY(published.back()->isComplete());
        for (size_t i = 1; i < published.size(); ++i)
            for (int frame = 0; frame < stack.frameCount(); ++frame)
                if (published[i - 1]->isLoaded(frame)) {
                    QVERIFY(published[i]->isLoaded(frame));
                    QCOMPARE(published[i]->storedBytes(frame).data(), published[i - 1]->storedBytes(frame).data());
                }
        // Every frame is the file's.
        for (int frame : {0, 17, stack.frameCount() - 1}) {
            const auto alone = PixelSource::open(stack.instances[size_t(frame)].path)->frame(0);
            const auto bytes = published.back()->storedBytes(frame);
            QVERIFY(std::equal(bytes.begin(), bytes.end(), alone->pixels.begin(), alone->pixels.end()));
        }
    }

    void aBrokenFrameIsNamedAndTheOthersAreThere()
    {
        if (test::dataFile("volumes/fnndsc_andrei_abdomen_ct").isEmpty())
            QSKIP("the real test data is not here");
        Stack stack = realStack();
        stack.instances[3].layout.reset();
        stack.instances[3].path = "/nowhere/at/all";
        const auto volume = StackLoader::load(stack);
        QVERIFY(volume);
        QCOMPARE((*volume)->failedCount(), 1);
        QCOMPARE((*volume)->loadedCount(), stack.frameCount() - 1);
        QVERIFY((*volume)->error(3)); // SAF-12: n of N, and why
        QVERIFY(!(*volume)->isLoaded(3) && (*volume)->isComplete());
    }

    void cancelStopsPublishing()
    {
        if (test::dataFile("volumes/fnndsc_andrei_abdomen_ct").isEmpty())
            QSKIP("the real test data is not here");
        std::atomic<int> count = 0;
        StackLoader loader(realStack(), [&](auto) { ++count; });
        loader.cancel();
        loader.wait();
        const int after = count;
        QVERIFY(loader.latest()->loadedCount() < loader.latest()->frameCount() || after > 0);
        QCOMPARE(int(count), after);
    }

    void anEmptyStackIsAnError()
    {
        QVERIFY(!StackLoader::load(Stack{}));
        StackLoader loader(Stack{}, {});
        loader.wait();
        QCOMPARE(loader.latest()->frameCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestVolume)
#include "tst_volume.moc"
