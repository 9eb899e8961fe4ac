#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace localscale::engine {

/// Tells whether the number of free cores has stayed the same for 20 s, so that a short burst of another
/// program does not restart engines.
class CoreWatch {
 public:
  std::chrono::milliseconds settle_time{20'000};  ///< Tests shorten it.

  /// A new reading at `now`. True if it and all readings of the last 20 s are the same.
  bool stayed(std::chrono::milliseconds now, std::uint32_t free_cores) {
    if (value_ != free_cores) {
      value_ = free_cores;
      since_ = now;
    }
    return now - since_ >= settle_time;
  }

 private:
  std::optional<std::uint32_t> value_;
  std::chrono::milliseconds since_{0};
};

}  // namespace localscale::engine
