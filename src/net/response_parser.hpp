#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/upstream.hpp"

namespace localscale::net {

/// Reads one HTTP/1 answer out of bytes as they come, and its body piece by piece out of whatever framing it
/// has.
class ResponseParser {
 public:
  enum class State {
    head,       ///< More bytes are needed before the head is complete.
    body,       ///< The head is complete; the body goes on.
    complete,   ///< The answer is whole.
    malformed,  ///< See `problem`.
  };

  ResponseParser();
  ~ResponseParser();

  /// Starts on the next answer. `to_head`: to a HEAD request, which has no body whatever its head says.
  void start(bool to_head);
  /// Takes `bytes` (contiguous, beginning where the last call stopped consuming); sets how many were used.
  /// Stops once after the head. What of them is body is in `body` until the next call, and as long as `bytes`
  /// lives.
  State feed(std::string_view bytes, std::size_t& consumed);
  /// The engine closed: complete if the answer may end that way.
  State feed_end();

  [[nodiscard]] std::string_view body() const;
  [[nodiscard]] const UpstreamHead& head() const { return head_; }
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  class Impl;
  [[nodiscard]] State state() const;

  std::unique_ptr<Impl> impl_;
  UpstreamHead head_;
  bool to_head_ = false;
  std::string problem_;
};

}  // namespace localscale::net
