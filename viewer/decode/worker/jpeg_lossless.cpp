// JPEG lossless, process 14 (ITU T.81 Annex H): Huffman coded, every predictor, 2 to 16 bits.
#include "viewer/decode/worker/bit_reader.h"
#include "viewer/decode/worker/jpeg_lossless.h"
#include <array>
#include <vector>

namespace diascope::viewer::worker
{

namespace
{

using Reader = BitReader<0>;

/// A Huffman table (T.81 Annex C and F.2.2.3) whose values are the magnitude categories 0 to 16.
class Huffman
{
public:
    bool isDefined() const { return m_isDefined; }
    /// `segment`: 16 counts and the values. Returns the bytes used.
    size_t define(Bytes segment)
    {
        if (segment.size() < 16)
            damaged("a Huffman table of the JPEG stream is cut off");
        size_t values = 16;
        uint32_t code = 0;
        for (int length = 1; length <= 16; ++length) {
            const size_t count = segment[size_t(length) - 1];
            if (values + count > segment.size() || code + count > (1u << length))
                damaged("a Huffman table of the JPEG stream is broken");
            m_first[size_t(length)] = code;
            m_offset[size_t(length)] = m_values.size();
            for (size_t i = 0; i < count; ++i, ++code) {
                const uint8_t category = segment[values + i];
                if (category > 16)
                    damaged("a Huffman table of the JPEG stream is broken");
                m_values.push_back(category);
                if (length <= quickBits)
                    std::fill_n(m_quick.begin() + (code << (quickBits - length)), 1 << (quickBits - length),
                                uint16_t(length << 8 | category));
            }
            values += count;
            m_last[size_t(length)] = code; // one past
            code <<= 1;
        }
        m_isDefined = true;
        return values;
    }
    /// A difference (T.81 H.1.2.2); uses at most 32 bits.
    int difference(Reader& reader) const
    {
        const uint16_t quick = m_quick[reader.peek() >> (64 - quickBits)];
        int category = quick & 0xFF;
        if (quick)
            reader.skip(quick >> 8);
        else
            category = longCategory(reader);
        if (category == 16)
            return 32768;
        const int raw = int(reader.take(category));
        const int half = (1 << category) >> 1;
        return raw < half ? raw - 2 * half + 1 : raw; // nothing for category 0
    }

private:
    int longCategory(Reader& reader) const
    {
        for (int length = quickBits + 1; length <= 16; ++length) {
            const auto code = uint32_t(reader.peek() >> (64 - length));
            if (code < m_last[size_t(length)] && code >= m_first[size_t(length)]) {
                reader.skip(length);
                return m_values[m_offset[size_t(length)] + code - m_first[size_t(length)]];
            }
        }
        damaged("the JPEG stream holds a code that does not exist");
    }

    static constexpr int quickBits = 11;
    std::array<uint16_t, 1 << quickBits> m_quick{}; ///< length << 8 | category; 0: longer
    std::array<uint32_t, 17> m_first{};
    std::array<uint32_t, 17> m_last{};
    std::array<size_t, 17> m_offset{};
    std::vector<uint8_t> m_values;
    bool m_isDefined = false;
};

struct Scan
{
    int rows = 0;
    int columns = 0;
    int precision = 0;
    int components = 1; ///< interleaved in this scan
    std::array<const Huffman*, 4> tables{};
    int predictor = 1;
    int pointTransform = 0;
    int restartInterval = 0;
    int stride = 1; ///< samples from pixel to pixel in the output
    std::array<int, 4> places{}; ///< of the components within a pixel
};

template <int predictor>
int predict(int left, int above, int aboveLeft)
{
    switch (predictor) {
    case 1:
        return left;
    case 2:
        return above;
    case 3:
        return aboveLeft;
    case 4:
        return left + above - aboveLeft;
    case 5:
        return left + ((above - aboveLeft) >> 1);
    case 6:
        return above + ((left - aboveLeft) >> 1);
    case 7:
        return (left + above) >> 1;
    default:
        return 0;
    }
}

template <typename T, int predictor, int components>
void decodeRows(Reader& from, const Scan& scan, T* out)
{
    Reader reader = from;
    const int count = components ? components : scan.components;
    const size_t rowSamples = size_t(scan.columns) * size_t(scan.stride);
    const int first = 1 << (scan.precision - scan.pointTransform - 1);
    const int rowsToRestart = scan.restartInterval ? scan.restartInterval / scan.columns : 0;
    std::vector<int> above(size_t(scan.columns) * size_t(count)); // without the point transform, of the row before
    for (int row = 0; row < scan.rows; ++row) {
        const bool isRestart = rowsToRestart && row && row % rowsToRestart == 0;
        if (isRestart && !reader.skipMarker(0xD0, 0xD7))
            damaged("a restart marker of the JPEG stream is missing");
        const bool isFirst = row == 0 || isRestart;
        T* line = out + size_t(row) * rowSamples;
        std::array<int, 4> left{};
        std::array<int, 4> aboveLeft{};
        for (int column = 0; column < scan.columns; ++column)
            for (int c = 0; c < count; ++c) {
                reader.refillBelow(32);
                int& up = above[size_t(column) * size_t(count) + size_t(c)];
                const int expected = column == 0 ? (isFirst ? first : up)
                                     : isFirst   ? left[size_t(c)]
                                                 : predict<predictor>(left[size_t(c)], up, aboveLeft[size_t(c)]);
                const int value = (expected + scan.tables[size_t(c)]->difference(reader)) & 0xFFFF;
                aboveLeft[size_t(c)] = up;
                left[size_t(c)] = up = value;
                line[size_t(column) * size_t(scan.stride) + size_t(scan.places[size_t(c)])] = T(value << scan.pointTransform);
            }
        if (reader.isPast())
            damaged("the JPEG stream ends too early");
    }
}

template <typename T, int predictor>
void decodeRows(Reader& reader, const Scan& scan, T* out)
{
    if (scan.components == 1)
        decodeRows<T, predictor, 1>(reader, scan, out);
    else
        decodeRows<T, predictor, 0>(reader, scan, out);
}

template <typename T>
void decodeScan(Reader& reader, const Scan& scan, T* out)
{
    switch (scan.predictor) {
    case 1:
        return decodeRows<T, 1>(reader, scan, out);
    case 2:
        return decodeRows<T, 2>(reader, scan, out);
    case 3:
        return decodeRows<T, 3>(reader, scan, out);
    case 4:
        return decodeRows<T, 4>(reader, scan, out);
    case 5:
        return decodeRows<T, 5>(reader, scan, out);
    case 6:
        return decodeRows<T, 6>(reader, scan, out);
    case 7:
        return decodeRows<T, 7>(reader, scan, out);
    default:
        damaged("the JPEG stream names a predictor that does not exist");
    }
}

} // namespace

bool decodeJpegLossless(Bytes in, uint32_t bytesPerSample, Output out)
{
    Scan scan;
    std::array<Huffman, 4> tables;
    std::array<uint8_t, 4> identifiers{};
    int components = 0;
    int decoded = 0;
    size_t at = 2;
    while (at + 4 <= in.size()) {
        if (in[at] != 0xFF) { // entropy-coded data, or what stands between segments
            ++at;
            continue;
        }
        const uint8_t marker = in[at + 1];
        if (marker == 0xFF || marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD8)) {
            at += marker == 0xFF ? 1 : 2;
            continue;
        }
        if (marker == 0xD9)
            break;
        const size_t length = size_t(in[at + 2]) << 8 | in[at + 3];
        if (length < 2 || at + 2 + length > in.size())
            damaged("a segment of the JPEG stream is cut off");
        Bytes segment = in.subspan(at + 4, length - 2);
        at += 2 + length;
        if (marker == 0xC3) {
            if (segment.size() < 6 || segment.size() < 6 + 3u * segment[5])
                damaged("the JPEG frame header is cut off");
            scan.precision = segment[0];
            scan.rows = segment[1] << 8 | segment[2];
            scan.columns = segment[3] << 8 | segment[4];
            components = segment[5];
            if (scan.rows == 0 || scan.columns == 0 || scan.precision < 2 || scan.precision > 16 || components < 1 || components > 4)
                damaged("the JPEG frame header is broken");
            for (int c = 0; c < components; ++c) {
                identifiers[size_t(c)] = segment[6 + 3 * size_t(c)];
                if (components > 1 && segment[7 + 3 * size_t(c)] != segment[7])
                    return false; // subsampled
            }
            scan.stride = components;
            if (out.size() < size_t(scan.rows) * size_t(scan.columns) * size_t(components) * bytesPerSample)
                damaged("the JPEG stream has another size than the image");
        } else if (marker == 0xC4) {
            while (!segment.empty()) {
                if (segment[0] >> 4 || (segment[0] & 15) > 3)
                    return false;
                Huffman table;
                const size_t used = table.define(segment.subspan(1));
                tables[segment[0] & 15] = table;
                segment = segment.subspan(1 + used);
            }
        } else if (marker == 0xDD && segment.size() >= 2) {
            scan.restartInterval = segment[0] << 8 | segment[1];
        } else if (marker == 0xDC) {
            return false; // the number of lines comes behind the first scan
        } else if (marker == 0xDA) {
            if (components == 0 || segment.empty() || segment[0] < 1 || segment[0] > components || segment.size() < 4 + 2u * segment[0])
                damaged("the JPEG scan header is broken");
            if (scan.restartInterval && scan.restartInterval % scan.columns)
                return false;
            scan.components = segment[0];
            for (int i = 0; i < scan.components; ++i) {
                int place = -1;
                for (int c = 0; c < components; ++c)
                    if (identifiers[size_t(c)] == segment[1 + 2 * size_t(i)])
                        place = c;
                const size_t table = segment[2 + 2 * size_t(i)] >> 4;
                if (place < 0 || table > 3 || !tables[table].isDefined())
                    damaged("the JPEG scan header is broken");
                scan.places[size_t(i)] = place;
                scan.tables[size_t(i)] = &tables[table];
            }
            scan.predictor = segment[1 + 2 * size_t(scan.components)];
            scan.pointTransform = segment[3 + 2 * size_t(scan.components)] & 15;
            if (scan.pointTransform >= scan.precision)
                damaged("the JPEG scan header is broken");
            Reader reader(in.subspan(at));
            if (bytesPerSample == 1)
                decodeScan(reader, scan, out.data());
            else
                decodeScan(reader, scan, reinterpret_cast<uint16_t*>(out.data()));
            decoded += scan.components;
            if (decoded >= components)
                return true;
        }
    }
    damaged("the JPEG stream ends too early");
}

} // namespace diascope::viewer::worker
