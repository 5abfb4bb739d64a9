#include "netclient/dicomweb/media_type.h"

namespace diascope::dicomweb
{

MediaType MediaType::parse(const QByteArray& header)
{
    MediaType type;
    qsizetype at = header.indexOf(';');
    type.name = header.left(at < 0 ? header.size() : at).trimmed().toLower();
    while (at >= 0) {
        const qsizetype equals = header.indexOf('=', ++at);
        if (equals < 0)
            break;
        const QByteArray name = header.mid(at, equals - at).trimmed().toLower();
        QByteArray value;
        at = equals + 1;
        while (at < header.size() && (header[at] == ' ' || header[at] == '\t'))
            ++at;
        if (at < header.size() && header[at] == '"') {
            for (++at; at < header.size() && header[at] != '"'; ++at) {
                if (header[at] == '\\' && at + 1 < header.size())
                    ++at;
                value += header[at];
            }
            at = header.indexOf(';', at);
        } else {
            const qsizetype end = header.indexOf(';', at);
            value = header.mid(at, end < 0 ? -1 : end - at).trimmed();
            at = end;
        }
        if (!type.parameters.contains(name))
            type.parameters.insert(name, value);
    }
    return type;
}

} // namespace diascope::dicomweb
