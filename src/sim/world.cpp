#include "sim/world.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

// The world's loop: what happens next, to whom, and whether that may be.

namespace localscale::sim {
namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t calm_end = 120 * second;
constexpr std::size_t records_max = 256;

}  // namespace

World::World(const Options& options)
    : options_(options),
      tree_(options.pools, options.homes),
      random_(options.seed),
      fault_random_(random_.fork("faults")),
      network_(tree_, random_.fork("network"), options.scenario->loss),
      signatures_(options.signatures),
      verify_(signatures_.verifier()),
      homes_(static_cast<std::size_t>(tree_.homes())),
      sights_(homes_.size() * static_cast<std::size_t>(options.homes)),
      invariants_(all_invariants()) {
  recorded_.resize(records_max);
  Random keys = random_.fork("keys");
  for (int pool = 0; pool < tree_.pools(); ++pool)
    pools_.push_back(crypto::sha256(bytes_of(tree_.pool_path(pool))));
  for (Home& home : homes_) {
    home.index = static_cast<HomeIndex>(&home - homes_.data());
    home.pool = tree_.pool_of(home.index);
    home.path = tree_.path(home.index);
    home.id = crypto::home_id(signatures_.add(keys));
    home.random = random_.fork("home", home.index);
    home.clock_offset_us = home.random.between(0, 1'000'000 * second);
    home.clock_drift = home.random.between(-100, 100);
    by_id_[home.id] = home.index;
  }
  // Not all at once: their ads would come in step.
  for (Home& home : homes_)
    queue_.push({.at_us = home.random.between(0, 2 * second), .kind = EventKind::boot, .home = home.index});
  faults_until_us_ = options.minutes * 60 * second - calm_end;
  if (options.scenario->gap_us > 0) next_fault();
  queue_.push({.at_us = second, .kind = EventKind::inspect});
}

void World::run() {
  run_for(options_.minutes * 60 * second);
}

void World::run_for(std::int64_t us) {
  const std::int64_t end = now_us_ + us;
  while (!finding_ && !queue_.empty() && queue_.next_at_us() <= end) take(queue_.pop());
  if (!finding_) now_us_ = end;
}

void World::take(Event event) {
  now_us_ = std::max(now_us_, event.at_us);
  ++counts_.events;
  switch (event.kind) {
    case EventKind::boot:
      record(event);
      if (!homes_[event.home].running) start(homes_[event.home]);
      return;
    case EventKind::next_fault:
      record(event);
      return next_fault();
    case EventKind::fault_end:
      record(event);
      return turn(faults_[event.number], -1);
    case EventKind::mischief:
      record(event);
      return do_mischief(homes_[event.home]);
    case EventKind::inspect:
      return inspect();
    default:
      return deliver(std::move(event));
  }
}

void World::deliver(Event event) {
  Home& home = homes_[event.home];
  if (event.kind == EventKind::alarm) {
    if (event.number != home.alarm_version) return;
  } else if (!home.running || event.life != home.life) {
    const bool refuses = event.kind == EventKind::ping && !home.running && home.powered;
    if (!refuses) return;
    Event answer{.kind = EventKind::refused, .home = event.from, .from = event.home, .number = event.number};
    return send(network_.direct(event.home, event.from, now_us_), std::move(answer));
  }
  if (!event.arrived) note_arrival(event);
  if (home.stands_still(now_us_)) {
    event.arrived = true;
    const std::int64_t later = home.busy_until_us;
    return queue_.push_again(std::move(event), later);
  }
  record(event);
  handle(home, event);
  if (home.slow_disks > 0 && home.running && home.random.chance(30'000))
    stall(home, home.random.between(50'000, 700'000));
  check(event);
}

void World::send(const Arrivals& arrivals, Event event) {
  event.life = homes_[event.home].life;
  for (int i = 0; i < arrivals.count; ++i) {
    event.at_us = arrivals.at_us[static_cast<std::size_t>(i)];
    queue_.push(event);
  }
}

void World::inspect() {
  queue_.push({.at_us = now_us_ + second, .kind = EventKind::inspect});
  for (const auto& invariant : invariants_) report(*invariant, invariant->inspect(*this));
  for (Home& home : homes_) home.pings_sent = home.answers_sent = 0;
}

void World::check(const Event& event) {
  for (const auto& invariant : invariants_) report(*invariant, invariant->after_event(*this, event));
}

void World::report(const Invariant& invariant, std::string what) {
  if (what.empty() || finding_) return;
  if (options_.trace) *options_.trace << "broken: " << invariant.name() << ": " << what << '\n';
  finding_ = Finding{now_us_, std::string(invariant.name()), std::move(what)};
}

void World::record(const Event& event) {
  const std::uint64_t head = static_cast<std::uint64_t>(event.kind) | std::uint64_t{event.home} << 8U |
                             std::uint64_t{event.from} << 24U | std::uint64_t{event.life} << 40U;
  digest_ = mixed(digest_ ^ static_cast<std::uint64_t>(now_us_));
  digest_ = mixed(digest_ ^ head) + event.number * 0x9e3779b97f4a7c15ULL + event.sequence;
  if (!options_.trace) return;
  const bool of_a_home = event.kind != EventKind::next_fault && event.kind != EventKind::fault_end;
  *options_.trace << now_us_ << ' ' << name(event.kind);
  if (of_a_home) *options_.trace << ' ' << homes_[event.home].path;
  if (event.kind < EventKind::alarm) *options_.trace << " from " << homes_[event.from].path;
  *options_.trace << " number " << event.number << " sequence " << event.sequence << '\n';
}

}  // namespace localscale::sim
