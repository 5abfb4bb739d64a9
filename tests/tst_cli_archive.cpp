#include "app/demo/phantom.h"
#include "netclient/dicom/dataset.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/environment_variable.h"
#include "tests/support/program.h"
#include <QDirIterator>
#include <QElapsedTimer>
#include <QScopeGuard>
#include <csignal>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

using namespace diascope;
using test::bytesOf;
using test::Program;
using test::Ran;

namespace
{

QStringList filesIn(const QString& folder)
{
    QStringList files;
    QDirIterator all(folder, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        files << all.next();
    files.sort();
    return files;
}

void write(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

QString databaseOf(const Program& program) { return program.profile() + "/diascope.db"; }

QByteArray sql(const QString& database, const QString& text) { return test::run("sqlite3", {database, text}).out.trimmed(); }

/// Three images in the archive and a signed report on them; the report's id.
QString fill(const Program& program, const QString& source)
{
    const QString study = demo::studyUidOf("phantom");
    if (!demo::writeCt(source, {}, {}, {.columns = 32, .rows = 32, .slices = 3}) || program.run({"import", source}).code != 0)
        return {};
    const QString id = program.json({"report", "new", "--study", study, "--template", "general"}).object()["reportId"].toString();
    const bool isSigned = program.run({"report", "set", id, "findings", "Nothing found."}).code == 0
                          && program.run({"report", "sign", id, "--user", "Reader"}).code == 0;
    return isSigned ? id : QString();
}

/// `damage`: "cut" off its last page, no longer a database but "text", or the table whose root page is overwritten.
void damageIt(const QString& database, const QString& damage)
{
    const qint64 pageBytes = sql(database, "PRAGMA page_size").toLongLong();
    const qint64 root = sql(database, QStringLiteral("SELECT rootpage FROM sqlite_schema WHERE name='%1'").arg(damage)).toLongLong();
    QFile file(database);
    QVERIFY(file.open(QIODevice::ReadWrite));
    if (damage == "cut")
        QVERIFY(file.resize(file.size() - pageBytes));
    else if (damage == "text")
        QVERIFY(file.resize(0) && file.write("text") == 4);
    else
        QVERIFY(root > 1 && file.seek((root - 1) * pageBytes) && file.write(QByteArray(pageBytes, '\xA5')) == pageBytes);
}

/// A folder with a study of 1 MiB of pixels.
QString megabyteStudy(const QTemporaryDir& folder, const QString& seed)
{
    demo::Study made;
    made.seed = seed;
    (void)demo::writeCt(folder.filePath(seed), {}, made, {.columns = 256, .rows = 256, .slices = 8});
    return folder.filePath(seed);
}

} // namespace

/// The archive's verbs, through the program itself: nothing is lost.
class TestCliArchive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// A process that is killed while it writes a disc leaves nobody's images behind, and what it writes is of this user alone.
    void STO_08_aKilledDiscLeavesNothing()
    {
        const Program program;
        const QTemporaryDir folder;
        QDir().mkpath(folder.filePath("tmp"));
        const test::EnvironmentVariable temporary("TMPDIR", folder.filePath("tmp").toUtf8());
        demo::Sampling sampling;
        sampling.slices = 120;
        sampling.columns = sampling.rows = 256;
        QVERIFY(demo::writeCt(folder.filePath("in"), {}, {}, sampling));
        SUCCEEDS(program.run({"import", folder.filePath("in")}));
        const auto files = [&] {
            QStringList found;
            QDirIterator all(folder.filePath("tmp"), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
            while (all.hasNext())
                found << all.next();
            return found;
        };
        const QStringList media{"media", "--study", demo::studyUidOf("phantom"), "--out"};
        QProcess writer;
        program.start(writer, media + QStringList{folder.filePath("killed.iso")});
        QTRY_VERIFY_WITH_TIMEOUT(!files().isEmpty(), 20000);
        writer.kill();
        QVERIFY(writer.waitForFinished(5000));
        const QStringList left = files();
        QVERIFY2(!left.isEmpty(), "it was killed too late to leave anything");
        for (QDir up(QFileInfo(left.front()).path()); up.path() != folder.filePath("tmp"); up.cdUp())
            QVERIFY2(!(QFileInfo(up.path()).permissions() & (QFile::ReadGroup | QFile::ReadOther | QFile::ExeGroup | QFile::ExeOther)), qPrintable(up.path()));
        SUCCEEDS(program.run({"studies"}));
        QCOMPARE(files(), QStringList());
        // One that goes on is let alone by others that start.
        program.start(writer, media + QStringList{folder.filePath("whole.iso")});
        QTRY_VERIFY_WITH_TIMEOUT(!files().isEmpty(), 20000);
        SUCCEEDS(program.run({"studies"}));
        QVERIFY(writer.waitForFinished(60000));
        QCOMPARE(writer.exitCode(), 0);
        QCOMPARE(files(), QStringList());
        QCOMPARE(QFileInfo(folder.filePath("whole.iso")).permissions() & 0x0fff & ~(QFile::ReadUser | QFile::WriteUser | QFile::ReadOwner | QFile::WriteOwner), QFile::Permissions());
    }

    void importCountsEveryFileOnce()
    {
        Program program;
        QTemporaryDir source;
        const auto paths = demo::writeCt(source.filePath("ct"), {}, {}, {.columns = 32, .rows = 32, .slices = 6});
        QVERIFY(paths);
        demo::Study other;
        other.seed = "truncated";
        const auto others = demo::writeCt(source.filePath("other"), {}, other, {.columns = 32, .rows = 32, .slices = 1});
        QVERIFY(others);
        const QByteArray whole = bytesOf(others->first());
        QVERIFY(QFile::remove(others->first()));
        write(source.filePath("ct/cut.dcm"), whole.left(whole.size() - 700));
        write(source.filePath("ct/letter.dcm"), "Dear colleague,\nthis is no image.\n");
        const QStringList before = filesIn(source.path());

        const QJsonObject first = program.json({"import", source.path()}).object();
        QCOMPARE(first["imported"].toInt(), 6);
        QVERIFY(first["seconds"].toDouble() > 0 && first["seconds"].toDouble() < 600);
        QCOMPARE(first["duplicates"].toInt(), 0);
        QCOMPARE(first["quarantined"].toArray().size(), 1);
        QVERIFY(first["quarantined"][0]["path"].toString().endsWith("cut.dcm"));
        QVERIFY(!first["quarantined"][0]["reason"].toString().isEmpty());
        QCOMPARE(first["skipped"].toArray().size(), 1);
        QVERIFY(first["skipped"][0]["path"].toString().endsWith("letter.dcm"));
        QCOMPARE(first["studies"].toArray(), QJsonArray{demo::studyUidOf("phantom")});
        QVERIFY(first["seconds"].toDouble() > 0);

        const QJsonObject second = program.json({"import", source.path()}).object();
        QCOMPARE(second["imported"].toInt(), 0);
        QCOMPARE(second["duplicates"].toInt(), 6);
        const QJsonArray studies = program.json({"studies"}).array();
        QCOMPARE(studies.size(), 1);
        QCOMPARE(studies.at(0).toObject()["instances"].toInt(), 6);
        QCOMPARE(filesIn(source.path()), before);
        QCOMPARE(bytesOf(source.filePath("ct/cut.dcm")), whole.left(whole.size() - 700));
        SUCCEEDS(program.run({"verify"}));
    }

    /// Each lost file is named, with its instance, and what can be fetched again.
    void STO_03_verifyNamesWhatIsRottenAndWhatToFetchAgain()
    {
        Program program;
        QTemporaryDir source;
        QVERIFY(demo::writeCt(source.path(), {}, {}, {.columns = 16, .rows = 16, .slices = 3}));
        SUCCEEDS(program.run({"import", source.path()}));
        QDirIterator stored(program.profile() + "/pixels", QDir::Files, QDirIterator::Subdirectories);
        QStringList files;
        while (stored.hasNext())
            if (const QString path = stored.next(); QFileInfo(path).fileName().size() == 64)
                files << path;
        QCOMPARE(files.size(), 3);
        const auto rotten = dicom::Dataset::read(files[0]);
        QVERIFY(rotten);
        QFile file(files[0]);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(file.size() - 1));
        const char last = file.peek(1).at(0);
        QVERIFY(file.putChar(char(last ^ 1)));
        file.close();
        QVERIFY(QFile::remove(files[1]));

        const auto said = program.run({"verify"});
        QCOMPARE(said.code, 1);
        QVERIFY2(said.out.contains(QFile::encodeName(files[0])) && said.out.contains(QFile::encodeName(files[1])), said.out.constData());
        QVERIFY2(said.out.contains("diascope get") && said.out.contains(demo::studyUidOf("phantom").toUtf8()), said.out.constData());
        QVERIFY2(test::isOnePlainLine(said.err) && said.err.contains("--repair"), said.err.constData());
        int code = 0;
        const QJsonObject found = program.json({"verify"}, &code).object();
        QCOMPARE(code, 1);
        QCOMPARE(found["changed"].toArray().size(), 1);
        QCOMPARE(found["changed"][0]["sopInstanceUid"].toString(), rotten->text(dicom::tag::SOPInstanceUID));
        QCOMPARE(found["missing"].toArray().size(), 1);
        QCOMPARE(found["refetch"].toArray(), QJsonArray{demo::studyUidOf("phantom")});
        SUCCEEDS(program.run({"verify", "--repair"}));
        QCOMPARE(program.json({"studies"})[0]["instances"].toInt(), 1);
        SUCCEEDS(program.run({"import", source.path()}));
        SUCCEEDS(program.run({"verify"}));
        QCOMPARE(program.json({"studies"})[0]["instances"].toInt(), 3);
    }

    /// The index is destroyed in the middle of the file, or the file is cut: the images come back from their files, and reports
    /// and figures from what can still be read.
    void STO_06_rebuildOfADamagedDatabase_data()
    {
        QTest::addColumn<QString>("damage");
        QTest::newRow("STO-06 the instances' rows are overwritten") << "instance";
        QTest::newRow("STO-06 the studies' rows are overwritten") << "study";
        QTest::newRow("STO-06 the last page is cut off") << "cut";
        QTest::newRow("STO-06 no database any more") << "text";
    }
    void STO_06_rebuildOfADamagedDatabase()
    {
        QFETCH(QString, damage);
        Program program;
        QTemporaryDir source;
        const QString id = fill(program, source.path());
        const QJsonDocument studies = program.json({"studies"}), report = program.json({"report", "show", id});
        const QString path = databaseOf(program);
        damageIt(path, damage);
        (void)program.run({"import", source.path()}); // announces what lies in the store already
        const auto refused = program.run({"verify"});
        QCOMPARE(refused.code, 1);
        QVERIFY2(test::isOnePlainLine(refused.err) && refused.err.contains("diascope rebuild"), refused.err.constData());
        const QByteArray damaged = bytesOf(path);
        int code = 0;
        for (const QStringList& words : {QStringList{"studies"}, {"get", "PACS", "1.2"}, {"send", "PACS", "--study", "1.2"}, {"import", source.path()}}) {
            if (damage != "text") // some of them still find what they need
                break;
            const QString why = program.json(words, &code)["error"].toString();
            QVERIFY2(code == 1 && why.contains("diascope rebuild"), qPrintable(words[0] + ": " + why));
        }
        QByteArray err;
        const QJsonObject rebuilt = program.json({"rebuild"}, &code, &err).object();
        QVERIFY2(code == 0, err.constData());
        QCOMPARE(rebuilt["imported"].toInt(), 3);
        QCOMPARE(bytesOf(rebuilt["damagedDatabase"].toString()), damaged);
        QCOMPARE(program.json({"studies"}), studies);
        SUCCEEDS(program.run({"verify"}));
        if (damage == "text")
            QVERIFY(rebuilt["damagedTables"].toArray().contains("report_version"));
        else if (damage != "cut") // the last page may be anybody's
            QCOMPARE(program.json({"report", "show", id}), report);
        QCOMPARE(sql(path, "PRAGMA integrity_check"), "ok");
        QVERIFY(!QFileInfo::exists(program.profile() + "/recovery"));
    }

    /// Nor does a viewer make a damaged one anew, which would replace it.
    void SAF_11_aViewerReplacesNoDamagedDatabase()
    {
        const Program program;
        const QTemporaryDir source;
        (void)fill(program, source.path());
        damageIt(databaseOf(program), "instance");
        const QByteArray damaged = bytesOf(databaseOf(program));
        const Ran refused = program.run({"--view-only", "rebuild"});
        FAILS_PLAINLY(refused);
        QVERIFY2(refused.err.contains("viewing-only"), refused.err.constData());
        QCOMPARE(bytesOf(databaseOf(program)), damaged);
        QCOMPARE(QDir(program.profile()).entryList({"*.damaged-*"}), QStringList());
    }

    /// Killed at any moment of it: the damaged database is as it was, or the new one is whole.
    void STO_01_aRecoveryIsWhollyDoneOrNotAtAll()
    {
        Program program;
        QTemporaryDir source;
        const QString id = fill(program, source.path());
        const QJsonDocument report = program.json({"report", "show", id});
        const QString path = databaseOf(program);
        damageIt(path, "instance");
        const QByteArray damaged = bytesOf(path);
        QElapsedTimer clock;
        clock.start();
        SUCCEEDS(program.run({"rebuild"}));
        const double wholeMs = double(clock.elapsed());
        int asBefore = 0, asNew = 0, killed = 0;
        for (int round = 0; round < 30; ++round) {
            for (const char* part : {"", "-wal", "-shm"})
                QFile::remove(path + part);
            write(path, damaged);
            QProcess rebuild;
            program.start(rebuild, {"rebuild"});
            QVERIFY(rebuild.waitForStarted());
            const bool isDone = test::endsWithin(rebuild, std::max(1, int(wholeMs * (round + 1) / 20)));
            killed += !isDone;
            if (bytesOf(path) == damaged) {
                QVERIFY2(!isDone, rebuild.readAllStandardError().constData());
                ++asBefore;
                continue;
            }
            ++asNew;
            QCOMPARE(program.json({"report", "show", id}), report);
            SUCCEEDS(program.run({"verify"}));
        }
        qInfo("STO-01: a recovery of %.0f ms killed %d times: %d as before, %d whole afterwards", wholeMs, killed, asBefore, asNew);
        QVERIFY(killed >= 3);
        if (bytesOf(path) == damaged)
            SUCCEEDS(program.run({"rebuild"}));
        QCOMPARE(program.json({"report", "show", id}), report);
        SUCCEEDS(program.run({"verify"}));
    }

    /// What writes into the damaged database meanwhile would be lost with it.
    void STO_06_noRecoveryUnderAnotherProcess()
    {
        Program program;
        QTemporaryDir source;
        fill(program, source.path());
        QProcess listener;
        program.start(listener, {"listen", "--port", "0", "--ae", "HERE", "--json"});
        QVERIFY(listener.waitForReadyRead(15000));
        const QString path = databaseOf(program);
        damageIt(path, "instance");
        const QByteArray damaged = bytesOf(path);
        const auto refused = program.run({"rebuild"});
        FAILS_PLAINLY(refused);
        QVERIFY2(refused.err.contains("close it first"), refused.err.constData());
        QCOMPARE(bytesOf(path), damaged);
        listener.kill();
        QVERIFY(listener.waitForFinished(15000));
        SUCCEEDS(program.run({"rebuild"}));
        SUCCEEDS(program.run({"verify"}));
    }

    /// Twelve sign while another process makes the database anew: each signature is kept or refused.
    void STO_06_signaturesDuringARecoveryAreKeptOrRefused()
    {
        Program program;
        QTemporaryDir source;
        QVERIFY(!fill(program, source.path()).isEmpty());
        QTemporaryDir many;
        demo::Study filler;
        filler.seed = "filler";
        QVERIFY(demo::writeCt(many.path(), {}, filler, {.columns = 16, .rows = 16, .slices = 400}));
        SUCCEEDS(program.run({"import", many.path()}));
        QStringList drafts;
        for (int number = 0; number < 12; ++number) {
            demo::Study read;
            read.seed = QStringLiteral("read %1").arg(number);
            QTemporaryDir folder;
            QVERIFY(demo::writeCt(folder.path(), {}, read, {.columns = 16, .rows = 16, .slices = 1}));
            SUCCEEDS(program.run({"import", folder.path()}));
            drafts << program.json({"report", "new", "--study", demo::studyUidOf(read.seed), "--template", "general"}).object()["reportId"].toString();
            SUCCEEDS(program.run({"report", "set", drafts.last(), "findings", "Nothing found."}));
        }
        damageIt(databaseOf(program), "quarantine"); // signing does not touch it
        QProcess rebuild;
        program.start(rebuild, {"rebuild"});
        QVERIFY(rebuild.waitForStarted());
        QTRY_VERIFY(QFileInfo::exists(program.profile() + "/recovery/diascope.db"));
        int isSigned = 0, lost = 0;
        QStringList acknowledged;
        const auto process = pid_t(rebuild.processId());
        for (const QString& id : drafts) { // one at each moment of it: it is held while the reader signs
            const bool isRunning = rebuild.state() == QProcess::Running;
            if (isRunning)
                ::kill(process, SIGSTOP);
            const auto ran = program.run({"report", "sign", id, "--user", "Reader"});
            if (isRunning)
                ::kill(process, SIGCONT);
            if (ran.code == 0)
                acknowledged << id;
            else
                FAILS_PLAINLY(ran);
            (void)rebuild.waitForFinished(5);
        }
        QVERIFY(rebuild.state() == QProcess::NotRunning || rebuild.waitForFinished(60000));
        QVERIFY2(rebuild.exitCode() == 0, rebuild.readAllStandardError().constData());
        for (const QString& id : drafts) {
            const bool isThere = program.json({"report", "show", id}).object()["status"].toString() == "final";
            isSigned += isThere;
            lost += !isThere && acknowledged.contains(id);
        }
        qInfo("STO-06: of %d signatures during a recovery %d were acknowledged, %d stand, %d are lost", int(drafts.size()), int(acknowledged.size()), isSigned, lost);
        QCOMPARE(lost, 0);
        QCOMPARE(isSigned, int(acknowledged.size()));
        SUCCEEDS(program.run({"verify"}));
    }

    /// A fresh process on a disk without a free byte: it lists what is there and removes some of it.
    void STO_02_onAFullDiskSomethingCanBeRemoved()
    {
        QTemporaryDir small;
        if (test::run("mount", {"-t", "tmpfs", "-o", "size=16m", "tmpfs", small.path()}).code != 0)
            QSKIP("no small disk can be mounted here");
        const auto unmounted = qScopeGuard([&] { test::run("umount", {small.path()}); });
        Program program;
        const QStringList there{"--profile", small.filePath("profile")};
        QTemporaryDir source;
        for (const char* seed : {"stays", "goes"}) {
            demo::Study made;
            made.seed = seed;
            QVERIFY(demo::writeCt(source.filePath(seed), {}, made, {.columns = 256, .rows = 256, .slices = 8}));
        }
        SUCCEEDS(program.run(there + QStringList{"import", source.path()}));
        QFile ballast(small.filePath("ballast"));
        QVERIFY(ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        for (const QByteArray& bytes : {QByteArray(1 << 20, 'x'), QByteArray(4096, 'x'), QByteArray(1, 'x')})
            while (ballast.write(bytes) > 0) {
            }
        int code = -1;
        QByteArray err;
        QCOMPARE(program.json(there + QStringList{"studies"}, &code, &err).array().size(), 2);
        QVERIFY2(code == 0, err.constData());
        SUCCEEDS(program.run(there + QStringList{"remove", demo::studyUidOf("goes")}));
        QCOMPARE(program.json(there + QStringList{"studies"}).array().size(), 1);
        SUCCEEDS(program.run(there + QStringList{"verify"}));
    }

    /// What was used least lately goes first, and what is nowhere else stays, with a word about it.
    void STO_07_theQuotaIsKeptByWhatMayGo()
    {
        Program program;
        QTemporaryDir source;
        const auto study = [&](const QString& seed) { return megabyteStudy(source, seed); };
        SUCCEEDS(program.run({"config", "set", "archive.quotaGiB", "0.0025"})); // 2.5 MiB: two of them
        for (const char* seed : {"one", "two"})
            QCOMPARE(program.json({"import", study(seed)}).object()["overQuota"].toString(), QString());
        const QJsonObject third = program.json({"import", study("three")}).object();
        QVERIFY2(third["overQuota"].toString().contains("quota"), qPrintable(third["overQuota"].toString()));
        QCOMPARE(program.json({"studies"}).array().size(), 3);
        SUCCEEDS(program.run({"config", "set", "archive.evictImported", "true"}));
        QCOMPARE(program.json({"import", study("four")}).object()["overQuota"].toString(), QString());
        QStringList left;
        for (const QJsonValue& row : program.json({"studies"}).array())
            left << row["studyUid"].toString();
        left.sort();
        QStringList expected{demo::studyUidOf("three"), demo::studyUidOf("four")};
        expected.sort();
        QCOMPARE(left, expected);
        SUCCEEDS(program.run({"config", "set", "archive.quotaGiB", "0"})); // none
        QCOMPARE(program.json({"import", study("five")}).object()["overQuota"].toString(), QString());
        QCOMPARE(program.json({"studies"}).array().size(), 3);
        SUCCEEDS(program.run({"verify"}));
    }

    /// What lies elsewhere does not come in because a link in the folder leads there.
    void FIL_04_aFolderGivesWhatIsInIt()
    {
        const Program program;
        const QTemporaryDir folder;
        test::make(folder.filePath("elsewhere/secret.dcm"), {.instance = "2.25.1"});
        test::make(folder.filePath("medium/own.dcm"), {.instance = "2.25.2"});
        QVERIFY(QFile::link(folder.filePath("elsewhere/secret.dcm"), folder.filePath("medium/out.dcm")));
        QVERIFY(QFile::link(folder.filePath("medium/own.dcm"), folder.filePath("medium/in.dcm")));
        test::make(folder.filePath("medium-old/neighbour.dcm"), {.instance = "2.25.3"}); // its name begins alike
        QVERIFY(QFile::link(folder.filePath("medium-old/neighbour.dcm"), folder.filePath("medium/beside.dcm")));
        const QJsonObject report = program.json({"import", folder.filePath("medium")}).object();
        QCOMPARE(report["imported"].toInt(), 1);
        QCOMPARE(report["skipped"].toArray().size(), 2);
        QVERIFY2(report["skipped"].toArray().at(0)["reason"].toString().contains("link"), QJsonDocument(report).toJson().constData());
        SUCCEEDS(program.run({"import", folder.filePath("medium/out.dcm")})); // named by a person
    }

    /// At a terminal, what is nowhere else is not removed without a question; a script says so beforehand by calling it.
    void SAF_15_removingTheOnlyCopyAsks()
    {
        const Program program;
        const QTemporaryDir folder;
        test::make(folder.filePath("one.dcm"));
        SUCCEEDS(program.run({"import", folder.path()}));
        const auto atTerminal = [&](const char* answer) {
            return test::python("import os,pty,sys\n"
                                "pid,fd=pty.fork()\n"
                                "if pid==0: os.execv(sys.argv[1],sys.argv[1:])\n"
                                "said=b''\n"
                                "while b'?' not in said:\n"
                                "  try: more=os.read(fd,4096)\n"
                                "  except OSError: break\n"
                                "  if not more: break\n"
                                "  said+=more\n"
                                "os.write(fd,b'" + QString(answer) + "\\n')\n"
                                "try:\n"
                                "  while True: said+=os.read(fd,4096)\n"
                                "except OSError: pass\n"
                                "print(said.decode(),os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))\n",
                                {QCoreApplication::applicationDirPath() + "/diascope", "--profile", program.profile(), "remove", "2.25.100"});
        };
        for (const char* answer : {"n", "no", ""}) { // nothing but Enter
            const Ran kept = atTerminal(answer);
            QVERIFY2(kept.out.contains("nowhere else") && kept.out.trimmed().endsWith("1"), (answer + kept.out + kept.err).constData());
            QCOMPARE(program.json({"studies"}).array().size(), 1);
        }
        for (const char* answer : {"y", "Y"}) {
            const Ran removed = atTerminal(answer);
            QVERIFY2(removed.out.trimmed().endsWith("0"), (answer + removed.out + removed.err).constData());
            QCOMPARE(program.json({"studies"}).array().size(), 0);
            SUCCEEDS(program.run({"import", folder.path()}));
        }
        SUCCEEDS(program.run({"remove", "2.25.100"}));
    }

    /// Where the system cannot confine the decoder, it does nothing unless a person allows it.
    void SAF_12_anUnconfinedDecoderRefuses()
    {
        const Program program;
        const QTemporaryDir folder;
        demo::Sampling sampling;
        sampling.columns = sampling.rows = 32;
        sampling.slices = 1;
        sampling.transferSyntaxUid = "1.2.840.10008.1.2.5";
        const auto files = demo::writeCt(folder.filePath("in"), {}, {}, sampling);
        QVERIFY(files);
        const QStringList pixels{"pixels", files->front(), "--out", folder.filePath("out.npy")};
        const auto run = [&](const QStringList& words) {
            QProcess process;
            process.setChildProcessModifier([] { // seccomp(2) is not there
                const sock_filter code[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_seccomp, 0, 1),
                                            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
                const sock_fprog filter{4, const_cast<sock_filter*>(code)};
                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
            });
            program.start(process, words);
            process.waitForFinished(30000);
            return Ran{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
        };
        SUCCEEDS(program.run(pixels));
        const Ran refused = run(pixels);
        FAILS_PLAINLY(refused);
        QVERIFY2(refused.err.contains("decoder.unconfined"), refused.err.constData());
        QVERIFY(run({"doctor", "--json"}).out.contains("\"decoderConfined\": false"));
        SUCCEEDS(program.run({"config", "set", "decoder.unconfined", "true"}));
        SUCCEEDS(run(pixels));
        QVERIFY(run({"doctor", "--json"}).out.contains("\"decoderMayBeUnconfined\": true"));
    }

    /// What somebody writes about, or the RIS has not taken yet, stays.
    void STO_07_whatIsUnsignedOrUndeliveredStays()
    {
        Program program;
        QTemporaryDir source;
        const auto study = [&](const QString& seed) { return megabyteStudy(source, seed); };
        SUCCEEDS(program.run({"config", "set", "archive.evictImported", "true"}));
        for (const char* seed : {"draft", "signed", "free"})
            SUCCEEDS(program.run({"import", study(seed)}));
        for (const char* seed : {"draft", "signed"}) {
            const QString id = program.json({"report", "new", "--study", demo::studyUidOf(seed), "--template", "general"}).object()["reportId"].toString();
            for (const char* section : {"findings", "impression"})
                SUCCEEDS(program.run({"report", "set", id, section, "A ball."}));
            if (QLatin1String(seed) == QLatin1String("signed"))
                SUCCEEDS(program.run({"report", "sign", id}));
            const Ran refused = program.run({"remove", demo::studyUidOf(seed)});
            FAILS_PLAINLY(refused);
        }
        SUCCEEDS(program.run({"config", "set", "archive.quotaGiB", "0.0025"})); // 2.5 MiB: two of them
        SUCCEEDS(program.run({"import", study("next")}));
        QStringList left;
        for (const QJsonValue& row : program.json({"studies"}).array())
            left << row["studyUid"].toString();
        QVERIFY(left.contains(demo::studyUidOf("draft")) && left.contains(demo::studyUidOf("signed")));
        QVERIFY(!left.contains(demo::studyUidOf("free")));
    }

    void STO_05_theDatabaseOfAnotherProgramIsLeftUntouched()
    {
        Program program;
        const QString path = program.profile() + "/diascope.db";
        QCOMPARE(test::run("sqlite3", {path, "CREATE TABLE invoice(sum); INSERT INTO invoice VALUES(7)"}).code, 0);
        const QByteArray before = bytesOf(path);
        for (const char* verb : {"studies", "verify", "rebuild"})
            FAILS_PLAINLY(program.run({verb}));
        QCOMPARE(bytesOf(path), before);
        QVERIFY(!QFileInfo::exists(path + "-wal"));
    }

    void importOfNothingSaysSo()
    {
        Program program;
        QTemporaryDir empty;
        FAILS_PLAINLY(program.run({"import", empty.path()}));
        const Ran missing = program.run({"import", empty.filePath("not-there")});
        FAILS_PLAINLY(missing);
        QVERIFY(missing.err.contains("not-there"));
        write(empty.filePath("a.txt"), "text");
        FAILS_PLAINLY(program.run({"import", empty.filePath("a.txt")}));
    }

    void referencedFilesStayWhereTheyAre()
    {
        Program program;
        QTemporaryDir source;
        const auto paths = demo::writeCt(source.path(), {}, {}, {.columns = 32, .rows = 32, .slices = 3});
        QVERIFY(paths);
        const QStringList before = filesIn(program.profile());
        QCOMPARE(program.json({"import", "--reference", source.path()}).object()["imported"].toInt(), 3);
        for (const QString& file : filesIn(program.profile()))
            QVERIFY2(!file.endsWith(".dcm"), qPrintable(file));
        QCOMPARE(program.json({"series", demo::studyUidOf("phantom")})[0]["stacks"][0]["frames"].toInt(), 3);
        SUCCEEDS(program.run({"remove", demo::studyUidOf("phantom")}));
        QCOMPARE(program.json({"studies"}).array().size(), 0);
        for (const QString& path : *paths)
            QVERIFY(QFile::exists(path));
    }
};

QTEST_GUILESS_MAIN(TestCliArchive)
#include "tst_cli_archive.moc"
