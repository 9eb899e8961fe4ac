#pragma once

#include <algorithm>
#include <chrono>

namespace localscale::supervisor {

/// How long to wait before a process that ended is started again: 100 ms, doubled up to 30 s; a process that
/// lived for 60 s starts from 100 ms anew.
class Backoff {
 public:
  std::chrono::milliseconds next(std::chrono::milliseconds lived) {
    if (lived >= kGoodLife) delay_ = kFirst;
    const auto now = delay_;
    delay_ = std::min(delay_ * 2, kLongest);
    return now;
  }

 private:
  static constexpr std::chrono::milliseconds kFirst{100};
  static constexpr std::chrono::milliseconds kLongest{30'000};
  static constexpr std::chrono::milliseconds kGoodLife{60'000};
  std::chrono::milliseconds delay_ = kFirst;
};

}  // namespace localscale::supervisor
