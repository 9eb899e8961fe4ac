#pragma once

#include <array>

/// The system calls of the profiles, by name. A name that an architecture lacks is skipped there.
namespace localscale::sandbox::syscalls {

/// Memory, threads, time, signals to itself: what any program needs.
inline constexpr std::array kBase{
    "brk",
    "mmap",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "mincore",
    "msync",
    "membarrier",
    "futex",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "set_tid_address",
    "gettid",
    "getpid",
    "getppid",
    "getpgrp",
    "getpgid",
    "getsid",
    "exit",
    "exit_group",
    "wait4",
    "waitid",
    "restart_syscall",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigtimedwait",
    "rt_sigpending",
    "rt_sigsuspend",
    "sigaltstack",
    "signalfd4",
    "tgkill",
    "pause",
    "clock_gettime",
    "clock_getres",
    "clock_nanosleep",
    "nanosleep",
    "gettimeofday",
    "time",
    "times",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "setitimer",
    "getitimer",
    "alarm",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_setscheduler",
    "getpriority",
    "setpriority",
    "getcpu",
    "getrandom",
    "getrusage",
    "prlimit64",
    "getrlimit",
    "sysinfo",
    "uname",
    "capget",
    "arch_prctl",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getresuid",
    "getresgid",
    "getgroups",
    "set_mempolicy",
    "get_mempolicy",
    "mbind",
    "mlock",
    "munlock",
};

/// Descriptors and event loops; no way to make a socket.
inline constexpr std::array kDescriptors{
    "read",         "write",         "readv",     "writev",          "pread64",     "pwrite64",
    "preadv",       "pwritev",       "preadv2",   "pwritev2",        "close",       "close_range",
    "dup",          "dup2",          "dup3",      "fcntl",           "pipe",        "pipe2",
    "eventfd2",     "lseek",         "poll",      "ppoll",           "select",      "pselect6",
    "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait",      "epoll_pwait", "epoll_pwait2",
    "sendfile",     "splice",        "tee",       "copy_file_range",
};

/// Files that the root shows: reading.
inline constexpr std::array kFilesRead{
    "open",   "openat",     "openat2",  "stat",      "fstat",      "lstat",    "newfstatat", "statx",
    "statfs", "fstatfs",    "access",   "faccessat", "faccessat2", "readlink", "readlinkat", "getcwd",
    "chdir",  "getdents64", "getdents", "fadvise64", "readahead",  "flock",    "umask",
};

/// Files that the root shows: changing.
inline constexpr std::array kFilesWrite{
    "fsync",   "fdatasync", "sync_file_range", "ftruncate", "truncate", "fallocate", "mkdir",
    "mkdirat", "rmdir",     "unlink",          "unlinkat",  "rename",   "renameat",  "renameat2",
    "link",    "linkat",    "symlink",         "symlinkat", "chmod",    "fchmod",    "fchmodat",
    "chown",   "fchown",    "fchownat",        "utimensat", "utime",    "utimes",
};

/// Sockets that exist already: accepting, sending, receiving.
inline constexpr std::array kOpenSockets{
    "accept",     "accept4",     "recvfrom",    "recvmsg",  "recvmmsg",
    "getsockopt", "getsockname", "getpeername", "shutdown",
};

/// Making and serving unix sockets inside the worker's own root.
inline constexpr std::array kServeUnix{"bind", "listen"};

/// What the shim does before and while the engine runs.
inline constexpr std::array kStartProgram{
    "execve",
    "fork",
    "vfork",
    "connect",
    "kill",
    "setpgid",
    "setsid",
    "seccomp",
    "landlock_create_ruleset",
    "landlock_add_rule",
    "landlock_restrict_self",
    "prctl",
};

}  // namespace localscale::sandbox::syscalls
