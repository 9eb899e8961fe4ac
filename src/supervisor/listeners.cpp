#include "supervisor/listeners.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/error_advice.hpp"
#include "config/state_owner.hpp"

namespace localscale::supervisor {
namespace {

constexpr int kBacklog = 4096;
constexpr int kFirstPassedFd = 3;
constexpr std::uint16_t kOllamaPort = 11434;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<Listener> take_passed() {
  std::vector<Listener> taken;
  const auto pid = parse_u64(variable("LISTEN_PID"));
  const auto count = parse_u64(variable("LISTEN_FDS"));
  if (!pid || *pid != static_cast<std::uint64_t>(::getpid()) || !count || *count > 16) return taken;
  std::istringstream names(variable("LISTEN_FDNAMES"));
  for (int i = 0; i < static_cast<int>(*count); ++i) {
    std::string name;
    std::getline(names, name, ':');
    const int fd = kFirstPassedFd + i;
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    taken.push_back({name.empty() ? "loopback" : name, UniqueFd(fd)});
  }
  return taken;
}

bool has(const Listeners& listeners, std::string_view name) {
  return std::any_of(listeners.sockets.begin(), listeners.sockets.end(),
                     [&](const Listener& one) { return one.name == name; });
}

Result<UniqueFd> listen_on(const sockaddr* address, socklen_t length, const std::string& what) {
  UniqueFd socket(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return fail_errno("make a socket for " + what, errno);
  const int on = 1;
  if (address->sa_family != AF_UNIX) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address->sa_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(socket.get(), address, length) != 0) return fail_errno("listen on " + what, errno);
  if (::listen(socket.get(), kBacklog) != 0) return fail_errno("listen on " + what, errno);
  return socket;
}

/// `error`, with what helps where a port cannot be had, which the config's `key` names.
Error with_port_advice(Error error, const std::string& key) {
  if (error.code == Errc::denied)
    return with_next(std::move(error), "Ports below 1024 are the system's: set " + key + " to a higher one.");
  return with_next(std::move(error),
                   "Another program may use the port, or the machine lacks the address: stop "
                   "the program, or change " +
                       key + " in the config.");
}

Result<UniqueFd> listen_tcp(const std::string& address, std::uint16_t port) {
  const std::string what = address + ":" + std::to_string(port);
  sockaddr_in v4{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return listen_on(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, what);
  }
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    return listen_on(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, what);
  }
  return fail(Errc::invalid_argument, "\"" + address + "\" is no IP address.",
              "Set [lan] address in the config.");
}

/// The admin socket is the owner's alone; members of the group localscale may use a service's.
void open_for_group(const std::filesystem::path& path) {
  const group* members = ::geteuid() == 0 ? ::getgrnam("localscale") : nullptr;
  if (members == nullptr) return;
  if (::lchown(path.c_str(), 0, members->gr_gid) == 0) ::chmod(path.c_str(), 0660);
}

Result<UniqueFd> listen_admin(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail(Errc::invalid_argument,
                "The path " + text + " is longer than a unix socket's name may be (107 bytes).",
                "Set a shorter state_directory.");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size());
  ::unlink(text.c_str());  // We hold the lock, so whoever made it is gone.
  const mode_t before = ::umask(0177);
  auto socket = listen_on(reinterpret_cast<const sockaddr*>(&address), sizeof address, text);
  ::umask(before);
  if (socket) open_for_group(path);
  return socket;
}

Result<void> open_loopback(Listeners& listeners, const config::Config& config) {
  if (has(listeners, "loopback")) return {};
  auto socket = listen_tcp("127.0.0.1", config.api.port);
  if (!socket) return tl::unexpected(with_port_advice(std::move(socket.error()), "[api] port"));
  listeners.sockets.push_back({"loopback", std::move(*socket)});
  return {};
}

void open_optional(Listeners& listeners, const std::string& name, const std::string& address,
                   std::uint16_t port, const std::string& key) {
  if (has(listeners, name)) return;
  auto socket = listen_tcp(address, port);
  if (socket) {
    listeners.sockets.push_back({name, std::move(*socket)});
  } else {
    listeners.shut.push_back({name, with_port_advice(std::move(socket.error()), key).message()});
  }
}

Result<void> open_admin(Listeners& listeners, const config::Layout& layout) {
  if (has(listeners, "admin")) return {};
  auto socket = listen_admin(layout.admin_socket);
  if (!socket) return tl::unexpected(config::with_state_advice(std::move(socket.error()), layout.run));
  listeners.sockets.push_back({"admin", std::move(*socket)});
  listeners.owns_admin_socket = true;
  return {};
}

}  // namespace

Result<Listeners> open_listeners(const config::Config& config, const config::Layout& layout) {
  Listeners listeners;
  listeners.sockets = take_passed();
  if (auto opened = open_loopback(listeners, config); !opened) return tl::unexpected(opened.error());
  if (auto opened = open_admin(listeners, layout); !opened) return tl::unexpected(opened.error());
  if (config.api.ollama_port)
    open_optional(listeners, "ollama", "127.0.0.1", kOllamaPort, "[api] ollama_port");
  if (config.lan.enabled)
    open_optional(listeners, "lan", config.lan.address, config.lan.port, "[lan] address or port");
  return listeners;
}

}  // namespace localscale::supervisor
