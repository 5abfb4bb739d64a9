#pragma once
#include "viewer/decode/worker/codecs.h"
#include <bit>
#include <cstring>

namespace diascope::viewer::worker
{

/// The bits of an entropy-coded segment, the most significant first. Behind a byte of FF come `bitsAfterFf` bits of the next:
/// 0 in JPEG (a stuffed zero byte, ITU T.81 F.1.2.3), 7 in JPEG-LS (a stuffed zero bit, ITU T.87 A.1). A marker or the end of
/// the data gives zeros, which are counted: see isPast.
template <int bitsAfterFf>
class BitReader
{
public:
    explicit BitReader(Bytes bytes) : m_at(bytes.data()), m_end(bytes.data() + bytes.size()) {}

    /// Afterwards at least 56 bits are there.
    void refill()
    {
        if (m_end - m_at >= 8 && !m_isAfterFf) {
            uint64_t next;
            std::memcpy(&next, m_at, 8);
            next = __builtin_bswap64(next);
            constexpr uint64_t ones = 0x0101010101010101;
            const uint64_t inverse = ~next;
            if (((inverse - ones) & next & (ones << 7)) == 0) { // no byte is FF
                m_bits |= next >> m_count;
                const int taken = (63 - m_count) >> 3;
                m_at += taken;
                m_count += taken * 8;
                // What is there of the byte behind is not counted: the next refill sets the same bits again.
                return;
            }
        }
        // By way of a copy: a reader whose address goes nowhere lives in registers.
        BitReader copy(*this);
        copy.refillSlowly();
        *this = copy;
    }
    void refillBelow(int count) ///< at most 56
    {
        if (m_count < count)
            refill();
    }
    uint64_t peek() const { return m_bits; } ///< the next bit is the highest
    void skip(int count)
    {
        m_bits <<= count;
        m_count -= count;
    }
    uint32_t take(int count) ///< 0 to 32, of those there
    {
        const auto value = uint32_t((m_bits >> 1) >> (63 - count));
        skip(count);
        return value;
    }
    /// More was read than there is.
    bool isPast() const { return m_made > 0 && m_count < m_made; }
    /// Reads to the next marker: the bits still unread before it, -1 where there is none within reach.
    int bitsToMarker()
    {
        refillSlowly();
        const bool isAtMarker = m_isAfterFf && m_at < m_end && (bitsAfterFf == 0 ? *m_at != 0 : *m_at >= 0x80);
        return isAtMarker ? m_count - m_made - (bitsAfterFf == 0 ? 0 : 8) : -1; // in JPEG-LS its FF was taken for data
    }
    /// Behind a marker of two bytes, at which the reading has come to an end.
    bool skipMarker(uint8_t first, uint8_t last)
    {
        if (bitsToMarker() < 0)
            return false;
        while (m_at + 1 < m_end && *m_at == 0xFF) // fill bytes (T.81 B.1.1.2)
            ++m_at;
        if (*m_at < first || *m_at > last)
            return false;
        ++m_at;
        m_bits = 0;
        m_count = m_made = 0;
        m_isAfterFf = false;
        return true;
    }

private:
    [[gnu::noinline]] void refillSlowly()
    {
        m_bits &= m_count ? ~uint64_t(0) << (64 - m_count) : 0;
        while (m_count < 56) {
            const bool isMarker = m_isAfterFf && (m_at >= m_end || (bitsAfterFf == 0 ? *m_at != 0 : *m_at >= 0x80));
            if (isMarker || m_at >= m_end) {
                m_count += 8;
                m_made += 8;
                continue;
            }
            const int bits = m_isAfterFf ? bitsAfterFf : 8;
            const uint8_t byte = *m_at;
            // FF before a marker is no data in JPEG.
            if (bitsAfterFf == 0 && byte == 0xFF && !m_isAfterFf && m_at + 1 < m_end && m_at[1] != 0) {
                m_isAfterFf = true;
                ++m_at;
                continue;
            }
            ++m_at;
            m_isAfterFf = byte == 0xFF && !m_isAfterFf;
            if (bits > 0) {
                m_bits |= uint64_t(byte) << (64 - bits - m_count);
                m_count += bits;
            }
        }
    }

    const uint8_t* m_at;
    const uint8_t* m_end;
    uint64_t m_bits = 0;
    int m_count = 0;
    int m_made = 0; ///< zeros added behind the end
    bool m_isAfterFf = false;
};

} // namespace diascope::viewer::worker
