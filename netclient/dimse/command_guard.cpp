#include "netclient/dimse/command_guard.h"
#include <QtEndian>
#include <algorithm>

namespace diascope::dimse
{

namespace
{

constexpr size_t longestCommandSet = 1 << 20;
constexpr quint32 item = 0xe000fffe; // (FFFE,E000) as two little-endian words
constexpr uchar dataPdu = 4;

} // namespace

bool CommandGuard::take(const void* bytes, size_t size)
{
    for (auto at = static_cast<const uchar*>(bytes); size > 0;) {
        size_t used = 1;
        if (m_ignored > 0) {
            used = std::min(size, m_ignored);
            m_ignored -= used;
        } else if (m_valueLeft > 0) {
            used = std::min(size, m_valueLeft);
            if (m_isCommand && !takeCommand(at, used))
                return false;
            m_valueLeft -= used;
        } else {
            m_header[m_headerBytes++] = *at;
            if (m_headerBytes == m_header.size())
                takeHeader();
        }
        if (m_valueLeft == 0 && m_isCommand && m_isLast) {
            m_elementBytes = m_elementLeft = m_commandBytes = 0;
            m_isCommand = false;
        }
        at += used;
        size -= used;
    }
    return true;
}

void CommandGuard::takeHeader()
{
    m_headerBytes = 0;
    if (m_pduLeft == 0) {
        const size_t length = qFromBigEndian<quint32>(m_header.data() + 2);
        (m_header[0] == dataPdu ? m_pduLeft : m_ignored) = length;
    } else {
        const size_t length = qFromBigEndian<quint32>(m_header.data());
        m_pduLeft -= m_header.size();
        // Of a PDU that contradicts itself DCMTK takes nothing.
        if (length < 2 || length - 2 > m_pduLeft) {
            m_ignored = m_pduLeft;
            m_pduLeft = 0;
            return;
        }
        m_valueLeft = length - 2;
        m_pduLeft -= m_valueLeft;
        m_isCommand = m_header[5] & 1;
        m_isLast = m_header[5] & 2;
    }
    if (m_pduLeft < m_header.size()) { // no room for another value
        m_ignored += m_pduLeft;
        m_pduLeft = 0;
    }
}

bool CommandGuard::takeCommand(const uchar* bytes, size_t size)
{
    m_commandBytes += size;
    if (m_commandBytes > longestCommandSet)
        return false;
    while (size > 0) {
        size_t used = 1;
        // Tag and length, and as much of the value as tells an item.
        const size_t wanted = m_elementBytes < 8 ? 8 : 8 + std::min<size_t>(m_elementLeft, 4);
        if (m_elementBytes < wanted) {
            m_element[m_elementBytes++] = *bytes;
            if (m_elementBytes == 8)
                m_elementLeft = qFromLittleEndian<quint32>(m_element.data() + 4);
            if (m_elementBytes == 8 && m_elementLeft > longestCommandSet)
                return false; // without an end, too
            if (m_elementBytes == 12 && qFromLittleEndian<quint32>(m_element.data() + 8) == item)
                return false;
        } else {
            used = std::min(size, m_elementLeft - (m_elementBytes - 8));
            m_elementLeft -= used;
        }
        if (m_elementBytes >= 8 && m_elementLeft == m_elementBytes - 8)
            m_elementBytes = m_elementLeft = 0;
        bytes += used;
        size -= used;
    }
    return true;
}

} // namespace diascope::dimse
