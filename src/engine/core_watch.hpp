#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace localscale::engine {

/// Tells when the number of free cores has really changed: it must stay at the new value for 20 s, so that a
/// short compile run does not restart engines.
class CoreWatch {
 public:
  static constexpr std::chrono::milliseconds settle_time{20'000};

  /// A new reading. True once per change that stayed; the first reading is no change.
  bool update(std::chrono::milliseconds now, std::uint32_t free_cores) {
    if (!settled_) settled_ = free_cores;
    if (free_cores == *settled_) {
      candidate_.reset();
      return false;
    }
    if (candidate_ != free_cores) {
      candidate_ = free_cores;
      since_ = now;
      return false;
    }
    if (now - since_ < settle_time) return false;
    settled_ = free_cores;
    candidate_.reset();
    return true;
  }

  /// What engines should be started for; nullopt before the first reading.
  [[nodiscard]] std::optional<std::uint32_t> settled() const { return settled_; }

 private:
  std::optional<std::uint32_t> settled_;
  std::optional<std::uint32_t> candidate_;
  std::chrono::milliseconds since_{0};
};

}  // namespace localscale::engine
