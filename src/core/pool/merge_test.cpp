#include <gtest/gtest.h>

#include "core/pool/roster_log.hpp"
#include "core/pool/testing.hpp"

namespace localscale::core::pool {
namespace {

using namespace testing;

/// The roster of both logs, the same whichever way they are merged and however they are read again.
Roster both(const RosterLog& a, const RosterLog& b) {
  const RosterLog one = merged(a, b);
  const RosterLog other = merged(b, a);
  EXPECT_EQ(one.encode(), other.encode());
  EXPECT_EQ(one.roster(), other.roster());
  EXPECT_EQ(merged(one, a).roster(), one.roster());
  const auto read = RosterLog::decode(one.encode());
  EXPECT_TRUE(read) << read.error().what;
  if (read) EXPECT_EQ(read->roster(), one.roster());
  return one.roster();
}

TEST(Merge, KeepsWhatBothSidesOfAPartitionDid) {
  TestPool pool(4);
  RosterLog here = with(pool.log, next_admit(pool.log, TestHome(8), pool.these({1})));
  RosterLog there = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({3})));
  there = with(there, next(there, SetFacts{{.name = "renamed"}}, pool.these({4})));
  const Roster roster = both(here, there);
  EXPECT_TRUE(roster.is_member(TestHome(8).id()));
  EXPECT_TRUE(roster.is_member(TestHome(9).id()));
  EXPECT_EQ(roster.member(pool.id(4))->facts.name, "renamed");
}

TEST(Merge, TakesNoOtherPoolsLog) {
  TestPool pool(2);
  const auto other = RosterLog::create(creation(TestHome(9)));
  const Bytes before = pool.log.encode();
  EXPECT_EQ(pool.log.merge(*other).error().code, Errc::denied);
  EXPECT_EQ(pool.log.encode(), before);
}

TEST(Merge, LetsAnEvictionWinOverAllThatTheHomeDidMeanwhile) {
  TestPool pool(5);
  const RosterLog here = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  RosterLog there = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({5})));
  there = with(there, next(there, Renew{pool.id(5), in_half_a_year}, pool.these({3, 4})));
  there = with(there, next(there, SetFacts{{.name = "still here"}}, pool.these({5})));
  const crypto::SigningKey second = pool.home(5).other_key(1);
  there = with(there, next(there, RotateKey{pool.id(5), second.public_key()}, pool.these({5}), &second));
  const Roster roster = both(here, there);
  EXPECT_FALSE(roster.is_member(pool.id(5)));
  EXPECT_TRUE(roster.is_evicted(pool.id(5)));
  EXPECT_FALSE(roster.is_member(TestHome(9).id())) << "its guest stood on its word alone";
  EXPECT_FALSE(roster.home_of(second.public_key()));
}

TEST(Merge, KeepsAGuestOfAnEvictedHomeThatAQuorumTookOn) {
  TestPool pool(5);
  const RosterLog here = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  RosterLog there = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({5})));
  there = with(there, next(there, Renew{TestHome(9).id(), in_half_a_year}, pool.these({2, 3, 4})));
  EXPECT_TRUE(both(here, there).member(TestHome(9).id())->has_say);
}

TEST(Merge, KeepsWhatTheQuorumKnewWhenItThrewAHomeOut) {
  TestPool pool(5);
  RosterLog log = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({5})));
  log = with(log, pool.evict(log, {5}, {1, 2, 3}));
  EXPECT_TRUE(log.roster().is_member(TestHome(9).id()));
}

TEST(Merge, GivesBackdatedActsOfAnEvictedHomeNoEffect) {
  TestPool pool(5);
  const RosterLog now = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  const TestHome friend_of_5(9);
  const RosterLog backdated = with(pool.log, next_admit(pool.log, friend_of_5, pool.these({5})));
  EXPECT_FALSE(both(now, backdated).is_member(friend_of_5.id()));
  // A quorum's decision that needs the evicted home's signature falls with it.
  const Act act = ChangeCharter{{.pool_name = "mine"}};
  EXPECT_EQ(both(now, with(pool.log, next(pool.log, act, pool.these({5, 3, 4})))).charter().pool_name,
            "street");
  EXPECT_EQ(both(now, with(pool.log, next(pool.log, act, pool.these({5, 2, 3, 4})))).charter().pool_name,
            "mine");
}

TEST(Merge, ThrowsOutBothWhenQuorumsThrowEachOtherOut) {
  TestPool pool(5);
  const RosterLog here = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  const RosterLog there = with(pool.log, pool.evict(pool.log, {1}, {3, 4, 5}));
  const Roster roster = both(here, there);
  EXPECT_FALSE(roster.is_member(pool.id(1)));
  EXPECT_FALSE(roster.is_member(pool.id(5)));
  EXPECT_EQ(roster.members().size(), 3U);
}

TEST(Merge, LetsTheCharterThatMoreHomesSignedHold) {
  TestPool pool(5);
  const RosterLog here =
      with(pool.log, next(pool.log, ChangeCharter{{.pool_name = "three"}}, pool.these({1, 2, 3})));
  const RosterLog there =
      with(pool.log, next(pool.log, ChangeCharter{{.pool_name = "four"}}, pool.these({2, 3, 4, 5})));
  EXPECT_EQ(both(here, there).charter().pool_name, "four");
  RosterLog later = merged(here, there);
  later = with(later, next(later, ChangeCharter{{.pool_name = "later"}}, pool.these({1, 2, 3})));
  EXPECT_EQ(both(later, there).charter().pool_name, "later");
}

TEST(Merge, LetsNoKeyHoldWhereTwoClaimToFollowTheSame) {
  TestPool pool(4);
  const crypto::SigningKey owner = pool.home(4).other_key(1);
  const crypto::SigningKey thief = pool.home(4).other_key(2);
  const RosterLog here =
      with(pool.log, next(pool.log, RotateKey{pool.id(4), owner.public_key()}, pool.these({4}), &owner));
  const RosterLog there =
      with(pool.log, next(pool.log, RotateKey{pool.id(4), thief.public_key()}, pool.these({4}), &thief));
  const Roster roster = both(here, there);
  EXPECT_TRUE(roster.is_member(pool.id(4)));
  EXPECT_FALSE(roster.key_of(pool.id(4)));
  EXPECT_FALSE(roster.may(pool.id(4), Right::be_served, {made_at_ms}));
  RosterLog log = merged(here, there);
  const crypto::SigningKey found_again = pool.home(4).other_key(3);
  log = with(log,
             next(log, RotateKey{pool.id(4), found_again.public_key()}, pool.these({1, 2, 3}), &found_again));
  EXPECT_EQ(log.roster().key_of(pool.id(4)), found_again.public_key());
}

TEST(Merge, LetsAQuorumsWordOnAKeyGoBeforeTheOldKeys) {
  TestPool pool(4);
  const crypto::SigningKey owner = pool.home(4).other_key(1);
  const crypto::SigningKey thief = pool.home(4).other_key(2);
  const RosterLog here = with(
      pool.log, next(pool.log, RotateKey{pool.id(4), owner.public_key()}, pool.these({1, 2, 3}), &owner));
  RosterLog there =
      with(pool.log, next(pool.log, RotateKey{pool.id(4), thief.public_key()}, pool.these({4}), &thief));
  TestHome robbed = pool.home(4);
  robbed.use(thief);
  there = with(there, next_admit(there, TestHome(9), {&robbed}));
  const Roster roster = both(here, there);
  EXPECT_EQ(roster.key_of(pool.id(4)), owner.public_key());
  EXPECT_FALSE(roster.is_member(TestHome(9).id()));
}

TEST(Merge, GivesAKeyThatWasGivenUpNoEffectBesideTheChange) {
  TestPool pool(4);
  const crypto::SigningKey second = pool.home(4).other_key(1);
  const RosterLog now =
      with(pool.log, next(pool.log, RotateKey{pool.id(4), second.public_key()}, pool.these({4}), &second));
  RosterLog backdated = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({4})));
  backdated = with(backdated, next(backdated, Leave{}, pool.these({4})));
  const Roster roster = both(now, backdated);
  EXPECT_FALSE(roster.is_member(TestHome(9).id()));
  EXPECT_TRUE(roster.is_member(pool.id(4)));
}

TEST(Merge, LetsAMembersManyGuestsBesideEachOtherBeNoMoreThanItsFew) {
  TestPool pool(3);
  RosterLog flooded = pool.log;
  for (std::uint8_t number = 20; number < 30; ++number)
    flooded = merged(flooded, with(pool.log, next_admit(pool.log, TestHome(number), pool.these({3}))));
  EXPECT_EQ(flooded.roster().members().size(), 3U + 3U);
  EXPECT_EQ(flooded.voided().size(), 7U);
  const RosterLog here = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({1})));
  EXPECT_TRUE(both(here, flooded).is_member(TestHome(9).id())) << "others' guests are not displaced";
}

TEST(Merge, LetsAHomeThatTwoLetInBeInOnce) {
  TestPool pool(4);
  const RosterLog here = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({1})));
  const RosterLog there = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({2, 3, 4})));
  EXPECT_TRUE(both(here, there).member(TestHome(9).id())->has_say);
}

TEST(Merge, LetsNoEvictedHomeBackInBesideItsEviction) {
  TestPool pool(4);
  RosterLog base = with(pool.log, next(pool.log, Leave{}, pool.these({4})));
  const RosterLog again = with(base, next_admit(base, pool.home(4), pool.these({1})));
  const RosterLog here = with(again, pool.evict(again, {4}, {1, 2}));
  const RosterLog there = with(base, next_admit(base, pool.home(4), pool.these({2})));
  EXPECT_FALSE(both(here, there).is_member(pool.id(4)));
}

TEST(TooLate, IsADecisionBesideWhatAQuorumHasBuiltOn) {
  const TestHome founder(1);
  const RosterLog start = *RosterLog::create(creation(founder));
  TestPool pool(5);
  // Years later the founder's old key claims to have given friends of its own a say when it was alone.
  RosterLog backdated = start;
  std::vector<TestHome> friends;
  for (std::uint8_t number = 20; number < 26; ++number) friends.emplace_back(number);
  Homes all{&founder};
  for (const TestHome& home : friends) {
    backdated = with(backdated, next_admit(backdated, home, all));
    all.push_back(&home);
  }
  EXPECT_TRUE(merged(pool.log, backdated).roster().member(friends[0].id())->has_say)
      << "merge takes everything";
  RosterLog log = pool.log;
  const auto late = log.take(backdated);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->size(), friends.size());
  EXPECT_EQ(log.encode(), pool.log.encode());
  EXPECT_EQ(log.take(backdated.steps()[1]->step).error().code, Errc::conflict);
}

TEST(TooLate, IsNoActOfAHomeThatWasAway) {
  TestPool pool(5);
  RosterLog here = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  here = with(here, next(here, ChangeCharter{{.pool_name = "lane"}}, pool.these({1, 2, 3})));
  RosterLog away = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({4})));
  away = with(away, next(away, SetFacts{{.name = "back"}}, pool.these({4})));
  EXPECT_TRUE(here.take(away)->empty());
  EXPECT_TRUE(here.roster().is_member(TestHome(9).id()));
  EXPECT_TRUE(here.take(away.steps().back()->step));
  EXPECT_TRUE(away.take(here)->empty());
  EXPECT_EQ(away.roster(), here.roster());
}

TEST(TooLate, IsAKeyThatWasGivenUpLongAgo) {
  TestPool pool(3);
  const crypto::SigningKey second = pool.home(3).other_key(1);
  RosterLog log =
      with(pool.log, next(pool.log, RotateKey{pool.id(3), second.public_key()}, pool.these({3}), &second));
  log = with(log, next(log, SetFacts{{.name = "one"}}, pool.these({1})));
  log = with(log, next(log, SetFacts{{.name = "two"}}, pool.these({2})));
  const crypto::SigningKey thief = pool.home(3).other_key(2);
  const RosterLog stolen =
      with(pool.log, next(pool.log, RotateKey{pool.id(3), thief.public_key()}, pool.these({3}), &thief));
  EXPECT_EQ(log.take(stolen)->size(), 1U);
  EXPECT_EQ(log.roster().key_of(pool.id(3)), second.public_key());
}

}  // namespace
}  // namespace localscale::core::pool
