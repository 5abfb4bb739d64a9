#include "viewer/scene/scene_pipeline.h"
#include <algorithm>
#include <limits>
#include <numbers>
#include <vtkCamera.h>
#include <vtkColorTransferFunction.h>
#include <vtkFixedPointVolumeRayCastMapper.h>
#include <vtkGPUVolumeRayCastMapper.h>
#include <vtkImageData.h>
#include <vtkMatrix4x4.h>
#include <vtkNew.h>
#include <vtkPiecewiseFunction.h>
#include <vtkPointData.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkShortArray.h>
#include <vtkSmartPointer.h>
#include <vtkUnsignedCharArray.h>
#include <vtkUnsignedShortArray.h>
#include <vtkVolume.h>
#include <vtkVolumeProperty.h>

namespace diascope::viewer
{

struct ScenePipeline::Parts
{
    std::shared_ptr<const Volume> volume;
    VolumeGrid grid;
    vtkNew<vtkRenderWindow> window;
    vtkNew<vtkRenderer> renderer;
    vtkNew<vtkVolume> actor;
    vtkSmartPointer<vtkVolumeMapper> mapper;
    vtkFixedPointVolumeRayCastMapper* fixedPoint = nullptr; ///< null: on the GPU
    vtkNew<vtkImageData> image;
    int phase = -1;
    QString gl;
    /// Modality value → what lies in `image`: (value - intercept) / slope.
    double slope = 1;
    double intercept = 0;

    void load(int wantedPhase);
    bool lendPixels(int firstFrame);
    void copyPixels();
    void applyLook(const SceneLook& look, double levelShift);
    void placeCamera(const SceneView& view, QSize sizePx);
};

/// 16-bit values without padding and with one rescale are used where they lie: no second copy of a large volume.
bool ScenePipeline::Parts::lendPixels(int firstFrame)
{
    const SampleType type = volume->sampleType();
    if (type != SampleType::Int16 && type != SampleType::UInt16)
        return false;
    const ModalityTransform& first = volume->instance(firstFrame).modalityTransform;
    for (int slice = 0; slice < grid.slices; ++slice) {
        const Instance& instance = volume->instance(firstFrame + slice);
        const ModalityTransform& own = instance.modalityTransform;
        if (!volume->isLoaded(firstFrame + slice) || instance.pixels.padding || own.table || own.slope <= 0 || own.slope != first.slope ||
            own.intercept != first.intercept)
            return false;
    }
    slope = first.slope;
    intercept = first.intercept;
    const vtkIdType count = vtkIdType(grid.columns) * grid.rows * grid.slices;
    // VTK reads them only; the volume is kept alive beside it.
    auto* bytes = const_cast<std::byte*>(volume->storedBytes(firstFrame).data());
    constexpr int keepsOwner = 1;
    if (type == SampleType::Int16) {
        vtkNew<vtkShortArray> array;
        array->SetArray(reinterpret_cast<short*>(bytes), count, keepsOwner);
        image->GetPointData()->SetScalars(array);
    } else {
        vtkNew<vtkUnsignedShortArray> array;
        array->SetArray(reinterpret_cast<unsigned short*>(bytes), count, keepsOwner);
        image->GetPointData()->SetScalars(array);
    }
    return true;
}

/// Everything else as 16-bit modality values: HU as they are, other ranges spread over 0 to 4095; padding is the lowest.
void ScenePipeline::Parts::copyPixels()
{
    const auto range = volume->valueRange().value_or(Volume::Range{0, 1});
    const bool isSpread = range.high - range.low < 256 || range.high > 32767 || range.low < -32768;
    slope = isSpread ? std::max(range.high - range.low, 1e-30) / 4095 : 1;
    intercept = isSpread ? range.low : 0;
    const short lowest = short(std::clamp(std::lround((range.low - intercept) / slope), -32768L, 32767L));
    vtkNew<vtkShortArray> array;
    const size_t frameSize = size_t(grid.columns) * size_t(grid.rows);
    array->SetNumberOfValues(vtkIdType(frameSize) * grid.slices);
    for (int slice = 0; slice < grid.slices; ++slice) {
        const auto values = volume->frameValues(volume->stack().frameOf(slice, phase));
        short* to = array->GetPointer(0) + frameSize * size_t(slice);
        for (size_t i = 0; i < frameSize; ++i) {
            const bool isKnown = i < values.size() && std::isfinite(values[i]);
            to[i] = isKnown ? short(std::clamp(std::lround((double(values[i]) - intercept) / slope), -32768L, 32767L)) : lowest;
        }
    }
    image->GetPointData()->SetScalars(array);
}

void ScenePipeline::Parts::load(int wantedPhase)
{
    wantedPhase = std::clamp(wantedPhase, 0, volume->phaseCount() - 1);
    if (wantedPhase == phase)
        return;
    phase = wantedPhase;
    image->SetDimensions(grid.columns, grid.rows, grid.slices);
    image->SetSpacing(norm(grid.columnStep), norm(grid.rowStep), norm(grid.sliceStep));
    if (!lendPixels(volume->stack().frameOf(0, phase)))
        copyPixels();
    image->Modified();
    mapper->SetInputDataObject(image);

    const Vec3 axes[3] = {normalized(grid.columnStep), normalized(grid.rowStep), normalized(grid.sliceStep)};
    vtkNew<vtkMatrix4x4> toPatient;
    for (int axis = 0; axis < 3; ++axis) {
        toPatient->SetElement(0, axis, axes[axis].x);
        toPatient->SetElement(1, axis, axes[axis].y);
        toPatient->SetElement(2, axis, axes[axis].z);
    }
    toPatient->SetElement(0, 3, grid.originLps.x);
    toPatient->SetElement(1, 3, grid.originLps.y);
    toPatient->SetElement(2, 3, grid.originLps.z);
    actor->SetUserMatrix(toPatient);
}

void ScenePipeline::Parts::applyLook(const SceneLook& look, double levelShift)
{
    const auto range = volume->valueRange().value_or(Volume::Range{0, 1});
    vtkNew<vtkPiecewiseFunction> opacity;
    vtkNew<vtkColorTransferFunction> colour;
    for (const TransferPoint& point : look.points) {
        const double value = (look.isRelative ? range.low + point.value * (range.high - range.low) : point.value) + levelShift;
        const double stored = (value - intercept) / slope;
        opacity->AddPoint(stored, point.opacity);
        colour->AddRGBPoint(stored, point.red, point.green, point.blue);
    }
    vtkVolumeProperty* property = actor->GetProperty();
    property->SetScalarOpacity(opacity);
    property->SetColor(colour);
    property->SetInterpolationTypeToLinear();
    property->SetScalarOpacityUnitDistance(1);
    property->SetShade(!look.isMaximum);
    property->SetAmbient(0.25);
    property->SetDiffuse(0.75);
    property->SetSpecular(0.2);
    property->SetSpecularPower(12);
    if (look.isMaximum)
        mapper->SetBlendMode(vtkVolumeMapper::MAXIMUM_INTENSITY_BLEND);
    else
        mapper->SetBlendMode(vtkVolumeMapper::COMPOSITE_BLEND);
}

void ScenePipeline::Parts::placeCamera(const SceneView& view, QSize sizePx)
{
    const double az = view.azimuthDeg * std::numbers::pi / 180;
    const double el = view.elevationDeg * std::numbers::pi / 180;
    const Vec3 towardsCamera{std::sin(az) * std::cos(el), -std::cos(az) * std::cos(el), std::sin(el)};
    const Vec3 up{-std::sin(el) * std::sin(az), std::sin(el) * std::cos(az), std::cos(el)};
    const Vec3 right = cross(up, towardsCamera);
    const Vec3 diagonal = grid.columnStep * grid.columns + grid.rowStep * grid.rows + grid.sliceStep * grid.slices;
    const double radius = norm(diagonal) / 2;
    const double scale = radius * std::max(1.0, double(sizePx.height()) / sizePx.width()) / std::max(0.01, view.zoom);
    const double mmPerPx = 2 * scale / sizePx.height();
    const Vec3 focus = grid.centreLps() - right * (view.panPx.x() * mmPerPx) + up * (view.panPx.y() * mmPerPx);
    const Vec3 position = focus + towardsCamera * (radius * 4);
    vtkCamera* camera = renderer->GetActiveCamera();
    camera->ParallelProjectionOn();
    camera->SetFocalPoint(focus.x, focus.y, focus.z);
    camera->SetPosition(position.x, position.y, position.z);
    camera->SetViewUp(up.x, up.y, up.z);
    camera->SetParallelScale(scale);
    renderer->ResetCameraClippingRange();
}

ScenePipeline::ScenePipeline(std::shared_ptr<const Volume> volume) : m_parts(std::make_unique<Parts>())
{
    Parts& parts = *m_parts;
    parts.grid = *volume->grid();
    parts.volume = std::move(volume);
    parts.window->SetOffScreenRendering(1);
    parts.window->SetShowWindow(false);
    parts.window->SetMultiSamples(0);
    parts.window->SetSize(64, 64);
    parts.window->AddRenderer(parts.renderer);
    parts.renderer->SetBackground(0, 0, 0);
    parts.window->Render();
    const QString capabilities = QString::fromUtf8(parts.window->ReportCapabilities());
    parts.gl = capabilities.section("OpenGL renderer string:", 1).section(u'\n', 0, 0).trimmed();
    static const QStringList software{"llvmpipe", "softpipe", "swrast", "software"};
    const bool isSoftware = parts.gl.isEmpty() || std::any_of(software.begin(), software.end(), [&](const QString& name) {
        return parts.gl.contains(name, Qt::CaseInsensitive);
    });
    if (isSoftware) {
        auto mapper = vtkSmartPointer<vtkFixedPointVolumeRayCastMapper>::New();
        mapper->SetAutoAdjustSampleDistances(0);
        mapper->SetLockSampleDistanceToInputSpacing(0);
        parts.fixedPoint = mapper;
        parts.mapper = mapper;
    } else {
        auto mapper = vtkSmartPointer<vtkGPUVolumeRayCastMapper>::New();
        mapper->SetAutoAdjustSampleDistances(0);
        parts.mapper = mapper;
    }
    parts.actor->SetMapper(parts.mapper);
    parts.renderer->AddVolume(parts.actor);
}

ScenePipeline::~ScenePipeline() = default;

QString ScenePipeline::description() const
{
    return QStringLiteral("%1, %2").arg(m_parts->fixedPoint ? "CPU ray casting" : "GPU ray casting", m_parts->gl);
}

QImage ScenePipeline::render(const SceneView& view, QSize sizePx, SceneQuality quality)
{
    Parts& parts = *m_parts;
    sizePx = sizePx.expandedTo({1, 1}).boundedTo({8192, 8192});
    parts.load(view.phase);
    const SceneLook* look = findSceneLook(view.preset);
    parts.applyLook(look ? *look : sceneLooks().front(), view.levelShift);
    const bool isCoarse = quality == SceneQuality::Interactive;
    const double spacing = parts.grid.smallestSpacingMm();
    if (parts.fixedPoint) {
        // A ray for each third pixel while the hand moves; two samples a voxel when it rests.
        parts.fixedPoint->SetImageSampleDistance(isCoarse ? 3.0f : 1.0f);
        parts.fixedPoint->SetSampleDistance(float(isCoarse ? 1.5 * spacing : 0.6 * spacing));
    } else if (auto* gpu = vtkGPUVolumeRayCastMapper::SafeDownCast(parts.mapper)) {
        gpu->SetImageSampleDistance(isCoarse ? 2.0f : 1.0f);
        gpu->SetSampleDistance(float(isCoarse ? spacing : 0.5 * spacing));
    }
    parts.window->SetSize(sizePx.width(), sizePx.height());
    parts.placeCamera(view, sizePx);
    parts.window->Render();
    vtkNew<vtkUnsignedCharArray> pixels;
    parts.window->GetPixelData(0, 0, sizePx.width() - 1, sizePx.height() - 1, 0, pixels);
    QImage image(sizePx, QImage::Format_RGB32);
    if (pixels->GetNumberOfValues() < vtkIdType(sizePx.width()) * sizePx.height() * 3)
        return {};
    for (int y = 0; y < image.height(); ++y) {
        const unsigned char* from = pixels->GetPointer(vtkIdType(image.height() - 1 - y) * image.width() * 3);
        auto* to = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x)
            to[x] = qRgb(from[3 * x], from[3 * x + 1], from[3 * x + 2]);
    }
    return image;
}

} // namespace diascope::viewer
