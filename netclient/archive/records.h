#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/patient_identity.h"
#include "netclient/dicom/uid.h"
#include <QStringList>
#include <optional>
#include <vector>

/// Rows of the archive, as plain values. Dates and times are as DICOM writes them (YYYYMMDD, HHMMSS.F); names keep their
/// three component groups (dicom::PersonName shows them).
namespace diascope::archive
{

/// How an instance came here.
enum class Origin {
    Unknown,   ///< stored before this was kept
    Imported,  ///< from files of the user
    Received,  ///< a sender pushed it to us, and may have forgotten it since
    Retrieved, ///< fetched from a node that keeps it
};

struct StudyRow
{
    dicom::StudyUid uid;
    QString patientName;
    QString patientId;
    QString issuer; ///< Issuer of Patient ID: the ID alone does not name a patient
    QString birthDate;
    QString sex;
    QString date;
    QString time;
    QString accession;
    QString description;
    QString referringPhysician;
    QStringList modalities; ///< ascending, each once
    int series = 0;
    qint64 instances = 0;
    qint64 addedMs = 0; ///< since the epoch, UTC: when its first instance was stored here
    qint64 usedMs = 0;  ///< since the epoch, UTC: when it was last wanted or got an instance
    bool isPinned = false;
    qint64 storedBytes = 0; ///< of files of ours; references cost nothing
    qint64 onlyHere = 0;    ///< its instances of ours that no other place is known to keep
    dicom::PatientIdentity patient() const { return {patientId, issuer, patientName, birthDate, sex}; }
};

struct SeriesRow
{
    dicom::StudyUid study;
    dicom::SeriesUid uid;
    QString modality;
    std::optional<qint64> number;
    QString description;
    QString bodyPart;
    QString date;
    QString time;
    QString frameOfReference;
    qint64 instances = 0;
};

struct InstanceRow
{
    dicom::SeriesUid series;
    dicom::InstanceUid uid;
    QString sopClassUid;
    QString transferSyntaxUid;
    std::optional<qint64> number;
    int rows = 0;    ///< pixels; 0 where it is no image
    int columns = 0; ///< pixels
    int frames = 1;
    qint64 sizeBytes = 0;
    QString path; ///< absolute; of ours, or the user's where isReference
    bool isReference = false;
    QString sha256; ///< hex, of the whole file; empty for a reference that nobody had to compare yet
    Origin origin = Origin::Unknown;
    QString source = {};      ///< the node or AE title it came from; empty for imported ones
    QString confirmedBy = {}; ///< a node known to keep a copy; empty: as far as we know it is only here
    dicom::StudyUid study = {};
};

struct Query
{
    QString text;      ///< words or parts of words, all of which occur in name, IDs, accession number, description, body part;
                       ///< any case, any script, from one letter or ideograph on
    QString name;      ///< words, all of which occur in the patient's name
    QString patientId; ///< exactly
    QString issuer;    ///< exactly, where given
    QString accession; ///< exactly
    QString dateFrom;  ///< YYYYMMDD, inclusive
    QString dateTo;    ///< YYYYMMDD, inclusive
    QStringList modalities; ///< any of these
    dicom::StudyUid study;
    int limit = 0; ///< 0: all
    dicom::StudyUid after; ///< the last row of the page before: the list goes on behind it. A study that has gone: no rows

    /// "20180101-20180131", "20180107", "20180101-", "-20180131", also with dashes inside as ISO 8601 writes them when given
    /// as two dates "2018-01-01 - 2018-01-31". Nothing for what is no date or range.
    static std::optional<Query> withDates(Query query, const QString& range);
};

/// A file and why it is not (or not simply) in the archive.
struct Remark
{
    QString path;
    QString reason; ///< translated, for a person
    QString instanceUid = {}; ///< where it is about a stored instance
};

struct ImportReport
{
    qint64 imported = 0;
    qint64 duplicates = 0;
    std::vector<Remark> quarantined; ///< damaged DICOM, or contradicting what is stored
    std::vector<Remark> skipped;     ///< no DICOM, no plain file, missing on the medium, outside of it
    std::vector<Remark> warned;      ///< imported, but with something a person should know
    std::vector<dicom::StudyUid> studies; ///< every study that got or already had one of the instances, each once
    double seconds = 0;
    bool isCancelled = false; ///< what was imported until then stays
    /// What ended it early, a full disk or the database: what is counted here stays, and the next time does the rest.
    std::optional<Error> failure;
};

/// What did not come in, and why.
struct QuarantineRow
{
    qint64 id = 0;
    qint64 timeMs = 0; ///< since the epoch, UTC
    QString source;    ///< path, or the node it came from
    QString sopInstanceUid;
    QString reason;
    QString keptPath; ///< where the bytes lie; empty if they were not copied
    /// Only of an instance that names another patient than its study here does: both, for a person to decide.
    dicom::StudyUid study = {};
    dicom::PatientIdentity patient = {};
    bool isOfAnotherPatient() const { return !study.value.isEmpty(); }
};

struct VerifyReport
{
    qint64 checked = 0;
    std::vector<Remark> missing; ///< rows without file
    std::vector<Remark> changed; ///< the hash does not agree any more (bit rot)
    std::vector<dicom::StudyUid> refetch; ///< studies of the missing and changed ones, each once: what a PACS may still have
    qint64 orphans = 0;          ///< files without row
    qint64 repaired = 0;         ///< rows removed, orphans indexed again or removed
    bool isDatabaseSound = true; ///< SQLite's integrity_check
};

struct EvictionReport
{
    struct Evicted
    {
        dicom::StudyUid study;
        qint64 bytes = 0;
    };
    struct Kept
    {
        dicom::StudyUid study;
        qint64 bytes = 0;
        QString reason; ///< translated, for a person
    };
    std::vector<Evicted> evicted;
    std::vector<Kept> kept; ///< those passed over on the way, least recently used first
    qint64 bytesOver = 0;   ///< what is still stored above the quota
    bool isCancelled = false;
};

} // namespace diascope::archive
