#include "viewer/slice/mpr_renderer.h"
#include "viewer/slice/colour_transform.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/mpr_span.h"
#include <algorithm>
#include <limits>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Slice", text); }

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

/// The screen in voxel coordinates, and the samples of the slab.
struct Sampling
{
    Vec3 corner; ///< voxel of the centre of screen pixel (0,0)
    Vec3 right;
    Vec3 down;
    Vec3 through; ///< from one sample of the slab to the next
    int samples = 1;

    VoxelLine line(int y, int sample) const
    {
        const Vec3 start = corner + down * y + through * (sample - (samples - 1) / 2.0);
        return {{start.x, start.y, start.z}, {right.x, right.y, right.z}};
    }
};

Sampling samplingOf(const VolumeGrid& grid, const SliceView& view, const SliceTransform& transform)
{
    const auto voxelAt = [&](QPointF screenPx) { return grid.toVoxel(*transform.toPatient(screenPx)); };
    Sampling sampling;
    sampling.corner = voxelAt({0.5, 0.5});
    sampling.right = voxelAt({1.5, 0.5}) - sampling.corner;
    sampling.down = voxelAt({0.5, 1.5}) - sampling.corner;
    if (view.slabMm > 0) {
        // A sample at least every voxel: no bright vessel slips between two.
        const int intervals = std::max(1, int(std::ceil(view.slabMm / grid.smallestSpacingMm() - 1e-6)));
        sampling.samples = std::min(intervals + 1, 2000);
        const Vec3 stepMm = view.mpr->normal() * (view.slabMm / (sampling.samples - 1));
        sampling.through = grid.toVoxel(grid.originLps + stepMm);
    }
    return sampling;
}

/// Whether one table from stored values serves all slices: then 16-bit values are sampled as they lie in memory.
bool isUniform(const Volume& volume, int phase, Interpolation interpolation)
{
    const bool isWord = volume.sampleType() == SampleType::Int16 || volume.sampleType() == SampleType::UInt16;
    if (!isWord || interpolation != Interpolation::Linear)
        return false;
    const ModalityTransform& first = volume.instance(volume.stack().frameOf(0, phase)).modalityTransform;
    for (int slice = 0; slice < volume.sliceCount(); ++slice) {
        const int frame = volume.stack().frameOf(slice, phase);
        const Instance& instance = volume.instance(frame);
        const ModalityTransform& transform = instance.modalityTransform;
        if (!volume.isLoaded(frame) || instance.pixels.padding || transform.table || transform.slope <= 0 || supplementalOf(instance) ||
            transform.slope != first.slope || transform.intercept != first.intercept)
            return false;
    }
    return true;
}

/// The stored value where samples are of at most 16 bits and the frame is loaded.
std::optional<int> storedAt(const Volume& volume, int frame, int x, int y)
{
    if (!volume.isLoaded(frame))
        return std::nullopt;
    const size_t at = size_t(y) * size_t(volume.columns()) + size_t(x);
    switch (volume.sampleType()) {
    case SampleType::UInt8:
        return volume.stored<quint8>(frame)[at];
    case SampleType::UInt16:
        return volume.stored<quint16>(frame)[at];
    case SampleType::Int16:
        return volume.stored<qint16>(frame)[at];
    default:
        return std::nullopt;
    }
}

/// A code of the supplemental palette: no value that could be mixed with others (PIX-10).
bool isColoured(const Volume& volume, int frame, int x, int y)
{
    const auto stored = storedAt(volume, frame, x, y);
    return stored && volume.isColourCode(frame, *stored);
}

/// Any type, rescale per slice (PIX-04), padding, missing slices and supplemental colours left out: modality values.
class GeneralSampler
{
public:
    GeneralSampler(const Volume& volume, int phase, Interpolation interpolation)
        : m_volume(volume), m_phase(phase), m_isNearest(interpolation == Interpolation::Nearest)
    {
    }

    float operator()(double x, double y, double z) const
    {
        x = std::clamp(x, 0.0, double(m_volume.columns() - 1));
        y = std::clamp(y, 0.0, double(m_volume.rows() - 1));
        z = std::clamp(z, 0.0, double(m_volume.sliceCount() - 1));
        if (m_isNearest)
            return value(int(x + 0.5), int(y + 0.5), int(z + 0.5));
        const int cx = std::min(int(x), std::max(0, m_volume.columns() - 2));
        const int cy = std::min(int(y), std::max(0, m_volume.rows() - 2));
        const int cz = std::min(int(z), std::max(0, m_volume.sliceCount() - 2));
        const double f[3] = {x - cx, y - cy, z - cz};
        double sum = 0;
        double weights = 0;
        for (int corner = 0; corner < 8; ++corner) {
            const int d[3] = {corner & 1, corner >> 1 & 1, corner >> 2};
            double weight = 1;
            for (int axis = 0; axis < 3; ++axis)
                weight *= d[axis] ? f[axis] : 1 - f[axis];
            if (weight <= 0)
                continue;
            const float v = value(cx + d[0], cy + d[1], cz + d[2]);
            if (std::isnan(v))
                continue;
            sum += weight * double(v);
            weights += weight;
        }
        // Mostly padding around it: it is padding (PIX-08). Just half way the last digits would decide, pixel by pixel.
        return weights < 0.5 - 1e-6 ? nothing : float(sum / weights);
    }

private:
    float value(int x, int y, int z) const
    {
        const int frame = m_volume.stack().frameOf(z, m_phase);
        const auto value = m_volume.valueAt(frame, x, y);
        return value ? float(*value) : nothing;
    }

    const Volume& m_volume;
    int m_phase;
    bool m_isNearest;
};

void sampleGeneral(const GeneralSampler& sampler, const VoxelLine& line, Span span, Blend blend, std::vector<float>& row,
                   std::vector<float>& counts)
{
    for (int i = span.from; i < span.to; ++i) {
        const float v = sampler(line.start[0] + i * line.step[0], line.start[1] + i * line.step[1], line.start[2] + i * line.step[2]);
        if (std::isnan(v))
            continue;
        float& to = row[size_t(i)];
        if (blend == Blend::Mean) {
            to += v;
            counts[size_t(i)] += 1;
        } else {
            to = std::isnan(to) ? v : blend == Blend::Maximum ? std::max(to, v) : std::min(to, v);
        }
    }
}

/// Where the voxel nearest to a screen pixel has a supplemental colour, that colour.
void paintColoured(QImage& image, const Volume& volume, int phase, const Sampling& sampling, const int (&size)[3])
{
    std::vector<std::shared_ptr<const ColourTransform>> profiles;
    for (int slice = 0; slice < size[2]; ++slice)
        profiles.push_back(colourTransformOf(volume.instance(volume.stack().frameOf(slice, phase))).value_or(nullptr));
    uchar* bits = image.bits();
    const qsizetype stride = image.bytesPerLine();
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, image.height(), 8), [&](const auto& rows) {
        for (int y = rows.begin(); y < rows.end(); ++y) {
            const VoxelLine line = sampling.line(y, 0);
            const Span span = clip(line, size, image.width());
            auto* to = reinterpret_cast<QRgb*>(bits + stride * y);
            for (int i = span.from; i < span.to; ++i) {
                int voxel[3];
                for (int axis = 0; axis < 3; ++axis)
                    voxel[axis] = std::clamp(int(std::floor(line.start[axis] + i * line.step[axis] + 0.5)), 0, size[axis] - 1);
                const int frame = volume.stack().frameOf(voxel[2], phase);
                if (!isColoured(volume, frame, voxel[0], voxel[1]))
                    continue;
                const auto& rgb = (*supplementalOf(volume.instance(frame)))(*storedAt(volume, frame, voxel[0], voxel[1]));
                to[i] = qRgb(rgb[0], rgb[1], rgb[2]);
                if (const auto& profile = profiles[size_t(voxel[2])])
                    profile->apply(to + i, 1);
            }
        }
    });
}

} // namespace

Result<QImage> renderMpr(const Volume& volume, const SliceView& view, const Presentation& presentation, const SliceTransform& transform)
{
    const auto grid = volume.grid();
    if (!grid)
        return fail(Fault::Unsupported, volume.stack().whyNoVolume);
    if (volume.isColour())
        return fail(Fault::Unsupported, tr("planes through colour images are not offered"));
    const int phase = std::clamp(view.frame / volume.sliceCount(), 0, volume.phaseCount() - 1);
    const int firstFrame = volume.stack().frameOf(0, phase);
    const Sampling sampling = samplingOf(*grid, view, transform);
    const int size[3] = {grid->columns, grid->rows, grid->slices};
    const bool isFast = isUniform(volume, phase, presentation.interpolation);
    const Blend blend = sampling.samples > 1 ? view.blend : Blend::Maximum;

    const VoxelBlock block{isFast ? volume.storedBytes(firstFrame).data() : nullptr, volume.sampleType() == SampleType::Int16, size[0], size[1], size[2]};
    const GeneralSampler general(volume, phase, presentation.interpolation);
    const Instance& instance = volume.instance(firstFrame);
    const GreyFunction grey(instance, presentation);
    const auto table = isFast ? GreyTable::of(instance, volume.sampleType(), presentation) : nullptr;

    QImage image(transform.sizePx(), QImage::Format_Grayscale8);
    const int width = image.width();
    const int height = image.height();
    uchar* bits = image.bits();
    const qsizetype stride = image.bytesPerLine();
    oneapi::tbb::parallel_for(oneapi::tbb::blocked_range<int>(0, height, 8), [&](const auto& rows) {
        std::vector<float> row;
        std::vector<float> counts;
        for (int y = rows.begin(); y < rows.end(); ++y) {
            row.assign(size_t(width), blend == Blend::Mean ? 0.0f : nothing);
            if (blend == Blend::Mean)
                counts.assign(size_t(width), 0.0f);
            for (int sample = 0; sample < sampling.samples; ++sample) {
                const VoxelLine line = sampling.line(y, sample);
                const Span span = clip(line, size, width);
                if (!isFast) {
                    sampleGeneral(general, line, span, blend, row, counts);
                    continue;
                }
                sampleSpan(block, line, span, blend, row.data());
                if (blend == Blend::Mean)
                    for (int x = span.from; x < span.to; ++x)
                        counts[size_t(x)] += 1;
            }
            uchar* to = bits + stride * y;
            for (int x = 0; x < width; ++x) {
                float v = row[size_t(x)];
                if (blend == Blend::Mean)
                    v /= counts[size_t(x)]; // of none: 0 / 0 is nothing
                to[x] = std::isnan(v) ? 0 : isFast ? (*table)[int(std::floor(v + 0.5f))] : grey(double(v));
            }
        }
    });
    if (!supplementalOf(instance))
        return image;
    if (presentation.colourMap)
        image = coloured(image, *presentation.colourMap);
    image = image.convertToFormat(QImage::Format_RGB32);
    if (sampling.samples == 1)
        paintColoured(image, volume, phase, sampling, size);
    return image;
}

} // namespace diascope::viewer
