#pragma once
#include <QByteArray>
#include <QList>
#include <QMap>
#include <functional>
#include <memory>

namespace diascope::test
{

/// An HTTP/1.1 server on a loopback port that does what a test tells it, also what no real server would: each connection on a
/// thread of its own, bytes as they are given.
class ScriptedHttp
{
public:
    struct Request
    {
        QByteArray method;
        QByteArray target; ///< path and query, as sent
        QMap<QByteArray, QByteArray> headers; ///< names in lower case
        QByteArray body;
        int number = 0; ///< of this server, from 0
        QByteArray path() const { return target.left(target.indexOf('?') < 0 ? target.size() : target.indexOf('?')); }
        /// The decoded values of a query parameter.
        QList<QByteArray> values(const QByteArray& name) const;
    };
    class Connection
    {
    public:
        explicit Connection(int socket) : m_socket(socket) {}
        /// False: the other side has gone.
        bool send(const QByteArray& bytes);
        /// A whole answer; Content-Length is added unless `headers` has one.
        void answer(int status, const QByteArray& contentType, const QByteArray& body, const QByteArray& headers = {});
        /// Until the other side goes, or for this long; true where it has gone.
        bool waitUntilGone(int milliseconds);
        void close() { m_isOver = true; } ///< after the script
        void reset();                     ///< the same, with a TCP reset
        qint64 sent() const { return m_sent; }

    private:
        friend class ScriptedHttp;
        int m_socket;
        qint64 m_sent = 0;
        bool m_isOver = false;
    };
    using Script = std::function<void(const Request&, Connection&)>;

    explicit ScriptedHttp(Script script);
    ~ScriptedHttp();
    quint16 port() const;
    QString url(const QString& path = QStringLiteral("/dicom-web")) const;
    QList<Request> requests() const; ///< so far

private:
    struct Private;
    std::shared_ptr<Private> d;
};

} // namespace diascope::test
