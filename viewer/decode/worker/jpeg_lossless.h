#pragma once
#include "viewer/decode/worker/codecs.h"

namespace diascope::viewer::worker
{

/// A stream with the frame header SOF3 into interleaved samples of 1 or 2 bytes. False: a rarity left to another decoder
/// (subsampled components, restarts within rows, a late number of lines). Throws Failure.
bool decodeJpegLossless(Bytes in, uint32_t bytesPerSample, Output out);

} // namespace diascope::viewer::worker
