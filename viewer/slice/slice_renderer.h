#pragma once
#include "viewer/slice/presentation.h"
#include "viewer/slice/slice_view.h"
#include <QImage>

namespace diascope::viewer
{

/// What comes of Volume + SliceView + Presentation; thrown away after painting.
struct RenderedSlice
{
    QImage image; ///< Format_RGB32, or Format_Grayscale8 for grey without a colour map; black around the picture
    SliceTransform transform;
    int frame = 0;
    /// Nothing, or why there is no picture: "frame 12 of 40 is not loaded yet", a decoding error, no volume.
    std::optional<Error> problem;
};

/// Never fails: what cannot be shown is black with `problem` set. Uses all cores. Any thread.
RenderedSlice render(const Volume& volume, const SliceView& view, const Presentation& presentation, QSize sizePx);

} // namespace diascope::viewer
