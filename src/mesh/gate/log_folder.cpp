#include "mesh/gate/log_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.hpp"
#include "base/fault.hpp"

namespace localscale::mesh::gate {
namespace {

constexpr std::string_view prefix = "gate-";
constexpr std::string_view suffix = ".log";
constexpr std::size_t digits = 10;
constexpr mode_t others_write = S_IWGRP | S_IWOTH;

std::optional<std::uint64_t> number_of(std::string_view name) {
  if (name.size() != prefix.size() + digits + suffix.size()) return std::nullopt;
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  return parse_u64(name.substr(prefix.size(), digits));
}

Result<void> write_all(int fd, ByteView bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write the gate's log", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

tl::unexpected<Error> not_ours(const std::string& what) {
  return fail(Errc::denied, what + " is not a plain file or folder that only this user may write.",
              "Find out who put it there. Nothing leaves this home through the gate until then.");
}

bool only_ours(const struct stat& status, mode_t type) {
  return (status.st_mode & S_IFMT) == type && status.st_uid == ::geteuid() &&
         (status.st_mode & others_write) == 0;
}

Result<UniqueFd> open_folder(const std::filesystem::path& path, bool create) {
  if (create && ::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail_errno("make the folder " + path.string(), errno);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd && (errno == ENOTDIR || errno == ELOOP)) return not_ours(path.string());
  if (!fd) return fail_errno("open the folder " + path.string(), errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("look at " + path.string(), errno);
  if (!only_ours(status, S_IFDIR)) return not_ours(path.string());
  return fd;
}

}  // namespace

std::string log_file_name(std::uint64_t number) {
  std::string text = std::to_string(number);
  text.insert(0, digits - std::min(digits, text.size()), '0');
  return std::string(prefix) + text + std::string(suffix);
}

Result<LogFolder> LogFolder::hold(const std::filesystem::path& path, bool create) {
  auto fd = open_folder(path, create);
  if (!fd) return tl::unexpected(fd.error());
  // The lock lies beside the files: these come and go.
  UniqueFd lock(::openat(fd->get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return fail_errno("open the lock in " + path.string(), errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail_errno("lock " + path.string(), errno);
    return fail(Errc::conflict, "Another process writes the gate's log in " + path.string() + ".",
                "Only one gate can run on this state: stop the other one.");
  }
  return LogFolder(path, *std::move(fd), std::move(lock));
}

Result<std::vector<std::uint64_t>> LogFolder::file_numbers() const {
  // An own descriptor: reading a folder moves its position.
  UniqueFd copy(::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!copy) return fail_errno("open the folder " + path_.string(), errno);
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> folder(::fdopendir(copy.get()), close);
  if (!folder) return fail_errno("read the folder " + path_.string(), errno);
  static_cast<void>(copy.release());
  std::vector<std::uint64_t> numbers;
  while (const dirent* entry = ::readdir(folder.get()))  // NOLINT(concurrency-mt-unsafe): an own stream
    if (const auto number = number_of(entry->d_name)) numbers.push_back(*number);
  std::ranges::sort(numbers);
  return numbers;
}

Result<UniqueFd> LogFolder::open_file(const std::string& name, int flags) const {
  const std::string shown = (path_ / name).string();
  UniqueFd fd(::openat(fd_.get(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ELOOP) return not_ours(shown);
  if (!fd) return fail_errno("open " + shown, errno);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("look at " + shown, errno);
  if (!only_ours(status, S_IFREG) || status.st_nlink != 1) return not_ours(shown);
  return fd;
}

Result<Bytes> LogFolder::read(const std::string& name, std::size_t bytes_max) const {
  const auto fd = open_file(name, O_RDONLY);
  if (!fd) return tl::unexpected(fd.error());
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return fail_errno("look at " + name, errno);
  if (static_cast<std::uint64_t>(status.st_size) > bytes_max)
    return fail(Errc::corrupt, (path_ / name).string() + " is longer than the gate makes it.");
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  std::size_t have = 0;
  while (have < bytes.size()) {
    const auto got = ::pread(fd->get(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read " + (path_ / name).string(), errno);
    if (got == 0) return fail(Errc::corrupt, (path_ / name).string() + " became shorter while it was read.");
    have += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<void> LogFolder::replace(const std::string& name, ByteView bytes) const {
  const std::string made = name + ".new";
  if (::unlinkat(fd_.get(), made.c_str(), 0) != 0 && errno != ENOENT)
    return fail_errno("remove " + made, errno);
  const UniqueFd fd(
      ::openat(fd_.get(), made.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno("make " + (path_ / made).string(), errno);
  if (auto written = write_all(fd.get(), bytes, 0); !written) return written;
  if (::fdatasync(fd.get()) != 0) return fail_errno("sync " + (path_ / made).string(), errno);
  LS_FAULT("gate.before_rename");
  if (::renameat(fd_.get(), made.c_str(), fd_.get(), name.c_str()) != 0)
    return fail_errno("rename " + (path_ / made).string(), errno);
  LS_FAULT("gate.after_rename");
  if (::fsync(fd_.get()) != 0) return fail_errno("sync " + path_.string(), errno);
  return {};
}

Result<LogFile> LogFolder::open_to_write(const std::string& name, std::uint64_t size) const {
  auto fd = open_file(name, O_RDWR);
  if (!fd) return tl::unexpected(fd.error());
  struct stat status{};
  if (::fstat(fd->get(), &status) != 0) return fail_errno("look at " + name, errno);
  if (static_cast<std::uint64_t>(status.st_size) > size) {
    if (::ftruncate(fd->get(), static_cast<off_t>(size)) != 0)
      return fail_errno("cut the end of " + (path_ / name).string(), errno);
    if (::fsync(fd->get()) != 0) return fail_errno("sync " + (path_ / name).string(), errno);
  }
  return LogFile{name, *std::move(fd), size, status.st_dev, status.st_ino};
}

Result<void> LogFolder::check_unchanged(const LogFile& file) const {
  struct stat status{};
  const bool there = ::fstatat(fd_.get(), file.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (there && status.st_dev == file.device && status.st_ino == file.inode &&
      static_cast<std::uint64_t>(status.st_size) == file.size)
    return {};
  return fail(
      Errc::conflict, (path_ / file.name).string() + " was changed, removed or replaced by somebody else.",
      "Find out who writes there. Nothing leaves this home through the gate until it is started again.");
}

Result<void> LogFolder::write(const LogFile& file, ByteView bytes) const {
  LS_FAULT("gate.before_write");
  if (auto unchanged = check_unchanged(file); !unchanged) return unchanged;
  auto written = write_all(file.fd.get(), bytes, file.size);
  if (!written && ::ftruncate(file.fd.get(), static_cast<off_t>(file.size)) != 0)
    return fail_errno("take back what was half written to the gate's log", errno);
  return written;
}

Result<void> LogFolder::sync(const LogFile& file) {
  LS_FAULT("gate.before_sync");
  if (::fdatasync(file.fd.get()) != 0) return fail_errno("sync the gate's log", errno);
  LS_FAULT("gate.after_sync");
  return {};
}

}  // namespace localscale::mesh::gate
