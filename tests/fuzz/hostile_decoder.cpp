// Plays a decoder that was taken over: its reply is what the compressed data say, byte by byte, and so are its pixels.
#include "viewer/decode/decode_protocol.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <sys/socket.h>

using namespace diascope::viewer;

int main()
{
    DecodeRequest request;
    uint8_t* memory = nullptr;
    uint64_t mapped = 0;
    while (recv(3, &request, sizeof request, MSG_WAITALL) == ssize_t(sizeof request)) {
        if (request.sharedBytes != mapped) {
            if (memory)
                munmap(memory, mapped);
            mapped = request.sharedBytes;
            memory = static_cast<uint8_t*>(mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_SHARED, 4, 0));
        }
        DecodeReply reply;
        std::memcpy(&reply, memory, std::min<uint64_t>(sizeof reply, request.inputBytes));
        for (uint64_t i = 0; i < request.outputBytes; ++i)
            memory[request.outputOffset + i] = request.inputBytes ? memory[i % request.inputBytes] : uint8_t(0);
        if (send(3, &reply, sizeof reply, MSG_NOSIGNAL) != ssize_t(sizeof reply))
            return 1;
    }
    return 0;
}
