#pragma once
#include "netclient/base/error.h"
#include <QByteArray>
#include <QByteArrayMatcher>
#include <functional>

namespace diascope::dicomweb
{

/// A multipart body (RFC 2046 §5.1) read as it comes, cut anywhere, one part in memory at a time. Takes LF for CRLF, a
/// preamble, parts with or without Content-Length (a wrong one is not believed).
class MultipartReader
{
public:
    struct Part
    {
        QByteArray contentType;
        QByteArray contentLocation;
        QByteArray body;
    };
    /// An error ends the reading.
    using OnPart = std::function<Result<void>(Part&&)>;

    MultipartReader(const QByteArray& boundary, OnPart onPart, qint64 mostBytesOfPart = Q_INT64_C(2) << 30);

    /// Errors: Damaged, and those of OnPart.
    Result<void> feed(QByteArrayView bytes);
    /// The body is over. Error Damaged where its last boundary has not come: a part is given out only if its own length says
    /// it is whole.
    Result<void> finish();
    qint64 parts() const { return m_parts; }

private:
    enum class State { Preamble, Headers, Body, Epilogue };
    bool step(Result<void>& result);
    bool stepDelimiter(Result<void>& result);
    bool stepHeaders(Result<void>& result);
    Result<void> giveOut(qint64 end, qint64 next);
    void readHeader(const QByteArray& line);

    QByteArrayMatcher m_delimiter; ///< "--boundary"
    OnPart m_onPart;
    qint64 m_most;
    State m_state = State::Preamble;
    QByteArray m_buffer;
    qint64 m_from = 0;   ///< where the unread part of the buffer begins
    qint64 m_search = 0; ///< no delimiter begins before
    qint64 m_length = -1; ///< Content-Length of the part
    Part m_part;
    qint64 m_parts = 0;
};

} // namespace diascope::dicomweb
