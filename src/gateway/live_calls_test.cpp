#include "gateway/live_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "gateway/test_home.hpp"

namespace localscale::gateway {
namespace {

using testing::Got;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestHome;

constexpr const char* session_path = "/localscale/v1/session";
constexpr const char* chat_path = "/v1/chat/completions";
constexpr const char* question = R"({"model":"tiny","stream":true,"messages":[]})";

/// An answer that has begun and would go on for ever.
void answer_without_end(TestHome& home) {
  testing::Script script;
  script.type = "text/event-stream";
  script.sized = false;
  script.pieces = {"data: {\"choices\":[]}\n\n"};
  script.hangs_after_pieces = true;
  home.engines.scripts.push_back(std::move(script));
}

net::Headers with_key(const std::string& secret) {
  net::Headers headers;
  headers.set("x-api-key", secret);
  return headers;
}

TEST(LiveCalls, TheStreamsOfASessionEndWhenItIsSignedOut) {
  TestHome home;
  const net::Headers in = home.signed_in();
  const auto got = home.ask_at_once({{"GET", "/localscale/v1/events", "", in},
                                     {"GET", "/localscale/v1/logs/stream", "", in},
                                     {"DELETE", session_path, "", in}});
  EXPECT_EQ(got[2].status, 200U);
  for (const Got& stream : {got[0], got[1]}) {
    EXPECT_TRUE(stream.streamed);
    EXPECT_TRUE(stream.ended);
    EXPECT_THAT(stream.body, HasSubstr("\"signed_out\""));
  }
}

TEST(LiveCalls, AnAnswerThatASessionAskedForEndsWithIt) {
  TestHome home;
  answer_without_end(home);
  const net::Headers in = home.signed_in();
  const auto got = home.ask_at_once({{"POST", chat_path, question, in}, {"DELETE", session_path, "", in}});
  EXPECT_TRUE(got[0].ended);
  EXPECT_THAT(got[0].body, HasSubstr("broken off"));
  EXPECT_EQ(home.engines.open_leases, 0);
}

TEST(LiveCalls, OtherSessionsAndProgramsGoOn) {
  TestHome home;
  const net::Headers in = home.signed_in();
  const net::Headers other = home.signed_in();
  home.end_streams_after(std::chrono::milliseconds(20));
  const auto got = home.ask_at_once({{"GET", "/localscale/v1/events", "", other},
                                     {"GET", "/localscale/v1/events"},
                                     {"GET", "/localscale/v1/events", "", {}, net::Door::admin},
                                     {"DELETE", session_path, "", in}});
  for (const Got& stream : {got[0], got[1], got[2]}) {
    EXPECT_TRUE(stream.ended);
    EXPECT_THAT(stream.body, Not(HasSubstr("broken off")));
  }
}

TEST(LiveCalls, SettingThePasswordEndsTheOtherSessionsStreams) {
  TestHome home;
  const net::Headers in = home.signed_in();
  const net::Headers elsewhere = home.signed_in();
  const auto got = home.ask_at_once(
      {{"GET", "/localscale/v1/events", "", elsewhere},
       {"PUT", std::string(session_path) + "/password", R"({"password":"correct horse"})", in}});
  EXPECT_EQ(got[1].status, 200U);
  EXPECT_TRUE(got[0].ended);
  EXPECT_THAT(got[0].body, HasSubstr("signed_out"));
}

TEST(LiveCalls, AnAnswerForAKeyEndsWhenTheKeyIsRevoked) {
  TestHome home;
  answer_without_end(home);
  const auto key = home.keys.create({"tablet", 100, 2, false});
  const auto got = home.ask_at_once({{"POST", chat_path, question, with_key(key->secret), net::Door::lan},
                                     {"DELETE", "/localscale/v1/keys/tablet", "", {}, net::Door::admin}});
  EXPECT_EQ(got[1].status, 200U);
  EXPECT_TRUE(got[0].ended);
  EXPECT_THAT(got[0].body, HasSubstr("\"code\":\"invalid_api_key\""));
  EXPECT_EQ(home.engines.open_leases, 0);
}

TEST(LiveCalls, WhatHasNotBegunToAnswerIsRefused) {
  TestHome home;
  testing::Script script;
  script.hangs_before_head = true;
  home.engines.scripts.push_back(std::move(script));
  const auto key = home.keys.create({"tablet", 100, 2, false});
  const auto got = home.ask_at_once({{"POST", chat_path, question, with_key(key->secret), net::Door::lan},
                                     {"DELETE", "/localscale/v1/keys/tablet", "", {}, net::Door::admin}});
  EXPECT_EQ(got[0].status, 401U);
  EXPECT_EQ(nlohmann::json::parse(got[0].body)["error"]["code"], "invalid_api_key");
}

}  // namespace
}  // namespace localscale::gateway
