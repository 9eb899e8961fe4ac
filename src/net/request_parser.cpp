#include "net/request_parser.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/ascii.hpp"

namespace localscale::net {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::size_t kBodyReserveMax = 1U << 20;  ///< A promised length alone does not take more memory.
/// What is left of a chunked body is never shorter than this ("0\r\n\r\n"). Beast 1.74 asserts that it has as
/// much when it comes back to the last chunk, so it is not called with less.
constexpr std::size_t kChunkedRestMin = 5;

/// Beast's parser with its events written straight into a Request.
class Sink final : public beast::http::basic_parser<true> {
 public:
  explicit Sink(Request& request) : request_(request) {}
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
  void on_field_impl(beast::http::field field, View name, View value, error_code&) override {
    if (is_header_done()) return;  // Trailers come too late for whoever reads the head.
    request_.headers.add(name, value);
    if (field == beast::http::field::expect) expects_continue_ = equal_ignoring_case(value, "100-continue");
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request_.body.reserve(std::min<std::size_t>(*length, kBodyReserveMax));
  }
  std::size_t on_body_impl(View body, error_code&) override { return append(body); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code&) override { return append(body); }
  void on_finish_impl(error_code&) override {}

  std::size_t append(View bytes) {
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  Request& request_;
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
  into.body = {};
  impl_->sink.emplace(into);
  impl_->sink->header_limit(max_header_bytes_);
  impl_->sink->body_limit(max_body_bytes_);
  impl_->sink->eager(true);
}

RequestParser::State RequestParser::feed(std::string_view bytes, std::size_t& consumed) {
  Sink& sink = *impl_->sink;
  consumed = 0;
  while (!sink.is_done() && consumed < bytes.size()) {
    if (sink.is_header_done() && sink.chunked() && bytes.size() - consumed < kChunkedRestMin) break;
    error_code error;
    const std::size_t used =
        sink.put(boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), error);
    consumed += used;
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
