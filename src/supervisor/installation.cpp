#include "supervisor/installation.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <pwd.h>

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

fs::path path_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value == '/' ? fs::path(value) : fs::path();
}

Result<fs::path> programs_folder() {
  if (const fs::path named = path_variable("LOCALSCALE_PROGRAMS"); !named.empty()) return named;
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return fail_errno("find this program (/proc/self/exe)", error.value());
  return self.parent_path();
}

fs::path find_library(const fs::path& programs) {
  constexpr const char* file = "liblocalscale-confine.so";
  const std::array places{programs / file, programs / "../lib" / file, programs / "../lib/localscale" / file};
  std::error_code error;
  for (const fs::path& place : places) {
    if (fs::exists(place, error)) return place.lexically_normal();
  }
  return places.front();
}

sandbox::Identity user_or(const char* name, sandbox::Identity reserved) {
  const passwd* user = ::getpwnam(name);
  return user == nullptr ? reserved : sandbox::Identity{user->pw_uid, user->pw_gid};
}

}  // namespace

Result<Installation> find_installation(const config::Config& config, const fs::path& config_file) {
  auto programs = programs_folder();
  if (!programs) return tl::unexpected(programs.error());
  Installation found;
  found.programs = *programs;
  found.house = *programs / "localscaled";
  found.fetcher = *programs / "localscale-fetcher";
  found.shim = *programs / "localscale-shim";
  found.probe = *programs / "localscale-escape-probe";
  found.confine_library = find_library(*programs);
  found.engine = config.engine.directory.empty() ? (*programs / "../engine").lexically_normal()
                                                 : config.engine.directory;
  found.config_file = config_file;
  return found;
}

std::string engine_identity(const fs::path& folder) {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::int64_t newest = std::numeric_limits<std::int64_t>::min();  // The clock's epoch may lie ahead.
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (!entry.is_regular_file(error) || entry.is_symlink(error)) continue;
    ++files;
    bytes += entry.file_size(error);
    newest = std::max<std::int64_t>(newest, entry.last_write_time(error).time_since_epoch().count());
  }
  return files == 0 ? std::string() : fmt::format("{}-{}-{}", files, bytes, newest);
}

RoleUsers role_users() {
  const RoleUsers reserved;
  return {user_or("localscale-house", reserved.house), user_or("localscale-engine", reserved.engine),
          user_or("localscale-fetcher", reserved.fetcher)};
}

}  // namespace localscale::supervisor
