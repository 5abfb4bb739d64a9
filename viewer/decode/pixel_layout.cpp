#include "viewer/decode/pixel_layout.h"
#include "netclient/dicom/byte_window.h"
#include "netclient/dicom/vr.h"
#include <QFile>
#include <algorithm>
#include <cstring>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

constexpr quint32 undefinedLength = 0xFFFFFFFF;
constexpr quint32 itemTag = 0xFFFEE000;
constexpr quint32 itemEnd = 0xFFFEE00D;
constexpr quint32 sequenceEnd = 0xFFFEE0DD;

/// Walks the element structure (PS3.5 §7) up to the top level's pixel data. Dataset::read has already checked nesting, and that
/// fragments have lengths.
class Locator
{
public:
    Locator(QFile& file, bool isBigEndian) : m_reader(file), m_isBigEndian(isBigEndian) {}

    struct Found
    {
        qint64 value = 0;
        quint32 length = 0;
        bool isByteVr = true;
        bool isWordVr = false;
    };

    std::optional<Found> find(quint32 wanted)
    {
        qint64 at = start();
        const uchar* head = m_reader.at(at, 8);
        if (!head)
            return std::nullopt;
        std::vector<bool> implicit{!looksLikeVr(head + 4)};
        while ((head = m_reader.at(at, 8))) {
            const quint32 tag = quint32(u16(head)) << 16 | u16(head + 2);
            if (tag == itemEnd || tag == sequenceEnd) {
                if (implicit.size() > 1)
                    implicit.pop_back();
                at += 8;
                continue;
            }
            Found found;
            bool becomesImplicit = implicit.back();
            if (tag == itemTag || implicit.back() || !looksLikeVr(head + 4)) {
                found.length = u32(head + 4);
                at += 8;
            } else {
                const bool isLong = !hasShortLength(head + 4);
                found.isByteVr = std::memcmp(head + 4, "OB", 2) == 0;
                found.isWordVr = std::memcmp(head + 4, "OW", 2) == 0;
                becomesImplicit = std::memcmp(head + 4, "UN", 2) == 0;
                found.length = isLong ? 0 : u16(head + 6);
                if (isLong) {
                    const uchar* length = m_reader.at(at + 8, 4);
                    if (!length)
                        return std::nullopt;
                    found.length = u32(length);
                }
                at += isLong ? 12 : 8;
            }
            found.value = at;
            if (implicit.size() == 1 && tag == wanted)
                return found;
            if (implicit.size() == 1 && tag > wanted)
                return std::nullopt;
            if (found.length == undefinedLength)
                implicit.push_back(becomesImplicit);
            else
                at += found.length;
        }
        return std::nullopt;
    }

    /// The items of encapsulated pixel data: value positions. Ends at the delimiter or at the end of the file.
    std::vector<PixelLayout::Piece> items(qint64 at)
    {
        std::vector<PixelLayout::Piece> found;
        while (const uchar* head = m_reader.at(at, 8)) {
            const quint32 tag = quint32(head[1]) << 24 | quint32(head[0]) << 16 | quint32(head[3]) << 8 | head[2];
            const quint32 length = quint32(head[7]) << 24 | quint32(head[6]) << 16 | quint32(head[5]) << 8 | head[4];
            if (tag != itemTag)
                break;
            const qint64 available = std::min<qint64>(length, m_reader.size() - at - 8);
            found.push_back({at + 8, available});
            at += 8 + qint64(length);
        }
        return found;
    }

    QByteArray bytes(qint64 at, qint64 count)
    {
        const uchar* from = m_reader.at(at, count);
        return from ? QByteArray(reinterpret_cast<const char*>(from), count) : QByteArray();
    }

private:
    quint16 u16(const uchar* p) const { return m_isBigEndian ? quint16(p[0] << 8 | p[1]) : quint16(p[1] << 8 | p[0]); }
    quint32 u32(const uchar* p) const
    {
        return m_isBigEndian ? quint32(u16(p)) << 16 | u16(p + 2) : quint32(u16(p + 2)) << 16 | u16(p);
    }
    /// The first element after the file meta group, which is always explicit little endian (PS3.10 §7.1).
    qint64 start()
    {
        const uchar* magic = m_reader.at(128, 4);
        const bool hasPreamble = magic && std::memcmp(magic, "DICM", 4) == 0;
        qint64 at = hasPreamble ? 132 : 0;
        while (const uchar* head = m_reader.at(at, 12)) {
            if (head[0] != 2 || head[1] != 0)
                break;
            const bool isImplicit = !looksLikeVr(head + 4); // against the standard, but there
            const bool isLong = !isImplicit && !hasShortLength(head + 4);
            const quint32 length = isImplicit ? quint32(head[4]) | quint32(head[5]) << 8 | quint32(head[6]) << 16 | quint32(head[7]) << 24
                                   : isLong ? quint32(head[8]) | quint32(head[9]) << 8 | quint32(head[10]) << 16 | quint32(head[11]) << 24
                                            : quint32(head[6]) | quint32(head[7]) << 8;
            at += (isLong ? 12 : 8) + qint64(length);
        }
        return at;
    }

    ByteWindow m_reader;
    bool m_isBigEndian;
};

std::vector<quint64> numbersOf(const QByteArray& bytes, int width)
{
    std::vector<quint64> numbers(size_t(bytes.size() / width));
    for (size_t i = 0; i < numbers.size(); ++i)
        for (int k = width - 1; k >= 0; --k)
            numbers[i] = numbers[i] << 8 | quint8(bytes[qsizetype(i) * width + k]);
    return numbers;
}

/// The fragment at which each frame begins, from a table of offsets of the fragments' item tags; empty if the table lies.
std::vector<size_t> startsFromOffsets(const std::vector<PixelLayout::Piece>& pieces, const std::vector<quint64>& offsets)
{
    std::vector<size_t> starts;
    if (pieces.empty() || offsets.empty() || offsets.front() != 0)
        return {};
    size_t piece = 0;
    const qint64 base = pieces.front().offset;
    for (const quint64 offset : offsets) {
        while (piece < pieces.size() && quint64(pieces[piece].offset - base) < offset)
            ++piece;
        if (piece == pieces.size() || quint64(pieces[piece].offset - base) != offset || (!starts.empty() && starts.back() == piece))
            return {};
        starts.push_back(piece);
    }
    return starts;
}

/// Without a usable table: where the fragments start like a JPEG, JPEG 2000 or RLE frame, a frame begins. The mark itself may
/// be cut by the end of a fragment; none of them is empty.
std::vector<size_t> startsFromStreams(Locator& locator, const std::vector<PixelLayout::Piece>& pieces)
{
    constexpr qsizetype markBytes = 8;
    std::vector<size_t> starts;
    for (size_t i = 0; i < pieces.size(); ++i) {
        QByteArray head;
        for (size_t k = i; k < pieces.size() && head.size() < markBytes; ++k)
            head += locator.bytes(pieces[k].offset, std::min<qint64>(pieces[k].length, markBytes - head.size()));
        const auto at = [&head](int k) { return k < head.size() ? quint8(head[k]) : quint8(0); };
        const bool isJpeg = at(0) == 0xFF && (at(1) == 0xD8 || at(1) == 0x4F) && at(2) == 0xFF;
        const bool isJp2 = head.startsWith(QByteArray::fromHex("0000000c6a502020"));
        const bool isRle = at(0) > 0 && at(0) < 16 && head.mid(1) == QByteArray::fromHex("00000040000000"); // PS3.5 G.5
        if (isJpeg || isJp2 || isRle)
            starts.push_back(i);
    }
    return starts;
}

void splitIntoFrames(PixelLayout& layout, Locator& locator, const Dataset& dataset, const QByteArray& basicTable)
{
    const size_t frames = size_t(layout.description.frames);
    const auto isEmpty = [](const PixelLayout::Piece& piece) { return piece.length == 0; };
    // As many fragments as frames: an empty one is a frame that is missing; else it is nothing.
    if (layout.pieces.size() != frames)
        std::erase_if(layout.pieces, isEmpty);
    const size_t pieces = layout.pieces.size();
    std::vector<size_t> starts;
    if (frames == 1) {
        starts = {0};
    } else if (pieces == frames) {
        for (size_t i = 0; i < frames; ++i)
            starts.push_back(i);
    } else {
        // PS3.3 C.7.6.3.1.8: a table of 64-bit offsets, for pixel data beyond 4 GB.
        constexpr Tag extendedTable{0x7FE0, 0x0001};
        starts = startsFromOffsets(layout.pieces, numbersOf(dataset.bytes(extendedTable), 8));
        if (starts.size() != frames)
            starts = startsFromOffsets(layout.pieces, numbersOf(basicTable, 4));
        if (starts.size() != frames)
            starts = startsFromStreams(locator, layout.pieces);
        // One fragment a frame, and some frames missing at the end.
        if (starts.empty())
            for (size_t i = 0; i < pieces; ++i)
                starts.push_back(i);
        if (starts.size() > frames)
            starts.clear(); // no way to tell which is which
    }
    if (pieces == 0)
        starts.clear();
    layout.firstPieces = std::move(starts);
    if (!layout.firstPieces.empty())
        layout.firstPieces.push_back(pieces);
}

/// PS3.5 6.2 swaps the bytes of each word of OW, so the lowest word of a wide cell comes first; half of the writers turn the
/// whole cell around. In an image the highest words of neighbours differ less than the lowest; in doubt the standard holds.
bool liesInWords(const PixelLayout& layout, Locator& locator)
{
    constexpr int places = 64;
    constexpr qint64 atOnce = 16384;
    const qint64 cell = layout.description.bitsAllocated / 8;
    qint64 first = 0; // how much the first and the last words of neighbours differ
    qint64 last = 0;
    const auto word = [](const QByteArray& bytes, qint64 at) { return quint8(bytes[at]) << 8 | quint8(bytes[at + 1]); };
    const auto difference = [](int one, int other) { return std::abs(int(qint16(one - other))); };
    for (int place = 0; place < places; ++place) {
        const qint64 from = layout.native.length / cell * place / places * cell;
        const QByteArray bytes = locator.bytes(layout.native.offset + from, std::min(atOnce, layout.native.length - from));
        for (qint64 at = 0; at + 2 * cell <= bytes.size(); at += cell) {
            first += difference(word(bytes, at), word(bytes, at + cell));
            last += difference(word(bytes, at + cell - 2), word(bytes, at + 2 * cell - 2));
        }
    }
    return first >= last;
}

/// YBR_FULL_422 over three whole planes is what many encoders' decoders leave behind: the length decides.
void unlie422(PixelLayout& layout)
{
    PixelDescription& pixels = layout.description;
    const qint64 whole = pixels.framePixels() * 3 * pixels.bitsAllocated / 8 * pixels.frames;
    if (pixels.photometric == "YBR_FULL_422" && (layout.native.length == whole || layout.native.length == whole + whole % 2))
        pixels.photometric = QStringLiteral("YBR_FULL");
}

quint32 elementOf(PixelDescription::Element element)
{
    switch (element) {
    case PixelDescription::Element::FloatPixelData:
        return 0x7FE00008;
    case PixelDescription::Element::DoubleFloatPixelData:
        return 0x7FE00009;
    case PixelDescription::Element::PixelData:
        break;
    }
    return 0x7FE00010;
}

} // namespace

int PixelLayout::availableFrames() const
{
    if (isVideo())
        return pieces.empty() ? 0 : description.frames;
    if (isEncapsulated)
        return std::max<int>(0, int(firstPieces.size()) - 1);
    const qint64 bits = nativeFrameBits();
    return int(std::min<qint64>(description.frames, native.length * 8 / bits));
}

qint64 PixelLayout::nativeFrameBits() const
{
    const qint64 bits = description.storedFrameBits();
    const qint64 byRow = qint64(description.rows) * ((description.columns + 1) / 2) * 4 * description.bitsAllocated;
    const bool isByRow = description.isSubsampled() && native.length * 8 >= byRow * description.frames;
    return isByRow ? byRow : bits;
}

qint64 PixelLayout::frameLength(int n) const
{
    const size_t from = isVideo() ? 0 : firstPieces[size_t(n)];
    const size_t to = isVideo() ? pieces.size() : firstPieces[size_t(n) + 1];
    qint64 bytes = 0;
    for (size_t i = from; i < to; ++i)
        bytes += pieces[i].length;
    return bytes;
}

Result<std::shared_ptr<const PixelLayout>> PixelLayout::of(const Dataset& dataset, const QString& path)
{
    auto description = PixelDescription::of(dataset);
    if (!description)
        return std::unexpected(description.error());
    auto layout = std::make_shared<PixelLayout>();
    layout->path = path;
    layout->description = *description;
    const auto& syntax = layout->description.syntax;
    if (layout->description.photometric == "PALETTE COLOR") {
        auto palette = Palette::of(dataset, layout->description.isSigned);
        if (!palette)
            return std::unexpected(palette.error());
        layout->palette = std::move(*palette);
    }
    // Pixel Presentation COLOR: grey with a part in colour.
    constexpr Tag pixelPresentation{0x0008, 0x9205};
    if (layout->description.photometric == "MONOCHROME2" && dataset.text(pixelPresentation) == "COLOR" &&
        dataset.contains(tag::RedPaletteColorLookupTableDescriptor)) {
        auto palette = Palette::of(dataset, layout->description.isSigned);
        if (!palette)
            return std::unexpected(palette.error());
        layout->supplemental = std::move(*palette);
    }
    if (syntax.isDeflated) {
        const quint32 tag = elementOf(layout->description.element);
        layout->memory = dataset.sharedBytes({quint16(tag >> 16), quint16(tag)});
        layout->native = {0, layout->memory->size()};
        unlie422(*layout);
        return layout;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(Fault::Unreadable, tr("the file cannot be read: %1").arg(file.errorString()));
    Locator locator(file, syntax.isBigEndian);
    const auto found = locator.find(elementOf(layout->description.element));
    if (!found)
        return fail(Fault::Damaged, tr("the pixel data cannot be found in the file"));
    layout->isEncapsulated = found->length == undefinedLength;
    layout->hasByteWords = found->isByteVr;
    if (!layout->isEncapsulated) {
        layout->native = {found->value, std::min<qint64>(found->length, file.size() - found->value)};
        layout->hasWordOrder = syntax.isBigEndian && found->isWordVr && layout->description.bitsAllocated > 16 && liesInWords(*layout, locator);
        unlie422(*layout);
        return layout;
    }
    layout->pieces = locator.items(found->value);
    QByteArray basicTable;
    if (!layout->pieces.empty()) {
        const Piece table = layout->pieces.front();
        layout->pieces.erase(layout->pieces.begin());
        basicTable = locator.bytes(table.offset, table.length);
    }
    if (!layout->isVideo())
        splitIntoFrames(*layout, locator, dataset, basicTable);
    return layout;
}

} // namespace diascope::viewer
