#pragma once
#include "viewer/volume/stack.h"
#include <QImage>

namespace diascope::viewer
{

/// The middle frame of a stack in a square of `sizePx`, in its first window; null if it cannot be shown. Any thread.
QImage thumbnailOf(const Stack& stack, int sizePx);
/// The same of a file's frames.
QImage thumbnailOf(const QString& path, int sizePx);

} // namespace diascope::viewer
