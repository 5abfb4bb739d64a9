#include "viewer/slice/profile_check.h"
#include <QtEndian>
#include <array>
#include <optional>

namespace diascope::viewer
{

namespace
{

constexpr qint64 headerBytes = 128;
constexpr qint64 largestProfile = 16 << 20;
constexpr quint32 mostTags = 100;
constexpr qint64 mostEntries = 1 << 20;
constexpr int mostChannels = 4;

constexpr quint32 signature(const char (&text)[5])
{
    return quint32(quint8(text[0])) << 24 | quint32(quint8(text[1])) << 16 | quint32(quint8(text[2])) << 8 | quint8(text[3]);
}

/// Big endian numbers of one part of the profile; outside it they are 0 and the part is unsound.
class Part
{
public:
    Part(const QByteArray& bytes, qint64 offset, qint64 size) : m_bytes(bytes), m_offset(offset), m_size(size) {}
    bool has(qint64 at, qint64 length) const { return length <= m_size - at; } ///< neither is ever negative
    quint8 byte(qint64 at) const { return has(at, 1) ? quint8(m_bytes[m_offset + at]) : 0; }
    quint16 word(qint64 at) const { return has(at, 2) ? qFromBigEndian<quint16>(m_bytes.constData() + m_offset + at) : 0; }
    quint32 number(qint64 at) const { return has(at, 4) ? qFromBigEndian<quint32>(m_bytes.constData() + m_offset + at) : 0; }
    qint64 size() const { return m_size; }

private:
    const QByteArray& m_bytes;
    qint64 m_offset;
    qint64 m_size;
};

bool areChannels(int count) { return count >= 1 && count <= mostChannels; }

/// lut8Type and lut16Type (10.10, 10.11).
bool isTableSound(const Part& part, int entryBytes)
{
    const int in = part.byte(8);
    const int out = part.byte(9);
    const int grid = part.byte(10);
    if (!areChannels(in) || !areChannels(out) || grid < 2)
        return false;
    qint64 entries = out;
    for (int i = 0; i < in; ++i)
        if ((entries *= grid) > mostEntries)
            return false;
    const int inEntries = entryBytes == 1 ? 256 : part.word(48);
    const int outEntries = entryBytes == 1 ? 256 : part.word(50);
    if (inEntries < 2 || inEntries > 4096 || outEntries < 2 || outEntries > 4096)
        return false;
    const qint64 head = entryBytes == 1 ? 48 : 52;
    return part.has(head, entryBytes * (qint64(inEntries) * in + entries + qint64(outEntries) * out));
}

/// curveType and parametricCurveType (10.6, 10.18); their length, padded to four bytes, or nothing.
std::optional<qint64> curveLength(const Part& part, qint64 at)
{
    qint64 length = 0;
    if (part.number(at) == signature("curv")) {
        const qint64 count = part.number(at + 8);
        if (count > 65536)
            return std::nullopt;
        length = 12 + 2 * count;
    } else if (part.number(at) == signature("para")) {
        constexpr std::array parameters{1, 3, 4, 5, 7};
        const size_t function = part.word(at + 8);
        if (function >= parameters.size())
            return std::nullopt;
        length = 12 + 4 * parameters[function];
    } else {
        return std::nullopt;
    }
    return part.has(at, length) ? std::optional((length + 3) / 4 * 4) : std::nullopt;
}

bool areCurvesSound(const Part& part, qint64 at, int count)
{
    for (int i = 0; i < count; ++i) {
        const auto length = curveLength(part, at);
        if (!length)
            return false;
        at += *length;
    }
    return true;
}

/// lutAToBType and lutBToAType (10.12, 10.13): B curves, matrix, M curves, table, A curves at offsets, 0 where there is none.
bool isPipelineSound(const Part& part, bool isToPcs)
{
    const int in = part.byte(8);
    const int out = part.byte(9);
    if (!areChannels(in) || !areChannels(out))
        return false;
    const qint64 b = part.number(12);
    const qint64 matrix = part.number(16);
    const qint64 m = part.number(20);
    const qint64 table = part.number(24);
    const qint64 a = part.number(28);
    const int atPcs = isToPcs ? out : in;
    const int atDevice = isToPcs ? in : out;
    if ((b && !areCurvesSound(part, b, atPcs)) || (m && !areCurvesSound(part, m, atPcs)) || (a && !areCurvesSound(part, a, atDevice)))
        return false;
    if (matrix && !part.has(matrix, 48))
        return false;
    if (!table)
        return in == out; // without a table nothing changes the number of channels
    const int entryBytes = part.byte(table + 16);
    if (entryBytes != 1 && entryBytes != 2)
        return false;
    qint64 entries = out;
    for (int i = 0; i < in; ++i) {
        const int grid = part.byte(table + i);
        if (grid < 2 || (entries *= grid) > mostEntries)
            return false;
    }
    return part.has(table + 20, entries * entryBytes);
}

bool isTagSound(const Part& part)
{
    switch (part.number(0)) {
    case signature("mft1"):
        return isTableSound(part, 1);
    case signature("mft2"):
        return isTableSound(part, 2);
    case signature("mAB "):
        return isPipelineSound(part, true);
    case signature("mBA "):
        return isPipelineSound(part, false);
    case signature("curv"):
    case signature("para"):
        return areCurvesSound(part, 0, 1);
    case signature("mpet"):
    case signature("ncl2"):
        return false;
    default: // texts, colours, measurements: not read for the transform, or of fixed length
        return part.size() >= 8;
    }
}

} // namespace

bool isProfileSound(const QByteArray& profile)
{
    if (profile.size() > largestProfile)
        return false;
    const qint64 size = Part(profile, 0, profile.size()).number(0);
    if (size > profile.size())
        return false;
    const Part whole(profile, 0, size); // one that is too short has no class, no tags or tags at 0
    const quint32 deviceClass = whole.number(12);
    const bool isClassKnown = deviceClass == signature("scnr") || deviceClass == signature("mntr") || deviceClass == signature("prtr") || deviceClass == signature("spac");
    const quint32 connection = whole.number(20);
    if (!isClassKnown || whole.number(16) != signature("RGB ") || (connection != signature("XYZ ") && connection != signature("Lab ")) ||
        whole.number(36) != signature("acsp"))
        return false;
    const quint32 count = whole.number(headerBytes);
    if (count == 0 || count > mostTags)
        return false;
    for (quint32 i = 0; i < count; ++i) {
        const qint64 entry = headerBytes + 4 + qint64(i) * 12;
        const qint64 at = whole.number(entry + 4);
        const qint64 length = whole.number(entry + 8);
        if (at < headerBytes || !whole.has(at, length) || !isTagSound(Part(profile, at, length)))
            return false;
    }
    return true;
}

} // namespace diascope::viewer
