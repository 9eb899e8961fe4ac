#include <algorithm>

#include "sim/world.hpp"

// What must be true of what homes think of each other. Judged by what truly happened (Sight), not by what the
// component remembers. The bounds are those of docs/protocols/membership.md with room for rounding.

namespace localscale::sim {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t second = 1000 * ms;

template <class Do>
std::string for_each_pair(const World& world, Do&& judge) {
  for (const Home& observer : world.homes()) {
    if (!observer.running) continue;
    const HomeIndex first = world.tree().first_of(observer.pool);
    for (int i = 0; i < world.tree().homes_per_pool(); ++i) {
      const auto subject = static_cast<HomeIndex>(first + i);
      if (subject == observer.index) continue;
      if (std::string what = judge(observer, world.home(subject)); !what.empty()) return what;
    }
  }
  return {};
}

std::string about(const Home& observer, const Home& subject, std::string_view what) {
  return observer.path + " thinks of " + subject.path + ": " + std::string(what);
}

/// A home of which nothing new was heard for three seconds, as the observer attended, is not present; nor one
/// whose link broke half a second ago and that did not answer since.
class FindsTheSilent : public Invariant {
 public:
  std::string_view name() const override { return "finds_the_silent"; }

  std::string after_event(const World& world, const Event& event) override {
    const Home& observer = world.home(event.home);
    if (!observer.running || observer.stands_still(world.now_us())) return {};
    const std::int64_t attended = observer.attended(world.now_us());
    const HomeIndex first = world.tree().first_of(observer.pool);
    for (int i = 0; i < world.tree().homes_per_pool(); ++i) {
      const auto subject = static_cast<HomeIndex>(first + i);
      const Sight& sight = world.sight(observer.index, subject);
      if (subject == observer.index || sight.view != core::Presence::present) continue;
      if (attended - sight.sign_attended_us > 3 * second)
        return about(observer, world.home(subject), "present, but silent for more than 3 s");
      const bool lost = sight.lost_attended_us >= 0 && sight.answered <= sight.lost_after_ping &&
                        sight.view_since_us < sight.lost_arrived_us;
      if (lost && attended - sight.lost_attended_us > 500 * ms)
        return about(observer, world.home(subject), "present, but its link broke more than 0.5 s ago");
    }
    return {};
  }
};

/// Nobody is suspect while news of it lies unread on the observer's own machine, or without having been
/// asked: a late home knows that it is late.
class SuspectsWithReason : public Invariant {
 public:
  std::string_view name() const override { return "suspects_with_reason"; }

  std::string after_change(const World& world, HomeIndex observer, HomeIndex subject,
                           const core::PresenceChange& change) override {
    if (change.presence != core::Presence::suspect || change.cause == core::PresenceCause::returned)
      return {};
    const Sight& sight = world.sight(observer, subject);
    const std::int64_t now = world.now_us();
    const bool silent = now - sight.sign_arrived_us >= 2800 * ms;
    const bool refused = sight.refused_us == now;
    const bool lost = sight.lost_arrived_us >= 0 && sight.answered <= sight.lost_after_ping &&
                      now - sight.lost_arrived_us >= 350 * ms;
    const bool deaf = sight.unanswered_since_us >= 0 && now - sight.unanswered_since_us >= 1500 * ms;
    if (silent || refused || lost || deaf) return {};
    return about(world.home(observer), world.home(subject), "suspect without a reason");
  }
};

/// Work is placed anew only after five seconds of suspicion without a whole answer.
class GivesUpLate : public Invariant {
 public:
  std::string_view name() const override { return "gives_up_late"; }

  std::string after_change(const World& world, HomeIndex observer, HomeIndex subject,
                           const core::PresenceChange& change) override {
    if (change.presence != core::Presence::gone || change.cause == core::PresenceCause::leaving) return {};
    const Sight& sight = world.sight(observer, subject);
    const std::int64_t now = world.now_us();
    if (now - sight.view_since_us >= 4900 * ms && now - sight.full_answer_arrived_us >= 4900 * ms) return {};
    return about(world.home(observer), world.home(subject), "gone too early");
  }
};

/// Two homes with nothing wrong for a while think well of each other, whatever was before.
class FindsEachOtherAgain : public Invariant {
 public:
  std::string_view name() const override { return "finds_each_other_again"; }

  std::string inspect(const World& world) override {
    return for_each_pair(world, [&](const Home& observer, const Home& subject) -> std::string {
      if (observer.disturbances > 0 || subject.disturbances > 0) return {};
      const std::int64_t calm = world.now_us() - std::max(observer.calm_since_us, subject.calm_since_us);
      const Sight& sight = world.sight(observer.index, subject.index);
      const core::Presence view = sight.view;
      if (calm > 30 * second && view == core::Presence::gone)
        return about(observer, subject, "gone, though both are well for 30 s");
      // Two lost pings make a home suspect for a moment; that has to pass.
      const bool lasts = world.now_us() - sight.view_since_us > 70 * second;
      if (calm > 100 * second && lasts && view != core::Presence::present)
        return about(observer, subject, "not present for 70 s, though both are well for 100 s");
      return {};
    });
  }
};

/// A home that is off for a minute is present nowhere, whoever sends its old ads again.
class KnowsNoGhosts : public Invariant {
 public:
  std::string_view name() const override { return "knows_no_ghosts"; }

  std::string inspect(const World& world) override {
    off_since_.resize(world.homes().size(), 0);
    for (const Home& home : world.homes())
      if (home.running) off_since_[home.index] = world.now_us();
    return for_each_pair(world, [&](const Home& observer, const Home& subject) -> std::string {
      const bool long_off = world.now_us() - off_since_[subject.index] > 60 * second;
      if (!long_off || observer.disturbances > 0 || world.now_us() - observer.calm_since_us < 60 * second)
        return {};
      if (world.sight(observer.index, subject.index).view != core::Presence::present) return {};
      return about(observer, subject, "present, but off for a minute");
    });
  }

 private:
  std::vector<std::int64_t> off_since_;
};

}  // namespace

void add_membership_invariants(Invariants& invariants) {
  invariants.push_back(std::make_unique<FindsTheSilent>());
  invariants.push_back(std::make_unique<SuspectsWithReason>());
  invariants.push_back(std::make_unique<GivesUpLate>());
  invariants.push_back(std::make_unique<FindsEachOtherAgain>());
  invariants.push_back(std::make_unique<KnowsNoGhosts>());
}

Invariants all_invariants() {
  Invariants invariants;
  add_membership_invariants(invariants);
  add_limit_invariants(invariants);
  return invariants;
}

}  // namespace localscale::sim
