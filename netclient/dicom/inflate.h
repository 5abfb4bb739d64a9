#pragma once
#include "netclient/base/error.h"
#include <QByteArray>

namespace diascope::dicom
{

/// A deflated dataset (PS3.5 §A.5, RFC 1951) in full. What a few bytes blow up to more than a machine can hold is refused:
/// over 2 GiB, or over 256 MiB from less than a two-hundredth of it. Errors: Damaged (no deflate stream, or such a bomb).
Result<QByteArray> inflated(const uchar* bytes, qint64 size);

} // namespace diascope::dicom
