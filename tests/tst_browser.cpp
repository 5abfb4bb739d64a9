#include "app/session/exchange.h"
#include "app/windows/places_panel.h"
#include "app/windows/reading_window.h"
#include "app/windows/study_browser.h"
#include "app/windows/transfer_list.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/orthanc.h"
#include "tests/support/test_data.h"
#include <QAction>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QTemporaryDir>
#include <QToolButton>
#include <QTreeView>

using namespace diascope;
using namespace diascope::windows;
namespace tag = diascope::dicom::tag;

namespace
{

/// Drops studies as a mouse would have.
struct Places : PlacesPanel
{
    using PlacesPanel::dropMimeData;
};

} // namespace

/// The study browser against two Orthancs and a node that is not there.
class TestBrowser : public QObject
{
    Q_OBJECT

    static constexpr int count = 40;
    QString m_whyNot;
    std::unique_ptr<test::Orthanc> m_north, m_south;
    std::unique_ptr<test::FaultProxy> m_line; // to the first
    QStringList m_files;
    dicom::StudyUid m_study;
    std::unique_ptr<QTemporaryDir> m_profile;
    std::unique_ptr<app::Session> m_session;
    std::unique_ptr<Workstation> m_workstation;

    StudyBrowser& browser() const { return m_workstation->browser(); }
    StudyTable& table() const { return *browser().findChild<StudyTable*>(); }
    QTreeView& view() const
    {
        for (QTreeView* view : browser().findChildren<QTreeView*>())
            if (view->model() == &table())
                return *view;
        qFatal("no table of studies");
    }
    PlacesPanel& places() const { return *browser().findChild<PlacesPanel*>(); }
    QTreeWidgetItem* place(const QString& name) const
    {
        for (QTreeWidgetItemIterator it(&places()); *it; ++it)
            if ((*it)->text(0) == name)
                return *it;
        return nullptr;
    }
    void choose(const QString& name) const
    {
        const QRect at = places().visualItemRect(place(name));
        QTest::mouseClick(places().viewport(), Qt::LeftButton, {}, at.center());
    }
    void searchFor(const QString& text) const
    {
        auto* field = browser().findChild<QLineEdit*>();
        field->setText(text);
        QTest::keyClick(field, Qt::Key_Return);
    }
    bool says(const QString& words) const
    {
        for (const QLabel* label : browser().findChildren<QLabel*>())
            if (label->text().contains(words))
                return true;
        return false;
    }
    ReadingWindow* reading() const
    {
        for (QWidget* widget : QApplication::topLevelWidgets())
            if (auto* window = qobject_cast<ReadingWindow*>(widget); window && window->isVisible())
                return window;
        return nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        QDirIterator all(test::dataFile("volumes/fnndsc_andrei_abdomen_ct"), {"*.dcm"}, QDir::Files, QDirIterator::Subdirectories);
        while (all.hasNext())
            m_files << all.next();
        m_files.sort();
        m_files = m_files.mid(0, count);
        m_north = test::Orthanc::start(1, &m_whyNot);
        m_south = test::Orthanc::start(1, &m_whyNot);
        if (!m_north || !m_south || m_files.isEmpty())
            return;
        m_line = std::make_unique<test::FaultProxy>(m_north->port);
        m_study = {dicom::Dataset::read(m_files[0])->text(tag::StudyInstanceUID)};
        // The whole study in the north, a part of it and another one in the south.
        const auto put = [](const test::Orthanc& server, const QStringList& files) {
            return test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(server.port)} + files).code == 0;
        };
        QVERIFY(put(*m_north, m_files));
        QVERIFY(put(*m_south, m_files.mid(0, 10)));
        QVERIFY(put(*m_south, {test::dataFile("pixels/pydicom_test_files/CT_small.dcm")}));
    }
    void init()
    {
        if (!m_north || !m_south)
            QSKIP(qPrintable(m_whyNot));
        NEEDS_TEST_DATA(m_files.value(0));
        m_line->clear();
        m_profile = std::make_unique<QTemporaryDir>();
        {
            Settings settings(*Profile::open(m_profile->path()));
            dimse::Nodes nodes(settings);
            dimse::Node north{"North", "ORTHANC", "127.0.0.1", m_line->port(), false, {}, "ISO_IR 192", {}};
            north.associations = 1;
            QVERIFY(nodes.add(north));
            QVERIFY(nodes.add({"South", "ORTHANC", "127.0.0.1", m_south->port, false, {}, "ISO_IR 192", {}}));
            QVERIFY(nodes.add({"Nobody", "NOBODY", "127.0.0.1", test::freePort(), false, {}, {}, {}}));
        }
        m_session = std::move(*app::Session::open(m_profile->path(), app::Mode::Reading));
        m_session->exchange().start();
        m_workstation = std::make_unique<Workstation>(*m_session);
        browser().show();
        browser().resize(1280, 800);
    }
    void cleanup()
    {
        m_workstation.reset();
        m_session.reset();
    }

    void oneSearchOverEverythingMergedByStudy()
    {
        Task task;
        QVERIFY(m_session->archive().import(m_files.mid(0, 25), archive::ImportMode::Copy, task));
        choose("Everywhere");
        const QString id = dicom::Dataset::read(m_files[0])->text(tag::PatientID);
        searchFor(id);
        QCOMPARE(table().rowCount(), 1); // the archive's row is there at once
        QCOMPARE(table().entryAt(0)->localInstances, 25);
        QTRY_COMPARE_WITH_TIMEOUT(table().entryAt(0)->nodes.size(), 2, 15000);
        QCOMPARE(table().rowCount(), 1); // and stays one row
        QCOMPARE(table().entryAt(0)->remoteInstances, count);
        QVERIFY(table().index(0, StudyTable::Source).data().toString().contains("here"));
        QCOMPARE(table().index(0, StudyTable::Images).data().toString(), QStringLiteral("⚠ 25 of %1").arg(count)); // SAF-04
        QTRY_VERIFY(says("Nobody: ")); // whoever does not answer is named, the others' rows are there
        QVERIFY(says("refused"));
        QTRY_COMPARE(place("North")->text(1), "1");
        QCOMPARE(place("Nobody")->text(1), QStringLiteral("⚠"));
    }

    void everythingOfAHospitalIsAskedOfNobody()
    {
        const int before = m_line->connections();
        choose("Everywhere");
        searchFor("");
        searchFor("zzz"); // now they are asked: by then a question before would have been seen too
        QTRY_COMPARE_WITH_TIMEOUT(place("North")->text(1), "0", 10000);
        QCOMPARE(m_line->connections(), before + 1);
        searchFor("");
        QCOMPARE(place("North")->text(1), "");
        QCOMPARE(place("South")->text(1), "");
    }

    void NET_15_theFirstImageIsLookedAtWhileTheRestComes()
    {
        choose("North");
        searchFor(dicom::Dataset::read(m_files[0])->text(tag::PatientID));
        QTRY_COMPARE_WITH_TIMEOUT(table().rowCount(), 1, 15000);
        QTRY_VERIFY(!says("asking"));
        test::FaultProxy::Faults slow;
        slow.bytesPerSecond = 3'000'000; // 40 images take seven seconds
        m_line->set(test::FaultProxy::Way::ToClient, slow);
        view().setCurrentIndex(table().index(0, 0));
        QTest::keyClick(&view(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(reading() != nullptr, 10000);
        const auto here = [&] { return (*m_session->archive().study(m_study))->instances; };
        QVERIFY2(here() < count, "all of it was there: nothing is shown by this");
        QTRY_VERIFY_WITH_TIMEOUT(reading()->grid().active()->volume() != nullptr, 5000);
        QVERIFY(here() < count);
        const auto looked = [&] {
            const auto* viewport = reading()->grid().active();
            return viewport->stack()->stack().instances[size_t(viewport->frame())].uid;
        };
        const auto first = looked();
        m_line->clear();
        QTRY_COMPARE_WITH_TIMEOUT(reading()->grid().active()->frameCount(), count, 20000);
        QCOMPARE(looked(), first); // SAF-13
        QTRY_VERIFY(table().entryAt(0)->isComplete());
    }

    void SAF_13_whoeverOpenedAnotherStudyMeanwhileKeepsIt()
    {
        Task task;
        QVERIFY(m_session->archive().import({test::dataFile("pixels/pydicom_test_files/CT_small.dcm")}, archive::ImportMode::Copy, task));
        const dicom::StudyUid other = (*m_session->archive().studies())[0].uid;
        choose("North");
        searchFor(dicom::Dataset::read(m_files[0])->text(tag::PatientID));
        QTRY_COMPARE_WITH_TIMEOUT(table().rowCount(), 1, 15000);
        QTRY_VERIFY_WITH_TIMEOUT(!says("asking"), 15000);
        test::FaultProxy::Faults slow;
        slow.bytesPerSecond = 200'000; // the first image takes more than two seconds
        m_line->set(test::FaultProxy::Way::ToClient, slow);
        view().setCurrentIndex(table().index(0, 0));
        QTest::keyClick(&view(), Qt::Key_Return);
        choose("This workstation");
        searchFor("");
        QTRY_VERIFY(table().rowOf(other) >= 0);
        view().setCurrentIndex(table().index(table().rowOf(other), 0));
        QTest::keyClick(&view(), Qt::Key_Return);
        QTRY_VERIFY(reading() && reading()->grid().active()->stack());
        m_line->clear();
        QTRY_VERIFY_WITH_TIMEOUT((*m_session->archive().study(m_study)).has_value() && (*m_session->archive().study(m_study))->instances == count, 20000);
        QTest::qWait(0);
        QCOMPARE(reading()->grid().active()->stack()->studyUid(), other);
    }

    void NET_16_overASlowLineTheFirstPictureIsThereWithinThreeSeconds()
    {
        QString why;
        const auto server = test::Orthanc::start(1, &why, R"(,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],"DicomWeb":{"Enable":true})");
        if (!server)
            QSKIP(qPrintable(why));
        SUCCEEDS(test::run("storescu", QStringList{"-aec", "ORTHANC", "127.0.0.1", QString::number(server->port)} + m_files.mid(0, 12)));
        test::FaultProxy dicomLine(server->port), webLine(server->httpPort);
        test::FaultProxy::Faults slow;
        slow.bytesPerSecond = 125'000; // 1 Mbit/s
        slow.delayMs = 50;             // each way
        for (test::FaultProxy* line : {&dicomLine, &webLine})
            for (const auto way : {test::FaultProxy::Way::ToClient, test::FaultProxy::Way::ToServer})
                line->set(way, slow);
        dimse::Node clinic{"Clinic", "ORTHANC", "127.0.0.1", dicomLine.port(), false, {}, "ISO_IR 192", {}};
        clinic.dicomWebUrl = QStringLiteral("http://127.0.0.1:%1/dicom-web").arg(webLine.port());
        clinic.isSlowLine = true;
        QVERIFY(m_session->exchange().storeNode(clinic, {}));
        choose("Clinic");
        searchFor(dicom::Dataset::read(m_files[0])->text(tag::PatientID));
        QTRY_COMPARE_WITH_TIMEOUT(table().rowCount(), 1, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!says("asking"), 20000);
        view().setCurrentIndex(table().index(0, 0));
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(&view(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(reading() && (reading()->isPreviewing() || reading()->grid().active()->volume()), 20000);
        const qint64 first = clock.elapsed();
        qInfo("%lld ms", first);
        QVERIFY2(first <= 6000, "3 s on a machine of its own"); // others may be at work here
        QTRY_VERIFY_WITH_TIMEOUT(reading()->grid().active()->volume() && !reading()->isPreviewing(), 20000); // the image takes its place
        // What came was made small by the server, without loss.
        const auto rows = *m_session->archive().instancesOfStudy(m_study);
        for (const archive::InstanceRow& row : rows)
            QCOMPARE(row.transferSyntaxUid, "1.2.840.10008.1.2.4.80");
        for (test::FaultProxy* line : {&dicomLine, &webLine})
            line->clear();
        QTRY_COMPARE_WITH_TIMEOUT((*m_session->archive().study(m_study))->instances, 12, 30000);
    }

    void aStudyDroppedOnANodeIsSentToIt()
    {
        Task task;
        const QString file = test::dataFile("pixels/pydicom_test_files/MR_small.dcm");
        QVERIFY(m_session->archive().import({file}, archive::ImportMode::Copy, task));
        choose("This workstation");
        searchFor("");
        QTRY_COMPARE(table().rowCount(), 1);
        const qsizetype before = m_south->instanceIds().size();
        const std::unique_ptr<QMimeData> dragged(table().mimeData({table().index(0, 0), table().index(0, 1)}));
        QCOMPARE(QString::fromLatin1(dragged->data(StudyTable::mimeType)), table().entryAt(0)->row.uid.value); // once
        QVERIFY(static_cast<Places&>(places()).dropMimeData(place("South"), 0, dragged.get(), Qt::CopyAction));
        QTRY_COMPARE_WITH_TIMEOUT(m_south->instanceIds().size(), before + 1, 15000);
        QTRY_COMPARE((*m_session->exchange().queue().list()).back().state, transfer::Transfer::State::Done);
        QVERIFY(!static_cast<Places&>(places()).dropMimeData(place("This workstation"), 0, dragged.get(), Qt::CopyAction));
    }

    void searchesAreSavedAndChosenAgain()
    {
        SearchTerms terms;
        terms.text = QString::fromUtf8("王");
        terms.days = 7;
        terms.modality = "CT";
        places().save("Chest week", terms);
        m_workstation = std::make_unique<Workstation>(*m_session); // another day
        browser().show();
        QVERIFY(place("Chest week"));
        choose("Chest week");
        QCOMPARE(browser().findChild<QLineEdit*>()->text(), terms.text);
        const auto isOn = [&](const QString& text) {
            for (const QToolButton* button : browser().findChildren<QToolButton*>())
                if (button->text() == text)
                    return button->isChecked();
            return false;
        };
        QVERIFY(isOn("CT") && isOn("Week"));
    }

    void columnsThatWereChosenStay()
    {
        view().setColumnHidden(StudyTable::Accession, true);
        view().setColumnHidden(StudyTable::Issuer, false);
        browser().close();
        m_workstation = std::make_unique<Workstation>(*m_session);
        QVERIFY(view().isColumnHidden(StudyTable::Accession));
        QVERIFY(!view().isColumnHidden(StudyTable::Issuer));
    }

    void theTransferListShowsWhatAPersonCanDo()
    {
        auto& queue = m_session->exchange().queue();
        transfer::NewTransfer wanted;
        wanted.node = "Nobody";
        wanted.study = {"1.2.3"};
        wanted.title = "Somebody";
        const qint64 id = *queue.add(wanted);
        m_session->exchange().runner().wake();
        auto* list = browser().findChild<TransferList*>();
        auto* rows = list->findChild<QTreeView*>();
        QTRY_COMPARE(rows->model()->rowCount(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(rows->model()->index(0, TransferTable::State).data().toString().contains("refused"), 10000);
        rows->setCurrentIndex(rows->model()->index(0, 0));
        const auto click = [&](const QString& text) {
            for (QAction* action : list->findChildren<QAction*>())
                if (action->text() == text && action->isEnabled())
                    return action->trigger(), true;
            return false;
        };
        QVERIFY(click("Cancel"));
        QTRY_COMPARE((**queue.find(id)).state, transfer::Transfer::State::Cancelled);
        QTRY_COMPARE(rows->model()->index(0, TransferTable::State).data().toString(), "cancelled");
        QVERIFY(!click("Pause")); // it is over
        QVERIFY(click("Clear what is over"));
        QTRY_COMPARE(rows->model()->rowCount(), 0);
    }
};

QTEST_MAIN(TestBrowser)
#include "tst_browser.moc"
