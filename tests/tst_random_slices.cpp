// Random images and views against a plain renderer: slow loops over doubles, written from PS3.3 and the headers' promises.
#include "viewer/decode/pixel_layout.h"
#include "viewer/figures/figure.h"
#include "viewer/slice/slice_renderer.h"
#include "viewer/volume/stack_loader.h"
#include <QTest>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>

using namespace diascope;
using namespace diascope::viewer;

namespace {

constexpr int columns = 8, rows = 6;
constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

struct Random
{
    std::mt19937 engine;
    int below(int count) { return int(engine() % unsigned(count)); }
    bool chance(int percent) { return below(100) < percent; }
    double real(double low, double high) { return low + (high - low) * (engine() % 100001) / 100000.0; }
    template <typename T>
    T of(const std::vector<T>& from)
    {
        return from[size_t(below(int(from.size())))];
    }
};

std::map<QString, int> reached;

enum class Cells { Whole, Float, Double, Rgb };

/// Everything a picture depends on. Stored values are the truth; the bytes of the file are made from them.
struct Case
{
    unsigned seed = 0;
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

double drawStored(const Case& c, Random& random, const PaddingRange& pad, double centre, double span, int evenly)
{
    if (c.cells == Cells::Rgb)
        return random.below(256);
    const double value = random.chance(evenly)
                             ? std::round(random.real(centre - span, centre + span))
                             : random.of<double>({0, 1, -1, pad.low, pad.high, pad.low - 1, pad.high + 1, double(c.firstMapped), c.firstMapped - 1.0,
                                                  c.supplemental ? double(c.supplemental->firstMapped) : 2, c.lowest(), c.highest()});
    if (c.cells != Cells::Whole)
        return float(random.chance(8) ? random.of<double>({nan, infinity, -infinity}) : std::clamp(random.chance(40) ? value / 8 : value, -3e4, 3e4));
    return std::clamp(value, c.lowest(), c.highest());
}

std::shared_ptr<const VoiLut> drawVoiLut(Random& random)
{
    auto lut = std::make_shared<VoiLut>();
    lut->firstMapped = random.of<int>({0, -5, 100, -1000});
    lut->values.resize(size_t(random.of<int>({1, 2, 17, 300})));
    for (float& value : lut->values)
        value = float(random.below(256)) / 255;
    return lut;
}

void drawGeometry(Case& c, Random& random)
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
    std::tie(c.across, c.down) = random.of(planes);
    c.spacing = random.of<viewer::PixelSpacing>({{1, 1}, {2, 1}, {0.5, 0.75}, {0.7, 0.9}});
    c.origin = {random.real(-20, 20), -20, 30};
    c.step = c.normal() * random.of<double>({1, 2, 0.4, 3.3});
    if ((c.isTilted = random.chance(20)))
        c.step = c.step + c.down * 0.5 - c.across * 0.2;
    c.hasPlane = !random.chance(8);
    c.hasSpacing = c.hasPlane || random.chance(50);
    c.aspect = c.hasSpacing ? c.spacing.row / c.spacing.column : random.of<double>({1, 0.5, 2});
}

void drawView(Case& c, Random& random)
{
    c.size = random.of<QSize>({{20, 16}, {13, 17}, {31, 9}, {1, 1}, {8, 6}});
    c.view.frame = random.below(c.frames());
    const double unit = c.hasSpacing ? c.spacing.column : 1;
    c.view.zoom = random.of<double>({0, 1 / unit, 2.7 / unit, 4 / unit, 0.5 / unit, 0.45 / unit, 0.3 / unit, 0.21 / unit});
    c.view.panPx = random.of<QPointF>({{0, 0}, {0, 0}, {0.5, 0.5}, {1, -2}, {3.3, -1.7}});
    c.view.quarterTurns = random.of<int>({0, 0, 1, 2, 3, -1, 6});
    c.view.flipHorizontal = random.chance(30);
    c.view.flipVertical = random.chance(30);
}

void drawPresentation(Case& c, Random& random)
{
    const double some = c.stored[0][size_t(random.below(rows * columns))] * c.slope[0] + c.intercept[0];
    c.presentation.window.centre = (std::isfinite(some) ? some : 0) + random.of<double>({0, 0.5, 1, -20});
    c.presentation.window.width = random.of<double>({1, 2, 1.5, 20, 256, 257, 4096, 60000});
    c.presentation.function = random.of<VoiFunction>({VoiFunction::Linear, VoiFunction::LinearExact, VoiFunction::Sigmoid});
    if (c.presentation.function != VoiFunction::Sigmoid && random.chance(15))
        c.presentation.window.width = 0.4;
    c.presentation.interpolation = random.of<Interpolation>({Interpolation::Nearest, Interpolation::Linear});
    c.presentation.invert = random.chance(30);
    for (int i = random.chance(40) ? 2 : 0; i > 0; --i)
        c.voiLuts.push_back(drawVoiLut(random));
    c.presentation.voiLut = random.chance(40) ? random.of<int>({0, 1, 2}) : -1;
    if (random.chance(20)) {
        auto map = std::make_shared<ColourMap>();
        for (int i = 0; i < 256; ++i)
            map->colours[size_t(i)] = qRgb(255 - i, i, i ^ 0x55);
        c.presentation.colourMap = map;
    }
    if (random.chance(30))
        c.modules = std::make_shared<ImageModules>();
    if (c.modules && random.chance(60)) {
        c.modules->presentationLut.emplace();
        for (int i = random.of<int>({1, 2, 16, 256}); i > 0; --i)
            c.modules->presentationLut->values.push_back(float(random.below(1001)) / 1000);
    }
    if (c.modules && random.chance(50)) {
        c.modules->pet.emplace();
        c.modules->pet->units = "CNTS";
        c.modules->pet->philipsSuvFactor = 0.25;
    }
}

Case draw(unsigned seed)
{
    Random random{std::mt19937(seed)};
    Case c;
    c.seed = seed;
    c.cells = random.of<Cells>(
        {Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Whole, Cells::Float, Cells::Double, Cells::Rgb});
    if (c.cells == Cells::Whole) {
        const auto [allocated, bits, high] = random.of<std::tuple<int, int, int>>(
            {{8, 8, 7}, {8, 7, 6}, {8, 6, 7}, {16, 16, 15}, {16, 16, 15}, {16, 12, 11}, {16, 12, 15}, {16, 10, 11}, {32, 32, 31}, {32, 20, 19}});
        c.allocated = allocated, c.bits = bits, c.high = high;
        c.isSigned = random.chance(50);
    } else {
        c.allocated = c.cells == Cells::Float ? 32 : c.cells == Cells::Double ? 64 : 8;
        c.bits = c.allocated, c.high = c.allocated - 1;
    }
    c.isInverted = random.chance(30);
    c.alternates = random.chance(20);
    c.slices = random.of<int>({3, 4, 5, 8});
    c.phases = random.chance(25) ? 2 : 1;
    const bool isEven = random.chance(30); // of one meaning throughout
    if (isEven && c.cells == Cells::Whole)
        c.allocated = 16, c.bits = 16, c.high = 15;
    const bool isPerSlice = random.chance(isEven ? 25 : 35);
    const double bound = isEven && random.chance(85) ? 1000 : infinity; // small steps between voxels: small errors of rounding
    const double slope = random.of<double>({1, 1, 2, 0.5, -1, 0.013}), intercept = random.of<double>({0, 0, -1024, 0.5, 7});
    const bool hasPadding = !isEven && random.chance(60), isPaddingPerSlice = random.chance(20);
    const double base = c.cells == Cells::Whole ? random.of<double>({c.lowest(), 0, c.highest() - 4, 3}) : random.of<double>({0, -1, 3.5});
    const PaddingRange pad{base, base + random.of<double>({0, 0, 1, 4})};
    const bool isSlopeChanged = random.chance(50), isInterceptChanged = !isSlopeChanged || random.chance(50);
    const int changed = random.below(c.frames());
    for (int frame = 0; frame < c.frames(); ++frame) {
        const bool isOther = isPerSlice && (frame == changed || frame == changed + 2);
        c.slope.push_back(isOther && isSlopeChanged ? slope * 3 : slope);
        c.intercept.push_back(isOther && isInterceptChanged ? intercept + 40 : intercept);
        c.padding.push_back(hasPadding && !(isPaddingPerSlice && frame == changed) ? std::optional(pad) : std::nullopt);
        c.isMissing.push_back(random.chance(seed % 4 == 0 ? 20 : 0));
    }
    c.isMissing[size_t(random.below(c.frames()))] = false;
    if (c.cells == Cells::Whole && random.chance(isEven ? 12 : 25)) {
        auto table = std::make_shared<std::vector<float>>(size_t(random.of<int>({1, 2, 50, 256, 4096})));
        for (size_t i = 0; i < table->size(); ++i)
            (*table)[i] = float(10 + i * 3 + i % 2);
        c.table = table;
        c.firstMapped = random.of<int>({0, 1, -3, 20});
    }
    if (c.isWord() && random.chance(20)) {
        auto palette = std::make_shared<Palette>();
        palette->firstMapped = random.of<int>({100, 20, 0, -2, 3000});
        for (int i = random.of<int>({1, 2, 20}); i > 0; --i)
            palette->colours.push_back({quint8(random.below(256)), quint8(random.below(256)), quint8(random.below(256))});
        c.supplemental = palette;
    }
    const double centre = random.of<double>({0, 50, 100, 2000, -30}), span = random.of<double>({3, 60, 1000});
    const int evenly = random.of<int>({50, 50, 100});
    for (int frame = 0; frame < c.frames(); ++frame) {
        c.stored.emplace_back();
        for (int i = 0; i < rows * columns * (c.cells == Cells::Rgb ? 3 : 1); ++i)
            c.stored.back().push_back(std::clamp(drawStored(c, random, pad, centre, span, evenly), -bound, bound));
        if (hasPadding && random.chance(10) && c.cells == Cells::Whole) // nothing but padding
            std::fill(c.stored.back().begin(), c.stored.back().end(), pad.low);
    }
    c.junk = random.engine();
    drawGeometry(c, random);
    drawView(c, random);
    drawPresentation(c, random);
    return c;
}

/// The same image and view but for one thing: what is kept from one picture must not serve the other.
Case varied(Case c)
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
QByteArray cellsOf(const Case& c, int frame)
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

std::shared_ptr<const Volume> volumeOf(const Case& c)
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

// The model: values.

bool isPadding(const Case& c, int frame, double stored) // PS3.3 C.7.5.1.1.2
{
    const auto& range = c.padding[size_t(frame)];
    return range && stored >= range->low && stored <= range->high;
}

bool isCode(const Case& c, int frame, double stored)
{
    return c.supplemental && stored >= double(c.supplemental->firstMapped) && !isPadding(c, frame, stored);
}

double modality(const Case& c, int frame, double stored) // PS3.3 C.11.1
{
    if (!c.table)
        return stored * c.slope[size_t(frame)] + c.intercept[size_t(frame)];
    if (stored <= double(c.firstMapped))
        return double(c.table->front());
    const double index = stored - double(c.firstMapped);
    return index >= double(c.table->size()) ? double(c.table->back()) : double((*c.table)[size_t(index)]);
}

/// NaN: padding, a colour's code, no number, not loaded.
double measured(const Case& c, int frame, int column, int row)
{
    const double stored = c.at(frame, column, row);
    const bool isNone = c.isMissing[size_t(frame)] || isPadding(c, frame, stored) || isCode(c, frame, stored);
    const double value = isNone ? nan : modality(c, frame, stored);
    return std::isfinite(value) ? value : nan;
}

// The model: grey levels.

double windowed(double x, double centre, double w, VoiFunction function) // PS3.3 C.11.2.1.2.1, C.11.2.1.3.1, C.11.2.1.3.2
{
    if (function == VoiFunction::Sigmoid)
        return 1 / (1 + std::exp(-4 * (x - centre) / w));
    if (function == VoiFunction::LinearExact)
        return x <= centre - w / 2 ? 0 : x > centre + w / 2 ? 1 : (x - centre) / w + 0.5;
    w = std::max(w, 1.0); // "shall always be greater than or equal to 1"
    return x <= centre - 0.5 - (w - 1) / 2 ? 0 : x > centre - 0.5 + (w - 1) / 2 ? 1 : (x - (centre - 0.5)) / (w - 1) + 0.5;
}

double voi(const Case& c, double x) // PS3.3 C.11.2.1.1
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

Levels greyOf(const Case& c, double value, double tolerance = 1e-9)
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
Levels greyAround(const Case& c, double value, double tolerance)
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

Levels greyOfStored(const Case& c, int frame, double stored, double tolerance = 1e-9)
{
    if (isPadding(c, frame, stored))
        return {0, 0}; // PIX-08: black whatever the polarity
    // What is no word is kept as a single float.
    const double value = modality(c, frame, stored);
    if (!std::isfinite(value))
        return {0, 0};
    return greyOf(c, c.isWord() ? value : double(float(value)), tolerance);
}

bool isOf(const Case& c, QRgb pixel, Levels levels)
{
    for (int level = levels.low; level <= levels.high; ++level)
        if ((pixel & 0xffffff) ==
            ((c.presentation.colourMap && c.cells != Cells::Rgb ? c.presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level)) & 0xffffff))
            return true;
    return false;
}

// The model: places.

double zoomOf(const Case& c, double width, double height)
{
    if (c.view.zoom > 0)
        return c.view.zoom;
    const bool isTurned = c.view.quarterTurns % 2 != 0;
    return std::min(c.size.width() / (isTurned ? height : width), c.size.height() / (isTurned ? width : height));
}

/// A point of the screen in units of the picture (mm, or widths of a pixel) from its centre: turned back, then flipped back.
QPointF fromCentre(const Case& c, QPointF screen, double zoom)
{
    double x = screen.x() - c.size.width() / 2.0 - c.view.panPx.x(), y = screen.y() - c.size.height() / 2.0 - c.view.panPx.y();
    for (int turn = 0; turn < ((c.view.quarterTurns % 4) + 4) % 4; ++turn)
        std::tie(x, y) = std::pair(y, -x); // clockwise on the screen: right becomes down
    return {(c.view.flipHorizontal ? -x : x) / zoom, (c.view.flipVertical ? -y : y) / zoom};
}

QPointF unitOf(const Case& c)
{
    return c.hasSpacing ? QPointF(c.spacing.column, c.spacing.row) : QPointF(1, c.aspect);
}

QPointF imageAt(const Case& c, QPointF screen)
{
    const QPointF unit = unitOf(c);
    const QPointF from = fromCentre(c, screen, zoomOf(c, columns * unit.x(), rows * unit.y()));
    return {from.x() / unit.x() + (columns - 1) / 2.0, from.y() / unit.y() + (rows - 1) / 2.0};
}

double mprZoom(const Case& c)
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

Vec3 voxelAt(const Case& c, Vec3 point)
{
    const Vec3 from = point - c.origin;
    const double z = dot(from, c.normal()) / dot(c.step, c.normal());
    const Vec3 inPlane = from - c.step * z;
    return {dot(inPlane, c.across) / c.spacing.column, dot(inPlane, c.down) / c.spacing.row, z};
}

// The model: a native frame.

/// Samples in a plane; NaN: nothing to mix. `steps` screen pixels away lie this many samples.
struct Plain
{
    int width = columns, height = rows;
    std::vector<double> samples;
    double at(int x, int y) const { return samples[size_t(y * width + x)]; }
};

/// A screen pixel that covers several of the image shows the mean of whole blocks, padding left out.
Plain blocks(const Plain& from, int byX, int byY)
{
    Plain to{(from.width + byX - 1) / byX, (from.height + byY - 1) / byY, {}};
    for (int y = 0; y < to.height; ++y)
        for (int x = 0; x < to.width; ++x) {
            double sum = 0, count = 0;
            for (int row = y * byY; row < std::min(from.height, (y + 1) * byY); ++row)
                for (int column = x * byX; column < std::min(from.width, (x + 1) * byX); ++column)
                    if (const double v = from.at(column, row); !std::isnan(v))
                        sum += v, count += 1;
            to.samples.push_back(count > 0 ? sum / count : nan);
        }
    return to;
}

struct Mixed
{
    std::vector<double> values; // any of them is right; NaN: nothing
    void add(double v) { values.push_back(v); }
};

/// Bilinear; beside what cannot be mixed the nearest sample.
Mixed mixedAt(const Plain& plain, double u, double v, bool isNearest)
{
    Mixed mixed;
    const double edge = 1e-6; // of rounding in the transform
    const double x = std::clamp(u, 0.0, plain.width - 1.0), y = std::clamp(v, 0.0, plain.height - 1.0);
    const auto addNearest = [&] {
        for (const double ex : {-edge, edge})
            for (const double ey : {-edge, edge})
                mixed.add(
                    plain.at(std::clamp(int(std::floor(x + 0.5 + ex)), 0, plain.width - 1), std::clamp(int(std::floor(y + 0.5 + ey)), 0, plain.height - 1)));
    };
    if (isNearest) {
        addNearest();
        return mixed;
    }
    double sum = 0;
    bool isBeside = false, isPerhapsBeside = false;
    for (int row = std::max(0, int(std::floor(y - edge))); row <= std::min(plain.height - 1, int(std::ceil(y + edge))); ++row)
        for (int column = std::max(0, int(std::floor(x - edge))); column <= std::min(plain.width - 1, int(std::ceil(x + edge))); ++column) {
            const double weight = std::max(0.0, 1 - std::abs(x - column)) * std::max(0.0, 1 - std::abs(y - row));
            const double sample = plain.at(column, row);
            if (!std::isnan(sample))
                sum += weight * sample;
            else if (weight > edge)
                isBeside = true;
            else
                isPerhapsBeside = true;
        }
    // Exactly on a row or column the next one counts by nothing: both answers are right where it is padding.
    for (const auto& [dx, dy] : {std::pair(-1, 0), {1, 0}, {0, -1}, {0, 1}, {-1, -1}, {1, 1}, {-1, 1}, {1, -1}})
        if (const double column = std::round(x) + dx, row = std::round(y) + dy; column >= 0 && row >= 0 && column < plain.width && row < plain.height)
            if ((std::abs(x - std::round(x)) < edge || dx == 0 || std::abs(x - column) < 1) &&
                (std::abs(y - std::round(y)) < edge || dy == 0 || std::abs(y - row) < 1))
                isPerhapsBeside = isPerhapsBeside || std::isnan(plain.at(int(column), int(row)));
    if (!isBeside)
        mixed.add(sum);
    if (isBeside || isPerhapsBeside)
        addNearest();
    return mixed;
}

QString placeOf(const Case& c, int x, int y, const QString& what, QRgb got, const QString& expected)
{
    return QString("%1 at %2 %3: %4 is %5, expected %6").arg(c.words()).arg(x).arg(y).arg(what, QString::number(got & 0xffffff, 16), expected);
}

QRgb colourOf(const Case& c, int frame, double stored)
{
    if (isCode(c, frame, stored)) { // PS3.3 C.7.6.19
        const auto& colours = c.supplemental->colours;
        const auto rgb = colours[size_t(std::min<qint64>(qint64(stored) - c.supplemental->firstMapped, qint64(colours.size()) - 1))];
        return qRgb(rgb[0], rgb[1], rgb[2]);
    }
    const int level = greyOfStored(c, frame, stored, 0).low;
    return c.presentation.colourMap ? c.presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level);
}

QString compareNative(Case c, const Volume& volume)
{
    const int frame = c.view.frame;
    c.isInverted = c.isFrameInverted(frame);
    const auto& [centre, width] = c.presentation.window;
    for (const double x : {centre, centre - 0.5, centre - width / 2, centre + width / 2, centre - width, centre + width, centre - 0.5 - (width - 1) / 2,
                           centre - 0.5 + (width - 1) / 2, centre + 0.7})
        if (const double output = applyVoi(x, c.presentation.window, c.presentation.function), wanted = windowed(x, centre, width, c.presentation.function);
            !(std::abs(output - wanted) < 1e-12))
            return c.words() + QString(": value %1 becomes %2, expected %3").arg(x).arg(output).arg(wanted);
    const RenderedSlice slice = render(volume, c.view, c.presentation, c.size);
    if (c.isMissing[size_t(frame)]) {
        ++reached["native: frame not loaded"];
        return slice.problem && slice.problem->fault == Fault::Damaged && slice.image.size() == c.size && slice.image.pixel(0, 0) == qRgb(0, 0, 0)
                   ? QString()
                   : c.words() + ": a missing frame is shown";
    }
    if (slice.problem)
        return c.words() + ": " + slice.problem->detail;
    for (const int none : {-1, c.frames()}) {
        SliceView view = c.view;
        view.frame = none;
        if (const auto problem = render(volume, view, c.presentation, c.size).problem; !problem || problem->fault != Fault::Invalid)
            return c.words() + QString(": frame %1 of %2").arg(none).arg(c.frames());
    }
    const bool isNearest = c.presentation.interpolation == Interpolation::Nearest, isColour = c.cells == Cells::Rgb || c.supplemental;
    Plain planes[3];
    double largest = 0;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            if (isColour) {
                const size_t i = size_t(row * columns + column) * 3;
                const auto& s = c.stored[size_t(frame)];
                const QRgb rgb = c.cells == Cells::Rgb ? qRgb(int(s[i]), int(s[i + 1]), int(s[i + 2])) : colourOf(c, frame, c.at(frame, column, row));
                planes[0].samples.push_back(qRed(rgb)), planes[1].samples.push_back(qGreen(rgb)), planes[2].samples.push_back(qBlue(rgb));
            } else {
                const double stored = c.at(frame, column, row), value = c.isWord() ? stored : double(float(modality(c, frame, stored)));
                planes[0].samples.push_back(isPadding(c, frame, stored) || !std::isfinite(value) ? nan : value);
                largest = std::max(largest, std::isfinite(value) ? std::abs(value) : 0);
            }
    const auto& pad = c.padding[size_t(frame)];
    const auto& all = c.stored[size_t(frame)];
    const bool isMidway = pad && c.isWord() && *std::min_element(all.begin(), all.end())<pad->low&& * std::max_element(all.begin(), all.end())> pad->high;
    // How many pixels of the image lie between two of the screen.
    const QPointF unit = unitOf(c), step = QPointF(1 / unit.x(), 1 / unit.y()) / zoomOf(c, columns * unit.x(), rows * unit.y());
    const int byX = isNearest ? 1 : std::max(1, int(step.x() + 1e-6)), byY = isNearest ? 1 : std::max(1, int(step.y() + 1e-6));
    const bool isReduced = byX > 1 || byY > 1;
    if (isMidway && isReduced && !isColour)
        return {}; // a mean that falls on padding becomes the number beside it
    for (Plain& plane : planes)
        if (isReduced && !plane.samples.empty())
            plane = blocks(plane, byX, byY);
    int seen = 0;
    for (int y = 0; y < c.size.height(); ++y)
        for (int x = 0; x < c.size.width(); ++x) {
            const QPointF at = imageAt(c, QPointF(x + 0.5, y + 0.5));
            const QRgb got = slice.image.pixel(x, y);
            const double out = std::max({-0.5 - at.x(), at.x() - (columns - 0.5), -0.5 - at.y(), at.y() - (rows - 0.5)});
            // Right on the border rounding decides, and the last block may reach over the edge.
            if (std::abs(out) < 1e-6 || (isReduced && out > 0 && out < std::max(byX, byY)))
                continue;
            if (out > 0) {
                if ((got & 0xffffff) != (c.presentation.colourMap && !isColour ? c.presentation.colourMap->colours[0] & 0xffffff : 0))
                    return placeOf(c, x, y, "outside", got, "black");
                continue;
            }
            ++seen;
            const double u = (at.x() + 0.5) / byX - 0.5, v = (at.y() + 0.5) / byY - 0.5;
            bool isRight = false;
            QString expected;
            if (isColour) {
                const bool isInverted = c.cells == Cells::Rgb && c.presentation.invert;
                const Mixed mixed[3] = {mixedAt(planes[0], u, v, isNearest), mixedAt(planes[1], u, v, isNearest), mixedAt(planes[2], u, v, isNearest)};
                for (size_t i = 0; i < mixed[0].values.size(); ++i) {
                    const double tolerance = isReduced ? 1.001 : 0.501; // rounded once, or twice
                    const auto isNear = [&](int channel, int value) {
                        return std::abs((isInverted ? 255 - value : value) - mixed[channel].values[i]) < tolerance;
                    };
                    isRight = isRight || (isNear(0, qRed(got)) && isNear(1, qGreen(got)) && isNear(2, qBlue(got)));
                    expected += QString(" %1,%2,%3").arg(mixed[0].values[i]).arg(mixed[1].values[i]).arg(mixed[2].values[i]);
                }
            } else
                for (const double value : mixedAt(planes[0], u, v, isNearest).values) {
                    Levels levels;
                    const double rounding = (isNearest ? 0 : largest * 1e-6) + (isReduced && c.isWord() ? 0.5 : 0);
                    if (std::isnan(value))
                        levels = {0, 0};
                    else if (c.isWord())
                        for (double stored = std::floor(value + 0.5 - rounding); stored <= std::floor(value + 0.5 + rounding); ++stored)
                            levels.add(greyOf(c, modality(c, frame, stored))); // also where that number is padding elsewhere
                    else
                        levels = greyAround(c, value, rounding);
                    isRight = isRight || isOf(c, got, levels);
                    expected += QString(" %1 (%2 to %3)").arg(value).arg(levels.low).arg(levels.high);
                }
            if (!isRight)
                return placeOf(c, x, y, QString("image %1 %2").arg(at.x()).arg(at.y()), got, expected);
        }
    ++reached[QString("native: ") +
              (isColour     ? c.supplemental ? "supplemental palette" : "RGB"
               : c.isWord() ? "words"
                            : "wide or float") +
              (isNearest   ? ", nearest"
               : isReduced ? ", reduced"
                           : ", linear")];
    reached["native: pixels in the picture"] += seen;
    reached["native: VOI LUT"] += c.presentation.voiLut >= 0 && size_t(c.presentation.voiLut) < c.voiLuts.size();
    reached["native: presentation LUT"] += c.modules && c.modules->presentationLut;
    reached["native: modality LUT"] += c.table != nullptr;
    reached["native: padding"] += c.padding[size_t(frame)].has_value();
    reached[QString("native: function %1").arg(int(c.presentation.function))] += 1;
    return {};
}

// The model: planes through the volume.

struct Sampled
{
    double value = nan;
    bool isUnsure = false; // rounding decides
};

/// To the outer borders of the voxels; trilinear of what can be mixed (PIX-08), nothing where most of it cannot.
Sampled sampledAt(const Case& c, Vec3 voxel, int phase, bool isNearest, bool& isInside)
{
    const double counts[3] = {columns, rows, double(c.slices)}, at[3] = {voxel.x, voxel.y, voxel.z};
    Sampled sampled;
    double inside[3];
    isInside = true;
    for (int i = 0; i < 3; ++i) {
        sampled.isUnsure = sampled.isUnsure || std::abs(at[i] + 0.5) < 1e-5 || std::abs(at[i] - counts[i] + 0.5) < 1e-5 ||
                           (isNearest && std::abs(at[i] - std::floor(at[i]) - 0.5) < 1e-5);
        isInside = isInside && at[i] >= -0.5 && at[i] <= counts[i] - 0.5;
        inside[i] = std::clamp(isNearest ? std::floor(at[i] + 0.5) : at[i], 0.0, counts[i] - 1);
    }
    if (!isInside)
        return sampled;
    double sum = 0, weights = 0;
    for (int z = int(inside[2]); z < std::min(c.slices, int(inside[2]) + 2); ++z)
        for (int y = int(inside[1]); y < std::min(rows, int(inside[1]) + 2); ++y)
            for (int x = int(inside[0]); x < std::min(columns, int(inside[0]) + 2); ++x) {
                const double weight =
                    std::max(0.0, 1 - std::abs(inside[0] - x)) * std::max(0.0, 1 - std::abs(inside[1] - y)) * std::max(0.0, 1 - std::abs(inside[2] - z));
                const double value = weight > 0 ? measured(c, z + c.slices * phase, x, y) : nan;
                if (!std::isnan(value))
                    sum += weight * value, weights += weight;
            }
    sampled.isUnsure = sampled.isUnsure || std::abs(weights - 0.5) < 1e-4;
    sampled.value = weights > 0.5 ? sum / weights : nan;
    return sampled;
}

Case withPlane(Case c)
{
    Random random{std::mt19937(c.seed * 31)};
    const Vec3 centre =
        c.origin + c.across * (c.spacing.column * (columns - 1) / 2) + c.down * (c.spacing.row * (rows - 1) / 2) + c.step * ((c.slices - 1) / 2.0);
    const Vec3 aside = random.of<Vec3>({{0, 0, 0}, {0.1, 0.2, 0.3}, {-1.1, 0.7, 2.3}, {3, -2.2, -0.6}});
    const Vec3 row = normalized({random.real(-1, 1), random.real(-1, 1), random.real(-1, 1)});
    const std::vector<MprPlane> planes{anatomicalPlane(AnatomicalPlane::Axial, centre + aside),
                                       anatomicalPlane(AnatomicalPlane::Coronal, centre + aside),
                                       anatomicalPlane(AnatomicalPlane::Sagittal, centre + aside),
                                       {centre + aside, c.across, c.down},
                                       {centre + aside, c.down, c.normal()},
                                       {centre + aside, row, normalized(cross(row, {random.real(-1, 1), 0.3, random.real(-1, 1)}))}};
    c.view.mpr = random.of(planes);
    if (random.chance(50))
        c.presentation.interpolation = Interpolation::Linear;
    c.view.zoom = random.of<double>({0, 1, 3.1, 1.7});
    c.view.slabMm = random.chance(50) ? random.of<double>({0.3, 1, 2.5, 4.2, 9}) : 0;
    c.view.blend = random.of<Blend>({Blend::Maximum, Blend::Minimum, Blend::Mean});
    return c;
}

QString compareMpr(Case c, const Volume& volume)
{
    const RenderedSlice slice = render(volume, c.view, c.presentation, c.size);
    if (!c.hasPlane || c.cells == Cells::Rgb) {
        ++reached["MPR: not offered"];
        return slice.problem && (c.hasPlane || slice.problem->detail == "no positions") ? QString() : c.words() + ": MPR is offered";
    }
    if (slice.problem)
        return c.words() + ": " + slice.problem->detail;
    const int phase = c.view.frame / c.slices, first = phase * c.slices;
    c.isInverted = c.isFrameInverted(first);
    const bool isNearest = c.presentation.interpolation == Interpolation::Nearest;
    // At least a sample every voxel, both faces of the slab included.
    const double finest = std::min({c.spacing.column, c.spacing.row, norm(c.step)});
    const int samples = c.view.slabMm > 0 ? std::max(1, int(std::ceil(c.view.slabMm / finest - 1e-6))) + 1 : 1;
    // Words of one meaning may be mixed as they are stored, and are rounded then.
    bool isUniform = c.isWord() && !isNearest && !c.table && !c.supplemental;
    double largest = 0;
    for (int frame = first; frame < first + c.slices; ++frame) {
        isUniform = isUniform && !c.isMissing[size_t(frame)] && !c.padding[size_t(frame)] && c.slope[size_t(frame)] == c.slope[size_t(first)] &&
                    c.intercept[size_t(frame)] == c.intercept[size_t(first)] && c.slope[size_t(frame)] > 0;
        for (int i = 0; i < rows * columns; ++i)
            if (const double value = measured(c, frame, i % columns, i / columns); !std::isnan(value))
                largest = std::max(largest, std::abs(value));
    }
    const double tolerance = isUniform ? 0.5 * c.slope[size_t(first)] + largest * 2e-5 : isNearest && samples == 1 ? 0 : largest * 1e-6;
    const double zoom = mprZoom(c);
    int seen = 0;
    for (int y = 0; y < c.size.height(); ++y)
        for (int x = 0; x < c.size.width(); ++x) {
            const QPointF mm = fromCentre(c, QPointF(x + 0.5, y + 0.5), zoom);
            const Vec3 point = c.view.mpr->centreLps + c.view.mpr->rowDirection * mm.x() + c.view.mpr->columnDirection * mm.y();
            double value = nan, count = 0;
            bool isUnsure = false;
            for (int sample = 0; sample < samples; ++sample) {
                const Vec3 through = samples == 1 ? Vec3{} : c.view.mpr->normal() * (c.view.slabMm * (double(sample) / (samples - 1) - 0.5));
                bool isInside = false;
                const Sampled sampled = sampledAt(c, voxelAt(c, point + through), phase, isNearest, isInside);
                isUnsure = isUnsure || sampled.isUnsure;
                if (!isInside || std::isnan(sampled.value))
                    continue;
                const double v = double(float(sampled.value));
                value = count == 0 ? v : c.view.blend == Blend::Maximum ? std::max(value, v) : c.view.blend == Blend::Minimum ? std::min(value, v) : value + v;
                ++count;
            }
            if (isUnsure)
                continue;
            if (c.view.blend == Blend::Mean && count > 0)
                value /= count;
            const QRgb got = slice.image.pixel(x, y);
            const Vec3 voxel = voxelAt(c, point);
            const int column = int(std::floor(voxel.x + 0.5)), row = int(std::floor(voxel.y + 0.5)), z = int(std::floor(voxel.z + 0.5));
            if (c.supplemental && samples == 1 && column >= 0 && row >= 0 && z >= 0 && column < columns && row < rows && z < c.slices) {
                const bool isBetween = std::abs(voxel.x - std::floor(voxel.x) - 0.5) < 1e-5 || std::abs(voxel.y - std::floor(voxel.y) - 0.5) < 1e-5 ||
                                       std::abs(voxel.z - std::floor(voxel.z) - 0.5) < 1e-5;
                if (isBetween)
                    continue;
                if (const double stored = c.at(first + z, column, row); !c.isMissing[size_t(first + z)] && isCode(c, first + z, stored)) {
                    ++reached["MPR: colours of the palette"];
                    if (got != colourOf(c, first + z, stored))
                        return placeOf(c, x, y, QString("voxel %1 %2 %3").arg(column).arg(row).arg(z), got,
                                       QString::number(colourOf(c, first + z, stored), 16));
                    continue;
                }
            }
            const Levels levels = std::isnan(value) ? Levels{0, 0} : greyAround(c, value, tolerance);
            seen += !std::isnan(value);
            if (!isOf(c, got, levels))
                return placeOf(c, x, y, QString("voxel %1 %2 %3, %4 samples").arg(voxel.x).arg(voxel.y).arg(voxel.z).arg(samples), got,
                               QString("%1 (%2 to %3)").arg(value).arg(levels.low).arg(levels.high));
        }
    reached["MPR: pixels in the volume"] += seen;
    ++reached[QString("MPR: ") +
              (isUniform   ? "one meaning"
               : isNearest ? "nearest"
                           : "mixed meanings") +
              (samples > 1 ? QString(", slab %1").arg(int(c.view.blend)) : QString())];
    reached["MPR: second phase"] += phase == 1;
    reached["MPR: tilted"] += c.isTilted;
    reached["MPR: missing slices"] += std::count(c.isMissing.begin() + first, c.isMissing.begin() + first + c.slices, true) > 0;
    return {};
}

// Values.

QString differs(const Case& c, const QString& what, std::optional<double> got, double expected, double tolerance = 0)
{
    const bool isSame = got ? std::abs(*got - expected) <= tolerance || *got == expected : std::isnan(expected);
    return isSame ? QString() : QString("%1: %2 is %3, expected %4").arg(c.words(), what).arg(got.value_or(nan), 0, 'g', 12).arg(expected, 0, 'g', 12);
}

QString compareValues(const Case& c, const Volume& volume)
{
    int missing = 0;
    double low = infinity, high = -infinity;
    for (int frame = 0; frame < c.frames(); ++frame) {
        missing += c.isMissing[size_t(frame)];
        const std::vector<float> values = volume.frameValues(frame);
        const bool hasValues = !c.isMissing[size_t(frame)] && c.cells != Cells::Rgb;
        if (volume.isLoaded(frame) == c.isMissing[size_t(frame)] || volume.error(frame).has_value() != c.isMissing[size_t(frame)] ||
            values.empty() == hasValues)
            return c.words() + QString(": frame %1 is loaded or not").arg(frame);
        for (int row = -1; row <= rows; ++row)
            for (int column = -1; column <= columns; ++column) {
                const QString place = QString("of frame %1 at %2 %3").arg(frame).arg(column).arg(row);
                const bool isThere = row >= 0 && column >= 0 && row < rows && column < columns && !c.isMissing[size_t(frame)];
                const auto got = volume.storedAt(frame, column, row);
                if (!isThere || c.cells == Cells::Rgb) { // luminance of ITU-R BT.601
                    const double* rgb = isThere ? &c.stored[size_t(frame)][size_t(row * columns + column) * 3] : nullptr;
                    if (const QString text = differs(c, "stored value " + place, got, rgb ? 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] : nan, 1e-9) +
                                             differs(c, "value " + place, volume.valueAt(frame, column, row), nan);
                        !text.isEmpty())
                        return text;
                    continue;
                }
                const double stored = c.at(frame, column, row), value = modality(c, frame, stored);
                const bool isPad = isPadding(c, frame, stored);
                if (!got || (*got != stored && !(std::isnan(*got) && std::isnan(stored))))
                    return differs(c, "stored value " + place, got, stored);
                if (const QString text = differs(c, "value " + place, volume.valueAt(frame, column, row), measured(c, frame, column, row)); !text.isEmpty())
                    return text;
                const float quick = values[size_t(row * columns + column)];
                if (isPad || std::isnan(value) ? !std::isnan(quick) : quick != float(value))
                    return differs(c, "frame value " + place, double(quick), isPad ? nan : value);
                if (volume.isPadding(frame, stored) != isPad || volume.isColourCode(frame, stored) != isCode(c, frame, stored))
                    return c.words() + ": padding or code " + place;
                reached["values: padding"] += isPad;
                reached["values: colour codes"] += isCode(c, frame, stored);
                reached["values: no numbers"] += !std::isfinite(value);
                if (!isPad && std::isfinite(value))
                    low = std::min(low, value), high = std::max(high, value);
            }
    }
    if (volume.loadedCount() != c.frames() - missing || volume.failedCount() != missing || !volume.isComplete())
        return c.words() + ": counts of frames";
    reached["values: missing frames"] += missing;
    if (!c.supplemental) {
        const auto range = volume.valueRange();
        if (range.has_value() != (low <= high) || (range && (range->low != low || range->high != high)))
            return c.words() + QString(": range %1 to %2, expected %3 to %4").arg(range ? range->low : nan).arg(range ? range->high : nan).arg(low).arg(high);
        reached["values: no range"] += !range;
    }
    Random random{std::mt19937(c.seed + 99)};
    for (int n = 0; n < 40; ++n) {
        const auto along = [&](int count) {
            return random.of<double>({0, 1, count - 1.0, count - 1 + 1e-8, -1e-8, -0.1, count - 0.9, random.real(0, count - 1), random.real(0, count - 1)});
        };
        const Vec3 voxel{along(columns), along(rows), along(c.slices)};
        const int phase = random.below(c.phases + 1) - (n == 0 ? 1 : 0);
        const bool isInside =
            voxel.x > -1e-6 && voxel.y > -1e-6 && voxel.z > -1e-6 && voxel.x < columns - 1 + 1e-6 && voxel.y < rows - 1 + 1e-6 && voxel.z < c.slices - 1 + 1e-6;
        const Vec3 point = c.origin + c.across * (voxel.x * c.spacing.column) + c.down * (voxel.y * c.spacing.row) + c.step * voxel.z;
        double sum = c.hasPlane && isInside && phase >= 0 && phase < c.phases ? 0 : nan, largest = 0;
        bool isUnsure = false;
        for (int i = 0; i < rows * columns * c.slices && !std::isnan(sum); ++i) {
            const int x = i % columns, y = i / columns % rows, z = i / columns / rows;
            const double weight =
                std::max(0.0, 1 - std::abs(voxel.x - x)) * std::max(0.0, 1 - std::abs(voxel.y - y)) * std::max(0.0, 1 - std::abs(voxel.z - z));
            if (const double value = weight > 0 ? (c.cells == Cells::Rgb ? nan : measured(c, z + c.slices * phase, x, y)) : 0;
                weight > 1e-7 || !std::isnan(value))
                sum += weight * value, largest = std::max(largest, std::abs(value));
        }
        // Beside a sample by rounding: whether the next one counts is open.
        for (int i = 0; i < 3; ++i)
            isUnsure = isUnsure || std::abs((&voxel.x)[i] - std::round((&voxel.x)[i])) < 1e-6;
        const auto got = volume.valueAt(point, phase);
        if ((!isUnsure || got) && !differs(c, {}, got, sum, 1e-6 + largest * 1e-6).isEmpty())
            return differs(c, QString("voxel %1 %2 %3 of phase %4").arg(voxel.x, 0, 'g', 10).arg(voxel.y, 0, 'g', 10).arg(voxel.z, 0, 'g', 10).arg(phase), got,
                           sum);
        if (isUnsure && !got && !std::isnan(sum) && missing == 0 && !c.supplemental && c.cells == Cells::Whole &&
            std::none_of(c.padding.begin(), c.padding.end(), [](const auto& p) { return p.has_value(); }))
            return c.words() + ": nothing at a sample itself";
        reached["values: at points"] += got.has_value();
        reached["values: nothing at points"] += !got.has_value();
    }
    return {};
}

// Regions (MEA-06), in quarters of a pixel: whole numbers, so that what lies on an edge is known.

struct Corner
{
    qint64 x, y;
};

/// Even-odd, edges included.
bool isInPolygon(const std::vector<Corner>& polygon, Corner p)
{
    bool isInside = false;
    for (size_t i = 0; i < polygon.size(); ++i) {
        const Corner a = polygon[i], b = polygon[(i + 1) % polygon.size()];
        const qint64 side = (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);
        if (side == 0 && p.x >= std::min(a.x, b.x) && p.x <= std::max(a.x, b.x) && p.y >= std::min(a.y, b.y) && p.y <= std::max(a.y, b.y))
            return true;
        if ((a.y <= p.y) != (b.y <= p.y) && (b.y > a.y ? side > 0 : side < 0))
            isInside = !isInside;
    }
    return isInside;
}

QString compareRegions(const Case& c, const std::shared_ptr<const Volume>& volume)
{
    Random random{std::mt19937(c.seed + 5)};
    for (int n = 0; n < 12; ++n) {
        const QString kind = random.of<QString>({"rectangle", "ellipse", "polygon", "length", "angle"});
        std::vector<Corner> corners;
        for (int i = kind == "polygon" ? 3 + random.below(4) : kind == "angle" ? 3 : 2; i > 0; --i) {
            const bool isWhole = random.chance(50);
            corners.push_back({isWhole ? 4 * random.below(columns + 2) - 4 : random.below(4 * columns + 16) - 8,
                               isWhole ? 4 * random.below(rows + 2) - 4 : random.below(4 * rows + 16) - 8});
        }
        Figure figure;
        figure.kind = kind;
        figure.image = ImageRef{{"1.2"}, {QString("1.2.%1").arg(c.view.frame + 1)}, 0};
        for (const Corner& corner : corners)
            figure.points.push_back({double(corner.x) / 4, double(corner.y) / 4, 0});
        if (c.hasPlane && kind != "ellipse" && random.chance(50)) { // drawn in the patient; an ellipse's edge is not for rounding
            figure.frameOfReference = {"1.9"};
            for (Vec3& point : figure.points)
                point = c.origin + c.step * (c.view.frame % c.slices) + c.across * (point.x * c.spacing.column) + c.down * (point.y * c.spacing.row);
            ++reached["regions: in the patient"];
        }
        const auto values = measure(figure, volume);
        if (c.isMissing[size_t(c.view.frame)]) {
            if (!values.empty())
                return c.words() + ": measured before it is loaded";
            continue;
        }
        std::map<QString, double> expected;
        double largest = 0, span = 0;
        const double sx = c.hasSpacing ? c.spacing.column : 1, sy = c.hasSpacing ? c.spacing.row : c.aspect;
        const auto arm = [&](size_t from, size_t to) {
            return QPointF(double(corners[to].x - corners[from].x) / 4 * sx, double(corners[to].y - corners[from].y) / 4 * sy);
        };
        if (kind == "length") {
            expected["length"] = std::sqrt(arm(0, 1).x() * arm(0, 1).x() + arm(0, 1).y() * arm(0, 1).y());
        } else if (kind == "angle") {
            const QPointF a = arm(1, 0), b = arm(1, 2);
            const double lengths = std::hypot(a.x(), a.y()) * std::hypot(b.x(), b.y());
            if (lengths == 0)
                continue;
            expected["angle"] = std::acos(std::clamp((a.x() * b.x() + a.y() * b.y()) / lengths, -1.0, 1.0)) * 180 / std::numbers::pi;
        } else {
            const qint64 left = std::min(corners[0].x, corners[1].x), right = std::max(corners[0].x, corners[1].x);
            const qint64 top = std::min(corners[0].y, corners[1].y), bottom = std::max(corners[0].y, corners[1].y), w = right - left, h = bottom - top;
            std::vector<double> inside;
            for (int row = 0; row < rows; ++row)
                for (int column = 0; column < columns; ++column) {
                    const Corner p{4 * column, 4 * row};
                    const qint64 dx = (2 * p.x - left - right) * h, dy = (2 * p.y - top - bottom) * w;
                    const bool isInBox = p.x >= left && p.x <= right && p.y >= top && p.y <= bottom;
                    const bool isInside = kind == "polygon"     ? isInPolygon(corners, p)
                                          : kind == "rectangle" ? isInBox
                                                                : isInBox && dx * dx + dy * dy <= w * w * h * h;
                    const double value = isInside && c.cells != Cells::Rgb ? measured(c, c.view.frame, column, row) : nan;
                    if (!std::isnan(value))
                        inside.push_back(value);
                }
            double doubled = 0;
            for (size_t i = 0; i < corners.size(); ++i)
                doubled += double(corners[i].x * corners[(i + 1) % corners.size()].y - corners[(i + 1) % corners.size()].x * corners[i].y) / 16;
            const double area = kind == "polygon" ? std::abs(doubled) / 2 : double(w * h) / 16 * (kind == "ellipse" ? std::numbers::pi / 4 : 1);
            expected["area"] = c.hasSpacing ? area * sx * sy : area;
            expected["count"] = double(inside.size());
            if (!inside.empty()) {
                double sum = 0, squares = 0;
                for (const double v : inside)
                    sum += v;
                const double mean = sum / double(inside.size());
                for (const double v : inside)
                    squares += (v - mean) * (v - mean), largest = std::max(largest, std::abs(v)), span = std::max(span, std::abs(v - inside.front()));
                expected["mean"] = mean;
                expected["sd"] = std::sqrt(squares / double(inside.size())); // of the population
                expected["min"] = *std::min_element(inside.begin(), inside.end());
                expected["max"] = *std::max_element(inside.begin(), inside.end());
                if (c.modules && c.modules->pet) { // PIX-19
                    expected["suvbw-mean"] = mean * 0.25;
                    expected["suvbw-max"] = expected["max"] * 0.25;
                }
            }
            reached["regions: empty"] += inside.empty();
        }
        ++reached["regions: " + kind];
        std::map<QString, QString> units{{"length", c.hasSpacing ? "mm" : "px"},
                                         {"area", c.hasSpacing ? "mm2" : "px2"},
                                         {"angle", "deg"},
                                         {"count", ""},
                                         {"suvbw-mean", "g/ml"},
                                         {"suvbw-max", "g/ml"}};
        for (const FigureValue& value : values) {
            const auto wanted = expected.find(value.name);
            // Sums of squares lose half of the digits; acos its last third near 0 and 180.
            const double tolerance = wanted == expected.end() ? 0
                                     : value.name == "angle"  ? 1e-5
                                     : value.name == "sd"     ? 1e-7 * (1 + span)
                                                              : 1e-9 * (1 + largest + std::abs(wanted->second));
            if (wanted == expected.end() || !(std::abs(value.value - wanted->second) <= tolerance) ||
                value.unit != (units.contains(value.name) ? units[value.name] : "HU"))
                return c.words() + QString(": %1 of %2 number %3 is %4 %5, expected %6")
                                       .arg(value.name, kind)
                                       .arg(n)
                                       .arg(value.value, 0, 'g', 12)
                                       .arg(value.unit)
                                       .arg(wanted == expected.end() ? nan : wanted->second, 0, 'g', 12);
        }
        if (values.size() != expected.size())
            return c.words() + QString(": %1 values of a %2, expected %3").arg(values.size()).arg(kind).arg(expected.size());
    }
    return {};
}

// Between screen, image and patient.

QString lettersOf(Vec3 d)
{
    const double length = norm(d), part[3] = {std::abs(d.x) / length, std::abs(d.y) / length, std::abs(d.z) / length};
    const QString names[3] = {d.x > 0 ? "L" : "R", d.y > 0 ? "P" : "A", d.z > 0 ? "H" : "F"};
    QString letters;
    bool isUsed[3] = {};
    for (int turn = 0; turn < 3; ++turn) {
        int best = -1;
        for (int i = 0; i < 3; ++i)
            if (!isUsed[i] && (best < 0 || part[i] > part[best] + 1e-9))
                best = i;
        isUsed[best] = true;
        letters += part[best] > 0.0873 ? names[best] : QString();
    }
    return letters;
}

QString compareTransforms(const Case& c, const Volume& volume)
{
    const SliceTransform transform = SliceTransform::of(volume, c.view, c.size);
    const bool hasPatient = c.hasPlane;
    const Vec3 origin = c.view.mpr ? c.view.mpr->centreLps : c.origin + c.step * (c.view.frame % c.slices);
    const Vec3 across = c.view.mpr ? c.view.mpr->rowDirection : c.across * c.spacing.column,
               down = c.view.mpr ? c.view.mpr->columnDirection : c.down * c.spacing.row;
    const QPointF unit = c.view.mpr ? QPointF(1, 1) : unitOf(c);
    const double zoom = c.view.mpr ? mprZoom(c) : zoomOf(c, columns * unit.x(), rows * unit.y());
    const auto imageOf = [&](QPointF screen) { return c.view.mpr ? fromCentre(c, screen, zoom) : imageAt(c, screen); };
    const auto patientOf = [&](QPointF screen) { return origin + across * imageOf(screen).x() + down * imageOf(screen).y(); };
    const auto isFar = [](QPointF a, QPointF b) { return !(std::hypot(a.x() - b.x(), a.y() - b.y()) < 1e-7 * (1 + std::hypot(a.x(), a.y()))); };
    Random random{std::mt19937(c.seed + 17)};
    const QString words = c.words() + (c.view.mpr ? " MPR" : "");
    for (int n = 0; n < 4; ++n) {
        const QPointF screen(random.real(-5, 30), random.real(-5, 30));
        if (isFar(transform.toImage(screen), imageOf(screen)) || isFar(transform.toScreen(imageOf(screen)), screen))
            return words + QString(": screen %1 %2 is image %3 %4")
                               .arg(screen.x())
                               .arg(screen.y())
                               .arg(transform.toImage(screen).x())
                               .arg(transform.toImage(screen).y());
        const auto point = transform.toPatient(screen);
        const double off = random.of<double>({0, 2, -3});
        const Vec3 above = patientOf(screen) + normalized(cross(across, down)) * off;
        if (point.has_value() != hasPatient || transform.toScreen(above).has_value() != hasPatient || transform.distanceMm(above).has_value() != hasPatient)
            return words + ": a place in the patient, or none";
        if (point &&
            (norm(*point - patientOf(screen)) > 1e-7 || isFar(*transform.toScreen(above), screen) || std::abs(*transform.distanceMm(above) - off) > 1e-7))
            return words + ": screen and patient";
        const double factor = random.of<double>({1.5, 0.5, 1});
        Case other = c;
        other.view = zoomedAt(volume, c.view, c.size, screen, factor);
        if (std::abs(other.view.zoom - zoom * factor) > 1e-9 * zoom ||
            isFar(other.view.mpr ? fromCentre(other, screen, other.view.zoom) : imageAt(other, screen), imageOf(screen)))
            return words + ": zoomed at the cursor";
    }
    Case fit = c;
    fit.view.zoom = 0;
    const double fitted = c.view.mpr ? mprZoom(fit) : zoomOf(fit, columns * unit.x(), rows * unit.y());
    const double finest = c.view.mpr ? std::min({c.spacing.column, c.spacing.row, norm(c.step)}) : std::min(unit.x(), unit.y());
    if (std::abs(transform.zoom() - zoom) > 1e-9 * zoom || std::abs(fitZoom(volume, c.view, c.size) - fitted) > 1e-9 * fitted ||
        std::abs(oneToOneZoom(volume, c.view) * finest - 1) > 1e-9)
        return words + QString(": zoom %1, fit %2, one to one %3").arg(transform.zoom()).arg(fitZoom(volume, c.view, c.size)).arg(oneToOneZoom(volume, c.view));
    const EdgeLetters letters = transform.letters();
    const std::tuple<QPointF, QString, const char*> edges[] = {
        {{-1, 0}, letters.left, "left"}, {{1, 0}, letters.right, "right"}, {{0, -1}, letters.top, "top"}, {{0, 1}, letters.bottom, "bottom"}};
    for (const auto& [step, got, name] : edges) {
        const QPointF image = imageOf(step) - imageOf({0, 0});
        // Patient Orientation (PS3.3 C.7.6.1.1.1) says P along the row and FR along the column.
        QString expected = std::abs(image.x()) > std::abs(image.y()) ? image.x() > 0 ? "P" : "A" : image.y() > 0 ? "FR" : "HL";
        if (hasPatient)
            expected = lettersOf(patientOf(step) - patientOf({0, 0}));
        QString sorted[2] = {got, expected};
        if (c.view.mpr || c.across.y != 0) // of equal parts either may be the first
            for (QString& text : sorted)
                std::sort(text.begin(), text.end());
        if (sorted[0] != sorted[1])
            return words + QString(": %1 edge %2, expected %3").arg(name, got, expected);
        reached[hasPatient ? "letters: of the plane" : "letters: Patient Orientation"] += 1;
    }
    return {};
}

} // namespace

class TestRandomSlices : public QObject
{
    Q_OBJECT

    /// Every case and its variant; the first difference.
    template <typename Compare>
    QString differenceOf(unsigned salt, unsigned count, const Compare& compare)
    {
        const unsigned rounds = qEnvironmentVariableIsSet("DIASCOPE_RANDOM_ROUNDS") ? qEnvironmentVariableIntValue("DIASCOPE_RANDOM_ROUNDS") : count;
        for (unsigned seed = 1; seed <= rounds; ++seed) {
            const Case first = draw(seed + salt);
            for (const Case& c : {first, varied(first)})
                if (const QString difference = compare(c, volumeOf(c)); !difference.isEmpty())
                    return difference;
        }
        return {};
    }

private Q_SLOTS:
    void PIX_06_PIX_07_PIX_08_PIX_10_nativeFrames()
    {
        const QString difference = differenceOf(0, 600, [](const Case& c, const auto& volume) { return compareNative(c, *volume); });
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    void PIX_04_PIX_08_planesAndSlabs()
    {
        const QString difference = differenceOf(10000, 700, [](const Case& c, const auto& volume) { return compareMpr(withPlane(c), *volume); });
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    void PIX_01_PIX_03_PIX_11_MEA_11_values()
    {
        const QString difference = differenceOf(20000, 150, [](const Case& c, const auto& volume) { return compareValues(c, *volume); });
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    void MEA_01_MEA_06_regions()
    {
        const QString difference = differenceOf(30000, 250, [](const Case& c, const auto& volume) { return compareRegions(c, volume); });
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    void GEO_11_GEO_15_GEO_16_screenImagePatient()
    {
        const QString difference = differenceOf(40000, 200, [](const Case& c, const auto& volume) {
            const Case plane = withPlane(c);
            return compareTransforms(c, *volume) + (c.hasPlane ? compareTransforms(plane, *volume) : QString());
        });
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    /// After the others: what the generator reached.
    void everyFeatureWasReached()
    {
        if (qEnvironmentVariableIsSet("DIASCOPE_RANDOM_ROUNDS"))
            QSKIP("all rounds only");
        for (const auto& [feature, count] : reached)
            qInfo("%6d %s", count, qPrintable(feature));
        const QStringList all{"MPR: colours of the palette",
                              "MPR: missing slices",
                              "MPR: mixed meanings",
                              "MPR: mixed meanings, slab 0",
                              "MPR: mixed meanings, slab 1",
                              "MPR: mixed meanings, slab 2",
                              "MPR: nearest",
                              "MPR: nearest, slab 0",
                              "MPR: nearest, slab 1",
                              "MPR: nearest, slab 2",
                              "MPR: not offered",
                              "MPR: one meaning",
                              "MPR: one meaning, slab 0",
                              "MPR: one meaning, slab 1",
                              "MPR: one meaning, slab 2",
                              "MPR: pixels in the volume",
                              "MPR: second phase",
                              "MPR: tilted",
                              "letters: Patient Orientation",
                              "letters: of the plane",
                              "native: RGB, linear",
                              "native: RGB, nearest",
                              "native: RGB, reduced",
                              "native: VOI LUT",
                              "native: frame not loaded",
                              "native: function 0",
                              "native: function 1",
                              "native: function 2",
                              "native: modality LUT",
                              "native: padding",
                              "native: pixels in the picture",
                              "native: presentation LUT",
                              "native: supplemental palette, linear",
                              "native: supplemental palette, nearest",
                              "native: supplemental palette, reduced",
                              "native: wide or float, linear",
                              "native: wide or float, nearest",
                              "native: wide or float, reduced",
                              "native: words, linear",
                              "native: words, nearest",
                              "native: words, reduced",
                              "regions: angle",
                              "regions: ellipse",
                              "regions: empty",
                              "regions: in the patient",
                              "regions: length",
                              "regions: polygon",
                              "regions: rectangle",
                              "values: at points",
                              "values: colour codes",
                              "values: missing frames",
                              "values: no numbers",
                              "values: no range",
                              "values: nothing at points",
                              "values: padding"};
        for (const QString& feature : all)
            QVERIFY2(reached[feature] > 0, qPrintable(feature));
    }
};

QTEST_GUILESS_MAIN(TestRandomSlices)
#include "tst_random_slices.moc"
