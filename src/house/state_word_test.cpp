#include "house/state_word.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::house {
namespace {

using testing::HasSubstr;

Facts with_engine(const char* state, std::uint32_t in_use) {
  Facts facts;
  facts.models = 1;
  facts.engines = {{"seedling", state, in_use}};
  return facts;
}

TEST(StateWord, AQuietHomeIsIdleAndSaysWhatItHas) {
  EXPECT_EQ(judge({}).word, "Idle");
  EXPECT_THAT(judge({}).reason, HasSubstr("localscale pull"));
  EXPECT_THAT(judge(with_engine("ready", 0)).reason, HasSubstr("seedling"));
}

TEST(StateWord, RunningAnswersMakeItBusyAndALoadMakesItLoading) {
  EXPECT_EQ(judge(with_engine("ready", 2)).word, "Busy");
  EXPECT_THAT(judge(with_engine("ready", 2)).reason, HasSubstr("2 answers are"));
  EXPECT_EQ(judge(with_engine("loading", 0)).word, "Loading");
}

TEST(StateWord, WhatIsWrongComesBeforeWhatIsGoingOn) {
  Facts facts = with_engine("ready", 1);
  facts.fetcher_lost = true;
  EXPECT_EQ(judge(facts).word, "Degraded");
  facts.open_walls = {"house: dns"};
  EXPECT_THAT(judge(facts).reason, HasSubstr("house: dns"));
  facts.supervisor_lost = true;
  EXPECT_EQ(judge(facts).word, "Error");
  EXPECT_THAT(judge(facts).reason, HasSubstr("localscale up"));
  facts.starting = true;
  EXPECT_EQ(judge(facts).word, "Starting");
  facts.stopping = true;
  EXPECT_EQ(judge(facts).word, "Stopping");
}

}  // namespace
}  // namespace localscale::house
