#include "net/authority.hpp"

#include <algorithm>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "net/ascii.hpp"

namespace localscale::net {
namespace {

constexpr std::size_t kNameMax = 255;
constexpr std::size_t kPortMax = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
  const char lower = ascii_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, is_name_character);
}

bool is_v6_address(std::string_view text) {
  in6_addr address{};
  return text.size() < INET6_ADDRSTRLEN && ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

/// "" or ":digits".
bool is_port_part(std::string_view text) {
  if (text.empty()) return true;
  const std::string_view digits = text.substr(1);
  return text.front() == ':' && !digits.empty() && digits.size() <= kPortMax &&
         std::ranges::all_of(digits, is_digit);
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    return end != std::string_view::npos && is_v6_address(text.substr(1, end - 1)) &&
           is_port_part(text.substr(end + 1));
  }
  const std::size_t colon = std::min(text.find(':'), text.size());
  return is_name(text.substr(0, colon)) && is_port_part(text.substr(colon));
}

std::optional<AbsoluteTarget> absolute_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view after = target.substr(scheme.size());
    const std::size_t end = std::min(after.find_first_of("/?#"), after.size());
    return AbsoluteTarget{after.substr(0, end), after.substr(end)};
  }
  return std::nullopt;
}

}  // namespace localscale::net
