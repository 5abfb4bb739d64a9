#include "netclient/dicomweb/json_rows.h"

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

constexpr qsizetype mostDepth = 3 * 64; // an item of a sequence is three brackets deep

std::unexpected<Error> broken() { return fail(Fault::Damaged, tr("the server's answer is no DICOM JSON")); }

} // namespace

/// Outside of a row: the array's brackets, commas, white space.
Result<void> JsonRows::between(char c)
{
    static constexpr char mark[] = "\xEF\xBB\xBF";
    if (!m_hasBegun && m_markBytes < 3 && c == mark[m_markBytes]) {
        ++m_markBytes;
        return {};
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
        return {};
    if (m_hasEnded)
        return broken();
    if (!m_hasBegun) {
        m_hasBegun = c == '[';
        return m_hasBegun ? Result<void>() : broken();
    }
    if (c == ']')
        m_hasEnded = true;
    else if (c == '{') {
        m_row = "{";
        m_brackets = "{";
        m_tokens = 0;
    } else if (c != ',')
        return broken();
    return {};
}

Result<void> JsonRows::feed(QByteArrayView bytes)
{
    for (const char c : bytes) {
        if (m_brackets.isEmpty()) {
            if (auto done = between(c); !done)
                return done;
            continue;
        }
        m_row += c;
        if (m_row.size() > m_limits.bytes || m_tokens > m_limits.tokens || m_brackets.size() > mostDepth)
            return fail(Fault::Damaged, tr("a row of the server's answer is larger or deeper than any real one"));
        if (m_isInString) {
            if (m_isEscaped)
                m_isEscaped = false;
            else if (c == '\\')
                m_isEscaped = true;
            else if (c == '"')
                m_isInString = false;
            continue;
        }
        switch (c) {
        case '"':
            m_isInString = true;
            break;
        case '{':
        case '[':
            m_brackets += c;
            ++m_tokens;
            break;
        case ',':
        case ':':
            ++m_tokens;
            break;
        case '}':
        case ']':
            if (m_brackets.back() != (c == '}' ? '{' : '['))
                return broken();
            m_brackets.chop(1);
            if (m_brackets.isEmpty())
                if (auto done = m_onRow(m_row); !done)
                    return done;
            break;
        default:
            break;
        }
    }
    return {};
}

Result<void> JsonRows::finish()
{
    if (m_hasEnded || !m_hasBegun)
        return {};
    return fail(Fault::Damaged, tr("the server's answer ends in the middle"));
}

} // namespace diascope::dicomweb
