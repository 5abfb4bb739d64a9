#include "viewer/decode/worker/confinement.h"
#include <cstddef>
#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace diascope::viewer::worker
{

namespace
{

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
#error "name the architecture of the system calls"
#endif

class Filter
{
public:
    Filter()
    {
        load(offsetof(seccomp_data, arch));
        m_code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
        answer(SECCOMP_RET_KILL_PROCESS); // numbers mean something else there
        load(offsetof(seccomp_data, nr));
    }
    void on(std::initializer_list<long> calls, uint32_t verdict)
    {
        for (const long call : calls) {
            m_code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, uint32_t(call), 0, 1));
            answer(verdict);
        }
    }
    /// Allowed where the test (BPF_JSET: a bit of `bits` is set; BPF_JEQ) of the argument's low half comes out as wanted.
    void allowIf(long call, int argument, uint16_t test, uint32_t bits, bool wanted)
    {
        m_code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, uint32_t(call), 0, 4));
        load(uint32_t(offsetof(seccomp_data, args)) + 8 * uint32_t(argument)); // little endian
        m_code.push_back(BPF_JUMP(uint16_t(BPF_JMP | BPF_K | test), bits, uint8_t(wanted), uint8_t(!wanted)));
        answer(SECCOMP_RET_ERRNO | EPERM);
        answer(SECCOMP_RET_ALLOW);
    }
    bool install()
    {
        answer(SECCOMP_RET_ERRNO | EPERM);
        const sock_fprog program{uint16_t(m_code.size()), m_code.data()};
        return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
    }

private:
    void load(uint32_t offset) { m_code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
    void answer(uint32_t verdict) { m_code.push_back(BPF_STMT(BPF_RET | BPF_K, verdict)); }
    std::vector<sock_filter> m_code;
};

} // namespace

bool confine()
{
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    Filter filter;
    filter.on({__NR_recvfrom, __NR_sendto, __NR_read, __NR_write, __NR_munmap, __NR_mremap, __NR_madvise, __NR_brk, __NR_futex,
               __NR_exit, __NR_exit_group, __NR_clock_gettime, __NR_clock_nanosleep, __NR_gettimeofday, __NR_rt_sigreturn,
               __NR_rt_sigprocmask, __NR_rt_sigaction, __NR_sigaltstack, __NR_sched_yield, __NR_sched_getaffinity, __NR_getrandom,
               __NR_getpid, __NR_gettid, __NR_set_robust_list, __NR_rseq, __NR_restart_syscall, __NR_setitimer, __NR_close,
               __NR_fcntl, __NR_sysinfo, __NR_pread64,
#ifdef __x86_64__
               __NR_alarm, __NR_pause,
#endif
               __NR_ppoll},
              SECCOMP_RET_ALLOW);
    filter.allowIf(__NR_tgkill, 0, BPF_JEQ, uint32_t(getpid()), true); // abort() of a library ends us, as it should
    filter.allowIf(__NR_mmap, 2, BPF_JSET, PROT_EXEC, false);
    filter.allowIf(__NR_mprotect, 2, BPF_JSET, PROT_EXEC, false);
    filter.allowIf(__NR_clone, 0, BPF_JSET, CLONE_THREAD, true);
    filter.on({__NR_clone3}, SECCOMP_RET_ERRNO | ENOSYS); // its flags cannot be seen; libc falls back to clone
    // Libraries look for files and are content without them; whoever wants these is no decoder any more.
    filter.on({__NR_execve, __NR_execveat, __NR_socket, __NR_connect, __NR_bind, __NR_ptrace, __NR_process_vm_writev,
               __NR_mount, __NR_bpf, __NR_userfaultfd, __NR_io_uring_setup,
#ifdef __x86_64__
               __NR_fork, __NR_vfork,
#endif
               __NR_kill},
              SECCOMP_RET_KILL_PROCESS);
    return filter.install();
}

} // namespace diascope::viewer::worker
