#include "core/privacy/replay_window.hpp"

#include <algorithm>

namespace localscale::core::privacy {
namespace {

/// Until when an envelope might be taken as valid.
UnixMs end_of(const Envelope& envelope) {
  return {envelope.expires.ms + clock_skew_max_ms};
}

}  // namespace

ReplayWindow::Verdict ReplayWindow::look(const Envelope& envelope, bool direct) const {
  if (nonces_.contains({envelope.source, envelope.nonce})) return Verdict::seen;
  // One that came before the start was made at most a clock's difference after it.
  const bool before_start = envelope.not_before.ms <= since_.ms + clock_skew_max_ms;
  if (!direct && (before_start || end_of(envelope) < forgotten_until_)) return Verdict::may_be_forgotten;
  const auto count = counts_.find(envelope.source);
  const bool home_full = count != counts_.end() && count->second >= per_home_max_;
  return home_full || by_end_.size() >= all_max_ ? Verdict::full : Verdict::fresh;
}

void ReplayWindow::remember(const Envelope& envelope, UnixMs now) {
  forget_until(now);
  if (!nonces_.emplace(envelope.source, envelope.nonce).second) return;
  by_end_.emplace(end_of(envelope), envelope.source, envelope.nonce);
  ++counts_[envelope.source];
}

void ReplayWindow::forget_until(UnixMs now) {
  forgotten_until_ = std::max(forgotten_until_, now);
  while (!by_end_.empty() && std::get<UnixMs>(*by_end_.begin()) < now) {
    const auto [end, home, nonce] = *by_end_.begin();
    nonces_.erase({home, nonce});
    if (--counts_[home] == 0) counts_.erase(home);
    by_end_.erase(by_end_.begin());
  }
}

}  // namespace localscale::core::privacy
