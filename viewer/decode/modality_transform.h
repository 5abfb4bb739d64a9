#pragma once
#include "viewer/decode/pixel_description.h"
#include <memory>

namespace diascope::viewer
{

/// Stored value → modality value (PS3.3 C.11.1): Modality LUT Sequence, else Rescale Slope and Intercept (for enhanced
/// objects from the frame's functional groups), else identity.
struct ModalityTransform
{
    double slope = 1;
    double intercept = 0;
    /// Modality LUT; then slope and intercept are not used. Values below firstMapped give the first entry, above the last.
    std::shared_ptr<const std::vector<float>> table;
    qint64 firstMapped = 0;
    /// "HU", "mm2/s", "BQML", "OD", …; empty where the data do not say (MEA-07: HU only for CT values that are HU).
    QString unit;

    double apply(double storedValue) const;
    bool isIdentity() const { return !table && slope == 1 && intercept == 0; }

    /// `frame` counts from 0; matters for enhanced multi-frame objects only.
    static ModalityTransform of(const dicom::Dataset& dataset, int frame = 0);
    /// The same where the item that holds the rescale values has already been looked up.
    static ModalityTransform of(const dicom::Dataset& dataset, const dicom::Dataset& rescale);
};

/// The item of `group` (a functional group sequence) for a frame: per-frame, else shared (PS3.3 C.7.6.16).
std::optional<dicom::Dataset> functionalGroup(const dicom::Dataset& dataset, dicom::Tag group, int frame);

} // namespace diascope::viewer
