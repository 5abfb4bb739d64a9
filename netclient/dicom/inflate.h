#pragma once
#include "netclient/base/error.h"
#include <QByteArray>
#include <mutex>

namespace diascope::dicom
{

/// A deflated dataset (PS3.5 §A.5, RFC 1951) in full. What a few bytes blow up to more than a machine can hold is refused:
/// over 2 GiB, or over 200 MiB from less than a fiftieth of it. Of those larger than 16 MiB one is inflated at a time, whatever
/// number of threads ask: the next when `turn` is let go. Errors: Damaged (no deflate stream, or such a bomb).
Result<QByteArray> inflated(const uchar* bytes, qint64 size, std::unique_lock<std::mutex>& turn);
/// Its first `count` bytes, or as many as there are.
Result<QByteArray> inflatedBeginning(const uchar* bytes, qint64 size, qint64 count);

} // namespace diascope::dicom
