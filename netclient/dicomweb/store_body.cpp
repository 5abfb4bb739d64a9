#include "netclient/dicomweb/store_body.h"
#include <QFileInfo>
#include <algorithm>

namespace diascope::dicomweb
{

StoreBody::StoreBody(const QStringList& paths, const QByteArray& boundary)
{
    // A preamble may be a program's beginning (FIL-14): it is sent as zeros.
    const QByteArray preamble(preambleBytes, '\0');
    for (const QString& path : paths) {
        append((m_size == 0 ? "--" : "\r\n--") + boundary + "\r\nContent-Type: application/dicom\r\n\r\n" + preamble);
        const qint64 bytes = std::max<qint64>(0, QFileInfo(path).size() - preambleBytes);
        m_segments.push_back({m_size, bytes, {}, path});
        m_size += bytes;
    }
    append("\r\n--" + boundary + "--\r\n");
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
}

void StoreBody::append(const QByteArray& text)
{
    m_segments.push_back({m_size, text.size(), text, {}});
    m_size += text.size();
}

qint64 StoreBody::readData(char* data, qint64 most)
{
    qint64 done = 0;
    while (done < most && pos() + done < m_size) {
        const qint64 at = pos() + done;
        const auto after = std::upper_bound(m_segments.begin(), m_segments.end(), at, [](qint64 value, const Segment& segment) { return value < segment.begin; });
        const Segment& segment = *std::prev(after);
        const qint64 inside = at - segment.begin;
        const qint64 count = std::min(most - done, segment.size - inside);
        if (segment.path.isEmpty()) {
            std::copy_n(segment.text.constData() + inside, count, data + done);
        } else {
            if (m_file.fileName() != segment.path) {
                m_file.close();
                m_file.setFileName(segment.path);
            }
            // A file that has become shorter: the request is broken off, not filled up.
            if ((!m_file.isOpen() && !m_file.open(QIODevice::ReadOnly)) || !m_file.seek(preambleBytes + inside) || m_file.read(data + done, count) != count)
                return -1;
        }
        done += count;
    }
    return done;
}

} // namespace diascope::dicomweb
