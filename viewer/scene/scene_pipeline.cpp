#include "viewer/scene/scene_pipeline.h"
#include "netclient/base/program_part.h"
#include <QCoreApplication>
#include <QLibrary>
#include <algorithm>
#include <cmath>

namespace diascope::viewer
{

namespace
{

/// 16-bit values without padding and with one rescale are used where they lie.
bool lendPixels(const Volume& volume, int firstFrame, ScenePixels& pixels)
{
    const SampleType type = volume.sampleType();
    if (type != SampleType::Int16 && type != SampleType::UInt16)
        return false;
    const ModalityTransform& first = volume.instance(firstFrame).modalityTransform;
    for (int slice = 0; slice < pixels.grid.slices; ++slice) {
        const Instance& instance = volume.instance(firstFrame + slice);
        const ModalityTransform& own = instance.modalityTransform;
        if (!volume.isLoaded(firstFrame + slice) || instance.pixels.padding || own.table || own.slope <= 0 || own.slope != first.slope ||
            own.intercept != first.intercept)
            return false;
    }
    pixels.slope = first.slope;
    pixels.intercept = first.intercept;
    pixels.isSigned = type == SampleType::Int16;
    pixels.voxels = volume.storedBytes(firstFrame).data();
    return true;
}

/// Everything else as 16-bit modality values: HU as they are, other ranges spread over 0 to 4095; padding is the lowest.
void copyPixels(const Volume& volume, int phase, ScenePixels& pixels)
{
    const auto [low, high] = pixels.range;
    const bool isSpread = high - low < 256 || high > 32767 || low < -32768;
    pixels.slope = isSpread ? std::max(high - low, 1e-30) / 4095 : 1;
    pixels.intercept = isSpread ? low : 0;
    const auto voxel = [&](double value) { return short(std::clamp(std::lround((value - pixels.intercept) / pixels.slope), -32768L, 32767L)); };
    const size_t frameSize = size_t(pixels.grid.columns) * size_t(pixels.grid.rows);
    const auto copy = std::make_shared<std::vector<short>>(frameSize * size_t(pixels.grid.slices), voxel(low));
    for (int slice = 0; slice < pixels.grid.slices; ++slice) {
        const auto values = volume.frameValues(volume.stack().frameOf(slice, phase));
        short* to = copy->data() + frameSize * size_t(slice);
        for (size_t i = 0; i < std::min(frameSize, values.size()); ++i)
            if (std::isfinite(values[i]))
                to[i] = voxel(double(values[i]));
    }
    pixels.voxels = copy->data();
    pixels.owner = copy;
}

} // namespace

ScenePixels scenePixels(const std::shared_ptr<const Volume>& volume, int phase)
{
    ScenePixels pixels{.grid = *volume->grid(), .owner = volume, .range = volume->valueRange().value_or(Volume::Range{0, 1})};
    if (!lendPixels(*volume, volume->stack().frameOf(0, phase), pixels))
        copyPixels(*volume, phase, pixels);
    return pixels;
}

Result<std::unique_ptr<ScenePipeline>> makeScenePipeline()
{
    const QString file = programPart(QStringLiteral("diascope-scene.so"));
    QLibrary module(file);
    const auto make = file.isEmpty() ? nullptr : reinterpret_cast<ScenePipeline* (*)()>(module.resolve("diascopeScenePipeline"));
    if (!make)
        return fail(Fault::Unsupported, QCoreApplication::translate("Scene", "the part of the program that draws 3D (diascope-scene.so) cannot be loaded: %1")
                                            .arg(file.isEmpty() ? QCoreApplication::translate("Scene", "it is missing") : module.errorString()));
    return std::unique_ptr<ScenePipeline>(make());
}

} // namespace diascope::viewer
