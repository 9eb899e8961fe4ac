#include "gateway/session_cookie.hpp"

namespace localscale::gateway {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The value of the first cookie of this name in a Cookie field.
std::string_view cookie_in(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const std::size_t end = field.find(';');
    const std::string_view pair = trimmed(field.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      return pair.substr(name.size() + 1);
    if (end == std::string_view::npos) break;
    field.remove_prefix(end + 1);
  }
  return {};
}

std::string set_cookie(std::string_view value, std::string_view max_age, bool secure) {
  std::string text(session_cookie_name);
  text.append("=").append(value).append("; HttpOnly; SameSite=Strict; Path=/; Max-Age=").append(max_age);
  if (secure) text += "; Secure";
  return text;
}

}  // namespace

SessionHalves presented_session(const net::Headers& headers) {
  return {cookie_in(headers.get("Cookie"), session_cookie_name), headers.get(session_header_name)};
}

std::string session_cookie(std::string_view value, bool secure) {
  return set_cookie(value, "34560000", secure);  // 400 days
}

std::string no_session_cookie(bool secure) {
  return set_cookie("", "0", secure);
}

}  // namespace localscale::gateway
