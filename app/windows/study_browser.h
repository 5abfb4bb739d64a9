#pragma once
#include "app/windows/jobs.h"
#include "app/windows/study_table.h"
#include "app/windows/workstation.h"
#include "netclient/dimse/node.h"
#include <QMainWindow>
#include <QTimer>

class QButtonGroup;
class QLabel;
class QLineEdit;
class QListWidget;
class QMenu;
class QPlainTextEdit;
class QToolButton;
class QTreeView;
class QTreeWidget;

namespace diascope::windows
{

/// One search over the archive and, where chosen, every node; below it the study's series, the other studies of its patient
/// and its report.
class StudyBrowser : public QMainWindow
{
    Q_OBJECT

public:
    explicit StudyBrowser(Workstation& workstation);
    ~StudyBrowser() override;

    JobList& jobs() { return *m_jobs; }
    void search();
    /// The archive's rows and the details as they are now; a PACS's answer stays as it came.
    void refresh();
    void importPaths(const QStringList& paths);
    /// One line under the table.
    void showMessage(const QString& text, bool isWarning = false);

protected:
    void dragEnterEvent(QDragEnterEvent*) override;
    void dropEvent(QDropEvent*) override;
    void closeEvent(QCloseEvent*) override;

private:
    struct Filter
    {
        archive::Query query;
        QString text;
        int days = -1; ///< -1: any day
        QString modality;
        QString node; ///< empty: the archive alone
    };

    void buildTop(QWidget* parent, class QVBoxLayout* layout);
    void buildActions();
    void rebuildSources();
    Filter filter() const;
    void searchArchive(const Filter& filter);
    void searchNode(const Filter& filter, const dimse::Node& node);
    void showDetails();
    void showOutbox(); ///< signed reports that no RIS has acknowledged yet
    void showPictures(const std::vector<archive::SeriesRow>& series);
    void openSelected();
    void retrieve(const StudyEntry& entry, bool opensAfterwards);
    void sendSelected(const dimse::Node& node);
    void writeMedium();
    void removeSelected();
    const StudyEntry* selected() const;
    void updateActions();

    Workstation& m_workstation;
    app::Session& m_session;
    QLineEdit* m_search;
    QButtonGroup* m_days;
    QButtonGroup* m_modalities;
    QToolButton* m_source;
    QString m_sourceNode;
    StudyTable* m_table;
    QTreeView* m_view;
    QTreeWidget* m_series;
    using Pictures = std::vector<std::pair<QString, QByteArray>>; ///< series UID, PNG
    QFutureWatcher<Pictures> m_pictures;
    QListWidget* m_others;
    QPlainTextEdit* m_report;
    QLabel* m_message;
    QLabel* m_outbox;
    JobList* m_jobs;
    QTimer m_typing;
    QList<QAction*> m_actions;
    QMenu* m_sendMenu = nullptr;
    std::unique_ptr<Job> m_finding;
    qint64 m_seenChanges = -1;
    dicom::StudyUid m_opening; ///< the study last asked for
};

} // namespace diascope::windows
