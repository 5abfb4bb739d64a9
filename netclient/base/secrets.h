#pragma once
#include "netclient/base/error.h"

/// Passwords and tokens in the system's keyring (service "Diascope"), never in a file of ours. Blocking, from any thread; the
/// keyring may ask the user to unlock it.
/// The environment variable DIASCOPE_SECRET_<NAME> (name in capitals, other characters than A-Z and 0-9 as '_') is looked at
/// first, so that a service without a desktop session can run.
namespace diascope
{

/// Errors: NotFound (nothing under this name), Unreadable (no keyring runs, or it stays locked), TimedOut.
Result<QString> readSecret(const QString& name);
/// Errors: Unreadable, TimedOut. Nothing is written anywhere else.
Result<void> storeSecret(const QString& name, const QString& secret);
/// One that is not there is no error.
Result<void> removeSecret(const QString& name);

} // namespace diascope
