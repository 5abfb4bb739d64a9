#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/security.h"
#include <QByteArray>
#include <memory>
#include <optional>

struct ssl_ctx_st;
struct ssl_st;

namespace diascope::dimse
{

/// Keys, authorities and rules of encrypted connections: TLS 1.2 and 1.3 with the cipher suites of BCP 195 (PS3.15 B.12).
/// Loaded once for each association or listener.
class TlsContext
{
public:
    /// Trusts the system's authorities and `caFile`. Errors: Unreadable, Invalid (no certificate in it, key that does not fit).
    static Result<std::shared_ptr<const TlsContext>> forClient(const dicom::TlsFiles& files);
    /// Needs a certificate. With a `caFile` every client has to show a certificate of one of these authorities.
    static Result<std::shared_ptr<const TlsContext>> forServer(const dicom::TlsFiles& files);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    ssl_ctx_st* openssl() const { return m_context; }
    bool hasCertificate() const { return m_hasCertificate; }

private:
    explicit TlsContext(ssl_ctx_st* context) : m_context(context) {}
    ssl_ctx_st* m_context;
    bool m_hasCertificate = false;
};

/// One encrypted connection over a socket, which is set not to block and stays its owner's. It waits for nothing. One thread.
class TlsStream
{
public:
    enum class Progress { Done, WantsRead, WantsWrite, Closed, Failed };

    /// A client's; `host`: the name or address the peer's certificate has to be for.
    TlsStream(std::shared_ptr<const TlsContext> context, int socket, const QString& host);
    /// A server's.
    TlsStream(std::shared_ptr<const TlsContext> context, int socket);
    ~TlsStream();
    TlsStream(const TlsStream&) = delete;
    TlsStream& operator=(const TlsStream&) = delete;

    Progress handshake();
    Progress read(void* bytes, size_t size, size_t& count);
    /// Reads until `size` bytes are held here; read() gives them first.
    Progress readAhead(qsizetype size);
    const QByteArray& ahead() const { return m_ahead; }
    Progress write(const void* bytes, size_t size, size_t& count);
    /// Looks at what has come without taking it.
    Progress peek(void* bytes, size_t size, size_t& count);
    void close(); ///< close_notify, if it goes out at once
    /// After Failed: why, in one sentence.
    Error error() const { return m_error; }

private:
    Progress progressOf(int returned);
    Error reason(unsigned long first) const;
    std::shared_ptr<const TlsContext> m_context;
    ssl_st* m_ssl;
    bool m_isOpen = false;
    QByteArray m_ahead;
    bool m_hasRead = false; ///< something of the peer's own

public:
    /// What OpenSSL's callbacks saw.
    struct Seen
    {
        QString untrusted; ///< why the peer's certificate was not trusted
        bool isCertificateMissing = false; ///< the peer asked for ours, and there is none
    };

private:
    Seen m_seen;
    Error m_error;
};

} // namespace diascope::dimse
