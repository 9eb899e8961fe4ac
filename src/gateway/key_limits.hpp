#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "gateway/shape.hpp"
#include "store/key_store.hpp"

namespace localscale::gateway {

/// A bucket of requests that fills evenly and holds at most `per_minute` of them (so a minute's worth may
/// come at once).
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;
  TokenBucket(std::uint32_t per_minute, Clock::time_point now);
  /// Takes one; zero if there was one, else how long until there is.
  std::chrono::milliseconds take(Clock::time_point now);

 private:
  double per_second_;
  double capacity_;
  double level_;
  Clock::time_point filled_;
};

/// How much each API key may ask: requests per minute and requests at the same time. One thread.
class KeyLimits {
 public:
  using Clock = TokenBucket::Clock;
  /// Held while a request of a key runs.
  using Permit = std::shared_ptr<void>;

  /// A permit, or the 429 to answer with.
  tl::expected<Permit, Problem> admit(const store::ApiKey& key, Clock::time_point now);

 private:
  struct Use {
    Use(std::uint32_t per_minute, Clock::time_point now) : rate(per_minute), bucket(per_minute, now) {}
    std::uint32_t rate;
    TokenBucket bucket;
    std::shared_ptr<std::uint32_t> running = std::make_shared<std::uint32_t>(0);
  };
  std::unordered_map<std::string, Use> uses_;
};

}  // namespace localscale::gateway
