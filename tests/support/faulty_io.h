#pragma once
#include <QByteArray>
#include <dlfcn.h>
#include <unistd.h>

/// faulty_io.c from C++: a process that runs with it preloaded can make its disk fail.
namespace diascope::test::faulty
{

/// Starts the program again with the shim, if it has not been yet. First thing in main().
inline void preload(char** argv)
{
    if (dlsym(RTLD_DEFAULT, "faulty_io_arm"))
        return;
    qputenv("LD_PRELOAD", FAULTY_IO_PATH);
    ::execv("/proc/self/exe", argv);
}

/// From now on the `at`-th writing call below the folder fails with `error` (ENOSPC: and what needs space after it).
inline void arm(const QByteArray& folder, int at, int error)
{
    reinterpret_cast<void (*)(const char*, int, int)>(dlsym(RTLD_DEFAULT, "faulty_io_arm"))(folder.constData(), at, error);
}
/// Ends that; how many calls failed.
inline int disarm() { return reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "faulty_io_disarm"))(); }

/// From now on a write below the folder takes at most so many bytes at once and is interrupted now and then; 0 ends that. How many
/// were cut short since it was called last.
inline int slow(const QByteArray& folder, int bytes) { return reinterpret_cast<int (*)(const char*, int)>(dlsym(RTLD_DEFAULT, "faulty_io_slow"))(folder.constData(), bytes); }

/// What is synced below the folder from now on, and ends that: the paths in order, one a line.
inline void trace(const QByteArray& folder) { reinterpret_cast<void (*)(const char*)>(dlsym(RTLD_DEFAULT, "faulty_io_trace"))(folder.constData()); }
inline QByteArray traced() { return reinterpret_cast<const char* (*)()>(dlsym(RTLD_DEFAULT, "faulty_io_traced"))(); }

} // namespace diascope::test::faulty
