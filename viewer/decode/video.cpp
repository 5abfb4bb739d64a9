#include "viewer/decode/video.h"
#include "viewer/decode/decoder_process.h"
#include <QFile>
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace diascope::viewer
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr size_t keptVideos = 4;
constexpr auto turnLimit = std::chrono::seconds(10); ///< the worker answers after 2 s at the latest, if it is well
constexpr int mostTurns = 150;

/// A video and its decoder. `key` is what makes the file this file.
struct Video
{
    QByteArray key;
    std::mutex mutex;
    DecoderProcess worker;

    ~Video() { worker.stop(); }
};

/// The videos read last, the latest first.
std::shared_ptr<Video> videoFor(const QByteArray& key)
{
    static std::mutex mutex;
    static std::list<std::shared_ptr<Video>> videos;
    std::shared_ptr<Video> dropped; // ended outside of the lock
    const std::lock_guard lock(mutex);
    const auto found = std::find_if(videos.begin(), videos.end(), [&](const auto& video) { return video->key == key; });
    if (found != videos.end()) {
        videos.splice(videos.begin(), videos, found);
    } else {
        videos.push_front(std::make_shared<Video>());
        videos.front()->key = key;
        if (videos.size() > keptVideos) {
            dropped = videos.back();
            videos.pop_back();
        }
    }
    return videos.front();
}

struct Descriptor
{
    int fd;
    ~Descriptor()
    {
        if (fd >= 0)
            ::close(fd);
    }
};

} // namespace

Result<void> readVideoFrame(const PixelLayout& layout, int n, std::span<std::byte> destination)
{
    const Descriptor file{::open(QFile::encodeName(layout.path).constData(), O_RDONLY | O_CLOEXEC)};
    struct stat is{};
    if (file.fd < 0 || fstat(file.fd, &is) != 0)
        return fail(Fault::Unreadable, tr("the file cannot be read"));
    const auto video = videoFor(QStringLiteral("%1 %2 %3 %4.%5")
                                    .arg(is.st_dev)
                                    .arg(is.st_ino)
                                    .arg(is.st_size)
                                    .arg(is.st_mtim.tv_sec)
                                    .arg(is.st_mtim.tv_nsec)
                                    .toLatin1());
    const std::lock_guard lock(video->mutex);
    DecoderProcess& worker = video->worker;

    DecodeRequest request;
    request.codec = DecodeRequest::Codec::Video;
    request.rows = uint32_t(layout.description.rows);
    request.columns = uint32_t(layout.description.columns);
    request.samplesPerPixel = uint32_t(layout.description.samplesPerPixel);
    request.frame = uint32_t(n);
    request.inputBytes = layout.pieces.size() * sizeof(VideoPiece);
    request.outputOffset = (request.inputBytes + 4095) & ~uint64_t(4095);
    request.outputBytes = destination.size();
    bool isFresh = false;
    for (int turn = 0; turn < mostTurns; ++turn) {
        if (!worker.isAlive()) {
            isFresh = true;
            if (auto started = worker.start("diascope-video-decoder", file.fd); !started)
                return started;
        }
        if (!worker.grow(request.outputOffset + request.outputBytes))
            return fail(Fault::Internal, tr("there is not enough memory for the frame"));
        auto* pieces = reinterpret_cast<VideoPiece*>(worker.shared);
        for (const PixelLayout::Piece& piece : layout.pieces)
            *pieces++ = {piece.offset, piece.length};
        request.sharedBytes = worker.sharedBytes;
        if (!worker.send(request)) { // it died while idle: that costs no frame
            worker.stop();
            if (isFresh)
                return fail(Fault::Internal, tr("the decoder ends as soon as it is started"));
            continue;
        }
        const auto info = worker.await(turnLimit);
        if (!info)
            return std::unexpected(info.error());
        if (info->isUnfinished)
            continue;
        std::memcpy(destination.data(), worker.shared + request.outputOffset, destination.size());
        return {};
    }
    return fail(Fault::TimedOut, tr("decoding took longer than %1 s").arg(2 * mostTurns));
}

} // namespace diascope::viewer
