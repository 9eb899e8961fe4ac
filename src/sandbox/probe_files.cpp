#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/probe_report.hpp"

namespace localscale::sandbox::probe {
namespace {

/// None of these may be seen by any role.
constexpr std::array kHidden{
    "/etc/passwd",  "/etc/shadow", "/etc/machine-id",  "/bin/sh",     "/usr/bin/env", "/usr/sbin",
    "/boot",        "/var/log",    "/var/run",         "/run/dbus",   "/run/systemd", "/run/user",
    "/root/.ssh",   "/dev/kmsg",   "/dev/mem",         "/dev/kvm",    "/dev/fuse",    "/dev/shm",
    "/dev/net/tun", "/dev/vsock",  "/dev/vhost-vsock", "/dev/sda",    "/dev/vda",     "/dev/nvme0n1",
    "/dev/tty",     "/dev/pts",    "/dev/ptmx",        "/dev/uinput", "/dev/input",   "/dev/snd",
    "/dev/video0",  "/sys/kernel", "/sys/fs/cgroup"};
constexpr std::array kHiddenProc{"/proc/kcore", "/proc/1/root/etc", "/proc/sys/kernel/core_pattern",
                                 "/proc/sysrq-trigger", "/proc/kallsyms"};
/// Nobody may leave something here.
constexpr std::array kReadOnly{"/localscale-probe",        "/lib/localscale-probe",
                               "/etc/localscale-probe",    "/engine/localscale-probe",
                               "/models/localscale-probe", "/dev/shm/localscale-probe"};

bool is_on(const std::filesystem::path& path, dev_t device) {
  struct stat found{};
  return ::lstat(path.c_str(), &found) == 0 && found.st_dev == device;
}

/// True if there is nothing in `folder` but folders on the way to what was mounted on purpose. `root`: the
/// device of an empty root made for this role.
bool only_leads_to_mounts(const std::filesystem::path& folder, dev_t root) {
  if (!is_on(folder, root)) return false;
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder, error);
  return !error && std::all_of(begin(entries), end(entries), [&](const auto& entry) {
    if (!is_on(entry.path(), root)) return true;
    return entry.is_directory() && !entry.is_symlink() && only_leads_to_mounts(entry.path(), root);
  });
}

/// The state of an ordinary user's home lies below /home, where nothing else may be seen.
void try_homes(Report& report) {
  const UniqueFd homes(::open("/home", O_PATH | O_CLOEXEC));
  if (!homes) return;
  struct statfs file_system{};
  struct stat root{};
  const bool own_root = ::statfs("/", &file_system) == 0 && file_system.f_type == TMPFS_MAGIC &&
                        (file_system.f_flags & ST_RDONLY) != 0 && ::stat("/", &root) == 0;
  if (!own_root || !only_leads_to_mounts("/home", root.st_dev)) report.open("file /home");
}

void try_visible(Report& report) {
  try_homes(report);
  for (const char* path : kHidden) {
    const UniqueFd fd(::open(path, O_PATH | O_CLOEXEC));
    if (fd) report.open(std::string("file ") + path);
  }
  if (report.profile() == Profile::engine_gpu)
    return;  // GPU drivers need a /proc, of the worker's own processes.
  for (const char* path : kHiddenProc) {
    const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
    if (fd) report.open(std::string("file ") + path);
  }
}

void try_writing(Report& report) {
  for (const char* path : kReadOnly) {
    const UniqueFd fd(::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) continue;
    report.open(std::string("writing ") + path);
    ::unlink(path);
  }
}

/// A working folder above a new root leads out of it with "..".
void try_chroot(Report& report) {
  if (::mkdir("/tmp/localscale-probe-root", 0700) == 0 || errno == EEXIST) {
    if (::chroot("/tmp/localscale-probe-root") == 0) report.open("chroot");
    ::rmdir("/tmp/localscale-probe-root");
  } else if (::chroot("/lib") == 0) {
    report.open("chroot");
  }
}

void try_device_nodes(Report& report) {
  const char* path = "/tmp/localscale-probe-node";
  if (::mknod(path, S_IFCHR | 0600, static_cast<dev_t>((1U << 8) | 3U)) != 0) return;
  const UniqueFd fd(::open(path, O_RDWR | O_CLOEXEC));
  if (fd) report.open("making device nodes");
  ::unlink(path);
}

void try_mounts(Report& report) {
  // An unknown file system: ENODEV where mounting is allowed.
  if (::mount("none", "/", "localscale-no-such-fs", 0, nullptr) == 0 || errno == ENODEV) report.open("mount");
  // Two flags that exclude each other: EINVAL comes after the check of rights, and nothing is unmounted.
  if (::umount2("/", MNT_EXPIRE | MNT_FORCE) == 0 || errno == EINVAL) report.open("umount");
  const UniqueFd context(static_cast<int>(::syscall(SYS_fsopen, "tmpfs", 0U)));
  if (context) report.open("fsopen");
  const UniqueFd tree(static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, "/", 1U /* OPEN_TREE_CLONE */)));
  if (tree) report.open("open_tree");
}

}  // namespace

void try_files(Report& report) {
  try_visible(report);
  try_writing(report);
  try_device_nodes(report);
  try_mounts(report);
  if (::geteuid() != 0)
    try_chroot(report);  // Root without walls would really lose its root for what follows.
}

}  // namespace localscale::sandbox::probe
