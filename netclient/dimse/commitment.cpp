#include "netclient/dimse/commitment.h"
#include "netclient/dicom/uid.h"
#include "netclient/dimse/association.h"
#include "netclient/dimse/commitment_report.h"
#include <QDeadlineTimer>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

constexpr dicom::Tag transactionUidTag{0x0008, 0x1195};
constexpr dicom::Tag failureReason{0x0008, 0x1197};
constexpr dicom::Tag failedSopSequence{0x0008, 0x1198};
constexpr dicom::Tag referencedSopSequence{0x0008, 0x1199};
constexpr dicom::Tag referencedSopClassUid{0x0008, 0x1150};
constexpr dicom::Tag referencedSopInstanceUid{0x0008, 0x1155};

const QStringList uncompressed{QString::fromUtf16(dicom::explicitLittleEndian), QString::fromUtf16(dicom::implicitLittleEndian)};

/// PS3.3 Table C.14-1 and what follows it.
QString reasonText(quint16 reason)
{
    switch (reason) {
    case 0x0110:
        return tr("the peer failed while it processed it");
    case 0x0112:
        return tr("the peer does not have it");
    case 0x0213:
        return tr("the peer has no room for it");
    case 0x0122:
        return tr("the peer does not keep this kind of object");
    case 0x0119:
        return tr("the peer has another kind of object by this name");
    case 0x0131:
        return tr("the peer was asked twice by the same transaction");
    default:
        return tr("the peer gives the reason 0x%1").arg(reason, 4, 16, QLatin1Char('0'));
    }
}

dicom::Dataset actionInformation(const QString& transactionUid, const std::vector<InstanceReference>& instances)
{
    dicom::Dataset information;
    information.remove(dicom::tag::SpecificCharacterSet);
    (void)information.setText(transactionUidTag, transactionUid);
    for (const InstanceReference& instance : instances) {
        dicom::Dataset item = information.addItem(referencedSopSequence);
        (void)item.setText(referencedSopClassUid, instance.sopClassUid);
        (void)item.setText(referencedSopInstanceUid, instance.sopInstanceUid);
    }
    return information;
}

/// The report on the association of the request; nothing: it did not come in time, or the peer ended the association to bring
/// it on one of its own.
Result<std::optional<CommitmentReport>> awaitReport(Association& association, const QString& transactionUid, int seconds,
                                                    Task& task)
{
    QDeadlineTimer deadline(seconds * 1000LL);
    while (!deadline.hasExpired()) {
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped"));
        if (!ASC_dataWaiting(association.dcmtk(), 1))
            continue;
        T_DIMSE_Message message = {};
        quint8 context = 0;
        if (auto received = association.receive(message, context); !received) {
            if (received.error().fault == Fault::Cancelled || received.error().fault == Fault::Damaged)
                return std::unexpected(received.error());
            return std::nullopt; // the request was accepted: the report is still to come
        }
        if (message.CommandField != DIMSE_N_EVENT_REPORT_RQ)
            return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
        const T_DIMSE_N_EventReportRQ& event = message.msg.NEventReportRQ;
        Result<CommitmentReport> report = fail(Fault::Damaged, tr("the report names no transaction"));
        if (event.DataSetType != DIMSE_DATASET_NULL) {
            const auto information = association.receiveDataset(context);
            if (!information)
                return std::unexpected(information.error());
            report = commitmentReport(*information);
        }
        const bool isOurs = isCommitmentEvent(event) && report && report->transactionUid == transactionUid;
        answerEvent(association.dcmtk(), context, event, isOurs ? STATUS_Success : STATUS_N_ProcessingFailure);
        if (isOurs)
            return std::move(*report);
    }
    return std::nullopt;
}

} // namespace

Result<CommitmentReport> commitmentReport(const dicom::Dataset& information)
{
    CommitmentReport report;
    report.transactionUid = information.text(transactionUidTag);
    if (!dicom::isValidUid(report.transactionUid))
        return fail(Fault::Damaged, tr("the report names no transaction"));
    for (const dicom::Dataset& item : information.items(referencedSopSequence))
        report.committed << item.text(referencedSopInstanceUid);
    for (const dicom::Dataset& item : information.items(failedSopSequence)) {
        const QString uid = item.text(referencedSopInstanceUid);
        report.failed.push_back({uid, reasonText(quint16(item.integer(failureReason).value_or(0)))});
        report.committed.removeAll(uid); // said to be both: not safe
    }
    return report;
}

bool isCommitmentEvent(const T_DIMSE_N_EventReportRQ& request)
{
    return qstrcmp(request.AffectedSOPClassUID, UID_StorageCommitmentPushModelSOPClass) == 0 &&
           (request.EventTypeID == 1 || request.EventTypeID == 2);
}

bool answerEvent(T_ASC_Association* association, quint8 context, const T_DIMSE_N_EventReportRQ& request, quint16 status)
{
    T_DIMSE_Message message = {};
    message.CommandField = DIMSE_N_EVENT_REPORT_RSP;
    T_DIMSE_N_EventReportRSP& response = message.msg.NEventReportRSP;
    response.MessageIDBeingRespondedTo = request.MessageID;
    qstrncpy(response.AffectedSOPClassUID, request.AffectedSOPClassUID, sizeof response.AffectedSOPClassUID);
    qstrncpy(response.AffectedSOPInstanceUID, request.AffectedSOPInstanceUID, sizeof response.AffectedSOPInstanceUID);
    response.EventTypeID = request.EventTypeID;
    response.DimseStatus = status;
    response.DataSetType = DIMSE_DATASET_NULL;
    response.opts = O_NEVENTREPORT_AFFECTEDSOPCLASSUID | O_NEVENTREPORT_AFFECTEDSOPINSTANCEUID | O_NEVENTREPORT_EVENTTYPEID;
    return DIMSE_sendMessageUsingMemoryData(association, context, &message, nullptr, nullptr, nullptr, nullptr).good();
}

Result<std::optional<CommitmentReport>> requestCommitment(const Node& node, const QString& transactionUid,
                                                          const std::vector<InstanceReference>& instances, const Local& local,
                                                          Task& task, int waitSeconds)
{
    if (instances.empty() || !dicom::isValidUid(transactionUid))
        return fail(Fault::Invalid, tr("there is nothing to ask for, or no transaction to ask by"));
    const QString model = QLatin1String(UID_StorageCommitmentPushModelSOPClass);
    auto opened = Association::open(node, local, {{model, uncompressed}}, task);
    if (!opened)
        return std::unexpected(opened.error());
    Association& association = **opened;
    T_DIMSE_Message request = {};
    request.CommandField = DIMSE_N_ACTION_RQ;
    T_DIMSE_N_ActionRQ& action = request.msg.NActionRQ;
    action.MessageID = association.nextMessageId();
    qstrncpy(action.RequestedSOPClassUID, UID_StorageCommitmentPushModelSOPClass, sizeof action.RequestedSOPClassUID);
    qstrncpy(action.RequestedSOPInstanceUID, UID_StorageCommitmentPushModelSOPInstance, sizeof action.RequestedSOPInstanceUID);
    action.DataSetType = DIMSE_DATASET_PRESENT;
    action.ActionTypeID = 1; // request storage commitment (PS3.4 J.3.2)
    const dicom::Dataset information = actionInformation(transactionUid, instances);
    if (auto sent = association.send(association.contextFor(model), request, &information); !sent)
        return std::unexpected(sent.error());
    T_DIMSE_Message response = {};
    quint8 on = 0;
    if (auto received = association.receive(response, on); !received)
        return std::unexpected(received.error());
    if (response.CommandField != DIMSE_N_ACTION_RSP)
        return fail(Fault::Damaged, tr("the peer broke the protocol: an answer to something else came"));
    if (response.msg.NActionRSP.DataSetType != DIMSE_DATASET_NULL)
        if (const auto reply = association.receiveDataset(on); !reply)
            return std::unexpected(reply.error());
    if (const quint16 status = response.msg.NActionRSP.DimseStatus; status != STATUS_Success)
        return fail(Fault::Refused, QStringLiteral("%1: %2").arg(peerName(node), statusText(status)));
    auto report = awaitReport(association, transactionUid, waitSeconds, task);
    if (report)
        association.release();
    return report;
}

} // namespace diascope::dimse
