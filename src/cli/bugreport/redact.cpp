#include "cli/bugreport/redact.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>

namespace localscale::cli::bugreport {
namespace {

constexpr std::size_t shortest_word = 3;      ///< Shorter names would take half of the text along.
constexpr std::size_t longest_harmless = 31;  ///< Longer runs of letters and digits may be keys.

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool ends_token(char c) {
  static constexpr std::string_view ends = " \t,;()[]{}<>\"'=|";
  return ends.find(c) != std::string_view::npos;
}

/// Paths and URLs hold what ends other words: a query's value must not be left behind.
std::size_t length_of_token(std::string_view text) {
  const auto length = static_cast<std::size_t>(std::ranges::find_if(text, ends_token) - text.begin());
  const std::string_view word = text.substr(0, length);
  const bool is_place = word.starts_with('/') || word.find("://") != std::string_view::npos;
  return is_place ? std::min(text.find_first_of(" \t\"'<>()"), text.size()) : length;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  if (what.size() < shortest_word) return text;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

bool is_address(std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  const std::string copy(text);
  return inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1;
}

bool is_this_machine(std::string_view host) {
  return host.starts_with("127.") || host == "localhost" || host == "::1" || host == "[::1]" ||
         host == "0.0.0.0" || host == "::";
}

/// "host:port" without its port.
std::string_view without_port(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool is_one = colon != std::string_view::npos && colon == text.find(':');
  return is_one ? text.substr(0, colon) : text;
}

bool may_be_secret(std::string_view text) {
  static constexpr std::array prefixes = {std::string_view("ls-"), std::string_view("hf_"),
                                          std::string_view("sk-"), std::string_view("ghp_")};
  const bool is_word = std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '+' || c == '.';
  });
  if (is_word && text.size() > longest_harmless) return true;
  constexpr std::size_t shortest_key = 8;
  return text.size() >= shortest_key &&
         std::ranges::any_of(prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); });
}

/// "2026-01-02T03:04:05.678Z", "03:04:05".
bool is_time(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_digit(c) || c == '-' || c == ':' || c == '.' || c == 'T' || c == 'Z' || c == '+';
  });
}

/// "name:tag", "org/repo": how models are called.
bool may_be_model(std::string_view text) {
  if (is_time(text)) return false;
  const bool has_letter = std::ranges::any_of(text, is_letter);
  const auto colon = text.find(':');
  const bool tagged = colon != std::string_view::npos && colon > 0 && colon + 1 < text.size();
  const auto slash = text.find('/');
  const bool owned = slash != std::string_view::npos && slash > 0 && slash + 1 < text.size();
  return has_letter && (tagged || owned || text.ends_with(".gguf"));
}

/// "lab.example": a name of some machine. Versions end with a digit.
bool may_be_host(std::string_view text) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot < 3 || text.ends_with(".gguf"))
    return false;
  const bool is_name =
      std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; });
  return is_name && std::ranges::all_of(text.substr(dot + 1), is_letter);
}

std::string_view path_of_api(std::string_view path) {
  static constexpr std::array known = {std::string_view("/localscale/v1/"), std::string_view("/v1/"),
                                       std::string_view("/api/"), std::string_view("/healthz"),
                                       std::string_view("/metrics")};
  for (const std::string_view prefix : known) {
    if (path.starts_with(prefix)) return prefix;
  }
  return {};
}

}  // namespace

Redactor::Redactor(Private secrets) : secrets_(std::move(secrets)) {
  // The longest first: a name may be part of another.
  std::ranges::sort(secrets_.words, std::greater{}, &std::string::size);
  std::ranges::sort(secrets_.models, std::greater{}, &std::string::size);
}

bool Redactor::is_known_model(std::string_view text) const {
  return std::ranges::find(secrets_.models, text) != secrets_.models.end();
}

/// Of our own API and state the first parts stay: they say what was done, not with what.
std::string Redactor::path(std::string_view text) const {
  if (const std::string_view prefix = path_of_api(text); !prefix.empty()) {
    const std::string_view rest = text.substr(prefix.size());
    const auto end = std::min(rest.find('/'), rest.size());
    const std::string_view word = rest.substr(0, end);
    const bool plain = std::ranges::all_of(word, [](char c) { return is_letter(c) || c == '-' || c == '_'; });
    if (!plain) return std::string(prefix) + "…";
    return std::string(prefix) + std::string(word) + (end < rest.size() ? "/…" : "");
  }
  const bool in_state = !secrets_.state_folder.empty() && text.starts_with(secrets_.state_folder);
  return in_state ? "STATE/…" : text == "/" ? "/" : "PATH";
}

std::string Redactor::token(std::string_view text) const {
  std::string_view tail;
  while (!text.empty() &&
         (text.back() == '.' || text.back() == ':' || text.back() == '!' || text.back() == '?')) {
    tail = std::string_view(text.data() + text.size() - 1, tail.size() + 1);
    text.remove_suffix(1);
  }
  const auto with_tail = [&](std::string_view word) { return std::string(word) + std::string(tail); };
  if (text.starts_with("sha256:") || text.starts_with("sha256-")) return with_tail("DIGEST");
  if (may_be_secret(text)) return with_tail("SECRET");
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    const std::string_view rest = text.substr(scheme + 3);
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
    if (!is_this_machine(without_port(authority))) return with_tail("URL");
    const bool says_more = rest.size() > authority.size() + 1;
    return with_tail(says_more ? std::string(text.substr(0, scheme + 3 + authority.size())) + "/…"
                               : std::string(text));
  }
  if (is_address(text) || is_address(without_port(text)))
    return with_tail(
        is_this_machine(without_port(text)) || is_this_machine(text) ? text : std::string_view("ADDRESS"));
  if (text.starts_with('/')) return with_tail(path(text));
  if (text.starts_with("~/")) return with_tail("PATH");
  if (text.find('@') != std::string_view::npos) return with_tail("ADDRESS");
  if (may_be_host(text) || may_be_host(without_port(text))) return with_tail("HOST");
  if (!secrets_.keep_model_names && (is_known_model(text) || may_be_model(text))) return with_tail("MODEL");
  return with_tail(text);
}

std::string Redactor::line(std::string_view text) const {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    // Whatever stands in quotes was named by somebody.
    const auto closing = c == '\'' || c == '"' ? text.find(c, at + 1) : std::string_view::npos;
    const bool opens = at == 0 || ends_token(text[at - 1]);
    if (closing != std::string_view::npos && opens && !secrets_.keep_model_names) {
      out += std::string(1, c) + "…" + std::string(1, c);
      at = closing + 1;
    } else if (ends_token(c)) {
      out += c;
      ++at;
    } else {
      const std::size_t length = length_of_token(text.substr(at));
      out += token(text.substr(at, length));
      at += length;
    }
  }
  for (const std::string& word : secrets_.words) out = replaced(std::move(out), word, "NAME");
  return out;
}

}  // namespace localscale::cli::bugreport
