#include "mesh/fetcher/challenge.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "mesh/fetcher/json_guard.hpp"
#include "mesh/fetcher/url.hpp"

namespace localscale::mesh::fetcher {
namespace {

constexpr std::size_t max_header_bytes = 4096;
constexpr std::size_t max_token_bytes = 8192;

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
         });
}

/// The value of `key` in "key="value",…"; empty if absent.
std::string parameter(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const auto start = text.find_first_not_of(" ,\t");
    if (start == std::string_view::npos) return {};
    text.remove_prefix(start);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return {};
    const auto found = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    std::string value;
    if (text.starts_with('"')) {
      const auto end = text.find('"', 1);
      if (end == std::string_view::npos) return {};
      value = text.substr(1, end - 1);
      text.remove_prefix(end + 1);
    } else {
      const auto end = std::min(text.find_first_of(", \t"), text.size());
      value = text.substr(0, end);
      text.remove_prefix(end);
    }
    if (found == key) return value;
  }
  return {};
}

}  // namespace

Result<Challenge> parse_challenge(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() <= max_header_bytes && starts_with_word(header, scheme)) {
    const auto rest = header.substr(scheme.size());
    Challenge challenge{parameter(rest, "realm"), parameter(rest, "service"), parameter(rest, "scope")};
    if (!challenge.realm.empty()) return challenge;
  }
  return fail(Errc::denied, "The registry wants a login.",
              "Put a token into a file and name it as token_file of this registry in the config.");
}

std::string token_url(const Challenge& challenge) {
  std::string url = challenge.realm;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  const auto add = [&](std::string_view key, std::string_view value) {
    if (value.empty()) return;
    url += separator;
    url += std::string(key) + "=" + percent_encode_component(value);
    separator = '&';
  };
  add("service", challenge.service);
  add("scope", challenge.scope);
  return url;
}

Result<std::string> parse_token(std::string_view json) {
  const auto broken = [] {
    return fail(Errc::corrupt, "The registry's token service gave no token.", "Try again later.");
  };
  if (!depth_within(json, max_json_depth)) return broken();
  const auto answer = nlohmann::json::parse(json, nullptr, false);
  if (!answer.is_object()) return broken();
  for (const auto* key : {"token", "access_token"}) {
    const auto found = answer.find(key);
    if (found != answer.end() && found->is_string() && is_token(found->get_ref<const std::string&>())) {
      return found->get<std::string>();
    }
  }
  return broken();
}

bool is_token(std::string_view token) {
  return !token.empty() && token.size() <= max_token_bytes &&
         std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace localscale::mesh::fetcher
