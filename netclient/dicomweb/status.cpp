#include "netclient/dicomweb/http.h"
#include "netclient/dicomweb/media_type.h"

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

/// What `isTransient` knows it by.
QString forNow() { return tr("Try again later."); }

/// Basic and Bearer are what we speak; a server that does not say may mean either (RFC 9110 §11.6.1).
bool isLoginOffered(const QByteArray& challenge)
{
    const QByteArray schemes = challenge.toLower();
    return schemes.isEmpty() || schemes.contains("basic") || schemes.contains("bearer");
}

} // namespace

bool isTransient(const Error& error) { return error.fault == Fault::Refused && error.detail.endsWith(forNow()); }

Error statusError(const Answer& answer)
{
    switch (answer.status) {
    case 400:
        return {Fault::Refused, tr("the server does not understand the request (400)")};
    case 401:
        if (!isLoginOffered(answer.challenge))
            return {Fault::Denied, tr("the server wants a kind of login other than by password or token (401)")};
        return {Fault::Denied, tr("the server does not accept our user name, password or token (401)")};
    case 403:
        return {Fault::Denied, tr("the server does not permit it to this user (403)")};
    case 404:
        return {Fault::NotFound, tr("the server does not have it, or has no such service (404)")};
    case 405:
    case 501:
        return {Fault::Unsupported, tr("the server does not offer this service (%1)").arg(answer.status)};
    case 406:
        return {Fault::Unsupported, tr("the server cannot send it in a form we asked for (406)")};
    case 409:
        return {Fault::Conflict, tr("the server says it contradicts what it has (409)")};
    case 410:
        return {Fault::NotFound, tr("the server no longer has it (410)")};
    case 413:
        return {Fault::Refused, tr("the server says it is too large for one request (413)")};
    case 415:
        return {Fault::Unsupported, tr("the server does not accept this kind of data (415)")};
    case 429:
        return {Fault::Refused, tr("the server gets too many requests from us (429).") + u' ' + forNow()};
    case 503:
        return {Fault::Refused, tr("the server is busy or being maintained (503).") + u' ' + forNow()};
    case 407:
    case 502:
    case 504:
        return {Fault::Unreachable, tr("a proxy on the way does not reach the server (%1)").arg(answer.status)};
    default:
        break;
    }
    if (answer.status >= 500)
        return {Fault::Refused, tr("the server failed inside (%1)").arg(answer.status)};
    if (answer.status >= 300 && answer.status < 400)
        return {Fault::Refused, tr("the server sends us elsewhere without saying where (%1)").arg(answer.status)};
    return {Fault::Refused, tr("the server refused (%1)").arg(answer.status)};
}

Error notDicomError(const QByteArray& contentType)
{
    const QByteArray name = MediaType::parse(contentType).name;
    if (name == "text/html" || name == "application/xhtml+xml")
        return {Fault::NotDicom, tr("the server answered with a web page instead of data: it may want a login, or the address is wrong")};
    return {Fault::NotDicom, tr("the server answered with another kind of data than was asked for")};
}

bool isJson(const Answer& head, QByteArrayView begin)
{
    const MediaType type = MediaType::parse(head.contentType);
    if (type.isDicomJson())
        return true;
    const bool saysNothing = type.name.isEmpty() || type.name == "text/plain" || type.name == "application/octet-stream";
    const QByteArrayView mark("\xEF\xBB\xBF");
    if (begin.startsWith(mark))
        begin = begin.sliced(mark.size());
    begin = begin.trimmed();
    return saysNothing && (begin.startsWith('[') || begin.startsWith('{'));
}

} // namespace diascope::dicomweb
