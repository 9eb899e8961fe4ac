#include "sim/random.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace localscale::sim {
namespace {

TEST(Random, IsTheSameForTheSameSeed) {
  // The first number of splitmix64 from 0, which other programs give as well.
  EXPECT_EQ(mixed(0x9e3779b97f4a7c15ULL), 0xe220a8397b1dcdafULL);
  Random one(7);
  Random other(7);
  Random third(8);
  const std::uint64_t first = one.next();
  EXPECT_EQ(first, other.next());
  EXPECT_NE(first, third.next());
}

TEST(Random, DrawsWithinBoundsAndEachOfThem) {
  Random random(1);
  std::vector<int> seen(7);
  for (int i = 0; i < 7000; ++i) ++seen[static_cast<std::size_t>(random.between(-3, 3) + 3)];
  for (const int count : seen) {
    EXPECT_GT(count, 800);
    EXPECT_LT(count, 1200);
  }
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, IsTrueAsOftenAsAsked) {
  Random random(1);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += random.chance(250'000) ? 1 : 0;
  EXPECT_NEAR(hits, 2500, 200);
  EXPECT_FALSE(random.chance(0));
  EXPECT_TRUE(random.chance(1'000'000));
}

TEST(Random, ForksStreamsThatDoNotShiftEachOther) {
  Random root(5);
  Random before = root.fork("network");
  root.next();
  Random after = root.fork("network");
  EXPECT_EQ(before.next(), after.next());
  EXPECT_NE(root.fork("network").next(), root.fork("homes").next());
  EXPECT_NE(root.fork("home", 1).next(), root.fork("home", 2).next());
}

}  // namespace
}  // namespace localscale::sim
