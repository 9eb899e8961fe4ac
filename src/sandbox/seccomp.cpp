#include "sandbox/seccomp.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <span>

#include <linux/sched.h>
#include <netinet/in.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/seccomp_lists.hpp"

namespace localscale::sandbox {
namespace {

constexpr std::uint64_t kSocketTypeMask = 0xf;  // SOCK_NONBLOCK and SOCK_CLOEXEC are above it.
constexpr std::uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                          CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                          0x80 /* CLONE_NEWTIME */;

/// Collects rules; the first that fails is kept and ends the building.
class Filter {
 public:
  Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(EPERM)), &seccomp_release) {
    if (!context_) error_ = -ENOMEM;
    // No helper may undo the rest by asking for less: no_new_privs stays on, other architectures are killed.
    if (error_ == 0) error_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 1);
    if (error_ == 0) error_ = seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  }

  void allow(std::span<const char* const> names) {
    for (const char* one : names) rule(SCMP_ACT_ALLOW, one, {});
  }
  void allow(const char* one) { rule(SCMP_ACT_ALLOW, one, {}); }
  void allow_if(const char* one, std::initializer_list<scmp_arg_cmp> conditions) {
    rule(SCMP_ACT_ALLOW, one, {conditions.begin(), conditions.size()});
  }
  void answer(int error_number, const char* one) {
    rule(SCMP_ACT_ERRNO(static_cast<unsigned>(error_number)), one, {});
  }

  [[nodiscard]] Result<void> load() const {
    if (error_ != 0) return fail_errno("build the system-call filter", -error_);
    const int result = seccomp_load(context_.get());
    if (result != 0) return fail_errno("install the system-call filter", -result);
    return {};
  }

  [[nodiscard]] Result<std::string> text() const {
    if (error_ != 0) return fail_errno("build the system-call filter", -error_);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), 0) != 0) return fail_errno("make a pipe", errno);
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    // The text (about 30 KiB) fits into a pipe's 64 KiB, so nobody has to read meanwhile.
    const int result = seccomp_export_pfc(context_.get(), writer.get());
    writer.reset();
    if (result != 0) return fail_errno("describe the system-call filter", -result);
    std::string text;
    std::array<char, 4096> buffer{};
    for (ssize_t count = 0; (count = ::read(reader.get(), buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  void rule(std::uint32_t action, const char* one, std::span<const scmp_arg_cmp> conditions) {
    if (error_ != 0) return;
    const int number = seccomp_syscall_resolve_name(one);
    if (number == __NR_SCMP_ERROR || number < 0) return;  // This architecture does not have it.
    error_ = seccomp_rule_add_array(context_.get(), action, number, static_cast<unsigned>(conditions.size()),
                                    conditions.data());
  }

  std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
  int error_ = 0;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

/// Threads of the own process only. clone3 hides its flags in memory: glibc falls back to clone on ENOSYS.
void allow_threads(Filter& filter) {
  filter.allow_if("clone", {masked(0, CLONE_THREAD | kNamespaceFlags, CLONE_THREAD)});
  filter.answer(ENOSYS, "clone3");
}

void allow_processes(Filter& filter) {
  filter.allow_if("clone", {masked(0, kNamespaceFlags, 0)});
  filter.answer(ENOSYS, "clone3");
}

/// sendto with MSG_FASTOPEN connects a socket without connect(), even an inherited listener that was shut
/// down.
void allow_sending(Filter& filter) {
  filter.allow_if("sendto", {masked(3, MSG_FASTOPEN, 0), equals(4, 0)});
  filter.allow_if("sendmsg", {masked(2, MSG_FASTOPEN, 0)});
}

void allow_socket_options(Filter& filter) {
  for (const std::uint64_t level : {std::uint64_t{SOL_SOCKET}, std::uint64_t{IPPROTO_TCP}}) {
    filter.allow_if("setsockopt", {equals(1, level)});
  }
}

void allow_plain_ioctls(Filter& filter) {
  for (const std::uint64_t request :
       {std::uint64_t{FIONBIO}, std::uint64_t{FIONREAD}, std::uint64_t{FIOCLEX}, std::uint64_t{FIONCLEX},
        std::uint64_t{TCGETS}, std::uint64_t{TIOCGWINSZ}}) {
    filter.allow_if("ioctl", {masked(1, 0xffffffffU, request)});
  }
}

void allow_thread_names(Filter& filter) {
  for (const std::uint64_t option : {std::uint64_t{PR_SET_NAME}, std::uint64_t{PR_GET_NAME},
                                     std::uint64_t{PR_GET_DUMPABLE}, std::uint64_t{PR_SET_VMA}}) {
    filter.allow_if("prctl", {equals(0, option)});
  }
}

void allow_unix_streams(Filter& filter) {
  filter.allow_if("socket", {equals(0, AF_UNIX), masked(1, kSocketTypeMask, SOCK_STREAM)});
  filter.allow(syscalls::kServeUnix);
}

void house_rules(Filter& filter) {
  allow_threads(filter);
  allow_thread_names(filter);
  allow_plain_ioctls(filter);
  allow_sending(filter);
  allow_socket_options(filter);
  filter.allow(syscalls::kFilesWrite);
}

void engine_rules(Filter& filter, bool gpu) {
  allow_threads(filter);
  allow_unix_streams(filter);
  allow_sending(filter);
  allow_socket_options(filter);
  filter.allow("unlink");  // llama-server removes its socket's name at the end.
  filter.allow("unlinkat");
  if (gpu) {
    filter.allow("ioctl");
    filter.allow("prctl");
    filter.allow("mlock2");
  } else {
    allow_plain_ioctls(filter);
    allow_thread_names(filter);
  }
}

void fetcher_rules(Filter& filter) {
  allow_threads(filter);
  allow_thread_names(filter);
  allow_plain_ioctls(filter);
  allow_socket_options(filter);
  for (const std::uint64_t level : {std::uint64_t{IPPROTO_IP}, std::uint64_t{IPPROTO_IPV6}}) {
    filter.allow_if("setsockopt", {equals(1, level)});
  }
  for (const std::uint64_t family : {std::uint64_t{AF_INET}, std::uint64_t{AF_INET6}}) {
    filter.allow_if("socket", {equals(0, family), masked(1, kSocketTypeMask, SOCK_STREAM)});
    filter.allow_if("socket", {equals(0, family), masked(1, kSocketTypeMask, SOCK_DGRAM)});
  }
  // libcurl's resolver thread wakes its owner through a pair; a connected stream pair leads nowhere else.
  filter.allow_if("socketpair", {equals(0, AF_UNIX), masked(1, kSocketTypeMask, SOCK_STREAM)});
  filter.allow("connect");
  filter.allow_if("sendto", {masked(3, MSG_FASTOPEN, 0)});
  filter.allow_if("sendmsg", {masked(2, MSG_FASTOPEN, 0)});
  filter.allow("sendmmsg");  // glibc sends the A and AAAA question in one call.
  filter.allow(syscalls::kFilesWrite);
}

void shim_rules(Filter& filter) {
  allow_processes(filter);
  allow_unix_streams(filter);
  allow_sending(filter);
  allow_socket_options(filter);
  filter.allow("unlink");
  filter.allow("unlinkat");
  filter.allow("ioctl");  // The engine's own filter, installed on top, decides; GPU drivers need it there.
  filter.allow("mlock2");
  filter.allow(syscalls::kStartProgram);
}

Filter build(Profile profile) {
  Filter filter;
  filter.allow(syscalls::kBase);
  filter.allow(syscalls::kDescriptors);
  filter.allow(syscalls::kFilesRead);
  filter.allow(syscalls::kOpenSockets);
  switch (profile) {
    case Profile::house:
      house_rules(filter);
      break;
    case Profile::engine:
      engine_rules(filter, false);
      break;
    case Profile::engine_gpu:
      engine_rules(filter, true);
      break;
    case Profile::fetcher:
      fetcher_rules(filter);
      break;
    case Profile::shim:
      shim_rules(filter);
      break;
  }
  return filter;
}

}  // namespace

Result<void> install_filter(Profile profile) {
  return build(profile).load();
}

Result<std::string> describe_filter(Profile profile) {
  return build(profile).text();
}

}  // namespace localscale::sandbox
