#include "cli/log_file.hpp"

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace localscale::cli {
namespace {

namespace fs = std::filesystem;

fs::path numbered(const fs::path& log, unsigned number) {
  return fmt::format("{}.{}", log.string(), number);
}

void rotate(const fs::path& log, unsigned kept) {
  std::error_code ignored;  // a name that cannot be moved is overwritten or grows: logging goes on
  for (unsigned i = kept; i > 1; --i) fs::rename(numbered(log, i - 1), numbered(log, i), ignored);
  fs::rename(log, numbered(log, 1), ignored);
}

class LogFile {
 public:
  LogFile(fs::path path, int lost, const Rotation& rotation)
      : path_(std::move(path)), lost_(lost), rotation_(rotation) {}

  void append(std::string_view text) {
    while (!text.empty()) {
      if (bytes_ >= rotation_.max_bytes && at_line_start_) {
        rotate(path_, rotation_.kept);
        fd_.reset();
        bytes_ = 0;
      }
      const auto end = text.find('\n');
      const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
      if (const int error = write(line); error != 0) lose(line, error);
      at_line_start_ = line.ends_with('\n');
      text.remove_prefix(line.size());
    }
  }

 private:
  /// 0, or why not all of the line is in the file.
  int write(std::string_view line) {
    if (!fd_) {
      fd_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
      if (!fd_) return errno;
      struct stat info{};
      bytes_ = fstat(fd_.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
    }
    const ssize_t written = ::write(fd_.get(), line.data(), line.size());
    if (written < 0) return errno;
    bytes_ += static_cast<std::uint64_t>(written);
    return static_cast<std::size_t>(written) == line.size() ? 0 : ENOSPC;
  }

  /// What the disk does not take is not kept: a full disk must not stop the home.
  void lose(std::string_view line, int error) {
    constexpr std::size_t max_bytes = 8192;
    std::string told;
    if (lost_bytes_ == 0) {
      told = fmt::format("The log {} cannot be written: {}. It was to hold:\n", path_.string(),
                         std::generic_category().message(error));
    }
    told += line;
    if (lost_bytes_ + told.size() > max_bytes) return;
    lost_bytes_ += told.size();
    [[maybe_unused]] const ssize_t written = ::write(lost_, told.data(), told.size());
  }

  fs::path path_;
  int lost_;
  Rotation rotation_;
  UniqueFd fd_;
  std::uint64_t bytes_ = 0;
  std::size_t lost_bytes_ = 0;
  bool at_line_start_ = true;
};

/// What the file holds from `begin` on, at most the last 4 MiB of it.
std::string tail_of(const fs::path& path, std::uint64_t begin = 0) {
  constexpr std::uint64_t max_bytes = 4U << 20;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::uint64_t>(in.tellg());
  begin = std::min(size, std::max(begin, size - std::min(size, max_bytes)));
  in.seekg(static_cast<std::streamoff>(begin));
  std::string text(static_cast<std::size_t>(size - begin), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

std::vector<std::string> last_lines_of(std::string_view text, std::size_t count) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < count) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto start = text.rfind('\n');
    lines.emplace_back(start == std::string_view::npos ? text : text.substr(start + 1));
    text = start == std::string_view::npos ? std::string_view() : text.substr(0, start + 1);
  }
  return {lines.rbegin(), lines.rend()};
}

}  // namespace

Result<void> copy_to_log(int input, const fs::path& log, int lost, const Rotation& rotation) {
  LogFile file(log, lost, rotation);
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t got = ::read(input, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("Reading what to log", errno);
    if (got == 0) return {};
    file.append({piece.data(), static_cast<std::size_t>(got)});
  }
}

std::uint64_t log_bytes(const fs::path& log) {
  std::error_code error;
  const auto bytes = fs::file_size(log, error);
  return error ? 0 : bytes;
}

std::vector<std::string> lines_since(const fs::path& log, std::uint64_t begin, std::size_t count) {
  const bool rotated = log_bytes(log) < begin;
  return last_lines_of(rotated ? tail_of(numbered(log, 1), begin) + tail_of(log) : tail_of(log, begin),
                       count);
}

Result<std::vector<std::string>> last_lines(const fs::path& log, std::size_t count) {
  std::error_code error;
  const bool exists = fs::exists(log, error);
  if (error) return fail_errno(fmt::format("Reading {}", log.string()), error.value());
  if (!exists) {
    return fail(Errc::not_found, fmt::format("There is no log at {}.", log.string()),
                "It begins with the first `localscale up` (with --foreground it goes to standard error).");
  }
  return last_lines_of(tail_of(numbered(log, 1)) + tail_of(log), count);
}

}  // namespace localscale::cli
