#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "net/http.hpp"

namespace localscale::net {

struct UpstreamHead {
  unsigned status = 0;
  Headers headers;
};

/// One HTTP/1.1 client connection over an already connected descriptor (to an engine). Not thread-safe.
/// Destroying it closes the connection, which is how a generation is stopped.
///
/// Its errors: `unavailable`: the engine closed before it answered anything (nothing was generated: it may be
/// asked again); `corrupt`: it closed in the middle of an answer, or what came is not HTTP; `exhausted`: over
/// a limit given here; `cancelled`: the awaiting coroutine was cancelled. After any of them the connection is
/// of no more use.
class Upstream {
 public:
  virtual ~Upstream() = default;
  /// Sends a request and reads the answer's head. Host and Content-Length are added.
  virtual Task<Result<UpstreamHead>> request(std::string_view method, std::string_view target,
                                             const Headers& headers, std::string_view body) = 0;
  /// The next piece of the answer's body (decoded from chunks), valid until the next call; empty at its end.
  virtual Task<Result<std::string_view>> read_some() = 0;
  /// The whole rest of the body, at most `limit_bytes`.
  virtual Task<Result<std::string>> read_all(std::size_t limit_bytes) = 0;
  /// True after a complete answer that lets the connection be used again.
  [[nodiscard]] virtual bool reusable() const = 0;
};

/// Takes a connected stream socket. `executor` is that of an io_context.
std::unique_ptr<Upstream> make_upstream(boost::asio::any_io_executor executor, UniqueFd connected);

}  // namespace localscale::net
