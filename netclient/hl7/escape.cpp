#include "netclient/hl7/message.h"

namespace diascope::hl7
{

QString escape(const QString& text, const Delimiters& delimiters)
{
    QString out;
    out.reserve(text.size() + text.size() / 8);
    const auto put = [&](QStringView sequence) { out += delimiters.escape + sequence.toString() + delimiters.escape; };
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == delimiters.field)
            put(u"F");
        else if (c == delimiters.component)
            put(u"S");
        else if (c == delimiters.subcomponent)
            put(u"T");
        else if (c == delimiters.repetition)
            put(u"R");
        else if (c == delimiters.escape)
            put(u"E");
        else if (c == u'\n' || c == QChar::LineSeparator || c == QChar::ParagraphSeparator)
            put(u".br");
        else if (c == u'\r') {
            put(u".br");
            if (i + 1 < text.size() && text[i + 1] == u'\n')
                ++i;
        } else if (c < u' ' && c != u'\t')
            put(QStringLiteral("X%1").arg(c.unicode(), 2, 16, QLatin1Char('0')).toUpper());
        else
            out += c;
    }
    return out;
}

namespace
{

/// What \sequence\ stands for; nothing: we do not know it.
std::optional<QString> meaning(const QString& sequence, const Delimiters& delimiters)
{
    if (sequence == u"F")
        return delimiters.field;
    if (sequence == u"S")
        return delimiters.component;
    if (sequence == u"T")
        return delimiters.subcomponent;
    if (sequence == u"R")
        return delimiters.repetition;
    if (sequence == u"E")
        return delimiters.escape;
    if (sequence == u"H" || sequence == u"N" || sequence == u".fi" || sequence == u".nf")
        return QString(); // highlighting and filling: not text
    if (sequence == u".br" || sequence == u".ce")
        return QStringLiteral("\n");
    if (sequence.startsWith(u".sp") || sequence.startsWith(u".sk") || sequence.startsWith(u".in") ||
        sequence.startsWith(u".ti")) {
        const QString number = sequence.mid(3).trimmed();
        bool isNumber = true;
        const int count = number.isEmpty() ? 1 : number.toInt(&isNumber);
        if (!isNumber)
            return std::nullopt;
        if (sequence[1] != u's')
            return QString(); // indentation
        return QString(std::clamp(count, 0, 1000), sequence[2] == u'p' ? u'\n' : u' ');
    }
    if (sequence.startsWith(u'X') && sequence.size() > 1 && sequence.size() % 2 == 1) {
        const QByteArray digits = sequence.mid(1).toLatin1();
        const QByteArray bytes = QByteArray::fromHex(digits);
        if (bytes.size() * 2 != digits.size())
            return std::nullopt;
        return QString::fromUtf8(bytes);
    }
    return std::nullopt;
}

} // namespace

QString unescape(const QString& text, const Delimiters& delimiters)
{
    if (!text.contains(delimiters.escape))
        return text;
    QString out;
    out.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i] != delimiters.escape) {
            out += text[i];
            continue;
        }
        const qsizetype end = text.indexOf(delimiters.escape, i + 1);
        const auto known = end < 0 ? std::optional<QString>() : meaning(text.mid(i + 1, end - i - 1), delimiters);
        if (known) {
            out += *known;
            i = end;
        } else {
            out += text[i]; // a lone backslash, or a sequence of somebody's own: kept as it came
        }
    }
    return out;
}

} // namespace diascope::hl7
