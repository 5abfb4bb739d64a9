#include "reporting/templates/markup.h"

namespace diascope::reporting
{

namespace
{

constexpr int maximumOpenElements = 200; // libxml2 stops without a word at 256 and would lose what follows

/// The end of a tag that begins at `start`, past its '>'; quotes may hold a '>'.
qsizetype endOfTag(const QByteArray& source, qsizetype start)
{
    char quote = 0;
    for (qsizetype i = start; i < source.size(); ++i) {
        const char c = source[i];
        if (quote) {
            if (c == quote)
                quote = 0;
        } else if ((c == '"' || c == '\'') && i > start && (source[i - 1] == '=' || source[i - 1] == ' ')) {
            quote = c;
        } else if (c == '>') {
            return i + 1;
        }
    }
    return source.size();
}

/// Elements without an end tag, and those whose end tag may be left out: they do not count as nesting.
bool mayStayOpen(const QByteArray& name)
{
    static const QList<QByteArray> names{"p", "li", "option", "optgroup", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup", "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"};
    return names.contains(name);
}

} // namespace

Result<MarkupOutline> outlineOf(const QByteArray& source)
{
    MarkupOutline outline;
    const QByteArray lower = source.toLower();
    int open = 0;
    for (qsizetype at = source.indexOf('<'); at >= 0; at = source.indexOf('<', at)) {
        if (source.mid(at, 4) == "<!--") {
            const qsizetype end = source.indexOf("-->", at + 4);
            at = end < 0 ? source.size() : end + 3;
            continue;
        }
        const bool isClosing = at + 1 < source.size() && source[at + 1] == '/';
        qsizetype nameEnd = at + (isClosing ? 2 : 1);
        const qsizetype nameStart = nameEnd;
        while (nameEnd < source.size() && (isalnum(static_cast<unsigned char>(source[nameEnd])) || source[nameEnd] == '_' || source[nameEnd] == '-'))
            ++nameEnd;
        const QByteArray name = source.mid(nameStart, nameEnd - nameStart).toLower();
        if (name.isEmpty()) {
            ++at; // a lone '<', or <!DOCTYPE
            continue;
        }
        const qsizetype end = endOfTag(source, nameEnd);
        const QByteArray attributes = source.mid(nameEnd, end - nameEnd).toLower();
        at = end;
        if (isClosing) {
            if (!mayStayOpen(name))
                open = std::max(0, open - 1);
            continue;
        }
        if (!mayStayOpen(name) && !attributes.endsWith("/>") && ++open > maximumOpenElements)
            return fail(Fault::Unsupported, QCoreApplication::translate("Template", "the template is nested too deeply"));
        outline.html += name == "html";
        outline.head += name == "head";
        outline.title += name == "title";
        outline.body += name == "body";
        outline.charset += name == "meta" && attributes.contains("charset");
        if (name != "script")
            continue;
        qsizetype scriptEnd = lower.indexOf("</script", end);
        if (scriptEnd < 0)
            scriptEnd = source.size();
        if (attributes.contains("text/xml"))
            outline.xmlScripts << source.mid(end, scriptEnd - end);
        else
            ++outline.otherScripts;
        at = scriptEnd;
    }
    return outline;
}

} // namespace diascope::reporting
