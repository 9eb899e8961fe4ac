#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/encoding.hpp"

namespace localscale::sim {

/// A home's place in the world's list.
using HomeIndex = std::uint16_t;

enum class EventKind : std::uint8_t {
  ad,          ///< Reaches `home`; `from` signed it, if it is authentic.
  ping,        ///< From `from`, over the direct link.
  answer,      ///< To ping `number` of `home`.
  refused,     ///< Nobody listens at `from` for ping `number` of `home`.
  link_lost,   ///< `from` closed its link to `home`.
  alarm,       ///< Set by `home`.
  boot,        ///< `home` starts for the first time.
  next_fault,  ///< Time for another fault from the scenario.
  fault_end,   ///< The fault in place `number` ends.
  mischief,    ///< `home` is hostile and does something.
  inspect,     ///< Once a second: invariants look at the whole world.
};
std::string_view name(EventKind kind);

struct Event {
  std::int64_t at_us = 0;
  std::uint64_t order = 0;  ///< Decides between events of one time.
  EventKind kind = EventKind::inspect;
  bool authentic = false;  ///< What it brings is what `from` made for this pool.
  bool arrived = false;    ///< It waits in the buffers of a home that stands still.
  HomeIndex home = 0;
  HomeIndex from = 0;
  std::uint32_t life = 0;  ///< The life of `home` that it was sent to.
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;  ///< Of the ad in `bytes`.
  std::shared_ptr<const Bytes> bytes{};
};

}  // namespace localscale::sim
