#pragma once
#include "netclient/base/settings.h"
#include <chrono>

/// Passwords and tokens in the system's keyring (service "Diascope"), never in a file of ours. Blocking, from any thread; the
/// keyring may ask the user to unlock it.
/// The environment variable DIASCOPE_SECRET_<NAME> (name in capitals, other characters than A-Z and 0-9 as '_') is looked at
/// first, so that a service without a desktop session can run.
namespace diascope
{

/// How long a person may take to unlock the keyring.
inline const Setting<int> keyringSeconds{"keyring.seconds", 60};
void setKeyringPatience(std::chrono::seconds patience); ///< for the whole process

/// Errors: NotFound (nothing under this name), Unreadable (no keyring runs, or it stays locked), TimedOut; at once where an
/// earlier question is still open.
Result<QString> readSecret(const QString& name);
/// Errors: Unreadable, TimedOut. Nothing is written anywhere else.
Result<void> storeSecret(const QString& name, const QString& secret);
/// One that is not there is no error.
Result<void> removeSecret(const QString& name);

} // namespace diascope
