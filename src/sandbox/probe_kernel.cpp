#include <array>
#include <cstdint>
#include <string>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/probe_report.hpp"

namespace localscale::sandbox::probe {
namespace {

/// A call whose arguments make the kernel answer with an error and do nothing. Any error but EPERM and ENOSYS
/// shows that the call is open.
struct Call {
  const char* name;
  long number;
  std::array<long, 5> arguments;
};

constexpr long kNone = -1;  // No descriptor, process or flag has this value.

constexpr std::array kCalls{
    Call{"io_uring_setup", SYS_io_uring_setup, {1, 0}},
    Call{"io_uring_enter", SYS_io_uring_enter, {kNone, 0, 0, 0, 0}},
    Call{"io_uring_register", SYS_io_uring_register, {kNone, 0, 0, 0}},
    Call{"userfaultfd", SYS_userfaultfd, {kNone}},
    Call{"perf_event_open", SYS_perf_event_open, {0, 0, kNone, kNone, 0}},
    Call{"bpf", SYS_bpf, {kNone, 0, 0}},
    Call{"keyctl", SYS_keyctl, {kNone, 0, 0, 0, 0}},
    Call{"add_key", SYS_add_key, {0, 0, 0, 0, 0}},
    Call{"request_key", SYS_request_key, {0, 0, 0, 0}},
    Call{"setns", SYS_setns, {kNone, 0}},
    Call{"unshare", SYS_unshare, {kNone}},
    Call{"ptrace", SYS_ptrace, {kNone, kNone, 0, 0}},
    Call{"process_vm_readv", SYS_process_vm_readv, {kNone, 0, kNone, 0, kNone}},
    Call{"process_vm_writev", SYS_process_vm_writev, {kNone, 0, kNone, 0, kNone}},
    Call{"pidfd_open", SYS_pidfd_open, {kNone, kNone}},
    Call{"pidfd_getfd", SYS_pidfd_getfd, {kNone, kNone, kNone}},
    Call{"pidfd_send_signal", SYS_pidfd_send_signal, {kNone, 0, 0, kNone}},
    Call{"kcmp", SYS_kcmp, {kNone, kNone, kNone, 0, 0}},
    Call{"memfd_create", SYS_memfd_create, {0, kNone}},
    Call{"execveat", SYS_execveat, {kNone, 0, 0, 0, kNone}},
    Call{"open_by_handle_at", SYS_open_by_handle_at, {kNone, 0, 0}},
    Call{"name_to_handle_at", SYS_name_to_handle_at, {kNone, 0, 0, 0, kNone}},
    Call{"pivot_root", SYS_pivot_root, {0, 0}},
    Call{"move_mount", SYS_move_mount, {kNone, 0, kNone, 0, kNone}},
    Call{"fsopen", SYS_fsopen, {0, kNone}},
    Call{"init_module", SYS_init_module, {0, 0, 0}},
    Call{"finit_module", SYS_finit_module, {kNone, 0, kNone}},
    Call{"swapon", SYS_swapon, {0, kNone}},
    Call{"syslog", SYS_syslog, {kNone, 0, 0}},
    Call{"fanotify_init", SYS_fanotify_init, {kNone, kNone}},
    Call{"shmget", SYS_shmget, {0, 0, 0}},
    Call{"shmat", SYS_shmat, {kNone, 0, 0}},
    Call{"msgget", SYS_msgget, {0x6c73, 0}},
    Call{"semget", SYS_semget, {0x6c73, kNone, 0}},
    Call{"mq_open", SYS_mq_open, {0, 0, 0, 0}},
    Call{"move_pages", SYS_move_pages, {kNone, 0, 0, 0, 0}},
    Call{"migrate_pages", SYS_migrate_pages, {kNone, 0, 0, 0}},
    Call{"clock_settime", SYS_clock_settime, {kNone, 0}},
    Call{"quotactl", SYS_quotactl, {kNone, 0, 0, 0}},
    Call{"personality", SYS_personality, {0x0008000}},
    Call{"socket", SYS_socket, {kNone, kNone, kNone}},
    Call{"connect", SYS_connect, {kNone, 0, 0}},
    Call{"bind", SYS_bind, {kNone, 0, 0}},
    Call{"listen", SYS_listen, {kNone, 0}},
    Call{"sendmmsg", SYS_sendmmsg, {kNone, 0, 0, 0}},
};

bool expected(const Report& report, const std::string& name) {
  if (report.is_fetcher()) return name == "connect" || name == "sendmmsg";
  return report.is_engine() && (name == "bind" || name == "listen");
}

void try_calls(Report& report) {
  for (const Call& call : kCalls) {
    const auto& a = call.arguments;
    if (reached(::syscall(call.number, a[0], a[1], a[2], a[3], a[4])) && !expected(report, call.name)) {
      report.open(std::string("system call ") + call.name);
    }
  }
}

/// Typing into the owner's terminal. The address cannot be read, so nothing is typed: EFAULT shows that it
/// could be.
void try_terminal(Report& report) {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::ioctl(fd, TIOCSTI, nullptr) < 0 && errno == EFAULT) report.open("typing into the terminal");
  }
}

}  // namespace

void try_kernel_interfaces(Report& report) {
  try_calls(report);
  try_terminal(report);
}

}  // namespace localscale::sandbox::probe
