// diascope-decoder: decodes one compressed frame after the other for the program that started it. It reads requests from
// socket 3; the bytes lie in shared memory 4. It ends when the socket closes, and is killed when it takes too long.
#include "viewer/decode/worker/codecs.h"
#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace diascope::viewer;
using namespace diascope::viewer::worker;

namespace
{

constexpr int socketFd = 3;
constexpr int memoryFd = 4;

void limitMemory([[maybe_unused]] uint64_t needed)
{
#ifndef DIASCOPE_SANITIZED // the sanitizers reserve terabytes of address space
    rlimit limit{};
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, (rlim_t(2) << 30) + needed);
    setrlimit(RLIMIT_AS, &limit);
#endif
}

DecodedInfo decode(Bytes in, const DecodeRequest& request, Output out)
{
    using Codec = DecodeRequest::Codec;
    if (request.codec == Codec::TestCrash)
        std::raise(SIGSEGV);
    while (request.codec == Codec::TestHang)
        pause();
    if (request.codec == Codec::Rle)
        return decodeRle(in, request, out);
    // Headers that name one syntax over a stream of another exist; the stream decides.
    static constexpr uint8_t jp2[] = {0, 0, 0, 12, 'j', 'P'};
    if (in.size() > 6 && (std::memcmp(in.data(), jp2, sizeof jp2) == 0 || (in[0] == 0xFF && in[1] == 0x4F)))
        return decodeJpeg2000(in, request, out);
    const int process = readJpegHeader(in).process;
    if (process == 55)
        return decodeJpegLs(in, request, out);
    if (process >= 0)
        return decodeJpeg(in, request, out);
    damaged("this is no stream of the transfer syntax");
}

DecodeReply answer(Bytes in, const DecodeRequest& request, Output out)
{
    DecodeReply reply;
    std::string reason;
    try {
        reply.info = decode(in, request, out);
        reply.status = DecodeReply::Status::Done;
    } catch (const Failure& failure) {
        reply.status = failure.status;
        reason = failure.reason;
    } catch (const std::exception& exception) {
        reason = exception.what();
    }
    std::strncpy(reply.reason, reason.c_str(), sizeof reply.reason - 1);
    return reply;
}

} // namespace

int main()
{
    prctl(PR_SET_DUMPABLE, 0); // no core with a patient's pixels
    const rlimit noCore{0, 0};
    setrlimit(RLIMIT_CORE, &noCore);

    uint8_t* memory = nullptr;
    uint64_t mapped = 0;
    DecodeRequest request;
    while (recv(socketFd, &request, sizeof request, MSG_WAITALL) == ssize_t(sizeof request)) {
        limitMemory(request.sharedBytes * 8);
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
            answer({memory, request.inputBytes}, request, {memory + request.outputOffset, request.outputBytes});
        alarm(0);
        if (send(socketFd, &reply, sizeof reply, MSG_NOSIGNAL) != ssize_t(sizeof reply))
            return 1;
    }
    return 0;
}
