#include "viewer/decode/pixel_description.h"

namespace diascope::viewer
{

namespace
{

using dicom::Dataset;
using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr qint64 largestFrameBytes = qint64(1) << 31;

/// Pixel Padding Value is stored as US or SS; read as the other it is off by 65536.
double asStored(double value, const PixelDescription& pixels)
{
    if (pixels.bitsAllocated > 16)
        return value;
    if (pixels.isSigned && value > 32767)
        return value - 65536;
    if (!pixels.isSigned && value < 0)
        return value + 65536;
    return value;
}

/// PS3.3 C.7.5.1.1.2; of float pixels C.7.6.24 and C.7.6.25.
void readPadding(const Dataset& dataset, PixelDescription& pixels)
{
    using Element = PixelDescription::Element;
    const bool isFloat = pixels.element == Element::FloatPixelData;
    const bool isDouble = pixels.element == Element::DoubleFloatPixelData;
    const Tag valueTag = isFloat ? Tag{0x0028, 0x0122} : isDouble ? Tag{0x0028, 0x0123} : tag::PixelPaddingValue;
    const Tag limitTag = isFloat ? Tag{0x0028, 0x0124} : isDouble ? Tag{0x0028, 0x0125} : tag::PixelPaddingRangeLimit;
    const auto value = dataset.number(valueTag);
    if (!value || pixels.isColour())
        return;
    // Compared with samples that are floats.
    const auto asSample = [&](double number) { return isDouble ? double(float(number)) : asStored(number, pixels); };
    const double low = asSample(*value);
    const double limit = asSample(dataset.number(limitTag).value_or(*value));
    pixels.padding = PaddingRange{std::min(low, limit), std::max(low, limit)};
}

Result<void> checkBits(const PixelDescription& p)
{
    if (p.element != PixelDescription::Element::PixelData)
        return {};
    if (p.bitsAllocated != 1 && p.bitsAllocated % 8 != 0)
        return fail(Fault::Damaged, tr("Bits Allocated %1 is neither 1 nor a multiple of 8").arg(p.bitsAllocated));
    if (p.bitsAllocated != 1 && p.bitsAllocated != 8 && p.bitsAllocated != 16 && p.bitsAllocated != 32 && p.bitsAllocated != 64)
        return fail(Fault::Unsupported, tr("Bits Allocated %1 cannot be shown").arg(p.bitsAllocated));
    if (p.bitsStored < 1 || p.bitsStored > p.bitsAllocated)
        return fail(Fault::Damaged, tr("Bits Stored %1 contradicts Bits Allocated %2").arg(p.bitsStored).arg(p.bitsAllocated));
    if (p.highBit < p.bitsStored - 1 || p.highBit >= p.bitsAllocated)
        return fail(Fault::Damaged, tr("High Bit %1 contradicts Bits Stored %2 and Bits Allocated %3")
                                        .arg(p.highBit)
                                        .arg(p.bitsStored)
                                        .arg(p.bitsAllocated));
    return {};
}

Result<void> checkColour(const PixelDescription& p)
{
    const bool isThree = p.photometric == "RGB" || p.photometric.startsWith("YBR_") || p.photometric == "HSV";
    const bool isFour = p.photometric == "CMYK";
    const bool isOne = p.photometric.startsWith("MONOCHROME") || p.photometric == "PALETTE COLOR";
    // 4:2:0 has no uncompressed form (PS3.3 C.7.6.3.1.2); retired codings never had a compressed one. The alpha of ARGB chose
    // between the colours and a palette.
    const bool isCompressed = p.syntax.isEncapsulated();
    if ((!isOne && !isThree && !isFour) || (p.photometric == "YBR_PARTIAL_420" && !isCompressed) ||
        ((p.photometric == "HSV" || isFour) && isCompressed))
        return fail(Fault::Unsupported, tr("Photometric Interpretation “%1” cannot be shown").arg(p.photometric.left(16)));
    if (p.samplesPerPixel != (isThree ? 3 : isFour ? 4 : 1))
        return fail(Fault::Damaged, tr("%1 with %2 sample(s) a pixel").arg(p.photometric).arg(p.samplesPerPixel));
    if (p.samplesPerPixel > 1 && p.bitsAllocated != 8 && p.bitsAllocated != 16 && p.bitsAllocated != 32)
        return fail(Fault::Unsupported, tr("colour with %1 bits a sample cannot be shown").arg(p.bitsAllocated));
    if (p.photometric == "PALETTE COLOR" && p.bitsAllocated > 16)
        return fail(Fault::Damaged, tr("a palette with %1 bits a pixel").arg(p.bitsAllocated));
    return {};
}

} // namespace

int bytesPerPixel(SampleType type)
{
    switch (type) {
    case SampleType::UInt8:
        return 1;
    case SampleType::UInt16:
    case SampleType::Int16:
        return 2;
    case SampleType::Rgb8:
        return 3;
    case SampleType::UInt32:
    case SampleType::Int32:
    case SampleType::Float32:
        return 4;
    }
    return 1;
}

bool PixelDescription::isColour() const { return samplesPerPixel > 1 || photometric == "PALETTE COLOR"; }

SampleType PixelDescription::sampleType() const
{
    if (element != Element::PixelData || bitsAllocated == 64)
        return SampleType::Float32;
    if (isColour())
        return SampleType::Rgb8;
    if (bitsAllocated == 32)
        return isSigned ? SampleType::Int32 : SampleType::UInt32;
    if (isSigned && bitsAllocated > 1) // a single bit has no sign, whatever the header says
        return SampleType::Int16;
    return bitsAllocated == 16 ? SampleType::UInt16 : SampleType::UInt8;
}

qint64 PixelDescription::storedFrameBits() const
{
    if (isSubsampled())
        return framePixels() * 2 * bitsAllocated;
    return framePixels() * samplesPerPixel * bitsAllocated;
}

Result<PixelDescription> PixelDescription::of(const Dataset& dataset)
{
    PixelDescription p;
    p.syntax = dataset.transferSyntax();
    if (dataset.contains(tag::FloatPixelData))
        p.element = Element::FloatPixelData;
    else if (dataset.contains(tag::DoubleFloatPixelData))
        p.element = Element::DoubleFloatPixelData;
    else if (!dataset.contains(tag::PixelData))
        return fail(Fault::NotFound, tr("the object has no pixels"));

    const qint64 rows = dataset.integer(tag::Rows).value_or(0);
    const qint64 columns = dataset.integer(tag::Columns).value_or(0);
    if (rows < 1 || columns < 1 || rows > 0xFFFF || columns > 0xFFFF)
        return fail(Fault::Damaged, tr("Rows and Columns say %1 × %2").arg(rows).arg(columns));
    // Absent or empty means one frame; 0 is written by some and means it too.
    const qint64 frames = dataset.hasValue(tag::NumberOfFrames) ? dataset.integer(tag::NumberOfFrames).value_or(-1) : 1;
    if (frames < 0 || frames > 0x7FFFFFFF)
        return fail(Fault::Damaged, tr("Number of Frames is no sensible number"));
    p.rows = int(rows);
    p.columns = int(columns);
    p.frames = int(std::max<qint64>(frames, 1));
    const auto small = [&](Tag tag, qint64 absent) { return int(std::clamp<qint64>(dataset.integer(tag).value_or(absent), -1, 0xFFFF)); };
    p.samplesPerPixel = small(tag::SamplesPerPixel, 1);
    const int floatBits = p.element == Element::FloatPixelData ? 32 : p.element == Element::DoubleFloatPixelData ? 64 : 0;
    p.bitsAllocated = small(tag::BitsAllocated, floatBits);
    p.bitsStored = small(tag::BitsStored, p.bitsAllocated);
    p.highBit = small(tag::HighBit, p.bitsStored - 1);
    p.isSigned = small(tag::PixelRepresentation, 0) == 1;
    p.planarConfiguration = small(tag::PlanarConfiguration, 0);
    p.photometric = dataset.text(tag::PhotometricInterpretation).trimmed().toUpper();
    if (p.photometric.isEmpty() && p.samplesPerPixel == 1)
        p.photometric = QStringLiteral("MONOCHROME2");
    if (floatBits) {
        p.bitsAllocated = p.bitsStored = floatBits;
        p.highBit = floatBits - 1;
        if (p.samplesPerPixel != 1)
            return fail(Fault::Damaged, tr("float pixels with %1 samples a pixel").arg(p.samplesPerPixel));
    }
    if (auto checked = checkBits(p); !checked)
        return std::unexpected(checked.error());
    if (auto checked = checkColour(p); !checked)
        return std::unexpected(checked.error());
    if (p.frameBytes() > largestFrameBytes || p.storedFrameBits() / 8 > largestFrameBytes)
        return fail(Fault::Unsupported, tr("a frame of %1 × %2 pixels is too large").arg(rows).arg(columns));
    readPadding(dataset, p);
    return p;
}

} // namespace diascope::viewer
