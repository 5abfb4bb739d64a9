#include "tests/support/drawn_frames.h"
#include "tests/support/slice_files.h"
#include "tests/support/test_data.h"
#include "tests/support/viewer_phantoms.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/frame_groups.h"
#include "viewer/volume/not_shown.h"
#include "viewer/volume/stack_loader.h"
#include <QDirIterator>
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <mutex>

using namespace diascope;
using namespace diascope::viewer;
using test::Phantom;
using Files = test::SliceFiles;

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
    void FIL_04_noVolumeOfNothing()
    {
        const Stack whole = Phantom{}.stack();
        const std::function<void(Stack&)> changes[] = {[](Stack& s) { s.instances.clear(); }, [](Stack& s) { s.rows = 0; }, [](Stack& s) { s.columns = 0; }};
        for (const auto& change : changes) {
            Stack stack = whole;
            change(stack);
            const auto volume = Volume::fromPixels(std::move(stack), SampleType::Int16, std::vector<std::byte>(10000));
            QVERIFY(!volume);
            QCOMPARE(volume.error().fault, Fault::Invalid);
        }
    }

    void FIL_04_pixelsThatDoNotFitTheStack()
    {
        const Phantom phantom;
        const size_t bytes = size_t(phantom.columns * phantom.rows * phantom.slices) * 2;
        for (const size_t count : {size_t(0), bytes - 1, bytes, bytes + 1}) {
            const auto volume = Volume::fromPixels(phantom.stack(), SampleType::Int16, std::vector<std::byte>(count));
            QCOMPARE(volume.has_value(), count == bytes);
            if (!volume)
                QCOMPARE(volume.error().fault, Fault::Invalid);
            else
                QCOMPARE((*volume)->pixelBytes(), qint64(bytes));
        }
    }

    /// Of many frames every second, third, … is enough; those that are there count.
    void MEA_11_theRangeOfManyFrames_data()
    {
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("there"); // each of so many in turn is, the last of them
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("127: each counts") << 127 << 1 << 0.0 << 126.0;
        QTest::newRow("128: every second") << 128 << 1 << 0.0 << 126.0;
        QTest::newRow("192: every third") << 192 << 1 << 0.0 << 189.0;
        QTest::newRow("65 of 130 are there: each counts") << 130 << 2 << 1.0 << 129.0;
        QTest::newRow("127 of 254") << 254 << 2 << 1.0 << 253.0;
        QTest::newRow("128 of 256: every second of those") << 256 << 2 << 1.0 << 253.0;
        QTest::newRow("one of three") << 3 << 3 << 2.0 << 2.0;
    }
    void MEA_11_theRangeOfManyFrames()
    {
        QFETCH(int, frames);
        QFETCH(int, there);
        QFETCH(double, low);
        QFETCH(double, high);
        test::DrawnFrames drawn;
        drawn.counts[0] = frames;
        for (int i = 0; i < frames; ++i)
            drawn.frames.push_back({0, i, (i + 1) % there != 0, std::vector<int>(test::pixelCount, i)});
        const auto range = drawn.volume()->valueRange();
        QVERIFY(range);
        QCOMPARE(range->low, low);
        QCOMPARE(range->high, high);
    }

    void PIX_11_negative32BitValues()
    {
        const QByteArray cells = QByteArray::fromHex("ffffffff07000000"); // two's complement (PS3.5 §8.1.1)
        std::vector<std::byte> bytes(size_t(cells.size()));
        std::memcpy(bytes.data(), cells.constData(), bytes.size());
        const auto volume = Volume::fromPixels(Phantom{.columns = 2, .rows = 1, .slices = 1}.stack(), SampleType::Int32, std::move(bytes));
        QVERIFY2(volume, volume ? "" : qPrintable(message(volume.error())));
        QCOMPARE((*volume)->storedAt(0, 0, 0), std::optional(-1.0));
        QCOMPARE((*volume)->storedAt(0, 1, 0), std::optional(7.0));
    }

    /// Elements 10 to FF of a private group reserve a block each (PS3.5 §7.8.1).
    void GEO_08_aPrivateBlockIsFoundByItsCreator()
    {
        for (const auto& [element, isBlock] : {std::pair(0x0f, false), std::pair(0x10, true), std::pair(0x80, true), std::pair(0xff, true), std::pair(0x100, false)}) {
            dicom::Dataset dataset;
            (void)dataset.setText({0x0043, 0x0050}, "ANOTHER");
            (void)dataset.setText({0x0045, quint16(element)}, "GEMS_PARM_01");
            (void)dataset.setText({0x0043, quint16(element)}, "GEMS_PARM_01");
            const auto found = privateTag(dataset, 0x0043, "GEMS_PARM_01", 0x39);
            QCOMPARE(found.has_value(), isBlock);
            if (isBlock)
                QCOMPARE(*found, (dicom::Tag{0x0043, quint16(element << 8 | 0x39)}));
        }
    }

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
        for (size_t i = 0; i < instances.size(); ++i) {
            instances[i].modalityTransform.slope = double(i + 1);
            instances[i].modalityTransform.intercept = 100.0 * double(i);
        }
        const auto volume = Phantom::volume(buildStacks(instances).front(), [](Vec3) { return 10; });
        QCOMPARE(*volume->valueAt(0, 3, 3), 10.0);
        QCOMPARE(*volume->valueAt(4, 3, 3), 450.0); // PIX-04
        QCOMPARE(volume->frameValues(2).front(), 230.0f);
        const auto grid = *volume->grid();
        QCOMPARE(*volume->valueAt(grid.toPatient(Vec3{3, 3, 0.5})), 65.0); // between 10 and 120
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

    void PIX_08_noNumberIsNoValue()
    {
        Phantom phantom;
        std::vector<float> pixels(size_t(phantom.columns * phantom.rows * phantom.slices), 3.5f);
        pixels[0] = std::numeric_limits<float>::quiet_NaN();
        pixels[1] = std::numeric_limits<float>::infinity();
        std::vector<std::byte> bytes(pixels.size() * sizeof(float));
        std::memcpy(bytes.data(), pixels.data(), bytes.size());
        const auto volume = *Volume::fromPixels(phantom.stack(), SampleType::Float32, std::move(bytes));
        QVERIFY(!volume->valueAt(0, 0, 0) && !volume->valueAt(0, 1, 0));
        QCOMPARE(*volume->valueAt(0, 2, 0), 3.5);
        QVERIFY(volume->grid());
        QVERIFY(!volume->valueAt(volume->grid()->toPatient(Vec3{0.5, 0.5, 0}))); // beside it
        QCOMPARE(volume->valueAt(volume->grid()->toPatient(Vec3{2.5, 0.5, 0})), std::optional(3.5));
        QCOMPARE(volume->valueRange()->high, 3.5);
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
        // In the patient there is no value where one of the slices between which it lies is missing, and none is made up.
        const auto at = [&](double slice) { return (*volume)->valueAt((*volume)->grid()->toPatient(Vec3{100, 100, slice})); };
        for (const double slice : {2.5, 3.0, 3.5})
            QVERIFY2(!at(slice), qPrintable(QString::number(slice)));
        QVERIFY(at(1.5) && at(4.5));
    }

    void whatHappensToAFileCostsThatImage_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("fault");
        QTest::addColumn<QString>("reason");
        QTest::newRow("SAF-12 deleted") << "deleted" << int(Fault::Unreadable) << "cannot be read";
        QTest::newRow("SAF-12 replaced by another image") << "replaced" << int(Fault::Conflict) << "changed after";
        QTest::newRow("SAF-12 rewritten in place, same length") << "rewritten" << int(Fault::Conflict) << "changed after";
        QTest::newRow("SAF-12 cut short") << "cut" << int(Fault::Conflict) << "changed after";
        QTest::newRow("SAF-12 a folder in its place") << "folder" << int(Fault::Conflict) << "changed after";
        QTest::newRow("SAF-12 an error of the drive") << "EIO" << int(Fault::Unreadable) << "Input/output error";
    }
    void whatHappensToAFileCostsThatImage()
    {
        QFETCH(QString, what);
        QFETCH(int, fault);
        QFETCH(QString, reason);
        Files files;
        const QString path = files.paths[2];
        if (what == "deleted") {
            QVERIFY(QFile::remove(path));
        } else if (what == "replaced") {
            QVERIFY(Files::write(path + ".new", 2, 99));
            QVERIFY(QFile::remove(path) && QFile::rename(path + ".new", path));
        } else if (what == "rewritten") {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadWrite));
            QByteArray bytes = file.readAll();
            file.seek(0);
            file.write(bytes.replace(QByteArray(64, 12), QByteArray(64, 99)));
        } else if (what == "cut") {
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(file.size() - 10));
        } else if (what == "folder") {
            QVERIFY(QFile::remove(path) && QDir().mkdir(path));
        } else {
            files.pretend(2, "/proc/self/mem"); // nothing is mapped at its beginning
        }
        const auto volume = StackLoader::load(files.stack);
        QVERIFY(volume);
        QCOMPARE((*volume)->failedCount(), 1);
        QCOMPARE((*volume)->loadedCount(), 3);
        QCOMPARE(int((*volume)->error(2)->fault), fault);
        QVERIFY2((*volume)->error(2)->detail.contains(reason), qPrintable((*volume)->error(2)->detail));
        for (const int frame : {0, 1, 3})
            QCOMPARE(*(*volume)->storedAt(frame, 5, 5), 10.0 + frame);
    }

    /// The drive has numbered its files anew: what has the same length, time and UID is the same image.
    void aFileOfAnotherNumberIsKnownByItsUid()
    {
        for (const bool isOther : {false, true}) {
            Files files;
            const QString path = files.paths[2];
            struct stat before;
            QCOMPARE(::stat(QFile::encodeName(path).constData(), &before), 0);
            QVERIFY(Files::write(path + ".new", 2, isOther ? 99 : 12, isOther ? "1.2.3.9" : "1.2.3.3"));
            QCOMPARE(QFileInfo(path + ".new").size(), QFileInfo(path).size());
            const timespec times[] = {before.st_atim, before.st_mtim};
            QVERIFY(QFile::remove(path) && QFile::rename(path + ".new", path));
            QCOMPARE(::utimensat(AT_FDCWD, QFile::encodeName(path).constData(), times, 0), 0);
            const auto volume = *StackLoader::load(files.stack);
            QCOMPARE(volume->isLoaded(2), !isOther); // SAF-12
        }
    }

    /// A pipe nobody writes to is as silent as a network drive that went away: open never returns.
    void aDriveThatDoesNotAnswerHoldsNobody()
    {
        Files files;
        const QString pipes[] = {files.folder.filePath("pipe1"), files.folder.filePath("pipe2")};
        for (const QString& pipe : pipes)
            QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
        files.pretend(1, pipes[0]);
        std::atomic<int> published = 0;
        QElapsedTimer clock;
        clock.start();
        {
            StackLoader loader(files.stack, [&](auto) { ++published; }, 0, std::chrono::milliseconds(200));
            loader.wait();
            const auto volume = loader.latest();
            QVERIFY(volume->isComplete() && volume->loadedCount() == 3); // SAF-12
            QCOMPARE(int(volume->error(1)->fault), int(Fault::TimedOut));
        }
        QVERIFY2(clock.elapsed() < 3000, qPrintable(QString::number(clock.elapsed())));
        const int after = published;

        // What has come is shown before that.
        {
            StackLoader loader(files.stack, {}, 0, std::chrono::seconds(12));
            QTRY_COMPARE_WITH_TIMEOUT(loader.latest()->loadedCount(), 3, 11000);
            QVERIFY(!loader.latest()->error(1));
        }

        // What was given up and fails later has failed once.
        {
            const QString late = files.folder.filePath("late");
            QCOMPARE(::mkfifo(QFile::encodeName(late).constData(), 0600), 0);
            Files again;
            again.pretend(1, late);
            StackLoader loader(again.stack, {}, 0, std::chrono::milliseconds(200));
            loader.wait();
            QCOMPARE(int(loader.latest()->error(1)->fault), int(Fault::TimedOut));
            const int fd = ::open(QFile::encodeName(late).constData(), O_RDWR | O_NONBLOCK);
            QVERIFY(fd >= 0);
            QTRY_VERIFY(loader.latest()->error(1)->fault != Fault::TimedOut);
            ::close(fd);
            QCOMPARE(loader.latest()->failedCount(), 1);
        }

        // Every thread held: the rest is given up too. Then the first comes after all.
        Files others;
        const int threads = int(std::max(2u, std::thread::hardware_concurrency()));
        if (threads == 2) {
            others.pretend(0, pipes[0]);
            others.pretend(1, pipes[1]);
            StackLoader loader(others.stack, {}, 0, std::chrono::milliseconds(200));
            loader.wait();
            QCOMPARE(loader.latest()->failedCount(), 4);
        }
        // Who waits at the pipes is let go: both ends opened.
        for (const QString& pipe : pipes) {
            const int fd = ::open(QFile::encodeName(pipe).constData(), O_RDWR | O_NONBLOCK);
            QVERIFY(fd >= 0);
            ::close(fd);
        }
        QTest::qWait(50);
        QCOMPARE(int(published), after); // nothing is published for a loader that is gone
        QCOMPARE(readInstances(pipes[0]).error().fault, Fault::Unreadable); // a pipe is not waited for at all
    }

    void twoFilesOfOneUidAreComparedByContent()
    {
        Files files;
        std::vector<Instance> instances = files.stack.instances;
        const QString copy = files.folder.filePath("copy");
        const QString link = files.folder.filePath("link");
        const QString other = files.folder.filePath("other");
        QVERIFY(QFile::copy(files.paths[1], copy));
        QCOMPARE(::link(QFile::encodeName(files.paths[2]).constData(), QFile::encodeName(link).constData()), 0);
        QVERIFY(Files::write(other, 3, 200));
        for (const QString& path : {copy, link, other})
            instances.push_back(readInstances(path)->front());
        const auto notShown = compareDuplicates(instances);
        QCOMPARE(notShown.size(), 1u); // GEO-18
        QCOMPARE(notShown[0].path, other);
        QVERIFY2(notShown[0].reason.contains("3 is shown"), qPrintable(notShown[0].reason));
        QVERIFY(instances[0].contentHash.isEmpty()); // nobody else is hashed
        const auto stacks = buildStacks(instances);
        QCOMPARE(stacks.size(), 1u);
        QCOMPARE(stacks[0].frameCount(), 4);
        QStringList texts;
        for (const StackWarning& warning : stacks[0].warnings)
            if (warning.code == "GEO-18")
                texts << warning.text;
        QCOMPARE(texts.size(), 2);
        QVERIFY(texts.join(' ').contains("3 is shown, other is not") && texts.join(' ').contains("more than once"));
        QCOMPARE(*(*StackLoader::load(stacks[0]))->storedAt(3, 5, 5), 13.0);
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
