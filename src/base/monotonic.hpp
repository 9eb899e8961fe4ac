#pragma once

#include <compare>
#include <cstdint>

namespace localscale {

/// A point on one machine's own clock that never goes back: microseconds since a beginning that nobody else
/// knows. Worth nothing on another machine or after a restart.
struct Monotonic {
  std::int64_t us = 0;
  auto operator<=>(const Monotonic&) const = default;
};

}  // namespace localscale
