#pragma once
#include "netclient/archive/archive.h"
#include "netclient/dimse/listener.h"
#include "netclient/transfer/rules.h"

namespace diascope::transfer
{

/// Stores what any peer sends, and sends on what a route wants (route rules of the settings). An instance is answered with
/// success when it is durable and its route is queued. The listener lives as long as the caller keeps it, the archive has to
/// live longer. `onArrived`: on a thread of the listener, for each instance that was taken.
Result<std::unique_ptr<dimse::Listener>> listenInto(archive::Archive& archive, const Profile& profile, const dimse::ListenerOptions& options,
                                                    std::function<void()> onArrived = {});

} // namespace diascope::transfer
