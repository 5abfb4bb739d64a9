#pragma once
#include "netclient/base/error.h"
#include "netclient/dicom/security.h"
#include <QString>

namespace diascope::dicomweb
{

/// A DICOMweb service: where it is and how to get in. Over http without TLS, a login is refused unless the host is this machine.
struct Service
{
    QString url; ///< "https://pacs.example.org/dicom-web"; no user, query or fragment in it
    dicom::TlsFiles tls{};
    dicom::Login login{};
    /// The real character set of texts the server has read as ISO 8859-1 although they are not: for sources known to
    /// declare a wrong one. Texts with other letters are left as they are.
    QString assumedCharacterSet{};
    int connectSeconds = 10;  ///< until the request is out
    int silenceSeconds = 60;  ///< a thousand bytes at least must go or come in this time
    int patienceSeconds = 20; ///< how long "try again later" (429, 503) is honoured within one call; 0: not at all
    int parallel = 4;         ///< requests at once, 1 to 6
    bool wantsCompressed = false; ///< images in JPEG-LS without loss, where the server makes it: for slow lines
};

/// The server is there and has too much to do for now: worth trying again later.
bool isTransient(const Error& error);

} // namespace diascope::dicomweb
