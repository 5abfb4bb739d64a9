#pragma once
#include "netclient/base/task.h"
#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>

class DcmTransportLayer;

namespace diascope::dimse
{

class TlsContext;
class TlsStream;

/// What every wait on a socket looks at, ten times a second.
struct Watch
{
    static constexpr qint64 unlimited = std::numeric_limits<qint64>::max();

    std::atomic<bool> stop = false;          ///< give up
    std::atomic<Task*> task = nullptr;       ///< cancelled: give up
    std::atomic<bool> isConnected = false;   ///< TCP stands
    std::atomic<bool> hasTimedOut = false;   ///< the peer was silent for too long in the middle of something
    std::atomic<bool> isClosed = false;      ///< the connection ended without a word
    std::atomic<bool> isAborting = false;    ///< the last words may still go out, nothing is waited for any more
    std::atomic<int> silenceSeconds = 60;
    std::atomic<qint64> mayStillRead = unlimited; ///< bytes of the message that is coming: no peer fills our memory
    std::atomic<bool> isTooLong = false;     ///< it tried
    std::atomic<bool> isNoCommand = false;   ///< it sent something else in its place
    std::atomic<qint64> bytesRead = 0;       ///< since the beginning

    bool isGivenUp() const
    {
        const Task* watched = task;
        return stop || (watched && watched->isCancelled());
    }

    /// Why encryption failed; nothing where it did not.
    std::optional<Error> tlsError() const
    {
        const std::lock_guard lock(m_mutex);
        return m_tlsError;
    }
    void setTlsError(const Error& error)
    {
        const std::lock_guard lock(m_mutex);
        m_tlsError = error;
    }

private:
    mutable std::mutex m_mutex;
    std::optional<Error> m_tlsError;
};

/// How connections are encrypted; none of it: not at all. There is no way from one to the other.
struct Encryption
{
    std::shared_ptr<const TlsContext> context; ///< as a client of
    QString host;
    std::unique_ptr<TlsStream> ready; ///< or as a server, the handshake done

    Encryption();
    explicit Encryption(std::unique_ptr<TlsStream> ready);
    Encryption(Encryption&&) noexcept;
    ~Encryption();
};

/// Connections whose reads and writes end when the watch says so, with TCP_NODELAY: a delayed acknowledgement costs 40 ms an
/// instance otherwise.
std::unique_ptr<DcmTransportLayer> watchedTransport(std::shared_ptr<Watch> watch, Encryption encryption = {});

} // namespace diascope::dimse
