#pragma once
#include <QByteArray>
#include <QFile>

namespace diascope::dicom
{

/// Bytes of a file or of memory at any offset. A file is read, never mapped: a share that vanishes gives an error and not
/// a bus error. One thread.
class ByteWindow
{
public:
    ByteWindow(const uchar* bytes, qint64 size) : m_memory(bytes), m_size(size) {}
    explicit ByteWindow(QFile& file) : m_file(&file), m_size(file.size()) {}

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
            if (!m_file->seek(offset))
                m_hasFailed = true;
            m_buffer = m_hasFailed ? QByteArray() : m_file->read(qMax<qint64>(count, readAtOnce));
            m_from = offset;
            if (m_buffer.size() < count) {
                m_hasFailed = true;
                return nullptr;
            }
        }
        return reinterpret_cast<const uchar*>(m_buffer.constData()) + (offset - m_from);
    }

private:
    static constexpr qint64 readAtOnce = 32768;
    const uchar* m_memory = nullptr;
    QFile* m_file = nullptr;
    qint64 m_size;
    QByteArray m_buffer;
    qint64 m_from = 0;
    bool m_hasFailed = false;
};

} // namespace diascope::dicom
