#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/gguf.hpp"
#include "engine/model.hpp"

namespace localscale::engine {

/// How token states become one embedding, by the file format's numbers.
enum class Pooling : std::uint32_t { none = 0, mean = 1, first = 2, last = 3, rank = 4 };

/// What a model file's header says, in our terms. Zero or empty where the file says nothing.
struct ModelFacts {
  std::string architecture;
  std::string name;
  std::string quantization;  ///< general.file_type, else the type that holds most of the weights.
  std::string license;
  std::string chat_template;
  std::uint64_t parameters = 0;
  std::uint64_t weight_bytes = 0;
  std::uint64_t repacked_bytes = 0;     ///< Weights that the CPU engine copies into another order.
  std::uint64_t input_table_bytes = 0;  ///< token_embd: mapped, read row by row.
  std::uint64_t token_bytes = 0;        ///< Weights that are read for each token of an answer.
  std::uint64_t token_parameters = 0;  ///< The same in numbers: what each token of a prompt is computed with.
  std::uint32_t context_length = 0;
  std::uint32_t embedding_length = 0;
  std::uint32_t layers = 0;
  std::uint32_t heads = 0;
  std::uint32_t feed_forward_length = 0;
  std::uint32_t key_length = 0;    ///< Per head.
  std::uint32_t value_length = 0;  ///< Per head.
  std::uint32_t vocabulary = 0;
  std::uint32_t experts = 0;
  std::uint32_t experts_used = 0;
  std::uint32_t sliding_window = 0;
  std::vector<std::uint32_t> kv_heads;  ///< One per layer; 0 for layers that keep no keys and values.
  std::vector<bool> windowed;           ///< One per layer: it sees only the sliding window.
  std::optional<Pooling> pooling;
  bool tokenizer = false;
  bool projector = false;  ///< A vision or audio projector, not a model by itself.
  bool adapter = false;    ///< A LoRA or control vector, not a model by itself.
  bool encoder_only = false;
  bool fill_in_middle = false;
  std::uint32_t split_count = 1;   ///< Files that make up the model.
  std::uint32_t split_number = 0;  ///< Which of them this is, from 0.
};

/// Collects the facts. Fails with corrupt where fields contradict each other or are out of any real range;
/// the message names `file` and the field.
Result<ModelFacts> model_facts(const GgufHeader& header, std::string_view file);

/// `facts` of the first of a model's files, for all of them together: what the others hold is guessed by
/// their size. `bytes` of the first, `all_bytes` of all.
ModelFacts scaled_to_parts(ModelFacts facts, std::uint64_t bytes, std::uint64_t all_bytes);

/// What the model can do; `with_projector` where a projector lies beside it.
std::vector<Capability> capabilities(const ModelFacts& facts, bool with_projector);

/// "1.2B", "134.5M", "820K".
std::string parameter_label(std::uint64_t parameters);

}  // namespace localscale::engine
