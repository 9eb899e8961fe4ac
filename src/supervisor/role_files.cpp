#include "supervisor/role_files.hpp"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "sandbox/child.hpp"

namespace localscale::supervisor {
namespace {

namespace fs = std::filesystem;
using sandbox::Identity;

constexpr off_t kMaxBytes = 1 << 20;

bool may_read(const struct stat& file, Identity role) {
  const mode_t needed = file.st_uid == role.uid ? S_IRUSR : file.st_gid == role.gid ? S_IRGRP : S_IROTH;
  return (file.st_mode & needed) != 0;
}

Result<std::string> read_all(const UniqueFd& fd, const fs::path& file) {
  std::string text(static_cast<std::size_t>(kMaxBytes) + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read " + file.string(), errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > static_cast<std::size_t>(kMaxBytes))
    return fail(Errc::exhausted, file.string() + " is longer than 1 MiB.");
  text.resize(size);
  return text;
}

/// A folder that only root may enter: the roles get the files by a mount.
Result<void> make_private(const fs::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail_errno("make folder " + folder.string(), errno);
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::fchmod(fd.get(), 0700) != 0) return fail_errno("open folder " + folder.string(), errno);
  return {};
}

Result<void> write_copy(const std::string& text, const fs::path& copy, Identity role) {
  ::unlink(copy.c_str());  // A role that runs keeps the one that it has.
  const UniqueFd fd(::open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400));
  if (!fd) return fail_errno("make " + copy.string(), errno);
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()))
    return fail_errno("write " + copy.string(), written < 0 ? errno : ENOSPC);
  if (::fchown(fd.get(), role.uid, role.gid) != 0) return fail_errno("give " + copy.string(), errno);
  return {};
}

}  // namespace

Result<fs::path> readable_for(Identity role, const fs::path& file, const fs::path& folder,
                              const std::string& name) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return fail_errno("open " + file.string(), errno);
  struct stat found{};
  if (::fstat(fd.get(), &found) != 0) return fail_errno("look at " + file.string(), errno);
  if (!S_ISREG(found.st_mode)) return fail(Errc::invalid_argument, file.string() + " is no plain file.");
  if (!sandbox::has_root_rights() || may_read(found, role)) return file;
  const auto text = read_all(fd, file);
  if (!text) return tl::unexpected(text.error());
  if (auto made = make_private(folder); !made) return tl::unexpected(made.error());
  fs::path copy = folder / name;
  if (auto written = write_copy(*text, copy, role); !written) return tl::unexpected(written.error());
  return copy;
}

}  // namespace localscale::supervisor
