#include "viewer/decode/palette.h"
#include <algorithm>

namespace diascope::viewer
{

namespace
{

using namespace dicom;

QString tr(const char* text) { return QCoreApplication::translate("Decode", text); }

using Words = std::vector<quint16>;
constexpr size_t largestTable = 65536;

Words wordsOf(const QByteArray& bytes)
{
    Words words(size_t(bytes.size()) / 2);
    for (size_t i = 0; i < words.size(); ++i)
        words[i] = quint16(quint8(bytes[qsizetype(2 * i)]) | quint8(bytes[qsizetype(2 * i + 1)]) << 8);
    return words;
}

Words bytesAsWords(const QByteArray& bytes)
{
    Words words;
    for (const char byte : bytes)
        words.push_back(quint8(byte));
    return words;
}

/// Segmented palettes (PS3.3 C.7.9.2): discrete, linear and indirect segments. An indirect segment may not lead to another.
class Segments
{
public:
    explicit Segments(const Words& words, bool isByteData) : m_words(words), m_isByteData(isByteData) {}

    std::optional<Words> expand()
    {
        return run(0, m_words.size(), -1, false) ? std::optional(m_out) : std::nullopt;
    }

private:
    bool run(size_t at, size_t end, int count, bool isIndirect)
    {
        for (int done = 0; at + 2 <= end && (count < 0 || done < count); ++done) {
            const quint16 opcode = m_words[at];
            const size_t length = m_words[at + 1];
            at += 2;
            if (opcode == 0) {
                if (at + length > end || m_out.size() + length > largestTable)
                    return false;
                m_out.insert(m_out.end(), m_words.begin() + qsizetype(at), m_words.begin() + qsizetype(at + length));
                at += length;
            } else if (opcode == 1) {
                if (at >= end || m_out.empty() || length == 0 || m_out.size() + length > largestTable)
                    return false;
                const double from = m_out.back();
                const double to = m_words[at++];
                for (size_t i = 1; i <= length; ++i)
                    m_out.push_back(quint16(std::lround(from + (to - from) * double(i) / double(length))));
            } else if (opcode == 2 && !isIndirect) {
                // The offset is in bytes for 8-bit data; in words written as two words, low first, for 16-bit data.
                const size_t words = m_isByteData ? 4 : 2;
                if (at + words > end)
                    return false;
                size_t offset = 0;
                for (size_t i = 0; i < words; ++i)
                    offset |= size_t(m_words[at + i]) << (i * (m_isByteData ? 8 : 16));
                at += words;
                if (!m_isByteData)
                    offset /= 2;
                if (offset >= m_words.size() || !run(offset, m_words.size(), int(length), true))
                    return false;
            } else {
                return false;
            }
        }
        return true;
    }

    const Words& m_words;
    bool m_isByteData;
    Words m_out;
};

struct Channel
{
    Tag descriptor;
    Tag data;
    Tag segmented;
};

constexpr std::array channels{
    Channel{tag::RedPaletteColorLookupTableDescriptor, tag::RedPaletteColorLookupTableData, tag::SegmentedRedPaletteColorLookupTableData},
    Channel{tag::GreenPaletteColorLookupTableDescriptor, tag::GreenPaletteColorLookupTableData,
            tag::SegmentedGreenPaletteColorLookupTableData},
    Channel{tag::BluePaletteColorLookupTableDescriptor, tag::BluePaletteColorLookupTableData,
            tag::SegmentedBluePaletteColorLookupTableData},
};

} // namespace

const std::array<quint8, 3>& Palette::operator()(qint64 stored) const
{
    return colours[size_t(std::clamp<qint64>(stored - firstMapped, 0, qint64(colours.size()) - 1))];
}

Result<std::shared_ptr<const Palette>> Palette::of(const Dataset& dataset, bool isSigned)
{
    auto palette = std::make_shared<Palette>();
    std::array<Words, channels.size()> tables;
    for (size_t i = 0; i < channels.size(); ++i) {
        const Channel& channel = channels[i];
        const qint64 count = dataset.integer(channel.descriptor, 0).value_or(0) & 0xFFFF;
        qint64 first = dataset.integer(channel.descriptor, 1).value_or(0);
        const auto bits = dataset.integer(channel.descriptor, 2);
        if (!bits)
            return fail(Fault::Damaged, tr("the palette has no usable descriptor"));
        // The descriptor is US or SS as the pixels are; read as the other it is off by 65536.
        if (isSigned && first > 32767)
            first -= 65536;
        if (!isSigned && first < 0)
            first += 65536;
        const bool isByteData = *bits <= 8;
        const size_t entries = count ? size_t(count) : largestTable;
        Words& values = tables[i];
        if (dataset.hasValue(channel.segmented)) {
            const QByteArray bytes = dataset.bytes(channel.segmented);
            auto expanded = Segments(isByteData ? bytesAsWords(bytes) : wordsOf(bytes), isByteData).expand();
            if (!expanded)
                return fail(Fault::Damaged, tr("the segmented palette is broken"));
            values = std::move(*expanded);
        } else {
            const QByteArray bytes = dataset.bytes(channel.data);
            // 8-bit entries stand two in a word or one in a word; both are written. Descriptors that say 16 bits over bytes
            // lie: the length decides.
            const bool isTight = size_t(bytes.size()) < entries * 2;
            const bool isBytes = isTight && (isByteData || size_t(bytes.size()) == entries + entries % 2);
            values = isBytes ? bytesAsWords(bytes) : wordsOf(bytes);
        }
        if (values.empty())
            return fail(Fault::Damaged, tr("the palette has no data"));
        values.resize(std::min(values.size(), entries));
        palette->firstMapped = first;
        palette->colours.resize(std::max(palette->colours.size(), values.size()));
    }
    // Entries said to be 16-bit with 8-bit content exist, and the other way round; all three channels are alike.
    const bool isWide = std::any_of(tables.begin(), tables.end(), [](const Words& table) {
        return std::any_of(table.begin(), table.end(), [](quint16 value) { return value > 255; });
    });
    for (size_t k = 0; k < palette->colours.size(); ++k)
        for (size_t i = 0; i < tables.size(); ++i) {
            const quint16 value = tables[i][std::min(k, tables[i].size() - 1)];
            palette->colours[k][i] = quint8(isWide ? value >> 8 : value);
        }
    return palette;
}

} // namespace diascope::viewer
