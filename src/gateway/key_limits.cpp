#include "gateway/key_limits.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace localscale::gateway {

TokenBucket::TokenBucket(std::uint32_t per_minute, Clock::time_point now)
    : per_second_(per_minute / 60.0), capacity_(per_minute), level_(per_minute), filled_(now) {}

std::chrono::milliseconds TokenBucket::take(Clock::time_point now) {
  const double passed_s = std::chrono::duration<double>(now - filled_).count();
  level_ = std::min(capacity_, level_ + std::max(0.0, passed_s) * per_second_);
  filled_ = now;
  if (level_ >= 1) {
    level_ -= 1;
    return std::chrono::milliseconds(0);
  }
  const double wait_s = per_second_ > 0 ? (1 - level_) / per_second_ : 3600;
  return std::chrono::milliseconds(static_cast<std::int64_t>(wait_s * 1000) + 1);
}

namespace {

Problem too_many(std::string message, std::string code, unsigned retry_after_s) {
  Problem problem = make_problem(429, std::move(code), std::move(message));
  problem.retry_after_s = retry_after_s;
  return problem;
}

}  // namespace

tl::expected<KeyLimits::Permit, Problem> KeyLimits::admit(const store::ApiKey& key, Clock::time_point now) {
  auto found = uses_.find(key.id);
  if (found != uses_.end() && found->second.rate != key.requests_per_minute) {
    uses_.erase(found);
    found = uses_.end();
  }
  if (found == uses_.end()) found = uses_.try_emplace(key.id, key.requests_per_minute, now).first;
  Use& use = found->second;
  if (*use.running >= key.max_concurrent) {
    return tl::unexpected(
        too_many(fmt::format("This key already has {} requests running, which is its limit.", *use.running),
                 "concurrency_limit", 1));
  }
  const std::chrono::milliseconds wait = use.bucket.take(now);
  if (wait.count() > 0) {
    return tl::unexpected(
        too_many(fmt::format("This key may make {} requests a minute.", key.requests_per_minute),
                 "rate_limit_exceeded", static_cast<unsigned>((wait.count() + 999) / 1000)));
  }
  ++*use.running;
  return Permit(nullptr, [running = use.running](void*) { --*running; });
}

}  // namespace localscale::gateway
