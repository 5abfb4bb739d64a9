#include "netclient/dicomweb/intake.h"
#include "netclient/dicom/judgement.h"

namespace diascope::dicomweb
{

void Intake::failed(const QString& instanceUid, const QString& reason)
{
    if (!instanceUid.isEmpty() && m_failed.contains(instanceUid))
        return;
    m_failed.insert(instanceUid);
    m_result.failed.push_back({instanceUid, reason});
}

void Intake::take(QByteArray&& part10, const QString& announced)
{
    QString uid = announced;
    const auto taken = [&]() -> Result<void> {
        const auto identity = dicom::identityOf(part10);
        if (!identity)
            return std::unexpected(identity.error());
        if (uid.isEmpty() && dicom::isValidUid(identity->instance))
            uid = identity->instance;
        if (auto judged = dicom::judge(*identity, m_request, uid); !judged)
            return judged;
        return m_sink({std::move(part10), identity->sopClass, identity->instance, identity->transferSyntax, {}, {}, 0});
    }();
    if (!taken)
        return failed(uid, message(taken.error()));
    if (!m_request.present.contains(uid))
        m_received.insert(uid);
    m_result.received = m_received.size();
    m_task.report(m_result.received, std::max(m_result.expected - m_result.present, m_result.received));
}

} // namespace diascope::dicomweb
