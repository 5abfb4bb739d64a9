#pragma once
#include "netclient/base/error.h"
#include <QStringList>
#include <vector>

namespace diascope::dicom
{

/// What a DICOMDIR (PS3.3 Annex F, PS3.10 §8) says lies on its medium, checked against what does.
struct DicomDir
{
    struct Entry
    {
        QString path;   ///< absolute, canonical, inside the medium's folder; as written where there is no such file
        QString fileId; ///< as written: "DICOM\\IM000001"
        QString type;   ///< directory record type: "IMAGE", "SR DOCUMENT"
        QString sopClassUid;
        QString sopInstanceUid;
    };
    struct Refusal
    {
        QString fileId;
        QString reason; ///< translated
    };

    QString path;
    QString fileSetId;
    std::vector<Entry> files;     ///< there, each once, in the order of the records
    std::vector<Entry> missing;   ///< referenced, but not on the medium
    std::vector<Refusal> refused; ///< outside the medium, absolute, no plain file, or the directory itself
    bool isCircular = false;      ///< record offsets point in a circle (the references are read nevertheless, each once)

    /// `path`: the DICOMDIR file. Other makers' faults are tolerated: small letters, a missing or added extension, a trailing
    /// period or ";1". No reference leads outside the folder the DICOMDIR lies in, not by "..", an absolute path or a
    /// symbolic link. Errors: NotFound, Unreadable, NotDicom, Damaged.
    static Result<DicomDir> read(const QString& path);
    /// The file's media storage SOP class is the Media Storage Directory's, or it is named DICOMDIR.
    static bool isDicomDir(const QString& path);
};

} // namespace diascope::dicom
