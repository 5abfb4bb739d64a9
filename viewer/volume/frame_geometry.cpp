#include "viewer/volume/frame_groups.h"
#include <algorithm>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

constexpr Tag NominalScannedPixelSpacing{0x0018, 0x2010};
constexpr Tag FramePixelDataPropertiesSequence{0x0028, 0x9443};
constexpr Tag PlanePositionVolumeSequence{0x0020, 0x930E};
constexpr Tag PlaneOrientationVolumeSequence{0x0020, 0x930F};
constexpr Tag ImagePositionVolume{0x0020, 0x9301};
constexpr Tag ImageOrientationVolume{0x0020, 0x9302};
constexpr Tag VolumeFrameOfReferenceUID{0x0020, 0x9312};
constexpr Tag GridFrameOffsetVector{0x3004, 0x000C};
constexpr Tag DetectorInformationSequence{0x0054, 0x0022};

constexpr double farthestMm = 1e5;         ///< beyond this nothing is a place in a patient
constexpr double sameHeightMm = 0.01;      ///< written twice, with few digits
constexpr double finestSpacingMm = 1e-6;   ///< of microscopes, and far below

std::optional<Vec3> vectorOf(const std::vector<double>& numbers, size_t from = 0)
{
    if (numbers.size() < from + 3)
        return std::nullopt;
    const Vec3 v{numbers[from], numbers[from + 1], numbers[from + 2]};
    const auto isPlace = [](double mm) { return std::abs(mm) <= farthestMm; }; // no NaN either
    return isPlace(v.x) && isPlace(v.y) && isPlace(v.z) ? std::optional(v) : std::nullopt;
}

std::optional<PixelSpacing> spacingOf(const std::vector<double>& numbers)
{
    const auto isSpacing = [](double mm) { return mm >= finestSpacingMm && mm <= farthestMm; };
    if (numbers.size() < 2 || !isSpacing(numbers[0]) || !isSpacing(numbers[1]))
        return std::nullopt;
    return PixelSpacing{numbers[0], numbers[1]};
}

std::optional<PlaneGeometry> planeOf(const Instance& instance, Vec3 origin, const std::vector<double>& cosines)
{
    const auto row = vectorOf(cosines, 0);
    const auto column = vectorOf(cosines, 3);
    if (!row || !column)
        return std::nullopt;
    // Written with few digits they are not quite unit vectors; far off they are no orientation.
    if (std::abs(norm(*row) - 1) > 0.05 || std::abs(norm(*column) - 1) > 0.05 || std::abs(dot(*row, *column)) > 0.05)
        return std::nullopt;
    PlaneGeometry plane;
    plane.originLps = origin;
    plane.rowDirection = normalized(*row);
    plane.columnDirection = normalized(*column - plane.rowDirection * dot(*column, plane.rowDirection));
    plane.spacingMm = *instance.spacingMm;
    plane.rows = instance.pixels.rows;
    plane.columns = instance.pixels.columns;
    return plane;
}

/// Where the frames of an RT dose begin. Offsets that begin with 0 count from the first plane along the normal; those that
/// begin with the first plane's z are z itself, which is for transverse planes only. Others say no place: a dose is not guessed.
bool placeDose(const std::vector<double>& offsets, std::vector<Instance>& frames)
{
    if (offsets.size() < frames.size() || !frames.front().plane)
        return false;
    const PlaneGeometry first = *frames.front().plane;
    const bool isTransverse = std::abs(first.rowDirection.x) > 0.999 && std::abs(first.columnDirection.y) > 0.999;
    if (offsets.front() != 0 && (!isTransverse || std::abs(offsets.front() - first.originLps.z) > sameHeightMm))
        return false;
    for (size_t i = 0; i < frames.size(); ++i) {
        frames[i].plane = first;
        if (offsets.front() != 0)
            frames[i].plane->originLps.z = offsets[i];
        else
            frames[i].plane->originLps = first.originLps + first.normal() * (offsets[i] - offsets.front());
    }
    return true;
}

/// The sign of Spacing Between Slices says whether they go along the normal or against it.
bool placeReconstruction(const Dataset& dataset, std::vector<Instance>& frames)
{
    const auto spacing = dataset.number(tag::SpacingBetweenSlices);
    if (!frames.front().imageType.value(2).startsWith("RECON") || !frames.front().spacingMm || !spacing || *spacing == 0)
        return false;
    const auto detector = dataset.item(DetectorInformationSequence);
    const Dataset& source = detector && detector->hasValue(tag::ImagePositionPatient) ? *detector : dataset;
    const auto origin = vectorOf(source.numbers(tag::ImagePositionPatient, 3));
    const auto first = origin ? planeOf(frames.front(), *origin, source.numbers(tag::ImageOrientationPatient, 6)) : std::nullopt;
    if (!first)
        return false;
    const std::vector<double> slices = dataset.numbers(tag::SliceVector);
    for (size_t i = 0; i < frames.size(); ++i) {
        const double slice = slices.size() == frames.size() ? slices[i] - 1 : double(i);
        frames[i].plane = *first;
        frames[i].plane->originLps = first->originLps + first->normal() * (*spacing * slice);
    }
    return true;
}

} // namespace

void readSpacing(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    std::optional<Dataset> measures = groups(tag::PixelMeasuresSequence);
    const Dataset& source = measures ? *measures : dataset;
    const auto spacing = spacingOf(source.numbers(tag::PixelSpacing, 2));
    const auto properties = groups(FramePixelDataPropertiesSequence);
    const auto detector = spacingOf((properties ? *properties : dataset).numbers(tag::ImagerPixelSpacing, 2));
    static const QStringList projections{"CR", "DX", "MG", "RG", "XA", "RF", "IO", "PX"};
    if (spacing) {
        instance.spacingMm = spacing;
        // Tomosynthesis has the modality of its projections and slices in the patient.
        const bool isSlice = measures && groups(tag::PlanePositionSequence);
        if (isSlice || !projections.contains(instance.modality))
            instance.spacingOrigin = SpacingOrigin::Patient;
        else if (dataset.hasValue(tag::PixelSpacingCalibrationType))
            instance.spacingOrigin = SpacingOrigin::Calibrated;
        else if (detector && *detector == *spacing)
            instance.spacingOrigin = SpacingOrigin::Detector;
        else
            instance.spacingOrigin = detector ? SpacingOrigin::Calibrated : SpacingOrigin::Unknown;
    } else if (detector) {
        instance.spacingMm = detector;
        instance.spacingOrigin = SpacingOrigin::Detector;
    } else if (const auto nominal = spacingOf(dataset.numbers(NominalScannedPixelSpacing, 2))) {
        instance.spacingMm = nominal;
        instance.spacingOrigin = SpacingOrigin::Unknown;
    }
    if (instance.spacingMm) {
        instance.pixelAspect = instance.spacingMm->row / instance.spacingMm->column;
    } else if (const auto aspect = spacingOf(dataset.numbers(tag::PixelAspectRatio, 2))) {
        instance.pixelAspect = aspect->row / aspect->column; // vertical \ horizontal (PS3.3 C.7.6.3.1.7)
    }
    instance.sliceThicknessMm = source.number(tag::SliceThickness);
}

void readPlane(const Dataset& dataset, const FrameGroups& groups, Instance& instance)
{
    const auto position = groups(tag::PlanePositionSequence);
    const auto orientation = groups(tag::PlaneOrientationSequence);
    auto origin = vectorOf((position ? *position : dataset).numbers(tag::ImagePositionPatient, 3));
    auto cosines = (orientation ? *orientation : dataset).numbers(tag::ImageOrientationPatient, 6);
    const auto inVolume = groups(PlanePositionVolumeSequence);
    const auto orientationInVolume = groups(PlaneOrientationVolumeSequence);
    const bool isInPatient = origin || !inVolume || !orientationInVolume;
    if (!isInPatient) {
        origin = vectorOf(inVolume->numbers(ImagePositionVolume, 3));
        cosines = orientationInVolume->numbers(ImageOrientationVolume, 6);
        instance.frameOfReference = {dataset.text(VolumeFrameOfReferenceUID)};
    }
    if (!origin || !instance.spacingMm || instance.spacingOrigin == SpacingOrigin::None)
        return;
    instance.plane = planeOf(instance, *origin, cosines);
    if (instance.plane)
        instance.plane->isInPatient = isInPatient;
}

void placeClassicFrames(const Dataset& dataset, std::vector<Instance>& frames)
{
    const std::vector<double> offsets = dataset.numbers(GridFrameOffsetVector);
    const bool isPlaced = !offsets.empty() ? placeDose(offsets, frames) : frames.front().modality == "NM" && placeReconstruction(dataset, frames);
    if (!isPlaced && frames.size() > 1)
        for (Instance& frame : frames)
            frame.plane.reset();
}

} // namespace diascope::viewer
