#include "engine/model_facts.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "engine/gguf_types.hpp"

namespace localscale::engine {
namespace {

constexpr std::uint64_t max_layers = 4'096;
constexpr std::uint64_t max_dimension = 1ULL << 24;  ///< Heads, lengths, experts: far above any real model.
constexpr std::uint64_t max_context = 1ULL << 28;

constexpr std::array encoder_architectures = std::to_array<std::string_view>(
    {"bert", "modern-bert", "nomic-bert", "nomic-bert-moe", "neo-bert", "jina-bert-v2", "jina-bert-v3",
     "eurobert", "gemma-embedding", "llama-embed", "t5encoder"});

/// Every n-th layer sees everything, the others the sliding window: for architectures whose files may not say
/// it.
struct WindowPattern {
  std::string_view architecture;
  std::uint64_t every;
};
constexpr std::array window_patterns = std::to_array<WindowPattern>(
    {{"gemma2", 2}, {"gemma3", 6}, {"gpt-oss", 2}, {"cohere2", 4}, {"exaone4", 4}, {"llama4", 4}});

/// Reads the numbers of one architecture and collects the first that is out of range.
class Fields {
 public:
  Fields(const GgufHeader& header, std::string_view architecture) : header_(header), prefix_(architecture) {}

  [[nodiscard]] std::string key(std::string_view field) const { return prefix_ + "." + std::string(field); }

  std::uint32_t number(std::string_view field, std::uint64_t maximum, std::uint64_t fallback = 0) {
    const auto value = header_.number(key(field)).value_or(fallback);
    if (value <= maximum) return static_cast<std::uint32_t>(value);
    if (wrong_.empty()) wrong_ = key(field);
    return 0;
  }

  /// One number per layer; a single number counts for all.
  std::vector<std::uint32_t> per_layer(std::string_view field, std::uint32_t layers, std::uint64_t fallback) {
    const auto* array = header_.array(key(field));
    if (array == nullptr) return std::vector<std::uint32_t>(layers, number(field, max_dimension, fallback));
    std::vector<std::uint32_t> out(layers, 0);
    for (std::size_t i = 0; i < out.size() && i < array->integers.size(); ++i) {
      const auto value = array->integers[i];
      if (value < 0 || value > static_cast<std::int64_t>(max_dimension)) {
        if (wrong_.empty()) wrong_ = key(field);
        return out;
      }
      out[i] = static_cast<std::uint32_t>(value);
    }
    return out;
  }

  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  const GgufHeader& header_;
  std::string prefix_;
  std::string wrong_;
};

std::vector<bool> windowed_layers(const GgufHeader& header, const Fields& fields, const ModelFacts& facts) {
  std::vector<bool> windowed(facts.layers, false);
  if (facts.sliding_window == 0) return windowed;
  const auto key = fields.key("attention.sliding_window_pattern");
  if (const auto* pattern = header.array(key)) {
    for (std::size_t i = 0; i < windowed.size() && i < pattern->integers.size(); ++i)
      windowed[i] = pattern->integers[i] != 0;
    return windowed;
  }
  const auto* known = std::ranges::find(window_patterns, facts.architecture, &WindowPattern::architecture);
  const auto every = header.number(key).value_or(known == window_patterns.end() ? 0 : known->every);
  // Without a known pattern all layers count in full: an estimate may be too high, never too low.
  if (every == 0) return windowed;
  for (std::size_t i = 0; i < windowed.size(); ++i) windowed[i] = i % every < every - 1;
  return windowed;
}

void read_attention(const GgufHeader& header, Fields& fields, ModelFacts& facts) {
  const auto head_counts = fields.per_layer("attention.head_count", facts.layers, 0);
  facts.heads = head_counts.empty() ? 0 : *std::ranges::max_element(head_counts);
  facts.kv_heads = fields.per_layer("attention.head_count_kv", facts.layers, facts.heads);
  const auto head_length = facts.heads == 0 ? 0 : facts.embedding_length / facts.heads;
  facts.key_length = fields.number("attention.key_length", max_dimension, head_length);
  facts.value_length = fields.number("attention.value_length", max_dimension, head_length);
  facts.sliding_window = fields.number("attention.sliding_window", max_context);
  facts.windowed = windowed_layers(header, fields, facts);
}

void read_dimensions(const GgufHeader& header, Fields& fields, ModelFacts& facts) {
  facts.context_length = fields.number("context_length", max_context);
  facts.embedding_length = fields.number("embedding_length", max_dimension);
  facts.layers = fields.number("block_count", max_layers);
  const auto widths = fields.per_layer("feed_forward_length", facts.layers, 0);
  facts.feed_forward_length = widths.empty() ? 0 : *std::ranges::max_element(widths);
  facts.experts = fields.number("expert_count", max_dimension);
  facts.experts_used = fields.number("expert_used_count", max_dimension);
  const auto* tokens = header.array("tokenizer.ggml.tokens");
  const auto from_tokens = tokens == nullptr ? 0 : std::min(tokens->count, max_context);
  facts.vocabulary =
      from_tokens != 0 ? static_cast<std::uint32_t>(from_tokens) : fields.number("vocab_size", max_context);
  read_attention(header, fields, facts);
  if (const auto pooling = header.number(fields.key("pooling_type")); pooling && *pooling <= 4) {
    facts.pooling = static_cast<Pooling>(*pooling);
  }
}

/// Adds what one token needs of `tensor`: of experts the few that are asked; of the input table one row,
/// unless it serves as the output, too.
void count_for_token(const GgufTensor& tensor, bool input_table_is_output, ModelFacts& facts) {
  if (tensor.name == "token_embd.weight" && !input_table_is_output) return;
  const bool chosen = tensor.name.find("_exps.") != std::string::npos && facts.experts_used != 0 &&
                      facts.experts_used < facts.experts;
  const double share = chosen ? static_cast<double>(facts.experts_used) / facts.experts : 1.0;
  facts.token_bytes += static_cast<std::uint64_t>(static_cast<double>(tensor.bytes) * share);
  facts.token_parameters += static_cast<std::uint64_t>(static_cast<double>(tensor.elements) * share);
}

void read_tensors(const GgufHeader& header, ModelFacts& facts) {
  std::map<std::uint32_t, std::uint64_t> elements_by_type;
  const bool has_output =
      std::ranges::find(header.tensors, "output.weight", &GgufTensor::name) != header.tensors.end();
  for (const auto& tensor : header.tensors) {
    count_for_token(tensor, !has_output && !facts.encoder_only && facts.split_count == 1, facts);
    facts.parameters += tensor.elements;
    facts.weight_bytes += tensor.bytes;
    if (tensor.name == "token_embd.weight") facts.input_table_bytes = tensor.bytes;
    elements_by_type[tensor.type] += tensor.elements;
    const auto type = tensor_type(tensor.type);
    // Rows are re-ordered in groups of eight; the input table is only looked up, so it stays as it is.
    if (type && type->repacked && tensor.shape[1] % 8 == 0 && tensor.name != "token_embd.weight") {
      facts.repacked_bytes += tensor.bytes;
    }
  }
  if (const auto file_type = header.number("general.file_type"))
    facts.quantization = file_type_name(*file_type);
  if (!facts.quantization.empty() || elements_by_type.empty()) return;
  const auto most =
      std::ranges::max_element(elements_by_type, {}, [](const auto& entry) { return entry.second; });
  if (const auto type = tensor_type(most->first)) facts.quantization = type->name;
}

bool has_fill_in_middle(const GgufHeader& header) {
  return header.number("tokenizer.ggml.fim_pre_token_id").has_value() ||
         header.number("tokenizer.ggml.fim_suf_token_id").has_value() ||
         header.number("tokenizer.ggml.prefix_token_id").has_value();
}

tl::unexpected<Error> bad_field(std::string_view file, const std::string& field, std::string_view what) {
  return fail(
      Errc::corrupt,
      "The model file " + std::string(file) + " is damaged: key '" + field + "' " + std::string(what) + ".",
      "Download it again, or move it out of the model folder.");
}

}  // namespace

Result<ModelFacts> model_facts(const GgufHeader& header, std::string_view file) {
  ModelFacts facts;
  const auto split_count = header.number("split.count").value_or(1);
  const auto split_number = header.number("split.no").value_or(0);
  if (split_count > 1'000 || (split_count != 0 && split_number >= split_count)) {
    return bad_field(file, "split.count", "is out of range");
  }
  facts.split_count = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(split_count));
  facts.split_number = static_cast<std::uint32_t>(split_number);
  if (facts.split_number > 0) {  // Only the first part says what the model is.
    read_tensors(header, facts);
    return facts;
  }
  facts.architecture = header.text("general.architecture");
  if (facts.architecture.empty()) return bad_field(file, "general.architecture", "is missing");
  facts.name = header.text("general.name");
  facts.license = header.text("general.license");
  facts.chat_template = header.text("tokenizer.chat_template");
  facts.tokenizer = header.array("tokenizer.ggml.tokens") != nullptr;
  facts.fill_in_middle = has_fill_in_middle(header);
  const auto type = header.text("general.type");
  facts.projector = facts.architecture == "clip" || type == "mmproj" || type == "clip-vision";
  facts.adapter = type == "adapter" || type == "imatrix" || type == "control-vector" || type == "vocab";
  facts.encoder_only =
      std::ranges::find(encoder_architectures, facts.architecture) != encoder_architectures.end();

  Fields fields(header, facts.architecture);
  read_dimensions(header, fields, facts);
  if (!fields.wrong().empty()) return bad_field(file, fields.wrong(), "is out of range");
  read_tensors(header, facts);
  return facts;
}

ModelFacts scaled_to_parts(ModelFacts facts, std::uint64_t bytes, std::uint64_t all_bytes) {
  if (bytes == 0 || all_bytes <= bytes) return facts;
  const double factor = static_cast<double>(all_bytes) / static_cast<double>(bytes);
  for (auto* number : {&facts.parameters, &facts.weight_bytes, &facts.repacked_bytes, &facts.token_bytes,
                       &facts.token_parameters})
    *number = static_cast<std::uint64_t>(static_cast<double>(*number) * factor);
  return facts;
}

std::vector<Capability> capabilities(const ModelFacts& facts, bool with_projector) {
  std::vector<Capability> out;
  const auto says = [&](std::string_view word) {
    return facts.chat_template.find(word) != std::string::npos;
  };
  const bool pooled = facts.pooling.value_or(Pooling::none) != Pooling::none;
  if (facts.pooling == Pooling::rank) return {Capability::rerank};
  if (facts.encoder_only || pooled) return {Capability::embedding};
  if (!facts.tokenizer) return {};
  out.push_back(Capability::completion);
  if (says("tools")) out.push_back(Capability::tools);
  if (with_projector) out.push_back(Capability::vision);
  if (facts.fill_in_middle) out.push_back(Capability::insert);
  if (says("<think>") || says("enable_thinking") || says("reasoning_content"))
    out.push_back(Capability::thinking);
  return out;
}

std::string parameter_label(std::uint64_t parameters) {
  const auto count = static_cast<double>(parameters);
  if (count >= 1e9) return fmt::format("{:.1f}B", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.1f}M", count / 1e6);
  if (count >= 1e3) return fmt::format("{:.0f}K", count / 1e3);
  return std::to_string(parameters);
}

}  // namespace localscale::engine
