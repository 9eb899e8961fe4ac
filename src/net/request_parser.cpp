#include "net/request_parser.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/ascii.hpp"
#include "net/authority.hpp"

namespace localscale::net {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kBodyReserveMax = 1U << 20;  ///< A promised length alone does not take more memory.
/// What is left of a chunked body is never shorter than this ("0\r\n\r\n"). Beast 1.74 asserts that it has as
/// much when it comes back to the last chunk, so it is not called with less.
constexpr std::size_t kChunkedRestMin = 5;

/// Why a head is refused beyond what Beast checks.
struct Refused {
  unsigned status = 0;  ///< 0: it is not.
  std::string problem;
};

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A header line that goes on in the next one. Two readers can understand it differently, so nobody may send
/// it any more (RFC 9112, 5.2).
bool is_folded(std::string_view head) {
  return head.find("\r\n ") != std::string_view::npos || head.find("\r\n\t") != std::string_view::npos;
}

/// Beast's parser with its events written straight into a Request. Where Beast is lenient about what says
/// where a message ends or whom it is for, this is not: a proxy before us might read it otherwise.
class Sink final : public beast::http::basic_parser<true> {
 public:
  explicit Sink(Request& request) : request_(request) {}
  [[nodiscard]] Refused& refused() { return refused_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_ && !http_1_0_; }
  [[nodiscard]] bool http_1_0() const { return http_1_0_; }

 private:
  using View = beast::string_view;

  void on_request_impl(beast::http::verb, View method, View target, int version, error_code&) override {
    http_1_0_ = version == 10;
    request_.method.assign(method.data(), method.size());
    request_.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, View, int, error_code&) override {}
  void on_field_impl(beast::http::field field, View name, View value, error_code& error) override {
    if (is_header_done()) return;  // Trailers come too late for whoever reads the head.
    if (auto refused = check(field, value); refused.status != 0) return refuse(std::move(refused), error);
    request_.headers.add(name, value);
  }
  void on_header_impl(error_code& error) override {
    const auto absolute = absolute_target(request_.target);
    if (!absolute) return;
    if (!is_authority(absolute->authority))
      return refuse({400, "The request's target names no valid host."}, error);
    // What the target says counts instead of the Host field (RFC 9112, 3.2.2).
    request_.headers.set("Host", absolute->authority);
    const bool has_path = absolute->rest.starts_with('/');
    request_.target = (has_path ? "" : "/") + std::string(absolute->rest);
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (!length) return;
    promised_ = static_cast<std::size_t>(*length);
    request_.body.reserve(std::min(promised_, kBodyReserveMax));
  }
  std::size_t on_body_impl(View body, error_code&) override { return append(body); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code&) override { return append(body); }
  void on_finish_impl(error_code&) override {}

  /// Refuses what is ambiguous about a message's end or its addressee.
  Refused check(beast::http::field field, View value) {
    using Field = beast::http::field;
    const bool once = field == Field::host || field == Field::origin || field == Field::content_length ||
                      field == Field::transfer_encoding;
    const std::string_view name = beast::http::to_string(field);
    if (once && request_.headers.has(name))
      return {400, "The request has more than one " + std::string(name) + " field."};
    if (field == Field::host && !value.empty() && !is_authority(value))
      return {400, "The Host field is not a name or address with an optional port."};
    if (field == Field::content_length && !all_digits(value)) return {400, "Content-Length is not a number."};
    if (field == Field::transfer_encoding) return check_coding(value);
    if (field == Field::expect) return check_expectation(value);
    return {};
  }

  [[nodiscard]] Refused check_coding(View value) const {
    if (http_1_0_) return {400, "HTTP/1.0 has no Transfer-Encoding."};
    if (!equal_ignoring_case(value, "chunked"))
      return {501, "This home reads bodies with Content-Length or Transfer-Encoding: chunked, no others."};
    return {};
  }

  Refused check_expectation(View value) {
    expects_continue_ = equal_ignoring_case(value, "100-continue");
    if (!expects_continue_) return {417, "This home knows no other expectation than 100-continue."};
    return {};
  }

  void refuse(Refused refused, error_code& error) {
    refused_ = std::move(refused);
    error = beast::http::error::bad_field;
  }

  /// Grows by doubling, but not beyond what was promised.
  std::size_t append(View bytes) {
    const std::size_t needed = request_.body.size() + bytes.size();
    const std::size_t room = request_.body.capacity();
    if (needed > room && needed <= promised_) request_.body.reserve(std::clamp(2 * room, needed, promised_));
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  Request& request_;
  Refused refused_;
  std::size_t promised_ = 0;
  bool expects_continue_ = false;
  bool http_1_0_ = false;
};

}  // namespace

class RequestParser::Impl {
 public:
  std::optional<Sink> sink;
};

RequestParser::RequestParser(std::uint32_t max_header_bytes, std::uint64_t max_body_bytes)
    : max_header_bytes_(max_header_bytes), max_body_bytes_(max_body_bytes), impl_(std::make_unique<Impl>()) {}

RequestParser::~RequestParser() = default;

void RequestParser::start(Request& into) {
  into.method.clear();
  into.target.clear();
  into.headers.clear();
  std::string().swap(into.body);  // Assigning would keep the memory.
  impl_->sink.emplace(into);
  impl_->sink->header_limit(max_header_bytes_);
  impl_->sink->body_limit(max_body_bytes_);
}

RequestParser::State RequestParser::feed(std::string_view bytes, std::size_t& consumed) {
  Sink& sink = *impl_->sink;
  consumed = 0;
  while (!sink.is_done() && consumed < bytes.size()) {
    if (sink.is_header_done() && sink.chunked() && bytes.size() - consumed < kChunkedRestMin) break;
    const bool in_head = !sink.is_header_done();
    sink.eager(!in_head);  // So that what is used is all head or all body.
    error_code error;
    const std::size_t used =
        sink.put(boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), error);
    if (in_head && is_folded(bytes.substr(consumed, used)))
      return failed(400, "The request has a header line that goes on in the next line.");
    consumed += used;
    if (sink.refused().status != 0) return failed(sink.refused().status, std::move(sink.refused().problem));
    if (error == beast::http::error::need_more) break;
    if (error == beast::http::error::body_limit) {
      return failed(413, "The request's body is larger than " + std::to_string(max_body_bytes_) + " bytes.");
    }
    if (error == beast::http::error::header_limit) {
      return failed(431,
                    "The request's head is larger than " + std::to_string(max_header_bytes_) + " bytes.");
    }
    if (error) return failed(400, "This is not a valid HTTP/1.1 request: " + error.message() + ".");
    if (used == 0) break;
  }
  if (sink.is_done()) return State::complete;
  return sink.is_header_done() ? State::body : State::head;
}

RequestParser::State RequestParser::failed(unsigned status, std::string problem) {
  status_ = status;
  problem_ = std::move(problem);
  return State::malformed;
}

bool RequestParser::keep_alive() const {
  return impl_->sink && impl_->sink->is_header_done() && impl_->sink->keep_alive();
}

bool RequestParser::expects_continue() const {
  return impl_->sink && impl_->sink->expects_continue();
}

bool RequestParser::http_1_0() const {
  return impl_->sink && impl_->sink->http_1_0();
}

}  // namespace localscale::net
