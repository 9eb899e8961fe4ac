#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/unique_fd.hpp"
#include "cli/doctor/gather.hpp"

/// Which ports are taken, and by whom.
namespace localscale::cli::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t ollama_port = 11434;

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Address address_of(const std::string& text, std::uint16_t port) {
  Address out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.length = sizeof v4;
    std::memcpy(&out.storage, &v4, sizeof v4);
  } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    out.length = sizeof v6;
    std::memcpy(&out.storage, &v6, sizeof v6);
  }
  return out;
}

/// 0 if the port can be had, as the supervisor would ask for it, else errno. Nobody is let in meanwhile: it
/// does not listen.
int try_port(const std::string& text, std::uint16_t port) {
  const Address address = address_of(text, port);
  const UniqueFd socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return errno;
  const int on = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.storage.ss_family == AF_INET6)
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the socket API's own way
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.storage);
  return ::bind(socket.get(), generic, address.length) == 0 ? 0 : errno;
}

/// The inode of the socket that listens on `port`, from a text like /proc/net/tcp's; empty if none does.
std::string listening_inode(const char* table, std::uint16_t port) {
  constexpr int state_column = 3;
  constexpr int inode_column = 9;
  const std::string wanted = fmt::format(":{:04X}", port);
  std::ifstream in(table);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    std::string inode;
    bool is_it = true;
    for (int column = 0; column <= inode_column && words >> word; ++column) {
      if (column == 1) is_it = is_it && word.ends_with(wanted);
      if (column == state_column) is_it = is_it && word == "0A";
      if (column == inode_column) inode = word;
    }
    if (is_it && !inode.empty()) return inode;
  }
  return {};
}

bool holds(const fs::path& process, const std::string& link) {
  std::error_code error;
  for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(at->path(), gone).string() == link) return true;
  }
  return false;
}

/// "nginx (process 12)"; empty if this user cannot see it.
std::string holder_of(std::uint16_t port) {
  std::string inode = listening_inode("/proc/net/tcp", port);
  if (inode.empty()) inode = listening_inode("/proc/net/tcp6", port);
  if (inode.empty() || inode == "0") return {};
  const std::string link = fmt::format("socket:[{}]", inode);
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const std::string process = at->path().filename().string();
    if (!parse_u64(process) || !holds(at->path(), link)) continue;
    std::ifstream in(at->path() / "comm");
    std::string name;
    std::getline(in, name);
    return one_line(fmt::format("{} (process {})", name, process));
  }
  return {};
}

bool is_served(const HomeFacts& home, std::uint16_t port) {
  const std::string end = fmt::format(":{}", port);
  for (const DoorFacts& door : home.doors) {
    if (door.url.ends_with(end) || door.url.find(end + "/") != std::string::npos) return true;
  }
  // A house that is stuck tells no doors: its processes still hold the port.
  return home.state == HomeFacts::State::silent && home.supervisor != 0 &&
         holder_of(port).starts_with("localscale");
}

struct Wish {
  const char* key;
  std::string address;
  std::uint16_t port;
  bool wanted;
};

PortFacts look_at(const Wish& wish, const HomeFacts& home) {
  PortFacts facts{.key = wish.key, .port = wish.port, .wanted = wish.wanted};
  const int error = try_port(wish.address, wish.port);
  facts.free = error == 0;
  if (error == EADDRINUSE) {
    facts.ours = is_served(home, wish.port);
    if (!facts.ours) facts.holder = holder_of(wish.port);
  } else if (error != 0) {
    facts.error = fail_errno(fmt::format("Binding {}:{}", wish.address, wish.port), error).value().what;
  }
  return facts;
}

}  // namespace

std::vector<PortFacts> look_at_ports(const config::Config& config, const HomeFacts& home) {
  std::vector<PortFacts> out;
  out.push_back(look_at({"api.port", "127.0.0.1", config.api.port, true}, home));
  if (config.api.port != ollama_port)
    out.push_back(look_at({"api.ollama_port", "127.0.0.1", ollama_port, config.api.ollama_port}, home));
  if (config.lan.enabled)
    out.push_back(look_at({"lan.port", config.lan.address, config.lan.port, true}, home));
  return out;
}

}  // namespace localscale::cli::doctor
