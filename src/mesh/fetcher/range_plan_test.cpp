#include "mesh/fetcher/range_plan.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::mesh::fetcher {
namespace {

TEST(RangePlan, HandsOutPiecesInFileOrder) {
  RangePlan plan(100, {});
  EXPECT_EQ(plan.take(40), (Range{0, 40}));
  EXPECT_EQ(plan.take(40), (Range{40, 80}));
  EXPECT_EQ(plan.take(40), (Range{80, 100}));
  EXPECT_EQ(plan.take(40), std::nullopt);
  EXPECT_TRUE(plan.exhausted());
}

TEST(RangePlan, LeavesOutWhatAnEarlierRunLeft) {
  RangeSet have;
  have.add({0, 30});
  have.add({50, 60});
  RangePlan plan(100, have);
  EXPECT_EQ(plan.take(1000), (Range{30, 50}));
  EXPECT_EQ(plan.take(1000), (Range{60, 100}));
  EXPECT_TRUE(plan.exhausted());
}

TEST(RangePlan, AnEmptyFileHasNothingToTake) {
  RangePlan plan(0, {});
  EXPECT_TRUE(plan.exhausted());
  EXPECT_EQ(plan.take(10), std::nullopt);
}

RC_GTEST_PROP(RangePlan, WhateverBreaksEveryByteIsFetchedExactlyOnce, ()) {
  const auto size = *rc::gen::inRange<std::uint64_t>(0, 500);
  RangePlan plan(size, {});
  RangeSet got;
  for (int step = 0; step < 2000 && !plan.exhausted(); ++step) {
    const auto piece = plan.take(*rc::gen::inRange<std::uint64_t>(1, 60));
    RC_ASSERT(piece.has_value());
    const auto cut = piece->begin + *rc::gen::inRange<std::uint64_t>(0, piece->bytes() + 1);
    const auto before = got.bytes();
    got.add({piece->begin, cut});
    RC_ASSERT(got.bytes() == before + (cut - piece->begin));
    plan.give_back({cut, piece->end});
  }
  if (plan.exhausted()) RC_ASSERT(got.bytes() == size);
}

TEST(PieceBytes, GrowWithTheRateWithinLimits) {
  EXPECT_EQ(piece_bytes(0), 8ULL << 20);
  EXPECT_EQ(piece_bytes(10ULL << 20), 20ULL << 20);
  EXPECT_EQ(piece_bytes(1ULL << 40), 64ULL << 20);
}

}  // namespace
}  // namespace localscale::mesh::fetcher
