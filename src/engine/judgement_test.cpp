#include "engine/judgement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/models/model_name.hpp"
#include "engine/suggestion_list.hpp"

namespace localscale::engine {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t gb = 1'000'000'000;

/// A model like many of 3 billion numbers.
Candidate three_billion() {
  Candidate candidate;
  auto& [model, facts, system, license] = candidate.entry;
  model.name = "m:latest";
  model.capabilities = {Capability::completion};
  facts.layers = 28;
  facts.heads = 24;
  facts.kv_heads.assign(28, 8);
  facts.key_length = facts.value_length = 128;
  facts.embedding_length = 3'072;
  facts.feed_forward_length = 8'192;
  facts.vocabulary = 128'256;
  facts.context_length = 131'072;
  facts.weight_bytes = 2 * gb;
  facts.token_bytes = 2 * gb;
  facts.token_parameters = facts.parameters = 3'200'000'000;
  candidate.download_bytes = 2 * gb;
  return candidate;
}

Room room_of(std::uint64_t memory_bytes) {
  Room room;
  room.memory_bytes = memory_bytes;
  room.machine.memory_total_bytes = 16 * gb;
  room.disk_free_bytes = 100 * gb;
  room.disk_keep_bytes = 2 * gb;
  return room;
}

Judgement judged(std::uint64_t memory_bytes) {
  return judge(three_billion(), {}, {}, room_of(memory_bytes));
}

TEST(Judgement, AModelFitsWithItsWholeContextWhereThereIsRoom) {
  const auto out = judged(12 * gb);
  EXPECT_EQ(out.verdict, Verdict::fits);
  EXPECT_EQ(out.context_tokens, 8'192U);
  EXPECT_GT(out.memory_needed_bytes, 2 * gb);
  EXPECT_LE(out.memory_needed_bytes, out.memory_budget_bytes);
  EXPECT_EQ(out.reason, "Fits with a context of 8,192 tokens.");
}

TEST(Judgement, AModelIsTightWhereOnlyAShorterContextFits) {
  const auto whole = judged(12 * gb).memory_needed_bytes;
  const auto out = judged(whole - gb / 10);
  EXPECT_EQ(out.verdict, Verdict::tight);
  EXPECT_LT(out.context_tokens, 8'192U);
  EXPECT_LE(out.memory_needed_bytes, out.memory_budget_bytes);
  EXPECT_THAT(out.reason, HasSubstr("instead of 8,192"));
}

TEST(Judgement, AModelIsTooBigWhereNotEvenTheShortestContextFits) {
  const auto out = judged(2 * gb);
  EXPECT_EQ(out.verdict, Verdict::too_big);
  EXPECT_GT(out.memory_needed_bytes, out.memory_budget_bytes);
  EXPECT_THAT(out.reason, HasSubstr("closing other programs may make room"));
  auto room = room_of(2 * gb);
  room.machine.memory_total_bytes = 2 * gb;
  EXPECT_THAT(judge(three_billion(), {}, {}, room).reason, HasSubstr("this machine has 2.0 GB in all"));
}

TEST(Judgement, SaysTheSameAsLoadingWould) {
  const auto candidate = three_billion();
  for (std::uint64_t budget = gb; budget < 6 * gb; budget += gb / 7) {
    const auto out = judge(candidate, {}, {}, room_of(budget));
    const auto settings = settings_for(candidate.entry, {}, {});
    const auto fit =
        choose_context("m", candidate.entry.facts, 0, settings, context_for(candidate.entry, {}), budget, {});
    EXPECT_EQ(out.verdict, !fit ? Verdict::too_big : fit->reduced ? Verdict::tight : Verdict::fits) << budget;
    if (fit) EXPECT_EQ(out.memory_needed_bytes, fit->memory.total());
  }
}

TEST(Judgement, ADownloadThatTheDiskCannotHoldIsTooBig) {
  auto room = room_of(12 * gb);
  room.disk_free_bytes = 3 * gb;
  const auto out = judge(three_billion(), {}, {}, room);
  EXPECT_EQ(out.verdict, Verdict::too_big);
  EXPECT_EQ(out.reason, "Needs 2.0 GB of disk; 3.0 GB are free, of which 2.0 GB stay free.");
  auto here = three_billion();
  here.download_bytes = 0;
  EXPECT_EQ(judge(here, {}, {}, room).verdict, Verdict::fits);
}

TEST(Judgement, WhatIsNotKnownIsNotGuessed) {
  Room room = room_of(0);
  room.memory_bytes = std::nullopt;
  EXPECT_EQ(judge(three_billion(), {}, {}, room).verdict, Verdict::unknown);
  auto projector = three_billion();
  projector.entry.model.capabilities.clear();
  EXPECT_EQ(judge(projector, {}, {}, room_of(12 * gb)).verdict, Verdict::unknown);
  auto empty = three_billion();
  empty.entry.facts.layers = 0;
  EXPECT_EQ(judge(empty, {}, {}, room_of(12 * gb)).verdict, Verdict::unknown);
}

ModelFacts weighing(std::uint64_t token_bytes, std::uint64_t parameters) {
  ModelFacts facts;
  facts.token_bytes = token_bytes;
  facts.token_parameters = parameters;
  return facts;
}

TEST(Speed, AnswersScaleWithBytesAndPromptsWithParameters) {
  const auto speed = predict_speed(weighing(4 * gb, 8 * gb), {{1 * gb, 1 * gb, {400, 40}}});
  EXPECT_EQ(speed.basis, Basis::estimated);
  EXPECT_DOUBLE_EQ(speed.answer, 10);
  EXPECT_DOUBLE_EQ(speed.prompt, 50);
}

TEST(Speed, TheSampleOfTheNearestSizeCounts) {
  const std::vector<SpeedSample> samples{{gb / 100, gb / 100, {90'000, 9'000}}, {2 * gb, 2 * gb, {200, 20}}};
  EXPECT_DOUBLE_EQ(predict_speed(weighing(4 * gb, 4 * gb), samples).answer, 10);
}

TEST(Speed, WithoutAMeasurementThereIsNone) {
  EXPECT_EQ(predict_speed(weighing(gb, gb), {}).basis, Basis::none);
  EXPECT_EQ(predict_speed(weighing(0, 0), {{gb, gb, {1, 1}}}).basis, Basis::none);
  EXPECT_EQ(predict_speed(weighing(gb, gb), {{gb, gb, {0, 0}}}).basis, Basis::none);
}

TEST(Speed, AVerySmallModelTellsOnlyOfOthersLikeIt) {
  constexpr std::uint64_t mb = 1'000'000;
  const std::vector<SpeedSample> samples{{3 * mb, mb, {800, 260}}};
  EXPECT_EQ(predict_speed(weighing(gb, gb), samples).basis, Basis::none);
  EXPECT_EQ(predict_speed(weighing(6 * mb, 2 * mb), samples).basis, Basis::estimated);
}

TEST(Speed, ModelsThatOnlyReadHaveNoAnswerSpeed) {
  auto facts = weighing(gb, gb);
  facts.encoder_only = true;
  const auto speed = predict_speed(facts, {{gb, gb, {100, 10}}});
  EXPECT_EQ(speed.answer, 0);
  EXPECT_EQ(speed.prompt, 100);
}

TEST(Suggestions, EachCanBeJudgedAndTheListIsSorted) {
  const auto& list = suggestion_list();
  ASSERT_LE(list.size(), 24U);
  std::uint64_t before = 0;
  for (const auto& [name, about, bytes, projector_bytes, entry] : list) {
    const auto parsed = core::parse_model_name(name);
    ASSERT_TRUE(parsed) << name;
    EXPECT_EQ(parsed->display(), name);
    EXPECT_FALSE(about.empty()) << name;
    EXPECT_GE(bytes, before) << name;
    before = bytes;
    const auto out = judge({entry, projector_bytes, bytes}, {}, {}, room_of(200 * gb));
    EXPECT_NE(out.verdict, Verdict::unknown) << name;
    EXPECT_GT(out.memory_needed_bytes, bytes) << name;
    EXPECT_LT(out.memory_needed_bytes, bytes * 3 + 4 * gb) << name;  // four conversations' context
    EXPECT_LE(entry.facts.token_bytes, entry.facts.weight_bytes) << name;
  }
}

}  // namespace
}  // namespace localscale::engine
