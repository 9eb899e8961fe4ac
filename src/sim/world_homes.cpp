#include <algorithm>
#include <ostream>
#include <utility>

#include "sim/world.hpp"

// What homes do: their membership takes events, and its effects are carried out.

namespace localscale::sim {
namespace {

constexpr std::int64_t new_year_2026_ms = 1'767'225'600'000;

/// Whether it answers a ping that was sent, and a later one than `before`.
bool answers_more(const Event& event, const Sight& sight, std::uint64_t before) {
  return event.kind == EventKind::answer && event.number > before && event.number <= sight.pinged;
}

}  // namespace

template <class Do>
void World::for_others(const Home& home, Do&& apply) {
  const HomeIndex first = tree_.first_of(home.pool);
  for (int i = 0; i < tree_.homes_per_pool(); ++i)
    if (const auto other = static_cast<HomeIndex>(first + i); other != home.index) apply(homes_[other]);
}

// Its process -----------------------------------------------------------------------------------------------

void World::start(Home& home) {
  home.running = home.powered = true;
  ++home.life;
  ++home.boot;
  home.busy_until_us = now_us_;
  home.membership.emplace(home.id, home.boot, options_.sabotage.timing);
  for_others(home,
             [&](const Home& other) { sight_of(home.index, other.index) = {.view_since_us = now_us_}; });
  std::vector<crypto::HomeId> members{home.id};
  for_others(home, [&](const Home& other) { members.push_back(other.id); });
  effects_.clear();
  home.membership->on_started(home.clock(now_us_), members, effects_);
  carry_out(home);
}

void World::stop(Home& home, bool with_power) {
  if (!home.running) return;
  home.running = false;
  home.powered = with_power;
  ++home.life;
  ++home.alarm_version;
  home.alarm.reset();
  home.missed_us -= std::max<std::int64_t>(home.busy_until_us - now_us_, 0);
  home.busy_until_us = now_us_;
  home.membership.reset();
  home.ad.reset();
  if (!with_power) return;
  for_others(home, [&](const Home& other) {
    if (!other.running) return;
    send(network_.direct(home.index, other.index, now_us_),
         {.kind = EventKind::link_lost, .home = other.index, .from = home.index});
  });
}

void World::stall(Home& home, std::int64_t us) {
  if (!home.running) return;
  ++counts_.stalls;
  const std::int64_t from = std::max(home.busy_until_us, now_us_);
  const std::int64_t until = std::max(from, now_us_ + us);
  home.missed_us += until - from;
  home.busy_until_us = until;
}

// What reaches it -------------------------------------------------------------------------------------------

void World::note_arrival(const Event& event) {
  if (event.kind == EventKind::alarm || event.kind == EventKind::ping) return;
  Sight& sight = sight_of(event.home, event.from);
  if (event.kind == EventKind::link_lost) sight.lost_arrived_us = now_us_;
  if (!event.authentic) return;
  if (event.bytes && event.sequence > sight.sequence) sight.sign_arrived_us = now_us_;
  if (answers_more(event, sight, sight.answered)) {
    sight.answered = event.number;
    sight.sign_arrived_us = now_us_;
    sight.unanswered_since_us = -1;
    if (event.bytes && event.sequence >= sight.sequence) sight.full_answer_arrived_us = now_us_;
  }
  sight.sequence = std::max(sight.sequence, event.sequence);
}

void World::note_handled(Home& home, const Event& event) {
  Sight& sight = sight_of(event.home, event.from);
  if (event.kind == EventKind::link_lost) {
    sight.lost_attended_us = home.attended(now_us_);
    sight.lost_after_ping = sight.pinged;
  }
  if (event.kind == EventKind::refused) sight.refused_us = now_us_;
  if (!event.authentic) return;
  const bool new_ad = event.bytes && event.sequence > sight.handled_sequence;
  const bool new_answer = answers_more(event, sight, sight.handled_answer);
  if (new_answer) sight.handled_answer = event.number;
  if (new_ad || new_answer) sight.sign_attended_us = home.attended(now_us_);
  sight.handled_sequence = std::max(sight.handled_sequence, event.sequence);
}

std::optional<core::AdNews> World::read_ad(const Home& home, const Event& event) {
  if (!event.bytes) return {};
  auto received = core::ReceivedAd::read(*event.bytes);
  const auto known = received ? by_id_.find(received->claimed_home()) : by_id_.end();
  if (known != by_id_.end() && homes_[known->second].pool == home.pool) {
    const auto& key = signatures_.public_key(known->second);
    if (const auto ad =
            std::move(*received).open(pools_[static_cast<std::size_t>(home.pool)], key, verify_)) {
      ++counts_.ads_heard;
      core::AdNews news = core::news_of(*ad, home.id);
      if (options_.sabotage.news) options_.sabotage.news(news);
      return news;
    }
  }
  ++counts_.ads_refused;
  return {};
}

void World::handle(Home& home, const Event& event) {
  const Monotonic now = home.clock(now_us_);
  const core::Ping ping{homes_[event.from].id, event.number};
  core::Membership& membership = *home.membership;
  effects_.clear();
  if (event.kind != EventKind::alarm && event.kind != EventKind::ping) note_handled(home, event);
  switch (event.kind) {
    case EventKind::ad:
      if (const auto news = read_ad(home, event)) {
        membership.on_ad(now, *news, effects_);
        break;
      }
      return;
    case EventKind::ping:
      membership.on_ping(now, ping, effects_);
      break;
    case EventKind::answer:
      membership.on_answer(now, ping, read_ad(home, event), effects_);
      break;
    case EventKind::refused:
      membership.on_refused(now, ping, effects_);
      break;
    case EventKind::link_lost:
      if (options_.sabotage.ignore_lost_links) return;
      membership.on_link_lost(now, ping.home, effects_);
      break;
    case EventKind::alarm:
      home.alarm.reset();
      membership.on_alarm(now, effects_);
      break;
    default:
      return;
  }
  carry_out(home);
}

// What it does ----------------------------------------------------------------------------------------------

void World::carry_out(Home& home) {
  if (options_.sabotage.effects) options_.sabotage.effects(effects_);
  apply_changes(home);
  if (effects_.ad_due) send_ad(home);
  for (const core::Ping& ping : effects_.pings) {
    const HomeIndex to = by_id_.at(ping.home);
    Sight& sight = sight_of(home.index, to);
    if (sight.unanswered_since_us < 0) sight.unanswered_since_us = now_us_;
    sight.pinged = ping.number;
    ++home.pings_sent;
    send(network_.direct(home.index, to, now_us_),
         {.kind = EventKind::ping, .authentic = true, .home = to, .from = home.index, .number = ping.number});
  }
  for (const core::Ping& ping : effects_.answers) {
    const HomeIndex to = by_id_.at(ping.home);
    ++home.answers_sent;
    send(network_.direct(home.index, to, now_us_), {.kind = EventKind::answer,
                                                    .authentic = true,
                                                    .home = to,
                                                    .from = home.index,
                                                    .number = ping.number,
                                                    .sequence = home.ad_sequence,
                                                    .bytes = home.ad});
  }
  set_alarm(home);
}

void World::apply_changes(Home& home) {
  for (const core::PresenceChange& change : effects_.changes) {
    const HomeIndex subject = by_id_.at(change.home);
    for (const auto& invariant : invariants_)
      report(*invariant, invariant->after_change(*this, home.index, subject, change));
    Sight& sight = sight_of(home.index, subject);
    sight.view = change.presence;
    sight.view_since_us = now_us_;
    if (change.presence == core::Presence::suspect) ++counts_.suspicions;
    if (change.presence == core::Presence::present) ++counts_.returns;
    digest_ = mixed(digest_ ^ (std::uint64_t{home.index} << 32U | std::uint64_t{subject} << 8U |
                               static_cast<std::uint64_t>(change.presence)));
    if (options_.trace)
      *options_.trace << now_us_ << ' ' << home.path << " thinks " << homes_[subject].path << ' '
                      << core::name(change.presence) << ", " << core::name(change.cause) << '\n';
  }
}

void World::send_ad(Home& home) {
  home.ad = seal(home.index, home.pool, compose_ad(home));
  home.ad_sequence = effects_.ad_sequence;
  recorded_[next_record_++ % recorded_.size()] = {home.index, home.ad_sequence, home.ad};
  for_others(home, [&](const Home& other) {
    send(network_.by_post(home.index, other.index, now_us_), {.kind = EventKind::ad,
                                                              .authentic = true,
                                                              .home = other.index,
                                                              .from = home.index,
                                                              .sequence = home.ad_sequence,
                                                              .bytes = home.ad});
  });
}

core::Ad World::compose_ad(Home& home) const {
  core::Ad ad;
  ad.home = home.id;
  ad.sequence = effects_.ad_sequence;
  ad.time = core::ad_time({new_year_2026_ms + now_us_ / 1000 + home.wall_offset_ms});
  ad.owner = core::OwnerState::away;
  ad.queue_s = core::step_above(home.random.below(40));
  ad.slots_free[0] = core::step_below(home.random.below(5));
  ad.memory_free_mib = core::step_below(home.random.below(32'768));
  ad.models = {{{std::byte{1}}, true, core::step_below(20)}, {{std::byte{2}}, false, {}}};
  if (home.lying > 0) {
    ad.slots_free.fill(core::ad_slots_last);
    ad.queue_s = {};
    return ad;
  }
  for (const core::HeardHome& heard : effects_.heard)
    ad.round_trips.push_back({core::short_home(heard.home), core::step_above(static_cast<std::uint64_t>(
                                                                (heard.round_trip_us + 99) / 100))});
  return ad;
}

std::shared_ptr<const Bytes> World::seal(HomeIndex signer, int pool, const core::Ad& ad) const {
  Bytes bytes = core::ad_body(ad);
  const Bytes message = core::ad_message(pools_[static_cast<std::size_t>(pool)], bytes);
  const crypto::Signature signature = signatures_.sign(signer, core::ad_domain, message);
  bytes.insert(bytes.end(), signature.bytes.begin(), signature.bytes.end());
  return std::make_shared<const Bytes>(std::move(bytes));
}

void World::set_alarm(Home& home) {
  if (home.alarm == effects_.wake_at) return;
  home.alarm = effects_.wake_at;
  queue_.push({.at_us = home.when(effects_.wake_at, now_us_),
               .kind = EventKind::alarm,
               .home = home.index,
               .number = ++home.alarm_version});
}

// Mischief --------------------------------------------------------------------------------------------------

void World::do_mischief(Home& home) {
  if (home.hostile == 0) return;
  Random& random = home.random;
  queue_.push(
      {.at_us = now_us_ + random.between(200'000, 800'000), .kind = EventKind::mischief, .home = home.index});
  if (!home.running || tree_.homes_per_pool() < 2) return;
  const auto member = [&] {
    const auto homes = static_cast<std::uint64_t>(tree_.homes_per_pool());
    return static_cast<HomeIndex>(tree_.first_of(home.pool) + random.below(homes));
  };
  const HomeIndex victim = member();
  const HomeIndex name_of = member();
  const Recorded& old = recorded_[random.below(recorded_.size())];
  if (victim == home.index || name_of == home.index) return;
  const auto post = [&](Event event) {
    event.home = victim;
    send(network_.by_post(home.index, victim, now_us_), std::move(event));
  };
  switch (random.below(5)) {
    case 0:  // replays, also of other pools' ads
      if (!old.bytes || old.from == victim) return;
      return post({.kind = EventKind::ad,
                   .authentic = tree_.pool_of(old.from) == home.pool,
                   .from = old.from,
                   .sequence = old.sequence,
                   .bytes = old.bytes});
    case 1: {  // forges in another's name
      core::Ad ad;
      ad.home = homes_[name_of].id;
      ad.sequence = ~std::uint64_t{0};
      return post({.kind = EventKind::ad, .from = name_of, .bytes = seal(home.index, home.pool, ad)});
    }
    case 2: {  // rubbish of any size
      auto rubbish = std::make_shared<Bytes>(random.below(2048));
      for (std::byte& byte : *rubbish) byte = static_cast<std::byte>(random.next());
      return post({.kind = EventKind::ad, .from = home.index, .bytes = rubbish});
    }
    case 3:  // floods with pings
      for (std::uint64_t i = 0; i < 40; ++i)
        send(network_.direct(home.index, victim, now_us_),
             {.kind = EventKind::ping, .home = victim, .from = home.index});
      return;
    default:  // answers what was not asked
      return send(network_.direct(home.index, victim, now_us_), {.kind = EventKind::answer,
                                                                 .authentic = true,
                                                                 .home = victim,
                                                                 .from = home.index,
                                                                 .number = random.below(1000) + 1'000'000'000,
                                                                 .sequence = home.ad_sequence,
                                                                 .bytes = home.ad});
  }
}

}  // namespace localscale::sim
