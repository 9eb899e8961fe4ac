#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace localscale::net {

/// How the end of a body is marked.
struct BodyEnd {
  std::optional<std::uint64_t> length;  ///< Content-Length; otherwise chunked, or the connection's end.
  bool chunked = false;
};

/// Writes the head of an answer into `out` (cleared first). Field names or values that could break out of
/// their line are left out. Content-Length, Transfer-Encoding, Connection and Date in `headers` are ours and
/// ignored.
void write_response_head(std::string& out, unsigned status, const Headers& headers, BodyEnd body,
                         bool keep_alive, std::string_view date);

/// Writes the head of a request into `out` (cleared first), with Content-Length where there is a body or the
/// method promises one.
void write_request_head(std::string& out, std::string_view method, std::string_view target,
                        const Headers& headers, std::size_t body_bytes);

/// The Date field's value, formatted at most once a second.
class HttpDate {
 public:
  std::string_view now();

 private:
  std::int64_t second_ = -1;
  std::string text_;
};

}  // namespace localscale::net
