#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/encoding.hpp"
#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::mesh::gate {

/// "gate-0000000001.log"
std::string log_file_name(std::uint64_t number);

/// A file that only grows, and that nobody else changes.
struct LogFile {
  std::string name;
  UniqueFd fd;
  std::uint64_t size = 0;  ///< In bytes; what lies behind it was never durable.
  dev_t device = 0;
  ino_t inode = 0;
};

/// The folder of one log, held against a second writer for as long as the object lives. Takes only plain
/// files that are this user's alone: no links of any kind.
class LogFolder {
 public:
  /// `conflict` if another process writes this log; `not_found` if there is none and it may not be made.
  static Result<LogFolder> hold(const std::filesystem::path& path, bool create);

  /// The numbers of the files that are there, ascending.
  [[nodiscard]] Result<std::vector<std::uint64_t>> file_numbers() const;
  /// `not_found` if there is none; `corrupt` if it is longer than `bytes_max`.
  [[nodiscard]] Result<Bytes> read(const std::string& name, std::size_t bytes_max) const;
  /// Makes the file hold these bytes, durably: all of them or, if it fails, what was there before.
  [[nodiscard]] Result<void> replace(const std::string& name, ByteView bytes) const;

  /// Opens a file to write behind its first `size` bytes; what is there already behind them is cut off.
  [[nodiscard]] Result<LogFile> open_to_write(const std::string& name, std::uint64_t size) const;
  /// Writes at the end, without waiting for the disk. If that fails, what was written of it is taken back.
  /// `conflict` if anybody else changed or replaced the file: then nothing is written.
  [[nodiscard]] Result<void> write(const LogFile& file, ByteView bytes) const;
  /// Waits for the disk. After a failure nobody knows what is on it.
  static Result<void> sync(const LogFile& file);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  LogFolder(std::filesystem::path path, UniqueFd fd, UniqueFd lock)
      : path_(std::move(path)), fd_(std::move(fd)), lock_(std::move(lock)) {}
  [[nodiscard]] Result<void> check_unchanged(const LogFile& file) const;
  [[nodiscard]] Result<UniqueFd> open_file(const std::string& name, int flags) const;

  std::filesystem::path path_;
  UniqueFd fd_;
  UniqueFd lock_;
};

}  // namespace localscale::mesh::gate
