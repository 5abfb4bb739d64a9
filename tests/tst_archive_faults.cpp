#include "netclient/archive/archive.h"
#include "netclient/archive/pixel_store.h"
#include "tests/support/archive_phantoms.h"
#include "tests/support/faulty_io.h"
#include <QDirIterator>
#include <QTemporaryDir>
#include <cerrno>
#include <cstring>
#include <filesystem>

using namespace diascope;
using namespace diascope::archive;
using test::bytesOf, test::make, test::soundness, test::value;
namespace faulty = test::faulty;

namespace
{

QString uidOf(int study) { return QStringLiteral("2.25.%1").arg(study); }
dicom::InstanceUid instanceOf(int study) { return {uidOf(study) + ".1.1"}; }

/// What is done on the failing disk, and what must be true where it says it was done.
struct Deed
{
    const char* name;
    Result<void> (*work)(Archive&, const QDir& files);
    bool (*isDone)(const Archive&);
    bool (*isUndone)(const Archive&); ///< true: as if it had never been asked for
    bool makesRoom = false;
};

/// In memory where there is such a place: hundreds of archives wait for no disk.
QString place() { return (QFileInfo("/dev/shm").isWritable() ? QString("/dev/shm") : QDir::tempPath()) + "/tst_archive_faults-XXXXXX"; }

/// All but the reserved space, which is large and holds nothing.
void copyProfile(const QString& from, const QString& to)
{
    namespace fs = std::filesystem;
    const fs::path source = from.toStdString();
    for (const auto& entry : fs::recursive_directory_iterator(source)) {
        const fs::path target = fs::path(to.toStdString()) / fs::relative(entry.path(), source);
        fs::create_directories(entry.is_directory() ? target : target.parent_path());
        if (entry.is_regular_file() && entry.path().filename() != "reserve")
            fs::copy_file(entry.path(), target);
    }
}

bool has(const Archive& archive, int study)
{
    const auto row = archive.study({uidOf(study)});
    return row && *row;
}

const Deed deeds[] = {
    {"import",
     [](Archive& archive, const QDir& files) -> Result<void> {
         Task task;
         const auto report = archive.import({files.filePath("3"), files.filePath("4")}, ImportMode::Copy, task);
         if (!report)
             return std::unexpected(report.error());
         if (report->failure)
             return std::unexpected(*report->failure);
         if (report->imported + report->duplicates != 2) // one file's fault: said of that file
             return report->skipped.empty() ? fail(Fault::Internal, "not imported, and no reason") : fail(Fault::Unreadable, report->skipped[0].reason);
         return {};
     },
     [](const Archive& archive) { return has(archive, 3) && has(archive, 4); },
     [](const Archive&) { return true; }}, // each file by itself
    {"receive",
     [](Archive& archive, const QDir& files) -> Result<void> {
         const auto stored = archive.storeReceived(bytesOf(files.filePath("3")), "PACS", Arrival::Fetched);
         return stored ? Result<void>() : std::unexpected(stored.error());
     },
     [](const Archive& archive) { return has(archive, 3); }, [](const Archive& archive) { return !has(archive, 3); }},
    {"remove", [](Archive& archive, const QDir&) { return archive.removeStudy({uidOf(1)}); }, [](const Archive& archive) { return !has(archive, 1); },
     [](const Archive&) { return true; }, true},
    {"evict",
     [](Archive& archive, const QDir&) -> Result<void> {
         Task task;
         const auto report = archive.evict(0, [](const dicom::StudyUid& study) { return study.value == uidOf(2) ? QString("wanted") : QString(); }, task);
         return report ? Result<void>() : std::unexpected(report.error());
     },
     [](const Archive& archive) { return !has(archive, 1); }, [](const Archive&) { return true; }, true},
    {"rebuild",
     [](Archive& archive, const QDir&) -> Result<void> {
         Task task;
         const auto report = archive.rebuild(task);
         return report ? Result<void>() : std::unexpected(report.error());
     },
     [](const Archive& archive) { return has(archive, 1) && has(archive, 2); }, [](const Archive& archive) { return has(archive, 1) && has(archive, 2); }},
    {"thumbnail", [](Archive& archive, const QDir&) { return archive.storeThumbnail({uidOf(2) + ".1"}, QByteArray(9000, 'n')); },
     [](const Archive& archive) { return archive.thumbnail({uidOf(2) + ".1"}) == QByteArray(9000, 'n'); },
     [](const Archive& archive) { return archive.thumbnail({uidOf(2) + ".1"}) == QByteArray(9000, 'o'); }},
    {"confirm", [](Archive& archive, const QDir&) { return archive.markConfirmed({instanceOf(2)}, "OTHER"); }, [](const Archive& archive) { return (*archive.study({uidOf(2)}))->onlyHere == 0; },
     [](const Archive& archive) { return (*archive.study({uidOf(2)}))->onlyHere == 1; }},
};

} // namespace

/// STO-02: the disk fails at each write of each deed in turn.
class TestArchiveFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void STO_02_everyWriteMayFail_data()
    {
        QTest::addColumn<int>("deed");
        QTest::addColumn<int>("error");
        for (int deed = 0; deed < int(std::size(deeds)); ++deed)
            for (const auto& [error, what] : {std::pair{ENOSPC, "the disk is full"}, std::pair{EIO, "one I/O error"}})
                QTest::addRow("STO-02 %s, %s", deeds[deed].name, what) << deed << error;
    }
    void STO_02_everyWriteMayFail()
    {
        QFETCH(int, deed);
        QFETCH(int, error);
        const Deed& tried = deeds[deed];
        int at = 1, refused = 0;
        for (;; ++at) {
            QVERIFY2(at < 400, "it never came through");
            QTemporaryDir folder(place());
            const QString profile = folder.filePath("profile");
            const QDir files(folder.filePath("in"));
            for (int study = 1; study <= 4; ++study)
                make(files.filePath(QString::number(study)), {.study = uidOf(study), .series = uidOf(study) + ".1", .instance = instanceOf(study).value,
                     .patientId = QString::number(study), .pixels = QByteArray(3000, char('0' + study))});
            auto archive = std::move(*Archive::open(*Profile::open(profile)));
            QCOMPARE(*archive->storeReceived(bytesOf(files.filePath("1")), "PACS", Arrival::Fetched), Stored::New);
            QCOMPARE(*archive->storeReceived(bytesOf(files.filePath("2")), "MODALITY"), Stored::New);
            QVERIFY(archive->storeThumbnail({uidOf(2) + ".1"}, QByteArray(9000, 'o')));

            faulty::arm(QFile::encodeName(profile), at, error);
            const Result<void> result = tried.work(*archive, files);
            const bool wasHit = faulty::disarm() > 0;
            const QByteArray where = QByteArray::number(at) + ": " + (result ? QByteArray("done") : message(result.error()).toUtf8());
            if (!result) {
                ++refused;
                const bool isRight = error == ENOSPC ? result.error().fault == Fault::DiskFull : result.error().fault == Fault::Unreadable;
                QVERIFY2(isRight, where.constData());
                QVERIFY2(!result.error().detail.isEmpty() || error == ENOSPC, where.constData());
                QVERIFY2(wasHit, where.constData());
            }
            // As if the power had gone now: what a copy of the files makes of itself. The log may hold rows of a failed commit.
            const QString copy = folder.filePath("copy");
            copyProfile(profile, copy);
            {
                auto crashed = Archive::open(*Profile::open(copy));
                QVERIFY2(crashed, (where + (crashed ? QByteArray() : message(crashed.error()).toUtf8())).constData());
                Task task;
                const auto verified = (*crashed)->verify(Archive::Repair::No, task);
                QVERIFY2(verified && verified->isDatabaseSound && verified->missing.empty() && verified->changed.empty() && verified->orphans == 0,
                         (where + " after a power cut: " + QByteArray::number(qlonglong(verified ? verified->missing.size() : 99))).constData());
                QVERIFY2(result ? tried.isDone(**crashed) : tried.isUndone(**crashed) || tried.isDone(**crashed), where.constData());
            }
            // The one that is there shows it whole or not at all, and so does the next.
            for (const bool isReopened : {false, true}) {
                if (isReopened) {
                    archive.reset();
                    auto opened = Archive::open(*Profile::open(profile));
                    QVERIFY2(opened, opened ? "" : (where + " / " + message(opened.error()).toUtf8()).constData());
                    archive = std::move(*opened);
                }
                QVERIFY2(result ? tried.isDone(*archive) : tried.isUndone(*archive) || tried.isDone(*archive), where.constData());
                const auto second = archive->instance(instanceOf(2));
                QVERIFY2(second && *second && bytesOf((*second)->path) == bytesOf(files.filePath("2")), where.constData());
            }
            Task task;
            const auto verified = archive->verify(Archive::Repair::No, task);
            QVERIFY2(verified && verified->isDatabaseSound && verified->missing.empty() && verified->changed.empty() && verified->orphans == 0, where.constData());
            const auto again = tried.work(*archive, files);
            const bool isTold = again || (again.error().fault == Fault::NotFound && tried.isDone(*archive)); // removed after all
            QVERIFY2(isTold && tried.isDone(*archive), where.constData());
            if (at % 7 == 1 || !wasHit) { // with other eyes
                archive.reset();
                QVERIFY2(soundness(profile).startsWith("ok 0 0 True 0 "), (where + soundness(profile).toUtf8()).constData());
            }
            if (!wasHit)
                break;
        }
        qInfo("STO-02 %s: %d writes failed in turn, %d were refused", tried.name, at - 1, refused);
        QVERIFY(at > 2);
        if (error == ENOSPC && tried.makesRoom)
            QCOMPARE(refused, 0); // a full disk from which nothing could be deleted would be a trap
        else
            QVERIFY(refused > 0);
    }

    /// Of each call that a file needs to come in: a full disk, and a quota that is used up, are no fault of the file.
    void STO_02_whatAnErrorOfTheDiskIs_data()
    {
        QTest::addColumn<int>("error");
        QTest::addColumn<int>("fault");
        QTest::newRow("STO-02 no space") << ENOSPC << int(Fault::DiskFull);
        QTest::newRow("STO-02 the quota") << EDQUOT << int(Fault::DiskFull);
        QTest::newRow("STO-02 an I/O error") << EIO << int(Fault::Unreadable);
        QTest::newRow("STO-02 read-only") << EROFS << int(Fault::Unreadable);
    }
    void STO_02_whatAnErrorOfTheDiskIs()
    {
        QFETCH(int, error);
        QFETCH(int, fault);
        const QTemporaryDir folder(place());
        const QString pixels = QFileInfo(folder.path()).canonicalFilePath() + "/pixels";
        const auto store = std::move(*PixelStore::open(pixels));
        const QByteArray bytes(5000, 'b');
        const std::span content(reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size()));
        const auto one = store->write(content), two = store->write(content);
        QVERIFY(one && two);
        const auto done = [](const auto& result) { return result ? std::optional<Error>() : std::optional(result.error()); };
        const std::tuple<const char*, int, std::function<std::optional<Error>()>> deeds[] = { // with the calls that each may fail at
            {"write", 3, [&] { return done(store->write(content)); }}, {"copy", 3, [&] { return done(store->copy(one->path)); }},
            {"announce", 2, [&] { return done(store->announce({one->sha256})); }}, {"place", 1, [&] { return done(store->placeInQuarantine(*two)); }}};
        for (const auto& [name, calls, work] : deeds)
            for (int at = 1; at <= calls; ++at) {
                faulty::arm(QFile::encodeName(pixels), at, error);
                const auto failed = work();
                QVERIFY(faulty::disarm() > 0);
                const QByteArray where = QByteArray(name) + ' ' + QByteArray::number(at);
                QVERIFY2(failed, where.constData());
                QCOMPARE(int(failed->fault), fault);
                QVERIFY2(failed->detail.startsWith(pixels) && failed->detail.endsWith(QString::fromLocal8Bit(std::strerror(error))), qPrintable(failed->detail));
                QDirIterator parts(pixels, {"*.part"}, QDir::Files, QDirIterator::Subdirectories);
                int left = 0;
                for (; parts.hasNext(); parts.next())
                    ++left;
                QCOMPARE(left, 2); // nothing of what failed
            }
        QVERIFY(store->place(*one) && store->placeInQuarantine(*two));
        faulty::arm(QFile::encodeName(pixels), 1, error);
        QCOMPARE(int(store->syncFolders().error().fault), fault);
        faulty::disarm();
        faulty::arm(QFile::encodeName(pixels), 1, error);
        QCOMPARE(int(store->linkToQuarantine(one->sha256, "x").error().fault), fault);
        faulty::disarm();
        QVERIFY(!QFileInfo::exists(store->quarantinePathOf("x")));
    }

    /// A name survives a power cut when its folder was synced, and so does the folder's own.
    void STO_01_namesAreAsDurableAsBytes()
    {
        const QTemporaryDir folder(place());
        const QString pixels = QFileInfo(folder.path()).canonicalFilePath() + "/pixels";
        const auto synced = [] {
            QStringList paths = QString::fromUtf8(faulty::traced()).split('\n', Qt::SkipEmptyParts);
            paths.sort();
            return paths;
        };
        faulty::trace(QFile::encodeName(pixels));
        const auto store = std::move(*PixelStore::open(pixels));
        const QDir incoming(pixels + "/incoming");
        const QString session = incoming.filePath(incoming.entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0));
        QCOMPARE(synced(), (QStringList{incoming.path(), session})); // where the journal lies
        const auto one = store->write({reinterpret_cast<const uchar*>("one"), 3}), two = store->write({reinterpret_cast<const uchar*>("two"), 3});
        QVERIFY(one && two);
        faulty::trace(QFile::encodeName(pixels));
        QVERIFY(store->announce({one->sha256, two->sha256}));
        QCOMPARE(synced(), QStringList{session + "/journal"});
        faulty::trace(QFile::encodeName(pixels));
        QVERIFY(store->place(*one) && store->placeInQuarantine(*two) && store->syncFolders());
        QCOMPARE(synced(), (QStringList{pixels, pixels + '/' + one->sha256.left(2), pixels + "/quarantine"})); // each once
        faulty::trace(QFile::encodeName(pixels));
        QVERIFY(store->linkToQuarantine(one->sha256, "x") && store->linkToQuarantine(one->sha256, "y") && store->syncFolders() && store->syncFolders());
        QCOMPARE(synced(), QStringList{pixels + "/quarantine"});
        faulty::trace(QFile::encodeName(pixels));
        const auto copied = store->copy(store->pathOf(one->sha256));
        QVERIFY(copied);
        QCOMPARE(synced(), QStringList{copied->path});
    }

    /// link(2) says so in three ways: then what is put aside is a copy.
    void STO_02_aFileSystemWithoutLinks()
    {
        const QTemporaryDir folder(place());
        const QString pixels = QFileInfo(folder.path()).canonicalFilePath() + "/pixels";
        const auto store = std::move(*PixelStore::open(pixels));
        const QByteArray bytes(5000, 'b');
        const auto one = store->write({reinterpret_cast<const uchar*>(bytes.constData()), size_t(bytes.size())});
        QVERIFY(one && store->place(*one) && store->syncFolders());
        for (const int error : {EPERM, EOPNOTSUPP, ENOSYS}) {
            const QString name = store->freeNameInQuarantine(one->sha256);
            faulty::arm(QFile::encodeName(pixels + "/quarantine"), 1, error);
            const auto kept = store->linkToQuarantine(one->sha256, name);
            QVERIFY(faulty::disarm() > 0);
            QVERIFY2(kept, kept ? "" : qPrintable(message(kept.error())));
            faulty::trace(QFile::encodeName(pixels));
            QVERIFY(store->syncFolders());
            QCOMPARE(QString::fromUtf8(faulty::traced()).trimmed(), pixels + "/quarantine");
            QCOMPARE(bytesOf(store->quarantinePathOf(name)), bytes);
            QCOMPARE(bytesOf(store->pathOf(one->sha256)), bytes);
        }
        QCOMPARE(QDir(pixels + "/quarantine").entryList(QDir::Files).size(), 3);
        QVERIFY(!QDirIterator(pixels, {"*.part"}, QDir::Files, QDirIterator::Subdirectories).hasNext());
    }

    /// A write may take part of what it is given, and a signal may come between (write(2)): nothing is left out, nothing twice.
    void STO_02_aWriteThatTakesPartIsGoneOnWith()
    {
        const QTemporaryDir folder(place());
        const QString profile = QFileInfo(folder.path()).canonicalFilePath() + "/profile";
        QByteArray pixels(30000, '\0');
        for (qsizetype i = 0; i < pixels.size(); ++i)
            pixels[i] = char(i * 7 / 3);
        make(folder.filePath("pushed"), {.pixels = pixels});
        make(folder.filePath("in/imported"), {.instance = instanceOf(2).value, .pixels = pixels});
        const auto archive = std::move(*Archive::open(*Profile::open(profile)));
        (void)faulty::slow(QFile::encodeName(profile + "/pixels"), 1000);
        const auto received = archive->storeReceived(bytesOf(folder.filePath("pushed")), "PACS", Arrival::Pushed);
        Task task;
        const auto imported = archive->import({folder.filePath("in")}, ImportMode::Copy, task);
        QVERIFY(faulty::slow({}, 0) >= 30); // the pushed file's bytes, at least
        QVERIFY(received && *received == Stored::New);
        QVERIFY(imported && imported->imported == 1);
        const auto instances = archive->instancesOfStudy({"2.25.100"});
        QCOMPARE(instances->size(), 2u);
        for (const InstanceRow& instance : *instances)
            QVERIFY2(bytesOf(instance.path).endsWith(pixels), qPrintable(QString::number(QFileInfo(instance.path).size())));
        const auto verified = archive->verify(Archive::Repair::No, task);
        QVERIFY(verified && verified->missing.empty() && verified->changed.empty());
    }

    /// What is acknowledged survives a power cut: the file, then its name in its folder, then the row that names it.
    void STO_01_durableInThisOrder()
    {
        const QTemporaryDir folder(place());
        const QString profile = QFileInfo(folder.path()).canonicalFilePath() + "/profile";
        const QString file = folder.filePath("one");
        make(file, {.pixels = QByteArray(3000, 'x')});
        const auto archive = std::move(*Archive::open(*Profile::open(profile)));
        faulty::trace(QFile::encodeName(profile));
        QCOMPARE(*archive->storeReceived(bytesOf(file), "PACS", Arrival::Pushed), Stored::New);
        const QStringList synced = QString::fromUtf8(faulty::traced()).split('\n', Qt::SkipEmptyParts);
        const QString stored = archive->instancesOfStudy({"2.25.100"})->front().path, inFolder = QFileInfo(stored).path();
        // Before it has its name the file lies beside it under another one.
        const auto isFile = [&](const QString& path) { return path.startsWith(profile + "/pixels/") && (path.endsWith(".part") || path == stored); };
        qsizetype ofFile = -1, ofFolder = -1, ofRow = -1;
        for (qsizetype i = 0; i < synced.size(); ++i) {
            if (ofFile < 0 && isFile(synced[i]))
                ofFile = i;
            if (ofFile >= 0 && synced[i] == inFolder)
                ofFolder = i;
            if (synced[i].endsWith("diascope.db-wal"))
                ofRow = i;
        }
        QVERIFY2(ofFile >= 0 && ofFolder > ofFile && ofRow > ofFolder, qPrintable(synced.join('\n')));
    }

    /// So few that all are decided upon together, and one that does not fit: those before it have their place.
    void STO_02_aFileWithoutSpaceTakesNoOthersWithIt()
    {
        constexpr int count = 12;
        QTemporaryDir folder(place());
        for (int study = 1; study <= count; ++study)
            make(folder.filePath(QStringLiteral("in/%1").arg(study, 2, 10, QChar('0'))), {.study = uidOf(study), .series = uidOf(study) + ".1", .instance = instanceOf(study).value,
                 .patientId = QString::number(study), .pixels = QByteArray(3000, char('0' + study))});
        const QString profile = folder.filePath("profile");
        auto archive = std::move(*Archive::open(*Profile::open(profile)));
        Task task;
        faulty::arm(QFile::encodeName(profile + "/pixels/incoming"), 20, EDQUOT);
        const auto report = archive->import({folder.filePath("in")}, ImportMode::Copy, task);
        QVERIFY(faulty::disarm() > 0);
        QVERIFY(report && report->failure);
        QVERIFY(report->failure->fault == Fault::DiskFull);
        QVERIFY2(report->imported > 0 && report->imported < count, QByteArray::number(report->imported).constData());
        QCOMPARE(qint64(archive->studies()->size()), report->imported);
    }

    /// A disk that is full after some of the files: those stay, and the report says how many and why no more.
    void STO_02_whatCameBeforeTheDiskWasFullStays()
    {
        constexpr int count = 450, files = 2 * count; // more than are decided upon at once; each is there twice
        QTemporaryDir folder(place());
        for (int study = 1; study <= count; ++study) {
            const QString path = folder.filePath(QStringLiteral("in/%1").arg(study, 3, 10, QChar('0')));
            make(path, {.study = uidOf(study), .series = uidOf(study) + ".1", .instance = instanceOf(study).value,
                 .patientId = QString::number(study), .pixels = QByteArray(3000, char('0' + study))});
            QVERIFY(QFile::copy(path, path + "b"));
        }
        const QString profile = folder.filePath("profile");
        auto archive = std::move(*Archive::open(*Profile::open(profile)));
        Task task;
        faulty::arm(QFile::encodeName(profile + "/pixels/incoming"), 2400, ENOSPC);
        const auto report = archive->import({folder.filePath("in")}, ImportMode::Copy, task);
        QVERIFY(faulty::disarm() > 0);
        QVERIFY(report);
        QVERIFY(report->failure && report->failure->fault == Fault::DiskFull);
        QVERIFY2(report->imported > 0 && report->imported < count, QByteArray::number(report->imported).constData());
        // The disk may be full between a file and its copy.
        QVERIFY2(report->duplicates == report->imported || report->duplicates == report->imported - 1, QByteArray::number(report->duplicates).constData());
        QCOMPARE(qint64(archive->studies()->size()), report->imported);
        const auto again = archive->import({folder.filePath("in")}, ImportMode::Copy, task);
        QVERIFY(again && !again->failure);
        QCOMPARE(again->imported, count - report->imported);
        QCOMPARE(again->duplicates, files - again->imported);
        const auto verified = archive->verify(Archive::Repair::No, task);
        QVERIFY(verified && verified->missing.empty() && verified->changed.empty() && verified->orphans == 0);
    }

    /// Once the disk is full no more files are read than wait to be stored already: thousands of others are left alone.
    void STO_02_aFullDiskEndsAnImportSoon()
    {
        constexpr int files = 6000, waiting = 2048;
        QTemporaryDir folder(place());
        const QByteArray bytes = bytesOf(make(folder.filePath("one"), {.study = uidOf(1), .series = uidOf(1) + ".1", .instance = instanceOf(1).value}));
        QVERIFY(QDir(folder.path()).mkdir("in"));
        for (int i = 0; i < files; ++i) {
            QFile file(folder.filePath(QStringLiteral("in/%1").arg(i)));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
        }
        const QString profile = folder.filePath("profile");
        auto archive = std::move(*Archive::open(*Profile::open(profile)));
        Task task;
        faulty::arm(QFile::encodeName(profile + "/pixels/incoming"), 1, ENOSPC);
        const auto report = archive->import({folder.filePath("in")}, ImportMode::Copy, task);
        const long refused = faulty::disarm();
        QVERIFY(!report && report.error().fault == Fault::DiskFull);
        QVERIFY2(refused > 0 && refused < 2 * waiting, QByteArray::number(qint64(refused)).constData());
    }

    /// A profile that is made, or opened, on such a disk: said clearly, and the next start finds nothing broken.
    void STO_02_openingMayFail_data()
    {
        QTest::addColumn<bool>("isNew");
        QTest::addColumn<int>("error");
        QTest::newRow("STO-02 a new one, the disk is full") << true << ENOSPC;
        QTest::newRow("STO-02 a new one, one I/O error") << true << EIO;
        QTest::newRow("STO-02 one that is there, the disk is full") << false << ENOSPC;
        QTest::newRow("STO-02 one that is there, one I/O error") << false << EIO;
    }
    void STO_02_openingMayFail()
    {
        QFETCH(bool, isNew);
        QFETCH(int, error);
        int at = 1, refused = 0;
        for (bool wasHit = true; wasHit; ++at) {
            QVERIFY(at < 400);
            QTemporaryDir folder(place());
            const QString profile = folder.filePath("profile");
            const QString file = make(folder.filePath("1"), {.study = uidOf(1), .series = uidOf(1) + ".1", .instance = instanceOf(1).value});
            if (!isNew)
                QCOMPARE(*(*Archive::open(*Profile::open(profile)))->storeReceived(bytesOf(file), "PACS"), Stored::New);
            const auto made = Profile::open(profile);
            QVERIFY(made);
            faulty::arm(QFile::encodeName(profile), at, error);
            auto opened = Archive::open(*made);
            wasHit = faulty::disarm() > 0;
            const QByteArray where = QByteArray::number(at) + ": " + (opened ? QByteArray("opened") : message(opened.error()).toUtf8());
            if (!opened) {
                ++refused;
                QVERIFY2(opened.error().fault == (error == ENOSPC ? Fault::DiskFull : Fault::Unreadable), where.constData());
                QVERIFY2(!opened.error().detail.isEmpty(), where.constData());
            } else {
                opened->reset();
            }
            auto again = Archive::open(*made);
            QVERIFY2(again, (where + " / " + (again ? QByteArray() : message(again.error()).toUtf8())).constData());
            QCOMPARE(has(**again, 1), !isNew);
            QVERIFY2((*again)->storeReceived(bytesOf(file), "PACS"), where.constData());
        }
        qInfo("STO-02 opening: %d writes failed in turn, %d were refused", at - 2, refused);
        QVERIFY(at > 3);
        // What is there can be opened on a full disk, with the space that is kept for it: else nothing could be removed.
        QCOMPARE(refused > 0, isNew || error != ENOSPC);
    }
};

int main(int argc, char** argv)
{
    faulty::preload(argv);
    QCoreApplication application(argc, argv);
    TestArchiveFaults test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_archive_faults.moc"
