#include "core/privacy/purpose.hpp"

#include <gtest/gtest.h>

namespace localscale::core::privacy {
namespace {

constexpr Kind all_kinds[] = {Kind::message, Kind::stream, Kind::bulk};
constexpr Tier tiers_outside[] = {Tier::neighbourhood, Tier::community, Tier::region, Tier::global};

const PassRule& rule(Purpose purpose) {
  for (const Kind kind : all_kinds)
    if (const PassRule* found = rule_for(purpose, kind)) return *found;
  ADD_FAILURE() << name(purpose) << " passes in no kind";
  return *rule_for(Purpose::prompt, Kind::stream);
}

TEST(PassRule, EachPurposePassesInItsOneKind) {
  EXPECT_NE(rule_for(Purpose::prompt, Kind::stream), nullptr);
  EXPECT_NE(rule_for(Purpose::control, Kind::message), nullptr);
  EXPECT_NE(rule_for(Purpose::activation, Kind::stream), nullptr);
  EXPECT_NE(rule_for(Purpose::model_piece, Kind::bulk), nullptr);
  EXPECT_NE(rule_for(Purpose::backup, Kind::bulk), nullptr);
  EXPECT_EQ(rule_for(Purpose::prompt, Kind::message), nullptr);
  EXPECT_EQ(rule_for(Purpose::backup, Kind::stream), nullptr);
}

TEST(PassRule, NothingPassesForWhatIsReservedOrUnknown) {
  for (const Kind kind : all_kinds)
    for (const int number : {0, 6, 7, 8, 255})
      EXPECT_EQ(rule_for(static_cast<Purpose>(number), kind), nullptr) << number;
  EXPECT_EQ(rule_for(Purpose::prompt, static_cast<Kind>(0)), nullptr);
}

TEST(PassRule, HighLeavesOnlyAsCiphertext) {
  for (const Purpose purpose :
       {Purpose::prompt, Purpose::control, Purpose::activation, Purpose::model_piece, Purpose::backup})
    for (const Tier tier : tiers_outside)
      EXPECT_EQ(permits(rule(purpose), Label::high, tier),
                purpose == Purpose::backup && tier == Tier::neighbourhood)
          << name(purpose) << " to " << name(tier);
  EXPECT_FALSE(permits(rule(Purpose::prompt), static_cast<Label>(7), Tier::neighbourhood));
  EXPECT_EQ(rule(Purpose::backup).origin, Origin::keeper);
  EXPECT_EQ(rule(Purpose::prompt).origin, Origin::house);
}

TEST(PassRule, MediumGoesToNeighboursAndLowAsFarAsThePurpose) {
  EXPECT_TRUE(permits(rule(Purpose::prompt), Label::medium, Tier::neighbourhood));
  EXPECT_FALSE(permits(rule(Purpose::prompt), Label::medium, Tier::community));
  EXPECT_TRUE(permits(rule(Purpose::prompt), Label::low, Tier::global));
  EXPECT_FALSE(permits(rule(Purpose::activation), Label::low, Tier::community));
  EXPECT_FALSE(permits(rule(Purpose::prompt), Label::low, static_cast<Tier>(5)));
}

}  // namespace
}  // namespace localscale::core::privacy
