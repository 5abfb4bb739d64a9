// diascope-decoder: decodes one compressed frame after the other for the program that started it (service.h).
#include "viewer/decode/worker/service.h"
#include <cstring>
#include <gdcmTrace.h>

using namespace diascope::viewer;
using namespace diascope::viewer::worker;

namespace
{

DecodedInfo decode(Bytes in, const DecodeRequest& request, Output out)
{
    if (request.codec == DecodeRequest::Codec::Picture)
        return decodePicture(in, request, out);
    // Headers that name one syntax over a stream of another exist; the stream decides. RLE begins with at most 15 segments.
    if (request.codec == DecodeRequest::Codec::Rle && (in.size() < 2 || in[0] != 0xFF))
        return decodeRle(in, request, out);
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

} // namespace

int main()
{
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    return serve(decode);
}
