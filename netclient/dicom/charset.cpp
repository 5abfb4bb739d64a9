#include "netclient/dicom/dataset.h"
#include <QMutex>
#include <QStringDecoder>
#include <array>
#include <cstring>
#include <iconv.h>
#include <map>

namespace diascope::dicom
{

namespace
{

QMutex assumedMutex;
QString assumedCharacterSet;

constexpr char escape = '\x1b';

/// One repertoire of PS3.3 C.12.1.1.2: what iconv calls it, and how ISO 2022 switches to it.
struct Repertoire
{
    enum class Kind {
        Whole,    ///< no code extension: ISO_IR 192, GB18030, GBK
        Single,   ///< one byte a character in G1
        Katakana, ///< JIS X 0201: katakana in G1, and romaji in G0
        DoubleG1, ///< two bytes with the high bit
        DoubleG0, ///< two 7-bit bytes; a byte 0x5C in it is no backslash
    };
    const char* number; // of "ISO_IR 100", "ISO 2022 IR 100"
    const char* iconvName;
    const char* escapeSequence; // after ESC
    Kind kind;
};

constexpr std::array repertoires{
    Repertoire{"100", "ISO-8859-1", "-A", Repertoire::Kind::Single},
    Repertoire{"101", "ISO-8859-2", "-B", Repertoire::Kind::Single},
    Repertoire{"109", "ISO-8859-3", "-C", Repertoire::Kind::Single},
    Repertoire{"110", "ISO-8859-4", "-D", Repertoire::Kind::Single},
    Repertoire{"126", "ISO-8859-7", "-F", Repertoire::Kind::Single},
    Repertoire{"127", "ISO-8859-6", "-G", Repertoire::Kind::Single},
    Repertoire{"138", "ISO-8859-8", "-H", Repertoire::Kind::Single},
    Repertoire{"144", "ISO-8859-5", "-L", Repertoire::Kind::Single},
    Repertoire{"148", "ISO-8859-9", "-M", Repertoire::Kind::Single},
    Repertoire{"203", "ISO-8859-15", "-b", Repertoire::Kind::Single},
    Repertoire{"166", "TIS-620", "-T", Repertoire::Kind::Single},
    Repertoire{"13", "", ")I", Repertoire::Kind::Katakana},
    Repertoire{"87", "EUC-JP", "$B", Repertoire::Kind::DoubleG0},
    Repertoire{"159", "EUC-JP", "$(D", Repertoire::Kind::DoubleG0},
    Repertoire{"149", "EUC-KR", "$)C", Repertoire::Kind::DoubleG1},
    Repertoire{"58", "GB2312", "$)A", Repertoire::Kind::DoubleG1},
    Repertoire{"192", "UTF-8", "", Repertoire::Kind::Whole},
    Repertoire{"GB18030", "GB18030", "", Repertoire::Kind::Whole},
    Repertoire{"GBK", "GBK", "", Repertoire::Kind::Whole},
};

const Repertoire* repertoireOf(const QString& term)
{
    QString number = term.trimmed();
    for (const char* prefix : {"ISO_IR ", "ISO 2022 IR ", "ISO-IR ", "ISO_IR", "ISO 2022"})
        if (number.startsWith(QLatin1String(prefix))) {
            number = number.mid(qstrlen(prefix)).trimmed();
            break;
        }
    for (const Repertoire& repertoire : repertoires)
        if (number == QLatin1String(repertoire.number))
            return &repertoire;
    return nullptr;
}

/// A thread's iconv descriptors: dear to open, and not shared between threads.
class Converters
{
public:
    ~Converters()
    {
        for (auto& [names, descriptor] : m_open)
            if (descriptor != invalid)
                iconv_close(descriptor);
    }
    std::optional<QByteArray> convert(const QByteArray& from, const QByteArray& to, QByteArray bytes)
    {
        auto [at, isNew] = m_open.try_emplace({from, to}, invalid);
        if (isNew)
            at->second = iconv_open(to.constData(), from.constData());
        if (at->second == invalid)
            return std::nullopt;
        iconv(at->second, nullptr, nullptr, nullptr, nullptr);
        QByteArray out(bytes.size() * 4 + 16, Qt::Uninitialized);
        char* in = bytes.data();
        char* put = out.data();
        size_t inLeft = size_t(bytes.size());
        size_t outLeft = size_t(out.size());
        if (iconv(at->second, &in, &inLeft, &put, &outLeft) == size_t(-1))
            return std::nullopt;
        out.truncate(put - out.data());
        return out;
    }

private:
    static inline const iconv_t invalid = iconv_t(-1);
    std::map<std::pair<QByteArray, QByteArray>, iconv_t> m_open;
};

std::optional<QByteArray> convert(const QByteArray& from, const QByteArray& to, const QByteArray& bytes)
{
    thread_local Converters converters;
    return converters.convert(from, to, bytes);
}

bool isAscii(const QByteArray& bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return uchar(c) < 0x80 && c != escape; });
}

std::optional<QString> asUtf8(const QByteArray& bytes)
{
    // Stateless: a letter cut off at the end is an error, and not the beginning of what may follow.
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    return decoder.hasError() ? std::nullopt : std::optional(text);
}

QString asciiOnly(const QByteArray& bytes)
{
    QString text;
    for (char c : bytes)
        text += uchar(c) < 0x80 ? QChar(u'\0' + c) : QChar(QChar::ReplacementCharacter);
    return text;
}

QString decodeRun(const QByteArray& run, const Repertoire* repertoire)
{
    if (!repertoire)
        return asciiOnly(run);
    QByteArray bytes;
    switch (repertoire->kind) {
    case Repertoire::Kind::Katakana: {
        QString text;
        for (char c : run)
            text += uchar(c) >= 0xA1 && uchar(c) <= 0xDF ? QChar(0xFF61 + uchar(c) - 0xA1)
                    : uchar(c) < 0x80                    ? QChar(u'\0' + c)
                                                         : QChar(QChar::ReplacementCharacter);
        return text;
    }
    case Repertoire::Kind::DoubleG0:
        for (qsizetype i = 0; i + 1 < run.size(); i += 2) {
            if (QLatin1String(repertoire->number) == QLatin1String("159"))
                bytes += '\x8f';
            bytes += char(run[i] | 0x80);
            bytes += char(run[i + 1] | 0x80);
        }
        break;
    default:
        bytes = run;
    }
    if (const auto utf8 = convert(repertoire->iconvName, "UTF-8", bytes))
        return QString::fromUtf8(*utf8);
    return asciiOnly(run);
}

/// ISO 2022 as PS3.5 §6.1.2.4 uses it: G0 and G1, reset at delimiters and control characters.
QString decodeExtended(const QByteArray& bytes, const Repertoire* initial, const char* delimiters)
{
    QString text;
    QByteArray run;
    const Repertoire* g0 = nullptr; // null: ASCII
    const Repertoire* g1 = initial;
    const Repertoire* runOf = nullptr;
    const auto flush = [&] {
        text += decodeRun(run, runOf);
        run.clear();
    };
    const auto append = [&](const Repertoire* repertoire, char c) {
        if (repertoire != runOf)
            flush();
        runOf = repertoire;
        run += c;
    };
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        if (c == escape) {
            flush();
            const QByteArray rest = bytes.mid(i + 1, 3);
            if (rest.startsWith("(B") || rest.startsWith("(J")) {
                g0 = nullptr;
                i += 2;
                continue;
            }
            for (const Repertoire& repertoire : repertoires) {
                const QByteArray sequence(repertoire.escapeSequence);
                if (sequence.isEmpty() || !rest.startsWith(sequence))
                    continue;
                (repertoire.kind == Repertoire::Kind::DoubleG0 ? g0 : g1) = &repertoire;
                i += sequence.size();
                break;
            }
            continue;
        }
        const bool isControl = uchar(c) < 0x20;
        if (g0 && !isControl && uchar(c) < 0x80) {
            append(g0, c);
            if (i + 1 < bytes.size() && bytes[i + 1] != escape)
                append(g0, bytes[++i]);
        } else if (uchar(c) >= 0x80) {
            append(g1, c);
        } else {
            append(nullptr, c);
            if (isControl || std::strchr(delimiters, c)) {
                g0 = nullptr;
                // Where the first value names no G1 set, bytes after a delimiter without a new escape can only mean the last one.
                g1 = initial ? initial : g1;
            }
        }
    }
    flush();
    return text;
}

/// The bytes of one character in a repertoire; nothing: it is not in it.
std::optional<QByteArray> encodeCharacter(uint codePoint, const Repertoire& repertoire)
{
    if (repertoire.kind == Repertoire::Kind::Katakana)
        return codePoint >= 0xFF61 && codePoint <= 0xFF9F ? std::optional(QByteArray(1, char(codePoint - 0xFF61 + 0xA1))) : std::nullopt;
    auto bytes = convert("UTF-8", repertoire.iconvName, QString::fromUcs4(reinterpret_cast<const char32_t*>(&codePoint), 1).toUtf8());
    if (!bytes || repertoire.kind != Repertoire::Kind::DoubleG0)
        return bytes;
    // EUC-JP holds JIS X 0208, after 0x8F JIS X 0212, and after 0x8E the katakana of JIS X 0201.
    const bool isJis0212 = bytes->startsWith('\x8f');
    if (bytes->startsWith('\x8e') || bytes->size() < 2 || isJis0212 != (QLatin1String(repertoire.number) == QLatin1String("159")))
        return std::nullopt;
    *bytes = bytes->right(2);
    for (char& byte : *bytes)
        byte = char(byte & 0x7f);
    return bytes;
}

std::optional<QByteArray> encodeExtended(const QString& text, const QStringList& terms)
{
    QByteArray encoded;
    const Repertoire* active = nullptr;
    const auto leave = [&] {
        if (active && active->kind == Repertoire::Kind::DoubleG0)
            encoded += QByteArray(1, escape) + "(B";
        active = nullptr;
    };
    for (uint codePoint : text.toUcs4()) {
        if (codePoint < 0x80) {
            leave();
            encoded += char(codePoint);
            continue;
        }
        bool isEncoded = false;
        for (const QString& term : terms) {
            const Repertoire* repertoire = repertoireOf(term);
            const auto bytes = repertoire ? encodeCharacter(codePoint, *repertoire) : std::nullopt;
            if (!bytes)
                continue;
            if (active != repertoire) {
                leave();
                encoded += QByteArray(1, escape) + repertoire->escapeSequence;
                active = repertoire;
            }
            encoded += *bytes;
            isEncoded = true;
            break;
        }
        if (!isEncoded)
            return std::nullopt;
    }
    leave();
    return encoded;
}

/// What may not stand in a value (PS3.5 §6.1.3: of the control characters only TAB, LF, FF, CR), would drive a terminal, or
/// shows letters in another order than they are written: such a name reads as another patient's.
bool isTreacherous(QChar c)
{
    const ushort u = c.unicode();
    const bool isControl = (u < 0x20 && u != '\t' && u != '\n' && u != '\f' && u != '\r') || (u >= 0x7F && u < 0xA0);
    return isControl || (u >= 0x202A && u <= 0x202E) || (u >= 0x2066 && u <= 0x2069);
}

QString decoded(const QByteArray& bytes, const QString& characterSet, const char* delimiters)
{
    // ISO_IR 13 puts a yen sign and an overline on two ASCII places; readers everywhere show the ASCII letters.
    if (isAscii(bytes))
        return QString::fromLatin1(bytes);
    QString declared = characterSet;
    if (declared.isEmpty()) {
        const QMutexLocker lock(&assumedMutex);
        declared = assumedCharacterSet;
    }
    const Repertoire* first = repertoireOf(declared.section(u'\\', 0, 0));
    if (bytes.contains(escape) && !(first && first->kind == Repertoire::Kind::Whole))
        return decodeExtended(bytes, first, delimiters);
    // Written in Shift JIS by many a Japanese system, of which JIS X 0201 is the single-byte part.
    if (first && first->kind == Repertoire::Kind::Katakana)
        if (const auto utf8 = convert("SHIFT_JIS", "UTF-8", bytes))
            return QString::fromUtf8(*utf8).replace(QChar(0x00A5), u'\\').replace(QChar(0x203E), u'~');
    if (first && (first->kind == Repertoire::Kind::Single || first->kind == Repertoire::Kind::Katakana))
        return decodeExtended(bytes, first, delimiters);
    if (first && first->kind == Repertoire::Kind::Whole)
        if (const auto utf8 = convert(first->iconvName, "UTF-8", bytes))
            return QString::fromUtf8(*utf8);
    // Korean and Chinese without the escape sequences they need (Orthanc): they can be nothing else that was declared.
    for (const QString& term : declared.split(u'\\'))
        if (const Repertoire* repertoire = repertoireOf(term); repertoire && repertoire->kind == Repertoire::Kind::DoubleG1)
            return decodeRun(bytes, repertoire);
    return asUtf8(bytes).value_or(asciiOnly(bytes));
}

} // namespace

void Dataset::setAssumedCharacterSet(const QString& characterSet)
{
    const QMutexLocker lock(&assumedMutex);
    assumedCharacterSet = characterSet;
}

QString decodeText(const QByteArray& bytes, const QString& characterSet, const char* delimiters)
{
    qsizetype size = bytes.size();
    while (size > 0 && bytes[size - 1] == '\0') // padding
        --size;
    QString text = decoded(bytes.left(size), characterSet, delimiters);
    for (QChar& c : text)
        if (isTreacherous(c))
            c = QChar::ReplacementCharacter;
    return text;
}

std::optional<QByteArray> encodeText(const QString& text, const QString& characterSet)
{
    const QByteArray utf8 = text.toUtf8();
    if (isAscii(utf8))
        return utf8;
    const QStringList terms = characterSet.split(u'\\');
    const Repertoire* first = repertoireOf(terms.first());
    if (first && first->kind == Repertoire::Kind::Katakana && terms.size() == 1) {
        QByteArray bytes;
        for (uint codePoint : text.toUcs4())
            if (codePoint < 0x80)
                bytes += char(codePoint);
            else if (const auto letter = encodeCharacter(codePoint, *first))
                bytes += *letter;
            else
                return std::nullopt;
        return bytes;
    }
    if (first && *first->iconvName && first->kind != Repertoire::Kind::DoubleG0 && first->kind != Repertoire::Kind::DoubleG1)
        if (auto bytes = convert("UTF-8", first->iconvName, utf8))
            return bytes;
    return encodeExtended(text, terms);
}

} // namespace diascope::dicom
