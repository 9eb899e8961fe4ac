#include "net/connection.hpp"

#include <exception>
#include <tuple>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"
#include "base/printable.hpp"
#include "net/spawn.hpp"
#include "net/trace.hpp"

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

}  // namespace

Connection::Connection(std::shared_ptr<ServerCore> core, std::unique_ptr<Stream> stream, Client client)
    : core_(std::move(core)),
      seat_(std::move(client.seat)),
      served_(seat_.taken()),
      stream_(std::move(stream)),
      parser_(core_->limits.max_header_bytes, core_->limits.max_body_bytes) {
  request_.door = client.door;
  request_.peer = std::move(client.peer);
  recognised_ = client.door != Door::lan || !core_->head_check;
  if (!recognised_) recognition_deadline_ = Clock::now() + core_->limits.recognition;
  if (!served_) ++core_->refusing;
  core_->add(*this);
}

Connection::~Connection() {
  if (!served_) --core_->refusing;
  core_->bodies.change(request_.door, body_counted_, 0);
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
  request_.id.clear();
  core_->bodies.change(request_.door, body_counted_, 0);
  enter(Phase::idle);
  bool continued = false;
  bool checked = false;
  for (;;) {
    const auto state = parse();
    const bool has_head = state == RequestParser::State::body || state == RequestParser::State::complete;
    if (has_head && !std::exchange(checked, true)) {
      if (auto refusal = check_head(state)) {
        co_await refuse(std::move(*refusal));
        co_return false;
      }
    }
    if (state == RequestParser::State::complete) co_return true;
    if (core_->bodies.is_spent(request_.door, body_counted_)) {
      co_await refuse(503, "This home holds as many bytes of requests as it may. Try again in a moment.");
      co_return false;
    }
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

std::optional<Response> Connection::check_head(RequestParser::State state) {
  request_.id = core_->next_request_id();
  const bool needed = state == RequestParser::State::body || !recognised_;
  if (!needed || !core_->head_check) return std::nullopt;
  HeadVerdict verdict = core_->head_check(request_);
  if (verdict.recognised && !std::exchange(recognised_, true)) {
    recognition_deadline_ = Clock::time_point::max();
    seat_.recognise();
  }
  return std::move(verdict.refusal);
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
  core_->bodies.change(request_.door, body_counted_, request_.body.capacity());
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
    if (failed) spdlog::error("request failed id={} error=\"{}\"", log_id(request_), error.what());
  }
  if (gone_) {
    ++core_->stats.hung_up;
  } else if (begun_ && !answered_) {
    gone_ = true;
  } else if (!answered_) {
    if (!failed) spdlog::error("request failed id={} error=\"the handler gave no answer\"", log_id(request_));
    co_await send(core_->refusal(
        500, "This is a bug in Localscale; the log names it under request " + request_.id + ".", request_));
  }
}

Task<void> Connection::refuse(unsigned status, std::string message) {
  if (request_.id.empty()) request_.id = core_->next_request_id();
  Response response = core_->refusal(status, message, request_);
  response.headers.set("x-request-id", request_.id);
  spdlog::info("refused {} status={} peer={} id={}", for_log(request_.path()), status, request_.peer,
               log_id(request_));
  co_await refuse(std::move(response));
}

Task<void> Connection::refuse(Response response) {
  ++core_->stats.refused;
  last_ = true;
  begun_ = answered_ = false;
  bodiless_ = request_.method == "HEAD";
  std::string().swap(request_.body);
  core_->bodies.change(request_.door, body_counted_, 0);
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

void Connection::interrupt() {
  if (phase_ == Phase::handling && !gone_) cancel_.emit(asio::cancellation_type::terminal);
}

bool Connection::tolerates_half_close() const {
  return !begun_ && (request_.method == "GET" || request_.method == "HEAD");
}

bool Connection::keeps_alive() const {
  return !gone_ && !last_ && !ended_ && !core_->draining;
}

void Connection::expire() {
  deadline_ = recognition_deadline_ = Clock::time_point::max();
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

}  // namespace localscale::net
