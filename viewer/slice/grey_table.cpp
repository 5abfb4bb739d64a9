#include "viewer/slice/grey_table.h"
#include "viewer/slice/colour_transform.h"
#include <algorithm>
#include <mutex>

namespace diascope::viewer
{

namespace
{

struct Key
{
    Window window;
    VoiFunction function;
    const void* voiLut;
    const void* modalityTable;
    const void* modules;
    double slope;
    double intercept;
    qint64 firstMapped;
    bool isInverted;
    SampleType type;
    friend bool operator==(const Key&, const Key&) = default;
};

struct Kept
{
    Key key;
    std::shared_ptr<const GreyTable> table;
    std::shared_ptr<const void> keeps[3]; ///< so that the addresses in the key stay theirs
};

} // namespace

GreyFunction::GreyFunction(const Instance& instance, const Presentation& presentation)
    : window(presentation.window), function(presentation.function), isInverted(instance.isInverted != presentation.invert)
{
    if (instance.modules && instance.modules->presentationLut) {
        modules = instance.modules;
        isInverted = presentation.invert;
    }
    if (presentation.voiLut >= 0 && size_t(presentation.voiLut) < instance.voiLuts.size())
        lut = instance.voiLuts[size_t(presentation.voiLut)];
}

quint8 GreyFunction::operator()(double modalityValue) const
{
    double output = lut ? double(lut->apply(modalityValue)) : applyVoi(modalityValue, window, function);
    if (modules)
        output = double(modules->presentationLut->apply(output));
    const int level = int(std::clamp(output, 0.0, 1.0) * 255 + 0.5);
    return quint8(isInverted ? 255 - level : level);
}

std::shared_ptr<const GreyTable> GreyTable::of(const Instance& instance, SampleType type, const Presentation& presentation)
{
    const GreyFunction grey(instance, presentation);
    const ModalityTransform& transform = instance.modalityTransform;
    const Key key{grey.window, grey.function, grey.lut.get(), transform.table.get(), grey.modules.get(), transform.slope, transform.intercept,
                  transform.firstMapped, grey.isInverted, type};
    static std::mutex mutex;
    static std::vector<Kept> kept;
    {
        const std::lock_guard lock(mutex);
        for (const Kept& entry : kept)
            if (entry.key == key)
                return entry.table;
    }
    auto table = std::make_shared<GreyTable>();
    table->lowest = type == SampleType::Int16 ? -32768 : 0;
    table->levels.resize(type == SampleType::UInt8 ? 256 : 65536);
    for (size_t i = 0; i < table->levels.size(); ++i) {
        const int stored = table->lowest + int(i);
        table->levels[i] = grey(transform.apply(stored));
    }
    const std::lock_guard lock(mutex);
    if (kept.size() >= 16)
        kept.erase(kept.begin());
    kept.push_back({key, table, {grey.lut, transform.table, grey.modules}});
    return table;
}

const Palette* supplementalOf(const Instance& instance)
{
    return instance.layout && !instance.pixels.isColour() ? instance.layout->supplemental.get() : nullptr;
}

SupplementalTable::SupplementalTable(const Instance& instance, SampleType type, const Presentation& presentation)
{
    const auto grey = GreyTable::of(instance, type, presentation);
    const Palette& palette = *supplementalOf(instance);
    const auto profile = colourTransformOf(instance).value_or(nullptr);
    lowest = grey->lowest;
    colours.resize(grey->levels.size());
    for (size_t i = 0; i < colours.size(); ++i) {
        const int level = instance.pixels.padding && instance.pixels.padding->contains(lowest + int(i)) ? 0 : grey->levels[i];
        colours[i] = presentation.colourMap ? presentation.colourMap->colours[size_t(level)] : qRgb(level, level, level);
    }
    const qint64 first = std::clamp<qint64>(palette.firstMapped - lowest, 0, qint64(colours.size()));
    for (auto i = size_t(first); i < colours.size(); ++i) {
        const int stored = lowest + int(i);
        const auto& rgb = palette(stored);
        if (!instance.pixels.padding || !instance.pixels.padding->contains(stored))
            colours[i] = qRgb(rgb[0], rgb[1], rgb[2]);
    }
    if (profile)
        profile->apply(colours.data() + first, int(colours.size() - size_t(first)));
}

} // namespace diascope::viewer
