#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/dicomdir.h"
#include <QHash>
#include <functional>

namespace diascope::media
{

/// The application profiles of PS3.11 we write.
enum class MediaProfile {
    Cd,  ///< STD-GEN-CD: uncompressed explicit VR little endian only
    Dvd, ///< STD-GEN-DVD-JPEG/J2K: files stay as they are compressed
    Usb, ///< STD-GEN-USB-JPEG/J2K: likewise
};

struct ExtraFile
{
    QString path;         ///< to copy from
    QString nameOnMedium; ///< in the root or below, "REPORT/REPORT.PDF"; A-Z 0-9 _ and one dot a component
};

/// Turns a compressed file into an uncompressed dataset where DCMTK has no decoder (JPEG 2000).
using Transcode = std::function<Result<dicom::Dataset>(const QString& path)>;

struct MediaOptions
{
    MediaProfile profile = MediaProfile::Cd;
    QString fileSetId = QStringLiteral("DIASCOPE"); ///< A-Z 0-9 _, at most 16
    QString institution; ///< README.TXT: who made the medium
    QString contact;     ///< README.TXT: where to ask
    QString software = QStringLiteral("Diascope");
    enum class Patients { One, Several } patients = Patients::One;
    std::vector<ExtraFile> extraFiles;
    Transcode transcode;
};

struct MediaReport
{
    MediaProfile profile = MediaProfile::Cd; ///< as written; other than asked for where something could not be decompressed
    QString profileReason;                   ///< translated: why it is another one; empty if it is not
    qint64 written = 0;                      ///< instances
    struct LeftOut
    {
        QString path;
        QString reason;
    };
    std::vector<LeftOut> leftOut; ///< damaged, or without a directory record in the profile
    int patients = 0;
    int studies = 0;
    int series = 0;
    qint64 bytes = 0;      ///< of everything on the medium
    QHash<QString, QByteArray> hashes; ///< SHA-256 of every instance by its path on the medium, "DICOM/ST000001/SE000001/IM000001"
    bool isVerified = false; ///< read back: every instance is there with its hash, and the DICOMDIR names exactly those

    /// Error Damaged where images were left out: how many of how many, and the first reason. The medium itself is sound.
    Result<void> nothingLeftOut() const;
};

/// Writes a DICOM file-set with DICOMDIR (PS3.10 §8, PS3.12 Annex F), README.TXT and INDEX.HTM (IHE PDI) into an empty or new
/// folder. Progress: instances done. Errors: Conflict (the folder is not empty, or more than one patient without Patients::Several;
/// nothing was written), NotFound, DiskFull, Cancelled (the folder is emptied again), Damaged (the read back did not agree).
Result<MediaReport> writeFileSet(const QStringList& paths, const QString& outFolder, const MediaOptions& options, Task& task);

/// Reads every instance again, from the folder or a disc made of it, and compares (PDI-07). Error Damaged: names what is not
/// as it was written, or what the DICOMDIR names and should not, or does not name and should.
Result<void> verifyFileSet(const QString& folder, const QHash<QString, QByteArray>& hashes, Task& task);

/// Reads a medium of any maker. `path`: the DICOMDIR or the folder it lies in.
Result<dicom::DicomDir> readFileSet(const QString& path);

/// Makes an ISO 9660 image (level 1 names, Joliet beside) of a folder, and reads every file back out of it (PDI-07). Errors, after
/// which there is no image: NotFound (no xorriso on this machine), DiskFull, Cancelled, Internal (xorriso's own words), Damaged (what
/// was read back is not what lies in the folder).
Result<void> writeIso(const QString& folder, const QString& isoPath, const QString& volumeId, Task& task);

} // namespace diascope::media
