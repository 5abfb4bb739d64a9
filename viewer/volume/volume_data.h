#pragma once
#include "viewer/volume/frame_memory.h"
#include "viewer/volume/volume.h"
#include <atomic>
#include <mutex>

namespace diascope::viewer
{

/// The block all snapshots of a stack share. A frame's bytes are written once, before any snapshot calls it loaded.
struct Volume::Data
{
    Stack stack;
    SampleType type = SampleType::UInt8;
    qint64 frameBytes = 0;
    FrameMemory block;
    std::optional<VolumeGrid> grid;

    static Result<std::shared_ptr<Data>> create(Stack stack, SampleType type);
    std::span<std::byte> frame(int n) { return {block.data() + frameBytes * n, size_t(frameBytes)}; }
    std::span<const std::byte> frame(int n) const { return {block.data() + frameBytes * n, size_t(frameBytes)}; }
    /// Where the block is paged, only this frame and its neighbours (a quarter of the budget each way) stay in memory.
    void keepNear(int wanted) const;
    void letGoUnlessNear(int n, int wanted) const;
    int nearFrames() const { return int(std::max<qint64>(2, memoryBudget() / 4 / std::max<qint64>(1, frameBytes))); }
};

struct Volume::Snapshot
{
    std::shared_ptr<const Data> data;
    std::vector<bool> loaded;
    std::shared_ptr<const std::vector<std::optional<Error>>> errors;
    int loadedCount = 0;
    int failedCount = 0;
    mutable std::mutex regularMutex;
    mutable std::optional<Result<std::shared_ptr<const Volume>>> regular;
    mutable std::once_flag rangeOnce;
    mutable std::optional<Range> range;
};

} // namespace diascope::viewer
