// diascope-video-decoder: the frames of one MPEG-2, H.264 or HEVC stream (PS3.5 8.2.5 to 8.2.8) for the program that started
// it (service.h). The stream lies in pieces of the file that is descriptor 5; the decoder keeps its place between requests.
#include "viewer/decode/worker/service.h"
#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <unistd.h>
#include <vector>
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

using namespace diascope::viewer;
using namespace diascope::viewer::worker;

namespace
{

constexpr int fileFd = 5;
constexpr int64_t keptPacketBytes = int64_t(512) << 20;
constexpr int64_t keptFrameBytes = int64_t(384) << 20;
constexpr auto longestTurn = std::chrono::seconds(2); ///< then the program is told how far we are

struct Deleter
{
    void operator()(AVFormatContext* x) const { avformat_close_input(&x); }
    void operator()(AVCodecContext* x) const { avcodec_free_context(&x); }
    void operator()(AVPacket* x) const { av_packet_free(&x); }
    void operator()(AVFrame* x) const { av_frame_free(&x); }
    void operator()(SwsContext* x) const { sws_freeContext(x); }
    void operator()(AVIOContext* x) const
    {
        av_freep(&x->buffer);
        avio_context_free(&x);
    }
};
template <typename T>
using Owned = std::unique_ptr<T, Deleter>;

std::string errorText(int code)
{
    char text[AV_ERROR_MAX_STRING_SIZE] = {};
    av_strerror(code, text, sizeof text);
    return text;
}

/// The fragments as one stream of bytes.
class Pieces
{
public:
    explicit Pieces(Bytes in)
    {
        m_pieces.resize(in.size() / sizeof(VideoPiece));
        std::memcpy(m_pieces.data(), in.data(), m_pieces.size() * sizeof(VideoPiece));
        for (const VideoPiece& piece : m_pieces)
            m_size += std::max<int64_t>(0, piece.length);
    }

    static int read(void* self, uint8_t* to, int count) { return static_cast<Pieces*>(self)->read(to, count); }
    static int64_t seek(void* self, int64_t to, int whence) { return static_cast<Pieces*>(self)->seek(to, whence); }

private:
    int read(uint8_t* to, int count)
    {
        int64_t from = m_at;
        for (const VideoPiece& piece : m_pieces) {
            if (from >= piece.length) {
                from -= piece.length;
                continue;
            }
            const ssize_t got = pread(fileFd, to, size_t(std::min<int64_t>(count, piece.length - from)), piece.offset + from);
            if (got <= 0)
                return got == 0 ? AVERROR_EOF : AVERROR(EIO);
            m_at += got;
            return int(got);
        }
        return AVERROR_EOF;
    }
    int64_t seek(int64_t to, int whence)
    {
        if (whence == AVSEEK_SIZE)
            return m_size;
        const int64_t at = whence == SEEK_CUR ? m_at + to : whence == SEEK_END ? m_size + to : to;
        if (at < 0 || at > m_size)
            return AVERROR(EINVAL);
        return m_at = at;
    }

    std::vector<VideoPiece> m_pieces;
    int64_t m_size = 0;
    int64_t m_at = 0;
};

/// The packets of the picture in decoding order, by number; those read are kept while there is room.
class Packets
{
public:
    explicit Packets(Bytes in) : m_pieces(in) { open(); }

    /// Null at the end of the stream.
    const AVPacket* at(int64_t number)
    {
        if (number < int64_t(m_kept.size()))
            return m_kept[size_t(number)].get();
        if (number < m_next)
            open(); // too long to be kept: from the beginning again
        while (true) {
            Owned<AVPacket> packet(av_packet_alloc());
            const int got = av_read_frame(m_format.get(), packet.get());
            if (got == AVERROR(EIO))
                damaged("the file can no longer be read");
            if (got < 0)
                return nullptr;
            if (packet->stream_index != m_stream || packet->size == 0)
                continue;
            const int64_t read = m_next++;
            m_current = std::move(packet);
            if (read == int64_t(m_kept.size()) && m_keptBytes + m_current->size <= keptPacketBytes) {
                m_keptBytes += m_current->size;
                m_kept.emplace_back(av_packet_clone(m_current.get()));
            }
            if (read == number)
                return m_current.get();
        }
    }
    const AVStream& stream() const { return *m_format->streams[m_stream]; }

private:
    void open()
    {
        m_format.reset();
        m_io.reset();
        m_next = 0;
        Pieces::seek(&m_pieces, 0, SEEK_SET);
        constexpr int bufferBytes = 1 << 16;
        m_io.reset(avio_alloc_context(static_cast<uint8_t*>(av_malloc(bufferBytes)), bufferBytes, 0, &m_pieces, Pieces::read,
                                      nullptr, Pieces::seek));
        AVFormatContext* format = avformat_alloc_context();
        if (!m_io || !format)
            damaged("there is not enough memory for the video");
        format->pb = m_io.get();
        format->flags |= AVFMT_FLAG_CUSTOM_IO;
        AVDictionary* options = nullptr;
        av_dict_set(&options, "format_whitelist", "mpeg,mpegts,mpegvideo,mov,h264,hevc", 0);
        av_dict_set(&options, "codec_whitelist", "mpeg1video,mpeg2video,h264,hevc", 0);
        const int opened = avformat_open_input(&format, nullptr, nullptr, &options);
        av_dict_free(&options);
        if (opened < 0)
            damaged("this is no MPEG stream: " + errorText(opened));
        m_format.reset(format);
        if (const int found = avformat_find_stream_info(format, nullptr); found < 0)
            damaged("the video stream is broken: " + errorText(found));
        m_stream = av_find_best_stream(format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
        if (m_stream < 0)
            damaged("there is no picture in the stream");
    }

    Pieces m_pieces;
    Owned<AVIOContext> m_io;
    Owned<AVFormatContext> m_format;
    Owned<AVPacket> m_current;
    std::vector<Owned<AVPacket>> m_kept;
    int64_t m_keptBytes = 0;
    int64_t m_next = 0; ///< the packet the demuxer gives next
    int m_stream = -1;
};

/// Frames in the order of presentation, by number from 0.
class Video
{
public:
    explicit Video(Bytes in) : m_packets(in)
    {
        const AVCodecParameters& parameters = *m_packets.stream().codecpar;
        const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
        m_decoder.reset(codec ? avcodec_alloc_context3(codec) : nullptr);
        if (!m_decoder || avcodec_parameters_to_context(m_decoder.get(), &parameters) < 0)
            unsupported("the video is of a kind that cannot be shown");
        m_decoder->thread_count = 1;
        // Without it H.264 streams that do not say how far they reorder come out of order at first.
        m_decoder->strict_std_compliance = FF_COMPLIANCE_STRICT;
        if (const int opened = avcodec_open2(m_decoder.get(), codec, nullptr); opened < 0)
            damaged("the video decoder could not be set up: " + errorText(opened));
        m_frame.reset(av_frame_alloc());
    }

    /// Null where the time for one turn is over; then ask again.
    const AVFrame* at(int64_t wanted)
    {
        if (const auto kept = m_kept.find(wanted); kept != m_kept.end())
            return &whole(*kept->second, wanted);
        const auto start = std::prev(m_starts.upper_bound(wanted)); // there is always frame 0
        if (wanted < m_nextFrame || start->first > m_nextFrame)
            goTo(start->first, start->second);
        const auto until = std::chrono::steady_clock::now() + longestTurn;
        while (decodeNext()) {
            const int64_t number = m_nextFrame++;
            keep(number);
            if (number == wanted)
                return &whole(*m_kept[wanted], wanted);
            if (std::chrono::steady_clock::now() > until)
                return nullptr;
        }
        if (m_nextFrame == 0)
            damaged("the video stream holds no picture that can be decoded");
        damaged("the video ends after " + std::to_string(m_nextFrame) + " frames");
    }
    int64_t reached() const { return m_nextFrame; }

private:
    /// A picture the decoder had to guess parts of is not shown, nor one whose number is uncertain.
    const AVFrame& whole(const AVFrame& frame, int64_t number) const
    {
        if (frame.decode_error_flags || (frame.flags & AV_FRAME_FLAG_CORRUPT))
            damaged("frame " + std::to_string(number + 1) + " of the video is damaged");
        if (number >= m_firstLost)
            damaged("the video is damaged before frame " + std::to_string(number + 1));
        return frame;
    }

    void goTo(int64_t frame, int64_t packet)
    {
        avcodec_flush_buffers(m_decoder.get());
        m_nextFrame = frame;
        m_nextPacket = packet;
        m_awaitedPacket = frame == 0 ? -1 : packet;
        m_isDraining = false;
    }

    /// The next frame in order of presentation into m_frame; false at the end.
    bool decodeNext()
    {
        while (true) {
            const int got = avcodec_receive_frame(m_decoder.get(), m_frame.get());
            if (got == AVERROR_EOF)
                return false;
            if (got == 0) {
                // After a jump: pictures shown before the key frame need what was before it.
                if (m_awaitedPacket >= 0 && m_frame->reordered_opaque != m_awaitedPacket)
                    continue;
                m_awaitedPacket = -1;
                if (m_frame->key_frame && m_frame->pict_type == AV_PICTURE_TYPE_I)
                    m_starts.try_emplace(m_nextFrame, m_frame->reordered_opaque);
                return true;
            }
            if (got != AVERROR(EAGAIN)) {
                lose();
                if (m_isDraining)
                    return false;
                continue;
            }
            const AVPacket* packet = m_packets.at(m_nextPacket);
            m_decoder->reordered_opaque = m_nextPacket++;
            m_isDraining = !packet;
            if (avcodec_send_packet(m_decoder.get(), packet) < 0 && packet)
                lose();
        }
    }
    void lose() { m_firstLost = std::min(m_firstLost, m_nextFrame); }

    void keep(int64_t number)
    {
        Owned<AVFrame> frame(av_frame_alloc());
        av_frame_move_ref(frame.get(), m_frame.get());
        const int64_t bytes = int64_t(frame->width) * frame->height * 3;
        const size_t room = size_t(std::clamp<int64_t>(keptFrameBytes / std::max<int64_t>(1, bytes), 2, 128));
        m_kept[number] = std::move(frame);
        m_order.push_back(number);
        while (m_order.size() > room) {
            if (std::count(m_order.begin(), m_order.end(), m_order.front()) == 1)
                m_kept.erase(m_order.front());
            m_order.pop_front();
        }
    }

    Packets m_packets;
    Owned<AVCodecContext> m_decoder;
    Owned<AVFrame> m_frame;
    std::map<int64_t, int64_t> m_starts{{0, 0}}; ///< key frames seen → their packets: decoding can begin there
    std::map<int64_t, Owned<AVFrame>> m_kept;
    std::deque<int64_t> m_order; ///< of m_kept, oldest first
    int64_t m_nextFrame = 0;
    int64_t m_nextPacket = 0;
    int64_t m_awaitedPacket = -1;
    int64_t m_firstLost = INT64_MAX;
    bool m_isDraining = false;
};

/// By the stream's own words; silent ones as the standards of their size have it (PS3.5 8.2.5 to 8.2.8: BT.601, HD BT.709).
int matrixOf(const AVFrame& frame)
{
    switch (frame.colorspace) {
    case AVCOL_SPC_BT709:
        return SWS_CS_ITU709;
    case AVCOL_SPC_FCC:
        return SWS_CS_FCC;
    case AVCOL_SPC_SMPTE240M:
        return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL:
        return SWS_CS_BT2020;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M:
        return SWS_CS_ITU601;
    default:
        return frame.height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
    }
}

void toPixels(const AVFrame& frame, AVPixelFormat wanted, Output out, int lineBytes)
{
    const Owned<SwsContext> scaler(sws_alloc_context());
    const auto set = [&](const char* name, int64_t value) { av_opt_set_int(scaler.get(), name, value, 0); };
    set("srcw", frame.width);
    set("srch", frame.height);
    set("src_format", frame.format);
    set("dstw", frame.width);
    set("dsth", frame.height);
    set("dst_format", wanted);
    set("sws_flags", SWS_BICUBIC | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_ACCURATE_RND);
    set("src_v_chr_pos", frame.chroma_location == AVCHROMA_LOC_TOPLEFT ? 0 : 128);
    set("src_h_chr_pos", frame.chroma_location == AVCHROMA_LOC_CENTER ? 128 : 0);
    const bool isFullRange = frame.color_range == AVCOL_RANGE_JPEG;
    if (sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(matrixOf(frame)), isFullRange,
                                 sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16) < 0 ||
        sws_init_context(scaler.get(), nullptr, nullptr) < 0)
        unsupported("the video's pixels are of a kind that cannot be shown");
    uint8_t* planes[4] = {out.data()};
    const int strides[4] = {lineBytes};
    sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides);
}

DecodedInfo decode(Bytes in, const DecodeRequest& request, Output out)
{
    static std::unique_ptr<Video> video; // a worker serves one video
    if (!video)
        video = std::make_unique<Video>(in);
    DecodedInfo info{1, request.samplesPerPixel, 1};
    const AVFrame* frame = video->at(request.frame);
    if (!frame) {
        info.isUnfinished = 1;
        return info;
    }
    if (frame->width != int(request.columns) || frame->height != int(request.rows))
        damaged("the video's pictures are " + std::to_string(frame->height) + " × " + std::to_string(frame->width) + " pixels");
    // The scaler writes whole vectors: into lines with room behind them.
    const size_t lineBytes = size_t(request.columns) * request.samplesPerPixel;
    const size_t stride = (lineBytes + 63) / 64 * 64;
    std::vector<uint8_t> lines(stride * request.rows + 64);
    toPixels(*frame, request.samplesPerPixel == 3 ? AV_PIX_FMT_RGB24 : AV_PIX_FMT_GRAY8, lines, int(stride));
    if (out.size() < lineBytes * request.rows)
        damaged("the image is larger than its frame");
    for (size_t row = 0; row < request.rows; ++row)
        std::memcpy(out.data() + row * lineBytes, lines.data() + row * stride, lineBytes);
    return info;
}

} // namespace

int main()
{
    av_log_set_level(AV_LOG_QUIET);
    return serve(decode);
}
