#pragma once
#include "netclient/archive/records.h"
#include "netclient/base/salvage.h"
#include "netclient/base/task.h"

namespace diascope::app
{

struct Recovery
{
    QString damagedFile; ///< where the damaged database lies now, untouched
    Salvage salvage;
    archive::ImportReport index;
};

/// Whether the profile's database can be read to its end. Errors: those of Database::open() but Damaged.
Result<bool> isDatabaseSound(const QString& profileFolder);

/// A new database in place of a damaged one: what can still be read of reports, annotations and queues is taken over, and the
/// index is made from the files. It is made beside the damaged one and takes its place when it is whole: until then, also after
/// a kill, everything is as it was. Nobody opens the profile meanwhile. Errors: Denied (somebody has the profile open), Damaged (no profile of ours), those
/// of the new database and of the rebuilding.
Result<Recovery> recoverDatabase(const QString& profileFolder, Task& task);

} // namespace diascope::app
