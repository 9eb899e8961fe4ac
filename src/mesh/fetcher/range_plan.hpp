#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "mesh/fetcher/range_set.hpp"

namespace localscale::mesh::fetcher {

/// Decides which bytes a connection asks for next. Pieces are handed out in file order, so that the digest
/// can follow the front of the file while later pieces are under way. Pure: no clock, no I/O.
class RangePlan {
 public:
  /// `have`: what earlier runs left.
  RangePlan(std::uint64_t size, const RangeSet& have) : size_(size), claimed_(have) {}

  /// The next bytes that nobody has or fetches, at most `max_bytes` of them; nullopt if there are none.
  std::optional<Range> take(std::uint64_t max_bytes);
  /// Bytes that were taken and will not come (a broken connection, a shortened request).
  void give_back(Range range) { claimed_.remove(range); }
  /// Nothing is left to take.
  [[nodiscard]] bool exhausted() const { return claimed_.bytes() >= size_; }
  [[nodiscard]] std::uint64_t unclaimed_bytes() const { return size_ - claimed_.bytes(); }

 private:
  std::uint64_t size_;
  RangeSet claimed_;
};

/// How large a piece should be for a connection that moves `bytes_per_second`: about two seconds' worth, so
/// that a cut costs little and the extra round trips do not show.
std::uint64_t piece_bytes(std::uint64_t bytes_per_second);

/// Above this rate one connection is faster than the lines of homes and more connections only cost: a pull
/// starts with one connection and adds the others after `single_stream_trial` unless the first is at least
/// this fast.
inline constexpr std::uint64_t single_stream_bytes_per_second = 400'000'000;
inline constexpr std::chrono::milliseconds single_stream_trial{250};

}  // namespace localscale::mesh::fetcher
