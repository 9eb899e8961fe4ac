#include "core/privacy/labeled.hpp"

#include <string>
#include <type_traits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace localscale::core::privacy {
namespace {

using Text = Labeled<std::string>;

// What must not compile beyond this: labeled_leaks.cpp.
static_assert(!std::is_convertible_v<Text, std::string>);
static_assert(!std::is_constructible_v<std::string, Text>);
static_assert(!std::is_constructible_v<std::string_view, Text>);
static_assert(!std::is_default_constructible_v<Text>);
static_assert(!std::is_convertible_v<std::string, Text>, "a label is said, not assumed");
static_assert(!std::equality_comparable<Text>, "a comparison tells something without a label");
static_assert(!std::is_default_constructible_v<LoweringReason>);
static_assert(!std::is_constructible_v<LoweringReason, std::string>);

constexpr auto size_of = [](const std::string& text) { return text.size(); };
constexpr auto keeps = [text = 0](const std::string&) { return text; };
static_assert(CarriesNothing<decltype(size_of), const std::string&>);
static_assert(!CarriesNothing<decltype(keeps), const std::string&>);
static_assert(!CarriesNothing<std::size_t (*)(const std::string&), const std::string&>);

Label any_label() {
  return static_cast<Label>(*rc::gen::inRange(0, 4));
}

TEST(Labeled, ShowsItsValueOnlyToSinksWithinItsReach) {
  const Text text("hello", Label::medium);
  ASSERT_NE(text.value_for(Tier::home), nullptr);
  EXPECT_EQ(*text.value_for(Tier::neighbourhood), "hello");
  EXPECT_EQ(text.value_for(Tier::community), nullptr);
  const Text raised = Text("x", Label::high).raised_to(Label::low);
  EXPECT_EQ(raised.value_for(Tier::neighbourhood), nullptr);
}

TEST(Labeled, WithALabelNobodyKnowsStaysHome) {
  const Text text("hello", static_cast<Label>(9));
  EXPECT_EQ(text.label(), Label::high);
  EXPECT_EQ(text.value_for(Tier::neighbourhood), nullptr);
}

TEST(Labeled, IsLoweredByOneFunctionThatTakesAReason) {
  const Text high("hello", Label::high);
  const Text low = lower_label(high, Label::low, LoweringReason::person_said_so("explicit label"));
  EXPECT_EQ(low.label(), Label::low);
  EXPECT_EQ(high.label(), Label::high);
  EXPECT_EQ(*low.value_for(Tier::global), "hello");
  EXPECT_EQ(LoweringReason::release_rule("sum of ten homes").rule(), "sum of ten homes");
}

RC_GTEST_PROP(Labeled, KeepsOrRaisesItsLabelWhateverIsMadeOfIt, ()) {
  const Text a("one", any_label());
  const Text b("three", any_label());
  const auto sum = a.map_with(
      b, [](const std::string& left, const std::string& right) { return left.size() + right.size(); });
  const auto length = a.map([](const std::string& text) { return text.size(); });
  RC_ASSERT(sum.label() == stricter(a.label(), b.label()));
  RC_ASSERT(*sum.value_for(Tier::home) == 8U);
  RC_ASSERT(length.label() == a.label());
  RC_ASSERT(a.raised_to(b.label()).label() == sum.label());
  RC_ASSERT(Text(a).map([](const std::string& text) { return text + "!"; }).label() == a.label());
}

}  // namespace
}  // namespace localscale::core::privacy
