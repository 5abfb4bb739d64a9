#pragma once
#include "viewer/scene/scene_presets.h"

namespace diascope::viewer
{

/// One phase of a volume as a mapper takes it: 16-bit voxels, x fastest, then y, then z.
struct ScenePixels
{
    VolumeGrid grid;
    const void* voxels = nullptr; ///< grid.columns × grid.rows × grid.slices of them
    bool isSigned = true;
    std::shared_ptr<const void> owner; ///< keeps them
    double slope = 1, intercept = 0;   ///< modality value = voxel × slope + intercept
    Volume::Range range;               ///< of the modality values
};

/// The voxels of a regular volume, where they lie if that is possible: no second copy of a large volume.
ScenePixels scenePixels(const std::shared_ptr<const Volume>& volume, int phase);

/// The VTK side: window, camera, mapper. Made, used and destroyed on one thread. It lies in a module of its own
/// (diascope-scene), for VTK takes longer to load than all of the rest: only who looks at 3D waits for it.
class ScenePipeline
{
public:
    virtual ~ScenePipeline() = default;
    virtual void setPixels(const ScenePixels& pixels) = 0; ///< before the first render()
    virtual QImage render(const SceneLook& look, const SceneView& view, QSize sizePx, SceneQuality quality) = 0;
    virtual QString description() const = 0;
};

/// Loads the module where it was not yet. Unsupported: it is not there.
Result<std::unique_ptr<ScenePipeline>> makeScenePipeline();

} // namespace diascope::viewer
