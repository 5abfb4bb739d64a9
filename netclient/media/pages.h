#pragma once
#include "netclient/media/file_set.h"

namespace diascope::media
{

/// README.TXT (IHE RAD TF-3 4.47.4.1.2.3.2): what this is, who made it, with what, whom to ask. ASCII, CRLF.
QByteArray readme(const MediaOptions& options, const MediaReport& report);
/// INDEX.HTM: the same for a browser, with links to the extra files; no scripts, no patient data.
QByteArray index(const MediaOptions& options, const MediaReport& report);

} // namespace diascope::media
