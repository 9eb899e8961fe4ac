// The answering side of a connection: heads, pieces and their writing.

#include <charconv>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/connection.hpp"

namespace localscale::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

bool is_blocked(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again;
}

}  // namespace

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
