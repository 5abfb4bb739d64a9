#pragma once
#include "netclient/base/task.h"
#include <atomic>
#include <thread>

namespace diascope::cli
{

/// SIGINT and SIGTERM as an event. Made before any thread exists, so that all of them leave these signals to us.
class Interruption
{
public:
    Interruption();
    ~Interruption();
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;
    int descriptor() const { return m_descriptor; }

private:
    int m_descriptor = -1;
};

/// Both stop the task of a verb that waits for it, so that what was done is told; a second one ends the program at once.
class Stopper
{
public:
    explicit Stopper(Task& task); ///< which has to live longer
    ~Stopper();
    Stopper(const Stopper&) = delete;
    Stopper& operator=(const Stopper&) = delete;
    /// Ctrl-C: a person wants it no more. Else the system, which shuts down, only wants us to go.
    bool isByPerson() const;

private:
    void watch(Task& task);
    Interruption m_interruption;
    std::atomic<int> m_signal = 0;
    int m_wake = -1;
    std::thread m_thread;
};

} // namespace diascope::cli
