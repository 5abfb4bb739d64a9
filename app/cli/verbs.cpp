#include "app/cli/verbs.h"

namespace diascope::cli
{

const std::vector<Verb>& verbs()
{
    static const std::vector<Verb> all{
        importVerb(), studiesVerb(), seriesVerb(), removeVerb(), verifyVerb(), rebuildVerb(), quarantineVerb(), pixelsVerb(),
        renderVerb(), measureVerb(), nodeVerb(),   echoVerb(),   findVerb(),   getVerb(),     sendVerb(),
        listenVerb(), transfersVerb(), worklistVerb(), prefetchVerb(), reportVerb(), deliverVerb(), mediaVerb(),
        demoVerb(),   benchVerb(),  configVerb(), doctorVerb(),
    };
    return all;
}

} // namespace diascope::cli
