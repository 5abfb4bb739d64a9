#include "viewer/decode/colour.h"
#include <QHash>
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace diascope::viewer
{

namespace
{

template <typename T>
T load(const std::byte* from)
{
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// BitsStored bits below HighBit, sign-extended if signed (PS3.5 8.1.1). Signed shifts of C++20 are arithmetic.
struct CellReader
{
    int up = 0;
    int down = 0;
    bool isSigned = false;

    CellReader(const PixelDescription& pixels, int highBit)
        : up(63 - highBit), down(64 - pixels.bitsStored), isSigned(pixels.isSigned)
    {
    }
    qint64 operator()(quint64 cell) const
    {
        const quint64 top = cell << up;
        return isSigned ? qint64(top) >> down : qint64(top >> down);
    }
};

template <typename From, typename To>
void convert(std::span<const std::byte> cells, const PixelDescription& pixels, int highBit, std::span<std::byte> destination)
{
    const size_t count = destination.size() / sizeof(To);
    auto* to = reinterpret_cast<To*>(destination.data());
    const bool isPlain = highBit == int(sizeof(From)) * 8 - 1 && pixels.bitsStored == highBit + 1;
    if (isPlain && sizeof(From) == sizeof(To)) {
        if (cells.data() != destination.data())
            std::memcpy(destination.data(), cells.data(), destination.size());
        return;
    }
    if constexpr (sizeof(From) <= 2 && std::is_integral_v<To>) {
        // 32 bits are enough, and twice as fast; plain loops that the compiler makes vectors of.
        const int up = 31 - highBit;
        const int down = 32 - pixels.bitsStored;
        const auto each = [&](auto cellAt) {
            if (pixels.isSigned)
                for (size_t i = 0; i < count; ++i)
                    to[i] = To(qint32(quint32(cellAt(i)) << up) >> down);
            else
                for (size_t i = 0; i < count; ++i)
                    to[i] = To((quint32(cellAt(i)) << up) >> down);
        };
        if (sizeof(From) == sizeof(To) && cells.data() == destination.data())
            each([to](size_t i) { return From(to[i]); });
        else
            each([&cells](size_t i) { return load<From>(cells.data() + i * sizeof(From)); });
    } else {
        const CellReader read(pixels, highBit);
        for (size_t i = 0; i < count; ++i) {
            const qint64 value = read(load<From>(cells.data() + i * sizeof(From)));
            to[i] = pixels.isSigned ? To(value) : To(quint64(value));
        }
    }
}

/// Values beyond float's range stay finite.
float nearestFloat(double value)
{
    constexpr double largest = std::numeric_limits<float>::max();
    return std::isfinite(value) ? float(std::clamp(value, -largest, largest)) : float(value);
}

quint8 clampToByte(double value) { return quint8(std::clamp(std::lround(value), 0L, 255L)); }

struct Rgb
{
    quint8 r;
    quint8 g;
    quint8 b;
};

/// PS3.3 C.7.6.3.1.2, solved for RGB. All samples here and below are on the scale of 0 to 255.
Rgb fromYbrFull(double y, double cb, double cr)
{
    return {clampToByte(y + 1.402 * (cr - 128)), clampToByte(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128)),
            clampToByte(y + 1.772 * (cb - 128))};
}

/// CCIR 601 levels: Y 16 to 235, Cb and Cr 16 to 240.
Rgb fromYbrPartial(double y, double cb, double cr)
{
    const double luma = 1.164383 * (y - 16);
    return {clampToByte(luma + 1.596027 * (cr - 128)), clampToByte(luma - 0.391762 * (cb - 128) - 0.812968 * (cr - 128)),
            clampToByte(luma + 2.017232 * (cb - 128))};
}

Rgb fromHsv(double h, double s, double v)
{
    const double sector = h / 255 * 6;
    const auto channel = [&](double shift) {
        const double at = std::fmod(shift + sector, 6.0);
        return clampToByte(v - v * s / 255 * std::clamp(std::min(at, 4 - at), 0.0, 1.0));
    };
    return {channel(5), channel(3), channel(1)};
}

Rgb fromCmyk(double c, double m, double y, double k)
{
    const auto light = [k](double ink) { return clampToByte((255 - ink) * (255 - k) / 255); };
    return {light(c), light(m), light(y)};
}

/// Samples on the scale of 0 to 255.
class SampleReader
{
public:
    SampleReader(std::span<const std::byte> samples, int bytesPerSample, int highBit, int bitsStored)
        : m_samples(samples.data()), m_bytes(bytesPerSample), m_shift(std::max(0, highBit + 1 - bitsStored)),
          m_mask((quint64(1) << bitsStored) - 1), m_scale(255.0 / double(m_mask))
    {
    }
    double operator()(size_t index) const
    {
        quint32 cell = 0;
        std::memcpy(&cell, m_samples + index * size_t(m_bytes), size_t(m_bytes)); // little endian like the machine
        return double((cell >> m_shift) & m_mask) * m_scale;
    }

private:
    const std::byte* m_samples;
    int m_bytes;
    int m_shift;
    quint64 m_mask;
    double m_scale;
};

} // namespace

void storedToFrame(std::span<const std::byte> cells, const PixelDescription& pixels, int highBit, std::span<std::byte> destination)
{
    const auto type = pixels.sampleType();
    switch (pixels.bitsAllocated) {
    case 1:
        std::memmove(destination.data(), cells.data(), destination.size());
        return;
    case 8:
        if (type == SampleType::Int16)
            convert<quint8, qint16>(cells, pixels, highBit, destination);
        else
            convert<quint8, quint8>(cells, pixels, highBit, destination);
        return;
    case 16:
        convert<quint16, quint16>(cells, pixels, highBit, destination); // signed ones are the same bits
        return;
    case 32:
        if (type == SampleType::Float32) // Float Pixel Data
            std::memmove(destination.data(), cells.data(), destination.size());
        else
            convert<quint32, quint32>(cells, pixels, highBit, destination);
        return;
    default:
        if (pixels.element == PixelDescription::Element::DoubleFloatPixelData) {
            auto* to = reinterpret_cast<float*>(destination.data());
            for (size_t i = 0; i < destination.size() / sizeof(float); ++i)
                to[i] = nearestFloat(load<double>(cells.data() + i * sizeof(double)));
        } else {
            convert<quint64, float>(cells, pixels, highBit, destination);
        }
    }
}

void unpackBits(std::span<const std::byte> packed, qint64 firstBit, std::span<std::byte> destination)
{
    for (size_t i = 0; i < destination.size(); ++i) {
        const size_t bit = size_t(firstBit) + i;
        destination[i] = (packed[bit / 8] >> (bit % 8)) & std::byte{1};
    }
}

ColourCoding colourCodingOf(const PixelDescription& pixels)
{
    static const QHash<QString, ColourCoding> codings{
        {"YBR_FULL", ColourCoding::YbrFull},       {"YBR_FULL_422", ColourCoding::YbrFull422},
        {"YBR_PARTIAL_422", ColourCoding::YbrPartial422}, {"YBR_PARTIAL_420", ColourCoding::YbrPartial},
        {"HSV", ColourCoding::Hsv},                {"CMYK", ColourCoding::Cmyk}};
    return codings.value(pixels.photometric, ColourCoding::Rgb); // YBR_RCT and YBR_ICT exist only inside JPEG 2000, which undoes them
}

void coloursToRgb(std::span<const std::byte> samples, int bytesPerSample, int highBit, const PixelDescription& description,
                  ColourCoding coding, bool isPlanar, std::span<std::byte> destination)
{
    const size_t pixels = destination.size() / 3;
    const SampleReader sample(samples, bytesPerSample, highBit, std::min(description.bitsStored, 8 * bytesPerSample));
    auto* to = reinterpret_cast<quint8*>(destination.data());
    const auto put = [&](size_t pixel, Rgb rgb) {
        to[3 * pixel] = rgb.r;
        to[3 * pixel + 1] = rgb.g;
        to[3 * pixel + 2] = rgb.b;
    };
    if (coding == ColourCoding::YbrFull422 || coding == ColourCoding::YbrPartial422) {
        // Y1 Y2 Cb Cr for two pixels (PS3.3 C.7.6.3.1.2)
        const auto toRgb = coding == ColourCoding::YbrFull422 ? fromYbrFull : fromYbrPartial;
        const size_t columns = size_t(description.columns);
        const size_t pairs = (columns + 1) / 2;
        const bool isByRow = samples.size() >= pairs * 4 * size_t(description.rows) * size_t(bytesPerSample);
        for (size_t pixel = 0; pixel < pixels; ++pixel) {
            const size_t at = isByRow ? pixel / columns * pairs * 2 + pixel % columns : pixel;
            const size_t pair = at / 2 * 4;
            const bool isWhole = (pair + 4) * size_t(bytesPerSample) <= samples.size();
            put(pixel, toRgb(sample(pair + at % 2), isWhole ? sample(pair + 2) : 128, isWhole ? sample(pair + 3) : 128));
        }
        return;
    }
    if (coding == ColourCoding::Rgb && bytesPerSample == 1 && description.bitsStored == 8 && !isPlanar) {
        if (samples.data() != destination.data())
            std::memcpy(destination.data(), samples.data(), destination.size());
        return;
    }
    const size_t count = size_t(description.samplesPerPixel);
    const size_t pixelStep = isPlanar ? 1 : count;
    const size_t sampleStep = isPlanar ? pixels : 1;
    const auto each = [&](auto toRgb) {
        for (size_t pixel = 0; pixel < pixels; ++pixel)
            put(pixel, toRgb([&](size_t channel) { return sample(pixel * pixelStep + channel * sampleStep); }));
    };
    switch (coding) {
    case ColourCoding::YbrFull:
        return each([](auto at) { return fromYbrFull(at(0), at(1), at(2)); });
    case ColourCoding::YbrPartial:
        return each([](auto at) { return fromYbrPartial(at(0), at(1), at(2)); });
    case ColourCoding::Hsv:
        return each([](auto at) { return fromHsv(at(0), at(1), at(2)); });
    case ColourCoding::Cmyk:
        return each([](auto at) { return fromCmyk(at(0), at(1), at(2), at(3)); });
    default:
        return each([](auto at) { return Rgb{clampToByte(at(0)), clampToByte(at(1)), clampToByte(at(2))}; });
    }
}

void paletteToRgb(std::span<const std::byte> cells, const PixelDescription& pixels, int highBit, const Palette& palette,
                  std::span<std::byte> destination)
{
    const CellReader read(pixels, highBit);
    const size_t count = destination.size() / 3;
    for (size_t i = 0; i < count; ++i) {
        const quint64 cell = pixels.bitsAllocated == 16 ? quint64(load<quint16>(cells.data() + 2 * i)) : quint64(cells[i]);
        const auto& colour = palette(read(cell));
        std::memcpy(destination.data() + 3 * i, colour.data(), 3);
    }
}

} // namespace diascope::viewer
