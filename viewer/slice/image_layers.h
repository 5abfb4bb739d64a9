#pragma once
#include "viewer/slice/presentation.h"
#include "viewer/slice/slice_view.h"
#include <QImage>

/// What lies over a native frame: shutters and overlay planes, at the image's resolution.
namespace diascope::viewer
{

/// One byte a pixel, 1 where the frame's shutter covers it; null where there is none or where it would hide the whole image (PIX-16).
std::shared_ptr<const std::vector<quint8>> shutterMask(const Instance& instance);

/// Colours what is covered. The image becomes RGB32 where the colour is not grey.
void applyShutter(QImage& image, const Instance& instance, const SliceTransform& transform);

/// Draws the overlay planes over this frame (PIX-15), those that serve as shutter left out; the image becomes RGB32.
/// Reduced, a line of one pixel stays a line.
void paintOverlayPlanes(QImage& image, const Instance& instance, bool isShutterShown, const SliceTransform& transform);

/// Whether there is anything to toggle.
bool hasOverlayPlanes(const Instance& instance);
bool hasShutter(const Instance& instance);

} // namespace diascope::viewer
