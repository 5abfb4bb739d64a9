#pragma once
#include "viewer/decode/pixel_layout.h"
#include <span>

namespace diascope::viewer
{

/// Frame n of a video in order of presentation, as interleaved RGB (one sample a pixel: luminance), into `destination`
/// (description.frameBytes()). The videos read last each keep a decoder at its place, so the next frame costs one frame; a
/// jump costs the way from the key frame before. Any thread; calls for one video come one after the other.
/// Errors: Damaged (the stream is broken or ends earlier), Unsupported, TimedOut, Unreadable, Internal.
Result<void> readVideoFrame(const PixelLayout& layout, int n, std::span<std::byte> destination);

} // namespace diascope::viewer
