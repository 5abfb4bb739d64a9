#pragma once
#include "app/session/draft_keeper.h"
#include "app/session/round_thread.h"
#include "netclient/archive/archive.h"
#include "netclient/dimse/node.h"
#include "netclient/transfer/delivery_queue.h"
#include "reporting/store/report_store.h"
#include "reporting/templates/template_library.h"
#include "viewer/figures/annotation_document.h"

namespace diascope::transfer
{
class OrderStore;
}

namespace diascope::app
{

class Exchange;

/// ris.* : where signed reports go (CLI.md).
inline const Setting<QString> risHost{"ris.hl7.host", QString()};
inline const Setting<int> risPort{"ris.hl7.port", 2575};
/// Several reports of one study may be signed; else the second becomes the first one's addendum.
inline const Setting<bool> severalReports{"report.severalOfStudy", false};
inline const Setting<bool> risTls{"ris.hl7.tls", false};
/// PEM file of further authorities the RIS's certificate may come from; empty: the system's alone.
inline const Setting<QString> risCa{"ris.hl7.ca", QString()};
inline const Setting<QString> risCharset{"ris.hl7.charset", QStringLiteral("UNICODE UTF-8")};
inline const Setting<QString> uiLanguage{"ui.language", QString()}; ///< "en", "zh_CN"; empty: the system's

/// Reading: everything. ViewOnly: search, images (retrieved into the cache) and reports, nothing else that writes (SAF-11).
enum class Mode { Reading, ViewOnly };

/// What a mode may forbid. Asked for below the windows, so that no menu, key, drag or command line gets round it.
enum class Action { Retrieve, Import, Annotate, Report, Sign, Delete, Send, Export, ChangeSettings };

/// Built once in main: holds the libraries of one profile and owns what needs several of them. UI thread, except where said.
class Session : public QObject
{
    Q_OBJECT

public:
    /// Errors: those of the profile, the archive and the stores.
    static Result<std::unique_ptr<Session>> open(const QString& profileFolder, Mode mode);
    ~Session() override;

    Mode mode() const { return m_mode; }
    /// Denied in viewing-only mode.
    Result<void> permit(Action action) const;

    const Profile& profile() const { return m_profile; }
    Settings& settings() { return *m_settings; }
    archive::Archive& archive() { return *m_archive; }
    reporting::ReportStore& reports() { return *m_reports; }
    const reporting::TemplateLibrary& templates() const { return m_templates; }
    /// Null in viewing-only mode: figures are drawn and forgotten.
    viewer::FigureStore* figures() { return m_mode == Mode::Reading ? m_figures.get() : nullptr; }
    transfer::DeliveryQueue& deliveries() { return *m_deliveries; }
    Exchange& exchange() { return *m_exchange; }
    dimse::Local local() const; ///< our side of associations, from the settings

    /// A setting by its key, for the settings window and `diascope config`. Errors: Denied, NotFound (no such key), Invalid.
    Result<void> configure(const QString& key, const QString& value);
    Result<QString> configured(const QString& key) const;
    static QStringList settingKeys();

    /// Archive::import() where the mode permits it. Errors: Denied, the archive's. Any thread.
    Result<archive::ImportReport> import(const QStringList& paths, archive::ImportMode mode, Task& task);
    /// Keeps a figure with its study. Errors: Denied, the database's.
    Result<void> saveFigure(const dicom::StudyUid& study, const viewer::Figure& figure);

    /// What the images say of a study, and what its orders say that came in. Images: of all its series, but for what a person
    /// accepted as the same patient nevertheless, and for what cannot be read; the first stands for the study. NotFound.
    Result<reporting::Evidence> evidenceOf(const dicom::StudyUid& study);
    Result<reporting::StudyContext> studyContext(const dicom::StudyUid& study);
    /// The study an image, or where there is none a series, of a report belongs to. Nothing: it is not here.
    Result<std::optional<archive::StudyRow>> studyOf(const reporting::InstanceRef& where);
    /// Puts what lies on an image into a report that allows it: on its own study, or on a prior of the same patient, which the
    /// report then names. Errors: Conflict (another patient), NotFound (the image is not here), Denied.
    Result<void> place(const reporting::Report& report, reporting::InstanceRef& where, QString& label);
    /// Archive::acceptFromQuarantine and removeFromQuarantine, where the mode permits. Denied.
    Result<archive::ImportReport> acceptFromQuarantine(qint64 id, const QString& user);
    Result<void> removeFromQuarantine(qint64 id);
    /// A stored draft from a template, with the study's merge fields filled. Errors: NotFound, Denied, Conflict.
    Result<reporting::Report> newReport(const dicom::StudyUid& study, const QString& templateId, const QString& author);
    /// Freezes the report and queues its message to the RIS in the same transaction. Errors: Denied, Conflict (see
    /// reporting::checkSigning), Unsupported (a character does not fit the RIS's character set; nothing was signed).
    Result<reporting::Report> sign(const reporting::Report& report, reporting::SignAs as, const QString& user);
    Result<reporting::Report> saveDraft(const reporting::Report& report);
    /// The signed report of the same study that keeps this draft from being signed; nothing: it may be.
    Result<std::optional<reporting::ReportSummary>> signedBeside(const reporting::Report& draft);
    Result<reporting::Report> becomeAddendum(const reporting::Report& draft, const QString& reportId, const QString& author);
    /// For windows, whose thread must not wait for a database.
    DraftKeeper& drafts();
    Result<reporting::Report> addendum(const QString& reportId, const QString& author);
    /// A working copy that replaces the signed version: a preliminary report goes on, a final one is corrected.
    Result<reporting::Report> correction(const QString& reportId, const QString& author);

    /// Delivers what is due, on the calling thread (any), with connections of its own.
    Result<transfer::DeliveryQueue::Outcome> deliver(Task& task, transfer::DeliveryQueue::Force force) const;
    /// As the queue's release() and cancel(), where the mode permits. Denied.
    Result<void> releaseDelivery(qint64 id);
    Result<void> cancelDelivery(qint64 id, const QString& user, const QString& why);
    /// From now on deliveries go out by themselves on a thread of their own; `delivered` tells of each round that changed something.
    void startCourier();
    void wakeCourier(); ///< something was queued: do not wait for the next round

    struct ReportCheck
    {
        int versions = 0;   ///< signed ones that were looked at
        int withoutKey = 0; ///< the last ones signed, which no key of the keyring protects
        bool hasKey = false;
        QStringList problems; ///< one sentence each
    };
    /// Whether what was signed is there and unchanged, and the same as was queued for delivery (REP-10). Of one report or (empty) all.
    Result<ReportCheck> verifyReports(const QString& reportId = {});

    /// The operating system's user: reads and signs in a single-user profile.
    static QString systemUser();

Q_SIGNALS:
    void delivered();
    void settingsChanged();

private:
    Session() = default;
    Result<std::vector<reporting::StudyContext>> studyContexts(const dicom::StudyUid& study);
    enum class MakeKey { No, Yes };
    QByteArray sealKey(MakeKey make);
    Result<std::vector<reporting::Evidence::Placed>> placedIn(const reporting::Report& report);
    Profile m_profile;
    Mode m_mode = Mode::Reading;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<archive::Archive> m_archive;
    std::unique_ptr<reporting::ReportStore> m_reports;
    std::unique_ptr<viewer::FigureStore> m_figures;
    std::unique_ptr<transfer::DeliveryQueue> m_deliveries;
    std::unique_ptr<transfer::OrderStore> m_orders;
    reporting::TemplateLibrary m_templates;
    std::optional<QByteArray> m_sealKey; ///< as far as the keyring was asked
    std::unique_ptr<DraftKeeper> m_drafts;
    std::unique_ptr<RoundThread> m_courier;
    std::unique_ptr<Exchange> m_exchange; // last: its threads use the others
};

/// MSH-10 of a signed version: follows from what was signed, so that no resend and no second signature gets another.
QString controlIdOf(const reporting::Report& signedReport);
QString controlIdOf(const QString& reportId, int version, const QString& contentHash);

/// The values of a figure as measurements of a report: ids "<figure>/<value name>", linked back to image and figure.
/// Empty where the figure has no values (arrow, text) or its image is not loaded.
std::vector<reporting::Measurement> measurementsOf(const viewer::Figure& figure,
                                                   const std::shared_ptr<const viewer::Volume>& volume);

} // namespace diascope::app
