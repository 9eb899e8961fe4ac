#include "core/routing/step.hpp"

namespace localscale::core {

std::uint64_t value_of(Step step) {
  if (step.index <= 1) return step.index;
  return step.index % 2 == 0 ? 1ULL << (step.index / 2) : 3ULL << ((step.index - 3) / 2);
}

Step step_below(std::uint64_t value, Step last) {
  Step step;
  while (step < last && value_of({static_cast<std::uint8_t>(step.index + 1)}) <= value) ++step.index;
  return step;
}

Step step_above(std::uint64_t value, Step last) {
  Step step;
  while (step < last && value_of(step) < value) ++step.index;
  return step;
}

}  // namespace localscale::core
