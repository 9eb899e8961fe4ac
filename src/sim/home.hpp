#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/monotonic.hpp"
#include "core/pool/membership.hpp"
#include "sim/event.hpp"
#include "sim/random.hpp"

namespace localscale::sim {

/// A simulated home: the true core, and the machine around it.
struct Home {
  HomeIndex index = 0;
  int pool = 0;
  std::string path;
  crypto::HomeId id;
  Random random{0};

  // Its process. A life ends with a crash.
  bool running = false;
  bool powered = true;
  std::uint32_t boot = 0;
  std::uint32_t life = 0;
  std::optional<core::Membership> membership;
  std::shared_ptr<const Bytes> ad;  ///< The newest of its own.
  std::uint64_t ad_sequence = 0;
  std::optional<Monotonic> alarm;  ///< The one that is set.
  std::uint64_t alarm_version = 0;

  // Standing still.
  std::int64_t busy_until_us = 0;
  std::int64_t missed_us = 0;  ///< All the time that it stood still.
  int slow_disks = 0;

  // Its clocks.
  std::int64_t clock_offset_us = 0;
  std::int64_t clock_drift = 0;  ///< Microseconds a second, at most 100.
  std::int64_t wall_offset_ms = 0;

  // How it behaves.
  int lying = 0;
  int hostile = 0;

  // Since when nothing is wrong with it.
  int disturbances = 0;
  std::int64_t calm_since_us = 0;

  // For the limits.
  std::uint64_t pings_sent = 0;    ///< In this second.
  std::uint64_t answers_sent = 0;  ///< In this second.

  [[nodiscard]] bool stands_still(std::int64_t now_us) const { return busy_until_us > now_us; }
  /// How long it attended to the world.
  [[nodiscard]] std::int64_t attended(std::int64_t now_us) const { return now_us - missed_us; }

  [[nodiscard]] Monotonic clock(std::int64_t now_us) const {
    return {clock_offset_us + now_us + now_us / 1'000'000 * clock_drift +
            now_us % 1'000'000 * clock_drift / 1'000'000};
  }
  /// When its clock will have passed `local`.
  [[nodiscard]] std::int64_t when(Monotonic local, std::int64_t now_us) const {
    const std::int64_t ahead = local.us - clock(now_us).us;
    if (ahead <= 0) return now_us;
    return now_us + ahead + 2 - ahead * clock_drift / 1'000'000 + ahead / 100'000;
  }
};

/// What truly happened between two homes, as the world knows it: what `observer` could know of `subject`.
/// Times of the world are -1 where nothing happened.
struct Sight {
  core::Presence view = core::Presence::gone;  ///< What the observer acts upon.
  std::int64_t view_since_us = 0;

  std::uint64_t sequence = 0;                ///< Of the newest true ad that reached the observer's machine.
  std::uint64_t pinged = 0;                  ///< The observer's newest ping.
  std::uint64_t answered = 0;                ///< The newest ping of the observer's that was answered.
  std::int64_t sign_arrived_us = -1;         ///< A new ad or answer reached its machine.
  std::int64_t full_answer_arrived_us = -1;  ///< An answer with an ad that is not older than known ones.
  std::int64_t lost_arrived_us = -1;         ///< The link was reset.
  std::int64_t unanswered_since_us = -1;     ///< The first ping since the last answer.

  std::uint64_t handled_sequence = 0;
  std::uint64_t handled_answer = 0;
  std::int64_t sign_attended_us = 0;  ///< The same as it was read, in the observer's attended time.
  std::int64_t lost_attended_us = -1;
  std::uint64_t lost_after_ping = 0;  ///< The newest ping when it learned of the reset.
  std::int64_t refused_us = -1;
};

}  // namespace localscale::sim
