#pragma once
#include "viewer/volume/volume.h"

namespace diascope::viewer
{

/// The regular grid of a stack whose instances are ordered and have planes: along the rows and columns of its slices and at
/// right angles to them, with the pixels' spacing and the finest step between slices that occurs more than once (coarser only
/// where the grid would hold over 1.5 times the voxels of the stack and over 2^27). It holds every acquired slice.
VolumeGrid regularGrid(const Stack& stack);

/// Why a stack of at least three slices with planes must not be interpolated to a regular grid, for a person: a gap of more
/// than five slices, or neighbours that do not overlap. Empty: it may.
QString whyNotResampled(const Stack& stack);

} // namespace diascope::viewer
