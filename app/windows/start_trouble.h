#pragma once
#include "app/session/session.h"

namespace diascope::windows
{

/// Says in a window why the workstation cannot start. Where the database is damaged, it offers to make a new one from the images
/// and what can still be read, and does so. True: try again. Where nobody can see a window it shows none.
bool explainStartTrouble(const Error& error, const QString& profileFolder, app::Mode mode);

} // namespace diascope::windows
