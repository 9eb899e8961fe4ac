#include "core/pool/membership.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <gtest/gtest.h>

namespace localscale::core {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t second = 1000 * ms;

crypto::HomeId home(std::uint8_t number) {
  crypto::HomeId id;
  id.hash[0] = std::byte{number};
  return id;
}

/// Drives one home's membership by hand: a clock, an alarm, and other homes that behave as told.
class Bench {
 public:
  struct Other {
    bool ads = true;       ///< Its ads arrive, one each 2 s.
    bool answers = true;   ///< It answers pings, after `round_trip`.
    bool refuses = false;  ///< Its machine refuses pings.
    bool hears_me = true;
    std::int64_t round_trip = 20 * ms;
    std::uint64_t sequence = 1'000;
    std::int64_t next_ad = 0;
  };

  explicit Bench(int others, const MembershipTiming& timing = {}) : membership(home(0), 1, timing) {
    std::vector<crypto::HomeId> members{home(0)};
    for (int i = 1; i <= others; ++i) {
      members.push_back(home(static_cast<std::uint8_t>(i)));
      other(i).next_ad = now + std::int64_t{i} * 90 * ms;
    }
    membership.on_started({now}, members, effects);
    carry_out();
  }

  Other& other(int number) { return others_[home(static_cast<std::uint8_t>(number))]; }
  Presence presence(int number) const { return membership.presence(home(static_cast<std::uint8_t>(number))); }

  /// Goes on for a while, in steps of 10 ms.
  void run(std::int64_t duration) {
    for (const std::int64_t end = now + duration; now < end;) {
      now += 10 * ms;
      deliver();
      if (now >= alarm) {
        membership.on_alarm({now}, effects);
        carry_out();
      }
    }
  }

  /// This home itself stands still; what came meanwhile lies in its buffers and is read afterwards.
  void freeze(std::int64_t duration) { now += duration; }

  void ad(int number, std::uint64_t sequence, bool leaving = false) {
    membership.on_ad({now}, {home(static_cast<std::uint8_t>(number)), sequence, true, leaving}, effects);
    carry_out();
  }
  void lose_link(int number) {
    membership.on_link_lost({now}, home(static_cast<std::uint8_t>(number)), effects);
    carry_out();
  }

  /// How long until `number` is at `presence`; fails after two minutes.
  std::int64_t until(int number, Presence wanted) {
    const std::int64_t begin = now;
    while (presence(number) != wanted && now - begin < 120 * second) run(10 * ms);
    EXPECT_EQ(presence(number), wanted);
    return now - begin;
  }

  std::int64_t now = 5 * second;
  std::int64_t alarm = 0;
  Membership::Effects effects;
  Membership membership;
  std::vector<PresenceChange> changes;
  int pings = 0;
  int answers = 0;
  std::vector<std::uint64_t> ads;
  std::vector<HeardHome> heard;

 private:
  void deliver() {
    for (auto& [id, other] : others_) {
      for (; now >= other.next_ad; other.next_ad += 2 * second) {
        ++other.sequence;
        if (!other.ads) continue;
        membership.on_ad({now}, {id, other.sequence, other.hears_me}, effects);
        carry_out();
      }
    }
    while (!under_way_.empty() && under_way_.begin()->first <= now) {
      const Ping ping = under_way_.begin()->second;
      under_way_.erase(under_way_.begin());
      const Other& other = others_.at(ping.home);
      if (other.refuses) {
        membership.on_refused({now}, ping, effects);
      } else {
        membership.on_answer({now}, ping, AdNews{ping.home, other.sequence, other.hears_me}, effects);
      }
      carry_out();
    }
  }

  void carry_out() {
    alarm = effects.wake_at.us;
    pings += static_cast<int>(effects.pings.size());
    answers += static_cast<int>(effects.answers.size());
    if (effects.ad_due) {
      ads.push_back(effects.ad_sequence);
      heard = effects.heard;
    }
    changes.insert(changes.end(), effects.changes.begin(), effects.changes.end());
    for (const Ping& ping : effects.pings)
      if (const Other& other = others_[ping.home]; other.answers || other.refuses)
        under_way_.emplace(now + other.round_trip, ping);
    effects.clear();
  }

  std::map<crypto::HomeId, Other> others_;
  std::multimap<std::int64_t, Ping> under_way_;
};

void kill(Bench::Other& other) {
  other.ads = other.answers = false;
}

TEST(Membership, KnowsEachHomeThatAnswersWithinASecond) {
  Bench bench(19);
  EXPECT_EQ(bench.presence(1), Presence::gone);
  bench.run(second);
  for (int i = 1; i <= 19; ++i) EXPECT_EQ(bench.presence(i), Presence::present) << i;
  EXPECT_EQ(bench.membership.doubt(), 0);
}

TEST(Membership, HasAnAdDueEveryTwoSecondsThatNamesWhoIsPresent) {
  Bench bench(3);
  kill(bench.other(2));
  bench.run(20 * second);
  EXPECT_EQ(bench.ads.size(), 11U);
  for (std::size_t i = 0; i < bench.ads.size(); ++i) EXPECT_EQ(bench.ads[i], (1ULL << 32) + 1 + i);
  ASSERT_EQ(bench.heard.size(), 2U);
  EXPECT_EQ(bench.heard[0].home, home(1));
  EXPECT_EQ(bench.heard[1].home, home(3));
  EXPECT_EQ(bench.heard[0].round_trip_us, 20 * ms);
}

TEST(Membership, SuspectsAFrozenHomeWithinThreeSecondsAndGivesItUpAfterEight) {
  Bench bench(5);
  bench.run(10 * second);
  kill(bench.other(3));
  EXPECT_LE(bench.until(3, Presence::suspect), 3 * second);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::silent);
  bench.run(4 * second);
  EXPECT_EQ(bench.presence(3), Presence::suspect);
  bench.run(2 * second);
  EXPECT_EQ(bench.presence(3), Presence::gone);
  for (const int i : {1, 2, 4, 5}) EXPECT_EQ(bench.presence(i), Presence::present) << i;
}

TEST(Membership, SuspectsAHomeWhoseLinkBrokeWithinHalfASecond) {
  Bench bench(5);
  bench.run(10 * second);
  kill(bench.other(3));
  bench.lose_link(3);
  EXPECT_LE(bench.until(3, Presence::suspect), 450 * ms);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::unanswered);
}

TEST(Membership, CountsNoAnswerFromBeforeTheLinkBroke) {
  Bench bench(1);
  bench.other(1).round_trip = 200 * ms;
  bench.run(10 * second);
  for (const int before = bench.pings; bench.pings == before;) bench.run(10 * ms);
  kill(bench.other(1));  // its answer is under way
  bench.lose_link(1);
  EXPECT_LE(bench.until(1, Presence::suspect), 450 * ms);
}

TEST(Membership, SuspectsAHomeThatRefusesAtOnce) {
  Bench bench(5);
  bench.run(10 * second);
  kill(bench.other(3));
  bench.other(3).refuses = true;
  bench.lose_link(3);
  EXPECT_LE(bench.until(3, Presence::suspect), 40 * ms);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::refused);
}

TEST(Membership, KeepsAHomeWhoseLinkBrokeAndThatAnswers) {
  Bench bench(5);
  bench.run(10 * second);
  const std::size_t before = bench.changes.size();
  bench.lose_link(3);
  bench.run(20 * second);
  EXPECT_EQ(bench.changes.size(), before);
}

TEST(Membership, KeepsAHomeWhoseAdsAreLostWhileItAnswers) {
  Bench bench(5);
  bench.run(10 * second);
  const std::size_t before = bench.changes.size();
  for (int i = 1; i <= 5; ++i) bench.other(i).ads = false;  // the post office is away
  bench.run(60 * second);
  EXPECT_EQ(bench.changes.size(), before);
}

TEST(Membership, SuspectsAHomeThatAdvertisesAndAnswersNobody) {
  Bench bench(5);
  bench.run(10 * second);
  bench.other(3).answers = false;  // its ads may be old ones that somebody kept
  EXPECT_LE(bench.until(3, Presence::suspect), 12 * second);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::unanswered);
  EXPECT_LE(bench.until(3, Presence::gone), 10 * second);
  bench.run(60 * second);
  EXPECT_EQ(bench.presence(3), Presence::gone);
}

TEST(Membership, AsksAHomeThatNoLongerHearsItsAds) {
  Bench bench(19);
  bench.run(50 * second);
  bench.other(3).answers = false;
  bench.other(3).hears_me = false;
  EXPECT_LE(bench.until(3, Presence::suspect), 6 * second);
}

TEST(Membership, BringsAHomeBackWithItsNextAd) {
  Bench bench(5);
  bench.run(10 * second);
  kill(bench.other(3));
  bench.run(60 * second);
  EXPECT_EQ(bench.presence(3), Presence::gone);
  bench.other(3).ads = bench.other(3).answers = true;
  EXPECT_LE(bench.until(3, Presence::present), 2100 * ms);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::returned);
}

TEST(Membership, FindsAHomeAgainByPingsWhereNoAdComes) {
  Bench bench(5);
  for (int i = 1; i <= 5; ++i) kill(bench.other(i));
  bench.run(120 * second);
  bench.other(3).answers = true;
  EXPECT_LE(bench.until(3, Presence::present), 11 * second);
}

TEST(Membership, TakesNoAdTwiceAndNoneOlder) {
  Bench bench(2);
  bench.run(10 * second);
  kill(bench.other(1));
  const std::uint64_t newest = bench.other(1).sequence;
  bench.ad(1, newest + 1);
  for (int i = 0; i < 29; ++i) {  // replays, all the time
    bench.run(100 * ms);
    bench.ad(1, newest + 1);
    bench.ad(1, newest);
  }
  EXPECT_EQ(bench.presence(1), Presence::suspect);
}

TEST(Membership, BringsNobodyBackWithAnOldAd) {
  Bench bench(2);
  bench.run(10 * second);
  kill(bench.other(1));
  bench.run(20 * second);
  const std::uint64_t told = bench.other(1).sequence;
  bench.ad(1, told + 100);
  bench.other(1).sequence = 5;  // restored from an old copy, say
  bench.other(1).answers = true;
  bench.run(30 * second);
  EXPECT_EQ(bench.presence(1), Presence::gone);
}

TEST(Membership, LetsAHomeGoThatSaysSo) {
  Bench bench(3);
  bench.run(10 * second);
  kill(bench.other(2));
  bench.ad(2, bench.other(2).sequence + 1, true);
  EXPECT_EQ(bench.presence(2), Presence::gone);
  EXPECT_EQ(bench.changes.back().cause, PresenceCause::leaving);
}

TEST(Membership, BlamesItselfWhenItStoodStill) {
  Bench bench(10);
  bench.run(10 * second);
  const std::size_t before = bench.changes.size();
  for (int i = 1; i <= 10; ++i) bench.other(i).next_ad += 30 * second;  // nothing came meanwhile
  bench.freeze(30 * second);
  bench.run(2 * second);
  EXPECT_GE(bench.membership.doubt(), 1);
  EXPECT_EQ(bench.changes.size(), before) << "nobody is suspect because this home slept";
  bench.run(60 * second);
  EXPECT_EQ(bench.changes.size(), before);
  EXPECT_EQ(bench.membership.doubt(), 0);
}

TEST(Membership, FindsTheDeadAlsoAfterItStoodStill) {
  Bench bench(10);
  bench.run(10 * second);
  kill(bench.other(4));
  bench.freeze(30 * second);
  EXPECT_LE(bench.until(4, Presence::suspect), 3 * second);
}

TEST(Membership, WaitsLongerBeforeItGivesUpMostOfThePool) {
  Bench bench(10);
  bench.run(10 * second);
  for (int i = 1; i <= 10; ++i) kill(bench.other(i));
  EXPECT_LE(bench.until(1, Presence::suspect), 3 * second);
  bench.run(12 * second);
  EXPECT_EQ(bench.membership.doubt(), Membership::doubt_max);
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(bench.presence(i), Presence::suspect) << i;
  bench.run(25 * second);
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(bench.presence(i), Presence::gone) << i;
}

TEST(Membership, TrustsAHomeThatComesAndGoesLaterEachTime) {
  Bench bench(3);
  bench.run(10 * second);
  std::int64_t before = 0;
  for (int fall = 1; fall <= 5; ++fall) {
    bench.other(2).ads = bench.other(2).answers = false;
    bench.until(2, Presence::suspect);
    bench.other(2).ads = bench.other(2).answers = true;
    const std::int64_t hold = bench.until(2, Presence::present);
    if (fall > 2) {
      EXPECT_GE(hold, before + before / 2) << fall;
    }
    before = hold;
  }
  EXPECT_GE(before, 30 * second);
  bench.run(600 * second);  // and forgives
  bench.other(2).ads = bench.other(2).answers = false;
  bench.until(2, Presence::suspect);
  bench.other(2).ads = bench.other(2).answers = true;
  EXPECT_LE(bench.until(2, Presence::present), 3 * second);
}

TEST(Membership, AnswersEachHomeTenTimesASecondAtMost) {
  Bench bench(2);
  bench.run(10 * second);
  for (std::uint64_t i = 0; i < 100; ++i) bench.membership.on_ping({bench.now}, {home(1), i}, bench.effects);
  EXPECT_EQ(bench.effects.answers.size(), 10U);
  bench.membership.on_ping({bench.now}, {home(2), 7}, bench.effects);
  EXPECT_EQ(bench.effects.answers.size(), 11U) << "another home's answers are its own";
}

TEST(Membership, HasNothingToDoWithStrangers) {
  Bench bench(2);
  bench.run(10 * second);
  const std::size_t before = bench.changes.size();
  bench.ad(99, 7);
  bench.lose_link(99);
  bench.membership.on_ping({bench.now}, {home(99), 7}, bench.effects);
  bench.membership.on_answer({bench.now}, {home(99), 1}, AdNews{home(99), 8}, bench.effects);
  EXPECT_TRUE(bench.effects.answers.empty());
  EXPECT_EQ(bench.changes.size(), before);
  EXPECT_EQ(bench.membership.watched(), 2U);
}

TEST(Membership, ForgetsWhoIsRemovedAndGreetsWhoIsNew) {
  Bench bench(3);
  bench.run(10 * second);
  bench.other(9).next_ad = bench.now;
  const crypto::HomeId now_members[] = {home(0), home(1), home(9)};
  bench.membership.on_members({bench.now}, now_members, bench.effects);
  ASSERT_EQ(bench.effects.changes.size(), 2U);
  EXPECT_EQ(bench.effects.changes[0].cause, PresenceCause::removed);
  bench.run(2 * second);
  EXPECT_EQ(bench.membership.watched(), 2U);
  EXPECT_EQ(bench.presence(9), Presence::present);
  EXPECT_EQ(bench.presence(2), Presence::gone);
}

TEST(Membership, HearsTheAdInAnAnswerThatWasOvertaken) {
  Bench bench(2);
  bench.run(10 * second);
  kill(bench.other(1));
  bench.run(2 * second);
  bench.membership.on_answer({bench.now}, {home(1), 0}, AdNews{home(1), 9'000, true}, bench.effects);
  bench.run(2500 * ms);
  EXPECT_EQ(bench.presence(1), Presence::present);
  bench.ad(1, 9'000);  // known already
  bench.run(500 * ms);
  EXPECT_EQ(bench.presence(1), Presence::suspect);
}

TEST(Membership, TakesNoAnswerThatItDidNotAskFor) {
  Bench bench(2);
  bench.run(10 * second);
  kill(bench.other(1));
  for (int i = 0; i < 40; ++i) {
    bench.run(100 * ms);
    bench.membership.on_answer({bench.now}, {home(1), 0}, AdNews{home(1), 9'000}, bench.effects);
    bench.membership.on_answer({bench.now}, {home(1), 77'777}, AdNews{home(1), 9'000}, bench.effects);
  }
  EXPECT_NE(bench.presence(1), Presence::present);
}

}  // namespace
}  // namespace localscale::core
