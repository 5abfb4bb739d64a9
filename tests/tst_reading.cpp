#include "app/demo/phantom.h"
#include "app/session/exchange.h"
#include "app/windows/reading_window.h"
#include "app/windows/study_browser.h"
#include "tests/support/test_data.h"
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QThreadPool>
#include <QToolButton>
#include <QTreeView>

using namespace diascope;
using namespace diascope::viewer;
using windows::ReadingWindow;
using windows::StudyBrowser;
using windows::Workstation;

namespace
{

const demo::Patient anna{"Demonstration^Anna", "DEMO-0001", "DIASCOPE", "19710412", "F", "ISO_IR 192"};
const demo::Patient wang{QString::fromUtf8("Wang^XiaoDong=王^小东"), "DEMO-0002", "DIASCOPE", "19850930", "M", "GB18030"};

dicom::StudyUid studyOf(const QString& seed) { return {demo::studyUidOf(seed)}; }

QLabel* label(const QWidget& window, const char* role)
{
    for (QLabel* label : window.findChildren<QLabel*>())
        if (label->property("role").toString() == QLatin1String(role))
            return label;
    return nullptr;
}

QAction* action(const QWidget& window, const QKeySequence& key)
{
    for (QAction* action : window.actions())
        if (action->shortcuts().contains(key))
            return action;
    return nullptr;
}

/// One profile with its windows.
struct Desk
{
    std::unique_ptr<app::Session> session;
    std::unique_ptr<Workstation> workstation;
    std::unique_ptr<ReadingWindow> window;

    explicit Desk(const QString& profile, app::Mode mode = app::Mode::Reading)
    {
        session = std::move(*app::Session::open(profile, mode));
        workstation = std::make_unique<Workstation>(*session);
        window = std::make_unique<ReadingWindow>(*workstation);
        window->show();
        window->activateWindow();
        (void)QTest::qWaitForWindowActive(window.get());
    }
    Viewport& active() const { return *window->grid().active(); }
    ThumbnailList& thumbnails() const { return *window->findChild<ThumbnailList*>(); }
    QListWidget& others() const
    {
        for (QListWidget* list : window->findChildren<QListWidget*>())
            if (!qobject_cast<ThumbnailList*>(list))
                return *list;
        qFatal("no list of other studies");
    }
    reporting::ReportEditor& editor() const { return *window->findChild<reporting::ReportEditor*>(); }
    const reporting::Report& report() const { return editor().document().report(); }
    bool isSettled() const
    {
        for (const Viewport* viewport : window->grid().visibleViewports())
            if (viewport->stack() && (!viewport->volume() || !viewport->volume()->isComplete() || viewport->isWaitingForPixels()))
                return false;
        return active().stack() != nullptr;
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QWidget* at = window->focusWidget();
        QTest::keyClick(at ? at : window.get(), key, modifiers);
    }
    void type(char letter) const
    {
        QWidget* at = window->focusWidget();
        QTest::keyClick(at ? at : window.get(), letter);
    }
    void startReport() const
    {
        auto* create = editor().findChild<QPushButton*>("create");
        QTest::mouseClick(create, Qt::LeftButton);
    }
    void draw(QPoint from, QPoint to) const
    {
        QTest::mousePress(&active(), Qt::LeftButton, {}, from);
        QTest::mouseMove(&active(), to);
        QTest::mouseRelease(&active(), Qt::LeftButton, {}, to);
    }
};

} // namespace

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
        m_profile = std::make_unique<QTemporaryDir>();
        const auto session = app::Session::open(m_profile->path(), app::Mode::Reading);
        Task task;
        const auto report = (*session)->archive().import(files, archive::ImportMode::Copy, task);
        if (!report || report->imported != files.size())
            qFatal("the phantoms are not imported");
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
        const auto says = [&](const QString& words) {
            for (const QLabel* label : desk.window->findChildren<QLabel*>())
                if (label->text().contains(words))
                    return true;
            return false;
        };
        QTRY_VERIFY(says("7 new image"));
        QCOMPARE(desk.active().frameCount(), 5); // nobody asked yet
        desk.press(Qt::Key_F8);
        QTRY_COMPARE(desk.active().frameCount(), 12);
        QTRY_VERIFY(desk.isSettled());
        QCOMPARE(desk.active().stack()->stack().instances[size_t(desk.active().frame())].uid, looked);
        QVERIFY(!says("new image"));
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
        const auto says = [&](const QString& words) {
            for (const QLabel* label : browser.findChildren<QLabel*>())
                if (label->text().contains(words))
                    return true;
            return false;
        };
        QVERIFY(says("not sent yet"));
        QCOMPARE(desk.session->exchange().remove(studyOf("current")).error().fault, Fault::Conflict);
        QVERIFY(desk.session->exchange().queue().cancel(id));
        remove();
        QVERIFY(question());
        QVERIFY(says("Anna")); // whose it is
        QVERIFY(says("12 image"));
        QVERIFY(says("nowhere else")); // imported: as far as is known only here
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
};

QTEST_MAIN(TestReading)
#include "tst_reading.moc"
