#pragma once
#include "netclient/base/task.h"
#include <atomic>
#include <memory>

class DcmTransportLayer;

namespace diascope::dimse
{

/// What every wait on a socket looks at, ten times a second.
struct Watch
{
    std::atomic<bool> stop = false;          ///< give up
    std::atomic<Task*> task = nullptr;       ///< cancelled: give up
    std::atomic<bool> isConnected = false;   ///< TCP stands
    std::atomic<bool> hasTimedOut = false;   ///< the peer was silent for too long in the middle of something
    std::atomic<bool> isAborting = false;    ///< the last words may still go out, nothing is waited for any more
    std::atomic<int> silenceSeconds = 60;

    bool isGivenUp() const
    {
        const Task* watched = task;
        return stop || (watched && watched->isCancelled());
    }
};

/// Connections whose reads and writes end when the watch says so, with TCP_NODELAY: a delayed acknowledgement costs 40 ms an
/// instance otherwise.
std::unique_ptr<DcmTransportLayer> watchedTransport(std::shared_ptr<Watch> watch);

} // namespace diascope::dimse
