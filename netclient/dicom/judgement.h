#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/exchange.h"

/// Whether what a peer sends is what was asked for (NET-08): the same judgement however it came.
namespace diascope::dicom
{

/// What an instance says of itself.
struct Identity
{
    QString study, series, patientId, instance, sopClass, transferSyntax;
};

/// Of a Part 10 file. Where the transfer syntax and the place of the dataset are known, they need not be looked for.
/// Errors: those of Dataset::fromBytes().
Result<Identity> identityOf(const QByteArray& part10, const QString& transferSyntaxUid = {}, qint64 datasetOffset = 0);

/// `announced`: the SOP Instance UID the peer spoke of, or the one it was asked for. Errors: Invalid (no UID), Conflict (of another
/// study, series or patient), Damaged (another instance than announced).
Result<void> judge(const Identity& identity, const RetrieveRequest& request, const QString& announced);

} // namespace diascope::dicom
