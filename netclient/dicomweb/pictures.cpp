#include "netclient/dicomweb/pictures.h"
#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/media_type.h"
#include "netclient/dicomweb/multipart.h"
#include <algorithm>
#include <memory>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

constexpr qint64 mostBytesOfPicture = 64 << 20;
constexpr qint64 mostBytesOfFrame = 1 << 30;

Result<QByteArray> pathOf(const InstanceName& name)
{
    const bool isValid = dicom::isValidUid(name.study.value) && dicom::isValidUid(name.series.value) &&
                         (name.instance.isEmpty() || dicom::isValidUid(name.instance.value));
    if (!isValid)
        return fail(Fault::Invalid, tr("what was asked for is no UID"));
    QByteArray path = "/studies/" + name.study.value.toLatin1() + "/series/" + name.series.value.toLatin1();
    return name.instance.isEmpty() ? path : path + "/instances/" + name.instance.value.toLatin1();
}

Result<Picture> picture(const Service& service, const QByteArray& path, Task& task)
{
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    Result<Answer> answer;
    for (const char* accept : {"image/jpeg", "image/png"}) { // one at a time: some servers read no list
        Request request;
        request.path = path;
        request.accept = accept;
        request.mostBytes = mostBytesOfPicture;
        answer = (*http)->exchange(std::move(request));
        if (answer || answer.error().fault != Fault::Unsupported)
            break;
    }
    if (!answer)
        return std::unexpected(answer.error());
    const QByteArray type = MediaType::parse(answer->contentType).name;
    if (answer->body.isEmpty())
        return fail(Fault::NotDicom, tr("the server answered with nothing"));
    if (type != "image/jpeg" && type != "image/png")
        return std::unexpected(notDicomError(answer->contentType));
    return Picture{answer->contentType, std::move(answer->body)};
}

QByteArray viewportQuery(const QSize& viewport)
{
    return viewport.isEmpty() ? QByteArray() : "viewport=" + QByteArray::number(viewport.width()) + "," + QByteArray::number(viewport.height());
}

} // namespace

Result<std::vector<Picture>> frames(const Service& service, const InstanceName& name, const QList<int>& frames, Task& task)
{
    const auto path = pathOf(name);
    if (!path)
        return std::unexpected(path.error());
    if (frames.isEmpty() || name.instance.isEmpty() || std::any_of(frames.begin(), frames.end(), [](int frame) { return frame < 1; }))
        return fail(Fault::Invalid, tr("frames are counted from 1"));
    const auto http = Http::open(service, task);
    if (!http)
        return std::unexpected(http.error());
    QByteArray list;
    for (const int frame : frames)
        list += (list.isEmpty() ? "" : ",") + QByteArray::number(frame);
    std::vector<Picture> found;
    std::unique_ptr<MultipartReader> reader;
    Request request;
    request.path = *path + "/frames/" + list;
    request.accept = "multipart/related; type=\"application/octet-stream\"; transfer-syntax=*";
    request.mostBytes = mostBytesOfFrame * 4;
    request.consumer = [&](const Answer& head, QByteArrayView bytes) -> Result<void> {
        if (!reader) {
            const MediaType type = MediaType::parse(head.contentType);
            const QByteArray boundary = type.parameters.value("boundary");
            if (type.name != "multipart/related" || boundary.isEmpty() || boundary.size() > 200)
                return std::unexpected(notDicomError(head.contentType));
            reader = std::make_unique<MultipartReader>(boundary, [&](MultipartReader::Part&& part) -> Result<void> {
                if (qsizetype(found.size()) >= frames.size())
                    return fail(Fault::Damaged, tr("the server sent more frames than were asked for"));
                found.push_back({part.contentType, std::move(part.body)});
                task.report(qint64(found.size()), frames.size());
                return {};
            }, mostBytesOfFrame);
        }
        return reader->feed(bytes);
    };
    if (const auto answer = (*http)->exchange(std::move(request)); !answer)
        return std::unexpected(answer.error());
    if (!reader)
        return fail(Fault::NotDicom, tr("the server answered with nothing"));
    if (auto done = reader->finish(); !done)
        return std::unexpected(done.error());
    if (qsizetype(found.size()) != frames.size())
        return fail(Fault::Damaged, tr("the server sent fewer frames than were asked for"));
    return found;
}

Result<Picture> rendered(const Service& service, const InstanceName& name, int frame, const QSize& viewport, int quality, Task& task)
{
    const auto path = pathOf(name);
    if (!path)
        return std::unexpected(path.error());
    if (name.instance.isEmpty() || frame < 0)
        return fail(Fault::Invalid, tr("frames are counted from 1"));
    const QByteArray size = viewportQuery(viewport);
    return picture(service, *path + (frame > 0 ? "/frames/" + QByteArray::number(frame) : QByteArray()) + "/rendered?quality=" +
                                QByteArray::number(std::clamp(quality, 1, 100)) + (size.isEmpty() ? "" : "&") + size, task);
}

Result<Picture> thumbnail(const Service& service, const InstanceName& name, const QSize& viewport, Task& task)
{
    const auto path = pathOf(name);
    if (!path)
        return std::unexpected(path.error());
    const QByteArray size = viewportQuery(viewport);
    return picture(service, *path + "/thumbnail" + (size.isEmpty() ? "" : "?") + size, task);
}

} // namespace diascope::dicomweb
