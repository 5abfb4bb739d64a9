#pragma once
#include "netclient/base/error.h"
#include <cstddef>
#include <span>
#include <vector>

namespace diascope::viewer
{

/// A picture made by a server for people to look at: red, green and blue in a byte each, row by row, without gaps.
struct ServerPicture
{
    int rows = 0;
    int columns = 0;
    std::vector<std::byte> pixels;
};

/// A JPEG or PNG (PS3.18 §8.7.4) decoded by a worker, as all that strangers send. Errors: Damaged (also one that is larger than
/// `mostPx` on a side), TimedOut, Internal.
Result<ServerPicture> decodeServerPicture(std::span<const std::byte> bytes, int mostPx);

} // namespace diascope::viewer
