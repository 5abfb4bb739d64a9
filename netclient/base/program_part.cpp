#include "netclient/base/program_part.h"
#include <QFileInfo>

namespace diascope
{

QString programPart(const QString& name)
{
    const QString folder = QFileInfo(QFileInfo(QStringLiteral("/proc/self/exe")).symLinkTarget()).absolutePath();
    for (const char* place : {"/", "/../lib/diascope/", "/../libexec/"})
        if (QFileInfo::exists(folder + QLatin1String(place) + name))
            return folder + QLatin1String(place) + name;
    return {};
}

} // namespace diascope
