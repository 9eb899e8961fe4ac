#include "supervisor/state_folders.hpp"

#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/child.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

Result<UniqueFd> make_folder(const fs::path& path, mode_t mode) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return fail_errno("make folder " + path.string(), error.value());
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) return fail_errno("open folder " + path.string(), errno);
  struct stat found{};
  // A stricter mode that the owner chose stays.
  if (::fstat(folder.get(), &found) == 0 && found.st_uid == ::geteuid()) ::fchmod(folder.get(), mode);
  return folder;
}

/// Gives the folder and the plain files in it that root made to the role. Links are neither followed nor
/// given.
Result<void> give(const UniqueFd& folder, const fs::path& path, sandbox::Identity owner, mode_t mode) {
  if (::fchown(folder.get(), owner.uid, owner.gid) != 0 || ::fchmod(folder.get(), mode) != 0) {
    return fail_errno("give folder " + path.string() + " to its process", errno);
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(::dup(folder.get())), &::closedir);
  if (!entries) return fail_errno("read folder " + path.string(), errno);
  while (const dirent* entry = ::readdir(entries.get())) {
    struct stat found{};
    if (::fstatat(folder.get(), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(found.st_mode) || found.st_nlink != 1 || found.st_uid != 0) continue;
    if (::fchownat(folder.get(), entry->d_name, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0) {
      return fail_errno("give " + (path / entry->d_name).string() + " to its process", errno);
    }
  }
  return {};
}

}  // namespace

Result<void> prepare_state(const config::Layout& layout, const RoleUsers& users) {
  struct Folder {
    const fs::path& path;
    mode_t mode;
    std::optional<sandbox::Identity> owner;
  };
  const bool rooted = sandbox::has_root_rights();
  const sandbox::Identity models{users.fetcher.uid, users.house.gid};
  const std::array<Folder, 7> folders{{{layout.state, rooted ? mode_t{0755} : mode_t{0700}, {}},
                                       {layout.run, rooted ? mode_t{0755} : mode_t{0700}, {}},
                                       {layout.log.parent_path(), 0700, {}},
                                       {layout.house, 0700, users.house},
                                       {layout.models, rooted ? mode_t{02775} : mode_t{0755}, models},
                                       {layout.blobs, rooted ? mode_t{02775} : mode_t{0755}, models},
                                       {layout.incoming, rooted ? mode_t{02775} : mode_t{0755}, models}}};
  for (const Folder& folder : folders) {
    auto made = make_folder(folder.path, folder.mode);
    if (!made) return tl::unexpected(made.error());
    if (!rooted || !folder.owner) continue;
    if (auto given = give(*made, folder.path, *folder.owner, folder.mode); !given) return given;
  }
  return {};
}

}  // namespace localscale::supervisor
