#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace localscale::gateway {

/// How the home was at one moment.
struct Sample {
  std::int64_t at_unix_s = 0;
  double answer_tokens_per_second = 0;  ///< The mean since the sample before.
  std::uint64_t memory_used_bytes = 0;
  std::uint64_t models_bytes = 0;
  std::optional<float> watts{};
  std::uint32_t answers = 0;
};

/// The last day of the home, in memory: one sample each `step`. One thread.
class History {
 public:
  static constexpr std::chrono::seconds step{10};
  static constexpr std::size_t samples_max = 24 * 3600 / 10;
  static constexpr std::size_t told_max = 4000;

  void add(const Sample& sample);

  struct Part {
    std::uint32_t step_seconds = 0;
    std::vector<Sample> samples;  ///< Oldest first, at most told_max.
  };
  /// The samples from `from_unix_s` on; where these are too many, means of several.
  [[nodiscard]] Part since(std::int64_t from_unix_s) const;

 private:
  std::deque<Sample> samples_;
};

}  // namespace localscale::gateway
