#pragma once
#include <QFlags>
#include <QString>

namespace diascope::dicom
{

/// What an object says about whose it is (PS3.3 C.7.1.1), as it stands there. Empty: not stated.
struct PatientIdentity
{
    QString patientId;
    QString issuer; ///< of the patient ID
    QString name;   ///< with `^` and `=`
    QString birthDate;
    QString sex;

    friend bool operator==(const PatientIdentity&, const PatientIdentity&) = default;

    /// This one, with what only the other states, and the writings of the name that only the other has.
    PatientIdentity mergedWith(const PatientIdentity& other) const;
};

enum class IdentityPart { PatientId = 1, Issuer = 2, Name = 4, BirthDate = 8, Sex = 16 };
Q_DECLARE_FLAGS(IdentityParts, IdentityPart)

/// Where two cannot speak of one person. What one of them does not state is no contradiction. Names are compared writing by
/// writing (letters, ideographs, kana or hangul), in whatever component group they stand; case, accents, width, separators, prefix and
/// suffix, and a middle name that one lacks, make no difference. Of the sex only M, F and O are statements (PS3.3 C.7.1.1).
IdentityParts contradictions(const PatientIdentity& a, const PatientIdentity& b);

/// Whether two objects may lie in one study: no contradiction, and where they share no patient ID the name, or else the birth
/// date, says that it is the same person. Two that say nothing at all are not told apart.
bool isOnePatient(const PatientIdentity& a, const PatientIdentity& b);

} // namespace diascope::dicom

Q_DECLARE_OPERATORS_FOR_FLAGS(diascope::dicom::IdentityParts)
