#pragma once
#include <QByteArray>
#include <QFile>
#include <unistd.h>

namespace diascope::dicom
{

/// Bytes of a file or of memory at any offset. A file is read, never mapped: a share that vanishes gives an error and not
/// a bus error. One thread.
class ByteWindow
{
public:
    ByteWindow(const uchar* bytes, qint64 size) : m_memory(bytes), m_size(size) {}
    explicit ByteWindow(QFile& file) : ByteWindow(file.handle(), file.size()) {}
    /// An open plain file and its size; its position is not touched.
    ByteWindow(int file, qint64 size) : m_file(file), m_size(size) {}

    qint64 size() const { return m_size; }
    bool hasFailed() const { return m_hasFailed; } ///< the file could not be read where it should have bytes

    /// `count` bytes at `offset`, valid until the next call; null beyond the end, or if reading failed.
    const uchar* at(qint64 offset, qint64 count)
    {
        if (offset < 0 || count < 0 || offset > m_size - count)
            return nullptr;
        if (m_memory)
            return m_memory + offset;
        if (offset < m_from || offset + count > m_from + m_buffer.size()) {
            // Most headers end within two pages, and who walks one asks for more of it from its beginning.
            m_from = offset < readAtFirst ? 0 : offset;
            if (!read(m_from == 0 && offset + count <= readAtFirst ? readAtFirst : qMax(offset - m_from + count, readAtOnce), offset - m_from + count)) {
                m_hasFailed = true;
                return nullptr;
            }
        }
        return reinterpret_cast<const uchar*>(m_buffer.constData()) + (offset - m_from);
    }

private:
    /// Up to `count` bytes from m_from on; whether it were `least`.
    bool read(qint64 count, qint64 least)
    {
        m_buffer.resize(qMin(count, m_size - m_from));
        qint64 have = 0;
        while (have < least) {
            const ssize_t more = ::pread(m_file, m_buffer.data() + have, size_t(m_buffer.size() - have), m_from + have);
            if (more < 0 && errno == EINTR)
                continue;
            if (more <= 0)
                break;
            have += more;
        }
        m_buffer.truncate(have);
        return have >= least;
    }

    static constexpr qint64 readAtFirst = 8192, readAtOnce = 32768;
    const uchar* m_memory = nullptr;
    int m_file = -1;
    qint64 m_size;
    QByteArray m_buffer;
    qint64 m_from = 0;
    bool m_hasFailed = false;
};

} // namespace diascope::dicom
