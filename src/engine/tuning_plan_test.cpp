#include "engine/tuning_plan.hpp"

#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/core_watch.hpp"

namespace localscale::engine {
namespace {

using std::chrono::milliseconds;

ModelFacts facts_of(std::uint64_t parameters) {
  ModelFacts facts;
  facts.parameters = parameters;
  facts.weight_bytes = parameters;
  facts.context_length = 4096;
  facts.key_length = facts.value_length = 64;
  return facts;
}

MachineLoad machine_with(std::uint32_t cores, double busy = 0) {
  return {cores, busy, 8ULL << 30, 4ULL << 30};
}

using Machine = std::function<std::optional<BenchRates>(const BenchPoint&)>;

TuningOutcome run(TuningPlan& plan, const Machine& machine, milliseconds each = milliseconds{1'000},
                  int* runs = nullptr) {
  while (const auto point = plan.next()) {
    if (runs != nullptr) ++*runs;
    plan.take(machine(*point), each);
  }
  return plan.outcome();
}

TEST(TuningPlan, TakesAllFreeCoresWhereTheyHelp) {
  TuningPlan plan(facts_of(1'000'000'000), machine_with(4));
  const auto outcome = run(plan, [](const BenchPoint& point) {
    return BenchRates{50.0 * point.tuning.threads, 10.0 * point.tuning.threads};
  });
  EXPECT_TRUE(outcome.measured);
  EXPECT_EQ(outcome.tuning.threads, 4U);
  EXPECT_TRUE(outcome.tuning.flash_attention);
  EXPECT_EQ(outcome.tuning.cache_type, CacheType::f16);
  EXPECT_EQ(outcome.reason, "measured");
}

TEST(TuningPlan, TakesFewerThreadsWhereTheyAreAsFast) {
  TuningPlan plan(facts_of(1'000'000'000), machine_with(8));
  const auto outcome = run(plan, [](const BenchPoint&) { return BenchRates{200, 20}; });
  EXPECT_EQ(outcome.tuning.threads, 4U);
}

TEST(TuningPlan, LeavesFlashAttentionWhereItIsSlowerWithText) {
  TuningPlan plan(facts_of(100'000'000), machine_with(2));
  const auto outcome = run(plan, [](const BenchPoint& point) {
    const bool slow = point.depth_tokens > 0 && point.tuning.flash_attention;
    return BenchRates{500.0 * point.tuning.threads, (slow ? 30.0 : 60.0) * point.tuning.threads};
  });
  EXPECT_FALSE(outcome.tuning.flash_attention);
}

TEST(TuningPlan, TakesTheSmallCacheOnlyWhereItIsClearlyFaster) {
  for (const double gain : {1.1, 2.0}) {
    TuningPlan plan(facts_of(100'000'000), machine_with(1));
    const auto outcome = run(plan, [gain](const BenchPoint& point) {
      return BenchRates{500, point.tuning.cache_type == CacheType::q8_0 ? 50 * gain : 50};
    });
    EXPECT_EQ(outcome.tuning.cache_type, gain > 1.5 ? CacheType::q8_0 : CacheType::f16);
  }
}

TEST(TuningPlan, AFailedFirstRunGivesDefaultsAndSaysSo) {
  TuningPlan plan(facts_of(1'000'000'000), machine_with(2));
  const auto outcome = run(plan, [](const BenchPoint&) { return std::optional<BenchRates>{}; });
  EXPECT_FALSE(outcome.measured);
  EXPECT_FALSE(outcome.reason.empty());
}

TEST(TuningPlan, KeepsWhatItKnowsWhenALaterRunFails) {
  TuningPlan plan(facts_of(100'000'000), machine_with(2));
  int runs = 0;
  const auto outcome = run(plan, [&runs](const BenchPoint&) {
    return runs++ == 0 ? std::optional(BenchRates{300, 30}) : std::nullopt;
  });
  EXPECT_TRUE(outcome.measured);
  EXPECT_EQ(outcome.tuning.threads, 2U);
}

TEST(TuningPlan, StopsWhenTheTimeIsUsedUp) {
  TuningPlan plan(facts_of(8'000'000'000), machine_with(4));
  int runs = 0;
  const auto outcome =
      run(plan, [](const BenchPoint&) { return BenchRates{1'000, 3}; }, milliseconds{6'000}, &runs);
  EXPECT_EQ(runs, 2);
  EXPECT_NE(outcome.reason.find("time"), std::string::npos);
}

TEST(TuningPlan, AMicroBatchIsShortUnlessThatWouldHalveTheSpeedOfReading) {
  EXPECT_EQ(micro_batch_for(10'000), 512U);
  EXPECT_EQ(micro_batch_for(640), 128U);
  EXPECT_EQ(micro_batch_for(639), 64U);
  EXPECT_EQ(micro_batch_for(319), 32U);
  EXPECT_EQ(micro_batch_for(58), 32U) << "a smaller one would halve the speed of reading";
  EXPECT_EQ(micro_batch_for(45), 16U) << "32 tokens would last longer than a second";
  EXPECT_EQ(micro_batch_for(1), 8U);
  for (double rate = 46; rate < 5'000; rate *= 1.3) {
    const auto tokens = micro_batch_for(rate);
    EXPECT_LE(micro_batch_ms(tokens, rate), tokens > 32 ? 200 : 1'000) << rate;
  }
}

TEST(TuningPlan, NeverTakesMoreThreadsThanCoresAreFree) {
  EXPECT_EQ(free_cores(machine_with(2, 0.2)), 2U) << "a little noise is no reason to leave a core idle";
  EXPECT_EQ(free_cores(machine_with(2, 0.3)), 1U);
  EXPECT_EQ(free_cores(machine_with(2, 0.5)), 1U);
  EXPECT_EQ(free_cores(machine_with(4, 1.2)), 3U);
  EXPECT_EQ(free_cores(machine_with(4, 1.4)), 2U);
  EXPECT_EQ(free_cores(machine_with(4, 9.0)), 1U);
}

RC_GTEST_PROP(TuningPlanProperty, AsksForFewRunsAndNeverMoreThreadsThanAreFree, ()) {
  const auto cores = *rc::gen::inRange<std::uint32_t>(1, 128);
  const auto busy = *rc::gen::inRange(0, 1280) / 10.0;
  const auto size = *rc::gen::inRange<std::uint64_t>(1, 100'000'000'000);
  const auto machine = machine_with(cores, busy);
  TuningPlan plan(facts_of(size), machine);
  int runs = 0;
  const auto outcome = run(
      plan,
      [&](const BenchPoint& point) -> std::optional<BenchRates> {
        RC_ASSERT(point.tuning.threads >= 1U);
        RC_ASSERT(point.tuning.threads <= free_cores(machine));
        RC_ASSERT(point.prompt_tokens + point.generated_tokens > 0U);
        if (*rc::gen::inRange(0, 10) == 0) return std::nullopt;
        return BenchRates{*rc::gen::inRange(1, 20'000) / 1.0, *rc::gen::inRange(1, 2'000) / 1.0};
      },
      milliseconds(*rc::gen::inRange(1, 20'000)), &runs);
  RC_ASSERT(runs <= 6);
  RC_ASSERT(outcome.tuning.threads <= free_cores(machine));
}

TEST(BenchOutput, ReadsArraysAndLines) {
  const auto rows =
      parse_bench(R"([{"n_prompt":16,"n_gen":0,"avg_ts":120.5},{"n_prompt":0,"n_gen":4,"avg_ts":9.5}])");
  ASSERT_TRUE(rows);
  EXPECT_DOUBLE_EQ(rows->prompt, 120.5);
  EXPECT_DOUBLE_EQ(rows->answer, 9.5);
  const auto lines = parse_bench(
      "{\"n_prompt\":16,\"n_gen\":0,\"avg_ts\":120.5}\n{\"n_prompt\":0,\"n_gen\":4,\"avg_ts\":9.5}\n");
  ASSERT_TRUE(lines);
  EXPECT_DOUBLE_EQ(lines->answer, 9.5);
  EXPECT_EQ(parse_bench("").error().code, Errc::corrupt);
  EXPECT_FALSE(parse_bench("[[[[{\"avg_ts\":\"x\"}"));
}

TEST(CoreWatch, ASteadyValueTakesTwentySeconds) {
  CoreWatch watch;
  EXPECT_FALSE(watch.stayed(milliseconds{0}, 4));
  EXPECT_TRUE(watch.stayed(milliseconds{20'000}, 4));
  EXPECT_FALSE(watch.stayed(milliseconds{22'000}, 3));
  EXPECT_FALSE(watch.stayed(milliseconds{30'000}, 4));
  EXPECT_FALSE(watch.stayed(milliseconds{49'000}, 4));
  EXPECT_TRUE(watch.stayed(milliseconds{50'000}, 4));
}

}  // namespace
}  // namespace localscale::engine
