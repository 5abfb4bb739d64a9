#include "app/session/order_intake.h"
#include "netclient/base/log.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"

namespace diascope::app
{

namespace
{

using Reply = hl7::MllpListener::Reply;

class Clerk
{
public:
    Clerk(const Profile& profile, std::function<void()> onOrder) : m_profile(profile), m_onOrder(std::move(onOrder)) {}

    Reply take(const hl7::Message& message)
    {
        const auto order = transfer::orderOf(message);
        if (!order)
            return {order.error().fault == Fault::Unsupported ? hl7::AckCode::Rejected : hl7::AckCode::Error, order.error().detail};
        if (const auto stored = store(*order); !stored) {
            qCWarning(lcNet) << "an order cannot be stored:" << int(stored.error().fault);
            return {hl7::AckCode::Error, diascope::message(stored.error())};
        }
        m_onOrder();
        return {};
    }

private:
    Result<void> store(const transfer::ReceivedOrder& order)
    {
        if (!m_orders) { // of the thread that asks first
            auto opened = transfer::OrderStore::open(m_profile);
            if (!opened)
                return std::unexpected(opened.error());
            m_orders = std::move(*opened);
        }
        return m_orders->store(order);
    }

    Profile m_profile;
    std::function<void()> m_onOrder;
    std::unique_ptr<transfer::OrderStore> m_orders;
};

} // namespace

Result<std::unique_ptr<OrderIntake>> OrderIntake::start(const Profile& profile, quint16 port, std::function<void()> onOrder)
{
    std::unique_ptr<OrderIntake> intake(new OrderIntake);
    const auto clerk = std::make_shared<Clerk>(profile, std::move(onOrder));
    intake->m_listener = std::make_unique<hl7::MllpListener>([clerk](const hl7::Message& message) { return clerk->take(message); });
    intake->m_listener->moveToThread(&intake->m_thread);
    intake->m_thread.start();
    Result<void> listening;
    QMetaObject::invokeMethod(intake->m_listener.get(), [&] {
        listening = intake->m_listener->listen(QHostAddress::Any, port);
        intake->m_port = intake->m_listener->port();
    }, Qt::BlockingQueuedConnection);
    if (!listening)
        return std::unexpected(listening.error());
    return intake;
}

OrderIntake::~OrderIntake()
{
    if (m_listener && m_thread.isRunning())
        QMetaObject::invokeMethod(m_listener.get(), [this] { m_listener.reset(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

} // namespace diascope::app
