#include "tests/support/fault_proxy.h"
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace diascope::test
{

namespace
{

constexpr qsizetype maximumRecorded = 1 << 20;
constexpr qsizetype maximumQueued = 4 << 20; ///< what a long line holds

qint64 nowUs()
{
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// One direction of one connection.
struct Stream
{
    struct Block
    {
        QByteArray bytes;
        qint64 dueUs;
    };
    qint64 at = 0; ///< bytes that came in
    qsizetype queuedBytes = 0;
    std::deque<Block> queued;
    QByteArray swapped; ///< held back until both blocks that change places are here
    qint64 freeUs = 0;  ///< when the throttled line is free again
    bool hasEnded = false, isCut = false;

    void take(QByteArray bytes, const FaultProxy::Faults& faults)
    {
        const qint64 from = at;
        at += bytes.size();
        if (faults.isStalled)
            return;
        if (faults.corruptAt >= 0)
            for (qint64 i = std::max(from, faults.corruptAt); i < std::min(at, faults.corruptAt + faults.corruptCount); ++i)
                bytes[qsizetype(i - from)] = char(~bytes[qsizetype(i - from)]);
        if (faults.swapAt >= 0) {
            const qint64 first = std::clamp(faults.swapAt, from, at);
            const qint64 last = std::clamp(faults.swapAt + 2 * faults.swapSize, from, at);
            QByteArray middle = swapped + bytes.mid(qsizetype(first - from), qsizetype(last - first));
            swapped.clear();
            if (middle.size() == 2 * faults.swapSize)
                middle = middle.mid(faults.swapSize) + middle.left(faults.swapSize);
            else if (last == at)
                swapped = std::exchange(middle, {});
            bytes = bytes.left(qsizetype(first - from)) + middle + bytes.mid(qsizetype(last - from));
        }
        if (faults.cutAfter >= 0 && at >= faults.cutAfter) {
            bytes.truncate(qsizetype(std::max<qint64>(faults.cutAfter - from, 0)));
            isCut = true;
        }
        if (faults.dropFrom >= 0) {
            const qint64 first = std::clamp(faults.dropFrom, from, at);
            const qint64 last = std::clamp(faults.dropTo, first, at);
            bytes.remove(qsizetype(first - from), qsizetype(last - first));
        }
        queuedBytes += bytes.size();
        if (!bytes.isEmpty())
            queued.push_back({bytes, nowUs() + faults.delayMs * 1000LL});
    }

    /// False: the other end takes no more.
    bool give(int socket, const FaultProxy::Faults& faults)
    {
        while (!queued.empty() && queued.front().dueUs <= nowUs() && (faults.bytesPerSecond == 0 || freeUs <= nowUs())) {
            Block& block = queued.front();
            qsizetype size = block.bytes.size();
            if (faults.bytesPerSecond > 0)
                size = std::clamp<qsizetype>(qsizetype(faults.bytesPerSecond / 100), 1, size);
            const ssize_t count = ::send(socket, block.bytes.constData(), size_t(size), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0)
                return errno == EAGAIN || errno == EINTR;
            if (faults.bytesPerSecond > 0)
                freeUs = std::max(freeUs, nowUs() - 20000) + count * 1000000 / faults.bytesPerSecond;
            queuedBytes -= count;
            block.bytes.remove(0, count);
            if (block.bytes.isEmpty())
                queued.pop_front();
        }
        return true;
    }
};

struct Pair
{
    std::array<int, 2> sockets; ///< the client's, the server's
    std::array<Stream, 2> streams{}; ///< by Way: to the server, to the client
};

} // namespace

struct FaultProxy::Private
{
    int listener = -1;
    quint16 port = 0;
    quint16 to = 0;
    std::atomic<bool> isStopping = false;
    std::atomic<int> connections = 0;
    mutable std::mutex mutex;
    std::array<Faults, 2> faults;
    std::array<QByteArray, 2> recorded;
    std::list<Pair> pairs;
    std::thread thread;

    void run()
    {
        while (!isStopping) {
            std::vector<pollfd> descriptors{{listener, POLLIN, 0}};
            bool hasQueued = false;
            for (const Pair& pair : pairs)
                for (int i = 0; i < 2; ++i) {
                    const Stream& stream = pair.streams[size_t(i)];
                    const bool wantsMore = !stream.hasEnded && stream.queuedBytes < maximumQueued;
                    hasQueued |= !stream.queued.empty();
                    descriptors.push_back({wantsMore ? pair.sockets[size_t(i)] : -1, POLLIN, 0});
                }
            ::poll(descriptors.data(), descriptors.size(), hasQueued ? 1 : 20);
            const std::lock_guard lock(mutex);
            size_t at = 1;
            for (auto pair = pairs.begin(); pair != pairs.end(); at += 2)
                pair = forward(*pair, {descriptors[at].revents, descriptors[at + 1].revents}) ? std::next(pair) : pairs.erase(pair);
            if (descriptors[0].revents & POLLIN)
                accept();
        }
        for (const Pair& pair : pairs)
            end(pair, Ending::Close);
    }

    void accept()
    {
        const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(to);
        ++connections;
        if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            ::close(client);
            ::close(server);
            return;
        }
        const int on = 1;
        for (int socket : {client, server})
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pairs.push_back({{client, server}});
    }

    static void end(const Pair& pair, Ending ending)
    {
        for (int socket : pair.sockets) {
            const linger abrupt{1, 0};
            if (ending == Ending::Reset)
                ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
            ::close(socket);
        }
    }

    bool forward(Pair& pair, std::array<short, 2> events)
    {
        bool isOpen = true, hasEnded = false, isEmpty = true;
        Ending ending = Ending::Close;
        for (size_t way = 0; way < 2; ++way) {
            Stream& stream = pair.streams[way];
            if (events[way] && !stream.isCut) {
                QByteArray block(65536, Qt::Uninitialized);
                const ssize_t count = ::recv(pair.sockets[way], block.data(), size_t(block.size()), MSG_DONTWAIT);
                if (count > 0) {
                    block.truncate(count);
                    recorded[way] += block.left(maximumRecorded - recorded[way].size());
                    stream.take(block, faults[way]);
                } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
                    stream.hasEnded = true;
                }
            }
            isOpen = stream.give(pair.sockets[1 - way], faults[way]) && isOpen;
            hasEnded |= stream.hasEnded || stream.isCut;
            isEmpty &= stream.queued.empty();
            if (stream.isCut)
                ending = faults[way].ending;
        }
        if (isOpen && !(hasEnded && isEmpty))
            return true;
        end(pair, ending);
        return false;
    }
};

FaultProxy::FaultProxy(quint16 to) : d(std::make_unique<Private>())
{
    d->to = to;
    d->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    ::bind(d->listener, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(d->listener, 64);
    ::getsockname(d->listener, reinterpret_cast<sockaddr*>(&address), &size);
    d->port = ntohs(address.sin_port);
    d->thread = std::thread([this] { d->run(); });
}

FaultProxy::~FaultProxy()
{
    d->isStopping = true;
    d->thread.join();
    ::close(d->listener);
}

quint16 FaultProxy::port() const { return d->port; }
int FaultProxy::connections() const { return d->connections; }

void FaultProxy::set(Way way, const Faults& faults)
{
    const std::lock_guard lock(d->mutex);
    d->faults[size_t(way)] = faults;
}

void FaultProxy::clear()
{
    set(Way::ToServer, {});
    set(Way::ToClient, {});
}

void FaultProxy::cutAfter(qint64 bytesToClient)
{
    Faults faults;
    faults.cutAfter = bytesToClient;
    set(Way::ToClient, faults);
}

void FaultProxy::stall()
{
    Faults faults;
    faults.isStalled = true;
    set(Way::ToServer, faults);
    set(Way::ToClient, faults);
}

QByteArray FaultProxy::recorded(Way way) const
{
    const std::lock_guard lock(d->mutex);
    return d->recorded[size_t(way)];
}

} // namespace diascope::test
