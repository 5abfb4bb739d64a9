#pragma once
#include "netclient/base/database.h"
#include "reporting/model/life_cycle.h"
#include "reporting/store/report_seal.h"
#include <functional>
#include <memory>

namespace diascope::reporting
{

/// One line of a list of reports.
struct ReportSummary
{
    QString reportId;
    QString studyUid;
    QString patientId;
    QString issuerOfPatientId;
    QString accession;
    QString title;
    Status status = Status::Draft; ///< of the newest signed version; Draft where none is signed
    bool hasWorkingCopy = false;   ///< something unsigned is there
    int version = 0;               ///< newest signed version, 0: none
    QString author;
    QString signer;
    QDateTime createdAt;
    QDateTime modifiedAt;
    QDateTime signedAt; ///< of the newest signed version
};

struct ReportVersion
{
    int version = 0;
    Status status = Status::Draft;
    QString signer;
    QDateTime signedAt;
    QString contentHash;
};

struct Signing
{
    QString user; ///< already authenticated by the caller (REP-10)
    SignAs as = SignAs::Final;
    Evidence evidence;
};

/// Reports in the profile's database (synchronous=FULL). One instance a thread; several on one file are fine.
/// A report has at most one working copy and any number of signed versions.
class ReportStore
{
public:
    /// Conflict: written by a newer version of Diascope.
    static Result<std::unique_ptr<ReportStore>> open(const QString& databasePath);

    /// Stores a new draft; gives it id, version 1, revision 1 and times.
    Result<Report> create(const Report& draft);
    /// Saves a working copy and returns it with its new revision. Conflict: somebody saved or signed since it was loaded.
    Result<Report> saveDraft(const Report& report);
    /// The working copy if there is one, else the newest signed version. NotFound.
    Result<Report> load(const QString& reportId) const;
    /// A signed version. NotFound; Damaged: changed since it was signed.
    Result<Report> loadVersion(const QString& reportId, int version) const;
    Result<std::vector<ReportSummary>> list(const QString& studyUid) const;
    Result<std::vector<ReportSummary>> listForPatient(const QString& patientId, const QString& issuer) const;
    Result<std::vector<ReportSummary>> listAll() const;
    Result<std::vector<ReportVersion>> history(const QString& reportId) const; ///< oldest first

    /// Called inside the transaction of the signature with the signed version; an error undoes the signature.
    using InSameTransaction = std::function<Result<void>(Database&, const Report& signedReport)>;
    /// Freezes, hashes, appends, removes the working copy, calls `queue`: all or nothing. Signing the same working copy
    /// again (a double click, a crash after commit) returns the version that is there and does not call `queue`.
    /// Conflict: changed meanwhile, or checkSigning refuses.
    Result<Report> sign(const Report& report, const Signing& signing, const InSameTransaction& queue = {});

    /// A working copy on top of the newest signed version, stored. Conflict: there is one already, or see succeed().
    Result<Report> follow(const QString& reportId, Purpose purpose, const QString& author);
    Result<Report> addendum(const QString& reportId, const QString& author)
    {
        return follow(reportId, Purpose::Addendum, author);
    }
    /// Drops a working copy that never was signed. Conflict: revision is not the stored one.
    Result<void> discardDraft(const Report& report);
    /// A signed version that says the report is void. Conflict: nothing is signed, or a working copy is there.
    Result<Report> cancel(const QString& reportId, const QString& user, const InSameTransaction& queue = {});

    /// Under which signed versions are sealed and looked at from now on; empty: under none. Not in the database.
    void setSealKey(const QByteArray& key) { m_sealKey = key; }
    /// Recomputes the hashes and seals of one or (empty) all reports, and looks for what is missing (REP-10).
    Result<SealCheck> verify(const QString& reportId = {}) const;

    Database& database() { return *m_database; }

private:
    explicit ReportStore(std::unique_ptr<Database> database) : m_database(std::move(database)) {}
    Result<Report> storeWorkingCopy(const Report& report);
    Result<Report> appendVersion(const Report& signedReport, int signedRevision, const QString& signedAs,
                                 const InSameTransaction& queue);
    Result<void> checkKept(const Report& report) const;
    Result<void> storeImages(const Report& report);
    Result<Report> read(const QByteArray& content) const;
    Result<std::vector<ReportSummary>> summaries(const QString& where, const QVariantList& values) const;
    std::unique_ptr<Database> m_database;
    QByteArray m_sealKey;
};

} // namespace diascope::reporting
