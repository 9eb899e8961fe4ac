#pragma once

#include <compare>
#include <cstdint>

namespace localscale::core {

/// A quantity as an ad tells it: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24 … (two steps to a doubling), so that an ad
/// says what a choice needs and little about what a home is just doing.
struct Step {
  std::uint8_t index = 0;
  auto operator<=>(const Step&) const = default;
};

/// The last step: 2^30.
inline constexpr Step last_step{60};

/// The quantity that a step stands for.
std::uint64_t value_of(Step step);

/// The largest step that is at most `value`: for what there is (memory, slots, speed).
Step step_below(std::uint64_t value, Step last = last_step);
/// The smallest step that is at least `value`, or `last`: for what it costs (waiting, price, round trips).
Step step_above(std::uint64_t value, Step last = last_step);

}  // namespace localscale::core
