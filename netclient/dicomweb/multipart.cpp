#include "netclient/dicomweb/multipart.h"
#include <algorithm>
#include <utility>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

constexpr qint64 mostHeaderBytes = 16 << 10;
constexpr qint64 mostPreambleBytes = 64 << 10;

std::unexpected<Error> broken() { return fail(Fault::Damaged, tr("the parts of the server's answer are not divided as they should be")); }

} // namespace

MultipartReader::MultipartReader(const QByteArray& boundary, OnPart onPart, qint64 mostBytesOfPart)
    : m_delimiter("--" + boundary), m_onPart(std::move(onPart)), m_most(mostBytesOfPart)
{
}

Result<void> MultipartReader::feed(QByteArrayView bytes)
{
    if (m_state == State::Epilogue)
        return {};
    m_buffer.append(bytes);
    Result<void> result;
    while (step(result))
        ;
    if (!result)
        return result;
    if (m_state == State::Epilogue)
        m_buffer.clear();
    else if (m_from > 0) {
        m_buffer.remove(0, m_from);
        m_search = std::max<qint64>(0, m_search - m_from);
        m_from = 0;
    }
    return result;
}

/// One step through the buffer; false: more bytes are needed, or it is over.
bool MultipartReader::step(Result<void>& result)
{
    switch (m_state) {
    case State::Preamble:
    case State::Body:
        return stepDelimiter(result);
    case State::Headers:
        return stepHeaders(result);
    case State::Epilogue:
        break;
    }
    return false;
}

bool MultipartReader::stepDelimiter(Result<void>& result)
{
    const qint64 wanted = m_delimiter.pattern().size();
    // The body's own length saves the search, if the delimiter is where it says.
    if (m_length >= 0 && m_length <= m_most) {
        if (m_buffer.size() < m_from + m_length + 2 + wanted)
            return false;
        const qint64 found = m_delimiter.indexIn(m_buffer, m_from + m_length);
        const bool isThere = found >= 0 && found <= m_from + m_length + 2;
        m_search = isThere ? found : m_from;
        m_length = -1;
    }
    const qint64 found = m_delimiter.indexIn(m_buffer, m_search);
    // In the end of the buffer a delimiter may begin; after one must be seen whether it ends its line or the body.
    const qint64 known = found >= 0 ? found : std::max(m_search, m_buffer.size() - wanted + 1);
    if (known - m_from > (m_state == State::Preamble ? mostPreambleBytes : m_most)) {
        result = m_state == State::Preamble ? broken() : fail(Fault::Damaged, tr("an instance is larger than %1 MiB").arg(m_most >> 20));
        return false;
    }
    if (found < 0) {
        m_search = known;
        return false;
    }
    m_search = found;
    qint64 after = found + wanted;
    const bool isLineBegin = found == m_from || m_buffer[found - 1] == '\n';
    if (!isLineBegin) {
        m_search = found + 1;
        return true;
    }
    if (m_buffer.size() < after + 2)
        return false;
    const bool isLast = m_buffer[after] == '-' && m_buffer[after + 1] == '-';
    while (!isLast && after < m_buffer.size() && (m_buffer[after] == ' ' || m_buffer[after] == '\t' || m_buffer[after] == '\r'))
        ++after;
    if (!isLast && after >= m_buffer.size()) {
        if (after - found > wanted + mostHeaderBytes)
            result = broken();
        return false;
    }
    if (!isLast && m_buffer[after] != '\n') { // a longer boundary that begins like ours
        m_search = found + 1;
        return true;
    }
    ++after;
    const bool wasBody = m_state == State::Body;
    m_state = isLast ? State::Epilogue : State::Headers;
    if (wasBody)
        result = giveOut(found, after);
    else
        m_from = after;
    m_part = {};
    return result && !isLast;
}

bool MultipartReader::stepHeaders(Result<void>& result)
{
    const qint64 end = m_buffer.indexOf('\n', m_from);
    if ((end < 0 ? m_buffer.size() : end) - m_from > mostHeaderBytes) {
        result = broken();
        return false;
    }
    if (end < 0)
        return false;
    const QByteArray line = m_buffer.mid(m_from, end - m_from).trimmed();
    m_from = m_search = end + 1;
    if (line.isEmpty())
        m_state = State::Body;
    else
        readHeader(line);
    return true;
}

void MultipartReader::readHeader(const QByteArray& line)
{
    const qsizetype colon = line.indexOf(':');
    const QByteArray name = line.left(std::max<qsizetype>(0, colon)).trimmed().toLower();
    const QByteArray value = line.mid(colon + 1).trimmed();
    if (name == "content-type")
        m_part.contentType = value;
    else if (name == "content-location")
        m_part.contentLocation = value;
    else if (name == "content-length") {
        bool isNumber = false;
        const qint64 length = value.toLongLong(&isNumber);
        m_length = isNumber && length >= 0 ? length : -1;
    }
}

/// `end`: where the delimiter begins; the line break before it belongs to it. `next`: where the next part's headers begin.
Result<void> MultipartReader::giveOut(qint64 end, qint64 next)
{
    if (end > m_from && m_buffer[end - 1] == '\n')
        --end;
    if (end > m_from && m_buffer[end - 1] == '\r')
        --end;
    constexpr qint64 worthMoving = 128 << 10;
    if (end - m_from < worthMoving) {
        m_part.body = m_buffer.mid(m_from, end - m_from);
        m_from = next;
    } else { // a large instance is not held twice
        QByteArray rest = m_buffer.mid(next);
        m_buffer.truncate(end);
        m_buffer.remove(0, m_from);
        m_part.body = std::exchange(m_buffer, std::move(rest));
        m_from = 0;
    }
    ++m_parts;
    return m_onPart(std::move(m_part));
}

Result<void> MultipartReader::finish()
{
    bool isWhole = false;
    while (!isWhole && m_state == State::Body && m_length >= 0) {
        // Believed where nothing stands behind it, or what begins a delimiter.
        if (m_length <= m_buffer.size() - m_from) {
            const QByteArray delimiter = "\r\n" + m_delimiter.pattern();
            const QByteArray rest = m_buffer.mid(m_from + m_length, delimiter.size() + 1);
            isWhole = delimiter.startsWith(rest) || delimiter.mid(1).startsWith(rest);
        }
        if (!isWhole) {
            m_length = -1;
            m_search = m_from;
            if (auto fed = feed({}); !fed)
                return fed;
        }
    }
    if (m_state == State::Epilogue)
        return {};
    m_state = State::Epilogue;
    if (isWhole) {
        m_part.body = m_buffer.mid(m_from, m_length);
        ++m_parts;
        if (auto done = m_onPart(std::move(m_part)); !done)
            return done;
    }
    m_buffer.clear();
    return fail(Fault::Damaged, tr("the server's answer ends in the middle: its last boundary is missing"));
}

} // namespace diascope::dicomweb
