#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/unique_fd.hpp"
#include "sandbox/probe_report.hpp"

namespace localscale::sandbox::probe {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxEntries = 50'000;
constexpr std::array kWellKnown{"/run/dbus/system_bus_socket",
                                "/run/docker.sock",
                                "/var/run/docker.sock",
                                "/run/podman/podman.sock",
                                "/run/containerd/containerd.sock",
                                "/run/systemd/private",
                                "/run/systemd/notify",
                                "/run/systemd/journal/stdout",
                                "/run/systemd/journal/socket",
                                "/run/systemd/journal/dev-log",
                                "/dev/log",
                                "/run/systemd/resolve/io.systemd.Resolve",
                                "/run/nscd/socket",
                                "/var/run/nscd/socket",
                                "/run/snapd.socket",
                                "/tmp/.X11-unix/X0",
                                "/run/avahi-daemon/socket",
                                "/run/cups/cups.sock"};
/// The last one is for tests, which listen on it outside of the walls.
constexpr std::array kAbstractNames{"/tmp/.X11-unix/X0", "/org/freedesktop/systemd1/notify",
                                    "/containerd-shim", "localscale-probe-target"};
constexpr std::array kTypes{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};

bool connects(const sockaddr_un& address, socklen_t length) {
  for (const int type : kTypes) {
    const UniqueFd socket(::socket(AF_UNIX, type | SOCK_NONBLOCK, 0));
    if (!socket) continue;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) == 0) return true;
    if (errno == EAGAIN) return true;  // Somebody listens; only the queue is full.
  }
  return false;
}

sockaddr_un named(const std::string& name, std::size_t offset) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + offset, name.data(),
              std::min(name.size(), sizeof address.sun_path - offset - 1));
  return address;
}

void try_path(Report& report, const std::string& path) {
  if (connects(named(path, 0), sizeof(sockaddr_un))) report.open("unix socket " + path);
}

void try_abstract(Report& report, const std::string& name) {
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (connects(named(name, 1), length)) report.open("abstract unix socket @" + name);
}

/// Sockets that a walk through everything visible finds; /proc and /sys hold none.
std::set<std::string> sockets_in_root() {
  std::set<std::string> found(kWellKnown.begin(), kWellKnown.end());
  std::error_code error;
  fs::recursive_directory_iterator walk("/", fs::directory_options::skip_permission_denied, error);
  std::size_t entries = 0;
  for (; !error && walk != fs::recursive_directory_iterator() && ++entries < kMaxEntries;
       walk.increment(error)) {
    const fs::path& path = walk->path();
    std::error_code ignored;
    if (path == "/proc" || path == "/sys" || walk.depth() > 8) walk.disable_recursion_pending();
    if (walk->is_socket(ignored)) found.insert(path.string());
  }
  return found;
}

/// Names that are in use right now, where /proc tells.
std::set<std::string> abstract_names() {
  std::set<std::string> names(kAbstractNames.begin(), kAbstractNames.end());
  std::ifstream table("/proc/net/unix");
  for (std::string line; std::getline(table, line);) {
    if (const auto at = line.rfind(" @"); at != std::string::npos) names.insert(line.substr(at + 2));
  }
  return names;
}

}  // namespace

void try_unix_sockets(Report& report) {
  for (const std::string& path : sockets_in_root()) try_path(report, path);
  for (const std::string& name : abstract_names()) try_abstract(report, name);
}

}  // namespace localscale::sandbox::probe
