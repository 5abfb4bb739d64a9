#include "tests/support/desk.h"
#include "tests/support/test_data.h"
#include <QComboBox>
#include <QDirIterator>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QThreadPool>
#include <QToolButton>

using namespace diascope;
using namespace diascope::viewer;
using namespace diascope::test;
using windows::ReadingWindow;
using windows::Workstation;

class TestReading : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<QTemporaryDir> m_profile;
    QStringList m_current;
    QStringList m_prior;
    QStringList m_brain;
    QStringList m_chest;

    QString profileWith(const QStringList& files)
    {
        m_profile = test::profileWith(files);
        return m_profile->path();
    }

private Q_SLOTS:
    void initTestCase()
    {
        const demo::Sampling ct{.columns = 64, .rows = 64, .slices = 12, .columnSpacingMm = 2, .rowSpacingMm = 2, .sliceSpacingMm = 5};
        m_current = *demo::writeCt(m_folder.filePath("current"), anna, {"current", "20260110", "104000", "ACC-1002", "CT abdomen follow-up", "Abdomen", 1}, ct);
        m_prior = *demo::writeCt(m_folder.filePath("prior"), anna, {"prior", "20250704", "090500", "ACC-0417", "CT abdomen", "Abdomen", 1}, ct, 6);
        int number = 1;
        for (const demo::Plane plane : {demo::Plane::Axial, demo::Plane::Sagittal, demo::Plane::Coronal}) {
            m_brain += *demo::writeMr(m_folder.filePath(QStringLiteral("brain%1").arg(number)), wang,
                                      {"brain", "20260112", "083000", "ACC-1003", "MR brain", QStringLiteral("T%1").arg(number), number}, ct, plane, 1);
            ++number;
        }
        m_chest = *demo::writeCr(m_folder.filePath("chest"), wang, {"chest", "20260112", "090000", "ACC-1004", "Chest", "PA", 1});
    }

    void openingAStudySaysWhoseItIs()
    {
        Desk desk(profileWith(m_brain));
        QCOMPARE(label(*desk.window, "patient")->text(), "No study is open");
        desk.window->readStudy(studyOf("brain"));
        QTRY_COMPARE(desk.thumbnails().stackCount(), 3); // BIR-02: one a stack
        QTRY_VERIFY(desk.isSettled());
        QVERIFY(label(*desk.window, "patient")->text().contains(QString::fromUtf8("王"))); // SAF-01
        QVERIFY(label(*desk.window, "quiet")->isVisibleTo(desk.window.get()));
        QString everything;
        for (const QLabel* label : desk.window->findChildren<QLabel*>())
            everything += label->text() + u'\n';
        QVERIFY(everything.contains("DEMO-0002"));
        for (int i = 0; i < 3; ++i) {
            const QString caption = desk.thumbnails().item(i)->text();
            QVERIFY2(caption.contains("MR") && caption.contains(QStringLiteral("T%1").arg(i + 1)) && caption.contains("12"), qPrintable(caption));
        }
        QCOMPARE(desk.window->grid().visibleViewports().size(), 3u);
    }

    /// Neither the longest name nor the longest warning pushes the report off the screen.
    void SAF_01_aLongNameLeavesTheWindowAsItIs()
    {
        const QString family = QString(60, u'W');
        const demo::Patient somebody{family + "^" + QString(60, u'M'), "DEMO-0009", "DIASCOPE", "19710412", "F", "ISO_IR 192"};
        const QStringList files = *demo::writeCr(m_folder.filePath("long"), somebody, {"long", "20260112", "090000", "ACC-1009", "Chest", "PA", 1});
        Desk desk(profileWith(files));
        desk.window->setWindowState(Qt::WindowNoState);
        desk.window->resize(1200, 700);
        desk.window->readStudy(studyOf("long"));
        QTRY_VERIFY(desk.isSettled());
        QVERIFY(label(*desk.window, "patient")->text().startsWith(family));
        QVERIFY(label(*desk.window, "patient")->toolTip().contains(family)); // all of it can be read
        QCoreApplication::processEvents();
        QCOMPARE(desk.window->width(), 1200);
        QVERIFY2(desk.window->minimumSizeHint().width() < 1200, QByteArray::number(desk.window->minimumSizeHint().width()).constData());
        QLabel* study = label(*desk.window, "quiet"); // the ID is there, whatever the name
        QVERIFY(study->text().startsWith("DEMO-0009") && study->width() > study->fontMetrics().horizontalAdvance("DEMO-0009   1971-04-12"));
    }

    void priorsAreOneClickAway()
    {
        Desk desk(profileWith(m_current + m_prior + m_chest));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        QCOMPARE(desk.others().count(), 1); // BIR-12: the prior, not the other patient
        QVERIFY(desk.others().item(0)->text().contains("2025-07-04"));
        QTest::mouseClick(desk.others().viewport(), Qt::LeftButton, {}, desk.others().visualItemRect(desk.others().item(0)).center());
        const auto beside = [&] { return desk.window->grid().visibleViewports(); };
        QTRY_VERIFY(beside().size() == 2 && beside()[1]->stack());
        QCOMPARE(beside()[0]->stack()->studyUid().value, studyOf("current").value);
        QCOMPARE(beside()[1]->stack()->studyUid().value, studyOf("prior").value);
        QTRY_VERIFY(desk.isSettled());
        QVERIFY(label(*desk.window, "quiet")->text().contains("ACC-1002") || desk.window->windowTitle().contains("follow-up"));
    }

    /// The banner is the read study's, also while only a prior has images.
    void BIR_01_thePriorThatCameFirstIsNotNamed()
    {
        const QString profile = profileWith(m_current.mid(0, 1) + m_prior);
        QDirIterator files(profile, QDir::Files, QDirIterator::Subdirectories);
        QString onlyOne;
        while (files.hasNext()) {
            const auto dataset = dicom::Dataset::read(files.next());
            if (dataset && dataset->text(dicom::tag::StudyInstanceUID) == studyOf("current").value)
                onlyOne = files.filePath();
        }
        QVERIFY(!onlyOne.isEmpty());
        QFile broken(onlyOne);
        QVERIFY(broken.open(QIODevice::WriteOnly)); // nothing of it can be shown
        broken.close();
        Desk desk(profile);
        desk.window->readStudy(studyOf("current"));
        QTest::mouseClick(desk.others().viewport(), Qt::LeftButton, {}, desk.others().visualItemRect(desk.others().item(0)).center());
        QTRY_COMPARE(desk.thumbnails().stackCount(), 1);
        QCOMPARE(desk.thumbnails().stackAt(0)->studyUid().value, studyOf("prior").value);
        QVERIFY2(!says(*desk.window, "ACC-0417"), "the prior is named as the study that is read");
        QVERIFY(says(*desk.window, "ACC-1002")); // of nothing else than the archive's row
        QVERIFY(desk.window->windowTitle().contains("follow-up"));
        Task task;
        QVERIFY(desk.session->archive().import(m_current.mid(1), archive::ImportMode::Copy, task));
        QTRY_VERIFY(says(*desk.window, QString("%1 new image").arg(m_current.size() - 1)));
        desk.press(Qt::Key_F8);
        QTRY_VERIFY(says(*desk.window, "ACC-1002"));
        QCOMPARE(desk.thumbnails().stackAt(0)->studyUid().value, studyOf("prior").value); // it came first, still
        QVERIFY(!says(*desk.window, "ACC-0417"));
        QVERIFY(desk.window->windowTitle().contains("follow-up"));
    }

    /// BIR-06, BIR-05: every key, as a small and as a capital letter.
    void keysWorkInEitherCase()
    {
        Desk desk(profileWith(m_brain));
        desk.window->readStudy(studyOf("brain"));
        QTRY_VERIFY(desk.thumbnails().stackCount() == 3 && desk.isSettled());
        ViewportGrid& grid = desk.window->grid();
        QCOMPARE(grid.active(), grid.visibleViewports().front());
        for (const char letter : {'o', 'O'}) {
            const bool before = grid.areReferenceLinesShown();
            desk.type(letter);
            QCOMPARE(grid.areReferenceLinesShown(), !before);
        }
        const OverlayDetail details[] = {OverlayDetail::Minimal, OverlayDetail::Off, OverlayDetail::Full};
        for (int i = 0; i < 3; ++i) {
            desk.type(i == 1 ? 'i' : 'I');
            QCOMPARE(grid.overlay(), details[i]);
        }
        desk.type('c');
        QVERIFY(desk.active().isPlaying());
        desk.type('C');
        QVERIFY(!desk.active().isPlaying());
        for (const auto& [letter, tool] : {std::pair('w', "window"), {'Z', "zoom"}, {'t', "pan"}, {'V', "select"}, {'d', "length"}, {'A', "angle"}, {'j', "crosshair"}, {'S', "scroll"}}) {
            desk.type(letter);
            QCOMPARE(grid.tool(), QLatin1String(tool));
            int checked = 0;
            for (const QAction* action : desk.window->actions())
                if (action->isCheckable() && action->isChecked() && action->data().isValid()) {
                    QCOMPARE(action->data().toString(), QLatin1String(tool));
                    ++checked;
                }
            QCOMPARE(checked, 1); // BIR-05
        }
        const int frame = desk.active().frame();
        desk.press(Qt::Key_Down);
        QCOMPARE(desk.active().frame(), frame - 1); // towards the feet
        desk.press(Qt::Key_Right);
        desk.press(Qt::Key_Up);
        desk.press(Qt::Key_Left);
        QCOMPARE(desk.active().frame(), frame);
        desk.press(Qt::Key_Home);
        QCOMPARE(desk.active().frame(), 11);
        desk.press(Qt::Key_End);
        QCOMPARE(desk.active().frame(), 0);
        desk.active().rotateBy(1);
        desk.press(Qt::Key_Escape);
        QCOMPARE(desk.active().view().quarterTurns, 0);
        QCOMPARE(desk.active().frame(), 0);
        desk.press(Qt::Key_PageDown);
        QCOMPARE(desk.active().stack(), desk.thumbnails().stackAt(1));
        desk.press(Qt::Key_PageUp);
        QCOMPARE(desk.active().stack(), desk.thumbnails().stackAt(0));
    }

    void presetsByNumber()
    {
        Desk desk(profileWith(m_current));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        const auto presets = windowPresets(desk.active().volume()->instance(0));
        for (size_t i = 0; i < std::min<size_t>(9, presets.size()); ++i) {
            desk.press(Qt::Key(Qt::Key_1 + i));
            QCOMPARE(desk.active().presentation().window, presets[i].window); // BIR-06, BIR-08
        }
        desk.press(Qt::Key_0);
        QCOMPARE(desk.active().presentation().window, autoWindow(*desk.active().volume(), desk.active().frame()));
    }

    void reconstructionComesAndGoes()
    {
        Desk desk(profileWith(m_current + m_prior));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        QTest::mouseClick(desk.others().viewport(), Qt::LeftButton, {}, desk.others().visualItemRect(desk.others().item(0)).center());
        QTRY_VERIFY(desk.window->grid().visibleViewports().size() == 2 && desk.window->grid().visibleViewports()[1]->stack());
        QTRY_VERIFY(desk.isSettled());
        const auto prior = desk.window->grid().visibleViewports()[1]->stack();
        desk.type('m');
        QCOMPARE(desk.window->grid().visibleViewports().size(), 4u);
        QTRY_VERIFY(desk.isSettled());
        QVERIFY(desk.active().isReconstruction());
        desk.type('M');
        const auto after = desk.window->grid().visibleViewports();
        QCOMPARE(after.size(), 2u);
        QVERIFY(!after[0]->isReconstruction() && !after[1]->isReconstruction());
        QCOMPARE(after[1]->stack(), prior); // as it was before
    }

    void whatARadiographCannotBeIsSaid()
    {
        Desk desk(profileWith(m_chest));
        desk.window->readStudy(studyOf("chest"));
        QTRY_VERIFY(desk.isSettled());
        for (const QKeySequence& key : {QKeySequence(Qt::Key_M), QKeySequence("Ctrl+3")}) {
            const QAction* reslice = action(*desk.window, key);
            QVERIFY(!reslice->isEnabled()); // GEO-14
            const QString why = desk.active().stack()->stack().whyNoVolume;
            QVERIFY(!why.isEmpty());
            QVERIFY2(reslice->toolTip().contains(why), qPrintable(reslice->toolTip()));
        }
        desk.type('m');
        QCOMPARE(desk.window->grid().visibleViewports().size(), 1u);
    }

    void escapeEndsTheTextAndNothingElse()
    {
        Desk desk(profileWith(m_current));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        desk.active().rotateBy(1);
        desk.type('x');
        QTest::mouseClick(&desk.active(), Qt::LeftButton, {}, {120, 90});
        auto* edit = desk.active().findChild<QLineEdit*>();
        QVERIFY(edit);
        QTest::keyClicks(edit, "om");
        QCOMPARE(edit->text(), "om"); // letters are text there, not commands
        QCOMPARE(desk.window->grid().visibleViewports().size(), 1u);
        QTest::keyClick(edit, Qt::Key_Escape);
        QVERIFY(!desk.active().isDrawing());
        QCOMPARE(desk.active().view().quarterTurns, 1);
        desk.press(Qt::Key_Escape);
        QCOMPARE(desk.active().view().quarterTurns, 0);
    }

    /// MEA-09, REP-07: one value in the view, the table, the report; a click in the report leads back.
    void aMeasurementStandsInTheReport()
    {
        const QString profile = profileWith(m_current);
        QString valueText;
        {
            Desk desk(profile);
            desk.window->readStudy(studyOf("current"));
            QTRY_VERIFY(desk.isSettled());
            desk.startReport();
            QVERIFY(!desk.report().reportId.isEmpty());
            desk.active().setFocus();
            desk.type('d');
            const int frame = desk.active().frame();
            const QPoint from = desk.active().transform().toScreen(Vec3{-30, 0, 0})->toPoint();
            const QPoint to = desk.active().transform().toScreen(Vec3{30, 10, 0})->toPoint();
            const double mm = std::hypot(to.x() - from.x(), to.y() - from.y()) / desk.active().transform().zoom();
            desk.draw(from, to);
            desk.press(Qt::Key_M, Qt::ControlModifier);
            QCOMPARE(desk.report().measurements.size(), 1u);
            const reporting::Measurement measurement = desk.report().measurements.front();
            QVERIFY(std::abs(measurement.value - mm) < 1e-6);
            QCOMPARE(measurement.unit, "mm");
            valueText = QStringLiteral("%1 mm").arg(mm, 0, 'f', 1);
            QVERIFY(measurement.display().endsWith(valueText));
            const auto* table = desk.window->findChild<MeasurementTable*>();
            QCOMPARE(table->topLevelItemCount(), 1);
            QCOMPARE(table->topLevelItem(0)->text(1), valueText);
            desk.active().setFocus();
            desk.press(Qt::Key_End);
            QVERIFY(desk.active().frame() != frame);
            auto* link = desk.editor().findChild<QToolButton*>("measurement-" + measurement.id);
            QVERIFY(link);
            link->click();
            QCOMPARE(desk.active().frame(), frame);
            QCOMPARE(desk.active().selectedFigure(), measurement.where.figureId);
        }
        // Reopened, the table has it again as soon as the images are there.
        Desk again(profile);
        again.window->readStudy(studyOf("current"));
        QTRY_VERIFY(again.isSettled());
        QCOMPARE(again.report().measurements.size(), 1u);
        const auto* table = again.window->findChild<MeasurementTable*>();
        QCOMPARE(table->topLevelItemCount(), 1);
        QTRY_COMPARE(table->topLevelItem(0)->text(1), valueText);
    }

    void aDraftIsStoredWithinTwoSeconds()
    {
        const QString profile = profileWith(m_current);
        Desk desk(profile);
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        desk.startReport();
        auto* findings = desk.editor().findChild<QPlainTextEdit*>("section-findings");
        QVERIFY(findings);
        QElapsedTimer time;
        time.start();
        QTest::keyClicks(findings, "No free air.");
        // As another process sees it: the first did not end.
        const auto other = app::Session::open(profile, app::Mode::ViewOnly);
        const auto stored = [&] {
            const auto reports = (*other)->reports().list(studyOf("current").value);
            if (!reports || reports->empty())
                return QString();
            return (*other)->reports().load(reports->front().reportId)->findSection("findings")->text;
        };
        QTRY_COMPARE(stored(), "No free air.");
        QVERIFY2(time.elapsed() < 2500, qPrintable(QString::number(time.elapsed()))); // SAF-06: 2 s from the last key
        Desk again(profile);
        again.window->readStudy(studyOf("current"));
        QCOMPARE(again.report().findSection("findings")->text, "No free air.");
    }

    void anotherPatientsStudyTakesTheWholeWindow()
    {
        Desk desk(profileWith(m_current + m_brain));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        desk.startReport();
        QTest::keyClicks(desk.editor().findChild<QPlainTextEdit*>("section-findings"), "Unsaved.");
        desk.window->readStudy(studyOf("brain"));
        QVERIFY(!label(*desk.window, "patient")->text().contains("Demonstration"));
        QVERIFY(desk.report().reportId.isEmpty()); // SAF-02
        QTRY_VERIFY(desk.thumbnails().stackCount() == 3 && desk.isSettled());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(desk.thumbnails().stackAt(i)->texts().patientId, "DEMO-0002"); // BIR-01
        for (const Viewport* viewport : desk.window->grid().visibleViewports())
            QCOMPARE(viewport->stack()->texts().patientId, "DEMO-0002");
        const auto reports = desk.session->reports().list(studyOf("current").value);
        QCOMPARE(reports->size(), 1u);
        QCOMPARE(desk.session->reports().load(reports->front().reportId)->findSection("findings")->text, "Unsaved.");
    }

    /// Files are still being looked for when another patient's study is opened.
    void whatWasAskedForBeforeDoesNotArriveLate()
    {
        Desk desk(profileWith(m_brain));
        for (int i = 0; i < 5; ++i) {
            desk.window->readPaths({m_folder.filePath("current")});
            desk.window->readStudy(studyOf("brain"));
            QTRY_VERIFY(desk.thumbnails().stackCount() >= 3 && desk.isSettled());
            for (int round = 0; round < 3; ++round) { // what must not come would come now
                QThreadPool::globalInstance()->waitForDone();
                QCoreApplication::processEvents();
            }
            QCOMPARE(desk.thumbnails().stackCount(), 3);
            for (int s = 0; s < 3; ++s)
                QCOMPARE(desk.thumbnails().stackAt(s)->texts().patientId, "DEMO-0002"); // BIR-01
            QCOMPARE(label(*desk.window, "warning")->text(), "");
        }
    }

    void twoPatientsFilesAreNotShownTogether()
    {
        Desk desk(profileWith(m_chest));
        desk.window->readPaths({m_folder.filePath("current"), m_folder.filePath("chest")});
        QTRY_VERIFY(desk.isSettled());
        QTRY_VERIFY(label(*desk.window, "warning")->text().contains("another patient")); // BIR-01
        QCOMPARE(desk.thumbnails().stackCount(), 1);
    }

    void nothingThereIsSaid()
    {
        Desk desk(profileWith(m_current));
        desk.window->readStudy(studyOf("current"));
        QTRY_VERIFY(desk.isSettled());
        desk.startReport();
        desk.window->readPaths({"/no/such folder"});
        QVERIFY(label(*desk.window, "warning")->text().contains("/no/such folder"));
        QVERIFY(desk.report().reportId.isEmpty()); // nobody types into the report of a closed study
        QVERIFY(!desk.active().stack());
        QDir(m_folder.path()).mkdir("empty");
        desk.window->readPaths({m_folder.filePath("empty")});
        QTRY_VERIFY(label(*desk.window, "warning")->text().contains("no file"));
        desk.window->readStudy({"1.2.3.4"});
        QVERIFY(!label(*desk.window, "warning")->text().isEmpty());
        QVERIFY(desk.report().reportId.isEmpty());
    }

    void whatIsNotShownCanBeReadAndCopied() // OBJ-12, SAF-12
    {
        const QString folder = m_folder.filePath("notshown");
        demo::Study study;
        study.seed = "notshown";
        const QStringList paths = *demo::writeCt(folder, anna, study, {.columns = 16, .rows = 16, .slices = 4, .transferSyntaxUid = "1.2.840.10008.1.2.4.90"});
        const auto damage = [](const QString& path, const std::function<void(QByteArray&)>& change) {
            QFile file(path);
            if (!file.open(QIODevice::ReadWrite))
                return;
            QByteArray bytes = file.readAll();
            change(bytes);
            file.resize(0);
            file.write(bytes);
        };
        damage(folder + "/notes.dcm", [](QByteArray& bytes) { bytes = "no DICOM at all"; });
        damage(paths[1], [](QByteArray& bytes) { // the codestream is no longer one
            const auto at = bytes.indexOf("\xff\x4f\xff\x51");
            bytes.replace(at, 40, QByteArray(40, 'x'));
        });
        Desk desk(profileWith(m_chest));
        desk.window->readPaths({folder});
        QTRY_VERIFY(desk.active().volume() && desk.active().volume()->isComplete());
        QLabel* warning = label(*desk.window, "warning");
        QTRY_VERIFY2(warning->text().contains("2 "), qPrintable(warning->text()));
        auto* list = desk.window->findChild<windows::NotShownWindow*>();
        QVERIFY(!list->isVisible());
        QTest::mouseClick(warning, Qt::LeftButton);
        QTRY_VERIFY(list->isVisible());
        QVERIFY(!list->isModal());
        const QStringList lines = list->text().split(u'\n');
        QCOMPARE(lines.size(), 2);
        for (const QString& name : {QStringLiteral("notes.dcm"), QFileInfo(paths[1]).fileName()}) {
            const auto line = std::find_if(lines.begin(), lines.end(), [&](const QString& text) { return text.contains(name + u'\t'); });
            QVERIFY2(line != lines.end() && line->section(u'\t', 1).size() > 5, qPrintable(list->text()));
        }
        QVERIFY(action(*desk.window, QKeySequence("F9")));
        desk.window->readPaths({paths[0]}); // the next study does not carry its predecessor's list
        QVERIFY(!list->isVisible() && list->text().isEmpty());
    }

    void viewingOnlyWritesNothing()
    {
        const QString profile = profileWith(m_current);
        {
            Desk desk(profile, app::Mode::ViewOnly);
            desk.window->readStudy(studyOf("current"));
            QTRY_VERIFY(desk.isSettled());
            desk.type('d');
            desk.draw(desk.active().rect().center() - QPoint(40, 0), desk.active().rect().center() + QPoint(40, 10));
            QVERIFY(desk.active().document() && desk.active().document()->figures().size() == 1); // may be looked at
            QVERIFY(!action(*desk.window, QKeySequence("Ctrl+M")));                               // SAF-11
            QVERIFY(!action(*desk.window, QKeySequence(Qt::Key_K)));
            desk.press(Qt::Key_M, Qt::ControlModifier);
            desk.press(Qt::Key_K);
            for (const char* name : {"create", "sign-final", "sign-preliminary", "addendum", "correction"}) {
                auto* button = desk.editor().findChild<QPushButton*>(name);
                QVERIFY2(!button->isEnabled() || !button->isVisible(), name);
                button->click();
            }
            QVERIFY(desk.report().reportId.isEmpty());
            desk.active().setFocus();
        }
        const auto session = app::Session::open(profile, app::Mode::Reading);
        QVERIFY((*session)->figures()->load(studyOf("current"))->figures.empty());
        QVERIFY((*session)->reports().list(studyOf("current").value)->empty());
    }
};

QTEST_MAIN(TestReading)
#include "tst_reading.moc"
