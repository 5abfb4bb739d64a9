#pragma once
#include "netclient/dicom/exchange.h"
#include "netclient/dimse/node.h"
#include <memory>

namespace diascope::dimse
{

using dicom::Received;
using dicom::Sink;

struct ListenerOptions
{
    QString aeTitle = QStringLiteral("DIASCOPE");
    quint16 port = 0; ///< 0: any free one, see Listener::port()
    enum class Interface { Any, Loopback } interface = Interface::Any;
    enum class CalledAe { MustMatch, Any } calledAe = CalledAe::MustMatch;
    int maximumAssociations = 32; ///< at once; more are turned away as a transient rejection
    int acseSeconds = 30;         ///< for a connection to become an association
    int dimseSeconds = 60;        ///< silence in the middle of a message; an idle association may wait ten times that
};

/// Storage and verification SCP on threads of its own. Each instance is answered with success only after the sink took it.
class Listener
{
public:
    /// Errors: Conflict (the port is taken), Denied (a port below 1024 without the right), Internal.
    static Result<std::unique_ptr<Listener>> start(const ListenerOptions& options, Sink sink);
    ~Listener(); ///< stop()
    quint16 port() const;
    /// Connections open now, idle ones too.
    int connections() const;
    void stop();

private:
    Listener();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::dimse
