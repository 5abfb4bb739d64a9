#include "netclient/archive/pixel_store.h"
#include "tests/support/archive_fixture.h"
#include "tests/support/phantom_files.h"
#include <QCryptographicHash>
#include <QRegularExpression>
#include <QSignalSpy>
#include <fcntl.h>
#include <sys/stat.h>

using namespace diascope;
using namespace diascope::archive;
using test::bytesOf, test::Made, test::make, test::value;

namespace {

QString shaOf(const QByteArray& bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

void put(const QString& path, const QByteArray& bytes)
{
    const mode_t mask = ::umask(0077);
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
    ::umask(mask);
}

/// Everything below a folder: name, rights, size. The names of sessions are random.
QStringList listing(const QString& folder)
{
    static const QRegularExpression session("incoming/[0-9a-f]{32}");
    QStringList found;
    QDirIterator all(folder, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                     QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString path = all.next();
        struct stat status = {};
        (void)::lstat(QFile::encodeName(path).constData(), &status);
        found << path.mid(folder.size() + 1).replace(session, "incoming/S") +
                     QStringLiteral(" %1 %2")
                         .arg(status.st_mode & 07777, 0, 8)
                         .arg(S_ISDIR(status.st_mode) ? -1 : qint64(status.st_size));
    }
    found.sort();
    return found;
}

/// What an empty store consists of, and these files.
QStringList storeWith(QStringList files)
{
    for (const QStringList names = files; const QString& name : names)
        if (const QString folder = name.section('/', 0, 0);
            name.section(' ', 0, 0).count('/') == 1 && folder.size() == 2)
            files << folder + " 700 -1";
    files << QStringList{"incoming 700 -1", "incoming/S 700 -1", "incoming/S/journal 600 0", "incoming/S/lock 600 0",
                         "open.lock 600 0", "quarantine 700 -1", "reserve 600 4194304"};
    files.removeDuplicates();
    files.sort();
    return files;
}

} // namespace

/// What is kept, where and with what name and rights; what leaves, in which order; what a check finds and mends.
class TestArchiveKeeping : public QObject, protected test::ArchiveFixture
{
    Q_OBJECT

    QString pixels() const { return profileFolder() + "/pixels"; }
    /// Rows of the database, their columns joined.
    QStringList rows(const QString& sql) const
    {
        QStringList found;
        const auto database = Database::open(profileFolder() + "/diascope.db");
        auto query = (*database)->prepare(sql);
        while (value(query->step())) {
            QStringList cells;
            for (int i = 0; i < query->columnCount(); ++i)
                cells << query->text(i);
            found << cells.join('|');
        }
        return found;
    }
    void change(const QString& sql) const
    {
        QVERIFY((*Database::open(profileFolder() + "/diascope.db"))->execute(sql));
    }
    QStringList studyRows() const
    {
        return rows("SELECT uid, patient_id, series, instances, modalities, bytes, only_here, only_imported, pinned "
                    "FROM study ORDER BY uid");
    }
    QStringList instanceRows() const
    {
        return rows("SELECT uid, origin, (SELECT name FROM peer WHERE id=source), (SELECT name FROM peer WHERE "
                    "id=confirmed), ifnull(sha256,''), ifnull(reference,''), size"
                    " FROM instance ORDER BY uid");
    }
    QStringList quarantineRows() const
    {
        return rows("SELECT source, uid, kept, reason, study, patient_id, issuer, name, birth_date, sex FROM "
                    "quarantine ORDER BY id");
    }
    static Made made(int study, int instance, const QByteArray& content = "pixels")
    {
        const QString uid = QStringLiteral("2.25.%1").arg(study);
        return {.study = uid,
                .series = uid + ".1",
                .instance = uid + ".1." + QString::number(instance),
                .patientId = QStringLiteral("P%1").arg(study),
                .pixels = content};
    }
    QString placeOf(const QString& sha256) const { return pixels() + '/' + sha256.left(2) + '/' + sha256; }
    static QString stored(const QByteArray& bytes)
    {
        return shaOf(bytes).left(2) + '/' + shaOf(bytes) + QStringLiteral(" 600 %1").arg(bytes.size());
    }
    QStringList remarks(const std::vector<Remark>& all) const
    {
        QStringList lines;
        for (const Remark& one : all)
            lines << one.path + '|' + one.reason + '|' + one.instanceUid;
        return lines;
    }
    static QStringList uids(const std::vector<dicom::StudyUid>& studies)
    {
        QStringList all;
        for (const auto& one : studies)
            all << one.value;
        return all;
    }
    void receive(const QString& path, const QString& source, Arrival arrival)
    {
        QVERIFY(m_archive->storeReceived(bytesOf(path), source, arrival));
    }

private Q_SLOTS:
    void initTestCase() { ::umask(0); }
    void init() { start(); }
    void cleanup() { end(); }

    /// FIPS 180-2 B.1: the digest of "abc".
    void STO_08_whereAFileLiesAndByWhatName()
    {
        const QString abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", folder = file("store");
        QVERIFY(QDir().mkpath(folder) && QFile::link(folder, file("link")));
        auto opened = PixelStore::open(file("link"));
        PixelStore& store = **opened;
        QCOMPARE(store.folder(), folder);                    // what a remark names outlives the link
        const QByteArray big(2'500'000, 'x'), small = "abc"; // the big one is not read at once
        put(file("big"), big);
        const auto one = store.write({reinterpret_cast<const uchar*>(small.constData()), 3}),
                   two = store.copy(one->path), three = store.copy(file("big"));
        QCOMPARE(one->sha256 + two->sha256 + three->sha256, abc + abc + shaOf(big));
        QCOMPARE(one->size + two->size + three->size, 2'500'006);
        QVERIFY(::mkfifo(QFile::encodeName(file("fifo")).constData(), 0600) == 0 && bytesOf(three->path) == big);
        QCOMPARE(store.copy(file("gone")).error().fault, Fault::NotFound);
        QCOMPARE(store.copy(file("fifo")).error().detail, file("fifo") + " is not a plain file");
        QVERIFY(store.place(*one) && store.placeInQuarantine(*two) && store.linkToQuarantine(abc, abc + ".1"));
        QVERIFY(store.syncFolders() && !store.place(*one) && store.freeNameInQuarantine(abc) == abc + ".2");
        QCOMPARE(store.linkToQuarantine(abc, abc + ".1").error().fault, Fault::Unreadable); // the name is taken
        QCOMPARE(store.linkToQuarantine(QString(64, 'f'), "x").error().fault, Fault::NotFound);
        QCOMPARE(listing(folder), storeWith({"ba/" + abc + " 600 3", "incoming/S/3.part 600 2500000",
                                             "quarantine/" + abc + " 600 3", "quarantine/" + abc + ".1 600 3"}));
        QVERIFY(PixelStore::removeFile(file("gone")) && !PixelStore::removeFile(folder));
        QVERIFY(PixelStore::freeReserve(folder) && !PixelStore::freeReserve(folder));
        store.keepReserve();
        QCOMPARE(QFileInfo(folder + "/reserve").size(), 4 << 20);
        QCOMPARE(PixelStore::open(file("no/parent")).error().fault, Fault::NotFound);
    }

    /// A journal names what is on its way; what a dead session's names is found by the next one, once.
    void STO_01_whatADeadSessionLeaves()
    {
        const QString name(64, 'a'), incoming = file("store") + "/incoming/";
        auto dying = std::move(*PixelStore::open(file("store")));
        const auto next = std::move(*PixelStore::open(file("store")));
        QVERIFY(dying->announce({"forgotten"}));
        dying->forget();
        QVERIFY(dying->announce({name, 'q' + name}));
        dying->leaveToTheNext();
        dying->forget();
        QVERIFY(dying->announce({QString(63, 'b')})); // of a write that was torn
        const QString first = dying->addOpenMark("2.25.1"), second = dying->addOpenMark("2.25.1");
        QCOMPARE(QFileInfo(first).fileName().section('-', 0, 1), "open-" + shaOf("2.25.1").left(32));
        dying->removeOpenMark("2.25.1", first);
        QVERIFY(dying->isOpen("2.25.1") && next->isOpen("2.25.1") && !next->isOpen("2.25.2"));
        dying->removeOpenMark("2.25.1", second);
        QVERIFY(!dying->isOpen("2.25.1") && !next->isOpen("2.25.1") && !dying->addOpenMark("2.25.3").isEmpty());
        // Sessions that are just being made have no lock or no journal yet.
        for (const auto& [session, age] : {std::pair("young", 20), {"old", 100}})
            for (const char* kind : {"-bare", "-locked"}) {
                QVERIFY(QDir().mkpath(incoming + session + kind));
                if (kind[1] == 'l')
                    put(incoming + session + kind + "/lock", "");
                const timespec time = {::time(nullptr) - age, 0}, times[2] = {time, time};
                QCOMPARE(::utimensat(AT_FDCWD, qPrintable(incoming + session + kind), times, 0), 0);
            }
        const auto idle = next->abandoned();
        QVERIFY(idle.size() == 1 && idle[0].folder == incoming + "old-locked" && idle[0].names.isEmpty());
        PixelStore::remove(idle[0]);
        dying.reset();
        QVERIFY(!next->isOpen("2.25.3")); // whose mark is there still
        for (int again = 0; again < 2; ++again) {
            const auto dead = next->abandoned();
            QVERIFY(dead.size() == 1 && dead[0].names == (QStringList{name, 'q' + name}) && next->abandoned().empty());
            again ? PixelStore::remove(dead[0]) : PixelStore::release(dead[0]);
        }
        QCOMPARE(QDir(incoming).entryList({"*-*"}, QDir::Dirs), (QStringList{"young-bare", "young-locked"}));
    }

    /// A dead session's journal names files whose rows were in a database that is lost: `rebuild` still finds them.
    void STO_06_aNewDatabaseCostsNoFile()
    {
        const QString path = make(file("in/1"));
        receive(path, "CT1", Arrival::Pushed);
        const QString name = shaOf(bytesOf(path));
        m_archive.reset();
        auto dying = std::move(*PixelStore::open(pixels()));
        QVERIFY(dying->announce({name}));
        dying->leaveToTheNext();
        dying.reset();
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(profileFolder() + "/diascope.db" + part);
        reopen();
        QVERIFY(QFileInfo::exists(placeOf(name)));
        Task task;
        QVERIFY(m_archive->rebuild(task));
        QCOMPARE(value(m_archive->studies()).size(), 1u);
    }

    /// Each study: its instances (fetched, received, imported) and what holds it (pinned, open, k: wanted).
    void STO_07_whatLeavesInWhichOrder_data()
    {
        QTest::addColumn<QStringList>("studies");
        QTest::addColumn<QStringList>("use");
        QTest::addColumn<QStringList>("quota"); // as many bytes as these studies have
        QTest::addColumn<int>("less");
        QTest::addColumn<bool>("importedMayGo");
        QTest::addColumn<QStringList>("gone");
        QTest::addColumn<QStringList>("kept");
        const QStringList order{"1", "2", "3"}, none;
        const auto row = [&](const char* name, const QStringList& studies, const QStringList& use,
                             const QStringList& quota, int less, bool importedMayGo, const QStringList& gone,
                             const QStringList& kept) {
            QTest::newRow(name) << studies << use << quota << less << importedMayGo << gone << kept;
        };
        row("STO-07 the quota holds", {"f", "f", "f"}, order, order, 0, false, none, none);
        row("STO-07 one byte too much", {"f", "f", "f"}, order, order, 1, false, {"1"}, none);
        row("STO-07 one study too much", {"f", "f", "f"}, order, {"2", "3"}, 0, false, {"1"}, none);
        row("STO-07 and one byte", {"f", "f", "f"}, order, {"2", "3"}, 1, false, {"1", "2"}, none);
        row("STO-07 by use", {"f", "f", "f"}, {"3", "1", "2"}, {}, 0, false, {"3", "1", "2"}, none);
        row("STO-07 used at one time: by age", {"f", "f", "f"}, {"1", "", ""}, {"3"}, 0, false, {"1", "2"}, none);
        row("STO-07 what holds", {"fp", "fo", "fk", "f"}, order, {}, 0, false, {"4"},
            {"1 pinned", "2 open", "3 wanted"});
        const QString nowhere = " image(s) of it are known nowhere else";
        row("STO-07 only here", {"r", "ii", "fr", "f"}, order, {}, 0, false, {"4"},
            {"1 1" + nowhere, "2 2" + nowhere, "3 1" + nowhere});
        row("STO-07 only here, imported", {"r", "ii", "fr", "iir"}, order, {}, 0, true, {"2"},
            {"1 1" + nowhere, "3 1" + nowhere, "4 1" + nowhere});
        row("STO-07 pinned and only here", {"rp"}, {"1"}, {}, 0, false, none, {"1 pinned"});
        row("STO-07 nothing is stored", {}, {}, {}, 0, false, none, none);
        row("STO-07 a quota of nothing and less", {"f"}, {"1"}, {}, 1, false, {"1"}, none);
    }
    void STO_07_whatLeavesInWhichOrder()
    {
        QFETCH(QStringList, studies);
        QFETCH(QStringList, use);
        QFETCH(QStringList, quota);
        QFETCH(int, less);
        QFETCH(bool, importedMayGo);
        QFETCH(QStringList, gone);
        QFETCH(QStringList, kept);
        QHash<QString, qint64> sizes;
        std::vector<std::unique_ptr<Archive::OpenMark>> marks;
        for (int study = 1; study <= studies.size(); ++study) {
            int instance = 0;
            for (const QChar what : studies[study - 1]) {
                const Made one = made(study, ++instance, QByteArray(100 * study, 'x'));
                const QString path = file(QStringLiteral("%1.%2").arg(study).arg(instance));
                if (what == 'p')
                    QVERIFY(m_archive->setPinned({one.study}, Archive::Pin::Yes));
                else if (what == 'o')
                    marks.push_back(m_archive->markOpen({one.study}));
                else if (what == 'i')
                    QCOMPARE(import({make(path, one)}).imported, 1);
                else if (what != 'k')
                    receive(make(path, one), "PACS", what == 'f' ? Arrival::Fetched : Arrival::Pushed);
                sizes[QString::number(study)] += QFileInfo(path).size();
            }
        }
        change("UPDATE study SET used=10");
        for (int i = 0; i < use.size(); ++i)
            change(QStringLiteral("UPDATE study SET used=%1 WHERE uid='2.25.%2'").arg(i + 1).arg(use[i]));
        const auto sum = [&](const QStringList& of) {
            return std::accumulate(of.begin(), of.end(), qint64(0),
                                   [&](qint64 all, const QString& one) { return all + sizes[one]; });
        };
        const qint64 all = sum(sizes.keys()), quotaBytes = sum(quota) - less;
        QCOMPARE(*m_archive->storedBytes(), all);
        QStringList reports, expectedReports, wasAsked;
        Task task([&](qint64 done, qint64 total, const QString&) {
            reports << QStringLiteral("%1/%2").arg(done).arg(total);
        });
        QSignalSpy changed(m_archive.get(), &Archive::changed);
        const auto keep = [&](const dicom::StudyUid& uid) {
            wasAsked << uid.value.section('.', 2);
            return studies[wasAsked.last().toInt() - 1].contains('k') ? QString("wanted") : QString();
        };
        const auto report = m_archive->evict(
            quotaBytes, keep, task, importedMayGo ? Archive::OnlyHere::ImportedMayGo : Archive::OnlyHere::Stays);
        QVERIFY(report);
        QStringList went, stayed, asked = gone; // of what its row holds nobody is asked
        for (const auto& one : report->evicted) {
            went << one.study.value.section('.', 2);
            QCOMPARE(one.bytes, sizes[went.last()]);
            expectedReports << QStringLiteral("%1/%2").arg(std::min(sum(went), all - quotaBytes)).arg(all - quotaBytes);
        }
        for (const auto& one : report->kept) {
            stayed << one.study.value.section('.', 2) + ' ' + one.reason;
            if (one.reason == "open" || one.reason == "wanted")
                asked << one.study.value.section('.', 2);
            QCOMPARE(one.bytes, sizes[one.study.value.section('.', 2)]);
        }
        QCOMPARE(went, gone);
        QCOMPARE(stayed, kept);
        QCOMPARE(QSet<QString>(wasAsked.begin(), wasAsked.end()), QSet<QString>(asked.begin(), asked.end()));
        QCOMPARE(reports, expectedReports);
        QCOMPARE(report->bytesOver, std::max<qint64>(0, all - sum(gone) - quotaBytes));
        QVERIFY(!report->isCancelled);
        QCOMPARE(changed.count(), gone.isEmpty() ? 0 : 1);
        QCOMPARE(rows("SELECT count(*) FROM study"), QStringList{QString::number(studies.size() - gone.size())});
        QCOMPARE(*m_archive->storedBytes(), all - sum(gone));
        qint64 onDisk = 0;
        for (QDirIterator found(pixels(), QDir::Files, QDirIterator::Subdirectories); found.hasNext();)
            if (const QFileInfo info(found.next()); info.fileName().size() == 64)
                onDisk += info.size();
        QCOMPARE(onDisk, all - sum(gone));
    }

    /// What happens between the question and the removal. A study that is used is the newest: its turn comes again.
    void STO_07_aStudyThatIsWantedMeanwhileStays_data()
    {
        QTest::addColumn<QString>("sql"); // empty: it is opened
        QTest::addColumn<QStringList>("what");
        QTest::newRow("STO-07 used") << "UPDATE study SET used=used+1" << QStringList{"in use just now", "asked again"};
        QTest::newRow("STO-07 grown") << "UPDATE study SET bytes=bytes+1" << QStringList{"in use just now"};
        QTest::newRow("STO-07 pinned") << "UPDATE study SET pinned=1" << QStringList{"pinned"};
        QTest::newRow("STO-07 not confirmed any more")
            << "UPDATE study SET only_here=3" << QStringList{"3 image(s) of it are known nowhere else"};
        QTest::newRow("STO-07 opened") << "" << QStringList{"open"};
        QTest::newRow("STO-07 gone") << "UPDATE study SET uid='2.25.9'" << QStringList();
        QTest::newRow("STO-07 nothing") << "UPDATE study SET description='x'" << QStringList{"evicted"};
    }
    void STO_07_aStudyThatIsWantedMeanwhileStays()
    {
        QFETCH(QString, sql);
        QFETCH(QStringList, what);
        receive(make(file("1"), made(1, 1)), "PACS", Arrival::Fetched);
        std::unique_ptr<Archive::OpenMark> mark;
        Task task;
        int asked = 0;
        const auto keep = [&](const dicom::StudyUid& uid) {
            if (asked++)
                return QString("asked again");
            if (sql.isEmpty())
                mark = m_archive->markOpen(uid);
            else
                change(sql);
            return QString();
        };
        const auto report = m_archive->evict(0, keep, task);
        QVERIFY(report);
        QStringList found;
        for (const auto& one : report->kept)
            found << one.reason;
        for (const auto& one : report->evicted)
            found << (one.study.value == "2.25.1" ? "evicted" : "another");
        QCOMPARE(found, what);
        QCOMPARE(rows("SELECT count(*) FROM study"), QStringList{what.contains("evicted") ? "0" : "1"});
    }

    /// The list is read in pages: of 450 of one time each is looked at once, and what lies behind them goes.
    void STO_07_manyStudiesThatMustStay()
    {
        receive(make(file("1"), made(1, 1)), "PACS", Arrival::Fetched);
        change("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i+1 FROM n WHERE i<451) INSERT INTO study(uid, "
               "patient, patient_name, patient_id, issuer, birth_date, sex, date, time,"
               " accession, description, referring, study_id, name_folded, words, added, bytes, used, pinned) SELECT "
               "'1.'||i, patient, '', '', '', '', '', '', '', '', '', '', '', '', '',"
               " 0, 10, 5, 1 FROM n, study WHERE study.uid='2.25.1'");
        Task task;
        const auto report = m_archive->evict(0, {}, task);
        QCOMPARE(report->kept.size(), 450u);
        for (int i = 0; i < 450; ++i)
            QCOMPARE(report->kept[size_t(i)].study.value, QStringLiteral("1.%1").arg(i + 2));
        QCOMPARE(report->evicted.size(), 1u);
        QCOMPARE(report->bytesOver, 4500);
        Task cancelled;
        cancelled.cancel();
        const auto none = m_archive->evict(0, {}, cancelled);
        QVERIFY(none->isCancelled && none->kept.empty());
        QCOMPARE(none->bytesOver, 4500);
    }

    /// A check names what is gone or rotten and what no row knows, and leaves it all; the repair mends just that.
    void STO_03_whatACheckFindsAndMends()
    {
        const auto image = [&](int study, int instance, const QByteArray& content = "pixels") {
            return make(file(QStringLiteral("%1.%2").arg(study).arg(instance)), made(study, instance, content));
        };
        const QString sound = image(1, 1), rotten = image(1, 2), lost = image(2, 1), ref = image(3, 1),
                      refGone = image(4, 1), refLonger = image(5, 1), refOther = image(3, 2);
        import({sound, rotten, lost});
        import({ref, refGone, refLonger, refOther}, ImportMode::Reference);
        const QByteArray wasRotten = bytesOf(rotten), nowRotten = QByteArray(wasRotten).replace("pixels", "pixelz"),
                         lostBytes = bytesOf(lost);
        put(placeOf(shaOf(wasRotten)), nowRotten);
        QVERIFY(QFile::remove(placeOf(shaOf(lostBytes))) && QFile::remove(refGone));
        put(refLonger, bytesOf(refLonger) + "  ");
        put(refOther, bytesOf(refOther).replace("pixels", "pixelz"));
        SUCCEEDS(test::writeFiles(m_folder->path(), R"py(
d = Dataset(); d.file_meta = FileMetaDataset(); d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
d.file_meta.MediaStorageSOPClassUID = '1.2.840.10008.1.3.10'; d.file_meta.MediaStorageSOPInstanceUID = '1.2.3'
record = Dataset(); record.DirectoryRecordType = 'PATIENT'; record.PatientComments = 'x' * 700
d.FileSetID = 'X'; d.DirectoryRecordSequence = Sequence([record]); d.is_little_endian, d.is_implicit_VR = True, False
pydicom.dcmwrite(os.path.join(out, 'directory'), d, write_like_original=False)
)py"));
        // In the order of their names: one under another name, rubbish, one that is stored, a directory, rubbish that
        // is hidden.
        const QByteArray misnamed = bytesOf(image(7, 1)), rightly = bytesOf(image(6, 1));
        const QString names[] = {QString(64, '0'), QString(64, '1'), QString(64, '2'), QString(64, '3'), ".4"};
        put(placeOf(shaOf(rightly)), rightly);
        put(pixels() + "/00/" + names[0], misnamed);
        put(pixels() + "/00/" + names[1], "rubbish, one");
        put(pixels() + "/00/" + names[2], bytesOf(sound));
        put(pixels() + "/00/" + names[3], bytesOf(file("directory")));
        put(pixels() + "/00/" + names[4], "rubbish, two");
        put(pixels() + "/abc/" + names[0], "not of the store");
        const QStringList before = listing(pixels()), rowsBefore = studyRows() + instanceRows() + quarantineRows();
        QStringList reports;
        Task task([&](qint64 done, qint64 total, const QString&) {
            reports << QStringLiteral("%1/%2").arg(done).arg(total);
        });
        const QStringList missing{placeOf(shaOf(lostBytes)) + "|the file is gone|2.25.2.1.1",
                                  refGone + "|the file is gone|2.25.4.1.1"},
            changed{placeOf(shaOf(wasRotten)) + "|the bytes have changed since they were stored|2.25.1.1.2",
                    refLonger + "|the file has another size than when it was indexed|2.25.5.1.1"};
        QSignalSpy told(m_archive.get(), &Archive::changed);
        for (const Archive::Repair repair : {Archive::Repair::No, Archive::Repair::Yes}) {
            reports.clear();
            const auto report = m_archive->verify(repair, task);
            QVERIFY(report);
            QCOMPARE(report->checked, 7);
            QCOMPARE(reports, (QStringList{"1/7", "2/7", "3/7", "4/7", "5/7", "6/7", "7/7"}));
            QCOMPARE(remarks(report->missing), missing);
            QCOMPARE(remarks(report->changed), changed);
            QCOMPARE(uids(report->refetch), (QStringList{"2.25.1", "2.25.2", "2.25.4", "2.25.5"}));
            QCOMPARE(report->orphans, 6);
            QVERIFY(report->isDatabaseSound);
            QCOMPARE(report->repaired, repair == Archive::Repair::Yes ? 10 : 0);
            if (repair == Archive::Repair::No) {
                QCOMPARE(listing(pixels()), before);
                QCOMPARE(studyRows() + instanceRows() + quarantineRows(), rowsBefore);
                QCOMPARE(told.count(), 0);
            }
        }
        QCOMPARE(told.count(), 5); // four of what no row knew came in or went aside, and the whole
        const auto line = [](int study, int instances, qint64 bytes, int onlyHere, int onlyImported) {
            return QStringLiteral("2.25.%1|P%1|1|%2|CT|%3|%4|%5|0")
                .arg(study)
                .arg(instances)
                .arg(bytes)
                .arg(onlyHere)
                .arg(onlyImported);
        };
        const qint64 size = QFileInfo(sound).size();
        QCOMPARE(studyRows(), (QStringList{line(1, 1, size, 1, 1), line(3, 2, 0, 0, 0),
                                           line(6, 1, rightly.size(), 1, 0), line(7, 1, misnamed.size(), 1, 0)}));
        QCOMPARE(rows("SELECT patient_id FROM patient ORDER BY 1"), (QStringList{"P1", "P3", "P6", "P7"}));
        QCOMPARE(*m_archive->storedBytes(), 3 * size);
        const auto instance = [&](const char* uid, int origin, const QByteArray& bytes, const QString& reference) {
            return QStringLiteral("%1|%2|||%3|%4|%5")
                .arg(uid)
                .arg(origin)
                .arg(reference.isEmpty() ? shaOf(bytes) : QString(), reference)
                .arg(size);
        };
        QCOMPARE(instanceRows(),
                 (QStringList{instance("2.25.1.1.1", 1, bytesOf(sound), {}), instance("2.25.3.1.1", 1, {}, ref),
                              instance("2.25.3.1.2", 1, {}, refOther), instance("2.25.6.1.1", 0, rightly, {}),
                              instance("2.25.7.1.1", 0, misnamed, {})}));
        const QString one = shaOf("rubbish, one"), two = shaOf("rubbish, two"), aside = shaOf(wasRotten) + ".1";
        QCOMPARE(quarantineRows(),
                 (QStringList{placeOf(shaOf(wasRotten)) + "|2.25.1.1.2|" + aside +
                                  "|the bytes have changed since they were stored||||||",
                              pixels() + "/00/.4||" + two + "|the file has no DICOM header||||||",
                              pixels() + "/00/" + names[1] + "||" + one + "|the file has no DICOM header||||||"}));
        // The folders of what was emptied stay.
        QStringList kept =
            storeWith({stored(bytesOf(sound)), stored(rightly), stored(misnamed), "quarantine/" + one + " 600 12",
                       "quarantine/" + two + " 600 12", QStringLiteral("quarantine/%1 600 %2").arg(aside).arg(size)});
        kept << "00 700 -1"
             << "abc 700 -1"
             << "abc/" + names[0] + " 600 16" << shaOf(wasRotten).left(2) + " 700 -1"
             << shaOf(lostBytes).left(2) + " 700 -1";
        kept.removeDuplicates();
        kept.sort();
        QCOMPARE(listing(pixels()), kept);
        QCOMPARE(bytesOf(pixels() + "/quarantine/" + aside), nowRotten);
        const auto again = m_archive->verify(Archive::Repair::Yes, task);
        QVERIFY(again->missing.empty() && again->changed.empty() && again->refetch.empty() && again->orphans == 0 &&
                again->repaired == 0);
    }
};

QTEST_GUILESS_MAIN(TestArchiveKeeping)
#include "tst_archive_keeping.moc"
