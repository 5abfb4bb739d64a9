#pragma once
#include "viewer/volume/stack.h"
#include <cstddef>
#include <span>

namespace diascope::viewer
{

/// The grid of a stack with canReslice: voxel (column, row, slice) → patient.
struct VolumeGrid
{
    Vec3 originLps;   ///< centre of voxel (0,0,0)
    Vec3 columnStep;  ///< mm vector from a voxel to the next in its row
    Vec3 rowStep;     ///< to the next in its column
    Vec3 sliceStep;   ///< to the same in the next slice; not perpendicular to the others in a tilted stack
    int columns = 0;
    int rows = 0;
    int slices = 0;

    Vec3 toPatient(Vec3 voxel) const { return originLps + columnStep * voxel.x + rowStep * voxel.y + sliceStep * voxel.z; }
    Vec3 toVoxel(Vec3 pointLps) const;
    Vec3 centreLps() const { return toPatient({(columns - 1) / 2.0, (rows - 1) / 2.0, (slices - 1) / 2.0}); }
    double smallestSpacingMm() const;
};

/// An immutable snapshot of a stack's pixels: stored values in one block, frame after frame (frame_memory.h: within a budget
/// in memory, beyond it paged). Snapshots of a loading stack
/// share the block; each knows which frames were complete when it was published and never shows another (SAF-13).
/// Any thread.
class Volume
{
public:
    /// Complete, from pixels in memory: frameCount × rows × columns × bytesPerPixel. For phantoms and derived images.
    static Result<std::shared_ptr<const Volume>> fromPixels(Stack stack, SampleType type, std::vector<std::byte> pixels);

    const Stack& stack() const;
    const Instance& instance(int frame) const; ///< geometry, rescale, windows, padding, photometric of the frame
    SampleType sampleType() const;
    bool isColour() const { return sampleType() == SampleType::Rgb8; }
    int rows() const;
    int columns() const;
    int frameCount() const;
    int sliceCount() const;
    int phaseCount() const;
    qint64 pixelBytes() const; ///< of the whole block

    bool isLoaded(int frame) const;
    int loadedCount() const;
    bool isComplete() const { return loadedCount() + failedCount() == frameCount(); }
    /// Why a frame cannot be shown (SAF-12); nothing for loaded or still awaited frames.
    std::optional<Error> error(int frame) const;
    int failedCount() const;

    /// Stored pixels of a loaded frame; empty if not loaded.
    std::span<const std::byte> storedBytes(int frame) const;
    template <typename T>
    std::span<const T> stored(int frame) const
    {
        const auto bytes = storedBytes(frame);
        return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
    }
    /// Stored value (luminance of colour); nothing outside, or not loaded.
    std::optional<double> storedAt(int frame, int column, int row) const;
    bool isPadding(int frame, double storedValue) const;
    /// A colour's code beside grey values (supplemental palette, PS3.3 C.7.6.19): no value that could be measured or mixed.
    bool isColourCode(int frame, double storedValue) const;
    /// Modality value, finite; nothing outside, not loaded, padding, no number or colour, be it of the supplemental palette.
    std::optional<double> valueAt(int frame, int column, int row) const;
    /// Trilinear modality value at a point of the patient, between the acquired slices at their true positions; nothing
    /// outside, beside padding, or without a grid.
    std::optional<double> valueAt(Vec3 pointLps, int phase = 0) const;
    /// Modality values of a loaded frame, row by row; padding is NaN; empty for colour or not loaded.
    std::vector<float> frameValues(int frame) const;
    QString unit(int frame) const; ///< of modality values

    std::optional<PlaneGeometry> plane(int frame) const;
    /// The grid of the acquired slices, or of regular() where the stack needs resampling. Nothing where the stack cannot be
    /// resliced; stack().whyNoVolume says why.
    std::optional<VolumeGrid> grid() const;
    /// A regular grid at right angles: this itself where stack().isVolume, else resampled (see resample.cpp) the first time
    /// it is asked for and kept as long as this snapshot. All frames of the result are derived: without SOP Instance UID,
    /// number and path. Call on a worker thread. Errors: Unsupported (stack().whyNoVolume, colour, no memory), NotFound (not
    /// all frames are loaded yet).
    Result<std::shared_ptr<const Volume>> regular() const;
    /// Slice whose plane is nearest to the point, of one phase; nothing without geometry.
    std::optional<int> nearestFrame(Vec3 pointLps, int phase = 0) const;
    /// Smallest and largest modality value of the loaded frames sampled so far, without padding; nothing for colour.
    struct Range
    {
        double low = 0;
        double high = 0;
    };
    std::optional<Range> valueRange() const;

private:
    friend class StackLoader;
    struct Data;
    struct Snapshot;
    explicit Volume(std::shared_ptr<const Snapshot> snapshot);
    static Result<std::shared_ptr<const Volume>> resampled(const Volume& source);
    static std::shared_ptr<const Volume> complete(std::shared_ptr<Data> data);
    Vec3 toVoxel(Vec3 pointLps) const;
    std::shared_ptr<const Snapshot> m_snapshot;
};

} // namespace diascope::viewer
