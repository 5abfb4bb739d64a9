#pragma once
#include "viewer/decode/worker/codecs.h"

namespace diascope::viewer::worker
{

/// The form that scanners write: one component, lossless, without restart intervals and mapping tables, into samples of 1
/// (precision to 8) or 2 bytes. False: another form, or a stream that is not in order; then CharLS has the word.
bool decodeJpegLsLossless(Bytes in, const DecodeRequest& request, Output out);

} // namespace diascope::viewer::worker
