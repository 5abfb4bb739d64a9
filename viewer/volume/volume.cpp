#include "viewer/volume/volume.h"
#include "viewer/volume/resample.h"
#include "viewer/volume/volume_data.h"
#include <algorithm>
#include <cstring>
#include <limits>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

std::optional<VolumeGrid> gridOf(const Stack& stack)
{
    if (!stack.canReslice)
        return std::nullopt;
    if (stack.needsResampling)
        return regularGrid(stack);
    const PlaneGeometry& first = *stack.instances.front().plane;
    const PlaneGeometry& last = *stack.instances[size_t(stack.sliceCount - 1)].plane;
    VolumeGrid grid;
    grid.originLps = first.originLps;
    grid.columnStep = first.rowDirection * first.spacingMm.column;
    grid.rowStep = first.columnDirection * first.spacingMm.row;
    grid.sliceStep = (last.originLps - first.originLps) / (stack.sliceCount - 1);
    if (stack.isVolume) // rounding of positions must not shear what is straight
        grid.sliceStep = first.normal() * dot(grid.sliceStep, first.normal());
    grid.columns = stack.columns;
    grid.rows = stack.rows;
    grid.slices = stack.sliceCount;
    return grid;
}

double storedValue(SampleType type, std::span<const std::byte> bytes, size_t index)
{
    const auto get = [&]<typename T>(T) {
        T value;
        std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
        return double(value);
    };
    switch (type) {
    case SampleType::UInt8:
        return get(quint8{});
    case SampleType::UInt16:
        return get(quint16{});
    case SampleType::Int16:
        return get(qint16{});
    case SampleType::UInt32:
        return get(quint32{});
    case SampleType::Int32:
        return get(qint32{});
    case SampleType::Float32:
        return get(float{});
    case SampleType::Rgb8:
        return 0.299 * double(bytes[index * 3]) + 0.587 * double(bytes[index * 3 + 1]) + 0.114 * double(bytes[index * 3 + 2]);
    }
    return 0;
}

} // namespace

Vec3 VolumeGrid::toVoxel(Vec3 pointLps) const
{
    const Vec3 v = pointLps - originLps;
    const double volume = dot(columnStep, cross(rowStep, sliceStep));
    return {dot(v, cross(rowStep, sliceStep)) / volume, dot(v, cross(sliceStep, columnStep)) / volume,
            dot(v, cross(columnStep, rowStep)) / volume};
}

double VolumeGrid::smallestSpacingMm() const { return std::min({norm(columnStep), norm(rowStep), norm(sliceStep)}); }

Result<std::shared_ptr<Volume::Data>> Volume::Data::create(Stack stack, SampleType type)
{
    if (stack.instances.empty() || stack.rows < 1 || stack.columns < 1)
        return fail(Fault::Invalid, tr("there are no images"));
    auto data = std::make_shared<Data>();
    data->type = type;
    data->frameBytes = qint64(stack.rows) * stack.columns * bytesPerPixel(type);
    const __int128 total = __int128(data->frameBytes) * qint64(stack.instances.size());
    if (total >= __int128(1) << 46)
        return fail(Fault::Unsupported, tr("there is not enough memory for %1 images").arg(stack.instances.size()));
    auto block = FrameMemory::reserve(qint64(total) + 64); // loops read a few bytes past the end
    if (!block)
        return std::unexpected(block.error());
    data->block = std::move(*block);
    data->grid = gridOf(stack);
    data->stack = std::move(stack);
    return data;
}

void Volume::Data::keepNear(int wanted) const
{
    const qint64 from = std::max(0, wanted - nearFrames());
    const qint64 end = std::min<qint64>(stack.frameCount(), qint64(wanted) + nearFrames() + 1);
    block.letGo(0, from * frameBytes);
    block.letGo(end * frameBytes, (stack.frameCount() - end) * frameBytes);
}

void Volume::Data::letGoUnlessNear(int n, int wanted) const
{
    if (std::abs(n - wanted) > nearFrames())
        block.letGo(n * frameBytes, frameBytes);
}

Volume::Volume(std::shared_ptr<const Snapshot> snapshot) : m_snapshot(std::move(snapshot)) {}

Result<std::shared_ptr<const Volume>> Volume::fromPixels(Stack stack, SampleType type, std::vector<std::byte> pixels)
{
    auto data = Data::create(std::move(stack), type);
    if (!data)
        return std::unexpected(data.error());
    const size_t frames = (*data)->stack.instances.size();
    if (pixels.size() != size_t((*data)->frameBytes) * frames)
        return fail(Fault::Invalid, tr("the pixels do not fit the stack"));
    std::memcpy((*data)->block.data(), pixels.data(), pixels.size());
    return complete(*data);
}

std::shared_ptr<const Volume> Volume::complete(std::shared_ptr<Data> data)
{
    const size_t frames = data->stack.instances.size();
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->data = std::move(data);
    snapshot->loaded.assign(frames, true);
    snapshot->errors = std::make_shared<const std::vector<std::optional<Error>>>(frames);
    snapshot->loadedCount = int(frames);
    return std::shared_ptr<const Volume>(new Volume(std::move(snapshot)));
}

const Stack& Volume::stack() const { return m_snapshot->data->stack; }
const Instance& Volume::instance(int frame) const { return stack().instances[size_t(frame)]; }
SampleType Volume::sampleType() const { return m_snapshot->data->type; }
int Volume::rows() const { return stack().rows; }
int Volume::columns() const { return stack().columns; }
int Volume::frameCount() const { return stack().frameCount(); }
int Volume::sliceCount() const { return stack().sliceCount; }
int Volume::phaseCount() const { return stack().phaseCount; }
qint64 Volume::pixelBytes() const { return m_snapshot->data->frameBytes * frameCount(); }
bool Volume::isLoaded(int frame) const { return frame >= 0 && frame < frameCount() && m_snapshot->loaded[size_t(frame)]; }
int Volume::loadedCount() const { return m_snapshot->loadedCount; }
int Volume::failedCount() const { return m_snapshot->failedCount; }

std::optional<Error> Volume::error(int frame) const
{
    return frame >= 0 && frame < frameCount() ? (*m_snapshot->errors)[size_t(frame)] : std::nullopt;
}

std::span<const std::byte> Volume::storedBytes(int frame) const
{
    return isLoaded(frame) ? m_snapshot->data->frame(frame) : std::span<const std::byte>();
}

std::optional<double> Volume::storedAt(int frame, int column, int row) const
{
    if (!isLoaded(frame) || column < 0 || row < 0 || column >= columns() || row >= rows())
        return std::nullopt;
    return storedValue(sampleType(), m_snapshot->data->frame(frame), size_t(row) * size_t(columns()) + size_t(column));
}

bool Volume::isPadding(int frame, double stored) const
{
    const auto& padding = instance(frame).pixels.padding;
    return padding && padding->contains(stored);
}

bool Volume::isColourCode(int frame, double stored) const
{
    const auto& layout = instance(frame).layout;
    return layout && layout->supplemental && !isColour() && stored >= layout->supplemental->firstMapped && !isPadding(frame, stored);
}

std::optional<double> Volume::valueAt(int frame, int column, int row) const
{
    const auto stored = storedAt(frame, column, row);
    if (!stored || isColour() || isPadding(frame, *stored) || isColourCode(frame, *stored))
        return std::nullopt;
    const double value = instance(frame).modalityTransform.apply(*stored);
    return std::isfinite(value) ? std::optional(value) : std::nullopt; // floats hold "no number" too
}

/// (column, row, slice) among the acquired slices.
Vec3 Volume::toVoxel(Vec3 pointLps) const
{
    if (!stack().needsResampling)
        return m_snapshot->data->grid->toVoxel(pointLps);
    const PlaneGeometry& first = *instance(0).plane;
    const Vec3 normal = first.normal();
    int below = 0; // the slice below the point, or the one next to it
    while (below + 2 < sliceCount() && dot(pointLps - instance(below + 1).plane->originLps, normal) >= 0)
        ++below;
    const Vec3 from = instance(below).plane->originLps;
    const Vec3 step = instance(below + 1).plane->originLps - from;
    const double part = dot(pointLps - from, normal) / dot(step, normal);
    const Vec3 inPlane = pointLps - from - step * part;
    return {dot(inPlane, first.rowDirection) / first.spacingMm.column, dot(inPlane, first.columnDirection) / first.spacingMm.row, below + part};
}

std::optional<double> Volume::valueAt(Vec3 pointLps, int phase) const
{
    if (!m_snapshot->data->grid || isColour() || phase < 0 || phase >= phaseCount())
        return std::nullopt;
    const Vec3 voxel = toVoxel(pointLps);
    // A point on the outermost samples may be off by rounding.
    const auto inside = [](double at, int count) { return at > -1e-6 && at < count - 1 + 1e-6; };
    if (!inside(voxel.x, columns()) || !inside(voxel.y, rows()) || !inside(voxel.z, sliceCount()))
        return std::nullopt;
    const auto cell = [](double at, int count) { return std::clamp(int(std::floor(at)), 0, std::max(0, count - 2)); };
    const int x = cell(voxel.x, columns());
    const int y = cell(voxel.y, rows());
    const int z = cell(voxel.z, sliceCount());
    const double fx = std::clamp(voxel.x - x, 0.0, 1.0);
    const double fy = std::clamp(voxel.y - y, 0.0, 1.0);
    const double fz = std::clamp(voxel.z - z, 0.0, 1.0);
    double sum = 0;
    for (int corner = 0; corner < 8; ++corner) {
        const int dx = corner & 1;
        const int dy = corner >> 1 & 1;
        const int dz = corner >> 2;
        const double weight = (dx ? fx : 1 - fx) * (dy ? fy : 1 - fy) * (dz ? fz : 1 - fz);
        if (weight == 0)
            continue;
        const auto value = valueAt(stack().frameOf(z + dz, phase), x + dx, y + dy);
        if (!value)
            return std::nullopt;
        sum += weight * *value;
    }
    return sum;
}

std::vector<float> Volume::frameValues(int frame) const
{
    if (!isLoaded(frame) || isColour())
        return {};
    const auto bytes = m_snapshot->data->frame(frame);
    const auto& transform = instance(frame).modalityTransform;
    const auto& padding = instance(frame).pixels.padding;
    std::vector<float> values(size_t(rows()) * size_t(columns()));
    for (size_t i = 0; i < values.size(); ++i) {
        const double stored = storedValue(sampleType(), bytes, i);
        values[i] = padding && padding->contains(stored) ? std::numeric_limits<float>::quiet_NaN() : float(transform.apply(stored));
    }
    return values;
}

QString Volume::unit(int frame) const { return instance(frame).modalityTransform.unit; }
std::optional<PlaneGeometry> Volume::plane(int frame) const { return instance(frame).plane; }
std::optional<VolumeGrid> Volume::grid() const { return m_snapshot->data->grid; }

Result<std::shared_ptr<const Volume>> Volume::regular() const
{
    if (stack().isVolume)
        return std::shared_ptr<const Volume>(new Volume(m_snapshot));
    if (!stack().canReslice)
        return fail(Fault::Unsupported, stack().whyNoVolume);
    if (!isComplete())
        return fail(Fault::NotFound, tr("the images are not all loaded yet"));
    const std::lock_guard lock(m_snapshot->regularMutex);
    if (!m_snapshot->regular)
        m_snapshot->regular = resampled(*this);
    return *m_snapshot->regular;
}

std::optional<int> Volume::nearestFrame(Vec3 pointLps, int phase) const
{
    std::optional<int> nearest;
    double least = std::numeric_limits<double>::infinity();
    for (int slice = 0; slice < sliceCount() && phase < phaseCount(); ++slice) {
        const int frame = stack().frameOf(slice, phase);
        const auto& plane = instance(frame).plane;
        if (!plane)
            return std::nullopt;
        if (const double distance = std::abs(plane->distanceMm(pointLps)); distance < least) {
            least = distance;
            nearest = frame;
        }
    }
    return nearest;
}

std::optional<Volume::Range> Volume::valueRange() const
{
    std::call_once(m_snapshot->rangeOnce, [this] {
        if (isColour())
            return;
        Range range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
        const int step = std::max(1, loadedCount() / 64); // enough frames to know the span
        int loaded = 0;
        const size_t count = size_t(rows()) * size_t(columns());
        for (int frame = 0; frame < frameCount(); ++frame) {
            if (!isLoaded(frame) || loaded++ % step != 0)
                continue;
            const auto bytes = m_snapshot->data->frame(frame);
            double low = std::numeric_limits<double>::infinity();
            double high = -low;
            for (size_t i = 0; i < count; ++i) {
                const double stored = storedValue(sampleType(), bytes, i);
                if (!isPadding(frame, stored) && std::isfinite(stored)) {
                    low = std::min(low, stored);
                    high = std::max(high, stored);
                }
            }
            if (low > high)
                continue;
            const double a = instance(frame).modalityTransform.apply(low);
            const double b = instance(frame).modalityTransform.apply(high);
            range.low = std::min({range.low, a, b});
            range.high = std::max({range.high, a, b});
        }
        if (range.low <= range.high)
            m_snapshot->range = range;
    });
    return m_snapshot->range;
}

} // namespace diascope::viewer
