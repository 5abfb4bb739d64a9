#include "viewer/ui/thumbnail.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"

namespace diascope::viewer
{

QImage thumbnailOf(const Stack& stack, int sizePx)
{
    const auto volume = StackLoader::load(singleFrame(stack.instances[stack.instances.size() / 2]));
    if (!volume)
        return {};
    return render(**volume, {}, initialPresentation(**volume), {sizePx, sizePx}).image;
}

QImage thumbnailOf(const QString& path, int sizePx)
{
    auto instances = readInstances(path);
    if (!instances)
        return {};
    const auto stacks = buildStacks(std::move(*instances));
    return stacks.empty() ? QImage() : thumbnailOf(stacks.front(), sizePx);
}

} // namespace diascope::viewer
