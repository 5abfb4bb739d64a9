#pragma once
#include "tests/support/dice.h"
#include "viewer/decode/pixel_layout.h"
#include "viewer/volume/stack_loader.h"
#include <cmath>
#include <limits>

/// Stacks of one or two multi-frame objects drawn at dice. Stored values are the truth; the bytes of the file are made from them.
namespace diascope::test
{

using namespace viewer;

constexpr int columns = 7, rows = 5, pixelCount = columns * rows;

/// One frame of the stack; `number` counts within its object.
struct PlainFrame
{
    int object = 0, number = 0;
    bool isMissing = false;
    std::vector<int> stored;
};

struct DrawnFrames
{
    std::vector<PlainFrame> frames;
    std::shared_ptr<ImageModules> modules[2];
    int counts[2] = {1, 0};
    double slope = 1, intercept = 0;
    int bitsStored = 16;
    bool isColour = false, isFloat = false;
    std::optional<int> padding, coloursFrom; ///< stored values from here on are codes of colours (PS3.3 C.7.6.19)
    std::shared_ptr<const std::vector<float>> table;
    std::vector<StoredWindow> windows;
    std::vector<std::shared_ptr<const VoiLut>> voiLuts;
    double aspect = 1;

    double value(const PlainFrame& frame, int i) const
    {
        const int stored = frame.stored[size_t(i)];
        if (padding == stored)
            return std::numeric_limits<double>::quiet_NaN();
        return table ? double((*table)[size_t(std::clamp(stored, 0, int(table->size()) - 1))]) : stored * slope + intercept;
    }
    Stack stack() const;
    std::shared_ptr<const Volume> volume() const { return *StackLoader::load(stack()); }
};

/// Each object's frames in one value, of which those that are missing are the last.
inline Stack DrawnFrames::stack() const
{
    Stack stack;
    for (const PlainFrame& frame : frames) {
        Instance made;
        made.uid = {QStringLiteral("1.2.%1").arg(frame.object)};
        made.frame = frame.number;
        made.modules = modules[frame.object];
        made.modality = "XA";
        made.pixelAspect = aspect;
        made.modalityTransform = {slope, intercept, table, 0, {}};
        made.windows = windows;
        made.voiLuts = voiLuts;
        PixelDescription& pixels = made.pixels;
        pixels.rows = rows, pixels.columns = columns, pixels.frames = counts[frame.object];
        pixels.photometric = isColour ? "RGB" : "MONOCHROME2";
        pixels.samplesPerPixel = isColour ? 3 : 1;
        pixels.bitsAllocated = isColour ? 8 : isFloat ? 32 : 16;
        pixels.bitsStored = isColour ? 8 : isFloat ? 32 : bitsStored;
        pixels.highBit = pixels.bitsStored - 1;
        pixels.element = isFloat ? PixelDescription::Element::FloatPixelData : PixelDescription::Element::PixelData;
        pixels.syntax = dicom::TransferSyntax::fromUid(QString::fromUtf16(dicom::explicitLittleEndian));
        if (padding)
            pixels.padding = PaddingRange{double(*padding), double(*padding)};
        auto layout = std::make_shared<PixelLayout>();
        layout->description = pixels;
        QByteArray bytes;
        for (int i = 0; i < made.pixels.frames; ++i)
            for (const int stored : frame.stored) {
                const auto real = float(stored);
                const auto word = quint16(stored);
                bytes += isColour  ? QByteArray(3, char(stored))
                         : isFloat ? QByteArray(reinterpret_cast<const char*>(&real), 4)
                                   : QByteArray(reinterpret_cast<const char*>(&word), 2);
            }
        if (coloursFrom) {
            Palette palette;
            palette.firstMapped = *coloursFrom;
            palette.colours = {{1, 2, 3}};
            layout->supplemental = std::make_shared<const Palette>(palette);
        }
        layout->memory = std::make_shared<QByteArray>(bytes);
        layout->native.length = frame.isMissing ? 1 : bytes.size();
        made.layout = layout;
        stack.instances.push_back(made);
    }
    stack.sliceCount = int(frames.size()), stack.rows = rows, stack.columns = columns;
    return stack;
}

inline DrawnFrames drawFrames(Dice& dice)
{
    DrawnFrames d;
    d.counts[0] = dice.of({1, 2, 4, 6});
    d.counts[1] = dice.isOneOf(3) ? dice.from(1, 4) : 0;
    for (int object : {0, 1}) {
        if (dice.chance(90))
            d.modules[object] = std::make_shared<ImageModules>();
        for (int i = 0; i < d.counts[object]; ++i)
            d.frames.push_back({object, i, dice.isOneOf(14), {}});
    }
    if (d.counts[1] > 0 && dice.isOneOf(2))
        dice.shuffle(d.frames);
    d.frames[size_t(dice.upTo(int(d.frames.size()) - 1))].isMissing = false;
    d.isColour = dice.isOneOf(12);
    d.isFloat = !d.isColour && dice.isOneOf(8);
    d.bitsStored = dice.of({8, 10, 16});
    d.slope = dice.of({1.0, 1.0, 2.0, 0.5, 0.01, -1.0});
    d.intercept = dice.of({0.0, 0.0, -100.0, 0.5});
    if (dice.isOneOf(4)) {
        auto table = std::make_shared<std::vector<float>>();
        for (int i = 0; i < 200; ++i)
            table->push_back(float(i * 5 % 331));
        d.table = table;
    }
    if (dice.isOneOf(6) && !d.isFloat && !d.isColour)
        d.coloursFrom = dice.of({0, 3, 8, 100});
    if (dice.isOneOf(3))
        d.padding = dice.of({0, 7, 200});
    const int top = dice.of({0, 9, 255}), background = dice.upTo(top);
    for (PlainFrame& frame : d.frames)
        for (int i = 0; i < pixelCount; ++i)
            frame.stored.push_back(dice.isOneOf(3) ? background : dice.isOneOf(10) ? d.padding.value_or(3) : dice.upTo(top));
    d.aspect = dice.of({1.0, 1.0, 2.0, 0.5});
    return d;
}

} // namespace diascope::test
