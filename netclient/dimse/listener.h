#pragma once
#include "netclient/dicom/exchange.h"
#include "netclient/dimse/commitment.h"
#include "netclient/dimse/node.h"
#include <functional>
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
    enum class CalledAe { MustMatch, Any } calledAe = CalledAe::MustMatch; ///< in whatever case, padded or not
    /// Who may call, by AE title and IPv4 address; none: anybody. Called on the association's thread, on several at once.
    std::function<bool(const QString& callingAe, quint32 address)> isKnown{};
    int maximumAssociations = 32; ///< at once; more are turned away as a transient rejection, or take the place of one long idle or slow
    int maximumPerAddress = 16;   ///< of these, from one address: no single peer shuts out the others
    int acseSeconds = 30;         ///< for a connection to become an association
    int dimseSeconds = 60;        ///< silence, or a trickle, in the middle of a message; an idle association may wait ten times that
    int rateWindowMs = 5000;      ///< over so long it is measured how fast a peer sends
    /// Certificate and key: nobody comes in but by TLS. A caFile: only with a certificate of one of its authorities.
    std::optional<dicom::TlsFiles> tls{};
    /// Of instances that are not stored yet, over all associations. What does not fit is answered with 0xA700, to come again.
    qint64 maximumBytesHeld = qint64(2) << 30;
    OnCommitment onCommitment{}; ///< takes storage commitment reports; without it they are not accepted
};

/// For a window or the command line to say how it goes.
struct ListenerStatus
{
    int connections = 0;  ///< open now
    int idle = 0;         ///< of these, no association yet
    int associations = 0;
    qint64 refused = 0;   ///< connections and associations turned away since the start
    QString lastRefusal;  ///< translated: who and why
};

/// Storage and verification SCP on threads of its own. Each instance is answered with success only after the sink took it.
class Listener
{
public:
    /// Errors: Conflict (the port is taken), Denied (a port below 1024 without the right), Unreadable and Invalid (the files of
    /// TLS), Internal.
    static Result<std::unique_ptr<Listener>> start(const ListenerOptions& options, Sink sink);
    ~Listener(); ///< stop()
    quint16 port() const;
    /// Connections open now, idle ones too.
    int connections() const;
    ListenerStatus status() const;
    void stop();

private:
    Listener();
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace diascope::dimse
