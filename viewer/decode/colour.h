#pragma once
#include "viewer/decode/pixel_layout.h"
#include <span>

/// From samples as they come out of a file or a codec to the samples of a Frame.
namespace diascope::viewer
{

/// Grey samples in place: `destination` holds cells of bitsAllocated bits in native order (1-bit already one byte a pixel);
/// takes BitsStored up to HighBit, sign-extends, widens where the frame's sample type is wider.
void storedToFrame(std::span<const std::byte> cells, const PixelDescription& pixels, int highBit, std::span<std::byte> destination);

/// Bits to bytes, least significant first (PS3.5 8.1.1); `firstBit` of `packed` is the first pixel.
void unpackBits(std::span<const std::byte> packed, qint64 firstBit, std::span<std::byte> destination);

enum class ColourCoding { Rgb, YbrFull, YbrFull422, YbrPartial, YbrPartial422, Hsv, Cmyk };

/// How the photometric interpretation codes colour in uncompressed samples (PS3.3 C.7.6.3.1.2); HSV and CMYK are retired
/// there: all samples over the whole range, the hue once around.
ColourCoding colourCodingOf(const PixelDescription& pixels);

/// Colour samples of 8, 16 or 32 bits → interleaved RGB, rounded to 8 bits by Bits Stored. `isPlanar`: colour by plane.
/// 4:2:2 samples are pairs of pixels; where the samples suffice each row begins with a pair of its own.
void coloursToRgb(std::span<const std::byte> samples, int bytesPerSample, int highBit, const PixelDescription& pixels,
                  ColourCoding coding, bool isPlanar, std::span<std::byte> destination);

/// Palette indices of 8 or 16 bits (native order) → interleaved RGB.
void paletteToRgb(std::span<const std::byte> cells, const PixelDescription& pixels, int highBit, const Palette& palette,
                  std::span<std::byte> destination);

} // namespace diascope::viewer
