#include "viewer/scene/scene_presets.h"
#include <algorithm>

namespace diascope::viewer
{

const std::vector<SceneLook>& sceneLooks()
{
    static const std::vector<SceneLook> looks{
        {"ct-bone", QT_TRANSLATE_NOOP("Scene", "Bone"), "CT", false, false,
         {{-1024, 0, 0, 0, 0}, {150, 0, 0.55, 0.35, 0.25}, {300, 0.2, 0.9, 0.78, 0.6}, {700, 0.7, 1, 0.96, 0.88}, {3000, 0.9, 1, 1, 1}}},
        {"ct-skin", QT_TRANSLATE_NOOP("Scene", "Skin and soft tissue"), "CT", false, false,
         {{-1024, 0, 0, 0, 0}, {-500, 0, 0.7, 0.45, 0.35}, {-200, 0.25, 0.85, 0.62, 0.5}, {100, 0.5, 0.9, 0.7, 0.6}, {400, 0.8, 1, 0.95, 0.9}, {3000, 0.9, 1, 1, 1}}},
        {"ct-angio", QT_TRANSLATE_NOOP("Scene", "Vessels"), "CT", false, false,
         {{-1024, 0, 0, 0, 0}, {120, 0, 0.5, 0.05, 0.02}, {220, 0.35, 0.85, 0.2, 0.12}, {400, 0.6, 1, 0.65, 0.45}, {800, 0.8, 1, 0.95, 0.85}, {3000, 0.9, 1, 1, 1}}},
        {"ct-lung", QT_TRANSLATE_NOOP("Scene", "Lungs"), "CT", false, false,
         {{-1024, 0, 0, 0, 0}, {-900, 0, 0.3, 0.4, 0.5}, {-750, 0.02, 0.6, 0.7, 0.8}, {-550, 0.12, 0.9, 0.75, 0.7}, {-400, 0, 0.9, 0.7, 0.6}, {3000, 0, 1, 1, 1}}},
        {"mr-default", QT_TRANSLATE_NOOP("Scene", "MR"), "MR", true, false,
         {{0, 0, 0, 0, 0}, {0.12, 0, 0.3, 0.2, 0.2}, {0.3, 0.15, 0.7, 0.6, 0.55}, {0.6, 0.4, 0.95, 0.9, 0.85}, {1, 0.7, 1, 1, 1}}},
        {"mip", QT_TRANSLATE_NOOP("Scene", "Maximum intensity"), "", true, true,
         {{0, 0, 0, 0, 0}, {0.1, 0.05, 0.1, 0.1, 0.1}, {0.6, 0.9, 1, 1, 1}, {1, 1, 1, 1, 1}}},
    };
    return looks;
}

const SceneLook* findSceneLook(const QString& id)
{
    const auto& looks = sceneLooks();
    const auto found = std::find_if(looks.begin(), looks.end(), [&](const SceneLook& look) {
        const QString own = QLatin1String(look.id);
        return own.compare(id, Qt::CaseInsensitive) == 0 || own.section(u'-', 1).compare(id, Qt::CaseInsensitive) == 0;
    });
    return found == looks.end() ? nullptr : &*found;
}

std::vector<ScenePreset> scenePresets()
{
    std::vector<ScenePreset> presets;
    for (const SceneLook& look : sceneLooks())
        presets.push_back({QLatin1String(look.id), QCoreApplication::translate("Scene", look.name), QLatin1String(look.modality)});
    return presets;
}

QString defaultScenePreset(const QString& modality)
{
    if (modality == "CT")
        return QStringLiteral("ct-bone");
    return modality == "MR" ? QStringLiteral("mr-default") : QStringLiteral("mip");
}

} // namespace diascope::viewer
