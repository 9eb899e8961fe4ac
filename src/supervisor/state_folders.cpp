#include "supervisor/state_folders.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error_advice.hpp"
#include "base/unique_fd.hpp"
#include "config/checks.hpp"
#include "config/state_owner.hpp"
#include "sandbox/child.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;
using sandbox::Identity;

struct Folder {
  fs::path path;
  UniqueFd fd;
  bool made = false;  ///< By us, just now: nobody keeps anything else in it.
  struct stat found{};
};

/// Opens the folder, which it makes (with its parents) where it is missing. Its last part must be no link.
Result<Folder> open_folder(const fs::path& named, mode_t mode) {
  Folder folder{named.has_filename() ? named : named.parent_path(), {}};
  std::error_code error;
  fs::create_directories(folder.path.parent_path(), error);
  if (error) return fail_errno("make folder " + folder.path.parent_path().string(), error.value());
  folder.made = ::mkdir(folder.path.c_str(), 0700) == 0;
  if (!folder.made && errno != EEXIST) return fail_errno("make folder " + folder.path.string(), errno);
  folder.fd = UniqueFd(::open(folder.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder.fd) return fail_errno("open folder " + folder.path.string(), errno);
  if (folder.made && ::fchmod(folder.fd.get(), mode) != 0)
    return fail_errno("make folder " + folder.path.string(), errno);
  if (::fstat(folder.fd.get(), &folder.found) != 0)
    return fail_errno("look at folder " + folder.path.string(), errno);
  return folder;
}

using Entries = std::unique_ptr<DIR, int (*)(DIR*)>;

Result<Entries> entries_of(const Folder& folder) {
  Entries entries(::fdopendir(::openat(folder.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                  &::closedir);
  if (!entries) return fail_errno("read folder " + folder.path.string(), errno);
  return entries;
}

Result<bool> is_empty(const Folder& folder) {
  const auto entries = entries_of(folder);
  if (!entries) return tl::unexpected(entries.error());
  while (const dirent* entry = ::readdir(entries->get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") return false;
  }
  return true;
}

/// Gives the folder to the role: one that we made, that is the role's already, or root's and empty. What
/// somebody else keeps in a folder is never given away.
Result<void> give(const Folder& folder, Identity role, mode_t mode) {
  bool ours = folder.made || folder.found.st_uid == role.uid;
  if (!ours && folder.found.st_uid == 0) {
    const auto empty = is_empty(folder);
    if (!empty) return tl::unexpected(empty.error());
    ours = *empty;
  }
  if (!ours) {
    return fail(Errc::denied,
                fmt::format("{} is there already and belongs to somebody else. It was left as it is.",
                            folder.path.string()),
                fmt::format("Name another folder in the config; or, if all in it is Localscale's (a copy, "
                            "say), give it: chown -R {}:{} {}",
                            role.uid, role.gid, folder.path.string()));
  }
  if (::fchown(folder.fd.get(), role.uid, role.gid) != 0 || ::fchmod(folder.fd.get(), mode) != 0)
    return fail_errno("give folder " + folder.path.string() + " to its process", errno);
  return {};
}

/// Gives the plain files that root made in the house's own folder (say, by repairing its database) to the
/// house. Links are neither followed nor given.
Result<void> give_files(const Folder& folder, Identity role) {
  const auto entries = entries_of(folder);
  if (!entries) return tl::unexpected(entries.error());
  while (const dirent* entry = ::readdir(entries->get())) {
    struct stat found{};
    if (::fstatat(folder.fd.get(), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(found.st_mode) || found.st_nlink != 1 || found.st_uid != 0) continue;
    if (::fchownat(folder.fd.get(), entry->d_name, role.uid, role.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("give " + (folder.path / entry->d_name).string() + " to its process", errno);
  }
  return {};
}

Result<void> refuse_system_folders(const config::Layout& layout) {
  for (const auto& [key, path] :
       {std::pair{"state_directory", layout.state}, std::pair{"[models] directory", layout.models}}) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(path, error);
    if (error || !config::is_system_folder(real.string())) continue;
    return fail(
        Errc::invalid_argument,
        fmt::format("{} is {}, which belongs to the system: nothing was changed there.", key, real.string()),
        fmt::format("Set {} in the config to a folder of its own.", key));
  }
  return {};
}

/// The supervisor's own.
Result<void> prepare_own(const config::Layout& layout, bool rooted) {
  const std::array<std::pair<fs::path, mode_t>, 3> folders{{{layout.state, rooted ? 0755 : 0700},
                                                            {layout.run, rooted ? 0755 : 0700},
                                                            {layout.log.parent_path(), 0700}}};
  for (const auto& [path, mode] : folders) {
    const auto folder = open_folder(path, mode);
    if (!folder) return tl::unexpected(folder.error());
    if (folder->found.st_uid == ::geteuid()) ::fchmod(folder->fd.get(), mode);
  }
  return {};
}

Result<void> prepare_house(const config::Layout& layout, Identity role, bool rooted) {
  constexpr mode_t mode = 0700;
  const auto folder = open_folder(layout.house, mode);
  if (!folder) return tl::unexpected(folder.error());
  if (!rooted) {
    if (folder->found.st_uid == ::geteuid()) ::fchmod(folder->fd.get(), mode);
    return {};
  }
  if (auto given = give(*folder, role, mode); !given) return given;
  return give_files(*folder, role);
}

/// A folder that is not the role's must let it pass.
Result<void> let_pass(const Folder& folder, Identity role) {
  const mode_t needed = folder.found.st_uid == role.uid   ? S_IXUSR
                        : folder.found.st_gid == role.gid ? S_IXGRP
                                                          : S_IXOTH;
  if ((folder.found.st_mode & needed) != 0) return {};
  return fail(
      Errc::denied,
      fmt::format("Localscale's processes may not enter {}. It was left as it is.", folder.path.string()),
      fmt::format("Name another folder as [models] directory, or open it: chmod o+x {}",
                  folder.path.string()));
}

/// The models folder itself may be one that its owner keeps other things in: only what we make below it is
/// given away.
Result<void> prepare_models(const config::Layout& layout, const RoleUsers& users, bool rooted) {
  const auto models = open_folder(layout.models, 0755);
  if (!models) return tl::unexpected(models.error());
  if (rooted) {
    for (const Identity role : {users.fetcher, users.house}) {
      if (auto passes = let_pass(*models, role); !passes) return passes;
    }
  }
  const mode_t mode = rooted ? 02775 : 0755;
  for (const fs::path& path : {layout.blobs, layout.incoming}) {
    const auto folder = open_folder(path, mode);
    if (!folder) return tl::unexpected(folder.error());
    if (!rooted) continue;
    if (auto given = give(*folder, {users.fetcher.uid, users.house.gid}, mode); !given) return given;
  }
  return {};
}

}  // namespace

Result<void> prepare_state(const config::Layout& layout, const RoleUsers& users) {
  const bool rooted = sandbox::has_root_rights();
  const auto of_state = [&](Error error) {
    return config::with_state_advice(std::move(error), layout.state);
  };
  if (auto refused = refuse_system_folders(layout); !refused) return refused;
  if (auto refused = config::refuse_state_of_another(layout.state); !refused) return refused;
  if (auto own = prepare_own(layout, rooted); !own) return own.map_error(of_state);
  if (auto house = prepare_house(layout, users.house, rooted); !house) return house.map_error(of_state);
  return prepare_models(layout, users, rooted).map_error([&](Error error) {
    return with_next(std::move(error), "Look what is at " + layout.models.string() +
                                           " and who may write there, or name another [models] directory in "
                                           "the config.");
  });
}

}  // namespace localscale::supervisor
