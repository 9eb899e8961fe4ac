#include <set>

#include <gtest/gtest.h>

#include "sim/world.hpp"

// The core, broken on purpose: the invariants have to notice, or they are worth nothing.

namespace localscale::sim {
namespace {

/// The invariants that some of these seeds break.
std::set<std::string> broken_by(const Sabotage& sabotage, std::string_view scenario = "everything",
                                std::uint64_t seeds = 5) {
  std::set<std::string> broken;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Options options;
    options.seed = seed;
    options.homes = 6;
    options.minutes = 4;
    options.scenario = find_scenario(scenario);
    options.sabotage = sabotage;
    World world(options);
    world.run();
    if (world.finding()) broken.insert(world.finding()->invariant);
  }
  return broken;
}

TEST(Sabotage, OfNothingBreaksNothing) {
  EXPECT_TRUE(broken_by({}).empty());
}

TEST(Sabotage, NeverToSuspectIsNoticed) {
  Sabotage sabotage;
  sabotage.effects = [](core::Membership::Effects& effects) {
    std::erase_if(effects.changes, [](const core::PresenceChange& change) {
      return change.presence != core::Presence::present;
    });
  };
  EXPECT_TRUE(broken_by(sabotage).contains("finds_the_silent"));
}

TEST(Sabotage, ToSuspectAtOnceIsNoticed) {
  Sabotage sabotage;
  sabotage.timing.silence = 500'000;
  sabotage.timing.silence_verdict = 20'000;
  EXPECT_TRUE(broken_by(sabotage, "network").contains("suspects_with_reason"));
}

TEST(Sabotage, ToSuspectSlowlyIsNoticed) {
  Sabotage sabotage;
  sabotage.timing.silence_verdict = 1'500'000;
  EXPECT_TRUE(broken_by(sabotage).contains("finds_the_silent"));
}

TEST(Sabotage, ToIgnoreLostLinksIsNoticed) {
  Sabotage sabotage;
  sabotage.ignore_lost_links = true;
  EXPECT_TRUE(broken_by(sabotage, "crashes").contains("finds_the_silent"));
}

TEST(Sabotage, ToGiveUpEarlyIsNoticed) {
  Sabotage sabotage;
  sabotage.timing.gone = 4'000'000;
  EXPECT_TRUE(broken_by(sabotage).contains("gives_up_late"));
}

TEST(Sabotage, ToTakeOldAdsForNewIsNoticed) {
  Sabotage sabotage;
  std::uint64_t sequence = 0;
  sabotage.news = [&](core::AdNews& news) { news.sequence = ++sequence + (1ULL << 40U); };
  EXPECT_FALSE(broken_by(sabotage, "hostile", 20).empty());
}

TEST(Sabotage, NeverToTakeAnybodyBackIsNoticed) {
  Sabotage sabotage;
  sabotage.effects = [](core::Membership::Effects& effects) {
    std::erase_if(effects.changes, [](const core::PresenceChange& change) {
      return change.cause == core::PresenceCause::returned;
    });
  };
  EXPECT_TRUE(broken_by(sabotage).contains("finds_each_other_again"));
}

}  // namespace
}  // namespace localscale::sim
