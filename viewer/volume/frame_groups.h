#pragma once
#include "viewer/volume/instance.h"

/// What readInstances is made of: one frame's part of an object's header.
namespace diascope::viewer
{

/// The functional groups of one frame: its own, else the shared ones (PS3.3 C.7.6.16), looked up once.
class FrameGroups
{
public:
    FrameGroups(const std::optional<dicom::Dataset>& shared, const dicom::Dataset* perFrame) : m_shared(shared), m_perFrame(perFrame) {}

    std::optional<dicom::Dataset> operator()(dicom::Tag group) const
    {
        if (m_perFrame)
            if (auto found = m_perFrame->item(group))
                return found;
        return m_shared ? m_shared->item(group) : std::nullopt;
    }

    /// Whether the frame itself says it, and not what it shares with the others.
    bool hasOwn(dicom::Tag group) const { return m_perFrame && m_perFrame->contains(group); }

private:
    const std::optional<dicom::Dataset>& m_shared;
    const dicom::Dataset* m_perFrame;
};

/// Spacing and pixel aspect; projection images: Pixel Spacing is a calibrated value, Imager Pixel Spacing lies at the
/// detector (PS3.3 10.7.1.1).
void readSpacing(const dicom::Dataset& dataset, const FrameGroups& groups, Instance& instance);
/// Position, orientation and spacing, or nothing: a plane is never half known (GEO-16). Of enhanced ultrasound volumes in the
/// transducer's frame (PS3.3 C.8.24.6.1).
void readPlane(const dicom::Dataset& dataset, const FrameGroups& groups, Instance& instance);
/// The planes of a multi-frame object without functional groups: RT dose (Grid Frame Offset Vector, PS3.3 C.8.8.3.2), NM
/// reconstructions (Spacing Between Slices and Slice Vector, C.8.4.15). All others lose theirs: a cine, or images whose place
/// is not said.
void placeClassicFrames(const dicom::Dataset& dataset, std::vector<Instance>& frames);

/// The first private element of `group` and `creator` with this low byte.
std::optional<dicom::Tag> privateTag(const dicom::Dataset& dataset, quint16 group, const char* creator, quint16 low);
/// What tells the frames of one place apart: times, echoes, diffusion, heart phase, angles; once an object, before
/// readFrameDimensions takes what a frame's groups say instead.
void readDimensions(const dicom::Dataset& dataset, Instance& instance);
void readFrameDimensions(const dicom::Dataset& dataset, const FrameGroups& groups, Instance& instance);
/// Dimension Index Sequence (PS3.3 C.7.6.17); null where the object has none.
std::shared_ptr<const std::vector<DimensionIndex>> readDimensionIndex(const dicom::Dataset& dataset);
void readDimensionValues(const dicom::Dataset& dataset, const FrameGroups& groups, Instance& instance);
/// The vectors of NM objects (PS3.3 C.8.4.8) as dimensions; nothing for others.
void readVectors(const dicom::Dataset& dataset, std::vector<Instance>& frames);
/// PS3.3 C.7.6.16.2.2.4.
void readConcatenation(const dicom::Dataset& dataset, Instance& instance);

} // namespace diascope::viewer
