#pragma once
#include "netclient/base/error.h"
#include "viewer/decode/decode_protocol.h"
#include <chrono>
#include <memory>
#include <span>
#include <sys/types.h>
#include <vector>

namespace diascope::viewer
{

/// The worker processes (program diascope-decoder) that decode compressed frames: as many as cores, started when needed,
/// restarted after a crash, killed after `timeLimit`. Any thread may call; each call occupies one worker.
class DecoderPool
{
public:
    /// The one of this process. The program is $DIASCOPE_DECODER, else diascope-decoder beside the running program.
    static DecoderPool& instance();
    explicit DecoderPool(int workers);
    ~DecoderPool();
    DecoderPool(const DecoderPool&) = delete;
    DecoderPool& operator=(const DecoderPool&) = delete;

    void setTimeLimit(std::chrono::milliseconds limit); ///< for one frame; 10 s unless told

    /// Fills `destination` with the decoded samples of one frame. Errors: Damaged, Unsupported, TimedOut, Internal.
    Result<DecodedInfo> decode(const DecodeRequest& request, const std::vector<std::span<const std::byte>>& fragments,
                               std::span<std::byte> destination);

    std::vector<pid_t> workers() const; ///< those alive, for tests

private:
    struct Worker;
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace diascope::viewer
