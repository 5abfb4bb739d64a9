#pragma once
#include "netclient/base/error.h"
#include <QByteArray>
#include <QDateTime>
#include <QStringList>
#include <initializer_list>
#include <vector>

namespace diascope::hl7
{

/// The characters a message is written with, from MSH-1 and MSH-2 (HL7 v2.5.1 §2.5.4).
struct Delimiters
{
    QChar field = u'|';
    QChar component = u'^';
    QChar repetition = u'~';
    QChar escape = u'\\';
    QChar subcomponent = u'&';
    friend bool operator==(const Delimiters&, const Delimiters&) = default;
};

/// Plain text → field text (§2.7): delimiters become \F\ \S\ \T\ \R\ \E\, line breaks \.br\, any other control character
/// \Xhh\, so that nothing in a text can end a field, a segment or an MLLP frame.
QString escape(const QString& text, const Delimiters& delimiters = {});
/// Field text → plain text. \.br\ and \.sp\ become line breaks, \H\ and \N\ vanish, what we do not know stays as it is.
QString unescape(const QString& text, const Delimiters& delimiters = {});

/// One segment. Fields, repetitions, components and subcomponents count from 1 as in the standard; MSH-1 is the field
/// delimiter itself. What is absent reads as empty text. Texts given and returned are plain; escaping happens inside.
class Segment
{
public:
    explicit Segment(const QString& name = {}, const Delimiters& delimiters = {});

    QString name() const { return m_name; }
    int fieldCount() const; ///< the highest field number that is there
    int repetitionCount(int field) const;
    int componentCount(int field, int repetition = 1) const;
    QString text(int field, int component = 1, int repetition = 1, int subcomponent = 1) const;
    /// The field exactly as it stands in the message, still escaped.
    QString raw(int field) const;

    Segment& set(int field, const QString& text);
    Segment& set(int field, int component, const QString& text, int repetition = 1, int subcomponent = 1);
    /// A whole field of components: set(5, {"Doe", "Jane"}).
    Segment& setComponents(int field, const QStringList& components, int repetition = 1);
    /// Text that already is escaped and may hold delimiters.
    Segment& setRaw(int field, const QString& text);

private:
    friend class Message;
    QString m_name;
    Delimiters m_delimiters;
    std::vector<QString> m_fields; // raw; m_fields[0] is field 1; in MSH m_fields[0] is MSH-1
};

/// An HL7 v2 message as a value.
class Message
{
public:
    /// An empty message: set MSH first.
    explicit Message(const Delimiters& delimiters = {}) : m_delimiters(delimiters) {}
    /// A message with its MSH: type "ORU^R01^ORU_R01", version 2.5.1, production, `characterSet` into MSH-18.
    static Message create(const QString& type, const QString& controlId, const QDateTime& time,
                          const QString& characterSet = QStringLiteral("UNICODE UTF-8"));

    /// Segments end with CR, LF or CRLF. Damaged: no MSH, or a segment without a name.
    static Result<Message> parse(const QString& text);
    /// Decodes by MSH-18 first; where it is empty by `assumed`, else as UTF-8. Bytes that fit no character become U+FFFD,
    /// never a guess. Unsupported: a character set we do not know.
    static Result<Message> fromBytes(const QByteArray& bytes, const QString& assumed = {});
    /// MSH alone, read as ISO 8859-1: in every set we speak it is ASCII up to MSH-18, or later text does not matter.
    static Result<Message> headerOf(const QByteArray& bytes);

    QString toText() const; ///< segments ended by CR
    /// In the character set of MSH-18 (empty: ASCII). Unsupported: a character does not fit it (never question marks).
    Result<QByteArray> toBytes() const;

    const Delimiters& delimiters() const { return m_delimiters; }
    const std::vector<Segment>& segments() const { return m_segments; }
    std::vector<Segment>& segments() { return m_segments; }
    const Segment* segment(const QString& name, int occurrence = 1) const; ///< nullptr: not there
    Segment* segment(const QString& name, int occurrence = 1);
    int count(const QString& name) const;
    Segment& add(const QString& name); ///< appends; the reference holds until the next add

    /// By path: "PID-5.2", "PID-3(2).1", "OBX(3)-5", "MSH-9"; empty text where absent or where the path is none.
    QString text(const QString& path) const;

    QString type() const;      ///< "ORU^R01"
    QString controlId() const; ///< MSH-10
    QString characterSet() const; ///< MSH-18, first repetition

private:
    Delimiters m_delimiters;
    std::vector<Segment> m_segments;
};

enum class AckCode { Accepted, Error, Rejected, CommitAccepted, CommitError, CommitRejected }; ///< AA AE AR CA CE CR (table 0008)
QString code(AckCode ack);

/// The answer to `received`: sender and receiver swapped, MSA-1 and MSA-2 filled, same version and character set.
Message acknowledge(const Message& received, AckCode ack, const QString& text = {});

/// HL7 time stamp (TS/DTM): 20180107140312+0100; a date alone: 20180107.
QString timestamp(const QDateTime& time);

/// Table 0211 names we speak ("UNICODE UTF-8", "8859/1", "GB 18030-2000", "ASCII" …).
QStringList characterSets();
/// Unsupported: unknown set, or a character that does not fit (the error names the set, not the text).
Result<QByteArray> encode(const QString& text, const QString& characterSet);
Result<QString> decode(const QByteArray& bytes, const QString& characterSet);

} // namespace diascope::hl7
