#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace localscale::sim {

/// Mixes a number so that each bit of the result depends on each bit of it (the finalizer of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31U);
}

/// Random numbers that are the same for the same seed with every compiler and library: xoshiro256**, its
/// state filled by splitmix64. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// 0 to bound - 1, each equally likely; bound is not 0.
  std::uint64_t below(std::uint64_t bound);
  /// low to high, both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// True `per_million` times in a million.
  bool chance(std::uint32_t per_million) { return per_million > 0 && below(1'000'000) < per_million; }

  /// A stream of its own for one part of the world: drawing from one never shifts another.
  [[nodiscard]] Random fork(std::string_view part, std::uint64_t number = 0) const;

 private:
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace localscale::sim
