#include <algorithm>
#include <ostream>

#include "sim/world.hpp"

// How faults begin and end.

namespace localscale::sim {
namespace {

constexpr std::int64_t second = 1'000'000;

/// Whether a home that this befalls may fail others without being at fault itself.
bool disturbs(FaultKind kind) {
  return kind != FaultKind::clock_jump && kind != FaultKind::lying_ads && kind != FaultKind::post_office &&
         kind != FaultKind::duplicate;
}

}  // namespace

void World::next_fault() {
  const std::int64_t gap = options_.scenario->gap_us;
  const std::int64_t longest = faults_until_us_ - now_us_;
  if (longest < 2 * second) return;
  if (now_us_ > 0) begin(draw_fault(*options_.scenario, tree_, fault_random_, longest));
  queue_.push(
      {.at_us = now_us_ + fault_random_.between(gap / 4, gap * 7 / 4), .kind = EventKind::next_fault});
}

void World::begin(const Fault& fault) {
  ++counts_.faults[static_cast<std::size_t>(fault.kind)];
  if (options_.trace)
    *options_.trace << now_us_ << " fault " << name(fault.kind) << ' ' << homes_[fault.home].path << " for "
                    << fault.lasts_us << " us\n";
  faults_.push_back(fault);
  turn(fault, 1);
  queue_.push(
      {.at_us = now_us_ + fault.lasts_us, .kind = EventKind::fault_end, .number = faults_.size() - 1});
}

void World::disturb(Home& home, int direction) {
  home.disturbances += direction;
  if (home.disturbances == 0) home.calm_since_us = now_us_;
}

/// Begins a fault (direction 1) or ends it (-1). Faults of one kind may overlap.
void World::turn(const Fault& fault, int direction) {
  Home& home = homes_[fault.home];
  Access& access = network_.access(fault.home);
  const HomeIndex first = tree_.first_of(home.pool);
  const auto amount = [&] { return static_cast<std::uint32_t>(direction * fault.amount); };
  const auto block_all = [&](bool in, bool out) {
    for (int i = 0; i < tree_.homes_per_pool(); ++i) {
      const auto other = static_cast<HomeIndex>(first + i);
      if (out) network_.block(fault.home, other, direction);
      if (in) network_.block(other, fault.home, direction);
    }
    access.post_in_cut += in ? direction : 0;
    access.post_out_cut += out ? direction : 0;
  };
  if (disturbs(fault.kind)) disturb(home, direction);
  switch (fault.kind) {
    case FaultKind::kill:
    case FaultKind::power_off:
      if (direction > 0) return stop(home, fault.kind == FaultKind::kill);
      if (!home.running) start(home);
      return;
    case FaultKind::freeze:
      if (direction > 0) stall(home, fault.lasts_us);
      return;
    case FaultKind::slow_disk:
      home.slow_disks += direction;
      return;
    case FaultKind::cut:
      return block_all(true, true);
    case FaultKind::one_way_in:
      return block_all(true, false);
    case FaultKind::one_way_out:
      return block_all(false, true);
    case FaultKind::pair_cut:
      disturb(homes_[fault.other], direction);
      network_.block(fault.home, fault.other, direction);
      network_.block(fault.other, fault.home, direction);
      return;
    case FaultKind::partition:
      for (int i = 0; i < tree_.homes_per_pool(); ++i) {
        const auto one = static_cast<HomeIndex>(first + i);
        const auto with_post = [&](int number) { return (fault.sides >> (number % 64) & 1U) != 0; };
        disturb(homes_[one], direction);
        network_.access(one).post_in_cut += with_post(i) ? 0 : direction;
        network_.access(one).post_out_cut += with_post(i) ? 0 : direction;
        for (int j = 0; j < tree_.homes_per_pool(); ++j)
          if (with_post(i) != with_post(j)) network_.block(one, static_cast<HomeIndex>(first + j), direction);
      }
      return;
    case FaultKind::post_office:
      return network_.close_post_office(home.pool, direction);
    case FaultKind::loss:
      access.loss += amount();
      return;
    case FaultKind::delay:
      access.extra_us += direction * fault.amount;
      return;
    case FaultKind::reorder:
      access.reorder += amount();
      return;
    case FaultKind::duplicate:
      access.duplicate += amount();
      return;
    case FaultKind::clock_jump:
      home.wall_offset_ms += direction * fault.amount;
      return;
    case FaultKind::lying_ads:
      home.lying += direction;
      return;
    case FaultKind::hostile:
      home.hostile += direction;
      if (direction > 0) queue_.push({.at_us = now_us_, .kind = EventKind::mischief, .home = fault.home});
      return;
  }
}

}  // namespace localscale::sim
