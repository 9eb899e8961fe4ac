#include "gateway/rate_meter.hpp"

#include <algorithm>

namespace localscale::gateway {

void RateMeter::add(std::uint64_t count, Clock::time_point now) {
  const std::int64_t current = step_of(now);
  for (std::int64_t old = std::max(newest_ + 1, current - steps + 1); old <= current; ++old)
    counts_.at(static_cast<std::size_t>(old % steps)) = 0;
  newest_ = std::max(newest_, current);
  counts_.at(static_cast<std::size_t>(newest_ % steps)) += count;
}

double RateMeter::per_second(Clock::time_point now) const {
  std::uint64_t sum = 0;
  for (std::int64_t each = std::max<std::int64_t>(step_of(now) - steps, newest_ - steps) + 1; each <= newest_;
       ++each)
    sum += counts_.at(static_cast<std::size_t>(each % steps));
  return static_cast<double>(sum) / std::chrono::duration<double>(window).count();
}

}  // namespace localscale::gateway
