#include "tests/support/archive_fixture.h"
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <sys/stat.h>
#include <thread>

using namespace diascope;
using namespace diascope::archive;
using test::ctFiles, test::Made, test::make, test::soundness, test::value;

/// What keeps an archive sound for years: checks, repair, rebuilding, kills, other processes.
class TestArchiveUpkeep : public QObject, protected test::ArchiveFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    void removingLeavesNothing()
    {
        import({make(file("1"), {}), make(file("2"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1"})});
        QVERIFY(m_archive->storeThumbnail({"2.25.100.1"}, "PNG"));
        QCOMPARE(*m_archive->thumbnail({"2.25.100.1"}), QByteArray("PNG"));
        const qint64 before = m_archive->changeCounter();
        QVERIFY(m_archive->removeStudy({"2.25.100"}));
        QVERIFY(m_archive->changeCounter() > before);
        QCOMPARE(m_archive->removeStudy({"2.25.100"}).error().fault, Fault::NotFound);
        QCOMPARE(*m_archive->thumbnail({"2.25.100.1"}), QByteArray());
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 1");
    }

    void STO_03_bitRotIsFoundNamedAndRepaired()
    {
        const auto report = import({make(file("1"), {}), make(file("2"), {.instance = "2.25.100.1.2"}), make(file("3"), {.instance = "2.25.100.1.3"})});
        QCOMPARE(report.imported, 3);
        const auto rotten = **m_archive->instance({"2.25.100.1.2"});
        QFile bytes(rotten.path);
        QVERIFY(bytes.open(QIODevice::ReadWrite));
        bytes.seek(bytes.size() - 3);
        bytes.write("X");
        bytes.close();
        QVERIFY(QFile::remove((*m_archive->instance({"2.25.100.1.3"}))->path));
        Task task;
        auto verified = m_archive->verify(Archive::Repair::No, task);
        QCOMPARE(verified->changed.size(), size_t(1));
        QCOMPARE(verified->changed[0].path, rotten.path);
        QCOMPARE(verified->changed[0].instanceUid, "2.25.100.1.2");
        QCOMPARE(verified->missing.size(), size_t(1));
        QCOMPARE(verified->missing[0].instanceUid, "2.25.100.1.3");
        QCOMPARE(verified->refetch, std::vector<dicom::StudyUid>{{"2.25.100"}});
        QCOMPARE(verified->checked, 3);
        QCOMPARE(verified->repaired, 0);
        QVERIFY(m_archive->verify(Archive::Repair::Yes, task));
        verified = m_archive->verify(Archive::Repair::No, task);
        QVERIFY(verified->changed.empty() && verified->missing.empty() && verified->orphans == 0);
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 1");
        QCOMPARE(import({file("2"), file("3")}).imported, 2); // fetched again
    }

    void STO_03_whatRotsTwiceIsKeptTwice()
    {
        const QString image = make(file("1"), {});
        for (const char* rot : {"first", "second"}) {
            QCOMPARE(import({image}).imported, 1);
            QFile bytes((*m_archive->instance({"2.25.100.1.1"}))->path);
            QVERIFY(bytes.open(QIODevice::ReadWrite) && bytes.write(rot) == qint64(qstrlen(rot)));
            bytes.close();
            Task task;
            QCOMPARE(m_archive->verify(Archive::Repair::Yes, task)->repaired, 1);
        }
        QStringList kept;
        for (const auto& row : value(m_archive->quarantine())) {
            QFile bytes(row.keptPath);
            QVERIFY(bytes.open(QIODevice::ReadOnly));
            kept << QString::fromLatin1(bytes.read(5));
        }
        QCOMPARE(kept, QStringList({"first", "secon"}));
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 0");
    }

    void STO_03_aCheckCanBeStoppedAndHoldsNobodyUp()
    {
        QStringList files;
        for (int i = 1; i <= 50; ++i)
            files << make(file(QStringLiteral("in/%1").arg(i)), {.instance = QStringLiteral("2.25.100.1.%1").arg(i)});
        import(files);
        const QString another = make(file("another"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1"});
        int stored = 0;
        Task task([&](qint64 done, qint64, const QString&) {
            if (done == 10) // in the middle of the check somebody writes, and reads
                stored = int(import({another}).imported * qint64(value(m_archive->studies()).size()));
            if (done == 20)
                task.cancel();
        });
        QCOMPARE(m_archive->verify(Archive::Repair::No, task).error().fault, Fault::Cancelled);
        QCOMPARE(task.done(), 20);
        QCOMPARE(stored, 2);
    }

    void STO_03_whatLiesInTheStoreWithoutARowIsIndexedOrPutAside()
    {
        import({make(file("1"))});
        const QString place = profileFolder() + "/pixels/ab/";
        QDir().mkpath(place);
        const QString image = make(file("2"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1"});
        QVERIFY(QFile::copy(image, place + QString(64, 'a')));
        QFile rubbish(place + QString(64, 'b'));
        QVERIFY(rubbish.open(QIODevice::WriteOnly) && rubbish.write("rubbish that is no DICOM") > 0);
        rubbish.close();
        Task task;
        QCOMPARE(m_archive->verify(Archive::Repair::No, task)->orphans, 2);
        QCOMPARE(m_archive->verify(Archive::Repair::Yes, task)->repaired, 2);
        QVERIFY(value(m_archive->study({"2.25.2"})));
        QCOMPARE(m_archive->verify(Archive::Repair::No, task)->orphans, 0);
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 2");
    }

    void STO_06_rebuildGivesTheSameRows()
    {
        const QStringList files = ctFiles();
        NEEDS_TEST_DATA(files.value(0));
        import(files.mid(0, 20));
        import({make(file("ref"))}, ImportMode::Reference);
        const auto rows = [&] {
            QStringList all;
            for (const auto& study : value(m_archive->studies()))
                for (const auto& row : value(m_archive->instancesOfStudy(study.uid)))
                    all << study.uid.value + study.patientName + study.date + QString::number(study.instances) + row.uid.value + row.path +
                               QString::number(row.rows) + row.transferSyntaxUid + QString::number(row.number.value_or(-1));
            all.sort();
            return all;
        };
        const QStringList before = rows();
        QCOMPARE(before.size(), 21);
        Task task;
        QVERIFY(m_archive->rebuild(task));
        QCOMPARE(rows(), before);
    }

    /// What no file knows stays, and other rooms' tables are not touched.
    void STO_06_rebuildKeepsWhatIsKnownBesideTheFiles()
    {
        QFile fetched(make(file("1"), {.bodyPart = "KNEE"}));
        QVERIFY(fetched.open(QIODevice::ReadOnly));
        QCOMPARE(*m_archive->storeReceived(fetched.readAll(), "PACS", Arrival::Fetched), Stored::New);
        import({make(file("2"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1"})});
        import({make(file("3"), {.study = "2.25.3", .series = "2.25.3.1", .instance = "2.25.3.1.1"})}, ImportMode::Reference);
        QVERIFY(m_archive->setPinned({"2.25.2"}, Archive::Pin::Yes));
        QVERIFY(m_archive->storeThumbnail({"2.25.100.1"}, "PNG"));
        const QString path = profileFolder() + "/diascope.db";
        const auto dump = [&] {
            const auto ran = test::run("sqlite3", {path, "SELECT uid, added, used, pinned, bytes, only_here, only_imported, words FROM study ORDER BY uid;"
                                                         "SELECT uid, origin, (SELECT name FROM peer WHERE id=source), (SELECT name FROM peer WHERE id=confirmed), reference, sha256 FROM instance ORDER BY uid;"
                                                         "SELECT series, png FROM thumbnail; SELECT * FROM report_of_another_room; SELECT bytes FROM archive_size;"
                                                         "INSERT INTO study_text(study_text) VALUES('integrity-check')"});
            return ran.out + ran.err;
        };
        QCOMPARE(test::run("sqlite3", {path, "CREATE TABLE report_of_another_room(study TEXT, text TEXT); INSERT INTO report_of_another_room VALUES('2.25.2','signed')"}).code, 0);
        const QByteArray before = dump();
        QVERIFY(before.contains("2.25.100.1.1|3|PACS|PACS|") && before.contains("signed") && before.contains("knee"));
        Task task;
        QCOMPARE(m_archive->rebuild(task)->imported, 3);
        QCOMPARE(dump(), before);
        // A file of ours that is no image any more goes aside, and the rest stays.
        const QString broken = (*m_archive->instance({"2.25.2.1.1"}))->path;
        QFile file(broken);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("no image") == 8);
        file.close();
        const auto report = m_archive->rebuild(task);
        QCOMPARE(report->imported, 2);
        QCOMPARE(report->skipped.size(), size_t(1));
        QVERIFY(report->seconds > 0 && report->seconds < 3600);
        QVERIFY(!QFileInfo::exists(broken));
        QCOMPARE(m_archive->quarantine()->size(), size_t(1));
        QVERIFY(QFileInfo::exists(m_archive->quarantine()->front().keptPath));
    }

    /// The hash that is known of a file shown in place is taken over only where neither its length nor its time changed.
    void STO_06_aRebuildTrustsWhatIsUntouched_data()
    {
        QTest::addColumn<bool>("isLonger");
        QTest::addColumn<bool>("isNewer");
        QTest::newRow("STO-06 untouched") << false << false;
        QTest::newRow("STO-06 newer") << false << true;
        QTest::newRow("STO-06 longer, of the same time") << true << false;
    }
    void STO_06_aRebuildTrustsWhatIsUntouched()
    {
        QFETCH(bool, isLonger);
        QFETCH(bool, isNewer);
        const QString path = test::make(file("in/one"));
        (void)import({path}, ImportMode::Reference);
        const QString known(64, u'a');
        const auto database = [this] { return *Database::open(profileFolder() + "/diascope.db"); };
        QVERIFY(database()->execute("UPDATE instance SET sha256=?1", {known}));
        const QDateTime time = QFileInfo(path).lastModified();
        if (isLonger)
            test::make(path, {.pixels = "other pixels"});
        QFile touched(path);
        QVERIFY(touched.open(QIODevice::ReadWrite));
        QVERIFY(touched.setFileTime(isNewer ? time.addSecs(60) : time, QFileDevice::FileModificationTime));
        touched.close();
        Task task;
        QVERIFY(m_archive->rebuild(task));
        QCOMPARE((*database()->value("SELECT ifnull(sha256,'') FROM instance"))->toString(), isLonger || isNewer ? QString() : known);
    }

    void STO_06_aCancelledRebuildChangesNothing()
    {
        import({make(file("1")), make(file("2"), {.study = "2.25.2", .series = "2.25.2.1", .instance = "2.25.2.1.1"})});
        Task task([&](qint64 done, qint64, const QString&) {
            if (done == 1)
                task.cancel();
        });
        QCOMPARE(m_archive->rebuild(task).error().fault, Fault::Cancelled);
        QCOMPARE(m_archive->studies()->size(), size_t(2));
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 2");
        Task again;
        QCOMPARE(m_archive->rebuild(again)->imported, 2);
    }

    void STO_08_temporaryFilesArePrivateAndRemoved()
    {
        import({make(file("1"))});
        QDirIterator all(profileFolder(), QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
        while (all.hasNext()) {
            all.next();
            struct stat status = {};
            QCOMPARE(::stat(QFile::encodeName(all.filePath()).constData(), &status), 0);
            QVERIFY2((status.st_mode & 0077) == 0 || all.fileName().startsWith("diascope.db-") || all.fileName() == "settings.ini",
                     qPrintable(all.filePath()));
            QVERIFY(!all.fileName().endsWith(".part"));
        }
        m_archive.reset();
        QCOMPARE(QDir(profileFolder() + "/pixels/incoming").entryList(QDir::AllEntries | QDir::NoDotAndDotDot).size(), 0);
    }

    void STO_05_newerAndForeignDatabasesAreLeftUntouched()
    {
        m_archive.reset();
        const QString path = profileFolder() + "/diascope.db";
        const auto bytesOf = [](const QString& name) {
            QFile f(name);
            (void)f.open(QIODevice::ReadOnly);
            return f.readAll();
        };
        QCOMPARE(test::python("import sys,sqlite3\nc=sqlite3.connect(sys.argv[1]);c.execute(\"update schema_version set version=999 where owner='archive'\")\n"
                              "c.commit()\nc.execute('pragma wal_checkpoint(truncate)')\n", {path}).code, 0);
        const QByteArray newer = bytesOf(path);
        QCOMPARE(Archive::open(*Profile::open(profileFolder())).error().fault, Fault::Conflict);
        QCOMPARE(bytesOf(path), newer);
        const QString other = file("foreign");
        QDir().mkpath(other);
        QFile foreign(other + "/diascope.db");
        QVERIFY(foreign.open(QIODevice::WriteOnly));
        foreign.write(QByteArray(5000, 'f'));
        foreign.close();
        QCOMPARE(Archive::open(*Profile::open(other)).error().fault, Fault::Damaged);
        QCOMPARE(bytesOf(foreign.fileName()), QByteArray(5000, 'f'));
    }

    void STO_04_twoProcessesImportIntoOneArchive()
    {
        const QStringList files = ctFiles();
        NEEDS_TEST_DATA(files.value(0));
        QProcess one, two;
        for (QProcess* process : {&one, &two})
            process->start(QCoreApplication::applicationFilePath(), {"--import", profileFolder(), QFileInfo(files[0]).path()});
        QVERIFY(one.waitForFinished(60000) && two.waitForFinished(60000));
        QCOMPARE(one.exitCode() + two.exitCode(), 0);
        const auto count = [](QProcess& process) { return process.readAllStandardOutput().trimmed().split('\n').last().split(' ').value(0).toInt(); };
        QCOMPARE(count(one) + count(two), files.size()); // each instance imported by one of them, never by both
        reopen();
        QCOMPARE(soundness(profileFolder()), QStringLiteral("ok 0 0 True 0 %1").arg(files.size()));
    }

    void STO_01_killedImportsLeaveASoundArchive()
    {
        const QStringList files = ctFiles();
        NEEDS_TEST_DATA(files.value(0));
        int interrupted = 0;
        QSet<int> counts;
        int round = 0;
        qint64 wholeMs = 160; // at most: as long as the quickest that was not killed
        for (; round < 100 && interrupted < 10; ++round) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(), {"--import", profileFolder(), QFileInfo(files[0]).path()});
            QVERIFY(child.waitForStarted());
            // The child says when it begins, then lives some milliseconds longer.
            QVERIFY(child.waitForReadyRead(20000));
            QElapsedTimer clock;
            clock.start();
            const int lifeMs = QRandomGenerator::global()->bounded(int(wholeMs));
            if (test::endsWithin(child, std::max(1, lifeMs)))
                wholeMs = std::clamp<qint64>(clock.elapsed(), 2, wholeMs);
            else
                ++interrupted;
            QCOMPARE(child.state(), QProcess::NotRunning);
            const QByteArray said = child.readAllStandardOutput();
            const int acknowledged = said.trimmed().split('\n').last().split(' ').value(1).toInt();
            reopen();
            const QString sound = soundness(profileFolder());
            QVERIFY2(sound.startsWith("ok 0 0 True 0 "), qPrintable(QStringLiteral("round %1: %2").arg(round).arg(sound)));
            const int rows = sound.section(' ', 5).toInt();
            QVERIFY2(rows >= acknowledged, qPrintable(QStringLiteral("%1 acknowledged, %2 stored").arg(acknowledged).arg(rows)));
            counts.insert(rows);
            for (const auto& study : value(m_archive->studies()))
                QVERIFY(m_archive->removeStudy(study.uid));
        }
        qInfo() << "STO-01:" << interrupted << "of" << round << "imports killed, rows afterwards:" << counts.values();
        QCOMPARE(interrupted, 10);
    }

    void everyCancelLeavesASoundArchive()
    {
        const QStringList files = ctFiles();
        NEEDS_TEST_DATA(files.value(0));
        Task task([&](qint64 done, qint64, const QString&) {
            if (done >= 10)
                task.cancel();
        });
        const auto report = m_archive->import(files, ImportMode::Copy, task);
        QVERIFY(report && report->isCancelled);
        QCOMPARE(soundness(profileFolder()), QStringLiteral("ok 0 0 True 0 %1").arg(report->imported));
    }

    void readersSeeWholeBatchesWhileWriting()
    {
        const QStringList files = ctFiles();
        NEEDS_TEST_DATA(files.value(0));
        std::atomic<bool> isDone = false;
        std::atomic<int> errors = 0;
        std::thread reader([&] {
            while (!isDone) {
                const auto studies = m_archive->studies();
                if (!studies)
                    ++errors;
                else if (!studies->empty() && qint64(m_archive->instancesOfStudy(studies->front().uid)->size()) < studies->front().instances)
                    ++errors;
            }
        });
        import(files);
        isDone = true;
        reader.join();
        QCOMPARE(errors.load(), 0);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "--import") { // the child of the crash tests
        const auto profile = Profile::open(arguments[2]);
        std::printf("begin 0\n");
        std::fflush(stdout);
        auto archive = Archive::open(*profile);
        if (!archive)
            return 1;
        // On stdout: what is acknowledged, as soon as it is.
        Task task([](qint64 done, qint64, const QString&) {
            std::printf("acknowledged %lld\n", static_cast<long long>(done));
            std::fflush(stdout);
        });
        const bool isQuiet = arguments.contains("--quiet");
        Task quiet;
        const auto report = (*archive)->import(arguments.mid(3, 1), ImportMode::Copy, isQuiet ? quiet : task);
        std::printf("%lld imported\n", report ? static_cast<long long>(report->imported) : -1);
        return report ? 0 : 1;
    }
    TestArchiveUpkeep test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_archive_upkeep.moc"
