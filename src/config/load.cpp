#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/config.hpp"

namespace localscale::config {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read before any thread starts
  return value == nullptr ? std::string() : std::string(value);
}

/// $VARIABLE if it is an absolute path, else $HOME/below; empty if neither is set.
fs::path xdg(const char* variable, const char* below) {
  const std::string value = environment(variable);
  if (value.starts_with('/')) return value;
  const std::string home = environment("HOME");
  return home.starts_with('/') ? fs::path(home) / below : fs::path();
}

bool is_root() {
  return geteuid() == 0;
}

fs::path expand(const fs::path& path) {
  const std::string text = path.string();
  const std::string home = environment("HOME");
  if (home.empty() || (text != "~" && !text.starts_with("~/"))) return path;
  return text == "~" ? fs::path(home) : fs::path(home) / text.substr(2);
}

void expand_all(Config& config) {
  config.state_directory = expand(config.state_directory);
  config.engine.directory = expand(config.engine.directory);
  config.models.directory = expand(config.models.directory);
  for (fs::path& folder : config.models.folders) folder = expand(folder);
  for (Registry& registry : config.fetcher.registries)
    registry.token_file = expand(registry.token_file).string();
}

Result<fs::path> default_state() {
  if (is_root()) return fs::path("/var/lib/localscale");
  const fs::path data = xdg("XDG_DATA_HOME", ".local/share");
  if (data.empty()) {
    return fail(Errc::invalid_argument,
                "There is no place for the state: neither HOME nor XDG_DATA_HOME is set.",
                "Set HOME, or state_directory in the config.");
  }
  return data / "localscale";
}

/// The engine that lies nearest to this program: in the build tree, beside an installation, in the system.
fs::path default_engine() {
  std::error_code ignored;
  const fs::path bin = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  const std::array places = {bin / "../engine", bin / "../lib/localscale/engine",
                             fs::path("/usr/lib/localscale/engine")};
  for (const fs::path& place : places) {
    if (fs::exists(place / "llama-server", ignored)) return fs::weakly_canonical(place, ignored);
  }
  return places.back();
}

/// True for a user without a home of their own whom the machine's service lets in (the group localscale).
bool uses_service(const fs::path& own_config) {
  std::error_code ignored;
  const fs::path own_state = xdg("XDG_DATA_HOME", ".local/share") / "localscale";
  return !fs::exists(own_config, ignored) && !fs::exists(own_state, ignored) &&
         access("/var/lib/localscale/run/localscale.sock", W_OK) == 0;
}

tl::unexpected<Error> unreadable(const fs::path& path, int error_number) {
  auto error = fail_errno(fmt::format("Reading the config {}", path.string()), error_number);
  if (error.value().code == Errc::denied)
    error.value().next = "Run this as its owner, or name another file with --config or LOCALSCALE_CONFIG.";
  return error;
}

Result<std::string> read_text(const fs::path& path) {
  constexpr off_t max_bytes = 1 << 20;
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return unreadable(path, errno);
  if (!S_ISREG(info.st_mode) || info.st_size > max_bytes) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is not a config: it must be a plain file of at most 1 MiB.", path.string()));
  }
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) return unreadable(path, errno);
  return text;
}

}  // namespace

fs::path default_path() {
  fs::path of_service = "/etc/localscale/config.toml";
  if (const std::string named = environment("LOCALSCALE_CONFIG"); !named.empty()) return named;
  if (is_root()) return of_service;
  fs::path own = xdg("XDG_CONFIG_HOME", ".config") / "localscale/config.toml";
  return uses_service(own) ? of_service : own;
}

Result<Config> load(const fs::path& path) {
  Config config;
  const auto text = read_text(path);
  if (text) {
    auto parsed = parse(*text, path.string());
    if (!parsed) return parsed;
    config = std::move(*parsed);
  } else if (text.error().code != Errc::not_found) {
    return tl::unexpected(text.error());
  }
  expand_all(config);
  // The supervisor tells its children, which run as users of their own, where the home's state lies.
  if (const std::string named = environment("LOCALSCALE_STATE_DIRECTORY"); named.starts_with('/')) {
    config.state_directory = named;
  }
  if (config.state_directory.empty()) {
    auto state = default_state();
    if (!state) return tl::unexpected(state.error());
    config.state_directory = *state;
  }
  if (config.engine.directory.empty()) config.engine.directory = default_engine();
  return config;
}

}  // namespace localscale::config
