#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

#include "mesh/fetcher/cancel.hpp"

namespace localscale::mesh::fetcher {

/// The rate cap that all pulls of the process share. Thread-safe.
class RateCap {
 public:
  /// 0: no cap.
  explicit RateCap(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {}

  /// Returns once `bytes` that were just received fit the cap: not reading on makes the server slow down.
  void pay(std::uint64_t bytes, const Cancel& cancel);

 private:
  using Clock = std::chrono::steady_clock;

  const std::uint64_t bytes_per_second_;
  std::mutex mutex_;
  Clock::time_point paid_until_;
};

}  // namespace localscale::mesh::fetcher
