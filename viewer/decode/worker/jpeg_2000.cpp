#include "viewer/decode/worker/codecs.h"
#include <algorithm>
#include <cstring>
#include <memory>
#include <openjpeg.h>

namespace diascope::viewer::worker
{

namespace
{

struct Cursor
{
    Bytes bytes;
    size_t at = 0;
};

OPJ_SIZE_T readSome(void* to, OPJ_SIZE_T count, void* user)
{
    auto& cursor = *static_cast<Cursor*>(user);
    const size_t take = std::min(size_t(count), cursor.bytes.size() - cursor.at);
    if (take == 0)
        return OPJ_SIZE_T(-1);
    std::memcpy(to, cursor.bytes.data() + cursor.at, take);
    cursor.at += take;
    return take;
}

OPJ_OFF_T skipSome(OPJ_OFF_T count, void* user)
{
    auto& cursor = *static_cast<Cursor*>(user);
    if (count < 0)
        return -1;
    const size_t take = std::min(size_t(count), cursor.bytes.size() - cursor.at);
    cursor.at += take;
    return OPJ_OFF_T(take);
}

OPJ_BOOL seekTo(OPJ_OFF_T to, void* user)
{
    auto& cursor = *static_cast<Cursor*>(user);
    if (to < 0 || size_t(to) > cursor.bytes.size())
        return OPJ_FALSE;
    cursor.at = size_t(to);
    return OPJ_TRUE;
}

void keepMessage(const char* text, void* user)
{
    auto& message = *static_cast<std::string*>(user);
    if (message.empty())
        message = text;
}

/// Whether the codestream's own colour transform is on (SGcod of the COD marker, ISO 15444-1 A.6.1): OpenJPEG undoes it.
bool usesColourTransform(Bytes in)
{
    for (size_t at = 0; at + 9 < in.size() && at < 4096; ++at)
        if (in[at] == 0xFF && in[at + 1] == 0x52)
            return in[at + 8] == 1;
    return false;
}

template <typename T>
void interleave(const opj_image_t& image, uint32_t samples, Output out)
{
    auto* to = reinterpret_cast<T*>(out.data());
    const uint32_t width = image.x1 - image.x0;
    const uint32_t height = image.y1 - image.y0;
    for (uint32_t sample = 0; sample < samples; ++sample) {
        const opj_image_comp_t& component = image.comps[sample];
        for (uint32_t row = 0; row < height; ++row) {
            // Subsampled chroma is repeated.
            const uint32_t fromRow = std::min(row / component.dy, component.h - 1);
            const OPJ_INT32* from = component.data + size_t(fromRow) * component.w;
            T* line = to + size_t(row) * width * samples + sample;
            if (component.dx == 1 && component.w >= width)
                for (uint32_t column = 0; column < width; ++column)
                    line[size_t(column) * samples] = T(from[column]);
            else
                for (uint32_t column = 0; column < width; ++column)
                    line[size_t(column) * samples] = T(from[std::min(column / component.dx, component.w - 1)]);
        }
    }
}

} // namespace

DecodedInfo decodeJpeg2000(Bytes in, const DecodeRequest& request, Output out)
{
    static constexpr uint8_t jp2[] = {0, 0, 0, 12, 'j', 'P'};
    const bool isJp2 = in.size() > sizeof jp2 && std::memcmp(in.data(), jp2, sizeof jp2) == 0;
    const std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)> codec(
        opj_create_decompress(isJp2 ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K), opj_destroy_codec);
    std::string message;
    opj_set_error_handler(codec.get(), keepMessage, &message);
    opj_dparameters_t parameters;
    opj_set_default_decoder_parameters(&parameters);
    parameters.flags |= OPJ_DPARAMETERS_IGNORE_PCLR_CMAP_CDEF_FLAG; // the dataset says what colours mean (PS3.5 8.2.4)
    Cursor cursor{in};
    const std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)> stream(opj_stream_create(1 << 16, OPJ_TRUE), opj_stream_destroy);
    if (!codec || !stream || !opj_setup_decoder(codec.get(), &parameters))
        damaged("the JPEG 2000 decoder could not be set up");
    opj_stream_set_user_data(stream.get(), &cursor, nullptr);
    opj_stream_set_user_data_length(stream.get(), in.size());
    opj_stream_set_read_function(stream.get(), readSome);
    opj_stream_set_skip_function(stream.get(), skipSome);
    opj_stream_set_seek_function(stream.get(), seekTo);

    opj_image_t* raw = nullptr;
    const bool hasHeader = opj_read_header(stream.get(), codec.get(), &raw);
    const std::unique_ptr<opj_image_t, void (*)(opj_image_t*)> image(raw, opj_image_destroy);
    if (!hasHeader || !image)
        damaged(message.empty() ? "the JPEG 2000 header is broken" : message);
    if (image->x1 - image->x0 != request.columns || image->y1 - image->y0 != request.rows)
        damaged("the JPEG 2000 stream has another size than the image");
    if (image->numcomps < request.samplesPerPixel)
        damaged("the JPEG 2000 stream has fewer colours than the image");
    if (!opj_decode(codec.get(), stream.get(), image.get()) || !opj_end_decompress(codec.get(), stream.get()))
        damaged(message.empty() ? "the JPEG 2000 stream is broken" : message);

    const uint32_t bytes = bytesPerSample(request.bitsAllocated);
    for (uint32_t sample = 0; sample < request.samplesPerPixel; ++sample) {
        const opj_image_comp_t& component = image->comps[sample];
        if (!component.data || component.w == 0 || component.h == 0 || component.dx == 0 || component.dy == 0)
            damaged("the JPEG 2000 stream lacks a component");
        if (component.prec > bytes * 8)
            damaged("the JPEG 2000 stream has more bits than the image");
        if (uint64_t(component.h) * component.dy + component.dy <= image->y1 - image->y0)
            damaged("the JPEG 2000 stream lacks rows");
    }
    if (bytes == 1)
        interleave<uint8_t>(*image, request.samplesPerPixel, out);
    else if (bytes == 2)
        interleave<uint16_t>(*image, request.samplesPerPixel, out);
    else
        interleave<uint32_t>(*image, request.samplesPerPixel, out);
    return {bytes, request.samplesPerPixel, request.samplesPerPixel == 3 && usesColourTransform(in), image->comps[0].prec};
}

} // namespace diascope::viewer::worker
