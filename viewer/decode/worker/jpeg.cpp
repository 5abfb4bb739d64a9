#include "viewer/decode/worker/codecs.h"
#include "viewer/decode/worker/jpeg_lossless.h"
#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <jpeglib.h>

namespace diascope::viewer::worker
{

JpegHeader readJpegHeader(Bytes in)
{
    JpegHeader header;
    if (in.size() < 4 || in[0] != 0xFF || in[1] != 0xD8)
        return header;
    size_t at = 2;
    while (at + 4 <= in.size()) {
        if (in[at] != 0xFF) {
            ++at;
            continue;
        }
        const uint8_t marker = in[at + 1];
        if (marker == 0xFF || marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
            at += marker == 0xFF ? 1 : 2;
            continue;
        }
        const size_t length = size_t(in[at + 2]) << 8 | in[at + 3];
        const bool isFrame = (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) ||
                             marker == 0xF7;
        if (isFrame && at + 10 <= in.size()) {
            header.process = marker == 0xF7 ? 55 : marker - 0xC0;
            header.precision = in[at + 4];
            header.rows = in[at + 5] << 8 | in[at + 6];
            header.columns = in[at + 7] << 8 | in[at + 8];
            header.components = in[at + 9];
            return header;
        }
        if (marker == 0xDA || marker == 0xD9)
            return header;
        const auto starts = [&](const char* text, size_t size) {
            return at + 4 + size <= in.size() && std::memcmp(&in[at + 4], text, size) == 0;
        };
        if ((marker == 0xE0 && starts("JFIF", 4)) || (marker == 0xEE && starts("Adobe", 5)))
            header.hasColourMarker = true;
        at += 2 + length;
    }
    return header;
}

bool hasEndOfImage(Bytes in)
{
    static constexpr uint8_t marker[] = {0xFF, 0xD9}; // never within entropy-coded data
    return std::search(in.begin(), in.end(), std::begin(marker), std::end(marker)) != in.end();
}

namespace
{

struct JpegErrors
{
    jpeg_error_mgr manager;
    std::jmp_buf back;
    char text[JMSG_LENGTH_MAX];
};

void onJpegError(j_common_ptr info)
{
    auto* errors = reinterpret_cast<JpegErrors*>(info->err);
    info->err->format_message(info, errors->text);
    std::longjmp(errors->back, 1);
}

/// Corrupt data is a warning to libjpeg, a broken picture to a radiologist.
void onJpegMessage(j_common_ptr info, int level)
{
    if (level < 0)
        onJpegError(info);
}

void decodeBaseline(Bytes in, const DecodeRequest& request, const JpegHeader& header, Output out)
{
    jpeg_decompress_struct jpeg{};
    JpegErrors errors{};
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = onJpegError;
    errors.manager.emit_message = onJpegMessage;
    // No object with a destructor lives between here and the end: longjmp would skip it.
    if (setjmp(errors.back)) {
        jpeg_destroy_decompress(&jpeg);
        damaged(errors.text);
    }
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, in.data(), in.size());
    jpeg_read_header(&jpeg, TRUE);
    if (request.samplesPerPixel == 1) {
        jpeg.out_color_space = JCS_GRAYSCALE;
    } else {
        if (request.isRgb && !header.hasColourMarker)
            jpeg.jpeg_color_space = JCS_RGB; // the dataset says RGB and the stream says nothing
        jpeg.out_color_space = JCS_RGB;
    }
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    const size_t line = size_t(request.columns) * request.samplesPerPixel;
    if (jpeg.output_width != request.columns || jpeg.output_height != request.rows ||
        size_t(jpeg.output_components) != request.samplesPerPixel) {
        jpeg_destroy_decompress(&jpeg);
        damaged("the JPEG stream has another size than the image");
    }
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = out.data() + line * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

/// 12-bit DCT and rare lossless forms: libjpeg-turbo 2.1 has neither.
void decodeByGdcm(Bytes in, const DecodeRequest& request, const JpegHeader& header, Output out)
{
    if (!hasEndOfImage(in)) // GDCM waits for more for ever
        damaged("the JPEG stream ends too early");
    gdcm::Image image;
    image.SetNumberOfDimensions(2);
    image.SetDimension(0, request.columns);
    image.SetDimension(1, request.rows);
    const auto allocated = uint16_t(bytesPerSample(request.bitsAllocated) * 8);
    const auto stored = uint16_t(std::min<uint32_t>(allocated, std::max<uint32_t>(request.bitsStored, uint32_t(header.precision))));
    image.SetPixelFormat(gdcm::PixelFormat(uint16_t(request.samplesPerPixel), allocated, stored, uint16_t(stored - 1),
                                           uint16_t(request.isSigned)));
    // Told "RGB" it leaves the components as they are.
    image.SetPhotometricInterpretation(request.samplesPerPixel == 3 ? gdcm::PhotometricInterpretation::RGB
                                                                    : gdcm::PhotometricInterpretation::MONOCHROME2);
    image.SetTransferSyntax(header.process == 3 ? gdcm::TransferSyntax::JPEGLosslessProcess14
                                                : gdcm::TransferSyntax::JPEGExtendedProcess2_4);
    gdcm::DataElement pixels(gdcm::Tag(0x7fe0, 0x0010));
    gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
    gdcm::Fragment fragment;
    // An odd length is not allowed in a fragment; the byte behind the end of image is ignored.
    std::vector<char> even(in.begin(), in.end());
    if (even.size() % 2)
        even.push_back(0);
    fragment.SetByteValue(even.data(), uint32_t(even.size()));
    fragments->AddFragment(fragment);
    pixels.SetValue(*fragments);
    image.SetDataElement(pixels);
    if (image.GetBufferLength() != out.size() || !image.GetBuffer(reinterpret_cast<char*>(out.data())))
        damaged("the JPEG stream is broken");
}

} // namespace

DecodedInfo decodeJpeg(Bytes in, const DecodeRequest& request, Output out)
{
    const JpegHeader header = readJpegHeader(in);
    if (header.process < 0)
        damaged("there is no JPEG frame header");
    if (header.rows != int(request.rows) || header.columns != int(request.columns))
        damaged("the JPEG stream has another size than the image");
    if (header.components != int(request.samplesPerPixel))
        damaged("the JPEG stream has another number of colours than the image");
    const uint32_t bytes = bytesPerSample(request.bitsAllocated);
    if (uint32_t(header.precision) > bytes * 8)
        damaged("the JPEG stream has more bits than the image");
    const bool isDct = header.process != 3 && header.process != 7 && header.process != 11 && header.process != 15;
    if (isDct && header.precision == 8) {
        if (bytes == 1) {
            decodeBaseline(in, request, header, out);
        } else {
            std::vector<uint8_t> narrow(out.size() / bytes);
            decodeBaseline(in, request, header, narrow);
            std::memset(out.data(), 0, out.size());
            for (size_t i = 0; i < narrow.size(); ++i)
                out[i * bytes] = narrow[i];
        }
        return {bytes, request.samplesPerPixel, request.samplesPerPixel == 3, uint32_t(header.precision)};
    }
    if (header.process == 3 && bytes <= 2 && decodeJpegLossless(in, bytes, out))
        return {bytes, request.samplesPerPixel, 0, uint32_t(header.precision)};
    decodeByGdcm(in, request, header, out);
    return {bytes, request.samplesPerPixel, 0, uint32_t(header.precision)};
}

} // namespace diascope::viewer::worker
