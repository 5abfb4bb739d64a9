#pragma once
#include "netclient/base/database.h"

namespace diascope
{

struct Salvage
{
    qint64 rows = 0;     ///< copied
    QStringList damaged; ///< tables of which a part, or all, could not be read
};

/// Copies every row that can still be read from a damaged database into one of the same owners' tables: those columns both
/// have, and no row twice. Virtual tables are left to who made them. The damaged file is only read. Errors: those of `into`;
/// whatever is wrong with `damaged` is in the result.
Result<Salvage> salvage(const QString& damaged, Database& into);

} // namespace diascope
