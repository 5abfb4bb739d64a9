#include "viewer/slice/image_layers.h"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

namespace diascope::viewer
{

namespace
{

using Mask = std::vector<quint8>;
constexpr int shutterKey = 0; ///< else an overlay's group
constexpr QRgb overlayColour = qRgb(0x6f, 0xd0, 0xe6);

/// Masks of the last images: scrolling asks for them frame by frame.
template <typename Make>
std::shared_ptr<const Mask> kept(const Instance& instance, int what, const Make& make)
{
    struct Entry
    {
        std::shared_ptr<const ImageModules> modules; // keeps its address
        int frame;
        int what;
        std::shared_ptr<const Mask> mask;
    };
    static std::mutex mutex;
    static std::vector<Entry> entries;
    {
        const std::lock_guard lock(mutex);
        for (const Entry& entry : entries)
            if (entry.modules == instance.modules && entry.frame == instance.frame && entry.what == what)
                return entry.mask;
    }
    auto mask = make();
    if (!mask && what != shutterKey)
        return nullptr; // the file may be there again the next time
    const std::lock_guard lock(mutex);
    if (entries.size() >= 8)
        entries.erase(entries.begin());
    entries.push_back({instance.modules, instance.frame, what, mask});
    return mask;
}

std::shared_ptr<const Mask> overlayMask(const Instance& instance, const OverlayPlane& overlay)
{
    return kept(instance, overlay.group, [&]() -> std::shared_ptr<const Mask> {
        auto bits = overlayBits(overlay, instance.layout, instance.frame);
        return bits ? std::make_shared<const Mask>(std::move(*bits)) : nullptr;
    });
}

/// Covers the columns of one row that lie outside the polygon; its edges are inside (even-odd).
void coverOutside(const std::vector<Shutter::Vertex>& polygon, int row, std::span<quint8> covered)
{
    std::vector<double> crossings;
    std::vector<std::pair<double, double>> visible;
    for (size_t i = 0, j = polygon.size() - 1; i < polygon.size(); j = i++) {
        const Shutter::Vertex& a = polygon[j];
        const Shutter::Vertex& b = polygon[i];
        if (a.row == row && b.row == row)
            visible.emplace_back(std::min(a.column, b.column), std::max(a.column, b.column));
        else if (std::min(a.row, b.row) <= row && row <= std::max(a.row, b.row)) {
            const double at = a.column + (row - a.row) * (b.column - a.column) / (b.row - a.row);
            visible.emplace_back(at, at);
            if ((a.row > row) != (b.row > row))
                crossings.push_back(at);
        }
    }
    std::sort(crossings.begin(), crossings.end());
    for (size_t i = 0; i + 1 < crossings.size(); i += 2)
        visible.emplace_back(crossings[i], crossings[i + 1]);
    std::vector<quint8> inside(covered.size());
    const double last = double(covered.size()) - 1;
    for (const auto& [from, to] : visible) {
        const double first = std::max(0.0, std::ceil(from - 1e-9));
        for (double column = first; column <= std::min(last, std::floor(to + 1e-9)); ++column)
            inside[size_t(column)] = 1;
    }
    for (size_t i = 0; i < covered.size(); ++i)
        covered[i] |= !inside[i];
}

std::shared_ptr<const Mask> makeShutterMask(const Instance& instance)
{
    const Shutter& shutter = instance.modules->shutterOf(instance.frame);
    const int rows = instance.pixels.rows;
    const int columns = instance.pixels.columns;
    auto mask = std::make_shared<Mask>(size_t(rows) * size_t(columns));
    std::shared_ptr<const Mask> bitmap;
    const OverlayPlane* overlay = nullptr;
    if (shutter.overlayGroup)
        for (const OverlayPlane& plane : instance.modules->overlays)
            if (plane.group == *shutter.overlayGroup && (bitmap = overlayMask(instance, plane)))
                overlay = &plane;
    for (int row = 0; row < rows; ++row) {
        const std::span<quint8> line(mask->data() + size_t(row) * size_t(columns), size_t(columns));
        for (int column = 0; column < columns; ++column) {
            bool isCovered = false;
            if (const auto& r = shutter.rectangle)
                isCovered = column < r->left || column > r->right || row < r->top || row > r->bottom;
            // A circle in the world: rows count as much as their height (C.7.6.11, radius along the row).
            if (const auto& c = shutter.circle; c && !isCovered)
                isCovered = std::hypot(column - c->column, (row - c->row) * instance.pixelAspect) > c->radius + 1e-9;
            if (overlay && !isCovered) {
                const int r = row - overlay->firstRow;
                const int c = column - overlay->firstColumn;
                isCovered = r >= 0 && c >= 0 && r < overlay->rows && c < overlay->columns && (*bitmap)[size_t(r) * size_t(overlay->columns) + size_t(c)];
            }
            line[size_t(column)] = isCovered;
        }
        if (!shutter.polygon.empty())
            coverOutside(shutter.polygon, row, line);
    }
    const bool hidesNothing = std::none_of(mask->begin(), mask->end(), [](quint8 v) { return v; });
    const bool hidesAll = std::all_of(mask->begin(), mask->end(), [](quint8 v) { return v; });
    return hidesNothing || hidesAll ? nullptr : mask;
}

struct Range
{
    int first;
    int last;
};

/// Which pixels of the image a screen pixel shows: its nearest, or all it covers. Turned by quarters only, each axis of the
/// screen runs along one of the image.
class Cover
{
public:
    Cover(const SliceTransform& transform, QSize size)
    {
        const QTransform toImage = transform.imageToScreen().inverted();
        m_isTurned = std::abs(toImage.m11()) < std::abs(toImage.m12());
        for (int x = 0; x < size.width(); ++x)
            m_alongX.push_back(m_isTurned ? range(toImage.m12(), toImage.dy(), x) : range(toImage.m11(), toImage.dx(), x));
        for (int y = 0; y < size.height(); ++y)
            m_alongY.push_back(m_isTurned ? range(toImage.m21(), toImage.dx(), y) : range(toImage.m22(), toImage.dy(), y));
    }
    /// The screen's x runs along the image's rows, not along its columns.
    bool isTurned() const { return m_isTurned; }
    Range alongX(int x) const { return m_alongX[size_t(x)]; }
    Range alongY(int y) const { return m_alongY[size_t(y)]; }

private:
    static Range range(double scale, double offset, int at)
    {
        const double one = scale * at + offset;
        const double other = scale * (at + 1) + offset;
        const double low = std::clamp(std::min(one, other), -1e8, 1e8);
        const double high = std::clamp(std::max(one, other), -1e8, 1e8);
        const int nearest = int(std::floor((low + high) / 2 + 0.5 + 1e-9));
        if (high - low <= 1)
            return {nearest, nearest};
        return {std::min(nearest, int(std::ceil(low - 1e-9))), std::max(nearest, int(std::ceil(high - 1e-9)) - 1)};
    }

    bool m_isTurned;
    std::vector<Range> m_alongX;
    std::vector<Range> m_alongY;
};

QRgb mixed(QRgb under, QRgb over, double part)
{
    const auto mix = [part](int a, int b) { return int(std::lround(a + (b - a) * part)); };
    return qRgb(mix(qRed(under), qRed(over)), mix(qGreen(under), qGreen(over)), mix(qBlue(under), qBlue(over)));
}

/// Where the screen's pixels of `area` show a pixel of the overlay, with a border of one: stride area.width() + 2.
std::vector<quint8> screenMask(const OverlayPlane& overlay, const Mask& mask, const QRect& area, const Cover& cover)
{
    const size_t stride = size_t(area.width()) + 2;
    std::vector<quint8> on(stride * (size_t(area.height()) + 2));
    const bool isTurned = cover.isTurned();
    // Along the screen's y runs one axis of the overlay, along its x the other.
    const int alongX = isTurned ? overlay.rows : overlay.columns;
    const int alongY = isTurned ? overlay.columns : overlay.rows;
    const int firstX = isTurned ? overlay.firstRow : overlay.firstColumn;
    const int firstY = isTurned ? overlay.firstColumn : overlay.firstRow;
    const size_t stepX = isTurned ? size_t(overlay.columns) : 1;
    const size_t stepY = isTurned ? 1 : size_t(overlay.columns);
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, area.height(), 16), [&](const auto& lines) {
        std::vector<quint8> any(static_cast<size_t>(alongX));
        Range made{0, -1};
        bool isEmpty = true;
        for (int y = lines.begin(); y < lines.end(); ++y) {
            const Range covered = cover.alongY(area.y() + y);
            const Range range{std::max(0, covered.first - firstY), std::min(alongY - 1, covered.last - firstY)};
            if (range.first > range.last)
                continue;
            if (range.first != made.first || range.last != made.last) {
                std::fill(any.begin(), any.end(), quint8(0));
                for (int line = range.first; line <= range.last; ++line) {
                    const quint8* from = mask.data() + size_t(line) * stepY;
                    for (size_t i = 0; i < any.size(); ++i)
                        any[i] |= from[i * stepX];
                }
                made = range;
                isEmpty = !std::memchr(any.data(), 1, any.size());
            }
            if (isEmpty)
                continue;
            quint8* to = on.data() + (size_t(y) + 1) * stride + 1;
            for (int x = 0; x < area.width(); ++x) {
                const Range along = cover.alongX(area.x() + x);
                const int last = std::min(alongX - 1, along.last - firstX);
                for (int i = std::max(0, along.first - firstX); i <= last; ++i)
                    to[x] |= any[size_t(i)];
            }
        }
    });
    return on;
}

bool isBlank(const quint8* eight)
{
    quint64 all;
    std::memcpy(&all, eight, sizeof all);
    return all == 0;
}

void paintOne(QImage& image, const OverlayPlane& overlay, const Mask& mask, const SliceTransform& transform, const Cover& cover)
{
    const QRectF place = transform.imageToScreen().mapRect(QRectF(overlay.firstColumn - 0.5, overlay.firstRow - 0.5, overlay.columns, overlay.rows));
    const QRect area = place.toAlignedRect().adjusted(-1, -1, 1, 1).intersected(image.rect());
    if (area.isEmpty())
        return;
    const std::vector<quint8> on = screenMask(overlay, mask, area, cover);
    const size_t stride = size_t(area.width()) + 2;
    uchar* bits = image.bits();
    const qsizetype bytesPerLine = image.bytesPerLine();
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, area.height(), 16), [&](const auto& lines) {
        for (int y = lines.begin(); y < lines.end(); ++y) {
            const quint8* middle = on.data() + (size_t(y) + 1) * stride + 1;
            const quint8* above = middle - stride;
            const quint8* below = middle + stride;
            if (!std::memchr(above - 1, 1, 3 * stride))
                continue;
            auto* line = reinterpret_cast<QRgb*>(bits + bytesPerLine * (area.y() + y)) + area.x();
            for (int x = 0; x < area.width(); ++x) {
                // Most of an image lies under no overlay: eight pixels at once.
                if (x + 9 <= area.width() && isBlank(above + x) && isBlank(middle + x - 1) && isBlank(middle + x + 1) && isBlank(below + x)) {
                    x += 7;
                    continue;
                }
                if (middle[x]) { // a region keeps the image visible inside
                    const bool isWithin = middle[x - 1] && middle[x + 1] && above[x] && below[x];
                    line[x] = mixed(line[x], overlayColour, overlay.isRoi && isWithin ? 0.2 : 1);
                } else if (middle[x - 1] | middle[x + 1] | above[x] | below[x]) {
                    line[x] = mixed(line[x], qRgb(0, 0, 0), 0.6);
                }
            }
        }
    });
}

} // namespace

std::shared_ptr<const std::vector<quint8>> shutterMask(const Instance& instance)
{
    if (!instance.modules || instance.modules->shutterOf(instance.frame).isEmpty())
        return nullptr;
    return kept(instance, shutterKey, [&] { return makeShutterMask(instance); });
}

bool hasShutter(const Instance& instance) { return instance.modules && !instance.modules->shutterOf(instance.frame).isEmpty(); }
bool hasOverlayPlanes(const Instance& instance) { return instance.modules && !instance.modules->overlays.empty(); }

void applyShutter(QImage& image, const Instance& instance, const SliceTransform& transform)
{
    const auto mask = shutterMask(instance);
    if (!mask)
        return;
    const Shutter& shutter = instance.modules->shutterOf(instance.frame);
    const bool isGrey = shutter.red == shutter.green && shutter.green == shutter.blue;
    if (image.format() != QImage::Format_RGB32 && !isGrey)
        image = image.convertToFormat(QImage::Format_RGB32);
    const Cover cover(transform, image.size());
    const int columns = instance.pixels.columns;
    const int alongX = cover.isTurned() ? instance.pixels.rows : columns;
    const int alongY = cover.isTurned() ? columns : instance.pixels.rows;
    const size_t stepX = cover.isTurned() ? size_t(columns) : 1;
    const size_t stepY = cover.isTurned() ? 1 : size_t(columns);
    const auto middle = [](Range range) { return range.first + (range.last - range.first + 1) / 2; };
    const bool isRgb = image.format() == QImage::Format_RGB32;
    const QRgb colour = qRgb(shutter.red, shutter.green, shutter.blue);
    uchar* bits = image.bits();
    const qsizetype bytesPerLine = image.bytesPerLine();
    const int width = image.width();
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, image.height(), 16), [&](const auto& lines) {
        for (int y = lines.begin(); y < lines.end(); ++y) {
            const int across = middle(cover.alongY(y));
            if (across < 0 || across >= alongY)
                continue;
            const quint8* covered = mask->data() + size_t(across) * stepY;
            uchar* line = bits + bytesPerLine * y;
            for (int x = 0; x < width; ++x) {
                const int along = middle(cover.alongX(x));
                if (along < 0 || along >= alongX || !covered[size_t(along) * stepX])
                    continue;
                if (isRgb)
                    reinterpret_cast<QRgb*>(line)[x] = colour;
                else
                    line[x] = shutter.red;
            }
        }
    });
}

void paintOverlayPlanes(QImage& image, const Instance& instance, bool isShutterShown, const SliceTransform& transform)
{
    if (!hasOverlayPlanes(instance))
        return;
    const Shutter& shutter = instance.modules->shutterOf(instance.frame);
    std::optional<Cover> cover;
    for (const OverlayPlane& overlay : instance.modules->overlays) {
        if (isShutterShown && shutter.overlayGroup == overlay.group)
            continue;
        const auto mask = overlayMask(instance, overlay);
        if (!mask)
            continue;
        if (image.format() != QImage::Format_RGB32)
            image = image.convertToFormat(QImage::Format_RGB32);
        if (!cover)
            cover.emplace(transform, image.size());
        paintOne(image, overlay, *mask, transform, *cover);
    }
}

} // namespace diascope::viewer
