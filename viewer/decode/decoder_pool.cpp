#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/decoder_process.h"
#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr uint64_t largestShared = uint64_t(4) << 30;
constexpr uint64_t inputPadding = 16; ///< zeros behind the stream, for codecs that read ahead

uint64_t pageAligned(uint64_t bytes) { return (bytes + 4095) & ~uint64_t(4095); }

} // namespace

struct DecoderPool::State
{
    mutable std::mutex mutex;
    std::condition_variable freed;
    std::vector<DecoderProcess> workers;
    std::vector<pid_t> pids; ///< of the workers; under the mutex, while a worker belongs to who took it
    std::vector<size_t> idle;
    std::chrono::milliseconds limit{10'000};

    size_t take()
    {
        std::unique_lock lock(mutex);
        freed.wait(lock, [this] { return !idle.empty(); });
        const size_t index = idle.back(); // the last used is warm, others may never start
        idle.pop_back();
        return index;
    }
    void give(size_t index)
    {
        {
            const std::lock_guard lock(mutex);
            pids[index] = workers[index].pid;
            idle.push_back(index);
        }
        freed.notify_one();
    }
    Result<void> restart(size_t index)
    {
        workers[index].stop();
        auto started = workers[index].start("diascope-decoder");
        const std::lock_guard lock(mutex);
        pids[index] = workers[index].pid;
        return started;
    }
};

DecoderPool& DecoderPool::instance()
{
    static DecoderPool pool(int(std::max(1u, std::thread::hardware_concurrency())));
    return pool;
}

DecoderPool::DecoderPool(int workers) : m_state(std::make_unique<State>())
{
    m_state->workers.resize(size_t(std::max(1, workers)));
    m_state->pids.resize(m_state->workers.size(), -1);
    for (size_t i = 0; i < m_state->workers.size(); ++i)
        m_state->idle.push_back(i);
}

DecoderPool::~DecoderPool()
{
    for (DecoderProcess& worker : m_state->workers)
        worker.stop();
}

void DecoderPool::setTimeLimit(std::chrono::milliseconds limit)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->limit = limit;
}

std::vector<pid_t> DecoderPool::workers() const
{
    const std::lock_guard lock(m_state->mutex);
    std::vector<pid_t> alive;
    std::copy_if(m_state->pids.begin(), m_state->pids.end(), std::back_inserter(alive), [](pid_t pid) { return pid > 0; });
    return alive;
}

Result<DecodedInfo> DecoderPool::decode(const DecodeRequest& asked, std::span<const std::byte> input, std::span<std::byte> destination)
{
    DecodeRequest request = asked;
    request.inputBytes = input.size();
    return decode(
        request,
        [input](std::span<std::byte> to) -> Result<void> {
            std::copy(input.begin(), input.end(), to.begin());
            return {};
        },
        destination);
}

Result<DecodedInfo> DecoderPool::decode(const DecodeRequest& asked, const Input& input, std::span<std::byte> destination)
{
    DecodeRequest request = asked;
    request.outputOffset = pageAligned(request.inputBytes + inputPadding);
    request.outputBytes = destination.size();
    const uint64_t needed = request.outputOffset + pageAligned(request.outputBytes);
    if (request.inputBytes > largestShared || request.outputBytes > largestShared || needed > largestShared)
        return fail(Fault::Unsupported, tr("the frame is too large"));

    const size_t index = m_state->take();
    struct GiveBack
    {
        State& state;
        size_t index;
        ~GiveBack() { state.give(index); }
    } giveBack{*m_state, index};
    DecoderProcess& worker = m_state->workers[index];
    std::chrono::milliseconds limit{};
    {
        const std::lock_guard lock(m_state->mutex);
        limit = m_state->limit;
    }
    // One that died while idle costs no frame.
    for (bool isSent = false, isSecond = false; !isSent; isSecond = true) {
        if (!worker.isAlive() || isSecond)
            if (auto started = m_state->restart(index); !started)
                return std::unexpected(started.error());
        if (!worker.grow(needed))
            return fail(Fault::Internal, tr("there is not enough memory for the frame"));
        if (auto put = input({reinterpret_cast<std::byte*>(worker.shared), size_t(request.inputBytes)}); !put)
            return std::unexpected(put.error());
        std::memset(worker.shared + request.inputBytes, 0, inputPadding);
        request.sharedBytes = worker.sharedBytes;
        isSent = worker.send(request);
        if (!isSent && isSecond)
            return fail(Fault::Internal, tr("the decoder ends as soon as it is started"));
    }
    const auto info = worker.await(limit);
    if (info) {
        if (!destination.empty())
            std::memcpy(destination.data(), worker.shared + request.outputOffset, destination.size());
        worker.trim();
    }
    return info;
}

Result<bool> DecoderPool::isConfined()
{
    DecodeRequest request;
    request.codec = DecodeRequest::Codec::AskConfinement;
    const auto info = decode(request, std::span<const std::byte>(), {});
    if (!info)
        return std::unexpected(info.error());
    return info->isConfined != 0;
}

} // namespace diascope::viewer
