#pragma once
#include "netclient/dicom/dataset.h"
#include <array>

namespace diascope::viewer
{

/// How one sample of a decoded frame lies in memory. 8-bit signed pixels become Int16, 64-bit ones (integers and doubles)
/// the nearest Float32, right to 6e-8 of the stored value; colour of every kind becomes Rgb8 (three interleaved bytes a pixel).
enum class SampleType { UInt8, UInt16, Int16, UInt32, Int32, Float32, Rgb8 };

int bytesPerPixel(SampleType type);

/// Pixel Padding Value and Range Limit (PS3.3 C.7.5.1.1.2), as stored values, both ends included, before any rescale.
struct PaddingRange
{
    double low = 0;
    double high = 0;
    bool contains(double storedValue) const { return storedValue >= low && storedValue <= high; }
    friend bool operator==(const PaddingRange&, const PaddingRange&) = default;
};

/// The Image Pixel module (PS3.3 C.7.6.3), every number checked.
struct PixelDescription
{
    enum class Element { PixelData, FloatPixelData, DoubleFloatPixelData };

    int rows = 0;
    int columns = 0;
    int frames = 1;
    int samplesPerPixel = 1;
    int bitsAllocated = 8;
    int bitsStored = 8;
    int highBit = 7;
    bool isSigned = false;
    int planarConfiguration = 0;
    QString photometric; ///< MONOCHROME1, MONOCHROME2, RGB, PALETTE COLOR, YBR_…
    Element element = Element::PixelData;
    dicom::TransferSyntax syntax;
    std::optional<PaddingRange> padding;

    /// Errors: NotFound (no pixel data: not an image), Damaged (numbers that contradict each other or overflow),
    /// Unsupported (well formed, but nothing we can show).
    static Result<PixelDescription> of(const dicom::Dataset& dataset);

    bool isColour() const; ///< decoded frames are Rgb8
    SampleType sampleType() const;
    qint64 framePixels() const { return qint64(rows) * columns; }
    qint64 frameBytes() const { return framePixels() * bytesPerPixel(sampleType()); } ///< of a decoded frame
    /// Two pixels share their colour (PS3.3 C.7.6.3.1.2).
    bool isSubsampled() const { return photometric == u"YBR_FULL_422" || photometric == u"YBR_PARTIAL_422"; }
    /// Of an uncompressed frame in the file, as bits: 1-bit frames need not end on a byte (PS3.5 8.1.1).
    qint64 storedFrameBits() const;
};

} // namespace diascope::viewer
