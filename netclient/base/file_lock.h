#pragma once
#include "netclient/base/error.h"

namespace diascope
{

/// A lock of the system on a file or a folder (flock(2)), between processes and within one. It goes with its process, however
/// that ends.
class FileLock
{
public:
    enum class Kind { Shared, Exclusive };
    enum class IfHeld { Wait, Refuse };
    /// The file is made if it is not there; a folder must be. Errors: Denied (another holds it); DiskFull, NotFound and
    /// Unreadable (it cannot be opened), Unsupported (its file system knows no locks).
    static Result<FileLock> take(const QString& path, Kind kind, IfHeld ifHeld);

    FileLock() = default; ///< holds nothing
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    ~FileLock();

private:
    int m_descriptor = -1;
};

} // namespace diascope
