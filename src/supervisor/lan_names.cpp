#include "supervisor/lan_names.hpp"

#include <array>
#include <memory>
#include <set>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

namespace localscale::supervisor {
namespace {

constexpr std::size_t max_addresses = 32;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localscale";
  return name.data();
}

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, address, text.data(), text.size()) == nullptr ? std::string() : text.data();
}

}  // namespace

std::string lan_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    const auto host = ntohl(v4.s_addr);
    const bool own_only = (host >> 24U) == 127 || (host >> 16U) == 0xa9fe || host == 0;
    return own_only ? std::string() : text_of(AF_INET, &v4);
  }
  if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    const bool own_only =
        IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6);
    return own_only ? std::string() : text_of(AF_INET6, &v6);
  }
  return {};
}

std::vector<std::string> machine_names() {
  std::set<std::string> addresses;
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) == 0) {
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, &::freeifaddrs);
    for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
      if (at->ifa_addr == nullptr || (at->ifa_flags & IFF_UP) == 0) continue;
      if (auto text = lan_address(*at->ifa_addr); !text.empty() && addresses.size() < max_addresses)
        addresses.insert(std::move(text));
    }
  }
  std::vector<std::string> names{host_name()};
  names.insert(names.end(), addresses.begin(), addresses.end());
  return names;
}

std::string names_line(const std::vector<std::string>& names) {
  std::string line;
  for (const std::string& name : names) line += (line.empty() ? "" : " ") + name;
  return line + "\n";
}

}  // namespace localscale::supervisor
