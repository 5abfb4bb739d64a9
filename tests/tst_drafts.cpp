#include "netclient/base/database.h"
#include "tests/support/desk.h"
#include <QApplication>
#include <QLineEdit>

using namespace diascope;
using namespace diascope::test;

/// What is typed into a report is never lost to a database that others hold.
class TestDrafts : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_profile;
    std::unique_ptr<Desk> m_desk;
    std::unique_ptr<Database> m_other;

    static constexpr int busyMs = 15'000; // longer than a connection waits for another

    Transaction hold() const { return std::move(*Transaction::begin(*m_other)); }
    void typeFinding(const QString& words) const { m_desk->editor().document().setSectionText("findings", words); }
    QString stored(const QString& reportId) const
    {
        const auto store = reporting::ReportStore::open(Profile::open(m_profile->path())->databasePath());
        auto report = (*store)->load(reportId);
        return report ? report->findSection("findings")->text : message(report.error());
    }
    QWidget* question() const { return m_desk->window->findChild<QWidget*>("closing"); }

    static QWidget* topLevel(const QString& title)
    {
        for (QWidget* window : QApplication::topLevelWidgets())
            if (window->isVisible() && window->windowTitle() == title)
                return window;
        return nullptr;
    }
    static QPushButton* button(const QWidget& window, const QString& text)
    {
        for (QPushButton* one : window.findChildren<QPushButton*>())
            if (one->text() == text)
                return one;
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const demo::Sampling ct{.columns = 32, .rows = 32, .slices = 3};
        QVERIFY(demo::writeCt(m_folder.filePath("one"), anna, {"one", "20260110", "104000", "ACC-1", "CT", "A", 1}, ct));
        QVERIFY(demo::writeCt(m_folder.filePath("two"), wang, {"two", "20260111", "104000", "ACC-2", "CT", "B", 1}, ct));
    }
    void init()
    {
        m_profile = std::make_unique<QTemporaryDir>();
        Task task;
        {
            const auto session = app::Session::open(m_profile->path(), app::Mode::Reading);
            QVERIFY((*session)->archive().import({m_folder.path()}, archive::ImportMode::Copy, task));
        }
        m_desk = std::make_unique<Desk>(m_profile->path());
        m_desk->window->readStudy(studyOf("one"));
        m_desk->startReport();
        QVERIFY(!m_desk->report().reportId.isEmpty());
        m_other = std::move(*Database::open(Profile::open(m_profile->path())->databasePath()));
    }
    void cleanup()
    {
        m_desk.reset();
        m_other.reset();
        m_profile.reset();
    }

    void SAF_06_aBusyDatabaseHoldsNobodyUpAndLosesNothing()
    {
        const QString report = m_desk->report().reportId;
        {
            const Transaction held = hold();
            typeFinding("First words.");
            QElapsedTimer clock;
            clock.start();
            m_desk->editor().flush();
            m_desk->window->readStudy(studyOf("two"));
            QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
            QVERIFY(m_desk->report().reportId.isEmpty());
            QTRY_VERIFY_WITH_TIMEOUT(says(*m_desk->window, "The draft of another study is not stored"), busyMs);
            // Back at the study: the text is there, goes on, and still says that it is not stored.
            m_desk->window->readStudy(studyOf("one"));
            QCOMPARE(m_desk->report().reportId, report);
            QCOMPARE(m_desk->report().findSection("findings")->text, QString("First words."));
            QTRY_VERIFY(says(*m_desk->window, "report unsaved"));
            QVERIFY(says(*m_desk->window, "The draft is not stored"));
            typeFinding("First words, and more.");
            m_desk->editor().flush();
        }
        QTRY_COMPARE_WITH_TIMEOUT(stored(report), QString("First words, and more."), busyMs);
        QTRY_VERIFY(!says(*m_desk->window, "not stored"));
        QTRY_VERIFY(says(*m_desk->window, "report not signed"));
    }

    void SAF_06_theWindowClosesWhenTheDraftIsStored()
    {
        const QString report = m_desk->report().reportId;
        {
            const Transaction held = hold();
            typeFinding("Last words.");
            QElapsedTimer clock;
            clock.start();
            m_desk->window->close();
            QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
            QVERIFY(m_desk->window->isVisible());
            QVERIFY(question() && says(*m_desk->window, "The report is being stored"));
            QTRY_VERIFY_WITH_TIMEOUT(says(*m_desk->window, "The report is not stored"), busyMs);
        }
        QTRY_VERIFY_WITH_TIMEOUT(!m_desk->window->isVisible(), busyMs);
        QCOMPARE(stored(report), QString("Last words."));
    }

    /// What cannot be stored at all is lost only when somebody says so.
    void SAF_06_onlyAPersonGivesATextUp()
    {
        const QString report = m_desk->report().reportId;
        const auto store = reporting::ReportStore::open(Profile::open(m_profile->path())->databasePath());
        reporting::Report theirs = *(*store)->load(report);
        theirs.findSection("findings")->text = "Theirs.";
        QVERIFY((*store)->saveDraft(theirs));
        typeFinding("Mine.");
        m_desk->window->close();
        QTRY_VERIFY(says(*m_desk->window, "changed or signed elsewhere"));
        QVERIFY(m_desk->window->isVisible());
        const auto buttons = question()->findChildren<QPushButton*>();
        QCOMPARE(buttons.size(), 2);
        QTest::mouseClick(buttons[0], Qt::LeftButton); // stay
        QTRY_VERIFY(!question());
        QCOMPARE(m_desk->report().findSection("findings")->text, QString("Mine."));
        m_desk->window->close();
        QTRY_VERIFY(question());
        QTest::mouseClick(question()->findChildren<QPushButton*>()[1], Qt::LeftButton); // lose it
        QTRY_VERIFY(!m_desk->window->isVisible());
        QCOMPARE(stored(report), QString("Theirs."));
    }

    /// By window as by command line: another patient's figure does not come in, a prior's does and is named.
    void DEL_08_theWindowInsertsOfThisPatientAlone()
    {
        const QTemporaryDir folder;
        const demo::Sampling ct{.columns = 32, .rows = 32, .slices = 1};
        QVERIFY(demo::writeCt(folder.filePath("prior"), anna, {"prior", "20250704", "090500", "ACC-0", "CT", "A", 1}, ct));
        Task task;
        QVERIFY(m_desk->session->archive().import({folder.path()}, archive::ImportMode::Copy, task));
        auto* panel = m_desk->window->findChild<windows::ReportPanel*>();
        const auto on = [&](const char* seed) {
            reporting::Measurement measurement{"m/" + QString(seed), "Ball", "length", 12, 1, "mm", {}};
            measurement.where.sopInstanceUid = m_desk->session->archive().instancesOfStudy(studyOf(seed))->front().uid.value;
            return measurement;
        };
        QImage picture(8, 8, QImage::Format_RGB888);
        picture.fill(Qt::black);
        QVERIFY(!panel->insert({on("two")}));
        QVERIFY(says(*m_desk->window, "another patient"));
        QVERIFY(!panel->insertKeyImage(picture, "Ball", on("two").where));
        QVERIFY(m_desk->report().measurements.empty() && m_desk->report().keyImages.empty());
        QVERIFY(panel->insert({on("one")}));
        QVERIFY(panel->insert({on("prior")}));
        QVERIFY(panel->insertKeyImage(picture, "Ball", on("prior").where));
        QCOMPARE(m_desk->report().measurements.size(), size_t(2));
        QCOMPARE(m_desk->report().measurements[1].label, QString("Ball (2025-07-04)"));
        QCOMPARE(m_desk->report().keyImages[0].where.studyUid, studyOf("prior").value);
    }

    /// What was set aside is decided about beside the studies, with both patients before one's eyes.
    void NET_09_whatWasSetAsideIsDecidedInAWindow()
    {
        const QTemporaryDir folder;
        demo::Patient sister = anna;
        sister.name = "Demonstration^Susanna";
        const demo::Sampling ct{.columns = 32, .rows = 32, .slices = 1};
        QVERIFY(demo::writeCt(folder.filePath("other"), sister, {"one", "20260110", "104000", "ACC-1", "CT", "B", 2}, ct));
        Task task;
        QVERIFY(m_desk->session->archive().import({folder.path()}, archive::ImportMode::Copy, task));
        windows::StudyBrowser& browser = m_desk->workstation->browser();
        browser.show();
        browser.refresh();
        auto* count = browser.findChild<QPushButton*>("aside");
        QVERIFY(count->isVisible() && count->text().contains('1'));
        QTest::mouseClick(count, Qt::LeftButton);
        auto* window = topLevel("Set aside at import");
        QVERIFY(window);
        QVERIFY(says(*window, "Susanna") && says(*window, "Anna"));
        const auto before = m_desk->session->archive().study(studyOf("one"));
        QTest::mouseClick(button(*window, "It is the same patient"), Qt::LeftButton);
        QCOMPARE((*m_desk->session->archive().study(studyOf("one")))->instances, (*before)->instances + 1);
        QVERIFY(m_desk->session->archive().quarantine()->empty());
        QVERIFY(!button(*window, "It is the same patient")->isEnabled());
        browser.refresh();
        QVERIFY(!count->isVisible());
    }

    void DEL_04_aReportIsGivenUpInAWindow()
    {
        typeFinding("A ball.");
        m_desk->editor().document().setSectionText("impression", "Phantom.");
        Q_EMIT m_desk->editor().signRequested(reporting::SignAs::Final, {});
        QTRY_VERIFY(m_desk->report().isSigned());
        windows::StudyBrowser& browser = m_desk->workstation->browser();
        browser.show();
        browser.refresh();
        auto* count = browser.findChild<QPushButton*>("reports");
        QVERIFY(count->isVisible() && count->text().contains('1'));
        QTest::mouseClick(count, Qt::LeftButton);
        auto* window = topLevel("Reports on their way");
        QVERIFY(window);
        QVERIFY(!button(*window, "Give up")->isEnabled() && !button(*window, "Send again")->isEnabled());
        QTest::keyClicks(window->findChild<QLineEdit*>(), "told them by telephone");
        QTest::mouseClick(button(*window, "Give up"), Qt::LeftButton);
        const auto deliveries = m_desk->session->deliveries().list();
        QVERIFY(deliveries->front().state == transfer::Delivery::State::Cancelled);
        QVERIFY(deliveries->front().lastError.contains("told them by telephone"));
        QTRY_VERIFY(!count->isVisible());
    }

    void REP_10_signingWaitsForTheDraft()
    {
        const QString report = m_desk->report().reportId;
        typeFinding("A ball.");
        m_desk->editor().document().setSectionText("impression", "Phantom.");
        {
            const Transaction held = hold();
            Q_EMIT m_desk->editor().signRequested(reporting::SignAs::Final, {});
            QVERIFY(!m_desk->report().isSigned());
        }
        QTRY_VERIFY_WITH_TIMEOUT(m_desk->report().isSigned(), busyMs);
        QCOMPARE(stored(report), QString("A ball."));
    }
};

QTEST_MAIN(TestDrafts)
#include "tst_drafts.moc"
