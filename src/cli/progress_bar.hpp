#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace localscale::cli {

/// What a download has done so far.
struct Transfer {
  std::string label;
  std::uint64_t completed_bytes = 0;
  std::uint64_t total_bytes = 0;
  std::uint64_t bytes_per_second = 0;
};

/// "sha256:6a0746a1  42% [=====>      ] 556 MB/1.3 GB  98 MB/s  8 s", with a bar that `width` columns leave
/// room for. Numbers that are not known are left out.
std::string progress_line(const Transfer& transfer, std::size_t width);

/// Smoothed speed of a counter that is told now and then.
class Speed {
 public:
  /// `now_ms` never goes back; a count that goes back starts anew.
  std::uint64_t update(std::uint64_t count, std::uint64_t now_ms);

 private:
  std::uint64_t last_count_ = 0;
  std::uint64_t last_ms_ = 0;
  double per_second_ = 0;
  bool begun_ = false;
};

}  // namespace localscale::cli
