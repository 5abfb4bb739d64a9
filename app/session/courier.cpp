#include "app/session/courier.h"
#include "app/session/session.h"

namespace diascope::app
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Session", text); }

} // namespace

transfer::Acknowledgement plain(const hl7::Acknowledgement& answer)
{
    using transfer::Acknowledgement;
    auto code = Acknowledgement::Error;
    if (answer.isAccepted())
        code = Acknowledgement::Accept;
    else if (answer.isPending())
        code = Acknowledgement::Commit;
    else if (answer.code == hl7::AckCode::Rejected || answer.code == hl7::AckCode::CommitRejected)
        code = Acknowledgement::Reject;
    return {code, answer.controlId, answer.text};
}

Result<void> Courier::settleLate()
{
    if (!m_mllp)
        return {};
    for (const hl7::Acknowledgement& late : m_mllp->takeLate())
        if (const auto settled = m_queue->settle(plain(late)); !settled)
            return std::unexpected(settled.error());
    return {};
}

Result<transfer::DeliveryQueue::Outcome> Courier::round(Task& task, transfer::DeliveryQueue::Force force)
{
    const Settings settings(m_profile); // of this thread
    if (!m_queue) {
        auto queue = transfer::DeliveryQueue::open(m_profile);
        if (!queue)
            return std::unexpected(queue.error());
        m_queue = std::move(*queue);
    }
    if (auto settled = settleLate(); !settled)
        return std::unexpected(settled.error());
    hl7::MllpTarget target;
    target.host = settings.get(risHost);
    target.port = quint16(settings.get(risPort));
    target.security = settings.get(risTls) ? hl7::MllpTarget::Security::Tls : hl7::MllpTarget::Security::Plain;
    target.caFile = settings.get(risCa);
    if (!m_mllp || target != m_target) {
        m_mllp = std::make_unique<hl7::MllpSender>(target);
        m_target = target;
    }
    auto outcome = m_queue->deliverDue(
        [&](const transfer::Delivery& delivery) -> Result<transfer::Acknowledgement> {
            if (target.host.isEmpty())
                return fail(Fault::Unreachable, tr("no RIS is set up (setting ris.hl7.host)"));
            const auto answer = m_mllp->send(delivery.payload, delivery.controlId, task);
            if (!answer)
                return std::unexpected(answer.error());
            return plain(*answer);
        },
        task, force);
    if (!outcome)
        return outcome;
    if (auto settled = settleLate(); !settled) // on the same connection, behind what was asked
        return std::unexpected(settled.error());
    const auto held = m_queue->holdCommitted(std::chrono::minutes(settings.get(risAnswerMinutes)));
    if (!held)
        return std::unexpected(held.error());
    outcome->held += *held;
    return outcome;
}

} // namespace diascope::app
