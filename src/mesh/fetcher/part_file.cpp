#include "mesh/fetcher/part_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace localscale::mesh::fetcher {
namespace {

Result<void> reserve(int fd, std::uint64_t bytes) {
  if (bytes == 0 || ::fallocate(fd, 0, 0, static_cast<off_t>(bytes)) == 0) return {};
  // Not every file system can reserve; writing finds out then.
  if ((errno == EOPNOTSUPP || errno == ENOSYS) && ::ftruncate(fd, static_cast<off_t>(bytes)) == 0) return {};
  return fail_errno("reserve space for a download", errno);
}

}  // namespace

Result<PartFile> PartFile::open(const std::filesystem::path& path, std::uint64_t bytes, bool fresh) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd) return fail_errno("open " + path.string(), errno);
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Errc::conflict, "Another process is downloading this file.", "Wait for it, or stop it.");
  }
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("read the size of " + path.string(), errno);
  const bool too_long = static_cast<std::uint64_t>(status.st_size) > bytes;
  if ((fresh || too_long) && ::ftruncate(fd.get(), fresh ? 0 : static_cast<off_t>(bytes)) != 0) {
    return fail_errno("truncate " + path.string(), errno);
  }
  if (auto reserved = reserve(fd.get(), bytes); !reserved) return tl::unexpected(reserved.error());
  return PartFile(std::move(fd));
}

Result<void> PartFile::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("write a download", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<void> PartFile::read(std::uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const auto got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("read a download", errno);
    if (got == 0) return fail(Errc::corrupt, "A download file is shorter than its journal says.");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

void PartFile::start_writeback(std::uint64_t offset, std::uint64_t bytes) const {
  static_cast<void>(::sync_file_range(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes),
                                      SYNC_FILE_RANGE_WRITE));
}

Result<void> PartFile::sync() const {
  if (::fdatasync(fd_.get()) != 0) return fail_errno("sync a download to disk", errno);
  return {};
}

void PartFile::trim(std::uint64_t end) const {
  static_cast<void>(::ftruncate(fd_.get(), static_cast<off_t>(end)));
}

Result<std::uint64_t> free_bytes(const std::filesystem::path& directory) {
  struct statvfs status{};
  if (::statvfs(directory.c_str(), &status) != 0)
    return fail_errno("ask for free space in " + directory.string(), errno);
  return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
}

Result<void> sync_directory(const std::filesystem::path& directory) {
  const UniqueFd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.get()) != 0) return fail_errno("sync " + directory.string(), errno);
  return {};
}

}  // namespace localscale::mesh::fetcher
