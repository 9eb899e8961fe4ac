#include "engine/gguf.hpp"

#include <cstring>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/model_facts.hpp"
#include "tests/support/gguf_builder.hpp"

namespace localscale::engine {
namespace {

using tests::GgufBuilder;
using tests::tiny_model;

Result<GgufHeader> read(const std::vector<std::byte>& bytes) {
  MemorySource source(bytes);
  return read_gguf(source, "x.gguf");
}

/// A header with as few bytes as possible that still has every kind of field.
GgufBuilder small_file() {
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .number("llama.block_count", 1)
      .real("a.real", 0.5F)
      .flag("a.flag", true);
  file.texts("tokenizer.ggml.tokens", {"a", "b", "c"})
      .numbers("llama.attention.head_count_kv", {2})
      .reals("a.reals", {1, 2});
  file.tensor("token_embd.weight", {32, 3}, 8).tensor("output_norm.weight", {32});
  return file;
}

TEST(Gguf, ReadsKeysAndTensors) {
  const auto header = read(small_file().build());
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(header->version, 3U);
  EXPECT_EQ(header->text("general.architecture"), "llama");
  EXPECT_EQ(header->number("llama.block_count"), 1U);
  EXPECT_EQ(header->flag("a.flag"), true);
  ASSERT_NE(header->array("tokenizer.ggml.tokens"), nullptr);
  EXPECT_EQ(header->array("tokenizer.ggml.tokens")->count, 3U);
  ASSERT_EQ(header->tensors.size(), 2U);
  EXPECT_EQ(header->tensors[0].bytes, 3U * 34U);
  EXPECT_EQ(header->tensors[1].elements, 32U);
}

TEST(Gguf, EveryTruncationIsAnErrorThatNamesFileAndFix) {
  const auto whole = small_file().build();
  // The padding after the last tensor is not needed.
  const auto needed = whole.size() - 0;
  for (std::size_t length = 0; length < needed; ++length) {
    const auto header = read({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
    ASSERT_FALSE(header) << "cut to " << length;
    EXPECT_EQ(header.error().code, Errc::corrupt);
    EXPECT_NE(header.error().what.find("x.gguf"), std::string::npos);
    EXPECT_FALSE(header.error().next.empty());
  }
}

TEST(Gguf, NoFlippedByteCrashesIt) {
  const auto whole = small_file().build();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x80U, 0xFFU}) {
      auto bytes = whole;
      bytes[at] ^= static_cast<std::byte>(flip);
      const auto header = read(bytes);
      if (header) static_cast<void>(model_facts(*header, "x.gguf"));
    }
  }
}

RC_GTEST_PROP(GgufProperty, SplicedFilesNeverCrash, ()) {
  auto bytes = small_file().build();
  const auto edits = *rc::gen::container<std::vector<std::pair<std::uint16_t, std::uint64_t>>>(
      rc::gen::pair(rc::gen::arbitrary<std::uint16_t>(), rc::gen::arbitrary<std::uint64_t>()));
  for (const auto& [where, value] : edits) {
    const auto at = where % (bytes.size() - sizeof(value));
    std::memcpy(bytes.data() + at, &value, sizeof(value));
  }
  const auto header = read(bytes);
  if (header) static_cast<void>(model_facts(*header, "x.gguf"));
}

TEST(Gguf, RefusesForeignFilesAndVersions) {
  auto bytes = small_file().build();
  bytes[4] = std::byte{9};
  auto header = read(bytes);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.error().code, Errc::unsupported);
  EXPECT_NE(header.error().what.find("version"), std::string::npos);
  bytes[0] = std::byte{'P'};
  header = read(bytes);
  ASSERT_FALSE(header);
  EXPECT_NE(header.error().what.find("GGUF"), std::string::npos);
}

TEST(Gguf, RefusesDuplicateKeysTensorsAndOddAlignment) {
  EXPECT_FALSE(read(small_file().text("general.architecture", "x").build()));
  EXPECT_FALSE(read(small_file().tensor("output_norm.weight", {32}).build()));
  EXPECT_FALSE(read(small_file().number("general.alignment", 33).build()));
}

TEST(Gguf, LimitsWhatOneHeaderMayStore) {
  auto file = small_file();
  for (int i = 0; i < 40; ++i) file.text("long." + std::to_string(i), std::string(900'000, 'x'));
  const auto header = read(file.build());
  ASSERT_FALSE(header);
  EXPECT_NE(header.error().what.find("larger than any real one"), std::string::npos);
}

TEST(ModelFacts, DescribesATinyModel) {
  const auto header = read(tiny_model({.layers = 3, .type = 2}).build());
  ASSERT_TRUE(header) << header.error().message();
  const auto facts = model_facts(*header, "x.gguf");
  ASSERT_TRUE(facts) << facts.error().message();
  EXPECT_EQ(facts->architecture, "llama");
  EXPECT_EQ(facts->quantization, "Q4_0");
  EXPECT_EQ(facts->layers, 3U);
  EXPECT_EQ(facts->kv_heads, std::vector<std::uint32_t>(3, 2));
  EXPECT_EQ(facts->key_length, 16U);
  EXPECT_GT(facts->repacked_bytes, 0U);
  EXPECT_LT(facts->repacked_bytes, facts->weight_bytes);
  EXPECT_TRUE(facts->tokenizer);
  EXPECT_EQ(capabilities(*facts, false), std::vector{Capability::completion});
}

TEST(ModelFacts, ReadsCapabilitiesFromTemplateAndKeys) {
  const auto facts_of = [](const GgufBuilder& file) { return *model_facts(*read(file.build()), "x.gguf"); };
  auto chat = tiny_model({.chat_template = false});
  chat.text("tokenizer.chat_template", "{% if tools %}…{% endif %}{{ enable_thinking }}");
  chat.number("tokenizer.ggml.fim_pre_token_id", 3);
  EXPECT_EQ(capabilities(facts_of(chat), true),
            (std::vector{Capability::completion, Capability::tools, Capability::vision, Capability::insert,
                         Capability::thinking}));
  EXPECT_EQ(capabilities(facts_of(tiny_model({.architecture = "bert"})), false),
            std::vector{Capability::embedding});
  auto pooled = tiny_model({.architecture = "qwen3"});
  pooled.number("qwen3.pooling_type", 3);
  EXPECT_EQ(capabilities(facts_of(pooled), false), std::vector{Capability::embedding});
  auto rank = tiny_model({.architecture = "bert"});
  rank.number("bert.pooling_type", 4);
  EXPECT_EQ(capabilities(facts_of(rank), false), std::vector{Capability::rerank});
}

TEST(ModelFacts, RefusesImpossibleNumbers) {
  auto file = GgufBuilder().text("general.architecture", "llama").number("llama.block_count", 4'000'000'000U);
  const auto facts = model_facts(*read(file.build()), "x.gguf");
  ASSERT_FALSE(facts);
  EXPECT_NE(facts.error().what.find("llama.block_count"), std::string::npos);
}

TEST(ModelFacts, LabelsParameterCounts) {
  EXPECT_EQ(parameter_label(1'235'814'400), "1.2B");
  EXPECT_EQ(parameter_label(134'500'000), "134.5M");
  EXPECT_EQ(parameter_label(12), "12");
}

}  // namespace
}  // namespace localscale::engine
