#pragma once

#include <string>

#include "gateway/call.hpp"
#include "gateway/line_stream.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Runs one pull for a client that waits: progress as NDJSON lines.
class PullStream {
 public:
  /// `stream`: send progress; otherwise only the result.
  PullStream(Services& services, Call& call, std::string name, bool stream);
  net::Task<void> run();

 private:
  net::Task<void> on_progress(engine::Progress progress);

  Services& services_;
  Call& call_;
  LineStream lines_;
  std::string name_;
  bool stream_;
};

}  // namespace localscale::gateway
