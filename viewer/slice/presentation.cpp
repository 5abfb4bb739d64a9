#include "viewer/slice/presentation.h"
#include "viewer/slice/grey_table.h"
#include <algorithm>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Presentation", text); }

struct BuiltIn
{
    const char* id;
    const char* name;
    double centre;
    double width;
};

constexpr std::array ctPresets{
    BuiltIn{"ct-brain", QT_TRANSLATE_NOOP("Presentation", "Brain"), 40, 80},
    BuiltIn{"ct-stroke", QT_TRANSLATE_NOOP("Presentation", "Stroke"), 35, 40},
    BuiltIn{"ct-subdural", QT_TRANSLATE_NOOP("Presentation", "Subdural"), 75, 215},
    BuiltIn{"ct-bone", QT_TRANSLATE_NOOP("Presentation", "Bone"), 500, 2000},
    BuiltIn{"ct-temporal-bone", QT_TRANSLATE_NOOP("Presentation", "Temporal bone"), 600, 4000},
    BuiltIn{"ct-lung", QT_TRANSLATE_NOOP("Presentation", "Lung"), -600, 1500},
    BuiltIn{"ct-mediastinum", QT_TRANSLATE_NOOP("Presentation", "Mediastinum"), 50, 350},
    BuiltIn{"ct-abdomen", QT_TRANSLATE_NOOP("Presentation", "Abdomen"), 60, 400},
    BuiltIn{"ct-liver", QT_TRANSLATE_NOOP("Presentation", "Liver"), 90, 150},
    BuiltIn{"ct-angio", QT_TRANSLATE_NOOP("Presentation", "Angiography"), 300, 600},
    BuiltIn{"ct-spine", QT_TRANSLATE_NOOP("Presentation", "Spine, soft tissue"), 50, 250},
};

/// 1st to 99th percentile of what is not background.
Window windowOf(std::vector<float> values, VoiFunction function)
{
    std::erase_if(values, [](float v) { return !std::isfinite(v); });
    if (values.empty())
        return {128, 256};
    // One value that fills a tenth and is the lowest is background (air around the patient, a filled corner).
    const float lowest = *std::min_element(values.begin(), values.end());
    const auto background = std::count(values.begin(), values.end(), lowest);
    if (background * 10 > qsizetype(values.size()) && background < qsizetype(values.size()))
        std::erase(values, lowest);
    const auto percentile = [&](double p) {
        const auto at = values.begin() + qsizetype(p * double(values.size() - 1));
        std::nth_element(values.begin(), at, values.end());
        return double(*at);
    };
    double low = percentile(0.01);
    double high = percentile(0.99);
    if (low == high) // a mask, or nothing at all: what lies above the background is white
        (low > double(lowest) ? low = double(lowest) : high = low + (function == VoiFunction::LinearExact ? std::max(1e-6, std::abs(low)) : 1));
    if (function == VoiFunction::LinearExact)
        return {(low + high) / 2, high - low};
    return {(low + high) / 2 + 0.5, high - low + 1};
}

/// Vessels fill little of a difference: nearly all of its range, and the background neither black nor white.
Window differenceWindow(std::vector<float> values)
{
    std::erase_if(values, [](float v) { return !std::isfinite(v); });
    if (values.empty())
        return {0, 1};
    const auto percentile = [&](double p) {
        const auto at = values.begin() + qsizetype(p * double(values.size() - 1));
        std::nth_element(values.begin(), at, values.end());
        return double(*at);
    };
    double low = percentile(0.002);
    double high = percentile(0.998);
    const double middle = percentile(0.5);
    low = std::min(low, middle - (high - middle) / 3);
    high = std::max(high, middle + (middle - low) / 3);
    return {(low + high) / 2, std::max(high - low, 1e-3)};
}

/// A window that leaves nothing to see: written for the stored values before a Modality LUT, or as LINEAR where the values
/// are fractions and LINEAR_EXACT was meant.
bool isBlank(const Volume& volume, int frame, const StoredWindow& window)
{
    if (!volume.instance(frame).modalityTransform.table && windowFunction(volume, frame) == VoiFunction::Linear)
        return false;
    qint64 dark = 0;
    qint64 bright = 0;
    qint64 all = 0;
    for (const float value : volume.frameValues(frame)) {
        if (!std::isfinite(value))
            continue;
        const double output = applyVoi(double(value), {window.centre, window.width}, window.function);
        dark += output <= 0;
        bright += output >= 1;
        ++all;
    }
    return std::max(dark, bright) * 100 > all * 90;
}

} // namespace

double applyVoi(double x, Window window, VoiFunction function)
{
    const double c = window.centre;
    const double w = window.width;
    switch (function) {
    case VoiFunction::Linear: {
        const double width = std::max(w, 1.0);
        if (x <= c - 0.5 - (width - 1) / 2)
            return 0;
        if (x > c - 0.5 + (width - 1) / 2)
            return 1;
        return (x - (c - 0.5)) / (width - 1) + 0.5;
    }
    case VoiFunction::LinearExact:
        if (x <= c - w / 2)
            return 0;
        if (x > c + w / 2)
            return 1;
        return (x - c) / w + 0.5;
    case VoiFunction::Sigmoid:
        return 1 / (1 + std::exp(-4 * (x - c) / w));
    }
    return 0;
}

Presentation initialPresentation(const Volume& volume, int frame)
{
    Presentation presentation;
    if (volume.frameCount() == 0 || volume.isColour())
        return presentation;
    frame = std::clamp(frame, 0, volume.frameCount() - 1);
    const auto& modules = volume.instance(frame).modules;
    if (modules && modules->isSubtractedAtFirst && !modules->masks.empty() && canSubtract(volume))
        return withSubtraction(volume, frame, presentation, Subtraction{});
    return withSubtraction(volume, frame, presentation, std::nullopt);
}

bool isReadyToPresent(const Volume& volume, int frame)
{
    const auto isThere = [&](int at) { return volume.isLoaded(at) || volume.error(at); };
    if (!isThere(frame))
        return false;
    const auto& modules = volume.instance(frame).modules;
    const auto typical = modules && modules->isSubtractedAtFirst ? typicalSubtraction(volume, {}) : std::nullopt;
    const auto plan = typical ? subtractionOf(volume, *typical, {}) : std::nullopt;
    return !plan || (std::all_of(plan->maskFrames.begin(), plan->maskFrames.end(), isThere) &&
                     std::all_of(plan->contrastFrames.begin(), plan->contrastFrames.end(), isThere));
}

Presentation withSubtraction(const Volume& volume, int frame, Presentation presentation, const std::optional<Subtraction>& subtraction)
{
    const Instance& instance = volume.instance(frame);
    presentation.subtraction = subtraction;
    presentation.voiLut = -1;
    const auto typical = subtraction ? typicalSubtraction(volume, *subtraction) : std::nullopt;
    if (typical) {
        presentation.window = differenceWindow(subtractedValues(volume, *typical, *subtractionOf(volume, *typical, *subtraction)));
        presentation.function = VoiFunction::LinearExact;
        return presentation;
    }
    if (const auto suvWindow = findWindowPreset(instance, QStringLiteral("suv-0-10"))) {
        presentation.window = suvWindow->window;
        presentation.function = suvWindow->function;
        return presentation;
    }
    presentation.function = windowFunction(volume, frame);
    if (!instance.voiLuts.empty())
        presentation.voiLut = 0;
    if (!instance.windows.empty()) {
        StoredWindow stored = instance.windows.front();
        if (isBlank(volume, frame, stored))
            stored.function = presentation.function;
        if (!isBlank(volume, frame, stored)) {
            presentation.window = {stored.centre, stored.width};
            presentation.function = stored.function;
            return presentation;
        }
    }
    presentation.window = autoWindow(volume, frame);
    return presentation;
}

VoiFunction windowFunction(const Volume& volume, int frame)
{
    const ModalityTransform& transform = volume.instance(frame).modalityTransform;
    const auto isWhole = [](double v) { return std::abs(v - std::round(v)) < 1e-9; };
    const bool areWhole = volume.sampleType() != SampleType::Float32 && (transform.table || (isWhole(transform.slope) && isWhole(transform.intercept)));
    return areWhole ? VoiFunction::Linear : VoiFunction::LinearExact;
}

Window autoWindow(const Volume& volume, int frame)
{
    std::vector<float> values;
    if (!supplementalOf(volume.instance(frame)))
        values = volume.frameValues(frame);
    else // codes of colours are no brightness
        for (int row = 0; row < volume.rows(); ++row)
            for (int column = 0; column < volume.columns(); ++column)
                if (const auto value = volume.valueAt(frame, column, row))
                    values.push_back(float(*value));
    return windowOf(std::move(values), windowFunction(volume, frame));
}

std::vector<WindowPreset> windowPresets(const QString& modality)
{
    std::vector<WindowPreset> presets;
    if (modality == "CT")
        for (const BuiltIn& preset : ctPresets)
            presets.push_back({QLatin1String(preset.id), tr(preset.name), {preset.centre, preset.width}, VoiFunction::Linear, -1});
    return presets;
}

std::vector<WindowPreset> windowPresets(const Instance& instance)
{
    std::vector<WindowPreset> presets;
    int n = 0;
    for (const StoredWindow& window : instance.windows) {
        ++n;
        const QString name = window.name.isEmpty() ? tr("Stored %1").arg(n) : window.name;
        presets.push_back({QStringLiteral("stored-%1").arg(n), name, {window.centre, window.width}, window.function, -1});
    }
    for (size_t i = 0; i < instance.voiLuts.size(); ++i) {
        const QString name = instance.voiLuts[i]->name.isEmpty() ? tr("Table %1").arg(i + 1) : instance.voiLuts[i]->name;
        presets.push_back({QStringLiteral("lut-%1").arg(i + 1), name, {}, VoiFunction::Linear, int(i)});
    }
    if (instance.modules && instance.modules->pet)
        if (const auto factor = suv(*instance.modules->pet).factor)
            for (const int top : {5, 7, 10, 15, 20})
                presets.push_back({QStringLiteral("suv-0-%1").arg(top), tr("SUV 0–%1").arg(top), {top / 2.0 / *factor, top / *factor}, VoiFunction::LinearExact, -1});
    for (WindowPreset& preset : windowPresets(instance.modality))
        presets.push_back(std::move(preset));
    return presets;
}

std::optional<WindowPreset> findWindowPreset(const Instance& instance, const QString& idOrName)
{
    for (const WindowPreset& preset : windowPresets(instance))
        for (const QString& name : {preset.id, preset.name, preset.id.section(u'-', 1)})
            if (name.compare(idOrName, Qt::CaseInsensitive) == 0)
                return preset;
    return std::nullopt;
}

std::shared_ptr<const ColourMap> colourMap(const QString& id)
{
    static const std::vector<std::shared_ptr<const ColourMap>> maps = [] {
        struct Point
        {
            int at;
            int r;
            int g;
            int b;
        };
        const auto make = [](const char* name, const std::vector<Point>& points) {
            auto map = std::make_shared<ColourMap>();
            map->id = QLatin1String(name);
            for (int i = 0; i < 256; ++i) {
                size_t k = 1;
                while (points[k].at < i) // the last is 255
                    ++k;
                const Point& a = points[k - 1];
                const Point& b = points[k];
                const double t = std::clamp(double(i - a.at) / (b.at - a.at), 0.0, 1.0);
                const auto mix = [t](int from, int to) { return int(std::lround(from + t * (to - from))); };
                map->colours[size_t(i)] = qRgb(mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b));
            }
            return std::shared_ptr<const ColourMap>(map);
        };
        return std::vector{
            // The shape of PS3.6 Table B.1-1: red, then green, then blue.
            make("hot-iron", {{0, 0, 0, 0}, {127, 254, 0, 0}, {191, 255, 126, 0}, {255, 255, 255, 255}}),
            make("pet", {{0, 0, 0, 0}, {64, 0, 0, 128}, {128, 128, 0, 255}, {192, 255, 128, 0}, {255, 255, 255, 255}}),
            make("rainbow", {{0, 0, 0, 0}, {32, 0, 0, 255}, {96, 0, 255, 255}, {144, 0, 255, 0}, {200, 255, 255, 0}, {255, 255, 0, 0}}),
            make("inverse-grey", {{0, 255, 255, 255}, {255, 0, 0, 0}}),
        };
    }();
    const auto found = std::find_if(maps.begin(), maps.end(), [&](const auto& map) { return map->id == id; });
    return found == maps.end() ? nullptr : *found;
}

QStringList colourMapIds() { return {"hot-iron", "pet", "rainbow", "inverse-grey"}; }

} // namespace diascope::viewer
