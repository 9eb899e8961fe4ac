#include "engine/planner.hpp"

#include <gtest/gtest.h>

namespace localscale::engine {
namespace {

LibraryModel model_that(Capability capability) {
  LibraryModel entry;
  entry.model.name = "m:latest";
  entry.model.capabilities = {capability};
  entry.facts.architecture = "llama";
  entry.facts.context_length = 8'192;
  entry.facts.embedding_length = 64;
  entry.facts.feed_forward_length = 128;
  entry.facts.layers = 2;
  entry.facts.heads = 4;
  entry.facts.kv_heads = {2, 2};
  entry.facts.key_length = 16;
  entry.facts.value_length = 16;
  entry.facts.vocabulary = 32'000;
  entry.facts.weight_bytes = 1U << 20;
  return entry;
}

/// The settings with which such an engine is started.
Result<Fit> fit(const LibraryModel& entry, const config::Engine& config, std::uint32_t asked,
                std::uint64_t budget) {
  return choose_context(entry.model.name, entry.facts, 0, settings_for(entry, config, {}),
                        context_for(entry, config, asked), budget, {});
}

TEST(Planner, AnEmbeddingEngineTakesItsWholeContextInOneMicroBatch) {
  const auto entry = model_that(Capability::embedding);
  for (const std::uint32_t slots : {1U, 4U}) {
    config::Engine config;
    config.slots = slots;
    for (const std::uint32_t asked : {0U, 500U, 8'192U, 100'000U}) {
      const auto whole = fit(entry, config, asked, 64ULL << 30);
      ASSERT_TRUE(whole);
      EXPECT_GE(whole->settings.micro_batch_tokens, whole->settings.context_tokens / slots) << asked;
      EXPECT_EQ(whole->settings.batch_tokens, whole->settings.micro_batch_tokens);
    }
  }
}

TEST(Planner, AnEmbeddingEnginesMicroBatchShrinksWithAContextThatDoesNotFit) {
  const auto entry = model_that(Capability::embedding);
  const auto whole = fit(entry, {}, 8'192, 64ULL << 30);
  ASSERT_TRUE(whole);
  const auto reduced = fit(entry, {}, 8'192, whole->memory.total() * 2 / 3);
  ASSERT_TRUE(reduced) << reduced.error().message();
  EXPECT_TRUE(reduced->reduced);
  EXPECT_EQ(reduced->settings.micro_batch_tokens, reduced->settings.context_tokens / reduced->settings.slots);
}

TEST(Planner, AGeneratingEngineKeepsTheMicroBatchThatWasMeasured) {
  const auto entry = model_that(Capability::completion);
  Tuning tuning;
  tuning.micro_batch_tokens = 32;
  const auto settings = with_context(settings_for(entry, {}, tuning), 4'096);
  EXPECT_EQ(settings.micro_batch_tokens, 32U);
  EXPECT_EQ(settings.batch_tokens, 32U);
}

TEST(Planner, ARequestsContextGoesNoFurtherThanTheModels) {
  const auto entry = model_that(Capability::completion);
  config::Engine config;
  config.context_tokens = 2'048;
  EXPECT_EQ(context_for(entry, config).wished, 2'048U);
  EXPECT_EQ(context_for(entry, config, 4'096).wished, 4'096U);
  EXPECT_EQ(context_for(entry, config, 1'000'000).wished, 8'192U);
  EXPECT_EQ(memory_need(entry, config, {}, 0, context_for(entry, config, 4'096)).context_tokens, 4'096U);
}

}  // namespace
}  // namespace localscale::engine
