#pragma once
#include "viewer/decode/modality_transform.h"
#include <memory>
#include <span>

namespace diascope::viewer
{

/// One decoded frame. Grey: one sample a pixel; Rgb8: three bytes a pixel. Row by row, without gaps.
struct Frame
{
    SampleType type = SampleType::UInt8;
    int rows = 0;
    int columns = 0;
    std::vector<std::byte> pixels;

    template <typename T>
    std::span<const T> as() const
    {
        return {reinterpret_cast<const T*>(pixels.data()), pixels.size() / sizeof(T)};
    }
    /// A grey pixel's stored value; for Rgb8 its luminance.
    double storedAt(int column, int row) const;
};

struct PixelLayout; // where the frames' bytes lie in the file (pixel_layout.h)

/// The pixels of one file. Frames are read when asked for; an uncompressed multi-frame file is never loaded whole.
/// Const functions may be called from several threads.
class PixelSource
{
public:
    /// Errors: those of Dataset::read and PixelDescription::of.
    static Result<PixelSource> open(const QString& path);
    /// Opens again what was laid out before, without parsing the file: for loaders of long stacks.
    static Result<PixelSource> open(std::shared_ptr<const PixelLayout> layout);

    const PixelDescription& description() const;
    std::shared_ptr<const PixelLayout> layout() const { return m_layout; }

    /// Frame n from 0: stored values, sign-extended, bits above HighBit masked (PIX-01); colour as RGB.
    /// Errors: Damaged (short or broken pixel data), Unsupported (names the transfer syntax), TimedOut (the decoder hung),
    /// Unreadable (the file is gone), Internal (the decoder program is missing).
    Result<Frame> frame(int n) const;
    /// The same into memory of the caller's: exactly description().frameBytes() bytes.
    Result<void> readFrame(int n, std::span<std::byte> destination) const;

    /// Bytes of all frames one after the other, as one value of a dataset holds them; to be asked before memory is taken for
    /// them. Errors: Damaged (the file does not hold what its header says), Unsupported (longer than a value can be).
    Result<qint64> wholeBytes() const;

private:
    explicit PixelSource(std::shared_ptr<const PixelLayout> layout) : m_layout(std::move(layout)) {}
    std::shared_ptr<const PixelLayout> m_layout;
};

/// Grey stored values → modality values. Empty for colour.
std::vector<float> modalityValues(const Frame& frame, const ModalityTransform& transform);

} // namespace diascope::viewer
