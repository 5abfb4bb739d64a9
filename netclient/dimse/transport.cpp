#include "netclient/dimse/transport.h"
#include "netclient/dimse/command_guard.h"
#include "netclient/dimse/tls.h"
#include <QElapsedTimer>
#include <cerrno>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcerror.h>
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

/// No PDU we agreed to is as long (we say 128 KiB); peers that are somewhat over are borne with.
constexpr size_t longestPdu = 1 << 20;

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
        if (!mayTake(size) || !wait(POLLIN, m_watch->silenceSeconds * 1000, true)) {
            errno = ECANCELED;
            return -1;
        }
        const ssize_t count = ::recv(getSocket(), bytes, size, 0);
        if (count <= 0)
            m_watch->isClosed = true;
        acknowledgeAtOnce();
        return taken(bytes, count);
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
            if (count < 0) {
                m_watch->isClosed = true;
                return -1;
            }
            sent += size_t(count);
        }
        return ssize_t(sent);
    }

    OFBool networkDataAvailable(int timeoutSeconds) override { return wait(POLLIN, timeoutSeconds * 1000, false); }

protected:
    /// DCMTK asks for a PDU as long as its header says. One that is longer than was agreed, or a message without an end, is
    /// not read.
    bool mayTake(size_t size)
    {
        if (size <= longestPdu && m_watch->mayStillRead > 0)
            return true;
        m_watch->isTooLong = true;
        return false;
    }

    ssize_t taken(const void* bytes, ssize_t count)
    {
        if (count > 0 && !m_guard.take(bytes, size_t(count))) {
            m_watch->isNoCommand = true;
            errno = ECANCELED;
            return -1;
        }
        if (count > 0)
            m_watch->bytesRead += count;
        if (count > 0 && m_watch->mayStillRead != Watch::unlimited)
            m_watch->mayStillRead -= count;
        return count;
    }

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
    CommandGuard m_guard;
};

/// The same, encrypted. No byte reaches the socket but through TLS.
class EncryptedConnection : public WatchedConnection
{
public:
    EncryptedConnection(DcmNativeSocketType socket, std::shared_ptr<Watch> watch, std::unique_ptr<TlsStream> stream)
        : WatchedConnection(socket, std::move(watch)), m_stream(std::move(stream))
    {
    }

    OFCondition clientSideHandshake() override
    {
        const bool isDone = go([this] { return m_stream->handshake(); }) == TlsStream::Progress::Done;
        if (!isDone && m_watch->hasTimedOut)
            m_watch->setTlsError(
                {Fault::TimedOut,
                 tr("the peer did not answer the request for encryption within %1 s").arg(m_watch->silenceSeconds)});
        return isDone ? EC_Normal : OFCondition(EC_IllegalCall);
    }
    OFCondition serverSideHandshake() override { return EC_Normal; } // before DCMTK saw the socket

    ssize_t read(void* bytes, size_t size) override
    {
        size_t count = 0;
        if (!mayTake(size)) {
            errno = ECANCELED;
            return -1;
        }
        switch (go([&] { return m_stream->read(bytes, size, count); })) {
        case TlsStream::Progress::Done:
            return taken(bytes, ssize_t(count));
        case TlsStream::Progress::Closed:
            m_watch->isClosed = true;
            return 0;
        default:
            errno = ECANCELED;
            return -1;
        }
    }

    ssize_t write(void* bytes, size_t size) override
    {
        size_t sent = 0;
        while (sent < size) {
            size_t count = 0;
            if (go([&] { return m_stream->write(static_cast<char*>(bytes) + sent, size - sent, count); }) !=
                TlsStream::Progress::Done) {
                errno = ECANCELED;
                return -1;
            }
            sent += count;
        }
        return ssize_t(sent);
    }

    /// Something of the peer's, not of the encryption's own: that could be followed by silence.
    OFBool networkDataAvailable(int timeoutSeconds) override
    {
        char byte = 0;
        size_t count = 0;
        QElapsedTimer clock;
        clock.start();
        while (true) {
            const auto progress = m_stream->peek(&byte, 1, count);
            if (progress == TlsStream::Progress::Failed)
                m_watch->setTlsError(m_stream->error());
            if (progress != TlsStream::Progress::WantsRead && progress != TlsStream::Progress::WantsWrite)
                return true; // the read that follows tells what is wrong
            const qint64 left = timeoutSeconds * 1000LL - clock.elapsed();
            if (!wait(progress == TlsStream::Progress::WantsRead ? POLLIN : POLLOUT, int(std::max<qint64>(left, 0)), false))
                return false;
        }
    }

    OFBool isTransparentConnection() override { return false; }
    void close() override
    {
        m_stream->close();
        WatchedConnection::close();
    }

private:
    static QString tr(const char* text) { return QCoreApplication::translate("Dimse", text); }

    template <typename Step>
    TlsStream::Progress go(const Step& step)
    {
        while (true) {
            const TlsStream::Progress progress = step();
            if (progress == TlsStream::Progress::Failed)
                m_watch->setTlsError(m_stream->error());
            if (progress != TlsStream::Progress::WantsRead && progress != TlsStream::Progress::WantsWrite)
                return progress;
            if (!wait(progress == TlsStream::Progress::WantsRead ? POLLIN : POLLOUT, m_watch->silenceSeconds * 1000, true))
                return TlsStream::Progress::Failed;
        }
    }

    std::unique_ptr<TlsStream> m_stream;
};

class WatchedLayer : public DcmTransportLayer
{
public:
    WatchedLayer(std::shared_ptr<Watch> watch, Encryption encryption)
        : m_watch(std::move(watch)), m_encryption(std::move(encryption))
    {
    }

    DcmTransportConnection* createConnection(DcmNativeSocketType socket, OFBool) override
    {
        if (m_encryption.ready)
            return new EncryptedConnection(socket, m_watch, std::move(m_encryption.ready));
        if (m_encryption.context)
            return new EncryptedConnection(socket, m_watch,
                                           std::make_unique<TlsStream>(m_encryption.context, socket, m_encryption.host));
        return new WatchedConnection(socket, m_watch);
    }

private:
    std::shared_ptr<Watch> m_watch;
    Encryption m_encryption;
};

} // namespace

Encryption::Encryption() = default;
Encryption::Encryption(std::unique_ptr<TlsStream> stream) : ready(std::move(stream)) {}
Encryption::Encryption(Encryption&&) noexcept = default;
Encryption::~Encryption() = default;

std::unique_ptr<DcmTransportLayer> watchedTransport(std::shared_ptr<Watch> watch, Encryption encryption)
{
    return std::make_unique<WatchedLayer>(std::move(watch), std::move(encryption));
}

} // namespace diascope::dimse
