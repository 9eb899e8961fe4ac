#include <array>
#include <cstdlib>
#include <memory>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/probe_report.hpp"

namespace localscale::sandbox::probe {
namespace {

/// The other process that is nearest: our parent, or the first of this PID namespace.
pid_t neighbour() {
  return ::getppid() > 0 ? ::getppid() : 1;
}

/// execve looks the file up, then reads the arguments. With arguments that cannot be read EFAULT means: it
/// would run.
bool would_run(long result) {
  return result < 0 && errno == EFAULT;
}

void try_exec(Report& report) {
  char** unreadable = reinterpret_cast<char**>(8);
  for (const char* program : {"/bin/sh", "/usr/bin/env", "/proc/self/exe", "/lib64/ld-linux-x86-64.so.2",
                              "/lib/ld-linux-aarch64.so.1", "/engine/llama-server", "/engine/llama-bench",
                              "/localscale/localscale-shim"}) {
    if (would_run(::syscall(SYS_execve, program, unreadable, nullptr)))
      report.open(std::string("exec of ") + program);
  }
  const UniqueFd memory(static_cast<int>(::syscall(SYS_memfd_create, "probe", 0U)));
  if (memory) {
    [[maybe_unused]] const auto written = ::write(memory.get(), "#!/bin/sh\n", 10);
    const std::string by_fd = "/proc/self/fd/" + std::to_string(memory.get());
    if (would_run(::syscall(SYS_execveat, memory.get(), "", unreadable, nullptr, AT_EMPTY_PATH))) {
      report.open("exec of a memfd");
    }
    if (would_run(::syscall(SYS_execve, by_fd.c_str(), unreadable, nullptr))) {
      report.open("exec of a memfd through /proc/self/fd");
    }
  }
}

void try_new_processes(Report& report) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  if (child > 0) {
    ::waitpid(child, nullptr, 0);
    report.open("fork");
  }
  struct Flag {
    const char* name;
    unsigned long value;
  };
  for (const Flag flag :
       {Flag{"user", CLONE_NEWUSER}, Flag{"network", CLONE_NEWNET}, Flag{"mount", CLONE_NEWNS}}) {
    const long cloned = ::syscall(SYS_clone, flag.value | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (cloned == 0) ::_exit(0);
    if (cloned > 0) {
      ::waitpid(static_cast<pid_t>(cloned), nullptr, 0);
      report.open(std::string("clone into a new ") + flag.name + " namespace");
    }
  }
  std::array<std::uint64_t, 11> arguments{};  // struct clone_args: flags first.
  arguments[0] = CLONE_NEWUSER;
  arguments[4] = SIGCHLD;
  const long cloned = ::syscall(SYS_clone3, arguments.data(), sizeof arguments);
  if (cloned == 0) ::_exit(0);
  if (cloned > 0) {
    ::waitpid(static_cast<pid_t>(cloned), nullptr, 0);
    report.open("clone3 into a new user namespace");
  }
}

void try_memory_of_others(Report& report) {
  char byte = 0;
  iovec local{&byte, 1};
  iovec remote{&byte, 1};
  if (::process_vm_readv(neighbour(), &local, 1, &remote, 1, 0) > 0) report.open("process_vm_readv");
  if (reached(::syscall(SYS_ptrace, PTRACE_SEIZE, neighbour(), nullptr, nullptr)))
    report.open("ptrace of another process");
  const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, neighbour(), 0U)));
  if (!pidfd) return;
  report.open("pidfd_open");
  const UniqueFd stolen(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), 0, 0U)));
  if (stolen) report.open("pidfd_getfd");
}

bool is_number(const char* text) {
  return *text >= '1' && *text <= '9';
}

void try_proc(Report& report) {
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), &::closedir);
  if (!proc) return;
  const std::string self = std::to_string(::getpid());
  while (const dirent* entry = ::readdir(proc.get())) {
    if (!is_number(entry->d_name) || self == entry->d_name) continue;
    const std::string base = std::string("/proc/") + entry->d_name;
    for (const char* part : {"/fd", "/root", "/cwd", "/mem", "/environ"}) {
      const UniqueFd fd(::open((base + part).c_str(), O_RDONLY | O_CLOEXEC));
      if (!fd) continue;
      report.open("file " + base + part);
      return;  // One is enough: the others are no different.
    }
  }
}

void try_signals(Report& report) {
  // Signal 0 only asks whether one could be sent.
  if (::kill(-1, 0) == 0) report.open("signals to other processes");
  if (::getppid() > 0 && !report.is_engine() && ::kill(::getppid(), 0) == 0)
    report.open("signals to the parent");
}

void try_own_state(Report& report) {
  if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1) report.open("others of this user may trace this process");
  rlimit core{};
  if (::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur > 0) report.open("core files");
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) == 0 && (data[0].permitted | data[1].permitted) != 0) {
    report.open("capabilities are left");
  }
}

}  // namespace

void try_processes(Report& report) {
  try_own_state(report);
  try_proc(report);
  try_signals(report);
  try_memory_of_others(report);
  try_exec(report);
  try_new_processes(report);
}

}  // namespace localscale::sandbox::probe
