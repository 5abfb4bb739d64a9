#pragma once
#include "netclient/dicom/dataset.h"
#include <span>
#include <vector>

namespace diascope::dicom
{

/// The top-level elements somebody asked for, read from a Part 10 file's first bytes without building a tree: some twenty
/// times cheaper than Dataset::read, for indexing and for looking into what a peer just sent. Values are copies.
class QuickHeader
{
public:
    /// Reads `wanted` (any order) from a Part 10 file's bytes; `bytes` may end anywhere after the last wanted element.
    /// Nothing for what only the full parser can read: no header, deflated, mixed encodings, or bytes that end too early.
    /// The file's structure is not checked beyond what is passed over: that is structure.h.
    static std::optional<QuickHeader> read(std::span<const uchar> bytes, std::span<const Tag> wanted);
    /// The same for a dataset without preamble and file meta header, in a known transfer syntax (what DIMSE carries).
    static std::optional<QuickHeader> readDataset(std::span<const uchar> bytes, const QString& transferSyntaxUid,
                                                  std::span<const Tag> wanted);

    QString transferSyntaxUid() const { return m_transferSyntaxUid; }
    bool contains(Tag tag) const { return find(tag) != nullptr; }
    /// All values joined by '\', decoded, padding removed. US values are given as digits.
    QString text(Tag tag) const;
    std::optional<qint64> integer(Tag tag) const;
    /// Where the dataset begins, in bytes from the start of the file.
    qint64 datasetOffset() const { return m_datasetOffset; }

private:
    struct Value
    {
        quint32 key;
        qsizetype from, length; ///< in m_bytes
        bool isPersonName, isWord;
    };
    static quint32 key(Tag tag) { return quint32(tag.group) << 16 | tag.element; }
    const Value* find(Tag tag) const;
    QByteArray bytesOf(const Value& value) const { return m_bytes.mid(value.from, value.length); }
    bool walk(std::span<const uchar> bytes, qint64 at, std::span<const Tag> wanted);

    std::vector<Value> m_values; ///< in the order of their tags
    QByteArray m_bytes;          ///< one value behind the other
    QString m_transferSyntaxUid;
    QString m_characterSet;
    qint64 m_datasetOffset = 0;
};

} // namespace diascope::dicom
