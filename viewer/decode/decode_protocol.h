#pragma once
#include <cstdint>

namespace diascope::viewer
{

/// What goes over the socket between the program and its decode workers: plain structs, both ends built together. The bytes
/// themselves lie in memory shared by both: the compressed frame at 0, the samples at `outputOffset`.
struct DecodeRequest
{
    enum class Codec : uint32_t {
        Rle,
        Jpeg,
        JpegLs,
        Jpeg2000,
        Video,           ///< diascope-video-decoder; the input is VideoPiece after VideoPiece
        Picture,         ///< JPEG or PNG of at most rows × columns, to RGB; DecodedInfo says how large it is
        AskConfinement,  ///< DecodedInfo::isConfined
        TestCrash,       // what a hijacked decoder would try, for tests
        TestHang,
        TestOpenFile,
        TestOpenSocket,
        TestRunProgram,
        TestFork,
        TestSignalOthers,
        TestExecutableMemory,
        TestTakeMemory,
        TestInherited,   ///< Damaged if it was given more than socket and memory
    };

    Codec codec = Codec::Rle;
    uint32_t rows = 0;
    uint32_t columns = 0;
    uint32_t samplesPerPixel = 1;
    uint32_t bitsAllocated = 8;
    uint32_t bitsStored = 8;
    uint32_t isSigned = 0;
    uint32_t isRgb = 0; ///< Photometric Interpretation is RGB: a JPEG without markers is not YCbCr
    uint32_t frame = 0; ///< of a video
    uint32_t frames = 1;
    uint32_t mayBeUnconfined = 0; ///< a person allows it on a system that cannot confine; filled in when it is sent
    // filled in by the pool
    uint64_t inputBytes = 0;
    uint64_t outputOffset = 0;
    uint64_t outputBytes = 0;
    uint64_t sharedBytes = 0;
};

/// What came out. Samples are interleaved, in 1, 2 or 4 bytes each, native byte order.
struct DecodedInfo
{
    uint32_t bytesPerSample = 1;
    uint32_t samplesPerPixel = 1;
    uint32_t isRgb = 0; ///< colour has already been transformed to RGB
    uint32_t precision = 0; ///< bits of a sample the stream codes; 0: not said
    uint32_t rows = 0; ///< of a picture
    uint32_t columns = 0;
    uint32_t isConfined = 0;
    uint32_t isUnfinished = 0; ///< a video: not there yet, ask again
};

/// A piece of a video's stream in the file that is descriptor 5 of the worker.
struct VideoPiece
{
    int64_t offset = 0;
    int64_t length = 0;
};

struct DecodeReply
{
    enum class Status : uint32_t { Done, Damaged, Unsupported };
    Status status = Status::Damaged;
    DecodedInfo info;
    char reason[160] = {};
};

} // namespace diascope::viewer
