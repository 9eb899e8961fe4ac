#include "engine/file_stamp.hpp"

#include <cerrno>

#include <sys/stat.h>

namespace localscale::engine {
namespace {

constexpr std::chrono::seconds settle_time{2};

std::chrono::nanoseconds since_1970(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

StampResult stamp_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0)
    return tl::unexpected(std::error_code(errno, std::generic_category()));
  return FileStamp{.device = status.st_dev,
                   .inode = status.st_ino,
                   .bytes = static_cast<std::uint64_t>(status.st_size),
                   .modified = since_1970(status.st_mtim),
                   .status_changed = since_1970(status.st_ctim)};
}

bool just_changed(const FileStamp& stamp) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  // Another machine's clock may be ahead: what it changed is not "just changed" for ever.
  return std::chrono::abs(now - stamp.status_changed) < settle_time;
}

}  // namespace localscale::engine
