#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace localscale::mesh::fetcher {

/// What an answer or a broken connection means for the next step. Pure: the caller supplies time and chance.
enum class Verdict {
  ok,
  retry,          ///< Passing: ask again after a pause.
  authenticate,   ///< 401: a token may help.
  resolve_again,  ///< A redirected address no longer works: start from the registry's own URL.
  give_up,        ///< Asking again will not help.
};

/// `redirected`: the answer came from a host that the registry redirected to (its signed addresses expire).
Verdict judge_status(long status, bool redirected);

/// `code`: a CURLcode.
Verdict judge_curl(int code);

struct RetryPolicy {
  std::chrono::milliseconds base{500};
  std::chrono::milliseconds longest{30'000};
  unsigned attempts = 8;              ///< In a row without any progress.
  unsigned unreachable_attempts = 2;  ///< Likewise, where a server cannot be reached at all. Silence: none.
  std::chrono::seconds longest_asked{120};  ///< A Retry-After beyond this ends the pull instead.
  std::chrono::seconds stall{20};           ///< A connection that moves nothing for this long is dropped.
};

/// What stands behind a failure, for how long it is worth asking again.
enum class Trouble {
  passing,      ///< It did answer: a cut connection, a busy server.
  unreachable,  ///< Name unknown, no route, refused: somebody waits, and time seldom mends it.
  silent,       ///< Nobody answered for as long as a connection may take: that was the waiting.
};

/// The pause before attempt `attempt` (1 = the first retry): exponential with jitter over its upper half,
/// never less than what the server asked for; nullopt if the attempts are used up or the server asks for too
/// long. `chance`: uniform in [0, 1).
std::optional<std::chrono::milliseconds> pause_before(const RetryPolicy& policy, Trouble trouble,
                                                      unsigned attempt, double chance,
                                                      std::chrono::seconds retry_after);

}  // namespace localscale::mesh::fetcher
