#pragma once

#include <string>

#include "gateway/call.hpp"

namespace localscale::gateway {

/// An answer of NDJSON lines. It begins with the first of them, so that what fails before still gets a proper
/// status.
class LineStream {
 public:
  explicit LineStream(Call& call) : call_(call) {}

  /// `line` without its newline.
  net::Task<void> send(std::string line);
  net::Task<void> end(std::string last_line);

 private:
  Call& call_;
};

}  // namespace localscale::gateway
