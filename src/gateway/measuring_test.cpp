#include "gateway/measuring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using testing::Script;
using testing::TestHome;

Script answering(std::string body) {
  Script script;
  script.pieces = {std::move(body)};
  return script;
}

Script tokens() {
  return answering(R"({"tokens":[5,6,7]})");
}

Script run_at(double prompt, double answer) {
  return answering(
      json({{"timings", {{"prompt_per_second", prompt}, {"predicted_per_second", answer}}}}).dump());
}

Got measure(TestHome& home, std::string body = {}) {
  return home.ask("POST", "/localscale/v1/measure", std::move(body), {}, net::Door::admin);
}

std::vector<json> lines_of(const Got& got) {
  std::vector<json> lines;
  for (std::size_t at = 0; at < got.body.size();) {
    const std::size_t end = got.body.find('\n', at);
    lines.push_back(json::parse(got.body.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

TEST(RunSize, IsWhatTheMachineDoesInSecondsWithinTheContext) {
  EXPECT_EQ(run_size({1000, 1000}, 8192), (RunSize{512, 128}));
  EXPECT_EQ(run_size({20, 2}, 8192), (RunSize{100, 10}));
  EXPECT_EQ(run_size({0.1, 0.1}, 8192), (RunSize{32, 8}));
  EXPECT_EQ(run_size({1000, 1000}, 256), (RunSize{128, 64}));
  EXPECT_EQ(run_size({1000, 1000}, 16), (RunSize{32, 8}));
  EXPECT_EQ(run_size({1000, 1000}, 0), (RunSize{512, 128}));
}

TEST(Median, TakesTheMiddleOfEach) {
  const Rates rates = median({{1, 30}, {3, 10}, {2, 20}});
  EXPECT_EQ(rates.prompt, 2);
  EXPECT_EQ(rates.answer, 20);
}

TEST(Measure, RunsThreeTimesAfterAWarmUpAndKeepsTheMedian) {
  TestHome home;
  engine::Loaded loaded;
  loaded.model.name = "tiny:latest";
  loaded.context_tokens = 1024;
  loaded.threads = 8;
  loaded.state = "ready";
  home.engines.loaded_models = {loaded};
  home.engines.scripts = {tokens(), run_at(4000, 2), run_at(90, 18), run_at(88, 17), run_at(10, 19)};
  const Got got = measure(home);
  EXPECT_EQ(got.headers.get("Content-Type"), "application/x-ndjson");
  const auto lines = lines_of(got);
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[1], json({{"status", "measuring"}, {"total", 5}, {"completed", 1}}));
  EXPECT_EQ(home.advisor.machine_measurements, 1);
  const json& result = lines.back()["measurement"];
  EXPECT_EQ(lines.back()["status"], "success");
  EXPECT_EQ(result["id"], 1);
  EXPECT_EQ(result["model"], "tiny:latest");
  EXPECT_EQ(result["prompt_tokens_per_second"], 88);
  EXPECT_EQ(result["answer_tokens_per_second"], 18);
  EXPECT_EQ(result["threads"], 8);
  EXPECT_EQ(result["watts"], nullptr);
  const json asked = json::parse(home.engines.seen.back().body);
  EXPECT_EQ(asked["prompt"].size(), 512U);
  EXPECT_EQ(asked["n_predict"], 10);
  EXPECT_EQ(asked["cache_prompt"], false);
  const auto list =
      json::parse(home.ask("GET", "/localscale/v1/measurements", "", {}, net::Door::admin).body);
  EXPECT_EQ(list["measurements"], json::array({result}));
  const auto setup = json::parse(home.ask("GET", "/localscale/v1/setup", "", {}, net::Door::admin).body);
  EXPECT_EQ(setup["measurement"], result);
}

TEST(Measure, IsRefusedWhileAnswersRun) {
  TestHome home;
  engine::Loaded loaded;
  loaded.model.name = "other";
  loaded.in_use = 1;
  home.engines.loaded_models = {loaded};
  const Got got = measure(home, R"({"model":"tiny"})");
  EXPECT_EQ(got.status, 409U);
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "busy");
}

TEST(Measure, RefusesModelsThatAreNotHereOrDoNotWrite) {
  TestHome home;
  EXPECT_EQ(measure(home, R"({"model":"nothing"})").status, 404U);
  EXPECT_EQ(measure(home, R"({"model":1})").status, 400U);
  EXPECT_EQ(measure(home, "x").status, 400U);
  home.catalog.models.front().capabilities = {engine::Capability::embedding};
  EXPECT_EQ(json::parse(measure(home).body)["error"]["code"], "chat_not_supported");
}

TEST(Measure, OfAnEngineThatDiesEndsWithAnErrorLineAndKeepsNothing) {
  TestHome home;
  Script dying;
  dying.dies_before_head = true;
  home.engines.scripts = {tokens(), dying};
  const auto lines = lines_of(measure(home));
  EXPECT_EQ(lines.back()["error"]["code"], "engine_lost");
  EXPECT_TRUE(home.measurements.kept.empty());
  EXPECT_EQ(home.engines.open_leases, 0);
  home.engines.scripts = {tokens(), answering("{}")};
  EXPECT_THAT(lines_of(measure(home)).back()["error"]["message"], HasSubstr("did not say how fast"));
}

}  // namespace
}  // namespace localscale::gateway
