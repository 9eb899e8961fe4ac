#include "net/request_parser.hpp"

#include <gtest/gtest.h>

namespace localscale::net {
namespace {

struct Outcome {
  RequestParser::State state = RequestParser::State::head;
  unsigned status = 0;
  Request request;
};

/// Parses `bytes` in pieces of `step`.
Outcome parse(std::string_view bytes, std::size_t step) {
  using State = RequestParser::State;
  Outcome outcome;
  RequestParser parser(4096, 4096);
  parser.start(outcome.request);
  std::size_t begin = 0;
  for (std::size_t end = step;; end += step) {
    std::size_t used = 0;
    end = std::min(end, bytes.size());
    outcome.state = parser.feed(bytes.substr(begin, end - begin), used);
    begin += used;
    const bool over = outcome.state == State::complete || outcome.state == State::malformed;
    if (over || end == bytes.size()) break;
  }
  outcome.status = parser.status();
  return outcome;
}

std::string post(std::string_view fields) {
  return "POST /x HTTP/1.1\r\nHost: localhost\r\n" + std::string(fields) + "\r\n\r\n";
}

/// The status of a refusal, the same for the whole request at once and byte by byte; 0 if it is taken.
unsigned refusal(const std::string& request) {
  const Outcome whole = parse(request, request.size());
  const Outcome bytewise = parse(request, 1);
  EXPECT_EQ(whole.state == RequestParser::State::malformed, bytewise.state == RequestParser::State::malformed)
      << request;
  EXPECT_EQ(whole.status, bytewise.status) << request;
  return whole.state == RequestParser::State::malformed ? whole.status : 0;
}

TEST(RequestParser, KnowsNoTransferEncodingButChunked) {
  for (const std::string_view coding : {"foo", "chunked, foo", "foo, chunked", "xchunked", "identity", "gzip",
                                        "", "chunked;x=1", "\"chunked\"", "chunked,"}) {
    const std::string field = "Transfer-Encoding: " + std::string(coding);
    EXPECT_EQ(refusal(post(field)), 501U) << coding;
    EXPECT_EQ(refusal(post(field + "\r\nContent-Length: 5")), 501U) << coding;
  }
  EXPECT_EQ(refusal(post("Transfer-Encoding: Chunked")), 0U);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400U);
}

TEST(RequestParser, TakesWhatSaysTheLengthOrTheAddresseeOnlyOnce) {
  EXPECT_EQ(refusal(post("Host: localhost")), 400U);
  EXPECT_EQ(refusal(post("Origin: http://a\r\nOrigin: http://b")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: 0\r\nContent-Length: 0")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: 0, 0")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: +5")), 400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")), 400U);
  EXPECT_EQ(refusal(post("Content-Length: 5\r\nTransfer-Encoding: chunked")), 400U);
  EXPECT_EQ(refusal(post("Transfer-Encoding: chunked\r\nContent-Length: 5")), 400U);
  EXPECT_EQ(refusal(post("Content-Length : 5")), 400U);
}

TEST(RequestParser, TakesNoFoldedLines) {
  EXPECT_EQ(refusal(post("X-A: 1\r\n 2")), 400U);
  EXPECT_EQ(refusal(post("X-A:\r\n\tTransfer-Encoding: chunked\r\nX-B: 1")), 400U);
  const Outcome body = parse(post("Content-Length: 6") + "a\r\n b\n", 1000);
  EXPECT_EQ(body.state, RequestParser::State::complete);
  EXPECT_EQ(body.request.body, "a\r\n b\n");
}

TEST(RequestParser, KnowsNoExpectationButTheOneToContinue) {
  EXPECT_EQ(refusal(post("Expect: 100-Continue")), 0U);
  EXPECT_EQ(refusal(post("Expect: 200-maybe")), 417U);
}

TEST(RequestParser, TakesNoHostThatIsNotANameOrAddress) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: 127.0.0.1:18311@evil.example\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: [::1]:7411\r\n\r\n"), 0U);
}

TEST(RequestParser, TurnsAnAbsoluteTargetIntoItsPathAndHost) {
  const Outcome got = parse("GET http://home:7411/healthz?q HTTP/1.1\r\nHost: other\r\n\r\n", 1000);
  EXPECT_EQ(got.state, RequestParser::State::complete);
  EXPECT_EQ(got.request.target, "/healthz?q");
  EXPECT_EQ(got.request.headers.get("Host"), "home:7411");
  EXPECT_EQ(parse("GET http://home?q HTTP/1.1\r\n\r\n", 1000).request.target, "/?q");
  EXPECT_EQ(refusal("GET http://home:7411@evil.example/ HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(refusal("GET http:///x HTTP/1.1\r\n\r\n"), 400U);
}

}  // namespace
}  // namespace localscale::net
