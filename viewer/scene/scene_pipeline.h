#pragma once
#include "viewer/scene/scene_presets.h"

namespace diascope::viewer
{

/// The VTK side: window, camera, mapper. Made, used and destroyed on one thread.
class ScenePipeline
{
public:
    explicit ScenePipeline(std::shared_ptr<const Volume> volume);
    ~ScenePipeline();
    ScenePipeline(const ScenePipeline&) = delete;
    ScenePipeline& operator=(const ScenePipeline&) = delete;

    QImage render(const SceneView& view, QSize sizePx, SceneQuality quality);
    QString description() const;

private:
    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace diascope::viewer
