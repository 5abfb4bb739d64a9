#pragma once
#include <QByteArray>
#include <QMap>

namespace diascope::dicomweb
{

/// A Content-Type (RFC 9110 §8.3.1).
struct MediaType
{
    QByteArray name; ///< lower case: "multipart/related"
    QMap<QByteArray, QByteArray> parameters; ///< names in lower case, values without quotes

    static MediaType parse(const QByteArray& header);
    bool isDicomJson() const { return name == "application/json" || name == "text/json" || (name.startsWith("application/") && name.endsWith("+json")); }
};

} // namespace diascope::dicomweb
