#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace localscale::gateway {

/// How many tokens a second there were in the last three. Adding costs a few additions. One thread.
class RateMeter {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds window{3};

  void add(std::uint64_t count, Clock::time_point now);
  [[nodiscard]] double per_second(Clock::time_point now) const;

 private:
  static constexpr std::chrono::milliseconds step{250};
  static constexpr std::int64_t steps = window / step;

  static std::int64_t step_of(Clock::time_point time) { return time.time_since_epoch() / step; }

  std::array<std::uint64_t, steps>
      counts_{};  ///< Of the steps up to newest_, each at its number modulo size.
  std::int64_t newest_ = 0;
};

}  // namespace localscale::gateway
