// Compressed frames of any bytes through the real decoder processes: whatever happens there costs the frame alone, and the
// next good frame is decoded.
#include "tests/fuzz/fuzzing.h"
#include "viewer/decode/decoder_pool.h"

using namespace diascope;
using namespace diascope::viewer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    static DecoderPool pool(1);
    FuzzedDataProvider data(bytes, size);
    DecodeRequest request;
    static constexpr DecodeRequest::Codec codecs[] = {DecodeRequest::Codec::Rle, DecodeRequest::Codec::Jpeg, DecodeRequest::Codec::JpegLs,
                                                      DecodeRequest::Codec::Jpeg2000};
    request.codec = codecs[data.ConsumeIntegralInRange<size_t>(0, 3)];
    request.rows = data.ConsumeIntegralInRange<uint32_t>(1, 600);
    request.columns = data.ConsumeIntegralInRange<uint32_t>(1, 600);
    request.samplesPerPixel = data.ConsumeBool() ? 1 : 3;
    request.bitsAllocated = data.ConsumeBool() ? 8 : 16;
    request.bitsStored = data.ConsumeIntegralInRange<uint32_t>(1, request.bitsAllocated);
    request.isSigned = data.ConsumeBool();
    const std::vector<uint8_t> stream = data.ConsumeRemainingBytes<uint8_t>();
    std::vector<std::byte> out(size_t(request.rows) * request.columns * request.samplesPerPixel * request.bitsAllocated / 8);
    const auto decoded = pool.decode(request, std::as_bytes(std::span(stream)), out);
    if (!decoded)
        fuzz::demand(!decoded.error().detail.isEmpty());

    // One row of two pixels, 7 and 9, by RLE: a literal run.
    std::vector<uint8_t> good(64, 0);
    good[0] = 1;
    good[4] = 64;
    good.insert(good.end(), {1, 7, 9, 0});
    DecodeRequest next;
    next.codec = DecodeRequest::Codec::Rle;
    next.rows = 1;
    next.columns = 2;
    std::array<std::byte, 2> two{};
    fuzz::demand(pool.decode(next, std::as_bytes(std::span(good)), two).has_value());
    fuzz::demand(two[0] == std::byte(7) && two[1] == std::byte(9));
    return 0;
}
