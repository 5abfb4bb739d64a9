// Cines and studies that arrive in parts, drawn at random, against plain readings of them.
#include "tests/support/drawn_dataset.h"
#include "tests/support/plain_stack.h"
#include "viewer/ui/cine_clock.h"
#include "viewer/ui/open_study.h"
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

using namespace diascope;
using namespace diascope::viewer;
using dicom::Dataset;
using test::Numbers;
namespace tag = dicom::tag;

class TestRandomStudies : public QObject
{
    Q_OBJECT

    test::Reached m_reached;

    /// Until it is so; false where that takes 20 s.
    static bool waitFor(const std::function<bool()>& isSo)
    {
        bool isLate = false;
        QTimer deadline;
        deadline.callOnTimeout([&] { isLate = true; });
        deadline.start(20000);
        while (!isSo() && !isLate)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        return !isLate;
    }

private Q_SLOTS:
    /// PS3.3 C.7.6.5: how long each frame stays and which comes next.
    void OBJ_07_aCineIsPlayedAsItsFramesSay()
    {
        for (int seed = 1; seed <= test::rounds(4000); ++seed) {
            test::Dice dice(seed);
            const int frames = 1 + dice.upTo(5);
            const bool isOneFile = m_reached.count("one file", dice.chance(70) || frames == 1);
            auto modules = std::make_shared<ImageModules>();
            Cine& cine = modules->cine;
            cine.isSweeping = dice.chance(50);
            if (m_reached.count("durations", dice.chance(40)))
                for (int left = dice.of({frames, frames, frames - 1}); left > 0; --left)
                    cine.durationsMs.push_back(dice.of({40.0, 1.0, 250.5, 90000.0, 8.0}));
            if (m_reached.count("one duration for all", dice.chance(50)))
                cine.frameMs = dice.of({20.0, 100.0, 5.0});
            if (m_reached.count("trims", dice.chance(50))) {
                cine.firstFrame = dice.upTo(frames - 1);
                cine.lastFrame = std::min(frames, *cine.firstFrame + dice.upTo(3));
                if (dice.chance(10))
                    cine.lastFrame.reset();
            }
            Stack stack;
            std::vector<double> should;
            for (int i = 0; i < frames; ++i) {
                Instance instance;
                instance.uid = {isOneFile ? QStringLiteral("1") : QString::number(i)};
                instance.frame = isOneFile ? i : 0;
                if (dice.chance(70))
                    instance.frameTimeMs = dice.of({0.0, -5.0, 50.0, 200.0});
                if (i == 0 || !m_reached.count("a frame of a file without modules", dice.chance(10)))
                    instance.modules = modules;
                double ms = instance.frameTimeMs && *instance.frameTimeMs > 0 ? *instance.frameTimeMs : 1000.0 / 15;
                if (instance.modules && cine.frameMs)
                    ms = *cine.frameMs;
                if (instance.modules && instance.frame < int(cine.durationsMs.size()))
                    ms = cine.durationsMs[size_t(instance.frame)];
                should.push_back(ms < 1000.0 / 120 ? 1000.0 / 120 : ms > 60000 ? 60000 : ms);
                stack.instances.push_back(instance);
            }
            stack.sliceCount = frames;
            int from = 0, to = frames - 1;
            if (m_reached.count("trimmed", isOneFile && cine.firstFrame && cine.lastFrame && *cine.lastFrame < frames)) {
                from = *cine.firstFrame;
                to = *cine.lastFrame;
            }
            const bool isSweeping = isOneFile && cine.isSweeping;
            const double wanted = dice.of({0.0, 0.0, 10.0, 30.0, -1.0});
            double total = 0;
            for (int i = from; i <= to; ++i)
                total += should[size_t(i)];
            const double ownRate = 1000 * (to - from + 1) / total, rate = m_reached.count("another rate", wanted > 0) ? wanted : ownRate;
            const CineClock clock = CineClock::of(stack, wanted);
            const QString where = QStringLiteral("seed %1").arg(seed);
            const auto isNear = [](double a, double b) { return std::abs(a - b) <= 1e-9 * std::abs(b); }; // sums in another order
            QVERIFY2(clock.isSweeping == isSweeping && isNear(clock.rate(), rate), qPrintable(where));
            int at = from, step = 1;
            for (int i = -1; i <= frames; ++i)
                QVERIFY2(isNear(clock.durationMs(i), i < from || i > to ? 1000 / rate : should[size_t(i)] * ownRate / rate),
                         qPrintable(where + " frame " + QString::number(i)));
            // Forwards to the end, backwards to the beginning; or over and over again.
            int direction = 1;
            for (int i = 0; i < 15; ++i) {
                int next = at;
                if (from == to || (!isSweeping && at == to))
                    next = from;
                else if (!isSweeping)
                    next = at + 1;
                else {
                    direction = at == to ? -1 : at == from ? 1 : direction;
                    next = at + direction;
                }
                QVERIFY2(clock.next(at, step) == next, qPrintable(where + " after frame " + QString::number(at)));
                if (from != to)
                    QVERIFY2(step == direction, qPrintable(where + " step after frame " + QString::number(at)));
                at = next;
            }
            for (int outside = -3; outside < frames + 3; ++outside) {
                int way = dice.of({1, -1});
                const int next = clock.next(outside, way);
                QVERIFY2(next >= from && next <= to, qPrintable(where + " from outside " + QString::number(outside)));
            }
        }
        const CineClock empty = CineClock::of(Stack());
        QCOMPARE(empty.rate(), 15.0);
        QCOMPARE(m_reached.missing(), QString());
    }

    /// The series of a study come in any order and in parts; in the end all is as if it had been there from the beginning.
    void SAF_13_SAF_04_aStudyIsTheSameHoweverItArrives()
    {
        QTemporaryDir folder;
        std::vector<SeriesFiles> whole;
        int files = 0;
        for (int s = 0; s < 3; ++s) {
            whole.push_back({QStringLiteral("1.2.3.%1").arg(s), {}});
            for (int i = 0; i < 5; ++i) {
                Dataset d;
                test::beginImage(d, 1, 16, 15, false);
                (void)d.setText(tag::PhotometricInterpretation, "MONOCHROME2");
                (void)d.setText(tag::Modality, s == 1 ? "MR" : "CT");
                (void)d.setText(tag::PatientName, QStringLiteral("Name%1").arg(s));
                (void)d.setText(tag::StudyInstanceUID, "1.2.3");
                (void)d.setText(tag::SeriesInstanceUID, s == 2 && i == 4 ? QStringLiteral("1.9") : whole.back().seriesUid);
                (void)d.setText(tag::SOPInstanceUID,
                                QStringLiteral("1.2.3.%1.%2").arg(s).arg(s == 0 && i == 4 ? 0 : i)); // another image with the first's identifier
                (void)d.setText(tag::FrameOfReferenceUID, s == 1 ? QStringLiteral("1.5.%1").arg(i) : QStringLiteral("1.5")); // scattered by an anonymiser
                d.setNumber(tag::InstanceNumber, 5 - i);
                d.setNumbers(tag::PixelSpacing, {1, 1});
                d.setNumbers(tag::ImagePositionPatient, {0, 0, (i < 3 ? i : i + 2) * 2.0});
                d.setNumbers(tag::ImageOrientationPatient, s == 2 && i % 2 ? Numbers{0, 1, 0, 0, 0, -1} : Numbers{1, 0, 0, 0, 1, 0});
                whole.back().paths << folder.filePath(QString::number(++files));
                QVERIFY(d.write(whole.back().paths.last(), QStringLiteral("1.2.840.10008.1.2.1")));
            }
        }
        const QString noImage = folder.filePath("text");
        QFile text(noImage);
        QVERIFY(text.open(QIODevice::WriteOnly) && text.write("no image at all, but long enough") > 0);
        text.close();
        whole[1].paths << noImage;
        for (int seed = 1; seed <= test::rounds(150); ++seed) {
            test::Dice dice(seed);
            const QString where = QStringLiteral("seed %1").arg(seed);
            std::vector<SeriesFiles> now;
            const int atOnce = dice.upTo(2);
            for (int s = 0; s < atOnce; ++s)
                now.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, 1 + dice.upTo(5))});
            OpenStudy study(now);
            std::vector<std::shared_ptr<OpenStack>> mirror;
            int completed = 0;
            bool isMirrored = true;
            const auto find = [&](const std::shared_ptr<OpenStack>& stack) { return std::find(mirror.begin(), mirror.end(), stack); };
            connect(&study, &OpenStudy::completed, this, [&] { ++completed; });
            connect(&study, &OpenStudy::stackAdded, this, [&](const std::shared_ptr<OpenStack>& stack) { mirror.push_back(stack); });
            connect(&study, &OpenStudy::stackGrown, this, [&](const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& after) {
                m_reached.count("grown", true);
                isMirrored = isMirrored && find(before) != mirror.end() && after != before;
                if (isMirrored)
                    *find(before) = after;
            });
            connect(&study, &OpenStudy::stackMerged, this, [&](const std::shared_ptr<OpenStack>& before, const std::shared_ptr<OpenStack>& into) {
                m_reached.count("merged", true);
                isMirrored = isMirrored && find(before) != mirror.end() && find(into) != mirror.end();
                if (isMirrored)
                    mirror.erase(find(before));
            });
            const bool isArriving = m_reached.count("said to be arriving", dice.chance(50));
            study.setArriving(isArriving);
            for (bool isAll = false; !isAll;) {
                const int wait = dice.upTo(2);
                if (m_reached.count("files come when all is read", wait == 0))
                    QVERIFY2(waitFor([&] { return study.isComplete(); }), qPrintable(where));
                else if (wait == 1)
                    QCoreApplication::processEvents();
                std::vector<SeriesFiles> more;
                isAll = true;
                for (int s = 2; s >= 0; --s) {
                    const auto known = std::find_if(study.series().begin(), study.series().end(),
                                                    [&](const SeriesFiles& f) { return f.seriesUid == whole[size_t(s)].seriesUid; });
                    const qsizetype have = known == study.series().end() ? 0 : known->paths.size();
                    if (have < whole[size_t(s)].paths.size() && dice.chance(70))
                        more.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, have + 1 + dice.upTo(3))});
                    else if (have > 1 && m_reached.count("fewer files than known", dice.chance(20)))
                        more.push_back({whole[size_t(s)].seriesUid, whole[size_t(s)].paths.mid(0, have - 1)}); // files are only ever added
                }
                study.grow(more);
                for (const SeriesFiles& series : whole)
                    isAll = isAll && std::any_of(study.series().begin(), study.series().end(),
                                                 [&](const SeriesFiles& f) { return f.seriesUid == series.seriesUid && f.paths == series.paths; });
            }
            QVERIFY2(waitFor([&] { return study.isComplete() && completed > 0 && study.filesRead() == study.fileCount(); }), qPrintable(where));
            QCOMPARE(study.fileCount(), 16);
            QVERIFY2(isMirrored && mirror == study.stacks(), qPrintable(where));
            // Each series alone, read at once.
            QStringList is, should, left;
            for (const auto& stack : study.stacks()) {
                QStringList warnings;
                for (const StackWarning& warning : stack->warnings())
                    warnings << warning.code;
                is << QStringLiteral("%1: %2 %3 %4 %5 %6")
                          .arg(stack->seriesUid().value, test::joined(stack->stack().instances), stack->texts().patientName, stack->modality(), warnings.join(u','),
                               stack->whyNoVolume());
                QVERIFY(stack->isArriving() == isArriving);
            }
            for (const SeriesFiles& series : whole) {
                test::Frames all;
                for (const QString& path : series.paths)
                    if (const auto read = readInstances(path); read && read->front().seriesUid.value == series.seriesUid)
                        all.insert(all.end(), read->begin(), read->end());
                for (const Stack& stack : buildStacks(all)) {
                    QStringList warnings;
                    bool isGap = false;
                    for (const StackWarning& warning : stack.warnings) {
                        const bool isOfGaps = warning.code == "GEO-03" || warning.code == "GEO-04";
                        isGap = isGap || isOfGaps;
                        if (!isArriving || !isOfGaps)
                            warnings << warning.code;
                    }
                    if (m_reached.count("incomplete", isArriving && isGap))
                        warnings.prepend("SAF-04");
                    should << QStringLiteral("%1: %2 Name%3 %4 %5 %6")
                                  .arg(series.seriesUid, test::joined(stack.instances), series.seriesUid.right(1), stack.instances.front().modality,
                                       warnings.join(u','),
                                       isArriving && isGap && !stack.whyNoVolume.isEmpty() ? QStringLiteral("more images are to come") : stack.whyNoVolume);
                }
            }
            is.sort();
            should.sort();
            for (qsizetype i = 0; i < std::max(is.size(), should.size()); ++i)
                if (is.value(i) != should.value(i))
                    QFAIL(qPrintable(where + ":\nis     " + is.value(i) + "\nshould " + should.value(i)));
            for (const NotShown& file : study.notShown())
                left << file.path;
            QStringList named{noImage, whole[2].paths[4], whole[0].paths[4]};
            left.sort();
            named.sort();
            QVERIFY2(left == named, qPrintable(where + " not shown: " + left.join(u' ')));
        }
        QCOMPARE(m_reached.missing(), QString());
    }
};

QTEST_GUILESS_MAIN(TestRandomStudies)
#include "tst_random_studies.moc"
