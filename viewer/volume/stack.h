#pragma once
#include "viewer/volume/instance.h"

namespace diascope::viewer
{

/// Something wrong with a stack that the reader must see: `code` is the catalogue's (GEO-03), `text` a translated sentence.
struct StackWarning
{
    QString code;
    QString text;
};

/// A dimension beyond rows, columns and slices (GEO-08).
struct StackDimension
{
    QString name; ///< "temporal position", "echo time", "b-value", "trigger time", "acquisition time", "acquisition", …
    int size = 1;
    std::vector<double> values; ///< one for each index, in the dimension's unit
    QString unit; ///< "ms", "s/mm²", "s", "%"; empty where it has none
    QStringList texts; ///< one for each index where a number does not say it all ("1000 s/mm², 0.7 0 0.7"); else empty

    QString text(int index) const; ///< value and unit, for a person
};

/// Frames of one series that belong together, in order: slices ascend along the normal (row × column direction), so a
/// left-handed order of files can never mirror the patient (GEO-10); with an extra dimension all slices of its first value
/// come first: frame = slice + sliceCount · phase. Frames without geometry are ordered by instance and frame number.
struct Stack
{
    std::vector<Instance> instances; ///< one a frame
    int sliceCount = 0;
    int phaseCount = 1;

    int rows = 0;
    int columns = 0;
    std::optional<PixelSpacing> pixelSpacingMm;
    std::optional<double> sliceSpacingMm; ///< from positions only (GEO-02); nothing for a single slice or without geometry
    QString orientation = QStringLiteral("none"); ///< axial, sagittal, coronal, oblique, none
    double gantryTiltDeg = 0;                     ///< from positions and orientation only (GEO-05), signed
    QString frameOfReference;
    /// The acquired slices are a regular grid: at least 3, parallel, equally spaced, untilted. Otherwise whyNoVolume says
    /// why, for a person; where canReslice it says why it has to be interpolated.
    bool isVolume = false;
    QString whyNoVolume;
    /// MPR and 3D are possible: isVolume, or tilted, shifted, unevenly spaced or with up to 5 neighbouring slices missing:
    /// then from the true positions (GEO-04, GEO-05), and the warnings stay.
    bool canReslice = false;
    /// canReslice, but not along evenly spaced steps of one line: MPR shows Volume::regular().
    bool needsResampling = false;
    std::vector<StackDimension> dimensions;
    std::vector<StackWarning> warnings;

    int frameCount() const { return int(instances.size()); }
    int frameOf(int slice, int phase = 0) const { return slice + sliceCount * phase; }
    /// "echo time 12 ms", … : what the phase of a frame is, one for each dimension; for other frames of an object that counts
    /// its frames ("detector 2") what it says of them.
    QStringList dimensionTexts(int frame) const;
};

/// A stack of this one frame, as it is.
Stack singleFrame(const Instance& instance);

/// Sorts the frames of one series into stacks: split by orientation, frame of reference, size, spacing, pixel format and
/// localizers (GEO-06, 07, 12); duplicates shown once (GEO-18). In order of their lowest instance number.
/// Never fails: what does not fit anywhere is a stack of its own.
std::vector<Stack> buildStacks(std::vector<Instance> instances);

} // namespace diascope::viewer
