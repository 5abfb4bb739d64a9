#include "viewer/decode/worker/codecs.h"
#include <cstring>

namespace diascope::viewer::worker
{

namespace
{

uint32_t u32(Bytes in, size_t at)
{
    return uint32_t(in[at]) | uint32_t(in[at + 1]) << 8 | uint32_t(in[at + 2]) << 16 | uint32_t(in[at + 3]) << 24;
}

/// One PackBits segment into every `stride`-th byte from `out` (PS3.5 G.3.2).
void decodeSegment(Bytes in, uint8_t* out, size_t count, size_t stride)
{
    size_t at = 0;
    size_t done = 0;
    while (done < count) {
        if (at >= in.size())
            damaged("an RLE segment ends too early");
        const int8_t head = int8_t(in[at++]);
        if (head >= 0) {
            const size_t run = size_t(head) + 1;
            if (at + run > in.size())
                damaged("an RLE segment ends too early");
            const size_t take = std::min(run, count - done); // the last run may be padded
            if (stride == 1)
                std::memcpy(out + done, &in[at], take);
            else
                for (size_t i = 0; i < take; ++i)
                    out[(done + i) * stride] = in[at + i];
            at += run;
            done += take;
        } else if (head != -128) {
            const size_t run = size_t(1 - head);
            if (at >= in.size())
                damaged("an RLE segment ends too early");
            const size_t take = std::min(run, count - done);
            const uint8_t value = in[at++];
            if (stride == 1)
                std::memset(out + done, value, take);
            else
                for (size_t i = 0; i < take; ++i)
                    out[(done + i) * stride] = value;
            done += take;
        }
    }
}

} // namespace

DecodedInfo decodeRle(Bytes in, const DecodeRequest& request, Output out)
{
    constexpr size_t headerBytes = 64;
    if (in.size() < headerBytes)
        damaged("the RLE header is cut off");
    const uint32_t bytes = bytesPerSample(request.bitsAllocated);
    const uint32_t expected = bytes * request.samplesPerPixel;
    const uint32_t segments = u32(in, 0);
    if (segments != expected || segments > 15)
        damaged("RLE with " + std::to_string(segments) + " segments instead of " + std::to_string(expected));
    const size_t pixels = size_t(request.rows) * request.columns;
    for (uint32_t segment = 0; segment < segments; ++segment) {
        const size_t from = u32(in, 4 + 4 * segment);
        const size_t to = segment + 1 < segments ? u32(in, 8 + 4 * segment) : in.size();
        if (from < headerBytes || from >= to || to > in.size())
            damaged("an RLE segment's offset is out of range");
        // Segments are the bytes of each sample, most significant first (PS3.5 G.2).
        const uint32_t sample = segment / bytes;
        const uint32_t byte = bytes - 1 - segment % bytes;
        decodeSegment(in.subspan(from, to - from), out.data() + sample * bytes + byte, pixels, expected);
    }
    return {bytes, request.samplesPerPixel, 0, 8 * bytes};
}

} // namespace diascope::viewer::worker
