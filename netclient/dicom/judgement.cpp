#include "netclient/dicom/judgement.h"
#include "netclient/dicom/dataset.h"
#include "netclient/dicom/quick_header.h"
#include <array>

namespace diascope::dicom
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dicom", text); }

template <typename Header>
Identity identityIn(const Header& header, const QString& transferSyntaxUid)
{
    return {header.text(tag::StudyInstanceUID), header.text(tag::SeriesInstanceUID), header.text(tag::PatientID),
            header.text(tag::SOPInstanceUID), header.text(tag::SOPClassUID), transferSyntaxUid};
}

} // namespace

Result<Identity> identityOf(const QByteArray& part10, const QString& transferSyntaxUid, qint64 datasetOffset)
{
    static constexpr std::array wanted{tag::SOPClassUID, tag::SOPInstanceUID, tag::PatientID, tag::StudyInstanceUID,
                                       tag::SeriesInstanceUID};
    const std::span bytes(reinterpret_cast<const uchar*>(part10.constData()) + datasetOffset,
                          size_t(part10.size() - datasetOffset));
    const auto header = datasetOffset > 0 ? QuickHeader::readDataset(bytes, transferSyntaxUid, wanted)
                                          : QuickHeader::read(bytes, wanted);
    if (header)
        return identityIn(*header, datasetOffset > 0 ? transferSyntaxUid : header->transferSyntaxUid());
    const auto dataset = Dataset::fromBytes(part10);
    if (!dataset)
        return std::unexpected(dataset.error());
    return identityIn(*dataset, dataset->transferSyntax().uid);
}

Result<void> judge(const Identity& identity, const RetrieveRequest& request, const QString& announced)
{
    if (!isValidUid(announced) || !isValidUid(identity.instance))
        return fail(Fault::Invalid, tr("its SOP Instance UID is no UID"));
    if (identity.study != request.study.value)
        return fail(Fault::Conflict, tr("it belongs to another study than was asked for"));
    if (!request.series.isEmpty() && identity.series != request.series.value)
        return fail(Fault::Conflict, tr("it belongs to another series than was asked for"));
    if (!request.patientId.isEmpty() && identity.patientId.trimmed() != request.patientId.trimmed())
        return fail(Fault::Conflict, tr("it belongs to another patient than was asked for"));
    if (identity.instance != announced)
        return fail(Fault::Damaged, tr("it is another instance than was announced"));
    return {};
}

} // namespace diascope::dicom
