#pragma once
#include "netclient/base/error.h"
#include <QByteArray>
#include <QStringList>

namespace diascope::reporting
{

/// What the source itself says, before an HTML parser mends it: libxml2 adds missing elements and joins doubled ones, and a
/// template that lacks or doubles them is not valid (IHE RAD TF-3 4.105.4.1.3).
struct MarkupOutline
{
    int html = 0;
    int head = 0;
    int title = 0;
    int body = 0;
    int charset = 0;              ///< meta elements with a charset
    QList<QByteArray> xmlScripts; ///< content of script type="text/xml"
    int otherScripts = 0;
};

/// One pass over the source; bounded in nesting. Unsupported: nested too deeply.
Result<MarkupOutline> outlineOf(const QByteArray& source);

} // namespace diascope::reporting
