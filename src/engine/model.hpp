#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace localscale::engine {

/// Where a model's file was found. Only `own` may be removed by us.
enum class Source { own, shipped, ollama, huggingface, llama_cache, folder };

/// What a model can do, in Ollama's words.
enum class Capability { completion, tools, vision, embedding, insert, thinking, rerank };

/// One model that this home can run.
struct Model {
  std::string name;    ///< As clients name it: "llama3.2:1b", "seedling:latest", "hf.co/org/repo:Q4_K_M".
  std::string digest;  ///< "sha256:…" of the GGUF file; empty while unknown (other tools' plain files).
  std::filesystem::path path;
  std::vector<std::filesystem::path> more_parts;  ///< The other files of a split model, in order.
  std::filesystem::path projector;                ///< Vision projector beside it; empty if none.
  std::uint64_t bytes = 0;
  Source source = Source::own;
  std::int64_t modified_unix_s = 0;
  std::string architecture;    ///< "llama", "qwen3", …
  std::string parameter_size;  ///< "1.2B"
  std::string quantization;    ///< "Q4_K_M"
  std::uint32_t context_length = 0;
  std::uint32_t embedding_length = 0;
  std::uint32_t layers = 0;
  std::uint32_t kv_heads = 0;
  std::uint32_t head_dim = 0;
  std::string chat_template;
  std::string system;  ///< Default system prompt from an Ollama manifest; may be empty.
  std::string license;
  std::vector<Capability> capabilities;
};

}  // namespace localscale::engine
