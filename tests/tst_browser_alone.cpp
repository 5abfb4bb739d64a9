#include "app/windows/places_panel.h"
#include "app/windows/settings_window.h"
#include "app/windows/transfer_list.h"
#include "tests/support/desk.h"
#include <QDockWidget>
#include <QLineEdit>
#include <QSpinBox>
#include <QTreeWidget>
#include <QToolButton>

using namespace diascope;
using namespace diascope::test;
using windows::StudyBrowser;
using windows::StudyTable;
using windows::TransferList;
using windows::TransferTable;
using transfer::Transfer;

/// The study browser and the settings by themselves: no node answers here.
class TestBrowserAlone : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_current, m_prior, m_brain, m_chest;

    QString profileWith(const QStringList& files)
    {
        m_profile = test::profileWith(files);
        return m_profile->path();
    }
    static QTreeView& view(StudyBrowser& browser)
    {
        for (QTreeView* view : browser.findChildren<QTreeView*>())
            if (qobject_cast<StudyTable*>(view->model()))
                return *view;
        qFatal("no table of studies");
    }
    static QAction* actionOf(const QWidget& window, const QString& text)
    {
        for (QAction* action : window.findChildren<QAction*>())
            if (action->text() == text)
                return action;
        return nullptr;
    }
    static QPushButton* button(const QWidget& window, const QString& text)
    {
        for (QPushButton* button : window.findChildren<QPushButton*>())
            if (button->text() == text && button->isVisibleTo(&window))
                return button;
        return nullptr;
    }
    /// A retrieval that a server counted twelve images for and five came of.
    static Transfer brokenOff(transfer::TransferQueue& queue, Transfer::State state)
    {
        transfer::NewTransfer wanted;
        wanted.node = "pacs";
        wanted.study = studyOf("current");
        transfer::TransferQueue::Claim claim;
        claim.id = *queue.add(wanted);
        Transfer broken = **queue.claim(claim, "a test");
        broken.done = 5;
        broken.total = 12;
        broken.state = state;
        broken.lastError = "the connection broke";
        (void)queue.finish(broken, "a test");
        return broken;
    }

private Q_SLOTS:
    void initTestCase()
    {
        const demo::Sampling ct{.columns = 64, .rows = 64, .slices = 12, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = 5};
        m_current = *demo::writeCt(m_folder.filePath("current"), anna, {"current", "20260110", "104000", "ACC-1002", "CT abdomen follow-up", "Abdomen", 1}, ct);
        m_prior = *demo::writeCt(m_folder.filePath("prior"), anna, {"prior", "20250704", "090500", "ACC-0417", "CT abdomen", "Abdomen", 1}, ct, 6);
        m_brain = *demo::writeMr(m_folder.filePath("brain"), wang, {"brain", "20260112", "083000", "ACC-1003", "MR brain", "T1", 1}, ct, demo::Plane::Axial, 1);
        m_chest = *demo::writeCr(m_folder.filePath("chest"), wang, {"chest", "20260112", "090000", "ACC-1004", "Chest", "PA", 1});
    }

    void SAF_15_removingAsksNamesAndNeverTakesUnsentWork()
    {
        Desk desk(profileWith(m_current));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        auto* table = browser.findChild<QTreeView*>();
        const auto remove = [&] {
            for (QAction* action : browser.findChildren<QAction*>())
                if (action->shortcut() == QKeySequence(Qt::Key_Delete))
                    action->trigger();
        };
        const auto question = [&] { return browser.findChild<QWidget*>("removing"); };
        transfer::NewTransfer send;
        send.kind = transfer::TransferKind::Send;
        send.node = "pacs";
        send.study = studyOf("current");
        const qint64 id = *desk.session->exchange().queue().add(send);
        table->setCurrentIndex(table->model()->index(0, 0));
        remove();
        QVERIFY(!question()); // unsent: not even asked
        QVERIFY(says(browser, "not sent yet"));
        QCOMPARE(desk.session->exchange().remove(studyOf("current")).error().fault, Fault::Conflict);
        QVERIFY(desk.session->exchange().queue().cancel(id));
        remove();
        QVERIFY(question());
        QVERIFY(says(browser, "Anna")); // whose it is
        QVERIFY(says(browser, "12 image"));
        QVERIFY(says(browser, "nowhere else")); // imported: as far as is known only here
        QCOMPARE((*desk.session->archive().study(studyOf("current")))->instances, 12);
        for (QPushButton* button : question()->findChildren<QPushButton*>())
            if (button->text() == "Remove")
                button->click();
        QVERIFY(!(*desk.session->archive().study(studyOf("current"))).has_value());
    }

    void theBrowserFindsByPartOfANameAndByModality()
    {
        Desk desk(profileWith(m_current + m_prior + m_brain + m_chest));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        const auto* rows = browser.findChild<windows::StudyTable*>();
        auto* search = browser.findChild<QLineEdit*>();
        const auto chip = [&](const QString& text) {
            for (QToolButton* button : browser.findChildren<QToolButton*>())
                if (button->property("role").toString() == QLatin1String("chip") && button->text() == text)
                    return button;
            return static_cast<QToolButton*>(nullptr);
        };
        QCOMPARE(rows->rowCount(), 4);
        QTest::keyClicks(search, "ann");
        QTRY_COMPARE(rows->rowCount(), 2); // both of Anna's
        search->clear();
        QTest::keyClicks(search, "xiaod");
        QTRY_COMPARE(rows->rowCount(), 2);
        chip("MR")->click();
        QCOMPARE(rows->rowCount(), 1);
        QCOMPARE(rows->entryAt(0)->row.uid.value, studyOf("brain").value);
        search->setText(QString::fromUtf8("小东"));
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(rows->rowCount(), 1);
        chip("All")->click();
        search->setText("20250704");
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(rows->rowCount(), 1);
        QCOMPARE(rows->entryAt(0)->row.uid.value, studyOf("prior").value);
        search->setText("nobody of this name");
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(rows->rowCount(), 0);
    }

    void theQuestionIsLeftByEscape()
    {
        Desk desk(profileWith(m_current));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        browser.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&browser));
        view(browser).setFocus();
        QTest::keyClick(&view(browser), Qt::Key_Delete);
        auto* question = browser.findChild<QWidget*>("removing");
        QVERIFY(question);
        QVERIFY(says(browser, "DEMO-0001")); // SAF-15: a namesake is another patient
        QTest::keyClick(button(*question, "Keep"), Qt::Key_Escape);
        QVERIFY(!browser.findChild<QWidget*>("removing"));
        QVERIFY((*desk.session->archive().study(studyOf("current"))).has_value());
    }

    void SAF_15_ofSeveralStudiesEveryPatientIsNamed()
    {
        Desk desk(profileWith(m_current + m_prior + m_chest));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        browser.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&browser));
        view(browser).setFocus();
        view(browser).selectAll();
        QTest::keyClick(&view(browser), Qt::Key_Delete);
        QVERIFY(says(browser, "3 studies with 25 image"));
        QVERIFY(says(browser, QString::fromUtf8("Demonstration, Anna (DEMO-0001) ×2")));
        QVERIFY(says(browser, "(DEMO-0002)"));
        QTRY_VERIFY(button(browser, "Remove"));
        QTest::mouseClick(button(browser, "Remove"), Qt::LeftButton);
        QVERIFY(desk.session->archive().studies()->empty());
    }

    void whatSomebodyWasToldIsNotOverwrittenByWhatArrives()
    {
        Desk desk(profileWith(m_current));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        browser.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&browser));
        transfer::NewTransfer send;
        send.kind = transfer::TransferKind::Send;
        send.node = "pacs";
        send.study = studyOf("current");
        QVERIFY(desk.session->exchange().queue().add(send));
        view(browser).setFocus();
        QTest::keyClick(&view(browser), Qt::Key_Delete);
        QVERIFY(says(browser, "not sent yet"));
        Task task;
        QVERIFY(desk.session->archive().import(m_chest, archive::ImportMode::Copy, task));
        QTRY_COMPARE(view(browser).model()->rowCount(), 2);
        QVERIFY(says(browser, "not sent yet"));
        auto* search = browser.findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClick(search, Qt::Key_Return); // a new question has a new answer
        QVERIFY(!says(browser, "not sent yet"));
    }

    void anEmptyListSaysWhatToDo()
    {
        Desk desk(profileWith({}));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        const auto hint = [&] {
            for (const QLabel* label : view(browser).viewport()->findChildren<QLabel*>())
                return label->text();
            return QString("no hint");
        };
        QVERIFY(hint().contains("import files"));
        auto* search = browser.findChild<QLineEdit*>();
        QTest::keyClicks(search, "nobody");
        QTest::keyClick(search, Qt::Key_Return);
        QVERIFY(hint().contains("No study fits"));
        search->clear();
        Task task;
        QVERIFY(desk.session->archive().import(m_chest, archive::ImportMode::Copy, task));
        QTRY_COMPARE(view(browser).model()->rowCount(), 1);
        QCOMPARE(hint(), "");
    }

    void SAF_13_whatIsChosenStaysChosenWhenSomethingArrives()
    {
        Desk desk(profileWith(m_prior + m_brain + m_current));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        QTreeView& rows = view(browser);
        const auto uids = [&] {
            QStringList uids;
            for (const QModelIndex& index : rows.selectionModel()->selectedRows())
                uids << qobject_cast<StudyTable*>(rows.model())->entryAt(index.row())->row.uid.value;
            uids.sort();
            return uids;
        };
        QTest::mouseClick(rows.viewport(), Qt::LeftButton, {}, rows.visualRect(rows.model()->index(1, 0)).center());
        QTest::mouseClick(rows.viewport(), Qt::LeftButton, Qt::ControlModifier, rows.visualRect(rows.model()->index(2, 0)).center());
        const QStringList before = uids();
        QCOMPARE(before.size(), 2);
        Task task;
        QVERIFY(desk.session->archive().import(m_chest, archive::ImportMode::Copy, task)); // the newest: it comes on top
        QTRY_COMPARE(rows.model()->rowCount(), 4);
        QCOMPARE(uids(), before);
    }

    void SAF_13_theTransfersOpenForAPersonOnly()
    {
        Desk desk(profileWith(m_current));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        auto* dock = browser.findChild<QDockWidget*>("transfers");
        QVERIFY(!dock->isVisible());
        auto& queue = desk.session->exchange().queue();
        transfer::NewTransfer prior; // by the priors' rules
        prior.node = "pacs";
        prior.study = {"1.2.3"};
        prior.priority = transfer::Priority::Background;
        QVERIFY(queue.add(prior));
        auto* rows = dock->findChild<QTreeView*>();
        QTRY_COMPARE(rows->model()->rowCount(), 1); // known, and the list did not jump
        QVERIFY(!dock->isVisible());
        QCOMPARE(dock->windowTitle(), "Transfers (1)");
        browser.importPaths({m_chest.first()});
        QVERIFY(dock->isVisible());
        dock->close();
        prior.study = {"1.2.4"};
        QVERIFY(queue.add(prior));
        QTRY_COMPARE(rows->model()->rowCount(), 2);
        QVERIFY(!dock->isVisible()); // what was closed stays closed
    }

    void SAF_04_anIncompleteStudyIsNamedAfterARestartAndTheRestCanBeGot()
    {
        const QString profile = profileWith(m_current.mid(0, 5));
        {
            Desk desk(profile);
            dimse::Nodes nodes(desk.session->settings());
            QVERIFY(nodes.add({"pacs", "PACS", "127.0.0.1", 4, false, {}, {}, {}}));
            auto& queue = desk.session->exchange().queue();
            brokenOff(queue, Transfer::State::Cancelled);
            QVERIFY(queue.clearFinished()); // the line in the list is gone, not the fact
        }
        Desk desk(profile);
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        QTreeView& rows = view(browser);
        QCOMPARE(rows.model()->index(0, StudyTable::Images).data().toString(), QStringLiteral("⚠ 5 of 12"));
        QVERIFY(rows.model()->index(0, StudyTable::Images).data(Qt::ToolTipRole).toString().contains("pacs"));
        QVERIFY(says(browser, "1 incomplete"));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(label(*desk.window, "warning")->text().contains("incomplete: 5 of 12"));
        rows.setFocus();
        QAction* retrieve = actionOf(browser, "Retrieve");
        QVERIFY(retrieve->isEnabled());
        retrieve->trigger();
        const auto queued = *desk.session->exchange().queue().list(transfer::TransferQueue::Which::Open);
        QCOMPARE(queued.size(), 1u);
        QCOMPARE(queued[0].what.node, "pacs");
        QCOMPARE(queued[0].what.study, studyOf("current"));
    }

    void whatFailedCanBePutAway()
    {
        Desk desk(profileWith(m_current.mid(0, 5)));
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        const qint64 id = brokenOff(desk.session->exchange().queue(), Transfer::State::Failed).id;
        auto* list = browser.findChild<TransferList*>();
        auto* rows = list->findChild<QTreeView*>();
        QTRY_COMPARE(rows->model()->rowCount(), 1);
        QTRY_VERIFY(says(browser, "1 transfer(s) failed"));
        rows->setCurrentIndex(rows->model()->index(0, 0));
        QVERIFY(actionOf(*list, "Cancel")->isEnabled());
        actionOf(*list, "Cancel")->trigger();
        QCOMPARE((**desk.session->exchange().queue().find(id)).state, Transfer::State::Cancelled);
        QTRY_VERIFY(!says(browser, "failed"));
    }

    void SAF_11_viewingOnlyChangesNoTransferOfOthers()
    {
        const QString profile = profileWith(m_current);
        Desk reading(profile);
        transfer::NewTransfer send;
        send.kind = transfer::TransferKind::Send;
        send.node = "pacs";
        send.study = studyOf("current");
        const qint64 id = *reading.session->exchange().queue().add(send);
        Desk desk(profile, app::Mode::ViewOnly);
        auto* list = desk.workstation->browser().findChild<TransferList*>();
        auto* rows = list->findChild<QTreeView*>();
        QCOMPARE(rows->model()->rowCount(), 1);
        rows->setCurrentIndex(rows->model()->index(0, 0));
        for (const char* text : {"Pause", "Cancel", "Try again now", "Put first", "Clear what is over"}) {
            QVERIFY2(!actionOf(*list, text)->isEnabled(), text);
            actionOf(*list, text)->trigger();
        }
        QCOMPARE((**reading.session->exchange().queue().find(id)).state, Transfer::State::Queued);
    }

    /// A viewing-only program runs no sending that others have queued, however long it waits there (SAF-11).
    void SAF_11_othersSendingIsLeftAlone()
    {
        const QString profile = profileWith(m_current);
        qint64 send = 0, fetch = 0;
        {
            const auto session = std::move(*app::Session::open(profile, app::Mode::Reading));
            dimse::Node peer;
            peer.name = peer.aeTitle = "PEER";
            peer.host = "127.0.0.1";
            peer.port = 9; // nobody
            QVERIFY(session->exchange().storeNode(peer, {}));
            transfer::NewTransfer wanted;
            wanted.node = "PEER";
            wanted.study = studyOf("current");
            wanted.kind = transfer::TransferKind::Send;
            wanted.priority = transfer::Priority::Waiting; // before the other
            send = *session->exchange().queue().add(wanted);
            wanted.kind = transfer::TransferKind::Retrieve;
            wanted.study = {"2.25.4711"};
            wanted.priority = transfer::Priority::Normal;
            fetch = *session->exchange().queue().add(wanted);
        }
        const auto viewing = std::move(*app::Session::open(profile, app::Mode::ViewOnly));
        viewing->exchange().start();
        transfer::TransferQueue& queue = viewing->exchange().queue();
        QTRY_VERIFY_WITH_TIMEOUT((**queue.find(fetch)).attempts > 0, 20000);
        QCOMPARE((**queue.find(send)).attempts, 0);
        QCOMPARE((**queue.find(send)).state, Transfer::State::Queued);
    }

    void whatMovesStandsOnTopOfTheTransfers()
    {
        const auto made = [](qint64 id, Transfer::State state, transfer::Priority priority = transfer::Priority::Normal) {
            Transfer transfer;
            transfer.id = id;
            transfer.state = state;
            transfer.what.priority = priority;
            return transfer;
        };
        using State = Transfer::State;
        TransferTable table;
        table.setTransfers({made(1, State::Done), made(2, State::Running), made(3, State::Cancelled), made(4, State::Queued), made(5, State::Failed),
                            made(6, State::Queued, transfer::Priority::Waiting), made(7, State::Paused)});
        std::vector<qint64> ids;
        for (int row = 0; row < table.rowCount(); ++row)
            ids.push_back(table.at(row)->id);
        QCOMPARE(ids, (std::vector<qint64>{2, 5, 6, 4, 7, 3, 1})); // in the order of their turn; what is over: the newest first
    }

    void STO_07_halfANumberIsNeverAQuota()
    {
        Desk desk(profileWith(m_current));
        QVERIFY(desk.session->configure("archive.quotaGiB", "100"));
        windows::SettingsWindow settings(*desk.session);
        settings.show();
        QDoubleSpinBox* quota = nullptr;
        for (QDoubleSpinBox* box : settings.findChildren<QDoubleSpinBox*>())
            if (box->suffix().contains("GiB"))
                quota = box;
        QVERIFY(quota);
        quota->setFocus();
        quota->selectAll();
        for (const char digit : {'2', '5', '0'}) {
            QTest::keyClick(quota, digit);
            QCOMPARE(*desk.session->configured("archive.quotaGiB"), "100"); // 2 GiB would empty the archive
        }
        QTest::keyClick(quota, Qt::Key_Return);
        QCOMPARE(*desk.session->configured("archive.quotaGiB"), "250");
    }

    void aPeerIsNeitherRemovedNorForgottenWithoutAQuestion()
    {
        Desk desk(profileWith(m_current));
        dimse::Nodes nodes(desk.session->settings());
        QVERIFY(nodes.add({"North", "N", "127.0.0.1", 104, false, {}, {}, {}}));
        QVERIFY(nodes.add({"South", "S", "127.0.0.1", 105, false, {}, {}, {}}));
        windows::SettingsWindow settings(*desk.session);
        settings.show();
        auto* list = settings.findChild<QTreeWidget*>();
        QVERIFY(!button(settings, "Save")->isEnabled()); // nothing to save yet
        QTest::mouseClick(button(settings, "Remove…"), Qt::LeftButton);
        QVERIFY(nodes.find("North"));
        QTest::mouseClick(button(settings, "Keep"), Qt::LeftButton);
        QLineEdit* host = nullptr;
        for (QLineEdit* field : settings.findChildren<QLineEdit*>())
            if (field->text() == "127.0.0.1")
                host = field;
        QVERIFY(host);
        QTest::keyClicks(host, "9");
        QVERIFY(button(settings, "Save")->isEnabled());
        QVERIFY(!settings.close()); // not saved, and said
        QVERIFY(says(settings, "North is not saved"));
        list->setCurrentItem(list->topLevelItem(1));
        QVERIFY(says(settings, "changes to North were not saved"));
        QCOMPARE(host->text(), "127.0.0.1"); // the other one's
        QTest::keyClicks(host, "8");
        QTest::mouseClick(button(settings, "Save"), Qt::LeftButton);
        QCOMPARE(nodes.find("South")->host, "127.0.0.18");
        QCOMPARE(nodes.find("North")->host, "127.0.0.1");
        QCOMPARE(list->currentItem()->text(0), "South");
        QTest::mouseClick(button(settings, "Remove…"), Qt::LeftButton);
        QTest::mouseClick(settings.findChild<QPushButton*>("remove-node"), Qt::LeftButton);
        QVERIFY(!nodes.find("South"));
        QVERIFY(nodes.find("North"));
        QVERIFY(settings.close());
    }

    void placesAreChosenByTheKeyboardToo()
    {
        Desk desk(profileWith(m_current));
        dimse::Nodes nodes(desk.session->settings());
        QVERIFY(nodes.add({"North", "N", "127.0.0.1", 104, false, {}, {}, {}}));
        Q_EMIT desk.session->settingsChanged();
        StudyBrowser& browser = desk.workstation->browser();
        browser.show();
        auto* places = browser.findChild<windows::PlacesPanel*>();
        QVERIFY(places->isArchiveChosen());
        browser.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&browser));
        places->setFocus();
        QTest::keyClick(places, Qt::Key_Down);
        QTest::keyClick(places, Qt::Key_Down);
        QTest::keyClick(places, Qt::Key_Return);
        QCOMPARE(places->chosenNodes(), QStringList{"North"});
        QVERIFY(!places->isArchiveChosen());
        auto* search = browser.findChild<QLineEdit*>();
        search->setFocus();
        QTest::keyClick(search, Qt::Key_Down); // from the words to what they found
        QVERIFY(view(browser).hasFocus());
    }
};

QTEST_MAIN(TestBrowserAlone)
#include "tst_browser_alone.moc"
