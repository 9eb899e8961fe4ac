#include "core/privacy/place.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::core::privacy {
namespace {

const std::string one(52, 'a');
const std::string two = "b" + std::string(51, 'a');

Place place(const std::string& text) {
  auto parsed = parse_place(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Place{});
}

std::string any_part() {
  return *rc::gen::oneOf(
      rc::gen::element<std::string>("-", "", "eu", "elm-street", "a", "A", "a-", one, two),
      rc::gen::container<std::string>(rc::gen::element('a', 'z', '0', '9', '-', '/', '.')));
}

TEST(Place, IsReadAsItIsWritten) {
  const std::vector<std::string> places{
      "eu", "eu/west", "-/-/elm-street", "eu/-/p/" + one, "eu/west/p/" + one + "/n1", std::string(64, 'x')};
  for (const std::string& text : places) EXPECT_EQ(to_text(place(text)), text);
}

TEST(Place, HasOneToFiveStrictParts) {
  const std::vector<std::string> none{"",
                                      "-",
                                      "-/-",
                                      "/",
                                      "eu/",
                                      "/eu",
                                      "eu//p",
                                      "EU",
                                      "eu-",
                                      "-eu",
                                      "eu /west",
                                      "eu/west/-",
                                      "-/west/p",
                                      "eu/west/p/home",
                                      "eu/west/p/-/n1",
                                      "eu/w\u00e9st",
                                      "eu/west/p/" + one + "/",
                                      "eu/west/p/" + one + "/-",
                                      "eu/west/p/" + one + "/n/m",
                                      "eu/west/-/" + one,
                                      "eu/west/p/" + std::string(52, 'A'),
                                      std::string(65, 'x'),
                                      std::string("eu\0", 3),
                                      std::string(400, '/')};
  for (const std::string& text : none) EXPECT_FALSE(parse_place(text)) << text;
}

RC_GTEST_PROP(Place, ReadsOnlyWhatItWouldWrite, ()) {
  std::string text;
  const auto count = *rc::gen::inRange(1, 7);
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : "/") + any_part();
  const auto parsed = parse_place(text);
  if (parsed) RC_ASSERT(to_text(*parsed) == text);
}

TEST(Place, TellsHowFarAnotherIs) {
  const Place here = place("eu/west/p/" + one + "/n1");
  EXPECT_EQ(reach(here, place("eu/west/p/" + one)), Tier::home);
  EXPECT_EQ(reach(here, place("eu/west/p/" + two)), Tier::neighbourhood);
  EXPECT_EQ(reach(here, place("eu/west/p")), Tier::neighbourhood);
  EXPECT_EQ(reach(here, place("eu/west/q/" + two)), Tier::community);
  EXPECT_EQ(reach(here, place("eu/east/q/" + two)), Tier::region);
  EXPECT_EQ(reach(here, place("us/west/q/" + two)), Tier::global);
}

TEST(Place, IsFarWhereItContradictsItselfOrIsNotKnown) {
  const Place here = place("eu/west/p/" + one + "/n1");
  EXPECT_EQ(reach(here, place("us/west/p/" + one)), Tier::global);
  EXPECT_EQ(reach(here, place("eu/east/p/" + one)), Tier::region);
  EXPECT_EQ(reach(here, Place{}), Tier::global);
  EXPECT_EQ(reach(Place{}, Place{}), Tier::global);
  EXPECT_EQ(reach(place("-/-/p/" + one), place("-/-/q/" + two)), Tier::global);
  EXPECT_EQ(reach(place("eu"), place("eu")), Tier::region);
}

TEST(Place, OfAPoolStaysTheSameWhenTiersAreAdded) {
  const Place before = place("-/-/p/" + one + "/n1");
  const Place after = place("eu/west/p/" + two);
  EXPECT_EQ(reach(before, after), Tier::neighbourhood);
  EXPECT_EQ(reach(after, before), Tier::neighbourhood);
  EXPECT_TRUE(contains(place("eu/west/p/" + one), before));
  EXPECT_TRUE(contains(place("-/-/p/" + one), place("eu/west/p/" + one + "/n1")));
}

TEST(Place, ContainsWhatIsBelowIt) {
  const Place here = place("eu/west/p/" + one + "/n1");
  const std::vector<std::string> around{"eu", "eu/west", "eu/west/p", "eu/west/p/" + one,
                                        "eu/west/p/" + one + "/n1"};
  for (const std::string& area : around) EXPECT_TRUE(contains(place(area), here)) << area;
  const std::vector<std::string> elsewhere{"us",        "eu/east",          "us/west/p",
                                           "eu/west/q", "eu/west/p/" + two, "eu/west/p/" + one + "/n2"};
  for (const std::string& area : elsewhere) EXPECT_FALSE(contains(place(area), here)) << area;
  EXPECT_FALSE(contains(Place{}, here));
  EXPECT_FALSE(contains(place("eu"), place("-/-/p")));
}

}  // namespace
}  // namespace localscale::core::privacy
