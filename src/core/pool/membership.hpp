#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/monotonic.hpp"
#include "core/routing/ad.hpp"
#include "crypto/home_id.hpp"

// Which homes of the pool are there (docs/protocols/membership.md). How a component is driven:
// src/core/README.md.

namespace localscale::core {

enum class Presence : std::uint8_t {
  present,  ///< Its ads are heard and it answers pings.
  suspect,  ///< Give it no new work.
  gone,     ///< Work that it has is placed again elsewhere.
};
std::string_view name(Presence presence);

/// Why a presence changed.
enum class PresenceCause : std::uint8_t {
  silent,      ///< Neither ads nor answers came.
  unanswered,  ///< Its ads came or its link broke, and it answered no ping.
  refused,     ///< Its machine says that nobody listens there.
  leaving,     ///< It said so.
  returned,    ///< It answers again.
  removed,     ///< It is no member any more.
};
std::string_view name(PresenceCause cause);

/// Durations in microseconds. The defaults are those of docs/protocols/membership.md; simulations break them.
struct MembershipTiming {
  std::int64_t ad_every = 2'000'000;
  std::int64_t silence = 2'250'000;        ///< A present home that silent is pinged.
  std::int64_t silence_verdict = 600'000;  ///< … and suspect this much later.
  std::int64_t link_verdict = 400'000;     ///< From a lost link to suspect.
  std::int64_t ping_verdict = 1'600'000;   ///< From any other unanswered ping to suspect.
  std::int64_t gone = 8'000'000;          ///< Silence of a suspect home until it is gone, with no self-doubt.
  std::int64_t late = 100'000;            ///< An alarm later than this is noticed.
  std::int64_t fall_memory = 60'000'000;  ///< One fall is forgiven after so long.
};

/// What membership needs to know of a verified ad.
struct AdNews {
  crypto::HomeId from;
  std::uint64_t sequence = 0;
  bool hears_me = false;
  bool leaving = false;
};
AdNews news_of(const Ad& ad, const crypto::HomeId& me);

/// Pings and their answers: `home` is the other side, `number` ties both together.
struct Ping {
  crypto::HomeId home;
  std::uint64_t number = 0;
};

struct HeardHome {
  crypto::HomeId home;
  std::int64_t round_trip_us = 0;  ///< 0: not measured.
};

struct PresenceChange {
  crypto::HomeId home;
  Presence presence = Presence::gone;
  PresenceCause cause = PresenceCause::silent;
};

/// Decides which members are present, from their ads, their answers to pings, broken links and its own
/// punctuality. Holds no more than a fixed amount per member.
class Membership {
 public:
  /// Other members beyond this, by id, are not watched: an ad could not name them.
  static constexpr std::size_t others_max = ad_round_trips_max;
  static constexpr int doubt_max = 3;

  struct Effects {
    bool ad_due = false;  ///< Make an ad with this sequence and these homes, send it to all.
    std::uint64_t ad_sequence = 0;
    std::vector<HeardHome> heard;
    std::vector<Ping> pings;    ///< Send over the direct link, or connect.
    std::vector<Ping> answers;  ///< Answer, with the newest ad.
    std::vector<PresenceChange> changes;
    Monotonic wake_at;  ///< Call on_alarm then. Replaces the alarm before.

    void clear();
  };

  /// `boot` is larger than at any earlier start of this home (the driver keeps it durably): it begins the
  /// sequence of ads.
  Membership(const crypto::HomeId& me, std::uint32_t boot, const MembershipTiming& timing = {});

  void on_started(Monotonic now, std::span<const crypto::HomeId> members, Effects& effects);
  /// The roster changed: `members` are all that belong to the pool now.
  void on_members(Monotonic now, std::span<const crypto::HomeId> members, Effects& effects);
  /// An ad whose signature is good. Strangers' ads and replays change nothing.
  void on_ad(Monotonic now, const AdNews& news, Effects& effects);
  /// Somebody whose link proves that it is `ping.home` asks.
  void on_ping(Monotonic now, const Ping& ping, Effects& effects);
  /// The answer to a ping of ours, over the proven link; `news` if a good ad of that home was in it.
  void on_answer(Monotonic now, const Ping& ping, const std::optional<AdNews>& news, Effects& effects);
  /// The home's machine refused the connection for this ping.
  void on_refused(Monotonic now, const Ping& ping, Effects& effects);
  /// The link to a home was reset or closed by the other side.
  void on_link_lost(Monotonic now, const crypto::HomeId& home, Effects& effects);
  void on_alarm(Monotonic now, Effects& effects);

  /// `gone` also for strangers.
  [[nodiscard]] Presence presence(const crypto::HomeId& home) const;
  /// How little this home trusts its own verdicts: 0 to doubt_max.
  [[nodiscard]] int doubt() const { return doubt_; }
  /// Members that are watched.
  [[nodiscard]] std::size_t watched() const { return peers_.size(); }

 private:
  /// Time as this home attended to it: what it slept through is left out.
  using Attended = std::int64_t;
  static constexpr Attended never = INT64_MAX;

  enum class Doubt : std::uint8_t { none, silence, link, deaf, turn };

  /// Pings to a present home that must be answered until `verdict_at`.
  struct Probe {
    Doubt why = Doubt::none;
    Attended next_ping = 0;
    Attended verdict_at = 0;
    Attended gap = 0;
    int pings_left = 0;
    std::uint64_t after = 0;         ///< Only answers to later pings end it.
    Attended verdict_with_news = 0;  ///< Of a lost link: the verdict if an ad shows that it was not silent.
  };

  struct SentPing {
    std::uint64_t number = 0;
    Attended at = -3'600'000'000;  // long ago
  };

  struct Peer {
    Presence presence = Presence::gone;
    std::uint64_t sequence = 0;  ///< Of its newest ad.
    Attended life = 0;           ///< Last sign of life that counts.
    Attended answered = 0;
    Probe probe;             ///< While present.
    Attended next_ping = 0;  ///< While not present.
    Attended ping_gap = 0;
    std::array<SentPing, 32> sent{};  ///< Newest last; as many as are sent until a suspect home is gone.
    std::int64_t round_trip = 0;
    int falls = 0;
    Attended fell_at = 0;
    Attended steady_since = never;  ///< It answers again since, but is not trusted yet.
    Attended answers_since = 0;
    int answers_sent = 0;
  };

  using Entry = std::pair<const crypto::HomeId, Peer>;

  Attended attend(Monotonic now);
  void set_members(Attended now, std::span<const crypto::HomeId> members, Effects& effects);
  void tick(Attended now, Effects& effects);
  void review_doubt();
  void take_turn(Attended now);
  void act(Attended now, Entry& entry, Effects& effects);
  void act_present(Attended now, Entry& entry, Effects& effects);
  void act_absent(Attended now, Entry& entry, Effects& effects);
  void begin_probe(Attended now, Peer& peer, Doubt why);
  void send_ping(Attended now, Entry& entry, Effects& effects);
  void suspect(Attended now, Entry& entry, PresenceCause cause, Effects& effects);
  void come_closer(Attended now, Entry& entry, Effects& effects);
  void change(Entry& entry, Presence presence, PresenceCause cause, Effects& effects);
  void greet(Attended now, Peer& peer);
  [[nodiscard]] int falls(Attended now, const Peer& peer) const;
  [[nodiscard]] Attended hold(Attended now, const Peer& peer) const;
  [[nodiscard]] Attended gone_at(const Peer& peer) const;
  [[nodiscard]] Attended due(const Peer& peer) const;
  /// What follows every event about one member. Pings and verdicts wait for the alarm, which rings at once
  /// where they are due: more news may lie unread.
  void settle(const Entry& entry, Effects& effects);
  void arm(Effects& effects) const;

  crypto::HomeId me_;
  MembershipTiming timing_;
  std::map<crypto::HomeId, Peer> peers_;
  std::uint64_t sequence_;
  std::uint64_t pings_ = 0;
  crypto::HomeId turn_;      ///< Whose round trip was measured last.
  std::int64_t missed_ = 0;  ///< All the time that was not attended to.
  Attended attended_ = 0;    ///< Never goes back.
  Attended next_ad_ = never;
  Attended alarm_ = never;
  int doubt_ = 0;
  bool late_since_ad_ = false;
};

}  // namespace localscale::core
