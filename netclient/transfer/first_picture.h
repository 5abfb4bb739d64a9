#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/uid.h"
#include "netclient/dimse/node.h"
#include <QByteArray>

namespace diascope::transfer
{

/// A small picture of a study, made by the server: something to look at over a slow line (NET-16) until the images come. It
/// is no image of the study: compressed with loss, in a window of the server's, and never stored.
struct FirstPicture
{
    QByteArray bytes; ///< JPEG or PNG
    dicom::SeriesUid series;
    dicom::InstanceUid instance;
};

/// Of the middle of the first series that has images. A worker's thread. Errors: Unsupported (the node has no DICOMweb), NotFound
/// (no such study, or no images in it), and those of DICOMweb.
Result<FirstPicture> firstPicture(const dimse::Node& node, const dicom::StudyUid& study, Task& task);

} // namespace diascope::transfer
