#include "mesh/fetcher/range_set.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::mesh::fetcher {
namespace {

TEST(RangeSet, MergesWhatTouches) {
  RangeSet set;
  set.add({0, 10});
  set.add({20, 30});
  set.add({10, 20});
  EXPECT_EQ(set.all(), (std::vector<Range>{{0, 30}}));
  EXPECT_EQ(set.bytes(), 30U);
}

TEST(RangeSet, FindsWhatIsMissingAndHowFarARunGoes) {
  RangeSet set;
  set.add({5, 10});
  EXPECT_EQ(set.first_missing(20), (Range{0, 5}));
  set.add({0, 5});
  EXPECT_EQ(set.first_missing(20), (Range{10, 20}));
  EXPECT_EQ(set.run_end(0), 10U);
  EXPECT_EQ(set.run_end(10), 10U);
  set.add({10, 20});
  EXPECT_EQ(set.first_missing(20).bytes(), 0U);
}

TEST(RangeSet, CutsHolesAndIgnoresEmptyRanges) {
  RangeSet set;
  set.add({0, 30});
  set.remove({10, 20});
  set.remove({5, 5});
  EXPECT_EQ(set.all(), (std::vector<Range>{{0, 10}, {20, 30}}));
  EXPECT_EQ(set.bytes(), 20U);
}

RC_GTEST_PROP(RangeSet, HoldsTheSameBytesAsAPlainSet, ()) {
  constexpr std::uint64_t size = 64;
  std::vector<bool> plain(size, false);
  RangeSet set;
  const auto steps = *rc::gen::container<std::vector<std::tuple<bool, std::uint64_t, std::uint64_t>>>(
      rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::uint64_t>(0, size),
                     rc::gen::inRange<std::uint64_t>(0, size)));
  for (const auto& [adds, begin, end] : steps) {
    adds ? set.add({begin, end}) : set.remove({begin, end});
    for (auto i = begin; i < end; ++i) plain[i] = adds;
  }
  std::uint64_t count = 0;
  std::uint64_t previous_end = 0;
  std::vector<bool> told(size, false);
  for (const auto& range : set.all()) {
    RC_ASSERT(range.begin < range.end);
    RC_ASSERT(range.begin > previous_end || previous_end == 0);
    previous_end = range.end;
    for (auto i = range.begin; i < range.end; ++i) told[i] = true;
  }
  for (const bool has : plain) count += has ? 1 : 0;
  RC_ASSERT(told == plain);
  RC_ASSERT(set.bytes() == count);
}

}  // namespace
}  // namespace localscale::mesh::fetcher
