#include "net/upstream.hpp"

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/socket.h>

#include "net/read_buffer.hpp"
#include "net/response_head.hpp"
#include "net/response_parser.hpp"
#include "net/socket.hpp"

namespace localscale::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kSmallRead = 2U << 10;   ///< Tokens are small, and an idle stream costs this.
constexpr std::size_t kLargeRead = 64U << 10;  ///< Once an answer fills small reads.
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

using State = ResponseParser::State;

class SocketUpstream final : public Upstream {
 public:
  SocketUpstream(const asio::any_io_executor& executor, UniqueFd connected)
      : socket_(executor, protocol_of(connected), connected.get()) {
    static_cast<void>(connected.release());  // The socket's, now that nothing can throw.
  }

  Task<Result<UpstreamHead>> request(std::string_view method, std::string_view target, const Headers& headers,
                                     std::string_view body) override {
    if (used_ && !reusable())
      co_return fail(Errc::unavailable, "The connection to the engine can't be used again.");
    used_ = true;
    started_ = ended_ = broken_ = false;
    read_size_ = kSmallRead;
    in_.shrink(kSmallRead);
    parser_.start(method == "HEAD");
    state_ = State::head;
    write_request_head(head_, method, target, headers, body.size());
    const auto sent = co_await send(asio::buffer(head_), asio::buffer(body.data(), body.size()));
    if (!sent) co_return tl::unexpected(sent.error());
    while (state_ == State::head) {
      const auto fed = feed_held() ? outcome() : co_await feed_read();
      if (!fed) co_return tl::unexpected(fed.error());
    }
    co_return parser_.head();
  }

  Task<Result<std::string_view>> read_some() override {
    while (state_ == State::body) {
      const auto fed = feed_held() ? outcome() : co_await feed_read();
      if (!fed) co_return tl::unexpected(fed.error());
      if (!parser_.body().empty()) co_return parser_.body();
    }
    co_return std::string_view{};
  }

  Task<Result<std::string>> read_all(std::size_t limit_bytes) override {
    std::string whole;
    while (state_ == State::body) {
      const auto fed = feed_held() ? outcome() : co_await feed_read();
      if (!fed) co_return tl::unexpected(fed.error());
      const std::string_view piece = parser_.body();
      if (whole.size() + piece.size() > limit_bytes) {
        broken_ = true;
        co_return fail(Errc::exhausted,
                       "The engine's answer is larger than " + std::to_string(limit_bytes) + " bytes.");
      }
      whole.append(piece);
    }
    co_return whole;
  }

  [[nodiscard]] bool reusable() const override {
    return state_ == State::complete && !ended_ && !broken_ && in_.empty() && parser_.keep_alive();
  }

 private:
  /// Gives the parser what was read before. False if that is nothing or too little to go on with.
  bool feed_held() {
    if (in_.empty()) return false;
    std::size_t used = 0;
    state_ = parser_.feed(in_.data(), used);
    in_.consume(used);
    return used > 0 || state_ == State::complete || state_ == State::malformed;
  }

  /// What the last feeding came to.
  Result<void> outcome() {
    if (state_ != State::malformed) return {};
    broken_ = true;
    if (ended_) return closed_early();
    return fail(Errc::corrupt, "The engine's answer is not valid HTTP: " + parser_.problem() + ".");
  }

  /// Reads, and gives the parser what is there then.
  Task<Result<void>> feed_read() {
    char* const into = in_.prepare(read_size_);
    const std::size_t room = in_.room();
    const auto [error, bytes] = co_await socket_.async_read_some(asio::mutable_buffer(into, room), kAsTuple);
    if (error == asio::error::operation_aborted) co_return cancelled();
    in_.commit(bytes);
    started_ = started_ || bytes > 0;
    if (bytes == room) read_size_ = kLargeRead;
    if (error) ended_ = true;
    std::size_t used = 0;
    state_ = ended_ ? parser_.feed_end() : parser_.feed(in_.data(), used);
    in_.consume(used);
    co_return outcome();
  }

  /// A failing write is not an error yet: the engine may have answered (say, 413) and closed before it read
  /// all.
  Task<Result<void>> send(asio::const_buffer head, asio::const_buffer body) {
    std::array<asio::const_buffer, 2> pieces{head, body};
    std::size_t written = send_now(pieces);
    for (auto& piece : pieces) {
      const std::size_t taken = std::min(written, piece.size());
      piece += taken;
      written -= taken;
      while (piece.size() > 0) {
        const auto [error, bytes] = co_await socket_.async_write_some(piece, kAsTuple);
        if (error == asio::error::operation_aborted) co_return cancelled();
        if (error) co_return Result<void>{};
        piece += bytes;
      }
    }
    co_return Result<void>{};
  }

  std::size_t send_now(const std::array<asio::const_buffer, 2>& pieces) {
    std::array<iovec, 2> vectors{};
    msghdr message{};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      vectors[i] = iovec{const_cast<void*>(pieces[i].data()), pieces[i].size()};
    }
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const ssize_t written = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    return written < 0 ? 0 : static_cast<std::size_t>(written);
  }

  [[nodiscard]] Result<void> closed_early() const {
    if (!started_) return fail(Errc::unavailable, "The engine closed the connection before it answered.");
    return fail(Errc::corrupt, "The engine closed the connection in the middle of its answer.");
  }

  Result<void> cancelled() {
    broken_ = true;
    return fail(Errc::cancelled, "The request to the engine was cancelled.");
  }

  AwaitedSocket socket_;
  ReadBuffer in_;
  ResponseParser parser_;
  std::string head_;
  State state_ = State::complete;
  std::size_t read_size_ = kSmallRead;
  bool used_ = false;
  bool started_ = false;  ///< A byte of this answer came.
  bool ended_ = false;    ///< The engine closed.
  bool broken_ = false;
};

}  // namespace

std::unique_ptr<Upstream> make_upstream(asio::any_io_executor executor, UniqueFd connected) {
  return std::make_unique<SocketUpstream>(executor, std::move(connected));
}

}  // namespace localscale::net
