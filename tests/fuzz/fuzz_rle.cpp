// RLE of any bytes (PS3.5 Annex G), with the address sanitizer in the decoder itself.
#include "viewer/decode/worker/codecs.h"
#include <fuzzer/FuzzedDataProvider.h>
#include <vector>

using namespace diascope::viewer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    FuzzedDataProvider data(bytes, size);
    DecodeRequest request;
    request.rows = data.ConsumeIntegralInRange<uint32_t>(1, 40);
    request.columns = data.ConsumeIntegralInRange<uint32_t>(1, 40);
    request.samplesPerPixel = data.ConsumeBool() ? 1 : data.ConsumeIntegralInRange<uint32_t>(1, 4);
    request.bitsAllocated = 8u << data.ConsumeIntegralInRange<uint32_t>(0, 2);
    std::vector<uint8_t> out(size_t(request.rows) * request.columns * request.samplesPerPixel * request.bitsAllocated / 8);
    const std::vector<uint8_t> in = data.ConsumeRemainingBytes<uint8_t>();
    try {
        (void)worker::decodeRle(in, request, out);
    } catch (const worker::Failure& failure) {
        if (failure.reason.empty())
            __builtin_trap();
    }
    return 0;
}
