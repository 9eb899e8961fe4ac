#include "core/privacy/replay_window.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/privacy/test_envelope.hpp"

namespace localscale::core::privacy {
namespace {

using Verdict = ReplayWindow::Verdict;

constexpr std::int64_t day_ms = 86'400'000;
constexpr UnixMs long_ago{test_now.ms - day_ms};

Envelope numbered(std::uint16_t number, std::int64_t made_ms = test_now.ms, std::uint8_t home = 1) {
  Envelope envelope = test_envelope();
  envelope.source = TestMembers::id(home);
  envelope.nonce = {};
  envelope.nonce[0] = static_cast<std::byte>(number & 0xffU);
  envelope.nonce[1] = static_cast<std::byte>(number >> 8U);
  envelope.not_before = {made_ms};
  envelope.expires = {made_ms + 60'000};
  return envelope;
}

TEST(ReplayWindow, KnowsWhatCameAndNothingElse) {
  ReplayWindow window(long_ago);
  const Envelope envelope = numbered(1);
  EXPECT_EQ(window.look(envelope, false), Verdict::fresh);
  window.remember(envelope, test_now);
  EXPECT_EQ(window.look(envelope, false), Verdict::seen);
  EXPECT_EQ(window.look(envelope, true), Verdict::seen);
  EXPECT_EQ(window.look(numbered(2), false), Verdict::fresh);
  EXPECT_EQ(window.look(numbered(1, test_now.ms, 2), false), Verdict::fresh) << "another home's";
}

TEST(ReplayWindow, RemembersAsLongAsAnEnvelopeMightBeValid) {
  ReplayWindow window(long_ago);
  const Envelope envelope = numbered(1);
  window.remember(envelope, test_now);
  window.remember(numbered(2, test_now.ms + 100'000), {envelope.expires.ms + clock_skew_max_ms});
  EXPECT_EQ(window.look(envelope, true), Verdict::seen);
  window.remember(numbered(3, test_now.ms + 100'000), {envelope.expires.ms + clock_skew_max_ms + 1});
  EXPECT_EQ(window.size(), 2U);
  EXPECT_EQ(window.look(envelope, false), Verdict::may_be_forgotten);
}

TEST(ReplayWindow, TakesNothingRelayedThatMayHaveComeBeforeItsStart) {
  const ReplayWindow window(test_now);
  EXPECT_EQ(window.look(numbered(1), false), Verdict::may_be_forgotten);
  EXPECT_EQ(window.look(numbered(1, test_now.ms + clock_skew_max_ms), false), Verdict::may_be_forgotten);
  EXPECT_EQ(window.look(numbered(1, test_now.ms + clock_skew_max_ms + 1), false), Verdict::fresh);
  EXPECT_EQ(window.look(numbered(1), true), Verdict::fresh) << "nobody else can send it again";
}

TEST(ReplayWindow, ForgetsNothingForGoodWhenTheClockJumpsForwardAndBack) {
  ReplayWindow window(long_ago);
  const Envelope old = numbered(1);
  window.remember(old, test_now);
  window.remember(numbered(2, test_now.ms + day_ms), {test_now.ms + day_ms});
  window.remember(numbered(3), test_now);
  EXPECT_EQ(window.look(old, false), Verdict::may_be_forgotten) << "its nonce went with the jump";
}

TEST(ReplayWindow, KnowsWhatCameAlsoWhenTheClockJumpsBackADay) {
  ReplayWindow window(long_ago);
  const Envelope old = numbered(1);
  window.remember(old, test_now);
  window.remember(numbered(2, test_now.ms - day_ms + 61'000), {test_now.ms - day_ms});
  EXPECT_EQ(window.look(old, false), Verdict::seen);
}

TEST(ReplayWindow, OfAFloodingHomeIsFullForThatHomeOnly) {
  ReplayWindow window(long_ago, 100, 150);
  for (std::uint16_t i = 0; i < 100; ++i) window.remember(numbered(i), test_now);
  EXPECT_EQ(window.look(numbered(100), true), Verdict::full);
  EXPECT_EQ(window.look(numbered(0, test_now.ms, 2), true), Verdict::fresh);
  for (std::uint16_t i = 0; i < 50; ++i) window.remember(numbered(i, test_now.ms, 2), test_now);
  EXPECT_EQ(window.look(numbered(0, test_now.ms, 3), true), Verdict::full) << "all of it is used up";
  EXPECT_EQ(window.look(numbered(0), true), Verdict::seen) << "and still knows what came";
}

RC_GTEST_PROP(ReplayWindow, NeverTakesOneTwiceWhateverTheClockDoes, ()) {
  UnixMs now = test_now;
  ReplayWindow window(long_ago, 1000, 1000);
  std::set<Nonce> taken;
  const auto steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    now.ms += *rc::gen::element<std::int64_t>(0, 1000, 50'000, 200'000, -50'000, day_ms, -day_ms);
    // The nonce goes with the time: the same envelope comes again and again.
    const auto number = *rc::gen::inRange<std::uint16_t>(0, 6);
    const Envelope envelope = numbered(number, test_now.ms + std::int64_t{number - 3} * 90'000);
    const bool valid = envelope.not_before.ms <= now.ms + clock_skew_max_ms &&
                       now.ms <= envelope.expires.ms + clock_skew_max_ms;
    if (!valid || window.look(envelope, false) != Verdict::fresh) continue;
    RC_ASSERT(taken.insert(envelope.nonce).second);
    window.remember(envelope, now);
  }
}

}  // namespace
}  // namespace localscale::core::privacy
