#pragma once

namespace diascope::viewer::worker
{

/// Takes from this process what decoding does not need, for good: files, sockets, programs, other processes, executable
/// memory. What it has open stays open; threads within it may be started. Call after everything is loaded.
/// False where the kernel has no seccomp: then only new descriptors are refused.
bool confine();

} // namespace diascope::viewer::worker
