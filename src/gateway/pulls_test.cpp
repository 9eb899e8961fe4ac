#include "gateway/pulls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using testing::TestHome;

Got ask(TestHome& home, std::string_view method, std::string_view path, std::string body = {}) {
  return home.ask(method, path, std::move(body), {}, net::Door::admin);
}

TEST(Pulls, ADetachedPullIsAnsweredAtOnceListedAndPaused) {
  TestHome home;
  const Got started = ask(home, "POST", "/localscale/v1/pull", R"({"name":"llama3.2:1b","detach":true})");
  EXPECT_EQ(started.status, 202U);
  EXPECT_EQ(json::parse(started.body), json({{"schema", 1}, {"started", true}, {"name", "llama3.2:1b"}}));
  EXPECT_EQ(ask(home, "POST", "/localscale/v1/pulls/pause", R"({"name":"llama3.2:1b"})").status, 200U);
  const auto list = json::parse(ask(home, "GET", "/localscale/v1/pulls").body);
  EXPECT_EQ(list["schema"], 1);
  EXPECT_EQ(list["pulls"], json::parse(R"([{"name":"llama3.2:1b","state":"paused","status":"",
    "completed":0,"total":0,"bytes_per_second":0,"message":""}])"));
}

TEST(Pulls, WhatIsNotPulledCannotBePaused) {
  TestHome home;
  const Got got = ask(home, "POST", "/localscale/v1/pulls/pause", R"({"name":"x"})");
  EXPECT_EQ(got.status, 404U);
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "pull_not_found");
  EXPECT_EQ(ask(home, "POST", "/localscale/v1/pulls/pause", "{}").status, 400U);
  EXPECT_EQ(ask(home, "POST", "/localscale/v1/pull", R"({"name":"a b","detach":true})").status, 400U);
  EXPECT_EQ(ask(home, "POST", "/localscale/v1/pull", R"({"name":"a","detach":1})").status, 400U);
}

TEST(Pulls, EveryEndIsCounted) {
  TestHome home;
  home.puller.changed({"m:latest", engine::PullState::Step::done, {}, {}});
  home.puller.changed({"n:latest", engine::PullState::Step::failed, {}, "No."});
  home.puller.changed({"o:latest", engine::PullState::Step::paused, {}, {}});
  EXPECT_THAT(home.ask("GET", "/metrics").body, HasSubstr("localscale_pulls_total{result=\"ok\"} 1"));
}

engine::FitReport report() {
  engine::FitReport out;
  out.name = "llama3.2:1b";
  out.about = "Small.";
  out.bytes = 1'321;
  out.judgement = {engine::Verdict::tight, "Fits with less.", 2'000, 3'000, 4'096};
  out.disk_free_bytes = 9'000;
  out.speed = {123.456, 0, engine::Basis::estimated};
  out.capabilities = {engine::Capability::completion, engine::Capability::tools};
  return out;
}

TEST(ModelChoice, AFitSaysWhatPeopleWantToKnow) {
  TestHome home;
  home.advisor.report = report();
  const auto got = json::parse(ask(home, "GET", "/localscale/v1/fit?name=llama3.2%3A1b").body);
  EXPECT_EQ(got["fit"], json::parse(R"({"name":"llama3.2:1b","about":"Small.","bytes":1321,"installed":false,
    "verdict":"tight","reason":"Fits with less.","memory_needed_bytes":2000,"memory_budget_bytes":3000,
    "disk_free_bytes":9000,"context_tokens":4096,"answer_tokens_per_second":null,
    "prompt_tokens_per_second":120.0,"basis":"estimated","capabilities":["completion","tools"]})"));
  const auto list = json::parse(ask(home, "GET", "/localscale/v1/suggestions").body);
  EXPECT_EQ(list["suggestions"][0], got["fit"]);
}

TEST(ModelChoice, WhatTheRegistryDoesNotHaveIsNotFound) {
  TestHome home;
  home.advisor.error = Error{Errc::not_found, "It does not have this model.", "Check the name."};
  const Got got = ask(home, "GET", "/localscale/v1/fit?name=nobody");
  EXPECT_EQ(got.status, 404U);
  EXPECT_EQ(json::parse(got.body)["error"]["code"], "model_not_found");
  EXPECT_EQ(ask(home, "GET", "/localscale/v1/fit").status, 400U);
  home.advisor.error = Error{Errc::unavailable, "It cannot be reached.", "Try again later."};
  EXPECT_EQ(ask(home, "GET", "/localscale/v1/fit?name=nobody").status, 503U);
}

}  // namespace
}  // namespace localscale::gateway
