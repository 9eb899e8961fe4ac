#include "supervisor/memory_groups.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "supervisor/control_groups.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view group_prefix = "localscale-engine-";
constexpr const char* leaf_name = "supervisor";

std::string reason(int error) {
  return std::strerror(error);  // NOLINT(concurrency-mt-unsafe): one thread
}

/// 0, or the errno.
int write_text(const fs::path& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  return ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

bool lists(const fs::path& file, std::string_view word) {
  const std::string text = read_text(file);
  std::string_view rest = text;
  const std::string line = " " + std::string(take_line(rest)) + " ";
  return line.find(" " + std::string(word) + " ") != std::string::npos;
}

/// Root may write everywhere; only what the service manager gave away is ours to divide.
bool delegated(const fs::path& group) {
  if (::geteuid() != 0) return ::access((group / "cgroup.subtree_control").c_str(), W_OK) == 0;
  char mark = 0;
  for (const char* name : {"trusted.delegate", "user.delegate"}) {
    if (::getxattr(group.c_str(), name, &mark, 1) == 1 && mark == '1') return true;
  }
  return false;
}

}  // namespace

MemoryGroup::MemoryGroup(MemoryGroup&& other) noexcept
    : path_(std::exchange(other.path_, {})), joining_(std::move(other.joining_)) {}

MemoryGroup& MemoryGroup::operator=(MemoryGroup&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
    joining_ = std::move(other.joining_);
  }
  return *this;
}

MemoryGroup::~MemoryGroup() {
  remove();
}

void MemoryGroup::remove() {
  if (!path_.empty()) ::rmdir(path_.c_str());
}

MemoryGroups::MemoryGroups(std::uint64_t limit_bytes) : limit_bytes_(limit_bytes) {
  const fs::path version_1 = own_cgroup("memory");
  const fs::path version_2 = own_cgroup("");
  if (!version_1.empty()) {
    use_version_1(version_1);
  } else if (!version_2.empty()) {
    use_version_2(version_2);
  } else {
    missing_ = "this machine has no control groups";
  }
  if (missing_.empty()) remove_left_over();
}

void MemoryGroups::use_version_1(const fs::path& own) {
  if (::access(own.c_str(), W_OK) != 0) {
    missing_ = "the control group " + own.string() + " is not ours: " + reason(errno);
    return;
  }
  parent_ = own;
}

void MemoryGroups::use_version_2(const fs::path& own) {
  if (!lists(own / "cgroup.controllers", "memory") || !delegated(own)) {
    missing_ = "the control group " + own.string() +
               " is not delegated to us with its memory controller (systemd: Delegate=yes)";
    return;
  }
  const fs::path leaf = own / leaf_name;
  if (::mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) {
    missing_ = "no group can be made below " + own.string() + ": " + reason(errno);
    return;
  }
  int error = write_text(leaf / "cgroup.procs", "0");
  if (error == 0) error = write_text(own / "cgroup.subtree_control", "+memory");
  if (error != 0) {
    write_text(own / "cgroup.procs", "0");
    ::rmdir(leaf.c_str());
    missing_ = "the control group " + own.string() + " cannot be divided: " + reason(error);
    return;
  }
  parent_ = own;
  version_2_ = true;
}

/// Of a supervisor that was killed; those that still have processes stay.
void MemoryGroups::remove_left_over() const {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at(parent_, error), end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with(group_prefix)) found.push_back(at->path());
  }
  for (const fs::path& path : found) ::rmdir(path.c_str());
}

Result<MemoryGroup> MemoryGroups::make(std::uint64_t worker) const {
  if (parent_.empty()) return MemoryGroup();
  const fs::path path =
      parent_ / (std::string(group_prefix) + std::to_string(::getpid()) + "-" + std::to_string(worker));
  if (::mkdir(path.c_str(), 0755) != 0) return fail_errno("make the control group " + path.string(), errno);
  MemoryGroup group(path, UniqueFd(::open((path / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)));
  if (group.joining_fd() < 0) return fail_errno("open the control group " + path.string(), errno);
  const std::string limit = std::to_string(limit_bytes_);
  if (const int error = write_text(path / (version_2_ ? "memory.max" : "memory.limit_in_bytes"), limit);
      error != 0)
    return fail_errno("set the limit of the control group " + path.string(), error);
  // Swap would only make the end slow; not every kernel counts it.
  write_text(path / (version_2_ ? "memory.swap.max" : "memory.memsw.limit_in_bytes"),
             version_2_ ? "0" : limit);
  if (version_2_) write_text(path / "memory.oom.group", "1");  // The shim is no use without its engine.
  return group;
}

std::uint64_t worker_memory_limit(std::uint64_t total_bytes, std::uint64_t reserve_bytes) {
  return std::max(total_bytes - std::min(total_bytes, reserve_bytes), total_bytes / 2);
}

}  // namespace localscale::supervisor
