#include <chrono>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/events.hpp"
#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestHome;

TEST(Admin, StatusSaysTheStateInOneWordWithItsReason) {
  TestHome home;
  const json status = json::parse(home.ask("GET", "/localscale/v1/status").body);
  EXPECT_EQ(status["schema"], 1);
  EXPECT_EQ(status["state"], "ready");
  EXPECT_EQ(status["doors"][0]["url"], "http://127.0.0.1:7411");
  EXPECT_EQ(status["walls"][0]["stands"], true);
}

TEST(Admin, IsReadyWhenTheDefaultModelCanBeAsked) {
  TestHome home;
  EXPECT_EQ(home.ask("GET", "/readyz", {}, {}, net::Door::lan).status, 200U);
  home.status.home.word = "Starting";
  EXPECT_EQ(home.ask("GET", "/readyz").status, 503U);
  EXPECT_EQ(home.ask("GET", "/healthz").status, 200U);
  home.status.home.word = "Busy";
  home.catalog.models.clear();
  const Got got = home.ask("GET", "/readyz");
  EXPECT_EQ(got.status, 503U);
  EXPECT_EQ(got.body, "not ready: the default model is not here\n");
}

TEST(Admin, ModelsAreListedShownStoppedAndRemoved) {
  TestHome home;
  EXPECT_EQ(json::parse(home.ask("GET", "/localscale/v1/models").body)["models"][0]["name"], "tiny:latest");
  EXPECT_EQ(json::parse(home.ask("GET", "/localscale/v1/models/tiny").body)["model"]["layers"], 4);
  EXPECT_EQ(home.post("/localscale/v1/stop", R"({"name":"tiny"})").status, 200U);
  EXPECT_EQ(home.post("/localscale/v1/stop", "{}").status, 400U);
  EXPECT_EQ(home.ask("DELETE", "/localscale/v1/models/tiny").status, 200U);
  const Got gone = home.ask("GET", "/localscale/v1/models/tiny");
  EXPECT_EQ(gone.status, 404U);
  EXPECT_EQ(json::parse(gone.body)["error"]["code"], "model_not_found");
}

TEST(Admin, AModelIsUnloadedOnceItIsRemovedAndStaysLoadedWhereItStays) {
  TestHome home;
  home.catalog.remove_error = Error{Errc::denied, "It ships with the home.", ""};
  EXPECT_EQ(home.ask("DELETE", "/localscale/v1/models/tiny").status, 403U);
  EXPECT_EQ(home.ask("DELETE", "/api/delete", R"({"model":"tiny"})").status, 403U);
  EXPECT_TRUE(home.engines.unloaded.empty());
  home.catalog.remove_error.reset();
  EXPECT_EQ(home.ask("DELETE", "/localscale/v1/models/tiny").status, 200U);
  EXPECT_EQ(home.engines.unloaded, std::vector<std::string>{"tiny"});
}

TEST(Admin, ACopyOntoANameInUseIsRefusedUnlessItMayReplace) {
  TestHome home;
  const auto copy = [&](const char* body) { return home.post("/localscale/v1/copy", body); };
  EXPECT_EQ(copy(R"({"from":"tiny","to":"other:latest"})").status, 200U);
  EXPECT_EQ(copy(R"({"from":"tiny","to":"other:latest"})").status, 409U);
  EXPECT_EQ(copy(R"({"from":"tiny","to":"other:latest","replace":true})").status, 200U);
  EXPECT_EQ(copy(R"({"from":"tiny","to":"other:latest","replace":1})").status, 400U);
  home.catalog.copy_error = Error{Errc::exhausted, "The disk is full.", ""};
  EXPECT_EQ(json::parse(copy(R"({"from":"tiny","to":"b"})").body)["error"]["code"], "exhausted");
}

TEST(Admin, ALoadStreamsHowLongItTakesAndItsSize) {
  TestHome home;
  engine::Progress step;
  step.status = "loading";
  step.total_bytes = 4'700'000'000;
  step.elapsed = std::chrono::milliseconds(750);
  home.engines.load_steps = {step};
  const Got got = home.post("/localscale/v1/load", R"({"name":"tiny","stream":true})");
  EXPECT_EQ(got.headers.get("Content-Type"), "application/x-ndjson");
  const std::size_t border = got.body.find('\n');
  EXPECT_EQ(json::parse(got.body.substr(0, border)),
            json({{"status", "loading"}, {"total", 4'700'000'000}, {"elapsed_ms", 750}}));
  EXPECT_EQ(json::parse(got.body.substr(border))["status"], "success");
  EXPECT_TRUE(got.ended);
  const Got whole = home.post("/localscale/v1/load", R"({"name":"tiny"})");
  EXPECT_EQ(json::parse(whole.body)["loaded"], true);
}

TEST(Admin, ALoadThatFailsAtOnceHasItsStatusEvenAsAStream) {
  TestHome home;
  home.engines.acquire_error = Error{Errc::unavailable, "The engine cannot be started.", ""};
  EXPECT_EQ(home.post("/localscale/v1/load", R"({"name":"tiny","stream":true})").status, 503U);
}

TEST(Admin, KeysAreMadeListedWithoutSecretAndRevoked) {
  TestHome home;
  const auto ask = [&](std::string_view method, std::string_view path, std::string body = {}) {
    return home.ask(method, path, std::move(body), {}, net::Door::admin);
  };
  const json made =
      json::parse(ask("POST", "/localscale/v1/keys", R"({"name":"tablet","requests_per_minute":5})").body);
  EXPECT_EQ(made["key"]["requests_per_minute"], 5);
  EXPECT_FALSE(made["secret"].get<std::string>().empty());
  EXPECT_EQ(made["lan"], json({{"urls", {"https://192.168.1.20:7443/"}},
                               {"ca_file", "/state/house/tls/ca.pem"},
                               {"ca_sha256", "0a1b"}}));
  const Got list = ask("GET", "/localscale/v1/keys");
  EXPECT_THAT(list.body, HasSubstr("tablet"));
  EXPECT_THAT(list.body, Not(HasSubstr(made["secret"].get<std::string>())));
  EXPECT_EQ(ask("DELETE", "/localscale/v1/keys/tablet").status, 200U);
}

TEST(Admin, APullThatFailsOnTheWayEndsWithAnErrorLine) {
  TestHome home;
  home.puller.steps = {{"pulling manifest", "", 0, 0, 0}};
  home.puller.error = Error{Errc::unavailable, "The registry went away.", ""};
  const Got got = home.post("/localscale/v1/pull", R"({"name":"x"})");
  const std::string last = got.body.substr(got.body.find('\n') + 1);
  EXPECT_EQ(json::parse(last)["error"]["code"], "unavailable");
  EXPECT_TRUE(got.ended);
}

TEST(Admin, MetricsCountRoutesAndNeverHoldText) {
  TestHome home;
  home.post("/v1/chat/completions", R"({"model":"tiny","messages":[{"role":"user","content":"my secret"}]})");
  home.ask("GET", "/v1/models/private-name");
  const std::string text = home.ask("GET", "/metrics").body;
  EXPECT_THAT(
      text,
      HasSubstr(
          "localscale_requests_total{api=\"openai\",route=\"POST /v1/chat/completions\",status=\"200\"} 1"));
  EXPECT_THAT(text, Not(HasSubstr("secret")));
  EXPECT_THAT(text, Not(HasSubstr("private-name")));
}

net::Response refused(std::string target) {
  net::Request request;
  request.target = std::move(target);
  request.id = "req-7";
  return Gateway::refuse(413, "too big", request);
}

TEST(Admin, WhatNeverReachesTheHandlerIsRefusedInTheApisShape) {
  EXPECT_EQ(json::parse(refused("/api/chat?x=1").body), json({{"error", "too big"}}));
  const json anthropic = json::parse(refused("/v1/messages").body);
  EXPECT_EQ(anthropic["error"]["type"], "request_too_large");
  EXPECT_EQ(anthropic["request_id"], "req-7");
  EXPECT_EQ(json::parse(refused("/v1/chat/completions").body)["error"]["code"], "request_too_large");
}

TEST(Admin, AStreamOfEventsEndsWhenTheHomeStops) {
  TestHome home;
  home.end_streams();
  const Got got = home.ask("GET", "/localscale/v1/events");
  EXPECT_EQ(got.status, 200U);
  EXPECT_TRUE(got.ended);
}

}  // namespace
}  // namespace localscale::gateway
