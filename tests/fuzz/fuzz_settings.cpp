// A settings file of any bytes: what the program reads of it, and writes back.
#include "tests/fuzz/fuzzing.h"
#include "netclient/dimse/node.h"
#include "netclient/transfer/rate_limit.h"
#include "netclient/transfer/rules.h"
#include "netclient/transfer/transfer_runner.h"
#include <QDir>
#include <QFile>
#include <unistd.h>

using namespace diascope;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size)
{
    static qint64 number = 0;
    // A name of its own each time: QSettings remembers files.
    const QString folder = QStringLiteral("/dev/shm/diascope-fuzz-%1/%2").arg(::getpid()).arg(++number);
    const auto profile = Profile::open(folder);
    if (!profile)
        return 0;
    {
        QFile file(profile->settingsPath());
        if (!file.open(QIODevice::WriteOnly) || file.write(reinterpret_cast<const char*>(bytes), qint64(size)) != qint64(size))
            return 0;
    }
    {
        Settings settings(*profile);
        dimse::Nodes nodes(settings);
        const auto before = nodes.list();
        for (const dimse::Node& node : before)
            fuzz::demand(node.associations >= 1 && node.associations <= 16 && node.secret.isEmpty());
        (void)dimse::localOf(settings);
        for (const Setting<QString>& text : {transfer::routeRules, transfer::prefetchRules, transfer::backgroundLimits}) {
            const QString value = settings.get(text);
            (void)transfer::parseRoutes(value);
            (void)transfer::parsePrefetch(value);
            (void)transfer::RateLimits::parse(value);
        }
        // What is there stays when a node is added, whatever stands beside it.
        const dimse::Node added{QStringLiteral("fuzz"), QStringLiteral("FUZZ"), QStringLiteral("127.0.0.1"), 104, false, {}, {}, {}};
        if (!nodes.find(added.name) && nodes.add(added)) {
            Settings again(*profile);
            fuzz::demand(dimse::Nodes(again).list().size() == before.size() + 1);
        }
    }
    QDir(folder).removeRecursively();
    return 0;
}
