#include <array>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "config/config.hpp"
#include "config/keys.hpp"

namespace localscale::config {
namespace {

RC_GTEST_PROP(ConfigProperty, AnyTextEitherParsesOrIsAnErrorWithText, (const std::string& text)) {
  const auto config = parse(text, "any");
  RC_ASSERT(config.has_value() || !config.error().what.empty());
}

// Text made of the file's own words comes much deeper than random bytes.
RC_GTEST_PROP(ConfigProperty, AnyMixOfItsOwnWordsParsesOrIsAnError, ()) {
  static const std::array<std::string, 24> words = {"[api]",
                                                    "[[api]]",
                                                    "[lan]",
                                                    "[fetcher]",
                                                    "[[fetcher.registries]]",
                                                    "[fetcher.registries]",
                                                    "\n",
                                                    "\n",
                                                    "port",
                                                    "name",
                                                    "url",
                                                    " = ",
                                                    "=",
                                                    "1",
                                                    "-1",
                                                    "99999999999",
                                                    "1.5",
                                                    "true",
                                                    "\"x\"",
                                                    "\"http://a\"",
                                                    "[\"a\"]",
                                                    "[]",
                                                    "{ port = 1 }",
                                                    "1979-05-27"};
  const auto picks =
      *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, words.size()));
  std::string text;
  for (const auto pick : picks) text += words.at(pick);
  const auto config = parse(text, "any");
  RC_ASSERT(config.has_value() || !config.error().what.empty());
}

RC_GTEST_PROP(ConfigProperty, EveryWholeNumberIsTakenExactlyWhenItIsInRange, (std::int64_t number)) {
  const auto config = parse("[api]\nport = " + std::to_string(number) + "\n", "any");
  RC_ASSERT(config.has_value() == (number >= 1 && number <= 65535));
  if (config) RC_ASSERT(config->api.port == number);
}

RC_GTEST_PROP(ConfigProperty, QuotedTextComesBackUnchanged, ()) {
  // A name below the root: folders of the system, and what leads to them, are refused.
  const auto text = "/state-" + *rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  RC_PRE(text.find('\n') == std::string::npos && text.find("..") == std::string::npos);
  const auto config = parse("state_directory = " + toml_quote(text), "any");
  RC_ASSERT(config.has_value());
  RC_ASSERT(config->state_directory.string() == text);
}

TEST(ConfigKeys, EveryKeyHasACommentAndARange) {
  for (const auto& key : keys()) {
    EXPECT_FALSE(key.comment.empty()) << key.path();
    EXPECT_FALSE(key.allowed.empty()) << key.path();
  }
}

}  // namespace
}  // namespace localscale::config
