#pragma once
#include "netclient/archive/records.h"
#include "netclient/base/database.h"
#include "netclient/base/settings.h"
#include "netclient/base/task.h"
#include <QObject>

namespace diascope::archive
{

inline const Setting<int> quotaGiB{"archive.quotaGiB", 100};

enum class ImportMode {
    Copy,      ///< the file's bytes come into the pixel store
    Reference, ///< only indexed; the file stays the user's
};

enum class Stored { New, Duplicate };

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
    ~Archive() override;

    /// Files, folders (recursively, without following links to folders) and DICOMDIRs. A folder with a DICOMDIR is imported
    /// whole. Progress: files done of files found. Cancelling ends with what is stored until then.
    /// Errors: NotFound (one of the paths is not there; nothing was imported), NotDicom (no file at all in them), DiskFull
    /// and the database's errors. What is wrong with a single file is in the report.
    Result<ImportReport> import(const QStringList& paths, ImportMode mode, Task& task);

    /// A complete Part 10 file as a peer sent it; `source` is the node's name or AE title. Durable when it returns.
    /// Errors: Damaged, NotDicom, Conflict (same SOP Instance UID with other bytes, or a study of another patient): quarantined,
    /// the bytes are kept aside; DiskFull and the database's errors: nothing was stored.
    Result<Stored> storeReceived(const QByteArray& part10, const QString& source);

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
        Intake(Archive& archive, QString source, Settled settled);
        struct Private;
        std::unique_ptr<Private> d;
    };
    std::unique_ptr<Intake> intake(const QString& source, Intake::Settled settled);

    /// Newest study first.
    Result<std::vector<StudyRow>> studies(const Query& query = {}) const;
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

    /// Rows, thumbnails and our copies of the files go; referenced files stay. Error NotFound: no such study.
    Result<void> removeStudy(const dicom::StudyUid& study);

    enum class Repair { No, Yes };
    /// Reads every file of ours and compares its hash; references: that they are there and have their size.
    /// Repair: rows whose file is gone or rotten are removed (the rotten file goes to quarantine), files without row are indexed.
    Result<VerifyReport> verify(Repair repair, Task& task);
    /// Throws the index away and makes it anew from the files of the store and the references.
    Result<ImportReport> rebuild(Task& task);

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
