#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/planner.hpp"

/// Decides what to measure at a model's first load and what follows from it. Pure: the tuner runs what it
/// asks for.
///
/// What is chosen, and why:
/// - threads: free cores at most (spinning threads on a busy core cost far more than they bring); fewer where
/// that is as
///   fast, which on processors with two threads a core is usual.
/// - flash attention: on, unless it is clearly slower with some text in the cache.
/// - key and value type: f16. q8_0 only where it is at least 1.3 times as fast with text in the cache: it
/// changes answers
///   about as little as 8-bit weights do, but not by nothing.
/// - micro-batch: micro_batch_for() (planner.hpp) at the measured rate.
namespace localscale::engine {

/// One run of llama-bench.
struct BenchPoint {
  Tuning tuning;
  std::uint32_t prompt_tokens = 0;
  std::uint32_t generated_tokens = 0;
  std::uint32_t depth_tokens = 0;
};

/// Tokens per second; 0 where nothing was measured.
struct BenchRates {
  double prompt = 0;
  double answer = 0;
};

struct TuningOutcome {
  Tuning tuning;
  BenchRates rates;
  double micro_batch_ms = 0;
  bool measured = false;  ///< False: defaults, not worth keeping.
  std::string reason;     ///< In a few words, for the log.
};

class TuningPlan {
 public:
  static constexpr std::chrono::milliseconds budget{10'000};

  TuningPlan(const ModelFacts& facts, const MachineLoad& machine);

  /// The next run, or nullopt when enough is known or the time is used up.
  [[nodiscard]] std::optional<BenchPoint> next() const;
  /// How long the next run may take.
  [[nodiscard]] std::chrono::milliseconds limit() const;
  /// The result of next(); nullopt if it failed.
  void take(std::optional<BenchRates> rates, std::chrono::milliseconds spent);
  [[nodiscard]] TuningOutcome outcome() const;

 private:
  enum class Step { probe, fewer_threads, without_flash, small_cache, done };

  [[nodiscard]] BenchPoint point_for(Step step) const;
  [[nodiscard]] bool makes_sense(Step step) const;
  void advance();
  void judge(Step step, const BenchRates& rates);
  [[nodiscard]] std::uint32_t depth() const;

  ModelFacts facts_;
  Tuning best_;
  BenchRates best_rates_;      ///< Without text in the cache.
  double best_deep_rate_ = 0;  ///< Answer tokens per second with text in the cache; 0: not measured.
  Step step_ = Step::probe;
  bool baseline_pending_ = false;  ///< The deep run with best_ comes first.
  std::uint32_t probe_prompt_;
  std::uint32_t probe_answer_;
  std::chrono::milliseconds spent_{0};
  std::chrono::milliseconds last_{0};
  bool failed_ = false;
};

/// Reads llama-bench's JSON: an array, or one object a line. Fails with corrupt.
Result<BenchRates> parse_bench(const std::string& text);

}  // namespace localscale::engine
