// Our own decoders of lossless JPEG and JPEG-LS over streams of any bytes, with the address sanitizer in them.
#include "viewer/decode/worker/jpeg_lossless.h"
#include "viewer/decode/worker/jpeg_ls_lossless.h"
#include <vector>

using namespace diascope::viewer;

namespace
{

constexpr size_t most = 600;

/// Rows and columns of the frame header, as the program would have them from the DICOM header; mostly they agree.
DecodeRequest requestFor(const std::vector<uint8_t>& stream)
{
    DecodeRequest request;
    request.rows = request.columns = 8;
    for (size_t i = 0; i + 9 < stream.size(); ++i)
        if (stream[i] == 0xFF && (stream[i + 1] == 0xC3 || stream[i + 1] == 0xF7)) {
            const size_t rows = size_t(stream[i + 5]) << 8 | stream[i + 6];
            const size_t columns = size_t(stream[i + 7]) << 8 | stream[i + 8];
            if (rows >= 1 && rows <= most && columns >= 1 && columns <= most) {
                request.rows = uint32_t(rows);
                request.columns = uint32_t(columns);
            }
            request.bitsAllocated = request.bitsStored = stream[i + 4] > 8 ? 16 : 8;
            break;
        }
    return request;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    const std::vector<uint8_t> stream(bytes, bytes + size);
    if (stream.size() < 4)
        return 0;
    const DecodeRequest request = requestFor(stream);
    const uint32_t wide = request.bitsAllocated / 8;
    for (const uint32_t samples : {1u, 3u}) {
        std::vector<uint8_t> out(size_t(request.rows) * request.columns * wide * samples);
        try {
            (void)worker::decodeJpegLossless(stream, wide, out);
        } catch (const worker::Failure& failure) {
            if (failure.reason.empty())
                __builtin_trap();
        }
    }
    std::vector<uint8_t> out(size_t(request.rows) * request.columns * wide);
    (void)worker::decodeJpegLsLossless(stream, request, out);
    return 0;
}
