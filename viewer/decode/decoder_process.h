#pragma once
#include "netclient/base/error.h"
#include "viewer/decode/decode_protocol.h"
#include <chrono>
#include <sys/types.h>

namespace diascope::viewer
{

/// One worker process: a socket to it and memory shared with it. It gets no other descriptor of ours and no environment.
/// One thread at a time.
struct DecoderProcess
{
    pid_t pid = -1;
    int socket = -1;
    int memory = -1;
    uint8_t* shared = nullptr;
    uint64_t sharedBytes = 0;

    bool isAlive() const { return pid > 0; }

    /// `program`: "diascope-decoder", found beside this program or by $DIASCOPE_DECODER, whose folder is then that of all
    /// decoders. `file`: a descriptor that becomes the worker's 5, or -1. Errors: Internal.
    Result<void> start(const char* program, int file = -1);
    void stop(); ///< kills it
    bool grow(uint64_t bytes); ///< shared memory of at least that size; the worker's memory limit goes with it
    void trim(); ///< gives the pages of a large frame back

    bool send(const DecodeRequest& request) const; ///< false: it is dead
    /// The answer. Errors: TimedOut, Damaged (it crashed): then it has been stopped; what the worker says: Damaged, Unsupported.
    Result<DecodedInfo> await(std::chrono::milliseconds limit);
};

} // namespace diascope::viewer
