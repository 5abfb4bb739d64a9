#include "netclient/archive/archive.h"
#include "netclient/archive/index.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/many_studies.h"
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <numeric>

using namespace diascope;
using namespace diascope::archive;
using test::bytesOf, test::make, test::value;

namespace
{

constexpr int kept = 40;     ///< studies that are there before each deed
constexpr int incoming = 60; ///< those that come in

QString uidOf(int study) { return QStringLiteral("2.25.%1").arg(study); }
dicom::InstanceUid instanceOf(int study) { return {uidOf(study) + ".1.1"}; }

void say(const char* what, const QString& about)
{
    std::printf("%s %s\n", what, qPrintable(about));
    std::fflush(stdout);
}

/// The child: says "begin", then does the deed and says what is acknowledged as soon as it is.
int deed(const QString& name, const QString& profile, const QDir& in)
{
    if (name == u"upgrade")
        say("begin", {});
    auto archive = Archive::open(*Profile::open(profile));
    if (!archive)
        return 1;
    if (name != u"upgrade")
        say("begin", {});
    Task task;
    if (name == u"import") {
        Task telling([](qint64 done, qint64, const QString&) { say("count", QString::number(done)); });
        return (*archive)->import({in.path()}, ImportMode::Copy, telling) ? 0 : 2;
    }
    if (name == u"receive") {
        const auto intake = (*archive)->intake("PACS", [](const dicom::InstanceUid& uid, const Result<Stored>& stored) {
            if (stored)
                say("stored", uid.value);
        }, Arrival::Fetched);
        for (int study = kept + 1; study <= kept + incoming; ++study)
            intake->add(bytesOf(in.filePath(QString::number(study))), instanceOf(study));
        intake->finish();
    } else if (name == u"remove") {
        for (int study = 1; study <= kept; ++study)
            if ((*archive)->removeStudy({uidOf(study)}))
                say("removed", uidOf(study));
    } else if (name == u"evict") {
        return (*archive)->evict(0, {}, task) ? 0 : 2;
    } else if (name == u"rebuild") {
        return (*archive)->rebuild(task) ? 0 : 2;
    } else if (name == u"repair") {
        return (*archive)->verify(Archive::Repair::Yes, task) ? 0 : 2;
    }
    return 0;
}

/// integrity, rows without file, files without row, temporary files, sums that disagree, of an archive nobody has open.
QString soundness(const QString& profile)
{
    const auto ran = test::python(
        "import sys,os,sqlite3\n"
        "p=sys.argv[1]; c=sqlite3.connect(p+'/diascope.db'); one=lambda q: c.execute(q).fetchone()[0]\n"
        "rows=set(r[0] for r in c.execute('select sha256 from instance where reference is null'))\n"
        "kept=set(r[0] for r in c.execute(\"select kept from quarantine where kept<>''\"))\n"
        "files=set(f for d in os.listdir(p+'/pixels') if len(d)==2 for f in os.listdir(p+'/pixels/'+d))\n"
        "aside=set(os.listdir(p+'/pixels/quarantine'))\n"
        "parts=[f for d,_,fs in os.walk(p+'/pixels') for f in fs if f.endswith('.part')]\n"
        "c.execute(\"insert into study_text(study_text) values('integrity-check')\")\n"
        "wrong=(one('select bytes from archive_size')!=one('select ifnull(sum(size),0) from instance where reference is null'))"
        "+(one('select ifnull(sum(only_here),0) from study')!=one('select count(*) from instance where reference is null and confirmed is null'))"
        "+(one('select ifnull(sum(instances),0) from study')!=one('select count(*) from instance'))"
        "+(one('select count(*) from patient where id not in (select patient from study)'))\n"
        "print(one('pragma integrity_check'),len(rows-files)+len(kept-aside),len(files-rows)+len(aside-kept),len(parts),wrong)\n",
        {profile});
    return QString::fromUtf8(ran.out + ran.err).trimmed();
}

} // namespace

/// STO-01, STO-05: a real process, killed at random moments of everything that writes. DIASCOPE_KILLS=500 for the full number.
class TestArchiveKills : public QObject
{
    Q_OBJECT

    /// Runs the deed and kills it after a random part of the time it needs; what it said. `isKilled`: it had not ended.
    QByteArray runKilled(const QStringList& arguments, double wholeMs, bool* isKilled)
    {
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), arguments);
        if (!child.waitForStarted() || !child.waitForReadyRead(20000))
            return {};
        const int lifeMs = int(QRandomGenerator::global()->bounded(wholeMs));
        *isKilled = !test::endsWithin(child, std::max(1, lifeMs));
        return child.readAllStandardOutput();
    }

    static int kills() { return qEnvironmentVariableIsSet("DIASCOPE_KILLS") ? qEnvironmentVariableIntValue("DIASCOPE_KILLS") : 60; }

private Q_SLOTS:
    void STO_01_killedAtAnyMoment()
    {
        QTemporaryDir folder;
        const QString profile = folder.filePath("profile");
        const QDir files(folder.filePath("in"));
        for (int study = 1; study <= kept + incoming; ++study)
            make(files.filePath(QString::number(study)), {.study = uidOf(study), .series = uidOf(study) + ".1", .instance = instanceOf(study).value,
                 .patientId = QString::number(study), .pixels = QByteArray(20000, char(study))});
        QDir().mkpath(folder.filePath("new"));
        const QDir fresh(folder.filePath("new"));
        for (int study = kept + 1; study <= kept + incoming; ++study)
            QVERIFY(QFile::link(files.filePath(QString::number(study)), fresh.filePath(QString::number(study))));
        const QStringList deeds{"import", "receive", "remove", "evict", "rebuild", "repair"};
        QHash<QString, double> wholeMs;
        QHash<QString, int> killed;
        QSet<int> found;
        for (int round = 0; round < kills() * 2 && std::accumulate(killed.begin(), killed.end(), 0) < kills(); ++round) {
            const QString name = deeds[round % deeds.size()];
            { // the state every deed begins with
                auto archive = std::move(*Archive::open(*Profile::open(profile)));
                for (int study = kept + 1; study <= kept + incoming; ++study)
                    (void)archive->removeStudy({uidOf(study)});
                const auto intake = archive->intake("PACS", [](const dicom::InstanceUid&, const Result<Stored>&) {}, Arrival::Fetched);
                for (int study = 1; study <= kept; ++study)
                    intake->add(bytesOf(files.filePath(QString::number(study))), instanceOf(study));
                intake->finish();
                QVERIFY(archive->setPinned({uidOf(7)}, Archive::Pin::Yes));
                if (name == u"repair") // something to repair: one rotten, one gone
                    for (const auto& [study, isGone] : {std::pair{3, false}, std::pair{5, true}}) {
                        const QString path = (*archive->instance(instanceOf(study)))->path;
                        QFile file(path);
                        QVERIFY(isGone ? file.remove() : file.open(QIODevice::ReadWrite) && file.write("rotten") == 6);
                    }
            }
            if (!wholeMs.contains(name)) { // once to its end: how long that takes
                QElapsedTimer clock;
                QProcess child;
                child.start(QCoreApplication::applicationFilePath(), {"--deed", name, profile, fresh.path()});
                QVERIFY(child.waitForReadyRead(20000));
                clock.start();
                QVERIFY(child.waitForFinished(60000));
                QCOMPARE(child.exitCode(), 0);
                wholeMs[name] = std::max(3.0, double(clock.nsecsElapsed()) / 1e6);
                continue;
            }
            bool isKilled = false;
            const QByteArray said = runKilled({"--deed", name, profile, fresh.path()}, wholeMs[name], &isKilled);
            killed[name] += isKilled;
            QStringList stored, removed;
            int count = 0;
            for (const QByteArray& line : said.left(said.lastIndexOf('\n')).split('\n')) {
                const QString about = QString::fromLatin1(line.mid(line.indexOf(' ') + 1));
                if (line.startsWith("stored "))
                    stored << about;
                else if (line.startsWith("removed "))
                    removed << about;
                else if (line.startsWith("count "))
                    count = about.toInt();
            }
            const QByteArray where = QStringLiteral("round %1, %2: ").arg(round).arg(name).toUtf8();
            int rows = 0;
            {
                auto opened = Archive::open(*Profile::open(profile));
                QVERIFY2(opened, (where + (opened ? QByteArray() : message(opened.error()).toUtf8())).constData());
                for (const QString& uid : stored)
                    QVERIFY2(value((*opened)->instance({uid})).has_value(), (where + "lost " + uid.toLatin1()).constData());
                for (const QString& uid : removed)
                    QVERIFY2(!value((*opened)->study({uid})), (where + "came back " + uid.toLatin1()).constData());
                rows = int(value((*opened)->studies()).size());
                if (name == u"import" || name == u"receive")
                    QVERIFY2(rows >= kept + count, (where + QByteArray::number(rows)).constData());
                if (name == u"rebuild") {
                    QCOMPARE(rows, kept);
                    QCOMPARE((*(*opened)->instance(instanceOf(9)))->confirmedBy, "PACS");
                }
                if (name == u"evict" || name == u"rebuild")
                    QVERIFY2(value((*opened)->study({uidOf(7)})).value_or(StudyRow()).isPinned, (where + "the pinned study").constData());
                if (name == u"repair")
                    QVERIFY2(rows >= kept - 2, (where + QByteArray::number(rows)).constData());
            }
            found.insert(rows);
            if (name == u"repair") { // what was made away with by hand may still be missing; nothing else
                const QString between = soundness(profile);
                QVERIFY2(between == "ok 0 0 0 0" || between == "ok 1 0 0 0", (where + between.toUtf8()).constData());
                Task task;
                auto archive = std::move(*Archive::open(*Profile::open(profile)));
                QVERIFY(archive->verify(Archive::Repair::Yes, task));
                QVERIFY(value(archive->quarantine()).size() >= 1); // the rotten one's bytes are kept
                for (const QuarantineRow& row : value(archive->quarantine()))
                    QVERIFY(archive->removeFromQuarantine(row.id));
            }
            const QString sound = soundness(profile);
            QVERIFY2(sound == "ok 0 0 0 0", (where + sound.toUtf8()).constData());
        }
        const int all = std::accumulate(killed.begin(), killed.end(), 0);
        qInfo() << "STO-01:" << all << "kills:" << killed << "; numbers of studies found afterwards:" << found.size();
        QVERIFY(all >= std::min(kills(), 30) / 2);
        for (const QString& name : deeds)
            QVERIFY2(killed[name] > 0, qPrintable(name));
    }

    void STO_05_anUpgradeKilledMidwayIsWhollyOldOrWhollyNew()
    {
        QTemporaryDir folder;
        const QString old = folder.filePath("old.db");
        {
            auto database = Database::open(old);
            QVERIFY(database);
            QVERIFY((*database)->migrate("archive", schema().mid(0, 1)));
        }
        const auto filled = test::fillWithStudies(old, {.studies = 3000, .instancesPerStudy = 40, .isFirstVersion = true});
        QVERIFY2(filled, filled ? "" : qPrintable(message(filled.error())));
        const QString profile = folder.filePath("profile");
        QDir().mkpath(profile);
        const QString path = profile + "/diascope.db";
        const auto restore = [&] {
            for (const char* end : {"", "-wal", "-shm"})
                QFile::remove(path + end);
            QVERIFY(QFile::copy(old, path));
        };
        /// Read without SQLite's help of ours: version, new tables, new columns, rows.
        const auto state = [&] {
            return QString::fromUtf8(test::python(
                "import sys,sqlite3\nc=sqlite3.connect(sys.argv[1]); one=lambda q: c.execute(q).fetchone()[0]\n"
                "print(one(\"select version from schema_version where owner='archive'\"),one(\"select count(*) from sqlite_schema where name in ('peer','archive_size','study_text','study_search')\"),"
                "one(\"select count(*) from pragma_table_info('study') where name in ('bytes','only_here','used','pinned')\"),one('select count(*) from study'),one('select count(*) from instance'))\n", {path}).out).trimmed();
        };
        restore();
        const QString whollyOld = state();
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(deed("upgrade", profile, {}), 0);
        const double wholeMs = double(clock.nsecsElapsed()) / 1e6;
        const QString whollyNew = state();
        QVERIFY(whollyOld.startsWith("1 0 0 3000 ") && whollyNew.startsWith(QStringLiteral("%1 4 4 3000 ").arg(schema().size())));
        int asOld = 0, asNew = 0, killed = 0;
        restore();
        for (int round = 0; round < std::max(12, kills() / 10); ++round) {
            bool isKilled = false;
            (void)runKilled({"--deed", "upgrade", profile}, wholeMs * 1.1, &isKilled);
            killed += isKilled;
            const QString now = state();
            QVERIFY2(now == whollyOld || now == whollyNew, qPrintable(now));
            ++(now == whollyOld ? asOld : asNew);
            if (now == whollyNew)
                restore();
        }
        qInfo("STO-05: an upgrade of %.0f ms killed %d times: %d old, %d new afterwards", wholeMs, killed, asOld, asNew);
        QVERIFY(killed > 0 && asOld > 0);
        // Opening again completes it.
        auto archive = Archive::open(*Profile::open(profile));
        QVERIFY(archive);
        QCOMPARE(state(), whollyNew);
        const auto sum = test::python("import sys,sqlite3\nprint(sqlite3.connect(sys.argv[1]).execute('select sum(size) from instance where reference is null').fetchone()[0])", {path});
        QCOMPARE(*(*archive)->storedBytes(), sum.out.trimmed().toLongLong());
        const auto made = test::madeStudy(1234);
        const auto row = value((*archive)->study({made.uid}));
        QVERIFY(row && row->onlyHere == row->instances && row->usedMs == row->addedMs); // nobody is known to keep it
        Query query;
        query.text = made.accession.toLower() + u' ' + made.bodyPart;
        QCOMPARE(value((*archive)->studies(query)).size(), size_t(1));
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "--deed")
        return deed(arguments.value(2), arguments.value(3), QDir(arguments.value(4)));
    TestArchiveKills test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_archive_kills.moc"
