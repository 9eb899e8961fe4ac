#include "net/connection.hpp"

#include <charconv>
#include <exception>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "net/spawn.hpp"

namespace localscale::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kIdleRead = 2U << 10;  ///< Holds most requests' heads; what an idle connection costs.
constexpr std::size_t kBodyRead = 64U << 10;
constexpr std::size_t kPipelineMax =
    16U << 10;  ///< Beyond it a pipelining client is not read while it is answered.
constexpr std::chrono::seconds kLingerMax{2};
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

bool is_blocked(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> core, std::unique_ptr<Stream> stream, Door door,
                       std::string peer)
    : core_(std::move(core)),
      stream_(std::move(stream)),
      parser_(core_->limits.max_header_bytes, core_->limits.max_body_bytes) {
  request_.door = door;
  request_.peer = std::move(peer);
  core_->add(*this);
}

Connection::~Connection() {
  core_->remove(*this);
}

void Connection::start() {
  spawn(core_->context.get_executor(), "connection", run(shared_from_this()), cancel_.slot());
}

void Connection::start_refusing(std::string_view reason) {
  spawn(core_->context.get_executor(), "connection", run_refusing(shared_from_this(), std::string(reason)),
        cancel_.slot());
}

Task<void> Connection::run(std::shared_ptr<Connection> self) {
  const bool ready = co_await self->handshake();
  while (ready) {
    const bool got_one = co_await self->next_request();
    if (!got_one) break;
    co_await self->answer();
    if (!self->keeps_alive()) break;
  }
  if (self->phase_ == Phase::lingering) co_await self->linger();
  self->stream_->close();
}

Task<void> Connection::run_refusing(std::shared_ptr<Connection> self, std::string reason) {
  const bool ready = co_await self->handshake();
  if (ready) {
    co_await self->refuse(503, std::move(reason));
    co_await self->linger();
  }
  self->stream_->close();
}

Task<bool> Connection::handshake() {
  enter(Phase::handshake);
  if (!stream_->joins_writes()) co_return true;
  const auto [error, none] = co_await asio::async_initiate<decltype(kAsTuple), void(error_code, std::size_t)>(
      [this](auto handler) { stream_->handshake(IoHandler(std::move(handler))); }, kAsTuple);
  co_return !error;
}

/// Reads the next request. False if there is none: the connection is to be closed.
Task<bool> Connection::next_request() {
  parser_.start(request_);
  enter(Phase::idle);
  bool continued = false;
  for (;;) {
    const auto state = parse();
    if (state == RequestParser::State::complete) co_return true;
    if (state == RequestParser::State::malformed) {
      co_await refuse(parser_.status(), parser_.problem());
      co_return false;
    }
    if (state == RequestParser::State::body && parser_.expects_continue() &&
        !std::exchange(continued, true)) {
      const auto sent = co_await send_slowly(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")));
      if (!sent) co_return false;
    }
    const bool more = co_await more_bytes();
    if (!more && expired_ && phase_ != Phase::idle) {
      co_await refuse(408, "The request did not arrive in time. Send it again on a new connection.");
    }
    if (!more) co_return false;
  }
}

/// Feeds what has been read to the parser and moves the phase, and with it the deadline, on.
RequestParser::State Connection::parse() {
  if (phase_ == Phase::idle) {  // Empty lines before a request are allowed.
    while (!in_.empty() && (in_.data().front() == '\r' || in_.data().front() == '\n')) in_.consume(1);
  }
  if (in_.empty() && phase_ == Phase::idle) return RequestParser::State::head;
  std::size_t used = 0;
  const auto state = parser_.feed(in_.data(), used);
  in_.consume(used);
  if (state == RequestParser::State::head && phase_ == Phase::idle) enter(Phase::head);
  if (state == RequestParser::State::body) enter(Phase::body);
  return state;
}

/// Waits for the read under way. False at the client's end, at an error or when a deadline passed.
Task<bool> Connection::more_bytes() {
  arm_read();
  if (!reading_) co_return false;
  co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(
      [this](auto handler) { Waiter(std::move(handler)).swap(waiter_); }, asio::use_awaitable);
  co_return !ended_ && !expired_;
}

Task<void> Connection::answer() {
  enter(Phase::handling);
  request_.id = core_->next_request_id();
  begun_ = answered_ = false;
  last_ = !parser_.keep_alive() || core_->draining;
  bodiless_ = request_.method == "HEAD";
  ++core_->stats.requests;
  arm_read();
  bool failed = false;
  try {
    co_await core_->handler(request_, *this);
  } catch (const std::exception& error) {
    failed = !gone_;
    if (failed) spdlog::error("request failed id={} error=\"{}\"", request_.id, error.what());
  }
  if (gone_) {
    ++core_->stats.hung_up;
  } else if (begun_ && !answered_) {
    gone_ = true;
  } else if (!answered_) {
    if (!failed) spdlog::error("request failed id={} error=\"the handler gave no answer\"", request_.id);
    co_await send(core_->refusal(
        500, "This is a bug in Localscale; the log names it under request " + request_.id + ".",
        request_.target, request_.door));
  }
}

Task<void> Connection::refuse(unsigned status, std::string message) {
  ++core_->stats.refused;
  last_ = true;
  begun_ = answered_ = bodiless_ = false;
  Response response = core_->refusal(status, message, request_.target, request_.door);
  co_await send(std::move(response));
  enter(Phase::lingering);
}

/// Takes what the client still sends for a moment: closing with unread bytes would destroy the answer on its
/// way.
Task<void> Connection::linger() {
  stream_->shut_down_sending();
  expired_ = false;
  for (;;) {
    in_.consume(in_.size());
    const bool more = co_await more_bytes();
    if (!more) co_return;
  }
}

void Connection::enter(Phase phase) {
  const bool again = phase == phase_ && phase == Phase::body;
  phase_ = phase;
  const auto& limits = core_->limits;
  const auto now = Clock::now();
  switch (phase) {
    case Phase::idle:
      deadline_ = now + limits.idle;
      break;
    case Phase::handshake:
    case Phase::head:
      deadline_ = now + limits.head;
      break;
    case Phase::body: {
      if (!again) body_start_ = now;
      const auto earned =
          std::chrono::seconds(request_.body.size() / std::max(limits.min_body_bytes_per_second, 1U));
      deadline_ = std::min(now, body_start_ + earned) + limits.slow_client;
      break;
    }
    case Phase::handling:
      deadline_ = Clock::time_point::max();
      break;
    case Phase::lingering:
      deadline_ = now + kLingerMax;
      break;
  }
}

void Connection::arm_read() {
  if (reading_ || ended_ || in_.size() >= kPipelineMax + core_->limits.max_header_bytes) return;
  if (phase_ == Phase::handling && in_.size() >= kPipelineMax) return;
  if (phase_ != Phase::body) in_.shrink(kIdleRead);
  const std::size_t wanted = phase_ == Phase::body ? kBodyRead : std::max(kIdleRead, in_.size());
  char* const into = in_.prepare(wanted);
  reading_ = true;
  stream_->read_some(asio::mutable_buffer(into, in_.room()), shared_from_this());
}

void Connection::on_read(error_code error, std::size_t bytes) {
  reading_ = false;
  in_.commit(bytes);
  if (error) ended_ = true;
  if (phase_ == Phase::handling) {
    if (!ended_) return arm_read();
    const bool half_closed = error == asio::error::eof;
    if (!half_closed || !tolerates_half_close()) client_gone();
    return;
  }
  wake();
}

void Connection::wake() {
  if (!waiter_) return;
  Waiter waiter;  // Boost 1.81's move assignment calls itself for ever; swap is sound.
  waiter.swap(waiter_);
  std::move(waiter)();
}

void Connection::client_gone() {
  if (std::exchange(gone_, true)) return;
  cancel_.emit(asio::cancellation_type::terminal);
}

bool Connection::tolerates_half_close() const {
  return !begun_ && (request_.method == "GET" || request_.method == "HEAD");
}

bool Connection::keeps_alive() const {
  return !gone_ && !last_ && !ended_ && !core_->draining;
}

void Connection::expire() {
  deadline_ = Clock::time_point::max();
  expired_ = true;
  if (waiter_) return wake();
  if (phase_ == Phase::handling) gone_ = true;
  stream_->close();
}

void Connection::drain() {
  last_ = true;
  if (phase_ == Phase::idle && in_.empty()) stream_->close();
}

void Connection::cut() {
  client_gone();
  stream_->close();
}

Task<Result<void>> Connection::send(Response response) {
  if (gone_) co_return lost();
  answered_ = true;
  const bool none = response.status == 204 || response.status == 304;
  const BodyEnd end{none ? std::nullopt : std::optional<std::uint64_t>(response.body.size()), false};
  write_response_head(head_, response.status, response.headers, end, !last_, core_->date.now());
  Pieces pieces{asio::buffer(head_), bodiless_ || none ? asio::const_buffer{} : asio::buffer(response.body)};
  const auto done = send_now(pieces);
  if (!done) co_return tl::unexpected(done.error());
  if (*done) co_return Result<void>{};
  co_return co_await send_rest(pieces);
}

Task<Result<void>> Connection::begin(unsigned status, Headers headers) {
  if (ended_) client_gone();
  if (gone_) co_return lost();
  begun_ = true;
  chunked_ = !parser_.http_1_0();
  if (!chunked_) last_ = true;
  write_response_head(head_, status, headers, BodyEnd{std::nullopt, chunked_}, !last_, core_->date.now());
  Pieces pieces{asio::buffer(head_)};
  const auto done = send_now(pieces);
  if (!done) co_return tl::unexpected(done.error());
  if (*done) co_return Result<void>{};
  co_return co_await send_rest(pieces);
}

Task<Result<void>> Connection::write(std::string_view piece) {
  if (gone_) co_return lost();
  if (bodiless_ || piece.empty()) co_return Result<void>{};
  Pieces pieces{};
  std::array<char, 20> size{};
  if (chunked_) {
    char* end = std::to_chars(size.data(), size.data() + 16, piece.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    pieces = {asio::buffer(size.data(), static_cast<std::size_t>(end - size.data())),
              asio::buffer(piece.data(), piece.size()), asio::buffer("\r\n", 2)};
  } else {
    pieces = {asio::buffer(piece.data(), piece.size())};
  }
  const auto done = send_now(pieces);
  if (!done) co_return tl::unexpected(done.error());
  if (*done) co_return Result<void>{};
  co_return co_await send_rest(pieces);
}

Task<Result<void>> Connection::end() {
  if (gone_) co_return lost();
  answered_ = true;
  if (!chunked_ || bodiless_) co_return Result<void>{};
  Pieces pieces{asio::buffer("0\r\n\r\n", 5)};
  const auto done = send_now(pieces);
  if (!done) co_return tl::unexpected(done.error());
  if (*done) co_return Result<void>{};
  co_return co_await send_rest(pieces);
}

Result<bool> Connection::send_now(Pieces& pieces) {
  error_code error;
  std::size_t written = stream_->write_now(pieces.data(), pieces.size(), error);
  if (error && !is_blocked(error)) {
    gone_ = true;
    return tl::unexpected(lost().error());
  }
  bool all = true;
  for (auto& piece : pieces) {
    const std::size_t taken = std::min(written, piece.size());
    piece += taken;
    written -= taken;
    all = all && piece.size() == 0;
  }
  return all;
}

Task<Result<void>> Connection::send_rest(Pieces pieces) {
  if (stream_->joins_writes()) {
    std::string joined;
    joined.reserve(asio::buffer_size(pieces));
    for (const auto& piece : pieces) joined.append(static_cast<const char*>(piece.data()), piece.size());
    co_return co_await send_slowly(asio::buffer(joined));
  }
  for (const auto& piece : pieces) {
    if (piece.size() == 0) continue;
    const auto sent = co_await send_slowly(piece);
    if (!sent) co_return sent;
  }
  co_return Result<void>{};
}

Task<Result<void>> Connection::send_slowly(asio::const_buffer piece) {
  const auto before = deadline_;
  while (piece.size() > 0) {
    deadline_ = Clock::now() + core_->limits.slow_client;
    const auto [error, bytes] =
        co_await asio::async_initiate<decltype(kAsTuple), void(error_code, std::size_t)>(
            [this, piece](auto handler) { stream_->write_some(piece, IoHandler(std::move(handler))); },
            kAsTuple);
    if (error) {
      gone_ = true;
      co_return lost();
    }
    piece += bytes;
  }
  deadline_ = before;
  co_return Result<void>{};
}

Result<void> Connection::lost() {
  if (expired_) {
    return fail(Errc::timeout, "The client took no byte for " +
                                   std::to_string(core_->limits.slow_client.count()) +
                                   " ms; its answer was given up.");
  }
  return fail(Errc::cancelled, "The client went away before its answer ended.");
}

}  // namespace localscale::net
