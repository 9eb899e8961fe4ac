#include "gateway/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/key_limits.hpp"
#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using nlohmann::json;
using testing::Got;
using testing::TestHome;

net::Headers with(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  net::Headers headers;
  for (const auto& [name, value] : fields) headers.set(name, value);
  return headers;
}

unsigned status_with(TestHome& home, net::Headers headers, net::Door door = net::Door::loopback) {
  return home.ask("GET", "/api/tags", "", std::move(headers), door).status;
}

TEST(Access, OnlyNamesOfThisMachineAreServedOnLoopback) {
  Options options;
  options.allowed_hosts = {"home.example"};
  TestHome home(options);
  for (const std::string_view host :
       {"127.0.0.1:7411", "localhost", "[::1]:7411", "LOCALHOST:1", "home.example:7411"}) {
    EXPECT_EQ(status_with(home, with({{"Host", host}})), 200U) << host;
  }
  for (const std::string_view host : {"evil.example", "127.0.0.1.evil.example", "localhost.evil.example",
                                      "a.localhost:7411", "192.168.1.2", ""}) {
    EXPECT_EQ(status_with(home, with({{"Host", host}})), 403U) << host;
  }
}

TEST(Access, PagesOfOtherOriginsAreRefusedUnlessListedAndNeverEchoed) {
  Options options;
  options.allowed_origins = {"https://app.example"};
  TestHome home(options);
  EXPECT_EQ(status_with(home, with({{"Origin", "http://127.0.0.1:7411"}})), 200U);
  for (const std::string_view origin :
       {"https://evil.example", "null", "https://app.example.evil", "http://127.0.0.1:9999"}) {
    const Got got = home.ask("GET", "/api/tags", "", with({{"Origin", origin}}));
    EXPECT_EQ(got.status, 403U) << origin;
    EXPECT_FALSE(got.headers.has("Access-Control-Allow-Origin"));
  }
  const Got listed = home.ask("GET", "/api/tags", "", with({{"Origin", "https://app.example"}}));
  EXPECT_EQ(listed.status, 200U);
  EXPECT_EQ(listed.headers.get("Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_THAT(std::string(listed.headers.get("Vary")), ::testing::HasSubstr("Origin"));
  EXPECT_THAT(std::string(listed.headers.get("Access-Control-Expose-Headers")),
              ::testing::HasSubstr("x-should-retry"));
}

TEST(Access, APreflightOfAListedOriginIsAnswered) {
  Options options;
  options.allowed_origins = {"https://app.example"};
  TestHome home(options);
  const auto headers = with({{"Origin", "https://app.example"},
                             {"Access-Control-Request-Method", "POST"},
                             {"Access-Control-Request-Headers", "authorization,x-stainless-os"}});
  const Got got = home.ask("OPTIONS", "/v1/chat/completions", "", headers);
  EXPECT_EQ(got.status, 204U);
  EXPECT_EQ(got.headers.get("Access-Control-Allow-Headers"), "authorization,x-stainless-os");
  EXPECT_EQ(got.headers.get("Access-Control-Allow-Origin"), "https://app.example");
}

TEST(Access, CrossSiteRequestsWithoutAnOriginAreRefusedButLinksToThePageWork) {
  TestHome home;
  EXPECT_EQ(status_with(home, with({{"Sec-Fetch-Site", "cross-site"}})), 403U);
  EXPECT_EQ(home.ask("GET", "/", "", with({{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}))
                .status,
            200U);
}

TEST(Access, TheLanNeedsAKeyInTheShapeOfTheApi) {
  TestHome home;
  const auto made = home.keys.create({"tablet", 100, 2});
  const auto no_key = home.ask("GET", "/v1/models", "", {}, net::Door::lan);
  EXPECT_EQ(no_key.status, 401U);
  EXPECT_EQ(json::parse(no_key.body)["error"]["code"], "invalid_api_key");
  EXPECT_EQ(
      home.ask("GET", "/v1/models", "", with({{"Authorization", "Bearer wrong"}}), net::Door::lan).status,
      401U);
  EXPECT_EQ(
      home.ask("GET", "/v1/models", "", with({{"Authorization", "Bearer " + made->secret}}), net::Door::lan)
          .status,
      200U);
  EXPECT_EQ(home.ask("GET", "/v1/models", "", with({{"x-api-key", made->secret}}), net::Door::lan).status,
            200U);
  EXPECT_EQ(home.ask("GET", "/healthz", "", {}, net::Door::lan).status, 200U);
  const auto anthropic = home.ask("POST", "/v1/messages", "{}", {}, net::Door::lan);
  EXPECT_EQ(json::parse(anthropic.body)["error"]["type"], "authentication_error");
}

TEST(Access, ManagingIsForThisMachineAndKeysForTheCommandLine) {
  TestHome home;
  const auto made = home.keys.create({"tablet", 100, 2});
  const auto key = with({{"x-api-key", made->secret}});
  EXPECT_EQ(home.ask("DELETE", "/api/delete", R"({"model":"tiny"})", key, net::Door::lan).status, 403U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/status", "", key, net::Door::lan).status, 403U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys").status, 401U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", key, net::Door::lan).status, 401U);
  EXPECT_EQ(home.ask("POST", "/localscale/v1/session/tokens").status, 403U);
  EXPECT_EQ(home.ask("GET", "/localscale/v1/keys", "", with({{"Host", "x"}}), net::Door::admin).status, 200U);
}

TEST(Access, AKeyThatAsksTooOftenGets429WithRetryAfter) {
  TestHome home;
  const auto made = home.keys.create({"tablet", 2, 8});
  const auto key = with({{"x-api-key", made->secret}});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(home.ask("GET", "/api/tags", "", key, net::Door::lan).status, 200U);
  const Got third = home.ask("GET", "/api/tags", "", key, net::Door::lan);
  EXPECT_EQ(third.status, 429U);
  EXPECT_EQ(third.headers.get("Retry-After"), "30");
}

TEST(Access, AHeadAloneDecidesWhoMaySendABody) {
  TestHome home;
  const auto made = home.keys.create({"tablet", 1, 1});
  const auto key = with({{"x-api-key", made->secret}});
  const auto lan = [&](std::string_view method, std::string_view path, const net::Headers& headers) {
    return home.check_head(method, path, headers, net::Door::lan);
  };
  const auto stranger = lan("POST", "/v1/chat/completions", {});
  ASSERT_TRUE(stranger.refusal.has_value());
  EXPECT_EQ(stranger.refusal->status, 401U);
  EXPECT_EQ(stranger.refusal->headers.get("x-request-id"), "req-1");
  EXPECT_EQ(json::parse(stranger.refusal->body)["error"]["code"], "invalid_api_key");
  EXPECT_FALSE(stranger.recognised);
  // The limits are asked when the request is whole: looking at heads takes nothing from them.
  for (int i = 0; i < 3; ++i) {
    const auto known = lan("POST", "/v1/chat/completions", key);
    EXPECT_FALSE(known.refusal.has_value());
    EXPECT_TRUE(known.recognised);
  }
  EXPECT_EQ(lan("POST", "/api/pull", key).refusal->status, 403U);
  const auto health = lan("GET", "/healthz", {});
  EXPECT_FALSE(health.refusal.has_value());
  EXPECT_FALSE(health.recognised);
  const auto page =
      home.check_head("POST", "/api/chat", with({{"Host", "evil.example"}}), net::Door::loopback);
  EXPECT_EQ(page.refusal->status, 403U);
  EXPECT_FALSE(home.check_head("POST", "/api/chat", {}, net::Door::loopback).refusal.has_value());
}

TEST(KeyLimits, PermitsAreGivenBackWhenTheirRequestEnds) {
  KeyLimits limits;
  store::ApiKey key{"id", "tablet", 0, 0, 100, 1};
  const auto now = KeyLimits::Clock::now();
  auto first = limits.admit(key, now);
  ASSERT_TRUE(first.has_value());
  const auto second = limits.admit(key, now);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().status, 429U);
  EXPECT_EQ(second.error().code, "concurrency_limit");
  first->reset();
  EXPECT_TRUE(limits.admit(key, now).has_value());
}

TEST(Problems, TellRetryingClientsToStopOnlyWhereWaitingDoesNotHelp) {
  for (const unsigned status : {400U, 401U, 403U, 404U, 405U, 413U, 501U})
    EXPECT_TRUE(make_problem(status, "code", "Words.").retry_is_useless) << status;
  for (const unsigned status : {408U, 409U, 429U, 500U, 503U})
    EXPECT_FALSE(make_problem(status, "code", "Words.").retry_is_useless) << status;
}

TEST(Access, HostsAndOriginsOfAChangedConfigCountAtOnce) {
  TestHome home;
  net::Headers from;
  from.set("Host", "box.example");
  from.set("Origin", "https://app.example");
  EXPECT_EQ(home.ask("GET", "/v1/models", "", from).status, 403U);
  home.take({.default_model = "tiny",
             .allowed_hosts = {"box.example"},
             .allowed_origins = {"https://app.example"}});
  const Got got = home.ask("GET", "/v1/models", "", from);
  EXPECT_EQ(got.status, 200U);
  EXPECT_EQ(got.headers.get("Access-Control-Allow-Origin"), "https://app.example");
  home.take({.default_model = "tiny", .allowed_hosts = {}, .allowed_origins = {}});
  EXPECT_EQ(home.ask("GET", "/v1/models", "", from).status, 403U);
}

}  // namespace
}  // namespace localscale::gateway
