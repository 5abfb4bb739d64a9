#pragma once
#include "app/session/exchange.h"
#include "app/windows/jobs.h"
#include "app/windows/study_table.h"
#include <QSplitter>
#include <QTimer>

class QPlainTextEdit;
class QTreeWidget;

namespace diascope::windows
{

/// What the browser shows below the table: a study's series with pictures (of a node: as the node describes them), the other
/// studies of its patient, its report.
class StudyPreview : public QSplitter
{
    Q_OBJECT

public:
    explicit StudyPreview(app::Session& session, QWidget* parent = nullptr);
    ~StudyPreview() override;

    /// Null: nothing is chosen.
    void show(const StudyEntry* entry);
    using QSplitter::show;

Q_SIGNALS:
    void studyActivated(const QString& studyUid);

private:
    using Pictures = std::vector<std::pair<QString, QByteArray>>; ///< series UID, PNG
    void showLocal(const StudyEntry& entry);
    void askNode(const dicom::StudyUid& study, const QString& node);
    void showPictures(const std::vector<archive::SeriesRow>& series);
    void showReport(const dicom::StudyUid& study);

    app::Session& m_session;
    QTreeWidget* m_series;
    QTreeWidget* m_others;
    QPlainTextEdit* m_report;
    QFutureWatcher<Pictures> m_pictures;
    std::unique_ptr<Job> m_asking;
    QTimer m_askSoon;
    dicom::StudyUid m_shown;
    QString m_shownNode;
};

} // namespace diascope::windows
