#pragma once
#include "tests/support/dice.h"
#include "tests/support/part_ten.h"
#include "viewer/decode/pixel_description.h"
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

/// Images drawn at random, and a plain writer of files (PS3.5 and PS3.10).
namespace diascope::test
{

using namespace viewer;

inline Reached reached{"float",
                       "double",
                       "64 bits",
                       "one bit",
                       "signed",
                       "high bit",
                       "big endian",
                       "words of cells",
                       "whole cells",
                       "lone byte",
                       "implicit",
                       "deflated",
                       "no header",
                       "no preamble",
                       "implicit header",
                       "planar",
                       "odd 4:2:2 by row",
                       "odd 4:2:2 straight",
                       "4:2:2 over planes",
                       "HSV",
                       "CMYK",
                       "palette",
                       "supplemental",
                       "padding",
                       "padding in wrong VR",
                       "too short",
                       "longer",
                       "frames within bytes",
                       "indirect",
                       "broken segments",
                       "short table",
                       "bytes said to be words",
                       "bytes in words",
                       "65536 entries",
                       "narrow words",
                       "refused",
                       "too large",
                       "table",
                       "table lies",
                       "by streams",
                       "extended",
                       "cut",
                       "empty fragment",
                       "too many streams",
                       "frames missing",
                       "broken RLE",
                       "RLE",
                       "far too short",
                       "too long for a value",
                       "the last frame is too short",
                       "unusable LUT",
                       "broken picture",
                       "larger picture",
                       "modality LUT",
                       "unit",
                       "per frame"};

/// Values are little endian; `width` bytes are turned around where the file is big endian.
struct Element
{
    quint32 tag;
    QByteArray vr, value;
    int width = 0;
};
enum class Order { Explicit, Implicit, Big, Deflated };

inline QByteArray turned(QByteArray bytes, int width)
{
    for (qsizetype at = 0; at + width <= bytes.size(); at += width)
        std::reverse(bytes.begin() + at, bytes.begin() + at + width);
    return bytes;
}

/// PS3.5 §7; `length` is said instead of the value's own.
inline QByteArray encoded(const Element& e, Order order, std::optional<quint32> length = {})
{
    const auto number = [order](quint64 value, int bytes) {
        return order == Order::Big ? turned(littleEndian(value, bytes), bytes) : littleEndian(value, bytes);
    };
    const auto is = [&e](QByteArrayList vrs) { return vrs.contains(e.vr); };
    const int width = e.width ? e.width : is({"US", "SS", "OW"}) ? 2 : is({"UL", "FL", "OF"}) ? 4 : is({"FD", "OD", "OV"}) ? 8 : 1;
    const quint32 said = length.value_or(quint32(e.value.size()));
    const QByteArray head = number(e.tag >> 16, 2) + number(e.tag & 0xFFFF, 2);
    return head +
           (order == Order::Implicit ? number(said, 4)
                                     : e.vr + (is({"OB", "OW", "OF", "OD", "OV", "SQ", "UN", "UT"}) ? word(0) + number(said, 4) : number(said, 2))) +
           (order == Order::Big ? turned(e.value, width) : e.value);
}

/// A sequence that holds pixels of its own, and elements of every length before those of the image.
inline QByteArray decoys(Dice& dice, Order order)
{
    constexpr quint32 open = 0xFFFFFFFF;
    const bool isUnknown = order == Order::Explicit && dice.isOneOf(3), isOpen = isUnknown || dice.isOneOf(2);
    const auto mark = [&](quint32 tag, quint32 length) { return encoded({tag, {}, {}}, Order::Implicit, length); };
    const auto item = [&](quint32 tag, quint32 length) {
        const QByteArray plain = mark(tag, length);
        return order == Order::Big ? turned(plain.left(4), 2) + turned(plain.mid(4), 4) : plain;
    };
    const QByteArray pixels =
        encoded({0x7FE00010, "OW", QByteArray(dice.of({6, 6, 6, 6, 0x4142, 0x4142 - 8, 0x4142 - 12}), 'i')}, isUnknown ? Order::Implicit : order);
    // Lengths whose bytes are letters are no value representations.
    const QByteArray items = isOpen && dice.isOneOf(3) ? item(0xFFFEE000, quint32(pixels.size())) + pixels + item(0xFFFEE0DD, 0)
                             : isOpen                  ? item(0xFFFEE000, open) + pixels + item(0xFFFEE00D, 0) + item(0xFFFEE0DD, 0)
                                                       : item(0xFFFEE000, quint32(pixels.size())) + pixels;
    QByteArray all = encoded({0x00091001, "UT", QByteArray(2 * dice.upTo(40), 't')}, order) + encoded({0x00091002, "LO", "x "}, order);
    const QByteArray head = encoded({0x00091003, isUnknown ? "UN" : "SQ", {}}, order, isOpen ? open : quint32(items.size()));
    return dice.isOneOf(2) ? all + head + items : all;
}

struct Table
{
    bool isBroken = false;
    qint64 first = 0;
    std::vector<std::array<int, 3>> colours; ///< as they are to come out
    std::vector<Element> elements;
};

enum class Pairs { No, Straight, ByRow, Whole }; ///< of 4:2:2

struct Drawn
{
    int rows = 1, columns = 1, frames = 1, samples = 1, allocated = 8, stored = 8, highBit = 7, planar = 0;
    bool isSigned = false;
    QByteArray photometric = "MONOCHROME2";
    PixelDescription::Element element{};
    Pairs pairs = Pairs::No;
    std::vector<quint64> cells; ///< frame by frame, pixel by pixel, sample by sample
    std::optional<Table> table, supplemental;

    size_t pixels() const { return size_t(rows) * size_t(columns); }
    quint64 cell(int frame, size_t pixel, int sample) const { return cells[(size_t(frame) * pixels() + pixel) * size_t(samples) + size_t(sample)]; }
    bool isColour() const { return samples > 1 || table.has_value(); }
    double stored_(int frame, size_t pixel, int sample) const
    {
        const quint64 raw = cell(frame, pixel, sample);
        if (element == PixelDescription::Element::FloatPixelData)
            return double(std::bit_cast<float>(quint32(raw)));
        if (element == PixelDescription::Element::DoubleFloatPixelData)
            return std::bit_cast<double>(raw);
        double value = 0;
        for (int bit = stored - 1; bit >= 0; --bit) // from the top, so that no digits are lost
            if (raw >> (highBit - stored + 1 + bit) & 1)
                value += std::ldexp(bit == stored - 1 && isSigned && allocated > 1 ? -1.0 : 1.0, bit);
        return value;
    }
    std::array<double, 3> rgb(int frame, size_t pixel) const;
};

/// PS3.3 C.7.6.3.1.2, red and blue from what Cb and Cr are, green from what Y is.
inline std::array<double, 3> Drawn::rgb(int frame, size_t pixel) const
{
    if (table) {
        const auto at = std::clamp(qint64(stored_(frame, pixel, 0)) - table->first, qint64(0), qint64(table->colours.size()) - 1);
        const auto& entry = table->colours[size_t(at)];
        return {double(entry[0]), double(entry[1]), double(entry[2])};
    }
    std::array<double, 4> s{};
    for (int i = 0; i < samples; ++i)
        s[size_t(i)] = stored_(frame, pixel, i) * 255 / (std::ldexp(1.0, stored) - 1);
    if (pairs == Pairs::Straight && pixels() % 2 && pixel + 1 == pixels())
        s[1] = s[2] = 128; // half a pair has no colour
    if (photometric.startsWith("YBR")) {
        const bool isPartial = photometric.startsWith("YBR_PARTIAL");
        const double y = isPartial ? (s[0] - 16) * 255 / 219 : s[0], scale = isPartial ? 255.0 / 224 : 1;
        const double b = y + (s[1] - 128) * scale * 2 * (1 - 0.114), r = y + (s[2] - 128) * scale * 2 * (1 - 0.299);
        return {r, (y - 0.299 * r - 0.114 * b) / 0.587, b};
    }
    if (photometric == "CMYK")
        return {(255 - s[0]) * (255 - s[3]) / 255, (255 - s[1]) * (255 - s[3]) / 255, (255 - s[2]) * (255 - s[3]) / 255};
    if (photometric != "HSV")
        return {s[0], s[1], s[2]};
    const double turn = s[0] / 255 * 6, chroma = s[2] * s[1] / 255, x = chroma * (1 - std::abs(turn - 2 * std::floor(turn / 2) - 1)),
                 base = s[2] - chroma;
    const std::array<std::array<double, 3>, 6> sectors{
        {{chroma, x, 0}, {x, chroma, 0}, {0, chroma, x}, {0, x, chroma}, {x, 0, chroma}, {chroma, 0, x}}};
    auto of = sectors[size_t(std::floor(turn)) % 6];
    for (double& one : of)
        one += base;
    return of;
}

/// PS3.3 C.7.9.2: what the segments make, or nothing where they are broken.
inline std::optional<std::vector<int>> drawSegments(Dice& dice, int bits, QByteArray& bytes)
{
    struct Segment
    {
        qsizetype offset;
        int kind, length, to;
        std::vector<int> values;
    };
    std::vector<Segment> segments;
    std::vector<int> made;
    const int width = bits <= 8 ? 1 : 2;
    const auto put = [&](int value) { bytes += littleEndian(quint64(value), width); };
    const auto run = [&](const Segment& s) {
        made.insert(made.end(), s.values.begin(), s.values.end());
        for (int i = 1, from = made.empty() ? 0 : made.back(); s.kind == 1 && i <= s.length; ++i)
            made.push_back((2 * (from * (s.length - i) + s.to * i) + s.length) / (2 * s.length)); // rounded
    };
    for (int left = dice.of({1, 2, 6, 120}); left > 0; --left) {
        Segment s{bytes.size(), segments.empty() ? 0 : dice.of({0, 1, 1, 2}), dice.from(1, 9), dice.upTo(width == 1 ? 255 : 65535), {}};
        if (s.kind == 2) {
            const auto first = size_t(dice.upTo(int(segments.size()) - 1));
            s.length = 0;
            for (size_t k = first; k < segments.size() && segments[k].kind < 2 && s.length < 3; ++k, ++s.length)
                run(segments[k]);
            if (!reached.count("indirect", s.length > 0))
                continue;
            put(2), put(s.length);
            bytes += littleEndian(quint64(segments[first].offset), 4);
        } else {
            for (int i = 0; i < s.length && s.kind == 0; ++i)
                s.values.push_back(dice.upTo(width == 1 ? 255 : 65535));
            put(s.kind), put(s.length);
            for (const int value : s.kind == 0 ? s.values : std::vector<int>{s.to})
                put(value);
            run(s);
        }
        segments.push_back(s);
    }
    if (!reached.count("broken segments", dice.isOneOf(4)))
        return made;
    if (bytes.size() % 2) // whose padding would be a value
        put(0), put(1), put(7);
    const qsizetype end = bytes.size();
    switch (dice.upTo(7)) {
    case 0: put(3), put(1), put(0), put(0); break; // no such kind
    case 1: put(0), put(3), put(7); break;
    case 2: put(1), put(2); break;
    case 3: put(1), put(0), put(7); break; // a line of no length
    case 4: put(2), put(1), bytes += littleEndian(quint64(end + 2 * width + 4), 4); break; // just beyond the end
    case 5: put(2), put(1), bytes += littleEndian(quint64(end), 4); break; // to itself
    case 6: bytes.prepend(width == 1 ? QByteArray("\1\1\7", 3) : word(1) + word(1) + word(7)); break; // a line from nowhere
    default: // more than a table holds; 16 bits: at once, 8 bits: again and again
        if (width == 2)
            put(1), put(65535), put(7), put(1), put(65535), put(7);
        else if (dice.isOneOf(2)) {
            put(0), put(255), bytes += QByteArray(255, 's');
            for (int i = 0; i < 257; ++i)
                put(2), put(1), bytes += littleEndian(quint64(end), 4);
        } else
            for (int i = 0; i < 258; ++i)
                put(1), put(255), put(7);
    }
    return {};
}

inline Table drawTable(Dice& dice, bool isSigned)
{
    Table table;
    const int bits = dice.of({8, 16, 16}), form = dice.upTo(5);
    const bool isHuge = reached.count("65536 entries", dice.isOneOf(60)), isSegmented = !isHuge && form == 5,
               isNarrow = bits == 16 && dice.isOneOf(4);
    const int said = isHuge ? dice.of({65536, 65536, 40000, 32768}) : isSegmented ? dice.of({7, 40, 400}) : dice.from(2, 40);
    table.first = dice.of({0, 0, 1, 5, 200}) - (isSigned ? dice.of({0, 3, 150, 32768}) : 0) + (dice.isOneOf(5) ? 30000 : 0);
    if (!isSigned && dice.isOneOf(4))
        table.first += 32768;
    std::array<std::vector<int>, 3> channels;
    for (size_t i = 0; i < 3; ++i) {
        QByteArray data;
        const quint32 number = quint32(i) + (isSegmented ? 0x00281221 : 0x00281201);
        if (isSegmented) {
            const auto made = drawSegments(dice, bits, data);
            table.isBroken = table.isBroken || !made || made->empty();
            channels[i] = made.value_or(std::vector<int>());
        } else {
            int count = said;
            if (form == 1)
                count = bits == 16 ? dice.from(1, said + 3) : 2 * dice.from(1, said / 2);
            if (bits == 16 && form == 1 && 2 * count == said + said % 2)
                ++count; // else its length would say that these are bytes
            const bool isDark = dice.isOneOf(4); // beside others that are not
            for (int k = 0; k < count; ++k)
                channels[i].push_back(bits == 8 || isNarrow || isDark || form == 2 ? dice.upTo(255) : dice.upTo(65535));
            if (isNarrow && form != 2 && dice.isOneOf(20))
                channels[i].back() = 256;
            const bool isTight = form == 2 ? true : bits == 8 && form != 3;
            reached.count("short table", count < said);
            reached.count("bytes said to be words", bits == 16 && isTight);
            reached.count("bytes in words", bits == 8 && !isTight);
            reached.count("narrow words", isNarrow && !isTight);
            for (const int value : channels[i])
                data += littleEndian(quint64(value), isTight ? 1 : 2);
        }
        if (data.size() % 2)
            data += '\0';
        if (!isSegmented && dice.isOneOf(40))
            data.clear(), table.isBroken = true;
        table.elements.push_back({number, "OW", data});
        channels[i].resize(std::min(channels[i].size(), size_t(said)));
        QByteArray descriptor = word(said) + word(int(table.first)) + word(bits);
        if (dice.isOneOf(60))
            descriptor.chop(2), table.isBroken = true;
        table.elements.push_back({quint32(0x00281101 + i), isSigned != dice.isOneOf(3) ? "SS" : "US", descriptor}); // or as the other
    }
    std::ranges::sort(table.elements, {}, &Element::tag);
    const auto has = [](const auto& channel) { return std::ranges::any_of(channel, [](int value) { return value > 255; }); };
    const bool isWide = std::ranges::any_of(channels, has);
    size_t length = 0;
    for (const auto& channel : channels)
        length = std::max(length, channel.size());
    for (size_t k = 0; k < length && !table.isBroken; ++k) {
        table.colours.emplace_back();
        for (size_t i = 0; i < 3; ++i)
            table.colours.back()[i] = (k < channels[i].size() ? channels[i][k] : channels[i].back()) / (isWide ? 256 : 1);
    }
    return table;
}

/// What the numbers of the header may be (PS3.3 C.7.6.3); cells with anything in the bits that are not stored.
inline Drawn drawImage(Dice& dice, bool isCompressed)
{
    using Kind = PixelDescription::Element;
    Drawn d;
    d.rows = dice.from(1, 5);
    d.columns = dice.of({1, 2, 3, 4, 5, 8, 11});
    d.frames = dice.of({1, 1, 2, 3, 4});
    const auto setBits = [&](int allocated) {
        d.allocated = allocated;
        d.stored = allocated == 1 ? 1 : dice.isOneOf(2) ? allocated : dice.from(1, allocated);
        d.highBit = dice.isOneOf(2) ? d.stored - 1 : dice.from(d.stored - 1, allocated - 1);
        reached.count("high bit", d.highBit >= d.stored);
    };
    const int kind = dice.upTo(9);
    if (kind < 4) {
        d.photometric = dice.of<QByteArray>({"MONOCHROME1", "MONOCHROME2", "MONOCHROME2"});
        setBits(isCompressed ? dice.of({1, 8, 16, 32}) : dice.of({1, 1, 8, 8, 16, 16, 16, 32, 64}));
        d.isSigned = dice.isOneOf(2);
    } else if (kind == 4 && !isCompressed) {
        d.element = dice.of({Kind::FloatPixelData, Kind::DoubleFloatPixelData});
        d.allocated = d.element == Kind::FloatPixelData ? 32 : 64;
        d.stored = d.allocated, d.highBit = d.stored - 1;
    } else if (kind < 7) {
        d.photometric = "PALETTE COLOR";
        setBits(dice.of({1, 8, 8, 16, 16}));
        d.isSigned = d.allocated > 1 && dice.isOneOf(2);
        d.table = drawTable(dice, d.isSigned);
    } else {
        d.photometric = dice.of<QByteArray>({"RGB", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_FULL_422", "YBR_PARTIAL_422",
                                             isCompressed ? "YBR_PARTIAL_420" : "HSV", isCompressed ? "YBR_FULL" : "CMYK"});
        d.samples = d.photometric == "CMYK" ? 4 : 3;
        setBits(dice.of({8, 8, 8, 16, 16, 32}));
        d.planar = dice.upTo(1);
        if (d.photometric.endsWith("422") && !isCompressed) {
            d.columns = std::max(d.columns, 2); // one pixel of a pair might also be three samples
            d.planar = 0;
            d.pairs = d.photometric == "YBR_FULL_422" && dice.isOneOf(3) ? Pairs::Whole : dice.of({Pairs::Straight, Pairs::ByRow});
        }
    }
    if (d.photometric == "MONOCHROME2" && d.allocated > 1 && d.allocated < 32 && dice.isOneOf(8))
        d.supplemental = drawTable(dice, d.isSigned);
    for (size_t i = 0; i < d.pixels() * size_t(d.frames) * size_t(d.samples); ++i) {
        quint64 cell = dice.isOneOf(4) ? 0 - quint64(dice.upTo(1)) : quint64(dice.bits()) << 32 | dice.bits();
        if (d.table && dice.isOneOf(2)) // about the table's entries
            cell = quint64(d.table->first + dice.from(-2, 45)) << (d.highBit + 1 - d.stored);
        if (d.element != Kind::PixelData) {
            const double value =
                dice.of({0.0, -0.0, 1.5, -1e-42, 3.4e38, 1e39, -1e300, std::numeric_limits<double>::infinity(), std::nan(""), dice.real(-9, 9)});
            cell = d.allocated == 32 ? quint64(std::bit_cast<quint32>(float(value))) : std::bit_cast<quint64>(value);
        }
        cell &= d.allocated == 64 ? ~quint64(0) : (quint64(1) << d.allocated) - 1;
        const bool isSecond = (d.pairs == Pairs::Straight && i / 3 % d.pixels() % 2) || (d.pairs == Pairs::ByRow && i / 3 % size_t(d.columns) % 2);
        d.cells.push_back(isSecond && i % 3 ? d.cells[i - 3] : cell);
    }
    const bool isColour = d.isColour();
    reached.count("float", d.element == Kind::FloatPixelData);
    reached.count("double", d.element == Kind::DoubleFloatPixelData);
    reached.count("64 bits", d.allocated == 64 && d.element == Kind::PixelData);
    reached.count("one bit", d.allocated == 1);
    reached.count("signed", d.isSigned && !isColour && d.stored < d.allocated);
    reached.count("planar", d.planar == 1);
    reached.count("palette", d.table && !d.table->isBroken);
    reached.count("supplemental", d.supplemental && !d.supplemental->isBroken);
    reached.count(d.photometric == "HSV" ? "HSV" : "CMYK", d.photometric == "HSV" || d.photometric == "CMYK");
    reached.count("odd 4:2:2 by row", d.pairs == Pairs::ByRow && d.columns % 2);
    reached.count("odd 4:2:2 straight", d.pairs == Pairs::Straight && d.columns % 2 && d.frames > 1);
    reached.count("4:2:2 over planes", d.pairs == Pairs::Whole);
    return d;
}

/// PS3.5 §8: cells one after the other, the lowest bit first.
inline QByteArray nativeBytes(const Drawn& d)
{
    std::vector<quint64> order;
    const auto put = [&](int frame, size_t pixel, int sample) { order.push_back(d.cell(frame, std::min(pixel, d.pixels() - 1), sample)); };
    for (int frame = 0; frame < d.frames; ++frame) {
        if (d.pairs == Pairs::Straight || d.pairs == Pairs::ByRow) {
            const size_t run = d.pairs == Pairs::ByRow ? size_t(d.columns) : d.pixels();
            for (size_t start = 0; start < d.pixels(); start += run)
                for (size_t at = start; at < start + run; at += 2) {
                    put(frame, at, 0), put(frame, at + 1, 0);
                    if (d.pairs == Pairs::ByRow || at + 1 < start + run)
                        put(frame, at, 1), put(frame, at, 2);
                }
            continue;
        }
        for (size_t i = 0; i < d.pixels() * size_t(d.samples); ++i)
            d.planar ? put(frame, i % d.pixels(), int(i / d.pixels())) : put(frame, i / size_t(d.samples), int(i % size_t(d.samples)));
    }
    QByteArray bytes((qsizetype(order.size()) * d.allocated + 7) / 8, '\0');
    for (size_t i = 0; i < order.size() * size_t(d.allocated); ++i)
        if (order[i / size_t(d.allocated)] >> (i % size_t(d.allocated)) & 1)
            bytes[qsizetype(i / 8)] = char(bytes[qsizetype(i / 8)] | 1 << i % 8);
    return bytes;
}

/// PS3.5 G; the last segment padded or not.
inline QByteArray rleStream(Dice& dice, const Drawn& d, int frame, bool isPadded = true)
{
    const int width = std::max(1, d.allocated / 8), segments = width * d.samples;
    QByteArray out = littleEndian(quint64(segments), 4) + QByteArray(60, '\0');
    for (int segment = 0; segment < segments; ++segment) {
        out.replace(4 + 4 * segment, 4, littleEndian(quint64(out.size()), 4));
        const auto byte = [&](size_t pixel) { return char(d.cell(frame, pixel, segment / width) >> 8 * (width - 1 - segment % width)); };
        for (size_t at = 0; at < d.pixels();) {
            size_t same = 1;
            while (at + same < d.pixels() && byte(at + same) == byte(at) && same < 128)
                ++same;
            if (dice.isOneOf(5))
                out += char(-128);
            if (same > 1) {
                out += char(1 - int(same));
                out += byte(at);
                at += same;
            } else {
                const size_t run = size_t(dice.from(1, std::min(int(d.pixels() - at), 5)));
                out += char(run - 1);
                for (const size_t end = at + run; at < end; ++at)
                    out += byte(at);
            }
        }
        if (out.size() % 2 && (isPadded || segment + 1 < segments))
            out += '\0';
    }
    return out;
}

inline std::vector<Element> header(const Drawn& d)
{
    const auto number = [](quint32 tag, int value) { return Element{tag, "US", word(value)}; };
    const auto text = [](quint32 tag, const char* vr, QByteArray value) { return Element{tag, vr, value.size() % 2 ? value + ' ' : value}; };
    std::vector<Element> all{{0x00080016, "UI", QByteArray("1.2.840.10008.5.1.4.1.1.7\0", 26)},
                             text(0x00280004, "CS", d.photometric),
                             number(0x00280002, d.samples),
                             text(0x00280008, "IS", QByteArray::number(d.frames)),
                             number(0x00280010, d.rows),
                             number(0x00280011, d.columns),
                             number(0x00280100, d.allocated),
                             number(0x00280101, d.stored),
                             number(0x00280102, d.highBit),
                             number(0x00280103, d.isSigned)};
    if (d.samples > 1)
        all.push_back(number(0x00280006, d.planar));
    if (d.supplemental)
        all.push_back({0x00089205, "CS", "COLOR "});
    for (const auto* table : {&d.table, &d.supplemental})
        if (*table)
            all.insert(all.end(), (*table)->elements.begin(), (*table)->elements.end());
    return all;
}

struct Form
{
    Order order = Order::Explicit;
    QByteArray syntax = "1.2.840.10008.1.2.1";
    bool hasPreamble = true, hasMeta = true, isMetaImplicit = false;
};

/// PS3.10 §7.1, and what writers make of it.
inline QByteArray file(Dice& dice, const Form& form, std::vector<Element> elements, const QByteArray& pixels)
{
    std::ranges::sort(elements, {}, &Element::tag);
    QByteArray body;
    bool isBefore = true;
    for (const Element& element : elements) {
        if (isBefore && element.tag > 0x00090000) {
            body += decoys(dice, form.order);
            isBefore = false;
        }
        body += encoded(element, form.order);
    }
    body += pixels;
    if (form.order == Order::Deflated)
        body = qCompress(body).mid(6).chopped(4); // without the frame of RFC 1950
    if (!form.hasMeta)
        return body;
    const Order order = form.isMetaImplicit ? Order::Implicit : Order::Explicit;
    const QByteArray uid = form.syntax.size() % 2 ? form.syntax + '\0' : form.syntax;
    const QByteArray meta = encoded({0x00020001, "OB", QByteArray("\0\1", 2)}, order) + encoded({0x00020010, "UI", uid}, order);
    return (form.hasPreamble ? QByteArray(128, 'p') + "DICM" : QByteArray()) +
           (dice.isOneOf(3) ? QByteArray() : encoded({0x00020000, "UL", littleEndian(quint64(meta.size()), 4), 1}, order)) + meta + body;
}

} // namespace diascope::test
