#include "tests/support/desk.h"

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::test;

/// A study that grows while it is read, or is not all here.
class TestReadingArrivals : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_current, m_chest;

    QString profileWith(const QStringList& files)
    {
        m_profile = test::profileWith(files);
        return m_profile->path();
    }
    /// A retrieval of the current study as whoever runs it claims it.
    transfer::Transfer claimed(transfer::TransferQueue& queue) const
    {
        transfer::NewTransfer wanted;
        wanted.node = "pacs";
        wanted.study = studyOf("current");
        transfer::TransferQueue::Claim claim;
        claim.id = *queue.add(wanted);
        return **queue.claim(claim, "a test");
    }

private Q_SLOTS:
    void initTestCase()
    {
        const demo::Sampling ct{.columns = 64, .rows = 64, .slices = 12, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = 5};
        m_current = *demo::writeCt(m_folder.filePath("current"), anna, {"current", "20260110", "104000", "ACC-1002", "CT abdomen follow-up", "Abdomen", 1}, ct);
        m_chest = *demo::writeCr(m_folder.filePath("chest"), wang, {"chest", "20260112", "090000", "ACC-1004", "Chest", "PA", 1});
    }

    void SAF_03_imagesThatArriveAreOfferedAndShownByAKey()
    {
        QStringList first = m_current.mid(0, 5);
        Desk desk(profileWith(first));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        const auto instances = desk.active().stack()->stack().instances;
        const auto looked = instances[size_t(desk.active().frame())].uid;
        Task task;
        QVERIFY(desk.session->archive().import(m_current, archive::ImportMode::Copy, task));
        QTRY_VERIFY(says(*desk.window, "7 new image"));
        QCOMPARE(desk.active().frameCount(), 5); // nobody asked yet
        desk.press(Qt::Key_F8);
        QTRY_COMPARE(desk.active().frameCount(), 12);
        QTRY_VERIFY(desk.isSettled());
        QCOMPARE(desk.active().stack()->stack().instances[size_t(desk.active().frame())].uid, looked);
        QVERIFY(!says(*desk.window, "new image"));
    }

    /// A listener without windows, or the command line, stores into the same archive.
    void SAF_03_whatAnotherProcessStoresIsOfferedToo()
    {
        const QString profile = profileWith(m_current.mid(0, 5));
        Desk desk(profile);
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        const auto other = app::Session::open(profile, app::Mode::Reading);
        Task task;
        QVERIFY((*other)->archive().import(m_current, archive::ImportMode::Copy, task));
        QTRY_VERIFY(says(*desk.window, "7 new image"));
        QCOMPARE(desk.active().frameCount(), 5);
    }

    void SAF_04_whatTheServerHasAndIsNotHereIsSaid()
    {
        Desk desk(profileWith(m_current.mid(0, 5)));
        auto& queue = desk.session->exchange().queue();
        transfer::NewTransfer wanted;
        wanted.node = "pacs";
        wanted.study = studyOf("current");
        const qint64 id = *queue.add(wanted);
        transfer::TransferQueue::Claim claim;
        claim.id = id;
        transfer::Transfer broken = **queue.claim(claim, "a test");
        broken.done = 5;
        broken.total = 12; // by the server's own count
        broken.state = transfer::Transfer::State::Failed;
        broken.lastError = "the connection broke";
        QVERIFY(queue.finish(broken, "a test"));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        QTRY_VERIFY(label(*desk.window, "warning")->text().contains("incomplete: 5 of 12"));
        Task task;
        QVERIFY(desk.session->archive().import(m_current, archive::ImportMode::Copy, task)); // the rest comes from elsewhere
        QTRY_VERIFY(!label(*desk.window, "warning")->text().contains("incomplete"));
    }

    /// GEO-03: what is missing is no fault of the series while it is on its way, and is one when nothing comes any more.
    void GEO_03_gapsAreSaidWhenNothingComesAnyMore()
    {
        QStringList some = m_current;
        some.removeAt(6);
        some.removeAt(6);
        Desk desk(profileWith(some));
        auto& queue = desk.session->exchange().queue();
        transfer::Transfer running = claimed(queue);
        running.done = 10;
        running.total = 12;
        QVERIFY(queue.report(running, "a test"));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        QTRY_VERIFY(says(*desk.window, "retrieving 10 of 12"));
        const auto codes = [&] {
            QStringList codes;
            for (const StackWarning& warning : desk.active().stack()->warnings())
                codes << warning.code;
            return codes;
        };
        QCOMPARE(codes(), QStringList{"SAF-04"});
        QVERIFY(desk.thumbnails().item(0)->toolTip().contains("Incomplete"));
        QVERIFY(!desk.thumbnails().item(0)->toolTip().contains("missing"));
        running.state = transfer::Transfer::State::Failed;
        running.lastError = "the connection broke";
        QVERIFY(queue.finish(running, "a test"));
        Q_EMIT desk.session->exchange().runner().changed(); // as whoever runs it does
        QTRY_COMPARE(codes(), QStringList{"GEO-03"});
        QVERIFY(desk.thumbnails().item(0)->toolTip().contains("missing"));
        QVERIFY(label(*desk.window, "warning")->text().contains("incomplete: 10 of 12")); // SAF-04
        // The rest comes from elsewhere: neither is true any more.
        Task task;
        QVERIFY(desk.session->archive().import(m_current, archive::ImportMode::Copy, task));
        QTRY_VERIFY(says(*desk.window, "2 new image"));
        QCOMPARE(codes(), QStringList{"SAF-04"}); // they are here and not shown yet
        desk.press(Qt::Key_F8);
        QTRY_COMPARE(desk.active().frameCount(), 12);
        QTRY_COMPARE(codes(), QStringList());
        QVERIFY(!label(*desk.window, "warning")->text().contains("incomplete"));
    }

    void STO_07_whatIsOpenIsNotEvicted()
    {
        Desk desk(profileWith(m_current + m_chest));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        Task task;
        const auto report = desk.session->archive().evict(0, {}, task, archive::Archive::OnlyHere::ImportedMayGo);
        QVERIFY(report);
        QCOMPARE(report->evicted.size(), 1u);
        QCOMPARE(report->evicted[0].study, studyOf("chest"));
        QVERIFY((*desk.session->archive().study(studyOf("current"))).has_value());
    }
};

QTEST_MAIN(TestReadingArrivals)
#include "tst_reading_arrivals.moc"
