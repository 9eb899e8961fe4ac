#include "sandbox/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/child_setup.hpp"

namespace localscale::sandbox {

Child::Child(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)), exit_(other.exit_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    kill_and_reap();
    pid_ = std::exchange(other.pid_, -1);
    pidfd_ = std::move(other.pidfd_);
    exit_ = other.exit_;
  }
  return *this;
}

Child::~Child() {
  kill_and_reap();
}

void Child::kill_and_reap() {
  if (pid_ <= 0 || exit_) return;
  signal(SIGKILL);
  wait();
}

void Child::signal(int number) const {
  if (pid_ > 0 && !exit_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0);
}

std::optional<Exit> Child::reap(int options) {
  if (exit_ || pid_ <= 0) return exit_;
  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(pid_, &status, options);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return std::nullopt;
  if (ended < 0) {
    exit_ = Exit{-1, SIGKILL};  // Someone else reaped it: all that is known is that it is gone.
  } else if (WIFSIGNALED(status)) {
    exit_ = Exit{-1, WTERMSIG(status)};
  } else {
    exit_ = Exit{WEXITSTATUS(status), 0};
  }
  return exit_;
}

std::optional<Exit> Child::poll_exit() {
  return reap(WNOHANG);
}

Exit Child::wait() {
  return reap(0).value_or(Exit{-1, SIGKILL});
}

bool has_root_rights() {
  if (::geteuid() != 0) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
  const std::uint32_t needed =
      (1U << CAP_SYS_ADMIN) | (1U << CAP_SETUID) | (1U << CAP_SETGID) | (1U << CAP_SETPCAP);
  return (data[0].effective & needed) == needed;
}

namespace {

/// The new process's copy of the arguments and environment, in the form that execve wants.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

/// Dies with the starter. The starter may have died before prctl: then the status pipe has no reader any
/// more.
Result<void> tie_to_parent(int status) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return fail_errno("prctl(PDEATHSIG)", errno);
  if (::write(status, "+", 1) != 1) return fail_errno("report to the starter", errno);
  return {};
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // Every program of ours handles EPIPE instead.
}

/// `own`: who the starter is. Inside a fresh user namespace nobody can tell any more: unmapped ids read as
/// 65534.
Result<void> set_up_and_exec(const Confinement& confinement, bool rooted, Identity own, int status) {
  const Identity identity = rooted ? confinement.identity.value_or(own) : own;
  reset_signals();
  // First, so that whatever the program uses or starts counts there.
  if (confinement.control_group >= 0 && ::write(confinement.control_group, "0", 1) != 1)
    return fail_errno("join the control group", errno);
  ::umask(022);
  if (!rooted) {
    if (auto mapped = map_own_user(own); !mapped) return mapped;
  }
  if (auto placed = place_fds(confinement.fds); !placed) return placed;
  if (::setsid() < 0) return fail_errno("setsid", errno);
  if (::sethostname("localscale", 10) != 0) return fail_errno("sethostname", errno);
  if (auto adjusted = adjust_oom_score(confinement.oom_score_adjust); !adjusted) return adjusted;
  if (auto entered = enter_root(confinement.mounts, identity); !entered) return entered;
  if (::chdir(confinement.working_directory.c_str()) != 0) {
    return fail_errno("chdir " + confinement.working_directory.string(), errno);
  }
  if (auto dropped = drop_rights(confinement, rooted); !dropped) return dropped;
  if (auto tied = tie_to_parent(status); !tied) return tied;
  const auto arguments = pointers(confinement.arguments);
  const auto environment = pointers(confinement.environment);
  ::execve(confinement.program.c_str(), arguments.data(), environment.data());
  return fail_errno("exec " + confinement.program.string(), errno);
}

[[noreturn]] void run_child(const Confinement& confinement, bool rooted, Identity own, int status) {
  const int report = ::fcntl(status, F_DUPFD_CLOEXEC, kFirstFreeFd);  // Out of the way of the passed ones.
  if (auto result = set_up_and_exec(confinement, rooted, own, report); !result) {
    const std::string text =
        "-" + std::to_string(static_cast<int>(result.error().code)) + " " + result.error().what;
    [[maybe_unused]] const ssize_t written = ::write(report, text.data(), text.size());
  }
  ::_exit(126);
}

/// Reads until the pipe closes: "+" = about to exec, "-CODE TEXT" = failed.
std::string read_report(int pipe) {
  std::string text;
  std::array<char, 512> buffer{};
  for (;;) {
    const ssize_t count = ::read(pipe, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<void> judge(const std::string& report, const Confinement& confinement) {
  if (report == "+") return {};
  const std::string who = "Cannot start " + confinement.program.string();
  const auto minus = report.find('-');
  if (minus == std::string::npos) return fail(Errc::internal, who + ": its set-up ended without a word.");
  const auto space = report.find(' ', minus);
  const int code = std::atoi(report.c_str() + minus + 1);
  return fail(static_cast<Errc>(code), who + ": " + report.substr(space + 1));
}

std::uint64_t namespaces(const Confinement& confinement, bool rooted) {
  std::uint64_t flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
  if (confinement.network == Network::none) flags |= CLONE_NEWNET;
  if (!rooted) flags |= CLONE_NEWUSER;
  return flags;
}

}  // namespace

Result<Child> start(const Confinement& confinement) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("make a pipe", errno);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const bool rooted = has_root_rights();
  const Identity own{::geteuid(), ::getegid()};
  int pidfd = -1;
  const auto flags = namespaces(confinement, rooted) | CLONE_PIDFD | SIGCHLD;
  const long pid = ::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr);
  if (pid < 0) {
    const int error = errno;
    auto failure = fail_errno("Cannot start " + confinement.program.string() + ": make namespaces", error);
    if (!rooted && (error == EPERM || error == ENOSPC)) {
      failure.value().next =
          "Allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
          "kernel.apparmor_restrict_unprivileged_userns) or start Localscale as a service.";
    }
    return failure;
  }
  if (pid == 0) run_child(confinement, rooted, own, writer.get());
  Child child(static_cast<pid_t>(pid), UniqueFd(pidfd));
  writer.reset();
  if (auto started = judge(read_report(reader.get()), confinement); !started) {
    child.wait();
    return tl::unexpected(started.error());
  }
  return child;
}

}  // namespace localscale::sandbox
