#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "engine/library.hpp"

namespace localscale::engine {

/// A model of half a billion weights that are all zero. How fast an engine runs it tells how fast this
/// machine reads and computes weights, which take the most of a larger model's time, before any such model is
/// here. Its file is a header and a hole, so it takes no disk; an engine takes twice its 0.3 GB of memory.
///
/// `folder`: where its file would be. It need not be there.
LibraryModel yardstick_in(const std::filesystem::path& folder);

/// The yardstick's file, for as long as this lives.
class YardstickFile {
 public:
  /// Replaces one that was left. Fails where the folder cannot be written.
  static Result<YardstickFile> write(const std::filesystem::path& folder);

  ~YardstickFile();
  YardstickFile(YardstickFile&& other) noexcept;
  YardstickFile& operator=(YardstickFile&&) = delete;

 private:
  explicit YardstickFile(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace localscale::engine
