#include "viewer/volume/stack.h"
#include "viewer/volume/stack_checks.h"
#include "viewer/volume/stack_dimensions.h"
#include <QFileInfo>
#include <algorithm>
#include <climits>
#include <map>
#include <set>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Volume", text); }

constexpr double samePositionMm = 0.01;
constexpr double sameDirection = 0.9998; // about 1°

bool isSameKind(const Instance& a, const Instance& b)
{
    const auto sameSpacing = [](double x, double y) { return std::abs(x - y) <= 1e-3 * std::max(x, y); };
    if (a.pixels.rows != b.pixels.rows || a.pixels.columns != b.pixels.columns || a.pixels.sampleType() != b.pixels.sampleType() ||
        a.seriesUid != b.seriesUid || a.modality != b.modality || a.frameOfReference != b.frameOfReference ||
        a.isLocalizer != b.isLocalizer || a.stackId != b.stackId || a.plane.has_value() != b.plane.has_value() ||
        a.isInverted != b.isInverted)
        return false;
    if (!a.plane) {
        // A cine is a stack of its own; single images without geometry go together.
        const bool isCine = a.pixels.frames > 1 || b.pixels.frames > 1 || !a.concatenationUid.isEmpty();
        return !isCine || a.objectUid() == b.objectUid();
    }
    return sameSpacing(a.plane->spacingMm.row, b.plane->spacingMm.row) &&
           sameSpacing(a.plane->spacingMm.column, b.plane->spacingMm.column) &&
           dot(a.plane->rowDirection, b.plane->rowDirection) > sameDirection &&
           dot(a.plane->columnDirection, b.plane->columnDirection) > sameDirection;
}

/// GEO-18. The first file of a UID stays; what is left out is named in `warnings`, by that UID.
Instances withoutDuplicates(Instances instances, std::map<QString, StackWarning>& warnings)
{
    struct First
    {
        QString path;
        QString hash;
        std::set<int> frames;
    };
    std::map<QString, First> seen;
    Instances kept;
    kept.reserve(instances.size());
    for (Instance& instance : instances) {
        if (instance.uid.isEmpty()) {
            kept.push_back(std::move(instance));
            continue;
        }
        First& first = seen.try_emplace(instance.uid.value, First{instance.path, instance.contentHash, {}}).first->second;
        if (instance.path == first.path && instance.contentHash == first.hash && first.frames.insert(instance.frame).second) {
            kept.push_back(std::move(instance));
            continue;
        }
        if (instance.contentHash != first.hash)
            warnings[instance.uid.value] = {QStringLiteral("GEO-18"), tr("Two different images carry the same identifier; %1 is shown, %2 is not.")
                                                                          .arg(QFileInfo(first.path).fileName(), QFileInfo(instance.path).fileName())};
        else
            warnings.try_emplace(instance.uid.value, StackWarning{QStringLiteral("GEO-18"), tr("An image is there more than once and shown once.")});
    }
    return kept;
}

/// A frame of reference belongs to a series (PS3.3 C.7.4.1). Where nearly every image has one of its own, an anonymiser
/// made them: the positions still order the series, but nothing outside it may be linked to it. Gives the series concerned.
std::set<QString> withoutScatteredFrames(Instances& instances)
{
    std::map<QString, std::pair<std::set<QString>, std::set<QString>>> bySeries; // images and frames of reference
    for (const Instance& instance : instances) {
        auto& [images, frames] = bySeries[instance.seriesUid.value];
        images.insert(instance.uid.value);
        frames.insert(instance.frameOfReference.value);
    }
    std::set<QString> scattered;
    for (const auto& [series, counts] : bySeries)
        if (counts.first.size() > 3 && counts.second.size() * 2 > counts.first.size())
            scattered.insert(series);
    for (Instance& instance : instances)
        if (scattered.contains(instance.seriesUid.value))
            instance.frameOfReference = {};
    return scattered;
}

std::vector<Instances> groupsOf(Instances instances)
{
    std::vector<Instances> groups;
    std::map<QString, std::vector<size_t>> bySeries; // ten thousand cines are ten thousand groups: look among few
    for (Instance& instance : instances) {
        const bool isCine = !instance.plane && (instance.pixels.frames > 1 || !instance.concatenationUid.isEmpty());
        std::vector<size_t>& near = bySeries[instance.seriesUid.value + (isCine ? instance.objectUid() : QString())];
        const auto found = std::find_if(near.begin(), near.end(), [&](size_t group) { return isSameKind(groups[group].front(), instance); });
        if (found != near.end()) {
            groups[*found].push_back(std::move(instance));
        } else {
            near.push_back(groups.size());
            groups.push_back({std::move(instance)});
        }
    }
    return groups;
}

/// Frames at each position, positions ascending along the normal of the first frame (GEO-01, GEO-10).
std::vector<Instances> positionsOf(Instances instances)
{
    const Vec3 normal = instances.front().plane->normal();
    std::stable_sort(instances.begin(), instances.end(), [&](const Instance& a, const Instance& b) {
        return dot(a.plane->originLps, normal) < dot(b.plane->originLps, normal);
    });
    std::vector<Instances> positions;
    for (Instance& instance : instances) {
        if (positions.empty() || norm(positions.back().front().plane->originLps - instance.plane->originLps) > samePositionMm)
            positions.emplace_back();
        positions.back().push_back(std::move(instance));
    }
    return positions;
}

int lowestNumber(const Instances& instances)
{
    int lowest = INT_MAX;
    for (const Instance& instance : instances)
        lowest = std::min(lowest, instance.instanceNumber.value_or(INT_MAX));
    return lowest;
}

Stack stackOf(Instances instances, int sliceCount, std::vector<StackDimension> dimensions)
{
    Stack stack;
    stack.sliceCount = sliceCount;
    stack.phaseCount = int(instances.size()) / std::max(1, sliceCount);
    stack.rows = instances.front().pixels.rows;
    stack.columns = instances.front().pixels.columns;
    stack.pixelSpacingMm = instances.front().spacingMm;
    stack.frameOfReference = instances.front().frameOfReference.value;
    stack.dimensions = std::move(dimensions);
    stack.instances = std::move(instances);
    checkGeometry(stack);
    return stack;
}

/// Repeated positions that no value explains evenly: the most telling value that separates them makes stacks of its own.
std::vector<Instances> separated(const std::vector<Instances>& positions)
{
    const auto splits = [&](const auto& keyOf) -> std::vector<Instances> {
        std::map<decltype(keyOf(positions.front().front())), Instances> parts;
        for (const Instances& position : positions) {
            std::set<decltype(keyOf(position.front()))> here;
            for (const Instance& instance : position) {
                if (!here.insert(keyOf(instance)).second)
                    return {};
                parts[keyOf(instance)].push_back(instance);
            }
        }
        std::vector<Instances> result;
        for (auto& [key, part] : parts)
            result.push_back(std::move(part));
        return result;
    };
    if (auto parts = splits([](const Instance& i) { return i.imageType.join(u'\\'); }); !parts.empty())
        return parts;
    for (const Candidate& candidate : candidates())
        if (!candidate.isTime)
            if (auto parts = splits([&](const Instance& i) { return candidate.key(i).value_or(Key{}); }); !parts.empty())
                return parts;
    std::vector<Instances> parts; // the n-th of each position
    for (const Instances& position : positions)
        for (size_t i = 0; i < position.size(); ++i) {
            if (parts.size() <= i)
                parts.emplace_back();
            parts[i].push_back(position[i]);
        }
    return parts;
}

bool isTypeTelling(const std::vector<Instances>& positions)
{
    return std::all_of(positions.begin(), positions.end(), [](const Instances& position) {
        std::set<QString> types;
        return std::all_of(position.begin(), position.end(),
                           [&](const Instance& i) { return types.insert(i.imageType.join(u'\\')).second; });
    });
}

void addSorted(Instances group, std::vector<Stack>& stacks)
{
    std::stable_sort(group.begin(), group.end(), [](const Instance& a, const Instance& b) {
        return std::pair(a.instanceNumber.value_or(INT_MAX), a.firstFrameInObject + a.frame) <
               std::pair(b.instanceNumber.value_or(INT_MAX), b.firstFrameInObject + b.frame);
    });
    if (!group.front().plane) {
        const int frames = int(group.size());
        stacks.push_back(stackOf(std::move(group), frames, {}));
        return;
    }
    std::vector<Instances> positions = positionsOf(std::move(group));
    const size_t count = positions.front().size();
    const bool isEven = std::all_of(positions.begin(), positions.end(), [&](const Instances& p) { return p.size() == count; });
    if (isEven && count == 1) {
        Instances ordered;
        for (Instances& position : positions)
            ordered.push_back(std::move(position.front()));
        const int slices = int(ordered.size());
        stacks.push_back(stackOf(std::move(ordered), slices, {}));
        return;
    }
    // Magnitude and phase, water and fat, corrected and not are different pictures, not a dimension.
    if (isEven && !isTypeTelling(positions))
        if (auto dimensions = sortedByDimensions(positions)) {
            Instances ordered;
            for (size_t phase = 0; phase < count; ++phase)
                for (Instances& position : positions)
                    ordered.push_back(std::move(position[phase]));
            stacks.push_back(stackOf(std::move(ordered), int(positions.size()), std::move(*dimensions)));
            return;
        }
    for (Instances& part : separated(positions)) {
        const size_t at = stacks.size();
        addSorted(std::move(part), stacks);
        for (size_t i = at; i < stacks.size(); ++i)
            if (!isEven)
                stacks[i].warnings.push_back(
                    {QStringLiteral("GEO-08"), tr("Positions are repeated unevenly in this series; it is shown as separate stacks.")});
    }
}

/// Parts of a concatenation that are not there, by its UID.
std::map<QString, StackWarning> missingParts(const Instances& instances)
{
    struct Parts
    {
        std::set<int> numbers;
        int total = 0;
    };
    std::map<QString, Parts> concatenations;
    for (const Instance& instance : instances)
        if (!instance.concatenationUid.isEmpty()) {
            Parts& parts = concatenations[instance.concatenationUid];
            parts.numbers.insert(instance.concatenationNumber);
            parts.total = std::max({parts.total, instance.concatenationTotal, instance.concatenationNumber});
        }
    std::map<QString, StackWarning> warnings;
    for (const auto& [uid, parts] : concatenations) {
        QStringList missing;
        for (int number = 1; number <= parts.total && missing.size() < 20; ++number)
            if (!parts.numbers.contains(number))
                missing << QString::number(number);
        if (!missing.isEmpty())
            warnings[uid] = {QStringLiteral("OBJ-10"), tr("Part %1 of %2 of this image is missing.").arg(missing.join(", ")).arg(parts.total)};
    }
    return warnings;
}

} // namespace

Stack singleFrame(const Instance& instance)
{
    Stack stack;
    stack.instances = {instance};
    stack.sliceCount = 1;
    stack.rows = instance.pixels.rows;
    stack.columns = instance.pixels.columns;
    stack.pixelSpacingMm = instance.spacingMm;
    stack.frameOfReference = instance.frameOfReference.value;
    return stack;
}

std::vector<Stack> buildStacks(std::vector<Instance> instances)
{
    std::map<QString, StackWarning> duplicates;
    instances = withoutDuplicates(std::move(instances), duplicates);
    const std::set<QString> scattered = withoutScatteredFrames(instances);
    const std::map<QString, StackWarning> parts = missingParts(instances);
    std::vector<Stack> stacks;
    for (Instances& group : groupsOf(std::move(instances)))
        addSorted(std::move(group), stacks);
    for (Stack& stack : stacks) {
        if (scattered.contains(stack.instances.front().seriesUid.value))
            for (StackWarning& warning : stack.warnings)
                if (warning.code == "GEO-12")
                    warning.text = tr("Every image names another frame of reference; the series is not linked to others by position.");
        std::set<QString> named;
        const auto addFrom = [&](const std::map<QString, StackWarning>& warnings, const QString& key) {
            if (const auto found = warnings.find(key); found != warnings.end() && named.insert(found->second.text).second)
                stack.warnings.push_back(found->second);
        };
        for (const Instance& instance : stack.instances) {
            addFrom(duplicates, instance.uid.value);
            addFrom(parts, instance.concatenationUid);
        }
    }
    std::stable_sort(stacks.begin(), stacks.end(), [](const Stack& a, const Stack& b) { return lowestNumber(a.instances) < lowestNumber(b.instances); });
    return stacks;
}

} // namespace diascope::viewer
