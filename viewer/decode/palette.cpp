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
    for (size_t i = 0; i < channels.size(); ++i) {
        const Channel& channel = channels[i];
        const auto count = dataset.integer(channel.descriptor, 0);
        auto first = dataset.integer(channel.descriptor, 1);
        const auto bits = dataset.integer(channel.descriptor, 2);
        if (!count || !first || !bits || (*bits != 8 && *bits != 16))
            return fail(Fault::Damaged, tr("the palette has no usable descriptor"));
        if (isSigned && *first > 32767)
            first = *first - 65536;
        const size_t entries = size_t(*count & 0xFFFF) ? size_t(*count & 0xFFFF) : largestTable;
        Words values;
        if (dataset.hasValue(channel.segmented)) {
            const QByteArray bytes = dataset.bytes(channel.segmented);
            auto expanded = Segments(*bits == 8 ? bytesAsWords(bytes) : wordsOf(bytes), *bits == 8).expand();
            if (!expanded)
                return fail(Fault::Damaged, tr("the segmented palette is broken"));
            values = std::move(*expanded);
        } else {
            const QByteArray bytes = dataset.bytes(channel.data);
            // 8-bit entries stand two in a word or one in a word; both are written.
            values = *bits == 8 && size_t(bytes.size()) < entries * 2 ? bytesAsWords(bytes) : wordsOf(bytes);
        }
        if (values.empty())
            return fail(Fault::Damaged, tr("the palette has no data"));
        values.resize(std::min(values.size(), entries));
        // Entries said to be 16-bit with 8-bit content exist.
        const bool isWide = *bits == 16 && std::any_of(values.begin(), values.end(), [](quint16 v) { return v > 255; });
        if (palette->colours.size() < values.size()) {
            const std::array<quint8, 3> last = palette->colours.empty() ? std::array<quint8, 3>{} : palette->colours.back();
            palette->colours.resize(values.size(), last);
        }
        for (size_t k = 0; k < palette->colours.size(); ++k) {
            const quint16 value = values[std::min(k, values.size() - 1)];
            palette->colours[k][i] = quint8(isWide ? value >> 8 : value);
        }
        palette->firstMapped = *first;
    }
    return palette;
}

} // namespace diascope::viewer
