#pragma once
#include "netclient/base/settings.h"
#include "netclient/transfer/rules.h"
#include <QThread>
#include <functional>
#include <memory>

namespace diascope::hl7
{
class MllpListener;
}

namespace diascope::app
{

/// Orders by HL7 come in on this port; 0: nobody listens.
inline const Setting<int> orderPort{"listen.hl7Port", 0};
/// Of this machine: who can reach it can call. The machine alone unless an address is set; "*": every one of its addresses.
inline const Setting<QString> orderAddress{"listen.hl7Address", "127.0.0.1"};
/// Who may call, separated by commas; empty: everybody who can reach the address.
inline const Setting<QString> orderCallers{"listen.hl7Callers", QString()};
/// With the listener's own certificate (listen.tls.certificate, listen.tls.key); where it has an authority (listen.tls.ca), callers show one too.
inline const Setting<bool> orderTls{"listen.hl7Tls", false};

/// Takes imaging orders over MLLP and acknowledges what is stored durably, on a thread of its own; what is no order is refused
/// (AR), an order that cannot be read or stored is an error (AE), each with its sentence. A late acknowledgement of one of our own
/// messages is answered and settles its delivery (HL7 v2.5.1 §2.9.3, enhanced mode).
class OrderIntake
{
public:
    struct Told
    {
        std::function<void(const transfer::Order&)> ordered; ///< after each that was stored
        std::function<void()> settled;                       ///< after the last word on one of our messages
    };
    /// port 0: any free one. `told` on the intake's thread. Errors: those of MllpListener::listen(); Invalid: an address or a
    /// certificate that the settings name is none.
    static Result<std::unique_ptr<OrderIntake>> start(const Profile& profile, quint16 port, Told told);
    ~OrderIntake();
    OrderIntake(const OrderIntake&) = delete;
    OrderIntake& operator=(const OrderIntake&) = delete;
    quint16 port() const { return m_port; }

private:
    OrderIntake() = default;
    QThread m_thread;
    std::unique_ptr<hl7::MllpListener> m_listener; ///< lives on m_thread
    quint16 m_port = 0;
};

} // namespace diascope::app
