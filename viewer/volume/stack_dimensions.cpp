#include "viewer/volume/stack_dimensions.h"
#include <algorithm>
#include <map>
#include <set>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

KeyOf member(std::optional<double> Instance::*value)
{
    return [value](const Instance& i) { return i.*value ? std::optional(Key{*(i.*value)}) : std::nullopt; };
}
KeyOf member(std::optional<int> Instance::*value)
{
    return [value](const Instance& i) { return i.*value ? std::optional(Key{double(*(i.*value))}) : std::nullopt; };
}

/// Directions of one b-value are different pictures; b = 0 has none.
std::optional<Key> diffusion(const Instance& instance)
{
    if (!instance.bValue)
        return std::nullopt;
    const Vec3 g = instance.gradient.value_or(Vec3{});
    return Key{*instance.bValue, g.x, g.y, g.z};
}

StackDimension dimensionOf(const Candidate& candidate, const std::set<Key>& keys)
{
    StackDimension dimension;
    dimension.name = tr(candidate.name);
    dimension.unit = QString::fromUtf8(candidate.unit);
    dimension.size = int(keys.size());
    for (const Key& key : keys) {
        dimension.values.push_back(key.front());
        if (key.size() > 1) {
            QStringList rest;
            for (size_t i = 1; i < key.size(); ++i)
                rest << QString::number(key[i], 'g', 3);
            dimension.texts << QStringLiteral("%1 %2, %3").arg(key.front()).arg(dimension.unit, rest.join(u' '));
        }
    }
    return dimension;
}

/// The distinct keys of one position; nothing if a frame has none or two have the same.
std::optional<std::set<Key>> distinctKeys(const Instances& position, const KeyOf& keyOf)
{
    std::set<Key> keys;
    for (const Instance& instance : position)
        if (const auto key = keyOf(instance); !key || !keys.insert(*key).second)
            return std::nullopt;
    return keys;
}

/// The keys that tell the frames of every position apart in the same way; sorts each position by them.
std::optional<std::set<Key>> sortedBy(std::vector<Instances>& positions, const KeyOf& keyOf, bool isTime = false)
{
    std::set<Key> common;
    for (const Instances& position : positions) {
        auto keys = distinctKeys(position, keyOf);
        if (!keys || (!isTime && !common.empty() && *keys != common))
            return std::nullopt;
        if (common.empty())
            common = std::move(*keys);
    }
    for (Instances& position : positions)
        std::stable_sort(position.begin(), position.end(), [&](const Instance& a, const Instance& b) { return *keyOf(a) < *keyOf(b); });
    return common;
}

std::optional<StackDimension> sortedBy(std::vector<Instances>& positions, const Candidate& candidate)
{
    const auto keys = sortedBy(positions, candidate.key, candidate.isTime);
    return keys ? std::optional(dimensionOf(candidate, *keys)) : std::nullopt;
}

/// The candidates that tell the frames apart together: a full grid of their values at every position; the least telling
/// varies fastest.
std::optional<std::vector<StackDimension>> sortedByGrid(std::vector<Instances>& positions)
{
    const auto valuesAt = [](const Instances& position, const Candidate& candidate) {
        std::set<Key> values;
        for (const Instance& instance : position)
            values.insert(candidate.key(instance).value_or(Key{}));
        return values;
    };
    std::vector<std::pair<const Candidate*, std::set<Key>>> needed;
    for (const Candidate& candidate : candidates())
        if (auto values = valuesAt(positions.front(), candidate); !candidate.isTime && values.size() > 1 && !values.contains(Key{}) &&
            std::all_of(positions.begin(), positions.end(), [&](const Instances& position) { return valuesAt(position, candidate) == values; }))
            needed.emplace_back(&candidate, std::move(values));
    const auto keyOf = [](const auto& candidates) {
        return [&candidates](const Instance& instance) -> std::optional<Key> {
            Key together; // the first varies slowest
            for (const auto& [candidate, values] : candidates) {
                const Key key = candidate->key(instance).value_or(Key{});
                together.insert(together.end(), key.begin(), key.end());
            }
            return together;
        };
    };
    for (size_t i = needed.size(); i-- > 0;) {
        auto fewer = needed;
        fewer.erase(fewer.begin() + qsizetype(i));
        if (distinctKeys(positions.front(), keyOf(fewer)))
            needed = std::move(fewer);
    }
    std::vector<StackDimension> dimensions;
    size_t combinations = 1;
    for (const auto& [candidate, values] : needed) {
        dimensions.insert(dimensions.begin(), dimensionOf(*candidate, values));
        combinations *= values.size();
    }
    if (needed.empty() || combinations != positions.front().size() || !sortedBy(positions, keyOf(needed)))
        return std::nullopt;
    return dimensions;
}

/// By the object's own Dimension Index Sequence: those of its dimensions that are needed to tell the frames of a position
/// apart. Where their values are no full grid (b = 0 has no directions) they are one dimension together.
std::optional<std::vector<StackDimension>> sortedByIndex(std::vector<Instances>& positions)
{
    const auto index = positions.front().front().dimensionIndex;
    if (!index)
        return std::nullopt;
    for (const Instances& position : positions)
        for (const Instance& instance : position)
            if (!instance.dimensionIndex || (instance.dimensionIndex != index && *instance.dimensionIndex != *index))
                return std::nullopt;
    const Instances& first = positions.front();
    const auto keyOf = [](const std::vector<size_t>& dimensions) {
        return [&dimensions](const Instance& instance) -> std::optional<Key> {
            Key key; // the first dimension varies slowest
            for (const size_t dimension : dimensions)
                key.push_back(double(instance.dimensionIndices[dimension]));
            return key;
        };
    };
    std::vector<size_t> needed;
    for (size_t i = 0; i < index->size(); ++i)
        if (!(*index)[i].isSpatial)
            needed.push_back(i);
    for (size_t i = needed.size(); i-- > 0;) {
        std::vector<size_t> fewer = needed;
        fewer.erase(fewer.begin() + qsizetype(i));
        if (distinctKeys(first, keyOf(fewer)))
            needed = fewer;
    }
    if (needed.empty() || !sortedBy(positions, keyOf(needed)))
        return std::nullopt;
    const auto& sorted = positions.front();
    const auto textOf = [&](const Instance& instance, size_t dimension) {
        QString text = instance.dimensionValues.value(qsizetype(dimension));
        if (text.isEmpty())
            return QString::number(instance.dimensionIndices[dimension]);
        text.replace(u'\\', u' ');
        return (*index)[dimension].unit.isEmpty() ? text : text + u' ' + (*index)[dimension].unit;
    };
    const auto valueOf = [&](const Instance& instance, size_t dimension) {
        bool isNumber = false;
        const double value = instance.dimensionValues.value(qsizetype(dimension)).toDouble(&isNumber);
        return isNumber && std::isfinite(value) ? value : double(instance.dimensionIndices[dimension]);
    };
    std::vector<StackDimension> dimensions;
    size_t combinations = 1;
    for (const size_t i : needed) {
        std::map<qint64, const Instance*> values;
        for (const Instance& instance : sorted)
            values.try_emplace(instance.dimensionIndices[i], &instance);
        StackDimension dimension{(*index)[i].name, int(values.size()), {}, (*index)[i].unit, {}};
        for (const auto& [number, instance] : values) {
            dimension.values.push_back(valueOf(*instance, i));
            dimension.texts << textOf(*instance, i);
        }
        combinations *= values.size();
        dimensions.insert(dimensions.begin(), dimension);
    }
    if (combinations == sorted.size())
        return dimensions;
    StackDimension together{{}, int(sorted.size()), {}, (*index)[needed.front()].unit, {}};
    QStringList names;
    for (const size_t i : needed)
        names << (*index)[i].name;
    together.name = names.join(", ");
    for (const Instance& instance : sorted) {
        QStringList texts;
        for (const size_t i : needed)
            texts << textOf(instance, i);
        together.values.push_back(valueOf(instance, needed.front()));
        together.texts << texts.join(", ");
    }
    return std::vector{together};
}

} // namespace

const std::vector<Candidate>& candidates()
{
    static const std::vector<Candidate> all{
        {QT_TRANSLATE_NOOP("Volume", "temporal position"), "", member(&Instance::temporalPosition)},
        {QT_TRANSLATE_NOOP("Volume", "echo time"), "ms", member(&Instance::echoTimeMs)},
        {QT_TRANSLATE_NOOP("Volume", "b-value"), "s/mm²", member(&Instance::bValue)},
        {QT_TRANSLATE_NOOP("Volume", "b-value and gradient direction"), "s/mm²", diffusion},
        {QT_TRANSLATE_NOOP("Volume", "inversion time"), "ms", member(&Instance::inversionTimeMs)},
        {QT_TRANSLATE_NOOP("Volume", "heart phase"), "%", member(&Instance::cardiacPhasePercent)},
        {QT_TRANSLATE_NOOP("Volume", "trigger time"), "ms", member(&Instance::triggerTimeMs)},
        {QT_TRANSLATE_NOOP("Volume", "frame reference time"), "ms", member(&Instance::frameReferenceTimeMs)},
        {QT_TRANSLATE_NOOP("Volume", "tube voltage"), "kV", member(&Instance::tubeVoltageKv)},
        {QT_TRANSLATE_NOOP("Volume", "flip angle"), "°", member(&Instance::flipAngleDeg)},
        {QT_TRANSLATE_NOOP("Volume", "acquisition"), "", member(&Instance::acquisitionNumber)},
        {QT_TRANSLATE_NOOP("Volume", "trigger time"), "ms", member(&Instance::triggerTimeMs), true},
        {QT_TRANSLATE_NOOP("Volume", "acquisition time"), "s", member(&Instance::acquisitionTimeS), true},
        {QT_TRANSLATE_NOOP("Volume", "content time"), "s", member(&Instance::contentTimeS), true},
        {QT_TRANSLATE_NOOP("Volume", "repetition"), "", member(&Instance::instanceNumber), true},
        {QT_TRANSLATE_NOOP("Volume", "repetition"), "", [](const Instance& i) { return Key{double(i.frame)}; }, true},
    };
    return all;
}

std::optional<std::vector<StackDimension>> sortedByDimensions(std::vector<Instances>& positions)
{
    if (auto dimensions = sortedByIndex(positions))
        return dimensions;
    for (const Candidate& candidate : candidates())
        if (!candidate.isTime)
            if (auto dimension = sortedBy(positions, candidate))
                return std::vector{*dimension};
    return sortedByGrid(positions);
}

std::optional<std::vector<StackDimension>> sortedByTime(std::vector<Instances>& positions)
{
    for (const Candidate& candidate : candidates())
        if (candidate.isTime)
            if (auto dimension = sortedBy(positions, candidate))
                return std::vector{*dimension};
    return std::nullopt;
}

QString StackDimension::text(int index) const
{
    if (index < 0)
        return {};
    if (index < texts.size())
        return texts[index];
    if (size_t(index) >= values.size())
        return {};
    const QString number = QString::number(values[size_t(index)], 'g', 8);
    return unit.isEmpty() ? number : number + u' ' + unit;
}

QStringList Stack::dimensionTexts(int frame) const
{
    QStringList texts;
    if (frame < 0 || frame >= frameCount())
        return texts;
    int phase = frame / std::max(1, sliceCount);
    for (const StackDimension& dimension : dimensions) {
        texts << QStringLiteral("%1 %2").arg(dimension.name, dimension.text(phase % std::max(1, dimension.size)));
        phase /= std::max(1, dimension.size);
    }
    if (!dimensions.empty())
        return texts;
    const Instance& instance = instances[size_t(frame)];
    for (size_t i = 0; instance.dimensionIndex && i < instance.dimensionIndex->size(); ++i)
        if (const DimensionIndex& dimension = (*instance.dimensionIndex)[i]; !dimension.isSpatial) {
            const QString value = instance.dimensionValues.value(qsizetype(i));
            texts << QStringLiteral("%1 %2 %3").arg(dimension.name, value.isEmpty() ? QString::number(instance.dimensionIndices[i]) : value, dimension.unit).trimmed();
        }
    return texts;
}

} // namespace diascope::viewer
