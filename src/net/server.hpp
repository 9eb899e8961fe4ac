#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"
#include "net/tls.hpp"

namespace localscale::net {

/// What a server lets a client take. Every wait has an end.
struct Limits {
  std::uint64_t max_body_bytes = 64ULL << 20;  ///< Over it: 413.
  std::uint64_t max_buffered_bytes = 256ULL
                                     << 20;    ///< Of all bodies at one time; over it: 503. The LAN: half.
  std::uint32_t max_header_bytes = 32U << 10;  ///< Over it: 431.
  std::uint32_t max_connections = 4096;        ///< Over it: 503 and closed. See Seats for the doors' shares.
  std::chrono::milliseconds idle{75'000};      ///< A kept-alive connection without a request.
  std::chrono::milliseconds head{
      20'000};  ///< From a request's first byte to the end of its head; TLS handshake.
  std::chrono::milliseconds slow_client{
      30'000};  ///< A client that takes, or of a body sends, no byte for this long.
  std::chrono::milliseconds recognition{
      10'000};  ///< On the LAN, from connecting to a request with a valid key, where heads are checked.
  std::uint32_t min_body_bytes_per_second = 1024;  ///< Slower bodies are cut once `slow_client` has passed.
};

/// Gives the answer to what never reaches the handler (malformed, too large, too many) in the shape of the
/// API that `request` is for; of the request only door, peer and id are always there, the rest as far as it
/// was read.
using Refusal = std::function<Response(unsigned status, std::string_view message, const Request& request)>;

/// Plain `{"error":"…"}`.
Response plain_refusal(unsigned status, std::string_view message, const Request& request);

struct ServerStats {
  std::uint64_t open = 0;  ///< Connections now.
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;  ///< Whole requests given to the handler.
  std::uint64_t refused = 0;   ///< Answered by a refusal.
  std::uint64_t hung_up = 0;   ///< Clients that went away before their answer ended.
};

struct ServerCore;

/// An HTTP/1.1 server on listening sockets that somebody else opened. All calls, handlers included, on the
/// one thread that runs the io_context.
class Server {
 public:
  Server(boost::asio::io_context& context, Limits limits, Handler handler, Refusal refusal = plain_refusal);
  /// Cuts what still runs. Handlers end when the io_context runs on.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// From now on heads are checked. Call it before `listen`.
  void check_heads(HeadCheck check);
  /// Accepts on a listening TCP or unix stream socket. With `tls`, clients must speak TLS.
  Result<void> listen(UniqueFd listener, Door door, std::shared_ptr<TlsServerContext> tls = {});
  /// New connections of this door use this certificate.
  void renew(Door door, const std::shared_ptr<TlsServerContext>& tls);
  /// Accepts no more, closes idle connections, lets answers finish for `patience`, then cuts them.
  /// `before_cut` is called first where some still run then: what it makes them say gets half a second.
  Task<void> drain(std::chrono::milliseconds patience, std::function<void()> before_cut = {});
  [[nodiscard]] ServerStats stats() const;

 private:
  std::shared_ptr<ServerCore> core_;
};

}  // namespace localscale::net
