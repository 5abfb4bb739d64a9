#pragma once
#include "viewer/volume/instance.h"

namespace diascope::viewer
{

/// A file of the study that is not shown, and why, for a person (OBJ-12).
struct NotShown
{
    QString path;
    QString reason;
    dicom::InstanceUid uid; ///< empty where it is not known
};

/// readInstances of a file that an index knows: Conflict where it has become another image since, of another patient perhaps.
/// Empty UIDs, here or in the file, are not compared.
Result<std::vector<Instance>> readKnownInstances(const QString& path, const dicom::SeriesUid& series, const dicom::InstanceUid& uid = {});

/// The reason for a person why readInstances gave nothing: "it is no image: a structured report", or what is damaged.
QString reasonNotShown(const Error& error);

/// Files with one SOP Instance UID are compared, and only those: sets Instance::contentHash, by which buildStacks tells copies
/// (shown once) from contradictions (the first is shown). The contradicting files are returned (GEO-18).
std::vector<NotShown> compareDuplicates(std::vector<Instance>& instances);

} // namespace diascope::viewer
