#include "viewer/decode/pixel_source.h"
#include "viewer/decode/colour.h"
#include "viewer/decode/decoder_pool.h"
#include "viewer/decode/video.h"
#include <QFile>
#include <algorithm>
#include <bit>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace diascope::viewer
{

namespace
{

using Codec = dicom::TransferSyntax::Codec;

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

/// A file descriptor of the file, closed at the end.
class File
{
public:
    explicit File(const QString& path) : m_fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC)) {}
    ~File()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    Result<void> read(qint64 offset, std::span<std::byte> to) const
    {
        if (m_fd < 0)
            return fail(Fault::Unreadable, tr("the file cannot be read"));
        size_t done = 0;
        while (done < to.size()) {
            const ssize_t count = ::pread(m_fd, to.data() + done, to.size() - done, offset + qint64(done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return fail(Fault::Unreadable, QString::fromLocal8Bit(std::strerror(errno)));
            if (count == 0)
                return fail(Fault::Damaged, tr("the file ends within the pixel data"));
            done += size_t(count);
        }
        return {};
    }

private:
    int m_fd;
};

template <typename T>
void swapEach(std::span<std::byte> bytes)
{
    for (size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T))
        std::reverse(bytes.begin() + qsizetype(i), bytes.begin() + qsizetype(i + sizeof(T)));
}

/// Big endian cells to native ones; bytes written as OW are swapped in pairs (PS3.5 8.1.1 and 7.3).
void toNativeOrder(std::span<std::byte> bytes, const PixelLayout& layout)
{
    if (layout.hasWordOrder)
        swapEach<quint16>(bytes);
    else if (layout.description.bitsAllocated == 64)
        swapEach<quint64>(bytes);
    else if (layout.description.bitsAllocated == 32)
        swapEach<quint32>(bytes);
    else if (layout.description.bitsAllocated == 16 || !layout.hasByteWords)
        swapEach<quint16>(bytes);
}

Result<void> readNative(const PixelLayout& layout, int n, std::span<std::byte> destination)
{
    const PixelDescription& pixels = layout.description;
    if (pixels.syntax.codec == Codec::Unknown) // whoever wrote it may order the bytes as he likes
        return fail(Fault::Unsupported, tr("the transfer syntax %1 cannot be decoded").arg(pixels.syntax.name));
    const qint64 bits = layout.nativeFrameBits();
    const qint64 firstBit = bits * n;
    const qint64 wantedByte = firstBit / 8;
    const qint64 endByte = (firstBit + bits + 7) / 8;
    // Bytes of a big endian file come in pairs; a frame may begin and end within one. Larger cells are whole pairs.
    const bool isPaired = pixels.syntax.isBigEndian;
    const qint64 firstByte = isPaired ? wantedByte / 2 * 2 : wantedByte;
    const qint64 bytes = (isPaired && endByte < layout.native.length ? (endByte + 1) / 2 * 2 : endByte) - firstByte;
    if (firstByte + bytes > layout.native.length)
        return fail(Fault::Damaged, tr("the pixel data ends after %1 of %2 bytes")
                                        .arg(std::max<qint64>(0, layout.native.length - firstByte))
                                        .arg(bytes));
    const bool isPlain = !pixels.isColour() && bytes == qint64(destination.size());
    std::vector<std::byte> own(isPlain ? 0 : size_t(bytes));
    std::span<std::byte> cells = isPlain ? destination : std::span(own);
    if (layout.memory)
        std::memcpy(cells.data(), layout.memory->constData() + firstByte, cells.size());
    else if (auto read = File(layout.path).read(layout.native.offset + firstByte, cells); !read)
        return read;
    if (pixels.syntax.isBigEndian)
        toNativeOrder(cells, layout);
    cells = cells.subspan(size_t(wantedByte - firstByte), size_t(endByte - wantedByte));
    if (pixels.bitsAllocated == 1) {
        std::vector<std::byte> unpacked(size_t(pixels.framePixels()));
        unpackBits(cells, firstBit % 8, unpacked);
        if (layout.palette)
            paletteToRgb(unpacked, pixels, pixels.highBit, *layout.palette, destination);
        else
            std::memcpy(destination.data(), unpacked.data(), destination.size());
        return {};
    }
    if (layout.palette)
        paletteToRgb(cells, pixels, pixels.highBit, *layout.palette, destination);
    else if (pixels.isColour())
        coloursToRgb(cells, pixels.bitsAllocated / 8, pixels.highBit, pixels, colourCodingOf(pixels), pixels.planarConfiguration == 1, destination);
    else
        storedToFrame(cells, pixels, pixels.highBit, destination);
    return {};
}

std::optional<DecodeRequest::Codec> workerCodec(Codec codec)
{
    switch (codec) {
    case Codec::Rle:
        return DecodeRequest::Codec::Rle;
    case Codec::Jpeg8:
    case Codec::Jpeg12:
    case Codec::JpegLossless:
    case Codec::None: // fragments under a native syntax: the stream decides
        return DecodeRequest::Codec::Jpeg;
    case Codec::JpegLs:
        return DecodeRequest::Codec::JpegLs;
    case Codec::Jpeg2000:
    case Codec::Htj2k:
        return DecodeRequest::Codec::Jpeg2000;
    case Codec::Video:
    case Codec::Unknown:
        break;
    }
    return std::nullopt;
}

Result<void> readEncapsulated(const PixelLayout& layout, int n, std::span<std::byte> destination)
{
    const PixelDescription& pixels = layout.description;
    if (layout.isVideo() && layout.availableFrames() > 0) {
        const auto read = readVideoFrame(layout, n, destination);
        return read ? read : fail(read.error().fault, tr("%1: %2").arg(pixels.syntax.name, read.error().detail));
    }
    const auto codec = workerCodec(pixels.syntax.codec);
    if (!codec && !layout.isVideo())
        return fail(Fault::Unsupported, tr("the transfer syntax %1 cannot be decoded").arg(pixels.syntax.name));
    if (n >= layout.availableFrames())
        return fail(Fault::Damaged, tr("the compressed data of frame %1 of %2 are missing").arg(n + 1).arg(pixels.frames));
    if (pixels.bitsAllocated > 32)
        return fail(Fault::Unsupported, tr("%1 bits a sample in %2 cannot be decoded").arg(pixels.bitsAllocated).arg(pixels.syntax.name));

    const qint64 total = layout.frameLength(n);
    const auto putStream = [&layout, n](std::span<std::byte> to) -> Result<void> {
        const File file(layout.path);
        for (size_t i = layout.firstPieces[size_t(n)], at = 0; i < layout.firstPieces[size_t(n) + 1]; ++i) {
            const auto& piece = layout.pieces[i];
            if (auto read = file.read(piece.offset, to.subspan(at, size_t(piece.length))); !read)
                return read;
            at += size_t(piece.length);
        }
        return {};
    };

    DecodeRequest request;
    request.inputBytes = uint64_t(total);
    request.codec = *codec;
    request.rows = uint32_t(pixels.rows);
    request.columns = uint32_t(pixels.columns);
    request.samplesPerPixel = uint32_t(pixels.samplesPerPixel);
    const int cellBits = std::max(8, pixels.bitsAllocated); // codecs know no packed bits
    request.bitsAllocated = uint32_t(cellBits);
    request.bitsStored = uint32_t(pixels.bitsStored);
    request.isSigned = pixels.isSigned;
    request.isRgb = pixels.photometric == "RGB";
    const size_t cellBytes = size_t(pixels.framePixels() * pixels.samplesPerPixel * cellBits / 8);
    const bool isPlain = cellBytes == destination.size(); // never with a palette
    std::vector<std::byte> own(isPlain ? 0 : cellBytes);
    std::span<std::byte> cells = isPlain ? destination : std::span(own);
    const auto info = DecoderPool::instance().decode(request, putStream, cells);
    if (!info)
        return fail(info.error().fault, tr("%1: %2").arg(pixels.syntax.name, info.error().detail));
    if (int(info->bytesPerSample) * 8 > cellBits || info->samplesPerPixel != request.samplesPerPixel)
        return fail(Fault::Damaged, tr("the decoder's answer makes no sense"));

    // RLE packs the cells as they are, and so do encoders that code more bits than are stored; else values start at bit 0.
    const int highBit = int(info->precision) > pixels.highBit ? pixels.highBit : pixels.bitsStored - 1;
    if (!pixels.isColour() || layout.palette) {
        std::vector<std::byte> widened;
        if (int(info->bytesPerSample) * 8 < cellBits) { // e.g. 8-bit JPEG-LS in a 16-bit image
            const size_t wide = size_t(cellBits) / 8;
            widened.resize(cellBytes);
            for (size_t i = 0; i < cellBytes / wide; ++i)
                std::memcpy(&widened[i * wide], &cells[i * info->bytesPerSample], info->bytesPerSample);
            cells = widened;
        }
        if (layout.palette)
            paletteToRgb(cells, pixels, highBit, *layout.palette, destination);
        else
            storedToFrame(cells, pixels, highBit, destination);
        return {};
    }
    // Inside codecs chroma is at full size again, and colour is by pixel.
    ColourCoding coding = info->isRgb ? ColourCoding::Rgb : colourCodingOf(pixels);
    if (coding == ColourCoding::YbrFull422)
        coding = ColourCoding::YbrFull;
    if (coding == ColourCoding::YbrPartial422)
        coding = ColourCoding::YbrPartial;
    const int bytes = int(info->bytesPerSample);
    coloursToRgb(cells, bytes, std::min(highBit, 8 * bytes - 1), pixels, coding, false, destination);
    return {};
}

bool isImplausiblyLarge(const PixelLayout& layout, int n)
{
    const bool isThere = n >= 0 && n < layout.availableFrames();
    return layout.description.syntax.isImplausible(isThere ? layout.frameLength(n) : 0, layout.description.frameBytes());
}

template <typename T>
void transformAll(std::span<const T> stored, const ModalityTransform& transform, std::vector<float>& values)
{
    if (transform.table)
        for (size_t i = 0; i < stored.size(); ++i)
            values[i] = float(transform.apply(double(stored[i])));
    else
        for (size_t i = 0; i < stored.size(); ++i)
            values[i] = float(double(stored[i]) * transform.slope + transform.intercept);
}

} // namespace

double Frame::storedAt(int column, int row) const
{
    const size_t i = size_t(row) * size_t(columns) + size_t(column);
    switch (type) {
    case SampleType::UInt8:
        return as<quint8>()[i];
    case SampleType::UInt16:
        return as<quint16>()[i];
    case SampleType::Int16:
        return as<qint16>()[i];
    case SampleType::UInt32:
        return as<quint32>()[i];
    case SampleType::Int32:
        return as<qint32>()[i];
    case SampleType::Float32:
        return double(as<float>()[i]);
    case SampleType::Rgb8: {
        const auto rgb = as<quint8>().subspan(i * 3, 3);
        return 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    }
    }
    return 0;
}

Result<PixelSource> PixelSource::open(const QString& path)
{
    const auto dataset = dicom::Dataset::read(path);
    if (!dataset)
        return std::unexpected(dataset.error());
    auto layout = PixelLayout::of(*dataset, path);
    if (!layout)
        return std::unexpected(layout.error());
    return PixelSource(std::move(*layout));
}

Result<PixelSource> PixelSource::open(std::shared_ptr<const PixelLayout> layout)
{
    if (!layout)
        return fail(Fault::Internal, tr("the object has no pixels"));
    return PixelSource(std::move(layout));
}

const PixelDescription& PixelSource::description() const { return m_layout->description; }

Result<Frame> PixelSource::frame(int n) const
{
    const PixelDescription& pixels = description();
    Frame frame{pixels.sampleType(), pixels.rows, pixels.columns, {}};
    // Before memory is taken: a header may claim gigabytes over a file of a few bytes.
    if (!m_layout->isEncapsulated && n >= m_layout->availableFrames() && n < pixels.frames)
        return fail(Fault::Damaged, tr("the pixel data ends after %1 of %2 frames").arg(m_layout->availableFrames()).arg(pixels.frames));
    if (m_layout->isEncapsulated && isImplausiblyLarge(*m_layout, n))
        return fail(Fault::Damaged, tr("the compressed data are far too short for %1 × %2 pixels").arg(pixels.rows).arg(pixels.columns));
    frame.pixels.resize(size_t(pixels.frameBytes()));
    if (auto read = readFrame(n, frame.pixels); !read)
        return std::unexpected(read.error());
    return frame;
}

Result<void> PixelSource::readFrame(int n, std::span<std::byte> destination) const
{
    const PixelDescription& pixels = description();
    if (n < 0 || n >= pixels.frames)
        return fail(Fault::Invalid, tr("there is no frame %1: the object has %2").arg(n + 1).arg(pixels.frames));
    if (qint64(destination.size()) != pixels.frameBytes())
        return fail(Fault::Internal, tr("the destination has another size than the frame"));
    return m_layout->isEncapsulated ? readEncapsulated(*m_layout, n, destination) : readNative(*m_layout, n, destination);
}

Result<qint64> PixelSource::wholeBytes() const
{
    constexpr qint64 longestValue = 0xFFFFFFFE; // PS3.5 7.1.1
    const PixelDescription& pixels = description();
    const int held = m_layout->availableFrames();
    if (held < pixels.frames)
        return fail(Fault::Damaged, tr("the pixel data ends after %1 of %2 frames").arg(held).arg(pixels.frames));
    const qint64 bytes = pixels.frameBytes() * pixels.frames; // below 2^62: both are checked where they are read
    if (bytes > longestValue)
        return fail(Fault::Unsupported, tr("%1 frames of %2 × %3 pixels are too large to be written uncompressed").arg(pixels.frames).arg(pixels.rows).arg(pixels.columns));
    qint64 compressed = 0;
    for (int n = 0; m_layout->isEncapsulated && n < pixels.frames; ++n) {
        if (isImplausiblyLarge(*m_layout, n))
            return fail(Fault::Damaged, tr("the compressed data are far too short for %1 × %2 pixels").arg(pixels.rows).arg(pixels.columns));
        compressed = m_layout->isVideo() ? m_layout->frameLength(n) : compressed + m_layout->frameLength(n);
        if (m_layout->isVideo())
            break; // one stream for all
    }
    if (m_layout->isEncapsulated && pixels.syntax.isImplausible(compressed, bytes))
        return fail(Fault::Damaged, tr("the compressed data are far too short for %1 frames").arg(pixels.frames));
    return bytes;
}

std::vector<float> modalityValues(const Frame& frame, const ModalityTransform& transform)
{
    if (frame.type == SampleType::Rgb8)
        return {};
    std::vector<float> values(frame.pixels.size() / size_t(bytesPerPixel(frame.type)));
    switch (frame.type) {
    case SampleType::UInt8:
        transformAll(frame.as<quint8>(), transform, values);
        break;
    case SampleType::UInt16:
        transformAll(frame.as<quint16>(), transform, values);
        break;
    case SampleType::Int16:
        transformAll(frame.as<qint16>(), transform, values);
        break;
    case SampleType::UInt32:
        transformAll(frame.as<quint32>(), transform, values);
        break;
    case SampleType::Int32:
        transformAll(frame.as<qint32>(), transform, values);
        break;
    case SampleType::Float32:
        transformAll(frame.as<float>(), transform, values);
        break;
    case SampleType::Rgb8:
        break;
    }
    return values;
}

} // namespace diascope::viewer
