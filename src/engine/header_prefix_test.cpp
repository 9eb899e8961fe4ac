#include "engine/header_prefix.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/support/gguf_builder.hpp"

namespace localscale::engine {
namespace {

/// A model file of about 800 KB whose header is its first few KB.
std::string model_file() {
  const auto bytes = tests::tiny_model({.embedding = 128, .feed_forward = 512}).build();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(HeaderPrefix, KnowsTheModelLongBeforeTheWholeFileIsHere) {
  const auto file = model_file();
  HeaderPrefix prefix("'m'", file.size());
  std::optional<ModelFacts> facts;
  for (std::size_t at = 0; at < file.size() && !facts; at += 32'768) {
    auto taken = prefix.take(std::string_view(file).substr(at, 32'768));
    ASSERT_TRUE(taken) << taken.error().message();
    facts = std::move(*taken);
  }
  ASSERT_TRUE(facts);
  EXPECT_LT(prefix.size(), file.size() * 3 / 4);
  EXPECT_EQ(facts->architecture, "llama");
  EXPECT_GT(facts->weight_bytes, prefix.size());
}

TEST(HeaderPrefix, WithoutEnoughBytesThereAreNoFacts) {
  const auto file = model_file();
  HeaderPrefix prefix("'m'", file.size());
  EXPECT_EQ(*prefix.take(std::string_view(file).substr(0, 1'000)), std::nullopt);
  const auto facts = prefix.finish();
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::unsupported);
}

TEST(HeaderPrefix, RefusesWhatIsNoModelFile) {
  HeaderPrefix prefix("'m'", 1 << 20);
  const auto facts = prefix.take(std::string(400'000, 'x'));
  ASSERT_FALSE(facts);
  EXPECT_EQ(facts.error().code, Errc::corrupt);
  EXPECT_NE(facts.error().what.find("'m'"), std::string::npos);
}

TEST(HeaderPrefix, TakesNoMoreThanTheFileIsSaidToHold) {
  HeaderPrefix prefix("'m'", 10);
  EXPECT_FALSE(prefix.take(std::string(1'000, 'x')));
  EXPECT_EQ(prefix.size(), 10U);
}

}  // namespace
}  // namespace localscale::engine
