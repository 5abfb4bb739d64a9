#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/tags.h"
#include "netclient/dicom/transfer_syntax.h"
#include <QByteArray>
#include <QStringList>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

class DcmItem;
class DcmFileFormat;

namespace diascope::dicom
{

/// A DICOM dataset or an item of one of its sequences. A handle: copies share the same elements. Reading is const and may
/// happen in several threads only on different files; a dataset that is written to belongs to one thread.
/// Text goes through the character set in force for the item (PS3.3 C.12.1.1.2), item by item, value by value; bytes that
/// fit no character set become U+FFFD, never a guess that looks like a letter.
class Dataset
{
public:
    /// An empty dataset in UTF-8 (ISO_IR 192).
    Dataset();

    /// Reads a Part 10 file, or a bare dataset. Values over 4 kB stay in the file until asked for, so headers are cheap.
    /// The structure is checked before parsing (structure.h). Errors: NotFound, Unreadable, NotDicom, Damaged.
    static Result<Dataset> read(const QString& path);
    /// A Part 10 file's bytes.
    static Result<Dataset> fromBytes(const QByteArray& bytes);
    /// A deep copy of a DCMTK item (adapters in .cpp files only).
    static Dataset copyOf(DcmItem& item);

    /// Writes a Part 10 file with a file meta header of ours; an existing file is replaced at once by rename.
    /// Errors: Unsupported (the pixels would have to be transcoded), DiskFull, Unreadable.
    Result<void> write(const QString& path, const QString& transferSyntaxUid) const;

    /// Brings the pixels into an uncompressed syntax by DCMTK's decoders, where registered. Errors: Unsupported; Damaged (the file
    /// does not hold the frames that its header names; asked before memory is taken for them).
    Result<void> decompress(const QString& transferSyntaxUid);

    TransferSyntax transferSyntax() const;
    Dataset deepCopy() const;

    bool contains(Tag tag) const;         ///< the element is there, maybe empty
    bool hasValue(Tag tag) const;         ///< there and not empty
    QString text(Tag tag) const;          ///< all values joined by '\', padding removed; empty if absent
    QStringList texts(Tag tag) const;     ///< value by value
    /// Any numeric VR, DS, IS, always finite; nothing if absent, no number or not finite: FD and FL can hold both.
    std::optional<double> number(Tag tag, int index = 0) const;
    /// The first `most`; empty if one of them is none.
    std::vector<double> numbers(Tag tag, int most = std::numeric_limits<int>::max()) const;
    qint64 lengthOf(Tag tag) const; ///< bytes of the value, without reading it
    std::optional<qint64> integer(Tag tag, int index = 0) const; ///< nothing beyond ±9e15, where numbers are no integers any more
    std::vector<qint64> integers(Tag tag, int most = std::numeric_limits<int>::max()) const;
    QByteArray bytes(Tag tag) const;      ///< the value as stored, little-endian words
    /// The same without a copy: it keeps the dataset, which is not to be written to any more.
    std::shared_ptr<const QByteArray> sharedBytes(Tag tag) const;
    std::vector<Dataset> items(Tag tag) const;
    std::optional<Dataset> item(Tag tag, int index = 0) const;
    /// Every tag of this level, ascending.
    std::vector<Tag> tags() const;

    /// Errors: Unsupported where the text does not fit the dataset's character set (never question marks).
    Result<void> setText(Tag tag, const QString& text);
    void setNumber(Tag tag, double value);
    void setNumbers(Tag tag, const std::vector<double>& values);
    void setBytes(Tag tag, const QByteArray& bytes); ///< OB, OW, UN; word VRs take little-endian words
    Dataset addItem(Tag tag);                        ///< appends an item to a sequence, creating it
    void setEmpty(Tag tag);                          ///< type 2 element without value
    void remove(Tag tag);

    /// The Specific Character Set in force, as stored: "ISO_IR 100", "\ISO 2022 IR 58".
    QString characterSet() const { return m_characterSet; }
    /// Reads text as if this character set were declared: for sources known to declare a wrong one.
    void overrideCharacterSet(const QString& characterSet) { m_characterSet = characterSet; }
    /// What to assume for non-ASCII text without a declared character set, process-wide (empty: valid UTF-8 or nothing).
    static void setAssumedCharacterSet(const QString& characterSet);

    /// For adapters in .cpp files that include DCMTK.
    DcmItem& dcmtk() const { return *m_item; }

private:
    Dataset(std::shared_ptr<DcmFileFormat> file, DcmItem* item, QString characterSet);
    std::shared_ptr<DcmFileFormat> m_file; // keeps m_item alive
    DcmItem* m_item;
    QString m_characterSet;
};

/// Decodes bytes of the given Specific Character Set. Control characters that may not be there and marks that turn the order
/// of letters round become U+FFFD (FIL-18). `delimiters`: characters that reset ISO 2022 ("^=\\" for PN).
QString decodeText(const QByteArray& bytes, const QString& characterSet, const char* delimiters = "");
/// Encodes; nothing if a character does not fit.
std::optional<QByteArray> encodeText(const QString& text, const QString& characterSet);

} // namespace diascope::dicom
