// Runs the core of Localscale in made-up worlds and checks invariants after every event.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "sim/world.hpp"

namespace {

using localscale::sim::Options;
using localscale::sim::World;

constexpr int usage = 2;
constexpr int check_failed = 7;

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// "A..B", both included.
bool parse_seeds(const std::string& text, Seeds& seeds) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return false;
  const char* const middle = text.data() + dots;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), middle, seeds.first);
  const auto last = std::from_chars(middle + 2, end, seeds.last);
  return first.ec == std::errc{} && first.ptr == middle && last.ec == std::errc{} && last.ptr == end &&
         seeds.first <= seeds.last;
}

struct Sum {
  std::uint64_t runs = 0;
  std::uint64_t broken = 0;
  localscale::sim::Counts counts;
};

void add(Sum& sum, const World& world) {
  ++sum.runs;
  sum.broken += world.finding() ? 1 : 0;
  sum.counts.events += world.counts().events;
  sum.counts.ads_heard += world.counts().ads_heard;
  sum.counts.ads_refused += world.counts().ads_refused;
  sum.counts.suspicions += world.counts().suspicions;
  sum.counts.returns += world.counts().returns;
  sum.counts.stalls += world.counts().stalls;
  for (std::size_t i = 0; i < localscale::sim::fault_kinds; ++i)
    sum.counts.faults[i] += world.counts().faults[i];
}

void run_one(const Options& options, bool quiet, Sum& sum) {
  World world(options);
  world.run();
  add(sum, world);
  const auto& finding = world.finding();
  if (!quiet || finding)
    std::printf("seed %llu digest %016llx events %llu %s\n", static_cast<unsigned long long>(options.seed),
                static_cast<unsigned long long>(world.digest()),
                static_cast<unsigned long long>(world.counts().events), finding ? "BROKEN" : "ok");
  if (!finding) return;
  std::printf("  %s at %.6f s: %s\n", finding->invariant.c_str(), static_cast<double>(finding->at_us) / 1e6,
              finding->what.c_str());
  std::printf("  localscale-sim --seed %llu --minutes %lld --homes %d --pools %d --scenario %s --trace\n",
              static_cast<unsigned long long>(options.seed), static_cast<long long>(options.minutes),
              options.homes, options.pools, std::string(options.scenario->name).c_str());
}

void print_sum(const Sum& sum) {
  std::printf(
      "%llu runs, %llu broken; %llu events, %llu ads heard, %llu refused, %llu suspicions, %llu returns\n",
      static_cast<unsigned long long>(sum.runs), static_cast<unsigned long long>(sum.broken),
      static_cast<unsigned long long>(sum.counts.events),
      static_cast<unsigned long long>(sum.counts.ads_heard),
      static_cast<unsigned long long>(sum.counts.ads_refused),
      static_cast<unsigned long long>(sum.counts.suspicions),
      static_cast<unsigned long long>(sum.counts.returns));
  std::printf("faults:");
  for (std::size_t i = 0; i < localscale::sim::fault_kinds; ++i)
    std::printf(" %s %llu",
                std::string(localscale::sim::name(static_cast<localscale::sim::FaultKind>(i))).c_str(),
                static_cast<unsigned long long>(sum.counts.faults[i]));
  std::printf("\ncpu %.2f s\n", static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  Seeds seeds;
  std::string range;
  std::string scenario = "everything";
  bool trace = false;
  bool quiet = false;
  bool true_signatures = false;

  CLI::App app(
      "Runs Localscale's core in made-up neighbourhoods, with faults, and checks what must always hold.");
  auto* const seed = app.add_option("--seed", options.seed, "One run")->capture_default_str();
  app.add_option("--seeds", range, "Many runs: A..B")->excludes(seed);
  app.add_option("--minutes", options.minutes, "Simulated minutes; the last two have no new faults")
      ->check(CLI::Range(3, 100'000))
      ->capture_default_str();
  app.add_option("--homes", options.homes, "Homes in each pool")
      ->check(CLI::Range(2, 25))
      ->capture_default_str();
  app.add_option("--pools", options.pools)->check(CLI::Range(1, 512))->capture_default_str();
  std::vector<std::string> names;
  for (const auto& known : localscale::sim::scenarios()) names.emplace_back(known.name);
  app.add_option("--scenario", scenario)->check(CLI::IsMember(names))->capture_default_str();
  app.add_flag("--trace", trace, "Print each event");
  app.add_flag("--quiet", quiet, "Print broken runs and the sum only");
  app.add_flag("--true-signatures", true_signatures, "Sign ads with Ed25519 (slow)");
  CLI11_PARSE(app, argc, argv);

  seeds.first = seeds.last = options.seed;
  if (!range.empty() && !parse_seeds(range, seeds)) {
    std::fputs("localscale-sim: --seeds takes A..B with A <= B, as in --seeds 1..1000\n", stderr);
    return usage;
  }
  options.scenario = localscale::sim::find_scenario(scenario);
  if (trace) options.trace = &std::cout;
  if (true_signatures) options.signatures = localscale::sim::Signatures::Kind::ed25519;

  Sum sum;
  for (options.seed = seeds.first; options.seed <= seeds.last; ++options.seed) run_one(options, quiet, sum);
  print_sum(sum);
  return sum.broken == 0 ? 0 : check_failed;
}
