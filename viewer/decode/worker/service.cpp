#include "viewer/decode/worker/service.h"
#include "viewer/decode/worker/confinement.h"
#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace diascope::viewer::worker
{

namespace
{

constexpr int socketFd = 3;
constexpr int memoryFd = 4;
constexpr int videoFd = 5;

bool isConfined = false;

/// What a hijacked decoder would try; comes back only if it was refused.
void misbehave(DecodeRequest::Codec how)
{
    using Codec = DecodeRequest::Codec;
    bool isDone = false;
    switch (how) {
    case Codec::TestCrash:
        std::raise(SIGSEGV);
        break;
    case Codec::TestHang:
        while (true)
            pause();
    case Codec::TestOpenFile:
        isDone = open("/etc/passwd", O_RDONLY) >= 0;
        break;
    case Codec::TestOpenSocket:
        isDone = socket(AF_INET, SOCK_STREAM, 0) >= 0;
        break;
    case Codec::TestRunProgram: {
        char* arguments[] = {nullptr};
        execve("/bin/true", arguments, arguments);
        break;
    }
    case Codec::TestFork: {
        const pid_t child = fork();
        if (child == 0)
            _exit(0);
        isDone = child > 0;
        break;
    }
    case Codec::TestSignalOthers:
        isDone = kill(getppid(), 0) == 0;
        break;
    case Codec::TestExecutableMemory:
        isDone = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
        break;
    case Codec::TestTakeMemory:
        for (std::vector<std::unique_ptr<uint8_t[]>> taken;;)
            taken.push_back(std::make_unique_for_overwrite<uint8_t[]>(size_t(256) << 20));
    case Codec::TestInherited: {
        constexpr int enough = 1024;
        for (int descriptor = videoFd; descriptor < enough; ++descriptor)
            if (fcntl(descriptor, F_GETFD) >= 0)
                damaged("inherited a descriptor");
        for (char** variable = environ; variable && *variable; ++variable)
            if (std::strstr(*variable, "SECRET"))
                damaged("inherited a secret");
        isDone = true;
        break;
    }
    default:
        return;
    }
    if (!isDone)
        damaged("refused");
}

DecodeReply answer(Decode decode, Bytes in, const DecodeRequest& request, Output out)
{
    DecodeReply reply;
    std::string reason;
    try {
        if (request.codec > DecodeRequest::Codec::AskConfinement)
            misbehave(request.codec);
        else if (request.codec == DecodeRequest::Codec::AskConfinement)
            reply.info.isConfined = isConfined;
        else if (!isConfined && !request.mayBeUnconfined)
            unsupported("this system cannot confine the decoder (seccomp); the setting decoder.unconfined allows it nevertheless");
        else
            reply.info = decode(in, request, out);
        reply.status = DecodeReply::Status::Done;
    } catch (const Failure& failure) {
        reply.status = failure.status;
        reason = failure.reason;
    } catch (const std::bad_alloc&) {
        reason = "the frame needs more memory than a decoder may have";
    } catch (const std::exception& exception) {
        reason = exception.what();
    }
    std::strncpy(reply.reason, reason.c_str(), sizeof reply.reason - 1);
    return reply;
}

} // namespace

int serve(Decode decode)
{
    prctl(PR_SET_DUMPABLE, 0); // no core with a patient's pixels
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);
    try {
        damaged({}); // the first exception loads what unwinding needs
    } catch (const Failure&) {
    }
    isConfined = confine();

    uint8_t* memory = nullptr;
    uint64_t mapped = 0;
    DecodeRequest request;
    while (recv(socketFd, &request, sizeof request, MSG_WAITALL) == ssize_t(sizeof request)) {
        if (request.sharedBytes != mapped) {
            if (memory)
                munmap(memory, mapped);
            void* at = mmap(nullptr, request.sharedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memoryFd, 0);
            if (at == MAP_FAILED)
                return 1;
            memory = static_cast<uint8_t*>(at);
            mapped = request.sharedBytes;
        }
        alarm(120); // should the program die while a codec hangs
        const DecodeReply reply =
            answer(decode, {memory, request.inputBytes}, request, {memory + request.outputOffset, request.outputBytes});
        alarm(0);
        if (send(socketFd, &reply, sizeof reply, MSG_NOSIGNAL) != ssize_t(sizeof reply))
            return 1;
    }
    return 0;
}

} // namespace diascope::viewer::worker
