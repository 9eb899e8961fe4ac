#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/time.hpp"
#include "core/privacy/envelope.hpp"

namespace localscale::core::privacy {

/// By how much the clocks of two homes may differ.
inline constexpr std::int64_t clock_skew_max_ms = 60'000;

/// Remembers the nonces of envelopes that came, for as long as these are valid. Its memory is bounded for
/// each home and in all, so that a flooding member costs others nothing.
class ReplayWindow {
 public:
  enum class Verdict {
    fresh,
    seen,
    may_be_forgotten,  ///< From a time that this window does not remember (all of).
    full,              ///< No room for another one of that home.
  };

  /// `since`: the time at which it begins to remember, that of the gate's start.
  explicit ReplayWindow(UnixMs since, std::size_t per_home_max = 4096, std::size_t all_max = 65536)
      : since_(since), per_home_max_(per_home_max), all_max_(all_max) {}

  /// `direct`: the connection proves that the home itself sends it. Then nobody else can play it again, and
  /// only what is remembered counts.
  [[nodiscard]] Verdict look(const Envelope& envelope, bool direct) const;
  /// After it was let in, at `now`. Clocks may jump: what was forgotten at the latest time ever seen stays
  /// refused.
  void remember(const Envelope& envelope, UnixMs now);

  [[nodiscard]] std::size_t size() const { return by_end_.size(); }

 private:
  void forget_until(UnixMs now);

  UnixMs since_;
  std::size_t per_home_max_;
  std::size_t all_max_;
  UnixMs forgotten_until_;
  std::set<std::pair<crypto::HomeId, Nonce>> nonces_;
  std::set<std::tuple<UnixMs, crypto::HomeId, Nonce>> by_end_;
  std::map<crypto::HomeId, std::size_t> counts_;
};

}  // namespace localscale::core::privacy
