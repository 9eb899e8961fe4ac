#include "sandbox/child_setup.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace localscale::sandbox {
namespace {

constexpr const char* kStage = "/tmp";  // Any existing folder: it only carries the new root until the pivot.
constexpr const char* kOldRoot = "/.outside";  // Where the old root hangs while the mounts are made.

Result<void> write_file(const char* path, const std::string& text) {
  const UniqueFd fd(::open(path, O_WRONLY | O_CLOEXEC));
  if (!fd) return fail_errno(std::string("open ") + path, errno);
  if (::write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return fail_errno(std::string("write ") + path, errno);
  }
  return {};
}

Result<void> make_folders(const std::filesystem::path& path) {
  std::filesystem::path built = "/";
  for (const auto& part : path.relative_path()) {
    built /= part;
    if (::mkdir(built.c_str(), 0755) != 0 && errno != EEXIST && errno != EROFS) {
      return fail_errno("make folder " + built.string(), errno);
    }
  }
  return {};
}

Result<void> make_target(const Mount& mount) {
  const bool folder = mount.kind != Mount::Kind::file && mount.kind != Mount::Kind::device;
  if (auto made = make_folders(folder ? mount.target : mount.target.parent_path()); !made) return made;
  if (folder) return {};
  const UniqueFd fd(::open(mount.target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0444));
  if (!fd && errno != EROFS && errno != EACCES && errno != ENXIO) {
    return fail_errno("make file " + mount.target.string(), errno);
  }
  return {};
}

/// Sets flags on a mount and, for folders, on everything mounted below it. Only adds restrictions.
Result<void> restrict(const Mount& mount) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_NOSUID;
  if (mount.kind != Mount::Kind::device) attributes.attr_set |= MOUNT_ATTR_NODEV;
  if (!mount.executable) attributes.attr_set |= MOUNT_ATTR_NOEXEC;
  if (!mount.writable && mount.kind != Mount::Kind::tmpfs) attributes.attr_set |= MOUNT_ATTR_RDONLY;
  const unsigned flags = mount.kind == Mount::Kind::directory ? AT_RECURSIVE : 0;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, mount.target.c_str(), flags, &attributes, sizeof attributes) !=
      0) {
    return fail_errno("restrict mount " + mount.target.string(), errno);
  }
  return {};
}

bool same_file(const struct stat& found, const FileIdentity& wanted) {
  return found.st_dev == wanted.device && found.st_ino == wanted.inode;
}

Result<void> bind(const Mount& mount) {
  const std::string outside = kOldRoot + mount.source.string();
  const UniqueFd source(::open(outside.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
  if (!source) {
    if (mount.optional && (errno == ENOENT || errno == EACCES || errno == ENOTDIR)) return {};
    return fail_errno("open " + mount.source.string(), errno);
  }
  struct stat found{};
  if (::fstat(source.get(), &found) != 0) return fail_errno("stat " + mount.source.string(), errno);
  if (mount.optional && mount.kind == Mount::Kind::directory && !S_ISDIR(found.st_mode)) return {};
  if (S_ISLNK(found.st_mode)) {
    return fail(Errc::invalid_argument, "mount " + mount.source.string() + ": it is a symbolic link.");
  }
  if (mount.identity && !same_file(found, *mount.identity)) {
    return fail(Errc::denied,
                "mount " + mount.source.string() + ": the file was replaced after it was checked.");
  }
  if (auto made = make_target(mount); !made) return made;
  const std::string by_fd = std::string(kOldRoot) + "/proc/self/fd/" + std::to_string(source.get());
  const unsigned long flags = MS_BIND | (mount.kind == Mount::Kind::directory ? MS_REC : 0UL);
  if (::mount(by_fd.c_str(), mount.target.c_str(), nullptr, flags, nullptr) != 0) {
    return fail_errno("mount " + mount.source.string() + " at " + mount.target.string(), errno);
  }
  return restrict(mount);
}

Result<void> mount_tmpfs(const Mount& mount, Identity owner) {
  if (auto made = make_target(mount); !made) return made;
  const std::string options = "mode=0700,size=" + std::to_string(mount.bytes) +
                              ",nr_inodes=64,uid=" + std::to_string(owner.uid) +
                              ",gid=" + std::to_string(owner.gid);
  if (::mount("tmpfs", mount.target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) !=
      0) {
    return fail_errno("mount tmpfs at " + mount.target.string(), errno);
  }
  return {};
}

Result<void> mount_proc(const Mount& mount) {
  if (auto made = make_target(mount); !made) return made;
  if (::mount("proc", mount.target.c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "hidepid=invisible") !=
      0) {
    return fail_errno("mount proc", errno);
  }
  return {};
}

Result<void> make_mount(const Mount& mount, Identity owner) {
  switch (mount.kind) {
    case Mount::Kind::file:
    case Mount::Kind::directory:
    case Mount::Kind::device:
      return bind(mount);
    case Mount::Kind::tmpfs:
      return mount_tmpfs(mount, owner);
    case Mount::Kind::proc:
      return mount_proc(mount);
  }
  return fail(Errc::internal, "mount of an unknown kind");
}

Result<void> pivot_to_empty_root() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return fail_errno("make mounts private", errno);
  if (::mount("tmpfs", kStage, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=1m,nr_inodes=4096") != 0) {
    return fail_errno("mount the root", errno);
  }
  const std::string old_root = std::string(kStage) + kOldRoot;
  if (::mkdir(old_root.c_str(), 0700) != 0) return fail_errno("make the old root's folder", errno);
  if (::syscall(SYS_pivot_root, kStage, old_root.c_str()) != 0) return fail_errno("pivot_root", errno);
  if (::chdir("/") != 0) return fail_errno("chdir /", errno);
  return {};
}

Result<void> leave_old_root() {
  if (::umount2(kOldRoot, MNT_DETACH) != 0) return fail_errno("detach the old root", errno);
  if (::rmdir(kOldRoot) != 0) return fail_errno("remove the old root's folder", errno);
  mount_attr read_only{};
  read_only.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  if (::syscall(SYS_mount_setattr, AT_FDCWD, "/", 0U, &read_only, sizeof read_only) != 0) {
    return fail_errno("make the root read-only", errno);
  }
  return {};
}

Result<void> set_limits(const std::vector<Limit>& limits) {
  const auto set = [](int resource, rlim_t value) {
    const rlimit limit{value, value};
    return ::setrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0;
  };
  if (!set(RLIMIT_CORE, 0)) return fail_errno("set the core limit", errno);
  for (const Limit& limit : limits) {
    rlimit current{};
    ::getrlimit(static_cast<__rlimit_resource>(limit.resource), &current);
    if (!set(limit.resource, std::min(limit.value, current.rlim_max))) {
      return fail_errno("set limit " + std::to_string(limit.resource), errno);
    }
  }
  return {};
}

Result<void> change_user_to(Identity identity) {
  if (::setgroups(0, nullptr) != 0) return fail_errno("setgroups", errno);
  if (::setresgid(identity.gid, identity.gid, identity.gid) != 0) return fail_errno("setresgid", errno);
  if (::setresuid(identity.uid, identity.uid, identity.uid) != 0) return fail_errno("setresuid", errno);
  return {};
}

Result<void> drop_bounding_set() {
  for (int capability = 0; capability < 64; ++capability) {
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) < 0) return {};  // Past the kernel's last one.
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return fail_errno("drop the bounding set", errno);
  }
  return {};
}

Result<void> clear_capabilities() {
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, 2> none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return fail_errno("capset", errno);
  return {};
}

}  // namespace

Result<void> map_own_user(Identity identity) {
  // A supervisor that cannot be dumped owns its /proc entries as root; the maps are written by ourselves.
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
  const auto line = [](auto id) { return std::to_string(id) + " " + std::to_string(id) + " 1"; };
  if (auto denied = write_file("/proc/self/setgroups", "deny"); !denied) return denied;
  if (auto mapped = write_file("/proc/self/gid_map", line(identity.gid)); !mapped) return mapped;
  return write_file("/proc/self/uid_map", line(identity.uid));
}

Result<void> adjust_oom_score(int adjustment) {
  if (adjustment <= 0) return {};  // Only raising it is everybody's right.
  return write_file("/proc/self/oom_score_adj", std::to_string(adjustment));
}

Result<void> enter_root(const std::vector<Mount>& mounts, Identity owner) {
  if (auto pivoted = pivot_to_empty_root(); !pivoted) return pivoted;
  for (const Mount& mount : mounts) {
    if (auto made = make_mount(mount, owner); !made) return made;
  }
  return leave_old_root();
}

Result<void> drop_rights(const Confinement& confinement, bool change_user) {
  if (auto limited = set_limits(confinement.limits); !limited) return limited;
  if (auto dropped = drop_bounding_set(); !dropped) return dropped;
  if (change_user && confinement.identity) {
    if (auto changed = change_user_to(*confinement.identity); !changed) return changed;
  }
  if (auto cleared = clear_capabilities(); !cleared) return cleared;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail_errno("prctl(NO_NEW_PRIVS)", errno);
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("prctl(DUMPABLE)", errno);
  return {};
}

Result<void> place_fds(const std::vector<PassedFd>& fds) {
  UniqueFd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!nothing) return fail_errno("open /dev/null", errno);
  std::vector<PassedFd> wanted{{nothing.get(), 0}, {nothing.get(), 1}, {nothing.get(), 2}};
  wanted.insert(wanted.end(), fds.begin(), fds.end());
  for (PassedFd& passed : wanted) {
    // First all of them above the numbers they are to have, so that none overwrites another.
    const int high = ::fcntl(passed.fd, F_DUPFD, kFirstFreeFd);
    if (high < 0) return fail_errno("move descriptor " + std::to_string(passed.fd), errno);
    passed.fd = high;
  }
  nothing.reset();
  if (::close_range(0, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return fail_errno("close_range", errno);
  for (const PassedFd& passed : wanted) {
    if (::dup2(passed.fd, passed.number) < 0)
      return fail_errno("place descriptor " + std::to_string(passed.number), errno);
  }
  return {};
}

}  // namespace localscale::sandbox
