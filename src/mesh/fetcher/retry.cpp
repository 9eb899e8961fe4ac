#include "mesh/fetcher/retry.hpp"

#include <algorithm>

#include <curl/curl.h>

namespace localscale::mesh::fetcher {

Verdict judge_status(long status, bool redirected) {
  if (status >= 200 && status < 300) return Verdict::ok;
  switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return Verdict::retry;
    case 401:
      return redirected ? Verdict::resolve_again : Verdict::authenticate;
    case 400:
    case 403:
    case 404:
    case 410:
      return redirected ? Verdict::resolve_again : Verdict::give_up;
    default:
      return Verdict::give_up;
  }
}

Verdict judge_curl(int code) {
  switch (code) {
    case CURLE_OK:
      return Verdict::ok;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_AGAIN:
      return Verdict::retry;
    default:
      return Verdict::give_up;
  }
}

std::optional<std::chrono::milliseconds> pause_before(const RetryPolicy& policy, Trouble trouble,
                                                      unsigned attempt, double chance,
                                                      std::chrono::seconds retry_after) {
  if (trouble == Trouble::silent) return std::nullopt;
  const auto attempts = trouble == Trouble::unreachable ? policy.unreachable_attempts : policy.attempts;
  if (attempt > attempts || retry_after > policy.longest_asked) return std::nullopt;
  auto pause = policy.base;
  for (unsigned i = 1; i < attempt && pause < policy.longest; ++i) pause *= 2;
  pause = std::min(pause, policy.longest);
  const auto half = static_cast<double>(pause.count()) / 2;
  const std::chrono::milliseconds jittered(static_cast<std::int64_t>(half + half * chance));
  return std::max<std::chrono::milliseconds>(jittered, retry_after);
}

}  // namespace localscale::mesh::fetcher
