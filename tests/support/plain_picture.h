#pragma once
#include "tests/support/drawn_volume.h"

/// What a picture of a drawn case must show: slow loops over doubles, written from PS3.3 and the headers' promises.
namespace diascope::test
{

inline bool isPadding(const Case& c, int frame, double stored) // PS3.3 C.7.5.1.1.2
{
    const auto& range = c.padding[size_t(frame)];
    return range && stored >= range->low && stored <= range->high;
}

inline bool isCode(const Case& c, int frame, double stored)
{
    return c.supplemental && stored >= double(c.supplemental->firstMapped) && !isPadding(c, frame, stored);
}

inline double modality(const Case& c, int frame, double stored) // PS3.3 C.11.1
{
    if (!c.table)
        return stored * c.slope[size_t(frame)] + c.intercept[size_t(frame)];
    if (stored <= double(c.firstMapped))
        return double(c.table->front());
    const double index = stored - double(c.firstMapped);
    return index >= double(c.table->size()) ? double(c.table->back()) : double((*c.table)[size_t(index)]);
}

/// NaN: padding, a colour's code, no number, not loaded.
inline double measured(const Case& c, int frame, int column, int row)
{
    const double stored = c.at(frame, column, row);
    const bool isNone = c.isMissing[size_t(frame)] || isPadding(c, frame, stored) || isCode(c, frame, stored);
    const double value = isNone ? noNumber : modality(c, frame, stored);
    return std::isfinite(value) ? value : noNumber;
}

inline double windowed(double x, double centre, double w, VoiFunction function) // PS3.3 C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2
{
    if (function == VoiFunction::Sigmoid)
        return 1 / (1 + std::exp(-4 * (x - centre) / w));
    if (function == VoiFunction::LinearExact)
        return x <= centre - w / 2 ? 0 : x > centre + w / 2 ? 1 : (x - centre) / w + 0.5;
    w = std::max(w, 1.0); // "shall always be greater than or equal to 1"
    return x <= centre - 0.5 - (w - 1) / 2 ? 0 : x > centre - 0.5 + (w - 1) / 2 ? 1 : (x - (centre - 0.5)) / (w - 1) + 0.5;
}

inline double voi(const Case& c, double x) // PS3.3 C.11.2.1.1
{
    if (c.presentation.voiLut >= 0 && size_t(c.presentation.voiLut) < c.voiLuts.size()) {
        const VoiLut& lut = *c.voiLuts[size_t(c.presentation.voiLut)];
        double index = std::floor(x) - double(lut.firstMapped);
        index = index < 0 ? 0 : index;
        return double(index >= double(lut.values.size()) ? lut.values.back() : lut.values[size_t(index)]);
    }
    return windowed(x, c.presentation.window.centre, c.presentation.window.width, c.presentation.function);
}

/// Levels that a correct picture may have: rounding alone makes more than one of them.
struct Levels
{
    int low = 255, high = 0;
    void add(int level) { low = std::min(low, level), high = std::max(high, level); }
    void add(Levels other) { add(other.low), add(other.high); }
};

inline Levels greyOf(const Case& c, double value, double tolerance = 1e-9)
{
    double output = voi(c, value);
    bool isInverted = c.isInverted != c.presentation.invert;
    Levels levels;
    for (const double rounding : {-tolerance, tolerance}) {
        double out = output + rounding;
        if (c.modules && c.modules->presentationLut) { // PS3.3 C.11.6: its P-values say what is bright
            const auto& table = c.modules->presentationLut->values;
            out = double(table[size_t(std::clamp(std::floor(out * double(table.size() - 1) + 0.5), 0.0, double(table.size() - 1)))]) + rounding;
            isInverted = c.presentation.invert;
        }
        const int level = std::clamp(int(std::floor(out * 255 + 0.5)), 0, 255);
        levels.add(isInverted ? 255 - level : level);
    }
    return levels;
}

/// Of a value known to ± tolerance.
inline Levels greyAround(const Case& c, double value, double tolerance)
{
    Levels levels = greyOf(c, value);
    if (tolerance > 0) {
        const double low = value - tolerance, high = value + tolerance;
        for (const double v : {low, high, c.presentation.window.centre, c.presentation.window.centre - 0.5})
            if (v >= low && v <= high)
                levels.add(greyOf(c, v));
        for (double v = std::ceil(low); v <= high && v < low + 300; ++v)
            levels.add(greyOf(c, v));
    }
    return levels;
}

inline Levels greyOfStored(const Case& c, int frame, double stored, double tolerance = 1e-9)
{
    if (isPadding(c, frame, stored))
        return {0, 0}; // PIX-08: black whatever the polarity
    // What is no word is kept as a single float.
    const double value = modality(c, frame, stored);
    if (!std::isfinite(value))
        return {0, 0};
    return greyOf(c, c.isWord() ? value : double(float(value)), tolerance);
}

inline bool isOf(const Case& c, QRgb pixel, Levels levels)
{
    for (int level = levels.low; level <= levels.high; ++level)
        if ((pixel & 0xffffff) ==
            ((c.presentation.colourMap && c.cells != Cells::Rgb ? c.presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level)) & 0xffffff))
            return true;
    return false;
}

inline double zoomOf(const Case& c, double width, double height)
{
    if (c.view.zoom > 0)
        return c.view.zoom;
    const bool isTurned = c.view.quarterTurns % 2 != 0;
    return std::min(c.size.width() / (isTurned ? height : width), c.size.height() / (isTurned ? width : height));
}

/// A point of the screen in units of the picture (mm, or widths of a pixel) from its centre: turned back, then flipped back.
inline QPointF fromCentre(const Case& c, QPointF screen, double zoom)
{
    double x = screen.x() - c.size.width() / 2.0 - c.view.panPx.x(), y = screen.y() - c.size.height() / 2.0 - c.view.panPx.y();
    for (int turn = 0; turn < ((c.view.quarterTurns % 4) + 4) % 4; ++turn)
        std::tie(x, y) = std::pair(y, -x); // clockwise on the screen: right becomes down
    return {(c.view.flipHorizontal ? -x : x) / zoom, (c.view.flipVertical ? -y : y) / zoom};
}

inline QPointF unitOf(const Case& c)
{
    return c.hasSpacing ? QPointF(c.spacing.column, c.spacing.row) : QPointF(1, c.aspect);
}

inline QPointF imageAt(const Case& c, QPointF screen)
{
    const QPointF unit = unitOf(c);
    const QPointF from = fromCentre(c, screen, zoomOf(c, columns * unit.x(), rows * unit.y()));
    return {from.x() / unit.x() + (columns - 1) / 2.0, from.y() / unit.y() + (rows - 1) / 2.0};
}

inline double mprZoom(const Case& c)
{
    double extent[2][2] = {{infinity, -infinity}, {infinity, -infinity}};
    for (const double x : {-0.5, columns - 0.5})
        for (const double y : {-0.5, rows - 0.5})
            for (const double z : {-0.5, c.slices - 0.5}) {
                const Vec3 corner = c.origin + c.across * (x * c.spacing.column) + c.down * (y * c.spacing.row) + c.step * z;
                const double along[2] = {dot(corner, c.view.mpr->rowDirection), dot(corner, c.view.mpr->columnDirection)};
                for (int i = 0; i < 2; ++i)
                    extent[i][0] = std::min(extent[i][0], along[i]), extent[i][1] = std::max(extent[i][1], along[i]);
            }
    return zoomOf(c, extent[0][1] - extent[0][0], extent[1][1] - extent[1][0]);
}

inline Vec3 voxelAt(const Case& c, Vec3 point)
{
    const Vec3 from = point - c.origin;
    const double z = dot(from, c.normal()) / dot(c.step, c.normal());
    const Vec3 inPlane = from - c.step * z;
    return {dot(inPlane, c.across) / c.spacing.column, dot(inPlane, c.down) / c.spacing.row, z};
}

inline QString placeOf(const Case& c, int x, int y, const QString& what, QRgb got, const QString& expected)
{
    return QString("%1 at %2 %3: %4 is %5, expected %6").arg(c.words()).arg(x).arg(y).arg(what, QString::number(got & 0xffffff, 16), expected);
}

inline QRgb colourOf(const Case& c, int frame, double stored)
{
    if (isCode(c, frame, stored)) { // PS3.3 C.7.6.19
        const auto& colours = c.supplemental->colours;
        const auto rgb = colours[size_t(std::min<qint64>(qint64(stored) - c.supplemental->firstMapped, qint64(colours.size()) - 1))];
        return qRgb(rgb[0], rgb[1], rgb[2]);
    }
    const int level = greyOfStored(c, frame, stored, 0).low;
    return c.presentation.colourMap ? c.presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level);
}

inline Case withPlane(Case c)
{
    Dice dice(c.seed * 31);
    const Vec3 centre =
        c.origin + c.across * (c.spacing.column * (columns - 1) / 2) + c.down * (c.spacing.row * (rows - 1) / 2) + c.step * ((c.slices - 1) / 2.0);
    const Vec3 aside = dice.of<Vec3>({{0, 0, 0}, {0.1, 0.2, 0.3}, {-1.1, 0.7, 2.3}, {3, -2.2, -0.6}});
    const Vec3 row = normalized({dice.real(-1, 1), dice.real(-1, 1), dice.real(-1, 1)});
    const std::vector<MprPlane> planes{anatomicalPlane(AnatomicalPlane::Axial, centre + aside),
                                       anatomicalPlane(AnatomicalPlane::Coronal, centre + aside),
                                       anatomicalPlane(AnatomicalPlane::Sagittal, centre + aside),
                                       {centre + aside, c.across, c.down},
                                       {centre + aside, c.down, c.normal()},
                                       {centre + aside, row, normalized(cross(row, {dice.real(-1, 1), 0.3, dice.real(-1, 1)}))}};
    c.view.mpr = dice.of(planes);
    if (dice.chance(50))
        c.presentation.interpolation = Interpolation::Linear;
    c.view.zoom = dice.of<double>({0, 1, 3.1, 1.7});
    c.view.slabMm = dice.chance(50) ? dice.of<double>({0.3, 1, 2.5, 4.2, 9}) : 0;
    c.view.blend = dice.of<Blend>({Blend::Maximum, Blend::Minimum, Blend::Mean});
    return c;
}

} // namespace diascope::test
