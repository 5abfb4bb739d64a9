#pragma once
#include "app/windows/jobs.h"
#include "app/windows/study_search.h"
#include "app/windows/study_table.h"
#include "app/windows/workstation.h"
#include <QMainWindow>
#include <QTimer>
#include <functional>

class QButtonGroup;
class QDockWidget;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QTreeView;
class QVBoxLayout;

namespace diascope::windows
{

class PlacesPanel;
class StudyPreview;
class TransferList;

/// study_browser.cpp: what it is made of; study_browser_search.cpp: what it looks for; study_browser_work.cpp: what it starts.
/// One search over the archive and the nodes; the places at the left, the study's series, other studies and report below,
/// transfers at the bottom.
class StudyBrowser : public QMainWindow
{
    Q_OBJECT

public:
    explicit StudyBrowser(Workstation& workstation);
    ~StudyBrowser() override;

    JobList& jobs() { return *m_jobs; }
    /// By a person: the nodes that are chosen are asked too.
    void search();
    /// The archive's rows and the details as they are now; the nodes' answers stay as they came.
    void refresh();
    void importPaths(const QStringList& paths);
    /// One line under the table, for some seconds.
    void showMessage(const QString& text, bool isWarning = false);

protected:
    void dragEnterEvent(QDragEnterEvent*) override;
    void dropEvent(QDropEvent*) override;
    void closeEvent(QCloseEvent*) override;

private:
    void buildTop(QWidget* parent, QVBoxLayout* layout);
    void buildTable(QWidget* parent);
    void buildDock();
    void buildActions();
    void buildKeys();
    void connectParts();
    QAction* addCommand(const QKeySequence& key, const QString& text, std::function<void()> run);
    void showTransfers(); ///< because somebody has just begun one
    void updateDock();
    void showKeys();
    void leave(); ///< what Esc means: the question, else the search that runs
    void buildColumnsMenu();
    void rebuildNodes();
    SearchTerms terms() const;
    void setTerms(const SearchTerms& terms);
    void saveSearch();
    void runSearch(StudySearch::Nodes nodes);
    void choose(int row);
    void onArchiveChanged();
    void showState();
    void showOutbox(); ///< signed reports that no RIS has acknowledged yet, transfers given up, a listener that does not run
    void showLine(const QString& text, bool isWarning);
    QString hint() const;
    QString reportStatusOf(const dicom::StudyUid& study) const;

    void openSelected();
    void retrieveSelected();
    void retrieve(const StudyEntry& entry, transfer::Priority priority);
    void openWhatWaits();
    void onRetrieved(const QString& studyUid);
    void send(const QStringList& studyUids, const QString& node);
    void pinSelected();
    void writeMedium();
    void removeSelected();
    const StudyEntry* selected() const;
    std::vector<StudyEntry> chosen() const;
    void updateActions();

    Workstation& m_workstation;
    app::Session& m_session;
    QLineEdit* m_search = nullptr;
    QButtonGroup* m_days = nullptr;
    QButtonGroup* m_modalities = nullptr;
    PlacesPanel* m_places = nullptr;
    StudyTable* m_table = nullptr;
    QTreeView* m_view = nullptr;
    StudySearch* m_finding = nullptr;
    StudyPreview* m_preview = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_hint = nullptr; ///< in an empty list
    QLabel* m_outbox = nullptr;
    QPushButton *m_reports = nullptr, *m_aside = nullptr; ///< on their way, set aside: with their count, where there are any
    JobList* m_jobs = nullptr;
    TransferList* m_transfers = nullptr;
    QDockWidget* m_dock = nullptr;
    QTimer m_typing, m_askSoon;
    QTimer m_told; ///< runs as long as what somebody was told stays
    QAction *m_read = nullptr, *m_fetch = nullptr, *m_send = nullptr, *m_disc = nullptr, *m_pin = nullptr, *m_remove = nullptr;
    QMenu* m_sendMenu = nullptr;
    qint64 m_seenChanges = -1;
    dicom::StudyUid m_opening; ///< the study last asked for
    dicom::StudyUid m_waiting; ///< opened as soon as some of it is here
};

} // namespace diascope::windows
