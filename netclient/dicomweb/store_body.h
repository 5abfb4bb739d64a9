#pragma once
#include <QFile>
#include <QIODevice>
#include <QStringList>
#include <vector>

namespace diascope::dicomweb
{

/// A multipart body of Part 10 files, read as it is sent: no file is in memory. Can be read again from its beginning.
class StoreBody : public QIODevice
{
public:
    StoreBody(const QStringList& paths, const QByteArray& boundary);
    bool isSequential() const override { return false; }
    qint64 size() const override { return m_size; }

protected:
    qint64 readData(char* data, qint64 most) override;
    qint64 writeData(const char*, qint64) override { return -1; }

private:
    static constexpr qint64 preambleBytes = 128; // PS3.10 §7.1
    struct Segment
    {
        qint64 begin, size; ///< in the body
        QByteArray text;
        QString path; ///< empty: the text; else the file behind its preamble
    };
    void append(const QByteArray& text);
    std::vector<Segment> m_segments;
    qint64 m_size = 0;
    QFile m_file;
};

} // namespace diascope::dicomweb
