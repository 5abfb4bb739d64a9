/* A disk that fails, for LD_PRELOAD: the n-th writing call below a folder, counted from faulty_io_arm(), fails with an error.
   After ENOSPC every call that needs space fails too, as on a disk that stays full; deleting works, and deleting a
   file named reserve makes room. After EIO the next one works. Or one that is slow: faulty_io_slow(). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char armedFolder[4096];
static atomic_int armedError, failAt, calls, hits;

void faulty_io_arm(const char* folder, int at, int error)
{
    strncpy(armedFolder, folder, sizeof armedFolder - 1);
    calls = 0;
    hits = 0;
    failAt = at;
    armedError = error;
}

/* Ends the faults; how many calls failed. */
int faulty_io_disarm(void)
{
    armedError = 0;
    return hits;
}

/* write() below the folder takes at most so many bytes at once, and every other one is interrupted first; 0 ends that. How many
   were cut short so far. */
static char slowFolder[4096];
static atomic_int most, cut;
int faulty_io_slow(const char* folder, int bytes)
{
    strncpy(slowFolder, folder, sizeof slowFolder - 1);
    most = bytes;
    return atomic_exchange(&cut, 0);
}

enum { Frees = 0, NeedsSpace = 1 };

static int failsNow(int needs)
{
    const int error = armedError;
    const int count = atomic_fetch_add(&calls, 1) + 1;
    const int isNow = count == failAt || (error == ENOSPC && count > failAt && needs == NeedsSpace);
    if (!isNow || (error == ENOSPC && needs == Frees))
        return 0;
    atomic_fetch_add(&hits, 1);
    errno = error;
    return 1;
}

static int fails(const char* path, int needs)
{
    if (!armedError || strncmp(path, armedFolder, strlen(armedFolder)) != 0)
        return 0;
    return failsNow(needs);
}

/* False: the descriptor has no path. */
static int pathOf(int descriptor, char* path, size_t size)
{
    const int before = errno; /* a call that works leaves it alone */
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, path, size - 1);
    errno = before;
    path[length < 0 ? 0 : length] = 0;
    return length >= 0;
}

static int failsOn(int descriptor, int needs)
{
    char path[4096];
    return armedError && pathOf(descriptor, path, sizeof path) && fails(path, needs);
}

/* What was synced below the folder since, in order, one path a line. One thread at a time. */
static char traced[4096], trace[65536];
void faulty_io_trace(const char* folder)
{
    strncpy(traced, folder, sizeof traced - 1);
    trace[0] = 0;
}
const char* faulty_io_traced(void)
{
    traced[0] = 0;
    return trace;
}
static void note(int descriptor)
{
    char path[4096];
    if (!traced[0] || !pathOf(descriptor, path, sizeof path) || strncmp(path, traced, strlen(traced)) != 0)
        return;
    strncat(trace, path, sizeof trace - strlen(trace) - 2);
    strcat(trace, "\n");
}

static int exists(const char* path)
{
    const int before = errno;
    const int is = access(path, F_OK) == 0;
    errno = before;
    return is;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                                                                     \
    int name(const char* path, int flags, ...)                                                                         \
    {                                                                                                                  \
        mode_t mode = 0;                                                                                               \
        if (flags & O_CREAT) {                                                                                         \
            va_list more;                                                                                              \
            va_start(more, flags);                                                                                     \
            mode = va_arg(more, mode_t);                                                                               \
            va_end(more);                                                                                              \
        }                                                                                                              \
        if ((flags & O_CREAT) && !exists(path) && fails(path, NeedsSpace))                                   \
            return -1;                                                                                                 \
        return REAL(name)(path, flags, mode);                                                                          \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int descriptor, const void* bytes, size_t size)
{
    static atomic_int turn;
    char path[4096];
    if (failsOn(descriptor, NeedsSpace))
        return -1;
    if (most && size > (size_t)most && pathOf(descriptor, path, sizeof path) && strncmp(path, slowFolder, strlen(slowFolder)) == 0) {
        if (atomic_fetch_add(&turn, 1) % 2 == 0) {
            errno = EINTR;
            return -1;
        }
        atomic_fetch_add(&cut, 1);
        size = (size_t)most;
    }
    return REAL(write)(descriptor, bytes, size);
}
ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t at)
{
    return failsOn(descriptor, NeedsSpace) ? -1 : REAL(pwrite)(descriptor, bytes, size, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t at)
{
    return failsOn(descriptor, NeedsSpace) ? -1 : REAL(pwrite64)(descriptor, bytes, size, at);
}
int fsync(int descriptor)
{
    note(descriptor);
    return failsOn(descriptor, NeedsSpace) ? -1 : REAL(fsync)(descriptor);
}
int fdatasync(int descriptor)
{
    note(descriptor);
    return failsOn(descriptor, NeedsSpace) ? -1 : REAL(fdatasync)(descriptor);
}
int ftruncate(int descriptor, off_t size) { return failsOn(descriptor, Frees) ? -1 : REAL(ftruncate)(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return failsOn(descriptor, Frees) ? -1 : REAL(ftruncate64)(descriptor, size); }
int rename(const char* from, const char* to) { return fails(to, NeedsSpace) ? -1 : REAL(rename)(from, to); }
int link(const char* from, const char* to) { return fails(to, NeedsSpace) ? -1 : REAL(link)(from, to); }
int mkdir(const char* path, mode_t mode)
{
    return !exists(path) && fails(path, NeedsSpace) ? -1 : REAL(mkdir)(path, mode);
}
int unlink(const char* path)
{
    if (exists(path) && fails(path, Frees))
        return -1;
    const int done = REAL(unlink)(path);
    /* Other files are small and their space taken at once; this one is kept to end a full disk. */
    const size_t length = strlen(path);
    if (done == 0 && armedError == ENOSPC && length > 8 && strcmp(path + length - 8, "/reserve") == 0)
        armedError = 0;
    return done;
}
