#include "viewer/volume/stack.h"
#include "viewer/volume/stack_checks.h"
#include "viewer/volume/stack_dimensions.h"
#include <QFileInfo>
#include <algorithm>
#include <climits>
#include <functional>
#include <map>
#include <numeric>
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
    if (!a.plane)
        return true;
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
    // A cine is a stack of its own, single images without geometry go together. Ten thousand cines are ten thousand groups: look among few.
    std::map<std::pair<QString, QString>, std::vector<size_t>> bySeries;
    for (Instance& instance : instances) {
        const bool isCine = !instance.plane && (instance.pixels.frames > 1 || !instance.concatenationUid.isEmpty());
        std::vector<size_t>& near = bySeries[{instance.seriesUid.value, isCine ? instance.objectUid() : QString()}];
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
    const auto height = [&](const Instance& instance) { return dot(instance.plane->originLps, normal); };
    std::stable_sort(instances.begin(), instances.end(), [&](const Instance& a, const Instance& b) { return height(a) < height(b); });
    std::vector<Instances> positions;
    for (Instance& instance : instances) {
        if (positions.empty() || height(instance) - height(positions.back().front()) > samePositionMm)
            positions.emplace_back();
        positions.back().push_back(std::move(instance));
    }
    return positions;
}

/// Pictures beside one another in the same planes (both ears, two legs, a field of view that was moved) are stacks of their
/// own: followed from the plane that has most of them, as slices of a tilted stack move on. Empty: all lie over one another.
std::vector<Instances> besideOneAnother(const std::vector<Instances>& positions)
{
    const PlaneGeometry& first = *positions.front().front().plane;
    const double tolerance = std::max(0.1, 0.25 * std::min(first.spacingMm.row, first.spacingMm.column));
    const auto apart = [&](Vec3 a, Vec3 b) { return norm((a - b) - first.normal() * dot(a - b, first.normal())); };
    std::vector<Vec3> places;
    size_t start = 0;
    for (size_t i = 0; i < positions.size(); ++i) {
        std::vector<Vec3> here;
        for (const Instance& instance : positions[i])
            if (std::all_of(here.begin(), here.end(), [&](Vec3 place) { return apart(place, instance.plane->originLps) > tolerance; }))
                here.push_back(instance.plane->originLps);
        if (here.size() > places.size()) {
            places = here;
            start = i;
        }
    }
    if (places.size() < 2)
        return {};
    std::vector<Instances> parts(places.size());
    const auto assign = [&](const Instances& position, std::vector<Vec3>& last) {
        const std::vector<Vec3> before = last;
        for (const Instance& instance : position) {
            const Vec3 origin = instance.plane->originLps;
            const auto nearest = std::min_element(before.begin(), before.end(), [&](Vec3 a, Vec3 b) { return apart(a, origin) < apart(b, origin); });
            const auto part = size_t(nearest - before.begin());
            last[part] = origin;
            parts[part].push_back(instance);
        }
    };
    std::vector<Vec3> last = places;
    for (size_t i = start; i < positions.size(); ++i)
        assign(positions[i], last);
    last = places;
    for (size_t i = start; i-- > 0;)
        assign(positions[i], last);
    return parts;
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

/// What makes pictures of one place different ones and no dimension: magnitude and phase, water and fat; soft tissue and
/// bone; thick and thin slices.
QString typeOf(const Instance& instance) { return instance.imageType.join(u'\\'); }
QString kernelOf(const Instance& instance) { return instance.kernel; }
QString thicknessOf(const Instance& instance) { return QString::number(instance.sliceThicknessMm.value_or(0)); }
QString kindOf(const Instance& instance) { return QStringList{typeOf(instance), kernelOf(instance), thicknessOf(instance)}.join(u'|'); }

/// Repeated positions that no value explains evenly: the most telling value, or two, that separates them makes stacks of its own.
std::vector<Instances> separated(const std::vector<Instances>& positions)
{
    std::vector<std::function<QString(const Instance&)>> criteria{typeOf, kernelOf, thicknessOf};
    for (const Candidate& candidate : candidates())
        if (!candidate.isTime)
            criteria.push_back([&candidate](const Instance& instance) {
                QStringList numbers;
                for (const double number : candidate.key(instance).value_or(Key{}))
                    numbers << QString::number(number, 'g', 12);
                return numbers.join(u' ');
            });
    size_t most = 0;
    for (const Instances& position : positions)
        most = std::max(most, position.size());
    const auto splits = [&](size_t a, size_t b) -> std::vector<Instances> {
        std::map<std::pair<QString, QString>, Instances> parts;
        for (const Instances& position : positions) {
            std::set<std::pair<QString, QString>> here;
            for (const Instance& instance : position) {
                const std::pair key(criteria[a](instance), a == b ? QString() : criteria[b](instance));
                if (!here.insert(key).second)
                    return {};
                parts[key].push_back(instance);
            }
        }
        const size_t count = std::accumulate(positions.begin(), positions.end(), size_t(0), [](size_t sum, const Instances& p) { return sum + p.size(); });
        if (parts.size() > most && parts.size() * 3 > count) // it differs from slice to slice
            return {};
        std::vector<Instances> result;
        for (auto& [key, part] : parts)
            result.push_back(std::move(part));
        return result;
    };
    for (size_t i = 0; i < criteria.size(); ++i)
        if (auto parts = splits(i, i); !parts.empty())
            return parts;
    for (size_t i = 0; i < criteria.size(); ++i)
        for (size_t j = i + 1; j < criteria.size(); ++j)
            if (auto parts = splits(i, j); !parts.empty())
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
        return std::all_of(position.begin(), position.end(), [&](const Instance& i) { return types.insert(typeOf(i)).second; });
    });
}

/// The frames by their kind, where each position has the same number of each; else empty.
std::vector<Instances> byKind(const std::vector<Instances>& positions)
{
    std::map<QString, Instances> parts;
    std::optional<std::multiset<QString>> common;
    for (const Instances& position : positions) {
        std::multiset<QString> kinds;
        for (const Instance& instance : position) {
            kinds.insert(kindOf(instance));
            parts[kindOf(instance)].push_back(instance);
        }
        if (common && *common != kinds)
            return {};
        common = std::move(kinds);
    }
    std::vector<Instances> result;
    if (parts.size() > 1)
        for (auto& [kind, part] : parts)
            result.push_back(std::move(part));
    return result;
}

/// Two acquisitions whose slices lie between one another, each evenly spaced, together not: they are not one volume (the
/// contrast medium came in between). Empty: they are no such.
std::vector<Stack> interleavedAcquisitions(const Stack& stack)
{
    std::map<int, Instances> parts;
    int changes = 0;
    std::optional<int> before;
    for (const Instance& instance : stack.instances) {
        if (!instance.acquisitionNumber)
            return {};
        changes += before && before != instance.acquisitionNumber;
        before = instance.acquisitionNumber;
        parts[*before].push_back(instance);
    }
    if (changes < int(parts.size())) // one after the other, or one alone
        return {};
    std::vector<Stack> stacks;
    for (auto& [number, part] : parts) {
        const int slices = int(part.size());
        stacks.push_back(stackOf(std::move(part), slices, {}));
        if (!stacks.back().isVolume)
            return {};
    }
    return stacks;
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
    if (auto parts = besideOneAnother(positions); !parts.empty()) {
        for (Instances& part : parts)
            addSorted(std::move(part), stacks);
        return;
    }
    const size_t count = positions.front().size();
    const bool isEven = std::all_of(positions.begin(), positions.end(), [&](const Instances& p) { return p.size() == count; });
    if (isEven && count == 1) {
        Instances ordered;
        for (Instances& position : positions)
            ordered.push_back(std::move(position.front()));
        const int slices = int(ordered.size());
        Stack stack = stackOf(std::move(ordered), slices, {});
        if (auto parts = stack.sliceSpacingMm ? std::vector<Stack>{} : interleavedAcquisitions(stack); !parts.empty())
            std::move(parts.begin(), parts.end(), std::back_inserter(stacks));
        else
            stacks.push_back(std::move(stack));
        return;
    }
    // Magnitude and phase, water and fat, corrected and not are different pictures, not a dimension.
    if (isEven && !isTypeTelling(positions)) {
        auto dimensions = sortedByDimensions(positions);
        if (!dimensions) {
            if (auto parts = byKind(positions); !parts.empty()) {
                for (Instances& part : parts)
                    addSorted(std::move(part), stacks);
                return;
            }
            dimensions = sortedByTime(positions);
        }
        if (dimensions) {
            Instances ordered;
            for (size_t phase = 0; phase < count; ++phase)
                for (Instances& position : positions)
                    ordered.push_back(std::move(position[phase]));
            stacks.push_back(stackOf(std::move(ordered), int(positions.size()), std::move(*dimensions)));
            return;
        }
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
