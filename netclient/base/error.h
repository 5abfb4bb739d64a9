#pragma once
#include <QCoreApplication>
#include <QString>
#include <expected>

namespace diascope
{

/// What went wrong, as far as the program's next step depends on it.
enum class Fault {
    NotFound,    ///< the named thing is not there
    Unreadable,  ///< it is there and the system will not let us read it
    NotDicom,    ///< readable, but no DICOM
    Damaged,     ///< DICOM, HL7 or a database, but broken
    Unsupported, ///< well formed, but nothing we can handle
    Refused,     ///< a peer said no
    Unreachable, ///< no peer there
    TimedOut,    ///< a peer or a worker did not answer in time
    Cancelled,   ///< the user asked to stop
    DiskFull,    ///< no space left
    Denied,      ///< the user's role or mode does not permit it
    Conflict,    ///< contradicts what is already stored
    Invalid,     ///< the input breaks a rule
    Internal,    ///< a defect of ours
};

/// `detail` is a plain sentence for a person, already translated where it names more than data; it carries no patient data.
struct Error
{
    Fault fault = Fault::Internal;
    QString detail;
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Fault fault, QString detail)
{
    return std::unexpected(Error{fault, std::move(detail)});
}

/// A short translated name of the fault, without the detail: "Not found".
QString title(Fault fault);

/// One translated line for a person: "Not found: no study 1.2.3".
QString message(const Error& error);

} // namespace diascope
