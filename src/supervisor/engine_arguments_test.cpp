#include "supervisor/engine_arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace localscale::supervisor {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

const EngineFiles kFiles{"/engine/llama-server", "/models/model.gguf", "", "/run/engine.sock"};

wire::EngineOptions options() {
  wire::EngineOptions made;
  made.set_threads(2);
  made.set_context_tokens(4096);
  made.set_batch_tokens(512);
  made.set_micro_batch_tokens(128);
  made.set_slots(4);
  made.set_alias("llama3.2:1b");
  return made;
}

/// The argument that follows `name`.
std::string value_of(const std::vector<std::string>& arguments, const std::string& name) {
  const auto found = std::find(arguments.begin(), arguments.end(), name);
  return found == arguments.end() || found + 1 == arguments.end() ? "(none)" : *(found + 1);
}

TEST(ServerArguments, CarryEveryChoice) {
  auto chosen = options();
  chosen.set_flash_attention(true);
  chosen.set_cache_type(wire::CACHE_TYPE_Q8_0);
  chosen.set_gpu_layers(7);
  const auto arguments = server_arguments(kFiles, chosen);
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments->front(), "/engine/llama-server");
  EXPECT_EQ(value_of(*arguments, "--host"), "/run/engine.sock");
  EXPECT_EQ(value_of(*arguments, "--threads"), "2");
  EXPECT_EQ(value_of(*arguments, "--ctx-size"), "4096");
  EXPECT_EQ(value_of(*arguments, "--ubatch-size"), "128");
  EXPECT_EQ(value_of(*arguments, "--flash-attn"), "on");
  EXPECT_EQ(value_of(*arguments, "--cache-type-v"), "q8_0");
  EXPECT_EQ(value_of(*arguments, "--gpu-layers"), "7");
  EXPECT_EQ(value_of(*arguments, "--alias"), "llama3.2:1b");
  EXPECT_EQ(value_of(*arguments, "--mmproj"), "(none)");
}

TEST(ServerArguments, KeepPromptsOutOfTheLogAndTheNetworkAway) {
  const auto arguments = server_arguments(kFiles, options());
  ASSERT_TRUE(arguments);
  EXPECT_THAT(*arguments, IsSupersetOf({"--offline", "--no-slots", "--no-ui", "--log-verbosity"}));
  EXPECT_THAT(*arguments, Not(Contains("--port")));
}

TEST(ServerArguments, FollowThePurpose) {
  auto embed = options();
  embed.set_purpose(wire::ENGINE_PURPOSE_EMBED);
  EXPECT_THAT(*server_arguments(kFiles, embed), Contains("--embeddings"));
  auto rerank = options();
  rerank.set_purpose(wire::ENGINE_PURPOSE_RERANK);
  EXPECT_THAT(*server_arguments(kFiles, rerank), Contains("--reranking"));
}

TEST(ServerArguments, RefuseWhatIsOutOfBoundsByItsName) {
  auto threads = options();
  threads.set_threads(0);
  EXPECT_THAT(server_arguments(kFiles, threads).error().what, HasSubstr("threads"));
  auto slots = options();
  slots.set_slots(1000);
  EXPECT_THAT(server_arguments(kFiles, slots).error().what, HasSubstr("slots"));
  auto alias = options();
  alias.set_alias("two words");
  EXPECT_THAT(server_arguments(kFiles, alias).error().what, HasSubstr("alias"));
  auto purpose = options();
  purpose.set_purpose(static_cast<wire::EnginePurpose>(9));
  EXPECT_FALSE(server_arguments(kFiles, purpose));
}

TEST(BenchArguments, AskForOneRunAsJsonLines) {
  wire::BenchOptions bench;
  bench.set_prompt_tokens(64);
  bench.set_generated_tokens(16);
  bench.set_repetitions(2);
  const auto arguments = bench_arguments(kFiles, options(), bench);
  ASSERT_TRUE(arguments);
  EXPECT_EQ(value_of(*arguments, "--output"), "jsonl");
  EXPECT_EQ(value_of(*arguments, "--n-prompt"), "64");
  EXPECT_EQ(value_of(*arguments, "--repetitions"), "2");
  bench.set_repetitions(0);
  EXPECT_THAT(bench_arguments(kFiles, options(), bench).error().what, HasSubstr("repetitions"));
}

}  // namespace
}  // namespace localscale::supervisor
