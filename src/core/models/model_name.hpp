#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace localscale::core {

/// A model's name as people write it: "[host[:port]/][namespace/]model[:tag]".
/// Plain names belong to the Ollama registry and its namespace "library"; hf.co and huggingface.co names to
/// Hugging Face.
struct ModelName {
  std::string host;   ///< Lower case, with port where given; "registry.ollama.ai" by default.
  std::string space;  ///< "library" by default.
  std::string model;
  std::string tag;  ///< "latest" by default; for Hugging Face a quantization or a file name.

  bool operator==(const ModelName&) const = default;

  /// The short form clients see: default host, namespace are left out, the tag is kept ("llama3.2:1b").
  [[nodiscard]] std::string display() const;
};

/// Parses with a strict grammar: parts of [A-Za-z0-9][A-Za-z0-9._-]{0,79} (tags up to 128 bytes; host: DNS
/// name or IPv4, port 1–65535), no "..", no empty part, at most 350 bytes. Fails with invalid_argument naming
/// the part that is wrong.
Result<ModelName> parse_model_name(std::string_view text);

}  // namespace localscale::core
