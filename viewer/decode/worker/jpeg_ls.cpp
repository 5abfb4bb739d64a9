#include "viewer/decode/worker/codecs.h"
#include "viewer/decode/worker/jpeg_ls_lossless.h"
#include <charls/charls.h>
#include <vector>

namespace diascope::viewer::worker
{

namespace
{

DecodedInfo decodeStream(Bytes in, const DecodeRequest& request, Output out)
{
    charls::jpegls_decoder decoder;
    decoder.source(in.data(), in.size());
    decoder.read_header();
    const auto frame = decoder.frame_info();
    if (frame.width != request.columns || frame.height != request.rows)
        damaged("the JPEG-LS stream has another size than the image");
    if (uint32_t(frame.component_count) != request.samplesPerPixel)
        damaged("the JPEG-LS stream has another number of colours than the image");
    const uint32_t bytes = frame.bits_per_sample <= 8 ? 1 : 2;
    if (bytes > bytesPerSample(request.bitsAllocated) || decoder.destination_size() > out.size())
        damaged("the JPEG-LS stream has more bits than the image");
    if (request.samplesPerPixel == 1 || decoder.interleave_mode() != charls::interleave_mode::none) {
        decoder.decode(out.data(), decoder.destination_size());
        return {bytes, request.samplesPerPixel, 0, uint32_t(frame.bits_per_sample)};
    }
    std::vector<uint8_t> planes(decoder.destination_size());
    decoder.decode(planes.data(), planes.size());
    const size_t pixels = size_t(request.rows) * request.columns;
    for (size_t sample = 0; sample < request.samplesPerPixel; ++sample)
        for (size_t i = 0; i < pixels; ++i)
            for (size_t byte = 0; byte < bytes; ++byte)
                out[(i * request.samplesPerPixel + sample) * bytes + byte] = planes[(sample * pixels + i) * bytes + byte];
    return {bytes, request.samplesPerPixel, 0, uint32_t(frame.bits_per_sample)};
}

/// Encoders of 2004 wrote a zero byte between the scan and the end of image (a sample of NEMA WG-04 has it); CharLS refuses
/// it. Without the byte the scan must end exactly there, so a broken scan is still found.
std::vector<uint8_t> withoutStrayByte(Bytes in)
{
    std::vector<uint8_t> stream(in.begin(), in.end());
    for (size_t at = stream.size(); at >= 3 && at + 4 > stream.size(); --at)
        if (stream[at - 3] == 0 && stream[at - 2] == 0xFF && stream[at - 1] == 0xD9) {
            stream.erase(stream.begin() + ptrdiff_t(at - 3));
            return stream;
        }
    return {};
}

} // namespace

DecodedInfo decodeJpegLs(Bytes in, const DecodeRequest& request, Output out)
{
    const int precision = readJpegHeader(in).precision;
    const uint32_t bytes = precision <= 8 ? 1 : 2;
    if (request.samplesPerPixel == 1 && bytes <= bytesPerSample(request.bitsAllocated) && decodeJpegLsLossless(in, request, out))
        return {bytes, 1, 0, uint32_t(precision)};
    if (!hasEndOfImage(in))
        damaged("the JPEG-LS stream ends too early");
    try {
        return decodeStream(in, request, out);
    } catch (const charls::jpegls_error& error) {
        const auto stream = error.code() == charls::jpegls_errc::jpeg_marker_start_byte_not_found ? withoutStrayByte(in) : std::vector<uint8_t>();
        if (stream.empty())
            damaged(error.what());
        try {
            return decodeStream(stream, request, out);
        } catch (const charls::jpegls_error&) {
            damaged(error.what());
        }
    }
}

} // namespace diascope::viewer::worker
