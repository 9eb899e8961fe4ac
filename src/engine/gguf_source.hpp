#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::engine {

/// Bytes that can be read at any offset: a file, or memory in tests and fuzzers.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `into` from `offset`. The caller stays within size(); a file that shrank meanwhile is
  /// Errc::corrupt.
  virtual Result<void> read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

/// A regular file, opened for reading only.
class FileSource final : public ByteSource {
 public:
  /// Fails with not_found, denied, or invalid_argument for anything but a regular file.
  static Result<FileSource> open(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<void> read(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  FileSource(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  UniqueFd fd_;
  std::uint64_t size_ = 0;
};

/// Memory that outlives the source.
class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace localscale::engine
