#pragma once
#include "netclient/dicom/uid.h"
#include "netclient/dimse/node.h"
#include <functional>
#include <memory>

namespace diascope::dimse
{

/// An instance as it came over an association: a Part 10 file of our own header and the peer's dataset bytes, untouched.
/// The UIDs are the peer's words: valid in form, and never to become a file name.
struct Received
{
    QByteArray part10;
    QString sopClassUid;
    QString sopInstanceUid;
    QString transferSyntaxUid;
    QString callingAe;       ///< who sent it; empty for C-GET
    QString moveOriginator;  ///< AE title that asked the sender by C-MOVE; mostly empty
    quint16 moveMessageId = 0;
};

/// Stores it. An error becomes a failure status to the peer and is listed with the instance. May be called from several
/// threads at once by a Listener.
using Sink = std::function<Result<void>(Received&&)>;

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
