#pragma once
#include "netclient/base/settings.h"
#include "viewer/decode/decode_protocol.h"
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <sys/types.h>
#include <vector>

namespace diascope::viewer
{

/// Where the system cannot confine a decoder (no seccomp), nothing is decoded unless a person allows it; doctor says so.
inline const Setting<bool> unconfinedDecoders{"decoder.unconfined", false};
void allowUnconfinedDecoders(bool isAllowed); ///< for the whole process, from the next frame on

/// The worker processes (program diascope-decoder) that decode compressed frames: as many as cores, started when needed,
/// restarted after a crash, killed after `timeLimit`; they can open nothing (worker/confinement.h). Any thread may call; each
/// call occupies one worker and holds no lock while it works.
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

    /// Puts the compressed frame, request.inputBytes long, where the worker finds it.
    using Input = std::function<Result<void>(std::span<std::byte>)>;
    /// Fills `destination` with the decoded samples of one frame. Errors: Damaged, Unsupported, TimedOut, Internal, those of
    /// `input`.
    Result<DecodedInfo> decode(const DecodeRequest& request, const Input& input, std::span<std::byte> destination);
    Result<DecodedInfo> decode(const DecodeRequest& request, std::span<const std::byte> input, std::span<std::byte> destination);

    /// Whether the system lets the workers be confined. Starts one. Errors: Internal.
    Result<bool> isConfined();

    std::vector<pid_t> workers() const; ///< those alive, for tests

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace diascope::viewer
