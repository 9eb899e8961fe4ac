#include "config/state_owner.hpp"

#include <string>
#include <utility>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_advice.hpp"

namespace localscale::config {
namespace {

constexpr uid_t first_reserved = 64211;  // The roles' ids where the system has no users for them.
constexpr uid_t last_reserved = 64213;

/// The user that the state of this owner is used as: the users of the roles are the service's, which is
/// root's.
std::string user_of(uid_t owner) {
  if (owner == 0 || (owner >= first_reserved && owner <= last_reserved)) return "root";
  const passwd* entry = ::getpwuid(owner);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  const std::string user = entry == nullptr ? "#" + std::to_string(owner) : std::string(entry->pw_name);
  return user.starts_with("localscale") ? "root" : user;
}

}  // namespace

Result<void> refuse_state_of_another(const std::filesystem::path& state) {
  struct stat found{};
  if (::geteuid() != 0 || ::stat(state.c_str(), &found) != 0 || found.st_uid == 0) return {};
  const std::string user = user_of(found.st_uid);
  if (user == "root") return {};
  return fail(Errc::denied,
              "This state belongs to " + user + "; run it as " + user + ". Nothing in " + state.string() +
                  " was changed.",
              "Run: sudo -u '" + user + "' localscale up. Or name another state_directory for root.");
}

Error with_owner(Error error, const std::filesystem::path& path) {
  if (error.code != Errc::denied) return error;
  std::filesystem::path seen = path;
  struct stat found{};
  while (::stat(seen.c_str(), &found) != 0 && seen.has_relative_path()) seen = seen.parent_path();
  if (found.st_nlink == 0 || found.st_uid == ::geteuid()) return error;
  const std::string user = user_of(found.st_uid);
  error.next = seen.string() + " belongs to " + user + ": run this " +
               (user == "root" ? "with sudo" : "as " + user + " (sudo -u '" + user + "' …)") +
               ", or name a state_directory of your own in the config.";
  return error;
}

Error with_state_advice(Error error, const std::filesystem::path& path) {
  return with_next(with_owner(std::move(error), path),
                   "Look what is at " + path.string() +
                       " and who may write there, or name another state_directory in the config.");
}

}  // namespace localscale::config
