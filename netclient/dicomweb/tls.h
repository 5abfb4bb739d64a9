#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/security.h"
#include <QList>

class QSslConfiguration;
class QSslError;

namespace diascope::dicomweb
{

/// TLS 1.2 or later, the peer's certificate and name checked (PS3.15 §B.9, BCP 195). Errors: Unreadable, Invalid.
Result<QSslConfiguration> sslConfiguration(const dicom::TlsFiles& files);

/// Why an encrypted connection did not come about, for a person: the errors of the certificate, else the handshake's text.
Error tlsError(const QList<QSslError>& errors, const QString& handshake);

} // namespace diascope::dicomweb
