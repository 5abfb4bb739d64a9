#include "netclient/dimse/listener.h"
#include "netclient/base/log.h"
#include "netclient/dimse/association.h"
#include "netclient/dimse/retrieve_session.h"
#include <QElapsedTimer>
#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
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

constexpr size_t maximumWaitingConnections = 4096;

/// A connection that is no association yet. It costs a descriptor and no thread, however long it is idle.
struct Waiting
{
    int socket = -1;
    qint64 sinceMs = 0;
    qint64 needed = 6; ///< bytes until the A-ASSOCIATE-RQ is whole (PS3.8 §9.3.2)
};

enum class Arrival { Waiting, Whole, Hopeless };

Arrival look(Waiting& connection, short events)
{
    uchar head[6];
    const ssize_t there = ::recv(connection.socket, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
    const bool isClosed = there == 0 || (events & (POLLHUP | POLLERR));
    if (there < 0)
        return errno == EAGAIN || errno == EINTR ? Arrival::Waiting : Arrival::Hopeless;
    if (there < ssize_t(sizeof head))
        return isClosed || (events & POLLRDHUP) ? Arrival::Hopeless : Arrival::Waiting;
    if (head[0] != 0x01)
        return Arrival::Hopeless; // nobody who speaks DICOM begins with anything but an A-ASSOCIATE-RQ
    const qint64 length = 6 + (qint64(head[2]) << 24 | head[3] << 16 | head[4] << 8 | head[5]);
    if (length > 65536)
        return Arrival::Hopeless;
    QByteArray whole(length, Qt::Uninitialized);
    const ssize_t count = ::recv(connection.socket, whole.data(), size_t(length), MSG_PEEK | MSG_DONTWAIT);
    if (count >= length)
        return Arrival::Whole;
    if (isClosed || (events & POLLRDHUP))
        return Arrival::Hopeless;
    const int mark = int(length); // poll() wakes us only when all of it is there
    ::setsockopt(connection.socket, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark);
    return Arrival::Waiting;
}

void raiseDescriptorLimit()
{
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 16384);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

qint64 nowMs()
{
    timespec time = {};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return qint64(time.tv_sec) * 1000 + time.tv_nsec / 1000000;
}

/// One association on its thread.
class Session
{
public:
    Session(int socket, const ListenerOptions& options, const Sink& sink, bool isOneTooMany)
        : m_socket(socket), m_options(options), m_sink(sink), m_isOneTooMany(isOneTooMany)
    {
        m_watch->silenceSeconds = options.dimseSeconds;
        m_thread = std::thread([this] { run(); });
    }
    ~Session()
    {
        m_watch->stop = true;
        m_thread.join();
    }
    bool isOver() const { return m_isOver; }
    void stop() { m_watch->stop = true; }

private:
    void run()
    {
        if (accept())
            serve();
        if (m_association) {
            ASC_dropSCPAssociation(m_association, 1);
            ASC_destroyAssociation(&m_association);
        }
        if (m_network)
            ASC_dropNetwork(&m_network);
        m_isOver = true;
    }

    bool accept()
    {
        m_layer = watchedTransport(m_watch);
        OFCondition received = EC_IllegalCall;
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
        if (received.bad())
            return false;
        char calling[DUL_LEN_TITLE + 1] = {};
        char called[DUL_LEN_TITLE + 1] = {};
        ASC_getAPTitles(m_association->params, calling, sizeof calling, called, sizeof called, nullptr, 0);
        m_callingAe = QString::fromLatin1(calling).trimmed();
        if (m_isOneTooMany)
            return reject({ASC_RESULT_REJECTEDTRANSIENT, ASC_SOURCE_SERVICEPROVIDER_PRESENTATION_RELATED,
                           ASC_REASON_SP_PRES_LOCALLIMITEXCEEDED});
        if (m_options.calledAe == ListenerOptions::CalledAe::MustMatch && QString::fromLatin1(called).trimmed() != m_options.aeTitle.trimmed())
            return reject({ASC_RESULT_REJECTEDPERMANENT, ASC_SOURCE_SERVICEUSER, ASC_REASON_SU_CALLEDAETITLENOTRECOGNIZED});
        acceptContexts();
        return ASC_acknowledgeAssociation(m_association).good();
    }

    bool reject(const T_ASC_RejectParameters& parameters)
    {
        qCInfo(lcNet) << "turned an association away, reason" << Qt::hex << int(parameters.reason);
        ASC_rejectAssociation(m_association, &parameters);
        return false;
    }

    /// Of each context the first syntax the peer names and we know: it puts first what it has.
    void acceptContexts()
    {
        T_ASC_Parameters* parameters = m_association->params;
        for (int i = 0; i < ASC_countPresentationContexts(parameters); ++i) {
            T_ASC_PresentationContext context = {};
            if (ASC_getPresentationContext(parameters, i, &context).bad())
                continue;
            const bool isEcho = qstrcmp(context.abstractSyntax, UID_VerificationSOPClass) == 0;
            const bool isStorage = dcmIsaStorageSOPClassUID(context.abstractSyntax, ESSC_All);
            if (!isEcho && !isStorage) {
                ASC_refusePresentationContext(parameters, context.presentationContextID, ASC_P_ABSTRACTSYNTAXNOTSUPPORTED);
                continue;
            }
            const char* chosen = nullptr;
            for (int k = 0; k < int(context.transferSyntaxCount) && !chosen; ++k) {
                const auto syntax = dicom::TransferSyntax::fromUid(QString::fromLatin1(context.proposedTransferSyntaxes[k]));
                const bool isPlain = syntax.codec == dicom::TransferSyntax::Codec::None;
                if (isEcho ? isPlain && !syntax.isDeflated : syntax.codec != dicom::TransferSyntax::Codec::Unknown)
                    chosen = context.proposedTransferSyntaxes[k];
            }
            if (chosen)
                ASC_acceptPresentationContext(parameters, context.presentationContextID, chosen);
            else
                ASC_refusePresentationContext(parameters, context.presentationContextID, ASC_P_TRANSFERSYNTAXESNOTSUPPORTED);
        }
    }

    void serve()
    {
        while (!m_watch->stop) {
            T_DIMSE_Message message = {};
            T_ASC_PresentationContextID context = 0;
            DcmDataset* detail = nullptr;
            const OFCondition received = DIMSE_receiveCommand(m_association, DIMSE_NONBLOCKING, m_options.dimseSeconds * 10, &context,
                                                              &message, &detail);
            delete detail;
            if (received == DUL_PEERREQUESTEDRELEASE) {
                ASC_acknowledgeRelease(m_association);
                return;
            }
            if (received == DUL_PEERABORTEDASSOCIATION || received == DUL_NETWORKCLOSED)
                return;
            if (received.bad() || !handle(message, context)) {
                ASC_abortAssociation(m_association);
                return;
            }
        }
        ASC_abortAssociation(m_association);
    }

    /// False: the association cannot go on.
    bool handle(T_DIMSE_Message& message, quint8 context)
    {
        if (message.CommandField == DIMSE_C_ECHO_RQ)
            return DIMSE_sendEchoResponse(m_association, context, &message.msg.CEchoRQ, STATUS_Success, nullptr).good();
        if (message.CommandField != DIMSE_C_STORE_RQ || message.msg.CStoreRQ.DataSetType == DIMSE_DATASET_NULL)
            return false;
        T_DIMSE_C_StoreRQ& request = message.msg.CStoreRQ;
        T_ASC_PresentationContext negotiated = {};
        if (ASC_findAcceptedPresentationContext(m_association->params, context, &negotiated).bad())
            return false; // a syntax that was never agreed on
        Received received;
        received.sopClassUid = QString::fromLatin1(request.AffectedSOPClassUID);
        received.sopInstanceUid = QString::fromLatin1(request.AffectedSOPInstanceUID);
        received.transferSyntaxUid = QString::fromLatin1(negotiated.acceptedTransferSyntax);
        received.callingAe = m_callingAe;
        if (request.opts & O_STORE_MOVEORIGINATORAETITLE)
            received.moveOriginator = QString::fromLatin1(request.MoveOriginatorApplicationEntityTitle).trimmed();
        if (request.opts & O_STORE_MOVEORIGINATORID)
            received.moveMessageId = request.MoveOriginatorID;
        auto bytes = receiveStoreDataset(m_association, request, context, received.transferSyntaxUid, m_options.dimseSeconds,
                                         [](const OFCondition& condition) { return Error{Fault::Damaged, QString::fromUtf8(condition.text())}; });
        if (!bytes)
            return false;
        T_DIMSE_C_StoreRSP response = {};
        if (bytes->isTooLarge) {
            response.DimseStatus = STATUS_STORE_Refused_OutOfResources;
        } else if (!dicom::isValidUid(received.sopInstanceUid)) {
            response.DimseStatus = STATUS_STORE_Error_CannotUnderstand;
        } else {
            received.part10 = std::move(bytes->part10);
            const auto taken = m_sink(std::move(received));
            response.DimseStatus = taken ? STATUS_STORE_Success : storeStatus(taken.error());
        }
        return DIMSE_sendStoreResponse(m_association, context, &request, &response, nullptr).good();
    }

    int m_socket;
    const ListenerOptions& m_options;
    const Sink& m_sink;
    const bool m_isOneTooMany;
    std::shared_ptr<Watch> m_watch = std::make_shared<Watch>();
    std::unique_ptr<DcmTransportLayer> m_layer;
    T_ASC_Network* m_network = nullptr;
    T_ASC_Association* m_association = nullptr;
    QString m_callingAe;
    std::atomic<bool> m_isOver = false;
    std::thread m_thread;
};

} // namespace

struct Listener::Private
{
    ListenerOptions options;
    Sink sink;
    int socket = -1;
    int wake = -1;
    quint16 port = 0;
    std::atomic<bool> isStopping = false;
    std::atomic<int> connections = 0;
    std::thread thread;
    std::vector<Waiting> waiting;
    std::list<Session> sessions;

    void run()
    {
        while (!isStopping) {
            std::vector<pollfd> descriptors{{wake, POLLIN, 0}, {socket, POLLIN, 0}};
            for (const Waiting& connection : waiting)
                descriptors.push_back({connection.socket, POLLIN | POLLRDHUP, 0});
            if (::poll(descriptors.data(), nfds_t(descriptors.size()), 500) < 0 && errno != EINTR)
                break;
            sessions.remove_if([](const Session& session) { return session.isOver(); });
            std::vector<Waiting> still;
            for (size_t i = 0; i < waiting.size(); ++i)
                consider(waiting[i], descriptors[i + 2].revents, still);
            waiting = std::move(still);
            if (descriptors[1].revents & POLLIN)
                acceptAll();
            connections = int(waiting.size() + sessions.size());
        }
        for (const Waiting& connection : waiting)
            ::close(connection.socket);
        for (Session& session : sessions)
            session.stop();
        sessions.clear();
        connections = 0;
    }

    void consider(Waiting& connection, short events, std::vector<Waiting>& still)
    {
        const bool isLate = nowMs() - connection.sinceMs > qint64(options.acseSeconds) * 1000; // ARTIM (PS3.8 §9.1.5)
        const Arrival arrival = events ? look(connection, events) : Arrival::Waiting;
        if (arrival == Arrival::Whole) {
            const int one = 1;
            ::setsockopt(connection.socket, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
            sessions.emplace_back(connection.socket, options, sink, sessions.size() >= size_t(options.maximumAssociations));
        } else if (arrival == Arrival::Hopeless || isLate) {
            ::close(connection.socket);
        } else {
            still.push_back(connection);
        }
    }

    void acceptAll()
    {
        while (true) {
            const int accepted = ::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC);
            if (accepted < 0 && (errno == EMFILE || errno == ENFILE) && !waiting.empty()) {
                // The oldest idle one makes room: idle connections never shut us for those who want something.
                qCWarning(lcNet) << "no more descriptors:" << waiting.size() << "idle connections";
                ::close(waiting.front().socket);
                waiting.erase(waiting.begin());
                continue;
            }
            if (accepted < 0)
                return;
            if (waiting.size() >= maximumWaitingConnections) {
                ::close(waiting.front().socket);
                waiting.erase(waiting.begin());
            }
            waiting.push_back({accepted, nowMs(), 6});
        }
    }
};

Listener::Listener() : d(std::make_unique<Private>()) {}
Listener::~Listener() { stop(); }
quint16 Listener::port() const { return d->port; }
int Listener::connections() const { return d->connections; }

Result<std::unique_ptr<Listener>> Listener::start(const ListenerOptions& options, Sink sink)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDisableGethostbyaddr.set(OFTrue);
    raiseDescriptorLimit();
    std::unique_ptr<Listener> listener(new Listener);
    Private& d = *listener->d;
    d.options = options;
    d.sink = std::move(sink);
    d.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    d.wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const int on = 1;
    ::setsockopt(d.socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    address.sin_addr.s_addr = htonl(options.interface == ListenerOptions::Interface::Loopback ? INADDR_LOOPBACK : INADDR_ANY);
    socklen_t size = sizeof address;
    if (::bind(d.socket, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(d.socket, 1024) != 0 ||
        ::getsockname(d.socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        const int code = errno;
        if (code == EADDRINUSE)
            return fail(Fault::Conflict, tr("port %1 is taken by another program").arg(options.port));
        if (code == EACCES)
            return fail(Fault::Denied, tr("port %1 needs rights this program does not have; take one above 1023").arg(options.port));
        return fail(Fault::Internal, QString::fromLocal8Bit(std::strerror(code)));
    }
    d.port = ntohs(address.sin_port);
    d.thread = std::thread([&d] { d.run(); });
    return listener;
}

void Listener::stop()
{
    d->isStopping = true;
    const quint64 one = 1;
    if (d->wake >= 0)
        (void)!::write(d->wake, &one, sizeof one);
    if (d->thread.joinable())
        d->thread.join();
    if (d->socket >= 0)
        ::close(std::exchange(d->socket, -1));
    if (d->wake >= 0)
        ::close(std::exchange(d->wake, -1));
}

} // namespace diascope::dimse
