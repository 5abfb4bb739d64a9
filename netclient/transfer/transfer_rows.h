#pragma once
#include "netclient/base/database.h"
#include "netclient/dicom/exchange.h"

/// How the queue of transfers writes its rows; for this room's own files.
namespace diascope::transfer
{

QString listJson(const QStringList& list);
QStringList listOf(const QString& json);
QString failuresJson(const std::vector<dicom::InstanceFailure>& failures);
std::vector<dicom::InstanceFailure> failuresOf(const QString& json);

qint64 nowMs(); ///< since the epoch, UTC
/// What nowMs() asks from now on; nullptr: the machine's clock, as from the start. For tests of times.
using Clock = qint64 (*)();
void setClock(Clock clock);
inline QString orEmpty(const QString& text) { return text.isNull() ? QStringLiteral("") : text; }

Result<void> countTransferChange(Database& database);
/// One statement and the counter, in one transaction. Returns how many rows it changed.
Result<qint64> changeTransfers(Database& database, const QString& sql, const QVariantList& values);

} // namespace diascope::transfer
