// Requests and answers as HTTP/1 bytes, cut where the fuzzer likes: whatever comes, the parsers end in one of
// their states, never use more than they were given, and read a message the same way whole and in pieces. A
// request that is taken says once, and in one way, where it ends and whom it is for.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/authority.hpp"
#include "net/request_parser.hpp"
#include "net/response_head.hpp"
#include "net/response_parser.hpp"

namespace {

using namespace localscale::net;

constexpr std::uint32_t kMaxHeader = 4096;
constexpr std::uint64_t kMaxBody = 16384;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  RequestParser::State state = RequestParser::State::head;
  Request request;
};

/// Feeds `bytes` as they would come off a socket in pieces of `step`.
Outcome parse_request(std::string_view bytes, std::size_t step) {
  Outcome outcome;
  RequestParser parser(kMaxHeader, kMaxBody);
  parser.start(outcome.request);
  std::size_t begin = 0;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    std::size_t used = 0;
    outcome.state = parser.feed(bytes.substr(begin, end - begin), used);
    require(used <= end - begin);
    begin += used;
    if (outcome.state == RequestParser::State::complete || outcome.state == RequestParser::State::malformed)
      break;
    if (end == bytes.size()) break;
  }
  require(outcome.request.body.size() <= kMaxBody);
  if (outcome.state == RequestParser::State::malformed) require(parser.status() >= 400);
  return outcome;
}

std::size_t count(const Headers& headers, std::string_view name) {
  Headers one;
  std::size_t found = 0;
  for (const auto& [field, value] : headers.all()) {
    one.clear();
    one.add(field, value);
    if (one.has(name)) ++found;
  }
  return found;
}

void require_unambiguous(const Request& request) {
  const Headers& headers = request.headers;
  for (const std::string_view name : {"Host", "Origin", "Content-Length", "Transfer-Encoding"})
    require(count(headers, name) <= 1);
  require(!headers.has("Content-Length") || !headers.has("Transfer-Encoding"));
  if (headers.has("Transfer-Encoding")) require(headers.get("Transfer-Encoding").size() == 7);
  if (headers.has("Content-Length"))
    require(std::stoull(std::string(headers.get("Content-Length"))) == request.body.size());
  if (!headers.get("Host").empty()) require(is_authority(headers.get("Host")));
  if (request.body.empty()) return;
  require(headers.has("Content-Length") || headers.has("Transfer-Encoding"));
}

void request_case(std::string_view bytes, std::size_t step) {
  const Outcome whole = parse_request(bytes, bytes.size() + 1);
  const Outcome pieces = parse_request(bytes, step);
  if (whole.state == RequestParser::State::complete) {
    require(pieces.state == RequestParser::State::complete);
    require(whole.request.body == pieces.request.body && whole.request.target == pieces.request.target);
    require_unambiguous(whole.request);
    static_cast<void>(whole.request.query("name"));
    std::string head;
    write_response_head(head, 200, whole.request.headers, {0, false}, true, "now");
    require(head.find("\r\n\r\n") == head.size() - 4);
  }
}

std::string parse_response(std::string_view bytes, std::size_t step, ResponseParser::State& state) {
  std::string body;
  ResponseParser parser;
  parser.start(false);
  std::size_t begin = 0;
  for (std::size_t end = std::min(step, bytes.size());; end = std::min(end + step, bytes.size())) {
    for (;;) {
      std::size_t used = 0;
      state = parser.feed(bytes.substr(begin, end - begin), used);
      require(used <= end - begin);
      body.append(parser.body());
      begin += used;
      if (used == 0 || state == ResponseParser::State::complete || state == ResponseParser::State::malformed)
        break;
    }
    if (end == bytes.size() || state == ResponseParser::State::complete ||
        state == ResponseParser::State::malformed) {
      break;
    }
  }
  return body;
}

void response_case(std::string_view bytes, std::size_t step) {
  ResponseParser::State whole_state{};
  ResponseParser::State pieces_state{};
  const std::string whole = parse_response(bytes, bytes.size() + 1, whole_state);
  const std::string pieces = parse_response(bytes, step, pieces_state);
  if (whole_state == ResponseParser::State::complete) {
    require(pieces_state == whole_state && whole == pieces);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t step = std::size_t{data[1]} + 1;
  if (data[0] % 2 == 0) {
    request_case(bytes, step);
  } else {
    response_case(bytes, step);
  }
  return 0;
}
