#include "engine/tuning_plan.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

constexpr double guessed_prompt_work = 40e9;  ///< Tokens per second and thread times parameters.
constexpr double guessed_answer_work = 8e9;
constexpr double probe_seconds = 0.4;
constexpr double deep_seconds = 0.8;
constexpr std::uint32_t probe_batch = 128;
constexpr double faster = 1.12;  ///< Beyond the scatter of short runs: flash attention also saves memory.
constexpr double clearly_faster = 1.3;
constexpr double as_fast = 0.92;  ///< Short runs scatter by some percent.
constexpr std::uint32_t least_depth = 128;
constexpr std::uint32_t most_depth = 1'024;

std::uint32_t rounded_to_16(double tokens, std::uint32_t least, std::uint32_t most) {
  const auto whole =
      static_cast<std::uint32_t>(std::clamp(tokens, static_cast<double>(least), static_cast<double>(most)));
  return std::max(least, whole / 16 * 16);
}

/// One number for both phases: reading counts less than answering, which lasts longer.
double score(const BenchRates& rates) {
  return std::pow(rates.prompt, 0.35) * std::pow(rates.answer, 0.65);
}

}  // namespace

TuningPlan::TuningPlan(const ModelFacts& facts, const MachineLoad& machine)
    : facts_(facts), best_(default_tuning(facts, machine)) {
  const double size = static_cast<double>(std::max<std::uint64_t>(facts.parameters, 1'000'000));
  probe_prompt_ = rounded_to_16(guessed_prompt_work / size * best_.threads * probe_seconds, 16, 512);
  probe_answer_ = rounded_to_16(guessed_answer_work / size * best_.threads * probe_seconds, 4, 64);
  best_.micro_batch_tokens = std::min(probe_batch, probe_prompt_);
}

std::uint32_t TuningPlan::depth() const {
  const auto affordable = rounded_to_16(best_rates_.prompt * deep_seconds, 16, most_depth);
  return std::min(affordable, facts_.context_length == 0 ? most_depth : facts_.context_length / 2);
}

bool TuningPlan::makes_sense(Step step) const {
  const bool deep_enough = depth() >= least_depth;
  switch (step) {
    case Step::probe:
      return true;
    case Step::fewer_threads:
      return best_.threads > 1;
    case Step::without_flash:
      return deep_enough;
    case Step::small_cache:
      return deep_enough && best_.flash_attention && facts_.key_length % 32 == 0 &&
             facts_.value_length % 32 == 0;
    case Step::done:
      return true;
  }
  return true;
}

BenchPoint TuningPlan::point_for(Step step) const {
  BenchPoint point{best_, probe_prompt_, probe_answer_, 0};
  if (step == Step::fewer_threads) {
    point.tuning.threads = best_.threads >= 4 ? best_.threads / 2 : best_.threads - 1;
  } else if (step == Step::without_flash || step == Step::small_cache) {
    point.prompt_tokens = 0;
    point.depth_tokens = depth();
    if (step == Step::small_cache)
      point.tuning.cache_type = CacheType::q8_0;
    else if (!baseline_pending_)
      point.tuning.flash_attention = false;
  }
  return point;
}

std::optional<BenchPoint> TuningPlan::next() const {
  if (step_ == Step::done || failed_) return std::nullopt;
  // The first run always happens; a later one only if it will end within the budget.
  if (step_ != Step::probe && spent_ + last_ > budget) return std::nullopt;
  return point_for(step_);
}

milliseconds TuningPlan::limit() const {
  // The first run also brings the weights from the disk, at 200 MB/s or faster.
  if (step_ == Step::probe)
    return budget + milliseconds(std::min<std::uint64_t>(facts_.weight_bytes / 200'000, 50'000));
  return std::max(budget - spent_, milliseconds{1'000}) + milliseconds{2'000};
}

void TuningPlan::take(std::optional<BenchRates> rates, milliseconds spent) {
  // Reading the weights for the first time is the load's price, not the measurement's.
  spent_ += step_ == Step::probe ? std::min(spent, budget / 2) : spent;
  last_ = step_ == Step::probe ? std::min(spent, budget / 2) : spent;
  if (!rates) {
    failed_ = true;
    return;
  }
  judge(step_, *rates);
}

void TuningPlan::judge(Step step, const BenchRates& rates) {
  switch (step) {
    case Step::probe:
      if (rates.prompt <= 0 || rates.answer <= 0) failed_ = true;
      best_rates_ = rates;
      break;
    case Step::fewer_threads:
      if (score(rates) >= score(best_rates_) * as_fast) {
        best_.threads = best_.threads >= 4 ? best_.threads / 2 : best_.threads - 1;
        best_rates_ = rates;
      }
      break;
    case Step::without_flash:
      if (baseline_pending_) {
        baseline_pending_ = false;
        best_deep_rate_ = rates.answer;
        return;
      }
      if (rates.answer > best_deep_rate_ * faster) {
        best_.flash_attention = false;
        best_deep_rate_ = rates.answer;
      }
      break;
    case Step::small_cache:
      if (rates.answer > best_deep_rate_ * clearly_faster) best_.cache_type = CacheType::q8_0;
      break;
    case Step::done:
      break;
  }
  advance();
}

void TuningPlan::advance() {
  do {
    step_ = static_cast<Step>(static_cast<int>(step_) + 1);
  } while (!makes_sense(step_));
  baseline_pending_ = step_ == Step::without_flash;
}

TuningOutcome TuningPlan::outcome() const {
  TuningOutcome out{best_, best_rates_, 0, best_rates_.prompt > 0 && best_rates_.answer > 0, {}};
  if (!out.measured) {
    out.reason = "the measurement failed, so defaults serve";
    return out;
  }
  out.tuning.micro_batch_tokens = micro_batch_for(best_rates_.prompt);
  out.micro_batch_ms = micro_batch_ms(out.tuning.micro_batch_tokens, best_rates_.prompt);
  out.reason = step_ == Step::done ? "measured"
               : failed_           ? "measured in part: a run failed"
                                   : "measured in part: the time was used up";
  return out;
}

}  // namespace localscale::engine
