#pragma once
#include "netclient/base/task.h"
#include "netclient/dicom/uid.h"
#include "netclient/dicomweb/service.h"
#include <QByteArray>
#include <QList>
#include <QSize>
#include <vector>

/// Pixels without whole instances, for slow lines (NET-16). Bytes come as the server sends them; nothing is decoded here.
namespace diascope::dicomweb
{

struct InstanceName
{
    dicom::StudyUid study;
    dicom::SeriesUid series;
    dicom::InstanceUid instance;
};

struct Picture
{
    QByteArray mediaType; ///< "image/jpeg", "application/octet-stream; transfer-syntax=…"
    QByteArray bytes;
};

/// Frames as they are stored (`frames` from 1, PS3.18 §10.4.1.1.3), in the order asked for; each with its media type.
/// Errors: Invalid (no frames, or below 1), Damaged (more or fewer came), Conflict.
Result<std::vector<Picture>> frames(const Service& service, const InstanceName& name, const QList<int>& frames, Task& task);

/// A frame (from 1; 0: the whole instance) as a JPEG or PNG that the server makes, with its window. `viewport` empty: the
/// server's size; `quality` 1 to 100. At most 64 MiB.
Result<Picture> rendered(const Service& service, const InstanceName& name, int frame, const QSize& viewport, int quality, Task& task);

/// A small picture of a series (instance empty) or an instance; NotFound or Unsupported where the server makes none.
Result<Picture> thumbnail(const Service& service, const InstanceName& name, const QSize& viewport, Task& task);

} // namespace diascope::dicomweb
