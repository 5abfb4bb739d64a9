#pragma once
#include "viewer/decode/worker/codecs.h"

namespace diascope::viewer::worker
{

/// The life of a worker: confines itself, then answers requests from socket 3 until that closes; the bytes lie in shared
/// memory 4. `decode` fills the output or throws. Returns the exit code.
using Decode = DecodedInfo (*)(Bytes in, const DecodeRequest& request, Output out);
int serve(Decode decode);

} // namespace diascope::viewer::worker
