#pragma once
#include "tests/support/dice.h"
#include <QRegularExpression>
#include <map>

namespace diascope::test
{

using Attributes = QList<std::pair<QString, QString>>; ///< a null value: the name alone

/// Writes markup as anybody may: letters, quotes, spaces and entities at random.
class MarkupWriter
{
public:
    MarkupWriter(Dice& dice, Reached& reached) : m_dice(dice), m_reached(reached) {}
    QString letters(const QString& name)
    {
        return m_dice.isOneOf(6) && m_reached.count("capitals") ? name.toUpper() : m_dice.isOneOf(6) ? name.left(1).toUpper() + name.mid(1) : name;
    }
    QString escaped(const QString& text, QChar quote = {}, bool isXml = false)
    {
        static const std::map<char32_t, const char*> names{{U'ö', "&ouml;"},  {U'ß', "&szlig;"}, {U'±', "&plusmn;"}, {U'µ', "&micro;"},
                                                           {U'"', "&quot;"}, {U'&', "&amp;"},   {U'<', "&lt;"},     {U'>', "&gt;"}};
        QString out;
        for (const char32_t c : text.toUcs4()) {
            const QString plain = QString::fromUcs4(&c, 1);
            const bool mayBeTag = c == U'<' && (quote.isNull() || isXml);
            const bool must = c == U'&' || mayBeTag || (!quote.isNull() && c == quote.unicode()) || (isXml && c == U'>');
            if (must || (c > 31 && m_dice.isOneOf(8))) {
                const int how = m_dice.upTo(2);
                if (how == 0 && names.contains(c) && (!isXml || c < 128))
                    out += names.at(c);
                else
                    out += how == 1 ? QString("&#x%1;").arg(uint(c), 0, 16) : QString("&#%1;").arg(uint(c));
            } else {
                out += plain;
            }
        }
        return out;
    }
    QString tag(const QString& name, Attributes attributes = {}, bool isXml = false)
    {
        m_dice.shuffle(attributes);
        QString out = '<' + (isXml ? name : letters(name));
        for (const auto& [key, value] : attributes) {
            out += m_dice.of<QString>({" ", "  ", "\n\t"}) + (isXml ? key : letters(key));
            if (value.isNull()) {
                out += isXml ? "=''" : m_dice.of<QString>({"", "=\"\"", "='" + key + "'"});
                continue;
            }
            const QChar quote = m_dice.of({u'"', u'\''});
            static const QRegularExpression bare("^[A-Za-z0-9.-]+$");
            if (!isXml && m_dice.isOneOf(4) && bare.match(value).hasMatch())
                out += '=' + value;
            else
                out += m_dice.of<QString>({"=", "=", " = "}) + quote + escaped(value, quote, isXml) + quote;
        }
        return out + m_dice.of<QString>({"", " "}) + '>';
    }
    QString end(const QString& name) { return "</" + letters(name) + m_dice.of<QString>({">", ">", " >"}); }
    /// A void element.
    QString alone(const QString& name, const Attributes& attributes, bool isXml = false)
    {
        const QString made = tag(name, attributes, isXml);
        return isXml || m_dice.isOneOf(2) ? made.chopped(1) + " />" : made;
    }
    QString element(const QString& name, const Attributes& attributes, const QString& content) { return tag(name, attributes) + content + end(name); }
    QString comment()
    {
        const QString made = m_dice.of<QString>({"<!-- x -->", "<!--</section><title>-->", "<!---->", "<!-- <input> \"' -->"});
        return m_dice.isOneOf(5) && m_reached.count("a comment") ? made : QString();
    }
    /// One to three words.
    QString text()
    {
        static const QStringList words{"liver", "5 mm", "R&D", "\"x\"", "it's", "größer", "小", "±2",
                                       "<body>", "a > b", "µ", "</p>", "&amp;", "𝄞", "title"};
        QStringList some;
        for (int i = m_dice.from(1, 3); i > 0; --i)
            some << m_dice.of(words);
        return some.join(' ');
    }
    /// Running text, its spaces and markup of no meaning.
    QString running(const QString& text)
    {
        QStringList parts;
        for (const QString& word : text.split(' ')) {
            const QString name = m_dice.of<QString>({"b", "i", "span", "em", "sup", "a", "small"});
            parts << (m_dice.isOneOf(6) ? element(name, {}, escaped(word)) : escaped(word)) + comment();
        }
        return parts.join(m_dice.of<QString>({" ", " ", "\n   ", "&nbsp;"}));
    }

private:
    Dice& m_dice;
    Reached& m_reached;
};

} // namespace diascope::test
