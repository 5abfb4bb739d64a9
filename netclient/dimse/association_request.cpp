#include "netclient/dimse/association.h"
#include "netclient/dimse/query.h"
#include "netclient/dimse/tls.h"
#include <QElapsedTimer>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmnet/assoc.h>
#include <dcmtk/dcmnet/cond.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dcuserid.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

/// What the connecting thread works on; it may outlive a caller who cancelled.
struct Attempt
{
    std::shared_ptr<Watch> watch = std::make_shared<Watch>();
    std::unique_ptr<DcmTransportLayer> layer;
    T_ASC_Network* network = nullptr;
    T_ASC_Association* association = nullptr;
    T_ASC_Parameters* parameters = nullptr;
    OFCondition condition = EC_Normal;
    bool isDone = false;
    int acseSeconds = 15;
    std::mutex mutex;
    std::condition_variable done;

    ~Attempt()
    {
        if (association) {
            if (condition.good())
                ASC_abortAssociation(association);
            ASC_dropAssociation(association);
            ASC_destroyAssociation(&association);
        } else if (parameters) {
            ASC_destroyAssociationParameters(&parameters);
        }
        if (network)
            ASC_dropNetwork(&network);
    }
};

Error rejection(T_ASC_Parameters* parameters)
{
    T_ASC_RejectParameters reject = {};
    ASC_getRejectParameters(parameters, &reject);
    QString reason;
    switch (reject.reason) {
    case ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED:
        reason = tr("it does not know itself by this AE title (called AE title not recognised)");
        break;
    case ASC_REASON_SU_CALLINGAETITLENOTRECOGNIZED:
        reason = tr("it does not know our AE title (calling AE title not recognised)");
        break;
    case ASC_REASON_SU_APPCONTEXTNAMENOTSUPPORTED:
    case ASC_REASON_SP_ACSE_PROTOCOLVERSIONNOTSUPPORTED:
        reason = tr("it does not speak this version of the protocol");
        break;
    case ASC_REASON_SP_PRES_TEMPORARYCONGESTION:
        reason = tr("it has too much to do");
        break;
    case ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED:
        reason = tr("it has too many connections");
        break;
    default:
        reason = tr("it gives no reason");
    }
    const bool isTransient = reject.result == ASC_RESULT_REJECTEDTRANSIENT;
    return {Fault::Refused, tr("the association was rejected: %1").arg(reason) + (isTransient ? u' ' + forNow() : QString())};
}

QString textOf(const OFCondition& condition) { return QString::fromUtf8(condition.text()); }

Error errorOfConnecting(Attempt& attempt, const Node& node, const Local& local)
{
    const OFCondition& condition = attempt.condition;
    if (const auto encryption = attempt.watch->tlsError())
        return *encryption;
    if (condition == DUL_ASSOCIATIONREJECTED)
        return rejection(attempt.association ? attempt.association->params : attempt.parameters);
    if (condition.module() == OFM_dcmnet && condition.code() == DULC_UNKNOWNHOST)
        return {Fault::Unreachable, tr("the host name is unknown")};
    const QString text = textOf(condition);
    if (!attempt.watch->isConnected) {
        if (text.contains(QLatin1String("refused"), Qt::CaseInsensitive))
            return {Fault::Unreachable, tr("the connection was refused: nothing listens there")};
        if (text.contains(QLatin1String("timeout"), Qt::CaseInsensitive) ||
            text.contains(QLatin1String("timed out"), Qt::CaseInsensitive))
            return {Fault::TimedOut, tr("the host did not answer within %1 s").arg(local.connectSeconds)};
        return {Fault::Unreachable, tr("the host cannot be reached")};
    }
    if (attempt.watch->hasTimedOut || condition == DUL_READTIMEOUT ||
        text.contains(QLatin1String("timeout"), Qt::CaseInsensitive))
        return {Fault::TimedOut, tr("the peer did not answer the association request within %1 s").arg(local.acseSeconds)};
    // Peers that want encryption answer what they cannot decrypt in any of these ways.
    const QString hint = node.useTls ? QString() : tr("; if it wants encryption, turn TLS on for this node");
    if (attempt.watch->isClosed || condition == DUL_NETWORKCLOSED) // DCMTK takes this for an abort
        return {Fault::Unreachable, tr("the peer closed the connection without an answer") + hint};
    if (condition == DUL_PEERABORTEDASSOCIATION)
        return {Fault::Refused, tr("the peer aborted the association") + hint};
    return {Fault::Damaged, tr("what answers there does not speak DICOM") + hint};
}

/// Whom we say we are (User Identity Negotiation, PS3.7 D.3.3.7): a name, a name with a password, or a JSON web token.
Result<void> addIdentity(T_ASC_Parameters* parameters, const Node& node)
{
    using Kind = dicom::Login::Kind;
    if (node.login == Kind::None)
        return {};
    if (!node.useTls && !node.secret.isEmpty())
        return fail(
            Fault::Invalid,
            tr("%1: a password or token is never sent in the clear: turn encryption (TLS) on for this node").arg(peerName(node)));
    const QByteArray user = node.user.toUtf8(); // PS3.7 Table D.3-14: UTF-8
    const QByteArray secret = node.secret.toUtf8();
    constexpr int longest = 65535;
    if (user.size() > longest || secret.size() > longest)
        return fail(Fault::Invalid, tr("the name or password is too long"));
    OFCondition set = EC_Normal;
    if (node.login == Kind::Bearer)
        set = secret.isEmpty() ? EC_IllegalParameter
                               : ASC_setIdentRQJwt(parameters, secret.constData(), Uint16(secret.size()), OFFalse);
    else if (user.isEmpty())
        set = EC_IllegalParameter;
    else if (secret.isEmpty())
        set = ASC_setIdentRQUserOnly(parameters, user.constData(), OFFalse);
    else
        set = ASC_setIdentRQUserPassword(parameters, user.constData(), secret.constData(), OFFalse);
    if (set.bad())
        return fail(Fault::Invalid, tr("%1: there is no name or secret to log in with").arg(peerName(node)));
    return {};
}

Result<void> addContexts(T_ASC_Parameters* parameters, const std::vector<Context>& contexts)
{
    int id = 1;
    for (const Context& context : contexts) {
        QList<QByteArray> held;
        std::vector<const char*> syntaxes;
        for (const QString& syntax : context.transferSyntaxes)
            held << syntax.toLatin1();
        for (const QByteArray& syntax : held)
            syntaxes.push_back(syntax.constData());
        if (id > 255 ||
            ASC_addPresentationContext(parameters, T_ASC_PresentationContextID(id), context.abstractSyntax.toLatin1().constData(),
                                       syntaxes.data(), int(syntaxes.size()),
                                       context.role == Role::Scp ? ASC_SC_ROLE_SCP : ASC_SC_ROLE_DEFAULT)
                .bad())
            return fail(Fault::Internal, QStringLiteral("presentation context %1").arg(id));
        id += 2;
    }
    return {};
}

/// PS3.7 D.3.3.5. DCMTK frees it with the parameters.
void addExtendedNegotiation(T_ASC_Parameters* parameters, const std::vector<Context>& contexts)
{
    auto list = std::make_unique<SOPClassExtendedNegotiationSubItemList>();
    for (const Context& context : contexts) {
        if (context.queries != Queries::Relational)
            continue;
        auto item = std::make_unique<SOPClassExtendedNegotiationSubItem>();
        item->sopClassUID = context.abstractSyntax.toLatin1().constData();
        item->serviceClassAppInfo = new unsigned char[1]{1};
        item->serviceClassAppInfoLength = 1;
        list->push_back(item.release());
    }
    if (!list->empty())
        ASC_setRequestedExtNegList(parameters, list.release());
}

/// Everything that can be said before a byte goes out.
Result<std::shared_ptr<Attempt>> prepare(const Node& node, const Local& local, const std::vector<Context>& contexts)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDisableGethostbyaddr.set(OFTrue);
    // Global in DCMTK; the caller's own deadline is kept below.
    dcmConnectionTimeout.set(local.connectSeconds);
    Encryption encryption;
    if (node.useTls) {
        auto context = TlsContext::forClient(node.tls);
        if (!context)
            return std::unexpected(context.error());
        encryption.context = std::move(*context);
        encryption.host = node.host;
    }
    auto attempt = std::make_shared<Attempt>();
    attempt->acseSeconds = local.acseSeconds;
    attempt->watch->silenceSeconds = local.acseSeconds;
    attempt->layer = watchedTransport(attempt->watch, std::move(encryption));
    if (ASC_initializeNetwork(NET_REQUESTOR, 0, local.acseSeconds, &attempt->network).bad() ||
        ASC_createAssociationParameters(&attempt->parameters, maximumPdu).bad())
        return fail(Fault::Internal, tr("the network cannot be used"));
    ASC_setTransportLayer(attempt->network, attempt->layer.get(), 0);
    ASC_setAPTitles(attempt->parameters, local.aeTitle.toLatin1().constData(), node.aeTitle.toLatin1().constData(), nullptr);
    const QByteArray address = QStringLiteral("%1:%2").arg(node.host).arg(node.port).toLatin1();
    ASC_setPresentationAddresses(attempt->parameters, "localhost", address.constData());
    if (auto added = addIdentity(attempt->parameters, node); !added)
        return std::unexpected(added.error());
    if (auto added = addContexts(attempt->parameters, contexts); !added)
        return std::unexpected(added.error());
    addExtendedNegotiation(attempt->parameters, contexts);
    return attempt;
}

/// Connects, encrypts, asks. Cancelled or too late: the thread that does it is left behind.
Result<void> reach(const std::shared_ptr<Attempt>& attempt, const Node& node, const Local& local, Task& task)
{
    // DCMTK resolves and connects without a way to stop it: it does so on a thread we can leave behind.
    std::thread([attempt] {
        const OFCondition condition = ASC_requestAssociation(attempt->network, attempt->parameters, &attempt->association,
                                                             nullptr, nullptr, DUL_NOBLOCK, attempt->acseSeconds);
        const std::lock_guard lock(attempt->mutex);
        attempt->condition = condition;
        attempt->isDone = true;
        attempt->done.notify_all();
    }).detach();

    std::unique_lock lock(attempt->mutex);
    QElapsedTimer clock;
    clock.start();
    while (!attempt->isDone) {
        attempt->done.wait_for(lock, std::chrono::milliseconds(100));
        const qint64 allowed =
            attempt->watch->isConnected ? local.connectSeconds + (node.useTls ? 2 : 1) * local.acseSeconds : local.connectSeconds;
        const bool isLate = clock.elapsed() > (allowed + 1) * 1000;
        if (attempt->isDone || !(task.isCancelled() || isLate))
            continue;
        attempt->watch->stop = true;
        if (task.isCancelled())
            return fail(Fault::Cancelled, tr("stopped while connecting to %1").arg(peerName(node)));
        return fail(
            Fault::TimedOut,
            QStringLiteral("%1: %2").arg(
                peerName(node), attempt->watch->isConnected
                                    ? tr("the peer did not answer the association request within %1 s").arg(local.acseSeconds)
                                    : tr("the host did not answer within %1 s").arg(local.connectSeconds)));
    }
    if (attempt->condition.bad()) {
        Error error = errorOfConnecting(*attempt, node, local);
        error.detail = QStringLiteral("%1: %2").arg(peerName(node), error.detail);
        return std::unexpected(error);
    }
    return {};
}

} // namespace

QString forNow() { return tr("(for now: try again later)"); }
QString notOffered() { return tr("(no presentation context accepted)"); }
QString cutShort() { return tr("(there are more: narrow the search)"); }

bool isTransient(const Error& error) { return error.fault == Fault::Refused && error.detail.endsWith(forNow()); }
bool isNotOffered(const Error& error) { return error.fault == Fault::Refused && error.detail.contains(notOffered()); }
bool isCutShort(const Error& error) { return error.fault == Fault::Refused && error.detail.endsWith(cutShort()); }
Result<std::unique_ptr<Association>> Association::open(const Node& node, const Local& local, const std::vector<Context>& contexts,
                                                       Task& task, Patience patience)
{
    constexpr std::chrono::milliseconds slice{50};
    auto association = openOnce(node, local, contexts, task);
    if (patience == Patience::None)
        return association;
    for (int slices : {4, 16, 40}) {
        if (association || !isTransient(association.error()))
            break;
        for (; slices > 0 && !task.isCancelled(); --slices)
            std::this_thread::sleep_for(slice);
        if (task.isCancelled())
            break;
        association = openOnce(node, local, contexts, task);
    }
    return association;
}

Result<std::unique_ptr<Association>> Association::openOnce(const Node& node, const Local& local, const std::vector<Context>& contexts,
                                                           Task& task)
{
    const auto prepared = prepare(node, local, contexts);
    if (!prepared)
        return std::unexpected(prepared.error());
    const std::shared_ptr<Attempt> attempt = *prepared;
    if (auto reached = reach(attempt, node, local, task); !reached)
        return std::unexpected(reached.error());
    std::unique_ptr<Association> association(new Association);
    association->m_peer = peerName(node);
    association->m_watch = attempt->watch;
    association->m_watch->silenceSeconds = local.dimseSeconds;
    association->m_watch->task = &task;
    association->m_dimseSeconds = local.dimseSeconds;
    association->m_layer = std::move(attempt->layer);
    association->m_network = std::exchange(attempt->network, nullptr);
    association->m_association = std::exchange(attempt->association, nullptr);
    attempt->parameters = nullptr; // the association's now
    association->m_syntaxes = agreedSyntaxes(association->m_association);
    if (ASC_countAcceptedPresentationContexts(association->m_association->params) == 0) {
        association->release();
        return fail(Fault::Refused,
                    QStringLiteral("%1: %2 %3").arg(peerName(node), tr("it accepts none of what we ask for"), notOffered()));
    }
    return association;
}

} // namespace diascope::dimse
