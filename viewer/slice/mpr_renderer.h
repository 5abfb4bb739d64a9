#pragma once
#include "viewer/slice/slice_renderer.h"

namespace diascope::viewer
{

/// Grey levels in the colours of the map.
QImage coloured(const QImage& grey, const ColourMap& map);

/// MPR planes and slabs into a Grayscale8 image of the transform's size; RGB32 with a supplemental palette, whose colours are taken
/// from the nearest voxel in planes and left out of slabs (PIX-10). Errors: Unsupported with the stack's reason.
Result<QImage> renderMpr(const Volume& volume, const SliceView& view, const Presentation& presentation, const SliceTransform& transform);

/// A native frame: Grayscale8, or RGB32 for colour, less its mask where the presentation wants that. The frame is loaded, and so is
/// its mask; else a null image.
QImage renderNative(const Volume& volume, const SliceView& view, const Presentation& presentation, const SliceTransform& transform);

} // namespace diascope::viewer
