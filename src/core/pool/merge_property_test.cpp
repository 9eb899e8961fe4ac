#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "core/pool/roster_log.hpp"
#include "core/pool/testing.hpp"

namespace localscale::core::pool {
namespace {

using namespace testing;

constexpr std::size_t homes_in_world = 5;  ///< Founders with a say; twice as many homes exist.
constexpr std::size_t replicas = 3;

/// What somebody tries, by numbers: most are refused, as they should be.
struct Attempt {
  std::size_t replica = 0;
  std::size_t kind = 0;
  std::size_t author = 0;
  std::size_t target = 0;
  std::uint32_t signing = 0;  ///< Bits: who signs too.
  bool backdated = false;     ///< After one older step instead of all that the replica knows.
  std::size_t wild = 0;       ///< 0: whoever it is about signs too, and others sign what is one's own matter.
  std::size_t parent = 0;
};

std::vector<Attempt> some_attempts() {
  using rc::gen::inRange;
  using rc::gen::set;
  const auto attempt = rc::gen::build<Attempt>(
      set(&Attempt::replica, inRange<std::size_t>(0, replicas)),
      set(&Attempt::kind, inRange<std::size_t>(0, 9)),
      set(&Attempt::author, inRange<std::size_t>(0, homes_in_world + 2)),
      set(&Attempt::target, inRange<std::size_t>(0, 2 * homes_in_world)),
      set(&Attempt::signing, inRange<std::uint32_t>(0, 1U << homes_in_world)), set(&Attempt::backdated),
      set(&Attempt::wild, inRange<std::size_t>(0, 6)), set(&Attempt::parent, inRange<std::size_t>(0, 100)));
  const auto count = *rc::gen::resize(100, inRange<std::size_t>(15, 60));
  return *rc::gen::container<std::vector<Attempt>>(count, rc::gen::resize(100, attempt));
}

/// Several logs of one pool that grow apart, with every kind of step, honest and not.
struct World {
  TestPool pool{homes_in_world};
  std::vector<TestHome> homes;
  std::vector<RosterLog> logs{replicas, pool.log};
  std::size_t accepted = 0;

  World() {
    for (std::uint8_t number = 1; number <= 2 * homes_in_world; ++number) homes.emplace_back(number);
  }

  [[nodiscard]] Act act_of(const Attempt& attempt) const {
    const TestHome& target = homes[attempt.target];
    const crypto::SigningKey fresh = target.other_key(static_cast<std::uint8_t>(1 + attempt.parent % 3));
    switch (attempt.kind) {
      case 0:
      case 1:
        return Admit{target.other_key(0).public_key(), target.facts(), in_half_a_year};
      case 2:
        return Renew{target.id(), in_half_a_year};
      case 3:
        return RotateKey{target.id(), fresh.public_key()};
      case 4:
        return Leave{};
      case 5:
        return ChangeCharter{{.pool_name = "street " + std::to_string(attempt.target)}};
      case 6:
        return SetFacts{{.name = "called " + std::to_string(attempt.target)}};
      default:
        return Evict{{target.id()}};
    }
  }

  /// Signs with whatever keys the replica believes in, as if every home could be talked into it.
  void try_to(Attempt attempt) {
    RosterLog& log = logs[attempt.replica];
    if (attempt.kind == 3 && attempt.parent % 2 == 0) attempt.target = attempt.author;
    const TestHome& author = homes[attempt.author];
    const TestHome& target = homes[attempt.target];
    const Act act = act_of(attempt);
    const bool own =
        attempt.kind == 4 || attempt.kind == 6 || (attempt.kind == 3 && author.id() == target.id());
    Homes signing{&author};
    for (std::size_t i = 0; i < homes_in_world; ++i)
      if (((attempt.signing >> i) & 1U) != 0 && i != attempt.author &&
          (attempt.wild == 0 || (!own && i != attempt.target)))
        signing.push_back(&homes[i]);
    std::optional<crypto::SigningKey> consenting;
    if (std::holds_alternative<Admit>(act)) consenting = target.other_key(0);
    if (std::holds_alternative<RotateKey>(act))
      consenting = target.other_key(static_cast<std::uint8_t>(1 + attempt.parent % 3));
    std::vector<TransitionId> parents = log.parents_for_next();
    if (attempt.backdated) parents = {log.steps()[attempt.parent % log.size()]->id};
    if (log.append(make(parents, act, signing, consenting ? &*consenting : nullptr))) ++accepted;
  }
};

World grow() {
  World world;
  const auto steps = some_attempts();
  for (const Attempt& attempt : steps) world.try_to(attempt);
  return world;
}

void check_invariants(const RosterLog& log) {
  for (const EntryPtr& entry : log.steps()) {
    if (const auto* evict = std::get_if<Evict>(&entry->step.body.act))
      for (const HomeId& home : evict->homes) {
        RC_ASSERT(!log.roster().is_member(home));
        RC_ASSERT(log.roster().is_evicted(home));
      }
    const auto signing = signers(entry->step);
    RC_ASSERT(std::set<HomeId>(signing.begin(), signing.end()).size() == signing.size());
    RC_ASSERT(signing.size() >= entry->judgement.needed);
  }
  std::set<PublicKey> keys;
  for (const auto& [home, member] : log.roster().members()) {
    if (!member.key) continue;
    RC_ASSERT(keys.insert(*member.key).second);
    RC_ASSERT(log.roster().home_of(*member.key) == home);
  }
}

RC_GTEST_PROP(MergeProperty, ComesToTheSameInAnyOrderAndAnyNumberOfTimes, ()) {
  const World world = grow();
  const RosterLog& a = world.logs[0];
  const RosterLog& b = world.logs[1];
  const RosterLog& c = world.logs[2];
  const RosterLog left = merged(merged(a, b), c);
  const RosterLog right = merged(a, merged(c, b));
  RC_ASSERT(left.encode() == right.encode());
  RC_ASSERT(left.roster() == right.roster());
  RC_ASSERT(left.voided() == right.voided());
  RC_ASSERT(merged(left, left).encode() == left.encode());
  RC_ASSERT(merged(left, b).roster() == left.roster());
  RC_CLASSIFY(world.accepted > 5);
}

RC_GTEST_PROP(MergeProperty, IsWhatReadingTheLogFromScratchGives, ()) {
  const World world = grow();
  const RosterLog all = merged(merged(world.logs[0], world.logs[1]), world.logs[2]);
  const auto again = RosterLog::decode(all.encode());
  RC_ASSERT(again.has_value());
  RC_ASSERT(again->roster() == all.roster());
  RC_ASSERT(again->voided() == all.voided());
  RC_ASSERT(again->encode() == all.encode());
}

RC_GTEST_PROP(MergeProperty, NeverHasAnEvictedHomeInItAndNeverOneKeyTwice, ()) {
  const World world = grow();
  for (const RosterLog& log : world.logs) check_invariants(log);
  check_invariants(merged(merged(world.logs[0], world.logs[1]), world.logs[2]));
}

RC_GTEST_PROP(MergeProperty, GoesOnFromWhateverItCameTo, ()) {
  World world = grow();
  for (RosterLog& log : world.logs) log = merged(merged(world.logs[0], world.logs[1]), world.logs[2]);
  const auto more = some_attempts();
  for (const Attempt& attempt : more) world.try_to(attempt);
  check_invariants(merged(world.logs[0], merged(world.logs[1], world.logs[2])));
}

/// Homes 3 to 5 are honest and sign nothing here; 1 and 2 sign everything, everywhere, in any order.
RC_GTEST_PROP(MergeProperty, GivesTwoColludersOfFiveNoSayOverTheOthers, ()) {
  World world;
  const auto steps = some_attempts();
  // From when all five have a say: what colluders did before they were few is for `take` to hold back.
  for (Attempt attempt : steps) {
    attempt.author %= 2;
    attempt.signing &= 3U;
    attempt.backdated = false;
    world.try_to(attempt);
  }
  const RosterLog all = merged(merged(world.logs[0], world.logs[1]), world.logs[2]);
  for (const std::size_t honest : {3U, 4U, 5U}) {
    const Member* member = all.roster().member(world.pool.id(honest));
    RC_ASSERT(member != nullptr && member->has_say);
    RC_ASSERT(member->key == world.pool.home(honest).key().public_key());
  }
  RC_ASSERT(all.roster().charter() == world.pool.log.roster().charter());
  for (const auto& [home, member] : all.roster().members())
    RC_ASSERT(!member.has_say || world.pool.log.roster().is_member(home));
}

/// The same with any backdating, for a log that looks at what comes too late.
RC_GTEST_PROP(MergeProperty, HoldsBackWhatTwoOfTheFirstThreeBackdate, ()) {
  World world;
  RosterLog ours = world.pool.log;
  for (const std::size_t home : {3U, 4U, 5U})
    ours = with(ours, next(ours, SetFacts{{.name = "on top"}}, world.pool.these({home})));
  const auto steps = some_attempts();
  for (Attempt attempt : steps) {
    attempt.author %= 2;
    attempt.signing &= 3U;
    world.try_to(attempt);
  }
  for (const RosterLog& log : world.logs) RC_ASSERT(ours.take(log).has_value());
  for (const std::size_t honest : {3U, 4U, 5U})
    RC_ASSERT(ours.roster().member(world.pool.id(honest))->has_say);
  RC_ASSERT(ours.roster().charter() == world.pool.log.roster().charter());
}

}  // namespace
}  // namespace localscale::core::pool
