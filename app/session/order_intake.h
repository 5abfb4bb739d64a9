#pragma once
#include "netclient/base/settings.h"
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

/// Takes imaging orders over MLLP and acknowledges what is stored durably, on a thread of its own; what is no order is refused
/// (AR), an order that cannot be read or stored is an error (AE), each with its sentence.
class OrderIntake
{
public:
    /// port 0: any free one. `onOrder`: after each that was stored, on the intake's thread. Errors: those of MllpListener::listen().
    static Result<std::unique_ptr<OrderIntake>> start(const Profile& profile, quint16 port, std::function<void()> onOrder);
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
