#include "house/inherited_sockets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "base/bytes.hpp"

namespace localscale::house {
namespace {

constexpr int first_fd = 3;
constexpr std::uint64_t max_sockets = 16;
constexpr std::array doors = {net::Door::loopback, net::Door::ollama, net::Door::lan, net::Door::admin};

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread
  std::string text = value == nullptr ? "" : value;
  unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
  return text;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> out;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

Result<net::Door> door_named(const std::string& text) {
  const auto* door = std::ranges::find_if(doors, [&](net::Door d) { return name(d) == text; });
  if (door != doors.end()) return *door;
  return fail(Errc::invalid_argument,
              fmt::format("LISTEN_FDNAMES names '{}', which is no door of a home.", text),
              "Use the names loopback, ollama, lan and admin.");
}

bool listens(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1;
}

Result<void> mark(int fd) {
  const int flags = fcntl(fd, F_GETFD);
  if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) {
    return fail_errno(fmt::format("Taking over the inherited descriptor {}", fd), errno);
  }
  return {};
}

/// The socket's own address as a URL.
std::string url_of(int fd, net::Door door) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  // NOLINTBEGIN(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own way
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* scheme = door == net::Door::lan ? "https" : "http";
  if (address.ss_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(&address);
    inet_ntop(AF_INET, &in->sin_addr, text.data(), text.size());
    return fmt::format("{}://{}:{}/", scheme, text.data(), ntohs(in->sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto* in = reinterpret_cast<const sockaddr_in6*>(&address);
    inet_ntop(AF_INET6, &in->sin6_addr, text.data(), text.size());
    return fmt::format("{}://[{}]:{}/", scheme, text.data(), ntohs(in->sin6_port));
  }
  // NOLINTEND(cppcoreguidelines-pro-type-reinterpret-cast)
  return "unix socket";
}

}  // namespace

std::string_view name(net::Door door) {
  switch (door) {
    case net::Door::loopback:
      return "loopback";
    case net::Door::ollama:
      return "ollama";
    case net::Door::lan:
      return "lan";
    case net::Door::admin:
      return "admin";
  }
  return "";
}

Result<std::vector<InheritedSocket>> take_inherited_sockets() {
  std::vector<InheritedSocket> sockets;
  const std::string count_text = take_variable("LISTEN_FDS");
  const auto names = split(take_variable("LISTEN_FDNAMES"), ':');
  if (count_text.empty()) return sockets;
  const auto count = parse_u64(count_text);
  if (!count || *count > max_sockets || names.size() != *count) {
    return fail(Errc::invalid_argument,
                fmt::format("LISTEN_FDS says '{}' and LISTEN_FDNAMES has {} names; they must agree.",
                            count_text, names.size()),
                "Start localscaled through localscale-supervisor.");
  }
  for (std::size_t i = 0; i < *count; ++i) {
    const int fd = first_fd + static_cast<int>(i);
    const auto door = door_named(names[i]);
    if (!door) return tl::unexpected(door.error());
    const bool twice =
        std::ranges::any_of(sockets, [&](const InheritedSocket& s) { return s.door == *door; });
    if (twice || !listens(fd)) {
      return fail(Errc::invalid_argument, fmt::format("The inherited descriptor {} ('{}') {}.", fd, names[i],
                                                      twice ? "is named twice" : "is no listening socket"));
    }
    if (auto marked = mark(fd); !marked) return tl::unexpected(marked.error());
    sockets.push_back({*door, UniqueFd(fd), url_of(fd, *door)});
  }
  return sockets;
}

std::vector<ShutDoor> take_shut_doors() {
  std::vector<ShutDoor> out;
  for (const std::string& line : split(take_variable("LOCALSCALE_SHUT_DOORS"), '\n')) {
    const std::size_t space = line.find(' ');
    if (space != std::string::npos) out.push_back({line.substr(0, space), line.substr(space + 1)});
  }
  return out;
}

Result<UniqueFd> take_inherited_fd(const char* variable) {
  const std::string text = take_variable(variable);
  if (text.empty()) return UniqueFd();
  const auto number = parse_u64(text);
  if (!number || *number < first_fd || *number > 1023) {
    return fail(Errc::invalid_argument, fmt::format("{}={} is no descriptor.", variable, text));
  }
  const int fd = static_cast<int>(*number);
  if (auto marked = mark(fd); !marked) return tl::unexpected(marked.error());
  return UniqueFd(fd);
}

}  // namespace localscale::house
