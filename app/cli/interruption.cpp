#include "app/cli/interruption.h"
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace diascope::cli
{

Interruption::Interruption()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
}

Interruption::~Interruption() { ::close(m_descriptor); }

Stopper::Stopper(Task& task) : m_wake(::eventfd(0, EFD_CLOEXEC))
{
    m_thread = std::thread([this, &task] { watch(task); });
}

Stopper::~Stopper()
{
    const quint64 one = 1;
    (void)!::write(m_wake, &one, sizeof one);
    m_thread.join();
    ::close(m_wake);
}

bool Stopper::isByPerson() const { return m_signal == SIGINT; }

void Stopper::watch(Task& task)
{
    while (true) {
        pollfd descriptors[] = {{m_wake, POLLIN, 0}, {m_interruption.descriptor(), POLLIN, 0}};
        if (::poll(descriptors, 2, -1) < 0 && errno == EINTR)
            continue;
        signalfd_siginfo signal = {};
        if (descriptors[0].revents || ::read(m_interruption.descriptor(), &signal, sizeof signal) != sizeof signal)
            return;
        if (m_signal.exchange(int(signal.ssi_signo)) != 0)
            ::_exit(128 + int(signal.ssi_signo));
        task.cancel();
    }
}

} // namespace diascope::cli
