#include "netclient/archive/archive.h"
#include "tests/support/archive_phantoms.h"
#include <QTemporaryDir>
#include <csignal>
#include <thread>

using namespace diascope;
using namespace diascope::archive;
using test::make, test::soundness, test::value;

/// STO-07: what leaves the cache when the quota is reached, and what never does.
class TestArchiveQuota : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Archive> m_archive;
    Task m_task;

    QString profileFolder() const { return m_folder->filePath("profile"); }
    void reopen()
    {
        m_archive.reset();
        auto opened = Archive::open(*Profile::open(profileFolder()));
        QVERIFY2(opened, opened ? "" : qPrintable(message(opened.error())));
        m_archive = std::move(*opened);
    }
    static QString uidOf(int study) { return QStringLiteral("2.25.%1").arg(study); }
    static dicom::InstanceUid instanceOf(int study) { return {QStringLiteral("2.25.%1.1.1").arg(study)}; }
    QString fileOf(int study, int pixelBytes = 4000)
    {
        return make(m_folder->filePath(QStringLiteral("in/%1").arg(study)),
                    {.study = uidOf(study), .series = uidOf(study) + ".1", .instance = instanceOf(study).value,
                     .patientId = QString::number(study), .pixels = QByteArray(pixelBytes, 'x')});
    }
    /// Stored one after another, so that the order of use is the order of numbers.
    qint64 fetched(int study)
    {
        QFile file(fileOf(study));
        if (!file.open(QIODevice::ReadOnly) || m_archive->storeReceived(file.readAll(), "PACS", Arrival::Fetched) != Stored::New)
            QTest::qFail("not stored", __FILE__, __LINE__);
        return file.size();
    }
    void use(int study) { QVERIFY(m_archive->markUsed({uidOf(study)})); }
    static QStringList gone(const Result<EvictionReport>& report)
    {
        QStringList uids;
        for (const auto& one : report ? report->evicted : std::vector<EvictionReport::Evicted>())
            uids << one.study.value;
        return uids;
    }
    static QString whyKept(const Result<EvictionReport>& report, int study)
    {
        for (const auto& one : report->kept)
            if (one.study.value == uidOf(study))
                return one.reason;
        return {};
    }
    /// The sum of the sizes of the files of the store: not what the index believes.
    qint64 bytesOnDisk() const
    {
        return test::python("import os,sys\nprint(sum(os.path.getsize(d+'/'+f) for d,_,fs in os.walk(sys.argv[1]+'/pixels') for f in fs if len(f)==64"
                            " and 'quarantine' not in d))", {profileFolder()}).out.trimmed().toLongLong();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        reopen();
    }
    void cleanup()
    {
        m_archive.reset();
        m_folder.reset();
    }

    void STO_07_leastRecentlyUsedGoFirstAndNoMoreThanNeeded()
    {
        qint64 one = 0;
        for (int study = 1; study <= 5; ++study)
            one = fetched(study);
        QCOMPARE(*m_archive->storedBytes(), 5 * one);
        QCOMPARE(bytesOnDisk(), 5 * one);
        use(1);
        const auto enough = m_archive->evict(5 * one, {}, m_task);
        QVERIFY(enough->evicted.empty() && enough->kept.empty());
        const auto report = m_archive->evict(3 * one, {}, m_task);
        QCOMPARE(gone(report), (QStringList{uidOf(2), uidOf(3)}));
        QCOMPARE(report->evicted[0].bytes, one);
        QCOMPARE(report->bytesOver, 0);
        QCOMPARE(*m_archive->storedBytes(), 3 * one);
        QCOMPARE(bytesOnDisk(), 3 * one);
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 3");
    }

    void STO_07_pinnedOpenAndWantedStudiesStay()
    {
        for (int study = 1; study <= 4; ++study)
            fetched(study);
        QVERIFY(m_archive->setPinned({uidOf(1)}, Archive::Pin::Yes));
        QVERIFY((*m_archive->study({uidOf(1)}))->isPinned);
        QCOMPARE(m_archive->setPinned({"2.25.99"}, Archive::Pin::Yes).error().fault, Fault::NotFound);
        auto mark = m_archive->markOpen({uidOf(2)});
        const auto second = m_archive->markOpen({uidOf(4)});
        const auto keep = [](const dicom::StudyUid& study) { return study.value == uidOf(3) ? QString("a report waits to be sent") : QString(); };
        const auto report = m_archive->evict(0, keep, m_task);
        QCOMPARE(gone(report), QStringList());
        QCOMPARE(report->kept.size(), size_t(4));
        QCOMPARE(whyKept(report, 1), "pinned");
        QCOMPARE(whyKept(report, 2), "open");
        QCOMPARE(whyKept(report, 3), "a report waits to be sent");
        QCOMPARE(report->bytesOver, *m_archive->storedBytes());
        QVERIFY(m_archive->setPinned({uidOf(1)}, Archive::Pin::No));
        {
            const auto again = m_archive->markOpen({uidOf(2)}); // two windows on one study: the first to go frees nothing
            mark.reset();
            QCOMPARE(gone(m_archive->evict(0, keep, m_task)), QStringList{uidOf(1)});
        }
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), (QStringList{uidOf(2), uidOf(3)}));
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 1");
    }

    void STO_07_whatIsOnlyHereStaysUntilANodeConfirmsIt()
    {
        Task task;
        QCOMPARE(m_archive->import({fileOf(1)}, ImportMode::Copy, task)->imported, 1);
        QFile pushed(fileOf(2));
        QVERIFY(pushed.open(QIODevice::ReadOnly));
        const QByteArray bytes = pushed.readAll();
        QCOMPARE(*m_archive->storeReceived(bytes, "MODALITY"), Stored::New);
        fetched(3);
        const auto origins = [&](int study) {
            const auto row = **m_archive->instance(instanceOf(study));
            return QStringLiteral("%1 %2 %3").arg(int(row.origin)).arg(row.source, row.confirmedBy);
        };
        QCOMPARE(origins(1), QStringLiteral("%1  ").arg(int(Origin::Imported)));
        QCOMPARE(origins(2), QStringLiteral("%1 MODALITY ").arg(int(Origin::Received)));
        QCOMPARE(origins(3), QStringLiteral("%1 PACS PACS").arg(int(Origin::Retrieved)));
        QCOMPARE((*m_archive->study({uidOf(1)}))->onlyHere, 1);
        QCOMPARE((*m_archive->study({uidOf(3)}))->onlyHere, 0);
        auto report = m_archive->evict(0, {}, m_task);
        QCOMPARE(gone(report), QStringList{uidOf(3)});
        QVERIFY(whyKept(report, 1).contains("nowhere else") && whyKept(report, 2).contains("nowhere else"));
        // Imported ones may go where the caller says so; pushed ones not even then.
        QCOMPARE(gone(m_archive->evict(0, {}, m_task, Archive::OnlyHere::ImportedMayGo)), QStringList{uidOf(1)});
        // The same instance fetched from a PACS: it is there too.
        QCOMPARE(*m_archive->storeReceived(bytes, "PACS", Arrival::Fetched), Stored::Duplicate);
        QCOMPARE(origins(2), QStringLiteral("%1 MODALITY PACS").arg(int(Origin::Received)));
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList{uidOf(2)});
        QCOMPARE(*m_archive->storedBytes(), 0);
    }

    void STO_07_confirmationIsPerInstance()
    {
        Task task;
        const QStringList files{fileOf(1), make(m_folder->filePath("in/second"), {.study = uidOf(1), .series = "2.25.1.1", .instance = "2.25.1.1.2", .patientId = "1"})};
        QCOMPARE(m_archive->import(files, ImportMode::Copy, task)->imported, 2);
        QVERIFY(m_archive->markConfirmed({instanceOf(1), {"2.25.404"}}, "PACS"));
        QCOMPARE((*m_archive->study({uidOf(1)}))->onlyHere, 1);
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList());
        QVERIFY(m_archive->markConfirmed({instanceOf(1), {"2.25.1.1.2"}}, "PACS"));
        QCOMPARE((*m_archive->instance({"2.25.1.1.2"}))->confirmedBy, "PACS");
        QCOMPARE(m_archive->markConfirmed({instanceOf(1)}, {}).error().fault, Fault::Invalid);
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList{uidOf(1)});
    }

    void STO_07_referencesCostNothingAndStay()
    {
        Task task;
        const QString reference = fileOf(1);
        QCOMPARE(m_archive->import({reference}, ImportMode::Reference, task)->imported, 1);
        QCOMPARE(*m_archive->storedBytes(), 0);
        // A second instance of the study is ours.
        QFile ours(make(m_folder->filePath("other/2"), {.study = uidOf(1), .series = "2.25.1.1", .instance = "2.25.1.1.2", .patientId = "1"}));
        QVERIFY(ours.open(QIODevice::ReadOnly));
        QCOMPARE(*m_archive->storeReceived(ours.readAll(), "PACS", Arrival::Fetched), Stored::New);
        QCOMPARE(*m_archive->storedBytes(), ours.size());
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList{uidOf(1)});
        QCOMPARE((*m_archive->study({uidOf(1)}))->instances, 1);
        QCOMPARE((*m_archive->instance(instanceOf(1)))->path, reference);
        QVERIFY(QFileInfo::exists(reference));
        // Imported over its reference it costs; removed, nothing again.
        QCOMPARE(m_archive->import({reference}, ImportMode::Copy, task)->imported, 1);
        QCOMPARE(*m_archive->storedBytes(), QFileInfo(reference).size());
        QVERIFY(m_archive->removeStudy({uidOf(1)}));
        QCOMPARE(*m_archive->storedBytes(), 0);
        QVERIFY(QFileInfo::exists(reference));
    }

    void STO_07_aWindowOfAnotherProcessHoldsItsStudyUntilItDies()
    {
        fetched(1);
        QProcess window;
        window.start(QCoreApplication::applicationFilePath(), {"--open", profileFolder(), uidOf(1)});
        QVERIFY(window.waitForReadyRead(20000));
        const auto report = m_archive->evict(0, {}, m_task);
        QCOMPARE(whyKept(report, 1), "open");
        window.kill();
        QVERIFY(window.waitForFinished(5000));
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList{uidOf(1)});
    }

    void STO_07_aMarkMayOutliveItsArchive()
    {
        fetched(1);
        auto mark = m_archive->markOpen({uidOf(1)});
        reopen();
        QCOMPARE(whyKept(m_archive->evict(0, {}, m_task), 1), "open");
        mark.reset();
        QCOMPARE(gone(m_archive->evict(0, {}, m_task)), QStringList{uidOf(1)});
    }

    void STO_07_whatIsUsedDuringTheEvictionStays()
    {
        fetched(1);
        fetched(2);
        const auto keep = [&](const dicom::StudyUid& study) {
            if (study.value == uidOf(1)) // somebody opens it between the question and the removal
                use(1);
            return QString();
        };
        const auto report = m_archive->evict(0, keep, m_task);
        QVERIFY(!gone(report).startsWith(uidOf(1)));
        QVERIFY(!whyKept(report, 1).isEmpty());
        QVERIFY(gone(report).contains(uidOf(2)));
    }

    void STO_07_cancelEndsBetweenTwoStudies()
    {
        for (int study = 1; study <= 4; ++study)
            fetched(study);
        Task task([&](qint64, qint64, const QString&) { task.cancel(); });
        const auto report = m_archive->evict(0, {}, task);
        QVERIFY(report->isCancelled);
        QCOMPARE(gone(report), QStringList{uidOf(1)});
        QVERIFY(report->bytesOver > 0);
        QCOMPARE(soundness(profileFolder()), "ok 0 0 True 0 3");
    }

    void STO_04_oneProcessEvictsWhileAnotherImports()
    {
        QDir().mkpath(m_folder->filePath("in"));
        for (int study = 1; study <= 60; ++study)
            fileOf(study);
        QProcess importing;
        importing.start(QCoreApplication::applicationFilePath(), {"--receive", profileFolder(), m_folder->filePath("in")});
        QVERIFY(importing.waitForReadyRead(20000));
        int evicted = 0;
        while (importing.state() != QProcess::NotRunning) {
            const auto report = m_archive->evict(20000, {}, m_task);
            QVERIFY2(report, report ? "" : qPrintable(message(report.error())));
            evicted += int(report->evicted.size());
            importing.waitForFinished(1);
        }
        QCOMPARE(importing.exitCode(), 0);
        QVERIFY(evicted > 0);
        const QString sound = soundness(profileFolder());
        QCOMPARE(sound, QStringLiteral("ok 0 0 True 0 %1").arg(60 - evicted));
        QCOMPARE(*m_archive->storedBytes(), bytesOnDisk());
    }

    void STO_07_quarantineCanBeEmptied()
    {
        QFile first(fileOf(1)), second(make(m_folder->filePath("in/b"), {.study = uidOf(1), .series = "2.25.1.1", .instance = instanceOf(1).value, .patientId = "1"}));
        QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
        QVERIFY(m_archive->storeReceived(first.readAll(), "A"));
        const QByteArray contradiction = second.readAll();
        QVERIFY(!m_archive->storeReceived(contradiction, "B"));
        QVERIFY(!m_archive->storeReceived(contradiction, "C")); // two remarks, one file
        auto rows = value(m_archive->quarantine());
        QCOMPARE(rows.size(), size_t(2));
        QVERIFY(m_archive->removeFromQuarantine(rows[0].id));
        QVERIFY(QFileInfo::exists(rows[1].keptPath));
        QVERIFY(m_archive->removeFromQuarantine(rows[1].id));
        QVERIFY(!QFileInfo::exists(rows[1].keptPath));
        QVERIFY(value(m_archive->quarantine()).empty());
        QCOMPARE(m_archive->removeFromQuarantine(rows[1].id).error().fault, Fault::NotFound);
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == "--open" || arguments.value(1) == "--receive") {
        auto archive = Archive::open(*Profile::open(arguments[2]));
        if (!archive)
            return 1;
        const auto mark = arguments[1] == "--open" ? (*archive)->markOpen({arguments[3]}) : nullptr;
        std::printf("ready\n");
        std::fflush(stdout);
        if (mark)
            return application.exec(); // until it is killed
        for (const QFileInfo& info : QDir(arguments[3]).entryInfoList(QDir::Files, QDir::Name)) {
            QFile file(info.filePath());
            if (!file.open(QIODevice::ReadOnly) || !(*archive)->storeReceived(file.readAll(), "PACS", Arrival::Fetched))
                return 2;
        }
        return 0;
    }
    TestArchiveQuota test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_archive_quota.moc"
