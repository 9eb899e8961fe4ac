#include "core/privacy/label.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::core::privacy {
namespace {

constexpr Label all_labels[] = {Label::high, Label::medium, Label::low};
constexpr Tier all_tiers[] = {Tier::home, Tier::neighbourhood, Tier::community, Tier::region, Tier::global};

/// Also numbers that no version wrote yet.
Label any_label() {
  return static_cast<Label>(*rc::gen::inRange(0, 256));
}

TEST(Label, HighStaysHomeMediumGoesToNeighboursLowAnywhere) {
  EXPECT_EQ(farthest(Label::high), Tier::home);
  EXPECT_EQ(farthest(Label::medium), Tier::neighbourhood);
  EXPECT_EQ(farthest(Label::low), Tier::global);
  EXPECT_TRUE(may_travel(Label::medium, Tier::neighbourhood));
  EXPECT_FALSE(may_travel(Label::medium, Tier::community));
  EXPECT_FALSE(may_travel(Label::high, Tier::neighbourhood));
  for (const Label label : all_labels) EXPECT_TRUE(may_travel(label, Tier::home));
}

TEST(Label, NotKnownMeansHigh) {
  EXPECT_EQ(Label{}, Label::high);
  for (int number = 3; number < 256; ++number) {
    EXPECT_EQ(label_of(static_cast<std::uint8_t>(number)), Label::high);
    EXPECT_EQ(farthest(static_cast<Label>(number)), Tier::home);
    EXPECT_EQ(stricter(static_cast<Label>(number), Label::low), Label::high);
  }
}

TEST(Label, IsReadAsItIsNamed) {
  for (const Label label : all_labels) {
    EXPECT_EQ(parse_label(name(label)), label);
    EXPECT_EQ(label_of(static_cast<std::uint8_t>(label)), label);
  }
  for (const char* text : {"", "Low", "low ", "none", "0"}) EXPECT_FALSE(parse_label(text)) << text;
}

TEST(Label, TiersAreInOrder) {
  EXPECT_TRUE(std::ranges::is_sorted(all_tiers));
  EXPECT_EQ(name(Tier::neighbourhood), "neighbourhood");
}

RC_GTEST_PROP(Label, JoinsAsALattice, ()) {
  const Label a = any_label();
  const Label b = any_label();
  const Label c = any_label();
  RC_ASSERT(stricter(a, b) == stricter(b, a));
  RC_ASSERT(stricter(a, stricter(b, c)) == stricter(stricter(a, b), c));
  RC_ASSERT(stricter(a, a) == label_of(static_cast<std::uint8_t>(a)));
  RC_ASSERT(stricter(a, Label::high) == Label::high);
  RC_ASSERT(stricter(a, Label::low) == stricter(a, a));
}

RC_GTEST_PROP(Label, GoesNoFartherThanEachOfWhatItIsMadeFrom, ()) {
  const Label a = any_label();
  const Label b = any_label();
  for (const Tier tier : all_tiers)
    RC_ASSERT(may_travel(stricter(a, b), tier) == (may_travel(a, tier) && may_travel(b, tier)));
}

}  // namespace
}  // namespace localscale::core::privacy
