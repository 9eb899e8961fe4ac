#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace localscale::net {

/// Reads one HTTP/1 request out of bytes as they come. One object serves a whole connection, request by
/// request. A target in absolute form is turned into its path, and its host into the Host field.
class RequestParser {
 public:
  enum class State {
    head,       ///< More bytes are needed before the head is complete.
    body,       ///< The head is in the request; more bytes are needed for the body.
    complete,   ///< The request is whole. Bytes after it belong to the next one.
    malformed,  ///< Not HTTP/1, ambiguous, not offered or over a limit: see `status`.
  };

  RequestParser(std::uint32_t max_header_bytes, std::uint64_t max_body_bytes);
  ~RequestParser();

  /// Forgets the last request and starts on the next, which is written to `into`.
  void start(Request& into);
  /// Takes `bytes` (contiguous, beginning where the last call stopped consuming); sets how many were used.
  State feed(std::string_view bytes, std::size_t& consumed);

  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool http_1_0() const;
  /// The answer's status after `malformed`: 400, 413, 417, 431 or 501.
  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  class Impl;
  State failed(unsigned status, std::string problem);

  std::uint32_t max_header_bytes_;
  std::uint64_t max_body_bytes_;
  std::unique_ptr<Impl> impl_;
  unsigned status_ = 0;
  std::string problem_;
};

}  // namespace localscale::net
