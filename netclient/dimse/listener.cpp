#include "netclient/dimse/listener.h"
#include "netclient/base/log.h"
#include "netclient/dimse/listener_session.h"
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
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dimse.h>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

constexpr qint64 longIdleMs = 10000; ///< after so much silence an association may have to make room
constexpr qint64 slowBytesPerSecond = 16 << 10; ///< and one that sends no faster than this: an eighth of 1 Mbit/s

/// A connection that is no association yet. It costs a descriptor and no thread, however long it is idle.
struct Waiting
{
    Guest guest;
    qint64 sinceMs = 0;
};

enum class Arrival { Waiting, Whole, Hopeless };

Arrival look(const Waiting& connection, short events)
{
    uchar head[6];
    const ssize_t there = ::recv(connection.guest.socket, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
    const bool isClosed = there == 0 || (events & (POLLHUP | POLLERR));
    if (there < 0)
        return errno == EAGAIN || errno == EINTR ? Arrival::Waiting : Arrival::Hopeless;
    if (there < ssize_t(sizeof head))
        return isClosed || (events & POLLRDHUP) ? Arrival::Hopeless : Arrival::Waiting;
    if (head[0] != 0x01)
        return Arrival::Hopeless; // nobody who speaks DICOM begins with anything but an A-ASSOCIATE-RQ
    const qint64 length = 6 + (qint64(head[2]) << 24 | head[3] << 16 | head[4] << 8 | head[5]);
    if (length > longestAssociationRequest)
        return Arrival::Hopeless;
    QByteArray whole(length, Qt::Uninitialized);
    const ssize_t count = ::recv(connection.guest.socket, whole.data(), size_t(length), MSG_PEEK | MSG_DONTWAIT);
    if (count >= length)
        return Arrival::Whole;
    if (isClosed || (events & POLLRDHUP))
        return Arrival::Hopeless;
    const int mark = int(length); // poll() wakes us only when all of it is there
    ::setsockopt(connection.guest.socket, SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark);
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

} // namespace

struct Listener::Private
{
    ListenerOptions options;
    Sink sink;
    int socket = -1;
    int wake = -1;
    quint16 port = 0;
    std::atomic<bool> isStopping = false;
    std::atomic<int> idle = 0, associations = 0;
    std::thread thread;
    std::vector<Waiting> waiting;
    std::unique_ptr<ReceiveBudget> budget;
    std::list<Session> sessions;
    Session::Refused refuse = [this](quint32 address, const QString& reason) { refused(address, reason); };

    mutable std::mutex mutex; ///< of what follows
    qint64 refusedCount = 0;
    QString lastRefusal;
    std::vector<Guest> admitted; ///< by the door
    std::unique_ptr<TlsDoor> door; ///< goes first: its thread calls us

    void refused(quint32 address, const QString& reason)
    {
        const std::lock_guard lock(mutex);
        ++refusedCount;
        in_addr from = {};
        from.s_addr = htonl(address);
        char text[INET_ADDRSTRLEN] = {};
        ::inet_ntop(AF_INET, &from, text, sizeof text);
        lastRefusal = QStringLiteral("%1: %2").arg(QLatin1String(text), reason);
    }

    void call() const
    {
        const quint64 one = 1;
        (void)!::write(wake, &one, sizeof one);
    }

    void run()
    {
        while (!isStopping) {
            std::vector<pollfd> descriptors{{wake, POLLIN, 0}, {socket, POLLIN, 0}};
            for (const Waiting& connection : waiting)
                descriptors.push_back({connection.guest.socket, POLLIN | POLLRDHUP, 0});
            if (::poll(descriptors.data(), nfds_t(descriptors.size()), 500) < 0 && errno != EINTR)
                break;
            quint64 number = 0;
            (void)!::read(wake, &number, sizeof number);
            sessions.remove_if([](const Session& session) { return session.isOver(); });
            for (Session& session : sessions)
                endIfTooSlow(session);
            std::vector<Waiting> still;
            for (size_t i = 0; i < waiting.size(); ++i)
                consider(waiting[i], descriptors[i + 2].revents, still);
            waiting = std::move(still);
            admitThoseShakenHandsWith();
            if (descriptors[1].revents & POLLIN)
                acceptAll();
            idle = int(waiting.size()) + (door ? door->waiting() : 0);
            associations = int(sessions.size());
        }
        for (const Waiting& connection : waiting)
            ::close(connection.guest.socket);
        waiting.clear();
        for (Session& session : sessions)
            session.stop();
        sessions.clear();
        idle = associations = 0;
    }

    void consider(Waiting& connection, short events, std::vector<Waiting>& still)
    {
        const bool isLate = nowMs() - connection.sinceMs > qint64(options.acseSeconds) * 1000; // ARTIM (PS3.8 §9.1.5)
        const Arrival arrival = events ? look(connection, events) : Arrival::Waiting;
        if (arrival == Arrival::Whole) {
            const int one = 1;
            ::setsockopt(connection.guest.socket, SOL_SOCKET, SO_RCVLOWAT, &one, sizeof one);
            admit(std::move(connection.guest));
        } else if (arrival == Arrival::Hopeless || isLate) {
            refused(connection.guest.address,
                    isLate ? tr("it asked for no association in time") : tr("it did not ask for an association as DICOM does"));
            ::close(connection.guest.socket);
        } else {
            still.push_back(std::move(connection));
        }
    }

    void admitThoseShakenHandsWith()
    {
        std::vector<Guest> all;
        {
            const std::lock_guard lock(mutex);
            all.swap(admitted);
        }
        for (Guest& guest : all)
            admit(std::move(guest));
    }

    void admit(Guest&& guest)
    {
        int open = 0, ofAddress = 0;
        for (const Session& session : sessions) {
            open += !session.isStopping() && !session.isOver();
            ofAddress += !session.isOver() && session.address() == guest.address;
        }
        const bool isFull = open >= options.maximumAssociations && !makeRoom();
        // Each turned away still has a thread for its answer, until it is heard.
        if (sessions.size() >= size_t(options.maximumAssociations) + 64) {
            refused(guest.address, tr("there were too many associations"));
            ::close(guest.socket);
            return;
        }
        const auto welcome =
            isFull || ofAddress >= options.maximumPerAddress ? Session::Welcome::TurnedAway : Session::Welcome::Served;
        sessions.emplace_back(std::move(guest), options, sink, welcome, refuse, *budget);
    }

    void endIfTooSlow(Session& session)
    {
        session.measure();
        const qint64 patienceMs = qint64(options.dimseSeconds) * 1000;
        if (session.isStopping() || (session.trickleMs() <= patienceMs && session.idleMs() <= 11 * patienceMs))
            return;
        refused(session.address(), tr("it sent too slowly"));
        session.stop();
    }

    /// Ends the association that was idle longest, if that is long, or else the slowest, if that is slow: neither shuts us for
    /// those who want something.
    bool makeRoom()
    {
        Session* idlest = nullptr;
        for (Session& session : sessions)
            if (!session.isStopping() && session.idleMs() > (idlest ? idlest->idleMs() : longIdleMs))
                idlest = &session;
        if (idlest) {
            refused(idlest->address(), tr("it was idle and made room for another"));
            idlest->stop();
            return true;
        }
        Session* slowest = nullptr;
        for (Session& session : sessions) {
            const auto rate = session.bytesPerSecond();
            if (!session.isStopping() && !session.isOver() && rate && *rate < (slowest ? *slowest->bytesPerSecond() : slowBytesPerSecond))
                slowest = &session;
        }
        if (!slowest)
            return false;
        refused(slowest->address(), tr("it was slow and made room for another"));
        slowest->stop();
        return true;
    }

    void dropOneWaiting()
    {
        const auto leaving = whoMakesRoom(waiting);
        refused(leaving->guest.address, tr("there were too many connections"));
        ::close(leaving->guest.socket);
        waiting.erase(leaving);
    }

    void acceptAll()
    {
        while (true) {
            sockaddr_in peer = {};
            socklen_t size = sizeof peer;
            const int accepted = ::accept4(socket, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC);
            if (accepted < 0 && (errno == EMFILE || errno == ENFILE) && !waiting.empty()) {
                qCWarning(lcNet) << "no more descriptors:" << waiting.size() << "idle connections";
                dropOneWaiting();
                continue;
            }
            if (accepted < 0)
                return;
            Guest guest{accepted, ntohl(peer.sin_addr.s_addr)};
            if (door) {
                door->add(std::move(guest));
                continue;
            }
            if (waiting.size() >= maximumWaitingConnections)
                dropOneWaiting();
            waiting.push_back({std::move(guest), nowMs()});
        }
    }
};

Listener::Listener() : d(std::make_unique<Private>()) {}
Listener::~Listener() { stop(); }
quint16 Listener::port() const { return d->port; }
int Listener::connections() const { return d->idle + d->associations; }

ListenerStatus Listener::status() const
{
    const std::lock_guard lock(d->mutex);
    return {d->idle + d->associations, d->idle, d->associations, d->refusedCount, d->lastRefusal};
}

Result<std::unique_ptr<Listener>> Listener::start(const ListenerOptions& options, Sink sink)
{
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDisableGethostbyaddr.set(OFTrue);
    raiseDescriptorLimit();
    std::unique_ptr<Listener> listener(new Listener);
    Private& d = *listener->d;
    d.options = options;
    d.budget = std::make_unique<ReceiveBudget>(options.maximumBytesHeld);
    d.sink = std::move(sink);
    std::shared_ptr<const TlsContext> context;
    if (options.tls) {
        auto loaded = TlsContext::forServer(*options.tls);
        if (!loaded)
            return std::unexpected(loaded.error());
        context = std::move(*loaded);
    }
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
            return fail(Fault::Denied,
                        tr("port %1 needs rights this program does not have; take one above 1023").arg(options.port));
        return fail(Fault::Internal, QString::fromLocal8Bit(std::strerror(code)));
    }
    d.port = ntohs(address.sin_port);
    if (context)
        d.door = std::make_unique<TlsDoor>(
            std::move(context), options.acseSeconds,
            [&d](Guest&& guest) {
                {
                    const std::lock_guard lock(d.mutex);
                    d.admitted.push_back(std::move(guest));
                }
                d.call();
            },
            [&d](const Guest& guest, const QString& reason) { d.refused(guest.address, reason); });
    d.thread = std::thread([&d] { d.run(); });
    return listener;
}

void Listener::stop()
{
    d->isStopping = true;
    if (d->wake >= 0)
        d->call();
    if (d->thread.joinable())
        d->thread.join();
    d->door.reset();
    for (const Guest& guest : std::exchange(d->admitted, {}))
        ::close(guest.socket);
    if (d->socket >= 0)
        ::close(std::exchange(d->socket, -1));
    if (d->wake >= 0)
        ::close(std::exchange(d->wake, -1));
}

} // namespace diascope::dimse
