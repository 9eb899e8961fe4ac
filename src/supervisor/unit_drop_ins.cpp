#include "supervisor/unit_drop_ins.hpp"

#include <set>
#include <string_view>

#include <fmt/format.h>

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kServiceState = "/var/lib/localscale";  // The units' own StateDirectory.
constexpr std::string_view kHead = "# Made from the config by localscale-generator at each daemon-reload.\n";

/// `path` as one word of a unit file: % begins a specifier there, $ a variable in commands.
std::string word(const fs::path& path) {
  std::string text = "\"";
  for (const char byte : path.string()) {
    switch (byte) {
      case '%':
      case '$':
        text += byte;
        text += byte;
        break;
      case '"':
      case '\\':
        text += '\\';
        text += byte;
        break;
      case '\n':
        text += "\\n";
        break;
      default:
        text += byte;
    }
  }
  return text + "\"";
}

/// As `word`, for settings that know no variables and no quotes around a whole value.
std::string specifier_free(const fs::path& path) {
  std::string text;
  for (const char byte : path.string()) text += byte == '%' ? std::string("%%") : std::string(1, byte);
  return text;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string service(const config::Layout& layout) {
  std::string text;
  for (const fs::path& folder : std::set<fs::path>{layout.state, layout.models}) {
    if (is_below(folder, fs::path(kServiceState))) continue;
    // The "+" runs it outside of the unit's read-only view, where the folder can be made.
    text += fmt::format("ExecStartPre=+/bin/mkdir -p {0}\nReadWritePaths={0}\n", word(folder));
  }
  return text.empty() ? text : std::string(kHead) + "[Service]\n" + text;
}

}  // namespace

std::map<std::string, std::string> unit_drop_ins(const config::Config& config, const config::Layout& layout) {
  const auto socket = [](const std::string& address) {
    return fmt::format("{}[Socket]\nListenStream=\nListenStream={}\n", kHead, address);
  };
  std::map<std::string, std::string> files;
  files["localscale.socket.d/50-config.conf"] = socket(fmt::format("127.0.0.1:{}", config.api.port));
  files["localscale-admin.socket.d/50-config.conf"] = socket(specifier_free(layout.admin_socket));
  if (const std::string text = service(layout); !text.empty())
    files["localscale.service.d/50-config.conf"] = text;
  return files;
}

}  // namespace localscale::supervisor
