#include "app/session/order_intake.h"
#include "app/session/courier.h"
#include "app/session/exchange.h"
#include "netclient/base/log.h"
#include "netclient/dicomweb/tls.h"
#include "netclient/hl7/mllp.h"
#include "netclient/transfer/order_store.h"
#include <QSslSocket>

namespace diascope::app
{

namespace
{

using Reply = hl7::MllpListener::Reply;

QString tr(const char* text) { return QCoreApplication::translate("Session", text); }

class Clerk
{
public:
    Clerk(const Profile& profile, OrderIntake::Told told) : m_profile(profile), m_told(std::move(told)) {}

    Reply take(const hl7::Message& message)
    {
        if (message.segment(QStringLiteral("MSA")))
            return settle(message);
        const auto order = transfer::orderOf(message);
        if (!order)
            return {order.error().fault == Fault::Unsupported ? hl7::AckCode::Rejected : hl7::AckCode::Error, order.error().detail};
        if (const auto stored = store(*order); !stored) {
            qCWarning(lcNet) << "an order cannot be stored:" << int(stored.error().fault);
            return {hl7::AckCode::Error, diascope::message(stored.error())};
        }
        if (m_told.ordered && !order->isCancelled)
            m_told.ordered(order->order);
        return {};
    }

private:
    /// An acknowledgement is answered with a commit only: nobody acknowledges acknowledgements for ever.
    Reply settle(const hl7::Message& message)
    {
        const auto acknowledgement = hl7::acknowledgementIn(message);
        if (!acknowledgement)
            return {hl7::AckCode::CommitRejected, tr("the acknowledgement has no code (MSA-1)")};
        if (!m_deliveries) {
            auto opened = transfer::DeliveryQueue::open(m_profile);
            if (!opened)
                return {hl7::AckCode::CommitError, diascope::message(opened.error())};
            m_deliveries = std::move(*opened);
        }
        const auto settled = m_deliveries->settle(plain(*acknowledgement));
        if (!settled)
            return {hl7::AckCode::CommitError, diascope::message(settled.error())};
        if (!*settled)
            return {hl7::AckCode::CommitRejected, tr("no message with this control ID waits for an acknowledgement (MSA-2)")};
        if (m_told.settled)
            m_told.settled();
        return {hl7::AckCode::CommitAccepted, {}};
    }

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
    OrderIntake::Told m_told;
    std::unique_ptr<transfer::OrderStore> m_orders;
    std::unique_ptr<transfer::DeliveryQueue> m_deliveries;
};

Result<hl7::MllpListener::Access> accessOf(const Settings& settings)
{
    hl7::MllpListener::Access access;
    for (const QString& caller : settings.get(orderCallers).split(u',', Qt::SkipEmptyParts)) {
        const QHostAddress address(caller.trimmed());
        if (address.isNull())
            return fail(Fault::Invalid, tr("%1 is no address (setting %2)").arg(caller.trimmed(), QLatin1String(orderCallers.key)));
        access.callers << address;
    }
    if (!settings.get(orderTls))
        return access;
    const dicom::TlsFiles files{settings.get(listenCa), settings.get(listenCertificate), settings.get(listenKey)};
    if (files.certificateFile.isEmpty() || files.keyFile.isEmpty())
        return fail(Fault::Invalid, tr("TLS for orders wants a certificate and its key (settings %1 and %2)").arg(QLatin1String(listenCertificate.key), QLatin1String(listenKey.key)));
    auto tls = dicomweb::sslConfiguration(files);
    if (!tls)
        return std::unexpected(tls.error());
    tls->setPeerVerifyMode(files.caFile.isEmpty() ? QSslSocket::VerifyNone : QSslSocket::VerifyPeer);
    if (!files.caFile.isEmpty())
        tls->setCaCertificates(QSslCertificate::fromPath(files.caFile)); // callers are held against it and nothing else
    access.tls = *tls;
    return access;
}

} // namespace

Result<std::unique_ptr<OrderIntake>> OrderIntake::start(const Profile& profile, quint16 port, Told told)
{
    const Settings settings(profile);
    const auto access = accessOf(settings);
    if (!access)
        return std::unexpected(access.error());
    const QString name = settings.get(orderAddress).trimmed();
    const QHostAddress address = name == QLatin1String("*") ? QHostAddress(QHostAddress::Any) : QHostAddress(name);
    if (address.isNull())
        return fail(Fault::Invalid, tr("%1 is no address (setting %2)").arg(name, QLatin1String(orderAddress.key)));
    std::unique_ptr<OrderIntake> intake(new OrderIntake);
    const auto clerk = std::make_shared<Clerk>(profile, std::move(told));
    intake->m_listener = std::make_unique<hl7::MllpListener>([clerk](const hl7::Message& message) { return clerk->take(message); });
    intake->m_listener->setAccess(*access);
    intake->m_listener->moveToThread(&intake->m_thread);
    intake->m_thread.start();
    Result<void> listening;
    QMetaObject::invokeMethod(intake->m_listener.get(), [&] {
        listening = intake->m_listener->listen(address, port);
        intake->m_port = intake->m_listener->port();
    }, Qt::BlockingQueuedConnection);
    if (!listening)
        return std::unexpected(listening.error());
    return intake;
}

OrderIntake::~OrderIntake()
{
    QMetaObject::invokeMethod(m_listener.get(), [this] { m_listener.reset(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

} // namespace diascope::app
