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
  LogFile(fs::path path, const Rotation& rotation) : path_(std::move(path)), rotation_(rotation) {}

  Result<void> open() {
    fd_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd_) return fail_errno(fmt::format("Opening the log {}", path_.string()), errno);
    struct stat info{};
    bytes_ = fstat(fd_.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
    return {};
  }

  /// What the disk does not take is lost: a full disk must not stop the home.
  Result<void> append(std::string_view text) {
    while (!text.empty()) {
      if (bytes_ >= rotation_.max_bytes && at_line_start_) {
        rotate(path_, rotation_.kept);
        if (auto opened = open(); !opened) return opened;
      }
      const auto end = text.find('\n');
      const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
      if (::write(fd_.get(), line.data(), line.size()) > 0) bytes_ += line.size();
      at_line_start_ = line.ends_with('\n');
      text.remove_prefix(line.size());
    }
    return {};
  }

 private:
  fs::path path_;
  Rotation rotation_;
  UniqueFd fd_;
  std::uint64_t bytes_ = 0;
  bool at_line_start_ = true;
};

std::string tail_of(const fs::path& path) {
  constexpr std::streamoff max_bytes = 4 << 20;
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const std::streamoff size = in.tellg();
  in.seekg(std::max<std::streamoff>(0, size - max_bytes));
  std::string text(static_cast<std::size_t>(std::min(size, max_bytes)), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

Result<void> copy_to_log(int input, const fs::path& log, const Rotation& rotation) {
  LogFile file(log, rotation);
  if (auto opened = file.open(); !opened) return opened;
  std::array<char, 16384> piece{};
  for (;;) {
    const ssize_t got = ::read(input, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("Reading what to log", errno);
    if (got == 0) return {};
    if (auto written = file.append({piece.data(), static_cast<std::size_t>(got)}); !written) return written;
  }
}

Result<std::vector<std::string>> last_lines(const fs::path& log, std::size_t count) {
  std::error_code error;
  if (!fs::exists(log, error)) {
    return fail(Errc::not_found, fmt::format("There is no log at {}.", log.string()),
                "It begins with the first `localscale up`; under systemd: journalctl -u localscale");
  }
  const std::string text = tail_of(numbered(log, 1)) + tail_of(log);
  std::vector<std::string> lines;
  std::string_view rest = text;
  while (!rest.empty() && lines.size() < count) {
    if (rest.ends_with('\n')) rest.remove_suffix(1);
    const auto start = rest.rfind('\n');
    lines.emplace_back(start == std::string_view::npos ? rest : rest.substr(start + 1));
    rest = start == std::string_view::npos ? std::string_view() : rest.substr(0, start + 1);
  }
  return std::vector<std::string>(lines.rbegin(), lines.rend());
}

}  // namespace localscale::cli
