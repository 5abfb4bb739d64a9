#include "viewer/scene/scene_pipeline.h"
#include <algorithm>
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

namespace
{

class RayCaster final : public ScenePipeline
{
public:
    RayCaster();
    void setPixels(const ScenePixels& pixels) override;
    QImage render(const SceneLook& look, const SceneView& view, QSize sizePx, SceneQuality quality) override;
    QString description() const override { return QStringLiteral("%1, %2").arg(m_fixedPoint ? "CPU ray casting" : "GPU ray casting", m_gl); }

private:
    void applyLook(const SceneLook& look, double levelShift);
    void placeCamera(const SceneView& view, QSize sizePx);

    ScenePixels m_pixels; // before what reads them: it goes last
    vtkNew<vtkRenderWindow> m_window;
    vtkNew<vtkRenderer> m_renderer;
    vtkNew<vtkVolume> m_actor;
    vtkSmartPointer<vtkVolumeMapper> m_mapper;
    vtkFixedPointVolumeRayCastMapper* m_fixedPoint = nullptr; ///< null: on the GPU
    vtkNew<vtkImageData> m_image;
    QString m_gl;
};

template <typename Array, typename Voxel>
void lend(vtkImageData& image, const void* voxels, vtkIdType count)
{
    constexpr int keepsOwner = 1;
    vtkNew<Array> array;
    array->SetArray(static_cast<Voxel*>(const_cast<void*>(voxels)), count, keepsOwner); // VTK reads them only
    image.GetPointData()->SetScalars(array);
}

void RayCaster::setPixels(const ScenePixels& pixels)
{
    const VolumeGrid& grid = pixels.grid;
    const vtkIdType count = vtkIdType(grid.columns) * grid.rows * grid.slices;
    m_image->SetDimensions(grid.columns, grid.rows, grid.slices);
    m_image->SetSpacing(norm(grid.columnStep), norm(grid.rowStep), norm(grid.sliceStep));
    pixels.isSigned ? lend<vtkShortArray, short>(*m_image, pixels.voxels, count)
                    : lend<vtkUnsignedShortArray, unsigned short>(*m_image, pixels.voxels, count);
    m_image->Modified();
    m_mapper->SetInputDataObject(m_image);
    m_pixels = pixels;

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
    m_actor->SetUserMatrix(toPatient);
}

void RayCaster::applyLook(const SceneLook& look, double levelShift)
{
    const auto [low, high] = m_pixels.range;
    vtkNew<vtkPiecewiseFunction> opacity;
    vtkNew<vtkColorTransferFunction> colour;
    for (const TransferPoint& point : look.points) {
        const double value = (look.isRelative ? low + point.value * (high - low) : point.value) + levelShift;
        const double stored = (value - m_pixels.intercept) / m_pixels.slope;
        opacity->AddPoint(stored, point.opacity);
        colour->AddRGBPoint(stored, point.red, point.green, point.blue);
    }
    vtkVolumeProperty* property = m_actor->GetProperty();
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
        m_mapper->SetBlendMode(vtkVolumeMapper::MAXIMUM_INTENSITY_BLEND);
    else
        m_mapper->SetBlendMode(vtkVolumeMapper::COMPOSITE_BLEND);
}

void RayCaster::placeCamera(const SceneView& view, QSize sizePx)
{
    const VolumeGrid& grid = m_pixels.grid;
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
    vtkCamera* camera = m_renderer->GetActiveCamera();
    camera->ParallelProjectionOn();
    camera->SetFocalPoint(focus.x, focus.y, focus.z);
    camera->SetPosition(position.x, position.y, position.z);
    camera->SetViewUp(up.x, up.y, up.z);
    camera->SetParallelScale(scale);
    m_renderer->ResetCameraClippingRange();
}

RayCaster::RayCaster()
{
    m_window->SetOffScreenRendering(1);
    m_window->SetShowWindow(false);
    m_window->SetMultiSamples(0);
    m_window->SetSize(64, 64);
    m_window->AddRenderer(m_renderer);
    m_renderer->SetBackground(0, 0, 0);
    m_window->Render();
    const QString capabilities = QString::fromUtf8(m_window->ReportCapabilities());
    m_gl = capabilities.section("OpenGL renderer string:", 1).section(u'\n', 0, 0).trimmed();
    static const QStringList software{"llvmpipe", "softpipe", "swrast", "software"};
    const bool isSoftware = m_gl.isEmpty() || std::any_of(software.begin(), software.end(), [&](const QString& name) {
        return m_gl.contains(name, Qt::CaseInsensitive);
    });
    if (isSoftware) {
        auto mapper = vtkSmartPointer<vtkFixedPointVolumeRayCastMapper>::New();
        mapper->SetAutoAdjustSampleDistances(0);
        mapper->SetLockSampleDistanceToInputSpacing(0);
        m_fixedPoint = mapper;
        m_mapper = mapper;
    } else {
        auto mapper = vtkSmartPointer<vtkGPUVolumeRayCastMapper>::New();
        mapper->SetAutoAdjustSampleDistances(0);
        m_mapper = mapper;
    }
    m_actor->SetMapper(m_mapper);
    m_renderer->AddVolume(m_actor);
}

QImage RayCaster::render(const SceneLook& look, const SceneView& view, QSize sizePx, SceneQuality quality)
{
    sizePx = sizePx.expandedTo({1, 1}).boundedTo({8192, 8192});
    applyLook(look, view.levelShift);
    const bool isCoarse = quality == SceneQuality::Interactive;
    const double spacing = std::min({norm(m_pixels.grid.columnStep), norm(m_pixels.grid.rowStep), norm(m_pixels.grid.sliceStep)});
    if (m_fixedPoint) {
        // A ray for each third pixel while the hand moves; two samples a voxel when it rests.
        m_fixedPoint->SetImageSampleDistance(isCoarse ? 3.0f : 1.0f);
        m_fixedPoint->SetSampleDistance(float(isCoarse ? 1.5 * spacing : 0.6 * spacing));
    } else if (auto* gpu = vtkGPUVolumeRayCastMapper::SafeDownCast(m_mapper)) {
        gpu->SetImageSampleDistance(isCoarse ? 2.0f : 1.0f);
        gpu->SetSampleDistance(float(isCoarse ? spacing : 0.5 * spacing));
    }
    m_window->SetSize(sizePx.width(), sizePx.height());
    placeCamera(view, sizePx);
    m_window->Render();
    vtkNew<vtkUnsignedCharArray> pixels;
    m_window->GetPixelData(0, 0, sizePx.width() - 1, sizePx.height() - 1, 0, pixels);
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

} // namespace

} // namespace diascope::viewer

extern "C" Q_DECL_EXPORT diascope::viewer::ScenePipeline* diascopeScenePipeline() { return new diascope::viewer::RayCaster; }
