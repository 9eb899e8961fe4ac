#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/world.hpp"

// Short runs of every scenario. More, longer and larger ones: localscale-sim --seeds 1..1000.

namespace localscale::sim {
namespace {

class Seeds : public testing::TestWithParam<std::string> {};

TEST_P(Seeds, BreakNoInvariant) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Options options;
    options.seed = seed;
    options.homes = 5;
    options.minutes = 3;
    options.scenario = find_scenario(GetParam());
    World world(options);
    world.run();
    EXPECT_FALSE(world.finding()) << world.finding()->invariant << ": " << world.finding()->what
                                  << "\nlocalscale-sim --seed " << seed
                                  << " --minutes 3 --homes 5 --scenario " << GetParam() << " --trace";
  }
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (const Scenario& scenario : scenarios()) names.emplace_back(scenario.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, Seeds, testing::ValuesIn(all_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace localscale::sim
