#include "viewer/decode/decoder_pool.h"
#include "netclient/base/log.h"
#include <QFileInfo>
#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr uint64_t largestShared = uint64_t(4) << 30;
constexpr uint64_t keptShared = uint64_t(32) << 20;

uint64_t pageAligned(uint64_t bytes) { return (bytes + 4095) & ~uint64_t(4095); }

QString decoderProgram()
{
    const QString named = qEnvironmentVariable("DIASCOPE_DECODER");
    if (!named.isEmpty())
        return named;
    const QFileInfo self(QStringLiteral("/proc/self/exe"));
    const QString folder = QFileInfo(self.symLinkTarget()).absolutePath();
    for (const char* place : {"/diascope-decoder", "/../lib/diascope/diascope-decoder", "/../libexec/diascope-decoder"})
        if (QFileInfo::exists(folder + QLatin1String(place)))
            return folder + QLatin1String(place);
    return {};
}

} // namespace

struct DecoderPool::Worker
{
    pid_t pid = -1;
    int socket = -1;
    int memory = -1;
    uint8_t* shared = nullptr;
    uint64_t sharedBytes = 0;

    bool isAlive() const { return pid > 0; }

    Result<void> start()
    {
        const QString program = decoderProgram();
        if (program.isEmpty())
            return fail(Fault::Internal, tr("the program diascope-decoder is missing beside this program"));
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
            return fail(Fault::Internal, QString::fromLocal8Bit(std::strerror(errno)));
        memory = memfd_create("diascope-frame", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        // A hijacked worker must not shrink the memory under us: reading it would be a bus error.
        if (memory < 0 || fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
            close(ends[0]);
            close(ends[1]);
            return fail(Fault::Internal, QString::fromLocal8Bit(std::strerror(errno)));
        }
        // Duplicates above 9, so that putting one at 3 or 4 cannot overwrite the other.
        const int childSocket = fcntl(ends[1], F_DUPFD_CLOEXEC, 10);
        const int childMemory = fcntl(memory, F_DUPFD_CLOEXEC, 10);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, childSocket, 3);
        posix_spawn_file_actions_adddup2(&actions, childMemory, 4);
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        if (qEnvironmentVariableIsEmpty("DIASCOPE_DECODER_STDERR"))
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        const QByteArray path = program.toLocal8Bit();
        char* arguments[] = {const_cast<char*>(path.constData()), nullptr};
        const int spawned = posix_spawn(&pid, path.constData(), &actions, nullptr, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        close(childSocket);
        close(childMemory);
        close(ends[1]);
        socket = ends[0];
        if (spawned != 0) {
            pid = -1;
            stop();
            return fail(Fault::Internal, tr("diascope-decoder does not start: %1").arg(QString::fromLocal8Bit(std::strerror(spawned))));
        }
        return {};
    }

    void stop()
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

    bool grow(uint64_t bytes)
    {
        if (bytes <= sharedBytes)
            return true;
        if (ftruncate(memory, off_t(bytes)) != 0)
            return false;
        if (shared)
            munmap(shared, sharedBytes);
        void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
        shared = at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
        sharedBytes = shared ? bytes : 0;
        return shared;
    }

    /// A large frame's pages are given back; the next frame is most often small.
    void trim()
    {
        if (sharedBytes > keptShared)
            fallocate(memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, off_t(sharedBytes));
    }

    enum class Answer { Came, Died, Late };
    Answer await(DecodeReply& reply, std::chrono::milliseconds limit) const
    {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        size_t got = 0;
        while (got < sizeof reply) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
            if (left.count() <= 0)
                return Answer::Late;
            pollfd waiting{socket, POLLIN, 0};
            const int ready = poll(&waiting, 1, int(std::min<qint64>(left.count() + 1, 3'600'000)));
            if (ready < 0 && errno != EINTR)
                return Answer::Died;
            if (ready <= 0)
                continue;
            const ssize_t count = recv(socket, reinterpret_cast<char*>(&reply) + got, sizeof reply - got, 0);
            if (count == 0 || (count < 0 && errno != EINTR))
                return Answer::Died;
            got += size_t(std::max<ssize_t>(count, 0));
        }
        return Answer::Came;
    }
};

struct DecoderPool::State
{
    mutable std::mutex mutex;
    std::condition_variable freed;
    std::vector<Worker> workers;
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
            idle.push_back(index);
        }
        freed.notify_one();
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
    for (size_t i = 0; i < m_state->workers.size(); ++i)
        m_state->idle.push_back(i);
}

DecoderPool::~DecoderPool()
{
    for (Worker& worker : m_state->workers)
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
    for (const Worker& worker : m_state->workers)
        if (worker.isAlive())
            alive.push_back(worker.pid);
    return alive;
}

Result<DecodedInfo> DecoderPool::decode(const DecodeRequest& asked, const std::vector<std::span<const std::byte>>& fragments,
                                        std::span<std::byte> destination)
{
    DecodeRequest request = asked;
    for (const auto& fragment : fragments)
        request.inputBytes += fragment.size();
    request.outputOffset = pageAligned(request.inputBytes + 16);
    request.outputBytes = destination.size();
    const uint64_t needed = request.outputOffset + pageAligned(request.outputBytes);
    if (needed > largestShared)
        return fail(Fault::Unsupported, tr("the frame is too large"));

    const size_t index = m_state->take();
    struct GiveBack
    {
        State& state;
        size_t index;
        ~GiveBack() { state.give(index); }
    } giveBack{*m_state, index};
    Worker& worker = m_state->workers[index];
    std::chrono::milliseconds limit{};
    {
        // pid is read by workers(); everything else of a taken worker is ours alone.
        const std::lock_guard lock(m_state->mutex);
        limit = m_state->limit;
        if (!worker.isAlive())
            if (auto started = worker.start(); !started)
                return std::unexpected(started.error());
    }
    const auto lose = [&] {
        const std::lock_guard lock(m_state->mutex);
        worker.stop();
    };
    const auto submit = [&] {
        if (!worker.grow(needed))
            return false;
        uint8_t* to = worker.shared;
        for (const auto& fragment : fragments) {
            std::memcpy(to, fragment.data(), fragment.size());
            to += fragment.size();
        }
        std::memset(to, 0, 16);
        request.sharedBytes = worker.sharedBytes;
        return send(worker.socket, &request, sizeof request, MSG_NOSIGNAL) == ssize_t(sizeof request);
    };
    DecodeReply reply;
    bool isSent = submit();
    if (!isSent) {
        // It died while idle: that costs no frame.
        const std::lock_guard lock(m_state->mutex);
        worker.stop();
        if (auto started = worker.start(); !started)
            return std::unexpected(started.error());
        isSent = submit();
    }
    switch (isSent ? worker.await(reply, limit) : Worker::Answer::Died) {
    case Worker::Answer::Late:
        lose();
        qCWarning(lcView, "a decoder took longer than %lld ms and was ended", static_cast<long long>(limit.count()));
        return fail(Fault::TimedOut, tr("decoding took longer than %1 s").arg(double(limit.count()) / 1000));
    case Worker::Answer::Died:
        lose();
        qCWarning(lcView, "a decoder crashed");
        return fail(Fault::Damaged, tr("the decoder crashed on this frame"));
    case Worker::Answer::Came:
        break;
    }
    reply.reason[sizeof reply.reason - 1] = '\0';
    if (reply.status != DecodeReply::Status::Done)
        return fail(reply.status == DecodeReply::Status::Unsupported ? Fault::Unsupported : Fault::Damaged,
                    QString::fromUtf8(reply.reason).trimmed());
    std::memcpy(destination.data(), worker.shared + request.outputOffset, destination.size());
    worker.trim();
    return reply.info;
}

} // namespace diascope::viewer
