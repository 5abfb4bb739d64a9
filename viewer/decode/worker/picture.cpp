#include "viewer/decode/worker/codecs.h"
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <jpeglib.h>
#include <png.h>

namespace diascope::viewer::worker
{

namespace
{

struct Size
{
    uint32_t rows = 0;
    uint32_t columns = 0;
};

void checkSize(const Size& size, const DecodeRequest& request, Output out)
{
    if (size.rows < 1 || size.columns < 1 || size.rows > request.rows || size.columns > request.columns ||
        uint64_t(size.rows) * size.columns * 3 > out.size())
        damaged("the picture is larger than it was asked for");
}

Size decodePng(Bytes in, const DecodeRequest& request, Output out)
{
    struct Image : png_image
    {
        Image() : png_image{} { version = PNG_IMAGE_VERSION; }
        ~Image() { png_image_free(this); }
    } image;
    if (!png_image_begin_read_from_memory(&image, in.data(), in.size()))
        damaged(image.message);
    const Size size{image.height, image.width};
    checkSize(size, request, out);
    image.format = PNG_FORMAT_RGB;
    const png_color black{};
    if (!png_image_finish_read(&image, &black, out.data(), 0, nullptr))
        damaged(image.message);
    return size;
}

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

/// What is broken is not shown in half.
void onJpegMessage(j_common_ptr info, int level)
{
    if (level < 0)
        onJpegError(info);
}

Size decodeJpegPicture(Bytes in, const DecodeRequest& request, Output out)
{
    const JpegHeader header = readJpegHeader(in);
    const Size size{uint32_t(header.rows), uint32_t(header.columns)};
    checkSize(size, request, out);
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
    jpeg.out_color_space = JCS_RGB;
    jpeg_start_decompress(&jpeg);
    if (jpeg.output_width != size.columns || jpeg.output_height != size.rows || jpeg.output_components != 3) {
        jpeg_destroy_decompress(&jpeg);
        damaged("the JPEG stream has two sizes");
    }
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = out.data() + size_t(size.columns) * 3 * jpeg.output_scanline;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return size;
}

} // namespace

DecodedInfo decodePicture(Bytes in, const DecodeRequest& request, Output out)
{
    static constexpr uint8_t png[] = {0x89, 'P', 'N', 'G'};
    const bool isPng = in.size() > sizeof png && std::memcmp(in.data(), png, sizeof png) == 0;
    const Size size = isPng ? decodePng(in, request, out) : decodeJpegPicture(in, request, out);
    DecodedInfo info;
    info.samplesPerPixel = 3;
    info.isRgb = 1;
    info.rows = size.rows;
    info.columns = size.columns;
    return info;
}

} // namespace diascope::viewer::worker
