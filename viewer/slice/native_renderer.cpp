#include "viewer/slice/colour_transform.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/mpr_renderer.h"
#include <algorithm>
#include <limits>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

namespace diascope::viewer
{

namespace
{

template <typename Body>
void forRows(int count, const Body& body)
{
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, count, 16), [&](const auto& rows) {
        for (int y = rows.begin(); y < rows.end(); ++y)
            body(y);
    });
}

/// A frame's samples, perhaps turned or reduced: `channels` samples a pixel.
template <typename T>
struct Raster
{
    const T* samples = nullptr;
    int columns = 0;
    int rows = 0;
    int channels = 1;
    std::vector<T> own;
};

/// For each screen pixel along one axis: the two image samples and the share of the second; first -1 outside.
struct AxisSamples
{
    std::vector<int> first;
    std::vector<int> second;
    std::vector<float> part;
};

AxisSamples axisSamples(int screenCount, double scale, double offset, int imageCount, bool isNearest)
{
    AxisSamples axis;
    axis.first.assign(size_t(screenCount), -1);
    axis.second.assign(size_t(screenCount), 0);
    axis.part.assign(size_t(screenCount), 0);
    for (int i = 0; i < screenCount; ++i) {
        const double u = scale * (i + 0.5) + offset;
        // On the border between two pixels rounding must not decide by screen row.
        if (u < -0.5 - 1e-9 || u >= imageCount - 0.5 - 1e-9)
            continue;
        const auto at = size_t(i);
        if (isNearest) {
            axis.first[at] = axis.second[at] = std::clamp(int(std::floor(u + 0.5 + 1e-9)), 0, imageCount - 1);
            continue;
        }
        const double v = std::clamp(u, 0.0, double(imageCount - 1));
        axis.first[at] = std::min(int(v), std::max(0, imageCount - 2));
        axis.second[at] = std::min(axis.first[at] + 1, imageCount - 1);
        axis.part[at] = float(v - axis.first[at]);
    }
    return axis;
}

template <typename T>
Raster<T> turned(const Raster<T>& from)
{
    Raster<T> to{nullptr, from.rows, from.columns, from.channels, std::vector<T>(size_t(from.rows) * size_t(from.columns) * size_t(from.channels))};
    for (int row = 0; row < from.rows; ++row)
        for (int column = 0; column < from.columns; ++column)
            for (int channel = 0; channel < from.channels; ++channel)
                to.own[(size_t(column) * size_t(from.rows) + size_t(row)) * size_t(from.channels) + size_t(channel)] =
                    from.samples[(size_t(row) * size_t(from.columns) + size_t(column)) * size_t(from.channels) + size_t(channel)];
    to.samples = to.own.data();
    return to;
}

/// Means of blocks: a large radiograph in a small viewport must not lose fine lines to chance.
template <typename T, typename IsPadding>
Raster<T> reduced(const Raster<T>& from, int byColumns, int byRows, bool hasPadding, const IsPadding& isPadding)
{
    const auto part = [](int count, int by) { return (count + by - 1) / by; };
    Raster<T> to{nullptr, part(from.columns, byColumns), part(from.rows, byRows), from.channels, {}};
    to.own.resize(size_t(to.columns) * size_t(to.rows) * size_t(to.channels));
    forRows(to.rows, [&](int row) {
        const int lastRow = std::min(from.rows, (row + 1) * byRows);
        if constexpr (std::is_integral_v<T>) {
            if (!hasPadding) { // the same sums, row by row: several times faster
                const size_t stride = size_t(from.columns) * size_t(from.channels);
                thread_local std::vector<qint32> sums; // of at most 16 bits: blocks of 2¹⁵ pixels fit
                sums.assign(stride, 0);
                for (int r = row * byRows; r < lastRow; ++r) {
                    const T* line = from.samples + size_t(r) * stride;
                    for (size_t i = 0; i < stride; ++i)
                        sums[i] += line[i];
                }
                T* line = to.own.data() + size_t(row) * size_t(to.columns) * size_t(to.channels);
                for (int column = 0; column < to.columns; ++column) {
                    const int lastColumn = std::min(from.columns, (column + 1) * byColumns);
                    const double count = double(lastColumn - column * byColumns) * (lastRow - row * byRows);
                    for (int channel = 0; channel < from.channels; ++channel) {
                        qint64 sum = 0;
                        for (int c = column * byColumns; c < lastColumn; ++c)
                            sum += sums[size_t(c) * size_t(from.channels) + size_t(channel)];
                        line[column * to.channels + channel] = T(std::floor(double(sum) / count + 0.5));
                    }
                }
                return;
            }
        }
        for (int column = 0; column < to.columns; ++column) {
            const int lastColumn = std::min(from.columns, (column + 1) * byColumns);
            for (int channel = 0; channel < from.channels; ++channel) {
                double sum = 0;
                int count = 0;
                T any{};
                for (int r = row * byRows; r < lastRow; ++r)
                    for (int c = column * byColumns; c < lastColumn; ++c) {
                        const T v = from.samples[(size_t(r) * size_t(from.columns) + size_t(c)) * size_t(from.channels) + size_t(channel)];
                        any = v;
                        if (!isPadding(v)) {
                            sum += double(v);
                            ++count;
                        }
                    }
                T& mean = to.own[(size_t(row) * size_t(to.columns) + size_t(column)) * size_t(to.channels) + size_t(channel)];
                mean = !count ? any : std::is_integral_v<T> ? T(std::lround(sum / count)) : T(sum / count);
                if constexpr (std::is_integral_v<T>) // a mean that is the same number as padding is none: the next one beside it
                    for (int aside = 1; count && isPadding(mean); aside = aside > 0 ? -aside : 1 - aside)
                        mean = T(std::lround(sum / count) + aside);
            }
        }
    });
    to.samples = to.own.data();
    return to;
}

/// Image coordinates along the screen's axes: u = scale · (i + 0.5) + offset, after turning and reducing.
struct Placement
{
    double scaleX = 1;
    double offsetX = 0;
    double scaleY = 1;
    double offsetY = 0;
};

template <typename T, typename IsPadding>
Placement place(Raster<T>& raster, const SliceTransform& transform, bool isNearest, bool hasPadding, const IsPadding& isPadding)
{
    const QTransform inverse = transform.imageToScreen().inverted();
    Placement placement;
    // Quarter turns only: the screen's x is either the image's column or its row.
    if (std::abs(inverse.m11()) >= std::abs(inverse.m12())) {
        placement = {inverse.m11(), inverse.dx(), inverse.m22(), inverse.dy()};
    } else {
        raster = turned(raster);
        placement = {inverse.m12(), inverse.dy(), inverse.m21(), inverse.dx()};
    }
    constexpr double rounding = 1e-9; // a scale of 2 may be a hair below it
    const int byColumns = int(std::abs(placement.scaleX) + rounding);
    const int byRows = int(std::abs(placement.scaleY) + rounding);
    if (!isNearest && (byColumns >= 2 || byRows >= 2)) {
        const int columns = std::max(1, byColumns);
        const int rows = std::max(1, byRows);
        raster = reduced(raster, columns, rows, hasPadding, isPadding);
        placement.scaleX /= columns;
        placement.offsetX = (placement.offsetX + 0.5) / columns - 0.5;
        placement.scaleY /= rows;
        placement.offsetY = (placement.offsetY + 0.5) / rows - 0.5;
    }
    return placement;
}

template <typename T, typename ToGrey, typename IsPadding>
QImage paintGrey(Raster<T> raster, bool hasPadding, const SliceTransform& transform, bool isNearest, const ToGrey& toGrey,
                 const IsPadding& isPadding)
{
    const Placement placement = place(raster, transform, isNearest, hasPadding, isPadding);
    QImage image(transform.sizePx(), QImage::Format_Grayscale8);
    image.fill(0);
    const AxisSamples xs = axisSamples(image.width(), placement.scaleX, placement.offsetX, raster.columns, isNearest);
    const AxisSamples ys = axisSamples(image.height(), placement.scaleY, placement.offsetY, raster.rows, isNearest);
    const auto inside = [](int first) { return first >= 0; };
    const auto firstX = std::find_if(xs.first.begin(), xs.first.end(), inside) - xs.first.begin();
    const auto lastX = xs.first.rend() - std::find_if(xs.first.rbegin(), xs.first.rend(), inside);
    uchar* bits = image.bits();
    const qsizetype stride = image.bytesPerLine();
    forRows(image.height(), [&](int y) {
        if (ys.first[size_t(y)] < 0)
            return;
        const T* upper = raster.samples + size_t(ys.first[size_t(y)]) * size_t(raster.columns);
        const T* lower = raster.samples + size_t(ys.second[size_t(y)]) * size_t(raster.columns);
        const float down = ys.part[size_t(y)];
        uchar* to = bits + stride * y;
        if (isNearest) {
            for (auto x = firstX; x < lastX; ++x)
                to[x] = toGrey(upper[xs.first[size_t(x)]]);
            return;
        }
        if (hasPadding) {
            for (auto x = firstX; x < lastX; ++x) {
                const int a = xs.first[size_t(x)];
                const int b = xs.second[size_t(x)];
                const float right = xs.part[size_t(x)];
                const T corners[4] = {upper[a], upper[b], lower[a], lower[b]};
                const bool isClean = !isPadding(corners[0]) && !isPadding(corners[1]) && !isPadding(corners[2]) && !isPadding(corners[3]);
                if (!isClean) { // beside padding nothing is mixed: the nearest sample, padding or not
                    to[x] = toGrey(corners[(down >= 0.5f ? 2 : 0) + (right >= 0.5f ? 1 : 0)]);
                    continue;
                }
                const float top = float(corners[0]) + right * (float(corners[1]) - float(corners[0]));
                const float bottom = float(corners[2]) + right * (float(corners[3]) - float(corners[2]));
                to[x] = toGrey(top + down * (bottom - top));
            }
            return;
        }
        thread_local std::vector<float> mixed;
        mixed.resize(size_t(raster.columns));
        for (int column = 0; column < raster.columns; ++column)
            mixed[size_t(column)] = float(upper[column]) + down * (float(lower[column]) - float(upper[column]));
        for (auto x = firstX; x < lastX; ++x) {
            const float a = mixed[size_t(xs.first[size_t(x)])];
            const float b = mixed[size_t(xs.second[size_t(x)])];
            to[x] = toGrey(a + xs.part[size_t(x)] * (b - a));
        }
    });
    return image;
}

template <typename T>
QImage paintWords(const Volume& volume, int frame, const Presentation& presentation, const SliceTransform& transform)
{
    const Instance& instance = volume.instance(frame);
    const auto table = GreyTable::of(instance, volume.sampleType(), presentation);
    const auto padding = instance.pixels.padding;
    const auto isPadding = [&](T stored) { return padding && padding->contains(stored); };
    const Raster<T> raster{volume.stored<T>(frame).data(), volume.columns(), volume.rows(), 1, {}};
    // Padding is black whatever the polarity (PIX-08); what lies between samples is none.
    const auto toGrey = [&isPadding, levels = table->levels.data() - table->lowest](auto stored) -> quint8 {
        if constexpr (std::is_integral_v<decltype(stored)>)
            return isPadding(stored) ? 0 : levels[stored];
        else
            return levels[int(std::floor(stored + 0.5f))];
    };
    return paintGrey(raster, padding.has_value(), transform, presentation.interpolation == Interpolation::Nearest, toGrey, isPadding);
}

QImage paintFloats(const Volume& volume, int frame, const std::vector<float>& values, const Presentation& presentation,
                   const SliceTransform& transform)
{
    const GreyFunction grey(volume.instance(frame), presentation);
    const Raster<float> raster{values.data(), volume.columns(), volume.rows(), 1, {}};
    const auto isPadding = [](float v) { return !std::isfinite(v); };
    return paintGrey(
        raster, true, transform, presentation.interpolation == Interpolation::Nearest,
        [&](float v) -> quint8 { return std::isfinite(v) ? grey(double(v)) : 0; }, isPadding);
}

/// Three samples a pixel; `colours` may be null.
QImage paintColour(Raster<quint8> raster, const ColourTransform* colours, bool isInverted, bool isNearest, const SliceTransform& transform)
{
    const Placement placement = place(raster, transform, isNearest, false, [](quint8) { return false; });
    QImage image(transform.sizePx(), QImage::Format_RGB32);
    image.fill(Qt::black);
    const AxisSamples xs = axisSamples(image.width(), placement.scaleX, placement.offsetX, raster.columns, isNearest);
    const AxisSamples ys = axisSamples(image.height(), placement.scaleY, placement.offsetY, raster.rows, isNearest);
    uchar* bits = image.bits();
    const qsizetype stride = image.bytesPerLine();
    forRows(image.height(), [&](int y) {
        if (ys.first[size_t(y)] < 0)
            return;
        const quint8* upper = raster.samples + size_t(ys.first[size_t(y)]) * size_t(raster.columns) * 3;
        const quint8* lower = raster.samples + size_t(ys.second[size_t(y)]) * size_t(raster.columns) * 3;
        const float down = ys.part[size_t(y)];
        auto* to = reinterpret_cast<QRgb*>(bits + stride * y);
        int first = image.width();
        int last = -1;
        for (int x = 0; x < image.width(); ++x) {
            if (xs.first[size_t(x)] < 0)
                continue;
            first = std::min(first, x);
            last = x;
            const int a = xs.first[size_t(x)] * 3;
            const int b = xs.second[size_t(x)] * 3;
            const float right = xs.part[size_t(x)];
            int rgb[3];
            for (int channel = 0; channel < 3; ++channel) {
                const float top = upper[a + channel] + right * (upper[b + channel] - upper[a + channel]);
                const float bottom = lower[a + channel] + right * (lower[b + channel] - lower[a + channel]);
                rgb[channel] = int(top + down * (bottom - top) + 0.5f);
            }
            to[x] = qRgb(rgb[0], rgb[1], rgb[2]);
        }
        if (colours && last >= first)
            colours->apply(to + first, last - first + 1);
        for (int x = first; isInverted && x <= last; ++x)
            to[x] ^= 0x00ffffff;
    });
    return image;
}

QImage paintRgb(const Volume& volume, int frame, const Presentation& presentation, const SliceTransform& transform)
{
    const auto colours = colourTransformOf(volume.instance(frame)).value_or(nullptr);
    return paintColour({volume.stored<quint8>(frame).data(), volume.columns(), volume.rows(), 3, {}}, colours.get(), presentation.invert,
                       presentation.interpolation == Interpolation::Nearest, transform);
}

/// Grey with a part in colour: what is mixed between pixels is what they look like, never their stored values, which are codes.
template <typename T>
QImage paintSupplemental(const Volume& volume, int frame, const Presentation& presentation, const SliceTransform& transform)
{
    const SupplementalTable table(volume.instance(frame), volume.sampleType(), presentation);
    const std::span<const T> stored = volume.stored<T>(frame);
    Raster<quint8> raster{nullptr, volume.columns(), volume.rows(), 3, std::vector<quint8>(stored.size() * 3)};
    forRows(raster.rows, [&](int y) {
        for (size_t i = size_t(y) * size_t(raster.columns); i < size_t(y + 1) * size_t(raster.columns); ++i) {
            const QRgb colour = table[stored[i]];
            raster.own[3 * i] = quint8(qRed(colour));
            raster.own[3 * i + 1] = quint8(qGreen(colour));
            raster.own[3 * i + 2] = quint8(qBlue(colour));
        }
    });
    raster.samples = raster.own.data();
    return paintColour(std::move(raster), nullptr, false, presentation.interpolation == Interpolation::Nearest, transform);
}

template <typename T>
QImage paintStored(const Volume& volume, int frame, const Presentation& presentation, const SliceTransform& transform)
{
    return supplementalOf(volume.instance(frame)) ? paintSupplemental<T>(volume, frame, presentation, transform)
                                                  : paintWords<T>(volume, frame, presentation, transform);
}

} // namespace

QImage renderNative(const Volume& volume, const SliceView& view, const Presentation& presentation, const SliceTransform& transform)
{
    if (presentation.subtraction) {
        if (const auto plan = subtractionOf(volume, view.frame, *presentation.subtraction)) {
            const std::vector<float> values = subtractedValues(volume, view.frame, *plan);
            return values.empty() ? QImage() : paintFloats(volume, view.frame, values, presentation, transform);
        }
        // Outside the applicable frames: as it is, with the window of the image.
        Presentation whole = withSubtraction(volume, view.frame, presentation, std::nullopt);
        return renderNative(volume, view, whole, transform);
    }
    switch (volume.sampleType()) {
    case SampleType::UInt8:
        return paintStored<quint8>(volume, view.frame, presentation, transform);
    case SampleType::UInt16:
        return paintStored<quint16>(volume, view.frame, presentation, transform);
    case SampleType::Int16:
        return paintStored<qint16>(volume, view.frame, presentation, transform);
    case SampleType::UInt32:
    case SampleType::Int32:
    case SampleType::Float32:
        return paintFloats(volume, view.frame, volume.frameValues(view.frame), presentation, transform);
    case SampleType::Rgb8:
        break;
    }
    return paintRgb(volume, view.frame, presentation, transform);
}

} // namespace diascope::viewer
