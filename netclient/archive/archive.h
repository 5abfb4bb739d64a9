#pragma once
#include "netclient/archive/records.h"
#include "netclient/base/database.h"
#include "netclient/base/settings.h"
#include "netclient/base/task.h"
#include <QObject>

namespace diascope::archive
{

inline const Setting<double> quotaGiB{"archive.quotaGiB", 100}; ///< 0: none

enum class ImportMode {
    Copy,      ///< the file's bytes come into the pixel store
    Reference, ///< only indexed; the file stays the user's
};

enum class Stored { New, Duplicate };

/// Whether the bytes that come in are anywhere else.
enum class Arrival {
    Pushed,  ///< a sender gave them to us and may forget them: as far as we know they are only here
    Fetched, ///< we took them from a node that keeps them
};

class PixelStore;

/// The local cache of studies: an index in the profile's database and a store of files named by the SHA-256 of their bytes,
/// never by anything a peer chose. Every order of writing is: temporary file (0600), fsync, rename, fsync of the folder, one
/// transaction; what a function counted or answered with Stored survives a power cut. All functions may be called from any
/// thread, and by several processes on one profile; writes are serialised, reads are not.
class Archive : public QObject
{
    Q_OBJECT
public:
    struct Private; ///< for this room's own files

    /// Creates or opens, and cleans up what a killed process left. Errors: Conflict (a newer version's database),
    /// Damaged (no database of ours), Unreadable, DiskFull.
    static Result<std::unique_ptr<Archive>> open(const Profile& profile);
    /// Whether it is open now, in this process or another.
    static bool isOpen(const Profile& profile);
    ~Archive() override;

    /// Files, folders (recursively, without following links to folders) and DICOMDIRs. A folder with a DICOMDIR is imported
    /// whole. Progress: files done of files found. Cancelling ends with what is stored until then.
    /// Errors: NotFound (one of the paths is not there), NotDicom (no file at all in them), DiskFull and the database's errors
    /// where nothing was stored before; else they are in the report, as is what is wrong with a single file.
    Result<ImportReport> import(const QStringList& paths, ImportMode mode, Task& task);

    /// A complete Part 10 file as a peer sent it; `source` is the node's name or AE title. Durable when it returns. What was
    /// Fetched counts as confirmed by `source`, also where it was here already.
    /// Errors: Damaged, NotDicom, Conflict (same SOP Instance UID with other bytes, or another patient than its study is stored with): quarantined,
    /// the bytes are kept aside; DiskFull and the database's errors: nothing was stored.
    Result<Stored> storeReceived(const QByteArray& part10, const QString& source, Arrival arrival = Arrival::Pushed);

    /// For many instances in a row: the caller need not wait for the disk after each. Use from one thread.
    class Intake
    {
    public:
        /// Called once for each added instance, in order, on a thread of the intake, when it is durable or refused.
        using Settled = std::function<void(const dicom::InstanceUid&, const Result<Stored>&)>;
        ~Intake(); ///< waits for what was added
        /// Takes the bytes; blocks only while 64 MiB wait. `uid`: as announced by the peer, handed to Settled.
        void add(QByteArray part10, dicom::InstanceUid uid);
        void finish(); ///< returns when everything added is settled

    private:
        friend class Archive;
        Intake(Archive& archive, QString source, Arrival arrival, Settled settled);
        struct Private;
        std::unique_ptr<Private> d;
    };
    std::unique_ptr<Intake> intake(const QString& source, Intake::Settled settled, Arrival arrival = Arrival::Pushed);

    /// Newest study first: by date, time, then what was stored last.
    Result<std::vector<StudyRow>> studies(const Query& query = {}) const;
    /// The same, row by row as they are found; `onRow` returns false to end it. It is called on this thread, while a reading
    /// connection is held: no lock of the caller's that a writer needs.
    Result<void> studies(const Query& query, const std::function<bool(StudyRow&&)>& onRow) const;
    /// Those of them that are here, newest first.
    Result<std::vector<StudyRow>> studiesByUid(const QStringList& uids) const;
    Result<std::optional<StudyRow>> study(const dicom::StudyUid& study) const;
    /// All studies of the same patient (ID + issuer) as this one, without it: the priors; newest first.
    Result<std::vector<StudyRow>> otherStudiesOfPatient(const dicom::StudyUid& study) const;
    /// By series number, then UID.
    Result<std::vector<SeriesRow>> series(const dicom::StudyUid& study) const;
    /// By instance number, then UID. `study` only where a maker reused a series UID.
    Result<std::vector<InstanceRow>> instances(const dicom::SeriesUid& series, const dicom::StudyUid& study = {}) const;
    Result<std::vector<InstanceRow>> instancesOfStudy(const dicom::StudyUid& study) const;
    Result<std::optional<InstanceRow>> instance(const dicom::InstanceUid& instance) const;
    Result<std::vector<QuarantineRow>> quarantine() const;
    /// The remark and the bytes that were kept aside go. Errors: NotFound; those of the database and the disk.
    Result<void> removeFromQuarantine(qint64 id);
    /// `by` says that the instance, and every other of its study in quarantine that names the same patient, is of the study's
    /// patient nevertheless: they come in, as does what follows with the same words. What was not copied is read where it lay.
    /// Errors: NotFound; Conflict (it is there for another reason); those of the database and the disk. A file that has gone is in
    /// the report as skipped and stays listed.
    Result<ImportReport> acceptFromQuarantine(qint64 id, const QString& by);
    /// What was accepted so for the study.
    Result<std::vector<dicom::PatientIdentity>> acceptedPatients(const dicom::StudyUid& study) const;

    /// Rows, thumbnails and our copies of the files go; referenced files stay. A full disk is no hindrance, some space is kept for
    /// this. Errors: NotFound (no such study); the database's (nothing was removed); Unreadable (the study is gone from the index,
    /// a file could not be deleted and goes at the next start).
    Result<void> removeStudy(const dicom::StudyUid& study);

    /// `node` keeps these instances too (it committed to them, or answered that it has them). Unknown UIDs are passed over.
    Result<void> markConfirmed(const std::vector<dicom::InstanceUid>& instances, const QString& node);
    /// Somebody wanted the study: it is evicted last. An unknown one is passed over. Waits for the disk and for other writers,
    /// as everything that writes here does: not for the UI thread.
    Result<void> markUsed(const dicom::StudyUid& study);
    enum class Pin { No, Yes };
    /// A pinned study is never evicted. Error NotFound: no such study.
    Result<void> setPinned(const dicom::StudyUid& study, Pin pin);

    /// While it lives no process evicts the study; a process that dies holds nothing. Take it before asking for instances.
    /// It may outlive the archive.
    class OpenMark
    {
    public:
        ~OpenMark();

    private:
        friend class Archive;
        OpenMark(std::shared_ptr<PixelStore> store, QString study);
        std::shared_ptr<PixelStore> m_store;
        QString m_study;
        QString m_file;
    };
    std::unique_ptr<OpenMark> markOpen(const dicom::StudyUid& study);

    /// Bytes of all files of ours (not of references), from a counter.
    Result<qint64> storedBytes() const;
    /// Why a study must stay, for a person; empty: it may go. Called on evict's thread without any lock held.
    using Keep = std::function<QString(const dicom::StudyUid&)>;
    enum class OnlyHere {
        Stays,         ///< what no other place is known to keep is never evicted
        ImportedMayGo, ///< what came from files of the user may: he has, or had, the files
    };
    /// Removes studies, least recently used first, until storedBytes() is at most `quotaBytes`: never one that is pinned, open in
    /// any process, only here, or that `keep` gives a reason for. Of a study that also has references only our copies go. Each
    /// study goes whole or not at all, kill or power cut. Progress: bytes freed of bytes to free; cancelling ends it between two
    /// studies. An error: what went until then has gone. Nothing is evicted where the quota already holds.
    Result<EvictionReport> evict(qint64 quotaBytes, const Keep& keep, Task& task, OnlyHere onlyHere = OnlyHere::Stays);

    enum class Repair { No, Yes };
    /// Reads every file of ours and compares its hash; references: that they are there and have their size. Holds up neither
    /// readers nor writers but for moments; what comes or goes meanwhile may or may not be looked at. Repair: rows whose file is
    /// gone or rotten are removed (the rotten file goes to quarantine), files without row are indexed, as they are found.
    /// Errors: Cancelled (what was repaired until then stays); the database's and DiskFull.
    Result<VerifyReport> verify(Repair repair, Task& task);
    /// Makes the index anew from the files of the store and the references, in one transaction: a kill, a cancel or an error
    /// leaves it as it was. What is known beside the files stays: thumbnails, pins, last use, where instances came from and who
    /// confirmed them. A file of ours that cannot be indexed goes to quarantine. Other rooms' tables are not touched. Writers wait
    /// for it. Errors: Cancelled; the database's and DiskFull.
    Result<ImportReport> rebuild(Task& task);

    /// Error: the database's; the old thumbnail stays.
    Result<void> storeThumbnail(const dicom::SeriesUid& series, const QByteArray& png);
    /// Empty where there is none.
    Result<QByteArray> thumbnail(const dicom::SeriesUid& series) const;

    /// Grows with every change of the index, by whichever process.
    qint64 changeCounter() const;

Q_SIGNALS:
    /// After a committed change by this object, from whichever thread did it: connect queued.
    void changed();

private:
    Archive();
    std::unique_ptr<Private> d;
};

} // namespace diascope::archive
