#include "mesh/fetcher/address.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace localscale::mesh::fetcher {
namespace {

struct Net4 {
  std::uint32_t address;
  unsigned bits;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

// IANA's special-purpose registry.
constexpr std::array special_nets4{
    Net4{ip4(0, 0, 0, 0), 8},      Net4{ip4(10, 0, 0, 0), 8},     Net4{ip4(100, 64, 0, 0), 10},
    Net4{ip4(127, 0, 0, 0), 8},    Net4{ip4(169, 254, 0, 0), 16}, Net4{ip4(172, 16, 0, 0), 12},
    Net4{ip4(192, 0, 0, 0), 24},   Net4{ip4(192, 0, 2, 0), 24},   Net4{ip4(192, 88, 99, 0), 24},
    Net4{ip4(192, 168, 0, 0), 16}, Net4{ip4(198, 18, 0, 0), 15},  Net4{ip4(198, 51, 100, 0), 24},
    Net4{ip4(203, 0, 113, 0), 24}, Net4{ip4(224, 0, 0, 0), 4},    Net4{ip4(240, 0, 0, 0), 4},
};

bool is_public4(std::uint32_t address) {
  return std::ranges::none_of(special_nets4, [address](const Net4& net) {
    return (address >> (32 - net.bits)) == (net.address >> (32 - net.bits));
  });
}

std::uint32_t ip4_at(std::span<const std::uint8_t, 16> bytes, std::size_t at) {
  return ip4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool is_public6(std::span<const std::uint8_t, 16> b) {
  const auto starts_with = [b](std::initializer_list<std::uint8_t> prefix) {
    return std::equal(prefix.begin(), prefix.end(), b.begin());
  };
  // NAT64: a gateway's way to an IPv4 address, so the rule for that address counts.
  if (starts_with({0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public4(ip4_at(b, 12));
  if ((b[0] & 0xe0) != 0x20) return false;                         // only 2000::/3 is global unicast
  if (starts_with({0x20, 0x02})) return is_public4(ip4_at(b, 2));  // 6to4
  if (starts_with({0x20, 0x01}) && b[2] <= 0x01) return false;     // 2001::/23: Teredo, ORCHID, benchmarking
  return !starts_with({0x20, 0x01, 0x0d, 0xb8}) && !starts_with({0x3f, 0xff});  // documentation
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return is_public6(std::span<const std::uint8_t, 16>(v6.sin6_addr.s6_addr, 16));
  }
  return false;
}

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const char* out = nullptr;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    out = ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    out = ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
  }
  return out == nullptr ? "?" : out;
}

}  // namespace localscale::mesh::fetcher
