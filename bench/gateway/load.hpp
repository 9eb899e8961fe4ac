#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace localscale::bench {

/// Where to ask: "PORT" on 127.0.0.1, or the path of a unix socket.
struct Target {
  std::string where;

  [[nodiscard]] UniqueFd connect() const;  ///< Exits the program with a message if nobody listens.
};

/// One keep-alive connection that is used by poll: sends a ready-made request and follows the answer.
class Conversation {
 public:
  Conversation(const Target& target, std::string request);

  [[nodiscard]] int fd() const { return socket_.get(); }
  void ask();
  /// Reads what is there. False once the answer is complete. Exits on errors and on a status other than 200.
  bool read();
  /// Blocks until `mark` has come in the answer or the answer is complete.
  void wait_for(std::string_view mark);
  void finish();
  /// Server-sent events with a token seen in this answer.
  [[nodiscard]] std::size_t tokens() const { return tokens_; }

 private:
  bool take(std::string_view bytes);
  bool scan_head();
  void reconnect_if_closed();

  Target target_;
  UniqueFd socket_;
  std::string request_;
  std::string head_;  ///< Until the head is complete.
  std::string tail_;  ///< The last bytes, for marks cut in two.
  bool in_body_ = false;
  bool chunked_ = false;
  bool seen_ = false;
  bool complete_ = false;
  std::string_view mark_;
  std::size_t left_ = 0;  ///< Of a body with a length.
  std::size_t tokens_ = 0;
};

/// A POST of `body` with keep-alive and the header lines of $BENCH_HEADERS.
std::string post(std::string_view path, std::string_view body);

/// The value below which `share` (0 to 1) of the values lie; sorts them.
double quantile(std::vector<double>& values, double share);

}  // namespace localscale::bench
