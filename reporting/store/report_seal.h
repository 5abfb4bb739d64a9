#pragma once
#include "netclient/base/database.h"
#include <optional>

/// The signed versions of a profile in one chain, in the order they were signed: each seal names the content of its version and the
/// seal before it, and a head names the last. A version that was changed, taken out or put in afterwards does not fit (REP-10).
/// Under a key that is not in the database (HMAC-SHA-256, RFC 2104) the chain cannot be made anew either.
namespace diascope::reporting
{

QString sealTables(); ///< the migration
/// Seals what an earlier version signed, once: where nothing has ever been sealed.
Result<void> beginSeals(Database& database);
/// Seals whatever has none, in the caller's transaction: after a recovery that lost some.
Result<void> sealUnsealed(Database& database);

/// In the caller's transaction. `key` may be empty.
Result<void> appendSeal(Database& database, const QString& reportId, int version, const QString& sha256, const QByteArray& key);

/// Whether the version is sealed with this content; a translated sentence where it is not, nothing where it is.
Result<std::optional<QString>> problemOfSeal(Database& database, const QString& reportId, int version, const QString& sha256, const QByteArray& key);

struct SealCheck
{
    int sealed = 0;
    int withoutKey = 0; ///< the last ones, after which no seal is under a key
    QStringList problems; ///< one sentence each
};
/// The whole chain; of one report (not empty) only what concerns it.
Result<SealCheck> checkSeals(Database& database, const QString& reportId, const QByteArray& key);

} // namespace diascope::reporting
