#include "sim/scenario.hpp"

#include <algorithm>

namespace localscale::sim {
namespace {

constexpr std::int64_t ms = 1000;
constexpr std::int64_t second = 1000 * ms;

// kill, power_off, freeze, slow_disk, cut, one_way_in, one_way_out, pair_cut, partition, post_office, loss,
// delay, reorder, duplicate, clock_jump, lying_ads, hostile
constexpr std::array all = {
    Scenario{"calm", "nothing goes wrong", 0, 0, {}},
    Scenario{
        "everything", "all faults", 2'000, 10 * second, {4, 2, 4, 2, 3, 1, 1, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2}},
    Scenario{"crashes", "homes die, darken, stand still", 1'000, 8 * second, {4, 3, 4, 3}},
    Scenario{"network",
             "ways break and behave badly",
             5'000,
             8 * second,
             {0, 0, 0, 0, 3, 2, 2, 3, 1, 2, 2, 2, 2, 2}},
    Scenario{"hostile",
             "members lie and attack while others die",
             1'000,
             6 * second,
             {2, 2, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 6}},
};

std::int64_t longest_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::freeze:
      return 20 * second;
    case FaultKind::hostile:
    case FaultKind::lying_ads:
      return 60 * second;
    default:
      return 40 * second;
  }
}

std::int64_t amount_of(FaultKind kind, Random& random) {
  constexpr std::int64_t day_ms = 86'400'000;
  switch (kind) {
    case FaultKind::loss:
      return random.between(20'000, 500'000);
    case FaultKind::reorder:
    case FaultKind::duplicate:
      return random.between(50'000, 500'000);
    case FaultKind::delay:
      return random.between(20 * ms, 400 * ms);
    case FaultKind::clock_jump:
      return random.chance(500'000) ? day_ms : -day_ms;
    default:
      return 0;
  }
}

FaultKind draw_kind(const Scenario& scenario, Random& random) {
  std::uint64_t sum = 0;
  for (const std::uint32_t weight : scenario.weights) sum += weight;
  std::uint64_t drawn = random.below(sum);
  std::size_t kind = 0;
  for (; drawn >= scenario.weights[kind]; ++kind) drawn -= scenario.weights[kind];
  return static_cast<FaultKind>(kind);
}

}  // namespace

std::string_view name(FaultKind kind) {
  constexpr std::array<std::string_view, fault_kinds> names = {
      "kill",        "power_off", "freeze",     "slow_disk",   "cut",    "one_way_in",
      "one_way_out", "pair_cut",  "partition",  "post_office", "loss",   "delay",
      "reorder",     "duplicate", "clock_jump", "lying_ads",   "hostile"};
  return names.at(static_cast<std::size_t>(kind));
}

std::span<const Scenario> scenarios() {
  return all;
}

const Scenario* find_scenario(std::string_view name) {
  const auto* const found = std::ranges::find(all, name, &Scenario::name);
  return found == all.end() ? nullptr : found;
}

Fault draw_fault(const Scenario& scenario, const Tree& tree, Random& random, std::int64_t longest_us) {
  Fault fault;
  fault.kind = draw_kind(scenario, random);
  fault.home = static_cast<HomeIndex>(random.below(static_cast<std::uint64_t>(tree.homes())));
  const auto homes = static_cast<std::uint64_t>(tree.homes_per_pool());
  fault.other = static_cast<HomeIndex>(tree.first_of(tree.pool_of(fault.home)) + random.below(homes));
  fault.sides = random.next();
  fault.lasts_us = random.between(second, std::min(longest_of(fault.kind), longest_us));
  fault.amount = amount_of(fault.kind, random);
  return fault;
}

}  // namespace localscale::sim
