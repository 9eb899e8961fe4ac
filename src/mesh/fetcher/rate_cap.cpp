#include "mesh/fetcher/rate_cap.hpp"

#include <algorithm>

namespace localscale::mesh::fetcher {

void RateCap::pay(std::uint64_t bytes, const Cancel& cancel) {
  if (bytes_per_second_ == 0) return;
  const auto cost =
      std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_));
  const auto now = Clock::now();
  Clock::time_point until;
  {
    const std::lock_guard lock(mutex_);
    paid_until_ = std::max(paid_until_, now) + std::chrono::duration_cast<Clock::duration>(cost);
    until = paid_until_;
  }
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
  if (wait.count() > 0) static_cast<void>(cancel.sleep_for(wait));
}

}  // namespace localscale::mesh::fetcher
