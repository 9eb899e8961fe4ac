#include "supervisor/shim.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <deque>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/packet.hpp"
#include "wire/control.pb.h"

extern char** environ;

namespace localscale::supervisor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kRetryEvery = std::chrono::milliseconds(5);
constexpr auto kConnectWithin = std::chrono::seconds(2);
constexpr auto kEndWithin = std::chrono::seconds(5);
constexpr std::size_t kMaxWaiting = 1024;

/// An answer that the house's queue had no room for.
struct Unsent {
  std::string bytes;
  UniqueFd connection;
};

/// A request whose connection found the engine's accept queue full.
struct Waiting {
  std::uint64_t id = 0;
  Clock::time_point until;
};

Result<UniqueFd> connect_to(const std::string& path) {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail_errno("make a socket", errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid_argument, "The engine's socket path is too long.");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return socket;
  if (errno == EAGAIN) return fail(Errc::exhausted, "The engine's queue of new connections is full.");
  if (errno == ENOENT || errno == ECONNREFUSED)
    return fail(Errc::unavailable, "The engine does not listen yet.");
  return fail_errno("connect to the engine", errno);
}

class Shim {
 public:
  explicit Shim(const ShimOptions& options) : options_(options), channel_(options.channel) {}

  Result<int> run() {
    if (auto prepared = prepare_signals(); !prepared) return tl::unexpected(prepared.error());
    if (auto started = start_engine(); !started) return tl::unexpected(started.error());
    while (!ended_) step();
    return *ended_;
  }

 private:
  Result<void> prepare_signals() {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int number : {SIGCHLD, SIGTERM, SIGINT}) sigaddset(&watched, number);
    ::sigprocmask(SIG_BLOCK, &watched, nullptr);
    signals_ = UniqueFd(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return fail_errno("watch signals", errno);
    ::fcntl(channel_, F_SETFL, ::fcntl(channel_, F_GETFL) | O_NONBLOCK);
    ::fcntl(channel_, F_SETFD, FD_CLOEXEC);
    return {};
  }

  Result<void> start_engine() {
    std::vector<char*> arguments;
    for (const std::string& one : options_.arguments) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    const std::string preload = "LD_PRELOAD=" + options_.preload;
    std::vector<char*> environment;
    for (char** one = environ; *one != nullptr; ++one) environment.push_back(*one);
    if (!options_.preload.empty()) environment.push_back(const_cast<char*>(preload.c_str()));
    environment.push_back(nullptr);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int error = ::posix_spawn(&engine_, arguments.front(), nullptr, &attributes, arguments.data(),
                                    environment.data());
    posix_spawnattr_destroy(&attributes);
    if (error != 0) return fail_errno("start " + options_.arguments.front(), error);
    return {};
  }

  void step() {
    // While answers wait, no more requests are taken: they wait in the channel, and then at the house.
    const short wanted = unsent_.empty() ? POLLIN : POLLOUT;
    std::array<pollfd, 2> watched{pollfd{signals_.get(), POLLIN, 0}, pollfd{channel_, wanted, 0}};
    ::poll(watched.data(), watched.size(), poll_timeout_ms());
    if (watched[0].revents != 0) take_signals();
    if (watched[1].revents != 0) send_unsent();
    if (watched[1].revents != 0) take_requests();
    retry_waiting();
    if (kill_at_ && Clock::now() >= *kill_at_) ::kill(engine_, SIGKILL);
  }

  [[nodiscard]] int poll_timeout_ms() const {
    if (!waiting_.empty()) return static_cast<int>(kRetryEvery.count());
    return kill_at_ ? 100 : -1;
  }

  void take_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) end_engine();
    }
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid != engine_) continue;
      ended_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
  }

  void end_engine() {
    if (kill_at_) return;
    ::kill(engine_, SIGTERM);
    kill_at_ = Clock::now() + kEndWithin;
  }

  void take_requests() {
    while (channel_ >= 0 && unsent_.empty()) {
      auto received = sandbox::receive_packet(channel_);
      if (received && received->state == sandbox::Received::State::nothing_yet) return;
      wire::ShimRequest request;
      if (!received || received->state == sandbox::Received::State::closed ||
          !request.ParseFromString(received->packet.bytes)) {
        channel_ = -1;  // The house is gone, or speaks nonsense: without it there is nobody to work for.
        waiting_.clear();
        end_engine();
        return;
      }
      answer({request.id(), Clock::now() + kConnectWithin});
    }
  }

  void answer(const Waiting& request) {
    auto connected = connect_to(options_.engine_socket);
    const bool wait = !connected && connected.error().code == Errc::exhausted && Clock::now() < request.until;
    if (wait && waiting_.size() < kMaxWaiting) {
      waiting_.push_back(request);
      return;
    }
    wire::ShimReply reply;
    reply.set_id(request.id);
    if (!connected) {
      reply.mutable_failed()->set_code(std::string(name(Errc::unavailable)));
      reply.mutable_failed()->set_what(connected.error().what);
      reply.mutable_failed()->set_next(connected.error().next);
    }
    unsent_.push_back({reply.SerializeAsString(), connected ? std::move(*connected) : UniqueFd()});
    send_unsent();
  }

  void send_unsent() {
    while (!unsent_.empty() && channel_ >= 0) {
      const Unsent& next = unsent_.front();
      const int fd = next.connection.get();
      const std::span<const int> attached = fd < 0 ? std::span<const int>() : std::span<const int>(&fd, 1);
      const auto sent = sandbox::send_packet(channel_, next.bytes, attached);
      if (!sent && sent.error().code == Errc::exhausted) return;
      unsent_.pop_front();
      if (!sent) end_engine();
    }
  }

  void retry_waiting() {
    if (channel_ < 0) return;
    std::deque<Waiting> again;
    again.swap(waiting_);
    for (const Waiting& request : again) answer(request);
  }

  const ShimOptions& options_;
  int channel_;
  UniqueFd signals_;
  pid_t engine_ = -1;
  std::deque<Waiting> waiting_;
  std::deque<Unsent> unsent_;
  std::optional<Clock::time_point> kill_at_;
  std::optional<int> ended_;
};

}  // namespace

Result<int> run_shim(const ShimOptions& options) {
  return Shim(options).run();
}

}  // namespace localscale::supervisor
