#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"

namespace localscale::net {

template <class T>
using Task = boost::asio::awaitable<T>;

/// Header fields in order; names compare without case.
class Headers {
 public:
  void set(std::string_view name, std::string_view value);
  void add(std::string_view name, std::string_view value);
  void clear();
  [[nodiscard]] std::string_view get(std::string_view name) const;  ///< Empty if absent.
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// Which listener a request came in by; rights differ (gateway/access).
enum class Door {
  loopback,  ///< 127.0.0.1:7411
  ollama,    ///< 127.0.0.1:11434
  lan,       ///< TLS (or named plaintext) on the LAN: needs an API key
  admin,     ///< the unix socket of the command line
};

struct Request {
  std::string method;
  std::string target;  ///< As received: path and query.
  Headers headers;
  std::string body;
  Door door = Door::loopback;
  std::string peer;  ///< "127.0.0.1:5222", "unix".
  std::string id;    ///< Unique per request; in every log line and error about it.

  [[nodiscard]] std::string_view path() const;  ///< Target without query, not decoded.
  [[nodiscard]] std::optional<std::string> query(std::string_view key) const;  ///< Percent-decoded value.
};

struct Response {
  unsigned status = 200;
  Headers headers;
  std::string body;
};

/// The answering side of one request. Exactly one of `send` or `begin … end` is used.
/// All calls are on the connection's executor. When the client goes away the handler's coroutine is cancelled
/// (every pending co_await ends with operation_aborted), so that its engine connection closes with it.
/// A client that closes only its sending half counts as gone too: a full close looks the same until one
/// writes. The exception is GET and HEAD before `begin`, which are short and cost no generation: they are
/// answered.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Sends the whole answer. Content-Length, Date and Connection are added; a HEAD request gets no body.
  virtual Task<Result<void>> send(Response response) = 0;
  /// Starts a streamed answer (chunked). `headers` must not hold Content-Length.
  virtual Task<Result<void>> begin(unsigned status, Headers headers) = 0;
  /// Sends a piece now. Completes when the kernel took it, or with Errc::timeout for a slow client.
  virtual Task<Result<void>> write(std::string_view piece) = 0;
  /// Ends a streamed answer. A handler that returns without it after `begin` cuts the connection, so that the
  /// client sees a broken answer instead of a short one.
  virtual Task<Result<void>> end() = 0;
  [[nodiscard]] virtual bool begun() const = 0;
  /// Cancels the handler's coroutine as if the client had gone away, though it may still be told why: after
  /// this_coro::reset_cancellation_state the other calls work. Not from within the handler itself.
  virtual void interrupt() = 0;
};

/// What a request's head alone decides, before its body is read.
struct HeadVerdict {
  std::optional<Response> refusal;  ///< Sent instead of an answer; then the connection is closed.
  bool recognised = false;          ///< The client has shown a valid key.
};

/// Asked before a body is waited for and, on the LAN, before a client's first request is answered. The
/// request holds at most what came of its body with the head. A short request on the other doors goes
/// straight to the handler, which checks it.
using HeadCheck = std::function<HeadVerdict(const Request&)>;

/// Answers one request. An exception or a return without an answer becomes a 500 and is logged.
using Handler = std::function<Task<void>(const Request&, Exchange&)>;

}  // namespace localscale::net
