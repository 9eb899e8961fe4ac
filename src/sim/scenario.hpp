#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/fault.hpp"
#include "sim/random.hpp"
#include "sim/tree.hpp"

namespace localscale::sim {

/// Which faults befall a world, and how often.
struct Scenario {
  std::string_view name;
  std::string_view what;
  std::uint32_t loss = 0;   ///< Per million messages, always.
  std::int64_t gap_us = 0;  ///< Between the beginnings of faults, on average; 0: none.
  std::array<std::uint32_t, fault_kinds> weights{};  ///< In FaultKind's order.
};

std::span<const Scenario> scenarios();
/// nullptr if there is none of that name.
const Scenario* find_scenario(std::string_view name);

/// A fault of the scenario, for somebody, for at most `longest_us`.
Fault draw_fault(const Scenario& scenario, const Tree& tree, Random& random, std::int64_t longest_us);

}  // namespace localscale::sim
