#include "cli/http_client.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/home.hpp"
#include "cli/line_splitter.hpp"
#include "cli/one_answer.hpp"

namespace localscale::cli {
namespace {

TEST(HttpClient, ReadsAnAnswerThatComesByteByByte) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  std::vector<std::string> pieces;
  for (const char c : whole) pieces.emplace_back(1, c);
  const OneAnswer server(pieces);
  const auto reply = http_exchange(server.path(), {"GET", "/x", {}});
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
  EXPECT_EQ(reply->status, 200U);
  EXPECT_EQ(reply->body, "hello");
}

TEST(HttpClient, GivesChunksToTheSinkAsTheyCome) {
  const OneAnswer server(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "3\r\nabc\r\n", "2\r\nde\r\n", "0\r\n\r\n"});
  std::vector<std::string> seen;
  const auto reply = http_exchange(server.path(), {"POST", "/x", "{}"}, [&](std::string_view piece) {
    seen.emplace_back(piece);
    return true;
  });
  ASSERT_TRUE(reply.has_value()) << reply.error().message();
  EXPECT_THAT(seen, testing::ElementsAre("abc", "de"));
  EXPECT_TRUE(reply->body.empty());
}

TEST(HttpClient, ARefusalIsKeptEvenWithASink) {
  const OneAnswer server({"HTTP/1.1 404 Not Found\r\nContent-Length: 14\r\n\r\n{\"error\":\"no\"}"});
  const auto reply =
      http_exchange(server.path(), {"POST", "/x", "{}"}, [](std::string_view) { return true; });
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(error_in_answer(reply->status, reply->body).what, "no");
  EXPECT_EQ(error_in_answer(reply->status, reply->body).code, Errc::not_found);
}

TEST(HttpClient, ABrokenAnswerIsAnErrorThatSaysSo) {
  const OneAnswer server({"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"});
  const auto reply = http_exchange(server.path(), {"GET", "/x", {}});
  ASSERT_FALSE(reply.has_value());
  EXPECT_THAT(reply.error().what, testing::HasSubstr("in the middle"));
}

TEST(HttpClient, WhatIsNoHttpIsAnError) {
  const OneAnswer server({"SSH-2.0-OpenSSH_9.2\r\n\r\n"});
  EXPECT_FALSE(http_exchange(server.path(), {"GET", "/x", {}}).has_value());
}

TEST(HttpClient, SilenceEndsWithATimeOut) {
  const OneAnswer server({"HTTP/1.1 200 OK\r\n", "", "", "", "", "", "", "", "", "", "", "", "", "", ""});
  HttpRequest request{"GET", "/x", {}};
  request.quiet = std::chrono::milliseconds(5);
  const auto reply = http_exchange(server.path(), request);
  ASSERT_FALSE(reply.has_value());
  EXPECT_EQ(reply.error().code, Errc::timeout);
}

TEST(HttpClient, ASilenceIsLookedInto) {
  // Longer than the check's 250 ms.
  const std::vector<std::string> silence(400);
  for (const bool is_there : {true, false}) {
    std::vector<std::string> pieces = silence;
    pieces.emplace_back("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const OneAnswer server(pieces);
    HttpRequest request{"GET", "/x", {}};
    request.check_every = std::chrono::milliseconds(250);
    request.check = [&]() -> Result<void> {
      if (is_there) return {};
      return fail(Errc::timeout, "stuck");
    };
    const auto reply = http_exchange(server.path(), request);
    EXPECT_EQ(reply.has_value(), is_there);
    if (!reply) EXPECT_EQ(reply.error().what, "stuck");
  }
}

TEST(HttpClient, NobodyListeningIsNotRunning) {
  config::Config config;
  config.state_directory = "/nonexistent/localscale";
  const auto answer = Home(config::Layout(config)).get("/x");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().exit, Exit::not_running);
}

TEST(ErrorInAnswer, EveryApisShapeIsUnderstood) {
  EXPECT_EQ(error_in_answer(404, R"({"error":"flat"})").what, "flat");
  EXPECT_EQ(error_in_answer(503, R"({"error":{"message":"nested","code":"model_not_found"}})").what,
            "nested");
  EXPECT_EQ(error_in_answer(500, R"({"schema":1,"error":{"message":"ours","code":"exhausted"}})").code,
            Errc::exhausted);
  EXPECT_EQ(error_in_answer(503, R"({"error":{"message":"m","code":"insufficient_memory"}})").code,
            Errc::exhausted);
  EXPECT_THAT(error_in_answer(502, "<html>").what, testing::HasSubstr("502"));
}

TEST(LineSplitter, LinesComeWholeWhereverTheStreamIsCut) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  for (const char c : std::string("a\r\n\nbc\nd")) splitter.push(std::string_view(&c, 1));
  splitter.finish();
  EXPECT_THAT(lines, testing::ElementsAre("a", "", "bc", "d"));
}

}  // namespace
}  // namespace localscale::cli
