#include "reporting/store/report_store.h"
#include "netclient/base/log.h"
#include "netclient/dicom/patient_identity.h"
#include "reporting/store/report_seal.h"
#include <QCryptographicHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QUuid>
#include <algorithm>

namespace diascope::reporting
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("ReportStore", text); }
QString s(const char* sql) { return QString::fromLatin1(sql); }

QStringList migrations()
{
    return {s(R"(
CREATE TABLE report(
  report_id TEXT PRIMARY KEY, study_uid TEXT NOT NULL, patient_id TEXT NOT NULL, issuer TEXT NOT NULL, accession TEXT NOT NULL,
  title TEXT NOT NULL, author TEXT NOT NULL, created_at TEXT NOT NULL, modified_at TEXT NOT NULL,
  revision INTEGER NOT NULL, working BLOB,
  version INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL DEFAULT 'draft', signer TEXT NOT NULL DEFAULT '', signed_at TEXT NOT NULL DEFAULT '');
CREATE INDEX report_by_study ON report(study_uid);
CREATE INDEX report_by_patient ON report(patient_id, issuer);
CREATE TABLE report_version(
  report_id TEXT NOT NULL REFERENCES report, version INTEGER NOT NULL, status TEXT NOT NULL, signer TEXT NOT NULL,
  signed_at TEXT NOT NULL, sha256 TEXT NOT NULL, content BLOB NOT NULL,
  from_revision INTEGER NOT NULL, signed_as TEXT NOT NULL, PRIMARY KEY(report_id, version)) WITHOUT ROWID;
CREATE TABLE report_image(sha256 TEXT PRIMARY KEY, png BLOB NOT NULL) WITHOUT ROWID;
CREATE TRIGGER report_version_stays BEFORE UPDATE ON report_version BEGIN SELECT RAISE(ABORT, 'a signed report is immutable'); END;
CREATE TRIGGER report_version_is_kept BEFORE DELETE ON report_version BEGIN SELECT RAISE(ABORT, 'a signed report is kept'); END;
CREATE TRIGGER report_image_stays BEFORE UPDATE ON report_image BEGIN SELECT RAISE(ABORT, 'an image of a report is immutable'); END;
)"), sealTables()};
}

QString toText(const QDateTime& time) { return time.toUTC().toString(Qt::ISODateWithMs); }
QDateTime fromText(const QString& text) { return QDateTime::fromString(text, Qt::ISODateWithMs); }

QString sha256(const QByteArray& bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

std::unexpected<Error> noReport() { return fail(Fault::NotFound, tr("there is no such report")); }
std::unexpected<Error> changedMeanwhile()
{
    return fail(Fault::Conflict, tr("the report was changed or signed elsewhere since it was opened"));
}

template <typename Item>
bool holdsAll(const std::vector<Item>& now, const std::vector<Item>& before)
{
    return std::all_of(before.begin(), before.end(), [&now](const Item& one) { return std::find(now.begin(), now.end(), one) != now.end(); });
}

} // namespace

Result<std::unique_ptr<ReportStore>> ReportStore::open(const QString& databasePath)
{
    auto database = Database::open(databasePath, Durability::Full);
    if (!database)
        return std::unexpected(database.error());
    if (auto migrated = (*database)->migrate(s("reporting"), migrations()); !migrated)
        return std::unexpected(migrated.error());
    if (auto finished = beginSeals(**database); !finished)
        return std::unexpected(finished.error());
    return std::unique_ptr<ReportStore>(new ReportStore(std::move(*database)));
}

/// Inserts pictures once, by hash.
Result<void> ReportStore::storeImages(const Report& report)
{
    for (const KeyImage& image : report.keyImages)
        if (auto done = m_database->execute(s("INSERT OR IGNORE INTO report_image(sha256,png) VALUES(?,?)"),
                                            {sha256(image.png), image.png});
            !done)
            return done;
    return {};
}

Result<Report> ReportStore::read(const QByteArray& content) const
{
    const QJsonObject object = QJsonDocument::fromJson(content).object();
    auto report = reportFromJson(object);
    if (!report)
        return report;
    const QJsonArray images = object[s("keyImages")].toArray();
    for (qsizetype i = 0; i < images.size(); ++i) {
        const QString hash = images[i].toObject()[s("sha256")].toString();
        const auto png = m_database->value(s("SELECT png FROM report_image WHERE sha256=?"), {hash});
        if (!png)
            return std::unexpected(png.error());
        if (!*png || sha256((*png)->toByteArray()) != hash)
            return fail(Fault::Damaged, tr("a key image of the report is missing or was changed"));
        report->keyImages[i].png = (*png)->toByteArray();
    }
    return report;
}

Result<Report> ReportStore::storeWorkingCopy(const Report& report)
{
    if (auto done = storeImages(report); !done)
        return std::unexpected(done.error());
    const QByteArray content = QJsonDocument(toJson(report)).toJson(QJsonDocument::Compact);
    const auto done = m_database->execute(
        s("INSERT INTO report(report_id,study_uid,patient_id,issuer,accession,title,author,created_at,modified_at,revision,working)"
          " VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(report_id) DO UPDATE SET study_uid=excluded.study_uid,"
          " patient_id=excluded.patient_id, issuer=excluded.issuer, accession=excluded.accession, title=excluded.title,"
          " author=excluded.author, modified_at=excluded.modified_at, revision=excluded.revision, working=excluded.working"),
        {report.reportId, report.study.studyUid + s(""), report.study.patientId + s(""), report.study.issuerOfPatientId + s(""),
         report.study.accession + s(""), report.title + s(""), report.author + s(""), toText(report.createdAt),
         toText(report.modifiedAt), report.revision, content});
    if (!done)
        return std::unexpected(done.error());
    return report;
}

Result<Report> ReportStore::create(const Report& draft)
{
    Report report = draft;
    report.reportId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    report.version = 1;
    report.revision = 1;
    report.status = Status::Draft;
    report.purpose = Purpose::Report;
    report.createdAt = report.modifiedAt = QDateTime::currentDateTimeUtc();
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    auto stored = storeWorkingCopy(report);
    if (!stored)
        return stored;
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return stored;
}

Result<Report> ReportStore::saveDraft(const Report& report)
{
    if (report.isSigned())
        return fail(Fault::Conflict, tr("a signed report cannot be saved over"));
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    const auto revision = m_database->value(s("SELECT revision FROM report WHERE report_id=? AND working IS NOT NULL"), {report.reportId});
    if (!revision)
        return std::unexpected(revision.error());
    if (!*revision) {
        const auto exists = m_database->value(s("SELECT 1 FROM report WHERE report_id=?"), {report.reportId});
        return exists && *exists ? changedMeanwhile() : noReport();
    }
    if ((*revision)->toInt() != report.revision)
        return changedMeanwhile();
    Report next = report;
    next.revision = report.revision + 1;
    next.modifiedAt = QDateTime::currentDateTimeUtc();
    auto stored = storeWorkingCopy(next);
    if (!stored)
        return stored;
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return stored;
}

Result<Report> ReportStore::load(const QString& reportId) const
{
    auto row = m_database->prepare(s("SELECT working, version FROM report WHERE report_id=?"));
    if (!row)
        return std::unexpected(row.error());
    row->bindAll({reportId});
    const auto found = row->step();
    if (!found)
        return std::unexpected(found.error());
    if (!*found)
        return noReport();
    return row->isNull(0) ? loadVersion(reportId, int(row->integer(1))) : read(row->blob(0));
}

Result<Report> ReportStore::loadVersion(const QString& reportId, int version) const
{
    auto row = m_database->prepare(s("SELECT content, sha256, from_revision FROM report_version WHERE report_id=? AND version=?"));
    if (!row)
        return std::unexpected(row.error());
    row->bindAll({reportId, version});
    const auto found = row->step();
    if (!found)
        return std::unexpected(found.error());
    if (!*found)
        return noReport();
    const QByteArray content = row->blob(0);
    if (sha256(content) != row->text(1))
        return fail(Fault::Damaged, tr("version %1 of the report was changed after it was signed").arg(version));
    const auto problem = problemOfSeal(*m_database, reportId, version, row->text(1), m_sealKey);
    if (!problem)
        return std::unexpected(problem.error());
    if (*problem)
        return fail(Fault::Damaged, tr("version %1 of the report: %2").arg(version).arg(**problem));
    auto report = read(content);
    if (report) {
        report->contentHash = row->text(1);
        report->revision = int(row->integer(2));
    }
    return report;
}

Result<std::vector<ReportSummary>> ReportStore::summaries(const QString& where, const QVariantList& values) const
{
    auto rows = m_database->prepare(s("SELECT report_id,study_uid,patient_id,issuer,accession,title,status,working IS NOT NULL,"
                                      "version,author,signer,created_at,modified_at,signed_at FROM report ") +
                                    where + s(" ORDER BY created_at, report_id"));
    if (!rows)
        return std::unexpected(rows.error());
    rows->bindAll(values);
    std::vector<ReportSummary> list;
    for (;;) {
        const auto more = rows->step();
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return list;
        ReportSummary one;
        one.reportId = rows->text(0);
        one.studyUid = rows->text(1);
        one.patientId = rows->text(2);
        one.issuerOfPatientId = rows->text(3);
        one.accession = rows->text(4);
        one.title = rows->text(5);
        one.status = statusFromName(rows->text(6)).value_or(Status::Draft);
        one.hasWorkingCopy = rows->integer(7) != 0;
        one.version = int(rows->integer(8));
        one.author = rows->text(9);
        one.signer = rows->text(10);
        one.createdAt = fromText(rows->text(11));
        one.modifiedAt = fromText(rows->text(12));
        one.signedAt = fromText(rows->text(13));
        list.push_back(one);
    }
}

Result<std::vector<ReportSummary>> ReportStore::list(const QString& studyUid) const
{
    return summaries(s("WHERE study_uid=?"), {studyUid});
}

Result<std::vector<ReportSummary>> ReportStore::listForPatient(const QString& patientId, const QString& issuer) const
{
    return summaries(s("WHERE patient_id=? AND issuer=?"), {patientId + s(""), issuer + s("")});
}

Result<std::vector<ReportSummary>> ReportStore::listAll() const { return summaries({}, {}); }

Result<std::vector<ReportVersion>> ReportStore::history(const QString& reportId) const
{
    auto rows = m_database->prepare(s("SELECT version,status,signer,signed_at,sha256 FROM report_version WHERE report_id=? ORDER BY version"));
    if (!rows)
        return std::unexpected(rows.error());
    rows->bindAll({reportId});
    std::vector<ReportVersion> versions;
    for (;;) {
        const auto more = rows->step();
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return versions;
        versions.push_back({int(rows->integer(0)), statusFromName(rows->text(1)).value_or(Status::Draft), rows->text(2),
                            fromText(rows->text(3)), rows->text(4)});
    }
}

Result<Report> ReportStore::appendVersion(const Report& signedReport, int signedRevision, const QString& signedAs,
                                          const InSameTransaction& queue)
{
    if (auto done = storeImages(signedReport); !done)
        return std::unexpected(done.error());
    if (auto done = m_database->execute(
            s("INSERT INTO report_version(report_id,version,status,signer,signed_at,sha256,content,from_revision,signed_as) VALUES(?,?,?,?,?,?,?,?,?)"),
            {signedReport.reportId, signedReport.version, name(signedReport.status), signedReport.signer, toText(signedReport.signedAt),
             signedReport.contentHash, canonicalBytes(signedReport), signedRevision, signedAs});
        !done)
        return std::unexpected(done.error());
    if (auto done = appendSeal(*m_database, signedReport.reportId, signedReport.version, signedReport.contentHash, m_sealKey); !done)
        return std::unexpected(done.error());
    if (auto done = m_database->execute(
            s("UPDATE report SET working=NULL, revision=?, modified_at=?, version=?, status=?, signer=?, signed_at=? WHERE report_id=?"),
            {signedRevision + 1, toText(signedReport.signedAt), signedReport.version, name(signedReport.status), signedReport.signer,
             toText(signedReport.signedAt), signedReport.reportId});
        !done)
        return std::unexpected(done.error());
    if (queue)
        if (auto done = queue(*m_database, signedReport); !done)
            return std::unexpected(done.error());
    return signedReport;
}

/// An addendum adds: whatever the signed version before says stands in it unchanged, whoever handed us the working copy.
Result<void> ReportStore::checkKept(const Report& report) const
{
    if (report.purpose != Purpose::Addendum)
        return {};
    const auto before = loadVersion(report.reportId, report.version - 1);
    if (!before)
        return std::unexpected(before.error());
    bool isKept = report.sections.size() > before->sections.size() && report.study == before->study;
    for (size_t i = 0; isKept && i < before->sections.size(); ++i) {
        Section now = report.sections[i];
        now.isLocked = before->sections[i].isLocked;
        isKept = now == before->sections[i];
    }
    isKept = isKept && report.title == before->title && (!before->critical.isCritical || report.critical.isCritical) && holdsAll(report.measurements, before->measurements) &&
             holdsAll(report.keyImages, before->keyImages);
    if (!isKept)
        return fail(Fault::Conflict, tr("an addendum cannot change what was signed before; write a correction"));
    return {};
}

Result<Report> ReportStore::sign(const Report& report, const Signing& signing, const InSameTransaction& queue)
{
    const QString signedAs = signing.as == SignAs::Final ? s("final") : s("preliminary");
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    auto row = m_database->prepare(s("SELECT revision, working IS NOT NULL FROM report WHERE report_id=?"));
    if (!row)
        return std::unexpected(row.error());
    row->bindAll({report.reportId});
    const auto found = row->step();
    if (!found)
        return std::unexpected(found.error());
    if (!*found)
        return noReport();
    if (row->integer(0) != report.revision || row->integer(1) == 0) {
        // The same signature again (a double click, or a crash after the commit): what is there is the answer.
        const auto same = m_database->value(s("SELECT 1 FROM report_version WHERE report_id=? AND version=? AND from_revision=? AND signed_as=? AND signer=?"),
                                            {report.reportId, report.version, report.revision, signedAs, signing.user});
        if (same && *same)
            return loadVersion(report.reportId, report.version);
        return changedMeanwhile();
    }
    row->reset();
    if (auto done = checkKept(report); !done)
        return std::unexpected(done.error());
    if (signing.isOnlyOfStudy && report.version == 1) {
        const auto other = signedBeside(report);
        if (!other)
            return std::unexpected(other.error());
        if (*other)
            return fail(Fault::Conflict, tr("another report of this study was signed by %1 (%2): make this one its addendum").arg((*other)->signer, (*other)->reportId));
    }
    auto signedReport = signedVersion(report, signing.as, signing.user, QDateTime::currentDateTimeUtc(), signing.evidence);
    if (!signedReport)
        return signedReport;
    auto appended = appendVersion(*signedReport, report.revision, signedAs, queue);
    if (!appended)
        return appended;
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    qCInfo(lcReport, "report %s version %d signed %s", qPrintable(report.reportId), report.version, qPrintable(signedAs));
    return appended;
}

Result<Report> ReportStore::follow(const QString& reportId, Purpose purpose, const QString& author)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    auto newest = load(reportId);
    if (!newest)
        return newest;
    if (!newest->isSigned())
        return fail(Fault::Conflict, tr("the report has an unsigned version already"));
    auto next = succeed(*newest, purpose, author);
    if (!next)
        return next;
    const auto revision = m_database->value(s("SELECT revision FROM report WHERE report_id=?"), {reportId});
    if (!revision || !*revision)
        return noReport();
    next->revision = (*revision)->toInt() + 1;
    next->modifiedAt = QDateTime::currentDateTimeUtc();
    auto stored = storeWorkingCopy(*next);
    if (!stored)
        return stored;
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return stored;
}

Result<std::optional<ReportSummary>> ReportStore::signedBeside(const Report& report) const
{
    auto others = summaries(s("WHERE study_uid=? AND report_id<>? AND version>0 AND status<>'cancelled'"), {report.study.studyUid + s(""), report.reportId});
    if (!others)
        return std::unexpected(others.error());
    return others->empty() ? std::optional<ReportSummary>() : std::move(others->front());
}

Result<Report> ReportStore::becomeAddendum(const Report& draft, const QString& reportId, const QString& author)
{
    if (draft.version != 1 || draft.isSigned())
        return fail(Fault::Conflict, tr("only a draft that never was signed becomes an addendum"));
    if (const auto kept = load(draft.reportId); !kept)
        return kept;
    else if (kept->isSigned() || kept->revision != draft.revision) // before anything is stored of it
        return changedMeanwhile();
    const auto first = load(reportId);
    if (!first)
        return first;
    if (first->study.studyUid != draft.study.studyUid || !dicom::isOnePatient(first->study.patient(), draft.study.patient()))
        return fail(Fault::Conflict, tr("the draft is about another study than the report"));
    auto addendum = follow(reportId, Purpose::Addendum, author);
    if (!addendum)
        return addendum;
    QStringList text;
    for (const Section& section : draft.sections)
        if (const QString plain = section.plainText().trimmed(); !plain.isEmpty())
            text << section.title + QStringLiteral(":\n") + plain;
    addendum->sections.back().text = text.join(QStringLiteral("\n\n"));
    addendum->measurements.insert(addendum->measurements.end(), draft.measurements.begin(), draft.measurements.end());
    addendum->keyImages.insert(addendum->keyImages.end(), draft.keyImages.begin(), draft.keyImages.end());
    auto saved = saveDraft(*addendum);
    if (!saved)
        return saved;
    if (auto gone = discardDraft(draft); !gone) // a kill before it leaves the draft beside the addendum: nothing is lost
        return std::unexpected(gone.error());
    return saved;
}

Result<void> ReportStore::discardDraft(const Report& report)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    const QVariantList which{report.reportId, report.revision};
    // A report that was never signed goes altogether, a working copy on top of a signed version only itself.
    if (auto done = m_database->execute(s("DELETE FROM report WHERE report_id=? AND revision=? AND working IS NOT NULL AND version=0"), which); !done)
        return done;
    if (m_database->changes() == 0) {
        if (auto done = m_database->execute(s("UPDATE report SET working=NULL, revision=revision+1 WHERE report_id=? AND revision=? AND working IS NOT NULL"), which); !done)
            return done;
        if (m_database->changes() == 0)
            return changedMeanwhile();
    }
    return transaction->commit();
}

Result<Report> ReportStore::cancel(const QString& reportId, const QString& user, const InSameTransaction& queue)
{
    auto transaction = Transaction::begin(*m_database);
    if (!transaction)
        return std::unexpected(transaction.error());
    auto newest = load(reportId);
    if (!newest)
        return newest;
    if (!newest->isSigned() || newest->status == Status::Cancelled)
        return fail(Fault::Conflict, tr("only a signed report can be cancelled; a draft is discarded"));
    const auto revision = m_database->value(s("SELECT revision FROM report WHERE report_id=?"), {reportId});
    if (!revision || !*revision)
        return noReport();
    Report cancelled = *newest;
    cancelled.version = newest->version + 1;
    cancelled.revision = (*revision)->toInt() + 1;
    cancelled.status = Status::Cancelled;
    cancelled.predecessorHash = newest->contentHash;
    cancelled.signer = user;
    cancelled.signedAt = QDateTime::currentDateTimeUtc();
    cancelled.contentHash = contentHash(cancelled);
    auto appended = appendVersion(cancelled, cancelled.revision, s("cancel"), queue);
    if (!appended)
        return appended;
    if (auto done = transaction->commit(); !done)
        return std::unexpected(done.error());
    return appended;
}

Result<SealCheck> ReportStore::verify(const QString& reportId) const
{
    auto check = checkSeals(*m_database, reportId, m_sealKey);
    if (!check)
        return check;
    const auto versions = rowsOf<std::pair<QString, int>>(
        *m_database, s("SELECT report_id, version FROM report_version WHERE ?1='' OR report_id=?1 ORDER BY report_id, version"), {reportId + s("")},
        [](const Statement& row) { return std::pair(row.text(0), int(row.integer(1))); });
    if (!versions)
        return std::unexpected(versions.error());
    QString before, predecessor;
    int expected = 1;
    for (const auto& [id, version] : *versions) {
        if (id != before) {
            before = id;
            predecessor.clear();
            expected = 1;
        }
        const auto report = loadVersion(id, version);
        if (!report)
            check->problems << tr("Report %1: %2").arg(id, report.error().detail);
        else if (version != expected || report->predecessorHash != predecessor)
            check->problems << tr("Report %1: version %2 does not follow the one before it").arg(id).arg(version);
        else if (report->reportId != id || report->version != version)
            check->problems << tr("Report %1: version %2 holds another report").arg(id).arg(version);
        predecessor = report ? report->contentHash : QString();
        expected = version + 1;
    }
    return check;
}

} // namespace diascope::reporting
