#pragma once
#include "viewer/volume/stack.h"
#include <functional>

/// What tells frames of one position apart (GEO-08).
namespace diascope::viewer
{

using Instances = std::vector<Instance>;

/// What orders frames of one position; nothing where it is not said. Several numbers: all have to agree.
using Key = std::vector<double>;
using KeyOf = std::function<std::optional<Key>(const Instance&)>;

struct Candidate
{
    const char* name;
    const char* unit;
    KeyOf key;
    bool isTime = false; ///< differs from slice to slice too: only its order within a position counts
};

/// Most telling first.
const std::vector<Candidate>& candidates();

/// Sorts the frames of each position (positions of equal size) by the object's own Dimension Index Sequence, else by the
/// candidate, else by the several, that tell them apart in the same way everywhere. Nothing, and no order, where none does.
std::optional<std::vector<StackDimension>> sortedByDimensions(std::vector<Instances>& positions);
/// By what only grows from one to the next: times, numbers.
std::optional<std::vector<StackDimension>> sortedByTime(std::vector<Instances>& positions);

} // namespace diascope::viewer
