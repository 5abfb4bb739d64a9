#pragma once
#include "reporting/model/report_document.h"
#include "reporting/templates/template_library.h"
#include <QImage>
#include <QWidget>
#include <memory>

namespace diascope::reporting
{

/// What became of a signed report, as the delivery queue knows.
struct DeliveryState
{
    enum class State { None, Queued, Sent, Acknowledged, Held };
    QString target; ///< "RIS", "PACS"
    State state = State::None;
    QString reason; ///< Held: what the peer said or why it cannot be reached
};

/// The editor of one report, made for a dock of 380 px. It shows and edits the document; storing, signing and sending
/// are the owner's, asked for by signals. Without a report (empty reportId and no sections) it shows only the template chooser.
class ReportEditor : public QWidget
{
    Q_OBJECT

public:
    explicit ReportEditor(QWidget* parent = nullptr);
    ~ReportEditor() override;

    ReportDocument& document();
    void setReport(const Report& report); ///< document().setReport
    void clear(const QString& why = {});  ///< no report; `why` says what to do ("Open a study to report it")

    /// What the chooser offers, the suggested one selected.
    void setTemplates(const std::vector<Template>& templates, const QString& suggestedId = {});
    void setDeliveryStates(const std::vector<DeliveryState>& states);
    void setDeliveryState(const DeliveryState& state) { setDeliveryStates({state}); }
    /// One line where the thing is, instead of a message box: a failed save, a refused signature. Empty: away.
    void showProblem(const QString& text);
    void setViewingOnly(bool viewingOnly);
    /// Signs need a credential: the password field is shown, and its text goes with signRequested.
    void setPasswordRequired(bool required);

    /// REP-07: measurement and key image arrive by one action in the viewer. Return the id, empty when refused.
    QString insertMeasurement(const Measurement& measurement);
    QString insertKeyImage(const QImage& image, const QString& caption, const InstanceRef& where);
    /// At the cursor of the section that has or had the focus, else into findings.
    void insertText(const QString& text);
    void focusSection(const QString& sectionId);

    /// Unsaved changes are asked to be saved at the latest this long after the first of them (SAF-06). Default 1500 ms.
    void setAutosaveInterval(int milliseconds);
    /// Asks for a save at once if something is unsaved (closing, another study).
    void flush();

Q_SIGNALS:
    void newReportRequested(const QString& templateId);
    /// Save document().report() and call document().markSaved(), or showProblem().
    void saveRequested();
    void signRequested(diascope::reporting::SignAs as, const QString& password);
    void addendumRequested(const QString& reportId);
    void correctionRequested(const QString& reportId);
    void linkActivated(const diascope::reporting::InstanceRef& where); ///< show this image
    void backToImageRequested();                                       ///< Ctrl+Tab
    void holdDetailsRequested();                                       ///< click on the delivery line

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::reporting
