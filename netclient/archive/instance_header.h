#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/patient_identity.h"
#include <QStringList>
#include <optional>
#include <span>

namespace diascope::archive
{

/// What the index keeps of one file.
struct InstanceHeader
{
    QString patientName, patientId, issuer, birthDate, sex;
    QString studyUid, studyDate, studyTime, accession, studyDescription, referringPhysician, studyId;
    QString seriesUid, modality, seriesDescription, bodyPart, seriesDate, seriesTime, frameOfReference;
    std::optional<qint64> seriesNumber;
    QString instanceUid, sopClassUid, transferSyntaxUid;
    std::optional<qint64> instanceNumber;
    qint64 rows = 0, columns = 0, frames = 1;
    bool isDirectory = false; ///< a DICOMDIR
    /// The preamble begins like a program: the file can be run as well as shown (FIL-14).
    bool isProgram = false;
    dicom::PatientIdentity patient() const { return {patientId, issuer, patientName, birthDate, sex}; }
    qint64 sizeBytes = 0, modifiedMs = 0; ///< of the file it was read from, since 1970 (UTC); not of bytes in memory
};

/// Checks the structure of the whole file and reads its header. `path`: where the same bytes lie, for what only the full
/// parser can read. Errors: NotDicom; Damaged (also: a UID is absent or no UID).
Result<InstanceHeader> readHeader(std::span<const uchar> bytes, const QString& path);
/// The same of a file.
Result<InstanceHeader> readHeader(const QString& path);

/// Why a DICOMDIR is not stored: Unsupported.
Error directoryRefused();

/// For searching: case folded (ß as ss), without Latin accents, name delimiters as spaces.
QString folded(const QString& text);
/// What a name is found by: its groups folded, those of ideographs or syllables, and the second and third, also without spaces.
QString foldedName(const QString& personName);

} // namespace diascope::archive
