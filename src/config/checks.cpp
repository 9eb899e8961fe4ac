#include "config/checks.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include <arpa/inet.h>

#include "base/bytes.hpp"
#include "core/models/model_name.hpp"

namespace localscale::config {
namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_port(std::string_view text) {
  const auto port = parse_u64(text);
  return port && *port >= 1 && *port <= 65535;
}

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ip(std::string(text.substr(1, close - 1)))) return false;
    const auto rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
  return is_host(std::string(text.substr(0, colon)));
}

}  // namespace

bool is_path(const std::string& text) {
  constexpr std::size_t max_bytes = 1024;
  if (text.size() > max_bytes || text.find('\0') != std::string::npos || text.find('\n') != std::string::npos)
    return false;
  return text.starts_with('/') || text == "~" || text.starts_with("~/");
}

bool is_path_or_empty(const std::string& text) {
  return text.empty() || is_path(text);
}

bool is_system_folder(const std::string& path) {
  static constexpr std::array<std::string_view, 32> folders = {
      "/",         "/bin",       "/boot",  "/dev",       "/etc",     "/home",    "/lib",     "/lib32",
      "/lib64",    "/libx32",    "/media", "/mnt",       "/opt",     "/proc",    "/root",    "/run",
      "/sbin",     "/srv",       "/sys",   "/tmp",       "/usr",     "/usr/bin", "/usr/lib", "/usr/local",
      "/usr/sbin", "/usr/share", "/var",   "/var/cache", "/var/lib", "/var/log", "/var/run", "/var/tmp"};
  std::filesystem::path folder = std::filesystem::path(path).lexically_normal();
  if (!folder.has_filename() && folder != folder.root_path()) folder = folder.parent_path();
  const std::string text = folder.string();
  // POSIX lets "//" stand for something of its own; here it is the root.
  const auto first = text.find_first_not_of('/');
  const std::string plain = first == std::string::npos ? "/" : "/" + text.substr(first);
  return std::ranges::find(folders, plain) != folders.end();
}

bool is_own_folder_or_empty(const std::string& text) {
  if (text.empty()) return true;
  if (!is_path(text)) return false;
  if (text.starts_with('/')) return !is_system_folder(text);
  const std::string below = std::filesystem::path(text.substr(1)).relative_path().lexically_normal().string();
  return !below.empty() && below != "." && !below.starts_with("..");
}

bool is_ip(const std::string& text) {
  in6_addr address{};
  if (text.find('\0') != std::string::npos) return false;
  return inet_pton(AF_INET, text.c_str(), &address) == 1 || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_ip_or_empty(const std::string& text) {
  return text.empty() || is_ip(text);
}

bool is_host(const std::string& text) {
  constexpr std::size_t max_bytes = 253;
  if (text.empty() || text.size() > max_bytes) return false;
  if (is_ip(text)) return true;
  return is_alphanumeric(text.front()) && text.find("..") == std::string::npos &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; });
}

bool is_host_and_port(const std::string& text) {
  return is_authority(text);
}

bool is_origin(const std::string& text) {
  constexpr std::size_t max_bytes = 512;
  const auto separator = text.find("://");
  if (text.size() > max_bytes || separator == std::string::npos || separator == 0) return false;
  const std::string_view scheme = std::string_view(text).substr(0, separator);
  const bool scheme_ok = std::ranges::all_of(
      scheme, [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; });
  return scheme_ok && is_authority(std::string_view(text).substr(separator + 3));
}

bool is_url(const std::string& text) {
  constexpr std::size_t max_bytes = 1024;
  if (text.size() > max_bytes || !is_printable(text) || text.find_first_of("@?#\"") != std::string::npos)
    return false;
  const auto separator = text.find("://");
  if (separator == std::string::npos) return false;
  const std::string scheme = text.substr(0, separator);
  if (scheme != "http" && scheme != "https") return false;
  const std::string_view rest = std::string_view(text).substr(separator + 3);
  return is_authority(rest.substr(0, rest.find('/')));
}

bool is_url_or_empty(const std::string& text) {
  return text.empty() || is_url(text);
}

bool is_model_name(const std::string& text) {
  return core::parse_model_name(text).has_value();
}

bool is_protocol(const std::string& text) {
  return text == "ollama" || text == "huggingface";
}

}  // namespace localscale::config
