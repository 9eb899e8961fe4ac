#include "core/pool/membership.hpp"

#include <algorithm>
#include <set>

#include "base/assert.hpp"

namespace localscale::core {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t return_every = 1000 * ms;  // pings to a suspect home
constexpr std::int64_t gone_every_max = 10'000 * ms;
constexpr std::int64_t greetings_apart = 500 * ms;
constexpr std::int64_t deaf_after = 4000 * ms;
constexpr std::int64_t hold_first = 4000 * ms;
constexpr std::int64_t hold_max = 60'000 * ms;
constexpr std::int64_t answers_window = 1000 * ms;
constexpr int answers_per_window = 10;
constexpr int falls_max = 8;

}  // namespace

std::string_view name(Presence presence) {
  switch (presence) {
    case Presence::present:
      return "present";
    case Presence::suspect:
      return "suspect";
    case Presence::gone:
      return "gone";
  }
  return "unknown";
}

std::string_view name(PresenceCause cause) {
  constexpr std::array<std::string_view, 6> names = {"silent",  "unanswered", "refused",
                                                     "leaving", "returned",   "removed"};
  return names.at(static_cast<std::size_t>(cause));
}

AdNews news_of(const Ad& ad, const crypto::HomeId& me) {
  return {ad.home, ad.sequence, hears(ad, me), ad.owner == OwnerState::leaving};
}

void Membership::Effects::clear() {
  ad_due = false;
  heard.clear();
  pings.clear();
  answers.clear();
  changes.clear();
}

Membership::Membership(const crypto::HomeId& me, std::uint32_t boot, const MembershipTiming& timing)
    : me_(me), timing_(timing), sequence_(std::uint64_t{boot} << 32U) {}

// Events ----------------------------------------------------------------------------------------------------

void Membership::on_started(Monotonic now, std::span<const crypto::HomeId> members, Effects& effects) {
  attended_ = now.us;
  next_ad_ = now.us;
  set_members(now.us, members, effects);
  on_alarm(now, effects);
}

void Membership::on_members(Monotonic now, std::span<const crypto::HomeId> members, Effects& effects) {
  set_members(attend(now), members, effects);
  on_alarm(now, effects);
}

void Membership::on_ad(Monotonic now, const AdNews& news, Effects& effects) {
  const Attended at = attend(now);
  const auto found = peers_.find(news.from);
  if (found == peers_.end() || news.sequence <= found->second.sequence) return arm(effects);
  Peer& peer = found->second;
  peer.sequence = news.sequence;
  if (news.leaving) {
    if (peer.presence != Presence::gone) change(*found, Presence::gone, PresenceCause::leaving, effects);
    peer.next_ping = at + gone_every_max;
    peer.ping_gap = gone_every_max;
  } else if (peer.presence != Presence::present) {
    greet(at, peer);
  } else {
    peer.life = at;
    if (peer.probe.why == Doubt::silence) peer.probe = {};
    if (peer.probe.why == Doubt::link) peer.probe.verdict_at = peer.probe.verdict_with_news;
    if (!news.hears_me && peer.probe.why == Doubt::none && at - peer.answered > deaf_after)
      begin_probe(at, peer, Doubt::deaf);
  }
  settle(*found, effects);
}

void Membership::on_ping(Monotonic now, const Ping& ping, Effects& effects) {
  const Attended at = attend(now);
  const auto found = peers_.find(ping.home);
  if (found == peers_.end()) return arm(effects);
  Peer& peer = found->second;
  if (at - peer.answers_since >= answers_window) {
    peer.answers_since = at;
    peer.answers_sent = 0;
  }
  if (peer.answers_sent < answers_per_window) {
    ++peer.answers_sent;
    effects.answers.push_back(ping);
  }
  if (peer.presence != Presence::present) greet(at, peer);
  settle(*found, effects);
}

void Membership::on_answer(Monotonic now, const Ping& ping, const std::optional<AdNews>& news,
                           Effects& effects) {
  const Attended at = attend(now);
  const auto found = peers_.find(ping.home);
  if (found == peers_.end()) return arm(effects);
  Peer& peer = found->second;
  const auto sent = std::ranges::find(peer.sent, ping.number, &SentPing::number);
  if (ping.number == 0 || sent == peer.sent.end()) {
    // Overtaken by the answer to a later ping, or unasked: it answers nothing, but an ad is an ad.
    return news && news->from == ping.home ? on_ad(now, *news, effects) : arm(effects);
  }
  peer.round_trip = std::max<std::int64_t>(at - sent->at, 1);
  std::for_each(peer.sent.begin(), sent + 1, [](SentPing& answered) { answered.number = 0; });
  peer.answered = at;
  const bool has_newest_ad = news && news->from == ping.home && news->sequence >= peer.sequence;
  if (has_newest_ad) peer.sequence = news->sequence;
  if (peer.presence == Presence::present) {
    peer.life = at;
    if (ping.number > peer.probe.after) peer.probe = {};
  } else if (has_newest_ad && !news->leaving) {
    come_closer(at, *found, effects);
  }
  settle(*found, effects);
}

void Membership::on_refused(Monotonic now, const Ping& ping, Effects& effects) {
  const Attended at = attend(now);
  const auto found = peers_.find(ping.home);
  if (found == peers_.end()) return arm(effects);
  const bool ours = ping.number != 0 && std::ranges::find(found->second.sent, ping.number,
                                                          &SentPing::number) != found->second.sent.end();
  if (ours && found->second.presence == Presence::present)
    suspect(at, *found, PresenceCause::refused, effects);
  settle(*found, effects);
}

void Membership::on_link_lost(Monotonic now, const crypto::HomeId& home, Effects& effects) {
  const Attended at = attend(now);
  const auto found = peers_.find(home);
  if (found == peers_.end()) return arm(effects);
  if (found->second.presence == Presence::present && found->second.probe.why != Doubt::link)
    begin_probe(at, found->second, Doubt::link);
  settle(*found, effects);
}

void Membership::on_alarm(Monotonic now, Effects& effects) {
  const Attended at = attend(now);
  if (at >= next_ad_) tick(at, effects);
  alarm_ = next_ad_;
  for (Entry& entry : peers_) {
    act(at, entry, effects);
    alarm_ = std::min(alarm_, due(entry.second));
  }
  arm(effects);
}

// Own punctuality -------------------------------------------------------------------------------------------

Membership::Attended Membership::attend(Monotonic now) {
  Attended at = now.us - missed_;
  if (alarm_ != never && at > alarm_ + timing_.late) {
    const std::int64_t late = at - alarm_;
    missed_ += late;
    at = alarm_;
    doubt_ = std::min(doubt_ + 1, doubt_max);
    late_since_ad_ = true;
  }
  attended_ = std::max(attended_, at);
  return attended_;
}

void Membership::review_doubt() {
  const auto suspects =
      std::ranges::count(peers_, Presence::suspect, [](const Entry& e) { return e.second.presence; });
  const auto present =
      std::ranges::count(peers_, Presence::present, [](const Entry& e) { return e.second.presence; });
  // When most fall silent together, it is more likely this home that is cut off.
  if (suspects >= 2 && suspects > present) {
    doubt_ = std::min(doubt_ + 1, doubt_max);
  } else if (!late_since_ad_ && doubt_ > 0) {
    --doubt_;
  }
  late_since_ad_ = false;
}

// The tick --------------------------------------------------------------------------------------------------

void Membership::tick(Attended now, Effects& effects) {
  next_ad_ = std::max(next_ad_ + timing_.ad_every, now + 1);
  review_doubt();
  effects.ad_due = true;
  effects.ad_sequence = ++sequence_;
  effects.heard.clear();
  for (const auto& [home, peer] : peers_)
    if (peer.presence == Presence::present) effects.heard.push_back({home, peer.round_trip});
  take_turn(now);
}

/// One present home is pinged at each tick, in turn: round trips stay known, and ads alone (which others may
/// hold back and send later) keep nobody present.
void Membership::take_turn(Attended now) {
  auto next = peers_.upper_bound(turn_);
  for (std::size_t i = 0; i < peers_.size(); ++i, ++next) {
    if (next == peers_.end()) next = peers_.begin();
    if (next->second.presence != Presence::present || next->second.probe.why != Doubt::none) continue;
    turn_ = next->first;
    return begin_probe(now, next->second, Doubt::turn);
  }
}

void Membership::set_members(Attended now, std::span<const crypto::HomeId> members, Effects& effects) {
  std::set<crypto::HomeId> wanted(members.begin(), members.end());
  wanted.erase(me_);
  while (wanted.size() > others_max) wanted.erase(std::prev(wanted.end()));
  for (auto it = peers_.begin(); it != peers_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    if (it->second.presence != Presence::gone) change(*it, Presence::gone, PresenceCause::removed, effects);
    it = peers_.erase(it);
  }
  for (const crypto::HomeId& home : wanted) {
    const auto [it, is_new] = peers_.try_emplace(home);
    if (!is_new) continue;
    it->second.next_ping = now;
    it->second.ping_gap = return_every;
    it->second.life = it->second.answered = it->second.answers_since = now;
  }
}

// One member ------------------------------------------------------------------------------------------------

void Membership::act(Attended now, Entry& entry, Effects& effects) {
  if (entry.second.presence == Presence::present) {
    act_present(now, entry, effects);
  } else {
    act_absent(now, entry, effects);
  }
}

void Membership::act_present(Attended now, Entry& entry, Effects& effects) {
  Peer& peer = entry.second;
  const bool may_be_replaced = peer.probe.why != Doubt::silence && peer.probe.why != Doubt::link;
  if (may_be_replaced && now >= peer.life + timing_.silence) begin_probe(now, peer, Doubt::silence);
  if (peer.probe.why == Doubt::none) return;
  if (now >= peer.probe.verdict_at) {
    const bool silent = peer.probe.why == Doubt::silence;
    suspect(now, entry, silent ? PresenceCause::silent : PresenceCause::unanswered, effects);
  } else if (peer.probe.pings_left > 0 && now >= peer.probe.next_ping) {
    --peer.probe.pings_left;
    peer.probe.next_ping = now + peer.probe.gap;
    send_ping(now, entry, effects);
  }
}

void Membership::act_absent(Attended now, Entry& entry, Effects& effects) {
  Peer& peer = entry.second;
  if (peer.steady_since != never && now - peer.life >= timing_.silence) peer.steady_since = never;
  if (peer.presence == Presence::suspect && now >= gone_at(peer))
    change(entry, Presence::gone, PresenceCause::silent, effects);
  if (now < peer.next_ping) return;
  send_ping(now, entry, effects);
  peer.next_ping = now + peer.ping_gap;
  if (peer.presence == Presence::gone) peer.ping_gap = std::min(peer.ping_gap * 2, gone_every_max);
}

void Membership::begin_probe(Attended now, Peer& peer, Doubt why) {
  const Attended before = peer.probe.why == Doubt::none ? never : peer.probe.verdict_at;
  switch (why) {
    case Doubt::silence:
      peer.probe = {why, now, peer.life + timing_.silence + timing_.silence_verdict, 250 * ms, 2};
      break;
    case Doubt::link:
      // What it answered before its link broke says nothing.
      peer.probe = {why,
                    now,
                    std::min(before, now + timing_.link_verdict),
                    150 * ms,
                    2,
                    pings_,
                    now + timing_.link_verdict};
      break;
    case Doubt::deaf:
    case Doubt::turn:
      peer.probe = {why, now, now + timing_.ping_verdict, 500 * ms, 3};
      break;
    case Doubt::none:
      break;
  }
}

void Membership::send_ping(Attended now, Entry& entry, Effects& effects) {
  auto& sent = entry.second.sent;
  std::ranges::rotate(sent, sent.begin() + 1);
  sent.back() = {++pings_, now};
  effects.pings.push_back({entry.first, pings_});
}

void Membership::suspect(Attended now, Entry& entry, PresenceCause cause, Effects& effects) {
  Peer& peer = entry.second;
  peer.falls = std::min(falls(now, peer) + 1, falls_max);
  peer.fell_at = now;
  peer.next_ping = now + return_every;
  peer.ping_gap = return_every;
  change(entry, Presence::suspect, cause, effects);
}

/// A member that is not present answered with its newest ad.
void Membership::come_closer(Attended now, Entry& entry, Effects& effects) {
  Peer& peer = entry.second;
  if (peer.steady_since == never) peer.steady_since = now;
  peer.life = now;
  peer.ping_gap = return_every;
  peer.next_ping = now + return_every;
  if (now - peer.steady_since >= hold(now, peer)) {
    change(entry, Presence::present, PresenceCause::returned, effects);
  } else if (peer.presence == Presence::gone) {
    change(entry, Presence::suspect, PresenceCause::returned, effects);
  }
}

void Membership::change(Entry& entry, Presence presence, PresenceCause cause, Effects& effects) {
  Peer& peer = entry.second;
  if (presence == Presence::gone || peer.presence == Presence::present) peer.steady_since = never;
  peer.probe = {};
  peer.presence = presence;
  effects.changes.push_back({entry.first, presence, cause});
}

/// A member that is not present showed itself: ping it now, unless that was just done.
void Membership::greet(Attended now, Peer& peer) {
  if (now - peer.sent.back().at >= greetings_apart) peer.next_ping = now;
}

/// How often the home fell from present, less what time has forgiven.
int Membership::falls(Attended now, const Peer& peer) const {
  const std::int64_t forgiven = std::min<std::int64_t>((now - peer.fell_at) / timing_.fall_memory, falls_max);
  return std::max(peer.falls - static_cast<int>(forgiven), 0);
}

/// How long a home that fell before must answer steadily until it is present again.
Membership::Attended Membership::hold(Attended now, const Peer& peer) const {
  const int fallen = falls(now, peer);
  if (fallen <= 1) return 0;
  return std::min(hold_first << (fallen - 2), hold_max);
}

Membership::Attended Membership::gone_at(const Peer& peer) const {
  return peer.life + timing_.gone * (1 + doubt_);
}

Membership::Attended Membership::due(const Peer& peer) const {
  if (peer.presence != Presence::present)
    return peer.presence == Presence::suspect ? std::min(peer.next_ping, gone_at(peer)) : peer.next_ping;
  const Probe& probe = peer.probe;
  const Attended silent = peer.life + timing_.silence;
  if (probe.why == Doubt::none) return silent;
  Attended next = probe.verdict_at;
  if (probe.pings_left > 0) next = std::min(next, probe.next_ping);
  if (probe.why == Doubt::deaf || probe.why == Doubt::turn) next = std::min(next, silent);
  return next;
}

void Membership::settle(const Entry& entry, Effects& effects) {
  alarm_ = std::min(alarm_, due(entry.second));
  arm(effects);
}

void Membership::arm(Effects& effects) const {
  LS_ASSERT(alarm_ != never);  // on_started comes first
  effects.wake_at = {alarm_ + missed_};
}

Presence Membership::presence(const crypto::HomeId& home) const {
  const auto found = peers_.find(home);
  return found == peers_.end() ? Presence::gone : found->second.presence;
}

}  // namespace localscale::core
