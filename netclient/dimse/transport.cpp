#include "netclient/dimse/transport.h"
#include <QElapsedTimer>
#include <cerrno>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmnet/dcmlayer.h>
#include <dcmtk/dcmnet/dcmtrans.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace diascope::dimse
{

namespace
{

class WatchedConnection : public DcmTCPConnection
{
public:
    WatchedConnection(DcmNativeSocketType socket, std::shared_ptr<Watch> watch)
        : DcmTCPConnection(socket), m_watch(std::move(watch))
    {
        const int on = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        m_watch->isConnected = true;
    }

    ssize_t read(void* bytes, size_t size) override
    {
        if (!wait(POLLIN, m_watch->silenceSeconds * 1000, true)) {
            errno = ECANCELED;
            return -1;
        }
        const ssize_t count = ::recv(getSocket(), bytes, size, 0);
        acknowledgeAtOnce();
        return count;
    }

    ssize_t write(void* bytes, size_t size) override
    {
        size_t sent = 0;
        while (sent < size) {
            if (!wait(POLLOUT, m_watch->silenceSeconds * 1000, true)) {
                errno = ECANCELED;
                return -1;
            }
            const ssize_t count = ::send(getSocket(), static_cast<char*>(bytes) + sent, size - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count < 0 && (errno == EAGAIN || errno == EINTR))
                continue;
            if (count < 0)
                return -1;
            sent += size_t(count);
        }
        return ssize_t(sent);
    }

    OFBool networkDataAvailable(int timeoutSeconds) override { return wait(POLLIN, timeoutSeconds * 1000, false); }

private:
    /// A peer with Nagle's algorithm on (Orthanc as shipped) holds the second half of an answer back until we acknowledged the
    /// first: 40 ms an instance. The kernel forgets this setting, so it is made again each time.
    void acknowledgeAtOnce()
    {
        const int on = 1;
        ::setsockopt(getSocket(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    }

    bool wait(short event, int milliseconds, bool isInTheMiddle)
    {
        QElapsedTimer clock;
        clock.start();
        if (m_watch->isAborting && event == POLLIN)
            return false;
        if (event == POLLIN)
            acknowledgeAtOnce();
        while (!m_watch->isGivenUp()) {
            pollfd descriptor{getSocket(), event, 0};
            const qint64 left = milliseconds - clock.elapsed();
            const int ready = ::poll(&descriptor, 1, int(std::clamp<qint64>(left, 0, 100)));
            if (ready > 0)
                return true;
            if (ready < 0 && errno != EINTR)
                return true; // the read that follows tells what is wrong
            if (left <= 0) {
                if (isInTheMiddle)
                    m_watch->hasTimedOut = true;
                return false;
            }
        }
        return false;
    }

    std::shared_ptr<Watch> m_watch;
};

class WatchedLayer : public DcmTransportLayer
{
public:
    explicit WatchedLayer(std::shared_ptr<Watch> watch) : m_watch(std::move(watch)) {}

    DcmTransportConnection* createConnection(DcmNativeSocketType socket, OFBool useSecureLayer) override
    {
        return useSecureLayer ? nullptr : new WatchedConnection(socket, m_watch);
    }

private:
    std::shared_ptr<Watch> m_watch;
};

} // namespace

std::unique_ptr<DcmTransportLayer> watchedTransport(std::shared_ptr<Watch> watch)
{
    return std::make_unique<WatchedLayer>(std::move(watch));
}

} // namespace diascope::dimse
