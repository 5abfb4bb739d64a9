#pragma once
#include "netclient/base/error.h"
#include "netclient/base/settings.h"
#include <cstddef>

namespace diascope::viewer
{

/// How much of the pixels of open images lies in memory, in MiB; what is beyond goes to a file that the system pages.
/// 0: half of the machine's memory.
inline const Setting<int> memoryMiB{"viewer.memoryMiB", 0};

/// The budget of this process for all open volumes together, and the folder of the files beyond it (the user's cache folder
/// where empty). Holds for volumes opened from now on. Any thread.
void setMemoryBudget(qint64 bytes, const QString& folder = {});
qint64 memoryBudget();

/// One block for the frames of a volume: untouched pages cost nothing. Within the budget it is memory, else a file without
/// a name whose space is reserved beforehand. Its address never changes.
class FrameMemory
{
public:
    FrameMemory() = default;
    ~FrameMemory();
    FrameMemory(FrameMemory&& other) noexcept { *this = std::move(other); }
    FrameMemory& operator=(FrameMemory&& other) noexcept;

    /// Errors: DiskFull (the cache folder cannot take it), Unsupported (no memory), Unreadable (no cache folder).
    static Result<FrameMemory> reserve(qint64 bytes);

    std::byte* data() const { return m_data; }
    bool isPaged() const { return m_isPaged; } ///< in a file
    /// These bytes are not needed soon: of a file they leave the memory and come back when they are touched.
    void letGo(qint64 offset, qint64 length) const;

private:
    std::byte* m_data = nullptr;
    size_t m_bytes = 0;
    bool m_isPaged = false;
};

} // namespace diascope::viewer
