#pragma once
#include <QByteArray>

namespace diascope::viewer
{

/// Whether a colour profile out of a file may be given to a library that parses it in this process: an RGB profile to XYZ or Lab
/// whose sizes are all within bounds and inside the bytes there are (ICC.1:2022 7.2 header, 7.3 tag table, 10 tag types). Tables
/// have at most 4 channels in and out and 2²⁰ entries; multi-process elements (10.16) and named colours are refused.
bool isProfileSound(const QByteArray& profile);

} // namespace diascope::viewer
