#include "viewer/decode/server_picture.h"
#include "viewer/decode/decoder_pool.h"
#include <QCoreApplication>

namespace diascope::viewer
{

Result<ServerPicture> decodeServerPicture(std::span<const std::byte> bytes, int mostPx)
{
    constexpr uint32_t colours = 3;
    DecodeRequest request;
    request.codec = DecodeRequest::Codec::Picture;
    request.rows = request.columns = uint32_t(mostPx); // at most: the worker says how many there are
    request.samplesPerPixel = colours;
    ServerPicture picture;
    picture.pixels.resize(size_t(mostPx) * size_t(mostPx) * colours);
    const auto info = DecoderPool::instance().decode(request, bytes, picture.pixels);
    if (!info)
        return std::unexpected(info.error());
    // Of a process that may be hijacked.
    if (info->rows < 1 || info->columns < 1 || info->rows > request.rows || info->columns > request.columns)
        return fail(Fault::Damaged, QCoreApplication::translate("Decode", "the decoder's answer makes no sense"));
    picture.rows = int(info->rows);
    picture.columns = int(info->columns);
    picture.pixels.resize(size_t(info->rows) * info->columns * colours);
    return picture;
}

} // namespace diascope::viewer
