#include "engine/engine_watch.hpp"

#include <gtest/gtest.h>

namespace localscale::engine {
namespace {

constexpr bool late = true;
constexpr bool in_time = false;
constexpr bool answered = true;
constexpr bool silent = false;

TEST(HangWatch, AsksOnlyAnEngineThatHasWorkAndSentNothing) {
  HangWatch watch;
  EXPECT_FALSE(watch.wants_probe(0, 0, in_time)) << "no work";
  EXPECT_TRUE(watch.wants_probe(1, 0, in_time));
  EXPECT_FALSE(watch.wants_probe(1, 7, in_time)) << "it sent something";
  EXPECT_TRUE(watch.wants_probe(1, 7, in_time));
  EXPECT_FALSE(watch.wants_probe(2'000, 7, in_time)) << "its threads are all taken";
}

TEST(HangWatch, ThreeMissedQuestionsInARowAreAHang) {
  HangWatch watch;
  EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
  EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
  EXPECT_TRUE(watch.hangs_after(silent, 0, in_time));
}

TEST(HangWatch, AnEngineThatAnswersForItsHealthMayTakeAllTimeForAPrompt) {
  HangWatch watch;
  for (int look = 0; look < 1'000; ++look) {
    EXPECT_TRUE(watch.wants_probe(1, 0, in_time));
    // Every third question only, as the machine is busy.
    EXPECT_FALSE(watch.hangs_after(look % 3 == 2 ? answered : silent, 0, in_time));
  }
}

TEST(HangWatch, AByteOfAnAnswerIsAsGoodASignAsItsHealth) {
  HangWatch watch;
  for (int miss = 0; miss < 2; ++miss) EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
  EXPECT_FALSE(watch.hangs_after(silent, 1, in_time)) << "it came while the question waited";
}

TEST(HangWatch, AHouseThatStoodStillItselfBlamesNobody) {
  HangWatch watch;
  for (int miss = 0; miss < 2; ++miss) EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
  EXPECT_FALSE(watch.hangs_after(silent, 0, late));
  for (int miss = 0; miss < 2; ++miss) EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
  EXPECT_FALSE(watch.wants_probe(1, 0, late));
  for (int miss = 0; miss < 2; ++miss) EXPECT_FALSE(watch.hangs_after(silent, 0, in_time));
}

}  // namespace
}  // namespace localscale::engine
