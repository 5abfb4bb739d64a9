#pragma once
#include "viewer/scene/scene_renderer.h"

namespace diascope::viewer
{

/// One point of a preset: a value (HU, or 0..1 of the value range if isRelative), its opacity per mm and colour.
struct TransferPoint
{
    double value;
    double opacity;
    double red;
    double green;
    double blue;
};

struct SceneLook
{
    const char* id;
    const char* name; ///< untranslated, context "Scene"
    const char* modality;
    bool isRelative;
    bool isMaximum; ///< maximum intensity instead of light and shade
    std::vector<TransferPoint> points;
};
const std::vector<SceneLook>& sceneLooks();
const SceneLook* findSceneLook(const QString& id);

} // namespace diascope::viewer
