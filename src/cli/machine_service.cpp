#include "cli/machine_service.hpp"

#include <algorithm>
#include <array>

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* services_config = "/etc/localscale/config.toml";
constexpr const char* services_state = "/var/lib/localscale";
constexpr const char* unit = "localscale.service";

bool systemd_runs(const fs::path& root) {
  std::error_code ignored;
  return fs::is_directory(root / "run/systemd/system", ignored);
}

bool has_unit(const fs::path& root) {
  constexpr std::array folders = {"etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system"};
  return std::ranges::any_of(folders, [&](const char* folder) {
    std::error_code ignored;
    return fs::exists(root / folder / unit, ignored);
  });
}

}  // namespace

Result<void> refuse_start_beside_service(const fs::path& config, const fs::path& state,
                                         const fs::path& root) {
  const bool is_services = config == services_config || state == services_state;
  if (!is_services || !systemd_runs(root) || !has_unit(root)) return {};
  return fail(Errc::conflict,
              "This home is this machine's service (localscale.service), which systemd starts and stops. "
              "Nothing was started.",
              "Start it with: systemctl start localscale. For a home beside it, name a config with another "
              "state_directory and another [api] port: localscale --config FILE up");
}

}  // namespace localscale::cli
