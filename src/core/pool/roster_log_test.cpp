#include "core/pool/roster_log.hpp"

#include <gtest/gtest.h>

#include "core/pool/testing.hpp"

namespace localscale::core::pool {
namespace {

using namespace testing;

std::string why_not(const RosterLog& log, const Transition& step) {
  RosterLog copy = log;
  const auto added = copy.append(step);
  EXPECT_EQ(copy.encode(), log.encode()) << "a refused step changes nothing";
  return added ? "" : added.error().what;
}

#define EXPECT_REFUSED(log, step, reason) \
  EXPECT_NE(why_not(log, step).find(reason), std::string::npos) << why_not(log, step)

TEST(RosterLog, BeginsWithItsFounderAndNothingElse) {
  const TestHome founder(1);
  const auto log = RosterLog::create(creation(founder));
  ASSERT_TRUE(log);
  EXPECT_EQ(log->roster().members().size(), 1U);
  EXPECT_TRUE(log->roster().member(founder.id())->has_say);
  EXPECT_EQ(log->roster().key_of(founder.id()), founder.key().public_key());
  EXPECT_EQ(log->roster().charter().pool_name, "street");
  EXPECT_EQ(log->pool(), log->roster().pool());
  EXPECT_FALSE(RosterLog::create(make({TransitionId{}}, Leave{}, {&founder})));
  Transition others = creation(founder);
  others.body.author = TestHome(2).id();
  EXPECT_FALSE(RosterLog::create(others));
  Transition bent = creation(founder);
  bent.seal.bytes[0] ^= std::byte{1};
  EXPECT_FALSE(RosterLog::create(bent));
  EXPECT_REFUSED(*log, creation(TestHome(2)), "another pool");
}

TEST(RosterLog, GivesAHomeThatOneMemberLetInNoSayUntilAQuorumDoes) {
  TestPool pool(3);
  const TestHome guest(9);
  RosterLog log = with(pool.log, next_admit(pool.log, guest, pool.these({1})));
  ASSERT_TRUE(log.roster().is_member(guest.id()));
  EXPECT_FALSE(log.roster().member(guest.id())->has_say);
  EXPECT_TRUE(log.roster().may(guest.id(), Right::be_served, {made_at_ms}));
  EXPECT_FALSE(log.roster().may(guest.id(), Right::admit_alone, {made_at_ms}));
  EXPECT_REFUSED(log, next_admit(log, TestHome(10), {&guest}), "no say");
  EXPECT_REFUSED(log, next(log, Evict{{pool.id(3)}}, {&pool.home(1), &guest}), "without a say");
  log = with(log, next(log, Renew{guest.id(), in_half_a_year}, pool.these({1, 2})));
  EXPECT_TRUE(log.roster().member(guest.id())->has_say);
}

TEST(RosterLog, LetsNobodyInWithoutTheKeysConsent) {
  TestPool pool(2);
  const TestHome guest(9);
  const Act act = Admit{guest.key().public_key(), guest.facts(), in_half_a_year};
  EXPECT_REFUSED(pool.log, next(pool.log, act, pool.these({1})), "consent");
  EXPECT_REFUSED(pool.log, next(pool.log, act, pool.these({1}), &pool.home(2).key()), "consent");
  EXPECT_REFUSED(pool.log, next(pool.log, Leave{}, pool.these({1}), &guest.key()), "consent");
}

TEST(RosterLog, LetsAMemberVouchForSoManyGuestsAndAPoolGrowSoFar) {
  TestPool pool(3, {.pool_name = "street", .homes_max = 7, .guests_per_sponsor = 2});
  RosterLog log = pool.log;
  for (const std::uint8_t number : std::initializer_list<std::uint8_t>{10, 11})
    log = with(log, next_admit(log, TestHome(number), pool.these({1})));
  EXPECT_REFUSED(log, next_admit(log, TestHome(12), pool.these({1})), "guests");
  log = with(log, next(log, Renew{TestHome(10).id(), in_half_a_year}, pool.these({2, 3})));
  log = with(log, next_admit(log, TestHome(12), pool.these({1})));
  log = with(log, next_admit(log, TestHome(13), pool.these({2})));
  EXPECT_REFUSED(log, next_admit(log, TestHome(14), pool.these({2})), "no more homes");
  EXPECT_REFUSED(log, next_admit(log, TestHome(13), pool.these({2})), "already");
}

TEST(RosterLog, AsksAQuorumForAdmissionIfTheCharterSaysSo) {
  TestPool pool(3, {.pool_name = "street", .admission = AdmissionRule::quorum});
  EXPECT_REFUSED(pool.log, next_admit(pool.log, TestHome(9), pool.these({1})), "needs 2");
  EXPECT_TRUE(with(pool.log, next_admit(pool.log, TestHome(9), pool.these({1, 2})))
                  .roster()
                  .member(TestHome(9).id())
                  ->has_say);
}

TEST(RosterLog, ThrowsOutForGoodByAQuorumOfOthers) {
  TestPool pool(5);
  EXPECT_REFUSED(pool.log, pool.evict(pool.log, {5}, {1, 2}), "needs 3");
  EXPECT_REFUSED(pool.log, pool.evict(pool.log, {5}, {1, 2, 5}), "about signed it");
  EXPECT_REFUSED(pool.log, pool.evict(pool.log, {5}, {5, 1, 2, 3}), "whom it is about");
  RosterLog log = with(pool.log, pool.evict(pool.log, {5}, {1, 2, 3}));
  EXPECT_FALSE(log.roster().is_member(pool.id(5)));
  EXPECT_TRUE(log.roster().is_evicted(pool.id(5)));
  EXPECT_REFUSED(log, next_admit(log, pool.home(5), pool.these({1, 2, 3, 4})), "for good");
  EXPECT_REFUSED(log, next(log, Leave{}, pool.these({5})), "no member");
  const crypto::SigningKey spent = pool.home(5).key();
  EXPECT_REFUSED(log, next(log, RotateKey{pool.id(4), spent.public_key()}, pool.these({4}), &spent),
                 "in use");
}

TEST(RosterLog, CountsNoSignatureTwice) {
  TestPool pool(5);
  Transition step = pool.evict(pool.log, {5}, {1, 2});
  step.cosignatures.push_back(step.cosignatures.front());
  EXPECT_REFUSED(pool.log, step, "in order");
  TransitionBody body = step.body;
  const CoSignature own{pool.id(1), cosign(body, pool.home(1).key())};
  const Transition authors_too =
      seal(body, {}, {own, {pool.id(2), cosign(body, pool.home(2).key())}}, pool.home(1).key());
  EXPECT_REFUSED(pool.log, authors_too, "twice");
  const Transition borrowed =
      seal(body, {}, {{pool.id(2), own.signature}, {pool.id(3), own.signature}}, pool.home(1).key());
  EXPECT_REFUSED(pool.log, borrowed, "not right");
}

TEST(RosterLog, LetsNobodyThrowOutTheOtherOfTwo) {
  TestPool pool(2);
  EXPECT_REFUSED(pool.log, pool.evict(pool.log, {2}, {1}), "needs 2");
}

TEST(RosterLog, LivesOnWithoutItsFounder) {
  TestPool pool(4);
  RosterLog log = with(pool.log, pool.evict(pool.log, {1}, {2, 3, 4}));
  log = with(log, next(log, ChangeCharter{{.pool_name = "lane"}}, pool.these({2, 3})));
  log = with(log, next_admit(log, TestHome(9), pool.these({2, 3})));
  EXPECT_TRUE(log.roster().member(TestHome(9).id())->has_say);
  EXPECT_EQ(log.roster().charter().pool_name, "lane");
}

TEST(RosterLog, ChangesItsCharterByAQuorumOnly) {
  TestPool pool(4);
  const Act act = ChangeCharter{{.pool_name = "lane"}};
  EXPECT_REFUSED(pool.log, next(pool.log, act, pool.these({1, 2})), "needs 3");
  EXPECT_EQ(with(pool.log, next(pool.log, act, pool.these({1, 2, 4}))).roster().charter().pool_name, "lane");
}

TEST(RosterLog, RenewsByTheWordOfOthers) {
  TestPool pool(4);
  const UnixMs longer{in_half_a_year.ms + 86'400'000};
  EXPECT_REFUSED(pool.log, next(pool.log, Renew{pool.id(1), longer}, pool.these({2})), "needs 2");
  EXPECT_REFUSED(pool.log, next(pool.log, Renew{pool.id(1), longer}, pool.these({1, 2})), "whom it is about");
  EXPECT_REFUSED(pool.log, next(pool.log, Renew{pool.id(1), {0}}, pool.these({2, 3})), "last longer");
  const RosterLog log = with(pool.log, next(pool.log, Renew{pool.id(2), longer}, pool.these({1, 3})));
  EXPECT_EQ(log.roster().member(pool.id(2))->until, longer);
  EXPECT_TRUE(log.roster().may(pool.id(2), Right::decide, longer));
  EXPECT_FALSE(log.roster().may(pool.id(2), Right::be_served, {longer.ms + 1}));
}

TEST(RosterLog, TakesANewKeyFromTheOldOneOrFromAQuorum) {
  TestPool pool(4);
  const crypto::SigningKey second = pool.home(1).other_key(1);
  RosterLog log =
      with(pool.log, next(pool.log, RotateKey{pool.id(1), second.public_key()}, pool.these({1}), &second));
  EXPECT_EQ(log.roster().key_of(pool.id(1)), second.public_key());
  EXPECT_EQ(log.roster().home_of(second.public_key()), pool.id(1));
  EXPECT_FALSE(log.roster().home_of(pool.home(1).key().public_key()));
  EXPECT_REFUSED(log, next(log, Leave{}, pool.these({1})), "signature is not right");
  const crypto::SigningKey third = pool.home(1).other_key(2);
  const Act lost = RotateKey{pool.id(1), third.public_key()};
  EXPECT_REFUSED(log, next(log, lost, pool.these({2, 3}), &third), "needs 3");
  EXPECT_REFUSED(log, next(log, lost, pool.these({2, 3, 4})), "consent");
  log = with(log, next(log, lost, pool.these({2, 3, 4}), &third));
  EXPECT_EQ(log.roster().key_of(pool.id(1)), third.public_key());
  EXPECT_REFUSED(log, next(log, RotateKey{pool.id(2), second.public_key()}, pool.these({2}), &second),
                 "in use");
}

TEST(RosterLog, LetsAHomeGoAndComeBackUnlessItGaveUpItsKey) {
  TestPool pool(3);
  RosterLog log = with(pool.log, next(pool.log, Leave{}, pool.these({3})));
  EXPECT_FALSE(log.roster().is_member(pool.id(3)));
  log = with(log, next_admit(log, pool.home(3), pool.these({1})));
  EXPECT_TRUE(log.roster().is_member(pool.id(3)));
  EXPECT_FALSE(log.roster().member(pool.id(3))->has_say);
  const crypto::SigningKey second = pool.home(2).other_key(1);
  log = with(log, next(log, RotateKey{pool.id(2), second.public_key()}, pool.these({2}), &second));
  TestHome changed = pool.home(2);
  changed.use(second);
  log = with(log, next(log, Leave{}, {&changed}));
  EXPECT_REFUSED(log, next_admit(log, pool.home(2), pool.these({1})), "gave up this key");
}

TEST(RosterLog, KeepsWhatAHomeSaysOfItselfAndItsLostMachines) {
  TestPool pool(3);
  HomeFacts facts{.name = "new name", .addresses = {"192.0.2.7:7412"}};
  RosterLog log = with(pool.log, next(pool.log, SetFacts{facts}, pool.these({2})));
  EXPECT_EQ(log.roster().member(pool.id(2))->facts, facts);
  EXPECT_REFUSED(log, next(log, SetFacts{facts}, pool.these({2, 3})), "own matter");
  const PublicKey lost = pool.home(2).other_key(9).public_key();
  log = with(log, next(log, RevokeNode{pool.id(2), lost}, pool.these({2})));
  EXPECT_TRUE(log.roster().member(pool.id(2))->revoked_nodes.contains(lost));
  EXPECT_REFUSED(log, next(log, RevokeNode{pool.id(2), lost}, pool.these({1})), "needs 2");
}

TEST(RosterLog, TakesAStepTwiceAsOnceAndNoneBeforeItsParents) {
  TestPool pool(2);
  const Transition first = next_admit(pool.log, TestHome(9), pool.these({1}));
  RosterLog log = with(pool.log, first);
  EXPECT_EQ(with(log, first).encode(), log.encode());
  const Transition second = next_admit(log, TestHome(10), pool.these({2}));
  EXPECT_REFUSED(pool.log, second, "missing here");
  std::vector<TransitionId> both{log.pool(), log.heads().front()};
  std::ranges::sort(both);
  EXPECT_REFUSED(log, make(both, Leave{}, pool.these({1})), "parent of its parent");
}

TEST(RosterLog, IsReadAndCheckedAsItIsWritten) {
  TestPool pool(4);
  const RosterLog a = with(pool.log, next_admit(pool.log, TestHome(9), pool.these({1})));
  const RosterLog b = with(pool.log, pool.evict(pool.log, {4}, {1, 2, 3}));
  const RosterLog log = merged(a, b);
  const Bytes bytes = log.encode();
  const auto again = RosterLog::decode(bytes);
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->roster(), log.roster());
  EXPECT_EQ(again->heads(), log.heads());
  EXPECT_EQ(again->voided(), log.voided());
  for (std::size_t i = 0; i < bytes.size(); i += 97) {
    Bytes bent = bytes;
    bent[i] ^= std::byte{4};
    EXPECT_FALSE(RosterLog::decode(bent)) << i;
    EXPECT_FALSE(RosterLog::decode(ByteView(bytes).first(i))) << i;
  }
}

TEST(RosterLog, HasRoomForAQuorumsDecisionsWhenAMemberHasFilledIt) {
  TestPool pool(3);
  RosterLog log = pool.log;
  Result<void> taken;
  TransitionId last = log.heads().front();
  while (taken) {
    const Transition step = make({last}, SetFacts{pool.home(3).facts()}, pool.these({3}));
    taken = log.append(step);
    last = id_of(step);
  }
  EXPECT_EQ(taken.error().code, Errc::exhausted);
  EXPECT_EQ(log.size(), log_steps_max_alone);
  EXPECT_FALSE(with(log, pool.evict(log, {3}, {1, 2})).roster().is_member(pool.id(3)));
}

}  // namespace
}  // namespace localscale::core::pool
