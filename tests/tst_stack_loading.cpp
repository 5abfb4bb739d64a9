// In what order a stack's frames are read, when they are shown, and what slow drives and changed files do to them.
#include "tests/support/drawn_frames.h"
#include "tests/support/slice_files.h"
#include <QElapsedTimer>
#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace diascope;
using namespace diascope::viewer;
using Files = test::SliceFiles;

namespace
{

/// A file that is opened by nobody until it is let go, as on a slow drive: by a lease (fcntl(2)).
class Held
{
public:
    explicit Held(const QString& path) : m_fd(::open(QFile::encodeName(path).constData(), O_RDWR | O_CLOEXEC))
    {
        m_isHeld = m_fd >= 0 && ::fcntl(m_fd, F_SETLEASE, F_WRLCK) == 0;
    }
    Held(Held&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_isHeld(other.m_isHeld) {}
    Held& operator=(Held&& other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        std::swap(m_isHeld, other.m_isHeld);
        return *this;
    }
    ~Held()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    bool isHeld() const { return m_isHeld; }
    bool isAskedFor() const { return m_fd >= 0 && ::fcntl(m_fd, F_GETLEASE) != F_WRLCK; } ///< somebody waits for it
    void letGo() { ::close(std::exchange(m_fd, -1)); }
    bool write(const QByteArray& bytes, qint64 offset) { return ::pwrite(m_fd, bytes.constData(), size_t(bytes.size()), offset) == bytes.size(); }

private:
    int m_fd;
    bool m_isHeld = false;
};

struct HeldFiles : Files
{
    explicit HeldFiles(int count) : Files(count)
    {
        for (const QString& path : paths)
            held.emplace_back(path);
    }
    bool areHeld() const { return std::ranges::all_of(held, &Held::isHeld); }
    std::set<int> asked() const
    {
        std::set<int> frames;
        for (int i = 0; i < int(held.size()); ++i)
            if (held[size_t(i)].isAskedFor())
                frames.insert(i);
        return frames;
    }
    void letGo() { held.clear(); }
    std::vector<Held> held;
};

/// How many frames are read at a time.
int threads() { return int(std::max(2u, std::thread::hardware_concurrency())); }

/// The nearest `count` to a frame, the one behind it before the one in front.
std::set<int> nearest(int frame, int count, int frames)
{
    std::vector<int> all;
    for (int i = 0; i < frames; ++i)
        all.push_back(i);
    std::ranges::stable_sort(all, {}, [&](int i) { return 2 * std::abs(i - frame) - (i > frame); });
    return {all.begin(), all.begin() + count};
}

/// What was published, in its order.
struct Shown
{
    void add(std::shared_ptr<const Volume> volume)
    {
        const std::lock_guard lock(mutex);
        volumes.push_back(std::move(volume));
    }
    std::vector<std::shared_ptr<const Volume>> all() const
    {
        const std::lock_guard lock(mutex);
        return volumes;
    }
    mutable std::mutex mutex;
    std::vector<std::shared_ptr<const Volume>> volumes;
};

constexpr std::chrono::minutes patient{5};

} // namespace

#define NEEDS_LEASES(files)                                                                                            \
    if (!(files).areHeld())                                                                                            \
    QSKIP("this file system has no leases")

class TestStackLoading : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGIO, SIG_IGN); } // a lease that somebody waits for

    void PER_02_theFrameThatIsLookedAtIsReadFirst_data()
    {
        QTest::addColumn<int>("first");
        const int last = 2 * threads() + 4;
        QTest::newRow("the first one") << 0;
        QTest::newRow("in the middle") << threads() + 1;
        QTest::newRow("the last one") << last;
        QTest::newRow("behind the last") << last + 1;
        QTest::newRow("before the first") << -1;
    }
    void PER_02_theFrameThatIsLookedAtIsReadFirst()
    {
        QFETCH(int, first);
        const int count = 2 * threads() + 5;
        HeldFiles files(count);
        NEEDS_LEASES(files);
        StackLoader loader(files.stack, {}, first, patient);
        const auto before = nearest(std::clamp(first, 0, count - 1), threads(), count);
        QTRY_COMPARE(files.asked(), before);
        // Whoever scrolls away has that frame next, then its neighbours; never one twice.
        const int wanted = first > count / 2 ? -3 : count + 3;
        loader.want(wanted);
        std::vector<int> left(before.begin(), before.end());
        for (int i = 0; i < 2; ++i) {
            files.held[size_t(left[size_t(i)])].letGo();
            const int next = wanted < 0 ? i : count - 1 - i;
            QTRY_VERIFY(files.held[size_t(next)].isAskedFor());
        }
        QCOMPARE(int(files.asked().size()), threads());
        files.letGo();
        loader.wait();
        QCOMPARE(loader.latest()->loadedCount(), count);
        for (int i = 0; i < count; ++i)
            QCOMPARE(loader.latest()->storedAt(i, 63, 63), std::optional(10.0 + i));
    }

    /// Nothing is shown before the frame that is looked at, or the reason why it is not there; then all that has come meanwhile.
    void PER_02_whatIsShownFirst_data()
    {
        QTest::addColumn<bool>("isThere");
        QTest::newRow("it is there") << true;
        QTest::newRow("it cannot be read") << false;
    }
    void PER_02_whatIsShownFirst()
    {
        QFETCH(bool, isThere);
        HeldFiles files(9);
        NEEDS_LEASES(files);
        Shown shown;
        StackLoader loader(files.stack, [&](auto volume) { shown.add(volume); }, 4, patient);
        QTRY_VERIFY(files.held[4].isAskedFor());
        for (const int i : {0, 1, 2, 3, 5, 6, 7})
            files.held[size_t(i)].letGo();
        QTRY_VERIFY(files.held[8].isAskedFor()); // the last one: with two threads all others are read
        QCOMPARE(shown.all().size(), 0u);
        QCOMPARE(loader.latest()->loadedCount(), 0);
        if (!isThere)
            QVERIFY(files.held[4].write(QByteArray(64, 99), 1000)); // another image now
        files.held[4].letGo();
        QTRY_VERIFY(!shown.all().empty());
        const auto first = shown.all().front();
        QCOMPARE(first->isLoaded(4), isThere);
        QCOMPARE(first->error(4).has_value(), !isThere);
        QVERIFY(!first->isComplete() && !first->isLoaded(8) && !first->error(8));
        files.held[8].letGo();
        loader.wait();
        const auto all = shown.all();
        QCOMPARE(all.back(), loader.latest());
        QVERIFY(all.back()->isComplete());
        QCOMPARE(all.back()->loadedCount(), isThere ? 9 : 8);
        QCOMPARE(all.back()->failedCount(), isThere ? 0 : 1);
        for (size_t i = 1; i < all.size(); ++i) // what is shown never changes: there is only more
            for (int frame = 0; frame < 9; ++frame)
                if (all[i - 1]->isLoaded(frame))
                    QCOMPARE(all[i]->storedBytes(frame).data(), all[i - 1]->storedBytes(frame).data());
        QVERIFY(!first->isComplete());
    }

    /// While one drive keeps silent, all that has come is shown at once, not when its time is over.
    void PER_02_whatHasComeIsShownMeanwhile()
    {
        HeldFiles files(9);
        NEEDS_LEASES(files);
        for (const int i : {0, 1, 2, 3, 5, 6, 7, 8})
            files.held[size_t(i)].letGo();
        StackLoader loader(files.stack, {}, 0, patient);
        QTRY_COMPARE(loader.latest()->loadedCount(), 8);
        QVERIFY(!loader.latest()->isComplete() && !loader.latest()->error(4));
        files.letGo();
        loader.wait();
        QCOMPARE(loader.latest()->loadedCount(), 9);
    }

    /// At most 20 times a second, and the last one always.
    void PER_02_howOftenItIsShown()
    {
        test::DrawnFrames drawn;
        drawn.counts[0] = 400;
        for (int i = 0; i < 400; ++i)
            drawn.frames.push_back({0, i, false, std::vector<int>(test::pixelCount, i)});
        const Stack stack = drawn.stack();
        Shown shown;
        QElapsedTimer clock;
        clock.start();
        StackLoader loader(stack, [&](auto volume) { shown.add(volume); }, 0, patient);
        loader.wait();
        const auto all = shown.all();
        QVERIFY2(qint64(all.size()) <= 2 + clock.elapsed() / 50, qPrintable(QStringLiteral("%1 in %2 ms").arg(all.size()).arg(clock.elapsed())));
        QCOMPARE(all.back()->loadedCount(), 400);
        for (const auto& volume : all)
            QCOMPARE(volume->isComplete(), volume == all.back());
    }

    /// What takes too long has failed until it comes after all.
    void SAF_12_whatComesLateIsShownAfterAll()
    {
        HeldFiles files(4);
        NEEDS_LEASES(files);
        for (const int i : {0, 1, 3})
            files.held[size_t(i)].letGo();
        Shown shown;
        StackLoader loader(files.stack, [&](auto volume) { shown.add(volume); }, 0, std::chrono::milliseconds(300));
        loader.wait();
        QVERIFY(loader.latest()->isComplete());
        QCOMPARE(loader.latest()->loadedCount(), 3);
        QCOMPARE(loader.latest()->failedCount(), 1);
        QCOMPARE(loader.latest()->error(2)->fault, Fault::TimedOut);
        QVERIFY(files.held[2].isAskedFor());
        files.held[2].letGo();
        QTRY_VERIFY(loader.latest()->isLoaded(2));
        QVERIFY(!loader.latest()->error(2));
        QCOMPARE(loader.latest()->loadedCount(), 4);
        QCOMPARE(loader.latest()->failedCount(), 0);
        QCOMPARE(loader.latest()->storedAt(2, 5, 5), std::optional(12.0));
        QTRY_COMPARE(shown.all().back(), loader.latest());
    }

    /// Every thread waits: the rest is given up too, and what was begun still comes.
    void SAF_12_aDriveThatHoldsAllThreads()
    {
        const int count = threads() + 3;
        HeldFiles files(count);
        NEEDS_LEASES(files);
        StackLoader loader(files.stack, {}, 0, std::chrono::milliseconds(100));
        loader.wait();
        QVERIFY(loader.latest()->isComplete());
        QCOMPARE(loader.latest()->failedCount(), count);
        for (int i = 0; i < count; ++i)
            QCOMPARE(loader.latest()->error(i)->fault, Fault::TimedOut);
        QCOMPARE(files.asked(), nearest(0, threads(), count));
        files.letGo();
        QTRY_COMPARE(loader.latest()->loadedCount(), threads());
        QCOMPARE(loader.latest()->failedCount(), 3);
        for (int i = 0; i < count; ++i)
            QCOMPARE(loader.latest()->isLoaded(i), i < threads());
    }

    /// One thread waits for a drive, the others go on: only that frame is given up.
    void SAF_12_aDriveThatHoldsOneThread()
    {
        const int count = 2 * threads() + 3;
        HeldFiles files(count);
        NEEDS_LEASES(files);
        constexpr std::chrono::milliseconds patience{800};
        QElapsedTimer sinceBegin, sinceNext;
        sinceBegin.start();
        StackLoader loader(files.stack, {}, 0, patience);
        QTRY_COMPARE(files.asked(), nearest(0, threads(), count));
        while (sinceBegin.elapsed() < patience.count() / 2)
            QTest::qWait(20);
        sinceNext.start();
        for (int i = 1; i < threads(); ++i)
            files.held[size_t(i)].letGo();
        QTRY_VERIFY(loader.latest()->error(0));
        const auto volume = loader.latest();
        for (int i = 1; i < threads(); ++i)
            QVERIFY(volume->isLoaded(i));
        if (sinceNext.elapsed() >= patience.count())
            QSKIP("too slow a machine: the others wait as long by now");
        QCOMPARE(volume->failedCount(), 1);
        QCOMPARE(volume->error(0)->fault, Fault::TimedOut);
        files.letGo();
        QTRY_COMPARE(loader.latest()->loadedCount(), count);
    }

    /// Nothing is read or shown any more, though what was begun comes to its end.
    void SAF_13_cancelled()
    {
        const int count = threads() + 3;
        HeldFiles files(count);
        NEEDS_LEASES(files);
        Shown shown;
        StackLoader loader(files.stack, [&](auto volume) { shown.add(volume); }, 0, patient);
        const auto begun = nearest(0, threads(), count);
        QTRY_COMPARE(files.asked(), begun);
        loader.cancel();
        for (const int i : begun)
            files.held[size_t(i)].letGo();
        loader.wait();
        QCOMPARE(files.asked(), std::set<int>());
        QCOMPARE(shown.all().size(), 0u);
        QCOMPARE(loader.latest()->loadedCount(), 0);
    }

    /// Never the bytes of another file under the name: changed before it is read, or while it is.
    void SAF_12_aFileThatChanges_data()
    {
        QTest::addColumn<QString>("how");
        QTest::addColumn<int>("fault"); // -1: it is shown
        QTest::newRow("as it was") << "" << -1;
        QTest::newRow("rewritten while it is opened") << "meanwhile" << int(Fault::Conflict);
        QTest::newRow("deleted while it is opened") << "deleted" << -1; // its bytes are still those of the header
        QTest::newRow("another file of the same length and time") << "no image" << int(Fault::Conflict);
        QTest::newRow("a pixel more") << "longer" << int(Fault::Conflict);
        QTest::newRow("touched") << "touched" << int(Fault::Conflict);
    }
    void SAF_12_aFileThatChanges()
    {
        QFETCH(QString, how);
        QFETCH(int, fault);
        HeldFiles files(3);
        NEEDS_LEASES(files);
        const QString path = files.paths[1];
        struct stat before;
        QCOMPARE(::stat(QFile::encodeName(path).constData(), &before), 0);
        timespec times[] = {before.st_atim, before.st_mtim};
        const auto replace = [&](const QByteArray& bytes) {
            QFile file(path + ".new");
            return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush() && ::futimens(file.handle(), times) == 0 &&
                   QFile::remove(path) && file.rename(path);
        };
        QByteArray bytes;
        {
            files.held[1].letGo();
            QFile file(path);
            QVERIFY(file.open(QIODevice::ReadOnly));
            bytes = file.readAll();
        }
        if (how == "no image")
            QVERIFY(replace(QByteArray(bytes.size(), 'x')));
        else if (how == "longer")
            QVERIFY(replace(bytes + '\x0b'));
        else if (how == "touched") {
            times[1].tv_nsec ^= 1;
            QVERIFY(replace(bytes));
        }
        files.held[1] = Held(path);
        QVERIFY(files.held[1].isHeld());
        StackLoader loader(files.stack, {}, 1, patient);
        if (how.isEmpty() || how == "meanwhile" || how == "deleted")
            QTRY_VERIFY(files.held[1].isAskedFor());
        if (how == "meanwhile")
            QVERIFY(files.held[1].write(QByteArray(64, 99), bytes.size() - 64));
        if (how == "deleted")
            QVERIFY(QFile::remove(path));
        files.letGo();
        loader.wait();
        const auto volume = loader.latest();
        QCOMPARE(volume->isLoaded(1), fault < 0);
        QCOMPARE(volume->error(1) ? int(volume->error(1)->fault) : -1, fault);
        if (fault < 0)
            QCOMPARE(volume->storedAt(1, 5, 5), std::optional(11.0));
        QCOMPARE(volume->loadedCount() + volume->failedCount(), 3);
        QVERIFY(volume->isLoaded(0) && volume->isLoaded(2));
    }

    /// A frame that is not of the stack's size or kind is named, and costs no other.
    void SAF_12_aFrameOfAnotherKind()
    {
        const std::function<void(PixelDescription&)> changes[] = {[](PixelDescription& d) { d.rows = 63; }, [](PixelDescription& d) { d.bitsAllocated = d.bitsStored = 16; d.highBit = 15; d.rows = 32; },
                                                                  [](PixelDescription& d) { d.isSigned = true; d.bitsAllocated = 16; d.rows = 32; }, [](PixelDescription&) {}};
        for (const auto& change : changes) {
            Files files;
            auto layout = std::make_shared<PixelLayout>(*files.stack.instances[2].layout);
            change(layout->description);
            const bool isSame = layout->description.rows == 64;
            files.stack.instances[2].layout = layout;
            const auto volume = *StackLoader::load(files.stack);
            QCOMPARE(volume->loadedCount(), isSame ? 4 : 3);
            QCOMPARE(volume->isLoaded(2), isSame);
            if (!isSame)
                QCOMPARE(volume->error(2)->fault, Fault::Damaged);
        }
    }

    /// Images that no machine could hold: the reason is shown for each, once, and nobody waits.
    void FIL_04_whatNoMemoryHolds()
    {
        Stack stack = Files(3).stack;
        stack.rows = stack.columns = 1 << 23; // 3 × 2⁴⁶ bytes
        Shown shown;
        StackLoader loader(stack, [&](auto volume) { shown.add(volume); }, 1, patient);
        loader.want(2);
        loader.wait();
        QCOMPARE(shown.all().size(), 1u);
        const auto volume = loader.latest();
        QCOMPARE(shown.all().front(), volume);
        QVERIFY(volume->isComplete());
        QCOMPARE(volume->frameCount(), 3);
        QCOMPARE(volume->failedCount(), 3);
        QCOMPARE(volume->sampleType(), SampleType::UInt8);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(!volume->isLoaded(i));
            QCOMPARE(volume->error(i)->fault, Fault::Unsupported);
        }
        StackLoader quiet(stack, {});
        QCOMPARE(quiet.latest()->failedCount(), 3);
        QCOMPARE(StackLoader::load(stack).error().fault, Fault::Unsupported);
        QCOMPARE(StackLoader::load(Stack{}).error().fault, Fault::Invalid);
    }
};

QTEST_GUILESS_MAIN(TestStackLoading)
#include "tst_stack_loading.moc"
