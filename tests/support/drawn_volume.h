#pragma once
#include "tests/support/dice.h"
#include "tests/support/words.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <cstring>
#include <limits>

/// Images and views drawn at dice. Stored values are the truth; the bytes of the file are made from them.
namespace diascope::test
{

using namespace viewer;

constexpr int columns = 8, rows = 6;
constexpr double noNumber = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

enum class Cells { Whole, Float, Double, Rgb };

/// Everything a picture depends on.
struct Case
{
    int seed = 0;
    QString varied = "nothing";
    Cells cells = Cells::Whole;
    int allocated = 16, bits = 16, high = 15;
    bool isSigned = false, isInverted = false, hasPlane = true, hasSpacing = true, isTilted = false, alternates = false;
    int slices = 3, phases = 1;
    std::vector<double> slope, intercept; // of each frame
    std::vector<std::optional<PaddingRange>> padding;
    std::shared_ptr<const std::vector<float>> table;
    qint64 firstMapped = 0;
    std::shared_ptr<const Palette> supplemental;
    std::vector<std::shared_ptr<const VoiLut>> voiLuts;
    std::shared_ptr<ImageModules> modules;
    std::vector<bool> isMissing;
    std::vector<std::vector<double>> stored;
    unsigned junk = 0; // bits of a cell that belong to no value
    Vec3 origin, across{1, 0, 0}, down{0, 1, 0}, step{0, 0, 2};
    viewer::PixelSpacing spacing;
    double aspect = 1;
    Presentation presentation;
    SliceView view;
    QSize size;

    int frames() const { return slices * phases; }
    bool isFrameInverted(int frame) const { return isInverted != (alternates && frame % 2 != 0); }
    bool isWord() const { return cells == Cells::Whole && allocated <= 16; }
    double lowest() const { return isSigned ? -std::ldexp(1, bits - 1) : 0; }
    double highest() const { return std::ldexp(1, isSigned ? bits - 1 : bits) - 1; }
    double at(int frame, int column, int row) const { return stored[size_t(frame)][size_t(row * columns + column)]; }
    Vec3 normal() const { return cross(across, down); }
    QString words() const
    {
        QString text = QString("seed %1, varied: %2; cells %3, %4/%5/%6%7, slope %8 intercept %9")
                           .arg(seed)
                           .arg(varied)
                           .arg(int(cells))
                           .arg(allocated)
                           .arg(bits)
                           .arg(high)
                           .arg(isSigned ? " signed" : "")
                           .arg(slope[0])
                           .arg(intercept[0]);
        text += QString("; first mapped %1, table %2, %3 slices, %4 phases, window %5/%6 function %7 voi %8")
                    .arg(firstMapped)
                    .arg(table ? int(table->size()) : 0)
                    .arg(slices)
                    .arg(phases)
                    .arg(presentation.window.centre)
                    .arg(presentation.window.width)
                    .arg(int(presentation.function))
                    .arg(presentation.voiLut);
        text += QString("; inverted %1, invert %2, map %3, linear %4, presentation table %5")
                    .arg(isInverted)
                    .arg(presentation.invert)
                    .arg(presentation.colourMap != nullptr)
                    .arg(presentation.interpolation == Interpolation::Linear)
                    .arg(modules && modules->presentationLut);
        text += QString("; frame %1, zoom %2, pan %3 %4, turns %5, flips %6 %7, slab %8 blend %9")
                    .arg(view.frame)
                    .arg(view.zoom)
                    .arg(view.panPx.x())
                    .arg(view.panPx.y())
                    .arg(view.quarterTurns)
                    .arg(view.flipHorizontal)
                    .arg(view.flipVertical)
                    .arg(view.slabMm)
                    .arg(int(view.blend));
        const auto& p = padding[size_t(std::clamp(view.frame, 0, frames() - 1))];
        text += QString("; spacing %1 %2, ").arg(spacing.row).arg(spacing.column) + (p ? QString("padding %1 to %2").arg(p->low).arg(p->high) : "no padding");
        return text + (supplemental ? QString(", colours from %1").arg(supplemental->firstMapped) : QString());
    }
};

inline double drawStored(const Case& c, Dice& dice, const PaddingRange& pad, double centre, double span, int evenly)
{
    if (c.cells == Cells::Rgb)
        return dice.upTo(255);
    const double value = dice.chance(evenly)
                             ? std::round(dice.real(centre - span, centre + span))
                             : dice.of<double>({0, 1, -1, pad.low, pad.high, pad.low - 1, pad.high + 1, double(c.firstMapped), c.firstMapped - 1.0,
                                                  c.supplemental ? double(c.supplemental->firstMapped) : 2, c.lowest(), c.highest()});
    if (c.cells != Cells::Whole)
        return float(dice.chance(8) ? dice.of<double>({noNumber, infinity, -infinity}) : std::clamp(dice.chance(40) ? value / 8 : value, -3e4, 3e4));
    return std::clamp(value, c.lowest(), c.highest());
}

inline std::shared_ptr<const VoiLut> drawVoiLut(Dice& dice)
{
    auto lut = std::make_shared<VoiLut>();
    lut->firstMapped = dice.of<int>({0, -5, 100, -1000});
    lut->values.resize(size_t(dice.of<int>({1, 2, 17, 300})));
    for (float& value : lut->values)
        value = float(dice.upTo(255)) / 255;
    return lut;
}

inline void drawGeometry(Case& c, Dice& dice)
{
    const double s = std::sqrt(0.5);
    const std::vector<std::pair<Vec3, Vec3>> planes{{{1, 0, 0}, {0, 1, 0}},
                                                    {{0, 1, 0}, {0, 0, -1}},
                                                    {{1, 0, 0}, {0, 0, -1}},
                                                    {{-1, 0, 0}, {0, 1, 0}},
                                                    {{0.6, 0.8, 0}, {-0.8, 0.6, 0}},
                                                    {{0.6, 0, 0.8}, {0, 1, 0}},
                                                    {{0.48, 0.64, 0.6}, {-0.8, 0.6, 0}},
                                                    {{s, 0, -s}, {0, -1, 0}},
                                                    {{0.99, std::sqrt(1 - 0.99 * 0.99), 0}, {0, 0, 1}}};
    std::tie(c.across, c.down) = dice.of(planes);
    c.spacing = dice.of<viewer::PixelSpacing>({{1, 1}, {2, 1}, {0.5, 0.75}, {0.7, 0.9}});
    c.origin = {dice.real(-20, 20), -20, 30};
    c.step = c.normal() * dice.of<double>({1, 2, 0.4, 3.3});
    if ((c.isTilted = dice.chance(20)))
        c.step = c.step + c.down * 0.5 - c.across * 0.2;
    c.hasPlane = !dice.chance(8);
    c.hasSpacing = c.hasPlane || dice.chance(50);
    c.aspect = c.hasSpacing ? c.spacing.row / c.spacing.column : dice.of<double>({1, 0.5, 2});
}

inline void drawView(Case& c, Dice& dice)
{
    c.size = dice.of<QSize>({{20, 16}, {13, 17}, {31, 9}, {1, 1}, {8, 6}});
    c.view.frame = dice.upTo(c.frames() - 1);
    const double unit = c.hasSpacing ? c.spacing.column : 1;
    c.view.zoom = dice.of<double>({0, 1 / unit, 2.7 / unit, 4 / unit, 0.5 / unit, 0.45 / unit, 0.3 / unit, 0.21 / unit});
    c.view.panPx = dice.of<QPointF>({{0, 0}, {0, 0}, {0.5, 0.5}, {1, -2}, {3.3, -1.7}});
    c.view.quarterTurns = dice.of<int>({0, 0, 1, 2, 3, -1, 6});
    c.view.flipHorizontal = dice.chance(30);
    c.view.flipVertical = dice.chance(30);
}

inline void drawPresentation(Case& c, Dice& dice)
{
    const double some = c.stored[0][size_t(dice.upTo(rows * columns - 1))] * c.slope[0] + c.intercept[0];
    c.presentation.window.centre = (std::isfinite(some) ? some : 0) + dice.of<double>({0, 0.5, 1, -20});
    c.presentation.window.width = dice.of<double>({1, 2, 1.5, 20, 256, 257, 4096, 60000});
    c.presentation.function = dice.of<VoiFunction>({VoiFunction::Linear, VoiFunction::LinearExact, VoiFunction::Sigmoid});
    if (c.presentation.function != VoiFunction::Sigmoid && dice.chance(15))
        c.presentation.window.width = 0.4;
    c.presentation.interpolation = dice.of<Interpolation>({Interpolation::Nearest, Interpolation::Linear});
    c.presentation.invert = dice.chance(30);
    for (int i = dice.chance(40) ? 2 : 0; i > 0; --i)
        c.voiLuts.push_back(drawVoiLut(dice));
    c.presentation.voiLut = dice.chance(40) ? dice.of<int>({0, 1, 2}) : -1;
    if (dice.chance(20)) {
        auto map = std::make_shared<ColourMap>();
        for (int i = 0; i < 256; ++i)
            map->colours[size_t(i)] = qRgb(255 - i, i, i ^ 0x55);
        c.presentation.colourMap = map;
    }
    if (dice.chance(30))
        c.modules = std::make_shared<ImageModules>();
    if (c.modules && dice.chance(60)) {
        c.modules->presentationLut.emplace();
        for (int i = dice.of<int>({1, 2, 16, 256}); i > 0; --i)
            c.modules->presentationLut->values.push_back(float(dice.upTo(1000)) / 1000);
    }
    if (c.modules && dice.chance(50)) {
        c.modules->pet.emplace();
        c.modules->pet->units = "CNTS";
        c.modules->pet->philipsSuvFactor = 0.25;
    }
}

inline Case draw(int seed)
{
    Dice dice(seed);
    Case c;
    c.seed = seed;
    c.cells = dice.of<Cells>(
        {Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Float, Cells::Double, Cells::Rgb});
    if (c.cells == Cells::Whole) {
        const auto [allocated, bits, high] = dice.of<std::tuple<int, int, int>>(
            {{8, 8, 7}, {8, 7, 6}, {8, 6, 7}, {16, 16, 15}, {16, 16, 15}, {16, 12, 11}, {16, 12, 15}, {16, 10, 11}, {32, 32, 31}, {32, 20, 19}});
        c.allocated = allocated, c.bits = bits, c.high = high;
        c.isSigned = dice.chance(50);
    } else {
        c.allocated = c.cells == Cells::Float ? 32 : c.cells == Cells::Double ? 64 : 8;
        c.bits = c.allocated, c.high = c.allocated - 1;
    }
    c.isInverted = dice.chance(30);
    c.alternates = dice.chance(20);
    c.slices = dice.of<int>({3, 4, 5, 8});
    c.phases = dice.chance(25) ? 2 : 1;
    const bool isEven = dice.chance(30); // of one meaning throughout
    if (isEven && c.cells == Cells::Whole)
        c.allocated = 16, c.bits = 16, c.high = 15;
    const bool isPerSlice = dice.chance(isEven ? 25 : 35);
    const double bound = isEven && dice.chance(85) ? 1000 : infinity; // small steps between voxels: small errors of rounding
    const double slope = dice.of<double>({1, 1, 2, 0.5, -1, 0.013}), intercept = dice.of<double>({0, 0, -1024, 0.5, 7});
    const bool hasPadding = !isEven && dice.chance(60), isPaddingPerSlice = dice.chance(20);
    const double base = c.cells == Cells::Whole ? dice.of<double>({c.lowest(), 0, c.highest() - 4, 3}) : dice.of<double>({0, -1, 3.5});
    const PaddingRange pad{base, base + dice.of<double>({0, 0, 1, 4})};
    const bool isSlopeChanged = dice.chance(50), isInterceptChanged = !isSlopeChanged || dice.chance(50);
    const int changed = dice.upTo(c.frames() - 1);
    for (int frame = 0; frame < c.frames(); ++frame) {
        const bool isOther = isPerSlice && (frame == changed || frame == changed + 2);
        c.slope.push_back(isOther && isSlopeChanged ? slope * 3 : slope);
        c.intercept.push_back(isOther && isInterceptChanged ? intercept + 40 : intercept);
        c.padding.push_back(hasPadding && !(isPaddingPerSlice && frame == changed) ? std::optional(pad) : std::nullopt);
        c.isMissing.push_back(dice.chance(seed % 4 == 0 ? 20 : 0));
    }
    c.isMissing[size_t(dice.upTo(c.frames() - 1))] = false;
    if (c.cells == Cells::Whole && dice.chance(isEven ? 12 : 25)) {
        auto table = std::make_shared<std::vector<float>>(size_t(dice.of<int>({1, 2, 50, 256, 4096})));
        for (size_t i = 0; i < table->size(); ++i)
            (*table)[i] = float(10 + i * 3 + i % 2);
        c.table = table;
        c.firstMapped = dice.of<int>({0, 1, -3, 20});
    }
    if (c.isWord() && dice.chance(20)) {
        auto palette = std::make_shared<Palette>();
        palette->firstMapped = dice.of<int>({100, 20, 0, -2, 3000});
        for (int i = dice.of<int>({1, 2, 20}); i > 0; --i)
            palette->colours.push_back({quint8(dice.upTo(255)), quint8(dice.upTo(255)), quint8(dice.upTo(255))});
        c.supplemental = palette;
    }
    const double centre = dice.of<double>({0, 50, 100, 2000, -30}), span = dice.of<double>({3, 60, 1000});
    const int evenly = dice.of<int>({50, 50, 100});
    for (int frame = 0; frame < c.frames(); ++frame) {
        c.stored.emplace_back();
        for (int i = 0; i < rows * columns * (c.cells == Cells::Rgb ? 3 : 1); ++i)
            c.stored.back().push_back(std::clamp(drawStored(c, dice, pad, centre, span, evenly), -bound, bound));
        if (hasPadding && dice.chance(10) && c.cells == Cells::Whole) // nothing but padding
            std::fill(c.stored.back().begin(), c.stored.back().end(), pad.low);
    }
    c.junk = dice.bits();
    drawGeometry(c, dice);
    drawView(c, dice);
    drawPresentation(c, dice);
    return c;
}

/// The same image and view but for one thing: what is kept from one picture must not serve the other.
inline Case varied(Case c)
{
    const auto all = [&](auto& values, auto change) { std::for_each(values.begin(), values.end(), change); };
    if (c.seed % 12 == 11 && c.cells != Cells::Whole)
        return c;
    switch (c.seed % 12) {
    case 0:
        c.varied = "slope", all(c.slope, [](double& v) { v *= 2; });
        break;
    case 1:
        c.varied = "intercept", all(c.intercept, [](double& v) { v += 3; });
        break;
    case 2:
        c.varied = "padding", all(c.padding, [&](auto& v) { v = v ? std::nullopt : std::optional(PaddingRange{c.stored[0][0], c.stored[0][0] + 2}); });
        break;
    case 3:
        c.varied = "first mapped", c.firstMapped += 1;
        break;
    case 4:
        c.varied = "polarity", c.isInverted = !c.isInverted;
        break;
    case 5:
        c.varied = "invert", c.presentation.invert = !c.presentation.invert;
        break;
    case 6:
        c.varied = "centre", c.presentation.window.centre += 1;
        break;
    case 7:
        c.varied = "width", c.presentation.window.width *= 2;
        break;
    case 8:
        c.varied = "function", c.presentation.function = VoiFunction((int(c.presentation.function) + 1) % 3);
        break;
    case 9:
        c.varied = "VOI LUT", c.presentation.voiLut = c.presentation.voiLut < 0 ? 0 : -1;
        break;
    case 10:
        c.varied = "interpolation", c.presentation.interpolation = Interpolation(1 - int(c.presentation.interpolation));
        break;
    case 11:
        c.varied = "modality table", c.table = c.table ? nullptr : std::make_shared<const std::vector<float>>(std::vector<float>{7, 30, 200});
        break;
    }
    return c;
}

/// The cells of PS3.5 8.1.1: values end at High Bit, whatever lies around them.
inline QByteArray cellsOf(const Case& c, int frame)
{
    QByteArray bytes;
    for (const double value : c.stored[size_t(frame)]) {
        quint64 cell = 0;
        const auto single = float(value);
        if (c.cells == Cells::Float) {
            std::memcpy(&cell, &single, 4);
        } else if (c.cells == Cells::Double) {
            std::memcpy(&cell, &value, 8);
        } else {
            const quint64 mask = (quint64(1) << c.bits) - 1, shift = quint64(c.high + 1 - c.bits);
            cell = ((quint64(qint64(value)) & mask) << shift) | (c.junk & ~(mask << shift));
        }
        bytes.append(reinterpret_cast<const char*>(&cell), c.allocated / 8);
    }
    return bytes;
}

inline std::shared_ptr<const Volume> volumeOf(const Case& c)
{
    Stack stack;
    for (int frame = 0; frame < c.frames(); ++frame) {
        Instance made;
        made.uid = {QString("1.2.%1").arg(frame + 1)};
        made.seriesUid = {"1.2"};
        PixelDescription& pixels = made.pixels;
        pixels.rows = rows, pixels.columns = columns;
        pixels.samplesPerPixel = c.cells == Cells::Rgb ? 3 : 1;
        pixels.bitsAllocated = c.allocated, pixels.bitsStored = c.bits, pixels.highBit = c.high, pixels.isSigned = c.isSigned;
        pixels.photometric = c.cells == Cells::Rgb ? "RGB" : "MONOCHROME2";
        pixels.element = c.cells == Cells::Float    ? PixelDescription::Element::FloatPixelData
                         : c.cells == Cells::Double ? PixelDescription::Element::DoubleFloatPixelData
                                                    : PixelDescription::Element::PixelData;
        pixels.syntax = dicom::TransferSyntax::fromUid(QString::fromUtf16(dicom::explicitLittleEndian));
        pixels.padding = c.padding[size_t(frame)];
        auto layout = std::make_shared<PixelLayout>();
        layout->description = pixels;
        layout->memory = std::make_shared<QByteArray>(cellsOf(c, frame));
        layout->native.length = c.isMissing[size_t(frame)] ? 3 : layout->memory->size();
        layout->supplemental = c.supplemental;
        made.layout = layout;
        made.modules = c.modules;
        if (c.hasSpacing)
            made.spacingMm = c.spacing;
        made.spacingOrigin = c.hasSpacing ? SpacingOrigin::Patient : SpacingOrigin::None;
        made.pixelAspect = c.aspect;
        made.modalityTransform = {c.slope[size_t(frame)], c.intercept[size_t(frame)], c.table, c.firstMapped, "HU"};
        made.voiLuts = c.voiLuts;
        made.isInverted = c.isFrameInverted(frame);
        made.patientOrientation = {"P", "FR"};
        if (c.hasPlane)
            made.plane = PlaneGeometry{c.origin + c.step * (frame % c.slices), c.across, c.down, c.spacing, rows, columns, true};
        stack.instances.push_back(made);
    }
    stack.sliceCount = c.slices, stack.phaseCount = c.phases, stack.rows = rows, stack.columns = columns;
    stack.canReslice = c.hasPlane;
    stack.isVolume = c.hasPlane && !c.isTilted;
    stack.whyNoVolume = "no positions";
    return *StackLoader::load(std::move(stack));
}

/// The first difference among drawn cases and their variants.
template <typename Compare>
inline QString differenceOf(int salt, int count, const Compare& compare)
{
    for (int seed = 1; seed <= rounds(count); ++seed) {
        const Case first = draw(seed + salt);
        for (const Case& c : {first, varied(first)})
            if (const QString difference = compare(c, volumeOf(c)); !difference.isEmpty())
                return difference;
    }
    return {};
}

} // namespace diascope::test
