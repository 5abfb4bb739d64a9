#include "netclient/dimse/listener_session.h"
#include "netclient/base/log.h"
#include "netclient/dicom/judgement.h"
#include "netclient/dimse/commitment_report.h"
#include "netclient/dimse/retrieve_session.h"
#include <mutex>
#include <unistd.h>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/cond.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

Error broken(const OFCondition& condition) { return {Fault::Damaged, QString::fromUtf8(condition.text())}; }

} // namespace

qint64 nowMs()
{
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return qint64(time.tv_sec) * 1000 + time.tv_nsec / 1000000;
}

Session::Session(Guest&& guest, const ListenerOptions& options, const Sink& sink, Welcome welcome, const Refused& refused,
                 ReceiveBudget& budget)
    : m_socket(guest.socket), m_address(guest.address), m_options(options), m_sink(sink), m_welcome(welcome), m_refused(refused),
      m_budget(budget)
{
    m_watch->silenceSeconds = options.dimseSeconds;
    m_layer = watchedTransport(m_watch, Encryption(std::move(guest.stream)));
    m_thread = std::thread([this] { run(); });
}

Session::~Session()
{
    m_watch->stop = true;
    m_thread.join();
}

qint64 Session::idleMs() const
{
    const qint64 since = m_idleSince;
    return since < 0 ? -1 : nowMs() - since;
}

void Session::measure()
{
    constexpr qint64 trickleBytesPerSecond = 1024; // no line in use is as slow
    const qint64 now = nowMs(), elapsed = now - m_windowSince;
    const qint64 bytes = m_watch->bytesRead;
    if (m_isStoring) { // our disk's time is not the peer's
        m_windowSince = now;
        m_windowBytes = bytes;
    } else if (elapsed >= m_options.rateWindowMs) {
        m_bytesPerSecond = (bytes - m_windowBytes) * 1000 / elapsed;
        m_trickleMs = idleMs() < 0 && *m_bytesPerSecond < trickleBytesPerSecond ? m_trickleMs + elapsed : 0;
        m_windowSince = now;
        m_windowBytes = bytes;
    }
}

void Session::run()
{
    try {
        if (accept())
            serve();
    } catch (const std::exception& exception) { // no memory, or what the sink let through: this association ends, no other
        qCWarning(lcNet) << "an association ended:" << exception.what();
    }
    if (m_association) {
        ASC_dropSCPAssociation(m_association, 1);
        ASC_destroyAssociation(&m_association);
    }
    if (m_network)
        ASC_dropNetwork(&m_network);
    m_isOver = true;
}

bool Session::accept()
{
    OFCondition received = EC_IllegalCall;
    m_watch->mayStillRead = longestAssociationRequest + 64;
    {
        // DCMTK takes an accepted socket only through a global. The request is in the socket's buffer already, so this is short.
        static std::mutex handover;
        const std::lock_guard lock(handover);
        dcmExternalSocketHandle.set(m_socket);
        received = ASC_initializeNetwork(NET_ACCEPTOR, 0, m_options.acseSeconds, &m_network);
        if (received.good()) {
            ASC_setTransportLayer(m_network, m_layer.get(), 0);
            received = ASC_receiveAssociation(m_network, &m_association, maximumPdu, nullptr, nullptr, OFFalse, DUL_NOBLOCK,
                                              m_options.acseSeconds);
        }
        dcmExternalSocketHandle.set(DCMNET_INVALID_SOCKET);
    }
    if (!m_association)
        ::close(m_socket);
    if (received.bad()) {
        m_refused(m_address, tr("its request for an association was broken"));
        return false;
    }
    char calling[DUL_LEN_TITLE + 1] = {};
    char called[DUL_LEN_TITLE + 1] = {};
    ASC_getAPTitles(m_association->params, calling, sizeof calling, called, sizeof called, nullptr, 0);
    m_callingAe = QString::fromLatin1(calling).trimmed();
    const QString calledAe = QString::fromLatin1(called).trimmed();
    if (m_welcome == Welcome::TurnedAway)
        return reject(Rejection::TooMany, tr("there were too many associations"));
    const bool isOurs = calledAe.compare(m_options.aeTitle.trimmed(), Qt::CaseInsensitive) == 0;
    if (m_options.calledAe == ListenerOptions::CalledAe::MustMatch && !isOurs)
        return reject(Rejection::OtherAe, tr("it called for the AE title \"%1\"").arg(calledAe));
    if (m_options.isKnown && !m_options.isKnown(m_callingAe, m_address))
        return reject(Rejection::Stranger, tr("no peer \"%1\" with this address is set up").arg(m_callingAe));
    acceptContexts();
    const bool isAnswered = ASC_acknowledgeAssociation(m_association).good();
    m_syntaxes = agreedSyntaxes(m_association);
    return isAnswered;
}

bool Session::reject(Rejection rejection, const QString& reason)
{
    const T_ASC_RejectParameters parameters =
        rejection == Rejection::TooMany
            ? T_ASC_RejectParameters{ASC_RESULT_REJECTEDTRANSIENT, ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                                     ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED}
            : T_ASC_RejectParameters{ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER,
                                     rejection == Rejection::OtherAe ? ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED
                                                                     : ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED};
    qCInfo(lcNet) << "turned an association away, reason" << Qt::hex << int(parameters.reason);
    m_refused(m_address, reason);
    ASC_rejectAssociation(m_association, &parameters);
    return false;
}

/// Of each context the first syntax the peer names and we know: it puts first what it has.
void Session::acceptContexts()
{
    T_ASC_Parameters* parameters = m_association->params;
    for (int i = 0; i < ASC_countPresentationContexts(parameters); ++i) {
        T_ASC_PresentationContext context = {};
        if (ASC_getPresentationContext(parameters, i, &context).bad())
            continue;
        const bool isEcho = qstrcmp(context.abstractSyntax, UID_VerificationSOPClass) == 0;
        const bool isStorage = dcmIsaStorageSOPClassUID(context.abstractSyntax, ESSC_All);
        const bool isReport =
            m_options.onCommitment && qstrcmp(context.abstractSyntax, UID_StorageCommitmentPushModelSOPClass) == 0;
        if (!isEcho && !isStorage && !isReport) {
            ASC_refusePresentationContext(parameters, context.presentationContextID, ASC_P_ABSTRACTSYNTAXNOTSUPPORTED);
            continue;
        }
        const char* chosen = nullptr;
        for (int k = 0; k < int(context.transferSyntaxCount) && !chosen; ++k) {
            const auto syntax = dicom::TransferSyntax::fromUid(QString::fromLatin1(context.proposedTransferSyntaxes[k]));
            const bool isPlain = syntax.codec == dicom::TransferSyntax::Codec::None;
            if (isEcho || isReport ? isPlain && !syntax.isDeflated : syntax.codec != dicom::TransferSyntax::Codec::Unknown)
                chosen = context.proposedTransferSyntaxes[k];
        }
        // A peer that reports is the provider on an association it asked for itself (PS3.7 D.3.3.4).
        if (chosen)
            ASC_acceptPresentationContext(parameters, context.presentationContextID, chosen,
                                          isReport ? context.proposedRole : T_ASC_SC_ROLE(ASC_SC_ROLE_DEFAULT));
        else
            ASC_refusePresentationContext(parameters, context.presentationContextID, ASC_P_TRANSFERSYNTAXESNOTSUPPORTED);
    }
}

void Session::serve()
{
    while (!m_watch->stop) {
        T_DIMSE_Message message = {};
        T_ASC_PresentationContextID context = 0;
        m_watch->mayStillRead = longestCommand;
        m_idleSince = nowMs();
        const OFCondition received = receiveCommand(m_association, m_options.dimseSeconds * 10, context, message);
        m_idleSince = -1;
        if (received == DUL_PEERREQUESTEDRELEASE) {
            ASC_acknowledgeRelease(m_association);
            return;
        }
        if (received == DUL_PEERABORTEDASSOCIATION || received == DUL_NETWORKCLOSED)
            return;
        if (received.bad() || !handle(message, context)) {
            if (!m_watch->stop)
                m_refused(m_address,
                          received == DIMSE_NODATAAVAILABLE ? tr("it was silent for too long") : tr("it broke the protocol"));
            ASC_abortAssociation(m_association);
            return;
        }
    }
    ASC_abortAssociation(m_association);
}

/// False: the association cannot go on.
bool Session::handle(T_DIMSE_Message& message, quint8 context)
{
    switch (message.CommandField) {
    case DIMSE_C_ECHO_RQ:
        return DIMSE_sendEchoResponse(m_association, context, &message.msg.CEchoRQ, STATUS_Success, nullptr).good();
    case DIMSE_C_STORE_RQ:
        return message.msg.CStoreRQ.DataSetType != DIMSE_DATASET_NULL && handleStore(message.msg.CStoreRQ, context);
    case DIMSE_N_EVENT_REPORT_RQ:
        return m_options.onCommitment && handleEvent(message.msg.NEventReportRQ, context);
    default:
        return false;
    }
}

bool Session::handleStore(T_DIMSE_C_StoreRQ& request, quint8 context)
{
    T_ASC_PresentationContext negotiated = {};
    if (ASC_findAcceptedPresentationContext(m_association->params, context, &negotiated).bad())
        return false; // a syntax that was never agreed on
    Received received;
    received.sopClassUid = QString::fromLatin1(request.AffectedSOPClassUID);
    received.sopInstanceUid = QString::fromLatin1(request.AffectedSOPInstanceUID);
    received.transferSyntaxUid = m_syntaxes.value(context);
    received.callingAe = m_callingAe;
    if (request.opts & O_STORE_MOVEORIGINATORAETITLE)
        received.moveOriginator = QString::fromLatin1(request.MoveOriginatorApplicationEntityTitle).trimmed();
    if (request.opts & O_STORE_MOVEORIGINATORID)
        received.moveMessageId = request.MoveOriginatorID;
    m_watch->mayStillRead = longestStore;
    HeldBytes held(m_budget);
    auto bytes = receiveStoreDataset(m_association, request, context, received.transferSyntaxUid, m_options.dimseSeconds,
                                     broken, &held);
    if (!bytes)
        return false;
    T_DIMSE_C_StoreRSP response = {};
    if (bytes->isTooLarge) {
        response.DimseStatus = STATUS_STORE_Refused_OutOfResources;
    } else if (qstrcmp(request.AffectedSOPClassUID, negotiated.abstractSyntax) != 0) {
        response.DimseStatus = STATUS_STORE_Refused_SOPClassNotSupported; // not what was agreed on for this context (PS3.7 C.5.6)
    } else if (!dicom::isValidUid(received.sopInstanceUid)) {
        response.DimseStatus = STATUS_STORE_Error_CannotUnderstand;
    } else if (const auto inside = dicom::identityOf(bytes->part10, received.transferSyntaxUid, bytes->datasetOffset);
               inside && ((!inside->instance.isEmpty() && inside->instance != received.sopInstanceUid) ||
                          (!inside->sopClass.isEmpty() && inside->sopClass != received.sopClassUid))) {
        // What names nothing, or cannot be read, is for the sink to judge.
        response.DimseStatus = STATUS_STORE_Error_DataSetDoesNotMatchSOPClass; // 0xA900 (PS3.4 table B.2-1)
        qCInfo(lcNet) << "refused an instance that was another than announced";
    } else {
        received.part10 = std::move(bytes->part10);
        m_isStoring = true;
        const auto taken = m_sink(std::move(received));
        m_isStoring = false;
        response.DimseStatus = taken ? STATUS_STORE_Success : storeStatus(taken.error());
    }
    return DIMSE_sendStoreResponse(m_association, context, &request, &response, nullptr).good();
}

bool Session::handleEvent(const T_DIMSE_N_EventReportRQ& request, quint8 context)
{
    T_ASC_PresentationContext negotiated = {};
    if (request.DataSetType == DIMSE_DATASET_NULL ||
        ASC_findAcceptedPresentationContext(m_association->params, context, &negotiated).bad())
        return false;
    const auto information = receiveSmallDataset(m_association, context, m_syntaxes.value(context),
                                                 m_options.dimseSeconds, *m_watch, broken);
    if (!information)
        return false;
    auto report = commitmentReport(*information);
    const bool isUsable = report && isCommitmentEvent(request);
    if (isUsable) {
        report->callingAe = m_callingAe;
        m_options.onCommitment(*report);
    }
    return answerEvent(m_association, context, request, isUsable ? STATUS_Success : STATUS_N_ProcessingFailure);
}

} // namespace diascope::dimse
