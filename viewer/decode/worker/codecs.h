#pragma once
#include "viewer/decode/decode_protocol.h"
#include <span>
#include <string>

/// The codecs of the worker. Each fills `out` (rows × columns × samples × bytes a sample, interleaved, native byte order)
/// from one whole compressed frame, or throws Failure. Input is hostile; a crash here costs one frame.
namespace diascope::viewer::worker
{

using Bytes = std::span<const uint8_t>;
using Output = std::span<uint8_t>;

struct Failure
{
    DecodeReply::Status status = DecodeReply::Status::Damaged;
    std::string reason;
};

[[noreturn]] inline void damaged(std::string reason) { throw Failure{DecodeReply::Status::Damaged, std::move(reason)}; }
[[noreturn]] inline void unsupported(std::string reason)
{
    throw Failure{DecodeReply::Status::Unsupported, std::move(reason)};
}

inline uint32_t bytesPerSample(uint32_t bitsAllocated) { return bitsAllocated <= 8 ? 1 : bitsAllocated <= 16 ? 2 : 4; }

DecodedInfo decodeRle(Bytes in, const DecodeRequest& request, Output out);      ///< PS3.5 Annex G
DecodedInfo decodeJpeg(Bytes in, const DecodeRequest& request, Output out);     ///< 8 and 12 bit, lossless
DecodedInfo decodeJpegLs(Bytes in, const DecodeRequest& request, Output out);
DecodedInfo decodeJpeg2000(Bytes in, const DecodeRequest& request, Output out); ///< and HTJ2K

/// A picture for people (PNG, JPEG), not of a dataset: at most request.rows × request.columns, as RGB.
DecodedInfo decodePicture(Bytes in, const DecodeRequest& request, Output out);

/// What a JPEG stream is, by its frame header.
struct JpegHeader
{
    int process = -1; ///< n of SOFn: 0 to 2 DCT, 3 lossless, 55 JPEG-LS; -1: none found
    int precision = 0;
    int rows = 0;
    int columns = 0;
    int components = 0;
    bool hasColourMarker = false; ///< JFIF or Adobe: the stream says itself how its colours are coded
};
JpegHeader readJpegHeader(Bytes in);
/// Whether a JPEG or JPEG-LS stream has an end; without it other libraries' decoders take very long.
bool hasEndOfImage(Bytes in);

} // namespace diascope::viewer::worker
