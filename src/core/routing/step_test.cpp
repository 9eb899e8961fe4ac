#include "core/routing/step.hpp"

#include <gtest/gtest.h>

namespace localscale::core {
namespace {

TEST(Step, HasTwoToADoubling) {
  const std::uint64_t expected[] = {0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32};
  for (std::size_t i = 0; i < std::size(expected); ++i)
    EXPECT_EQ(value_of({static_cast<std::uint8_t>(i)}), expected[i]) << i;
  EXPECT_EQ(value_of(last_step), 1ULL << 30);
}

TEST(Step, RoundsDownWhatThereIsAndUpWhatItCosts) {
  for (std::uint64_t value = 0; value < 3000; ++value) {
    EXPECT_LE(value_of(step_below(value)), value);
    EXPECT_GE(value_of(step_above(value)), value);
    EXPECT_LE(step_above(value).index - step_below(value).index, 1) << value;
  }
}

TEST(Step, TellsTheSameOfAllValuesBetweenTwoSteps) {
  for (std::uint8_t i = 4; i < last_step.index; ++i) {
    const std::uint64_t here = value_of({i});
    const std::uint64_t next = value_of({static_cast<std::uint8_t>(i + 1)});
    for (const std::uint64_t value : {here, here + 1, next - 1}) EXPECT_EQ(step_below(value).index, i);
    for (const std::uint64_t value : {here + 1, next - 1, next}) EXPECT_EQ(step_above(value).index, i + 1);
  }
}

TEST(Step, NeverPassesTheLast) {
  EXPECT_EQ(step_below(~0ULL), last_step);
  EXPECT_EQ(step_above(~0ULL), last_step);
  EXPECT_EQ(value_of(step_below(1000, step_below(16))), 16U);
  EXPECT_EQ(value_of(step_above(1000, step_below(16))), 16U);
}

}  // namespace
}  // namespace localscale::core
