#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sim/event.hpp"

namespace localscale::sim {

/// What can go wrong. Each has a beginning, an end and a home (or a pool) that it befalls.
enum class FaultKind : std::uint8_t {
  kill,  ///< The process dies; the machine resets its links and refuses new ones. Starts again at the end.
  power_off,    ///< The machine is dark: no reset, no refusal. Starts again at the end.
  freeze,       ///< The process stands still; what comes waits in its buffers.
  slow_disk,    ///< Writes hold the process up for 50 to 700 ms, again and again.
  cut,          ///< The home's cable: nothing in, nothing out.
  one_way_in,   ///< It hears nobody, but is heard.
  one_way_out,  ///< It is not heard, but hears.
  pair_cut,     ///< Two homes do not reach each other; the post office reaches both.
  partition,    ///< The pool falls in two; the post office stays with one part.
  post_office,  ///< No ad is delivered.
  loss,
  delay,
  reorder,
  duplicate,
  clock_jump,  ///< The wall clock is a day off.
  lying_ads,   ///< Its ads tell of capacity that it has not, and hear nobody.
  hostile,     ///< A member replays, forges, floods and sends rubbish.
};
inline constexpr std::size_t fault_kinds = 17;
std::string_view name(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::kill;
  HomeIndex home = 0;
  std::int64_t lasts_us = 0;
  HomeIndex other = 0;      ///< pair_cut.
  std::uint64_t sides = 0;  ///< partition: one bit for each home of the pool; the ones keep the post office.
  std::int64_t amount = 0;  ///< loss, reorder, duplicate: per million. delay: us. clock_jump: ms.
};

using FaultCounts = std::array<std::uint64_t, fault_kinds>;

}  // namespace localscale::sim
