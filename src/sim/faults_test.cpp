#include <array>

#include <gtest/gtest.h>

#include "sim/world.hpp"

// Each kind of fault really happens, and the core takes it as docs/protocols/membership.md says.

namespace localscale::sim {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t second = 1000 * ms;
using core::Presence;

/// All but home 2, which the faults befall.
constexpr std::array<HomeIndex, 5> others = {0, 1, 3, 4, 5};

class Faults : public testing::Test {
 protected:
  static Options calm() {
    Options options;
    options.homes = 6;
    options.scenario = find_scenario("calm");
    return options;
  }

  Faults() { world.run_for(20 * second); }
  ~Faults() override {
    EXPECT_FALSE(world.finding()) << world.finding()->invariant << ": " << world.finding()->what;
  }

  void begin(FaultKind kind, std::int64_t lasts_us, std::int64_t amount = 0, HomeIndex other = 0,
             std::uint64_t sides = 0) {
    world.begin(
        {.kind = kind, .home = 2, .lasts_us = lasts_us, .other = other, .sides = sides, .amount = amount});
  }

  Presence view(HomeIndex observer, HomeIndex subject) { return world.sight(observer, subject).view; }
  bool all_present() {
    for (HomeIndex a = 0; a < 6; ++a)
      for (HomeIndex b = 0; b < 6; ++b)
        if (a != b && view(a, b) != Presence::present) return false;
    return true;
  }
  /// The same at every home but home 2.
  bool everywhere(Presence presence) {
    for (const HomeIndex observer : others)
      if (view(observer, 2) != presence) return false;
    return true;
  }

  World world{calm()};
};

TEST_F(Faults, AKilledHomeIsSuspectEverywhereInHalfASecondAndComesBack) {
  begin(FaultKind::kill, 15 * second);
  EXPECT_FALSE(world.home(2).running);
  world.run_for(500 * ms);
  EXPECT_TRUE(everywhere(Presence::suspect));
  world.run_for(10 * second);
  EXPECT_TRUE(everywhere(Presence::gone));
  world.run_for(8 * second);
  EXPECT_TRUE(world.home(2).running);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, ADarkHomeIsSuspectInThreeSeconds) {
  begin(FaultKind::power_off, 15 * second);
  world.run_for(200 * ms);
  EXPECT_TRUE(everywhere(Presence::present)) << "nobody was told";
  world.run_for(2850 * ms);
  EXPECT_TRUE(everywhere(Presence::suspect));
  world.run_for(20 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AFrozenHomeIsSuspectInThreeSecondsAndBlamesNobodyWhenItGoesOn) {
  const std::uint64_t before = world.counts().suspicions;
  begin(FaultKind::freeze, 15 * second);
  EXPECT_TRUE(world.home(2).stands_still(world.now_us()));
  world.run_for(3050 * ms);
  EXPECT_TRUE(everywhere(Presence::suspect));
  EXPECT_EQ(view(2, 0), Presence::present);
  world.run_for(12'050 * ms);
  EXPECT_GE(world.home(2).membership->doubt(), 1);
  world.run_for(10 * second);
  EXPECT_TRUE(all_present());
  EXPECT_EQ(world.counts().suspicions, before + 5) << "only of the frozen home";
}

TEST_F(Faults, ASlowDiskHoldsItsHomeUp) {
  begin(FaultKind::slow_disk, 60 * second);
  world.run_for(60 * second);
  EXPECT_GT(world.counts().stalls, 5U);
  world.run_for(100 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, ACutCableMakesTheHomeSuspectAndTheOthersSuspectToIt) {
  begin(FaultKind::cut, 20 * second);
  world.run_for(3050 * ms);
  EXPECT_TRUE(everywhere(Presence::suspect));
  for (const HomeIndex other : others) EXPECT_EQ(view(2, other), Presence::suspect);
  world.run_for(8 * second);
  EXPECT_TRUE(everywhere(Presence::gone));
  EXPECT_EQ(view(2, 0), Presence::suspect) << "it blames itself first";
  world.run_for(30 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AHomeThatHearsNobodyIsFoundAlthoughItsAdsAreHeard) {
  begin(FaultKind::one_way_in, 20 * second);
  world.run_for(3050 * ms);
  EXPECT_EQ(view(2, 0), Presence::suspect);
  world.run_for(5 * second);
  for (const HomeIndex other : others) EXPECT_NE(view(other, 2), Presence::present) << other;
  world.run_for(40 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AHomeThatIsNotHeardIsSuspectAndLearnsIt) {
  begin(FaultKind::one_way_out, 20 * second);
  world.run_for(3050 * ms);
  EXPECT_TRUE(everywhere(Presence::suspect));
  world.run_for(6 * second);
  EXPECT_NE(view(2, 0), Presence::present);
  world.run_for(40 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, TwoHomesThatDoNotReachEachOtherGiveEachOtherNoWork) {
  begin(FaultKind::pair_cut, 30 * second, 0, 4);
  world.run_for(25 * second);
  EXPECT_NE(view(2, 4), Presence::present);
  EXPECT_NE(view(4, 2), Presence::present);
  EXPECT_EQ(view(2, 3), Presence::present);
  EXPECT_EQ(view(4, 3), Presence::present);
  world.run_for(40 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, APoolInTwoPartsGoesOnInEachAlsoInThatWithoutPostOffice) {
  begin(FaultKind::partition, 60 * second, 0, 0, 0b000111);
  world.run_for(45 * second);  // each part doubts itself first
  EXPECT_EQ(view(0, 2), Presence::present);
  EXPECT_EQ(view(3, 5), Presence::present) << "by pings, which bring ads";
  EXPECT_EQ(view(0, 3), Presence::gone);
  EXPECT_EQ(view(5, 1), Presence::gone);
  world.run_for(60 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AClosedPostOfficeLeavesEverybodyPresent) {
  const std::uint64_t before = world.network().counts().blocked;
  begin(FaultKind::post_office, 60 * second);
  world.run_for(60 * second);
  EXPECT_GT(world.network().counts().blocked, before + 100);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, LossReorderDelayAndDuplicatesHappenAndAreSurvived) {
  begin(FaultKind::loss, 30 * second, 200'000);
  begin(FaultKind::reorder, 30 * second, 200'000);
  begin(FaultKind::delay, 30 * second, 100 * ms);
  begin(FaultKind::duplicate, 30 * second, 200'000);
  world.run_for(30 * second);
  EXPECT_GT(world.network().counts().lost, 10U);
  EXPECT_GT(world.network().counts().held_back, 10U);
  EXPECT_GT(world.network().counts().duplicated, 10U);
  world.run_for(110 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AClockADayOffChangesNothing) {
  const std::uint64_t before = world.counts().suspicions;
  begin(FaultKind::clock_jump, 30 * second, 86'400'000);
  EXPECT_EQ(world.home(2).wall_offset_ms, 86'400'000);
  world.run_for(60 * second);
  EXPECT_EQ(world.counts().suspicions, before);
}

TEST_F(Faults, ALiarHarmsNobodysPresence) {
  begin(FaultKind::lying_ads, 60 * second);
  world.run_for(60 * second);
  EXPECT_TRUE(all_present());
}

TEST_F(Faults, AHostileMemberIsRefusedAndBringsNobodyDown) {
  begin(FaultKind::hostile, 60 * second);
  world.run_for(60 * second);
  EXPECT_GT(world.counts().ads_refused, 10U);
  for (const HomeIndex a : others)
    for (const HomeIndex b : others)
      if (a != b) {
        EXPECT_EQ(view(a, b), Presence::present) << a << ' ' << b;
      }
}

}  // namespace
}  // namespace localscale::sim
