// JPEG-LS (ITU T.87 Annex A) for the common case, about twice as quick as CharLS, with which it agrees bit for bit.
#include "viewer/decode/worker/jpeg_ls_lossless.h"
#include "viewer/decode/worker/bit_reader.h"
#include <algorithm>
#include <array>
#include <vector>

namespace diascope::viewer::worker
{

namespace
{

using Reader = BitReader<7>;

/// T.87 C.2.4.1.1; 0 means the default.
struct Parameters
{
    int maximum = 0;
    int t1 = 0;
    int t2 = 0;
    int t3 = 0;
    int reset = 0;
};

/// Table C.3 for NEAR = 0.
void fillDefaults(Parameters& p, int precision)
{
    if (p.maximum == 0)
        p.maximum = (1 << precision) - 1;
    const auto clamped = [&](int value, int low) { return value > p.maximum || value < low ? low : value; };
    int t1 = 0;
    int t2 = 0;
    int t3 = 0;
    if (p.maximum >= 128) {
        const int factor = (std::min(p.maximum, 4095) + 128) / 256;
        t1 = clamped(factor * (3 - 2) + 2, 1);
        t2 = clamped(factor * (7 - 3) + 3, t1);
        t3 = clamped(factor * (21 - 4) + 4, t2);
    } else {
        const int factor = 256 / (p.maximum + 1);
        t1 = clamped(std::max(2, 3 / factor), 1);
        t2 = clamped(std::max(3, 7 / factor), t1);
        t3 = clamped(std::max(4, 21 / factor), t2);
    }
    p.t1 = p.t1 ? p.t1 : t1;
    p.t2 = p.t2 ? p.t2 : t2;
    p.t3 = p.t3 ? p.t3 : t3;
    p.reset = p.reset ? p.reset : 64;
}

struct Context
{
    int a = 0;
    int b = 0;
    int c = 0;
    int n = 1;
};

struct RunContext
{
    int a = 0;
    int n = 1;
    int negatives = 0;
};

constexpr std::array<int, 32> runLengths{0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3,  3,  3,
                                         4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15}; // J of A.2.1

/// The smallest k with n << k >= a (A.5.1).
int golombParameter(int n, int a)
{
    const int k = std::max(0, std::countl_zero(unsigned(n)) - std::countl_zero(unsigned(a)));
    return k + ((n << k) < a);
}

template <typename T>
class Decoder
{
public:
    Decoder(Bytes scan, const Parameters& parameters, int columns)
        : m_reader(scan), m_p(parameters), m_range(parameters.maximum + 1), m_columns(columns),
          m_quantized(size_t(2 * parameters.maximum + 1)), m_lines(2 * (size_t(columns) + 2))
    {
        while ((1 << m_bits) < m_range)
            ++m_bits;
        const int bits = std::max(2, m_bits);
        m_limit = 2 * (bits + std::max(8, bits));
        for (int d = -m_p.maximum; d <= m_p.maximum; ++d)
            m_quantized[size_t(d + m_p.maximum)] = int8_t(quantize(d));
        const int a = std::max(2, (m_range + 32) / 64);
        m_contexts.fill({a, 0, 0, 1});
        m_runContexts.fill({a, 1, 0});
    }

    /// False where the stream is not in order.
    bool decode(int rows, T* out)
    {
        uint16_t* above = m_lines.data() + 1;
        uint16_t* line = above + m_columns + 2;
        for (int row = 0; row < rows; ++row, out += m_columns) {
            above[m_columns] = above[m_columns - 1]; // Rd beyond the end, A.2.1
            line[-1] = above[0];
            if (!decodeLine(above, line) || m_reader.isPast())
                return false;
            std::copy(line, line + m_columns, out);
            std::swap(above, line);
        }
        const int left = m_reader.bitsToMarker();
        return left >= 0 && left < 8; // nothing but padding
    }

private:
    int quantize(int d) const
    {
        const int size = d < 0 ? -d : d;
        const int region = size == 0 ? 0 : size < m_p.t1 ? 1 : size < m_p.t2 ? 2 : size < m_p.t3 ? 3 : 4;
        return d < 0 ? -region : region;
    }

    /// A Golomb code of limited length (A.5.3).
    [[gnu::always_inline]] int golomb(Reader& reader, int k, int limit) const
    {
        constexpr int most = 40; // a code is seldom longer
        reader.refillBelow(most);
        const int zeros = std::countl_zero(reader.peek() | 1);
        const int length = zeros + 1 + k;
        if (zeros < limit - m_bits - 1 && length <= most) [[likely]] {
            const auto rest = uint32_t(reader.peek() << (zeros + 1) >> 1 >> (63 - k));
            reader.skip(length);
            return int(uint32_t(zeros) << k | rest);
        }
        reader.refill();
        const int allZeros = std::countl_zero(reader.peek() | 1); // up to 47; fewer bits may have been there
        if (allZeros < limit - m_bits - 1) {
            reader.skip(allZeros + 1);
            reader.refill();
            return (allZeros << k) | int(reader.take(k));
        }
        reader.skip(limit - m_bits);
        reader.refill();
        return int(reader.take(m_bits)) + 1;
    }

    bool decodeLine(const uint16_t* above, uint16_t* line)
    {
        const int8_t* quantized = m_quantized.data() + m_p.maximum;
        Reader reader = m_reader; // in registers for the length of a line
        int left = line[-1];
        int aboveLeft = above[-1];
        int up = above[0];
        for (int column = 0; column < m_columns;) {
            const int upRight = above[column + 1];
            const int index = 81 * quantized[upRight - up] + 9 * quantized[up - aboveLeft] + quantized[aboveLeft - left];
            if (index == 0) {
                column = decodeRun(reader, above, line, column, left);
                if (column < 0)
                    return false;
                if (column < m_columns) {
                    left = line[column - 1];
                    aboveLeft = above[column - 1];
                    up = above[column];
                }
                continue;
            }
            const int sign = index >> 31; // 0 or -1
            Context& context = m_contexts[size_t((index ^ sign) - sign)];
            const int k = golombParameter(context.n, context.a);
            const int low = std::min(left, up);
            const int high = std::max(left, up);
            int expected = std::clamp(left + up - aboveLeft, low, high);
            expected = std::clamp(expected + ((context.c ^ sign) - sign), 0, m_p.maximum);
            const int mapped = golomb(reader, k, m_limit);
            int error = (mapped >> 1) ^ -(mapped & 1);
            error ^= -int(k == 0) & ((2 * context.b + context.n - 1) >> 31); // A.5.2: 2 B <= -N
            if (mapped > 2 * m_range) [[unlikely]]
                return false;
            left = (expected + ((error ^ sign) - sign)) & m_p.maximum; // modulo the range, A.4.4
            update(context, error);
            line[column++] = uint16_t(left);
            aboveLeft = up;
            up = upRight;
        }
        m_reader = reader;
        return true;
    }

    [[gnu::always_inline]] void update(Context& context, int error) const // A.6
    {
        int b = context.b + error;
        int a = context.a + std::abs(error);
        int n = context.n;
        if (n == m_p.reset) {
            a >>= 1;
            b >>= 1;
            n >>= 1;
        }
        ++n;
        // Without branches: which way it goes is noise. A step up, a step down or none; then b lies between 1 - n and 0.
        const int down = b <= -n;
        const int up = b > 0;
        b = std::clamp(b + (n & -down) - (n & -up), 1 - n, 0);
        context.c = std::clamp(context.c + up - down, -128, 127);
        context.a = a;
        context.b = b;
        context.n = n;
    }

    /// A run of `value` and the sample that ends it (A.7). Returns the column behind, -1 for nonsense.
    [[gnu::always_inline]] int decodeRun(Reader& reader, const uint16_t* above, uint16_t* line, int column, int value)
    {
        const int start = column;
        while (true) {
            reader.refill();
            const int length = 1 << runLengths[size_t(m_runIndex)];
            if (reader.take(1)) {
                const int take = std::min(length, m_columns - column);
                column += take;
                if (take == length && m_runIndex < 31)
                    ++m_runIndex;
                if (column == m_columns)
                    break;
            } else {
                column += int(reader.take(runLengths[size_t(m_runIndex)]));
                if (column >= m_columns)
                    return -1;
                break;
            }
        }
        std::fill(line + start, line + column, uint16_t(value));
        if (column == m_columns)
            return column;
        const int up = above[column];
        const int type = value == up;
        RunContext& context = m_runContexts[size_t(type)];
        const int k = golombParameter(context.n, context.a + (type ? context.n >> 1 : 0));
        const int mapped = golomb(reader, k, m_limit - runLengths[size_t(m_runIndex)] - 1);
        const int doubled = mapped + type;
        const int isOdd = doubled & 1;
        const int size = (doubled + isOdd) / 2;
        const int error = (k != 0 || 2 * context.negatives >= context.n) == (isOdd != 0) ? -size : size;
        if (size > m_range)
            return -1;
        context.negatives += error < 0;
        context.a += (mapped + 1 - type) >> 1;
        if (context.n == m_p.reset) {
            context.a >>= 1;
            context.n >>= 1;
            context.negatives >>= 1;
        }
        ++context.n;
        line[column] = uint16_t((value <= up ? up + error : up - error) & m_p.maximum);
        if (m_runIndex > 0)
            --m_runIndex;
        return column + 1;
    }

    Reader m_reader;
    Parameters m_p;
    int m_range;
    int m_columns;
    int m_bits = 0; ///< qbpp
    int m_limit = 0;
    int m_runIndex = 0;
    std::vector<int8_t> m_quantized; ///< of -maximum … maximum
    std::vector<uint16_t> m_lines;   ///< two, each with a sample before and one behind
    std::array<Context, 365> m_contexts;
    std::array<RunContext, 2> m_runContexts;
};

} // namespace

bool decodeJpegLsLossless(Bytes in, const DecodeRequest& request, Output out)
{
    Parameters parameters;
    int precision = 0;
    for (size_t at = 2; at + 4 <= in.size();) {
        if (in[at] != 0xFF)
            return false;
        const uint8_t marker = in[at + 1];
        const size_t length = size_t(in[at + 2]) << 8 | in[at + 3];
        if (marker < 0xC0 || length < 2 || at + 2 + length > in.size())
            return false;
        const Bytes segment = in.subspan(at + 4, length - 2);
        at += 2 + length;
        const auto word = [&segment](size_t i) { return segment[i] << 8 | segment[i + 1]; };
        if (marker == 0xF7) {
            if (segment.size() != 9 || segment[5] != 1 || word(1) != int(request.rows) || word(3) != int(request.columns))
                return false;
            precision = segment[0];
        } else if (marker == 0xF8) { // LSE
            if (segment.size() != 11 || segment[0] != 1)
                return false;
            parameters = {word(1), word(3), word(5), word(7), word(9)};
        } else if (marker == 0xDD) {
            return false;
        } else if (marker == 0xDA) {
            if (segment.size() != 6 || segment[0] != 1 || segment[2] || segment[3] || segment[4] || segment[5] || precision < 2 || precision > 16)
                return false; // mapped, near-lossless, interleaved or shifted
            fillDefaults(parameters, precision);
            const Parameters& p = parameters;
            if (p.maximum != (1 << precision) - 1 || p.t2 < p.t1 || p.t3 < p.t2 || p.t3 > p.maximum || p.reset < 3 || p.reset > std::max(255, p.maximum))
                return false;
            const size_t samples = size_t(request.rows) * request.columns;
            if (precision <= 8)
                return out.size() >= samples &&
                       Decoder<uint8_t>(in.subspan(at), p, int(request.columns)).decode(int(request.rows), out.data());
            return out.size() >= samples * 2 && Decoder<uint16_t>(in.subspan(at), p, int(request.columns))
                                                    .decode(int(request.rows), reinterpret_cast<uint16_t*>(out.data()));
        }
    }
    return false;
}

} // namespace diascope::viewer::worker
