#pragma once
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/exchange.h"

/// For servers that do not decode the percent signs of a query (Orthanc's plugin up to 1.7): they are asked wider than is
/// wanted, and what comes is looked through here.
namespace diascope::dicomweb
{

/// The same keys with an asterisk for everything that would go as a percent sign. Nothing where nothing would.
std::optional<dicom::FindKeys> widened(const dicom::FindKeys& keys);

/// Whether a row is what was looked for (PS3.4 C.2.2.2), by those keys of `level` that were widened; the others the server
/// has understood. Names in any case and by any of their groups, all else letter by letter.
bool matches(const dicom::Dataset& row, dicom::Level level, const dicom::FindKeys& keys);

/// One value of a name or text against one with the wildcards `*` and `?` (PS3.4 C.2.2.2.4).
bool matchesWildcards(QStringView text, QStringView pattern);

} // namespace diascope::dicomweb
