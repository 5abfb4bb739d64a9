#include "tests/support/archive_fixture.h"
#include "tests/support/part_ten.h"
#include "tests/support/phantom_files.h"
#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QProcess>
#include <QSignalSpy>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

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
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

Made made(int study, int instance, const QByteArray& content = "pixels")
{
    const QString uid = QStringLiteral("2.25.%1").arg(study);
    Made one;
    one.study = uid;
    one.series = uid + ".1";
    one.instance = one.series + '.' + QString::number(instance);
    one.patientId = QStringLiteral("P%1").arg(study);
    one.pixels = content;
    return one;
}

QByteArray dicomDir()
{
    const QByteArray meta = test::element(2, 2, "UI", "1.2.840.10008.1.3.10") + test::element(2, 0x10, "UI", "1.2.840.10008.1.2.1");
    return QByteArray(128, 0) + "DICM" + test::element(2, 0, "UL", test::littleEndian(quint64(meta.size()), 4)) + meta +
           test::element(4, 0x1130, "CS", QByteArray(800, 'X'));
}

QStringList remarks(const std::vector<Remark>& all)
{
    QStringList lines;
    for (const Remark& one : all)
        lines << one.path + '|' + one.reason + '|' + one.instanceUid;
    return lines;
}

} // namespace

/// What the index holds after an import, a rebuild, a person's word; what is found in it; what of a file becomes a row.
class TestArchiveLists : public QObject, protected test::ArchiveFixture
{
    Q_OBJECT

    QString pixels() const { return profileFolder() + "/pixels"; }
    QString placeOf(const QString& sha256) const { return pixels() + '/' + sha256.left(2) + '/' + sha256; }
    QStringList rows(const QString& sql) const
    {
        QStringList found;
        const auto database = base();
        auto query = database->prepare(sql);
        while (value(query->step())) {
            QStringList cells;
            for (int i = 0; i < query->columnCount(); ++i)
                cells << query->text(i);
            found << cells.join('|');
        }
        return found;
    }
    std::unique_ptr<Database> base() const { return std::move(*Database::open(profileFolder() + "/diascope.db")); }
    void change(const QString& sql) const { QVERIFY(base()->execute(sql)); }
    QStringList studyRows() const
    {
        return rows("SELECT uid, patient_id, series, instances, bytes, only_here, only_imported, pinned, added, used "
                    "FROM study ORDER BY uid");
    }
    QStringList instanceRows() const
    {
        return rows("SELECT uid, origin, (SELECT name FROM peer WHERE id=source), (SELECT name FROM peer WHERE "
                    "id=confirmed), sha256, reference"
                    " FROM instance ORDER BY uid");
    }
    /// The files in a folder of the store: `quarantine`, or all of two letters.
    QStringList filesIn(const QString& folder = {}) const
    {
        QStringList found;
        for (QDirIterator all(pixels(), QDir::Files, QDirIterator::Subdirectories); all.hasNext();)
            if (const QFileInfo info(all.next());
                folder.isEmpty() ? info.dir().dirName().size() == 2 : info.dir().dirName() == folder)
                found << info.fileName();
        found.sort();
        return found;
    }
    /// A file whose hash begins with 0 to 7 or, late, with 8 to f: a rebuild meets files in the order of their names.
    QByteArray meeting(bool isLate, Made one)
    {
        for (int n = 1000;; ++n) {
            one.pixels = QByteArray::number(n);
            if (const QByteArray bytes = bytesOf(make(file("meeting"), one)); (shaOf(bytes) >= "8") == isLate)
                return bytes;
        }
    }
    QStringList foundBy(const Query& query) const
    {
        QStringList found;
        for (const StudyRow& row : value(m_archive->studies(query)))
            found << row.uid.value.section('.', 2);
        return found;
    }

private Q_SLOTS:
    void init() { start(); }
    void cleanup() { end(); }

    /// Of each file in the store, and each reference: whether it is a row afterwards, or where it went.
    void STO_06_whatARebuildMakesOfEachFile()
    {
        Made another = made(1, 3);
        another.patientId = "P9";
        const QByteArray fetched = meeting(false, made(1, 1)), pushed = meeting(false, made(1, 2)),
                         imported = meeting(false, made(2, 1)), unknown = meeting(false, made(5, 1)),
                         stranger = meeting(true, another), contradiction = meeting(true, made(2, 1)),
                         rubbish = "rubbish";
        QVERIFY(m_archive->storeReceived(fetched, "PACS", Arrival::Fetched) && m_archive->storeReceived(pushed, "CT1"));
        put(file("in/1"), imported);
        put(file("in/2"), unknown);
        import({file("in")});
        const QString ref = make(file("3"), made(3, 1)), refGone = make(file("4"), made(4, 1));
        import({ref, refGone}, ImportMode::Reference);
        QVERIFY(QFile::remove(refGone));
        QVERIFY(m_archive->setPinned({"2.25.2"}, Archive::Pin::Yes) && m_archive->storeThumbnail({"2.25.2.1"}, "PNG") &&
                m_archive->storeThumbnail({"2.25.4.1"}, "PNG"));
        change(
            "UPDATE instance SET origin=0, confirmed=(SELECT id FROM peer WHERE name='PACS') WHERE uid='2.25.5.1.1'");
        change("UPDATE study SET added=7, used=8");
        for (const QByteArray& bytes : {stranger, contradiction, rubbish})
            put(placeOf(shaOf(bytes)), bytes);
        QStringList reports;
        Task task([&](qint64 done, qint64 total, const QString&) {
            reports << QStringLiteral("%1/%2").arg(done).arg(total);
        });
        QSignalSpy told(m_archive.get(), &Archive::changed);
        const auto report = m_archive->rebuild(task);
        QVERIFY(report);
        QVERIFY(report->imported == 5 && report->studies.size() == 4 && report->duplicates == 1 && told.count() == 1);
        const QString other = "its study is stored here with another patient (other patient ID)";
        QCOMPARE(remarks(report->quarantined), QStringList{placeOf(shaOf(stranger)) + '|' + other + "|2.25.1.1.3"});
        QCOMPARE(remarks(report->skipped), (QStringList{placeOf(shaOf(rubbish)) + "|the file has no DICOM header|",
                                                        refGone + "|there is no file " + refGone + '|'}));
        QCOMPARE(reports, (QStringList{"1/6", "2/6", "3/6", "4/6", "5/6", "6/6", "7/7", "8/8", "9/9"}));
        const auto line = [](int study, int instances, qint64 bytes, const char* rest) {
            return QStringLiteral("2.25.%1|P%1|1|%2|%3|%4|7|8").arg(study).arg(instances).arg(bytes).arg(rest);
        };
        const QStringList studies{line(1, 2, fetched.size() + pushed.size(), "1|0|0"),
                                  line(2, 1, imported.size(), "1|1|1"), line(3, 1, 0, "0|0|0"),
                                  line(5, 1, unknown.size(), "0|0|0")},
            instances{"2.25.1.1.1|3|PACS|PACS|" + shaOf(fetched) + '|', "2.25.1.1.2|2|CT1||" + shaOf(pushed) + '|',
                      "2.25.2.1.1|1|||" + shaOf(imported) + '|', "2.25.3.1.1|1||||" + ref,
                      "2.25.5.1.1|0||PACS|" + shaOf(unknown) + '|'};
        QCOMPARE(studyRows(), studies);
        QCOMPARE(instanceRows(), instances);
        const auto aside = [&](const QByteArray& bytes, const QString& uid, const QString& reason) {
            return placeOf(shaOf(bytes)) + '|' + uid + '|' + shaOf(bytes) + ".1|" + reason;
        };
        QCOMPARE(rows("SELECT source, uid, kept, reason, study, patient_id FROM quarantine ORDER BY uid"),
                 (QStringList{
                     aside(rubbish, {}, "the file has no DICOM header||"),
                     aside(stranger, "2.25.1.1.3", other + "|2.25.1|P9"),
                     aside(contradiction, "2.25.2.1.1", "the same SOP Instance UID is stored with other bytes||")}));
        QStringList inPlace{shaOf(fetched), shaOf(pushed), shaOf(imported), shaOf(unknown)},
            inQuarantine{shaOf(stranger) + ".1", shaOf(contradiction) + ".1", shaOf(rubbish) + ".1"};
        inPlace.sort();
        inQuarantine.sort();
        QCOMPARE(filesIn(), inPlace);
        QCOMPARE(filesIn("quarantine"), inQuarantine);
        QCOMPARE(rows("SELECT series FROM thumbnail"), QStringList{"2.25.2.1"});
        QCOMPARE(rows("SELECT patient_id FROM patient ORDER BY 1"), (QStringList{"P1", "P2", "P3", "P5"}));
        const auto again = m_archive->rebuild(task);
        QVERIFY(again && again->imported == 5 && again->duplicates == 0 && again->skipped.empty());
        QCOMPARE(studyRows() + instanceRows(), studies + instances);
    }

    /// What a person accepts: all of the study that names this patient comes in, and nothing else.
    void NET_09_whatIsAcceptedComesIn()
    {
        const auto of = [&](int study, int instance, const char* patient, const char* content = "pixels") {
            Made one = made(study, instance, content);
            one.patientId = patient;
            return one;
        };
        import({make(file("one"), of(1, 1, "P1")), make(file("two"), of(2, 1, "P7"))});
        const auto bytes = [&](const Made& one) { return bytesOf(make(file("bytes"), one)); };
        const QByteArray first = bytes(of(1, 2, "P2")), lost = bytes(of(1, 4, "P2")), third = bytes(of(1, 6, "P3")),
                         conflict = bytes(of(1, 1, "P1", "others")), elsewhere = bytes(of(2, 2, "P2")),
                         again = bytes(of(1, 2, "P2", "others")), spoilt = bytes(of(1, 7, "P2"));
        const QString copied = make(file("copied"), of(1, 3, "P2")), gone = make(file("gone"), of(1, 5, "P2"));
        for (const QByteArray& one : {first, lost, third, conflict, elsewhere, again, spoilt})
            QCOMPARE(m_archive->storeReceived(one, "CT1").error().fault, Fault::Conflict);
        QCOMPARE(import({copied, gone}).quarantined.size(), 2u);
        QVERIFY(QFile::remove(gone) && QFile::remove(pixels() + "/quarantine/" + shaOf(lost)));
        put(pixels() + "/quarantine/" + shaOf(spoilt), "rubbish");
        const auto ids = rows("SELECT id FROM quarantine ORDER BY id");
        QCOMPARE(m_archive->acceptFromQuarantine(4711, "me").error().detail,
                 "there is nothing in quarantine with the number 4711");
        const auto refused = m_archive->acceptFromQuarantine(ids[3].toInt(), "me");
        QCOMPARE(refused.error().detail, "only what names another patient can be accepted; this is there because: the "
                                         "same SOP Instance UID is stored with other bytes");
        QCOMPARE(rows("SELECT count(*) FROM accepted_patient"), QStringList{"0"});
        const auto report = m_archive->acceptFromQuarantine(ids[0].toInt(), "Dr. X");
        QVERIFY(report && report->imported == 2 && report->duplicates == 0);
        QCOMPARE(report->studies, std::vector<dicom::StudyUid>{{"2.25.1"}});
        QCOMPARE(remarks(report->quarantined),
                 QStringList{"CT1|the same SOP Instance UID is stored with other bytes|2.25.1.1.2"});
        QCOMPARE(remarks(report->skipped),
                 (QStringList{"CT1|its bytes are gone|2.25.1.1.4", "CT1|the file has no DICOM header|2.25.1.1.7",
                              gone + "|the file cannot be read: No such file or directory|2.25.1.1.5"}));
        QCOMPARE(rows("SELECT study, patient_id, issuer, name, birth_date, sex, accepted_by FROM accepted_patient"),
                 QStringList{"2.25.1|P2||Doe^Jane|||Dr. X"});
        const auto accepted = value(m_archive->acceptedPatients({"2.25.1"}));
        QVERIFY(accepted.size() == 1 && accepted[0].patientId == "P2" && accepted[0].name == "Doe^Jane");
        QCOMPARE(rows("SELECT uid, origin FROM instance ORDER BY uid"),
                 (QStringList{"2.25.1.1.1|1", "2.25.1.1.2|2", "2.25.1.1.3|1", "2.25.2.1.1|1"}));
        QCOMPARE(rows("SELECT uid, patient_id, instances FROM study ORDER BY uid"),
                 (QStringList{"2.25.1|P1|3", "2.25.2|P7|1"}));
        QCOMPARE(rows("SELECT uid, study FROM quarantine ORDER BY id"),
                 (QStringList{"2.25.1.1.4|2.25.1", "2.25.1.1.6|2.25.1", "2.25.1.1.1|", "2.25.2.1.2|2.25.2",
                              "2.25.1.1.7|2.25.1", "2.25.1.1.5|2.25.1", "2.25.1.1.2|"}));
        QStringList kept{shaOf(third), shaOf(conflict), shaOf(elsewhere), shaOf(again), shaOf(spoilt)};
        kept.sort();
        QCOMPARE(filesIn("quarantine"), kept);
        QVERIFY(!QDirIterator(pixels(), {"*.part"}, QDir::Files, QDirIterator::Subdirectories).hasNext());
    }

    /// What somebody said is a change of its own; it says nothing new a second time.
    void NET_09_whoIsAcceptedIsToldThoughAllHasGone()
    {
        Made stranger = made(1, 2);
        stranger.patientId = "P9";
        const QString path = make(file("2"), stranger);
        import({make(file("1"), made(1, 1)), path});
        const qint64 id = value(m_archive->quarantine())[0].id, counter = m_archive->changeCounter();
        QSignalSpy told(m_archive.get(), &Archive::changed);
        QVERIFY(QFile::remove(path));
        for (const char* reason : {"the file cannot be read: No such file or directory", "a DICOMDIR cannot be stored"}) {
            const auto report = value(m_archive->acceptFromQuarantine(id, "Dr. Roe"));
            QVERIFY(report.skipped.size() == 1 && report.skipped[0].reason == reason && report.duplicates == 0);
            QCOMPARE(value(m_archive->acceptedPatients({"2.25.1"})).size(), 1u);
            QCOMPARE(m_archive->changeCounter(), counter + 1);
            QCOMPARE(told.count(), 1);
            QCOMPARE(value(m_archive->quarantine()).size(), 1u);
            put(path, dicomDir());
        }
    }

    /// Of a study with references our files go, and the thumbnails of what is gone.
    void STO_07_referencesAndTheirThumbnailsStay()
    {
        Made ours = made(1, 1), mixed = made(1, 2), ref = made(1, 3), refAlone = made(1, 4);
        mixed.series = ref.series = "2.25.1.2";
        refAlone.series = "2.25.1.3";
        for (const Made& one : {ours, mixed, made(2, 1)})
            QVERIFY(m_archive->storeReceived(bytesOf(make(file("x"), one)), "PACS", Arrival::Fetched));
        const QStringList files{make(file("3"), ref), make(file("4"), refAlone)};
        import(files, ImportMode::Reference);
        for (const char* series : {"2.25.1.1", "2.25.1.2", "2.25.1.3", "2.25.2.1", "9.9"})
            QVERIFY(m_archive->storeThumbnail({series}, "PNG"));
        change("UPDATE study SET used=id");
        Task task;
        QCOMPARE(m_archive->evict(*m_archive->storedBytes() - 1, {}, task)->evicted.size(), 1u);
        QCOMPARE(rows("SELECT series FROM thumbnail ORDER BY 1"),
                 (QStringList{"2.25.1.2", "2.25.1.3", "2.25.2.1", "9.9"}));
        QCOMPARE(rows("SELECT uid, instances FROM series ORDER BY 1"),
                 (QStringList{"2.25.1.2|1", "2.25.1.3|1", "2.25.2.1|1"}));
        QCOMPARE(instanceRows().size(), 3);
        QCOMPARE(rows("SELECT series, instances, bytes FROM study WHERE uid='2.25.1'"), QStringList{"2|2|0"});
        // The modification time of a reference is what a rebuild compares; of ours it is none.
        QCOMPARE(rows("SELECT modified FROM instance ORDER BY uid"),
                 (QStringList{QString::number(QFileInfo(files[0]).lastModified().toMSecsSinceEpoch()),
                              QString::number(QFileInfo(files[1]).lastModified().toMSecsSinceEpoch()), "0"}));
        std::vector<dicom::InstanceUid> many(1000, {"9.9"}); // a thousand at once
        many.push_back({"2.25.1.1.3"});
        QVERIFY(m_archive->markConfirmed(many, "PACS"));
        QCOMPARE(value(m_archive->instance({"2.25.1.1.3"}))->confirmedBy, "PACS");
        QVERIFY(m_archive->removeStudy({"2.25.1"}));
        QCOMPARE(rows("SELECT series FROM thumbnail ORDER BY 1"), (QStringList{"2.25.2.1", "9.9"}));
        QCOMPARE(m_archive->removeStudy({"2.25.1"}).error().detail, "there is no study 2.25.1");
        QCOMPARE(rows("SELECT patient_id FROM patient"), QStringList{"P2"});
        QCOMPARE(rows("SELECT count(*) FROM study_text WHERE study_text MATCH 'doe'"), QStringList{"1"});
    }

    /// Whichever way the rows are looked for, by pieces of three letters or from the newest on, they are the same.
    void everyWayOfSearchingFindsTheSame()
    {
        const QString odd = QString::fromUtf8("\U00020000\U00020001\U00020002 a\"bc"), longest = QString(90, 'x') + "y";
        for (int n = 1; n <= 30; ++n) {
            Made one = made(n, 1);
            one.date = QStringLiteral("201801%1").arg(n, 2, 10, QChar('0'));
            one.description = n == 7 ? odd : n == 8 ? longest.left(60) + 'y' : n % 2 ? "ABDOMEN" : "ABDOMINAL WALL";
            one.name = n == 9 ? "Wall^E" : "Doe^Jane";
            make(file(QStringLiteral("in/%1").arg(n)), one);
        }
        import({file("in")});
        const auto by = [&](const QString& text, int limit, const QString& name = {}) {
            Query query;
            query.text = text;
            query.name = name;
            query.limit = limit;
            return foundBy(query);
        };
        const QStringList even{"30", "28", "26", "24", "22", "20", "18", "16", "14", "12", "10", "6", "4", "2"};
        QCOMPARE(by("wall", 0), QStringList(even.mid(0, 11) + QStringList{"9"} + even.mid(11)));
        QCOMPARE(by("abdominal", 3), even.mid(0, 3));
        QCOMPARE(by("abdomi inal", 3), even.mid(0, 3));
        QCOMPARE(by("men", 2), (QStringList{"29", "27"}));
        QCOMPARE(by("al", 1), QStringList{"30"});
        QCOMPARE(by("wall", 5, "wall"), QStringList{"9"});
        QCOMPARE(by("abdominal", 5, "wall"), QStringList());
        QCOMPARE(by(odd, 5), QStringList{"7"});
        QCOMPARE(by("\"bc", 0), QStringList{"7"});
        QCOMPARE(by(QString(60, 'x') + 'y', 5), QStringList{"8"});
        QCOMPARE(by(QString(61, 'x'), 5), QStringList());
        QCOMPARE(by(longest, 0), QStringList());
    }

    /// Deeper than a path can name (PATH_MAX): what lies there is not left out in silence.
    void FIL_17_aFolderThatCannotBeListedIsNamed()
    {
        const QString in = file("in");
        make(in + "/a", made(1, 1));
        const QByteArray name(200, 'd');
        QString deepest = in;
        int folder = ::open(QFile::encodeName(in).constData(), O_DIRECTORY);
        while (deepest.size() < PATH_MAX) {
            deepest += u'/' + name;
            QCOMPARE(::mkdirat(folder, name.constData(), 0700), 0);
            const int next = ::openat(folder, name.constData(), O_DIRECTORY);
            ::close(folder);
            folder = next;
        }
        ::close(folder);
        Task task;
        const auto report = m_archive->import({in}, ImportMode::Copy, task);
        QCOMPARE(QProcess::execute("rm", {"-rf", in}), 0);
        QVERIFY(report && report->imported == 1);
        QCOMPARE(remarks(report->skipped), QStringList{deepest + "|the folder cannot be read|"});
    }

    /// Of each thing in a folder: what is said where it does not come in, in the order of the names.
    void FIL_17_whatIsSaidOfEachFile()
    {
        const QString in = file("in"), dir = in + "/disc/dicomdir";
        make(in + "/a", made(1, 1));
        QVERIFY(QFile::copy(in + "/a", in + "/b again") && QFile::link(in + "/a", in + "/c link within") &&
                QFile::link(make(file("out"), made(1, 2)), in + "/d link out"));
        QVERIFY(QFile::link(file("nowhere"), in + "/e dangling") && QFile::link(in, in + "/f folder") &&
                QDir().mkpath(in + "/sub/g"));
        QCOMPARE(::mkfifo(QFile::encodeName(in + "/h fifo").constData(), 0600), 0);
        put(in + "/i empty", "");
        put(in + "/j text", QByteArray(200, 't'));
        put(in + "/k half", bytesOf(in + "/a").chopped(4));
        put(in + "/l bare 15", QByteArray::fromHex("080005000000000000000000000000"));
        put(in + "/m bare", QByteArray::fromHex("08009000504e0800") + "Doe^Jane");
        put(in + "/n group 2", QByteArray::fromHex("02009000504e0800") + "Doe^Jane");
        make(in + "/sub/g/deep", made(1, 3));
        put(dir, "no directory");
        make(in + "/disc/x", made(2, 1));
        make(in + "/sub/z", made(1, 1, "other!"));
        put(in + "/m program", bytesOf(make(in + "/m program", made(3, 1))).replace(0, 2, "MZ"));
        QStringList reports;
        Task task([&](qint64 done, qint64 total, const QString&) {
            reports << QStringLiteral("%1/%2").arg(done).arg(total);
        });
        QElapsedTimer clock;
        clock.start();
        const auto report = m_archive->import({in, in + "/a", file("in/h fifo")}, ImportMode::Copy, task);
        QVERIFY(report->seconds <= double(clock.nsecsElapsed()) / 1e9);
        QVERIFY(report && report->imported == 4 && report->duplicates == 2); // a, m, x, deep
        QCOMPARE(report->studies, (std::vector<dicom::StudyUid>{{"2.25.1"}, {"2.25.3"}, {"2.25.2"}}));
        QCOMPARE(remarks(report->skipped),
                 (QStringList{in + "/d link out|a link out of the folder is not followed|",
                              in + "/e dangling|a link that leads nowhere|",
                              in + "/f folder|a link to a folder is not followed|", in + "/h fifo|no plain file|",
                              dir + "|the DICOMDIR cannot be used: the file has no DICOM header|",
                              in + "/h fifo|no plain file|", in + "/i empty|the file is empty|",
                              in + "/j text|the file has no DICOM header|",
                              in + "/l bare 15|the file has no DICOM header|"}));
        QCOMPARE(report->quarantined.size(), 4u); // the bare ones are read, and lack UIDs
        QCOMPARE(report->quarantined[0].path, in + "/k half");
        QCOMPARE(remarks(report->quarantined)[3], in + "/sub/z|the same SOP Instance UID is stored with other bytes|");
        QCOMPARE(remarks(report->warned), QStringList{in + "/m program|the file begins like a program; never run it|"});
        QVERIFY(!report->isCancelled && !report->failure && report->seconds > 0);
        QVERIFY(reports.size() == 14 && reports.first() == "0/13" && reports.last() == "13/13");
        for (const auto& [path, reason] :
             {std::pair(file("nothing"), "there is no " + file("nothing")),
              {in + "/e dangling", in + "/e dangling leads nowhere"},
              {in + "/sub/empty", QString("there are no files in " + in + "/sub/empty")}}) {
            QDir().mkpath(in + "/sub/empty");
            QCOMPARE(m_archive->import({path}, ImportMode::Copy, task).error().detail, reason);
        }
        // What has gone, or is no file any more, when its turn comes is passed over.
        for (const ImportMode mode : {ImportMode::Copy, ImportMode::Reference}) {
            for (const char* name : {"gone", "folder"})
                make(in + "/late/" + name, made(9, 1));
            Task late([&](qint64 done, qint64, const QString&) {
                if (done == 0)
                    QVERIFY(QFile::remove(in + "/late/gone") && QFile::remove(in + "/late/folder") &&
                            QDir().mkdir(in + "/late/folder"));
            });
            const auto passed = m_archive->import({in + "/late"}, mode, late);
            QVERIFY(passed && passed->skipped.size() == 2 && passed->quarantined.empty());
            QVERIFY(QDir().rmdir(in + "/late/folder"));
        }
        Task cancelled;
        cancelled.cancel();
        const auto stopped = m_archive->import({in + "/a"}, ImportMode::Copy, cancelled);
        QVERIFY(stopped && stopped->isCancelled && stopped->duplicates == 0);
        const auto unread = m_archive->import({in}, ImportMode::Copy, cancelled); // no file of it is known yet: that is not an empty folder
        QVERIFY(unread && unread->isCancelled && unread->imported == 0);
        QVERIFY(QDir().mkpath(in + "/only") && ::mkfifo(QFile::encodeName(in + "/only/fifo").constData(), 0600) == 0);
        const auto other = m_archive->import({in + "/only"}, ImportMode::Copy, task); // nor is this one empty
        QVERIFY(other && !other->isCancelled);
        QCOMPARE(remarks(other->skipped), QStringList{in + "/only/fifo|no plain file|"});
    }

    /// An instance that is known: what lies here, ours or a reference, what comes, and what becomes of both.
    void GEO_18_whatComesForAKnownInstance_data()
    {
        QTest::addColumn<QString>("known");
        QTest::addColumn<QString>("comes");
        QTest::addColumn<QString>("outcome"); // and where the instance lies afterwards
        const QString ours = "ours", ref = "reference", lost = "reference, lost";
        for (const QString& way : {QString("copy"), QString("pushed"), ref}) {
            for (const char* same : {" same", " header"}) { // another file header is no other content
                QTest::addRow("ours: %s%s", qPrintable(way), same) << ours << way + same << "duplicate, the first";
                QTest::addRow("reference: %s%s", qPrintable(way), same)
                    << ref << way + same << (way == ref ? "duplicate, the reference" : "new, the second");
            }
            QTest::addRow("ours: %s other", qPrintable(way)) << ours << way + " other"
                                                             << "quarantined, the first";
            QTest::addRow("ref: %s other", qPrintable(way)) << ref << way + " other"
                                                            << "quarantined, the reference";
            QTest::addRow("lost: %s", qPrintable(way))
                << lost << way + " other" << (way == ref ? "new, another reference" : "new, the second");
        }
        QTest::newRow("ours, lost: same") << "ours, lost"
                                          << "copy same"
                                          << "new, the first";
        QTest::newRow("ours, lost: header") << "ours, lost"
                                            << "copy header"
                                            << "quarantined, the first";
    }
    void GEO_18_whatComesForAKnownInstance()
    {
        QFETCH(QString, known);
        QFETCH(QString, comes);
        const QString first = make(file("first"), made(1, 1)), second = file("second");
        const QByteArray bytes = bytesOf(make(second, made(1, 1, comes.endsWith("other") ? "other!" : "pixels")));
        if (comes.endsWith("header")) // the name of the implementation in it (PS3.10 7.1)
            put(second, QByteArray(bytes).replace("OFFIS_DCMTK", "ANOTHER_ONE"));
        QCOMPARE(bytesOf(second) == bytesOf(first), comes.endsWith("same"));
        (void)import({first}, known.startsWith("ours") ? ImportMode::Copy : ImportMode::Reference);
        if (known.endsWith("lost"))
            QVERIFY(QFile::remove(value(m_archive->instance({"2.25.1.1.1"}))->path));
        QSignalSpy told(m_archive.get(), &Archive::changed);
        QString outcome;
        if (comes.startsWith("pushed")) {
            const auto stored = m_archive->storeReceived(bytesOf(second), "CT1");
            outcome = !stored ? "quarantined" : *stored == Stored::New ? "new" : "duplicate";
        } else {
            const auto report = import({second}, comes.startsWith("copy") ? ImportMode::Copy : ImportMode::Reference);
            outcome = report.imported ? "new" : report.duplicates ? "duplicate" : "quarantined";
        }
        QCOMPARE(told.count(), outcome == "duplicate" ? 0 : 1);
        const auto row = value(m_archive->instance({"2.25.1.1.1"}));
        outcome += row->isReference ? row->path == first ? ", the reference" : ", another reference"
                   : row->sha256 == shaOf(bytesOf(known.startsWith("ours") ? first : second)) ? ", the first"
                                                                                              : ", ?";
        QTEST(known.startsWith("ours") || row->isReference ? outcome : outcome.replace("first", "second"), "outcome");
        QCOMPARE(bytesOf(row->path).isEmpty(), known == "ours, lost" && outcome.startsWith("quarantined"));
    }

    /// A file of the same number is not of the same patient for that, and who confirmed what was there keeps something else.
    void NET_09_whatTakesALostReferencesPlace()
    {
        const auto reference = [&](int n) {
            const QString path = make(file(QString::number(n)), made(n, 1));
            import({path}, ImportMode::Reference);
            QVERIFY(m_archive->markConfirmed({{made(n, 1).instance}}, "PACS"));
            QVERIFY(QFile::remove(path));
        };
        for (int n = 1; n <= 4; ++n)
            reference(n);
        Made ofAnotherStudy = made(9, 1), ofAnotherSeries = made(2, 1), ofAnotherPatient = made(3, 1);
        ofAnotherStudy.instance = made(1, 1).instance, ofAnotherStudy.series = made(1, 1).series;
        ofAnotherSeries.series += "2";
        ofAnotherPatient.patientId = "P9";
        const auto before = rows("SELECT uid, reference, sha256 FROM instance WHERE uid<>'2.25.4.1.1' ORDER BY uid");
        const auto report = import({make(file("in/1"), ofAnotherStudy), make(file("in/2"), ofAnotherSeries), make(file("in/3"), ofAnotherPatient),
                                    make(file("in/4"), made(4, 1, "others"), QString::fromUtf16(dicom::implicitLittleEndian))});
        QCOMPARE(report.quarantined.size(), 3u);
        QCOMPARE(report.quarantined[0].reason, "the same SOP Instance UID is stored with other bytes");
        QCOMPARE(report.quarantined[1].reason, report.quarantined[0].reason);
        QCOMPARE(report.quarantined[2].reason, "its study is stored here with another patient (other patient ID)");
        QCOMPARE(value(m_archive->quarantine())[2].patient.patientId, "P9");
        QCOMPARE(rows("SELECT uid, reference, sha256 FROM instance WHERE uid<>'2.25.4.1.1' ORDER BY uid"), before);
        QCOMPARE(rows("SELECT uid, patient_id FROM study ORDER BY uid"), (QStringList{"2.25.1|P1", "2.25.2|P2", "2.25.3|P3", "2.25.4|P4"}));
        const auto taken = value(m_archive->instance({"2.25.4.1.1"}));
        QVERIFY(!taken->isReference && taken->confirmedBy.isEmpty());
        QCOMPARE(taken->transferSyntaxUid, QString::fromUtf16(dicom::implicitLittleEndian));
        QCOMPARE(value(m_archive->study({"2.25.4"}))->onlyHere, 1);
    }

    /// The user wrote another file over the one that was shown in place, and has that shown, then imported.
    void NET_09_whatIsImportedFromWhereAReferenceWas()
    {
        Made ofAnotherStudy = made(9, 1), ofAnotherPatient = made(2, 1);
        ofAnotherStudy.instance = made(1, 1).instance;
        ofAnotherPatient.patientId = "P9";
        const Made written[] = {ofAnotherStudy, ofAnotherPatient, made(3, 1, "other"), made(4, 1)};
        for (int n = 1; n <= 4; ++n) {
            const QString path = make(file(QString::number(n)), made(n, 1));
            import({path}, ImportMode::Reference);
            QVERIFY(m_archive->markConfirmed({{made(n, 1).instance}}, "PACS"));
            n < 4 ? (void)make(path, written[n - 1]) : void();
        }
        const auto shown = import({file("1"), file("2"), file("3"), file("4")}, ImportMode::Reference);
        QCOMPARE(shown.quarantined.size(), 2u);
        QCOMPARE(shown.quarantined[0].reason, "the same SOP Instance UID is stored with other bytes");
        QCOMPARE(shown.quarantined[1].reason, "its study is stored here with another patient (other patient ID)");
        QVERIFY(shown.imported == 1 && shown.duplicates == 1);
        QCOMPARE(value(m_archive->instance({"2.25.3.1.1"}))->confirmedBy, QString());
        const auto report = import({file("1"), file("2"), file("3"), file("4")});
        QVERIFY(report.quarantined.size() == 2 && report.imported == 2);
        QCOMPARE(rows("SELECT study.uid, study.patient_id, reference IS NULL, (SELECT name FROM peer WHERE id=confirmed) FROM instance"
                      " JOIN series ON series.id=instance.series JOIN study ON study.id=series.study ORDER BY study.uid"),
                 (QStringList{"2.25.1|P1|0|PACS", "2.25.2|P2|0|PACS", "2.25.3|P3|1|", "2.25.4|P4|1|PACS"}));
    }

    /// What PACS said it keeps it keeps of other bytes than a rebuild finds under the same number.
    void STO_07_whoConfirmedOtherBytesConfirmedNothing()
    {
        const QByteArray lost = bytesOf(make(file("1"), made(1, 1))), found = bytesOf(make(file("2"), made(1, 1, "other")));
        QVERIFY(m_archive->storeReceived(lost, "PACS", Arrival::Fetched));
        QVERIFY(QFile::remove(placeOf(shaOf(lost))));
        put(placeOf(shaOf(found)), found);
        QVERIFY(m_archive->rebuild(*std::make_unique<Task>()));
        QCOMPARE(instanceRows(), QStringList{"2.25.1.1.1|0|||" + shaOf(found) + '|'});
        QCOMPARE(value(m_archive->study({"2.25.1"}))->onlyHere, 1);
    }

    /// Names as an older version folded them are found as the new one folds what is typed.
    void STO_05_namesOfAnOlderIndexAreFound()
    {
        Made one = made(1, 1), other = made(2, 1);
        one.name = QString::fromUtf8("Weiß^Hans"), other.name = QString::fromUtf8("İpek");
        import({make(file("1"), one), make(file("2"), other)});
        change("INSERT INTO study_text(study_text, rowid, words) SELECT 'delete', id, words FROM study");
        change(QString::fromUtf8("UPDATE study SET words=replace(replace(words,'weiss','weiß'),'ipek','Ipek'),"
                                 " name_folded=replace(replace(name_folded,'weiss','weiß'),'ipek','Ipek')"));
        change("INSERT INTO study_text(rowid, words) SELECT id, words FROM study");
        change("UPDATE schema_version SET version=3 WHERE owner='archive'");
        reopen();
        change("INSERT INTO study_text(study_text, rank) VALUES('integrity-check', 1)"); // its pieces are those of the words
        Query query;
        for (const auto& [typed, n] : {std::pair("WEISS", "1"), {"weiß", "1"}, {"ipek", "2"}, {"İPEK", "2"}}) {
            query.text = QString::fromUtf8(typed), query.name = QString();
            QCOMPARE(foundBy(query), QStringList{n});
            std::swap(query.text, query.name);
            QCOMPARE(foundBy(query), QStringList{n});
        }
    }

    /// Whoever writes ideographs or syllables without = puts them into the first group; they are typed without a space.
    void SAF_07_namesAreFoundAsTheyAreWrittenTogether()
    {
        const char* const names[][2] = {{"王^小明", "王小明"}, {"ㄨㄤ^ㄇㄧㄥ", "ㄨㄤㄇㄧㄥ"}, {"やま^たろ", "やまたろ"}, {"ヤマ^タロ", "ヤマタロ"},
                                        {"김^철수", "김철수"}, {"𠀀^𠀁", "𠀀𠀁"}, {"Doe^Jane", "doe jane"}, {"Doe^Jane=王^大明", "王大明"},
                                        {"王^大=Wang^Da", "wangda"}};
        for (int n = 1; const auto& [written, typed] : names) {
            Made one = made(n, 1);
            one.name = QString::fromUtf8(written);
            import({make(file(QString::number(n)), one)});
            Query query;
            query.name = QString::fromUtf8(typed);
            QCOMPARE(foundBy(query).value(0), QString::number(n++));
        }
        Query query;
        query.name = "doejane";
        QCOMPARE(foundBy(query), QStringList());
    }

    /// What tells two patients apart is said; what one instance leaves open another fills in (PS3.3 C.2.1, C.2.2).
    void NET_09_whoseStudyItIs()
    {
        Made full = made(1, 1);
        full.issuer = "A", full.birthDate = "19800229", full.sex = "F";
        import({make(file("full"), full)});
        Made other = full, nobody = made(1, 3);
        other.instance += "2";
        other.patientId = "P9", other.issuer = "B", other.name = "Roe^Ann", other.birthDate = "19700101",
        other.sex = "M";
        nobody.patientId = nobody.name = QString();
        const auto report = import({make(file("in/1"), other), make(file("in/2"), nobody)});
        QCOMPARE(report.quarantined.size(), 2u);
        QCOMPARE(report.quarantined[0].reason, "its study is stored here with another patient (other patient ID, "
                                               "issuer of the patient ID, name, birth date, sex)");
        QCOMPARE(report.quarantined[1].reason,
                 "its study is stored here, and nothing says that it is of the same patient");
        Made bare = made(2, 1), more = made(2, 2);
        bare.patientId = QString();
        bare.name = more.name = "Li^Na";
        more.birthDate = "19900101", more.sex = "F", more.issuer = "A", more.bodyPart = "KNEE", more.series += "2";
        import({make(file("3"), bare)});
        QCOMPARE(rows("SELECT patient_id, issuer, nameless FROM patient ORDER BY id"),
                 (QStringList{"P1|A|", "||li^na|"}));
        import({make(file("4"), more)});
        QCOMPARE(rows("SELECT patient_id, issuer, nameless FROM patient ORDER BY id"), (QStringList{"P1|A|", "P2|A|"}));
        QCOMPARE(rows("SELECT patient_name, patient_id, issuer, birth_date, sex, name_folded, replace(words,'  ',' ') "
                      "FROM study WHERE uid='2.25.2'"),
                 QStringList{"Li^Na|P2|A|19900101|F|li na|li na a1 ct head p2 knee"});
        Query query;
        query.text = "p2";
        QCOMPARE(foundBy(query), QStringList{"2"});
        // Without an ID the name and the birth date together are the patient.
        for (const auto& [n, birth] : {std::pair(3, "19500101"), {4, "19500101"}, {5, "19500102"}}) {
            Made one = made(n, 1);
            one.patientId = QString(), one.birthDate = birth;
            import({make(file(QString::number(n)), one)});
        }
        const auto others = value(m_archive->otherStudiesOfPatient({"2.25.3"}));
        QVERIFY(others.size() == 1 && others[0].uid.value == "2.25.4");
    }

    /// Before the first file, at it, and before what no row knows; what was repaired until then stays.
    void STO_03_aCheckIsStoppedAtAnyFile()
    {
        import({make(file("1"), made(1, 1)), make(file("2"), made(1, 2))});
        QVERIFY(QFile::remove(value(m_archive->instance({"2.25.1.1.1"}))->path));
        put(pixels() + "/00/" + QString(64, '0'), "rubbish");
        for (const int at : {0, 1, 2}) {
            Task task([&](qint64 done, qint64, const QString&) { done == at ? task.cancel() : void(); });
            at == 0 ? task.cancel() : void();
            const auto report = m_archive->verify(Archive::Repair::Yes, task);
            QCOMPARE(report.error().fault, Fault::Cancelled);
            QCOMPARE(report.error().detail, "the check was stopped");
            QCOMPARE(rows("SELECT count(*) FROM instance"), QStringList{at == 2 ? "1" : "2"});
            QVERIFY(QFile::exists(pixels() + "/00/" + QString(64, '0')));
        }
    }

    void STO_03_aBrokenIndexIsSaid()
    {
        QVERIFY(m_archive->verify(Archive::Repair::No, *std::make_unique<Task>())->isDatabaseSound);
        m_archive.reset();
        SUCCEEDS(
            test::python("import sys,sqlite3\nc=sqlite3.connect(sys.argv[1])\nc.execute('pragma writable_schema=on')\n"
                         "c.execute(\"delete from sqlite_master where name='series_by_uid'\")\nc.commit()\n",
                         {profileFolder() + "/diascope.db"}));
        reopen();
        QVERIFY(!m_archive->verify(Archive::Repair::No, *std::make_unique<Task>())->isDatabaseSound);
    }
};

QTEST_GUILESS_MAIN(TestArchiveLists)
#include "tst_archive_lists.moc"
