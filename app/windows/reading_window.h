#pragma once
#include "app/windows/key_sheet.h"
#include "app/windows/not_shown_window.h"
#include "app/windows/report_panel.h"
#include "app/windows/workstation.h"
#include "viewer/ui/measurement_table.h"
#include "viewer/ui/thumbnail_list.h"
#include "viewer/ui/viewport_grid.h"
#include <QFutureWatcher>
#include <QMainWindow>
#include <QTimer>
#include <map>

class QActionGroup;
class QLabel;
class QListWidget;
class QMenu;
class QToolBar;

namespace diascope::windows
{

/// One patient's images, measurements and report: thumbnails left, viewports in the middle, report and measurements right,
/// the patient's banner on top. Never two patients at once (BIR-01).
class ReadingWindow : public QMainWindow
{
    Q_OBJECT

public:
    explicit ReadingWindow(Workstation& workstation);
    ~ReadingWindow() override;

    void readStudy(const dicom::StudyUid& study);
    /// A study that is on its way: whose it is, and a small picture of it that a server made, until its first image is here.
    void showComing(const archive::StudyRow& study);
    void showPreview(const dicom::StudyUid& study, const QImage& picture);
    bool isPreviewing() const;
    void readPaths(const QStringList& paths);
    viewer::ViewportGrid& grid() { return *m_grid; }

protected:
    void closeEvent(QCloseEvent*) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    // reading_commands.cpp
    void buildCommands();
    QAction* command(const QString& group, const QString& text, const char* icon, const QList<QKeySequence>& keys, std::function<void()> run);
    void showHelp();
    void applyPreset(int index);
    void insertMeasurement();
    void insertKeyImage();
    void showScene();
    void toggleReconstruction();
    void updateCommands();
    void moveStack(int step);

    QWidget* buildBanner(QWidget* parent);
    void buildDocks();
    void openStudy(std::vector<viewer::SeriesFiles> series, bool isPrior);
    void addPrior(const dicom::StudyUid& study);
    Result<std::vector<viewer::SeriesFiles>> filesOf(const dicom::StudyUid& study);
    void onStackAdded(const std::shared_ptr<viewer::OpenStack>& stack, bool isPrior);
    void showStack(int index, viewer::Viewport* viewport);
    void showInstance(const reporting::InstanceRef& where);
    void showFigure(const QString& id);
    viewer::AnnotationDocument* documentOf(const dicom::StudyUid& study);
    std::shared_ptr<const viewer::Volume> volumeOf(const viewer::Figure& figure) const;
    void closeStudies();
    void closeWhenStored();
    void listOthers(const dicom::StudyUid& study);
    // reading_arrivals.cpp
    void buildPreview();
    void hidePreview();
    void watchArrivals();
    void onStackGrown(const std::shared_ptr<viewer::OpenStack>& before, const std::shared_ptr<viewer::OpenStack>& now);
    void onStackMerged(const std::shared_ptr<viewer::OpenStack>& before, const std::shared_ptr<viewer::OpenStack>& into);
    void showGrown(const std::shared_ptr<viewer::OpenStack>& before, const std::shared_ptr<viewer::OpenStack>& now);
    /// What has come of the current study since it was opened: at once where it is being retrieved, else offered (SAF-03).
    void lookForArrivals();
    void showArrivals();
    void showWhetherComplete();
    // reading_banner.cpp
    void updateBanner();
    void showWhoComes();
    void showWho(const archive::StudyRow& study);
    void showWho(const QString& name, QStringList details, const QString& study);
    void showWhoIsRead(const viewer::ImageTexts* texts); ///< null: no image of it is here
    void showNotShown();
    void listNotShown(const std::vector<viewer::NotShown>& left);
    std::vector<viewer::NotShown> notShown() const; ///< files and frames of all open studies

    Workstation& m_workstation;
    app::Session& m_session;
    viewer::ViewportGrid* m_grid;
    viewer::ThumbnailList* m_thumbnails;
    viewer::MeasurementTable* m_measurements;
    ReportPanel* m_report;
    QListWidget* m_others;
    QLabel* m_patient;
    QLabel* m_study;
    QLabel* m_state;
    QLabel* m_warning;
    NotShownWindow* m_notShown;
    QToolBar* m_toolBar;
    QMenu* m_presetMenu = nullptr;
    QMenu* m_layoutMenu = nullptr;
    QActionGroup* m_tools = nullptr;
    QAction* m_reconstruct = nullptr;
    QAction* m_scene = nullptr;
    QAction* m_previousPhase = nullptr;
    QAction* m_nextPhase = nullptr;
    QAction* m_cine = nullptr;
    QAction* m_overlayPlanes = nullptr;
    QAction* m_shutter = nullptr;
    QAction* m_subtraction = nullptr;
    QAction* m_mask = nullptr;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
    std::vector<KeySheet::Command> m_commands;
    std::vector<std::unique_ptr<viewer::OpenStudy>> m_studies; ///< the one that is read first, then priors
    std::map<QString, std::unique_ptr<viewer::AnnotationDocument>> m_documents; ///< by study UID
    dicom::StudyUid m_current; ///< empty: files shown in place
    QFutureWatcher<std::vector<viewer::SeriesFiles>> m_pathReader;
    QFuture<void> m_marking; ///< that a study was used: no window waits for a busy database
    bool m_isReadingPaths = false; ///< what m_pathReader finds is still wanted
    bool m_isReconstruction = false;
    std::vector<std::shared_ptr<viewer::OpenStack>> m_stacksBefore; ///< of the viewports, before the reconstruction
    QSize m_layoutBefore{1, 1};
    QString m_failure;
    QTimer m_arrivals;
    std::pair<qint64, qint64> m_seenChanges; ///< counters of archive and transfers
    QString m_incoming;      ///< "retrieving 12 of 72 images", or why that ended
    archive::StudyRow m_coming; ///< nothing of it is here yet
    class PreviewLabel;
    PreviewLabel* m_preview = nullptr;
    qint64 m_arrived = 0;    ///< images that are here and not shown
    bool m_isFetching = false; ///< the current study is being retrieved
    bool m_isMoreToCome = false; ///< of the current study; a paused transfer brings nothing
    bool m_isIncomplete = false; ///< and nothing comes at the moment: m_incoming is a warning
    bool m_isGrowing = false;  ///< what came is being read
    std::unique_ptr<archive::Archive::OpenMark> m_openMark; ///< no making room takes it from under us
    std::vector<QPointer<QWidget>> m_scenes;
};

} // namespace diascope::windows
