#pragma once
#include "app/session/session.h"
#include "reporting/ui/report_editor.h"
#include <QWidget>

namespace diascope::windows
{

/// The report of the study that is read: the editor joined to the session. Drafts are stored as they are typed, signing
/// queues the delivery, the RIS's answer appears on the report.
class ReportPanel : public QWidget
{
    Q_OBJECT

public:
    explicit ReportPanel(app::Session& session, QWidget* parent = nullptr);

    /// What is unsaved of the former study goes on being stored (SAF-02).
    void setStudy(const dicom::StudyUid& study);
    /// No study of the archive: `why` says what to do.
    void clear(const QString& why);
    /// Both say why not, and put nothing in, where the image is of another patient; a prior is named by its date.
    bool insert(const std::vector<reporting::Measurement>& measurements);
    bool insertKeyImage(const QImage& image, QString caption, reporting::InstanceRef where);
    /// Asks for a save of what is unsaved; `app::DraftKeeper` holds it until it is stored.
    void flush() { m_editor->flush(); }
    /// "unsaved", "not signed", "held by the RIS": one line for the banner; empty where all is well.
    QString state() const;
    void focusEditor();

Q_SIGNALS:
    void linkActivated(const diascope::reporting::InstanceRef& where);
    void backToImage();
    void outboxWanted();
    void stateChanged();

private:
    void onSaved(const reporting::Report& report);
    void showSaving(); ///< why something is not stored, of this report or of one that was left
    void sign(reporting::SignAs as);
    void open(const Result<reporting::Report>& report);
    void showDeliveries();
    void sayWhetherInserted(bool isInserted);
    bool hasReport() const;

    app::Session& m_session;
    reporting::ReportEditor* m_editor;
    dicom::StudyUid m_study;
    reporting::Evidence m_evidence;
    QString m_deliveryState;
    std::optional<reporting::SignAs> m_signing; ///< as soon as it is stored
};

} // namespace diascope::windows
