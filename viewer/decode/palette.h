#pragma once
#include "netclient/dicom/dataset.h"
#include <array>
#include <memory>

namespace diascope::viewer
{

/// Palette Color Lookup Tables (PS3.3 C.7.6.3.1.5, C.7.9), segmented ones expanded, reduced to 8 bits.
struct Palette
{
    qint64 firstMapped = 0;
    std::vector<std::array<quint8, 3>> colours; ///< never empty

    /// Values beyond either end take the colour of that end (C.7.6.3.1.5).
    const std::array<quint8, 3>& operator()(qint64 stored) const;

    /// Errors: Damaged where descriptors and data contradict each other.
    static Result<std::shared_ptr<const Palette>> of(const dicom::Dataset& dataset, bool isSigned);
};

} // namespace diascope::viewer
