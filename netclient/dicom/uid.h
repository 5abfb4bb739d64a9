#pragma once
#include <QHash>
#include <QString>
#include <compare>

namespace diascope::dicom
{

/// A typed UID (PS3.5 §9): StudyUid, SeriesUid and InstanceUid cannot be mixed up.
template <typename Kind>
struct Uid
{
    QString value;
    bool isEmpty() const { return value.isEmpty(); }
    friend bool operator==(const Uid&, const Uid&) = default;
    friend bool operator<(const Uid& a, const Uid& b) { return a.value < b.value; }
    friend size_t qHash(const Uid& uid, size_t seed = 0) { return ::qHash(uid.value, seed); }
};

using StudyUid = Uid<struct StudyKind>;
using SeriesUid = Uid<struct SeriesKind>;
using InstanceUid = Uid<struct InstanceKind>;
using FrameOfReferenceUid = Uid<struct FrameOfReferenceKind>;

/// A new UID of the form 2.25.<UUID as a decimal number> (PS3.5 §B.2).
QString newUid();
/// The UID that follows from `name` in a fixed way (2.25 of a name-based UUID): phantoms have the same UIDs every time.
QString uidFor(const QString& name);
/// Digits and dots, at most 64 characters, no empty component (PS3.5 §9.1; leading zeros are tolerated).
bool isValidUid(const QString& uid);

} // namespace diascope::dicom
