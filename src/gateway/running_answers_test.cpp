#include "gateway/running_answers.hpp"

#include <list>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::TestHome;

class NoExchange final : public net::Exchange {
 public:
  net::Task<Result<void>> send(net::Response) override { co_return Result<void>{}; }
  net::Task<Result<void>> begin(unsigned, net::Headers) override { co_return Result<void>{}; }
  net::Task<Result<void>> write(std::string_view) override { co_return Result<void>{}; }
  net::Task<Result<void>> end() override { co_return Result<void>{}; }
  void interrupt() override {}
  [[nodiscard]] bool begun() const override { return false; }
};

/// A call of a program with this User-Agent.
struct FakeCall {
  explicit FakeCall(std::string_view agent, net::Door door = net::Door::loopback) {
    request.headers.set("User-Agent", agent);
    request.door = door;
  }
  NoExchange exchange;
  net::Request request;
  Answer answer{exchange, {}};
  Call call{request, answer, Shape::openai, "/v1/chat/completions", {}};
};

RateMeter::Clock::time_point at(milliseconds time) {
  return RateMeter::Clock::time_point{} + seconds(1000) + time;
}

TEST(RateMeter, IsTheSumOfThreeSecondsAndForgetsOlderOnes) {
  RateMeter meter;
  EXPECT_EQ(meter.per_second(at(milliseconds(0))), 0);
  for (int i = 0; i < 6; ++i) meter.add(5, at(milliseconds(i * 500)));
  EXPECT_DOUBLE_EQ(meter.per_second(at(milliseconds(2600))), 10);
  EXPECT_DOUBLE_EQ(meter.per_second(at(milliseconds(3100))), 25.0 / 3);
  EXPECT_EQ(meter.per_second(at(milliseconds(9000))), 0);
  meter.add(3, at(milliseconds(60'000)));
  EXPECT_DOUBLE_EQ(meter.per_second(at(milliseconds(60'000))), 1);
}

TEST(CountEvents, CountsTheirEnds) {
  EXPECT_EQ(count_events(""), 0U);
  EXPECT_EQ(count_events("data: {}"), 0U);
  EXPECT_EQ(count_events("data: a\n\ndata: b\n\n"), 2U);
}

TEST(RunningAnswers, AreListedWhileTheyRunWithWhoAndHowMuch) {
  RunningAnswers answers;
  FakeCall curl("curl/8.1 (more)");
  FakeCall tablet("x");
  tablet.call.key_name = "tablet";
  FakeCall page("Mozilla/5.0");
  page.request.headers.set("Sec-Fetch-Site", "same-origin");
  {
    RunningAnswer first(answers, curl.call, "tiny:latest");
    const RunningAnswer second(answers, tablet.call, "tiny:latest");
    const RunningAnswer third(answers, page.call, "tiny:latest");
    first.streamed(1);
    first.streamed(3);
    const auto list = answers.list(RunningAnswers::Clock::now() + seconds(2));
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0].who, "curl/8.1");
    EXPECT_EQ(list[0].kind, "local");
    EXPECT_EQ(list[0].api, "openai");
    EXPECT_EQ(list[0].answer_tokens, 3U);
    EXPECT_NEAR(list[0].tokens_per_second, 1, 0.1);
    EXPECT_EQ(list[1].who, "tablet");
    EXPECT_EQ(list[1].kind, "key");
    EXPECT_EQ(list[2].kind, "dashboard");
    first.finish({7, 5});
    EXPECT_EQ(answers.answer_tokens(), 5U);
    EXPECT_DOUBLE_EQ(answers.speed(RunningAnswers::Clock::now()).prompt_tokens_per_second, 7.0 / 3);
  }
  EXPECT_EQ(answers.size(), 0U);
  EXPECT_EQ(answers.begun(), 3U);
}

TEST(RunningAnswers, ListsTheOldestSixtyFour) {
  RunningAnswers answers;
  FakeCall curl("curl/8.1");
  std::list<RunningAnswer> running;
  for (int i = 0; i < 70; ++i) running.emplace_back(answers, curl.call, std::to_string(i));
  const auto list = answers.list(RunningAnswers::Clock::now());
  EXPECT_EQ(list.size(), 64U);
  EXPECT_EQ(list.front().model, "0");
  EXPECT_EQ(answers.size(), 70U);
}

TEST(RunningAnswers, OfAProgramThatHidesControlCharactersInItsNameAreShownHarmless) {
  RunningAnswers answers;
  FakeCall odd("a\x1b[31m" + std::string(500, 'x'));
  const RunningAnswer running(answers, odd.call, "m");
  const auto list = answers.list(RunningAnswers::Clock::now());
  EXPECT_EQ(list[0].who.find('\x1b'), std::string::npos);
  EXPECT_LT(list[0].who.size(), 100U);
}

TEST(Status, HasTheNewFieldsAndNoPrompts) {
  TestHome home;
  home.setup.kept.home_name = "Birch Street 7";
  home.status.home.power_note = "this machine does not tell what it draws";
  const auto idle = nlohmann::json::parse(home.ask("GET", "/localscale/v1/status").body);
  EXPECT_EQ(idle["home_name"], "Birch Street 7");
  EXPECT_EQ(idle["serving"], nlohmann::json::array());
  EXPECT_EQ(idle["speed"]["answer_tokens_per_second"], 0);
  EXPECT_EQ(idle["power"]["watts"], nullptr);
  EXPECT_EQ(idle["power"]["source"], "none");
  EXPECT_EQ(idle["power"]["note"], "this machine does not tell what it draws");
  home.status.home.watts = 41.5;
  const auto drawing = nlohmann::json::parse(home.ask("GET", "/localscale/v1/status").body);
  EXPECT_EQ(drawing["power"]["watts"], 41.5);
  EXPECT_EQ(drawing["power"]["source"], "rapl");
}

}  // namespace
}  // namespace localscale::gateway
