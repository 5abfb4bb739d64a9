#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/structure.h"
#include "netclient/dicom/vr.h"
#include <algorithm>
#include <cstring>

namespace diascope::dicom
{

namespace
{

constexpr quint32 undefinedLength = 0xFFFFFFFF;
constexpr quint32 itemTag = 0xFFFEE000;
constexpr quint32 itemEnd = 0xFFFEE00D;
constexpr quint32 sequenceEnd = 0xFFFEE0DD;

quint16 u16(const uchar* at) { return quint16(at[0] | at[1] << 8); }
quint32 u32(const uchar* at) { return quint32(u16(at)) | quint32(u16(at + 2)) << 16; }
quint32 tagAt(const uchar* at) { return quint32(u16(at)) << 16 | u16(at + 2); }

struct Element
{
    quint32 tag = 0;
    quint32 length = 0;
    qint64 value = 0;     // offset
    bool isUnknown = false;
    bool isPersonName = false;
    bool isWord = false;
};

/// PS3.6's VR of what implicit files do not say; only for elements anybody asks QuickHeader for.
bool isPersonNameTag(quint32 tag) { return tag == 0x00100010 || tag == 0x00080090 || tag == 0x00081050 || tag == 0x00081060; }
bool isWordTag(quint32 tag) { return (tag >> 16) == 0x0028 && tag != 0x00280004 && tag != 0x00280008 && tag != 0x00280030; }

std::optional<Element> elementAt(std::span<const uchar> bytes, qint64 at, bool isImplicit)
{
    if (at + 8 > qint64(bytes.size()))
        return std::nullopt;
    const uchar* head = bytes.data() + at;
    Element element{tagAt(head), 0, at + 8};
    if (isImplicit || element.tag >> 16 == 0xFFFE) {
        element.length = u32(head + 4);
        element.isPersonName = isPersonNameTag(element.tag);
        element.isWord = isWordTag(element.tag);
        return element;
    }
    if (!looksLikeVr(head + 4))
        return std::nullopt;
    element.isPersonName = std::memcmp(head + 4, "PN", 2) == 0;
    element.isWord = std::memcmp(head + 4, "US", 2) == 0;
    element.isUnknown = std::memcmp(head + 4, "UN", 2) == 0;
    if (hasShortLength(head + 4)) {
        element.length = u16(head + 6);
        return element;
    }
    if (at + 12 > qint64(bytes.size()))
        return std::nullopt;
    element.length = u32(head + 8);
    element.value = at + 12;
    return element;
}

/// The offset after a sequence or item of undefined length.
std::optional<qint64> skip(std::span<const uchar> bytes, qint64 at, bool isImplicit, quint32 until, int depth)
{
    if (depth > maximumNesting)
        return std::nullopt;
    while (true) {
        const auto element = elementAt(bytes, at, isImplicit);
        if (!element)
            return std::nullopt;
        if (element->tag == until)
            return element->value;
        if (element->length != undefinedLength) {
            at = element->value + element->length;
            continue;
        }
        const quint32 end = element->tag == itemTag ? itemEnd : sequenceEnd;
        const auto after = skip(bytes, element->value, isImplicit || element->isUnknown, end, depth + 1);
        if (!after)
            return std::nullopt;
        at = *after;
    }
}

/// Of these letters every character set makes the same, JIS X 0201 too, and none is taken for a sign of control.
bool isPlain(QByteArrayView bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c < '~' && c != '\\'; });
}

QString withoutPadding(QByteArrayView value)
{
    qsizetype size = value.size();
    while (size > 0 && (value[size - 1] == ' ' || value[size - 1] == '\0'))
        --size;
    return QString::fromLatin1(value.data(), size);
}

} // namespace

std::optional<QuickHeader> QuickHeader::read(std::span<const uchar> bytes, std::span<const Tag> wanted)
{
    if (bytes.size() < 140 || std::memcmp(bytes.data() + 128, "DICM", 4) != 0)
        return std::nullopt;
    QuickHeader header;
    qint64 at = 132;
    while (at + 8 <= qint64(bytes.size()) && u16(bytes.data() + at) == 0x0002) {
        const auto element = elementAt(bytes, at, false);
        if (!element || element->value + element->length > qint64(bytes.size()))
            return std::nullopt;
        if (element->tag == key(tag::TransferSyntaxUID))
            header.m_transferSyntaxUid = withoutPadding(
                QByteArray(reinterpret_cast<const char*>(bytes.data()) + element->value, element->length));
        at = element->value + element->length;
    }
    header.m_datasetOffset = at;
    return header.walk(bytes, at, wanted) ? std::optional(header) : std::nullopt;
}

std::optional<QuickHeader> QuickHeader::readDataset(std::span<const uchar> bytes, const QString& transferSyntaxUid,
                                                    std::span<const Tag> wanted)
{
    QuickHeader header;
    header.m_transferSyntaxUid = transferSyntaxUid;
    return header.walk(bytes, 0, wanted) ? std::optional(header) : std::nullopt;
}

bool QuickHeader::walk(std::span<const uchar> bytes, qint64 at, std::span<const Tag> wanted)
{
    const TransferSyntax syntax = TransferSyntax::fromUid(m_transferSyntaxUid);
    if (m_transferSyntaxUid.isEmpty() || syntax.isBigEndian || syntax.isDeflated)
        return false;
    const auto size = qint64(bytes.size());
    // Files that say one encoding and use the other exist: the full parser sorts them out.
    if (at + 8 <= size && looksLikeVr(bytes.data() + at + 4) != syntax.isExplicit)
        return false;
    quint32 last = key(tag::SpecificCharacterSet);
    for (Tag tag : wanted)
        last = std::max(last, key(tag));
    quint32 previous = 0;
    while (at < size) {
        const auto element = elementAt(bytes, at, !syntax.isExplicit);
        if (!element || element->tag <= previous)
            return false;
        previous = element->tag;
        if (element->tag > last)
            break;
        if (element->length == undefinedLength) {
            const auto after = skip(bytes, element->value, !syntax.isExplicit || element->isUnknown, sequenceEnd, 0);
            if (!after)
                return false;
            at = *after;
            continue;
        }
        if (element->value + element->length > size)
            return false;
        const bool isWanted = element->tag == key(tag::SpecificCharacterSet) ||
                              std::any_of(wanted.begin(), wanted.end(), [&](Tag tag) { return key(tag) == element->tag; });
        if (isWanted && element->length < 65536) {
            m_values.push_back({element->tag, m_bytes.size(), qsizetype(element->length), element->isPersonName, element->isWord});
            m_bytes.append(reinterpret_cast<const char*>(bytes.data()) + element->value, qsizetype(element->length));
        }
        at = element->value + element->length;
    }
    if (const Value* set = find(tag::SpecificCharacterSet))
        m_characterSet = withoutPadding(bytesOf(*set)).trimmed();
    return true;
}

const QuickHeader::Value* QuickHeader::find(Tag tag) const
{
    const auto found = std::lower_bound(m_values.begin(), m_values.end(), key(tag), [](const Value& value, quint32 wanted) { return value.key < wanted; });
    return found != m_values.end() && found->key == key(tag) ? &*found : nullptr;
}

QString QuickHeader::text(Tag tag) const
{
    const Value* found = find(tag);
    if (!found)
        return {};
    const QByteArrayView plain(m_bytes.constData() + found->from, found->length);
    if (found->isWord) {
        QStringList words;
        for (qsizetype i = 0; i + 1 < plain.size(); i += 2)
            words << QString::number(u16(reinterpret_cast<const uchar*>(plain.data()) + i));
        return words.join(u'\\');
    }
    if (const QByteArrayView unpadded = plain.endsWith('\0') ? plain.chopped(1) : plain; isPlain(unpadded)) {
        const auto first = std::find_if(unpadded.begin(), unpadded.end(), [](char c) { return c != ' '; });
        return withoutPadding(QByteArrayView(first, unpadded.end()));
    }
    QStringList values = decodeText(bytesOf(*found), m_characterSet, found->isPersonName ? "^=\\" : "\\").split(u'\\');
    for (QString& value : values) {
        while (value.endsWith(u' '))
            value.chop(1);
        while (value.startsWith(u' '))
            value.remove(0, 1);
    }
    return values.join(u'\\');
}

std::optional<qint64> QuickHeader::integer(Tag tag) const
{
    bool isNumber = false;
    const double number = text(tag).section(u'\\', 0, 0).toDouble(&isNumber);
    if (!isNumber || !(std::abs(number) <= 9.0e15))
        return std::nullopt;
    return qint64(number);
}

} // namespace diascope::dicom
