#include "netclient/dicomweb/tls.h"
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslError>
#include <QSslKey>
#include <algorithm>
#include <memory>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

Result<QList<QSslCertificate>> certificates(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(Fault::Unreadable, QStringLiteral("%1: %2").arg(path, file.errorString()));
    const auto found = QSslCertificate::fromDevice(&file, QSsl::Pem);
    if (found.isEmpty())
        return fail(Fault::Invalid, tr("%1 holds no certificate in PEM form").arg(path));
    return found;
}

Result<QSslKey> privateKey(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return fail(Fault::Unreadable, QStringLiteral("%1: %2").arg(path, file.errorString()));
    const QByteArray bytes = file.readAll();
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec})
        if (QSslKey key(bytes, algorithm, QSsl::Pem, QSsl::PrivateKey); !key.isNull())
            return key;
    return fail(Fault::Invalid, tr("%1 holds no private key without a passphrase").arg(path));
}

/// Qt asks OpenSSL only when the connection is made, and then says no more than that there is none.
bool belongTogether(const QSslCertificate& certificate, const QSslKey& key)
{
    const auto memoryOf = [](const QByteArray& pem) { return std::unique_ptr<BIO, decltype(&BIO_free)>(BIO_new_mem_buf(pem.constData(), int(pem.size())), &BIO_free); };
    const QByteArray certificatePem = certificate.toPem(), keyPem = key.toPem();
    const auto certificateMemory = memoryOf(certificatePem), keyMemory = memoryOf(keyPem);
    const std::unique_ptr<X509, decltype(&X509_free)> x509(PEM_read_bio_X509(certificateMemory.get(), nullptr, nullptr, nullptr), &X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> privateKey(PEM_read_bio_PrivateKey(keyMemory.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    return x509 && privateKey && X509_check_private_key(x509.get(), privateKey.get()) == 1;
}

QString reasonOf(QSslError::SslError error)
{
    switch (error) {
    case QSslError::CertificateExpired:
        return tr("the server's certificate has expired");
    case QSslError::CertificateNotYetValid:
        return tr("the server's certificate is not valid yet");
    case QSslError::HostNameMismatch:
        return tr("the server's certificate is for another host name");
    case QSslError::CertificateRevoked:
        return tr("the server's certificate has been revoked");
    case QSslError::SelfSignedCertificate:
    case QSslError::SelfSignedCertificateInChain:
    case QSslError::UnableToGetLocalIssuerCertificate:
    case QSslError::UnableToGetIssuerCertificate:
    case QSslError::UnableToVerifyFirstCertificate:
    case QSslError::CertificateUntrusted:
        return tr("the server's certificate comes from an authority that is not trusted here");
    case QSslError::InvalidPurpose:
        return tr("the server's certificate is not one for a server");
    case QSslError::UnspecifiedError: // what Qt has no name for: OpenSSL's security level
        return tr("the server's certificate is made in a way that is no longer safe");
    default:
        return {};
    }
}

} // namespace

Result<QSslConfiguration> sslConfiguration(const dicom::TlsFiles& files)
{
    // Parsing the system's hundred and forty certificates takes a while.
    static const QList<QSslCertificate> system = QSslConfiguration::systemCaCertificates();
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    QList<QSslCertificate> trusted = system;
    if (!files.caFile.isEmpty()) {
        const auto ours = certificates(files.caFile);
        if (!ours)
            return std::unexpected(ours.error());
        trusted += *ours;
    }
    configuration.setCaCertificates(trusted);
    if (files.certificateFile.isEmpty())
        return configuration;
    const auto chain = certificates(files.certificateFile);
    if (!chain)
        return std::unexpected(chain.error());
    const auto key = privateKey(files.keyFile);
    if (!key)
        return std::unexpected(key.error());
    if (!belongTogether(chain->front(), *key))
        return fail(Fault::Invalid, tr("the key in %1 is not that of the certificate in %2").arg(files.keyFile, files.certificateFile));
    configuration.setLocalCertificateChain(*chain);
    configuration.setPrivateKey(*key);
    return configuration;
}

Error tlsError(const QList<QSslError>& errors, const QString& handshake)
{
    QStringList reasons;
    for (const QSslError& error : errors)
        if (const QString reason = reasonOf(error.error()); !reason.isEmpty() && !reasons.contains(reason))
            reasons << reason;
    if (!reasons.isEmpty())
        return {Fault::Refused, reasons.join(QStringLiteral("; "))};
    const auto says = [&](std::initializer_list<const char*> words) {
        return std::any_of(words.begin(), words.end(),
                           [&](const char* word) { return handshake.contains(QLatin1String(word), Qt::CaseInsensitive); });
    };
    if (says({"wrong version number", "packet length too long", "http request"}))
        return {Fault::Refused, tr("what answers there does not speak TLS")};
    if (says({"unsupported protocol", "protocol version", "no protocols available"}))
        return {Fault::Refused, tr("the server has only encryption that is no longer safe (older than TLS 1.2)")};
    if (says({"certificate required", "bad certificate", "unknown ca", "handshake failure", "certificate unknown"}))
        return {Fault::Denied, tr("the server did not accept our side of the encryption: it may want a certificate of ours")};
    return {Fault::Refused, tr("no encrypted connection came about (%1)").arg(errors.isEmpty() ? handshake : errors.front().errorString())};
}

} // namespace diascope::dicomweb
