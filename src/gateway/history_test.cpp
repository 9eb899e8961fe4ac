#include "gateway/history.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

Sample at(std::int64_t unix_s, double speed = 0, std::optional<float> watts = std::nullopt) {
  return {unix_s, speed, 1000, 500, watts, 1};
}

TEST(History, GivesWhatIsYoungEnoughOldestFirst) {
  History history;
  for (std::int64_t i = 0; i < 10; ++i) history.add(at(i * 10));
  const auto part = history.since(70);
  EXPECT_EQ(part.step_seconds, 10U);
  ASSERT_EQ(part.samples.size(), 3U);
  EXPECT_EQ(part.samples.front().at_unix_s, 70);
  EXPECT_EQ(history.since(1000).samples.size(), 0U);
}

TEST(History, OfADayIsToldAsMeansAndWattsOnlyWhereKnown) {
  History history;
  for (std::int64_t i = 0; i < 9000; ++i)
    history.add(at(i * 10, i % 3 == 0 ? 9 : 0, i % 3 == 2 ? std::nullopt : std::optional(40.0F)));
  const auto part = history.since(0);
  EXPECT_EQ(part.step_seconds, 30U);
  ASSERT_EQ(part.samples.size(), 8640U / 3);
  EXPECT_EQ(part.samples.back().at_unix_s, 89'990);
  EXPECT_DOUBLE_EQ(part.samples.back().answer_tokens_per_second, 3);
  EXPECT_FLOAT_EQ(*part.samples.back().watts, 40);
  EXPECT_NEAR(static_cast<double>(part.samples.back().memory_used_bytes), 1000, 2);
}

TEST(HistoryEndpoint, TakesMinutesOfADayAtMost) {
  testing::TestHome home;
  const auto ask = [&](const std::string& query) {
    return home.ask("GET", "/localscale/v1/history" + query, "", {}, net::Door::admin);
  };
  for (const char* wrong : {"?minutes=0", "?minutes=1441", "?minutes=x", "?minutes=-1", "?minutes="})
    EXPECT_EQ(ask(wrong).status, 400U) << wrong;
  const auto got = nlohmann::json::parse(ask("?minutes=1440").body);
  EXPECT_EQ(got["schema"], 1);
  EXPECT_EQ(got["step_seconds"], 10);
  EXPECT_EQ(got["samples"], nlohmann::json::array());
  EXPECT_EQ(home.ask("GET", "/localscale/v1/history").status, 401U);
}

}  // namespace
}  // namespace localscale::gateway
