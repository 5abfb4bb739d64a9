#pragma once
#include "app/cli/cli.h"

namespace diascope::cli
{

Verb importVerb();
Verb studiesVerb();
Verb seriesVerb();
Verb removeVerb();
Verb verifyVerb();
Verb rebuildVerb();
Verb quarantineVerb();
Verb pixelsVerb();
Verb renderVerb();
Verb measureVerb();
Verb nodeVerb();
Verb echoVerb();
Verb findVerb();
Verb getVerb();
Verb sendVerb();
Verb listenVerb();
Verb transfersVerb();
Verb worklistVerb();
Verb prefetchVerb();
Verb reportVerb();
Verb deliverVerb();
Verb mediaVerb();
Verb configVerb();
Verb doctorVerb();
Verb demoVerb();
Verb benchVerb();

} // namespace diascope::cli
