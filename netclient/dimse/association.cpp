#include "netclient/dimse/association.h"
#include "netclient/base/log.h"
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/cond.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dimse.h>
#include <dcmtk/dcmnet/lst.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

QString textOf(const OFCondition& condition) { return QString::fromUtf8(condition.text()); }

/// Takes bytes up to a limit. Too much is read to its end and thrown away: the association stays usable for the answer.
class Vessel
{
public:
    Vessel(QByteArray& bytes, qint64 maximum, HeldBytes* held) : m_bytes(bytes), m_maximum(maximum), m_held(held) {}
    void add(const char* bytes, qint64 size)
    {
        if (!m_isFull && (m_bytes.size() + size > m_maximum || !hasRoomFor(size))) {
            m_isFull = true;
            m_bytes = {}; // at once: others have room now
            if (m_held)
                m_held->release();
        }
        if (!m_isFull)
            m_bytes.append(bytes, qsizetype(size));
    }
    bool isFull() const { return m_isFull; }

private:
    /// The capacity is what takes memory: twice as much each time, then in steps.
    bool hasRoomFor(qint64 size)
    {
        constexpr qint64 step = 64 << 20;
        const qint64 capacity = m_bytes.capacity();
        if (!m_held || m_bytes.size() + size <= capacity)
            return true;
        const qint64 wanted = capacity + std::max(size, std::min(std::max<qint64>(capacity, 65536), step));
        if (!m_held->grow(wanted - capacity))
            return false;
        m_bytes.reserve(qsizetype(wanted));
        return true;
    }

    QByteArray& m_bytes;
    qint64 m_maximum;
    HeldBytes* m_held;
    bool m_isFull = false;
};

OFCondition nextPdv(T_ASC_Association* association, int seconds, DUL_PDV& pdv)
{
    if (DUL_NextPDV(&association->DULassociation, &pdv).good()) // of the PDU that is here
        return EC_Normal;
    const OFCondition read = DUL_ReadPDVs(&association->DULassociation, nullptr, DUL_NOBLOCK, seconds);
    return read == DUL_PDATAPDUARRIVED ? DUL_NextPDV(&association->DULassociation, &pdv) : read;
}

/// The dataset of a message as it comes, PDV by PDV. DCMTK's own way does it only for transfer syntaxes it knows (no HTJ2K).
OFCondition receiveBytes(T_ASC_Association* association, quint8 context, int seconds, Vessel& vessel)
{
    DUL_PDV pdv = {};
    do {
        if (const OFCondition read = nextPdv(association, seconds, pdv); read.bad())
            return read;
        if (pdv.pdvType != DUL_DATASETPDV || pdv.presentationContextID != context)
            return DIMSE_UNEXPECTEDPDVTYPE;
        vessel.add(static_cast<const char*>(pdv.data), qint64(pdv.fragmentLength));
    } while (!pdv.lastPDV);
    return EC_Normal;
}

void appendMeta(QByteArray& meta, quint16 element, const char* vr, QByteArray value)
{
    if (value.size() % 2)
        value += qstrcmp(vr, "UI") == 0 ? '\0' : ' ';
    const bool isLong = qstrcmp(vr, "OB") == 0;
    const auto put = [&](quint32 number, int bytes) {
        for (int i = 0; i < bytes; ++i)
            meta += char(number >> (8 * i));
    };
    put(0x0002, 2);
    put(element, 2);
    meta += vr;
    if (isLong)
        put(0, 2);
    put(quint32(value.size()), isLong ? 4 : 2);
    meta += value;
}

/// Preamble and file meta header (PS3.10 §7.1).
QByteArray fileHeader(const QByteArray& sopClass, const QByteArray& sopInstance, const QByteArray& transferSyntax,
                      const QByteArray& source)
{
    QByteArray meta;
    appendMeta(meta, 0x0001, "OB", QByteArray("\0\1", 2));
    appendMeta(meta, 0x0002, "UI", sopClass);
    appendMeta(meta, 0x0003, "UI", sopInstance);
    appendMeta(meta, 0x0010, "UI", transferSyntax);
    appendMeta(meta, 0x0012, "UI", OFFIS_IMPLEMENTATION_CLASS_UID);
    appendMeta(meta, 0x0013, "SH", OFFIS_DTK_IMPLEMENTATION_VERSION_NAME);
    if (!source.trimmed().isEmpty())
        appendMeta(meta, 0x0016, "AE", source);
    QByteArray length(4, '\0');
    for (int i = 0; i < 4; ++i)
        length[i] = char(quint32(meta.size()) >> (8 * i));
    QByteArray header = QByteArray(128, '\0') + "DICM";
    appendMeta(header, 0x0000, "UL", length);
    return header + meta;
}

} // namespace

QString peerName(const Node& node) { return QStringLiteral("%1:%2 (%3)").arg(node.host).arg(node.port).arg(node.aeTitle); }

QString statusText(quint16 status)
{
    const QString code = QStringLiteral("0x%1").arg(status, 4, 16, QLatin1Char('0'));
    QString text;
    if (status == 0x0122)
        text = tr("the peer does not support this kind of object");
    else if (status == 0x0124)
        text = tr("the peer does not permit it");
    else if (status == 0xA801)
        text = tr("the peer does not know the move destination: it has to be told our AE title, host and port");
    else if ((status & 0xff00) == 0xA700)
        text = tr("the peer is out of resources");
    else if ((status & 0xff00) == 0xA900)
        text = tr("the peer says the data does not match its kind");
    else if ((status & 0xf000) == 0xC000)
        text = tr("the peer was unable to process it");
    else if (status == 0xFE00)
        text = tr("the peer stopped as asked");
    else
        text = tr("the peer reported a failure");
    const bool isForNow = (status & 0xff00) == 0xA700;
    return QStringLiteral("%1 (%2)").arg(text, code) + (isForNow ? u' ' + forNow() : QString());
}

Syntaxes agreedSyntaxes(T_ASC_Association* association)
{
    Syntaxes syntaxes;
    DUL_ASSOCIATESERVICEPARAMETERS& parameters = association->params->DULparams;
    for (LST_HEAD** list : {&parameters.acceptedPresentationContext, &parameters.requestedPresentationContext}) { // it looks in both
        if (!*list)
            continue;
        auto* context = static_cast<DUL_PRESENTATIONCONTEXT*>(LST_Head(list));
        (void)LST_Position(list, context);
        for (; context; context = static_cast<DUL_PRESENTATIONCONTEXT*>(LST_Next(list))) {
            char* const syntax = context->acceptedTransferSyntax;
            if (context->result != ASC_P_ACCEPTANCE || !*syntax)
                continue;
            if (!syntaxes.contains(context->presentationContextID))
                syntaxes.insert(context->presentationContextID, QString::fromLatin1(syntax));
            if (DcmXfer(syntax).getXfer() == EXS_Unknown)
                qstrncpy(syntax, UID_JPEG2000TransferSyntax, sizeof context->acceptedTransferSyntax);
        }
    }
    return syntaxes;
}

Association::~Association()
{
    abort();
    if (m_association) {
        ASC_dropAssociation(m_association);
        ASC_destroyAssociation(&m_association);
    }
    if (m_network)
        ASC_dropNetwork(&m_network);
}

quint8 Association::contextFor(const QString& abstractSyntax) const
{
    return ASC_findAcceptedPresentationContextID(m_association, abstractSyntax.toLatin1().constData());
}

quint8 Association::contextFor(const QString& abstractSyntax, const QString& transferSyntax) const
{
    T_ASC_PresentationContext context = {};
    for (int i = 0; i < ASC_countPresentationContexts(m_association->params); ++i) {
        if (ASC_getPresentationContext(m_association->params, i, &context).bad() || context.resultReason != ASC_P_ACCEPTANCE)
            continue;
        if (abstractSyntax == QLatin1String(context.abstractSyntax) && transferSyntax == transferSyntaxOf(context.presentationContextID))
            return context.presentationContextID;
    }
    return 0;
}

QString Association::transferSyntaxOf(quint8 context) const { return m_syntaxes.value(context); }

bool Association::isRelational(const QString& abstractSyntax) const
{
    SOPClassExtendedNegotiationSubItemList* accepted = nullptr;
    ASC_getAcceptedExtNegList(m_association->params, &accepted);
    if (!accepted)
        return false;
    for (const SOPClassExtendedNegotiationSubItem* item : *accepted)
        if (item->serviceClassAppInfoLength > 0 && abstractSyntax == QLatin1String(item->sopClassUID.c_str()))
            return item->serviceClassAppInfo[0] == 1;
    return false;
}

void Association::release()
{
    if (m_isOver)
        return;
    m_isOver = true;
    m_watch->silenceSeconds = 5;
    if (ASC_releaseAssociation(m_association).bad())
        ASC_abortAssociation(m_association);
}

void Association::abort()
{
    if (m_isOver)
        return;
    m_isOver = true;
    m_watch->silenceSeconds = 1;
    // The task may be cancelled: the abort goes out all the same.
    m_watch->task = nullptr;
    m_watch->isAborting = true;
    ASC_abortAssociation(m_association);
}

Error Association::errorOf(const OFCondition& condition) const
{
    const auto error = [this](Fault fault, const QString& text) {
        return Error{fault, QStringLiteral("%1: %2").arg(m_peer, text)};
    };
    if (m_watch->isGivenUp())
        return error(Fault::Cancelled, tr("stopped"));
    if (const auto encryption = m_watch->tlsError())
        return error(encryption->fault, encryption->detail);
    if (m_watch->isTooLong)
        return error(Fault::Damaged, tr("the peer broke the protocol: it sent more than was agreed"));
    if (m_watch->isNoCommand)
        return error(Fault::Damaged, tr("the peer broke the protocol: it sent something else where a command was due"));
    if (m_watch->hasTimedOut || condition == DIMSE_NODATAAVAILABLE || condition == DUL_READTIMEOUT)
        return error(Fault::TimedOut, tr("the peer was silent for %1 s").arg(m_dimseSeconds));
    // DCMTK takes a connection that ends for an abort.
    if (m_watch->isClosed || condition == DUL_NETWORKCLOSED)
        return error(Fault::Unreachable, tr("the connection broke"));
    if (condition == DUL_PEERABORTEDASSOCIATION)
        return error(Fault::Refused, tr("the peer aborted the association"));
    if (condition == DUL_PEERREQUESTEDRELEASE)
        return error(Fault::Refused, tr("the peer ended the association too early"));
    return error(Fault::Damaged, tr("the peer broke the protocol: %1").arg(textOf(condition)));
}

Result<void> Association::send(quint8 context, T_DIMSE_Message& message, const dicom::Dataset* dataset)
{
    auto* elements = dataset ? dynamic_cast<DcmDataset*>(&dataset->dcmtk()) : nullptr;
    const OFCondition sent =
        DIMSE_sendMessageUsingMemoryData(m_association, context, &message, nullptr, elements, nullptr, nullptr);
    if (sent.bad())
        return std::unexpected(errorOf(sent));
    return {};
}

Result<void> Association::receive(T_DIMSE_Message& message, quint8& context)
{
    m_watch->mayStillRead = longestCommand;
    const OFCondition received = receiveCommand(m_association, m_dimseSeconds, context, message);
    m_watch->mayStillRead = Watch::unlimited;
    if (received.bad()) {
        const Error error = errorOf(received);
        if (received == DUL_PEERREQUESTEDRELEASE || received == DUL_PEERABORTEDASSOCIATION || received == DUL_NETWORKCLOSED) {
            if (received == DUL_PEERREQUESTEDRELEASE)
                ASC_acknowledgeRelease(m_association);
            m_isOver = true;
        }
        return std::unexpected(error);
    }
    return {};
}

Result<dicom::Dataset> Association::receiveDataset(quint8 context)
{
    return receiveSmallDataset(m_association, context, transferSyntaxOf(context), m_dimseSeconds, *m_watch,
                               [this](const OFCondition& condition) { return errorOf(condition); });
}

void Association::cancel(quint8 context, quint16 messageId) { DIMSE_sendCancelRequest(m_association, context, messageId); }

OFCondition receiveCommand(T_ASC_Association* association, int seconds, quint8& context, T_DIMSE_Message& message)
{
    DcmDataset* detail = nullptr;
    try {
        const OFCondition received = DIMSE_receiveCommand(association, DIMSE_NONBLOCKING, seconds, &context, &message, &detail);
        delete detail;
        return received;
    } catch (const std::exception& exception) {
        qCWarning(lcNet) << "a command that cannot be read:" << exception.what();
        return DIMSE_RECEIVEFAILED;
    }
}

Result<ReceivedBytes> receiveStoreDataset(T_ASC_Association* association, const T_DIMSE_C_StoreRQ& request, quint8 context,
                                          const QString& transferSyntax, int seconds,
                                          const std::function<Error(const OFCondition&)>& errorOf, HeldBytes* held)
{
    constexpr qint64 maximumBytes = qint64(2) << 30;
    ReceivedBytes received;
    char calling[DUL_LEN_TITLE + 1] = {};
    char called[DUL_LEN_TITLE + 1] = {};
    ASC_getAPTitles(association->params, calling, sizeof calling, called, sizeof called, nullptr, 0);
    received.part10 = fileHeader(request.AffectedSOPClassUID, request.AffectedSOPInstanceUID, transferSyntax.toLatin1(), calling);
    received.datasetOffset = received.part10.size();
    Vessel vessel(received.part10, maximumBytes, held);
    if (const OFCondition condition = receiveBytes(association, context, seconds, vessel); condition.bad())
        return std::unexpected(errorOf(condition));
    received.isTooLarge = vessel.isFull();
    return received;
}

Result<dicom::Dataset> receiveSmallDataset(T_ASC_Association* association, quint8 context, const QString& transferSyntax,
                                           int seconds, Watch& watch, const std::function<Error(const OFCondition&)>& errorOf)
{
    constexpr qint64 maximumBytes = 64 << 20;
    watch.mayStillRead = 2 * maximumBytes;
    QByteArray part10 = fileHeader("1.2.840.10008.5.1.4.1.1.66", "1.2.3", transferSyntax.toLatin1(), {});
    Vessel vessel(part10, maximumBytes, nullptr);
    const OFCondition received = receiveBytes(association, context, seconds, vessel);
    watch.mayStillRead = Watch::unlimited;
    if (received.bad())
        return std::unexpected(errorOf(received));
    if (vessel.isFull())
        return fail(Fault::Damaged, tr("the peer broke the protocol: it sent more than was agreed"));
    // Looked at before it is parsed: DCMTK's parser of the network believes every length and depth.
    return dicom::Dataset::fromBytes(part10);
}

} // namespace diascope::dimse
