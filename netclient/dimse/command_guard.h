#pragma once
#include <QtGlobal>
#include <array>
#include <cstddef>

namespace diascope::dimse
{

/// Looks at what a peer sends before DCMTK parses it. A command set (PS3.7 §6.3.1) is elements in implicit little endian, each
/// with its length, none a sequence; usually of group 0000, but peers built on DCMTK put the list of what failed there too.
/// DCMTK's parser takes any dataset for one, and follows what is nested in it to the end of the stack.
class CommandGuard
{
public:
    /// The next bytes of the connection as they come. False: a command that is none; nothing of it may be parsed.
    bool take(const void* bytes, size_t size);

private:
    bool takeCommand(const uchar* bytes, size_t size);
    void takeHeader();

    std::array<uchar, 6> m_header{}; ///< of a PDU, or of a presentation data value in one (PS3.8 §9.3.5)
    size_t m_headerBytes = 0;
    size_t m_ignored = 0;   ///< bytes still to come of what carries no data
    size_t m_pduLeft = 0;   ///< of a P-DATA-TF PDU
    size_t m_valueLeft = 0; ///< of the data value in it
    bool m_isCommand = false;
    bool m_isLast = false;

    std::array<uchar, 12> m_element{}; ///< tag, length, and the value's first four bytes
    size_t m_elementBytes = 0;
    size_t m_elementLeft = 0; ///< of its value, the first four bytes included
    size_t m_commandBytes = 0;
};

} // namespace diascope::dimse
