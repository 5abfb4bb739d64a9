#include "viewer/slice/slice_renderer.h"
#include "viewer/slice/grey_table.h"
#include "viewer/slice/image_layers.h"
#include "viewer/slice/mpr_renderer.h"

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Slice", text); }

std::optional<Error> problemOf(const Volume& volume, int frame)
{
    if (frame < 0 || frame >= volume.frameCount())
        return Error{Fault::Invalid, tr("there is no frame %1").arg(frame + 1)};
    if (auto error = volume.error(frame))
        return error;
    if (!volume.isLoaded(frame))
        return Error{Fault::NotFound, tr("image %1 of %2 is not loaded yet").arg(frame + 1).arg(volume.frameCount())};
    return std::nullopt;
}

/// Of the acquired slices where they are evenly spaced, else of the volume resampled from them.
Result<QImage> renderReformatted(const Volume& volume, const SliceView& view, const Presentation& presentation, const SliceTransform& transform)
{
    if (!volume.stack().needsResampling)
        return renderMpr(volume, view, presentation, transform);
    if (supplementalOf(volume.instance(std::clamp(view.frame, 0, volume.frameCount() - 1))))
        return fail(Fault::Unsupported, tr("the colours of the palette cannot be interpolated between these unevenly placed images"));
    const auto regular = volume.regular();
    if (!regular)
        return std::unexpected(regular.error());
    SliceView same = view; // frames count otherwise there; only the phase matters
    same.frame = (*regular)->stack().frameOf(0, view.frame / volume.sliceCount());
    return renderMpr(**regular, same, presentation, transform);
}

} // namespace

QImage coloured(const QImage& grey, const ColourMap& map)
{
    QImage image(grey.size(), QImage::Format_RGB32);
    for (int y = 0; y < grey.height(); ++y) {
        const uchar* from = grey.constScanLine(y);
        auto* to = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < grey.width(); ++x)
            to[x] = map.colours[from[x]];
    }
    return image;
}

RenderedSlice render(const Volume& volume, const SliceView& view, const Presentation& presentation, QSize sizePx)
{
    RenderedSlice slice;
    slice.frame = view.frame;
    sizePx = sizePx.expandedTo({1, 1}).boundedTo({16384, 16384});
    slice.transform = SliceTransform::of(volume, view, sizePx);
    if (view.mpr) {
        auto image = renderReformatted(volume, view, presentation, slice.transform);
        if (image)
            slice.image = std::move(*image);
        else
            slice.problem = image.error();
    } else {
        slice.problem = problemOf(volume, view.frame);
        if (!slice.problem)
            slice.image = renderNative(volume, view, presentation, slice.transform);
        if (!slice.problem && slice.image.isNull())
            slice.problem = Error{Fault::NotFound, tr("its mask is not loaded")};
    }
    if (slice.image.isNull()) {
        slice.image = QImage(sizePx, QImage::Format_RGB32);
        slice.image.fill(Qt::black);
    } else if (presentation.colourMap && slice.image.format() == QImage::Format_Grayscale8) {
        slice.image = coloured(slice.image, *presentation.colourMap);
    }
    if (!view.mpr && !slice.problem) {
        const Instance& instance = volume.instance(view.frame);
        if (presentation.showsShutter)
            applyShutter(slice.image, instance, slice.transform);
        if (presentation.showsOverlayPlanes)
            paintOverlayPlanes(slice.image, instance, presentation.showsShutter, slice.transform);
    }
    return slice;
}

} // namespace diascope::viewer
