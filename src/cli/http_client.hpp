#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace localscale::cli {

struct HttpRequest {
  std::string method = "GET";
  std::string target = {};
  std::string body = {};  ///< JSON; empty for none.
  /// Called about four times a second while nothing comes; may be empty.
  std::function<void()> waiting = {};
  std::chrono::milliseconds quiet{60'000};  ///< The longest time without a byte of the answer.
  /// Called each time nothing came for `check_every` (a multiple of 250 ms); what it fails with ends the
  /// exchange. May be empty.
  std::function<Result<void>()> check = {};
  std::chrono::milliseconds check_every{5'000};
};

struct HttpReply {
  unsigned status = 0;
  std::string body;  ///< What `sink` did not take.
};

/// Takes the pieces of a successful answer's body as they come; false ends the exchange.
using BodySink = std::function<bool(std::string_view)>;

/// One HTTP/1.1 exchange over the home's admin socket on a connection of its own. Blocks. A signal that
/// interrupts it (without SA_RESTART) ends it with `cancelled` and closes the connection, which stops what
/// the home was doing for it. Fails with `not_found` or `unavailable` if nobody listens at `socket`. Bodies
/// without a sink have at most 64 MiB.
Result<HttpReply> http_exchange(const std::filesystem::path& socket, const HttpRequest& request,
                                const BodySink& sink = {});

}  // namespace localscale::cli
