#include "supervisor/unit_drop_ins.hpp"

#include <set>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kServiceState = "/var/lib/localscale";  // The units' own StateDirectory.
constexpr std::string_view kHead = "# Made from the config by localscale-generator at each daemon-reload.\n";

enum class Place { setting, command };

/// `path` as one word of a unit file: % begins a specifier there, and in commands $ a variable.
std::string word(const fs::path& path, Place place = Place::setting) {
  std::string text = "\"";
  for (const char byte : path.string()) {
    switch (byte) {
      case '%':
        text += "%%";
        break;
      case '$':
        text += place == Place::command ? "$$" : "$";
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

/// As `word`, for a setting that knows no quotes: a line break, which would end it, is left out.
std::string bare(const fs::path& path) {
  std::string text;
  for (const char byte : path.string()) {
    if (byte == '\n') continue;
    text += byte;
    if (byte == '%') text += byte;
  }
  return text;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::vector<fs::path> folders_elsewhere(const config::Layout& layout) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : std::set<fs::path>{layout.state, layout.models}) {
    if (!is_below(folder, fs::path(kServiceState))) folders.push_back(folder);
  }
  return folders;
}

/// The service sees a read-only system and could not make a folder: a unit that runs before it does.
void add_folders(std::map<std::string, std::string>& files, const std::vector<fs::path>& folders) {
  std::string words;
  std::string command;
  std::string writable;
  for (const fs::path& folder : folders) {
    words += " " + word(folder);
    command += " " + word(folder, Place::command);
    writable += fmt::format("ReadWritePaths={}\n", word("-" + folder.string()));
  }
  files["localscale-folders.service"] = fmt::format(
      "{}[Unit]\nDescription=Localscale: folders that its config names\nRequiresMountsFor={}\n\n"
      "[Service]\nType=oneshot\nExecStart=/bin/mkdir -p --{}\n",
      kHead, words.substr(1), command);
  files["localscale.service.d/50-config.conf"] = fmt::format(
      "{}[Unit]\nWants=localscale-folders.service\nAfter=localscale-folders.service\n\n[Service]\n{}", kHead,
      writable);
}

}  // namespace

std::map<std::string, std::string> unit_drop_ins(const config::Config& config, const config::Layout& layout) {
  const auto socket = [](const std::string& address) {
    return fmt::format("{}[Socket]\nListenStream=\nListenStream={}\n", kHead, address);
  };
  std::map<std::string, std::string> files;
  files["localscale.socket.d/50-config.conf"] = socket(fmt::format("127.0.0.1:{}", config.api.port));
  files["localscale-admin.socket.d/50-config.conf"] = socket(bare(layout.admin_socket));
  if (const auto folders = folders_elsewhere(layout); !folders.empty()) add_folders(files, folders);
  return files;
}

}  // namespace localscale::supervisor
