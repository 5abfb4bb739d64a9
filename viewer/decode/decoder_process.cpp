#include "viewer/decode/decoder_process.h"
#include "viewer/decode/decoder_pool.h"
#include "netclient/base/log.h"
#include "netclient/base/program_part.h"
#include <atomic>
#include <QFileInfo>
#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace diascope::viewer
{

namespace
{

std::atomic<bool> mayBeUnconfined = false;

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr uint64_t keptShared = uint64_t(32) << 20;
constexpr int firstOfNoUse = 6; ///< descriptors from here on are closed in the worker

QString programFile(const char* name)
{
    const QString named = qEnvironmentVariable("DIASCOPE_DECODER");
    if (!named.isEmpty())
        return QFileInfo(named).absolutePath() + u'/' + QLatin1String(name);
    return programPart(QLatin1String(name));
}

/// Nothing of our environment is a decoder's business; sanitized builds pass on what steers the sanitizers.
std::vector<char*> workerEnvironment()
{
    std::vector<char*> kept;
#ifdef DIASCOPE_SANITIZED
    for (char** variable = environ; *variable; ++variable)
        if (std::strncmp(*variable, "ASAN_", 5) == 0 || std::strncmp(*variable, "UBSAN_", 6) == 0)
            kept.push_back(*variable);
#endif
    kept.push_back(nullptr);
    return kept;
}

Error errnoError() { return {Fault::Internal, QString::fromLocal8Bit(std::strerror(errno))}; }

} // namespace

Result<void> DecoderProcess::start(const char* name, int file)
{
    const QString program = programFile(name);
    if (program.isEmpty())
        return fail(Fault::Internal, tr("the program %1 is missing beside this program").arg(QLatin1String(name)));
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return std::unexpected(errnoError());
    socket = ends[0];
    memory = memfd_create("diascope-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    // A hijacked worker must not shrink the memory under us: reading it would be a bus error.
    if (memory < 0 || fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
        const Error error = errnoError();
        close(ends[1]);
        stop();
        return std::unexpected(error);
    }
    // Duplicates above 9, so that putting one at 3, 4 or 5 cannot overwrite another.
    const std::array<int, 3> given{fcntl(ends[1], F_DUPFD_CLOEXEC, 10), fcntl(memory, F_DUPFD_CLOEXEC, 10),
                                   file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, 10)};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int i = 0; i < int(given.size()); ++i)
        if (given[size_t(i)] >= 0)
            posix_spawn_file_actions_adddup2(&actions, given[size_t(i)], 3 + i);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (qEnvironmentVariableIsEmpty("DIASCOPE_DECODER_STDERR"))
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, given[2] >= 0 ? firstOfNoUse : firstOfNoUse - 1);
    const QByteArray path = program.toLocal8Bit();
    char* arguments[] = {const_cast<char*>(path.constData()), nullptr};
    auto environment = workerEnvironment();
    const int spawned = posix_spawn(&pid, path.constData(), &actions, nullptr, arguments, environment.data());
    posix_spawn_file_actions_destroy(&actions);
    for (const int descriptor : given)
        if (descriptor >= 0)
            close(descriptor);
    close(ends[1]);
    if (spawned != 0) {
        pid = -1;
        stop();
        return fail(Fault::Internal,
                    tr("%1 does not start: %2").arg(QLatin1String(name), QString::fromLocal8Bit(std::strerror(spawned))));
    }
    return {};
}

void DecoderProcess::stop()
{
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, nullptr, 0);
    }
    if (shared)
        munmap(shared, sharedBytes);
    if (socket >= 0)
        close(socket);
    if (memory >= 0)
        close(memory);
    *this = {};
}

bool DecoderProcess::grow(uint64_t bytes)
{
    if (bytes <= sharedBytes)
        return true;
    bytes = std::max(bytes, std::min(2 * sharedBytes, keptShared)); // frames of varying length do not map anew each time
    if (ftruncate(memory, off_t(bytes)) != 0)
        return false;
    if (shared)
        munmap(shared, sharedBytes);
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    shared = at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
    sharedBytes = shared ? bytes : 0;
#ifndef DIASCOPE_SANITIZED // the sanitizers reserve terabytes of address space
    rlimit limit{};
    if (prlimit(pid, RLIMIT_AS, nullptr, &limit) == 0) {
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, (rlim_t(2) << 30) + sharedBytes * 8);
        prlimit(pid, RLIMIT_AS, &limit, nullptr);
    }
#endif
    return shared;
}

void DecoderProcess::trim()
{
    if (sharedBytes > keptShared)
        fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, off_t(sharedBytes));
}

void allowUnconfinedDecoders(bool isAllowed) { mayBeUnconfined = isAllowed; }

bool DecoderProcess::send(const DecodeRequest& asked) const
{
    DecodeRequest request = asked;
    request.mayBeUnconfined = mayBeUnconfined;
    return ::send(socket, &request, sizeof request, MSG_NOSIGNAL) == ssize_t(sizeof request);
}

Result<DecodedInfo> DecoderProcess::await(std::chrono::milliseconds limit)
{
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + limit;
    DecodeReply reply;
    size_t got = 0;
    while (got < sizeof reply) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now());
        if (left.count() <= 0) {
            stop();
            qCWarning(lcView, "a decoder took longer than %lld ms and was ended", static_cast<long long>(limit.count()));
            return fail(Fault::TimedOut, tr("decoding took longer than %1 s").arg(double(limit.count()) / 1000));
        }
        pollfd waiting{socket, POLLIN, 0};
        const int ready = poll(&waiting, 1, int(std::min<qint64>(left.count() + 1, 3'600'000)));
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        const ssize_t count = ready < 0 ? 0 : recv(socket, reinterpret_cast<char*>(&reply) + got, sizeof reply - got, 0);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            stop();
            qCWarning(lcView, "a decoder crashed");
            return fail(Fault::Damaged, tr("the decoder crashed on this frame"));
        }
        got += size_t(std::max<ssize_t>(count, 0));
    }
    reply.reason[sizeof reply.reason - 1] = '\0';
    if (reply.status != DecodeReply::Status::Done)
        return fail(reply.status == DecodeReply::Status::Unsupported ? Fault::Unsupported : Fault::Damaged,
                    QString::fromUtf8(reply.reason).trimmed());
    const DecodedInfo& info = reply.info; // of a process that may be hijacked
    if (info.bytesPerSample != 1 && info.bytesPerSample != 2 && info.bytesPerSample != 4)
        return fail(Fault::Damaged, tr("the decoder's answer makes no sense"));
    return info;
}

} // namespace diascope::viewer
