#include "netclient/dimse/tls.h"
#include <QFile>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

/// RFC 9325 §4.2 for TLS 1.2; those of TLS 1.3 are all of this kind.
constexpr char cipherSuites[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
                                "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
                                "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384";

/// OpenSSL writes to its socket without MSG_NOSIGNAL: a peer that has gone would end the program.
void ignoreBrokenPipes()
{
    static std::once_flag once;
    std::call_once(once, [] {
        struct sigaction now = {};
        if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL)
            ::signal(SIGPIPE, SIG_IGN);
    });
}

Result<void> readable(const QString& path, const char* sentence)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(Fault::Unreadable, tr(sentence).arg(path, file.errorString()));
    return {};
}

Result<void> loadCertificate(SSL_CTX* context, const dicom::TlsFiles& files)
{
    if (auto can = readable(files.certificateFile, QT_TR_NOOP("the certificate file %1 cannot be read: %2")); !can)
        return can;
    const QString keyFile = files.keyFile.isEmpty() ? files.certificateFile : files.keyFile; // PEM holds both at times
    if (auto can = readable(keyFile, QT_TR_NOOP("the key file %1 cannot be read: %2")); !can)
        return can;
    if (SSL_CTX_use_certificate_chain_file(context, QFile::encodeName(files.certificateFile).constData()) != 1)
        return fail(Fault::Invalid, tr("there is no certificate in the file %1").arg(files.certificateFile));
    if (SSL_CTX_use_PrivateKey_file(context, QFile::encodeName(keyFile).constData(), SSL_FILETYPE_PEM) != 1) {
        if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH)
            return fail(Fault::Invalid,
                        tr("the key %1 does not belong to the certificate %2").arg(keyFile, files.certificateFile));
        return fail(Fault::Invalid, tr("there is no private key without a passphrase in the file %1").arg(keyFile));
    }
    if (SSL_CTX_check_private_key(context) != 1)
        return fail(Fault::Invalid, tr("the key %1 does not belong to the certificate %2").arg(keyFile, files.certificateFile));
    return {};
}

Result<void> loadAuthorities(SSL_CTX* context, const QString& caFile)
{
    if (caFile.isEmpty())
        return {};
    if (auto can = readable(caFile, QT_TR_NOOP("the file of authorities %1 cannot be read: %2")); !can)
        return can;
    if (SSL_CTX_load_verify_file(context, QFile::encodeName(caFile).constData()) != 1)
        return fail(Fault::Invalid, tr("there is no certificate in the file of authorities %1").arg(caFile));
    return {};
}

QString dayOf(const ASN1_TIME* time)
{
    tm parts = {};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
        return QStringLiteral("?");
    return QStringLiteral("%1-%2-%3")
        .arg(parts.tm_year + 1900)
        .arg(parts.tm_mon + 1, 2, 10, QLatin1Char('0'))
        .arg(parts.tm_mday, 2, 10, QLatin1Char('0'));
}

/// Why the peer's certificate is not trusted; `certificate`: the one of its chain that is looked at.
QString whyUntrusted(const X509* certificate, int depth, int result)
{
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return depth == 0
                   ? tr("its certificate expired on %1").arg(dayOf(X509_get0_notAfter(certificate)))
                   : tr("the certificate of its authority has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return depth == 0
                   ? tr("its certificate is not valid before %1").arg(dayOf(X509_get0_notBefore(certificate)))
                   : tr("the certificate of its authority is not valid yet");
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return tr("its certificate is for another host");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return tr("its certificate is signed by itself and not among those trusted");
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return tr("its certificate was issued by an authority that is not trusted");
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
        return tr("its certificate uses a key or signature that is too weak");
    default:
        return tr("its certificate is not valid: %1").arg(QString::fromLatin1(X509_verify_cert_error_string(result)));
    }
}

/// Keeps the reason for the stream: afterwards OpenSSL tells neither the certificate nor where in the chain it was.
int verified(int isGood, X509_STORE_CTX* store)
{
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* seen = ssl ? static_cast<TlsStream::Seen*>(SSL_get_app_data(ssl)) : nullptr;
    if (!isGood && seen)
        seen->untrusted = whyUntrusted(X509_STORE_CTX_get_current_cert(store), X509_STORE_CTX_get_error_depth(store),
                                       X509_STORE_CTX_get_error(store));
    return isGood;
}

int certificateAskedFor(SSL* ssl, X509**, EVP_PKEY**)
{
    static_cast<TlsStream::Seen*>(SSL_get_app_data(ssl))->isCertificateMissing = true;
    return 0; // none; the peer says what it thinks of that
}

SSL_CTX* newContext(const SSL_METHOD* method)
{
    ignoreBrokenPipes();
    SSL_CTX* context = SSL_CTX_new(method);
    if (!context)
        return nullptr;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, cipherSuites);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; }); // never asks on the terminal
    // A certificate that was made an authority by name is trusted as it is: hospitals have devices that sign for themselves.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
    return context;
}

} // namespace

TlsContext::~TlsContext() { SSL_CTX_free(m_context); }

Result<std::shared_ptr<const TlsContext>> TlsContext::forClient(const dicom::TlsFiles& files)
{
    ERR_clear_error();
    const std::shared_ptr<TlsContext> made(new TlsContext(newContext(TLS_client_method())));
    if (!made->m_context)
        return fail(Fault::Internal, tr("encryption cannot be used"));
    SSL_CTX_set_verify(made->m_context, SSL_VERIFY_PEER, verified);
    SSL_CTX_set_client_cert_cb(made->m_context, certificateAskedFor);
    SSL_CTX_set_default_verify_paths(made->m_context);
    if (auto loaded = loadAuthorities(made->m_context, files.caFile); !loaded)
        return std::unexpected(loaded.error());
    if (files.certificateFile.isEmpty())
        return made;
    if (auto loaded = loadCertificate(made->m_context, files); !loaded)
        return std::unexpected(loaded.error());
    made->m_hasCertificate = true;
    return made;
}

Result<std::shared_ptr<const TlsContext>> TlsContext::forServer(const dicom::TlsFiles& files)
{
    ERR_clear_error();
    const std::shared_ptr<TlsContext> made(new TlsContext(newContext(TLS_server_method())));
    if (!made->m_context)
        return fail(Fault::Internal, tr("encryption cannot be used"));
    if (files.certificateFile.isEmpty())
        return fail(Fault::Invalid, tr("listening with TLS needs a certificate and its key"));
    if (auto loaded = loadCertificate(made->m_context, files); !loaded)
        return std::unexpected(loaded.error());
    made->m_hasCertificate = true;
    SSL_CTX_set_dh_auto(made->m_context, 1);
    SSL_CTX_set_session_cache_mode(made->m_context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made->m_context, 0);
    SSL_CTX_set_mode(made->m_context, SSL_MODE_RELEASE_BUFFERS); // those who wait cost little
    if (files.caFile.isEmpty())
        return made;
    if (auto loaded = loadAuthorities(made->m_context, files.caFile); !loaded)
        return std::unexpected(loaded.error());
    SSL_CTX_set_verify(made->m_context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, verified);
    SSL_CTX_set_client_CA_list(made->m_context, SSL_load_client_CA_file(QFile::encodeName(files.caFile).constData()));
    return made;
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket, const QString& host)
    : m_context(std::move(context)), m_ssl(SSL_new(m_context->openssl()))
{
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    SSL_set_fd(m_ssl, socket);
    const QByteArray name = host.toLatin1();
    X509_VERIFY_PARAM* rules = SSL_get0_param(m_ssl);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.constData()) != 1) {
        ERR_clear_error();
        SSL_set1_host(m_ssl, name.constData());
        SSL_set_tlsext_host_name(m_ssl, name.constData());
    }
    SSL_set_app_data(m_ssl, &m_seen);
    SSL_set_connect_state(m_ssl);
}

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket)
    : m_context(std::move(context)), m_ssl(SSL_new(m_context->openssl()))
{
    ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
    SSL_set_fd(m_ssl, socket);
    SSL_set_app_data(m_ssl, &m_seen);
    SSL_set_accept_state(m_ssl);
}

TlsStream::~TlsStream() { SSL_free(m_ssl); }

Error TlsStream::reason(unsigned long first) const
{
    const QString text = tr("no encrypted connection: %1");
    if (!m_seen.untrusted.isEmpty())
        return {Fault::Refused, text.arg(m_seen.untrusted)};
    switch (ERR_GET_REASON(first)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_UNEXPECTED_MESSAGE:
        return {Fault::Refused, text.arg(tr("the peer does not speak TLS there"))};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
        return {Fault::Refused, text.arg(tr("the peer speaks no TLS newer than 1.1, which is not safe"))};
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return {Fault::Refused, text.arg(tr("the peer wants a certificate of ours, and there is none"))};
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return {Fault::Refused, text.arg(tr("the peer has no certificate to show"))};
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
        return {Fault::Refused,
                text.arg(m_context->hasCertificate() ? tr("the peer does not trust our certificate")
                                                     : tr("the peer wants a certificate of ours, and there is none"))};
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_WRONG_CIPHER_RETURNED:
    case SSL_R_DH_KEY_TOO_SMALL:
        return {Fault::Refused, text.arg(tr("the peer has no cipher in common with us, or wants a certificate we do not have"))};
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
    case SSL_R_BAD_RECORD_TYPE:
    case SSL_R_SSLV3_ALERT_BAD_RECORD_MAC:
        return {Fault::Damaged, tr("what came over the encrypted connection was changed on the way")};
    default:
        break;
    }
    if (!m_isOpen)
        return {Fault::Refused, text.arg(tr("the peer closed the connection instead of an answer: it may not speak TLS there"))};
    return {Fault::Unreachable, tr("the connection broke")};
}

TlsStream::Progress TlsStream::progressOf(int returned)
{
    const int code = SSL_get_error(m_ssl, returned);
    const unsigned long first = ERR_peek_error();
    ERR_clear_error();
    switch (code) {
    case SSL_ERROR_NONE:
        return Progress::Done;
    case SSL_ERROR_WANT_READ:
        return Progress::WantsRead;
    case SSL_ERROR_WANT_WRITE:
        return Progress::WantsWrite;
    case SSL_ERROR_ZERO_RETURN:
        if (m_hasRead || !m_seen.isCertificateMissing)
            return Progress::Closed;
        break;
    default:
        break;
    }
    // Its alert may be lost when it closes at once: what it asked for tells.
    if (m_isOpen && !m_hasRead && m_seen.isCertificateMissing &&
        ERR_GET_REASON(first) != SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED) {
        m_error = {Fault::Refused,
                   tr("no encrypted connection: %1").arg(tr("the peer wants a certificate of ours, and there is none"))};
        return Progress::Failed;
    }
    // A connection that ends without close_notify is cut; whoever reads knows whether a message was whole.
    if (m_isOpen && (code == SSL_ERROR_SYSCALL || ERR_GET_REASON(first) == SSL_R_UNEXPECTED_EOF_WHILE_READING))
        return Progress::Closed;
    if (m_error.detail.isEmpty()) // what comes after the first is a consequence
        m_error = reason(first);
    return Progress::Failed;
}

TlsStream::Progress TlsStream::handshake()
{
    ERR_clear_error();
    const int returned = SSL_do_handshake(m_ssl);
    if (returned == 1) {
        m_isOpen = true;
        return Progress::Done;
    }
    return progressOf(returned);
}

TlsStream::Progress TlsStream::read(void* bytes, size_t size, size_t& count)
{
    if (!m_ahead.isEmpty()) {
        count = std::min(size, size_t(m_ahead.size()));
        std::memcpy(bytes, m_ahead.constData(), count);
        m_ahead.remove(0, qsizetype(count));
        return Progress::Done;
    }
    ERR_clear_error();
    const auto progress = progressOf(SSL_read_ex(m_ssl, bytes, size, &count));
    m_hasRead |= progress == Progress::Done;
    return progress;
}

TlsStream::Progress TlsStream::readAhead(qsizetype size)
{
    while (m_ahead.size() < size) {
        QByteArray block(size - m_ahead.size(), Qt::Uninitialized);
        size_t count = 0;
        ERR_clear_error();
        const Progress progress = progressOf(SSL_read_ex(m_ssl, block.data(), size_t(block.size()), &count));
        if (progress != Progress::Done)
            return progress;
        m_ahead += block.left(qsizetype(count));
    }
    return Progress::Done;
}

TlsStream::Progress TlsStream::peek(void* bytes, size_t size, size_t& count)
{
    if (!m_ahead.isEmpty()) {
        count = std::min(size, size_t(m_ahead.size()));
        std::memcpy(bytes, m_ahead.constData(), count);
        return Progress::Done;
    }
    ERR_clear_error();
    return progressOf(SSL_peek_ex(m_ssl, bytes, size, &count));
}

TlsStream::Progress TlsStream::write(const void* bytes, size_t size, size_t& count)
{
    ERR_clear_error();
    return progressOf(SSL_write_ex(m_ssl, bytes, size, &count));
}

void TlsStream::close()
{
    if (m_isOpen) {
        ERR_clear_error();
        SSL_shutdown(m_ssl);
        ERR_clear_error();
    }
    m_isOpen = false;
}

} // namespace diascope::dimse
