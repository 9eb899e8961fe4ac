#include "net/http.hpp"

#include <gtest/gtest.h>

#include "net/request_parser.hpp"
#include "net/response_head.hpp"
#include "net/response_parser.hpp"

namespace localscale::net {
namespace {

TEST(Headers, CompareNamesWithoutCaseAndKeepOrder) {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("X-One", "1");
  headers.add("accept", "b");
  EXPECT_EQ(headers.get("ACCEPT"), "a");
  EXPECT_TRUE(headers.has("x-one"));
  EXPECT_FALSE(headers.has("x-two"));
  EXPECT_EQ(headers.get("x-two"), "");
  EXPECT_EQ(headers.all().size(), 3U);
}

TEST(Headers, SettingReplacesEveryFieldOfThatName) {
  Headers headers;
  headers.add("A", "1");
  headers.add("B", "2");
  headers.add("a", "3");
  headers.set("A", "4");
  ASSERT_EQ(headers.all().size(), 2U);
  EXPECT_EQ(headers.get("a"), "4");
  EXPECT_EQ(headers.get("b"), "2");
}

TEST(Request, SplitsPathAndQuery) {
  Request request;
  request.target = "/api/show?name=llama3.2%3A1b&flag&empty=&plus=a+b&bad=%zz";
  EXPECT_EQ(request.path(), "/api/show");
  EXPECT_EQ(request.query("name"), "llama3.2:1b");
  EXPECT_EQ(request.query("flag"), "");
  EXPECT_EQ(request.query("empty"), "");
  EXPECT_EQ(request.query("plus"), "a b");
  EXPECT_EQ(request.query("bad"), "%zz");
  EXPECT_EQ(request.query("none"), std::nullopt);
}

/// Feeds `bytes` one at a time, keeping what was not consumed, as a connection does.
template <typename Parser>
typename Parser::State feed_slowly(Parser& parser, std::string_view bytes) {
  auto state = Parser::State::head;
  for (std::size_t begin = 0, end = 1; end <= bytes.size(); ++end) {
    std::size_t used = 0;
    state = parser.feed(bytes.substr(begin, end - begin), used);
    begin += used;
  }
  return state;
}

TEST(RequestParser, TakesAnEmptyChunkedBodyByteByByteAndLeavesItsTrailersOut) {
  Request request;
  RequestParser parser(1000, 1000);
  parser.start(request);
  const auto state =
      feed_slowly(parser, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n");
  EXPECT_EQ(state, RequestParser::State::complete);
  EXPECT_EQ(request.body, "");
  EXPECT_FALSE(request.headers.has("X-Late"));
}

TEST(ResponseParser, TakesAnEmptyChunkedBodyByteByByteAndLeavesItsTrailersOut) {
  ResponseParser parser;
  parser.start(/*to_head=*/false);
  const auto state =
      feed_slowly(parser, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n");
  EXPECT_EQ(state, ResponseParser::State::complete);
  EXPECT_FALSE(parser.head().headers.has("X-Late"));
}

TEST(ResponseHead, LeavesOutFieldsThatWouldBreakOutOfTheirLine) {
  Headers headers;
  headers.add("X-Good", "yes");
  headers.add("X-Bad", "a\r\nSet-Cookie: b");
  headers.add("X Bad", "name with a space");
  headers.add("Content-Length", "999");
  std::string head;
  write_response_head(head, 200, headers, {5, false}, true, "now");
  EXPECT_NE(head.find("X-Good: yes\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Set-Cookie"), std::string::npos);
  EXPECT_EQ(head.find("X Bad"), std::string::npos);
  EXPECT_EQ(head.find("999"), std::string::npos);
  EXPECT_NE(head.find("Content-Length: 5\r\n"), std::string::npos);
}

TEST(ResponseHead, DateIsInTheFormOfHttp) {
  HttpDate date;
  const std::string_view now = date.now();
  EXPECT_EQ(now.size(), 29U);
  EXPECT_EQ(now.substr(26), "GMT");
}

}  // namespace
}  // namespace localscale::net
