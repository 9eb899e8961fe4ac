#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include <tl/expected.hpp>

namespace localscale::engine {

/// Tells whether a file or folder may have changed, without reading it. The status time moves with every
/// write and every change of rights, and no program can set it back.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds modified{0};  ///< Since 1970, as is the next.
  std::chrono::nanoseconds status_changed{0};

  bool operator==(const FileStamp&) const = default;
};

/// Of what a link leads to. The error is the system's.
using StampResult = tl::expected<FileStamp, std::error_code>;
StampResult stamp_of(const std::filesystem::path& path);

/// It changed so short ago that it may change again within the same tick of its clock.
bool just_changed(const FileStamp& stamp);

}  // namespace localscale::engine
