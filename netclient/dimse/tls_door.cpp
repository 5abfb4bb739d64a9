#include "netclient/dimse/tls_door.h"
#include <QDeadlineTimer>
#include <atomic>
#include <list>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diascope::dimse
{

namespace
{

QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

struct Waiting
{
    Guest guest;
    QDeadlineTimer deadline;
    bool isEncrypted = false;
    short waitsFor = POLLIN;
};

} // namespace

struct TlsDoor::Private
{
    std::shared_ptr<const TlsContext> context;
    int seconds;
    Admit admit;
    Refuse refuse;
    int wake = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::atomic<bool> isStopping = false;
    std::atomic<int> count = 0;
    std::mutex mutex;
    std::vector<Guest> arrived;
    std::list<Waiting> waiting;
    std::thread thread;

    void run()
    {
        while (!isStopping) {
            std::vector<pollfd> descriptors{{wake, POLLIN, 0}};
            for (const Waiting& one : waiting)
                descriptors.push_back({one.guest.socket, one.waitsFor, 0});
            ::poll(descriptors.data(), nfds_t(descriptors.size()), 500);
            size_t at = 0;
            for (auto one = waiting.begin(); one != waiting.end();)
                one = look(*one, descriptors[++at].revents != 0) ? std::next(one) : waiting.erase(one);
            takeArrived();
            count = int(waiting.size());
        }
        for (const Waiting& one : waiting)
            ::close(one.guest.socket);
    }

    void takeArrived()
    {
        quint64 number = 0;
        (void)!::read(wake, &number, sizeof number);
        const std::lock_guard lock(mutex);
        for (Guest& guest : arrived) {
            if (waiting.size() >= maximumWaitingConnections) {
                const auto leaving = whoMakesRoom(waiting);
                turnAway(*leaving, tr("there were too many connections"));
                waiting.erase(leaving);
            }
            waiting.push_back({std::move(guest), QDeadlineTimer(seconds * 1000LL)});
        }
        arrived.clear();
    }

    void turnAway(Waiting& one, const QString& reason)
    {
        refuse(one.guest, reason);
        ::close(one.guest.socket);
    }

    /// False: it waits here no more.
    bool look(Waiting& one, bool hasEvent)
    {
        if (hasEvent) {
            if (!one.guest.stream) // nothing is kept for those who only connect
                one.guest.stream = std::make_unique<TlsStream>(context, one.guest.socket);
            const auto progress = step(one);
            if (progress == TlsStream::Progress::Done) {
                admit(std::move(one.guest));
                return false;
            }
            if (progress == TlsStream::Progress::Failed || progress == TlsStream::Progress::Closed) {
                const Error why = one.guest.stream->error();
                turnAway(one, why.detail.isEmpty() ? tr("it went before it asked for an association") : why.detail);
                return false;
            }
            one.waitsFor = progress == TlsStream::Progress::WantsWrite ? POLLOUT : POLLIN;
        }
        if (!one.deadline.hasExpired())
            return true;
        turnAway(one, tr("it asked for no association in time")); // ARTIM (PS3.8 §9.1.5)
        return false;
    }

    static TlsStream::Progress step(Waiting& one)
    {
        TlsStream& stream = *one.guest.stream;
        if (!one.isEncrypted) {
            if (const auto progress = stream.handshake(); progress != TlsStream::Progress::Done)
                return progress;
            one.isEncrypted = true;
        }
        if (const auto progress = stream.readAhead(6); progress != TlsStream::Progress::Done)
            return progress;
        const auto* head = reinterpret_cast<const uchar*>(stream.ahead().constData());
        const qint64 length = 6 + (qint64(head[2]) << 24 | head[3] << 16 | head[4] << 8 | head[5]);
        if (head[0] != 0x01 || length > longestAssociationRequest)
            return TlsStream::Progress::Closed;
        return stream.readAhead(length);
    }
};

TlsDoor::TlsDoor(std::shared_ptr<const TlsContext> context, int seconds, Admit admit, Refuse refuse)
    : d(std::make_unique<Private>())
{
    d->context = std::move(context);
    d->seconds = seconds;
    d->admit = std::move(admit);
    d->refuse = std::move(refuse);
    d->thread = std::thread([this] { d->run(); });
}

TlsDoor::~TlsDoor()
{
    d->isStopping = true;
    const quint64 one = 1;
    (void)!::write(d->wake, &one, sizeof one);
    d->thread.join();
    for (const Guest& guest : d->arrived)
        ::close(guest.socket);
    ::close(d->wake);
}

void TlsDoor::add(Guest&& guest)
{
    const std::lock_guard lock(d->mutex);
    d->arrived.push_back(std::move(guest));
    const quint64 one = 1;
    (void)!::write(d->wake, &one, sizeof one);
}

int TlsDoor::waiting() const { return d->count; }

} // namespace diascope::dimse
