#include "viewer/volume/resample.h"
#include "viewer/volume/volume_data.h"
#include <algorithm>
#include <atomic>
#include <itkAffineTransform.h>
#include <itkImage.h>
#include <itkImportImageFilter.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>
#include <limits>
#include <oneapi/tbb/parallel_for.h>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

using FloatImage = itk::Image<float, 3>;

constexpr int mostMissing = 5;
constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

/// Where a slice begins in the frame of the first one: mm along row, column and normal.
std::vector<Vec3> originsInPlane(const Stack& stack)
{
    const PlaneGeometry& first = *stack.instances.front().plane;
    std::vector<Vec3> origins;
    for (int slice = 0; slice < stack.sliceCount; ++slice) {
        const Vec3 from = stack.instances[size_t(slice)].plane->originLps - first.originLps;
        origins.push_back({dot(from, first.rowDirection), dot(from, first.columnDirection), dot(from, first.normal())});
    }
    return origins;
}

/// The smallest step that occurs again; the median where none does.
double finestStep(const std::vector<Vec3>& origins)
{
    std::vector<double> steps;
    for (size_t i = 1; i < origins.size(); ++i)
        steps.push_back(origins[i].z - origins[i - 1].z);
    std::sort(steps.begin(), steps.end());
    for (size_t i = 1; i < steps.size(); ++i)
        if (steps[i] - steps[i - 1] <= std::max(0.02, 0.02 * steps[i]))
            return (steps[i] + steps[i - 1]) / 2;
    return steps[steps.size() / 2];
}

/// How the values of the result are stored: as the source's where all slices share one linear rescale and a value is left
/// that says "nothing here"; else modality values.
struct Target
{
    SampleType type = SampleType::Float32;
    bool isStored = false;                                      ///< else modality values
    double outside = double(std::numeric_limits<float>::lowest()); ///< the padding value
};

/// Whether a source pixel has the value, and so cannot mean "nothing here".
template <typename T>
bool isUsed(const Volume& volume, T value)
{
    std::atomic<bool> found = false;
    oneapi::tbb::parallel_for(0, volume.frameCount(), [&](int frame) {
        const auto pixels = volume.stored<T>(frame);
        if (!found && std::find(pixels.begin(), pixels.end(), value) != pixels.end() && !volume.isPadding(frame, value))
            found = true;
    });
    return found;
}

Target targetOf(const Volume& volume)
{
    const ModalityTransform& first = volume.instance(0).modalityTransform;
    for (const Instance& instance : volume.stack().instances)
        if (const ModalityTransform& own = instance.modalityTransform; own.table || own.slope != first.slope || own.intercept != first.intercept)
            return {};
    switch (volume.sampleType()) {
    case SampleType::UInt8:
        return {SampleType::Int16, true, -32768};
    case SampleType::Int16:
        if (!isUsed<qint16>(volume, -32768))
            return {SampleType::Int16, true, -32768};
        break;
    case SampleType::UInt16:
        if (!isUsed<quint16>(volume, 65535))
            return {SampleType::UInt16, true, 65535};
        break;
    default:
        break;
    }
    return {};
}

/// Stored or modality values of a slice; padding and what is not loaded is NaN, and so is all that it would mix into.
void fill(const Volume& volume, int frame, const Target& target, std::span<float> to)
{
    const auto values = volume.frameValues(frame);
    if (values.empty())
        return std::fill(to.begin(), to.end(), nothing);
    const ModalityTransform& transform = volume.instance(frame).modalityTransform;
    for (size_t i = 0; i < to.size(); ++i)
        to[i] = target.isStored ? float((double(values[i]) - transform.intercept) / transform.slope) : values[i];
}

void store(std::span<const float> values, const Target& target, std::span<std::byte> to)
{
    const auto write = [&]<typename T>(T) {
        auto* out = reinterpret_cast<T*>(to.data());
        for (size_t i = 0; i < values.size(); ++i)
            out[i] = std::isnan(values[i]) ? T(target.outside) : std::is_integral_v<T> ? T(std::lround(values[i])) : T(values[i]);
    };
    if (target.type == SampleType::Int16)
        write(qint16{});
    else if (target.type == SampleType::UInt16)
        write(quint16{});
    else
        write(float{});
}

/// What lies between two neighbouring slices is one affine image of the two: `from` and `to` are their origins in the frame
/// of the grid (mm), `pair` their pixels one after the other.
FloatImage::Pointer between(std::vector<float>& pair, const PlaneGeometry& plane, Vec3 from, Vec3 to, const VolumeGrid& grid, int firstSlice, int slices)
{
    const double gap = to.z - from.z;
    using Import = itk::ImportImageFilter<float, 3>;
    const auto import = Import::New();
    Import::RegionType region;
    region.SetSize({itk::SizeValueType(plane.columns), itk::SizeValueType(plane.rows), 2});
    import->SetRegion(region);
    const double spacing[3] = {plane.spacingMm.column, plane.spacingMm.row, gap};
    import->SetSpacing(spacing);
    import->SetImportPointer(pair.data(), pair.size(), false);

    using Affine = itk::AffineTransform<double, 3>;
    const auto toSource = Affine::New();
    Affine::MatrixType matrix;
    matrix.SetIdentity();
    matrix(0, 2) = -(to.x - from.x) / gap;
    matrix(1, 2) = -(to.y - from.y) / gap;
    toSource->SetMatrix(matrix);
    Affine::OutputVectorType offset;
    offset[0] = -from.x - matrix(0, 2) * from.z;
    offset[1] = -from.y - matrix(1, 2) * from.z;
    offset[2] = -from.z;
    toSource->SetOffset(offset);

    using Resample = itk::ResampleImageFilter<FloatImage, FloatImage, double>;
    const auto resample = Resample::New();
    resample->SetNumberOfWorkUnits(1); // the pairs run side by side
    resample->SetInput(import->GetOutput());
    resample->SetTransform(toSource);
    resample->SetInterpolator(itk::LinearInterpolateImageFunction<FloatImage, double>::New());
    resample->SetDefaultPixelValue(nothing);
    const double step = norm(grid.sliceStep);
    const double outSpacing[3] = {plane.spacingMm.column, plane.spacingMm.row, step};
    resample->SetOutputSpacing(outSpacing);
    const double outOrigin[3] = {0, 0, firstSlice * step};
    resample->SetOutputOrigin(outOrigin);
    resample->SetSize({itk::SizeValueType(grid.columns), itk::SizeValueType(grid.rows), itk::SizeValueType(slices)});
    resample->Update();
    return resample->GetOutput();
}

Stack derivedStack(const Volume& source, const VolumeGrid& grid, const Target& target)
{
    Stack stack = source.stack();
    const std::vector<Vec3> origins = originsInPlane(stack);
    stack.instances.clear();
    for (int phase = 0; phase < source.phaseCount(); ++phase)
        for (int slice = 0, nearest = 0; slice < grid.slices; ++slice) {
            const double height = slice * norm(grid.sliceStep);
            while (nearest + 1 < source.sliceCount() && std::abs(origins[size_t(nearest) + 1].z - height) <= std::abs(origins[size_t(nearest)].z - height))
                ++nearest;
            Instance instance = source.instance(source.stack().frameOf(nearest, phase));
            instance.path.clear();
            instance.uid = {};
            instance.instanceNumber.reset();
            instance.layout.reset();
            instance.contentHash.clear();
            instance.imageType = QStringList{"DERIVED", "SECONDARY", "RESAMPLED"};
            instance.frame = 0;
            instance.pixels.frames = 1;
            instance.pixels.rows = grid.rows;
            instance.pixels.columns = grid.columns;
            instance.pixels.padding = PaddingRange{target.outside, target.outside};
            instance.plane->originLps = grid.originLps + grid.sliceStep * slice;
            instance.plane->rows = grid.rows;
            instance.plane->columns = grid.columns;
            if (!target.isStored) {
                const QString unit = instance.modalityTransform.unit;
                instance.modalityTransform = {};
                instance.modalityTransform.unit = unit;
            }
            stack.instances.push_back(std::move(instance));
        }
    stack.sliceCount = grid.slices;
    stack.rows = grid.rows;
    stack.columns = grid.columns;
    stack.sliceSpacingMm = norm(grid.sliceStep);
    stack.gantryTiltDeg = 0;
    stack.isVolume = stack.canReslice = true;
    stack.needsResampling = false;
    stack.whyNoVolume.clear();
    return stack;
}

} // namespace

VolumeGrid regularGrid(const Stack& stack)
{
    const PlaneGeometry& first = *stack.instances.front().plane;
    const std::vector<Vec3> origins = originsInPlane(stack);
    Vec3 low = origins.front();
    Vec3 high = low;
    for (const Vec3 origin : origins) {
        low = {std::min(low.x, origin.x), std::min(low.y, origin.y), 0};
        high = {std::max(high.x, origin.x), std::max(high.y, origin.y), 0};
    }
    constexpr double rounding = 0.02; // of a pixel: positions are written with few digits
    const auto more = [](double mm, double spacing) { return int(std::ceil(mm / spacing - rounding)); };
    VolumeGrid grid;
    grid.columns = stack.columns + std::max(0, more(high.x - low.x, first.spacingMm.column));
    grid.rows = stack.rows + std::max(0, more(high.y - low.y, first.spacingMm.row));
    const double height = origins.back().z;
    const double plane = double(grid.columns) * grid.rows * stack.phaseCount;
    const double most = std::max(1.5 * double(stack.rows) * stack.columns * double(stack.frameCount()), double(1 << 27));
    const double atMost = std::max(double(stack.sliceCount), std::floor(most / plane));
    grid.slices = int(std::min(std::round(height / finestStep(origins)) + 1, atMost));
    grid.originLps = first.originLps + first.rowDirection * low.x + first.columnDirection * low.y;
    grid.columnStep = first.rowDirection * first.spacingMm.column;
    grid.rowStep = first.columnDirection * first.spacingMm.row;
    grid.sliceStep = first.normal() * (height / (grid.slices - 1));
    return grid;
}

QString whyNotResampled(const Stack& stack)
{
    const std::vector<Vec3> origins = originsInPlane(stack);
    const PlaneGeometry& first = *stack.instances.front().plane;
    const auto step = [&](size_t i) { return i > 0 && i < origins.size() ? origins[i].z - origins[i - 1].z : 0; };
    for (size_t i = 1; i < origins.size(); ++i) {
        // A spacing that goes on is another spacing, no gap.
        const double usual = std::max(step(i - 1), step(i + 1));
        if (step(i) > (mostMissing + 1.5) * usual)
            return tr("more than %1 slices are missing between slice %2 and slice %3").arg(mostMissing).arg(i).arg(i + 1);
        const Vec3 shift = origins[i] - origins[i - 1];
        if (std::abs(shift.x) >= first.columns * first.spacingMm.column || std::abs(shift.y) >= first.rows * first.spacingMm.row)
            return tr("slice %1 and slice %2 do not overlap").arg(i).arg(i + 1);
    }
    const VolumeGrid grid = regularGrid(stack);
    if (double(grid.columns) * grid.rows > 8.0 * stack.columns * stack.rows)
        return tr("the slices are shifted too far against one another");
    return {};
}

/// Linear between the two acquired slices around each voxel, along the line that joins their origins. Padding and what lies
/// outside the slices becomes a padding value that no pixel of the source has (PIX-08).
Result<std::shared_ptr<const Volume>> Volume::resampled(const Volume& source)
{
    if (source.isColour())
        return fail(Fault::Unsupported, tr("planes through colour images are not offered"));
    const VolumeGrid grid = regularGrid(source.stack());
    const Target target = targetOf(source);
    auto data = Data::create(derivedStack(source, grid, target), target.type);
    if (!data)
        return std::unexpected(data.error());
    const PlaneGeometry& plane = *source.instance(0).plane;
    std::vector<Vec3> origins = originsInPlane(source.stack());
    const Vec3 shift = grid.originLps - plane.originLps;
    for (Vec3& origin : origins)
        origin = {origin.x - dot(shift, plane.rowDirection), origin.y - dot(shift, plane.columnDirection), origin.z};
    const double step = norm(grid.sliceStep);
    const auto firstSliceFrom = [&](double height) { return int(std::ceil(height / step - 1e-6)); };
    const int pairs = source.sliceCount() - 1;
    const size_t sliceSize = size_t(source.rows()) * size_t(source.columns());
    std::atomic<bool> hasFailed = false;
    oneapi::tbb::parallel_for(0, pairs * source.phaseCount(), [&](int job) {
        const int phase = job / pairs;
        const int lower = job % pairs;
        const int first = firstSliceFrom(origins[size_t(lower)].z);
        const int end = lower + 1 == pairs ? grid.slices : firstSliceFrom(origins[size_t(lower) + 1].z);
        if (first >= end || hasFailed)
            return;
        try {
            std::vector<float> pixels(2 * sliceSize);
            fill(source, source.stack().frameOf(lower, phase), target, std::span(pixels).first(sliceSize));
            fill(source, source.stack().frameOf(lower + 1, phase), target, std::span(pixels).last(sliceSize));
            const auto image = between(pixels, plane, origins[size_t(lower)], origins[size_t(lower) + 1], grid, first, end - first);
            const size_t frameSize = size_t(grid.columns) * size_t(grid.rows);
            for (int slice = first; slice < end; ++slice)
                store({image->GetBufferPointer() + frameSize * size_t(slice - first), frameSize}, target,
                      (*data)->frame((*data)->stack.frameOf(slice, phase)));
        } catch (const std::exception&) { // ITK's, and no memory
            hasFailed = true;
        }
    });
    if (hasFailed)
        return fail(Fault::Unsupported, tr("the slices could not be interpolated to a regular volume"));
    return complete(*data);
}

} // namespace diascope::viewer
