#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/event_queue.hpp"
#include "sim/fault.hpp"
#include "sim/home.hpp"
#include "sim/invariant.hpp"
#include "sim/network.hpp"
#include "sim/scenario.hpp"
#include "sim/signatures.hpp"
#include "sim/tree.hpp"

namespace localscale::sim {

/// Breaks the core on purpose, to show that the invariants notice.
struct Sabotage {
  core::MembershipTiming timing;
  bool ignore_lost_links = false;
  std::function<void(core::AdNews&)> news;
  std::function<void(core::Membership::Effects&)> effects;
};

struct Options {
  std::uint64_t seed = 1;
  int pools = 1;
  int homes = 20;  ///< In each pool.
  std::int64_t minutes = 10;
  const Scenario* scenario = find_scenario("everything");
  Signatures::Kind signatures = Signatures::Kind::cheap;
  std::ostream* trace = nullptr;  ///< Each event as a line.
  Sabotage sabotage;
};

struct Counts {
  std::uint64_t events = 0;
  std::uint64_t ads_heard = 0;
  std::uint64_t ads_refused = 0;  ///< Malformed, or not signed by a member for this pool.
  std::uint64_t suspicions = 0;
  std::uint64_t returns = 0;
  std::uint64_t stalls = 0;
  FaultCounts faults{};
};

/// One seeded world: its homes run the true core/, all around them is made up. The same options give the same
/// run, event by event.
class World {
 public:
  explicit World(const Options& options);

  /// Goes on for so long, or until an invariant is broken.
  void run_for(std::int64_t us);
  /// The whole run that the options ask for. Its last two minutes have no faults.
  void run();
  /// Lets a fault begin now; it ends by itself.
  void begin(const Fault& fault);

  [[nodiscard]] std::int64_t now_us() const { return now_us_; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  [[nodiscard]] const Home& home(HomeIndex index) const { return homes_[index]; }
  [[nodiscard]] const std::vector<Home>& homes() const { return homes_; }
  [[nodiscard]] const Sight& sight(HomeIndex observer, HomeIndex subject) const {
    return sights_[place(observer, subject)];
  }
  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::size_t queued() const { return queue_.size(); }
  /// The first invariant that was broken.
  [[nodiscard]] const std::optional<Finding>& finding() const { return finding_; }
  /// Of everything that happened.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

 private:
  struct Recorded {
    HomeIndex from = 0;
    std::uint64_t sequence = 0;
    std::shared_ptr<const Bytes> bytes;
  };

  [[nodiscard]] std::size_t place(HomeIndex observer, HomeIndex subject) const {
    return static_cast<std::size_t>(observer) * static_cast<std::size_t>(tree_.homes_per_pool()) +
           static_cast<std::size_t>(subject % tree_.homes_per_pool());
  }
  Sight& sight_of(HomeIndex observer, HomeIndex subject) { return sights_[place(observer, subject)]; }
  template <class Do>
  void for_others(const Home& home, Do&& apply);

  void take(Event event);
  void deliver(Event event);
  void note_arrival(const Event& event);
  void handle(Home& home, const Event& event);
  void note_handled(Home& home, const Event& event);
  std::optional<core::AdNews> read_ad(const Home& home, const Event& event);
  void carry_out(Home& home);
  void apply_changes(Home& home);
  void send_ad(Home& home);
  [[nodiscard]] core::Ad compose_ad(Home& home) const;
  std::shared_ptr<const Bytes> seal(HomeIndex signer, int pool, const core::Ad& ad) const;
  void send(const Arrivals& arrivals, Event event);
  void set_alarm(Home& home);

  void start(Home& home);
  void stop(Home& home, bool with_power);
  void stall(Home& home, std::int64_t us);
  void next_fault();
  void turn(const Fault& fault, int direction);
  void disturb(Home& home, int direction);
  void do_mischief(Home& home);
  void inspect();

  void record(const Event& event);
  void check(const Event& event);
  void report(const Invariant& invariant, std::string what);

  Options options_;
  Tree tree_;
  Random random_;
  Random fault_random_;
  Network network_;
  Signatures signatures_;
  core::VerifySignature verify_;
  EventQueue queue_;
  std::vector<Home> homes_;
  std::vector<Sight> sights_;
  std::vector<crypto::Digest> pools_;
  std::map<crypto::HomeId, HomeIndex> by_id_;
  std::vector<Fault> faults_;
  std::vector<Recorded> recorded_;  ///< Ads that a hostile home may send again.
  std::size_t next_record_ = 0;
  core::Membership::Effects effects_;
  Invariants invariants_;
  Counts counts_;
  std::optional<Finding> finding_;
  std::int64_t now_us_ = 0;
  std::int64_t faults_until_us_ = 0;
  std::uint64_t digest_ = 0;
};

}  // namespace localscale::sim
