#pragma once
#include "viewer/slice/slice_view.h"
#include <cstdint>

/// The innermost loops of MPR: samples along one screen row.
namespace diascope::viewer
{

/// One phase of a volume, every slice loaded, 16-bit stored values.
struct VoxelBlock
{
    const void* voxels = nullptr;
    bool isSigned = true;
    int columns = 0;
    int rows = 0;
    int slices = 0;
};

/// Voxel coordinates of screen pixel i of a row: start + i · step.
struct VoxelLine
{
    double start[3];
    double step[3];
};

/// First and one past the last pixel whose sample lies in the volume (to the outer borders of its voxels).
struct Span
{
    int from = 0;
    int to = 0;
};
Span clip(const VoxelLine& line, const int (&size)[3], int count);

/// Trilinear stored values of the pixels of `span`, blended into `row`. Row begins as NaN for Maximum and Minimum, as 0 for
/// Mean. Uses AVX2 where the processor has it.
void sampleSpan(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row);

/// For tests: the plain loop, whatever the processor.
void sampleSpanPlain(const VoxelBlock& block, const VoxelLine& line, Span span, Blend blend, float* row);

} // namespace diascope::viewer
