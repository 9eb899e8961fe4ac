#include "net/response_parser.hpp"

#include <limits>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace localscale::net {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

constexpr std::uint32_t kMaxHeaderBytes = 64U << 10;
/// A chunked body without any chunk is never shorter than this ("0\r\n\r\n"). Beast 1.74 asserts that it has
/// as much when it comes back to the last chunk, so it is not called with less.
constexpr std::size_t kEmptyChunkedBody = 5;

/// Beast's parser; one piece of body is passed on where it lies, several are joined.
class Sink final : public beast::http::basic_parser<false> {
 public:
  explicit Sink(UpstreamHead& head) : head_(head) {}
  void forget_body() {
    first_ = {};
    joined_.clear();
  }
  [[nodiscard]] bool at_first_chunk() const { return is_header_done() && chunked() && !saw_chunk_; }
  [[nodiscard]] std::string_view body() const { return joined_.empty() ? first_ : joined_; }

 private:
  using View = beast::string_view;

  void on_request_impl(beast::http::verb, View, View, int, error_code&) override {}
  void on_response_impl(int status, View, int, error_code&) override {
    head_.status = static_cast<unsigned>(status);
  }
  void on_field_impl(beast::http::field, View name, View value, error_code&) override {
    if (!is_header_done())
      head_.headers.add(name, value);  // Trailers come too late for whoever reads the head.
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(View body, error_code&) override { return take(body); }
  void on_chunk_header_impl(std::uint64_t, View, error_code&) override { saw_chunk_ = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code&) override { return take(body); }
  void on_finish_impl(error_code&) override {}

  std::size_t take(std::string_view piece) {
    if (joined_.empty() && first_.empty()) {
      first_ = piece;
    } else {
      if (joined_.empty()) joined_.assign(first_);
      joined_.append(piece);
    }
    return piece.size();
  }

  UpstreamHead& head_;
  std::string_view first_;
  std::string joined_;
  bool saw_chunk_ = false;
};

}  // namespace

class ResponseParser::Impl {
 public:
  std::optional<Sink> sink;
};

ResponseParser::ResponseParser() : impl_(std::make_unique<Impl>()) {}

ResponseParser::~ResponseParser() = default;

void ResponseParser::start(bool to_head) {
  head_ = {};
  to_head_ = to_head;
  impl_->sink.emplace(head_);
  impl_->sink->header_limit(kMaxHeaderBytes);
  impl_->sink->body_limit(boost::none);
  impl_->sink->skip(to_head);
}

ResponseParser::State ResponseParser::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  impl_->sink->forget_body();
  while (!impl_->sink->is_done() && consumed < bytes.size()) {
    Sink& sink = *impl_->sink;
    if (sink.at_first_chunk() && bytes.size() - consumed < kEmptyChunkedBody) break;
    const bool in_head = !sink.is_header_done();
    sink.eager(!in_head);
    error_code error;
    const std::size_t used =
        sink.put(boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed), error);
    consumed += used;
    if (error == beast::http::error::need_more) break;
    if (error) {
      problem_ = error.message();
      return State::malformed;
    }
    if (in_head && sink.is_header_done()) {
      if (head_.status >= 200) break;
      start(to_head_);  // An interim answer (100 Continue): the real one follows.
    } else if (used == 0) {
      break;
    }
  }
  return state();
}

ResponseParser::State ResponseParser::feed_end() {
  impl_->sink->forget_body();
  if (!impl_->sink->is_header_done()) return State::malformed;
  error_code error;
  if (!impl_->sink->is_done()) impl_->sink->put_eof(error);
  return error ? State::malformed : State::complete;
}

ResponseParser::State ResponseParser::state() const {
  if (impl_->sink->is_done()) return State::complete;
  return impl_->sink->is_header_done() ? State::body : State::head;
}

std::string_view ResponseParser::body() const {
  return impl_->sink->body();
}

bool ResponseParser::keep_alive() const {
  return impl_->sink->is_header_done() && impl_->sink->keep_alive();
}

}  // namespace localscale::net
