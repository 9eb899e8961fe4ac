#pragma once

#include <string>

#include "gateway/call.hpp"
#include "gateway/services.hpp"

namespace localscale::gateway {

/// Runs one pull for a client: progress as NDJSON lines (the answer begins with the first of them, so that a
/// pull that fails at once still gets a proper status), as events for the page, and in the counters.
class PullStream {
 public:
  /// `stream`: send progress; otherwise only the result.
  PullStream(Services& services, Call& call, std::string name, bool stream);
  net::Task<void> run();

 private:
  net::Task<void> on_progress(engine::Progress progress);
  net::Task<void> send_line(std::string line);

  Services& services_;
  Call& call_;
  std::string name_;
  bool stream_;
};

}  // namespace localscale::gateway
