#include "engine/suggestion_list.hpp"

#include <array>
#include <span>

namespace localscale::engine {
namespace {

constexpr std::uint64_t mega = 1'000'000;

/// Which of the weights the CPU engine copies into another order, in percent of the file: most of what is
/// Q4_K or MXFP4 (see gguf_types).
enum class Stored { f16, q8_0, q4_k_m, mxfp4 };

constexpr std::uint64_t repacked_percent(Stored stored) {
  switch (stored) {
    case Stored::q4_k_m:
      return 70;
    case Stored::mxfp4:
      return 85;
    default:
      return 0;
  }
}

constexpr std::string_view quantization(Stored stored) {
  switch (stored) {
    case Stored::f16:
      return "F16";
    case Stored::q8_0:
      return "Q8_0";
    case Stored::q4_k_m:
      return "Q4_K_M";
    case Stored::mxfp4:
      return "MXFP4";
  }
  return "";
}

struct Shape {
  std::uint32_t layers, heads, kv_heads, head_length, embedding, feed_forward, vocabulary, context;
};

struct Window {
  std::uint32_t tokens = 0;
  std::uint32_t every = 1;  ///< One layer of so many sees everything.
};

struct Row {
  std::string_view name;
  std::string_view architecture;
  std::string_view about;
  std::uint64_t megabytes;  ///< Of the model file.
  std::uint64_t projector_megabytes;
  Stored stored;
  std::uint64_t parameters;  ///< In millions.
  std::uint64_t active;      ///< Of these computed for each token.
  Shape shape;
  std::uint32_t experts = 0;
  std::uint32_t experts_used = 0;
  Window window{};
  bool tools = false;
  bool thinking = false;
  bool insert = false;
  bool embeds = false;
};

// clang-format off
constexpr auto rows = std::to_array<Row>({
  {.name = "nomic-embed-text:v1.5", .architecture = "nomic-bert",
   .about = "Turns texts into vectors, for search over your own documents; does not write.",
   .megabytes = 274, .projector_megabytes = 0, .stored = Stored::f16, .parameters = 137, .active = 113,
   .shape = {12, 12, 12, 64, 768, 3'072, 30'522, 2'048}, .embeds = true},
  {.name = "qwen3:0.6b", .architecture = "qwen3",
   .about = "Tiny and quick, can think before it answers; good for sorting and short rewrites.",
   .megabytes = 523, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 752, .active = 596,
   .shape = {28, 16, 8, 128, 1'024, 3'072, 151'936, 40'960}, .tools = true, .thinking = true},
  {.name = "smollm2:360m", .architecture = "llama",
   .about = "Very small; short English texts on old machines.",
   .megabytes = 726, .projector_megabytes = 0, .stored = Stored::f16, .parameters = 362, .active = 362,
   .shape = {32, 15, 5, 64, 960, 2'560, 49'152, 8'192}, .tools = true},
  {.name = "hf.co/ggml-org/gemma-3-1b-it-GGUF:Q4_K_M", .architecture = "gemma3",
   .about = "Small, and good at everyday language for its size.",
   .megabytes = 806, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 1'000, .active = 1'000,
   .shape = {26, 4, 1, 256, 1'152, 6'912, 262'144, 32'768}, .window = {512, 6}},
  {.name = "qwen2.5-coder:1.5b", .architecture = "qwen2",
   .about = "Completes code while you type.",
   .megabytes = 986, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 1'544, .active = 1'544,
   .shape = {28, 12, 2, 128, 1'536, 8'960, 151'936, 32'768}, .tools = true, .insert = true},
  {.name = "llama3.2:1b", .architecture = "llama",
   .about = "Small and quick: short questions, summaries, simple chores.",
   .megabytes = 1'321, .projector_megabytes = 0, .stored = Stored::q8_0, .parameters = 1'236, .active = 1'236,
   .shape = {16, 32, 8, 64, 2'048, 8'192, 128'256, 131'072}, .tools = true},
  {.name = "qwen3:1.7b", .architecture = "qwen3",
   .about = "Small, thinks before it answers, knows many languages.",
   .megabytes = 1'359, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 2'032, .active = 1'721,
   .shape = {28, 16, 8, 128, 2'048, 6'144, 151'936, 40'960}, .tools = true, .thinking = true},
  {.name = "llama3.2:3b", .architecture = "llama",
   .about = "A good first model for a laptop: chat, summaries, letters.",
   .megabytes = 2'019, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 3'213, .active = 3'213,
   .shape = {28, 24, 8, 128, 3'072, 8'192, 128'256, 131'072}, .tools = true},
  {.name = "phi4-mini:3.8b", .architecture = "phi3",
   .about = "Careful with numbers and logic for its size.",
   .megabytes = 2'492, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 3'836, .active = 3'836,
   .shape = {32, 24, 8, 128, 3'072, 8'192, 200'064, 131'072}, .tools = true},
  {.name = "qwen3:4b", .architecture = "qwen3",
   .about = "Strong for its size; thinks first, handles tools and long texts.",
   .megabytes = 2'498, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 4'022, .active = 4'022,
   .shape = {36, 32, 8, 128, 2'560, 9'728, 151'936, 262'144}, .tools = true, .thinking = true},
  {.name = "hf.co/ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", .architecture = "gemma3",
   .about = "Everyday answers in many languages; also looks at pictures.",
   .megabytes = 2'490, .projector_megabytes = 851, .stored = Stored::q4_k_m, .parameters = 3'880, .active = 3'880,
   .shape = {34, 8, 4, 256, 2'560, 10'240, 262'144, 131'072}, .window = {1'024, 6}},
  {.name = "qwen2.5-coder:7b", .architecture = "qwen2",
   .about = "Writes, completes and explains code.",
   .megabytes = 4'683, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 7'616, .active = 7'071,
   .shape = {28, 28, 4, 128, 3'584, 18'944, 152'064, 32'768}, .tools = true, .insert = true},
  {.name = "llama3.1:8b", .architecture = "llama",
   .about = "A solid all-rounder that many programs are tried with.",
   .megabytes = 4'921, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 8'030, .active = 7'505,
   .shape = {32, 32, 8, 128, 4'096, 14'336, 128'256, 131'072}, .tools = true},
  {.name = "qwen3:8b", .architecture = "qwen3",
   .about = "Thinks before it answers; good with tools, code and sums.",
   .megabytes = 5'225, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 8'191, .active = 7'568,
   .shape = {36, 32, 8, 128, 4'096, 12'288, 151'936, 40'960}, .tools = true, .thinking = true},
  {.name = "hf.co/ggml-org/gemma-3-12b-it-GGUF:Q4_K_M", .architecture = "gemma3",
   .about = "Well-written answers in many languages; also looks at pictures.",
   .megabytes = 7'301, .projector_megabytes = 854, .stored = Stored::q4_k_m, .parameters = 11'766, .active = 11'766,
   .shape = {48, 16, 8, 256, 3'840, 15'360, 262'144, 131'072}, .window = {1'024, 6}},
  {.name = "phi4:14b", .architecture = "phi3",
   .about = "Good at reasoning over longer questions, mostly in English.",
   .megabytes = 9'053, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 14'660, .active = 14'146,
   .shape = {40, 40, 10, 128, 5'120, 17'920, 100'352, 16'384}},
  {.name = "qwen3:14b", .architecture = "qwen3",
   .about = "For machines with 16 GB: thinks first, strong with tools and code.",
   .megabytes = 9'276, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 14'768, .active = 13'990,
   .shape = {40, 40, 8, 128, 5'120, 17'408, 151'936, 40'960}, .tools = true, .thinking = true},
  {.name = "hf.co/ggml-org/gpt-oss-20b-GGUF:MXFP4", .architecture = "gpt-oss",
   .about = "Large, yet quick: only some of its experts answer at a time.",
   .megabytes = 12'110, .projector_megabytes = 0, .stored = Stored::mxfp4, .parameters = 20'915, .active = 3'610,
   .shape = {24, 64, 8, 64, 2'880, 2'880, 201'088, 131'072}, .experts = 32, .experts_used = 4, .window = {128, 2},
   .tools = true, .thinking = true},
  {.name = "qwen3:30b", .architecture = "qwen3moe",
   .about = "For machines with 32 GB: quick for its size, as few experts answer at a time.",
   .megabytes = 18'557, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 30'532, .active = 3'350,
   .shape = {48, 32, 4, 128, 2'048, 6'144, 151'936, 262'144}, .experts = 128, .experts_used = 8,
   .tools = true, .thinking = true},
  {.name = "llama3.3:70b", .architecture = "llama",
   .about = "Close to large services in quality; for machines with 64 GB.",
   .megabytes = 42'520, .projector_megabytes = 0, .stored = Stored::q4_k_m, .parameters = 70'554, .active = 69'503,
   .shape = {80, 64, 8, 128, 8'192, 28'672, 128'256, 131'072}, .tools = true},
});
// clang-format on
static_assert(rows.size() <= 24);

ModelFacts facts_of(const Row& row) {
  ModelFacts facts;
  facts.architecture = row.architecture;
  facts.quantization = quantization(row.stored);
  facts.parameters = row.parameters * mega;
  facts.weight_bytes = row.megabytes * mega;
  facts.repacked_bytes = facts.weight_bytes / 100 * repacked_percent(row.stored);
  facts.token_parameters = row.active * mega;
  facts.token_bytes = facts.weight_bytes * row.active / row.parameters;
  facts.layers = row.shape.layers;
  facts.heads = row.shape.heads;
  facts.key_length = facts.value_length = row.shape.head_length;
  facts.embedding_length = row.shape.embedding;
  facts.feed_forward_length = row.shape.feed_forward;
  facts.vocabulary = row.shape.vocabulary;
  facts.context_length = row.shape.context;
  facts.experts = row.experts;
  facts.experts_used = row.experts_used;
  facts.sliding_window = row.window.tokens;
  facts.kv_heads.assign(facts.layers, row.shape.kv_heads);
  for (std::uint32_t layer = 0; layer < facts.layers; ++layer)
    facts.windowed.push_back(row.window.tokens != 0 && layer % row.window.every < row.window.every - 1);
  facts.encoder_only = row.embeds;
  facts.tokenizer = true;
  return facts;
}

std::vector<Capability> capabilities_of(const Row& row) {
  if (row.embeds) return {Capability::embedding};
  std::vector<Capability> out{Capability::completion};
  if (row.tools) out.push_back(Capability::tools);
  if (row.projector_megabytes != 0) out.push_back(Capability::vision);
  if (row.insert) out.push_back(Capability::insert);
  if (row.thinking) out.push_back(Capability::thinking);
  return out;
}

std::vector<Suggestion> all() {
  std::vector<Suggestion> out;
  for (const auto& row : rows) {
    Suggestion suggestion{row.name,
                          row.about,
                          (row.megabytes + row.projector_megabytes) * mega,
                          row.projector_megabytes * mega,
                          {}};
    suggestion.entry.facts = facts_of(row);
    suggestion.entry.model.name = row.name;
    suggestion.entry.model.bytes = row.megabytes * mega;
    suggestion.entry.model.capabilities = capabilities_of(row);
    out.push_back(std::move(suggestion));
  }
  return out;
}

}  // namespace

const std::vector<Suggestion>& suggestion_list() {
  static const std::vector<Suggestion> list = all();
  return list;
}

}  // namespace localscale::engine
