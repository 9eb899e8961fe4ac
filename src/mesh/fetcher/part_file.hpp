#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::mesh::fetcher {

/// An unfinished file on disk. Reading and writing at different offsets is safe from several threads.
class PartFile {
 public:
  /// Opens or creates it and reserves `bytes` on disk. `fresh`: drops what it holds. Fails with conflict if
  /// another process holds it, with exhausted if the disk is full.
  static Result<PartFile> open(const std::filesystem::path& path, std::uint64_t bytes, bool fresh);

  [[nodiscard]] Result<void> write(std::uint64_t offset, std::span<const std::byte> bytes) const;
  /// Fills `into` completely.
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const;
  /// Starts writing back [offset, offset + bytes) without waiting for it.
  void start_writeback(std::uint64_t offset, std::uint64_t bytes) const;
  /// Returns once all that was written is on disk.
  [[nodiscard]] Result<void> sync() const;
  /// Gives the space behind `end` back.
  void trim(std::uint64_t end) const;

 private:
  explicit PartFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// Free bytes for us on the disk that holds `directory`.
Result<std::uint64_t> free_bytes(const std::filesystem::path& directory);

/// Makes names created in or moved into `directory` durable.
Result<void> sync_directory(const std::filesystem::path& directory);

}  // namespace localscale::mesh::fetcher
