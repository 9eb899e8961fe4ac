#include "base/log_line.hpp"

#include <gtest/gtest.h>

namespace localscale::log {
namespace {

TEST(LogLine, IsTakenApartInTheTextFormat) {
  const auto line = parse_line("2026-11-27T17:42:44.123Z info house: GET / status=200: fine");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->time, "2026-11-27T17:42:44.123Z");
  EXPECT_EQ(line->level, "info");
  EXPECT_EQ(line->process, "house");
  EXPECT_EQ(line->message(), "GET / status=200: fine");
}

TEST(LogLine, IsTakenApartInTheJsonFormat) {
  const auto line = parse_line(
      R"({"time":"2026-11-27T17:42:44.123Z","level":"warning","process":"fetcher","message":"a \"b\" c:\\n \\\"}"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->level, "warning");
  EXPECT_EQ(line->process, "fetcher");
  EXPECT_EQ(line->message(), R"(a "b" c:\n \"})");
}

TEST(LogLine, OfAnyOtherTextIsNothing) {
  for (const auto* text :
       {"", "x", "{", "{\"time\":\"", "2026-11-27T17:42:44.123Z", "2026-11-27T17:42:44.123Z info house",
        "2026-11-27T17:42:44.123Z loud house: x", "2026-11-27 17:42:44.123Z info house: x",
        "2026-11-27T17:42:44.123Z info my house: x", "Segmentation fault",
        R"({"time":"2026-11-27T17:42:44.123Z","level":"info","process":"house","message":"})"}) {
    EXPECT_FALSE(parse_line(text)) << text;
  }
}

TEST(LogLine, IsMadeAsItIsRead) {
  const auto at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'000'000'000'007));
  const std::string text = make_line(at, "warning", "house", "two\nlines");
  EXPECT_EQ(text, "2001-09-09T01:46:40.007Z warning house: two\\nlines");
  EXPECT_TRUE(parse_line(text));
}

TEST(LogLine, HasALevelThatWeighs) {
  EXPECT_LT(*weight_of("info"), *weight_of("warn"));
  EXPECT_EQ(weight_of("warn"), weight_of("warning"));
  EXPECT_FALSE(weight_of("loud"));
}

}  // namespace
}  // namespace localscale::log
