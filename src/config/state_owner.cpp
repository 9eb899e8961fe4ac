#include "config/state_owner.hpp"

#include <string>
#include <string_view>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace localscale::config {
namespace {

constexpr uid_t first_reserved = 64211;  // The roles' ids where the system has no users for them.
constexpr uid_t last_reserved = 64213;

}  // namespace

Result<void> refuse_state_of_another(const std::filesystem::path& state) {
  struct stat found{};
  if (::geteuid() != 0 || ::stat(state.c_str(), &found) != 0 || found.st_uid == 0) return {};
  if (found.st_uid >= first_reserved && found.st_uid <= last_reserved) return {};
  const passwd* entry = ::getpwuid(found.st_uid);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  const std::string user =
      entry == nullptr ? "#" + std::to_string(found.st_uid) : std::string(entry->pw_name);
  if (std::string_view(user).starts_with("localscale")) return {};
  return fail(Errc::denied,
              "This state belongs to " + user + "; run it as " + user + ". Nothing in " + state.string() +
                  " was changed.",
              "Run: sudo -u '" + user + "' localscale up. Or name another state_directory for root.");
}

}  // namespace localscale::config
