#pragma once
#include <QString>

namespace diascope
{

/// A name for this process that another one of the same machine can tell alive from dead, and that no later process gets:
/// machine and boot, process number, its start time, and something new with every call. For claims and marks in the database.
QString processOwnerName();

/// Whether the process that made the name is certainly gone. A name from another machine, or that cannot be read, may live.
bool isDeadOwner(const QString& owner);

} // namespace diascope
