#include "netclient/dicomweb/intake.h"
#include "netclient/dicom/quick_header.h"
#include "netclient/dicom/uid.h"
#include <array>

namespace diascope::dicomweb
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("DicomWeb", text); }

namespace tag = dicom::tag;

struct Identity
{
    QString study, series, patientId, instance, sopClass, transferSyntax;
};

template <typename Header>
Identity identityIn(const Header& header, const QString& transferSyntax)
{
    return {header.text(tag::StudyInstanceUID), header.text(tag::SeriesInstanceUID), header.text(tag::PatientID),
            header.text(tag::SOPInstanceUID), header.text(tag::SOPClassUID), transferSyntax};
}

Result<Identity> identityOf(const QByteArray& part10)
{
    static constexpr std::array wanted{tag::SOPClassUID, tag::SOPInstanceUID, tag::PatientID, tag::StudyInstanceUID, tag::SeriesInstanceUID};
    const std::span bytes(reinterpret_cast<const uchar*>(part10.constData()), size_t(part10.size()));
    if (const auto header = dicom::QuickHeader::read(bytes, wanted))
        return identityIn(*header, header->transferSyntaxUid());
    const auto dataset = dicom::Dataset::fromBytes(part10);
    if (!dataset)
        return std::unexpected(dataset.error());
    return identityIn(*dataset, dataset->transferSyntax().uid);
}

} // namespace

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
        const auto identity = identityOf(part10);
        if (!identity)
            return std::unexpected(identity.error());
        if (uid.isEmpty() && dicom::isValidUid(identity->instance))
            uid = identity->instance;
        if (!dicom::isValidUid(identity->instance))
            return fail(Fault::Invalid, tr("its SOP Instance UID is no UID"));
        if (identity->study != m_request.study.value)
            return fail(Fault::Conflict, tr("it belongs to another study than was asked for"));
        if (!m_request.series.isEmpty() && identity->series != m_request.series.value)
            return fail(Fault::Conflict, tr("it belongs to another series than was asked for"));
        if (!m_request.patientId.isEmpty() && identity->patientId != m_request.patientId)
            return fail(Fault::Conflict, tr("it belongs to another patient than was asked for"));
        if (identity->instance != uid)
            return fail(Fault::Damaged, tr("it is another instance than was asked for"));
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
