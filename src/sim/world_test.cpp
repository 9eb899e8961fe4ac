#include "sim/world.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace localscale::sim {
namespace {

Options small(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  options.homes = 6;
  options.minutes = 4;
  return options;
}

std::string trace_of(std::uint64_t seed) {
  std::ostringstream trace;
  Options options = small(seed);
  options.trace = &trace;
  World(options).run();
  return trace.str();
}

TEST(World, RunsTheSameForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    World one(small(seed));
    World other(small(seed));
    one.run();
    other.run();
    EXPECT_EQ(one.digest(), other.digest()) << seed;
    EXPECT_EQ(one.counts().events, other.counts().events);
  }
  EXPECT_EQ(trace_of(3), trace_of(3));
}

TEST(World, RunsOtherwiseForAnotherSeed) {
  World one(small(1));
  World other(small(2));
  one.run();
  other.run();
  EXPECT_NE(one.digest(), other.digest());
}

TEST(World, RunsTheSameWhetherSomebodyWatchesOrNot) {
  World alone(small(1));
  alone.run();
  std::ostringstream trace;
  Options options = small(1);
  options.trace = &trace;
  World watched(options);
  watched.run();
  EXPECT_EQ(alone.digest(), watched.digest());
  EXPECT_NE(trace.str().find(" fault "), std::string::npos);
}

TEST(World, RunsWithTrueSignaturesAsWell) {
  Options options = small(1);
  options.homes = 3;
  options.minutes = 3;
  options.scenario = find_scenario("hostile");
  options.signatures = Signatures::Kind::ed25519;
  World world(options);
  world.run();
  EXPECT_FALSE(world.finding()) << world.finding()->what;
  EXPECT_GT(world.counts().ads_heard, 100U);
}

TEST(World, SuspectsNobodyWhereNothingGoesWrong) {
  Options options = small(1);
  options.homes = 20;
  options.scenario = find_scenario("calm");
  World world(options);
  world.run();
  EXPECT_EQ(world.counts().suspicions, 0U);
  EXPECT_EQ(world.counts().returns, 20U * 19U);
  EXPECT_FALSE(world.finding());
}

TEST(World, HoldsManyPoolsThatHaveNothingToDoWithEachOther) {
  Options options = small(1);
  options.pools = 3;
  options.homes = 4;
  options.scenario = find_scenario("hostile");
  World world(options);
  world.run();
  EXPECT_FALSE(world.finding()) << world.finding()->what;
  for (const Home& home : world.homes()) EXPECT_EQ(home.membership->watched(), 3U);
}

TEST(Signatures, FailForAnotherKeyAndForChangedBytes) {
  for (const auto kind : {Signatures::Kind::cheap, Signatures::Kind::ed25519}) {
    Random random(1);
    Signatures signatures(kind);
    signatures.add(random);
    signatures.add(random);
    const auto signature = signatures.sign(0, "ad", bytes_of("hello"));
    const auto verify = signatures.verifier();
    EXPECT_TRUE(verify(signatures.public_key(0), "ad", bytes_of("hello"), signature));
    EXPECT_FALSE(verify(signatures.public_key(1), "ad", bytes_of("hello"), signature));
    EXPECT_FALSE(verify(signatures.public_key(0), "ad", bytes_of("hallo"), signature));
    EXPECT_FALSE(verify(signatures.public_key(0), "da", bytes_of("hello"), signature));
  }
}

}  // namespace
}  // namespace localscale::sim
