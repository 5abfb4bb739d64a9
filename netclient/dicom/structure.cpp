#include "netclient/dicom/structure.h"
#include "netclient/dicom/byte_window.h"
#include "netclient/dicom/inflate.h"
#include "netclient/dicom/vr.h"
#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace diascope::dicom
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dicom", text); }

constexpr quint32 undefinedLength = 0xFFFFFFFF;

class Walker
{
public:
    explicit Walker(ByteWindow& bytes) : m_bytes(bytes), m_size(m_bytes.size()) {}

    Result<Encoding> walk()
    {
        const auto walked = walkAll();
        if (m_bytes.hasFailed())
            return fail(Fault::Unreadable, tr("the file cannot be read to its end"));
        if (!walked)
            return std::unexpected(walked.error());
        return m_encoding;
    }

private:
    Result<void> walkAll()
    {
        const uchar* magic = m_bytes.at(128, 4);
        if (magic && std::memcmp(magic, "DICM", 4) == 0) {
            m_at = 132;
            if (auto meta = walkMeta(); !meta)
                return meta;
        } else if (!guessHeaderless()) {
            return fail(Fault::NotDicom, tr("the file has no DICOM header"));
        }
        m_encoding = {m_at, m_isImplicit, m_isBigEndian, m_isMislabelled, m_isDeflated};
        return m_isDeflated ? walkDeflated() : walkDataset();
    }

    struct Level
    {
        qint64 end;          // first byte after it; m_size if its length is undefined
        bool hasUndefinedLength;
        bool isItem;         // else a sequence
        bool isImplicit;     // inside UN sequences the encoding is implicit (PS3.5 §6.2.2)
        bool isPixels = false;
    };

    // 0 beyond the end; who asks has checked, or the file could not be read.
    quint16 u16(qint64 at)
    {
        const uchar* p = m_bytes.at(at, 2);
        return !p ? quint16(0) : m_isBigEndian ? quint16(p[0] << 8 | p[1]) : quint16(p[1] << 8 | p[0]);
    }
    quint32 u32(qint64 at)
    {
        return m_isBigEndian ? quint32(u16(at)) << 16 | u16(at + 2) : quint32(u16(at + 2)) << 16 | u16(at);
    }

    Result<void> damaged(quint32 tag, const char* what) const
    {
        return fail(Fault::Damaged, tr("%1 (element %2,%3 at byte %4)")
                                        .arg(tr(what))
                                        .arg(tag >> 16, 4, 16, QLatin1Char('0'))
                                        .arg(tag & 0xffff, 4, 16, QLatin1Char('0'))
                                        .arg(m_at));
    }

    using Vr = std::array<uchar, 2>;
    static bool isVr(Vr vr, const char* name) { return vr[0] == uchar(name[0]) && vr[1] == uchar(name[1]); }
    static bool isShortVr(Vr vr) { return hasShortLength(vr.data()); }
    static bool isLongVr(Vr vr)
    {
        static constexpr const char* names[] = {"OB", "OW", "OF", "OD", "OL", "OV", "SQ", "UN", "UC", "UR", "UT", "SV", "UV"};
        return std::any_of(std::begin(names), std::end(names), [vr](const char* name) { return isVr(vr, name); });
    }
    static bool looksLikeVr(Vr vr) { return dicom::looksLikeVr(vr.data()); }
    Vr vrAt(qint64 at)
    {
        const uchar* p = m_bytes.at(at, 2);
        return p ? Vr{p[0], p[1]} : Vr{};
    }

    Result<void> walkMeta()
    {
        bool isFirst = true;
        while (m_at + 8 <= m_size && u16(m_at) == 0x0002) {
            const quint32 tag = quint32(u16(m_at)) << 16 | u16(m_at + 2);
            const Vr vr = vrAt(m_at + 4);
            // Some writers leave the VRs out here too, against PS3.10 §7.1; their group begins with them left out.
            const bool isImplicit = !looksLikeVr(vr) && (m_isMetaImplicit || isFirst);
            if (!isImplicit && !isShortVr(vr) && !isLongVr(vr))
                return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "the file meta header is broken"));
            m_isMetaImplicit = isImplicit;
            isFirst = false;
            const bool isLong = isLongVr(vr);
            if (m_at + (isLong ? 12 : 8) > m_size)
                return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "the file ends too early"));
            const qint64 length = isLong ? u32(m_at + 8) : isImplicit ? u32(m_at + 4) : u16(m_at + 6);
            const qint64 value = m_at + (isLong ? 12 : 8);
            if (value + length > m_size)
                return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "the file ends too early"));
            if (tag == 0x00020010) {
                const uchar* from = m_bytes.at(value, length);
                QByteArray uid(reinterpret_cast<const char*>(from), from ? length : 0);
                while (uid.endsWith('\0') || uid.endsWith(' '))
                    uid.chop(1);
                m_isImplicit = uid == "1.2.840.10008.1.2";
                m_nextIsBigEndian = uid == "1.2.840.10008.1.2.2";
                m_isDeflated = uid == "1.2.840.10008.1.2.1.99";
            }
            m_at = value + length;
        }
        if (m_at >= m_size)
            return fail(Fault::Damaged, tr("the file ends after its header: there is no dataset"));
        m_isBigEndian = m_nextIsBigEndian;
        if (m_isDeflated || m_at + 8 > m_size)
            return {};
        // Files that say one encoding and use another exist; the bytes decide.
        constexpr quint16 swappedIdentifyingGroup = 0x0800;
        const bool isSwapped = u16(m_at) == swappedIdentifyingGroup;
        const bool saysImplicit = m_isImplicit;
        m_isBigEndian ^= isSwapped;
        m_isImplicit = !looksLikeVr(vrAt(m_at + 4));
        m_isMislabelled = isSwapped || (saysImplicit && !m_isImplicit);
        return {};
    }

    Result<void> walkDeflated()
    {
        const uchar* deflated = m_bytes.at(m_at, m_size - m_at);
        std::unique_lock<std::mutex> turn; // held while the bytes are
        const auto dataset = inflated(deflated, deflated ? m_size - m_at : 0, turn);
        if (!dataset)
            return std::unexpected(dataset.error());
        ByteWindow bytes(reinterpret_cast<const uchar*>(dataset->constData()), dataset->size());
        return Walker(bytes).walkDataset();
    }

    bool guessHeaderless()
    {
        if (m_size < 16)
            return false;
        const quint16 group = u16(0);
        if (group != 0x0008 && group != 0x0002)
            return false;
        m_isImplicit = !looksLikeVr(vrAt(4));
        const quint16 element = u16(2);
        return !m_isImplicit || (element <= 0x0070 && u32(4) < 1024);
    }

    Result<void> walkDataset()
    {
        std::vector<Level> levels;
        while (true) {
            while (!levels.empty() && !levels.back().hasUndefinedLength && m_at >= levels.back().end)
                levels.pop_back();
            const qint64 end = levels.empty() ? m_size : levels.back().end;
            if (m_at >= end) {
                if (levels.empty())
                    return {};
                return damaged(0, QT_TRANSLATE_NOOP("Dicom", "the file ends inside a sequence"));
            }
            if (levels.empty() && end - m_at < 8)
                return {}; // trailing padding after the dataset
            if (end - m_at < 8)
                return damaged(0, QT_TRANSLATE_NOOP("Dicom", "the file ends too early"));
            if (auto next = walkElement(levels, end); !next)
                return next;
        }
    }

    Result<void> walkElement(std::vector<Level>& levels, qint64 end)
    {
        const quint32 tag = quint32(u16(m_at)) << 16 | u16(m_at + 2);
        const bool isInSequence = !levels.empty() && !levels.back().isItem;
        bool isImplicit = levels.empty() ? m_isImplicit : levels.back().isImplicit;
        if (tag == 0xFFFEE00D || tag == 0xFFFEE0DD) { // item and sequence delimitation
            m_at += 8;
            if (!levels.empty())
                levels.pop_back();
            return {};
        }
        if (isInSequence) {
            if (tag != 0xFFFEE000)
                return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "a sequence holds something that is no item"));
            const quint32 length = u32(m_at + 4);
            m_at += 8;
            if (length != undefinedLength && qint64(length) > end - m_at)
                return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "an item is longer than what holds it"));
            if (levels.back().isPixels) {
                if (length == undefinedLength)
                    return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "a pixel fragment has no length"));
                m_at += length;
                return {};
            }
            return push(levels, tag, {length == undefinedLength ? end : m_at + length, length == undefinedLength, true, isImplicit});
        }
        qint64 value = m_at + 8;
        quint32 length = u32(m_at + 4);
        bool isSequence = false;
        bool isUnknown = false;
        if (!isImplicit && tag != 0xFFFEE000) {
            const Vr vr = vrAt(m_at + 4);
            isSequence = isVr(vr, "SQ");
            isUnknown = isVr(vr, "UN");
            if (!looksLikeVr(vr)) {
                isImplicit = true; // one element without VR among others: the parser takes it so too
            } else if (!isShortVr(vr)) { // a VR of the future has a long length (PS3.5 §6.2)
                if (end - m_at < 12)
                    return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "the file ends too early"));
                value = m_at + 12;
                length = u32(m_at + 8);
            } else {
                length = u16(m_at + 6);
            }
        }
        if (length == undefinedLength) {
            m_at = value;
            const bool isPixels = tag == 0x7FE00010;
            return push(levels, tag, {end, true, false, isImplicit || isUnknown, isPixels});
        }
        if (qint64(length) > end - value)
            return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "the file ends inside a value, or its length is wrong"));
        m_at = value;
        // In implicit encoding a sequence of defined length shows by its first item's tag.
        if (isImplicit && length >= 8 && u16(value) == 0xFFFE && u16(value + 2) == 0xE000)
            isSequence = true;
        if (isSequence)
            return push(levels, tag, {value + length, false, false, isImplicit});
        m_at = value + length;
        return {};
    }

    Result<void> push(std::vector<Level>& levels, quint32 tag, Level level)
    {
        levels.push_back(level);
        if (levels.size() > 2 * size_t(maximumNesting))
            return damaged(tag, QT_TRANSLATE_NOOP("Dicom", "sequences are nested too deeply"));
        return {};
    }

    ByteWindow& m_bytes;
    qint64 m_size;
    qint64 m_at = 0;
    bool m_isBigEndian = false;
    bool m_nextIsBigEndian = false;
    bool m_isImplicit = false;
    bool m_isDeflated = false;
    bool m_isMetaImplicit = false;
    bool m_isMislabelled = false;
    Encoding m_encoding;
};

} // namespace

Result<Encoding> checkStructure(const uchar* bytes, qint64 size)
{
    ByteWindow window(bytes, size);
    return Walker(window).walk();
}

Result<Encoding> checkStructure(ByteWindow& bytes)
{
    if (bytes.size() == 0)
        return fail(Fault::NotDicom, tr("the file is empty"));
    return Walker(bytes).walk();
}

Result<Encoding> checkStructure(const QString& path)
{
    const QFileInfo info(path);
    if (!info.exists())
        return fail(Fault::NotFound, tr("there is no file %1").arg(path));
    if (!info.isFile())
        return fail(Fault::Unreadable, tr("%1 is not a plain file").arg(path));
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(Fault::Unreadable, tr("%1: %2").arg(path, file.errorString()));
    return checkStructure(file);
}

Result<Encoding> checkStructure(QFile& file)
{
    ByteWindow bytes(file);
    return checkStructure(bytes);
}

} // namespace diascope::dicom
