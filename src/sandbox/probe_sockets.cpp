#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/probe_report.hpp"

namespace localscale::sandbox::probe {
namespace {

constexpr int kFamilies = 46;
constexpr std::array kTypes{SOCK_STREAM,    SOCK_DGRAM, SOCK_RAW,   SOCK_RDM,
                            SOCK_SEQPACKET, SOCK_DCCP,  SOCK_PACKET};
constexpr int kMaxFd = 1024;

bool expected(const Report& report, int family, int type) {
  if (report.is_engine()) return family == AF_UNIX && type == SOCK_STREAM;
  if (!report.is_fetcher()) return false;
  return (family == AF_INET || family == AF_INET6) && (type == SOCK_STREAM || type == SOCK_DGRAM);
}

void try_families(Report& report) {
  for (int family = 0; family < kFamilies; ++family) {
    std::string open;
    for (const int type : kTypes) {
      const UniqueFd socket(::socket(family, type, 0));
      if (socket && !expected(report, family, type)) open += " " + std::to_string(type);
    }
    if (!open.empty()) report.open("socket family " + std::to_string(family) + " types" + open);
  }
}

void try_pairs(Report& report) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, type, 0, ends.data()) != 0) continue;
    ::close(ends[0]);
    ::close(ends[1]);
    if (!(report.is_fetcher() && type == SOCK_STREAM)) report.open("socketpair type " + std::to_string(type));
  }
}

sockaddr_in address_of(const char* host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host, &address.sin_addr);
  return address;
}

/// A refused connection is a reached network as well.
bool network_answered(int result) {
  return result == 0 || errno == ECONNREFUSED || errno == EINPROGRESS || errno == ETIMEDOUT;
}

void try_connections(Report& report) {
  if (report.is_fetcher()) return;
  const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  const sockaddr_in here = address_of("127.0.0.1", 7411);
  if (tcp && network_answered(::connect(tcp.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here))) {
    report.open("tcp connection to 127.0.0.1");
  }
  const UniqueFd udp(::socket(AF_INET, SOCK_DGRAM, 0));
  const sockaddr_in resolver = address_of("9.9.9.9", 53);
  if (udp && ::sendto(udp.get(), "probe", 5, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&resolver),
                      sizeof resolver) > 0) {
    report.open("udp to a DNS server");
  }
}

void try_name_lookup(Report& report) {
  if (report.is_fetcher()) return;
  ::setenv("RES_OPTIONS", "timeout:1 attempts:1", 1);
  addrinfo* found = nullptr;
  if (::getaddrinfo("localscale-probe.example.com", "80", nullptr, &found) == 0) {
    report.open("name lookup");
    ::freeaddrinfo(found);
  }
}

void try_listening(Report& report) {
  if (report.is_engine()) return;
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in any = address_of("127.0.0.1", 0);
  if (socket && ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0)
    report.open("bind");
  if (socket && ::listen(socket.get(), 1) == 0) report.open("listen");
}

/// An inherited listener belongs to the host's network. Shut down, it can be connected with: by connect, or
/// by a send with MSG_FASTOPEN, which connects without that call.
void try_turning_listener(Report& report, int fd) {
  const sockaddr_in target = address_of("127.0.0.1", 9);
  const auto* address = reinterpret_cast<const sockaddr*>(&target);
  ::shutdown(fd, SHUT_RDWR);
  if (network_answered(
          static_cast<int>(::sendto(fd, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, address, sizeof target)))) {
    report.open("inherited listener " + std::to_string(fd) + ": send with MSG_FASTOPEN");
  }
  ::shutdown(fd, SHUT_RDWR);
  if (network_answered(::connect(fd, address, sizeof target))) {
    report.open("inherited listener " + std::to_string(fd) + ": connect");
  }
}

int option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

void try_inherited(Report& report) {
  for (int fd = 3; fd < kMaxFd; ++fd) {
    struct stat found{};
    if (::fstat(fd, &found) != 0) continue;
    if (S_ISDIR(found.st_mode)) report.open("inherited folder " + std::to_string(fd));
    if (!S_ISSOCK(found.st_mode)) continue;
    const bool inet = option(fd, SO_DOMAIN) == AF_INET || option(fd, SO_DOMAIN) == AF_INET6;
    if (option(fd, SO_TYPE) == SOCK_DGRAM) report.open("inherited datagram socket " + std::to_string(fd));
    if (inet && option(fd, SO_ACCEPTCONN) == 1) try_turning_listener(report, fd);
  }
}

}  // namespace

void try_sockets(Report& report) {
  try_inherited(report);
  try_families(report);
  try_pairs(report);
  try_connections(report);
  try_listening(report);
  try_name_lookup(report);
}

}  // namespace localscale::sandbox::probe
